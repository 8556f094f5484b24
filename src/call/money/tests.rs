//! A call from its arrival to its last entry, told event by event.

use super::*;
use crate::call::effect::Patience;
use crate::call::event::{DialResult, Event, LegStatus};
use crate::call::machine::Acquaintance;
use crate::call::step::{Facts, Step, Wanted};
use crate::campaign::RecordingMode;
use crate::caps::Usage;
use crate::duplicate::{Connection, EarlierCall};
use crate::id::BuyerId;
use crate::ledger::facts::{Conversion, TimerStart};
use crate::ledger::payout::{
    CompiledTerms, PayoutAmount, PayoutRule, PayoutTerms, PayoutTrigger, PayoutUsage,
};
use crate::ledger::revenue::Price;
use crate::plan::RoutingPlan;
use crate::recovery::Recovery;
use crate::routing::UsageMap;
use crate::schedule::Hours;
use crate::tag::filter::Filter;
use crate::testing::{NOON_ISH, ZONE, arrival, call_id, clocks, plan, route, windows};

const DOLLAR: i64 = 1_000_000;

/// A call that is told things, step by step.
struct Told {
    plan: RoutingPlan,
    publisher: Option<Publisher>,
    rates: RateTable,
    tags: Tags,
    paid: Option<PayoutUsageMap>,
    session: Session,
    now: Timestamp,
    steps: Vec<Step>,
}

impl Told {
    fn arrive(plan: RoutingPlan, publisher: Option<Publisher>) -> Self {
        Self::arrive_as(plan, publisher, Vec::new())
    }

    fn arrive_as(
        plan: RoutingPlan,
        publisher: Option<Publisher>,
        history: Vec<EarlierCall>,
    ) -> Self {
        let acquaintance = Acquaintance {
            publisher: publisher.as_ref().map(|p| p.id),
            history,
            ..Acquaintance::default()
        };
        let machine = CallMachine::arrive(
            &arrival(),
            Some(&plan),
            acquaintance,
            None,
            NOON_ISH,
            Patience::default(),
        );
        let mut told = Self {
            plan,
            publisher,
            rates: RateTable::default(),
            tags: Tags::default(),
            paid: None,
            session: machine.session().clone(),
            now: NOON_ISH,
            steps: Vec::new(),
        };
        told.keep(machine);
        told
    }

    fn work_out(&self, machine: CallMachine) -> Result<Step, Wanted> {
        let clocks = clocks(self.now);
        let payout_clocks = crate::testing::clocks(NOON_ISH);
        let readings = [UsageMap::new()];
        Step::of(
            machine,
            Facts {
                call: call_id(42),
                tags: &self.tags,
                publisher: self.publisher.as_ref(),
                rates: &self.rates,
                payout_clocks: &payout_clocks,
                paid: self.paid.as_ref(),
                plan: Some(&self.plan),
                clocks: &clocks,
                readings: &readings,
                auctions: &[],
                now: self.now,
            },
        )
    }

    fn keep(&mut self, machine: CallMachine) {
        let step = self.work_out(machine).expect("a step");
        // As it comes back from the store.
        let stored = serde_json::to_string(&step.session).expect("json");
        self.session = serde_json::from_str(&stored).expect("a session");
        assert_eq!(self.session, step.session);
        self.steps.push(step);
    }

    fn tell(&mut self, secs: i64, event: Event) -> &mut Self {
        self.now = self.now.plus_secs(secs);
        let mut machine = CallMachine::resume(self.session.clone(), Patience::default());
        if machine.handle_event(event, self.now).is_ok() {
            self.keep(machine);
        }
        self
    }

    /// The target of an attempt talked for so long and hung up.
    fn talked(&mut self, attempt: u32, secs: u32) -> &mut Self {
        self.ended(attempt, LegStatus::Completed, secs, false)
    }

    fn ended(
        &mut self,
        attempt: u32,
        status: LegStatus,
        secs: u32,
        caller_gone: bool,
    ) -> &mut Self {
        let result = DialResult {
            status,
            bridged: None,
            duration_s: Some(secs),
            leg_sid: None,
            caller_gone,
        };
        self.tell(i64::from(secs) + 5, Event::DialEnded { attempt, result })
    }

    /// The carrier closed the caller's line.
    fn closed(&mut self, secs: u32) -> &mut Self {
        let event = Event::CallEnded {
            status: LegStatus::Completed,
            duration_s: Some(secs),
        };
        self.tell(1, event)
    }

    fn converted(&mut self, secs: i64, reported: Option<i64>) -> &mut Self {
        let at = self.now.plus_secs(secs);
        let reported = reported.map(Micros);
        self.tell(secs, Event::Converted(Conversion { at, reported }))
    }

    /// Revenue, payout and cost in micros.
    fn totals(&self) -> (i64, i64, i64) {
        let totals = self.session.ledger.totals();
        let entered: Vec<Entry> = self.steps.iter().flat_map(|s| s.ledger.clone()).collect();
        assert_eq!(
            Ledger::of(entered.clone()).totals(),
            totals,
            "what was entered sums up to what the call keeps"
        );
        assert_eq!(
            entered.len(),
            self.session.ledger.entries().count(),
            "once each"
        );
        (totals.revenue.0, totals.payout.0, totals.cost.0)
    }

    fn spent(&self) -> i64 {
        let freed = self.steps.iter().flat_map(|s| &s.freed);
        let back: i64 = freed.filter_map(|f| f.spent).map(|(_, more)| more.0).sum();
        let claims = self.steps.iter().flat_map(|s| &s.claims);
        let aside: i64 = claims.map(|c| c.price.0).sum();
        aside + back
    }

    fn uncounted(&self) -> usize {
        let freed = self.steps.iter().flat_map(|s| &s.freed);
        freed.filter(|f| f.uncounted.is_some()).count()
    }
}

fn rule(trigger: RevenueTrigger, price: Price) -> Option<RevenueRule> {
    Some(RevenueRule { trigger, price })
}

fn after(secs: u32) -> RevenueTrigger {
    RevenueTrigger::Length {
        from: TimerStart::Connect,
        secs,
    }
}

fn worth(trigger: RevenueTrigger, micros: i64) -> RoutingPlan {
    let mut only = route(1, 1, 1);
    only.revenue = rule(trigger, Price::Fixed(Micros(micros)));
    RoutingPlan {
        recording: RecordingMode::Off,
        ..plan(vec![only])
    }
}

fn payout_rule(trigger: PayoutTrigger, amount: PayoutAmount) -> PayoutRule {
    PayoutRule {
        id: PayoutRuleId(1),
        name: "Standard".to_owned(),
        trigger,
        amount,
        filter: Filter::default(),
        zone: ZONE.to_owned(),
        hours: Hours::Always,
        caps: Caps::default(),
        dollars: DollarCaps::default(),
    }
}

fn compiled(rules: Vec<PayoutRule>) -> CompiledTerms {
    let terms = PayoutTerms {
        rules,
        ..PayoutTerms::default()
    };
    terms
        .compile(None, &crate::tag::list::BulkLists::new())
        .expect("rules that fit")
}

fn publisher(rules: Vec<PayoutRule>) -> Option<Publisher> {
    Some(Publisher {
        id: PublisherId(7),
        name: "Gulf Leads".to_owned(),
        active: true,
        sub_id: String::new(),
        overrides: BTreeMap::new(),
        terms: compiled(rules),
    })
}

fn share(basis_points: u32) -> PayoutAmount {
    PayoutAmount::Share {
        basis_points,
        min: None,
        max: None,
    }
}

#[test]
fn a_long_call_earns_pays_and_costs_once() {
    let fixed = payout_rule(
        PayoutTrigger::Converted,
        PayoutAmount::Fixed(Micros(18 * DOLLAR)),
    );
    let mut call = Told::arrive(worth(after(60), 25 * DOLLAR), publisher(vec![fixed]));
    call.talked(1, 90).closed(95);
    // Two minutes in at $0.0085, two minutes out at $0.014.
    assert_eq!(call.totals(), (25 * DOLLAR, 18 * DOLLAR, 45_000));
    assert!(call.session.money_closed && call.session.paid && call.session.converted());
    let dials: Vec<&Dial> = call.steps.iter().flat_map(|s| &s.dials).collect();
    assert_eq!(dials.len(), 1);
    assert_eq!((dials[0].revenue.0, dials[0].talked_s), (25 * DOLLAR, 90));
    let payouts: Vec<_> = call.steps.iter().filter_map(|s| s.payout).collect();
    assert_eq!(payouts.len(), 1);
    assert_eq!(payouts[0].windows, windows(NOON_ISH));
}

#[test]
fn a_conversation_is_as_long_as_the_carrier_says_however_its_news_come() {
    for from in [TimerStart::Connect, TimerStart::Dial, TimerStart::Incoming] {
        let trigger = RevenueTrigger::Length { from, secs: 90 };
        let mut call = Told::arrive(worth(trigger, 25 * DOLLAR), None);
        let result = DialResult {
            status: LegStatus::Completed,
            bridged: None,
            duration_s: Some(90),
            leg_sid: None,
            caller_gone: false,
        };
        // Told a second after the dialing, by a clock that runs behind.
        call.tell(1, Event::DialEnded { attempt: 1, result })
            .closed(95);
        assert_eq!(call.totals().0, 25 * DOLLAR, "{from:?}");
    }
}

#[test]
fn a_short_call_earns_nothing_and_gives_back_what_was_set_aside() {
    let mut call = Told::arrive(worth(after(60), 25 * DOLLAR), None);
    assert_eq!(call.spent(), 25 * DOLLAR);
    call.talked(1, 20).closed(21);
    assert_eq!(call.totals().0, 0);
    assert_eq!(call.spent(), 0);
    assert_eq!(
        call.uncounted(),
        0,
        "it connected, which is what counts here"
    );
    let words: Vec<String> = call
        .steps
        .iter()
        .flat_map(|s| &s.entries)
        .filter(|e| matches!(e.what, What::MoneyClosed { .. }))
        .map(|e| e.what.words().2)
        .collect();
    assert_eq!(
        words,
        [
            "No revenue: Lasted 0:20 after connecting; the rule asks for 1:00. No payout: The number belongs to no publisher."
        ]
    );
}

#[test]
fn a_cap_that_counts_conversions_gives_the_place_back() {
    for (count_on, price, uncounted) in [
        (CountOn::Connect, 25, 0),
        (CountOn::Convert, 25, 1),
        (CountOn::Revenue, 25, 1),
    ] {
        let mut plan = worth(after(60), price * DOLLAR);
        plan.routes[0].target.count_on = count_on;
        let mut call = Told::arrive(plan, None);
        call.talked(1, 20).closed(21);
        assert_eq!(call.uncounted(), uncounted, "{count_on:?}");
    }
    let mut free = worth(RevenueTrigger::Connect, 0);
    free.routes[0].target.count_on = CountOn::Revenue;
    let mut call = Told::arrive(free, None);
    call.talked(1, 90).closed(90);
    assert_eq!(call.uncounted(), 1, "worth nothing");
}

#[test]
fn a_conversion_told_later_earns_and_shares() {
    let mut plan = worth(RevenueTrigger::Conversion { within_s: 3_600 }, 0);
    plan.routes[0].revenue = rule(
        RevenueTrigger::Conversion { within_s: 3_600 },
        Price::Reported,
    );
    let shared = payout_rule(PayoutTrigger::Converted, share(8_000));
    let mut call = Told::arrive(plan, publisher(vec![shared]));
    call.talked(1, 90).closed(95);
    assert_eq!((call.totals().0, call.totals().1), (0, 0));
    assert!(!call.session.money_closed);
    let ended = call.session.ended_at.expect("ended");
    assert_eq!(call.session.money_due_at, Some(ended.plus_secs(3_601)));
    call.converted(600, Some(40 * DOLLAR));
    assert_eq!(
        (call.totals().0, call.totals().1),
        (40 * DOLLAR, 32 * DOLLAR)
    );
    assert_eq!(call.spent(), 40 * DOLLAR);
    assert!(call.session.money_closed);
    // A later word takes the place of the first; what was paid is for a person to correct.
    call.converted(60, Some(90 * DOLLAR));
    assert_eq!(
        (call.totals().0, call.totals().1),
        (90 * DOLLAR, 32 * DOLLAR)
    );
    let revenue: Vec<i64> = call
        .steps
        .iter()
        .flat_map(|s| &s.dials)
        .map(|d| d.revenue.0)
        .collect();
    assert_eq!(
        revenue,
        [0, 40 * DOLLAR, 90 * DOLLAR],
        "the dial is kept again with what it made"
    );
}

#[test]
fn without_a_conversion_the_money_closes_at_the_last_moment() {
    let shared = payout_rule(
        PayoutTrigger::Connect,
        PayoutAmount::Share {
            basis_points: 5_000,
            min: Some(Micros(2 * DOLLAR)),
            max: None,
        },
    );
    let plan = worth(RevenueTrigger::Conversion { within_s: 3_600 }, 25 * DOLLAR);
    let mut call = Told::arrive(plan, publisher(vec![shared]));
    call.talked(1, 90).closed(95);
    assert_eq!(call.totals().1, 0);
    let due = call.session.money_due_at.expect("a deadline");
    call.now = due;
    let mut machine = CallMachine::resume(call.session.clone(), Patience::default());
    machine.handle_timeout(due);
    assert_eq!(machine.poll_effect(), None, "the carrier is not asked");
    call.keep(machine);
    assert_eq!((call.totals().0, call.totals().1), (0, 2 * DOLLAR));
    assert!(call.session.money_closed);
    assert_eq!(call.session.money_due_at, None);
}

#[test]
fn a_whispered_call_is_as_long_as_the_callers_own_line() {
    let mut plan = worth(after(60), 25 * DOLLAR);
    plan.routes[0].target.whisper = Some("A call about a roof.".to_owned());
    let mut call = Told::arrive(plan, None);
    // The target's line was open for the whisper as well.
    call.talked(1, 70);
    assert_eq!(call.totals().0, 0, "the length is not known yet");
    call.closed(55);
    assert_eq!(call.totals().0, 0);
    assert!(call.session.money_closed);
}

#[test]
fn a_payout_under_caps_asks_what_was_paid() {
    let mut capped = payout_rule(
        PayoutTrigger::Incoming,
        PayoutAmount::Fixed(Micros(5 * DOLLAR)),
    );
    capped.dollars.daily = Some(Micros(12 * DOLLAR));
    let second = PayoutRule {
        id: PayoutRuleId(2),
        name: "Rest".to_owned(),
        ..payout_rule(PayoutTrigger::Incoming, PayoutAmount::Fixed(Micros(DOLLAR)))
    };
    let mut call = Told {
        paid: Some(PayoutUsageMap::new()),
        ..Told::arrive(worth(after(60), 0), publisher(Vec::new()))
    };
    call.publisher = publisher(vec![capped, second]);
    let machine = || {
        CallMachine::arrive(
            &arrival(),
            Some(&call.plan),
            Acquaintance {
                publisher: Some(PublisherId(7)),
                ..Acquaintance::default()
            },
            None,
            NOON_ISH,
            Patience::default(),
        )
    };
    let blind = Told {
        paid: None,
        plan: call.plan.clone(),
        publisher: call.publisher.clone(),
        rates: call.rates.clone(),
        tags: Tags::default(),
        session: call.session.clone(),
        now: NOON_ISH,
        steps: Vec::new(),
    };
    assert_eq!(blind.work_out(machine()), Err(Wanted::Payments));
    let payout = |paid: i64| {
        let usage = Usage {
            windows: windows(NOON_ISH),
            day_spent: Micros(paid),
            ..Usage::default()
        };
        let paid = PayoutUsage {
            calls: usage,
            spent: usage.spent(),
        };
        let told = Told {
            paid: Some(BTreeMap::from([(PayoutRuleId(1), paid)])),
            plan: call.plan.clone(),
            publisher: call.publisher.clone(),
            rates: call.rates.clone(),
            tags: Tags::default(),
            session: call.session.clone(),
            now: NOON_ISH,
            steps: Vec::new(),
        };
        let step = told.work_out(machine()).expect("a step");
        step.payout.map(|p| (p.rule.0, p.amount.0))
    };
    assert_eq!(payout(7 * DOLLAR), Some((1, 5 * DOLLAR)));
    assert_eq!(payout(8 * DOLLAR), Some((2, DOLLAR)));
}

fn earlier(target: i64, publisher: i64) -> EarlierCall {
    EarlierCall {
        call: call_id(1),
        campaign: plan(Vec::new()).campaign,
        publisher: Some(PublisherId(publisher)),
        arrived_at: NOON_ISH.plus_secs(-3_600),
        connections: vec![Connection {
            target: TargetId(target),
            buyer: BuyerId(1),
            at: NOON_ISH.plus_secs(-3_590),
            length_s: 120,
            converted_at: None,
        }],
    }
}

#[test]
fn a_duplicate_is_marked_routed_and_not_paid() {
    let fixed = payout_rule(
        PayoutTrigger::Connect,
        PayoutAmount::Fixed(Micros(5 * DOLLAR)),
    );
    let mut plan = worth(RevenueTrigger::Connect, 25 * DOLLAR);
    plan.routes.push(route(2, 2, 1));
    plan.duplicates = crate::duplicate::routing::DuplicateRouting::ToOriginal { strict: true };
    let mut call = Told::arrive_as(plan, publisher(vec![fixed]), vec![earlier(2, 7)]);
    assert!(call.session.duplicate.is_some());
    assert_eq!(call.session.attempts[0].chosen.target, TargetId(2));
    call.talked(1, 90).closed(95);
    assert_eq!((call.totals().0, call.totals().1), (0, 0));
    let words = call.steps.last().map(|s| s.entries.clone());
    assert!(!words.expect("entries").is_empty());
}

#[test]
fn a_target_that_hangs_up_at_once_loses_the_caller_to_the_next() {
    let mut plan = worth(after(60), 25 * DOLLAR);
    let mut second = route(2, 2, 1);
    second.revenue = plan.routes[0].revenue;
    plan.routes.push(second);
    plan.routes[0].target.recovery = Some(Recovery {
        within_s: 30,
        reroutes_max: 1,
    });
    let mut call = Told::arrive(plan, None);
    call.talked(1, 10);
    assert_eq!(call.session.attempts.len(), 2);
    assert_eq!(call.session.reroutes, 1);
    call.talked(2, 90).closed(115);
    assert_eq!(call.session.outcome, Some(Outcome::Connected));
    assert_eq!(call.totals().0, 25 * DOLLAR, "the second target's");
    let owed = call
        .session
        .ledger
        .get(&EntryKey::new("revenue", 2))
        .map(|e| e.amount);
    assert_eq!(owed, Some(Micros(25 * DOLLAR)));
}

#[test]
fn a_caller_who_cannot_be_sent_on_was_served_all_the_same() {
    let mut plan = worth(after(60), 25 * DOLLAR);
    plan.routes[0].target.recovery = Some(Recovery {
        within_s: 30,
        reroutes_max: 3,
    });
    let mut call = Told::arrive(plan, None);
    call.talked(1, 10).closed(12);
    assert_eq!(call.session.outcome, Some(Outcome::Connected));
    assert!(!call.session.is_live());
}

#[test]
fn who_was_turned_away_costs_and_pays_nothing() {
    let fixed = payout_rule(
        PayoutTrigger::Incoming,
        PayoutAmount::Fixed(Micros(5 * DOLLAR)),
    );
    let mut plan = worth(RevenueTrigger::Dial, 25 * DOLLAR);
    plan.screen.guard_s = 2;
    let again = EarlierCall {
        arrived_at: NOON_ISH.plus_secs(-1),
        ..earlier(1, 7)
    };
    let call = Told::arrive_as(plan, publisher(vec![fixed]), vec![again]);
    assert_eq!(call.session.outcome, Some(Outcome::Blocked));
    assert_eq!(call.totals(), (0, 0, 0));
}
