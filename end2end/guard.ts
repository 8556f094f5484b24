// Listens to a browser context and keeps what no page may do: console errors and warnings (a
// hydration mismatch shows there), page errors, answers of 5xx, scripts or styles that do not load.

import type { BrowserContext, ConsoleMessage, Page, Request, Response } from '@playwright/test';

const VITAL = ['document', 'script', 'stylesheet', 'font', 'fetch', 'xhr'];

export class Guard {
  readonly complaints: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(private readonly origin: string) {}

  /** Says that complaints matching this are part of the test. Also forgives those already heard. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
    for (let at = this.complaints.length - 1; at >= 0; at -= 1) {
      if (pattern.test(this.complaints[at] ?? '')) this.complaints.splice(at, 1);
    }
  }

  /** Listens to every page of a context, present and to come. */
  watch(context: BrowserContext): void {
    for (const page of context.pages()) this.listen(page);
    context.on('page', (page) => this.listen(page));
    context.on('response', (response) => this.answered(response));
    context.on('requestfailed', (request) => this.failed(request));
  }

  private listen(page: Page): void {
    page.on('console', (message) => this.said(message, place(page)));
    page.on('pageerror', (error) => this.complain(`page error on ${place(page)}: ${error.stack || `${error.name}: ${error.message}`}`));
    page.on('crash', () => this.complain('the page crashed'));
  }

  private said(message: ConsoleMessage, on: string): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const { url, lineNumber } = message.location();
    this.complain(`console ${message.type()} on ${on}: ${message.text()} (${url}:${lineNumber})`);
  }

  private answered(response: Response): void {
    if (response.status() >= 500) this.complain(`${response.status()} from ${response.request().method()} ${response.url()}`);
  }

  private failed(request: Request): void {
    const reason = request.failure()?.errorText ?? '';
    // Leaving a page aborts what it was still loading, an event stream among it.
    if (reason.includes('ERR_ABORTED') || !request.url().startsWith(this.origin)) return;
    if (VITAL.includes(request.resourceType())) this.complain(`failed: ${request.url()} ${reason}`);
  }

  private complain(text: string): void {
    if (!this.allowed.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }
}

/** Which page it is, without ids: their digits are no status that somebody allowed. */
function place(page: Page): string {
  const { pathname } = new URL(page.url());
  return pathname.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replaceAll(/\d+/g, ':n');
}
