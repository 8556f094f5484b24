// Two hundred visitors on a pool of fifty while servers die and come back: no number has two of them,
// and what was acknowledged is still so afterwards. One server on SQLite, two on one PostgreSQL.

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { between } from '../carrier/chance.mjs';
import { postgresDatabase, Product } from '../server.ts';

const VISITORS = 200;
const POOL = 50;
const ORIGIN = 'https://roofs.example';
const SEED = Number(process.env.CALLCENTER_E2E_SEED ?? 7);

interface Answer {
  session: string;
  number: string;
  fallback: boolean;
}

interface Installation {
  name: string;
  /** Starts its servers; they share one database. */
  start: () => Promise<Product[]>;
}

const ENV = { CALLCENTER__DNI__VISITORS_PER_MINUTE: '1000000' };

const INSTALLATIONS: Installation[] = [
  { name: 'one server on SQLite', start: async () => [await Product.start({ env: ENV })] },
  {
    name: 'two servers on PostgreSQL',
    start: async () => {
      const database = await postgresDatabase('visitors');
      expect(database, '`make test` starts a PostgreSQL and names it in TEST_DATABASE_URL').toBeDefined();
      const first = await Product.start({ env: { ...ENV, DATABASE_URL: database } });
      return [first, await first.beside()];
    },
  },
];

/** Asks the public API, as a program does. */
async function api(product: Product, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${product.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${product.demo.api_key}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  expect(answer.ok, `${method} ${path}: ${answer.status} ${text}`).toBe(true);
  return JSON.parse(text) as Record<string, unknown>;
}

/** Asks for a number until somebody answers, as the script on a page does. */
async function assign(product: Product, tag: string, visitor: string): Promise<Answer> {
  for (let tries = 0; ; tries += 1) {
    const answer = await fetch(`${product.url}/dni/v1/assign`, {
      method: 'POST',
      headers: { origin: ORIGIN, 'content-type': 'text/plain;charset=UTF-8' },
      body: JSON.stringify({ tag, visitor, url: `${ORIGIN}/?utm_source=load`, referrer: '', page: `${ORIGIN}/`, data: {} }),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    if (answer?.ok) return (await answer.json()) as Answer;
    expect([undefined, 503], `an answer of ${answer?.status}`).toContain(answer?.status);
    expect(tries, 'the server comes back').toBeLessThan(200);
    await sleep(50);
  }
}

for (const { name, start } of INSTALLATIONS) {
  test(`kill -9 among two hundred visitors, ${name}: no number has two, and nothing acknowledged is lost`, async () => {
    test.setTimeout(240_000);
    const products = await start();
    try {
      await visit(products);
    } finally {
      // Whoever joined goes first: the first one has the folder of the database.
      for (const product of products.toReversed()) await product.stop();
    }
  });
}

async function visit(products: Product[]): Promise<void> {
  const at = (n: number) => products[n % products.length] as Product;
  const product = at(0);
  const [campaign] = product.demo.campaigns;
  const pool = await api(product, 'POST', '/pools', { name: 'Load', campaign_id: campaign?.id });
  const numbers = Array.from({ length: POOL }, (_, n) => `+1512555${String(n).padStart(4, '0')}`);
  await api(product, 'POST', `/pools/${String(pool['id'])}/numbers`, { numbers });
  const made = await api(product, 'POST', '/dni-tags', { name: 'Load', pool_id: pool['id'], origins: [ORIGIN], fallback: '+18005550100' });
  const tag = String(made['id']);

  const holders = new Map<string, string>();
  const work = { over: false, kills: 0 };
  const killer = (async () => {
    while (!work.over) {
      await sleep(between(60, 250, SEED, 'kill', work.kills));
      if (work.over) return;
      const victim = at(work.kills);
      await victim.kill9();
      work.kills += 1;
      await victim.restart();
    }
  })();
  const known = new Map<string, Answer>();
  for (let round = 0; round < 3 || work.kills < 3; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: VISITORS }, async (_, n) => {
        const visitor = `visitor-${String(n).padStart(4, '0')}`;
        // The next page of a visitor may be served by another server.
        return [visitor, await assign(at(n + round), tag, visitor)] as const;
      }),
    );
    for (const [visitor, answer] of answers) {
      if (answer.fallback) {
        expect(answer.number).toBe('+18005550100');
        expect(known.get(visitor)?.fallback ?? true, `${visitor} had a number and lost it`).toBe(true);
      } else {
        const holder = holders.get(answer.number);
        expect(holder ?? visitor, `${answer.number} has two visitors`).toBe(visitor);
        holders.set(answer.number, visitor);
        const before = known.get(visitor);
        if (before && !before.fallback) expect(answer.number, `${visitor} keeps the number`).toBe(before.number);
      }
      known.set(visitor, answer);
    }
  }
  work.over = true;
  await killer;
  const lent = [...known.values()].filter((answer) => !answer.fallback);
  expect(lent.length, 'every number is lent, and no more').toBe(POOL);
  expect(new Set(lent.map((answer) => answer.number)).size).toBe(POOL);
  for (const one of products) expect(one.panics()).toEqual([]);
}
