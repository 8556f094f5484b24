//! Builders and generators for tests, here and in other crates, and the smallest shell that can
//! carry out a call's effects.

mod any;
mod shell;

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::call::event::Arrival;
use crate::call::recording::{Recording, RecordingKind};
use crate::campaign::{Distribution, Fallback, RecordingMode};
use crate::caps::dollars::DollarCaps;
use crate::caps::matrix::Matrices;
use crate::caps::{Caps, CountOn};
use crate::duplicate::mark::MarkRule;
use crate::duplicate::payment::PaymentRule;
use crate::duplicate::routing::DuplicateRouting;
use crate::id::{BuyerId, CallId, CampaignId, RouteId, TargetId};
use crate::phone::{Caller, E164};
use crate::plan::{Records, Route, RoutingPlan, Screen};
use crate::routing::Clocks;
use crate::routing::predict::Predictive;
use crate::schedule::{DayHours, Hours, Span};
use crate::tag::Tags;
use crate::tag::filter::CompiledFilter;
use crate::target::{CallerIdPolicy, Destination, Target};
use crate::time::{LocalMoment, Timestamp, Windows};

pub use any::{
    any_caps, any_dollar_caps, any_event, any_exclusions, any_filter, any_grouped_plan,
    any_holidays, any_hours, any_matrices, any_plan, any_revenue, any_spent, any_status, any_tags,
    any_usage, any_usage_map,
};
pub use shell::{Deeds, Made, Shell};

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

/// A recording whose id says what it is.
#[must_use]
pub fn recording(kind: RecordingKind, duration_s: u32) -> Recording {
    Recording {
        sid: format!("RE-{kind:?}").to_lowercase(),
        kind,
        duration_s,
        channels: 2,
    }
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
        holidays: Vec::new(),
        caps: Caps::default(),
        dollars: DollarCaps::default(),
        matrices: Matrices::default(),
        count_on: CountOn::default(),
        filter: CompiledFilter::default(),
        buyer_filter: CompiledFilter::default(),
        restriction: None,
        recovery: None,
        connects_max: None,
        digits: String::new(),
        sip: None,
        recording_blocked: false,
        accept_key: false,
        wrap_up_s: 0,
        bids: false,
    }
}

/// A route to [`target`] of the same id.
#[must_use]
pub fn route(id: i64, priority: u32, weight: u32) -> Route {
    Route {
        id: RouteId(id),
        priority,
        weight,
        ..Route::to(target(id))
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
        screen: Screen::default(),
        mark: MarkRule::default(),
        duplicates: DuplicateRouting::default(),
        payment: PaymentRule::default(),
        predictive: Predictive::default(),
        records: Records::default(),
        routes,
        groups: BTreeMap::new(),
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
