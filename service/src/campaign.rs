//! Campaigns and their routing plans.

use std::sync::Arc;

use domain::access::Permission;
use domain::api::campaign::{
    CampaignDetail, CampaignForm, CampaignInput, CampaignRow, PlanForm, PlanView, RouteRow,
};
use domain::api::page::{Activity, AvailabilityKind, Choice};
use domain::call::record::Outcome;
use domain::draw::Draw;
use domain::id::CampaignId;
use domain::invalid::FieldErrors;
use domain::plan::RoutingPlan;
use domain::routing::{Exclusions, UsageMap, decide};
use domain::time::Timestamp;
use store::{CallSums, CampaignRecord, Constraint, Db, NumberRecord, Tenant};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::plan::{AccountPlans, PlanCache, clocks_of, plans_of, routed, usage_of};
use crate::port::Ids;
use crate::target::availability;
use crate::{number, zone};

const TAKEN: &str = "Another campaign has this name.";

/// See the module.
#[derive(Clone)]
pub struct Campaigns {
    db: Db,
    plans: PlanCache,
    ids: Arc<dyn Ids>,
    base: String,
}

impl std::fmt::Debug for Campaigns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Campaigns")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Campaigns {
    pub(crate) fn new(db: Db, plans: PlanCache, ids: Arc<dyn Ids>, base: String) -> Self {
        Self {
            db,
            plans,
            ids,
            base,
        }
    }

    /// All campaigns with today's figures, those that are archived at the end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<Vec<CampaignRow>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let plans = self.plans.current(&conn, &op.scope).await?;
        let usage: UsageMap = tenant
            .usage(&[])
            .await?
            .into_iter()
            .map(|u| (u.target, u.usage))
            .collect();
        let numbers = tenant.numbers().await?;
        let sums = tenant
            .call_sums(zone::today(&op.zone, op.now), Timestamp(i64::MAX))
            .await?;
        let archived = tenant.archived_campaigns().await?;
        let old = match archived.is_empty() {
            true => AccountPlans::new(),
            false => plans_of(&conn, &op.scope, &archived).await?,
        };
        let row_of = |c: &CampaignRecord| {
            row(
                c,
                plans
                    .get(&c.id)
                    .or_else(|| old.get(&c.id))
                    .map(AsRef::as_ref),
                &usage,
                &numbers,
                &sums,
                op.now,
            )
        };
        let campaigns = tenant.campaigns().await?;
        Ok(campaigns.iter().chain(&archived).map(row_of).collect())
    }

    /// A campaign with numbers and routing plan.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: CampaignId) -> Result<CampaignDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let campaign = tenant.campaign(id).await.or_missing("campaign")?;
        let plan = match self.plans.current(&conn, &op.scope).await?.get(&id) {
            Some(plan) => Some(Arc::clone(plan)),
            None => plans_of(&conn, &op.scope, std::slice::from_ref(&campaign))
                .await?
                .remove(&id),
        };
        let plan = plan.as_deref();
        let usage = match plan {
            Some(plan) => usage_of(&conn, &op.scope, plan).await?,
            None => UsageMap::new(),
        };
        let records = tenant.numbers().await?;
        let sums = tenant
            .call_sums(zone::today(&op.zone, op.now), Timestamp(i64::MAX))
            .await?;
        let numbers = number::rows(&conn, op).await?;
        let free_numbers = numbers
            .iter()
            .filter(|n| n.campaign.is_none())
            .map(|n| Choice {
                value: n.id.to_string(),
                label: n.display.clone(),
                hint: n.label.clone(),
            })
            .collect();
        Ok(CampaignDetail {
            row: row(&campaign, plan, &usage, &records, &sums, op.now),
            created: zone::stamp(&op.zone, campaign.created_at),
            settings: CampaignForm::of(&input_of(&campaign)),
            fallback_words: campaign.fallback.words(),
            numbers: numbers
                .into_iter()
                .filter(|n| n.campaign == Some(id))
                .collect(),
            free_numbers,
            plan: plan_view(&tenant, &campaign, plan, &usage, op.now).await?,
        })
    }

    /// Adds a campaign without routes.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &CampaignForm) -> Result<CampaignId, Error> {
        self.create_as(op, self.ids.campaign(), form).await
    }

    /// Adds a campaign under an id chosen by the caller: the demo is the same on every machine.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create_as(
        &self,
        op: &OpCtx,
        id: CampaignId,
        form: &CampaignForm,
    ) -> Result<CampaignId, Error> {
        require(op, Permission::EditCampaigns)?;
        let input = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.add_campaign(id, &input, op.now).await.or_taken(
            Constraint::CampaignName,
            "name",
            TAKEN,
        )?;
        tenant.bump_generation().await?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a campaign's settings.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(
        &self,
        op: &OpCtx,
        id: CampaignId,
        form: &CampaignForm,
    ) -> Result<(), Error> {
        require(op, Permission::EditCampaigns)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.campaign(id).await.or_missing("campaign")?;
        let input = form.check()?;
        tenant.update_campaign(id, &input).await.or_taken(
            Constraint::CampaignName,
            "name",
            TAKEN,
        )?;
        Ok(conn.commit().await?)
    }

    /// Pauses, resumes or archives a campaign. Calls in progress go on.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_activity(
        &self,
        op: &OpCtx,
        id: CampaignId,
        activity: Activity,
    ) -> Result<(), Error> {
        require(op, Permission::EditCampaigns)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .set_campaign_activity(id, activity)
            .await
            .or_missing("campaign")?;
        Ok(conn.commit().await?)
    }

    /// Makes an edited routing plan the live one and returns its version.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a route, [`Error::Conflict`] `stale` if somebody
    /// else saved since the edit began.
    pub async fn save_plan(
        &self,
        op: &OpCtx,
        id: CampaignId,
        form: &PlanForm,
    ) -> Result<i64, Error> {
        require(op, Permission::EditCampaigns)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.campaign(id).await.or_missing("campaign")?;
        let input = form.check()?;
        let known = tenant.targets().await?;
        let mut errors = FieldErrors::default();
        for route in &input.routes {
            if !known.iter().any(|t| t.id == route.target) {
                let place = form
                    .routes
                    .iter()
                    .position(|r| r.target.trim() == route.target.to_string())
                    .unwrap_or(0);
                errors.add(
                    &format!("routes[{place}].target"),
                    "unknown",
                    "There is no such target. Choose one from the list.",
                );
            }
        }
        errors.check()?;
        let version = tenant
            .advance_plan(id, input.version, input.distribution, input.attempts_max)
            .await?;
        tenant.replace_routes(id, &input.routes).await?;
        conn.commit().await?;
        Ok(version)
    }
}

fn input_of(campaign: &CampaignRecord) -> CampaignInput {
    CampaignInput {
        name: campaign.name.clone(),
        vertical: campaign.vertical.clone(),
        recording: campaign.recording,
        fallback: campaign.fallback.clone(),
    }
}

fn row(
    campaign: &CampaignRecord,
    plan: Option<&RoutingPlan>,
    usage: &UsageMap,
    numbers: &[NumberRecord],
    sums: &[CallSums],
    now: Timestamp,
) -> CampaignRow {
    let open_routes = plan.map_or(0, |plan| {
        let clocks = clocks_of(plan, now);
        let open = plan.routes.iter().filter(|r| {
            availability(&r.target, r.on, usage, &clocks).0.kind == AvailabilityKind::Open
        });
        open.count()
    });
    let today = || sums.iter().filter(|s| s.campaign == Some(campaign.id));
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    CampaignRow {
        id: campaign.id,
        name: campaign.name.clone(),
        vertical: campaign.vertical.clone(),
        activity: campaign.activity,
        numbers: small(
            numbers
                .iter()
                .filter(|n| n.campaign == Some(campaign.id))
                .count(),
        ),
        open_routes: small(open_routes),
        routes: small(plan.map_or(0, |p| p.routes.len())),
        live: today()
            .filter(|s| s.outcome.is_none() && s.state != domain::call::record::LiveState::Ended)
            .map(|s| s.calls)
            .sum(),
        incoming_today: today().map(|s| s.calls).sum(),
        connected_today: today()
            .filter(|s| s.outcome == Some(Outcome::Connected))
            .map(|s| s.calls)
            .sum(),
    }
}

/// The targets that a plan could still take in, each with how it stands: an editor shows the share a
/// route would have before it is saved.
async fn free_targets(
    tenant: &Tenant<'_>,
    plan: &RoutingPlan,
    now: Timestamp,
) -> Result<Vec<Choice>, Error> {
    let buyers = tenant.buyers().await?;
    let free = tenant
        .targets()
        .await?
        .into_iter()
        .filter(|t| !plan.routes.iter().any(|r| r.target.id == t.id))
        .collect::<Vec<_>>();
    if free.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = free.iter().map(|t| t.id).collect();
    let usage: UsageMap = tenant
        .usage(&ids)
        .await?
        .into_iter()
        .map(|u| (u.target, u.usage))
        .collect();
    let clocks = zone::clocks(free.iter().map(|t| t.input.zone.as_str()), now);
    let choice = |t: &store::TargetRecord| {
        let buyer = buyers.iter().find(|b| b.id == t.buyer)?;
        let (state, _, _) = availability(&routed(t, buyer), true, &usage, &clocks);
        Some(Choice {
            value: t.id.to_string(),
            label: t.input.name.clone(),
            hint: format!("{}, {}", state.word, buyer.name),
        })
    };
    Ok(free.iter().filter_map(choice).collect())
}

async fn plan_view(
    tenant: &Tenant<'_>,
    campaign: &CampaignRecord,
    plan: Option<&RoutingPlan>,
    usage: &UsageMap,
    now: Timestamp,
) -> Result<PlanView, Error> {
    let empty = RoutingPlan {
        campaign: campaign.id,
        campaign_name: campaign.name.clone(),
        active: campaign.activity == Activity::Active,
        version: campaign.version,
        distribution: campaign.distribution,
        attempts_max: campaign.attempts_max,
        recording: campaign.recording,
        fallback: campaign.fallback.clone(),
        routes: Vec::new(),
    };
    let plan = plan.unwrap_or(&empty);
    let clocks = clocks_of(plan, now);
    let routes = plan
        .routes
        .iter()
        .map(|r| {
            let (state, lines, today) = availability(&r.target, r.on, usage, &clocks);
            RouteRow {
                id: r.id,
                target: r.target.id,
                name: r.target.name.clone(),
                buyer_name: r.target.buyer_name.clone(),
                destination: r.target.destination.display(),
                priority: r.priority,
                weight: r.weight,
                on: r.on,
                now: state,
                lines,
                today,
            }
        })
        .collect();
    let targets = free_targets(tenant, plan, now).await?;
    let decision = decide(
        plan,
        &Exclusions::default(),
        usage,
        &clocks,
        &mut Draw::from_seed(0),
    );
    Ok(PlanView {
        version: plan.version,
        distribution: plan.distribution,
        attempts_max: plan.attempts_max,
        routes,
        targets,
        preview: decision.candidates,
    })
}
