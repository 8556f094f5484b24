// What the tests of phone numbers share: a carrier with its REST side and the npm client on it.

import assert from 'node:assert/strict';
import { Carrier } from './carrier.mjs';
import { clientOf } from './twilio-client.mjs';

export const HOOK = 'https://calls.example/api/webhooks/voice';

/** A carrier that listens, with a client of its account; ends with the test. */
export async function world(t, options = {}) {
  const carrier = new Carrier({ seed: 7, ...options });
  const base = await carrier.listen();
  t.after(() => carrier.close());
  const client = clientOf(base, carrier.accountSid, carrier.authToken);
  const { rest } = carrier;
  return { carrier, rest, base, client, numbers: rest.numbers, ledger: rest.numbers.ledger };
}

/** The first number that a search offers. */
export async function offered(client, filter = { areaCode: 212 }, at = 0) {
  return (await client.availablePhoneNumbers('US').local.list({ ...filter, limit: 30 }))[at].phoneNumber;
}

/** Asserts that the client throws a RestException with this status and code. */
export async function refused(promise, status, code) {
  await assert.rejects(promise, (error) => {
    assert.deepEqual([error.constructor.name, error.status, error.code], ['RestException', status, code], error.message);
    if (code) assert.equal(error.moreInfo, `https://www.twilio.com/docs/errors/${code}`);
    return true;
  });
}

/** Waits until something holds. */
export async function until(holds) {
  for (const end = Date.now() + 5000; !(await holds()); ) {
    assert.ok(Date.now() < end, `never: ${holds}`);
    await new Promise((next) => setTimeout(next, 5));
  }
}
