//! Auto-pause: a target that misses one call after another is paused, with notice, and comes back
//! by itself (domain-reference 2, Missed calls: the pattern of Ringba X).

use serde::{Deserialize, Serialize};

use crate::call::session::AttemptResult;
use crate::call::timeline::EndedBy;
use crate::invalid::FieldErrors;
use crate::schedule::zone_short;
use crate::time::{LocalMoment, Timestamp, clock_text};

/// The most rules of one setting.
pub const RULES_MAX: usize = 5;
/// The most missed calls a rule may ask for.
pub const MISSED_MAX: u32 = 50;
/// The longest stretch a rule looks back, and the longest pause, in seconds.
pub const PAUSE_MAX_S: u32 = 86_400;

/// When a target is paused, and for how long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoPause {
    /// Any of them pauses.
    pub rules: Vec<MissRule>,
    /// A target that was answered and hung up within so many seconds counts as missed.
    pub brief_s: u32,
    /// A phone that nobody answered counts as missed once it rang for so many seconds.
    pub rang_s: u32,
    /// How long the first pause lasts, in seconds; each that follows without an answered call
    /// between lasts twice as long, up to [`PAUSE_MAX_S`]. None: until a person ends it.
    pub back_after_s: Option<u32>,
}

/// So many missed calls in a row within so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissRule {
    pub missed: u32,
    pub within_s: u32,
}

/// A dial of a target that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedDial {
    pub ended_at: Timestamp,
    pub result: AttemptResult,
    /// Seconds it rang.
    pub rang_s: u32,
    /// Seconds of the conversation; 0 if there was none.
    pub talked_s: u32,
    pub by: EndedBy,
}

/// What a dial says of its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    Answered,
    Missed,
    /// Nothing: the caller gave up too soon to tell.
    Unclear,
}

/// A pause that nobody ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    pub since: Timestamp,
    /// The first moment it takes calls again; none is when a person says so.
    pub until: Option<Timestamp>,
    /// Calls it missed in a row.
    pub missed: u32,
    /// The rule that was met.
    pub rule: MissRule,
    /// Which pause in a row it is without an answered call between, from 1.
    pub number: u32,
}

impl Default for AutoPause {
    /// Ringba X's: 3 missed calls in an hour or 5 in a day; missed is a conversation of at most
    /// 9 seconds that the target ended, and a phone that rang for 8 seconds (domain-reference 2).
    /// In a row, and for a quarter of an hour at first, is our choice.
    fn default() -> Self {
        Self {
            rules: vec![
                MissRule {
                    missed: 3,
                    within_s: 3_600,
                },
                MissRule {
                    missed: 5,
                    within_s: 86_400,
                },
            ],
            brief_s: 9,
            rang_s: 8,
            back_after_s: Some(900),
        }
    }
}

impl AutoPause {
    /// Whether a target is to be paused after its last dial.
    ///
    /// `newest_first` are its dials since it last took calls: those before its last pause was over,
    /// or before a person switched it on, were answered for already. `earlier` is how many pauses
    /// in a row went before, without an answered call since.
    #[must_use]
    pub fn decide(
        &self,
        newest_first: &[EndedDial],
        earlier: u32,
        now: Timestamp,
    ) -> Option<Pause> {
        let missed: Vec<&EndedDial> = newest_first
            .iter()
            .take_while(|dial| self.response(dial) != Response::Answered)
            .filter(|dial| self.response(dial) == Response::Missed)
            .collect();
        let rule = self.rules.iter().find(|rule| {
            let start = now.plus_secs(-i64::from(rule.within_s));
            let recent = missed.iter().filter(|dial| dial.ended_at > start);
            // A rule for none at all would pause everybody.
            recent.count() >= usize::try_from(rule.missed.max(1)).unwrap_or(usize::MAX)
        })?;
        // An answered call among these dials ended the earlier row of pauses.
        let answered = newest_first
            .iter()
            .any(|dial| self.response(dial) == Response::Answered);
        let earlier = if answered { 0 } else { earlier };
        Some(Pause {
            since: now,
            until: self
                .back_after_s
                .map(|first| now.plus_secs(pause_s(first, earlier))),
            missed: u32::try_from(missed.len()).unwrap_or(u32::MAX),
            rule: *rule,
            number: earlier.saturating_add(1),
        })
    }

    /// What a dial says of its target.
    #[must_use]
    pub fn response(&self, dial: &EndedDial) -> Response {
        let rang_long = dial.rang_s >= self.rang_s;
        match dial.result {
            AttemptResult::Connected
                if dial.talked_s <= self.brief_s
                    && matches!(dial.by, EndedBy::Target | EndedBy::System) =>
            {
                Response::Missed
            }
            AttemptResult::Connected => Response::Answered,
            AttemptResult::Busy | AttemptResult::Failed | AttemptResult::Refused => {
                Response::Missed
            }
            AttemptResult::NoAnswer | AttemptResult::CallerHungUp if rang_long => Response::Missed,
            // Somebody else of the group was faster: nothing was missed.
            AttemptResult::NoAnswer
            | AttemptResult::CallerHungUp
            | AttemptResult::AnsweredElsewhere => Response::Unclear,
        }
    }

    /// Whether somebody took the call.
    #[must_use]
    pub fn answered(&self, dial: &EndedDial) -> bool {
        self.response(dial) == Response::Answered
    }

    /// Everything wrong with the setting.
    ///
    /// # Errors
    /// `required` or `too_many` at `rules`; `out_of_range` at `rules[n].missed`,
    /// `rules[n].within_s` or `back_after_s`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.rules.is_empty() {
            errors.add("rules", "required", "Say after how many missed calls.");
        }
        if self.rules.len() > RULES_MAX {
            let message = format!("Use at most {RULES_MAX} rules.");
            errors.add("rules", "too_many", message);
        }
        for (i, rule) in self.rules.iter().enumerate() {
            if !(1..=MISSED_MAX).contains(&rule.missed) {
                let message = format!("Enter 1 to {MISSED_MAX} missed calls.");
                errors.add(&format!("rules[{i}].missed"), "out_of_range", message);
            }
            if !(60..=PAUSE_MAX_S).contains(&rule.within_s) {
                let message = "Look back a minute to a day.";
                errors.add(&format!("rules[{i}].within_s"), "out_of_range", message);
            }
        }
        if self
            .back_after_s
            .is_some_and(|secs| !(60..=PAUSE_MAX_S).contains(&secs))
        {
            let message = "Pause for a minute to a day, or until a person ends it.";
            errors.add("back_after_s", "out_of_range", message);
        }
        errors.check()
    }
}

fn pause_s(first: u32, earlier: u32) -> i64 {
    let doubled = u64::from(first) << earlier.min(20);
    i64::try_from(doubled.min(u64::from(PAUSE_MAX_S))).unwrap_or(i64::MAX)
}

impl Pause {
    /// Whether the target takes calls again.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| now >= until)
    }

    /// Why the target takes no call, for the trace: "Paused after 3 missed calls in a row, until
    /// 3:15 pm CT." `back` is what a wall clock in the zone shows at the end of the pause.
    #[must_use]
    pub fn sentence(&self, back: Option<&LocalMoment>, zone: &str) -> String {
        let until = match back {
            Some(back) => format!("until {}", clock(back, zone)),
            None => "until somebody switches it on".to_owned(),
        };
        format!("Paused after {}, {until}.", self.missed_text())
    }

    /// The notice to those who run the account.
    #[must_use]
    pub fn notice(&self, name: &str, back: Option<&LocalMoment>, zone: &str) -> String {
        let returns = match back {
            Some(back) => format!("It takes calls again at {}.", clock(back, zone)),
            None => "Switch it on when somebody answers again.".to_owned(),
        };
        let again = match self.number {
            0 | 1 => String::new(),
            number => format!(" This is pause {number} in a row."),
        };
        format!(
            "{name} was paused after {}. {returns}{again}",
            self.missed_text()
        )
    }

    fn missed_text(&self) -> String {
        match self.missed {
            1 => "a missed call".to_owned(),
            missed => format!("{missed} missed calls in a row"),
        }
    }
}

/// "3:15 pm CT". A pause lasts a day at most, so the day goes without saying.
fn clock(at: &LocalMoment, zone: &str) -> String {
    format!("{} {}", clock_text(at.minute_of_day()), zone_short(zone))
}

#[cfg(test)]
mod tests;
