import assert from 'node:assert/strict';
import { test } from 'node:test';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { connectionOf, signature, Transport } from './transport.mjs';
import { startStub, twiml } from './webhook-stub.mjs';

const authToken = 'fake-carrier-auth-token';

async function world(routes, t, options = {}) {
  const stub = await startStub(routes, options);
  const transport = new Transport({ authToken, baseUrl: stub.url, retryPauseMs: 1, ...options });
  t.after(async () => {
    transport.close();
    await stub.close();
  });
  return { stub, transport };
}

test('the npm library accepts what is sent: POST, GET, repeated, empty and unicode values', async (t) => {
  const { stub, transport } = await world({}, t);
  const params = { CallSid: 'CA1', From: '+15550001', Empty: '', Said: 'café ☎ 1+1=2 & more', Many: ['b', 'a', 'b'] };
  for (const signPort of ['asis', 'strip', 'add']) {
    transport.signPort = signPort;
    await transport.deliver({ url: `${stub.url}/post?step=1&x=%2F`, params });
    await transport.deliver({ url: `${stub.url}/get?step=1`, method: 'GET', params: { Digits: '12#', From: '+1 5' } });
  }
  assert.equal(stub.requests.length, 6);
  assert.ok(stub.requests.every((request) => request.authentic));
  assert.deepEqual(stub.requests[0].params, { ...params });
  assert.equal(stub.requests[1].params.Digits, '12#');
});

test('a public https address is signed while the request goes to the base address', async (t) => {
  const publicUrl = 'https://calls.example.com';
  const { stub, transport } = await world({}, t, { publicUrl });
  await transport.deliver({ url: `${publicUrl}/voice`, params: { A: '1' } });
  assert.equal(stub.requests[0].headers.host, 'calls.example.com');
  assert.ok(stub.requests[0].authentic);
});

test('a tampered parameter breaks the signature', () => {
  const good = signature(authToken, 'https://a.example/v', { A: '1' });
  assert.ok(webhooks.validateRequest(authToken, good, 'https://a.example/v', { A: '1' }));
  assert.ok(!webhooks.validateRequest(authToken, good, 'https://a.example/v', { A: '2' }));
});

test('ten HTTP redirects are followed, the eleventh is error 11215', async (t) => {
  const jump = ({ query }) => {
    const left = Number(query.get('left'));
    if (left === 0) return twiml();
    return { status: 307, headers: { Location: `/jump?left=${left - 1}` }, body: '' };
  };
  const { stub, transport } = await world({ '/jump': jump }, t);
  const fine = await transport.deliver({ url: `${stub.url}/jump?left=10`, params: { A: '1' } });
  assert.equal(fine.status, 200);
  const loop = await transport.deliver({ url: `${stub.url}/jump?left=11`, params: { A: '1' } });
  assert.equal(loop.error.code, 11215);
  assert.ok(stub.requests.every((request) => request.authentic && request.params.A === '1'));
});

test('a body above 64 kB is error 11750', async (t) => {
  const { stub, transport } = await world({ '/big': twiml(`<!--${'x'.repeat(65 * 1024)}-->`) }, t);
  const answer = await transport.deliver({ url: `${stub.url}/big` });
  assert.equal(answer.error.code, 11750);
});

test('retries follow the fragment, keep the token, and the fragment stays off the wire', async (t) => {
  let count = 0;
  const flaky = () => (++count < 3 ? { status: 503, headers: {}, body: '' } : twiml());
  const { stub, transport } = await world({ '/flaky': flaky }, t);
  const answer = await transport.deliver({ url: `${stub.url}/flaky#rc=4&rp=5xx`, token: 'once' });
  assert.equal(answer.status, 200);
  assert.equal(answer.attempts.length, 3);
  assert.deepEqual(stub.requests.map((request) => request.token), ['once', 'once', 'once']);
  assert.ok(stub.requests.every((request) => !request.url.includes('#') && request.authentic));
});

test('by default only a failed connect is retried', async (t) => {
  const { stub, transport } = await world({ '/bad': () => ({ status: 500, headers: {}, body: '' }) }, t);
  assert.equal((await transport.deliver({ url: `${stub.url}/bad` })).attempts.length, 1);
  const refused = await transport.deliver({ url: 'http://127.0.0.1:9/nobody' });
  assert.equal(refused.error.code, 11205);
  assert.equal(refused.attempts.length, 2);
});

test('a silent server is a read time-out', async (t) => {
  const { stub, transport } = await world({ '/slow': () => 'HANG' }, t);
  const answer = await transport.deliver({ url: `${stub.url}/slow#rt=100` });
  assert.equal(answer.error.code, 11200);
});

test('cookies come back, bounds of connection settings hold', async (t) => {
  const cookie = () => ({ headers: { 'Content-Type': 'text/xml', 'Set-Cookie': 'a=b; Path=/' }, body: twiml() });
  const { stub, transport } = await world({ '/cookie': cookie }, t);
  const cookies = new Map();
  await transport.deliver({ url: `${stub.url}/cookie`, cookies });
  await transport.deliver({ url: `${stub.url}/cookie`, cookies });
  assert.equal(stub.requests[1].headers.cookie, 'a=b');
  assert.deepEqual(connectionOf('#rc=99&rt=1&ct=x&rp=all'), { ct: 5000, rt: 100, tt: 15000, rc: 5, rp: ['all'] });
});
