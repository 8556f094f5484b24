//! Groups of the cases.

use super::super::words::{count, hours};
use super::{of_route, of_usage};
use crate::caps::Caps;
use crate::id::TargetGroupId;
use crate::plan::{Route, RoutingPlan};
use crate::routing::UsageMap;
use crate::schedule::Hours;
use crate::target::group::{Member, RingOrder, TargetGroup};
use crate::testing::{ZONE, route};
use crate::time::Timestamp;

/// The line of a group: what its members' routes are made from.
pub(super) fn read(
    plan: &mut RoutingPlan,
    usage: &mut UsageMap,
    id: i64,
    name: String,
    mut all: Vec<Vec<&str>>,
    at: Timestamp,
) -> Route {
    let mut group = TargetGroup {
        id: TargetGroupId(id),
        name,
        active: true,
        order: RingOrder::InTurn,
        auction: None,
        ring_timeout_s: 25,
        zone: ZONE.to_owned(),
        hours: Hours::Always,
        holidays: Vec::new(),
        caps: Caps::default(),
        members: Vec::new(),
    };
    let mut entry = Route {
        group: Some(group.id),
        ..route(id, 1, 1)
    };
    // The zone first, for the windows of what was used are its own.
    all.sort_by_key(|clause| clause[0] != "zone");
    let mut used = None;
    for clause in all {
        match clause[..] {
            ["at", "once"] => group.order = RingOrder::AllAtOnce,
            ["in", "turn"] => group.order = RingOrder::InTurn,
            ["ring", n] => group.ring_timeout_s = count(n),
            ["group", "paused"] => group.active = false,
            ["zone", zone] => zone.clone_into(&mut group.zone),
            ["hours", ref words @ ..] => group.hours = hours(&words.join(" ")),
            ["lines", n] => group.caps.concurrent = Some(count(n)),
            ["hourly", n] => group.caps.hourly = Some(count(n)),
            ["daily", n] => group.caps.daily = Some(count(n)),
            ["monthly", n] => group.caps.monthly = Some(count(n)),
            ["total", n] => group.caps.total = Some(count(n)),
            ["used", ref words @ ..] => of_usage(&mut used, &group.zone, at, words),
            _ => of_route(&mut entry, &clause),
        }
    }
    if let Some(used) = used {
        usage.groups.insert(group.id, used);
    }
    plan.groups.insert(group.id, group);
    entry
}

/// A member joins the group of its route; `member p 2` is its place there.
pub(super) fn join(plan: &mut RoutingPlan, route: &Route, all: &mut Vec<Vec<&str>>) {
    let mut priority = 1;
    all.retain(|clause| match clause[..] {
        ["member", "p", n] => {
            priority = count(n);
            false
        }
        _ => true,
    });
    let group = route.group.and_then(|id| plan.groups.get_mut(&id));
    group.expect("a group").members.push(Member {
        target: route.target.id,
        weight: 1,
        priority,
    });
}
