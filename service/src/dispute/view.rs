//! Disputes as people and programs see them.

use domain::access::Permission;
use domain::api::dispute::{
    CallDispute, CallDisputes, Deciding, DisputeRow, DisputeView, Opening, StepRow,
};
use domain::id::{BuyerId, CallId, DisputeId};
use domain::ledger::dispute::{Act, Dispute, Reason, State, Step};
use domain::ledger::entry::{Entry, EntryKey, Kind, Party, Side};
use domain::money::Micros;
use domain::time::{Timestamp, span_text};
use store::{CallRecord, DisputeRecord};

use super::disputable;
use crate::call::money;
use crate::call::view::{Names, caller_text};
use crate::op::OpCtx;
use crate::zone::stamp;

/// A dispute as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeFacts {
    pub id: DisputeId,
    pub call: CallId,
    pub buyer: (BuyerId, String),
    pub state: State,
    pub reason: Reason,
    /// What the buyer was charged, before anything was given back.
    pub charged: Micros,
    /// What was given back to the buyer.
    pub returned: Micros,
    pub opened_at: Timestamp,
    /// Each step with who did it.
    pub steps: Vec<(Step, String)>,
}

pub(super) fn facts(names: &Names, record: &DisputeRecord, call: &CallRecord) -> DisputeFacts {
    let dispute = &record.dispute;
    let (charged, returned) = amounts(dispute, call);
    let steps = dispute.steps.iter();
    DisputeFacts {
        id: record.id,
        call: record.call,
        buyer: (dispute.buyer, names.buyer(dispute.buyer)),
        state: dispute.state(),
        reason: dispute.reason,
        charged,
        returned,
        opened_at: record.opened_at,
        steps: steps
            .map(|step| (step.clone(), names.author(step.by.author())))
            .collect(),
    }
}

pub(super) fn row(
    op: &OpCtx,
    names: &Names,
    record: &DisputeRecord,
    call: &CallRecord,
) -> DisputeRow {
    let dispute = &record.dispute;
    let state = dispute.state();
    let (charged, returned) = amounts(dispute, call);
    let until = match (state, dispute.steps.last()) {
        (State::Open, _) | (_, None) => op.now,
        (_, Some(last)) => last.at,
    };
    DisputeRow {
        id: record.id,
        call: record.call,
        opened: stamp(&op.zone, record.opened_at),
        caller: caller_text(op, &call.line.caller),
        buyer: names.buyer(dispute.buyer),
        reason: dispute.reason.words().to_owned(),
        charged: charged.to_string(),
        returned: match state {
            State::Approved => returned.to_string(),
            State::Open | State::Rejected | State::Withdrawn => String::new(),
        },
        state,
        age: span_text(until.secs_since(record.opened_at)),
    }
}

pub(super) fn detail(
    op: &OpCtx,
    names: &Names,
    record: &DisputeRecord,
    call: &CallRecord,
) -> DisputeView {
    let dispute = &record.dispute;
    let state = dispute.state();
    let decides = op.actor.allows(Permission::AdjustMoney);
    let entered = call.session.ledger.entries();
    let entered = entered.filter(|entry| of_dispute(dispute.buyer, entry));
    DisputeView {
        buyer: dispute.buyer,
        call_arrived: stamp(&op.zone, call.line.arrived_at),
        campaign: (call.line.campaign)
            .map(|c| names.campaign(c))
            .unwrap_or_default(),
        steps: steps(op, names, dispute),
        entries: entered
            .map(|entry| money::entry(op, names, entry))
            .collect(),
        deciding: (decides && state == State::Open).then(|| deciding(op, names, dispute, call)),
        reopening: (decides && matches!(state, State::Rejected | State::Withdrawn))
            .then(|| op.request_id.clone()),
        row: row(op, names, record, call),
    }
}

/// The disputes of a call, beside it.
pub(crate) fn beside_call(
    op: &OpCtx,
    names: &Names,
    call: &CallRecord,
    known: &[DisputeRecord],
    window_days: u32,
) -> CallDisputes {
    let decides = op.actor.allows(Permission::AdjustMoney);
    let all = known.iter().map(|record| CallDispute {
        id: record.id,
        state: record.dispute.state(),
        buyer: names.buyer(record.dispute.buyer),
        reason: record.dispute.reason.words().to_owned(),
        steps: steps(op, names, &record.dispute),
        decides: decides && record.dispute.state() == State::Open,
    });
    let buyers = match decides {
        true => disputable(op, names, call, known),
        false => Vec::new(),
    };
    let opening = (!buyers.is_empty()).then(|| Opening {
        buyers,
        late: late(op, call, window_days),
        request: op.request_id.clone(),
    });
    CallDisputes {
        all: all.collect(),
        opening,
    }
}

/// That the buyer's own time to dispute a call is over.
fn late(op: &OpCtx, call: &CallRecord, window_days: u32) -> String {
    let until = (call.session.ended_at).map(|at| at.plus_secs(i64::from(window_days) * 86_400));
    match until {
        Some(until) if op.now > until => {
            format!(
                "The buyer could dispute this call until {}. A manager still can.",
                stamp(&op.zone, until).date
            )
        }
        _ => String::new(),
    }
}

fn steps(op: &OpCtx, names: &Names, dispute: &Dispute) -> Vec<StepRow> {
    let row = |step: &Step| StepRow {
        word: step.word().to_owned(),
        state: step.act.leads_to(),
        at: stamp(&op.zone, step.at),
        by: names.author(step.by.author()),
        comment: match (step.act, step.comment.as_str()) {
            (Act::Open { reason }, "") => format!("{}.", reason.words()),
            (Act::Open { reason }, said) => format!("{}. {said}", reason.words()),
            (_, said) => said.to_owned(),
        },
    };
    dispute.steps.iter().map(row).collect()
}

fn deciding(op: &OpCtx, names: &Names, dispute: &Dispute, call: &CallRecord) -> Deciding {
    let ledger = &call.session.ledger;
    let paid = ledger.parties(Side::Payout).into_iter().map(|party| {
        let name = money::party(names, party);
        (name, ledger.balance(party).payout)
    });
    Deciding {
        buyer: names.buyer(dispute.buyer),
        owed: ledger.balance(Party::Buyer(dispute.buyer)).revenue,
        paid: paid.filter(|(_, amount)| *amount > Micros::ZERO).collect(),
        request: op.request_id.clone(),
    }
}

/// What the buyer was charged before anything was given back, and what was given back.
fn amounts(dispute: &Dispute, call: &CallRecord) -> (Micros, Micros) {
    let party = Party::Buyer(dispute.buyer);
    let ledger = &call.session.ledger;
    let given: Micros = ledger
        .entries()
        .filter(|entry| entry.party == party && entry.kind == Kind::DisputeReversal)
        .map(|entry| entry.amount)
        .sum();
    let owed = ledger.balance(party).revenue;
    let returned = Micros(given.0.saturating_neg());
    (Micros(owed.0.saturating_add(returned.0)), returned)
}

/// Whether an entry carries out the approval of a buyer's dispute.
fn of_dispute(buyer: BuyerId, entry: &Entry) -> bool {
    let own = EntryKey::new("adjustment", format!("dispute-{buyer}"));
    let payouts = EntryKey::new("adjustment", format!("dispute-{buyer}-payout-"));
    entry.key == own || entry.key.as_str().starts_with(payouts.as_str())
}
