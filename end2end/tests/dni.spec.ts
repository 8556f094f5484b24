// An advertiser's site and the product, on two origins: a visitor sees a number of the pool, calls
// it, and the call knows the visitor. And the way there: pool and tag are made in the console.

import type { Browser, Page } from '@playwright/test';
import { Carrier } from '../carrier/carrier.mjs';
import { expect, expectAccessible, hydrated, open, signIn, test } from '../fixtures.ts';
import type { Guard } from '../guard.ts';
import { ACCOUNT_SID, AUTH_TOKEN, Product } from '../server.ts';
import { Site } from '../site/server.ts';
import { display, row, toast } from '../steps.ts';

const AUTO = 'Auto insurance, national';
const PLACES = new URL('../site/places.mmdb', import.meta.url).pathname;
const CALLER = '+12025550177';
const CLICK = 'utm_source=google&utm_medium=cpc&utm_campaign=spring%20roofs&gclid=EAIaIQobChMI';

interface World {
  carrier: Carrier;
  product: Product;
  site: Site;
  /** Signed in as the owner. */
  console: Page;
  /** On the advertiser's site. */
  visitor: Page;
}

/** Makes a pool of so many numbers and a tag by hand, and puts the tag's script on the site. */
async function world(browser: Browser, guard: Guard, numbers: string[], run: (world: World) => Promise<void>): Promise<void> {
  const carrier = new Carrier({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, seed: 12, timeScale: 50 });
  const product = await Product.start({ restUrl: await carrier.listen(), env: { CALLCENTER__DNI__PLACES: PLACES } });
  let site: Site | undefined;
  try {
    carrier.pointAt(product.url);
    const context = await browser.newContext({ baseURL: product.url });
    guard.watch(context);
    const page = await context.newPage();
    await signIn(page, product.login('owner'), '/pools');
    await hydrated(page);
    await page.getByRole('link', { name: 'New pool' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Ridgeline');
    await page.getByLabel('Campaign').selectOption({ label: AUTO });
    await page.getByRole('button', { name: 'Create pool' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Ridgeline' })).toBeVisible();
    await page.getByRole('textbox', { name: /^Numbers/ }).fill(numbers.map(display).join('\n'));
    await page.getByRole('button', { name: 'Add numbers' }).click();
    await expect(toast(page)).toContainText(/added/i);
    await expect(row(page, 'Numbers of this pool', display(numbers[0] ?? ''))).toContainText('Free');

    // The script names the tag, and the tag the site: the site is told last.
    await open(page, '/dni/new');
    await page.getByLabel('Name', { exact: true }).fill('Ridgeline site');
    await page.getByLabel('Shows').selectOption({ label: `Pool Ridgeline, ${AUTO}` });
    await page.getByLabel('Sites', { exact: true }).fill('roofs.example');
    await page.getByLabel('Numbers on the page').fill('(800) 555-0199');
    await page.getByRole('button', { name: 'Create DNI tag' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Ridgeline site' })).toBeVisible();
    const tag = /[0-9a-f-]{36}$/.exec(page.url())?.[0] ?? '';
    await expect(page.getByText(`data-tag="${tag}"`)).toBeVisible();
    site = await new Site(product.url, tag).start();
    await page.getByLabel('Sites', { exact: true }).fill(site.origin);
    await page.getByLabel(/^Click ids of other networks/).fill('tblci = Taboola / native');
    await page.getByRole('button', { name: 'Save DNI tag' }).click();
    await expect(toast(page)).toContainText('DNI tag saved.');

    const outside = await browser.newContext();
    guard.watch(outside);
    await run({ carrier, product, site, console: page, visitor: await outside.newPage() });
    await outside.close();
    await context.close();
  } finally {
    await site?.stop();
    await product.stop();
    await carrier.close();
  }
}

test('a visitor sees a number of the pool, on every page, and the call knows the visitor', async ({ browser, guard }) => {
  test.setTimeout(120_000);
  await world(browser, guard, ['+15125550171', '+15125550172'], async ({ carrier, product, site, console, visitor }) => {
    await visitor.goto(`${site.url('home', 'async')}?${CLICK}`);
    const hero = visitor.locator('#hero');
    await expect(hero).toContainText('1-512-555-0171');
    await expect(visitor.locator('#office'), 'nothing is swapped where the page says so').toContainText('(800) 555-0199');

    // The next page has it before it is painted first.
    // Who leaves a page before it could say that it was looked at has not looked at it.
    const said = visitor.waitForResponse((response) => response.url().endsWith('/dni/v1/assign') && response.ok());
    await visitor.goto(site.url('pricing', 'sync'));
    await said;
    await expect(visitor.locator('body')).toContainText('512');
    await expect(visitor.locator('body')).not.toContainText('800-555-0199');
    await visitor.goto(site.url('spa/home', 'sync'));
    await expect(visitor.locator('body')).toContainText(/512.?\D?555.?0171/);

    const second = await browser.newContext();
    const other = await second.newPage();
    await other.goto(`${site.url('home', 'async')}?tblci=GiB-1`);
    await expect(other.locator('#hero'), 'another visitor, another number').toContainText('1-512-555-0172');
    const third = await browser.newContext();
    const nobody = await third.newPage();
    await nobody.goto(site.url('home', 'async'));
    await expect.poll(async () => (await nobody.context().cookies()).length).toBe(0);
    await expect(nobody.locator('#hero'), 'the pool is empty, and the page as it was').toContainText('1-800-555-0199');

    await carrier.place({ from: CALLER, to: '+15125550171', key: 'visitor', callees: () => ({ kind: 'answer', after: 2, talk: 60 }) });
    await product.settled();
    await open(console, '/calls');
    await row(console, 'Call log', display(CALLER)).getByRole('link').click();
    const drawer = console.getByRole('complementary', { name: display(CALLER) });
    const part = drawer.getByRole('region', { name: 'Visitor', exact: true });
    await expect(part).toContainText('google / cpc');
    await expect(part).toContainText('spring roofs');
    await expect(part).toContainText(`${site.origin}/async/home.html`);
    await expect(part).toContainText('Dallas, TX');
    await expect(part).toContainText(/The number was lent to this visitor, \d+ s before the call\./);
    await expect(part).toContainText('/sync/pricing.html');
    await expect(drawer.getByRole('region', { name: 'Timeline', exact: true })).toContainText('Visitor from google / cpc');
    await expect(drawer).toContainText('user:gclid');
    await expect(drawer).toContainText('EAIaIQobChMI');
    await expectAccessible(console);

    await open(console, '/traffic');
    await expect(row(console, 'Traffic', 'google / cpc')).toContainText('1');
    await expect(row(console, 'Traffic', 'taboola / native'), 'known by its click id').toContainText('1');
    await expect(console.getByText('Misses', { exact: true }).first()).toBeVisible();
    await console.getByRole('link', { name: 'Place', exact: true }).click();
    await expect(console).toHaveURL(/by=place/);
    await expect(row(console, 'Traffic', 'Dallas, TX')).toBeVisible();
    await second.close();
    await third.close();
  });
});

test('switched off, the site keeps its own number, and nothing on it breaks', async ({ browser, guard }) => {
  test.setTimeout(120_000);
  // Chromium writes each refused request into the console.
  guard.allow(/404/);
  await world(browser, guard, ['+15125550173'], async ({ site, console, visitor }) => {
    await visitor.goto(site.url('home', 'async'));
    await expect(visitor.locator('#hero')).toContainText('1-512-555-0173');
    await console.getByRole('button', { name: 'Pause', exact: true }).click();
    await expect(toast(console)).toContainText(/paused/i);
    await visitor.goto(site.url('pricing', 'async'));
    await expect(visitor.locator('#hero')).toContainText('800.555.0199');
    await console.getByRole('button', { name: 'Resume', exact: true }).click();
    await expect(toast(console)).toContainText(/again/i);
    await visitor.goto(site.url('home', 'async'));
    await expect(visitor.locator('#hero')).toContainText('1-512-555-0173');
  });
});

test('what is wrong is said at its field, and what was typed stays', async ({ signedIn, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner', {}, '/dni/new');
  await page.getByLabel('Name', { exact: true }).fill('Bad');
  await page.getByLabel('Sites', { exact: true }).fill('javascript:alert(1)');
  await page.getByLabel('Places on the page').fill('(a+)+$');
  await page.getByLabel(/^Click ids of other networks/).fill('gclid = google');
  await page.getByRole('button', { name: 'Create DNI tag' }).click();
  await expect(page.getByLabel(/^Click ids of other networks/)).toHaveAccessibleDescription(/gclid = google.*known already/);
  await expect(page.getByLabel('Sites', { exact: true })).toHaveAccessibleDescription(/javascript:alert\(1\).*Write a site as/);
  await expect(page.getByLabel('Places on the page')).toHaveAccessibleDescription(/no CSS selector/);
  await expect(page.getByLabel('Shows')).toHaveAccessibleDescription(/Choose a pool or a number/);
  await expect(page.getByLabel('Places on the page')).toHaveValue('(a+)+$');
});
