//! Campaigns, buyers, targets, numbers, routes; people and accounts.

use std::collections::BTreeSet;

use domain::api::buyer::BuyerInput;
use domain::api::campaign::RouteInput;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::Caps;
use domain::id::{CampaignId, TargetId};
use domain::plan::RouteTo;
use domain::target::settings::BuyerSettings;
use store::{Constraint, StoreError};
use uuid::Uuid;

use crate::world::{NOON, World, campaign_input, checked, new_number, number, target_input, tx};

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
                to: RouteTo::Target(a.target),
                priority: 1,
                weight: 1,
                on: true,
                terms: None,
            },
            RouteInput {
                to: RouteTo::Target(a.target),
                priority: 2,
                weight: 1,
                on: true,
                terms: None,
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
            to: RouteTo::Target(target),
            priority,
            weight: 5,
            on: priority == 1,
            terms: None,
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
                .map(|r| (r.to, r.priority, r.on))
                .collect::<Vec<_>>(),
            [
                (RouteTo::Target(a.target), 1, true),
                (RouteTo::Target(more[0]), 2, false)
            ]
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
            second.iter().map(|r| r.to).collect::<Vec<_>>(),
            [RouteTo::Target(more[1]), RouteTo::Target(more[0])]
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
        let numbers = tenant.numbers().await.expect("numbers");
        assert_eq!(numbers.first(), Some(&home));
    }
}

#[tokio::test]
async fn many_rows_are_added_and_changed_at_once() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        let targets: Vec<_> = (0..900)
            .map(|n| {
                let input = target_input(&format!("Many {n}"), Caps::default());
                (a.buyer, checked(input))
            })
            .collect();
        tx!(world, a.scope, |t| t.add_targets(&targets, NOON)).expect("targets");
        let buyers: Vec<BuyerInput> = (0..900)
            .map(|n| BuyerInput {
                name: format!("Many {n}"),
                settings: BuyerSettings {
                    sub_id: n.to_string(),
                    ..BuyerSettings::default()
                },
            })
            .collect();
        tx!(world, a.scope, |t| t.add_buyers(&buyers, NOON)).expect("buyers");
        let numbers: Vec<_> = (0..900).map(|n| new_number(n + 1_000)).collect();
        tx!(world, a.scope, |t| t.add_numbers(&numbers, NOON)).expect("numbers");
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let (stored, used) = (tenant.targets().await, tenant.usage(&[]).await);
        let stored = stored.expect("targets");
        assert_eq!((stored.len(), used.expect("usage").len()), (901, 901));
        assert_eq!(tenant.buyers().await.expect("buyers").len(), 901);
        let named = [1_000, 1_899, 5_000].map(|n| number(n).as_str().to_owned());
        let in_use = conn.platform().numbers_in_use(&named).await;
        assert_eq!(
            in_use.expect("numbers"),
            BTreeSet::from([named[0].clone(), named[1].clone()])
        );
        drop(conn);
        let changed: Vec<_> = stored
            .iter()
            .filter(|target| target.input.name.starts_with("Many"))
            .map(|target| {
                let caps = Caps {
                    daily: Some(5),
                    ..Caps::default()
                };
                let mut new = checked(target_input(&target.input.name, caps));
                new.settings.sub_id = "many".to_owned();
                (target.id, new)
            })
            .collect();
        tx!(world, a.scope, |t| t.update_targets(&changed)).expect("changed");
        let twice = [(a.buyer, checked(target_input("many 7", Caps::default())))];
        let taken = tx!(world, a.scope, |t| t.add_targets(&twice, NOON));
        assert!(
            matches!(taken, Err(StoreError::Conflict(Constraint::TargetName))),
            "{taken:?}"
        );
        let foreign = [(b.buyer, checked(target_input("Foreign", Caps::default())))];
        let refused = tx!(world, a.scope, |t| t.add_targets(&foreign, NOON));
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Reference))),
            "{refused:?}"
        );
        let conn = world.tx().await;
        let after = conn.tenant(&a.scope).targets().await.expect("targets");
        let capped = after.iter().filter(|t| t.input.caps.daily == Some(5));
        assert_eq!(capped.count(), 900);
        let named = after.iter().filter(|t| t.settings.sub_id == "many");
        assert_eq!(named.count(), 900);
        let buyers = conn.tenant(&a.scope).buyers().await.expect("buyers");
        let said = buyers.iter().filter(|b| !b.settings.sub_id.is_empty());
        assert_eq!(said.count(), 900);
    }
}
