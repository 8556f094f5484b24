//! Disputes of calls: filed by a manager for a buyer, decided once, carried out in the call's ledger.
//!
//! An approval and its entries are one transaction, over the version of the call and over that of
//! the dispute: of two people who decide at once one is told what the other did, and a crash leaves
//! neither of the two or both.

mod view;

use domain::access::Permission;
use domain::api::adjustment::Whose;
use domain::api::dispute::{DecideForm, DisputeForm, DisputePage, DisputeQuery, DisputeView};
use domain::api::page::Choice;
use domain::id::{BuyerId, CallId, DisputeId};
use domain::invalid::FieldErrors;
use domain::ledger::dispute::{Act, ActError, Actor, Deed, Dispute, State};
use domain::ledger::entry::{Entry, Party};
use store::{
    CallRecord, Conn, Constraint, Db, DisputeFilter, DisputeRecord, SavedCall, StoreError,
};

use crate::call::adjust;
use crate::call::engine::{CallEngine, persist};
use crate::call::view::Names;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::{OpCtx, Rights};

pub use view::DisputeFacts;
pub(crate) use view::beside_call;

/// Disputes on a page.
const PAGE: usize = 50;

/// See the module.
#[derive(Debug, Clone)]
pub struct Disputes {
    db: Db,
    engine: CallEngine,
}

/// What is to be done.
struct Wanted {
    call: CallId,
    /// None for the one who was charged.
    buyer: Option<BuyerId>,
    act: Act,
    comment: String,
    request: String,
}

impl Disputes {
    pub(crate) fn new(db: Db, engine: CallEngine) -> Self {
        Self { db, engine }
    }

    /// A page of the list.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `state`, `buyer` or `after`.
    pub async fn page(&self, op: &OpCtx, query: &DisputeQuery) -> Result<DisputePage, Error> {
        require(op, Permission::ViewCalls)?;
        let filter = DisputeFilter {
            state: query.state()?,
            buyer: optional("buyer", &query.buyer)?,
            call: None,
        };
        let after = optional("after", &query.after)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let (mut found, next) = page_of(&conn, op, filter, after, PAGE).await?;
        let names = Names::load(&conn, op).await?;
        let calls = calls_of(&conn, op, &found).await?;
        let all = DisputeFilter::default();
        let open = DisputeFilter {
            state: Some(State::Open),
            ..all
        };
        let rows = found.drain(..).filter_map(|record| {
            let call = calls.iter().find(|c| c.line.id == record.call)?;
            Some(view::row(op, &names, &record, call))
        });
        Ok(DisputePage {
            rows: rows.collect(),
            total: tenant.count_disputes(filter).await?,
            open: tenant.count_disputes(open).await?,
            any: tenant.count_disputes(all).await? > 0,
            next: next.map(|id| id.to_string()).unwrap_or_default(),
            buyers: names.buyer_choices(),
            buyer_name: filter.buyer.map(|b| names.buyer(b)).unwrap_or_default(),
        })
    }

    /// One dispute with its history.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has none with that id.
    pub async fn detail(&self, op: &OpCtx, id: DisputeId) -> Result<DisputeView, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let record = tenant.dispute(id).await.or_missing("dispute")?;
        let call = tenant.call(record.call).await.or_missing("call")?;
        let names = Names::with_people(&conn, op).await?;
        Ok(view::detail(op, &names, &record, &call))
    }

    /// Disputes as they are stored, newest first, older than `after`: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn facts(
        &self,
        op: &OpCtx,
        filter: DisputeFilter,
        after: Option<DisputeId>,
        limit: usize,
    ) -> Result<(Vec<DisputeFacts>, Option<DisputeId>), Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let (found, next) = page_of(&conn, op, filter, after, limit).await?;
        let names = Names::with_people(&conn, op).await?;
        let calls = calls_of(&conn, op, &found).await?;
        let facts = found.iter().filter_map(|record| {
            let call = calls.iter().find(|c| c.line.id == record.call)?;
            Some(view::facts(&names, record, call))
        });
        Ok((facts.collect(), next))
    }

    /// A dispute as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has none with that id.
    pub async fn fact(&self, op: &OpCtx, id: DisputeId) -> Result<DisputeFacts, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let record = tenant.dispute(id).await.or_missing("dispute")?;
        let call = tenant.call(record.call).await.or_missing("call")?;
        let names = Names::with_people(&conn, op).await?;
        Ok(view::facts(&names, &record, &call))
    }

    /// Opens a dispute of a call for its buyer. The same request opens it once.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field; [`Error::NotFound`] if this account has no such call;
    /// [`Error::Conflict`] if it cannot be disputed, or was before.
    pub async fn open(
        &self,
        op: &OpCtx,
        call: CallId,
        form: &DisputeForm,
    ) -> Result<DisputeId, Error> {
        require(op, Permission::AdjustMoney)?;
        let new = form.check()?;
        let wanted = Wanted {
            call,
            buyer: new.buyer,
            act: Act::Open { reason: new.reason },
            comment: new.comment,
            request: new.request,
        };
        persist(|| self.try_act(op, &wanted)).await
    }

    /// Approves, rejects, takes back or opens again. The same request acts once.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field; [`Error::NotFound`] if this account has none with that id;
    /// [`Error::Conflict`] if it stands in a way that does not allow it.
    pub async fn decide(&self, op: &OpCtx, id: DisputeId, form: &DecideForm) -> Result<(), Error> {
        require(op, Permission::AdjustMoney)?;
        let decision = form.check()?;
        let conn = self.db.read().await?;
        let record = conn.tenant(&op.scope).dispute(id).await;
        let record = record.or_missing("dispute")?;
        drop(conn);
        let wanted = Wanted {
            call: record.call,
            buyer: Some(record.dispute.buyer),
            act: decision.act,
            comment: decision.comment,
            request: decision.request,
        };
        persist(|| self.try_act(op, &wanted)).await?;
        Ok(())
    }

    async fn try_act(&self, op: &OpCtx, wanted: &Wanted) -> Result<DisputeId, Error> {
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let saved = tenant.saved_call(wanted.call).await.or_missing("call")?;
        let known = tenant.disputes_of(wanted.call).await?;
        let window_days = tenant.account_settings().await?.dispute_days;
        drop(conn);
        let buyer = match wanted.buyer {
            Some(buyer) => buyer,
            None => charged(&saved)?,
        };
        let record = known.into_iter().find(|r| r.dispute.buyer == buyer);
        let deed = Deed {
            request: wanted.request.clone(),
            buyer,
            act: wanted.act,
            by: actor(op),
            comment: wanted.comment.clone(),
            now: op.now,
            ledger: &saved.session.ledger,
            call_ended_at: saved.session.ended_at,
            window_days,
        };
        let (dispute, entries) = deed
            .apply(record.as_ref().map(|r| &r.dispute))
            .map_err(refusal)?;
        match record {
            // The request was carried out before.
            Some(record) if record.dispute == dispute => Ok(record.id),
            Some(record) => self.keep(op, &saved, record, dispute, entries).await,
            None => self.add(op, wanted.call, &dispute).await,
        }
    }

    async fn add(&self, op: &OpCtx, call: CallId, dispute: &Dispute) -> Result<DisputeId, Error> {
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        match tenant.add_dispute(call, dispute, op.now).await {
            Ok(id) => {
                conn.commit().await?;
                Ok(id)
            }
            // Somebody was faster: the next try finds theirs, which may be this very request.
            Err(StoreError::Conflict(Constraint::DisputeOfBuyer)) => Err(StoreError::Stale.into()),
            Err(StoreError::Conflict(Constraint::Reference)) => {
                let message = "There is no such buyer.";
                Err(FieldErrors::one("buyer", "unknown", message).into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn keep(
        &self,
        op: &OpCtx,
        saved: &SavedCall,
        record: DisputeRecord,
        dispute: Dispute,
        entries: Vec<Entry>,
    ) -> Result<DisputeId, Error> {
        let conn = self.db.write().await?;
        if !entries.is_empty() {
            let key = format!("dispute:{}", dispute.buyer);
            let enter = self.engine.enter(&conn, op, saved, entries, &key, op.now);
            enter.await?;
        }
        let record = DisputeRecord { dispute, ..record };
        conn.tenant(&op.scope).update_dispute(&record).await?;
        conn.commit().await?;
        Ok(record.id)
    }
}

/// The buyer who was charged for a call.
fn charged(saved: &SavedCall) -> Result<BuyerId, Error> {
    match adjust::party(&saved.session, Whose::Buyer) {
        Ok(Party::Buyer(buyer)) => Ok(buyer),
        Ok(_) | Err(_) => {
            let message = "No buyer had this call.";
            Err(FieldErrors::one("buyer", "unknown", message).into())
        }
    }
}

fn actor(op: &OpCtx) -> Actor {
    match op.actor.rights {
        Rights::Member(role) => Actor::Member {
            user: op.actor.user_id,
            role,
        },
        Rights::Key(key, _) => Actor::Key { key },
    }
}

fn refusal(error: ActError) -> Error {
    match error {
        ActError::Denied(_) => Error::Denied(Permission::AdjustMoney),
        ActError::Refused(message) => Error::Conflict {
            code: "dispute_state",
            message,
        },
        ActError::Invalid(errors) => errors.into(),
    }
}

async fn page_of(
    conn: &Conn,
    op: &OpCtx,
    filter: DisputeFilter,
    after: Option<DisputeId>,
    limit: usize,
) -> Result<(Vec<DisputeRecord>, Option<DisputeId>), StoreError> {
    let many = u64::try_from(limit + 1).unwrap_or(u64::MAX);
    let tenant = conn.tenant(&op.scope);
    let mut found = tenant.disputes(filter, after, many).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.id);
    Ok((found, next))
}

async fn calls_of(
    conn: &Conn,
    op: &OpCtx,
    disputes: &[DisputeRecord],
) -> Result<Vec<CallRecord>, StoreError> {
    let ids: Vec<CallId> = disputes.iter().map(|d| d.call).collect();
    conn.tenant(&op.scope).calls_by_id(&ids).await
}

/// An id in a query; empty for none.
fn optional<T: std::str::FromStr>(field: &str, text: &str) -> Result<Option<T>, Error> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            let message = "That is not an id of this list.";
            FieldErrors::one(field, "malformed", message).into()
        }),
    }
}

/// The buyers who can dispute a call, by what they owe for it.
fn disputable(
    op: &OpCtx,
    names: &Names,
    call: &CallRecord,
    known: &[DisputeRecord],
) -> Vec<Choice> {
    let ledger = &call.session.ledger;
    let mut buyers = Vec::new();
    for party in ledger.parties(domain::ledger::entry::Side::Revenue) {
        let Party::Buyer(buyer) = party else { continue };
        let wanted = Deed {
            request: op.request_id.clone(),
            buyer,
            act: Act::Open {
                reason: domain::ledger::dispute::Reason::BadLine,
            },
            by: actor(op),
            comment: String::new(),
            now: op.now,
            ledger,
            call_ended_at: call.session.ended_at,
            window_days: 1,
        };
        let before = known.iter().find(|r| r.dispute.buyer == buyer);
        if wanted.apply(before.map(|r| &r.dispute)).is_ok() {
            buyers.push(Choice {
                value: buyer.to_string(),
                label: names.buyer(buyer),
                hint: ledger.balance(party).revenue.to_string(),
            });
        }
    }
    buyers
}
