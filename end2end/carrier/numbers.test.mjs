import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOOK, offered, refused, until, world } from './numbers-world.mjs';
import { clientOf } from './twilio-client.mjs';

const SECOND = `AC${'2'.repeat(32)}`;
const values = (instance) => Object.entries(instance.toJSON());

test('a search answers rows with all fields of the vendor, at most thirty', async (t) => {
  const { client } = await world(t);
  const rows = await client.availablePhoneNumbers('US').local.list({ areaCode: 415 });
  assert.equal(rows.length, 30);
  for (const row of rows) {
    assert.match(row.phoneNumber, /^\+1415[2-9]\d{6}$/);
    assert.match(row.friendlyName, /^\(415\) \d{3}-\d{4}$/);
    assert.deepEqual(values(row).filter(([, value]) => value === undefined || value === null), []);
    assert.deepEqual(Object.keys(row.capabilities).sort(), ['MMS', 'SMS', 'fax', 'voice']);
    assert.deepEqual([row.region, row.lata, row.isoCountry, row.addressRequirements, row.beta], ['CA', '722', 'US', 'none', false]);
  }
  assert.equal(new Set(rows.map((row) => row.phoneNumber)).size, 30);
  assert.deepEqual(rows.map((row) => row.locality).filter((one, index, all) => all.indexOf(one) === index).sort(), ['San Francisco', 'San Rafael']);
  assert.equal((await client.availablePhoneNumbers('US').local.list({ areaCode: 415, pageSize: 3 })).length, 3);
});

test('a search is filtered by place and capability', async (t) => {
  const { client } = await world(t);
  const search = (filter) => client.availablePhoneNumbers('US').local.list(filter);
  for (const [filter, field, wanted] of [
    [{ inRegion: 'TX' }, 'region', 'TX'], [{ inLocality: 'key west' }, 'locality', 'Key West'], [{ inPostalCode: '90210' }, 'postalCode', '90210'],
  ]) {
    const rows = await search(filter);
    assert.ok(rows.length > 10, JSON.stringify(filter));
    assert.deepEqual([...new Set(rows.map((row) => row[field]))], [wanted]);
  }
  assert.deepEqual(await search({ areaCode: 907 }), []);
  assert.deepEqual(await search({ areaCode: 212, inRegion: 'TX' }), []);
  assert.ok((await search({ voiceEnabled: false })).every((row) => !row.capabilities.voice));
  assert.ok((await search({ voiceEnabled: false })).length > 10);
  assert.ok((await search({ voiceEnabled: true })).every((row) => row.capabilities.voice));
  await refused(search({ areaCode: 12 }), 400, 21451);
  for (const area of [202, 206, 212, 305, 310, 312, 415, 512, 602, 713]) assert.equal((await search({ areaCode: area })).length, 30, area);
});

test('toll-free, British and mobile numbers; what does not exist is 404', async (t) => {
  const { client } = await world(t);
  for (const area of ['800', '833', '844', '855', '866', '877', '888']) {
    const [row] = await client.availablePhoneNumbers('US').tollFree.list({ areaCode: area, limit: 1 });
    assert.deepEqual([row.phoneNumber.slice(0, 5), row.locality, row.lata], [`+1${area}`, null, null]);
  }
  const [local] = await client.availablePhoneNumbers('GB').local.list({ limit: 1 });
  assert.deepEqual([local.phoneNumber, local.locality, local.addressRequirements], ['+442079460000', 'London', 'local']);
  const [mobile] = await client.availablePhoneNumbers('GB').mobile.list({ limit: 1 });
  assert.deepEqual([mobile.phoneNumber, mobile.isoCountry, mobile.addressRequirements], ['+447700900000', 'GB', 'none']);
  assert.deepEqual(await client.availablePhoneNumbers('GB').local.list({ excludeAllAddressRequired: true }), []);
  assert.deepEqual(await client.availablePhoneNumbers('US').mobile.list(), []);
  await refused(client.availablePhoneNumbers('GB').tollFree.list(), 404, 20404);
  await refused(client.availablePhoneNumbers('ZZ').local.list(), 404, 20404);
  const { client: strict } = await world(t, { rest: { usMobile: 'missing' } });
  await refused(strict.availablePhoneNumbers('US').mobile.list(), 404, 20404);
});

test('the same seed offers the same numbers', async (t) => {
  const lists = [];
  for (const seed of [1, 1, 2]) {
    const { client, numbers } = await world(t, { seed });
    const { Local, TollFree } = numbers.inventory.shelves.US;
    assert.equal(Local.length + TollFree.length, 1700);
    for (const row of [...Local, ...TollFree]) assert.match(row.phone_number, /^\+1\d{3}[2-9](?!11)\d{6}$/, 'no exchange is a service code');
    lists.push((await client.availablePhoneNumbers('US').local.list({ areaCode: 305 })).map((row) => row.phoneNumber));
  }
  assert.deepEqual(lists[0], lists[1]);
  assert.notDeepEqual(lists[0], lists[2]);
});

test('a purchase answers the whole resource and takes the number out of the stock', async (t) => {
  const { client, carrier, ledger } = await world(t);
  const phoneNumber = await offered(client);
  const bought = await client.incomingPhoneNumbers.create({
    phoneNumber, friendlyName: 'order-1', voiceUrl: HOOK, voiceMethod: 'GET', statusCallback: `${HOOK}/status`, voiceCallerIdLookup: true,
  });
  assert.match(bought.sid, /^PN[0-9a-f]{32}$/);
  assert.deepEqual(values(bought).filter(([, value]) => value === undefined), []);
  const { accountSid, friendlyName, voiceUrl, voiceMethod, voiceFallbackUrl, statusCallback, statusCallbackMethod, voiceCallerIdLookup } = bought;
  assert.deepEqual({ accountSid, friendlyName, voiceUrl, voiceMethod, voiceFallbackUrl, statusCallback, statusCallbackMethod, voiceCallerIdLookup }, {
    accountSid: carrier.accountSid, friendlyName: 'order-1', voiceUrl: HOOK, voiceMethod: 'GET', voiceFallbackUrl: '',
    statusCallback: `${HOOK}/status`, statusCallbackMethod: 'POST', voiceCallerIdLookup: true,
  });
  assert.deepEqual([bought.status, bought.origin, bought.type, bought.trunkSid], ['in-use', 'twilio', 'local', null]);
  assert.deepEqual(Object.keys(bought.capabilities).sort(), ['fax', 'mms', 'sms', 'voice']);
  assert.ok(Math.abs(bought.dateCreated - carrier.clock.date()) < 60_000, bought.dateCreated);
  assert.equal(bought.uri, `/2010-04-01/Accounts/${carrier.accountSid}/IncomingPhoneNumbers/${bought.sid}.json`);
  assert.deepEqual((await client.incomingPhoneNumbers(bought.sid).fetch()).toJSON(), bought.toJSON());
  assert.notEqual(await offered(client), phoneNumber);
  assert.deepEqual(ledger.purchases('order-1').map((one) => [one.number, one.sid]), [[phoneNumber, bought.sid]]);
});

test('a purchase by area code, and by the type of the number', async (t) => {
  const { client } = await world(t, { rest: { stock: 1 } });
  const buy = (params) => client.incomingPhoneNumbers.create(params);
  assert.match((await buy({ areaCode: '713' })).phoneNumber, /^\+1713/);
  await refused(buy({ areaCode: '713' }), 400, 21452);
  assert.equal((await buy({ areaCode: '888' })).type, 'toll-free');
  const [free] = await client.availablePhoneNumbers('US').tollFree.list({ areaCode: 877 });
  await refused(client.incomingPhoneNumbers.local.create({ phoneNumber: free.phoneNumber }), 400, 21458);
  const bought = await client.incomingPhoneNumbers.tollFree.create({ phoneNumber: free.phoneNumber });
  assert.deepEqual([bought.phoneNumber, bought.friendlyName], [free.phoneNumber, free.friendlyName]);
  const mobile = await client.incomingPhoneNumbers.mobile.create({ phoneNumber: '+447700900000' });
  assert.equal((await client.incomingPhoneNumbers(mobile.sid).fetch()).type, 'mobile');
  assert.equal((await client.incomingPhoneNumbers.tollFree.list()).length, 2);
});

test('what cannot be bought is refused by its code, and nothing is bought', async (t) => {
  const { client, numbers, ledger, carrier } = await world(t);
  const phoneNumber = await offered(client);
  numbers.own({ phone_number: '+12125550100' });
  for (const [params, code] of [
    [{}, 21421], [{ phoneNumber: '2125550100' }, 21421], [{ phoneNumber: '+1212 555' }, 21421], [{ phoneNumber: '+12125550100' }, 21422],
    [{ phoneNumber: '+19075550100' }, 21422], [{ areaCode: '907' }, 21452], [{ areaCode: '12' }, 21451],
    [{ phoneNumber, voiceUrl: '/voice' }, 21402], [{ phoneNumber, voiceUrl: 'ftp://calls.example/' }, 21402],
    [{ phoneNumber, voiceFallbackUrl: 'https://a_b.example/' }, 21402], [{ phoneNumber, statusCallback: 'calls.example' }, 21402],
    [{ phoneNumber, voiceMethod: 'PUT' }, 21403], [{ phoneNumber, statusCallbackMethod: 'post' }, 21403],
    [{ phoneNumber, friendlyName: 'x'.repeat(65) }, 20002], [{ phoneNumber: '+442079460000' }, 21631],
  ]) await refused(client.incomingPhoneNumbers.create(params), 400, code);
  for (const [path, status, code] of [['IncomingPhoneNumbers/Local.json', 400, 21457], ['IncomingPhoneNumbers', 404, 20404]]) {
    const uri = `https://api.twilio.com/2010-04-01/Accounts/${carrier.accountSid}/${path}`;
    const raw = await client.request({ method: 'post', uri, data: { AreaCode: '212' } });
    assert.deepEqual([raw.statusCode, raw.body.code], [status, code], path);
  }
  assert.deepEqual(ledger.entries, []);
  assert.equal(numbers.of().length, 1);
  const british = await client.incomingPhoneNumbers.create({ phoneNumber: '+442079460000', addressSid: `AD${'1'.repeat(32)}` });
  assert.equal(british.addressSid, `AD${'1'.repeat(32)}`);
});

test('the list is filtered by number, name and origin, newest first, and paged', async (t) => {
  const { client, numbers } = await world(t);
  const own = (index, fields) => numbers.own({ phone_number: `+1212555010${index}`, ...fields });
  own(0, { friendly_name: 'order-0' });
  own(1, { friendly_name: 'order-1' });
  own(2, { friendly_name: 'order-1' });
  own(3, { origin: 'hosted' });
  numbers.own({ phone_number: '+13105550104', beta: true });
  const list = async (params) => (await client.incomingPhoneNumbers.list(params)).map((one) => one.phoneNumber.slice(-1)).join('');
  assert.equal(await list(), '43210');
  assert.equal(await list({ phoneNumber: '+12125550101' }), '1');
  assert.equal(await list({ phoneNumber: '2125550' }), '3210');
  assert.equal(await list({ phoneNumber: '+1***5550104' }), '4');
  assert.equal(await list({ phoneNumber: '+2125550' }), '');
  assert.equal(await list({ friendlyName: 'order-1' }), '21');
  assert.equal(await list({ friendlyName: 'order' }), '');
  assert.equal(await list({ origin: 'hosted' }), '3');
  assert.equal(await list({ beta: false }), '3210');
  await refused(client.incomingPhoneNumbers.list({ phoneNumber: '+1 212' }), 400, 20001);
  assert.equal(await list({ pageSize: 2 }), '43210');
  const first = await client.incomingPhoneNumbers.page({ pageSize: 2 });
  const last = await (await first.nextPage()).nextPage();
  assert.deepEqual(last.instances.map((one) => one.friendlyName), ['order-0']);
  assert.equal(last.nextPageUrl, undefined);
});

test('an update changes what it names and nothing else', async (t) => {
  const { client, numbers } = await world(t);
  const { sid } = numbers.own({ phone_number: '+12125550100', voice_url: `${HOOK}/old`, friendly_name: 'line', trunk_sid: 'TK1', date_updated: 'Thu, 30 Jul 2015 23:19:04 +0000' });
  const before = (await client.incomingPhoneNumbers(sid).fetch()).toJSON();
  const after = await client.incomingPhoneNumbers(sid).update({ voiceUrl: HOOK, voiceMethod: 'GET' });
  assert.notDeepEqual(after.dateUpdated, before.dateUpdated);
  assert.deepEqual({ ...after.toJSON(), dateUpdated: 0 }, { ...before, voiceUrl: HOOK, voiceMethod: 'GET', dateUpdated: 0 });
  await refused(client.incomingPhoneNumbers(sid).update({ voiceUrl: 'nowhere', friendlyName: 'changed' }), 400, 21402);
  await refused(client.incomingPhoneNumbers(sid).update({ voiceFallbackMethod: 'DELETE' }), 400, 21403);
  assert.equal((await client.incomingPhoneNumbers(sid).fetch()).friendlyName, 'line');
  const cleared = await client.incomingPhoneNumbers(sid).update({ voiceUrl: '', voiceApplicationSid: 'AP1' });
  assert.deepEqual([cleared.voiceUrl, cleared.voiceApplicationSid, cleared.trunkSid], ['', 'AP1', null]);
  const trunked = await client.incomingPhoneNumbers(sid).update({ trunkSid: 'TK2' });
  assert.deepEqual([trunked.voiceApplicationSid, trunked.trunkSid], ['', 'TK2']);
  await refused(client.incomingPhoneNumbers(`PN${'f'.repeat(32)}`).update({ voiceUrl: HOOK }), 404, 20404);
});

test('a released number is gone, and can be bought again after a while', async (t) => {
  const { client, ledger, numbers } = await world(t, { rest: { returnMs: 1000 } });
  const phoneNumber = await offered(client);
  const bought = await client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: 'order-1' });
  assert.equal(await client.incomingPhoneNumbers(bought.sid).remove(), true);
  await refused(client.incomingPhoneNumbers(bought.sid).remove(), 404, 20404);
  await refused(client.incomingPhoneNumbers(bought.sid).fetch(), 404, 20404);
  await refused(client.incomingPhoneNumbers.create({ phoneNumber }), 400, 21422);
  await until(async () => await offered(client) === phoneNumber);
  const again = await client.incomingPhoneNumbers.create({ phoneNumber, friendlyName: 'order-1' });
  assert.notEqual(again.sid, bought.sid);
  assert.deepEqual(ledger.entries.map((one) => [one.kind, one.order, one.sid]), [
    ['buy', 'order-1', bought.sid], ['release', 'order-1', bought.sid], ['buy', 'order-1', again.sid],
  ]);
  assert.deepEqual(numbers.boughtTwice(), []);
});

test('numbers owned before the test, and changes behind the product', async (t) => {
  const { client, numbers } = await world(t);
  const { sid } = numbers.own({ phone_number: '+12125550100', voice_url: HOOK, voice_method: 'GET' });
  numbers.change('+12125550100', { voice_url: 'https://elsewhere.example/', status: 'in-use' });
  const seen = await client.incomingPhoneNumbers(sid).fetch();
  assert.deepEqual([seen.voiceUrl, seen.voiceMethod], ['https://elsewhere.example/', 'GET']);
  numbers.lose(sid);
  await refused(client.incomingPhoneNumbers(sid).fetch(), 404, 20404);
  assert.throws(() => numbers.change(sid, {}), /nobody owns/);
  assert.throws(() => numbers.own({ phone_number: '+12125550101', voiceUrl: HOOK }), /no voiceUrl/);
});

test('an account has its own numbers, token and keys', async (t) => {
  const { client, rest, base, carrier, numbers } = await world(t);
  rest.addAccount(SECOND, 'second-token', { friendlyName: 'Second' });
  rest.addKey(SECOND, 'SK1', 'main-secret');
  rest.addKey(SECOND, 'SK2', 'standard-secret', { standard: true });
  const fetchAccount = (user, secret, account = user) => clientOf(base, user, secret, account).api.v2010.accounts(account).fetch();
  const own = await fetchAccount(carrier.accountSid, carrier.authToken);
  assert.deepEqual([own.sid, own.status, own.type], [carrier.accountSid, 'active', 'Full']);
  assert.deepEqual(values(own).filter(([, value]) => value === undefined), []);
  assert.equal((await fetchAccount('SK1', 'main-secret', SECOND)).friendlyName, 'Second');
  await refused(fetchAccount('SK2', 'standard-secret', SECOND), 401, 20003);
  await refused(fetchAccount(SECOND, carrier.authToken), 401, 20003);
  await refused(fetchAccount('SK1', 'second-token', SECOND), 401, 20003);
  await refused(fetchAccount('SK9', 'main-secret', SECOND), 401, 20003);
  await refused(fetchAccount('SK1', 'main-secret', carrier.accountSid), 404, 20404);
  const second = clientOf(base, 'SK2', 'standard-secret', SECOND);
  const bought = await second.incomingPhoneNumbers.create({ phoneNumber: await offered(second) });
  assert.equal(bought.accountSid, SECOND);
  await refused(client.incomingPhoneNumbers(bought.sid).fetch(), 404, 20404);
  await refused(client.incomingPhoneNumbers.create({ phoneNumber: bought.phoneNumber }), 400, 21422);
  assert.deepEqual([numbers.of().length, numbers.of(SECOND).length, (await client.incomingPhoneNumbers.list()).length], [0, 1, 0]);
  assert.deepEqual(await second.calls.list(), []);
});

test('prices are strings by country and type', async (t) => {
  const { client, rest } = await world(t);
  rest.prices.US.local = ['1.15', '0.90'];
  const prices = await client.pricing.v1.phoneNumbers.countries('US').fetch();
  assert.deepEqual([prices.country, prices.isoCountry, prices.priceUnit], ['United States', 'US', 'USD']);
  assert.equal(prices.url, 'https://pricing.twilio.com/v1/PhoneNumbers/Countries/US');
  assert.deepEqual(prices.phoneNumberPrices.map((one) => [one.numberType, one.basePrice, one.currentPrice]), [
    ['local', '1.15', '0.90'], ['toll free', '2.15', '2.00'],
  ]);
  await refused(client.pricing.v1.phoneNumbers.countries('ZZ').fetch(), 404, 20404);
});
