//! What becomes of callers who call a campaign again, and which callers it lets in.

use crate::rest::account::Attestation;
use crate::rest::extract::{Asked, Body, Id};
use crate::rest::problem::Problem;
use crate::rest::wire::{given, mirror, only_with};
use axum::Json;
use domain::api::campaign::DuplicatesForm;
use domain::block::attestation::Minimum;
use domain::campaign::CampaignSettings;
use domain::duplicate::mark::MarkWhen;
use domain::duplicate::payment::{Across, PayDuplicates};
use domain::duplicate::routing::DuplicateRouting;
use domain::id::CampaignId;
use domain::invalid::FieldErrors;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Seconds of a day.
const DAY_S: u32 = 86_400;

/// What becomes of callers who call again, and which callers are let in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Duplicates {
    mark: Mark,
    routing: DuplicateRoute,
    payment: DuplicatePayment,
    /// The least that carriers must vouch for a caller's number; null follows the account.
    attestation: Option<Attestation>,
}

/// What makes a call a duplicate.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    after: MarkAfter,
    /// With `length`.
    #[schema(minimum = 1, maximum = 14_400)]
    #[serde(default)]
    length_s: Option<u32>,
    /// Whether all callers who withhold their number count as one.
    anonymous: bool,
}

/// Which earlier call of a caller makes the next a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MarkAfter {
    Connected,
    /// Any call.
    Incoming,
    /// One whose longest conversation had at least so many seconds.
    Length,
}

/// Where a duplicate goes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateRoute {
    to: DuplicateTo,
    /// Whether that is obeyed even if it leaves nobody; not with `normally`.
    #[serde(default)]
    strict: bool,
}

/// Which target a duplicate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DuplicateTo {
    /// As any other call.
    Normally,
    /// The one the caller was connected with last.
    Original,
    /// One the caller was never connected with.
    Different,
}

/// Whether publishers are paid for duplicates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicatePayment {
    pay: PayWhen,
    /// With `after`.
    #[schema(minimum = 1, maximum = 3_650)]
    #[serde(default)]
    after_days: Option<u32>,
    across: PayAcross,
}

/// When a duplicate is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayWhen {
    Never,
    Always,
    /// If the call that makes it one was so many days ago.
    After,
}

mirror! {
    /// Whose earlier calls count.
    PayAcross of Across {
        SamePublisher,
        AllPublishers,
    }
}

/// A change of them: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicatesChange {
    mark: Option<Mark>,
    routing: Option<DuplicateRoute>,
    payment: Option<DuplicatePayment>,
    /// Null follows the account.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Attestation>)]
    attestation: Option<Option<Attestation>>,
}

impl From<CampaignSettings> for Duplicates {
    fn from(settings: CampaignSettings) -> Self {
        let (after, length_s) = match settings.mark.when {
            MarkWhen::Connected => (MarkAfter::Connected, None),
            MarkWhen::Incoming => (MarkAfter::Incoming, None),
            MarkWhen::Length { secs } => (MarkAfter::Length, Some(secs)),
        };
        let (to, strict) = match settings.duplicates {
            DuplicateRouting::Normally => (DuplicateTo::Normally, false),
            DuplicateRouting::ToOriginal { strict } => (DuplicateTo::Original, strict),
            DuplicateRouting::ToDifferent { strict } => (DuplicateTo::Different, strict),
        };
        let (pay, after_days) = match settings.payment.pay {
            PayDuplicates::Never => (PayWhen::Never, None),
            PayDuplicates::Always => (PayWhen::Always, None),
            PayDuplicates::After { secs } => (PayWhen::After, Some(secs.div_ceil(DAY_S))),
        };
        Self {
            mark: Mark {
                after,
                length_s,
                anonymous: settings.mark.anonymous,
            },
            routing: DuplicateRoute { to, strict },
            payment: DuplicatePayment {
                pay,
                after_days,
                across: settings.payment.across.into(),
            },
            attestation: settings.attestation.map(Attestation::from),
        }
    }
}

impl DuplicatesChange {
    fn onto(self, mut form: DuplicatesForm) -> Result<DuplicatesForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        let ticked = |on: bool| if on { "on" } else { "" }.to_owned();
        let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        if let Some(mark) = self.mark {
            let length = mark.after == MarkAfter::Length;
            let given = mark.length_s.is_some();
            only_with(&mut errors, "mark.length_s", given, length, "length");
            form.mark = match mark.after {
                MarkAfter::Connected => "connected",
                MarkAfter::Incoming => "incoming",
                MarkAfter::Length => "length",
            }
            .to_owned();
            form.mark_length_s = number(mark.length_s);
            form.anonymous = ticked(mark.anonymous);
        }
        if let Some(routing) = self.routing {
            let normally = routing.to == DuplicateTo::Normally;
            let other = "original or different";
            only_with(
                &mut errors,
                "routing.strict",
                routing.strict,
                !normally,
                other,
            );
            form.routing = match routing.to {
                DuplicateTo::Normally => "normally",
                DuplicateTo::Original => "original",
                DuplicateTo::Different => "different",
            }
            .to_owned();
            form.strict = ticked(routing.strict);
        }
        if let Some(payment) = self.payment {
            let after = payment.pay == PayWhen::After;
            let given = payment.after_days.is_some();
            only_with(&mut errors, "payment.after_days", given, after, "after");
            form.pay = match payment.pay {
                PayWhen::Never => "never",
                PayWhen::Always => "always",
                PayWhen::After => "after",
            }
            .to_owned();
            form.pay_after_days = number(payment.after_days);
            form.across = match payment.across {
                PayAcross::SamePublisher => "same",
                PayAcross::AllPublishers => "all",
            }
            .to_owned();
        }
        if let Some(attestation) = self.attestation {
            form.attestation = attestation
                .map(|least| Minimum::from(least).code().to_owned())
                .unwrap_or_default();
        }
        errors.check()?;
        Ok(form)
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    let known = match name {
        "mark" => "mark.after",
        "mark_length_s" => "mark.length_s",
        "routing" => "routing.to",
        "pay" => "payment.pay",
        "pay_after_days" => "payment.after_days",
        "across" => "payment.across",
        _ => return None,
    };
    Some(known.to_owned())
}

async fn found(asked: &Asked, id: CampaignId) -> Result<Json<Duplicates>, Problem> {
    let record = asked.services.campaigns.record(&asked.op, id).await?;
    Ok(Json(record.settings.into()))
}

/// Get what a campaign does with duplicates
///
/// And which callers it lets in.
#[utoipa::path(get, path = "/campaigns/{id}/duplicates", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), responses((status = 200, description = "The settings", body = Duplicates)), security(("key" = ["campaigns:read"])))]
pub async fn get_duplicates(
    asked: Asked,
    Id(id): Id<CampaignId>,
) -> Result<Json<Duplicates>, Problem> {
    found(&asked, id).await
}

/// Change what a campaign does with duplicates
///
/// What is absent stays as it is. The next call follows the new settings.
#[utoipa::path(patch, path = "/campaigns/{id}/duplicates", tag = "Campaigns", params(("id" = uuid::Uuid, Path, description = "The campaign")), request_body = DuplicatesChange, responses((status = 200, description = "As they are now", body = Duplicates)), security(("key" = ["campaigns:write"])))]
pub async fn update_duplicates(
    asked: Asked,
    Id(id): Id<CampaignId>,
    Body(change): Body<DuplicatesChange>,
) -> Result<Json<Duplicates>, Problem> {
    let campaigns = &asked.services.campaigns;
    let record = campaigns.record(&asked.op, id).await?;
    let form = change.onto(DuplicatesForm::of(&record.settings))?;
    let changed = campaigns.set_duplicates(&asked.op, id, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked, id).await
}
