// Publishers: made, paid by rules in an order, given a number, paused; and the lists their filters use.

import type { Page } from '@playwright/test';
import { expect, open, test } from '../fixtures.ts';
import { choose, expectNothingUnsaved, row, toast } from '../steps.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
const rules = (page: Page) => page.locator('.payout');

async function createPublisher(page: Page, name: string): Promise<void> {
  await open(page, '/publishers/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create publisher' }).click();
  await page.waitForURL(/\/publishers\/\d+$/);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

async function addRule(page: Page, name: string, amount: string) {
  await page.getByRole('button', { name: 'Rule', exact: true }).click();
  const rule = rules(page).last();
  await expect(rule.getByLabel('Name')).toBeFocused();
  await rule.getByLabel('Name').fill(name);
  await rule.getByRole('spinbutton', { name: 'Amount' }).fill(amount);
  return rule;
}

test('a publisher with two rules in the order one wants, a number, and a pause that is undone', async ({ signedIn, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner');
  await createPublisher(page, 'Bright Leads');
  await addRule(page, 'Any call', '20');
  const texas = await addRule(page, 'Texas', '');
  await texas.getByRole('spinbutton', { name: 'Amount' }).fill('');
  await texas.getByRole('button', { name: 'Add a condition' }).click();
  await expect(texas.getByLabel('Tag of rule 1')).toBeFocused();
  await texas.getByLabel('Tag of rule 1').fill('state');
  await texas.getByLabel('Value of rule 1').fill('TX');

  // What is wrong is told at its field, and nothing typed is lost.
  await bar(page).getByRole('button', { name: /^Save rules/ }).click();
  await expect(texas.getByRole('spinbutton', { name: 'Amount' })).toHaveAccessibleDescription('Enter what a call is paid.');
  await expect(texas.getByLabel('Tag of rule 1')).toHaveAccessibleDescription(/type:name/);
  await texas.getByRole('spinbutton', { name: 'Amount' }).fill('30');
  await texas.getByLabel('Tag of rule 1').fill('geo:state');
  await expect(texas.getByLabel('Tag of rule 1')).not.toHaveAttribute('aria-invalid', 'true');
  await texas.getByRole('button', { name: 'Or, in condition 1' }).click();
  await texas.getByLabel('Tag of rule 2').fill('geo:state');
  await texas.getByLabel('Value of rule 2').fill('OK');
  await expect(texas.getByRole('status')).toHaveText('Calls for which geo:state is TX or geo:state is OK.');

  // Alt and the arrow move the rule, and the focus stays with it.
  await texas.getByRole('button', { name: 'Move Texas up' }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(rules(page).first()).toContainText('Texas');
  await expect(page.getByRole('button', { name: 'Move Texas down' })).toBeFocused();
  await bar(page).getByRole('button', { name: /^Save rules/ }).click();
  await expect(toast(page)).toContainText('Payout rules saved.');
  await expectNothingUnsaved(page);
  await page.reload();
  await expect(rules(page)).toHaveCount(2);
  await expect(rules(page).first()).toContainText('$30.00 once connected for 1:30');
  await expect(rules(page).first()).toContainText('geo:state is TX or geo:state is OK');

  // A removed rule and a changed order are taken back one by one.
  await choose(page, 'Actions for Any call', 'Remove the rule');
  await expect(rules(page)).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo: Any call removed' }).click();
  await expect(rules(page).last()).toContainText('Any call');
  await expectNothingUnsaved(page);

  await page.getByRole('link', { name: /^Numbers/ }).last().click();
  await page.getByLabel('Free number').selectOption({ label: '(866) 555-0163' });
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await expect(row(page, 'Numbers of this publisher', '(866) 555-0163')).toBeVisible();

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(toast(page)).toContainText('Bright Leads paused. Its callers are routed, and not paid.');
  await expect(page.getByRole('note')).toContainText('This publisher is paused.');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('note')).toHaveCount(0);
  await open(page, '/publishers');
  await expect(row(page, 'Publishers', 'Bright Leads')).toContainText('Active');
  await expect(row(page, 'Publishers', 'Bright Leads')).toContainText('$30.00 once connected for 1:30');
});

test('a campaign pays by rules of its own, until they are dropped and come back', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await createPublisher(page, 'Own Rules Media');
  await addRule(page, 'Any call', '20');
  await bar(page).getByRole('button', { name: /^Save rules/ }).click();
  await expectNothingUnsaved(page);
  await page.getByLabel('Campaign', { exact: true }).selectOption('Roof repair, Texas');
  await page.getByRole('button', { name: 'Give it its own rules' }).click();
  await expect(page).toHaveURL(/\/publishers\/\d+\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { name: 'Payout rules in Roof repair, Texas' })).toBeVisible();
  await expect(rules(page)).toHaveCount(1);
  await rules(page).first().locator('summary').first().click();
  await rules(page).first().getByRole('radio', { name: 'Share of revenue' }).check();
  await rules(page).first().getByRole('spinbutton', { name: 'Share' }).fill('75');
  await bar(page).getByRole('button', { name: /^Save rules/ }).click();
  await expect(rules(page).first()).toContainText('75% of the revenue once connected for 1:30');
  await page.getByRole('button', { name: 'Drop the rules of Roof repair, Texas' }).click();
  await expect(page).toHaveURL(/\/publishers\/\d+$/);
  await expect(rules(page).first()).toContainText('$20.00');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('link', { name: 'Roof repair, Texas' }).click();
  await expect(rules(page).first()).toContainText('75% of the revenue');
});

test('a list is pasted, used by a filter, and says so before it is removed', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await open(page, '/lists/new');
  await page.getByLabel('Name', { exact: true }).fill('Dallas ZIP codes');
  await page.getByLabel('Values').fill('75201\r\n75202\n75201\n');
  await page.getByRole('button', { name: 'Create list' }).click();
  await expect(page).toHaveURL('/lists');
  await expect(row(page, 'Lists', 'Dallas ZIP codes')).toContainText('2');
  await createPublisher(page, 'Zip Leads');
  const rule = await addRule(page, 'Dallas', '20');
  await rule.getByRole('button', { name: 'Add a condition' }).click();
  await rule.getByLabel('Tag of rule 1').fill('geo:zip');
  await rule.getByLabel('How rule 1 compares').selectOption('is in the list');
  await rule.getByLabel('List of rule 1').selectOption('Dallas ZIP codes');
  await expect(rule.getByRole('status')).toContainText('geo:zip is in “Dallas ZIP codes”');
  await bar(page).getByRole('button', { name: /^Save rules/ }).click();
  await expectNothingUnsaved(page);
  await open(page, '/lists');
  await page.getByRole('button', { name: 'Remove Dallas ZIP codes' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('Used by Zip Leads, rule Dallas.');
  await dialog.getByRole('button', { name: 'Remove list' }).click();
  await expect(toast(page)).toContainText('List removed.');
  await expect(row(page, 'Lists', 'Dallas ZIP codes')).toHaveCount(0);
});

test.describe('without the page’s script', () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(({ guard }) => guard.allow(/\.js csp$|422/));

  test('a rule with a condition is added', async ({ signedIn }) => {
    const page = await signedIn('owner', { javaScriptEnabled: false }, '/publishers/new');
    await page.getByLabel('Name', { exact: true }).fill('Plain Leads');
    await page.getByRole('button', { name: 'Create publisher' }).click();
    await page.waitForURL(/\/publishers\/\d+$/);
    const rule = rules(page).last();
    await rule.locator('summary').first().click();
    await rule.getByLabel('Name').fill('Texas');
    await rule.getByRole('spinbutton', { name: 'Amount' }).fill('12.5');
    await rule.getByLabel('Tag of rule 1').fill('geo:state');
    await rule.getByLabel('Value of rule 1').fill('TX');
    await rule.getByRole('spinbutton', { name: 'Amount' }).press('Enter');
    await expect(rules(page).first()).toContainText('$12.50 once connected for 1:30');
    await expect(rules(page).first()).toContainText('Calls for which geo:state is TX.');
  });
});
