//! What the carrier says of the account's numbers.

use std::collections::BTreeMap;

use domain::carrier_number::Drift;
use domain::id::NumberId;
use domain::money::Micros;
use domain::time::Timestamp;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{from_json, to_json};
use crate::entity::carrier_number::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::Tenant;

/// Rows of one insert; SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 1_000;

/// A number at the carrier as it was found last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierNumberRecord {
    pub number: NumberId,
    /// The carrier's id of it; none where the carrier account does not have it.
    pub sid: Option<String>,
    /// What a month of it costs; none where nobody knows.
    pub monthly: Option<Micros>,
    pub checked_at: Timestamp,
    /// How it differs from what we want.
    pub drift: Vec<Drift>,
    /// The account has bought or imported it, so that it is the account's to give back.
    pub owned: bool,
}

impl Tenant<'_> {
    /// What is known of the account's numbers; those never looked at are not among them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn carrier_numbers(
        &self,
    ) -> Result<BTreeMap<NumberId, CarrierNumberRecord>, StoreError> {
        let rows = self.select::<Entity>().all(self.conn).await?;
        rows.into_iter()
            .map(|row| record(row).map(|known| (known.number, known)))
            .collect()
    }

    /// What is known of a number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn carrier_number(
        &self,
        number: NumberId,
    ) -> Result<Option<CarrierNumberRecord>, StoreError> {
        let select = self
            .select::<Entity>()
            .filter(Column::NumberId.eq(number.0));
        select.one(self.conn).await?.map(record).transpose()
    }

    /// Keeps what was found. A price that is not known now stays as it was, and what is the account's
    /// own stays so.
    ///
    /// # Errors
    /// `Reference` for a number that is not this account's.
    #[expect(
        clippy::disallowed_methods,
        reason = "an insert that updates; each row is stamped with the account"
    )]
    pub async fn keep_carrier_numbers(
        &self,
        found: &[CarrierNumberRecord],
    ) -> Result<(), StoreError> {
        for part in found.chunks(ROWS_AT_ONCE) {
            for (priced, owned) in [(true, true), (true, false), (false, true), (false, false)] {
                let rows = part
                    .iter()
                    .filter(|one| one.monthly.is_some() == priced && one.owned == owned)
                    .map(|one| {
                        Ok(self.stamp::<Entity>(ActiveModel {
                            account_id: Set(0),
                            number_id: Set(one.number.0),
                            sid: Set(one.sid.clone()),
                            monthly: Set(one.monthly.map(|m| m.0)),
                            checked_at: Set(one.checked_at.0),
                            drift: Set(to_json("carrier_number", &one.drift)?),
                            owned: Set(one.owned),
                        }))
                    })
                    .collect::<Result<Vec<_>, StoreError>>()?;
                if rows.is_empty() {
                    continue;
                }
                let mut kept = vec![Column::Sid, Column::CheckedAt, Column::Drift];
                if priced {
                    kept.push(Column::Monthly);
                }
                if owned {
                    kept.push(Column::Owned);
                }
                Entity::insert_many(rows)
                    .on_conflict(
                        OnConflict::columns([Column::AccountId, Column::NumberId])
                            .update_columns(kept)
                            .to_owned(),
                    )
                    .exec_without_returning(self.conn)
                    .await?;
            }
        }
        Ok(())
    }
}

fn record(row: Model) -> Result<CarrierNumberRecord, StoreError> {
    Ok(CarrierNumberRecord {
        number: NumberId(row.number_id),
        sid: row.sid,
        monthly: row.monthly.map(Micros),
        checked_at: Timestamp(row.checked_at),
        drift: from_json("carrier_number", &row.drift)?,
        owned: row.owned,
    })
}
