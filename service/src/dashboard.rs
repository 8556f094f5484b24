//! The dashboard: is today normal, does anything need a person, what is happening now.

mod problems;
mod totals;

use domain::access::Permission;
use domain::api::dashboard::{Dashboard, Problem};
use domain::call::record::LiveState;
use domain::id::CampaignId;
use domain::schedule::zone_short;
use domain::time::Timestamp;
use store::{CallFilter, CallLine, CallSums, CampaignRecord, Conn, Db};

use crate::call::view::{self, Names};
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::plan::PlanCache;
use crate::zone;
use problems::Found;
use totals::{campaign_today, hours, totals};

/// Newest calls that are looked through for problems.
const LOOKBACK: u64 = 300;
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
        let recent = CallFilter {
            from: Some(zone::today(&op.zone, op.now)),
            ..CallFilter::default()
        };
        let found = Found {
            campaigns,
            set_up: self.plans.current(conn, &op.scope, op.now).await?,
            usage: tenant
                .usage(&[])
                .await?
                .into_iter()
                .map(|u| (u.target, u.usage))
                .collect(),
            numbers: tenant.numbers().await?,
            calls: tenant.calls(&recent, None, None, LOOKBACK).await?,
            targets: tenant.targets().await?,
            degraded: crate::rtb_target::degraded(conn, op).await?,
        };
        Ok(problems::of(op, &found))
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
