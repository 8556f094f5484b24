//! Why a route cannot take a call.

use crate::caps::Usage;
use crate::duplicate::routing::{Place, Preference};
use crate::money::Micros;
use crate::plan::Route;
use crate::routing::verdict::{FilterOf, Verdict};
use crate::routing::{CallTraits, Clocks, Exclusions, UsageMap};
use crate::schedule::{holiday, zone_short};
use crate::tag::Lookup;
use crate::time::{LocalMoment, Timestamp, clock_text};

/// Why a route can take no call now, whichever comes; none if it can.
#[must_use]
pub fn refusal(
    route: &Route,
    exclusions: &Exclusions,
    usage: &UsageMap,
    clocks: &Clocks,
) -> Option<Verdict> {
    of_call(route, None, exclusions, usage, clocks)
}

/// Why a route cannot take the call now; none if it can. The order is the one people expect to
/// read: what a person switched off, then what this call did, then hours, then what call it is,
/// then caps. Without a call only what holds for every call is asked.
pub(super) fn of_call<'a>(
    route: &'a Route,
    call: Option<(&CallTraits<'_>, &Lookup<'a>)>,
    exclusions: &Exclusions,
    usage: &UsageMap,
    clocks: &Clocks,
) -> Option<Verdict> {
    let target = &route.target;
    let unused = Usage::default();
    let used = usage.get(&target.id).unwrap_or(&unused);
    let local = clocks.get(&target.zone);
    switched_off(route)
        .or_else(|| (call.is_some() && route.bids_alone()).then_some(Verdict::BiddersOnly))
        .or_else(|| of_this_call(route, exclusions))
        .or_else(|| closed(route, used, local))
        .or_else(|| call.and_then(|(call, tags)| of_the_caller(route, call, tags)))
        .or_else(|| full(route, used, local))
}

fn switched_off(route: &Route) -> Option<Verdict> {
    let target = &route.target;
    if !route.on {
        Some(Verdict::RouteOff)
    } else if !target.buyer_active {
        Some(Verdict::BuyerPaused)
    } else if !target.active {
        Some(Verdict::TargetPaused)
    } else {
        None
    }
}

fn of_this_call(route: &Route, exclusions: &Exclusions) -> Option<Verdict> {
    let target = &route.target;
    if exclusions.tried.contains(&target.id) {
        return Some(Verdict::AlreadyTried);
    }
    if exclusions.lost.contains(&target.id) {
        return Some(Verdict::LineTaken);
    }
    let connects = exclusions.rerouted?;
    if !route.takes_rerouted {
        let reason = "Takes no callers that another target hung up on.".to_owned();
        return Some(Verdict::NotRerouted { reason });
    }
    let max = target.connects_max.filter(|max| connects > *max)?;
    let s = if connects == 1 { "" } else { "s" };
    Some(Verdict::NotRerouted {
        reason: format!(
            "The caller talked to {connects} target{s} before; it takes callers with at most {max}."
        ),
    })
}

fn closed(route: &Route, used: &Usage, local: Option<&LocalMoment>) -> Option<Verdict> {
    let target = &route.target;
    let Some(local) = local else {
        let until = format!("because its time zone {} is not known", target.zone);
        return Some(Verdict::Closed { until });
    };
    if let Some(until) = used.paused_until.filter(|until| local.at < *until) {
        let until = pause_words(until, local, &target.zone);
        return Some(Verdict::AutoPaused { until });
    }
    if let Some(held) = used.presence.and_then(|presence| presence.held(local.at)) {
        return Some(Verdict::AgentHeld {
            word: held.word().to_owned(),
            when: held.when(local, &target.zone),
        });
    }
    // Most are open, and until when does not matter then.
    if holiday::is_open(&target.hours, &target.holidays, local) {
        return None;
    }
    let state = holiday::state(&target.hours, &target.holidays, local);
    Some(Verdict::Closed {
        until: state.words(&target.zone),
    })
}

/// "until 2:37 pm CT", or until a person says so.
fn pause_words(until: Timestamp, local: &LocalMoment, zone: &str) -> String {
    if until == Timestamp::MAX {
        return "until somebody resumes it".to_owned();
    }
    let minutes = u32::from(local.minute_of_day()) + until.secs_since(local.at).div_ceil(60);
    let clock = clock_text(u16::try_from(minutes % 1_440).unwrap_or(0));
    format!("until {clock} {}", zone_short(zone))
}

fn of_the_caller<'a>(
    route: &'a Route,
    call: &CallTraits<'_>,
    tags: &Lookup<'a>,
) -> Option<Verdict> {
    let target = &route.target;
    for (by, filter) in [
        (FilterOf::Route, &route.filter),
        (FilterOf::Target, &target.filter),
        (FilterOf::Buyer, &target.buyer_filter),
    ] {
        if let Some(refusal) = filter.refusal(tags) {
            return Some(Verdict::Filtered { by, refusal });
        }
    }
    if let Some(restriction) = &target.restriction
        && let Some(restricted) = restriction.restricts(
            target.id,
            target.buyer,
            call.campaign,
            call.history,
            call.now,
        )
    {
        let reason = restricted.reason;
        return Some(Verdict::Restricted { reason });
    }
    if call.preference.place(target.id) == Place::Never {
        let reason = sentence(call.preference, route);
        return Some(Verdict::DuplicateRefused { reason });
    }
    call.floor.and_then(|floor| floor.refusal(route))
}

/// Why a duplicate does not go to a route, or not first.
pub(super) fn sentence(preference: &Preference, route: &Route) -> String {
    let reason = preference.sentence(route.target.id);
    reason.unwrap_or_default().to_owned()
}

fn full(route: &Route, used: &Usage, local: Option<&LocalMoment>) -> Option<Verdict> {
    let target = &route.target;
    let windows = local.map(LocalMoment::windows).unwrap_or_default();
    if let Some(local) = local
        && let Some(reached) = target.caps_at(local).reached(used, &windows)
    {
        return Some(Verdict::CapReached(reached));
    }
    no_money_left(route, used, local, route.price())
}

/// Why a call of this price goes over the caps in money; none if it does not.
pub(super) fn no_money_left(
    route: &Route,
    used: &Usage,
    local: Option<&LocalMoment>,
    price: Micros,
) -> Option<Verdict> {
    let windows = local.map(LocalMoment::windows).unwrap_or_default();
    (route.target.dollars)
        .reached(&used.spent(), &windows, price)
        .map(Verdict::DollarCapReached)
}
