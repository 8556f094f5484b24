//! Publishers' pings on both databases: what they are answered, what is held for the call, which bid an
//! arriving call is, and that it is paid as bid. Expected values are the field's (domain-reference 1b).

mod held;
mod refused;

use domain::api::campaign::{PlanForm, RouteForm};
use domain::api::publisher::NewPublisherForm;
use domain::api::revenue::RevenueForm;
use domain::api::rtb::RtbQuery;
use domain::api::rtb_id::RtbIdForm;
use domain::call::event::{Arrival, LegStatus};
use domain::id::{CallId, PublisherId, RtbId, TargetId};
use domain::money::Micros;
use domain::phone::Caller;
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
