// Publishers' calls by an independent carrier: each was bid for before it came, by number or by SIP, and
// the server dies between the bid and the call. What was bid is what is paid.

import { expect, test } from '@playwright/test';
import { Carrier } from '../carrier/carrier.mjs';
import { expectNoBreaches, type Report } from '../carrier-checks.ts';
import { ACCOUNT_SID, AUTH_TOKEN, Product } from '../server.ts';

const SIP_HOST = 'sip.calls.example';
const CALLS = 6;

interface Bid {
  bidId: string;
  bidAmount: number;
  rejectReason?: string;
  phoneNumber?: string;
  sipAddress?: string;
}

let carrier: Carrier;
let product: Product;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  carrier = new Carrier({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, seed: 11, timeScale: 50 });
  product = await Product.start({ restUrl: await carrier.listen(), env: { CALLCENTER__RTB__SIP_HOST: SIP_HOST } });
  carrier.pointAt(product.url);
});

test.afterAll(async () => {
  await product?.stop();
  await carrier?.close();
});

async function ping(caller: string, more = ''): Promise<Bid> {
  const id = product.demo.rtb_ids[0]?.id;
  const answer = await fetch(`${product.url}/v1/production/${id}.json?CID=${encodeURIComponent(caller)}&zip=75201${more}`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Bid;
}

/** The call of a bid: the id of the one is that of the other. */
const callOf = (bid: Bid): string => bid.bidId.slice(3).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

async function payout(bid: Bid): Promise<number> {
  const answer = await fetch(`${product.url}/api/v1/calls/${callOf(bid)}/ledger`, {
    headers: { authorization: `Bearer ${product.demo.api_key}` },
  });
  expect(answer.status, await answer.clone().text()).toBe(200);
  const ledger = (await answer.json()) as { totals: { payout: string } };
  return Number(ledger.totals.payout);
}

const talks = () => ({ kind: 'answer', after: 2, talk: 120 });

test('a bid survives kill -9, its call comes by number or SIP, and the payout is the bid', async () => {
  test.setTimeout(240_000);
  const bids: { bid: Bid; caller: string; sip: boolean }[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const caller = `+1972555${String(1200 + n)}`;
    const sip = n % 2 === 1;
    const bid = await ping(caller, sip ? '&sipOk=yes' : '');
    expect(bid.bidAmount, JSON.stringify(bid)).toBeGreaterThan(0);
    expect(bid.phoneNumber === undefined).toBe(sip);
    bids.push({ bid, caller, sip });
  }
  await product.kill9();
  await product.restart();
  carrier.pointAt(product.url);
  const reports: Report[] = [];
  for (const { bid, caller, sip } of bids) {
    const to = sip ? `sip:${bid.sipAddress}` : (bid.phoneNumber ?? '');
    const report: Report = await carrier.place({ from: caller, to, key: bid.bidId, callees: talks });
    expect(report.connectedTo, `${caller} to ${to}`).not.toBeNull();
    reports.push(report);
  }
  await product.settled();
  expectNoBreaches(reports);
  for (const { bid } of bids) expect(await payout(bid), bid.bidId).toBe(bid.bidAmount);
  expect(product.panics()).toEqual([]);
});

test('another caller, a second call and a caller without a bid are not taken', async () => {
  test.setTimeout(120_000);
  const caller = '+19725551300';
  const bid = await ping(caller);
  const to = bid.phoneNumber ?? '';
  const stranger: Report = await carrier.place({ from: '+19725551301', to, key: 'stranger', callees: talks });
  expect(stranger.connectedTo, 'whoever was not bid for').toBeNull();
  // The same ping again is the same bid.
  expect((await ping(caller)).bidId).toBe(bid.bidId);
  const first: Report = await carrier.place({ from: caller, to, key: 'first', callees: talks });
  expect(first.connectedTo).not.toBeNull();
  const second: Report = await carrier.place({ from: caller, to, key: 'second', callees: talks });
  expect(second.connectedTo, 'a bid has one call').toBeNull();
  await product.settled();
  expect(await payout(bid)).toBe(bid.bidAmount);
  expectNoBreaches([stranger, first, second]);
  const snapshot = await product.inspect();
  expect(snapshot.capacity.reduce((sum, target) => sum + target.live, 0), 'no line stays held').toBe(0);
});
