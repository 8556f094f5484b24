//! One seed's run: the world, its calls, and what must hold after each event.

mod hold;

use std::collections::BTreeMap;

use domain::call::effect::Patience;
use domain::call::event::{Arrival, Event};
use domain::call::machine::{Acquaintance, CallMachine};
use domain::call::money::MoneyFacts;
use domain::call::session::Session;
use domain::draw::Draw;
use domain::duplicate::mark::MarkRule;
use domain::duplicate::payment::PaymentRule;
use domain::id::{CallId, TargetId};
use domain::ledger::payout::PayoutUsageMap;
use domain::ledger::telephony::rate::RateTable;
use domain::money::Micros;
use domain::phone::Caller;
use domain::routing::{UsageMap, decide};
use domain::tag::Tags;
use domain::testing::Shell;
use domain::time::{LocalMoment, Timestamp, Windows};
use domain::voice::twiml::{Door, render};
use uuid::Uuid;

use super::{Agenda, pause};
use crate::carrier::{Carrier, Delivery, Told};
use crate::fault::fate;
use crate::reference::Books;
use crate::report::{Log, Report};
use crate::world::{UNUSED_NUMBER, World};
use crate::zone;

const BASE: &str = "https://calls.example";
/// Claims of others are numbered from here.
const OTHERS: u64 = 1 << 40;

/// Something that is to happen.
#[derive(Debug)]
pub(super) enum Item {
    CallerDials,
    Delivered(Delivery),
    Wake {
        call: usize,
    },
    OthersEnd {
        target: TargetId,
        windows: Windows,
        by: u64,
        connected: bool,
    },
}

/// A call as we know it.
struct Known {
    id: CallId,
    session: Session,
    alarm: Option<Timestamp>,
    ends: u32,
}

/// See the module.
pub(super) struct Run {
    draw: Draw,
    world: World,
    carrier: Carrier,
    calls: BTreeMap<usize, Known>,
    usage: UsageMap,
    /// What the publisher's rules have paid.
    paid: PayoutUsageMap,
    books: Books,
    agenda: Agenda,
    now: Timestamp,
    to_come: u64,
    report: Report,
    log: Log,
    others: u64,
    seed: u64,
    about: Option<usize>,
}

impl Run {
    pub(super) fn new(seed: u64, calls: u64) -> Self {
        let mut draw = Draw::from_seed(seed);
        let world = World::draw(&mut draw);
        let edges = zone::edges();
        let edge = edges[usize::try_from(draw.below(edges.len() as u64)).unwrap_or(0)];
        let now = edge.plus_secs(-i64::try_from(draw.below(2 * 3_600)).unwrap_or(0));
        let mut agenda = Agenda::default();
        agenda.push(now, Item::CallerDials);
        Self {
            carrier: Carrier::new(draw.next_u64(), BASE),
            draw,
            world,
            calls: BTreeMap::new(),
            usage: UsageMap::new(),
            paid: PayoutUsageMap::new(),
            books: Books::default(),
            agenda,
            now,
            to_come: calls,
            report: Report::default(),
            log: Log::default(),
            others: OTHERS,
            seed,
            about: None,
        }
    }

    pub(super) fn all(&mut self) -> Result<(), String> {
        while let Some((at, item)) = self.agenda.pop() {
            self.now = self.now.max(at);
            self.trouble();
            match item {
                Item::CallerDials => self.caller_dials(),
                Item::Delivered(delivery) => self.delivered(&delivery)?,
                Item::Wake { call } => self.wake(call, at)?,
                Item::OthersEnd {
                    target,
                    windows,
                    by,
                    connected,
                } => self.others_end(target, &windows, by, connected)?,
            }
            self.post();
        }
        self.settle()
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

    /// Now and then somebody changes the set-up, or we are away for a while and all that was due
    /// comes at once.
    fn trouble(&mut self) {
        if self.draw.below(400) == 0 {
            let said = self.world.change(&mut self.draw);
            self.note(usize::MAX, &said);
            self.report.fault("set-up changed");
        }
        if self.draw.below(4_000) == 0 {
            let away_s = i64::try_from(1 + self.draw.below(7_200)).unwrap_or(1);
            self.now = self.now.plus_secs(away_s);
            self.report.fault("outage");
        }
    }

    fn caller_dials(&mut self) {
        if self.to_come == 0 {
            return;
        }
        self.to_come -= 1;
        let campaign = usize::try_from(self.draw.below(self.world.plans.len() as u64)).unwrap_or(0);
        let dialed = if self.draw.chance(3) {
            UNUSED_NUMBER.to_owned()
        } else {
            World::number_of(campaign)
        };
        self.carrier.dial_in(&dialed, self.now);
        let next = self.now.plus_millis(pause(&mut self.draw));
        self.agenda.push(next, Item::CallerDials);
    }

    /// Takes what the carrier sends and decides when it arrives.
    fn post(&mut self) {
        loop {
            let outbox = self.carrier.take_outbox();
            if outbox.is_empty() {
                return;
            }
            for delivery in outbox {
                let fate = fate(&mut self.draw, &delivery, &mut self.report);
                if fate.troubling {
                    self.carrier.trouble(delivery.line);
                }
                if fate.arrivals.is_empty() && delivery.told.wants_verbs() {
                    self.carrier.unreachable(&delivery);
                }
                for at in fate.arrivals {
                    self.agenda.push(at, Item::Delivered(delivery.clone()));
                }
            }
        }
    }

    fn delivered(&mut self, delivery: &Delivery) -> Result<(), String> {
        self.about = Some(delivery.line);
        self.report.events += 1;
        let event = match &delivery.told {
            Told::Inbound => return self.arrived(delivery),
            Told::Whisper { attempt } => return self.whispered(delivery.line, *attempt),
            Told::Dialed { attempt, result } => Event::DialEnded {
                attempt: *attempt,
                result: result.clone(),
            },
            Told::Leg(news) => Event::LegChanged(news.clone()),
            Told::FallbackDialed(result) => Event::FallbackDialEnded(result.clone()),
            Told::Voicemail {
                duration_s,
                caller_gone,
            } => Event::VoicemailLeft {
                duration_s: *duration_s,
                caller_gone: *caller_gone,
            },
            Told::Status { status, duration_s } => Event::CallEnded {
                status: *status,
                duration_s: Some(*duration_s),
            },
            Told::Recording(recording) => Event::RecordingReady(recording.clone()),
        };
        let Some(known) = self.calls.get(&delivery.line) else {
            return Err("told about a call that never arrived".to_owned());
        };
        let mut machine = CallMachine::resume(known.session.clone(), Patience::default());
        let told = machine.handle_event(event, self.now);
        let verbs = self.take(
            delivery.line,
            machine,
            &format!("{:?} {told:?}", delivery.told),
        )?;
        if !delivery.told.wants_verbs() {
            return if verbs.is_none() {
                Ok(())
            } else {
                Err("verbs for a request that takes none".to_owned())
            };
        }
        // What comes too late or twice is answered with nothing.
        let twiml = verbs.unwrap_or_else(|| render(&[], &self.door(delivery.line)));
        self.carrier.answered(delivery, &twiml, self.now)
    }

    fn arrived(&mut self, delivery: &Delivery) -> Result<(), String> {
        if self.calls.contains_key(&delivery.line) {
            return Ok(());
        }
        let line = self.carrier.line(delivery.line);
        let arrival = Arrival {
            carrier_sid: line.sid.clone(),
            from: Caller::from_carrier(&line.from),
            to: line.to.clone(),
            tags: Tags::default(),
        };
        let id = CallId(Uuid::from_u128(
            u128::from(self.seed) << 64 | delivery.line as u128,
        ));
        let plan = self.world.plan_of(&arrival.to);
        let blocked = plan.and_then(|plan| self.world.blocked(plan, &arrival.from, self.now));
        let machine = CallMachine::arrive(
            &arrival,
            plan,
            Acquaintance {
                publisher: Some(self.world.publisher.id),
                ..Acquaintance::default()
            },
            blocked.map(|blocked| blocked.reason),
            self.now,
            Patience::default(),
        );
        self.calls.insert(
            delivery.line,
            Known {
                id,
                session: machine.session().clone(),
                alarm: None,
                ends: 0,
            },
        );
        self.report.calls += 1;
        let twiml = self
            .take(delivery.line, machine, "arrived")?
            .ok_or("a call arrived and got no answer")?;
        self.carrier.answered(delivery, &twiml, self.now)
    }

    fn whispered(&mut self, call: usize, attempt: u32) -> Result<(), String> {
        let known = self.calls.get(&call).ok_or("a whisper before the call")?;
        let words = known.session.whisper(attempt);
        if words.is_empty() {
            Err("asked for a whisper, had none".to_owned())
        } else {
            Ok(())
        }
    }

    fn wake(&mut self, call: usize, at: Timestamp) -> Result<(), String> {
        let Some(known) = self.calls.get_mut(&call).filter(|k| k.alarm == Some(at)) else {
            return Ok(());
        };
        self.about = Some(call);
        known.alarm = None;
        self.report.events += 1;
        let mut machine = CallMachine::resume(known.session.clone(), Patience::default());
        machine.handle_timeout(self.now);
        if machine.poll_effect().is_some() {
            let record = self.carrier.record(call, self.now);
            let event = if self.draw.chance(10) {
                Event::CarrierSilent
            } else {
                Event::CarrierSaid(record)
            };
            let told = machine.handle_event(event, self.now);
            self.take(call, machine, &format!("asked the carrier {told:?}"))?;
        } else {
            self.take(call, machine, "woken for nothing")?;
        }
        Ok(())
    }

    /// Carries out what a call wants, checks it against the books, stores the call.
    fn take(
        &mut self,
        call: usize,
        mut machine: CallMachine,
        what: &str,
    ) -> Result<Option<String>, String> {
        let id = self.calls.get(&call).ok_or("a call nobody knows")?.id;
        let clocks = zone::clocks(self.now);
        let dialed = machine.session().to.clone();
        let plan = self.world.plan_of(&dialed);
        let mut others = Vec::new();
        let race = self.draw.chance(3);
        let (tags, rates) = (Tags::default(), RateTable::default());
        let arrived = zone::clocks(machine.session().arrived_at);
        let money = MoneyFacts {
            call: id,
            tags: &tags,
            mark: MarkRule::default(),
            payment: PaymentRule::default(),
            publisher: Some(&self.world.publisher),
            rates: &rates,
            clocks: &arrived,
            paid: Some(&self.paid),
            now: self.now,
        };
        let before = machine.session().ledger.entries().count();
        let mut shell = Shell {
            call: id,
            plan,
            tags: &tags,
            money: Some(money),
            usage: &mut self.usage,
            clocks: &clocks,
            now: self.now,
        };
        let (targets, now) = (&self.world.targets, self.now);
        let deeds = shell.drain(&mut machine, |target, usage| {
            if race && let Some(target) = targets.get(&target) {
                others.extend(crowd(target, usage, now));
            }
        });
        for made in &deeds.decisions {
            self.report.decisions += 1;
            let again = plan.map(|plan| {
                decide(
                    plan,
                    machine.session().traits(&tags, &[], self.now).as_ref(),
                    &made.exclusions,
                    &made.usage,
                    &clocks,
                    &mut Draw::for_call(id, made.salt),
                )
            });
            if again.as_ref() != Some(&made.decision) {
                return Err("the same facts gave another decision".to_owned());
            }
        }
        let after = machine.session().ledger.entries().count();
        if before + deeds.ledger.len() != after {
            return Err("an entry was made twice or lost".to_owned());
        }
        for claim in &deeds.payouts {
            let paid = self.paid.entry(claim.rule).or_default();
            paid.calls = paid.calls.claimed(&claim.windows, claim.amount, self.now);
            paid.spent = paid.calls.spent();
        }
        self.balance(call, &deeds, &others)?;
        for (target, windows) in others {
            self.others += 1;
            let at = self
                .now
                .plus_secs(i64::try_from(1 + self.draw.below(200)).unwrap_or(1));
            let connected = self.draw.chance(50);
            self.agenda.push(
                at,
                Item::OthersEnd {
                    target,
                    windows,
                    by: self.others,
                    connected,
                },
            );
        }
        let reply = deeds.reply.as_ref().map(|verbs| {
            render(
                verbs,
                &Door {
                    base: BASE.to_owned(),
                    call: id,
                },
            )
        });
        self.keep(call, &machine, &deeds)?;
        self.note(
            call,
            &format!(
                "{what} => {} {reply:?}",
                machine.session().live_state().code()
            ),
        );
        Ok(reply)
    }

    fn others_end(
        &mut self,
        target: TargetId,
        windows: &Windows,
        by: u64,
        connected: bool,
    ) -> Result<(), String> {
        let used = self.usage.entry(target).or_default();
        *used = used.line_released(self.now);
        self.books.release(target, by)?;
        if !connected {
            *used = used.uncounted(windows);
            self.books.uncount(target, by)?;
        }
        Ok(())
    }

    fn door(&self, call: usize) -> Door {
        let id = self.calls.get(&call).map_or(CallId(Uuid::nil()), |k| k.id);
        Door {
            base: BASE.to_owned(),
            call: id,
        }
    }

    fn note(&mut self, call: usize, text: &str) {
        self.log
            .line(call, format!("{} {text}", self.now.rfc3339()));
    }
}

/// Other calls take what is left of a target in one moment.
fn crowd(
    target: &domain::target::Target,
    usage: &mut UsageMap,
    now: Timestamp,
) -> Vec<(TargetId, Windows)> {
    let windows = LocalMoment::new(now, zone::offset_s(&target.zone, now)).windows();
    let used = usage.entry(target.id).or_default();
    let mut claims = Vec::new();
    while claims.len() < 6 && target.caps.reached(used, &windows).is_none() {
        *used = used.claimed(&windows, Micros::ZERO, now);
        claims.push((target.id, windows));
    }
    claims
}
