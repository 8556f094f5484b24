// When the visitor sees the number of the script: before the first paint, and in all that a page changes.

import type { Page } from '@playwright/test';
import { attribute, expect, FIRST, listen, OWN, push, requests, SECOND, seconds, stopClock, swapped, test } from '../dni-page.ts';

test.describe('when it is swapped', () => {
  /** Keeps what each frame of the page paints of some texts. */
  async function watch(page: Page): Promise<void> {
    await page.addInitScript(() => {
      window.painted = [];
      const look = () => {
        const parts = ['#hero', '#now', '#twice'].map((part) => document.querySelector(part)?.textContent ?? '');
        if (parts[0]) window.painted.push({ at: performance.now(), text: parts.join('|') });
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
  }

  /** The frames with the page's own numbers, all frames, and those until something was painted. */
  async function painted(page: Page): Promise<{ own: string[]; all: number; early: number }> {
    await page.waitForLoadState('load');
    const first = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    await page.waitForFunction(first);
    const paint = await page.evaluate(first);
    const frames = await page.evaluate(() => window.painted);
    return {
      own: frames.filter((frame) => /555.0199|Call now/.test(frame.text)).map((frame) => frame.text),
      all: frames.length,
      early: frames.filter((frame) => frame.at <= paint).length,
    };
  }

  test('on the next page of the site before anything is painted, however slowly it comes', async ({ page, site, dni }) => {
    await page.goto(site.url('pricing'));
    await swapped(page);
    site.drip = 150;
    dni.delay = 2_000;
    await watch(page);
    await page.getByRole('link', { name: 'Home' }).click();
    await page.waitForURL(site.url('home'));
    const { own, all, early } = await painted(page);
    expect(own, 'frames with the number of the page').toEqual([]);
    expect(early, 'frames until the first paint').toBeGreaterThan(0);
    expect(all, 'frames while the page came').toBeGreaterThan(early);
    await expect(page.locator('#twice')).toHaveText(`Day ${FIRST}, night ${FIRST}.`);
    // The answer confirms it, and then it may say something else.
    await requests(page, dni, 'assign', 2);
    dni.lose();
    dni.delay = 0;
    await page.reload();
    await swapped(page, '0102');
  });

  test('on the first page as soon as the answer is there', async ({ page, site, dni }) => {
    dni.delay = 400;
    await listen(page);
    await watch(page);
    await page.addInitScript(() => {
      document.addEventListener('callcenter:number', () => Object.assign(window, { told: performance.now() }));
    });
    await page.goto(site.url('home'));
    await swapped(page);
    const { own } = await painted(page);
    expect(own.length, 'until then the page shows its own').toBeGreaterThan(0);
    const [answered, told] = await page.evaluate((url) => {
      const entry = performance.getEntriesByName(url)[0] as PerformanceResourceTiming;
      return [entry.responseEnd, (window as unknown as { told: number }).told];
    }, `${dni.url}/dni/v1/assign`);
    expect(dni.heard.map((one) => one.path), 'one round trip').toEqual(['assign']);
    expect((told ?? Infinity) - (answered ?? 0), 'milliseconds after the answer').toBeLessThan(500);
  });

  test('not from what is out of date, of another tag or broken', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    dni.trouble = { assign: 'hang' };
    for (const change of ['until', 'tag', 'garbage', 'number', 'none']) {
      await page.evaluate((what) => {
        const stored = JSON.parse(sessionStorage.getItem('callcenter') ?? '{}');
        sessionStorage.setItem('intact', sessionStorage.getItem('intact') ?? JSON.stringify({ ...stored, until: Date.now() + 60_000 }));
        const intact = JSON.parse(sessionStorage.getItem('intact') ?? '{}');
        if (what === 'until') intact.until = Date.now() - 1;
        if (what === 'tag') intact.tag = 'another';
        if (what === 'number') intact.answer.number = 8665550101;
        // What is stored when the page is left must not heal it.
        const value = what === 'garbage' ? '{"tag' : JSON.stringify(intact);
        addEventListener('pagehide', () => sessionStorage.setItem('callcenter', value));
      }, change);
      await page.goto(site.url('pricing'));
      await page.waitForLoadState('load');
      await expect(page.locator('#hero'), change).toContainText(change === 'none' ? '866.555.0101' : '800.555.0199');
    }
  });

  test('texts and elements that come in pieces are swapped once, and put back', async ({ page, site }) => {
    await page.goto(site.url('pricing'));
    await swapped(page);
    site.drip = 150;
    await page.goto(site.url('home'));
    await expect(page.locator('#twice')).toHaveText(`Day ${FIRST}, night ${FIRST}.`);
    await expect(page.locator('#split')).toHaveText(`Or text ${FIRST}`);
    await push(page, { consent: false });
    await expect(page.locator('#twice')).toHaveText(`Day ${OWN}, night ${OWN}.`);
    await expect(page.locator('#split')).toHaveText(`Or text ${OWN}`);
  });
});

test.describe('a page that changes', () => {
  test('views of a single-page app, and what comes late, are swapped', async ({ page, site, dni }) => {
    await page.goto(site.url('spa/home'));
    await expect(page.locator('#hero')).toHaveText(`Call ${FIRST} today.`);
    expect(await attribute(page, 'call', 'href')).toBe('tel:+18665550101');
    await page.getByRole('link', { name: 'Repairs' }).click();
    await expect(page.locator('#hero')).toHaveText(`A leak? ${FIRST}`);
    await page.getByRole('link', { name: 'Reviews' }).click();
    await expect(page.locator('#quote')).toHaveText(`“I called ${FIRST} and they came the same day.”`);
    await page.goBack();
    await expect(page.locator('#hero')).toHaveText(`A leak? ${FIRST}`);
    await expect(page).toHaveURL(site.url('spa/repairs'));
    await expect(page.locator('#office')).toContainText(OWN);
    expect(dni.of('assign')).toHaveLength(1);
  });

  test('no frame shows the number of the page when a view is written', async ({ page, site }) => {
    await page.goto(site.url('spa/home'));
    await swapped(page);
    const frames = await page.evaluate(async () => {
      const seen: string[] = [];
      for (const name of ['Repairs', 'Home', 'Repairs', 'Home']) {
        [...document.querySelectorAll<HTMLElement>('#nav a')].find((link) => link.textContent === name)?.click();
        await new Promise((done) => requestAnimationFrame(done));
        seen.push(document.querySelector('#view')?.textContent ?? '');
      }
      return seen;
    });
    expect(frames.join(' ')).not.toContain('555-0199');
    expect(frames.join(' ').split(FIRST), 'one in each view of repairs, two in each home').toHaveLength(7);
  });

  test('changed texts, links, labels and marked elements are swapped', async ({ page, site }) => {
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    await page.evaluate(() => {
      const find = (id: string) => document.getElementById(id) as HTMLElement;
      (find('dashes').firstChild as Text).data = 'Ring 800.555.0199';
      find('tel').setAttribute('href', 'tel:8005550199');
      find('named').setAttribute('title', 'Or 8005550199');
      find('named').ariaLabel = 'Or 800 555 0199';
      find('standard').textContent = 'Speak to us';
      find('class').querySelector('.phone')!.innerHTML = '<i>512-555-0177</i>';
      find('inner-link').firstChild!.nodeValue = '512.555.0178';
      find('empty').append('(512) 555-0179');
      find('office').append(' or 800-555-0199');
      find('editor').append(' or 800-555-0199');
    });
    await expect(page.locator('#dashes')).toHaveText('Ring 866.555.0101');
    expect(await attribute(page, 'tel', 'href')).toBe('tel:+18665550101');
    expect(await attribute(page, 'named', 'title')).toBe('Or 8665550101');
    expect(await attribute(page, 'named', 'aria-label')).toBe('Or 866 555 0101');
    await expect(page.locator('#standard')).toHaveText(FIRST);
    expect(await page.locator('#class .phone').innerHTML()).toBe('<i>866-555-0101</i>');
    await expect(page.locator('#inner-link')).toHaveText('866.555.0101');
    await expect(page.locator('#empty')).toHaveText(FIRST);
    await expect(page.locator('#office')).toContainText('or 800-555-0199');
    await expect(page.locator('#editor')).toContainText('or 800-555-0199');
  });

  test('when the number changes, everything changes with it, also what was away', async ({ page, site, dni }) => {
    await stopClock(page);
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    await page.evaluate(() => {
      const spaces = document.getElementById('spaces') as HTMLElement;
      const copy = document.createElement('div');
      // As Turbo and others keep copies of pages.
      copy.append(document.getElementById('dots')!.cloneNode(true), document.getElementById('tel')!.cloneNode(true));
      copy.id = 'copy';
      Object.assign(window, { away: [spaces, copy] });
      spaces.remove();
    });
    dni.exchange();
    await seconds(page, 60);
    await expect(page.locator('#dashes')).toHaveText('Call 1-866-555-0102 today.');
    for (const id of ['standard', 'attribute', 'empty', 'foreign']) await expect(page.locator(`#${id}`), id).toHaveText(SECOND);
    expect(await attribute(page, 'tel-extension', 'href')).toBe('tel:+18665550102;ext=12');
    expect(await attribute(page, 'named', 'title')).toBe('Call 866-555-0102');
    await page.evaluate(() => document.querySelector('main')?.append(...(window as unknown as { away: Node[] }).away));
    await expect(page.locator('#spaces')).toHaveText('Call 866 555 0102 today.');
    await expect(page.locator('#copy')).toContainText('Call +1 866.555.0102 today.');
    expect(await page.locator('#copy a').getAttribute('href')).toBe('tel:+18665550102');

    await push(page, { consent: false });
    await expect(page.locator('#spaces')).toHaveText('Call 800 555 0199 today.');
    await expect(page.locator('#copy')).toContainText('Call +1 800.555.0199 today.');
    expect(await page.locator('#copy a').getAttribute('href')).toBe('tel:+18005550199');
  });

  test('a page that writes its number back at once wins, and stays alive', async ({ page, site }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    const rounds = await page.evaluate(async (own) => {
      const hero = document.querySelector('#hero') as HTMLElement;
      let count = 0;
      new MutationObserver(() => {
        count += 1;
        if (hero.textContent !== own) hero.textContent = own;
      }).observe(hero, { childList: true, characterData: true, subtree: true });
      hero.textContent = own;
      await new Promise((done) => setTimeout(done, 300));
      return count;
    }, `Call ${OWN}`);
    expect(rounds).toBeGreaterThan(1);
    await expect(page.locator('#hero')).toHaveText(`Call ${OWN}`);
  });

  test('a large page is scanned quickly, and a change in it only where it is', async ({ page, site }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    const [whole, part] = await page.evaluate(async () => {
      const row = '<tr><td>Shingle 12</td><td title="grey">$4.50</td><td><a href="/x">more</a></td></tr>';
      const table = document.createElement('table');
      table.innerHTML = row.repeat(10_000);
      const took = async (change: () => void) => {
        change();
        const start = performance.now();
        // Observers run before this goes on.
        await Promise.resolve();
        return performance.now() - start;
      };
      const all = await took(() => document.querySelector('main')?.append(table));
      const some = await took(() => table.rows[5_000]?.cells[0]?.replaceChildren('800-555-0199'));
      return [all, some, table.rows[5_000]?.cells[0]?.textContent];
    });
    expect(await page.locator('td', { hasText: '866-555-0101' }).count()).toBe(1);
    // 70,000 nodes; generous, for other work goes on beside the test.
    expect(Number(whole), 'milliseconds for the table').toBeLessThan(2_000);
    expect(Number(part), 'milliseconds for a cell').toBeLessThan(100);
  });
});
