// What must hold after any number of calls from the fake carrier, whatever went wrong on the way.

import { expect } from '@playwright/test';
import type { Product, Snapshot } from './server.ts';

/** The parts of a carrier report that the checks read. */
export interface Report {
  sid: string;
  rang: string[];
  connectedTo: string | null;
  twoAtOnce: boolean;
  status: string;
  errors: { code: number; reason: string; url: string }[];
  breaches: { severity: string; kind: string; where: string; problem: string; url: string }[];
  exchanges: { kind: string; acknowledged: boolean; status?: number; params: Record<string, string> }[];
}

/** Valid TwiML everywhere, the same document for the same delivery, callbacks answered with 204. */
export function expectNoBreaches(reports: Report[]): void {
  const wrong = reports.flatMap((report) =>
    report.breaches.filter((one) => one.severity === 'error').map((one) => `${report.sid} ${one.kind} ${one.where}: ${one.problem}`),
  );
  expect(wrong.slice(0, 20), `${wrong.length} answers break the carrier's rules`).toEqual([]);
}

/** No call rang two choices at once; the targets of a group ring together, by one Dial. */
export function expectOneTargetAtATime(reports: Report[]): void {
  expect(reports.filter((report) => report.twoAtOnce).map((report) => `${report.sid} ${report.rang.join(' ')}`)).toEqual([]);
}

/** Each of these calls has exactly one record, and it is final. */
export function expectOneFinalRecordEach(reports: Report[], snapshot: Snapshot): void {
  const bySid = new Map<string, Snapshot['calls']>();
  for (const call of snapshot.calls) bySid.set(call.sid, [...(bySid.get(call.sid) ?? []), call]);
  const wrong = reports.flatMap(({ sid, status }) => {
    const found = bySid.get(sid) ?? [];
    const right = found.length === 1 && found[0]?.final === true && found[0].records === 1 && found[0].outcome !== null;
    return right ? [] : [`${sid} (${status}): ${JSON.stringify(found)}`];
  });
  expect(wrong.slice(0, 20), `${wrong.length} calls without exactly one final record`).toEqual([]);
}

/** Nothing is held any more, and nothing ever exceeded its limit, in our books or on the wire. */
export function expectCapacityHeld(product: Product, snapshot: Snapshot, peaks: Map<string, number>): void {
  expect(snapshot.capacity.length, 'targets with capacity').toBeGreaterThan(0);
  expect(snapshot.capacity.filter((one) => one.live !== 0), 'capacity leaked').toEqual([]);
  expect(
    snapshot.capacity.filter((one) => one.limit !== null && one.peak_live > one.limit),
    'more calls at once than the target allows, by our own count',
  ).toEqual([]);
  const destinations = product.destinations();
  const shared = new Map<string, number>();
  for (const destination of destinations.values()) shared.set(destination, (shared.get(destination) ?? 0) + 1);
  const exceeded = snapshot.capacity.flatMap(({ target, limit }) => {
    const destination = destinations.get(String(target));
    if (!destination || limit === null || shared.get(destination) !== 1) return [];
    const peak = peaks.get(destination) ?? 0;
    return peak > limit ? [`${destination}: ${peak} at once, allowed ${limit}`] : [];
  });
  expect(exceeded, 'more calls at once than the target allows, as the carrier saw it').toEqual([]);
}

/** A caller who talked to somebody is on record as connected (or forwarded by the fallback), nobody else is. */
export function expectOutcomesFit(reports: Report[], snapshot: Snapshot, forwards: Set<string>): void {
  const outcomes = new Map(snapshot.calls.map((call) => [call.sid, call.outcome]));
  const wrong = reports.flatMap((report) => {
    const outcome = outcomes.get(report.sid);
    const talked = report.connectedTo !== null && !forwards.has(report.connectedTo);
    return talked === (outcome === 'connected') ? [] : [`${report.sid} talked to ${report.connectedTo}, on record as ${outcome}`];
  });
  expect(wrong.slice(0, 20), `${wrong.length} outcomes do not fit what happened`).toEqual([]);
}
