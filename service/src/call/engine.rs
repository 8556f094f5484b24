//! Runs calls: load, let the domain decide, commit, answer.
//!
//! Every delivery of the carrier is dealt with in one transaction: the session (over the version it
//! was read at), the event with our answer, and the capacity it claimed or freed. A delivery that
//! comes again finds its event and gets the same answer. Nothing is held in memory between two
//! deliveries, so any server can take the next one, also after a crash.

use std::sync::Arc;

use domain::call::effect::{Effect, Patience};
use domain::call::event::{
    Arrival, CarrierRecord, DialResult, Event, LegNews, LegStatus, dialed_number,
};
use domain::call::machine::{CallMachine, Rejected};
use domain::call::session::{AttemptResult, ChosenRoute, Session};
use domain::campaign::Fallback;
use domain::draw::Draw;
use domain::id::CallId;
use domain::plan::RoutingPlan;
use domain::routing::{Exclusions, decide};
use domain::time::Timestamp;
use domain::voice::twiml::{Door, render};
use domain::voice::verb::{Step, Verb};
use store::{Conn, Constraint, Db, EventRecord, NewCall, NewRecording, StoreError, TenantScope};

use crate::Parts;
use crate::error::{Error, OrMissing};
use crate::plan::{PlanCache, clocks_of, usage_of};
use crate::port::{Ids, Telephony};

/// How often a delivery is tried again when another one of the same call was faster, or the
/// database was busy. Each round lets somebody else through, so this many means real trouble.
const ROUNDS_MAX: u32 = 40;
/// Calls one sweep looks at; the next sweep takes the rest.
const SWEEP_MAX: u64 = 200;

/// What we answer the carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub call: CallId,
    /// The TwiML document.
    pub twiml: String,
    /// Whether this delivery had been answered before.
    pub repeated: bool,
}

/// What one sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    pub looked_at: u32,
    pub closed: u32,
    pub failed: u32,
}

/// See the module.
#[derive(Clone)]
pub struct CallEngine {
    db: Db,
    plans: PlanCache,
    ids: Arc<dyn Ids>,
    telephony: Option<Arc<dyn Telephony>>,
    base: String,
    patience: Patience,
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

    /// A caller dialed a number.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no account at all, else what the database says.
    pub async fn inbound(&self, arrival: &Arrival, now: Timestamp) -> Result<Answer, Error> {
        for _ in 0..ROUNDS_MAX {
            match self.try_inbound(arrival, now).await {
                Err(Error::Unavailable(_)) => {}
                done => return done,
            }
        }
        Err(exhausted())
    }

    async fn try_inbound(&self, arrival: &Arrival, now: Timestamp) -> Result<Answer, Error> {
        let conn = self.db.write().await?;
        let home = match dialed_number(&arrival.to) {
            Some(number) => conn.platform().scope_for_number(&number).await?,
            None => None,
        };
        let (scope, plan) = match home {
            Some(home) => {
                let plans = self.plans.get(&conn, &home.scope, home.generation).await?;
                (
                    home.scope,
                    home.campaign.and_then(|c| plans.get(&c).cloned()),
                )
            }
            None => (
                conn.platform()
                    .scope_for_installation()
                    .await?
                    .ok_or(Error::NotFound("account"))?,
                None,
            ),
        };
        let call = self.ids.call();
        let machine = CallMachine::arrive(arrival, plan.as_deref(), now, self.patience);
        let mut run = Run {
            engine: self,
            conn: &conn,
            scope,
            call,
            plan,
            machine,
            verbs: None,
        };
        run.drive(now).await?;
        let twiml = run.twiml();
        let next_check_at = run.machine.poll_timeout().map(|t| t.at);
        let event = EventRecord {
            at: now,
            delivery: Some(INBOUND.to_owned()),
            entries: run.machine.take_entries(),
            reply: Some(twiml.clone()),
        };
        let session = run.machine.session().clone();
        let tenant = conn.tenant(&scope);
        let new = NewCall {
            id: call,
            session: &session,
            tags: &arrival.tags,
            next_check_at,
        };
        match tenant.add_call(&new).await {
            Ok(()) => {}
            Err(StoreError::Conflict(Constraint::CallCarrierSid)) => {
                drop(conn);
                return self.repeat_inbound(&arrival.carrier_sid).await;
            }
            Err(e) => return Err(e.into()),
        }
        tenant.add_event(call, 0, &event).await?;
        conn.commit().await?;
        tracing::info!(call = %call, caller = %arrival.from.masked(), dialed = %arrival.to, "call arrived");
        Ok(Answer {
            call,
            twiml,
            repeated: false,
        })
    }

    async fn repeat_inbound(&self, carrier_sid: &str) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let (scope, call) = conn
            .platform()
            .scope_for_carrier_call(carrier_sid)
            .await?
            .ok_or(Error::NotFound("call"))?;
        let event = conn.tenant(&scope).event_of(call, INBOUND).await?;
        let twiml = event.and_then(|e| e.reply).ok_or(Error::NotFound("call"))?;
        Ok(Answer {
            call,
            twiml,
            repeated: true,
        })
    }

    /// The dial of an attempt is over.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn dial_ended(
        &self,
        call: CallId,
        attempt: u32,
        result: DialResult,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        self.deliver(
            call,
            &Step::Dialed(attempt).path(),
            Event::DialEnded { attempt, result },
            now,
        )
        .await
    }

    /// The dial of the fallback number is over.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn fallback_dial_ended(
        &self,
        call: CallId,
        result: DialResult,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        self.deliver(
            call,
            &Step::FallbackDialed.path(),
            Event::FallbackDialEnded(result),
            now,
        )
        .await
    }

    /// The caller finished leaving a message.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn voicemail_left(
        &self,
        call: CallId,
        duration_s: u32,
        caller_gone: bool,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        self.deliver(
            call,
            &Step::Voicemail.path(),
            Event::VoicemailLeft {
                duration_s,
                caller_gone,
            },
            now,
        )
        .await
    }

    /// The target of an attempt answered: what it hears before the two are connected.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn whisper(&self, call: CallId, attempt: u32) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let scope = conn
            .platform()
            .scope_for_call(call)
            .await?
            .ok_or(Error::NotFound("call"))?;
        let saved = conn
            .tenant(&scope)
            .call_to_resume(call)
            .await
            .or_missing("call")?;
        Ok(Answer {
            call,
            twiml: render(&saved.session.whisper(attempt), &self.door(call)),
            repeated: false,
        })
    }

    /// A dialed leg changed its state.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn leg_changed(
        &self,
        call: CallId,
        news: LegNews,
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = format!(
            "{}:{}:{:?}",
            Step::Leg(news.attempt).path(),
            news.sequence,
            news.status
        );
        self.deliver(call, &key, Event::LegChanged(news), now)
            .await
            .map(drop)
    }

    /// The caller's own leg ended.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn call_ended(
        &self,
        carrier_sid: &str,
        status: LegStatus,
        duration_s: Option<u32>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (_, call) = self.known(carrier_sid).await?;
        self.deliver(
            call,
            &format!("status:{status:?}"),
            Event::CallEnded { status, duration_s },
            now,
        )
        .await
        .map(drop)
    }

    /// A recording can be fetched.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn recording_ready(
        &self,
        carrier_sid: &str,
        recording: NewRecording,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (scope, call) = self.known(carrier_sid).await?;
        for _ in 0..ROUNDS_MAX {
            let kept = self
                .try_keep_recording(&scope, call, recording.clone(), now)
                .await;
            match kept {
                Err(Error::Unavailable(_) | Error::Conflict { code: "stale", .. }) => {}
                done => return done,
            }
        }
        Err(exhausted())
    }

    async fn try_keep_recording(
        &self,
        scope: &TenantScope,
        call: CallId,
        mut recording: NewRecording,
        now: Timestamp,
    ) -> Result<(), Error> {
        let conn = self.db.write().await?;
        let tenant = conn.tenant(scope);
        let saved = tenant.call_to_resume(call).await.or_missing("call")?;
        recording.voicemail = is_voicemail(&saved.session);
        if !tenant.keep_recording(call, &recording, now).await? {
            return Ok(conn.commit().await?);
        }
        let mut machine = CallMachine::resume(saved.session.clone(), self.patience);
        let event = Event::RecordingReady {
            sid: recording.carrier_sid.clone(),
            duration_s: recording.duration_s,
        };
        if machine.handle_event(event, now).is_ok() {
            let entry = EventRecord {
                at: now,
                delivery: Some(format!("recording:{}", recording.carrier_sid)),
                entries: machine.take_entries(),
                reply: None,
            };
            tenant
                .save_call(
                    &saved,
                    machine.session(),
                    machine.poll_timeout().map(|t| t.at),
                )
                .await?;
            tenant.add_event(call, saved.events, &entry).await?;
        }
        Ok(conn.commit().await?)
    }

    /// Wakes calls whose news are overdue: asks the carrier and closes what it says is over.
    ///
    /// # Errors
    /// What the database says; a single call that fails is counted and tried again next time.
    pub async fn sweep(&self, now: Timestamp) -> Result<SweepReport, Error> {
        let due = self
            .db
            .read()
            .await?
            .platform()
            .due_calls(now, SWEEP_MAX)
            .await?;
        let mut report = SweepReport::default();
        for (scope, call) in due {
            report.looked_at += 1;
            match self.wake(&scope, call, now).await {
                Ok(true) => report.closed += 1,
                Ok(false) => {}
                Err(e) => {
                    report.failed += 1;
                    tracing::warn!(call = %call, error = &e as &dyn std::error::Error, "a call could not be checked");
                }
            }
        }
        Ok(report)
    }

    async fn wake(&self, scope: &TenantScope, call: CallId, now: Timestamp) -> Result<bool, Error> {
        let sid = self
            .db
            .read()
            .await?
            .tenant(scope)
            .call_to_resume(call)
            .await
            .or_missing("call")?
            .session
            .carrier_sid;
        // Asked outside any transaction: the carrier may take seconds.
        let said = self.ask(&sid).await;
        for _ in 0..ROUNDS_MAX {
            match self.try_wake(scope, call, said.clone(), now).await {
                Err(Error::Unavailable(_) | Error::Conflict { code: "stale", .. }) => {}
                done => return done,
            }
        }
        Err(exhausted())
    }

    async fn ask(&self, sid: &str) -> Event {
        let Some(telephony) = &self.telephony else {
            return Event::CarrierSilent;
        };
        match telephony.record(sid).await {
            Ok(CarrierRecord { call: None, .. }) => Event::CarrierSilent,
            Ok(record) => Event::CarrierSaid(record),
            Err(e) => {
                tracing::warn!(error = %e, "the carrier could not be asked");
                Event::CarrierSilent
            }
        }
    }

    async fn try_wake(
        &self,
        scope: &TenantScope,
        call: CallId,
        said: Event,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let conn = self.db.write().await?;
        let tenant = conn.tenant(scope);
        let saved = tenant.call_to_resume(call).await.or_missing("call")?;
        let mut machine = CallMachine::resume(saved.session.clone(), self.patience);
        machine.handle_timeout(now);
        if machine.poll_effect().is_none() {
            // Somebody else was faster, or news came meanwhile: only the alarm needs setting anew.
            tenant
                .save_call(
                    &saved,
                    machine.session(),
                    machine.poll_timeout().map(|t| t.at),
                )
                .await?;
            conn.commit().await?;
            return Ok(false);
        }
        let was_open = machine.session().outcome.is_none() || machine.poll_timeout().is_some();
        let _unchanged: Result<(), Rejected> = machine.handle_event(said, now);
        let mut run = Run {
            engine: self,
            conn: &conn,
            scope: *scope,
            call,
            plan: None,
            machine,
            verbs: None,
        };
        run.drive(now).await?;
        let entries = run.machine.take_entries();
        let timer = run.machine.poll_timeout();
        tenant
            .save_call(&saved, run.machine.session(), timer.map(|t| t.at))
            .await?;
        if !entries.is_empty() {
            tenant
                .add_event(
                    call,
                    saved.events,
                    &EventRecord {
                        at: now,
                        delivery: None,
                        entries,
                        reply: None,
                    },
                )
                .await?;
        }
        conn.commit().await?;
        Ok(was_open && timer.is_none())
    }

    async fn known(&self, carrier_sid: &str) -> Result<(TenantScope, CallId), Error> {
        let conn = self.db.read().await?;
        conn.platform()
            .scope_for_carrier_call(carrier_sid)
            .await?
            .ok_or(Error::NotFound("call"))
    }

    async fn deliver(
        &self,
        call: CallId,
        key: &str,
        event: Event,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        for _ in 0..ROUNDS_MAX {
            match self.try_deliver(call, key, event.clone(), now).await {
                Err(Error::Unavailable(_) | Error::Conflict { code: "stale", .. }) => {}
                done => return done,
            }
        }
        Err(exhausted())
    }

    async fn try_deliver(
        &self,
        call: CallId,
        key: &str,
        event: Event,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let conn = self.db.write().await?;
        let scope = conn
            .platform()
            .scope_for_call(call)
            .await?
            .ok_or(Error::NotFound("call"))?;
        let tenant = conn.tenant(&scope);
        // The session first: where another server commits between the two reads, the event is found
        // with the older session, never missed with the newer one.
        let saved = tenant.call_to_resume(call).await.or_missing("call")?;
        if let Some(known) = tenant.event_of(call, key).await? {
            let twiml = known.reply.unwrap_or_else(|| render(&[], &self.door(call)));
            return Ok(Answer {
                call,
                twiml,
                repeated: true,
            });
        }
        let plan = match saved.session.campaign {
            Some(campaign) => self
                .plans
                .current(&conn, &scope)
                .await?
                .get(&campaign)
                .cloned(),
            None => None,
        };
        let mut machine = CallMachine::resume(saved.session.clone(), self.patience);
        if let Err(rejected) = machine.handle_event(event, now) {
            tracing::debug!(call = %call, delivery = key, reason = %rejected, "a delivery changed nothing");
            return Ok(Answer {
                call,
                twiml: render(&[], &self.door(call)),
                repeated: true,
            });
        }
        let mut run = Run {
            engine: self,
            conn: &conn,
            scope,
            call,
            plan,
            machine,
            verbs: None,
        };
        run.drive(now).await?;
        let reply = run.verbs.is_some().then(|| run.twiml());
        let entry = EventRecord {
            at: now,
            delivery: Some(key.to_owned()),
            entries: run.machine.take_entries(),
            reply: reply.clone(),
        };
        tenant
            .save_call(
                &saved,
                run.machine.session(),
                run.machine.poll_timeout().map(|t| t.at),
            )
            .await?;
        match tenant.add_event(call, saved.events, &entry).await {
            Ok(()) => {}
            // The same delivery on another server: its answer is ours.
            Err(StoreError::Conflict(Constraint::CallDelivery)) => {
                return Err(StoreError::Stale.into());
            }
            Err(e) => return Err(e.into()),
        }
        conn.commit().await?;
        Ok(Answer {
            call,
            twiml: reply.unwrap_or_else(|| render(&[], &self.door(call))),
            repeated: false,
        })
    }

    fn door(&self, call: CallId) -> Door {
        Door {
            base: self.base.clone(),
            call,
        }
    }
}

impl std::fmt::Debug for CallEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallEngine")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

/// The key of the first delivery of a call.
const INBOUND: &str = "inbound";

/// One delivery being dealt with.
struct Run<'a> {
    engine: &'a CallEngine,
    conn: &'a Conn,
    scope: TenantScope,
    call: CallId,
    plan: Option<Arc<RoutingPlan>>,
    machine: CallMachine,
    verbs: Option<Vec<Verb>>,
}

impl Run<'_> {
    /// Carries out effects until there are none. Ends because each lost claim excludes a target and
    /// every other effect asks for nothing back.
    async fn drive(&mut self, now: Timestamp) -> Result<(), Error> {
        let tenant = self.conn.tenant(&self.scope);
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Choose { exclusions, salt } => {
                    let event = self.choose(&exclusions, salt, now).await?;
                    self.feed(event, now);
                }
                Effect::Claim { target, windows } => {
                    let caps = self
                        .plan
                        .iter()
                        .flat_map(|p| &p.routes)
                        .find(|r| r.target.id == target)
                        .map(|r| r.target.caps);
                    let won = match caps {
                        Some(caps) => tenant.claim(target, &caps, &windows, now).await?,
                        None => false,
                    };
                    self.feed(
                        if won {
                            Event::Claimed
                        } else {
                            Event::ClaimLost
                        },
                        now,
                    );
                }
                Effect::ReleaseLine { target } => tenant.release_line(target).await?,
                Effect::Uncount { target, windows } => tenant.uncount(target, &windows).await?,
                Effect::Reply(verbs) => self.verbs = Some(verbs),
                // Only the sweeper asks, before it opens its transaction.
                Effect::AskCarrier => {}
            }
        }
        Ok(())
    }

    async fn choose(
        &self,
        exclusions: &Exclusions,
        salt: u64,
        now: Timestamp,
    ) -> Result<Event, Error> {
        let empty = domain::routing::Decision {
            plan_version: 0,
            chosen: None,
            candidates: Vec::new(),
        };
        let Some(plan) = &self.plan else {
            return Ok(Event::Decided {
                decision: empty,
                chosen: None,
            });
        };
        let usage = usage_of(self.conn, &self.scope, plan).await?;
        let decision = decide(
            plan,
            exclusions,
            &usage,
            &clocks_of(plan, now),
            &mut Draw::for_call(self.call, salt),
        );
        let chosen = ChosenRoute::of(plan, &decision, &self.machine.session().to);
        Ok(Event::Decided { decision, chosen })
    }

    /// Events that answer an effect of the machine cannot be out of place.
    fn feed(&mut self, event: Event, now: Timestamp) {
        if let Err(rejected) = self.machine.handle_event(event, now) {
            tracing::error!(call = %self.call, reason = %rejected, "the call machine refused the answer to its own question");
        }
    }

    fn twiml(&self) -> String {
        render(
            self.verbs.as_deref().unwrap_or_default(),
            &self.engine.door(self.call),
        )
    }
}

/// A recording is the caller's message if it was made after the last target had failed. One that is
/// ready before the end of its dial is told is a conversation's.
fn is_voicemail(session: &Session) -> bool {
    matches!(session.fallback, Fallback::Voicemail { .. })
        && session
            .attempts
            .iter()
            .all(|a| a.result.is_some_and(|r| r != AttemptResult::Connected))
}

fn exhausted() -> Error {
    Error::Unavailable(Box::new(std::io::Error::other(
        "a delivery kept losing to others of its call",
    )))
}
