//! Setting the counts of targets back to zero, and taking that back.

use domain::caps::reset::Counts;
use domain::id::TargetId;
use domain::money::Micros;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect};

use super::usage_record;
use crate::entity::target_usage::{Column, Entity};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

impl Tenant<'_> {
    /// Sets a target's counts to those of its calls in progress; says what was taken out.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn reset_counts(&self, id: TargetId) -> Result<Counts, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::TargetId.eq(id.0))
            // No claim between the reading and the writing.
            .lock_exclusive()
            .one(self.conn)
            .await?
            .ok_or(StoreError::NotFound)?;
        let counts = Counts::of(&usage_record(&row)?.usage);
        let less = |counter: Column, n: u32| Expr::col(counter).sub(i64::from(n));
        let without = |counter: Column, sum: Micros| Expr::col(counter).sub(sum.0);
        let update = self
            .update::<Entity>()
            .col_expr(Column::HourCount, less(Column::HourCount, counts.hour))
            .col_expr(Column::DayCount, less(Column::DayCount, counts.day))
            .col_expr(Column::MonthCount, less(Column::MonthCount, counts.month))
            .col_expr(Column::TotalCount, less(Column::TotalCount, counts.total))
            .col_expr(
                Column::HourSpent,
                without(Column::HourSpent, counts.hour_spent),
            )
            .col_expr(
                Column::DaySpent,
                without(Column::DaySpent, counts.day_spent),
            )
            .col_expr(
                Column::MonthSpent,
                without(Column::MonthSpent, counts.month_spent),
            )
            .col_expr(
                Column::TotalSpent,
                without(Column::TotalSpent, counts.total_spent),
            )
            .filter(Column::TargetId.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        Ok(counts)
    }

    /// Puts back what a reset took out, in the windows that still run; what was counted since
    /// stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn restore_counts(&self, id: TargetId, counts: &Counts) -> Result<(), StoreError> {
        let again = |window: Column, key: i64, counter: Column, n: i64| -> SimpleExpr {
            Expr::case(Expr::col(window).eq(key), Expr::col(counter).add(n))
                .finally(Expr::col(counter))
                .into()
        };
        let windows = counts.windows;
        let hour = |counter, n| again(Column::WindowHour, windows.hour, counter, n);
        let day = |counter, n| again(Column::WindowDay, windows.day, counter, n);
        let month = |counter, n| again(Column::WindowMonth, windows.month, counter, n);
        let total = |counter: Column, n: i64| Expr::col(counter).add(n);
        let update = self
            .update::<Entity>()
            .col_expr(
                Column::HourCount,
                hour(Column::HourCount, counts.hour.into()),
            )
            .col_expr(Column::DayCount, day(Column::DayCount, counts.day.into()))
            .col_expr(
                Column::MonthCount,
                month(Column::MonthCount, counts.month.into()),
            )
            .col_expr(
                Column::TotalCount,
                total(Column::TotalCount, counts.total.into()),
            )
            .col_expr(
                Column::HourSpent,
                hour(Column::HourSpent, counts.hour_spent.0),
            )
            .col_expr(Column::DaySpent, day(Column::DaySpent, counts.day_spent.0))
            .col_expr(
                Column::MonthSpent,
                month(Column::MonthSpent, counts.month_spent.0),
            )
            .col_expr(
                Column::TotalSpent,
                total(Column::TotalSpent, counts.total_spent.0),
            )
            .filter(Column::TargetId.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}
