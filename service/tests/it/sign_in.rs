//! Signing in: what fits, what does not, and how often one may try.

use domain::access::Role;
use service::Rights;
use service::user::{LoginError, NewUser};

use crate::world::{NOON, World};

#[tokio::test]
async fn an_address_and_its_password_sign_in() {
    for world in World::each().await {
        let users = &world.services.users;
        let user = users
            .login(" Dana@Northgate.example ", "northgate-demo-1", "peer", NOON)
            .await
            .expect("signed in");
        assert_eq!(user.email, "dana@northgate.example", "{}", world.kind);
        let op = users
            .context(user.id, "r".to_owned(), NOON)
            .await
            .expect("context");
        assert_eq!(
            (op.actor.rights, op.account_name.as_str()),
            (Rights::Member(Role::Owner), "Northgate Calls")
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_for_the_address_and_the_peer() {
    for world in World::each().await {
        let users = &world.services.users;
        for i in 0..5 {
            let refused = users
                .login("dana@northgate.example", "wrong", "peer", NOON.plus_secs(i))
                .await
                .expect_err("wrong");
            assert!(
                matches!(refused, LoginError::Invalid),
                "{}: {refused}",
                world.kind
            );
        }
        let now = NOON.plus_secs(6);
        let right = users
            .login("dana@northgate.example", "northgate-demo-1", "other", now)
            .await
            .expect_err("address is blocked");
        assert!(
            matches!(
                right,
                LoginError::Throttled {
                    retry_after_s: 1..=30
                }
            ),
            "{right}"
        );
        for i in 0..20 {
            let other = users
                .login(&format!("nobody{i}@northgate.example"), "x", "peer", now)
                .await
                .expect_err("wrong");
            assert!(
                matches!(other, LoginError::Invalid),
                "others behind the same peer may still try"
            );
        }
        let peer = users
            .login("somebody@northgate.example", "x", "peer", now)
            .await
            .expect_err("peer is blocked");
        assert!(matches!(peer, LoginError::Throttled { .. }));
        users
            .login(
                "dana@northgate.example",
                "northgate-demo-1",
                "other",
                NOON.plus_secs(40),
            )
            .await
            .expect("after the wait");
    }
}

#[tokio::test]
async fn a_new_user_needs_an_address_and_a_long_password() {
    for world in World::each().await {
        let new = NewUser {
            email: "nobody",
            name: "N",
            password: "short",
            account: "",
            role: Role::Viewer,
        };
        let error = world
            .services
            .users
            .add(&new, "UTC", NOON)
            .await
            .expect_err("invalid");
        let fields: Vec<String> = error.fields().0.into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["email", "password", "account"]);
        let again = NewUser {
            email: "DANA@northgate.example",
            name: "D",
            password: "long enough pw",
            account: "Other",
            role: Role::Viewer,
        };
        let error = world
            .services
            .users
            .add(&again, "UTC", NOON)
            .await
            .expect_err("taken");
        assert!(error.fields().message("email").is_some(), "{}", world.kind);
    }
}
