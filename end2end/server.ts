// The product as a process: found, configured, started on a fresh database, killed, restarted.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, type WriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { bidders } from './bidder.ts';

const run = promisify(execFile);
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The carrier account that tests and product agree on. */
export const ACCOUNT_SID = 'AC00112233445566778899aabbccddeeff';
/** The secret both sides sign with. */
export const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';

/** What `callcenter demo --json` prints, as far as tests use it. */
export interface Demo {
  account: { id: number | string; name: string };
  users: { email: string; password: string; role: string }[];
  api_key: string;
  webhooks: { id: string }[];
  groups: { id: number; name: string }[];
  ring_trees: { id: number; name: string }[];
  rtb_targets: { id: number; name: string }[];
  rtb_ids: { id: string; campaign: string; publisher: number }[];
  pools: { id: number; name: string; numbers: string[] }[];
  /** Sites as they are written in the form; `pool` is null for a tag that shows everybody one number. */
  dni_tags: { id: string; origins: string[]; pool: number | null }[];
  /** The agent, by its target. */
  agent: number;
  campaigns: { id: string; name: string; numbers: string[]; fallback: string }[];
  buyers: { id: number | string; name: string; targets: { id: number | string; name: string; destination: string }[] }[];
}

/** What `callcenter inspect --json` prints. */
export interface Snapshot {
  calls: { id: string; sid: string; outcome: string | null; final: boolean; records: number }[];
  capacity: {
    target: number | string;
    live: number;
    limit: number | null;
    hour: number;
    day: number;
    month: number;
    total: number;
    peak_live: number;
  }[];
  open_calls: number;
}

export interface Options {
  /** What PUBLIC_BASE_URL says; default: where it listens. */
  publicUrl?: string;
  /** The fake carrier's REST side (TWILIO_API_BASE_URL). */
  restUrl?: string;
  /** More environment; a value of undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  /** Arguments of the server process. */
  args?: string[];
}

/** The binary under test: CALLCENTER_BIN, else the newest kind found in the build folder. */
export function binary(): string {
  const named = process.env.CALLCENTER_BIN;
  if (named) return resolve(ROOT, named);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const target = process.env.CARGO_TARGET_DIR ?? join(cache, 'callcenter-pro/target');
  const found = [join(ROOT, 'dist'), join(target, 'release'), join(target, 'debug')]
    .map((folder) => join(folder, 'callcenter'))
    .find((path) => existsSync(path));
  if (!found) throw new Error('no server binary: run `make build`, or set CALLCENTER_BIN');
  return found;
}

/** What the server needs to find the browser bundle. The environment wins over what is found. */
function siteEnv(): Record<string, string> {
  const folders = [process.env.LEPTOS_SITE_ROOT, join(dirname(binary()), 'site'), join(ROOT, 'target/site')];
  const site = folders.find((folder) => folder && existsSync(folder)) ?? join(ROOT, 'target/site');
  const hashes = process.env.LEPTOS_HASH_FILE_NAME ?? join(site, 'hash.txt');
  return {
    LEPTOS_SITE_ROOT: site,
    LEPTOS_OUTPUT_NAME: 'callcenter',
    LEPTOS_SITE_PKG_DIR: 'pkg',
    ...(existsSync(hashes) ? { LEPTOS_HASH_FILES: 'true', LEPTOS_HASH_FILE_NAME: hashes } : {}),
  };
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const address = probe.address();
  await new Promise((done) => probe.close(done));
  if (!address || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/** A new database in the PostgreSQL server that `make test` starts; undefined where there is none. */
export async function postgresDatabase(name: string): Promise<string | undefined> {
  const server = process.env.TEST_DATABASE_URL;
  if (!server) return undefined;
  const url = new URL(server);
  const unique = `${name}_${process.pid}_${Date.now()}`;
  await run('psql', [`${server.split('?')[0]}`, '-qc', `CREATE DATABASE ${unique}`]);
  url.pathname = `/${unique}`;
  return url.href;
}

/** One running product with its database and demo account. */
export class Product {
  readonly url: string;
  readonly publicUrl: string;
  demo!: Demo;
  private child: ChildProcess | undefined;
  private log: WriteStream;
  private logFile: string;
  private env: NodeJS.ProcessEnv;

  private constructor(
    readonly folder: string,
    port: number,
    private readonly options: Options,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.publicUrl = options.publicUrl ?? this.url;
    this.logFile = join(folder, 'server.log');
    this.log = createWriteStream(this.logFile, { flags: 'a' });
    this.env = {
      ...process.env,
      ...siteEnv(),
      DATABASE_URL: `sqlite://${join(folder, 'callcenter.db')}?mode=rwc`,
      CALLCENTER_ADDR: `127.0.0.1:${port}`,
      PUBLIC_BASE_URL: this.publicUrl,
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      // Nothing of a test may ever reach the real carrier.
      TWILIO_API_BASE_URL: options.restUrl ?? 'http://127.0.0.1:9',
      TWILIO_PRICING_BASE_URL: options.restUrl ?? 'http://127.0.0.1:9',
      CALLCENTER__TWILIO__REST_PAUSE_MS: '5',
      SESSION_SECRET: 'end-to-end session secret, 64 characters or more, never used elsewhere',
      // Where the bidders of the tests are.
      CALLCENTER__RTB__ALLOW: '127.0.0.1',
      CALLCENTER__SWEEP__EVERY_MS: '500',
      CALLCENTER__SWEEP__GRACE_MS: '1000',
      ...options.env,
    };
  }

  /** Makes a database with the demo account and starts the server on it. */
  static async start(options: Options = {}): Promise<Product> {
    const folder = await mkdtemp(join(tmpdir(), 'callcenter-e2e-'));
    const product = new Product(folder, await freePort(), options);
    try {
      await product.command('migrate');
      // The demo's bidders are where it would be served: here, at those of the tests.
      product.demo = JSON.parse(await product.commandWith({ CALLCENTER_ADDR: await bidders() }, 'demo', '--json')) as Demo;
      await product.restart();
    } catch (error) {
      await product.stop();
      throw error;
    }
    return product;
  }

  /** Another server process on the same database. */
  async beside(): Promise<Product> {
    const folder = await mkdtemp(join(tmpdir(), 'callcenter-e2e-'));
    const other = new Product(folder, await freePort(), { ...this.options, env: { ...this.options.env, DATABASE_URL: this.env['DATABASE_URL'] } });
    other.demo = this.demo;
    await other.restart();
    return other;
  }

  /** Runs a command of the binary in the server's environment; returns what it printed. */
  async command(...args: string[]): Promise<string> {
    return this.commandWith({}, ...args);
  }

  /** The same with some of the environment changed. */
  async commandWith(env: Record<string, string>, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await run(binary(), args, { env: { ...this.env, ...env }, cwd: this.folder, maxBuffer: 1 << 28, timeout: 120_000 });
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
      throw new Error(`callcenter ${args.join(' ')} failed: ${message}\n${stdout}\n${stderr}`);
    }
  }

  /** Starts the server process (again) on the same port and database, and waits until it is ready. */
  async restart(): Promise<void> {
    if (this.running) throw new Error('the server is still running');
    const child = spawn(binary(), this.options.args ?? ['serve'], { env: this.env, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    child.stdout?.pipe(this.log, { end: false });
    child.stderr?.pipe(this.log, { end: false });
    const until = Date.now() + 60_000;
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended at start\n${this.logs(40)}`);
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > until) throw new Error(`the server was not ready in 60 seconds\n${this.logs(40)}`);
      await sleep(25);
    }
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Kills the server at once, as a crash or a power cut would. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Stops the server the polite way and removes its folder. CALLCENTER_E2E_KEEP=1 keeps it. */
  async stop(): Promise<void> {
    const gone = await Promise.race([this.end('SIGTERM').then(() => true), sleep(15_000, false)]);
    if (!gone) await this.end('SIGKILL');
    this.log.end();
    if (!process.env.CALLCENTER_E2E_KEEP) await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || !this.running) return;
    const exited = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await exited;
  }

  /** The last lines of the server's output. */
  logs(lines = 200): string {
    if (!existsSync(this.logFile)) return '';
    return readFileSync(this.logFile, 'utf8').split('\n').slice(-lines).join('\n');
  }

  /** Lines of the log that no run may have: panics. */
  panics(): string[] {
    return this.logs(Infinity).split('\n').filter((line) => line.includes('panicked'));
  }

  /** Calls and capacity of the demo account, read from the database. */
  async inspect(): Promise<Snapshot> {
    return JSON.parse(await this.command('inspect', '--json', '--account', this.demo.account.name)) as Snapshot;
  }

  /** Waits until no call is open and no capacity is held, or the time is up; returns the last look. */
  async settled(milliseconds = 60_000): Promise<Snapshot> {
    const until = Date.now() + milliseconds;
    for (;;) {
      const snapshot = await this.inspect();
      const quiet = snapshot.open_calls === 0 && snapshot.capacity.every((one) => one.live === 0);
      if (quiet || Date.now() > until) return snapshot;
      await sleep(250);
    }
  }

  /** Every tracking number of the demo account. */
  numbers(): string[] {
    return this.demo.campaigns.flatMap((campaign) => campaign.numbers);
  }

  /** Target id → where it is dialed. */
  destinations(): Map<string, string> {
    return new Map(this.demo.buyers.flatMap((buyer) => buyer.targets.map((target) => [String(target.id), target.destination])));
  }

  /** Numbers that campaigns forward to when no target takes a call. */
  forwards(): Set<string> {
    return new Set(this.demo.campaigns.map(({ fallback }) => `+1${fallback.replace(/\D/g, '').slice(-10)}`));
  }

  /** The demo login of a role. */
  login(role: string): { email: string; password: string } {
    const user = this.demo.users.find((one) => one.role === role);
    if (!user) throw new Error(`the demo has no ${role}`);
    return user;
  }
}
