//! Corrections of what a call earned: once each, whatever else happens to the call meanwhile.

use domain::access::Role;
use domain::api::adjustment::{AdjustForm, ConvertForm, Corrected};
use domain::call::event::LegStatus;
use domain::call::recording::RecordingKind;
use domain::id::CallId;
use domain::ledger::Ledger;
use domain::ledger::totals::Totals;
use domain::money::Micros;
use domain::testing::recording;
use service::Error;

use crate::world::{NOON, World, add_account, arrival, as_role, ended};

fn form(call: CallId, request: &str, change: &str, amount: &str) -> AdjustForm {
    AdjustForm {
        calls: call.to_string(),
        side: "revenue".into(),
        change: change.into(),
        amount: amount.into(),
        reason: "Agreed with the buyer.".into(),
        request: request.into(),
        ..AdjustForm::default()
    }
}

/// A call that talked to a target and is over.
async fn over(world: &World, sid: &str) -> CallId {
    let engine = &world.services.engine;
    let call = (engine.inbound(&arrival(sid), NOON).await.expect("arrival")).call;
    let result = ended(LegStatus::Completed, true);
    (engine.dial_ended(call, 1, result, NOON.plus_secs(90)))
        .await
        .expect("dial");
    (engine.call_ended(sid, LegStatus::Completed, Some(95), NOON.plus_secs(95)))
        .await
        .expect("end");
    call
}

/// The totals of the call's row, which must be those of its stored entries and of its session.
async fn totals(world: &World, call: CallId) -> Totals {
    let conn = world.db.db.read().await.expect("conn");
    let tenant = conn.tenant(&world.op.scope);
    let entries = tenant.ledger_of(call).await.expect("ledger");
    let record = tenant.call(call).await.expect("call");
    assert_eq!(record.line.money, Totals::of(&entries), "{}", world.kind);
    assert_eq!(record.session.ledger, Ledger::of(entries), "{}", world.kind);
    record.line.money
}

fn done(results: &[Corrected]) -> Vec<bool> {
    results.iter().map(|r| r.done).collect()
}

#[tokio::test]
async fn a_request_sent_twice_corrects_once_and_never_below_nothing() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let (engine, op) = (&world.services.engine, &world.op);
        let call = over(&world, "CA1").await;
        let to = form(call, "r1", "to", "25");
        assert_eq!(done(&engine.correct(op, &to).await.expect("first")), [true]);
        let by = form(call, "r2", "by", "-5");
        assert_eq!(done(&engine.correct(op, &by).await.expect("less")), [true]);
        // The same request again has the same answer and does nothing more.
        assert_eq!(done(&engine.correct(op, &by).await.expect("again")), [true]);
        assert_eq!(totals(&world, call).await.revenue, Micros(20_000_000));
        let much = form(call, "r3", "by", "-99");
        engine.correct(op, &much).await.expect("all of it");
        assert_eq!(totals(&world, call).await.revenue, Micros::ZERO);

        let detail = (world.services.calls.detail(op, call))
            .await
            .expect("detail");
        let corrected = detail.money.entries.iter().filter(|e| !e.by.is_empty());
        let words: Vec<(&str, &str, &str)> = corrected
            .map(|e| (e.amount.as_str(), e.by.as_str(), e.reason.as_str()))
            .collect();
        assert_eq!(
            words,
            [
                ("+$25.00", "Dana Weiss", "Agreed with the buyer."),
                ("\u{2212}$5.00", "Dana Weiss", "Agreed with the buyer."),
                ("\u{2212}$20.00", "Dana Weiss", "Agreed with the buyer."),
            ]
        );
    }
}

#[tokio::test]
async fn corrections_and_the_carrier_at_one_moment_lose_nothing() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let call = over(&world, "CA1").await;
        let mut tasks = Vec::new();
        for n in 0..8 {
            let (engine, op) = (world.services.engine.clone(), world.op.clone());
            tasks.push(tokio::spawn(async move {
                let form = form(call, &format!("r{n}"), "by", "1");
                engine.correct(&op, &form).await.map(drop)
            }));
        }
        let engine = world.services.engine.clone();
        tasks.push(tokio::spawn(async move {
            let heard = recording(RecordingKind::Conversation, 80);
            engine
                .recording_ready("CA1", heard, NOON.plus_secs(99))
                .await
        }));
        for task in tasks {
            task.await.expect("task").expect("kept");
        }
        assert_eq!(totals(&world, call).await.revenue, Micros(8_000_000));
        let detail = (world.services.calls.detail(&world.op, call))
            .await
            .expect("detail");
        assert_eq!(detail.recordings.len(), 1, "{}", world.kind);
    }
}

#[tokio::test]
async fn a_correction_asks_for_the_role_the_account_and_a_call_that_is_over() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let (engine, op) = (&world.services.engine, &world.op);
        let call = over(&world, "CA1").await;
        let wanted = form(call, "r1", "to", "25");
        let viewer = engine.correct(&as_role(op, Role::Viewer), &wanted).await;
        assert!(matches!(viewer, Err(Error::Denied(_))), "{viewer:?}");
        let other = add_account(&world.services, "Other", "eve@other.example", Role::Owner).await;
        let stranger = engine.correct(&other, &wanted).await;
        assert!(
            matches!(stranger, Err(Error::NotFound("call"))),
            "{stranger:?}"
        );
        let conversion = ConvertForm {
            request: "r1".into(),
            ..ConvertForm::default()
        };
        let stranger = engine.convert(&other, call, &conversion).await;
        assert!(
            matches!(stranger, Err(Error::NotFound("call"))),
            "{stranger:?}"
        );
        let nobody = AdjustForm {
            party: "999".into(),
            ..wanted.clone()
        };
        let nobody = engine
            .correct(op, &nobody)
            .await
            .expect_err("no such buyer");
        assert!(nobody.fields().message("party").is_some(), "{nobody:?}");
        let payout = AdjustForm {
            side: "payout".into(),
            ..wanted.clone()
        };
        let payout = engine.correct(op, &payout).await.expect_err("no publisher");
        assert!(payout.fields().message("side").is_some(), "{payout:?}");
        assert_eq!(totals(&world, call).await.revenue, Micros::ZERO);

        let live = (engine.inbound(&arrival("CA2"), NOON).await.expect("live")).call;
        let many = AdjustForm {
            calls: format!("{call},{live},00000000-0000-0000-0000-00000000dead"),
            ..wanted
        };
        let results = engine.correct(op, &many).await.expect("each by itself");
        let of = |id| results.iter().find(|r| r.call == id).expect("a result");
        assert!(of(call).done);
        assert_eq!(of(live).text, "The call is not over yet.");
        assert_eq!(results.iter().filter(|r| r.done).count(), 1);
        assert_eq!(totals(&world, call).await.revenue, Micros(25_000_000));
    }
}
