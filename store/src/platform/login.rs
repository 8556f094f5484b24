//! The throttle of sign-ins: failures by subject, so that guessing gets slow on every server.

use domain::time::Timestamp;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Platform, text};
use crate::entity::login_throttle;
use crate::error::StoreError;

/// Failed sign-ins of one subject (an address or a peer).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoginThrottle {
    pub failures: u32,
    pub blocked_until: Timestamp,
    pub updated_at: Timestamp,
}

#[expect(clippy::disallowed_methods, reason = "sign-ins belong to no account")]
impl Platform<'_> {
    /// Failed sign-ins of a subject.
    ///
    /// # Errors
    /// What the database says.
    pub async fn login_throttle(&self, subject: &str) -> Result<LoginThrottle, StoreError> {
        let row = login_throttle::Entity::find_by_id(text(subject))
            .one(self.conn)
            .await?;
        Ok(
            row.map_or_else(LoginThrottle::default, |row| LoginThrottle {
                failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
                blocked_until: Timestamp(row.blocked_until),
                updated_at: Timestamp(row.updated_at),
            }),
        )
    }

    /// Counts one failed sign-in and returns how many there are now. `since` forgets older ones.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_failed_login(
        &self,
        subject: &str,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<u32, StoreError> {
        let row = login_throttle::ActiveModel {
            subject: Set(text(subject)),
            failures: Set(1),
            blocked_until: Set(0),
            updated_at: Set(now.0),
        };
        let failures = Expr::case(
            Expr::col((login_throttle::Entity, login_throttle::Column::UpdatedAt)).lt(since.0),
            1,
        )
        .finally(Expr::col((login_throttle::Entity, login_throttle::Column::Failures)).add(1));
        let row = login_throttle::Entity::insert(row)
            .on_conflict(
                OnConflict::column(login_throttle::Column::Subject)
                    .value(login_throttle::Column::Failures, failures)
                    .value(login_throttle::Column::UpdatedAt, now.0)
                    .to_owned(),
            )
            .exec_with_returning(self.conn)
            .await?;
        Ok(u32::try_from(row.failures).unwrap_or(u32::MAX))
    }

    /// Forgets subjects that neither failed since a moment nor are blocked now; returns how many.
    /// Anybody can type addresses, so the table would grow without end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep_login_throttle(
        &self,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let gone = login_throttle::Entity::delete_many()
            .filter(login_throttle::Column::UpdatedAt.lt(since.0))
            .filter(login_throttle::Column::BlockedUntil.lte(now.0))
            .exec(self.conn)
            .await?;
        Ok(gone.rows_affected)
    }

    /// Blocks further sign-ins of a subject until a moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn block_login(&self, subject: &str, until: Timestamp) -> Result<(), StoreError> {
        login_throttle::Entity::update_many()
            .col_expr(login_throttle::Column::BlockedUntil, Expr::value(until.0))
            .filter(login_throttle::Column::Subject.eq(text(subject)))
            .exec(self.conn)
            .await?;
        Ok(())
    }

    /// Forgets the failed sign-ins of a subject.
    ///
    /// # Errors
    /// What the database says.
    pub async fn clear_login_throttle(&self, subject: &str) -> Result<(), StoreError> {
        login_throttle::Entity::delete_by_id(text(subject))
            .exec(self.conn)
            .await?;
        Ok(())
    }
}
