//! A call from ringing to its end, through repeats, races, losses and restarts.

use domain::api::call::CallQuery;
use domain::call::event::{CarrierLeg, CarrierRecord, LegNews, LegStatus};
use domain::call::record::{LiveState, Outcome};
use domain::call::recording::{Recording, RecordingKind};

use domain::testing::recording;

use crate::world::{NOON, World, arrival, ended};

#[tokio::test]
async fn a_call_rings_target_after_target_until_one_talks() {
    for world in World::each().await {
        let targets = world.targets(&["1", "1"]).await;
        let engine = &world.services.engine;
        let first = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        assert!(
            first.twiml.contains("+12145550100"),
            "{}: {}",
            world.kind,
            first.twiml
        );
        assert_eq!(world.live(targets[0]).await, (1, 1, 1));

        let second = engine
            .dial_ended(
                first.call,
                1,
                ended(LegStatus::Busy, false),
                NOON.plus_secs(5),
            )
            .await
            .expect("answer");
        assert!(second.twiml.contains("+12145550101"), "{}", second.twiml);
        assert_eq!(
            world.live(targets[0]).await,
            (0, 0, 1),
            "a busy target is not counted"
        );

        let last = engine
            .dial_ended(
                first.call,
                2,
                ended(LegStatus::Completed, true),
                NOON.plus_secs(99),
            )
            .await
            .expect("answer");
        assert!(last.twiml.contains("<Hangup/>"));
        assert_eq!(world.live(targets[1]).await, (0, 1, 1));

        let detail = world
            .services
            .calls
            .detail(&world.op, first.call)
            .await
            .expect("detail");
        assert_eq!(
            (detail.row.outcome, detail.row.target.as_str()),
            (Some(Outcome::Connected), "Target 2")
        );
        assert_eq!(
            detail
                .legs
                .iter()
                .map(|l| l.result.as_str())
                .collect::<Vec<_>>(),
            ["Busy", "Connected"]
        );
        assert_eq!(detail.decisions.len(), 2);
        assert_eq!(detail.answers.len(), 3);
        assert_eq!(detail.row.connected_s, 90);
    }
}

#[tokio::test]
async fn the_same_delivery_gets_the_same_answer_and_does_nothing_twice() {
    for world in World::each().await {
        let targets = world.targets(&["", ""]).await;
        let engine = &world.services.engine;
        let first = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        let again = engine
            .inbound(&arrival("CA1"), NOON.plus_secs(1))
            .await
            .expect("answer");
        assert_eq!(
            (first.call, &first.twiml, again.repeated),
            (again.call, &again.twiml, true)
        );
        assert_eq!(world.live(targets[0]).await.0, 1, "{}", world.kind);

        let next = engine
            .dial_ended(first.call, 1, ended(LegStatus::NoAnswer, false), NOON)
            .await
            .expect("answer");
        let same = engine
            .dial_ended(first.call, 1, ended(LegStatus::NoAnswer, false), NOON)
            .await
            .expect("answer");
        assert_eq!(next.twiml, same.twiml);
        assert_eq!(world.live(targets[1]).await.0, 1);
    }
}

#[tokio::test]
async fn repeats_at_the_same_moment_make_one_call() {
    for world in World::each().await {
        let targets = world.targets(&[""]).await;
        let tries = (0..8).map(|_| {
            let engine = world.services.engine.clone();
            tokio::spawn(
                async move { engine.inbound(&arrival("CA1"), NOON).await.expect("answer") },
            )
        });
        let mut answers = Vec::new();
        for one in tries.collect::<Vec<_>>() {
            answers.push(one.await.expect("task"));
        }
        assert!(
            answers
                .iter()
                .all(|a| a.twiml == answers[0].twiml && a.call == answers[0].call),
            "{}",
            world.kind
        );
        assert_eq!(world.live(targets[0]).await, (1, 1, 1));

        let call = answers[0].call;
        let tries = (0..8).map(|_| {
            let engine = world.services.engine.clone();
            tokio::spawn(async move {
                engine
                    .dial_ended(call, 1, ended(LegStatus::Busy, false), NOON)
                    .await
                    .expect("answer")
            })
        });
        for one in tries.collect::<Vec<_>>() {
            assert!(one.await.expect("task").twiml.contains("<Say>"));
        }
        assert_eq!(world.live(targets[0]).await, (0, 0, 1));
    }
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_call_continues_it() {
    for mut world in World::each().await {
        world.targets(&["", ""]).await;
        let first = world
            .services
            .engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer");
        world.restart();
        let again = world
            .services
            .engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer");
        assert_eq!(first.twiml, again.twiml);
        let next = world
            .services
            .engine
            .dial_ended(first.call, 1, ended(LegStatus::NoAnswer, false), NOON)
            .await
            .expect("answer");
        assert!(next.twiml.contains("dialed-2"));
    }
}

#[tokio::test]
async fn news_out_of_order_do_not_turn_a_call_back() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let engine = &world.services.engine;
        let call = engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer")
            .call;
        let news = |sequence, status| LegNews {
            attempt: 1,
            status,
            sequence,
            leg_sid: Some("CAx".into()),
            duration_s: None,
        };
        engine
            .leg_changed(call, news(2, LegStatus::InProgress), NOON.plus_secs(4))
            .await
            .expect("told");
        engine
            .leg_changed(call, news(1, LegStatus::Ringing), NOON.plus_secs(5))
            .await
            .expect("told");
        engine
            .leg_changed(call, news(2, LegStatus::InProgress), NOON.plus_secs(6))
            .await
            .expect("told");
        let live = world.services.calls.live(&world.op).await.expect("live");
        assert_eq!(
            live.iter().map(|c| c.state).collect::<Vec<_>>(),
            [LiveState::Connected]
        );
        engine
            .call_ended("CA1", LegStatus::Completed, Some(95), NOON.plus_secs(95))
            .await
            .expect("told");
        engine
            .call_ended("CA1", LegStatus::Completed, Some(95), NOON.plus_secs(95))
            .await
            .expect("told");
        assert!(
            world
                .services
                .calls
                .live(&world.op)
                .await
                .expect("live")
                .is_empty()
        );
        engine
            .dial_ended(
                call,
                1,
                ended(LegStatus::Completed, true),
                NOON.plus_secs(96),
            )
            .await
            .expect("answer");
        let detail = world
            .services
            .calls
            .detail(&world.op, call)
            .await
            .expect("detail");
        assert_eq!(
            (detail.row.outcome, detail.row.length_s),
            (Some(Outcome::Connected), 95)
        );
    }
}

#[tokio::test]
async fn lost_callbacks_are_made_up_by_the_sweep() {
    for world in World::each().await {
        let targets = world.targets(&["1"]).await;
        let engine = &world.services.engine;
        let call = engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer")
            .call;
        let mut record = CarrierRecord {
            recordings_pending: true,
            recordings: Vec::new(),
            call: Some(CarrierLeg {
                sid: "CA1".into(),
                status: LegStatus::Completed,
                duration_s: 70,
            }),
            legs: vec![CarrierLeg {
                sid: "CAx".into(),
                status: LegStatus::Completed,
                duration_s: 60,
            }],
        };
        world
            .records
            .0
            .lock()
            .expect("records")
            .insert("CA1".into(), record.clone());
        let early = engine.sweep(NOON.plus_secs(10)).await.expect("sweep");
        assert_eq!(early.looked_at, 0);
        let report = engine.sweep(NOON.plus_secs(120)).await.expect("sweep");
        assert_eq!(
            (report.looked_at, report.closed, report.failed),
            (1, 1, 0),
            "{}",
            world.kind
        );
        assert_eq!(world.live(targets[0]).await, (0, 1, 1));
        let detail = world
            .services
            .calls
            .detail(&world.op, call)
            .await
            .expect("detail");
        assert_eq!(
            (detail.row.outcome, detail.row.connected_s),
            (Some(Outcome::Connected), 60)
        );
        assert!(detail.recordings.is_empty());
        record.recordings = vec![recording(RecordingKind::Conversation, 60)];
        record.recordings_pending = false;
        world
            .records
            .0
            .lock()
            .expect("records")
            .insert("CA1".into(), record);
        let report = engine.sweep(NOON.plus_secs(300)).await.expect("sweep");
        assert_eq!((report.looked_at, report.closed, report.failed), (1, 0, 0));
        let detail = world.services.calls.detail(&world.op, call).await;
        assert_eq!(detail.expect("detail").recordings.len(), 1);
        assert_eq!(
            engine
                .sweep(NOON.plus_secs(9_999))
                .await
                .expect("sweep")
                .looked_at,
            0
        );
    }
}

#[tokio::test]
async fn an_unknown_number_gets_an_apology_and_a_record() {
    for world in World::each().await {
        let mut stray = arrival("CA1");
        stray.to = "+18005559999".into();
        let answer = world
            .services
            .engine
            .inbound(&stray, NOON)
            .await
            .expect("answer");
        assert!(answer.twiml.contains("not in service"));
        world
            .services
            .engine
            .call_ended("CA1", LegStatus::Completed, Some(3), NOON.plus_secs(3))
            .await
            .expect("told");
        let query = CallQuery {
            outcome: "unrouted".into(),
            ..CallQuery::default()
        };
        let page = world
            .services
            .calls
            .page(&world.op, &query)
            .await
            .expect("page");
        assert_eq!((page.total, page.rows[0].campaign.as_str()), (1, ""));
    }
}

#[tokio::test]
async fn a_recording_is_kept_once_and_found_with_its_call() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let engine = &world.services.engine;
        let call = engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer")
            .call;
        let recording = Recording {
            sid: "RE1".into(),
            kind: RecordingKind::Conversation,
            duration_s: 61,
            channels: 2,
        };
        let tell = || engine.recording_ready("CA1", recording.clone(), NOON);
        tokio::try_join!(tell(), tell(), tell(), tell()).expect("kept");
        let detail = world
            .services
            .calls
            .detail(&world.op, call)
            .await
            .expect("detail");
        assert_eq!(detail.recordings.len(), 1);
        assert!(!detail.recordings[0].voicemail, "the target still talks");
        assert!(detail.row.has_recording);
        assert_eq!(
            detail
                .timeline
                .iter()
                .filter(|t| t.title == "Recording ready")
                .count(),
            1
        );
    }
}
