// Lists as files: checked row by row before anything is written, mended, imported, exported.

import { readFile } from 'node:fs/promises';
import type { Download, Page } from '@playwright/test';
import { expect, open, test } from '../fixtures.ts';
import { demoCampaign, placeCall, row, toast } from '../steps.ts';

const ROWS = 'Rows of the file';

/** What a click saves. */
async function saved(page: Page, click: Promise<unknown>): Promise<{ name: string; text: string }> {
  const [download] = (await Promise.all([page.waitForEvent('download'), click])) as [Download, unknown];
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

const file = (text: string) => ({ name: 'list.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

test('blocked numbers: a file with bad rows is checked, the good ones come in', async ({ signedIn, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner');
  await open(page, '/blocks');
  await page.getByRole('link', { name: 'Import blocked callers' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Import blocked callers');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(page.getByLabel('Or paste rows')).toHaveAccessibleDescription(/Choose a file or paste rows/);
  const list = ['\ufeffnumber,hours,note', '(310) 555-0001,24,"list, spring"', '+13105550002', 'nonsense', '+13105550001', '+1311*,many'].join('\r\n');
  await page.getByLabel('CSV file').setInputFiles(file(list));
  await expect(page.getByLabel('Or paste rows')).toHaveValue(/nonsense/);
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(row(page, ROWS, 'nonsense')).toContainText('Refused');
  await expect(row(page, ROWS, '+1311*')).toContainText('hours');
  await expect(row(page, ROWS, '+13105550001')).toContainText('Line 2 is about the same.');
  await page.getByRole('radio', { name: 'Refused' }).check();
  await expect(page.getByRole('region', { name: ROWS, exact: true }).locator('tbody tr')).toHaveCount(2);
  const bad = await saved(page, page.getByRole('button', { name: 'Save 2 refused rows' }).click());
  expect(bad.name).toBe('blocks-refused.csv');
  expect(bad.text).toMatch(/^\ufeffnumber,hours,note,error\r\nnonsense,,,"pattern: .*\r\n\+1311\*,many,,"hours: /);
  await page.getByRole('button', { name: 'Import 2 rows' }).click();
  await expect(toast(page)).toContainText('2 rows are imported.');
  await page.getByRole('link', { name: 'To the list' }).click();
  await page.getByRole('searchbox', { name: 'Number contains' }).fill('310555');
  await page.getByRole('searchbox', { name: 'Number contains' }).press('Enter');
  await expect(row(page, 'Blocked callers', '(310) 555-0001')).toContainText('list, spring');
  await expect(row(page, 'Blocked callers', /\(310\)/)).toHaveCount(2);
  const out = await saved(page, page.getByRole('link', { name: 'Export blocked callers' }).click());
  expect(out.name).toMatch(/^blocks-\d{4}-\d\d-\d\d\.csv$/);
  expect(out.text.trim().split('\r\n').length, out.text).toBe(3);
});

test('targets: what comes out goes in unchanged; a new row and its buyer are made, an edit is shown', async ({ signedIn }) => {
  const page = await signedIn('owner');
  await open(page, '/buyers');
  await page.getByRole('button', { name: 'Import and export' }).click();
  const out = await saved(page, page.getByRole('menuitem', { name: 'Export targets' }).click());
  await open(page, '/import/targets');
  await page.getByLabel('CSV file').setInputFiles(file(out.text));
  await expect(page.getByLabel('Or paste rows')).not.toHaveValue('');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(page.getByText('No row would change anything.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Import / })).toHaveCount(0);

  const [, first = ''] = out.text.split('\r\n');
  const id = first.split(',')[0];
  await page.getByLabel('Or paste rows').fill(`id;cap_daily\n${id};77`);
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(row(page, ROWS, /Changed/)).toContainText('“77” instead of');
  await page.getByLabel('Or paste rows').fill('buyer;name;number;cap_daily\nZürich & Söhne;Empfang;2145550177;5');
  await expect(page.getByText('Something was changed since.')).toBeVisible();
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(row(page, ROWS, 'Empfang')).toContainText('There is no buyer “Zürich & Söhne”.');
  await page.getByLabel('Make the buyers').check();
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(page.getByText('1 buyer that is missing is made as well.')).toBeVisible();
  await page.getByRole('button', { name: 'Import 1 row' }).click();
  await expect(toast(page)).toContainText('1 row is imported.');
  await page.getByRole('link', { name: 'To the list' }).click();
  await expect(page.getByRole('link', { name: 'Zürich & Söhne', exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Empfang' })).toBeVisible();
});

test('a file of 10 MB and a header that does not fit are told at once', async ({ signedIn, guard }) => {
  guard.allow(/422/);
  const page = await signedIn('owner');
  await open(page, '/import/numbers');
  await page.getByLabel('CSV file').setInputFiles(file(`number\n${'1'.repeat(10_000_000)}`));
  await expect(page.getByLabel('Or paste rows')).toHaveAccessibleDescription(/larger than 4 MB/);
  await page.getByLabel('Or paste rows').fill('telephone,campain\n1,2');
  await page.getByRole('button', { name: 'Check the rows' }).click();
  await expect(page.getByLabel('Or paste rows')).toHaveAccessibleDescription(/“telephone”, “campain” are no columns.*“number” is missing.*Expected: number, label, campaign/);
});

test('the call log is saved with its filters, masked for a viewer', async ({ signedIn, product }) => {
  const { id, number } = demoCampaign(product, 'Auto insurance, national');
  await placeCall(product, { from: '+13145550119', to: number });
  const page = await signedIn('owner');
  await open(page, `/calls?campaign=${id}&caller=3145550119`);
  const own = await saved(page, page.getByRole('link', { name: 'Export calls' }).click());
  expect(own.text.trim().split('\r\n').length, own.text).toBe(2);
  expect(own.text).toContain('(314) 555-0119');
  const viewer = await signedIn('viewer');
  await open(viewer, `/calls?campaign=${id}`);
  const masked = await saved(viewer, viewer.getByRole('link', { name: 'Export calls' }).click());
  expect(masked.text).not.toContain('555-0119');
  await open(viewer, '/import/blocks');
  await expect(viewer.getByText('Your role may not block callers.')).toBeVisible();
});

test.describe('without the page’s script', () => {
  test.use({ javaScriptEnabled: false });
  // The browser itself says that it does not load the script.
  test.beforeEach(({ guard }) => guard.allow(/\.js csp$/));

  test('a file is checked and imported', async ({ signedIn }) => {
    const page = await signedIn('owner', { javaScriptEnabled: false }, '/import/buyers');
    await page.getByLabel('CSV file').setInputFiles(file('name\nPlain & Söhne\n\n" "\nPlain & Söhne\n'));
    await page.getByRole('button', { name: 'Check the rows' }).click();
    await expect(row(page, ROWS, /Repeated/)).toContainText('Line 2 is about the same.');
    await page.getByRole('button', { name: 'Import 1 row' }).click();
    await expect(page.getByRole('heading', { name: 'Done' })).toBeVisible();
    await page.getByRole('link', { name: 'To the list' }).click();
    await expect(page.getByRole('link', { name: 'Plain & Söhne', exact: true })).toBeVisible();
  });
});
