// How the journeys run. Each worker starts its own server on its own database, so tests of two
// workers never see each other's data.

import { defineConfig, devices, type ReporterDescription } from '@playwright/test';
import { SHELL } from './browser.ts';

const reporters: ReporterDescription[] = [['list']];
const report = process.env.PLAYWRIGHT_JSON_OUTPUT_NAME;
if (report) reporters.push(['json', { outputFile: report }]);

const browser = {
  ...devices['Desktop Chrome'],
  viewport: { width: 1440, height: 900 },
  launchOptions: {
    executablePath: SHELL,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  },
};

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // Tests of one file share a server and its data: they run in their order, files side by side.
  fullyParallel: false,
  workers: Number(process.env.CALLCENTER_E2E_WORKERS ?? 2),
  // Where a run decides whether work lands, one accident among 165 browser journeys is not worth half an
  // hour; `make test` names each that passed only when repeated, and it is to be mended like a failure.
  retries: process.env.CALLCENTER_LANDING ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    toHaveScreenshot: { animations: 'disabled', maxDiffPixelRatio: 0.01 },
  },
  reporter: reporters,
  use: {
    // Writing down every step of every journey costs a fifth of the time; where a run is repeated, the
    // repetition is written down.
    trace: process.env.CALLCENTER_LANDING ? 'on-first-retry' : 'retain-on-failure',
    screenshot: 'only-on-failure',
    video: 'off',
    // What does not come soon does not come: a journey with a long time limit is not to sit it out.
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    locale: 'en-US',
    timezoneId: 'America/New_York',
  },
  projects: [
    // No browser: the fake carrier against the product.
    { name: 'carrier', testMatch: 'carrier-*.spec.ts' },
    {
      name: 'chromium',
      testIgnore: ['carrier-*.spec.ts', 'lighthouse.spec.ts'],
      use: browser,
    },
    // A figure of this machine at this moment: `make lighthouse` asks for it on a quiet one.
    ...(process.env.CALLCENTER_LIGHTHOUSE ? [{ name: 'lighthouse', testMatch: 'lighthouse.spec.ts', use: browser }] : []),
  ],
});
