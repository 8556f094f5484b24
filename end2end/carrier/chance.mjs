// Chance that depends only on the seed and a name, never on the order in which things happen.
//
// Hundreds of calls run at once against a real server, so a shared random stream would hand out
// different numbers on every run. Each decision is instead a hash of (seed, what is decided).

import { createHash } from 'node:crypto';

/** The hash of the seed and the named decision, as lower-case hex (64 digits). */
export function digest(seed, ...name) {
  return createHash('sha256').update(JSON.stringify([String(seed), ...name])).digest('hex');
}

/** A number in [0, 1) for one named decision. */
export function roll(seed, ...name) {
  return Number.parseInt(digest(seed, ...name).slice(0, 12), 16) / 0x1000000000000;
}

/** True with the given probability (0 never, 1 always) for one named decision. */
export function chance(probability, seed, ...name) {
  return probability > 0 && roll(seed, ...name) < probability;
}

/** A number in [low, high) for one named decision. */
export function between(low, high, seed, ...name) {
  return low + (high - low) * roll(seed, ...name);
}

/** One element of a list for one named decision. */
export function pick(list, seed, ...name) {
  return list[Math.floor(roll(seed, ...name) * list.length)];
}

/** A carrier id: two capital letters and 32 hex digits, the same for the same seed and name. */
export function sid(prefix, seed, ...name) {
  return prefix + digest(seed, 'sid', prefix, ...name).slice(0, 32);
}
