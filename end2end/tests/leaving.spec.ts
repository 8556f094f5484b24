// Leaving a page with edits that are not saved: every way out asks first, keeps on request, and goes
// on to where one wanted.

import type { Locator, Page } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import type { Product } from '../server.ts';
import { demoCampaign, expectNothingUnsaved, toast } from '../steps.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
const side = (page: Page, name: string) => page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name });
const question = (page: Page) => page.getByRole('dialog', { name: 'Drop your changes?' });
const keep = (page: Page) => question(page).getByRole('button', { name: 'Keep editing' });
const drop = (page: Page) => question(page).getByRole('button', { name: 'Drop changes' });
const name = (page: Page) => page.getByLabel('Name', { exact: true });

function places(product: Product) {
  const buyer = product.demo.buyers.find((one) => one.targets.length > 0);
  const { id } = demoCampaign(product, 'Auto insurance, national');
  return { buyer: `/buyers/${buyer?.id}`, target: `/targets/${buyer?.targets[0]?.id}`, campaign: `/campaigns/${id}` };
}

/** Types into a field the way people do, so that leaving it is a change. */
async function type(field: Locator, text: string): Promise<void> {
  await field.click();
  await field.press('End');
  await field.pressSequentially(text);
}

test('each form asks before a link drops its edits', async ({ signedIn, product }) => {
  test.setTimeout(120_000);
  const page = await signedIn('owner');
  const { buyer, target, campaign } = places(product);
  const forms: [string, (page: Page) => Locator][] = [
    [target, name],
    [`${campaign}/settings`, (page) => page.getByLabel('Campaign name')],
    [`${campaign}/routing`, (page) => page.getByLabel(/^Weight of/).first()],
    [buyer, name],
    ['/campaigns/new', (page) => page.getByLabel('Campaign name')],
    [`${buyer}/targets/new`, name],
    ['/numbers/new', (page) => page.getByLabel('Number', { exact: true })],
  ];
  for (const [path, field] of forms) {
    await open(page, path);
    const before = await field(page).inputValue();
    await type(field(page), '7');
    await side(page, 'Call log').click();
    await expect(question(page), path).toBeVisible();
    await expect(keep(page), 'the safe answer has the focus').toBeFocused();
    await expect(page).toHaveURL(path);
    await page.keyboard.press('Enter');
    await expect(question(page)).toBeHidden();
    await expect(side(page, 'Call log'), 'the focus is where it was').toBeFocused();
    await expect(field(page), path).toHaveValue(`${before}7`);
    await side(page, 'Call log').click();
    await drop(page).click();
    await expect(page, path).toHaveURL('/calls');
    await expect(page.getByRole('heading', { level: 1, name: 'Call log' })).toBeVisible();
    await expect(question(page)).toBeHidden();
  }
});

test('breadcrumbs, tabs, links of rows, the palette and keys ask as well', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { target, campaign } = places(product);
  const ways: [string, (page: Page) => Promise<void>, RegExp][] = [
    ['breadcrumbs', (page) => page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link').first().click(), /\/campaigns$/],
    ['a tab', (page) => page.getByRole('navigation', { name: 'Campaign', exact: true }).getByRole('link', { name: 'Settings' }).click(), /\/settings$/],
    ['a row', (page) => page.locator('.route-name a').first().click(), /\/targets\/\d+$/],
    ['the palette', async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: 'Search or jump to' }).fill('Numbers');
      await page.keyboard.press('Enter');
    }, /\/numbers$/],
    ['keys', async (page) => {
      await page.getByRole('heading', { level: 1 }).click();
      await page.keyboard.press('g');
      await page.keyboard.press('d');
    }, /\/$/],
  ];
  for (const [way, go, there] of ways) {
    await open(page, `${campaign}/routing`);
    await page.getByLabel(/^Weight of/).first().fill('77');
    await expect(bar(page)).toContainText('1 unsaved change');
    await go(page);
    await expect(question(page), way).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(question(page), way).toBeHidden();
    await expect(page.getByLabel(/^Weight of/).first(), way).toHaveValue('77');
    await go(page);
    await drop(page).click();
    await expect(page, way).toHaveURL(there);
    await expect(page.getByLabel(/^Weight of/), way).toHaveCount(0);
  }
  await open(page, target);
  await expectNothingUnsaved(page);
});

test('back and forward ask, and the address stays what the page is', async ({ signedIn, product }) => {
  const page = await signedIn('owner', {}, '/buyers');
  const { target } = places(product);
  await page.locator(`a.row-link[href="${target}"]`).click();
  await expect(page).toHaveURL(target);
  await side(page, 'Numbers').click();
  await expect(page).toHaveURL('/numbers');
  await page.goBack();
  await expect(name(page)).toBeVisible();

  await type(name(page), ' 2');
  await expect(bar(page)).toContainText('1 unsaved change');
  await page.evaluate(() => history.back());
  await expect(question(page)).toBeVisible();
  await expect(page).toHaveURL(target);
  await keep(page).click();
  await expect(name(page)).toBeFocused();
  await expect(name(page)).toHaveValue(/ 2$/);

  await page.evaluate(() => history.forward());
  await expect(question(page)).toBeVisible();
  await expect(page).toHaveURL(target);
  await drop(page).click();
  await expect(page).toHaveURL('/numbers');
  await expect(page.getByRole('heading', { level: 1, name: 'Numbers' })).toBeVisible();

  // The history is as it was: the page is one step back, and the list is two.
  await page.goBack();
  await expect(name(page)).not.toHaveValue(/ 2$/);
  await type(name(page), ' 3');
  await page.evaluate(() => history.back());
  await drop(page).click();
  await expect(page).toHaveURL('/buyers');
  await expect(page.getByRole('heading', { level: 1, name: 'Buyers & targets' })).toBeVisible();
});

test('on the phone the menu asks, and the focus is not lost with it', async ({ signedIn, product }) => {
  const page = await signedIn('owner', { viewport: { width: 390, height: 844 } }, places(product).target);
  await type(name(page), ' 2');
  await page.getByRole('button', { name: 'Open the menu' }).click();
  await page.getByRole('dialog', { name: 'Main menu' }).getByRole('link', { name: 'Call log' }).click();
  await expect(question(page)).toBeVisible();
  await keep(page).click();
  await expect(question(page)).toBeHidden();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
  await expect(name(page)).toHaveValue(/ 2$/);
});

test('nothing is asked where nothing is lost', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { target } = places(product);
  await open(page, target);
  await side(page, 'Call log').click();
  await expect(page).toHaveURL('/calls');

  await open(page, target);
  await type(name(page), ' 2');
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expectNothingUnsaved(page);
  await side(page, 'Call log').click();
  await expect(page).toHaveURL('/calls');

  await open(page, target);
  const cap = page.getByRole('spinbutton', { name: 'Per month' });
  await cap.fill('40000');
  await expect(bar(page)).toBeVisible();
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Target saved');
  await side(page, 'Call log').click();
  await expect(page).toHaveURL('/calls');

  await open(page, '/buyers/new');
  await name(page).fill('Leaving Gutters');
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await expect(page).toHaveURL(/\/buyers\/\d+$/);
  await expect(question(page)).toBeHidden();
});

test('a closed tab or another address is asked about by the browser', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { target } = places(product);
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  for (const [path, times] of [[target, 1], ['/numbers/new', 2]] as const) {
    await open(page, path);
    await type(path === target ? name(page) : page.getByLabel('Number', { exact: true }), '7');
    // The count follows within two frames.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.goto('/calls');
    expect(asked, path).toEqual(Array(times).fill('beforeunload'));
  }
  await page.goto('/buyers');
  expect(asked).toHaveLength(2);
});

test('what a form did last is not done to a page that is gone', async ({ signedIn, product }) => {
  const page = await signedIn('owner', {}, places(product).target);
  // Typed and left within one frame: the count follows when the page is no more.
  await page.evaluate(() => {
    const field = document.querySelector<HTMLInputElement>('#f-name');
    if (field) field.value += ' 2';
    field?.dispatchEvent(new Event('input', { bubbles: true }));
    field?.dispatchEvent(new Event('change', { bubbles: true }));
    document.querySelector<HTMLElement>('.side a[href="/numbers"]')?.click();
  });
  await expect(page.getByRole('heading', { level: 1, name: 'Numbers' })).toBeVisible();
  // The page still answers; a panic would also stand in the console.
  await page.getByRole('link', { name: 'Add a number' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Add a number' })).toBeVisible();
});

test('what was refused before the script ran is unsaved, and can be discarded', async ({ signedIn, product, guard }) => {
  // A browser without the script complains that it does not load it.
  guard.allow(/\.js csp$|preloaded using link preload/);
  const { target, campaign } = places(product);
  const plain = await signedIn('owner', { javaScriptEnabled: false }, target);
  const [limit, day] = [plain.getByLabel('Ring limit'), plain.getByLabel('Per day')];
  const before = { limit: await limit.inputValue(), day: await day.inputValue() };
  await limit.fill('1');
  await day.fill('41');
  await plain.getByRole('radio', { name: 'SIP' }).check();
  await plain.getByRole('button', { name: /Save target/ }).click();
  await expect(limit).toHaveAttribute('aria-invalid', 'true');

  const page = await signedIn('owner', {}, plain.url());
  await expect(page.getByLabel('Ring limit')).toHaveValue('1');
  await expect(bar(page)).toContainText('3 unsaved changes');
  await side(page, 'Call log').click();
  await keep(page).click();
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expectNothingUnsaved(page);
  await expect(page.getByLabel('Ring limit')).toHaveValue(before.limit);
  await expect(page.getByLabel('Per day')).toHaveValue(before.day);
  await expect(page.getByRole('radio', { name: 'Number', exact: true })).toBeChecked();
  await expect(page.getByLabel('Phone number')).toBeVisible();

  // The same for a form whose fields hang under a choice.
  await plain.goto(`${campaign}/settings`);
  await plain.getByRole('radio', { name: 'Number' }).check();
  await plain.getByRole('button', { name: /Save settings/ }).click();
  await expect(plain.getByLabel('Forward to')).toHaveAttribute('aria-invalid', 'true');
  await page.goto(plain.url());
  await hydrated(page);
  await expect(bar(page)).toContainText('1 unsaved change');
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expectNothingUnsaved(page);
  await expect(page.getByLabel('Forward to')).toBeHidden();
});
