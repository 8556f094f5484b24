import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Carrier } from './carrier.mjs';
import { startStub, twiml } from './webhook-stub.mjs';

const CALL = { from: '+12125550100', to: '+18885550199' };

async function world(t, routes, options = {}) {
  const stub = await startStub(routes, {});
  const carrier = new Carrier({ baseUrl: stub.url, timeScale: 500, retryPauseMs: 1, ...options });
  t.after(async () => {
    await carrier.close();
    await stub.close();
  });
  return { stub, carrier };
}

function dialTo(url, { number = '+15550001111', attributes = '', noun = '' } = {}) {
  return twiml(
    `<Dial action="${url}/action" answerOnBridge="true" timeout="20" ${attributes}>` +
      `<Number statusCallback="${url}/leg" statusCallbackEvent="initiated ringing answered completed" ${noun}>${number}</Number></Dial>`,
  );
}

test('a dialed call: events in order, the action carries the outcome, then the end', async (t) => {
  const { stub, carrier } = await world(t, {
    '/api/webhooks/voice': (request) => dialTo(`http://${request.headers.host}`),
    '/action': twiml('<Hangup/>'),
  });
  const report = await carrier.place({ ...CALL, callees: () => ({ kind: 'answer', after: 3, talk: 40 }) });
  assert.deepEqual(report.breaches, []);
  assert.equal(report.connectedTo, '+15550001111');
  assert.equal(report.status, 'completed');
  assert.equal(report.twoAtOnce, false);
  const events = stub.to('/leg');
  assert.deepEqual(events.map((one) => one.params.CallStatus), ['initiated', 'ringing', 'in-progress', 'completed']);
  assert.deepEqual(events.map((one) => one.params.SequenceNumber), ['0', '1', '2', '3']);
  assert.equal(events[3].params.ParentCallSid, report.sid);
  const [action] = stub.to('/action');
  assert.equal(action.params.CallSid, report.sid);
  assert.equal(action.params.DialCallStatus, 'completed');
  assert.equal(action.params.DialBridged, 'true');
  assert.ok(Number(action.params.DialCallDuration) >= 40);
  const [end] = stub.to('/api/webhooks/status');
  assert.equal(end.params.CallStatus, 'completed');
  assert.ok(stub.requests.every((request) => request.authentic));
});

for (const kind of ['busy', 'no-answer', 'failed']) {
  test(`a callee that is ${kind} makes the action choose again`, async (t) => {
    let actions = 0;
    const { stub, carrier } = await world(t, {
      '/api/webhooks/voice': (request) => dialTo(`http://${request.headers.host}`),
      '/action': (request) => (++actions === 1 ? dialTo(`http://${request.headers.host}`, { number: '+15550002222' }) : twiml()),
    });
    const report = await carrier.place({
      ...CALL, callees: ({ attempt }) => (attempt === 0 ? { kind, after: 2 } : { kind: 'answer', after: 1, talk: 10 }),
    });
    assert.deepEqual(report.rang, ['+15550001111', '+15550002222']);
    assert.deepEqual(stub.to('/action').map((one) => one.params.DialCallStatus), [kind, 'completed']);
    assert.equal(report.connectedTo, '+15550002222');
  });
}

test('a caller who hangs up while it rings: canceled, the action is asked but not executed', async (t) => {
  const { stub, carrier } = await world(t, {
    '/api/webhooks/voice': (request) => dialTo(`http://${request.headers.host}`),
    '/action': (request) => dialTo(`http://${request.headers.host}`, { number: '+15550002222' }),
  });
  const report = await carrier.place({ ...CALL, caller: { hangupAfter: 5 }, callees: () => ({ kind: 'no-answer' }) });
  assert.deepEqual(report.rang, ['+15550001111']);
  assert.equal(report.legs[0].status, 'canceled');
  assert.equal(report.status, 'no-answer');
  assert.equal(stub.to('/action')[0].params.DialCallStatus, 'canceled');
  assert.equal(report.endedBy, 'caller');
});

for (const [whisper, bridged] of [['accept', true], ['refuse', false], ['silent', false], ['hangup', false]]) {
  test(`whisper: a callee who would ${whisper} is ${bridged ? '' : 'not '}bridged`, async (t) => {
    const { stub, carrier } = await world(t, {
      '/api/webhooks/voice': ({ headers: { host } }) => dialTo(`http://${host}`, { noun: `url="http://${host}/whisper"` }),
      '/whisper': ({ headers: { host } }) =>
        twiml(`<Gather action="http://${host}/pressed" numDigits="1"><Say>Press 1</Say></Gather><Hangup/>`),
      '/pressed': ({ params }) => twiml(params.Digits === '1' ? '' : '<Hangup/>'),
      '/action': twiml(),
    });
    const report = await carrier.place({ ...CALL, callees: () => ({ kind: 'answer', after: 2, talk: 20, whisper }) });
    assert.equal(report.connectedTo !== null, bridged);
    const [asked] = stub.to('/whisper');
    assert.equal(asked.params.ParentCallSid, report.sid);
    assert.equal(asked.params.CallSid, report.legs[0].sid);
    const [action] = stub.to('/action');
    assert.equal(action.params.DialCallStatus, 'completed');
    assert.equal(action.params.DialBridged, String(bridged));
    assert.deepEqual(report.breaches, []);
  });
}

test('two nouns ring at once and the report says so; the slower one is canceled', async (t) => {
  const { carrier } = await world(t, {
    '/api/webhooks/voice': twiml('<Dial><Number>+15550001111</Number><Sip>sip:a@b.example</Sip></Dial>'),
  });
  const report = await carrier.place({ ...CALL, callees: ({ kind }) => ({ kind: 'answer', after: kind === 'sip' ? 1 : 9, talk: 5 }) });
  assert.equal(report.mostLegsAtOnce, 2);
  assert.equal(report.twoAtOnce, false, 'the phones of one Dial ring together');
  assert.equal(report.connectedTo, 'sip:a@b.example');
  assert.deepEqual(report.legs.map((leg) => leg.status), ['canceled', 'completed']);
});

test('a menu: digits reach the action, silence falls through to the next verb', async (t) => {
  const routes = {
    '/api/webhooks/voice': ({ headers: { host } }) =>
      twiml(`<Gather action="http://${host}/menu" numDigits="1"><Say>Choose</Say></Gather><Redirect>http://${host}/silent</Redirect>`),
    '/menu': ({ params }) => twiml(`<Say>You chose ${params.Digits}</Say>`),
    '/silent': twiml('<Say>Nothing heard</Say>'),
  };
  const { carrier } = await world(t, routes);
  const typed = await carrier.place({ ...CALL, caller: { digits: ['2'] } });
  assert.deepEqual(typed.heard, [{ say: 'Choose' }, { typed: '2' }, { say: 'You chose 2' }]);
  const silent = await carrier.place(CALL);
  assert.deepEqual(silent.heard.at(-1), { say: 'Nothing heard' });
});

test('voicemail: the action and the recording callback carry the recording', async (t) => {
  const { stub, carrier } = await world(t, {
    '/api/webhooks/voice': ({ headers: { host } }) =>
      twiml(`<Record action="http://${host}/done" maxLength="60" recordingStatusCallback="http://${host}/rec"/>`),
    '/done': twiml('<Hangup/>'),
  });
  await carrier.place({ ...CALL, caller: { voicemail: 12 } });
  await carrier.place({ ...CALL, caller: { voicemail: 30, hangupAfter: 10 } });
  const [first, second] = stub.to('/done');
  assert.ok(Number(first.params.RecordingDuration) >= 11);
  assert.equal(second.params.Digits, 'hangup');
  assert.equal(stub.to('/rec')[0].params.RecordingStatus, 'completed');
  assert.equal(stub.to('/rec')[0].params.RecordingSid, first.params.RecordingSid);
});

test('an empty voicemail goes on with the next verb', async (t) => {
  const { stub, carrier } = await world(t, {
    '/api/webhooks/voice': ({ headers: { host } }) => twiml(`<Record action="http://${host}/done"/><Say>Nothing recorded</Say>`),
  });
  const report = await carrier.place({ ...CALL, caller: { voicemail: 0 } });
  assert.equal(stub.to('/done').length, 0);
  assert.deepEqual(report.heard.at(-1), { say: 'Nothing recorded' });
});

test('reject is not answered and has no duration', async (t) => {
  const { stub, carrier } = await world(t, { '/api/webhooks/voice': twiml('<Reject reason="busy"/>') });
  const report = await carrier.place(CALL);
  assert.equal(report.status, 'busy');
  assert.equal(stub.to('/api/webhooks/status')[0].params.CallDuration, '0');
});

const FAILURES = {
  'a server error': [{ status: 500, headers: {}, body: '' }, '11200'],
  'bad XML': ['<Response><Say>oops</Response>', '12100'],
  'a wrong root': ['<Reply/>', '12100'],
  'a wrong content type': [{ headers: { 'Content-Type': 'application/json' }, body: '{}' }, '12300'],
  'a time-out': ['HANG', '11200'],
};
for (const [what, [answer, code]] of Object.entries(FAILURES)) {
  test(`${what} makes the fallback take over`, async (t) => {
    const { stub, carrier } = await world(
      t,
      { '/api/webhooks/voice': () => answer, '/fallback': twiml('<Say>Sorry</Say>') },
      { fallbackPath: '/fallback', connection: { rt: 100 } },
    );
    const report = await carrier.place(CALL);
    assert.equal(stub.to('/fallback')[0].params.ErrorCode, code);
    assert.deepEqual(report.heard, [{ say: 'Sorry' }]);
  });
}

test('without a fallback the caller hears an application error', async (t) => {
  const { carrier } = await world(t, { '/api/webhooks/voice': () => ({ status: 503, headers: {}, body: '' }) });
  const report = await carrier.place(CALL);
  assert.deepEqual(report.heard, [{ error: 'application error' }]);
  assert.equal(report.errors[0].code, 11200);
});

test('a loop of redirects ends', async (t) => {
  const { carrier } = await world(t, { '/api/webhooks/voice': ({ url }) => twiml(`<Redirect>${url}</Redirect>`) });
  assert.equal((await carrier.place(CALL)).errors[0].code, 11215);
});
