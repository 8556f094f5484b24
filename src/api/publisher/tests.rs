use super::*;
use crate::api::filter::{FilterForm, FilterRow};

fn rule(name: &str) -> PayoutRuleForm {
    PayoutRuleForm {
        name: name.into(),
        amount: "25".into(),
        ..PayoutRuleForm::default()
    }
}

fn form(rules: Vec<PayoutRuleForm>) -> PayoutForm {
    PayoutForm {
        campaign: String::new(),
        rules,
    }
}

fn input(rules: Vec<PayoutRuleForm>) -> PayoutInput {
    form(rules).check(None).expect("valid")
}

fn ids(rules: &[PayoutRule]) -> Vec<(String, i64)> {
    rules.iter().map(|r| (r.name.clone(), r.id.0)).collect()
}

fn told(errors: &FieldErrors) -> Vec<(&str, &str)> {
    let all = errors.0.iter();
    all.map(|e| (e.field.as_str(), e.code.as_str())).collect()
}

#[test]
fn a_rule_comes_back_as_it_was_stored() {
    let share = PayoutRuleForm {
        id: "7".into(),
        pays: "share".into(),
        amount: String::new(),
        share: "12.5".into(),
        min: "5".into(),
        max: "40.50".into(),
        from: "dial".into(),
        filter: FilterForm {
            rows: vec![FilterRow {
                tag: "geo:state".into(),
                value: "TX".into(),
                ..FilterRow::default()
            }],
        },
        hours: "weekly".into(),
        cap_daily: "10".into(),
        dollars_monthly: "500.25".into(),
        ..rule("Long calls")
    };
    let every = ["incoming", "connect", "converted"].map(|trigger| PayoutRuleForm {
        id: "8".into(),
        trigger: trigger.into(),
        ..rule(trigger)
    });
    for form in [share].into_iter().chain(every) {
        let (id, stored) = input(vec![form.clone()]).rules.remove(0);
        assert_eq!(id.map(|id| id.to_string()), Some(form.id.clone()));
        let stored = PayoutRule {
            id: id.expect("an id"),
            ..stored
        };
        assert_eq!(PayoutRuleForm::of(&stored), form);
    }
}

#[test]
fn every_mistake_is_named_at_its_rule() {
    let bad = PayoutRuleForm {
        name: " ".into(),
        length_s: "0".into(),
        from: "noon".into(),
        amount: "much".into(),
        zone: "Mars".into(),
        hours: "weekly".into(),
        cap_hourly: "-1".into(),
        dollars_total: "-5".into(),
        filter: FilterForm {
            rows: vec![FilterRow {
                tag: "state".into(),
                value: "TX".into(),
                ..FilterRow::default()
            }],
        },
        ..rule("")
    };
    let mut bad_days = bad.clone();
    bad_days.days[1].breaks = "noon".into();
    let errors = form(vec![rule("Fine"), PayoutRuleForm::default(), bad_days])
        .check(None)
        .expect_err("invalid");
    assert_eq!(
        told(&errors),
        [
            ("rules[2].name", "required"),
            ("rules[2].length_s", "out_of_range"),
            ("rules[2].from", "unknown"),
            ("rules[2].amount", "malformed"),
            ("rules[2].zone", "unknown"),
            ("rules[2].days[1].breaks", "malformed"),
            ("rules[2].cap_hourly", "out_of_range"),
            ("rules[2].dollars_total", "out_of_range"),
            ("rules[2].filter[0].tag", "malformed"),
        ]
    );
}

#[test]
fn shares_are_whole_hundredths_of_a_percent_up_to_all_of_it() {
    let share = |text: &str, min: &str, max: &str| {
        let rule = PayoutRuleForm {
            pays: "share".into(),
            amount: String::new(),
            share: text.into(),
            min: min.into(),
            max: max.into(),
            ..rule("Share")
        };
        form(vec![rule]).check(None)
    };
    assert!(share("80 %", "", "").is_ok());
    for (text, min, max, field, code) in [
        ("", "", "", "share", "required"),
        ("100.01", "", "", "share", "out_of_range"),
        ("-1", "", "", "share", "out_of_range"),
        ("12.345", "", "", "share", "malformed"),
        ("half", "", "", "share", "malformed"),
        ("50", "10", "5", "max", "out_of_range"),
        ("50", "-1", "", "min", "out_of_range"),
    ] {
        let errors = share(text, min, max).expect_err(text);
        assert_eq!(
            told(&errors),
            [(&*format!("rules[0].{field}"), code)],
            "{text} {min} {max}"
        );
    }
}

#[test]
fn a_rule_keeps_its_id_when_it_is_edited_or_moved() {
    let terms = PayoutTerms::default();
    let first = PayoutRuleId(1);
    let terms = input(vec![rule("A"), rule("B"), rule("C")]).put_into(&terms, first);
    assert_eq!(
        ids(&terms.rules),
        [("A".into(), 1), ("B".into(), 2), ("C".into(), 3)]
    );
    let mut typed = PayoutForm::of(None, &terms.rules).rules;
    typed.swap(0, 2);
    typed[1].name = "B, edited".into();
    typed.insert(1, rule("New"));
    let terms = input(typed).put_into(&terms, first);
    assert_eq!(
        ids(&terms.rules),
        [
            ("C".into(), 3),
            ("New".into(), 4),
            ("B, edited".into(), 2),
            ("A".into(), 1)
        ]
    );
    // What came with an id that was never given, or that is named twice, is new.
    let mut typed = PayoutForm::of(None, &terms.rules[..1]).rules;
    typed.push(typed[0].clone());
    typed.push(PayoutRuleForm {
        id: "99".into(),
        ..rule("Foreign")
    });
    let terms = input(typed).put_into(&terms, PayoutRuleId(9));
    assert_eq!(
        ids(&terms.rules),
        [("C".into(), 3), ("C".into(), 9), ("Foreign".into(), 10)]
    );
}

#[test]
fn a_campaigns_rules_are_never_those_it_stood_in_for() {
    let campaign = CampaignId(uuid::Uuid::from_u128(1));
    let terms = input(vec![rule("A")]).put_into(&PayoutTerms::default(), PayoutRuleId(1));
    let copied = PayoutForm::of(Some(campaign), terms.rules_of(campaign));
    let own = copied
        .check(None)
        .expect("valid")
        .put_into(&terms, PayoutRuleId(1));
    assert_eq!(ids(own.rules_of(campaign)), [("A".into(), 2)]);
    assert_eq!(ids(&own.rules), [("A".into(), 1)]);
    // Once they are its own they stay what they are.
    let again = PayoutForm::of(Some(campaign), own.rules_of(campaign));
    let again = again
        .check(None)
        .expect("valid")
        .put_into(&own, PayoutRuleId(1));
    assert_eq!(again, own);
}

#[test]
fn a_rule_that_was_dropped_comes_back_with_its_id() {
    let first = PayoutRuleId(1);
    let terms = input(vec![rule("A"), rule("B")]).put_into(&PayoutTerms::default(), first);
    let before = PayoutForm::of(None, &terms.rules).rules;
    let fewer = input(before[..1].to_vec()).put_into(&terms, first);
    assert_eq!(ids(&fewer.rules), [("A".into(), 1)]);
    // Rule 2 has paid: the next id is 3.
    let again = input(before).put_into(&fewer, PayoutRuleId(3));
    assert_eq!(again, terms);
}

#[test]
fn more_rules_than_a_list_holds_are_refused() {
    let errors = form(vec![rule("A"); RULES_MAX + 1])
        .check(None)
        .expect_err("too many");
    assert_eq!(told(&errors), [("rules", "too_many")]);
}

#[test]
fn a_publisher_has_a_name() {
    let form = PublisherForm {
        name: " Lead Harbor ".into(),
        sub_id: String::new(),
    };
    assert_eq!(form.check().expect("valid").name, "Lead Harbor");
    assert!(PublisherForm::default().check().is_err());
}
