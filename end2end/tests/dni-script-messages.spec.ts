// What the script and the page tell each other: events and calls with the number, data for the call.

import { expect, FIRST, heard, listen, push, requests, seconds, settled, stopClock, swapped, test, untouched } from '../dni-page.ts';
import { TAG } from '../dni-stub.ts';

test.describe('what the page is told', () => {
  test('an event tells number, session and whether the visitor is new', async ({ page, site, dni }) => {
    await listen(page);
    await page.goto(site.url('home'));
    await swapped(page);
    const [info] = await heard(page);
    expect(info).toEqual({ number: '+18665550101', display: FIRST, session: expect.stringMatching(/^s1-/), fallback: false, first: true });
    await page.goto(site.url('pricing'));
    await requests(page, dni, 'assign', 2);
    expect(await heard(page), 'the answer told nothing new').toEqual([{ ...info, first: false }]);
  });

  test('a visitor who went on before the answer is still new on the next page', async ({ page, site, dni }) => {
    await listen(page);
    dni.trouble = { assign: 'hang' };
    await page.goto(site.url('home'));
    await expect.poll(() => dni.of('assign').length).toBe(1);
    dni.trouble = {};
    await page.goto(site.url('pricing'));
    await swapped(page);
    expect((await heard(page)).map((info) => info.first)).toEqual([true]);
  });

  test('in callback mode the number is handed over and the page is not touched', async ({ page, site, dni }) => {
    const before = await untouched(page, site, 'contact', 'body > main');
    site.options = { 'data-mode': 'callback', 'data-callback': 'gotNumber' };
    await listen(page);
    await page.addInitScript(() => Object.assign(window, { gotNumber: (...args: unknown[]) => window.calls.push(args) }));
    await page.goto(site.url('contact'));
    await page.waitForFunction(() => window.calls.length > 0);
    const [info] = await heard(page);
    expect(await page.evaluate(() => window.calls)).toEqual([['+18665550101', info]]);
    await page.evaluate(() => document.querySelector('#plain')?.append(' 800-555-0199'));
    await settled(page);
    const after = await page.locator('body > main').evaluate((main) => {
      document.querySelector('#plain')?.lastChild?.remove();
      return main.outerHTML;
    });
    expect([after]).toEqual(before);
    expect(dni.of('assign')).toHaveLength(1);
  });

  test('a function of the page that is made later than the number is known is called too', async ({ page, site }) => {
    await page.goto(site.url('pricing'));
    await swapped(page);
    site.options = { 'data-callback': 'gotNumber' };
    site.head = '<script>window.calls = [];</script>';
    site.drip = 100;
    site.tail = '<script>window.calls.push("page"); window.gotNumber = (number) => window.calls.push(number);</script>';
    await page.goto(site.url('home'));
    await page.waitForLoadState('load');
    await settled(page);
    expect(await page.evaluate(() => window.calls)).toEqual(['page', '+18665550101']);
  });

  test('functions pushed before and after the script are called at once and on each change', async ({ page, site, dni }) => {
    site.head = `<script>
      window.calls = [];
      window.callcenter = window.callcenter || [];
      const early = callcenter;
      callcenter.push((number, info) => calls.push(['before', number, info.number]));
    </script>`;
    await stopClock(page);
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(() => {
      window.callcenter.push(
        (number: string) => window.calls.push(['after', number]),
        (number: string) => window.calls.push(['also', number]),
      );
      window.calls.push(['now']);
    });
    dni.exchange();
    await seconds(page, 60);
    await swapped(page, '0102');
    expect(await page.evaluate(() => window.calls)).toEqual([
      ['before', '+18665550101', '+18665550101'],
      ['after', '+18665550101'],
      ['also', '+18665550101'],
      ['now'],
      ['before', '+18665550102', '+18665550102'],
      ['after', '+18665550102'],
      ['also', '+18665550102'],
    ]);
  });

  test('a mistake in a function of the page is seen as its own, and stops nobody', async ({ page, site, guard }) => {
    guard.allow(/page error .* mistake of the page/);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    site.head = `<script>
      window.calls = [];
      window.callcenter = [() => { throw new Error('mistake of the page'); }, (number) => calls.push(number)];
    </script>`;
    await page.goto(site.url('home'));
    await swapped(page);
    expect(await page.evaluate(() => window.calls)).toEqual(['+18665550101']);
    await expect.poll(() => errors).toEqual(['mistake of the page']);
  });
});

test.describe('what the page says', () => {
  test('data from before the answer goes with the question', async ({ page, site, dni }) => {
    site.head = `<script>
      window.callcenter = window.callcenter || [];
      callcenter.push({ plan: 'metal', stories: 2 });
      callcenter.push({ owner: true, plan: 'slate' });
    </script>`;
    await page.goto(site.url('home'));
    await swapped(page);
    await settled(page);
    expect(dni.of('assign')[0]?.['data']).toEqual({ plan: 'slate', stories: 2, owner: true });
    expect(dni.of('tags')).toEqual([]);
  });

  test('data from after it is one request for all that was pushed together', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(() => {
      window.callcenter.push({ plan: 'metal' }, { click: 'a1' });
      window.callcenter.push({ click: 'a2', size: 2000.5, owner: false });
    });
    await requests(page, dni, 'tags', 1);
    const [assign] = dni.of('assign');
    expect(assign?.['data']).toEqual({});
    expect(dni.of('tags')).toEqual([{ tag: TAG, session: expect.stringMatching(/^s1-/), data: { plan: 'metal', click: 'a2', size: 2000.5, owner: false } }]);
    await push(page, { step: 'quote' });
    await requests(page, dni, 'tags', 2);
    expect(dni.of('tags')[1]?.['data'], 'only what is new').toEqual({ step: 'quote' });
  });

  test('data from while the question is under way follows it', async ({ page, site, dni }) => {
    dni.delay = 300;
    await page.goto(site.url('home'));
    await expect.poll(() => dni.of('assign').length).toBe(1);
    await push(page, { plan: 'metal' });
    await requests(page, dni, 'tags', 1);
    expect(dni.heard.map((one) => one.path)).toEqual(['assign', 'tags']);
    expect(dni.of('tags')[0]?.['data']).toEqual({ plan: 'metal' });
  });

  test('data from just before the page is left arrives', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(() => {
      window.callcenter.push({ step: 'sent' });
      location.href = 'pricing.html';
    });
    await page.waitForURL('**/pricing.html');
    await expect.poll(() => dni.of('tags').map((body) => body['data'])).toEqual([{ step: 'sent' }]);
  });

  test('what is told outlives the page, unless a browser would refuse it for its size', async ({ page, site, dni }) => {
    await page.addInitScript(() => {
      window.calls = [];
      const original = window.fetch;
      window.fetch = (address, options) => {
        window.calls.push([String(address).split('/').pop(), options?.keepalive]);
        return original(address, options);
      };
    });
    await page.goto(site.url('home'));
    await swapped(page);
    await push(page, { step: 'sent' });
    await requests(page, dni, 'tags', 1);
    await push(page, Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`note ${at}`, 'é'.repeat(2_500)])));
    await requests(page, dni, 'tags', 2);
    const calls = await page.evaluate(() => window.calls.filter(([path]) => path === 'assign' || path === 'tags'));
    expect(calls).toEqual([['assign', false], ['tags', true], ['tags', false]]);
    expect(Object.keys(dni.of('tags')[1]?.['data'] as object)).toHaveLength(40);
  });

  test('what is no text, number or truth value is not sent', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(() => {
      window.callcenter.push(null, undefined, 'text', 7, [], { a: null, b: undefined, c: {}, d: [], e: NaN, f: 1n, g: Symbol('g'), h: Infinity, consent: 'yes' });
    });
    await settled(page);
    expect(dni.of('tags').flatMap((body) => Object.keys(body['data'] as object))).toEqual([]);
    await push(page, { fine: 1 });
    await requests(page, dni, 'tags', 1);
    expect(dni.of('tags')[0]?.['data']).toEqual({ fine: 1 });
  });

  test('data that did not arrive is sent again after 5 seconds, after 30, and then with each beat', async ({ page, site, dni, guard }) => {
    guard.allow(/503/);
    dni.beat = 100;
    await stopClock(page);
    await page.goto(site.url('home'));
    await swapped(page);
    dni.trouble = { tags: 503 };
    await push(page, { plan: 'metal' });
    await requests(page, dni, 'tags', 1);
    await push(page, { size: 9 });
    await settled(page);
    expect(dni.of('tags'), 'what is new waits with it').toHaveLength(1);
    await seconds(page, 4);
    expect(dni.of('tags')).toHaveLength(1);
    await seconds(page, 2);
    await requests(page, dni, 'tags', 2);
    expect(dni.of('tags')[1]?.['data']).toEqual({ plan: 'metal', size: 9 });
    await seconds(page, 29);
    expect(dni.of('tags')).toHaveLength(2);
    await seconds(page, 2);
    await requests(page, dni, 'tags', 3);
    await seconds(page, 55);
    expect(dni.of('tags')).toHaveLength(3);
    dni.trouble = {};
    await seconds(page, 9);
    await requests(page, dni, 'beat', 1);
    await requests(page, dni, 'tags', 4);
    await push(page, { after: true });
    await requests(page, dni, 'tags', 5);
    expect(dni.of('tags').slice(3).map((body) => body['data'])).toEqual([{ plan: 'metal', size: 9 }, { after: true }]);
  });

  test('data for a lease that is lost goes with the next', async ({ page, site, dni, guard }) => {
    guard.allow(/410/);
    await page.goto(site.url('home'));
    await swapped(page);
    await push(page, { plan: 'metal' });
    await requests(page, dni, 'tags', 1);
    dni.lose();
    await push(page, { size: 9 });
    await swapped(page, '0102');
    await settled(page);
    expect(dni.heard.map((one) => one.path)).toEqual(['assign', 'tags', 'tags', 'assign']);
    expect(dni.of('assign')[1]?.['data']).toEqual({ plan: 'metal', size: 9 });
  });
});
