use super::*;
use crate::tag::list::BulkList;
use crate::tag::{Lookup, Tags};
use proptest::prelude::*;

fn rule(tag: &str, test: Test) -> Rule {
    Rule {
        tag: tag.parse().expect("a tag"),
        not: false,
        test,
    }
}

fn not(rule: Rule) -> Rule {
    Rule {
        not: !rule.not,
        ..rule
    }
}

fn filter(groups: Vec<Vec<Rule>>) -> Filter {
    Filter {
        groups: groups.into_iter().map(|rules| Group { rules }).collect(),
    }
}

fn lists() -> BulkLists {
    BulkLists::from([(
        BulkListId(1),
        BulkList::new("Storm zips", ["75201", "75202"]),
    )])
}

fn tags(pairs: &[(&str, &str)]) -> Tags {
    let mut tags = Tags::default();
    for (name, value) in pairs {
        let (kind, name) = name.split_once(':').expect("type:name");
        tags.set(kind, name, value);
    }
    tags
}

fn lets_in(wanted: &Filter, tags: &Tags) -> bool {
    let compiled = wanted.compile(&lists()).expect("a filter");
    compiled.refusal(&Lookup::new(tags)).is_none()
}

fn passes(test: Test, value: &str) -> bool {
    let wanted = filter(vec![vec![rule("user:x", test)]]);
    lets_in(&wanted, &tags(&[("user:x", value)]))
}

fn number(text: &str) -> Number {
    text.parse().expect("a number")
}

#[test]
fn each_test_accepts_and_refuses() {
    let equals = |v: &str| Test::Equals(v.to_owned());
    assert!(passes(equals("tx"), "TX"));
    assert!(passes(equals("MÜNSTER"), "Münster"));
    assert!(!passes(equals("TX"), "TXX"));
    assert!(!passes(equals("TXX"), "TX"));
    assert!(passes(Test::Contains("ROOF".to_owned()), "flat roofing"));
    assert!(!passes(Test::Contains("roofs".to_owned()), "flat roofing"));
    assert!(passes(Test::Begins("san".to_owned()), "San Antonio"));
    assert!(!passes(Test::Begins("san".to_owned()), "Old San Juan"));
    assert!(!passes(Test::Begins("sand".to_owned()), "san"));
    assert!(passes(Test::InList(BulkListId(1)), "75202"));
    assert!(!passes(Test::InList(BulkListId(1)), "75203"));
    assert!(passes(Test::Greater(number("65")), "65.5"));
    assert!(!passes(Test::Greater(number("65")), "65"));
    assert!(passes(Test::Less(number("9")), "-10"));
    assert!(!passes(Test::Less(number("9")), "10"));
    assert!(!passes(Test::Less(number("9")), "unknown"));
    assert!(passes(Test::Exists, "anything"));
}

#[cfg(feature = "regex")]
#[test]
fn a_pattern_is_found_in_the_value() {
    assert!(passes(Test::Matches("^7520[12]$".to_owned()), "75201"));
    assert!(!passes(Test::Matches("^7520[12]$".to_owned()), "752011"));
}

#[test]
fn groups_must_all_hold_and_one_rule_of_each_is_enough() {
    let state = |s: &str| rule("geo:state", Test::Equals(s.to_owned()));
    let wanted = filter(vec![
        vec![state("TX"), state("OK")],
        vec![not(rule("user:age", Test::Less(number("65"))))],
    ]);
    let takes = |state, age| lets_in(&wanted, &tags(&[("geo:state", state), ("user:age", age)]));
    assert!(takes("OK", "70"));
    assert!(!takes("OK", "30"));
    assert!(!takes("CA", "70"));
    assert_eq!(
        wanted.sentence(&lists()),
        "geo:state is TX or geo:state is OK, and user:age is not below 65"
    );
}

#[test]
fn a_call_without_the_tag_passes_only_negations() {
    let wanted = rule("geo:state", Test::Equals("TX".to_owned()));
    let matches = |rule| lets_in(&filter(vec![vec![rule]]), &Tags::default());
    assert!(!matches(wanted.clone()));
    assert!(matches(not(wanted)));
    assert!(matches(not(rule("geo:state", Test::Exists))));
}

#[test]
fn a_refusal_says_what_was_wanted_and_what_was_found() {
    let compiled = filter(vec![
        vec![rule("user:x", Test::Exists)],
        vec![
            not(rule("geo:state", Test::Equals("TX".to_owned()))),
            rule("geo:zip", Test::InList(BulkListId(1))),
        ],
    ])
    .compile(&lists())
    .expect("a filter");
    let refusal = compiled.refusal(&Lookup::new(&tags(&[("user:x", "1"), ("geo:state", "TX")])));
    assert_eq!(
        refusal.expect("refused").sentence(),
        "Wants calls where geo:state is not TX or geo:zip is in “Storm zips”; here geo:state is TX, geo:zip is absent."
    );
}

#[test]
fn errors_stand_at_their_fields() {
    let broken = filter(vec![
        vec![],
        vec![
            rule("a:b", Test::Exists),
            rule("a:b", Test::Equals(" ".to_owned())),
            rule("a:b", Test::InList(BulkListId(9))),
            rule("a:b", Test::Matches("x".repeat(201))),
            rule("a:b", Test::Contains("x".repeat(1_001))),
        ],
    ]);
    let errors = broken.check(&lists()).expect_err("broken");
    let said: Vec<(&str, &str)> = errors
        .0
        .iter()
        .map(|e| (e.field.as_str(), e.code.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            ("groups[0]", "required"),
            ("groups[1].rules[1].value", "required"),
            ("groups[1].rules[2].value", "unknown"),
            ("groups[1].rules[3].value", "too_long"),
            ("groups[1].rules[4].value", "too_long"),
        ]
    );
    let many = filter(vec![
        vec![rule("a:b", Test::Exists); RULES_MAX + 1];
        GROUPS_MAX + 1
    ]);
    assert_eq!(
        many.check(&lists()).expect_err("many").0.len(),
        GROUPS_MAX + 2
    );
}

#[test]
fn an_invalid_pattern_is_an_error_where_there_is_an_engine_and_never_matches_where_there_is_none() {
    let broken = filter(vec![vec![rule("a:b", Test::Matches("(".to_owned()))]]);
    let code = |errors: FieldErrors| errors.0[0].code.clone();
    if cfg!(feature = "regex") {
        assert_eq!(
            code(broken.check(&lists()).expect_err("broken")),
            "malformed"
        );
        assert_eq!(
            code(broken.compile(&lists()).expect_err("broken")),
            "malformed"
        );
    } else {
        assert!(broken.check(&lists()).is_ok());
        assert_eq!(
            code(broken.compile(&lists()).expect_err("no engine")),
            "unsupported"
        );
    }
}

#[test]
fn a_misspelt_tag_is_named() {
    let known = BTreeSet::from(["geo:state".parse().expect("a tag")]);
    let wanted = filter(vec![vec![
        rule("geo:state", Test::Exists),
        rule("geo:stat", Test::Exists),
    ]]);
    let unknown: Vec<&str> = wanted
        .unknown_tags(&known)
        .into_iter()
        .map(TagName::as_str)
        .collect();
    assert_eq!(unknown, ["geo:stat"]);
}

#[test]
fn filters_are_stored_as_readable_json() {
    let wanted = filter(vec![vec![not(rule(
        "user:age",
        Test::Greater(number("64.5")),
    ))]]);
    let json = serde_json::to_string(&wanted).expect("json");
    assert_eq!(
        json,
        r#"[[{"tag":"user:age","not":true,"test":{"is":"greater","value":"64.5"}}]]"#
    );
    assert_eq!(serde_json::from_str::<Filter>(&json).expect("read"), wanted);
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let text = || prop::sample::select(vec!["a", "B", "ab", "7", "10"]).prop_map(str::to_owned);
    let test = prop_oneof![
        text().prop_map(Test::Equals),
        text().prop_map(Test::Contains),
        text().prop_map(Test::Begins),
        Just(Test::InList(BulkListId(1))),
        (-5_i32..12).prop_map(|n| Test::Greater(number(&n.to_string()))),
        (-5_i32..12).prop_map(|n| Test::Less(number(&n.to_string()))),
        Just(Test::Exists),
    ];
    (0_u8..3, any::<bool>(), test).prop_map(|(n, not, test)| Rule {
        not,
        ..rule(&format!("t:{n}"), test)
    })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    prop::collection::vec(prop::collection::vec(any_rule(), 1..4), 0..4).prop_map(filter)
}

fn any_tags() -> impl Strategy<Value = Tags> {
    let value = prop::sample::select(vec!["A", "b", "abc", "7", "8.5", "75201"]);
    prop::collection::btree_map(0_u8..3, value, 0..3).prop_map(|map| {
        let mut tags = Tags::default();
        for (n, value) in map {
            tags.set("t", &n.to_string(), value);
        }
        tags
    })
}

proptest! {
    #[test]
    fn a_filter_is_an_and_of_ors_of_its_rules(wanted in any_filter(), tags in any_tags()) {
        let alone = |rule: &Rule| lets_in(&filter(vec![vec![rule.clone()]]), &tags);
        let expected = wanted.groups.iter().all(|g| g.rules.iter().any(alone));
        prop_assert_eq!(lets_in(&wanted, &tags), expected);
    }

    /// What is done quickly for ASCII is what Unicode says of all texts.
    #[test]
    fn texts_are_compared_whatever_their_case(value in "[aAbBkK\u{212a}ßẞéÉ ]{1,6}", wanted in "[aAbBkK\u{212a}ßẞéÉ]{1,3}") {
        let (value, low) = (value.trim(), wanted.to_lowercase());
        prop_assume!(!value.is_empty());
        prop_assert_eq!(passes(Test::Equals(wanted.clone()), value), value.to_lowercase() == low);
        prop_assert_eq!(passes(Test::Contains(wanted.clone()), value), value.to_lowercase().contains(&low));
        prop_assert_eq!(passes(Test::Begins(wanted), value), value.to_lowercase().starts_with(&low));
    }

    #[test]
    fn negation_turns_every_rule_round(one in any_rule(), tags in any_tags()) {
        let matches = |rule: Rule| lets_in(&filter(vec![vec![rule]]), &tags);
        prop_assert_ne!(matches(one.clone()), matches(not(one)));
    }

    #[test]
    fn filters_survive_storage(wanted in any_filter()) {
        let json = serde_json::to_string(&wanted).expect("json");
        prop_assert_eq!(serde_json::from_str::<Filter>(&json).expect("read"), wanted);
    }
}
