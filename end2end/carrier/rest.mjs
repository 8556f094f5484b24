// The carrier's REST API, as far as the product asks: calls, recordings and their audio.

import http from 'node:http';
import { silentMp3, wavTone } from './audio.mjs';
import { roll } from './chance.mjs';
import { rfc2822 } from './clock.mjs';
import { parseXml } from './xml.mjs';

const VERSION = '2010-04-01';

/** Serves `/2010-04-01/Accounts/{AC}/…` on the loopback interface. */
export class RestServer {
  constructor(carrier, faults = {}) {
    this.carrier = carrier;
    this.faults = { tooMany: 0, fail: 0, ...faults };
    this.requests = [];
    this.server = http.createServer((request, response) => this.#answer(request, response));
  }

  /** Starts to listen; resolves to the base URL. */
  async listen(port) {
    await new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  /** Stops and cuts open connections. */
  async close() {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request, response) {
    const url = new URL(request.url, 'http://rest.invalid');
    const entry = { method: request.method, path: url.pathname, query: url.search, at: Date.now() };
    this.requests.push(entry);
    try {
      const body = await readForm(request);
      const result = this.#refusal(request, entry) ?? this.#route(request, url, body);
      entry.status = result.status;
      send(request, response, result);
    } catch (error) {
      entry.status = 500;
      send(request, response, problem(500, 20500, error.message));
    }
  }

  #refusal(request, entry) {
    const { carrier, faults } = this;
    const wanted = `Basic ${Buffer.from(`${carrier.accountSid}:${carrier.authToken}`).toString('base64')}`;
    if (request.headers.authorization !== wanted) return problem(401, 20003, 'Authenticate');
    const dice = roll(carrier.seed, 'rest', this.requests.length, entry.path);
    if (dice < faults.tooMany) return problem(429, 20429, 'Too Many Requests');
    if (dice < faults.tooMany + faults.fail) return problem(503, 20503, 'Service Unavailable');
    const type = request.headers['content-type'] ?? '';
    if (request.method === 'POST' && !type.startsWith('application/x-www-form-urlencoded')) {
      return problem(415, 20415, 'Unsupported Media Type');
    }
    return null;
  }

  #route(request, url, body) {
    const [, version, accounts, account, kind, id, child] = url.pathname.replace(/\.json$/, '').split('/');
    if (version !== VERSION || accounts !== 'Accounts' || account !== this.carrier.accountSid) return notFound(url);
    const { method } = request;
    if (kind === 'Calls' && !id && method === 'GET') return this.#listCalls(url);
    if (kind === 'Calls' && id && child === 'Recordings' && method === 'GET') return this.#listRecordings(url, id);
    if (kind === 'Calls' && id && !child) return this.#call(method, id, body, url);
    if (kind === 'Recordings' && !id && method === 'GET') return this.#listRecordings(url, url.searchParams.get('CallSid'));
    if (kind === 'Recordings' && id) return this.#recording(request, id, url);
    return notFound(url);
  }

  #call(method, id, body, url) {
    const call = this.carrier.find(id);
    if (!call) return notFound(url);
    if (method === 'POST') {
      const refusal = changeCall(call, body);
      if (refusal) return refusal;
    } else if (method !== 'GET') return problem(405, 20004, 'Method not allowed');
    return json(200, call.resource());
  }

  #listCalls(url) {
    const wanted = { ParentCallSid: 'parent_call_sid', Status: 'status', From: 'from', To: 'to' };
    let rows = [...this.carrier.calls.values()].map((call) => call.resource());
    for (const [name, field] of Object.entries(wanted)) {
      const value = url.searchParams.get(name);
      if (value !== null) rows = rows.filter((row) => row[field] === value);
    }
    const since = url.searchParams.get('StartTime>');
    if (since) rows = rows.filter((row) => new Date(row.start_time) >= new Date(since));
    return page(url, 'calls', rows);
  }

  #listRecordings(url, callSid) {
    const rows = [...this.carrier.recordings.values()]
      .filter((one) => !one.deleted && (!callSid || one.callSid === callSid))
      .map((one) => recordingResource(this.carrier, one));
    return page(url, 'recordings', rows);
  }

  #recording(request, file, url) {
    const [id, suffix] = file.split('.');
    const recording = this.carrier.recordings.get(id);
    if (!recording || recording.deleted) return notFound(url);
    if (request.method === 'DELETE') {
      recording.deleted = true;
      return { status: 204, headers: {}, body: '' };
    }
    if (url.pathname.endsWith('.json')) return json(200, recordingResource(this.carrier, recording));
    if (recording.status !== 'completed') return notFound(url);
    const mp3 = suffix === 'mp3';
    const channels = url.searchParams.get('RequestedChannels') === '1' ? 1 : recording.channels;
    const audio = mp3 ? silentMp3(recording.duration) : wavTone(recording.duration, channels);
    return ranged(request, audio, mp3 ? 'audio/mpeg' : 'audio/x-wav');
  }
}

function changeCall(call, body) {
  if (!call.live) return problem(400, 21220, 'Invalid call state: the call is not in progress');
  const status = body.get('Status');
  if (status === 'completed' || status === 'canceled') {
    if (status === 'canceled' && call.status === 'in-progress') return problem(400, 21220, 'Invalid call state');
    if (call.hangUp) call.hangUp('api');
    else call.stop.abort();
    return null;
  }
  if (!call.redirect) return problem(400, 21220, 'this carrier redirects parent calls only');
  if (body.get('Url')) return void call.redirect({ url: body.get('Url'), method: body.get('Method') ?? 'POST' });
  const twiml = body.get('Twiml');
  if (!twiml) return problem(400, 20001, 'Status, Url or Twiml is needed');
  if (twiml.length > 4000) return problem(400, 32018, 'Twiml is longer than 4000 characters');
  const { root, error } = parseXml(twiml);
  if (error) return problem(400, 12100, error);
  return void call.redirect({ verbs: root.children });
}

function recordingResource(carrier, recording) {
  const uri = `/${VERSION}/Accounts/${carrier.accountSid}/Recordings/${recording.sid}`;
  const ended = recording.status !== 'in-progress';
  return {
    sid: recording.sid,
    account_sid: carrier.accountSid,
    call_sid: recording.callSid,
    conference_sid: null,
    api_version: VERSION,
    channels: recording.channels,
    date_created: rfc2822(carrier.clock.date(recording.startedAt)),
    date_updated: rfc2822(carrier.clock.date(recording.startedAt)),
    start_time: rfc2822(carrier.clock.date(recording.startedAt)),
    duration: ended ? String(recording.duration) : '-1',
    encryption_details: null,
    error_code: null,
    media_url: recording.url(),
    price: null,
    price_unit: 'USD',
    source: recording.source,
    status: recording.status,
    track: 'both',
    uri: `${uri}.json`,
  };
}

function page(url, name, rows) {
  const size = Math.min(Math.max(Number(url.searchParams.get('PageSize') ?? 50) || 50, 1), 1000);
  const number = Number(url.searchParams.get('Page') ?? 0) || 0;
  const at = (index) => {
    const query = new URLSearchParams(url.searchParams);
    query.set('PageSize', String(size));
    query.set('Page', String(index));
    query.set('PageToken', `PT${index}`);
    return `${url.pathname}?${query}`;
  };
  const more = (number + 1) * size < rows.length;
  return json(200, {
    [name]: rows.slice(number * size, (number + 1) * size),
    page: number,
    page_size: size,
    start: number * size,
    end: Math.max(0, Math.min(rows.length, (number + 1) * size) - 1),
    uri: url.pathname + url.search,
    first_page_uri: at(0),
    next_page_uri: more ? at(number + 1) : null,
    previous_page_uri: number > 0 ? at(number - 1) : null,
  });
}

function ranged(request, audio, type) {
  const headers = { 'Content-Type': type, 'Accept-Ranges': 'bytes' };
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range || (!range[1] && !range[2])) return { status: 200, headers, body: audio };
  const last = audio.length - 1;
  const start = range[1] ? Number(range[1]) : Math.max(0, audio.length - Number(range[2]));
  const end = range[1] && range[2] ? Math.min(Number(range[2]), last) : last;
  if (start > end) return { status: 416, headers: { 'Content-Range': `bytes */${audio.length}` }, body: '' };
  headers['Content-Range'] = `bytes ${start}-${end}/${audio.length}`;
  return { status: 206, headers, body: audio.subarray(start, end + 1) };
}

function json(status, value) {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

function problem(status, code, message) {
  const answer = json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
  if (status === 401) answer.headers['WWW-Authenticate'] = 'Basic realm="Twilio API"';
  return answer;
}

function notFound(url) {
  return problem(404, 20404, `The requested resource ${url.pathname} was not found`);
}

function send(request, response, { status, headers, body }) {
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

async function readForm(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}
