//! Pings to bidders: kept with the step of the call they were sent for.

use domain::id::{CallId, TargetGroupId, TargetId};
use domain::money::Micros;
use domain::rtb::ping::{Ping, PingVerdict};
use domain::time::Timestamp;
use sea_orm::sea_query::{Alias, Expr, Func, InsertStatement, SimpleExpr};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::{count, from_json, to_json};
use crate::entity::rtb_ping;
use crate::error::StoreError;
use crate::scope::Tenant;

/// A ping as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PingRecord {
    pub id: i64,
    pub call: CallId,
    pub ping: Ping,
}

/// How often a target's pings came to a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PingSums {
    pub target: TargetId,
    pub verdict: PingVerdict,
    pub confirms: bool,
    pub pings: u32,
    /// Of the bids among them, what was left after margins.
    pub net: Micros,
}

/// Which pings are asked for; what is none does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PingFilter {
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub target: Option<TargetId>,
    pub verdict: Option<PingVerdict>,
    /// The bidder's own id of its bid.
    pub bid_id: Option<String>,
    pub calls: Option<Vec<CallId>>,
    /// Pings before this one.
    pub before: Option<i64>,
}

impl Tenant<'_> {
    /// The pings of a call, in the order they were sent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pings_of(&self, call: CallId) -> Result<Vec<PingRecord>, StoreError> {
        let rows = self
            .select::<rtb_ping::Entity>()
            .filter(rtb_ping::Column::CallId.eq(call.0))
            .order_by_asc(rtb_ping::Column::AskedAt)
            .order_by_asc(rtb_ping::Column::Place)
            .order_by_asc(rtb_ping::Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// Pings that fit, newest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn pings(
        &self,
        filter: &PingFilter,
        limit: u64,
    ) -> Result<Vec<PingRecord>, StoreError> {
        let rows = self
            .pings_where(filter)
            .order_by_desc(rtb_ping::Column::Id)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// What pings came to, by target and verdict.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ping_sums(&self, filter: &PingFilter) -> Result<Vec<PingSums>, StoreError> {
        use rtb_ping::Column as C;
        let net: SimpleExpr = Func::cast_as(
            Func::coalesce([Func::sum(Expr::col(C::Net)).into(), Expr::value(0_i64)]),
            Alias::new("BIGINT"),
        )
        .into();
        let rows: Vec<(i64, String, bool, i64, i64)> = self
            .pings_where(filter)
            .select_only()
            .column(C::TargetId)
            .column(C::Verdict)
            .column(C::Confirms)
            .column_as(C::TargetId.count(), "pings")
            .column_as(net, "net_sum")
            .group_by(C::TargetId)
            .group_by(C::Verdict)
            .group_by(C::Confirms)
            .into_tuple()
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|(target, said, confirms, pings, net)| {
                Ok(PingSums {
                    target: TargetId(target),
                    verdict: verdict(&said)?,
                    confirms,
                    pings: count(pings),
                    net: Micros(net),
                })
            })
            .collect()
    }

    /// How long the latest pings took, of one target or of all, in milliseconds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ping_times(
        &self,
        target: Option<TargetId>,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<(TargetId, u32)>, StoreError> {
        use rtb_ping::Column as C;
        let mut select = self.select::<rtb_ping::Entity>();
        if let Some(target) = target {
            select = select.filter(C::TargetId.eq(target.0));
        }
        let rows: Vec<(i64, i64)> = select
            .select_only()
            .column(C::TargetId)
            .column(C::TookMs)
            .filter(C::AskedAt.gte(since.0))
            .filter(C::Confirms.eq(false))
            .filter(C::Verdict.is_not_in(unsent()))
            .order_by_desc(C::AskedAt)
            .limit(limit)
            .into_tuple()
            .all(self.conn)
            .await?;
        let row = |(target, took): (i64, i64)| (TargetId(target), count(took));
        Ok(rows.into_iter().map(row).collect())
    }

    /// How often targets were asked since a moment; those that were not are missing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ping_counts(
        &self,
        targets: &[TargetId],
        since: Timestamp,
    ) -> Result<Vec<(TargetId, u32)>, StoreError> {
        use rtb_ping::Column as C;
        let rows: Vec<(i64, i64)> = self
            .select::<rtb_ping::Entity>()
            .select_only()
            .column(C::TargetId)
            .column_as(C::Id.count(), "pings")
            .filter(C::TargetId.is_in(targets.iter().map(|t| t.0)))
            .filter(C::AskedAt.gte(since.0))
            .filter(C::Confirms.eq(false))
            .filter(C::Verdict.is_not_in(unsent()))
            .group_by(C::TargetId)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(target, pings)| (TargetId(target), count(pings)))
            .collect())
    }

    fn pings_where(&self, filter: &PingFilter) -> Select<rtb_ping::Entity> {
        use rtb_ping::Column as C;
        let mut select = self.select::<rtb_ping::Entity>();
        if let Some(since) = filter.since {
            select = select.filter(C::AskedAt.gte(since.0));
        }
        if let Some(until) = filter.until {
            select = select.filter(C::AskedAt.lt(until.0));
        }
        if let Some(target) = filter.target {
            select = select.filter(C::TargetId.eq(target.0));
        }
        if let Some(verdict) = filter.verdict {
            select = select.filter(C::Verdict.eq(verdict.code()));
        }
        if let Some(bid_id) = &filter.bid_id {
            select = select.filter(C::BidId.eq(bid_id.as_str()));
        }
        if let Some(calls) = &filter.calls {
            select = select.filter(C::CallId.is_in(calls.iter().map(|c| c.0)));
        }
        if let Some(before) = filter.before {
            select = select.filter(C::Id.lt(before));
        }
        select
    }

    pub(crate) fn ping_row(
        &self,
        call: CallId,
        place: usize,
        ping: &Ping,
        gate: Option<&str>,
    ) -> Result<InsertStatement, StoreError> {
        let row = rtb_ping::ActiveModel {
            account_id: NotSet,
            id: NotSet,
            call_id: Set(call.0),
            group_id: Set(ping.group.0),
            target_id: Set(ping.target.0),
            asked_at: Set(ping.at.0),
            place: Set(i64::try_from(place).unwrap_or(i64::MAX)),
            took_ms: Set(i64::from(ping.took_ms)),
            confirms: Set(ping.confirms),
            verdict: Set(ping.verdict.code().to_owned()),
            amount: Set(ping.amount.map(|amount| amount.0)),
            net: Set(ping.net.map(|net| net.0)),
            bid_id: Set(ping.bid_id.clone()),
            detail: Set(to_json("rtb_ping", &ping.detail)?),
        };
        self.insert_gated::<rtb_ping::Entity>(row, gate)
    }
}

fn unsent() -> impl Iterator<Item = &'static str> {
    let unsent = PingVerdict::ALL.into_iter().filter(|v| v.is_unsent());
    unsent.map(PingVerdict::code)
}

fn verdict(code: &str) -> Result<PingVerdict, StoreError> {
    PingVerdict::from_code(code).ok_or_else(|| StoreError::corrupt("rtb_ping", code))
}

fn record(row: rtb_ping::Model) -> Result<PingRecord, StoreError> {
    Ok(PingRecord {
        id: row.id,
        call: CallId(row.call_id),
        ping: Ping {
            target: TargetId(row.target_id),
            group: TargetGroupId(row.group_id),
            at: Timestamp(row.asked_at),
            took_ms: count(row.took_ms),
            confirms: row.confirms,
            verdict: verdict(&row.verdict)?,
            amount: row.amount.map(Micros),
            net: row.net.map(Micros),
            bid_id: row.bid_id,
            detail: from_json("rtb_ping", &row.detail)?,
        },
    })
}
