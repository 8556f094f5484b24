// The server dies at random moments in the middle of calls and comes back: what it acknowledged is
// still known, and nobody is dialed twice.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { Carrier } from '../carrier/carrier.mjs';
import { between } from '../carrier/chance.mjs';
import { placeMany, summarise } from '../carrier/load.mjs';
import {
  expectCapacityHeld, expectNoBreaches, expectOneFinalRecordEach, expectOneTargetAtATime, type Report,
} from '../carrier-checks.ts';
import { ACCOUNT_SID, AUTH_TOKEN, Product } from '../server.ts';

const CALLS = Number(process.env.CALLCENTER_E2E_KILL_CALLS ?? 250);
const SEED = Number(process.env.CALLCENTER_E2E_SEED ?? 7);

let carrier: Carrier;
let product: Product;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  carrier = new Carrier({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    seed: SEED,
    timeScale: 50,
    faults: { duplicate: 0.1, shuffle: 0.1, drop: 0.02 },
    // What an installation sets by #rc=5&rp=ct,rt,5xx: enough patience for a restart.
    connection: { rc: 5, rp: ['ct', 'rt', '5xx'] },
    retryPauseMs: 150,
  });
  product = await Product.start({ restUrl: await carrier.listen() });
  carrier.pointAt(product.url);
});

test.afterAll(async () => {
  await product?.stop();
  await carrier?.close();
});

test('kill -9 at random moments: nothing acknowledged is lost, never two targets at once', async ({}, info) => {
  test.setTimeout(300_000);
  const load = { over: false };
  const calls: Promise<Report[]> = placeMany(carrier, { calls: CALLS, concurrency: 30, to: product.numbers() }).finally(() => {
    load.over = true;
  });
  let kills = 0;
  while (!load.over) {
    await sleep(between(300, 1500, SEED, 'kill', kills));
    if (load.over) break;
    await product.kill9();
    kills += 1;
    await sleep(between(0, 200, SEED, 'dead', kills));
    await product.restart();
  }
  const reports = await calls;
  const summary = summarise(carrier, reports);
  await info.attach('summary.json', { body: JSON.stringify({ kills, ...summary }, null, 2), contentType: 'application/json' });
  await info.attach('server.log', { body: product.logs(2000), contentType: 'text/plain' });
  expect(kills, 'the server was killed while calls ran').toBeGreaterThan(3);

  const snapshot = await product.settled(90_000);
  const acknowledged = reports.filter((report) => report.exchanges.some((one) => one.kind === 'voice' && one.acknowledged));
  expect(acknowledged.length, 'calls the server took').toBeGreaterThan(CALLS / 2);
  expectOneFinalRecordEach(acknowledged, snapshot);
  const outcomes = new Map(snapshot.calls.map((call) => [call.sid, call.outcome]));
  const targets = new Set(product.destinations().values());
  const forgotten = acknowledged.filter((report) => {
    const told = report.exchanges.some((one) => one.kind === 'dial-action' && one.acknowledged && one.params['DialBridged'] === 'true');
    return told && targets.has(report.connectedTo ?? '') && outcomes.get(report.sid) !== 'connected';
  });
  expect(forgotten.map((report) => `${report.sid} ${outcomes.get(report.sid)}`), 'connections told and forgotten').toEqual([]);
  expectOneTargetAtATime(reports);
  expectNoBreaches(reports);
  expectCapacityHeld(product, snapshot, carrier.peaks);
  expect(product.panics()).toEqual([]);
});
