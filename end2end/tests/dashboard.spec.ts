// The dashboard: figures that lead to their calls, calls that appear by themselves, problems with
// the button that fixes them, a chart that is also a table.

import type { Page } from '@playwright/test';
import { expect, open, test } from '../fixtures.ts';
import { answerOf, demoCampaign, display, placeCall, row, toast } from '../steps.ts';

/** The figure under a label at the top of the page: a link to its calls. */
const metric = (page: Page, label: string) =>
  page.getByRole('term').filter({ hasText: new RegExp(`^${label}$`) }).locator('xpath=following-sibling::dd[1]').getByRole('link').first();

const CAMPAIGN = 'Auto insurance, national';

test('a call shows up while it lives, and counts when it is over, without a reload', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const figure = (label: string) => metric(page, label);
  const incoming = Number(await figure('Incoming').textContent());
  const caller = '+12125550142';
  const { number } = demoCampaign(product, CAMPAIGN);
  await page.evaluate(() => ((window as unknown as { kept: boolean }).kept = true));

  const call = placeCall(product, { from: caller, to: number, speed: 1, plot: { default: { does: 'answer', after_s: 0.5, talk_s: 5 } } });
  const live = row(page, 'Live calls', display(caller));
  await expect(live).toContainText(CAMPAIGN);
  await expect(live).toContainText('Connected');
  await expect(page.getByRole('banner').getByRole('link', { name: '1 live' })).toBeVisible();
  await expect(live.getByText(/^0:0[2-5]$/), 'the length ticks').toBeVisible();
  await expect(figure('Incoming')).toHaveText(String(incoming + 1));

  await call;
  await expect(live).toHaveCount(0);
  await expect(page.getByRole('banner').getByRole('link', { name: '0 live' })).toBeVisible();
  await expect(page.getByRole('banner').getByRole('link', { name: /completed/ })).not.toHaveText(/^0 /);
  expect(await page.evaluate(() => (window as unknown as { kept?: boolean }).kept), 'the page was not loaded again').toBe(true);
});

test('a figure leads to the calls it counts', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { number } = demoCampaign(product, CAMPAIGN);
  await placeCall(product, { from: '+12125550143', to: number });
  // Loaded anew, so that the figure is not one from before the call.
  await open(page, '/');
  const connected = metric(page, 'Connected');
  await expect(connected).not.toHaveText('0');
  const count = await connected.textContent();
  await connected.click();
  await expect(page).toHaveURL(/\/calls\?.*outcome=connected/);
  await expect(page.getByRole('group', { name: 'Filters' }).getByRole('status')).toHaveText(`${count} ${count === '1' ? 'call' : 'calls'}`);
});

test('a page asks for nothing that it came with, and again once there is news', async ({ signedIn, product }) => {
  const page = await signedIn('owner', {}, '/buyers');
  const asked: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) asked.push(pathname);
  });
  // The page that is loaded holds its answers, and the stream begins by saying what it knows.
  const told = page.waitForRequest('**/events');
  await open(page, '/');
  await told;
  await expect(page.getByRole('banner').getByRole('status')).toHaveText('Live');
  const { number } = demoCampaign(product, CAMPAIGN);
  const incoming = metric(page, 'Incoming');
  const before = Number(await incoming.textContent());
  // The first event is there, which the link's state alone does not say: the second one follows it.
  const call = placeCall(product, { from: '+12125550141', to: number, speed: 1, plot: { default: { does: 'answer', after_s: 0.2, talk_s: 2 } } });
  const first = await page.waitForRequest('**/api/dashboard/today');
  expect(asked, 'nothing was asked before the call').toEqual([new URL(first.url()).pathname]);
  await expect(incoming).toHaveText(String(before + 1));
  await call;
});

test('pages that are asked for all at once are all answered', async ({ signedIn, product }) => {
  test.setTimeout(120_000);
  const page = await signedIn('owner');
  const { id } = demoCampaign(product, CAMPAIGN);
  const paths = Array.from({ length: 60 }, () => ['/', '/calls', '/buyers', `/campaigns/${id}/routing`]).flat();
  const refused: string[] = [];
  const someone = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const answer = await page.request.get(path);
      const title = /<title>[^<]+ · CallCenter Pro<\/title>/.test(await answer.text());
      if (answer.status() !== 200 || !title) refused.push(`${answer.status()} ${path}`);
    }
  };
  await Promise.all(Array.from({ length: 12 }, someone));
  expect(refused).toEqual([]);
});

test('one campaign alone stands in the address', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  const { id, name } = demoCampaign(product, CAMPAIGN);
  await page.getByRole('button', { name: 'Show one campaign' }).click();
  await page.getByRole('menuitem', { name }).click();
  await expect(page).toHaveURL(`/?campaign=${id}`);
  await expect(row(page, 'Today by campaign', 'Motor vehicle')).toHaveCount(0);
  await expect(row(page, 'Today by campaign', name)).toBeVisible();
  await page.goBack();
  await expect(row(page, 'Today by campaign', 'Motor vehicle')).toBeVisible();
});

test('a target that misses calls is a problem with its fix, which can be undone', async ({ signedIn, product }) => {
  const { number } = demoCampaign(product, CAMPAIGN);
  const ignored = { default: { does: 'ignore' as const } };
  for (const last of ['0150', '0151', '0152', '0153']) await placeCall(product, { from: `+1212555${last}`, to: number, plot: ignored });
  const page = await signedIn('owner');
  const problems = page.getByRole('heading', { name: /Needs a person/ }).locator('xpath=ancestor::section[1]').getByRole('listitem');
  const first = problems.filter({ has: page.getByRole('button', { name: 'Pause target' }) }).first();
  await expect(first).toContainText(/missed|not answer|no answer/i);
  const before = await problems.count();
  const status = await answerOf(page, '/api/targets/set_activity', () => first.getByRole('button', { name: 'Pause target' }).click());
  expect(status).toBe(200);
  await expect(toast(page)).toContainText('paused');
  await expect(problems, 'what is fixed is gone').toHaveCount(before - 1);
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(toast(page)).toContainText('takes calls again');
  await expect(problems).toHaveCount(before);
});

test('the chart reads as a table and by the arrow keys', async ({ signedIn, product }) => {
  await placeCall(product, { from: '+12125550160', to: demoCampaign(product, CAMPAIGN).number });
  const page = await signedIn('owner');
  const plot = page.getByRole('group', { name: /^Incoming calls by hour/ });
  await plot.focus();
  await page.keyboard.press('End');
  await expect(plot, 'a column in words').toContainText(/Incoming/);
  await page.keyboard.press('Escape');

  const button = page.locator('header').filter({ hasText: 'Incoming calls by hour' }).getByRole('button', { name: 'As table' });
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  const table = page.getByRole('table', { name: 'Incoming calls by hour' });
  await expect(table).toBeInViewport();
  await expect(table.getByRole('columnheader')).toHaveText(['Time', 'Connected', 'Live', 'Not connected', 'Incoming', /^Last /]);
  await expect(table.getByRole('row').last().getByRole('cell').nth(3)).not.toHaveText('0');
});

test('keys lead everywhere', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await page.keyboard.press('Tab');
  await open(page, '/');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' }), 'the first stop').toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
  for (const [key, title] of [['l', 'Call log'], ['c', 'Campaigns'], ['b', 'Buyers & targets'], ['n', 'Numbers'], ['d', 'Today']] as const) {
    await page.keyboard.press('g');
    await page.keyboard.press(key);
    await expect(page.getByRole('heading', { level: 1, name: title }), 'the page says where one is').toBeFocused();
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden();

  await page.keyboard.press('Control+k');
  const search = page.getByRole('combobox', { name: 'Search or jump to' });
  await expect(search).toBeFocused();
  await search.fill('roof rep');
  await expect(page.getByRole('option', { name: /^Roof repair, Texas/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Roof repair, Texas' })).toBeVisible();
});

test('losing the server shows, and so does finding it again', async ({ signedIn, product, guard }) => {
  guard.allow(/ERR_|failed: |Failed to load resource/);
  const page = await signedIn('owner');
  const state = page.getByRole('banner').getByRole('status');
  await expect(state).toHaveText('Live');
  await product.kill9();
  await expect(state).not.toHaveText('Live', { timeout: 15_000 });
  await product.restart();
  await expect(state).toHaveText('Live', { timeout: 30_000 });
  await placeCall(product, { from: '+12125550170', to: demoCampaign(product, CAMPAIGN).number });
  await page.getByRole('link', { name: 'Call log' }).first().click();
  await expect(row(page, 'Call log', '(212) 555-0170')).toBeVisible();
});
