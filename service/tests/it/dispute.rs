//! Disputes of calls: opened, decided and paid back once, by who may.

use domain::access::Role;
use domain::api::adjustment::AdjustForm;
use domain::api::adjustment::bulk::{BulkForm, PartForm};
use domain::api::dispute::{DecideForm, DisputeForm, DisputeQuery};
use domain::call::event::LegStatus;
use domain::id::{ApiKeyId, CallId, DisputeId};
use domain::ledger::Ledger;
use domain::ledger::dispute::State::{self, Approved, Open, Rejected, Withdrawn};
use domain::ledger::totals::Totals;
use domain::money::Micros;
use service::{Error, OpCtx, Rights};

use crate::world::{NOON, World, add_account, arrival, as_role, ended};

/// A call that is over and was charged $25.
async fn charged(world: &World, sid: &str) -> CallId {
    let engine = &world.services.engine;
    let call = (engine.inbound(&arrival(sid), NOON).await.expect("arrival")).call;
    let result = ended(LegStatus::Completed, true);
    (engine.dial_ended(call, 1, result, NOON.plus_secs(90)))
        .await
        .expect("dial");
    (engine.call_ended(sid, LegStatus::Completed, Some(95), NOON.plus_secs(95)))
        .await
        .expect("end");
    let charge = AdjustForm {
        calls: call.to_string(),
        side: "revenue".into(),
        change: "to".into(),
        amount: "25".into(),
        reason: "Agreed.".into(),
        request: "charge".into(),
        ..AdjustForm::default()
    };
    engine.correct(&world.op, &charge).await.expect("charged");
    call
}

fn opening(request: &str) -> DisputeForm {
    DisputeForm {
        reason: "wrong_area".into(),
        comment: "They live in Ohio.".into(),
        request: request.into(),
        ..DisputeForm::default()
    }
}

fn decision(act: &str, revenue: &str, request: &str) -> DecideForm {
    DecideForm {
        act: act.into(),
        revenue: revenue.into(),
        comment: "Heard it.".into(),
        request: request.into(),
        ..DecideForm::default()
    }
}

async fn opened(world: &World, call: CallId) -> DisputeId {
    let disputes = &world.services.disputes;
    let id = disputes.open(&world.op, call, &opening("open")).await;
    id.expect("a dispute")
}

async fn state(world: &World, id: DisputeId) -> State {
    let found = world.services.disputes.fact(&world.op, id).await;
    found.expect("the dispute").state
}

/// The revenue of the call's row, which must be that of its stored entries and of its session.
async fn revenue(world: &World, call: CallId) -> Micros {
    let conn = world.db.db.read().await.expect("conn");
    let tenant = conn.tenant(&world.op.scope);
    let entries = tenant.ledger_of(call).await.expect("ledger");
    let record = tenant.call(call).await.expect("call");
    assert_eq!(record.line.money, Totals::of(&entries), "{}", world.kind);
    assert_eq!(record.session.ledger, Ledger::of(entries), "{}", world.kind);
    record.line.money.revenue
}

/// Each world a few times.
async fn each_round() -> Vec<(World, u32)> {
    let mut rounds = Vec::new();
    for round in 0..3 {
        for world in World::each().await {
            world.targets(&["1"]).await;
            rounds.push((world, round));
        }
    }
    rounds
}

fn conflicts<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Conflict { message, .. }) => message,
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_dispute_is_opened_once_and_paid_back_once() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let (disputes, op) = (&world.services.disputes, &world.op);
        let call = charged(&world, "CA1").await;
        let id = opened(&world, call).await;
        assert_eq!(opened(&world, call).await, id, "the same request");
        let again = disputes.open(op, call, &opening("another")).await;
        assert_eq!(conflicts(again), "The call is disputed already.");

        let part = decision("approve", "10", "approve");
        disputes.decide(op, id, &part).await.expect("approved");
        disputes.decide(op, id, &part).await.expect("once more");
        assert_eq!(revenue(&world, call).await, Micros(15_000_000));
        let more = decision("approve", "all", "another");
        let more = disputes.decide(op, id, &more).await;
        assert_eq!(
            conflicts(more),
            "The dispute was approved, and the money given back."
        );
        assert_eq!(revenue(&world, call).await, Micros(15_000_000));

        let view = disputes.detail(op, id).await.expect("the dispute");
        assert_eq!(view.row.charged, "$25.00");
        assert_eq!(view.row.returned, "$10.00");
        let entered: Vec<(&str, &str)> = (view.entries.iter())
            .map(|e| (e.amount.as_str(), e.by.as_str()))
            .collect();
        assert_eq!(entered, [("\u{2212}$10.00", "Dana Weiss")]);
        assert!(view.deciding.is_none() && view.reopening.is_none());
        let detail = (world.services.calls.detail(op, call)).await.expect("call");
        assert_eq!(detail.disputes.all.len(), 1);
        assert!(detail.disputes.opening.is_none());
    }
}

/// An approval writes its entries first: where a rejection is kept meanwhile, they must be gone.
#[tokio::test]
async fn of_many_who_decide_at_once_one_does_and_money_moves_with_it_alone() {
    for (world, round) in each_round().await {
        let call = charged(&world, &format!("CA{round}")).await;
        let id = opened(&world, call).await;
        let mut tasks = Vec::new();
        for n in 0..6 {
            let (disputes, op) = (world.services.disputes.clone(), world.op.clone());
            tasks.push(tokio::spawn(async move {
                let act = if n % 2 == 0 { "approve" } else { "reject" };
                let form = decision(act, "5", &format!("r{n}"));
                disputes.decide(&op, id, &form).await
            }));
        }
        let mut done = 0;
        for task in tasks {
            match task.await.expect("task") {
                Ok(()) => done += 1,
                Err(Error::Conflict { code, .. }) => assert_eq!(code, "dispute_state"),
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(done, 1, "{}", world.kind);
        let left = match state(&world, id).await {
            Approved => 20_000_000,
            _ => 25_000_000,
        };
        assert_eq!(revenue(&world, call).await, Micros(left), "{}", world.kind);
    }
}

#[tokio::test]
async fn a_rejected_dispute_is_opened_again_with_its_history() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let (disputes, op) = (&world.services.disputes, &world.op);
        let call = charged(&world, "CA1").await;
        let id = opened(&world, call).await;
        let mut silent = decision("reject", "", "r1");
        silent.comment.clear();
        let silent = disputes.decide(op, id, &silent).await.expect_err("why");
        assert!(silent.fields().message("comment").is_some(), "{silent:?}");
        for (act, request) in [
            ("reject", "r1"),
            ("reopen", "r2"),
            ("withdraw", "r3"),
            ("reopen", "r4"),
        ] {
            let form = decision(act, "", request);
            disputes.decide(op, id, &form).await.expect(act);
        }
        let key = OpCtx {
            actor: service::Actor {
                user_id: domain::id::UserId(0),
                rights: Rights::Key(ApiKeyId(7), domain::api_key::Scopes::all()),
                ..op.actor.clone()
            },
            ..op.clone()
        };
        let all = decision("approve", "all", "r5");
        disputes.decide(&key, id, &all).await.expect("by a key");
        let fact = disputes.fact(op, id).await.expect("the dispute");
        let states: Vec<State> = fact.steps.iter().map(|(s, _)| s.act.leads_to()).collect();
        assert_eq!(states, [Open, Rejected, Open, Withdrawn, Open, Approved]);
        assert_eq!(fact.steps.last().expect("a step").1, "API key");
        assert_eq!(revenue(&world, call).await, Micros::ZERO);
        let ledger = (world.services.calls.ledger(op, call))
            .await
            .expect("ledger");
        let by_key = ledger.entries.iter().any(|e| e.author == "API key");
        assert!(by_key, "{}: {ledger:?}", world.kind);
    }
}

#[tokio::test]
async fn the_list_is_narrowed_and_the_account_kept() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let (disputes, op) = (&world.services.disputes, &world.op);
        let call = charged(&world, "CA1").await;
        let id = opened(&world, call).await;
        let viewer = as_role(op, Role::Viewer);
        let denied = disputes.open(&viewer, call, &opening("r1")).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        let reject = decision("reject", "", "r1");
        let denied = disputes.decide(&viewer, id, &reject).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
        let seen = disputes.detail(&viewer, id).await.expect("may look");
        assert!(seen.deciding.is_none());
        let other = add_account(&world.services, "Other", "eve@other.example", Role::Owner).await;
        let stranger = disputes.detail(&other, id).await;
        assert!(matches!(stranger, Err(Error::NotFound(_))), "{stranger:?}");
        let stranger = disputes.decide(&other, id, &reject).await;
        assert!(matches!(stranger, Err(Error::NotFound(_))), "{stranger:?}");
        let stranger = disputes.open(&other, call, &opening("r1")).await;
        assert!(matches!(stranger, Err(Error::NotFound(_))), "{stranger:?}");

        let page = async |state: &str, buyer: &str, op: &OpCtx| {
            let query = DisputeQuery {
                state: state.into(),
                buyer: buyer.into(),
                ..DisputeQuery::default()
            };
            let page = disputes.page(op, &query).await.expect("a page");
            (page.rows.len(), page.open, page.any)
        };
        let buyer = seen.buyer.to_string();
        assert_eq!(page("", "", op).await, (1, 1, true));
        assert_eq!(page("", &buyer, op).await, (1, 1, true));
        assert_eq!(page("all", "999", op).await, (0, 1, true));
        assert_eq!(page("approved", "", op).await, (0, 1, true));
        assert_eq!(page("all", "", &other).await, (0, 0, false));
        let counters = world.services.session.counters(op).await.expect("counters");
        assert_eq!(counters.disputes, 1);
        let before = world.services.session.activity(op).await.expect("figure");
        disputes.decide(op, id, &reject).await.expect("rejected");
        let after = world.services.session.activity(op).await.expect("figure");
        assert_ne!(before, after, "views that follow along hear of it");
        let odd = DisputeQuery {
            state: "odd".into(),
            ..DisputeQuery::default()
        };
        let odd = disputes.page(op, &odd).await.expect_err("no such state");
        assert!(odd.fields().message("state").is_some(), "{odd:?}");
    }
}

#[tokio::test]
async fn many_calls_are_corrected_as_the_preview_says() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let (engine, op) = (&world.services.engine, &world.op);
        let (first, second) = (charged(&world, "CA1").await, charged(&world, "CA2").await);
        let to = AdjustForm {
            calls: second.to_string(),
            side: "revenue".into(),
            change: "to".into(),
            amount: "3".into(),
            reason: "Agreed.".into(),
            request: "less".into(),
            ..AdjustForm::default()
        };
        engine.correct(op, &to).await.expect("less");
        let live = (engine.inbound(&arrival("CA3"), NOON).await.expect("live")).call;
        let part = |change: &str, amount: &str| PartForm {
            change: change.into(),
            amount: amount.into(),
        };
        let form = BulkForm {
            calls: format!("{first},{second},{live},00000000-0000-0000-0000-00000000dead"),
            revenue: part("by", "-5"),
            payout: part("to", "1"),
            reason: "Agreed with both.".into(),
            request: "bulk".into(),
        };
        let preview = engine.preview(op, &form).await.expect("a preview");
        assert_eq!(preview.calls, 2, "{}", world.kind);
        let sides: Vec<(&str, u32, u32, &str, &str)> = (preview.sides.iter())
            .map(|s| (&*s.side, s.calls, s.floored, &*s.before, &*s.after))
            .collect();
        assert_eq!(
            sides,
            [
                ("Revenue", 2, 1, "$28.00", "$20.00"),
                ("Payout", 0, 0, "$0.00", "$0.00")
            ]
        );
        let why: Vec<&str> = preview.skipped.iter().map(|s| s.why.as_str()).collect();
        assert!(why.contains(&"The call is not over yet."), "{why:?}");
        assert_eq!(why.len(), 2, "{why:?}");

        let results = engine.correct_many(op, &form).await.expect("done");
        let done: u32 = results.iter().map(|r| u32::from(r.done)).sum();
        assert_eq!((results.len(), done), (4, preview.calls));
        assert_eq!(revenue(&world, first).await, Micros(20_000_000));
        assert_eq!(revenue(&world, second).await, Micros::ZERO);
        let again = engine.correct_many(op, &form).await.expect("again");
        // The same request has the same answer, and corrects nothing twice.
        assert_eq!(again, results, "{}", world.kind);
        assert_eq!(revenue(&world, first).await, Micros(20_000_000));
        let viewer = as_role(op, Role::Viewer);
        let denied = engine.preview(&viewer, &form).await;
        assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    }
}
