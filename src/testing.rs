//! Builders and generators for tests, here and in other crates, and the smallest shell that can
//! carry out a call's effects: usage in a map, no store, no waiting.

use proptest::prelude::*;
use uuid::Uuid;

use crate::call::effect::Effect;
use crate::call::event::{
    Arrival, CarrierLeg, CarrierRecord, DialResult, Event, LegNews, LegStatus,
};
use crate::call::machine::CallMachine;
use crate::call::session::ChosenRoute;
use crate::call::timeline::Entry;
use crate::campaign::{Distribution, Fallback, RecordingMode};
use crate::caps::{Caps, Usage};
use crate::draw::Draw;
use crate::id::{BuyerId, CallId, CampaignId, RouteId, TargetId};
use crate::phone::{Caller, E164};
use crate::plan::{Route, RoutingPlan};
use crate::routing::{Clocks, Decision, Exclusions, UsageMap, decide};
use crate::schedule::{DayHours, Hours, Span};
use crate::tag::Tags;
use crate::target::{CallerIdPolicy, Destination, Target};
use crate::time::{LocalMoment, Timestamp, Windows};
use crate::voice::verb::Verb;

/// The zone of built targets.
pub const ZONE: &str = "America/New_York";

/// 2026-11-19 14:37:05 in New York, a Thursday.
pub const NOON_ISH: Timestamp = Timestamp(1_795_117_025_000_000);

/// A number of the North American plan that differs with `n`.
///
/// # Panics
/// Never: what it writes is a number.
#[must_use]
pub fn number(n: u64) -> E164 {
    format!("+1214555{:04}", n % 10_000)
        .parse()
        .expect("a number of the plan")
}

/// An open target without caps.
#[must_use]
pub fn target(id: i64) -> Target {
    Target {
        id: TargetId(id),
        buyer: BuyerId(1),
        buyer_name: "Dry Right".to_owned(),
        buyer_active: true,
        name: format!("Target {id}"),
        active: true,
        destination: Destination::Number(number(id.unsigned_abs())),
        ring_timeout_s: 25,
        caller_id: CallerIdPolicy::PassThrough,
        whisper: None,
        zone: ZONE.to_owned(),
        hours: Hours::Always,
        caps: Caps::default(),
    }
}

/// A route to [`target`] of the same id.
#[must_use]
pub fn route(id: i64, priority: u32, weight: u32) -> Route {
    Route {
        id: RouteId(id),
        priority,
        weight,
        on: true,
        target: target(id),
    }
}

/// An active plan by weight: three attempts, then voicemail.
#[must_use]
pub fn plan(routes: Vec<Route>) -> RoutingPlan {
    RoutingPlan {
        campaign: CampaignId(Uuid::from_u128(0xCA)),
        campaign_name: "Roof leaks".to_owned(),
        active: true,
        version: 7,
        distribution: Distribution::Weight,
        attempts_max: 3,
        recording: RecordingMode::FromAnswerDual,
        fallback: Fallback::Voicemail {
            greeting: "Please leave a message.".to_owned(),
        },
        routes,
    }
}

/// A call from a number.
#[must_use]
pub fn arrival() -> Arrival {
    Arrival {
        carrier_sid: "CA01".to_owned(),
        from: Caller::from_carrier("+12145550187"),
        to: "+12145550100".to_owned(),
        tags: Tags::default(),
    }
}

/// The call that tests follow.
#[must_use]
pub fn call_id(n: u128) -> CallId {
    CallId(Uuid::from_u128(n))
}

/// New York's winter clock, for targets of [`ZONE`].
#[must_use]
pub fn clocks(at: Timestamp) -> Clocks {
    Clocks::from([(ZONE.to_owned(), LocalMoment::new(at, -5 * 3_600))])
}

/// The windows of [`ZONE`] at a moment.
#[must_use]
pub fn windows(at: Timestamp) -> Windows {
    LocalMoment::new(at, -5 * 3_600).windows()
}

/// The same hours on each weekday, none at the weekend.
///
/// # Panics
/// If they make no sense.
#[must_use]
pub fn weekdays(from: u16, to: u16) -> Hours {
    let day = || {
        Some(DayHours {
            open: Span { from, to },
            breaks: Vec::new(),
        })
    };
    Hours::weekly([day(), day(), day(), day(), day(), None, None]).expect("hours that make sense")
}

/// What carrying out the effects of one event came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// What the carrier is answered; none if the event has no answer of its own.
    pub reply: Option<Vec<Verb>>,
    /// The call wants the carrier to be asked.
    pub asked: bool,
    pub decisions: Vec<Made>,
    pub claims: Vec<(TargetId, Windows)>,
    pub claims_lost: Vec<TargetId>,
    pub released: Vec<TargetId>,
    pub uncounted: Vec<(TargetId, Windows)>,
    pub entries: Vec<Entry>,
}

/// A decision with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub exclusions: Exclusions,
    pub salt: u64,
    /// As it was when the decision was made.
    pub usage: UsageMap,
    pub decision: Decision,
}

/// What a call's effects work on.
#[derive(Debug)]
pub struct Shell<'a> {
    pub call: CallId,
    pub plan: Option<&'a RoutingPlan>,
    pub usage: &'a mut UsageMap,
    pub clocks: &'a Clocks,
    pub now: Timestamp,
}

impl Shell<'_> {
    /// Carries out effects until there are none, as a server does. `between` runs between a
    /// decision and its claim: whatever other calls do in that moment.
    pub fn drain(
        &mut self,
        machine: &mut CallMachine,
        mut between: impl FnMut(TargetId, &mut UsageMap),
    ) -> Deeds {
        let mut deeds = Deeds::default();
        while let Some(effect) = machine.poll_effect() {
            let answer = match effect {
                Effect::Choose { exclusions, salt } => {
                    Some(self.choose(machine, exclusions, salt, &mut deeds))
                }
                Effect::Claim { target, windows } => {
                    between(target, self.usage);
                    Some(self.claim(target, windows, &mut deeds))
                }
                Effect::ReleaseLine { target } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.line_released();
                    deeds.released.push(target);
                    None
                }
                Effect::Uncount { target, windows } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.uncounted(&windows);
                    deeds.uncounted.push((target, windows));
                    None
                }
                Effect::Reply(verbs) => {
                    deeds.reply = Some(verbs);
                    None
                }
                Effect::AskCarrier => {
                    deeds.asked = true;
                    None
                }
            };
            if let Some(event) = answer {
                let taken = machine.handle_event(event, self.now);
                debug_assert_eq!(
                    taken,
                    Ok(()),
                    "a machine takes the answer to its own question"
                );
            }
        }
        deeds.entries = machine.take_entries();
        deeds
    }

    fn choose(
        &self,
        machine: &CallMachine,
        exclusions: Exclusions,
        salt: u64,
        deeds: &mut Deeds,
    ) -> Event {
        let Some(plan) = self.plan else {
            let decision = Decision {
                plan_version: 0,
                chosen: None,
                candidates: Vec::new(),
            };
            return Event::Decided {
                decision,
                chosen: None,
            };
        };
        let decision = decide(
            plan,
            &exclusions,
            self.usage,
            self.clocks,
            &mut Draw::for_call(self.call, salt),
        );
        let usage = plan
            .routes
            .iter()
            .map(|r| {
                (
                    r.target.id,
                    self.usage.get(&r.target.id).copied().unwrap_or_default(),
                )
            })
            .collect();
        deeds.decisions.push(Made {
            exclusions,
            salt,
            usage,
            decision: decision.clone(),
        });
        let chosen = ChosenRoute::of(plan, &decision, &machine.session().to);
        Event::Decided { decision, chosen }
    }

    fn claim(&mut self, target: TargetId, windows: Windows, deeds: &mut Deeds) -> Event {
        let caps = self
            .plan
            .iter()
            .flat_map(|p| &p.routes)
            .find(|r| r.target.id == target)
            .map(|r| r.target.caps);
        let used = self.usage.entry(target).or_default();
        if caps.is_some_and(|caps| caps.reached(used, &windows).is_none()) {
            *used = used.claimed(&windows, self.now);
            deeds.claims.push((target, windows));
            Event::Claimed
        } else {
            deeds.claims_lost.push(target);
            Event::ClaimLost
        }
    }
}

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

/// Usage for some of the targets of [`any_plan`].
pub fn any_usage_map(at: Timestamp) -> impl Strategy<Value = UsageMap> {
    prop::collection::btree_map((1_i64..9).prop_map(TargetId), any_usage(at), 0..8)
}

/// Exclusions among the targets of [`any_plan`].
pub fn any_exclusions() -> impl Strategy<Value = Exclusions> {
    let ids = || prop::collection::vec((1_i64..9).prop_map(TargetId), 0..3);
    (ids(), ids()).prop_map(|(tried, lost)| Exclusions { tried, lost })
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
    let record = (prop::option::of(leg()), prop::collection::vec(leg(), 0..4))
        .prop_map(|(call, legs)| CarrierRecord { call, legs });
    let nobody = Decision {
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
        1 => (0_u32..60).prop_map(|duration_s| Event::RecordingReady { sid: "RE1".to_owned(), duration_s }),
        2 => record.prop_map(Event::CarrierSaid),
        1 => Just(Event::CarrierSilent),
        1 => Just(Event::Claimed),
        1 => Just(Event::ClaimLost),
        1 => Just(Event::Decided { decision: nobody, chosen: None }),
    ]
}
