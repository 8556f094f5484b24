//! What buyers and targets say about their calls: stored whole, shown again, inherited, and counts
//! that are set back.

use domain::access::Role;
use domain::api::buyer::BuyerForm;
use domain::api::target::{TargetDetail, TargetForm};
use domain::call::event::LegStatus;
use domain::caps::reset::Counts;
use service::Error;

use crate::world::{NOON, World, add_account, arrival, as_role};

fn buyer_form() -> BuyerForm {
    BuyerForm {
        sub_id: "CR-7".into(),
        zone: "America/Chicago".into(),
        hours: "weekly".into(),
        holidays: "Thanksgiving Day".into(),
        cap_daily: "40".into(),
        dollars_daily: "500".into(),
        restrict: "own".into(),
        recovery: "off".into(),
        ..BuyerForm::named("Crestline")
    }
}

fn sip_form() -> TargetForm {
    TargetForm {
        name: "Night".into(),
        kind: "sip".into(),
        sip: "sip:night@pbx.example.com".into(),
        sip_user: "night".into(),
        sip_password: "secret".into(),
        sip_headers: "X-Lead-Source: roof".into(),
        digits: "1w5".into(),
        holidays: "12-24 Eve = 09:00-12:00".into(),
        dollars_total: "99.50".into(),
        count_on: "convert".into(),
        matrix_volume: "Mon-Fri 9-17=5".into(),
        restrict: "none".into(),
        recovery: "on".into(),
        connects_max: "2".into(),
        ..TargetForm::default()
    }
}

#[tokio::test]
async fn all_that_is_typed_is_stored_and_shown_but_the_password() {
    for world in World::each().await {
        let s = &world.services;
        let buyer = s
            .buyers
            .create(&world.op, &buyer_form())
            .await
            .expect("buyer");
        let shown = s.buyers.detail(&world.op, buyer).await.expect("buyer");
        assert_eq!(shown.form, buyer_form(), "{}", world.kind);
        let changed = BuyerForm {
            cap_daily: "30".into(),
            ..buyer_form()
        };
        s.buyers
            .update(&world.op, buyer, &changed)
            .await
            .expect("changed");
        let shown = s.buyers.detail(&world.op, buyer).await.expect("buyer");
        assert_eq!(shown.inherited.caps, "30 a day, $500.00 a day");

        let id = s
            .targets
            .create(&world.op, buyer, &sip_form())
            .await
            .expect("target");
        let detail = s.targets.detail(&world.op, id).await.expect("target");
        let without = sip_form().without_password();
        assert_eq!((&detail.form, detail.has_password), (&without, true));
        assert_eq!(
            detail.inherited.hours,
            "Mon–Fri 9:00 am – 5:00 pm CT, not on Thanksgiving Day"
        );
        assert_eq!(detail.spent[2].limit.as_deref(), Some("$99.50"));
        assert_eq!(detail.row.spent_today.limit, None);

        // What is not typed again stays, as long as the address does.
        s.targets
            .update(&world.op, id, &without)
            .await
            .expect("kept");
        let moved = TargetForm {
            sip: "sip:night@elsewhere.example".into(),
            ..without
        };
        let refused = s.targets.update(&world.op, id, &moved).await;
        let errors = refused.expect_err("asked for the password").fields();
        assert!(errors.message("sip_password").is_some());

        let inheriting = TargetForm {
            name: "Day".into(),
            number: "+12145550111".into(),
            ..TargetForm::of_buyer()
        };
        let id = s
            .targets
            .create(&world.op, buyer, &inheriting)
            .await
            .expect("target");
        let detail = s.targets.detail(&world.op, id).await.expect("target");
        assert_eq!(detail.form.inherit_hours, "on");
        assert_eq!(detail.row.spent_today.limit.as_deref(), Some("$500.00"));
    }
}

#[tokio::test]
async fn counts_are_set_back_and_put_back() {
    for world in World::each().await {
        let target = world.targets(&["2"]).await[0];
        let s = &world.services;
        let today = |d: &TargetDetail| (d.row.lines.count, d.row.today.count, d.total.count);
        let detail = async || s.targets.detail(&world.op, target).await.expect("target");
        for sid in ["CA1", "CA2"] {
            s.engine.inbound(&arrival(sid), NOON).await.expect("answer");
        }
        assert_eq!(today(&detail().await), (2, 2, 2), "{}", world.kind);
        // Both are in progress, so both stay counted.
        let nothing = s
            .targets
            .reset_counts(&world.op, target)
            .await
            .expect("reset");
        assert_eq!(nothing.total, 0);
        assert_eq!(today(&detail().await), (2, 2, 2));

        let dial = crate::world::ended(LegStatus::Completed, true);
        let call = s
            .engine
            .inbound(&arrival("CA1"), NOON)
            .await
            .expect("the same answer")
            .call;
        s.engine
            .dial_ended(call, 1, dial, NOON)
            .await
            .expect("told");
        assert_eq!(today(&detail().await), (1, 2, 2));
        let counts = s
            .targets
            .reset_counts(&world.op, target)
            .await
            .expect("reset");
        assert_eq!((counts.day, counts.total), (1, 1));
        assert_eq!(today(&detail().await), (1, 1, 1));
        s.targets
            .restore_counts(&world.op, target, &counts)
            .await
            .expect("restored");
        assert_eq!(today(&detail().await), (1, 2, 2));

        // A window that is over is left alone; all-time counts have no window.
        let older = Counts {
            windows: domain::time::Windows::default(),
            ..counts
        };
        s.targets
            .restore_counts(&world.op, target, &older)
            .await
            .expect("restored");
        assert_eq!(today(&detail().await), (1, 2, 3));
        let forged = Counts {
            day_spent: domain::money::Micros(-1),
            ..counts
        };
        let refused = s.targets.restore_counts(&world.op, target, &forged).await;
        assert!(
            refused
                .expect_err("forged")
                .fields()
                .message("counts")
                .is_some()
        );
    }
}

#[tokio::test]
async fn counts_of_another_account_or_without_the_permission_stay() {
    for world in World::each().await {
        let target = world.targets(&["2"]).await[0];
        let s = &world.services;
        let other = add_account(s, "Rival Calls", "eve@rival.example", Role::Owner).await;
        let viewer = as_role(&world.op, Role::Viewer);
        let none = Counts::default();
        for result in [
            s.targets.reset_counts(&other, target).await.map(drop),
            s.targets.restore_counts(&other, target, &none).await,
        ] {
            assert!(matches!(result, Err(Error::NotFound(_))), "{}", world.kind);
        }
        for result in [
            s.targets.reset_counts(&viewer, target).await.map(drop),
            s.targets.restore_counts(&viewer, target, &none).await,
        ] {
            assert!(matches!(result, Err(Error::Denied(_))));
        }
    }
}
