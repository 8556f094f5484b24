//! Hours of a week that are selected, and where keys move to.

use domain::caps::matrix::Block;
use domain::time::Weekday;

/// The hours of a day.
pub(super) const HOURS: u8 = 24;

/// An hour of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hour {
    pub day: usize,
    pub hour: u8,
}

/// Selected hours: a rectangle between two of them. The second has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Selection {
    pub from: Hour,
    pub to: Hour,
}

impl Selection {
    pub fn one(at: Hour) -> Self {
        Self { from: at, to: at }
    }

    pub fn all() -> Self {
        Self {
            from: Hour { day: 0, hour: 0 },
            to: Hour { day: 6, hour: 23 },
        }
    }

    pub fn block(self) -> Block {
        let (first, last) = order(self.from.day, self.to.day);
        let (from, to) = order(self.from.hour, self.to.hour);
        Block {
            days: std::array::from_fn(|day| (first..=last).contains(&day)),
            from,
            to: to + 1,
        }
    }

    pub fn holds(self, at: Hour) -> bool {
        let block = self.block();
        block.days[at.day] && (block.from..block.to).contains(&at.hour)
    }

    /// "Monday to Friday, 9 am to 5 pm".
    pub fn words(self) -> String {
        let (first, last) = order(self.from.day, self.to.day);
        let block = self.block();
        let name = |day: usize| Weekday::ALL[day].name();
        let days = match last - first {
            0 => name(first).to_owned(),
            6 => "Every day".to_owned(),
            _ => format!("{} to {}", name(first), name(last)),
        };
        match (block.from, block.to) {
            (0, HOURS) => format!("{days}, all day"),
            (from, to) => format!("{days}, {} to {}", clock(from), clock(to)),
        }
    }

    /// Where a key moves to.
    pub fn moved(self, key: &str, extend: bool) -> Option<Self> {
        let Hour { day, hour } = self.to;
        let to = match key {
            "ArrowUp" => Hour {
                day: day.saturating_sub(1),
                hour,
            },
            "ArrowDown" => Hour {
                day: (day + 1).min(6),
                hour,
            },
            "ArrowLeft" => Hour {
                day,
                hour: hour.saturating_sub(1),
            },
            "ArrowRight" => Hour {
                day,
                hour: (hour + 1).min(HOURS - 1),
            },
            "Home" => Hour { day, hour: 0 },
            "End" => Hour {
                day,
                hour: HOURS - 1,
            },
            _ => return None,
        };
        Some(if extend {
            Self { to, ..self }
        } else {
            Self::one(to)
        })
    }
}

fn order<T: PartialOrd>(a: T, b: T) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

/// "9 am"; both ends of the day are midnight.
pub(super) fn clock(hour: u8) -> String {
    match hour % HOURS {
        0 => "midnight".to_owned(),
        12 => "noon".to_owned(),
        h @ 1..12 => format!("{h} am"),
        h => format!("{} pm", h - 12),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: usize, hour: u8) -> Hour {
        Hour { day, hour }
    }

    #[test]
    fn selections_are_rectangles_whichever_way_they_are_drawn() {
        let back = Selection {
            from: at(4, 16),
            to: at(0, 9),
        };
        assert_eq!(back.words(), "Monday to Friday, 9 am to 5 pm");
        assert!(back.holds(at(2, 9)) && !back.holds(at(5, 9)) && !back.holds(at(2, 17)));
        assert_eq!(Selection::all().words(), "Every day, all day");
        assert_eq!(
            Selection::one(at(6, 23)).words(),
            "Sunday, 11 pm to midnight"
        );
    }

    #[test]
    fn keys_move_within_the_week_and_shift_extends() {
        let start = Selection::one(at(0, 0));
        assert_eq!(start.moved("ArrowUp", false), Some(start));
        assert_eq!(start.moved("ArrowLeft", false), Some(start));
        let right = start.moved("ArrowRight", true).expect("moves");
        assert_eq!((right.from, right.to), (at(0, 0), at(0, 1)));
        let end = right.moved("End", false).expect("moves");
        assert_eq!(end, Selection::one(at(0, 23)));
        assert_eq!(end.moved("ArrowRight", false), Some(end));
        assert_eq!(start.moved("a", false), None);
    }
}
