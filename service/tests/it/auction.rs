//! Auctions of real calls on both databases: who is asked, what is kept, what people see, and that
//! nobody is asked twice.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use domain::access::Role;
use domain::api::campaign::{PlanForm, RouteForm};
use domain::api::page::Activity;
use domain::api::rtb::RtbQuery;
use domain::api::rtb_target::{ParserForm, RtbTargetForm, TrialForm};
use domain::api::target_group::TargetGroupForm;
use domain::call::event::LegStatus;
use domain::id::TargetId;
use domain::money::Micros;
use domain::phone::Caller;
use domain::rtb::inquiry::Inquiry;
use domain::rtb::ping::PingVerdict;
use service::Error;
use service::port::{Bidders, Heard};
use tokio::sync::Notify;

use crate::world::{NOON, World, arrival, as_role, ended};

/// What machines answer, by their address, and what they were asked.
#[derive(Debug, Default)]
pub struct FakeBidders {
    answers: Mutex<BTreeMap<String, (u64, Heard)>>,
    asked: Mutex<Vec<Inquiry>>,
    asks: Notify,
}

impl FakeBidders {
    /// At this address so much is bid, after so many milliseconds.
    pub fn bids(&self, url: &str, after_ms: u64, body: &str) {
        let heard = Heard::Answer {
            status: 200,
            body: body.to_owned(),
        };
        let mut answers = self.answers.lock().expect("answers");
        answers.insert(url.to_owned(), (after_ms, heard));
    }

    pub fn asked(&self) -> Vec<Inquiry> {
        self.asked.lock().expect("asked").clone()
    }

    /// Comes back once somebody has been asked.
    pub async fn asks(&self) {
        self.asks.notified().await;
    }

    fn forget(&self) {
        self.asked.lock().expect("asked").clear();
    }
}

#[async_trait]
impl Bidders for FakeBidders {
    async fn ask(&self, inquiry: &Inquiry, within: Duration) -> Heard {
        self.asked.lock().expect("asked").push(inquiry.clone());
        self.asks.notify_one();
        let known = self
            .answers
            .lock()
            .expect("answers")
            .get(&inquiry.url)
            .cloned();
        let Some((after_ms, heard)) = known else {
            return Heard::Unreachable("the connection was refused.".to_owned());
        };
        let answer = async {
            tokio::time::sleep(Duration::from_millis(after_ms)).await;
            heard
        };
        let heard = tokio::time::timeout(within, answer).await;
        heard.unwrap_or(Heard::TimedOut)
    }

    fn refuses(&self, url: &str) -> Option<String> {
        url.contains("10.0.0.1")
            .then(|| "It is in a private network.".to_owned())
    }
}

pub fn form(name: &str, path: &str) -> RtbTargetForm {
    let mut form = RtbTargetForm {
        name: name.to_owned(),
        bid_id: ParserForm::path("bidId"),
        expiry: ParserForm::path("expireInSeconds"),
        ..RtbTargetForm::default()
    };
    form.request.url = format!("https://bid.example/{path}");
    form
}

fn answer(dollars: &str, id: &str) -> String {
    format!(
        r#"{{"bidId":"{id}","bidAmount":{dollars},"expireInSeconds":600,"phoneNumber":"+1972555{}"}}"#,
        1_000 + u64::try_from(id.len()).unwrap_or(0)
    )
}

impl World {
    /// RTB targets of these forms, and a ring tree of all of them as the only entry of the plan.
    pub async fn tree(
        &self,
        forms: Vec<RtbTargetForm>,
        change: impl FnOnce(&mut TargetGroupForm),
    ) -> Vec<TargetId> {
        self.targets(&[""]).await;
        let buyer = self.services.buyers.list(&self.op).await.expect("buyers")[0].id;
        let mut ids = Vec::new();
        for mut form in forms {
            form.buyer = buyer.to_string();
            let id = self.services.rtb_targets.create(&self.op, &form).await;
            ids.push(id.expect("an RTB target"));
        }
        let mut tree = TargetGroupForm {
            name: "Auto, national".to_owned(),
            deadline_ms: "400".to_owned(),
            members: ids.iter().map(ToString::to_string).collect(),
            ..TargetGroupForm::ring_tree()
        };
        change(&mut tree);
        let groups = &self.services.target_groups;
        let tree = groups.create(&self.op, &tree).await.expect("a tree");
        let plan = PlanForm {
            version: 2,
            routes: vec![RouteForm {
                target: format!("group-{tree}"),
                ..RouteForm::default()
            }],
            ..PlanForm::default()
        };
        let campaigns = &self.services.campaigns;
        campaigns
            .save_plan(&self.op, self.campaign, &plan)
            .await
            .expect("plan");
        ids
    }
}

#[tokio::test]
async fn the_best_bid_gets_the_call_and_every_ping_is_told() {
    for world in World::each().await {
        let fake = &world.bidders;
        fake.bids("https://bid.example/a", 1, &answer("20.50", "b-1"));
        fake.bids("https://bid.example/b", 1, &answer("36.20", "b-22"));
        fake.bids("https://bid.example/slow", 5_000, &answer("99", "b-333"));
        fake.bids(
            "https://bid.example/no",
            1,
            r#"{"bidAmount":0,"rejectReason":"no"}"#,
        );
        let forms = ["a", "b", "slow", "no", "gone"]
            .map(|path| form(path, path))
            .to_vec();
        let ids = world.tree(forms, |_| {}).await;
        let engine = &world.services.engine;
        let first = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        assert!(
            first.twiml.contains("+19725551004"),
            "{}: {}",
            world.kind,
            first.twiml
        );
        assert_eq!(world.live(ids[1]).await.0, 1, "its line is held");
        assert_eq!(fake.asked().len(), 5);
        // The same delivery finds its answer: nobody is asked again.
        let again = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        assert_eq!((again.twiml, again.repeated), (first.twiml, true));
        assert_eq!(fake.asked().len(), 5);

        let detail = world
            .services
            .calls
            .detail(&world.op, first.call)
            .await
            .expect("call");
        let [auction] = detail.auctions.as_slice() else {
            panic!("one auction: {:?}", detail.auctions);
        };
        let told: Vec<(&str, &str)> = (auction.pings.iter())
            .map(|ping| (ping.name.as_str(), ping.verdict.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("a", "Outbid"),
                ("b", "Won"),
                ("slow", "Timed out"),
                ("no", "Bid nothing"),
                ("gone", "Could not be asked"),
            ]
        );
        assert!(
            auction.summary.starts_with("2 of 5 bid"),
            "{}",
            auction.summary
        );
        let winner = &auction.pings[1];
        assert_eq!(
            (winner.amount.as_str(), winner.bid_id.as_str()),
            ("$36.20", "b-22")
        );
        assert!(winner.sent.contains("publisherInboundCallId"));
        // The caller's number is told only to who may see it.
        assert!(
            !fake.asked()[0]
                .body
                .as_deref()
                .unwrap_or_default()
                .contains("2145550187")
        );

        // The winner does not answer: the next bid is dialed, and nobody is asked again.
        let missed = ended(LegStatus::NoAnswer, false);
        let next = engine
            .dial_ended(first.call, 1, missed, NOON.plus_secs(20))
            .await
            .expect("answer");
        assert!(next.twiml.contains("+19725551003"), "{}", next.twiml);
        assert_eq!(fake.asked().len(), 5);
        assert_eq!(world.live(ids[1]).await.0, 0);
        engine
            .dial_ended(
                first.call,
                2,
                ended(LegStatus::Completed, true),
                NOON.plus_secs(90),
            )
            .await
            .expect("answer");
        let detail = world
            .services
            .calls
            .detail(&world.op, first.call)
            .await
            .expect("call");
        let revenue: Vec<&str> = (detail.money.entries.iter())
            .filter(|entry| entry.kind == "Revenue")
            .map(|entry| entry.amount.as_str())
            .collect();
        assert_eq!(revenue, ["+$20.50"], "{}", world.kind);
    }
}

#[tokio::test]
async fn calls_at_once_never_go_over_a_bidders_lines() {
    for world in World::each().await {
        world
            .bidders
            .bids("https://bid.example/a", 1, &answer("30", "x"));
        world
            .bidders
            .bids("https://bid.example/b", 1, &answer("10", "yy"));
        let ids = world
            .tree(vec![form("a", "a"), form("b", "b")], |_| {})
            .await;
        let mut target = (world.services.targets.detail(&world.op, ids[0]).await)
            .expect("target")
            .form;
        target.cap_concurrent = "3".to_owned();
        target.inherit_caps = String::new();
        (world
            .services
            .targets
            .update(&world.op, ids[0], &target)
            .await)
            .expect("caps");
        let calls = (0..16).map(|i| {
            let engine = world.services.engine.clone();
            tokio::spawn(async move {
                let answer = engine.inbound(&arrival(&format!("CA{i}")), NOON).await;
                answer.expect("answer").twiml
            })
        });
        let mut dialed = (0, 0);
        for call in calls.collect::<Vec<_>>() {
            let twiml = call.await.expect("task");
            dialed.0 += u32::from(twiml.contains("+19725551001"));
            dialed.1 += u32::from(twiml.contains("+19725551002"));
        }
        assert_eq!(dialed, (3, 13), "{}", world.kind);
        assert_eq!(world.live(ids[0]).await, (3, 3, 3));
    }
}

#[tokio::test]
async fn a_bidder_is_asked_no_more_often_than_it_says() {
    for world in World::each().await {
        world
            .bidders
            .bids("https://bid.example/a", 1, &answer("30", "x"));
        let mut limited = form("a", "a");
        limited.limit_minute = "2".to_owned();
        world.tree(vec![limited], |_| {}).await;
        for n in 1..=3 {
            let engine = &world.services.engine;
            engine
                .inbound(&arrival(&format!("CA{n}")), NOON)
                .await
                .expect("answer");
        }
        assert_eq!(world.bidders.asked().len(), 2, "{}", world.kind);
        world.clock.pass(61);
        let later = NOON.plus_secs(61);
        let engine = &world.services.engine;
        engine
            .inbound(&arrival("CA4"), later)
            .await
            .expect("answer");
        assert_eq!(world.bidders.asked().len(), 3, "{}", world.kind);
        let conn = world.db.db.read().await.expect("conn");
        let pings = conn
            .tenant(&world.op.scope)
            .pings(&Default::default(), 10)
            .await;
        let verdicts: Vec<PingVerdict> = pings
            .expect("pings")
            .iter()
            .map(|p| p.ping.verdict)
            .collect();
        assert_eq!(
            verdicts,
            [
                PingVerdict::Won,
                PingVerdict::OverLimit,
                PingVerdict::Won,
                PingVerdict::Won
            ]
        );
    }
}

#[tokio::test]
async fn a_bidder_that_fails_is_left_alone_for_a_while() {
    for world in World::each().await {
        world.tree(vec![form("gone", "gone")], |_| {}).await;
        for n in 1..=7 {
            let engine = &world.services.engine;
            engine
                .inbound(&arrival(&format!("CA{n}")), NOON)
                .await
                .expect("answer");
        }
        assert_eq!(world.bidders.asked().len(), 5, "{}", world.kind);
        let row = &world
            .services
            .rtb_targets
            .list(&world.op)
            .await
            .expect("list")[0];
        assert_eq!((row.health.pings, row.health.unanswered), (5, 5));
    }
}

#[tokio::test]
async fn a_winner_confirms_or_loses() {
    for world in World::each().await {
        let fake = &world.bidders;
        fake.bids("https://bid.example/a", 1, &answer("30", "x"));
        fake.bids("https://bid.example/b", 1, &answer("20", "yy"));
        fake.bids("https://bid.example/confirm", 1, r#"{"ok":"no"}"#);
        let mut two_steps = form("a", "a");
        two_steps.confirm = "required".to_owned();
        two_steps.confirm_request.url = "https://bid.example/confirm".to_owned();
        two_steps.confirm_acceptance = ParserForm::path("ok");
        two_steps.confirm_destination = ParserForm::path("number");
        world.tree(vec![two_steps, form("b", "b")], |_| {}).await;
        let engine = &world.services.engine;
        let first = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        assert!(
            first.twiml.contains("+19725551002"),
            "{}: {}",
            world.kind,
            first.twiml
        );
        let detail = world
            .services
            .calls
            .detail(&world.op, first.call)
            .await
            .expect("call");
        let last = detail.auctions[0].pings.last().expect("a ping");
        assert_eq!(
            (last.confirms, last.verdict.as_str()),
            (true, "Not confirmed")
        );
        fake.bids(
            "https://bid.example/confirm",
            1,
            r#"{"ok":"yes","number":"+18005550177"}"#,
        );
        let second = engine.inbound(&arrival("CA2"), NOON).await.expect("answer");
        assert!(
            second.twiml.contains("+18005550177"),
            "{}: {}",
            world.kind,
            second.twiml
        );
    }
}

#[tokio::test]
async fn members_of_trees_and_groups_are_not_mixed_up() {
    for world in World::each().await {
        let ids = world.tree(vec![form("a", "a")], |_| {}).await;
        let plain = world
            .services
            .targets
            .facts(&world.op, None)
            .await
            .expect("targets");
        let plain = plain
            .iter()
            .find(|t| !t.routed.bids)
            .expect("one")
            .record
            .id;
        let groups = &world.services.target_groups;
        let tree = TargetGroupForm {
            name: "Mixed".to_owned(),
            members: vec![plain.to_string()],
            ..TargetGroupForm::ring_tree()
        };
        let group = TargetGroupForm {
            name: "Mixed".to_owned(),
            members: vec![ids[0].to_string()],
            ..TargetGroupForm::default()
        };
        for form in [tree, group] {
            let Err(Error::Invalid(errors)) = groups.create(&world.op, &form).await else {
                panic!("mixed up");
            };
            assert_eq!(errors.0[0].field, "members[0].target");
        }
        let plan = PlanForm {
            version: 3,
            routes: vec![RouteForm {
                target: ids[0].to_string(),
                ..RouteForm::default()
            }],
            ..PlanForm::default()
        };
        let saved = world
            .services
            .campaigns
            .save_plan(&world.op, world.campaign, &plan)
            .await;
        assert!(
            matches!(saved, Err(Error::Invalid(_))),
            "a bidder stands in no plan"
        );
    }
}

#[tokio::test]
async fn a_form_can_be_tried_before_it_is_saved() {
    for world in World::each().await {
        let fake = &world.bidders;
        fake.bids("https://bid.example/a", 1, &answer("\"$12.50\"", "x"));
        let mut shy = form("", "a");
        shy.exposes_caller = "on".to_owned();
        let trial = world
            .services
            .rtb_targets
            .try_out(&world.op, None, &shy, &TrialForm::default())
            .await
            .expect("a trial");
        assert!(trial.bid, "{}", trial.words);
        assert!(
            trial.words.starts_with("A bid of $12.50."),
            "{}",
            trial.words
        );
        assert!(
            trial
                .places
                .iter()
                .any(|p| p.path == "$.bidAmount" && p.value == "$12.50")
        );
        assert!(trial.sent.contains("12145550187"));
        let mut forbidden = form("x", "a");
        forbidden.request.url = "https://10.0.0.1/".to_owned();
        let refused = world
            .services
            .rtb_targets
            .try_out(&world.op, None, &forbidden, &TrialForm::default())
            .await;
        let Err(Error::Invalid(errors)) = refused else {
            panic!("a private address");
        };
        assert_eq!(errors.0[0].field, "request.url");
        fake.forget();
    }
}

#[tokio::test]
async fn a_form_keeps_what_it_does_not_show() {
    for world in World::each().await {
        let mut signed = form("a", "a");
        signed.request.auth = "bearer".to_owned();
        signed.request.auth_secret = "t0ken".to_owned();
        let ids = world.tree(vec![signed], |_| {}).await;
        let rtb = &world.services.rtb_targets;
        let detail = rtb.detail(&world.op, ids[0]).await.expect("detail");
        assert!(detail.has_secret && detail.form.request.auth_secret.is_empty());
        rtb.update(&world.op, ids[0], &detail.form)
            .await
            .expect("saved");
        // The target's own page knows nothing of bids, and keeps them.
        let targets = &world.services.targets;
        let plain = targets
            .detail(&world.op, ids[0])
            .await
            .expect("target")
            .form;
        assert_eq!(plain.kind, "bid");
        targets
            .update(&world.op, ids[0], &plain)
            .await
            .expect("saved");
        let conn = world.db.db.read().await.expect("conn");
        let stored = conn
            .tenant(&world.op.scope)
            .target(ids[0])
            .await
            .expect("target");
        let bidder = stored.settings.bidder.expect("it bids");
        assert_eq!(bidder.request.auth.secret(), "t0ken");
        assert_eq!(bidder.min, Micros::ZERO);
        let none = targets.facts(&world.op, None).await.expect("targets");
        let none = none.iter().find(|t| !t.routed.bids).expect("one").record.id;
        assert!(matches!(
            rtb.detail(&world.op, none).await,
            Err(Error::NotFound(_))
        ));
    }
}

#[tokio::test]
async fn an_auction_is_tried_without_a_call_and_nothing_is_kept() {
    for world in World::each().await {
        let fake = &world.bidders;
        fake.bids("https://bid.example/a", 1, &answer("20.50", "b-1"));
        fake.bids("https://bid.example/b", 1, &answer("36.20", "b-22"));
        fake.bids("https://bid.example/c", 1, &answer("50", "b-3"));
        let ids = world
            .tree(vec![form("A", "a"), form("B", "b"), form("C", "c")], |_| {})
            .await;
        world
            .services
            .targets
            .set_activity(&world.op, ids[2], Activity::Paused)
            .await
            .expect("paused");
        let services = &world.services;
        let groups = services.target_groups.list(&world.op, true).await;
        let tree = groups.expect("trees")[0].id;
        let about = TrialForm {
            caller: "(702) 555-0183".to_owned(),
            ..TrialForm::default()
        };
        let held = services.ring_trees.rehearse(&world.op, tree, &about).await;
        let held = held.expect("an auction");
        let told: Vec<(&str, &str)> = (held.pings.iter())
            .map(|ping| (ping.name.as_str(), ping.verdict.as_str()))
            .collect();
        assert_eq!(
            told,
            [("A", "Outbid"), ("B", "Won")],
            "who is paused is not asked"
        );
        assert!(held.summary.starts_with("2 of 2 bid"), "{}", held.summary);
        assert_eq!(fake.asked().len(), 2);
        let report = services
            .rtb_reports
            .page(&world.op, &RtbQuery::default())
            .await
            .expect("the report");
        assert_eq!(report.pings, [], "nothing is kept");

        let wrong = TrialForm {
            caller: "12".to_owned(),
            tags: "zip".to_owned(),
        };
        let refused = services.ring_trees.rehearse(&world.op, tree, &wrong).await;
        let Err(Error::Invalid(errors)) = refused else {
            panic!("{refused:?}");
        };
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["trial.caller", "trial.tags"]);
        for id in &ids {
            let paused = services
                .targets
                .set_activity(&world.op, *id, Activity::Paused);
            paused.await.expect("paused");
        }
        let nobody = services.ring_trees.rehearse(&world.op, tree, &about).await;
        assert!(
            matches!(
                nobody,
                Err(Error::Conflict {
                    code: "nobody_to_ask",
                    ..
                })
            ),
            "{nobody:?}"
        );
        let buyers = services.buyers.list(&world.op).await.expect("buyers");
        let mut targets = buyers.iter().flat_map(|buyer| &buyer.targets);
        let fixed = targets.find(|target| !ids.contains(&target.id));
        let plain = TargetGroupForm {
            name: "Plain".to_owned(),
            members: vec![fixed.expect("a target that does not bid").id.to_string()],
            ..TargetGroupForm::default()
        };
        let plain = services.target_groups.create(&world.op, &plain).await;
        let plain = services
            .ring_trees
            .rehearse(&world.op, plain.expect("a group"), &about)
            .await;
        assert!(
            matches!(plain, Err(Error::NotFound("ring tree"))),
            "{plain:?}"
        );
        fake.forget();
    }
}

#[tokio::test]
async fn who_may_not_see_callers_reads_no_number_in_pings() {
    for world in World::each().await {
        let fake = &world.bidders;
        // It tells the caller's number back, as its id and in pieces.
        fake.bids(
            "https://bid.example/a?n=12145550187",
            1,
            &answer("20.50", "12145550187"),
        );
        let mut told = form("A", "a?n=[Call:CallerIdNoPlus]");
        told.exposes_caller = "on".to_owned();
        world.tree(vec![told], |_| {}).await;
        let mut call = arrival("CA1");
        call.from = Caller::from_carrier("+12145550187");
        let engine = &world.services.engine;
        engine.inbound(&call, NOON).await.expect("answer");
        for (role, sees) in [(Role::Owner, true), (Role::Viewer, false)] {
            let op = as_role(&world.op, role);
            let all = RtbQuery::default();
            let report = world.services.rtb_reports.page(&op, &all).await;
            let report = report.expect("the report");
            let ping = &report.pings[0];
            assert_eq!(ping.verdict, "Won");
            let text = serde_json::to_string(ping).expect("text");
            assert_eq!(text.contains("2145550187"), sees, "{role:?}: {text}");
            assert_eq!(ping.answer.contains("bidAmount"), sees);
            assert!(ping.request.starts_with("POST https://bid.example"));
            assert_eq!(ping.request.contains("?n="), sees);
        }
    }
}
