// Buyers and their targets: made, changed, paused, archived; hours and caps that do not fit are said
// at their place and nothing is lost.

import type { Page } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { choose, demoCampaign, expectNothingUnsaved, ownSettings, placeCall, toast } from '../steps.ts';

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
  await ownSettings(page, 'hours', 'limits');
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
  await ownSettings(page, 'ring', 'hours', 'limits');
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
  await ownSettings(page, 'hours');
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
  await ownSettings(page, 'limits');
  await whisper.fill('Call from Northgate');
  await page.getByRole('spinbutton', { name: 'At the same time' }).fill('3');
  await expect(bar(page)).toContainText('3 unsaved changes');
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expect(whisper).toHaveValue('');
  await expect(page.getByRole('switch', { name: 'Use the buyer’s limits' })).toBeChecked();
  await expectNothingUnsaved(page);

  await ownSettings(page, 'limits');

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

/** A section that opens. */
const section = (page: Page, title: string) => page.getByRole('main').locator('summary').filter({ hasText: title });

test('a target takes its buyer’s hours, says its own, and goes back', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Prairie Solar');
  await section(page, 'When they take calls').click();
  await page.getByLabel('Time zone').selectOption('America/Chicago');
  await page.getByRole('radio', { name: 'Weekly hours' }).check();
  await page.getByRole('checkbox', { name: 'Thanksgiving Day' }).check();
  await expect(page.getByLabel(/^Holidays/)).toHaveValue('Thanksgiving Day');
  await page.getByLabel(/^Holidays/).fill('Thanksgiving Day\n12-24 Christmas Eve = 9:00-12:00');
  await page.getByRole('checkbox', { name: 'Christmas Day' }).check();
  await expect(page.getByLabel(/^Holidays/)).toHaveValue('Thanksgiving Day\nChristmas Day\n12-24 Christmas Eve = 9:00-12:00');
  await section(page, 'How many calls each takes').click();
  await page.getByLabel('Dollars a day').fill('500');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Buyer saved');
  await expectNothingUnsaved(page);
  await expect(section(page, 'When they take calls')).toContainText('Mon–Fri 9:00 am – 5:00 pm CT, 3 holidays');
  await expect(section(page, 'How many calls each takes')).toContainText('$500.00 a day');

  await createTarget(page, buyer, 'Sales', '(402) 555-0144');
  await open(page, `/buyers/${buyer}`);
  await expect(line(page, 'Sales')).toContainText('$0.00 of $500.00');
  await page.getByRole('link', { name: 'Sales' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Sales' })).toBeVisible();
  const said = page.getByText('From the buyer: Mon–Fri 9:00 am – 5:00 pm CT, 3 holidays');
  await expect(said).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Weekly hours' })).toBeHidden();
  await ownSettings(page, 'hours');
  await expect(said).toBeHidden();
  await page.getByRole('radio', { name: 'Always' }).check();
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Target saved');
  await page.reload();
  await hydrated(page);
  await expect(page.getByRole('switch', { name: 'Use the buyer’s hours' })).not.toBeChecked();
  await expect(page.locator('.page-head, header').filter({ hasText: 'Sales' }).first()).toContainText('Open');
  await page.getByRole('button', { name: 'Reset to the buyer’s: Mon–Fri' }).click();
  await expect(said).toBeVisible();
  await page.keyboard.press('Control+s');
  await expectNothingUnsaved(page);
  await page.reload();
  await hydrated(page);
  await expect(said).toBeVisible();
});

test('limits by the hour are set by keyboard and pointer, and as text', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Matrix Movers');
  await createTarget(page, buyer, 'Line', '(512) 555-0133');
  await open(page, `/buyers/${buyer}`);
  await page.getByRole('link', { name: 'Line' }).click();
  await section(page, 'Limits by hour of the week').click();
  const text = page.getByRole('textbox', { name: 'By hour: calls at the same time' });
  const grid = page.getByRole('grid', { name: 'By hour: calls at the same time' });
  const cell = (name: string) => grid.getByRole('gridcell', { name });
  await text.focus();
  await page.keyboard.press('Tab');
  await expect(cell('Monday 9 am'), 'the grid is one stop, at nine on Monday').toBeFocused();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  await expect(grid.locator('[aria-selected=true]')).toHaveCount(4);
  await page.keyboard.type('12');
  await expect(text).toHaveValue('Mon-Tue 9-11=12');
  await expect(bar(page)).toContainText('1 unsaved change');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('5');
  await expect(text).toHaveValue('Mon 9-11=12; Tue 9-11=12, 11-12=5');
  await page.keyboard.press('Delete');
  await expect(text).toHaveValue('Mon-Tue 9-11=12');

  await cell('Saturday 10 am').hover();
  await page.mouse.down();
  await cell('Saturday 1 pm').hover();
  await page.mouse.up();
  const first = page.locator('.matrix').first();
  await expect(first).toContainText('Saturday, 10 am to 2 pm');
  await first.getByRole('spinbutton', { name: 'Calls in the selected hours' }).fill('1');
  await expect(text).toHaveValue('Mon-Tue 9-11=12; Sat 10-14=1');
  await cell('Monday 9 am').click();
  await first.getByRole('button', { name: 'Copy Mon to weekdays' }).click();
  await expect(text).toHaveValue('Mon-Fri 9-11=12; Sat 10-14=1');
  await text.fill('Mon-Fri 9-17=3');
  await expect(cell('Friday 4 pm')).toHaveText('3');
  await text.fill('Mon-Fri 9-17');
  await page.keyboard.press('Control+s');
  await expect(text).toHaveAccessibleDescription(/is not a limit of some hours/);
  await text.fill('Mon-Fri 9-17=3');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Target saved');
  await page.reload();
  await hydrated(page);
  await expect(section(page, 'Limits by hour of the week')).toContainText('Limited');
  await section(page, 'Limits by hour of the week').click();
  await expect(text).toHaveValue('Mon-Fri 9-17=3');
  await expect(cell('Monday 9 am: 3')).toBeVisible();
});

test('SIP access, a filter, duplicates and recovery come back as they were set; a closed section with an error opens', async ({ signedIn, guard }) => {
  // Whether a password is stored is the server's to know.
  guard.allow(/422 .*targets\/create/);
  const page = await signedIn('owner');
  const buyer = await createBuyer(page, 'Northside Legal');
  await open(page, `/buyers/${buyer}/targets/new`);
  await page.getByLabel('Name', { exact: true }).fill('Intake');
  await page.getByRole('radio', { name: 'SIP' }).check();
  await page.getByLabel('SIP address').fill('intake@pbx.northside.example');
  await page.getByLabel(/^User/).fill('intake');
  await page.getByLabel(/^Headers/).fill('X-Lead-Source: roof');
  await page.getByLabel(/^Keys pressed on answer/).fill('1w5');
  await section(page, 'Which calls it takes').click();
  await page.getByRole('button', { name: 'Add a condition' }).click();
  await page.getByLabel('Tag of rule 1').fill('geo:state');
  await page.getByLabel('Value of rule 1').fill('TX');
  await section(page, 'Duplicates').click();
  await page.getByRole('radio', { name: 'Keep them away' }).check();
  await page.getByLabel('For, days').fill('0');
  await section(page, 'Duplicates').click();
  await section(page, 'Recovery').click();
  await page.getByRole('radio', { name: 'Send the caller on' }).check();
  await page.getByLabel('Early is before').fill('20');
  await page.getByRole('button', { name: 'Create target' }).click();
  await expect(page.getByLabel('For, days'), 'its section opened').toBeFocused();
  await page.getByLabel('For, days').fill('7');
  await page.getByRole('button', { name: 'Create target' }).click();
  await expect(page.getByLabel(/^Password/)).toHaveAccessibleDescription('Enter the password of this user.');
  await page.getByLabel(/^Password/).fill('s3cret');
  await page.getByRole('button', { name: 'Create target' }).click();
  await page.waitForURL(/\/buyers\/\d+$/);
  await page.getByRole('link', { name: 'Intake' }).click();
  await expect(page.getByLabel(/^Password/)).toHaveValue('');
  await expect(page.getByRole('main')).toContainText('A password is stored.');
  await expect(page.getByLabel(/^Headers/)).toHaveValue('X-Lead-Source: roof');
  await expect(section(page, 'Which calls it takes')).toContainText('1 rule');
  await expect(section(page, 'Duplicates')).toContainText('Kept away');
  await section(page, 'Which calls it takes').click();
  await expect(page.getByText('Calls for which geo:state is TX.')).toBeVisible();
  await expect(page.getByText('No recent call has the tag geo:state.')).toBeVisible();
});

test('counts are set to zero and put back', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const campaign = demoCampaign(product, 'Roof repair, Texas');
  await placeCall(product, { from: '+12145550163', to: campaign.number });
  const usage = page.getByRole('row', { name: /^In all/ });
  const targets = product.demo.buyers.flatMap((one) => one.targets);
  let full = '';
  for (const target of targets) {
    await open(page, `/targets/${target.id}`);
    if (!/^In all\s*0\b/.test((await usage.innerText()).replaceAll('\t', ' '))) { full = await usage.innerText(); break; }
  }
  expect(full, 'a target was called').not.toBe('');
  await page.getByRole('button', { name: 'Reset counts' }).click();
  await expect(toast(page)).toContainText('set to zero');
  await expect(usage).not.toHaveText(full);
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect.poll(async () => usage.innerText()).toBe(full);
});
