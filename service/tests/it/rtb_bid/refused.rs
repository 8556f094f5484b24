//! What pings are bid nothing for, and how that is told.

use domain::api::block::BlockForm;
use domain::api::page::Activity;
use domain::api::rtb_bid::BidQuery;
use domain::api::rtb_id::RtbIdForm;
use domain::money::Micros;
use domain::rtb_id::answer::Answer;
use domain::rtb_id::bid::bid_id;
use domain::rtb_id::ping::Ping;
use domain::rtb_id::settings::Environment;
use service::rtb_bid::Pinged;

use super::{ANNA, BEN, amount, code, domain_now, json};
use crate::world::{NUMBER, World};

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
async fn a_broker_who_asks_us_for_our_own_caller_is_refused_and_told_why() {
    for world in World::each().await {
        let fake = &world.bidders;
        let said =
            r#"{"bidId":"x","bidAmount":36.20,"expireInSeconds":20,"phoneNumber":"+19725551004"}"#;
        fake.bids("https://bid.example/a", 300, said);
        world
            .tree(vec![crate::auction::form("a", "a")], |_| {})
            .await;
        let id = world.rtb_id("Leads Inc", |_| {}).await;
        let broker = world.rtb_id("Broker", |_| {}).await;
        // While our bidder is asked, it asks us, as the broker that it is.
        let asks_back = async {
            fake.asks().await;
            let again = world.ping(broker, &[("CID", ANNA)]).await;
            let other = world.ping(broker, &[("CID", BEN)]).await;
            (again, other)
        };
        let asked = [("CID", ANNA)];
        let (bid, (again, other)) = tokio::join!(world.ping(id, &asked), asks_back);
        assert_eq!(json(&bid)["bidAmount"], 36.2, "{}", world.kind);
        assert_eq!(code(&again), 1025);
        let words = json(&again)["rejectReason"].to_string();
        assert!(words.contains("same caller id"), "{words}");
        assert!(other.offered().is_some(), "only its own caller: {other:?}");
        assert_eq!(fake.asked().len(), 2, "nobody was asked again for Anna");
        // A moment later the same ping is answered, with what the bidder said.
        let later = world.ping(broker, &asked).await;
        assert_eq!(json(&later)["bidAmount"], 36.2);
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
