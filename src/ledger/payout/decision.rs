//! Whether and by which rule a call is paid, and why not by each of the others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CompiledTerms, PayoutAmount, PayoutRule, PayoutTimer, PayoutTrigger};
use crate::caps::dollars::{DollarCapReached, Spent};
use crate::caps::{CapReached, Usage};
use crate::id::PayoutRuleId;
use crate::ledger::Ledger;
use crate::ledger::entry::{Author, Entry, EntryKey, Kind, Party};
use crate::ledger::facts::{CallFacts, TimerStart};
use crate::money::Micros;
use crate::routing::Clocks;
use crate::schedule::OpenState;
use crate::tag::Lookup;
use crate::tag::filter::Refusal;
use crate::time::{Timestamp, length_text};

/// Why no rule is asked once one has paid.
pub const PAID_BEFORE: &str = "Paid before.";

/// What a rule has paid, this call left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PayoutUsage {
    pub calls: Usage,
    pub spent: Spent,
}

/// What the rules have paid; one that is missing has paid nothing.
pub type PayoutUsageMap = BTreeMap<PayoutRuleId, PayoutUsage>;

/// What a decision about a payout looks at.
#[derive(Debug, Clone, Copy)]
pub struct CallMoney<'a> {
    pub facts: &'a CallFacts,
    /// What was entered for the call so far.
    pub ledger: &'a Ledger,
    /// Whether more revenue may be earned ([`crate::ledger::revenue::RevenueOutcome::open`]).
    pub revenue_open: bool,
    /// Why a duplicate is not paid, if it is one and is not.
    pub unpaid_duplicate: Option<&'a str>,
    pub usage: &'a PayoutUsageMap,
    /// The wall clocks of the rules' zones when the call arrived.
    pub clocks: &'a Clocks,
    pub now: Timestamp,
}

/// What was decided about a payout, with its trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayoutOutcome {
    /// What to enter; none if nothing is paid, not yet, or was paid before.
    pub entry: Option<(PayoutRuleId, Entry)>,
    /// Why no rule was asked, if none was.
    pub skipped: Option<String>,
    /// One for each rule, in order.
    pub lines: Vec<PayoutLine>,
    /// Whether a later look may pay.
    pub open: bool,
}

/// A rule and what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutLine {
    pub rule: PayoutRuleId,
    pub name: String,
    pub verdict: PayoutVerdict,
}

/// What a rule said of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutVerdict {
    Paid {
        amount: Micros,
        reason: String,
    },
    /// May still be met.
    Pending {
        reason: String,
    },
    /// Its trigger was not met and will not be.
    NotMet {
        reason: String,
    },
    /// The call is not one it is for.
    Filtered(Refusal),
    /// The call came outside its hours.
    Closed {
        until: String,
    },
    CapReached(CapReached),
    DollarCapReached(DollarCapReached),
    /// An earlier rule pays, or may still.
    NotNeeded,
}

enum Met {
    Yes(String),
    NotYet(String),
    No(String),
}

impl CompiledTerms {
    /// Decides about the payout of a call. What it answers grows with the facts but never
    /// contradicts itself: once paid, later looks append nothing.
    #[must_use]
    pub fn decide(&self, money: &CallMoney<'_>) -> PayoutOutcome {
        let skip = |why: &str| PayoutOutcome {
            skipped: Some(why.to_owned()),
            ..PayoutOutcome::default()
        };
        let Some(publisher) = money.facts.publisher else {
            return skip("The number belongs to no publisher.");
        };
        let key = EntryKey::new("payout", publisher);
        if money.ledger.get(&key).is_some() {
            return skip(PAID_BEFORE);
        }
        if let Some(why) = money.unpaid_duplicate {
            return skip(why);
        }
        let tags = Lookup::new(&money.facts.tags);
        let mut outcome = PayoutOutcome::default();
        for (rule, filter) in &self.rules {
            let settled = outcome.open || outcome.entry.is_some();
            let verdict = if settled {
                PayoutVerdict::NotNeeded
            } else {
                match filter.refusal(&tags) {
                    Some(refusal) => PayoutVerdict::Filtered(refusal),
                    None => rule.verdict(money),
                }
            };
            match &verdict {
                PayoutVerdict::Paid { amount, reason } => {
                    let entry = Entry {
                        key: key.clone(),
                        kind: Kind::Payout,
                        party: Party::Publisher(publisher),
                        amount: *amount,
                        at: money.now,
                        author: Author::Rule,
                        reason: format!("{}: {reason}", rule.name),
                    };
                    outcome.entry = Some((rule.id, entry));
                }
                PayoutVerdict::Pending { .. } => outcome.open = true,
                _ => {}
            }
            outcome.lines.push(PayoutLine {
                rule: rule.id,
                name: rule.name.clone(),
                verdict,
            });
        }
        outcome
    }
}

impl PayoutRule {
    /// Of a call that its filter lets in.
    fn verdict(&self, money: &CallMoney<'_>) -> PayoutVerdict {
        // Without a clock nobody knows whether it is open: better unpaid than paid in error, as
        // routing does with a target whose zone is missing.
        let clock = money.clocks.get(&self.zone);
        let state = clock.map_or(OpenState::NeverOpen, |clock| self.hours.state(clock));
        let Some(clock) = clock.filter(|_| state.is_open()) else {
            let until = state.until(&self.zone);
            return PayoutVerdict::Closed { until };
        };
        let met = match self.met(money) {
            Met::Yes(met) => met,
            Met::NotYet(reason) => return PayoutVerdict::Pending { reason },
            Met::No(reason) => return PayoutVerdict::NotMet { reason },
        };
        if matches!(self.amount, PayoutAmount::Share { .. }) && money.revenue_open {
            return PayoutVerdict::Pending {
                reason: format!("{met} The revenue it has a share of is not final."),
            };
        }
        let amount = self.amount.of(money.ledger.totals().revenue);
        let used = money.usage.get(&self.id).copied().unwrap_or_default();
        let windows = clock.windows();
        if let Some(reached) = self.caps.reached(&used.calls, &windows) {
            return PayoutVerdict::CapReached(reached);
        }
        if let Some(reached) = self.dollars.reached(&used.spent, &windows, amount) {
            return PayoutVerdict::DollarCapReached(reached);
        }
        let reason = format!("{met} {}", self.amount.words(money.ledger.totals().revenue));
        PayoutVerdict::Paid { amount, reason }
    }

    fn met(&self, money: &CallMoney<'_>) -> Met {
        let facts = money.facts;
        let live = facts.ended_at.is_none();
        let unless = |open: bool, yet: String, no: String| {
            if open { Met::NotYet(yet) } else { Met::No(no) }
        };
        match self.trigger {
            PayoutTrigger::Incoming => Met::Yes("Came in.".to_owned()),
            PayoutTrigger::Connect if facts.connected() => Met::Yes("Connected.".to_owned()),
            PayoutTrigger::Connect => unless(
                live,
                "Not connected yet.".to_owned(),
                "Did not connect.".to_owned(),
            ),
            PayoutTrigger::Converted => {
                let earned = money.ledger.entries().any(|e| e.kind == Kind::Revenue);
                if earned {
                    return Met::Yes("Converted.".to_owned());
                }
                unless(
                    live || money.revenue_open,
                    "Not converted yet.".to_owned(),
                    "Did not convert.".to_owned(),
                )
            }
            PayoutTrigger::Length { from, secs } => {
                let (longest, wanted) = (from.longest_s(facts, money.now), length_text(secs));
                let since = from.words();
                if longest.is_some_and(|length| length >= secs) {
                    return Met::Yes(format!("Lasted {wanted} {since}."));
                }
                let lasted = longest.map_or("Did not connect".to_owned(), |length| {
                    format!("Lasted {} {since}", length_text(length))
                });
                unless(
                    live,
                    format!("Needs {wanted} {since}, and is not over."),
                    format!("{lasted}; the rule asks for {wanted}."),
                )
            }
        }
    }
}

impl PayoutTimer {
    /// The length that counts; of several targets, the longest. None if nobody was connected.
    fn longest_s(self, facts: &CallFacts, now: Timestamp) -> Option<u32> {
        let of_attempts = |start| {
            let attempts = facts.attempts.iter();
            let lengths = attempts.filter_map(|a| facts.length_s(a, start, now));
            lengths.max()
        };
        match self {
            Self::Incoming => Some(facts.ended_at.unwrap_or(now).secs_since(facts.arrived_at)),
            Self::Dial => of_attempts(TimerStart::Dial),
            Self::Connect => of_attempts(TimerStart::Connect),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Incoming => TimerStart::Incoming.words(),
            Self::Dial => TimerStart::Dial.words(),
            Self::Connect => TimerStart::Connect.words(),
        }
    }
}

impl PayoutAmount {
    /// "$18.00." or "80 % of $25.00: $20.00."
    fn words(&self, revenue: Micros) -> String {
        let amount = self.of(revenue);
        match self {
            Self::Fixed(_) => format!("{amount}."),
            Self::Share { basis_points, .. } => {
                let (percent, part) = (basis_points / 100, basis_points % 100);
                let point = if part == 0 {
                    String::new()
                } else {
                    format!(".{part:02}")
                };
                format!("{percent}{point} % of {revenue}: {amount}.")
            }
        }
    }
}

impl PayoutVerdict {
    /// One sentence with the actual figures.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Paid { reason, .. } | Self::Pending { reason } | Self::NotMet { reason } => {
                reason.clone()
            }
            Self::Filtered(refusal) => refusal.sentence(),
            Self::Closed { until } => format!("Closed {until} when the call came in."),
            Self::CapReached(reached) => reached.sentence(),
            Self::DollarCapReached(reached) => reached.sentence(),
            Self::NotNeeded => "An earlier rule decides.".to_owned(),
        }
    }
}
