//! What a publisher's program is answered: field for field as the field's programs expect it
//! (domain-reference 1b). Both a bid and none are HTTP 200.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::reject::Reject;
use crate::money::Micros;
use crate::phone::E164;
use crate::rtb::token::Escape;
use crate::time::{LocalMoment, Timestamp};

/// What a publisher is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Offer {
    /// "RTB" and 32 hexadecimal digits.
    pub bid_id: String,
    /// Whole cents: what is paid if the terms are met.
    pub amount: Micros,
    pub expires_in_s: u32,
    pub expires_at: Timestamp,
    /// None where only SIP is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<E164>,
    /// `<bid id>@host`; none where the installation has no SIP domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sip: Option<String>,
    pub terms: Vec<Term>,
    pub warnings: Vec<Warning>,
}

/// What a call must do to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Term {
    /// In seconds.
    MinDuration(u32),
    MustConnect,
    MustConvert,
    NoDuplicates,
}

/// What a publisher should know beside the bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    NoCallerId,
    NumbersAreShared,
    TestMode,
    SandboxMode,
    /// What we do about pings that come again; a code of ours.
    Repeated(String),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Offer(Offer),
    Nothing { bid_id: String, reject: Reject },
}

impl Term {
    fn code(self) -> u16 {
        match self {
            Self::MinDuration(_) => 100,
            Self::MustConnect => 101,
            Self::MustConvert => 102,
            Self::NoDuplicates => 110,
        }
    }
}

impl Warning {
    fn code(&self) -> u16 {
        match self {
            Self::NoCallerId => 200,
            Self::NumbersAreShared => 205,
            Self::Repeated(_) => 210,
            Self::TestMode => 220,
            Self::SandboxMode => 222,
        }
    }

    fn description(&self) -> &str {
        match self {
            Self::NoCallerId => "No caller id was sent, so the bid is not guaranteed.",
            Self::NumbersAreShared => {
                "SIP is preferred: phone numbers are shared, and a bid on one is found by its caller id."
            }
            Self::Repeated(words) => words,
            Self::TestMode => "Test mode: the number cannot be called.",
            Self::SandboxMode => "Sandbox mode: sample data only.",
        }
    }
}

impl Answer {
    /// As JSON.
    #[must_use]
    pub fn json(&self) -> String {
        let text = |value: &str| format!("\"{}\"", Escape::Json.write(value));
        match self {
            Self::Nothing { bid_id, reject } => format!(
                "{{\"bidId\":{},\"bidAmount\":0,\"rejectReason\":{}}}",
                text(bid_id),
                text(&reject.reason())
            ),
            Self::Offer(offer) => {
                let mut out = String::from("{");
                for (name, value) in offer.fields() {
                    let value = match value {
                        Value::Text(value) => text(&value),
                        Value::Number(value) => value,
                    };
                    let _ = write!(out, "\"{name}\":{value},");
                }
                let terms: Vec<String> = (offer.terms.iter())
                    .map(|term| match term {
                        Term::MinDuration(s) => {
                            format!("{{\"code\":{},\"callMinDuration\":{s}}}", term.code())
                        }
                        _ => format!("{{\"code\":{}}}", term.code()),
                    })
                    .collect();
                let warnings: Vec<String> = (offer.warnings.iter())
                    .map(|one| {
                        let description = text(one.description());
                        format!("{{\"code\":{},\"description\":{description}}}", one.code())
                    })
                    .collect();
                let _ = write!(
                    out,
                    "\"bidTerms\":[{}],\"warnings\":[{}]}}",
                    terms.join(","),
                    warnings.join(",")
                );
                out
            }
        }
    }

    /// As XML: an element for each field, by the same names.
    #[must_use]
    pub fn xml(&self) -> String {
        let element =
            |name: &str, value: &str| format!("<{name}>{}</{name}>", Escape::Xml.write(value));
        let mut out = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><response>");
        match self {
            Self::Nothing { bid_id, reject } => {
                out.push_str(&element("bidId", bid_id));
                out.push_str(&element("bidAmount", "0"));
                out.push_str(&element("rejectReason", &reject.reason()));
            }
            Self::Offer(offer) => {
                for (name, value) in offer.fields() {
                    let (Value::Text(value) | Value::Number(value)) = value;
                    out.push_str(&element(name, &value));
                }
                out.push_str("<bidTerms>");
                for term in &offer.terms {
                    out.push_str("<bidTerm>");
                    out.push_str(&element("code", &term.code().to_string()));
                    if let Term::MinDuration(s) = term {
                        out.push_str(&element("callMinDuration", &s.to_string()));
                    }
                    out.push_str("</bidTerm>");
                }
                out.push_str("</bidTerms><warnings>");
                for one in &offer.warnings {
                    out.push_str("<warning>");
                    out.push_str(&element("code", &one.code().to_string()));
                    out.push_str(&element("description", one.description()));
                    out.push_str("</warning>");
                }
                out.push_str("</warnings>");
            }
        }
        out.push_str("</response>");
        out
    }
}

enum Value {
    Text(String),
    Number(String),
}

impl Offer {
    /// All that is one value, in the order it is written in.
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let mut all = vec![
            ("bidId", Value::Text(self.bid_id.clone())),
            ("bidAmount", Value::Number(two_decimals(self.amount))),
            (
                "expireInSeconds",
                Value::Number(self.expires_in_s.to_string()),
            ),
            ("bidExpireDT", Value::Text(date_text(self.expires_at))),
            (
                "bidExpireEpoch",
                Value::Number(self.expires_at.millis().to_string()),
            ),
        ];
        if let Some(number) = &self.number {
            all.push(("phoneNumber", Value::Text(number.as_str().to_owned())));
            let bare = number.as_str().trim_start_matches('+');
            all.push(("phoneNumberNoPlus", Value::Text(bare.to_owned())));
        }
        if let Some(sip) = &self.sip {
            all.push(("sipAddress", Value::Text(sip.clone())));
        }
        all
    }
}

/// "44.85".
fn two_decimals(amount: Micros) -> String {
    let cents = amount.cents().max(0).unsigned_abs();
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// "3/1/2021 9:46:47 PM +00:00".
fn date_text(at: Timestamp) -> String {
    let utc = LocalMoment::new(at, 0);
    let (twelve, half) = match utc.hour {
        0 => (12, "AM"),
        1..=11 => (utc.hour, "AM"),
        12 => (12, "PM"),
        _ => (utc.hour - 12, "PM"),
    };
    format!(
        "{}/{}/{} {twelve}:{:02}:{:02} {half} +00:00",
        utc.month, utc.day, utc.year, utc.minute, utc.second
    )
}

/// Whole cents of what was worked out, as it is offered and paid.
#[must_use]
pub fn offered(bid: Micros) -> Micros {
    Micros::from_cents(bid.cents()).unwrap_or(bid)
}

/// Whole cents that are no more than what was worked out.
#[must_use]
pub fn offered_down(bid: Micros) -> Micros {
    Micros(bid.0 - bid.0.rem_euclid(10_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        Offer {
            bid_id: "RTB0f8c2a4e6b1d4c0f9a7e3b5d1c2f4a6e".to_owned(),
            amount: offered(Micros(44_848_000)),
            expires_in_s: 20,
            expires_at: Timestamp::from_secs(1_614_635_207),
            number: Some("+18005550126".parse().unwrap()),
            sip: Some("RTB0f@sip.calls.example".to_owned()),
            terms: vec![Term::MinDuration(90), Term::NoDuplicates],
            warnings: vec![Warning::NumbersAreShared],
        }
    }

    #[test]
    fn an_offer_is_written_field_for_field() {
        let answer = Answer::Offer(offer());
        insta::assert_snapshot!(answer.json(), @r#"{"bidId":"RTB0f8c2a4e6b1d4c0f9a7e3b5d1c2f4a6e","bidAmount":44.85,"expireInSeconds":20,"bidExpireDT":"3/1/2021 9:46:47 PM +00:00","bidExpireEpoch":1614635207000,"phoneNumber":"+18005550126","phoneNumberNoPlus":"18005550126","sipAddress":"RTB0f@sip.calls.example","bidTerms":[{"code":100,"callMinDuration":90},{"code":110}],"warnings":[{"code":205,"description":"SIP is preferred: phone numbers are shared, and a bid on one is found by its caller id."}]}"#);
        let read: serde_json::Value = serde_json::from_str(&answer.json()).unwrap();
        assert_eq!(read["bidAmount"], 44.85);
        insta::assert_snapshot!(answer.xml(), @r#"<?xml version="1.0" encoding="utf-8"?><response><bidId>RTB0f8c2a4e6b1d4c0f9a7e3b5d1c2f4a6e</bidId><bidAmount>44.85</bidAmount><expireInSeconds>20</expireInSeconds><bidExpireDT>3/1/2021 9:46:47 PM +00:00</bidExpireDT><bidExpireEpoch>1614635207000</bidExpireEpoch><phoneNumber>+18005550126</phoneNumber><phoneNumberNoPlus>18005550126</phoneNumberNoPlus><sipAddress>RTB0f@sip.calls.example</sipAddress><bidTerms><bidTerm><code>100</code><callMinDuration>90</callMinDuration></bidTerm><bidTerm><code>110</code></bidTerm></bidTerms><warnings><warning><code>205</code><description>SIP is preferred: phone numbers are shared, and a bid on one is found by its caller id.</description></warning></warnings></response>"#);
    }

    #[test]
    fn with_sip_alone_there_is_no_number() {
        let mut offer = offer();
        offer.number = None;
        offer.amount = Micros(45_000_000);
        let json = Answer::Offer(offer).json();
        assert!(!json.contains("phoneNumber"), "{json}");
        assert!(json.contains("\"bidAmount\":45.00,"), "{json}");
    }

    #[test]
    fn nothing_is_a_bid_of_zero_with_the_reason() {
        let answer = Answer::Nothing {
            bid_id: "RTB1".to_owned(),
            reject: Reject::FinalCapacity {
                what: "not told to a publisher".to_owned(),
            },
        };
        insta::assert_snapshot!(answer.json(), @r#"{"bidId":"RTB1","bidAmount":0,"rejectReason":"Final capacity check (Code: 1006)"}"#);
        assert!(answer.xml().contains("<bidAmount>0</bidAmount>"));
    }

    #[test]
    fn midnight_and_noon_have_their_halves() {
        for (secs, text) in [
            (0, "1/1/1970 12:00:00 AM +00:00"),
            (43_200, "1/1/1970 12:00:00 PM +00:00"),
            (46_799, "1/1/1970 12:59:59 PM +00:00"),
            (46_800, "1/1/1970 1:00:00 PM +00:00"),
        ] {
            assert_eq!(date_text(Timestamp::from_secs(secs)), text);
        }
    }
}
