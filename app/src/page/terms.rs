//! What buyers and targets say about their calls: the fields that the forms of both have.

pub mod again;
pub mod caps;
pub mod chosen;
pub mod hours;
pub mod inherit;
pub mod ring;

use domain::api::buyer::BuyerForm;
use domain::api::rtb_id::RtbIdForm;
use domain::api::target::{DayForm, TargetForm};
use domain::api::target_group::TargetGroupForm;
use domain::time::Weekday;
use leptos::prelude::*;

/// Fields that both forms have, as they start.
#[derive(Clone)]
pub struct Terms {
    pub ring_timeout_s: String,
    pub caller_id_number: String,
    pub zone: String,
    pub days: Vec<DayForm>,
    /// Concurrent, hourly, daily, monthly, in all.
    pub calls: [String; 5],
    /// Hourly, daily, monthly, in all.
    pub dollars: [String; 4],
    pub restrict_from: String,
    pub restrict_after: String,
    pub restrict_days: String,
    pub recovery_within_s: String,
    pub recovery_reroutes: String,
}

macro_rules! terms_of {
    ($form:ty) => {
        impl From<&$form> for Terms {
            fn from(form: &$form) -> Self {
                let form = form.clone();
                Self {
                    ring_timeout_s: form.ring_timeout_s,
                    caller_id_number: form.caller_id_number,
                    zone: form.zone,
                    days: form.days,
                    calls: [
                        form.cap_concurrent,
                        form.cap_hourly,
                        form.cap_daily,
                        form.cap_monthly,
                        form.cap_total,
                    ],
                    dollars: [
                        form.dollars_hourly,
                        form.dollars_daily,
                        form.dollars_monthly,
                        form.dollars_total,
                    ],
                    restrict_from: form.restrict_from,
                    restrict_after: form.restrict_after,
                    restrict_days: form.restrict_days,
                    recovery_within_s: form.recovery_within_s,
                    recovery_reroutes: form.recovery_reroutes,
                }
            }
        }
    };
}

impl Terms {
    /// Of a group what it has of them, else as for a new target.
    pub fn of_group(form: &TargetGroupForm) -> Self {
        let form = form.clone();
        Self {
            ring_timeout_s: form.ring_timeout_s,
            zone: form.zone,
            days: form.days,
            calls: [
                form.cap_concurrent,
                form.cap_hourly,
                form.cap_daily,
                form.cap_monthly,
                form.cap_total,
            ],
            ..Self::from(&TargetForm::default())
        }
    }
}

impl Terms {
    /// Of an RTB id its hours, else as for a new target.
    pub fn of_rtb_id(form: &RtbIdForm) -> Self {
        Self {
            zone: form.zone.clone(),
            days: form.days.clone(),
            ..Self::from(&TargetForm::default())
        }
    }
}

terms_of!(TargetForm);
terms_of!(BuyerForm);

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    if let Some(day) = field.strip_prefix("days[") {
        let at = day
            .split(']')
            .next()
            .and_then(|at| at.parse::<usize>().ok());
        let name = at
            .and_then(|at| Weekday::ALL.get(at))
            .map_or("Opening hours", |weekday| weekday.name());
        let part = if field.ends_with(".breaks") {
            " breaks"
        } else {
            ""
        };
        return format!("{name}{part}");
    }
    if field.starts_with("filter") {
        return "Which calls".to_owned();
    }
    let words = match field {
        "name" => "Name",
        "sub_id" => "Sub-ID",
        "kind" => "Send the call to",
        "number" => "Phone number",
        "sip" => "SIP address",
        "sip_user" => "User",
        "sip_password" => "Password",
        "sip_headers" => "Headers",
        "digits" => "Keys pressed on answer",
        "ring_timeout_s" => "Ring limit",
        "caller_id" => "Number the target sees",
        "caller_id_number" => "Fixed number",
        "whisper" => "Whisper",
        "accept_key" => "Ask whoever answers to press 1",
        "zone" => "Time zone",
        "hours" => "Opening hours",
        "holidays" => "Holidays",
        "cap_concurrent" => "At the same time",
        "cap_hourly" => "Per hour",
        "cap_daily" => "Per day",
        "cap_monthly" => "Per month",
        "cap_total" => "In all",
        "dollars_hourly" => "Dollars an hour",
        "dollars_daily" => "Dollars a day",
        "dollars_monthly" => "Dollars a month",
        "dollars_total" => "Dollars altogether",
        "count_on" => "A call counts when",
        "matrix_concurrent" => "By hour: calls at the same time",
        "matrix_volume" => "By hour: calls begun",
        "restrict" => "Callers who come again",
        "restrict_from" => "Keep them from",
        "restrict_after" => "After they",
        "restrict_days" => "For",
        "recovery" => "When the target hangs up early",
        "recovery_within_s" => "Early is before",
        "recovery_reroutes" => "Send the caller on",
        "recording_blocked" => "Never record calls here",
        "connects_max" => "Earlier connections at most",
        _ => "",
    };
    words.to_owned()
}

/// Whether something other than one choice is chosen.
pub fn unless(
    signal: RwSignal<String>,
    value: &'static str,
) -> impl Fn() -> bool + Send + Sync + Copy + 'static {
    move || signal.with(|now| now != value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::api::filter::{FilterForm, FilterRow};

    #[test]
    fn every_field_with_an_error_has_a_name() {
        let bad = TargetForm {
            sub_id: "x".repeat(81),
            kind: "sip".into(),
            sip_user: "x".repeat(200),
            sip_password: "x".repeat(200),
            sip_headers: "x".into(),
            digits: "x".into(),
            ring_timeout_s: "1".into(),
            caller_id: "fixed".into(),
            whisper: "x".repeat(301),
            zone: "Mars".into(),
            hours: "weekly".into(),
            days: vec![DayForm {
                open: "on".into(),
                breaks: "noon".into(),
                ..Default::default()
            }],
            holidays: "x".into(),
            cap_concurrent: "-1".into(),
            cap_hourly: "-1".into(),
            cap_daily: "-1".into(),
            cap_monthly: "-1".into(),
            cap_total: "-1".into(),
            dollars_hourly: "x".into(),
            dollars_daily: "x".into(),
            dollars_monthly: "x".into(),
            dollars_total: "x".into(),
            count_on: "x".into(),
            matrix_concurrent: "x".into(),
            matrix_volume: "x".into(),
            restrict: "own".into(),
            restrict_from: "x".into(),
            restrict_after: "x".into(),
            restrict_days: "0".into(),
            recovery: "on".into(),
            recovery_within_s: "0".into(),
            recovery_reroutes: "0".into(),
            connects_max: "x".into(),
            filter: FilterForm {
                rows: vec![FilterRow {
                    tag: "x".into(),
                    value: "x".into(),
                    ..FilterRow::default()
                }],
            },
            ..Default::default()
        };
        let errors = bad.check().expect_err("invalid").0;
        assert_eq!(errors.len(), 32, "{errors:?}");
        assert!(
            errors.iter().all(|e| !label(&e.field).is_empty()),
            "{errors:?}"
        );
        assert_eq!(label("days[2]"), "Wednesday");
        assert_eq!(label("days[0].breaks"), "Monday breaks");
    }
}
