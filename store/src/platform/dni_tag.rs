//! Whose DNI tag it is: an advertiser's page names one, and nothing else.

use domain::id::{DniTagId, NumberId};
use domain::phone::E164;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::Platform;
use crate::entity::{dni_tag, phone_number, pool};
use crate::error::StoreError;
use crate::repo::dni_tag::DniTagRecord;
use crate::repo::pool::PoolRecord;
use crate::scope::TenantScope;
use domain::dni_tag::Source;

/// A DNI tag as a page's request finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagHome {
    pub scope: TenantScope,
    pub tag: DniTagRecord,
    pub shows: Shows,
}

/// What a tag's visitors are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shows {
    Pool(PoolRecord),
    Number(NumberId, E164),
}

#[expect(
    clippy::disallowed_methods,
    reason = "the tag proves whose account it is"
)]
impl Platform<'_> {
    /// The tag with an id, with the pool or the number it shows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn home_of_tag(&self, id: DniTagId) -> Result<Option<TagHome>, StoreError> {
        let Some(row) = dni_tag::Entity::find_by_id(id.0).one(self.conn).await? else {
            return Ok(None);
        };
        let account = row.account_id;
        let tag = crate::repo::dni_tag::record(row)?;
        let gone = || StoreError::corrupt("dni_tag", "its source is gone");
        let shows = match tag.settings.source {
            Source::Pool(id) => {
                let row = pool::Entity::find()
                    .filter(pool::Column::AccountId.eq(account))
                    .filter(pool::Column::Id.eq(id.0))
                    .one(self.conn)
                    .await?;
                Shows::Pool(crate::repo::pool::record(row.ok_or_else(gone)?)?)
            }
            Source::Number(id) => {
                let e164: Option<String> = phone_number::Entity::find()
                    .select_only()
                    .column(phone_number::Column::E164)
                    .filter(phone_number::Column::AccountId.eq(account))
                    .filter(phone_number::Column::Id.eq(id.0))
                    .into_tuple()
                    .one(self.conn)
                    .await?;
                let e164 = e164.ok_or_else(gone)?;
                let e164 = e164
                    .parse()
                    .map_err(|e| StoreError::corrupt("phone_number", e))?;
                Shows::Number(id, e164)
            }
        };
        Ok(Some(TagHome {
            scope: TenantScope::mint(account),
            tag,
            shows,
        }))
    }
}
