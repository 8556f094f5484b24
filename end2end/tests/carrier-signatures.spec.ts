// Signatures of the npm `twilio` library are accepted in every form, and nothing else is.

import { expect, test } from '@playwright/test';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { raw, type Raw } from '../raw.ts';
import { AUTH_TOKEN, Product } from '../server.ts';

const PUBLIC = 'https://calls.example.test';
const OLD_TOKEN = 'feedfacefeedfacefeedfacefeedface';
const FORM = 'application/x-www-form-urlencoded; charset=UTF-8';
const VOICE = '/api/webhooks/voice';
const { getExpectedTwilioSignature, getExpectedBodyHash } = webhooks;

let product: Product;
let serial = 0;

test.beforeAll(async () => {
  test.setTimeout(120_000);
  product = await Product.start({ publicUrl: PUBLIC, env: { TWILIO_AUTH_TOKEN: `${AUTH_TOKEN},${OLD_TOKEN}` } });
});

test.afterAll(async () => product?.stop());

type Params = Record<string, string | string[]>;

/** A call nobody has made yet. */
function arrival(extra: Params = {}): Params {
  serial += 1;
  const CallSid = `CA${serial.toString(16).padStart(32, 'f')}`;
  return { CallSid, AccountSid: 'AC1', From: '+12125550142', To: product.numbers()[0] ?? '', CallStatus: 'ringing', ApiVersion: '2010-04-01', Direction: 'inbound', ...extra };
}

function encode(params: Params): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) for (const one of [value].flat()) form.append(name, one);
  return form.toString();
}

interface Shape {
  path?: string;
  params?: Params;
  /** What is signed, when that is not what is sent. */
  signedUrl?: string;
  signedParams?: Params;
  token?: string;
  signature?: string | null;
  headers?: Record<string, string>;
}

function post(shape: Shape = {}): Promise<Raw> {
  const path = shape.path ?? VOICE;
  const params = shape.params ?? arrival();
  const signature = shape.signature === undefined
    ? getExpectedTwilioSignature(shape.token ?? AUTH_TOKEN, shape.signedUrl ?? PUBLIC + path, shape.signedParams ?? params)
    : shape.signature;
  return raw(product.url, {
    method: 'POST', path, body: encode(params),
    headers: { 'Content-Type': FORM, ...(signature === null ? {} : { 'X-Twilio-Signature': signature }), ...shape.headers },
  });
}

function get(query: string, shape: Shape = {}): Promise<Raw> {
  const path = `${VOICE}?${query}`;
  const signature = getExpectedTwilioSignature(shape.token ?? AUTH_TOKEN, shape.signedUrl ?? PUBLIC + path, {});
  return raw(product.url, { method: 'GET', path, headers: { 'X-Twilio-Signature': signature } });
}

function json(body: string, path: string, signedPath = path): Promise<Raw> {
  const signature = getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC + signedPath, {});
  return raw(product.url, { method: 'POST', path, body, headers: { 'Content-Type': 'application/json', 'X-Twilio-Signature': signature } });
}

function expectTwiml(answer: Raw): void {
  expect(answer.status, answer.body).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/xml/);
  expect(answer.body).toContain('<Response');
}

function expectForbidden(answer: Raw): void {
  expect({ status: answer.status, body: answer.body }).toEqual({ status: 403, body: '' });
}

const ACCEPTED: Record<string, () => Promise<Raw>> = {
  'a form by POST': () => post(),
  'the second token, while tokens are exchanged': () => post({ token: OLD_TOKEN }),
  'the port signed although it is the default': () => post({ signedUrl: `https://calls.example.test:443${VOICE}` }),
  'a query beside the form, in its own order': () => post({ path: `${VOICE}?z=1&a=%2Fx&empty=&b=a+b` }),
  'a query with characters that need no escape': () => post({ path: `${VOICE}?who=o'neil@(x)~!*,;:` }),
  'empty values': () => post({ params: arrival({ FromCity: '', FromState: '', CallerName: '' }) }),
  'unicode values': () => post({ params: arrival({ CallerName: 'Zoë Ångström ☎ 日本 \u{1f4de}', FromCity: 'São Paulo' }) }),
  'spaces, signs and line breaks kept as they are': () => post({ params: arrival({ Note: '  a + b = c & d % 100 \r\n ' }) }),
  'a name sent several times': () => post({ params: arrival({ Tag: ['b', 'a', 'b', ''] }) }),
  'names in upper and lower case': () => post({ params: arrival({ zeta: '1', Zeta: '2', ALPHA: '3', alpha: '4', _: '5' }) }),
  'parameters nobody knows yet': () => post({ params: arrival({ NewThing2027: '{"json":[1,2]}' }) }),
  'a caller by SIP': () => post({ params: arrival({ From: "sip:o'neil@pbx.example;transport=tls", SipHeader_X: '<a@b>' }) }),
  'a withheld caller': () => post({ params: arrival({ From: 'anonymous' }) }),
  'everything in the query by GET': () => get(encode(arrival())),
  'GET with an unescaped SIP address': () => get(`${encode(arrival({ From: '' }))}&X=sip:a@b.example`),
};
for (const [what, send] of Object.entries(ACCEPTED)) {
  test(`accepted: ${what}`, async () => expectTwiml(await send()));
}

test('accepted: a JSON body by its hash; what is in it is another matter', async () => {
  const body = JSON.stringify({ hello: 'wörld' });
  const answer = await json(body, `${VOICE}?bodySHA256=${getExpectedBodyHash(body)}`);
  expect(answer.status).not.toBe(403);
  expect(answer.status).toBeLessThan(500);
});

const REFUSED: Record<string, () => Promise<Raw>> = {
  'no signature': () => post({ signature: null }),
  'an empty signature': () => post({ signature: '' }),
  'a signature that is no base64': () => post({ signature: 'not a signature at all!' }),
  'a signature cut short': () => post({ signature: getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC + VOICE, {}).slice(0, 20) }),
  'another token': () => post({ token: 'somebody elses token' }),
  'an empty token': () => post({ token: '' }),
  'a value changed': () => { const params = arrival(); return post({ params, signedParams: { ...params, From: '+12125550143' } }); },
  'a value trimmed': () => { const params = arrival({ Note: 'x' }); return post({ params, signedParams: { ...params, Note: ' x ' } }); },
  'a parameter added': () => { const params = arrival(); return post({ params: { ...params, Extra: '1' }, signedParams: params }); },
  'a parameter taken away': () => { const params = arrival(); return post({ params, signedParams: { ...params, Extra: '1' } }); },
  'a parameter renamed': () => post({ params: arrival({ tO: '1' }), signedParams: arrival({ To: '1' }) }),
  'a repeated value added': () => { const params = arrival({ Tag: ['a', 'b'] }); return post({ params, signedParams: { ...params, Tag: 'a' } }); },
  'another path': () => post({ signedUrl: `${PUBLIC}/api/webhooks/status` }),
  'a slash more': () => post({ signedUrl: `${PUBLIC}${VOICE}/` }),
  'a query changed': () => post({ path: `${VOICE}?a=1`, signedUrl: `${PUBLIC}${VOICE}?a=2` }),
  'a query put in order': () => post({ path: `${VOICE}?b=1&a=2`, signedUrl: `${PUBLIC}${VOICE}?a=2&b=1` }),
  'a query escaped otherwise': () => post({ path: `${VOICE}?a=%2f`, signedUrl: `${PUBLIC}${VOICE}?a=%2F` }),
  'http instead of https': () => post({ signedUrl: `http://calls.example.test${VOICE}` }),
  'another port': () => post({ signedUrl: `https://calls.example.test:8443${VOICE}` }),
  'the address it really listens on': () => post({ signedUrl: product.url + VOICE }),
  'a host that the sender claims': () =>
    post({ signedUrl: `https://evil.example${VOICE}`, headers: { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' } }),
  'a weaker rule that the sender asks for': () =>
    post({ token: 'mine', headers: { 'X-Twilio-Webhooks-Signature-Settings': 'key=mine,algorithm=HMAC_SHA1' } }),
  'GET with a changed query': () => { const query = encode(arrival()); return get(query, { signedUrl: `${PUBLIC}${VOICE}?${query.replace('ringing', 'busy')}` }); },
  'form parameters moved into the query': () => {
    const params = arrival();
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC + VOICE, params);
    return raw(product.url, { method: 'GET', path: `${VOICE}?${encode(params)}`, headers: { 'X-Twilio-Signature': signature } });
  },
  'a JSON body changed': () => json('{"a":2}', `${VOICE}?bodySHA256=${getExpectedBodyHash('{"a":1}')}`),
  'a JSON body without its hash': () => json('{"a":1}', VOICE),
  'a JSON body with the hash changed': () =>
    json('{"a":2}', `${VOICE}?bodySHA256=${getExpectedBodyHash('{"a":2}')}`, `${VOICE}?bodySHA256=${getExpectedBodyHash('{"a":1}')}`),
  'a form dressed as JSON to escape the check': () => {
    const body = encode(arrival());
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC + VOICE, {});
    return raw(product.url, { method: 'POST', path: VOICE, body, headers: { 'Content-Type': 'text/plain', 'X-Twilio-Signature': signature } });
  },
};
test('refused with 403 and an empty body, and nothing is stored', async () => {
  const before = await product.inspect();
  for (const [what, send] of Object.entries(REFUSED)) {
    await test.step(what, async () => expectForbidden(await send()));
  }
  expect((await product.inspect()).calls.length).toBe(before.calls.length);
});

for (const path of ['/api/webhooks/status', '/api/webhooks/recording', `${VOICE}/0198b2c4-0000-7000-8000-000000000000/dialed-1`]) {
  test(`${path} asks for a signature too`, async () => {
    const params = arrival({ CallStatus: 'completed', CallDuration: '3', RecordingSid: `RE${'0'.repeat(32)}`, RecordingStatus: 'completed', RecordingUrl: 'https://api.twilio.com/x' });
    expectForbidden(await post({ path, params, signature: null }));
    expectForbidden(await post({ path, params, token: 'somebody elses token' }));
    const authentic = await post({ path, params });
    expect(authentic.status).not.toBe(403);
    expect(authentic.status).toBeLessThan(500);
    if (!path.startsWith(VOICE)) expect({ status: authentic.status, body: authentic.body }).toEqual({ status: 204, body: '' });
  });
}

test('bad input: a clear error, nothing stored', async () => {
  const before = await product.inspect();
  const sign = (params: Params) => getExpectedTwilioSignature(AUTH_TOKEN, PUBLIC + VOICE, params);
  const huge = arrival({ Note: 'x'.repeat(300 * 1024) });
  const send = (body: string, type: string, signature: string) =>
    raw(product.url, { method: 'POST', path: VOICE, body, headers: { 'Content-Type': type, 'X-Twilio-Signature': signature } });
  expect((await send(encode(huge), FORM, sign(huge))).status, 'an oversized body').toBe(413);
  expect((await send('From=%zz&To=%', FORM, sign({ From: '%zz', To: '%' }))).status, 'a malformed body').toBe(403);
  expect((await send('From=%ff%fe', FORM, sign({ From: '\ufffd\ufffd' }))).status, 'a body that is not UTF-8').toBe(403);
  expect((await send('{}', 'application/json', sign({}))).status, 'no form, no hash').toBe(403);
  const lacking = { AccountSid: 'AC1', From: '+12125550142' };
  const answer = await send(encode(lacking), FORM, sign(lacking));
  expect(answer.status, 'an authentic request without a call').toBeLessThan(500);
  expect((await product.inspect()).calls.length).toBe(before.calls.length);
  expectTwiml(await post());
});

test('where the public address has a port, both ways to sign it are accepted', async () => {
  test.setTimeout(120_000);
  const local = await Product.start();
  try {
    for (const host of [local.url, local.url.replace(/:\d+$/, '')]) {
      const params = arrival({ To: local.numbers()[0] ?? '' });
      const signature = getExpectedTwilioSignature(AUTH_TOKEN, host + VOICE, params);
      expectTwiml(await raw(local.url, { method: 'POST', path: VOICE, body: encode(params), headers: { 'Content-Type': FORM, 'X-Twilio-Signature': signature } }));
    }
    const params = arrival();
    const signature = getExpectedTwilioSignature(AUTH_TOKEN, `${local.url.replace(/:\d+$/, ':80')}${VOICE}`, params);
    expectForbidden(await raw(local.url, { method: 'POST', path: VOICE, body: encode(params), headers: { 'Content-Type': FORM, 'X-Twilio-Signature': signature } }));
  } finally {
    await local.stop();
  }
});
