// Keys for programs: made, shown once, used against the public API, revoked; and the page about it.

import type { Page } from '@playwright/test';
import { expect, findings, open, signIn, test, THEMES } from '../fixtures.ts';
import { row, toast } from '../steps.ts';

const KEYS = 'API keys';
const shown = (page: Page) => page.locator('[data-key]');

test('a key is made, shown once, works, and stops when it is revoked', async ({ signedIn, product }) => {
  const page = await signedIn('owner', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'API keys' }).click();
  await expect(page).toHaveURL('/settings/api-keys');
  await page.getByRole('link', { name: 'New key' }).first().click();
  await page.getByLabel('Name', { exact: true }).fill('Warehouse');
  await page.getByRole('checkbox', { name: 'See buyers and their targets' }).check();
  await page.getByLabel('For how long').selectOption('90 days');
  await page.getByRole('button', { name: 'Make key' }).click();
  const key = (await shown(page).textContent()) ?? '';
  expect(key).toMatch(/^ccp_live_[A-Za-z0-9]{40}$/);
  await page.getByRole('button', { name: 'Copy key' }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key);

  const ask = (path: string) => fetch(`${product.url}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` } });
  const buyers = (await (await ask('/buyers')).json()) as { data: { name: string }[] };
  expect(buyers.data.map((buyer) => buyer.name)).toEqual(expect.arrayContaining(product.demo.buyers.slice(0, 2).map((buyer) => buyer.name)));
  expect((await ask('/campaigns')).status).toBe(403);

  await page.getByRole('link', { name: 'Done' }).click();
  const line = row(page, KEYS, 'Warehouse');
  await expect(line).toContainText('buyers:read');
  await expect(line).toContainText('Active');
  await expect(line).not.toContainText('Never');
  await expect(page.getByText(key)).toHaveCount(0);
  await page.getByRole('button', { name: 'Revoke Warehouse' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke key' }).click();
  await expect(toast(page)).toContainText('Key revoked.');
  await expect(line).toContainText('Revoked');
  expect((await ask('/buyers')).status).toBe(401);
});

test('a key needs a name and a scope, and what was chosen stays', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await open(page, '/settings/api-keys/new');
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('alert')).toContainText('Choose what the key may do.');
  await page.getByRole('checkbox', { name: 'Fetch recordings' }).check();
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByRole('checkbox', { name: 'Fetch recordings' })).toBeChecked();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(shown(page)).toHaveCount(0);
});

test.describe('without the page’s script', () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(({ guard }) => guard.allow(/\.js csp$/));

  test('a key is shown once too, and its address does not hold it', async ({ page, product }) => {
    await signIn(page, product.login('owner'), '/settings/api-keys/new');
    await page.getByRole('checkbox', { name: 'See tracking numbers' }).check();
    await page.getByRole('button', { name: 'Make key' }).click();
    await expect(page.getByRole('alert')).toContainText('Enter a name.');
    await expect(page.getByRole('checkbox', { name: 'See tracking numbers' })).toBeChecked();
    await page.getByLabel('Name', { exact: true }).fill('Plain program');
    await page.getByRole('button', { name: 'Make key' }).click();
    await expect(page).toHaveURL('/settings/api-keys');
    const key = (await shown(page).textContent()) ?? '';
    expect(key).toMatch(/^ccp_live_[A-Za-z0-9]{40}$/);
    const answer = await fetch(`${product.url}/api/v1/numbers`, { headers: { authorization: `Bearer ${key}` } });
    expect(answer.status).toBe(200);
    await page.reload();
    await expect(shown(page)).toHaveCount(0);
    await page.getByRole('button', { name: 'Revoke Plain program' }).click();
    await expect(row(page, KEYS, 'Plain program')).toContainText('Revoked');
  });
});

test('a viewer is told that keys are not theirs', async ({ signedIn, guard }) => {
  guard.allow(/403/);
  const page = await signedIn('viewer', {}, '/settings/api-keys');
  await expect(page.getByText('Your role may not manage API keys.')).toBeVisible();
  await expect(page.getByRole('link', { name: 'New key' })).toHaveCount(0);
});

test('the page about the API lists every operation, in both themes and on the phone', async ({ page, product }) => {
  test.setTimeout(240_000);
  const described = (await (await fetch(`${product.url}/api/v1/openapi.json`)).json()) as { paths: Record<string, Record<string, { operationId: string }>> };
  await page.goto('/api/docs');
  for (const operations of Object.values(described.paths)) {
    for (const { operationId } of Object.values(operations)) await expect(page.locator(`section#${operationId}`)).toBeVisible();
  }
  await page.getByRole('link', { name: 'List calls' }).click();
  await expect(page.locator('#list_calls')).toBeInViewport();
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 });
    for (const theme of THEMES) {
      await page.evaluate((name) => { document.documentElement.className = name; }, theme);
      expect(await findings(page), `${theme}, ${width}`).toEqual([]);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, `${width} wide`).toBe(0);
  }
});
