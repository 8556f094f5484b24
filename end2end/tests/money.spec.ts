// What a call made, paid and cost: from an empty campaign to the same figures in drawer, log and lists.

import { expect, test } from '../fixtures.ts';
import { placeCall, toast } from '../steps.ts';

test('a campaign with two buyers, three targets and a paid publisher in under 25 interactions; the call’s money matches', async ({ signedIn, product }) => {
  const page = await signedIn('owner');
  let interactions = 0;
  const does = async (what: Promise<unknown>) => {
    await what;
    interactions += 1;
  };
  const nav = page.getByRole('navigation', { name: 'Main' });

  await does(nav.getByRole('link', { name: 'Campaigns' }).click());
  await does(page.getByRole('link', { name: 'New campaign' }).first().click());
  await does(page.getByLabel('Campaign name').fill('Solar, Arizona'));
  await does(page.getByLabel('Number').fill('602 555 0181'));
  await does(page.getByLabel('A call is paid').selectOption('When connected'));
  await does(page.getByRole('spinbutton', { name: 'Price' }).fill('42.50'));
  await does(page.getByRole('button', { name: 'Create campaign' }).click());

  await does(page.getByRole('button', { name: 'Add a route to priority 1' }).click());
  const panel = page.getByRole('dialog', { name: 'Add a route to priority 1' });
  const target = async (rings: string) => {
    await does(panel.getByLabel('Phone number or SIP address').fill(rings));
    await does(panel.getByRole('button', { name: 'Create and add' }).click());
    await expect(panel.getByLabel('Phone number or SIP address')).toHaveValue('');
  };
  await does(panel.getByRole('combobox', { name: 'Buyer' }).fill('Cactus Solar'));
  await target('602 555 0182');
  await does(panel.getByRole('combobox', { name: 'Buyer' }).fill('Sonoran Power'));
  await target('602 555 0183');
  await target('602 555 0184');
  await does(page.getByRole('region', { name: 'Unsaved changes' }).getByRole('button', { name: /Save/ }).click());
  await expect(toast(page)).toContainText('Plan saved');

  await does(nav.getByRole('link', { name: 'Publishers' }).click());
  await does(page.getByRole('link', { name: 'New publisher' }).first().click());
  await does(page.getByLabel('Name', { exact: true }).fill('Desert Clicks'));
  await does(page.getByRole('spinbutton', { name: 'Pay per call' }).fill('17.25'));
  await does(page.getByLabel('Number').selectOption({ label: '(602) 555-0181, Solar, Arizona' }));
  await does(page.getByRole('button', { name: 'Create publisher' }).click());
  await expect(page.getByRole('heading', { level: 1, name: 'Desert Clicks' })).toBeVisible();
  expect(interactions, 'from nothing to a campaign that earns').toBeLessThan(25);

  const said = await placeCall(product, { from: '+16025550185', to: '+16025550181', plot: { default: { does: 'answer', talk_s: 120 } } });
  expect(said).toMatch(/connected to \(602\) 555-018[234]/);
  await nav.getByRole('link', { name: 'Call log' }).click();
  await page.getByRole('region', { name: 'Call log' }).getByRole('row').filter({ hasText: '(602) 555-0185' }).filter({ hasText: 'Solar, Arizona' }).click();
  const money = page.getByRole('complementary').getByRole('region', { name: 'Money' });
  await expect(money.getByText('$42.50').first()).toBeVisible();
  await expect(money.getByText('$17.25').first()).toBeVisible();
});
