//! What is held for the call that a bid was made for, and given back.

use domain::api::rtb_id::TestPingForm;
use domain::money::Micros;
use domain::rtb_id::bid::bid_id;
use domain::rtb_id::ping::Ping;
use domain::rtb_id::settings::Environment;
use serde_json::Value;
use service::rtb_bid::Pinged;

use super::{ANNA, BEN, amount, code, domain_now, json};
use crate::world::{NUMBER, World};

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
