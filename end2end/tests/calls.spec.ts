// The call log and the drawer: find calls, move through them by keys, read why a call went where it
// went. Everything that narrows the log stands in the address.

import type { Locator } from '@playwright/test';
import { expect, hydrated, open, test } from '../fixtures.ts';
import { demoCampaign, display, placeCall, row } from '../steps.ts';

const AUTO = 'Auto insurance, national';
const LEGAL = 'Motor vehicle accident, CA';
const [ANNA, BEN, CLEO, DREW] = ['+12025550111', '+13055550112', '+14155550113', '+15125550114'] as const;
const LOG = 'Call log';

/** Clicks where a person would: whatever is there takes the click. */
async function clickIn(cell: Locator): Promise<void> {
  const box = await cell.boundingBox();
  if (!box) throw new Error('the cell is not on the page');
  await cell.page().mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

test.beforeAll(async ({ product }) => {
  test.setTimeout(90_000);
  const auto = demoCampaign(product, AUTO).number;
  const legal = demoCampaign(product, LEGAL).number;
  await placeCall(product, { from: ANNA, to: auto });
  await placeCall(product, { from: BEN, to: auto });
  await placeCall(product, { from: CLEO, to: legal, plot: { caller: { hang_up_after_s: 2 }, default: { does: 'answer', after_s: 9 } } });
});

test('`callcenter call` says where the call went, and the log shows it within a second', async ({ signedIn, product }) => {
  const page = await signedIn('owner', {}, '/calls');
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Live');
  const said = await placeCall(product, { from: DREW, to: demoCampaign(product, AUTO).number });
  const shown = row(page, LOG, display(DREW));
  await expect(shown).toBeVisible({ timeout: 1_000 });
  const [, connected] = /connected to (\(\d{3}\) \d{3}-\d{4})/.exec(said) ?? [];
  expect(connected, said).toBeTruthy();
  const target = product.demo.buyers.flatMap((buyer) => buyer.targets).find((one) => display(one.destination) === connected);
  await expect(shown).toContainText(target?.name ?? 'a target of the demo');
  await expect(shown).toContainText('Connected');
});

test('filters narrow by campaign, target, outcome and caller; chips take them off again', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/calls');
  const filters = page.getByRole('group', { name: 'Filters' });
  const count = filters.getByRole('status');
  const pick = async (label: string, option: string) => {
    await filters.getByRole('button', { name: 'Filter', exact: true }).click();
    await filters.getByLabel(label, { exact: true }).selectOption(option);
    await filters.getByRole('button', { name: 'Apply' }).click();
  };

  await pick('Campaign', LEGAL);
  await expect(page).toHaveURL(/campaign=[0-9a-f-]{36}/);
  await expect(row(page, LOG, display(CLEO))).toBeVisible();
  await expect(row(page, LOG, display(ANNA))).toHaveCount(0);
  await expect(count).toHaveText('1 call');
  await expect(filters.getByRole('link', { name: `Remove filter: Campaign is ${LEGAL}` })).toBeVisible();

  await pick('Outcome', 'Connected');
  await expect(page).toHaveURL(/campaign=.*outcome=connected/);
  await expect(page.getByText(/2 filters|No calls match|Nothing/).first()).toBeVisible();
  await expect(count).toHaveText('0 calls');

  await filters.getByRole('link', { name: /^Remove filter: Campaign/ }).click();
  await expect(page).toHaveURL(/\/calls\?outcome=connected$/);
  await expect(row(page, LOG, display(ANNA))).toBeVisible();
  await expect(row(page, LOG, display(CLEO))).toHaveCount(0);

  await page.goBack();
  await expect(count, 'the back button is an undo').toHaveText('0 calls');
  await page.goBack();
  await expect(row(page, LOG, display(CLEO))).toBeVisible();
  await filters.getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL('/calls');

  await page.keyboard.press('/');
  const search = page.getByRole('searchbox', { name: 'Caller contains' });
  await expect(search).toBeFocused();
  await search.fill('555-0112');
  await search.press('Enter');
  await expect(page).toHaveURL(/caller=555-0112/);
  await expect(row(page, LOG, display(BEN))).toBeVisible();
  await expect(count).toHaveText('1 call');

  const where = page.url();
  await page.reload();
  await hydrated(page);
  expect(page.url()).toBe(where);
  await expect(count, 'a copied link shows the same').toHaveText('1 call');
  await filters.getByRole('link', { name: /^Remove filter: Caller/ }).click();

  const target = (await row(page, LOG, display(ANNA)).getByRole('cell').nth(4).textContent()) ?? '';
  await pick('Target', target);
  await expect(row(page, LOG, display(ANNA))).toBeVisible();
  await expect(page.getByRole('region', { name: LOG, exact: true }).getByRole('row').filter({ hasNotText: target })).toHaveCount(1);
});

test('the range is a link, and own dates a form', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/calls');
  await page.getByRole('button', { name: /^Today/ }).click();
  await page.getByRole('link', { name: 'Yesterday' }).click();
  await expect(page).toHaveURL(/range=yesterday/);
  await expect(page.getByRole('heading', { name: /^No calls: / })).toBeVisible();
  await page.getByRole('link', { name: 'Calls of all time' }).click();
  await expect(row(page, LOG, display(ANNA))).toBeVisible();
  await page.getByRole('button', { name: /^All time/ }).click();
  await page.getByLabel('From', { exact: true }).fill('2020-01-01');
  await page.getByLabel('To', { exact: true }).fill('2020-01-31');
  await page.getByRole('dialog', { name: /^All time/ }).getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/from=2020-01-01&to=2020-01-31/);
  await expect(row(page, LOG, display(ANNA))).toHaveCount(0);
  await expect(page.getByRole('button', { name: /Jan 1/ })).toBeVisible();
});

test('a row opens the drawer; keys go on, back and out, and the focus comes back', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/calls');
  const links = page.getByRole('region', { name: LOG, exact: true }).locator('tbody').getByRole('rowheader').getByRole('link');
  await page.keyboard.press('j');
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press('j');
  await expect(links.nth(1)).toBeFocused();
  await page.keyboard.press('k');
  await expect(links.nth(0)).toBeFocused();
  await page.keyboard.press('Enter');

  const drawer = page.getByRole('complementary');
  await expect(drawer).toBeVisible();
  await expect(page).toHaveURL(/\/calls\?call=[0-9a-f-]{36}$/);
  const first = page.url();
  await expect(drawer.getByRole('heading', { level: 2 })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(page).not.toHaveURL(first);
  await expect(links.nth(1).locator('xpath=ancestor::tr')).toHaveAttribute('aria-selected', 'true');
  await expect(drawer.getByRole('heading', { level: 2 })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page).toHaveURL(first);
  await page.keyboard.press('ArrowDown');
  await expect(page).not.toHaveURL(first);
  await expect(drawer.getByRole('heading', { level: 2 })).toBeFocused();

  await page.keyboard.press('Escape');
  await expect(drawer).toHaveCount(0);
  await expect(page).toHaveURL('/calls');
  await expect(links.nth(1), 'the row has the focus again').toBeFocused();

  await page.goBack();
  await expect(drawer, 'the drawer is in the history').toBeVisible();
});

test('clicking anywhere in a row opens it, and the log stays usable beside it', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/calls');
  // The first cell has the box that picks the row.
  await clickIn(row(page, LOG, display(ANNA)).getByRole('cell').nth(1));
  const drawer = page.getByRole('complementary', { name: display(ANNA) });
  await expect(drawer).toBeVisible();
  await clickIn(row(page, LOG, display(BEN)).getByRole('cell').nth(1));
  await expect(page.getByRole('complementary', { name: display(BEN) })).toBeVisible();
  await page.getByRole('complementary').getByRole('link', { name: 'Close' }).click();
  await expect(page.getByRole('complementary')).toHaveCount(0);
});

test('the drawer says what happened, why the target won, and what we answered', async ({ signedIn, product }) => {
  const from = '+12025550121';
  const { number } = demoCampaign(product, AUTO);
  const numbers = product.demo.buyers.flatMap((buyer) => buyer.targets);
  const busy = numbers.find((one) => one.name === 'Meridian Auto Direct');
  const other = numbers.find((one) => one.name === 'Crestline Insurance');
  const [one, two] = [busy?.destination ?? '', other?.destination ?? ''];
  await placeCall(product, { from, to: number, plot: { targets: { [one]: { does: 'busy' }, [two]: { does: 'busy' } } } });

  const page = await signedIn('owner', {}, `/calls?caller=${from.slice(-4)}`);
  await row(page, LOG, display(from)).getByRole('link').click();
  const drawer = page.getByRole('complementary', { name: display(from) });
  const part = (name: string) => drawer.getByRole('region', { name, exact: true }).first();

  await expect(part('Timeline').getByRole('listitem').first()).toContainText(`Call arrived on ${display(number)}`);
  await expect(part('Timeline')).toContainText('Answered');
  const won = part('Decision').getByRole('listitem').filter({ hasText: 'Won' });
  await expect(won).toHaveCount(3);
  await expect(won.last()).toContainText('Beacon Mutual agents');
  await expect(won.last()).toContainText(/Priority 2, weight 10/);
  await expect(won.last(), 'a sentence, never a code alone').toContainText(/\w+ \w+ .*\./);
  const tried = part('Decision').getByRole('listitem').filter({ hasText: 'Meridian Auto Direct' }).last();
  await expect(tried).toContainText(/Not eligible/);

  const legs = part('Legs').getByRole('row');
  await expect(legs).toHaveCount(4);
  await expect(legs.nth(1)).toContainText('Busy');
  await expect(legs.nth(3)).toContainText('Connected');

  const answers = part('What we answered the carrier');
  await answers.getByText('Call arrived').click();
  await expect(answers.locator('pre').first()).toContainText('<Dial');
  await expect(answers.locator('pre').first()).toContainText('<Response>');

  await drawer.getByRole('navigation', { name: 'Parts of this call' }).getByRole('link', { name: 'Legs' }).click();
  await expect(part('Legs')).toBeInViewport();
  await expect(page, 'jumping does not change the address').toHaveURL(/call=/);

  await drawer.getByRole('link', { name: 'Open as a page' }).click();
  await expect(page).toHaveURL(/\/calls\/[0-9a-f-]{36}$/);
  await expect(page.getByRole('heading', { level: 1, name: `Call from ${display(from)}` })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Decision', exact: true })).toContainText('Won');
});

test('a call that lives is followed in its drawer', async ({ signedIn, product }) => {
  const from = '+12025550131';
  const page = await signedIn('owner', {}, `/calls?caller=${from.slice(-4)}`);
  const call = placeCall(product, {
    from, to: demoCampaign(product, AUTO).number, speed: 1, plot: { default: { does: 'answer', after_s: 1, talk_s: 3 } },
  });
  await row(page, LOG, display(from)).getByRole('link').click();
  const drawer = page.getByRole('complementary', { name: display(from) });
  await expect(drawer.getByRole('region', { name: 'Timeline' })).toContainText('Answered');
  await call;
  await expect(drawer.getByRole('region', { name: 'Legs' }).getByRole('row').nth(1)).toContainText(/Connected.*0:0[3-9]/);
});

test('an id that is no call, and one of nobody, say so', async ({ signedIn, guard }) => {
  guard.allow(/404/);
  const page = await signedIn('owner');
  for (const path of ['/calls/01989a00-de30-7000-8000-0000000000ff', '/calls/not-a-call']) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await hydrated(page);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(/not found/i);
  }
});

test('pages of the log go older and newer by their links', async ({ signedIn, product }) => {
  test.setTimeout(120_000);
  const medicare = demoCampaign(product, 'Medicare Advantage 65+');
  await placeCall(product, { from: '+16025550140', to: medicare.number, count: 56, speed: 2_000 });
  const page = await signedIn('owner', {}, `/calls?campaign=${medicare.id}`);
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const rows = page.getByRole('region', { name: LOG, exact: true }).locator('tbody tr');
  // Others may have called there before.
  await expect(pages).toContainText(/1 – 50 of (5[6-9]|[6-9]\d)\D/);
  const beyond = Number(/of (\d+)/.exec((await pages.textContent()) ?? '')?.[1]) - 50;
  await expect(rows).toHaveCount(50);
  await expect(pages.getByRole('button', { name: 'Newer' })).toBeDisabled();
  const newest = await rows.first().textContent();
  await pages.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(rows).toHaveCount(beyond);
  await expect(pages.getByRole('button', { name: 'Older' })).toBeDisabled();
  await page.reload();
  await hydrated(page);
  await expect(rows).toHaveCount(beyond);
  await pages.getByRole('link', { name: 'Newer' }).click();
  await expect(rows).toHaveCount(50);
  await expect(rows.first()).toHaveText(newest ?? '');
});
