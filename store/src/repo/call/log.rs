//! The log of calls: pages, filters, counts and sums. Nothing here changes a call.

use domain::call::record::{LiveState, Outcome};
use domain::id::{BuyerId, CallId, CampaignId, PublisherId, TargetId};
use domain::ledger::dispute::State;
use domain::ledger::totals::Totals;
use domain::money::Micros;
use domain::time::Timestamp;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr, SubQueryStatement};
use sea_orm::{
    ColumnTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
};

use super::{CallLine, line, outcome};
use crate::entity::{call, dispute, phone_number};
use crate::error::StoreError;
use crate::repo::count;
use crate::scope::Tenant;

/// Which calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallFilter {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub campaign: Option<CampaignId>,
    pub target: Option<TargetId>,
    pub outcome: Option<Outcome>,
    pub live: bool,
    /// Over, and nobody talked.
    pub unconnected: bool,
    pub buyer: Option<BuyerId>,
    pub publisher: Option<PublisherId>,
    pub duplicate: Option<bool>,
    /// A revenue rule was met.
    pub converted: Option<bool>,
    /// A payout rule was met.
    pub paid: Option<bool>,
    /// Digits the caller's number contains.
    pub caller_digits: String,
}

/// A place in the log, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub at: Timestamp,
    pub call: CallId,
}

/// Counts of one group of calls: a campaign, an hour and an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSums {
    pub campaign: Option<CampaignId>,
    /// Hours since the start of the range.
    pub hour: u32,
    pub state: LiveState,
    pub outcome: Option<Outcome>,
    pub calls: u32,
    pub connected_s: u64,
    pub money: Totals,
}

#[derive(Debug, FromQueryResult)]
struct SumRow {
    campaign_id: Option<uuid::Uuid>,
    hour: i64,
    live: i64,
    outcome: Option<String>,
    calls: i64,
    connected_s: i64,
    revenue: i64,
    payout: i64,
    cost: i64,
}

impl Tenant<'_> {
    /// A page of the log, newest first: calls older than `after`, or newer than `before`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls(
        &self,
        filter: &CallFilter,
        after: Option<Cursor>,
        before: Option<Cursor>,
        limit: u64,
    ) -> Result<Vec<CallLine>, StoreError> {
        use call::Column as C;
        let mut select = self.filtered(filter).limit(limit);
        if let Some(cursor) = after {
            select = select.filter(
                Condition::any().add(C::ArrivedAt.lt(cursor.at.0)).add(
                    Condition::all()
                        .add(C::ArrivedAt.eq(cursor.at.0))
                        .add(C::Id.lt(cursor.call.0)),
                ),
            );
        }
        if let Some(cursor) = before {
            select = select
                .filter(
                    Condition::any().add(C::ArrivedAt.gt(cursor.at.0)).add(
                        Condition::all()
                            .add(C::ArrivedAt.eq(cursor.at.0))
                            .add(C::Id.gt(cursor.call.0)),
                    ),
                )
                .order_by_asc(C::ArrivedAt)
                .order_by_asc(C::Id);
            let mut lines: Vec<CallLine> = select
                .all(self.conn)
                .await?
                .into_iter()
                .map(line)
                .collect::<Result<_, _>>()?;
            lines.reverse();
            return Ok(lines);
        }
        select = select.order_by_desc(C::ArrivedAt).order_by_desc(C::Id);
        select.all(self.conn).await?.into_iter().map(line).collect()
    }

    /// How many calls there are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_calls(&self, filter: &CallFilter) -> Result<u64, StoreError> {
        Ok(self.filtered(filter).count(self.conn).await?)
    }

    /// Counts by campaign, hour and outcome of calls that arrived in a range.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_sums(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<CallSums>, StoreError> {
        use call::Column as C;
        const HOUR: i64 = 3_600_000_000;
        let hour: SimpleExpr = Expr::col(C::ArrivedAt).sub(from.0).div(HOUR);
        let live: SimpleExpr = Expr::case(Expr::col(C::EndedAt).is_null(), 1_i64)
            .finally(0_i64)
            .into();
        let rows = self
            .filtered(&CallFilter {
                from: Some(from),
                to: Some(to),
                ..CallFilter::default()
            })
            .select_only()
            .column(C::CampaignId)
            .column_as(hour, "hour")
            .column_as(live, "live")
            .column(C::Outcome)
            .column_as(C::Id.count(), "calls")
            .column_as(
                Expr::col(C::ConnectedS).sum().cast_as("BIGINT"),
                "connected_s",
            )
            .column_as(Expr::col(C::Revenue).sum().cast_as("BIGINT"), "revenue")
            .column_as(Expr::col(C::Payout).sum().cast_as("BIGINT"), "payout")
            .column_as(Expr::col(C::Cost).sum().cast_as("BIGINT"), "cost")
            .group_by(C::CampaignId)
            .group_by(Expr::cust("2"))
            .group_by(Expr::cust("3"))
            .group_by(C::Outcome)
            .into_model::<SumRow>()
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                Ok(CallSums {
                    campaign: row.campaign_id.map(CampaignId),
                    hour: count(row.hour),
                    state: if row.live == 1 {
                        LiveState::Ringing
                    } else {
                        LiveState::Ended
                    },
                    outcome: row.outcome.as_deref().map(outcome).transpose()?,
                    calls: count(row.calls),
                    connected_s: u64::try_from(row.connected_s).unwrap_or(0),
                    money: Totals {
                        revenue: Micros(row.revenue),
                        payout: Micros(row.payout),
                        cost: Micros(row.cost),
                    },
                })
            })
            .collect()
    }

    /// For each number of the account: how many calls came since a moment, and when the last one did.
    ///
    /// # Errors
    /// What the database says.
    pub async fn calls_by_number(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(String, u32, Option<Timestamp>)>, StoreError> {
        use call::Column as C;
        // A look into the index for each number, not a pass over all calls there ever were.
        let of_number = || {
            self.select::<call::Entity>().select_only().filter(
                Expr::col((call::Entity, C::Dialed))
                    .equals((phone_number::Entity, phone_number::Column::E164)),
            )
        };
        let recent = of_number()
            .expr(Expr::col((call::Entity, C::Id)).count())
            .filter(C::ArrivedAt.gte(since.0))
            .into_query();
        let last = of_number()
            .expr(Expr::col((call::Entity, C::ArrivedAt)).max())
            .into_query();
        let rows: Vec<(String, i64, Option<i64>)> = self
            .select::<phone_number::Entity>()
            .select_only()
            .column(phone_number::Column::E164)
            .expr_as(SimpleExpr::from(SubQueryStatement::from(recent)), "recent")
            .expr_as(SimpleExpr::from(SubQueryStatement::from(last)), "last")
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(dialed, recent, last)| (dialed, count(recent), last.map(Timestamp)))
            .collect())
    }

    /// For each buyer: calls connected since a moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn connected_by_buyer(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(BuyerId, u32)>, StoreError> {
        use call::Column as C;
        let rows: Vec<(Option<i64>, i64)> = self
            .filtered(&CallFilter {
                from: Some(since),
                outcome: Some(Outcome::Connected),
                ..CallFilter::default()
            })
            .select_only()
            .column(C::BuyerId)
            .column_as(C::Id.count(), "calls")
            .group_by(C::BuyerId)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|(buyer, calls)| buyer.map(|b| (BuyerId(b), count(calls))))
            .collect())
    }

    /// A figure that changes with every event of any recent call and every step of a dispute, for
    /// views that follow along.
    ///
    /// # Errors
    /// What the database says.
    pub async fn call_activity(&self) -> Result<i64, StoreError> {
        use call::Column as C;
        // Versions of the newest calls and of all live ones: an event raises one of them.
        let newest: Vec<i64> = self
            .select::<call::Entity>()
            .select_only()
            .column(C::Version)
            .order_by_desc(C::ArrivedAt)
            .limit(100)
            .into_tuple()
            .all(self.conn)
            .await?;
        let live: Option<(i64, Option<i64>)> = self
            .filtered(&CallFilter {
                live: true,
                ..CallFilter::default()
            })
            .select_only()
            .column_as(C::Id.count(), "calls")
            .column_as(Expr::col(C::Version).sum().cast_as("BIGINT"), "versions")
            .into_tuple()
            .one(self.conn)
            .await?;
        let (calls, versions) = live.unwrap_or_default();
        let last: Option<Option<i64>> = self
            .select::<call::Entity>()
            .select_only()
            .column_as(C::ArrivedAt.max(), "last")
            .into_tuple()
            .one(self.conn)
            .await?;
        // Every step of a dispute opens it or ends it.
        let disputes: Option<(i64, Option<i64>)> = self
            .select::<dispute::Entity>()
            .select_only()
            .column_as(dispute::Column::Id.count(), "open")
            .column_as(dispute::Column::Id.max(), "last")
            .filter(dispute::Column::State.eq(State::Open.code()))
            .into_tuple()
            .one(self.conn)
            .await?;
        let (open, last_opened) = disputes.unwrap_or_default();
        // An order for a number is one more, and one less when it ends.
        let orders = i64::try_from(self.orders_open().await?).unwrap_or(i64::MAX);
        let sum: i64 = newest.iter().sum();
        Ok(last
            .flatten()
            .unwrap_or(0)
            .wrapping_add(sum)
            .wrapping_mul(31)
            .wrapping_add(calls)
            .wrapping_mul(31)
            .wrapping_add(versions.unwrap_or(0))
            .wrapping_mul(31)
            .wrapping_add(open)
            .wrapping_mul(31)
            .wrapping_add(last_opened.unwrap_or(0))
            .wrapping_mul(31)
            .wrapping_add(orders))
    }

    /// Live calls, and calls that ended since a moment of the last day or so.
    ///
    /// # Errors
    /// What the database says.
    pub async fn counters(&self, today: Timestamp) -> Result<(u32, u32), StoreError> {
        let live = self
            .filtered(&CallFilter {
                live: true,
                ..CallFilter::default()
            })
            .count(self.conn)
            .await?;
        // By time of arrival, which is indexed: no call lasts longer than a day (carriers end it
        // after 4 to 24 hours).
        let done = self
            .filtered(&CallFilter {
                from: Some(today.plus_secs(-86_400)),
                ..CallFilter::default()
            })
            .filter(call::Column::EndedAt.gte(today.0))
            .count(self.conn)
            .await?;
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        Ok((small(live), small(done)))
    }

    fn filtered(&self, filter: &CallFilter) -> Select<call::Entity> {
        use call::Column as C;
        let mut select = self.select::<call::Entity>();
        if let Some(from) = filter.from {
            select = select.filter(C::ArrivedAt.gte(from.0));
        }
        if let Some(to) = filter.to {
            select = select.filter(C::ArrivedAt.lt(to.0));
        }
        if let Some(campaign) = filter.campaign {
            select = select.filter(C::CampaignId.eq(campaign.0));
        }
        if let Some(target) = filter.target {
            select = select.filter(C::TargetId.eq(target.0));
        }
        if let Some(outcome) = filter.outcome {
            select = select.filter(C::Outcome.eq(outcome.code()));
        }
        if let Some(buyer) = filter.buyer {
            select = select.filter(C::BuyerId.eq(buyer.0));
        }
        if let Some(publisher) = filter.publisher {
            select = select.filter(C::PublisherId.eq(publisher.0));
        }
        for (column, wanted) in [
            (C::IsDuplicate, filter.duplicate),
            (C::Converted, filter.converted),
            (C::Paid, filter.paid),
        ] {
            if let Some(wanted) = wanted {
                select = select.filter(column.eq(wanted));
            }
        }
        if filter.unconnected {
            select = select.filter(C::EndedAt.is_not_null()).filter(
                Condition::any()
                    .add(C::Outcome.is_null())
                    .add(C::Outcome.ne(Outcome::Connected.code())),
            );
        }
        if filter.live {
            // By the flag, which is indexed: the few open calls among many ended ones.
            select = select
                .filter(Expr::col((call::Entity, C::IsOpen)))
                .filter(C::EndedAt.is_null());
        }
        if !filter.caller_digits.is_empty() {
            // Digits only: anything else is a wildcard of LIKE, or an error (PostgreSQL and a
            // backslash at the end). No digits at all match no caller.
            let digits: String = filter
                .caller_digits
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            select = select.filter(if digits.is_empty() {
                Expr::value(false)
            } else {
                C::CallerText.contains(digits)
            });
        }
        select
    }
}
