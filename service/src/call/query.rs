//! What the call log is asked for: a range, filters and a place, read from texts.

use domain::access::Permission;
use domain::api::call::{CallQuery, FilterChip};
use domain::api::page::Choice;
use domain::call::record::Outcome;
use domain::id::{BuyerId, CampaignId, PublisherId, TargetId};
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use store::{CallFilter, CallLine, Cursor};

use super::view::Names;
use crate::error::Error;
use crate::op::OpCtx;
use crate::range::Range;

/// The query without what this role may not ask for: searching by caller would tell masked numbers
/// one guess at a time.
pub(super) fn askable(op: &OpCtx, query: &CallQuery) -> CallQuery {
    let mut query = query.clone();
    if !op.actor.allows(Permission::ViewCallerNumbers) {
        query.caller.clear();
    }
    query
}

/// The calls that a query asks for, as far as this role may ask.
pub(crate) fn asked(op: &OpCtx, query: &CallQuery) -> Result<CallFilter, Error> {
    filter(
        &askable(op, query),
        &Range::of(op, &query.range, &query.from, &query.to)?,
    )
}

pub(super) fn filter(query: &CallQuery, range: &Range) -> Result<CallFilter, Error> {
    let mut errors = FieldErrors::default();
    let mut filter = CallFilter {
        from: range.from,
        to: range.to,
        ..CallFilter::default()
    };
    if !query.campaign.is_empty() {
        match query.campaign.parse::<CampaignId>() {
            Ok(id) => filter.campaign = Some(id),
            Err(_) => errors.add("campaign", "unknown", "There is no such campaign."),
        }
    }
    if !query.target.is_empty() {
        match query.target.parse::<TargetId>() {
            Ok(id) => filter.target = Some(id),
            Err(_) => errors.add("target", "unknown", "There is no such target."),
        }
    }
    match (query.outcome.as_str(), Outcome::from_code(&query.outcome)) {
        ("", _) => {}
        (LIVE, _) => filter.live = true,
        (NOT_CONNECTED, _) => filter.unconnected = true,
        (_, Some(outcome)) => filter.outcome = Some(outcome),
        (_, None) => errors.add("outcome", "unknown", "Choose an outcome from the list."),
    }
    if !query.buyer.is_empty() {
        match query.buyer.parse::<BuyerId>() {
            Ok(id) => filter.buyer = Some(id),
            Err(_) => errors.add("buyer", "unknown", "There is no such buyer."),
        }
    }
    if !query.publisher.is_empty() {
        match query.publisher.parse::<PublisherId>() {
            Ok(id) => filter.publisher = Some(id),
            Err(_) => errors.add("publisher", "unknown", "There is no such publisher."),
        }
    }
    filter.duplicate = yes_no("duplicate", &query.duplicate, &mut errors);
    filter.converted = yes_no("converted", &query.converted, &mut errors);
    filter.paid = yes_no("paid", &query.paid, &mut errors);
    filter.caller_digits = query
        .caller
        .chars()
        .filter(char::is_ascii_digit)
        .take(15)
        .collect();
    errors.check()?;
    Ok(filter)
}

fn yes_no(field: &str, text: &str, errors: &mut FieldErrors) -> Option<bool> {
    match text {
        "" => None,
        "yes" => Some(true),
        "no" => Some(false),
        _ => {
            errors.add(field, "unknown", "Choose yes or no.");
            None
        }
    }
}

pub(super) fn chips(query: &CallQuery, names: &Names) -> Vec<FilterChip> {
    let chip = |param: &str, field: &str, operator: &str, value: String| FilterChip {
        param: param.to_owned(),
        field: field.to_owned(),
        operator: operator.to_owned(),
        value: if value.is_empty() {
            "unknown".to_owned()
        } else {
            value
        },
    };
    let mut chips = Vec::new();
    if let Ok(id) = query.campaign.parse() {
        chips.push(chip("campaign", "Campaign", "is", names.campaign(id)));
    }
    if let Ok(id) = query.target.parse() {
        chips.push(chip("target", "Target", "is", names.target(id)));
    }
    if let Some(outcome) = outcomes().into_iter().find(|o| o.value == query.outcome) {
        chips.push(chip("outcome", "Outcome", "is", outcome.label));
    }
    if let Ok(id) = query.buyer.parse() {
        chips.push(chip("buyer", "Buyer", "is", names.buyer(id)));
    }
    if let Ok(id) = query.publisher.parse() {
        chips.push(chip("publisher", "Publisher", "is", names.publisher(id)));
    }
    for (param, field, value) in [
        ("duplicate", "Duplicate", &query.duplicate),
        ("converted", "Converted", &query.converted),
        ("paid", "Paid", &query.paid),
    ] {
        if !value.is_empty() {
            chips.push(chip(param, field, "is", value.clone()));
        }
    }
    if query.caller.chars().any(|c| c.is_ascii_digit()) {
        chips.push(chip("caller", "Caller", "contains", query.caller.clone()));
    }
    chips
}

pub(super) fn choice(value: &impl ToString, label: String, hint: String) -> Choice {
    Choice {
        value: value.to_string(),
        label,
        hint,
    }
}

/// What calls can be filtered by beside their outcome.
const LIVE: &str = "live";
const NOT_CONNECTED: &str = "not_connected";

pub(super) fn outcomes() -> Vec<Choice> {
    let plain = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: String::new(),
    };
    let mut all = vec![plain(LIVE, "Live")];
    for outcome in Outcome::ALL {
        all.push(plain(outcome.code(), outcome.word()));
        if outcome == Outcome::Connected {
            all.push(plain(NOT_CONNECTED, "Not connected (any)"));
        }
    }
    all
}

pub(super) fn cursor_text(line: &CallLine) -> String {
    format!("{}-{}", line.arrived_at.0, line.id.0.simple())
}

pub(super) fn cursor(field: &str, text: &str) -> Result<Option<Cursor>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.split_once('-').and_then(|(at, call)| {
        Some(Cursor {
            at: Timestamp(at.parse().ok()?),
            call: call.parse().ok()?,
        })
    });
    parsed.map(Some).ok_or_else(|| {
        FieldErrors::one(
            field,
            "malformed",
            "This page address is damaged. Go back to the first page.",
        )
        .into()
    })
}
