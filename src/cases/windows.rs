//! Caps around the clock: midnight, the end of a month and the nights on which clocks change.
//!
//! A target is offered a call every ten minutes and takes all it may. How many that comes to in an
//! hour, a day or a month is known beforehand.

use std::collections::BTreeMap;

use super::words::{clock, moment};
use crate::caps::dollars::DollarCaps;
use crate::caps::{Caps, Claim, Usage};
use crate::draw::Draw;
use crate::id::TargetId;
use crate::money::Micros;
use crate::routing::{Clocks, Exclusions, UsageMap, decide};
use crate::testing::{plan, route};
use crate::time::Timestamp;

const OFFERED_EVERY_S: i64 = 600;

/// The calls taken on each local day, as `yyyymmdd`, between two moments.
fn taken(
    zone: &str,
    from: &str,
    to: &str,
    caps: Caps,
    daily_dollars: Option<i64>,
) -> BTreeMap<i64, u32> {
    let price = Micros(25_000_000);
    let mut only = route(1, 1, 1);
    only.target.zone = zone.to_owned();
    only.target.caps = caps;
    only.target.dollars = DollarCaps {
        daily: daily_dollars.map(|dollars| Micros(dollars * 1_000_000)),
        ..DollarCaps::default()
    };
    only.revenue = Some(crate::ledger::revenue::RevenueRule {
        trigger: crate::ledger::revenue::RevenueTrigger::Connect,
        price: crate::ledger::revenue::Price::Fixed(price),
    });
    let plan = plan(vec![only]);
    let target = &plan.routes[0].target;
    let (mut at, end) = (moment(from), moment(to));
    let mut usage = UsageMap::new();
    let mut taken: BTreeMap<i64, u32> = BTreeMap::new();
    while at < end {
        let local = clock(zone, at);
        let clocks = Clocks::from([(zone.to_owned(), local)]);
        let nobody = Exclusions::default();
        let draw = &mut Draw::from_seed(1);
        let decision = decide(&plan, None, &nobody, &usage, &clocks, draw);
        let day = taken.entry(local.windows().day).or_default();
        if let Some(chosen) = decision.chosen {
            let used: &mut Usage = usage.entry(TargetId(1)).or_default();
            let claim = Claim {
                target: target.id,
                caps: target.caps_at(&local),
                dollars: target.dollars,
                price,
                windows: chosen.windows,
            };
            assert!(!claim.is_refused(used), "claimed under what was decided");
            *used = used.claimed(&chosen.windows, price, at).line_released(at);
            *day += 1;
        }
        at = at.plus_secs(OFFERED_EVERY_S);
    }
    taken
}

fn hourly(limit: u32) -> Caps {
    Caps {
        hourly: Some(limit),
        ..Caps::default()
    }
}

fn daily(limit: u32) -> Caps {
    Caps {
        daily: Some(limit),
        ..Caps::default()
    }
}

#[test]
fn an_hourly_cap_counts_the_hours_a_day_really_has() {
    // Spring forward has 23 hours and fall back 25, in New York as in Berlin.
    for (zone, from, to, hours) in [
        (
            "America/New_York",
            "2026-03-07T00:00-05:00",
            "2026-03-10T00:00-04:00",
            [24, 23, 24],
        ),
        (
            "America/New_York",
            "2026-10-31T00:00-04:00",
            "2026-11-03T00:00-05:00",
            [24, 25, 24],
        ),
        (
            "Europe/Berlin",
            "2026-03-28T00:00+01:00",
            "2026-03-31T00:00+02:00",
            [24, 23, 24],
        ),
        (
            "Europe/Berlin",
            "2026-10-24T00:00+02:00",
            "2026-10-27T00:00+01:00",
            [24, 25, 24],
        ),
        (
            "Asia/Kolkata",
            "2026-03-28T00:00+05:30",
            "2026-03-31T00:00+05:30",
            [24, 24, 24],
        ),
    ] {
        for limit in [1, 2] {
            let found: Vec<u32> = taken(zone, from, to, hourly(limit), None)
                .into_values()
                .collect();
            let wanted: Vec<u32> = hours.iter().map(|hours| hours * limit).collect();
            assert_eq!(found, wanted, "{zone} {from}, {limit} an hour");
        }
    }
}

#[test]
fn a_daily_cap_begins_anew_at_local_midnight_and_only_there() {
    for (zone, from, to) in [
        (
            "America/New_York",
            "2026-03-07T00:00-05:00",
            "2026-03-10T00:00-04:00",
        ),
        (
            "America/New_York",
            "2026-10-31T00:00-04:00",
            "2026-11-03T00:00-05:00",
        ),
        (
            "Europe/Berlin",
            "2026-03-28T00:00+01:00",
            "2026-03-31T00:00+02:00",
        ),
        (
            "Europe/Berlin",
            "2026-10-24T00:00+02:00",
            "2026-10-27T00:00+01:00",
        ),
        (
            "Asia/Kolkata",
            "2026-12-30T00:00+05:30",
            "2027-01-02T00:00+05:30",
        ),
    ] {
        let in_calls = taken(zone, from, to, daily(7), None);
        assert!(in_calls.values().all(|n| *n == 7), "{zone}: {in_calls:?}");
        assert_eq!(in_calls.len(), 3);
        // Eight whole prices of $25 fit below $210.
        let in_money = taken(zone, from, to, Caps::default(), Some(210));
        assert!(in_money.values().all(|n| *n == 8), "{zone}: {in_money:?}");
    }
}

#[test]
fn a_monthly_cap_begins_anew_with_the_local_month() {
    let caps = Caps {
        monthly: Some(5),
        ..Caps::default()
    };
    for (zone, from, to, firsts) in [
        (
            "America/New_York",
            "2028-02-28T22:00-05:00",
            "2028-03-02T00:00-05:00",
            // A leap year: the 29th is still February.
            vec![(20_280_228, 5), (20_280_229, 0), (20_280_301, 5)],
        ),
        (
            "Europe/Berlin",
            "2026-12-31T12:00+01:00",
            "2027-01-02T00:00+01:00",
            vec![(20_261_231, 5), (20_270_101, 5)],
        ),
        (
            // November begins two hours before its clocks change.
            "America/New_York",
            "2026-10-31T12:00-04:00",
            "2026-11-02T00:00-05:00",
            vec![(20_261_031, 5), (20_261_101, 5)],
        ),
    ] {
        let found: Vec<(i64, u32)> = taken(zone, from, to, caps, None).into_iter().collect();
        assert_eq!(found, firsts, "{zone} {from}");
    }
}

#[test]
fn an_all_time_cap_never_begins_anew() {
    let caps = Caps {
        total: Some(9),
        hourly: Some(1),
        ..Caps::default()
    };
    let found = taken(
        "UTC",
        "2026-12-30T00:00+00:00",
        "2027-01-03T00:00+00:00",
        caps,
        None,
    );
    assert_eq!(found.into_values().collect::<Vec<_>>(), [9, 0, 0, 0]);
}

#[test]
fn the_suite_knows_when_clocks_change() {
    let offset = |zone: &str, at: &str| super::words::offset_s(zone, moment(at)) / 3_600;
    for (zone, before, after, offsets) in [
        (
            "America/New_York",
            "2026-03-08T06:59:59+00:00",
            "2026-03-08T07:00+00:00",
            (-5, -4),
        ),
        (
            "America/New_York",
            "2026-11-01T05:59:59+00:00",
            "2026-11-01T06:00+00:00",
            (-4, -5),
        ),
        (
            "America/Los_Angeles",
            "2027-03-14T09:59:59+00:00",
            "2027-03-14T10:00+00:00",
            (-8, -7),
        ),
        (
            "Europe/Berlin",
            "2026-03-29T00:59:59+00:00",
            "2026-03-29T01:00+00:00",
            (1, 2),
        ),
        (
            "Europe/Berlin",
            "2026-10-25T00:59:59+00:00",
            "2026-10-25T01:00+00:00",
            (2, 1),
        ),
    ] {
        assert_eq!(
            (offset(zone, before), offset(zone, after)),
            offsets,
            "{zone} {before}"
        );
    }
    assert_eq!(
        moment("1970-01-02T00:00+00:00"),
        Timestamp::from_secs(86_400)
    );
    assert_eq!(moment(&super::noon()), crate::testing::NOON_ISH);
}
