// Groups of targets: made, put in order, routed to, and seen in the trace and the log.

import type { Page } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { expectNothingUnsaved, placeCall, row, toast } from '../steps.ts';

const members = (page: Page) => page.locator('.members .route-name > b');

async function add(page: Page, name: string): Promise<void> {
  // The list is drawn anew after each choice; a click that comes in between is nobody's.
  await expect(async () => {
    if ((await members(page).filter({ hasText: name }).count()) === 0) {
      await page.getByRole('combobox', { name: 'Add a target' }).fill(name);
      await page.getByRole('option', { name: new RegExp(`^${name}`) }).click({ timeout: 2_000 });
    }
    await expect(members(page).last()).toHaveText(name, { timeout: 2_000 });
  }).toPass();
}

test('a group is made, ordered by key and button, rung at once, and told in trace and log', async ({ signedIn, product }) => {
  const page = await signedIn('owner', {}, '/buyers');
  await page.getByRole('navigation', { name: 'Buyers and targets' }).getByRole('link', { name: 'Groups' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Target groups' })).toBeVisible();
  await expect(page.getByRole('row', { name: /ElderFirst agents/ })).toContainText('All at once');
  await page.getByRole('link', { name: 'New group' }).click();
  await page.getByRole('button', { name: 'Create group' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAccessibleDescription(/Enter a name/);
  await expect(page.getByRole('group', { name: 'Targets' })).toContainText('Choose a target.');
  await page.getByLabel('Name', { exact: true }).fill('Insurance desk');
  await page.getByRole('radio', { name: 'All at once' }).check();
  for (const name of ['Crestline Insurance', 'Meridian Auto Direct', 'Beacon Mutual agents']) await add(page, name);
  await page.getByRole('button', { name: 'Move Meridian Auto Direct up' }).click();
  await expect(members(page)).toHaveText(['Meridian Auto Direct', 'Crestline Insurance', 'Beacon Mutual agents']);
  await page.getByRole('button', { name: 'Move Beacon Mutual agents up' }).focus();
  await page.keyboard.press('Alt+ArrowUp');
  await expect(members(page)).toHaveText(['Meridian Auto Direct', 'Beacon Mutual agents', 'Crestline Insurance']);
  await page.getByRole('button', { name: 'Create group' }).click();
  await page.waitForURL(/\/groups$/);
  await expect(page.getByRole('row', { name: /Insurance desk/ })).toContainText('3 of 3 open');

  await open(page, '/campaigns/new');
  await page.getByLabel('Campaign name').fill('Desk calls');
  await page.getByLabel('Number').fill('702 555 0171');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.waitForURL(/\/routing$/);
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await page.getByRole('dialog', { name: 'Add a route to priority 1' }).getByRole('combobox', { name: 'Target', exact: true }).fill('Insurance desk');
  await page.getByRole('option', { name: /^Insurance desk/ }).click();
  await expect(page.getByLabel('Weight of Insurance desk')).toBeVisible();
  await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
  await expect(toast(page)).toContainText('Plan saved');
  await expectNothingUnsaved(page);
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole('region', { name: 'Priority 1', exact: true })).toContainText('Group: 3 targets, all at once');
  await expect(page.getByRole('region', { name: 'Priority 1', exact: true })).toContainText('3 of 3 open');

  const at = (name: string) => product.demo.buyers.flatMap((buyer) => buyer.targets).find((one) => one.name === name)?.destination ?? '';
  const said = await placeCall(product, {
    from: '+17025550172', to: '+17025550171',
    plot: {
      targets: {
        [at('Meridian Auto Direct')]: { does: 'busy' },
        [at('Crestline Insurance')]: { does: 'answer', after_s: 2 },
        [at('Beacon Mutual agents')]: { does: 'answer', after_s: 6 },
      },
    },
  });
  expect(said).toMatch(/connected to \(602\) 555-0119/);
  await open(page, '/calls');
  await expect(row(page, 'Call log', '(702) 555-0172')).toContainText('Crestline Insurance');
  await expect(row(page, 'Call log', '(702) 555-0172'), 'the group it was rung with').toContainText('Insurance desk');
  await row(page, 'Call log', '(702) 555-0172').getByRole('link').first().click();
  const drawer = page.getByRole('complementary');
  await expect(drawer).toContainText('The group Insurance desk rings');
  await expect(drawer.locator('.trace-members')).toContainText('Rings now, with 2 others.');
  await expect(drawer).toContainText('Another of the group answered');
});

test('a group is paused and archived with a way back, and edited with its order', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/groups');
  await page.getByRole('button', { name: 'Actions for Injury intake' }).click();
  await page.getByRole('menuitem', { name: 'Pause' }).click();
  await expect(toast(page)).toContainText('Injury intake paused');
  await expect(page.getByRole('row', { name: /Injury intake/ })).toContainText('Paused');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByRole('row', { name: /Injury intake/ })).not.toContainText('Paused');

  await page.getByRole('link', { name: 'Injury intake' }).click();
  await expect(members(page)).toHaveText(['Sato & Brandt Injury Law', 'Pacific Trial Group']);
  await page.getByRole('button', { name: 'Move Pacific Trial Group up' }).click();
  await page.getByLabel('Per day').fill('12');
  const bar = page.getByRole('region', { name: 'Unsaved changes' });
  await expect(bar).toBeVisible();
  await bar.getByRole('button', { name: 'Discard' }).click();
  await expect(members(page)).toHaveText(['Sato & Brandt Injury Law', 'Pacific Trial Group']);
  await page.getByLabel('Per day').fill('12');
  await bar.getByRole('button', { name: /Save/ }).click();
  await expect(toast(page)).toContainText('Group saved');
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel('Per day')).toHaveValue('12');
});
