//! Bids: what a bidder's answer comes to, and in words why it came to nothing.

use serde::{Deserialize, Serialize};

use super::amount::{self, BadAmount};
use super::bidder::ConfirmationStep;
use super::parser::Parsers;
use crate::ledger::facts::TimerStart;
use crate::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use crate::money::Micros;
use crate::phone::E164;
use crate::target::{Destination, SipUri};
use crate::time::{Timestamp, length_text};

/// The longest a bid may hold, in seconds.
pub const EXPIRY_S_MAX: u32 = 3_600;
/// The longest conversation a bid may ask for, in seconds.
pub const DURATION_S_MAX: u32 = 7_200;
/// The longest id of a bid, in characters.
const BID_ID_CHARS_MAX: usize = 200;

/// What became of a request to a bidder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// It answered in time.
    Answered { status: u16, values: Values },
    /// It answered, and what it said could not be read.
    Unreadable { status: u16, why: String },
    /// No answer before the deadline.
    TimedOut,
    /// The answer was longer than is read.
    TooLarge,
    /// No connection, a broken one, or an address that is not asked.
    Unreachable { why: String },
    /// It failed so often lately that it is not asked for a while.
    CircuitOpen,
}

/// What was found in an answer, as it is written there; none where nothing was looked for or found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Values {
    pub acceptance: Option<String>,
    pub amount: Option<String>,
    pub destination: Option<String>,
    pub duration: Option<String>,
    pub expiry: Option<String>,
    pub bid_id: Option<String>,
}

/// What a target earns for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Revenue {
    /// What the bidder bids.
    Bid,
    /// Always the same.
    Static(Micros),
}

/// What is kept of a bid before it competes: what the buyer's own network takes, say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Margin {
    /// Hundredths of a percent of the bid, 10,000 for all of it.
    pub basis_points: u32,
    pub amount: Micros,
}

impl Margin {
    /// What is left of a bid.
    #[must_use]
    pub fn leaves(self, bid: Micros) -> Micros {
        let whole = i128::from(bid.0);
        let part = whole * i128::from(self.basis_points.min(10_000));
        let left = whole - part.div_euclid(10_000) - i128::from(self.amount.0);
        Micros(i64::try_from(left).unwrap_or(i64::MIN))
    }
}

/// What an answer is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidTerms {
    pub parsers: Parsers,
    pub revenue: Revenue,
    /// ISO 4217.
    pub currency: String,
    /// The least that is taken.
    pub min: Micros,
    /// More is taken for a mistake of the bidder's; none for [`amount::BID_MAX`] alone.
    pub max: Option<Micros>,
    pub margin: Margin,
    /// Where a call goes if the answer does not say; none where it must.
    pub destination: Option<Destination>,
    /// For how long a bid holds that does not say it, in seconds.
    pub expiry_s: u32,
    /// The call may go to the destination though the ping failed, for this much.
    pub on_failure: Option<Micros>,
}

/// A bid that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bid {
    /// What the bidder pays.
    pub amount: Micros,
    /// What is left after the target's margin: by this bids compete.
    pub net: Micros,
    pub destination: Destination,
    /// How long the conversation must last to be paid, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_duration_s: Option<u32>,
    pub expires_at: Timestamp,
    /// The bidder's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bid_id: Option<String>,
    /// Why the ping failed, where the target takes calls all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<Box<Refusal>>,
}

impl Bid {
    /// What a call that goes to it is worth, and when: a length that the bid asks for, else the
    /// moment that the route names; connecting where it names none.
    #[must_use]
    pub fn rule(&self, route: Option<RevenueRule>) -> RevenueRule {
        let trigger = match (self.min_duration_s, route) {
            (Some(secs @ 1..), _) => RevenueTrigger::Length {
                from: TimerStart::Connect,
                secs,
            },
            (_, Some(rule)) => rule.trigger,
            (_, None) => RevenueTrigger::Connect,
        };
        RevenueRule {
            trigger,
            price: Price::Fixed(self.net),
        }
    }
}

/// Why an answer is no bid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is asked no more often than this.
    OverLimit {
        limit: String,
    },
    TimedOut {
        deadline_ms: u32,
    },
    /// It came after the auction had ended.
    Late {
        ms: u32,
        deadline_ms: u32,
    },
    TooLarge,
    Unreachable {
        why: String,
    },
    CircuitOpen,
    /// Not 2xx.
    BadStatus {
        status: u16,
    },
    Unreadable {
        why: String,
    },
    /// The answer says no, or nothing where it should say yes.
    NotAccepted {
        said: Option<String>,
    },
    MissingAmount,
    BadAmount {
        said: String,
        why: BadAmount,
    },
    Zero,
    BelowMin {
        bid: Micros,
        min: Micros,
    },
    AboveMax {
        bid: Micros,
        max: Micros,
    },
    NothingLeft {
        bid: Micros,
    },
    MissingDestination,
    BadDestination {
        said: String,
    },
    BadDuration {
        said: String,
    },
    BadExpiry {
        said: String,
    },
}

impl Refusal {
    /// A stable word for reports and programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::OverLimit { .. } => "over_limit",
            Self::TimedOut { .. } => "timed_out",
            Self::Late { .. } => "late",
            Self::TooLarge => "too_large",
            Self::Unreachable { .. } => "unreachable",
            Self::CircuitOpen => "circuit_open",
            Self::BadStatus { .. } => "bad_status",
            Self::Unreadable { .. } => "unreadable",
            Self::NotAccepted { .. } => "not_accepted",
            Self::MissingAmount => "missing_amount",
            Self::BadAmount { .. } => "bad_amount",
            Self::Zero => "zero_bid",
            Self::BelowMin { .. } => "below_min",
            Self::AboveMax { .. } => "above_max",
            Self::NothingLeft { .. } => "nothing_left",
            Self::MissingDestination => "missing_destination",
            Self::BadDestination { .. } => "bad_destination",
            Self::BadDuration { .. } => "bad_duration",
            Self::BadExpiry { .. } => "bad_expiry",
        }
    }

    /// The reason in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::OverLimit { limit } => {
                format!("Not asked: it is asked at most {limit}.")
            }
            Self::TimedOut { deadline_ms } => format!("No answer within {deadline_ms} ms."),
            Self::Late { ms, deadline_ms } => {
                format!("Answered after {ms} ms; the auction had ended at {deadline_ms} ms.")
            }
            Self::TooLarge => "The answer was larger than 64 kB.".to_owned(),
            Self::Unreachable { why } => format!("Could not be asked: {why}"),
            Self::CircuitOpen => {
                "Not asked: it failed several times in a row and is left alone for a while."
                    .to_owned()
            }
            Self::BadStatus { status } => format!("Answered with HTTP status {status}."),
            Self::Unreadable { why } => why.clone(),
            Self::NotAccepted { said: Some(said) } => {
                format!("Did not accept the call: the acceptance parser found “{said}”.")
            }
            Self::NotAccepted { said: None } => {
                "Did not accept the call: the acceptance parser found nothing.".to_owned()
            }
            Self::MissingAmount => "The answer has no bid amount.".to_owned(),
            Self::BadAmount { said, why } => {
                format!("The bid amount “{said}” cannot be used. {why}")
            }
            Self::Zero => "Bid nothing.".to_owned(),
            Self::BelowMin { bid, min } => format!("Bid {bid}, less than the least of {min}."),
            Self::AboveMax { bid, max } => {
                format!("Bid {bid}, more than the most of {max} that is believed.")
            }
            Self::NothingLeft { bid } => {
                format!("Bid {bid}, and nothing of that is left after the margin.")
            }
            Self::MissingDestination => {
                "The answer has no number or SIP address to send the call to.".to_owned()
            }
            Self::BadDestination { said } => {
                format!("“{said}” is neither a phone number nor a SIP address.")
            }
            Self::BadDuration { said } => format!(
                "“{said}” is no length of a call in seconds, {} at most.",
                length_text(DURATION_S_MAX)
            ),
            Self::BadExpiry { said } => format!(
                "“{said}” is no time in seconds that a bid can hold, {EXPIRY_S_MAX} at most."
            ),
        }
    }
}

/// What a bidder's answer comes to. All that is wrong with it is told, not only the first.
///
/// # Errors
/// Every reason why it is no bid.
pub fn judge(
    terms: &BidTerms,
    reply: &Reply,
    timeout_ms: u32,
    now: Timestamp,
) -> Result<Bid, Vec<Refusal>> {
    match reply {
        Reply::Answered { status, values } if (200..300).contains(status) => {
            judge_values(terms, values, now)
        }
        Reply::Answered { status, .. } => Err(vec![Refusal::BadStatus { status: *status }]),
        Reply::Unreadable { status, .. } if !(200..300).contains(status) => {
            Err(vec![Refusal::BadStatus { status: *status }])
        }
        Reply::Unreadable { why, .. } => Err(vec![Refusal::Unreadable { why: why.clone() }]),
        Reply::TimedOut => failed(
            terms,
            Refusal::TimedOut {
                deadline_ms: timeout_ms,
            },
            now,
        ),
        Reply::TooLarge => failed(terms, Refusal::TooLarge, now),
        Reply::Unreachable { why } => failed(terms, Refusal::Unreachable { why: why.clone() }, now),
        Reply::CircuitOpen => failed(terms, Refusal::CircuitOpen, now),
    }
}

/// What the winner's answer comes to when it is asked to confirm its bid: where the call goes instead,
/// if it says so.
///
/// # Errors
/// Why there is no confirmation, in words.
pub fn confirmed(
    step: &ConfirmationStep,
    reply: &Reply,
    timeout_ms: u32,
) -> Result<Option<Destination>, String> {
    let values = match reply {
        Reply::Answered { status, values } if (200..300).contains(status) => values,
        Reply::Answered { status, .. } => {
            return Err(Refusal::BadStatus { status: *status }.sentence());
        }
        Reply::Unreadable { status, .. } if !(200..300).contains(status) => {
            return Err(Refusal::BadStatus { status: *status }.sentence());
        }
        Reply::Unreadable { why, .. } => return Err(why.clone()),
        Reply::TimedOut => {
            return Err(Refusal::TimedOut {
                deadline_ms: timeout_ms,
            }
            .sentence());
        }
        Reply::TooLarge => return Err(Refusal::TooLarge.sentence()),
        Reply::Unreachable { why } => {
            return Err(Refusal::Unreachable { why: why.clone() }.sentence());
        }
        Reply::CircuitOpen => return Err(Refusal::CircuitOpen.sentence()),
    };
    let said = values.acceptance.as_deref();
    if let Some(acceptance) = &step.acceptance
        && !said.is_some_and(|said| acceptance.takes(said))
    {
        let said = said.map(str::to_owned);
        return Err(Refusal::NotAccepted { said }.sentence());
    }
    let elsewhere = values.destination.as_deref().map(|said| {
        let bad = || Refusal::BadDestination {
            said: said.to_owned(),
        };
        destination(said).ok_or_else(bad)
    });
    elsewhere.transpose().map_err(|why| why.sentence())
}

/// No answer at all: the target may take calls even so.
fn failed(terms: &BidTerms, why: Refusal, now: Timestamp) -> Result<Bid, Vec<Refusal>> {
    match (terms.on_failure, &terms.destination) {
        (Some(amount), Some(_)) if terms.margin.leaves(amount) <= Micros::ZERO => {
            Err(vec![why, Refusal::NothingLeft { bid: amount }])
        }
        (Some(amount), Some(destination)) => Ok(Bid {
            amount,
            net: terms.margin.leaves(amount),
            destination: destination.clone(),
            min_duration_s: None,
            expires_at: now.plus_secs(i64::from(terms.expiry_s)),
            bid_id: None,
            on_failure: Some(Box::new(why)),
        }),
        _ => Err(vec![why]),
    }
}

fn judge_values(terms: &BidTerms, values: &Values, now: Timestamp) -> Result<Bid, Vec<Refusal>> {
    let mut refusals = Vec::new();
    if let Some(acceptance) = &terms.parsers.acceptance {
        let said = values.acceptance.as_deref();
        if !said.is_some_and(|said| acceptance.takes(said)) {
            let said = said.map(str::to_owned);
            refusals.push(Refusal::NotAccepted { said });
        }
    }
    let mut take = |found: Result<_, Refusal>| found.map_err(|why| refusals.push(why)).ok();
    let amount = take(amount_of(terms, values.amount.as_deref()).map(Taken::Amount));
    let destination = take(destination_of(terms, values.destination.as_deref()).map(Taken::Place));
    let duration = values.duration.as_deref().map(|said| {
        let bad = || Refusal::BadDuration {
            said: said.to_owned(),
        };
        seconds(said, 0, DURATION_S_MAX).ok_or_else(bad)
    });
    let duration = take(duration.transpose().map(Taken::Secs));
    let expiry = values.expiry.as_deref().map(|said| {
        let bad = || Refusal::BadExpiry {
            said: said.to_owned(),
        };
        seconds(said, 1, EXPIRY_S_MAX).ok_or_else(bad)
    });
    let expiry = take(expiry.transpose().map(Taken::Secs));
    match (amount, destination, duration, expiry) {
        (
            Some(Taken::Amount(amount)),
            Some(Taken::Place(destination)),
            Some(Taken::Secs(min_duration_s)),
            Some(Taken::Secs(expiry)),
        ) if refusals.is_empty() => Ok(Bid {
            amount,
            net: terms.margin.leaves(amount),
            destination,
            min_duration_s,
            expires_at: now.plus_secs(i64::from(expiry.unwrap_or(terms.expiry_s))),
            bid_id: (values.bid_id.as_ref()).map(|id| id.chars().take(BID_ID_CHARS_MAX).collect()),
            on_failure: None,
        }),
        _ => {
            // Whoever bids nothing has no number to send the call to either.
            let nothing = |r: &Refusal| matches!(r, Refusal::Zero | Refusal::NotAccepted { .. });
            if refusals.iter().any(nothing) {
                refusals.retain(|refusal| *refusal != Refusal::MissingDestination);
            }
            Err(refusals)
        }
    }
}

/// One of the things that are taken from an answer.
enum Taken {
    Amount(Micros),
    Place(Destination),
    Secs(Option<u32>),
}

fn amount_of(terms: &BidTerms, said: Option<&str>) -> Result<Micros, Refusal> {
    let bid = match (terms.revenue, said) {
        (Revenue::Static(amount), _) => amount,
        (Revenue::Bid, None) => return Err(Refusal::MissingAmount),
        (Revenue::Bid, Some(said)) => {
            amount::read(said, &terms.currency).map_err(|why| Refusal::BadAmount {
                said: said.to_owned(),
                why,
            })?
        }
    };
    if bid == Micros::ZERO {
        return Err(Refusal::Zero);
    }
    if bid < terms.min {
        return Err(Refusal::BelowMin {
            bid,
            min: terms.min,
        });
    }
    if let Some(max) = terms.max.filter(|max| bid > *max) {
        return Err(Refusal::AboveMax { bid, max });
    }
    if terms.margin.leaves(bid) <= Micros::ZERO {
        return Err(Refusal::NothingLeft { bid });
    }
    Ok(bid)
}

fn destination_of(terms: &BidTerms, said: Option<&str>) -> Result<Destination, Refusal> {
    match (said, &terms.destination) {
        (None, Some(known)) => Ok(known.clone()),
        (None, None) => Err(Refusal::MissingDestination),
        (Some(said), _) => destination(said).ok_or_else(|| Refusal::BadDestination {
            said: said.to_owned(),
        }),
    }
}

/// A phone number, in any usual writing, or a SIP address; one with an `@` is the latter.
fn destination(said: &str) -> Option<Destination> {
    if said.contains('@') {
        return SipUri::parse(said).ok().map(Destination::Sip);
    }
    said.parse::<E164>().ok().map(Destination::Number)
}

/// Whole seconds within bounds; a fraction is rounded up, for a promise is kept to its end.
fn seconds(said: &str, least: u32, most: u32) -> Option<u32> {
    let number: f64 = said.trim().parse().ok().filter(|n: &f64| n.is_finite())?;
    let whole = number.ceil();
    let fits = whole >= f64::from(least) && whole <= f64::from(most) && number >= 0.0;
    // Within the bounds of a u32 by the line above.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded"
    )]
    fits.then_some(whole as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtb::parser::{Acceptance, Parser};

    fn terms() -> BidTerms {
        let path = |text: &str| Some(Parser::Path(text.to_owned()));
        BidTerms {
            parsers: Parsers {
                acceptance: Some(Acceptance {
                    parser: Parser::Path("accepted".to_owned()),
                    word: None,
                }),
                amount: path("bid"),
                destination: path("to"),
                duration: path("min"),
                expiry: path("ttl"),
                bid_id: path("id"),
            },
            revenue: Revenue::Bid,
            currency: "USD".to_owned(),
            min: Micros(5_000_000),
            max: Some(Micros(200_000_000)),
            margin: Margin {
                basis_points: 1_000,
                amount: Micros(500_000),
            },
            destination: None,
            expiry_s: 20,
            on_failure: None,
        }
    }

    fn values(amount: &str, to: &str) -> Values {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Values {
            acceptance: Some("true".to_owned()),
            amount: some(amount),
            destination: some(to),
            ..Values::default()
        }
    }

    fn answered(values: Values) -> Reply {
        Reply::Answered {
            status: 200,
            values,
        }
    }

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn judged(terms: &BidTerms, reply: &Reply) -> Result<Bid, Vec<&'static str>> {
        judge(terms, reply, 2_000, NOW)
            .map_err(|all| all.iter().map(Refusal::code).collect::<Vec<_>>())
    }

    #[test]
    fn a_good_answer_is_a_bid() {
        let mut values = values("$12.50", "(800) 555-0126");
        values.duration = Some("89.2".to_owned());
        values.expiry = Some("30".to_owned());
        values.bid_id = Some("RTB1".to_owned());
        let bid = judged(&terms(), &answered(values)).unwrap();
        assert_eq!(bid.amount, Micros(12_500_000));
        assert_eq!(bid.net, Micros(10_750_000), "10 % and 50 cents are kept");
        assert_eq!(
            bid.destination,
            Destination::Number("+18005550126".parse().unwrap())
        );
        assert_eq!(bid.min_duration_s, Some(90));
        assert_eq!(bid.expires_at, NOW.plus_secs(30));
        assert_eq!(bid.bid_id.as_deref(), Some("RTB1"));
        let sip = judged(&terms(), &answered(self::values("12", "RTB1@rtb.example"))).unwrap();
        assert!(matches!(sip.destination, Destination::Sip(_)));
        assert_eq!(sip.expires_at, NOW.plus_secs(20), "the usual time");
    }

    #[test]
    fn everything_that_is_wrong_is_told() {
        let mut bad = values("", "12");
        bad.acceptance = Some("no".to_owned());
        bad.duration = Some("long".to_owned());
        bad.expiry = Some("0".to_owned());
        assert_eq!(
            judged(&terms(), &answered(bad)),
            Err(vec![
                "not_accepted",
                "missing_amount",
                "bad_destination",
                "bad_duration",
                "bad_expiry"
            ])
        );
        for (amount, to, code) in [
            ("0", "8005550126", "zero_bid"),
            ("4.99", "8005550126", "below_min"),
            ("200.01", "8005550126", "above_max"),
            ("1,250", "8005550126", "bad_amount"),
            ("-3", "8005550126", "bad_amount"),
            ("12", "", "missing_destination"),
            ("12", "a@@b", "bad_destination"),
        ] {
            let found = judged(&terms(), &answered(values(amount, to)));
            assert_eq!(found, Err(vec![code]), "{amount} {to}");
        }
        let mut greedy = terms();
        greedy.margin.basis_points = 10_000;
        let found = judged(&greedy, &answered(values("12", "8005550126")));
        assert_eq!(found, Err(vec!["nothing_left"]));
        let refused = Reply::Answered {
            status: 503,
            values: values("12", "8005550126"),
        };
        assert_eq!(judged(&terms(), &refused), Err(vec!["bad_status"]));
    }

    #[test]
    fn a_failed_ping_may_be_called_all_the_same() {
        let replies = [
            (Reply::TimedOut, "timed_out"),
            (Reply::TooLarge, "too_large"),
            (Reply::CircuitOpen, "circuit_open"),
            (
                Reply::Unreachable {
                    why: "refused".to_owned(),
                },
                "unreachable",
            ),
        ];
        let mut lenient = terms();
        lenient.on_failure = Some(Micros(8_000_000));
        let number = Destination::Number("+18005550126".parse().unwrap());
        for (reply, code) in replies {
            assert_eq!(judged(&terms(), &reply), Err(vec![code]));
            assert_eq!(judged(&lenient, &reply), Err(vec![code]), "nowhere to call");
            let mut placed = lenient.clone();
            placed.destination = Some(number.clone());
            let bid = judged(&placed, &reply).unwrap();
            assert_eq!(bid.amount, Micros(8_000_000));
            assert_eq!(bid.on_failure.map(|why| why.code()), Some(code));
            placed.margin.basis_points = 10_000;
            assert_eq!(judged(&placed, &reply), Err(vec![code, "nothing_left"]));
        }
        // Whoever answers no is not called.
        let mut no = values("12", "8005550126");
        no.acceptance = None;
        lenient.destination = Some(number);
        assert_eq!(judged(&lenient, &answered(no)), Err(vec!["not_accepted"]));
    }

    #[test]
    fn every_refusal_is_a_sentence() {
        let all = [
            Refusal::TimedOut { deadline_ms: 2_000 },
            Refusal::Late {
                ms: 2_100,
                deadline_ms: 2_000,
            },
            Refusal::NotAccepted { said: None },
            Refusal::BadAmount {
                said: "1,250".to_owned(),
                why: BadAmount::Ambiguous,
            },
            Refusal::BelowMin {
                bid: Micros(1_000_000),
                min: Micros(2_000_000),
            },
            Refusal::BadDuration {
                said: "x".to_owned(),
            },
        ];
        let text: Vec<String> = all.iter().map(Refusal::sentence).collect();
        insta::assert_snapshot!(text.join("\n"), @r"
        No answer within 2000 ms.
        Answered after 2100 ms; the auction had ended at 2000 ms.
        Did not accept the call: the acceptance parser found nothing.
        The bid amount “1,250” cannot be used. It can be read in two ways: the comma may group thousands or begin the decimals.
        Bid $1.00, less than the least of $2.00.
        “x” is no length of a call in seconds, 2:00:00 at most.
        ");
    }
}
