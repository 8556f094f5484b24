//! What the carrier charges.

use crate::rest::extract::{Asked, Body};
use crate::rest::money::Money;
use crate::rest::problem::Problem;
use axum::Json;
use domain::account::AccountSettings;
use domain::api::account::{PrefixForm, RateForm, RatesForm};
use domain::ledger::telephony::rate::Rate as DomainRate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The carrier's prices.
#[derive(Debug, Serialize, ToSchema)]
pub struct Rates {
    /// Whether these are the carrier's list prices and not the account's own.
    list_prices: bool,
    inbound_local: Rate,
    inbound_toll_free: Rate,
    inbound_sip: Rate,
    /// By the beginning of the dialed number; the longest that fits counts.
    outbound: Vec<PrefixRate>,
    outbound_sip: Rate,
    /// For a minute of a recording.
    recording: Rate,
}

/// The price of a leg of a call.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    per_minute: Money,
    /// Seconds that are billed of any answered leg, however short.
    #[schema(minimum = 1, maximum = 3_600, example = 60)]
    first_s: u32,
    /// Seconds in which the rest is billed: each that was begun counts whole.
    #[schema(minimum = 1, maximum = 3_600, example = 60)]
    next_s: u32,
    /// The least an answered leg costs.
    minimum: Money,
}

/// The price of calls to numbers that begin alike.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PrefixRate {
    /// A plus sign and 1 to 15 digits.
    #[schema(example = "+1907")]
    prefix: String,
    rate: Rate,
}

/// A change of the prices: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RatesChange {
    inbound_local: Option<Rate>,
    inbound_toll_free: Option<Rate>,
    inbound_sip: Option<Rate>,
    outbound_sip: Option<Rate>,
    recording: Option<Rate>,
    /// All prefixes, in the place of those there were.
    #[schema(max_items = 200)]
    outbound: Option<Vec<PrefixRate>>,
}

impl From<DomainRate> for Rate {
    fn from(rate: DomainRate) -> Self {
        Self {
            per_minute: rate.per_minute.into(),
            first_s: rate.first_s,
            next_s: rate.next_s,
            minimum: rate.minimum.into(),
        }
    }
}

impl From<AccountSettings> for Rates {
    fn from(settings: AccountSettings) -> Self {
        let table = settings.rate_table();
        let outbound = table.outbound.iter();
        Self {
            list_prices: settings.rates.is_none(),
            inbound_local: table.inbound_local.into(),
            inbound_toll_free: table.inbound_toll_free.into(),
            inbound_sip: table.inbound_sip.into(),
            outbound: outbound
                .map(|(prefix, rate)| PrefixRate {
                    prefix: prefix.to_string(),
                    rate: (*rate).into(),
                })
                .collect(),
            outbound_sip: table.outbound_sip.into(),
            recording: table.recording.into(),
        }
    }
}

impl From<Rate> for RateForm {
    fn from(rate: Rate) -> Self {
        Self {
            per_minute: rate.per_minute.text(),
            first_s: rate.first_s.to_string(),
            next_s: rate.next_s.to_string(),
            minimum: rate.minimum.text(),
        }
    }
}

impl RatesChange {
    fn onto(self, mut form: RatesForm) -> RatesForm {
        for (place, rate) in [
            (&mut form.inbound_local, self.inbound_local),
            (&mut form.inbound_toll_free, self.inbound_toll_free),
            (&mut form.inbound_sip, self.inbound_sip),
            (&mut form.outbound_sip, self.outbound_sip),
            (&mut form.recording, self.recording),
        ] {
            if let Some(rate) = rate {
                *place = rate.into();
            }
        }
        if let Some(outbound) = self.outbound {
            let lines = outbound.into_iter().map(|line| PrefixForm {
                prefix: line.prefix,
                rate: line.rate.into(),
            });
            form.outbound = lines.collect();
            form.keep_outbound = String::new();
        }
        form
    }
}

async fn found(asked: &Asked) -> Result<Json<Rates>, Problem> {
    let settings = asked.services.accounts.record(&asked.op).await?;
    Ok(Json(settings.into()))
}

/// Get what the carrier charges
#[utoipa::path(get, path = "/account/rates", tag = "Account", responses((status = 200, description = "The prices", body = Rates)), security(("key" = ["account:read"])))]
pub async fn get_rates(asked: Asked) -> Result<Json<Rates>, Problem> {
    found(&asked).await
}

/// Change what the carrier charges
///
/// What is absent stays as it is. Costs that are entered already stay.
#[utoipa::path(patch, path = "/account/rates", tag = "Account", request_body = RatesChange, responses((status = 200, description = "As they are now", body = Rates)), security(("key" = ["account:write"])))]
pub async fn update_rates(
    asked: Asked,
    Body(change): Body<RatesChange>,
) -> Result<Json<Rates>, Problem> {
    let accounts = &asked.services.accounts;
    let form = change.onto(accounts.rates(&asked.op).await?.form);
    accounts.set_rates(&asked.op, &form).await?;
    found(&asked).await
}

/// Go back to the carrier's list prices
#[utoipa::path(delete, path = "/account/rates", tag = "Account", responses((status = 200, description = "The list prices", body = Rates)), security(("key" = ["account:write"])))]
pub async fn reset_rates(asked: Asked) -> Result<Json<Rates>, Problem> {
    asked.services.accounts.reset_rates(&asked.op).await?;
    found(&asked).await
}
