//! Callers who come again, as typed: who may not have them, and who gets them after a target hung
//! up at once.

use crate::duplicate::restriction::{DAYS_MAX, RestrictAfter, RestrictFrom, Restriction};
use crate::invalid::{FieldErrors, optional_whole, whole};
use crate::recovery::{REROUTES_MAX, Recovery, RecoverySetting, WITHIN_MAX_S};

/// A restriction's three fields.
pub(in crate::api) struct RestrictionText<T> {
    /// "buyer" or "target".
    pub from: T,
    /// "connected" or "converted".
    pub after: T,
    /// Empty is for good.
    pub days: T,
}

impl RestrictionText<&str> {
    /// The restriction.
    ///
    /// # Errors
    /// At `restrict_from`, `restrict_after` or `restrict_days`.
    pub fn check(&self) -> Result<Restriction, FieldErrors> {
        let mut errors = FieldErrors::default();
        let from = match self.from {
            "buyer" => RestrictFrom::Buyer,
            "target" => RestrictFrom::Target,
            _ => {
                let message = "Choose whom the caller is kept from.";
                errors.add("restrict_from", "unknown", message);
                RestrictFrom::Buyer
            }
        };
        let after = match self.after {
            "connected" => RestrictAfter::Connected,
            "converted" => RestrictAfter::Converted,
            _ => {
                errors.add("restrict_after", "unknown", "Choose what begins the time.");
                RestrictAfter::Connected
            }
        };
        let days = errors.take(optional_whole("restrict_days", self.days, 1, DAYS_MAX));
        errors.check()?;
        Ok(Restriction {
            from,
            after,
            days: days.flatten(),
        })
    }
}

impl RestrictionText<String> {
    /// What a form shows; without a restriction what it would start with.
    pub fn of(restriction: Option<&Restriction>) -> Self {
        let (from, after, days) = restriction.map_or(
            (RestrictFrom::Buyer, RestrictAfter::Connected, Some(30)),
            |r| (r.from, r.after, r.days),
        );
        let from = match from {
            RestrictFrom::Buyer => "buyer",
            RestrictFrom::Target => "target",
        };
        let after = match after {
            RestrictAfter::Connected => "connected",
            RestrictAfter::Converted => "converted",
        };
        Self {
            from: from.to_owned(),
            after: after.to_owned(),
            days: days.map(|n| n.to_string()).unwrap_or_default(),
        }
    }
}

/// A restriction in words: "30 days after the caller was connected with this buyer".
pub(super) fn restriction_words(restriction: &Restriction) -> String {
    let who = match restriction.from {
        RestrictFrom::Buyer => "this buyer",
        RestrictFrom::Target => "this target",
    };
    let after = match restriction.after {
        RestrictAfter::Connected => format!("connected with {who}"),
        RestrictAfter::Converted => format!("converted with {who}"),
    };
    match restriction.days {
        None => format!("For good once a caller was {after}"),
        Some(1) => format!("1 day after a caller was {after}"),
        Some(days) => format!("{days} days after a caller was {after}"),
    }
}

/// What a target or buyer says about recovery, of "inherit", "off" or "on" and its two figures.
///
/// # Errors
/// At `recovery`, `recovery_within_s` or `recovery_reroutes`.
pub(in crate::api) fn recovery(
    kind: &str,
    within_s: &str,
    reroutes: &str,
) -> Result<RecoverySetting, FieldErrors> {
    match kind {
        "inherit" => Ok(RecoverySetting::Inherit),
        "off" => Ok(RecoverySetting::Off),
        "on" => {
            let mut errors = FieldErrors::default();
            let within = errors.take(whole("recovery_within_s", within_s, 1, WITHIN_MAX_S));
            let reroutes = errors.take(whole("recovery_reroutes", reroutes, 1, REROUTES_MAX));
            match (within, reroutes) {
                (Some(within_s), Some(reroutes_max)) => Ok(RecoverySetting::On(Recovery {
                    within_s,
                    reroutes_max,
                })),
                _ => Err(errors),
            }
        }
        _ => Err(FieldErrors::one(
            "recovery",
            "unknown",
            "Choose whether callers are sent on.",
        )),
    }
}

/// What a form shows of it: kind, seconds, times.
pub(in crate::api) fn recovery_text(setting: RecoverySetting) -> (&'static str, String, String) {
    let start = Recovery {
        within_s: 30,
        reroutes_max: 1,
    };
    let (kind, shown) = match setting {
        RecoverySetting::Inherit => ("inherit", start),
        RecoverySetting::Off => ("off", start),
        RecoverySetting::On(recovery) => ("on", recovery),
    };
    let (within, max) = (shown.within_s, shown.reroutes_max);
    (kind, within.to_string(), max.to_string())
}

/// The same in words.
pub(super) fn recovery_words(setting: RecoverySetting) -> String {
    match setting {
        RecoverySetting::Inherit => "As the campaign says".to_owned(),
        RecoverySetting::Off => "Off".to_owned(),
        RecoverySetting::On(recovery) => {
            let times = match recovery.reroutes_max {
                1 => "once".to_owned(),
                n => format!("up to {n} times"),
            };
            format!(
                "Sent on {times} if the target hangs up within {} seconds",
                recovery.within_s
            )
        }
    }
}
