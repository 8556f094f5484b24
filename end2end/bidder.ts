// Bidders of the outside, as the product meets them: one server for all tests of a process. Written
// from the field's own answers (domain-reference 1b), not from the product's demo bidders.

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

let started: Promise<string> | undefined;

/** Where they listen: "127.0.0.1:41234". */
export function bidders(): Promise<string> {
  started ??= new Promise((done, failed) => {
    const server = createServer((request, response) => void answer(request, response));
    server.on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      // It ends with the process.
      server.unref();
      done(`127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
  return started;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://bidder');
  const manner = url.pathname.split('/').at(-1);
  for await (const _ of request);
  await sleep(manner === 'slow' ? 3_000 : Number(url.searchParams.get('wait_ms') ?? 5));
  const bidId = `RTB${randomBytes(16).toString('hex')}`;
  const bid = {
    bidId,
    bidAmount: Number(url.searchParams.get('amount') ?? '38.50'),
    expireInSeconds: 20,
    bidTerms: [{ code: 100, callMinDuration: 60 }],
    warnings: [],
  };
  const number = url.searchParams.get('number') ?? '+18005550161';
  const said: Record<string, unknown> = {
    accept: { ...bid, phoneNumber: number },
    slow: { ...bid, phoneNumber: number },
    'accept-sip': { ...bid, sipAddress: `${bidId}@bids.example.com` },
    refuse: { bidId, bidAmount: 0, rejectReason: 'Final capacity check (Code: 1006)' },
  };
  const body = said[manner ?? ''];
  response.statusCode = body ? 200 : 404;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body ?? { error: 'no such bidder' }));
}
