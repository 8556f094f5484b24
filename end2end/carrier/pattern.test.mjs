import assert from 'node:assert/strict';
import { test } from 'node:test';
import { world } from './numbers-world.mjs';
import { containsPattern, dialled, ownPattern } from './pattern.mjs';

test('Contains finds digits, letters, ends and wildcards', () => {
  for (const [pattern, yes, no] of [
    ['555', ['12125551234', '15551234567'], ['12125512345']],
    ['STORM', ['13057867600'], ['13057867500']],
    ['storm', ['13057867600'], ['13057867500']],
    ['AZ', ['12129123456'], ['12122223456']],
    ['+1212', ['12125551234'], ['13121212555']],
    ['1234$', ['12125551234'], ['12123412345']],
    ['+1212%', ['12125551234'], ['13125551234']],
    ['%1234', ['12125551234'], ['12125554321']],
    ['510555****', ['15105551234'], ['12125105551']],
    ['212*', ['12125551234'], ['15105555212']],
    ['*212', ['12125551234'], ['2125551234']],
    ['+12125551234', ['12125551234'], ['12125551235']],
  ]) {
    for (const number of yes) assert.ok(containsPattern(pattern).test(number), `${pattern} finds ${number}`);
    for (const number of no) assert.ok(!containsPattern(pattern).test(number), `${pattern} does not find ${number}`);
  }
});

test('Contains is refused where the vendor refuses it', () => {
  for (const pattern of ['5', '206*55*', '2%5', '12$34', '12+34', '^1212', '*5', '%5', '5*', '**', '+*55', '55*$', '55%$', '55*%', '5 5', '(212)', '1'.repeat(17), 'é5', '$', '+']) {
    assert.equal(containsPattern(pattern), null, pattern);
  }
  assert.ok(containsPattern('1'.repeat(16)));
});

test('letters are dialled as on a keypad', () => {
  assert.equal(dialled('abcdefghijklmnopqrstuvwxyz-09'), '22233344455566677778889999-09');
});

test('the filter of own numbers has one wildcard', () => {
  assert.ok(ownPattern('+1***555').test('12125551234'));
  assert.ok(ownPattern('1234').test('12125551234'));
  assert.ok(!ownPattern('+212').test('12125551234'));
  for (const pattern of ['12%', 'STORM', '1+2', '']) assert.equal(ownPattern(pattern), null, pattern);
});

test('a search by pattern finds what the pattern says, and says when it is none', async (t) => {
  const { client } = await world(t);
  const search = async (contains) => (await client.availablePhoneNumbers('US').local.list({ contains })).map((row) => row.phoneNumber);
  const [, second] = await search('+1212');
  assert.deepEqual(await search(`${second.slice(-7)}$`), [second]);
  const letters = second.slice(-7).replace(/[2-9]/g, (digit) => ({ 2: 'c', 3: 'D', 4: 'g', 5: 'L', 6: 'n', 7: 'S', 8: 't', 9: 'Z' })[digit]);
  assert.match(letters, /[a-zA-Z]/);
  assert.deepEqual(await search(letters), [second]);
  assert.deepEqual(await search('+1999'), []);
  await assert.rejects(search('5'), { status: 400, code: 20001, message: 'Invalid Pattern Provided' });
});
