// The shapes of a REST answer: JSON, the vendor's errors, pages of a list, byte ranges, and their way out.

export const VERSION = '2010-04-01';

/** A JSON answer. */
export function json(status, value) {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) };
}

/** An error the way the vendor writes it. */
export function problem(status, code, message) {
  const answer = json(status, { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status });
  if (status === 401) answer.headers['WWW-Authenticate'] = 'Basic realm="Twilio API"';
  return answer;
}

/** 404 / 20404 for a path that leads nowhere. */
export function notFound(url) {
  return problem(404, 20404, `The requested resource ${url.pathname} was not found`);
}

/** One page of a list, with the links to the others. */
export function page(url, name, rows) {
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

/** A file, or the part of it that the request's Range asks for. */
export function ranged(request, audio, type) {
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

/** Sends an answer. */
export function send(request, response, { status, headers, body }) {
  response.writeHead(status, { ...headers, ...(status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) }) });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Reads a form-encoded body to its end. */
export async function readForm(request) {
  return new URLSearchParams(await readText(request));
}

/** Reads a body to its end. */
export async function readText(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
