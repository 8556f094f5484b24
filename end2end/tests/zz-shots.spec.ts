import { expect, hydrated, open, test } from '../fixtures.ts';
import { demoCampaign, placeCall } from '../steps.ts';
test('shots', async ({ signedIn, product }) => {
  test.setTimeout(240_000);
  const { number } = demoCampaign(product, 'Auto insurance, RTB');
  for (const n of ['1', '2', '3']) await placeCall(product, { from: '+1206555019' + n, to: number });
  const id = (await product.inspect()).calls[0]!.id;
  const rtb = product.demo.rtb_targets.find((one) => one.name === 'Crestline bids')!.id;
  for (const scheme of ['light', 'dark'] as const) {
    const page = await signedIn('owner', { colorScheme: scheme }, '/');
    for (const [w, h] of [[1440, 900], [390, 844]] as const) {
      await page.setViewportSize({ width: w, height: h });
      const shot = async (name: string, path: string, act?: () => Promise<void>) => {
        await open(page, path); await page.waitForTimeout(300);
        if (act) await act();
        await page.screenshot({ path: `/tmp/shots/${name}-${w}-${scheme}.png`, fullPage: true });
      };
      await shot('trees', '/ring-trees');
      await shot('tree', `/ring-trees/${product.demo.ring_trees[0]!.id}`);
      await shot('targets', '/rtb-targets');
      await shot('target', `/rtb-targets/${rtb}`, async () => { if (w === 1440) { await page.getByRole('button', { name: 'Send test ping' }).click(); await page.locator('#trial-outcome').waitFor({ timeout: 5000 }).catch(() => {}); } });
      await shot('report', '/rtb');
      await shot('call', `/calls/${id}`, async () => { await page.locator('#call-auction summary').first().click(); });
    }
    await page.close();
  }
});
