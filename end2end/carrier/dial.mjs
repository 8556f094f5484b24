// The Dial verb: rings callees, runs the whisper, bridges one of them, records, and reports the end.

import { between, sid } from './chance.mjs';
import { rfc2822 } from './clock.mjs';
import { fetchTwiml } from './fetch.mjs';
import { Leg, sipCode } from './leg.mjs';
import { resolveUrl, speechSeconds } from './words.mjs';

const WHISPER_DOCUMENTS = 10;

/** Executes a Dial. Returns the next step (the action URL) or null to go on with the next verb. */
export async function dial(call, node, documentUrl, first) {
  const { attributes } = node;
  const nouns = node.children.length > 0 ? node.children.filter(isCallee) : [{ name: 'Number', text: node.text, attributes: {} }];
  if (attributes.answerOnBridge !== 'true' || !first) call.answer();
  call.heard.push({ ring: nouns.map((noun) => noun.text.trim()) });
  call.dials += 1;
  const race = { over: new AbortController(), winner: null, attributes, documentUrl };
  const signal = call.signal();
  const cut = () => race.over.abort();
  if (signal.aborted) cut();
  signal.addEventListener('abort', cut, { once: true });
  const legs = await ringAll(call, nouns, race);
  signal.removeEventListener('abort', cut);
  if (call.redirection) return null;
  return attributes.action ? actionStep(call, attributes, documentUrl, race, legs) : null;
}

function isCallee(node) {
  return node.name === 'Number' || node.name === 'Sip';
}

async function ringAll(call, nouns, race) {
  const legs = nouns.map((noun) => ({ noun, leg: null }));
  const ring = async (entry) => {
    entry.leg = newLeg(call, entry.noun, race.attributes);
    await ringOne(call, entry.leg, race);
  };
  if (race.attributes.sequential !== 'true') {
    await Promise.all(legs.map(ring));
  } else {
    for (const entry of legs) {
      if (race.winner || race.over.signal.aborted) break;
      await ring(entry);
    }
  }
  return legs.map((entry) => entry.leg).filter(Boolean);
}

function newLeg(call, noun, attributes) {
  const { carrier } = call;
  const ordinal = call.legs.length;
  const leg = new Leg(call, noun, sid('CA', carrier.seed, carrier.run, call.key, 'leg', ordinal), attributes.callerId ?? call.from);
  leg.ordinal = ordinal;
  leg.dial = call.dials;
  call.legs.push(leg);
  carrier.legStarted(leg);
  return leg;
}

async function ringOne(call, leg, race) {
  const { carrier } = call;
  const { clock } = carrier;
  const signal = AbortSignal.any([race.over.signal, leg.stop.signal]);
  const behaviour = call.behaviourOf(leg);
  leg.enter('initiated', 'initiated');
  const limit = Number(race.attributes.timeout ?? 30) + between(0, 5, carrier.seed, 'ring', call.key, leg.ordinal);
  if (behaviour.kind === 'failed') {
    const whole = await clock.sleep(behaviour.after ?? 1, signal);
    return leg.end(whole ? 'failed' : 'canceled');
  }
  await clock.sleep(0.3, signal);
  leg.enter('ringing', 'ringing');
  const after = behaviour.kind === 'no-answer' ? Infinity : (behaviour.after ?? 5);
  const whole = await clock.sleep(Math.min(after, limit), signal);
  if (!whole) return leg.end('canceled');
  if (after > limit) return leg.end('no-answer');
  if (behaviour.kind === 'busy') return leg.end('busy');
  leg.answeredAt = clock.seconds();
  leg.enter('in-progress', 'answered');
  detectMachine(call, leg, behaviour);
  const accepted = await whisper(call, leg, behaviour, signal, race.documentUrl);
  if (!accepted || signal.aborted || race.winner) return leg.end('completed');
  race.winner = leg;
  race.over.abort();
  await talk(call, leg, behaviour, race);
}

async function talk(call, leg, behaviour, race) {
  const { clock } = call.carrier;
  leg.bridged = true;
  call.answer();
  call.heard.push({ bridged: leg.address });
  const recording = startRecording(call, leg, race.attributes, race.documentUrl);
  const start = clock.seconds();
  const most = Number(race.attributes.timeLimit ?? 14400);
  await clock.sleep(Math.min(behaviour.talk ?? 60, most), AbortSignal.any([call.signal(), leg.stop.signal]));
  leg.talk = clock.seconds() - start;
  leg.end('completed');
  if (recording) endRecording(call, recording, leg.talk, race.attributes, race.documentUrl);
  race.recording = recording;
}

/** Runs the whisper documents on the callee's leg; true when the callee accepts. */
async function whisper(call, leg, behaviour, signal, documentUrl) {
  let step = leg.attributes.url && { url: resolveUrl(leg.attributes.url, documentUrl), method: leg.attributes.method };
  for (let hop = 0; step; hop += 1) {
    if (hop >= WHISPER_DOCUMENTS) return false;
    const request = { ...step, params: { ...leg.params(), ...step.params }, kind: 'whisper' };
    const document = await fetchTwiml(call, request, { place: 'whisper', leg });
    if (!document || signal.aborted || behaviour.whisper === 'hangup') return false;
    const outcome = await hearWhisper(call, document, behaviour, signal);
    if (outcome.refused) return false;
    step = outcome.step;
  }
  return true;
}

async function hearWhisper(call, { verbs, url }, behaviour, signal) {
  const { clock } = call.carrier;
  for (const verb of verbs) {
    if (signal.aborted) return { refused: true };
    if (verb.name === 'Hangup') return { refused: true };
    if (verb.name === 'Say' || verb.name === 'Play') await clock.sleep(speechSeconds(verb), signal);
    if (verb.name === 'Gather') {
      const digits = { refuse: behaviour.refuseKey ?? '2', silent: '' }[behaviour.whisper] ?? behaviour.acceptKey ?? '1';
      for (const nested of verb.children) await clock.sleep(speechSeconds(nested), signal);
      if (!digits) await clock.sleep(Number(verb.attributes.timeout ?? 5) || 5, signal);
      if (digits || verb.attributes.actionOnEmptyResult === 'true') {
        const params = { Digits: digits, FinishedOnKey: '' };
        return { step: { url: resolveUrl(verb.attributes.action ?? url, url), method: verb.attributes.method, params } };
      }
    }
  }
  return {};
}

function detectMachine(call, leg, behaviour) {
  const { machineDetection, amdStatusCallback: url, amdStatusCallbackMethod: method } = leg.attributes;
  if (!machineDetection || !url) return;
  const params = { ...leg.params(), AnsweredBy: behaviour.answeredBy ?? 'human', MachineDetectionDuration: '2400' };
  call.courier.send({ kind: 'amd', name: 'amd', leg, url, method: method ?? 'POST', params });
}

function startRecording(call, leg, attributes, documentUrl) {
  const mode = attributes.record === 'true' ? 'record-from-answer' : attributes.record;
  if (!mode || mode === 'false' || mode === 'do-not-record') return null;
  const recording = call.carrier.addRecording(call, {
    source: 'DialVerb', channels: mode.endsWith('-dual') ? 2 : 1, name: `dial-${leg.ordinal}`,
  });
  recordingCallback(call, recording, attributes, documentUrl, 'in-progress');
  return recording;
}

function endRecording(call, recording, seconds, attributes, documentUrl) {
  recording.duration = Math.round(seconds);
  recording.status = recording.duration > 0 ? 'completed' : 'absent';
  recordingCallback(call, recording, attributes, documentUrl, recording.status);
}

/** Sends a recording status callback, if the verb asked for this event. */
export function recordingCallback(call, recording, attributes, documentUrl, event) {
  const { recordingStatusCallback: url, recordingStatusCallbackMethod: method, recordingStatusCallbackEvent: events } = attributes;
  if (!url || !(events ?? 'completed').split(' ').includes(event)) return;
  const { carrier } = call;
  const params = {
    AccountSid: carrier.accountSid,
    CallSid: call.sid,
    RecordingSid: recording.sid,
    RecordingUrl: recording.url(),
    RecordingStatus: event,
    RecordingChannels: String(recording.channels),
    RecordingStartTime: rfc2822(carrier.clock.date(recording.startedAt)),
    RecordingSource: recording.source,
    RecordingTrack: 'both',
  };
  if (event !== 'in-progress') params.RecordingDuration = String(recording.duration);
  if (event === 'absent') params.ErrorCode = '0';
  call.courier.send({
    kind: 'recording', name: `${recording.name}-${event}`, url: resolveUrl(url, documentUrl), method: method ?? 'POST', params,
  });
}

function actionStep(call, attributes, documentUrl, race, legs) {
  const shown = race.winner ?? legs.at(-1);
  const status = call.gone && !race.winner ? 'canceled' : dialStatus(race.winner, legs);
  const params = { DialCallStatus: status, DialBridged: String(Boolean(race.winner)) };
  if (shown) {
    params.DialCallSid = shown.sid;
    if (shown.answeredAt !== undefined) params.DialCallDuration = String(shown.duration());
    if (shown.kind === 'sip') {
      params.DialSipResponseCode = sipCode(shown.status);
      params.DialSipCallId = `${shown.sid}@carrier.invalid`;
    }
  }
  if (race.recording) params.RecordingUrl = race.recording.url();
  return { url: resolveUrl(attributes.action, documentUrl), method: attributes.method, params, kind: 'dial-action' };
}

function dialStatus(winner, legs) {
  if (winner) return 'completed';
  const order = ['completed', 'busy', 'no-answer', 'canceled', 'failed'];
  return order.find((status) => legs.some((leg) => leg.status === status)) ?? 'failed';
}
