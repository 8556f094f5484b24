//! Agents: whose target it is, whether that person takes calls, what they had and wrote.

use domain::agent::{AgentStatus, WrapUp};
use domain::call::session::AttemptResult;
use domain::id::{CallId, TargetId, UserId};
use domain::time::Timestamp;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Func, OnConflict, SimpleExpr};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{count, from_json, to_json};
use crate::entity::{agent, dial, target_usage, wrap_up};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// An agent as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentRecord {
    pub target: TargetId,
    pub user: UserId,
    pub created_at: Timestamp,
}

/// What an agent wrote of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapUpRecord {
    pub call: CallId,
    pub target: TargetId,
    /// Who wrote it.
    pub user: UserId,
    pub wrap_up: WrapUp,
    pub saved_at: Timestamp,
}

/// A call that a target was sent, as a line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialLine {
    pub call: CallId,
    pub attempt: u32,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub result: AttemptResult,
    pub talked_s: u32,
}

/// Where a list of dials goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DialCursor {
    pub ended_at: Timestamp,
    pub call: CallId,
}

/// What a target was sent since a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenSums {
    /// Calls that rang there; not those another of its group was faster with.
    pub rang: u32,
    pub connected: u32,
    pub talked_s: u64,
    pub last_at: Option<Timestamp>,
}

impl Tenant<'_> {
    /// All agents.
    ///
    /// # Errors
    /// What the database says.
    pub async fn agents(&self) -> Result<Vec<AgentRecord>, StoreError> {
        let select = self.select::<agent::Entity>();
        let rows = select.order_by_asc(agent::Column::TargetId);
        Ok(rows.all(self.conn).await?.iter().map(record).collect())
    }

    /// The agent behind a target.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn agent(&self, target: TargetId) -> Result<AgentRecord, StoreError> {
        let select = self.select::<agent::Entity>();
        let row = select.filter(agent::Column::TargetId.eq(target.0));
        let row = row.one(self.conn).await?;
        row.as_ref().map(record).ok_or(StoreError::NotFound)
    }

    /// The agent that a person is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if they are none in this account.
    pub async fn agent_of(&self, user: UserId) -> Result<AgentRecord, StoreError> {
        let select = self.select::<agent::Entity>();
        let row = select.filter(agent::Column::UserId.eq(user.0));
        let row = row.one(self.conn).await?;
        row.as_ref().map(record).ok_or(StoreError::NotFound)
    }

    /// Makes a member the agent behind a target; away until they say otherwise.
    ///
    /// # Errors
    /// [`Constraint::AgentPerson`](crate::Constraint::AgentPerson) if they are an agent already;
    /// `Reference` for a target or member that is not this account's.
    pub async fn add_agent(
        &self,
        target: TargetId,
        user: UserId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = agent::ActiveModel {
            account_id: NotSet,
            target_id: Set(target.0),
            user_id: Set(user.0),
            created_at: Set(now.0),
        };
        self.insert_quietly::<agent::Entity>(row).await?;
        self.set_agent_status(target, AgentStatus::Away, now).await
    }

    /// Says whether an agent takes calls. A conversation that is being written up holds them no
    /// longer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has no such target.
    pub async fn set_agent_status(
        &self,
        target: TargetId,
        status: AgentStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        use target_usage::Column as C;
        let update = self
            .update::<target_usage::Entity>()
            .col_expr(C::Status, Expr::value(status.code()))
            .col_expr(C::StatusSince, Expr::value(now.0))
            .col_expr(C::WrapUntil, Expr::value(None::<i64>))
            .filter(C::TargetId.eq(target.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Lets an agent take calls again before the time for writing up is over.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has no such target.
    pub async fn end_wrap_up(&self, target: TargetId) -> Result<(), StoreError> {
        use target_usage::Column as C;
        let update = self
            .update::<target_usage::Entity>()
            .col_expr(C::WrapUntil, Expr::value(None::<i64>))
            .filter(C::TargetId.eq(target.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// What was written of these calls.
    ///
    /// # Errors
    /// What the database says.
    pub async fn wrap_ups(&self, calls: &[CallId]) -> Result<Vec<WrapUpRecord>, StoreError> {
        let rows = self
            .select::<wrap_up::Entity>()
            .filter(wrap_up::Column::CallId.is_in(calls.iter().map(|call| call.0)))
            .order_by_asc(wrap_up::Column::SavedAt)
            .order_by_asc(wrap_up::Column::TargetId)
            .all(self.conn)
            .await?;
        rows.into_iter().map(written).collect()
    }

    /// Keeps what an agent wrote of a call, over what was kept before.
    ///
    /// # Errors
    /// `Reference` for a call or agent that is not this account's.
    pub async fn keep_wrap_up(&self, new: &WrapUpRecord) -> Result<(), StoreError> {
        use wrap_up::Column as C;
        let row = wrap_up::ActiveModel {
            account_id: NotSet,
            call_id: Set(new.call.0),
            target_id: Set(new.target.0),
            user_id: Set(new.user.0),
            note: Set(new.wrap_up.note.clone()),
            dispositions: Set(to_json("wrap_up", &new.wrap_up.dispositions)?),
            saved_at: Set(new.saved_at.0),
        };
        let over = OnConflict::columns([C::AccountId, C::CallId, C::TargetId])
            .update_columns([C::UserId, C::Note, C::Dispositions, C::SavedAt])
            .to_owned();
        #[expect(clippy::disallowed_methods, reason = "the row is stamped")]
        wrap_up::Entity::insert(self.stamp::<wrap_up::Entity>(row))
            .on_conflict(over)
            .exec_without_returning(self.conn)
            .await?;
        Ok(())
    }

    /// What was sent to a target, the last ended first, at most `limit`. Calls that another of its
    /// group was faster with are none of its.
    ///
    /// # Errors
    /// What the database says.
    pub async fn dial_lines(
        &self,
        target: TargetId,
        after: Option<DialCursor>,
        limit: u64,
    ) -> Result<Vec<DialLine>, StoreError> {
        use dial::Column as C;
        let older = after.map(|cursor| {
            Condition::any().add(C::EndedAt.lt(cursor.ended_at.0)).add(
                Condition::all()
                    .add(C::EndedAt.eq(cursor.ended_at.0))
                    .add(C::CallId.lt(cursor.call.0)),
            )
        });
        let which = Condition::all()
            .add(C::Result.ne(AttemptResult::AnsweredElsewhere.code()))
            .add_option(older);
        self.dials(target, which, limit).await
    }

    /// The conversations of a target since a moment, the last ended first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn conversations(
        &self,
        target: TargetId,
        since: Timestamp,
        limit: u64,
    ) -> Result<Vec<DialLine>, StoreError> {
        use dial::Column as C;
        let which = Condition::all()
            .add(C::EndedAt.gte(since.0))
            .add(C::Result.eq(AttemptResult::Connected.code()));
        self.dials(target, which, limit).await
    }

    /// Dials of a target, the last ended first.
    async fn dials(
        &self,
        target: TargetId,
        which: Condition,
        limit: u64,
    ) -> Result<Vec<DialLine>, StoreError> {
        use dial::Column as C;
        let rows = self
            .select::<dial::Entity>()
            .filter(C::TargetId.eq(target.0))
            .filter(which)
            .order_by_desc(C::EndedAt)
            .order_by_desc(C::CallId)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.iter().map(dial_line).collect()
    }

    /// The conversation of a target in a call; the last, if there was more than one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if it had none, or it is not over.
    pub async fn conversation(
        &self,
        target: TargetId,
        call: CallId,
    ) -> Result<DialLine, StoreError> {
        use dial::Column as C;
        let row = self
            .select::<dial::Entity>()
            .filter(C::CallId.eq(call.0))
            .filter(C::TargetId.eq(target.0))
            .filter(C::Result.eq(AttemptResult::Connected.code()))
            .order_by_desc(C::Attempt)
            .one(self.conn)
            .await?;
        dial_line(&row.ok_or(StoreError::NotFound)?)
    }

    /// What targets were sent since a moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn taken_sums(
        &self,
        targets: &[TargetId],
        since: Timestamp,
    ) -> Result<Vec<(TargetId, TakenSums)>, StoreError> {
        use dial::Column as C;
        let connected = Expr::case(
            Expr::col(C::Result).eq(AttemptResult::Connected.code()),
            1_i64,
        )
        .finally(0_i64);
        let whole =
            |sum: SimpleExpr| -> SimpleExpr { Func::cast_as(sum, Alias::new("BIGINT")).into() };
        let rows: Vec<SumsRow> = self
            .select::<dial::Entity>()
            .select_only()
            .column(C::TargetId)
            .column_as(C::Attempt.count(), "rang")
            .column_as(whole(Func::sum(connected).into()), "connected")
            .column_as(whole(Func::sum(Expr::col(C::TalkedS)).into()), "talked")
            .column_as(C::EndedAt.max(), "last")
            .filter(C::TargetId.is_in(targets.iter().map(|target| target.0)))
            .filter(C::EndedAt.gte(since.0))
            .filter(C::Result.ne(AttemptResult::AnsweredElsewhere.code()))
            .group_by(C::TargetId)
            .into_tuple()
            .all(self.conn)
            .await?;
        let sums = rows
            .into_iter()
            .map(|(target, rang, connected, talked, last)| {
                let sums = TakenSums {
                    rang: count(rang),
                    connected: count(connected.unwrap_or_default()),
                    talked_s: u64::try_from(talked.unwrap_or_default()).unwrap_or(0),
                    last_at: last.map(Timestamp),
                };
                (TargetId(target), sums)
            });
        Ok(sums.collect())
    }
}

/// Target, dials, those that connected, seconds talked, the last.
type SumsRow = (i64, i64, Option<i64>, Option<i64>, Option<i64>);

fn record(row: &agent::Model) -> AgentRecord {
    AgentRecord {
        target: TargetId(row.target_id),
        user: UserId(row.user_id),
        created_at: Timestamp(row.created_at),
    }
}

fn written(row: wrap_up::Model) -> Result<WrapUpRecord, StoreError> {
    Ok(WrapUpRecord {
        call: CallId(row.call_id),
        target: TargetId(row.target_id),
        user: UserId(row.user_id),
        wrap_up: WrapUp {
            dispositions: from_json("wrap_up", &row.dispositions)?,
            note: row.note,
        },
        saved_at: Timestamp(row.saved_at),
    })
}

fn dial_line(row: &dial::Model) -> Result<DialLine, StoreError> {
    Ok(DialLine {
        call: CallId(row.call_id),
        attempt: count(row.attempt),
        started_at: Timestamp(row.started_at),
        ended_at: Timestamp(row.ended_at),
        result: AttemptResult::from_code(&row.result)
            .ok_or_else(|| StoreError::corrupt("dial", &row.result))?,
        talked_s: count(row.talked_s),
    })
}
