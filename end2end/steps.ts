// What several journeys do to the product from outside: place calls, find demo things, look at toasts.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Product } from './server.ts';

/** How the people of a simulated call behave (`callcenter call --script`). */
export interface Plot {
  caller?: { hang_up_after_s?: number; message_s?: number; digits?: string };
  default?: Behaviour;
  targets?: Record<string, Behaviour>;
}

export interface Behaviour {
  does?: 'answer' | 'refuse' | 'busy' | 'ignore' | 'fail';
  after_s?: number;
  talk_s?: number;
}

export interface Dialed {
  from: string;
  to: string;
  plot?: Plot;
  /** Seconds of the call that pass in one second; by default a call takes no time to speak of. */
  speed?: number;
  count?: number;
}

let plots = 0;

/** Places calls with `callcenter call` and returns what the command prints. */
export async function placeCall(product: Product, { from, to, plot, speed = 200, count }: Dialed): Promise<string> {
  const args = ['call', '--from', from, '--to', to, '--speed', String(speed)];
  if (plot) {
    const file = join(product.folder, `plot-${(plots += 1)}.json`);
    await writeFile(file, JSON.stringify(plot));
    args.push('--script', file);
  }
  if (count) args.push('--count', String(count), '--rate', '200');
  return product.command(...args);
}

/** A campaign of the demo and its first number. */
export function demoCampaign(product: Product, name: string): { id: string; name: string; number: string } {
  const campaign = product.demo.campaigns.find((one) => one.name === name);
  const number = campaign?.numbers[0];
  if (!campaign || !number) throw new Error(`the demo has no campaign ${name} with a number`);
  return { id: campaign.id, name, number };
}

/** +12125550142 as people read it. */
export function display(e164: string): string {
  return e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');
}

/** Takes a group of settings of a target from its buyer, or lets it say them itself. */
export async function ownSettings(page: Page, ...groups: ('hours' | 'limits' | 'ring' | 'caller ID')[]): Promise<void> {
  const switches = { hours: 'Use the buyer’s hours', limits: 'Use the buyer’s limits', ring: 'Ring as long as the buyer says', 'caller ID': 'Show the number the buyer chose' };
  for (const group of groups) await page.getByRole('switch', { name: switches[group] }).uncheck();
}

/** The one toast on the page. */
export function toast(page: Page): Locator {
  return page.locator('.toasts');
}

/** The row of a table region whose accessible name contains all of these words. */
export function row(page: Page, region: string, words: string | RegExp): Locator {
  return page.getByRole('region', { name: region, exact: true }).getByRole('row').filter({ hasText: words });
}

/**
 * Opens a menu by its button and chooses an entry. As a person does, it opens the menu again where the
 * page moved under the pointer between looking and clicking, which closes a menu.
 */
export async function choose(page: Page, menu: string | RegExp, entry: string): Promise<void> {
  const item = page.getByRole('menuitem', { name: entry, exact: true });
  await expect(async () => {
    if (!(await item.isVisible())) await page.getByRole('button', { name: menu }).click();
    await item.click({ timeout: 3_000 });
    await expect(item).toBeHidden({ timeout: 2_000 });
  }).toPass();
}

/** An answer of the server that has a body and came for this path. */
export async function answerOf(page: Page, path: string | RegExp, act: () => Promise<void>): Promise<number> {
  const fits = (url: string) => (typeof path === 'string' ? new URL(url).pathname === path : path.test(url));
  const [response] = await Promise.all([page.waitForResponse((one) => fits(one.url())), act()]);
  return response.status();
}

/** The page has left the number of unsaved changes behind it. */
export async function expectNothingUnsaved(page: Page): Promise<void> {
  await expect(page.getByRole('region', { name: 'Unsaved changes' })).toBeHidden();
}
