// Without the page's script: sign in, filter, page, open a call, make a buyer. What works here works
// before hydration too.

import { expect, signIn, test } from '../fixtures.ts';
import { demoCampaign, display, placeCall, row } from '../steps.ts';

test.use({ javaScriptEnabled: false });

const CAMPAIGN = 'Auto insurance, national';
const FROM = '+17025550111';

// The browser itself says that it does not load the script.
test.beforeEach(({ guard }) => guard.allow(/\.js csp$/));

test.beforeAll(async ({ product }) => {
  await placeCall(product, { from: FROM, to: demoCampaign(product, CAMPAIGN).number });
});

test('sign in, with a wrong password first', async ({ page, product }) => {
  const { email, password } = product.login('owner');
  await page.goto('/calls');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('Email and password do not match.');
  await expect(page.getByLabel('Email')).toHaveValue(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/calls');
  await expect(page.getByRole('heading', { level: 1, name: 'Call log' })).toBeVisible();
});

test('filter, take the filter off, choose a range, open a call', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/calls');
  const filters = page.getByRole('group', { name: 'Filters' });
  await filters.getByRole('button', { name: 'Filter', exact: true }).click();
  await filters.getByLabel('Campaign', { exact: true }).selectOption(CAMPAIGN);
  await filters.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/campaign=[0-9a-f-]{36}/);
  await expect(row(page, 'Call log', display(FROM))).toBeVisible();
  await filters.getByRole('link', { name: `Remove filter: Campaign is ${CAMPAIGN}` }).click();
  await expect(page).toHaveURL('/calls');
  await page.getByRole('searchbox', { name: 'Caller contains' }).fill('5550111');
  await page.getByRole('searchbox', { name: 'Caller contains' }).press('Enter');
  await expect(row(page, 'Call log', display(FROM))).toBeVisible();
  await page.getByRole('button', { name: /^Today/ }).click();
  await page.getByRole('link', { name: 'All time' }).click();
  await expect(page).toHaveURL(/range=all/);
  await row(page, 'Call log', display(FROM)).getByRole('link').click();
  const drawer = page.getByRole('complementary', { name: display(FROM) });
  await expect(drawer.getByRole('region', { name: 'Decision' })).toContainText('Won');
  await drawer.locator('summary').first().click();
  await expect(drawer.locator('pre').first()).toBeVisible();
  await drawer.getByRole('link', { name: 'Open as a page' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Call from ${display(FROM)}` })).toBeVisible();
});

test('go to the older page and back', async ({ page, product }) => {
  test.setTimeout(90_000);
  const { id, number } = demoCampaign(product, 'Motor vehicle accident, CA');
  await placeCall(product, { from: '+17025550120', to: number, count: 52, speed: 2_000 });
  await signIn(page, product.login('owner'), `/calls?campaign=${id}`);
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const rows = page.getByRole('region', { name: 'Call log', exact: true }).locator('tbody tr');
  await expect(rows).toHaveCount(50);
  await pages.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(50);
  await pages.getByRole('link', { name: 'Newer' }).click();
  await expect(rows).toHaveCount(50);
});

test('a buyer is made, an error is told with what was typed, a target paused', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/buyers/new');
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await expect(page.getByRole('alert').or(page.getByText('Enter a name.')).first()).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Plain HTML Roofing');
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await expect(page).toHaveURL(/\/buyers\/\d+$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Plain HTML Roofing' })).toBeVisible();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
});

test('the theme is chosen and one signs out', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/calls');
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page).toHaveURL('/calls');
  await expect(page.locator('html')).toHaveClass(/(^| )dark( |$)/);
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
});
