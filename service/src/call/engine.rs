//! Runs calls: read, let the domain work out the step, keep it, answer.
//!
//! A delivery of the carrier is one step: the session (over the version it was read at), the event
//! with our answer, and the capacity it claims or frees, kept all or nothing. A delivery that comes
//! again finds its event and gets the same answer. Nothing is held in memory between two
//! deliveries, so any server can take the next one, also after a crash.
//!
//! [`arrive`](super::arrive) begins calls, [`deliver`](super::deliver) takes what the carrier tells,
//! [`wake`](super::wake) asks where news are overdue.

use std::sync::{Arc, Mutex, PoisonError};

use domain::call::effect::Patience;
use domain::call::machine::CallMachine;
use domain::call::money::Dial;
use domain::call::session::{Session, Stage};
use domain::call::step::{Facts, Step, Wanted};
use domain::id::CallId;
use domain::ledger::payout::PayoutUsageMap;
use domain::ledger::telephony::rate::RateTable;
use domain::plan::RoutingPlan;
use domain::publisher::Publisher;
use domain::routing::{Clocks, UsageMap};
use domain::rtb::held::Asks;
use domain::rtb::ping::Ping;
use domain::tag::Tags;
use domain::time::Timestamp;
use domain::voice::twiml::{Door, render};
use store::{
    BidUse, Conn, Constraint, Db, EventRecord, Kept, Over, ResumedCall, StepRecord, StoreError,
    TenantScope,
};

use crate::Parts;
use crate::auction::{Asked, Auctions, Subject, SubjectIds};
use crate::carrier_account::CarrierAccounts;
use crate::error::Error;
use crate::plan::{PlanCache, SetUp, clocks_of, usage_of};
use crate::port::Ids;

/// How often a delivery is tried again when another one of the same call was faster, or the
/// database was busy. Each round lets somebody else through, so this many means real trouble.
const ROUNDS_MAX: u32 = 40;

/// What we answer the carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub call: CallId,
    /// The TwiML document.
    pub twiml: String,
    /// Whether this delivery had been answered before.
    pub repeated: bool,
}

/// See the module.
#[derive(Clone)]
pub struct CallEngine {
    pub(super) db: Db,
    pub(super) plans: PlanCache,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) carriers: CarrierAccounts,
    pub(super) auctions: Auctions,
    /// Whose calls it may touch: those of the account whose carrier account signed the request; none
    /// where the server's own did, or nobody outside asks.
    pub(super) signer: Option<TenantScope>,
    pub(super) base: String,
    pub(super) patience: Patience,
}

impl CallEngine {
    pub(crate) fn new(
        parts: Parts,
        plans: PlanCache,
        carriers: CarrierAccounts,
        auctions: Auctions,
    ) -> Self {
        Self {
            db: parts.db,
            plans,
            ids: parts.ids,
            carriers,
            auctions,
            signer: None,
            base: parts.public_base_url,
            patience: parts.patience,
        }
    }

    /// The same for requests that an account's own carrier account signed: the calls and numbers of
    /// others are not there for it.
    #[must_use]
    pub fn signed_by(&self, signer: Option<TenantScope>) -> Self {
        Self {
            signer,
            ..self.clone()
        }
    }

    /// Whether whoever signed may speak of this account's calls.
    pub(super) fn admits(&self, scope: &TenantScope) -> bool {
        self.signer.is_none_or(|signer| signer == *scope)
    }

    /// Our id of a call the carrier knows by its own.
    pub(super) async fn known(&self, conn: &Conn, carrier_sid: &str) -> Result<CallId, Error> {
        let known = conn.platform().scope_for_carrier_call(carrier_sid).await?;
        match known {
            Some((scope, call)) if self.admits(&scope) => Ok(call),
            _ => Err(Error::NotFound("call")),
        }
    }

    /// A call that goes on, and the answer to a delivery if it came before.
    pub(super) async fn resume(
        &self,
        conn: &Conn,
        call: CallId,
        delivery: Option<&str>,
    ) -> Result<ResumedCall, Error> {
        let resumed = conn.platform().resume(call, delivery).await?;
        resumed
            .filter(|resumed| self.admits(&resumed.scope))
            .ok_or(Error::NotFound("call"))
    }

    /// The set-up of a call that goes on; none for a number that no campaign uses.
    pub(super) async fn set_up_of(
        &self,
        conn: &Conn,
        resumed: &ResumedCall,
        now: Timestamp,
    ) -> Result<Option<Arc<SetUp>>, StoreError> {
        if resumed.saved.session.campaign.is_none() {
            return Ok(None);
        }
        let set_up = (self.plans).get(conn, &resumed.scope, resumed.generation, now);
        set_up.await.map(Some)
    }

    pub(super) fn door(&self, call: CallId) -> Door {
        Door {
            base: self.base.clone(),
            call,
        }
    }

    /// The document that says nothing.
    pub(super) fn silence(&self, call: CallId) -> String {
        render(&[], &self.door(call))
    }
}

impl std::fmt::Debug for CallEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallEngine")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// A step on its way from the machine to the store.
pub(super) struct Turn<'a> {
    pub engine: &'a CallEngine,
    pub scope: TenantScope,
    pub call: CallId,
    /// None for a number that no campaign uses.
    pub set_up: Option<Arc<SetUp>>,
    pub tags: &'a Tags,
    pub over: Over<'a>,
    /// The key of the carrier's delivery; none for what we found out ourselves.
    pub delivery: Option<&'a str>,
    /// Of a new call, the bid it came for.
    pub bid: Option<BidUse>,
    /// What bidders were asked for this delivery, over all tries to keep it.
    pub asked: &'a Mutex<Asked>,
    pub now: Timestamp,
}

/// What a step came to.
pub(super) struct Taken {
    /// The document; none if the event has no answer of its own.
    pub twiml: Option<String>,
    pub stage: Stage,
    /// What became of targets the call was sent to.
    pub dials: Vec<Dial>,
}

impl Turn<'_> {
    /// Works the step out and keeps it on its own, deciding anew each time a line is lost to
    /// another call.
    pub(super) async fn keep(
        &self,
        machine: &CallMachine,
        readings: Vec<UsageMap>,
    ) -> Result<Taken, StoreError> {
        let mut work = self.begin(machine.session(), readings);
        loop {
            let step = self.work_out(&mut work, machine).await?;
            let conn = self.engine.db.write_step().await?;
            match self.keep_on(&conn, &step, &work.asked.pings).await? {
                Ok(taken) => {
                    conn.commit().await?;
                    return Ok(taken);
                }
                Err(lost) => {
                    drop(conn);
                    work.read_again(self, machine.session(), lost).await?;
                }
            }
        }
    }

    fn begin(&self, session: &Session, readings: Vec<UsageMap>) -> Work {
        let set_up = self.set_up.as_deref();
        let publisher = set_up
            .zip(session.publisher)
            .and_then(|(set_up, id)| set_up.publishers.get(&id).cloned());
        let plan = set_up
            .zip(session.campaign)
            .and_then(|(set_up, id)| set_up.plans.get(&id).cloned());
        Work {
            clocks: plan
                .as_ref()
                .map(|plan| clocks_of(plan, self.now))
                .unwrap_or_default(),
            payout_clocks: SetUp::payout_clocks(publisher.as_deref(), session),
            plan,
            publisher,
            readings,
            asked: self.take_asked().over(&session.auctions),
            paid: None,
        }
    }

    fn take_asked(&self) -> Asked {
        // Left there: the next try may be lost as well.
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    /// Remembers what was asked, should this try be lost to another delivery.
    fn remember(&self, asked: &Asked) {
        let mut kept = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clone_from(asked);
    }

    async fn work_out(&self, work: &mut Work, machine: &CallMachine) -> Result<Step, StoreError> {
        loop {
            let list_prices;
            let facts = Facts {
                call: self.call,
                tags: self.tags,
                publisher: work.publisher.as_deref(),
                rates: match &self.set_up {
                    Some(set_up) => &set_up.rates,
                    None => {
                        list_prices = RateTable::default();
                        &list_prices
                    }
                },
                payout_clocks: &work.payout_clocks,
                paid: work.paid.as_ref(),
                plan: work.plan.as_deref(),
                clocks: &work.clocks,
                readings: &work.readings,
                auctions: &work.asked.auctions,
                now: self.now,
            };
            match Step::of(machine.clone(), facts) {
                Ok(step) => return Ok(step),
                Err(wanted) => work.read_again(self, machine.session(), wanted).await?,
            }
        }
    }

    /// What must be read again if the line or the payout's place was lost.
    async fn keep_on(
        &self,
        conn: &Conn,
        step: &Step,
        pings: &[Ping],
    ) -> Result<Result<Taken, Wanted>, StoreError> {
        let twiml = step
            .reply
            .as_ref()
            .map(|verbs| render(verbs, &self.engine.door(self.call)));
        let event = EventRecord {
            at: self.now,
            delivery: self.delivery.map(str::to_owned),
            entries: step.entries.clone(),
            reply: twiml.clone(),
        };
        let nothing_to_tell = self.delivery.is_none() && event.entries.is_empty();
        let record = StepRecord {
            call: self.call,
            over: self.over,
            session: &step.session,
            next_check_at: step.next_check_at,
            claims: &step.claims,
            group_claim: step.group_claim.as_ref(),
            freed: &step.freed,
            freed_groups: &step.freed_groups,
            recordings: &step.recordings,
            ledger: &step.ledger,
            payout: step.payout.as_ref(),
            dials: &step.dials,
            pings,
            bid: self.bid,
            event: (!nothing_to_tell).then_some(&event),
            now: self.now,
        };
        Ok(match conn.tenant(&self.scope).keep_step(&record).await? {
            Kept::Done => Ok(Taken {
                twiml,
                stage: step.session.stage.clone(),
                dials: step.dials.clone(),
            }),
            Kept::ClaimLost => Err(Wanted::Usage),
            Kept::PayoutLost => Err(Wanted::Payments),
        })
    }
}

/// What a step is worked out from, growing with each lost line.
struct Work {
    plan: Option<Arc<RoutingPlan>>,
    publisher: Option<Arc<Publisher>>,
    clocks: Clocks,
    payout_clocks: Clocks,
    readings: Vec<UsageMap>,
    asked: Asked,
    paid: Option<PayoutUsageMap>,
}

impl Work {
    async fn read_again(
        &mut self,
        turn: &Turn<'_>,
        session: &Session,
        wanted: Wanted,
    ) -> Result<(), StoreError> {
        if let Wanted::Bids(asks) = wanted {
            return self.ask(turn, session, &asks).await;
        }
        let conn = turn.engine.db.read().await?;
        match wanted {
            Wanted::Bids(_) => {}
            Wanted::Usage => {
                let usage = match &self.plan {
                    Some(plan) => usage_of(&conn, &turn.scope, plan).await?,
                    None => UsageMap::new(),
                };
                self.readings.push(usage);
            }
            Wanted::Payments => {
                self.paid = Some(match session.publisher {
                    Some(publisher) => conn.tenant(&turn.scope).payout_usage(publisher).await?,
                    None => PayoutUsageMap::new(),
                });
            }
        }
        Ok(())
    }

    /// No connection is held meanwhile: bidders take their time.
    async fn ask(
        &mut self,
        turn: &Turn<'_>,
        session: &Session,
        asks: &Asks,
    ) -> Result<(), StoreError> {
        // A decision that asks was made by a plan; without one it would ask for ever.
        let (Some(set_up), Some(plan)) = (turn.set_up.as_deref(), self.plan.as_deref()) else {
            return Err(StoreError::NotFound);
        };
        if matches!(turn.over, Over::Nothing { .. }) && self.asked.pings.is_empty() {
            // The carrier may tell again of a call that is known: its bidders were asked.
            let conn = turn.engine.db.read().await?;
            let known = conn
                .platform()
                .scope_for_carrier_call(&session.carrier_sid)
                .await?;
            if known.is_some() {
                return Err(StoreError::Conflict(Constraint::CallCarrierSid));
            }
        }
        let ids = SubjectIds::of(turn.call, session.campaign, session.publisher);
        let subject = Subject {
            scope: turn.scope,
            ids: &ids,
            caller: &session.from,
            dialed: &session.to,
            publisher: session.publisher,
            duplicate: session.duplicate.is_some(),
            tags: turn.tags,
            set_up,
            plan,
        };
        let auctions = &turn.engine.auctions;
        auctions.ask(&subject, asks, &mut self.asked).await?;
        turn.remember(&self.asked);
        Ok(())
    }
}

/// Tries again while others of the same call are faster or the database is busy.
pub(crate) async fn persist<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 0..ROUNDS_MAX {
        match attempt().await {
            Err(Error::Unavailable(_) | Error::Conflict { code: "stale", .. }) => {}
            done => return done,
        }
    }
    Err(Error::Unavailable(Box::new(std::io::Error::other(
        "a delivery kept losing to others of its call",
    ))))
}
