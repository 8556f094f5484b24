// Recordings: heard with their shape, from any second and by keys; deleted at the carrier too; who
// hears them and for how long; a target that is never recorded.

import type { Browser, Locator, Page } from '@playwright/test';
import { Carrier } from '../carrier/carrier.mjs';
import { expect, expectAccessible, hydrated, open, signIn, test } from '../fixtures.ts';
import type { Guard } from '../guard.ts';
import { ACCOUNT_SID, AUTH_TOKEN, Product } from '../server.ts';
import { demoCampaign, display, row, toast } from '../steps.ts';

const AUTO = 'Auto insurance, national';
const FROM = '+12025550151';

interface World {
  carrier: Carrier;
  product: Product;
  page: Page;
  /** The recording's part of the call. */
  part: Locator;
}

/** A server whose carrier recorded one call of twenty seconds, and the owner with that call open. */
async function world(browser: Browser, guard: Guard, run: (world: World) => Promise<void>): Promise<void> {
  const carrier = new Carrier({ accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, seed: 11, timeScale: 50 });
  const product = await Product.start({ restUrl: await carrier.listen() });
  try {
    carrier.pointAt(product.url);
    await carrier.place({ from: FROM, to: demoCampaign(product, AUTO).number, key: 'recorded', callees: () => ({ kind: 'answer', after: 2, talk: 20 }) });
    await product.settled();
    const context = await browser.newContext({ baseURL: product.url });
    guard.watch(context);
    const page = await context.newPage();
    await signIn(page, product.login('owner'), '/calls');
    await hydrated(page);
    await expect(row(page, 'Call log', display(FROM)), 'the log marks it').toContainText('Recorded');
    await row(page, 'Call log', display(FROM)).getByRole('link').click();
    await run({ carrier, product, page, part: page.getByRole('region', { name: 'Recording', exact: true }) });
    await context.close();
  } finally {
    await product.stop();
    await carrier.close();
  }
}

/** What the audio element says of itself. */
const state = (part: Locator) =>
  part.locator('audio').evaluate((audio: HTMLAudioElement) => ({ at: audio.currentTime, total: audio.duration, paused: audio.paused, rate: audio.playbackRate }));

test('a recording plays, from any second, by pointer and keys', async ({ browser, guard }) => {
  test.setTimeout(90_000);
  await world(browser, guard, async ({ carrier, product, page, part }) => {
    const source = (await part.locator('audio').getAttribute('src')) ?? '';
    expect(new URL(source, product.url).origin, 'the carrier stays behind our door').toBe(product.url);
    const whole = await page.request.get(source);
    expect(whole.status()).toBe(200);
    expect(whole.headers()['content-type']).toMatch(/^audio\//);
    const middle = await page.request.get(source, { headers: { Range: 'bytes=100-199' } });
    expect(middle.status()).toBe(206);
    expect((await middle.body()).equals((await whole.body()).subarray(100, 200))).toBe(true);

    const slider = part.getByRole('slider', { name: 'Position. Caller above, Target below' });
    await expect(slider, 'both sides, with who is who').toBeVisible();
    await expect(slider.locator('svg')).toHaveCount(4);
    const fetched = () => carrier.rest.requests.filter((one: { path: string }) => one.path.includes('/Recordings/') && one.path.endsWith('.wav')).length;
    const before = fetched();
    await page.reload();
    await hydrated(page);
    await expect(slider).toBeVisible();
    expect(fetched(), 'the shape is worked out once').toBe(before);
    await expect(slider).toHaveAttribute('aria-valuetext', '0:00 of 0:20');

    await part.locator('audio').evaluate((audio: HTMLAudioElement) => void (audio.muted = true));
    await slider.scrollIntoViewIfNeeded();
    const box = await slider.boundingBox();
    if (!box) throw new Error('no slider');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await expect(slider).toHaveAttribute('aria-valuetext', /^0:(09|10) of 0:20$/);
    await part.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(async () => (await state(part)).at, { message: 'it starts where it was clicked' }).toBeGreaterThan(9.5);
    await part.getByRole('button', { name: 'Pause' }).click();
    expect((await state(part)).paused).toBe(true);

    await slider.focus();
    const here = page.url();
    await page.keyboard.press('Home');
    await expect(slider).toHaveAttribute('aria-valuenow', '0');
    await page.keyboard.press('ArrowRight');
    await expect(slider).toHaveAttribute('aria-valuenow', '5');
    await page.keyboard.press('ArrowUp');
    await expect(slider).toHaveAttribute('aria-valuenow', '10');
    await page.keyboard.press('ArrowLeft');
    await expect(slider).toHaveAttribute('aria-valuenow', '5');
    expect(page.url(), 'arrows stay with the player').toBe(here);
    await page.keyboard.press('Space');
    await expect(part.getByRole('button', { name: 'Pause' })).toBeVisible();
    await page.keyboard.press('Space');
    await expect(part.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    await page.keyboard.press('End');
    await expect(slider).toHaveAttribute('aria-valuetext', '0:20 of 0:20');

    await part.getByRole('button', { name: 'Speed 1×', exact: true }).click();
    await expect(part.getByRole('button', { name: 'Speed 1.25×' })).toBeVisible();
    expect((await state(part)).rate).toBe(1.25);
    const [file] = await Promise.all([page.waitForEvent('download'), part.getByRole('link', { name: 'Download' }).click()]);
    expect(file.suggestedFilename()).toMatch(/^call-[0-9a-f]{8}-1\.wav$/);
    await expectAccessible(page);

    await page.context().clearCookies();
    expect((await page.request.get(source, { maxRedirects: 0 })).status(), 'nobody listens without signing in').not.toBe(200);
  });
});

test('deleting asks why, deletes at the carrier, and the call tells of it', async ({ browser, guard }) => {
  test.setTimeout(90_000);
  await world(browser, guard, async ({ carrier, page, part }) => {
    const source = (await part.locator('audio').getAttribute('src')) ?? '';
    await part.getByRole('button', { name: 'Delete', exact: true }).click();
    const ask = page.getByRole('dialog', { name: 'Delete' });
    await expect(ask.getByText('This cannot be undone.')).toBeVisible();
    await ask.getByRole('button', { name: 'Delete recording' }).click();
    await expect(ask, 'not without a reason').toBeVisible();
    await ask.getByLabel('Reason').fill('The caller asked');
    await ask.getByRole('button', { name: 'Delete recording' }).click();
    await expect(toast(page)).toContainText('Recording deleted.');
    await expect(part).toContainText(/Deleted by .+ on \w{3}, \w{3} \d+: The caller asked/);
    await expect(part.locator('audio')).toHaveCount(0);
    const asked = carrier.rest.requests.filter((one: { method: string }) => one.method === 'DELETE');
    expect(asked.map((one: { status: number }) => one.status)).toEqual([204]);
    expect((await page.request.get(source)).status()).toBe(404);
    await page.reload();
    await hydrated(page);
    await expect(part).toContainText('The caller asked');
    await expect(page.getByRole('region', { name: 'Timeline' })).toContainText('Recording deleted');
    await open(page, '/calls');
    await expect(row(page, 'Call log', display(FROM))).not.toContainText('Recorded');
    await open(page, '/settings/recordings');
    await expect(page.getByText('1 recording', { exact: true })).toBeVisible();
  });
});

test('before the script runs the browser’s own player stands there', async ({ browser, guard }) => {
  test.setTimeout(90_000);
  await world(browser, guard, async ({ product, page }) => {
    const address = page.url();
    const plain = await browser.newContext({ baseURL: product.url, javaScriptEnabled: false, storageState: await page.context().storageState() });
    const other = await plain.newPage();
    await other.goto(address);
    const audio = other.locator('audio');
    await expect(audio).toHaveAttribute('controls', '');
    await expect(audio).toBeVisible();
    await expect(audio).toHaveAttribute('aria-label', /^Recording, 0:2\d, both sides/);
    await expect(other.getByRole('slider')).toHaveCount(0);
    await plain.close();
  });
});

test('who listens and for how long is a setting', async ({ signedIn, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner', {}, '/settings/recordings');
  const days = page.getByLabel('Keep recordings');
  await days.fill('0');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(days).toHaveAccessibleDescription(/from 1 to 3,650/);
  await expect(days, 'what was typed stays').toHaveValue('0');
  await days.fill('30');
  await page.getByLabel('Who may listen').selectOption('viewer');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(toast(page)).toContainText('Settings saved.');
  await page.reload();
  await hydrated(page);
  await expect(days).toHaveValue('30');

  const viewer = await signedIn('viewer', {}, '/settings/recordings');
  await expect(viewer.getByText('for 30 days')).toBeVisible();
  await expect(viewer.getByText('Everybody but agents')).toBeVisible();
  await expect(viewer.getByText(/Your role may not delete recordings/)).toBeVisible();
  await expect(viewer.getByLabel('Keep recordings')).toHaveCount(0);
  await days.fill('');
  await page.getByLabel('Who may listen').selectOption('manager');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(toast(page)).toContainText('Settings saved.');
});

test('a target that is never recorded: the call says why there is no recording', async ({ browser, guard }) => {
  test.setTimeout(90_000);
  await world(browser, guard, async ({ carrier, product, page, part }) => {
    const targets = product.demo.buyers.flatMap((buyer) => buyer.targets);
    for (const target of targets.filter((one) => ['Meridian Auto Direct', 'Crestline Insurance', 'Beacon Mutual agents'].includes(one.name))) {
      await open(page, `/targets/${target.id}`);
      await page.getByLabel('Never record calls here').check();
      await page.getByRole('button', { name: 'Save target' }).click();
      await expect(toast(page)).toContainText('Target saved.');
    }
    const from = '+12025550152';
    await carrier.place({ from, to: demoCampaign(product, AUTO).number, key: 'unrecorded', callees: () => ({ kind: 'answer', after: 2, talk: 20 }) });
    await product.settled();
    await open(page, '/calls');
    await row(page, 'Call log', display(from)).getByRole('link').click();
    await expect(part).toContainText(/Not recorded: calls to .+ never are\./);
    await expect(part.locator('audio')).toHaveCount(0);
  });
});
