//! What must hold of the database between deliveries, and of each call's log at the end.

use std::collections::BTreeMap;

use domain::call::record::Outcome;
use domain::call::session::{AttemptResult, Session, Stage};
use domain::call::timeline::What;
use domain::draw::Draw;
use domain::id::{CallId, TargetId};
use domain::plan::{Route, RoutingPlan};
use domain::routing::{Decision, Exclusions, UsageMap, decide};
use domain::testing::{clocks, plan, target};
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

/// Lines in use are the lines that calls hold; counts are within caps and never were beyond.
pub(super) async fn capacity(
    db: &Db,
    scope: &TenantScope,
    world: &World,
    now: Timestamp,
) -> Result<(), String> {
    let mut held: BTreeMap<TargetId, u32> = BTreeMap::new();
    let mut connected: BTreeMap<TargetId, u32> = BTreeMap::new();
    for (call, session) in calls(db, scope).await? {
        let lines = session.attempts.iter().filter(|a| a.line_held).count();
        if lines > 1 || (lines > 0 && session.stage == Stage::Ended) {
            return Err(format!(
                "call {} holds {lines} lines in stage {:?}",
                call.short(),
                session.stage
            ));
        }
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
    Ok(())
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
    if dialed != session.attempts.len() || dials != dialed {
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
        let as_said = stand_in(stored);
        let again = decide(
            &as_said,
            &Exclusions::default(),
            &UsageMap::new(),
            &clocks(at),
            &mut Draw::for_call(call, salt),
        );
        let pick = |d: &Decision| d.chosen.map(|c| (c.route, c.target));
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
    });
    plan(routes.collect())
}
