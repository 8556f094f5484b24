// Without the page's script: sign in, filter, page, open a call, make a buyer. What works here works
// before hydration too.

import { expect, signIn, test } from '../fixtures.ts';
import { demoCampaign, display, ownSettings, placeCall, row } from '../steps.ts';

test.use({ javaScriptEnabled: false });

const CAMPAIGN = 'Auto insurance, national';
const FROM = '+17025550111';

// The browser itself says that it does not load the script.
test.beforeEach(({ guard }) => guard.allow(/\.js csp$/));

test.beforeAll(async ({ product }) => {
  await placeCall(product, { from: FROM, to: demoCampaign(product, CAMPAIGN).number });
});

test('sign in, with a wrong password first', async ({ page, product }) => {
  const { email, password } = product.login('owner');
  await page.goto('/calls');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert')).toHaveText('Email and password do not match.');
  await expect(page.getByLabel('Email')).toHaveValue(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/calls');
  await expect(page.getByRole('heading', { level: 1, name: 'Call log' })).toBeVisible();
});

test('filter, take the filter off, choose a range, open a call', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/calls');
  const filters = page.getByRole('group', { name: 'Filters' });
  await filters.getByRole('button', { name: 'Filter', exact: true }).click();
  await filters.getByLabel('Campaign', { exact: true }).selectOption(CAMPAIGN);
  await filters.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/campaign=[0-9a-f-]{36}/);
  await expect(row(page, 'Call log', display(FROM))).toBeVisible();
  await filters.getByRole('link', { name: `Remove filter: Campaign is ${CAMPAIGN}` }).click();
  await expect(page).toHaveURL('/calls');
  await page.getByRole('searchbox', { name: 'Caller contains' }).fill('5550111');
  await page.getByRole('searchbox', { name: 'Caller contains' }).press('Enter');
  await expect(row(page, 'Call log', display(FROM))).toBeVisible();
  await page.getByRole('button', { name: /^Today/ }).click();
  await page.getByRole('link', { name: 'All time' }).click();
  await expect(page).toHaveURL(/range=all/);
  await row(page, 'Call log', display(FROM)).getByRole('link').click();
  const drawer = page.getByRole('complementary', { name: display(FROM) });
  await expect(drawer.getByRole('region', { name: 'Decision' })).toContainText('Won');
  await drawer.locator('summary').first().click();
  await expect(drawer.locator('pre').first()).toBeVisible();
  await drawer.getByRole('link', { name: 'Open as a page' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Call from ${display(FROM)}` })).toBeVisible();
});

test('go to the older page and back', async ({ page, product }) => {
  test.setTimeout(90_000);
  const { id, number } = demoCampaign(product, 'Motor vehicle accident, CA');
  await placeCall(product, { from: '+17025550120', to: number, count: 52, speed: 2_000 });
  await signIn(page, product.login('owner'), `/calls?campaign=${id}`);
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const rows = page.getByRole('region', { name: 'Call log', exact: true }).locator('tbody tr');
  await expect(rows).toHaveCount(50);
  await pages.getByRole('link', { name: 'Older' }).click();
  await expect(page).toHaveURL(/after=/);
  await expect(rows.first()).toBeVisible();
  expect(await rows.count()).toBeLessThan(50);
  await pages.getByRole('link', { name: 'Newer' }).click();
  await expect(rows).toHaveCount(50);
});

test('a campaign that does not fit comes back as it was typed', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/campaigns/new');
  const name = page.getByLabel('Campaign name');
  await name.fill('Wells, "Texas" & Oklahoma');
  await page.getByLabel('Vertical').selectOption('Legal');
  await page.getByLabel('Number').fill('(214) 555');
  await page.getByLabel('A call is paid').selectOption('When connected');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  // The field that was hidden is shown, and says what is missing.
  await expect(page.getByRole('spinbutton', { name: 'Price' })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Number'), 'what was typed').toHaveValue('(214) 555');
  await expect(name).toHaveValue('Wells, "Texas" & Oklahoma');
  await expect(page.getByLabel('Vertical')).toHaveValue('Legal');
  await expect(page.getByLabel('A call is paid')).toHaveValue('connect');
  await page.getByRole('spinbutton', { name: 'Price' }).fill('25');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page.getByLabel('Number'), 'also the second time').toHaveValue('(214) 555');
  await expect(name).toHaveValue('Wells, "Texas" & Oklahoma');
  await page.getByLabel('Number').fill('(214) 555-0181');
  await page.getByRole('button', { name: 'Create campaign' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Wells, "Texas" & Oklahoma' })).toBeVisible();
  await page.getByRole('navigation', { name: 'Campaign', exact: true }).getByRole('link', { name: 'Money' }).click();
  await expect(page.getByRole('spinbutton', { name: 'Price' })).toHaveValue('25');

  await page.getByRole('navigation', { name: 'Campaign', exact: true }).getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('radio', { name: 'Number' }).check();
  await name.fill('Wells');
  await page.getByRole('button', { name: /Save settings/ }).click();
  await expect(page.getByLabel('Forward to')).toHaveAttribute('aria-invalid', 'true');
  await page.getByLabel('Forward to').fill('12');
  await page.getByRole('button', { name: /Save settings/ }).click();
  await expect(page.getByLabel('Forward to')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Forward to')).toHaveValue('12');
  await expect(name).toHaveValue('Wells');
  await expect(page.getByRole('heading', { level: 1 }), 'nothing was stored').toHaveText('Wells, "Texas" & Oklahoma');
});

test('a target that does not fit comes back as it was typed', async ({ page, product }) => {
  const buyer = product.demo.buyers.find((one) => one.targets.length > 0);
  await signIn(page, product.login('owner'), `/buyers/${buyer?.id}/targets/new`);
  const whisper = page.getByLabel(/^Whisper/);
  await page.getByLabel('Name', { exact: true }).fill('Night desk');
  await page.getByLabel('Phone number').fill('(214) 555-01');
  await ownSettings(page, 'ring', 'hours', 'limits');
  await page.getByLabel('Ring limit').fill('31');
  await whisper.fill('Call from <Northgate>');
  await page.getByLabel('Time zone').selectOption('America/Denver');
  await page.getByRole('radio', { name: 'Weekly hours' }).check();
  await page.getByLabel('Per day').fill('40');
  await page.getByRole('button', { name: 'Create target' }).click();
  await expect(page.getByRole('alert')).toContainText('1 field needs fixing');
  await expect(page.getByLabel('Phone number')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Phone number')).toHaveValue('(214) 555-01');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Night desk');
  await expect(page.getByLabel('Ring limit')).toHaveValue('31');
  await expect(whisper).toHaveValue('Call from <Northgate>');
  await expect(page.getByLabel('Time zone')).toHaveValue('America/Denver');
  await expect(page.getByLabel('Per day')).toHaveValue('40');
  // The hours chosen are there to be filled in, a day that is closed included.
  const sunday = page.getByRole('group', { name: 'Sunday' });
  const monday = page.getByRole('group', { name: 'Monday' });
  await monday.getByLabel('Monday until').fill('18:30');
  await monday.getByLabel('Monday breaks').fill('12:00-13:00, 12:30-14:00');
  const open = await sunday.getByRole('checkbox').isChecked();
  await sunday.getByRole('checkbox').setChecked(!open);
  await page.getByRole('button', { name: 'Create target' }).click();
  await expect(monday.getByLabel('Monday until')).toHaveValue('18:30');
  await expect(monday.getByLabel('Monday breaks')).toHaveValue('12:00-13:00, 12:30-14:00');
  await expect(sunday.getByRole('checkbox')).toBeChecked({ checked: !open });
  await monday.getByLabel('Monday breaks').fill('12:00-13:00');
  await page.getByLabel('Phone number').fill('(214) 555-0182');
  await page.getByRole('button', { name: 'Create target' }).click();
  await expect(page).toHaveURL(`/buyers/${buyer?.id}`);

  await page.getByRole('link', { name: 'Night desk' }).click();
  await page.getByLabel('Ring limit').fill('1');
  await page.getByLabel('Per day').fill('41');
  await page.getByRole('button', { name: /Save target/ }).click();
  await expect(page.getByLabel('Ring limit')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Ring limit')).toHaveValue('1');
  await expect(page.getByLabel('Per day')).toHaveValue('41');
});

test('a number that does not fit comes back as it was typed', async ({ page, product }) => {
  const { id, name } = demoCampaign(product, CAMPAIGN);
  await signIn(page, product.login('owner'), '/numbers/new');
  await page.getByLabel('Number', { exact: true }).fill('(919) 555-01');
  await page.getByLabel(/^Label/).fill('Flyer, spring');
  await page.getByLabel('Campaign', { exact: true }).selectOption(name);
  await page.getByRole('button', { name: 'Add number' }).click();
  await expect(page.getByLabel('Number', { exact: true })).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Number', { exact: true })).toHaveValue('(919) 555-01');
  await expect(page.getByLabel(/^Label/)).toHaveValue('Flyer, spring');
  await expect(page.getByLabel('Campaign', { exact: true })).toHaveValue(id);
  await page.getByLabel('Number', { exact: true }).fill('(919) 555-0191');
  await page.getByRole('button', { name: 'Add number' }).click();
  await expect(row(page, 'Numbers', '(919) 555-0191')).toContainText('Flyer, spring');
});

test('a pool that does not fit comes back as it was typed, and so do its numbers', async ({ page, product }) => {
  const { id, name } = demoCampaign(product, CAMPAIGN);
  await signIn(page, product.login('owner'), '/pools/new');
  const quiet = page.getByRole('spinbutton', { name: 'Keep a quiet visitor’s number for' });
  await page.getByLabel('Name', { exact: true }).fill('Plain HTML search');
  await page.getByLabel('Campaign', { exact: true }).selectOption(name);
  await quiet.fill('5');
  await page.getByRole('radio', { name: 'As few numbers as possible' }).check({ force: true });
  await page.getByRole('button', { name: 'Create pool' }).click();
  await expect(quiet).toHaveAttribute('aria-invalid', 'true');
  await expect(quiet).toHaveValue('5');
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Plain HTML search');
  await expect(page.getByLabel('Campaign', { exact: true })).toHaveValue(id);
  await expect(page.getByRole('radio', { name: 'As few numbers as possible' })).toBeChecked();
  await quiet.fill('600');
  await page.getByRole('button', { name: 'Create pool' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Plain HTML search' })).toBeVisible();
  const numbers = page.getByLabel('Numbers to add');
  await numbers.fill('(919) 555-0192, 12');
  await page.getByRole('button', { name: 'Add numbers' }).click();
  await expect(numbers).toHaveAttribute('aria-invalid', 'true');
  await expect(numbers).toHaveValue('(919) 555-0192, 12');
  await numbers.fill('(919) 555-0192');
  await page.getByRole('button', { name: 'Add numbers' }).click();
  const added = row(page, 'Numbers of this pool', '(919) 555-0192');
  await expect(added).toContainText('Free');
  await added.getByRole('button', { name: /^Take/ }).click();
  await expect(added).toHaveCount(0);
});

test('a DNI tag that does not fit comes back as it was typed, and its script is told', async ({ page, product }) => {
  const pool = product.demo.pools[0];
  await signIn(page, product.login('owner'), `/dni/new?source=pool%3A${pool?.id}`);
  await expect(page.getByLabel('Shows'), 'the pool that the address names').toHaveValue(`pool:${pool?.id}`);
  const sites = page.getByLabel('Sites', { exact: true });
  await page.getByLabel('Name', { exact: true }).fill('Plain HTML site');
  await sites.fill('plain.example\nplain.example/page');
  await page.getByLabel(/^Numbers on the page/).fill('(919) 555-0193');
  await page.getByRole('button', { name: 'Create DNI tag' }).click();
  await expect(sites).toHaveAttribute('aria-invalid', 'true');
  await expect(sites).toHaveValue('plain.example\nplain.example/page');
  await expect(page.getByLabel('Shows')).toHaveValue(`pool:${pool?.id}`);
  await expect(page.getByLabel(/^Numbers on the page/)).toHaveValue('(919) 555-0193');
  await sites.fill('plain.example\n*.plain.example');
  await page.getByRole('button', { name: 'Create DNI tag' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Plain HTML site' })).toBeVisible();
  await expect(page.locator('[data-snippet]')).toHaveText(/^<script async src="[^"]+\/dni\.js" data-tag="[0-9a-f-]{36}"><\/script>$/);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
});

test('the traffic is narrowed to a time and a DNI tag', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/traffic');
  const filters = page.getByRole('group', { name: 'Filters' });
  await page.getByRole('button', { name: /^Today/ }).click();
  await page.getByRole('link', { name: 'Last 7 days' }).click();
  await expect(page).toHaveURL('/traffic?range=7d');
  await page.getByRole('navigation', { name: 'Traffic by' }).getByRole('link', { name: 'Device' }).click();
  await expect(page).toHaveURL('/traffic?range=7d&by=device');
  await filters.getByRole('button', { name: 'Filter', exact: true }).click();
  await filters.getByLabel('DNI tag', { exact: true }).selectOption(product.demo.dni_tags[0]?.id ?? '');
  await filters.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL(/range=7d&by=device&tag=[0-9a-f-]{36}$/);
  await filters.getByRole('link', { name: 'Clear' }).click();
  await expect(page).toHaveURL('/traffic?range=7d&by=device');
});

test('a buyer is made, an error is told with what was typed, a target is paused', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/buyers/new');
  const name = page.getByLabel('Name', { exact: true });
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await expect(page.getByRole('alert')).toContainText('Enter a name.');
  const long = 'Plain HTML Roofing '.repeat(5);
  await name.fill(long);
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await expect(page.getByRole('alert')).toContainText('Use at most 80 characters.');
  await expect(name).toHaveValue(long);
  await name.fill('Plain HTML Roofing');
  await page.getByRole('button', { name: 'Create buyer' }).click();
  await expect(page).toHaveURL(/\/buyers\/\d+$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Plain HTML Roofing' })).toBeVisible();
  await name.fill(long);
  await page.getByRole('button', { name: /Save buyer/ }).click();
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(name).toHaveValue(long);
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
});

test('however often a form is refused, its address does not grow', async ({ page, product }) => {
  const buyer = product.demo.buyers.find((one) => one.targets.length > 0);
  await signIn(page, product.login('owner'), `/buyers/${buyer?.id}/targets/new`);
  const whisper = 'Call from Northgate about a roof. '.repeat(8).trim();
  await page.getByLabel(/^Whisper/).fill(whisper);
  const lengths: number[] = [];
  for (let time = 0; time < 6; time += 1) {
    await page.getByLabel('Phone number').fill(`(214) 555-0${time}`);
    await page.getByRole('button', { name: 'Create target' }).click();
    await expect(page.getByLabel('Phone number')).toHaveValue(`(214) 555-0${time}`);
    await expect(page.getByLabel(/^Whisper/), `the ${time + 1}. time`).toHaveValue(whisper);
    lengths.push(page.url().length);
  }
  expect(new Set(lengths).size, lengths.join(', ')).toBe(1);
});

test('a route is added to the plan, and a plan that is refused says why', async ({ page, product }) => {
  const { id } = demoCampaign(product, 'Roof repair, Texas');
  await signIn(page, product.login('owner'), `/campaigns/${id}/routing`);
  const before = await page.getByLabel(/^Weight of/).count();
  const add = async (priority: string) => {
    await page.getByRole('button', { name: 'Add a route to priority 1' }).click();
    const panel = page.getByRole('dialog', { name: 'Add a route to priority 1' });
    await panel.getByLabel('Target').selectOption({ label: 'Crestline Insurance' });
    await panel.getByLabel('Priority').selectOption(priority);
    await panel.getByRole('button', { name: 'Add and save the plan' }).click();
  };
  await page.getByLabel(/^Weight of/).first().fill('0');
  await add('Priority 1');
  await expect(page.getByRole('alert')).toContainText('Not saved: Enter 1 to 1,000.');
  await expect(page.getByLabel(/^Weight of/)).toHaveCount(before);
  await add('Priority 2');
  await expect(page.getByRole('region', { name: 'Priority 2', exact: true }).getByLabel('Weight of Crestline Insurance')).toHaveValue('10');
  await expect(page.getByLabel(/^Weight of/)).toHaveCount(before + 1);
  expect(new URL(page.url()).search, 'the refusal is forgotten').toBe('');
});

test('the list of campaigns is filtered', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/campaigns');
  const filters = page.getByRole('group', { name: 'Filters' });
  await filters.getByRole('button', { name: 'Filter', exact: true }).click();
  await filters.getByLabel('Status').selectOption('Paused');
  await filters.getByRole('button', { name: 'Apply' }).click();
  await expect(page).toHaveURL('/campaigns?status=paused');
  await expect(row(page, 'Campaigns', CAMPAIGN)).toHaveCount(0);
  await filters.getByRole('link', { name: 'Clear' }).click();
  await expect(row(page, 'Campaigns', CAMPAIGN)).toBeVisible();
});

test('the theme is chosen and one signs out', async ({ page, product }) => {
  await signIn(page, product.login('owner'), '/calls');
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(page).toHaveURL('/calls');
  await expect(page.locator('html')).toHaveClass(/(^| )dark( |$)/);
  await page.getByRole('button', { name: /your account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL(/\/login/);
});
