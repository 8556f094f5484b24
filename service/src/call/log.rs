//! The call log and the call drawer.

use domain::access::Permission;
use domain::api::call::{CallDetail, CallPage, CallQuery, CallRow, CallerBlock};
use domain::api::rtb_target::AuctionView;
use domain::call::recording::absence;
use domain::id::CallId;
use domain::phone::Caller;
use domain::schedule::zone_short;
use store::{CallFilter, Conn, Db, Tenant};

use super::money;
use super::query::{askable, chips, choice, cursor, cursor_text, filter, outcomes};
use super::view::{self, Names};
use crate::agent;
use crate::block;
use crate::dispute;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::range::Range;
use crate::recording;
use crate::rtb_ping::PingNames;

/// Calls on a page of the log.
const PAGE: usize = 50;
/// Live calls shown at once; more than fit a screen help nobody.
const LIVE_MAX: u64 = 200;

/// See the module.
#[derive(Debug, Clone)]
pub struct Calls {
    pub(super) db: Db,
}

impl Calls {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// A page of the call log.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a filter that makes no sense.
    pub async fn page(&self, op: &OpCtx, query: &CallQuery) -> Result<CallPage, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let names = Names::load(&conn, op).await?;
        let range = Range::of(op, &query.range, &query.from, &query.to)?;
        let query = &askable(op, query);
        let filter = filter(query, &range)?;
        let (after, before) = (
            cursor("after", &query.after)?,
            cursor("before", &query.before)?,
        );
        let limit = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
        let mut lines = tenant.calls(&filter, after, before, limit).await?;
        let more = lines.len() > PAGE;
        if more && before.is_some() {
            lines.remove(0);
        } else {
            lines.truncate(PAGE);
        }
        let has_newer = if before.is_some() {
            more
        } else {
            after.is_some()
        };
        let has_older = if before.is_some() { true } else { more };
        let unfiltered = CallFilter {
            from: range.from,
            to: range.to,
            ..CallFilter::default()
        };
        let total = tenant.count_calls(&filter).await?;
        let total_unfiltered = if filter == unfiltered {
            total
        } else {
            tenant.count_calls(&unfiltered).await?
        };
        Ok(CallPage {
            older: lines.last().filter(|_| has_older).map(cursor_text),
            newer: lines.first().filter(|_| has_newer).map(cursor_text),
            rows: lines
                .iter()
                .map(|line| view::row(op, &names, line))
                .collect(),
            total,
            total_unfiltered,
            range_label: range.label,
            chips: chips(query, &names),
            campaigns: tenant
                .campaigns()
                .await?
                .into_iter()
                .map(|c| choice(&c.id, c.name, c.vertical))
                .collect(),
            targets: tenant
                .targets()
                .await?
                .into_iter()
                .map(|t| choice(&t.id, t.input.name, String::new()))
                .collect(),
            buyers: names.buyer_choices(),
            publishers: names.publisher_choices(),
            outcomes: outcomes(),
            zone_short: zone_short(&op.zone).to_owned(),
            callers_masked: !op.actor.allows(Permission::ViewCallerNumbers),
        })
    }

    /// Whether the account ever had a call.
    ///
    /// # Errors
    /// What the database says.
    pub async fn any(&self, op: &OpCtx) -> Result<bool, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        Ok(!conn
            .tenant(&op.scope)
            .calls(&CallFilter::default(), None, None, 1)
            .await?
            .is_empty())
    }

    /// Calls in progress, longest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn live(&self, op: &OpCtx) -> Result<Vec<CallRow>, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let names = Names::load(&conn, op).await?;
        let filter = CallFilter {
            live: true,
            ..CallFilter::default()
        };
        let mut lines = conn
            .tenant(&op.scope)
            .calls(&filter, None, None, LIVE_MAX)
            .await?;
        lines.reverse();
        Ok(lines
            .iter()
            .map(|line| view::row(op, &names, line))
            .collect())
    }

    /// One call, explained.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has none with that id.
    pub async fn detail(&self, op: &OpCtx, id: CallId) -> Result<CallDetail, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let call = tenant.call(id).await.or_missing("call")?;
        let events = tenant.events_of(id).await?;
        let names = Names::with_people(&conn, op).await?;
        let names_of_pings = Names::load(&conn, op).await?;
        let recordings = tenant.recordings_of(id).await?;
        let rules = conn.platform().recording_rules(&op.scope).await?;
        let disputes = tenant.disputes_of(id).await?;
        let dispute_days = tenant.account_settings().await?.dispute_days;
        Ok(CallDetail {
            short_id: format!("CA{}", id.short()),
            carrier_sid: call.line.carrier_sid.clone(),
            timeline: view::timeline(op, call.line.arrived_at, &events, &recordings),
            decisions: view::decisions(op, &events),
            legs: view::legs(op, &call.session),
            auctions: auctions(&tenant, op, names_of_pings, id, &call.session.from).await?,
            recordings: recordings
                .iter()
                .zip(1..)
                .map(|(r, number)| recording::view(op, r, number))
                .collect(),
            may_listen: op.actor.may_listen(rules.listen_from),
            may_delete: op.actor.allows(Permission::ManageRecordings),
            recording_note: absence(&call.session).unwrap_or_default(),
            answers: view::answers(op, &events),
            tags: call
                .tags
                .iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
            campaign_href: call
                .line
                .campaign
                .map(|c| format!("/campaigns/{c}"))
                .unwrap_or_default(),
            target_href: call
                .line
                .target
                .map(|t| format!("/targets/{t}"))
                .unwrap_or_default(),
            row: view::row(op, &names, &call.line),
            wrap_ups: agent::mine::of_call(&conn, op, id, &names).await?,
            disputes: dispute::beside_call(op, &names, &call, &disputes, dispute_days),
            money: money::view(op, &names, &call, &tenant.ledger_of(id).await?, &events),
            caller_block: caller_block(&conn, op, &call.session.from).await?,
            visit: match &call.session.attribution {
                Some(attribution) => crate::visit::view::of_call(&tenant, op, attribution).await?,
                None => None,
            },
        })
    }
}

async fn auctions(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    names: Names,
    call: CallId,
    caller: &Caller,
) -> Result<Vec<AuctionView>, Error> {
    let pings = tenant.pings_of(call).await?;
    if pings.is_empty() {
        return Ok(Vec::new());
    }
    let names = PingNames::load(tenant, names).await?;
    Ok(names.auctions(op, &pings, caller))
}

async fn caller_block(conn: &Conn, op: &OpCtx, caller: &Caller) -> Result<CallerBlock, Error> {
    if !op.actor.allows(Permission::EditBlocks) || caller.number().is_none() {
        return Ok(CallerBlock::Unavailable);
    }
    Ok(if block::is_blocked(conn, op, caller).await? {
        CallerBlock::Blocked
    } else {
        CallerBlock::Open
    })
}
