// What the script tells the server of the visitor, and that it says and keeps nothing without consent.

import type { Page } from '@playwright/test';
import { expect, FIRST, heard, listen, push, requests, seconds, settled, stopClock, swapped, test, untouched } from '../dni-page.ts';
import { TAG } from '../dni-stub.ts';

test.describe('what the server is asked', () => {
  test('a visitor is a random id that stays, and no cookie goes along', async ({ page, context, site, dni }) => {
    await context.addCookies([{ name: 'session', value: 'secret', url: dni.url }]);
    await page.goto(site.url('home'));
    await swapped(page);
    await page.goto(site.url('pricing'));
    await requests(page, dni, 'assign', 2);
    const [one, two] = dni.of('assign');
    expect(one?.['visitor']).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(two?.['visitor']).toBe(one?.['visitor']);
    expect(await page.evaluate(() => localStorage.getItem('callcenter'))).toBe(one?.['visitor']);
    expect(Object.keys(one ?? {}).sort()).toEqual(['data', 'page', 'referrer', 'tag', 'url', 'visitor']);
    for (const { path, headers } of dni.heard) {
      expect(headers.origin).toBe(site.origin);
      // A beacon always has them, if the two are of one site.
      if (path !== 'leave') expect(headers.cookie, path).toBeUndefined();
    }

    const other = await (await page.context().browser()!.newContext()).newPage();
    await other.goto(site.url('home'));
    await expect(other.locator('#hero')).toContainText('0102');
    expect(dni.of('assign')[2]?.['visitor']).not.toBe(one?.['visitor']);
    await other.context().close();
  });

  test('the landing stays while the visitor walks through the site', async ({ page, site, dni }) => {
    const landing = `${site.url('home')}?keyword=roof%20leak&ref=7#top`;
    await page.goto(landing, { referer: 'https://search.example/roofers' });
    await swapped(page);
    await page.getByRole('link', { name: 'Pricing' }).click();
    await requests(page, dni, 'assign', 2);
    const [one, two] = dni.of('assign');
    expect(one).toMatchObject({ tag: TAG, url: landing, page: landing, referrer: 'https://search.example/roofers' });
    expect(two).toMatchObject({ url: landing, page: site.url('pricing'), referrer: one?.['referrer'] });
  });

  for (const query of ['utm_source=news', 'x=1&gclid=Cj0', 'fbclid=Iw', 'msclkid=9a', 'UTM_Medium=cpc']) {
    test(`an advertisement (${query}) begins a new landing`, async ({ page, site, dni }) => {
      await page.goto(site.url('home'));
      await swapped(page);
      const second = `${site.url('pricing')}?${query}`;
      await page.goto(second);
      await requests(page, dni, 'assign', 2);
      await page.getByRole('link', { name: 'Contact' }).click();
      await requests(page, dni, 'assign', 3);
      expect(dni.of('assign').map((body) => body['url'])).toEqual([site.url('home'), second, second]);
    });
  }

  test('another site begins a new landing, an ordinary parameter does not', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.goto(`${site.url('pricing')}?nutm_source=1`, { referer: site.url('home') });
    await requests(page, dni, 'assign', 2);
    await page.goto(site.url('contact'), { referer: 'https://maps.example/' });
    await requests(page, dni, 'assign', 3);
    expect(dni.of('assign').map((body) => body['url'])).toEqual([site.url('home'), site.url('home'), site.url('contact')]);
    expect(dni.of('assign')[2]?.['referrer']).toBe('https://maps.example/');
  });

  test('long values are cut to 2,000 characters, not within one', async ({ page, site, dni }) => {
    const long = `${site.url('home')}?keyword=${'roof'.repeat(700)}`;
    await page.goto(long);
    await swapped(page);
    await push(page, { note: 'n'.repeat(2_500), half: `${'h'.repeat(1_999)}😀`, broken: 'a\ud83db', ['k'.repeat(2_500)]: 1 });
    await requests(page, dni, 'tags', 1);
    const [assign] = dni.of('assign');
    expect(assign?.['url']).toBe(long.slice(0, 2_000));
    expect(assign?.['page']).toBe(long.slice(0, 2_000));
    expect(dni.of('tags')[0]?.['data']).toEqual({
      note: 'n'.repeat(2_000), half: 'h'.repeat(1_999), broken: 'ab', ['k'.repeat(2_000)]: 1,
    });
  });
});

test.describe('consent', () => {
  const storage = (page: Page): Promise<(string | null)[]> =>
    page.evaluate(() => [localStorage.getItem('callcenter'), sessionStorage.getItem('callcenter')]);

  test.beforeEach(({ site }) => {
    site.options = { 'data-consent': 'required' };
  });

  test('before it nothing is asked, stored or swapped', async ({ page, site, dni }) => {
    await stopClock(page);
    await page.goto(site.url('home'));
    await push(page, { plan: 'metal' }, { consent: 'denied' }, { consent: 1 });
    await page.evaluate(() => history.pushState(null, '', '#more'));
    await seconds(page, 600);
    await settled(page);
    expect(dni.heard).toEqual([]);
    expect(await storage(page)).toEqual([null, null]);
    await expect(page.locator('#hero')).toContainText('800-555-0199');

    await push(page, { consent: true, size: 9 });
    await swapped(page);
    expect(dni.of('assign')[0]?.['data'], 'what was pushed before is kept').toEqual({ plan: 'metal', size: 9 });
    expect((await storage(page)).every(Boolean)).toBe(true);
  });

  test('may stand in the queue before the script', async ({ page, site, dni }) => {
    site.head = '<script>window.callcenter = [{ consent: true }, { plan: "metal" }];</script>';
    await page.goto(site.url('home'));
    await swapped(page);
    expect(dni.of('assign').map((body) => body['data'])).toEqual([{ plan: 'metal' }]);
  });

  test('taken back releases the number, restores the page and forgets the visitor', async ({ page, site, dni }) => {
    site.head = '<script>window.callcenter = [{ consent: true }];</script>';
    const before = await untouched(page, site, 'contact', 'body > main');
    await listen(page);
    await stopClock(page);
    await page.goto(site.url('contact'));
    await expect(page.locator('#standard')).toHaveText(FIRST);
    expect(await page.locator('#class-link').innerHTML()).not.toContain('Text');
    const [info] = await heard(page);
    const [visitor] = await storage(page);
    await push(page, { consent: false });

    const after = await page.locator('body > main').evaluateAll((all) => all.map((one) => one.outerHTML));
    expect(after).toEqual(before);
    expect(await storage(page)).toEqual([null, null]);
    expect(await heard(page)).toEqual([info, { number: '', display: '', session: '', fallback: false, first: false }]);
    await expect.poll(() => dni.of('leave')).toEqual([{ tag: TAG, session: info?.session, seen: expect.any(Number) }]);
    await push(page, { plan: 'metal' });
    await seconds(page, 600);
    await page.goto(site.url('pricing', 'none'));
    expect(dni.heard.map((one) => one.path), 'and then nothing more').toEqual(['assign', 'leave']);

    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('0102');
    expect(dni.of('assign')[1]?.['visitor'], 'a new visitor').not.toBe(visitor);
    expect((await heard(page))[0]?.first).toBe(true);
  });

  test('taken back and given again on one page', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await push(page, { consent: true });
    await swapped(page);
    await push(page, { consent: false });
    await expect(page.locator('#hero')).toContainText('800-555-0199');
    await push(page, { consent: true });
    await swapped(page, '0102');
    expect(dni.of('assign')).toHaveLength(2);
  });

  test('taken back while the number is on its way: it is released when it comes', async ({ page, site, dni }) => {
    dni.delay = 300;
    await listen(page);
    await page.goto(site.url('home'));
    await push(page, { consent: true });
    await expect.poll(() => dni.of('assign').length).toBe(1);
    await push(page, { consent: false });
    await requests(page, dni, 'leave', 1);
    expect(dni.of('leave')[0]?.['session']).toMatch(/^s1-/);
    await expect(page.locator('#hero')).toContainText('800-555-0199');
    expect(await heard(page)).toEqual([]);
    expect(await storage(page)).toEqual([null, null]);
  });

  test('refused on the next page releases what a page before has stored', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await push(page, { consent: true });
    await swapped(page);
    await page.goto(site.url('pricing'));
    await expect.poll(() => dni.of('leave').length).toBe(1);
    await expect(page.locator('#hero')).toContainText('800.555.0199');
    await push(page, { consent: false });
    await expect.poll(() => dni.of('leave').length).toBe(2);
    expect(dni.of('leave')[1]).toEqual(dni.of('leave')[0]);
    expect(await storage(page)).toEqual([null, null]);
  });

  test('refused in the queue counts also where none is required', async ({ page, site, dni }) => {
    site.options = {};
    site.head = '<script>window.callcenter = [{ consent: false }];</script>';
    await page.goto(site.url('home'));
    await page.waitForLoadState('load');
    await settled(page);
    expect(dni.heard).toEqual([]);
    expect(await storage(page)).toEqual([null, null]);
  });
});
