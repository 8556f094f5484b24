// axe on every page and every open state, in both themes, wide and on the phone.

import { expect, expectAccessible, setTheme, test, THEMES } from '../fixtures.ts';
import { enter, furnish, states } from './states.ts';

const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const;

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`${theme}, ${size}: no state has a finding`, async ({ signedIn, browser, product, guard }) => {
      test.setTimeout(240_000);
      guard.allow(/404/);
      const call = await furnish(product);
      const page = await signedIn('owner', { viewport, colorScheme: theme, reducedMotion: 'reduce' });
      await setTheme(page.context(), product.url, theme);
      const outside = await browser.newContext({ baseURL: product.url, viewport, colorScheme: theme, reducedMotion: 'reduce' });
      guard.watch(outside);
      await setTheme(outside, product.url, theme);
      const stranger = await outside.newPage();
      const findings: string[] = [];
      for (const state of states(product, call)) {
        if (state.only && state.only !== size) continue;
        await test.step(state.name, async () => {
          const on = state.anonymous ? stranger : page;
          await enter(on, state);
          await expectAccessible(on, state.name).catch((error: Error) => findings.push(error.message));
        });
      }
      await outside.close();
      expect(findings, findings.join('\n')).toEqual([]);
    });
  }
}
