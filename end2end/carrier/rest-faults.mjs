// What goes wrong on the REST side, decided by the seed, the name of the order or the path, and the attempt.

import { roll } from './chance.mjs';

/**
 * No faults at all. All but the times are probabilities from 0 to 1; those of one group exclude each
 * other, so they must not add up to more than 1.
 * Any request: `tooMany` (429) and `fail` (503), nothing is done.
 * A purchase: `lostBeforeBuy` (cut, nothing done), `unavailable` (21422 although the search listed the
 * number), `lostAfterBuy` (done, then cut without an answer), `failAfterBuy` (done, then 500),
 * `slowBuy` (done at once, answered after `slowMs`).
 * `listLag`: a number just bought is in no list for `lagMs`.
 */
export const NO_REST_FAULTS = {
  tooMany: 0, fail: 0,
  lostBeforeBuy: 0, unavailable: 0, lostAfterBuy: 0, failAfterBuy: 0, slowBuy: 0, slowMs: 1000,
  listLag: 0, lagMs: 500,
};

const GROUPS = {
  any: ['tooMany', 'fail'],
  buy: ['lostBeforeBuy', 'unavailable', 'lostAfterBuy', 'failAfterBuy', 'slowBuy'],
  list: ['listLag'],
};

/** Throws a RangeError for a name that is no fault, and for odds that cannot be. */
export function checkOdds(odds) {
  const unknown = Object.keys(odds).filter((name) => !Object.hasOwn(NO_REST_FAULTS, name));
  if (unknown.length > 0) throw new RangeError(`no such fault: ${unknown.join(', ')}; there are ${Object.keys(NO_REST_FAULTS).join(', ')}`);
  for (const [name, value] of Object.entries(odds)) {
    const most = name.endsWith('Ms') ? Infinity : 1;
    if (!(typeof value === 'number' && value >= 0 && value <= most)) throw new RangeError(`${name} must be a number from 0 to ${most}`);
  }
  for (const group of Object.values(GROUPS)) {
    // A little more than 1, for ten times 0.1 is not 1.
    if (group.reduce((sum, name) => sum + (odds[name] ?? 0), 0) > 1.000001) throw new RangeError(`${group.join(', ')} add up to more than 1`);
  }
}

/** Draws the faults of a request. The odds may be changed while the server runs. */
export class RestFaults {
  constructor(seed, odds = {}) {
    checkOdds(odds);
    this.seed = seed;
    this.odds = { ...NO_REST_FAULTS, ...odds };
    this.attempts = new Map();
    this.counts = {};
  }

  /** Takes other odds: what is not named is as in NO_REST_FAULTS. */
  replace(odds) {
    checkOdds(odds);
    Object.assign(this.odds, NO_REST_FAULTS, odds);
  }

  /** Opens one attempt of what is named: `{name, nth, draw}`; `draw` says which fault of a group befalls it, or null. */
  attempt(name) {
    const nth = (this.attempts.get(name) ?? 0) + 1;
    this.attempts.set(name, nth);
    return { name, nth, draw: (group) => this.#draw(group, name, nth) };
  }

  #draw(group, name, nth) {
    let left = roll(this.seed, 'rest', group, name, nth);
    const fault = GROUPS[group].find((one) => {
      left -= this.odds[one];
      return left < 0;
    });
    if (fault) this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    return fault ?? null;
  }
}
