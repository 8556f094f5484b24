//! What agents were sent, and what they wrote of it.

use std::collections::BTreeMap;

use domain::agent::WrapUp;
use domain::api::agent::{AgentCall, AgentHistory};
use domain::call::session::{AttemptResult, ChosenRoute, Session};
use domain::id::{CallId, TargetId};
use domain::invalid::FieldErrors;
use domain::time::{Timestamp, length_text};
use store::{CallRecord, Conn, DialCursor, DialLine};

use crate::call::view::{Names, caller_text};
use crate::error::Error;
use crate::op::OpCtx;
use crate::zone::stamp;

/// Calls on a page.
const PAGE: usize = 50;

/// Reads where a page goes on; empty for the first.
pub(super) fn cursor(text: &str) -> Result<Option<DialCursor>, FieldErrors> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = text.split_once('.').and_then(|(at, call)| {
        Some(DialCursor {
            ended_at: Timestamp(at.parse().ok()?),
            call: call.parse().ok()?,
        })
    });
    let message = "Go back to the first page.";
    read.map(Some)
        .ok_or_else(|| FieldErrors::one("after", "malformed", message))
}

/// A page of what a target was sent. `own` is for the agent, who sees callers as their phone did.
pub(super) async fn page(
    conn: &Conn,
    op: &OpCtx,
    target: TargetId,
    after: Option<DialCursor>,
    own: bool,
) -> Result<AgentHistory, Error> {
    let limit = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
    let mut lines = conn
        .tenant(&op.scope)
        .dial_lines(target, after, limit)
        .await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last = lines.last().filter(|_| more);
    Ok(AgentHistory {
        older: last.map(|line| format!("{}.{}", line.ended_at.0, line.call)),
        calls: shown(conn, op, target, &lines, own).await?,
    })
}

/// These dials of a target, to be shown.
pub(super) async fn shown(
    conn: &Conn,
    op: &OpCtx,
    target: TargetId,
    lines: &[DialLine],
    own: bool,
) -> Result<Vec<AgentCall>, Error> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = conn.tenant(&op.scope);
    let ids: Vec<CallId> = lines.iter().map(|line| line.call).collect();
    let names = Names::load(conn, op).await?;
    let calls = tenant.calls_by_id(&ids).await?.into_iter();
    let calls: BTreeMap<CallId, CallRecord> = calls.map(|call| (call.line.id, call)).collect();
    let written = tenant.wrap_ups(&ids).await?.into_iter();
    let written: BTreeMap<CallId, WrapUp> = written
        .filter(|one| one.target == target)
        .map(|one| (one.call, one.wrap_up))
        .collect();
    let shown = lines.iter().filter_map(|line| {
        let call = calls.get(&line.call)?;
        let connected = line.result == AttemptResult::Connected;
        Some(AgentCall {
            call: line.call,
            at: stamp(&op.zone, line.started_at),
            caller: caller(op, &call.session, target, own),
            campaign: campaign(&names, &call.session),
            result: line.result.word().to_owned(),
            connected,
            talked: if connected {
                length_text(line.talked_s)
            } else {
                String::new()
            },
            wrap_up: written.get(&line.call).cloned(),
        })
    });
    Ok(shown.collect())
}

/// The caller as the agent's phone showed them, or as this role may see them.
pub(super) fn caller(op: &OpCtx, session: &Session, target: TargetId, own: bool) -> String {
    if !own {
        return caller_text(op, &session.from);
    }
    let chosen = chosen(session, target);
    // Another number in the caller's place hides the caller from whoever is rung.
    if chosen.is_some_and(|chosen| chosen.caller_id.is_none()) {
        session.from.display()
    } else {
        session.from.masked()
    }
}

pub(super) fn campaign(names: &Names, session: &Session) -> String {
    session
        .campaign
        .map(|id| names.campaign(id))
        .unwrap_or_default()
}

fn chosen(session: &Session, target: TargetId) -> Option<&ChosenRoute> {
    let mut of_all = session.attempts.iter().map(|attempt| &attempt.chosen);
    of_all.rfind(|chosen| chosen.target == target)
}
