// Agents: made with a password that is shown once, available or away, a call taken and written up.

import type { Browser, Page } from '@playwright/test';
import { expect, expectAccessible, fitsWidth, open, signIn, test } from '../fixtures.ts';
import type { Guard } from '../guard.ts';
import type { Product } from '../server.ts';
import { placeCall, row, toast } from '../steps.ts';

const RINGS = '+15035550144';
const TO = '+15035550145';

/** The page of somebody who signs in with what they were handed. */
async function handed(browser: Browser, product: Product, guard: Guard, login: { email: string; password: string }): Promise<Page> {
  const context = await browser.newContext({ baseURL: product.url, viewport: { width: 1440, height: 900 } });
  guard.watch(context);
  const page = await context.newPage();
  await signIn(page, login, '/agent');
  return page;
}

const panel = (page: Page, title: string | RegExp) => page.locator('.panel').filter({ has: page.getByRole('heading', { name: title }) });
const status = (page: Page, word: string) => page.getByRole('group', { name: 'Takes calls' }).getByRole('button', { name: word, exact: true });

test('an agent is made, signs in, takes a call and writes it up', async ({ signedIn, product, browser, guard }) => {
  const page = await signedIn('owner', {}, '/buyers');
  await page.getByRole('navigation', { name: 'Buyers and targets' }).getByRole('link', { name: 'Agents' }).click();
  await expect(page.getByRole('row', { name: /Priya Nair/ })).toContainText('Available');
  await page.getByRole('link', { name: 'New agent' }).click();
  await page.getByRole('button', { name: 'Create agent' }).click();
  await expect(page.getByLabel('Name', { exact: true })).toHaveAccessibleDescription(/Enter a name/);
  await expect(page.getByLabel('Rings at')).toHaveAccessibleDescription(/.+/);
  await page.getByLabel('Name', { exact: true }).fill('Marcus Webb');
  await page.getByLabel('Email').fill('marcus@northgate.example');
  await page.getByLabel('Buyer', { exact: true }).selectOption('Silver Oak');
  await page.getByLabel('Rings at').fill('503 555 0144');
  await page.getByRole('button', { name: 'Create agent' }).click();
  const password = (await page.locator('[data-password]').textContent()) ?? '';
  expect(password).toMatch(/^[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}$/);
  await page.getByRole('link', { name: 'To Marcus Webb' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Marcus Webb' })).toBeVisible();
  await page.reload();
  await expect(page.locator('[data-password]'), 'it is shown once').toHaveCount(0);

  await open(page, '/campaigns/new');
  await page.getByLabel('Campaign name').fill('Desk of Marcus');
  await page.getByLabel('Number').fill('503 555 0145');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await page.waitForURL(/\/routing$/);
  await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
  await page.getByRole('dialog', { name: 'Add a route to priority 1' }).getByRole('combobox', { name: 'Target', exact: true }).fill('Marcus');
  await page.getByRole('option', { name: /^Marcus Webb/ }).click();
  await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
  await expect(toast(page)).toContainText('Plan saved');
  await expect(page.getByRole('region', { name: 'Priority 1', exact: true })).toContainText('Away');

  const agent = await handed(browser, product, guard, { email: 'marcus@northgate.example', password });
  await expect(agent.getByRole('heading', { level: 1, name: 'My calls' })).toBeVisible();
  await expect(agent.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link')).toHaveText(['My calls']);
  await expect(status(agent, 'Away')).toHaveAttribute('aria-pressed', 'true');
  expect(await placeCall(product, { from: '+15035550101', to: TO }), 'nobody is there').not.toContain('connected to');

  await status(agent, 'Available').click();
  await expect(toast(agent)).toContainText('You take calls.');
  await expect(status(agent, 'Available')).toHaveAttribute('aria-pressed', 'true');
  const answers = { targets: { [RINGS]: { does: 'answer' as const, after_s: 3, talk_s: 90 } } };
  expect(await placeCall(product, { from: '+15035550102', to: TO, plot: answers })).toMatch(/connected to \(503\) 555-0144/);
  const open_ = panel(agent, 'To write up');
  await expect(open_).toContainText('(503) 555-0102');
  await expect(agent.getByRole('main')).toContainText('Wrapping up until');
  expect(await placeCall(product, { from: '+15035550103', to: TO, plot: answers }), 'the first is being written up').not.toContain('connected to');

  await open_.getByRole('link', { name: 'Write up' }).click();
  await expect(agent).toHaveURL(/\/agent\?call=/);
  const form = panel(agent, /Write up the call of/);
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(form).toContainText('Choose what came of the call, or write a note.');
  await form.getByRole('checkbox', { name: 'Sale' }).check();
  await form.getByLabel('Note').fill('Starts on the first of the month.');
  await form.getByRole('button', { name: 'Save' }).click();
  await expect(agent).toHaveURL(/\/agent$/);
  await expect(row(agent, 'Calls of the agent', '(503) 555-0102')).toContainText('Sale');
  await expect(row(agent, 'Calls of the agent', '(503) 555-0102')).toContainText('Starts on the first of the month.');
  await expect(open_).not.toContainText('(503) 555-0102');
  expect(await placeCall(product, { from: '+15035550104', to: TO, plot: answers }), 'the agent takes the next').toMatch(/connected to \(503\) 555-0144/);

  // A target that answers and presses no key has no caller.
  await status(agent, 'Busy').click();
  await expect(status(agent, 'Busy')).toHaveAttribute('aria-pressed', 'true');
  await status(agent, 'Available').click();
  await expect(status(agent, 'Available')).toHaveAttribute('aria-pressed', 'true');
  const refuses = { targets: { [RINGS]: { does: 'refuse' as const, after_s: 3 } } };
  expect(await placeCall(product, { from: '+15035550105', to: TO, plot: refuses })).not.toContain('connected to');

  await agent.goto('/');
  await expect(agent).toHaveURL(/\/agent$/);
  await expectAccessible(agent);
  await agent.setViewportSize({ width: 390, height: 844 });
  expect(await fitsWidth(agent)).toBe(true);
  await agent.context().close();

  await open(page, '/calls?range=all');
  await row(page, 'Call log', '(503) 555-0102').getByRole('link').first().click();
  const drawer = page.getByRole('complementary');
  await expect(drawer.getByRole('region', { name: 'Wrap-up' })).toContainText('Marcus Webb');
  await expect(drawer.getByRole('region', { name: 'Wrap-up' })).toContainText('Sale');
  await open(page, '/calls?range=all');
  await row(page, 'Call log', '(503) 555-0103').getByRole('link').first().click();
  await expect(page.getByRole('complementary')).toContainText('The agent is wrapping up until');
});

test('an agent is set away from the list, with a way back, and only looked at by viewers', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/agents');
  const priya = page.getByRole('row', { name: /Priya Nair/ });
  await page.getByRole('button', { name: 'Actions for Priya Nair' }).click();
  await page.getByRole('menuitem', { name: 'Set away' }).click();
  await expect(toast(page)).toContainText('Priya Nair is away and takes no calls.');
  await expect(priya).toContainText('Away');
  await toast(page).getByRole('button', { name: 'Undo' }).click();
  await expect(priya).toContainText('Available');
  await priya.getByRole('link', { name: 'Priya Nair' }).click();
  await page.getByLabel('Time to write up a call').fill('90');
  await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: 'Save agent' }).click();
  await expect(toast(page)).toContainText('Agent saved.');
  await page.reload();
  await expect(page.getByLabel('Time to write up a call')).toHaveValue('90');

  const viewer = await signedIn('viewer', {}, '/agents');
  await expect(viewer.getByRole('row', { name: /Priya Nair/ })).toBeVisible();
  await expect(viewer.getByRole('link', { name: 'New agent' })).toHaveCount(0);
  await expect(viewer.getByRole('button', { name: /^Actions for/ })).toHaveCount(0);
});

test.describe('without the page’s script', () => {
  test.beforeEach(({ guard }) => guard.allow(/\.js csp$|preloaded using link preload/));
  test('an agent says when they take calls, and writes one up', async ({ signedIn, product }) => {
    const page = await signedIn('agent', { javaScriptEnabled: false }, '/agent');
    await status(page, 'Busy').click();
    await expect(status(page, 'Busy')).toHaveAttribute('aria-pressed', 'true');
    await status(page, 'Available').click();
    await expect(status(page, 'Available')).toHaveAttribute('aria-pressed', 'true');
    const owner = await signedIn('owner', {}, '/campaigns/new');
    await owner.getByLabel('Campaign name').fill('Desk of Priya');
    await owner.getByLabel('Number').fill('503 555 0146');
    await owner.getByRole('button', { name: 'Create campaign' }).click();
    await owner.waitForURL(/\/routing$/);
    await owner.getByRole('button', { name: 'Add a route to priority 1' }).click();
    await owner.getByRole('dialog', { name: 'Add a route to priority 1' }).getByRole('combobox', { name: 'Target', exact: true }).fill('Priya');
    await owner.getByRole('option', { name: /^Priya Nair/ }).click();
    await owner.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
    await expect(toast(owner)).toContainText('Plan saved');
    const plot = { default: { does: 'answer' as const, after_s: 2, talk_s: 30 } };
    expect(await placeCall(product, { from: '+15035550111', to: '+15035550146', plot })).toContain('connected to');
    await page.reload();
    await page.getByRole('link', { name: 'Write up' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText('Choose what came of the call, or write a note.').first()).toBeVisible();
    await page.getByRole('checkbox', { name: 'Call back' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(row(page, 'Calls of the agent', '(503) 555-0111')).toContainText('Call back');
  });
});
