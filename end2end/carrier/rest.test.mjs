import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Carrier } from './carrier.mjs';
import { startStub, twiml } from './webhook-stub.mjs';

const CALL = { from: '+12125550100', to: '+18885550199' };

async function world(t, routes, options = {}) {
  const stub = await startStub(routes);
  const carrier = new Carrier({ baseUrl: stub.url, timeScale: 500, ...options });
  const rest = await carrier.listen();
  t.after(async () => {
    await carrier.close();
    await stub.close();
  });
  const authorization = `Basic ${Buffer.from(`${carrier.accountSid}:${carrier.authToken}`).toString('base64')}`;
  const ask = (path, init = {}) =>
    fetch(`${rest}/2010-04-01/Accounts/${carrier.accountSid}/${path}`, { ...init, headers: { authorization, ...init.headers } });
  return { stub, carrier, rest, ask };
}

const RECORDED = twiml('<Dial record="record-from-answer-dual"><Number>+15550001111</Number></Dial>');
const answers = () => ({ kind: 'answer', after: 1, talk: 20 });

test('wrong credentials get 401, unknown things 404, JSON bodies 415', async (t) => {
  const { rest, carrier, ask } = await world(t, {});
  const naked = await fetch(`${rest}/2010-04-01/Accounts/${carrier.accountSid}/Calls.json`);
  assert.equal(naked.status, 401);
  assert.equal((await naked.json()).code, 20003);
  assert.equal((await ask('Calls/CA404.json')).status, 404);
  const json = await ask('Calls/CA404.json', { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  assert.equal(json.status, 415);
});

test('a call, its children and its recordings can be asked for afterwards', async (t) => {
  const { carrier, ask } = await world(t, { '/api/webhooks/voice': RECORDED });
  const report = await carrier.place({ ...CALL, callees: answers });
  const parent = await (await ask(`Calls/${report.sid}.json`)).json();
  assert.equal(parent.status, 'completed');
  assert.equal(parent.duration, String(report.duration));
  assert.equal(parent.parent_call_sid, null);
  const children = await (await ask(`Calls.json?ParentCallSid=${report.sid}`)).json();
  assert.deepEqual(children.calls.map((one) => [one.sid, one.to, one.status, one.direction]), [
    [report.legs[0].sid, '+15550001111', 'completed', 'outbound-dial'],
  ]);
  const { recordings } = await (await ask(`Recordings.json?CallSid=${report.sid}`)).json();
  assert.equal(recordings.length, 1);
  assert.equal(recordings[0].channels, 2);
  assert.equal(recordings[0].source, 'DialVerb');
});

test('recordings are real audio with byte ranges, and can be deleted', async (t) => {
  const { carrier, ask } = await world(t, { '/api/webhooks/voice': RECORDED });
  await carrier.place({ ...CALL, callees: answers });
  const [recording] = carrier.recordings.values();
  const wav = Buffer.from(await (await ask(`Recordings/${recording.sid}`)).arrayBuffer());
  assert.equal(wav.subarray(0, 4).toString(), 'RIFF');
  assert.equal(wav.length, 44 + recording.duration * 8000 * 4);
  assert.ok(wav.subarray(44, 4044).some((byte) => byte !== 0));
  const part = await ask(`Recordings/${recording.sid}.wav`, { headers: { range: 'bytes=4-11' } });
  assert.equal(part.status, 206);
  assert.equal(part.headers.get('content-range'), `bytes 4-11/${wav.length}`);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), wav.subarray(4, 12));
  assert.equal((await ask(`Recordings/${recording.sid}`, { headers: { range: 'bytes=-10' } })).status, 206);
  assert.equal((await ask(`Recordings/${recording.sid}`, { headers: { range: `bytes=${wav.length}-` } })).status, 416);
  const mp3 = await ask(`Recordings/${recording.sid}.mp3`);
  assert.equal(mp3.headers.get('content-type'), 'audio/mpeg');
  assert.equal(Buffer.from(await mp3.arrayBuffer()).readUInt16BE(0), 0xfffb);
  assert.equal((await ask(`Recordings/${recording.sid}.json`, { method: 'DELETE' })).status, 204);
  assert.equal((await ask(`Recordings/${recording.sid}.json`)).status, 404);
});

test('a live call can be ended, and redirected, once', async (t) => {
  const { stub, carrier, ask } = await world(t, {
    '/api/webhooks/voice': twiml('<Dial answerOnBridge="true"><Number>+15550001111</Number></Dial>'),
    '/moved': twiml('<Say>Moved</Say>'),
  }, { timeScale: 100 });
  const form = (fields) => ({ method: 'POST', body: new URLSearchParams(fields) });
  const talking = async (sid) => {
    while (carrier.find(sid)?.status !== 'in-progress') await new Promise((next) => setTimeout(next, 5));
  };
  for (const [fields, heard] of [[{ Status: 'completed' }, { bridged: '+15550001111' }], [{ Url: `${stub.url}/moved` }, { say: 'Moved' }]]) {
    const sid = `CA${fields.Url ? 'b' : 'a'}`.padEnd(34, '0');
    const report = carrier.place({ ...CALL, sid, callees: () => ({ kind: 'answer', after: 1, talk: 3000 }) });
    await talking(sid);
    assert.equal((await ask(`Calls/${sid}.json`, form(fields))).status, 200);
    assert.deepEqual((await report).heard.at(-1), heard);
    const late = await ask(`Calls/${sid}.json`, form({ Status: 'completed' }));
    assert.equal((await late.json()).code, 21220);
  }
});

test('lists are paged by next_page_uri', async (t) => {
  const { carrier, rest, ask } = await world(t, { '/api/webhooks/voice': twiml('<Reject/>') });
  for (let index = 0; index < 5; index += 1) await carrier.place(CALL);
  const first = await (await ask('Calls.json?PageSize=2')).json();
  assert.equal(first.calls.length, 2);
  const authorization = `Basic ${Buffer.from(`${carrier.accountSid}:${carrier.authToken}`).toString('base64')}`;
  let seen = 2;
  for (let next = first.next_page_uri; next; ) {
    const page = await (await fetch(rest + next, { headers: { authorization } })).json();
    seen += page.calls.length;
    next = page.next_page_uri;
  }
  assert.equal(seen, 5);
});

test('the API can be too busy', async (t) => {
  const { ask } = await world(t, {}, { restFaults: { tooMany: 1 } });
  assert.equal((await ask('Calls.json')).status, 429);
});
