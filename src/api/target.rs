//! Targets: the list rows and the form.

use serde::{Deserialize, Serialize};

use super::page::{Activity, Availability, Meter};
use crate::caps::{CAP_MAX, Caps};
use crate::id::{BuyerId, CampaignId, TargetId};
use crate::invalid::{FieldErrors, name, optional_text, optional_whole, whole};
use crate::schedule::{DayHours, Hours, Span};
use crate::target::{CallerIdPolicy, Destination, RING_TIMEOUT_S, SipUri, zone};

/// A line of a list of targets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetRow {
    pub id: TargetId,
    pub buyer: BuyerId,
    pub buyer_name: String,
    pub name: String,
    pub destination: String,
    pub activity: Activity,
    pub now: Availability,
    pub lines: Meter,
    pub today: Meter,
    /// Campaigns that route to it.
    pub campaigns: Vec<(CampaignId, String)>,
}

/// A target's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetDetail {
    pub row: TargetRow,
    pub form: TargetForm,
    pub hour: Meter,
    pub month: Meter,
    pub total: Meter,
}

/// What a person types about a target, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetForm {
    pub name: String,
    /// "number" or "sip".
    pub kind: String,
    pub number: String,
    pub sip: String,
    pub ring_timeout_s: String,
    /// "pass_through", "tracking" or "fixed".
    pub caller_id: String,
    pub caller_id_number: String,
    pub whisper: String,
    pub zone: String,
    /// "always" or "weekly".
    pub hours: String,
    /// From Monday; looked at only with weekly hours.
    pub days: Vec<DayForm>,
    pub cap_concurrent: String,
    pub cap_hourly: String,
    pub cap_daily: String,
    pub cap_monthly: String,
    pub cap_total: String,
}

/// One day of weekly hours, as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DayForm {
    /// "on" when open that day (an unchecked box sends nothing).
    pub open: String,
    /// "09:00".
    pub from: String,
    /// "17:00"; not after `from` means the next day.
    pub to: String,
    /// "12:00-13:00, 15:00-15:15", or "12-13"; empty for none.
    pub breaks: String,
}

impl Default for DayForm {
    fn default() -> Self {
        Self {
            open: String::new(),
            from: "09:00".to_owned(),
            to: "17:00".to_owned(),
            breaks: String::new(),
        }
    }
}

impl Default for TargetForm {
    fn default() -> Self {
        let weekday = DayForm {
            open: "on".to_owned(),
            ..DayForm::default()
        };
        let mut days = vec![weekday; 5];
        days.extend([DayForm::default(), DayForm::default()]);
        Self {
            name: String::new(),
            kind: "number".to_owned(),
            number: String::new(),
            sip: String::new(),
            ring_timeout_s: "25".to_owned(),
            caller_id: "pass_through".to_owned(),
            caller_id_number: String::new(),
            whisper: String::new(),
            zone: "America/New_York".to_owned(),
            hours: "always".to_owned(),
            days,
            cap_concurrent: String::new(),
            cap_hourly: String::new(),
            cap_daily: String::new(),
            cap_monthly: String::new(),
            cap_total: String::new(),
        }
    }
}

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
}

impl TargetForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name; hours at `days[n]`, their breaks at `days[n].breaks`.
    pub fn check(&self) -> Result<TargetInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let destination = errors.take(self.destination());
        let ring = errors.take(whole(
            "ring_timeout_s",
            &self.ring_timeout_s,
            RING_TIMEOUT_S.0,
            RING_TIMEOUT_S.1,
        ));
        let caller_id = errors.take(self.caller_id_policy());
        let whisper = errors.take(optional_text("whisper", &self.whisper, 300));
        let zone = errors.take(zone("zone", &self.zone));
        let hours = errors.take(self.weekly_hours());
        let caps = errors.take(self.caps());
        match (
            name,
            destination,
            ring,
            caller_id,
            whisper,
            zone,
            hours,
            caps,
        ) {
            (
                Some(name),
                Some(destination),
                Some(ring_timeout_s),
                Some(caller_id),
                Some(whisper),
                Some(zone),
                Some(hours),
                Some(caps),
            ) => Ok(TargetInput {
                name,
                destination,
                ring_timeout_s,
                caller_id,
                whisper,
                zone,
                hours,
                caps,
            }),
            _ => Err(errors),
        }
    }

    /// The form that shows a stored target.
    #[must_use]
    pub fn of(input: &TargetInput) -> Self {
        let text = |limit: Option<u32>| limit.map(|n| n.to_string()).unwrap_or_default();
        let (number, sip) = match &input.destination {
            Destination::Number(number) => (number.display(), String::new()),
            Destination::Sip(uri) => (String::new(), uri.as_str().to_owned()),
        };
        let (caller_id, caller_id_number) = match &input.caller_id {
            CallerIdPolicy::PassThrough => ("pass_through", String::new()),
            CallerIdPolicy::Tracking => ("tracking", String::new()),
            CallerIdPolicy::Fixed(number) => ("fixed", number.display()),
        };
        let (hours, days) = match &input.hours {
            Hours::Always => ("always", Self::default().days),
            Hours::Weekly(days) => (
                "weekly",
                days.iter()
                    .map(|d| d.as_ref().map_or_else(DayForm::default, DayForm::of))
                    .collect(),
            ),
        };
        Self {
            name: input.name.clone(),
            kind: input.destination.kind().to_owned(),
            number,
            sip,
            ring_timeout_s: input.ring_timeout_s.to_string(),
            caller_id: caller_id.to_owned(),
            caller_id_number,
            whisper: input.whisper.clone().unwrap_or_default(),
            zone: input.zone.clone(),
            hours: hours.to_owned(),
            days,
            cap_concurrent: text(input.caps.concurrent),
            cap_hourly: text(input.caps.hourly),
            cap_daily: text(input.caps.daily),
            cap_monthly: text(input.caps.monthly),
            cap_total: text(input.caps.total),
        }
    }

    fn destination(&self) -> Result<Destination, FieldErrors> {
        match self.kind.as_str() {
            "number" => super::number::phone("number", &self.number).map(Destination::Number),
            "sip" => SipUri::parse(&self.sip)
                .map(Destination::Sip)
                .map_err(|e| FieldErrors::one("sip", "invalid_sip", e)),
            _ => Err(FieldErrors::one(
                "kind",
                "unknown",
                "Choose a number or a SIP address.",
            )),
        }
    }

    fn caller_id_policy(&self) -> Result<CallerIdPolicy, FieldErrors> {
        match self.caller_id.as_str() {
            "pass_through" => Ok(CallerIdPolicy::PassThrough),
            "tracking" => Ok(CallerIdPolicy::Tracking),
            "fixed" => super::number::phone("caller_id_number", &self.caller_id_number)
                .map(CallerIdPolicy::Fixed),
            _ => Err(FieldErrors::one(
                "caller_id",
                "unknown",
                "Choose which number the target sees.",
            )),
        }
    }

    fn caps(&self) -> Result<Caps, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut cap = |field: &str, text: &str| {
            errors
                .take(optional_whole(field, text, 0, CAP_MAX))
                .flatten()
        };
        let caps = Caps {
            concurrent: cap("cap_concurrent", &self.cap_concurrent),
            hourly: cap("cap_hourly", &self.cap_hourly),
            daily: cap("cap_daily", &self.cap_daily),
            monthly: cap("cap_monthly", &self.cap_monthly),
            total: cap("cap_total", &self.cap_total),
        };
        errors.check()?;
        Ok(caps)
    }

    fn weekly_hours(&self) -> Result<Hours, FieldErrors> {
        match self.hours.as_str() {
            "always" => return Ok(Hours::Always),
            "weekly" => {}
            _ => {
                return Err(FieldErrors::one(
                    "hours",
                    "unknown",
                    "Choose when calls are taken.",
                ));
            }
        }
        let mut errors = FieldErrors::default();
        let mut days = [const { None }; 7];
        for (i, form) in self.days.iter().take(7).enumerate() {
            if !form.open.is_empty() {
                days[i] = errors.take(form.check(i));
            }
        }
        errors.check()?;
        Hours::weekly(days)
    }
}

impl DayForm {
    fn of(day: &DayHours) -> Self {
        let clock = |m: u16| format!("{:02}:{:02}", m % 1_440 / 60, m % 60);
        let breaks: Vec<String> = day
            .breaks
            .iter()
            .map(|b| format!("{}-{}", clock(b.from), clock(b.to)))
            .collect();
        Self {
            open: "on".to_owned(),
            from: clock(day.open.from),
            to: clock(day.open.to),
            breaks: breaks.join(", "),
        }
    }

    fn check(&self, i: usize) -> Result<DayHours, FieldErrors> {
        let field = format!("days[{i}]");
        let bad = |message: &str| FieldErrors::one(&field, "malformed", message);
        let clock =
            |text: &str| parse_clock(text).ok_or_else(|| bad("Enter times like 09:00 and 17:30."));
        let from = clock(&self.from)?;
        let mut to = clock(&self.to)?;
        if to <= from {
            to += 1_440;
        }
        let mut breaks = Vec::new();
        for part in self
            .breaks
            .split(',')
            .map(str::trim)
            .filter(|p| !p.is_empty())
        {
            let bad = || {
                FieldErrors::one(
                    &format!("{field}.breaks"),
                    "malformed",
                    "Write breaks like 12:00-13:00, several with commas between them.",
                )
            };
            let (start, end) = part.split_once(['-', '\u{2013}']).ok_or_else(bad)?;
            let clock = |text: &str| parse_hour(text).ok_or_else(bad);
            let over_midnight = |m: u16| if m < from { m + 1_440 } else { m };
            breaks.push(Span {
                from: over_midnight(clock(start)?),
                to: over_midnight(clock(end)?),
            });
        }
        breaks.sort();
        Ok(DayHours {
            open: Span { from, to },
            breaks,
        })
    }
}

/// The same, or a whole hour: "12" is 12:00.
fn parse_hour(text: &str) -> Option<u16> {
    let whole = text.trim().parse::<u16>().ok().filter(|hour| *hour <= 24);
    whole.map(|hour| hour * 60).or_else(|| parse_clock(text))
}

/// Minutes since midnight of "09:00", "9:00" or "24:00".
fn parse_clock(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.trim().parse().ok()?, minute.trim().parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> TargetForm {
        TargetForm {
            name: "DryRight Houston".into(),
            number: "(713) 555-0164".into(),
            hours: "weekly".into(),
            ..TargetForm::default()
        }
    }

    #[test]
    fn a_form_round_trips_through_its_checked_input() {
        let mut form = filled();
        form.days[0].breaks = "12:00-13:00, 15:00-15:15".into();
        form.days[4].to = "02:00".into();
        form.cap_daily = "80".into();
        let input = form.check().expect("valid");
        assert_eq!(TargetForm::of(&input), form);
        assert_eq!(input.caps.daily, Some(80));
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let mut form = filled();
        form.name = " ".into();
        form.number = "(214) 555-01".into();
        form.cap_hourly = "-1".into();
        form.ring_timeout_s = "1".into();
        form.days[2].from = "25:00".into();
        form.zone = "Mars/Base".into();
        let errors = form.check().expect_err("invalid");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(
            fields,
            [
                "name",
                "number",
                "ring_timeout_s",
                "zone",
                "days[2]",
                "cap_hourly"
            ]
        );
        assert_eq!(
            errors.message("number").as_deref(),
            Some("2 digits are missing.")
        );
    }

    #[test]
    fn breaks_are_read_as_people_write_them_and_told_at_their_own_place() {
        let check = |breaks: &str| {
            let mut form = filled();
            form.days[1].breaks = breaks.into();
            form.check()
        };
        let spans = |breaks: &str| match check(breaks).expect("valid").hours {
            Hours::Weekly(days) => days[1].clone().expect("open").breaks,
            Hours::Always => Vec::new(),
        };
        assert_eq!(
            spans("12-13, 15:00\u{2013}15:15"),
            spans("12:00-13:00, 15:00-15:15")
        );
        for (breaks, code) in [
            ("12:00", "malformed"),
            ("noon-13", "malformed"),
            ("12-13:75", "malformed"),
            ("12-13, 12:30-14", "overlap"),
            // One o'clock at night: nobody means that, so it is not guessed at.
            ("1-2", "break_outside"),
        ] {
            let errors = check(breaks).expect_err(breaks);
            let told: Vec<_> = errors
                .0
                .iter()
                .map(|e| (e.field.as_str(), e.code.as_str()))
                .collect();
            assert_eq!(told, [("days[1].breaks", code)], "{breaks}");
        }
    }

    #[test]
    fn overlapping_hours_are_named_at_their_day() {
        let mut form = filled();
        form.days[0].from = "20:00".into();
        form.days[0].to = "10:00".into();
        let errors = form.check().expect_err("overlap");
        assert_eq!(
            (errors.0[0].field.as_str(), errors.0[0].code.as_str()),
            ("days[0]", "overlap")
        );
    }
}
