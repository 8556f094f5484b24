//! Targets.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::{Activity, Availability, AvailabilityKind, Meter};
use domain::api::target::{TargetDetail, TargetForm, TargetRow};
use domain::caps::{CapKind, Usage};
use domain::id::{BuyerId, CampaignId, TargetId};
use domain::plan::Route;
use domain::routing::{Exclusions, UsageMap, Verdict, refusal};
use domain::target::Target;
use domain::time::{LocalMoment, Timestamp};
use store::{BuyerRecord, Conn, Constraint, Db, StoreError, TargetRecord};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::{plan, zone};

const TAKEN: &str = "This buyer has another target of this name.";

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
        let used = rows.used(&target, op.now);
        let caps = target.input.caps;
        Ok(TargetDetail {
            row: rows.row(&target, &buyer),
            form: TargetForm::of(&target.input),
            hour: Meter {
                count: used.hour,
                limit: caps.hourly,
            },
            month: Meter {
                count: used.month,
                limit: caps.monthly,
            },
            total: Meter {
                count: used.total,
                limit: caps.total,
            },
        })
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
        let input = form.check()?;
        let id = tenant.add_target(buyer, &input, op.now).await.or_taken(
            Constraint::TargetName,
            "name",
            TAKEN,
        )?;
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
        tenant.target(id).await.or_missing("target")?;
        let input = form.check()?;
        tenant
            .update_target(id, &input)
            .await
            .or_taken(Constraint::TargetName, "name", TAKEN)?;
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
        let mut campaigns: BTreeMap<TargetId, Vec<(CampaignId, String)>> = BTreeMap::new();
        for route in tenant.routes().await? {
            if let Some(name) = names.get(&route.campaign) {
                campaigns
                    .entry(route.target)
                    .or_default()
                    .push((route.campaign, name.clone()));
            }
        }
        Ok(Self {
            clocks: zone::clocks(targets.iter().map(|t| t.input.zone.as_str()), op.now),
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
        let target = plan::routed(record, buyer);
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
            campaigns: self.campaigns.get(&record.id).cloned().unwrap_or_default(),
        }
    }

    fn used(&self, target: &TargetRecord, now: Timestamp) -> Usage {
        let windows = self.clocks.get(&target.input.zone).map_or_else(
            || zone::local(&target.input.zone, now).windows(),
            LocalMoment::windows,
        );
        self.usage
            .get(&target.id)
            .copied()
            .unwrap_or_default()
            .within(&windows)
    }
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
    let used = usage
        .get(&target.id)
        .copied()
        .unwrap_or_default()
        .within(&windows);
    let route = Route {
        id: domain::id::RouteId(0),
        priority: 1,
        weight: 1,
        on,
        target: target.clone(),
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
                .map(|local| target.hours.state(local).until(&target.zone))
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
            limit: target.caps.concurrent,
        },
        Meter {
            count: used.day,
            limit: target.caps.daily,
        },
    )
}
