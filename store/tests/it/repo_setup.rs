//! Campaigns, buyers, targets, numbers, routes; people and accounts.

use domain::access::Role;
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
async fn people_are_found_by_address_in_any_case() {
    for world in World::each().await {
        let conn = world.tx().await;
        let platform = conn.platform();
        let user = platform
            .user_by_email("OWNER1@EXAMPLE.COM")
            .await
            .expect("lookup")
            .expect("user");
        assert_eq!(
            (user.id, user.email.as_str()),
            (world.a.user, "owner1@example.com")
        );
        platform
            .set_password(user.id, "new")
            .await
            .expect("password");
        assert_eq!(
            platform
                .user_by_id(user.id)
                .await
                .expect("lookup")
                .expect("user")
                .password_hash,
            "new"
        );
        let account = world.a.scope.account();
        platform
            .set_member(account, user.id, Role::Viewer)
            .await
            .expect("member");
        let member = platform
            .scope_for_member(user.id)
            .await
            .expect("lookup")
            .expect("member");
        assert_eq!(
            (
                member.scope,
                member.role,
                member.account_name.as_str(),
                member.zone.as_str()
            ),
            (world.a.scope, Role::Viewer, "Account 1", "America/New_York")
        );
        assert_eq!(
            platform
                .scope_for_member(domain::id::UserId(999))
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            platform
                .scope_for_operator("Account 2")
                .await
                .expect("lookup"),
            Some(world.b.scope)
        );
        assert_eq!(
            platform
                .scope_for_operator("Account 3")
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            platform.scope_for_installation().await.expect("lookup"),
            Some(world.a.scope)
        );
        assert_eq!(
            platform.zone(&world.a.scope).await.expect("zone"),
            "America/New_York"
        );
    }
}

#[tokio::test]
async fn a_number_leads_home_and_every_change_of_the_set_up_raises_the_generation() {
    for world in World::each().await {
        let a = &world.a;
        let mut last = 0;
        let grown = async |last: &mut i64, why: &str| {
            let conn = world.tx().await;
            let home = conn
                .platform()
                .scope_for_number(&a.e164)
                .await
                .expect("lookup")
                .expect("home");
            assert_eq!(home.scope, a.scope);
            assert_eq!(
                home.generation,
                conn.platform()
                    .generation(&a.scope)
                    .await
                    .expect("generation")
            );
            assert!(home.generation > *last, "{why}");
            *last = home.generation;
            home.campaign
        };
        assert_eq!(grown(&mut last, "start").await, Some(a.campaign));
        let second = CampaignId(Uuid::from_u128(77));
        tx!(world, a.scope, |t| t.add_campaign(
            second,
            &campaign_input("Gutters"),
            NOON
        ))
        .expect("campaign");
        grown(&mut last, "campaign added").await;
        tx!(world, a.scope, |t| t
            .update_campaign(a.campaign, &campaign_input("Roofs")))
        .expect("update");
        grown(&mut last, "campaign updated").await;
        tx!(world, a.scope, |t| t
            .set_campaign_activity(second, Activity::Paused))
        .expect("pause");
        grown(&mut last, "campaign paused").await;
        tx!(world, a.scope, |t| t.replace_routes(a.campaign, &[])).expect("routes");
        grown(&mut last, "routes replaced").await;
        tx!(world, a.scope, |t| t.advance_plan(
            a.campaign,
            1,
            Distribution::RoundRobin,
            5
        ))
        .expect("plan");
        grown(&mut last, "plan advanced").await;
        tx!(world, a.scope, |t| t
            .set_buyer_activity(a.buyer, Activity::Paused))
        .expect("buyer");
        grown(&mut last, "buyer paused").await;
        tx!(world, a.scope, |t| t.update_target(
            a.target,
            &target_input("Dallas", Caps::default())
        ))
        .expect("target");
        grown(&mut last, "target updated").await;
        tx!(world, a.scope, |t| t
            .set_target_activity(a.target, Activity::Paused))
        .expect("target");
        grown(&mut last, "target paused").await;
        tx!(world, a.scope, |t| t.add_target(
            a.buyer,
            &target_input("Austin", Caps::default()),
            NOON
        ))
        .expect("target");
        grown(&mut last, "target added").await;
        tx!(world, a.scope, |t| t.assign_number(a.number, None)).expect("number");
        assert_eq!(grown(&mut last, "number assigned").await, None);
        tx!(world, a.scope, |t| t.remove_number(a.number)).expect("number");
        let conn = world.tx().await;
        assert_eq!(
            conn.platform()
                .scope_for_number(&a.e164)
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            conn.platform()
                .generation(&world.b.scope)
                .await
                .expect("generation"),
            4,
            "B's set-up did not change"
        );
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
