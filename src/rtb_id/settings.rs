//! What an RTB id is set up to do: one for each publisher in each campaign.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::arrival::Stale;
use super::check::Demands;
use super::modifier::{CompiledModifier, Modifier, modify};
use super::pass_through::{PassThrough, Priced};
use super::rate::RateLimit;
use crate::caps::Caps;
use crate::caps::dollars::DollarCaps;
use crate::duplicate::payment::PaymentRule;
use crate::id::{CampaignId, NumberId, PayoutRuleId, PublisherId, RtbId};
use crate::ledger::payout::{PayoutTimer, PayoutTrigger};
use crate::money::Micros;
use crate::phone::E164;
use crate::routing::Floor;
use crate::schedule::Hours;
use crate::schedule::holiday::Holiday;
use crate::tag::Tags;
use crate::tag::list::BulkLists;

/// How long a bid holds, in seconds: the least and the most. Ringba's examples say 20.
pub const EXPIRY_S: (u32, u32) = (5, 3_600);
/// Numbers that one id may lend, at most.
pub const NUMBERS_MAX: usize = 500;
/// Which pings in test mode are let in: such a bid costs as much work as a real one.
pub const TEST_LIMIT: RateLimit = RateLimit {
    pings: 30,
    per: super::rate::Span::Minute,
};

/// What an id is set up to do, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RtbIdSettings {
    pub offering: Offering,
    /// What a call must do to be paid.
    pub trigger: PayoutTrigger,
    /// Whether duplicates are paid.
    pub payment: PaymentRule,
    pub modifiers: Vec<Modifier>,
    pub demands: Demands,
    /// Calls come by SIP only; no number is ever lent.
    pub sip_only: bool,
    /// Numbers of the campaign that are lent to bids, and to nothing else.
    pub numbers: Vec<NumberId>,
    pub rate: RateLimit,
    /// How long a bid holds, in seconds.
    pub expiry_s: u32,
    /// What becomes of calls after that.
    pub stale: Stale,
    /// IANA zone of `hours` and of the windows of the caps.
    pub zone: String,
    /// When it bids.
    pub hours: Hours,
    /// They go before `hours`.
    pub holidays: Vec<Holiday>,
    /// Paid calls.
    pub caps: Caps,
    /// Paid money.
    pub dollars: DollarCaps,
    pub key: PingKey,
}

/// How much is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum Offering {
    /// The same for each call, as modifiers change it.
    Fixed { base: Micros, max: Micros },
    /// What our own routes would pay, less a margin.
    PassThrough(PassThrough),
}

/// What a program shows beside the address, where that alone is not enough.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum PingKey {
    #[default]
    None,
    /// `Authorization: Bearer …`
    Bearer { token: String },
    /// HMAC-SHA256 over `timestamp.body`, not older than five minutes.
    Hmac { secret: String },
}

/// The secrets stay out of logs.
impl fmt::Debug for PingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Bearer { .. } => "Bearer",
            Self::Hmac { .. } => "Hmac",
        })
    }
}

/// Where a ping is sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Production,
    /// Real bids whose numbers cannot be called; nothing is held for them.
    Test,
    /// An example of an answer.
    Sandbox,
}

impl Default for RtbIdSettings {
    fn default() -> Self {
        Self {
            offering: Offering::Fixed {
                base: Micros::ZERO,
                max: Micros::ZERO,
            },
            trigger: PayoutTrigger::Length {
                from: PayoutTimer::Connect,
                secs: 90,
            },
            payment: PaymentRule::default(),
            modifiers: Vec::new(),
            demands: Demands::default(),
            sip_only: false,
            numbers: Vec::new(),
            rate: RateLimit::default(),
            expiry_s: 30,
            stale: Stale::default(),
            zone: "UTC".to_owned(),
            hours: Hours::default(),
            holidays: Vec::new(),
            caps: Caps::default(),
            dollars: DollarCaps::default(),
            key: PingKey::default(),
        }
    }
}

impl Environment {
    /// All environments.
    pub const ALL: [Self; 3] = [Self::Production, Self::Test, Self::Sandbox];

    /// The stored word, as it stands in the address.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
            Self::Sandbox => "sandbox",
        }
    }
}

impl FromStr for Environment {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let all = Self::ALL.into_iter();
        let mut named = all.filter(|one| one.code().eq_ignore_ascii_case(text));
        named.next().ok_or(())
    }
}

/// An id made ready to answer.
#[derive(Debug, Clone)]
pub struct CompiledRtbId {
    pub id: RtbId,
    pub campaign: CampaignId,
    pub publisher: PublisherId,
    /// False while a person has switched it off.
    pub enabled: bool,
    /// Under which its payouts are counted.
    pub rule: PayoutRuleId,
    pub settings: RtbIdSettings,
    pub modifiers: Vec<CompiledModifier>,
    /// Those of its numbers that are still the campaign's.
    pub numbers: Vec<E164>,
    /// Which of our numbers targets are shown of calls by SIP.
    pub line: Option<E164>,
}

impl CompiledRtbId {
    /// Makes modifiers ready. One that does not compile any more, because a list it names is gone,
    /// refuses every call: better no bid than a wrong one.
    #[must_use]
    pub fn compile_modifiers(rules: &[Modifier], lists: &BulkLists) -> Vec<CompiledModifier> {
        let compiled = |rule: &Modifier| {
            CompiledModifier::new(rule, lists).unwrap_or_else(|_| CompiledModifier::broken())
        };
        rules.iter().map(compiled).collect()
    }

    /// The rule of payouts that an id stands for.
    #[must_use]
    pub fn rule_of(number: i64) -> PayoutRuleId {
        // Below nothing: rules of publishers have ids above it.
        PayoutRuleId(number.saturating_neg())
    }
}

impl Offering {
    /// Works a bid out: what the first target pays, changed by what is set here.
    #[must_use]
    pub fn price(&self, target: Micros, rules: &[CompiledModifier], tags: &Tags) -> Priced {
        match self {
            Self::PassThrough(through) => through.price(target, rules, tags),
            Self::Fixed { base, max } => {
                let modified = modify(*base, rules, tags);
                let bid = modified.bid.min(*max);
                Priced {
                    target,
                    baseline: *base,
                    modified,
                    max: *max,
                    bid,
                }
            }
        }
    }

    /// What a target must be worth for a call that so much was bid for; none where that does not
    /// matter. Before the bid it is what the margin alone asks for.
    #[must_use]
    pub fn floor(&self, bid: Micros, trigger: PayoutTrigger) -> Option<Floor> {
        let Self::PassThrough(through) = self else {
            return None;
        };
        if through.at_loss {
            return None;
        }
        Some(Floor {
            least: Micros(bid.0.saturating_add(through.min_margin.0)),
            longest_s: match trigger {
                PayoutTrigger::Length { secs, .. } => Some(secs),
                PayoutTrigger::Incoming | PayoutTrigger::Connect => Some(0),
                // It is paid for what the target pays for, whatever that is.
                PayoutTrigger::Converted => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtb_id::modifier::Adjustment;
    use crate::rtb_id::pass_through::Margin;
    use crate::tag::filter::Filter;

    #[test]
    fn a_fixed_offer_is_changed_by_modifiers_up_to_its_most() {
        let rule = Modifier {
            filter: Filter::default(),
            adjustment: Adjustment::Multiply(2_000_000),
        };
        let rules = CompiledRtbId::compile_modifiers(&[rule], &BulkLists::default());
        let offering = Offering::Fixed {
            base: Micros(20_000_000),
            max: Micros(35_000_000),
        };
        let priced = offering.price(Micros(1), &rules, &Tags::default());
        assert_eq!(
            (priced.baseline, priced.modified.bid, priced.bid),
            (Micros(20_000_000), Micros(40_000_000), Micros(35_000_000))
        );
        assert_eq!(offering.floor(priced.bid, PayoutTrigger::Connect), None);
    }

    #[test]
    fn what_is_passed_on_must_be_made() {
        let through = PassThrough {
            max: Micros(100_000_000),
            margin: Margin::Share(2_000),
            min_margin: Micros(2_000_000),
            at_loss: false,
        };
        let length = PayoutTrigger::Length {
            from: PayoutTimer::Connect,
            secs: 90,
        };
        let floor = |through: PassThrough, trigger| {
            Offering::PassThrough(through).floor(Micros(40_000_000), trigger)
        };
        assert_eq!(
            floor(through, length),
            Some(Floor {
                least: Micros(42_000_000),
                longest_s: Some(90)
            })
        );
        let connect = floor(through, PayoutTrigger::Connect).expect("a floor");
        assert_eq!(connect.longest_s, Some(0));
        let at_loss = PassThrough {
            at_loss: true,
            ..through
        };
        assert_eq!(floor(at_loss, length), None);
    }

    #[test]
    fn secrets_are_not_shown() {
        let key = PingKey::Bearer {
            token: "s3cret".to_owned(),
        };
        assert_eq!(format!("{key:?}"), "Bearer");
    }
}
