// Every page and every open state of it: what axe and the look are checked on.

import type { Page } from '@playwright/test';
import { expect, hydrated } from '../fixtures.ts';
import type { Product } from '../server.ts';
import { demoCampaign, placeCall } from '../steps.ts';

export interface State {
  name: string;
  path: string;
  /** Opens the state once the page is there. */
  act?: (page: Page) => Promise<void>;
  /** Looked at signed out. */
  anonymous?: boolean;
  /** Only where the control is: the phone has other ones. */
  only?: 'wide' | 'phone';
  /** The answer's status, if not 200. */
  status?: number;
}

const CAMPAIGN = 'Auto insurance, national';

/** Calls of each kind, so that no page is empty. Returns the id of a call that tried three targets. */
export async function furnish(product: Product): Promise<string> {
  const { number } = demoCampaign(product, CAMPAIGN);
  const at = (name: string) => product.demo.buyers.flatMap((buyer) => buyer.targets).find((one) => one.name === name)?.destination ?? '';
  const busy = { does: 'busy' as const };
  await placeCall(product, { from: '+12065550171', to: number });
  await placeCall(product, { from: '+12065550172', to: number, plot: { default: { does: 'ignore' } } });
  await placeCall(product, { from: '+12065550173', to: number, plot: { caller: { hang_up_after_s: 1 } } });
  const said = await placeCall(product, {
    from: '+12065550174', to: number, plot: { targets: { [at('Meridian Auto Direct')]: busy, [at('Crestline Insurance')]: busy } },
  });
  const sid = /\bCA[0-9a-f]{32}\b/.exec(said)?.[0] ?? '';
  const call = (await product.inspect()).calls.find((one) => one.sid === sid);
  if (!call) throw new Error(`no call ${sid}: ${said}`);
  return call.id;
}

const press = (name: string | RegExp) => (page: Page) => page.getByRole('main').getByRole('button', { name }).first().click();

/** The states of a product that was furnished; CALLCENTER_E2E_STATE keeps those whose name has it. */
export function states(product: Product, call: string): State[] {
  const wanted = process.env.CALLCENTER_E2E_STATE;
  return everyState(product, call).filter((state) => !wanted || state.name.includes(wanted));
}

function everyState(product: Product, call: string): State[] {
  const { id } = demoCampaign(product, CAMPAIGN);
  const buyer = product.demo.buyers.find((one) => one.targets.length > 0);
  const target = buyer?.targets[0]?.id;
  return [
    { name: 'sign in', path: '/login', anonymous: true },
    { name: 'sign in refused', path: '/login?error=invalid&email=dana%40northgate.example', anonymous: true },
    { name: 'dashboard', path: '/' },
    { name: 'dashboard, campaign menu', path: '/', act: press('Show one campaign') },
    { name: 'dashboard, chart as table', path: '/', act: press('As table') },
    { name: 'user menu', path: '/', act: (page) => page.getByRole('button', { name: /your account/ }).click() },
    { name: 'keys', path: '/', act: (page) => page.keyboard.press('?') },
    {
      name: 'palette', path: '/', act: async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('combobox', { name: 'Search or jump to' }).fill('roof');
        await expect(page.getByRole('option', { name: /^Roof repair/ })).toBeVisible();
      },
    },
    { name: 'navigation sheet', path: '/', only: 'phone', act: (page) => page.getByRole('button', { name: 'Open the menu' }).click() },
    { name: 'call log', path: '/calls?range=all' },
    { name: 'call log, filtered', path: `/calls?range=all&campaign=${id}&outcome=connected` },
    { name: 'call log, filter popover', path: '/calls', act: press('Filter') },
    { name: 'call log, range popover', path: '/calls', act: press(/^Today/) },
    { name: 'call log, no match', path: '/calls?outcome=voicemail' },
    { name: 'call log, empty', path: '/calls?range=yesterday' },
    { name: 'drawer', path: `/calls?range=all&call=${call}` },
    {
      name: 'drawer, answers open', path: `/calls?range=all&call=${call}`,
      act: (page) => page.getByRole('complementary').locator('summary').first().click(),
    },
    { name: 'call', path: `/calls/${call}` },
    { name: 'campaigns', path: '/campaigns' },
    { name: 'campaigns, row menu', path: '/campaigns', act: press(`Actions for ${CAMPAIGN}`) },
    { name: 'new campaign', path: '/campaigns/new' },
    { name: 'new campaign, error', path: '/campaigns/new', act: press('Create campaign') },
    { name: 'campaign', path: `/campaigns/${id}` },
    { name: 'campaign, numbers', path: `/campaigns/${id}/numbers` },
    { name: 'campaign, routing', path: `/campaigns/${id}/routing` },
    { name: 'campaign, add a route', path: `/campaigns/${id}/routing`, act: press('Add a route to priority 1') },
    {
      name: 'campaign, routing with an error', path: `/campaigns/${id}/routing`, act: async (page) => {
        await page.getByLabel(/^Weight of/).first().fill('0');
        await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
        await expect(page.getByLabel(/^Weight of/).first()).toHaveAttribute('aria-invalid', 'true');
      },
    },
    { name: 'campaign, settings', path: `/campaigns/${id}/settings` },
    { name: 'campaign, settings unsaved', path: `/campaigns/${id}/settings`, act: (page) => page.getByLabel('Campaign name').fill('Another name') },
    { name: 'buyers', path: '/buyers' },
    { name: 'buyers, row menu', path: '/buyers', act: press(/^Actions for/) },
    { name: 'new buyer', path: '/buyers/new' },
    { name: 'new buyer, error', path: '/buyers/new', act: press('Create buyer') },
    { name: 'buyer', path: `/buyers/${buyer?.id}` },
    { name: 'target', path: `/targets/${target}` },
    {
      name: 'target, weekly hours and errors', path: `/buyers/${buyer?.id}/targets/new`, act: async (page) => {
        await page.getByRole('radio', { name: 'Weekly hours' }).check();
        await page.getByLabel('Monday breaks').fill('12:00-13:00, 12:30-14:00');
        await page.getByLabel('Per hour').fill('-1');
        await page.getByRole('button', { name: 'Create target' }).click();
        await expect(page.getByRole('alert')).toContainText('need fixing');
      },
    },
    { name: 'numbers', path: '/numbers' },
    { name: 'numbers, remove dialog', path: '/numbers', act: press(/^Remove/) },
    { name: 'new number', path: '/numbers/new' },
    { name: 'blocked callers', path: '/blocks' },
    { name: 'blocked callers, no match', path: '/blocks?search=999999' },
    { name: 'blocked callers, remove dialog', path: '/blocks', act: press(/in again$/) },
    { name: 'block callers', path: '/blocks/new' },
    { name: 'block callers, error', path: '/blocks/new', act: press('Block') },
    {
      name: 'import blocked callers, checked', path: '/blocks/import', act: async (page) => {
        await page.getByLabel('Lines').fill('+13205550100,24,robots\nnonsense\n+1321*,many');
        await page.getByRole('button', { name: 'Check the list' }).click();
        await expect(page.getByRole('button', { name: 'Block 1 number' })).toBeVisible();
      },
    },
    {
      name: 'toast', path: `/targets/${target}`, act: async (page) => {
        await page.getByRole('button', { name: 'Pause', exact: true }).click();
        await expect(page.locator('.toasts')).toContainText('paused');
        await page.locator('.toasts').hover();
      },
    },
    {
      name: 'paused target', path: `/targets/${target}`, act: async (page) => {
        await page.getByRole('button', { name: 'Resume', exact: true }).click();
        await expect(page.locator('.toasts')).toContainText('takes calls again');
      },
    },
    { name: 'not found', path: '/nothing/here', status: 404 },
  ];
}

/** Opens a state and waits until it stands still. */
export async function enter(page: Page, state: State): Promise<void> {
  const response = await page.goto(state.path);
  expect(response?.status(), state.path).toBe(state.status ?? 200);
  await hydrated(page);
  await state.act?.(page);
  await settled(page);
}

/** Waits for animations and colour changes to end: half-faded text has half its contrast. */
export async function settled(page: Page): Promise<void> {
  const still = () => document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().iterations === Infinity);
  // By the clock, not by frames: a page that paints nothing new has no frames.
  await page.waitForFunction(still, undefined, { polling: 20, timeout: 5_000 });
}
