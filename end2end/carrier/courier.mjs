// Brings the callbacks of one call, with faults: duplicates, shuffles, delays and drops.
//
// Without faults the callbacks of a call arrive one after another in the order they were made. Which
// callback suffers which fault depends only on the seed, the call and the callback's name.

import { between, chance, digest } from './chance.mjs';

/** How long a shuffled callback waits for another one to overtake it, in carrier seconds. */
const OVERTAKE = 20;

/** The callbacks of one call. */
export class Courier {
  constructor(call) {
    this.call = call;
    this.tail = Promise.resolve();
    this.pending = new Set();
    this.held = new Set();
  }

  /** Hands over one callback; returns at once. `kind` and `name` tell callbacks of a leg apart. */
  send(callback) {
    const { call } = this;
    const { carrier } = call;
    const key = [call.key, callback.kind, callback.leg?.ordinal ?? 'call', callback.name];
    const faults = carrier.faults;
    const item = { ...callback, key, token: token(carrier.seed, carrier.run, key) };
    if (chance(faults.drop, carrier.seed, 'drop', ...key)) {
      call.note({ ...item, fault: 'drop', dropped: true });
      return;
    }
    const copies = chance(faults.duplicate, carrier.seed, 'duplicate', ...key) ? 2 : 1;
    if (copies === 2) carrier.count('duplicated');
    this.#track(this.#bring(item, faults));
    if (copies === 2) {
      const gap = between(0, 30, carrier.seed, 'gap', ...key);
      this.#track(carrier.clock.sleep(gap).then(() => this.#deliver({ ...item, fault: 'duplicate' })));
    }
  }

  /** Lets shuffled callbacks go, because something else of this call has just been sent. */
  release() {
    for (const go of [...this.held]) go();
  }

  /** Resolves when every callback handed over so far has been delivered or given up. */
  async settled() {
    this.release();
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  async #bring(item, faults) {
    const { carrier } = this.call;
    if (chance(faults.delay, carrier.seed, 'delay', ...item.key)) {
      carrier.count('delayed');
      const [low, high] = faults.delaySeconds;
      await carrier.clock.sleep(between(low, high, carrier.seed, 'late', ...item.key));
      return this.#deliver({ ...item, fault: 'delay' });
    }
    if (chance(faults.shuffle, carrier.seed, 'shuffle', ...item.key)) {
      carrier.count('shuffled');
      await this.#overtaken();
      return this.#deliver({ ...item, fault: 'shuffle' }, false);
    }
    const before = this.tail;
    const mine = before.then(() => this.#deliver(item));
    this.tail = mine;
    return mine;
  }

  #overtaken() {
    const { carrier } = this.call;
    return new Promise((resolve) => {
      const go = () => {
        this.held.delete(go);
        resolve();
      };
      this.held.add(go);
      carrier.clock.sleep(OVERTAKE).then(go);
    });
  }

  async #deliver(item, releases = true) {
    const { call } = this;
    const answer = await call.carrier.transport.deliver({
      url: item.url, method: item.method, params: item.params, token: item.token, cookies: call.cookies,
    });
    call.note({ ...item, answer, breaches: judgeCallback(answer) });
    if (releases) this.release();
  }

  #track(promise) {
    this.pending.add(promise);
    promise.finally(() => this.pending.delete(promise));
  }
}

/** The idempotency token of one delivery: the same for its retries and duplicates. */
export function token(seed, run, key) {
  const hex = digest(seed, 'token', run, ...key);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** What is wrong with the answer to a status-type callback: 204, or an empty Response, is right. */
function judgeCallback({ error, status, body }) {
  if (error) return [];
  if (status === 204 && !body) return [];
  if (status === 200 && /^\s*(<\?xml[^>]*\?>)?\s*<Response\s*(\/>|>\s*<\/Response>)\s*$/.test(body)) return [];
  return [{ severity: 'error', where: 'callback', problem: `answered ${status} ${JSON.stringify(body.slice(0, 80))} instead of 204` }];
}
