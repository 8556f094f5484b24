//! One seed's run through the use cases.

mod settle;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::api::page::Activity;
use domain::call::effect::Patience;
use domain::call::event::Arrival;
use domain::draw::Draw;
use domain::id::{CallId, TargetId};
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use service::port::{CarrierLogin, Carriers, Ids, NoVault, NumberMarket, Telephony};
use service::{Error, Parts, Services};
use store::TenantScope;
use store::testing::TestDb;

use super::ports::{Records, RunClock, RunIds, SharedCarrier};
use super::tell::tell;
use super::{check, set_up};
use crate::carrier::{Carrier, Delivery, Told};
use crate::fault::fate;
use crate::report::{Log, Report};
use crate::world::{UNUSED_NUMBER, World};
use crate::zone;

pub(super) const BASE: &str = "https://calls.example";
/// Deliveries that run at once, at most.
const AT_ONCE: usize = 8;
/// Deliveries this close together run at once, in milliseconds.
const TOGETHER_MS: i64 = 500;
/// Batches of deliveries between two looks at all calls and all capacity.
const LOOK_EVERY: u64 = 200;

/// See the module.
pub(super) struct Run {
    draw: Draw,
    world: World,
    carrier: SharedCarrier,
    clock: Arc<RunClock>,
    ids: Arc<RunIds>,
    records: Arc<Records>,
    services: Services,
    db: TestDb,
    scope: TenantScope,
    agenda: BinaryHeap<Reverse<(Timestamp, u64)>>,
    deliveries: BTreeMap<u64, Delivery>,
    next: u64,
    now: Timestamp,
    next_caller: Timestamp,
    next_sweep: Timestamp,
    to_come: u64,
    /// What was answered, by request.
    answers: BTreeMap<u64, String>,
    calls: BTreeMap<usize, CallId>,
    looked_at: u64,
    report: Report,
    log: Log,
    about: Option<usize>,
}

/// What became of one copy of a request.
struct Done {
    delivery: Delivery,
    at: Timestamp,
    /// The call and the document; none for a request that takes none.
    answer: Result<Option<(CallId, String)>, Error>,
    cut_off: bool,
}

impl Run {
    pub(super) async fn new(seed: u64, calls: u64) -> anyhow::Result<Self> {
        let mut draw = Draw::from_seed(seed);
        let mut world = World::draw(&mut draw);
        let edges = zone::edges();
        let edge = edges[usize::try_from(draw.below(edges.len() as u64)).unwrap_or(0)];
        let now = edge.plus_secs(-i64::try_from(draw.below(1_800)).unwrap_or(0));
        let db = TestDb::sqlite().await?;
        let scope = set_up::write(&db.db, &mut world, now).await?;
        let carrier = Arc::new(Mutex::new(Carrier::new(draw.next_u64(), BASE)));
        let clock = Arc::new(RunClock::default());
        clock.set(now);
        let ids = Arc::new(RunIds {
            seed,
            next: AtomicU64::new(0),
        });
        let records = Arc::new(Records {
            carrier: Arc::clone(&carrier),
            clock: Arc::clone(&clock),
            asked: AtomicU64::new(0),
        });
        let services = build(&db, &clock, &ids, &records);
        Ok(Self {
            draw,
            world,
            carrier,
            clock,
            ids,
            records,
            services,
            db,
            scope,
            agenda: BinaryHeap::new(),
            deliveries: BTreeMap::new(),
            next: 0,
            now,
            next_caller: now,
            next_sweep: now.plus_secs(10),
            to_come: calls,
            answers: BTreeMap::new(),
            calls: BTreeMap::new(),
            looked_at: 0,
            report: Report::default(),
            log: Log::default(),
            about: None,
        })
    }

    pub(super) async fn all(&mut self) -> Result<(), String> {
        loop {
            let due = self.agenda.peek().map(|Reverse((at, _))| *at);
            let caller = (self.to_come > 0).then_some(self.next_caller);
            let Some(next) = due.into_iter().chain(caller).min() else {
                break;
            };
            if self.next_sweep <= next {
                self.sweep().await?;
            } else if Some(next) == caller {
                self.now = self.now.max(next);
                self.caller_dials();
            } else {
                self.deliver(next).await?;
            }
            self.post();
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Report {
        Report {
            digest: self.log.digest,
            ..self.report
        }
    }

    pub(super) fn tail(&self) -> String {
        self.log.tail(self.about)
    }

    fn caller_dials(&mut self) {
        self.to_come -= 1;
        let campaign = usize::try_from(self.draw.below(self.world.plans.len() as u64)).unwrap_or(0);
        let dialed = if self.draw.chance(3) {
            UNUSED_NUMBER.to_owned()
        } else {
            World::number_of(campaign)
        };
        let now = self.now;
        self.carrier().dial_in(&dialed, now);
        // Callers come in bursts, so that claims meet.
        let pause_ms = match self.draw.below(100) {
            0 => 600_000 + self.draw.below(4_000_000),
            1..=60 => self.draw.below(400),
            _ => self.draw.below(15_000),
        };
        self.next_caller = self.now.plus_millis(i64::try_from(pause_ms).unwrap_or(0));
    }

    fn post(&mut self) {
        let outbox = self.carrier().take_outbox();
        for delivery in outbox {
            let fate = fate(&mut self.draw, &delivery, &mut self.report);
            if fate.troubling {
                self.carrier().trouble(delivery.line);
            }
            if fate.arrivals.is_empty() && delivery.told.wants_verbs() {
                self.carrier().unreachable(&delivery);
                return self.post();
            }
            for at in fate.arrivals {
                self.push(at, delivery.clone());
            }
        }
    }

    fn push(&mut self, at: Timestamp, delivery: Delivery) {
        self.next += 1;
        self.agenda.push(Reverse((at, self.next)));
        self.deliveries.insert(self.next, delivery);
    }

    /// Hands in what is due together, all at once.
    async fn deliver(&mut self, first: Timestamp) -> Result<(), String> {
        if self.draw.below(150) == 0 {
            self.report.fault("restart");
            self.services = build(&self.db, &self.clock, &self.ids, &self.records);
        }
        if self.draw.below(300) == 0 {
            self.change().await.map_err(|e| e.to_string())?;
        }
        let mut jobs = Vec::new();
        while jobs.len() < AT_ONCE
            && let Some(Reverse((at, n))) = self.agenda.peek().copied()
            && at <= first.plus_millis(TOGETHER_MS)
        {
            self.agenda.pop();
            let Some(delivery) = self.deliveries.remove(&n) else {
                continue;
            };
            let at = self.now.max(at);
            self.now = at;
            let cut = self
                .draw
                .chance(2)
                .then(|| Duration::from_micros(self.draw.below(4_000)));
            let arrival = self.arrival(&delivery);
            let call = self.calls.get(&delivery.line).copied();
            let engine = self.services.engine.clone();
            jobs.push(tokio::spawn(async move {
                let told = tell(&engine, &delivery, arrival, call, at);
                let (answer, cut_off) = match cut {
                    None => (told.await, false),
                    Some(after) => match tokio::time::timeout(after, told).await {
                        Ok(answer) => (answer, false),
                        Err(_) => (Ok(None), true),
                    },
                };
                Done {
                    delivery,
                    at,
                    answer,
                    cut_off,
                }
            }));
        }
        self.clock.set(self.now);
        for job in jobs {
            let done = job.await.map_err(|e| format!("a delivery died: {e}"))?;
            self.done(done)?;
        }
        self.looked_at += 1;
        if self.looked_at.is_multiple_of(LOOK_EVERY) {
            check::capacity(&self.db.db, &self.scope, &self.world, self.now).await?;
        }
        Ok(())
    }

    fn done(&mut self, done: Done) -> Result<(), String> {
        let Done {
            delivery,
            at,
            answer,
            cut_off,
        } = done;
        self.report.events += 1;
        self.about = Some(delivery.line);
        if cut_off {
            // The server died with it; the carrier tries once more.
            self.report.fault("cut off");
            self.log.line(
                delivery.line,
                format!("{} {:?} cut off", at.rfc3339(), delivery.told),
            );
            self.push(self.now.plus_millis(1), delivery);
            return Ok(());
        }
        let answer = match answer {
            Ok(answer) => answer,
            // News may overtake the arrival itself; the carrier does not repeat them.
            Err(Error::NotFound("call"))
                if !self.calls.contains_key(&delivery.line) && delivery.told != Told::Inbound =>
            {
                None
            }
            Err(e) => return Err(format!("{:?} failed: {e}", delivery.told)),
        };
        self.log.line(
            delivery.line,
            format!("{} {:?} => {answer:?}", at.rfc3339(), delivery.told),
        );
        let Some((call, twiml)) = answer else {
            return Ok(());
        };
        if delivery.told == Told::Inbound {
            let known = *self.calls.entry(delivery.line).or_insert(call);
            if known != call {
                return Err("one arrival made two calls".to_owned());
            }
        }
        if !delivery.told.wants_verbs() {
            return Ok(());
        }
        let first = self
            .answers
            .entry(delivery.id)
            .or_insert_with(|| twiml.clone());
        if *first != twiml {
            return Err(format!(
                "the same request was answered differently:\n{first}\n{twiml}"
            ));
        }
        let now = self.now;
        self.carrier().answered(&delivery, &twiml, now)
    }

    fn arrival(&self, delivery: &Delivery) -> Arrival {
        let carrier = self.carrier();
        let line = carrier.line(delivery.line);
        let mut tags = Tags::default();
        tags.set("call", "line", &delivery.line.to_string());
        Arrival {
            carrier_sid: line.sid.clone(),
            from: Caller::from_carrier(&line.from),
            to: line.to.clone(),
            tags,
        }
    }

    async fn sweep(&mut self) -> Result<(), String> {
        self.now = self.now.max(self.next_sweep);
        self.clock.set(self.now);
        let report = self
            .services
            .engine
            .sweep(self.now)
            .await
            .map_err(|e| e.to_string())?;
        if report.failed > 0 {
            return Err(format!("the sweeper failed on {} calls", report.failed));
        }
        let pause_s = 3 + i64::try_from(self.draw.below(40)).unwrap_or(0);
        self.next_sweep = self.now.plus_secs(pause_s);
        Ok(())
    }

    /// Somebody pauses or resumes a target or a campaign.
    async fn change(&mut self) -> Result<(), store::StoreError> {
        self.report.fault("set-up changed");
        let conn = self.db.db.write().await?;
        let tenant = conn.tenant(&self.scope);
        let activity = if self.draw.chance(85) {
            Activity::Active
        } else {
            Activity::Paused
        };
        if self.draw.chance(50) {
            let n =
                1 + i64::try_from(self.draw.below(self.world.targets.len() as u64)).unwrap_or(0);
            tenant.set_target_activity(TargetId(n), activity).await?;
        } else {
            let n = usize::try_from(self.draw.below(self.world.plans.len() as u64)).unwrap_or(0);
            tenant
                .set_campaign_activity(self.world.plans[n].campaign, activity)
                .await?;
        }
        conn.commit().await
    }

    fn carrier(&self) -> MutexGuard<'_, Carrier> {
        self.carrier.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn build(
    db: &TestDb,
    clock: &Arc<RunClock>,
    ids: &Arc<RunIds>,
    records: &Arc<Records>,
) -> Services {
    Services::new(Parts {
        db: db.db.clone(),
        clock: Arc::clone(clock) as Arc<dyn service::port::Clock>,
        ids: Arc::clone(ids) as Arc<dyn Ids>,
        carriers: Arc::new(Sole(Arc::clone(records))),
        vault: Arc::new(NoVault),
        bidders: Arc::new(service::port::NoBidders),
        scripts: Arc::new(service::port::NoBidders),
        login: None,
        public_base_url: BASE.to_owned(),
        sip_host: String::new(),
        patience: Patience::default(),
    })
}

/// The one carrier of a run; it sells no numbers.
struct Sole(Arc<Records>);

impl Carriers for Sole {
    fn telephony(&self, _: &[CarrierLogin]) -> Option<Arc<dyn Telephony>> {
        Some(Arc::clone(&self.0) as Arc<dyn Telephony>)
    }

    fn market(&self, _: &CarrierLogin) -> Option<Arc<dyn NumberMarket>> {
        None
    }
}
