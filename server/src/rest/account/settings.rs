//! What holds for the calls of all campaigns.

use crate::rest::extract::{Asked, Body};
use crate::rest::problem::Problem;
use crate::rest::wire::{given, limit_text, mirror, one_line};
use axum::Json;
use domain::account::AccountSettings as DomainSettings;
use domain::api::account::{AccountForm, MissForm};
use domain::block::attestation::Minimum as DomainMinimum;
use domain::recovery::pause::AutoPause as DomainPause;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What holds for the calls of all campaigns.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountSettings {
    /// For how many seconds the same caller is turned away; 0 never.
    guard_s: u32,
    /// Whether all callers who withhold their number are one caller to that.
    anonymous_is_one: bool,
    /// The least that carriers must vouch for a caller's number, where a campaign says nothing.
    attestation: Attestation,
    /// When targets that miss their calls are paused; null never.
    auto_pause: Option<AutoPause>,
    /// For how many days after a call its buyer may dispute it.
    dispute_days: u32,
    /// What an agent may say that came of a call.
    #[schema(example = json!(["Sale", "Call back"]))]
    dispositions: Vec<String>,
}

mirror! {
    /// The least that carriers must vouch for.
    Attestation of DomainMinimum {
        /// All calls are taken.
        Any,
        C,
        B,
        A,
    }
}

/// When a target is paused, and for how long.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AutoPause {
    /// Any of them pauses.
    #[schema(min_items = 1, max_items = 5)]
    rules: Vec<MissRule>,
    /// A target that was answered and hung up within so many seconds counts as missed.
    #[schema(maximum = 600)]
    brief_s: u32,
    /// A phone that nobody answered counts as missed once it rang for so many seconds.
    #[schema(maximum = 600)]
    rang_s: u32,
    /// How long the first pause lasts, in minutes; null until a person ends it.
    #[schema(minimum = 1, maximum = 1_440)]
    #[serde(default)]
    back_after_min: Option<u32>,
}

/// So many missed calls in a row within so many minutes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MissRule {
    #[schema(minimum = 1, maximum = 50)]
    missed: u32,
    #[schema(minimum = 1, maximum = 1_440)]
    within_min: u32,
}

/// A change of the settings: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSettingsChange {
    #[schema(maximum = 3_600)]
    guard_s: Option<u32>,
    anonymous_is_one: Option<bool>,
    attestation: Option<Attestation>,
    /// Null pauses nobody.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<AutoPause>)]
    auto_pause: Option<Option<AutoPause>>,
    #[schema(minimum = 1, maximum = 365)]
    dispute_days: Option<u32>,
    /// All of them, each of at most 40 characters; without regard to case each counts once. What was
    /// said of calls before stays.
    #[schema(example = json!(["Sale", "Call back"]), min_items = 1, max_items = 40)]
    dispositions: Option<Vec<String>>,
}

impl From<DomainSettings> for AccountSettings {
    fn from(settings: DomainSettings) -> Self {
        Self {
            guard_s: settings.guard_s,
            anonymous_is_one: settings.anonymous_is_one,
            attestation: settings.attestation.into(),
            auto_pause: settings.auto_pause.map(AutoPause::from),
            dispute_days: settings.dispute_days,
            dispositions: settings.dispositions,
        }
    }
}

impl From<DomainPause> for AutoPause {
    fn from(pause: DomainPause) -> Self {
        let rules = pause.rules.iter().map(|rule| MissRule {
            missed: rule.missed,
            within_min: rule.within_s.div_ceil(60),
        });
        Self {
            rules: rules.collect(),
            brief_s: pause.brief_s,
            rang_s: pause.rang_s,
            back_after_min: pause.back_after_s.map(|secs| secs.div_ceil(60)),
        }
    }
}

impl AccountSettingsChange {
    fn onto(self, mut form: AccountForm) -> AccountForm {
        let ticked = |on: bool| if on { "on" } else { "" }.to_owned();
        if let Some(seconds) = self.guard_s {
            form.guard_s = seconds.to_string();
        }
        if let Some(one) = self.anonymous_is_one {
            form.anonymous_is_one = ticked(one);
        }
        if let Some(minimum) = self.attestation {
            form.attestation = DomainMinimum::from(minimum).code().to_owned();
        }
        if let Some(days) = self.dispute_days {
            form.dispute_days = days.to_string();
        }
        if let Some(all) = self.dispositions {
            let lines: Vec<String> = all.iter().map(|one| one_line(one)).collect();
            form.dispositions = lines.join("\n");
        }
        if let Some(pause) = self.auto_pause {
            form.auto_pause = ticked(pause.is_some());
            if let Some(pause) = pause {
                let rules = pause.rules.iter().map(|rule| MissForm {
                    missed: rule.missed.to_string(),
                    within_min: rule.within_min.to_string(),
                });
                form.rules = rules.collect();
                form.brief_s = pause.brief_s.to_string();
                form.rang_s = pause.rang_s.to_string();
                form.back_after_min = limit_text(pause.back_after_min);
            }
        }
        form
    }
}

/// What a field of the form is called here.
fn field(name: &str) -> Option<String> {
    let of_pause =
        name.starts_with("rules") || matches!(name, "brief_s" | "rang_s" | "back_after_min");
    of_pause.then(|| format!("auto_pause.{name}"))
}

async fn found(asked: &Asked) -> Result<Json<AccountSettings>, Problem> {
    let settings = asked.services.accounts.record(&asked.op).await?;
    Ok(Json(settings.into()))
}

/// Get the settings of the account
///
/// What holds for the calls of all campaigns.
#[utoipa::path(get, path = "/account/settings", tag = "Account", responses((status = 200, description = "The settings", body = AccountSettings)), security(("key" = ["account:read"])))]
pub async fn get_account_settings(asked: Asked) -> Result<Json<AccountSettings>, Problem> {
    found(&asked).await
}

/// Change the settings of the account
///
/// What is absent stays as it is. The next call follows the new ones.
#[utoipa::path(patch, path = "/account/settings", tag = "Account", request_body = AccountSettingsChange, responses((status = 200, description = "As they are now", body = AccountSettings)), security(("key" = ["account:write"])))]
pub async fn update_account_settings(
    asked: Asked,
    Body(change): Body<AccountSettingsChange>,
) -> Result<Json<AccountSettings>, Problem> {
    let accounts = &asked.services.accounts;
    let form = change.onto(accounts.settings(&asked.op).await?);
    let changed = accounts.update(&asked.op, &form).await;
    changed.map_err(|e| Problem::from(e).named(field))?;
    found(&asked).await
}
