// A viewer looks, with callers masked, and changes nothing: no control offers it and no request does it.

import { expect, hydrated, open, test } from '../fixtures.ts';
import { demoCampaign, display, placeCall, row } from '../steps.ts';

const CAMPAIGN = 'Auto insurance, national';
const FROM = '+12065550191';

test.beforeAll(async ({ product }) => {
  await placeCall(product, { from: FROM, to: demoCampaign(product, CAMPAIGN).number });
});

test('callers are masked everywhere, in the page and in what the page was sent', async ({ signedIn, product }) => {
  const page = await signedIn('viewer');
  const heard: string[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/api/')) void response.text().then((text) => heard.push(text), () => undefined);
  });
  await open(page, '/calls');
  const shown = row(page, 'Call log', '***').first();
  await expect(shown).toBeVisible();
  await expect(page.getByText('Callers are masked for your role')).toBeVisible();
  await expect(page.getByRole('searchbox')).toHaveCount(0);
  await shown.getByRole('link').click();
  const drawer = page.getByRole('complementary');
  await expect(drawer.getByRole('heading', { level: 2 })).toContainText('***');
  const full = (await drawer.getByRole('link', { name: 'Open as a page' }).getAttribute('href')) ?? '';
  await drawer.getByRole('region', { name: 'What we answered the carrier' }).locator('summary').first().click();

  const sources = [await page.content(), ...heard];
  for (const path of [full, '/', '/calls']) sources.push(await (await page.request.get(`${product.url}${path}`)).text());
  for (const text of sources) {
    expect(text).not.toContain(FROM.slice(2));
    expect(text).not.toContain(display(FROM));
    expect(text).not.toContain(display(FROM).slice(-8));
  }
});

test('a viewer cannot find out a caller by asking for it', async ({ signedIn }) => {
  const page = await signedIn('viewer');
  const count = page.getByRole('group', { name: 'Filters' }).getByRole('status');
  await open(page, `/calls?caller=${FROM.slice(-7)}`);
  const right = await count.textContent();
  await open(page, '/calls?caller=0000000');
  expect(await count.textContent(), 'a right guess looks like a wrong one').toBe(right);
});

test('the owner sees the same caller in full', async ({ signedIn }) => {
  const page = await signedIn('owner', {}, '/calls');
  await expect(row(page, 'Call log', display(FROM))).toBeVisible();
});

test('no page offers a viewer a change', async ({ signedIn, product }) => {
  const page = await signedIn('viewer');
  const { id } = demoCampaign(product, CAMPAIGN);
  const buyer = product.demo.buyers[0];
  const target = buyer?.targets[0];
  const pages = ['/', '/campaigns', `/campaigns/${id}`, `/campaigns/${id}/numbers`, `/campaigns/${id}/routing`, `/campaigns/${id}/settings`,
    '/buyers', `/buyers/${buyer?.id}`, `/targets/${target?.id}`, '/numbers', '/pools', `/pools/${product.demo.pools[0]?.id}`,
    '/dni', `/dni/${product.demo.dni_tags[0]?.id}`, '/traffic'];
  for (const path of pages) {
    await open(page, path);
    const main = page.getByRole('main');
    await expect(main.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(main.getByRole('button', { name: /^(Pause|Resume|Archive|Remove|Take|Assign|Unassign|Save|Add|Create|Move|Actions for)/ }), path).toHaveCount(0);
    await expect(main.getByRole('link', { name: /^(New|Add) / }), path).toHaveCount(0);
    await expect(main.getByRole('switch'), path).toHaveCount(0);
    await expect(main.locator('form[method=post]').locator('button, select, textarea, input:not([type=hidden])'), path).toHaveCount(0);
  }
  for (const path of ['/campaigns/new', '/buyers/new', `/buyers/${buyer?.id}/targets/new`, '/numbers/new', '/pools/new', '/dni/new']) {
    await open(page, path);
    await expect(page.getByRole('main'), path).toContainText('Your role may not');
    await expect(page.getByRole('main').getByRole('textbox'), path).toHaveCount(0);
  }
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('option', { name: 'Campaigns' })).toBeVisible();
  await expect(page.getByRole('option', { name: /^New / })).toHaveCount(0);
});

test('a write that is sent anyway is refused and changes nothing', async ({ signedIn, product, guard }) => {
  guard.allow(/403/);
  const page = await signedIn('viewer');
  const headers = { Origin: product.url, Accept: 'application/json' };
  const { id } = demoCampaign(product, CAMPAIGN);
  const target = product.demo.buyers[0]?.targets[0]?.id ?? '';
  const writes: [string, Record<string, string>][] = [
    ['/api/buyers/create', { 'form[name]': 'Viewer buyer' }],
    ['/api/campaigns/create', { 'form[name]': 'Viewer campaign', 'form[vertical]': 'Other', 'form[recording]': 'off', 'form[fallback]': 'hang_up' }],
    ['/api/campaigns/set_activity', { id, activity: 'paused' }],
    ['/api/targets/set_activity', { id: String(target), activity: 'paused' }],
    ['/api/numbers/add', { 'form[number]': '(919) 555-0199', 'form[label]': '', 'form[campaign]': '' }],
    ['/api/pools/create', { 'form[name]': 'Viewer pool', 'form[campaign]': id }],
    ['/api/pools/add_numbers', { id: String(product.demo.pools[0]?.id), 'form[numbers]': '(919) 555-0199' }],
    ['/api/dni_tags/set_enabled', { id: product.demo.dni_tags[0]?.id ?? '', enabled: 'false' }],
  ];
  for (const [path, form] of writes) {
    const answer = await page.request.post(`${product.url}${path}`, { form, headers, maxRedirects: 0 });
    expect(answer.status(), path).toBe(403);
  }
  const owner = await signedIn('owner', {}, '/campaigns');
  await expect(row(owner, 'Campaigns', CAMPAIGN)).toContainText('Active');
  await expect(row(owner, 'Campaigns', 'Viewer campaign')).toHaveCount(0);
  await open(owner, '/buyers');
  await expect(owner.getByRole('main').getByText('Viewer buyer')).toHaveCount(0);
  await open(owner, '/numbers');
  await expect(row(owner, 'Numbers', '(919) 555-0199')).toHaveCount(0);
  await open(owner, '/pools');
  await expect(row(owner, 'Pools', 'Viewer pool')).toHaveCount(0);
  await open(owner, `/dni/${product.demo.dni_tags[0]?.id}`);
  await expect(owner.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
});

test('a form of another site is refused', async ({ signedIn, product, guard }) => {
  guard.allow(/403/);
  const page = await signedIn('owner');
  const answer = await page.request.post(`${product.url}/api/buyers/create`, {
    form: { 'form[name]': 'From elsewhere' }, headers: { Origin: 'https://elsewhere.example' }, maxRedirects: 0,
  });
  expect(answer.status()).toBe(403);
  await open(page, '/buyers');
  await hydrated(page);
  await expect(page.getByRole('main').getByText('From elsewhere')).toHaveCount(0);
});
