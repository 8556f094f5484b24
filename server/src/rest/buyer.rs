//! Buyers.

use super::again::{self, Recovery, Restriction};
use super::caller_id::{self, CallerId};
use super::caps::{self, Caps, CapsChange, MoneyCaps, MoneyCapsChange};
use super::extract::{Ask, Asked, Body, Id};
use super::filter::{self, FilterRule, rules};
use super::hours::{self, Hours, holidays, holidays_text};
use super::list::{List, Page, page};
use super::problem::Problem;
use super::wire::{Activity, ActivityChange, given, needs};
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::buyer::BuyerForm;
use domain::id::BuyerId;
use domain::invalid::FieldErrors;
use serde::{Deserialize, Serialize};
use store::BuyerRecord;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_buyers, create_buyer))
        .routes(routes!(get_buyer, update_buyer))
        .routes(routes!(set_buyer_activity))
}

/// Who pays for calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct Buyer {
    #[schema(value_type = i64)]
    id: BuyerId,
    #[schema(example = "Lone Star Exteriors")]
    name: String,
    /// The buyer's own name of itself; may be empty.
    sub_id: String,
    activity: Activity,
    ring_timeout_s: u32,
    caller_id: CallerId,
    /// IANA zone of its hours and caps.
    #[schema(example = "America/Chicago")]
    zone: String,
    hours: Hours,
    /// Days apart, a line each.
    #[schema(example = json!(["Thanksgiving Day", "12-24 Christmas Eve = 9:00-12:00"]))]
    holidays: Vec<String>,
    caps: Caps,
    money_caps: MoneyCaps,
    /// How long callers are kept away who were here before; null is not at all.
    restriction: Option<Restriction>,
    recovery: Recovery,
    /// Which calls all its targets take; theirs are asked as well.
    filter: Vec<FilterRule>,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A change of a buyer: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyerChange {
    /// At most 80 characters, unlike every other buyer's.
    #[schema(example = "Lone Star Exteriors", min_length = 1, max_length = 80)]
    name: Option<String>,
    sub_id: Option<String>,
    #[schema(minimum = 5, maximum = 120)]
    ring_timeout_s: Option<u32>,
    caller_id: Option<CallerId>,
    #[schema(example = "America/Chicago")]
    zone: Option<String>,
    hours: Option<Hours>,
    /// Days apart, a line each: a public holiday, or a day with a name, and its hours.
    #[schema(example = json!(["Thanksgiving Day", "12-24 Christmas Eve = 9:00-12:00"]))]
    holidays: Option<Vec<String>>,
    caps: Option<CapsChange>,
    money_caps: Option<MoneyCapsChange>,
    /// Null keeps nobody away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Restriction>)]
    restriction: Option<Option<Restriction>>,
    recovery: Option<Recovery>,
    filter: Option<Vec<FilterRule>>,
}

needs! {
    /// A buyer to make.
    NewBuyer: BuyerChange, "name"
}

impl From<BuyerRecord> for Buyer {
    fn from(b: BuyerRecord) -> Self {
        let settings = b.settings;
        Self {
            id: b.id,
            name: b.name,
            sub_id: settings.sub_id,
            activity: b.activity.into(),
            ring_timeout_s: settings.ring_timeout_s,
            caller_id: settings.caller_id.into(),
            zone: settings.zone,
            hours: settings.hours.into(),
            holidays: holidays(&settings.holidays),
            caps: settings.caps.into(),
            money_caps: settings.dollars.into(),
            restriction: settings.restriction.map(Restriction::from),
            recovery: settings.recovery.into(),
            filter: rules(&settings.filter),
            created_at: b.created_at.rfc3339(),
        }
    }
}

impl BuyerChange {
    /// The form with what this changes.
    fn onto(self, mut form: BuyerForm) -> Result<BuyerForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        form.name = self.name.unwrap_or(form.name);
        form.sub_id = self.sub_id.unwrap_or(form.sub_id);
        if let Some(seconds) = self.ring_timeout_s {
            form.ring_timeout_s = seconds.to_string();
        }
        if let Some(caller_id) = self.caller_id {
            caller_id.onto([&mut form.caller_id, &mut form.caller_id_number]);
        }
        form.zone = self.zone.unwrap_or(form.zone);
        if let Some(hours) = self.hours {
            hours.onto(&mut form.hours, &mut form.days);
        }
        if let Some(holidays) = self.holidays {
            form.holidays = holidays_text(&holidays);
        }
        self.caps.unwrap_or_default().onto([
            &mut form.cap_concurrent,
            &mut form.cap_hourly,
            &mut form.cap_daily,
            &mut form.cap_monthly,
            &mut form.cap_total,
        ]);
        self.money_caps.unwrap_or_default().onto([
            &mut form.dollars_hourly,
            &mut form.dollars_daily,
            &mut form.dollars_monthly,
            &mut form.dollars_total,
        ]);
        match self.restriction {
            None => {}
            Some(None) => "none".clone_into(&mut form.restrict),
            Some(Some(restriction)) => {
                "own".clone_into(&mut form.restrict);
                restriction.onto([
                    &mut form.restrict_from,
                    &mut form.restrict_after,
                    &mut form.restrict_days,
                ]);
            }
        }
        if let Some(recovery) = self.recovery {
            let places = [
                &mut form.recovery,
                &mut form.recovery_within_s,
                &mut form.recovery_reroutes,
            ];
            recovery.onto(places, &mut errors);
        }
        if let Some(rules) = self.filter {
            form.filter = filter::form(rules);
        }
        errors.check()?;
        Ok(form)
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    let known = match name {
        "restrict" => "restriction",
        "restrict_from" => "restriction.from",
        "restrict_after" => "restriction.after",
        "restrict_days" => "restriction.days",
        other => {
            return caps::field(other)
                .or_else(|| caller_id::field(other))
                .or_else(|| again::field(other))
                .or_else(|| filter::field(other))
                .or_else(|| hours::field(other));
        }
    };
    Some(known.to_owned())
}

async fn found(asked: &Asked, id: BuyerId) -> Result<Json<Buyer>, Problem> {
    let record = asked.services.buyers.record(&asked.op, id).await?;
    Ok(Json(record.into()))
}

/// List buyers
///
/// Those that are not archived, oldest first.
#[utoipa::path(get, path = "/buyers", tag = "Buyers", params(Page), responses((status = 200, description = "A page of buyers", body = List<Buyer>)), security(("key" = ["buyers:read"])))]
async fn list_buyers(asked: Asked, Ask(ask): Ask<Page>) -> Result<Json<List<Buyer>>, Problem> {
    let all = asked.services.buyers.records(&asked.op).await?;
    let list = page(all, |b| b.id, (ask.limit, ask.after.as_deref()))?;
    Ok(Json(list.map(Buyer::from)))
}

/// Get a buyer
#[utoipa::path(get, path = "/buyers/{id}", tag = "Buyers", params(("id" = i64, Path, description = "The buyer")), responses((status = 200, description = "The buyer", body = Buyer)), security(("key" = ["buyers:read"])))]
async fn get_buyer(asked: Asked, Id(id): Id<BuyerId>) -> Result<Json<Buyer>, Problem> {
    found(&asked, id).await
}

/// Make a buyer
#[utoipa::path(post, path = "/buyers", tag = "Buyers", request_body = NewBuyer, responses((status = 201, description = "Made; Location leads to it", body = Buyer)), security(("key" = ["buyers:write"])))]
async fn create_buyer(asked: Asked, Body(change): Body<BuyerChange>) -> Result<Response, Problem> {
    let form = change.onto(BuyerForm::default())?;
    let made = asked.services.buyers.create(&asked.op, &form).await;
    let id = made.map_err(|e| Problem::from(e).named(field))?;
    let at = [(header::LOCATION, format!("{}/buyers/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Change a buyer
///
/// What is absent stays as it is. The targets that take settings from it follow.
#[utoipa::path(patch, path = "/buyers/{id}", tag = "Buyers", params(("id" = i64, Path, description = "The buyer")), request_body = BuyerChange, responses((status = 200, description = "As it is now", body = Buyer)), security(("key" = ["buyers:write"])))]
async fn update_buyer(
    asked: Asked,
    Id(id): Id<BuyerId>,
    Body(change): Body<BuyerChange>,
) -> Result<Json<Buyer>, Problem> {
    let buyers = &asked.services.buyers;
    let record = buyers.record(&asked.op, id).await?;
    let form = change.onto(BuyerForm::of(&record.name, &record.settings))?;
    let changed = buyers.update(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}

/// Pause, resume or archive a buyer
///
/// Its targets follow while it lasts.
#[utoipa::path(put, path = "/buyers/{id}/activity", tag = "Buyers", params(("id" = i64, Path, description = "The buyer")), request_body = ActivityChange, responses((status = 200, description = "As it is now", body = Buyer)), security(("key" = ["buyers:write"])))]
async fn set_buyer_activity(
    asked: Asked,
    Id(id): Id<BuyerId>,
    Body(change): Body<ActivityChange>,
) -> Result<Json<Buyer>, Problem> {
    let buyers = &asked.services.buyers;
    buyers
        .set_activity(&asked.op, id, change.activity.into())
        .await?;
    found(&asked, id).await
}
