import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offered, refused, until, world } from './numbers-world.mjs';
import { clientOf } from './twilio-client.mjs';

const buy = async (client, friendlyName, at = 0) => (
  client.incomingPhoneNumbers.create({ phoneNumber: await offered(client, { areaCode: 212 }, at), friendlyName })
);
const cut = (promise) => assert.rejects(promise, (error) => error.status === undefined && error.code === 'ECONNRESET');
const byName = (client, friendlyName) => client.incomingPhoneNumbers.list({ friendlyName });

test('an answer that is lost after the purchase leaves the number bought', async (t) => {
  const { client, rest, numbers, ledger } = await world(t, { restFaults: { lostAfterBuy: 1 } });
  await cut(buy(client, 'order-1'));
  const [found] = await byName(client, 'order-1');
  assert.deepEqual(ledger.purchases('order-1').map((one) => one.sid), [found.sid]);
  assert.deepEqual(numbers.boughtTwice(), []);
  await cut(buy(client, 'order-1'));
  const [twice] = numbers.boughtTwice();
  assert.deepEqual([twice.what, twice.name, twice.purchases.length], ['order', 'order-1', 2]);
  assert.equal(rest.chance.counts.lostAfterBuy, 2);
  rest.faults.lostAfterBuy = 0;
  await client.incomingPhoneNumbers(found.sid).remove();
  assert.deepEqual(numbers.boughtTwice(), []);
  assert.equal(ledger.purchases('order-1').length, 2);
});

test('a connection that is cut before the purchase leaves nothing', async (t) => {
  const { client, rest, ledger } = await world(t, { restFaults: { lostBeforeBuy: 1 } });
  await cut(buy(client, 'order-1'));
  assert.deepEqual([await byName(client, 'order-1'), ledger.entries], [[], []]);
  assert.deepEqual(rest.requests.filter((one) => one.method === 'POST').map((one) => [one.status, one.form.FriendlyName]), [[0, 'order-1']]);
});

test('a failure may come before or after the purchase', async (t) => {
  const { client, rest, ledger } = await world(t, { restFaults: { failAfterBuy: 1 } });
  await refused(buy(client, 'order-1'), 500, 20500);
  assert.equal(ledger.purchases('order-1').length, 1);
  const phoneNumber = await offered(client);
  rest.faults.fail = 1;
  await refused(client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: 'order-2' }), 503, 20503);
  Object.assign(rest.faults, { fail: 0, tooMany: 1 });
  await refused(client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: 'order-2' }), 429, 20429);
  assert.equal(ledger.purchases('order-2').length, 0);
});

test('a number that the search lists may be unavailable all the same', async (t) => {
  const { client, ledger } = await world(t, { restFaults: { unavailable: 1 } });
  const phoneNumber = await offered(client);
  await refused(buy(client, 'order-1'), 400, 21422);
  assert.equal(await offered(client), phoneNumber);
  assert.deepEqual(ledger.entries, []);
});

test('a slow purchase is done at once and answered late', async (t) => {
  const { client, ledger } = await world(t, { restFaults: { slowBuy: 1, slowMs: 1000 } });
  const phoneNumber = await offered(client);
  const started = Date.now();
  let answered = false;
  const answer = client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: 'order-1' }).finally(() => { answered = true; });
  await until(() => ledger.purchases('order-1').length === 1);
  assert.equal((await byName(client, 'order-1')).length, 1);
  assert.equal(answered, false, 'the list was not held, the purchase was');
  const bought = await answer;
  assert.ok(Date.now() - started >= 990);
  assert.equal(bought.phoneNumber, phoneNumber);
});

test('a number just bought shows in the list later, but by its sid at once', async (t) => {
  const { client } = await world(t, { restFaults: { listLag: 1, lagMs: 1000 } });
  const { sid } = await buy(client, 'order-1');
  assert.deepEqual(await byName(client, 'order-1'), []);
  assert.equal((await client.incomingPhoneNumbers(sid).fetch()).sid, sid);
  await until(async () => (await byName(client, 'order-1')).length === 1);
});

test('faults follow the seed, the order and the attempt, not the order of arrival', async (t) => {
  const odds = { lostBeforeBuy: 0.2, unavailable: 0.2, lostAfterBuy: 0.2, failAfterBuy: 0.2 };
  const runs = [];
  for (const [seed, backwards] of [[1, false], [1, true], [2, false]]) {
    const { client } = await world(t, { seed, restFaults: odds });
    const outcomes = {};
    const orders = Array.from({ length: 12 }, (_, index) => `order-${index}`);
    for (const order of backwards ? orders.reverse() : orders) {
      for (const attempt of [1, 2]) {
        outcomes[`${order} ${attempt}`] = await buy(client, order).then(() => 'bought', (error) => error.status ?? 'cut');
      }
    }
    runs.push(Object.entries(outcomes).sort());
  }
  assert.deepEqual(runs[0], runs[1]);
  assert.notDeepEqual(runs[0], runs[2]);
  assert.deepEqual([...new Set(runs[0].map(([, outcome]) => String(outcome)))].sort(), ['400', '500', 'bought', 'cut']);
  assert.ok(runs[0].some(([, outcome], index) => index % 2 === 0 && outcome !== runs[0][index + 1][1]), 'another attempt may end otherwise');
});

test('a misspelt fault is an error, not a run without faults', async (t) => {
  await assert.rejects(world(t, { restFaults: { lostAfterbuy: 1 } }), /lostAfterbuy/);
});

test('more requests at once than allowed get 429 and do nothing', async (t) => {
  const { client, rest, ledger } = await world(t, { rest: { mostInFlight: 2, holdMs: 200 } });
  const numbers = await client.availablePhoneNumbers('US').local.list({ areaCode: 212 });
  const answers = await Promise.allSettled(numbers.slice(0, 6).map(({ phoneNumber }, index) => (
    client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: `order-${index}` })
  )));
  const bought = answers.filter((one) => one.status === 'fulfilled').map((one) => one.value.friendlyName);
  assert.equal(bought.length, 2);
  assert.deepEqual(answers.filter((one) => one.status === 'rejected').map(({ reason }) => [reason.status, reason.code]), Array(4).fill([429, 20429]));
  assert.deepEqual(ledger.purchases().map((one) => one.order), bought);
  assert.ok(rest.peakInFlight > 2 && rest.peakInFlight <= 6, rest.peakInFlight);
  assert.equal((await client.incomingPhoneNumbers.list()).length, 2, 'the places are free again');
});

test('answers are held for the time asked, without limit on their number', async (t) => {
  const { client, rest } = await world(t, { rest: { holdMs: [400, 500] } });
  const started = Date.now();
  await Promise.all(Array.from({ length: 8 }, () => client.incomingPhoneNumbers.list()));
  const took = Date.now() - started;
  assert.ok(took >= 390 && took < 3000, took);
  assert.equal(rest.peakInFlight, 8);
});

test('two orders for one number: one gets it', async (t) => {
  const { client, ledger } = await world(t, { rest: { holdMs: [0, 30] } });
  const phoneNumber = await offered(client);
  const answers = await Promise.allSettled(Array.from({ length: 5 }, (_, index) => (
    client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: `order-${index}` })
  )));
  assert.deepEqual(answers.flatMap(({ reason }) => reason?.code ?? []), [21422, 21422, 21422, 21422]);
  assert.equal(ledger.live().length, 1);
});

test('the ledger sees a number that is sold twice, and orders apart by account', async (t) => {
  const { client, base, rest, numbers, ledger } = await world(t);
  const second = `AC${'2'.repeat(32)}`;
  rest.addAccount(second, 'token');
  const { phoneNumber } = await buy(client, 'order-1');
  await buy(clientOf(base, second, 'token'), 'order-1');
  await client.incomingPhoneNumbers.create({ areaCode: '212' });
  await client.incomingPhoneNumbers.create({ areaCode: '212' });
  assert.deepEqual(numbers.boughtTwice(), []);
  ledger.note('buy', { account: second, order: 'order-2', number: phoneNumber, sid: 'PN2' });
  assert.deepEqual(numbers.boughtTwice().map((one) => [one.what, one.name]), [['number', phoneNumber]]);
});
