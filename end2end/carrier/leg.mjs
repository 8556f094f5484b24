// A leg the carrier dialed out for a caller: its life, its progress events and its REST picture.

import { rfc2822 } from './clock.mjs';

const CALLBACK_EVENTS = ['initiated', 'ringing', 'answered', 'completed'];

/** One outbound child call of a `Dial`. */
export class Leg {
  /** `noun` is a parsed `Number` or `Sip`; `callerId` what the callee sees. */
  constructor(call, noun, sid, callerId) {
    this.call = call;
    this.sid = sid;
    this.kind = noun.name.toLowerCase();
    this.address = noun.text.trim();
    this.attributes = noun.attributes;
    this.callerId = callerId;
    this.status = 'queued';
    this.bridged = false;
    this.talk = 0;
    this.sequence = 0;
    this.stop = new AbortController();
    this.startedAt = call.carrier.clock.seconds();
    this.subscribed = (noun.attributes.statusCallbackEvent ?? 'completed').split(' ');
  }

  /** True until the leg has ended. */
  get live() {
    return this.endedAt === undefined;
  }

  /** Parameters of every webhook about this leg. */
  params() {
    const { carrier } = this.call;
    return {
      CallSid: this.sid,
      ParentCallSid: this.call.sid,
      AccountSid: carrier.accountSid,
      From: this.callerId,
      To: this.address,
      Caller: this.callerId,
      Called: this.address,
      CallStatus: this.status,
      ApiVersion: '2010-04-01',
      Direction: 'outbound-dial',
      ForwardedFrom: this.call.to,
    };
  }

  /** Enters a status and sends the progress event of that name, if it was asked for. */
  enter(status, event) {
    this.status = status;
    if (event && CALLBACK_EVENTS.includes(event)) this.#announce(event);
  }

  /** Ends the leg: `status` is completed, busy, no-answer, failed or canceled. */
  end(status) {
    if (!this.live) return;
    this.endedAt = this.call.carrier.clock.seconds();
    this.call.carrier.legEnded(this);
    this.enter(status, 'completed');
  }

  /** Whole seconds since the callee answered; 0 when nobody did. */
  duration() {
    if (this.answeredAt === undefined) return 0;
    return Math.max(1, Math.round((this.endedAt ?? this.call.carrier.clock.seconds()) - this.answeredAt));
  }

  #announce(event) {
    const url = this.attributes.statusCallback;
    if (!url || !this.subscribed.includes(event)) return;
    const params = {
      ...this.params(),
      Timestamp: rfc2822(this.call.carrier.clock.date()),
      CallbackSource: 'call-progress-events',
      SequenceNumber: String(this.sequence),
    };
    if (event === 'completed') {
      params.CallDuration = String(this.duration());
      params.Duration = String(Math.ceil(this.duration() / 60));
    }
    if (this.kind === 'sip' && event === 'completed') params.SipResponseCode = sipCode(this.status);
    this.sequence += 1;
    this.call.courier.send({
      kind: 'leg-status', name: event, leg: this, url, method: this.attributes.statusCallbackMethod ?? 'POST', params,
    });
  }

  /** The Call resource of the REST API. */
  resource() {
    return callResource(this.call.carrier, {
      sid: this.sid, parent: this.call.sid, from: this.callerId, to: this.address, status: this.status,
      direction: 'outbound-dial', startedAt: this.answeredAt ?? this.startedAt, createdAt: this.startedAt,
      endedAt: this.endedAt, duration: this.duration(),
    });
  }

  /** What the test report says about this leg. */
  report() {
    const { sid, kind, address, status, bridged, startedAt, answeredAt, endedAt, talk } = this;
    return { sid, kind, address, status, bridged, startedAt, answeredAt, endedAt, talk, duration: this.duration() };
  }
}

/** The SIP answer code that goes with an end status. */
export function sipCode(status) {
  return { completed: '200', busy: '486', 'no-answer': '480', canceled: '487' }[status] ?? '503';
}

/** A Call resource in the shape of the vendor's API version 2010-04-01. */
export function callResource(carrier, { sid, parent, from, to, status, direction, createdAt, startedAt, endedAt, duration }) {
  const date = (seconds) => (seconds === undefined ? null : rfc2822(carrier.clock.date(seconds)));
  const uri = `/2010-04-01/Accounts/${carrier.accountSid}/Calls/${sid}`;
  return {
    sid,
    account_sid: carrier.accountSid,
    parent_call_sid: parent,
    from,
    from_formatted: from,
    to,
    to_formatted: to,
    status,
    direction,
    api_version: '2010-04-01',
    answered_by: null,
    caller_name: null,
    forwarded_from: null,
    group_sid: null,
    phone_number_sid: null,
    queue_time: '0',
    trunk_sid: null,
    annotation: null,
    date_created: date(createdAt),
    date_updated: date(endedAt ?? startedAt),
    start_time: date(startedAt),
    end_time: date(endedAt),
    duration: endedAt === undefined ? null : String(duration),
    price: endedAt === undefined ? null : (-0.0085 * Math.ceil(duration / 60)).toFixed(5),
    price_unit: 'USD',
    uri: `${uri}.json`,
    subresource_uris: { recordings: `${uri}/Recordings.json` },
  };
}
