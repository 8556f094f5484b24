// A publisher's half of bidding: an RTB id is made, tried in its console, asked over HTTP as a publisher's
// program would, and the report says why it was bid nothing and what would have made a bid of it.

import { expect, hydrated, open, test } from '../fixtures.ts';
import { expectNothingUnsaved, row, toast } from '../steps.ts';

test('a newcomer makes an RTB ID, tries it, and reads why a publisher was bid nothing', async ({ signedIn, product, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner', {}, '/ring-trees');
  await page.getByRole('navigation', { name: 'Bidding' }).getByRole('link', { name: 'RTB IDs' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'RTB IDs' })).toBeVisible();
  await expect(page.getByRole('row', { name: /Lead Harbor/ })).toContainText('What routes pay less 20%, at most $60.00');
  await page.getByRole('link', { name: 'New RTB ID' }).click();
  await hydrated(page);
  await page.getByRole('button', { name: 'Create RTB ID' }).click();
  await expect(page.getByLabel('Publisher', { exact: true })).toHaveAccessibleDescription(/Choose a publisher/);
  await page.getByLabel('Publisher', { exact: true }).selectOption({ label: 'Mailbox Media' });
  await page.getByLabel('Campaign', { exact: true }).selectOption({ label: 'Car insurance, live bids' });
  await page.getByRole('radio', { name: 'A fixed amount' }).check();
  await page.getByLabel('Bid', { exact: true }).fill('24.50');
  await page.getByLabel('At most', { exact: true }).fill('60');
  await page.getByLabel('Required fields').fill('zip');
  await page.getByLabel('Modifiers').fill('state is CA +5');
  await page.getByRole('button', { name: 'Create RTB ID' }).click();
  await expect(page.getByLabel('Modifiers')).toHaveAccessibleDescription(/Line 1: write what holds, then =>/);
  await page.getByLabel('Modifiers').fill('state is CA => +5.00');
  await page.getByRole('button', { name: 'Create RTB ID' }).click();
  await expect(page.getByLabel('Numbers lent to bids')).toHaveAccessibleDescription(/Choose at least one number/);
  await page.getByRole('checkbox', { name: '(844) 555-0164' }).check();
  await page.getByRole('button', { name: 'Create RTB ID' }).click();
  await page.waitForURL(/\/rtb-ids\/[0-9a-f-]{36}$/);
  await hydrated(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Mailbox Media' })).toBeVisible();
  const told = page.locator('[data-instructions]');
  await expect(told).toContainText('- zip (required)');
  await expect(told).toContainText('/v1/production/');

  // The console: refused, and what would have bid; then a bid, in XML.
  await page.getByRole('button', { name: 'Send test ping' }).click();
  const outcome = page.locator('#test-outcome');
  await expect(outcome).toContainText('Required fields missing (3024)');
  await expect(outcome).toContainText('It bids if the publisher sends these fields');
  await page.getByLabel('Other fields').fill('zip=90001\nstate=CA');
  await page.getByRole('radio', { name: 'XML' }).check();
  await page.getByRole('button', { name: 'Send test ping' }).click();
  await expect(outcome).toContainText('$29.50 bid');
  await expect(outcome).toContainText('user:state is CA adds $5.00');
  await expect(outcome.getByLabel('The answer')).toContainText('<bidAmount>29.50</bidAmount>');

  // The publisher's program asks in earnest, without the zip.
  const id = page.url().split('/').pop()?.replaceAll('-', '');
  const answer = await fetch(`${product.url}/v1/production/${id}.json?CID=12145550177`);
  const said = (await answer.json()) as { bidId: string; bidAmount: number; rejectReason: string };
  expect(said.bidAmount).toBe(0);
  expect(said.rejectReason).toBe('Missing required fields: zip (Code: 3024)');
  const bid = await fetch(`${product.url}/v1/production/${id}.json?CID=12145550178&zip=75201`);
  expect(((await bid.json()) as { bidAmount: number }).bidAmount).toBe(24.5);

  await open(page, '/rtb/bids');
  const publishers = page.getByRole('region', { name: 'Publishers', exact: true });
  await expect(publishers.getByRole('row', { name: /Mailbox Media/ })).toContainText('50%');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByLabel('Bid ID or caller').fill(said.bidId);
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/search=RTB/);
  const found = row(page, 'Pings', 'Mailbox Media');
  await found.locator('summary').click();
  await expect(found).toContainText('The ping came without zip, which this RTB id asks for.');
  await expect(found).toContainText('It bids if the publisher sends these fields, or the RTB id asks for fewer.');
  const exported = await page.request.get(new URL(await page.getByRole('link', { name: 'Export' }).getAttribute('href') ?? '', product.url).href);
  expect(await exported.text()).toContain(said.bidId);

  await found.getByRole('link', { name: 'Mailbox Media' }).click();
  await hydrated(page);
  await page.getByRole('button', { name: 'Switch off' }).click();
  await expect(toast(page)).toContainText('Whoever asks is told so');
  const off = await fetch(`${product.url}/v1/production/${id}.json?CID=12145550179&zip=1`);
  expect(((await off.json()) as { rejectReason: string }).rejectReason).toBe('RTB is disabled (Code: 1001)');
  await page.getByLabel('A bid holds for').fill('4');
  await page.getByRole('button', { name: 'Save RTB ID' }).click();
  await expect(page.getByLabel('A bid holds for')).toHaveAccessibleDescription(/Enter a whole number from 5/);
  await page.getByLabel('A bid holds for').fill('45');
  await page.getByRole('button', { name: 'Save RTB ID' }).click();
  await expect(toast(page)).toContainText('RTB ID saved. New pings follow it.');
  await expectNothingUnsaved(page);
});

test('whoever may only look sees the address and no key, and can change nothing', async ({ signedIn, product }) => {
  const page = await signedIn('viewer', {}, '/rtb-ids');
  await page.getByRole('link', { name: 'Lead Harbor' }).click();
  await expect(page.getByText(`/v1/production/${product.demo.rtb_ids[0]?.id}.json`).first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send test ping' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Switch off' })).toHaveCount(0);
  await expect(page.getByText('Key', { exact: true })).toHaveCount(0);
});
