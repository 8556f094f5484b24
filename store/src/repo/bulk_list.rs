//! Bulk lists: the values that tag filters look calls up in.

use domain::id::BulkListId;
use domain::tag::list::{BulkList, BulkLists};
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::name_key;
use crate::entity::bulk_list::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A bulk list as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkListRecord {
    pub id: BulkListId,
    pub name: String,
    /// One value a line, as they were entered.
    pub entries: String,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All lists, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bulk_lists(&self) -> Result<Vec<BulkListRecord>, StoreError> {
        let rows = self.select::<Entity>().order_by_asc(Column::Name);
        Ok(rows.all(self.conn).await?.into_iter().map(record).collect())
    }

    /// The names of all lists, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn bulk_list_names(&self) -> Result<Vec<(BulkListId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = self
            .select::<Entity>()
            .select_only()
            .column(Column::Id)
            .column(Column::Name)
            .order_by_asc(Column::Name)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (BulkListId(id), name))
            .collect())
    }

    /// All lists, ready for filters.
    ///
    /// # Errors
    /// What the database says.
    pub async fn lists(&self) -> Result<BulkLists, StoreError> {
        let lists = self.bulk_lists().await?;
        Ok(lists
            .iter()
            .map(|list| (list.id, BulkList::new(&list.name, list.entries.lines())))
            .collect())
    }

    /// A list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn bulk_list(&self, id: BulkListId) -> Result<BulkListRecord, StoreError> {
        let row = self.select::<Entity>().filter(Column::Id.eq(id.0));
        Ok(record(
            row.one(self.conn).await?.ok_or(StoreError::NotFound)?,
        ))
    }

    /// Adds a list.
    ///
    /// # Errors
    /// [`Constraint::BulkListName`](crate::Constraint::BulkListName) if the name is taken.
    pub async fn add_bulk_list(
        &self,
        name: &str,
        entries: &str,
        now: Timestamp,
    ) -> Result<BulkListId, StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: NotSet,
            name: Set(name.to_owned()),
            name_key: Set(name_key(name)),
            entries: Set(entries.to_owned()),
            created_at: Set(now.0),
        };
        let row = self.insert::<Entity>(row).await?;
        self.bump_generation().await?;
        Ok(BulkListId(row.id))
    }

    /// Replaces a list.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the name is taken.
    pub async fn update_bulk_list(
        &self,
        id: BulkListId,
        name: &str,
        entries: &str,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Name, Expr::value(name))
            .col_expr(Column::NameKey, Expr::value(name_key(name)))
            .col_expr(Column::Entries, Expr::value(entries))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Removes a list. Filters that name it match nothing there any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn remove_bulk_list(&self, id: BulkListId) -> Result<(), StoreError> {
        let delete = self.delete::<Entity>().filter(Column::Id.eq(id.0));
        exactly_one(delete.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }
}

fn record(row: Model) -> BulkListRecord {
    BulkListRecord {
        id: BulkListId(row.id),
        name: row.name,
        entries: row.entries,
        created_at: Timestamp(row.created_at),
    }
}
