//! Runs calls: read, let the domain work out the step, keep it, answer.
//!
//! A delivery of the carrier is one step: the session (over the version it was read at), the event
//! with our answer, and the capacity it claims or frees, kept all or nothing. A delivery that comes
//! again finds its event and gets the same answer. Nothing is held in memory between two
//! deliveries, so any server can take the next one, also after a crash.
//!
//! [`arrive`](super::arrive) begins calls, [`deliver`](super::deliver) takes what the carrier tells,
//! [`wake`](super::wake) asks where news are overdue.

use std::sync::Arc;

use domain::call::effect::Patience;
use domain::call::machine::CallMachine;
use domain::call::session::Stage;
use domain::call::step::{Facts, Step};
use domain::id::CallId;
use domain::plan::RoutingPlan;
use domain::routing::{Clocks, UsageMap};
use domain::time::Timestamp;
use domain::voice::twiml::{Door, render};
use store::{Conn, Db, EventRecord, Kept, Over, ResumedCall, StepRecord, StoreError, TenantScope};

use crate::Parts;
use crate::error::Error;
use crate::plan::{PlanCache, clocks_of, usage_of};
use crate::port::{Ids, Telephony};

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
    pub(super) telephony: Option<Arc<dyn Telephony>>,
    pub(super) base: String,
    pub(super) patience: Patience,
}

impl CallEngine {
    pub(crate) fn new(parts: Parts, plans: PlanCache) -> Self {
        Self {
            db: parts.db,
            plans,
            ids: parts.ids,
            telephony: parts.telephony,
            base: parts.public_base_url,
            patience: parts.patience,
        }
    }

    /// Our id of a call the carrier knows by its own.
    pub(super) async fn known(&self, conn: &Conn, carrier_sid: &str) -> Result<CallId, Error> {
        let known = conn.platform().scope_for_carrier_call(carrier_sid).await?;
        let (_, call) = known.ok_or(Error::NotFound("call"))?;
        Ok(call)
    }

    /// A call that goes on, and the answer to a delivery if it came before.
    pub(super) async fn resume(
        &self,
        conn: &Conn,
        call: CallId,
        delivery: Option<&str>,
    ) -> Result<ResumedCall, Error> {
        let resumed = conn.platform().resume(call, delivery).await?;
        resumed.ok_or(Error::NotFound("call"))
    }

    /// The plan of a call that goes on.
    pub(super) async fn plan_of(
        &self,
        conn: &Conn,
        resumed: &ResumedCall,
    ) -> Result<Option<Arc<RoutingPlan>>, StoreError> {
        let Some(campaign) = resumed.saved.session.campaign else {
            return Ok(None);
        };
        let plans = self
            .plans
            .get(conn, &resumed.scope, resumed.generation)
            .await?;
        Ok(plans.get(&campaign).cloned())
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
    pub plan: Option<Arc<RoutingPlan>>,
    pub over: Over<'a>,
    /// The key of the carrier's delivery; none for what we found out ourselves.
    pub delivery: Option<&'a str>,
    pub now: Timestamp,
}

/// What a step came to.
pub(super) struct Taken {
    /// The document; none if the event has no answer of its own.
    pub twiml: Option<String>,
    pub stage: Stage,
}

impl Turn<'_> {
    /// Works the step out and keeps it on its own, deciding anew each time a line is lost to
    /// another call.
    pub(super) async fn keep(
        &self,
        machine: &CallMachine,
        readings: Vec<UsageMap>,
    ) -> Result<Taken, StoreError> {
        let mut work = self.begin(readings);
        loop {
            let step = self.work_out(&mut work, machine).await?;
            let conn = self.engine.db.write_step().await?;
            if let Some(taken) = self.keep_on(&conn, &step).await? {
                conn.commit().await?;
                return Ok(taken);
            }
            drop(conn);
            work.read_again(self).await?;
        }
    }

    fn begin(&self, readings: Vec<UsageMap>) -> Work {
        let clocks = self
            .plan
            .as_ref()
            .map(|plan| clocks_of(plan, self.now))
            .unwrap_or_default();
        Work { clocks, readings }
    }

    async fn work_out(&self, work: &mut Work, machine: &CallMachine) -> Result<Step, StoreError> {
        loop {
            let facts = Facts {
                call: self.call,
                plan: self.plan.as_deref(),
                clocks: &work.clocks,
                readings: &work.readings,
                now: self.now,
            };
            match Step::of(machine.clone(), facts) {
                Ok(step) => return Ok(step),
                Err(_wanted) => work.read_again(self).await?,
            }
        }
    }

    /// None if the line was lost.
    async fn keep_on(&self, conn: &Conn, step: &Step) -> Result<Option<Taken>, StoreError> {
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
            claim: step.claim.as_ref(),
            freed: &step.freed,
            recordings: &step.recordings,
            event: (!nothing_to_tell).then_some(&event),
            now: self.now,
        };
        Ok(match conn.tenant(&self.scope).keep_step(&record).await? {
            Kept::Done => Some(Taken {
                twiml,
                stage: step.session.stage.clone(),
            }),
            Kept::ClaimLost => None,
        })
    }
}

/// What a step is worked out from, growing with each lost line.
struct Work {
    clocks: Clocks,
    readings: Vec<UsageMap>,
}

impl Work {
    async fn read_again(&mut self, turn: &Turn<'_>) -> Result<(), StoreError> {
        let usage = match &turn.plan {
            Some(plan) => usage_of(&turn.engine.db.read().await?, &turn.scope, plan).await?,
            None => UsageMap::new(),
        };
        self.readings.push(usage);
        Ok(())
    }
}

/// Tries again while others of the same call are faster or the database is busy.
pub(super) async fn persist<T, F>(mut attempt: impl FnMut() -> F) -> Result<T, Error>
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
