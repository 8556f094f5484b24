//! Routing plans: compiled from the set-up, kept until the set-up changes.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use domain::api::page::Activity;
use domain::id::{AccountId, CampaignId};
use domain::plan::{Route, RoutingPlan};
use domain::routing::{Clocks, UsageMap};
use domain::target::Target;
use domain::time::Timestamp;
use store::{
    BuyerRecord, CampaignRecord, Conn, RouteRecord, StoreError, TargetRecord, TenantScope,
};

use crate::zone;

/// All plans of an account.
pub(crate) type AccountPlans = BTreeMap<CampaignId, Arc<RoutingPlan>>;

/// Plans by account, each under the generation it was compiled from. A cache only: the generation
/// is a row, raised in the same transaction as the change, and read anew for every call.
#[derive(Debug, Clone, Default)]
pub struct PlanCache(Arc<RwLock<BTreeMap<AccountId, Compiled>>>);

/// Plans and the generation they were compiled from.
type Compiled = (i64, Arc<AccountPlans>);

impl PlanCache {
    /// The plans of an account as of a generation at least.
    pub(crate) async fn get(
        &self,
        conn: &Conn,
        scope: &TenantScope,
        generation: i64,
    ) -> Result<Arc<AccountPlans>, StoreError> {
        if let Some((cached, plans)) = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&scope.account())
            && *cached == generation
        {
            return Ok(Arc::clone(plans));
        }
        let plans = Arc::new(load(conn, scope).await?);
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(scope.account(), (generation, Arc::clone(&plans)));
        Ok(plans)
    }

    /// The plans of an account as they are now.
    pub(crate) async fn current(
        &self,
        conn: &Conn,
        scope: &TenantScope,
    ) -> Result<Arc<AccountPlans>, StoreError> {
        let generation = conn.platform().generation(scope).await?;
        self.get(conn, scope, generation).await
    }
}

async fn load(conn: &Conn, scope: &TenantScope) -> Result<AccountPlans, StoreError> {
    let campaigns = conn.tenant(scope).campaigns().await?;
    plans_of(conn, scope, &campaigns).await
}

/// The plans of these campaigns. Calls are routed by the cache; this is for looking at campaigns
/// that are not in it because they are archived.
pub(crate) async fn plans_of(
    conn: &Conn,
    scope: &TenantScope,
    campaigns: &[CampaignRecord],
) -> Result<AccountPlans, StoreError> {
    let tenant = conn.tenant(scope);
    let buyers = tenant.buyers().await?;
    let targets = tenant.targets().await?;
    let routes = tenant.routes().await?;
    Ok(campaigns
        .iter()
        .map(|c| (c.id, Arc::new(compile(c, &routes, &targets, &buyers))))
        .collect())
}

fn compile(
    campaign: &CampaignRecord,
    routes: &[RouteRecord],
    targets: &[TargetRecord],
    buyers: &[BuyerRecord],
) -> RoutingPlan {
    let routes = routes
        .iter()
        .filter(|r| r.campaign == campaign.id)
        .filter_map(|r| {
            let target = targets.iter().find(|t| t.id == r.target)?;
            let buyer = buyers.iter().find(|b| b.id == target.buyer)?;
            Some(Route {
                id: r.id,
                priority: r.priority,
                weight: r.weight,
                on: r.on,
                target: routed(target, buyer),
            })
        })
        .collect();
    RoutingPlan {
        campaign: campaign.id,
        campaign_name: campaign.name.clone(),
        active: campaign.activity == Activity::Active,
        version: campaign.version,
        distribution: campaign.distribution,
        attempts_max: campaign.attempts_max,
        recording: campaign.recording,
        fallback: campaign.fallback.clone(),
        routes,
    }
}

/// A stored target as routing needs it.
pub(crate) fn routed(target: &TargetRecord, buyer: &BuyerRecord) -> Target {
    let input = target.input.clone();
    Target {
        id: target.id,
        buyer: buyer.id,
        buyer_name: buyer.name.clone(),
        buyer_active: buyer.activity == Activity::Active,
        name: input.name,
        active: target.activity == Activity::Active,
        destination: input.destination,
        ring_timeout_s: input.ring_timeout_s,
        caller_id: input.caller_id,
        whisper: input.whisper,
        zone: input.zone,
        hours: input.hours,
        caps: input.caps,
    }
}

/// The wall clocks a plan needs.
pub(crate) fn clocks_of(plan: &RoutingPlan, now: Timestamp) -> Clocks {
    zone::clocks(plan.routes.iter().map(|r| r.target.zone.as_str()), now)
}

/// What the targets of a plan have used.
pub(crate) async fn usage_of(
    conn: &Conn,
    scope: &TenantScope,
    plan: &RoutingPlan,
) -> Result<UsageMap, StoreError> {
    if plan.routes.is_empty() {
        return Ok(UsageMap::new());
    }
    let ids: Vec<_> = plan.routes.iter().map(|r| r.target.id).collect();
    Ok(conn
        .tenant(scope)
        .usage(&ids)
        .await?
        .into_iter()
        .map(|u| (u.target, u.usage))
        .collect())
}
