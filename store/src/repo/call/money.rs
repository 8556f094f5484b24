//! The money of a step: ledger entries, the place of a payout under its rule's caps, dials.

use domain::call::money::{Dial, PayoutClaim};
use domain::call::session::AttemptResult;
use domain::call::timeline::EndedBy;
use domain::caps::Usage;
use domain::id::{
    ApiKeyId, BuyerId, CallId, CampaignId, PayoutRuleId, PublisherId, TargetId, UserId,
};
use domain::ledger::entry::{Author, Entry, EntryKey, Kind, Party};
use domain::ledger::payout::{PayoutUsage, PayoutUsageMap};
use domain::money::Micros;
use domain::recovery::pause::EndedDial;
use domain::time::{Timestamp, Windows};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Func, InsertStatement, OnConflict, SimpleExpr,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::entity::{dial, ledger_entry, payout_usage};
use crate::error::StoreError;
use crate::repo::count;
use crate::scope::Tenant;

/// What the dials of a target in a campaign for one publisher came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialSums {
    pub campaign: CampaignId,
    pub target: TargetId,
    pub publisher: Option<PublisherId>,
    pub dialed: u32,
    pub connected: u32,
    pub made: Micros,
}

impl Tenant<'_> {
    /// The entries of a call, by time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn ledger_of(&self, call: CallId) -> Result<Vec<Entry>, StoreError> {
        let rows = self
            .select::<ledger_entry::Entity>()
            .filter(ledger_entry::Column::CallId.eq(call.0))
            .order_by_asc(ledger_entry::Column::At)
            .order_by_asc(ledger_entry::Column::EntryKey)
            .all(self.conn)
            .await?;
        rows.into_iter().map(entry).collect()
    }

    /// What the payout rules of a publisher have paid.
    ///
    /// # Errors
    /// What the database says.
    pub async fn payout_usage(&self, publisher: PublisherId) -> Result<PayoutUsageMap, StoreError> {
        let rows = self
            .select::<payout_usage::Entity>()
            .filter(payout_usage::Column::PublisherId.eq(publisher.0))
            .all(self.conn)
            .await?;
        Ok(rows.into_iter().map(payouts).collect())
    }

    /// What became of the targets a call was sent to, in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dials_of(&self, call: CallId) -> Result<Vec<(u32, Micros)>, StoreError> {
        let rows = self
            .select::<dial::Entity>()
            .filter(dial::Column::CallId.eq(call.0))
            .order_by_asc(dial::Column::Attempt)
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (count(row.attempt), Micros(row.revenue)))
            .collect())
    }

    /// What the dials of a target came to since a moment, newest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dials_to(
        &self,
        target: TargetId,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<EndedDial>, StoreError> {
        let rows = self
            .select::<dial::Entity>()
            .filter(dial::Column::TargetId.eq(target.0))
            .filter(dial::Column::EndedAt.gt(since.0))
            // Where another of its group was faster, it neither answered nor missed a call.
            .filter(dial::Column::Result.ne(AttemptResult::AnsweredElsewhere.code()))
            .order_by_desc(dial::Column::EndedAt)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter()
            .map(|row| {
                let result = AttemptResult::from_code(&row.result)
                    .ok_or_else(|| StoreError::corrupt("dial", &row.result))?;
                let by = EndedBy::from_code(&row.ended_by)
                    .ok_or_else(|| StoreError::corrupt("dial", &row.ended_by))?;
                Ok(EndedDial {
                    ended_at: Timestamp(row.ended_at),
                    result,
                    rang_s: count(row.rang_s),
                    talked_s: count(row.talked_s),
                    by,
                })
            })
            .collect()
    }

    /// What dials since a moment came to, by campaign, target and publisher.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dial_sums(&self, since: Timestamp) -> Result<Vec<DialSums>, StoreError> {
        use dial::Column as C;
        let connected = Expr::case(
            Expr::col(C::Result).eq(AttemptResult::Connected.code()),
            1_i64,
        )
        .finally(0_i64);
        // Whom another of the group was faster than had no call to earn with.
        let dialed = Expr::case(
            Expr::col(C::Result).eq(AttemptResult::AnsweredElsewhere.code()),
            0_i64,
        )
        .finally(1_i64);
        let sum = |expr: SimpleExpr| -> SimpleExpr {
            Func::cast_as(Func::sum(expr), Alias::new("BIGINT")).into()
        };
        let rows: Vec<(uuid::Uuid, i64, Option<i64>, i64, i64, i64)> = self
            .select::<dial::Entity>()
            .select_only()
            .column(C::CampaignId)
            .column(C::TargetId)
            .column(C::PublisherId)
            .column_as(sum(dialed.into()), "dialed")
            .column_as(sum(connected.into()), "connected")
            .column_as(sum(Expr::col(C::Revenue)), "made")
            .filter(C::EndedAt.gt(since.0))
            .group_by(C::CampaignId)
            .group_by(C::TargetId)
            .group_by(C::PublisherId)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(
                |(campaign, target, publisher, dialed, connected, made)| DialSums {
                    campaign: CampaignId(campaign),
                    target: TargetId(target),
                    publisher: publisher.map(PublisherId),
                    dialed: count(dialed),
                    connected: count(connected),
                    made: Micros(made),
                },
            )
            .collect())
    }

    pub(super) fn entry_row(
        &self,
        call: CallId,
        entry: &Entry,
        gate: Option<&str>,
    ) -> Result<InsertStatement, StoreError> {
        let (buyer, publisher) = match entry.party {
            Party::Buyer(buyer) => (Some(buyer.0), None),
            Party::Publisher(publisher) => (None, Some(publisher.0)),
            Party::Carrier => (None, None),
        };
        let row = ledger_entry::ActiveModel {
            account_id: NotSet,
            call_id: Set(call.0),
            entry_key: Set(entry.key.as_str().to_owned()),
            kind: Set(entry.kind.code().to_owned()),
            buyer_id: Set(buyer),
            publisher_id: Set(publisher),
            amount: Set(entry.amount.0),
            at: Set(entry.at.0),
            author_id: Set(match entry.author {
                Author::Rule | Author::Key(_) => None,
                Author::User(user) => Some(user.0),
            }),
            reason: Set(entry.reason.clone()),
            author_key_id: Set(match entry.author {
                Author::Rule | Author::User(_) => None,
                Author::Key(key) => Some(key.0),
            }),
        };
        self.insert_gated::<ledger_entry::Entity>(row, gate)
    }

    /// Takes a payout's place under the caps of its rule, if there is room: the arithmetic is that
    /// of `Usage::claimed` and of the caps' own `reached`.
    pub(super) fn paying(
        &self,
        claim: &PayoutClaim,
        gate: Option<&str>,
        also: Option<&str>,
    ) -> Result<InsertStatement, StoreError> {
        use payout_usage::Column as C;
        let windows = claim.windows;
        let first = payout_usage::ActiveModel {
            account_id: NotSet,
            publisher_id: Set(claim.publisher.0),
            rule_id: Set(claim.rule.0),
            window_hour: Set(windows.hour),
            window_day: Set(windows.day),
            window_month: Set(windows.month),
            hour_count: Set(1),
            day_count: Set(1),
            month_count: Set(1),
            total_count: Set(1),
            hour_spent: Set(claim.amount.0),
            day_spent: Set(claim.amount.0),
            month_spent: Set(claim.amount.0),
            total_spent: Set(claim.amount.0),
        };
        let col = |column: C| Expr::col((payout_usage::Entity, column));
        let in_window = |key: C, value: i64, counter: C| -> SimpleExpr {
            Expr::case(col(key).gte(value), col(counter))
                .finally(0)
                .into()
        };
        let latest = |key: C, value: i64| -> SimpleExpr {
            Expr::case(col(key).gt(value), col(key))
                .finally(value)
                .into()
        };
        let hour = |c| in_window(C::WindowHour, windows.hour, c);
        let day = |c| in_window(C::WindowDay, windows.day, c);
        let month = |c| in_window(C::WindowMonth, windows.month, c);
        let calls = |used: SimpleExpr, cap: Option<u32>| cap.map(|cap| used.lt(i64::from(cap)));
        let money = |used: SimpleExpr, cap: Option<Micros>| {
            cap.map(|cap| {
                Condition::all()
                    .add(used.clone().lt(cap.0))
                    .add(used.add(claim.amount.0).lte(cap.0))
            })
        };
        let whole = |c: C| -> SimpleExpr { col(c) };
        let (caps, dollars) = (claim.caps, claim.dollars);
        let room = Condition::all()
            .add_option(calls(hour(C::HourCount), caps.hourly))
            .add_option(calls(day(C::DayCount), caps.daily))
            .add_option(calls(month(C::MonthCount), caps.monthly))
            .add_option(calls(whole(C::TotalCount), caps.total))
            .add_option(money(hour(C::HourSpent), dollars.hourly))
            .add_option(money(day(C::DaySpent), dollars.daily))
            .add_option(money(month(C::MonthSpent), dollars.monthly))
            .add_option(money(whole(C::TotalSpent), dollars.total));
        let mut insert = self.insert_behind::<payout_usage::Entity>(first, gate, also)?;
        let amount = claim.amount.0;
        insert.on_conflict(
            OnConflict::columns([C::AccountId, C::PublisherId, C::RuleId])
                .value(C::HourCount, hour(C::HourCount).add(1))
                .value(C::DayCount, day(C::DayCount).add(1))
                .value(C::MonthCount, month(C::MonthCount).add(1))
                .value(C::TotalCount, whole(C::TotalCount).add(1))
                .value(C::HourSpent, hour(C::HourSpent).add(amount))
                .value(C::DaySpent, day(C::DaySpent).add(amount))
                .value(C::MonthSpent, month(C::MonthSpent).add(amount))
                .value(C::TotalSpent, whole(C::TotalSpent).add(amount))
                .value(C::WindowHour, latest(C::WindowHour, windows.hour))
                .value(C::WindowDay, latest(C::WindowDay, windows.day))
                .value(C::WindowMonth, latest(C::WindowMonth, windows.month))
                .action_cond_where(room)
                .to_owned(),
        );
        Ok(insert)
    }

    pub(super) fn dial_row(
        &self,
        call: CallId,
        dial: &Dial,
        gate: Option<&str>,
    ) -> Result<InsertStatement, StoreError> {
        use dial::Column as C;
        let row = dial::ActiveModel {
            account_id: NotSet,
            call_id: Set(call.0),
            attempt: Set(i64::from(dial.attempt)),
            campaign_id: Set(dial.campaign.0),
            target_id: Set(dial.target.0),
            publisher_id: Set(dial.publisher.map(|p| p.0)),
            started_at: Set(dial.started_at.0),
            ended_at: Set(dial.ended_at.0),
            result: Set(dial.result.code().to_owned()),
            rang_s: Set(i64::from(dial.rang_s)),
            talked_s: Set(i64::from(dial.talked_s)),
            ended_by: Set(dial.by.code().to_owned()),
            revenue: Set(dial.revenue.0),
        };
        let mut insert = self.insert_gated::<dial::Entity>(row, gate)?;
        insert.on_conflict(
            OnConflict::columns([C::AccountId, C::CallId, C::Attempt])
                .update_columns([C::Revenue, C::TalkedS, C::EndedBy])
                .to_owned(),
        );
        Ok(insert)
    }
}

fn entry(row: ledger_entry::Model) -> Result<Entry, StoreError> {
    let kind = Kind::from_code(&row.kind);
    Ok(Entry {
        kind: kind.ok_or_else(|| StoreError::corrupt("ledger_entry", &row.kind))?,
        key: EntryKey::stored(row.entry_key),
        party: match (row.buyer_id, row.publisher_id) {
            (Some(buyer), _) => Party::Buyer(BuyerId(buyer)),
            (None, Some(publisher)) => Party::Publisher(PublisherId(publisher)),
            (None, None) => Party::Carrier,
        },
        amount: Micros(row.amount),
        at: Timestamp(row.at),
        author: match (row.author_id, row.author_key_id) {
            (Some(user), _) => Author::User(UserId(user)),
            (None, Some(key)) => Author::Key(ApiKeyId(key)),
            (None, None) => Author::Rule,
        },
        reason: row.reason,
    })
}

fn payouts(row: payout_usage::Model) -> (PayoutRuleId, PayoutUsage) {
    let usage = Usage {
        windows: Windows {
            hour: row.window_hour,
            day: row.window_day,
            month: row.window_month,
        },
        hour: count(row.hour_count),
        day: count(row.day_count),
        month: count(row.month_count),
        total: count(row.total_count),
        hour_spent: Micros(row.hour_spent),
        day_spent: Micros(row.day_spent),
        month_spent: Micros(row.month_spent),
        total_spent: Micros(row.total_spent),
        ..Usage::default()
    };
    let paid = PayoutUsage {
        calls: usage,
        spent: usage.spent(),
    };
    (PayoutRuleId(row.rule_id), paid)
}
