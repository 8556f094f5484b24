//! The history of a call, entry by entry, and its words.

use serde::{Deserialize, Serialize};

use super::event::LegStatus;
use super::session::AttemptResult;
use crate::campaign::Fallback;
use crate::id::TargetId;
use crate::ledger;
use crate::ledger::payout::{PAID_BEFORE, PayoutLine, PayoutVerdict};
use crate::ledger::revenue::{RevenueLine, RevenueVerdict};
use crate::money::Micros;
use crate::routing::Decision;
use crate::time::{Timestamp, ago, length_text};
use crate::visit::attribution::By;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub at: Timestamp,
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Arrived {
        dialed: String,
        tags: u32,
    },
    /// It is the call of a bid that its publisher was made.
    BidMatched {
        bid_id: String,
        /// By the address it came to; else by its caller and the number.
        by_sip: bool,
        /// Seconds after the bid.
        after_s: u32,
        /// The bid no longer held, so nothing is paid for it.
        late: bool,
    },
    /// No campaign uses the number.
    NumberUnknown,
    CampaignPaused,
    /// The caller was turned away, with the reason.
    CallerBlocked {
        reason: String,
    },
    Decided {
        after: Option<AttemptResult>,
        decision: Decision,
    },
    /// Another call took the line; the decision was made anew.
    ClaimLost {
        target: String,
    },
    Dialing {
        attempt: u32,
        target: TargetId,
        name: String,
        destination: String,
        ring_timeout_s: u32,
    },
    /// So many of a group are rung at once.
    GroupRung {
        name: String,
        phones: u32,
    },
    /// Bidders of a ring tree were asked.
    Auctioned {
        name: String,
        asked: u32,
        bids: u32,
        took_ms: u32,
    },
    /// The winner was asked to confirm its bid, and why it did not.
    Confirmed {
        target: TargetId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing: Option<String>,
    },
    Rang {
        attempt: u32,
    },
    Answered {
        attempt: u32,
        after_ms: i64,
    },
    DialEnded {
        attempt: u32,
        result: AttemptResult,
        talked_s: u32,
    },
    FallbackBegan {
        fallback: Fallback,
    },
    FallbackDialEnded {
        connected: bool,
    },
    VoicemailLeft {
        duration_s: u32,
    },
    RecordingReady {
        duration_s: u32,
    },
    CallerLegEnded {
        status: LegStatus,
        duration_s: Option<u32>,
    },
    /// It is a visitor's call, and why.
    Attributed {
        by: By,
        /// Where the visitor came from: "google / cpc".
        source: String,
    },
    /// Something was sent of the caller before the call.
    Enriched {
        values: u32,
        before_s: u32,
    },
    /// It is a duplicate, with the reason.
    MarkedDuplicate {
        reason: String,
    },
    /// A target hung up too soon, and the caller is sent on.
    SentOn {
        reason: String,
    },
    /// The buyer told that the call was worth something.
    Converted {
        reported: Option<Micros>,
    },
    /// What the call earned, owes or cost was entered.
    Entered {
        entries: Vec<ledger::entry::Entry>,
    },
    /// Nothing more can be earned or paid by rule: what each rule said.
    MoneyClosed {
        revenue: Vec<RevenueLine>,
        payout: Vec<PayoutLine>,
        /// Why no payout rule was asked, if none was.
        skipped: Option<String>,
    },
    /// Callbacks were missing; the carrier's records filled the gap.
    Reconciled,
    /// Nothing was heard for so long that the call was closed.
    GivenUp,
    Ended {
        by: EndedBy,
    },
}

/// Who ended a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    Caller,
    Target,
    /// We did: the fallback was over.
    System,
    /// The call was never taken.
    Refusal,
    /// Learned after the fact.
    Unknown,
}

impl EndedBy {
    /// Everybody who can end a call.
    pub const ALL: [Self; 5] = [
        Self::Caller,
        Self::Target,
        Self::System,
        Self::Refusal,
        Self::Unknown,
    ];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Target => "target",
            Self::System => "system",
            Self::Refusal => "refusal",
            Self::Unknown => "unknown",
        }
    }

    /// Who of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }
}

impl What {
    /// Whether it tells amounts: what a call earned, paid, cost or was said to be worth.
    #[must_use]
    pub fn is_money(&self) -> bool {
        matches!(
            self,
            Self::Entered { .. } | Self::MoneyClosed { .. } | Self::Converted { .. }
        )
    }

    /// Icon, title and detail for people.
    #[must_use]
    pub fn words(&self) -> (&'static str, String, String) {
        match self {
            Self::Attributed { by, source } => {
                ("tag", format!("Visitor from {source}"), by.words())
            }
            Self::Enriched { values, before_s } => (
                "tag",
                match values {
                    1 => "1 value was sent of this caller".to_owned(),
                    many => format!("{many} values were sent of this caller"),
                },
                format!("The last one {} before the call.", ago(*before_s)),
            ),
            Self::Arrived { dialed, tags } => (
                "phone-incoming",
                format!("Call arrived on {dialed}"),
                if *tags == 0 {
                    String::new()
                } else {
                    format!("{tags} tags read")
                },
            ),
            Self::BidMatched {
                bid_id,
                by_sip,
                after_s,
                late,
            } => {
                let by = match by_sip {
                    true => "Known by the SIP address it came to.",
                    false => "Known by its caller and the number.",
                };
                let late = match late {
                    true => {
                        " The bid no longer held: the call is routed, and its publisher is not paid."
                    }
                    false => "",
                };
                (
                    "tag",
                    format!("The call of bid {bid_id}"),
                    format!(
                        "{by} It came {} after the bid.{late}",
                        length_text(*after_s)
                    ),
                )
            }
            Self::NumberUnknown => (
                "alert",
                "No campaign uses this number".to_owned(),
                "The caller heard an apology.".to_owned(),
            ),
            Self::CampaignPaused => (
                "alert",
                "The campaign is paused".to_owned(),
                "The caller got its fallback.".to_owned(),
            ),
            Self::CallerBlocked { reason } => (
                "ban",
                "The caller was turned away".to_owned(),
                reason.clone(),
            ),
            Self::Decided { decision, .. } => {
                let eligible = decision
                    .candidates
                    .iter()
                    .filter(|c| c.verdict.word() != "Not eligible")
                    .count();
                let title = match decision.candidates.iter().find(|c| c.verdict.won()) {
                    Some(winner) => format!("Routing plan chose {}", winner.name),
                    None => "Routing plan found nobody".to_owned(),
                };
                (
                    "split",
                    title,
                    format!(
                        "{eligible} of {} candidates eligible",
                        decision.candidates.len()
                    ),
                )
            }
            Self::ClaimLost { target } => (
                "refresh",
                format!("{target} was taken by another call"),
                "Decided anew.".to_owned(),
            ),
            Self::Dialing {
                attempt,
                name,
                destination,
                ring_timeout_s,
                ..
            } => (
                "phone-outgoing",
                format!("Dialing {name}"),
                format!("{destination}, attempt {attempt}, ring limit {ring_timeout_s} s"),
            ),
            Self::GroupRung { name, phones } => (
                "users",
                format!("The group {name} rings"),
                if *phones == 1 {
                    "One of its phones.".to_owned()
                } else {
                    format!("{phones} phones at once; the first to answer has the caller.")
                },
            ),
            Self::Auctioned {
                name,
                asked,
                bids,
                took_ms,
            } => (
                "gavel",
                format!("Auction in {name}"),
                format!(
                    "{bids} of {asked} bidder{} bid, in {}",
                    if *asked == 1 { "" } else { "s" },
                    after_text(i64::from(*took_ms))
                ),
            ),
            Self::Confirmed { missing: None, .. } => (
                "check",
                "The winner confirmed its bid".to_owned(),
                String::new(),
            ),
            Self::Confirmed {
                missing: Some(why), ..
            } => (
                "alert",
                "The winner did not confirm its bid".to_owned(),
                why.clone(),
            ),
            Self::Rang { .. } => ("bell", "Ringing".to_owned(), String::new()),
            Self::Answered { after_ms, .. } => (
                "phone-call",
                "Answered".to_owned(),
                format!("After {} of ringing", after_text(*after_ms)),
            ),
            Self::DialEnded {
                result, talked_s, ..
            } => match result {
                AttemptResult::Connected => (
                    "phone-call",
                    "Conversation ended".to_owned(),
                    format!("The target's line was open for {}", length_text(*talked_s)),
                ),
                other => ("phone-off", other.word().to_owned(), String::new()),
            },
            Self::FallbackBegan { fallback } => (
                "voicemail",
                format!("Fallback: {}", fallback.words()),
                String::new(),
            ),
            Self::FallbackDialEnded { connected: true } => (
                "phone-call",
                "Fallback conversation ended".to_owned(),
                "The fallback number took the call.".to_owned(),
            ),
            Self::FallbackDialEnded { connected: false } => (
                "phone-off",
                "Fallback number did not answer".to_owned(),
                String::new(),
            ),
            Self::VoicemailLeft { duration_s } => (
                "voicemail",
                "Message left".to_owned(),
                length_text(*duration_s),
            ),
            Self::RecordingReady { duration_s } => (
                "mic",
                "Recording ready".to_owned(),
                length_text(*duration_s),
            ),
            Self::CallerLegEnded { duration_s, .. } => (
                "info",
                "Carrier closed the call".to_owned(),
                duration_s
                    .map(|s| format!("{} since the caller's line was answered", length_text(s)))
                    .unwrap_or_default(),
            ),
            Self::MarkedDuplicate { reason } => ("users", "A duplicate".to_owned(), reason.clone()),
            Self::SentOn { reason } => (
                "refresh",
                "The caller is sent on".to_owned(),
                reason.clone(),
            ),
            Self::Converted { reported } => (
                "dollar",
                "The buyer told a conversion".to_owned(),
                reported
                    .map(|amount| format!("Worth {amount}"))
                    .unwrap_or_default(),
            ),
            Self::Entered { entries } => (
                "dollar",
                entries
                    .iter()
                    .map(|entry| format!("{} {}", entry.kind.word(), entry.amount.exact()))
                    .collect::<Vec<_>>()
                    .join(", "),
                entries
                    .iter()
                    .map(|entry| entry.reason.as_str())
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
            Self::MoneyClosed {
                revenue,
                payout,
                skipped,
            } => (
                "dollar",
                "The money is settled".to_owned(),
                closing_words(revenue, payout, skipped.as_deref()),
            ),
            Self::Reconciled => (
                "refresh",
                "Checked with the carrier".to_owned(),
                "Its records filled in what was not delivered.".to_owned(),
            ),
            Self::GivenUp => (
                "alert",
                "Closed without news".to_owned(),
                "The carrier no longer knows this call.".to_owned(),
            ),
            Self::Ended { by } => (
                "phone-off",
                match by {
                    EndedBy::Caller => "Ended by caller",
                    EndedBy::Target => "Ended by target",
                    EndedBy::System => "Ended after the fallback",
                    EndedBy::Refusal => "Not taken",
                    EndedBy::Unknown => "Ended",
                }
                .to_owned(),
                String::new(),
            ),
        }
    }
}

/// Why nothing was earned or paid, where nothing was.
fn closing_words(revenue: &[RevenueLine], payout: &[PayoutLine], skipped: Option<&str>) -> String {
    let mut words = Vec::new();
    let earned = |line: &RevenueLine| matches!(line.verdict, RevenueVerdict::Earned { .. });
    if !revenue.iter().any(earned)
        && let Some(line) = revenue.last()
    {
        words.push(format!("No revenue: {}", line.verdict.sentence()));
    }
    let paid = |line: &PayoutLine| matches!(line.verdict, PayoutVerdict::Paid { .. });
    if let Some(skipped) = skipped.filter(|why| *why != PAID_BEFORE) {
        words.push(format!("No payout: {skipped}"));
    } else if !payout.iter().any(paid)
        && let Some(line) = payout.last()
    {
        words.push(format!("No payout: {}", line.verdict.sentence()));
    }
    words.join(" ")
}

/// "0 ms", "902 ms", "7.6 s", "4:06" for a stretch of time.
#[must_use]
pub fn after_text(ms: i64) -> String {
    match ms {
        ..1_000 => format!("{} ms", ms.max(0)),
        1_000..100_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => length_text(u32::try_from(ms / 1_000).unwrap_or(u32::MAX)),
    }
}
