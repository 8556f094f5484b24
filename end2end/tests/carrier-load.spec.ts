// 500 calls with every fault a carrier has: each ends in one final record and no capacity leaks.

import { expect, test } from '@playwright/test';
import { Carrier } from '../carrier/carrier.mjs';
import { placeMany, summarise } from '../carrier/load.mjs';
import {
  expectCapacityHeld, expectNoBreaches, expectOneFinalRecordEach, expectOneTargetAtATime, expectOutcomesFit, type Report,
} from '../carrier-checks.ts';
import { ACCOUNT_SID, AUTH_TOKEN, Product } from '../server.ts';

const CALLS = Number(process.env.CALLCENTER_E2E_CALLS ?? 500);
const SEED = Number(process.env.CALLCENTER_E2E_SEED ?? 7);

let carrier: Carrier;
let product: Product;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  carrier = new Carrier({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    seed: SEED,
    timeScale: 200,
    faults: { duplicate: 0.2, shuffle: 0.2, delay: 0.2, drop: 0.05, lostReply: 0.02, delaySeconds: [5, 900] },
    restFaults: { tooMany: 0.02, fail: 0.01 },
  });
  product = await Product.start({ restUrl: await carrier.listen() });
  carrier.pointAt(product.url);
});

test.afterAll(async () => {
  await product?.stop();
  await carrier?.close();
});

test(`${CALLS} calls with duplicated, shuffled, delayed and dropped callbacks all end well`, async ({}, info) => {
  test.setTimeout(300_000);
  const reports: Report[] = await placeMany(carrier, { calls: CALLS, concurrency: 40, to: product.numbers() });
  const summary = summarise(carrier, reports);
  await info.attach('summary.json', { body: JSON.stringify(summary, null, 2), contentType: 'application/json' });
  await info.attach('server.log', { body: product.logs(2000), contentType: 'text/plain' });
  expect(summary.faults.duplicated, 'the faults really happened').toBeGreaterThan(CALLS / 10);

  const snapshot = await product.settled();
  expectNoBreaches(reports);
  expect(summary.errors).toEqual({});
  expect(summary.undelivered).toBe(0);
  expectOneTargetAtATime(reports);
  expectOneFinalRecordEach(reports, snapshot);
  expectCapacityHeld(product, snapshot, carrier.peaks);
  expectOutcomesFit(reports, snapshot, product.forwards());
  expect(summary.connected, 'some calls reach somebody').toBeGreaterThan(0);
  expect(product.panics()).toEqual([]);
});

test('the same delivery after everything is over changes nothing', async () => {
  const before = await product.inspect();
  const call = { from: '+12125550142', to: product.numbers()[0], caller: { hangupAfter: 3000 } };
  const callees = () => ({ kind: 'answer', after: 2, talk: 30 });
  const first: Report = await carrier.place({ ...call, key: 'again', callees });
  await product.settled();
  const middle = await product.inspect();
  const second: Report = await carrier.place({ ...call, key: 'again', callees });
  const after = await product.settled();
  expectNoBreaches([first, second]);
  expect(second.sid).toBe(first.sid);
  expect(after.calls.length).toBe(before.calls.length + 1);
  expect(after.calls.find((one) => one.sid === first.sid)).toEqual(middle.calls.find((one) => one.sid === first.sid));
  expect(after.capacity.map(({ target, total }) => ({ target, total }))).toEqual(
    middle.capacity.map(({ target, total }) => ({ target, total })),
  );
});
