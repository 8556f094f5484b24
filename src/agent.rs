//! Agents: targets whose owner is a person. Whether one takes calls is theirs to say, and after each
//! conversation they may be left alone for a while to write up what came of it.

use serde::{Deserialize, Serialize};

use crate::id::CallId;
use crate::invalid::FieldErrors;
use crate::schedule::zone_short;
use crate::time::{LocalMoment, Timestamp, clock_text};

/// The longest time that an agent is left alone after a conversation, in seconds.
pub const WRAP_UP_S_MAX: u32 = 3_600;
/// The longest note about a call, in characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// How many dispositions an account may have.
pub const DISPOSITIONS_MAX: usize = 40;
/// The longest name of a disposition, in characters.
pub const DISPOSITION_CHARS_MAX: usize = 40;

/// What an agent says of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// Takes calls.
    Available,
    /// At work, but takes no calls.
    Busy,
    /// Not at work.
    Away,
}

impl AgentStatus {
    pub const ALL: [Self; 3] = [Self::Available, Self::Busy, Self::Away];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Away => "away",
        }
    }

    /// The status of a stored or typed word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    /// "Available", "Busy" or "Away".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::Busy => "Busy",
            Self::Away => "Away",
        }
    }
}

/// Whether an agent takes calls now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub status: AgentStatus,
    /// Since when the status is so.
    pub since: Timestamp,
    /// Until when the last conversation is being written up; over once that is done.
    pub wrap_until: Option<Timestamp>,
}

/// Why an agent takes no call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    Busy { since: Timestamp },
    Away { since: Timestamp },
    WrappingUp { until: Timestamp },
}

impl Presence {
    /// Why the agent takes no call now; none if they do.
    #[must_use]
    pub fn held(&self, now: Timestamp) -> Option<Held> {
        match self.status {
            AgentStatus::Busy => Some(Held::Busy { since: self.since }),
            AgentStatus::Away => Some(Held::Away { since: self.since }),
            AgentStatus::Available => self
                .wrap_until
                .filter(|until| now < *until)
                .map(|until| Held::WrappingUp { until }),
        }
    }
}

impl Held {
    /// "busy", "away" or "wrapping up".
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Busy { .. } => "busy",
            Self::Away { .. } => "away",
            Self::WrappingUp { .. } => "wrapping up",
        }
    }

    /// "since 2:15 pm ET", or "until 2:16 pm ET" while a call is written up; nothing for a status of
    /// an earlier day.
    #[must_use]
    pub fn when(self, local: &LocalMoment, zone: &str) -> String {
        // Zones differ by whole minutes.
        let second = i64::from(local.minute_of_day()) * 60 + local.at.secs().rem_euclid(60);
        let clock = |second: i64| {
            let minute = second.div_euclid(60).rem_euclid(1_440);
            let text = clock_text(u16::try_from(minute).unwrap_or(0));
            format!("{text} {}", zone_short(zone))
        };
        match self {
            Self::Busy { since } | Self::Away { since } => {
                match second - (local.at.secs() - since.secs()) {
                    ..0 => String::new(),
                    then => format!("since {}", clock(then)),
                }
            }
            Self::WrappingUp { until } => {
                let then = second + (until.secs() - local.at.secs());
                format!("until {}", clock(then + 59))
            }
        }
    }
}

/// What an agent wrote of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUp {
    pub note: String,
    /// What came of it, of those that the account has.
    pub dispositions: Vec<String>,
}

impl WrapUp {
    /// Whether its dispositions are some that the account has, or had when they were chosen:
    /// `before` is what was written of the conversation earlier.
    ///
    /// # Errors
    /// `unknown` at `dispositions`.
    pub fn check_known(&self, known: &[String], before: Option<&Self>) -> Result<(), FieldErrors> {
        let kept = before.map_or(&[][..], |before| &before.dispositions);
        let is_known = |one: &String| known.contains(one) || kept.contains(one);
        match self.dispositions.iter().find(|one| !is_known(one)) {
            None => Ok(()),
            Some(one) => {
                let message =
                    format!("There is no \u{201c}{one}\u{201d} here any more. Choose another.");
                Err(FieldErrors::one("dispositions", "unknown", &message))
            }
        }
    }
}

/// Whether writing up a call ends the time that its agent is left alone for: it does for the last of
/// their conversations. What is written of an earlier one says nothing of the one that was just over.
#[must_use]
pub fn ends_wrap_up(written: CallId, last: Option<CallId>) -> bool {
    last == Some(written)
}

/// The dispositions of an account that said nothing.
#[must_use]
pub fn dispositions_default() -> Vec<String> {
    [
        "Sale",
        "Appointment",
        "Call back",
        "Not interested",
        "Not qualified",
        "Wrong number",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// Reads dispositions as they are typed, one a line.
///
/// # Errors
/// At `field`.
pub fn read_dispositions(field: &str, text: &str) -> Result<Vec<String>, FieldErrors> {
    let mut all: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line.chars().count() > DISPOSITION_CHARS_MAX {
            let message = format!("Use at most {DISPOSITION_CHARS_MAX} characters a line.");
            return Err(FieldErrors::one(field, "too_long", &message));
        }
        if line.chars().any(char::is_control) {
            return Err(FieldErrors::one(
                field,
                "malformed",
                "Remove the control characters.",
            ));
        }
        let known = |other: &String| other.to_lowercase() == line.to_lowercase();
        if !all.iter().any(known) {
            all.push(line.to_owned());
        }
    }
    if all.is_empty() {
        return Err(FieldErrors::one(
            field,
            "required",
            "Enter at least one, each on a line of its own.",
        ));
    }
    if all.len() > DISPOSITIONS_MAX {
        let message = format!("Use at most {DISPOSITIONS_MAX}.");
        return Err(FieldErrors::one(field, "too_many", &message));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(1_796_000_000_000);

    fn presence(status: AgentStatus, wrap_until: Option<Timestamp>) -> Presence {
        Presence {
            status,
            since: NOON,
            wrap_until,
        }
    }

    #[test]
    fn only_an_available_agent_who_is_not_writing_takes_calls() {
        let (before, at) = (NOON.plus_secs(29), NOON.plus_secs(30));
        assert_eq!(presence(AgentStatus::Available, None).held(NOON), None);
        let wrapping = presence(AgentStatus::Available, Some(at));
        assert_eq!(wrapping.held(before), Some(Held::WrappingUp { until: at }));
        assert_eq!(wrapping.held(at), None);
        assert_eq!(
            presence(AgentStatus::Busy, None).held(NOON),
            Some(Held::Busy { since: NOON })
        );
        assert_eq!(
            presence(AgentStatus::Away, Some(at)).held(at),
            Some(Held::Away { since: NOON })
        );
    }

    #[test]
    fn words_of_a_status_round_trip() {
        for status in AgentStatus::ALL {
            assert_eq!(AgentStatus::from_code(status.code()), Some(status));
        }
        assert_eq!(AgentStatus::from_code("gone"), None);
    }

    #[test]
    fn a_disposition_is_the_accounts_or_was() {
        let wrote = |all: &[&str]| WrapUp {
            note: String::new(),
            dispositions: all.iter().map(|one| (*one).to_owned()).collect(),
        };
        let known = dispositions_default();
        assert_eq!(wrote(&["Sale"]).check_known(&known, None), Ok(()));
        let odd = wrote(&["Sale", "Odd"]);
        let refused = odd.check_known(&known, None).expect_err("unknown");
        assert_eq!(refused.0[0].code, "unknown");
        assert_eq!(odd.check_known(&known, Some(&wrote(&["Odd"]))), Ok(()));
    }

    #[test]
    fn dispositions_are_lines_each_once() {
        let read = |text: &str| read_dispositions("dispositions", text);
        assert_eq!(
            read(" Sale \n\nsale\nCall back\r\n"),
            Ok(vec!["Sale".to_owned(), "Call back".to_owned()])
        );
        let code = |text: &str| read(text).expect_err("wrong").0[0].code.clone();
        assert_eq!(code(" \n"), "required");
        assert_eq!(code(&"x".repeat(41)), "too_long");
        assert_eq!(code("a\u{7}"), "malformed");
        let many: Vec<String> = (0..41).map(|n| n.to_string()).collect();
        assert_eq!(code(&many.join("\n")), "too_many");
        assert_eq!(dispositions_default().len(), 6);
    }
}
