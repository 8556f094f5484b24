// What a campaign and its routes are worth, whom they are for, and moving routes by the pointer.

import type { Page } from '@playwright/test';
import { expect, hydrated, open, signIn, test } from '../fixtures.ts';
import { demoCampaign, expectNothingUnsaved, placeCall, row, toast } from '../steps.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
const save = (page: Page) => bar(page).getByRole('button', { name: /Save/ });
const priority = (page: Page, n: number) => page.getByRole('region', { name: `Priority ${n}`, exact: true });
const tab = (page: Page, name: string | RegExp) => page.getByRole('navigation', { name: 'Campaign', exact: true }).getByRole('link', { name });
const terms = (page: Page, target: string) => page.getByRole('button', { name: new RegExp(`^Terms of ${target}:`) });
const sheet = (page: Page, target: string) => page.getByRole('dialog', { name: `Terms of ${target}` });
const names = (page: Page, n: number) => priority(page, n).locator('.route-name > b');

async function openPlan(page: Page, name: string): Promise<string> {
  await open(page, '/campaigns/new');
  await page.getByLabel('Campaign name').fill(name);
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.waitForURL(/\/campaigns\/[0-9a-f-]{36}\/routing/);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';
}

/** Makes targets in the open panel of a priority, which stays open. */
async function make(page: Page, at: number, all: [buyer: string, rings: string][]): Promise<void> {
  const panel = page.getByRole('dialog', { name: `Add a route to priority ${at}` });
  for (const [buyer, rings] of all) {
    await panel.getByRole('combobox', { name: 'Buyer' }).fill(buyer);
    await panel.getByLabel('Phone number or SIP address').fill(rings);
    await panel.getByRole('button', { name: 'Create and add' }).click();
    await expect(page.getByLabel(`Weight of ${buyer}`, { exact: true })).toBeVisible();
  }
  await page.keyboard.press('Escape');
}

test('from nothing to the first call in few steps: number, revenue, two buyers with targets', async ({ signedIn, product }) => {
  const page = await signedIn('owner', {}, '/campaigns/new');
  await page.getByLabel('Campaign name').fill('Paving, Nevada');
  await page.getByLabel('Number').fill('702 555 0151');
  await page.getByLabel('A call is paid').selectOption('When connected');
  await page.getByRole('spinbutton', { name: 'Price' }).fill('25');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.waitForURL(/\/routing$/);

  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await make(page, 1, [['Silver Pavers', '702 555 0152'], ['Desert Roads', '702 555 0153']]);
  await expect(terms(page, 'Silver Pavers')).toContainText('$25.00');
  await expect(terms(page, 'Silver Pavers')).toContainText('campaign, when connected');
  await expect(page.getByRole('row', { name: /Silver Pavers/ }), 'the preview says what it would bring').toContainText('$25.00 when connected');
  await save(page).click();
  await expect(toast(page)).toContainText('Plan saved');
  await expectNothingUnsaved(page);
  await page.reload();
  await hydrated(page);
  await expect(names(page, 1)).toHaveText(['Silver Pavers', 'Desert Roads']);
  expect(await placeCall(product, { from: '+17025550154', to: '+17025550151' })).toMatch(/connected to \(702\) 555-015[23]/);

  await open(page, '/buyers');
  await expect(page.getByRole('link', { name: 'Silver Pavers' }).first()).toBeVisible();
});

test('a target on the spot needs a buyer and a number that rings', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await openPlan(page, 'Fencing, Idaho');
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  const panel = page.getByRole('dialog', { name: 'Add a route to priority 1' });
  await panel.getByLabel('Phone number or SIP address').fill('12');
  await panel.getByRole('button', { name: 'Create and add' }).click();
  await expect(panel.getByRole('combobox', { name: 'Buyer' })).toBeFocused();
  await expect(panel.getByRole('combobox', { name: 'Buyer' })).toHaveAccessibleDescription(/Enter the buyer’s name\./);
  await expect(panel.getByLabel('Phone number or SIP address')).toHaveAccessibleDescription(/digits are missing/);
  await panel.getByRole('combobox', { name: 'Buyer' }).fill('Snake River');
  await panel.getByLabel('Phone number or SIP address').fill('208 555 0161');
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('Weight of Snake River'), 'Enter adds it and saves no plan').toBeVisible();
  await expect(bar(page)).toContainText('1 unsaved change');
});

test('a route has a revenue and conditions of its own, and goes back to the campaign’s', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const id = await openPlan(page, 'Roofs, Dakota');
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await make(page, 1, [['Prairie Roofs', '605 555 0151'], ['Badlands', '605 555 0152']]);
  await expect(terms(page, 'Prairie Roofs')).toContainText('no revenue');
  await terms(page, 'Prairie Roofs').focus();
  await page.keyboard.press('Enter');
  const panel = sheet(page, 'Prairie Roofs');
  await expect(panel.getByLabel('A call is paid'), 'the focus goes along').toBeFocused();
  await panel.getByLabel('A call is paid').selectOption('After a length');
  await panel.getByLabel('Length').fill('90');
  await panel.getByRole('radio', { name: 'Arrival' }).check();
  await panel.getByRole('button', { name: 'Add a condition' }).click();
  await panel.getByLabel('Tag of rule 1').fill('geo:state');
  await panel.getByLabel('Value of rule 1').fill('SD');
  await expect(panel).toContainText('Calls for which geo:state is SD.');
  await panel.getByRole('radio', { name: 'No' }).check();

  // A price is missing: saving leads to it, also from outside of the panel.
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(terms(page, 'Prairie Roofs'), 'the focus comes back').toBeFocused();
  await save(page).click();
  await expect(panel.getByRole('spinbutton', { name: 'Price' })).toBeFocused();
  await expect(panel.getByRole('spinbutton', { name: 'Price' })).toHaveAccessibleDescription('Enter an amount.');
  await panel.getByRole('spinbutton', { name: 'Price' }).fill('68');
  await panel.getByRole('button', { name: 'Done' }).click();
  await expect(terms(page, 'Prairie Roofs')).toContainText('$68.00');
  await expect(terms(page, 'Prairie Roofs')).toContainText('1:30 from arrival');
  await expect(priority(page, 1)).toContainText('If geo:state is SD; not for callers sent on');
  await save(page).click();
  await expect(toast(page)).toContainText('Plan saved');
  await page.reload();
  await hydrated(page);
  await expect(priority(page, 1)).toContainText('No recent call has the tag geo:state.');

  await tab(page, 'Money').click();
  await page.getByLabel('A call is paid').selectOption('When connected');
  await page.getByRole('spinbutton', { name: 'Price' }).fill('31.50');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Revenue saved');
  await expect(row(page, 'Revenue of the routes', 'Prairie Roofs')).toContainText('$68.00 1:30 from arrival');
  await expect(row(page, 'Revenue of the routes', 'Badlands')).toContainText('$31.50 when connected');

  await open(page, `/campaigns/${id}/routing`);
  await terms(page, 'Prairie Roofs').click();
  await panel.getByRole('button', { name: 'Use the campaign’s revenue' }).click();
  await panel.getByRole('button', { name: 'Done' }).click();
  await expect(terms(page, 'Prairie Roofs')).toContainText('campaign, when connected');
  await expect(page.getByRole('listitem').filter({ hasText: 'Prairie Roofs, revenue' })).toContainText('$68.00 1:30 from arrival to as the campaign');
  await page.getByRole('button', { name: /^Undo: Prairie Roofs, revenue/ }).click();
  await expectNothingUnsaved(page);
  await expect(terms(page, 'Prairie Roofs')).toContainText('$68.00');
});

test('a route is dragged to another place and another priority', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await openPlan(page, 'Drains, Ohio');
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await make(page, 1, [['Alpha Drains', '614 555 0151'], ['Beta Drains', '614 555 0152'], ['Gamma Drains', '614 555 0153']]);
  await page.getByRole('button', { name: 'Add priority' }).click();
  const grip = (target: string) => page.locator('.route').filter({ hasText: target }).locator('.route-grip');
  const drag = async (target: string, to: ReturnType<Page['locator']>, part: number) => {
    const [from, place] = [await grip(target).boundingBox(), await to.boundingBox()];
    if (!from || !place) throw new Error('nothing to drag');
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(place.x + 300, place.y + place.height * part, { steps: 5 });
  };
  await drag('Gamma Drains', page.locator('.route').filter({ hasText: 'Alpha Drains' }), 0.2);
  await expect(page.locator('.route[data-drop]'), 'a line shows where it would stand').toContainText('Alpha Drains');
  await page.mouse.up();
  await expect(names(page, 1)).toHaveText(['Gamma Drains', 'Alpha Drains', 'Beta Drains']);
  await drag('Alpha Drains', priority(page, 2), 0.8);
  await page.mouse.up();
  await expect(names(page, 2)).toHaveText(['Alpha Drains']);
  await drag('Beta Drains', priority(page, 2), 0.8);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await expect(names(page, 1), 'Escape leaves it where it was').toHaveText(['Gamma Drains', 'Beta Drains']);
  await save(page).click();
  await expectNothingUnsaved(page);
  await page.reload();
  await hydrated(page);
  await expect(names(page, 1)).toHaveText(['Gamma Drains', 'Beta Drains']);
  await expect(names(page, 2)).toHaveText(['Alpha Drains']);
});

test('how calls are shared and what is behind the fold is kept', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const id = await openPlan(page, 'Solar, Utah');
  await page.getByRole('radio', { name: 'Predictive' }).check();
  await expect(page.getByText('likely to earn most is next')).toBeVisible();
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByRole('group', { name: /Send a caller on/ }).getByRole('radio', { name: 'Yes' }).check();
  await page.getByLabel('Hung up within').fill('900');
  await page.getByLabel('A target is new for').fill('25');
  await page.getByText('Advanced', { exact: true }).click();
  await save(page).click();
  await expect(page.getByLabel('Hung up within'), 'the fold opens where something is wrong').toBeFocused();
  await page.getByLabel('Hung up within').fill('15');
  await save(page).click();
  await expect(toast(page)).toContainText('Plan saved');
  await open(page, `/campaigns/${id}/routing`);
  await expect(page.getByRole('radio', { name: 'Predictive' })).toBeChecked();
  await page.getByText('Advanced', { exact: true }).click();
  await expect(page.getByLabel('Hung up within')).toHaveValue('15');
  await expect(page.getByLabel('A target is new for')).toHaveValue('25');
});

test('duplicates: three questions, each kept, mistakes at their fields', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const id = await openPlan(page, 'Towing, Texas');
  await tab(page, 'Duplicates & blocking').click();
  await page.getByRole('radio', { name: 'Talked for a while' }).check();
  await page.getByLabel('Talked for at least').fill('0');
  await page.getByRole('radio', { name: 'The same target' }).check();
  await page.getByRole('switch', { name: 'Even if that leaves nobody' }).check();
  await page.getByRole('radio', { name: 'After a time' }).check();
  await page.getByLabel('Once so much time has passed').fill('14');
  await page.getByLabel('Let in').selectOption('Partial (B) or better');
  await save(page).click();
  await expect(page.getByLabel('Talked for at least')).toBeFocused();
  await page.getByLabel('Talked for at least').fill('45');
  await save(page).click();
  await expect(toast(page)).toContainText('Saved.');
  await expectNothingUnsaved(page);
  await open(page, `/campaigns/${id}/duplicates`);
  await expect(page.getByLabel('Talked for at least')).toHaveValue('45');
  await expect(page.getByRole('radio', { name: 'The same target' })).toBeChecked();
  await expect(page.getByRole('switch', { name: 'Even if that leaves nobody' })).toBeChecked();
  await expect(page.getByLabel('Once so much time has passed')).toHaveValue('14');
  await expect(page.getByLabel('Let in')).toHaveValue('b');
  await page.getByRole('radio', { name: 'Anybody' }).check();
  await expect(page.getByRole('switch', { name: 'Even if that leaves nobody' })).toBeHidden();
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByRole('radio', { name: 'The same target' })).toBeChecked();
});

test('the account’s settings of calls are saved, and a viewer may only look', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/settings/routing');
  await page.getByLabel('Hold off the same caller for').fill('5');
  await page.getByRole('switch', { name: 'Pause targets that miss their calls' }).check();
  const rule = page.getByRole('group', { name: 'Rule 1' });
  await rule.getByLabel('Missed in a row').fill('4');
  await page.getByLabel('Back after').fill('');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Settings saved');
  await expectNothingUnsaved(page);
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel('Hold off the same caller for')).toHaveValue('5');
  await expect(rule.getByLabel('Missed in a row')).toHaveValue('4');
  await expect(page.getByLabel('Back after')).toHaveValue('');
  await page.getByLabel('Hold off the same caller for').fill('2');
  await page.getByRole('switch', { name: 'Pause targets that miss their calls' }).uncheck();
  await save(page).click();
  await expectNothingUnsaved(page);
  const viewer = await signedIn('viewer', {}, '/settings/routing');
  await expect(viewer.getByText('Your role may not change the settings of the account.')).toBeVisible();
});

test('carrier rates: list prices until there are others, and back again', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/settings/rates');
  const whose = page.getByRole('note', { name: 'Whose prices these are' });
  await expect(whose).toContainText('List prices.');
  await page.getByLabel('In, local number: dollars per minute').fill('0.006');
  await page.getByLabel('Prefix 2', { exact: true }).fill('907');
  await page.getByLabel('Prefix 2: dollars per minute').fill('0.09');
  await page.keyboard.press('Control+s');
  await expect(page.getByLabel('Prefix 2', { exact: true })).toHaveAccessibleDescription(/Enter a plus sign/);
  await page.getByLabel('Prefix 2', { exact: true }).fill('+1907');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Rates saved');
  await expect(whose).toContainText('Your own prices.');
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel('In, local number: dollars per minute')).toHaveValue('0.006');
  await page.getByRole('button', { name: 'Remove Prefix 2' }).click();
  await expect(bar(page)).toContainText('unsaved change');
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expect(page.getByLabel('Prefix 2', { exact: true })).toHaveValue('+1907');
  await whose.getByRole('button', { name: 'Back to list prices' }).click();
  await expect(whose).toContainText('List prices.');
  await expect(page.getByLabel('In, local number: dollars per minute')).toHaveValue('0.0085');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(whose).toContainText('Your own prices.');
  await expect(page.getByLabel('Prefix 2', { exact: true })).toHaveValue('+1907');
  await whose.getByRole('button', { name: 'Back to list prices' }).click();
  await expect(whose).toContainText('List prices.');
});

test.describe('without the page’s script', () => {
  test.use({ javaScriptEnabled: false });

  test('a route’s revenue and conditions are set, and rates are saved', async ({ page, product, guard }) => {
    guard.allow(/\.js csp$/);
    const { id } = demoCampaign(product, 'Motor vehicle accident, CA');
    await signIn(page, product.login('owner'), `/campaigns/${id}/routing`);
    const opener = page.getByRole('button', { name: /^Terms of/ }).first();
    await opener.click();
    const panel = page.getByRole('dialog', { name: /^Terms of/ }).first();
    await panel.getByLabel('A call is paid').selectOption('When dialed');
    await panel.getByLabel('Tag of rule 1').fill('geo:state');
    await panel.getByLabel('Value of rule 1').fill('CA');
    await panel.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: /Save plan/ }).click();
    await expect(page.getByRole('alert'), 'there is no price yet').toContainText('Not saved: Enter an amount.');
    await opener.click();
    await panel.getByLabel('A call is paid').selectOption('');
    await panel.getByLabel('Tag of rule 1').fill('geo:state');
    await panel.getByLabel('Value of rule 1').fill('CA');
    await panel.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: /Save plan/ }).click();
    await expect(priority(page, 1)).toContainText('If geo:state is CA');

    await page.goto('/settings/rates');
    await page.getByLabel('Prefix 2', { exact: true }).fill('+1907');
    await page.getByLabel('Prefix 2: dollars per minute').fill('0.09');
    await page.getByRole('button', { name: /Save rates/ }).click();
    await expect(page.getByRole('note', { name: 'Whose prices these are' })).toContainText('Your own prices.');
    await page.getByRole('button', { name: 'Back to list prices' }).click();
    await expect(page.getByRole('note', { name: 'Whose prices these are' })).toContainText('List prices.');
  });
});
