//! What a target's form says, checked.

use super::TargetForm;
use super::again::{self, RestrictionText};
use super::{caps, destination, hours};
use crate::caps::dollars::DollarCaps;
use crate::caps::matrix::Matrices;
use crate::caps::{Caps, CountOn};
use crate::duplicate::restriction::TargetRestriction;
use crate::invalid::{FieldErrors, name, optional_text, optional_whole, whole};
use crate::recovery::RecoverySetting;
use crate::schedule::Hours;
use crate::schedule::holiday::Holiday;
use crate::tag::list::BulkLists;
use crate::target::settings::{Inherits, SipAccess, TargetSettings};
use crate::target::{CallerIdPolicy, Destination, RING_TIMEOUT_S, zone};

/// How long a target rings whose own limit makes no sense and is not asked for.
const RING_DEFAULT_S: u32 = 25;
/// The zone of a target whose own makes no sense and is not asked for.
const ZONE_DEFAULT: &str = "America/New_York";
/// The most earlier connects a target can be said to tolerate.
const CONNECTS_MAX: u32 = 100;

/// A checked target, ready to store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetInput {
    pub name: String,
    pub destination: Destination,
    pub ring_timeout_s: u32,
    pub caller_id: CallerIdPolicy,
    pub whisper: Option<String>,
    pub zone: String,
    pub hours: Hours,
    pub caps: Caps,
    pub recording_blocked: bool,
}

/// All that a form says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTarget {
    pub input: TargetInput,
    pub settings: TargetSettings,
}

/// What stands under "Where it rings".
struct Line {
    name: String,
    destination: Destination,
    ring_timeout_s: u32,
    caller_id: CallerIdPolicy,
    whisper: Option<String>,
    sub_id: String,
    digits: String,
    sip: Option<SipAccess>,
}

/// What stands under "When it takes calls".
struct Week {
    zone: String,
    hours: Hours,
    holidays: Vec<Holiday>,
}

/// What stands under "How many calls it takes".
struct Limits {
    caps: Caps,
    dollars: DollarCaps,
    count_on: CountOn,
    matrices: Matrices,
}

/// What stands under "Duplicates" and "Recovery".
struct Again {
    restriction: TargetRestriction,
    recovery: RecoverySetting,
    connects_max: Option<u32>,
}

impl TargetForm {
    /// Checks all fields at once. What the buyer's settings stand in for is not looked at: it is as
    /// typed if that makes sense, else as for a new target.
    ///
    /// # Errors
    /// At the field's own name; hours at `days[n]`, their breaks at `days[n].breaks`.
    pub fn check(&self) -> Result<CheckedTarget, FieldErrors> {
        self.check_with(None)
    }

    /// The same with the account's lists at hand, so that the filter asks for none that is gone.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn check_with(&self, lists: Option<&BulkLists>) -> Result<CheckedTarget, FieldErrors> {
        let mut errors = FieldErrors::default();
        let line = errors.take(self.line());
        let week = errors.take(self.week());
        let limits = errors.take(self.limits());
        let again = errors.take(self.again());
        let filter = errors.take(self.filter.check("filter", lists));
        let (Some(line), Some(week), Some(limits), Some(again), Some(filter)) =
            (line, week, limits, again, filter)
        else {
            return Err(errors);
        };
        Ok(CheckedTarget {
            input: TargetInput {
                name: line.name,
                destination: line.destination,
                ring_timeout_s: line.ring_timeout_s,
                caller_id: line.caller_id,
                whisper: line.whisper,
                zone: week.zone,
                hours: week.hours,
                caps: limits.caps,
                recording_blocked: !self.recording_blocked.is_empty(),
            },
            settings: TargetSettings {
                sub_id: line.sub_id,
                dollars: limits.dollars,
                matrices: limits.matrices,
                count_on: limits.count_on,
                holidays: week.holidays,
                restriction: again.restriction,
                recovery: again.recovery,
                connects_max: again.connects_max,
                digits: line.digits,
                sip: line.sip,
                accept_key: !self.accept_key.is_empty(),
                wrap_up_s: 0,
                inherits: self.inherits(),
                filter,
                bidder: None,
            },
        })
    }

    fn inherits(&self) -> Inherits {
        Inherits {
            hours: !self.inherit_hours.is_empty(),
            ring_timeout: !self.inherit_ring.is_empty(),
            caller_id: !self.inherit_caller_id.is_empty(),
            caps: !self.inherit_caps.is_empty(),
        }
    }

    fn line(&self) -> Result<Line, FieldErrors> {
        let inherits = self.inherits();
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let sub_id = errors.take(sub_id(&self.sub_id));
        let to = destination::destination(&self.kind, &self.number, &self.sip);
        let to = errors.take(to);
        let sip = errors.take(match self.kind.as_str() {
            "sip" => destination::access(&self.sip_user, &self.sip_password, &self.sip_headers),
            _ => Ok(None),
        });
        let (min, max) = RING_TIMEOUT_S;
        let ring = whole("ring_timeout_s", &self.ring_timeout_s, min, max);
        let ring = errors.take(own(inherits.ring_timeout, ring, RING_DEFAULT_S));
        let caller_id = destination::caller_id(&self.caller_id, &self.caller_id_number);
        let caller_id = own(inherits.caller_id, caller_id, CallerIdPolicy::PassThrough);
        let caller_id = errors.take(caller_id);
        let whisper = errors.take(optional_text("whisper", &self.whisper, 300));
        let digits = errors.take(destination::digits(&self.digits));
        match (name, sub_id, to, sip, ring, caller_id, whisper, digits) {
            (
                Some(name),
                Some(sub_id),
                Some(destination),
                Some(sip),
                Some(ring_timeout_s),
                Some(caller_id),
                Some(whisper),
                Some(digits),
            ) => Ok(Line {
                name,
                destination,
                ring_timeout_s,
                caller_id,
                whisper,
                sub_id,
                digits,
                sip,
            }),
            _ => Err(errors),
        }
    }

    fn week(&self) -> Result<Week, FieldErrors> {
        let inherits = self.inherits().hours;
        let mut errors = FieldErrors::default();
        let zone = own(inherits, zone("zone", &self.zone), ZONE_DEFAULT.to_owned());
        let zone = errors.take(zone);
        let hours = hours::hours(&self.hours, &self.days);
        let hours = errors.take(own(inherits, hours, Hours::Always));
        let holidays = own(inherits, hours::holidays(&self.holidays), Vec::new());
        let holidays = errors.take(holidays);
        match (zone, hours, holidays) {
            (Some(zone), Some(hours), Some(holidays)) => Ok(Week {
                zone,
                hours,
                holidays,
            }),
            _ => Err(errors),
        }
    }

    fn limits(&self) -> Result<Limits, FieldErrors> {
        let inherits = self.inherits().caps;
        let mut errors = FieldErrors::default();
        let calls = caps::calls([
            &self.cap_concurrent,
            &self.cap_hourly,
            &self.cap_daily,
            &self.cap_monthly,
            &self.cap_total,
        ]);
        let calls = errors.take(own(inherits, calls, Caps::default()));
        let dollars = caps::dollars([
            &self.dollars_hourly,
            &self.dollars_daily,
            &self.dollars_monthly,
            &self.dollars_total,
        ]);
        let dollars = errors.take(own(inherits, dollars, DollarCaps::default()));
        let count_on = errors.take(caps::count_on(&self.count_on));
        let concurrent = caps::matrix("matrix_concurrent", &self.matrix_concurrent);
        let concurrent = errors.take(concurrent);
        let volume = errors.take(caps::matrix("matrix_volume", &self.matrix_volume));
        match (calls, dollars, count_on, concurrent, volume) {
            (Some(caps), Some(dollars), Some(count_on), Some(concurrent), Some(volume)) => {
                Ok(Limits {
                    caps,
                    dollars,
                    count_on,
                    matrices: Matrices { concurrent, volume },
                })
            }
            _ => Err(errors),
        }
    }

    fn again(&self) -> Result<Again, FieldErrors> {
        let mut errors = FieldErrors::default();
        let restriction = errors.take(match self.restrict.as_str() {
            "inherit" => Ok(TargetRestriction::Inherit),
            "none" => Ok(TargetRestriction::Unrestricted),
            "own" => RestrictionText {
                from: self.restrict_from.as_str(),
                after: &self.restrict_after,
                days: &self.restrict_days,
            }
            .check()
            .map(TargetRestriction::Own),
            _ => {
                let message = "Choose what holds for callers who come again.";
                Err(FieldErrors::one("restrict", "unknown", message))
            }
        });
        let recovery = errors.take(again::recovery(
            &self.recovery,
            &self.recovery_within_s,
            &self.recovery_reroutes,
        ));
        let connects = optional_whole("connects_max", &self.connects_max, 0, CONNECTS_MAX);
        let connects = errors.take(connects);
        match (restriction, recovery, connects) {
            (Some(restriction), Some(recovery), Some(connects_max)) => Ok(Again {
                restriction,
                recovery,
                connects_max,
            }),
            _ => Err(errors),
        }
    }
}

impl CheckedTarget {
    /// Takes over what the form does not show of the target as it was: a password that was not
    /// typed again, the time its agent has after a call, and what it bids by.
    ///
    /// # Errors
    /// `unknown` at `kind` for a target without bids whose calls go where its bids say; `required` at
    /// `sip_password` if there is none, or the calls go to another address now.
    pub fn over(
        mut self,
        before: Option<(&TargetInput, &TargetSettings)>,
    ) -> Result<Self, FieldErrors> {
        if let Some((_, settings)) = before {
            self.settings.wrap_up_s = settings.wrap_up_s;
            self.settings.bidder.clone_from(&settings.bidder);
        }
        if self.settings.bidder.is_none() && self.input.destination == Destination::Bid {
            return Err(destination::unknown_kind());
        }
        if let Some(access) = &mut self.settings.sip {
            let same = before.is_some_and(|(b, _)| b.destination == self.input.destination);
            let stored = before.and_then(|(_, settings)| settings.sip.as_ref());
            destination::keep_password(access, same, stored)?;
        }
        Ok(self)
    }
}

/// A value of the target's own; where the buyer's stands in for it, whatever makes sense.
fn own<T>(
    inherited: bool,
    checked: Result<T, FieldErrors>,
    otherwise: T,
) -> Result<T, FieldErrors> {
    match checked {
        Err(_) if inherited => Ok(otherwise),
        checked => checked,
    }
}

/// A buyer's own name of something; may be empty.
///
/// # Errors
/// As a name, at `sub_id`.
pub(in crate::api) fn sub_id(typed: &str) -> Result<String, FieldErrors> {
    if typed.trim().is_empty() {
        Ok(String::new())
    } else {
        name("sub_id", typed)
    }
}
