// A tiny webhook server for the carrier's own tests: checks each signature with the npm library and
// answers by a table of paths.

import http from 'node:http';
import webhooks from 'twilio/lib/webhooks/webhooks.js';

/** Wraps verbs into a TwiML document. */
export function twiml(verbs = '') {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
}

/**
 * Starts a stub. `routes` maps a path to a TwiML string or to a function of the request
 * `{ path, query, method, params, token, headers }` that returns a string or `{ status, headers, body }`.
 * A path that is not in the table answers 204. Resolves to `{ url, requests, close }`.
 */
export async function startStub(routes, { authToken = 'fake-carrier-auth-token', publicUrl } = {}) {
  const requests = [];
  const server = http.createServer(async (incoming, response) => {
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString('utf8');
    const address = new URL(incoming.url, 'http://stub.invalid');
    const params = {};
    for (const [name, value] of new URLSearchParams(body)) {
      params[name] = name in params ? [].concat(params[name], value) : value;
    }
    const request = {
      path: address.pathname,
      query: address.searchParams,
      method: incoming.method,
      params: incoming.method === 'GET' ? Object.fromEntries(address.searchParams) : params,
      token: incoming.headers['i-twilio-idempotency-token'],
      headers: incoming.headers,
      url: (publicUrl ?? `http://127.0.0.1:${server.address().port}`) + incoming.url,
    };
    request.authentic = webhooks.validateRequest(authToken, incoming.headers['x-twilio-signature'], request.url, params);
    requests.push(request);
    const route = routes[request.path];
    const answer = typeof route === 'function' ? await route(request) : route;
    if (answer === undefined) return response.writeHead(204).end();
    if (answer === 'HANG') return undefined;
    const { status = 200, headers = { 'Content-Type': 'text/xml' }, body: text } = typeof answer === 'string' ? { body: answer } : answer;
    return response.writeHead(status, headers).end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    to: (path) => requests.filter((request) => request.path === path),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
