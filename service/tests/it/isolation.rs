//! Another account's ids are not there; a lower role is told so.

use domain::access::Role;
use domain::api::buyer::BuyerForm;
use domain::api::campaign::{CampaignForm, PlanForm, RouteForm};
use domain::api::page::Activity;
use service::Error;

use crate::world::{NOON, World, add_account, arrival, as_role};

#[tokio::test]
async fn another_accounts_ids_are_not_found() {
    for world in World::each().await {
        let targets = world.targets(&["1"]).await;
        let call = world
            .services
            .engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer")
            .call;
        let other = add_account(
            &world.services,
            "Rival Calls",
            "eve@rival.example",
            Role::Owner,
        )
        .await;
        let s = &world.services;
        let missing = |e: Error| assert!(matches!(e, Error::NotFound(_)), "{}: {e}", world.kind);
        missing(
            s.calls
                .detail(&other, call)
                .await
                .map(drop)
                .expect_err("call"),
        );
        missing(
            s.campaigns
                .detail(&other, world.campaign)
                .await
                .map(drop)
                .expect_err("campaign"),
        );
        missing(
            s.campaigns
                .update(&other, world.campaign, &CampaignForm::default())
                .await
                .expect_err("update"),
        );
        missing(
            s.campaigns
                .set_activity(&other, world.campaign, Activity::Paused)
                .await
                .expect_err("pause"),
        );
        missing(
            s.targets
                .detail(&other, targets[0])
                .await
                .map(drop)
                .expect_err("target"),
        );
        missing(
            s.dashboard
                .today(&other, Some(world.campaign))
                .await
                .map(drop)
                .expect_err("dashboard"),
        );
        assert!(s.calls.live(&other).await.expect("live").is_empty());

        let mine = s
            .campaigns
            .create(
                &other,
                &CampaignForm {
                    name: "Mine".into(),
                    ..CampaignForm::default()
                },
            )
            .await
            .expect("campaign");
        let route = RouteForm {
            target: targets[0].to_string(),
            ..RouteForm::default()
        };
        let plan = PlanForm {
            version: 1,
            routes: vec![route],
            ..PlanForm::default()
        };
        let refused = s
            .campaigns
            .save_plan(&other, mine, &plan)
            .await
            .expect_err("foreign target");
        assert!(refused.fields().message("routes[0].target").is_some());
    }
}

#[tokio::test]
async fn a_viewer_may_look_but_not_touch() {
    for world in World::each().await {
        let viewer = as_role(&world.op, Role::Viewer);
        world
            .services
            .campaigns
            .list(&viewer)
            .await
            .expect("may look");
        let refused = world
            .services
            .buyers
            .create(&viewer, &BuyerForm::named("X"))
            .await
            .expect_err("may not touch");
        assert_eq!(
            (refused.code(), refused.public_message().as_str()),
            ("denied", "Your role may not change buyers and targets.")
        );
        let live = world
            .services
            .engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer")
            .call;
        let row = world
            .services
            .calls
            .detail(&viewer, live)
            .await
            .expect("detail")
            .row;
        assert_eq!(row.caller, "+1214***0187");
    }
}
