//! Targets.

mod quick;

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::{Activity, Availability, AvailabilityKind, Meter, MoneyMeter};
use domain::api::target::{Inherited, TargetDetail, TargetForm, TargetRow};
use domain::caps::reset::Counts;
use domain::caps::{CapKind, Usage};
use domain::id::{BuyerId, CampaignId, TargetId};
use domain::plan::{Route, RouteTo};
use domain::recovery::RecoverySetting;
use domain::routing::{Exclusions, UsageMap, Verdict, refusal};
use domain::schedule::holiday;
use domain::tag::list::BulkLists;
use domain::target::Target;
use domain::time::{LocalMoment, Timestamp};
use store::{BuyerRecord, Conn, Constraint, Db, StoreError, TargetRecord};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::{filter, plan, zone};

const TAKEN: &str = "This buyer has another target of this name.";

/// A target as it is stored, how it stands now and what it has used.
#[derive(Debug, Clone)]
pub struct TargetFacts {
    pub record: TargetRecord,
    /// The same with what it takes from its buyer. Recovery is here as if its campaigns said nothing.
    pub routed: Target,
    pub now: Availability,
    /// In the windows that are running.
    pub used: Usage,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Targets {
    db: Db,
}

impl Targets {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// A target with its settings and what it has used.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: TargetId) -> Result<TargetDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let target = tenant.target(id).await.or_missing("target")?;
        let buyer = tenant.buyer(target.buyer).await.or_missing("buyer")?;
        let rows = TargetRows::load(&conn, op).await?;
        let routed = plan::routed(&target, &buyer, RecoverySetting::Off, &BulkLists::new());
        let used = rows.used(&routed);
        let (caps, dollars) = (routed.caps, routed.dollars);
        let calls = |count, limit| Meter { count, limit };
        let filters = filter::choices(&tenant).await?;
        Ok(TargetDetail {
            row: rows.row(&target, &buyer),
            form: TargetForm::of(&target.input, &target.settings),
            inherited: Inherited::of(&buyer.settings),
            has_password: has_password(&target),
            filter_warning: filter::unknown_tags(&target.settings.filter, &filters)
                .unwrap_or_default(),
            filters,
            hour: calls(used.hour, caps.hourly),
            month: calls(used.month, caps.monthly),
            total: calls(used.total, caps.total),
            spent: [
                MoneyMeter::of(used.hour_spent, dollars.hourly),
                MoneyMeter::of(used.month_spent, dollars.monthly),
                MoneyMeter::of(used.total_spent, dollars.total),
            ],
        })
    }

    /// All targets with how they stand, of one buyer or of all: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the buyer.
    pub async fn facts(
        &self,
        op: &OpCtx,
        buyer: Option<BuyerId>,
    ) -> Result<Vec<TargetFacts>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let buyers = match buyer {
            Some(id) => vec![tenant.buyer(id).await.or_missing("buyer")?],
            None => tenant.buyers().await?,
        };
        let rows = TargetRows::load(&conn, op).await?;
        let of = |t: &TargetRecord| buyers.iter().find(|b| b.id == t.buyer);
        let facts = rows.targets.iter().filter_map(|t| Some((t, of(t)?)));
        Ok(facts.map(|(t, b)| rows.facts(t, b)).collect())
    }

    /// A target with how it stands: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fact(&self, op: &OpCtx, id: TargetId) -> Result<TargetFacts, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let target = tenant.target(id).await.or_missing("target")?;
        let buyer = tenant.buyer(target.buyer).await.or_missing("buyer")?;
        let rows = TargetRows::load(&conn, op).await?;
        Ok(rows.facts(&target, &buyer))
    }

    /// Adds a target to a buyer.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the buyer, [`Error::Invalid`] at a field.
    pub async fn create(
        &self,
        op: &OpCtx,
        buyer: BuyerId,
        form: &TargetForm,
    ) -> Result<TargetId, Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.buyer(buyer).await.or_missing("buyer")?;
        let checked = form.check_with(Some(&tenant.lists().await?))?.over(None)?;
        let id = tenant
            .add_target(buyer, &checked.input, op.now)
            .await
            .or_taken(Constraint::TargetName, "name", TAKEN)?;
        tenant.set_target_settings(id, &checked.settings).await?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a target's settings. Calls in progress keep their lines.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, id: TargetId, form: &TargetForm) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let before = tenant.target(id).await.or_missing("target")?;
        let checked = form
            .check_with(Some(&tenant.lists().await?))?
            .over(Some((&before.input, &before.settings)))?;
        tenant.update_target(id, &checked.input).await.or_taken(
            Constraint::TargetName,
            "name",
            TAKEN,
        )?;
        tenant.set_target_settings(id, &checked.settings).await?;
        Ok(conn.commit().await?)
    }

    /// Sets what a target used of its caps to zero, calls in progress apart; says what that was,
    /// for [`restore_counts`](Self::restore_counts).
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn reset_counts(&self, op: &OpCtx, id: TargetId) -> Result<Counts, Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let counts = tenant.reset_counts(id).await.or_missing("target")?;
        conn.commit().await?;
        Ok(counts)
    }

    /// Takes a reset back: adds what it took out, in the windows that still run.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at `counts`.
    pub async fn restore_counts(
        &self,
        op: &OpCtx,
        id: TargetId,
        counts: &Counts,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.target(id).await.or_missing("target")?;
        counts.check()?;
        tenant
            .restore_counts(id, counts)
            .await
            .or_missing("target")?;
        Ok(conn.commit().await?)
    }

    /// Pauses, resumes or archives a target.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_activity(
        &self,
        op: &OpCtx,
        id: TargetId,
        activity: Activity,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .set_target_activity(id, activity)
            .await
            .or_missing("target")?;
        Ok(conn.commit().await?)
    }
}

/// All that list rows of targets need, loaded once.
pub(crate) struct TargetRows {
    now: Timestamp,
    targets: Vec<TargetRecord>,
    usage: UsageMap,
    clocks: BTreeMap<String, LocalMoment>,
    campaigns: BTreeMap<TargetId, Vec<(CampaignId, String)>>,
}

impl TargetRows {
    pub(crate) async fn load(conn: &Conn, op: &OpCtx) -> Result<Self, StoreError> {
        let tenant = conn.tenant(&op.scope);
        let targets = tenant.targets().await?;
        let names: BTreeMap<CampaignId, String> = tenant
            .campaigns()
            .await?
            .into_iter()
            .map(|c| (c.id, c.name))
            .collect();
        let groups = tenant.target_groups().await?;
        let mut campaigns: BTreeMap<TargetId, Vec<(CampaignId, String)>> = BTreeMap::new();
        for route in tenant.routes().await? {
            let Some(name) = names.get(&route.campaign) else {
                continue;
            };
            let targets = match route.to {
                RouteTo::Target(target) => vec![target],
                RouteTo::Group(id) => (groups.iter())
                    .filter(|g| g.group.id == id)
                    .flat_map(|g| g.group.members.iter().map(|m| m.target))
                    .collect(),
            };
            for target in targets {
                let of = campaigns.entry(target).or_default();
                if !of.iter().any(|(campaign, _)| *campaign == route.campaign) {
                    of.push((route.campaign, name.clone()));
                }
            }
        }
        let buyers = tenant.buyers().await?;
        let own = targets.iter().map(|t| t.input.zone.as_str());
        let zones = own.chain(buyers.iter().map(|b| b.settings.zone.as_str()));
        Ok(Self {
            now: op.now,
            clocks: zone::clocks(zones, op.now),
            usage: tenant
                .usage(&[])
                .await?
                .into_iter()
                .map(|u| (u.target, u.usage))
                .collect(),
            campaigns,
            targets,
        })
    }

    /// The targets of a buyer.
    pub(crate) fn of_buyer(&self, buyer: &BuyerRecord) -> Vec<TargetRow> {
        self.targets
            .iter()
            .filter(|t| t.buyer == buyer.id)
            .map(|t| self.row(t, buyer))
            .collect()
    }

    pub(crate) fn row(&self, record: &TargetRecord, buyer: &BuyerRecord) -> TargetRow {
        let target = plan::routed(record, buyer, RecoverySetting::Off, &BulkLists::new());
        let used = self.used(&target);
        let (now, lines, today) = availability(&target, true, &self.usage, &self.clocks);
        TargetRow {
            id: record.id,
            buyer: buyer.id,
            buyer_name: buyer.name.clone(),
            name: target.name,
            destination: target.destination.display(),
            activity: record.activity,
            now,
            lines,
            today,
            spent_today: MoneyMeter::of(used.day_spent, target.dollars.daily),
            campaigns: self.campaigns.get(&record.id).cloned().unwrap_or_default(),
        }
    }

    pub(crate) fn facts(&self, record: &TargetRecord, buyer: &BuyerRecord) -> TargetFacts {
        let target = plan::routed(record, buyer, RecoverySetting::Off, &BulkLists::new());
        let (state, _, _) = availability(&target, true, &self.usage, &self.clocks);
        TargetFacts {
            record: record.clone(),
            now: state,
            used: self.used(&target),
            routed: target,
        }
    }

    /// What counts now.
    fn used(&self, target: &Target) -> Usage {
        let windows = self.clocks.get(&target.zone).map_or_else(
            || zone::local(&target.zone, self.now).windows(),
            LocalMoment::windows,
        );
        let usage = self.usage.get(&target.id).copied().unwrap_or_default();
        usage.within(&windows)
    }
}

fn has_password(target: &TargetRecord) -> bool {
    let access = target.settings.sip.as_ref();
    access.is_some_and(|access| !access.password.is_empty())
}

/// How a target stands right now: state, lines in use, calls today. The words come from the same
/// function that decides calls.
pub(crate) fn availability(
    target: &Target,
    on: bool,
    usage: &UsageMap,
    clocks: &BTreeMap<String, LocalMoment>,
) -> (Availability, Meter, Meter) {
    let windows = clocks
        .get(&target.zone)
        .map(LocalMoment::windows)
        .unwrap_or_default();
    let caps = (clocks.get(&target.zone)).map_or(target.caps, |local| target.caps_at(local));
    let used = usage
        .get(&target.id)
        .copied()
        .unwrap_or_default()
        .within(&windows);
    let route = Route {
        on,
        ..Route::to(target.clone())
    };
    let verdict = refusal(&route, &Exclusions::default(), usage, clocks);
    let state = |kind, word: &str, detail: String| Availability {
        kind,
        word: word.to_owned(),
        detail,
    };
    let now = match verdict {
        None => {
            let until = clocks
                .get(&target.zone)
                .map(|local| {
                    holiday::state(&target.hours, &target.holidays, local).words(&target.zone)
                })
                .unwrap_or_default();
            state(AvailabilityKind::Open, "Open", until)
        }
        Some(Verdict::Closed { until }) => state(AvailabilityKind::Closed, "Closed", until),
        Some(Verdict::CapReached(reached)) => {
            let detail = match reached.kind {
                CapKind::Concurrent => format!("{} of {} busy", reached.count, reached.limit),
                CapKind::Hourly => format!("{} of {} this hour", reached.count, reached.limit),
                CapKind::Daily => format!("{} of {} today", reached.count, reached.limit),
                CapKind::Monthly => format!("{} of {} this month", reached.count, reached.limit),
                CapKind::Total => format!("{} of {} in all", reached.count, reached.limit),
            };
            state(AvailabilityKind::Full, "Full", detail)
        }
        Some(Verdict::DollarCapReached(reached)) => state(
            AvailabilityKind::Full,
            "Full",
            format!("{} of {}", reached.spent, reached.limit),
        ),
        Some(Verdict::AutoPaused { until }) => {
            state(AvailabilityKind::Paused, "Missed its calls", until)
        }
        Some(Verdict::AgentHeld { word, when }) => {
            let mut word = word;
            if let Some(first) = word.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            state(AvailabilityKind::Paused, &word, when)
        }
        Some(Verdict::RouteOff) => {
            state(AvailabilityKind::Paused, "Off", "in this plan".to_owned())
        }
        Some(Verdict::BuyerPaused) => state(
            AvailabilityKind::Paused,
            "Paused",
            "with its buyer".to_owned(),
        ),
        Some(_) => state(AvailabilityKind::Paused, "Paused", String::new()),
    };
    (
        now,
        Meter {
            count: used.live,
            limit: caps.concurrent,
        },
        Meter {
            count: used.day,
            limit: caps.daily,
        },
    )
}
