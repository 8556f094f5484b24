// The rules a TwiML document must keep, as a table, and a checker that names every breach.
//
// A breach is an `error` when the vendor would misunderstand, refuse or warn about the document, and
// a `warning` when it is legal but pointless or risky (unreachable verbs, a Gather without an action).

const METHOD = oneOf('GET', 'POST');
const BOOL = oneOf('true', 'false');
const TEXT = () => null;
const URL_REF = (value) => {
  if (!/^https?:\/\//i.test(value)) return 'must be an absolute http(s) URL';
  if (value.length > 2048) return 'is longer than 2 kB';
  if (/[^\x21-\x7e]/.test(value)) return 'holds characters that must be escaped';
  let host;
  try {
    host = new URL(value).hostname;
  } catch {
    return 'is not a URL';
  }
  return host.includes('_') ? 'has an underscore in the host name' : null;
};
const DIAL_RECORD = oneOf(
  'true', 'false', 'do-not-record', 'record-from-answer', 'record-from-ringing',
  'record-from-answer-dual', 'record-from-ringing-dual',
);
const TRIM = oneOf('trim-silence', 'do-not-trim');
const TRACK = oneOf('inbound', 'outbound', 'both');
const RECORDING_CALLBACK = {
  recordingStatusCallback: URL_REF,
  recordingStatusCallbackMethod: METHOD,
  recordingStatusCallbackEvent: words('in-progress', 'completed', 'absent'),
};
const CALLEE = {
  url: URL_REF,
  method: METHOD,
  statusCallback: URL_REF,
  statusCallbackMethod: METHOD,
  statusCallbackEvent: words('initiated', 'ringing', 'answered', 'completed'),
  machineDetection: oneOf('Enable', 'DetectMessageEnd'),
  machineDetectionTimeout: integer(3, 60),
  machineDetectionSpeechThreshold: integer(1000, 6000),
  machineDetectionSpeechEndThreshold: integer(500, 5000),
  machineDetectionSilenceTimeout: integer(2000, 10000),
  amdStatusCallback: URL_REF,
  amdStatusCallbackMethod: METHOD,
};

/** Known verbs and nouns: attributes with their checks, allowed children, a check of the text. */
export const ELEMENTS = {
  Say: { attributes: { voice: TEXT, language: pattern(/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/), loop: integer(0, 1000) }, text: speech },
  Play: { attributes: { loop: integer(0, 1000), digits: pattern(/^[0-9A-D*#wW]+$/) }, text: playUrl },
  Pause: { attributes: { length: integer(1, 14400) } },
  Reject: { attributes: { reason: oneOf('rejected', 'busy') } },
  Hangup: { attributes: {} },
  Redirect: { attributes: { method: METHOD }, text: required(URL_REF) },
  Gather: {
    attributes: {
      input: words('dtmf', 'speech'), action: URL_REF, method: METHOD, timeout: orAuto(integer(1, 600)),
      numDigits: integer(1, 255), finishOnKey: pattern(/^[0-9*#]?$/), actionOnEmptyResult: BOOL,
      speechTimeout: orAuto(integer(1, 60)), speechModel: TEXT, hints: hints, language: TEXT, profanityFilter: BOOL,
      partialResultCallback: URL_REF, partialResultCallbackMethod: METHOD, bargeIn: BOOL, enhanced: BOOL,
      maxSpeechTime: integer(1, 60), dtmfDetection: TEXT, debug: BOOL,
    },
    children: ['Say', 'Play', 'Pause'],
  },
  Record: {
    attributes: {
      action: URL_REF, method: METHOD, timeout: integer(0, 600), finishOnKey: pattern(/^[0-9*#]*$/),
      maxLength: integer(1, 14400), playBeep: BOOL, trim: TRIM, transcribe: BOOL, transcribeCallback: URL_REF,
      ...RECORDING_CALLBACK,
    },
  },
  Dial: {
    attributes: {
      action: URL_REF, method: METHOD, timeout: integer(5, 600), timeLimit: integer(1, 14400), callerId: callerId,
      answerOnBridge: BOOL, hangupOnStar: BOOL, ringTone: pattern(/^[a-z]{2}(-old)?$/), record: DIAL_RECORD,
      recordingTrack: TRACK, trim: TRIM, sequential: BOOL, referUrl: URL_REF, referMethod: METHOD,
      callReason: (value) => (value.length > 50 ? 'is longer than 50 characters' : null),
      ...RECORDING_CALLBACK,
    },
    children: ['Number', 'Sip'],
    text: dialText,
  },
  Number: {
    attributes: { ...CALLEE, sendDigits: pattern(/^[0-9*#wW]+$/), byoc: TEXT },
    text: required(pattern(/^\+[1-9][0-9]{6,14}$/)),
  },
  Sip: { attributes: { ...CALLEE, username: TEXT, password: TEXT }, text: required(sipUri) },
};

const TOP_LEVEL = ['Say', 'Play', 'Pause', 'Reject', 'Hangup', 'Redirect', 'Gather', 'Record', 'Dial'];
const IN_WHISPER = ['Say', 'Play', 'Gather', 'Hangup'];
const REFUSED = ['Enqueue', 'Queue', 'Conference', 'Client', 'Sms', 'Message', 'Refer', 'Connect', 'Stream', 'Leave', 'Pay'];

/**
 * Checks a parsed document.
 * `place` is `call` (the caller's document) or `whisper` (the callee's, before bridging).
 * Returns breaches `{ severity, where, problem }`.
 */
export function checkTwiml(root, place = 'call') {
  const breaches = [];
  const report = (where, problem, severity = 'error') => breaches.push({ severity, where, problem });
  if (root.name !== 'Response') {
    report(root.name, 'the root element must be Response');
    return breaches;
  }
  if (Object.keys(root.attributes).length > 0) report('Response', 'takes no attributes');
  if (root.text.trim()) report('Response', 'takes no text');
  const allowed = place === 'whisper' ? IN_WHISPER : TOP_LEVEL;
  root.children.forEach((node) => checkNode(node, allowed, 'Response', report));
  checkOrder(root.children, report);
  return breaches;
}

function checkNode(node, allowed, parent, report) {
  const where = `${parent}/${node.name}`;
  const rule = ELEMENTS[node.name];
  if (!allowed.includes(node.name)) {
    const why = REFUSED.includes(node.name) ? 'is refused by this carrier' : 'is not allowed here';
    report(where, rule || REFUSED.includes(node.name) ? why : 'is not a known verb or noun');
  }
  if (!rule) return;
  for (const [name, value] of Object.entries(node.attributes)) {
    const check = rule.attributes[name];
    const problem = check ? check(value, node) : 'is not a known attribute';
    if (problem) report(`${where}@${name}`, `${problem} (${JSON.stringify(value)})`);
  }
  const problem = rule.text ? rule.text(node.text.trim(), node) : node.text.trim() && 'takes no text';
  if (problem) report(where, `its text ${problem}`);
  if (!rule.children && node.children.length > 0) report(where, 'takes no child elements');
  else node.children.forEach((child) => checkNode(child, rule.children, where, report));
  if (node.name === 'Gather') checkGather(node, where, report);
  if (node.name === 'Dial' && node.children.length > 10) report(where, 'dials more than 10 targets');
}

function checkGather({ attributes }, where, report) {
  if (!('action' in attributes)) report(where, 'has no action: it would loop on its own document', 'warning');
  if (attributes.speechTimeout === 'auto' && attributes.speechModel) report(where, 'speechTimeout auto excludes a speechModel');
}

function checkOrder(verbs, report) {
  let over = null;
  verbs.forEach((node, index) => {
    if (over) report(`Response/${node.name}`, `is unreachable after ${over}`, 'warning');
    if (node.name === 'Reject' && index > 0) report('Response/Reject', 'is only valid as the first verb');
    // After a Record the next verb is reached when nothing was recorded.
    const ends = ['Hangup', 'Reject', 'Redirect'].includes(node.name);
    if (ends || (node.name === 'Dial' && 'action' in node.attributes)) over ??= node.name;
  });
}

function oneOf(...values) {
  return (value) => (values.includes(value) ? null : `must be one of ${values.join(', ')}`);
}

function words(...values) {
  return (value) => {
    const given = value.split(' ').filter(Boolean);
    if (given.length === 0) return 'must not be empty';
    return given.every((word) => values.includes(word)) ? null : `takes only ${values.join(', ')}`;
  };
}

function integer(low, high) {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : NaN;
    return number >= low && number <= high ? null : `must be a whole number from ${low} to ${high}`;
  };
}

function orAuto(check) {
  return (value) => (value === 'auto' ? null : check(value));
}

function pattern(regex) {
  return (value) => (regex.test(value) ? null : `must match ${regex}`);
}

function required(check) {
  return (value) => (value === '' ? 'must not be empty' : check(value));
}

function speech(value) {
  if (value === '') return 'must not be empty';
  return value.length > 4000 ? 'is longer than 4000 characters' : null;
}

function playUrl(value, node) {
  if (value === '') return node.attributes.digits ? null : 'must not be empty';
  return URL_REF(value);
}

function hints(value) {
  const entries = value.split(',');
  if (entries.length > 500) return 'has more than 500 entries';
  return entries.some((entry) => entry.trim().length > 100) ? 'has an entry above 100 characters' : null;
}

function callerId(value, node) {
  const sip = node.children.length > 0 && node.children.every((child) => child.name === 'Sip');
  if (sip) return /^[+\-_.A-Za-z0-9]+$/.test(value) ? null : 'must be alphanumeric or + - _ .';
  return /^(\+[1-9]\d{6,14}|client:.+|sip:.+)$/.test(value) ? null : 'must be an E.164 number';
}

function dialText(value, node) {
  if (node.children.length > 0) return value ? 'must be empty beside nouns' : null;
  return /^\+[1-9]\d{6,14}$/.test(value) ? null : 'must be an E.164 number when there is no noun';
}

function sipUri(value) {
  if (!/^sips?:[^\s@]+@[^\s@?;:]+(:\d+)?([;?].*)?$/.test(value)) return 'must be a SIP URI';
  const [uri, headers = ''] = value.split('?');
  if (uri.length >= 255) return 'has a URI of 255 characters or more';
  if (headers.length >= 1024) return 'has headers of 1024 characters or more';
  const names = headers.split('&').filter(Boolean).map((pair) => pair.split('=')[0]);
  const known = /^(X-.+|User-to-User|Remote-Party-ID|P-Preferred-Identity|P-Called-Party-ID)$/i;
  return names.every((name) => known.test(name)) ? null : 'has a header that is not an X- header';
}
