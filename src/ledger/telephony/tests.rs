//! What legs cost, by tables and by properties.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::ledger::Ledger;
use crate::testing::{NOON_ISH, number};

fn leg(name: LegName, kind: LegKind, secs: u32) -> Leg {
    Leg {
        name,
        kind,
        secs: Some(secs),
    }
}

fn to(text: &str) -> LegKind {
    LegKind::Outbound(text.parse().expect("a number"))
}

/// A call of 4:06 to a toll-free number that rang one target in vain and talked to a second.
fn a_call() -> Vec<Leg> {
    vec![
        leg(LegName::Caller, LegKind::InboundTollFree, 246),
        leg(LegName::Attempt(1), LegKind::Outbound(number(1)), 0),
        leg(LegName::Attempt(2), LegKind::OutboundSip, 220),
        leg(
            LegName::Recording("RE01".to_owned()),
            LegKind::Recording,
            220,
        ),
    ]
}

#[test]
fn a_call_costs_the_sum_of_its_legs() {
    let outcome = telephony(&RateTable::default(), &a_call(), NOON_ISH);
    let mut text = String::new();
    for line in &outcome.lines {
        let _ = writeln!(text, "{:<15} {}", line.name.to_string(), line.reason);
    }
    insta::assert_snapshot!(text);
    // 5 × 0.0220 + 4 × 0.0040 + 4 × 0.0025
    let ledger = Ledger::of(outcome.entries);
    assert_eq!(ledger.totals().cost, Micros(136_000));
    assert_eq!(ledger.parties(crate::ledger::entry::Side::Cost).len(), 1);
}

#[test]
fn increments_and_the_minimum_are_those_of_the_rate() {
    let six = Rate {
        per_minute: Micros(10_000),
        first_s: 30,
        next_s: 6,
        minimum: Micros(6_000),
    };
    let table = [
        (0, 0, 0),
        (1, 30, 6_000),
        (30, 30, 6_000),
        (31, 36, 6_000),
        (36, 36, 6_000),
        (37, 42, 7_000),
        (u32::MAX, u32::MAX, 715_827_882_500),
    ];
    for (secs, billed, cost) in table {
        assert_eq!(
            (six.billed_s(secs), six.charge(secs)),
            (billed, Micros(cost)),
            "{secs}"
        );
    }
    // 8,500 / 60 is 141.67 micros a second: two seconds are 283.33, rounded once.
    let by_second = Rate {
        first_s: 1,
        next_s: 1,
        ..Rate::by_the_minute(Micros(8_500))
    };
    assert_eq!(by_second.charge(2), Micros(283));
    assert_eq!(by_second.charge(3), Micros(425));
}

#[test]
fn the_longest_prefix_that_fits_counts() {
    let mut table = RateTable::default();
    let mut add = |prefix: &str, micros: i64| {
        let prefix = prefix.parse().expect("a prefix");
        table
            .outbound
            .insert(prefix, Rate::by_the_minute(Micros(micros)));
    };
    add("+1907", 90_000);
    add("+190755", 70_000);
    add("+19075550100", 1);
    let rate = |number: &str| table.rate(&to(number)).map(|rate| rate.per_minute.0);
    assert_eq!(rate("+12145550187"), Some(14_000));
    assert_eq!(rate("+19072220187"), Some(90_000));
    assert_eq!(rate("+19075550187"), Some(70_000));
    assert_eq!(rate("+19075550100"), Some(1));
    assert_eq!(rate("+442071234567"), None);
}

#[test]
fn what_is_not_over_or_has_no_rate_is_said_and_not_entered() {
    let legs = [
        Leg {
            name: LegName::Caller,
            kind: LegKind::InboundLocal,
            secs: None,
        },
        leg(LegName::Fallback, to("+442071234567"), 5),
    ];
    let outcome = telephony(&RateTable::default(), &legs, NOON_ISH);
    assert!(outcome.open && outcome.entries.is_empty());
    let said: Vec<(Charge, &str)> = outcome
        .lines
        .iter()
        .map(|line| (line.charge, line.reason.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Charge::Pending, "Incoming call: not over yet."),
            (
                Charge::NoRate,
                "Call to +44 2071234567: the rate table has no rate for it."
            ),
        ]
    );
}

#[test]
fn kinds_follow_from_the_numbers() {
    let number = |text: &str| text.parse::<E164>().expect("a number");
    let inbound = |text: &str| LegKind::inbound(Some(&number(text)));
    assert_eq!(inbound("+18005550126"), LegKind::InboundTollFree);
    assert_eq!(inbound("+18335550126"), LegKind::InboundTollFree);
    assert_eq!(inbound("+12145550126"), LegKind::InboundLocal);
    assert_eq!(inbound("+448005551234"), LegKind::InboundLocal);
    assert_eq!(LegKind::inbound(None), LegKind::InboundSip);
}

#[test]
fn a_table_is_checked_at_its_fields_and_survives_json() {
    let table = RateTable::default();
    assert_eq!(table.check(), Ok(()));
    let json = serde_json::to_string(&table).expect("json");
    assert_eq!(serde_json::from_str::<RateTable>(&json).ok(), Some(table));
    assert!(
        serde_json::from_str::<RateTable>(&json.replace("\"+1\"", "\"1\"")).is_err(),
        "a prefix without its plus sign"
    );

    let mut broken = RateTable::default();
    broken.recording.next_s = 0;
    broken.inbound_sip.minimum = Micros(-1);
    for rate in broken.outbound.values_mut() {
        rate.per_minute = Micros(RATE_MAX_PLUS);
    }
    let errors = broken.check().expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "inbound_sip.minimum",
            "recording.next_s",
            "outbound[+1].per_minute"
        ]
    );
}

const RATE_MAX_PLUS: i64 = rate::RATE_MAX.0 + 1;

#[test]
fn prices_are_shown_with_all_their_digits() {
    for (micros, text) in [
        (8_500, "$0.0085"),
        (22_000, "$0.022"),
        (1_000_000, "$1.00"),
        (1, "$0.000001"),
        (-4_000, "\u{2212}$0.004"),
    ] {
        assert_eq!(Micros(micros).exact(), text);
    }
}

fn any_rate() -> impl Strategy<Value = Rate> {
    (0_i64..5_000_000, 1_u32..200, 1_u32..200, 0_i64..50_000).prop_map(
        |(per_minute, first_s, next_s, minimum)| Rate {
            per_minute: Micros(per_minute),
            first_s,
            next_s,
            minimum: Micros(minimum),
        },
    )
}

proptest! {
    #[test]
    fn a_longer_leg_never_costs_less_and_no_second_is_free(rate in any_rate(), secs in 1_u32..20_000, more in 0_u32..500) {
        prop_assert!(rate.billed_s(secs) >= secs);
        prop_assert!(rate.billed_s(secs) < secs.max(rate.first_s) + rate.next_s);
        prop_assert!(rate.charge(secs + more) >= rate.charge(secs));
        prop_assert!(rate.charge(secs) >= rate.minimum);
        // Within half a micro of the exact price.
        let bare = Rate { minimum: Micros::ZERO, ..rate };
        let exact = i128::from(rate.per_minute.0) * i128::from(rate.billed_s(secs));
        let off = i128::from(bare.charge(secs).0) * 60 - exact;
        prop_assert!((-29..=30).contains(&off), "half a micro is rounded up");
    }

    #[test]
    fn legs_told_in_any_order_and_again_cost_the_same(
        secs in prop::collection::vec(0_u32..900, 1..6),
        looks in prop::collection::vec(any::<prop::sample::Index>(), 1..12),
    ) {
        let legs: Vec<Leg> = secs
            .iter()
            .zip(1..)
            .map(|(secs, n)| leg(LegName::Attempt(n), LegKind::Outbound(number(u64::from(n))), *secs))
            .collect();
        let table = RateTable::default();
        let mut ledger = Ledger::default();
        for (when, look) in looks.iter().enumerate() {
            // Some legs were not over when the call was looked at.
            let over = look.index(legs.len()) + 1;
            let seen: Vec<Leg> = legs
                .iter()
                .enumerate()
                .map(|(i, leg)| Leg { secs: leg.secs.filter(|_| i < over), ..leg.clone() })
                .collect();
            let now = NOON_ISH.plus_secs(i64::try_from(when).expect("small"));
            for entry in telephony(&table, &seen, now).entries {
                prop_assert_ne!(ledger.append(entry), crate::ledger::Appended::Refused);
            }
        }
        for entry in telephony(&table, &legs, NOON_ISH).entries {
            ledger.append(entry);
        }
        let minutes: i64 = secs.iter().map(|s| i64::from(s.div_ceil(60))).sum();
        prop_assert_eq!(ledger.totals().cost, Micros(minutes * 14_000));
    }
}
