import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlledRest } from './control.mjs';
import { offered, refused, until } from './numbers-world.mjs';
import { clientOf } from './twilio-client.mjs';

const OWN = `AC${'1'.repeat(32)}`;
const SECOND = `AC${'2'.repeat(32)}`;

/** A server of worlds with two accounts, the client of the first, and the side door. */
async function world(t, options = {}) {
  const server = new ControlledRest({ accountSid: OWN, authToken: 'secret', seed: 7, ...options }, [[SECOND, 'other']]);
  const base = `http://127.0.0.1:${await server.listen()}`;
  t.after(() => server.close());
  const ask = async (path, body) => {
    const answer = await fetch(`${base}/control/${path}`, body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
    return { status: answer.status, body: await answer.json() };
  };
  const get = async (path, body) => {
    const answer = await ask(path, body);
    assert.equal(answer.status, 200, answer.body.error);
    return answer.body;
  };
  return { server, base, ask, get, client: clientOf(base, OWN, 'secret'), second: clientOf(base, SECOND, 'other') };
}

const buy = async (client, friendlyName) => client.incomingPhoneNumbers.create({ phoneNumber: await offered(client), friendlyName });

test('the side door tells what really happened, whatever the product was told', async (t) => {
  const { client, second, get } = await world(t, { restFaults: { lostAfterBuy: 1 } });
  await assert.rejects(buy(client, 'order-1'));
  await assert.rejects(buy(client, 'order-1'));
  await get('faults', {});
  const other = await buy(second, 'order-1');
  await second.incomingPhoneNumbers(other.sid).remove();
  const ledger = await get('ledger');
  assert.deepEqual(ledger.map((one) => [one.kind, one.account, one.order]), [
    ['buy', OWN, 'order-1'], ['buy', OWN, 'order-1'], ['buy', SECOND, 'order-1'], ['release', SECOND, 'order-1'],
  ]);
  assert.deepEqual([ledger[3].number, ledger[3].sid], [other.phoneNumber, other.sid]);
  const numbers = await get('numbers');
  assert.deepEqual(Object.keys(numbers), [OWN, SECOND]);
  assert.deepEqual(numbers[OWN].map((one) => [one.sid, one.phone_number, one.friendly_name]), [
    [ledger[1].sid, ledger[1].number, 'order-1'], [ledger[0].sid, ledger[0].number, 'order-1'],
  ]);
  assert.deepEqual(numbers[SECOND], []);
  assert.deepEqual(await get('bought-twice'), [{ what: 'order', name: 'order-1', account: OWN, purchases: ledger.slice(0, 2) }]);
});

test('through it a number is owned, changed and lost behind the product', async (t) => {
  const { client, second, get } = await world(t);
  const own = await get('own', { phone_number: '+12125550100', voice_url: 'https://old.example/' });
  assert.equal((await client.incomingPhoneNumbers(own.sid).fetch()).voiceUrl, 'https://old.example/');
  const other = await get('own', { phone_number: '+12125550101', account_sid: SECOND });
  assert.deepEqual((await second.incomingPhoneNumbers.list()).map((one) => one.sid), [other.sid]);
  const changed = await get('change', { which: '+12125550100', fields: { voice_url: 'https://elsewhere.example/' } });
  assert.deepEqual([changed.sid, (await client.incomingPhoneNumbers(own.sid).fetch()).voiceUrl], [own.sid, 'https://elsewhere.example/']);
  assert.equal((await get('lose', { which: own.sid })).phone_number, '+12125550100');
  await refused(client.incomingPhoneNumbers(own.sid).fetch(), 404, 20404);
  assert.deepEqual(await get('ledger'), []);
});

test('a slip of the test is refused and does nothing', async (t) => {
  const { ask, get } = await world(t);
  await get('own', { phone_number: '+12125550100', sid: 'PN1' });
  const before = await get('numbers');
  for (const [path, body, complaint] of [
    ['own', { phone_number: '+12125550100' }, /owned already/], ['own', { phone_number: '+12125550101', sid: 'PN1' }, /owned already/],
    ['own', { phone_number: '2125550101' }, /\+12125550100/], ['own', {}, /phone_number/],
    ['own', { phone_number: '+12125550101', account_sid: 'AC3' }, /no account AC3/], ['own', { phone_number: '+12125550101', voiceUrl: '' }, /no voiceUrl/],
    ['change', { which: 'PN2', fields: {} }, /nobody owns PN2/], ['change', { which: 'PN1', fields: { voiceUrl: '' } }, /no voiceUrl/],
    ['change', { which: 'PN1', voice_url: '' }, /no voice_url/], ['lose', {}, /nobody owns/],
    ['faults', { busy: 0.1 }, /no such fault: busy; there are tooMany, /], ['faults', { tooMany: 2 }, /from 0 to 1/],
    ['faults', { lostBeforeBuy: 0.6, lostAfterBuy: 0.6 }, /more than 1/], ['faults', '{', /JSON/], ['faults', '[]', /JSON object/],
    ['reset', {}, /seed/], ['reset', { seed: 2 ** 53 }, /seed/], ['reset', { seed: 1, fault: {} }, /no fault/], ['reset', { seed: 1, faults: { busy: 1 } }, /busy/],
  ]) {
    const { status, body: answer } = await ask(path, body);
    assert.equal(status, 400, `${path} ${JSON.stringify(body)}`);
    assert.match(answer.error, complaint);
  }
  for (const [path, body] of [['reset'], ['numbers', {}], ['nothing'], ['toString', {}]]) {
    const { status, body: answer } = await ask(path, body);
    assert.equal(status, 404, path);
    assert.match(answer.error, /there are GET numbers, /);
  }
  assert.deepEqual(await get('numbers'), before);
  assert.deepEqual(Object.values((await get('faults')).odds).filter((odds) => odds > 0), [1000, 500]);
});

test('faults are replaced, counted, and never befall the side door', async (t) => {
  const { server, client, base, get } = await world(t, { restFaults: { unavailable: 1, lagMs: 20 } });
  await refused(buy(client, 'order-1'), 400, 21422);
  const odds = await get('faults', { tooMany: 1, slowMs: 30 });
  assert.deepEqual([odds.tooMany, odds.unavailable, odds.slowMs, odds.lagMs], [1, 0, 30, 20]);
  await refused(client.incomingPhoneNumbers.list(), 429, 20429);
  assert.deepEqual(await get('faults'), { odds, counts: { unavailable: 1, tooMany: 1 } });
  assert.deepEqual(server.rest.requests.filter((one) => one.path.startsWith('/control/')), []);
  assert.equal((await fetch(`${base}/2010-04-01/Accounts/${OWN}.json`)).status, 401);
});

test('a reset begins a new world, the same for the same seed', async (t) => {
  const { client, get } = await world(t, { restFaults: { tooMany: 0.5, lagMs: 20 } });
  const seen = [];
  for (const seed of [1, 2, 1]) {
    assert.equal((await get('reset', { seed, faults: { lostAfterBuy: 0.5 } })).seed, seed);
    assert.deepEqual([await get('numbers'), await get('ledger'), (await get('faults')).counts], [{ [OWN]: [], [SECOND]: [] }, [], {}]);
    for (const order of ['order-1', 'order-2', 'order-3', 'order-4', 'order-5', 'order-6']) await buy(client, order).catch(() => {});
    const { counts } = await get('faults');
    seen.push(JSON.stringify([(await get('ledger')).map((one) => [one.order, one.number, one.sid]), counts]));
  }
  assert.equal(seen[0], seen[2]);
  assert.notEqual(seen[0], seen[1]);
  const { odds } = await get('reset', { seed: 3 });
  assert.deepEqual([odds.tooMany, odds.lostAfterBuy, odds.lagMs], [0.5, 0, 20], 'the odds of the start');
});

test('a request that is under way belongs to the world it was asked in', async (t) => {
  const { client, get } = await world(t, { restFaults: { slowBuy: 1, slowMs: 300 } });
  const phoneNumber = await offered(client);
  const late = client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: 'order-1' });
  await until(async () => (await get('ledger')).length === 1);
  await get('reset', { seed: 8 });
  assert.equal((await late).phoneNumber, phoneNumber);
  assert.deepEqual([await get('ledger'), (await get('numbers'))[OWN]], [[], []]);
});
