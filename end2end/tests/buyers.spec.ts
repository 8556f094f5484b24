// Buyers and their targets: made, changed, paused, archived; hours and caps that do not fit are said
// at their place and nothing is lost.

import type { Page } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { choose, expectNothingUnsaved, toast } from '../steps.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
/** The line of a target or buyer, wherever the page puts it. */
const line = (page: Page, words: string) => page.getByRole('main').getByRole('row').filter({ hasText: words });

async function createBuyer(page: Page, name: string): Promise<string> {
  await open(page, '/buyers/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await page.waitForURL(/\/buyers\/\d+$/);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return /\d+$/.exec(page.url())?.[0] ?? '';
}

async function createTarget(page: Page, buyer: string, name: string, number: string): Promise<void> {
  await open(page, `/buyers/${buyer}/targets/new`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Phone number').fill(number);
  await page.getByRole('button', { name: 'Create target' }).click();
  await page.waitForURL(/\/(targets|buyers)\/\d+$/);
}

test('a buyer with a phone and a SIP target, with hours and limits', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const name = 'Blue Ridge Plumbing';
  const buyer = await createBuyer(page, name);
  await page.getByRole('link', { name: 'New target' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'New target' })).toBeVisible();
  await page.getByLabel('Name', { exact: true }).fill('Day desk');
  await page.getByLabel('Phone number').fill('828.555.0171');
  await page.getByRole('radio', { name: 'Weekly hours' }).check();
  const monday = page.getByRole('group', { name: 'Monday' });
  await expect(monday.getByLabel('Monday from')).toHaveValue('09:00');
  await monday.getByLabel('Monday until').fill('18:30');
  await monday.getByLabel('Monday breaks').fill('12:00-12:45');
  await page.getByRole('group', { name: 'Sunday' }).getByRole('checkbox').uncheck();
  await page.getByRole('spinbutton', { name: 'At the same time' }).fill('2');
  await page.getByLabel('Per day').fill('40');
  await page.getByRole('button', { name: 'Create target' }).click();
  await page.waitForURL(/\/(targets|buyers)\/\d+$/);

  await open(page, `/buyers/${buyer}/targets/new`);
  await page.getByLabel('Name', { exact: true }).fill('Night desk');
  await page.getByRole('radio', { name: 'SIP' }).check();
  await expect(page.getByLabel('Phone number')).toBeHidden();
  await page.getByLabel('SIP address').fill('sip:night@pbx.blueridge.example');
  await page.getByRole('button', { name: 'Create target' }).click();
  await page.waitForURL(/\/(targets|buyers)\/\d+$/);

  await open(page, `/buyers/${buyer}`);
  const day = line(page, 'Day desk');
  await expect(day).toContainText('(828) 555-0171');
  await expect(day).toContainText('0 of 2');
  await expect(day).toContainText('of 40');
  await expect(line(page, 'Night desk')).toContainText('sip:night@pbx.blueridge.example');
  await day.getByRole('link', { name: 'Day desk' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Day desk' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Monday' }).getByLabel('Monday until')).toHaveValue('18:30');
  await expect(page.getByRole('group', { name: 'Monday' }).getByLabel('Monday breaks')).toHaveValue('12:00-12:45');
  await expect(page.getByRole('group', { name: 'Sunday' }).getByRole('checkbox')).not.toBeChecked();
});

test('what does not fit is said at its field, and what was typed stays', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Cedar Fencing');
  await open(page, `/buyers/${buyer}/targets/new`);
  await page.getByLabel('Phone number').fill('(214) 555-01');
  await page.getByLabel('Ring limit').fill('1');
  await page.getByRole('radio', { name: 'Weekly hours' }).check();
  await page.getByLabel('Tuesday breaks').fill('12:00-13:00, 12:30-14:00');
  await page.getByLabel('Per hour').fill('-1');
  await page.getByRole('button', { name: 'Create target' }).click();

  const wrong = async (label: string, words: RegExp, typed: string) => {
    const field = page.getByLabel(label, { exact: true }).or(page.getByLabel(new RegExp(`^${label}, `)));
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field, label).toHaveValue(typed);
    await expect(field.or(page.getByRole('group', { name: label.split(' ')[0] ?? '' })).first()).toHaveAccessibleDescription(words);
  };
  await expect(page.getByLabel('Name', { exact: true }), 'the first error has the focus').toBeFocused();
  await wrong('Name', /Enter a name/, '');
  await wrong('Phone number', /2 digits are missing/, '(214) 555-01');
  await wrong('Ring limit', /\d/, '1');
  await wrong('Per hour', /Enter|0|1/, '-1');
  await expect(page.getByLabel('Tuesday breaks')).toHaveValue('12:00-13:00, 12:30-14:00');
  await expect(page.getByLabel('Tuesday breaks')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Tuesday breaks')).toHaveAccessibleDescription(/overlap/i);
  for (const label of ['Tuesday from', 'Tuesday until']) await expect(page.getByLabel(label), 'nothing is wrong with it').not.toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('group', { name: 'Monday' })).toHaveAccessibleDescription('');
  const summary = page.getByRole('alert');
  await expect(summary).toContainText('5 fields need fixing');
  await expect(summary.getByRole('link')).toHaveText([
    'Name: Enter a name.', 'Phone number: 2 digits are missing.', /^Ring limit: Enter a whole number from/, 'Tuesday’s breaks overlap.',
    'Per hour: Enter a whole number from 0 to 1,000,000.',
  ]);
  await summary.getByRole('link', { name: /breaks overlap/ }).click();
  await expect(page.getByLabel('Tuesday breaks')).toBeFocused();
  await summary.getByRole('link', { name: /digits are missing/ }).click();
  await expect(page.getByLabel('Phone number')).toBeFocused();

  await open(page, `/buyers/${buyer}`);
  await expect(page.getByRole('main'), 'nothing was stored').toContainText('No targets yet');
});

test('breaks are taken as people write them, and what is wrong with them is said at them', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Lunch Break Plumbing');
  await open(page, `/buyers/${buyer}/targets/new`);
  await page.getByLabel('Name', { exact: true }).fill('Desk');
  await page.getByLabel('Phone number').fill('(214) 555-0171');
  await page.getByRole('radio', { name: 'Weekly hours' }).check();
  const breaks = page.getByLabel('Monday breaks');
  for (const [typed, words] of [['noon', /^Write breaks like 12:00-13:00/], ['1-2', /must lie within its hours, 9:00 am to 5:00 pm/]] as const) {
    await breaks.fill(typed);
    await page.getByRole('button', { name: 'Create target' }).click();
    await expect(breaks).toBeFocused();
    await expect(breaks).toHaveAccessibleDescription(words);
    await expect(page.getByLabel('Monday from')).not.toHaveAttribute('aria-invalid', 'true');
  }
  await breaks.fill('12-13, 15:00-15:15');
  await page.getByRole('button', { name: 'Create target' }).click();
  await page.waitForURL(/\/buyers\/\d+$/);
  await page.getByRole('link', { name: 'Desk' }).click();
  await expect(breaks).toHaveValue('12:00-13:00, 15:00-15:15');
});

test('the server refuses what a browser without checks sends', async ({ signedIn, product, guard }) => {
  guard.allow(/422|400/);
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Granite Tops');
  const headers = { Origin: product.url, Referer: `${product.url}/buyers/${buyer}/targets/new` };
  const form = {
    buyer, 'form[name]': 'Sneaked in', 'form[kind]': 'number', 'form[number]': '+12145550187', 'form[ring_timeout_s]': '25', 'form[caller_id]': 'pass_through',
    'form[zone]': 'America/Chicago', 'form[hours]': 'always', 'form[cap_concurrent]': '-3',
  };
  await page.request.post(`${product.url}/api/targets/create`, { form, headers, maxRedirects: 0 });
  await open(page, `/buyers/${buyer}`);
  await expect(page.getByRole('main')).toContainText('No targets yet');
  await expect(line(page, 'Sneaked in')).toHaveCount(0);
});

test('a target is changed, and edits that are taken back leave no trace', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Harbor Pest');
  await createTarget(page, buyer, 'Front desk', '(757) 555-0144');
  await open(page, `/buyers/${buyer}`);
  // A page that is come to inside the app is made before it is shown: its bar counts all the same.
  await page.getByRole('link', { name: 'Front desk' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Front desk' })).toBeVisible();
  const whisper = page.getByLabel(/^Whisper/);
  await whisper.fill('Call from Northgate');
  await page.getByRole('spinbutton', { name: 'At the same time' }).fill('3');
  await expect(bar(page)).toContainText('2 unsaved changes');
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expect(whisper).toHaveValue('');
  await expectNothingUnsaved(page);

  await page.getByRole('spinbutton', { name: 'At the same time' }).fill('4');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Target saved');
  await expectNothingUnsaved(page);
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole('spinbutton', { name: 'At the same time' })).toHaveValue('4');

  await open(page, `/buyers/${buyer}`);
  await page.getByLabel('Name', { exact: true }).fill('Harbor Pest Control');
  await bar(page).getByRole('button', { name: /Save buyer/ }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Harbor Pest Control' })).toBeVisible();
});

test('pause, resume and archive show at once and can be undone', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const name = 'Summit Movers';
  const buyer = await createBuyer(page, name);
  await createTarget(page, buyer, 'Dispatch', '(303) 555-0181');
  await open(page, '/buyers');
  const row = line(page, 'Dispatch');
  await choose(page, 'Actions for Dispatch', 'Pause');
  await expect(row).toContainText('Paused');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(row).toContainText('Open');

  await choose(page, `Actions for ${name}`, 'Pause');
  await expect(toast(page)).toContainText(`${name} paused`);
  await page.reload();
  await hydrated(page);
  await expect(line(page, name).first()).toContainText('Paused');
  await choose(page, `Actions for ${name}`, 'Resume');
  await expect(toast(page)).toContainText('takes calls again');

  await choose(page, 'Actions for Dispatch', 'Archive');
  await expect(row).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.className), 'the focus goes to another row').toContain('row-link');
  await expect(toast(page)).toContainText('Dispatch archived. Its calls stay in the log.');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(row).toContainText('Open');
  await choose(page, `Actions for ${name}`, 'Archive');
  await expect(toast(page)).toContainText(`${name} archived`);
  await open(page, '/buyers');
  await expect(page.getByRole('main').getByRole('link', { name, exact: true })).toHaveCount(0);
});
