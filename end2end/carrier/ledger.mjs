// What was really bought and released, whatever the product was told about it.

/** Every purchase and every release, in order. */
export class Ledger {
  constructor() {
    this.entries = [];
  }

  /** Notes one event: `kind` is `buy` or `release`; `order` is the FriendlyName given at the purchase, or null. */
  note(kind, { account, order, number, sid }) {
    this.entries.push({ kind, at: Date.now(), account, order, number, sid });
  }

  /** All purchases, or those of one order, also such as were released later. */
  purchases(order) {
    return this.entries.filter((one) => one.kind === 'buy' && (order === undefined || one.order === order));
  }

  /** The purchases that were not released since. */
  live() {
    const released = new Set(this.entries.filter((one) => one.kind === 'release').map((one) => one.sid));
    return this.purchases().filter((one) => !released.has(one.sid));
  }

  /** Orders of an account, and numbers, with more than one live purchase: `[{what, name, account?, purchases}]`. */
  boughtTwice() {
    const live = this.live();
    const groups = [
      ...grouped(live.filter((one) => one.order !== null), (one) => JSON.stringify([one.account, one.order]), 'order'),
      ...grouped(live, (one) => one.number, 'number'),
    ];
    return groups.filter((one) => one.purchases.length > 1);
  }
}

function grouped(entries, key, what) {
  const groups = new Map();
  for (const entry of entries) groups.set(key(entry), [...(groups.get(key(entry)) ?? []), entry]);
  return [...groups.values()].map((purchases) => ({ what, name: purchases[0][what], account: purchases[0].account, purchases }));
}
