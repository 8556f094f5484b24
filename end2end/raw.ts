// An HTTP request sent byte for byte: fetch would tidy the path and the headers.

import { type IncomingHttpHeaders, request } from 'node:http';

export interface Raw {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends one request. A server that answers before it has read everything is fine. */
export function raw(
  origin: string,
  { method, path, headers = {}, body = '' }: { method: string; path: string; headers?: Record<string, string>; body?: string },
): Promise<Raw> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    let answered = false;
    const sent = request(
      { hostname, port, method, path, agent: false, headers: { ...headers, ...(body ? { 'Content-Length': String(Buffer.byteLength(body)) } : {}) } },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        const done = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') });
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', done);
        response.on('error', done);
      },
    );
    sent.on('error', (error) => (answered ? undefined : reject(error)));
    sent.end(body);
  });
}
