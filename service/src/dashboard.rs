//! The dashboard: is today normal, does anything need a person, what is happening now.

use domain::access::Permission;
use domain::api::dashboard::{CampaignToday, Dashboard, HourBar, Problem, ProblemFix, Total};
use domain::api::page::{Activity, AvailabilityKind};
use domain::call::record::{LiveState, Outcome};
use domain::id::{CampaignId, TargetId};
use domain::money::grouped;
use domain::routing::UsageMap;
use domain::schedule::zone_short;
use domain::time::{Timestamp, length_text};
use store::{CallFilter, CallLine, CallSums, CampaignRecord, Conn, Db};

use crate::call::view::{self, Names};
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::plan::{AccountPlans, PlanCache, clocks_of};
use crate::target::availability;
use crate::zone;

/// Missed calls in a row that make a target a problem.
const MISSED_IN_A_ROW: u32 = 3;
/// Newest ended calls that are looked through for missed ones.
const MISSED_LOOKBACK: u64 = 300;
/// The share of a daily cap, in percent, from which it is worth a warning.
const CAP_WARN_PERCENT: u32 = 90;
/// Live calls shown on the dashboard; the rest is a link.
const LIVE_SHOWN: usize = 12;

/// See the module.
#[derive(Debug, Clone)]
pub struct Dashboards {
    db: Db,
    plans: PlanCache,
}

impl Dashboards {
    pub(crate) fn new(db: Db, plans: PlanCache) -> Self {
        Self { db, plans }
    }

    /// Today so far, of one campaign or of all.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a campaign that is not this account's.
    pub async fn today(
        &self,
        op: &OpCtx,
        campaign: Option<CampaignId>,
    ) -> Result<Dashboard, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        if let Some(id) = campaign {
            tenant.campaign(id).await.or_missing("campaign")?;
        }
        let day = Day::of(op);
        let of_campaign = |sums: Vec<CallSums>| -> Vec<CallSums> {
            sums.into_iter()
                .filter(|s| campaign.is_none() || s.campaign == campaign)
                .collect()
        };
        let today = of_campaign(tenant.call_sums(day.start, Timestamp(i64::MAX)).await?);
        let before = of_campaign(tenant.call_sums(day.before_start, day.before_end).await?);
        let campaigns = tenant.campaigns().await?;
        let names = Names::load(&conn, op).await?;
        let filter = CallFilter {
            live: true,
            campaign,
            ..CallFilter::default()
        };
        let mut live = tenant.calls(&filter, None, None, 1_000).await?;
        live.reverse();
        Ok(Dashboard {
            subtitle: day.subtitle.clone(),
            compared_with: day.compared_with.clone(),
            totals: totals(&today, &before, campaign),
            hours: hours(op, &day, &today, &before),
            now_label: day.now_label.clone(),
            problems: self.problems(&conn, op, &campaigns).await?,
            live_summary: live_summary(&live),
            live: live
                .iter()
                .take(LIVE_SHOWN)
                .map(|line| view::row(op, &names, line))
                .collect(),
            campaigns: campaigns
                .iter()
                .filter(|c| campaign.is_none_or(|id| id == c.id))
                .map(|c| campaign_today(c, &today))
                .collect(),
        })
    }

    async fn problems(
        &self,
        conn: &Conn,
        op: &OpCtx,
        campaigns: &[CampaignRecord],
    ) -> Result<Vec<Problem>, Error> {
        let tenant = conn.tenant(&op.scope);
        let plans = self.plans.current(conn, &op.scope).await?;
        let usage: UsageMap = tenant
            .usage(&[])
            .await?
            .into_iter()
            .map(|u| (u.target, u.usage))
            .collect();
        let numbers = tenant.numbers().await?;
        let recent = CallFilter {
            from: Some(zone::today(&op.zone, op.now)),
            ..CallFilter::default()
        };
        let lines = tenant.calls(&recent, None, None, MISSED_LOOKBACK).await?;
        let targets = tenant.targets().await?;
        let active = |id: TargetId| {
            targets
                .iter()
                .find(|t| t.id == id && t.activity == Activity::Active)
                .map(|t| t.input.name.clone())
        };

        let mut problems = missed(op, &lines, active);
        for campaign in campaigns.iter().filter(|c| c.activity == Activity::Active) {
            let has_numbers = numbers.iter().any(|n| n.campaign == Some(campaign.id));
            if let Some(problem) = unreachable(op, campaign, has_numbers, &plans, &usage) {
                problems.push(problem);
            }
        }
        problems.extend(nearly_capped(op, &plans, &usage));
        let strays = lines.iter().filter(|l| l.campaign.is_none()).count();
        if strays > 0 {
            problems.push(Problem {
                failed: false,
                title: format!(
                    "{strays} {} to numbers without a campaign",
                    if strays == 1 { "call" } else { "calls" }
                ),
                detail: "The callers heard an apology. Give the numbers a campaign.".to_owned(),
                fix: ProblemFix::Open {
                    href: "/numbers".to_owned(),
                    label: "Assign numbers".to_owned(),
                },
                href: "/calls?outcome=unrouted".to_owned(),
                link: "Open calls".to_owned(),
            });
        }
        problems.sort_by_key(|p| !p.failed);
        Ok(problems)
    }
}

/// Today and the same hours a week ago.
struct Day {
    start: Timestamp,
    before_start: Timestamp,
    before_end: Timestamp,
    subtitle: String,
    compared_with: String,
    now_label: String,
}

impl Day {
    fn of(op: &OpCtx) -> Self {
        let date = zone::date(&op.zone, op.now);
        let start = zone::day_start(&op.zone, date);
        let before_start = zone::day_start(&op.zone, zone::plus_days(date, -7));
        let before_end = Timestamp(before_start.0 + (op.now.0 - start.0));
        let local = zone::local(&op.zone, op.now);
        let stamp = zone::stamp(&op.zone, op.now);
        let clock = clock(local.hour, local.minute);
        let compared_with = format!("last {}", local.weekday.name());
        Self {
            start,
            before_start,
            before_end,
            subtitle: format!(
                "{}, 12:00 am to {clock} {}, against the same hours {compared_with}",
                stamp.date,
                zone_short(&op.zone)
            ),
            compared_with,
            now_label: format!("to {}", clock.replace(" am", "a").replace(" pm", "p")),
        }
    }
}

/// "2:37 pm".
fn clock(hour: u8, minute: u8) -> String {
    let twelve = match hour % 12 {
        0 => 12,
        hour => hour,
    };
    format!(
        "{twelve}:{minute:02} {}",
        if hour < 12 { "am" } else { "pm" }
    )
}

/// Counts of a set of calls.
#[derive(Default, Clone, Copy)]
struct Counts {
    incoming: u32,
    live: u32,
    connected: u32,
    abandoned: u32,
    connected_s: u64,
}

impl Counts {
    fn of<'a>(sums: impl Iterator<Item = &'a CallSums>) -> Self {
        sums.fold(Self::default(), |mut c, s| {
            c.incoming += s.calls;
            c.connected_s += s.connected_s;
            match s.outcome {
                Some(Outcome::Connected) => c.connected += s.calls,
                Some(Outcome::Abandoned) => c.abandoned += s.calls,
                None if s.state != LiveState::Ended => c.live += s.calls,
                _ => {}
            }
            c
        })
    }

    fn not_connected(self) -> u32 {
        self.incoming.saturating_sub(self.connected + self.live)
    }

    fn average_s(self) -> u32 {
        u32::try_from(self.connected_s / u64::from(self.connected.max(1))).unwrap_or(0)
    }
}

fn totals(today: &[CallSums], before: &[CallSums], campaign: Option<CampaignId>) -> Vec<Total> {
    let (now, then) = (Counts::of(today.iter()), Counts::of(before.iter()));
    let filter = campaign
        .map(|c| format!("&campaign={c}"))
        .unwrap_or_default();
    let href = |outcome: &str| match outcome {
        "" => format!("/calls?range=today{filter}"),
        outcome => format!("/calls?range=today&outcome={outcome}{filter}"),
    };
    let share = |part: u32| {
        (part * 100 + now.incoming / 2)
            .checked_div(now.incoming)
            .map(|percent| format!("{percent}%"))
            .unwrap_or_default()
    };
    let count = |label: &str,
                 now: u32,
                 then: u32,
                 share: String,
                 up_is_good: Option<bool>,
                 href: String| Total {
        label: label.to_owned(),
        value: grouped(u64::from(now)),
        share,
        change: change(now, then),
        before: format!("from {}", grouped(u64::from(then))),
        good: up_is_good
            .filter(|_| now != then && then > 0)
            .map(|up| up == (now > then)),
        href,
    };
    vec![
        count(
            "Incoming",
            now.incoming,
            then.incoming,
            String::new(),
            Some(true),
            href(""),
        ),
        count(
            "Connected",
            now.connected,
            then.connected,
            share(now.connected),
            Some(true),
            href("connected"),
        ),
        count(
            "Not connected",
            now.not_connected(),
            then.not_connected(),
            share(now.not_connected()),
            Some(false),
            href("no_answer"),
        ),
        count(
            "Abandoned",
            now.abandoned,
            then.abandoned,
            share(now.abandoned),
            Some(false),
            href("abandoned"),
        ),
        Total {
            label: "Average length".to_owned(),
            value: if now.connected == 0 {
                "\u{2013}".to_owned()
            } else {
                length_text(now.average_s())
            },
            share: String::new(),
            change: change(now.average_s(), then.average_s()),
            before: format!(
                "from {}",
                if then.connected == 0 {
                    "\u{2013}".to_owned()
                } else {
                    length_text(then.average_s())
                }
            ),
            good: None,
            href: href("connected"),
        },
        count(
            "Live now",
            now.live,
            0,
            String::new(),
            None,
            "/calls?range=all&outcome=live".to_owned(),
        ),
    ]
    .into_iter()
    .map(|mut total| {
        if total.label == "Live now" {
            total.change.clear();
            total.before = "in progress".to_owned();
        }
        total
    })
    .collect()
}

/// "+8.4%"; empty where there is nothing to compare with.
fn change(now: u32, then: u32) -> String {
    if then == 0 {
        return String::new();
    }
    let tenths = (i64::from(now) - i64::from(then)) * 1_000 / i64::from(then);
    let sign = if tenths < 0 { "\u{2212}" } else { "+" };
    format!("{sign}{}.{}%", tenths.abs() / 10, tenths.abs() % 10)
}

fn hours(op: &OpCtx, day: &Day, today: &[CallSums], before: &[CallSums]) -> Vec<HourBar> {
    let elapsed = u32::try_from((op.now.0 - day.start.0) / 3_600_000_000).unwrap_or(0);
    (0..=elapsed)
        .map(|i| {
            let now = Counts::of(today.iter().filter(|s| s.hour == i));
            let then = Counts::of(before.iter().filter(|s| s.hour == i));
            HourBar {
                hour: zone::local(&op.zone, day.start.plus_secs(i64::from(i) * 3_600)).hour,
                connected: now.connected,
                not_connected: now.not_connected(),
                live: now.live,
                before: then.incoming,
            }
        })
        .collect()
}

fn live_summary(live: &[CallLine]) -> String {
    let of = |state| live.iter().filter(|l| l.state == state).count();
    let parts = [
        (of(LiveState::Connected), "connected"),
        (of(LiveState::Ringing), "ringing"),
        (of(LiveState::Fallback), "in fallback"),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    said.join(", ")
}

fn campaign_today(campaign: &CampaignRecord, sums: &[CallSums]) -> CampaignToday {
    let counts = Counts::of(sums.iter().filter(|s| s.campaign == Some(campaign.id)));
    CampaignToday {
        id: campaign.id,
        name: campaign.name.clone(),
        vertical: campaign.vertical.clone(),
        live: counts.live,
        incoming: counts.incoming,
        connected: counts.connected,
        not_connected: counts.not_connected(),
        average_length: if counts.connected == 0 {
            String::new()
        } else {
            length_text(counts.average_s())
        },
    }
}

/// Targets whose last calls all went unanswered.
fn missed(
    op: &OpCtx,
    lines: &[CallLine],
    active: impl Fn(TargetId) -> Option<String>,
) -> Vec<Problem> {
    let mut streaks: Vec<(TargetId, u32, Timestamp, bool)> = Vec::new();
    for line in lines.iter().filter(|l| l.ended_at.is_some()) {
        let (Some(target), Some(outcome)) = (line.target, line.outcome) else {
            continue;
        };
        let missed = matches!(
            outcome,
            Outcome::NoAnswer | Outcome::Voicemail | Outcome::Forwarded
        );
        match streaks.iter_mut().find(|(t, ..)| *t == target) {
            Some((_, count, since, running)) if *running && missed => {
                (*count, *since) = (*count + 1, line.arrived_at)
            }
            Some((.., running)) => *running &= missed,
            None => streaks.push((target, u32::from(missed), line.arrived_at, missed)),
        }
    }
    streaks
        .into_iter()
        .filter(|(_, count, ..)| *count >= MISSED_IN_A_ROW)
        .filter_map(|(target, count, since, _)| {
            let name = active(target)?;
            let since = zone::local(&op.zone, since);
            Some(Problem {
                failed: true,
                title: format!("{name} missed {count} calls in a row"),
                detail: format!(
                    "Since {}. The callers got the fallback.",
                    clock(since.hour, since.minute)
                ),
                fix: ProblemFix::PauseTarget(target),
                href: format!("/calls?range=today&target={target}"),
                link: "Open calls".to_owned(),
            })
        })
        .collect()
}

/// An active campaign with numbers that could not send a call anywhere right now.
fn unreachable(
    op: &OpCtx,
    campaign: &CampaignRecord,
    has_numbers: bool,
    plans: &AccountPlans,
    usage: &UsageMap,
) -> Option<Problem> {
    let plan = plans.get(&campaign.id)?;
    let clocks = clocks_of(plan, op.now);
    let open = plan
        .routes
        .iter()
        .any(|r| availability(&r.target, r.on, usage, &clocks).0.kind == AvailabilityKind::Open);
    if !has_numbers || open {
        return None;
    }
    let fallback = campaign.fallback.words();
    Some(Problem {
        failed: plan.routes.is_empty(),
        title: format!("{}: no route is open", campaign.name),
        detail: match plan.routes.len() {
            0 => format!("The routing plan is empty. Callers get: {fallback}."),
            n => format!("{n} of {n} routes are closed, full or paused. Callers get: {fallback}."),
        },
        fix: ProblemFix::Open {
            href: format!("/campaigns/{}/routing", campaign.id),
            label: "Review plan".to_owned(),
        },
        href: format!(
            "/calls?range=today&campaign={}&outcome=no_target",
            campaign.id
        ),
        link: "Open calls".to_owned(),
    })
}

/// Targets that are about to reach their daily cap.
fn nearly_capped(op: &OpCtx, plans: &AccountPlans, usage: &UsageMap) -> Vec<Problem> {
    let mut seen: Vec<TargetId> = Vec::new();
    let mut problems = Vec::new();
    for route in plans.values().flat_map(|p| &p.routes) {
        let target = &route.target;
        if seen.contains(&target.id) || !(route.on && target.active && target.buyer_active) {
            continue;
        }
        seen.push(target.id);
        let windows = zone::local(&target.zone, op.now).windows();
        let used = usage
            .get(&target.id)
            .copied()
            .unwrap_or_default()
            .within(&windows)
            .day;
        let Some(limit) = target
            .caps
            .daily
            .filter(|limit| *limit > 0 && used * 100 >= limit * CAP_WARN_PERCENT)
        else {
            continue;
        };
        let left = limit.saturating_sub(used);
        problems.push(Problem {
            failed: false,
            title: if left == 0 {
                format!("{} reached its daily cap", target.name)
            } else {
                format!("{} is {left} calls from its daily cap", target.name)
            },
            detail: format!("{used} of {limit} calls today."),
            fix: ProblemFix::Open {
                href: format!("/targets/{}", target.id),
                label: "Raise cap".to_owned(),
            },
            href: format!("/calls?range=today&target={}", target.id),
            link: "Open calls".to_owned(),
        });
    }
    problems
}
