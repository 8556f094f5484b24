//! What publishers sent and were paid.

use domain::id::PublisherId;
use domain::money::Micros;
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::entity::call;
use crate::error::StoreError;
use crate::repo::count;
use crate::scope::Tenant;

/// What a publisher's callers came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublisherSums {
    pub publisher: PublisherId,
    pub calls: u32,
    /// The sum of what was paid for them.
    pub payout: Micros,
}

impl Tenant<'_> {
    /// Calls that arrived since a moment and their payout, for each publisher that sent any.
    ///
    /// # Errors
    /// What the database says.
    pub async fn publisher_sums(&self, since: Timestamp) -> Result<Vec<PublisherSums>, StoreError> {
        use call::Column as C;
        let rows: Vec<(Option<i64>, i64, Option<i64>)> = self
            .select::<call::Entity>()
            .select_only()
            .column(C::PublisherId)
            .column_as(C::Id.count(), "calls")
            .column_as(Expr::col(C::Payout).sum().cast_as("BIGINT"), "payout")
            .filter(C::ArrivedAt.gte(since.0))
            .filter(C::PublisherId.is_not_null())
            .group_by(C::PublisherId)
            .order_by_asc(C::PublisherId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let sums = rows.into_iter().filter_map(|(publisher, calls, payout)| {
            Some(PublisherSums {
                publisher: PublisherId(publisher?),
                calls: count(calls),
                payout: Micros(payout.unwrap_or(0)),
            })
        });
        Ok(sums.collect())
    }
}
