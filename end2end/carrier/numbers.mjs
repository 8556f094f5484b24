// The carrier's phone numbers: what can be bought, what each account owns, and what really happened.

import { json, notFound, page, problem } from './answers.mjs';
import { sid } from './chance.mjs';
import { rfc2822 } from './clock.mjs';
import { Inventory } from './inventory.mjs';
import { Ledger } from './ledger.mjs';
import { numberResource, readFields } from './number-fields.mjs';
import { containsPattern, ownPattern } from './pattern.mjs';
import { TOLL_FREE } from './places.mjs';

const TYPES = ['Local', 'TollFree', 'Mobile'];
const AREA = /^[2-9]\d\d$/;
const E164 = /^\+[1-9]\d{6,14}$/;
const BAD_PATTERN = 'Invalid Pattern Provided';

/** `AvailablePhoneNumbers` and `IncomingPhoneNumbers` of all accounts. Options: see inventory.mjs. */
export class Numbers {
  constructor(carrier, faults, options = {}) {
    this.carrier = carrier;
    this.faults = faults;
    this.inventory = new Inventory(carrier.seed, options);
    this.ledger = new Ledger();
    this.owned = new Map();
    this.made = new Map();
  }

  /** Answers one request for what lies under `/Accounts/{AC}/{kind}/…`; `draw` decides its faults. */
  answer({ account, kind, rest, method, url, body, draw }) {
    if (!url.pathname.endsWith('.json')) return notFound(url);
    const [first, second, ...more] = rest;
    if (kind === 'AvailablePhoneNumbers') return method === 'GET' && second && more.length === 0 ? this.#search(first, second, url) : notFound(url);
    if (first && !TYPES.includes(first)) return second ? notFound(url) : this.#one(account, first, method, url, body);
    if (second) return notFound(url);
    if (method === 'GET') return this.#list(account, first, url);
    if (method === 'POST') return this.#buy(account, first, body, draw);
    return problem(405, 20004, 'Method not allowed');
  }

  /**
   * Gives an account a number it owned before the test: `phone_number` and any other fields of the
   * resource, by default of the carrier's own account. Returns the resource.
   */
  own({ phone_number: number, account_sid: accountSid = this.carrier.accountSid, ...fields }) {
    if (!E164.test(number)) throw new RangeError(`phone_number must be like +12125550100, not ${number}`);
    if (this.#byNumber(number) || this.owned.has(fields.sid)) throw new Error(`${fields.sid ?? number} is owned already`);
    known(numberResource({ fields: {} }), fields);
    return this.#register({ accountSid, number, fields, order: null }).resource;
  }

  /** Changes fields of a number, by sid or number, behind the product's back. Returns the resource. */
  change(which, fields) {
    const { resource } = this.#record(which);
    known(resource, fields);
    return Object.assign(resource, fields, { date_updated: this.#date() });
  }

  /** Takes a number away, by sid or number, behind the product's back; no release is noted. Returns what it was. */
  lose(which) {
    const { resource } = this.#record(which);
    this.owned.delete(resource.sid);
    this.inventory.giveBack(resource.phone_number);
    return resource;
  }

  /** What an account really owns, newest first, the carrier's own by default. */
  of(accountSid = this.carrier.accountSid) {
    return this.#records(accountSid).map((one) => one.resource);
  }

  /** Orders or numbers bought more than once, see ledger.mjs. */
  boughtTwice() {
    return this.ledger.boughtTwice();
  }

  #search(country, type, url) {
    const query = url.searchParams;
    const rows = this.inventory.search(country, type, query);
    if (!rows) return notFound(url);
    if (query.get('Contains') && !containsPattern(query.get('Contains'))) return problem(400, 20001, BAD_PATTERN);
    if (query.get('AreaCode') && !AREA.test(query.get('AreaCode'))) return badArea(query.get('AreaCode'));
    return json(200, { uri: url.pathname + url.search, available_phone_numbers: rows });
  }

  #list(account, type, url) {
    const query = url.searchParams;
    let records = this.#records(account.sid).filter((one) => Date.now() >= one.listedAt && (!type || one.type === type));
    if (query.get('PhoneNumber')) {
      const pattern = ownPattern(query.get('PhoneNumber'));
      if (!pattern) return problem(400, 20001, BAD_PATTERN);
      records = records.filter((one) => pattern.test(one.resource.phone_number.slice(1)));
    }
    for (const [name, field] of [['FriendlyName', 'friendly_name'], ['Origin', 'origin']]) {
      const wanted = query.get(name);
      if (wanted) records = records.filter((one) => one.resource[field] === wanted);
    }
    if (query.get('Beta') === 'false') records = records.filter((one) => !one.resource.beta);
    return page(url, 'incoming_phone_numbers', records.map((one) => one.resource));
  }

  #one(account, id, method, url, body) {
    const record = this.owned.get(id);
    if (!record || record.resource.account_sid !== account.sid) return notFound(url);
    if (method === 'POST') {
      const { fields, refusal } = readFields(body);
      if (refusal) return refusal;
      Object.assign(record.resource, fields, { date_updated: this.#date() });
    } else if (method === 'DELETE') return this.#release(record);
    else if (method !== 'GET') return problem(405, 20004, 'Method not allowed');
    return json(200, record.resource);
  }

  #release({ resource, order }) {
    this.owned.delete(resource.sid);
    this.inventory.giveBack(resource.phone_number);
    this.ledger.note('release', { account: resource.account_sid, order, number: resource.phone_number, sid: resource.sid });
    return { status: 204, headers: {}, body: '' };
  }

  /** Buys, or does not, or does and loses the answer. Nothing here waits, so no two orders get one number. */
  #buy(account, type, body, draw) {
    const fault = draw('buy');
    if (fault === 'lostBeforeBuy') return { cut: true };
    const { number, fields, refusal } = this.#wanted(type, body);
    if (refusal) return refusal;
    if (fault === 'unavailable') return unavailable(number);
    const order = body.get('FriendlyName') || null;
    const record = this.#register({ accountSid: account.sid, number, fields, order });
    this.ledger.note('buy', { account: account.sid, order, number, sid: record.resource.sid });
    if (draw('list') === 'listLag') record.listedAt = Date.now() + this.faults.odds.lagMs;
    if (fault === 'lostAfterBuy') return { cut: true };
    if (fault === 'failAfterBuy') return problem(500, 20500, 'An internal server error has occurred');
    return { ...json(201, record.resource), lateMs: fault === 'slowBuy' ? this.faults.odds.slowMs : 0 };
  }

  /** The number an order is for and its fields, or why it cannot be had. */
  #wanted(type, body) {
    const area = body.get('AreaCode');
    let number = body.get('PhoneNumber');
    if (!number && !area) return { refusal: problem(400, 21421, 'PhoneNumber or AreaCode is required') };
    if (number && !E164.test(number)) return { refusal: problem(400, 21421, `${number} is not a valid phone number`) };
    if (!number && type) return { refusal: problem(400, 21457, 'AreaCode Parameter not Supported') };
    if (!number && !AREA.test(area)) return { refusal: badArea(area) };
    const { fields, refusal } = readFields(body);
    if (refusal) return { refusal };
    number ??= this.inventory.firstIn(area);
    if (!number) return { refusal: problem(400, 21452, `No phone numbers found in area code ${area}`) };
    if (!this.inventory.available(number)) return { refusal: unavailable(number) };
    const found = this.inventory.find(number);
    if (type && type !== found.type) return { refusal: problem(400, 21458, `${number} is not a ${type} number`) };
    if (found.row.address_requirements !== 'none' && !fields.address_sid) {
      return { refusal: problem(400, 21631, 'Phone Number Requires an Address but the AddressSid parameter was empty') };
    }
    return { number, fields };
  }

  #register({ accountSid, number, fields, order }) {
    const nth = (this.made.get(number) ?? 0) + 1;
    this.made.set(number, nth);
    const { row, type } = this.inventory.find(number) ?? { type: TOLL_FREE.includes(number.slice(2, 5)) ? 'TollFree' : 'Local' };
    const id = fields.sid ?? sid('PN', this.carrier.seed, this.carrier.run, number, nth);
    const resource = numberResource({ sid: id, accountSid, number, row, type, fields, date: this.#date() });
    const record = { resource, type, order, listedAt: 0 };
    this.inventory.take(number);
    this.owned.set(id, record);
    return record;
  }

  #records(accountSid) {
    return [...this.owned.values()].filter((one) => one.resource.account_sid === accountSid).reverse();
  }

  #byNumber(number) {
    return [...this.owned.values()].find((one) => one.resource.phone_number === number);
  }

  #record(which) {
    const record = this.owned.get(which) ?? this.#byNumber(which);
    if (!record) throw new Error(`nobody owns ${which}`);
    return record;
  }

  #date() {
    return rfc2822(this.carrier.clock.date());
  }
}

/** A field of a test that the resource does not have is a slip of the test. */
function known(resource, fields) {
  const unknown = Object.keys(fields).filter((name) => !(name in resource));
  if (unknown.length > 0) throw new RangeError(`a number has no ${unknown.join(', ')}`);
}

function badArea(area) {
  return problem(400, 21451, `${area} is not a valid area code`);
}

function unavailable(number) {
  return problem(400, 21422, `${number} is not available`);
}
