// Asks the product for TwiML and judges the answer as the vendor does.

import { chance } from './chance.mjs';
import { token } from './courier.mjs';
import { checkTwiml } from './twiml.mjs';
import { parseXml } from './xml.mjs';

const XML_TYPES = ['text/xml', 'application/xml', 'text/html'];

/**
 * Requests one TwiML document for a call or for a leg (`place` whisper).
 * Returns `{ verbs, url }`, or null when neither the URL nor the fallback gave usable TwiML; the
 * exchange, its faults and every breach are noted on the call.
 */
export async function fetchTwiml(call, step, { place = 'call', leg } = {}) {
  call.patience.hold();
  try {
    return await fetchWithFallback(call, step, place, leg);
  } finally {
    call.patience.resume();
  }
}

async function fetchWithFallback(call, step, place, leg) {
  const first = await ask(call, step, place, leg);
  if (first.verbs) return first;
  const { fallbackUrl, fallbackMethod } = call.carrier;
  call.errors.push({ ...first.error, url: step.url });
  if (place !== 'call' || !fallbackUrl || step.kind === 'fallback') return null;
  const params = { ...step.params, ErrorCode: String(first.error.code), ErrorUrl: step.url };
  const second = await ask(call, { url: fallbackUrl, method: fallbackMethod, params, kind: 'fallback' }, place, leg);
  if (second.verbs) return second;
  call.errors.push({ ...second.error, url: fallbackUrl });
  return null;
}

async function ask(call, step, place, leg) {
  const { carrier } = call;
  const key = [call.key, step.kind, leg?.ordinal ?? 'call', call.documents];
  call.documents += 1;
  const request = {
    url: step.url, method: step.method ?? 'POST', params: step.params, token: token(carrier.seed, carrier.run, key), cookies: call.cookies,
  };
  const noted = { kind: step.kind, leg, ...request, name: String(call.documents) };
  const lost = chance(carrier.faults.lostReply, carrier.seed, 'lost', ...key);
  const twice = !lost && chance(carrier.faults.duplicate, carrier.seed, 'twiml', ...key);
  const together = chance(0.5, carrier.seed, 'together', ...key);
  const answers = [carrier.transport.deliver(request)];
  call.courier.release();
  if (!(twice && together)) await answers[0];
  if (twice || lost) answers.push(carrier.transport.deliver(request));
  const [first, second] = await Promise.all(answers);
  const judged = judge(first, place);
  call.note({ ...noted, answer: first, breaches: judged.breaches, fault: lost ? 'lost-reply' : undefined });
  if (!second) return judged;
  carrier.count(lost ? 'lostReplies' : 'duplicated');
  const again = judge(second, place);
  const breaches = [...again.breaches, ...compare(first, second)];
  call.note({ ...noted, answer: second, breaches, fault: lost ? 'retry' : 'duplicate' });
  return lost || (!judged.verbs && again.verbs) ? again : judged;
}

function compare(first, second) {
  if (first.error || second.error || first.status !== 200 || second.status !== 200) return [];
  if (first.body === second.body) return [];
  return [{ severity: 'error', where: 'Response', problem: 'a repeated delivery was answered with a different document' }];
}

/** Turns an HTTP answer into `{ verbs, url, breaches }` or `{ error, breaches }`. */
export function judge(answer, place) {
  const fail = (code, reason, breaches = []) => ({ error: { code, reason }, breaches });
  const wrong = (problem) => [{ severity: 'error', where: 'HTTP', problem }];
  if (answer.error) return fail(answer.error.code, answer.error.reason);
  const { status, headers, body, url } = answer;
  if (status < 200 || status > 299) return fail(11200, `HTTP ${status}`, wrong(`answered ${status}`));
  const type = (headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (!type) return fail(11200, 'no Content-Type', wrong('no Content-Type'));
  if (type.startsWith('audio/')) {
    return { verbs: [element('Play', url), element('Hangup')], url, breaches: wrong('audio instead of TwiML') };
  }
  if (!XML_TYPES.includes(type) && type !== 'text/plain') return fail(12300, `Content-Type ${type}`, wrong(`Content-Type ${type}`));
  const { root, error } = parseXml(body);
  if (error && type === 'text/plain') return { verbs: [element('Say', body)], url, breaches: wrong('plain text instead of TwiML') };
  if (error) return fail(12100, error, wrong(`not well-formed XML: ${error}`));
  const breaches = checkTwiml(root, place);
  if (type !== 'text/xml') breaches.push(...wrong(`Content-Type ${type} instead of text/xml`));
  if (root.name !== 'Response') return fail(12100, `root element ${root.name}`, breaches);
  return { verbs: root.children, url, breaches };
}

function element(name, text = '') {
  return { name, attributes: {}, children: [], text };
}
