//! Recordings: heard by whom, drawn once, deleted by hand and by age, at the carrier too.

use domain::access::Role;
use domain::api::call::{CallDetail, RecordingView};
use domain::api::campaign::CampaignForm;
use domain::api::recording::{DeleteRecordingForm, RecordingRulesForm};
use domain::api::target::TargetForm;
use domain::call::event::{LegNews, LegStatus};
use domain::call::recording::{Recording, RecordingKind};
use domain::id::CallId;
use domain::time::Timestamp;
use service::recording::DeletionReport;
use service::{Error, OpCtx};

use crate::world::{NOON, World, add_account, arrival, as_role, ended};

const DAY_S: i64 = 86_400;

/// A call that talked, with a recording where the carrier made one.
async fn recorded(world: &World, sid: &str) -> CallId {
    let engine = &world.services.engine;
    let call = engine
        .inbound(&arrival(sid), NOON)
        .await
        .expect("answer")
        .call;
    let news = LegNews {
        attempt: 1,
        status: LegStatus::InProgress,
        sequence: 2,
        leg_sid: Some(format!("{sid}-leg")),
        duration_s: None,
    };
    engine.leg_changed(call, news, NOON).await.expect("leg");
    engine
        .dial_ended(call, 1, ended(LegStatus::Completed, true), NOON)
        .await
        .expect("dialed");
    let recording = Recording {
        sid: format!("RE{sid}"),
        kind: RecordingKind::Conversation,
        duration_s: 61,
        channels: 2,
    };
    engine
        .recording_ready(sid, recording, NOON)
        .await
        .expect("kept");
    call
}

async fn detail(world: &World, op: &OpCtx, call: CallId) -> CallDetail {
    world.services.calls.detail(op, call).await.expect("detail")
}

async fn only(world: &World, call: CallId) -> RecordingView {
    detail(world, &world.op, call).await.recordings.remove(0)
}

async fn keep(world: &World, days: &str, listen_from: &str) {
    let form = RecordingRulesForm {
        keep_days: days.into(),
        listen_from: listen_from.into(),
    };
    let recordings = &world.services.recordings;
    recordings
        .save_settings(&world.op, &form)
        .await
        .expect("saved");
    let settings = recordings.settings(&world.op).await.expect("settings");
    assert_eq!(settings.form, form);
}

fn at(op: &OpCtx, now: Timestamp) -> OpCtx {
    OpCtx { now, ..op.clone() }
}

/// Eight thousand frames of two channels: the first loud, the second silent.
fn sound() -> Vec<u8> {
    let mut out = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0".to_vec();
    out.extend_from_slice(&8_000_u32.to_le_bytes());
    out.extend_from_slice(&32_000_u32.to_le_bytes());
    out.extend_from_slice(b"\x04\0\x10\0data\0\x7d\0\0");
    out.extend((0..8_000).flat_map(|_| [0x00, 0x40, 0, 0]));
    out
}

#[tokio::test]
async fn who_may_listen_is_the_accounts_to_say() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let call = recorded(&world, "CA1").await;
        let id = only(&world, call).await.id;
        for (least, may) in [
            ("manager", [false, true, true, true]),
            ("viewer", [true, true, true, true]),
            ("admin", [false, false, true, true]),
            ("owner", [false, false, false, true]),
        ] {
            keep(&world, "", least).await;
            let agent = as_role(&world.op, Role::Agent);
            let source = world.services.recordings.source(&agent, id).await;
            assert!(matches!(source, Err(Error::Denied(_))));
            let roles = Role::ALL.into_iter().filter(|role| *role > Role::Agent);
            for (role, may) in roles.zip(may) {
                let op = as_role(&world.op, role);
                let source = world.services.recordings.source(&op, id).await;
                assert_eq!(source.is_ok(), may, "{role:?} with {least}");
                let wave = world.services.recordings.wave(&op, id).await;
                assert_eq!(matches!(wave, Err(Error::Denied(_))), !may);
                let shown = detail(&world, &op, call).await;
                assert_eq!(shown.may_listen, may);
                assert_eq!(shown.may_delete, role >= Role::Admin);
            }
        }
        let manager = as_role(&world.op, Role::Manager);
        let form = RecordingRulesForm::default();
        let saved = world.services.recordings.save_settings(&manager, &form);
        assert!(matches!(saved.await, Err(Error::Denied(_))));
    }
}

#[tokio::test]
async fn a_shape_is_worked_out_once_and_not_from_a_failure() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let call = recorded(&world, "CA1").await;
        let id = only(&world, call).await.id;
        let wave = || world.services.recordings.wave(&world.op, id);
        assert_eq!(wave().await.expect("none"), [], "the carrier is down");
        world.records.1.lock().expect("fake").sound = sound();
        let lanes = wave().await.expect("lanes");
        let names: Vec<&str> = lanes.iter().map(|l| l.who.as_str()).collect();
        assert_eq!(names, ["Caller", "Target"], "the caller above");
        assert!(lanes[0].levels.iter().all(|l| *l == 63));
        assert!(lanes[1].levels.iter().all(|l| *l == 0));
        assert_eq!(wave().await.expect("lanes"), lanes);
        assert_eq!(world.records.1.lock().expect("fake").heard, 2);
    }
}

#[tokio::test]
async fn a_person_deletes_a_recording_with_a_reason() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let call = recorded(&world, "CA1").await;
        let id = only(&world, call).await.id;
        let recordings = &world.services.recordings;
        let form = |reason: &str| DeleteRecordingForm {
            reason: reason.into(),
        };
        let manager = as_role(&world.op, Role::Manager);
        let denied = recordings.delete(&manager, id, &form("x")).await;
        assert!(matches!(denied, Err(Error::Denied(_))));
        let silent = recordings.delete(&world.op, id, &form(" ")).await;
        assert!(matches!(silent, Err(Error::Invalid(_))));
        let rival = add_account(
            &world.services,
            "Rival Calls",
            "eve@rival.example",
            Role::Owner,
        );
        let theirs = recordings.delete(&rival.await, id, &form("x")).await;
        assert!(matches!(theirs, Err(Error::NotFound(_))));
        assert!(only(&world, call).await.gone.is_empty(), "still there");

        let shown = recordings
            .delete(&world.op, id, &form("The caller asked"))
            .await;
        let shown = shown.expect("deleted");
        assert_eq!(
            shown.gone,
            "Deleted by Dana Weiss on Wed, Nov 18: The caller asked"
        );
        assert_eq!(world.records.1.lock().expect("fake").deleted, ["RECA1"]);
        let detail = detail(&world, &world.op, call).await;
        assert_eq!(detail.recordings, [shown]);
        assert!(!detail.row.has_recording);
        let told = detail.timeline.last().expect("a row");
        assert_eq!(
            (told.title.as_str(), told.detail.as_str()),
            ("Recording deleted", "By Dana Weiss: The caller asked")
        );
        let heard = recordings.source(&world.op, id).await;
        assert!(matches!(heard, Err(Error::NotFound(_))));
        let again = recordings.delete(&world.op, id, &form("Again")).await;
        assert!(again.expect("unchanged").gone.ends_with("The caller asked"));
        assert_eq!(world.records.1.lock().expect("fake").deleted.len(), 1);
        let report = recordings.sweep(NOON.plus_secs(9 * DAY_S)).await;
        assert_eq!(report.expect("swept"), DeletionReport::default());
    }
}

#[tokio::test]
async fn what_is_too_old_goes_and_a_busy_carrier_is_asked_again() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let call = recorded(&world, "CA1").await;
        let recordings = &world.services.recordings;
        keep(&world, "30", "manager").await;
        let due = NOON.plus_secs(30 * DAY_S);
        let early = recordings.sweep(due.plus_secs(-1)).await.expect("swept");
        assert_eq!(early, DeletionReport::default());
        world.records.1.lock().expect("fake").busy = 2;
        let first = recordings.sweep(due).await.expect("swept");
        assert_eq!((first.withdrawn, first.deleted, first.failed), (1, 0, 1));
        let shown = only(&world, call).await;
        assert!(
            shown.gone.starts_with("Withdrawn after 30 days"),
            "{}",
            shown.gone
        );
        let heard = recordings.source(&world.op, shown.id).await;
        assert!(
            matches!(heard, Err(Error::NotFound(_))),
            "not heard meanwhile"
        );
        let settings = recordings.settings(&world.op).await.expect("settings");
        assert_eq!(
            (settings.kept, settings.waiting, settings.deleted),
            (0, 1, 0)
        );
        let mut now = due;
        for (wait_s, failed, deleted) in
            [(59, 0, 0), (1, 1, 0), (119, 0, 0), (1, 0, 1), (999, 0, 0)]
        {
            now = now.plus_secs(wait_s);
            let report = recordings.sweep(now).await.expect("swept");
            assert_eq!(
                (report.failed, report.deleted),
                (failed, deleted),
                "{now:?}"
            );
        }
        assert_eq!(world.records.1.lock().expect("fake").deleted, ["RECA1"]);
        let shown = only(&world, call).await;
        assert_eq!(shown.gone, "Deleted after 30 days on Fri, Dec 18");
        let told = detail(&world, &world.op, call).await.timeline;
        let told = told.last().expect("a row");
        assert_eq!(
            (told.after.as_str(), told.detail.as_str()),
            ("30 d", "After 30 days")
        );
        let settings = recordings
            .settings(&at(&world.op, now))
            .await
            .expect("settings");
        assert_eq!(
            (settings.kept, settings.waiting, settings.deleted),
            (0, 0, 1)
        );
    }
}

#[tokio::test]
async fn several_servers_delete_each_recording_once() {
    for world in World::each().await {
        world.targets(&[""]).await;
        for n in 0..5 {
            recorded(&world, &format!("CA{n}")).await;
        }
        keep(&world, "1", "manager").await;
        let recordings = &world.services.recordings;
        let due = NOON.plus_secs(DAY_S);
        let sweep = || recordings.sweep(due);
        let reports = tokio::try_join!(sweep(), sweep(), sweep(), sweep()).expect("swept");
        let reports = [reports.0, reports.1, reports.2, reports.3];
        assert_eq!(reports.iter().map(|r| r.withdrawn).sum::<u32>(), 5);
        recordings.sweep(due).await.expect("swept");
        let mut deleted = world.records.1.lock().expect("fake").deleted.clone();
        deleted.sort();
        assert_eq!(deleted, ["RECA0", "RECA1", "RECA2", "RECA3", "RECA4"]);
    }
}

#[tokio::test]
async fn a_campaigns_own_rule_wins_and_is_listed() {
    for world in World::each().await {
        world.targets(&[""]).await;
        recorded(&world, "CA1").await;
        keep(&world, "1", "manager").await;
        let form = |days: &str| CampaignForm {
            name: "Roof repair, Texas".into(),
            recording_days: days.into(),
            ..CampaignForm::default()
        };
        let campaigns = &world.services.campaigns;
        let save = async |days: &str| {
            campaigns
                .update(&world.op, world.campaign, &form(days))
                .await
        };
        assert!(matches!(save("never").await, Err(Error::Invalid(_))));
        save("0").await.expect("saved");
        let recordings = &world.services.recordings;
        let kept = recordings.sweep(NOON.plus_secs(5_000 * DAY_S)).await;
        assert_eq!(kept.expect("swept"), DeletionReport::default());
        let settings = recordings.settings(&world.op).await.expect("settings");
        assert_eq!(
            settings.own,
            [(
                world.campaign,
                "Roof repair, Texas".to_owned(),
                "for ever".to_owned()
            )]
        );
        let stored = campaigns.detail(&world.op, world.campaign).await;
        assert_eq!(stored.expect("campaign").settings.recording_days, "0");
        save("7").await.expect("saved");
        let gone = recordings.sweep(NOON.plus_secs(7 * DAY_S)).await;
        assert_eq!(gone.expect("swept").deleted, 1);
    }
}

#[tokio::test]
async fn calls_to_a_target_that_is_never_recorded_say_so() {
    for world in World::each().await {
        let targets = world.targets(&[""]).await;
        let op = &world.op;
        let form = TargetForm {
            name: "Target 1".into(),
            number: "+12145550100".into(),
            recording_blocked: "on".into(),
            ..TargetForm::default()
        };
        let service = &world.services.targets;
        service.update(op, targets[0], &form).await.expect("saved");
        let stored = service.detail(op, targets[0]).await.expect("target");
        assert_eq!(stored.form.recording_blocked, "on");
        let engine = &world.services.engine;
        let answer = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        assert!(answer.twiml.contains("<Dial"), "{}", answer.twiml);
        assert!(!answer.twiml.contains("record="), "{}", answer.twiml);
        let news = LegNews {
            attempt: 1,
            status: LegStatus::InProgress,
            sequence: 2,
            leg_sid: None,
            duration_s: None,
        };
        engine
            .leg_changed(answer.call, news, NOON)
            .await
            .expect("leg");
        let over = ended(LegStatus::Completed, true);
        engine
            .dial_ended(answer.call, 1, over, NOON)
            .await
            .expect("dialed");
        let shown = detail(&world, op, answer.call).await;
        assert_eq!(
            shown.recording_note,
            "Not recorded: calls to Target 1 never are."
        );
    }
}
