//! Visits counted: where they came from, when, and what became of them.

use domain::call::record::Outcome;
use domain::id::DniTagId;
use domain::money::Micros;
use domain::time::Timestamp;
use domain::visit::Shown;
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter, QuerySelect,
    Select,
};

use crate::entity::{call, visit};
use crate::error::StoreError;
use crate::repo::count;
use crate::scope::Tenant;

const HOUR_MICROS: i64 = 3_600_000_000;

/// Which visits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitFilter {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    /// Of these DNI tags; none for all.
    pub tags: Option<Vec<DniTagId>>,
    /// Heard of since.
    pub seen_since: Option<Timestamp>,
}

/// What the visits of one count have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitKey {
    /// All together.
    None,
    /// Source and medium.
    Source,
    Campaign,
    Landing,
    /// City, region, country.
    Place,
    Device,
    Tag,
    /// Hours since this moment.
    Hour(Timestamp),
}

/// A count of visits and of their calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitCounts {
    /// What they have in common, empty where the key has fewer parts.
    pub key: [String; 3],
    pub tag: Option<DniTagId>,
    pub hour: u32,
    pub visits: u64,
    pub misses: u64,
    pub calls: u64,
    pub connected: u64,
    pub converted: u64,
    pub revenue: Micros,
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    a: String,
    b: String,
    c: String,
    tag: Option<uuid::Uuid>,
    hour: i64,
    visits: i64,
    misses: i64,
    calls: i64,
    connected: i64,
    converted: i64,
    revenue: i64,
}

impl Tenant<'_> {
    pub(super) fn visits_where(&self, filter: &VisitFilter) -> Select<visit::Entity> {
        narrowed(self.select::<visit::Entity>(), filter)
    }

    /// How many visits fit.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_visits(&self, filter: &VisitFilter) -> Result<u64, StoreError> {
        Ok(self.visits_where(filter).count(self.conn).await?)
    }

    /// How long visits lasted on average, in seconds; zero where there were none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn mean_visit_s(&self, filter: &VisitFilter) -> Result<u32, StoreError> {
        use visit::Column as V;
        let length =
            Expr::col((visit::Entity, V::SeenAt)).sub(Expr::col((visit::Entity, V::StartedAt)));
        let row: Option<(Option<i64>, i64)> = self
            .visits_where(filter)
            .select_only()
            .column_as(Expr::expr(length).sum().cast_as("BIGINT"), "total")
            .column_as(V::Id.count(), "visits")
            .into_tuple()
            .one(self.conn)
            .await?;
        let (total, visits) = row.unwrap_or_default();
        Ok(count(total.unwrap_or(0) / Ord::max(visits, 1) / 1_000_000))
    }

    /// Visits and their calls, counted by what they have in common. A visit counts when it began, its
    /// calls with it whenever they came; by the hour, calls count when they came.
    ///
    /// # Errors
    /// What the database says.
    pub async fn visit_counts(
        &self,
        filter: &VisitFilter,
        key: VisitKey,
    ) -> Result<Vec<VisitCounts>, StoreError> {
        let seen = self
            .keyed(self.visits_where(filter), key, visit_hour)
            .column_as(visit::Column::Id.count(), "visits")
            .column_as(sum_if(visit_is_missed()), "misses");
        let seen = with_zeros(seen, &["calls", "connected", "converted", "revenue"]);
        let mut counts: Vec<VisitCounts> = self.all_counts(seen).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the calls are joined by the account of the visits"
        )]
        let called = narrowed(self.select::<visit::Entity>(), filter).join(
            JoinType::InnerJoin,
            visit::Entity::belongs_to(call::Entity)
                .from((visit::Column::AccountId, visit::Column::Id))
                .to((call::Column::AccountId, call::Column::VisitId))
                .into(),
        );
        let called = self
            .keyed(called, key, call_hour)
            .column_as(call_col(call::Column::Id).count(), "calls")
            .column_as(
                sum_if(call_col(call::Column::Outcome).eq(Outcome::Connected.code())),
                "connected",
            )
            .column_as(sum_if(call_col(call::Column::Converted)), "converted")
            .column_as(sum(call_col(call::Column::Revenue)), "revenue");
        for more in self
            .all_counts(with_zeros(called, &["visits", "misses"]))
            .await?
        {
            let same = counts
                .iter_mut()
                .find(|c| c.key == more.key && c.tag == more.tag && c.hour == more.hour);
            match same {
                Some(known) => {
                    known.calls = more.calls;
                    known.connected = more.connected;
                    known.converted = more.converted;
                    known.revenue = more.revenue;
                }
                None => counts.push(more),
            }
        }
        Ok(counts)
    }

    /// Columns `a`, `b`, `c`, `tag` and `hour`, and grouped by them.
    fn keyed(
        &self,
        select: Select<visit::Entity>,
        key: VisitKey,
        hour: fn(Timestamp) -> SimpleExpr,
    ) -> Select<visit::Entity> {
        use visit::Column as V;
        let parts: &[V] = match key {
            VisitKey::None | VisitKey::Tag | VisitKey::Hour(_) => &[],
            VisitKey::Source => &[V::Source, V::Medium],
            VisitKey::Campaign => &[V::Campaign],
            VisitKey::Landing => &[V::Landing],
            VisitKey::Place => &[V::City, V::Region, V::Country],
            VisitKey::Device => &[V::Device],
        };
        let mut select = select.select_only();
        for (at, name) in ["a", "b", "c"].into_iter().enumerate() {
            select = match parts.get(at) {
                Some(column) => select
                    .column_as(Expr::col((visit::Entity, *column)), name)
                    .group_by(Expr::col((visit::Entity, *column))),
                None => select.column_as(Expr::cust("''"), name),
            };
        }
        select = match key {
            VisitKey::Tag => select
                .column_as(Expr::col((visit::Entity, V::TagId)), "tag")
                .group_by(Expr::col((visit::Entity, V::TagId))),
            _ => select.column_as(Expr::cust("CAST(NULL AS UUID)"), "tag"),
        };
        match key {
            VisitKey::Hour(from) => select
                .column_as(hour(from), "hour")
                .group_by(Expr::cust("5")),
            _ => select.column_as(Expr::cust("CAST(0 AS BIGINT)"), "hour"),
        }
    }

    async fn all_counts(
        &self,
        select: Select<visit::Entity>,
    ) -> Result<Vec<VisitCounts>, StoreError> {
        let rows = select.into_model::<CountRow>().all(self.conn).await?;
        let counts = rows.into_iter().map(|row| VisitCounts {
            key: [row.a, row.b, row.c],
            tag: row.tag.map(DniTagId),
            hour: count(row.hour),
            visits: u64::from(count(row.visits)),
            misses: u64::from(count(row.misses)),
            calls: u64::from(count(row.calls)),
            connected: u64::from(count(row.connected)),
            converted: u64::from(count(row.converted)),
            revenue: Micros(row.revenue),
        });
        // Without a key there is one row even for nothing.
        Ok(counts.filter(|c| c.visits + c.calls > 0).collect())
    }
}

fn narrowed(mut select: Select<visit::Entity>, filter: &VisitFilter) -> Select<visit::Entity> {
    use visit::Column as V;
    if let Some(from) = filter.from {
        select = select.filter(V::StartedAt.gte(from.0));
    }
    if let Some(to) = filter.to {
        select = select.filter(V::StartedAt.lt(to.0));
    }
    if let Some(tags) = &filter.tags {
        select = select.filter(V::TagId.is_in(tags.iter().map(|tag| tag.0)));
    }
    if let Some(since) = filter.seen_since {
        select = select.filter(V::SeenAt.gte(since.0));
    }
    select
}

fn call_col(column: call::Column) -> SimpleExpr {
    Expr::col((call::Entity, column))
}

fn visit_hour(from: Timestamp) -> SimpleExpr {
    let at = Expr::col((visit::Entity, visit::Column::StartedAt));
    at.sub(from.0).div(HOUR_MICROS)
}

fn call_hour(from: Timestamp) -> SimpleExpr {
    call_col(call::Column::ArrivedAt)
        .sub(from.0)
        .div(HOUR_MICROS)
}

fn visit_is_missed() -> SimpleExpr {
    Expr::col((visit::Entity, visit::Column::Shown)).eq(Shown::Missed.code())
}

fn sum_if(condition: SimpleExpr) -> SimpleExpr {
    sum(Expr::case(condition, 1_i64).finally(0_i64).into())
}

/// Of no rows it is zero.
fn sum(of: SimpleExpr) -> SimpleExpr {
    Func::coalesce([of.sum().cast_as("BIGINT"), Expr::val(0_i64)]).into()
}

fn with_zeros(mut select: Select<visit::Entity>, names: &[&str]) -> Select<visit::Entity> {
    for name in names {
        select = select.column_as(Expr::cust("CAST(0 AS BIGINT)"), *name);
    }
    select
}
