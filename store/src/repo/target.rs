//! Targets, and what they have used of their caps.

mod counts;

use domain::agent::{AgentStatus, Presence};
use domain::api::page::Activity;
use domain::api::target::{CheckedTarget, TargetInput};
use domain::caps::{Caps, Claim, Freed, Usage};
use domain::id::{BuyerId, TargetId};
use domain::money::Micros;
use domain::recovery::pause::Pause;
use domain::target::settings::TargetSettings;
use domain::time::{Timestamp, Windows};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoColumnRef, SimpleExpr};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};

use super::{activity, count, from_json, name_key, to_json};
use crate::entity::{target, target_usage};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// Rows of one insert; SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 400;

/// A target as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRecord {
    pub id: TargetId,
    pub buyer: BuyerId,
    pub activity: Activity,
    pub input: TargetInput,
    pub settings: TargetSettings,
    pub created_at: Timestamp,
}

/// What a target has used, with the most calls it ever had at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageRecord {
    pub target: TargetId,
    pub usage: Usage,
    pub peak_live: u32,
    /// A pause nobody ordered.
    pub pause: Option<Pause>,
}

impl Tenant<'_> {
    /// All targets that are not archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn targets(&self) -> Result<Vec<TargetRecord>, StoreError> {
        let rows = self
            .select::<target::Entity>()
            .filter(target::Column::Activity.ne(Activity::Archived.code()))
            .order_by_asc(target::Column::Name)
            .order_by_asc(target::Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The targets that are archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn archived_targets(&self) -> Result<Vec<TargetRecord>, StoreError> {
        let rows = self
            .select::<target::Entity>()
            .filter(target::Column::Activity.eq(Activity::Archived.code()))
            .order_by_asc(target::Column::Name)
            .order_by_asc(target::Column::Id)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The names of all targets, archived ones included.
    ///
    /// # Errors
    /// What the database says.
    pub async fn target_names(&self) -> Result<Vec<(TargetId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = self
            .select::<target::Entity>()
            .select_only()
            .column(target::Column::Id)
            .column(target::Column::Name)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (TargetId(id), name))
            .collect())
    }

    /// A target.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn target(&self, id: TargetId) -> Result<TargetRecord, StoreError> {
        let row = self
            .select::<target::Entity>()
            .filter(target::Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds a target to a buyer, with nothing used.
    ///
    /// # Errors
    /// [`Constraint::TargetName`](crate::Constraint::TargetName) if the buyer has one of that name;
    /// `Reference` for a buyer that is not this account's.
    pub async fn add_target(
        &self,
        buyer: BuyerId,
        input: &TargetInput,
        now: Timestamp,
    ) -> Result<TargetId, StoreError> {
        let id = self
            .insert::<target::Entity>(Self::new_target(
                buyer,
                input,
                &TargetSettings::default(),
                now,
            )?)
            .await?
            .id;
        let usage = target_usage::ActiveModel {
            target_id: Set(id),
            ..Default::default()
        };
        self.insert_quietly::<target_usage::Entity>(usage).await?;
        self.bump_generation().await?;
        Ok(TargetId(id))
    }

    /// Adds many targets, with nothing used.
    ///
    /// # Errors
    /// As [`add_target`](Self::add_target).
    pub async fn add_targets(
        &self,
        new: &[(BuyerId, CheckedTarget)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for part in new.chunks(ROWS_AT_ONCE) {
            let rows = part
                .iter()
                .map(|(buyer, new)| Self::new_target(*buyer, &new.input, &new.settings, now))
                .collect::<Result<Vec<_>, _>>()?;
            let made = self.insert_all_back::<target::Entity>(rows).await?;
            let usage = made.into_iter().map(|row| target_usage::ActiveModel {
                target_id: Set(row.id),
                ..Default::default()
            });
            self.insert_all::<target_usage::Entity>(usage).await?;
        }
        self.bump_generation().await
    }

    /// What is stored of a new target.
    fn new_target(
        buyer: BuyerId,
        input: &TargetInput,
        settings: &TargetSettings,
        now: Timestamp,
    ) -> Result<target::ActiveModel, StoreError> {
        let limit = |cap: Option<u32>| Set(cap.map(i64::from));
        Ok(target::ActiveModel {
            account_id: NotSet,
            id: NotSet,
            buyer_id: Set(buyer.0),
            name: Set(input.name.clone()),
            name_key: Set(Some(name_key(&input.name))),
            activity: Set(Activity::Active.code().to_owned()),
            destination: Set(to_json("target", &input.destination)?),
            ring_timeout_s: Set(i64::from(input.ring_timeout_s)),
            caller_id: Set(to_json("target", &input.caller_id)?),
            whisper: Set(input.whisper.clone()),
            zone: Set(input.zone.clone()),
            hours: Set(to_json("target", &input.hours)?),
            cap_concurrent: limit(input.caps.concurrent),
            cap_hourly: limit(input.caps.hourly),
            cap_daily: limit(input.caps.daily),
            cap_monthly: limit(input.caps.monthly),
            cap_total: limit(input.caps.total),
            created_at: Set(now.0),
            settings: Set(to_json("target", settings)?),
            recording_blocked: Set(input.recording_blocked),
        })
    }

    /// Replaces a target's settings; what it has used stays.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the name is taken.
    pub async fn update_target(&self, id: TargetId, input: &TargetInput) -> Result<(), StoreError> {
        self.replace_target(id, input).await?;
        self.bump_generation().await
    }

    /// Replaces the settings of many targets.
    ///
    /// # Errors
    /// As [`update_target`](Self::update_target).
    pub async fn update_targets(
        &self,
        changed: &[(TargetId, CheckedTarget)],
    ) -> Result<(), StoreError> {
        for (id, new) in changed {
            self.replace_target(*id, &new.input).await?;
            self.replace_settings(*id, &new.settings).await?;
        }
        self.bump_generation().await
    }

    async fn replace_target(&self, id: TargetId, input: &TargetInput) -> Result<(), StoreError> {
        use target::Column as C;
        let limit = |cap: Option<u32>| Expr::value(cap.map(i64::from));
        let update = self
            .update::<target::Entity>()
            .col_expr(C::Name, Expr::value(input.name.as_str()))
            .col_expr(C::NameKey, Expr::value(name_key(&input.name)))
            .col_expr(
                C::Destination,
                Expr::value(to_json("target", &input.destination)?),
            )
            .col_expr(
                C::RingTimeoutS,
                Expr::value(i64::from(input.ring_timeout_s)),
            )
            .col_expr(
                C::CallerId,
                Expr::value(to_json("target", &input.caller_id)?),
            )
            .col_expr(C::Whisper, Expr::value(input.whisper.clone()))
            .col_expr(C::Zone, Expr::value(input.zone.as_str()))
            .col_expr(C::Hours, Expr::value(to_json("target", &input.hours)?))
            .col_expr(C::CapConcurrent, limit(input.caps.concurrent))
            .col_expr(C::CapHourly, limit(input.caps.hourly))
            .col_expr(C::CapDaily, limit(input.caps.daily))
            .col_expr(C::CapMonthly, limit(input.caps.monthly))
            .col_expr(C::CapTotal, limit(input.caps.total))
            .col_expr(C::RecordingBlocked, Expr::value(input.recording_blocked))
            .filter(C::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Replaces a target's further settings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_target_settings(
        &self,
        id: TargetId,
        settings: &TargetSettings,
    ) -> Result<(), StoreError> {
        self.replace_settings(id, settings).await?;
        self.bump_generation().await
    }

    async fn replace_settings(
        &self,
        id: TargetId,
        settings: &TargetSettings,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<target::Entity>()
            .col_expr(
                target::Column::Settings,
                Expr::value(to_json("target", settings)?),
            )
            .filter(target::Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Pauses, resumes or archives a target.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_target_activity(
        &self,
        id: TargetId,
        activity: Activity,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<target::Entity>()
            .col_expr(target::Column::Activity, Expr::value(activity.code()))
            .filter(target::Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// What these targets have used; all of the account's if none are named.
    ///
    /// # Errors
    /// What the database says.
    pub async fn usage(&self, targets: &[TargetId]) -> Result<Vec<UsageRecord>, StoreError> {
        let mut select = self.select::<target_usage::Entity>();
        if !targets.is_empty() {
            select =
                select.filter(target_usage::Column::TargetId.is_in(targets.iter().map(|t| t.0)));
        }
        let rows = select.all(self.conn).await?;
        rows.iter().map(usage_record).collect()
    }

    /// Pauses a target because it missed its calls, or lets it take calls again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_target_pause(
        &self,
        id: TargetId,
        pause: Option<&Pause>,
    ) -> Result<(), StoreError> {
        let pause = pause
            .map(|pause| to_json("target_usage", pause))
            .transpose()?;
        let update = self
            .update::<target_usage::Entity>()
            .col_expr(target_usage::Column::Pause, Expr::value(pause))
            .filter(target_usage::Column::TargetId.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }

    /// Claims a line of a target and a place under each of its caps, if there is one: a single
    /// conditional update, so that no number of servers can exceed a cap. The arithmetic is
    /// `Usage::claimed` and `Caps::reached` of the domain; a test holds the two together.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim(&self, claim: &Claim, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self
            .claiming(claim, now)
            .exec(self.conn)
            .await?
            .rows_affected
            == 1)
    }

    /// Gives back what a call had of a claim: the line, and its place in the counts of the windows
    /// it was made in, where they still run. What is zero stays zero.
    ///
    /// # Errors
    /// What the database says.
    pub async fn free(&self, freed: &Freed, now: Timestamp) -> Result<(), StoreError> {
        self.freeing(freed, now).exec(self.conn).await?;
        Ok(())
    }

    /// Where a claim finds room under every cap.
    pub(crate) fn room(claim: &Claim) -> Condition {
        use target_usage::Column as C;
        let (caps, dollars, price) = (claim.caps, claim.dollars, claim.price.0);
        let used = InWindows::of(claim.windows);
        let money = |spent: SimpleExpr, cap: Option<Micros>| {
            cap.map(|cap| {
                Condition::all()
                    .add(spent.clone().lt(cap.0))
                    .add(spent.add(price).lte(cap.0))
            })
        };
        let below = |count: SimpleExpr, cap: Option<u32>| cap.map(|cap| count.lt(i64::from(cap)));
        Condition::all()
            .add_option(below(Expr::col(C::Live), caps.concurrent))
            .add_option(below(used.hour(C::HourCount), caps.hourly))
            .add_option(below(used.day(C::DayCount), caps.daily))
            .add_option(below(used.month(C::MonthCount), caps.monthly))
            .add_option(below(Expr::col(C::TotalCount), caps.total))
            .add_option(money(used.hour(C::HourSpent), dollars.hourly))
            .add_option(money(used.day(C::DaySpent), dollars.daily))
            .add_option(money(used.month(C::MonthSpent), dollars.monthly))
            .add_option(money(Expr::col(C::TotalSpent), dollars.total))
    }

    /// The statement of [`claim`](Self::claim).
    pub(crate) fn claiming(
        &self,
        claim: &Claim,
        now: Timestamp,
    ) -> UpdateMany<target_usage::Entity> {
        use target_usage::Column as C;
        let used = InWindows::of(claim.windows);
        let windows = claim.windows;
        let latest = |key: C, value: i64| -> SimpleExpr {
            Expr::case(Expr::col(key).gt(value), Expr::col(key))
                .finally(value)
                .into()
        };
        let price = claim.price.0;
        let peak: SimpleExpr = Expr::case(
            Expr::col(C::Live).gte(Expr::col(C::PeakLive)),
            Expr::col(C::Live).add(1),
        )
        .finally(Expr::col(C::PeakLive))
        .into();
        self.update::<target_usage::Entity>()
            .col_expr(C::Live, Expr::col(C::Live).add(1))
            .col_expr(C::PeakLive, peak)
            .col_expr(C::HourCount, used.hour(C::HourCount).add(1))
            .col_expr(C::DayCount, used.day(C::DayCount).add(1))
            .col_expr(C::MonthCount, used.month(C::MonthCount).add(1))
            .col_expr(C::TotalCount, Expr::col(C::TotalCount).add(1))
            .col_expr(C::HourSpent, used.hour(C::HourSpent).add(price))
            .col_expr(C::DaySpent, used.day(C::DaySpent).add(price))
            .col_expr(C::MonthSpent, used.month(C::MonthSpent).add(price))
            .col_expr(C::TotalSpent, Expr::col(C::TotalSpent).add(price))
            .col_expr(C::WindowHour, latest(C::WindowHour, windows.hour))
            .col_expr(C::WindowDay, latest(C::WindowDay, windows.day))
            .col_expr(C::WindowMonth, latest(C::WindowMonth, windows.month))
            .col_expr(C::LastClaimedAt, Expr::value(now.0))
            .filter(C::TargetId.eq(claim.target.0))
            .filter(Self::room(claim))
    }

    /// The statement of [`free`](Self::free). It changes the target's row in any case.
    pub(crate) fn freeing(
        &self,
        freed: &Freed,
        now: Timestamp,
    ) -> UpdateMany<target_usage::Entity> {
        use target_usage::Column as C;
        let less = |when: Condition, counter: C| -> SimpleExpr {
            Expr::case(
                when.add(Expr::col(counter).gt(0)),
                Expr::col(counter).sub(1),
            )
            .finally(Expr::col(counter))
            .into()
        };
        let mut update = self
            .update::<target_usage::Entity>()
            .filter(C::TargetId.eq(freed.target.0));
        if freed.line || freed.uncounted.is_none() {
            let when = Condition::all().add(Expr::value(freed.line));
            update = update.col_expr(C::Live, less(when, C::Live));
        }
        if freed.line {
            update = update.col_expr(C::LastFreedAt, Expr::value(now.0));
        }
        if let Some(until) = freed.wrap_until {
            // Of a status that the agent chose themselves it changes nothing.
            update = update.col_expr(C::WrapUntil, Expr::value(until.0));
        }
        if let Some((windows, more)) = &freed.spent {
            let add = |same: Condition, sum: C| -> SimpleExpr {
                let after = || Expr::col(sum).add(more.0);
                Expr::case(same.clone().add(after().gt(0)), after())
                    .case(same, 0)
                    .finally(Expr::col(sum))
                    .into()
            };
            let same = |key: C, value: i64| Condition::all().add(Expr::col(key).eq(value));
            let always = Condition::all().add(Expr::value(true));
            update = update
                .col_expr(
                    C::HourSpent,
                    add(same(C::WindowHour, windows.hour), C::HourSpent),
                )
                .col_expr(
                    C::DaySpent,
                    add(same(C::WindowDay, windows.day), C::DaySpent),
                )
                .col_expr(
                    C::MonthSpent,
                    add(same(C::WindowMonth, windows.month), C::MonthSpent),
                )
                .col_expr(C::TotalSpent, add(always, C::TotalSpent));
        }
        if let Some(windows) = &freed.uncounted {
            let same = |key: C, value: i64| Condition::all().add(Expr::col(key).eq(value));
            update = update
                .col_expr(
                    C::HourCount,
                    less(same(C::WindowHour, windows.hour), C::HourCount),
                )
                .col_expr(
                    C::DayCount,
                    less(same(C::WindowDay, windows.day), C::DayCount),
                )
                .col_expr(
                    C::MonthCount,
                    less(same(C::WindowMonth, windows.month), C::MonthCount),
                )
                .col_expr(C::TotalCount, less(Condition::all(), C::TotalCount));
        }
        update
    }
}

/// Counts as they apply in the windows of a claim.
struct InWindows(Windows);

impl InWindows {
    fn of(windows: Windows) -> Self {
        Self(windows)
    }

    fn hour(&self, counter: target_usage::Column) -> SimpleExpr {
        in_window(target_usage::Column::WindowHour, self.0.hour, counter)
    }

    fn day(&self, counter: target_usage::Column) -> SimpleExpr {
        in_window(target_usage::Column::WindowDay, self.0.day, counter)
    }

    fn month(&self, counter: target_usage::Column) -> SimpleExpr {
        in_window(target_usage::Column::WindowMonth, self.0.month, counter)
    }
}

/// A count in the window that it belongs to, else none. A stored window ahead of ours stays: windows
/// never go back.
pub(crate) fn in_window<C: IntoColumnRef + Copy>(key: C, value: i64, counter: C) -> SimpleExpr {
    Expr::case(Expr::col(key).gte(value), Expr::col(counter))
        .finally(0)
        .into()
}

/// A row as a record.
pub(crate) fn usage_record(row: &target_usage::Model) -> Result<UsageRecord, StoreError> {
    let pause: Option<Pause> = match &row.pause {
        Some(pause) => Some(from_json("target_usage", pause)?),
        None => None,
    };
    Ok(UsageRecord {
        target: TargetId(row.target_id),
        peak_live: count(row.peak_live),
        usage: Usage {
            live: count(row.live),
            windows: Windows {
                hour: row.window_hour,
                day: row.window_day,
                month: row.window_month,
            },
            hour: count(row.hour_count),
            day: count(row.day_count),
            month: count(row.month_count),
            total: count(row.total_count),
            last_claimed_at: row.last_claimed_at.map(Timestamp),
            last_freed_at: row.last_freed_at.map(Timestamp),
            hour_spent: Micros(row.hour_spent),
            day_spent: Micros(row.day_spent),
            month_spent: Micros(row.month_spent),
            total_spent: Micros(row.total_spent),
            paused_until: pause.map(|pause| pause.until.unwrap_or(Timestamp::MAX)),
            presence: presence(row)?,
        },
        pause,
    })
}

/// Whether the agent behind a target takes calls.
fn presence(row: &target_usage::Model) -> Result<Option<Presence>, StoreError> {
    let Some(code) = &row.status else {
        return Ok(None);
    };
    Ok(Some(Presence {
        status: AgentStatus::from_code(code)
            .ok_or_else(|| StoreError::corrupt("target_usage", code))?,
        since: Timestamp(row.status_since.unwrap_or_default()),
        wrap_until: row.wrap_until.map(Timestamp),
    }))
}

fn record(row: target::Model) -> Result<TargetRecord, StoreError> {
    Ok(TargetRecord {
        id: TargetId(row.id),
        buyer: BuyerId(row.buyer_id),
        activity: activity("target", &row.activity)?,
        created_at: Timestamp(row.created_at),
        settings: from_json("target", &row.settings)?,
        input: TargetInput {
            destination: from_json("target", &row.destination)?,
            ring_timeout_s: count(row.ring_timeout_s),
            caller_id: from_json("target", &row.caller_id)?,
            whisper: row.whisper,
            hours: from_json("target", &row.hours)?,
            caps: Caps {
                concurrent: row.cap_concurrent.map(count),
                hourly: row.cap_hourly.map(count),
                daily: row.cap_daily.map(count),
                monthly: row.cap_monthly.map(count),
                total: row.cap_total.map(count),
            },
            name: row.name,
            zone: row.zone,
            recording_blocked: row.recording_blocked,
        },
    })
}
