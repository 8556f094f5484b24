//! Conversion webhooks, and what came in last.

use domain::api::webhook::WebhookInput;
use domain::id::{CampaignId, WebhookId};
use domain::time::Timestamp;
use domain::webhook::{Answer, DELIVERIES_KEPT, Outcome, Parameters};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{from_json, name_key, to_json};
use crate::entity::webhook::{ActiveModel, Column, Entity, Model};
use crate::entity::webhook_delivery as delivery;
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A webhook as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookRecord {
    pub id: WebhookId,
    pub name: String,
    /// Whose calls it takes; none for those of every campaign.
    pub campaign: Option<CampaignId>,
    pub parameters: Parameters,
    pub enabled: bool,
    pub created_at: Timestamp,
}

/// Something that came in, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryInput {
    pub at: Timestamp,
    /// As sent, shortened.
    pub call: String,
    pub revenue: String,
    pub event: String,
    pub answer: Answer,
}

/// Something that came in, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    pub id: i64,
    pub webhook: WebhookId,
    pub delivery: DeliveryInput,
}

impl Tenant<'_> {
    /// All webhooks, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn webhooks(&self) -> Result<Vec<WebhookRecord>, StoreError> {
        let select = self.select::<Entity>().order_by_asc(Column::Name);
        let rows = select.order_by_asc(Column::Id).all(self.conn).await?;
        rows.into_iter().map(record).collect()
    }

    /// A webhook.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn webhook(&self, id: WebhookId) -> Result<WebhookRecord, StoreError> {
        let select = self.select::<Entity>().filter(Column::Id.eq(id.0));
        let row = select.one(self.conn).await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds a webhook, switched on.
    ///
    /// # Errors
    /// [`Constraint::WebhookName`](crate::Constraint::WebhookName) if the name is taken; `Reference`
    /// for a campaign that is not this account's.
    pub async fn add_webhook(
        &self,
        id: WebhookId,
        new: &WebhookInput,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: Set(id.0),
            name: Set(new.name.clone()),
            name_key: Set(name_key(&new.name)),
            campaign_id: Set(new.campaign.map(|c| c.0)),
            parameters: Set(to_json("webhook", &new.parameters)?),
            enabled: Set(true),
            created_at: Set(now.0),
        };
        self.insert_quietly::<Entity>(row).await
    }

    /// Replaces a webhook's settings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or as [`add_webhook`](Self::add_webhook).
    pub async fn update_webhook(
        &self,
        id: WebhookId,
        new: &WebhookInput,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Name, Expr::value(new.name.as_str()))
            .col_expr(Column::NameKey, Expr::value(name_key(&new.name)))
            .col_expr(Column::CampaignId, Expr::value(new.campaign.map(|c| c.0)))
            .col_expr(
                Column::Parameters,
                Expr::value(to_json("webhook", &new.parameters)?),
            )
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Switches a webhook on or off.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_webhook_enabled(
        &self,
        id: WebhookId,
        enabled: bool,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Enabled, Expr::value(enabled))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Keeps what came in at a webhook, and forgets all but the latest.
    ///
    /// # Errors
    /// `Reference` if this account has no such webhook.
    pub async fn keep_delivery(
        &self,
        webhook: WebhookId,
        new: &DeliveryInput,
    ) -> Result<(), StoreError> {
        let row = delivery::ActiveModel {
            account_id: NotSet,
            id: NotSet,
            webhook_id: Set(webhook.0),
            at: Set(new.at.0),
            call_text: Set(new.call.clone()),
            revenue_text: Set(new.revenue.clone()),
            event_text: Set(new.event.clone()),
            outcome: Set(new.answer.outcome.code().to_owned()),
            message: Set(new.answer.message.clone()),
        };
        self.insert_quietly::<delivery::Entity>(row).await?;
        let too_old: Option<i64> = self
            .select::<delivery::Entity>()
            .filter(delivery::Column::WebhookId.eq(webhook.0))
            .select_only()
            .column(delivery::Column::Id)
            .order_by_desc(delivery::Column::Id)
            .offset(DELIVERIES_KEPT)
            .limit(1)
            .into_tuple()
            .one(self.conn)
            .await?;
        if let Some(id) = too_old {
            self.delete::<delivery::Entity>()
                .filter(delivery::Column::WebhookId.eq(webhook.0))
                .filter(delivery::Column::Id.lte(id))
                .exec(self.conn)
                .await?;
        }
        Ok(())
    }

    /// What came in last at a webhook, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deliveries(&self, webhook: WebhookId) -> Result<Vec<DeliveryRecord>, StoreError> {
        let rows = self
            .select::<delivery::Entity>()
            .filter(delivery::Column::WebhookId.eq(webhook.0))
            .order_by_desc(delivery::Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(delivered).collect()
    }

    /// The latest delivery of each webhook that had one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn last_deliveries(&self) -> Result<Vec<DeliveryRecord>, StoreError> {
        let latest: Vec<i64> = self
            .select::<delivery::Entity>()
            .select_only()
            .column_as(Expr::col(delivery::Column::Id).max(), "latest")
            .group_by(delivery::Column::WebhookId)
            .into_tuple()
            .all(self.conn)
            .await?;
        if latest.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .select::<delivery::Entity>()
            .filter(delivery::Column::Id.is_in(latest))
            .all(self.conn)
            .await?;
        rows.into_iter().map(delivered).collect()
    }
}

/// A row as the services know it.
pub(crate) fn record(row: Model) -> Result<WebhookRecord, StoreError> {
    Ok(WebhookRecord {
        id: WebhookId(row.id),
        name: row.name,
        campaign: row.campaign_id.map(CampaignId),
        parameters: from_json("webhook", &row.parameters)?,
        enabled: row.enabled,
        created_at: Timestamp(row.created_at),
    })
}

fn delivered(row: delivery::Model) -> Result<DeliveryRecord, StoreError> {
    let outcome = Outcome::from_code(&row.outcome);
    Ok(DeliveryRecord {
        id: row.id,
        webhook: WebhookId(row.webhook_id),
        delivery: DeliveryInput {
            at: Timestamp(row.at),
            call: row.call_text,
            revenue: row.revenue_text,
            event: row.event_text,
            answer: Answer {
                outcome: outcome
                    .ok_or_else(|| StoreError::corrupt("webhook_delivery", &row.outcome))?,
                message: row.message,
            },
        },
    })
}
