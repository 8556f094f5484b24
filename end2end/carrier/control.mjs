// The REST side alone, with a side door under /control/: through it a test in another language asks
// what really happened, and does what happens behind the product's back.

import http from 'node:http';
import { json, readText, send } from './answers.mjs';
import { Carrier } from './carrier.mjs';

const DOOR = '/control/';

/** What the side door does: each is given the server and the JSON that was sent, and answers JSON. */
const ROUTES = {
  'GET numbers': ({ rest }) => Object.fromEntries([...rest.accounts.bySid.keys()].map((sid) => [sid, rest.numbers.of(sid)])),
  'GET ledger': ({ rest }) => rest.numbers.ledger.entries,
  'GET bought-twice': ({ rest }) => rest.numbers.boughtTwice(),
  'GET faults': ({ rest }) => ({ odds: rest.faults, counts: rest.chance.counts }),
  'POST own': ({ rest }, fields) => {
    const { account_sid: sid } = fields;
    if (sid !== undefined && !rest.accounts.bySid.has(sid)) throw new Error(`no account ${sid}`);
    return rest.numbers.own(fields);
  },
  'POST change': ({ rest }, body) => {
    only(body, ['which', 'fields']);
    return rest.numbers.change(body.which, body.fields ?? {});
  },
  'POST lose': ({ rest }, body) => {
    only(body, ['which']);
    return rest.numbers.lose(body.which);
  },
  'POST faults': (server, odds) => {
    server.rest.chance.replace(server.odds(odds));
    return server.rest.faults;
  },
  'POST reset': (server, body) => {
    only(body, ['seed', 'faults']);
    const { seed, faults } = body;
    if (!(Number.isSafeInteger(seed) && seed >= 0)) throw new RangeError(`seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
    server.begin(seed, faults ? server.odds(faults) : undefined);
    return { seed, odds: server.rest.faults };
  },
};

/** Serves the REST sides of one carrier after another, each a world of its own, on one port of the loopback interface. */
export class ControlledRest {
  /** `options`: as for a Carrier; `accounts`: [sid, token] of each account besides its own. */
  constructor(options = {}, accounts = []) {
    this.options = options;
    this.accounts = accounts;
    this.begin(options.seed ?? 1);
    this.server = http.createServer((request, response) => {
      if (request.url.startsWith(DOOR)) this.#answer(request, response);
      else this.rest.answer(request, response);
    });
  }

  /**
   * Begins a new world: nobody owns anything, nothing was asked. A request that is under way belongs to
   * the world it was asked in. Faults: those of the options, unless others are given.
   */
  begin(seed, restFaults = this.options.restFaults) {
    const { rest } = new Carrier({ ...this.options, seed, restFaults });
    for (const [sid, token] of this.accounts) rest.addAccount(sid, token);
    this.rest = rest;
  }

  /** The odds of faults as a test gives them: times that it does not name are those of the options. */
  odds(given) {
    const { lagMs, slowMs } = this.options.restFaults ?? {};
    return { ...(lagMs === undefined ? {} : { lagMs }), ...(slowMs === undefined ? {} : { slowMs }), ...given };
  }

  /** Starts to listen; resolves to the port. */
  async listen(port = 0) {
    await new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return this.server.address().port;
  }

  /** Stops and cuts open connections. */
  async close() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request, response) {
    try {
      const text = await readText(request);
      const name = `${request.method} ${request.url.slice(DOOR.length)}`;
      if (Object.hasOwn(ROUTES, name)) send(request, response, json(200, ROUTES[name](this, request.method === 'POST' ? object(text) : undefined)));
      else send(request, response, json(404, { error: `no ${name}; there are ${Object.keys(ROUTES).join(', ')}` }));
    } catch (error) {
      send(request, response, json(400, { error: error.message }));
    }
  }
}

function object(text) {
  const value = JSON.parse(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw new TypeError('a JSON object is needed');
  return value;
}

/** A word of a test that is not known is a slip of the test. */
function only(body, names) {
  const unknown = Object.keys(body).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new RangeError(`no ${unknown.join(', ')} here; there are ${names.join(', ')}`);
}
