//! Groups of targets.

use super::caps::{self, Caps, CapsChange};
use super::extract::{Ask, Asked, Body, Id};
use super::hours::{self, Hours};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::usage::Usage;
use super::wire::{Activity, ActivityChange, Availability, mirror, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::target_group::TargetGroupForm;
use domain::id::{TargetGroupId, TargetId};
use domain::target::group::RingOrder as DomainOrder;
use serde::{Deserialize, Serialize};
use service::target_group::TargetGroupFacts;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_groups, create_group))
        .routes(routes!(get_group, update_group))
        .routes(routes!(set_group_activity))
}

/// Targets that stand in a routing plan as one entry.
#[derive(Debug, Serialize, ToSchema)]
pub struct TargetGroup {
    #[schema(value_type = i64)]
    id: TargetGroupId,
    name: String,
    activity: Activity,
    order: RingOrder,
    /// How long each ring lasts, in place of what its targets say.
    ring_timeout_s: u32,
    /// IANA zone of its hours and caps.
    #[schema(example = "America/Chicago")]
    zone: String,
    /// A target must be open as well.
    hours: Hours,
    /// Of the group in sum, beside those of its targets. A call counts once.
    caps: Caps,
    /// In the order they are rung in.
    #[schema(value_type = Vec<i64>)]
    target_ids: Vec<TargetId>,
    availability: Availability,
    usage: Usage,
    #[schema(format = DateTime)]
    created_at: String,
}

mirror! {
    /// How the targets of a group ring.
    RingOrder of DomainOrder {
        /// All at once; the first to answer has the caller.
        AllAtOnce,
        /// One after the other.
        InTurn,
    }
}

/// A change of a group: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetGroupChange {
    /// At most 80 characters, unlike every other.
    #[schema(example = "Night desk", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// `in_turn` unless said.
    order: Option<RingOrder>,
    /// 20 unless said.
    #[schema(minimum = 5, maximum = 120)]
    ring_timeout_s: Option<u32>,
    #[schema(example = "America/Chicago")]
    zone: Option<String>,
    hours: Option<Hours>,
    caps: Option<CapsChange>,
    /// All of them, in the order they are rung in; each once.
    #[schema(min_items = 1, max_items = 50)]
    target_ids: Option<Vec<i64>>,
}

needs! {
    /// A group to make.
    NewTargetGroup: TargetGroupChange, "name", "target_ids"
}

impl From<TargetGroupFacts> for TargetGroup {
    fn from(facts: TargetGroupFacts) -> Self {
        let (record, group) = (facts.record.clone(), facts.record.group);
        Self {
            id: group.id,
            name: group.name,
            activity: record.activity.into(),
            order: group.order.into(),
            ring_timeout_s: group.ring_timeout_s,
            zone: group.zone,
            hours: group.hours.into(),
            caps: group.caps.into(),
            target_ids: group.members.iter().map(|m| m.target).collect(),
            availability: facts.now.into(),
            usage: facts.used.into(),
            created_at: record.created_at.rfc3339(),
        }
    }
}

impl TargetGroupChange {
    /// The form with what this changes.
    fn onto(self, mut form: TargetGroupForm) -> TargetGroupForm {
        form.name = self.name.unwrap_or(form.name);
        form.zone = self.zone.unwrap_or(form.zone);
        if let Some(order) = self.order {
            match order {
                RingOrder::AllAtOnce => DomainOrder::AllAtOnce,
                RingOrder::InTurn => DomainOrder::InTurn,
            }
            .code()
            .clone_into(&mut form.order);
        }
        if let Some(seconds) = self.ring_timeout_s {
            form.ring_timeout_s = seconds.to_string();
        }
        if let Some(hours) = self.hours {
            hours.onto(&mut form.hours, &mut form.days);
        }
        self.caps.unwrap_or_default().onto([
            &mut form.cap_concurrent,
            &mut form.cap_hourly,
            &mut form.cap_daily,
            &mut form.cap_monthly,
            &mut form.cap_total,
        ]);
        if let Some(targets) = self.target_ids {
            form.members = targets.iter().map(ToString::to_string).collect();
        }
        form
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    if let Some(member) = name.strip_prefix("members") {
        let at = member.strip_suffix(".target").unwrap_or(member);
        return Some(format!("target_ids{at}"));
    }
    caps::field(name).or_else(|| hours::field(name))
}

async fn found(asked: &Asked, id: TargetGroupId) -> Result<Json<TargetGroup>, Problem> {
    let facts = asked.services.target_groups.fact(&asked.op, id).await?;
    Ok(Json(facts.into()))
}

/// List target groups
///
/// Those that are not archived, oldest first, each with how it stands right now.
#[utoipa::path(get, path = "/groups", tag = "Target groups", params(Page), responses((status = 200, description = "A page of groups", body = List<TargetGroup>)), security(("key" = ["buyers:read"])))]
async fn list_groups(
    asked: Asked,
    Ask(ask): Ask<Page>,
) -> Result<Json<List<TargetGroup>>, Problem> {
    let all = asked.services.target_groups.facts(&asked.op).await?;
    let list = page(
        all,
        |g| g.record.group.id,
        (ask.limit, ask.after.as_deref()),
    )?;
    Ok(Json(list.map(TargetGroup::from)))
}

/// Get a target group
#[utoipa::path(get, path = "/groups/{id}", tag = "Target groups", params(("id" = i64, Path, description = "The group")), responses((status = 200, description = "The group", body = TargetGroup)), security(("key" = ["buyers:read"])))]
async fn get_group(asked: Asked, Id(id): Id<TargetGroupId>) -> Result<Json<TargetGroup>, Problem> {
    found(&asked, id).await
}

/// Make a target group
///
/// It gets calls once a routing plan names it.
#[utoipa::path(post, path = "/groups", tag = "Target groups", request_body = NewTargetGroup, responses((status = 201, description = "Made; Location leads to it", body = TargetGroup)), security(("key" = ["buyers:write"])))]
async fn create_group(
    asked: Asked,
    Body(change): Body<TargetGroupChange>,
) -> Result<Response, Problem> {
    let form = change.onto(TargetGroupForm::default());
    let made = asked.services.target_groups.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/groups/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a target group
///
/// What is absent stays as it is. Calls in progress keep their places.
#[utoipa::path(patch, path = "/groups/{id}", tag = "Target groups", params(("id" = i64, Path, description = "The group")), request_body = TargetGroupChange, responses((status = 200, description = "As it is now", body = TargetGroup)), security(("key" = ["buyers:write"])))]
async fn update_group(
    asked: Asked,
    Id(id): Id<TargetGroupId>,
    Body(change): Body<TargetGroupChange>,
) -> Result<Json<TargetGroup>, Problem> {
    let groups = &asked.services.target_groups;
    let facts = groups.fact(&asked.op, id).await?;
    let form = change.onto(TargetGroupForm::of(&facts.record.group));
    let changed = groups.update(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}

/// Pause, resume or archive a target group
#[utoipa::path(put, path = "/groups/{id}/activity", tag = "Target groups", params(("id" = i64, Path, description = "The group")), request_body = ActivityChange, responses((status = 200, description = "As it is now", body = TargetGroup)), security(("key" = ["buyers:write"])))]
async fn set_group_activity(
    asked: Asked,
    Id(id): Id<TargetGroupId>,
    Body(change): Body<ActivityChange>,
) -> Result<Json<TargetGroup>, Problem> {
    let groups = &asked.services.target_groups;
    groups
        .set_activity(&asked.op, id, change.activity.into())
        .await?;
    found(&asked, id).await
}
