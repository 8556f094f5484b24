//! Bid modifiers as typed, one a line: `state is TX => +5.00`.
//!
//! Text, because there may be a hundred and people keep them in sheets; what is wrong is told with the
//! number of the line.

use crate::api::filter::{FilterRow, OPERATORS, Operand};
use crate::invalid::FieldErrors;
use crate::money::Micros;
use crate::rtb_id::modifier::{Adjustment, FACTOR_MAX, MODIFIERS_MAX, Modifier};
use crate::rtb_id::ping::PING_TAGS;
use crate::tag::filter::{Filter, Group, Rule};
use crate::tag::list::BulkLists;

const ARROW: &str = "=>";
const FIELD: &str = "modifiers";

/// The modifiers of a text. Without `lists`, as in the browser, nobody looks whether a list exists.
pub(super) fn parse(text: &str, lists: Option<&BulkLists>) -> Result<Vec<Modifier>, FieldErrors> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let modifier = line_of(line, lists).map_err(|why| {
            FieldErrors::one(FIELD, "malformed", &format!("Line {}: {why}", at + 1))
        })?;
        all.extend(modifier);
    }
    if all.len() > MODIFIERS_MAX {
        let message = format!("Use at most {MODIFIERS_MAX} lines. A bulk list takes one.");
        return Err(FieldErrors::one(FIELD, "too_many", &message));
    }
    Ok(all)
}

/// What a form shows of stored modifiers.
pub(super) fn print(all: &[Modifier], lists: &BulkLists) -> String {
    let lines: Vec<String> = all
        .iter()
        .map(|one| {
            format!(
                "{} {ARROW} {}",
                condition(&one.filter, lists),
                does(one.adjustment)
            )
        })
        .collect();
    lines.join("\n")
}

/// None for a line about a list that cannot be looked up here.
fn line_of(line: &str, lists: Option<&BulkLists>) -> Result<Option<Modifier>, String> {
    let (condition, does) = line.split_once(ARROW).ok_or_else(|| {
        format!("write what holds, then {ARROW} and what it does, as in state is TX {ARROW} +5.00.")
    })?;
    let adjustment = adjustment(does)?;
    let condition = condition.trim();
    if condition.eq_ignore_ascii_case("always") {
        return Ok(Some(Modifier {
            filter: Filter::default(),
            adjustment,
        }));
    }
    let mut row = row(condition)?;
    if row.operand() == Operand::List {
        let Some(lists) = lists else { return Ok(None) };
        let wanted = row.value.trim();
        let id = lists
            .iter()
            .find(|(_, list)| list.name.eq_ignore_ascii_case(wanted))
            .map(|(id, _)| id.to_string());
        row.list = id.ok_or_else(|| format!("there is no list “{wanted}”."))?;
    }
    let rule = row.rule("", lists).map_err(|errors| {
        let said = errors.0.first().map(|error| error.message.clone());
        said.unwrap_or_default()
    })?;
    Ok(Some(Modifier {
        filter: Filter {
            groups: vec![Group { rules: vec![rule] }],
        },
        adjustment,
    }))
}

/// The tag, how it is compared, and with what.
fn row(condition: &str) -> Result<FilterRow, String> {
    // Of the words that fit the longest: “is not in the list” begins with “is”.
    let mut found: Option<(usize, &str, &str)> = None;
    for (code, words) in OPERATORS {
        let Some(at) = position(condition, words) else {
            continue;
        };
        let longer = found.is_none_or(|(_, _, known)| words.len() > known.len());
        let earlier = found.is_none_or(|(known, ..)| at <= known);
        if earlier && (longer || found.is_some_and(|(known, ..)| at < known)) {
            found = Some((at, code, words));
        }
    }
    let (at, code, words) = found.ok_or_else(|| {
        format!("“{condition}” does not say how the tag is compared: is, contains, is above, is present and so on.")
    })?;
    let tag = condition[..at].trim();
    let value = condition[at + words.len()..].trim();
    Ok(FilterRow {
        tag: match tag.contains(':') {
            true => tag.to_owned(),
            false => format!("{PING_TAGS}:{tag}"),
        },
        op: code.to_owned(),
        value: value.to_owned(),
        ..FilterRow::default()
    })
}

/// Where words stand by themselves, whatever their case.
fn position(text: &str, words: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find(words).map(|at| at + from) {
        let before = lower[..at].ends_with(' ');
        let after =
            lower[at + words.len()..].is_empty() || lower[at + words.len()..].starts_with(' ');
        if before && after {
            return Some(at);
        }
        from = at + words.len();
    }
    None
}

fn adjustment(text: &str) -> Result<Adjustment, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("reject") {
        return Ok(Adjustment::Reject);
    }
    let amount = |text: &str| Micros::parse(text).map_err(|e| format!("“{}”: {e}", text.trim()));
    if let Some(rest) = text.strip_prefix('+') {
        return amount(rest).map(Adjustment::Add);
    }
    if let Some(rest) = text.strip_prefix(['-', '−']) {
        return amount(rest).map(|Micros(micros)| Adjustment::Add(Micros(-micros)));
    }
    if let Some(rest) = text.strip_prefix('=') {
        return amount(rest).map(Adjustment::Override);
    }
    if let Some(rest) = text.strip_prefix(['x', 'X', '×', '*']) {
        let Micros(factor) = amount(rest)?;
        if (0..=FACTOR_MAX).contains(&factor) {
            return Ok(Adjustment::Multiply(factor));
        }
        return Err("multiply by 0 to 100.".to_owned());
    }
    Err(format!(
        "“{text}” is none of +5.00, -5.00, x1.2, =30.00 and reject."
    ))
}

fn does(adjustment: Adjustment) -> String {
    match adjustment {
        Adjustment::Add(Micros(micros)) if micros < 0 => {
            format!("-{}", Micros(micros.saturating_neg()).plain())
        }
        Adjustment::Add(amount) => format!("+{}", amount.plain()),
        Adjustment::Multiply(factor) => format!("x{}", Micros(factor).plain()),
        Adjustment::Override(amount) => format!("={}", amount.plain()),
        Adjustment::Reject => "reject".to_owned(),
    }
}

fn condition(filter: &Filter, lists: &BulkLists) -> String {
    let rule: Option<&Rule> = filter.groups.first().and_then(|group| group.rules.first());
    let Some(rule) = rule else {
        return "always".to_owned();
    };
    let row = FilterRow::of(0, rule);
    let words = OPERATORS.iter().find(|(code, _)| *code == row.op);
    let words = words.map_or("is", |(_, words)| words);
    let own = format!("{PING_TAGS}:");
    let tag = row.tag.strip_prefix(&own).unwrap_or(&row.tag);
    let value = match row.operand() {
        Operand::Nothing => return format!("{tag} {words}"),
        Operand::Value => row.value.clone(),
        Operand::List => (row.list.parse().ok())
            .and_then(|id| lists.get(&id))
            .map_or_else(
                || "a list that is gone".to_owned(),
                |list| list.name.clone(),
            ),
    };
    format!("{tag} {words} {value}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BulkListId;
    use crate::tag::list::BulkList;

    fn lists() -> BulkLists {
        BulkLists::from([(BulkListId(3), BulkList::new("Zips near", ["75201"]))])
    }

    #[test]
    fn lines_are_read_and_written_alike() {
        let text = "state is TX => +5\n\
            age is above 65 => x1.20\n\
            geo:state is not CA => -2.50\n\
            zip is in the list Zips near => =30\n\
            vip is absent => reject\n\
            note does not contain is a => +1\n\
            always => x0.90";
        let all = parse(text, Some(&lists())).expect("valid");
        assert_eq!(all.len(), 7);
        assert_eq!(print(&all, &lists()), text);
        assert_eq!(all[1].adjustment, Adjustment::Multiply(1_200_000));
        assert_eq!(all[2].adjustment, Adjustment::Add(Micros(-2_500_000)));
        // In the browser a list's name cannot be looked up, and the rest is checked.
        assert_eq!(parse(text, None).expect("valid").len(), 6);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let said = |text: &str| {
            let errors = parse(text, Some(&lists())).expect_err("wrong");
            errors.0[0].message.clone()
        };
        let all = [
            "state is TX",
            "\nstate TX => +5",
            "state is TX => 5",
            "state is TX => +five",
            "state is TX => x101",
            "zip is in the list Elsewhere => reject",
            "age is above old => reject",
            " => reject",
        ];
        insta::assert_snapshot!(all.map(said).join("\n"), @r"
        Line 1: write what holds, then => and what it does, as in state is TX => +5.00.
        Line 2: “state TX” does not say how the tag is compared: is, contains, is above, is present and so on.
        Line 1: “5” is none of +5.00, -5.00, x1.2, =30.00 and reject.
        Line 1: “five”: Enter an amount like 25 or 25.50.
        Line 1: multiply by 0 to 100.
        Line 1: there is no list “Elsewhere”.
        Line 1: Enter a number, for example 65 or 0.5.
        Line 1: “” does not say how the tag is compared: is, contains, is above, is present and so on.
        ");
    }
}
