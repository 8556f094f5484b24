#!/usr/bin/env node
// Says which HTTP request the npm `twilio` client sends for an operation, so that the product's own
// requests can be compared with it. Nothing is sent.
//
// As a program: JSON lines of operations in, JSON lines of requests out, one for each, in order:
//   {"op":"listByNumber","params":{"phoneNumber":"+12125550100"}}
// A line that cannot be answered gives {"error":"…"}, and the exit code 1 at the end.

import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';

const ACCOUNT = 'AC00000000000000000000000000000001';
const TOKEN = 'oracle-auth-token';
const HEADERS = ['accept', 'accept-charset', 'authorization', 'content-type'];

/** The number resources by the type in the path. */
const byType = (resource, type) => ({ Local: resource.local, TollFree: resource.tollFree, Mobile: resource.mobile })[type];

/** What the client is asked to do for each operation; `params` are those of the client, in its spelling. */
const OPERATIONS = {
  search: (client, { country = 'US', type = 'Local', ...params }) => byType(client.availablePhoneNumbers(country), type).list(params),
  buy: (client, { type, ...params }) => (type ? byType(client.incomingPhoneNumbers, type) : client.incomingPhoneNumbers).create(params),
  update: (client, { sid, ...params }) => client.incomingPhoneNumbers(sid).update(params),
  list: (client, params) => client.incomingPhoneNumbers.list(params),
  listByName: (client, { friendlyName, ...params }) => client.incomingPhoneNumbers.list({ friendlyName, ...params }),
  listByNumber: (client, { phoneNumber, ...params }) => client.incomingPhoneNumbers.list({ phoneNumber, ...params }),
  nextPage: (client, { uri }) => client.incomingPhoneNumbers.getPage(client.api.v2010.domain.absoluteUrl(uri)),
  fetch: (client, { sid }) => client.incomingPhoneNumbers(sid).fetch(),
  release: (client, { sid }) => client.incomingPhoneNumbers(sid).remove(),
  account: (client) => client.api.v2010.accounts(client.accountSid).fetch(),
  prices: (client, { country = 'US' }) => client.pricing.v1.phoneNumbers.countries(country).fetch(),
};

/**
 * The request for one operation: `{op, params, account, token, key}`; with `key`, an API key's sid, `token`
 * is its secret. Resolves to `{method, host, path, query, form, headers, target, body}`: `query` and `form`
 * are decoded [name, value] pairs in the order sent, `target` and `body` the text on the wire.
 */
export async function requestFor({ op, params = {}, account = ACCOUNT, token = TOKEN, key }) {
  if (!Object.hasOwn(OPERATIONS, op)) throw new Error(`no operation ${op}; there are ${Object.keys(OPERATIONS).join(', ')}`);
  const httpClient = new RequestClient();
  const sent = [];
  httpClient.axios.defaults.adapter = async (config) => {
    sent.push(seen(httpClient, config));
    return { status: op === 'release' ? 204 : 200, data: { rows: [] }, headers: {}, config, request: {} };
  };
  const client = twilio(key ?? account, token, { accountSid: account, httpClient });
  await OPERATIONS[op](client, params);
  if (sent.length !== 1) throw new Error(`${op} sent ${sent.length} requests`);
  return sent[0];
}

function seen(httpClient, config) {
  const url = new URL(httpClient.axios.getUri(config));
  const body = config.data ?? '';
  const headers = Object.fromEntries(HEADERS.filter((name) => config.headers.has(name)).map((name) => [name, String(config.headers.get(name))]));
  return {
    method: config.method.toUpperCase(),
    host: url.hostname,
    path: url.pathname,
    query: [...url.searchParams],
    form: [...new URLSearchParams(body)],
    headers,
    target: url.pathname + url.search,
    body,
  };
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    try {
      console.log(JSON.stringify(await requestFor(JSON.parse(line))));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
      process.exitCode = 1;
    }
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
