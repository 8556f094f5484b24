//! Caps in calls and money, and matrices, as typed.

use crate::caps::dollars::DollarCaps;
use crate::caps::matrix::WeekMatrix;
use crate::caps::{CAP_MAX, Caps, CountOn};
use crate::invalid::{FieldErrors, optional_whole};
use crate::money::Micros;

/// The largest cap in money, in whole units; more than that is "unlimited".
const DOLLARS_MAX: i64 = 1_000_000_000;

/// Caps in calls: concurrent, hourly, daily, monthly, in all.
///
/// # Errors
/// At `cap_…`.
pub(in crate::api) fn calls(typed: [&str; 5]) -> Result<Caps, FieldErrors> {
    let mut errors = FieldErrors::default();
    let [concurrent, hourly, daily, monthly, total] = typed;
    let mut cap = |field: &str, text: &str| {
        errors
            .take(optional_whole(field, text, 0, CAP_MAX))
            .flatten()
    };
    let caps = Caps {
        concurrent: cap("cap_concurrent", concurrent),
        hourly: cap("cap_hourly", hourly),
        daily: cap("cap_daily", daily),
        monthly: cap("cap_monthly", monthly),
        total: cap("cap_total", total),
    };
    errors.check()?;
    Ok(caps)
}

/// What a form shows of caps in calls, in the same order.
pub(in crate::api) fn calls_text(caps: &Caps) -> [String; 5] {
    [
        caps.concurrent,
        caps.hourly,
        caps.daily,
        caps.monthly,
        caps.total,
    ]
    .map(|cap| cap.map(|n| n.to_string()).unwrap_or_default())
}

/// Caps in money: hourly, daily, monthly, in all.
///
/// # Errors
/// At `dollars_…`.
pub(in crate::api) fn dollars(typed: [&str; 4]) -> Result<DollarCaps, FieldErrors> {
    let mut errors = FieldErrors::default();
    let [hourly, daily, monthly, total] = typed;
    let mut cap = |field: &str, text: &str| errors.take(optional_money(field, text)).flatten();
    let caps = DollarCaps {
        hourly: cap("dollars_hourly", hourly),
        daily: cap("dollars_daily", daily),
        monthly: cap("dollars_monthly", monthly),
        total: cap("dollars_total", total),
    };
    errors.check()?;
    Ok(caps)
}

/// What a form shows of caps in money, in the same order.
pub(in crate::api) fn dollars_text(caps: &DollarCaps) -> [String; 4] {
    [caps.hourly, caps.daily, caps.monthly, caps.total]
        .map(|cap| cap.map(Micros::plain).unwrap_or_default())
}

fn optional_money(field: &str, text: &str) -> Result<Option<Micros>, FieldErrors> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let amount =
        Micros::parse(text).map_err(|e| FieldErrors::one(field, "malformed", &e.to_string()))?;
    if (0..=DOLLARS_MAX * 1_000_000).contains(&amount.0) {
        Ok(Some(amount))
    } else {
        let message = "Enter an amount from 0 to 1,000,000,000.";
        Err(FieldErrors::one(field, "out_of_range", message))
    }
}

/// A matrix at its field.
///
/// # Errors
/// `malformed` at `field`.
pub(in crate::api) fn matrix(field: &str, typed: &str) -> Result<WeekMatrix, FieldErrors> {
    typed
        .parse::<WeekMatrix>()
        .map_err(|e| FieldErrors::one(field, "malformed", &e.to_string()))
}

/// What counts against the caps.
///
/// # Errors
/// `unknown` at `count_on`.
pub(in crate::api) fn count_on(typed: &str) -> Result<CountOn, FieldErrors> {
    match typed {
        "connect" => Ok(CountOn::Connect),
        "convert" => Ok(CountOn::Convert),
        "revenue" => Ok(CountOn::Revenue),
        _ => Err(FieldErrors::one(
            "count_on",
            "unknown",
            "Choose which calls count.",
        )),
    }
}

/// The word of a form for it.
pub(in crate::api) fn count_on_text(count_on: CountOn) -> &'static str {
    match count_on {
        CountOn::Connect => "connect",
        CountOn::Convert => "convert",
        CountOn::Revenue => "revenue",
    }
}
