//! Routing plans of campaigns.

mod predictive;

use super::again::Recovery;
use super::extract::{Asked, Body, Id};
use super::filter::{self, FilterRule, rules};
use super::problem::Problem;
use super::revenue::{self, RevenueRule};
use super::wire::{Availability, given, mirror};
use crate::state::AppState;
use axum::Json;
use domain::api::campaign::{PlanForm, PlanView, RouteForm, RouteRow};
use domain::api::plan::TermsForm;
use domain::api::recovery::RecoveryForm;
use domain::campaign::Distribution as DomainDistribution;
use domain::id::{CampaignId, RouteId, TargetGroupId, TargetId};
use domain::invalid::FieldErrors;
use domain::plan::RouteTo;
use predictive::Predictive;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get_plan, replace_plan))
}

/// Where a campaign's calls go.
#[derive(Debug, Serialize, ToSchema)]
pub struct Plan {
    /// Grows with each change; a replacement names the one it began on.
    version: i64,
    distribution: Distribution,
    /// Targets dialed for one call at most.
    attempts_max: u32,
    predictive: Predictive,
    /// Whether callers whose target hung up at once are sent to another, where neither the target nor
    /// its buyer says otherwise.
    recovery: Recovery,
    /// By priority, in order within one.
    routes: Vec<Route>,
}

mirror! {
    /// How routes of one priority share calls.
    Distribution of DomainDistribution {
        /// In proportion to weight, over the routes open at that moment.
        Weight,
        /// In turn: the route that waited longest for a call.
        RoundRobin,
        /// The route whose last call ended longest ago.
        LongestIdle,
        /// The route that is likely to earn most.
        Predictive,
    }
}

/// A target or a group of targets in a plan.
#[derive(Debug, Serialize, ToSchema)]
pub struct Route {
    #[schema(value_type = i64)]
    id: RouteId,
    /// Null where the route leads to a group.
    #[schema(value_type = Option<i64>)]
    target_id: Option<TargetId>,
    /// Null where the route leads to a target.
    #[schema(value_type = Option<i64>)]
    group_id: Option<TargetGroupId>,
    /// Of the target, or of the group.
    target_name: String,
    /// Empty for a group.
    buyer_name: String,
    /// 1 is asked first.
    priority: u32,
    weight: u32,
    on: bool,
    /// What a call is worth here; null is what the campaign says.
    revenue: Option<RevenueRule>,
    /// Which calls it is for; none are all.
    filter: Vec<FilterRule>,
    /// Whether it takes callers that another target hung up on.
    takes_rerouted: bool,
    availability: Availability,
}

/// A plan to put in the place of the live one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanChange {
    /// The version this began on. If another became live meanwhile the answer is 409 `stale`.
    version: i64,
    #[serde(default)]
    distribution: Option<Distribution>,
    /// 3 if absent.
    #[schema(minimum = 1, maximum = 10)]
    #[serde(default)]
    attempts_max: Option<u32>,
    /// As it was if absent.
    #[serde(default)]
    predictive: Option<Predictive>,
    /// As it was if absent.
    #[serde(default)]
    recovery: Option<Recovery>,
    /// All routes; each target and each group once.
    #[schema(max_items = 200)]
    routes: Vec<RouteChange>,
}

/// A route of a plan to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteChange {
    /// Either this or `group_id`.
    #[serde(default)]
    target_id: Option<i64>,
    /// Either this or `target_id`.
    #[serde(default)]
    group_id: Option<i64>,
    /// 1 if absent.
    #[schema(minimum = 1, maximum = 20)]
    #[serde(default)]
    priority: Option<u32>,
    /// 10 if absent.
    #[schema(minimum = 1, maximum = 1000)]
    #[serde(default)]
    weight: Option<u32>,
    /// On if absent.
    #[serde(default)]
    on: Option<bool>,
    /// As a route to this target had it if absent; null is what the campaign says.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<RevenueRule>)]
    revenue: Option<Option<RevenueRule>>,
    /// As a route to this target had it if absent.
    #[serde(default)]
    filter: Option<Vec<FilterRule>>,
    /// As a route to this target had it if absent.
    #[serde(default)]
    takes_rerouted: Option<bool>,
}

impl From<PlanView> for Plan {
    fn from(plan: PlanView) -> Self {
        // What is stored was checked before.
        let predictive = plan.predictive.check().unwrap_or_default();
        let recovery = plan.recovery.check().unwrap_or_default();
        Self {
            version: plan.version,
            distribution: plan.distribution.into(),
            attempts_max: plan.attempts_max,
            predictive: predictive.into(),
            recovery: recovery.into(),
            routes: plan.routes.into_iter().map(Route::from).collect(),
        }
    }
}

impl From<RouteRow> for Route {
    fn from(r: RouteRow) -> Self {
        let revenue = r.terms.revenue.check().ok().flatten();
        let filter = r.terms.filter.check("filter", None).unwrap_or_default();
        Self {
            id: r.id,
            target_id: match r.to {
                RouteTo::Target(id) => Some(id),
                RouteTo::Group(_) => None,
            },
            group_id: match r.to {
                RouteTo::Target(_) => None,
                RouteTo::Group(id) => Some(id),
            },
            target_name: r.name,
            buyer_name: r.buyer_name,
            priority: r.priority,
            weight: r.weight,
            on: r.on,
            revenue: revenue.map(RevenueRule::from),
            filter: rules(&filter),
            takes_rerouted: r.terms.rerouted == "yes",
            availability: r.now.into(),
        }
    }
}

impl PlanChange {
    /// The form with what this says; of what it does not say, what the live plan does.
    fn over(self, live: &PlanView) -> Result<PlanForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        let usual = PlanForm::default();
        let distribution =
            DomainDistribution::from(self.distribution.unwrap_or(Distribution::Weight));
        let recovery = self.recovery.map(|recovery| {
            let mut form = RecoveryForm::default();
            let places = [&mut form.mode, &mut form.within_s, &mut form.reroutes_max];
            recovery.onto(places, &mut errors);
            form
        });
        let mut routes = Vec::new();
        for (at, route) in self.routes.into_iter().enumerate() {
            let to = route.target();
            let stored = live.routes.iter().find(|r| r.to.to_string() == to);
            let terms = stored.map(|route| route.terms.clone()).unwrap_or_default();
            routes.extend(errors.take(route.over(terms).map_err(|e| e.of_entry("routes", at))));
        }
        errors.check()?;
        Ok(PlanForm {
            version: self.version,
            distribution: distribution.code().to_owned(),
            attempts_max: self
                .attempts_max
                .map_or(usual.attempts_max, |n| n.to_string()),
            predictive: self.predictive.map(Into::into),
            recovery,
            routes,
        })
    }
}

impl RouteChange {
    /// Where it leads, as a form says it. Neither, or both, is no place to lead to.
    fn target(&self) -> String {
        match (self.target_id, self.group_id) {
            (Some(target), None) => target.to_string(),
            (None, Some(group)) => format!("group-{group}"),
            (None, None) | (Some(_), Some(_)) => "none".to_owned(),
        }
    }

    fn over(self, terms: TermsForm) -> Result<RouteForm, FieldErrors> {
        let usual = RouteForm::default();
        let target = self.target();
        let revenue = match self.revenue {
            None => terms.revenue,
            Some(rule) => revenue::form(rule).map_err(|e| e.below("revenue"))?,
        };
        Ok(RouteForm {
            target,
            priority: self.priority.map_or(usual.priority, |n| n.to_string()),
            weight: self.weight.map_or(usual.weight, |n| n.to_string()),
            on: match self.on {
                Some(false) => String::new(),
                _ => usual.on,
            },
            revenue: Some(revenue),
            filter: self.filter.map_or(terms.filter, filter::form),
            rerouted: match self.takes_rerouted {
                None => terms.rerouted,
                Some(true) => "yes".to_owned(),
                Some(false) => "no".to_owned(),
            },
        })
    }
}

/// `routes[0].target` is `routes[0].target_id` here.
fn field(name: &str) -> Option<String> {
    if name.ends_with("].target") {
        return Some(format!("{name}_id"));
    }
    if let Some(route) = name.strip_suffix("].rerouted") {
        return Some(format!("{route}].takes_rerouted"));
    }
    filter::field(name)
}

async fn found(asked: &Asked, id: CampaignId) -> Result<Json<Plan>, Problem> {
    let detail = asked.services.campaigns.detail(&asked.op, id).await?;
    Ok(Json(detail.plan.into()))
}

/// Get a campaign's routing plan
///
/// Each route with how it stands right now.
#[utoipa::path(get, path = "/campaigns/{id}/plan", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), responses((status = 200, description = "The live plan", body = Plan)), security(("key" = ["campaigns:read"])))]
async fn get_plan(asked: Asked, Id(id): Id<CampaignId>) -> Result<Json<Plan>, Problem> {
    found(&asked, id).await
}

/// Replace a campaign's routing plan
///
/// The new plan is live for the next call. A route says of revenue, filter and rerouting what a route
/// to the same target said before, where it does not say it anew.
#[utoipa::path(put, path = "/campaigns/{id}/plan", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), request_body = PlanChange, responses((status = 200, description = "The plan that is live now", body = Plan)), security(("key" = ["campaigns:write"])))]
async fn replace_plan(
    asked: Asked,
    Id(id): Id<CampaignId>,
    Body(plan): Body<PlanChange>,
) -> Result<Json<Plan>, Problem> {
    let campaigns = &asked.services.campaigns;
    let live = campaigns.detail(&asked.op, id).await?.plan;
    let form = plan.over(&live)?;
    let saved = campaigns.save_plan(&asked.op, id, &form).await;
    saved.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}
