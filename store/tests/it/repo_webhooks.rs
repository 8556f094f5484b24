//! Conversion webhooks.

use domain::id::{CampaignId, WebhookId};
use domain::webhook::DELIVERIES_KEPT;
use store::{Constraint, StoreError};
use uuid::Uuid;

use crate::world::{NOON, World, new_delivery, new_webhook, tx};

#[tokio::test]
async fn a_webhook_is_found_by_its_address_alone() {
    for world in World::each().await {
        let conn = world.tx().await;
        let found = conn.platform().scope_for_webhook(world.b.webhook).await;
        let (scope, hook) = found.expect("lookup").expect("a webhook");
        assert_eq!((scope, hook.id), (world.b.scope, world.b.webhook));
        assert_eq!(
            (hook.campaign, hook.enabled),
            (Some(world.b.campaign), true)
        );
        let nobody = WebhookId(Uuid::from_u128(404));
        let nobody = conn.platform().scope_for_webhook(nobody).await;
        assert_eq!(nobody.expect("lookup"), None);
    }
}

#[tokio::test]
async fn a_webhook_has_a_name_of_its_own_and_a_campaign_of_its_account() {
    for world in World::each().await {
        let (a, id) = (world.a.scope, WebhookId(Uuid::from_u128(77)));
        let taken = tx!(world, a, |t| t.add_webhook(
            id,
            &new_webhook("CRESTLINE crm", None),
            NOON
        ));
        assert!(
            matches!(taken, Err(StoreError::Conflict(Constraint::WebhookName))),
            "{taken:?}"
        );
        let foreign = new_webhook("Another", Some(world.b.campaign));
        let foreign = tx!(world, a, |t| t.add_webhook(id, &foreign, NOON));
        assert!(
            matches!(foreign, Err(StoreError::Conflict(Constraint::Reference))),
            "{foreign:?}"
        );
        tx!(world, a, |t| t.add_webhook(
            id,
            &new_webhook("Another", None),
            NOON
        ))
        .expect("added");
        let nowhere = new_webhook("Another", Some(CampaignId(Uuid::from_u128(404))));
        assert!(tx!(world, a, |t| t.update_webhook(id, &nowhere)).is_err());
        tx!(world, a, |t| t.set_webhook_enabled(id, false)).expect("paused");
        let kept = tx!(world, a, |t| t.webhook(id)).expect("kept");
        assert_eq!((kept.enabled, kept.campaign), (false, None));
        let names: Vec<String> = (tx!(world, a, |t| t.webhooks()).expect("all").into_iter())
            .map(|hook| hook.name)
            .collect();
        assert_eq!(names, ["Another", "Crestline CRM"]);
    }
}

#[tokio::test]
async fn only_the_latest_deliveries_are_kept() {
    for world in World::each().await {
        let (a, hook) = (world.a.scope, world.a.webhook);
        for n in 0..DELIVERIES_KEPT + 3 {
            let came = new_delivery(&format!("call {n}"));
            tx!(world, a, |t| t.keep_delivery(hook, &came)).expect("kept");
        }
        let kept = tx!(world, a, |t| t.deliveries(hook)).expect("kept");
        assert_eq!(kept.len() as u64, DELIVERIES_KEPT);
        let last = format!("call {}", DELIVERIES_KEPT + 2);
        assert_eq!(kept[0].delivery.call, last);
        let latest = tx!(world, a, |t| t.last_deliveries()).expect("latest");
        assert_eq!(latest.len(), 1);
        assert_eq!(latest[0], kept[0]);
        let theirs = tx!(world, world.b.scope, |t| t.deliveries(world.b.webhook));
        assert_eq!(theirs.expect("theirs").len(), 1);
    }
}
