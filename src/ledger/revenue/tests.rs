use super::*;
use crate::id::RouteId;
use crate::id::{BuyerId, PublisherId};
use crate::ledger::Ledger;
use crate::ledger::facts::Conversion;
use crate::tag::Tags;
use crate::testing::{NOON_ISH, call_id, plan};
use proptest::prelude::*;

pub fn at(secs: i64) -> Timestamp {
    NOON_ISH.plus_secs(secs)
}

/// Dialed after two seconds by route 1 of buyer 1.
pub fn attempt(connected: Option<i64>, ended: Option<i64>) -> AttemptFacts {
    AttemptFacts {
        number: 1,
        route: RouteId(1),
        buyer: BuyerId(1),
        dialed_at: at(2),
        connected_at: connected.map(at),
        ended_at: ended.map(at),
    }
}

/// A call of publisher 1 that ended with its last attempt, if that has ended.
pub fn call(attempts: Vec<AttemptFacts>) -> CallFacts {
    CallFacts {
        call: call_id(1),
        campaign: plan(Vec::new()).campaign,
        publisher: Some(PublisherId(1)),
        tags: Tags::default(),
        arrived_at: at(0),
        ended_at: attempts.last().and_then(|a| a.ended_at),
        attempts,
        conversion: None,
    }
}

pub fn dollars(n: i64) -> Micros {
    Micros(n * 1_000_000)
}

fn rules(trigger: RevenueTrigger) -> BTreeMap<u32, RevenueRule> {
    let price = Price::Fixed(dollars(25));
    BTreeMap::from([1, 2].map(|attempt| (attempt, RevenueRule { trigger, price })))
}

fn said(trigger: RevenueTrigger, facts: &CallFacts, now: i64) -> String {
    let outcome = revenue(&rules(trigger), facts, at(now));
    match &outcome.lines[0].verdict {
        RevenueVerdict::Earned { reason, .. } => format!("earned: {reason}"),
        RevenueVerdict::Pending { reason } => format!("pending: {reason}"),
        RevenueVerdict::NotEarned { reason } => format!("not: {reason}"),
    }
}

#[test]
fn each_trigger_over_the_life_of_a_call() {
    use RevenueTrigger::{Connect, Conversion as Converts, Dial, Length};
    let long = |from| Length { from, secs: 90 };
    let converts = Converts { within_s: 3_600 };
    let ringing = call(vec![attempt(None, None)]);
    let unanswered = call(vec![attempt(None, Some(27))]);
    let talking = call(vec![attempt(Some(12), None)]);
    let short = call(vec![attempt(Some(12), Some(95))]);
    let full = call(vec![attempt(Some(12), Some(102))]);
    let table = [
        (Dial, &ringing, 3, "earned: Dialed: $25.00."),
        (Dial, &unanswered, 30, "earned: Dialed: $25.00."),
        (Connect, &ringing, 3, "pending: Not connected yet."),
        (Connect, &unanswered, 30, "not: Did not connect."),
        (Connect, &talking, 13, "earned: Connected: $25.00."),
        (
            long(TimerStart::Connect),
            &ringing,
            999,
            "pending: Needs 1:30 after connecting, and is not over.",
        ),
        (
            long(TimerStart::Connect),
            &unanswered,
            999,
            "not: Did not connect.",
        ),
        (
            long(TimerStart::Connect),
            &talking,
            101,
            "pending: Needs 1:30 after connecting, and is not over.",
        ),
        (
            long(TimerStart::Connect),
            &talking,
            102,
            "earned: Lasted 1:30 after connecting: $25.00.",
        ),
        (
            long(TimerStart::Connect),
            &short,
            999,
            "not: Lasted 1:23 after connecting; the rule asks for 1:30.",
        ),
        (
            long(TimerStart::Connect),
            &full,
            999,
            "earned: Lasted 1:30 after connecting: $25.00.",
        ),
        (
            long(TimerStart::Dial),
            &short,
            999,
            "earned: Lasted 1:30 after dialing: $25.00.",
        ),
        (
            long(TimerStart::Dial),
            &unanswered,
            999,
            "not: Did not connect.",
        ),
        (
            long(TimerStart::Incoming),
            &talking,
            89,
            "pending: Needs 1:30 after coming in, and is not over.",
        ),
        (
            long(TimerStart::Incoming),
            &talking,
            90,
            "earned: Lasted 1:30 after coming in: $25.00.",
        ),
        (
            long(TimerStart::Dial),
            &talking,
            91,
            "pending: Needs 1:30 after dialing, and is not over.",
        ),
        (
            long(TimerStart::Incoming),
            &unanswered,
            999,
            "not: Did not connect.",
        ),
        (
            converts,
            &talking,
            50,
            "pending: Waits for the buyer’s conversion.",
        ),
        (
            converts,
            &short,
            95 + 3_600,
            "pending: Waits for the buyer’s conversion.",
        ),
        (
            converts,
            &short,
            96 + 3_600,
            "not: No conversion was told in time.",
        ),
        (converts, &unanswered, 30, "not: Did not connect."),
    ];
    for (trigger, facts, now, expected) in table {
        assert_eq!(said(trigger, facts, now), expected, "{trigger:?} at {now}");
    }
}

fn converted(told: i64, reported: Option<Micros>) -> CallFacts {
    CallFacts {
        conversion: Some(Conversion {
            at: at(told),
            reported,
        }),
        ..call(vec![attempt(Some(12), Some(95))])
    }
}

#[test]
fn a_conversion_earns_what_it_reports_within_its_time() {
    let trigger = RevenueTrigger::Conversion { within_s: 3_600 };
    assert_eq!(
        said(trigger, &converted(3_000, None), 9_999),
        "earned: Converted: $25.00."
    );
    assert_eq!(
        said(trigger, &converted(3_696, None), 9_999),
        "not: The conversion was told too late."
    );
    let reported = RevenueRule {
        trigger,
        price: Price::Reported,
    };
    let rules = BTreeMap::from([(1, reported)]);
    let worth =
        |reported| revenue(&rules, &converted(3_000, reported), at(3_001)).entries[0].amount;
    assert_eq!(worth(Some(dollars(60))), dollars(60));
    assert_eq!(worth(Some(dollars(-60))), dollars(0));
    assert_eq!(worth(Some(Micros(i64::MAX))), PRICE_MAX);
    assert_eq!(worth(None), dollars(0));
}

#[test]
fn each_attempt_earns_for_its_own_buyer_and_a_conversion_for_the_last_that_connected() {
    let second = AttemptFacts {
        number: 2,
        buyer: BuyerId(2),
        dialed_at: at(20),
        ..attempt(Some(25), Some(80))
    };
    let facts = CallFacts {
        conversion: Some(Conversion {
            at: at(90),
            reported: None,
        }),
        ..call(vec![attempt(Some(12), Some(19)), second])
    };
    let connects = revenue(&rules(RevenueTrigger::Connect), &facts, at(99)).entries;
    assert_eq!(connects.len(), 2);
    assert_ne!(connects[0].key, connects[1].key);
    let converts = revenue(
        &rules(RevenueTrigger::Conversion { within_s: 3_600 }),
        &facts,
        at(99),
    );
    assert_eq!(converts.entries.len(), 1);
    assert_eq!(converts.entries[0].party, Party::Buyer(BuyerId(2)));
    assert!(!converts.open);
    let told_before = CallFacts {
        conversion: Some(Conversion {
            at: at(18),
            reported: None,
        }),
        ..facts
    };
    let converts = revenue(
        &rules(RevenueTrigger::Conversion { within_s: 3_600 }),
        &told_before,
        at(99),
    );
    assert_eq!(converts.entries[0].party, Party::Buyer(BuyerId(1)));
    assert_eq!(converts.entries.len(), 1);
}

#[test]
fn a_route_without_a_rule_earns_nothing() {
    let outcome = revenue(
        &BTreeMap::new(),
        &call(vec![attempt(Some(12), Some(95))]),
        at(99),
    );
    assert_eq!(outcome.entries, []);
    assert!(!outcome.open);
}

#[test]
fn a_rule_that_makes_no_sense_is_refused_at_its_field() {
    let field = |trigger, price| {
        RevenueRule { trigger, price }
            .check()
            .map_err(|e| e.0[0].field.clone())
    };
    let fixed = Price::Fixed(dollars(1));
    assert_eq!(field(RevenueTrigger::Dial, fixed), Ok(()));
    assert_eq!(
        field(
            RevenueTrigger::Conversion { within_s: 86_400 },
            Price::Reported
        ),
        Ok(())
    );
    assert_eq!(
        field(RevenueTrigger::Dial, Price::Reported),
        Err("price".to_owned())
    );
    assert_eq!(
        field(RevenueTrigger::Dial, Price::Fixed(dollars(-1))),
        Err("price".to_owned())
    );
    let length = RevenueTrigger::Length {
        from: TimerStart::Dial,
        secs: 0,
    };
    assert_eq!(field(length, fixed), Err("length_s".to_owned()));
    assert_eq!(
        field(RevenueTrigger::Conversion { within_s: 1 }, fixed),
        Err("within_s".to_owned())
    );
}

pub fn any_rule() -> impl Strategy<Value = RevenueRule> {
    let start = prop::sample::select(vec![
        TimerStart::Incoming,
        TimerStart::Dial,
        TimerStart::Connect,
    ]);
    let trigger = prop_oneof![
        Just(RevenueTrigger::Dial),
        Just(RevenueTrigger::Connect),
        (start, 1_u32..120).prop_map(|(from, secs)| RevenueTrigger::Length { from, secs }),
        Just(RevenueTrigger::Conversion { within_s: 3_600 }),
    ];
    (trigger, 0_i64..50).prop_map(|(trigger, price)| RevenueRule {
        trigger,
        price: Price::Fixed(dollars(price)),
    })
}

proptest! {
    /// What was earned at one moment of a call is what is earned ever after: looking often, late
    /// or twice makes the same ledger.
    #[test]
    fn when_a_call_is_looked_at_does_not_change_what_it_earns(
        rule in any_rule(),
        connected in prop::option::of(3_i64..30),
        length in 0_i64..150,
        told in prop::option::of(0_i64..8_000),
        looks in prop::collection::vec(0_i64..9_000, 1..6),
    ) {
        let rules = BTreeMap::from([(1, rule)]);
        let end = connected.unwrap_or(30) + length;
        let known = |now: i64| {
            let mut facts = call(vec![attempt(connected.filter(|c| *c <= now), (end <= now).then_some(end))]);
            facts.conversion = told
                .filter(|told| *told <= now)
                .map(|told| Conversion { at: at(told), reported: None });
            facts
        };
        let mut often = Ledger::default();
        let mut looks = looks;
        looks.sort_unstable();
        for now in looks.into_iter().chain([9_000, 9_000]) {
            for entry in revenue(&rules, &known(now), at(now)).entries {
                often.append(entry);
            }
        }
        let last = revenue(&rules, &known(9_000), at(9_000));
        prop_assert!(!last.open);
        prop_assert_eq!(often.totals(), Ledger::of(last.entries).totals());
    }
}
