// What the script does in a browser that forbids things and with a server in trouble: the page never notices.

import { expect, heard, listen, push, requests, seconds, see, settled, stopClock, swapped, test, untouched } from '../dni-page.ts';
import type { Trouble } from '../dni-stub.ts';

test.describe('a browser that forbids', () => {
  test('storage: the number is swapped all the same', async ({ page, site, dni }) => {
    await listen(page);
    await page.addInitScript(() => {
      for (const kind of ['localStorage', 'sessionStorage']) {
        Object.defineProperty(window, kind, {
          get() {
            throw new DOMException('The operation is insecure.', 'SecurityError');
          },
        });
      }
    });
    await page.goto(site.url('home'));
    await swapped(page);
    await push(page, { plan: 'metal' });
    await requests(page, dni, 'tags', 1);
    expect((await heard(page)).map((info) => info.first)).toEqual([true]);
    await push(page, { consent: false });
    await expect(page.locator('#hero')).toContainText('800-555-0199');
    await page.goto(site.url('pricing'));
    await swapped(page);
    expect(dni.of('assign')[1]?.['visitor'], 'nobody remembers').not.toBe(dni.of('assign')[0]?.['visitor']);
  });

  test('storage that is full or does not write: the number is swapped all the same', async ({ page, site, dni }) => {
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await page.goto(site.url('home'));
    await swapped(page);
    await page.goto(site.url('pricing'));
    await swapped(page);
    expect(dni.of('assign')).toHaveLength(2);
  });

  test('beacons that are blocked or lost on the way: nothing breaks', async ({ page, site, dni, guard }) => {
    guard.allow(/ERR_BLOCKED_BY_CLIENT|ERR_EMPTY_RESPONSE/);
    dni.trouble = { leave: 'cut' };
    await page.goto(site.url('home'));
    await swapped(page);
    await page.goto(site.url('pricing'));
    await swapped(page);
    // One of a page that is gone is not seen by the route.
    let blocked = 0;
    await page.route('**/dni/v1/leave', (route) => {
      blocked += 1;
      return route.abort('blockedbyclient');
    });
    await push(page, { consent: false });
    await expect(page.locator('#hero')).toContainText('800.555.0199');
    await expect.poll(() => blocked).toBe(1);
    await push(page, { consent: true });
    await swapped(page);
  });

  for (const [what, beacon] of [['refuse', () => false], ['throw', () => { throw new TypeError('blocked'); }], ['are missing', undefined]] as const) {
    test(`beacons that ${what}: leaving is told by a request that outlives the page`, async ({ page, site, dni }) => {
      await page.addInitScript(`navigator.sendBeacon = ${String(beacon)}`);
      await page.goto(site.url('home'));
      await swapped(page);
      await page.goto(site.url('pricing', 'none'));
      await expect.poll(() => dni.of('leave').length).toBe(1);
      expect(dni.heard.at(-1)?.headers.cookie).toBeUndefined();
    });
  }

  test('our server as a whole: the page does not notice', async ({ page, site, dni, guard }) => {
    guard.allow(/ERR_CONNECTION_REFUSED|ERR_FAILED/);
    const before = await untouched(page, site, 'contact', 'body > main');
    await page.route(`${dni.url}/**`, (route) => route.abort('connectionrefused'));
    await page.goto(site.url('contact', 'async'));
    await page.waitForLoadState('load');
    expect(await page.locator('body > main').evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual(before);
  });
});

test.describe('a server in trouble', () => {
  const TROUBLES: [name: string, trouble: Trouble, complaint: RegExp][] = [
    ['cuts the connection', 'cut', /ERR_EMPTY_RESPONSE/],
    ['answers 500', 500, /500/],
    ['answers 400', 400, /400/],
    ['answers 429', 429, /429/],
    ['answers half a JSON', 'garbage', /^$/],
    ['answers with a page', 'page', /^$/],
    ['answers 204', 204, /^$/],
  ];

  for (const [name, trouble, complaint] of TROUBLES) {
    test(`that ${name}: the page is as it was, and it is asked again after 5 seconds, after 30, and at each beat while seen`, async ({ page, site, dni, guard }) => {
      // Chromium itself tells of loads that fail; the script says nothing.
      guard.allow(complaint);
      const before = await untouched(page, site, 'contact', 'body > main');
      await listen(page);
      await stopClock(page);
      dni.trouble = { assign: trouble };
      await page.goto(site.url('contact'));
      await requests(page, dni, 'assign', 1);
      expect(await page.locator('body > main').evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual(before);
      expect(await heard(page)).toEqual([]);
      // Neither coming back nor moving on makes it ask sooner.
      await seconds(page, 2);
      await see(page, false);
      await see(page, true);
      await page.evaluate(() => history.pushState(null, '', '#written'));
      await seconds(page, 2);
      expect(dni.of('assign')).toHaveLength(1);
      await seconds(page, 2);
      await requests(page, dni, 'assign', 2);
      await seconds(page, 28);
      expect(dni.of('assign')).toHaveLength(2);
      await seconds(page, 3);
      await requests(page, dni, 'assign', 3);
      await seconds(page, 58);
      expect(dni.of('assign')).toHaveLength(3);
      await seconds(page, 3);
      await requests(page, dni, 'assign', 4);
      await see(page, false);
      await seconds(page, 300);
      await settled(page);
      expect(dni.of('assign'), 'hidden').toHaveLength(4);
      dni.trouble = {};
      await see(page, true);
      await seconds(page, 1);
      await expect(page.locator('#dashes')).toContainText('0101');
      expect(await heard(page)).toHaveLength(1);
    });
  }

  test('that does not answer: the question is given up after 5 seconds', async ({ page, site, dni }) => {
    dni.trouble = { assign: 'hang' };
    await stopClock(page);
    await page.goto(site.url('home'));
    await expect.poll(() => dni.of('assign').length).toBe(1);
    const gone = page.waitForEvent('requestfailed', { timeout: 5_000 });
    await seconds(page, 4);
    dni.trouble = {};
    await seconds(page, 2);
    expect((await gone).failure()?.errorText).toBe('net::ERR_ABORTED');
    expect(dni.of('assign')).toHaveLength(1);
    await settled(page);
    await seconds(page, 6);
    await swapped(page);
    expect(dni.of('assign')).toHaveLength(2);
  });

  test('that is slow: the page waits for nothing, and gets its number when it comes', async ({ page, site, dni }) => {
    dni.delay = 1_500;
    await page.goto(site.url('home', 'async'));
    await page.waitForLoadState('load');
    await expect(page.locator('#hero')).toContainText('800-555-0199');
    await page.getByRole('link', { name: 'Pricing' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('What a roof costs');
    await swapped(page);
  });

  test('that fails at a beat: the number stays and the beat is tried again', async ({ page, site, dni, guard }) => {
    guard.allow(/500/);
    await stopClock(page);
    await page.goto(site.url('home'));
    await swapped(page);
    dni.trouble = { beat: 500 };
    await seconds(page, 61);
    await requests(page, dni, 'beat', 1);
    await swapped(page);
    dni.trouble = { beat: 'garbage' };
    await seconds(page, 6);
    await requests(page, dni, 'beat', 2);
    await swapped(page);
    dni.trouble = {};
    await seconds(page, 31);
    await requests(page, dni, 'beat', 3);
    await seconds(page, 61);
    await requests(page, dni, 'beat', 4);
    expect(dni.of('assign')).toHaveLength(1);
  });

  for (const status of [403, 404]) {
    test(`that refuses (${status}): it is never asked again, and a number from before is put back`, async ({ page, site, dni, guard }) => {
      guard.allow(new RegExp(String(status)));
      await stopClock(page);
      await page.goto(site.url('home'));
      await swapped(page);
      dni.trouble = { assign: status };
      await page.goto(site.url('pricing'));
      await requests(page, dni, 'assign', 2);
      await expect(page.locator('#hero')).toContainText('800.555.0199');
      await push(page, { plan: 'metal' });
      await seconds(page, 3_600);
      await see(page, true);
      await seconds(page, 10);
      await settled(page);
      expect(dni.heard.map((one) => one.path)).toEqual(['assign', 'leave', 'assign']);
    });
  }
});
