// What the first load of the dashboard weighs on the wire, with nothing cached.

import { expect, hydrated, signIn, test, transferred } from '../fixtures.ts';

/** All bytes of the first load: page, script, module, styles, fonts, icons. */
const TOTAL = 350 * 1024;
const STYLES = 25 * 1024;
const PAGE = 40 * 1024;
const FONTS_AND_ICONS = 60 * 1024;

test('the first load of the dashboard is within its budget', async ({ browser, product, guard }, info) => {
  const signedIn = await browser.newContext({ baseURL: product.url });
  await signIn(await signedIn.newPage(), product.login('owner'));
  const storageState = await signedIn.storageState();
  await signedIn.close();

  const context = await browser.newContext({ baseURL: product.url, storageState });
  guard.watch(context);
  const page = await context.newPage();
  const encodings = new Map<string, string>();
  page.on('response', (response) => encodings.set(new URL(response.url()).pathname, response.headers()['content-encoding'] ?? ''));
  await page.goto('/', { waitUntil: 'networkidle' }).catch(() => undefined);
  await hydrated(page);
  await page.evaluate(() => document.fonts.ready);
  const { total, parts } = await transferred(page);
  await info.attach('transferred.json', { body: JSON.stringify({ total, parts, encodings: Object.fromEntries(encodings) }, null, 2), contentType: 'application/json' });

  const sum = (fits: RegExp) => Object.entries(parts).filter(([path]) => fits.test(path)).reduce((all, [, size]) => all + size, 0);
  for (const [path, encoding] of encodings) {
    if (/\.(wasm|js|css|svg)$/.test(path) || path === '/') expect(encoding, path).toBe('br');
  }
  expect.soft(sum(/\.css$/), 'styles').toBeLessThanOrEqual(STYLES);
  expect.soft(sum(/^\/$/), 'the page').toBeLessThanOrEqual(PAGE);
  expect.soft(sum(/\.(woff2|svg)$/), 'fonts and icons').toBeLessThanOrEqual(FONTS_AND_ICONS);
  expect(total, `bytes: ${JSON.stringify(parts)}`).toBeLessThanOrEqual(TOTAL);
  await context.close();
});

test('nothing is fetched from elsewhere, and names with a hash are kept for good', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const seen: { url: string; cache: string }[] = [];
  page.on('response', (response) => seen.push({ url: response.url(), cache: response.headers()['cache-control'] ?? '' }));
  await page.reload();
  await hydrated(page);
  for (const { url, cache } of seen) {
    if (url.startsWith('data:') || url.startsWith('blob:')) continue;
    expect(new URL(url).origin, url).toBe(product.url);
    if (/\.[0-9a-f]{16}\.(js|wasm|css)$/.test(url)) expect(cache, url).toMatch(/immutable/);
  }
});
