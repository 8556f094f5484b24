// Lighthouse over one address, signed in by cookie. Used by the budget journey.

import type { BrowserContext } from '@playwright/test';
import { launch } from 'chrome-launcher';
import lighthouse, { desktopConfig } from 'lighthouse';
import { WHOLE } from './browser.ts';

export interface Scores {
  performance: number;
  accessibility: number;
  bestPractices: number;
  /** Audits below full marks in the three categories, with what they show. */
  lost: string[];
}

/** Audits an address with the desktop preset; scores are 0 to 100. */
export async function audit(url: string, context?: BrowserContext): Promise<Scores> {
  const cookies = (await context?.cookies(url)) ?? [];
  const chrome = await launch({
    chromePath: process.env.CHROME_PATH ?? WHOLE,
    chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const result = await lighthouse(
      url,
      {
        port: chrome.port,
        logLevel: 'error',
        onlyCategories: ['performance', 'accessibility', 'best-practices'],
        extraHeaders: cookies.length > 0 ? { Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') } : undefined,
      },
      desktopConfig,
    );
    if (!result) throw new Error(`Lighthouse gave no result for ${url}`);
    const { audits, categories } = result.lhr;
    const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100);
    const lost = Object.values(audits)
      .filter((one) => one.score !== null && one.score < 1 && one.scoreDisplayMode !== 'informative')
      .map((one) => `${one.id} ${one.score}: ${one.displayValue ?? one.title}`);
    return { performance: score('performance'), accessibility: score('accessibility'), bestPractices: score('best-practices'), lost };
  } finally {
    chrome.kill();
  }
}
