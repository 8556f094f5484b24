// The site of a small advertiser, Ridgeline Roofing, on an origin of its own. Its pages carry the
// script for dynamic numbers in one of several ways, told by the first part of the path:
//
//   /async/home.html  /defer/contact.html  /sync/pricing.html  /injected/home.html
//   /end/home.html (before </body>)  /twice/home.html  /none/home.html  /sync/spa/home (single page)

import { readFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Way = 'async' | 'defer' | 'sync' | 'injected' | 'end' | 'twice' | 'none';

const TYPES: Record<string, string> = {
  '.html': 'text/html;charset=utf-8',
  '.css': 'text/css;charset=utf-8',
  '.js': 'text/javascript;charset=utf-8',
};

export class Site {
  /** Attributes of the script, beside `src` and `data-tag`: `{ 'data-mode': 'callback' }`. */
  options: Record<string, string> = {};
  /** Markup that stands before the script in the head. */
  head = '';
  /** Markup at the end of the body. */
  tail = '';
  /** Milliseconds between the pieces of a page, which is cut at `<!-- drip -->` and `<!--cut-->`. */
  drip = 0;
  private readonly server: Server;

  /** `dni` is the origin of the server of numbers, `tag` the tag of this site. */
  constructor(private readonly dni: string, private readonly tag: string) {
    this.server = createServer((request, response) => {
      this.answer(new URL(request.url ?? '/', 'http://site').pathname, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** The address of a page: `home`, `pricing`, `contact`, or `spa/home` and the like. */
  url(name: string, way: Way = 'sync'): string {
    return `${this.origin}/${way}/${name.startsWith('spa') ? name : `${name}.html`}`;
  }

  private async answer(path: string, response: ServerResponse): Promise<void> {
    const [, way = '', name = '', ...more] = path.split('/');
    if (path === '/') {
      response.writeHead(302, { Location: '/async/home.html' }).end();
    } else if (/^\/[a-z]+\.(css|js)$/.test(path)) {
      response.writeHead(200, { 'Content-Type': TYPES[extname(path)] }).end(await file(path.slice(1)));
    } else if (name === 'spa' && more.length > 0) {
      await this.send(response, fill(await file('spa.html'), way as Way, this));
    } else if (/^(home|pricing|contact)\.html$/.test(name)) {
      await this.send(response, fill(await file(name), way as Way, this));
    } else {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such page.');
    }
  }

  /** The head of the page, and what stands at the end of its body. */
  markup(way: Way): [head: string, end: string] {
    const attributes = Object.entries({ src: `${this.dni}/dni.js`, 'data-tag': this.tag, ...this.options });
    const text = attributes.map(([key, value]) => `${key}="${value.replaceAll('"', '&quot;')}"`).join(' ');
    const script = (how: string) => `<script ${how ? `${how} ` : ''}${text}></script>`;
    const injected = `<script>
      const script = document.createElement('script');
      for (const [key, value] of ${JSON.stringify(attributes)}) script.setAttribute(key, value);
      document.head.append(script);
    </script>`;
    switch (way) {
      case 'async':
      case 'defer':
        return [this.head + script(way), ''];
      case 'sync':
        return [this.head + script(''), ''];
      case 'injected':
        return [this.head + injected, ''];
      case 'end':
        return [this.head, script('')];
      // As when a tag manager brings it and the template has it already.
      case 'twice':
        return [this.head + script('') + script('async'), injected];
      case 'none':
        return [this.head, ''];
    }
  }

  private async send(response: ServerResponse, page: string): Promise<void> {
    // Not stored, so that going back shows a page that runs anew.
    response.writeHead(200, { 'Content-Type': TYPES['.html'], 'Cache-Control': 'no-cache' });
    for (const piece of page.split(/<!-- drip -->|<!--cut-->/)) {
      response.write(piece);
      if (this.drip > 0) await sleep(this.drip);
    }
    response.end();
  }
}

function fill(template: string, way: Way, site: Site): string {
  const [head = '', end = ''] = site.markup(way);
  return template.replace('{{head}}', () => head).replace('{{end}}', () => site.tail + end);
}

function file(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), 'utf8');
}
