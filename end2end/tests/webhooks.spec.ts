// Conversion webhooks: made, told something, looked at, paused; and a list of numbers that must not be called.

import { expect, open, test } from '../fixtures.ts';
import { demoCampaign, placeCall, row, toast } from '../steps.ts';

const CAME_IN = 'What came in';

test('a buyer tells a conversion at a new webhook, and what came in is seen', async ({ signedIn, product, guard }) => {
  guard.allow(/4\d\d/);
  const { number } = demoCampaign(product, 'Roof repair, Texas');
  const said = await placeCall(product, { from: '+12065550191', to: number });
  const sid = /\bCA[0-9a-f]{32}\b/.exec(said)?.[0] ?? '';
  const call = (await product.inspect()).calls.find((one) => one.sid === sid)?.id ?? '';
  const page = await signedIn('owner', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Webhooks' }).click();
  await expect(page).toHaveURL('/settings/webhooks');
  await page.getByRole('link', { name: 'New webhook' }).first().click();
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Name', { exact: true }).fill('Harbor CRM');
  await page.getByLabel('Revenue', { exact: true }).fill('call_id');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await expect(page.getByLabel('Revenue', { exact: true })).toHaveAccessibleDescription(/Another parameter is called so/);
  await page.getByLabel('Revenue', { exact: true }).fill('payout');
  await page.getByRole('button', { name: 'Create webhook' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Harbor CRM');
  await expect(page.getByText('Nothing came in yet')).toBeVisible();
  await page.getByRole('button', { name: 'Copy address' }).click();
  const url = await page.evaluate(() => navigator.clipboard.readText());
  expect(url).toMatch(/\/hook\/[0-9a-f-]{36}$/);

  const tell = async (query: string) => (await fetch(`${url}?${query}`)).status;
  expect(await tell(`call_id=${call}&payout=31.50&event_id=s1`)).toBe(200);
  expect(await tell('call_id=nobody')).toBe(404);
  expect(await tell(`call_id=${call}&payout=lots`)).toBe(400);
  await page.reload();
  await expect(row(page, CAME_IN, '31.50')).toContainText('Converted, 200');
  await expect(row(page, CAME_IN, 'nobody')).toContainText('No such call, 404');
  await expect(row(page, CAME_IN, 'lots')).toContainText('Enter an amount');
  await page.getByRole('region', { name: CAME_IN }).getByRole('link', { name: call }).first().click();
  await expect(page.getByRole('main')).toContainText('The buyer told a conversion');
  await page.goBack();

  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(toast(page)).toContainText('Harbor CRM paused. What it is sent is refused.');
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible();
  expect(await tell(`call_id=${call}&payout=40`)).toBe(403);
  await page.getByLabel('Name', { exact: true }).fill('Harbor Claims');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Webhook saved.');
  await open(page, '/settings/webhooks');
  await expect(row(page, 'Webhooks', 'Harbor Claims')).toContainText('Paused');
});

test('a viewer sees no webhook', async ({ signedIn, guard }) => {
  guard.allow(/403/);
  const page = await signedIn('viewer');
  await page.goto('/settings/webhooks');
  await expect(page.getByRole('main')).not.toContainText('/hook/');
  await expect(page.getByRole('main')).not.toContainText('Crestline CRM');
});

test('a TCPA list comes in with its name and goes out as a whole', async ({ signedIn, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner');
  await open(page, '/blocks');
  await page.getByRole('link', { name: 'Import a TCPA list' }).click();
  const numbers = Array.from({ length: 1_200 }, (_, n) => `(330) 556-${String(n).padStart(4, '0')},x`);
  await page.getByLabel('Or paste rows').fill(['Phone Number,Plaintiff', ...numbers].join('\n'));
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(page.getByLabel('Which list')).toHaveAccessibleDescription(/Say which list this is/);
  await page.getByLabel('Which list').fill('Litigators, test');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await page.getByRole('button', { name: 'Import 1,200 rows' }).click();
  await expect(toast(page)).toContainText('1,200 rows are imported.');
  await page.getByRole('link', { name: 'To the list' }).click();
  await page.getByRole('button', { name: 'From a TCPA list' }).click();
  await page.getByRole('link', { name: 'Litigators, test, 1,200 entries' }).click();
  await expect(page).toHaveURL(/source=Litigators/);
  await expect(row(page, 'Blocked callers', '(330) 556-1199')).toContainText('Litigators, test');
  await page.getByRole('button', { name: 'Remove the list' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the list' }).click();
  await expect(toast(page)).toContainText('1,200 entries removed.');
  await expect(row(page, 'Blocked callers', '(330) 556-1199')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'From a TCPA list' })).toHaveCount(0);
});
