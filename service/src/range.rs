//! A stretch of time by its word in an address: "today", "7d", or own dates.

use domain::invalid::FieldErrors;
use domain::time::Timestamp;

use crate::error::Error;
use crate::op::OpCtx;
use crate::zone;

/// The stretch of time a query asks for.
pub(crate) struct Range {
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) label: String,
}

impl Range {
    pub(crate) fn of(op: &OpCtx, range: &str, from: &str, to: &str) -> Result<Self, Error> {
        let today = zone::date(&op.zone, op.now);
        let day = |days: i64| zone::day_start(&op.zone, zone::plus_days(today, days));
        let label = |at: Timestamp| zone::stamp(&op.zone, at).date;
        Ok(match range {
            "" | "today" => Self {
                from: Some(day(0)),
                to: None,
                label: format!("Today, {}", label(op.now)),
            },
            "yesterday" => Self {
                from: Some(day(-1)),
                to: Some(day(0)),
                label: format!("Yesterday, {}", label(day(-1))),
            },
            "7d" => Self {
                from: Some(day(-6)),
                to: None,
                label: "Last 7 days".to_owned(),
            },
            "month" => {
                let first = today.first_of_month();
                Self {
                    from: Some(zone::day_start(&op.zone, first)),
                    to: None,
                    label: "This month".to_owned(),
                }
            }
            "all" => Self {
                from: None,
                to: None,
                label: "All time".to_owned(),
            },
            "custom" => {
                let wrong = |field: &str| {
                    FieldErrors::one(field, "malformed", "Enter a date like 2026-11-19.")
                };
                let from = zone::parse_date(from).ok_or_else(|| wrong("from"))?;
                let to = zone::parse_date(to).ok_or_else(|| wrong("to"))?;
                if to < from {
                    return Err(FieldErrors::one(
                        "to",
                        "out_of_range",
                        "The end must not be before the start.",
                    )
                    .into());
                }
                let (start, end) = (
                    zone::day_start(&op.zone, from),
                    zone::day_start(&op.zone, zone::plus_days(to, 1)),
                );
                let last = zone::day_start(&op.zone, to);
                let label = if from == to {
                    label(start)
                } else {
                    format!("{} to {}", label(start), label(last))
                };
                Self {
                    from: Some(start),
                    to: Some(end),
                    label,
                }
            }
            _ => {
                return Err(
                    FieldErrors::one("range", "unknown", "Choose a range from the list.").into(),
                );
            }
        })
    }
}
