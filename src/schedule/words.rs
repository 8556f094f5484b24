//! Hours in words, for places that only tell them.

use super::{DAY, DayHours, Hours, Span, zone_short};
use crate::time::{Weekday, clock_text};

impl Hours {
    /// "Mon–Fri 9:00 am – 5:00 pm, Sat 10:00 am – 2:00 pm ET", "Always open", "Never open".
    #[must_use]
    pub fn sentence(&self, zone: &str) -> String {
        let Self::Weekly(days) = self else {
            return "Always open".to_owned();
        };
        let mut parts = Vec::new();
        let mut first = 0;
        for next in 1..=7 {
            if next < 7 && days[next] == days[first] {
                continue;
            }
            if let Some(hours) = &days[first] {
                parts.push(format!("{} {}", names(first, next - 1), hours.words()));
            }
            first = next;
        }
        if parts.is_empty() {
            "Never open".to_owned()
        } else {
            format!("{} {}", parts.join(", "), zone_short(zone))
        }
    }
}

fn names(first: usize, last: usize) -> String {
    let short = |day: usize| Weekday::ALL[day].short();
    match last - first {
        0 => short(first).to_owned(),
        1 => format!("{} and {}", short(first), short(last)),
        _ => format!("{}–{}", short(first), short(last)),
    }
}

impl DayHours {
    fn words(&self) -> String {
        let breaks: Vec<String> = self.breaks.iter().map(|b| b.words()).collect();
        if breaks.is_empty() {
            self.open.words()
        } else {
            format!("{} without {}", self.open.words(), breaks.join(" and "))
        }
    }
}

impl Span {
    fn words(&self) -> String {
        if self.from.is_multiple_of(DAY) && self.to - self.from == DAY {
            return "all day".to_owned();
        }
        let clock = |minute: u16| clock_text(minute % DAY);
        format!("{} – {}", clock(self.from), clock(self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_alike_are_told_together() {
        let day = |from: u16, to: u16| {
            Some(DayHours {
                open: Span {
                    from: from * 60,
                    to: to * 60,
                },
                breaks: Vec::new(),
            })
        };
        let mut lunch = day(9, 17);
        if let Some(day) = &mut lunch {
            day.breaks = vec![Span { from: 720, to: 780 }];
        }
        let week = [
            day(9, 17),
            day(9, 17),
            day(9, 17),
            lunch,
            day(9, 26),
            day(9, 26),
            None,
        ];
        assert_eq!(
            Hours::Weekly(week).sentence("America/Chicago"),
            "Mon–Wed 9:00 am – 5:00 pm, Thu 9:00 am – 5:00 pm without 12:00 pm – 1:00 pm, Fri and Sat 9:00 am – 2:00 am CT"
        );
        assert_eq!(Hours::Always.sentence("UTC"), "Always open");
        assert_eq!(
            Hours::Weekly([const { None }; 7]).sentence("UTC"),
            "Never open"
        );
        let round = [day(0, 24), None, None, None, None, None, None];
        assert_eq!(Hours::Weekly(round).sentence("UTC"), "Mon all day UTC");
    }
}
