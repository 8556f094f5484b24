//! A case told to the engine: what happens goes in one after another, and all a step wants stored
//! is kept as a store does.
//!
//! What can happen (with the name of who, where several ring: `A answered`, `B busy`, `A talked 90`,
//! `B let go` for a phone that the carrier stops ringing): `talked 90`, `busy`, `no answer`, `failed`, `refused 8`, `caller left` (while a
//! target rings), `answered`, `caller hung up 90` (of a conversation), `closed 95`, `converted`, `converted 40`,
//! `fallback talked 60`, `fallback busy`, `message 12`, `recorded 88`, `woken`; each at a time of
//! its own that `+600` before it changes.

use super::words::{amount, clauses, clock, count, moment, secs};
use super::{Case, payer, plan};
use crate::call::effect::Patience;
use crate::call::event::{Arrival, DialResult, Event, LegNews, LegStatus};
use crate::call::machine::{Acquaintance, CallMachine};
use crate::call::record::Outcome;
use crate::call::recording::RecordingKind;
use crate::call::session::{Attempt, Session};
use crate::call::step::{Facts, Step};
use crate::duplicate::{Connection, EarlierCall};
use crate::id::{CampaignId, PublisherId};
use crate::ledger::Ledger;
use crate::ledger::entry::{Entry, Party};
use crate::ledger::facts::Conversion;
use crate::ledger::telephony::rate::RateTable;
use crate::ledger::totals::Totals;
use crate::phone::Caller;
use crate::plan::RoutingPlan;
use crate::routing::{Clocks, UsageMap};
use crate::tag::Tags;
use crate::testing::{arrival, call_id, recording};
use crate::time::Timestamp;
use payer::Payer;

/// Something that happens to a call.
#[derive(Debug, Clone)]
enum Happening {
    Told(Event),
    /// The sweeper looks after it.
    Woken,
}

/// A case on its way, and in the end.
#[derive(Debug)]
pub(super) struct Story {
    plan: RoutingPlan,
    payer: Payer,
    rates: RateTable,
    arrival: Arrival,
    pub began: Timestamp,
    now: Timestamp,
    pub usage: UsageMap,
    pub session: Session,
    pub steps: Vec<Step>,
}

impl Story {
    /// Tells a case once, or each of its events twice and all of them again at the end.
    pub fn tell(case: &Case, repeatedly: bool) -> Self {
        let mut story = Self::begin(case);
        let mut told = Vec::new();
        for line in &case.then {
            let (after, happening) = story.read(line);
            story.now = story.now.plus_secs(after);
            story.take(&happening);
            if repeatedly {
                story.take(&happening);
            }
            told.push(happening);
        }
        if repeatedly {
            for happening in told.iter().rev().chain(&told) {
                story.take(happening);
            }
        }
        story
    }

    fn begin(case: &Case) -> Self {
        let (plan, usage) = plan::read(case);
        let payer = payer::read(case, plan.campaign);
        let now = moment(&case.at);
        let arrival = arrival_of(case);
        let acquaintance = Acquaintance {
            publisher: payer.known,
            history: case
                .history
                .iter()
                .zip(1_u128..)
                .map(|(line, id)| earlier(line, id, &plan, now))
                .collect(),
            ..Acquaintance::default()
        };
        let machine = CallMachine::arrive(
            &arrival,
            Some(&plan),
            acquaintance,
            None,
            now,
            Patience::default(),
        );
        let mut story = Self {
            session: machine.session().clone(),
            plan,
            payer,
            rates: payer::rates(case),
            arrival,
            began: now,
            now,
            usage,
            steps: Vec::new(),
        };
        story.keep(machine);
        story
    }

    fn clocks(&self, at: Timestamp) -> Clocks {
        let zones = self.plan.zones();
        zones
            .map(|zone| (zone.to_owned(), clock(zone, at)))
            .collect()
    }

    fn payout_clocks(&self) -> Clocks {
        let of = |p: &crate::publisher::Publisher| -> Clocks {
            let terms = p.terms_in(self.plan.campaign);
            let clock = |zone: &str| (zone.to_owned(), clock(zone, self.began));
            terms.zones().map(clock).collect()
        };
        self.payer.publisher.as_ref().map(of).unwrap_or_default()
    }

    /// Works out a step and stores what it wants stored.
    fn keep(&mut self, machine: CallMachine) {
        let (clocks, payout_clocks) = (self.clocks(self.now), self.payout_clocks());
        let readings = [self.usage.clone()];
        let step = Step::of(
            machine,
            Facts {
                call: call_id(42),
                tags: &self.arrival.tags,
                publisher: self.payer.publisher.as_ref(),
                rates: &self.rates,
                payout_clocks: &payout_clocks,
                paid: Some(&self.payer.paid),
                plan: Some(&self.plan),
                clocks: &clocks,
                readings: &readings,
                auctions: &[],
                now: self.now,
            },
        )
        .expect("all was read that a step can want");
        for freed in &step.freed {
            let used = self.usage.entry(freed.target).or_default();
            if freed.line {
                *used = used.line_released(self.now);
            }
            if let Some(windows) = &freed.uncounted {
                *used = used.uncounted(windows);
            }
            if let Some((windows, more)) = &freed.spent {
                *used = used.spent_more(windows, *more);
            }
            if let Some(presence) = &mut used.presence {
                presence.wrap_until = freed.wrap_until.or(presence.wrap_until);
            }
        }
        for freed in &step.freed_groups {
            let used = self.usage.groups.entry(freed.group).or_default();
            if freed.line {
                *used = used.line_released(self.now);
            }
            if let Some(windows) = &freed.uncounted {
                *used = used.uncounted(windows);
            }
        }
        if let Some(claim) = &step.group_claim {
            let used = self.usage.groups.entry(claim.group).or_default();
            assert!(!claim.is_refused(used), "as with a target's");
            *used = used.claimed(&claim.windows, crate::money::Micros::ZERO, self.now);
        }
        for claim in &step.claims {
            let used = self.usage.entry(claim.target).or_default();
            assert!(
                !claim.is_refused(used),
                "a claim finds the room it was promised"
            );
            *used = used.claimed(&claim.windows, claim.price, self.now);
        }
        let stored = serde_json::to_string(&step.session).expect("json");
        self.session = serde_json::from_str(&stored).expect("a session");
        self.steps.push(step);
    }

    fn take(&mut self, happening: &Happening) {
        let mut machine = CallMachine::resume(self.session.clone(), Patience::default());
        let taken = match happening {
            Happening::Told(event) => machine.handle_event(event.clone(), self.now).is_ok(),
            Happening::Woken => {
                machine.handle_timeout(self.now);
                true
            }
        };
        if taken {
            self.keep(machine);
        }
    }

    /// What happens next, and after how many seconds.
    fn read(&self, line: &str) -> (i64, Happening) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (own, words) = match words[0].strip_prefix('+') {
            Some(text) => (Some(secs(text)), &words[1..]),
            None => (None, &words[..]),
        };
        let named = |a: &&Attempt| Some(a.chosen.name.as_str()) == words.first().copied();
        let who = self.session.attempts.iter().rfind(named);
        let words = if who.is_some() { &words[1..] } else { words };
        let length = words.last().and_then(|text| text.parse::<u32>().ok());
        let usual = match words {
            ["talked" | "refused", _] | ["caller", "hung", "up", _] => {
                i64::from(length.unwrap_or(0)) + 5
            }
            ["no", "answer"] => 25,
            _ => 1,
        };
        let dial = |status, caller_gone, bridged| Event::DialEnded {
            attempt: self.session.attempts.last().map_or(0, Attempt::ring),
            result: DialResult {
                leg_sid: who.map(|a| format!("leg-{}", a.number)),
                ..result(status, length, caller_gone, bridged)
            },
        };
        let leg = |status: LegStatus| {
            let last = self.session.attempts.len();
            Event::LegChanged(LegNews {
                attempt: who.map_or(u32::try_from(last).expect("a few"), |a| a.number),
                status,
                sequence: if status.is_final() { 3 } else { 2 },
                leg_sid: who.map(|a| format!("leg-{}", a.number)),
                duration_s: None,
            })
        };
        let now = self.now.plus_secs(own.unwrap_or(usual));
        let event = match words {
            ["talked", _] => dial(LegStatus::Completed, false, None),
            ["caller", "hung", "up", _] => dial(LegStatus::Completed, true, None),
            ["caller", "left"] => dial(LegStatus::NoAnswer, true, None),
            ["refused", _] => dial(LegStatus::Completed, false, Some(false)),
            ["busy"] if who.is_some() => leg(LegStatus::Busy),
            ["let", "go"] => leg(LegStatus::Canceled),
            ["hung", "up"] => leg(LegStatus::Completed),
            ["busy"] => dial(LegStatus::Busy, false, None),
            ["no", "answer"] => dial(LegStatus::NoAnswer, false, None),
            ["failed"] => dial(LegStatus::Failed, false, None),
            ["closed", _] => Event::CallEnded {
                status: LegStatus::Completed,
                duration_s: length,
            },
            ["answered"] => leg(LegStatus::InProgress),
            ["converted"] => converted(now, None),
            ["converted", text] => converted(now, Some(text)),
            ["fallback", "talked", _] => {
                Event::FallbackDialEnded(result(LegStatus::Completed, length, false, None))
            }
            ["fallback", "busy"] => {
                Event::FallbackDialEnded(result(LegStatus::Busy, Some(0), false, None))
            }
            ["message", _] => Event::VoicemailLeft {
                duration_s: length.unwrap_or(0),
                caller_gone: true,
            },
            ["recorded", _] => {
                let kind = RecordingKind::Conversation;
                Event::RecordingReady(recording(kind, length.unwrap_or(0)))
            }
            ["woken"] => return (own.unwrap_or(1), Happening::Woken),
            other => panic!("nothing that happens: {other:?}"),
        };
        (own.unwrap_or(usual), Happening::Told(event))
    }

    /// Who was dialed, in order; with a plus those who rang at once.
    pub fn dialed(&self) -> String {
        if self.session.outcome == Some(Outcome::Blocked) {
            return "turned away".to_owned();
        }
        let rings: Vec<String> = (self.session.attempts)
            .chunk_by(|a, b| a.ring() == b.ring())
            .map(|ring| {
                let names: Vec<&str> = ring.iter().map(|a| a.chosen.name.as_str()).collect();
                names.join("+")
            })
            .collect();
        if rings.is_empty() {
            return "nobody".to_owned();
        }
        rings.join(", ")
    }

    /// All entries: `revenue:1 buyer 1 $25.00`.
    pub fn ledger(&self) -> Vec<String> {
        let words = |entry: &Entry| {
            let party = match entry.party {
                Party::Buyer(id) => format!(" buyer {}", id.0),
                Party::Publisher(id) => format!(" publisher {}", id.0),
                Party::Carrier => String::new(),
            };
            format!("{}{party} {}", entry.key.as_str(), entry.amount.exact())
        };
        self.session.ledger.entries().map(words).collect()
    }

    /// The totals of all that was handed to the store, repetitions and all.
    pub fn sums(&self) -> Totals {
        let entered: Vec<Entry> = (self.steps.iter().flat_map(|s| &s.ledger))
            .cloned()
            .collect();
        let once = Ledger::of(entered.clone());
        assert_eq!(once.entries().count(), entered.len(), "entered once each");
        once.totals()
    }

    /// Revenue, payout, cost and profit as people read them.
    pub fn shown(&self) -> String {
        let totals = self.session.ledger.totals();
        let (revenue, payout, cost) = (totals.revenue, totals.payout, totals.cost);
        format!("{revenue} {payout} {cost} {}", totals.profit())
    }

    /// The same as a line of `used`, with the figures found: `A day 3`.
    pub fn used(&self, line: &str) -> String {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [name, what, _] = words[..] else {
            panic!("no usage: {line}")
        };
        let group = self.plan.groups.values().find(|g| g.name == name);
        let route = self.plan.routes.iter().find(|r| r.target.name == name);
        let (used, zone) = match (group, route) {
            (Some(group), _) => (self.usage.group(group.id), &group.zone),
            (None, route) => {
                let target = &route.expect("a route of that name").target;
                let used = self.usage.get(&target.id).copied().unwrap_or_default();
                (used, &target.zone)
            }
        };
        let used = used.within(&clock(zone, self.now).windows());
        let wrapping = used.presence.and_then(|presence| presence.wrap_until);
        let found = match what {
            "live" => used.live.to_string(),
            "hour" => used.hour.to_string(),
            "day" => used.day.to_string(),
            "month" => used.month.to_string(),
            "total" => used.total.to_string(),
            "$hour" => used.hour_spent.exact(),
            "$day" => used.day_spent.exact(),
            "$month" => used.month_spent.exact(),
            "$total" => used.total_spent.exact(),
            "wrapping" => wrapping.map_or_else(
                || "no".to_owned(),
                |until| until.secs_since(self.began).to_string(),
            ),
            other => panic!("no count: {other}"),
        };
        format!("{name} {what} {found}")
    }
}

fn result(
    status: LegStatus,
    duration_s: Option<u32>,
    caller_gone: bool,
    bridged: Option<bool>,
) -> DialResult {
    DialResult {
        status,
        bridged,
        duration_s,
        leg_sid: None,
        caller_gone,
    }
}

fn converted(at: Timestamp, reported: Option<&str>) -> Event {
    let reported = reported.map(amount);
    Event::Converted(Conversion { at, reported })
}

fn arrival_of(case: &Case) -> Arrival {
    let mut arrival = arrival();
    let mut tags = Tags::default();
    for clause in clauses(&case.call) {
        match clause[..] {
            ["from", text] => arrival.from = Caller::from_carrier(text),
            ["to", text] => arrival.to = text.to_owned(),
            ["attested", word] => tags.set("carrier", "attestation", word),
            ["tag", name, ref value @ ..] => {
                let (kind, name) = name.split_once(':').expect("type:name");
                tags.set(kind, name, &value.join(" "));
            }
            ref other => panic!("no clause of a call: {other:?}"),
        }
    }
    Arrival { tags, ..arrival }
}

/// `3d ago | talked A 120 | converted | publisher 8 | elsewhere`.
fn earlier(line: &str, id: u128, plan: &RoutingPlan, now: Timestamp) -> EarlierCall {
    let mut all = clauses(line);
    let ago = secs(all.remove(0)[0]);
    let at = now.plus_secs(-ago);
    let mut earlier = EarlierCall {
        call: call_id(id),
        campaign: plan.campaign,
        publisher: Some(PublisherId(7)),
        arrived_at: at,
        connections: Vec::new(),
    };
    for clause in all {
        match clause[..] {
            ["talked", name, length] => {
                let route = plan.routes.iter().find(|r| r.target.name == name);
                let target = &route.expect("a route of that name").target;
                earlier.connections.push(Connection {
                    target: target.id,
                    buyer: target.buyer,
                    at,
                    length_s: count(length),
                    converted_at: None,
                });
            }
            ["converted"] => {
                let last = earlier.connections.last_mut();
                last.expect("a conversation").converted_at = Some(at);
            }
            ["publisher", n] => earlier.publisher = Some(PublisherId(count(n))),
            ["no", "publisher"] => earlier.publisher = None,
            ["elsewhere"] => earlier.campaign = CampaignId(uuid::Uuid::from_u128(0xE15E)),
            ref other => panic!("no clause of an earlier call: {other:?}"),
        }
    }
    earlier
}
