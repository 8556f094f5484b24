//! What was sent of callers before they call.

use domain::enrichment::Enrichment;
use domain::id::NumberId;
use domain::phone::E164;
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
};

use super::{from_json, to_json};
use crate::entity::enrichment::{ActiveModel, Column, Entity};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

impl Tenant<'_> {
    /// What is known of a caller of a number; nobody else changes it until the transaction ends.
    ///
    /// # Errors
    /// `Reference` for a number that is not this account's.
    #[expect(
        clippy::disallowed_methods,
        reason = "stamped; a row that is there already is no error here"
    )]
    pub async fn enrichment_to_change(
        &self,
        number: NumberId,
        caller: &E164,
    ) -> Result<Option<Enrichment>, StoreError> {
        // A row to lock, so that of two who send at once neither is lost.
        let blank = ActiveModel {
            account_id: NotSet,
            number_id: Set(number.0),
            caller: Set(caller.as_str().to_owned()),
            tags: Set("{}".to_owned()),
            sent_at: Set(0),
        };
        Entity::insert(self.stamp::<Entity>(blank))
            .on_conflict(
                OnConflict::columns([Column::AccountId, Column::NumberId, Column::Caller])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(self.conn)
            .await?;
        let select = self
            .select::<Entity>()
            .filter(Column::NumberId.eq(number.0))
            .filter(Column::Caller.eq(caller.as_str()))
            .lock(LockType::Update);
        let row = select.one(self.conn).await?.ok_or(StoreError::NotFound)?;
        let known = (row.sent_at > 0).then(|| read(&row.tags, row.sent_at));
        known.transpose()
    }

    /// Replaces what is known of a caller of a number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_enrichment(
        &self,
        number: NumberId,
        caller: &E164,
        known: &Enrichment,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(
                Column::Tags,
                Expr::value(to_json("enrichment", &known.tags)?),
            )
            .col_expr(Column::SentAt, Expr::value(known.sent_at.0))
            .filter(Column::NumberId.eq(number.0))
            .filter(Column::Caller.eq(caller.as_str()));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}

/// As it is stored.
pub(crate) fn read(tags: &str, sent_at: i64) -> Result<Enrichment, StoreError> {
    Ok(Enrichment {
        tags: from_json("enrichment", tags)?,
        sent_at: Timestamp(sent_at),
    })
}
