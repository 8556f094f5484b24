//! Orders for numbers.

use domain::id::{CampaignId, NumberOrderId, PoolId, PublisherId};
use domain::money::Micros;
use domain::number_order::Progress;
use domain::phone::E164;
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::{from_json, to_json};
use crate::entity::number_order::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// An order to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderInput {
    pub id: NumberOrderId,
    /// The carrier account that it is bought in, by the carrier's id.
    pub carrier_sid: String,
    /// What it was ordered with: the same number is ordered once by one request.
    pub request: Uuid,
    pub number: E164,
    /// What a month of it costs; none where the carrier did not say.
    pub monthly: Option<Micros>,
    pub label: String,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    /// The pool it is for; its campaign is the pool's then.
    pub pool: Option<PoolId>,
    /// Who ordered it, for people to read.
    pub ordered_by: String,
}

/// An order as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    pub input: OrderInput,
    pub ordered_at: Timestamp,
    pub progress: Progress,
    /// When it goes on; none once it is over.
    pub due_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

impl Tenant<'_> {
    /// Keeps orders, to be begun at once.
    ///
    /// # Errors
    /// [`Constraint::NumberOrdered`](crate::Constraint::NumberOrdered) if one of the numbers is being
    /// bought already, or was ordered by the same request; `Reference` for a campaign or publisher that
    /// is not this account's.
    pub async fn add_orders(&self, new: &[OrderInput], now: Timestamp) -> Result<(), StoreError> {
        let progress = to_json("number_order", &Progress::default())?;
        let rows = new.iter().map(|order| ActiveModel {
            account_id: Set(0),
            id: Set(order.id.0),
            carrier_sid: Set(order.carrier_sid.clone()),
            request: Set(order.request),
            e164: Set(order.number.as_str().to_owned()),
            monthly: Set(order.monthly.map(|m| m.0)),
            label: Set(order.label.clone()),
            campaign_id: Set(order.campaign.map(|c| c.0)),
            publisher_id: Set(order.publisher.map(|p| p.0)),
            pool_id: Set(order.pool.map(|p| p.0)),
            ordered_by: Set(order.ordered_by.clone()),
            ordered_at: Set(now.0),
            progress: Set(progress.clone()),
            due_at: Set(Some(now.0)),
            ended_at: Set(None),
            dismissed: Set(false),
        });
        self.insert_all::<Entity>(rows).await
    }

    /// The orders of a request.
    ///
    /// # Errors
    /// What the database says.
    pub async fn orders_of(&self, request: Uuid) -> Result<Vec<OrderRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Request.eq(request))
            .order_by_asc(Column::E164)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// Open orders and those that were ordered since and not dismissed, newest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn orders_since(
        &self,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<OrderRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Dismissed.eq(false))
            .filter(
                Condition::any()
                    .add(Column::EndedAt.is_null())
                    .add(Column::OrderedAt.gte(since.0)),
            )
            .order_by_desc(Column::OrderedAt)
            .order_by_asc(Column::E164)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// An order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn order(&self, id: NumberOrderId) -> Result<OrderRecord, StoreError> {
        let select = self.select::<Entity>().filter(Column::Id.eq(id.0));
        record(select.one(self.conn).await?.ok_or(StoreError::NotFound)?)
    }

    /// How many orders are open.
    ///
    /// # Errors
    /// What the database says.
    pub async fn orders_open(&self) -> Result<u64, StoreError> {
        let open = self.select::<Entity>().filter(Column::EndedAt.is_null());
        Ok(open.count(self.conn).await?)
    }

    /// The orders of a pool that are open, or were ordered since.
    ///
    /// # Errors
    /// What the database says.
    pub async fn orders_for_pool(
        &self,
        pool: PoolId,
        since: Timestamp,
    ) -> Result<Vec<OrderRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::PoolId.eq(pool.0))
            .filter(
                Condition::any()
                    .add(Column::EndedAt.is_null())
                    .add(Column::OrderedAt.gte(since.0)),
            )
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// All orders that are not known to have bought their number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn orders_not_bought(&self) -> Result<Vec<OrderRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Progress.not_like("%\"bought\"%"))
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// Takes the next step of an order for one server, keeping what it is about to do; false if another
    /// took it. A server that dies meanwhile leaves it to whoever comes after `until`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim_order(
        &self,
        id: NumberOrderId,
        due_at: Timestamp,
        begun: &Progress,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::DueAt, Expr::value(until.0))
            .col_expr(
                Column::Progress,
                Expr::value(to_json("number_order", begun)?),
            )
            .filter(Column::Id.eq(id.0))
            .filter(Column::DueAt.eq(due_at.0));
        Ok(update.exec(self.conn).await?.rows_affected == 1)
    }

    /// Keeps how far a claimed order has come, and when it goes on; `None` ends it. False if the claim
    /// was over and another server went on with it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_order(
        &self,
        id: NumberOrderId,
        claimed_until: Timestamp,
        progress: &Progress,
        due_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = due_at.is_none().then_some(now.0);
        let update = self
            .update::<Entity>()
            .col_expr(Column::DueAt, Expr::value(due_at.map(|at| at.0)))
            .col_expr(Column::EndedAt, Expr::value(ended))
            .col_expr(
                Column::Progress,
                Expr::value(to_json("number_order", progress)?),
            )
            .filter(Column::Id.eq(id.0))
            .filter(Column::DueAt.eq(claimed_until.0));
        Ok(update.exec(self.conn).await?.rows_affected == 1)
    }

    /// Notes that an order has its number after all, whatever was thought of it before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn order_found(
        &self,
        id: NumberOrderId,
        progress: &Progress,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::DueAt, Expr::value(None::<i64>))
            .col_expr(Column::EndedAt, Expr::value(now.0))
            .col_expr(
                Column::Progress,
                Expr::value(to_json("number_order", progress)?),
            )
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Takes an order that is over off the list. It is kept: its number may turn up yet.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id that is over.
    pub async fn dismiss_order(&self, id: NumberOrderId) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Dismissed, Expr::value(true))
            .filter(Column::Id.eq(id.0))
            .filter(Column::EndedAt.is_not_null());
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}

pub(crate) fn record(row: Model) -> Result<OrderRecord, StoreError> {
    Ok(OrderRecord {
        input: OrderInput {
            id: NumberOrderId(row.id),
            carrier_sid: row.carrier_sid,
            request: row.request,
            number: row
                .e164
                .parse()
                .map_err(|e| StoreError::corrupt("number_order", e))?,
            monthly: row.monthly.map(Micros),
            label: row.label,
            campaign: row.campaign_id.map(CampaignId),
            publisher: row.publisher_id.map(PublisherId),
            pool: row.pool_id.map(PoolId),
            ordered_by: row.ordered_by,
        },
        ordered_at: Timestamp(row.ordered_at),
        progress: from_json("number_order", &row.progress)?,
        due_at: row.due_at.map(Timestamp),
        ended_at: row.ended_at.map(Timestamp),
    })
}
