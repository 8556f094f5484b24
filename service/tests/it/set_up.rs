//! Set-up: what is typed is checked, what is saved routes the next call.

use domain::api::buyer::BuyerForm;
use domain::api::call::CallQuery;
use domain::api::campaign::{CampaignForm, PlanForm, RouteForm};
use domain::api::number::NumberForm;
use domain::api::page::Activity;
use domain::api::target::TargetForm;
use service::Error;

use crate::world::{NOON, NUMBER, World, arrival};

#[tokio::test]
async fn names_and_numbers_are_taken_only_once() {
    for world in World::each().await {
        let s = &world.services;
        let again = CampaignForm {
            name: "Roof repair, Texas".into(),
            ..CampaignForm::default()
        };
        let error = s
            .campaigns
            .create(&world.op, &again)
            .await
            .expect_err("taken");
        assert_eq!(
            error.fields().message("name").as_deref(),
            Some("Another campaign has this name."),
            "{}",
            world.kind
        );
        let number = NumberForm {
            number: "(800) 555-0126".into(),
            ..NumberForm::default()
        };
        let error = s.numbers.add(&world.op, &number).await.expect_err("taken");
        assert_eq!(
            error.fields().message("number").as_deref(),
            Some("This number is in use already.")
        );
        let ghost = NumberForm {
            number: "+12125550111".into(),
            campaign: "00000000-0000-0000-0000-000000000001".into(),
            ..NumberForm::default()
        };
        assert!(
            s.numbers
                .add(&world.op, &ghost)
                .await
                .expect_err("unknown")
                .fields()
                .message("campaign")
                .is_some()
        );
        let buyer = s
            .buyers
            .create(&world.op, &BuyerForm::named("Hill Country"))
            .await
            .expect("buyer");
        let target = TargetForm {
            name: "Line".into(),
            number: "+12145550111".into(),
            ..TargetForm::default()
        };
        s.targets
            .create(&world.op, buyer, &target)
            .await
            .expect("target");
        assert!(
            s.targets
                .create(&world.op, buyer, &target)
                .await
                .expect_err("taken")
                .fields()
                .message("name")
                .is_some()
        );
    }
}

#[tokio::test]
async fn an_archived_campaign_is_listed_last_and_keeps_its_routes_and_numbers() {
    for world in World::each().await {
        world.targets(&["", ""]).await;
        let s = &world.services;
        let before = s
            .campaigns
            .detail(&world.op, world.campaign)
            .await
            .expect("campaign");
        s.campaigns
            .set_activity(&world.op, world.campaign, Activity::Archived)
            .await
            .expect("archived");
        let other = CampaignForm {
            name: "Zinc gutters".into(),
            ..CampaignForm::default()
        };
        s.campaigns.create(&world.op, &other).await.expect("other");

        let rows = s.campaigns.list(&world.op).await.expect("list");
        let told: Vec<_> = rows.iter().map(|r| (r.name.as_str(), r.activity)).collect();
        assert_eq!(
            told,
            [
                ("Zinc gutters", Activity::Active),
                ("Roof repair, Texas", Activity::Archived)
            ]
        );
        assert_eq!((rows[1].routes, rows[1].numbers), (2, 1));
        let after = s
            .campaigns
            .detail(&world.op, world.campaign)
            .await
            .expect("campaign");
        assert_eq!(after.plan.routes, before.plan.routes);
        assert_eq!(after.plan.targets, before.plan.targets);

        let numbers = s.numbers.list(&world.op).await.expect("numbers");
        let number = numbers.rows.iter().find(|n| n.e164 == NUMBER);
        assert_eq!(
            number.map(|n| n.campaign_name.as_str()),
            Some("Roof repair, Texas (archived)")
        );
        assert!(numbers.campaigns.iter().all(|c| c.label == "Zinc gutters"));
        assert!(
            !s.engine
                .inbound(&arrival("CA1"), NOON)
                .await
                .expect("answer")
                .twiml
                .contains("<Dial"),
            "its callers reach nobody"
        );
    }
}

#[tokio::test]
async fn what_is_paused_gets_no_call_from_that_moment() {
    for world in World::each().await {
        let targets = world.targets(&["", ""]).await;
        let s = &world.services;
        assert!(
            s.engine
                .inbound(&arrival("CA1"), NOON)
                .await
                .expect("answer")
                .twiml
                .contains("+12145550100")
        );
        s.targets
            .set_activity(&world.op, targets[0], Activity::Paused)
            .await
            .expect("paused");
        assert!(
            s.engine
                .inbound(&arrival("CA2"), NOON)
                .await
                .expect("answer")
                .twiml
                .contains("+12145550101")
        );
        s.campaigns
            .set_activity(&world.op, world.campaign, Activity::Paused)
            .await
            .expect("paused");
        assert!(
            s.engine
                .inbound(&arrival("CA3"), NOON)
                .await
                .expect("answer")
                .twiml
                .contains("<Say>")
        );
    }
}

#[tokio::test]
async fn a_plan_saved_over_a_newer_one_is_refused() {
    for world in World::each().await {
        let targets = world.targets(&[""]).await;
        let route = RouteForm {
            target: targets[0].to_string(),
            ..RouteForm::default()
        };
        let plan = PlanForm {
            version: 1,
            routes: vec![route],
            ..PlanForm::default()
        };
        let error = world
            .services
            .campaigns
            .save_plan(&world.op, world.campaign, &plan)
            .await
            .expect_err("stale");
        assert!(
            matches!(error, Error::Conflict { code: "stale", .. }),
            "{}: {error}",
            world.kind
        );
        let saved = PlanForm { version: 2, ..plan };
        assert_eq!(
            world
                .services
                .campaigns
                .save_plan(&world.op, world.campaign, &saved)
                .await
                .expect("saved"),
            3
        );
    }
}

#[tokio::test]
async fn a_number_with_a_live_call_stays() {
    for world in World::each().await {
        world.targets(&[""]).await;
        let s = &world.services;
        let number = s.numbers.list(&world.op).await.expect("list").rows[0].clone();
        assert_eq!(number.e164, NUMBER);
        s.engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("answer");
        let refused = s
            .numbers
            .remove(&world.op, number.id)
            .await
            .expect_err("in use");
        assert_eq!(refused.code(), "conflict");
        s.engine
            .call_ended(
                "CA1",
                domain::call::event::LegStatus::Completed,
                Some(1),
                NOON,
            )
            .await
            .expect("told");
        s.numbers
            .remove(&world.op, number.id)
            .await
            .expect("removed");
    }
}

#[tokio::test]
async fn the_dashboard_counts_what_happened_today() {
    for world in World::each().await {
        world.targets(&["1"]).await;
        let s = &world.services;
        for i in 0..3 {
            s.engine
                .inbound(&arrival(&format!("CA{i}")), NOON)
                .await
                .expect("answer");
        }
        s.engine
            .call_ended(
                "CA2",
                domain::call::event::LegStatus::Completed,
                Some(1),
                NOON,
            )
            .await
            .expect("told");
        let today = s.dashboard.today(&world.op, None).await.expect("dashboard");
        let figure = |label: &str| {
            today
                .totals
                .iter()
                .find(|t| t.label == label)
                .map(|t| t.value.clone())
        };
        assert_eq!(figure("Incoming").as_deref(), Some("3"), "{}", world.kind);
        // Each counted figure leads to as many calls.
        let measured = ["Average length", "Revenue", "Payout", "Profit"];
        let counted = (today.totals.iter()).filter(|t| !measured.contains(&t.label.as_str()));
        assert_eq!(figure("Revenue").as_deref(), Some("$0.00"));
        for total in counted {
            let mut query = CallQuery::default();
            for pair in total.href.trim_start_matches("/calls?").split('&') {
                match pair.split_once('=') {
                    Some(("range", range)) => query.range = range.to_owned(),
                    Some(("outcome", outcome)) => query.outcome = outcome.to_owned(),
                    other => panic!("{other:?}"),
                }
            }
            let page = s.calls.page(&world.op, &query).await.expect("calls");
            assert_eq!(page.total.to_string(), total.value, "{}", total.label);
        }
        assert_eq!(today.live.len(), 2);
        assert_eq!(
            today.subtitle,
            "Wed, Nov 18, 12:00 am to 10:00 am ET, against the same hours last Wednesday"
        );
        assert_eq!(today.hours.len(), 11);
        assert_eq!(today.campaigns[0].incoming, 3);
        assert!(
            today
                .problems
                .iter()
                .any(|p| p.title == "Roof repair, Texas: no route is open")
        );
        let shell = s.session.shell(&world.op).await.expect("shell");
        assert_eq!((shell.counters.live, shell.initials.as_str()), (2, "DW"));
    }
}
