//! DNI tags.

use domain::api::dni_tag::DniTagInput;
use domain::dni_tag::Source;
use domain::id::{DniTagId, NumberId, PoolId, PublisherId};
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder,
};

use super::{from_json, name_key, to_json};
use crate::entity::dni_tag::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A DNI tag as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DniTagRecord {
    pub id: DniTagId,
    pub settings: DniTagInput,
    pub enabled: bool,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All tags, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dni_tags(&self) -> Result<Vec<DniTagRecord>, StoreError> {
        let select = self.select::<Entity>().order_by_asc(Column::Name);
        let rows = select.order_by_asc(Column::Id).all(self.conn).await?;
        rows.into_iter().map(record).collect()
    }

    /// A tag.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn dni_tag(&self, id: DniTagId) -> Result<DniTagRecord, StoreError> {
        let select = self.select::<Entity>().filter(Column::Id.eq(id.0));
        record(select.one(self.conn).await?.ok_or(StoreError::NotFound)?)
    }

    /// Adds a tag, switched on.
    ///
    /// # Errors
    /// [`Constraint::DniTagName`](crate::Constraint::DniTagName) if the name is taken; `Reference`
    /// for a pool, number or publisher that is not this account's.
    pub async fn add_dni_tag(
        &self,
        id: DniTagId,
        new: &DniTagInput,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (pool, number) = source_columns(new.source);
        let row = ActiveModel {
            account_id: NotSet,
            id: Set(id.0),
            name: Set(new.name.clone()),
            name_key: Set(name_key(&new.name)),
            pool_id: Set(pool),
            number_id: Set(number),
            publisher_id: Set(new.publisher.map(|p| p.0)),
            origins: Set(to_json("dni_tag", &new.origins)?),
            swap: Set(to_json("dni_tag", &new.swap)?),
            fallback: Set(new.fallback.as_ref().map(|n| n.as_str().to_owned())),
            click_ids: Set(to_json("dni_tag", &new.click_ids)?),
            enabled: Set(true),
            created_at: Set(now.0),
        };
        self.insert_quietly::<Entity>(row).await
    }

    /// Replaces a tag's settings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or as [`add_dni_tag`](Self::add_dni_tag).
    pub async fn update_dni_tag(&self, id: DniTagId, new: &DniTagInput) -> Result<(), StoreError> {
        let (pool, number) = source_columns(new.source);
        let fallback = new.fallback.as_ref().map(|n| n.as_str().to_owned());
        let update = self
            .update::<Entity>()
            .col_expr(Column::Name, Expr::value(new.name.as_str()))
            .col_expr(Column::NameKey, Expr::value(name_key(&new.name)))
            .col_expr(Column::PoolId, Expr::value(pool))
            .col_expr(Column::NumberId, Expr::value(number))
            .col_expr(Column::PublisherId, Expr::value(new.publisher.map(|p| p.0)))
            .col_expr(
                Column::Origins,
                Expr::value(to_json("dni_tag", &new.origins)?),
            )
            .col_expr(Column::Swap, Expr::value(to_json("dni_tag", &new.swap)?))
            .col_expr(Column::Fallback, Expr::value(fallback))
            .col_expr(
                Column::ClickIds,
                Expr::value(to_json("dni_tag", &new.click_ids)?),
            )
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Switches a tag on or off.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_dni_tag_enabled(&self, id: DniTagId, enabled: bool) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Enabled, Expr::value(enabled))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}

fn source_columns(source: Source) -> (Option<i64>, Option<i64>) {
    match source {
        Source::Pool(id) => (Some(id.0), None),
        Source::Number(id) => (None, Some(id.0)),
    }
}

pub(crate) fn record(row: Model) -> Result<DniTagRecord, StoreError> {
    let source = match (row.pool_id, row.number_id) {
        (Some(pool), None) => Source::Pool(PoolId(pool)),
        (None, Some(number)) => Source::Number(NumberId(number)),
        _ => return Err(StoreError::corrupt("dni_tag", "a tag has one source")),
    };
    let fallback = row
        .fallback
        .map(|n| n.parse().map_err(|e| StoreError::corrupt("dni_tag", e)))
        .transpose()?;
    Ok(DniTagRecord {
        id: DniTagId(row.id),
        settings: DniTagInput {
            name: row.name,
            source,
            publisher: row.publisher_id.map(PublisherId),
            origins: from_json("dni_tag", &row.origins)?,
            swap: from_json("dni_tag", &row.swap)?,
            fallback,
            click_ids: from_json("dni_tag", &row.click_ids)?,
        },
        enabled: row.enabled,
        created_at: Timestamp(row.created_at),
    })
}
