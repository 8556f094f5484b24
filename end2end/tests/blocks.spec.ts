// Blocked callers: typed, blocked from a call; turned away and let in again.

import { expect, hydrated, open, test } from '../fixtures.ts';
import { demoCampaign, placeCall, row, toast } from '../steps.ts';

const BLOCKED = 'Blocked callers';

test('a prefix is blocked, its caller turned away with the reason, and let in again', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { number } = demoCampaign(product, 'Auto insurance, national');
  await open(page, '/blocks/new');
  await page.getByLabel('Number or prefix').fill('+1307*');
  await page.getByLabel(/^Note/).fill('Robots');
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(page).toHaveURL('/blocks');
  await expect(row(page, BLOCKED, '+1307*')).toContainText('Every campaign');
  await expect(row(page, BLOCKED, '+1307*')).toContainText('For good');

  await placeCall(product, { from: '+13075550101', to: number });
  await open(page, '/calls?range=all&outcome=blocked');
  await page.getByRole('rowheader').getByRole('link').first().click();
  await expect(page.getByText('Blocked by +1307* in every campaign: Robots.')).toBeVisible();

  await open(page, '/blocks');
  await page.getByRole('button', { name: 'Let +1307* in again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Let them in' }).click();
  await expect(toast(page)).toContainText('No longer blocked.');
  await expect(row(page, BLOCKED, '+1307*')).toHaveCount(0);
  expect(await placeCall(product, { from: '+13075550101', to: number })).toContain(' connected to ');
});

test('a caller is blocked with one click in the call', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { number } = demoCampaign(product, 'Auto insurance, national');
  await placeCall(product, { from: '+13085550102', to: number });
  await open(page, '/calls?range=all&caller=3085550102');
  await page.getByRole('rowheader').getByRole('link').first().click();
  await page.getByRole('button', { name: 'Block caller' }).click();
  await expect(toast(page)).toContainText('The caller is blocked in every campaign.');
  await page.getByRole('link', { name: 'Caller is blocked' }).click();
  await expect(row(page, BLOCKED, '(308) 555-0102')).toContainText('From call');
  expect(await placeCall(product, { from: '+13085550102', to: number })).not.toContain(' connected to ');
});

test('what is no pattern, or blocked already, is an error at the field, and what was typed stays', async ({ signedIn, guard }) => {
  guard.allow(/422|409/);
  const page = await signedIn('owner');
  const field = page.getByLabel('Number or prefix');
  for (const [typed, words] of [['', /Enter/], ['1307*', /Begin a prefix with/], ['hello', /\w/], ['+1*', /two digits/]] as const) {
    await open(page, '/blocks/new');
    await field.fill(typed);
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await expect(field, typed).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(words);
    await expect(field).toHaveValue(typed);
  }
  await field.fill('+1309*');
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(row(page, BLOCKED, '+1309*')).toBeVisible();
  await open(page, '/blocks/new');
  await field.fill('+1309*');
  await page.getByLabel('For how long').fill('24');
  await page.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(field).toHaveAccessibleDescription(/blocked there already/);
  await expect(page.getByLabel('For how long')).toHaveValue('24');
});

test('a viewer sees masked numbers and changes nothing', async ({ signedIn }) => {
  const owner = await signedIn('owner');
  await open(owner, '/blocks/new');
  await owner.getByLabel('Number or prefix').fill('+13125550100');
  await owner.getByRole('button', { name: 'Block', exact: true }).click();
  await expect(row(owner, BLOCKED, '(312) 555-0100')).toBeVisible();
  const page = await signedIn('viewer');
  await open(page, '/blocks');
  await hydrated(page);
  await expect(page.getByRole('region', { name: BLOCKED, exact: true })).not.toContainText('555-0100');
  await expect(page.getByRole('link', { name: 'Block callers' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: /in again/ })).toHaveCount(0);
});
