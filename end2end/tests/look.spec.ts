// The look as numbers: the focus is seen, lists fit the phone. What holds in every state is in all-states.spec.

import { expect, fitsWidth, hydrated, open, signIn, test } from '../fixtures.ts';
import { demoCampaign } from '../steps.ts';
import { furnish, settled } from './states.ts';

const WIDTHS = [320, 390, 720, 1024, 1280, 1440, 1728];

test('the sign-in page fits, too', async ({ page }) => {
  await open(page, '/login?error=invalid&email=a.very.long.name.of.somebody%40a-long-domain.northgate.example');
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 700 });
    expect(await fitsWidth(page), `at ${width}`).toBe(true);
  }
});

test('wherever Tab leads, the focus is seen and not hidden under a bar', async ({ signedIn, product }) => {
  // Up to three hundred stops, each looked at.
  test.setTimeout(180_000);
  const page = await signedIn('owner', { reducedMotion: 'reduce' });
  const { id } = demoCampaign(product, 'Auto insurance, national');
  const target = product.demo.buyers.flatMap((buyer) => buyer.targets)[0]?.id;
  for (const path of ['/', '/calls', `/campaigns/${id}/routing`, '/buyers/new', `/targets/${target}`]) {
    await open(page, path);
    const seen = new Set<string>();
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press('Tab');
      // The skip link comes into sight when it gets the focus.
      await settled(page);
      const at = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement | null;
        if (!element || element === document.body) return undefined;
        const box = element.getBoundingClientRect();
        const boxed = element.closest<HTMLElement>('.input-box, .combo-box, .segmented label') ?? element;
        const outlined = [element, boxed].some((one) => {
          const style = getComputedStyle(one);
          return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
        });
        const label = element.nextElementSibling ? getComputedStyle(element.nextElementSibling) : undefined;
        const beside = label !== undefined && label.outlineStyle !== 'none' && parseFloat(label.outlineWidth) >= 2;
        const x = Math.min(Math.max(box.x + box.width / 2, 0), innerWidth - 1);
        const y = Math.min(Math.max(box.y + box.height / 2, 0), innerHeight - 1);
        const top = document.elementFromPoint(x, y);
        const bar = top?.closest('.top, .savebar') ?? null;
        const hidden = box.bottom <= 0 || box.top >= innerHeight || (bar !== null && !bar.contains(element) && !element.contains(top));
        const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? ''} ${element.id}`;
        return { name, ring: outlined || beside || element.matches('.skip, audio'), hidden };
      });
      if (!at) break;
      if (step === 0) expect(at.name, `${path}: the first stop`).toContain('Skip to content');
      if (seen.has(at.name)) continue;
      seen.add(at.name);
      expect(at.ring, `${path}: a ring on ${at.name}`).toBe(true);
      expect(at.hidden, `${path}: ${at.name} is in sight`).toBe(false);
    }
    expect(seen.size, path).toBeGreaterThan(8);
  }
});

test('nothing is lost at 200 % or with more contrast', async ({ browser, product, guard }) => {
  const context = await browser.newContext({ baseURL: product.url, viewport: { width: 720, height: 450 }, deviceScaleFactor: 2, contrast: 'more', forcedColors: 'none' });
  guard.watch(context);
  const page = await context.newPage();
  await signIn(page, product.login('viewer'));
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Today' })).toBeVisible();
  await expect(page.getByRole('button', { name: /your account/ })).toBeInViewport();
  await context.close();
});

test('rows of the live list on the phone stand under each other', async ({ signedIn, product }) => {
  await furnish(product);
  const page = await signedIn('owner', { viewport: { width: 390, height: 844 } }, '/calls');
  const rows = page.locator('.phone-rows > li > a');
  expect(await rows.count()).toBeGreaterThan(2);
  const lefts = await rows.evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().left)));
  expect(new Set(lefts).size, 'one left edge').toBe(1);
  const widths = await rows.evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().width)));
  expect(new Set(widths).size, 'one width').toBe(1);
});

test('on the phone no state is cut short, and a list without rows says why', async ({ signedIn, product }) => {
  const call = await furnish(product);
  const page = await signedIn('owner', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  const { id } = demoCampaign(product, 'Auto insurance, national');
  for (const path of [`/calls?range=all&call=${call}`, '/campaigns', `/campaigns/${id}/routing`, '/buyers', `/buyers/${product.demo.buyers[0]?.id}`]) {
    await open(page, path);
    const words = page.locator('.status-word:visible');
    await expect(words.filter({ hasText: /\w/ }).first(), path).toBeVisible();
    expect(await words.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)), path).toEqual([]);
  }
  await open(page, '/calls?outcome=voicemail');
  const why = page.getByRole('heading', { name: 'No calls match this filter' });
  await expect(why).toBeInViewport();
  await expect(page.getByRole('link', { name: 'Clear filters' })).toBeInViewport();
});

test('a row of the log is one line', async ({ signedIn, product }) => {
  await furnish(product);
  const page = await signedIn('owner', {}, '/calls?range=all');
  const heights = await page.getByRole('region', { name: 'Call log', exact: true }).locator('tbody tr').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(Math.max(...heights)).toBeLessThanOrEqual(34);
});

test('the side navigation reaches the bottom of a long page', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/buyers');
  const painted = await page.evaluate(() => {
    const shell = document.querySelector('.shell');
    if (!shell) return 0;
    const side = getComputedStyle(shell, '::before');
    return parseFloat(side.height) / document.documentElement.scrollHeight;
  });
  expect(painted).toBeGreaterThanOrEqual(0.99);
});

test('the phone has search, the state of the connection, the account and one filter control', async ({ signedIn, product }) => {
  const page = await signedIn('owner', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' });
  const { id } = demoCampaign(product, 'Auto insurance, national');
  await expect(page.locator('.top-state .status-mark')).toBeInViewport();
  await expect(page.locator('.top').getByRole('status')).toHaveText('Live');
  await page.locator('.top').getByRole('link', { name: 'Search or jump to' }).click();
  await expect(page.getByRole('combobox', { name: 'Search or jump to' })).toBeFocused();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Open the menu' }).click();
  const sheet = page.getByRole('dialog', { name: 'Main menu' });
  await settled(page);
  await expect(sheet.getByText(product.demo.account.name)).toBeVisible();
  await expect(sheet.getByText('Set up')).toBeVisible();
  const state = sheet.locator('.status-word');
  await expect(state).toHaveText('All systems normal');
  expect(await state.evaluate((one) => one.scrollWidth <= one.clientWidth), 'in full').toBe(true);
  const mark = await sheet.locator('.brand-mark').boundingBox();
  expect(mark?.x, 'at the left edge').toBeLessThan(24);

  await open(page, `/calls?range=all&campaign=${id}`);
  const filters = page.getByRole('group', { name: 'Filters' });
  await expect(filters.getByRole('button', { name: /^Filter/ })).toHaveCount(1);
  await expect(filters.getByRole('link', { name: /^Remove filter: Campaign/ })).toBeInViewport();
});

test('on the phone lists fit: campaigns, numbers, the chart as a table', async ({ signedIn, product }) => {
  await furnish(product);
  const page = await signedIn('owner', { viewport: { width: 390, height: 844 }, reducedMotion: 'reduce' }, '/campaigns');
  const wide = () => page.locator('.region:visible').evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.getAttribute('aria-label')));
  await expect(page.getByRole('listitem').filter({ hasText: 'Auto insurance, national' }).getByText(/\d+ of \d+ routes open/)).toBeVisible();
  expect(await wide()).toEqual([]);
  await open(page, '/numbers');
  expect(await wide()).toEqual([]);
  const choices = page.getByRole('region', { name: 'Numbers', exact: true }).getByRole('combobox', { name: /^Campaign of/ });
  expect(Math.min(...(await choices.evaluateAll((all) => all.map((one) => one.clientWidth)))), 'room for the name of a campaign').toBeGreaterThan(300);
  await open(page, '/');
  await page.getByRole('button', { name: 'As table' }).first().click();
  const table = page.getByRole('group', { name: /as a table$/ });
  expect(await table.evaluate((one) => one.scrollWidth <= one.clientWidth)).toBe(true);
  const heights = await table.locator('tbody tr').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().height));
  expect(Math.max(...heights), 'a line each').toBeLessThanOrEqual(34);
});

test('a toast covers neither the navigation nor the state of the system', async ({ signedIn, product }) => {
  const target = product.demo.buyers.flatMap((buyer) => buyer.targets)[0]?.id;
  const page = await signedIn('owner', {}, `/targets/${target}`);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const toast = page.locator('.toast');
  await expect(toast).toBeVisible();
  for (const width of [1440, 1100]) {
    await page.setViewportSize({ width, height: 900 });
    const [box, side] = [await toast.boundingBox(), await page.locator('.side').boundingBox()];
    expect(box?.x ?? 0, `at ${width}`).toBeGreaterThanOrEqual((side?.x ?? 0) + (side?.width ?? 0));
  }
  await toast.getByRole('button', { name: /Undo/ }).click();
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
});
