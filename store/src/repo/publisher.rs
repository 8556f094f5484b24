//! Publishers.

pub(crate) mod figures;

use domain::api::page::Activity;
use domain::id::PublisherId;
use domain::ledger::payout::PayoutTerms;
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{activity, from_json, name_key, to_json};
use crate::entity::publisher::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A publisher as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublisherRecord {
    pub id: PublisherId,
    pub name: String,
    pub activity: Activity,
    /// May be empty.
    pub sub_id: String,
    pub terms: PayoutTerms,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All publishers that are not archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn publishers(&self) -> Result<Vec<PublisherRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Activity.ne(Activity::Archived.code()))
            .order_by_asc(Column::Name)
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The publishers that are archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn archived_publishers(&self) -> Result<Vec<PublisherRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Activity.eq(Activity::Archived.code()))
            .order_by_asc(Column::Name)
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The names of all publishers, archived ones included.
    ///
    /// # Errors
    /// What the database says.
    pub async fn publisher_names(&self) -> Result<Vec<(PublisherId, String)>, StoreError> {
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
            .map(|(id, name)| (PublisherId(id), name))
            .collect())
    }

    /// A publisher.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn publisher(&self, id: PublisherId) -> Result<PublisherRecord, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds a publisher.
    ///
    /// # Errors
    /// [`Constraint::PublisherName`](crate::Constraint::PublisherName) if the name is taken.
    pub async fn add_publisher(
        &self,
        name: &str,
        sub_id: &str,
        terms: &PayoutTerms,
        now: Timestamp,
    ) -> Result<PublisherId, StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: NotSet,
            name: Set(name.to_owned()),
            name_key: Set(name_key(name)),
            activity: Set(Activity::Active.code().to_owned()),
            sub_id: Set(sub_id.to_owned()),
            terms: Set(to_json("publisher", terms)?),
            created_at: Set(now.0),
        };
        let row = self.insert::<Entity>(row).await?;
        self.bump_generation().await?;
        Ok(PublisherId(row.id))
    }

    /// Replaces a publisher's name and how it is paid.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the name is taken.
    pub async fn update_publisher(
        &self,
        id: PublisherId,
        name: &str,
        sub_id: &str,
        terms: &PayoutTerms,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Name, Expr::value(name))
            .col_expr(Column::NameKey, Expr::value(name_key(name)))
            .col_expr(Column::SubId, Expr::value(sub_id))
            .col_expr(Column::Terms, Expr::value(to_json("publisher", terms)?))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Pauses, resumes or archives a publisher.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_publisher_activity(
        &self,
        id: PublisherId,
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

fn record(row: Model) -> Result<PublisherRecord, StoreError> {
    Ok(PublisherRecord {
        id: PublisherId(row.id),
        activity: activity("publisher", &row.activity)?,
        terms: from_json("publisher", &row.terms)?,
        name: row.name,
        sub_id: row.sub_id,
        created_at: Timestamp(row.created_at),
    })
}
