//! An agent's own page: what rings, what is to be written up, what was.

use domain::access::Permission;
use domain::agent::{AgentStatus, ends_wrap_up};
use domain::api::agent::{AgentCall, AgentHistory, MyCalls, RingingCall, WrapUpForm, WrapUpView};
use domain::id::{CallId, TargetId};
use domain::time::Timestamp;
use store::{AgentRecord, CallFilter, CallRecord, Conn, StoreError, WrapUpRecord};

use super::{Agents, Seen, history};
use crate::call::view::Names;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone::stamp;

/// For how long a conversation is asked to be written up, in seconds.
const ASKED_S: i64 = 24 * 3_600;
/// How many conversations are asked for at most.
const ASKED_MAX: usize = 20;
/// Conversations of a day that are looked through.
const TALKS_MAX: u64 = 500;
/// Live calls that are looked through.
const LIVE_MAX: u64 = 1_000;

impl Agents {
    /// The page of the person who asks. `call` is the one that is being written up; may be empty, as
    /// may `after`.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `after`; [`Error::NotFound`] for a call that was not theirs.
    pub async fn mine(&self, op: &OpCtx, call: &str, after: &str) -> Result<MyCalls, Error> {
        require(op, Permission::TakeCalls)?;
        let after = history::cursor(after)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let settings = tenant.account_settings().await?;
        let agent = match tenant.agent_of(op.actor.user_id).await {
            Ok(agent) => agent,
            Err(StoreError::NotFound) => {
                return Ok(MyCalls {
                    agent: None,
                    live: Vec::new(),
                    open: Vec::new(),
                    history: AgentHistory::default(),
                    writing: None,
                    dispositions: settings.dispositions,
                });
            }
            Err(error) => return Err(error.into()),
        };
        let target = agent.target;
        let writing = match call {
            "" => None,
            id => {
                let id: CallId = id.parse().map_err(|_| Error::NotFound("call"))?;
                let line = tenant.conversation(target, id).await.or_missing("call")?;
                let mut shown = history::shown(&conn, op, target, &[line], true).await?;
                shown.pop()
            }
        };
        let seen = Seen::load(&conn, op, std::slice::from_ref(&agent)).await?;
        Ok(MyCalls {
            agent: seen.facts(op, &agent).map(|facts| facts.row),
            live: live(&conn, op, target).await?,
            open: open(&conn, op, target).await?,
            history: history::page(&conn, op, target, after, true).await?,
            writing,
            dispositions: settings.dispositions,
        })
    }

    /// Says whether the person who asks takes calls.
    ///
    /// # Errors
    /// [`Error::NotFound`] if they are no agent.
    pub async fn set_my_status(&self, op: &OpCtx, status: AgentStatus) -> Result<(), Error> {
        require(op, Permission::TakeCalls)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let agent = myself(&conn, op).await?;
        tenant
            .set_agent_status(agent.target, status, op.now)
            .await?;
        Ok(conn.commit().await?)
    }

    /// Keeps what the person who asks writes of a call they had, over what they wrote before. They
    /// can take the next one.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call that was not theirs; [`Error::Invalid`] at a field.
    pub async fn wrap_up(&self, op: &OpCtx, call: CallId, form: &WrapUpForm) -> Result<(), Error> {
        require(op, Permission::TakeCalls)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let target = myself(&conn, op).await?.target;
        tenant.conversation(target, call).await.or_missing("call")?;
        let wrap_up = form.check()?;
        let before = tenant.wrap_ups(&[call]).await?;
        let before = before.into_iter().find(|one| one.target == target);
        let known = tenant.account_settings().await?.dispositions;
        wrap_up.check_known(&known, before.as_ref().map(|one| &one.wrap_up))?;
        let kept = WrapUpRecord {
            call,
            target,
            user: op.actor.user_id,
            wrap_up,
            saved_at: op.now,
        };
        tenant.keep_wrap_up(&kept).await?;
        let last = tenant.conversations(target, Timestamp::MIN, 1).await?;
        if ends_wrap_up(call, last.first().map(|last| last.call)) {
            tenant.end_wrap_up(target).await?;
        }
        Ok(conn.commit().await?)
    }
}

/// What agents wrote of a call.
pub(crate) async fn of_call(
    conn: &Conn,
    op: &OpCtx,
    call: CallId,
    names: &Names,
) -> Result<Vec<WrapUpView>, Error> {
    let written = conn.tenant(&op.scope).wrap_ups(&[call]).await?.into_iter();
    let view = |one: WrapUpRecord| WrapUpView {
        agent: names.user(one.user),
        at: stamp(&op.zone, one.saved_at),
        wrap_up: one.wrap_up,
    };
    Ok(written.map(view).collect())
}

async fn myself(conn: &Conn, op: &OpCtx) -> Result<AgentRecord, Error> {
    let agent = conn.tenant(&op.scope).agent_of(op.actor.user_id).await;
    agent.or_missing("agent")
}

/// What rings at a target or is talked in, the oldest first.
async fn live(conn: &Conn, op: &OpCtx, target: TargetId) -> Result<Vec<RingingCall>, Error> {
    let tenant = conn.tenant(&op.scope);
    let used = tenant.usage(&[target]).await?;
    if used.iter().all(|used| used.usage.live == 0) {
        return Ok(Vec::new());
    }
    let filter = CallFilter {
        live: true,
        ..CallFilter::default()
    };
    let lines = tenant
        .calls(&filter, None, None, LIVE_MAX)
        .await?
        .into_iter();
    // A group rings others as well, and the line of a call names one of them.
    let mine = lines.filter(|line| line.target == Some(target) || line.group.is_some());
    let ids: Vec<CallId> = mine.map(|line| line.id).collect();
    let names = Names::load(conn, op).await?;
    let ringing = |call: CallRecord| {
        let session = &call.session;
        let of_it = |a: &&domain::call::session::Attempt| {
            a.chosen.target == target && a.result.is_none() && a.line_held
        };
        let attempt = session.attempts.iter().rev().find(of_it)?;
        let since = attempt.answered_at.unwrap_or(attempt.started_at);
        Some(RingingCall {
            call: call.line.id,
            caller: history::caller(op, session, target, true),
            campaign: history::campaign(&names, session),
            talking: attempt.is_talking(),
            since: stamp(&op.zone, since),
        })
    };
    let calls = tenant.calls_by_id(&ids).await?.into_iter();
    let mut ringing: Vec<RingingCall> = calls.filter_map(ringing).collect();
    ringing.sort_by_key(|call| call.since.at);
    Ok(ringing)
}

/// Conversations of the last day that nothing was written of, the last first.
async fn open(conn: &Conn, op: &OpCtx, target: TargetId) -> Result<Vec<AgentCall>, Error> {
    let tenant = conn.tenant(&op.scope);
    let since = op.now.plus_secs(-ASKED_S);
    let lines = tenant.conversations(target, since, TALKS_MAX).await?;
    let mut open = history::shown(conn, op, target, &lines, true).await?;
    open.retain(|call| call.wrap_up.is_none());
    open.truncate(ASKED_MAX);
    Ok(open)
}
