//! Generators: plans, usage and events, sensible and not.

mod terms;

use proptest::prelude::*;

use super::{ZONE, number, plan, recording, route, target, windows};
use crate::call::event::{CarrierLeg, CarrierRecord, DialResult, Event, LegNews, LegStatus};
use crate::call::recording::RecordingKind;
use crate::campaign::{Distribution, Fallback};
use crate::caps::{Caps, Usage};
use crate::id::{TargetGroupId, TargetId};
use crate::plan::{Route, RoutingPlan};
use crate::routing::{Decision, Exclusions, UsageMap};
use crate::schedule::{DayHours, Hours, Span};
use crate::target::Target;
use crate::target::group::{Member, RingOrder, TargetGroup};
use crate::time::{Timestamp, Windows};

pub use terms::{
    any_dollar_caps, any_filter, any_holidays, any_matrices, any_revenue, any_spent, any_tags,
};

/// Caps that are small enough to be reached.
pub fn any_caps() -> impl Strategy<Value = Caps> {
    prop::array::uniform5(prop::option::weighted(0.4, 0_u32..5)).prop_map(
        |[concurrent, hourly, daily, monthly, total]| Caps {
            concurrent,
            hourly,
            daily,
            monthly,
            total,
        },
    )
}

/// Around the clock, or weekly hours that make sense: each day closed or one opening, some with a
/// break, some past midnight.
pub fn any_hours() -> impl Strategy<Value = Hours> {
    let day =
        prop::option::weighted(0.8, (0_u16..1_000, 60_u16..700, any::<bool>())).prop_map(|day| {
            day.map(|(from, length, pauses)| DayHours {
                open: Span {
                    from,
                    to: from + length,
                },
                breaks: if pauses {
                    vec![Span {
                        from: from + length / 3,
                        to: from + length / 2,
                    }]
                } else {
                    Vec::new()
                },
            })
        });
    prop_oneof![
        1 => Just(Hours::Always),
        3 => prop::array::uniform7(day).prop_map(|days| Hours::weekly(days).unwrap_or_default()),
    ]
}

/// Usage near the limits of [`any_caps`], in the windows of a moment or in older ones.
pub fn any_usage(at: Timestamp) -> impl Strategy<Value = Usage> {
    (
        prop::array::uniform5(0_u32..5),
        any::<[bool; 3]>(),
        prop::option::of(0_i64..100),
    )
        .prop_map(move |([live, hour, day, month, total], current, claimed)| {
            let now = windows(at);
            let windows = Windows {
                hour: if current[0] {
                    now.hour
                } else {
                    now.hour - 3_600
                },
                day: if current[1] { now.day } else { now.day - 1 },
                month: if current[2] { now.month } else { now.month - 1 },
            };
            Usage {
                live,
                windows,
                hour,
                day,
                month,
                total,
                last_claimed_at: claimed.map(Timestamp),
                ..Usage::default()
            }
        })
}

/// Plans of up to eight routes to targets with ids from 1, with every reason to refuse one.
pub fn any_plan() -> impl Strategy<Value = RoutingPlan> {
    let one = (
        1_u32..4,
        1_u32..20,
        prop::array::uniform3(prop::bool::weighted(0.85)),
        any_caps(),
        any_hours(),
        any::<bool>(),
    );
    let fallback = prop_oneof![
        Just(Fallback::Number(number(9_999))),
        Just(Fallback::Voicemail {
            greeting: "Leave a message.".to_owned()
        }),
        Just(Fallback::default()),
        Just(Fallback::HangUp),
    ];
    (
        prop::collection::vec(one, 0..8),
        any::<bool>(),
        1_u32..5,
        fallback,
    )
        .prop_map(|(routes, by_turn, attempts_max, fallback)| {
            let routes = routes.into_iter().zip(1_i64..).map(
                |((priority, weight, [on, active, buyer_active], caps, hours, whispers), id)| {
                    let whisper = whispers.then(|| "A call about a roof.".to_owned());
                    Route {
                        on,
                        target: Target {
                            active,
                            buyer_active,
                            caps,
                            hours,
                            whisper,
                            recording_blocked: id % 3 == 0,
                            ..target(id)
                        },
                        ..route(id, priority, weight)
                    }
                },
            );
            RoutingPlan {
                distribution: if by_turn {
                    Distribution::RoundRobin
                } else {
                    Distribution::Weight
                },
                attempts_max,
                fallback,
                ..plan(routes.collect())
            }
        })
}

/// Plans of [`any_plan`] in which some neighbours are a group.
pub fn any_grouped_plan() -> impl Strategy<Value = RoutingPlan> {
    let group = (1_usize..5, any::<bool>(), any_caps(), any_hours());
    (any_plan(), prop::collection::vec(group, 8)).prop_map(|(mut plan, groups)| {
        let mut at = 0;
        for ((size, at_once, caps, hours), id) in groups.into_iter().zip(1_i64..) {
            let end = (at + size).min(plan.routes.len());
            if size > 1 && end > at {
                let first = plan.routes[at].clone();
                for route in &mut plan.routes[at..end] {
                    *route = Route {
                        group: Some(TargetGroupId(id)),
                        target: route.target.clone(),
                        ..first.clone()
                    };
                }
                let members = plan.routes[at..end].iter().zip(0_u32..);
                let members = members.map(|(route, n)| Member {
                    target: route.target.id,
                    priority: 1 + n % 2,
                    weight: 1,
                });
                let group = TargetGroup {
                    id: TargetGroupId(id),
                    name: format!("Group {id}"),
                    active: id % 7 != 0,
                    order: if at_once {
                        RingOrder::AllAtOnce
                    } else {
                        RingOrder::InTurn
                    },
                    auction: None,
                    ring_timeout_s: 20,
                    zone: ZONE.to_owned(),
                    hours,
                    holidays: Vec::new(),
                    caps,
                    members: members.collect(),
                };
                plan.groups.insert(group.id, group);
            }
            at = end;
        }
        plan
    })
}

/// Usage for some of the targets of [`any_plan`].
pub fn any_usage_map(at: Timestamp) -> impl Strategy<Value = UsageMap> {
    prop::collection::btree_map((1_i64..9).prop_map(TargetId), any_usage(at), 0..8)
        .prop_map(|targets| targets.into_iter().collect())
}

/// Exclusions among the targets of [`any_plan`].
pub fn any_exclusions() -> impl Strategy<Value = Exclusions> {
    let ids = || prop::collection::vec((1_i64..9).prop_map(TargetId), 0..3);
    (ids(), ids()).prop_map(|(tried, lost)| Exclusions {
        tried,
        lost,
        ..Exclusions::default()
    })
}

/// How a leg can stand.
pub fn any_status() -> impl Strategy<Value = LegStatus> {
    use LegStatus as S;
    prop::sample::select(vec![
        S::Initiated,
        S::Ringing,
        S::InProgress,
        S::Completed,
        S::Busy,
        S::NoAnswer,
        S::Failed,
        S::Canceled,
    ])
}

/// Anything a carrier could tell about a call, whether it makes sense or not, and answers to
/// questions nobody asked.
pub fn any_event() -> impl Strategy<Value = Event> {
    let seconds = || prop::option::of(0_u32..300);
    let result = || {
        (
            any_status(),
            any::<Option<bool>>(),
            seconds(),
            any::<bool>(),
        )
            .prop_map(|(status, bridged, duration_s, caller_gone)| DialResult {
                status,
                bridged,
                duration_s,
                leg_sid: None,
                caller_gone,
            })
    };
    let leg = || {
        (1_u32..5, any_status(), 0_u32..300).prop_map(|(n, status, duration_s)| CarrierLeg {
            sid: format!("CA-leg-{n}"),
            status,
            duration_s,
        })
    };
    let news = (0_u32..5, any_status(), 0_u32..6, seconds()).prop_map(
        |(attempt, status, sequence, duration_s)| LegNews {
            attempt,
            status,
            sequence,
            leg_sid: Some(format!("CA-leg-{attempt}")),
            duration_s,
        },
    );
    let record = (
        prop::option::of(leg()),
        prop::collection::vec(leg(), 0..4),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(call, legs, message, recordings_pending)| CarrierRecord {
            call,
            legs,
            recordings: message
                .then(|| recording(RecordingKind::Message, 9))
                .into_iter()
                .collect(),
            recordings_pending,
        });
    let nobody = Decision {
        asks: None,
        plan_version: 0,
        chosen: None,
        candidates: Vec::new(),
    };
    prop_oneof![
        6 => (0_u32..5, result()).prop_map(|(attempt, result)| Event::DialEnded { attempt, result }),
        6 => news.prop_map(Event::LegChanged),
        2 => result().prop_map(Event::FallbackDialEnded),
        2 => (0_u32..60, any::<bool>()).prop_map(|(duration_s, caller_gone)| Event::VoicemailLeft { duration_s, caller_gone }),
        2 => (any_status(), seconds()).prop_map(|(status, duration_s)| Event::CallEnded { status, duration_s }),
        1 => (0_u32..60).prop_map(|duration_s| Event::RecordingReady(recording(RecordingKind::Conversation, duration_s))),
        1 => (0_u32..60).prop_map(|duration_s| Event::RecordingReady(recording(RecordingKind::Message, duration_s))),
        2 => record.prop_map(Event::CarrierSaid),
        1 => Just(Event::CarrierSilent),
        1 => Just(Event::Claimed),
        1 => Just(Event::ClaimLost { lost: Vec::new() }),
        1 => Just(Event::Decided { decision: nobody, chosen: None, auctions: Vec::new() }),
    ]
}
