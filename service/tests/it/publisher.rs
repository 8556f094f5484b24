//! Publishers, their payout rules and numbers, and the lists that filters look values up in.

use domain::access::Role;
use domain::api::bulk_list::BulkListForm;
use domain::api::filter::{FilterForm, FilterRow};
use domain::api::page::Activity;
use domain::api::publisher::{NewPublisherForm, PayoutForm, PayoutRuleForm, PublisherForm};
use domain::id::{BulkListId, CampaignId, NumberId, PublisherId};
use service::{Error, OpCtx};

use crate::world::{World, add_account, arrival, as_role};

fn named(name: &str) -> PublisherForm {
    PublisherForm {
        name: name.to_owned(),
        sub_id: "lh-1".to_owned(),
    }
}

fn rule(name: &str, amount: &str) -> PayoutRuleForm {
    PayoutRuleForm {
        name: name.to_owned(),
        amount: amount.to_owned(),
        ..PayoutRuleForm::default()
    }
}

fn rules(rules: Vec<PayoutRuleForm>) -> PayoutForm {
    PayoutForm {
        campaign: String::new(),
        rules,
    }
}

fn in_list(list: BulkListId) -> FilterForm {
    FilterForm {
        rows: vec![FilterRow {
            tag: "geo:zip".to_owned(),
            op: "in_list".to_owned(),
            list: list.to_string(),
            ..FilterRow::default()
        }],
    }
}

async fn publisher(world: &World) -> PublisherId {
    let made = world
        .services
        .publishers
        .create(&world.op, &named("Lead Harbor").into())
        .await;
    made.expect("publisher")
}

async fn number(world: &World) -> NumberId {
    world
        .services
        .numbers
        .list(&world.op)
        .await
        .expect("numbers")
        .rows[0]
        .id
}

#[tokio::test]
async fn a_publisher_begins_with_a_rule_and_a_number() {
    for world in World::each().await {
        let s = &world.services.publishers;
        let number = number(&world).await;
        let form = NewPublisherForm {
            amount: "12.50".to_owned(),
            trigger: "connect".to_owned(),
            number: number.to_string(),
            ..named("Lead Harbor").into()
        };
        let id = s.create(&world.op, &form).await.expect("publisher");
        let detail = s.detail(&world.op, id).await.expect("detail");
        assert_eq!(detail.row.rules, ["$12.50 once connected"]);
        assert_eq!(detail.numbers.len(), 1);

        // The number is somebody's now; a publisher that is refused leaves nothing.
        let late = NewPublisherForm {
            name: "Late Leads".to_owned(),
            ..form.clone()
        };
        let refused = s.create(&world.op, &late).await.expect_err("not free");
        assert!(refused.fields().message("number").is_some(), "{refused:?}");
        let other = add_account(&world.services, "Rival", "eve@rival.example", Role::Owner).await;
        let refused = s.create(&other, &late).await.expect_err("not theirs");
        assert!(refused.fields().message("number").is_some(), "{refused:?}");
        let dear = NewPublisherForm {
            amount: "much".to_owned(),
            number: "x".to_owned(),
            ..late
        };
        let refused = s.create(&world.op, &dear).await.expect_err("no amount");
        assert!(refused.fields().message("amount").is_some(), "{refused:?}");
        assert!(refused.fields().message("number").is_some(), "{refused:?}");
        assert_eq!(s.list(&world.op).await.expect("list").len(), 1);
    }
}

#[tokio::test]
async fn a_publisher_is_made_changed_paused_and_archived() {
    for world in World::each().await {
        let s = &world.services.publishers;
        let id = publisher(&world).await;
        let taken = s
            .create(&world.op, &named("lead harbor").into())
            .await
            .expect_err("taken");
        assert_eq!(
            taken.fields().message("name").as_deref(),
            Some("Another publisher has this name.")
        );
        let empty = s
            .update(&world.op, id, &named(" "))
            .await
            .expect_err("no name");
        assert!(empty.fields().message("name").is_some());
        s.update(&world.op, id, &named("Lead Harbour"))
            .await
            .expect("renamed");
        s.set_activity(&world.op, id, Activity::Paused)
            .await
            .expect("paused");
        let rows = s.list(&world.op).await.expect("list");
        let told: Vec<_> = rows.iter().map(|r| (r.name.as_str(), r.activity)).collect();
        assert_eq!(told, [("Lead Harbour", Activity::Paused)]);
        s.set_activity(&world.op, id, Activity::Archived)
            .await
            .expect("archived");
        assert_eq!(s.list(&world.op).await.expect("list"), []);
        // Its page stays, as the way back.
        let detail = s.detail(&world.op, id).await.expect("detail");
        assert_eq!(detail.row.activity, Activity::Archived);
    }
}

#[tokio::test]
async fn payout_rules_keep_their_ids_and_a_campaign_can_have_its_own() {
    for world in World::each().await {
        let s = &world.services.publishers;
        let (op, id) = (&world.op, publisher(&world).await);
        let saved = s
            .save_payouts(op, id, &rules(vec![rule("A", "25"), rule("B", "18.5")]))
            .await
            .expect("saved");
        let ids = |form: &PayoutForm| form.rules.iter().map(|r| r.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&saved), ["1", "2"]);
        let mut moved = saved.clone();
        moved.rules.swap(0, 1);
        moved.rules.push(rule("C", "1"));
        let saved = s.save_payouts(op, id, &moved).await.expect("saved");
        assert_eq!(ids(&saved), ["2", "1", "3"]);
        let words = s.list(op).await.expect("list")[0].rules.clone();
        assert_eq!(words[0], "$18.50 once connected for 1:30");

        s.add_override(op, id, world.campaign).await.expect("own");
        let twice = s
            .add_override(op, id, world.campaign)
            .await
            .expect_err("twice");
        assert!(matches!(twice, Error::Conflict { .. }), "{twice}");
        let detail = s.detail(op, id).await.expect("detail");
        let [everywhere, own] = detail.payouts.as_slice() else {
            panic!("{:?}", detail.payouts);
        };
        assert_eq!(ids(&everywhere.form), ["2", "1", "3"]);
        assert_eq!(ids(&own.form), ["4", "5", "6"]);
        assert_eq!(own.campaign_name, "Roof repair, Texas");
        assert_eq!(detail.campaigns, []);

        // An empty list of its own pays nothing there, and is not none.
        let nothing = PayoutForm {
            rules: Vec::new(),
            ..own.form.clone()
        };
        s.save_payouts(op, id, &nothing).await.expect("emptied");
        assert_eq!(s.list(op).await.expect("list")[0].overrides, 1);
        let dropped = s
            .drop_override(op, id, world.campaign)
            .await
            .expect("dropped");
        assert_eq!(
            (dropped.campaign.as_str(), dropped.rules.len()),
            (world.campaign.to_string().as_str(), 0),
            "what it was when it was dropped"
        );
        let gone = s
            .drop_override(op, id, world.campaign)
            .await
            .expect_err("gone");
        assert!(matches!(gone, Error::NotFound(_)), "{gone}");
        assert_eq!(s.list(op).await.expect("list")[0].overrides, 0);
    }
}

#[tokio::test]
async fn what_is_wrong_with_rules_is_told_at_their_fields() {
    for world in World::each().await {
        let s = &world.services.publishers;
        let id = publisher(&world).await;
        let pattern = FilterForm {
            rows: vec![FilterRow {
                tag: "geo:zip".to_owned(),
                op: "matches".to_owned(),
                value: "(".to_owned(),
                ..FilterRow::default()
            }],
        };
        let bad = rules(vec![
            rule("Fine", "25"),
            rule("Much", "many"),
            PayoutRuleForm {
                filter: in_list(BulkListId(77)),
                ..rule("Listed", "1")
            },
            PayoutRuleForm {
                filter: pattern,
                ..rule("Pattern", "1")
            },
        ]);
        let errors = s
            .save_payouts(&world.op, id, &bad)
            .await
            .expect_err("bad")
            .fields();
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "rules[1].amount",
                "rules[2].filter[0].list",
                "rules[3].filter[0].value"
            ],
            "{}",
            world.kind
        );
        let ghost = PayoutForm {
            campaign: "00000000-0000-0000-0000-0000000000aa".to_owned(),
            rules: Vec::new(),
        };
        let errors = s
            .save_payouts(&world.op, id, &ghost)
            .await
            .expect_err("ghost")
            .fields();
        assert!(errors.message("campaign").is_some());
        assert_eq!(
            s.list(&world.op).await.expect("list")[0].rules,
            Vec::<String>::new()
        );
    }
}

#[tokio::test]
async fn a_number_belongs_to_a_publisher_whose_page_lists_it() {
    for world in World::each().await {
        let s = &world.services;
        let (op, id, number) = (&world.op, publisher(&world).await, number(&world).await);
        let detail = s.publishers.detail(op, id).await.expect("detail");
        assert_eq!((detail.numbers.len(), detail.free_numbers.len()), (0, 1));
        s.numbers
            .set_publisher(op, number, Some(id))
            .await
            .expect("given");
        let detail = s.publishers.detail(op, id).await.expect("detail");
        assert_eq!((detail.numbers.len(), detail.free_numbers.len()), (1, 0));
        assert_eq!(detail.row.numbers, 1);
        let row = s.numbers.list(op).await.expect("numbers").rows.remove(0);
        assert_eq!(
            (row.publisher, row.publisher_name.as_str()),
            (Some(id), "Lead Harbor")
        );
        s.numbers
            .set_publisher(op, number, None)
            .await
            .expect("taken");
        assert_eq!(s.publishers.list(op).await.expect("list")[0].numbers, 0);
        let ghost = s
            .numbers
            .set_publisher(op, number, Some(PublisherId(99)))
            .await;
        assert!(matches!(ghost, Err(Error::NotFound(_))), "{ghost:?}");
    }
}

#[tokio::test]
async fn a_rule_warns_of_tags_that_no_call_had() {
    for world in World::each().await {
        let s = &world.services;
        let (op, id) = (&world.op, publisher(&world).await);
        let mut call = arrival("CA1");
        call.tags.set("geo", "state", "TX");
        s.engine.inbound(&call, op.now).await.expect("answer");
        let about = |tag: &str| FilterForm {
            rows: vec![FilterRow {
                tag: tag.to_owned(),
                value: "TX".to_owned(),
                ..FilterRow::default()
            }],
        };
        let typed = ["geo:state", "geo:stat"].map(|tag| PayoutRuleForm {
            filter: about(tag),
            ..rule(tag, "25")
        });
        s.publishers
            .save_payouts(op, id, &rules(typed.to_vec()))
            .await
            .expect("saved");
        let detail = s.publishers.detail(op, id).await.expect("detail");
        let warnings: Vec<_> = detail.payouts[0]
            .rules
            .iter()
            .map(|r| r.warnings.clone())
            .collect();
        assert_eq!(
            warnings,
            [
                Vec::new(),
                vec!["No recent call has the tag geo:stat.".to_owned()]
            ]
        );
        assert_eq!(detail.filters.tags, ["geo:state"]);
    }
}

#[tokio::test]
async fn a_list_says_which_filters_use_it() {
    for world in World::each().await {
        let s = &world.services;
        let (op, id) = (&world.op, publisher(&world).await);
        let form = BulkListForm {
            name: "Dallas zips".to_owned(),
            entries: "75201\n75202\n75201".to_owned(),
        };
        let list = s.bulk_lists.create(op, &form).await.expect("list");
        let taken = s.bulk_lists.create(op, &form).await.expect_err("taken");
        assert_eq!(taken.fields().0[0].code, "taken");
        let used = PayoutRuleForm {
            filter: in_list(list),
            ..rule("Dallas", "30")
        };
        s.publishers
            .save_payouts(op, id, &rules(vec![used]))
            .await
            .expect("saved");
        let rows = s.bulk_lists.list(op).await.expect("lists");
        assert_eq!(rows[0].values, 2);
        assert_eq!(rows[0].uses, ["Lead Harbor, rule Dallas"]);
        let form = BulkListForm {
            name: "Dallas ZIP codes".to_owned(),
            entries: "75203".to_owned(),
        };
        s.bulk_lists.update(op, list, &form).await.expect("changed");
        assert_eq!(
            s.bulk_lists.detail(op, list).await.expect("detail").form,
            form
        );
        s.bulk_lists.remove(op, list).await.expect("removed");
        let gone = s.bulk_lists.detail(op, list).await;
        assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
    }
}

#[tokio::test]
async fn other_accounts_and_lower_roles_change_nothing() {
    for world in World::each().await {
        let s = &world.services;
        let (id, number) = (publisher(&world).await, number(&world).await);
        let form = BulkListForm {
            name: "Zips".to_owned(),
            entries: "75201".to_owned(),
        };
        let list = s.bulk_lists.create(&world.op, &form).await.expect("list");
        let other = add_account(s, "Rival Calls", "eve@rival.example", Role::Owner).await;
        let viewer = as_role(&world.op, Role::Viewer);
        let before = s.publishers.detail(&world.op, id).await.expect("detail");
        for (op, code) in [(&other, "not_found"), (&viewer, "denied")] {
            for (what, refused) in writes(&world, op, id, number, list).await {
                assert_eq!(
                    refused.expect_err(what).code(),
                    code,
                    "{what}, {}",
                    world.kind
                );
            }
        }
        assert_eq!(
            s.publishers.detail(&world.op, id).await.expect("detail"),
            before
        );
        assert_eq!(s.publishers.list(&other).await.expect("list"), []);
        assert_eq!(s.bulk_lists.list(&other).await.expect("lists"), []);
        s.publishers.list(&viewer).await.expect("may look");
        let theirs = s
            .publishers
            .create(&other, &named("Theirs").into())
            .await
            .expect("new");
        let tied = s
            .numbers
            .set_publisher(&world.op, number, Some(theirs))
            .await;
        assert!(matches!(tied, Err(Error::NotFound(_))), "{tied:?}");
        let tied = s
            .publishers
            .add_override(&other, theirs, world.campaign)
            .await;
        assert!(matches!(tied, Err(Error::NotFound(_))), "{tied:?}");
    }
}

async fn writes(
    world: &World,
    op: &OpCtx,
    id: PublisherId,
    number: NumberId,
    list: BulkListId,
) -> Vec<(&'static str, Result<(), Error>)> {
    let s = &world.services;
    let form = BulkListForm {
        name: "Mine".to_owned(),
        entries: "1".to_owned(),
    };
    let saved = s
        .publishers
        .save_payouts(op, id, &rules(vec![rule("A", "1")]))
        .await;
    let campaign: CampaignId = world.campaign;
    vec![
        ("update", s.publishers.update(op, id, &named("Mine")).await),
        (
            "pause",
            s.publishers.set_activity(op, id, Activity::Paused).await,
        ),
        ("payouts", saved.map(drop)),
        ("own", s.publishers.add_override(op, id, campaign).await),
        (
            "drop",
            s.publishers.drop_override(op, id, campaign).await.map(drop),
        ),
        ("number", s.numbers.set_publisher(op, number, None).await),
        ("list", s.bulk_lists.update(op, list, &form).await),
        ("remove", s.bulk_lists.remove(op, list).await),
    ]
}
