//! Campaigns, buyers, targets, numbers, routes; people and accounts.

use domain::api::campaign::RouteInput;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::Caps;
use domain::id::{CampaignId, TargetId};
use store::{Constraint, StoreError};
use uuid::Uuid;

use crate::world::{NOON, World, campaign_input, number, target_input, tx};

macro_rules! conflict {
    ($result:expr, $constraint:ident) => {{
        let result = $result;
        assert!(
            matches!(result, Err(StoreError::Conflict(Constraint::$constraint))),
            "{result:?}"
        );
    }};
}

#[tokio::test]
async fn each_rule_of_the_schema_is_told_by_name() {
    for world in World::each().await {
        let a = &world.a;
        let id = CampaignId(Uuid::from_u128(77));
        conflict!(
            tx!(world, a.scope, |t| t.add_campaign(
                id,
                &campaign_input("Roof repair"),
                NOON
            )),
            CampaignName
        );
        conflict!(
            tx!(world, a.scope, |t| t.add_buyer("DryRight", NOON)),
            BuyerName
        );
        conflict!(
            tx!(world, a.scope, |t| t.add_target(
                a.buyer,
                &target_input("Houston", Caps::default()),
                NOON
            )),
            TargetName
        );
        conflict!(
            tx!(world, a.scope, |t| t.add_number(
                &world.b.e164,
                "",
                None,
                NOON
            )),
            NumberE164
        );
        let twice = [
            RouteInput {
                target: a.target,
                priority: 1,
                weight: 1,
                on: true,
            },
            RouteInput {
                target: a.target,
                priority: 2,
                weight: 1,
                on: true,
            },
        ];
        conflict!(
            tx!(world, a.scope, |t| t.replace_routes(a.campaign, &twice)),
            RouteTarget
        );
        let conn = world.tx().await;
        conflict!(
            conn.platform().add_account("Account 1", "UTC", NOON).await,
            AccountName
        );
        drop(conn);
        let conn = world.tx().await;
        conflict!(
            conn.platform()
                .add_user("OWNER1@example.com", "", "", NOON)
                .await,
            UserEmail
        );
    }
}

#[tokio::test]
async fn the_same_names_are_free_in_another_account_and_buyer() {
    for world in World::each().await {
        let a = &world.a;
        let other = tx!(world, a.scope, |t| t.add_buyer("Other", NOON)).expect("buyer");
        tx!(world, a.scope, |t| t.add_target(
            other,
            &target_input("Houston", Caps::default()),
            NOON
        ))
        .expect("target");
        conflict!(
            tx!(world, a.scope, |t| t.rename_buyer(other, "DryRight")),
            BuyerName
        );
        tx!(world, a.scope, |t| t.rename_buyer(other, "Another")).expect("rename");
    }
}

#[tokio::test]
async fn a_name_in_another_case_is_taken() {
    for world in World::each().await {
        let a = &world.a;
        let id = CampaignId(Uuid::from_u128(78));
        conflict!(
            tx!(world, a.scope, |t| t.add_campaign(
                id,
                &campaign_input("ROOF repair"),
                NOON
            )),
            CampaignName
        );
        conflict!(
            tx!(world, a.scope, |t| t.add_buyer("dryright", NOON)),
            BuyerName
        );
        conflict!(
            tx!(world, a.scope, |t| t.add_target(
                a.buyer,
                &target_input("HOUSTON", Caps::default()),
                NOON
            )),
            TargetName
        );
        // Letters beyond English, too, and where a name is changed.
        let other = tx!(world, a.scope, |t| t.add_buyer("Éclair", NOON)).expect("buyer");
        conflict!(
            tx!(world, a.scope, |t| t.rename_buyer(a.buyer, "éclair")),
            BuyerName
        );
        // Its own name may change its case.
        tx!(world, a.scope, |t| t.rename_buyer(other, "ÉCLAIR")).expect("rename");
        tx!(world, a.scope, |t| t.update_target(
            a.target,
            &target_input("houston", Caps::default())
        ))
        .expect("target");
        tx!(world, a.scope, |t| t
            .update_campaign(a.campaign, &campaign_input("ROOF REPAIR")))
        .expect("campaign");
    }
}

#[tokio::test]
async fn a_plan_saved_over_a_newer_version_is_refused() {
    for world in World::each().await {
        let a = &world.a;
        let next = tx!(world, a.scope, |t| t.advance_plan(
            a.campaign,
            1,
            Distribution::RoundRobin,
            5
        ))
        .expect("plan");
        assert_eq!(next, 2);
        let late = tx!(world, a.scope, |t| t.advance_plan(
            a.campaign,
            1,
            Distribution::Weight,
            1
        ));
        assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
        let conn = world.tx().await;
        let campaign = conn
            .tenant(&a.scope)
            .campaign(a.campaign)
            .await
            .expect("campaign");
        assert_eq!(
            (
                campaign.version,
                campaign.distribution,
                campaign.attempts_max
            ),
            (2, Distribution::RoundRobin, 5)
        );
    }
}

#[tokio::test]
async fn replaced_routes_keep_the_ids_of_targets_that_stay() {
    for world in World::each().await {
        let a = &world.a;
        let more: Vec<TargetId> = {
            let conn = world.tx().await;
            let tenant = conn.tenant(&a.scope);
            let mut ids = Vec::new();
            for name in ["Dallas", "Austin"] {
                ids.push(
                    tenant
                        .add_target(a.buyer, &target_input(name, Caps::default()), NOON)
                        .await
                        .expect("target"),
                );
            }
            conn.commit().await.expect("commit");
            ids
        };
        let route = |target, priority| RouteInput {
            target,
            priority,
            weight: 5,
            on: priority == 1,
        };
        tx!(world, a.scope, |t| t.replace_routes(
            a.campaign,
            &[route(more[0], 2), route(a.target, 1)]
        ))
        .expect("replace");
        let conn = world.tx().await;
        let first = conn
            .tenant(&a.scope)
            .routes_of(a.campaign)
            .await
            .expect("routes");
        assert_eq!(
            first
                .iter()
                .map(|r| (r.target, r.priority, r.on))
                .collect::<Vec<_>>(),
            [(a.target, 1, true), (more[0], 2, false)]
        );
        assert_eq!(first[0].id, a.route);
        drop(conn);
        tx!(world, a.scope, |t| t.replace_routes(
            a.campaign,
            &[route(more[1], 1), route(more[0], 1)]
        ))
        .expect("replace");
        let conn = world.tx().await;
        let second = conn
            .tenant(&a.scope)
            .routes_of(a.campaign)
            .await
            .expect("routes");
        // In the order given, within one priority.
        assert_eq!(
            second.iter().map(|r| r.target).collect::<Vec<_>>(),
            [more[1], more[0]]
        );
        assert_eq!(second[1].id, first[1].id);
        assert_ne!(second[0].id, a.route);
        assert_eq!(
            conn.tenant(&a.scope).routes().await.expect("routes").len(),
            2
        );
    }
}

#[tokio::test]
async fn what_is_archived_leaves_the_lists_and_keeps_its_name() {
    for world in World::each().await {
        let a = &world.a;
        tx!(world, a.scope, |t| t
            .set_campaign_activity(a.campaign, Activity::Archived))
        .expect("campaign");
        tx!(world, a.scope, |t| t
            .set_buyer_activity(a.buyer, Activity::Archived))
        .expect("buyer");
        tx!(world, a.scope, |t| t
            .set_target_activity(a.target, Activity::Archived))
        .expect("target");
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        assert!(tenant.campaigns().await.expect("list").is_empty());
        let archived = tenant.archived_campaigns().await.expect("list");
        assert_eq!(
            archived.iter().map(|c| c.id).collect::<Vec<_>>(),
            [a.campaign]
        );
        assert!(tenant.buyers().await.expect("list").is_empty());
        assert!(tenant.targets().await.expect("list").is_empty());
        assert_eq!(
            tenant.campaign_names().await.expect("names"),
            [(a.campaign, "Roof repair".to_owned())]
        );
        assert_eq!(
            tenant.buyer_names().await.expect("names"),
            [(a.buyer, "DryRight".to_owned())]
        );
        assert_eq!(
            tenant.target_names().await.expect("names"),
            [(a.target, "Houston".to_owned())]
        );
        assert_eq!(
            tenant.target(a.target).await.expect("target").activity,
            Activity::Archived
        );
    }
}

#[tokio::test]
async fn settings_come_back_as_they_were_stored() {
    for world in World::each().await {
        let a = &world.a;
        let caps = Caps {
            concurrent: Some(3),
            hourly: Some(0),
            daily: None,
            monthly: Some(1_000_000),
            total: Some(7),
        };
        let mut input = target_input("Houston \u{1F600} O'Neil", caps);
        input.whisper = Some("Hello \u{2013} \"you\"".to_owned());
        tx!(world, a.scope, |t| t.update_target(a.target, &input)).expect("update");
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let stored = tenant.target(a.target).await.expect("target");
        assert_eq!(
            (&stored.input, stored.buyer, stored.created_at),
            (&input, a.buyer, NOON)
        );
        let home = tenant.number(a.number).await.expect("number");
        assert_eq!(
            (&home.e164, home.label.as_str(), home.campaign),
            (&number(1), "Billboard", Some(a.campaign))
        );
        assert_eq!(tenant.numbers().await.expect("numbers"), [home]);
    }
}
