//! The ledger of a call, and corrections of what calls earned.

use super::account::CURRENCY;
use super::extract::{Asked, Body, Id};
use super::problem::Problem;
use super::repeat::Name;
use super::wire::mirror;
use crate::state::AppState;
use axum::Json;
use domain::api::adjustment::Corrected;
use domain::api::adjustment::bulk::{BulkForm, PartForm};
use domain::id::CallId;
use domain::ledger::entry::Kind as DomainKind;
use serde::{Deserialize, Serialize};
use service::call::ledger::{EntryFacts, LedgerFacts, PartyFacts};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_ledger))
        .routes(routes!(adjust_calls))
}

/// What a call earned, owes and cost: entries, and their sums.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallLedger {
    /// By time. An entry is never changed or removed, only answered by another.
    entries: Vec<LedgerEntry>,
    totals: LedgerTotals,
}

/// The sums of entries, each a decimal string.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerTotals {
    /// What buyers owe.
    #[schema(example = "36.2")]
    revenue: String,
    /// What publishers are owed.
    payout: String,
    /// What the carrier charges.
    cost: String,
    /// Revenue without payout and cost.
    profit: String,
    #[schema(example = "USD")]
    currency: &'static str,
}

/// One amount of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerEntry {
    /// What it is for; unique within the call.
    #[schema(example = "revenue:1")]
    key: String,
    kind: EntryKind,
    party: LedgerParty,
    /// A decimal string; below zero takes away.
    #[schema(example = "36.2")]
    amount: String,
    #[schema(example = "USD")]
    currency: &'static str,
    #[schema(format = DateTime)]
    at: String,
    /// A person, or a key; null for a rule of the set-up.
    author: Option<String>,
    /// A sentence.
    reason: String,
}

/// Who owes or is owed an amount.
#[derive(Debug, Serialize, ToSchema)]
pub struct LedgerParty {
    kind: PartyKind,
    /// Null for the carrier.
    id: Option<i64>,
    /// Null for the carrier.
    name: Option<String>,
}

/// Whose amount it is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    Buyer,
    Publisher,
    Carrier,
}

/// A correction of calls that are over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAdjustment {
    /// Each call is corrected by itself; at most 1,000.
    #[schema(min_items = 1, max_items = 1000)]
    call_ids: Vec<Uuid>,
    /// What the calls' buyers owe; absent leaves it.
    #[serde(default)]
    revenue: Option<AmountChange>,
    /// What the calls' publishers are owed; absent leaves it.
    #[serde(default)]
    payout: Option<AmountChange>,
    /// Why, for whoever reads the ledger; stands at every entry.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// How an amount changes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmountChange {
    kind: ChangeKind,
    /// A decimal string: needed with `by` and `to`.
    #[serde(default)]
    #[schema(example = "-5.00")]
    amount: Option<String>,
}

/// Which way an amount changes.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// More, or less if below zero; never to less than nothing.
    By,
    /// To exactly this.
    To,
    /// To nothing.
    Void,
}

/// What became of the calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct AdjustmentResult {
    results: Vec<CallAdjusted>,
}

/// What became of one call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallAdjusted {
    #[schema(value_type = Uuid)]
    call_id: CallId,
    /// Whether anything was entered.
    corrected: bool,
    /// What was entered, or why nothing was.
    #[schema(example = "Revenue corrected by −$5.00.")]
    message: String,
}

mirror! {
    /// What an entry is for.
    EntryKind of DomainKind {
        /// A revenue rule was met.
        Revenue,
        /// A payout rule was met.
        Payout,
        /// The carrier's charge for a leg or a recording.
        Telephony,
        /// Somebody corrected what the buyer owes.
        RevenueAdjustment,
        /// Somebody corrected what the publisher is owed.
        PayoutAdjustment,
        /// A dispute of the buyer was approved.
        DisputeReversal,
        /// The publisher's part of an approved dispute.
        PayoutReversal,
    }
}

impl From<EntryFacts> for LedgerEntry {
    fn from(entry: EntryFacts) -> Self {
        Self {
            key: entry.key,
            kind: entry.kind.into(),
            party: entry.party.into(),
            amount: entry.amount.plain(),
            currency: CURRENCY,
            at: entry.at.rfc3339(),
            author: (!entry.author.is_empty()).then_some(entry.author),
            reason: entry.reason,
        }
    }
}

impl From<PartyFacts> for LedgerParty {
    fn from(party: PartyFacts) -> Self {
        let (kind, id, name) = match party {
            PartyFacts::Buyer(id, name) => (PartyKind::Buyer, Some(id.0), Some(name)),
            PartyFacts::Publisher(id, name) => (PartyKind::Publisher, Some(id.0), Some(name)),
            PartyFacts::Carrier => (PartyKind::Carrier, None, None),
        };
        Self { kind, id, name }
    }
}

impl From<LedgerFacts> for CallLedger {
    fn from(ledger: LedgerFacts) -> Self {
        let totals = ledger.totals;
        Self {
            entries: ledger.entries.into_iter().map(LedgerEntry::from).collect(),
            totals: LedgerTotals {
                revenue: totals.revenue.plain(),
                payout: totals.payout.plain(),
                cost: totals.cost.plain(),
                profit: totals.profit_after_cost().plain(),
                currency: CURRENCY,
            },
        }
    }
}

impl From<Corrected> for CallAdjusted {
    fn from(one: Corrected) -> Self {
        Self {
            call_id: one.call,
            corrected: one.done,
            message: one.text,
        }
    }
}

impl NewAdjustment {
    fn form(self, request: String) -> BulkForm {
        let ids: Vec<String> = self.call_ids.iter().map(Uuid::to_string).collect();
        let part = |change: Option<AmountChange>| {
            let Some(change) = change else {
                return PartForm::default();
            };
            let kind = match change.kind {
                ChangeKind::By => "by",
                ChangeKind::To => "to",
                ChangeKind::Void => "void",
            };
            PartForm {
                change: kind.to_owned(),
                amount: change.amount.unwrap_or_default(),
            }
        };
        BulkForm {
            calls: ids.join(","),
            revenue: part(self.revenue),
            payout: part(self.payout),
            reason: self.reason,
            request,
        }
    }
}

fn field(name: &str) -> Option<String> {
    match name {
        "calls" => Some("call_ids".to_owned()),
        "revenue.change" => Some("revenue".to_owned()),
        "payout.change" => Some("payout".to_owned()),
        _ => None,
    }
}

/// List what a call earned, owes and cost
#[utoipa::path(get, path = "/calls/{id}/ledger", tag = "Money", params(("id" = Uuid, Path, description = "The call")), responses((status = 200, description = "Its entries and their sums", body = CallLedger)), security(("key" = ["money:read"])))]
async fn get_ledger(asked: Asked, Id(id): Id<CallId>) -> Result<Json<CallLedger>, Problem> {
    let ledger = asked.services.calls.ledger(&asked.op, id).await?;
    Ok(Json(ledger.into()))
}

/// Correct what calls earned
///
/// Adds entries; nothing that was entered before changes. Each call is corrected by itself: what is
/// wrong with one is told beside it, and the others are corrected all the same. An amount never
/// falls below nothing. Send an `Idempotency-Key`: with it a call is corrected once, also if an
/// answer was lost half way.
#[utoipa::path(post, path = "/adjustments", tag = "Money", request_body = NewAdjustment, responses((status = 200, description = "What became of each call", body = AdjustmentResult)), security(("key" = ["money:write"])))]
async fn adjust_calls(
    asked: Asked,
    Name(request): Name,
    Body(new): Body<NewAdjustment>,
) -> Result<Json<AdjustmentResult>, Problem> {
    let form = new.form(request);
    let results = asked.services.engine.correct_many(&asked.op, &form).await;
    let results = results.map_err(|e| Problem::from(e).named(field))?;
    Ok(Json(AdjustmentResult {
        results: results.into_iter().map(CallAdjusted::from).collect(),
    }))
}
