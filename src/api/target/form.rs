//! The form of a target.

use serde::{Deserialize, Serialize};

use super::again::{self, RestrictionText};
use super::check::TargetInput;
use super::hours::{self, DayForm};
use super::{caps, destination};
use crate::api::filter::FilterForm;
use crate::duplicate::restriction::TargetRestriction;
use crate::schedule::holiday::text;
use crate::target::Destination;
use crate::target::settings::TargetSettings;

/// What a person types about a target, as text. A box sends "on", or nothing when it is unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetForm {
    pub name: String,
    /// The buyer's own name of it; may be empty.
    pub sub_id: String,
    /// "number" or "sip"; of a bidder also "bid".
    pub kind: String,
    pub number: String,
    pub sip: String,
    pub sip_user: String,
    /// Never shown; empty keeps the stored one.
    pub sip_password: String,
    /// "X-Lead-Source: roof", one a line.
    pub sip_headers: String,
    /// Keys pressed once it answers: "1w5".
    pub digits: String,
    /// A box: the buyer's ring limit.
    pub inherit_ring: String,
    pub ring_timeout_s: String,
    /// A box: the number that the buyer chose.
    pub inherit_caller_id: String,
    /// "pass_through", "tracking" or "fixed".
    pub caller_id: String,
    pub caller_id_number: String,
    pub whisper: String,
    /// A box: whoever answers must press 1.
    pub accept_key: String,
    /// A box: the buyer's zone, hours and holidays.
    pub inherit_hours: String,
    pub zone: String,
    /// "always" or "weekly".
    pub hours: String,
    /// From Monday; looked at only with weekly hours.
    pub days: Vec<DayForm>,
    /// One a line; see `schedule::holiday::text`.
    pub holidays: String,
    /// A box: the buyer's caps in calls and money.
    pub inherit_caps: String,
    pub cap_concurrent: String,
    pub cap_hourly: String,
    pub cap_daily: String,
    pub cap_monthly: String,
    pub cap_total: String,
    pub dollars_hourly: String,
    pub dollars_daily: String,
    pub dollars_monthly: String,
    pub dollars_total: String,
    /// "connect", "convert" or "revenue".
    pub count_on: String,
    /// "Mon-Fri 9-17=5; Sat 10-14=1".
    pub matrix_concurrent: String,
    pub matrix_volume: String,
    /// "inherit", "none" or "own".
    pub restrict: String,
    pub restrict_from: String,
    pub restrict_after: String,
    pub restrict_days: String,
    /// "inherit", "off" or "on".
    pub recovery: String,
    pub recovery_within_s: String,
    pub recovery_reroutes: String,
    pub connects_max: String,
    /// A box: calls to it are never recorded.
    pub recording_blocked: String,
    /// Which calls it takes.
    pub filter: FilterForm,
}

impl Default for TargetForm {
    fn default() -> Self {
        let none = String::new;
        Self {
            name: none(),
            sub_id: none(),
            kind: "number".to_owned(),
            number: none(),
            sip: none(),
            sip_user: none(),
            sip_password: none(),
            sip_headers: none(),
            digits: none(),
            inherit_ring: none(),
            ring_timeout_s: "25".to_owned(),
            inherit_caller_id: none(),
            caller_id: "pass_through".to_owned(),
            caller_id_number: none(),
            whisper: none(),
            accept_key: none(),
            inherit_hours: none(),
            zone: "America/New_York".to_owned(),
            hours: "always".to_owned(),
            days: hours::working_week(),
            holidays: none(),
            inherit_caps: none(),
            cap_concurrent: none(),
            cap_hourly: none(),
            cap_daily: none(),
            cap_monthly: none(),
            cap_total: none(),
            dollars_hourly: none(),
            dollars_daily: none(),
            dollars_monthly: none(),
            dollars_total: none(),
            count_on: "connect".to_owned(),
            matrix_concurrent: none(),
            matrix_volume: none(),
            restrict: "inherit".to_owned(),
            restrict_from: "buyer".to_owned(),
            restrict_after: "connected".to_owned(),
            restrict_days: "30".to_owned(),
            recovery: "inherit".to_owned(),
            recovery_within_s: "30".to_owned(),
            recovery_reroutes: "1".to_owned(),
            connects_max: none(),
            recording_blocked: none(),
            filter: FilterForm::default(),
        }
    }
}

impl TargetForm {
    /// What a new target of a buyer starts with: all that its buyer says.
    #[must_use]
    pub fn of_buyer() -> Self {
        let on = || "on".to_owned();
        Self {
            inherit_ring: on(),
            inherit_caller_id: on(),
            inherit_hours: on(),
            inherit_caps: on(),
            ..Self::default()
        }
    }

    /// The same without the password, for answers that are shown or kept.
    #[must_use]
    pub fn without_password(&self) -> Self {
        Self {
            sip_password: String::new(),
            ..self.clone()
        }
    }

    /// The form that shows a stored target; a stored password is not shown.
    #[must_use]
    pub fn of(input: &TargetInput, settings: &TargetSettings) -> Self {
        let (number, sip) = match &input.destination {
            Destination::Number(number) => (number.display(), String::new()),
            Destination::Sip(uri) => (String::new(), uri.as_str().to_owned()),
            Destination::Bid => (String::new(), String::new()),
        };
        let (caller_id, caller_id_number) = destination::caller_id_text(&input.caller_id);
        let (hours, days) = hours::hours_text(&input.hours);
        let [
            cap_concurrent,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
        ] = caps::calls_text(&input.caps);
        let [
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
        ] = caps::dollars_text(&settings.dollars);
        let (restrict, restriction) = match &settings.restriction {
            TargetRestriction::Inherit => ("inherit", None),
            TargetRestriction::Unrestricted => ("none", None),
            TargetRestriction::Own(restriction) => ("own", Some(restriction)),
        };
        let restriction = RestrictionText::of(restriction);
        let (recovery, within, reroutes) = again::recovery_text(settings.recovery);
        let access = settings.sip.clone().unwrap_or_default();
        let on = |on: bool| if on { "on" } else { "" }.to_owned();
        Self {
            name: input.name.clone(),
            sub_id: settings.sub_id.clone(),
            kind: input.destination.kind().to_owned(),
            number,
            sip,
            sip_user: access.user,
            sip_password: String::new(),
            sip_headers: destination::headers_text(&access.headers),
            digits: settings.digits.clone(),
            inherit_ring: on(settings.inherits.ring_timeout),
            ring_timeout_s: input.ring_timeout_s.to_string(),
            inherit_caller_id: on(settings.inherits.caller_id),
            caller_id: caller_id.to_owned(),
            caller_id_number,
            whisper: input.whisper.clone().unwrap_or_default(),
            accept_key: on(settings.accept_key),
            inherit_hours: on(settings.inherits.hours),
            zone: input.zone.clone(),
            hours,
            days,
            holidays: text::print(&settings.holidays),
            inherit_caps: on(settings.inherits.caps),
            cap_concurrent,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
            count_on: caps::count_on_text(settings.count_on).to_owned(),
            matrix_concurrent: settings.matrices.concurrent.to_string(),
            matrix_volume: settings.matrices.volume.to_string(),
            restrict: restrict.to_owned(),
            restrict_from: restriction.from,
            restrict_after: restriction.after,
            restrict_days: restriction.days,
            recovery: recovery.to_owned(),
            recovery_within_s: within,
            recovery_reroutes: reroutes,
            connects_max: settings
                .connects_max
                .map(|n| n.to_string())
                .unwrap_or_default(),
            recording_blocked: on(input.recording_blocked),
            filter: FilterForm::of(&settings.filter),
        }
    }
}
