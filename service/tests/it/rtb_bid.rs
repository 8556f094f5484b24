//! Publishers' pings on both databases: what they are answered, what is held for the call, which bid an
//! arriving call is, and that it is paid as bid. Expected values are the field's (domain-reference 1b).

use domain::api::block::BlockForm;
use domain::api::campaign::{PlanForm, RouteForm};
use domain::api::page::Activity;
use domain::api::publisher::NewPublisherForm;
use domain::api::revenue::RevenueForm;
use domain::api::rtb::RtbQuery;
use domain::api::rtb_bid::BidQuery;
use domain::api::rtb_id::{RtbIdForm, TestPingForm};
use domain::call::event::{Arrival, LegStatus};
use domain::id::{CallId, PublisherId, RtbId, TargetId};
use domain::money::Micros;
use domain::phone::Caller;
use domain::rtb_id::answer::Answer;
use domain::rtb_id::bid::{PublisherBid, bid_id};
use domain::rtb_id::ping::Ping;
use domain::rtb_id::settings::Environment;
use domain::tag::Tags;
use serde_json::Value;
use service::rtb_bid::Pinged;

use crate::world::{NUMBER, World, ended};

const ANNA: &str = "+12145550187";
const BEN: &str = "+12145550188";

impl World {
    /// One target a price, in the order of priorities; the cap is on calls at the same time.
    async fn priced(&self, prices: &[(&str, &str)]) -> Vec<TargetId> {
        let caps: Vec<&str> = prices.iter().map(|(_, cap)| *cap).collect();
        let ids = self.targets(&caps).await;
        let routes = ids.iter().zip(prices).enumerate();
        let plan = PlanForm {
            version: 2,
            routes: routes
                .map(|(at, (id, (price, _)))| RouteForm {
                    target: id.to_string(),
                    priority: (at + 1).to_string(),
                    revenue: Some(RevenueForm {
                        trigger: "connect".to_owned(),
                        price: (*price).to_owned(),
                        ..RevenueForm::default()
                    }),
                    ..RouteForm::default()
                })
                .collect(),
            ..PlanForm::default()
        };
        let campaigns = &self.services.campaigns;
        let saved = campaigns.save_plan(&self.op, self.campaign, &plan).await;
        saved.expect("plan");
        ids
    }

    async fn publisher(&self, name: &str) -> PublisherId {
        let form = NewPublisherForm {
            name: name.to_owned(),
            ..NewPublisherForm::default()
        };
        let made = self.services.publishers.create(&self.op, &form).await;
        made.expect("publisher")
    }

    /// An RTB id that passes on all of what routes pay, for connected calls, changed as said.
    async fn rtb_id(&self, name: &str, change: impl FnOnce(&mut RtbIdForm)) -> RtbId {
        let publisher = self.publisher(name).await;
        let mut form = RtbIdForm {
            campaign: self.campaign.to_string(),
            publisher: publisher.to_string(),
            max: "100".to_owned(),
            margin: "0%".to_owned(),
            trigger: "connect".to_owned(),
            pay: "always".to_owned(),
            numbers: NUMBER.to_owned(),
            rate: "1000".to_owned(),
            expiry_s: "30".to_owned(),
            zone: "America/New_York".to_owned(),
            ..RtbIdForm::default()
        };
        change(&mut form);
        let made = self.services.rtb_ids.create(&self.op, &form).await;
        made.unwrap_or_else(|e| panic!("an RTB id: {e:?}"))
    }

    async fn ping(&self, id: RtbId, fields: &[(&str, &str)]) -> PublisherBid {
        self.ping_in(Environment::Production, id, fields).await
    }

    async fn ping_in(
        &self,
        environment: Environment,
        id: RtbId,
        fields: &[(&str, &str)],
    ) -> PublisherBid {
        let fields: Vec<(String, String)> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let now = domain_now(self);
        let bids = &self.services.rtb_bids;
        let pinged = bids
            .ping(environment, id, &Ping::read(&fields), |_| true, now)
            .await;
        match pinged.expect("an answer") {
            Pinged::Answered(bid) => *bid,
            other => panic!("{}: {other:?}", self.kind),
        }
    }

    /// A call on a number, or to a bid's address.
    async fn calls(&self, sid: &str, from: &str, to: &str) -> (CallId, String) {
        let arrival = Arrival {
            carrier_sid: sid.to_owned(),
            from: Caller::from_carrier(from),
            to: to.to_owned(),
            tags: Tags::default(),
        };
        let answer = self
            .services
            .engine
            .inbound(&arrival, domain_now(self))
            .await;
        let answer = answer.expect("an answer");
        (answer.call, answer.twiml)
    }

    async fn talks(&self, call: CallId) {
        let engine = &self.services.engine;
        let result = ended(LegStatus::Completed, true);
        let over = engine.dial_ended(call, 1, result, domain_now(self)).await;
        over.expect("the dial is over");
    }

    async fn paid(&self, call: CallId) -> Micros {
        let conn = self.db.db.read().await.expect("conn");
        let record = conn.tenant(&self.op.scope).call(call).await.expect("call");
        record.session.ledger.totals().payout
    }
}

fn domain_now(world: &World) -> domain::time::Timestamp {
    use service::port::Clock as _;
    world.clock.now()
}

fn amount(bid: &PublisherBid) -> Micros {
    bid.offered().map_or(Micros::ZERO, |offered| offered.amount)
}

fn code(bid: &PublisherBid) -> u16 {
    bid.reject().map_or(0, domain::rtb_id::reject::Reject::code)
}

fn json(bid: &PublisherBid) -> Value {
    serde_json::from_str(&bid.answer(bid.asked_at).json()).expect("JSON")
}

#[tokio::test]
async fn a_ping_becomes_a_bid_a_call_and_a_payout() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "1")]).await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let bid = world.ping(id, &[("CID", ANNA), ("zip", "75201")]).await;
        let said = json(&bid);
        assert_eq!(said["bidAmount"], 45.0, "{}: {said}", world.kind);
        assert_eq!(said["phoneNumber"], NUMBER);
        assert_eq!(
            said["sipAddress"],
            format!("{}@sip.calls.example", bid_id(bid.call))
        );
        assert_eq!(said["expireInSeconds"], 30);
        assert_eq!(said["bidTerms"], serde_json::json!([{"code": 101}]));
        assert_eq!(world.live(targets[0]).await.0, 1, "its line is held");

        // Whoever comes without a bid finds it taken, and no stranger gets in on the bid's number.
        assert_eq!(code(&world.ping(id, &[("CID", BEN)]).await), 1003);
        let (_, stranger) = world.calls("CA1", BEN, NUMBER).await;
        assert!(stranger.contains("<Reject"), "{stranger}");

        let (call, twiml) = world.calls("CA2", ANNA, NUMBER).await;
        assert_eq!(call, bid.call, "{}", world.kind);
        assert!(twiml.contains("<Dial"), "{}: {twiml}", world.kind);
        assert_eq!(
            world.live(targets[0]).await,
            (1, 1, 1),
            "the held line is its own"
        );
        // The same delivery gets the same answer.
        let again = world.calls("CA2", ANNA, NUMBER).await;
        assert_eq!(again, (call, twiml));
        world.talks(call).await;
        assert_eq!(world.paid(call).await, Micros(45_000_000));
        assert_eq!(world.live(targets[0]).await.0, 0);

        let detail = world
            .services
            .calls
            .detail(&world.op, call)
            .await
            .expect("call");
        let told: Vec<&str> = detail.timeline.iter().map(|e| e.title.as_str()).collect();
        assert!(
            told.contains(&format!("The call of bid {}", bid_id(call)).as_str()),
            "{told:?}"
        );
        // A bid has one call.
        let (other, used) = world.calls("CA3", ANNA, NUMBER).await;
        assert!(other != call && used.contains("<Reject"), "{used}");
    }
}

#[tokio::test]
async fn by_sip_the_address_is_the_bid() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        let id = world
            .rtb_id("Leads Inc", |f| f.trigger = "incoming".into())
            .await;
        let bid = world.ping(id, &[("CID", ANNA), ("sipOk", "yes")]).await;
        let said = json(&bid);
        assert!(said.get("phoneNumber").is_none(), "{said}");
        let address = said["sipAddress"].as_str().expect("an address").to_owned();
        // Another caller's number on the way: the address says which bid it is.
        let (call, twiml) = world.calls("CA1", BEN, &format!("sip:{address}")).await;
        assert_eq!(call, bid.call);
        assert!(twiml.contains("<Dial"), "{twiml}");
        assert_eq!(world.paid(call).await, Micros(45_000_000), "it came in");
        let second = world.calls("CA2", ANNA, &format!("sip:{address}")).await;
        assert!(second.1.contains("<Reject"), "{}", second.1);
        let nobody = "sip:RTB0123456789abcdef0123456789abcdef@sip.calls.example";
        let unknown = world.calls("CA3", ANNA, nobody).await;
        assert!(unknown.1.contains("not in service"), "{}", unknown.1);
    }
}

#[tokio::test]
async fn a_late_call_is_what_the_id_says() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        for (name, stale, dials, payout) in [
            ("Refusing", "refuse", false, 0),
            ("Unpaid", "unpaid", true, 0),
            ("Honouring", "honour", true, 45_000_000),
        ] {
            let id = world.rtb_id(name, |f| f.stale = stale.into()).await;
            let bid = world.ping(id, &[("CID", ANNA)]).await;
            world.clock.pass(31);
            let (call, twiml) = world.calls(&format!("CA{name}"), ANNA, NUMBER).await;
            assert_eq!(twiml.contains("<Dial"), dials, "{name}: {twiml}");
            assert_eq!(call == bid.call, dials, "{name}");
            if dials {
                world.talks(call).await;
            }
            assert_eq!(world.paid(call).await, Micros(payout), "{name}");
        }
    }
}

#[tokio::test]
async fn what_is_held_is_given_back_when_the_bid_expires() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "1")]).await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let bid = world.ping(id, &[("CID", ANNA)]).await;
        assert_eq!(world.live(targets[0]).await, (1, 1, 1));
        let bids = &world.services.rtb_bids;
        assert_eq!(
            bids.release_expired(domain_now(&world))
                .await
                .expect("swept"),
            0
        );
        world.clock.pass(30);
        assert_eq!(
            bids.release_expired(domain_now(&world))
                .await
                .expect("swept"),
            1
        );
        assert_eq!(
            bids.release_expired(domain_now(&world))
                .await
                .expect("swept"),
            0
        );
        assert_eq!(world.live(targets[0]).await, (0, 0, 1));
        let next = world.ping(id, &[("CID", BEN)]).await;
        assert_eq!(amount(&next), Micros(45_000_000));
        assert_ne!(next.call, bid.call);
    }
}

#[tokio::test]
async fn the_same_ping_again_is_the_same_bid() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "1")]).await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let bid = world.ping(id, &[("CID", ANNA)]).await;
        world.clock.pass(10);
        let again = world.ping(id, &[("CID", ANNA)]).await;
        assert_eq!((again.call, amount(&again)), (bid.call, amount(&bid)));
        let said: Value =
            serde_json::from_str(&again.answer(domain_now(&world)).json()).expect("JSON");
        assert_eq!(said["expireInSeconds"], 20, "what is left of it");
        let warnings = said["warnings"].to_string();
        assert!(
            warnings.contains("210") && warnings.contains("10 seconds ago"),
            "{warnings}"
        );
        assert_eq!(world.live(targets[0]).await, (1, 1, 1), "held once");
        let (call, _) = world.calls("CA1", ANNA, NUMBER).await;
        // It had its call: the next ping is a new one, which finds the line taken.
        assert_eq!(code(&world.ping(id, &[("CID", ANNA)]).await), 1003);
        world.talks(call).await;
        assert_eq!(world.paid(call).await, Micros(45_000_000));
    }
}

#[tokio::test]
async fn ten_brokers_of_one_caller_hold_one_line() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "1")]).await;
        let mut bids = Vec::new();
        for broker in 0..10 {
            let id = world.rtb_id(&format!("Broker {broker}"), |_| {}).await;
            let bid = world.ping(id, &[("CID", ANNA), ("sipOk", "yes")]).await;
            assert_eq!(amount(&bid), Micros(45_000_000), "{}: {broker}", world.kind);
            assert_eq!(world.live(targets[0]).await.0, 1, "one caller comes once");
            bids.push((id, bid));
        }
        // By number their calls could not be told apart: the second is told to use SIP.
        let by_number = world.rtb_id("By number", |_| {}).await;
        let bid = world.ping(by_number, &[("CID", ANNA)]).await;
        assert!(bid.offered().is_some_and(|o| o.number.is_some()));
        let another = world.rtb_id("By number too", |_| {}).await;
        let second = world.ping(another, &[("CID", ANNA)]).await;
        assert!(
            second
                .offered()
                .is_some_and(|o| o.number.is_none() && o.sip.is_some())
        );
        // The first to send the call has the line, whoever asked last.
        let (_, third) = &bids[3];
        let address = format!("sip:{}@sip.calls.example", bid_id(third.call));
        let (call, twiml) = world.calls("CA1", ANNA, &address).await;
        assert!(
            call == third.call && twiml.contains("<Dial"),
            "{}: {twiml}",
            world.kind
        );
        assert_eq!(world.live(targets[0]).await, (1, 1, 1));
        world.talks(call).await;
        assert_eq!(world.paid(call).await, Micros(45_000_000));
        // Nothing is left to be given back.
        world.clock.pass(60);
        let swept = world
            .services
            .rtb_bids
            .release_expired(domain_now(&world))
            .await;
        assert_eq!(swept.expect("swept"), 0);
        assert_eq!(world.live(targets[0]).await.0, 0);
    }
}

#[tokio::test]
async fn a_bid_for_whoever_calls_has_a_number_to_itself() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let bid = world.ping(id, &[]).await;
        let said = json(&bid);
        assert_eq!(said["phoneNumber"], NUMBER, "{said}");
        assert!(said["warnings"].to_string().contains("200"), "{said}");
        // The only number is lent; by SIP there is room.
        let second = world.ping(id, &[]).await;
        assert!(
            second
                .offered()
                .is_some_and(|o| o.number.is_none() && o.sip.is_some())
        );
        let (call, _) = world.calls("CA1", BEN, NUMBER).await;
        assert_eq!(call, bid.call, "whoever calls");
        world.talks(call).await;
        assert_eq!(world.paid(call).await, Micros(45_000_000));
    }
}

#[tokio::test]
async fn a_pass_through_bid_is_what_routes_pay_less_the_margin() {
    for world in World::each().await {
        // domain-reference 1b: 56.06 × (1 − 20 %) = 44.848, shown as 44.85.
        world.priced(&[("56.06", "")]).await;
        let id = world.rtb_id("Leads Inc", |f| f.margin = "20%".into()).await;
        let bid = world.ping(id, &[("CID", ANNA)]).await;
        assert_eq!(json(&bid)["bidAmount"], 44.85);
        let priced = bid.priced.as_ref().expect("priced");
        assert_eq!(
            (priced.target, priced.bid),
            (Micros(56_060_000), Micros(44_848_000))
        );
        let modified = world
            .rtb_id("Modified", |f| {
                f.margin = "10.00".into();
                f.modifiers = "state is TX => +5.00\nvip is present => x2".into();
                f.min_margin = "1.06".into();
            })
            .await;
        let bid = world.ping(modified, &[("CID", BEN), ("state", "tx")]).await;
        assert_eq!(json(&bid)["bidAmount"], 51.06);
        let kept = world
            .ping(modified, &[("CID", "+12145550189"), ("vip", "1")])
            .await;
        assert_eq!(json(&kept)["bidAmount"], 55.0, "the least margin is kept");
    }
}

#[tokio::test]
async fn a_call_that_was_bid_for_goes_on_only_to_who_makes_up_for_it() {
    for world in World::each().await {
        let targets = world.priced(&[("45", ""), ("20", ""), ("45", "")]).await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        world.ping(id, &[("CID", ANNA)]).await;
        let (call, _) = world.calls("CA1", ANNA, NUMBER).await;
        let engine = &world.services.engine;
        let busy = ended(LegStatus::Busy, false);
        let next = engine.dial_ended(call, 1, busy, domain_now(&world)).await;
        let next = next.expect("goes on").twiml;
        assert!(next.contains("+12145550102"), "{}: {next}", world.kind);
        assert_eq!(world.live(targets[1]).await.0, 0);
        let detail = world
            .services
            .calls
            .detail(&world.op, call)
            .await
            .expect("call");
        let second = &detail.decisions[1];
        let skipped = (second.candidates.iter())
            .find(|c| c.name == "Target 2")
            .expect("told");
        assert_eq!(
            skipped.verdict.sentence(),
            "Pays $20.00; the call must make $45.00 for what its publisher was bid."
        );
    }
}

#[tokio::test]
async fn every_code_is_reached_by_a_real_configuration() {
    for world in World::each().await {
        world.priced(&[("45", "1")]).await;
        let usual = world.rtb_id("Usual", |_| {}).await;
        let services = &world.services;
        let op = &world.op;

        services
            .rtb_ids
            .set_enabled(op, usual, false)
            .await
            .expect("off");
        assert_eq!(code(&world.ping(usual, &[("CID", ANNA)]).await), 1001);
        services
            .rtb_ids
            .set_enabled(op, usual, true)
            .await
            .expect("on");
        services
            .campaigns
            .set_activity(op, world.campaign, Activity::Paused)
            .await
            .expect("paused");
        assert_eq!(code(&world.ping(usual, &[("CID", ANNA)]).await), 1001);
        services
            .campaigns
            .set_activity(op, world.campaign, Activity::Active)
            .await
            .expect("active");

        let modifiers = |text: &'static str| move |f: &mut RtbIdForm| f.modifiers = text.into();
        let own = world
            .rtb_id("Own", modifiers("state is CA => reject"))
            .await;
        assert_eq!(
            code(&world.ping(own, &[("CID", ANNA), ("state", "CA")]).await),
            1002
        );
        let needs = world
            .rtb_id("Needs", modifiers("state is absent => reject"))
            .await;
        let empty = world.ping(needs, &[("CID", ANNA), ("state", "")]).await;
        assert_eq!(code(&empty), 1002, "passed empty");
        let known = world
            .rtb_id("Known", modifiers("geo:state is TX => reject"))
            .await;
        assert_eq!(code(&world.ping(known, &[("CID", ANNA)]).await), 1005);

        let block = BlockForm {
            pattern: "+12145550190".to_owned(),
            ..BlockForm::default()
        };
        services.blocks.add(op, &block).await.expect("a block");
        assert_eq!(
            code(&world.ping(usual, &[("CID", "+12145550190")]).await),
            1004
        );

        let margin = world.rtb_id("Margin", |f| f.min_margin = "45".into()).await;
        assert_eq!(code(&world.ping(margin, &[("CID", ANNA)]).await), 1006);

        let closed = world
            .rtb_id("Closed", |f| {
                f.hours = "weekly".into();
                for day in &mut f.days {
                    day.open.clear();
                }
                f.days[0].open = "on".into();
            })
            .await;
        // Noon is a Wednesday.
        assert_eq!(code(&world.ping(closed, &[("CID", ANNA)]).await), 1007);
        let capped = world
            .rtb_id("Capped", |f| f.dollars_daily = "44".into())
            .await;
        assert_eq!(code(&world.ping(capped, &[("CID", ANNA)]).await), 1007);

        let limited = world
            .rtb_id("Limited", |f| {
                f.rate = "1".into();
                f.per = "hour".into();
            })
            .await;
        assert_eq!(code(&world.ping(limited, &[("CID", "12")]).await), 1100);
        assert_eq!(code(&world.ping(limited, &[("CID", ANNA)]).await), 1024);
        world.clock.pass(3_600);

        let number_only = world.another_server_without_sip();
        let held = world.ping(limited, &[("CID", ANNA)]).await;
        assert!(
            held.offered().is_some_and(|o| o.number.is_some()),
            "{held:?}"
        );
        let fields = Ping::read(&[("CID".to_owned(), ANNA.to_owned())]);
        let now = domain_now(&world);
        let second = number_only
            .rtb_bids
            .ping(Environment::Production, usual, &fields, |_| true, now)
            .await;
        let Ok(Pinged::Answered(second)) = second else {
            panic!("{second:?}");
        };
        assert_eq!(
            code(&second),
            1026,
            "one number, and the caller has a bid on it"
        );
        assert_eq!(code(&world.ping(usual, &[("CID", BEN)]).await), 1003);

        let demanding = world
            .rtb_id("Demanding", |f| {
                f.caller = "true".into();
                f.tags = "zip\nstate".into();
            })
            .await;
        let answer = json(&world.ping(demanding, &[("CID", ANNA)]).await);
        assert_eq!(
            answer["rejectReason"],
            "Missing required fields: zip, state (Code: 3024)"
        );
        let fields = [("zip", "75201"), ("State", "TX")];
        assert_eq!(code(&world.ping(demanding, &fields).await), 1100);
    }
}

#[tokio::test]
async fn payouts_count_against_the_caps_of_the_id() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        let id = world
            .rtb_id("Leads Inc", |f| f.cap_daily = "1".into())
            .await;
        world.ping(id, &[("CID", ANNA)]).await;
        let (call, _) = world.calls("CA1", ANNA, NUMBER).await;
        world.talks(call).await;
        assert_eq!(world.paid(call).await, Micros(45_000_000));
        let refused = world.ping(id, &[("CID", BEN)]).await;
        assert_eq!(code(&refused), 1007, "{refused:?}");
        // What was promised before is paid.
        assert_eq!(json(&refused)["bidAmount"], 0);
    }
}

#[tokio::test]
async fn duplicates_that_are_not_paid_are_not_bid_for() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        let id = world
            .rtb_id("Leads Inc", |f| {
                f.pay = "after".into();
                f.pay_after_days = "1".into();
            })
            .await;
        let bid = world.ping(id, &[("CID", ANNA)]).await;
        assert!(json(&bid)["bidTerms"].to_string().contains("110"));
        let (call, _) = world.calls("CA1", ANNA, NUMBER).await;
        world.talks(call).await;
        world.clock.pass(3_600);
        let refused = world.ping(id, &[("CID", ANNA)]).await;
        assert_eq!(code(&refused), 1004, "{refused:?}");
        world.clock.pass(86_400);
        assert_eq!(
            amount(&world.ping(id, &[("CID", ANNA)]).await),
            Micros(45_000_000)
        );
    }
}

#[tokio::test]
async fn tests_and_examples_hold_nothing() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "1")]).await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let test = world.ping_in(Environment::Test, id, &[("CID", ANNA)]).await;
        let said = json(&test);
        assert_eq!(said["bidAmount"], 45.0);
        assert_eq!(said["phoneNumber"], "+15005550006");
        assert!(said["warnings"].to_string().contains("220"), "{said}");
        let sample = world.ping_in(Environment::Sandbox, id, &[]).await;
        assert!(json(&sample)["warnings"].to_string().contains("222"));
        assert_eq!(world.live(targets[0]).await, (0, 0, 0));
        let address = format!("sip:{}@sip.calls.example", bid_id(test.call));
        let (_, twiml) = world.calls("CA1", ANNA, &address).await;
        assert!(!twiml.contains("<Dial"), "a test is no bid: {twiml}");
        let xml = test.answer(test.asked_at).xml();
        assert!(xml.contains("<bidAmount>45.00</bidAmount>"), "{xml}");
        let form = TestPingForm {
            caller: ANNA.to_owned(),
            format: "json".to_owned(),
            ..TestPingForm::default()
        };
        let shown = world
            .services
            .rtb_ids
            .test(&world.op, id, &form)
            .await
            .expect("a test");
        assert!(
            shown.answer.contains("\"bidAmount\": 45"),
            "{}",
            shown.answer
        );
    }
}

#[tokio::test]
async fn bidders_are_asked_for_the_ping_and_not_again_for_the_call() {
    for world in World::each().await {
        let fake = &world.bidders;
        let said =
            r#"{"bidId":"x","bidAmount":36.20,"expireInSeconds":20,"phoneNumber":"+19725551004"}"#;
        fake.bids("https://bid.example/a", 1, said);
        world
            .tree(vec![crate::auction::form("a", "a")], |_| {})
            .await;
        let id = world
            .rtb_id("Leads Inc", |f| f.margin = "6.20".into())
            .await;
        let bid = world.ping(id, &[("CID", ANNA)]).await;
        let said = json(&bid);
        assert_eq!(said["bidAmount"], 30.0, "{}: {said}", world.kind);
        assert_eq!(said["expireInSeconds"], 20, "no longer than the bidder's");
        assert_eq!(fake.asked().len(), 1);
        // Another publisher of the same caller: what the bidder said still holds.
        let other = world.rtb_id("Others", |_| {}).await;
        let second = world.ping(other, &[("CID", ANNA)]).await;
        assert_eq!(json(&second)["bidAmount"], 36.2);
        assert_eq!(fake.asked().len(), 1);
        // The report leads to the bid as long as there is no call, whoever looks.
        let came = async || {
            let reports = &world.services.rtb_reports;
            let page = reports.page(&world.op, &RtbQuery::default()).await;
            let pings = page.expect("a page").pings;
            let words = pings.iter().all(|ping| !ping.words.is_empty());
            assert!(words, "whose it is is known: {pings:?}");
            pings.iter().map(|ping| ping.came).collect::<Vec<_>>()
        };
        assert_eq!(came().await, [false]);
        let (call, twiml) = world.calls("CA1", ANNA, NUMBER).await;
        assert_eq!(came().await, [call == bid.call]);
        assert!(twiml.contains("+19725551004"), "{twiml}");
        assert_eq!(
            fake.asked().len(),
            1,
            "the call goes by what was bid before"
        );
        let detail = world
            .services
            .calls
            .detail(&world.op, call)
            .await
            .expect("call");
        assert_eq!(detail.legs[0].target, "a");
    }
}

#[tokio::test]
async fn the_report_tells_every_refusal_and_what_would_have_bid() {
    for world in World::each().await {
        world.priced(&[("45", "1")]).await;
        let id = world.rtb_id("Leads Inc", |f| f.tags = "zip".into()).await;
        let refused = world.ping(id, &[("CID", ANNA)]).await;
        let bid = world.ping(id, &[("CID", ANNA), ("zip", "1")]).await;
        let (call, _) = world.calls("CA1", ANNA, NUMBER).await;
        world.talks(call).await;
        let report = &world.services.rtb_bids;
        let page = report
            .page(&world.op, &BidQuery::default())
            .await
            .expect("page");
        let t = page.totals;
        assert_eq!((t.pings, t.bids, t.calls, t.paid), (2, 1, 1, 1));
        assert_eq!(page.publishers[0].payout, "$45.00");
        assert_eq!(page.reasons[0].reason, "Required fields missing (3024)");
        let find = |search: String| BidQuery {
            search,
            ..BidQuery::default()
        };
        let found = report
            .page(&world.op, &find(bid_id(refused.call)))
            .await
            .expect("page");
        let [row] = found.bids.as_slice() else {
            panic!("{:?}", found.bids);
        };
        assert_eq!(
            row.words,
            "The ping came without zip, which this RTB id asks for."
        );
        assert_eq!(
            row.remedy,
            "It bids if the publisher sends these fields, or the RTB id asks for fewer."
        );
        let of_caller = report.page(&world.op, &find("(214) 555-0187".into())).await;
        assert_eq!(of_caller.expect("page").bids.len(), 2);
        let nonsense = report.page(&world.op, &find("nonsense".into())).await;
        assert!(
            nonsense
                .expect_err("refused")
                .fields()
                .message("search")
                .is_some()
        );
        let viewer = crate::world::as_role(&world.op, domain::access::Role::Viewer);
        let seen = report
            .page(&viewer, &BidQuery::default())
            .await
            .expect("page");
        let told = serde_json::to_string(&seen.bids).expect("JSON");
        assert!(!told.contains("5550187"), "{told}");
        let (file, text) = report
            .export(&world.op, &BidQuery::default())
            .await
            .expect("file");
        assert!(file.starts_with("bids-2026-11-18"), "{file}");
        assert!(
            text.contains(&bid_id(bid.call)) && text.lines().count() == 3,
            "{text}"
        );
    }
}

#[tokio::test]
async fn pings_at_the_same_moment_hold_no_more_than_there_is() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "3")]).await;
        let id = world
            .rtb_id("Leads Inc", |f| {
                f.rate = "12".into();
                f.per = "hour".into();
            })
            .await;
        let now = domain_now(&world);
        let pings = (0..20).map(|n| {
            let fields = [("CID".to_owned(), format!("+1214555{:04}", 1_000 + n))];
            let services = world.services.clone();
            async move {
                let ping = Ping::read(&fields);
                let answer = services
                    .rtb_bids
                    .ping(Environment::Production, id, &ping, |_| true, now)
                    .await;
                match answer.expect("an answer") {
                    Pinged::Answered(bid) => code(&bid),
                    other => panic!("{other:?}"),
                }
            }
        });
        let codes = futures_util::future::join_all(pings).await;
        let count = |wanted: u16| codes.iter().filter(|code| **code == wanted).count();
        assert_eq!(count(0), 3, "{}: {codes:?}", world.kind);
        assert_eq!(count(1024), 8, "{}: {codes:?}", world.kind);
        assert_eq!(world.live(targets[0]).await, (3, 3, 3), "{}", world.kind);
    }
}

#[tokio::test]
async fn what_is_wrong_with_an_id_is_told_at_the_field() {
    for world in World::each().await {
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let shown = world
            .services
            .rtb_ids
            .detail(&world.op, id)
            .await
            .expect("detail");
        assert_eq!(shown.form.numbers, "(800) 555-0126");
        assert!(
            shown.instructions.contains("sipAddress"),
            "{}",
            shown.instructions
        );
        let fields = |form: &RtbIdForm| {
            let (services, op, form) = (&world.services, &world.op, form.clone());
            async move {
                let refused = services.rtb_ids.create(op, &form).await.expect_err("wrong");
                refused
                    .fields()
                    .0
                    .iter()
                    .map(|e| e.field.clone())
                    .collect::<Vec<_>>()
            }
        };
        assert_eq!(
            fields(&shown.form).await,
            ["publisher"],
            "one for each pair"
        );
        let other = world.publisher("Others").await;
        let form = RtbIdForm {
            publisher: other.to_string(),
            ..shown.form.clone()
        };
        let unknown = RtbIdForm {
            numbers: "(833) 555-0199".to_owned(),
            ..form.clone()
        };
        assert_eq!(fields(&unknown).await, ["numbers"]);
        let list = RtbIdForm {
            modifiers: "zip is in the list Nowhere => reject".to_owned(),
            ..form.clone()
        };
        assert_eq!(fields(&list).await, ["modifiers"]);
        let keyed = RtbIdForm {
            key: "bearer".to_owned(),
            ..form
        };
        let made = world
            .services
            .rtb_ids
            .create(&world.op, &keyed)
            .await
            .expect("made");
        let detail = world
            .services
            .rtb_ids
            .detail(&world.op, made)
            .await
            .expect("detail");
        assert_eq!(detail.secret.len(), 64);
        let viewer = crate::world::as_role(&world.op, domain::access::Role::Viewer);
        let hidden = world
            .services
            .rtb_ids
            .detail(&viewer, made)
            .await
            .expect("detail");
        assert_eq!(hidden.secret, "");
        let ping = Ping::default();
        let now = domain_now(&world);
        let bids = &world.services.rtb_bids;
        let forbidden = bids
            .ping(Environment::Production, made, &ping, |_| false, now)
            .await;
        assert_eq!(forbidden.expect("an answer"), Pinged::Forbidden);
        let answered = bids
            .ping(Environment::Production, made, &ping, |_| true, now)
            .await;
        let Ok(Pinged::Answered(bid)) = answered else {
            panic!("{answered:?}");
        };
        assert!(
            matches!(bid.answer(now), Answer::Nothing { .. }),
            "no targets: {bid:?}"
        );
    }
}

#[tokio::test]
async fn by_sip_the_caller_is_the_one_whom_the_publisher_named() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        let id = world
            .rtb_id("Leads Inc", |form| form.pay = "never".into())
            .await;
        for (sid, from) in [
            ("CA1", "sip:leads@pbx.example"),
            ("CA2", "sip:+12145550188@pbx.example"),
        ] {
            let named = if sid == "CA1" { ANNA } else { BEN };
            let bid = world.ping(id, &[("CID", named), ("sipOk", "yes")]).await;
            let address = format!("sip:{}@sip.calls.example", bid_id(bid.call));
            let (call, twiml) = world.calls(sid, from, &address).await;
            assert_eq!(call, bid.call, "{}", world.kind);
            // The carrier shows no other number of a call by SIP than one of ours.
            assert!(twiml.contains(&format!("callerId=\"{NUMBER}\"")), "{twiml}");
            world.talks(call).await;
            world.clock.pass(3_600);
            let again = world.ping(id, &[("CID", named), ("sipOk", "yes")]).await;
            assert_eq!(code(&again), 1004, "{}: {again:?}", world.kind);
        }
    }
}

#[tokio::test]
async fn each_bid_for_a_caller_gives_back_what_it_held() {
    for world in World::each().await {
        let targets = world.priced(&[("45", "2")]).await;
        let first = world.rtb_id("Leads Inc", |_| {}).await;
        let unnamed = world
            .rtb_id("Gulf Calls", |form| form.numbers = NUMBER.into())
            .await;
        // One that names the caller and one that names nobody, both open and each with a line.
        let named = world.ping(first, &[("CID", ANNA)]).await;
        world.clock.pass(1);
        let nobody = world.ping(unnamed, &[]).await;
        assert_eq!(world.live(targets[0]).await.0, 2, "{}", world.kind);
        let (call, _) = world.calls("CA1", ANNA, NUMBER).await;
        assert_eq!(call, named.call);
        world.talks(call).await;
        assert_eq!(world.live(targets[0]).await.0, 1);
        let (call, _) = world.calls("CA2", BEN, NUMBER).await;
        assert_eq!(call, nobody.call);
        world.talks(call).await;
        assert_eq!(world.live(targets[0]).await.0, 0);
        world.clock.pass(3_600);
        let bids = &world.services.rtb_bids;
        let swept = bids.release_expired(domain_now(&world)).await;
        assert_eq!(swept.expect("swept"), 0);
    }
}

#[tokio::test]
async fn an_id_that_is_off_says_so_however_often_it_is_asked() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        let id = world
            .rtb_id("Leads Inc", |form| form.rate = "2".into())
            .await;
        let ids = &world.services.rtb_ids;
        ids.set_enabled(&world.op, id, false).await.expect("off");
        for _ in 0..5 {
            assert_eq!(code(&world.ping(id, &[("CID", ANNA)]).await), 1001);
        }
        let query = BidQuery::default();
        let page = world.services.rtb_bids.page(&world.op, &query).await;
        assert_eq!(page.expect("a page").bids.len(), 2, "enough is kept");
    }
}

#[tokio::test]
async fn what_is_offered_never_exceeds_what_the_target_makes_up_for() {
    for world in World::each().await {
        world.priced(&[("45", "")]).await;
        // 29.996 is left, of which 30.00 would be the nearest, and the margin would be short of it.
        let id = world
            .rtb_id("Leads Inc", |form| form.min_margin = "15.004".into())
            .await;
        let bid = world.ping(id, &[("CID", ANNA)]).await;
        assert_eq!(amount(&bid), Micros(29_990_000), "{}", world.kind);
        let (call, twiml) = world.calls("CA1", ANNA, NUMBER).await;
        assert!(call == bid.call && twiml.contains("<Dial"), "{twiml}");
    }
}
