//! RTB ids: what publishers ask.

use domain::id::{CampaignId, PayoutRuleId, PublisherId, RtbId};
use domain::rtb_id::settings::{CompiledRtbId, RtbIdSettings};
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder,
};

use super::{from_json, to_json};
use crate::entity::rtb_id::{ActiveModel, Column, Entity, Model};
use crate::entity::rtb_id_usage;
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// An RTB id as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtbIdRecord {
    pub id: RtbId,
    pub campaign: CampaignId,
    pub publisher: PublisherId,
    pub enabled: bool,
    /// Under which its payouts are counted.
    pub rule: PayoutRuleId,
    pub settings: RtbIdSettings,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All RTB ids, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rtb_ids(&self) -> Result<Vec<RtbIdRecord>, StoreError> {
        let select = self.select::<Entity>().order_by_asc(Column::Seq);
        let rows = select.all(self.conn).await?;
        rows.into_iter().map(record).collect()
    }

    /// An RTB id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn rtb_id(&self, id: RtbId) -> Result<RtbIdRecord, StoreError> {
        let select = self.select::<Entity>().filter(Column::Id.eq(id.0));
        let row = select.one(self.conn).await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds an RTB id, switched on.
    ///
    /// # Errors
    /// [`Constraint::RtbIdPair`](crate::Constraint::RtbIdPair) if the publisher has one in the campaign
    /// already; `Reference` for a campaign or publisher that is not this account's.
    pub async fn add_rtb_id(
        &self,
        id: RtbId,
        (campaign, publisher): (CampaignId, PublisherId),
        settings: &RtbIdSettings,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            seq: NotSet,
            id: Set(id.0),
            campaign_id: Set(campaign.0),
            publisher_id: Set(publisher.0),
            enabled: Set(true),
            settings: Set(to_json("rtb_id", settings)?),
            created_at: Set(now.0),
        };
        self.insert_quietly::<Entity>(row).await?;
        let usage = rtb_id_usage::ActiveModel {
            account_id: NotSet,
            rtb_id: Set(id.0),
            span: Set(0),
            pings: Set(0),
            test_span: Set(0),
            test_pings: Set(0),
        };
        self.insert_quietly::<rtb_id_usage::Entity>(usage).await?;
        self.bump_generation().await
    }

    /// Replaces what an RTB id is set up to do.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn update_rtb_id(
        &self,
        id: RtbId,
        settings: &RtbIdSettings,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Settings, Expr::value(to_json("rtb_id", settings)?))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Switches an RTB id on or off.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn set_rtb_id_enabled(&self, id: RtbId, enabled: bool) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Enabled, Expr::value(enabled))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }
}

fn record(row: Model) -> Result<RtbIdRecord, StoreError> {
    Ok(RtbIdRecord {
        id: RtbId(row.id),
        campaign: CampaignId(row.campaign_id),
        publisher: PublisherId(row.publisher_id),
        enabled: row.enabled,
        rule: CompiledRtbId::rule_of(row.seq),
        settings: from_json("rtb_id", &row.settings)?,
        created_at: Timestamp(row.created_at),
    })
}
