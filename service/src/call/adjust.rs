//! Corrections by people: entries that are added to a call's ledger, kept as a step of the call, so
//! that neither a correction nor what the carrier tells meanwhile is lost.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::adjustment::bulk::{BulkForm, BulkPreview, SidePreview, Skipped};
use domain::api::adjustment::{AdjustForm, ConvertForm, Corrected, Correction, Part, Whose};
use domain::api::money::signed;
use domain::call::machine::CallMachine;
use domain::call::session::{Session, Stage};
use domain::id::CallId;
use domain::invalid::FieldErrors;
use domain::ledger::adjustment::{Adjustment, Cause, adjust};
use domain::ledger::effect::{Effect, Effects};
use domain::ledger::entry::{Entry, EntryKey, Party, Side};
use domain::ledger::facts::Conversion;
use domain::money::Micros;
use domain::time::Timestamp;
use store::{Conn, Constraint, EventRecord, Kept, Over, SavedCall, StepRecord, StoreError};

use super::engine::{CallEngine, persist};
use super::view::caller_text;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone::stamp;

impl CallEngine {
    /// Corrects calls one by one: what is wrong with one of many is told beside it.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field; what is wrong with the call, if it is the only one.
    pub async fn correct(&self, op: &OpCtx, form: &AdjustForm) -> Result<Vec<Corrected>, Error> {
        require(op, Permission::AdjustMoney)?;
        let wanted = form.check()?;
        match *wanted.calls {
            [call] => {
                let corrected = persist(|| self.try_correct(op, call, &wanted)).await?;
                Ok(vec![told(call, corrected)])
            }
            _ => self.each(op, &wanted).await,
        }
    }

    /// Corrects revenue, payout or both of calls, one by one: what is wrong with a call is told
    /// beside it, also if it is the only one.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn correct_many(&self, op: &OpCtx, form: &BulkForm) -> Result<Vec<Corrected>, Error> {
        require(op, Permission::AdjustMoney)?;
        self.each(op, &form.check()?).await
    }

    /// What [`Self::correct_many`] would do.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn preview(&self, op: &OpCtx, form: &BulkForm) -> Result<BulkPreview, Error> {
        require(op, Permission::AdjustMoney)?;
        let wanted = form.check()?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).calls_by_id(&wanted.calls).await?;
        drop(conn);
        let mut calls: BTreeMap<CallId, Session> =
            found.into_iter().map(|c| (c.line.id, c.session)).collect();
        let mut sums = vec![Effects::default(); wanted.parts.len()];
        let mut preview = BulkPreview {
            request: op.request_id.clone(),
            ..BulkPreview::default()
        };
        for call in wanted.calls.iter().copied() {
            let skipped = |label, why| Skipped { call, label, why };
            let Some(session) = calls.remove(&call) else {
                let why = Error::NotFound("call").public_message();
                preview.skipped.push(skipped(String::new(), why));
                continue;
            };
            let effects = effects(&session, &wanted);
            if !effects.iter().flatten().any(|effect| effect.changes()) {
                let why = why_not(&wanted, &effects);
                preview.skipped.push(skipped(label(op, &session), why));
                continue;
            }
            preview.calls += 1;
            for (sum, effect) in sums.iter_mut().zip(effects) {
                if let Ok(effect) = effect {
                    sum.add(effect);
                }
            }
        }
        let sides = wanted.parts.iter().zip(sums);
        preview.sides = sides.map(|(part, sum)| side_preview(*part, sum)).collect();
        Ok(preview)
    }

    async fn each(&self, op: &OpCtx, wanted: &Correction) -> Result<Vec<Corrected>, Error> {
        let mut results = Vec::with_capacity(wanted.calls.len());
        for call in wanted.calls.iter().copied() {
            let refused = |text| Corrected {
                call,
                label: String::new(),
                done: false,
                text,
            };
            results.push(
                match persist(|| self.try_correct_any(op, call, wanted)).await {
                    Ok(corrected) => told(call, corrected),
                    Err(Error::Invalid(errors)) => refused(first(&errors)),
                    Err(error @ (Error::NotFound(_) | Error::Conflict { .. })) => {
                        refused(error.public_message())
                    }
                    // The machinery failed, not the call: what was done is found done when asked
                    // again.
                    Err(error) => return Err(error),
                },
            );
        }
        Ok(results)
    }

    /// A conversion that a person knows of.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has no such call; [`Error::Conflict`] if it earned before
    /// or cannot earn any more.
    pub async fn convert(&self, op: &OpCtx, call: CallId, form: &ConvertForm) -> Result<(), Error> {
        require(op, Permission::AdjustMoney)?;
        let reported = form.check()?;
        let request = form.request.trim();
        let conn = self.db.read().await?;
        let before = conn.tenant(&op.scope).call(call).await.or_missing("call")?;
        drop(conn);
        if before.session.conversion.is_some() {
            return Err(Error::Conflict {
                code: "converted",
                message: "The call was marked as converted before.".to_owned(),
            });
        }
        if before.session.money_closed {
            return Err(Error::Conflict {
                code: "money_closed",
                message: "Nothing more can be earned by rule. Correct the revenue instead."
                    .to_owned(),
            });
        }
        let conversion = Conversion {
            at: op.now,
            reported,
        };
        self.converted(call, request, conversion, op.now).await?;
        Ok(())
    }

    /// What was entered; fails if one of the parts cannot be corrected.
    async fn try_correct(
        &self,
        op: &OpCtx,
        call: CallId,
        wanted: &Correction,
    ) -> Result<Entered, Error> {
        let saved = self.over(op, call).await?;
        for part in &wanted.parts {
            party(&saved.session, part.whose)
                .map_err(|why| FieldErrors::one("side", "unknown", why))?;
        }
        self.enter_correction(op, &saved, wanted).await
    }

    /// The same, with what can be corrected of a call that lacks one of the parties.
    async fn try_correct_any(
        &self,
        op: &OpCtx,
        call: CallId,
        wanted: &Correction,
    ) -> Result<Entered, Error> {
        let saved = self.over(op, call).await?;
        self.enter_correction(op, &saved, wanted).await
    }

    /// A call whose money can be corrected.
    async fn over(&self, op: &OpCtx, call: CallId) -> Result<SavedCall, Error> {
        let conn = self.db.read().await?;
        let saved = conn
            .tenant(&op.scope)
            .saved_call(call)
            .await
            .or_missing("call")?;
        if saved.session.stage != Stage::Ended {
            return Err(Error::Conflict {
                code: "call_live",
                message: LIVE.to_owned(),
            });
        }
        Ok(saved)
    }

    async fn enter_correction(
        &self,
        op: &OpCtx,
        saved: &SavedCall,
        wanted: &Correction,
    ) -> Result<Entered, Error> {
        let named = |at: usize| match at {
            0 => wanted.request.clone(),
            at => format!("{}-{at}", wanted.request),
        };
        let ledger = &saved.session.ledger;
        let before = (0..wanted.parts.len())
            .filter_map(|at| ledger.get(&EntryKey::new("adjustment", named(at))).cloned());
        let before: Vec<Entry> = before.collect();
        if !before.is_empty() {
            // The same request again has the same answer, whatever the call's money is by now.
            return Ok(Entered {
                label: label(op, &saved.session),
                entries: before,
                why_not: String::new(),
            });
        }
        let mut entries = Vec::new();
        for (at, part) in wanted.parts.iter().enumerate() {
            let Ok(party) = party(&saved.session, part.whose) else {
                continue;
            };
            let adjustment = Adjustment {
                request: named(at),
                party,
                change: part.change,
                cause: Cause::Manual,
                author: op.actor.author(),
                reason: wanted.reason.clone(),
                at: op.now,
            };
            entries.extend(adjust(ledger, &adjustment)?);
        }
        let entered = Entered {
            label: label(op, &saved.session),
            why_not: why_not(wanted, &effects(&saved.session, wanted)),
            entries: entries.clone(),
        };
        if !entries.is_empty() {
            let conn = self.db.write().await?;
            let key = format!("correction:{}", wanted.request);
            self.enter(&conn, op, saved, entries, &key, op.now).await?;
            conn.commit().await?;
        }
        Ok(entered)
    }

    /// Keeps entries as a step of a call over the version it was read at; the caller commits.
    pub(crate) async fn enter(
        &self,
        conn: &Conn,
        op: &OpCtx,
        saved: &SavedCall,
        entries: Vec<Entry>,
        delivery: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut machine = CallMachine::resume(saved.session.clone(), self.patience);
        machine.correct(&entries, now);
        let event = EventRecord {
            at: now,
            delivery: Some(delivery.to_owned()),
            entries: machine.take_entries(),
            reply: None,
        };
        let record = StepRecord {
            call: saved.id,
            over: Over::Saved(saved),
            session: machine.session(),
            next_check_at: machine.poll_timeout().map(|timer| timer.at),
            claims: &[],
            group_claim: None,
            freed: &[],
            freed_groups: &[],
            recordings: &[],
            ledger: &entries,
            payout: None,
            dials: &[],
            pings: &[],
            bid: None,
            event: Some(&event),
            now,
        };
        match conn.tenant(&op.scope).keep_step(&record).await {
            Ok(Kept::Done) => Ok(()),
            // Nothing was claimed, so nothing can be lost; another try reads anew in any case.
            Ok(Kept::ClaimLost | Kept::PayoutLost)
            // The same request, sent twice at once: the next try finds its entry.
            | Err(StoreError::Conflict(Constraint::CallDelivery)) => Err(StoreError::Stale.into()),
            Err(StoreError::Conflict(Constraint::Reference)) => {
                let message = "There is no such buyer or publisher.";
                Err(FieldErrors::one("party", "unknown", message).into())
            }
            Err(error) => Err(error.into()),
        }
    }
}

const LIVE: &str = "The call is not over yet.";

/// What a correction entered, and why what was not entered was not.
struct Entered {
    label: String,
    entries: Vec<Entry>,
    why_not: String,
}

fn told(call: CallId, entered: Entered) -> Corrected {
    let words = |entry: &Entry| format!("{} {}.", entry.kind.word(), signed(entry.amount));
    let done = !entered.entries.is_empty();
    let mut text: Vec<String> = entered.entries.iter().map(words).collect();
    if !done {
        text.push(entered.why_not);
    }
    Corrected {
        call,
        label: entered.label,
        done,
        text: text.join(" "),
    }
}

/// What each part of a correction does to a call, or why it cannot be.
fn effects(session: &Session, wanted: &Correction) -> Vec<Result<Effect, &'static str>> {
    let of = |part: &Part| {
        if session.stage != Stage::Ended {
            return Err(LIVE);
        }
        let party = party(session, part.whose)?;
        Ok(Effect::of(&session.ledger, party, part.change))
    };
    wanted.parts.iter().map(of).collect()
}

/// Why nothing changes, in a sentence for each reason.
fn why_not(wanted: &Correction, effects: &[Result<Effect, &'static str>]) -> String {
    let mut reasons: Vec<String> = Vec::new();
    for (part, effect) in wanted.parts.iter().zip(effects) {
        let reason = match effect {
            Err(why) => (*why).to_owned(),
            Ok(effect) => format!("{} is {} already.", side(*part), effect.before.exact()),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    reasons.join(" ")
}

fn side(part: Part) -> &'static str {
    match part.whose {
        Whose::Buyer | Whose::This(Party::Buyer(_)) => "Revenue",
        Whose::Publisher | Whose::This(_) => "Payout",
    }
}

fn side_preview(part: Part, sum: Effects) -> SidePreview {
    SidePreview {
        side: side(part).to_owned(),
        calls: sum.calls,
        floored: sum.floored,
        before: sum.before.exact(),
        after: sum.after.exact(),
        difference: signed(Micros(sum.after.0.saturating_sub(sum.before.0))),
    }
}

/// Which call it is, for people.
pub(crate) fn label(op: &OpCtx, session: &Session) -> String {
    let caller = caller_text(op, &session.from);
    format!("{caller}, {}", stamp(&op.zone, session.arrived_at).full)
}

/// Whose amount it is, on this call; or why there is none.
pub(crate) fn party(session: &Session, whose: Whose) -> Result<Party, &'static str> {
    let (found, why) = match whose {
        Whose::This(party) => (Some(party), ""),
        Whose::Buyer => {
            let charged = session.ledger.parties(Side::Revenue);
            let last = session.paying_attempt();
            let last = last.map(|a| Party::Buyer(a.chosen.buyer));
            (
                charged
                    .last()
                    .copied()
                    .filter(|_| charged.len() == 1)
                    .or(last),
                "No buyer had this call.",
            )
        }
        Whose::Publisher => (
            session.publisher.map(Party::Publisher),
            "The call’s number belongs to no publisher.",
        ),
    };
    found.ok_or(why)
}

fn first(errors: &FieldErrors) -> String {
    let first = errors.0.first();
    first.map(|e| e.message.clone()).unwrap_or_default()
}
