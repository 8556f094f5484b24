//! Requests as the carrier sends them: the form of an inbound call, encoded and signed.
//!
//! Written apart from the product's own reading of the same contract, so that a mistake there
//! shows here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of the bench campaign.
pub const DIALED: &str = "+12145550126";
/// The account's token that requests are signed with.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// The carrier's account.
pub const ACCOUNT_SID: &str = "AC00000000000000000000000000000bec";
/// Where a call arrives.
pub const VOICE: &str = "/api/webhooks/voice";
/// Where the end of a call is told.
pub const STATUS: &str = "/api/webhooks/status";

/// Names and values in the order sent.
pub type Form = Vec<(&'static str, String)>;

static CALLS: AtomicU64 = AtomicU64::new(1);

/// A call that nobody has placed yet.
#[derive(Debug, Clone, Copy)]
pub struct Caller(u64);

impl Caller {
    /// The next one; unique within a run.
    pub fn next() -> Self {
        Self(CALLS.fetch_add(1, Ordering::Relaxed))
    }

    /// The carrier's id of the call.
    pub fn sid(self) -> String {
        format!("CA{:032x}", self.0)
    }

    /// The carrier's id of the dialed leg.
    pub fn leg_sid(self) -> String {
        format!("CA1{:031x}", self.0)
    }

    /// The carrier's id of the recording.
    pub fn recording_sid(self) -> String {
        format!("RE{:032x}", self.0)
    }

    fn number(self) -> String {
        let (exchange, line) = (200 + self.0 / 10_000 % 800, self.0 % 10_000);
        format!("+1713{exchange}{line:04}")
    }

    /// The request of a call that arrives.
    pub fn arrival(self) -> Form {
        let mut form = self.call("ringing");
        for (party, city, state, zip) in [
            ("Caller", "HOUSTON", "TX", "77002"),
            ("Called", "DALLAS", "TX", "75201"),
            ("From", "HOUSTON", "TX", "77002"),
            ("To", "DALLAS", "TX", "75201"),
        ] {
            form.extend(
                geography(party)
                    .into_iter()
                    .zip([city, state, zip, "US"].map(str::to_owned)),
            );
        }
        form.push(("StirVerstat", "TN-Validation-Passed-A".to_owned()));
        form
    }

    /// What every request about the caller's own leg holds.
    pub fn call(self, status: &str) -> Form {
        vec![
            ("AccountSid", ACCOUNT_SID.to_owned()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", self.sid()),
            ("CallStatus", status.to_owned()),
            ("Called", DIALED.to_owned()),
            ("Caller", self.number()),
            ("Direction", "inbound".to_owned()),
            ("From", self.number()),
            ("To", DIALED.to_owned()),
        ]
    }

    /// News of the dialed leg.
    pub fn leg(self, status: &str, sequence: usize) -> Form {
        let mut form = vec![
            ("AccountSid", ACCOUNT_SID.to_owned()),
            ("ApiVersion", "2010-04-01".to_owned()),
            ("CallSid", self.leg_sid()),
            ("ParentCallSid", self.sid()),
            ("CallStatus", status.to_owned()),
            ("CallbackSource", "call-progress-events".to_owned()),
            ("Direction", "outbound-dial".to_owned()),
            ("From", self.number()),
            ("SequenceNumber", sequence.to_string()),
            ("Timestamp", "Sat, 21 Nov 2026 12:00:00 +0000".to_owned()),
            ("To", "+12145550187".to_owned()),
        ];
        if status == "completed" {
            form.push(("CallDuration", "42".to_owned()));
        }
        form
    }
}

fn geography(party: &str) -> [&'static str; 4] {
    match party {
        "Caller" => ["CallerCity", "CallerState", "CallerZip", "CallerCountry"],
        "Called" => ["CalledCity", "CalledState", "CalledZip", "CalledCountry"],
        "From" => ["FromCity", "FromState", "FromZip", "FromCountry"],
        _ => ["ToCity", "ToState", "ToZip", "ToCountry"],
    }
}

/// The bytes of a signed POST.
pub fn post(host: &str, path: &str, form: &Form) -> Vec<u8> {
    let body = encode(form);
    let signature = sign(&format!("http://{host}{path}"), form);
    let mut out = String::with_capacity(body.len() + 320);
    let _ = write!(
        out,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: TwilioProxy/1.1\r\naccept: */*\r\n\
         content-type: application/x-www-form-urlencoded; charset=utf-8\r\ncontent-length: {}\r\n\
         x-twilio-signature: {signature}\r\n\r\n{body}",
        body.len()
    );
    out.into_bytes()
}

/// Signed requests of calls that arrive, each with an id of its own.
pub fn arrivals(host: &str, count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|_| post(host, VOICE, &Caller::next().arrival()))
        .collect()
}

/// HMAC-SHA1 over the address and the parameters by name, in base64 (twilio-reference 2).
fn sign(url: &str, form: &Form) -> String {
    let mut sorted: Vec<_> = form.iter().collect();
    sorted.sort();
    // An HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()) else {
        return String::new();
    };
    mac.update(url.as_bytes());
    for (name, value) in sorted {
        mac.update(name.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

fn encode(form: &Form) -> String {
    let mut out = String::with_capacity(1024);
    for (name, value) in form {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(name);
        out.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                    out.push(char::from(byte));
                }
                b' ' => out.push('+'),
                other => {
                    let _ = write!(out, "%{other:02X}");
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrival_looks_as_the_carrier_sends_it() {
        let caller = Caller::next();
        let form = caller.arrival();
        assert_eq!(form.len(), 26);
        assert_eq!(caller.sid().len(), 34);
        assert_eq!(caller.leg_sid().len(), 34);
        let mut names: Vec<_> = form.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 26, "a name twice would change the signature");
        let text = encode(&form);
        assert!(
            text.contains("From=%2B1713") && !text.contains(' '),
            "{text}"
        );
    }

    /// Computed with the carrier's own library: npm `twilio`, `getExpectedTwilioSignature`.
    #[test]
    fn signatures_are_those_of_the_carrier() {
        let form: Form = vec![("To", "+1 a&b".to_owned()), ("CallSid", "CA1".to_owned())];
        assert_eq!(
            sign("http://127.0.0.1:3000/api/webhooks/voice", &form),
            "aHR5K2bcc6HLePDTGbEiR1xQiwg="
        );
    }
}
