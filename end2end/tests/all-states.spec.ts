// Every page and every open state, wide and on the phone, in both themes: axe has nothing to say, nothing
// scrolls sideways at any width, and nothing clickable is too small for a finger.

import type { Page } from '@playwright/test';
import { expect, findings, fitsWidth, test, THEMES } from '../fixtures.ts';
import { enter, furnish, settled, states, type State } from './states.ts';

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Where a state must fit: on the phone there are other controls than on the desk. */
const WIDTHS = { wide: [1024, 1280, 1728], phone: [320], both: [320, 720, 1024, 1280, 1728] };

/** The rules that look at colours. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Parts of the walk, side by side. */
const PARTS = 4;

test.describe.configure({ mode: 'parallel' });

for (let part = 0; part < PARTS; part += 1) {
  test(`no state has a finding: part ${part + 1} of ${PARTS}`, async ({ signedIn, browser, product, guard }) => {
    test.setTimeout(900_000);
    guard.allow(/404|422/);
    const call = await furnish(product);
    const page = await signedIn('owner', { viewport: WIDE, reducedMotion: 'reduce' });
    const outside = await browser.newContext({ baseURL: product.url, viewport: WIDE, reducedMotion: 'reduce' });
    guard.watch(outside);
    const stranger = await outside.newPage();
    const all = states(product, call);
    const found = new Map<string, string[]>();
    const from = (at: number) => Math.ceil((all.length * at) / PARTS);
    for (const state of all.slice(from(part), from(part + 1))) {
      await test.step(state.name, async () => {
        const where = (finding: string, place: string) => found.set(finding, [...(found.get(finding) ?? []), `${state.name}, ${place}`]);
        await look(state.anonymous ? stranger : page, state, where);
      });
    }
    await outside.close();
    const told = [...found].map(([finding, where]) => `${finding}\n    in: ${where.join('; ')}`);
    expect(told.length, told.join('\n')).toBe(0);
  });
}

/** Opens a state once and looks at it in every way. */
async function look(page: Page, state: State, found: (finding: string, place: string) => void): Promise<void> {
  await page.setViewportSize(state.only === 'phone' ? PHONE : WIDE);
  await enter(page, state);
  if (state.only !== 'phone') {
    for (const one of await tooSmall(page)) found(`too small: ${one}`, 'desk');
  }
  for (const viewport of state.only === 'phone' ? [PHONE] : [WIDE, PHONE]) {
    await page.setViewportSize(viewport);
    if (!(await fitsWidth(page))) found('scrolls sideways', `at ${viewport.width}`);
    for (const theme of viewport === PHONE && state.only !== 'phone' ? THEMES.slice(1) : THEMES) {
      await paint(page, theme);
      // Another theme is other colours on the same page; the phone's page is another one.
      const colours = theme !== THEMES[0] && viewport === WIDE;
      for (const one of await findings(page, colours ? COLOURS : undefined)) found(one, `${theme}, ${viewport.width}`);
    }
  }
  for (const width of WIDTHS[state.only ?? 'both']) {
    await page.setViewportSize({ width, height: 900 });
    if (!(await fitsWidth(page))) found('scrolls sideways', `at ${width}`);
  }
}

/** Another theme by the class the server sets; that the server sets it is told in sign-in.spec. */
async function paint(page: Page, theme: string): Promise<void> {
  await page.evaluate((name) => {
    const root = document.documentElement;
    root.className = root.className.replace(/\b(light|dark|system)\b/, name);
  }, theme);
  await settled(page);
}

/** Controls smaller than 24 by 24 that WCAG 2.5.8 does not excuse: inline links of a sentence are. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll<HTMLElement>('a[href], button, input:not([type=hidden]), select, textarea, summary')) {
      const { width, height } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      if (width === 0 || height === 0 || style.visibility === 'hidden' || !element.checkVisibility()) continue;
      if (element.matches('.skip') || style.clipPath !== 'none') continue;
      // A link that covers its row, or a box with a larger one around it.
      const covers = ['::before', '::after'].some((part) => {
        const { position, content, width: wide, height: high } = getComputedStyle(element, part);
        return position === 'absolute' && content !== 'none' && parseFloat(wide) >= 24 && parseFloat(high) >= 24;
      });
      if (covers) continue;
      if (element.closest('label, .segmented, .switch')) continue;
      const inline = style.display === 'inline' && (element.parentElement?.textContent?.trim().length ?? 0) >= (element.textContent?.trim().length ?? 0);
      if (inline) {
        // In a line of text the line keeps the distance: nothing else may be clickable within 24 px.
        const y = element.getBoundingClientRect().y + height / 2;
        const x = element.getBoundingClientRect().x + width / 2;
        const crowd = [...document.querySelectorAll<HTMLElement>('a[href], button')].some((other) => {
          if (other === element || !other.checkVisibility()) return false;
          const box = other.getBoundingClientRect();
          const dx = Math.max(box.left - x, 0, x - box.right);
          const dy = Math.max(box.top - y, 0, y - box.bottom);
          return Math.hypot(dx, dy) < 12 && box.width > 0;
        });
        if (!crowd) continue;
      }
      if (width < 24 || height < 24) {
        found.push(`${element.tagName.toLowerCase()} "${(element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 40)}" ${Math.round(width)} x ${Math.round(height)}`);
      }
    }
    return [...new Set(found)];
  });
}
