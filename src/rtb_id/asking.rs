//! What a publisher's ping is answered: the checks, then the first decision of the call that may come,
//! made before it comes.
//!
//! The decision is the routing plan's own: whoever would get the call now. What it would claim is
//! reserved with the bid, so that the call finds it free.

use super::answer::{Term, Warning, offered, offered_down};
use super::bid::{Considered, Offered, PublisherBid, Said, bid_id};
use super::check::{Standing, refusal};
use super::modifier::refused_at_once;
use super::pass_through::Priced;
use super::ping::{Ping, PingCaller};
use super::promise::Promise;
use super::rate::Asked;
use super::reject::Reject;
use super::settings::{CompiledRtbId, Environment, TEST_LIMIT};
use crate::block::Blocklist;
use crate::block::guard;
use crate::call::reservation::Reservation;
use crate::call::session::{Choice, Presents};
use crate::caps::{Claim, GroupClaim};
use crate::draw::Draw;
use crate::duplicate::EarlierCall;
use crate::duplicate::payment::PayDuplicates;
use crate::duplicate::routing::Preference;
use crate::id::{CallId, TargetId};
use crate::ledger::payout::{PayoutTrigger, PayoutUsage};
use crate::money::Micros;
use crate::phone::{Caller, E164};
use crate::plan::RoutingPlan;
use crate::publisher::Publisher;
use crate::routing::{CallTraits, Clocks, Decision, Exclusions, Floor, UsageMap, decide, floor};
use crate::rtb::held::{Asks, Held};
use crate::schedule::holiday;
use crate::tag::Tags;
use crate::time::{LocalMoment, Timestamp};

/// Before the host of an address that cannot be called.
const TEST_HOST: &str = "test.";
/// Candidates whose standing is kept with a bid, at most.
const CONSIDERED_MAX: usize = 20;

/// What a ping is answered from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Of the call that may come.
    pub call: CallId,
    pub id: &'a CompiledRtbId,
    /// None if it is archived.
    pub publisher: Option<&'a Publisher>,
    /// None if its campaign is archived.
    pub plan: Option<&'a RoutingPlan>,
    pub environment: Environment,
    pub ping: &'a Ping,
    /// The ping's tags, and what else is known of the caller.
    pub tags: &'a Tags,
    pub blocks: &'a Blocklist,
    /// The caller's earlier calls.
    pub history: &'a [EarlierCall],
    /// How often the id was asked lately.
    pub asked: Asked,
    /// What the id has paid.
    pub paid: PayoutUsage,
    /// The wall clock in the id's zone.
    pub local: &'a LocalMoment,
    /// Bids of the same caller that hold and had no call, newest first.
    pub open: &'a [PublisherBid],
    /// A ping of the same caller is being answered at this moment, with an auction.
    pub under_way: bool,
    /// What is reserved for the same caller already.
    pub reserved: &'a Reservation,
    /// What targets have used: the newest reading. It counts what is reserved for the caller.
    pub usage: &'a UsageMap,
    /// Targets whose line other calls took since the first reading.
    pub lost: &'a [TargetId],
    pub clocks: &'a Clocks,
    pub auctions: &'a [Held],
    /// Where calls come in by SIP; none where that is not set up.
    pub sip_host: Option<&'a str>,
    pub now: Timestamp,
}

/// What comes of looking at a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// Bidders must be asked; then it is looked at again.
    Asks(Asks),
    /// The caller was bid for by the same id, and that bid holds: it is answered again.
    Same(Box<PublisherBid>),
    Done(Box<Outcome>),
}

/// An answer, and what must be stored with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub bid: PublisherBid,
    /// What must be had for the bid, all or nothing.
    pub claims: Vec<Claim>,
    pub group_claim: Option<GroupClaim>,
    /// What was reserved for the caller by an earlier bid and is not needed for this one.
    pub unused: Reservation,
    /// What is reserved for the bid then: what is claimed, and what an earlier bid had.
    pub reserved: Reservation,
    /// A number must be found that nobody else's bid is open on: the caller is not known.
    pub wants_number: bool,
}

/// What is known of a caller by the number alone.
#[must_use]
pub fn known_of(caller: &E164) -> Tags {
    let mut tags = Tags::default();
    if let Some(state) = caller.state() {
        tags.set("geo", "state", state);
        tags.set("geo", "country", "US");
    }
    tags
}

/// Looks at a ping.
#[must_use]
pub fn look(facts: Facts<'_>) -> Looked {
    if let Some(reject) = facts.stands_against() {
        return facts.nothing(reject, Vec::new(), None);
    }
    if let Some(same) = facts.same() {
        return Looked::Same(Box::new(same));
    }
    if let Some(rule) = refused_at_once(&facts.id.modifiers, &facts.ping.tags) {
        return facts.nothing(Reject::InitialFilter { rule }, Vec::new(), None);
    }
    let Some(plan) = facts.plan else {
        let what = "The campaign is archived.".to_owned();
        return facts.nothing(Reject::Disabled { what }, Vec::new(), None);
    };
    facts.route(plan)
}

impl Facts<'_> {
    fn caller(&self) -> Caller {
        match &self.ping.caller {
            PingCaller::Known(number) => Caller::Number(number.clone()),
            PingCaller::Missing | PingCaller::Malformed(_) => Caller::Anonymous,
        }
    }

    fn known(&self) -> Option<&E164> {
        match &self.ping.caller {
            PingCaller::Known(number) => Some(number),
            PingCaller::Missing | PingCaller::Malformed(_) => None,
        }
    }

    fn stands_against(&self) -> Option<Reject> {
        let limit = match self.environment {
            Environment::Production => self.id.settings.rate,
            Environment::Test | Environment::Sandbox => TEST_LIMIT,
        };
        let standing = Standing {
            disabled: self.disabled(),
            over_limit: limit
                .is_reached(self.asked, self.now)
                .then(|| limit.words()),
            closed: self.closed(),
            caller: self.turned_away(),
            again: self.under_way.then(|| {
                "Bidders are being asked for this caller for another ping: the same caller went \
                 through here a moment ago. Ping again once that is answered."
                    .to_owned()
            }),
        };
        refusal(&standing, &self.id.settings.demands, self.ping)
    }

    fn disabled(&self) -> Option<String> {
        let what = |text: &str| Some(text.to_owned());
        if !self.id.enabled {
            return what("The RTB id is switched off.");
        }
        match self.publisher {
            None => return what("The publisher is archived."),
            Some(publisher) if !publisher.active => return what("The publisher is paused."),
            Some(_) => {}
        }
        match self.plan {
            None => what("The campaign is archived."),
            Some(plan) if !plan.active => what("The campaign is paused."),
            Some(_) => None,
        }
    }

    /// Why the publisher is bid nothing now, whatever comes.
    fn closed(&self) -> Option<String> {
        let settings = &self.id.settings;
        let state = holiday::state(&settings.hours, &settings.holidays, self.local);
        if !state.is_open() {
            return Some(format!(
                "The RTB id bids within its hours only: closed {}.",
                state.words(&settings.zone)
            ));
        }
        let windows = self.local.windows();
        if let Some(reached) = settings.caps.reached(&self.paid.calls, &windows) {
            return Some(format!("Of paid calls: {}", reached.sentence()));
        }
        // The least amount there is: a cap that is used up has no room even for that.
        let reached = (settings.dollars).reached(&self.paid.spent, &windows, Micros(1))?;
        Some(format!("Of payouts: {}", reached.sentence()))
    }

    /// Why the caller is turned away.
    fn turned_away(&self) -> Option<String> {
        let number = self.known()?;
        let (plan, publisher) = (self.plan?, self.publisher?);
        let caller = Caller::Number(number.clone());
        if let Some(blocked) = self.blocks.decide(&caller, plan.campaign, self.now) {
            return Some(blocked.reason);
        }
        let last = self.history.iter().map(|earlier| earlier.arrived_at).max();
        let screen = &plan.screen;
        guard::repeated(
            screen.guard_s,
            screen.anonymous_is_one,
            &caller,
            last,
            self.now,
        )
        .or_else(|| {
            self.id.settings.payment.unpaid(
                &plan.mark,
                &caller,
                plan.campaign,
                publisher.id,
                self.history,
                self.now,
            )
        })
    }

    /// The bid that the same id made for the same caller.
    fn same(&self) -> Option<PublisherBid> {
        let same =
            |bid: &&PublisherBid| bid.rtb_id == self.id.id && bid.environment == self.environment;
        let mut bid = self.open.iter().find(same)?.clone();
        let before_s = self.now.secs_since(bid.asked_at);
        if let Said::Offer(offered) = &mut bid.said {
            let words = format!(
                "This caller was asked for {before_s} seconds ago, and that bid still holds: this is \
                 the same bid. A new one is made once it has expired or had its call."
            );
            offered.warnings.push(Warning::Repeated(words));
        }
        Some(bid)
    }

    fn route(&self, plan: &RoutingPlan) -> Looked {
        let caller = self.caller();
        let duplicate = plan
            .mark
            .mark(&caller, plan.campaign, self.history, self.now);
        let preference = match duplicate {
            Some(_) => plan.duplicates.preference(plan.campaign, self.history),
            None => Preference::Any,
        };
        let trigger = self.id.settings.trigger;
        let traits = CallTraits {
            campaign: plan.campaign,
            publisher: Some(self.id.publisher),
            tags: self.tags,
            history: self.history,
            preference: &preference,
            floor: self.id.settings.offering.floor(Micros::ZERO, trigger),
            auctions: self.auctions,
            now: self.now,
        };
        let usage = self.reserved.lifted(self.usage);
        let exclusions = Exclusions {
            lost: self.lost.to_vec(),
            ..Exclusions::default()
        };
        let decision = decide(
            plan,
            Some(&traits),
            &exclusions,
            &usage,
            self.clocks,
            &mut Draw::for_call(self.call, 1),
        );
        if let Some(asks) = decision.asks {
            return Looked::Asks(asks);
        }
        let considered = considered(&decision);
        let Some(choice) = Choice::of(plan, &decision, Presents::default()) else {
            let what = standing(&considered);
            // Whether anybody takes calls at all, whichever comes.
            let any = decide(
                plan,
                None,
                &Exclusions::default(),
                &usage,
                self.clocks,
                &mut Draw::for_call(self.call, 1),
            );
            let reject = if any.chosen.is_none() {
                Reject::NoCapacity { what }
            } else {
                Reject::FinalCapacity { what }
            };
            return self.nothing(reject, considered, None);
        };
        self.price(plan, &choice, considered)
    }

    fn price(&self, plan: &RoutingPlan, choice: &Choice, considered: Vec<Considered>) -> Looked {
        let settings = &self.id.settings;
        // Whoever of several answers, the least is sure.
        let pays = choice.ring.iter().map(|chosen| floor::pays(chosen.revenue));
        let pays = pays.min().unwrap_or(Micros::ZERO);
        let priced = settings.offering.price(pays, &self.id.modifiers, self.tags);
        if let Some(rule) = priced.modified.refused_by.clone() {
            let reject = Reject::FinalFilter { rule };
            return self.nothing(reject, considered, Some(priced));
        }
        let amount = self.whole_cents(priced.bid, pays);
        if amount <= Micros::ZERO {
            let what = format!(
                "{} would take it and pays {pays}; of that nothing is left to bid.",
                name_of(choice)
            );
            let reject = Reject::FinalCapacity { what };
            return self.nothing(reject, considered, Some(priced));
        }
        let windows = self.local.windows();
        if let Some(reached) = settings.dollars.reached(&self.paid.spent, &windows, amount) {
            let what = format!("Of payouts: {}", reached.sentence());
            let reject = Reject::PublisherClosed { what };
            return self.nothing(reject, considered, Some(priced));
        }
        self.offer(plan, choice, considered, priced, amount)
    }

    fn offer(
        &self,
        plan: &RoutingPlan,
        choice: &Choice,
        considered: Vec<Considered>,
        priced: Priced,
        amount: Micros,
    ) -> Looked {
        let settings = &self.id.settings;
        let Some(way) = self.way() else {
            return self.nothing(Reject::PoolExhausted, considered, Some(priced));
        };
        let moment = Held::moment_after(self.auctions, self.now);
        let mut expires_at = moment.plus_secs(i64::from(settings.expiry_s));
        // What a bidder bid holds no longer than it said.
        for bid in choice.ring.iter().filter_map(|chosen| chosen.bid.as_ref()) {
            expires_at = expires_at.min(bid.expires_at);
        }
        let is_real = self.environment == Environment::Production;
        let (claims, group_claim) = match is_real {
            true => self.claims(plan, choice),
            false => (Vec::new(), None),
        };
        let (kept, unused) = self.take_over(choice, is_real);
        let mut reserved = Reservation::of(&claims, group_claim.as_ref());
        reserved.places.extend(kept.places);
        reserved.group = reserved.group.or(kept.group);
        let promise = Promise {
            bid_id: bid_id(self.call),
            rule: self.id.rule,
            amount: Some(amount),
            trigger: settings.trigger,
            payment: settings.payment,
            zone: settings.zone.clone(),
            floor: self.promised_floor(amount),
        };
        let offered = Offered {
            amount,
            expires_at,
            warnings: self.warnings(way.number.is_some() || way.wants_number),
            number: way.number,
            sip: way.sip,
            terms: self.terms(),
            promise,
            stale: settings.stale,
            auctions: self.auctions.to_vec(),
            winner: name_of(choice),
        };
        Looked::Done(Box::new(Outcome {
            bid: self.kept(Said::Offer(Box::new(offered)), considered, Some(priced)),
            claims,
            group_claim,
            unused,
            reserved,
            wants_number: way.wants_number,
        }))
    }

    /// What is offered of a bid: whole cents, and never a part of a cent more than the target makes up
    /// for, or the call that comes would be found unprofitable.
    fn whole_cents(&self, bid: Micros, pays: Micros) -> Micros {
        let nearest = offered(bid);
        match self.promised_floor(nearest) {
            Some(floor) if floor.least > pays => offered_down(bid),
            _ => nearest,
        }
    }

    fn promised_floor(&self, amount: Micros) -> Option<Floor> {
        let settings = &self.id.settings;
        settings.offering.floor(amount, settings.trigger)
    }

    /// What the first dial claims and no earlier bid for this caller holds.
    fn claims(&self, plan: &RoutingPlan, choice: &Choice) -> (Vec<Claim>, Option<GroupClaim>) {
        let mut claims: Vec<Claim> = (choice.ring.iter())
            .filter(|chosen| self.reserved.at(chosen.target).is_none())
            .filter_map(|chosen| {
                let target = plan.target(chosen.target)?;
                let local = self.clocks.get(&target.zone);
                Some(Claim {
                    target: target.id,
                    caps: local.map_or(target.caps, |local| target.caps_at(local)),
                    dollars: target.dollars,
                    price: chosen.price,
                    windows: chosen.windows,
                })
            })
            .collect();
        claims.sort_by_key(|claim| claim.target);
        let group = choice
            .group
            .filter(|group| self.reserved.in_group(group.group).is_none())
            .map(|group| GroupClaim {
                group: group.group,
                caps: (plan.groups.get(&group.group))
                    .map(|of| of.caps)
                    .unwrap_or_default(),
                windows: group.windows,
            });
        (claims, group)
    }

    /// What an earlier bid for this caller holds and this one takes over, and what it has no use for.
    fn take_over(&self, choice: &Choice, is_real: bool) -> (Reservation, Reservation) {
        if !is_real {
            return Default::default();
        }
        let targets: Vec<_> = choice.ring.iter().map(|chosen| chosen.target).collect();
        let group = choice.group.map(|group| group.group);
        let unused = self.reserved.clone().except(&targets, group);
        let unneeded: Vec<_> = unused.places.iter().map(|place| place.target).collect();
        let kept = (self.reserved.clone()).except(&unneeded, unused.group.map(|(id, _)| id));
        (kept, unused)
    }

    fn way(&self) -> Option<Way> {
        let settings = &self.id.settings;
        let test = match self.environment {
            Environment::Production => "",
            Environment::Test | Environment::Sandbox => TEST_HOST,
        };
        let sip = self
            .sip_host
            .map(|host| format!("{}@{test}{host}", bid_id(self.call)));
        let by_sip_alone = sip.is_some() && (settings.sip_only || self.ping.sip_ok);
        if by_sip_alone || settings.sip_only {
            return sip.map(|sip| Way {
                sip: Some(sip),
                ..Way::default()
            });
        }
        if self.environment == Environment::Test {
            return Some(Way {
                sip,
                number: Some(E164::unassigned()),
                wants_number: false,
            });
        }
        let Some(_) = self.known() else {
            let wants_number = !self.id.numbers.is_empty();
            return (wants_number || sip.is_some()).then_some(Way {
                sip,
                number: None,
                wants_number,
            });
        };
        // Calls on a number are told apart by their caller: each open bid for one needs another number.
        let taken = |number: &E164| {
            let of = |bid: &PublisherBid| bid.offered().and_then(|o| o.number.clone());
            self.open.iter().any(|bid| of(bid).as_ref() == Some(number))
        };
        let numbers = &self.id.numbers;
        let first = match u64::try_from(numbers.len()) {
            Ok(count @ 1..) => Draw::for_call(self.call, 2).below(count),
            _ => 0,
        };
        let first = usize::try_from(first).unwrap_or(0);
        let turned = numbers.iter().skip(first).chain(numbers.iter().take(first));
        let number = turned.into_iter().find(|number| !taken(number)).cloned();
        (number.is_some() || sip.is_some()).then_some(Way {
            sip,
            number,
            wants_number: false,
        })
    }

    fn terms(&self) -> Vec<Term> {
        terms(self.id)
    }

    fn warnings(&self, by_number: bool) -> Vec<Warning> {
        let mut all = Vec::new();
        if self.known().is_none() {
            all.push(Warning::NoCallerId);
        }
        if by_number {
            all.push(Warning::NumbersAreShared);
        }
        match self.environment {
            Environment::Production => {}
            Environment::Test => all.push(Warning::TestMode),
            Environment::Sandbox => all.push(Warning::SandboxMode),
        }
        all
    }

    fn nothing(
        &self,
        reject: Reject,
        considered: Vec<Considered>,
        priced: Option<Priced>,
    ) -> Looked {
        Looked::Done(Box::new(Outcome {
            bid: self.kept(Said::Nothing(reject), considered, priced),
            claims: Vec::new(),
            group_claim: None,
            unused: Reservation::default(),
            reserved: Reservation::default(),
            wants_number: false,
        }))
    }

    fn kept(
        &self,
        said: Said,
        considered: Vec<Considered>,
        priced: Option<Priced>,
    ) -> PublisherBid {
        PublisherBid {
            call: self.call,
            rtb_id: self.id.id,
            campaign: self.id.campaign,
            publisher: self.id.publisher,
            environment: self.environment,
            asked_at: self.now,
            took_ms: 0,
            caller: self.known().cloned(),
            sub_id: self.ping.sub_id.clone(),
            inbound_call_id: self.ping.inbound_call_id.clone(),
            tags: self.tags.clone(),
            said,
            priced,
            considered,
        }
    }
}

/// How the call may come in.
#[derive(Debug, Default)]
struct Way {
    sip: Option<String>,
    number: Option<E164>,
    wants_number: bool,
}

fn name_of(choice: &Choice) -> String {
    let Some(first) = choice.ring.first() else {
        return String::new();
    };
    match &first.group {
        Some(group) if choice.ring.len() > 1 => group.name.clone(),
        _ => first.name.clone(),
    }
}

fn considered(decision: &Decision) -> Vec<Considered> {
    let mut all = Vec::new();
    for candidate in &decision.candidates {
        all.push(Considered {
            name: candidate.name.clone(),
            why: candidate.verdict.sentence(),
        });
        for member in &candidate.members {
            all.push(Considered {
                name: format!("{} › {}", candidate.name, member.name),
                why: member.part.sentence(),
            });
        }
    }
    all.truncate(CONSIDERED_MAX);
    all
}

/// Why nobody could take it, by the first few.
fn standing(considered: &[Considered]) -> String {
    const TOLD: usize = 3;
    if considered.is_empty() {
        return "The routing plan has no targets.".to_owned();
    }
    let told = considered.iter().take(TOLD);
    let mut words: Vec<String> = told
        .map(|one| format!("{}: {}", one.name, one.why))
        .collect();
    if considered.len() > TOLD {
        words.push(format!("And {} more.", considered.len() - TOLD));
    }
    words.join(" ")
}

/// What a call must do to be paid.
fn terms(id: &CompiledRtbId) -> Vec<Term> {
    let settings = &id.settings;
    let first = match settings.trigger {
        PayoutTrigger::Incoming => None,
        PayoutTrigger::Connect => Some(Term::MustConnect),
        PayoutTrigger::Converted => Some(Term::MustConvert),
        PayoutTrigger::Length { secs, .. } => Some(Term::MinDuration(secs)),
    };
    let duplicates = settings.payment.pay != PayDuplicates::Always;
    first
        .into_iter()
        .chain(duplicates.then_some(Term::NoDuplicates))
        .collect()
}

/// An answer as an example shows it: nothing is looked at.
#[must_use]
pub fn sample(id: &CompiledRtbId, call: CallId, ping: &Ping, now: Timestamp) -> PublisherBid {
    let settings = &id.settings;
    let amount = match settings.offering {
        super::settings::Offering::Fixed { base, max } => offered(base.min(max)),
        super::settings::Offering::PassThrough(through) => offered(through.max),
    };
    let by_sip_alone = settings.sip_only || ping.sip_ok;
    PublisherBid {
        call,
        rtb_id: id.id,
        campaign: id.campaign,
        publisher: id.publisher,
        environment: Environment::Sandbox,
        asked_at: now,
        took_ms: 0,
        caller: None,
        sub_id: ping.sub_id.clone(),
        inbound_call_id: ping.inbound_call_id.clone(),
        tags: Tags::default(),
        said: Said::Offer(Box::new(Offered {
            amount,
            expires_at: now.plus_secs(i64::from(settings.expiry_s)),
            number: (!by_sip_alone).then(E164::unassigned),
            sip: Some(format!("{}@{TEST_HOST}sip.invalid", bid_id(call))),
            terms: terms(id),
            warnings: vec![Warning::SandboxMode],
            promise: Promise {
                bid_id: bid_id(call),
                rule: id.rule,
                amount: None,
                trigger: settings.trigger,
                payment: settings.payment,
                zone: settings.zone.clone(),
                floor: None,
            },
            stale: settings.stale,
            auctions: Vec::new(),
            winner: String::new(),
        })),
        priced: None,
        considered: Vec::new(),
    }
}
