//! Which calls something is for: rules about their tags.

use domain::api::filter::{FilterForm, FilterRow};
use domain::tag::filter::Filter;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU16;
use utoipa::ToSchema;

/// A rule about a tag. Of the rules of a group one must hold, and every group must.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FilterRule {
    /// The number of its group; 1 if absent.
    #[serde(default = "first")]
    #[schema(value_type = u16, minimum = 1, maximum = 65_535)]
    group: NonZeroU16,
    #[schema(example = "geo:state", min_length = 1)]
    tag: String,
    op: Operator,
    /// What the tag is compared with, where the operator compares it with a value.
    #[schema(example = "TX")]
    #[serde(default)]
    value: Option<String>,
    /// The list that is looked into, with `in_list` and `not_in_list`.
    #[serde(default)]
    list_id: Option<i64>,
}

macro_rules! operators {
    ($($variant:ident = $code:literal),* $(,)?) => {
        /// How a tag is compared. A call without the tag fails every test and passes its negation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Operator { $($variant),* }

        impl Operator {
            const ALL: &[Self] = &[$(Self::$variant),*];

            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
        }
    };
}

operators! {
    Is = "is",
    IsNot = "is_not",
    Contains = "contains",
    NotContains = "not_contains",
    Begins = "begins",
    NotBegins = "not_begins",
    InList = "in_list",
    NotInList = "not_in_list",
    Above = "above",
    NotAbove = "not_above",
    Below = "below",
    NotBelow = "not_below",
    Matches = "matches",
    NotMatches = "not_matches",
    Present = "present",
    Absent = "absent",
}

fn first() -> NonZeroU16 {
    NonZeroU16::MIN
}

/// The rules of a stored filter; none admit every call.
pub fn rules(filter: &Filter) -> Vec<FilterRule> {
    let rows = FilterForm::of(filter).rows.into_iter();
    rows.filter_map(|row| {
        let op = Operator::ALL.iter().find(|op| op.code() == row.op)?;
        Some(FilterRule {
            group: row.group.parse().unwrap_or(NonZeroU16::MIN),
            tag: row.tag,
            op: *op,
            value: Some(row.value).filter(|value| !value.is_empty()),
            list_id: row.list.parse().ok(),
        })
    })
    .collect()
}

/// The form of rules.
pub fn form(rules: Vec<FilterRule>) -> FilterForm {
    let row = |rule: FilterRule| FilterRow {
        group: rule.group.to_string(),
        // A row without a tag is none in a form, and would be lost.
        tag: match rule.tag.trim() {
            "" => "\u{1}".to_owned(),
            _ => rule.tag,
        },
        op: rule.op.code().to_owned(),
        value: rule.value.unwrap_or_default(),
        list: rule.list_id.map(|id| id.to_string()).unwrap_or_default(),
    };
    FilterForm {
        rows: rules.into_iter().map(row).collect(),
    }
}

/// `filter[0].list` of a form is `filter[0].list_id` here.
pub fn field(name: &str) -> Option<String> {
    (name.contains("filter[") && name.ends_with("].list")).then(|| format!("{name}_id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::api::filter::OPERATORS;

    #[test]
    fn every_operator_has_its_word() {
        let ours: Vec<&str> = Operator::ALL.iter().map(|op| op.code()).collect();
        let forms: Vec<&str> = OPERATORS.iter().map(|(code, _)| *code).collect();
        assert_eq!(ours, forms);
        // On the wire and in the description as well.
        let wire: Vec<String> = Operator::ALL
            .iter()
            .map(|op| serde_json::to_value(op).expect("a word").to_string())
            .map(|word| word.trim_matches('"').to_owned())
            .collect();
        assert_eq!(wire, forms);
        let described = &crate::rest::OPENAPI["components"]["schemas"]["Operator"]["enum"];
        assert_eq!(described, &serde_json::json!(forms));
    }

    #[test]
    fn rules_come_back_as_they_were_sent() {
        let sent = serde_json::json!([
            { "group": 1, "tag": "geo:state", "op": "is", "value": "TX", "list_id": null },
            { "group": 1, "tag": "geo:zip", "op": "in_list", "value": null, "list_id": 7 },
            { "group": 2, "tag": "utm:source", "op": "absent", "value": null, "list_id": null },
        ]);
        let read: Vec<FilterRule> = serde_json::from_value(sent.clone()).expect("rules");
        let filter = form(read).check("filter", None).expect("a filter");
        assert_eq!(serde_json::to_value(rules(&filter)).expect("a tree"), sent);
        let empty: Vec<FilterRule> =
            serde_json::from_value(serde_json::json!([{ "tag": " ", "op": "is" }])).expect("read");
        assert!(form(empty).check("filter", None).is_err());
    }
}
