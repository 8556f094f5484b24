// The npm `twilio` client as the carrier's tests use it: it believes it talks to the vendor.

import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';

/** Sends what was meant for a host of the vendor to `base`. */
class Rerouted extends RequestClient {
  constructor(base) {
    super();
    this.base = base;
  }

  request(options) {
    return super.request({ ...options, uri: options.uri.replace(/^https:\/\/[a-z]+\.twilio\.com(:443)?/, this.base) });
  }
}

/** A client of an account (`user` is its sid, or an API key's with `accountSid`) that asks the server at `base`. */
export function clientOf(base, user, secret, accountSid = user) {
  return twilio(user, secret, { accountSid, httpClient: new Rerouted(base) });
}
