//! Generators of what a target asks beyond its week and its caps: filters, matrices, caps in money
//! and holidays, with tags and usage near their limits.

use proptest::prelude::*;

use crate::caps::dollars::{DollarCaps, Spent};
use crate::caps::matrix::{Block, Matrices, WeekMatrix};
use crate::ledger::facts::TimerStart;
use crate::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use crate::money::Micros;
use crate::schedule::date::LocalDate;
use crate::schedule::holiday::{Holiday, When};
use crate::schedule::{DayHours, Span};
use crate::tag::Tags;
use crate::tag::filter::{Filter, Group, Rule, Test};
use crate::time::{LocalMoment, Timestamp};

const STATES: [&str; 3] = ["TX", "OK", "FL"];

/// Filters by state and age, of up to two groups.
pub fn any_filter() -> impl Strategy<Value = Filter> {
    let by_state =
        (any::<bool>(), prop::sample::select(&STATES[..])).prop_map(|(not, state)| Rule {
            tag: "geo:state".parse().expect("a tag"),
            not,
            test: Test::Equals(state.to_owned()),
        });
    let by_age = (any::<bool>(), 20_u32..24).prop_map(|(not, age)| Rule {
        tag: "user:age".parse().expect("a tag"),
        not,
        test: Test::Greater(age.to_string().parse().expect("a number")),
    });
    let rule = prop_oneof![by_state, by_age];
    let group = prop::collection::vec(rule, 1..3).prop_map(|rules| Group { rules });
    prop_oneof![
        2 => Just(Filter::default()),
        3 => prop::collection::vec(group, 1..3).prop_map(|groups| Filter { groups }),
    ]
}

/// Tags that [`any_filter`] asks for; each may be missing.
pub fn any_tags() -> impl Strategy<Value = Tags> {
    let state = prop::option::of(prop::sample::select(vec!["TX", "ok", "Fl", "NV"]));
    (state, prop::option::of(19_u32..26)).prop_map(|(state, age)| {
        let mut tags = Tags::default();
        tags.set("geo", "state", state.unwrap_or_default());
        tags.set(
            "user",
            "age",
            &age.map(|a| a.to_string()).unwrap_or_default(),
        );
        tags
    })
}

/// Matrices with limits that are small enough to be reached.
pub fn any_matrices() -> impl Strategy<Value = Matrices> {
    let block = || (any::<[bool; 7]>(), 0_u8..24, 1_u8..24, 0_u32..4);
    let matrix = || {
        prop::collection::vec(block(), 0..3).prop_map(|blocks| {
            let mut matrix = WeekMatrix::default();
            for (days, from, length, limit) in blocks {
                let to = from.saturating_add(length).min(24);
                let filled = matrix.fill(&Block { days, from, to }, Some(limit));
                filled.expect("hours that make sense");
            }
            matrix
        })
    };
    (matrix(), matrix()).prop_map(|(concurrent, volume)| Matrices { concurrent, volume })
}

/// Caps in money that are small enough to be reached.
pub fn any_dollar_caps() -> impl Strategy<Value = DollarCaps> {
    prop::array::uniform4(prop::option::weighted(0.3, 0_i64..100)).prop_map(|limits| {
        let [hourly, daily, monthly, total] = limits.map(|limit| limit.map(Micros));
        DollarCaps {
            hourly,
            daily,
            monthly,
            total,
        }
    })
}

/// Money near the limits of [`any_dollar_caps`], in whatever windows are beside it.
pub fn any_spent() -> impl Strategy<Value = Spent> {
    prop::array::uniform4(0_i64..100).prop_map(|spent| {
        let [hour, day, month, total] = spent.map(Micros);
        Spent {
            hour,
            day,
            month,
            total,
            ..Spent::default()
        }
    })
}

/// Single days around a moment, some with hours of their own that may run past midnight.
pub fn any_holidays(around: Timestamp) -> impl Strategy<Value = Vec<Holiday>> {
    let hours = prop::option::of((0_u16..1_400, 30_u16..700)).prop_map(|hours| {
        hours.map(|(from, length)| DayHours {
            open: Span {
                from,
                to: from + length,
            },
            breaks: Vec::new(),
        })
    });
    let day = (-3_i64..4, hours).prop_map(move |(days, hours)| Holiday {
        name: "A day off".to_owned(),
        when: When::Once(LocalDate::of(&LocalMoment::new(
            around.plus_secs(days * 86_400),
            0,
        ))),
        hours,
    });
    prop::collection::vec(day, 0..4)
}

/// What a call may be worth, by each trigger, for a price below 100 micros.
pub fn any_revenue() -> impl Strategy<Value = Option<RevenueRule>> {
    let start = prop::sample::select(vec![
        TimerStart::Incoming,
        TimerStart::Dial,
        TimerStart::Connect,
    ]);
    let trigger = prop_oneof![
        Just(RevenueTrigger::Dial),
        Just(RevenueTrigger::Connect),
        (start, 1_u32..200).prop_map(|(from, secs)| RevenueTrigger::Length { from, secs }),
        (3_600_u32..7_200).prop_map(|within_s| RevenueTrigger::Conversion { within_s }),
    ];
    let rule = (trigger, 0_i64..60).prop_map(|(trigger, price)| RevenueRule {
        trigger,
        price: match trigger {
            RevenueTrigger::Conversion { .. } if price < 30 => Price::Reported,
            _ => Price::Fixed(Micros(price)),
        },
    });
    prop::option::weighted(0.8, rule)
}
