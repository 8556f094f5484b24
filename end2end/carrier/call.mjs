// One inbound call: the caller's side, the TwiML interpreter and the report of what happened.

import { sid } from './chance.mjs';
import { callResource } from './leg.mjs';
import { Courier } from './courier.mjs';
import { dial, recordingCallback } from './dial.mjs';
import { fetchTwiml } from './fetch.mjs';
import { Patience } from './patience.mjs';
import { resolveUrl, speechSeconds } from './words.mjs';

/** Documents one call may run through; a longer chain is a loop of redirects or actions. */
const DOCUMENT_LIMIT = 60;

/** An inbound call in progress. Made by `Carrier.place`. */
export class Call {
  constructor(carrier, script, index) {
    this.carrier = carrier;
    this.script = script;
    this.index = index;
    this.key = String(script.key ?? index);
    this.sid = script.sid ?? sid('CA', carrier.seed, carrier.run, 'call', this.key);
    this.from = script.from;
    this.to = script.to;
    this.status = 'ringing';
    this.startedAt = carrier.clock.seconds();
    this.documents = 0;
    this.cookies = new Map();
    this.legs = [];
    this.heard = [];
    this.errors = [];
    this.exchanges = [];
    this.mostLegsAtOnce = 0;
    this.dials = 0;
    this.mostDialsAtOnce = 0;
    this.digits = [...(script.caller?.digits ?? [])];
    this.speech = [...(script.caller?.speech ?? [])];
    this.over = new AbortController();
    this.redirected = new AbortController();
    this.courier = new Courier(this);
  }

  /** True once the caller has hung up or the call was ended over REST. */
  get gone() {
    return this.over.signal.aborted;
  }

  /** True until the call has ended. */
  get live() {
    return this.endedAt === undefined;
  }

  /** Aborts when the current verb must stop: hang-up, or a redirect over REST. */
  signal() {
    return AbortSignal.any([this.over.signal, this.redirected.signal]);
  }

  /** Answers the caller's leg, if that has not happened yet. */
  answer() {
    if (this.answeredAt !== undefined || !this.live) return;
    this.answeredAt = this.carrier.clock.seconds();
    this.status = 'in-progress';
  }

  /** Ends the call now: the caller hung up, or REST said so. */
  hangUp(who = 'caller') {
    if (this.gone || !this.live) return;
    this.endedBy = who;
    this.status = this.answeredAt === undefined ? 'no-answer' : 'completed';
    this.over.abort();
  }

  /** Makes the call continue with another document, as REST POST Calls/{CA} with Url does. */
  redirect(step) {
    this.redirection = { ...step, params: {}, kind: 'rest-redirect' };
    this.redirected.abort();
  }

  /** Parameters of every webhook about this call. */
  params() {
    return {
      CallSid: this.sid,
      AccountSid: this.carrier.accountSid,
      From: this.from,
      To: this.to,
      Caller: this.from,
      Called: this.to,
      CallStatus: this.status,
      ApiVersion: '2010-04-01',
      Direction: 'inbound',
      FromCity: '',
      FromState: '',
      FromZip: '',
      FromCountry: 'US',
      ToCity: '',
      ToState: '',
      ToZip: '',
      ToCountry: 'US',
      StirVerstat: 'TN-Validation-Passed-A',
      ...this.script.params,
    };
  }

  /** Runs the call to its end, including every late callback. Resolves to the report. */
  async run() {
    const { hangupAfter = Infinity, rushed } = this.script.caller ?? {};
    this.patience = new Patience(this.carrier.clock, hangupAfter, () => this.hangUp('caller'), rushed);
    await this.#talk();
    this.patience.cancel();
    this.#finish();
    await this.courier.settled();
    return this.report();
  }

  async #talk() {
    const { carrier } = this;
    let step = { url: carrier.voiceUrl, method: carrier.voiceMethod, params: {}, kind: 'voice' };
    while (step) {
      if (this.documents >= DOCUMENT_LIMIT) {
        this.errors.push({ code: 11215, reason: 'too many documents', url: step.url });
        return this.#apologise();
      }
      const document = step.verbs
        ? { verbs: step.verbs, url: carrier.voiceUrl }
        : await fetchTwiml(this, { ...step, params: { ...this.params(), ...step.params } });
      // What is answered after a hang-up is checked, but nobody is left to hear it.
      if (this.gone) return;
      if (!document) return this.#apologise();
      step = await this.#execute(document);
      if (this.redirection) {
        step = this.redirection;
        this.redirection = null;
        this.redirected = new AbortController();
      } else if (this.gone && step?.kind !== 'dial-action' && step?.kind !== 'record-action') {
        return;
      }
    }
  }

  #apologise() {
    if (this.gone) return;
    this.answer();
    this.heard.push({ error: 'application error' });
  }

  async #execute({ verbs, url }) {
    for (const [index, verb] of verbs.entries()) {
      if (this.gone || this.redirection) return null;
      const run = VERBS[verb.name];
      const next = run ? await run(this, verb, url, index === 0) : undefined;
      if (next === END) return null;
      if (next) return next;
    }
    return null;
  }

  #finish() {
    if (this.status === 'in-progress') this.status = 'completed';
    if (this.status === 'ringing') this.status = 'no-answer';
    this.endedBy ??= 'carrier';
    this.endedAt = this.carrier.clock.seconds();
    this.over.abort();
    const { statusUrl: url, statusMethod: method } = this.carrier;
    if (!url) return;
    const params = { ...this.params(), CallDuration: String(this.duration()), Duration: String(Math.ceil(this.duration() / 60)) };
    this.courier.send({ kind: 'call-status', name: 'end', url, method, params });
  }

  /** Whole seconds from answer to end; 0 when the call was never answered. */
  duration() {
    if (this.answeredAt === undefined) return 0;
    return Math.max(1, Math.round((this.endedAt ?? this.carrier.clock.seconds()) - this.answeredAt));
  }

  /** How the callee of a leg behaves. */
  behaviourOf(leg) {
    const ask = this.script.callees ?? (() => ({ kind: 'answer', after: 3, talk: 30 }));
    return ask({ kind: leg.kind, address: leg.address, attempt: leg.ordinal, call: this.index, key: this.key });
  }

  /** Adds one exchange (a request with its answer, or a dropped one) to the report. */
  note({ kind, name, leg, url, method, params, token, answer, breaches = [], fault, dropped }) {
    this.exchanges.push({
      kind, name, sid: leg?.sid ?? this.sid, url, method, params, token, fault, dropped, breaches,
      status: answer?.status, body: answer?.body, type: answer?.headers?.['content-type'], error: answer?.error,
      attempts: answer?.attempts?.length ?? 0, ms: answer?.ms, at: Date.now(),
      acknowledged: answer?.status >= 200 && answer?.status <= 299,
    });
  }

  /** The Call resource of the REST API. */
  resource() {
    return callResource(this.carrier, {
      sid: this.sid, parent: null, from: this.from, to: this.to, status: this.status, direction: 'inbound',
      createdAt: this.startedAt, startedAt: this.startedAt, endedAt: this.endedAt, duration: this.duration(),
    });
  }

  /** Everything a test wants to know about this call. */
  report() {
    return {
      index: this.index,
      sid: this.sid,
      from: this.from,
      to: this.to,
      status: this.status,
      duration: this.duration(),
      endedBy: this.endedBy,
      heard: this.heard,
      errors: this.errors,
      legs: this.legs.map((leg) => leg.report()),
      rang: this.legs.map((leg) => leg.address),
      connectedTo: this.legs.find((leg) => leg.bridged)?.address ?? null,
      mostLegsAtOnce: this.mostLegsAtOnce,
      twoAtOnce: this.mostDialsAtOnce > 1 || this.legs.filter((leg) => leg.bridged && leg.live).length > 1,
      exchanges: this.exchanges,
      breaches: this.exchanges.flatMap(({ kind, url, breaches }) => breaches.map((breach) => ({ kind, url, ...breach }))),
    };
  }
}

const END = Symbol('end of call');

/** Verbs of the caller's document. Each returns a next step, END, or nothing to go on. */
const VERBS = {
  async Say(call, verb) {
    call.answer();
    call.heard.push({ say: verb.text.trim() });
    await call.carrier.clock.sleep(speechSeconds(verb), call.signal());
  },
  async Play(call, verb, url) {
    call.answer();
    const source = verb.text.trim();
    if (!source) return;
    call.heard.push({ play: resolveUrl(source, url) });
    await call.carrier.clock.sleep(speechSeconds(verb), call.signal());
  },
  async Pause(call, verb) {
    await call.carrier.clock.sleep(speechSeconds(verb), call.signal());
  },
  async Reject(call, verb, _url, first) {
    if (!first) return undefined;
    call.heard.push({ reject: verb.attributes.reason ?? 'rejected' });
    call.status = verb.attributes.reason === 'busy' ? 'busy' : 'no-answer';
    return END;
  },
  async Hangup(call) {
    call.answer();
    call.heard.push({ hangup: true });
    return END;
  },
  async Redirect(call, verb, url) {
    return { url: resolveUrl(verb.text.trim(), url), method: verb.attributes.method, params: {}, kind: 'redirect' };
  },
  async Dial(call, verb, url, first) {
    return dial(call, verb, url, first);
  },
  Gather: gather,
  Record: record,
};

async function gather(call, verb, url) {
  const { clock } = call.carrier;
  const { attributes } = verb;
  call.answer();
  for (const nested of verb.children) {
    if (nested.name === 'Say') call.heard.push({ say: nested.text.trim() });
    if (nested.name === 'Play') call.heard.push({ play: resolveUrl(nested.text.trim(), url) });
    if (!(await clock.sleep(speechSeconds(nested), call.signal()))) return null;
  }
  const params = input(call, attributes);
  const waited = params ? 1 : Number(attributes.timeout ?? 5) || 5;
  if (!(await clock.sleep(waited, call.signal()))) return null;
  if (!params && attributes.actionOnEmptyResult !== 'true') return null;
  return { url: resolveUrl(attributes.action ?? url, url), method: attributes.method, params: params ?? { Digits: '' }, kind: 'gather-action' };
}

function input(call, { input: wanted = 'dtmf', numDigits, finishOnKey = '#' }) {
  if (wanted.includes('dtmf') && call.digits.length > 0) {
    let typed = call.digits.shift() ?? '';
    const finish = finishOnKey === '' ? -1 : typed.indexOf(finishOnKey);
    const key = finish >= 0 ? finishOnKey : '';
    if (finish >= 0) typed = typed.slice(0, finish);
    if (numDigits) typed = typed.slice(0, Number(numDigits));
    call.heard.push({ typed });
    return typed ? { Digits: typed, FinishedOnKey: key } : null;
  }
  if (wanted.includes('speech') && call.speech.length > 0) {
    const said = call.speech.shift();
    call.heard.push({ said });
    return { SpeechResult: said, Confidence: '0.92', Language: 'en-US' };
  }
  return null;
}

async function record(call, verb, url) {
  const { carrier } = call;
  const { attributes } = verb;
  call.answer();
  const recording = carrier.addRecording(call, { source: 'RecordVerb', channels: 1, name: `record-${call.documents}` });
  const start = carrier.clock.seconds();
  const length = Math.min(call.script.caller?.voicemail ?? 8, Number(attributes.maxLength ?? 3600));
  const whole = await carrier.clock.sleep(length, call.signal());
  recording.duration = Math.round(whole ? length : carrier.clock.seconds() - start);
  recording.status = recording.duration > 0 ? 'completed' : 'absent';
  call.heard.push({ recorded: recording.duration });
  recordingCallback(call, recording, attributes, url, recording.status);
  // An empty recording is not reported: the call goes on with the next verb.
  if (call.redirection || recording.duration === 0) return null;
  const params = {
    RecordingUrl: recording.url(), RecordingSid: recording.sid, RecordingDuration: String(recording.duration), Digits: whole ? '#' : 'hangup',
  };
  return { url: resolveUrl(attributes.action ?? url, url), method: attributes.method, params, kind: 'record-action' };
}
