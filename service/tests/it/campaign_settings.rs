//! Settings of campaigns and of the account: what is saved comes back, and one part leaves the others
//! alone.

use domain::access::Role;
use domain::api::account::{AccountForm, PrefixForm, RateForm};
use domain::api::buyer::BuyerForm;
use domain::api::campaign::{DuplicatesForm, NewCampaignForm, PlanForm, RouteForm};
use domain::api::filter::{FilterForm, FilterRow};
use domain::api::number::NumberForm;
use domain::api::plan::{QuickTargetForm, TermsForm};
use domain::api::predict::PredictiveForm;
use domain::api::recovery::RecoveryForm;
use domain::api::revenue::RevenueForm;
use domain::id::TargetId;

use crate::world::{NUMBER, World, add_account, as_role};

fn revenue(trigger: &str, price: &str) -> RevenueForm {
    RevenueForm {
        trigger: trigger.into(),
        price: price.into(),
        ..RevenueForm::default()
    }
}

#[tokio::test]
async fn a_campaign_begins_with_its_number_and_revenue() {
    for world in World::each().await {
        let s = &world.services;
        let form = |name: &str, number: &str| NewCampaignForm {
            name: name.into(),
            number: number.into(),
            revenue: revenue("length", "25"),
            ..NewCampaignForm::default()
        };
        let free = NumberForm {
            number: "(614) 555-0161".into(),
            ..NumberForm::default()
        };
        s.numbers.add(&world.op, &free).await.expect("free");
        for (name, number) in [
            ("With a free number", "614 555 0161"),
            ("With a new number", "614 555 0162"),
        ] {
            let id = s
                .campaigns
                .begin(&world.op, &form(name, number))
                .await
                .expect(name);
            let detail = s.campaigns.detail(&world.op, id).await.expect("detail");
            assert_eq!(detail.numbers.len(), 1, "{}: {name}", world.kind);
            assert_eq!(detail.revenue, revenue("length", "25"));
            assert_eq!(detail.plan.revenue, detail.revenue);
        }
        let before = s.campaigns.list(&world.op).await.expect("list").len();
        let refused = s
            .campaigns
            .begin(&world.op, &form("Too late", NUMBER))
            .await
            .expect_err("another campaign has it");
        assert_eq!(
            refused.fields().message("number").as_deref(),
            Some("This number belongs to another campaign. Choose a free one, or none.")
        );
        let after = s.campaigns.list(&world.op).await.expect("list").len();
        assert_eq!(after, before, "{}: nothing was made", world.kind);
    }
}

#[tokio::test]
async fn one_part_of_the_settings_leaves_the_others_alone() {
    for world in World::each().await {
        let (s, op, id) = (&world.services, &world.op, world.campaign);
        let duplicates = DuplicatesForm {
            mark: "length".into(),
            mark_length_s: "90".into(),
            routing: "original".into(),
            strict: "on".into(),
            pay: "after".into(),
            pay_after_days: "14".into(),
            attestation: "b".into(),
            ..DuplicatesForm::default()
        };
        let worth = revenue("connect", "40");
        let plan = PlanForm {
            version: 1,
            distribution: "predictive".into(),
            predictive: Some(PredictiveForm {
                training_calls: "25".into(),
                ..PredictiveForm::default()
            }),
            recovery: Some(RecoveryForm {
                mode: "on".into(),
                ..RecoveryForm::default()
            }),
            ..PlanForm::default()
        };
        s.campaigns
            .set_duplicates(op, id, &duplicates)
            .await
            .expect("duplicates");
        s.campaigns
            .set_revenue(op, id, &worth)
            .await
            .expect("revenue");
        s.campaigns.save_plan(op, id, &plan).await.expect("plan");
        // A plan that says nothing of them keeps them.
        let quiet = PlanForm {
            version: 2,
            distribution: "longest_idle".into(),
            ..PlanForm::default()
        };
        s.campaigns.save_plan(op, id, &quiet).await.expect("plan");
        let detail = s.campaigns.detail(op, id).await.expect("detail");
        assert_eq!(detail.duplicates, duplicates, "{}", world.kind);
        assert_eq!(detail.revenue, worth);
        assert_eq!(Some(detail.plan.predictive), plan.predictive);
        assert_eq!(Some(detail.plan.recovery), plan.recovery);
        assert_eq!(detail.plan.distribution.code(), "longest_idle");
        let wrong = DuplicatesForm {
            pay_after_days: "0".into(),
            ..duplicates
        };
        let refused = s.campaigns.set_duplicates(op, id, &wrong).await;
        assert!(
            refused
                .expect_err("no days")
                .fields()
                .message("pay_after_days")
                .is_some()
        );
    }
}

fn for_texas(target: TargetId) -> RouteForm {
    let texas = FilterRow {
        tag: "geo:state".into(),
        value: "TX".into(),
        ..FilterRow::default()
    };
    RouteForm {
        target: target.to_string(),
        revenue: Some(revenue("dial", "12.50")),
        filter: FilterForm { rows: vec![texas] },
        rerouted: "no".into(),
        ..RouteForm::default()
    }
}

#[tokio::test]
async fn what_a_route_says_is_kept_until_it_says_something_else() {
    for world in World::each().await {
        let targets = world.targets(&["", ""]).await;
        let (s, op, id) = (&world.services, &world.op, world.campaign);
        let plain = RouteForm {
            target: targets[1].to_string(),
            ..RouteForm::default()
        };
        let plan = |version, routes| PlanForm {
            version,
            routes,
            ..PlanForm::default()
        };
        let said = for_texas(targets[0]);
        let form = plan(2, vec![said.clone(), plain.clone()]);
        s.campaigns.save_plan(op, id, &form).await.expect("saved");
        let quiet = RouteForm {
            revenue: None,
            ..plain.clone()
        };
        let kept = RouteForm {
            target: targets[0].to_string(),
            ..RouteForm::default()
        };
        let form = plan(3, vec![kept, quiet]);
        s.campaigns.save_plan(op, id, &form).await.expect("saved");
        let detail = s.campaigns.detail(op, id).await.expect("detail");
        let routes = &detail.plan.routes;
        let terms = TermsForm {
            revenue: revenue("dial", "12.50"),
            filter: said.filter.clone(),
            rerouted: "no".into(),
        };
        assert_eq!(routes[0].terms, terms, "{}", world.kind);
        assert_eq!(routes[0].warning, "No recent call has the tag geo:state.");
        assert_eq!(routes[1].terms, TermsForm::default());
        assert_eq!(routes[1].warning, "");

        let mut unknown = said.clone();
        unknown.filter.rows[0].op = "in_list".into();
        unknown.filter.rows[0].list = "77".into();
        let refused = s
            .campaigns
            .save_plan(op, id, &plan(4, vec![plain, unknown]))
            .await
            .expect_err("no such list");
        assert!(
            refused
                .fields()
                .message("routes[1].filter[0].list")
                .is_some(),
            "{:?}",
            refused.fields()
        );
    }
}

#[tokio::test]
async fn a_target_is_made_with_its_buyer_in_one_go() {
    for world in World::each().await {
        let (s, op) = (&world.services, &world.op);
        let form = |buyer: &str, name: &str, rings: &str| QuickTargetForm {
            buyer: buyer.into(),
            name: name.into(),
            rings: rings.into(),
        };
        let first = s
            .targets
            .add_quick(op, &form("Lone Star Group", "", "214 555 0187"))
            .await
            .expect("made");
        let second = s
            .targets
            .add_quick(
                op,
                &form("lone star group", "Night desk", "sip:night@pbx.example.com"),
            )
            .await
            .expect("made");
        assert_eq!(
            (first.name.as_str(), second.buyer_name.as_str()),
            ("Lone Star Group", "Lone Star Group")
        );
        let buyers = s.buyers.list(op).await.expect("buyers");
        assert_eq!(
            (buyers.len(), buyers[0].targets.len()),
            (1, 2),
            "{}",
            world.kind
        );
        let detail = s.targets.detail(op, first.target).await.expect("detail");
        assert_eq!(detail.form.inherit_hours, "on");
        let buyer = s.buyers.detail(op, detail.row.buyer).await.expect("buyer");
        assert_eq!(buyer.form.zone, op.zone);
        let third = s
            .targets
            .add_quick(op, &form("Lone Star Group", "", "214 555 0188"))
            .await
            .expect("a second line of the same buyer");
        assert_eq!(third.name, "Lone Star Group 2");
        let taken = s
            .targets
            .add_quick(op, &form("Lone Star Group", "night DESK", "214 555 0189"))
            .await
            .expect_err("name taken");
        assert!(taken.fields().message("name").is_some());
        let unnamed = s
            .targets
            .add_quick(op, &form("New buyer", "", "12"))
            .await
            .expect_err("no number");
        assert!(unnamed.fields().message("rings").is_some());
        let buyers = s.buyers.list(op).await.expect("buyers");
        assert_eq!(
            buyers.len(),
            1,
            "{}: no buyer without its target",
            world.kind
        );
        let viewer = as_role(op, Role::Viewer);
        let refused = s
            .targets
            .add_quick(&viewer, &form("X", "", "214 555 0189"))
            .await;
        assert_eq!(refused.expect_err("viewer").code(), "denied");
    }
}

#[tokio::test]
async fn the_account_says_what_holds_everywhere_and_only_an_admin_changes_it() {
    for world in World::each().await {
        let (s, op) = (&world.services, &world.op);
        let form = AccountForm {
            guard_s: "5".into(),
            anonymous_is_one: "on".into(),
            attestation: "c".into(),
            auto_pause: "on".into(),
            dispute_days: "14".into(),
            ..AccountForm::default()
        };
        let manager = as_role(op, Role::Manager);
        let refused = s.accounts.update(&manager, &form).await;
        assert_eq!(refused.expect_err("manager").code(), "denied");
        s.accounts
            .update(&as_role(op, Role::Admin), &form)
            .await
            .expect("admin");
        assert_eq!(s.accounts.settings(&manager).await.expect("settings"), form);
        let detail = s
            .campaigns
            .detail(op, world.campaign)
            .await
            .expect("detail");
        assert_eq!(detail.account_attestation, "Gateway (C) or better");

        let mut rates = s.accounts.rates(op).await.expect("rates");
        assert!(rates.list_prices);
        rates.form.inbound_local.per_minute = "0.006".into();
        rates.form.outbound.push(PrefixForm {
            prefix: "+1907".into(),
            rate: RateForm {
                per_minute: "0.09".into(),
                ..RateForm::default()
            },
        });
        s.accounts.set_rates(op, &rates.form).await.expect("saved");
        let own = s.accounts.rates(op).await.expect("rates");
        assert!(!own.list_prices, "{}", world.kind);
        assert_eq!(own.form, rates.form);
        assert_eq!(s.accounts.settings(op).await.expect("settings"), form);
        s.accounts.reset_rates(op).await.expect("reset");
        assert!(s.accounts.rates(op).await.expect("rates").list_prices);
        let wrong = AccountForm {
            guard_s: "a while".into(),
            ..form.clone()
        };
        let refused = s.accounts.update(op, &wrong).await.expect_err("no number");
        assert!(refused.fields().message("guard_s").is_some());

        let other = add_account(s, "Rival Calls", "eve@rival.example", Role::Owner).await;
        let theirs = s.accounts.settings(&other).await.expect("settings");
        assert_eq!(theirs, AccountForm::default(), "{}", world.kind);
    }
}

#[tokio::test]
async fn settings_of_another_accounts_campaign_are_not_found() {
    for world in World::each().await {
        let s = &world.services;
        let other = add_account(s, "Rival Calls", "eve@rival.example", Role::Owner).await;
        let refused = [
            s.campaigns
                .set_duplicates(&other, world.campaign, &DuplicatesForm::default())
                .await
                .expect_err("duplicates"),
            s.campaigns
                .set_revenue(&other, world.campaign, &revenue("connect", "1"))
                .await
                .expect_err("revenue"),
            s.campaigns
                .begin(
                    &other,
                    &NewCampaignForm {
                        name: "Mine".into(),
                        number: NUMBER.into(),
                        ..NewCampaignForm::default()
                    },
                )
                .await
                .expect_err("another account has the number"),
        ];
        let codes = refused.each_ref().map(service::Error::code);
        assert_eq!(
            codes,
            ["not_found", "not_found", "invalid"],
            "{}",
            world.kind
        );
        let theirs = BuyerForm {
            name: "Lone Star Group".into(),
            ..BuyerForm::default()
        };
        s.buyers.create(&world.op, &theirs).await.expect("buyer");
        let made = QuickTargetForm {
            buyer: "Lone Star Group".into(),
            rings: "214 555 0187".into(),
            ..QuickTargetForm::default()
        };
        s.targets
            .add_quick(&other, &made)
            .await
            .expect("of its own");
        let buyers = s.buyers.list(&world.op).await.expect("buyers");
        assert_eq!(buyers[0].targets.len(), 0, "{}", world.kind);
    }
}
