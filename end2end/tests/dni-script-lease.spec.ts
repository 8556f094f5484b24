// How long a page keeps its number: beats, leases lost, pools without a number, leaving and coming back.

import { chromium } from '@playwright/test';
import { WHOLE } from '../browser.ts';
import { expect, heard, listen, OWN, push, requests, seconds, see, settled, stopClock, swapped, test, untouched } from '../dni-page.ts';
import { display, TAG } from '../dni-stub.ts';

test.describe('the lease', () => {
  test.beforeEach(({ page }) => stopClock(page));

  test('a beat goes out every so many seconds while the page is seen', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await seconds(page, 58);
    expect(dni.of('beat')).toEqual([]);
    await seconds(page, 3);
    await requests(page, dni, 'beat', 1);
    expect(dni.of('beat')[0]).toEqual({ tag: TAG, session: expect.stringMatching(/^s1-/), page: site.url('home') });
    await seconds(page, 60);
    await requests(page, dni, 'beat', 2);

    await see(page, false);
    await seconds(page, 600);
    await settled(page);
    expect(dni.of('beat'), 'hidden').toHaveLength(2);
    await see(page, true);
    await seconds(page, 1);
    await requests(page, dni, 'beat', 3);
    await seconds(page, 61);
    await requests(page, dni, 'beat', 4);
    expect(dni.of('assign')).toHaveLength(1);
  });

  test('the server says how often', async ({ page, site, dni }) => {
    dni.beat = 20;
    await page.goto(site.url('home'));
    await swapped(page);
    await seconds(page, 21);
    await requests(page, dni, 'beat', 1);
    await seconds(page, 20);
    await requests(page, dni, 'beat', 2);
  });

  test('each change of the address is told, at most once a second', async ({ page, site, dni }) => {
    await page.goto(site.url('spa/home'));
    await swapped(page);
    await seconds(page, 10);
    await page.getByRole('link', { name: 'Repairs' }).click();
    await seconds(page, 0.1);
    await requests(page, dni, 'beat', 1);
    await page.evaluate(() => {
      for (const part of ['a', 'b', 'c']) history.replaceState({ part }, '', `#${part}`);
    });
    await seconds(page, 0.3);
    await settled(page);
    expect(dni.of('beat'), 'within the second').toHaveLength(1);
    await seconds(page, 1);
    await requests(page, dni, 'beat', 2);
    await page.evaluate(() => history.replaceState({ scroll: 7 }, '', location.href));
    await seconds(page, 5);
    await settled(page);
    expect(dni.of('beat'), 'the same address').toHaveLength(2);
    await page.goBack();
    await seconds(page, 1);
    await requests(page, dni, 'beat', 3);
    await page.evaluate(() => (location.hash = 'd'));
    await seconds(page, 1);
    await requests(page, dni, 'beat', 4);
    const at = site.url('spa/home');
    expect(dni.of('beat').map((body) => body['page'])).toEqual([site.url('spa/repairs'), `${site.url('spa/repairs')}#c`, at, `${at}#d`]);
    expect(await page.evaluate(() => history.state), 'the history itself is as the page wants it').toBeNull();
  });

  for (const status of [404, 409, 410]) {
    test(`a lease that is lost (${status}) is asked for anew`, async ({ page, site, dni, guard }) => {
      guard.allow(new RegExp(String(status)));
      await listen(page);
      await page.goto(site.url('home'));
      await swapped(page);
      await push(page, { plan: 'metal' });
      await requests(page, dni, 'tags', 1);
      dni.lose();
      dni.trouble = { beat: status };
      await seconds(page, 60);
      await swapped(page, '0102');
      await settled(page);
      expect(dni.heard.map((one) => one.path)).toEqual(['assign', 'tags', 'beat', 'assign']);
      expect(dni.of('assign')[1], 'with all that is known').toMatchObject({ data: { plan: 'metal' }, visitor: dni.of('assign')[0]?.['visitor'] });
      expect((await heard(page)).map((info) => [info.number, info.first])).toEqual([['+18665550101', true], ['+18665550102', false]]);
    });
  }

  test('an exhausted pool shows the number that stands in', async ({ page, site, dni }) => {
    dni.exhausted = true;
    await listen(page);
    await page.goto(site.url('home'));
    await expect(page.locator('#hero')).toHaveText('Call 1-800-555-0110 for a free inspection.');
    expect(await heard(page)).toMatchObject([{ number: '+18005550110', display: display('+18005550110'), fallback: true, first: true }]);
  });

  test('a fallback that is the number of the page changes nothing in its text', async ({ page, site, dni }) => {
    dni.exhausted = true;
    dni.fallback = '+18005550199';
    await listen(page);
    const before = await untouched(page, site, 'contact', '#written');
    await page.goto(site.url('contact'));
    await expect(page.locator('#standard')).toHaveText(OWN);
    expect(await page.locator('#written').evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual(before);
  });

  test('no number at all leaves the page as it is, until there is one', async ({ page, site, dni }) => {
    dni.nothing = true;
    await listen(page);
    const before = await untouched(page, site, 'contact', 'body > main');
    await page.goto(site.url('contact'));
    await requests(page, dni, 'assign', 1);
    expect(await page.locator('body > main').evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual(before);
    expect(await heard(page)).toEqual([]);
    dni.exchange();
    await seconds(page, 61);
    await expect(page.locator('#dashes')).toContainText('0101');
    expect((await heard(page)).map((info) => info.first)).toEqual([true]);
  });

  test('leaving the page is told, and the next page of the site has the same number', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.goto(site.url('pricing'));
    await swapped(page, '866.555.0101');
    await page.goto('about:blank');
    await expect.poll(() => dni.of('leave')).toHaveLength(2);
    const session = expect.stringMatching(/^s1-/);
    const [first, second] = dni.of('leave').map((one) => one['seen'] as number);
    expect(dni.of('leave')).toEqual([{ tag: TAG, session, seen: first }, { tag: TAG, session, seen: second }]);
    expect(second, 'each page tells the last word it heard').toBeGreaterThan(first ?? NaN);
  });

  test('a page that comes back from the cache of the browser beats again', async ({ launchOptions, site, dni, guard }) => {
    // Playwright turns that cache off, and does not see a page come back from it.
    const browser = await chromium.launch({ ...launchOptions, executablePath: WHOLE, ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    const page = await browser.newPage();
    guard.watch(page.context());
    await listen(page);
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(() => {
      addEventListener('pageshow', (event) => window.calls.push(['back', event.persisted]));
      location.href = 'pricing.html';
    });
    await page.waitForURL('**/pricing.html');
    await expect.poll(() => dni.of('assign').length).toBe(2);
    await page.evaluate(() => history.back());
    await expect.poll(() => dni.of('beat').map((body) => body['page'])).toEqual([site.url('home')]);
    expect(await page.evaluate(() => window.calls)).toEqual([['back', true]]);
    await swapped(page);
    expect(await heard(page)).toHaveLength(1);
    await browser.close();
  });

  test('a page that comes back in a browser that does not say it is seen beats again', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
    });
    await requests(page, dni, 'beat', 1);
    expect(dni.heard.map((one) => one.path)).toEqual(['assign', 'leave', 'beat']);
  });

  test('half a minute after the page was left its number is no longer taken for granted', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    const until = () => page.evaluate(() => (JSON.parse(sessionStorage.getItem('callcenter') ?? '{}').until - Date.now()) / 1000);
    expect(await until()).toBeGreaterThan(280);
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    expect(await until()).toBeLessThanOrEqual(30);
    expect(dni.of('leave')).toHaveLength(1);
  });
});
