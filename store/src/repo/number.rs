//! Tracking numbers.

use domain::id::{CampaignId, NumberId};
use domain::phone::E164;
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder,
};

use crate::entity::phone_number::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A number as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRecord {
    pub id: NumberId,
    pub e164: E164,
    pub label: String,
    pub campaign: Option<CampaignId>,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All numbers, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn numbers(&self) -> Result<Vec<NumberRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .order_by_desc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// A number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn number(&self, id: NumberId) -> Result<NumberRecord, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds a number.
    ///
    /// # Errors
    /// [`Constraint::NumberE164`](crate::Constraint::NumberE164) if it is in use already, in any
    /// account; `Reference` for a campaign that is not this account's.
    pub async fn add_number(
        &self,
        e164: &E164,
        label: &str,
        campaign: Option<CampaignId>,
        now: Timestamp,
    ) -> Result<NumberId, StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: NotSet,
            e164: Set(e164.as_str().to_owned()),
            label: Set(label.to_owned()),
            campaign_id: Set(campaign.map(|c| c.0)),
            created_at: Set(now.0),
        };
        let row = self.insert::<Entity>(row).await?;
        Ok(NumberId(row.id))
    }

    /// Gives a number to a campaign, or to none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; `Reference` for a campaign that is not this account's.
    pub async fn assign_number(
        &self,
        id: NumberId,
        campaign: Option<CampaignId>,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::CampaignId, Expr::value(campaign.map(|c| c.0)))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Removes a number; its calls stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn remove_number(&self, id: NumberId) -> Result<(), StoreError> {
        exactly_one(
            self.delete::<Entity>()
                .filter(Column::Id.eq(id.0))
                .exec(self.conn)
                .await?
                .rows_affected,
        )?;
        self.bump_generation().await
    }
}

fn record(row: Model) -> Result<NumberRecord, StoreError> {
    Ok(NumberRecord {
        id: NumberId(row.id),
        e164: row
            .e164
            .parse()
            .map_err(|e| StoreError::corrupt("phone_number", e))?,
        label: row.label,
        campaign: row.campaign_id.map(CampaignId),
        created_at: Timestamp(row.created_at),
    })
}
