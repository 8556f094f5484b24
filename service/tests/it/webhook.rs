//! What buyers tell at a webhook: each word once, the latest amount counts, and nothing is lost.

use domain::access::Role;
use domain::api::revenue::RevenueForm;
use domain::api::webhook::WebhookForm;
use domain::call::event::LegStatus;
use domain::id::{CallId, WebhookId};
use domain::ledger::Ledger;
use domain::ledger::totals::Totals;
use domain::money::Micros;
use domain::webhook::{Answer, Outcome};
use service::Error;

use crate::world::{NOON, World, add_account, arrival, as_role, ended};

/// A world whose calls earn what the buyer tells, and a webhook.
async fn hooked(world: &World) -> WebhookId {
    world.targets(&["9"]).await;
    let told = RevenueForm {
        trigger: "conversion".into(),
        pays: "reported".into(),
        ..RevenueForm::default()
    };
    let campaigns = &world.services.campaigns;
    (campaigns
        .set_revenue(&world.op, world.campaign, &told)
        .await)
        .expect("revenue");
    let form = WebhookForm {
        name: "Crestline CRM".into(),
        ..WebhookForm::default()
    };
    (world.services.webhooks.create(&world.op, &form).await).expect("webhook")
}

async fn tell(
    world: &World,
    hook: WebhookId,
    call: CallId,
    pairs: &[(&str, &str)],
    after: i64,
) -> Answer {
    let mut sent = vec![("call_id".to_owned(), call.to_string())];
    sent.extend(
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
    );
    let told = world
        .services
        .webhooks
        .receive(hook, &sent, NOON.plus_secs(after))
        .await;
    told.expect("taken").expect("a webhook")
}

async fn arrive(world: &World, sid: &str) -> CallId {
    let engine = &world.services.engine;
    (engine.inbound(&arrival(sid), NOON).await.expect("arrival")).call
}

async fn talk(world: &World, sid: &str, call: CallId) {
    let engine = &world.services.engine;
    let result = ended(LegStatus::Completed, true);
    (engine.dial_ended(call, 1, result, NOON.plus_secs(90)).await).expect("dial");
    (engine
        .call_ended(sid, LegStatus::Completed, Some(95), NOON.plus_secs(95))
        .await)
        .expect("end");
}

/// The revenue of the call's row, which is the sum of its stored entries and of its session's.
async fn revenue(world: &World, call: CallId) -> Micros {
    let conn = world.db.db.read().await.expect("conn");
    let tenant = conn.tenant(&world.op.scope);
    let entries = tenant.ledger_of(call).await.expect("ledger");
    let record = tenant.call(call).await.expect("call");
    assert_eq!(record.line.money, Totals::of(&entries), "{}", world.kind);
    assert_eq!(record.session.ledger, Ledger::of(entries), "{}", world.kind);
    record.line.money.revenue
}

#[tokio::test]
async fn a_later_amount_takes_the_place_of_the_first_and_both_can_be_read() {
    for world in World::each().await {
        let hook = hooked(&world).await;
        let call = arrive(&world, "CA1").await;
        talk(&world, "CA1", call).await;
        let first = tell(
            &world,
            hook,
            call,
            &[("revenue", "25"), ("event_id", "e1")],
            600,
        )
        .await;
        assert_eq!(first.outcome, Outcome::Converted);
        assert_eq!(revenue(&world, call).await, Micros(25_000_000));
        let again = tell(
            &world,
            hook,
            call,
            &[("revenue", "25"), ("event_id", "e1")],
            601,
        )
        .await;
        assert_eq!(again.outcome, Outcome::Unchanged);
        let more = tell(
            &world,
            hook,
            call,
            &[("revenue", "40"), ("event_id", "e2")],
            700,
        )
        .await;
        assert_eq!(more.outcome, Outcome::Updated);
        assert_eq!(
            more.message,
            "The conversion is worth $40.00 now, before $25.00."
        );
        assert_eq!(revenue(&world, call).await, Micros(40_000_000));
        // An event that came before says nothing new, also after others.
        let old = tell(
            &world,
            hook,
            call,
            &[("revenue", "25"), ("event_id", "e1")],
            701,
        )
        .await;
        assert_eq!(old.outcome, Outcome::Unchanged);
        // Without events it is the amount that tells.
        let less = tell(&world, hook, call, &[("revenue", "10")], 800).await;
        assert_eq!(less.outcome, Outcome::Updated);
        let same = tell(&world, hook, call, &[("revenue", "10.00")], 801).await;
        assert_eq!(same.outcome, Outcome::Unchanged);
        assert_eq!(revenue(&world, call).await, Micros(10_000_000));
        let detail = (world.services.calls.detail(&world.op, call).await).expect("detail");
        let reasons: Vec<&str> = (detail.money.entries.iter().map(|e| e.reason.as_str()))
            .filter(|reason| reason.starts_with("The buyer"))
            .collect();
        assert_eq!(
            reasons,
            [
                "The buyer told $40.00 after $25.00.",
                "The buyer told $10.00 after $40.00."
            ]
        );
    }
}

#[tokio::test]
async fn a_conversion_before_anybody_answered_waits_until_somebody_did() {
    for world in World::each().await {
        let hook = hooked(&world).await;
        let call = arrive(&world, "CA1").await;
        let early = tell(&world, hook, call, &[("revenue", "30")], 2).await;
        assert_eq!(early.outcome, Outcome::Converted);
        assert!(
            early.message.contains("Nobody has been connected"),
            "{}",
            early.message
        );
        assert_eq!(revenue(&world, call).await, Micros::ZERO);
        talk(&world, "CA1", call).await;
        assert_eq!(revenue(&world, call).await, Micros(30_000_000));

        let missed = arrive(&world, "CA2").await;
        tell(&world, hook, missed, &[("revenue", "30")], 2).await;
        let engine = &world.services.engine;
        let result = ended(LegStatus::NoAnswer, false);
        (engine
            .dial_ended(missed, 1, result, NOON.plus_secs(30))
            .await)
            .expect("dial");
        (engine
            .call_ended("CA2", LegStatus::Completed, Some(40), NOON.plus_secs(40))
            .await)
            .expect("end");
        assert_eq!(
            revenue(&world, missed).await,
            Micros::ZERO,
            "nobody had the caller"
        );
    }
}

#[tokio::test]
async fn many_words_at_one_moment_are_kept_one_after_another() {
    for world in World::each().await {
        let hook = hooked(&world).await;
        let call = arrive(&world, "CA1").await;
        talk(&world, "CA1", call).await;
        let mut tasks = Vec::new();
        for n in 1..=8 {
            let webhooks = world.services.webhooks.clone();
            // Each event comes twice.
            let pair = |name: &str, value: String| (name.to_owned(), value);
            let sent = vec![
                pair("call_id", call.to_string()),
                pair("revenue", (n / 2 * 10).to_string()),
                pair("event_id", format!("e{}", n / 2)),
            ];
            let at = NOON.plus_secs(600 + n);
            tasks.push(tokio::spawn(async move {
                webhooks.receive(hook, &sent, at).await
            }));
        }
        for task in tasks {
            let answer = task
                .await
                .expect("task")
                .expect("taken")
                .expect("a webhook");
            assert_eq!(answer.outcome.status(), 200);
        }
        let conn = world.db.db.read().await.expect("conn");
        let record = conn.tenant(&world.op.scope).call(call).await.expect("call");
        let last = record.session.conversion.expect("a conversion").reported;
        drop(conn);
        assert_eq!(Some(revenue(&world, call).await), last, "{}", world.kind);
        let kept = world.services.webhooks.deliveries(&world.op, hook).await;
        assert_eq!(kept.expect("kept").len(), 8);
    }
}

#[tokio::test]
async fn a_webhook_takes_only_calls_of_its_account_and_its_campaign() {
    for world in World::each().await {
        let hook = hooked(&world).await;
        let call = arrive(&world, "CA1").await;
        let (webhooks, op) = (&world.services.webhooks, &world.op);
        let other = add_account(&world.services, "Other", "eve@other.example", Role::Owner).await;
        let theirs = WebhookForm {
            name: "Theirs".into(),
            ..WebhookForm::default()
        };
        let theirs = webhooks.create(&other, &theirs).await.expect("webhook");
        let foreign = tell(&world, theirs, call, &[("revenue", "5")], 1).await;
        assert_eq!(foreign.outcome, Outcome::UnknownCall);
        for refused in [
            webhooks.detail(&other, hook).await.map(drop),
            webhooks.set_enabled(&other, hook, false).await,
            webhooks
                .update(
                    &other,
                    hook,
                    &WebhookForm {
                        name: "x".into(),
                        ..WebhookForm::default()
                    },
                )
                .await,
            webhooks.deliveries(&other, hook).await.map(drop),
        ] {
            assert!(
                matches!(refused, Err(Error::NotFound("webhook"))),
                "{refused:?}"
            );
        }
        let viewer = as_role(op, Role::Viewer);
        assert!(matches!(
            webhooks.list(&viewer).await,
            Err(Error::Denied(_))
        ));
        let limited = WebhookForm {
            name: "Crestline CRM".into(),
            campaign: world.campaign.to_string(),
            ..WebhookForm::default()
        };
        webhooks.update(op, hook, &limited).await.expect("limited");
        assert_eq!(
            tell(&world, hook, call, &[], 2).await.outcome,
            Outcome::Converted
        );
        let elsewhere = domain::api::campaign::CampaignForm {
            name: "Another".into(),
            ..domain::api::campaign::CampaignForm::default()
        };
        let elsewhere = world
            .services
            .campaigns
            .create(op, &elsewhere)
            .await
            .expect("campaign");
        let moved = WebhookForm {
            campaign: elsewhere.to_string(),
            ..limited
        };
        webhooks.update(op, hook, &moved).await.expect("moved");
        assert_eq!(
            tell(&world, hook, call, &[], 3).await.outcome,
            Outcome::UnknownCall
        );
        webhooks.set_enabled(op, hook, false).await.expect("paused");
        assert_eq!(
            tell(&world, hook, call, &[], 4).await.outcome,
            Outcome::Paused
        );
        let detail = webhooks.detail(op, hook).await.expect("detail");
        assert_eq!(detail.deliveries.len(), 3);
        assert!(detail.url.ends_with(&format!("/hook/{hook}")));
        assert!(
            detail
                .example
                .ends_with("?call_id=CALL_ID&revenue=25.00&event_id=EVENT_ID")
        );
        let nobody = WebhookId(uuid::Uuid::nil());
        let nobody = webhooks
            .receive(nobody, &[], NOON)
            .await
            .expect("no failure");
        assert_eq!(nobody, None);
    }
}
