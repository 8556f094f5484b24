//! Groups of targets: their own caps under concurrency, rings in turn and at once, and what people
//! see of them.

use domain::api::campaign::{PlanForm, RouteForm};
use domain::api::page::AvailabilityKind;
use domain::api::target_group::TargetGroupForm;
use domain::call::event::{LegNews, LegStatus};
use domain::call::record::Outcome;
use domain::id::{TargetGroupId, TargetId};
use service::Error;

use crate::world::{NOON, World, arrival, ended};

impl World {
    /// A group of these targets, the only entry of the plan.
    async fn group(&self, targets: &[TargetId], order: &str, lines: &str) -> TargetGroupId {
        let form = TargetGroupForm {
            name: "Night desk".to_owned(),
            order: order.to_owned(),
            cap_concurrent: lines.to_owned(),
            members: targets.iter().map(ToString::to_string).collect(),
            ..TargetGroupForm::default()
        };
        let id = (self.services.target_groups)
            .create(&self.op, &form)
            .await
            .expect("group");
        let plan = PlanForm {
            version: 2,
            routes: vec![RouteForm {
                target: format!("group-{id}"),
                ..RouteForm::default()
            }],
            ..PlanForm::default()
        };
        (self.services.campaigns)
            .save_plan(&self.op, self.campaign, &plan)
            .await
            .expect("plan");
        id
    }

    /// Calls in progress, counted, and the most there ever were at once.
    async fn group_live(&self, id: TargetGroupId) -> (u32, u32, u32) {
        let conn = self.db.db.read().await.expect("conn");
        let used = conn.tenant(&self.op.scope).group_usage(&[id]).await;
        let used = used.expect("usage")[0];
        (used.usage.live, used.usage.total, used.peak_live)
    }

    /// So many calls at one moment; those that were dialed, with their documents.
    async fn burst(&self, n: u32) -> Vec<service::call::engine::Answer> {
        let calls: Vec<_> = (0..n)
            .map(|i| {
                let engine = self.services.engine.clone();
                tokio::spawn(async move {
                    engine
                        .inbound(&arrival(&format!("CA{i}")), NOON)
                        .await
                        .expect("answer")
                })
            })
            .collect();
        let mut dialed = Vec::new();
        for call in calls {
            let answer = call.await.expect("task");
            if answer.twiml.contains("<Dial") {
                dialed.push(answer);
            }
        }
        dialed
    }
}

fn news(attempt: u32, status: LegStatus) -> LegNews {
    LegNews {
        attempt,
        status,
        sequence: if status.is_final() { 3 } else { 2 },
        leg_sid: Some(format!("CA-leg-{attempt}")),
        duration_s: None,
    }
}

#[tokio::test]
async fn sixty_four_calls_at_once_never_exceed_the_cap_of_a_group() {
    for world in World::each().await {
        let targets = world.targets(&["", "", ""]).await;
        let group = world.group(&targets, "all_at_once", "5").await;
        let dialed = world.burst(64).await;
        assert_eq!(dialed.len(), 5, "{}", world.kind);
        assert!(
            dialed
                .iter()
                .all(|a| a.twiml.matches("<Number").count() == 3)
        );
        assert_eq!(world.group_live(group).await, (5, 5, 5));
        for target in &targets {
            assert_eq!(world.live(*target).await, (5, 5, 5), "{}", world.kind);
        }
        for answer in dialed {
            let engine = &world.services.engine;
            engine
                .leg_changed(answer.call, news(2, LegStatus::InProgress), NOON)
                .await
                .expect("news");
            let mut result = ended(LegStatus::Completed, true);
            result.leg_sid = Some("CA-leg-2".to_owned());
            engine
                .dial_ended(answer.call, 1, result, NOON.plus_secs(60))
                .await
                .expect("answer");
        }
        assert_eq!(world.group_live(group).await, (0, 5, 5));
        assert_eq!(world.live(targets[0]).await, (0, 0, 5), "{}", world.kind);
        assert_eq!(world.live(targets[1]).await, (0, 5, 5));
    }
}

#[tokio::test]
async fn lines_of_members_are_claimed_all_or_none_and_never_exceeded() {
    for world in World::each().await {
        let targets = world.targets(&["4", "2", "3"]).await;
        let group = world.group(&targets, "all_at_once", "").await;
        let dialed = world.burst(64).await;
        assert!((4..=9).contains(&dialed.len()), "{}", dialed.len());
        let nouns: usize = dialed
            .iter()
            .map(|a| a.twiml.matches("<Number").count())
            .sum();
        assert_eq!(nouns, 9, "{}: every line rings", world.kind);
        for (target, lines) in targets.iter().zip([4, 2, 3]) {
            assert_eq!(
                world.live(*target).await,
                (lines, lines, lines),
                "{}",
                world.kind
            );
        }
        for answer in &dialed {
            let mut gone = ended(LegStatus::NoAnswer, false);
            gone.caller_gone = true;
            let engine = &world.services.engine;
            engine
                .dial_ended(answer.call, 1, gone, NOON.plus_secs(9))
                .await
                .expect("answer");
        }
        for (target, peak) in targets.iter().zip([4, 2, 3]) {
            assert_eq!(world.live(*target).await, (0, 0, peak), "{}", world.kind);
        }
        let (live, counted, _) = world.group_live(group).await;
        assert_eq!((live, counted), (0, 0), "{}", world.kind);
    }
}

#[tokio::test]
async fn a_group_in_turn_is_rung_through_and_the_log_says_who_of_it_talked() {
    for world in World::each().await {
        let targets = world.targets(&["1", "1"]).await;
        let group = world.group(&targets, "in_turn", "1").await;
        let engine = &world.services.engine;
        let first = engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        assert!(first.twiml.contains("+12145550100"), "{}", first.twiml);
        let full = engine.inbound(&arrival("CA2"), NOON).await.expect("answer");
        assert!(!full.twiml.contains("<Dial"), "the group has one line");
        let second = engine
            .dial_ended(first.call, 1, ended(LegStatus::Busy, false), NOON)
            .await
            .expect("answer");
        assert!(second.twiml.contains("+12145550101"), "{}", second.twiml);
        assert_eq!(world.group_live(group).await, (1, 1, 1), "{}", world.kind);
        engine
            .dial_ended(
                first.call,
                2,
                ended(LegStatus::Completed, true),
                NOON.plus_secs(99),
            )
            .await
            .expect("answer");
        assert_eq!(world.group_live(group).await, (0, 1, 1));
        let detail = (world.services.calls)
            .detail(&world.op, first.call)
            .await
            .expect("detail");
        assert_eq!(
            (
                detail.row.outcome,
                detail.row.group.as_str(),
                detail.row.target.as_str()
            ),
            (Some(Outcome::Connected), "Night desk", "Target 2")
        );
        let trace = &detail.decisions[1].candidates[0];
        assert_eq!(
            (trace.name.as_str(), trace.members.len()),
            ("Night desk", 2)
        );
        assert_eq!(
            trace.members[0].part.sentence(),
            "Already rang for this call."
        );
    }
}

#[tokio::test]
async fn how_a_group_stands_is_said_in_the_list_and_in_the_plan() {
    for world in World::each().await {
        let targets = world.targets(&["1", "1", "1"]).await;
        let group = world.group(&targets, "in_turn", "2").await;
        let engine = &world.services.engine;
        engine.inbound(&arrival("CA1"), NOON).await.expect("answer");
        let rows = (world.services.target_groups)
            .list(&world.op, false)
            .await
            .expect("rows");
        assert_eq!(
            (rows[0].now.kind, rows[0].now.detail.as_str()),
            (AvailabilityKind::Open, "2 of 3 open")
        );
        assert_eq!((rows[0].lines.count, rows[0].members), (1, 3));
        assert_eq!(rows[0].campaigns.len(), 1);
        engine.inbound(&arrival("CA2"), NOON).await.expect("answer");
        let plan = (world.services.campaigns)
            .detail(&world.op, world.campaign)
            .await
            .expect("campaign")
            .plan;
        assert_eq!(plan.routes.len(), 1, "an entry is one line");
        assert_eq!(plan.routes[0].to.to_string(), format!("group-{group}"));
        assert_eq!(
            plan.routes[0].now.detail, "capped at 2 of 2 busy",
            "{}",
            world.kind
        );
        assert_eq!(plan.targets.len(), 3, "its members can be routes as well");
    }
}

#[tokio::test]
async fn a_group_has_members_of_its_own_account_and_a_name_of_its_own() {
    for world in World::each().await {
        let targets = world.targets(&["1"]).await;
        world.group(&targets, "in_turn", "").await;
        let groups = &world.services.target_groups;
        let form = |name: &str, member: &str| TargetGroupForm {
            name: name.to_owned(),
            members: vec![member.to_owned()],
            ..TargetGroupForm::default()
        };
        let wrong = async |form: &TargetGroupForm| {
            let Err(Error::Invalid(errors)) = groups.create(&world.op, form).await else {
                panic!("taken");
            };
            errors.0[0].field.clone()
        };
        let member = targets[0].to_string();
        assert_eq!(wrong(&form("night DESK", &member)).await, "name");
        assert_eq!(wrong(&form("Day desk", "999")).await, "members[0].target");
        let missing = groups.detail(&world.op, TargetGroupId(999)).await;
        assert!(matches!(missing, Err(Error::NotFound("target group"))));
    }
}
