// What the tests of the browser script for dynamic numbers start with: the site of an advertiser, a
// server in memory, and what is done to a page. The product itself does not run here.

import { test as base, expect, type Page } from '@playwright/test';
import { DniStub, TAG, type Path } from './dni-stub.ts';
import { Guard } from './guard.ts';
import { Site } from './site/server.ts';

/** The site's own number, and the first two that the server lends. */
export const OWN = '(800) 555-0199';
export const [FIRST, SECOND] = ['(866) 555-0101', '(866) 555-0102'];

/** What the script tells the page, as the detail of its event. */
interface Info {
  number: string;
  display: string;
  session: string;
  fallback: boolean;
  first: boolean;
}

interface Fixtures {
  dni: DniStub;
  site: Site;
  guard: Guard;
}

export const test = base.extend<Fixtures>({
  dni: async ({}, use) => {
    const dni = await new DniStub().start();
    await use(dni);
    expect(dni.preflights, 'no request needs a preflight').toBe(0);
    for (const { path, headers } of dni.heard) expect(headers['content-type'], path).toBe('text/plain;charset=UTF-8');
    await dni.stop();
  },
  site: async ({ dni }, use) => {
    const site = await new Site(dni.url, TAG).start();
    dni.allowed = site.origin;
    await use(site);
    await site.stop();
  },
  guard: [
    async ({ context, dni }, use) => {
      const guard = new Guard(dni.url);
      guard.watch(context);
      await use(guard);
      expect(guard.complaints, 'the page complained').toEqual([]);
    },
    { auto: true },
  ],
});

declare global {
  interface Window {
    heard: Info[];
    calls: unknown[][];
    painted: { at: number; text: string }[];
    callcenter: { push: (...items: unknown[]) => unknown };
  }
}

/** Keeps every event of the script, of this page and those after it. */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.heard = [];
    window.calls = [];
    document.addEventListener('callcenter:number', (event) => window.heard.push((event as CustomEvent<Info>).detail));
  });
}

export const heard = (page: Page): Promise<Info[]> => page.evaluate(() => window.heard);
export const push = (page: Page, ...items: unknown[]): Promise<void> =>
  page.evaluate((list) => {
    window.callcenter.push(...list);
  }, items);

/** The text of an element as it is: `toHaveText` takes all kinds of space for one. */
export const text = (page: Page, id: string): Promise<string> => page.locator(`#${id}`).evaluate((element) => element.textContent ?? '');
export const attribute = (page: Page, id: string, name: string): Promise<string | null> => page.locator(`#${id}`).getAttribute(name);
export const swapped = (page: Page, to = '866'): Promise<void> => expect(page.locator('#hero')).toContainText(to);

/** The page as it is without the script. */
export async function untouched(page: Page, site: Site, name: string, selector: string): Promise<string[]> {
  await page.goto(site.url(name, 'none'));
  return page.locator(selector).evaluateAll((elements) => elements.map((element) => element.outerHTML));
}

/** Waits for so many requests to a path, and until the last is answered. */
export async function requests(page: Page, dni: DniStub, path: Path, count: number): Promise<void> {
  await expect.poll(() => dni.of(path).length, `requests to ${path}`).toBe(count);
  await settled(page);
}

/** Lets what is under way come back. Timers may be stopped, hence a request. */
export async function settled(page: Page): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await page.evaluate(() => fetch(`${location.href.split('?')[0]}`, { cache: 'no-store' }).then((answer) => answer.text()));
  }
}

/** Stops the clock of the page and of those after it: time passes by `seconds` alone. */
export async function stopClock(page: Page): Promise<void> {
  const start = Date.parse('2026-03-02T10:00:00Z');
  await page.clock.install({ time: start });
  await page.clock.pauseAt(start + 1_000);
}

/** Lets time pass. It goes by in an instant, so an answer due within would come too late: stop there. */
export const seconds = (page: Page, count: number): Promise<void> => page.clock.runFor(count * 1000);

/** Tells the page that it is hidden, or seen again. */
export async function see(page: Page, visible: boolean): Promise<void> {
  await page.evaluate((shown) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: !shown });
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: shown ? 'visible' : 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  }, visible);
}

export { expect };
