//! Keys and kept answers, on both databases.

use domain::id::ApiKeyId;
use domain::time::Timestamp;
use store::{ApiKeyInput, Constraint, RequestToken, StoreError};

use crate::world::{NOON, TOKEN, World, kept_answer, new_api_key, tx};

#[tokio::test]
async fn a_secret_leads_to_its_account_and_is_one_accounts() {
    for world in World::each().await {
        let conn = world.tx().await;
        let holder = conn
            .platform()
            .scope_for_api_key("hash 2")
            .await
            .expect("ask")
            .expect("B's");
        assert_eq!(
            (holder.scope, holder.key.id),
            (world.b.scope, world.b.api_key)
        );
        assert_eq!(holder.account_name, "Account 2");
        assert!(
            conn.platform()
                .scope_for_api_key("hash")
                .await
                .expect("ask")
                .is_none()
        );
        drop(conn);
        let again: ApiKeyInput = new_api_key(2, world.a.user);
        let taken = tx!(world, world.a.scope, |t| t.add_api_key(&again, NOON));
        assert!(
            matches!(taken, Err(StoreError::Conflict(Constraint::ApiKeySecret))),
            "{taken:?}"
        );
    }
}

#[tokio::test]
async fn a_key_keeps_when_it_was_ended_first() {
    for world in World::each().await {
        let (scope, key) = (world.a.scope, world.a.api_key);
        for later in [1, 2] {
            tx!(world, scope, |t| t
                .revoke_api_key(key, NOON.plus_secs(later)))
            .expect("revoked");
        }
        tx!(world, scope, |t| t.touch_api_key(key, NOON)).expect("touched");
        let conn = world.tx().await;
        let keys = conn.tenant(&scope).api_keys().await.expect("keys");
        assert_eq!(keys[0].revoked_at, Some(NOON.plus_secs(1)));
        assert_eq!(
            (keys[0].last_used_at, keys[0].created_by),
            (Some(NOON), Some(world.a.user))
        );
    }
}

#[tokio::test]
async fn a_request_is_taken_on_once_and_forgotten_after_a_day() {
    for world in World::each().await {
        let request = |token| RequestToken {
            key: world.a.api_key,
            token,
        };
        let take = async |token, at: Timestamp| {
            tx!(world, world.a.scope, |t| t.take_request(
                request(token),
                "hash",
                at
            ))
            .expect("asked")
        };
        assert!(!take(TOKEN, NOON).await, "{TOKEN} was there");
        assert!(take("other", NOON.plus_secs(5)).await && !take("other", NOON.plus_secs(6)).await);
        let known = tx!(world, world.a.scope, |t| t.request(request("other"))).expect("known");
        assert_eq!((known.created_at, known.answer), (NOON.plus_secs(5), None));
        // Only the one that took it on, and only while it has no answer, may give it up.
        tx!(world, world.a.scope, |t| t
            .forget_request(request("other"), NOON))
        .expect("not ours");
        tx!(world, world.a.scope, |t| t
            .forget_request(request(TOKEN), NOON))
        .expect("answered");
        let kept = tx!(world, world.a.scope, |t| t.request(request(TOKEN))).expect("kept");
        assert_eq!(kept.answer, Some(kept_answer()));
        tx!(world, world.a.scope, |t| t
            .forget_request(request("other"), NOON.plus_secs(5)))
        .expect("ours");
        assert!(take("other", NOON.plus_secs(5)).await);
        let conn = world.tx().await;
        // Those of both accounts from noon; the later one stays.
        assert_eq!(
            conn.platform()
                .sweep_requests(NOON.plus_secs(1))
                .await
                .expect("swept"),
            2
        );
        conn.commit().await.expect("commit");
        assert!(!take("other", NOON).await && take(TOKEN, NOON).await);
        let gone = tx!(world, world.a.scope, |t| t.request(RequestToken {
            key: ApiKeyId(999),
            token: TOKEN
        }));
        assert!(matches!(gone, Err(StoreError::NotFound)));
    }
}
