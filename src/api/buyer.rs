//! Buyers.

use serde::{Deserialize, Serialize};

use super::filter::{FilterChoices, FilterForm};
use super::page::{Activity, Stamp};
use super::target::again::{self, RestrictionText};
use super::target::hours::{self, DayForm};
use super::target::{Inherited, TargetRow, caps, destination, sub_id};
use crate::duplicate::restriction::Restriction;
use crate::id::BuyerId;
use crate::invalid::{FieldErrors, name, whole};
use crate::schedule::holiday::text;
use crate::tag::list::BulkLists;
use crate::target::settings::BuyerSettings;
use crate::target::{RING_TIMEOUT_S, zone};

/// A line of the list of buyers, with its targets beneath it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerRow {
    pub id: BuyerId,
    pub name: String,
    pub activity: Activity,
    pub targets: Vec<TargetRow>,
    pub live: u32,
    /// Connected calls today.
    pub connected_today: u32,
}

/// A buyer's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyerDetail {
    pub row: BuyerRow,
    pub created: Stamp,
    pub form: BuyerForm,
    /// What its targets take from it, in words.
    pub inherited: Inherited,
    pub filters: FilterChoices,
    /// What may be wrong with its filter; empty if nothing is.
    pub filter_warning: String,
}

/// What a person types about a buyer: its name, and what its targets take from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuyerForm {
    pub name: String,
    pub sub_id: String,
    pub ring_timeout_s: String,
    /// "pass_through", "tracking" or "fixed".
    pub caller_id: String,
    pub caller_id_number: String,
    pub zone: String,
    /// "always" or "weekly".
    pub hours: String,
    /// From Monday; looked at only with weekly hours.
    pub days: Vec<DayForm>,
    /// One a line; see `schedule::holiday::text`.
    pub holidays: String,
    pub cap_concurrent: String,
    pub cap_hourly: String,
    pub cap_daily: String,
    pub cap_monthly: String,
    pub cap_total: String,
    pub dollars_hourly: String,
    pub dollars_daily: String,
    pub dollars_monthly: String,
    pub dollars_total: String,
    /// "none" or "own".
    pub restrict: String,
    pub restrict_from: String,
    pub restrict_after: String,
    pub restrict_days: String,
    /// "inherit" (from the campaign), "off" or "on".
    pub recovery: String,
    pub recovery_within_s: String,
    pub recovery_reroutes: String,
    /// Which calls all its targets take.
    pub filter: FilterForm,
}

impl Default for BuyerForm {
    fn default() -> Self {
        Self::of("", &BuyerSettings::default())
    }
}

/// A checked buyer, ready to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuyerInput {
    pub name: String,
    pub settings: BuyerSettings,
}

impl BuyerForm {
    /// A buyer of this name whose targets take nothing special from it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name; hours at `days[n]`, their breaks at `days[n].breaks`.
    pub fn check(&self) -> Result<BuyerInput, FieldErrors> {
        self.check_with(None)
    }

    /// The same with the account's lists at hand, so that the filter asks for none that is gone.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_with(&self, lists: Option<&BulkLists>) -> Result<BuyerInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut settings = BuyerSettings::default();
        let name = errors.take(name("name", &self.name));
        let mut keep = Keep(&mut errors);
        keep.put(&mut settings.sub_id, sub_id(&self.sub_id));
        let (min, max) = RING_TIMEOUT_S;
        keep.put(
            &mut settings.ring_timeout_s,
            whole("ring_timeout_s", &self.ring_timeout_s, min, max),
        );
        keep.put(
            &mut settings.caller_id,
            destination::caller_id(&self.caller_id, &self.caller_id_number),
        );
        keep.put(&mut settings.zone, zone("zone", &self.zone));
        keep.put(&mut settings.hours, hours::hours(&self.hours, &self.days));
        keep.put(&mut settings.holidays, hours::holidays(&self.holidays));
        keep.put(
            &mut settings.caps,
            caps::calls([
                &self.cap_concurrent,
                &self.cap_hourly,
                &self.cap_daily,
                &self.cap_monthly,
                &self.cap_total,
            ]),
        );
        keep.put(
            &mut settings.dollars,
            caps::dollars([
                &self.dollars_hourly,
                &self.dollars_daily,
                &self.dollars_monthly,
                &self.dollars_total,
            ]),
        );
        keep.put(&mut settings.restriction, self.restriction());
        keep.put(
            &mut settings.recovery,
            again::recovery(
                &self.recovery,
                &self.recovery_within_s,
                &self.recovery_reroutes,
            ),
        );
        keep.put(&mut settings.filter, self.filter.check("filter", lists));
        match name {
            Some(name) if errors.is_empty() => Ok(BuyerInput { name, settings }),
            _ => Err(errors),
        }
    }

    /// The form that shows a stored buyer.
    #[must_use]
    pub fn of(name: &str, settings: &BuyerSettings) -> Self {
        let (caller_id, caller_id_number) = destination::caller_id_text(&settings.caller_id);
        let (hours, days) = hours::hours_text(&settings.hours);
        let [
            cap_concurrent,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
        ] = caps::calls_text(&settings.caps);
        let [
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
        ] = caps::dollars_text(&settings.dollars);
        let restrict = if settings.restriction.is_some() {
            "own"
        } else {
            "none"
        };
        let restriction = RestrictionText::of(settings.restriction.as_ref());
        let (recovery, within, reroutes) = again::recovery_text(settings.recovery);
        Self {
            name: name.to_owned(),
            sub_id: settings.sub_id.clone(),
            ring_timeout_s: settings.ring_timeout_s.to_string(),
            caller_id: caller_id.to_owned(),
            caller_id_number,
            zone: settings.zone.clone(),
            hours,
            days,
            holidays: text::print(&settings.holidays),
            cap_concurrent,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
            restrict: restrict.to_owned(),
            restrict_from: restriction.from,
            restrict_after: restriction.after,
            restrict_days: restriction.days,
            recovery: recovery.to_owned(),
            recovery_within_s: within,
            recovery_reroutes: reroutes,
            filter: FilterForm::of(&settings.filter),
        }
    }

    fn restriction(&self) -> Result<Option<Restriction>, FieldErrors> {
        match self.restrict.as_str() {
            "none" => Ok(None),
            "own" => RestrictionText {
                from: self.restrict_from.as_str(),
                after: &self.restrict_after,
                days: &self.restrict_days,
            }
            .check()
            .map(Some),
            _ => {
                let message = "Choose what holds for callers who come again.";
                Err(FieldErrors::one("restrict", "unknown", message))
            }
        }
    }
}

/// Puts what was checked where it belongs, and notes what is wrong.
struct Keep<'a>(&'a mut FieldErrors);

impl Keep<'_> {
    fn put<T>(&mut self, place: &mut T, checked: Result<T, FieldErrors>) {
        if let Some(value) = self.0.take(checked) {
            *place = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_round_trips_and_every_mistake_is_named_at_once() {
        let form = BuyerForm {
            sub_id: "CR-7".into(),
            zone: "America/Chicago".into(),
            hours: "weekly".into(),
            holidays: "Thanksgiving Day\n12-24 Eve = 09:00-12:00".into(),
            cap_daily: "40".into(),
            dollars_daily: "500.50".into(),
            restrict: "own".into(),
            restrict_from: "target".into(),
            restrict_after: "converted".into(),
            restrict_days: String::new(),
            recovery: "on".into(),
            ..BuyerForm::named("Crestline")
        };
        let input = form.check().expect("valid");
        assert_eq!(BuyerForm::of(&input.name, &input.settings), form);
        assert_eq!(
            Inherited::of(&input.settings),
            Inherited {
                hours: "Mon–Fri 9:00 am – 5:00 pm CT, 2 holidays".into(),
                ring_timeout: "25 seconds".into(),
                caller_id: "The caller’s own".into(),
                caps: "40 a day, $500.50 a day".into(),
                restriction: "For good once a caller was converted with this target".into(),
                recovery: "Sent on once if the target hangs up within 30 seconds".into(),
            }
        );
        let bad = BuyerForm {
            ring_timeout_s: "1".into(),
            caller_id: "fixed".into(),
            zone: "Mars".into(),
            holidays: "Black Friday".into(),
            cap_hourly: "-1".into(),
            dollars_total: "1e9".into(),
            restrict: "own".into(),
            restrict_days: "0".into(),
            recovery: "on".into(),
            recovery_reroutes: "6".into(),
            ..BuyerForm::default()
        };
        let errors = bad.check().expect_err("invalid");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "name",
                "ring_timeout_s",
                "caller_id_number",
                "zone",
                "holidays",
                "cap_hourly",
                "dollars_total",
                "restrict_days",
                "recovery_reroutes"
            ]
        );
    }
}
