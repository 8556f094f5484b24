// Lighthouse, desktop preset, on the sign-in page and the dashboard. Performance on a busy machine is
// noisy, so the best of three counts.

import { expect, test } from '../fixtures.ts';
import { audit, type Scores } from '../lighthouse.ts';

const RUNS = 3;

const enough = (scores: Scores) => scores.performance >= 95 && scores.accessibility === 100 && scores.bestPractices === 100;

for (const [name, path] of [['sign in', '/login'], ['dashboard', '/']] as const) {
  test(`${name}: performance 95, accessibility 100, best practices 100`, async ({ signedIn, product }, info) => {
    test.setTimeout(240_000);
    const context = path === '/' ? (await signedIn('owner')).context() : undefined;
    const cookies = context ? await context.cookies(product.url) : [];
    let best: Scores | undefined;
    for (let run = 0; run < RUNS && !(best && enough(best)); run += 1) {
      const scores = await audit(`${product.url}${path}`, cookies.length > 0 ? context : undefined);
      await info.attach(`run-${run + 1}.json`, { body: JSON.stringify(scores, null, 2), contentType: 'application/json' });
      if (!best || scores.performance > best.performance) best = scores;
    }
    const lost = best?.lost.join('\n');
    expect(best?.accessibility, lost).toBe(100);
    expect(best?.bestPractices, lost).toBe(100);
    expect(best?.performance, lost).toBeGreaterThanOrEqual(95);
  });
}
