//! Disputes of calls.

use domain::id::{BuyerId, CallId, DisputeId};
use domain::ledger::dispute::{Dispute, State};
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::{from_json, to_json};
use crate::entity::dispute::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::Tenant;

/// A dispute as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeRecord {
    pub id: DisputeId,
    pub call: CallId,
    pub dispute: Dispute,
    /// What it was read at.
    pub version: i64,
    pub opened_at: Timestamp,
}

/// Which disputes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DisputeFilter {
    /// None for all states.
    pub state: Option<State>,
    pub buyer: Option<BuyerId>,
    pub call: Option<CallId>,
}

impl Tenant<'_> {
    /// The disputes that fit, newest first, after one of them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn disputes(
        &self,
        filter: DisputeFilter,
        after: Option<DisputeId>,
        limit: u64,
    ) -> Result<Vec<DisputeRecord>, StoreError> {
        let mut select = self
            .filtered_disputes(filter)
            .order_by_desc(Column::Id)
            .limit(limit);
        if let Some(after) = after {
            select = select.filter(Column::Id.lt(after.0));
        }
        let rows = select.all(self.conn).await?;
        rows.into_iter().map(record).collect()
    }

    /// How many disputes fit.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_disputes(&self, filter: DisputeFilter) -> Result<u64, StoreError> {
        Ok(self.filtered_disputes(filter).count(self.conn).await?)
    }

    fn filtered_disputes(&self, filter: DisputeFilter) -> Select<Entity> {
        let mut select = self.select::<Entity>();
        if let Some(state) = filter.state {
            select = select.filter(Column::State.eq(state.code()));
        }
        if let Some(buyer) = filter.buyer {
            select = select.filter(Column::BuyerId.eq(buyer.0));
        }
        if let Some(call) = filter.call {
            select = select.filter(Column::CallId.eq(call.0));
        }
        select
    }

    /// The disputes of a call, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn disputes_of(&self, call: CallId) -> Result<Vec<DisputeRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::CallId.eq(call.0))
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// A dispute.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn dispute(&self, id: DisputeId) -> Result<DisputeRecord, StoreError> {
        let row = self.select::<Entity>().filter(Column::Id.eq(id.0));
        record(row.one(self.conn).await?.ok_or(StoreError::NotFound)?)
    }

    /// Keeps a dispute that was just opened.
    ///
    /// # Errors
    /// [`Constraint::DisputeOfBuyer`](crate::Constraint::DisputeOfBuyer) if the buyer disputes the
    /// call already; `Reference` for a call that is not this account's.
    pub async fn add_dispute(
        &self,
        call: CallId,
        dispute: &Dispute,
        now: Timestamp,
    ) -> Result<DisputeId, StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: NotSet,
            call_id: Set(call.0),
            buyer_id: Set(dispute.buyer.0),
            state: Set(dispute.state().code().to_owned()),
            body: Set(to_json("dispute", dispute)?),
            version: Set(1),
            opened_at: Set(now.0),
        };
        Ok(DisputeId(self.insert::<Entity>(row).await?.id))
    }

    /// Keeps what was done to a dispute.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if somebody else did something meanwhile.
    pub async fn update_dispute(&self, record: &DisputeRecord) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::State, Expr::value(record.dispute.state().code()))
            .col_expr(
                Column::Body,
                Expr::value(to_json("dispute", &record.dispute)?),
            )
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(record.id.0))
            .filter(Column::Version.eq(record.version));
        if update.exec(self.conn).await?.rows_affected == 1 {
            Ok(())
        } else {
            Err(StoreError::Stale)
        }
    }
}

fn record(row: Model) -> Result<DisputeRecord, StoreError> {
    Ok(DisputeRecord {
        id: DisputeId(row.id),
        call: CallId(row.call_id),
        dispute: from_json("dispute", &row.body)?,
        version: row.version,
        opened_at: Timestamp(row.opened_at),
    })
}
