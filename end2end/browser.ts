// Debian's Chromium, as two programs of one engine. A person with network may use Playwright's own.

import { existsSync } from 'node:fs';

const there = (path: string): string | undefined => (existsSync(path) ? path : undefined);

/** With windows: the only one that keeps pages one goes back to. */
export const WHOLE = there('/usr/bin/chromium');

/** Without the windows nobody sees, which take a third of the time. */
export const SHELL = there('/usr/bin/chromium-headless-shell') ?? WHOLE;
