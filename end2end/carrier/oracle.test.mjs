import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HOOK, offered, world } from './numbers-world.mjs';
import { requestFor } from './oracle.mjs';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const asked = (op, params, more) => requestFor({ op, params, account: ACCOUNT, token: 'secret', ...more });

test('the oracle tells method, path, pairs and headers', async () => {
  const bought = await asked('buy', { phoneNumber: '+12125550100', friendlyName: 'order 1 & é', voiceUrl: `${HOOK}?a=b`, voiceMethod: 'POST', voiceCallerIdLookup: true });
  assert.deepEqual([bought.method, bought.host, bought.target], ['POST', 'api.twilio.com', `/2010-04-01/Accounts/${ACCOUNT}/IncomingPhoneNumbers.json`]);
  assert.deepEqual(bought.form.toSorted(), [
    ['FriendlyName', 'order 1 & é'], ['PhoneNumber', '+12125550100'], ['VoiceCallerIdLookup', 'true'], ['VoiceMethod', 'POST'], ['VoiceUrl', `${HOOK}?a=b`],
  ]);
  assert.match(bought.body, /FriendlyName=order%201%20%26%20%C3%A9/);
  assert.deepEqual(bought.headers, {
    accept: 'application/json', 'accept-charset': 'utf-8', 'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${Buffer.from(`${ACCOUNT}:secret`).toString('base64')}`,
  });
  const found = await asked('search', { country: 'US', type: 'TollFree', contains: '+1888', voiceEnabled: true, limit: 5 });
  assert.deepEqual([found.path, found.query, found.form], [
    `/2010-04-01/Accounts/${ACCOUNT}/AvailablePhoneNumbers/US/TollFree.json`, [['Contains', '+1888'], ['VoiceEnabled', 'true'], ['PageSize', '5']], [],
  ]);
  const key = await asked('account', {}, { key: 'SK1' });
  assert.deepEqual([key.method, key.path, key.headers.authorization], ['GET', `/2010-04-01/Accounts/${ACCOUNT}.json`, `Basic ${btoa('SK1:secret')}`]);
  await assert.rejects(asked('sell'), /no operation sell/);
});

test('the carrier answers what the oracle says the client sends', async (t) => {
  const { base, client, carrier, numbers } = await world(t);
  const { sid } = numbers.own({ phone_number: '+12125550100', friendly_name: 'order-0' });
  const send = async (op, params) => {
    const { method, target, headers, body } = await requestFor({ op, params, account: carrier.accountSid, token: carrier.authToken });
    const answer = await fetch(base + target, { method, headers, body: body || undefined });
    return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
  };
  const phoneNumber = await offered(client);
  const bought = await send('buy', { phoneNumber, friendlyName: 'order-1', voiceUrl: HOOK });
  assert.deepEqual([bought.status, bought.body.phone_number, bought.body.voice_url], [201, phoneNumber, HOOK]);
  assert.equal((await send('buy', { type: 'Local', phoneNumber })).body.code, 21422);
  assert.equal((await send('search', { areaCode: 212 })).body.available_phone_numbers.length, 30);
  assert.deepEqual((await send('listByName', { friendlyName: 'order-1' })).body.incoming_phone_numbers, [bought.body]);
  assert.equal((await send('listByNumber', { phoneNumber: '+12125550100' })).body.incoming_phone_numbers[0].sid, sid);
  const { body: first } = await send('list', { pageSize: 1 });
  assert.equal((await send('nextPage', { uri: first.next_page_uri })).body.incoming_phone_numbers[0].sid, sid);
  assert.equal((await send('update', { sid, voiceUrl: HOOK })).body.voice_url, HOOK);
  assert.equal((await send('fetch', { sid })).body.voice_url, HOOK);
  assert.equal((await send('release', { sid })).status, 204);
  assert.equal((await send('account')).body.sid, carrier.accountSid);
  assert.equal((await send('prices', { country: 'GB' })).body.iso_country, 'GB');
});

test('as a program it answers line by line', () => {
  const input = ['{"op":"release","params":{"sid":"PN1"}}', 'nonsense', '{"op":"list"}'].join('\n');
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(new URL('oracle.mjs', import.meta.url))], { input, encoding: 'utf8' });
  const lines = stdout.trim().split('\n').map((line) => JSON.parse(line));
  assert.equal(status, 1);
  assert.deepEqual([lines[0].method, lines[0].path.split('/').at(-1), typeof lines[1].error, lines[2].query], ['DELETE', 'PN1.json', 'string', []]);
});
