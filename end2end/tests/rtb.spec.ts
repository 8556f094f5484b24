// Real-time bidding: an RTB target made with the answer of a test ping, a ring tree, the auction of a
// call as its drawer tells it, and the report that says why a bidder did not bid.

import type { Page } from '@playwright/test';
import { bidders } from '../bidder.ts';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { expectNothingUnsaved, placeCall, row, toast } from '../steps.ts';

const members = (page: Page) => page.locator('.members .route-name > b');

const address = (page: Page) => page.getByRole('textbox', { name: 'Address', exact: true });

async function add(page: Page, name: string): Promise<void> {
  // The list is drawn anew after each choice; a click that comes in between is nobody's.
  await expect(async () => {
    if ((await members(page).filter({ hasText: name }).count()) === 0) {
      await page.getByRole('combobox', { name: 'Add a target' }).fill(name);
      await page.getByRole('option', { name: new RegExp(`^${name}`) }).click({ timeout: 2_000 });
    }
    await expect(members(page).filter({ hasText: name })).toHaveCount(1, { timeout: 2_000 });
  }).toPass();
}

test('a newcomer makes an RTB target by its answer, puts it into a ring tree, and reads why another did not bid', async ({ signedIn, product, guard }) => {
  // An address that may not be asked is refused by the server.
  guard.allow(/422/);
  const page = await signedIn('owner', {}, '/ring-trees');
  await expect(page.getByRole('row', { name: /Auto, national/ })).toContainText('Highest bid within 800 ms');
  await page.getByRole('navigation', { name: 'Bidding' }).getByRole('link', { name: 'RTB targets' }).click();
  await expect(page.getByRole('row', { name: /Patriot Cover/ })).toBeVisible();
  await page.getByRole('link', { name: 'New RTB target' }).click();
  await page.getByRole('button', { name: 'Create RTB target' }).click();
  await expect(address(page)).toHaveAccessibleDescription(/Enter the address/);
  await page.getByLabel('Name', { exact: true }).fill('QuickBid');
  await page.getByLabel('Buyer', { exact: true }).selectOption({ label: 'Crestline' });
  await address(page).fill('http://10.0.0.1/bid');
  await page.getByRole('button', { name: 'Send test ping' }).click();
  await expect(address(page)).toHaveAccessibleDescription(/private network/);
  await address(page).fill(`http://${await bidders()}/bids/accept?amount=41.50`);
  await page.getByRole('button', { name: 'Send test ping' }).click();
  const outcome = page.locator('#trial-outcome');
  await expect(outcome).toContainText('A bid of $41.50.');
  // A value becomes a parser by being chosen.
  await outcome.getByLabel('Use $.bidId as').selectOption('Bid ID');
  await expect(page.getByLabel('Bid ID: where it stands')).toHaveValue('$.bidId');
  await outcome.getByLabel('Use $.bidTerms[0].callMinDuration as').selectOption('Least duration');
  await page.locator('[id="f-request.body"]').focus();
  await page.getByLabel('Insert a token').first().selectOption({ value: '[Campaign:Name]' });
  await expect(page.locator('[id="f-request.body"]')).toHaveValue(/\[Campaign:Name\]/);
  await page.getByRole('button', { name: 'Create RTB target' }).click();
  await page.waitForURL(/\/rtb-targets\/\d+$/);
  await expect(page.getByRole('heading', { level: 1, name: 'QuickBid' })).toBeVisible();
  await expect(page.getByLabel('Least duration: where it stands')).toHaveValue('$.bidTerms[0].callMinDuration');

  await open(page, '/ring-trees/new');
  await page.getByLabel('Name', { exact: true }).fill('Newcomers');
  await page.getByLabel('Ping timeout').fill('1500');
  for (const name of ['QuickBid', 'SafeLane Direct']) await add(page, name);
  await page.getByRole('button', { name: 'Create ring tree' }).click();
  await page.waitForURL(/\/ring-trees$/);
  await expect(page.getByRole('row', { name: /Newcomers/ })).toContainText('2 of 2 open');

  // An auction without a call.
  await page.getByRole('link', { name: 'Newcomers' }).click();
  await hydrated(page);
  await page.getByLabel('As if this number called').fill('12');
  await page.getByRole('button', { name: 'Hold test auction' }).click();
  await expect(page.getByLabel('As if this number called')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('As if this number called').fill('(702) 555-0183');
  await page.getByRole('button', { name: 'Hold test auction' }).click();
  const test = page.locator('#test-auction');
  await expect(test).toContainText('1 of 2 bid');
  await expect(test.getByRole('listitem').filter({ hasText: 'QuickBid' })).toContainText('Won the auction.');
  await expect(test.getByRole('listitem').filter({ hasText: 'SafeLane Direct' })).toContainText('Bid nothing.');

  await open(page, '/campaigns/new');
  await page.getByLabel('Campaign name').fill('Bids for roofs');
  await page.getByLabel('Number').fill('702 555 0181');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.waitForURL(/\/routing$/);
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await page.getByRole('dialog', { name: 'Add a route to priority 1' }).getByRole('combobox', { name: 'Target', exact: true }).fill('Newcomers');
  await page.getByRole('option', { name: /^Newcomers/ }).click();
  await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
  await expect(toast(page)).toContainText('Plan saved');
  await expectNothingUnsaved(page);

  const said = await placeCall(product, { from: '+17025550182', to: '+17025550181' });
  expect(said).toMatch(/connected to \(800\) 555-0161/);
  await open(page, '/calls');
  await row(page, 'Call log', '(702) 555-0182').getByRole('link').first().click();
  const drawer = page.getByRole('complementary');
  const auction = drawer.getByRole('region', { name: 'Auction' });
  await expect(auction).toContainText('1 of 2 bid');
  await expect(auction.getByRole('listitem').filter({ hasText: 'QuickBid' })).toContainText('Won the auction.');
  const refused = auction.getByRole('listitem').filter({ hasText: 'SafeLane Direct' });
  await expect(refused).toContainText('Bid nothing.');
  await refused.locator('summary').click();
  await expect(refused).toContainText('Final capacity check (Code: 1006)');
  await expect(drawer).toContainText('Rings now: its bid of $41.50 is the best.');

  await open(page, '/rtb');
  await expect(row(page, 'RTB targets', 'QuickBid')).toContainText('100%');
  await page.getByRole('region', { name: 'Reasons' }).getByRole('link', { name: 'Bid nothing' }).click();
  await page.waitForURL(/verdict=zero_bid/);
  const ping = row(page, 'Pings', 'SafeLane Direct').first();
  await ping.locator('summary').click();
  await expect(ping).toContainText('Final capacity check (Code: 1006)');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByLabel('Verdict', { exact: true }).selectOption({ label: 'Any verdict' });
  await page.getByLabel('Bid ID or caller', { exact: true }).fill('702 555 0182');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/search=702/);
  await expect(page.getByRole('region', { name: 'Pings' }).getByRole('row')).toHaveCount(3);
});

test('an RTB target is edited, tried and put back; a ring tree keeps how equal bids are told apart', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/rtb-targets');
  await page.getByRole('link', { name: 'Crestline bids' }).click();
  await hydrated(page);
  await page.getByRole('radio', { name: 'A fixed amount' }).check();
  await expect(page.getByLabel('Revenue of a call')).toBeVisible();
  const bar = page.getByRole('region', { name: 'Unsaved changes' });
  await bar.getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByRole('radio', { name: 'What it bids' })).toBeChecked();
  await expect(page.getByLabel('Revenue of a call')).toBeHidden();
  await page.getByLabel('Least bid').fill('7.50');
  await bar.getByRole('button', { name: /Save/ }).click();
  await expect(toast(page)).toContainText('RTB target saved');
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel('Least bid')).toHaveValue('7.50');

  await open(page, '/ring-trees');
  await page.getByRole('link', { name: 'Auto, national' }).click();
  await page.getByLabel('Weight of Meridian bids among equal bids').fill('7');
  await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
  await expect(toast(page)).toContainText('Ring tree saved');
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel('Weight of Meridian bids among equal bids')).toHaveValue('7');
});
