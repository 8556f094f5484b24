//! The money of a call as people see it.

use domain::access::Permission;
use domain::api::money::{Correcting, EntryRow, MoneyView, Sums, signed};
use domain::call::session::{Session, Stage};
use domain::call::timeline::What;
use domain::ledger::entry::{Entry, Party, Side};
use domain::money::Micros;
use store::{CallRecord, EventRecord};

use super::view::Names;
use crate::op::OpCtx;
use crate::zone::stamp;

/// Entries, sums, and why there is nothing where there is nothing.
pub(crate) fn view(
    op: &OpCtx,
    names: &Names,
    call: &CallRecord,
    entries: &[Entry],
    events: &[EventRecord],
) -> MoneyView {
    let session = &call.session;
    let over = call.line.ended_at.is_some();
    let sum: i64 = entries.iter().map(|e| gain(e).0).sum();
    MoneyView {
        sums: if over {
            Sums::of(&call.line.money)
        } else {
            Sums::default()
        },
        entries: entries.iter().map(|e| entry(op, names, e)).collect(),
        sum: if entries.is_empty() {
            String::new()
        } else {
            signed(Micros(sum))
        },
        notes: notes(op, session, events),
        duplicate: session
            .duplicate
            .as_ref()
            .map(|marked| marked.reason.clone())
            .unwrap_or_default(),
        correcting: correcting(op, names, session),
    }
}

fn correcting(op: &OpCtx, names: &Names, session: &Session) -> Option<Correcting> {
    let allowed = op.actor.allows(Permission::AdjustMoney);
    let buyer = session.paying_attempt().map(|a| a.chosen.buyer);
    (allowed && session.stage == Stage::Ended).then(|| Correcting {
        buyer: buyer.map(|b| names.buyer(b)).unwrap_or_default(),
        publisher: (session.publisher)
            .map(|p| names.publisher(p))
            .unwrap_or_default(),
        may_convert: session.money_due_at.is_some()
            && !session.money_closed
            && session.conversion.is_none(),
        request: op.request_id.clone(),
    })
}

/// An entry in words.
pub(crate) fn entry(op: &OpCtx, names: &Names, entry: &Entry) -> EntryRow {
    EntryRow {
        key: entry.key.as_str().to_owned(),
        at: stamp(&op.zone, entry.at),
        kind: entry.kind.noun().to_owned(),
        party: party(names, entry.party),
        amount: signed(gain(entry)),
        reason: entry.reason.clone(),
        by: names.author(entry.author),
    }
}

/// Who a party is.
pub(crate) fn party(names: &Names, party: Party) -> String {
    match party {
        Party::Buyer(buyer) => names.buyer(buyer),
        Party::Publisher(publisher) => names.publisher(publisher),
        Party::Carrier => "Carrier".to_owned(),
    }
}

/// What an entry adds to the profit.
fn gain(entry: &Entry) -> Micros {
    match entry.kind.side() {
        Side::Revenue => entry.amount,
        Side::Payout | Side::Cost => Micros(entry.amount.0.saturating_neg()),
    }
}

/// What rules said when nothing more could be earned, or what may still be earned.
fn notes(op: &OpCtx, session: &Session, events: &[EventRecord]) -> Vec<String> {
    let mut entries = events.iter().flat_map(|e| &e.entries);
    let closed = entries
        .rfind(|entry| matches!(entry.what, What::MoneyClosed { .. }))
        .map(|entry| entry.what.words().2);
    let waits = session
        .money_due_at
        .filter(|_| session.stage == Stage::Ended && !session.money_closed)
        .map(|due| {
            // It is looked at a second after the last moment that counts.
            let until = stamp(&op.zone, due.plus_secs(-1)).full;
            format!("Waits for the buyer’s conversion until {until}.")
        });
    closed
        .into_iter()
        .chain(waits)
        .filter(|note| !note.is_empty())
        .collect()
}
