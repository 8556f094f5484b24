// A server for dynamic numbers in memory: what the browser script speaks with, and switches for all
// that can go wrong. It shares no code with the product.

import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The script under test. */
export const SCRIPT = new URL('../server/src/public/dni/dni.js', import.meta.url);
export const TAG = '0197a4c2-6f5e-7c31-9a54-1f0c6a2b7d10';

export type Path = 'assign' | 'beat' | 'tags' | 'leave';
type Values = Record<string, unknown>;

/** One request as it came. */
export interface Heard {
  path: Path;
  body: Values;
  headers: IncomingHttpHeaders;
}

/** What is wrong with the server: no answer at all, or one that is no good. */
export type Trouble = 'cut' | 'hang' | 'garbage' | 'page' | number;

interface Lease {
  session: string;
  visitor: string;
  number: string;
}

/** A North American number as people write it. */
export const display = (number: string): string => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3');

export class DniStub {
  /** Every POST, in order. */
  readonly heard: Heard[] = [];
  /** Preflights: there should be none. */
  preflights = 0;
  /** The only origin that may read answers. */
  allowed = '';
  numbers = ['+18665550101', '+18665550102', '+18665550103'];
  fallback = '+18005550110';
  /** No number is free. */
  exhausted = false;
  /** Nothing to show: not even a fallback. */
  nothing = false;
  /** Milliseconds before an answer. */
  delay = 0;
  /** By path, what goes wrong. */
  trouble: Partial<Record<Path, Trouble>> = {};
  swap: Values = { numbers: ['+18005550199'], selectors: ['.phone'], format: '' };
  beat = 60;
  expires = 300;
  private readonly leases = new Map<string, Lease>();
  private next = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  get url(): string {
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

  /** The bodies of all requests to a path. */
  of(path: Path): Values[] {
    return this.heard.filter((one) => one.path === path).map((one) => one.body);
  }

  /** Forgets all leases: the next beat is answered 410, and another number is free. */
  lose(): void {
    this.leases.clear();
  }

  /** The number of a lease becomes another one, which the next beat tells. */
  exchange(): void {
    for (const lease of this.leases.values()) lease.number = this.draw();
  }

  private draw(): string {
    const number = this.numbers[this.next % this.numbers.length] ?? '';
    this.next += 1;
    return number;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://stub');
    if (pathname === '/dni.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript;charset=utf-8', 'Cache-Control': 'public, max-age=300' });
      response.end(await readFile(SCRIPT));
      return;
    }
    const path = /^\/dni\/v1\/(assign|beat|tags|leave)$/.exec(pathname)?.[1] as Path | undefined;
    if (request.method !== 'POST' || !path) {
      if (request.method === 'OPTIONS') this.preflights += 1;
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Values;
    this.heard.push({ path, body, headers: request.headers });
    if (this.delay > 0) await sleep(this.delay);
    this.respond(response, this.trouble[path], () => this.result(path, body));
  }

  private respond(response: ServerResponse, trouble: Trouble | undefined, result: () => [number, Values?]): void {
    const headers = { 'Access-Control-Allow-Origin': this.allowed, Vary: 'Origin' };
    switch (trouble) {
      case 'hang':
        return;
      case 'cut':
        response.destroy();
        return;
      case 'garbage':
        response.writeHead(200, { ...headers, 'Content-Type': 'application/json' }).end('{"number": "+1866');
        return;
      case 'page':
        response.writeHead(200, { ...headers, 'Content-Type': 'text/html' }).end('<h1>Please sign in to the Wi-Fi</h1>');
        return;
      default: {
        const [status, body] = trouble ? [trouble] : result();
        response.writeHead(status, { ...headers, 'Content-Type': 'application/json' }).end(body ? JSON.stringify(body) : undefined);
      }
    }
  }

  private result(path: Path, body: Values): [number, Values?] {
    if (body['tag'] !== TAG) return [404];
    if (path === 'assign') return [200, this.assign(String(body['visitor']))];
    const lease = this.leases.get(String(body['session']));
    if (path === 'leave') return [204];
    if (!lease) return [410];
    if (path === 'tags') return [204];
    return [200, { number: lease.number, display: display(lease.number), expires_in_s: this.expires, seen: this.heard.length }];
  }

  private assign(visitor: string): Values {
    const number = this.nothing ? '' : this.exhausted ? this.fallback : undefined;
    let lease = [...this.leases.values()].find((one) => one.visitor === visitor);
    if (!lease) {
      lease = { session: `s${this.leases.size + 1}-${visitor.slice(0, 6)}-${this.next}`, visitor, number: number ?? this.draw() };
      this.leases.set(lease.session, lease);
    }
    return {
      session: lease.session,
      number: lease.number,
      display: display(lease.number),
      expires_in_s: this.expires,
      beat_s: this.beat,
      fallback: this.exhausted,
      seen: this.heard.length,
      swap: this.swap,
    };
  }
}
