//! Keys for programs: what one opens, and for how long.

use domain::access::{Permission, Role};
use domain::api::api_key::{ApiKeyForm, CreatedKey, KeyState};
use domain::api::block::BlockForm;
use domain::api_key::{Scope, Scopes};
use service::idempotency::Taken;
use service::{Error, KeptAnswer, OpCtx};

use crate::world::{NOON, World, add_account, as_role};

fn form(scopes: &str, days: &str) -> ApiKeyForm {
    ApiKeyForm {
        name: "Warehouse".to_owned(),
        scopes: scopes.split(' ').map(str::to_owned).collect(),
        days: days.to_owned(),
    }
}

async fn make(world: &World, scopes: &str, days: &str) -> CreatedKey {
    let keys = &world.services.api_keys;
    keys.create(&world.op, &form(scopes, days))
        .await
        .expect("a key")
}

async fn with(world: &World, key: &CreatedKey) -> OpCtx {
    let keys = &world.services.api_keys;
    keys.context(&key.text, "r".to_owned(), NOON)
        .await
        .expect("opens")
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say_and_no_more() {
    for world in World::each().await {
        let key = make(&world, "blocks:write calls:read", "").await;
        let op = with(&world, &key).await;
        assert_eq!(
            (op.scope, op.actor.key()),
            (world.op.scope, Some(key.id)),
            "{}",
            world.kind
        );
        assert!(op.actor.covers(Scope::BlocksRead) && !op.actor.covers(Scope::CampaignsRead));
        let block = BlockForm {
            pattern: "+13075550100".to_owned(),
            ..BlockForm::default()
        };
        let id = world
            .services
            .blocks
            .add(&op, &block)
            .await
            .expect("may block");
        // Callers are masked without the scope for them.
        let seen = world.services.blocks.fact(&op, id).await.expect("may look");
        assert!(!seen.pattern.contains("5550100"), "{}", seen.pattern);
        let denied = world
            .services
            .numbers
            .remove(&op, domain::id::NumberId(1))
            .await;
        assert!(
            matches!(denied, Err(Error::Denied(Permission::EditNumbers))),
            "{denied:?}"
        );
        let denied = world.services.api_keys.list(&op).await;
        assert!(matches!(
            denied,
            Err(Error::Denied(Permission::ManageApiKeys))
        ));
        assert!(matches!(
            world.services.session.shell(&op).await,
            Err(Error::Unauthenticated)
        ));
    }
}

#[tokio::test]
async fn a_key_ends_when_it_is_revoked_or_expires() {
    for world in World::each().await {
        let keys = &world.services.api_keys;
        let (first, second) = (
            make(&world, "calls:read", "30").await,
            make(&world, "calls:read", "").await,
        );
        let later = NOON.plus_secs(30 * 86_400);
        let open =
            async |key: &CreatedKey, at| keys.context(&key.text, String::new(), at).await.is_ok();
        assert!(open(&first, later.plus_secs(-1)).await && !open(&first, later).await);
        assert!(open(&second, later).await);
        keys.revoke(&world.op, second.id).await.expect("revoked");
        assert!(!open(&second, NOON).await);
        assert!(
            keys.context("ccp_live_guess", String::new(), NOON)
                .await
                .is_err()
        );
        let mut op = world.op.clone();
        op.now = later;
        let rows = keys.list(&op).await.expect("list").rows;
        let states: Vec<KeyState> = rows.iter().map(|row| row.state).collect();
        assert_eq!(states, [KeyState::Revoked, KeyState::Expired]);
        assert_eq!(rows[1].created_by, "Dana Weiss");
        assert!(
            rows.iter()
                .all(|row| first.text.starts_with(&row.prefix)
                    || second.text.starts_with(&row.prefix))
        );
    }
}

#[tokio::test]
async fn the_last_use_is_written_down_once_a_minute() {
    for world in World::each().await {
        let keys = &world.services.api_keys;
        let key = make(&world, "calls:read", "").await;
        for (after, noted) in [(0, 0), (59, 0), (61, 61), (62, 61)] {
            keys.context(&key.text, String::new(), NOON.plus_secs(after))
                .await
                .expect("opens");
            let used = keys.list(&world.op).await.expect("list").rows[0]
                .last_used
                .clone();
            assert_eq!(used.map(|at| at.at), Some(NOON.plus_secs(noted)), "{after}");
        }
    }
}

#[tokio::test]
async fn keys_are_made_by_admins_of_their_own_account() {
    for world in World::each().await {
        let keys = &world.services.api_keys;
        let manager = as_role(&world.op, Role::Manager);
        let denied = keys.create(&manager, &form("calls:read", "")).await;
        assert!(matches!(
            denied,
            Err(Error::Denied(Permission::ManageApiKeys))
        ));
        let key = make(&world, &Scopes::all().to_string(), "").await;
        let other = add_account(
            &world.services,
            "Elsewhere",
            "eve@elsewhere.example",
            Role::Owner,
        )
        .await;
        assert!(matches!(
            keys.revoke(&other, key.id).await,
            Err(Error::NotFound("API key"))
        ));
        assert!(keys.list(&other).await.expect("list").rows.is_empty());
        // The demo makes its key again and again.
        let text = key.text.parse().expect("a key");
        let again = keys
            .create_as(&world.op, &text, &form("calls:read", ""))
            .await
            .expect("known");
        assert_eq!(again, key);
        assert!(
            keys.create_as(&other, &text, &form("calls:read", ""))
                .await
                .is_err()
        );
    }
}

#[tokio::test]
async fn a_request_sent_twice_is_done_once() {
    for world in World::each().await {
        let kept = &world.services.idempotency;
        let op = with(&world, &make(&world, "blocks:write", "").await).await;
        let at = |secs| OpCtx {
            now: NOON.plus_secs(secs),
            ..op.clone()
        };
        let parts: [&[u8]; 2] = [b"POST /blocks", b"{}"];
        let Ok(Taken::New(request)) = kept.take(&op, "a", &parts).await else {
            panic!("new");
        };
        let busy = kept.take(&at(1), "a", &parts).await;
        assert!(
            matches!(
                busy,
                Err(Error::Conflict {
                    code: "in_progress",
                    ..
                })
            ),
            "{busy:?}"
        );
        let answer = KeptAnswer {
            status: 201,
            location: Some("/x".to_owned()),
            body: "{}".to_owned(),
        };
        kept.answer(&op, &request, &answer).await.expect("kept");
        let again = kept.take(&at(2), "a", &parts).await.expect("known");
        assert_eq!(again, Taken::Answered(answer));
        let other = kept.take(&at(2), "a", &[b"POST /block", b"s{}"]).await;
        let Err(Error::Invalid(errors)) = other else {
            panic!("{other:?}");
        };
        assert_eq!(errors.0[0].code, "idempotency_key_reused");
        assert!(matches!(
            kept.take(&at(86_400), "a", &parts).await,
            Ok(Taken::New(_))
        ));
        // One that was given up, and one whose server died, may be tried again.
        let Ok(Taken::New(request)) = kept.take(&op, "b", &parts).await else {
            panic!("new");
        };
        kept.forget(&op, &request).await.expect("forgotten");
        assert!(matches!(
            kept.take(&op, "b", &parts).await,
            Ok(Taken::New(_))
        ));
        assert!(matches!(
            kept.take(&at(120), "b", &parts).await,
            Ok(Taken::New(_))
        ));
        assert_eq!(
            kept.sweep(NOON.plus_secs(2 * 86_400 + 1))
                .await
                .expect("swept"),
            2
        );
    }
}
