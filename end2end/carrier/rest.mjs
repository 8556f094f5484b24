// The carrier's REST API, as far as the product asks: calls, recordings and their audio, phone numbers,
// the account itself and prices.

import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Accounts, accountResource } from './accounts.mjs';
import { json, notFound, page, problem, ranged, readForm, send, VERSION } from './answers.mjs';
import { silentMp3, wavTone } from './audio.mjs';
import { between } from './chance.mjs';
import { rfc2822 } from './clock.mjs';
import { Numbers } from './numbers.mjs';
import { PRICES, pricesOf } from './prices.mjs';
import { RestFaults } from './rest-faults.mjs';
import { parseXml } from './xml.mjs';

/** Serves `/2010-04-01/Accounts/{AC}/…` and `/v1/PhoneNumbers/Countries/{ISO}` on the loopback interface. */
export class RestServer {
  /**
   * `faults`: see rest-faults.mjs; they may be changed later in `this.faults`. `options`: `mostInFlight`,
   * requests under way beyond which 429 comes and nothing is done (none); `holdMs`, how long an answer is
   * held, a number or [low, high] (0); and those of the stock of numbers, see inventory.mjs.
   */
  constructor(carrier, faults = {}, { mostInFlight = Infinity, holdMs = 0, ...stock } = {}) {
    this.carrier = carrier;
    this.chance = new RestFaults(carrier.seed, faults);
    this.faults = this.chance.odds;
    this.mostInFlight = mostInFlight;
    this.holdMs = [holdMs].flat();
    this.accounts = new Accounts(carrier.clock);
    this.accounts.add(carrier.accountSid, carrier.authToken);
    this.numbers = new Numbers(carrier, this.chance, stock);
    this.prices = structuredClone(PRICES);
    this.requests = [];
    this.inFlight = 0;
    this.peakInFlight = 0;
    this.server = http.createServer((request, response) => this.answer(request, response));
  }

  /** Starts to listen; resolves to the base URL. */
  async listen(port) {
    await new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  /** Stops and cuts open connections. */
  async close() {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Adds an account with numbers of its own, or changes a token; `options`: friendlyName, status, type. */
  addAccount(sid, token, options) {
    return this.accounts.add(sid, token, options);
  }

  /** Adds an API key (`SK…`) of an account; `{standard: true}` for one that may not ask for the account itself. */
  addKey(accountSid, keySid, secret, options) {
    this.accounts.addKey(accountSid, keySid, secret, options);
  }

  /** Answers one request, also one that came in at another server, see control.mjs. */
  async answer(request, response) {
    const url = new URL(request.url, 'http://rest.invalid');
    const entry = { method: request.method, path: url.pathname, query: url.search, at: Date.now() };
    this.requests.push(entry);
    this.inFlight += 1;
    this.peakInFlight = Math.max(this.peakInFlight, this.inFlight);
    const crowded = this.inFlight > this.mostInFlight;
    try {
      const body = await readForm(request);
      entry.form = Object.fromEntries(body);
      let result = problem(429, 20429, 'Too Many Requests');
      if (!crowded) {
        const attempt = this.chance.attempt(nameOf(request.method, url.pathname, body));
        result = this.#respond(request, url, body, attempt.draw);
        await this.#hold(attempt, result.lateMs);
      }
      entry.status = result.cut ? 0 : result.status;
      if (result.cut) request.socket.destroy();
      else send(request, response, result);
    } catch (error) {
      entry.status = 500;
      send(request, response, problem(500, 20500, error.message));
    } finally {
      this.inFlight -= 1;
    }
  }

  async #hold({ name, nth }, lateMs = 0) {
    const [low, high = low] = this.holdMs;
    const ms = lateMs + between(low, high, this.carrier.seed, 'hold', name, nth);
    if (ms > 0) await pause(ms, undefined, { ref: false });
  }

  /** Decides and does everything at once: whoever asked first is served first, whatever is held afterwards. */
  #respond(request, url, body, draw) {
    const asker = this.accounts.who(request.headers.authorization);
    if (!asker) return problem(401, 20003, 'Authenticate');
    const fault = draw('any');
    if (fault === 'tooMany') return problem(429, 20429, 'Too Many Requests');
    if (fault === 'fail') return problem(503, 20503, 'Service Unavailable');
    const type = request.headers['content-type'] ?? '';
    if (request.method === 'POST' && !type.startsWith('application/x-www-form-urlencoded')) {
      return problem(415, 20415, 'Unsupported Media Type');
    }
    return this.#route(request, url, body, asker, draw);
  }

  #route(request, url, body, { account, standard }, draw) {
    const [, version, accounts, owner, kind, id, child, ...rest] = url.pathname.replace(/\.json$/, '').split('/');
    const { method } = request;
    if (version === 'v1' && accounts === 'PhoneNumbers' && owner === 'Countries' && kind && !id) return pricesOf(this.prices, kind, url);
    if (version !== VERSION || accounts !== 'Accounts' || owner !== account.sid) return notFound(url);
    if (!kind) return this.#account(account, standard, method, url);
    if (kind === 'AvailablePhoneNumbers' || kind === 'IncomingPhoneNumbers') {
      return this.numbers.answer({ account, kind, rest: [id, child, ...rest], method, url, body, draw });
    }
    // Calls and recordings are made by the carrier, in its own account only.
    if (account.sid !== this.carrier.accountSid) {
      return ['Calls', 'Recordings'].includes(kind) && !id ? page(url, kind.toLowerCase(), []) : notFound(url);
    }
    if (kind === 'Calls' && !id && method === 'GET') return this.#listCalls(url);
    if (kind === 'Calls' && id && child === 'Recordings' && method === 'GET') return this.#listRecordings(url, id);
    if (kind === 'Calls' && id && !child) return this.#call(method, id, body, url);
    if (kind === 'Recordings' && !id && method === 'GET') return this.#listRecordings(url, url.searchParams.get('CallSid'));
    if (kind === 'Recordings' && id) return this.#recording(request, id, url);
    return notFound(url);
  }

  #account(account, standard, method, url) {
    if (!url.pathname.endsWith('.json')) return notFound(url);
    if (standard) return problem(401, 20003, 'Authenticate');
    return method === 'GET' ? json(200, accountResource(account)) : problem(405, 20004, 'Method not allowed');
  }

  #call(method, id, body, url) {
    const call = this.carrier.find(id);
    if (!call) return notFound(url);
    if (method === 'POST') {
      const refusal = changeCall(call, body);
      if (refusal) return refusal;
    } else if (method !== 'GET') return problem(405, 20004, 'Method not allowed');
    return json(200, call.resource());
  }

  #listCalls(url) {
    const wanted = { ParentCallSid: 'parent_call_sid', Status: 'status', From: 'from', To: 'to' };
    let rows = [...this.carrier.calls.values()].map((call) => call.resource());
    for (const [name, field] of Object.entries(wanted)) {
      const value = url.searchParams.get(name);
      if (value !== null) rows = rows.filter((row) => row[field] === value);
    }
    const since = url.searchParams.get('StartTime>');
    if (since) rows = rows.filter((row) => new Date(row.start_time) >= new Date(since));
    return page(url, 'calls', rows);
  }

  #listRecordings(url, callSid) {
    const rows = [...this.carrier.recordings.values()]
      .filter((one) => !one.deleted && (!callSid || one.callSid === callSid))
      .map((one) => recordingResource(this.carrier, one));
    return page(url, 'recordings', rows);
  }

  #recording(request, file, url) {
    const [id, suffix] = file.split('.');
    const recording = this.carrier.recordings.get(id);
    if (!recording || recording.deleted) return notFound(url);
    if (request.method === 'DELETE') {
      recording.deleted = true;
      return { status: 204, headers: {}, body: '' };
    }
    if (url.pathname.endsWith('.json')) return json(200, recordingResource(this.carrier, recording));
    if (recording.status !== 'completed') return notFound(url);
    const mp3 = suffix === 'mp3';
    const channels = url.searchParams.get('RequestedChannels') === '1' ? 1 : recording.channels;
    const audio = mp3 ? silentMp3(recording.duration) : wavTone(recording.duration, channels);
    return ranged(request, audio, mp3 ? 'audio/mpeg' : 'audio/x-wav');
  }
}

function changeCall(call, body) {
  if (!call.live) return problem(400, 21220, 'Invalid call state: the call is not in progress');
  const status = body.get('Status');
  if (status === 'completed' || status === 'canceled') {
    if (status === 'canceled' && call.status === 'in-progress') return problem(400, 21220, 'Invalid call state');
    if (call.hangUp) call.hangUp('api');
    else call.stop.abort();
    return null;
  }
  if (!call.redirect) return problem(400, 21220, 'this carrier redirects parent calls only');
  if (body.get('Url')) return void call.redirect({ url: body.get('Url'), method: body.get('Method') ?? 'POST' });
  const twiml = body.get('Twiml');
  if (!twiml) return problem(400, 20001, 'Status, Url or Twiml is needed');
  if (twiml.length > 4000) return problem(400, 32018, 'Twiml is longer than 4000 characters');
  const { root, error } = parseXml(twiml);
  if (error) return problem(400, 12100, error);
  return void call.redirect({ verbs: root.children });
}

function recordingResource(carrier, recording) {
  const uri = `/${VERSION}/Accounts/${carrier.accountSid}/Recordings/${recording.sid}`;
  const ended = recording.status !== 'in-progress';
  return {
    sid: recording.sid,
    account_sid: carrier.accountSid,
    call_sid: recording.callSid,
    conference_sid: null,
    api_version: VERSION,
    channels: recording.channels,
    date_created: rfc2822(carrier.clock.date(recording.startedAt)),
    date_updated: rfc2822(carrier.clock.date(recording.startedAt)),
    start_time: rfc2822(carrier.clock.date(recording.startedAt)),
    duration: ended ? String(recording.duration) : '-1',
    encryption_details: null,
    error_code: null,
    media_url: recording.url(),
    price: null,
    price_unit: 'USD',
    source: recording.source,
    status: recording.status,
    track: 'both',
    uri: `${uri}.json`,
  };
}

/** What a request's chance is named by: the order it is for, else its method and path. */
function nameOf(method, path, body) {
  const buys = method === 'POST' && /\/IncomingPhoneNumbers(\/(Local|TollFree|Mobile))?\.json$/.test(path);
  return (buys && body.get('FriendlyName')) || `${method} ${path}`;
}
