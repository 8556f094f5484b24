// What the script for dynamic numbers replaces, however it is included: numbers, links and marked elements.

import type { Page } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { attribute, expect, FIRST, heard, listen, OWN, push, requests, settled, swapped, test, text, untouched } from '../dni-page.ts';
import { SCRIPT, TAG } from '../dni-stub.ts';
import type { Way } from '../site/server.ts';

test.describe('the file', () => {
  test('has no more than 6,000 bytes when compressed', async () => {
    const source = await readFile(SCRIPT);
    expect(gzipSync(source, { level: 9 }).length).toBeLessThanOrEqual(6_000);
  });

  test('runs in browsers of 2018', async () => {
    const source = await readFile(SCRIPT, 'utf8');
    const written = (target: ts.ScriptTarget) => ts.transpileModule(source, { compilerOptions: { target, removeComments: false } }).outputText;
    expect(written(ts.ScriptTarget.ES2018)).toBe(written(ts.ScriptTarget.ESNext));
    // A look-behind is an error in the Safari of that time.
    expect(source).not.toMatch(/\(\?<[=!]/);
  });
});

test.describe('how it is included', () => {
  for (const way of ['async', 'defer', 'sync', 'injected', 'end', 'twice'] as Way[]) {
    test(`${way}: the number is swapped, and asked for once`, async ({ page, site, dni }) => {
      await listen(page);
      await page.goto(site.url('home', way));
      await swapped(page);
      await expect(page.locator('#twice')).toHaveText(`Day ${FIRST}, night ${FIRST}.`);
      await page.waitForLoadState('load');
      await settled(page);
      expect(dni.of('assign')).toHaveLength(1);
      expect(await heard(page)).toHaveLength(1);
    });
  }

  test('twice also when the page makes its queue anew between', async ({ page, site, dni }) => {
    await page.goto(site.url('home'));
    await swapped(page);
    await page.evaluate(async (src) => {
      Object.assign(window, { callcenter: [] });
      const script = document.createElement('script');
      Object.assign(script, { src, async: true });
      script.dataset['tag'] = 'another';
      const loaded = new Promise((done) => script.addEventListener('load', done));
      document.head.append(script);
      await loaded;
    }, `${dni.url}/dni.js?again`);
    await settled(page);
    expect(dni.of('assign')).toHaveLength(1);
  });

  test('an element that is called callcenter does not matter', async ({ page, site, dni }) => {
    await page.goto(site.url('home', 'none'));
    await page.evaluate(
      ([src, tag]) => {
        document.body.insertAdjacentHTML('beforeend', '<div id="callcenter"></div>');
        const script = document.createElement('script');
        script.src = src ?? '';
        script.dataset['tag'] = tag;
        document.head.append(script);
      },
      [`${dni.url}/dni.js`, TAG],
    );
    await swapped(page);
    await push(page, { plan: 'metal' });
    await requests(page, dni, 'tags', 1);
  });

  test('without a tag nothing happens', async ({ page, site, dni }) => {
    site.options = { 'data-tag': '' };
    await page.goto(site.url('home'));
    await page.waitForLoadState('load');
    await settled(page);
    expect(dni.heard).toEqual([]);
  });
});

test.describe('numbers in text', () => {
  const WRITTEN: [id: string, alike: string, formatted?: string][] = [
    ['dashes', 'Call 1-866-555-0101 today.'],
    ['brackets', 'Call (866) 555-0101 today.'],
    ['dots', 'Call +1 866.555.0101 today.'],
    ['spaces', 'Call 866 555 0101 today.'],
    ['plain', 'Call 8665550101 today.'],
    ['e164', 'Call +18665550101 today.'],
    ['one-brackets', 'Call 1 (866) 555-0101 today.'],
    ['no-break', 'Call 866\u00a0555\u00a00101 or 866\u202f555\u202f0101 today.', 'Call 866/555/0101 or 866/555/0101 today.'],
    ['hyphens', 'Call 866\u2011555\u20110101 or 866\u2013555\u20130101 today.', 'Call 866/555/0101 or 866/555/0101 today.'],
    ['inside', 'Call us (866-555-0101) today.', 'Call us (866/555/0101) today.'],
    ['sentence', 'The number is 866-555-0101. 24 hours.', 'The number is 866/555/0101. 24 hours.'],
    ['tight', 'Tel:866-555-0101, fax/866-555-0101', 'Tel:866/555/0101, fax/866/555/0101'],
  ];

  test('are replaced however they are written, and written alike', async ({ page, site }) => {
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    for (const [id, alike] of WRITTEN) expect(await text(page, id), id).toBe(alike);
  });

  test('are written in the format of the tag', async ({ page, site, dni }) => {
    dni.swap['format'] = 'nnn/nnn/nnnn';
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    for (const [id, , formatted = 'Call 866/555/0101 today.'] of WRITTEN) expect(await text(page, id), id).toBe(formatted);
  });

  test('are written in the format of the page rather than of the tag, with 11 digits if it has so many', async ({ page, site, dni }) => {
    dni.swap['format'] = 'nnn/nnn/nnnn';
    site.options = { 'data-format': 'n.nnn.nnn.nnnn' };
    await listen(page);
    await page.goto(site.url('contact'));
    await expect(page.locator('#brackets')).toHaveText('Call 1.866.555.0101 today.');
    await expect(page.locator('#standard'), 'an element that is a number').toHaveText('1.866.555.0101');
    expect((await heard(page))[0]?.display).toBe('1.866.555.0101');
  });

  test('are written as before when the format has a wrong count of digits', async ({ page, site, dni }) => {
    dni.swap['format'] = 'nnn-nnnn';
    await page.goto(site.url('contact'));
    await expect(page.locator('#brackets')).toHaveText('Call (866) 555-0101 today.');
  });

  test('are found for several numbers, one of them from abroad', async ({ page, site, dni }) => {
    dni.swap = { numbers: ['+18005550123', '+4930555019'], selectors: [], format: '' };
    await page.goto(site.url('contact'));
    await expect(page.locator('#another')).toHaveText('The mayor answers at (866) 555-0101.');
    await page.evaluate(() => document.querySelector('#plain')?.replaceChildren('Berlin +49 30 555 019, or 0049 30 555 019'));
    // Written alike it cannot be, for it has other digits.
    await expect(page.locator('#plain')).toHaveText(`Berlin ${FIRST}, or 0049 30 555 019`);
    await expect(page.locator('#brackets'), 'no number of the tag').toHaveText(`Call ${OWN} today.`);
  });

  test('are replaced by one from abroad as the server writes it', async ({ page, site, dni }) => {
    dni.numbers = ['+4512345678'];
    dni.swap['format'] = 'nnn/nnn/nnnn';
    await page.goto(site.url('contact'));
    await expect(page.locator('#brackets')).toHaveText('Call +4512345678 today.');
    await expect(page.locator('#standard')).toHaveText('+4512345678');
    expect(await attribute(page, 'tel', 'href')).toBe('tel:+4512345678');
  });

  test('stay when they are part of a longer one, of another country or of nobody we know', async ({ page, site }) => {
    const before = await untouched(page, site, 'contact', '#others, #page-link, #tel-another');
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    expect(await page.locator('#others, #page-link, #tel-another').evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual(before);
  });

  test('stay in fields, pictures, scripts, editors, the title and where the page says so', async ({ page, site }) => {
    const parts = '#left-alone, footer, head > title, head > meta';
    const before = await untouched(page, site, 'contact', parts);
    expect(before.join(''), 'there is something to leave alone').toContain('800-555-0199');
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    expect(await page.locator(parts).evaluateAll((all) => all.map((one) => one.outerHTML))).toEqual(before);
    await expect(page.locator('#field')).toHaveValue('800-555-0199');
    await expect(page.locator('#message')).toHaveValue('Call me back at 800-555-0199');
    await page.goto(site.url('home'));
    await swapped(page);
    await expect(page).toHaveTitle(`Ridgeline Roofing, ${OWN}`);
    await expect(page.locator('footer')).toContainText(OWN);
    expect(await page.locator('footer a').getAttribute('href')).toBe('tel:+18005550199');
  });
});

test.describe('links and elements', () => {
  test('links that call or text the number get the new one', async ({ page, site }) => {
    await page.goto(site.url('contact'));
    await expect(page.locator('#dashes')).toContainText('866');
    for (const [id, href] of [
      ['tel', 'tel:+18665550101'],
      ['tel-dashes', 'tel:+18665550101'],
      ['tel-coded', 'tel:+18665550101'],
      ['tel-extension', 'tel:+18665550101;ext=12'],
      ['sms', 'sms:+18665550101?body=A%20quote%2C%20please'],
      ['named', 'tel:+18665550101'],
    ] as const) {
      expect(await attribute(page, id, 'href'), id).toBe(href);
    }
    expect(await attribute(page, 'named', 'title')).toBe('Call 866-555-0101');
    expect(await attribute(page, 'named', 'aria-label')).toBe('Call Ridgeline at 866-555-0101');
    expect(await text(page, 'tel'), 'what the link says stays').toBe('Call the yard');
  });

  const marked = async (page: Page): Promise<void> => {
    await expect(page.locator('#class'), 'by a selector of the tag').toHaveText('Local: Tel. (866) 555-0101');
    await expect(page.locator('#class b'), 'what is no number stays').toHaveText('Tel.');
    await expect(page.locator('#attribute'), 'by the attribute').toHaveText(FIRST);
    await expect(page.locator('#standard'), 'by the class').toHaveText(FIRST);
    expect(await attribute(page, 'standard', 'href')).toBe('tel:+18665550101');
    await expect(page.locator('#empty')).toHaveText(FIRST);
    await expect(page.locator('#foreign')).toHaveText(FIRST);
  };

  test('elements that are marked show the number whatever they said', async ({ page, site }) => {
    await page.goto(site.url('contact'));
    await marked(page);
    const svg = '<svg width="9" height="9" role="presentation"><text>5125550140</text></svg>';
    expect(await page.locator('#class-link').innerHTML(), 'all text of a link, and its picture stays').toBe(`${svg}${FIRST}<b></b>`);
    expect(await attribute(page, 'class-link', 'href')).toBe('sms:+18665550101');
    await expect(page.locator('#inner')).toHaveText(`Office ${FIRST} or prices`);
    expect(await attribute(page, 'inner-link', 'href'), 'a link within').toBe('tel:+18665550101');
    expect(await attribute(page, 'inner-page', 'href'), 'a link within that does not call').toBe('pricing.html');
    expect(await attribute(page, 'icon', 'href')).toBe('tel:+18665550101');
    expect(await attribute(page, 'icon', 'aria-label')).toBe('Call (866) 555-0101');
    expect(await text(page, 'icon'), 'a picture gets no text').toBe('');
  });

  test('a wrong selector does not spoil the others', async ({ page, site, dni }) => {
    dni.swap['selectors'] = ['.hotline[', '###', '.phone', '', 'p:nope(', '[data-x'];
    await page.goto(site.url('contact'));
    await marked(page);
    await expect(page.locator('#dashes')).toContainText('866');
  });

  test('an answer without rules swaps what the page marks itself', async ({ page, site, dni }) => {
    dni.swap = { numbers: null, selectors: 'h1', format: 7 };
    await page.goto(site.url('contact'));
    await expect(page.locator('#standard')).toHaveText(FIRST);
    await expect(page.locator('h1')).toHaveText(FIRST);
    await expect(page.locator('#dashes')).toContainText('800-555-0199');
  });
});
