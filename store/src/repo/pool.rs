//! Number pools, and which visitor has which of their numbers.

mod lend;

use std::collections::BTreeMap;

use domain::api::pool::PoolInput;
use domain::id::{CampaignId, NumberId, PoolId, VisitId};
use domain::money::Micros;
use domain::phone::E164;
use domain::pool::grow::Grow;
use domain::pool::lease::{Holder, Slot};
use domain::pool::{Hold, Rotation};
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{count, name_key};
use crate::entity::{phone_number, pool, pool_number};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

pub use lend::LeaseInput;

/// A pool as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolRecord {
    pub id: PoolId,
    pub settings: PoolInput,
    pub created_at: Timestamp,
    /// When it bought numbers by itself last; the beginning of time if it never did.
    pub grown_at: Timestamp,
}

/// A number of a pool as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolNumberRecord {
    pub pool: PoolId,
    pub e164: E164,
    pub slot: Slot,
}

impl Tenant<'_> {
    /// All pools, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pools(&self) -> Result<Vec<PoolRecord>, StoreError> {
        let rows = self
            .select::<pool::Entity>()
            .order_by_asc(pool::Column::Name)
            .order_by_asc(pool::Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// A pool.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn pool(&self, id: PoolId) -> Result<PoolRecord, StoreError> {
        let select = self
            .select::<pool::Entity>()
            .filter(pool::Column::Id.eq(id.0));
        record(select.one(self.conn).await?.ok_or(StoreError::NotFound)?)
    }

    /// Adds a pool without numbers.
    ///
    /// # Errors
    /// [`Constraint::PoolName`](crate::Constraint::PoolName) if the name is taken; `Reference` for a
    /// campaign that is not this account's.
    pub async fn add_pool(&self, new: &PoolInput, now: Timestamp) -> Result<PoolId, StoreError> {
        let row = pool::ActiveModel {
            account_id: NotSet,
            id: NotSet,
            name: Set(new.name.clone()),
            name_key: Set(name_key(&new.name)),
            campaign_id: Set(new.campaign.0),
            idle_s: Set(i64::from(new.hold.idle_s)),
            closed_s: Set(i64::from(new.hold.closed_s)),
            rotation: Set(new.rotation.code().to_owned()),
            created_at: Set(now.0),
            area: Set(new.area.clone()),
            grow_most: Set(grow_most(new)),
            grow_budget: Set(grow_budget(new)),
            grown_at: Set(0),
        };
        Ok(PoolId(self.insert::<pool::Entity>(row).await?.id))
    }

    /// Replaces a pool's settings. Where the campaign changes, its numbers go along and stay with
    /// whoever has them.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or as [`add_pool`](Self::add_pool).
    pub async fn update_pool(&self, id: PoolId, new: &PoolInput) -> Result<(), StoreError> {
        let moved = self.pool(id).await?.settings.campaign != new.campaign;
        let rows = if moved {
            self.take_out(id).await?
        } else {
            Vec::new()
        };
        let update = self
            .update::<pool::Entity>()
            .col_expr(pool::Column::Name, Expr::value(new.name.as_str()))
            .col_expr(pool::Column::NameKey, Expr::value(name_key(&new.name)))
            .col_expr(pool::Column::CampaignId, Expr::value(new.campaign.0))
            .col_expr(pool::Column::IdleS, Expr::value(i64::from(new.hold.idle_s)))
            .col_expr(
                pool::Column::ClosedS,
                Expr::value(i64::from(new.hold.closed_s)),
            )
            .col_expr(pool::Column::Rotation, Expr::value(new.rotation.code()))
            .col_expr(pool::Column::Area, Expr::value(new.area.clone()))
            .col_expr(pool::Column::GrowMost, Expr::value(grow_most(new)))
            .col_expr(pool::Column::GrowBudget, Expr::value(grow_budget(new)))
            .filter(pool::Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        if moved {
            let numbers: Vec<i64> = rows.iter().map(|row| row.number_id).collect();
            self.give_numbers(&numbers, Some(new.campaign)).await?;
            let rows = rows.into_iter().map(|row| pool_number::ActiveModel {
                account_id: NotSet,
                number_id: Set(row.number_id),
                pool_id: Set(id.0),
                campaign_id: Set(new.campaign.0),
                visitor: Set(row.visitor),
                visit_id: Set(row.visit_id),
                landing: Set(row.landing),
                free_at: Set(row.free_at),
            });
            let rows: Vec<_> = rows.collect();
            if !rows.is_empty() {
                self.insert_all::<pool_number::Entity>(rows).await?;
            }
        }
        self.bump_generation().await
    }

    /// Takes the rows of a pool's numbers out of the table.
    async fn take_out(&self, id: PoolId) -> Result<Vec<pool_number::Model>, StoreError> {
        let rows = self
            .select::<pool_number::Entity>()
            .filter(pool_number::Column::PoolId.eq(id.0))
            .all(self.conn)
            .await?;
        self.delete::<pool_number::Entity>()
            .filter(pool_number::Column::PoolId.eq(id.0))
            .exec(self.conn)
            .await?;
        Ok(rows)
    }

    async fn give_numbers(
        &self,
        numbers: &[i64],
        campaign: Option<CampaignId>,
    ) -> Result<(), StoreError> {
        self.update::<phone_number::Entity>()
            .col_expr(
                phone_number::Column::CampaignId,
                Expr::value(campaign.map(|c| c.0)),
            )
            .filter(phone_number::Column::Id.is_in(numbers.iter().copied()))
            .exec(self.conn)
            .await?;
        Ok(())
    }

    /// Takes a pool's turn to grow for one server; false if another took it.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim_growth(
        &self,
        id: PoolId,
        grown_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .update::<pool::Entity>()
            .col_expr(pool::Column::GrownAt, Expr::value(now.0))
            .filter(pool::Column::Id.eq(id.0))
            .filter(pool::Column::GrownAt.eq(grown_at.0));
        Ok(update.exec(self.conn).await?.rows_affected == 1)
    }

    /// Removes a pool; its numbers are no campaign's afterwards.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; `Reference` while a DNI tag shows its numbers.
    pub async fn remove_pool(&self, id: PoolId) -> Result<(), StoreError> {
        let rows = self.take_out(id).await?;
        let numbers: Vec<i64> = rows.iter().map(|row| row.number_id).collect();
        self.give_numbers(&numbers, None).await?;
        let delete = self
            .delete::<pool::Entity>()
            .filter(pool::Column::Id.eq(id.0));
        exactly_one(delete.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Puts numbers of the account into a pool, and so into its campaign. They must be in none.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the pool; `Reference` for a number that is not this account's;
    /// [`Constraint::PoolNumber`](crate::Constraint::PoolNumber) for one that is in a pool.
    pub async fn add_to_pool(&self, id: PoolId, numbers: &[NumberId]) -> Result<(), StoreError> {
        let campaign = self.pool(id).await?.settings.campaign;
        let ids: Vec<i64> = numbers.iter().map(|number| number.0).collect();
        self.give_numbers(&ids, Some(campaign)).await?;
        let rows = ids.into_iter().map(|number| pool_number::ActiveModel {
            account_id: NotSet,
            number_id: Set(number),
            pool_id: Set(id.0),
            campaign_id: Set(campaign.0),
            visitor: Set(None),
            visit_id: Set(None),
            landing: Set(None),
            free_at: Set(0),
        });
        self.insert_all::<pool_number::Entity>(rows).await?;
        self.bump_generation().await
    }

    /// Takes a number out of a pool; it is no campaign's afterwards. Whoever saw it last is still
    /// known to late calls.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it is not in this pool.
    pub async fn take_from_pool(&self, id: PoolId, number: NumberId) -> Result<(), StoreError> {
        let delete = self
            .delete::<pool_number::Entity>()
            .filter(pool_number::Column::PoolId.eq(id.0))
            .filter(pool_number::Column::NumberId.eq(number.0));
        exactly_one(delete.exec(self.conn).await?.rows_affected)?;
        self.give_numbers(&[number.0], None).await?;
        self.bump_generation().await
    }

    /// The numbers of a pool, in their order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pool_numbers(&self, id: PoolId) -> Result<Vec<PoolNumberRecord>, StoreError> {
        let rows = self
            .select::<pool_number::Entity>()
            .filter(pool_number::Column::PoolId.eq(id.0))
            .order_by_asc(pool_number::Column::NumberId)
            .all(self.conn)
            .await?;
        self.with_e164(rows).await
    }

    /// Which pool each number that is in one is in.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pools_of_numbers(&self) -> Result<BTreeMap<NumberId, PoolId>, StoreError> {
        let rows: Vec<(i64, i64)> = self
            .select::<pool_number::Entity>()
            .select_only()
            .column(pool_number::Column::NumberId)
            .column(pool_number::Column::PoolId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let pairs = rows.into_iter();
        Ok(pairs.map(|(n, p)| (NumberId(n), PoolId(p))).collect())
    }

    /// For each pool that has numbers: how many, and how many are lent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pool_sizes(
        &self,
        now: Timestamp,
    ) -> Result<BTreeMap<PoolId, (u32, u32)>, StoreError> {
        let lent =
            Expr::case(Expr::col(pool_number::Column::FreeAt).gt(now.0), 1_i64).finally(0_i64);
        let rows: Vec<(i64, i64, i64)> = self
            .select::<pool_number::Entity>()
            .select_only()
            .column(pool_number::Column::PoolId)
            .column_as(pool_number::Column::NumberId.count(), "size")
            .column_as(Expr::expr(lent).sum().cast_as("BIGINT"), "lent")
            .group_by(pool_number::Column::PoolId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let sizes = rows.into_iter();
        Ok(sizes
            .map(|(pool, size, lent)| (PoolId(pool), (count(size), count(lent))))
            .collect())
    }

    async fn with_e164(
        &self,
        rows: Vec<pool_number::Model>,
    ) -> Result<Vec<PoolNumberRecord>, StoreError> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let known: Vec<(i64, String)> = self
            .select::<phone_number::Entity>()
            .select_only()
            .column(phone_number::Column::Id)
            .column(phone_number::Column::E164)
            .filter(phone_number::Column::Id.is_in(rows.iter().map(|row| row.number_id)))
            .into_tuple()
            .all(self.conn)
            .await?;
        let mut known: BTreeMap<i64, String> = known.into_iter().collect();
        rows.into_iter()
            .map(|row| {
                let e164 = known.remove(&row.number_id).unwrap_or_default();
                let e164 = e164
                    .parse()
                    .map_err(|e| StoreError::corrupt("pool_number", e))?;
                Ok(PoolNumberRecord {
                    pool: PoolId(row.pool_id),
                    e164,
                    slot: slot(row),
                })
            })
            .collect()
    }

    /// Moves the end of a visit's lease; whether the visit still has its number.
    ///
    /// # Errors
    /// What the database says.
    pub async fn extend_lease(
        &self,
        visit: VisitId,
        free_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .update::<pool_number::Entity>()
            .col_expr(pool_number::Column::FreeAt, Expr::value(free_at.0))
            .filter(pool_number::Column::VisitId.eq(visit.0));
        Ok(update.exec(self.conn).await?.rows_affected > 0)
    }
}

fn slot(row: pool_number::Model) -> Slot {
    let holder = match (row.visitor, row.visit_id) {
        (Some(visitor), Some(visit)) => Some(Holder {
            visitor,
            visit: VisitId(visit),
            landing: row.landing.unwrap_or_default(),
        }),
        _ => None,
    };
    Slot {
        number: NumberId(row.number_id),
        holder,
        free_at: Timestamp(row.free_at),
    }
}

pub(crate) fn record(row: pool::Model) -> Result<PoolRecord, StoreError> {
    let rotation = Rotation::from_code(&row.rotation)
        .ok_or_else(|| StoreError::corrupt("pool", &row.rotation))?;
    Ok(PoolRecord {
        id: PoolId(row.id),
        settings: PoolInput {
            name: row.name,
            campaign: CampaignId(row.campaign_id),
            hold: Hold {
                idle_s: count(row.idle_s),
                closed_s: count(row.closed_s),
            },
            rotation,
            area: row.area,
            grow: row.grow_most.map(|most| Grow {
                most: count(most),
                budget: row.grow_budget.map(Micros),
            }),
        },
        created_at: Timestamp(row.created_at),
        grown_at: Timestamp(row.grown_at),
    })
}

fn grow_most(pool: &PoolInput) -> Option<i64> {
    pool.grow.map(|grow| i64::from(grow.most))
}

fn grow_budget(pool: &PoolInput) -> Option<i64> {
    pool.grow.and_then(|grow| grow.budget).map(|m| m.0)
}
