// Every page and every open state of it: what axe and the look are checked on.

import type { Page } from '@playwright/test';
import { expect, hydrated } from '../fixtures.ts';
import type { Product } from '../server.ts';
import { demoCampaign, ownSettings, placeCall } from '../steps.ts';

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
  const call = await placed(product, said);
  await dispute(product, call);
  await visit(product);
  const bid = demoCampaign(product, 'Car insurance, live bids').number;
  auctions.set(product, await placed(product, await placeCall(product, { from: '+12065550176', to: bid })));
  return call;
}

/** The id of the call that `callcenter call` placed, by what it printed. */
async function placed(product: Product, said: string): Promise<string> {
  const sid = /\bCA[0-9a-f]{32}\b/.exec(said)?.[0] ?? '';
  const call = (await product.inspect()).calls.find((one) => one.sid === sid);
  if (!call) throw new Error(`no call ${sid}: ${said}`);
  return call.id;
}

/** The call of the visitor of each product that was furnished. */
const visitors = new WeakMap<Product, string>();

/** Somebody opens an advertiser's page, sees a number of the pool and dials it. */
async function visit(product: Product): Promise<void> {
  const tag = known(product.demo.dni_tags.find((one) => one.pool), 'DNI tag with a pool');
  const host = known(tag.origins[0], 'site of the DNI tag').replace('*.', 'www.');
  const origin = host.includes('://') ? host : `https://${host}`;
  const asks = {
    tag: tag.id, visitor: 'VisitorOfTheStates-1', page: `${origin}/roofs/metal`, referrer: 'https://www.google.com/',
    url: `${origin}/roofs?utm_source=google&utm_medium=cpc&utm_campaign=${encodeURIComponent('Metal roofs, spring')}`,
  };
  const answer = await fetch(`${product.url}/dni/v1/assign`, { method: 'POST', headers: { origin }, body: JSON.stringify(asks) });
  if (!answer.ok) throw new Error(`no number for a visitor: ${await answer.text()}`);
  const { number } = (await answer.json()) as { number: string };
  visitors.set(product, await placed(product, await placeCall(product, { from: '+12065550175', to: number })));
}

/** The call of each product that was furnished whose bidders were asked. */
const auctions = new WeakMap<Product, string>();

/** The dispute of each product that was furnished. */
const disputes = new WeakMap<Product, number>();

/** Charges all calls that are over, and disputes one of them. */
async function dispute(product: Product, call: string): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const headers = { authorization: `Bearer ${product.demo.api_key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${product.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as { id?: number };
  };
  const over = (await product.inspect()).calls.map((one) => one.id);
  await post('/adjustments', { call_ids: over, revenue: { kind: 'to', amount: '25' }, reason: 'Agreed.' });
  const { id } = await post('/disputes', { call_id: call, reason: 'wrong_area', comment: 'They live in Ohio.' });
  if (id !== undefined) disputes.set(product, id);
}

const pickAll = (page: Page) => page.getByRole('checkbox', { name: 'Select all calls on this page' }).check();

const press = (name: string | RegExp) => (page: Page) => page.getByRole('main').getByRole('button', { name }).first().click();

/** The states of a product that was furnished; CALLCENTER_E2E_STATE keeps those whose name has it. */
export function states(product: Product, call: string): State[] {
  const wanted = process.env.CALLCENTER_E2E_STATE;
  return everyState(product, call).filter((state) => !wanted || state.name.includes(wanted));
}

/** An id that must be there: the page of none would be the one that is not found. */
/** An id as addresses of pages write it. */
const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

function known<T>(id: T | undefined, what: string): T {
  if (id === undefined) throw new Error(`the product has no ${what}`);
  return id;
}

function everyState(product: Product, call: string): State[] {
  const { id } = demoCampaign(product, CAMPAIGN);
  const buyer = product.demo.buyers.find((one) => one.targets.length > 0);
  const target = buyer?.targets[0]?.id;
  const dispute = known(disputes.get(product), 'dispute');
  const pool = known(product.demo.pools[0]?.id, 'pool');
  const tag = known(product.demo.dni_tags.find((one) => one.pool)?.id, 'DNI tag with a pool');
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
      act: async (page) => {
        await page.getByRole('complementary').locator('summary').first().click();
        // From its top: what stands half under the sticky head is not smaller for it.
        await page.locator('.drawer').evaluate((drawer) => drawer.scrollTo({ top: 0 }));
      },
    },
    { name: 'call', path: `/calls/${call}` },
    { name: 'call log, picked', path: '/calls?range=all', only: 'wide', act: pickAll },
    {
      name: 'call log, correction previewed', path: '/calls?range=all', only: 'wide', act: async (page) => {
        await pickAll(page);
        await page.getByRole('button', { name: 'Correct…' }).click();
        const dialog = page.getByRole('dialog', { name: /^Correct \d/ });
        await dialog.getByLabel('Revenue', { exact: true }).selectOption('By an amount');
        await dialog.getByLabel('Amount of the revenue').fill('-30');
        await dialog.getByLabel('Payout', { exact: true }).selectOption('To nothing');
        await dialog.getByLabel('Reason').fill('Agreed.');
        await dialog.getByRole('button', { name: 'Preview' }).click();
        await expect(dialog.getByRole('button', { name: /^Correct \d/ })).toBeVisible();
      },
    },
    {
      name: 'call, dispute dialog', path: '/calls?range=all', only: 'wide', act: async (page) => {
        // Not the one that is disputed already.
        await page.getByRole('row').filter({ hasText: '555-0173' }).getByRole('rowheader').getByRole('link').first().click();
        await page.getByRole('complementary').getByRole('button', { name: 'Dispute…' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Open the dispute' }).click();
        await expect(page.getByRole('alert').first()).toContainText('needs fixing');
      },
    },
    { name: 'call of a visitor', path: `/calls/${known(visitors.get(product), 'call of a visitor')}` },
    { name: 'traffic', path: '/traffic' },
    { name: 'traffic, by landing page', path: '/traffic?range=7d&by=landing' },
    { name: 'traffic of a DNI tag', path: `/traffic?range=month&tag=${tag}` },
    { name: 'traffic, chart as table', path: '/traffic', act: press('As table') },
    { name: 'traffic, filter popover', path: '/traffic', act: press('Filter') },
    { name: 'traffic, range popover', path: '/traffic', act: press(/^Today/) },
    { name: 'traffic, empty', path: '/traffic?range=yesterday' },
    { name: 'disputes', path: '/disputes' },
    { name: 'disputes, none in this state', path: '/disputes?state=rejected' },
    { name: 'dispute', path: `/disputes/${dispute}` },
    {
      name: 'dispute, rejected without a reason', path: `/disputes/${dispute}`, act: async (page) => {
        await page.getByRole('radio', { name: 'Reject' }).check({ force: true });
        await page.getByRole('button', { name: 'Reject the dispute' }).click();
        await expect(page.getByRole('alert')).toContainText('needs fixing');
      },
    },
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
    { name: 'campaign, terms of a route', path: `/campaigns/${id}/routing`, act: press(/^Terms of/) },
    {
      name: 'campaign, terms with an error', path: `/campaigns/${id}/routing`, act: async (page) => {
        await page.getByRole('main').getByRole('button', { name: /^Terms of/ }).first().click();
        const sheet = page.getByRole('dialog', { name: /^Terms of/ });
        await sheet.getByLabel('A call is paid').selectOption('When it converts');
        await sheet.getByRole('button', { name: 'Add a condition' }).click();
        await sheet.getByLabel('Tag of rule 1').fill('state');
        await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
        await page.keyboard.press('Control+s');
        await expect(sheet.getByRole('spinbutton', { name: 'Price' })).toHaveAttribute('aria-invalid', 'true');
      },
    },
    {
      name: 'campaign, predictive', path: `/campaigns/${id}/routing`, act: async (page) => {
        await page.getByRole('radio', { name: 'Predictive' }).check();
        await page.getByText('Advanced', { exact: true }).click();
        await expect(page.getByLabel('A target is new for')).toBeVisible();
      },
    },
    { name: 'campaign, duplicates', path: `/campaigns/${id}/duplicates` },
    { name: 'campaign, money', path: `/campaigns/${id}/money` },
    { name: 'campaign, settings', path: `/campaigns/${id}/settings` },
    { name: 'campaign, settings unsaved', path: `/campaigns/${id}/settings`, act: (page) => page.getByLabel('Campaign name').fill('Another name') },
    { name: 'settings, calls', path: '/settings/routing' },
    {
      name: 'settings, calls with errors', path: '/settings/routing', act: async (page) => {
        await page.getByRole('switch', { name: 'Pause targets that miss their calls' }).check();
        await page.getByRole('group', { name: 'Rule 1' }).getByLabel('Missed in a row').fill('0');
        await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
        await page.keyboard.press('Control+s');
        await expect(page.getByRole('alert')).toContainText('needs fixing');
      },
    },
    { name: 'settings, rates', path: '/settings/rates' },
    {
      name: 'settings, rates with an error', path: '/settings/rates', act: async (page) => {
        await page.getByLabel('Prefix 2', { exact: true }).fill('907');
        await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeVisible();
        await page.keyboard.press('Control+s');
        await expect(page.getByRole('alert')).toContainText('need fixing');
      },
    },
    { name: 'buyers', path: '/buyers' },
    { name: 'buyers, row menu', path: '/buyers', act: press(/^Actions for/) },
    { name: 'new buyer', path: '/buyers/new' },
    { name: 'new buyer, error', path: '/buyers/new', act: press('Create buyer') },
    { name: 'buyer', path: `/buyers/${buyer?.id}` },
    { name: 'groups', path: '/groups' },
    { name: 'groups, row menu', path: '/groups', act: press(/^Actions for/) },
    { name: 'new group', path: '/groups/new' },
    { name: 'new group, error', path: '/groups/new', act: press('Create group') },
    { name: 'group', path: `/groups/${known(product.demo.groups[0]?.id, 'group')}` },
    { name: 'ring trees', path: '/ring-trees' },
    { name: 'new ring tree, error', path: '/ring-trees/new', act: press('Create ring tree') },
    { name: 'ring tree', path: `/ring-trees/${known(product.demo.ring_trees[0]?.id, 'ring tree')}` },
    { name: 'RTB targets', path: '/rtb-targets' },
    { name: 'RTB targets, row menu', path: '/rtb-targets', act: press(/^Actions for/) },
    { name: 'new RTB target, error', path: '/rtb-targets/new', act: press('Create RTB target') },
    {
      name: 'RTB target, test ping', path: `/rtb-targets/${known(product.demo.rtb_targets[0]?.id, 'RTB target')}`, act: async (page) => {
        await page.getByRole('button', { name: 'Send test ping' }).click();
        await expect(page.locator('#trial-outcome')).toContainText('bid');
      },
    },
    { name: 'RTB IDs', path: '/rtb-ids' },
    { name: 'new RTB ID, error', path: '/rtb-ids/new', act: press('Create RTB ID') },
    {
      name: 'RTB ID, test ping', path: `/rtb-ids/${dashed(known(product.demo.rtb_ids[0]?.id, 'RTB ID'))}`, act: async (page) => {
        await page.getByRole('button', { name: 'Send test ping' }).click();
        await expect(page.locator('#test-outcome')).toContainText('Required fields missing');
      },
    },
    { name: 'RTB report of publishers', path: '/rtb/bids' },
    { name: 'RTB report of publishers, filter', path: '/rtb/bids', act: press('Filter') },
    { name: 'RTB report of publishers, nothing fits', path: '/rtb/bids?search=RTB00000000000000000000000000000000' },
    { name: 'RTB report', path: '/rtb' },
    { name: 'RTB report, filter', path: '/rtb', act: press('Filter') },
    { name: 'RTB report, nothing fits', path: '/rtb?search=nobody' },
    {
      name: 'call with an auction', path: `/calls/${known(auctions.get(product), 'call with an auction')}`, act: async (page) => {
        await page.locator('#call-auction summary').first().click();
      },
    },
    { name: 'agents', path: '/agents' },
    { name: 'agents, row menu', path: '/agents', act: press(/^Actions for/) },
    { name: 'new agent', path: '/agents/new' },
    { name: 'new agent, error', path: '/agents/new', act: press('Create agent') },
    { name: 'agent', path: `/agents/${product.demo.agent}` },
    { name: 'my calls, no agent', path: '/agent' },
    { name: 'target', path: `/targets/${target}` },
    { name: 'target, limits by hour', path: `/targets/${target}`, act: (page) => page.locator('summary').filter({ hasText: 'Limits by hour' }).click() },
    {
      name: 'buyer, all sections', path: `/buyers/${buyer?.id}`, act: async (page) => {
        for (const one of await page.getByRole('main').locator('summary').all()) await one.click();
      },
    },
    {
      name: 'target, weekly hours and errors', path: `/buyers/${buyer?.id}/targets/new`, act: async (page) => {
        await ownSettings(page, 'hours', 'limits');
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
    { name: 'buy numbers', path: '/numbers/buy' },
    { name: 'buy numbers, errors', path: '/numbers/buy?country=US&kind=local&area=1&pattern=%25&region=Texas' },
    // Nobody plays the carrier here; what it sells is looked at in numbers-carrier.spec.
    { name: 'buy numbers, no answer', path: '/numbers/buy?country=US&kind=local&area=212' },
    { name: 'numbers at the carrier, no answer', path: '/numbers/carrier' },
    { name: 'release a number', path: '/numbers/1/release' },
    { name: 'release a number, error', path: '/numbers/1/release', act: press('Release number') },
    { name: 'settings, carrier account', path: '/settings/carrier' },
    { name: 'settings, carrier account, errors', path: '/settings/carrier', act: press('Test and save') },
    { name: 'pools', path: '/pools' },
    { name: 'new pool', path: '/pools/new' },
    { name: 'new pool, error', path: '/pools/new', act: press('Create pool') },
    { name: 'pool', path: `/pools/${pool}` },
    { name: 'pool, remove dialog', path: `/pools/${pool}`, act: press('Remove pool') },
    {
      name: 'pool, numbers with an error', path: `/pools/${pool}`, act: async (page) => {
        await page.getByLabel('Numbers to add').fill('12');
        await page.getByRole('button', { name: 'Add numbers' }).click();
        await expect(page.getByLabel('Numbers to add')).toHaveAttribute('aria-invalid', 'true');
      },
    },
    { name: 'pool, settings unsaved', path: `/pools/${pool}`, act: (page) => page.getByLabel('Name', { exact: true }).fill('Another name') },
    { name: 'DNI tags', path: '/dni' },
    { name: 'new DNI tag', path: '/dni/new' },
    { name: 'new DNI tag, error', path: '/dni/new', act: press('Create DNI tag') },
    { name: 'DNI tag', path: `/dni/${tag}` },
    {
      name: 'DNI tag, settings with errors', path: `/dni/${tag}`, act: async (page) => {
        await page.getByLabel('Sites', { exact: true }).fill('javascript:alert(1)');
        await page.getByLabel(/^Write numbers as/).fill('call me');
        await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
        await expect(page.getByRole('alert')).toContainText('2 fields need fixing');
      },
    },
    { name: 'recordings', path: '/settings/recordings' },
    {
      name: 'recordings, error', path: '/settings/recordings', act: async (page) => {
        await page.getByLabel('Keep recordings').fill('0');
        await page.getByLabel('Keep recordings').blur();
        await expect(page.getByText('Enter a whole number from 1 to 3,650.')).toBeVisible();
      },
    },
    { name: 'publishers', path: '/publishers' },
    { name: 'new publisher', path: '/publishers/new' },
    { name: 'publisher, payout rules', path: '/publishers/1' },
    {
      name: 'publisher, a rule with errors', path: '/publishers/1', act: async (page) => {
        await page.locator('.payout-more > summary').first().click();
        await page.getByRole('spinbutton', { name: 'Amount' }).first().fill('-1');
        await page.getByRole('button', { name: 'And', exact: true }).first().click();
        await page.getByLabel('Value of rule 2').first().fill('TX');
        await page.getByRole('radio', { name: 'Weekly hours' }).first().check({ force: true });
        await page.getByRole('button', { name: /^Save rules/ }).click();
        await expect(page.locator('.payout [aria-invalid=true]').first()).toBeVisible();
      },
    },
    { name: 'publisher, numbers', path: '/publishers/1/numbers' },
    { name: 'publisher, settings', path: '/publishers/1/settings' },
    { name: 'lists, empty', path: '/lists' },
    { name: 'new list, error', path: '/lists/new', act: press('Create list') },
    { name: 'blocked callers', path: '/blocks' },
    { name: 'blocked callers, no match', path: '/blocks?search=999999' },
    { name: 'blocked callers, remove dialog', path: '/blocks', act: press(/in again$/) },
    { name: 'block callers', path: '/blocks/new' },
    { name: 'API keys', path: '/settings/api-keys' },
    { name: 'API keys, revoke dialog', path: '/settings/api-keys', act: press(/^Revoke/) },
    { name: 'new API key', path: '/settings/api-keys/new' },
    { name: 'new API key, error', path: '/settings/api-keys/new', act: press('Make key') },
    { name: 'webhooks', path: '/settings/webhooks' },
    { name: 'webhook', path: `/settings/webhooks/${known(product.demo.webhooks[0]?.id, 'webhook')}` },
    { name: 'new webhook, error', path: '/settings/webhooks/new', act: press('Create webhook') },
    { name: 'block callers, error', path: '/blocks/new', act: press('Block') },
    { name: 'import targets', path: '/import/targets' },
    {
      name: 'import targets, checked', path: '/import/targets', act: async (page) => {
        await page.getByLabel('Or paste rows').fill('buyer,name,number,cap_daily\nNobody yet,A,2145550181,40\nNobody yet,B,12,x\nNobody yet,A,2145550182,');
        await page.getByLabel('Make the buyers').check();
        await page.getByRole('button', { name: 'Check the rows' }).click();
        await expect(page.getByRole('button', { name: 'Import 1 row' })).toBeVisible();
      },
    },
    {
      name: 'import blocked callers, wrong header', path: '/import/blocks', act: async (page) => {
        await page.getByLabel('Or paste rows').fill('number,why\n+13205550100,robots');
        await page.getByRole('button', { name: 'Check the rows' }).click();
        await expect(page.getByLabel('Or paste rows')).toHaveAttribute('aria-invalid', 'true');
      },
    },
    {
      name: 'import a TCPA list, checked', path: '/import/tcpa', act: async (page) => {
        await page.getByLabel('Or paste rows').fill('Phone,Name\n(320) 555-0111,A\nnonsense,B');
        await page.getByLabel('Which list').fill('Litigators, November');
        await page.getByRole('button', { name: 'Check the rows' }).click();
        await expect(page.getByRole('button', { name: 'Import 1 row' })).toBeVisible();
      },
    },
    { name: 'import publishers', path: '/import/publishers' },
    { name: 'buyers, import and export', path: '/buyers', act: press('Import and export') },
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
