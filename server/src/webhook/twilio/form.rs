//! A webhook's parameters: a loose, bounded map. New parameters appear without notice, so unknown
//! ones are kept; only what cannot be read at all is refused.

use domain::call::event::{Arrival, DialResult, LegNews, LegStatus};
use domain::phone::Caller;
use domain::tag::Tags;

/// More than this is no webhook of any carrier.
pub const PARAMETERS_MAX: usize = 256;
/// The longest number or address that is dialed: a SIP address names a bid and a host.
const DIALED_CHARS_MAX: usize = 320;
/// The largest body, in bytes.
pub const BODY_BYTES_MAX: usize = 64 * 1024;

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the form holds a percent sign that is not followed by two hex digits")]
    Escape,
    #[error("the form holds text that is not UTF-8")]
    Utf8,
    #[error("the form holds more than {PARAMETERS_MAX} parameters")]
    TooMany,
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    #[error("the parameter {0} cannot be read")]
    Unreadable(&'static str),
}

/// Parameters in the order received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads `application/x-www-form-urlencoded` text strictly: lenient reading would check another
    /// text than the one that was signed.
    ///
    /// # Errors
    /// [`Malformed`] names the reason.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut pairs = Vec::new();
        for part in body.split(|b| *b == b'&').filter(|part| !part.is_empty()) {
            if pairs.len() == PARAMETERS_MAX {
                return Err(Malformed::TooMany);
            }
            let cut = part.iter().position(|b| *b == b'=');
            let (name, value) = cut.map_or((part, &[][..]), |at| (&part[..at], &part[at + 1..]));
            pairs.push((decode(name)?, decode(value)?));
        }
        Ok(Self(pairs))
    }

    /// All parameters.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The first value of a parameter; empty ones count as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
            .filter(|v| !v.is_empty())
    }

    fn need(&self, name: &'static str) -> Result<&str, Malformed> {
        self.get(name).ok_or(Malformed::Missing(name))
    }

    fn whole(&self, name: &str) -> Option<u32> {
        self.get(name)?.trim().parse().ok()
    }

    /// The id of the call (or, for news of a dialed leg, of the leg). At most 64 characters.
    ///
    /// # Errors
    /// If there is none, or it is no id of any carrier.
    pub fn call_sid(&self) -> Result<&str, Malformed> {
        let sid = self.need("CallSid")?;
        let fits = sid.len() <= 64 && sid.chars().all(|c| c.is_ascii_graphic());
        if fits {
            Ok(sid)
        } else {
            Err(Malformed::Unreadable("CallSid"))
        }
    }

    /// A caller who has dialed one of our numbers.
    ///
    /// # Errors
    /// If the call's id or the dialed number is missing. The caller may be withheld.
    pub fn arrival(&self) -> Result<Arrival, Malformed> {
        Ok(Arrival {
            carrier_sid: self.call_sid()?.to_owned(),
            from: Caller::from_carrier(self.get("From").unwrap_or_default()),
            to: self
                .need("To")?
                .chars()
                .filter(|c| !c.is_control())
                .take(DIALED_CHARS_MAX)
                .collect(),
            tags: self.tags(),
        })
    }

    /// What else the carrier told about the call.
    fn tags(&self) -> Tags {
        const KNOWN: &[(&str, &str, &str)] = &[
            ("FromCity", "geo", "city"),
            ("FromState", "geo", "state"),
            ("FromZip", "geo", "zip"),
            ("FromCountry", "geo", "country"),
            ("ToCity", "dialed", "city"),
            ("ToState", "dialed", "state"),
            ("ToZip", "dialed", "zip"),
            ("ToCountry", "dialed", "country"),
            ("CallerName", "carrier", "caller_name"),
            ("ForwardedFrom", "carrier", "forwarded_from"),
            ("StirVerstat", "carrier", "attestation"),
            ("Direction", "carrier", "direction"),
            ("SipDomain", "sip", "domain"),
            ("SipSourceIp", "sip", "source_ip"),
        ];
        let mut tags = Tags::default();
        for (name, value) in &self.0 {
            if let Some((_, kind, key)) = KNOWN.iter().find(|(known, _, _)| known == name) {
                tags.set(kind, key, value);
            } else if let Some(header) = name.strip_prefix("SipHeader_") {
                tags.set("sip", header, value);
            }
        }
        tags
    }

    /// The state of the leg this request is about.
    ///
    /// # Errors
    /// If it is missing or a word we do not know.
    pub fn status(&self) -> Result<LegStatus, Malformed> {
        LegStatus::from_carrier(self.need("CallStatus")?).ok_or(Malformed::Unreadable("CallStatus"))
    }

    /// Whether the caller's own leg is over, as far as this request tells.
    #[must_use]
    pub fn caller_gone(&self) -> bool {
        self.get("CallStatus")
            .and_then(LegStatus::from_carrier)
            .is_some_and(LegStatus::is_final)
    }

    /// The result of a dial.
    ///
    /// # Errors
    /// If the dial's status is missing or unknown.
    pub fn dial_result(&self) -> Result<DialResult, Malformed> {
        let status = LegStatus::from_carrier(self.need("DialCallStatus")?)
            .ok_or(Malformed::Unreadable("DialCallStatus"))?;
        Ok(DialResult {
            status,
            bridged: self
                .get("DialBridged")
                .map(|v| v.eq_ignore_ascii_case("true")),
            duration_s: self.whole("DialCallDuration"),
            leg_sid: self.get("DialCallSid").map(ToOwned::to_owned),
            caller_gone: self.caller_gone(),
        })
    }

    /// News of the dialed leg of an attempt.
    ///
    /// # Errors
    /// If the leg or its status cannot be read.
    pub fn leg_news(&self, attempt: u32) -> Result<LegNews, Malformed> {
        let status = self.status()?;
        // A carrier that does not number its requests sends them in the order of the states.
        let assumed = match status {
            LegStatus::Initiated => 0,
            LegStatus::Ringing => 1,
            LegStatus::InProgress => 2,
            _ => 3,
        };
        Ok(LegNews {
            attempt,
            status,
            sequence: self.whole("SequenceNumber").unwrap_or(assumed),
            leg_sid: Some(self.call_sid()?.to_owned()),
            duration_s: self.duration(),
        })
    }

    /// The length of the leg in seconds.
    #[must_use]
    pub fn duration(&self) -> Option<u32> {
        self.whole("CallDuration")
    }

    /// The length of a message or a recording in seconds.
    #[must_use]
    pub fn recording_duration(&self) -> Option<u32> {
        self.whole("RecordingDuration")
    }

    /// Channels of a recording: 1 or 2.
    #[must_use]
    pub fn recording_channels(&self) -> Option<u32> {
        self.whole("RecordingChannels")
            .filter(|n| (1..=2).contains(n))
    }

    /// The recording's own id.
    ///
    /// # Errors
    /// If there is none, or it is no id of any carrier.
    pub fn recording_sid(&self) -> Result<&str, Malformed> {
        let sid = self.need("RecordingSid")?;
        let fits = sid.len() <= 64
            && sid
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if fits {
            Ok(sid)
        } else {
            Err(Malformed::Unreadable("RecordingSid"))
        }
    }
}

fn decode(text: &[u8]) -> Result<String, Malformed> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || {
                    bytes
                        .next()
                        .and_then(|b| char::from(*b).to_digit(16))
                        .ok_or(Malformed::Escape)
                };
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high * 16 + low).map_err(|_| Malformed::Escape)?
            }
            other => *other,
        });
    }
    String::from_utf8(out).map_err(|_| Malformed::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        Form::parse(text.as_bytes()).expect("well formed")
    }

    #[test]
    fn forms_are_decoded_once_and_kept_whole() {
        let form = form("From=%2B12145550187&FromCity=&A+b=c%26d&flag&&x=1=2");
        let pairs: Vec<(&str, &str)> = form
            .pairs()
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("From", "+12145550187"),
                ("FromCity", ""),
                ("A b", "c&d"),
                ("flag", ""),
                ("x", "1=2")
            ]
        );
        assert_eq!(form.get("FromCity"), None);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        assert_eq!(Form::parse(b"a=%zz"), Err(Malformed::Escape));
        assert_eq!(Form::parse(b"a=%4"), Err(Malformed::Escape));
        assert_eq!(Form::parse(b"a=%ff"), Err(Malformed::Utf8));
        let many = "a=1&".repeat(PARAMETERS_MAX + 1);
        assert_eq!(Form::parse(many.as_bytes()), Err(Malformed::TooMany));
        assert_eq!(form("From=x").arrival(), Err(Malformed::Missing("CallSid")));
        assert_eq!(form("CallSid=CA1").arrival(), Err(Malformed::Missing("To")));
        assert_eq!(
            form("CallSid=CA%0a1&To=1").arrival(),
            Err(Malformed::Unreadable("CallSid"))
        );
    }

    #[test]
    fn an_arrival_keeps_what_the_carrier_knows_as_tags() {
        let arrival = form("CallSid=CA1&From=%2B12145550187&To=%2B18005550126&FromState=TX&FromCity=&StirVerstat=TN-Validation-Passed-A&SipHeader_X-Lead=9")
            .arrival()
            .expect("arrival");
        assert_eq!(arrival.tags.get("geo", "state"), Some("TX"));
        assert_eq!(arrival.tags.get("sip", "x-lead"), Some("9"));
        assert_eq!(arrival.tags.len(), 3);
        assert_eq!(
            form("CallSid=CA1&To=%2B18005550126")
                .arrival()
                .map(|a| a.from),
            Ok(Caller::Anonymous)
        );
    }

    #[test]
    fn a_dial_result_tells_whether_the_caller_is_gone() {
        let result = form("CallSid=CA1&CallStatus=completed&DialCallStatus=completed&DialBridged=true&DialCallDuration=42&DialCallSid=CA2").dial_result().expect("result");
        assert!(result.connected() && result.caller_gone);
        let busy = form("CallSid=CA1&CallStatus=ringing&DialCallStatus=busy")
            .dial_result()
            .expect("result");
        assert_eq!(
            (busy.status, busy.bridged, busy.caller_gone),
            (LegStatus::Busy, None, false)
        );
        assert_eq!(
            form("CallSid=CA1").dial_result(),
            Err(Malformed::Missing("DialCallStatus"))
        );
    }

    #[test]
    fn leg_news_without_a_number_are_ordered_by_their_state() {
        let news = form("CallSid=CA2&CallStatus=in-progress")
            .leg_news(1)
            .expect("news");
        assert_eq!(news.sequence, 2);
        assert_eq!(
            form("CallSid=CA2&CallStatus=nonsense").leg_news(1),
            Err(Malformed::Unreadable("CallStatus"))
        );
    }
}
