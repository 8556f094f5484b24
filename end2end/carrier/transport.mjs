// One signed webhook delivery: byte-exact URL, npm `twilio` signature, redirects, retries, limits.
//
// The URL is never parsed and printed again: what is signed is what is sent. Connection settings may
// stand in the fragment (`#rc=2&rp=5xx,ct,rt`), which is used here and not sent on the wire.

import http from 'node:http';
import https from 'node:https';
import webhooks from 'twilio/lib/webhooks/webhooks.js';
import { roll } from './chance.mjs';

const { getExpectedTwilioSignature } = webhooks;

/** The largest TwiML document the vendor reads. */
export const BODY_LIMIT = 64 * 1024;
/** The longest chain of HTTP redirects the vendor follows. */
export const REDIRECT_LIMIT = 10;

const DEFAULT_CONNECTION = { ct: 5000, rt: 15000, tt: 15000, rc: 1, rp: ['ct'] };
const BOUNDS = { ct: [100, 10000], rt: [100, 15000], tt: [100, 15000], rc: [0, 5] };

/** Splits a URL without changing a byte of it, or returns null when it is not absolute http(s). */
export function splitUrl(url) {
  const match = /^(https?):\/\/([^/?#\s]+)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(url);
  if (!match) return null;
  const [, scheme, authority, path, query = '', fragment = ''] = match;
  return { scheme: scheme.toLowerCase(), authority, path: path || '/', query, fragment };
}

/** Reads connection overrides from a URL fragment over the given defaults. */
export function connectionOf(fragment, defaults = DEFAULT_CONNECTION) {
  const settings = { ...DEFAULT_CONNECTION, ...defaults };
  for (const [key, value] of new URLSearchParams(fragment.replace(/^#/, ''))) {
    if (key === 'rp') settings.rp = value.split(',');
    const bounds = BOUNDS[key];
    const number = Number(value);
    if (bounds && Number.isInteger(number)) settings[key] = Math.min(Math.max(number, bounds[0]), bounds[1]);
  }
  return settings;
}

/** The form body or query string of a parameter map; a list value repeats the name. */
export function encodeForm(params) {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) form.append(name, one);
  }
  return form.toString();
}

/** The signature of the npm library over a URL (fragment excluded) and form parameters. */
export function signature(authToken, url, params = {}) {
  return getExpectedTwilioSignature(authToken, url.replace(/#.*$/, ''), params);
}

function withPort(url, form) {
  const parts = splitUrl(url);
  if (!parts || form === 'asis') return url;
  const bare = parts.authority.replace(/:\d+$/, '');
  const port = /:\d+$/.exec(parts.authority)?.[0] ?? (parts.scheme === 'https' ? ':443' : ':80');
  const rest = url.slice(url.indexOf('://') + 3 + parts.authority.length);
  return `${parts.scheme}://${form === 'strip' ? bare : bare + port}${rest}`;
}

/** Sends signed requests for one carrier account. */
export class Transport {
  /**
   * `baseUrl` is where the product listens, `publicUrl` what it believes its address to be;
   * requests for the second are sent to the first. `signPort`: asis, strip, add or mixed.
   */
  constructor({ authToken, baseUrl, publicUrl = baseUrl, seed = 0, signPort = 'mixed', connection, retryPauseMs = 100 }) {
    this.authToken = authToken;
    this.base = splitUrl(baseUrl);
    this.public = splitUrl(publicUrl);
    if (!this.base || !this.public) throw new TypeError(`not an absolute http(s) URL: ${baseUrl} or ${publicUrl}`);
    this.seed = seed;
    this.signPort = signPort;
    this.connection = { ...DEFAULT_CONNECTION, ...connection };
    this.retryPauseMs = retryPauseMs;
    this.agents = {
      http: new http.Agent({ keepAlive: true, maxSockets: 128 }),
      https: new https.Agent({ keepAlive: true, maxSockets: 128, rejectUnauthorized: false }),
    };
  }

  /** Closes idle connections. */
  close() {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }

  /**
   * Delivers one webhook with its retries.
   * Returns `{ status, headers, body, error, attempts, url, ms }`; `error` is `{ code, reason }` when
   * no usable HTTP answer came. An HTTP error status is not an `error` here: callers judge it.
   */
  async deliver({ url, method = 'POST', params = {}, token, cookies = new Map() }) {
    const started = performance.now();
    const attempts = [];
    const parts = splitUrl(url);
    const settings = connectionOf(parts?.fragment ?? '', this.connection);
    let answer;
    for (let attempt = 0; attempt <= settings.rc; attempt += 1) {
      const left = settings.tt - (performance.now() - started);
      if (attempt > 0 && left <= 0) break;
      answer = await this.#follow({ url, method, params, token, cookies, settings, left });
      attempts.push({ status: answer.status, error: answer.error, at: Date.now() });
      if (!this.#wantsRetry(answer, settings.rp)) break;
      if (attempt < settings.rc) await new Promise((next) => setTimeout(next, this.retryPauseMs * 2 ** attempt));
    }
    return { ...answer, attempts, ms: performance.now() - started };
  }

  #wantsRetry(answer, policy) {
    const all = policy.includes('all');
    if (answer.error?.phase) return all || policy.includes(answer.error.phase);
    if (answer.status >= 500) return all || policy.includes('5xx');
    if (answer.status >= 400) return all || policy.includes('4xx');
    return false;
  }

  async #follow({ url, method, params, token, cookies, settings, left }) {
    let hop = { url, method, params };
    for (let redirects = 0; ; redirects += 1) {
      const answer = await this.#once(hop, { token, cookies, settings, left });
      const location = answer.headers?.location;
      if (answer.error || !location || ![301, 302, 303, 307, 308].includes(answer.status)) {
        return { ...answer, url: hop.url };
      }
      if (redirects >= REDIRECT_LIMIT) {
        return { url: hop.url, error: { code: 11215, reason: `more than ${REDIRECT_LIMIT} HTTP redirects` } };
      }
      const keep = answer.status === 307 || answer.status === 308;
      hop = { url: new URL(location, hop.url).href, method: keep ? hop.method : 'GET', params: hop.params };
    }
  }

  async #once(hop, context) {
    const request = this.prepare(hop, context);
    if (!request) return { error: { code: 11100, reason: `invalid URL ${hop.url}` } };
    let answer = await exchange(request, context);
    // A kept-alive connection that the server had closed meanwhile proves nothing: ask again on a fresh one.
    if (answer.stale) answer = await exchange({ ...request, options: { ...request.options, agent: false } }, context);
    for (const cookie of answer.headers?.['set-cookie'] ?? []) {
      const [name, ...value] = cookie.split(';')[0].split('=');
      context.cookies.set(name.trim(), value.join('='));
    }
    return answer;
  }

  /** Builds one request: options for Node and the body to write. Null when the URL is unusable. */
  prepare({ url, method, params }, { token, cookies = new Map() } = {}) {
    const form = encodeForm(params);
    let full = url.replace(/#.*$/, '');
    if (method === 'GET' && form) full += (full.includes('?') ? '&' : '?') + form;
    const parts = splitUrl(full);
    if (!parts || /[^\x21-\x7e]/.test(full)) return null;
    const ours = parts.scheme === this.public.scheme && parts.authority === this.public.authority;
    const peer = ours ? this.base : parts;
    const [host, port] = hostAndPort(peer.authority);
    const headers = {
      Host: parts.authority,
      Accept: '*/*',
      'User-Agent': 'TwilioProxy/1.1',
      'X-Twilio-Signature': this.sign(full, method === 'GET' ? {} : params, token),
    };
    if (token) headers['I-Twilio-Idempotency-Token'] = token;
    if (cookies.size > 0) headers.Cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (method !== 'GET') {
      headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8';
      headers['Content-Length'] = Buffer.byteLength(form);
    }
    const options = { host, port, method, path: parts.path + parts.query, headers, agent: this.agents[peer.scheme] };
    return { scheme: peer.scheme, options, body: method === 'GET' ? '' : form };
  }

  /** Signs as the vendor does, with or without the port (it is known to do either). */
  sign(url, params, token) {
    const form = this.signPort === 'mixed' ? (roll(this.seed, 'port', token ?? url) < 0.5 ? 'strip' : 'add') : this.signPort;
    return signature(this.authToken, withPort(url, form), params);
  }
}

function hostAndPort(authority) {
  const match = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(authority.replace(/^.*@/, ''));
  return [match[1], match[2] ? Number(match[2]) : undefined];
}

function exchange({ scheme, options, body }, { settings, left }) {
  return new Promise((resolve) => {
    let finished = false;
    let connected = false;
    const finish = (answer) => {
      if (finished) return;
      finished = true;
      clearTimeout(total);
      clearTimeout(connecting);
      resolve(answer);
    };
    const fail = (code, reason, phase, extra = {}) => {
      finish({ error: { code, reason, phase }, ...extra });
      request.destroy();
    };
    let request;
    try {
      request = (scheme === 'https' ? https : http).request(options);
    } catch (error) {
      resolve({ error: { code: 11100, reason: error.message } });
      return;
    }
    const total = setTimeout(() => fail(11200, 'total time-out', 'rt'), left);
    const connecting = setTimeout(() => connected || fail(11205, 'connect time-out', 'ct'), settings.ct);
    request.on('socket', (socket) => {
      if (!socket.connecting) connected = true;
      else socket.once('connect', () => (connected = true));
    });
    request.setTimeout(settings.rt, () => fail(11200, 'read time-out', 'rt'));
    request.on('error', (error) => {
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      fail(connected ? 11200 : 11205, error.code ?? error.message, connected ? 'rt' : 'ct', { stale });
    });
    request.on('response', (response) => readBody(response, finish, fail));
    request.end(body);
  });
}

function readBody(response, finish, fail) {
  const chunks = [];
  let size = 0;
  response.on('data', (chunk) => {
    size += chunk.length;
    if (size > BODY_LIMIT) fail(11750, 'response body above 64 kB');
    else chunks.push(chunk);
  });
  response.on('aborted', () => fail(11200, 'connection lost in the answer', 'rt'));
  response.on('error', () => fail(11200, 'connection lost in the answer', 'rt'));
  response.on('end', () => {
    finish({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
  });
}
