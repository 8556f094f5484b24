//! DNI tags.

use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{given, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::dni_tag::DniTagForm;
use domain::dni_tag::Source;
use domain::id::{DniTagId, NumberId, PoolId, PublisherId};
use domain::visit::click_id::ClickId;
use serde::{Deserialize, Serialize};
use store::DniTagRecord;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_dni_tags, create_dni_tag))
        .routes(routes!(get_dni_tag, update_dni_tag))
}

/// What a script on an advertiser's site is set up to do.
#[derive(Debug, Serialize, ToSchema)]
pub struct DniTag {
    #[schema(value_type = Uuid)]
    id: DniTagId,
    #[schema(example = "Medicare plan finder")]
    name: String,
    /// Whose numbers visitors see, one each; null where all see the same number.
    #[schema(value_type = Option<i64>)]
    pool_id: Option<PoolId>,
    /// The number that all visitors see; null where they see a pool's.
    #[schema(value_type = Option<i64>)]
    number_id: Option<NumberId>,
    /// Whose callers they are; null where they are nobody's.
    #[schema(value_type = Option<i64>)]
    publisher_id: Option<PublisherId>,
    /// Sites whose pages may use it.
    #[schema(example = json!(["www.medicare-plans.example"]))]
    origins: Vec<String>,
    swap: SwapRules,
    /// What a visitor sees when the pool has no number; null leaves the page as it is.
    #[schema(example = "+18335550100")]
    fallback: Option<String>,
    /// Parameters by which networks mark their clicks, besides those of the large ones.
    click_ids: Vec<NetworkClickId>,
    /// False while pages keep their own numbers.
    enabled: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

/// What is replaced on a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct SwapRules {
    /// Numbers on the page, E.164; they are found however they are written.
    #[schema(example = json!(["+18335550100"]))]
    numbers: Vec<String>,
    /// CSS selectors.
    #[schema(example = json!([".phone"]))]
    selectors: Vec<String>,
    /// Empty writes each number as the one it takes the place of.
    #[schema(example = "(nnn) nnn-nnnn")]
    format: String,
}

/// The parameter by which a network marks its clicks, and how such visits are reported.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkClickId {
    #[schema(example = "tblci", min_length = 1, max_length = 64)]
    parameter: String,
    #[schema(example = "taboola", min_length = 1, max_length = 100)]
    source: String,
    #[schema(example = "native", min_length = 1, max_length = 100)]
    medium: String,
}

/// A change of a DNI tag: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DniTagChange {
    /// At most 80 characters, unlike every other DNI tag's.
    #[schema(example = "Medicare plan finder", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Takes the place of `number_id`.
    pool_id: Option<i64>,
    /// Takes the place of `pool_id`.
    number_id: Option<i64>,
    /// Null makes its callers nobody's.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<i64>)]
    publisher_id: Option<Option<i64>>,
    #[schema(max_items = 50, example = json!(["www.medicare-plans.example"]))]
    origins: Option<Vec<String>>,
    swap: Option<SwapRulesChange>,
    /// Null leaves the page as it is.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    fallback: Option<Option<String>>,
    #[schema(max_items = 20)]
    click_ids: Option<Vec<NetworkClickId>>,
    enabled: Option<bool>,
}

/// A change of what is replaced on a page: what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SwapRulesChange {
    #[schema(max_items = 50, example = json!(["+18335550100"]))]
    numbers: Option<Vec<String>>,
    #[schema(max_items = 50, example = json!([".phone"]))]
    selectors: Option<Vec<String>>,
    #[schema(example = "(nnn) nnn-nnnn", max_length = 40)]
    format: Option<String>,
}

needs! {
    /// A DNI tag to make, with `pool_id` or `number_id`.
    NewDniTag: DniTagChange, "name", "origins"
}

impl From<DniTagRecord> for DniTag {
    fn from(tag: DniTagRecord) -> Self {
        let settings = tag.settings;
        let (pool_id, number_id) = match settings.source {
            Source::Pool(id) => (Some(id), None),
            Source::Number(id) => (None, Some(id)),
        };
        let e164 = |number: &domain::phone::E164| number.as_str().to_owned();
        Self {
            id: tag.id,
            name: settings.name,
            pool_id,
            number_id,
            publisher_id: settings.publisher,
            origins: settings.origins.iter().map(ToString::to_string).collect(),
            swap: SwapRules {
                numbers: settings.swap.numbers.iter().map(e164).collect(),
                selectors: settings.swap.selectors,
                format: settings.swap.format,
            },
            fallback: settings.fallback.as_ref().map(e164),
            click_ids: settings.click_ids.into_iter().map(Into::into).collect(),
            enabled: tag.enabled,
            created_at: tag.created_at.rfc3339(),
        }
    }
}

impl From<ClickId> for NetworkClickId {
    fn from(id: ClickId) -> Self {
        Self {
            parameter: id.name,
            source: id.source,
            medium: id.medium,
        }
    }
}

impl NetworkClickId {
    /// As the form writes it. What would be read as something else there, because a part holds what
    /// stands between parts, is left without its meaning, which the form refuses at this field.
    fn line(&self) -> String {
        let Self {
            parameter,
            source,
            medium,
        } = self;
        let mixed = [parameter, source, medium]
            .iter()
            .any(|part| part.contains(['=', '\n', '\r']));
        if mixed || source.contains('/') {
            // Never an empty line, which the form would pass over.
            let known = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
            return format!("?{}", parameter.chars().filter(known).collect::<String>());
        }
        format!("{parameter} = {source} / {medium}")
    }
}

impl DniTagChange {
    fn onto(self, mut form: DniTagForm) -> DniTagForm {
        let lines = |texts: Vec<String>| texts.join("\n");
        form.name = self.name.unwrap_or(form.name);
        if let Some(id) = self.pool_id {
            form.source = format!("pool:{id}");
        } else if let Some(id) = self.number_id {
            form.source = format!("number:{id}");
        }
        if let Some(publisher) = self.publisher_id {
            form.publisher = publisher.map(|id| id.to_string()).unwrap_or_default();
        }
        form.origins = self.origins.map_or(form.origins, lines);
        let swap = self.swap.unwrap_or_default();
        form.numbers = swap.numbers.map_or(form.numbers, lines);
        form.selectors = swap.selectors.map_or(form.selectors, lines);
        form.format = swap.format.unwrap_or(form.format);
        if let Some(fallback) = self.fallback {
            form.fallback = fallback.unwrap_or_default();
        }
        if let Some(ids) = self.click_ids {
            form.click_ids = lines(ids.iter().map(NetworkClickId::line).collect());
        }
        form
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    match name {
        "source" => Some("pool_id".to_owned()),
        "publisher" => Some("publisher_id".to_owned()),
        "numbers" | "selectors" | "format" => Some(format!("swap.{name}")),
        _ => None,
    }
}

async fn found(asked: &Asked, id: DniTagId) -> Result<Json<DniTag>, Problem> {
    let record = asked.services.dni_tags.record(&asked.op, id).await?;
    Ok(Json(record.into()))
}

/// List DNI tags
#[utoipa::path(get, path = "/dni-tags", tag = "DNI tags", params(Page), responses((status = 200, description = "A page of DNI tags", body = List<DniTag>)), security(("key" = ["numbers:read"])))]
async fn list_dni_tags(asked: Asked, Ask(ask): Ask<Page>) -> Result<Json<List<DniTag>>, Problem> {
    let all = asked.services.dni_tags.records(&asked.op).await?;
    let list = page(all, |tag| tag.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(DniTag::from)))
}

/// Get a DNI tag
#[utoipa::path(get, path = "/dni-tags/{id}", tag = "DNI tags", params(("id" = Uuid, Path, description = "The DNI tag")), responses((status = 200, description = "The DNI tag", body = DniTag)), security(("key" = ["numbers:read"])))]
async fn get_dni_tag(asked: Asked, Id(id): Id<DniTagId>) -> Result<Json<DniTag>, Problem> {
    found(&asked, id).await
}

/// Make a DNI tag
///
/// Its id stands in the script of the advertiser's pages.
#[utoipa::path(post, path = "/dni-tags", tag = "DNI tags", request_body = NewDniTag, responses((status = 201, description = "Made; Location leads to it", body = DniTag)), security(("key" = ["numbers:write"])))]
async fn create_dni_tag(
    asked: Asked,
    Body(change): Body<DniTagChange>,
) -> Result<Response, Problem> {
    let enabled = change.enabled;
    let form = change.onto(DniTagForm::default());
    let tags = &asked.services.dni_tags;
    let made = tags.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    if enabled == Some(false) {
        tags.set_enabled(&asked.op, id, false).await?;
    }
    let at = [(header::LOCATION, format!("{}/dni-tags/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change, pause or resume a DNI tag
///
/// What is absent stays as it is. While it is paused, pages keep their own numbers.
#[utoipa::path(patch, path = "/dni-tags/{id}", tag = "DNI tags", params(("id" = Uuid, Path, description = "The DNI tag")), request_body = DniTagChange, responses((status = 200, description = "As it is now", body = DniTag)), security(("key" = ["numbers:write"])))]
async fn update_dni_tag(
    asked: Asked,
    Id(id): Id<DniTagId>,
    Body(change): Body<DniTagChange>,
) -> Result<Json<DniTag>, Problem> {
    let tags = &asked.services.dni_tags;
    let stored = tags.record(&asked.op, id).await?;
    let enabled = change.enabled;
    let before = DniTagForm::of(&stored.settings);
    let form = change.onto(before.clone());
    if form != before {
        let changed = tags.update(&asked.op, id, &form).await;
        changed.map_err(|e| Problem::from(e).named(field))?;
    }
    if let Some(enabled) = enabled {
        tags.set_enabled(&asked.op, id, enabled).await?;
    }
    found(&asked, id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::visit::click_id::ClickId;

    #[test]
    fn a_click_id_is_read_as_it_was_sent_or_not_at_all() {
        let read = |parameter: &str, source: &str, medium: &str| {
            let sent = NetworkClickId {
                parameter: parameter.to_owned(),
                source: source.to_owned(),
                medium: medium.to_owned(),
            };
            let lines = sent.line();
            assert_eq!(
                lines.lines().filter(|l| !l.trim().is_empty()).count(),
                1,
                "{lines}"
            );
            lines
                .parse::<ClickId>()
                .ok()
                .map(|id| (id.name, id.source, id.medium))
        };
        let row = |a: &str, b: &str, c: &str| Some((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(
            read("tblci", "Taboola", "cpa / x"),
            row("tblci", "taboola", "cpa / x")
        );
        for (parameter, source, medium) in [
            ("a=b", "c", "d"),
            ("=", "c", "d"),
            ("", "c", "d"),
            ("a", "b = c", "d"),
            ("a", "b / c", "d"),
            ("a", "b\nx = y", "d"),
            ("a", "b", "c\nx = y / z"),
        ] {
            assert_eq!(
                read(parameter, source, medium),
                None,
                "{parameter} {source} {medium}"
            );
        }
    }
}
