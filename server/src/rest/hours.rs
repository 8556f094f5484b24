//! When calls are taken: hours of the week, and days apart.

use super::wire::one_line;
use domain::api::target::DayForm;
use domain::schedule::holiday::{Holiday, text};
use domain::schedule::{DayHours, Hours as DomainHours, Span as DomainSpan};
use domain::time::Weekday;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When calls are taken, by the wall clock of the zone beside it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    kind: HoursKind,
    /// With `weekly`.
    #[serde(default)]
    week: Option<Week>,
}

/// Whether there are hours at all.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoursKind {
    /// Around the clock.
    Always,
    Weekly,
}

/// A week; a day that is absent or null is closed.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Week {
    monday: Option<Day>,
    tuesday: Option<Day>,
    wednesday: Option<Day>,
    thursday: Option<Day>,
    friday: Option<Day>,
    saturday: Option<Day>,
    sunday: Option<Day>,
}

/// The opening of a day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Day {
    #[schema(example = "09:00")]
    from: String,
    /// Not after `from` is on the next day.
    #[schema(example = "17:30")]
    to: String,
    #[serde(default)]
    #[schema(max_items = 20)]
    breaks: Vec<Span>,
}

/// A stretch of a day.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    #[schema(example = "12:00")]
    from: String,
    #[schema(example = "13:00")]
    to: String,
}

impl Week {
    /// From Monday.
    fn days(self) -> [Option<Day>; 7] {
        [
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        ]
    }
}

impl Hours {
    /// Puts these into the fields of a form.
    pub fn onto(self, kind: &mut String, days: &mut Vec<DayForm>) {
        match self.kind {
            HoursKind::Always => "always",
            HoursKind::Weekly => "weekly",
        }
        .clone_into(kind);
        if let Some(week) = self.week {
            *days = week
                .days()
                .into_iter()
                .map(|day| day.map_or_else(DayForm::default, DayForm::from))
                .collect();
        }
    }
}

impl From<Day> for DayForm {
    fn from(day: Day) -> Self {
        let breaks: Vec<String> = day
            .breaks
            .iter()
            .map(|b| format!("{}-{}", b.from, b.to))
            .collect();
        Self {
            open: "on".to_owned(),
            from: day.from,
            to: day.to,
            breaks: breaks.join(", "),
        }
    }
}

impl From<DomainHours> for Hours {
    fn from(hours: DomainHours) -> Self {
        match hours {
            DomainHours::Always => Self {
                kind: HoursKind::Always,
                week: None,
            },
            DomainHours::Weekly(days) => {
                let [
                    monday,
                    tuesday,
                    wednesday,
                    thursday,
                    friday,
                    saturday,
                    sunday,
                ] = days.map(|day| day.map(Day::from));
                Self {
                    kind: HoursKind::Weekly,
                    week: Some(Week {
                        monday,
                        tuesday,
                        wednesday,
                        thursday,
                        friday,
                        saturday,
                        sunday,
                    }),
                }
            }
        }
    }
}

impl From<DayHours> for Day {
    fn from(day: DayHours) -> Self {
        let Span { from, to } = day.open.into();
        Self {
            from,
            to,
            breaks: day.breaks.into_iter().map(Span::from).collect(),
        }
    }
}

impl From<DomainSpan> for Span {
    fn from(span: DomainSpan) -> Self {
        let clock = |m: u16| format!("{:02}:{:02}", m % 1_440 / 60, m % 60);
        Self {
            from: clock(span.from),
            to: clock(span.to),
        }
    }
}

/// Days apart as they are told: `12-24 Christmas Eve = 9:00-12:00`.
pub fn holidays(stored: &[Holiday]) -> Vec<String> {
    text::print(stored).lines().map(str::to_owned).collect()
}

/// Days apart as a form has them.
pub fn holidays_text(said: &[String]) -> String {
    let lines: Vec<String> = said.iter().map(|line| one_line(line)).collect();
    lines.join("\n")
}

/// `hours` of a form is `hours.kind` here, `days[2].breaks` `hours.week.wednesday.breaks`.
pub fn field(name: &str) -> Option<String> {
    let of_rule = name.strip_prefix("rules[").and_then(|n| n.split_once("]."));
    let (before, name) = match of_rule {
        Some((rule, last)) => (format!("rules[{rule}]."), last),
        None => (String::new(), name),
    };
    if name == "hours" {
        return Some(format!("{before}hours.kind"));
    }
    let (day, rest) = name.strip_prefix("days[")?.split_once(']')?;
    let day = Weekday::ALL.get(day.parse::<usize>().ok()?)?;
    Some(format!(
        "{before}hours.week.{}{rest}",
        day.name().to_lowercase()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::api::target::TargetForm;

    #[test]
    fn hours_come_back_as_they_were_sent() {
        let sent = serde_json::json!({
            "kind": "weekly",
            "week": {
                "monday": { "from": "09:00", "to": "17:30", "breaks": [{ "from": "12:00", "to": "13:00" }] },
                "tuesday": null, "wednesday": null, "thursday": null,
                "friday": { "from": "20:00", "to": "02:00", "breaks": [] },
                "saturday": null, "sunday": null,
            },
        });
        let hours: Hours = serde_json::from_value(sent.clone()).expect("hours");
        let mut form = TargetForm {
            name: "Night".to_owned(),
            number: "+12145550187".to_owned(),
            ..TargetForm::default()
        };
        hours.onto(&mut form.hours, &mut form.days);
        let stored = Hours::from(form.check().expect("valid").input.hours);
        assert_eq!(serde_json::to_value(stored).expect("a tree"), sent);
        assert_eq!(
            field("days[2].breaks").as_deref(),
            Some("hours.week.wednesday.breaks")
        );
        assert_eq!(field("days[7]"), None);
        assert_eq!(
            field("rules[3].days[0]").as_deref(),
            Some("rules[3].hours.week.monday")
        );
        assert_eq!(
            field("rules[3].hours").as_deref(),
            Some("rules[3].hours.kind")
        );
    }
}
