// Many calls at once: who calls, how callees behave, and a summary of what came of it.

import { between, chance, pick, roll } from './chance.mjs';

/**
 * A seeded mix of callees: most answer, some are busy, do not answer, fail or refuse the whisper.
 * The shares are of ten: 7 answer, 1 busy, 1 no answer, 0.5 failed, 0.5 refused.
 */
export function mixedCallees(seed) {
  return ({ address, attempt, key }) => {
    const name = [key, attempt, address];
    const after = between(1, 15, seed, 'after', ...name);
    const dice = roll(seed, 'callee', ...name);
    if (dice < 0.1) return { kind: 'busy', after };
    if (dice < 0.2) return { kind: 'no-answer' };
    if (dice < 0.25) return { kind: 'failed', after: 1 };
    const whisper = dice < 0.3 ? pick(['refuse', 'silent', 'hangup'], seed, 'whisper', ...name) : 'accept';
    return { kind: 'answer', after, talk: between(5, 240, seed, 'talk', ...name), whisper };
  };
}

/** A seeded caller: one in six hangs up early, every other one stays to the end. */
export function mixedCaller(seed, key) {
  const digits = [pick(['1', '2', '3'], seed, 'digits', key), '1'];
  if (!chance(1 / 6, seed, 'impatient', key)) return { digits };
  return { digits, hangupAfter: between(0.5, 60, seed, 'patience', key), rushed: chance(1 / 3, seed, 'rushed', key) };
}

/** A seeded caller number: a valid NANP number with a fictional exchange. */
export function callerNumber(seed, key) {
  const area = pick(['212', '305', '312', '415', '512', '602', '713', '818', '919', '206'], seed, 'area', key);
  return `+1${area}555${String(Math.floor(between(100, 10000, seed, 'line', key))).padStart(4, '0')}`;
}

/**
 * Places `calls` calls, at most `concurrency` at once, and returns their reports in order.
 * `to` is a list of numbers; `from` a list or nothing (seeded numbers); `callees` and `caller` are
 * functions as in `Carrier.place` and of the call's key; `onReport` sees each report as it comes.
 *
 * @param {import('./carrier.mjs').Carrier} carrier
 * @param {{ calls: number, concurrency?: number, to: string[], from?: string[], callees?: Function,
 *   caller?: (key: string) => object, onReport?: (report: object) => void }} options
 * @returns {Promise<any[]>}
 */
export async function placeMany(carrier, { calls, concurrency = 40, to, from, callees, caller, onReport }) {
  const { seed } = carrier;
  const behave = callees ?? mixedCallees(seed);
  const reports = new Array(calls);
  let next = 0;
  const worker = async () => {
    while (next < calls) {
      const index = next;
      next += 1;
      const key = String(index);
      reports[index] = await carrier.place({
        index,
        key,
        from: from?.length ? pick(from, seed, 'from', key) : callerNumber(seed, key),
        to: pick(to, seed, 'to', key),
        caller: caller ? caller(key) : mixedCaller(seed, key),
        callees: behave,
      });
      onReport?.(reports[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, calls) }, worker));
  return reports;
}

/** Counts and breaches over many reports. */
export function summarise(carrier, reports) {
  const exchanges = reports.flatMap((report) => report.exchanges);
  const breaches = reports.flatMap((report) => report.breaches.map((breach) => ({ sid: report.sid, ...breach })));
  const times = exchanges.filter((one) => one.body && one.ms !== undefined).map((one) => one.ms).sort((a, b) => a - b);
  const quantile = (share) => Math.round((times[Math.floor((times.length - 1) * share)] ?? 0) * 10) / 10;
  return {
    calls: reports.length,
    statuses: tally(reports.map((report) => report.status)),
    connected: reports.filter((report) => report.connectedTo).length,
    heardApplicationError: reports.filter((report) => report.heard.some((one) => one.error)).length,
    requests: tally(exchanges.filter((one) => !one.dropped).map((one) => one.kind)),
    faults: { ...carrier.counts, dropped: exchanges.filter((one) => one.dropped).length },
    undelivered: exchanges.filter((one) => one.error).length,
    errors: tally(reports.flatMap((report) => report.errors.map((error) => `${error.code} ${error.reason}`))),
    breaches: breaches.filter((breach) => breach.severity === 'error'),
    warnings: tally(breaches.filter((breach) => breach.severity === 'warning').map((one) => `${one.where} ${one.problem}`)),
    twoAtOnce: reports.filter((report) => report.twoAtOnce).map((report) => report.sid),
    peaks: Object.fromEntries([...carrier.peaks].sort()),
    twimlMs: { p50: quantile(0.5), p99: quantile(0.99) },
  };
}

function tally(values) {
  const counts = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
