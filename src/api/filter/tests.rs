use super::*;

fn row(group: &str, tag: &str, op: &str, value: &str) -> FilterRow {
    FilterRow {
        group: group.into(),
        tag: tag.into(),
        op: op.into(),
        value: value.into(),
        list: String::new(),
    }
}

fn lists() -> BulkLists {
    BulkLists::from([(BulkListId(7), BulkList::new("Dallas zips", ["75201"]))])
}

#[test]
fn every_operator_comes_back_as_it_was_stored() {
    let rows = OPERATORS.iter().enumerate().map(|(n, (op, _))| FilterRow {
        list: if op.ends_with("in_list") {
            "7".into()
        } else {
            String::new()
        },
        ..row(
            &(n / 3 + 1).to_string(),
            "user:age",
            op,
            if op.ends_with("in_list") || matches!(*op, "present" | "absent") {
                ""
            } else {
                "65"
            },
        )
    });
    let form = FilterForm {
        rows: rows.collect(),
    };
    let filter = form.check("filter", Some(&lists())).expect("valid");
    assert_eq!(filter.groups.len(), 6);
    assert_eq!(filter.check(&lists()), Ok(()));
    assert_eq!(FilterForm::of(&filter), form);
    let negated = filter
        .groups
        .iter()
        .flat_map(|g| &g.rules)
        .filter(|r| r.not)
        .count();
    assert_eq!(negated, OPERATORS.len() / 2);
}

#[test]
fn rows_of_one_number_are_a_group_wherever_they_stand() {
    let form = FilterForm {
        rows: vec![
            row("5", "geo:state", "is", "TX"),
            row("2", "user:age", "above", "65"),
            FilterRow::default(),
            row("5", "geo:state", "is", "OK"),
        ],
    };
    assert_eq!(
        form.sentence(&lists()),
        "Calls for which user:age is above 65, and geo:state is TX or geo:state is OK."
    );
    let groups = form.check("filter", None).expect("valid").groups;
    assert_eq!(
        groups.iter().map(|g| g.rules.len()).collect::<Vec<_>>(),
        [1, 2]
    );
}

#[test]
fn mistakes_are_named_at_their_row_and_field() {
    let in_list = FilterRow {
        list: "9".into(),
        ..row("1", "geo:zip", "in_list", "")
    };
    let rows = vec![
        row("1", "state", "is", "TX"),
        row("1", "geo:state", "is", " "),
        row("1", "user:age", "above", "old"),
        row("1", "", "is", "TX"),
        row("1", "geo:state", "resembles", "TX"),
        in_list,
        row("1", "geo:zip", "in_list", ""),
    ];
    let errors = FilterForm { rows }
        .check("rules[2].filter", Some(&lists()))
        .expect_err("invalid");
    let told: Vec<(&str, &str)> = errors
        .0
        .iter()
        .map(|e| (e.field.as_str(), e.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("rules[2].filter[0].tag", "malformed"),
            ("rules[2].filter[1].value", "required"),
            ("rules[2].filter[2].value", "malformed"),
            ("rules[2].filter[3].tag", "required"),
            ("rules[2].filter[4].op", "unknown"),
            ("rules[2].filter[5].list", "unknown"),
            ("rules[2].filter[6].list", "required"),
        ]
    );
}

#[test]
fn without_the_lists_at_hand_any_list_will_do() {
    let form = FilterForm {
        rows: vec![FilterRow {
            list: "9".into(),
            ..row("1", "geo:zip", "in_list", "")
        }],
    };
    assert!(form.check("filter", None).is_ok());
}

#[test]
fn more_groups_than_a_filter_holds_are_refused() {
    let rows = (0..=GROUPS_MAX).map(|n| row(&n.to_string(), "geo:state", "is", "TX"));
    let form = FilterForm {
        rows: rows.collect(),
    };
    let errors = form.check("filter", None).expect_err("too many");
    assert_eq!(
        errors.message("filter").as_deref(),
        Some("Use at most 20 groups.")
    );
}

#[test]
fn rows_are_added_to_their_group_and_gaps_close() {
    let mut form = FilterForm::default();
    assert_eq!(form.sentence(&lists()), "Every call.");
    assert_eq!((form.add(0), form.add(1), form.add(0)), (0, 1, 1));
    let numbers = |form: &FilterForm| {
        form.rows
            .iter()
            .map(|r| r.group.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers(&form), ["1", "1", "2"]);
    form.remove(0);
    form.remove(0);
    assert_eq!(numbers(&form), ["1"]);
    form.remove(9);
    assert_eq!(form.rows.len(), 1);
}
