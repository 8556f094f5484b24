//! Buyers.

use domain::api::buyer::BuyerInput;
use domain::api::page::Activity;
use domain::id::BuyerId;
use domain::target::settings::BuyerSettings;
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{activity, from_json, name_key, to_json};
use crate::entity::buyer::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// Rows of one insert; SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 1_000;

/// A buyer as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerRecord {
    pub id: BuyerId,
    pub name: String,
    pub activity: Activity,
    pub settings: BuyerSettings,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All buyers that are not archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn buyers(&self) -> Result<Vec<BuyerRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Activity.ne(Activity::Archived.code()))
            .order_by_asc(Column::Name)
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The buyers that are archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn archived_buyers(&self) -> Result<Vec<BuyerRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Activity.eq(Activity::Archived.code()))
            .order_by_asc(Column::Name)
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The names of all buyers, archived ones included.
    ///
    /// # Errors
    /// What the database says.
    pub async fn buyer_names(&self) -> Result<Vec<(BuyerId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = self
            .select::<Entity>()
            .select_only()
            .column(Column::Id)
            .column(Column::Name)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (BuyerId(id), name))
            .collect())
    }

    /// A buyer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn buyer(&self, id: BuyerId) -> Result<BuyerRecord, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds a buyer.
    ///
    /// # Errors
    /// [`Constraint::BuyerName`](crate::Constraint::BuyerName) if the name is taken.
    pub async fn add_buyer(&self, name: &str, now: Timestamp) -> Result<BuyerId, StoreError> {
        let row = self
            .insert::<Entity>(Self::new_buyer(name, &BuyerSettings::default(), now)?)
            .await?;
        Ok(BuyerId(row.id))
    }

    /// Adds many buyers.
    ///
    /// # Errors
    /// As [`add_buyer`](Self::add_buyer).
    pub async fn add_buyers(&self, new: &[BuyerInput], now: Timestamp) -> Result<(), StoreError> {
        for part in new.chunks(ROWS_AT_ONCE) {
            let rows = (part.iter()).map(|new| Self::new_buyer(&new.name, &new.settings, now));
            let rows = rows.collect::<Result<Vec<_>, _>>()?;
            self.insert_all::<Entity>(rows).await?;
        }
        Ok(())
    }

    /// What is stored of a new buyer.
    fn new_buyer(
        name: &str,
        settings: &BuyerSettings,
        now: Timestamp,
    ) -> Result<ActiveModel, StoreError> {
        Ok(ActiveModel {
            account_id: NotSet,
            id: NotSet,
            name: Set(name.to_owned()),
            name_key: Set(Some(name_key(name))),
            activity: Set(Activity::Active.code().to_owned()),
            created_at: Set(now.0),
            settings: Set(to_json("buyer", settings)?),
        })
    }

    /// Renames a buyer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the name is taken.
    pub async fn rename_buyer(&self, id: BuyerId, name: &str) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Name, Expr::value(name))
            .col_expr(Column::NameKey, Expr::value(name_key(name)))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Replaces what a buyer says for all its targets.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_buyer_settings(
        &self,
        id: BuyerId,
        settings: &BuyerSettings,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Settings, Expr::value(to_json("buyer", settings)?))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Pauses, resumes or archives a buyer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_buyer_activity(
        &self,
        id: BuyerId,
        activity: Activity,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Activity, Expr::value(activity.code()))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }
}

fn record(row: Model) -> Result<BuyerRecord, StoreError> {
    Ok(BuyerRecord {
        id: BuyerId(row.id),
        activity: activity("buyer", &row.activity)?,
        settings: from_json("buyer", &row.settings)?,
        name: row.name,
        created_at: Timestamp(row.created_at),
    })
}
