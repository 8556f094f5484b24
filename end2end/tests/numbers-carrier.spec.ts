// Numbers at the carrier: an account of one's own, buying, what differs and mending it, taking in,
// giving back.

import type { Browser, Page } from '@playwright/test';
import { Carrier } from '../carrier/carrier.mjs';
import { expect, expectAccessible, hydrated, open, signIn, test } from '../fixtures.ts';
import type { Guard } from '../guard.ts';
import { ACCOUNT_SID, AUTH_TOKEN, Product } from '../server.ts';
import { demoCampaign, display, row, toast } from '../steps.ts';

const AUTO = 'Auto insurance, national';
const OWN = { sid: 'ACffeeddccbbaa99887766554433221100', token: 'fedcba9876543210fedcba9876543210' };

interface World {
  carrier: Carrier;
  product: Product;
  page: Page;
}

/** A server with a carrier that sells numbers, and somebody who may buy them. */
async function world(browser: Browser, guard: Guard, run: (world: World) => Promise<void>, options = {}): Promise<void> {
  const carrier = new Carrier({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, seed: 23, timeScale: 50 });
  const product = await Product.start({ restUrl: await carrier.listen() });
  try {
    carrier.pointAt(product.url);
    const context = await browser.newContext({ baseURL: product.url, ...options });
    guard.watch(context);
    const page = await context.newPage();
    await signIn(page, product.login('owner'), '/numbers');
    await run({ carrier, product, page });
    await context.close();
  } finally {
    await product.stop();
    await carrier.close();
  }
}

test('numbers are found, bought with their price in sight, and route calls', async ({ browser, guard }) => {
  test.setTimeout(90_000);
  await world(browser, guard, async ({ carrier, product, page }) => {
    await hydrated(page);
    await page.getByRole('link', { name: 'Buy numbers' }).click();
    await page.getByLabel('Area code').fill('212');
    await page.getByRole('button', { name: 'Search' }).click();
    await expect(page).toHaveURL(/area=212/);
    await hydrated(page);
    const offers = row(page, 'Numbers for sale', /\(212\)/);
    await expect(offers.first()).toContainText('$1.15');
    await expectAccessible(page, 'numbers for sale');
    const numbers = (await offers.locator('input[type=checkbox]').evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))).slice(0, 2);
    const buy = page.getByRole('button', { name: /^Buy/ });
    await expect(buy).toHaveText('Buy the chosen numbers');
    await buy.click();
    await expect(page.getByRole('alert'), 'none is chosen').toContainText('Choose at least one number.');
    for (const number of numbers) await page.getByRole('checkbox', { name: `Choose ${display(number)}` }).check();
    await expect(buy).toHaveText('Buy 2 numbers for $2.30 a month');
    await page.getByLabel('Campaign', { exact: true }).selectOption(AUTO);
    await page.getByLabel(/^Label/).fill('New York, search');
    await buy.click();
    await expect(page).toHaveURL('/numbers');
    for (const number of numbers) {
      const bought = row(page, 'Numbers', display(number));
      await expect(bought).toContainText('Set up');
      await expect(bought).toContainText('$1.15 a month');
      await expect(bought).toContainText('New York, search');
    }
    const owned = carrier.rest.numbers.of(ACCOUNT_SID);
    expect(owned.map((one: { phone_number: string }) => one.phone_number).sort()).toEqual([...numbers].sort());
    const call = await carrier.place({ from: '+12025550161', to: numbers[0] ?? '', key: 'bought', callees: () => ({ kind: 'answer', after: 2, talk: 20 }) });
    expect(call.connectedTo, 'its callers are routed').not.toBeNull();
    await product.settled();

    // One that somebody else bought in the meantime.
    await open(page, '/numbers/buy?country=US&kind=local&area=212');
    const last = offers.first().locator('input[type=checkbox]');
    const number = await last.inputValue();
    await last.check();
    carrier.rest.addAccount(OWN.sid, OWN.token, {});
    carrier.rest.numbers.own({ phone_number: number, account_sid: OWN.sid });
    await buy.click();
    const order = row(page, 'Orders', display(number));
    await expect(order).toContainText('Not bought');
    await expect(order).toContainText('Somebody else');
    await order.getByRole('button', { name: `Dismiss ${display(number)}` }).click();
    await expect(order).toHaveCount(0);
  });
});

test('what differs at the carrier is seen and mended, what is not ours comes in, and a number is given back', async ({ browser, guard }) => {
  guard.allow(/422|409/);
  test.setTimeout(90_000);
  await world(browser, guard, async ({ carrier, product, page }) => {
    const { number } = demoCampaign(product, AUTO);
    const { numbers } = carrier.rest;
    numbers.own({ phone_number: number, voice_url: 'https://old.example/voice', friendly_name: 'The old one' });
    numbers.own({ phone_number: '+12145550177', voice_url: 'https://old.example/voice', friendly_name: 'Billboard, Dallas' });
    await open(page, '/numbers/carrier');
    const drifted = row(page, 'Numbers that are not set up', display(number));
    await expect(drifted).toContainText('Its calls are not routed');
    await expect(drifted).toContainText('https://old.example/voice');
    await expectAccessible(page, 'at the carrier');
    await drifted.getByRole('button', { name: `Set up ${display(number)}` }).click();
    await expect(toast(page)).toContainText('1 number set up');
    await expect(drifted).toHaveCount(0);

    await page.getByRole('checkbox', { name: 'Choose (214) 555-0177' }).check();
    await page.getByRole('button', { name: 'Import 1 number' }).click();
    await expect(page).toHaveURL('/numbers');
    const taken = row(page, 'Numbers', '(214) 555-0177');
    await expect(taken).toContainText('Billboard, Dallas');
    await expect(taken).toContainText('Set up');
    const wired = numbers.of(ACCOUNT_SID).map((one: { voice_url: string }) => one.voice_url);
    expect(wired.every((url: string) => url.startsWith(`${product.publicUrl}/api/webhooks/voice`))).toBe(true);

    await taken.getByRole('link', { name: 'Release (214) 555-0177' }).click();
    await page.getByLabel(/^Type \(214\) 555-0177/).fill('2145550178');
    await page.getByRole('button', { name: 'Release number' }).click();
    await expect(page.getByRole('alert')).toContainText('Type (214) 555-0177 to release it.');
    expect(numbers.of(ACCOUNT_SID)).toHaveLength(2);
    await page.getByLabel(/^Type \(214\) 555-0177/).fill('214 555 0177');
    await page.getByRole('button', { name: 'Release number' }).click();
    await expect(page).toHaveURL('/numbers');
    await expect(taken).toHaveCount(0);
    expect(numbers.of(ACCOUNT_SID)).toHaveLength(1);
  });
});

test('an account of one’s own is tried before it is kept, and signs the calls from then on', async ({ browser, guard }) => {
  guard.allow(/422/);
  test.setTimeout(90_000);
  await world(browser, guard, async ({ carrier, product, page }) => {
    carrier.rest.addAccount(OWN.sid, OWN.token, { friendlyName: 'Northgate, Twilio' });
    await open(page, '/settings/carrier');
    await expect(page.getByText('This server’s account')).toBeVisible();
    await page.getByLabel('Account SID').fill(OWN.sid);
    await page.getByLabel('Auth token').fill('wrong');
    await page.getByRole('button', { name: 'Test and save' }).click();
    await expect(page.getByRole('alert')).toContainText('does not accept this SID and token');
    await expect(page.getByLabel('Account SID')).toHaveValue(OWN.sid);
    await page.getByLabel('Auth token').fill(OWN.token);
    await page.getByRole('button', { name: 'Test and save' }).click();
    await expect(page.getByText('Northgate, Twilio')).toBeVisible();
    await expectAccessible(page, 'a carrier account');
    expect(await page.content(), 'the token is never shown').not.toContain(OWN.token);

    const theirs = new Carrier({ accountSid: OWN.sid, authToken: OWN.token, seed: 29, timeScale: 50 });
    theirs.pointAt(product.url);
    const { number } = demoCampaign(product, AUTO);
    const call = await theirs.place({ from: '+12025550162', to: number, key: 'own', callees: () => ({ kind: 'answer', after: 2, talk: 20 }) });
    expect(call.connectedTo, 'signed with the own token').not.toBeNull();
    const forged = new Carrier({ accountSid: OWN.sid, authToken: AUTH_TOKEN, seed: 31, timeScale: 50 });
    forged.pointAt(product.url);
    const refused = await forged.place({ from: '+12025550163', to: number, key: 'forged', callees: () => ({ kind: 'answer', after: 2, talk: 20 }) });
    expect(refused.connectedTo, 'the server’s token does not sign for it').toBeNull();
    await theirs.close();
    await forged.close();

    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await expect(page.getByText('This server’s account')).toBeVisible();
  });
});

test('a number is bought and given back without the page’s script', async ({ browser, guard }) => {
  guard.allow(/\.js csp$/);
  test.setTimeout(90_000);
  await world(
    browser,
    guard,
    async ({ carrier, page }) => {
      await page.goto('/numbers/buy');
      await page.getByLabel('Area code').fill('21');
      await page.getByRole('button', { name: 'Search' }).click();
      await expect(page.getByText('An area code has three digits')).toBeVisible();
      await expect(page.getByLabel('Area code')).toHaveValue('21');
      await page.getByLabel('Area code').fill('212');
      await page.getByRole('button', { name: 'Search' }).click();
      const choice = row(page, 'Numbers for sale', /\(212\)/).first().locator('input[type=checkbox]');
      const number = await choice.inputValue();
      await choice.check();
      await page.getByRole('button', { name: 'Buy the chosen numbers' }).click();
      await expect(page).toHaveURL('/numbers');
      await expect(async () => {
        await page.reload();
        await expect(row(page, 'Numbers', display(number))).toContainText('Set up');
      }).toPass();
      await row(page, 'Numbers', display(number)).getByRole('link', { name: `Release ${display(number)}` }).click();
      await page.getByLabel(/^Type/).fill(number);
      await page.getByRole('button', { name: 'Release number' }).click();
      await expect(page).toHaveURL('/numbers');
      expect(carrier.rest.numbers.of(ACCOUNT_SID)).toHaveLength(0);
    },
    { javaScriptEnabled: false },
  );
});

test('a pool that runs short buys numbers by itself, within its limit', async ({ browser, guard }) => {
  test.setTimeout(120_000);
  await world(browser, guard, async ({ carrier, product, page }) => {
    const tag = product.demo.dni_tags.find((one) => one.pool);
    if (!tag?.pool) throw new Error('the demo has no tag with a pool');
    await open(page, `/pools/${tag.pool}`);
    const size = (await page.getByRole('region', { name: 'Numbers of this pool' }).locator('tbody tr').count()) + 1;
    await page.getByRole('switch', { name: 'Buy numbers when they run short' }).check();
    await page.getByLabel('Up to').fill(String(size));
    await page.getByLabel('Area code to buy in').fill('212');
    await page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click();
    await expect(toast(page)).toContainText('Pool saved.');
    const origin = tag.origins[0]?.replace('*.', 'www.') ?? '';
    const site = origin.includes('://') ? origin : `https://${origin}`;
    for (let n = 0; n < size + 2; n += 1) {
      const asks = { tag: tag.id, visitor: `VisitorOfGrowth-${n}`, page: `${site}/`, referrer: '', url: `${site}/?utm_source=x` };
      const answer = await fetch(`${product.url}/dni/v1/assign`, { method: 'POST', headers: { origin: site }, body: JSON.stringify(asks) });
      expect(answer.ok).toBe(true);
    }
    await expect(row(page, 'Numbers of this pool', /\(212\)/)).toHaveCount(1, { timeout: 60_000 });
    expect(carrier.rest.numbers.of(ACCOUNT_SID), 'one more was allowed').toHaveLength(1);
  });
});
