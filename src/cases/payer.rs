//! Publishers of the cases, and what their calls cost.
//!
//! A payout rule is `TRIGGER AMOUNT | clause | …`: `incoming 5`, `connect 5`, `converted 80%`,
//! `60s 5`, `60s after incoming 5`, with `min 2`, `max 10`, `daily 3`, `used day 3`, `only …`.

use std::collections::BTreeMap;

use super::Case;
use super::words::{amount, clauses, clock, count, filter, hours, moment, secs};
use crate::caps::dollars::DollarCaps;
use crate::caps::{Caps, Usage};
use crate::id::{CampaignId, PayoutRuleId, PublisherId};
use crate::ledger::payout::{
    CompiledTerms, PayoutAmount, PayoutRule, PayoutTerms, PayoutTimer, PayoutTrigger, PayoutUsage,
    PayoutUsageMap,
};
use crate::ledger::telephony::rate::{Rate, RateTable};
use crate::money::Micros;
use crate::publisher::Publisher;
use crate::schedule::Hours;
use crate::tag::filter::Filter;
use crate::tag::list::BulkLists;
use crate::testing::ZONE;
use crate::time::Timestamp;

/// Who is paid, and what the rules have paid.
#[derive(Debug, Clone, Default)]
pub(super) struct Payer {
    /// The number is a publisher's.
    pub known: Option<PublisherId>,
    /// None if it is archived as well.
    pub publisher: Option<Publisher>,
    pub paid: PayoutUsageMap,
}

pub(super) fn read(case: &Case, campaign: CampaignId) -> Payer {
    let Some(lines) = &case.payouts else {
        return Payer::default();
    };
    let at = moment(&case.at);
    let mut paid = PayoutUsageMap::new();
    let terms = compiled(lines, 1, at, &mut paid);
    let mut overrides = BTreeMap::new();
    if let Some(lines) = &case.overrides {
        overrides.insert(campaign, compiled(lines, 101, at, &mut paid));
    }
    let publisher = Publisher {
        id: PublisherId(7),
        name: "Gulf Leads".to_owned(),
        active: case.publisher != "paused",
        sub_id: String::new(),
        overrides,
        terms,
    };
    Payer {
        known: Some(publisher.id),
        publisher: (case.publisher != "archived").then_some(publisher),
        paid,
    }
}

fn compiled(
    lines: &[String],
    from: i64,
    at: Timestamp,
    paid: &mut PayoutUsageMap,
) -> CompiledTerms {
    let rules = lines.iter().zip(from..).map(|(line, id)| {
        let (rule, usage) = rule(line, PayoutRuleId(id), at);
        paid.insert(rule.id, usage);
        rule
    });
    let terms = PayoutTerms {
        rules: rules.collect(),
        ..PayoutTerms::default()
    };
    let compiled = terms.compile(None, &BulkLists::new());
    compiled.unwrap_or_else(|e| panic!("{lines:?}: {e:?}"))
}

fn rule(line: &str, id: PayoutRuleId, at: Timestamp) -> (PayoutRule, PayoutUsage) {
    let mut all = clauses(line);
    let head = all.remove(0);
    let (pays, trigger) = head.split_last().expect("an amount");
    let mut rule = PayoutRule {
        id,
        name: format!("Rule {}", id.0 % 100),
        trigger: trigger_of(trigger),
        amount: amount_of(pays),
        filter: Filter::default(),
        zone: ZONE.to_owned(),
        hours: Hours::Always,
        caps: Caps::default(),
        dollars: DollarCaps::default(),
    };
    all.sort_by_key(|clause| clause[0] != "zone");
    let mut used = Usage::default();
    for clause in all {
        match clause[0] {
            "zone" => rule.zone = clause[1].to_owned(),
            "used" => of_usage(&mut used, &rule.zone, at, &clause[1..]),
            _ => of_rule(&mut rule, &clause),
        }
    }
    let spent = used.spent();
    (rule, PayoutUsage { calls: used, spent })
}

fn trigger_of(words: &[&str]) -> PayoutTrigger {
    let length = |from, text: &str| PayoutTrigger::Length {
        from,
        secs: u32::try_from(secs(text)).expect("seconds"),
    };
    match words {
        ["incoming"] => PayoutTrigger::Incoming,
        ["connect"] => PayoutTrigger::Connect,
        ["converted"] => PayoutTrigger::Converted,
        [text] => length(PayoutTimer::Connect, text),
        [text, "after", "dialing"] => length(PayoutTimer::Dial, text),
        [text, "after", "incoming"] => length(PayoutTimer::Incoming, text),
        other => panic!("no trigger: {other:?}"),
    }
}

/// "5" or "80%".
fn amount_of(text: &str) -> PayoutAmount {
    let Some(percent) = text.strip_suffix('%') else {
        return PayoutAmount::Fixed(amount(text));
    };
    PayoutAmount::Share {
        basis_points: u32::try_from(amount(percent).0 / 10_000).expect("a share"),
        min: None,
        max: None,
    }
}

fn of_rule(rule: &mut PayoutRule, clause: &[&str]) {
    match (clause, &mut rule.amount) {
        (["min", n], PayoutAmount::Share { min, .. }) => *min = Some(amount(n)),
        (["max", n], PayoutAmount::Share { max, .. }) => *max = Some(amount(n)),
        (["only", ..], _) => rule.filter = filter(&clause[1..].join(" ")),
        (["hours", ..], _) => rule.hours = hours(&clause[1..].join(" ")),
        (["hourly", n], _) => rule.caps.hourly = Some(count(n)),
        (["daily", n], _) => rule.caps.daily = Some(count(n)),
        (["monthly", n], _) => rule.caps.monthly = Some(count(n)),
        (["total", n], _) => rule.caps.total = Some(count(n)),
        (["$hourly", n], _) => rule.dollars.hourly = Some(amount(n)),
        (["$daily", n], _) => rule.dollars.daily = Some(amount(n)),
        (["$monthly", n], _) => rule.dollars.monthly = Some(amount(n)),
        (["$total", n], _) => rule.dollars.total = Some(amount(n)),
        (other, _) => panic!("no clause of a payout rule: {other:?}"),
    }
}

fn of_usage(used: &mut Usage, zone: &str, at: Timestamp, words: &[&str]) {
    if used.windows.day == 0 {
        used.windows = clock(zone, at).windows();
    }
    match words {
        ["at", text] => used.windows = clock(zone, moment(text)).windows(),
        ["hour", n] => used.hour = count(n),
        ["day", n] => used.day = count(n),
        ["month", n] => used.month = count(n),
        ["total", n] => used.total = count(n),
        ["$hour", n] => used.hour_spent = amount(n),
        ["$day", n] => used.day_spent = amount(n),
        ["$month", n] => used.month_spent = amount(n),
        ["$total", n] => used.total_spent = amount(n),
        other => panic!("no usage of a payout rule: {other:?}"),
    }
}

/// What the carrier charges: nothing unless the case is about it. "standard", or that with rates by
/// prefix: `standard | +1907 0.09 | +44 0.02 min 0.10 | inbound 0.01 6/6`.
pub(super) fn rates(case: &Case) -> RateTable {
    let free = Rate::by_the_minute(Micros::ZERO);
    let mut table = RateTable::default();
    if case.rates.is_empty() {
        return RateTable {
            inbound_local: free,
            inbound_toll_free: free,
            inbound_sip: free,
            outbound: BTreeMap::new(),
            outbound_sip: free,
            recording: free,
        };
    }
    for clause in clauses(&case.rates) {
        if clause == ["standard"] {
            continue;
        }
        let mut rate = Rate::by_the_minute(amount(clause[1]));
        for words in clause[2..].chunks(2) {
            match words {
                ["min", n] => rate.minimum = amount(n),
                ["by", text] => {
                    let (first, next) = text.split_once('/').expect("first/next");
                    (rate.first_s, rate.next_s) = (count(first), count(next));
                }
                other => panic!("no clause of a rate: {other:?}"),
            }
        }
        if clause[0] == "inbound" {
            table.inbound_local = rate;
        } else {
            table
                .outbound
                .insert(clause[0].parse().expect("a prefix"), rate);
        }
    }
    table
}
