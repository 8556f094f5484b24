//! Blocked callers.

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, after, cut, limit};
use super::problem::Problem;
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::block::BlockForm;
use domain::id::{BlockId, CampaignId};
use serde::{Deserialize, Serialize};
use service::block::BlockFacts;
use store::BlockFilter;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_blocks, add_block))
        .routes(routes!(get_block, remove_block))
}

/// Callers who are turned away.
#[derive(Debug, Serialize, ToSchema)]
pub struct Block {
    #[schema(value_type = i64)]
    id: BlockId,
    /// A number in E.164, a prefix like `+1307*`, or `anonymous` for withheld numbers. Whole numbers
    /// are masked without the scope callers:read.
    #[schema(example = "+1307*")]
    pattern: String,
    /// Null holds in every campaign.
    #[schema(value_type = Option<Uuid>)]
    campaign_id: Option<CampaignId>,
    /// Null is for good.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    note: String,
    /// The list it came from; empty if it was entered alone.
    #[schema(example = "Litigators 2026")]
    source: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Callers to turn away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewBlock {
    /// A number, a prefix like `+1307*`, or `anonymous`.
    #[schema(example = "+13075550100")]
    pattern: String,
    /// Absent holds in every campaign.
    #[serde(default)]
    campaign_id: Option<Uuid>,
    /// From now; absent is for good.
    #[serde(default)]
    #[schema(minimum = 1)]
    hours: Option<u32>,
    /// Why, for people.
    #[serde(default)]
    note: Option<String>,
}

/// Which blocks.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BlockQuery {
    /// Digits a pattern contains; without the scope callers:read it is not looked at.
    search: Option<String>,
    /// Only those that came from the list of this name.
    source: Option<String>,
    /// Entries at most; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl From<BlockFacts> for Block {
    fn from(b: BlockFacts) -> Self {
        Self {
            id: b.id,
            pattern: b.pattern,
            campaign_id: b.campaign,
            expires_at: b.expires_at.map(|at| at.rfc3339()),
            note: b.note,
            source: b.source,
            created_at: b.created_at.rfc3339(),
        }
    }
}

fn field(name: &str) -> Option<String> {
    (name == "campaign").then(|| "campaign_id".to_owned())
}

async fn found(asked: &Asked, id: BlockId) -> Result<Json<Block>, Problem> {
    let facts = asked.services.blocks.fact(&asked.op, id).await?;
    Ok(Json(facts.into()))
}

/// List blocked callers
///
/// Newest first.
#[utoipa::path(get, path = "/blocks", tag = "Blocks", params(BlockQuery), responses((status = 200, description = "A page of blocks", body = List<Block>)), security(("key" = ["blocks:read"])))]
async fn list_blocks(
    asked: Asked,
    Ask(ask): Ask<BlockQuery>,
) -> Result<Json<List<Block>>, Problem> {
    let limit = limit(ask.limit)?;
    let after = after(ask.after.as_deref())?;
    let (search, source) = (
        ask.search.unwrap_or_default(),
        ask.source.unwrap_or_default(),
    );
    let filter = BlockFilter {
        digits: &search,
        source: &source,
    };
    let blocks = &asked.services.blocks;
    let many = u64::try_from(limit + 1).unwrap_or(u64::MAX);
    let found = blocks.facts(&asked.op, filter, after, many).await?;
    let list = cut(found, limit, |last| last.id.to_string());
    Ok(Json(list.map(Block::from)))
}

/// Get a block
#[utoipa::path(get, path = "/blocks/{id}", tag = "Blocks", params(("id" = i64, Path, description = "The block")), responses((status = 200, description = "The block", body = Block)), security(("key" = ["blocks:read"])))]
async fn get_block(asked: Asked, Id(id): Id<BlockId>) -> Result<Json<Block>, Problem> {
    found(&asked, id).await
}

/// Block callers
#[utoipa::path(post, path = "/blocks", tag = "Blocks", request_body = NewBlock, responses((status = 201, description = "Blocked; Location leads to the entry", body = Block)), security(("key" = ["blocks:write"])))]
async fn add_block(asked: Asked, Body(new): Body<NewBlock>) -> Result<Response, Problem> {
    let form = BlockForm {
        pattern: new.pattern,
        campaign: new.campaign_id.map(|c| c.to_string()).unwrap_or_default(),
        hours: new.hours.map(|h| h.to_string()).unwrap_or_default(),
        note: new.note.unwrap_or_default(),
    };
    let added = asked.services.blocks.add(&asked.op, &form).await;
    let id = added.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/blocks/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Let callers in again
#[utoipa::path(delete, path = "/blocks/{id}", tag = "Blocks", params(("id" = i64, Path, description = "The block")), responses((status = 204, description = "No longer blocked")), security(("key" = ["blocks:write"])))]
async fn remove_block(asked: Asked, Id(id): Id<BlockId>) -> Result<StatusCode, Problem> {
    asked.services.blocks.remove(&asked.op, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
