//! The payout rules of a publisher: those of all campaigns, and those of campaigns that have their own.

use super::rule::PayoutRule;
use crate::rest::extract::{Asked, Body, Id, Ids};
use crate::rest::problem::Problem;
use crate::rest::{caps, filter, hours};
use crate::state::AppState;
use axum::Json;
use domain::api::publisher::{PayoutForm, PayoutRuleForm};
use domain::id::{CampaignId, PublisherId};
use domain::invalid::FieldErrors;
use serde::{Deserialize, Serialize};
use service::publisher::PayoutFacts;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_payouts, replace_payouts))
        .routes(routes!(replace_campaign_payouts, drop_campaign_payouts))
}

/// How a publisher is paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payouts {
    /// In every campaign without rules of its own. The first that admits a call and is met pays, once.
    rules: Vec<PayoutRule>,
    /// Campaigns with rules of their own, by name.
    overrides: Vec<PayoutOverride>,
}

/// The payout rules of one campaign.
#[derive(Debug, Serialize, ToSchema)]
pub struct PayoutOverride {
    campaign_id: Uuid,
    campaign_name: String,
    /// None pay nothing there.
    rules: Vec<PayoutRule>,
}

/// Payout rules to put in the place of those there were.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutsChange {
    /// In order: the first is tried first.
    #[schema(max_items = 20)]
    rules: Vec<PayoutRule>,
}

impl From<PayoutFacts> for Payouts {
    fn from(facts: PayoutFacts) -> Self {
        let rules = |rules: &[domain::ledger::payout::PayoutRule]| {
            rules.iter().map(PayoutRule::from).collect()
        };
        let own = facts.overrides.iter();
        Self {
            rules: rules(&facts.rules),
            overrides: own
                .map(|(id, name, own)| PayoutOverride {
                    campaign_id: id.0,
                    campaign_name: name.clone(),
                    rules: rules(own),
                })
                .collect(),
        }
    }
}

impl PayoutsChange {
    /// The form of a campaign's rules, or of those of all campaigns without their own.
    fn form(self, campaign: Option<CampaignId>) -> Result<PayoutForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut rules: Vec<PayoutRuleForm> = Vec::new();
        for (at, rule) in self.rules.into_iter().enumerate() {
            rules.extend(errors.take(rule.form().map_err(|e| e.of_entry("rules", at))));
        }
        errors.check()?;
        Ok(PayoutForm {
            campaign: campaign.map(|id| id.to_string()).unwrap_or_default(),
            rules,
        })
    }
}

/// `rules[0].cap_daily` of the form is `rules[0].caps.daily` here.
fn field(name: &str) -> Option<String> {
    let rest = |own: &str| {
        let at = name.strip_suffix(own)?;
        at.ends_with("].").then_some(at)
    };
    if let Some(at) = rest("share") {
        return Some(format!("{at}share.percent"));
    }
    if let Some((at, bound)) = [("min", rest("min")), ("max", rest("max"))]
        .into_iter()
        .find_map(|(bound, at)| Some((at?, bound)))
    {
        return Some(format!("{at}share.{bound}"));
    }
    caps::field(name)
        .or_else(|| filter::field(name))
        .or_else(|| hours::field(name))
}

async fn found(asked: &Asked, id: PublisherId) -> Result<Json<Payouts>, Problem> {
    let facts = asked.services.publishers.payouts(&asked.op, id).await?;
    Ok(Json(facts.into()))
}

async fn saved(
    asked: &Asked,
    id: PublisherId,
    campaign: Option<CampaignId>,
    change: PayoutsChange,
) -> Result<Json<Payouts>, Problem> {
    let publishers = &asked.services.publishers;
    if let Some(campaign) = campaign {
        // It stands in the address: one that is not there is no mistake at a field.
        asked.services.campaigns.record(&asked.op, campaign).await?;
    }
    let kept = publishers
        .save_payouts(&asked.op, id, &change.form(campaign)?)
        .await;
    kept.map_err(|e| Problem::from(e).named(field))?;
    found(asked, id).await
}

/// Get a publisher's payout rules
#[utoipa::path(get, path = "/publishers/{id}/payouts", tag = "Publishers", params(("id" = i64, Path, description = "The publisher")), responses((status = 200, description = "Its rules", body = Payouts)), security(("key" = ["publishers:read"])))]
async fn get_payouts(asked: Asked, Id(id): Id<PublisherId>) -> Result<Json<Payouts>, Problem> {
    found(&asked, id).await
}

/// Replace a publisher's payout rules
///
/// Those of all campaigns without rules of their own. A rule with the id of one that was there keeps
/// what it has paid, and with it its place under its caps.
#[utoipa::path(put, path = "/publishers/{id}/payouts", tag = "Publishers", params(("id" = i64, Path, description = "The publisher")), request_body = PayoutsChange, responses((status = 200, description = "All rules as they are now", body = Payouts)), security(("key" = ["publishers:write"])))]
async fn replace_payouts(
    asked: Asked,
    Id(id): Id<PublisherId>,
    Body(change): Body<PayoutsChange>,
) -> Result<Json<Payouts>, Problem> {
    saved(&asked, id, None, change).await
}

/// Give a campaign payout rules of its own
///
/// In the place of those it had, if it had any.
#[utoipa::path(put, path = "/publishers/{id}/payouts/{campaign_id}", tag = "Publishers", params(("id" = i64, Path, description = "The publisher"), ("campaign_id" = Uuid, Path, description = "The campaign")), request_body = PayoutsChange, responses((status = 200, description = "All rules as they are now", body = Payouts)), security(("key" = ["publishers:write"])))]
async fn replace_campaign_payouts(
    asked: Asked,
    Ids(id, campaign): Ids<PublisherId, CampaignId>,
    Body(change): Body<PayoutsChange>,
) -> Result<Json<Payouts>, Problem> {
    saved(&asked, id, Some(campaign), change).await
}

/// Let a campaign follow the common payout rules again
#[utoipa::path(delete, path = "/publishers/{id}/payouts/{campaign_id}", tag = "Publishers", params(("id" = i64, Path, description = "The publisher"), ("campaign_id" = Uuid, Path, description = "The campaign")), responses((status = 200, description = "All rules as they are now", body = Payouts)), security(("key" = ["publishers:write"])))]
async fn drop_campaign_payouts(
    asked: Asked,
    Ids(id, campaign): Ids<PublisherId, CampaignId>,
) -> Result<Json<Payouts>, Problem> {
    let publishers = &asked.services.publishers;
    publishers.drop_override(&asked.op, id, campaign).await?;
    found(&asked, id).await
}
