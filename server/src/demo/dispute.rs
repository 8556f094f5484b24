//! Two disputes of the demo's history: one waits, one was approved.

use domain::api::call::{CallQuery, CallRow};
use domain::api::dispute::{DecideForm, DisputeForm};
use domain::id::{CallId, DisputeId};
use domain::money::Micros;
use service::{Error, OpCtx, Services};

/// Disputes two charged calls of yesterday, of two buyers if there are two; the demo's owner does.
///
/// # Errors
/// What the services say.
pub(super) async fn make(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let Some(owner) = super::USERS.first() else {
        return Ok(());
    };
    let op = &services.users.context_of(owner.email, op.now).await?;
    let query = CallQuery {
        range: "yesterday".to_owned(),
        ..CallQuery::default()
    };
    let page = services.calls.page(op, &query).await?;
    let charged = |row: &&CallRow| {
        Micros::parse(&row.money.revenue).is_ok_and(|revenue| revenue > Micros::ZERO)
    };
    let rows: Vec<&CallRow> = page.rows.iter().filter(charged).collect();
    let Some(waits) = rows.first() else {
        return Ok(());
    };
    let said = "The caller lives in Reno, and we do not work in Nevada.";
    open(services, op, waits.id, "wrong_area", said).await?;
    let other = rows.iter().find(|row| row.buyer != waits.buyer);
    let Some(decided) = other.or(rows.get(1)) else {
        return Ok(());
    };
    let said = "Has been our customer since March.";
    let id = open(services, op, decided.id, "own_customer", said).await?;
    let form = DecideForm {
        act: "approve".to_owned(),
        revenue: "all".to_owned(),
        payout: "all".to_owned(),
        comment: "The recording says so too.".to_owned(),
        request: "demo-approve".to_owned(),
    };
    services.disputes.decide(op, id, &form).await
}

async fn open(
    services: &Services,
    op: &OpCtx,
    call: CallId,
    reason: &str,
    comment: &str,
) -> Result<DisputeId, Error> {
    let form = DisputeForm {
        reason: reason.to_owned(),
        comment: comment.to_owned(),
        request: "demo-open".to_owned(),
        ..DisputeForm::default()
    };
    services.disputes.open(op, call, &form).await
}
