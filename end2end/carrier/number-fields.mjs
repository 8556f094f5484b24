// The fields of a number that the product may set, the vendor's rules for them, and the whole resource.

import { VERSION, problem } from './answers.mjs';

const TEXTS = {
  FriendlyName: 'friendly_name',
  VoiceApplicationSid: 'voice_application_sid', SmsApplicationSid: 'sms_application_sid', TrunkSid: 'trunk_sid',
  AddressSid: 'address_sid', BundleSid: 'bundle_sid', IdentitySid: 'identity_sid',
  EmergencyStatus: 'emergency_status', EmergencyAddressSid: 'emergency_address_sid', VoiceReceiveMode: 'voice_receive_mode',
};
const URLS = {
  VoiceUrl: 'voice_url', VoiceFallbackUrl: 'voice_fallback_url', StatusCallback: 'status_callback',
  SmsUrl: 'sms_url', SmsFallbackUrl: 'sms_fallback_url',
};
const METHODS = {
  VoiceMethod: 'voice_method', VoiceFallbackMethod: 'voice_fallback_method', StatusCallbackMethod: 'status_callback_method',
  SmsMethod: 'sms_method', SmsFallbackMethod: 'sms_fallback_method',
};

const DEFAULTS = {
  voice_url: '', voice_method: 'POST', voice_fallback_url: '', voice_fallback_method: 'POST', voice_caller_id_lookup: false,
  voice_application_sid: '', voice_receive_mode: 'voice', trunk_sid: null,
  status_callback: '', status_callback_method: 'POST',
  sms_url: '', sms_method: 'POST', sms_fallback_url: '', sms_fallback_method: 'POST', sms_application_sid: '',
  address_sid: null, bundle_sid: null, identity_sid: null,
  emergency_status: 'Inactive', emergency_address_sid: null, emergency_address_status: 'unregistered',
};

/** Reads the settable fields of a form: `{fields}`, or `{refusal}`, the vendor's error. */
export function readFields(body) {
  const fields = {};
  const given = (names) => Object.entries(names).filter(([name]) => body.has(name)).map(([name, field]) => [name, field, body.get(name)]);
  for (const [, field, value] of given(TEXTS)) fields[field] = value;
  if ((fields.friendly_name ?? '').length > 64) return { refusal: problem(400, 20002, 'FriendlyName is longer than 64 characters') };
  for (const [name, field, value] of given(URLS)) {
    if (value !== '' && !isWebhook(value)) return { refusal: problem(400, 21402, `${name} is not valid: ${value}`) };
    fields[field] = value;
  }
  for (const [name, field, value] of given(METHODS)) {
    if (value !== 'GET' && value !== 'POST') return { refusal: problem(400, 21403, `${name} is not valid: ${value}`) };
    fields[field] = value;
  }
  if (body.has('VoiceCallerIdLookup')) fields.voice_caller_id_lookup = body.get('VoiceCallerIdLookup') === 'true';
  // The vendor drops the trunk when an application is set, and the other way round.
  if (fields.trunk_sid) fields.voice_application_sid = '';
  else if (fields.voice_application_sid) fields.trunk_sid = null;
  return { fields };
}

/** An absolute http(s) URL whose host name has no underscore. */
function isWebhook(text) {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname !== '' && !hostname.includes('_');
}

/** A number that an account owns, as the API shows it. */
export function numberResource({ sid, accountSid, number, row, type, fields, date }) {
  const uri = `/${VERSION}/Accounts/${accountSid}/IncomingPhoneNumbers/${sid}`;
  const { voice = true, SMS = true, MMS = true, fax = false } = row?.capabilities ?? {};
  return {
    sid,
    account_sid: accountSid,
    friendly_name: row?.friendly_name ?? number,
    phone_number: number,
    ...DEFAULTS,
    // A number for sale says SMS and MMS; an owned one says sms and mms.
    capabilities: { fax, voice, sms: SMS, mms: MMS },
    address_requirements: row?.address_requirements ?? 'none',
    beta: row?.beta ?? false,
    status: 'in-use',
    origin: 'twilio',
    type: { Local: 'local', TollFree: 'toll-free', Mobile: 'mobile' }[type],
    api_version: VERSION,
    date_created: date,
    date_updated: date,
    uri: `${uri}.json`,
    subresource_uris: { assigned_add_ons: `${uri}/AssignedAddOns.json` },
    ...fields,
  };
}
