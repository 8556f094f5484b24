// Tracking numbers: added by hand, given to a campaign, taken away, removed.

import type { Page } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { answerOf, placeCall, row, toast } from '../steps.ts';

const NUMBERS = 'Numbers';

async function add(page: Page, number: string, more: { label?: string; campaign?: string } = {}): Promise<void> {
  await open(page, '/numbers/new');
  await page.getByLabel('Number', { exact: true }).fill(number);
  if (more.label) await page.getByLabel(/^Label/).fill(more.label);
  if (more.campaign) await page.getByLabel('Campaign', { exact: true }).selectOption(more.campaign);
  await page.getByRole('button', { name: 'Add number' }).click();
}

test('a number is added as people write it and shown as people read it', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await add(page, '1-919-555-0181', { label: 'Radio, spring', campaign: 'Roof repair, Texas' });
  const added = row(page, NUMBERS, '(919) 555-0181');
  await expect(added).toContainText('NC');
  await expect(added).toContainText('Radio, spring');
  await expect(added.getByLabel('Campaign of (919) 555-0181')).toHaveValue(/\w/);
});

test('a number that is none, or taken, is an error at the field, and what was typed stays', async ({ signedIn, guard }) => {
  guard.allow(/422|409/);
  const page = await signedIn('owner');
  const field = page.getByLabel('Number', { exact: true });
  for (const [typed, words] of [
    ['', /Enter/], ['555-01', /digits are missing/], ['hello', /digits|number/i], ['(214) 055-0187', /\w/], ['+1 (800) 555-0126 99', /\w/],
  ] as const) {
    await add(page, typed);
    await expect(field, typed).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(words);
    await expect(field).toHaveValue(typed);
    await expect(page).toHaveURL('/numbers/new');
  }
  await add(page, '(800) 555-0126', { label: 'Again' });
  await expect(field).toHaveAccessibleDescription(/in use already/);
  await expect(field).toBeFocused();
  await expect(page.getByLabel(/^Label/), 'the other fields too').toHaveValue('Again');
  await field.fill('(800) 555-0127');
  await page.getByRole('button', { name: 'Add number' }).click();
  await expect(row(page, NUMBERS, '(800) 555-0127')).toContainText('Again');
});

test('a number given to a campaign routes its calls; taken away it does not', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  await add(page, '(919) 555-0182');
  const choice = row(page, NUMBERS, '(919) 555-0182').getByLabel('Campaign of (919) 555-0182');
  await choice.selectOption('Auto insurance, national');
  await expect(toast(page)).toContainText('Number assigned.');
  expect(await placeCall(product, { from: '+12125550183', to: '+19195550182' })).toContain(' connected to ');
  await page.reload();
  await hydrated(page);
  await expect(choice.locator('option:checked')).toHaveText('Auto insurance, national');
  await expect(row(page, NUMBERS, '(919) 555-0182').getByRole('cell').nth(4), 'calls today').toHaveText('1');
  await choice.selectOption('No campaign');
  await expect(toast(page)).toContainText('Number');
  await expect.poll(async () => placeCall(product, { from: '+12125550184', to: '+19195550182' })).toContain('not connected; dialed nobody');
  await open(page, '/calls?outcome=unrouted');
  await expect(row(page, 'Call log', '(212) 555-0184').first()).toContainText('No campaign');
});

test('a campaign takes a free number and gives it back', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  await add(page, '(919) 555-0185');
  await expect(row(page, NUMBERS, '(919) 555-0185')).toBeVisible();
  const campaign = product.demo.campaigns[0]?.id ?? '';
  await open(page, `/campaigns/${campaign}/numbers`);
  const another = page.getByRole('main').getByRole('link', { name: 'Add a number' });
  await expect(another, 'adding one is offered beside the free ones').toHaveAttribute('href', `/numbers/new?campaign=${campaign}`);
  await page.getByLabel('Free number').selectOption('(919) 555-0185');
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  const mine = row(page, 'Numbers of this campaign', '(919) 555-0185');
  await expect(mine).toBeVisible();
  await mine.getByRole('button', { name: 'Take (919) 555-0185 from this campaign' }).click();
  await expect(mine).toHaveCount(0);

  // Without a free one there is nothing to choose from, and adding one is still offered.
  await open(page, '/numbers');
  const choices = row(page, NUMBERS, /./).getByRole('combobox', { name: /^Campaign of/ });
  for (let at = 0; at < (await choices.count()); at += 1) {
    const choice = choices.nth(at);
    if ((await choice.inputValue()) !== '') continue;
    expect(await answerOf(page, '/api/numbers/assign', async () => void (await choice.selectOption(campaign)))).toBe(200);
  }
  await open(page, `/campaigns/${campaign}/numbers`);
  await expect(page.getByLabel('Free number')).toHaveCount(0);
  await another.click();
  await expect(page.getByRole('heading', { level: 1, name: 'Add a number' })).toBeVisible();
  await expect(page.getByLabel('Campaign', { exact: true })).toHaveValue(campaign);
});

test('removing asks first, and Esc keeps the number', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await add(page, '(919) 555-0186');
  const gone = row(page, NUMBERS, '(919) 555-0186');
  const button = gone.getByRole('button', { name: 'Remove (919) 555-0186' });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Remove (919) 555-0186?' });
  await expect(dialog).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(gone).toBeVisible();
  await expect(button, 'the focus comes back').toBeFocused();
  await button.click();
  await dialog.getByRole('button', { name: 'Remove number' }).click();
  await expect(toast(page)).toContainText('Number removed.');
  await expect(gone).toHaveCount(0);
  await expect(dialog).toBeHidden();
});

test('the addresses for the carrier are those of the public base URL, ready to copy', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, '/numbers');
  const address = `${product.publicUrl}/api/webhooks/voice#ct=2000&rt=5000&rc=5&rp=ct,rt,5xx`;
  await expect(page.getByText(address, { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Copy the address for incoming calls' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe(address);
});

test('what is sent about a caller to the address of a number is part of the call', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await add(page, '(919) 555-0187', { campaign: 'Auto insurance, national' });
  await row(page, NUMBERS, '(919) 555-0187').getByRole('button', { name: 'Copy the enrichment address of (919) 555-0187' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain('/enrich/');
  const address = new URL(await page.evaluate(() => navigator.clipboard.readText()));

  // Whoever knows something of the caller sends it from a machine of theirs.
  const sent = await fetch(`${product.url}${address.pathname}?callerid=%2B12125550188&plan=gold&age=71`);
  expect(sent.ok, await sent.text()).toBe(true);
  expect(await placeCall(product, { from: '+12125550188', to: '+19195550187' })).toContain(' connected to ');

  await open(page, '/calls');
  await row(page, 'Call log', '(212) 555-0188').getByRole('link').click();
  const drawer = page.getByRole('complementary', { name: '(212) 555-0188' });
  await expect(drawer.getByRole('region', { name: 'Timeline', exact: true })).toContainText('2 values were sent of this caller');
  await expect(drawer).toContainText(':plan');
  await expect(drawer).toContainText('gold');
});
