//! People, accounts, and the lookups that mint scopes.

use domain::access::Role;
use domain::api::page::Activity;
use domain::campaign::Distribution;
use domain::caps::Caps;
use domain::id::CampaignId;
use domain::phone::Caller;
use uuid::Uuid;

use crate::world::{NOON, World, campaign_input, target_input, tx};
use domain::time::Timestamp;
use store::CallDoor;

#[tokio::test]
async fn people_are_found_by_address_in_any_case() {
    for world in World::each().await {
        let conn = world.tx().await;
        let platform = conn.platform();
        let user = platform
            .user_by_email("OWNER1@EXAMPLE.COM")
            .await
            .expect("lookup")
            .expect("user");
        assert_eq!(
            (user.id, user.email.as_str()),
            (world.a.user, "owner1@example.com")
        );
        platform
            .set_password(user.id, "new")
            .await
            .expect("password");
        assert_eq!(
            platform
                .user_by_id(user.id)
                .await
                .expect("lookup")
                .expect("user")
                .password_hash,
            "new"
        );
        let account = world.a.scope.account();
        platform
            .set_member(account, user.id, Role::Viewer)
            .await
            .expect("member");
        let member = platform
            .scope_for_member(user.id)
            .await
            .expect("lookup")
            .expect("member");
        assert_eq!(
            (
                member.scope,
                member.role,
                member.account_name.as_str(),
                member.zone.as_str()
            ),
            (world.a.scope, Role::Viewer, "Account 1", "America/New_York")
        );
        assert_eq!(
            platform
                .scope_for_member(domain::id::UserId(999))
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            platform
                .scope_for_operator("Account 2")
                .await
                .expect("lookup"),
            Some(world.b.scope)
        );
        assert_eq!(
            platform
                .scope_for_operator("Account 3")
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            platform.scope_for_installation().await.expect("lookup"),
            Some(world.a.scope)
        );
        assert_eq!(
            platform.zone(&world.a.scope).await.expect("zone"),
            "America/New_York"
        );
    }
}

#[tokio::test]
async fn a_number_leads_home_and_every_change_of_the_set_up_raises_the_generation() {
    for world in World::each().await {
        let a = &world.a;
        let mut last = 0;
        let grown = async |last: &mut i64, why: &str| {
            let conn = world.tx().await;
            let home = conn
                .platform()
                .home_of_call(CallDoor::Number(&a.e164), &Caller::Anonymous, Timestamp(0))
                .await
                .expect("lookup")
                .expect("home");
            assert_eq!(home.scope, a.scope);
            assert_eq!(
                home.generation,
                conn.platform()
                    .generation(&a.scope)
                    .await
                    .expect("generation")
            );
            assert!(home.generation > *last, "{why}");
            *last = home.generation;
            home.campaign
        };
        assert_eq!(grown(&mut last, "start").await, Some(a.campaign));
        let second = CampaignId(Uuid::from_u128(77));
        tx!(world, a.scope, |t| t.add_campaign(
            second,
            &campaign_input("Gutters"),
            NOON
        ))
        .expect("campaign");
        grown(&mut last, "campaign added").await;
        tx!(world, a.scope, |t| t
            .update_campaign(a.campaign, &campaign_input("Roofs")))
        .expect("update");
        grown(&mut last, "campaign updated").await;
        tx!(world, a.scope, |t| t
            .set_campaign_activity(second, Activity::Paused))
        .expect("pause");
        grown(&mut last, "campaign paused").await;
        tx!(world, a.scope, |t| t.replace_routes(a.campaign, &[])).expect("routes");
        grown(&mut last, "routes replaced").await;
        tx!(world, a.scope, |t| t.advance_plan(
            a.campaign,
            1,
            Distribution::RoundRobin,
            5
        ))
        .expect("plan");
        grown(&mut last, "plan advanced").await;
        tx!(world, a.scope, |t| t
            .set_buyer_activity(a.buyer, Activity::Paused))
        .expect("buyer");
        grown(&mut last, "buyer paused").await;
        tx!(world, a.scope, |t| t.update_target(
            a.target,
            &target_input("Dallas", Caps::default())
        ))
        .expect("target");
        grown(&mut last, "target updated").await;
        tx!(world, a.scope, |t| t
            .set_target_activity(a.target, Activity::Paused))
        .expect("target");
        grown(&mut last, "target paused").await;
        tx!(world, a.scope, |t| t.add_target(
            a.buyer,
            &target_input("Austin", Caps::default()),
            NOON
        ))
        .expect("target");
        grown(&mut last, "target added").await;
        tx!(world, a.scope, |t| t.assign_number(a.number, None)).expect("number");
        assert_eq!(grown(&mut last, "number assigned").await, None);
        tx!(world, a.scope, |t| t.remove_number(a.number)).expect("number");
        let conn = world.tx().await;
        assert_eq!(
            conn.platform()
                .home_of_call(CallDoor::Number(&a.e164), &Caller::Anonymous, Timestamp(0))
                .await
                .expect("lookup"),
            None
        );
        assert_eq!(
            conn.platform()
                .generation(&world.b.scope)
                .await
                .expect("generation"),
            10,
            "B's set-up did not change"
        );
    }
}
