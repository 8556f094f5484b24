//! What bids hold is given back when no call came.

use domain::call::reservation::Reservation;
use domain::id::CallId;
use domain::time::Timestamp;
use sea_orm::sea_query::{PostgresQueryBuilder, Query, SqliteQueryBuilder, WithClause};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::error::StoreError;
use crate::repo::call::step::lock::{Capacity, behind_together};
use crate::repo::call::step::{Batch, Check, exists, part};
use crate::scope::Tenant;

impl Tenant<'_> {
    /// Gives back what is held for a call that did not come. Nothing happens if it came meanwhile. A
    /// step by itself, as that which kept the bid.
    ///
    /// # Errors
    /// What the database says.
    pub async fn release_bid(
        &self,
        bid: CallId,
        reserved: &Reservation,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (mut freed, freed_groups) = reserved.freed();
        freed.sort_by_key(|one| one.target);
        let capacity = Capacity {
            claims: &[],
            group_claim: None,
            freed: &freed,
            freed_groups: &freed_groups,
        };
        match self.conn.get_database_backend() {
            DbBackend::Postgres => self.release_linked(bid, &capacity, now).await,
            _ => {
                let mut batch = Batch::default();
                batch.add(self.untaking(bid).build(SqliteQueryBuilder));
                batch.check(Check::Bid);
                self.add_frees(&mut batch, &capacity, now);
                Ok(self.run_batch(batch).await?.all())
            }
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "every part is built from a scoped one"
    )]
    async fn release_linked(
        &self,
        bid: CallId,
        capacity: &Capacity<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut with = WithClause::new();
        with.cte(part("bid", self.lock_held(bid)));
        self.lock_capacity(&mut with, capacity, &["bid"]);
        with.cte(part("untaken", behind_together(self.untaking(bid))));
        self.change_capacity(&mut with, capacity, now);
        let main = Query::select()
            .expr_as(exists("together"), "released")
            .to_owned();
        let (sql, values) = main.with(with).build(PostgresQueryBuilder);
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
        let row = self.conn.query_one_raw(statement).await?;
        let row =
            row.ok_or_else(|| StoreError::corrupt("rtb_bid", "a release answered nothing"))?;
        Ok(row.try_get("", "released")?)
    }
}
