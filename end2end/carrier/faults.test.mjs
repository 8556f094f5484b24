import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Carrier } from './carrier.mjs';
import { placeMany, summarise } from './load.mjs';
import { startStub, twiml } from './webhook-stub.mjs';

const CALL = { from: '+12125550100', to: '+18885550199' };

/** A small router: dials up to three numbers in turn, then gives up. */
function router() {
  const attempt = ({ headers: { host } }, number) =>
    twiml(
      `<Dial action="http://${host}/action?n=${number}" answerOnBridge="true" timeout="20" record="record-from-answer" recordingStatusCallback="http://${host}/rec">` +
        `<Number url="http://${host}/whisper" statusCallback="http://${host}/leg" statusCallbackEvent="initiated ringing answered completed">+1555000111${number}</Number></Dial>`,
    );
  return {
    '/api/webhooks/voice': (request) => attempt(request, 1),
    '/action': (request) => {
      const number = Number(request.query.get('n'));
      if (request.params.DialBridged === 'true' || number === 3) return twiml('<Hangup/>');
      return attempt(request, number + 1);
    },
    '/whisper': ({ headers: { host } }) =>
      twiml(`<Gather action="http://${host}/pressed" numDigits="1"><Say>Press 1</Say></Gather><Hangup/>`),
    '/pressed': ({ params }) => twiml(params.Digits === '1' ? '' : '<Hangup/>'),
  };
}

async function world(t, routes, options = {}) {
  const stub = await startStub(routes);
  const carrier = new Carrier({ baseUrl: stub.url, timeScale: 1000, ...options });
  t.after(async () => {
    await carrier.close();
    await stub.close();
  });
  return { stub, carrier };
}

function byToken(requests) {
  const groups = new Map();
  for (const request of requests) groups.set(request.token, [...(groups.get(request.token) ?? []), request]);
  return [...groups.values()];
}

test('duplicates carry the same token and the same parameters, other deliveries another token', async (t) => {
  const { stub, carrier } = await world(t, router(), { faults: { duplicate: 1 } });
  await carrier.place({ ...CALL, callees: () => ({ kind: 'answer', after: 1, talk: 10 }) });
  for (const group of byToken(stub.requests)) {
    assert.equal(group.length, 2, group[0].path);
    assert.deepEqual(group[0].params, group[1].params);
    assert.equal(group[0].path, group[1].path);
  }
});

test('a repeated delivery answered differently is a breach', async (t) => {
  let count = 0;
  const { carrier } = await world(t, { '/api/webhooks/voice': () => twiml(`<Say>Answer ${++count}</Say>`) }, { faults: { duplicate: 1 } });
  const report = await carrier.place(CALL);
  assert.match(report.breaches[0].problem, /different document/);
});

test('a lost reply is asked again with the same token', async (t) => {
  const { stub, carrier } = await world(t, router(), { faults: { lostReply: 1 } });
  const report = await carrier.place({ ...CALL, callees: () => ({ kind: 'answer', after: 1, talk: 10, whisper: 'accept' }) });
  const voice = stub.to('/api/webhooks/voice');
  assert.equal(voice.length, 2);
  assert.equal(voice[0].token, voice[1].token);
  assert.equal(report.connectedTo, '+15550001111');
});

test('shuffled callbacks arrive out of order, dropped ones never, and TwiML is always asked', async (t) => {
  const { stub, carrier } = await world(t, router(), { faults: { shuffle: 0.4 }, seed: 3 });
  for (let index = 0; index < 10; index += 1) {
    await carrier.place({ ...CALL, callees: () => ({ kind: 'answer', after: 1, talk: 10 }) });
  }
  const orders = new Map();
  for (const { params } of stub.to('/leg')) orders.set(params.CallSid, [...(orders.get(params.CallSid) ?? []), Number(params.SequenceNumber)]);
  assert.equal(orders.size, 10);
  assert.ok([...orders.values()].some((order) => order.some((number, at) => at > 0 && number < order[at - 1])));
  assert.ok([...orders.values()].every((order) => order.length === 4));

  const dropping = await world(t, router(), { faults: { drop: 1 } });
  const report = await dropping.carrier.place({ ...CALL, callees: () => ({ kind: 'answer', after: 1, talk: 10 }) });
  assert.equal(report.connectedTo, '+15550001111');
  assert.equal(dropping.stub.to('/leg').length, 0);
  assert.equal(report.exchanges.filter((one) => one.dropped).length, 6);
});

test('a callback that is not answered with 204 or an empty document is a breach', async (t) => {
  const { carrier } = await world(t, { '/api/webhooks/voice': twiml(), '/api/webhooks/status': twiml('<Say>no</Say>') });
  const report = await carrier.place(CALL);
  assert.match(report.breaches[0].problem, /instead of 204/);
});

const FAULTS = { duplicate: 0.2, shuffle: 0.2, delay: 0.2, drop: 0.05 };

async function fiveHundred(t) {
  const { carrier, stub } = await world(t, router(), { faults: FAULTS, seed: 7 });
  const reports = await placeMany(carrier, { calls: 500, concurrency: 50, to: ['+18885550199', '+18885550188'] });
  assert.ok(stub.requests.every((request) => request.authentic));
  return { reports, summary: summarise(carrier, reports) };
}

test('500 calls with faults end well within two minutes, the same way for the same seed', { timeout: 120_000 }, async (t) => {
  const first = await fiveHundred(t);
  assert.equal(first.reports.length, 500);
  assert.deepEqual(first.summary.breaches, []);
  assert.deepEqual(first.summary.errors, {});
  assert.deepEqual(first.summary.twoAtOnce, []);
  assert.ok(first.summary.connected > 300);
  const second = await fiveHundred(t);
  // Hang-ups race with ringing on the wall clock; who called whom and every fault does not.
  const patient = ({ reports }) =>
    reports.filter((one) => one.endedBy !== 'caller').map(({ sid, from, to, rang, connectedTo, status }) => ({ sid, from, to, rang, connectedTo, status }));
  const common = new Set(patient(second).map((one) => one.sid));
  const left = patient(first).filter((one) => common.has(one.sid));
  const kept = new Set(left.map((one) => one.sid));
  assert.ok(left.length > 380);
  assert.deepEqual(left, patient(second).filter((one) => kept.has(one.sid)));
});
