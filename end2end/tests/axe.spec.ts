// axe on every page and every open state, in both themes, wide and on the phone.

import type { Page } from '@playwright/test';
import { expect, findings, test, THEMES } from '../fixtures.ts';
import { enter, furnish, settled, states } from './states.ts';

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** The rules that look at colours. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Another theme by the class the server sets; that the server sets it is told in sign-in.spec. */
async function paint(page: Page, theme: string): Promise<void> {
  await page.evaluate((name) => {
    const root = document.documentElement;
    root.className = root.className.replace(/\b(light|dark|system)\b/, name);
  }, theme);
  await settled(page);
}

for (const [part, of] of [['first', 0], ['second', 1]] as const) {
  test(`no state has a finding: the ${part} half`, async ({ signedIn, browser, product, guard }) => {
    test.setTimeout(420_000);
    guard.allow(/404/);
    const call = await furnish(product);
    const page = await signedIn('owner', { viewport: WIDE, reducedMotion: 'reduce' });
    const outside = await browser.newContext({ baseURL: product.url, viewport: WIDE, reducedMotion: 'reduce' });
    guard.watch(outside);
    const stranger = await outside.newPage();
    const all = states(product, call);
    const found = new Map<string, string[]>();
    for (const state of all.slice(of === 0 ? 0 : Math.ceil(all.length / 2), of === 0 ? Math.ceil(all.length / 2) : undefined)) {
      await test.step(state.name, async () => {
        const on = state.anonymous ? stranger : page;
        await on.setViewportSize(state.only === 'phone' ? PHONE : WIDE);
        await enter(on, state);
        for (const viewport of state.only === 'phone' ? [PHONE] : [WIDE, PHONE]) {
          await on.setViewportSize(viewport);
          for (const theme of THEMES) {
            await paint(on, theme);
            // Another theme is other colours on the same page.
            for (const one of await findings(on, theme === THEMES[0] ? undefined : COLOURS)) found.set(one, [...(found.get(one) ?? []), `${state.name}, ${theme}, ${viewport.width}`]);
          }
        }
      });
    }
    await outside.close();
    const told = [...found].map(([finding, where]) => `${finding}\n    in: ${where.join('; ')}`);
    expect(told.length, told.join('\n')).toBe(0);
  });
}
