// How the journeys run. Each worker starts its own server on its own database, so tests of two
// workers never see each other's data.

import { existsSync } from 'node:fs';
import { defineConfig, devices, type ReporterDescription } from '@playwright/test';

const DEBIAN_CHROMIUM = '/usr/bin/chromium';

const reporters: ReporterDescription[] = [['list']];
const report = process.env.PLAYWRIGHT_JSON_OUTPUT_NAME;
if (report) reporters.push(['json', { outputFile: report }]);

const browser = {
  ...devices['Desktop Chrome'],
  viewport: { width: 1440, height: 900 },
  launchOptions: {
    // A person with network may use Playwright's own browser.
    executablePath: existsSync(DEBIAN_CHROMIUM) ? DEBIAN_CHROMIUM : undefined,
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
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    video: 'off',
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
