// A campaign from nothing to its first call, and the routing plan editor with everything that can
// go wrong while editing.

import type { Page } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { choose, expectNothingUnsaved, placeCall, row, toast } from '../steps.ts';

const bar = (page: Page) => page.getByRole('region', { name: 'Unsaved changes' });
const priority = (page: Page, n: number) => page.getByRole('region', { name: `Priority ${n}`, exact: true });
const weight = (page: Page, target: string) => page.getByLabel(`Weight of ${target}`, { exact: true });
const save = (page: Page) => bar(page).getByRole('button', { name: /Save/ });

async function create(page: Page, name: string): Promise<string> {
  await open(page, '/campaigns/new');
  await page.getByLabel('Campaign name').fill(name);
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.waitForURL(/\/campaigns\/[0-9a-f-]{36}/);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  return /[0-9a-f-]{36}/.exec(page.url())?.[0] ?? '';
}

async function addRoute(page: Page, at: number, target: string): Promise<void> {
  await page.getByRole('button', { name: `Add a route to priority ${at}` }).click();
  const box = page.getByRole('dialog', { name: `Add a route to priority ${at}` }).getByRole('combobox', { name: 'Target', exact: true });
  await box.fill(target.slice(0, 8));
  await page.getByRole('option', { name: new RegExp(`^${target}`) }).click();
  await expect(weight(page, target)).toBeVisible();
}

test('a campaign from nothing: name, number, plan, and its first call reaches the chosen target', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const id = await create(page, 'Gutters, Ohio');

  await open(page, `/numbers/new?campaign=${id}`);
  await expect(page.getByLabel('Campaign', { exact: true }).locator('option:checked')).toHaveText('Gutters, Ohio');
  await page.getByLabel('Number', { exact: true }).fill('614 555 0161');
  await page.getByRole('button', { name: 'Add number' }).click();
  await expect(row(page, 'Numbers', '(614) 555-0161')).toBeVisible();

  await open(page, `/campaigns/${id}/routing`);
  await addRoute(page, 1, 'Crestline Insurance');
  await expect(bar(page)).toContainText('1 unsaved change');
  await expect(priority(page, 1), 'it would take every call').toContainText('100%');
  await expect(page.getByRole('row', { name: /Crestline Insurance/ })).toContainText('100%');
  await save(page).click();
  await expect(toast(page)).toContainText(/^Plan saved\. Version \d+ is live for new calls\./);
  await expectNothingUnsaved(page);

  const said = await placeCall(product, { from: '+16145550162', to: '+16145550161' });
  expect(said).toContain('connected to (602) 555-0119');
  await open(page, `/calls?campaign=${id}`);
  await expect(row(page, 'Call log', '(614) 555-0162')).toContainText('Crestline Insurance');
  await open(page, `/campaigns/${id}`);
  await expect(page.getByText('0 live calls, 1 of 1 connected today')).toBeVisible();
});

test('a name is needed: the error stands at the field and in the summary', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/campaigns/new');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  const name = page.getByLabel('Campaign name');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(name).toHaveAccessibleDescription(/Enter a name\./);
  await expect(page.getByRole('alert')).toContainText('1 field needs fixing');
  await expect(page).toHaveURL('/campaigns/new');
  await name.fill('Solar, Arizona');
  await expect(name, 'it goes when it is fixed').not.toHaveAttribute('aria-invalid', 'true');
  const number = page.getByLabel('Number');
  await number.fill('12');
  await page.getByLabel('A call is paid').selectOption('When connected');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(number).toBeFocused();
  await expect(number).toHaveAccessibleDescription(/digits are missing/);
  await expect(number).toHaveValue('12');
  await expect(page.getByRole('spinbutton', { name: 'Price' })).toHaveAccessibleDescription('Enter an amount.');
});

test('routes move by keys, and the plan says what would change before it is saved', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Windows, Iowa');
  await addRoute(page, 1, 'Meridian Auto Direct');
  await addRoute(page, 1, 'Crestline Insurance');
  await page.getByRole('button', { name: 'Add priority' }).click();
  await addRoute(page, 2, 'Beacon Mutual agents');
  await weight(page, 'Meridian Auto Direct').fill('30');
  await expect(priority(page, 1)).toContainText('75%');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Plan saved');
  await expectNothingUnsaved(page);

  // Who rings first, live against draft: the columns of the preview beside the plan.
  const rings = (target: string, ...shares: string[]) => expect(page.getByRole('row').filter({ hasText: target }).getByRole('cell')).toHaveText(shares);
  await rings('Meridian Auto Direct', '75%');
  await rings('Crestline Insurance', '25%');
  await weight(page, 'Meridian Auto Direct').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(page.getByRole('button', { name: 'Move Meridian Auto Direct up' })).toBeEnabled();
  await expect(weight(page, 'Meridian Auto Direct')).toBeFocused();
  await page.keyboard.press('Alt+ArrowDown');
  await expect(weight(page, 'Meridian Auto Direct'), 'the focus goes along').toBeFocused();
  await expect(priority(page, 2).getByLabel('Weight of Meridian Auto Direct')).toBeVisible();
  await expect(bar(page)).toContainText('1 unsaved change');
  await rings('Crestline Insurance', '25%', '100%');
  await rings('Meridian Auto Direct', '75%', '–');
  await page.getByRole('button', { name: 'Move Beacon Mutual agents up' }).click();
  await page.getByRole('button', { name: 'Move Beacon Mutual agents up' }).click();
  await expect(priority(page, 1).getByLabel('Weight of Beacon Mutual agents')).toBeVisible();
  await rings('Beacon Mutual agents', '–', '50%');
  await rings('Crestline Insurance', '25%', '50%');
  await save(page).click();
  await expectNothingUnsaved(page);
  await rings('Beacon Mutual agents', '50%');
  await page.reload();
  await hydrated(page);
  await expect(priority(page, 1).getByLabel('Weight of Beacon Mutual agents')).toBeVisible();
  await expect(priority(page, 2).getByLabel('Weight of Meridian Auto Direct')).toHaveValue('30');
});

test('a weight that does not fit is an error at its field, and nothing is saved', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Decks, Utah');
  await addRoute(page, 1, 'Crestline Insurance');
  const field = weight(page, 'Crestline Insurance');
  for (const wrong of ['0', '-5', '1001', 'many', '']) {
    await field.fill(wrong);
    await save(page).click();
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(/Enter 1 to 1,000/);
    await expect(field, 'saving leads to what is wrong').toBeFocused();
    await expect(field).toHaveValue(wrong);
  }
  await expect(bar(page).getByRole('button', { name: '1 needs fixing' })).toBeVisible();
  await page.reload();
  await hydrated(page);
  await expect(field, 'it was never stored').toHaveCount(0);
});

test('somebody else saved first: the edits are kept and there is a way out', async ({ signedIn, guard }) => {
  guard.allow(/409|422/);
  const page = await signedIn('owner');
  const id = await create(page, 'Pools, Florida');
  await addRoute(page, 1, 'Crestline Insurance');
  await save(page).click();
  await expectNothingUnsaved(page);

  const other = await signedIn('owner', {}, `/campaigns/${id}/routing`);
  await weight(other, 'Crestline Insurance').fill('77');
  await weight(page, 'Crestline Insurance').fill('55');
  await save(page).click();
  await expectNothingUnsaved(page);

  await save(other).click();
  await expect(toast(other)).toContainText(/changed by somebody else/);
  await expect(weight(other, 'Crestline Insurance'), 'what was typed is kept').toHaveValue('77');
  await open(page, `/campaigns/${id}/routing`);
  await expect(weight(page, 'Crestline Insurance'), 'nothing was overwritten').toHaveValue('55');
});

test('leaving edits behind: discard puts them back, undo takes one back', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Floors, Maine');
  await addRoute(page, 1, 'Crestline Insurance');
  await page.getByRole('button', { name: 'Undo: Crestline Insurance added' }).click();
  await expectNothingUnsaved(page);
  await addRoute(page, 1, 'Beacon Mutual agents');
  await bar(page).getByRole('button', { name: 'Discard' }).click();
  await expectNothingUnsaved(page);
  await expect(weight(page, 'Beacon Mutual agents')).toHaveCount(0);

  await page.getByRole('navigation', { name: 'Campaign', exact: true }).getByRole('link', { name: 'Settings' }).click();
  const name = page.getByLabel('Campaign name');
  await name.fill('Floors, New England');
  await expect(bar(page)).toContainText('1 unsaved change');
  await page.keyboard.press('Control+s');
  await expect(toast(page)).toContainText('Settings saved');
  await expect(page.getByRole('heading', { level: 1, name: 'Floors, New England' })).toBeVisible();
  await expectNothingUnsaved(page);
});

test('pausing shows at once, a paused campaign does not dial, and undo takes it back', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const name = 'Motor vehicle accident, CA';
  const number = product.demo.campaigns.find((one) => one.name === name)?.numbers[0] ?? '';
  await open(page, '/campaigns');
  await choose(page, `Actions for ${name}`, 'Pause');
  await expect(row(page, 'Campaigns', name)).toContainText('Paused');
  await expect(toast(page)).toContainText(`${name} paused. Live calls continue.`);
  expect(await placeCall(product, { from: '+13105550171', to: number })).not.toContain('555-0144');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(toast(page)).toContainText('takes calls again');
  await expect(row(page, 'Campaigns', name)).not.toContainText('Paused');
  await page.reload();
  await hydrated(page);
  await expect(row(page, 'Campaigns', name)).not.toContainText('Paused');
});

test('an archived campaign is found again, looked at and restored', async ({ signedIn }) => {
  const page = await signedIn('owner');
  const name = 'Solar, Nevada';
  const id = await create(page, name);
  await addRoute(page, 1, 'Crestline Insurance');
  await save(page).click();
  await expectNothingUnsaved(page);
  await open(page, `/numbers/new?campaign=${id}`);
  await page.getByLabel('Number', { exact: true }).fill('(702) 555-0144');
  await page.getByRole('button', { name: 'Add number' }).click();
  await expect(row(page, 'Numbers', '(702) 555-0144')).toBeVisible();

  await open(page, '/campaigns');
  await choose(page, `Actions for ${name}`, 'Archive');
  await expect(toast(page)).toContainText(`${name} archived. The filter Archived lists it`);
  await expect(row(page, 'Campaigns', name)).toHaveCount(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.className), 'the focus goes to another row').toContain('row-link');
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search or jump to' }).fill('Solar, Nev');
  await expect(page.getByRole('option', { name })).toContainText('Campaign, archived');
  await page.keyboard.press('Escape');

  const filters = page.getByRole('group', { name: 'Filters' });
  await filters.getByRole('button', { name: 'Filter', exact: true }).click();
  await filters.getByLabel('Status').selectOption('Archived');
  await filters.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL('/campaigns?status=archived');
  await expect(row(page, 'Campaigns', name)).toContainText('Archived');
  await expect(row(page, 'Campaigns', 'Auto insurance')).toHaveCount(0);
  await filters.getByRole('link', { name: 'Remove filter: Status is Archived' }).click();
  await expect(row(page, 'Campaigns', 'Auto insurance')).toBeVisible();
  await filters.getByRole('link', { name: /^\d+ archived$/ }).click();
  await row(page, 'Campaigns', name).getByRole('link', { name, exact: true }).click();

  const note = page.getByRole('note', { name: 'Archived' });
  await expect(note).toContainText('This campaign is archived.');
  await expect(page.getByRole('main').getByRole('link', { name: 'Add a route' })).toHaveCount(0);
  await page.getByRole('navigation', { name: 'Campaign', exact: true }).getByRole('link', { name: 'Routing plan 1' }).click();
  await expect(priority(page, 1)).toContainText('Crestline Insurance');
  await expect(weight(page, 'Crestline Insurance')).toHaveCount(0);
  await expect(page.getByRole('button', { name: /^(Add|Move|Save)/ })).toHaveCount(0);

  for (const role of ['owner', 'viewer']) {
    const numbers = await signedIn(role, {}, '/numbers');
    const line = row(numbers, 'Numbers', '(702) 555-0144');
    await expect(role === 'owner' ? line.getByLabel(/^Campaign of/).locator('option:checked') : line.getByRole('link'), role).toHaveText(`${name} (archived)`);
  }

  await note.getByRole('button', { name: 'Restore' }).click();
  await expect(note).toHaveCount(0);
  await expect(weight(page, 'Crestline Insurance')).toBeVisible();
  await open(page, '/campaigns');
  await expect(row(page, 'Campaigns', name)).toContainText('Active');
});

test('where one is: the breadcrumbs end in the name of the campaign', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Siding, Oregon');
  await expect(page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('listitem')).toHaveText(['Campaigns', 'Siding, Oregon']);
});

test('a route whose priority is not reached says so, and shares make a hundred', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Fences, Kansas');
  await addRoute(page, 1, 'Meridian Auto Direct');
  await addRoute(page, 1, 'Crestline Insurance');
  await page.getByRole('button', { name: 'Add priority' }).click();
  await addRoute(page, 2, 'Beacon Mutual agents');
  await weight(page, 'Meridian Auto Direct').fill('7');
  await weight(page, 'Crestline Insurance').fill('1');
  await expect(page.locator('.route-share')).toHaveText([/88%$/, /12%$/, /100% if reached$/]);
});

test('the picker shows the names of targets in full', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Gates, Georgia');
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await page.getByRole('dialog', { name: 'Add a route to priority 1' }).getByRole('combobox', { name: 'Target', exact: true }).click();
  const words = page.locator('.option-word');
  expect(await words.count()).toBeGreaterThan(3);
  expect(await words.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent))).toEqual([]);
});

test('the save bar stands at the bottom of a short page', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await create(page, 'Sheds, Ohio');
  await addRoute(page, 1, 'Crestline Insurance');
  const box = await bar(page).boundingBox();
  expect(Math.round((box?.y ?? 0) + (box?.height ?? 0))).toBe(900);
});

test('a campaign that is not there says so', async ({ signedIn, guard }) => {
  guard.allow(/404/);
  const page = await signedIn('owner');
  for (const path of ['/campaigns/01989a00-de30-7000-8000-0000000000ff', '/campaigns/nope', '/nothing/here']) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await hydrated(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/not found/i);
    await expect(page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link', { name: 'Campaigns' }), path).toBeVisible();
    await expect(page.getByRole('button', { name: /your account/ }), path).toBeVisible();
  }
});

