//! Recordings across accounts: the rules they live by, those that got old, those to be deleted.

use domain::access::Role;
use domain::api::recording::RecordingRules;
use domain::id::RecordingId;
use domain::retention::Keep;
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect,
};

use super::Platform;
use crate::entity::{account, call, campaign, recording};
use crate::error::StoreError;
use crate::repo::count;
use crate::scope::{TenantScope, exactly_one};

/// A day as times are stored.
const DAY_US: i64 = 86_400_000_000;

/// A recording that a rule may want deleted, and the rules it lives by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgedRecording {
    pub scope: TenantScope,
    pub id: RecordingId,
    pub made_at: Timestamp,
    pub account: Keep,
    pub own: Option<Keep>,
}

/// A recording the carrier is to be asked to delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoomedRecording {
    pub scope: TenantScope,
    pub id: RecordingId,
    pub carrier_sid: String,
    /// How often the carrier was asked.
    pub tries: u32,
}

#[derive(Debug, FromQueryResult)]
struct AgedRow {
    account_id: i64,
    id: i64,
    created_at: i64,
    account_days: Option<i64>,
    own_days: Option<i64>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the account's own row by the scope's id; the job's lookups, which mint scopes"
)]
impl Platform<'_> {
    /// What an account says about its recordings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account is gone.
    pub async fn recording_rules(&self, scope: &TenantScope) -> Result<RecordingRules, StoreError> {
        let row = account::Entity::find_by_id(scope.account().0)
            .one(self.conn)
            .await?
            .ok_or(StoreError::NotFound)?;
        Ok(RecordingRules {
            keep: keep(row.recording_days),
            listen_from: Role::from_code(&row.listen_from)
                .ok_or_else(|| StoreError::corrupt("account", &row.listen_from))?,
        })
    }

    /// Replaces what an account says about its recordings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if the account is gone.
    pub async fn set_recording_rules(
        &self,
        scope: &TenantScope,
        rules: &RecordingRules,
    ) -> Result<(), StoreError> {
        let days = match rules.keep {
            Keep::ForEver => None,
            Keep::Days(days) => Some(i64::from(days)),
        };
        let update = account::Entity::update_many()
            .col_expr(account::Column::RecordingDays, Expr::value(days))
            .col_expr(
                account::Column::ListenFrom,
                Expr::value(rules.listen_from.code()),
            )
            .filter(account::Column::Id.eq(scope.account().0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Recordings that are older than the rule they live by, oldest first, at most `limit`. The
    /// domain has the last word on each.
    ///
    /// # Errors
    /// What the database says.
    pub async fn aged_recordings(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<AgedRecording>, StoreError> {
        let days = || -> SimpleExpr {
            Func::coalesce([
                Expr::col((campaign::Entity, campaign::Column::RecordingDays)),
                Expr::col((account::Entity, account::Column::RecordingDays)),
            ])
            .into()
        };
        let made = Expr::col((recording::Entity, recording::Column::CreatedAt));
        let rows = recording::Entity::find()
            .select_only()
            .column(recording::Column::AccountId)
            .column(recording::Column::Id)
            .column(recording::Column::CreatedAt)
            .column_as(account::Column::RecordingDays, "account_days")
            .column_as(campaign::Column::RecordingDays, "own_days")
            .join(
                JoinType::InnerJoin,
                recording::Entity::belongs_to(account::Entity)
                    .from(recording::Column::AccountId)
                    .to(account::Column::Id)
                    .into(),
            )
            .join(
                JoinType::InnerJoin,
                recording::Entity::belongs_to(call::Entity)
                    .from(recording::Column::CallId)
                    .to(call::Column::Id)
                    .into(),
            )
            .join(
                JoinType::LeftJoin,
                call::Entity::belongs_to(campaign::Entity)
                    .from(call::Column::CampaignId)
                    .to(campaign::Column::Id)
                    .into(),
            )
            .filter(recording::Column::DoomedAt.is_null())
            .filter(days().gt(0))
            .filter(made.add(days().mul(DAY_US)).lte(now.0))
            .order_by_asc(recording::Column::CreatedAt)
            .limit(limit)
            .into_model::<AgedRow>()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| AgedRecording {
                scope: TenantScope::mint(row.account_id),
                id: RecordingId(row.id),
                made_at: Timestamp(row.created_at),
                account: keep(row.account_days),
                own: row.own_days.map(|days| Keep::of_days(count(days))),
            })
            .collect())
    }

    /// Recordings the carrier is to be asked to delete by now, longest waiting first, at most
    /// `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn doomed_recordings(
        &self,
        now: Timestamp,
        limit: u64,
    ) -> Result<Vec<DoomedRecording>, StoreError> {
        let rows = recording::Entity::find()
            .filter(recording::Column::NextTryAt.lte(now.0))
            .order_by_asc(recording::Column::NextTryAt)
            .limit(limit)
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| DoomedRecording {
                scope: TenantScope::mint(row.account_id),
                id: RecordingId(row.id),
                carrier_sid: row.carrier_sid,
                tries: count(row.tries),
            })
            .collect())
    }
}

fn keep(days: Option<i64>) -> Keep {
    Keep::of_days(days.map_or(0, count))
}
