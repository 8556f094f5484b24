// The fake carrier: places calls against a product's webhooks and answers its REST questions.
//
// It shares no code with the product: signatures come from the npm `twilio` library, the XML parser
// and the TwiML rules are its own. The same seed gives the same calls, callees and faults.

import { Call } from './call.mjs';
import { sid } from './chance.mjs';
import { Clock } from './clock.mjs';
import { RestServer } from './rest.mjs';
import { Transport } from './transport.mjs';

/** No faults at all. `duplicate`, `shuffle`, `delay`, `drop` and `lostReply` are probabilities. */
export const NO_FAULTS = { duplicate: 0, shuffle: 0, delay: 0, drop: 0, lostReply: 0, delaySeconds: [5, 120] };

/** A carrier account with its calls, recordings and REST server. */
export class Carrier {
  /**
   * Options: `baseUrl` (where the product listens; may come later by `pointAt`), `publicUrl` (its
   * public address, default the base), `accountSid`, `authToken`, `seed`, `run` (a label that makes
   * ids of another run differ), `faults`, `timeScale` (carrier seconds a real second),
   * `voicePath`, `voiceMethod`, `statusPath` (null: none), `fallbackPath`, `connection` (retry
   * settings, see transport.mjs), `signPort`, `restFaults` (see rest-faults.mjs), `rest` (options of
   * the REST side, see rest.mjs).
   */
  constructor(options = {}) {
    this.options = options;
    this.accountSid = options.accountSid ?? sid('AC', 'account', 'default');
    this.authToken = options.authToken ?? 'fake-carrier-auth-token';
    this.seed = options.seed ?? 1;
    this.run = options.run ?? '';
    this.faults = { ...NO_FAULTS, ...options.faults };
    this.clock = new Clock(options.timeScale ?? 1);
    this.calls = new Map();
    this.recordings = new Map();
    this.counts = {};
    this.loads = new Map();
    this.peaks = new Map();
    this.placed = 0;
    this.rest = new RestServer(this, options.restFaults, options.rest);
    if (options.baseUrl) this.pointAt(options.baseUrl, options.publicUrl);
  }

  /** Says where the product is. Needed before the first call. */
  pointAt(baseUrl, publicUrl = baseUrl) {
    const { seed, authToken, options } = this;
    this.transport?.close();
    this.transport = new Transport({
      authToken, baseUrl, publicUrl, seed, signPort: options.signPort, connection: options.connection, retryPauseMs: options.retryPauseMs,
    });
    const at = (path) => (path === null || path === undefined ? null : publicUrl + path);
    this.voiceUrl = at(options.voicePath ?? '/api/webhooks/voice');
    this.voiceMethod = options.voiceMethod ?? 'POST';
    this.statusUrl = at(options.statusPath === undefined ? '/api/webhooks/status' : options.statusPath);
    this.statusMethod = 'POST';
    this.fallbackUrl = at(options.fallbackPath);
    this.fallbackMethod = 'POST';
    return this;
  }

  /** Starts the REST side. Resolves to its URL, which is what TWILIO_API_BASE_URL must be. */
  async listen(port = 0) {
    this.restUrl = await this.rest.listen(port);
    return this.restUrl;
  }

  /** Stops the REST side and drops idle connections. */
  async close() {
    this.transport?.close();
    await this.rest.close();
  }

  /**
   * Places one call and follows it to its end and its last callback.
   * `from`, `to`; `caller` {hangupAfter, rushed (see patience.mjs), digits: [..],
   * speech: [..], voicemail}; `callees`, a function
   * of {kind, address, attempt, call, key} to a behaviour {kind: answer|busy|no-answer|failed, after,
   * talk, whisper: accept|refuse|silent|hangup}; `params` added to the webhook; `key` names the call.
   */
  async place(script) {
    if (!this.transport) throw new Error('pointAt(baseUrl) first');
    const call = new Call(this, script, script.index ?? this.placed);
    this.placed += 1;
    this.calls.set(call.sid, call);
    return call.run();
  }

  /** The call in progress or ended with this sid, parent or child. */
  find(callSid) {
    return this.calls.get(callSid);
  }

  /** Book-keeping when a leg starts: who rings at once, per call and per destination. */
  legStarted(leg) {
    this.calls.set(leg.sid, leg);
    const now = (this.loads.get(leg.address) ?? 0) + 1;
    this.loads.set(leg.address, now);
    this.peaks.set(leg.address, Math.max(this.peaks.get(leg.address) ?? 0, now));
    const { call } = leg;
    const live = call.legs.filter((one) => one.live);
    call.mostLegsAtOnce = Math.max(call.mostLegsAtOnce, live.length);
    call.mostDialsAtOnce = Math.max(call.mostDialsAtOnce, new Set(live.map((one) => one.dial)).size);
  }

  /** Book-keeping when a leg ends. */
  legEnded(leg) {
    this.loads.set(leg.address, (this.loads.get(leg.address) ?? 1) - 1);
  }

  /** Counts a fault for the summary. */
  count(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  /** Makes a recording of a call, in progress. */
  addRecording(call, { source, channels, name }) {
    const id = sid('RE', this.seed, this.run, call.key, name);
    const recording = {
      sid: id, callSid: call.sid, source, channels, name, status: 'in-progress', duration: 0,
      startedAt: this.clock.seconds(), deleted: false,
      url: () => `${this.restUrl ?? 'https://api.twilio.com'}/2010-04-01/Accounts/${this.accountSid}/Recordings/${id}`,
    };
    this.recordings.set(id, recording);
    return recording;
  }
}
