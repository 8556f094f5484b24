// The numbers that can be bought: made from the seed, the same for all accounts.

import { digest } from './chance.mjs';
import { containsPattern } from './pattern.mjs';
import { AREAS, BRITISH, TOLL_FREE } from './places.mjs';

const NOWHERE = { locality: null, region: null, rate_center: null, lata: null, postal_code: null, latitude: null, longitude: null };
const PLACES = { InRegion: 'region', InLocality: 'locality', InPostalCode: 'postal_code', InRateCenter: 'rate_center', InLata: 'lata' };
const CAPABILITIES = { VoiceEnabled: 'voice', SmsEnabled: 'SMS', MmsEnabled: 'MMS', FaxEnabled: 'fax' };
const EXCLUDED = {
  ExcludeAllAddressRequired: ['any', 'local', 'foreign'], ExcludeLocalAddressRequired: ['local'], ExcludeForeignAddressRequired: ['foreign'],
};

/** The vendor answers at most so many rows, whatever PageSize says, and has no further pages. */
const MOST_ROWS = 30;

/**
 * The stock. `stock`: numbers of an area code or a toll-free code (100); `returnMs`: real milliseconds
 * after which a released number can be bought again; `usMobile`: `empty` (a list of nothing) or
 * `missing` (404), what a search for mobile numbers in the United States gets.
 */
export class Inventory {
  constructor(seed, { stock = 100, returnMs = 60_000, usMobile = 'empty' } = {}) {
    this.seed = seed;
    this.stock = stock;
    this.returnMs = returnMs;
    this.usMobile = usMobile;
    this.taken = new Map();
  }

  /** All rows by country and type, made when first asked for. */
  get shelves() {
    this.made ??= {
      US: { Local: this.#american(), TollFree: this.#tollFree(), ...(this.usMobile === 'empty' ? { Mobile: [] } : {}) },
      GB: { Local: this.#british('local'), Mobile: this.#british('mobile') },
    };
    return this.made;
  }

  /**
   * The rows of one country and type that fit a search's parameters, undefined if there is no such
   * country or type. `Contains` must be a pattern.
   */
  search(country, type, query) {
    const shelf = Object.hasOwn(this.shelves, country) && Object.hasOwn(this.shelves[country], type) ? this.shelves[country][type] : undefined;
    if (!shelf) return undefined;
    const tests = [(row) => this.available(row.phone_number)];
    const pattern = containsPattern(query.get('Contains') ?? '');
    if (pattern) tests.push((row) => pattern.test(row.phone_number.slice(1)));
    const area = query.get('AreaCode');
    if (area && country === 'US') tests.push((row) => row.phone_number.startsWith(`+1${area}`));
    for (const [name, field] of Object.entries(PLACES)) {
      const wanted = query.get(name)?.toLowerCase();
      if (wanted) tests.push((row) => row[field]?.toLowerCase() === wanted);
    }
    for (const [name, field] of Object.entries(CAPABILITIES)) {
      const wanted = query.get(name);
      if (wanted) tests.push((row) => String(row.capabilities[field]) === wanted);
    }
    for (const [name, kinds] of Object.entries(EXCLUDED)) {
      if (query.get(name) === 'true') tests.push((row) => !kinds.includes(row.address_requirements));
    }
    const size = Math.min(Math.max(Number(query.get('PageSize')) || MOST_ROWS, 1), MOST_ROWS);
    return shelf.filter((row) => tests.every((test) => test(row))).slice(0, size);
  }

  /** The row and the type of a number, or undefined: `{row, type}`. */
  find(number) {
    this.byNumber ??= new Map(
      Object.values(this.shelves).flatMap((types) => Object.entries(types).flatMap(([type, rows]) => rows.map((row) => [row.phone_number, { row, type }]))),
    );
    return this.byNumber.get(number);
  }

  /** The first free number of an area code or a toll-free code, or undefined. */
  firstIn(area) {
    const query = new URLSearchParams({ AreaCode: area, PageSize: '1' });
    return [...this.search('US', 'Local', query), ...this.search('US', 'TollFree', query)][0]?.phone_number;
  }

  /** Whether a number can be bought now. */
  available(number) {
    return this.find(number) !== undefined && Date.now() >= (this.taken.get(number) ?? 0);
  }

  /** Takes a number out of the stock. */
  take(number) {
    this.taken.set(number, Infinity);
  }

  /** A number that was released comes back, but not at once. */
  giveBack(number) {
    this.taken.set(number, Date.now() + this.returnMs);
  }

  #american() {
    return Object.entries(AREAS).flatMap(([area, places]) => this.#northAmerican(area).map(({ number, dice }) => {
      // A few numbers are for messages only, so that VoiceEnabled says something.
      const voice = dice % 20 !== 0;
      return row(number, national(number), 'US', { voice, SMS: true, MMS: true }, 'none', places[dice % places.length]);
    }));
  }

  #tollFree() {
    return TOLL_FREE.flatMap((area) => this.#northAmerican(area).map(({ number }) => (
      row(number, national(number), 'US', { voice: true, SMS: true, MMS: true }, 'none')
    )));
  }

  /** Different numbers of an area: the exchange is no service code (N11), the rest is any. */
  #northAmerican(area) {
    const numbers = new Map();
    for (let index = 0; numbers.size < this.stock; index += 1) {
      const hex = digest(this.seed, 'number', area, index);
      const part = (from, modulus) => Number.parseInt(hex.slice(from, from + 8), 16) % modulus;
      const exchange = 200 + part(0, 800);
      const line = String(part(8, 10_000)).padStart(4, '0');
      if (exchange % 100 !== 11) numbers.set(`+1${area}${exchange}${line}`, part(16, 1_000_000));
    }
    return [...numbers].map(([number, dice]) => ({ number, dice }));
  }

  #british(type) {
    return BRITISH[type].flatMap(({ prefix, digits, locality }) => Array.from({ length: Math.min(this.stock, 10 ** digits) }, (_, index) => {
      const number = prefix + String(index).padStart(digits, '0');
      const capabilities = { voice: true, SMS: type === 'mobile', MMS: false };
      return row(number, number, 'GB', capabilities, type === 'local' ? 'local' : 'none', { locality });
    }));
  }
}

function national(number) {
  return number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
}

function row(number, name, country, capabilities, address, where = {}) {
  return {
    friendly_name: name, phone_number: number, ...NOWHERE, ...where, iso_country: country, address_requirements: address, beta: false,
    capabilities: { ...capabilities, fax: false },
  };
}
