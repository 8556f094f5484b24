// What a browser journey starts with: a server of its own worker, pages that may not complain, and
// signed-in pages by role.
//
//   import { expect, test } from '../fixtures.ts';
//   test('…', async ({ signedIn, product }) => { const page = await signedIn('owner'); … });
//
// Any console error or warning, page error, 5xx answer or failed script fails the test at its end.
// What a test provokes on purpose it announces first: `guard.allow(/404/)`.

import { test as base, expect, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { Guard } from './guard.ts';
import { hydrated, signIn } from './page.ts';
import { Product } from './server.ts';

export interface TestFixtures {
  /** Collects complaints of every page of the test's contexts. */
  guard: Guard;
  /** A page of a fresh context that is signed in with the demo login of this role, opened at `path`. */
  signedIn: (role: string, options?: BrowserContextOptions, path?: string) => Promise<Page>;
}

export interface WorkerFixtures {
  /** The server of this worker: demo account, no simulated calls. */
  product: Product;
  /** Cookies by role, so that a worker signs in once per role (sign-in is throttled). */
  sessions: Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  product: [
    async ({}, use) => {
      const product = await Product.start();
      await use(product);
      const panics = product.panics();
      await product.stop();
      expect(panics, 'the server panicked').toEqual([]);
    },
    { scope: 'worker', timeout: 120_000 },
  ],

  sessions: [async ({}, use) => use(new Map()), { scope: 'worker' }],

  baseURL: async ({ product }, use) => use(product.url),

  guard: [
    async ({ context, product }, use, info) => {
      const guard = new Guard(product.url);
      guard.watch(context);
      await use(guard);
      if (info.status !== info.expectedStatus) {
        await info.attach('server.log', { body: product.logs(), contentType: 'text/plain' });
      }
      expect(guard.complaints, 'the page or the server complained').toEqual([]);
    },
    { auto: true },
  ],

  signedIn: async ({ browser, product, sessions, guard }, use) => {
    const opened: BrowserContext[] = [];
    await use(async (role, options = {}, path = '/') => {
      const known = sessions.get(role);
      const context = await browser.newContext({ baseURL: product.url, ...(known ? { storageState: known } : {}), ...options });
      opened.push(context);
      guard.watch(context);
      const page = await context.newPage();
      if (known) {
        await page.goto(path);
      } else {
        await signIn(page, product.login(role), path);
        sessions.set(role, await context.storageState());
      }
      if (options?.javaScriptEnabled !== false) await hydrated(page);
      return page;
    });
    for (const context of opened) await context.close();
  },
});

export { expect };
export * from './page.ts';
