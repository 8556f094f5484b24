//! What must hold of the database between deliveries, and of each call's log at the end.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::call::record::Outcome;
use domain::call::session::{AttemptResult, Session, Stage};
use domain::call::timeline::What;
use domain::draw::Draw;
use domain::id::{CallId, PayoutRuleId, TargetGroupId, TargetId};
use domain::ledger::Ledger;
use domain::ledger::entry::Kind;
use domain::plan::{Route, RoutingPlan};
use domain::routing::{Candidate, Decision, Exclusions, UsageMap, Verdict, decide};
use domain::testing::{clocks, plan, route, target};
use domain::time::{LocalMoment, Timestamp};
use store::{CallFilter, Cursor, Db, EventRecord, TenantScope};

use crate::carrier::Line;
use crate::world::World;
use crate::zone;

/// Calls read at once.
const PAGE: u64 = 200;

/// All calls, or those that are live.
pub(super) async fn calls(db: &Db, scope: &TenantScope) -> Result<Vec<(CallId, Session)>, String> {
    let conn = db.read().await.map_err(|e| e.to_string())?;
    let tenant = conn.tenant(scope);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = tenant
            .calls(&CallFilter::default(), after, None, PAGE)
            .await
            .map_err(|e| e.to_string())?;
        let Some(last) = page.last() else {
            return Ok(all);
        };
        after = Some(Cursor {
            at: last.arrived_at,
            call: last.id,
        });
        for line in &page {
            all.push((
                line.id,
                tenant
                    .call(line.id)
                    .await
                    .map_err(|e| e.to_string())?
                    .session,
            ));
        }
    }
}

/// How often it is looked again, and after how long.
const LOOKS: u32 = 20;
const LOOK_AFTER: Duration = Duration::from_millis(50);

/// Lines in use are the lines that calls hold; counts are within caps and never were beyond.
pub(super) async fn capacity(
    db: &Db,
    scope: &TenantScope,
    world: &World,
    now: Timestamp,
) -> Result<(), String> {
    // A delivery that was cut off may be kept a moment later, between two of the questions asked here.
    // What is wrong stays wrong.
    for _ in 0..LOOKS {
        if capacity_now(db, scope, world, now).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(LOOK_AFTER).await;
    }
    capacity_now(db, scope, world, now).await
}

async fn capacity_now(
    db: &Db,
    scope: &TenantScope,
    world: &World,
    now: Timestamp,
) -> Result<(), String> {
    let mut held: BTreeMap<TargetId, u32> = BTreeMap::new();
    let mut connected: BTreeMap<TargetId, u32> = BTreeMap::new();
    let mut groups: BTreeMap<TargetGroupId, (u32, u32)> = BTreeMap::new();
    for (call, session) in calls(db, scope).await? {
        let lines = session.attempts.iter().filter(|a| a.line_held).count();
        let last = session.attempts.last().map(|a| a.ring());
        let stray = (session.attempts.iter()).any(|a| a.line_held && Some(a.ring()) != last);
        if stray || (lines > 0 && session.stage == Stage::Ended) {
            return Err(format!(
                "call {} holds {lines} lines in stage {:?}",
                call.short(),
                session.stage
            ));
        }
        in_groups(&session, &mut groups);
        for attempt in &session.attempts {
            *held.entry(attempt.chosen.target).or_default() += u32::from(attempt.line_held);
            *connected.entry(attempt.chosen.target).or_default() += u32::from(attempt.counted);
        }
    }
    let conn = db.read().await.map_err(|e| e.to_string())?;
    for record in conn
        .tenant(scope)
        .usage(&[])
        .await
        .map_err(|e| e.to_string())?
    {
        let target = world
            .targets
            .get(&record.target)
            .ok_or("usage of a target nobody made")?;
        let of = |map: &BTreeMap<TargetId, u32>| map.get(&record.target).copied().unwrap_or(0);
        if (record.usage.live, record.usage.total) != (of(&held), of(&connected)) {
            return Err(format!(
                "{}: calls hold {} lines and count {}, its row says {} and {}",
                target.name,
                of(&held),
                of(&connected),
                record.usage.live,
                record.usage.total
            ));
        }
        let windows = LocalMoment::new(now, zone::offset_s(&target.zone, now)).windows();
        let used = record.usage.within(&windows);
        let figures = [
            (target.caps.concurrent, record.peak_live.max(used.live)),
            (target.caps.hourly, used.hour),
            (target.caps.daily, used.day),
            (target.caps.monthly, used.month),
            (target.caps.total, used.total),
        ];
        if figures
            .iter()
            .any(|(cap, count)| cap.is_some_and(|cap| *count > cap))
        {
            return Err(format!(
                "{} exceeds a cap (cap, count): {figures:?}",
                target.name
            ));
        }
    }
    let used = conn.tenant(scope).group_usage(&[]).await;
    for record in used.map_err(|e| e.to_string())? {
        let group = (world.plans.iter())
            .find_map(|p| p.groups.get(&record.group))
            .ok_or("usage of a group nobody made")?;
        let ours = groups.get(&record.group).copied().unwrap_or_default();
        if (record.usage.live, record.usage.total) != ours {
            return Err(format!(
                "{}: calls have {ours:?} places (live, counted), its row says {} and {}",
                group.name, record.usage.live, record.usage.total
            ));
        }
        let windows = LocalMoment::new(now, zone::offset_s(&group.zone, now)).windows();
        let used = record.usage.within(&windows);
        let figures = [
            (group.caps.concurrent, record.peak_live.max(used.live)),
            (group.caps.hourly, used.hour),
            (group.caps.daily, used.day),
            (group.caps.total, used.total),
        ];
        if figures
            .iter()
            .any(|(cap, count)| cap.is_some_and(|cap| *count > cap))
        {
            return Err(format!(
                "{} exceeds a cap (cap, count): {figures:?}",
                group.name
            ));
        }
    }
    Ok(())
}

/// The places a call has in groups: the one it is in, and those of members who took it.
fn in_groups(session: &Session, groups: &mut BTreeMap<TargetGroupId, (u32, u32)>) {
    if let Some(held) = &session.group {
        let of = groups.entry(held.group).or_default();
        of.0 += u32::from(held.line_held);
        of.1 += 1;
    }
    for attempt in &session.attempts {
        if let (Some(group), Some(AttemptResult::Connected)) =
            (&attempt.chosen.group, attempt.result)
        {
            groups.entry(group.id).or_default().1 += 1;
        }
    }
}

/// A call that is over, against its log and against the truth.
pub(super) fn ended(
    call: CallId,
    session: &Session,
    events: &[EventRecord],
    truth: &Line,
) -> Result<Outcome, String> {
    let short = call.short();
    let outcome = session
        .outcome
        .filter(|_| session.stage == Stage::Ended)
        .ok_or_else(|| format!("call {short} never ended"))?;
    let entries: Vec<_> = events.iter().flat_map(|e| &e.entries).collect();
    let ends = entries
        .iter()
        .filter(|e| matches!(e.what, What::Ended { .. }))
        .count();
    if ends != 1 {
        return Err(format!("call {short} ended {ends} times in its log"));
    }
    let dialed = entries
        .iter()
        .filter(|e| matches!(e.what, What::Dialing { .. }))
        .count();
    let dials = events
        .iter()
        .filter_map(|e| e.reply.as_ref())
        .filter(|r| r.contains("/dialed-"))
        .count();
    let rings = (session.attempts.iter())
        .filter(|a| a.ring() == a.number)
        .count();
    if dialed != session.attempts.len() || dials != rings {
        return Err(format!(
            "call {short} has {} attempts, {dialed} dials in its log, {dials} in its answers",
            session.attempts.len()
        ));
    }
    let connected = session
        .attempts
        .iter()
        .any(|a| a.result == Some(AttemptResult::Connected));
    if connected != (outcome == Outcome::Connected)
        || session
            .attempts
            .iter()
            .any(|a| a.result.is_none() || a.line_held)
    {
        return Err(format!(
            "call {short} ended as {outcome:?} with {:?}",
            session.attempts
        ));
    }
    truth
        .agrees_with(session)
        .map_err(|e| format!("call {short} {e}"))?;
    Ok(outcome)
}

/// What was entered sums up to what the call says it made; no payout rule paid more than its caps.
pub(super) async fn money(db: &Db, scope: &TenantScope, world: &World) -> Result<(), String> {
    let all = calls(db, scope).await?;
    let conn = db.read().await.map_err(|e| e.to_string())?;
    let tenant = conn.tenant(scope);
    let mut paid: BTreeMap<i64, i64> = BTreeMap::new();
    for (call, session) in all {
        let short = call.short();
        let stored = tenant.ledger_of(call).await.map_err(|e| e.to_string())?;
        let line = tenant.call(call).await.map_err(|e| e.to_string())?.line;
        let sums = Ledger::of(stored.clone());
        if sums != session.ledger || sums.totals() != line.money {
            return Err(format!(
                "call {short}: entries say {:?}, the call {:?}",
                sums.totals(),
                line.money
            ));
        }
        for entry in stored.iter().filter(|e| e.kind == Kind::Payout) {
            let day = zone::offset_s("America/New_York", session.arrived_at);
            let day = LocalMoment::new(session.arrived_at, day).windows().day;
            if entry.reason.starts_with("Rule 2") {
                *paid.entry(day).or_default() += entry.amount.0;
            }
        }
    }
    let usage = tenant.payout_usage(world.publisher.id).await;
    let usage = usage.map_err(|e| e.to_string())?;
    let total: i64 = paid.values().sum();
    let counted = usage.get(&PayoutRuleId(2)).map_or(0, |u| u.spent.total.0);
    if total != counted {
        return Err(format!("payouts of {total} are counted as {counted}"));
    }
    Ok(())
}

/// Makes every decision of a call's log again, from what the log says about its candidates.
pub(super) fn replay(
    call: CallId,
    events: &[EventRecord],
    world: &World,
    session: &Session,
) -> Result<u64, String> {
    let decisions = events
        .iter()
        .flat_map(|e| &e.entries)
        .filter_map(|e| match &e.what {
            What::Decided { decision, .. } => Some((decision, e.at)),
            _ => None,
        });
    let weighs = world
        .plans
        .iter()
        .find(|p| Some(p.campaign) == session.campaign)
        .map(|p| p.distribution);
    let mut replayed = 0;
    for ((stored, at), salt) in decisions.zip(1_u64..) {
        replayed += 1;
        // Whose turn it is depends on when others were last called, which a call's log does not say.
        if weighs != Some(domain::campaign::Distribution::Weight) {
            continue;
        }
        // Nor which group it was in.
        let rings_on = |c: &Candidate| matches!(c.verdict, Verdict::Won { why: Some(_), .. });
        if stored.candidates.iter().any(rings_on) {
            continue;
        }
        let as_said = stand_in(stored);
        let again = decide(
            &as_said,
            None,
            &Exclusions::default(),
            &UsageMap::new(),
            &clocks(at),
            &mut Draw::for_call(call, salt),
        );
        let pick = |d: &Decision| d.chosen.as_ref().map(|c| c.route);
        let same = again
            .candidates
            .iter()
            .zip(&stored.candidates)
            .all(|(a, s)| a.verdict == s.verdict || s.verdict.word() == "Not eligible");
        if pick(&again) != pick(stored) || !same {
            return Err(format!(
                "call {}: decision {salt} was {:?}, is {:?} when made again",
                call.short(),
                pick(stored),
                pick(&again)
            ));
        }
    }
    Ok(replayed)
}

/// A plan in which exactly the candidates that the log calls eligible are.
fn stand_in(stored: &Decision) -> RoutingPlan {
    let routes = stored.candidates.iter().map(|c| Route {
        id: c.route,
        priority: c.priority,
        weight: c.weight,
        on: c.verdict.word() != "Not eligible",
        target: domain::target::Target {
            id: c.target,
            buyer: c.buyer,
            name: c.name.clone(),
            ..target(c.target.0)
        },
        ..route(c.route.0, c.priority, c.weight)
    });
    plan(routes.collect())
}
