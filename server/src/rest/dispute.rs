//! Disputes of calls.

use super::account::CURRENCY;
use super::call::Ref;
use super::extract::{Ask, Asked, Body, Id};
use super::list::{List, after, limit};
use super::problem::Problem;
use super::repeat::Name;
use super::wire::mirror;
use crate::state::AppState;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::api::dispute::{DecideForm, DisputeForm};
use domain::id::{BuyerId, CallId, DisputeId};
use domain::invalid::FieldErrors;
use domain::ledger::dispute::{Reason as DomainReason, State as DomainState};
use serde::{Deserialize, Serialize};
use service::Error;
use service::dispute::DisputeFacts;
use store::DisputeFilter;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_disputes, open_dispute))
        .routes(routes!(get_dispute))
        .routes(routes!(approve_dispute))
        .routes(routes!(reject_dispute))
        .routes(routes!(withdraw_dispute))
        .routes(routes!(reopen_dispute))
}

/// A buyer's dispute of a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dispute {
    #[schema(value_type = i64)]
    id: DisputeId,
    #[schema(value_type = Uuid)]
    call_id: CallId,
    buyer: Ref,
    state: DisputeState,
    reason: DisputeReason,
    /// What the buyer was charged before anything was given back, a decimal string.
    #[schema(example = "25")]
    charged: String,
    /// What was given back to the buyer, a decimal string.
    #[schema(example = "0")]
    returned: String,
    #[schema(example = "USD")]
    currency: &'static str,
    #[schema(format = DateTime)]
    opened_at: String,
    /// What was done, in order; the first is always its opening.
    steps: Vec<DisputeStep>,
}

/// One thing that was done to a dispute.
#[derive(Debug, Serialize, ToSchema)]
pub struct DisputeStep {
    /// How the dispute stood afterwards.
    state: DisputeState,
    #[schema(format = DateTime)]
    at: String,
    /// A person, or a key.
    by: String,
    /// May be empty.
    comment: String,
}

mirror! {
    /// How a dispute stands.
    DisputeState of DomainState {
        /// Waits for a decision.
        Open,
        /// Money was given back. Final.
        Approved,
        Rejected,
        /// The buyer took it back.
        Withdrawn,
    }
}

mirror! {
    /// Why a buyer does not want to pay.
    DisputeReason of DomainReason {
        WrongService,
        WrongArea,
        OwnCustomer,
        Duplicate,
        NobodyThere,
        Spam,
        BadLine,
        /// As the comment says.
        Other,
    }
}

/// Which disputes. All filters must fit.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DisputesQuery {
    /// All states if absent.
    #[param(inline)]
    state: Option<DisputeState>,
    buyer_id: Option<i64>,
    call_id: Option<Uuid>,
    /// Entries at most; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// A dispute to open for a buyer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDispute {
    /// The call; it must be over, and charged.
    call_id: Uuid,
    /// Absent is the buyer who was charged.
    #[serde(default)]
    buyer_id: Option<i64>,
    reason: DisputeReason,
    /// What the buyer said; needed with the reason `other`.
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// What an approval gives back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Of what the buyer owes: `all`, or a decimal string; absent is nothing. Never more than all.
    #[serde(default)]
    #[schema(example = "all")]
    revenue: Option<String>,
    /// Of what the call's publishers are owed, likewise.
    #[serde(default)]
    #[schema(example = "18.00")]
    payout: Option<String>,
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// Why something is done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grounds {
    /// For whoever reads the history.
    #[schema(min_length = 1, max_length = 1000)]
    comment: String,
}

/// Why something is done, if there is anything to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    #[serde(default)]
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

impl From<DisputeFacts> for Dispute {
    fn from(d: DisputeFacts) -> Self {
        let (id, name) = d.buyer;
        let steps = d.steps.into_iter().map(|(step, by)| DisputeStep {
            state: step.act.leads_to().into(),
            at: step.at.rfc3339(),
            by,
            comment: step.comment,
        });
        Self {
            id: d.id,
            call_id: d.call,
            buyer: Ref { id: id.0, name },
            state: d.state.into(),
            reason: d.reason.into(),
            charged: d.charged.plain(),
            returned: d.returned.plain(),
            currency: CURRENCY,
            opened_at: d.opened_at.rfc3339(),
            steps: steps.collect(),
        }
    }
}

fn field(name: &str) -> Option<String> {
    (name == "buyer").then(|| "buyer_id".to_owned())
}

async fn found(asked: &Asked, id: DisputeId) -> Result<Json<Dispute>, Problem> {
    let facts = asked.services.disputes.fact(&asked.op, id).await?;
    Ok(Json(facts.into()))
}

/// Does what a form says, and shows what it came to.
async fn decided(asked: Asked, id: DisputeId, form: DecideForm) -> Result<Json<Dispute>, Problem> {
    let disputes = &asked.services.disputes;
    disputes.decide(&asked.op, id, &form).await?;
    found(&asked, id).await
}

/// List disputes
///
/// Newest first.
#[utoipa::path(get, path = "/disputes", tag = "Money", params(DisputesQuery), responses((status = 200, description = "A page of disputes", body = List<Dispute>)), security(("key" = ["money:read"])))]
async fn list_disputes(
    asked: Asked,
    Ask(ask): Ask<DisputesQuery>,
) -> Result<Json<List<Dispute>>, Problem> {
    let limit = limit(ask.limit)?;
    let after = after(ask.after.as_deref())?;
    let filter = DisputeFilter {
        state: ask.state.map(DomainState::from),
        buyer: ask.buyer_id.map(BuyerId),
        call: ask.call_id.map(CallId),
    };
    let disputes = &asked.services.disputes;
    let (found, next) = disputes.facts(&asked.op, filter, after, limit).await?;
    Ok(Json(List {
        data: found.into_iter().map(Dispute::from).collect(),
        next: next.map(|id| id.to_string()),
    }))
}

/// Get a dispute
#[utoipa::path(get, path = "/disputes/{id}", tag = "Money", params(("id" = i64, Path, description = "The dispute")), responses((status = 200, description = "The dispute", body = Dispute)), security(("key" = ["money:read"])))]
async fn get_dispute(asked: Asked, Id(id): Id<DisputeId>) -> Result<Json<Dispute>, Problem> {
    found(&asked, id).await
}

/// Open a dispute for a buyer
///
/// No money moves until it is approved. A call has at most one dispute for each of its buyers.
#[utoipa::path(post, path = "/disputes", tag = "Money", request_body = NewDispute, responses((status = 201, description = "Opened; Location leads to it", body = Dispute)), security(("key" = ["money:write"])))]
async fn open_dispute(
    asked: Asked,
    Name(request): Name,
    Body(new): Body<NewDispute>,
) -> Result<Response, Problem> {
    let form = DisputeForm {
        buyer: new.buyer_id.map(|b| b.to_string()).unwrap_or_default(),
        reason: DomainReason::from(new.reason).code().to_owned(),
        comment: new.comment.unwrap_or_default(),
        request,
    };
    let disputes = &asked.services.disputes;
    let opened = disputes.open(&asked.op, CallId(new.call_id), &form).await;
    let id = opened.map_err(|error| match error {
        Error::NotFound(_) => {
            FieldErrors::one("call_id", "unknown", "There is no such call.").into()
        }
        error => Problem::from(error).named(field),
    })?;
    let at = [(header::LOCATION, format!("{}/disputes/{id}", super::ROOT))];
    Ok((StatusCode::CREATED, at, found(&asked, id).await?).into_response())
}

/// Approve a dispute
///
/// Gives money back, in full or in part, by entries of the call's ledger. Final.
#[utoipa::path(post, path = "/disputes/{id}/approve", tag = "Money", request_body = Approval, params(("id" = i64, Path, description = "The dispute")), responses((status = 200, description = "The dispute", body = Dispute)), security(("key" = ["money:write"])))]
async fn approve_dispute(
    asked: Asked,
    Id(id): Id<DisputeId>,
    Name(request): Name,
    Body(new): Body<Approval>,
) -> Result<Json<Dispute>, Problem> {
    let form = DecideForm {
        act: "approve".to_owned(),
        revenue: new.revenue.unwrap_or_default(),
        payout: new.payout.unwrap_or_default(),
        comment: new.comment.unwrap_or_default(),
        request,
    };
    decided(asked, id, form).await
}

/// Reject a dispute
#[utoipa::path(post, path = "/disputes/{id}/reject", tag = "Money", request_body = Grounds, params(("id" = i64, Path, description = "The dispute")), responses((status = 200, description = "The dispute", body = Dispute)), security(("key" = ["money:write"])))]
async fn reject_dispute(
    asked: Asked,
    Id(id): Id<DisputeId>,
    Name(request): Name,
    Body(new): Body<Grounds>,
) -> Result<Json<Dispute>, Problem> {
    decided(asked, id, said("reject", new.comment, request)).await
}

/// Take a dispute back for its buyer
#[utoipa::path(post, path = "/disputes/{id}/withdraw", tag = "Money", request_body = Remark, params(("id" = i64, Path, description = "The dispute")), responses((status = 200, description = "The dispute", body = Dispute)), security(("key" = ["money:write"])))]
async fn withdraw_dispute(
    asked: Asked,
    Id(id): Id<DisputeId>,
    Name(request): Name,
    Body(new): Body<Remark>,
) -> Result<Json<Dispute>, Problem> {
    let comment = new.comment.unwrap_or_default();
    decided(asked, id, said("withdraw", comment, request)).await
}

/// Open a dispute again
///
/// One that was rejected or taken back can be decided anew; one that was approved cannot.
#[utoipa::path(post, path = "/disputes/{id}/reopen", tag = "Money", request_body = Grounds, params(("id" = i64, Path, description = "The dispute")), responses((status = 200, description = "The dispute", body = Dispute)), security(("key" = ["money:write"])))]
async fn reopen_dispute(
    asked: Asked,
    Id(id): Id<DisputeId>,
    Name(request): Name,
    Body(new): Body<Grounds>,
) -> Result<Json<Dispute>, Problem> {
    decided(asked, id, said("reopen", new.comment, request)).await
}

fn said(act: &str, comment: String, request: String) -> DecideForm {
    DecideForm {
        act: act.to_owned(),
        comment,
        request,
        ..DecideForm::default()
    }
}
