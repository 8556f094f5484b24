//! Plan forms.

use super::*;
use crate::api::filter::FilterRow;

fn route(target: &str, priority: &str, weight: &str) -> RouteForm {
    RouteForm {
        target: target.into(),
        priority: priority.into(),
        weight: weight.into(),
        ..RouteForm::default()
    }
}

#[test]
fn a_plan_is_sorted_by_priority_and_keeps_the_order_within() {
    let form = PlanForm {
        routes: vec![
            route("3", "2", "10"),
            route("1", "1", "5"),
            route("2", "1", "7"),
        ],
        ..PlanForm::default()
    };
    let targets: Vec<String> = form
        .check(None)
        .expect("valid")
        .routes
        .iter()
        .map(|r| r.to.to_string())
        .collect();
    assert_eq!(targets, ["1", "2", "3"]);
}

#[test]
fn a_line_without_a_target_is_no_route() {
    let form = PlanForm {
        routes: vec![route("", "1", ""), route("4", "1", "5")],
        ..PlanForm::default()
    };
    let routes = form.check(None).expect("valid").routes;
    assert_eq!(
        routes.iter().map(|r| r.to.to_string()).collect::<Vec<_>>(),
        ["4"]
    );
}

#[test]
fn mistakes_are_named_at_their_route() {
    let form = PlanForm {
        attempts_max: "0".into(),
        routes: vec![
            route("1", "1", ""),
            route("1", "1", "5"),
            route("x", "1", "5"),
        ],
        ..PlanForm::default()
    };
    let errors = form.check(None).expect_err("invalid");
    assert_eq!(
        errors.message("routes[0].weight").as_deref(),
        Some("Enter 1 to 1,000. Without it, no calls.")
    );
    assert!(errors.message("routes[2].target").is_some());
    assert!(errors.message("attempts_max").is_some());
}

#[test]
fn terms_are_kept_where_a_form_says_nothing_of_them() {
    let mut form = PlanForm {
        routes: vec![route("1", "1", "5"), route("2", "1", "5")],
        ..PlanForm::default()
    };
    let texas = FilterRow {
        tag: "geo:state".into(),
        value: "TX".into(),
        ..FilterRow::default()
    };
    form.routes[1].filter.rows.push(texas);
    form.routes[1].rerouted = "no".into();
    form.routes[1].revenue = Some(RevenueForm {
        trigger: "connect".into(),
        price: "25".into(),
        ..RevenueForm::default()
    });
    let plan = form.check(None).expect("valid");
    assert_eq!(plan.routes[0].terms, None);
    assert_eq!((plan.predictive, plan.recovery), (None, None));
    let terms = plan.routes[1].terms.clone().expect("terms");
    assert!(!terms.takes_rerouted);
    let shown = TermsForm::of(&terms);
    form.routes[1].revenue = Some(shown.revenue);
    form.routes[1].filter = shown.filter;
    form.routes[1].rerouted = shown.rerouted;
    assert_eq!(form.check(None), Ok(plan));
}

#[test]
fn mistakes_in_terms_and_further_settings_are_named_too() {
    let mut form = PlanForm {
        routes: vec![route("1", "1", "5"), route("2", "1", "5")],
        predictive: Some(PredictiveForm {
            prior_calls: "0".into(),
            ..PredictiveForm::default()
        }),
        recovery: Some(RecoveryForm {
            mode: "perhaps".into(),
            ..RecoveryForm::default()
        }),
        ..PlanForm::default()
    };
    form.routes[1].revenue = Some(RevenueForm {
        trigger: "length".into(),
        length_s: "0".into(),
        ..RevenueForm::default()
    });
    form.routes[1].filter.rows.push(FilterRow {
        tag: "state".into(),
        value: "TX".into(),
        ..FilterRow::default()
    });
    form.routes[1].rerouted = String::new();
    let errors = form.check(None).expect_err("invalid");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "predictive.prior_calls",
            "recovery.mode",
            "routes[1].revenue.length_s",
            "routes[1].revenue.price",
            "routes[1].filter[0].tag",
            "routes[1].rerouted"
        ]
    );
}

#[test]
fn a_target_is_made_of_a_buyer_and_where_it_rings() {
    let form = QuickTargetForm {
        buyer: " Lone Star Group ".into(),
        rings: "214 555 0187".into(),
        ..QuickTargetForm::default()
    };
    let made = form.check().expect("valid");
    assert_eq!(
        (made.buyer.as_str(), made.name.as_deref()),
        ("Lone Star Group", None)
    );
    let taken =
        |names: &[&str]| made.called(&names.iter().map(|n| (*n).into()).collect::<Vec<_>>());
    assert_eq!(taken(&[]), "Lone Star Group");
    assert_eq!(taken(&["lone star group"]), "Lone Star Group 2");
    assert_eq!(
        taken(&["Lone Star Group", "LONE STAR GROUP 2"]),
        "Lone Star Group 3"
    );
    let sip = QuickTargetForm {
        rings: "sip:night@pbx.example.com".into(),
        name: "Night desk".into(),
        ..form
    };
    let made = sip.check().expect("valid");
    assert_eq!(
        (
            made.called(&["Night desk".into()]).as_str(),
            made.destination.kind()
        ),
        ("Night desk", "sip"),
        "what was typed stays, taken or not"
    );
    let errors = QuickTargetForm::default().check().expect_err("invalid");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(fields, ["buyer", "rings"]);
}
