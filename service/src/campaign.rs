//! Campaigns: the list, a campaign's page, its settings. Its routing plan is in [`routing`].

mod routing;
mod settings;

use std::sync::Arc;

use domain::access::Permission;
use domain::api::campaign::{
    CampaignDetail, CampaignForm, CampaignInput, CampaignRow, DuplicatesForm,
};
use domain::api::page::{Activity, AvailabilityKind, Choice};
use domain::api::revenue::RevenueForm;
use domain::call::record::Outcome;
use domain::id::CampaignId;
use domain::plan::RoutingPlan;
use domain::routing::UsageMap;
use domain::time::Timestamp;
use store::{CallSums, CampaignRecord, Constraint, Db, NumberRecord, StoreError, Tenant};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::plan::{AccountPlans, PlanCache, all_usage, clocks_of, plans_of, usage_of};
use crate::port::Ids;
use crate::{number, zone};

const TAKEN: &str = "Another campaign has this name.";

/// A campaign as an entry of a choice list.
pub(crate) fn choice(campaign: &CampaignRecord) -> Choice {
    Choice {
        value: campaign.id.to_string(),
        label: campaign.name.clone(),
        hint: campaign.vertical.clone(),
    }
}

/// The campaigns that can be chosen.
pub(crate) async fn choices(tenant: &Tenant<'_>) -> Result<Vec<Choice>, StoreError> {
    Ok(tenant.campaigns().await?.iter().map(choice).collect())
}

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
        let set_up = self.plans.current(&conn, &op.scope, op.now).await?;
        let usage = all_usage(&conn, &op.scope).await?;
        let numbers = tenant.numbers().await?;
        let sums = tenant
            .call_sums(zone::today(&op.zone, op.now), Timestamp(i64::MAX))
            .await?;
        let archived = tenant.archived_campaigns().await?;
        let old = match archived.is_empty() {
            true => AccountPlans::new(),
            false => plans_of(&conn, &op.scope, &archived, op.now).await?,
        };
        let row_of = |c: &CampaignRecord| {
            row(
                c,
                (set_up.plans)
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
        let plan = match self
            .plans
            .current(&conn, &op.scope, op.now)
            .await?
            .plans
            .get(&id)
        {
            Some(plan) => Some(Arc::clone(plan)),
            None => plans_of(&conn, &op.scope, std::slice::from_ref(&campaign), op.now)
                .await?
                .remove(&id),
        };
        let plan = plan.ok_or(Error::NotFound("campaign"))?;
        let usage = usage_of(&conn, &op.scope, &plan).await?;
        let account = tenant.account_settings().await?;
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
            row: row(&campaign, Some(&plan), &usage, &records, &sums, op.now),
            created: zone::stamp(&op.zone, campaign.created_at),
            settings: CampaignForm::of(&input_of(&campaign)),
            fallback_words: campaign.fallback.words(),
            numbers: numbers
                .into_iter()
                .filter(|n| n.campaign == Some(id))
                .collect(),
            free_numbers,
            duplicates: DuplicatesForm::of(&campaign.settings),
            account_attestation: account.attestation.words().to_owned(),
            revenue: RevenueForm::of(campaign.settings.revenue.as_ref()),
            plan: routing::view(&tenant, &campaign, &plan, &usage, op.now).await?,
        })
    }

    /// All campaigns as they are stored, those that are archived included: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<CampaignRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let mut all = tenant.campaigns().await?;
        all.extend(tenant.archived_campaigns().await?);
        Ok(all)
    }

    /// A campaign as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: CampaignId) -> Result<CampaignRecord, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).campaign(id).await;
        found.or_missing("campaign")
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
}

/// The checked settings a record holds.
#[must_use]
pub fn input_of(campaign: &CampaignRecord) -> CampaignInput {
    CampaignInput {
        name: campaign.name.clone(),
        vertical: campaign.vertical.clone(),
        recording: campaign.recording,
        recording_keep: campaign.recording_keep,
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
        let open = plan.entries().filter(|(_, entry)| {
            routing::standing(plan, entry, usage, &clocks).0.kind == AvailabilityKind::Open
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
        routes: small(plan.map_or(0, |p| p.entries().count())),
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
