//! The edit of a plan, without a browser.

use super::*;
use domain::api::filter::FilterRow;
use domain::id::TargetId;

fn route(id: i64, weight: &str) -> DraftRoute {
    DraftRoute {
        target: RouteTo::Target(TargetId(id)),
        name: format!("T{id}"),
        weight: weight.into(),
        on: true,
        terms: TermsForm::default(),
    }
}

fn plan() -> Draft {
    Draft {
        version: 3,
        distribution: "weight".into(),
        attempts_max: "3".into(),
        tiers: vec![vec![route(1, "50"), route(2, "40")], vec![route(3, "10")]],
        ..Draft::default()
    }
}

#[test]
fn every_change_is_named_and_can_be_taken_back() {
    let base = plan();
    let mut draft = base.clone();
    draft.attempts_max = "5".into();
    draft.step(RouteTo::Target(TargetId(2)), Direction::Up);
    draft.step(RouteTo::Target(TargetId(3)), Direction::Up);
    draft.add(1, RouteTo::Target(TargetId(4)), "T4".into());
    drop(draft.remove(RouteTo::Target(TargetId(1))));
    if let Some(route) = draft.route_mut(RouteTo::Target(TargetId(2))) {
        route.weight = "7".into();
        route.on = false;
    }
    let words: Vec<String> = draft.changes(&base).iter().map(Change::words).collect();
    assert_eq!(
        words,
        [
            "Dial attempts 3 to 5",
            "T2, weight 40 to 7",
            "T2 switched off",
            "T3, priority 2 to 1",
            "T4 added",
            "T1 removed"
        ]
    );
    for change in draft.changes(&base) {
        draft.undo(&base, &change);
    }
    for change in draft.changes(&base) {
        draft.undo(&base, &change);
    }
    assert_eq!(draft, base);
}

#[test]
fn order_within_a_priority_is_a_change_of_its_own() {
    let base = plan();
    let mut draft = base.clone();
    draft.step(RouteTo::Target(TargetId(1)), Direction::Down);
    assert_eq!(draft.changes(&base), [Change::Order { tier: 0 }]);
    draft.undo(&base, &Change::Order { tier: 0 });
    assert_eq!(draft, base);
}

#[test]
fn a_route_walks_through_the_tiers_and_stops_at_the_ends() {
    let mut draft = plan();
    assert!(!draft.can_step(RouteTo::Target(TargetId(1)), Direction::Up));
    draft.step(RouteTo::Target(TargetId(2)), Direction::Down);
    assert_eq!(draft.place(RouteTo::Target(TargetId(2))), Some((1, 0)));
    draft.put(
        RouteTo::Target(TargetId(3)),
        0,
        Some(RouteTo::Target(TargetId(1))),
    );
    assert_eq!(draft.place(RouteTo::Target(TargetId(3))), Some((0, 0)));
    assert!(!draft.can_step(RouteTo::Target(TargetId(2)), Direction::Down));
}

#[test]
fn shares_are_of_open_routes_only() {
    let open = BTreeMap::from([
        (RouteTo::Target(TargetId(1)), AvailabilityKind::Open),
        (RouteTo::Target(TargetId(2)), AvailabilityKind::Open),
        (RouteTo::Target(TargetId(3)), AvailabilityKind::Full),
    ]);
    let mut draft = plan();
    assert_eq!(draft.shares(0, &open), [Some(56), Some(44)]);
    assert_eq!(draft.shares(1, &open), [None]);
    draft.tiers[0][0].weight = "7".into();
    draft.tiers[0][1].weight = "1".into();
    assert_eq!(draft.shares(0, &open), [Some(88), Some(12)]);
    draft.distribution = "round_robin".into();
    assert_eq!(draft.shares(0, &open), [Some(50), Some(50)]);
    if let Some(route) = draft.route_mut(RouteTo::Target(TargetId(1))) {
        route.weight = String::new();
    }
    assert_eq!(draft.shares(0, &open), [None, Some(100)]);
}

#[test]
fn what_a_route_says_of_its_calls_is_named_and_can_be_taken_back() {
    let base = plan();
    let mut draft = base.clone();
    let terms = |draft: &mut Draft, with: fn(&mut TermsForm)| {
        if let Some(route) = draft.route_mut(RouteTo::Target(TargetId(2))) {
            with(&mut route.terms);
        }
    };
    // What is typed into a field that does not count is no change.
    terms(&mut draft, |t| t.revenue.price = "25".into());
    terms(&mut draft, |t| t.filter.rows.push(FilterRow::default()));
    assert_eq!(draft.changes(&base), []);
    terms(&mut draft, |t| t.revenue.trigger = "length".into());
    terms(&mut draft, |t| {
        t.filter.rows[0].tag = "geo:state".into();
        t.filter.rows[0].value = "TX".into();
    });
    terms(&mut draft, |t| t.rerouted = "no".into());
    draft.predictive.prior_calls = "20".into();
    draft.recovery.mode = "on".into();
    assert!(!draft.changes(&base).contains(&Change::Predictive));
    draft.distribution = "predictive".into();
    let words: Vec<String> = draft.changes(&base).iter().map(Change::words).collect();
    assert_eq!(
        words,
        [
            "Distribution changed",
            "Prediction changed",
            "Sending callers on changed",
            "T2, revenue as the campaign to $25.00 after 1:00",
            "T2, conditions changed",
            "T2 does not take callers sent on",
        ]
    );
    for change in draft.changes(&base) {
        draft.undo(&base, &change);
    }
    assert_eq!(draft.changes(&base), []);
    assert_eq!(draft.form(), base.form());
}
