#!/usr/bin/env node
// Command line of the fake carrier: places calls against a running product, prints a JSON summary. Or
// serves the REST side alone, with a side door for a test.

import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Carrier } from './carrier.mjs';
import { ControlledRest } from './control.mjs';
import { placeMany, summarise } from './load.mjs';
import { checkOdds, NO_REST_FAULTS } from './rest-faults.mjs';

const FAULTS = Object.keys(NO_REST_FAULTS).filter((name) => !name.endsWith('Ms'));

const USAGE = `node carrier/main.mjs --base URL --to NUMBER[,NUMBER…] [options]
node carrier/main.mjs --rest-only [options]

  --base URL           where the product listens
  --public URL         its PUBLIC_BASE_URL, when that differs (signatures cover it)
  --account SID        account sid (else TWILIO_ACCOUNT_SID)
  --token TOKEN        auth token (else the first of TWILIO_AUTH_TOKEN)
  --to LIST            numbers to call: a comma list, or a file with one a line
  --from-list LIST     callers: a comma list or a file (default: seeded numbers)
  --calls N            how many calls (1)
  --concurrency N      calls at once (40)
  --seed N             what decides everything (1)
  --run LABEL          makes call ids of this run differ from another run with the same seed
                       (default: the time of start; an empty label repeats the ids exactly)
  --duplicate P --shuffle P --delay P --drop P --lost-reply P    probabilities of faults (0)
  --scale N            carrier seconds a real second (100)
  --rest-port N        serve the carrier's REST API there (set TWILIO_API_BASE_URL to it)
  --linger S           keep the REST API up for S real seconds after the last call (0)
  --fallback PATH      request this path when TwiML cannot be had
  --reports FILE       write every call's report as JSON lines

The REST API, in both:
  --faults LIST        what goes wrong there, with its probability: NAME=P[,NAME=P…]. The names (rest-faults.mjs):
                       ${FAULTS.slice(0, 4).join(', ')},
                       ${FAULTS.slice(4).join(', ')}
  --lag-ms N           how long listLag keeps a new number out of lists (${NO_REST_FAULTS.lagMs})
  --slow-ms N          how late slowBuy answers (${NO_REST_FAULTS.slowMs})
  --accounts LIST      more accounts: SID:TOKEN[,SID:TOKEN…], or a file with one a line

--rest-only serves the REST API and a side door for a test under /control/ (README.md), places no calls, and
takes of the options above only --account, --token, --seed, --run (empty) and --rest-port (0: any that is free).
It prints one line, {"port":…,"url":…,"account":…,"seed":…}, and ends when it is killed or its parent is gone.

Exit code: 0 all answers valid, 1 breaches or errors, 2 wrong usage.`;

function read() {
  const text = { type: 'string' };
  const { values } = parseArgs({
    options: {
      base: text, public: text, account: text, token: text, to: text, 'from-list': text, calls: text, concurrency: text,
      seed: text, run: text, duplicate: text, shuffle: text, delay: text, drop: text, 'lost-reply': text, scale: text,
      'rest-port': text, linger: text, fallback: text, reports: text, help: { type: 'boolean', short: 'h' },
      'rest-only': { type: 'boolean' }, faults: text, 'lag-ms': text, 'slow-ms': text, accounts: text,
    },
  });
  return values;
}

function number(values, name, fallback, low = 0, high = Infinity) {
  const value = values[name] === undefined ? fallback : Number(values[name]);
  if (!(value >= low && value <= high)) throw new Error(`--${name} must be a number from ${low} to ${high}`);
  return value;
}

function list(value) {
  if (!value) return [];
  const source = existsSync(value) ? readFileSync(value, 'utf8') : value;
  return source.split(/[\s,]+/).filter(Boolean);
}

/** The options of the carrier that both ways to run it have. */
function common(values) {
  const restFaults = { lagMs: number(values, 'lag-ms', NO_REST_FAULTS.lagMs), slowMs: number(values, 'slow-ms', NO_REST_FAULTS.slowMs) };
  for (const one of (values.faults ?? '').split(',').filter(Boolean)) {
    const [, name, odds] = /^\s*(\w+)=(\S+)\s*$/.exec(one) ?? [];
    if (!name) throw new Error(`--faults takes NAME=PROBABILITY, not ${one}`);
    restFaults[name] = Number(odds);
  }
  checkOdds(restFaults);
  return {
    accountSid: values.account ?? process.env.TWILIO_ACCOUNT_SID,
    authToken: values.token ?? process.env.TWILIO_AUTH_TOKEN?.split(',')[0],
    seed: number(values, 'seed', 1),
    restFaults,
  };
}

/** The accounts beside the carrier's own: [sid, token] of each. */
function accounts(values) {
  return list(values.accounts).map((one) => {
    const [, sid, token] = /^([^:]+):(.+)$/.exec(one) ?? [];
    if (!sid) throw new Error(`--accounts takes SID:TOKEN, not ${one}`);
    return [sid, token];
  });
}

async function serve(values) {
  const known = ['rest-only', 'rest-port', 'account', 'token', 'accounts', 'seed', 'run', 'faults', 'lag-ms', 'slow-ms'];
  const strange = Object.keys(values).filter((name) => !known.includes(name));
  if (strange.length > 0) throw new Error(`--rest-only does without --${strange.join(', --')}`);
  const options = { ...common(values), run: values.run };
  const server = new ControlledRest(options, accounts(values));
  const parent = process.ppid;
  const port = await server.listen(number(values, 'rest-port', 0, 0, 65535));
  console.log(JSON.stringify({ port, url: `http://127.0.0.1:${port}`, account: server.rest.carrier.accountSid, seed: options.seed }));
  // A test that was killed cannot end what it started.
  setInterval(() => process.ppid !== parent && process.exit(), 500).unref();
}

async function main(values) {
  if (!values.base || !values.to) throw new Error('--base and --to are needed');
  const share = (name) => number(values, name, 0, 0, 1);
  const calls = number(values, 'calls', 1, 1);
  const carrier = new Carrier({
    baseUrl: values.base.replace(/\/$/, ''),
    publicUrl: values.public?.replace(/\/$/, ''),
    ...common(values),
    run: values.run ?? new Date().toISOString(),
    timeScale: number(values, 'scale', 100, 0.01),
    fallbackPath: values.fallback,
    faults: {
      duplicate: share('duplicate'), shuffle: share('shuffle'), delay: share('delay'), drop: share('drop'), lostReply: share('lost-reply'),
    },
  });
  for (const [sid, token] of accounts(values)) carrier.rest.addAccount(sid, token);
  if (values['rest-port'] !== undefined) console.error(`REST API at ${await carrier.listen(number(values, 'rest-port', 0))}`);
  const started = performance.now();
  let done = 0;
  const reports = await placeMany(carrier, {
    calls,
    concurrency: number(values, 'concurrency', 40, 1),
    to: list(values.to),
    from: list(values['from-list']),
    onReport: () => {
      done += 1;
      if (done % 100 === 0) console.error(`${done} of ${calls} calls ended`);
    },
  });
  const summary = { ...summarise(carrier, reports), seconds: Math.round(performance.now() - started) / 1000 };
  if (values.reports) writeFileSync(values.reports, reports.map((one) => `${JSON.stringify(one)}\n`).join(''));
  console.log(JSON.stringify(summary, null, 2));
  await new Promise((resolve) => setTimeout(resolve, number(values, 'linger', 0) * 1000));
  await carrier.close();
  const bad = summary.breaches.length + summary.undelivered + summary.twoAtOnce.length + Object.keys(summary.errors).length;
  return bad === 0 ? 0 : 1;
}

try {
  const values = read();
  if (values.help) console.log(USAGE);
  else if (values['rest-only']) await serve(values);
  else process.exitCode = await main(values);
} catch (error) {
  console.error(`${error.message}\n\n${USAGE}`);
  process.exitCode = 2;
}
