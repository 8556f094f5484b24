//! What a call of a campaign is worth where its route says nothing.

use crate::rest::extract::{Asked, Body, Id};
use crate::rest::problem::Problem;
use crate::rest::revenue::{RevenueRule, form};
use axum::Json;
use domain::id::CampaignId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a call is worth on routes that say nothing of their own.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignRevenue {
    /// Null is worth nothing.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    rule: Option<RevenueRule>,
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    Some(format!("rule.{name}"))
}

async fn found(asked: &Asked, id: CampaignId) -> Result<Json<CampaignRevenue>, Problem> {
    let record = asked.services.campaigns.record(&asked.op, id).await?;
    Ok(Json(CampaignRevenue {
        rule: record.settings.revenue.map(RevenueRule::from),
    }))
}

/// Get what calls of a campaign are worth
#[utoipa::path(get, path = "/campaigns/{id}/revenue", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), responses((status = 200, description = "The rule", body = CampaignRevenue)), security(("key" = ["campaigns:read"])))]
pub async fn get_revenue(
    asked: Asked,
    Id(id): Id<CampaignId>,
) -> Result<Json<CampaignRevenue>, Problem> {
    found(&asked, id).await
}

/// Say what calls of a campaign are worth
///
/// On routes that say nothing of their own. Calls in progress keep the rule they began under.
#[utoipa::path(put, path = "/campaigns/{id}/revenue", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), request_body = CampaignRevenue, responses((status = 200, description = "As it is now", body = CampaignRevenue)), security(("key" = ["campaigns:write"])))]
pub async fn replace_revenue(
    asked: Asked,
    Id(id): Id<CampaignId>,
    Body(change): Body<CampaignRevenue>,
) -> Result<Json<CampaignRevenue>, Problem> {
    let campaigns = &asked.services.campaigns;
    campaigns.record(&asked.op, id).await?;
    let form = form(change.rule).map_err(|e| e.below("rule"))?;
    let changed = campaigns.set_revenue(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}
