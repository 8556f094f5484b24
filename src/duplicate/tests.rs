use super::mark::{MarkRule, MarkWhen};
use super::payment::{Across, PayDuplicates, PaymentRule};
use super::restriction::{RestrictAfter, RestrictFrom, Restriction, TargetRestriction};
use super::routing::{DuplicateRouting, Place, Preference};
use super::*;
use crate::phone::Caller;
use crate::testing::{NOON_ISH, call_id, number, plan};
use proptest::prelude::*;

const DAY: i64 = 86_400;

fn campaign() -> CampaignId {
    plan(Vec::new()).campaign
}

fn days_ago(days: i64) -> Timestamp {
    NOON_ISH.plus_secs(-days * DAY)
}

/// A call of publisher 1, connected with targets that belong to the buyer of the same tens.
fn earlier(days: i64, targets: &[i64]) -> EarlierCall {
    EarlierCall {
        call: call_id(u128::from(days.unsigned_abs())),
        campaign: campaign(),
        publisher: Some(PublisherId(1)),
        arrived_at: days_ago(days),
        connections: targets
            .iter()
            .map(|target| Connection {
                target: TargetId(*target),
                buyer: BuyerId(target / 10),
                at: days_ago(days).plus_secs(10),
                length_s: 60,
                converted_at: None,
            })
            .collect(),
    }
}

fn caller() -> Caller {
    Caller::Number(number(1))
}

fn marked(when: MarkWhen, history: &[EarlierCall]) -> Option<String> {
    let rule = MarkRule {
        when,
        ..MarkRule::default()
    };
    rule.mark(&caller(), campaign(), history, NOON_ISH)
        .map(|marked| marked.reason)
}

#[test]
fn the_mark_depends_on_what_became_of_earlier_calls() {
    let rang = [earlier(2, &[])];
    let talked = [earlier(3, &[11]), earlier(2, &[])];
    assert_eq!(marked(MarkWhen::Incoming, &[]), None);
    assert_eq!(
        marked(MarkWhen::Incoming, &rang).as_deref(),
        Some("Called 2 days ago.")
    );
    assert_eq!(marked(MarkWhen::Connected, &rang), None);
    assert_eq!(
        marked(MarkWhen::Connected, &talked).as_deref(),
        Some("Called 3 days ago and was connected.")
    );
    assert_eq!(marked(MarkWhen::Length { secs: 61 }, &talked), None);
    assert_eq!(
        marked(MarkWhen::Length { secs: 60 }, &talked).as_deref(),
        Some("Called 3 days ago and talked for 1:00; 1:00 makes a duplicate.")
    );
}

#[test]
fn other_campaigns_do_not_count_and_withheld_callers_only_if_wanted() {
    let elsewhere = EarlierCall {
        campaign: CampaignId(uuid::Uuid::from_u128(1)),
        ..earlier(1, &[11])
    };
    assert_eq!(marked(MarkWhen::Incoming, &[elsewhere]), None);
    let mark = |anonymous| {
        let rule = MarkRule {
            anonymous,
            ..MarkRule::default()
        };
        rule.mark(
            &Caller::Anonymous,
            campaign(),
            &[earlier(1, &[11])],
            NOON_ISH,
        )
    };
    assert!(mark(true).is_some());
    assert!(mark(false).is_none());
}

#[test]
fn a_duplicate_goes_where_its_campaign_says() {
    let history = [earlier(5, &[11]), earlier(1, &[22]), earlier(3, &[11])];
    let place = |routing: DuplicateRouting, target| {
        routing
            .preference(campaign(), &history)
            .place(TargetId(target))
    };
    use DuplicateRouting::{Normally, ToDifferent, ToOriginal};
    assert_eq!(place(Normally, 33), Place::First);
    assert_eq!(place(ToOriginal { strict: true }, 22), Place::First);
    assert_eq!(place(ToOriginal { strict: true }, 11), Place::Never);
    assert_eq!(place(ToOriginal { strict: false }, 33), Place::Later);
    assert_eq!(place(ToDifferent { strict: true }, 33), Place::First);
    assert_eq!(place(ToDifferent { strict: true }, 11), Place::Never);
    assert_eq!(place(ToDifferent { strict: false }, 22), Place::Later);
    let never_connected = ToOriginal { strict: true }.preference(campaign(), &[earlier(1, &[])]);
    assert_eq!(never_connected, Preference::Any);
}

#[test]
fn a_restriction_keeps_a_caller_from_a_buyer_or_a_target_for_a_time() {
    let restriction = |from, after, days| Restriction { from, after, days };
    let converted = EarlierCall {
        connections: vec![Connection {
            converted_at: Some(days_ago(1)),
            ..earlier(3, &[11]).connections[0]
        }],
        ..earlier(3, &[11])
    };
    let restricts = |rule: Restriction, target: i64, history: &EarlierCall| {
        rule.restricts(
            TargetId(target),
            BuyerId(target / 10),
            campaign(),
            std::slice::from_ref(history),
            NOON_ISH,
        )
        .map(|restricted| restricted.reason)
    };
    let connected = earlier(3, &[11]);
    use RestrictAfter::{Connected, Converted};
    use RestrictFrom::{Buyer, Target};
    // The conversation began ten seconds after the call, so three days are not over.
    assert_eq!(
        restricts(restriction(Buyer, Connected, Some(3)), 12, &connected).as_deref(),
        Some("This buyer had the caller 2 days ago and is restricted for 3 days.")
    );
    assert_eq!(
        restricts(restriction(Buyer, Connected, Some(2)), 12, &connected),
        None
    );
    assert_eq!(
        restricts(restriction(Buyer, Connected, None), 22, &connected),
        None
    );
    assert_eq!(
        restricts(restriction(Target, Connected, None), 12, &connected),
        None
    );
    assert!(restricts(restriction(Target, Connected, None), 11, &connected).is_some());
    assert_eq!(
        restricts(restriction(Target, Converted, None), 11, &connected),
        None
    );
    assert_eq!(
        restricts(restriction(Target, Converted, Some(2)), 11, &converted).as_deref(),
        Some("This target converted the caller 1 day ago and is restricted for 2 days.")
    );
    let buyers = restriction(Buyer, Connected, None);
    assert_eq!(TargetRestriction::Inherit.or(Some(buyers)), Some(buyers));
    assert_eq!(TargetRestriction::Unrestricted.or(Some(buyers)), None);
}

fn unpaid(
    pay: PayDuplicates,
    across: Across,
    publisher: i64,
    history: &[EarlierCall],
) -> Option<String> {
    PaymentRule { pay, across }.unpaid(
        &MarkRule::default(),
        &caller(),
        campaign(),
        PublisherId(publisher),
        history,
        NOON_ISH,
    )
}

#[test]
fn a_duplicate_is_paid_as_the_terms_say() {
    let history = [earlier(2, &[11])];
    use Across::{AllPublishers, SamePublisher};
    assert_eq!(
        unpaid(PayDuplicates::Always, SamePublisher, 1, &history),
        None
    );
    assert_eq!(
        unpaid(PayDuplicates::Never, SamePublisher, 1, &history).as_deref(),
        Some("A duplicate of a call from this publisher 2 days ago; duplicates are not paid.")
    );
    assert_eq!(
        unpaid(PayDuplicates::Never, SamePublisher, 2, &history),
        None
    );
    assert_eq!(
        unpaid(PayDuplicates::Never, AllPublishers, 2, &history).as_deref(),
        Some("A duplicate of a call from another publisher 2 days ago; duplicates are not paid.")
    );
    let after = |secs| unpaid(PayDuplicates::After { secs }, SamePublisher, 1, &history);
    assert_eq!(after(2 * 86_400), None);
    assert!(after(2 * 86_400 + 1).is_some());
    // A call that nobody took does not make its repetition a duplicate.
    assert_eq!(
        unpaid(PayDuplicates::Never, SamePublisher, 1, &[earlier(1, &[])]),
        None
    );
}

fn any_history() -> impl Strategy<Value = Vec<EarlierCall>> {
    let one = (0_i64..40, prop::collection::vec(10_i64..40, 0..3), 1_i64..3);
    prop::collection::vec(one, 0..5).prop_map(|calls| {
        let calls = calls.into_iter().zip(1..);
        calls
            .map(|((days, targets, publisher), id)| EarlierCall {
                call: call_id(id),
                publisher: Some(PublisherId(publisher)),
                ..earlier(days, &targets)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_the_history_does_not_matter(history in any_history(), secs in 0_u32..4_000_000) {
        let reversed: Vec<EarlierCall> = history.iter().rev().cloned().collect();
        prop_assert_eq!(marked(MarkWhen::Connected, &history), marked(MarkWhen::Connected, &reversed));
        let pay = PayDuplicates::After { secs };
        prop_assert_eq!(unpaid(pay, Across::AllPublishers, 1, &history), unpaid(pay, Across::AllPublishers, 1, &reversed));
        let routing = DuplicateRouting::ToOriginal { strict: true };
        prop_assert_eq!(routing.preference(campaign(), &history), routing.preference(campaign(), &reversed));
    }

    #[test]
    fn settings_only_get_stricter(history in any_history(), secs in 0_u32..4_000_000) {
        // Marked by length or connection is marked by arrival; unpaid for one publisher's calls is unpaid for all's.
        let incoming = marked(MarkWhen::Incoming, &history).is_some();
        let connected = marked(MarkWhen::Connected, &history).is_some();
        let length = marked(MarkWhen::Length { secs: secs % 120 }, &history).is_some();
        prop_assert!(incoming || !connected);
        prop_assert!(connected || !length);
        for pay in [PayDuplicates::Never, PayDuplicates::After { secs }] {
            let own = unpaid(pay, Across::SamePublisher, 1, &history).is_some();
            let all = unpaid(pay, Across::AllPublishers, 1, &history).is_some();
            prop_assert!(all || !own);
        }
    }

    #[test]
    fn original_and_different_part_the_targets(history in any_history(), target in 10_i64..40) {
        let place = |routing: DuplicateRouting| routing.preference(campaign(), &history).place(TargetId(target));
        let known = history.iter().flat_map(|e| &e.connections).any(|c| c.target == TargetId(target));
        let different = place(DuplicateRouting::ToDifferent { strict: true });
        prop_assert_eq!(different == Place::Never, known);
        let original = place(DuplicateRouting::ToOriginal { strict: true });
        let anybody = history.iter().any(|e| !e.connections.is_empty());
        prop_assert!(!(original == Place::First && anybody) || known);
    }
}
