// Getting in, staying in, getting out; and the theme, which has to be right from the first paint.

import { Product } from '../server.ts';
import { expect, hydrated, open, test } from '../fixtures.ts';

test('a page behind sign-in asks who you are and then opens', async ({ page, product }) => {
  await page.goto('/campaigns');
  await expect(page).toHaveURL(/\/login\?next=%2Fcampaigns$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Sign in' })).toBeVisible();
  const { email, password } = product.login('owner');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/campaigns');
  await expect(page.getByRole('heading', { level: 1, name: 'Campaigns' })).toBeVisible();
});

test('a wrong password keeps the address, forgets the password and says why', async ({ page, product }) => {
  await open(page, '/login?next=%2Fnumbers');
  const { email, password } = product.login('viewer');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('not it');
  await page.getByLabel('Password').press('Enter');
  await expect(page.getByRole('alert')).toHaveText('Email and password do not match.');
  await expect(page.getByLabel('Email')).toHaveValue(email);
  await expect(page.getByLabel('Password')).toHaveValue('');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page, 'where one wanted to go is kept').toHaveURL('/numbers');
});

test('somebody unknown reads the same words', async ({ page }) => {
  await open(page, '/login');
  await page.getByLabel('Email').fill('nobody@northgate.example');
  await page.getByLabel('Password').fill('not it');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('Email and password do not match.');
});

test('a next that leads elsewhere leads home', async ({ page, product }) => {
  const { email, password } = product.login('owner');
  for (const next of ['//elsewhere.example/x', 'https://elsewhere.example', '/\\elsewhere.example']) {
    await page.goto(`/login?next=${encodeURIComponent(next)}`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page).toHaveURL('/');
    // The page goes first: its live connection would notice that the session is gone.
    await page.goto('about:blank');
    await page.context().clearCookies();
  }
});

test('too many tries have to wait, and are told how long', async ({ browser, guard }) => {
  const product = await Product.start();
  try {
    const context = await browser.newContext({ baseURL: product.url });
    guard.watch(context);
    const page = await context.newPage();
    const { email, password } = product.login('owner');
    await page.goto('/login');
    for (let tries = 0; tries < 8; tries += 1) {
      await page.getByLabel('Email').fill(email);
      await page.getByLabel('Password').fill(`wrong ${tries}`);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      if (/error=throttled/.test(page.url())) break;
    }
    await expect(page.getByRole('alert')).toHaveText(/^Too many tries\. Wait \d+ (seconds|minutes), then try again\.$/);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('alert'), 'the right password waits too').toHaveText(/Too many tries/);
    await context.close();
  } finally {
    await product.stop();
  }
});

test('signing out ends the session, not only the page', async ({ browser, product, guard }) => {
  const context = await browser.newContext({ baseURL: product.url });
  guard.watch(context);
  const page = await context.newPage();
  await open(page, '/login');
  const { email, password } = product.login('viewer');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('/');
  await hydrated(page);
  const before = await context.cookies();
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
  await page.goto('/calls');
  await expect(page).toHaveURL(/\/login\?next=%2Fcalls$/);
  await context.clearCookies();
  await context.addCookies(before);
  await page.goto('/calls');
  await expect(page, 'a kept cookie is worth nothing').toHaveURL(/\/login/);
  await context.close();
});

test('the session cookie is out of reach of scripts and other sites', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const cookies = (await page.context().cookies()).filter((cookie) => cookie.name !== 'theme');
  expect(cookies.length).toBeGreaterThan(0);
  for (const cookie of cookies) {
    expect(cookie.httpOnly, cookie.name).toBe(true);
    expect(['Lax', 'Strict']).toContain(cookie.sameSite);
  }
});

test('a chosen theme is there from the first byte of the next page', async ({ signedIn, product }) => {
  const page = await signedIn('owner', { colorScheme: 'light' });
  const root = page.locator('html');
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(root).toHaveClass(/(^| )dark( |$)/);
  const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  const html = await (await page.request.get(`${product.url}/`)).text();
  expect(html, 'the server paints it').toMatch(/<html[^>]*class="[^"]*\bdark\b/);
  await page.addInitScript(() => {
    document.addEventListener('DOMContentLoaded', () => {
      (window as unknown as { first: string }).first = getComputedStyle(document.body).backgroundColor;
    });
  });
  await page.reload();
  expect(await page.evaluate(() => (window as unknown as { first: string }).first), 'no flash').toBe(dark);
  await hydrated(page);
  await expect(root).toHaveClass(/(^| )dark( |$)/);

  await page.getByRole('button', { name: /your account/ }).click();
  await expect(page.getByRole('menuitemradio', { name: 'Dark' })).toBeChecked();
  await page.getByRole('menuitemradio', { name: 'As the system' }).click();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(dark);
  await page.emulateMedia({ colorScheme: 'light' });
  await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).not.toBe(dark);
});
