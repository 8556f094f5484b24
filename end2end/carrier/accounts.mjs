// The accounts of the carrier: who may ask, with an auth token or an API key, and the account resource.

import { VERSION } from './answers.mjs';
import { rfc2822 } from './clock.mjs';

const CHILDREN = {
  available_phone_numbers: 'AvailablePhoneNumbers', calls: 'Calls', incoming_phone_numbers: 'IncomingPhoneNumbers', recordings: 'Recordings',
};

/** The accounts that exist, by sid. */
export class Accounts {
  constructor(clock) {
    this.clock = clock;
    this.bySid = new Map();
    this.keys = new Map();
  }

  /** Adds an account, or changes the token of one that is there. */
  add(sid, token, { friendlyName = `Account ${sid.slice(-4)}`, status = 'active', type = 'Full' } = {}) {
    const account = { sid, token, friendlyName, status, type, since: this.clock.date() };
    this.bySid.set(sid, account);
    return account;
  }

  /** Adds an API key of an account. A standard key may do everything but ask for the account itself. */
  addKey(accountSid, keySid, secret, { standard = false } = {}) {
    const account = this.bySid.get(accountSid);
    if (!account) throw new Error(`no account ${accountSid}`);
    this.keys.set(keySid, { account, secret, standard });
  }

  /** Who asks, by the Authorization header: `{account, standard}`, or null if the credentials are wrong. */
  who(header = '') {
    const [, text] = /^Basic (\S+)$/i.exec(header) ?? [];
    const [, name, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(text ?? '', 'base64').toString('utf8')) ?? [];
    const account = this.bySid.get(name);
    if (account) return account.token === secret ? { account, standard: false } : null;
    const key = this.keys.get(name);
    return key && key.secret === secret ? { account: key.account, standard: key.standard } : null;
  }
}

/** The account as the API shows it, auth token and all. */
export function accountResource(account) {
  const uri = `/${VERSION}/Accounts/${account.sid}`;
  return {
    sid: account.sid,
    owner_account_sid: account.sid,
    friendly_name: account.friendlyName,
    status: account.status,
    type: account.type,
    auth_token: account.token,
    date_created: rfc2822(account.since),
    date_updated: rfc2822(account.since),
    uri: `${uri}.json`,
    subresource_uris: Object.fromEntries(Object.entries(CHILDREN).map(([name, child]) => [name, `${uri}/${child}.json`])),
  };
}
