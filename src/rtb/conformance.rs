//! Answers of bidders and pings of publishers as the field writes them, with what they must come to:
//! `tests/rtb/*.json`, written from domain-reference 1 and not from this code.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::answer::{Finders, Scripts};
use super::bid::{BidTerms, Margin, Refusal, Revenue, judge};
use super::parser::Parsers;
use crate::money::Micros;
use crate::rtb_id::answer::{Answer, Offer, Term, Warning, offered};
use crate::rtb_id::check::{Demands, Standing, refusal};
use crate::rtb_id::pass_through::{Margin as Kept, PassThrough};
use crate::rtb_id::ping::{Ping, PingCaller, required_tags};
use crate::tag::Tags;
use crate::target::Destination;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_614_635_187_000_000);

/// No engine here: its cases stand where there is one.
struct NoScripts;

impl Scripts for NoScripts {
    fn run(&self, _: &str, _: &str) -> Result<Option<String>, String> {
        Err("no engine".to_owned())
    }
}

fn cases<T: for<'de> Deserialize<'de>>(file: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/rtb")
        .join(file);
    let text = std::fs::read_to_string(&path).expect("the cases");
    serde_json::from_str(&text).expect("cases that read")
}

/// An answer and what it comes to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outbound {
    name: String,
    #[serde(default = "ok")]
    status: u16,
    answer: String,
    #[serde(default)]
    parsers: Option<Parsers>,
    /// What is set otherwise than usual.
    #[serde(default)]
    min: Option<String>,
    #[serde(default)]
    max: Option<String>,
    #[serde(default)]
    static_revenue: Option<String>,
    #[serde(default)]
    static_number: Option<String>,
    /// The bid, or none and the codes of the refusals.
    #[serde(default)]
    bid: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    min_duration_s: Option<u32>,
    #[serde(default)]
    expires_in_s: Option<i64>,
    #[serde(default)]
    bid_id: Option<String>,
    #[serde(default)]
    refused: Vec<String>,
}

fn ok() -> u16 {
    200
}

/// Where an account of Ringba puts its values (domain-reference 1a, Response parsing).
fn ringba() -> Parsers {
    serde_json::from_value(serde_json::json!({
        "amount": {"path": "bidAmount"},
        "destination": {"path": "phoneNumber"},
        "duration": {"path": "bidTerms[0].callMinDuration"},
        "expiry": {"path": "expireInSeconds"},
        "bid_id": {"path": "bidId"},
    }))
    .expect("parsers")
}

fn money(text: &str) -> Micros {
    Micros::parse(text).expect("an amount")
}

#[test]
fn answers_of_bidders_come_to_what_they_say() {
    let all: Vec<Outbound> = cases("outbound.json");
    assert!(all.len() >= 40, "{}", all.len());
    for case in &all {
        let terms = BidTerms {
            parsers: case.parsers.clone().unwrap_or_else(ringba),
            revenue: match &case.static_revenue {
                Some(amount) => Revenue::Static(money(amount)),
                None => Revenue::Bid,
            },
            currency: "USD".to_owned(),
            min: case.min.as_deref().map_or(Micros::ZERO, money),
            max: case.max.as_deref().map(money),
            margin: Margin::default(),
            destination: (case.static_number.as_ref())
                .map(|number| Destination::Number(number.parse().expect("a number"))),
            expiry_s: 20,
            on_failure: None,
        };
        let finders = Finders::new(&terms.parsers).expect("parsers");
        let reply = finders.read(case.status, &case.answer, &NoScripts);
        match judge(&terms, &reply, 2_000, NOW) {
            Ok(bid) => {
                let wanted = case.bid.as_deref().map(money);
                assert_eq!(Some(bid.amount), wanted, "{}", case.name);
                let to = match &bid.destination {
                    Destination::Number(number) => number.as_str().to_owned(),
                    other => other.display(),
                };
                assert_eq!(Some(to), case.to, "{}", case.name);
                assert_eq!(bid.min_duration_s, case.min_duration_s, "{}", case.name);
                let holds = i64::from(bid.expires_at.secs_since(NOW));
                assert_eq!(holds, case.expires_in_s.unwrap_or(20), "{}", case.name);
                assert_eq!(bid.bid_id, case.bid_id, "{}", case.name);
            }
            Err(why) => {
                let codes: Vec<&str> = why.iter().map(Refusal::code).collect();
                assert_eq!(codes, case.refused, "{}", case.name);
                assert_eq!(case.bid, None, "{}: {codes:?}", case.name);
            }
        }
    }
}

/// A ping and what it is answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inbound {
    name: String,
    ping: Vec<(String, String)>,
    /// What the id asks for.
    #[serde(default)]
    caller_required: bool,
    #[serde(default)]
    required: String,
    /// What stands against a bid.
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    over_limit: bool,
    #[serde(default)]
    closed: bool,
    #[serde(default)]
    caller_refused: bool,
    #[serde(default)]
    again: bool,
    /// What the target pays, and the share of it that stays here, in percent.
    #[serde(default)]
    target_pays: Option<String>,
    #[serde(default)]
    margin_percent: u32,
    /// Parts of the answer, or its code.
    #[serde(default)]
    answer: Option<Value>,
    #[serde(default)]
    code: Option<u16>,
    #[serde(default)]
    reason: Option<String>,
}

#[test]
fn pings_of_publishers_are_answered_as_the_field_answers() {
    let all: Vec<Inbound> = cases("inbound.json");
    assert!(all.len() >= 25, "{}", all.len());
    for case in &all {
        let said = |is: bool| is.then(|| "Because.".to_owned());
        let standing = Standing {
            disabled: said(case.disabled),
            over_limit: said(case.over_limit),
            closed: said(case.closed),
            caller: said(case.caller_refused),
            again: said(case.again),
        };
        let demands = Demands {
            caller: case.caller_required,
            tags: required_tags("tags", &case.required).expect("tags"),
        };
        let ping = Ping::read(&case.ping);
        let answer = match refusal(&standing, &demands, &ping) {
            Some(reject) => {
                assert_eq!(Some(reject.code()), case.code, "{}", case.name);
                Answer::Nothing {
                    bid_id: "RTB1".to_owned(),
                    reject,
                }
            }
            None => {
                assert_eq!(case.code, None, "{}", case.name);
                Answer::Offer(offer(case, &ping))
            }
        };
        let json: Value = serde_json::from_str(&answer.json()).expect("JSON");
        if let Some(reason) = &case.reason {
            assert_eq!(json["rejectReason"], *reason, "{}", case.name);
            assert_eq!(json["bidAmount"], 0, "{}", case.name);
            assert_eq!(json.get("phoneNumber"), None, "{}", case.name);
        }
        let wanted = case.answer.as_ref().and_then(Value::as_object);
        for (name, value) in wanted.into_iter().flatten() {
            let found = json.get(name).cloned().unwrap_or(Value::Null);
            // 10.00 and 10 are one number.
            match (found.as_f64(), value.as_f64()) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{}: {name} {a}", case.name),
                _ => assert_eq!(found, *value, "{}: {name}", case.name),
            }
        }
        // The XML says the same by the same names.
        let xml = answer.xml();
        let document = roxmltree::Document::parse(&xml).expect("XML");
        for node in document.root_element().children() {
            let name = node.tag_name().name();
            let Some(text) = json.get(name).filter(|v| v.is_string() || v.is_number()) else {
                continue;
            };
            let plain = text
                .as_str()
                .map_or_else(|| text.to_string(), str::to_owned);
            let same = match (
                plain.parse::<f64>(),
                node.text().unwrap_or("").parse::<f64>(),
            ) {
                (Ok(a), Ok(b)) => (a - b).abs() < 1e-9,
                _ => node.text() == Some(plain.as_str()),
            };
            assert!(same, "{}: {name} in {xml}", case.name);
        }
    }
}

fn offer(case: &Inbound, ping: &Ping) -> Offer {
    let rules = PassThrough {
        max: money("500"),
        margin: Kept::Share(case.margin_percent * 100),
        min_margin: Micros::ZERO,
        at_loss: false,
    };
    let target = case.target_pays.as_deref().map_or(money("10"), money);
    let mut warnings = Vec::new();
    if ping.caller == PingCaller::Missing {
        warnings.push(Warning::NoCallerId);
    }
    if !ping.sip_ok {
        warnings.push(Warning::NumbersAreShared);
    }
    Offer {
        bid_id: "RTB1".to_owned(),
        amount: offered(rules.price(target, &[], &Tags::default()).bid),
        expires_in_s: 20,
        expires_at: NOW.plus_secs(20),
        number: (!ping.sip_ok).then(|| "+18005550126".parse().expect("a number")),
        sip: Some("RTB1@sip.calls.example".to_owned()),
        terms: vec![Term::MinDuration(90)],
        warnings,
    }
}
