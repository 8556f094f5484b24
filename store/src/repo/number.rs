//! Tracking numbers.

use std::collections::BTreeSet;

use domain::api::number::NewNumber;
use domain::id::{CampaignId, EnrichKey, NumberId, PublisherId};
use domain::phone::E164;
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::entity::phone_number::{ActiveModel, Column, Entity, Model};
use crate::entity::{carrier_number, enrichment};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// Rows of one insert; SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 1_000;

/// A number as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberRecord {
    pub id: NumberId,
    pub e164: E164,
    pub label: String,
    pub campaign: Option<CampaignId>,
    pub publisher: Option<PublisherId>,
    pub created_at: Timestamp,
    /// To whose address is sent what is known of its callers.
    pub enrich_key: EnrichKey,
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
            publisher_id: Set(None),
            enrich_key: Set(Some(fresh_key())),
            bid_until: Set(0),
        };
        let row = self.insert::<Entity>(row).await?;
        Ok(NumberId(row.id))
    }

    /// Adds many numbers.
    ///
    /// # Errors
    /// As [`add_number`](Self::add_number).
    pub async fn add_numbers(&self, new: &[NewNumber], now: Timestamp) -> Result<(), StoreError> {
        for part in new.chunks(ROWS_AT_ONCE) {
            let rows = part.iter().map(|number| ActiveModel {
                account_id: NotSet,
                id: NotSet,
                e164: Set(number.e164.as_str().to_owned()),
                label: Set(number.label.clone()),
                campaign_id: Set(number.campaign.map(|c| c.0)),
                created_at: Set(now.0),
                publisher_id: Set(number.publisher.map(|p| p.0)),
                enrich_key: Set(Some(fresh_key())),
                bid_until: Set(0),
            });
            self.insert_all::<Entity>(rows).await?;
        }
        self.bump_generation().await
    }

    /// Replaces label, campaign and publisher of many numbers; a number itself never changes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; `Reference` for a campaign that is not this account's.
    pub async fn update_numbers(
        &self,
        changed: &[(NumberId, NewNumber)],
    ) -> Result<(), StoreError> {
        for (id, number) in changed {
            let update = self
                .update::<Entity>()
                .col_expr(Column::Label, Expr::value(number.label.as_str()))
                .col_expr(
                    Column::CampaignId,
                    Expr::value(number.campaign.map(|c| c.0)),
                )
                .col_expr(
                    Column::PublisherId,
                    Expr::value(number.publisher.map(|p| p.0)),
                )
                .filter(Column::Id.eq(id.0));
            exactly_one(update.exec(self.conn).await?.rows_affected)?;
        }
        self.bump_generation().await
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

    /// Says whose callers dial a number; none is nobody's.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; `Reference` for a publisher that is not this account's.
    pub async fn set_number_publisher(
        &self,
        id: NumberId,
        publisher: Option<PublisherId>,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::PublisherId, Expr::value(publisher.map(|p| p.0)))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Gives a number that is nobody's to a publisher.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has no such number, or it is a publisher's by now.
    pub async fn take_number(
        &self,
        id: NumberId,
        publisher: PublisherId,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::PublisherId, Expr::value(Some(publisher.0)))
            .filter(Column::Id.eq(id.0))
            .filter(Column::PublisherId.is_null());
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Which of these numbers any account has: of whom, nobody is told.
    ///
    /// # Errors
    /// What the database says.
    #[expect(
        clippy::disallowed_methods,
        reason = "a number is in use once on the whole server"
    )]
    pub async fn numbers_taken(&self, numbers: &[E164]) -> Result<BTreeSet<E164>, StoreError> {
        let mut taken = BTreeSet::new();
        for part in numbers.chunks(ROWS_AT_ONCE) {
            let rows: Vec<String> = Entity::find()
                .select_only()
                .column(Column::E164)
                .filter(Column::E164.is_in(part.iter().map(E164::as_str)))
                .into_tuple()
                .all(self.conn)
                .await?;
            for row in rows {
                let number = row.parse();
                taken.insert(number.map_err(|e| StoreError::corrupt("phone_number", e))?);
            }
        }
        Ok(taken)
    }

    /// Removes a number; its calls stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn remove_number(&self, id: NumberId) -> Result<(), StoreError> {
        self.delete::<enrichment::Entity>()
            .filter(enrichment::Column::NumberId.eq(id.0))
            .exec(self.conn)
            .await?;
        self.delete::<carrier_number::Entity>()
            .filter(carrier_number::Column::NumberId.eq(id.0))
            .exec(self.conn)
            .await?;
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

/// Nothing is decided by it, and nobody is to guess it.
#[expect(
    clippy::disallowed_methods,
    reason = "a secret of the row, as its number is the database's: no decision reads it"
)]
fn fresh_key() -> Uuid {
    Uuid::new_v4()
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
        publisher: row.publisher_id.map(PublisherId),
        created_at: Timestamp(row.created_at),
        enrich_key: row
            .enrich_key
            .map(EnrichKey)
            .ok_or_else(|| StoreError::corrupt("phone_number", "it has no key"))?,
    })
}
