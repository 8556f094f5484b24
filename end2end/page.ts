// Steps and checks that every browser journey shares.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, type BrowserContext, type Page } from '@playwright/test';

/** The rules a page must pass in every state and theme. */
export const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export type Theme = 'light' | 'dark' | 'system';
export const THEMES = ['light', 'dark'] as const;

/** Waits until the page answers to clicks: the app sets the mark when it has hydrated. */
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset['hydrated'] === 'true');
}

/** Opens an address of the product and waits for hydration. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await hydrated(page);
}

/** Signs in by the form, which works with and without the page's script. */
export async function signIn(page: Page, user: { email: string; password: string }, next = '/'): Promise<void> {
  await page.goto(next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`);
  await page.getByLabel('Email').fill(user.email);
  await page.getByLabel('Password').fill(user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

/** Chooses the theme of a context, before or between page loads. */
export async function setTheme(context: BrowserContext, origin: string, theme: Theme): Promise<void> {
  await context.addCookies([{ name: 'theme', value: theme, url: origin, sameSite: 'Lax' }]);
}

/** What axe finds on the page as it is now: rule, element and remedy. Some rules, or all of ours. */
export async function findings(page: Page, rules?: string[]): Promise<string[]> {
  const runOnly = rules ? { type: 'rule' as const, values: rules } : { type: 'tag' as const, values: AXE_TAGS };
  // Our pages have no frames, so axe may run in the page itself, which is twice as fast.
  const { violations } = await new AxeBuilder({ page }).options({ runOnly, resultTypes: ['violations'] }).setLegacyMode(true).analyze();
  return violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id} (${rule.impact}): ${node.target.join(' ')}\n    ${node.failureSummary?.replaceAll('\n', '\n    ')}`),
  );
}

/** Checks the page as it is now with axe. */
export async function expectAccessible(page: Page, state = page.url()): Promise<void> {
  expect(await findings(page), `axe in ${state}`).toEqual([]);
}

/** Bytes that came over the wire for the page now shown, by kind of resource. */
export async function transferred(page: Page): Promise<{ total: number; parts: Record<string, number> }> {
  return page.evaluate(() => {
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')] as PerformanceResourceTiming[];
    const parts: Record<string, number> = {};
    for (const entry of entries) {
      const name = new URL(entry.name).pathname;
      parts[name] = (parts[name] ?? 0) + entry.transferSize;
    }
    return { total: Object.values(parts).reduce((sum, size) => sum + size, 0), parts };
  });
}

/** True when the page does not scroll sideways. */
export async function fitsWidth(page: Page): Promise<boolean> {
  // After a change of width what is measured by script takes a moment.
  const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
  return page.waitForFunction(fits, undefined, { polling: 50, timeout: 2_000 }).then(() => true, () => false);
}

/** What has the keyboard focus, as role and name would show it: for focus-order checks. */
export async function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return 'body';
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? '';
    return `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ''} ${name.slice(0, 60)}`.trim();
  });
}
