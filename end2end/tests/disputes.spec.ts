// Money after the call: many calls corrected at once with a preview, one disputed for its buyer,
// and the dispute decided.

import type { Page } from '@playwright/test';
import { expect, expectAccessible, open, signIn, test } from '../fixtures.ts';
import { demoCampaign, display, placeCall, row, toast } from '../steps.ts';

const AUTO = 'Auto insurance, national';
const LOG = 'Call log';
const [ANNA, BEN, CLEO] = ['+12025557121', '+13055557122', '+14155557123'] as const;

/** The log with the calls of this file alone. */
const MINE = '/calls?range=all&caller=555712';

const box = (page: Page, caller: string) => row(page, LOG, display(caller)).getByRole('checkbox');
const bar = (page: Page) => page.getByRole('region', { name: 'Selected calls' });

test.beforeAll(async ({ product }) => {
  test.setTimeout(90_000);
  const { number } = demoCampaign(product, AUTO);
  for (const from of [ANNA, BEN, CLEO]) await placeCall(product, { from, to: number });
});

/** Corrects what is picked: one side to an amount. */
async function correct(page: Page, side: 'Revenue' | 'Payout', amount: string, calls: string): Promise<void> {
  await bar(page).getByRole('button', { name: 'Correct…' }).click();
  const dialog = page.getByRole('dialog', { name: /^Correct \d/ });
  await dialog.getByLabel(side, { exact: true }).selectOption('To an amount');
  await dialog.getByLabel(`Amount of the ${side.toLowerCase()}`).fill(amount);
  await dialog.getByLabel('Reason').fill('Agreed with the buyer.');
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await dialog.getByRole('button', { name: `Correct ${calls}` }).click();
  await expect(dialog).toHaveCount(0);
}

test('rows are picked one by one, as a range and all at once, and rows still open', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, MINE);
  await expect(bar(page)).toHaveCount(0);
  await box(page, ANNA).check();
  await expect(bar(page).getByRole('status')).toHaveText('1 call selected');
  await expect(page).toHaveURL(/\/calls\?range=all&caller=555712$/);
  await box(page, CLEO).click({ modifiers: ['Shift'] });
  await expect(bar(page).getByRole('status')).toHaveText('3 calls selected');
  await expect(box(page, BEN)).toBeChecked();
  const all = page.getByRole('checkbox', { name: 'Select all calls on this page' });
  await all.uncheck();
  await expect(bar(page)).toHaveCount(0);
  await row(page, LOG, display(BEN)).getByRole('link').first().focus();
  await page.keyboard.press('x');
  await expect(box(page, BEN)).toBeChecked();
  await expectAccessible(page);
  await row(page, LOG, display(ANNA)).getByRole('link').first().click();
  await expect(page.getByRole('complementary')).toBeVisible();
  await expect(bar(page).getByRole('status'), 'an open row is no other selection').toHaveText('1 call selected');
  await page.keyboard.press('Escape');
  await bar(page).getByRole('button', { name: 'Clear' }).click();
  await expect(bar(page)).toHaveCount(0);
});

test('many calls are corrected after a preview that says what changes and what does not', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, MINE);
  await page.getByRole('checkbox', { name: 'Select all calls on this page' }).check();
  await bar(page).getByRole('button', { name: 'Correct…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Correct 3 calls' });
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Choose what changes: revenue, payout or both.');
  await dialog.getByLabel('Revenue', { exact: true }).selectOption('To an amount');
  await dialog.getByLabel('Amount of the revenue').fill('25');
  await dialog.getByLabel('Reason').fill('The price was entered wrong.');
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await expect(dialog.getByRole('region', { name: 'What the correction does' })).toContainText('$75.00');
  await expectAccessible(page);
  await dialog.getByLabel('Amount of the revenue').fill('30');
  await expect(dialog.getByRole('button', { name: 'Preview' }), 'another amount is another preview').toBeVisible();
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await dialog.getByRole('button', { name: 'Correct 3 calls' }).click();
  await expect(toast(page)).toContainText('3 calls corrected.');
  await expect(bar(page)).toHaveCount(0);
  for (const caller of [ANNA, BEN, CLEO]) await expect(row(page, LOG, display(caller))).toContainText('$30.00');

  await box(page, BEN).check();
  await correct(page, 'Revenue', '25', '1 call');
  await expect(row(page, LOG, display(BEN))).toContainText('$25.00');
  await page.getByRole('checkbox', { name: 'Select all calls on this page' }).check();
  await bar(page).getByRole('button', { name: 'Correct…' }).click();
  const again = page.getByRole('dialog', { name: 'Correct 3 calls' });
  await again.getByLabel('Revenue', { exact: true }).selectOption('To an amount');
  await again.getByLabel('Amount of the revenue').fill('25');
  await again.getByLabel('Reason').fill('All the same.');
  await again.getByRole('button', { name: 'Preview' }).click();
  await expect(again).toContainText('Revenue is $25.00 already.');
  await again.getByRole('button', { name: 'Correct 2 calls' }).click();
  await expect(again.getByText('1 call stayed as it was')).toBeVisible();
  await again.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(bar(page)).toHaveCount(0);
  await expect(row(page, LOG, display(ANNA))).toContainText('$25.00');
});

test('a call is disputed from its drawer, and part of it given back', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, MINE);
  const places = page.getByRole('navigation', { name: 'Main' });
  const openOnes = async () => Number(/(\d+)\s*open/.exec((await places.getByRole('link', { name: /^Disputes/ }).textContent()) ?? '')?.[1] ?? 0);
  const before = await openOnes();
  await box(page, ANNA).check();
  await correct(page, 'Revenue', '26', '1 call');
  await row(page, LOG, display(ANNA)).getByRole('link').first().click();
  const drawer = page.getByRole('complementary');
  await drawer.getByRole('button', { name: 'Dispute…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Dispute this call' });
  await dialog.getByRole('button', { name: 'Open the dispute' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Choose what was wrong.');
  await dialog.getByLabel('What was wrong').selectOption('The caller is outside our area');
  await dialog.getByLabel('What the buyer said').fill('They live in Ohio.');
  await dialog.getByRole('button', { name: 'Open the dispute' }).click();
  await expect(toast(page)).toContainText('The dispute is open.');
  await expect(drawer.getByText('They live in Ohio.')).toBeVisible();
  await expect(drawer.getByRole('button', { name: 'Dispute…' })).toHaveCount(0);
  await expect.poll(openOnes).toBe(before + 1);

  await places.getByRole('link', { name: /^Disputes/ }).click();
  await expect(page).toHaveURL('/disputes');
  await expect(row(page, 'Disputes', display(ANNA))).toContainText('$26.00');
  await expectAccessible(page);
  await row(page, 'Disputes', display(ANNA)).getByRole('rowheader').getByRole('link').click();
  await expect(page).toHaveURL(/\/disputes\/\d+$/);
  const preview = page.getByRole('region', { name: 'What will be entered' });
  await expect(preview).toContainText('−$26.00');
  await page.getByLabel('Give back to the buyer').fill('10');
  await expect(preview).toContainText('−$10.00');
  await expect(preview).toContainText('$16.00');
  await page.getByRole('radio', { name: 'Reject' }).check({ force: true });
  await page.getByRole('button', { name: 'Reject the dispute' }).click();
  await expect(page.getByRole('alert')).toContainText('Say why, for the buyer.');
  await page.getByRole('radio', { name: 'Approve' }).check({ force: true });
  await page.getByLabel('Reason').fill('Half of it was ours.');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Approve the dispute' }).click();
  await expect(page.getByRole('region', { name: 'Entries of this dispute' })).toContainText('−$10.00');
  await expect(page.getByRole('button', { name: 'Approve the dispute' })).toHaveCount(0);
  await expect.poll(openOnes).toBe(before);
  await page.getByRole('link', { name: 'Open the call' }).click();
  await expect(page.getByRole('region', { name: 'Entries of this call' })).toContainText('Half of it was ours.');
  await open(page, '/disputes?state=approved');
  await expect(row(page, 'Disputes', display(ANNA))).toContainText('$10.00');
});

test('a rejected dispute is opened again', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, MINE);
  await box(page, CLEO).check();
  await correct(page, 'Revenue', '27', '1 call');
  await row(page, LOG, display(CLEO)).getByRole('link').first().click();
  const drawer = page.getByRole('complementary');
  await drawer.getByRole('button', { name: 'Dispute…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Dispute this call' });
  await dialog.getByLabel('What was wrong').selectOption('Nobody was on the line');
  await dialog.getByRole('button', { name: 'Open the dispute' }).click();
  await drawer.getByRole('link', { name: 'Decide…' }).click();
  await page.getByRole('radio', { name: 'Reject' }).check({ force: true });
  await page.getByLabel('Reason').fill('They talked for four minutes.');
  await page.getByRole('button', { name: 'Reject the dispute' }).click();
  const again = page.getByRole('button', { name: 'Open again' });
  await expect(again).toBeVisible();
  await expect(page.getByText('They talked for four minutes.').last()).toBeVisible();
  await page.getByLabel('Reason').fill('There are two recordings.');
  await again.click();
  await expect(page.getByRole('button', { name: 'Approve the dispute' })).toBeVisible();
  await expect(page.getByText('There are two recordings.')).toBeVisible();
});

test('a viewer sees disputes and decides nothing', async ({ signedIn }) => {
  const page = await signedIn('viewer', {}, MINE);
  await expect(row(page, LOG, AUTO).first()).toBeVisible();
  await expect(page.getByRole('checkbox')).toHaveCount(0);
  await open(page, '/disputes?state=all');
  await page.getByRole('rowheader').getByRole('link').first().click();
  await expect(page.getByRole('heading', { name: 'History' })).toBeVisible();
  await expect(page.getByRole('main').getByRole('button', { name: /dispute|again/i })).toHaveCount(0);
});

test.describe('without the page’s script', () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(({ guard }) => guard.allow(/\.js csp$/));

  test('a dispute is decided too, and what was typed stays with the error', async ({ page, product }) => {
    await signIn(page, product.login('owner'), '/disputes');
    await page.getByRole('rowheader').getByRole('link').first().click();
    await page.getByLabel('Give back to the buyer').fill('-3');
    await page.getByLabel('Reason').fill('As agreed.');
    await page.getByRole('button', { name: 'Approve the dispute' }).click();
    await expect(page.getByLabel('Give back to the buyer')).toHaveValue('-3');
    await expect(page.getByLabel('Reason')).toHaveValue('As agreed.');
    await page.getByLabel('Give back to the buyer').fill('3');
    await page.getByRole('button', { name: 'Approve the dispute' }).click();
    await expect(page.getByRole('region', { name: 'Entries of this dispute' })).toContainText('−$3.00');
  });
});
