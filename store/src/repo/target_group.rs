//! Groups of targets, and what they have used of their caps.

use std::collections::BTreeMap;

use domain::api::page::Activity;
use domain::caps::{Caps, GroupClaim, GroupFreed, Usage};
use domain::id::{TargetGroupId, TargetId};
use domain::target::group::{Member, RingOrder, TargetGroup};
use domain::time::{Timestamp, Windows};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect, UpdateMany,
};

use super::target::in_window;
use super::{activity, count, from_json, name_key, to_json};
use crate::entity::{target_group, target_group_member, target_group_usage};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A group as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroupRecord {
    pub activity: Activity,
    pub created_at: Timestamp,
    /// Its members in their order, archived targets included.
    pub group: TargetGroup,
}

/// What a group has used, with the most calls it ever had at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupUsageRecord {
    pub group: TargetGroupId,
    pub usage: Usage,
    pub peak_live: u32,
}

impl Tenant<'_> {
    /// All groups that are not archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn target_groups(&self) -> Result<Vec<TargetGroupRecord>, StoreError> {
        let archived = target_group::Column::Activity.ne(Activity::Archived.code());
        self.groups_where(Condition::all().add(archived)).await
    }

    /// The groups that are archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn archived_target_groups(&self) -> Result<Vec<TargetGroupRecord>, StoreError> {
        let archived = target_group::Column::Activity.eq(Activity::Archived.code());
        self.groups_where(Condition::all().add(archived)).await
    }

    /// The names of all groups, archived ones included.
    ///
    /// # Errors
    /// What the database says.
    pub async fn target_group_names(&self) -> Result<Vec<(TargetGroupId, String)>, StoreError> {
        let rows: Vec<(i64, String)> = self
            .select::<target_group::Entity>()
            .select_only()
            .column(target_group::Column::Id)
            .column(target_group::Column::Name)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (TargetGroupId(id), name))
            .collect())
    }

    /// A group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn target_group(&self, id: TargetGroupId) -> Result<TargetGroupRecord, StoreError> {
        let own = Condition::all().add(target_group::Column::Id.eq(id.0));
        self.groups_where(own)
            .await?
            .pop()
            .ok_or(StoreError::NotFound)
    }

    async fn groups_where(&self, which: Condition) -> Result<Vec<TargetGroupRecord>, StoreError> {
        use target_group::Column as C;
        let rows = self
            .select::<target_group::Entity>()
            .filter(which)
            .order_by_asc(C::Name)
            .order_by_asc(C::Id)
            .all(self.conn)
            .await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut members: BTreeMap<i64, Vec<Member>> = BTreeMap::new();
        let of_them = self
            .select::<target_group_member::Entity>()
            .filter(target_group_member::Column::GroupId.is_in(rows.iter().map(|r| r.id)))
            .order_by_asc(target_group_member::Column::Place)
            .order_by_asc(target_group_member::Column::TargetId)
            .all(self.conn)
            .await?;
        for row in of_them {
            members.entry(row.group_id).or_default().push(Member {
                target: TargetId(row.target_id),
                priority: count(row.priority),
                weight: count(row.weight),
            });
        }
        rows.into_iter()
            .map(|row| {
                let own = members.remove(&row.id).unwrap_or_default();
                record(row, own)
            })
            .collect()
    }

    /// Adds a group, with nothing used. Its id and whether it is active are not looked at.
    ///
    /// # Errors
    /// [`Constraint::TargetGroupName`](crate::Constraint::TargetGroupName) if there is one of that
    /// name; `Reference` for a member that is not this account's.
    pub async fn add_target_group(
        &self,
        group: &TargetGroup,
        now: Timestamp,
    ) -> Result<TargetGroupId, StoreError> {
        let limit = |cap: Option<u32>| Set(cap.map(i64::from));
        let row = target_group::ActiveModel {
            account_id: NotSet,
            id: NotSet,
            name: Set(group.name.clone()),
            name_key: Set(name_key(&group.name)),
            activity: Set(Activity::Active.code().to_owned()),
            ring_order: Set(group.order.code().to_owned()),
            ring_timeout_s: Set(i64::from(group.ring_timeout_s)),
            zone: Set(group.zone.clone()),
            hours: Set(to_json("target_group", &group.hours)?),
            holidays: Set(to_json("target_group", &group.holidays)?),
            cap_concurrent: limit(group.caps.concurrent),
            cap_hourly: limit(group.caps.hourly),
            cap_daily: limit(group.caps.daily),
            cap_monthly: limit(group.caps.monthly),
            cap_total: limit(group.caps.total),
            created_at: Set(now.0),
            auction: Set(auction(group)?),
        };
        let id = self.insert::<target_group::Entity>(row).await?.id;
        let usage = target_group_usage::ActiveModel {
            group_id: Set(id),
            ..Default::default()
        };
        self.insert_quietly::<target_group_usage::Entity>(usage)
            .await?;
        self.set_members(id, &group.members).await?;
        self.bump_generation().await?;
        Ok(TargetGroupId(id))
    }

    /// Replaces a group's settings and members; what it has used and whether it is active stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; else as [`add_target_group`](Self::add_target_group).
    pub async fn update_target_group(
        &self,
        id: TargetGroupId,
        group: &TargetGroup,
    ) -> Result<(), StoreError> {
        use target_group::Column as C;
        let limit = |cap: Option<u32>| Expr::value(cap.map(i64::from));
        let update = self
            .update::<target_group::Entity>()
            .col_expr(C::Name, Expr::value(group.name.as_str()))
            .col_expr(C::NameKey, Expr::value(name_key(&group.name)))
            .col_expr(C::RingOrder, Expr::value(group.order.code()))
            .col_expr(
                C::RingTimeoutS,
                Expr::value(i64::from(group.ring_timeout_s)),
            )
            .col_expr(C::Zone, Expr::value(group.zone.as_str()))
            .col_expr(
                C::Hours,
                Expr::value(to_json("target_group", &group.hours)?),
            )
            .col_expr(
                C::Holidays,
                Expr::value(to_json("target_group", &group.holidays)?),
            )
            .col_expr(C::CapConcurrent, limit(group.caps.concurrent))
            .col_expr(C::CapHourly, limit(group.caps.hourly))
            .col_expr(C::CapDaily, limit(group.caps.daily))
            .col_expr(C::CapMonthly, limit(group.caps.monthly))
            .col_expr(C::CapTotal, limit(group.caps.total))
            .col_expr(C::Auction, Expr::value(auction(group)?))
            .filter(C::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.delete::<target_group_member::Entity>()
            .filter(target_group_member::Column::GroupId.eq(id.0))
            .exec(self.conn)
            .await?;
        self.set_members(id.0, &group.members).await?;
        self.bump_generation().await
    }

    async fn set_members(&self, group: i64, members: &[Member]) -> Result<(), StoreError> {
        if members.is_empty() {
            return Ok(());
        }
        let rows =
            members
                .iter()
                .zip(0_i64..)
                .map(|(member, place)| target_group_member::ActiveModel {
                    account_id: NotSet,
                    group_id: Set(group),
                    target_id: Set(member.target.0),
                    priority: Set(i64::from(member.priority)),
                    place: Set(place),
                    weight: Set(i64::from(member.weight)),
                });
        self.insert_all::<target_group_member::Entity>(rows).await
    }

    /// Pauses, resumes or archives a group.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_target_group_activity(
        &self,
        id: TargetGroupId,
        activity: Activity,
    ) -> Result<(), StoreError> {
        use target_group::Column as C;
        let update = self
            .update::<target_group::Entity>()
            .col_expr(C::Activity, Expr::value(activity.code()))
            .filter(C::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// What these groups have used; all of the account's if none are named.
    ///
    /// # Errors
    /// What the database says.
    pub async fn group_usage(
        &self,
        groups: &[TargetGroupId],
    ) -> Result<Vec<GroupUsageRecord>, StoreError> {
        let mut select = self.select::<target_group_usage::Entity>();
        if !groups.is_empty() {
            let ids = groups.iter().map(|g| g.0);
            select = select.filter(target_group_usage::Column::GroupId.is_in(ids));
        }
        let rows = select.all(self.conn).await?;
        Ok(rows.iter().map(group_usage_record).collect())
    }

    /// Where a claim finds room under every cap of a group.
    pub(crate) fn group_room(claim: &GroupClaim) -> Condition {
        use target_group_usage::Column as C;
        let (caps, windows) = (claim.caps, claim.windows);
        let below = |count: SimpleExpr, cap: Option<u32>| cap.map(|cap| count.lt(i64::from(cap)));
        Condition::all()
            .add_option(below(Expr::col(C::Live), caps.concurrent))
            .add_option(below(
                in_window(C::WindowHour, windows.hour, C::HourCount),
                caps.hourly,
            ))
            .add_option(below(
                in_window(C::WindowDay, windows.day, C::DayCount),
                caps.daily,
            ))
            .add_option(below(
                in_window(C::WindowMonth, windows.month, C::MonthCount),
                caps.monthly,
            ))
            .add_option(below(Expr::col(C::TotalCount), caps.total))
    }

    /// Claims a line of a group and a place under each of its caps, if there is one: the arithmetic
    /// is that of a target's claim, without money.
    pub(crate) fn claiming_group(
        &self,
        claim: &GroupClaim,
        now: Timestamp,
    ) -> UpdateMany<target_group_usage::Entity> {
        use target_group_usage::Column as C;
        let windows = claim.windows;
        let counted = |key: C, value: i64, counter: C| in_window(key, value, counter).add(1);
        let latest = |key: C, value: i64| -> SimpleExpr {
            Expr::case(Expr::col(key).gt(value), Expr::col(key))
                .finally(value)
                .into()
        };
        let peak: SimpleExpr = Expr::case(
            Expr::col(C::Live).gte(Expr::col(C::PeakLive)),
            Expr::col(C::Live).add(1),
        )
        .finally(Expr::col(C::PeakLive))
        .into();
        self.update::<target_group_usage::Entity>()
            .col_expr(C::Live, Expr::col(C::Live).add(1))
            .col_expr(C::PeakLive, peak)
            .col_expr(
                C::HourCount,
                counted(C::WindowHour, windows.hour, C::HourCount),
            )
            .col_expr(C::DayCount, counted(C::WindowDay, windows.day, C::DayCount))
            .col_expr(
                C::MonthCount,
                counted(C::WindowMonth, windows.month, C::MonthCount),
            )
            .col_expr(C::TotalCount, Expr::col(C::TotalCount).add(1))
            .col_expr(C::WindowHour, latest(C::WindowHour, windows.hour))
            .col_expr(C::WindowDay, latest(C::WindowDay, windows.day))
            .col_expr(C::WindowMonth, latest(C::WindowMonth, windows.month))
            .col_expr(C::LastClaimedAt, Expr::value(now.0))
            .filter(C::GroupId.eq(claim.group.0))
            .filter(Self::group_room(claim))
    }

    /// Gives back what a call had of a group's claim. It changes the group's row in any case.
    pub(crate) fn freeing_group(
        &self,
        freed: &GroupFreed,
        now: Timestamp,
    ) -> UpdateMany<target_group_usage::Entity> {
        use target_group_usage::Column as C;
        let less = |when: Condition, counter: C| -> SimpleExpr {
            Expr::case(
                when.add(Expr::col(counter).gt(0)),
                Expr::col(counter).sub(1),
            )
            .finally(Expr::col(counter))
            .into()
        };
        let line = Condition::all().add(Expr::value(freed.line));
        let mut update = self
            .update::<target_group_usage::Entity>()
            .col_expr(C::Live, less(line, C::Live))
            .filter(C::GroupId.eq(freed.group.0));
        if freed.line {
            update = update.col_expr(C::LastFreedAt, Expr::value(now.0));
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

/// A row as a record.
pub(crate) fn group_usage_record(row: &target_group_usage::Model) -> GroupUsageRecord {
    GroupUsageRecord {
        group: TargetGroupId(row.group_id),
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
            ..Usage::default()
        },
    }
}

fn auction(group: &TargetGroup) -> Result<Option<String>, StoreError> {
    let terms = group.auction.as_ref();
    terms
        .map(|terms| to_json("target_group", terms))
        .transpose()
}

fn record(row: target_group::Model, members: Vec<Member>) -> Result<TargetGroupRecord, StoreError> {
    let activity = activity("target_group", &row.activity)?;
    let order = RingOrder::from_code(&row.ring_order)
        .ok_or_else(|| StoreError::corrupt("target_group", &row.ring_order))?;
    Ok(TargetGroupRecord {
        activity,
        created_at: Timestamp(row.created_at),
        group: TargetGroup {
            id: TargetGroupId(row.id),
            active: activity == Activity::Active,
            order,
            auction: match &row.auction {
                Some(terms) => Some(from_json("target_group", terms)?),
                None => None,
            },
            ring_timeout_s: count(row.ring_timeout_s),
            zone: row.zone,
            hours: from_json("target_group", &row.hours)?,
            holidays: from_json("target_group", &row.holidays)?,
            caps: Caps {
                concurrent: row.cap_concurrent.map(count),
                hourly: row.cap_hourly.map(count),
                daily: row.cap_daily.map(count),
                monthly: row.cap_monthly.map(count),
                total: row.cap_total.map(count),
            },
            members,
            name: row.name,
        },
    })
}
