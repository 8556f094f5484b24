//! How the people in a simulated call behave.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A call's plot. Times are seconds of the call; everything has a default.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    pub caller: CallerPart,
    /// What targets do that are not named.
    pub default: TargetPart,
    /// What targets do, by number or SIP address.
    pub targets: BTreeMap<String, TargetPart>,
}

/// What the caller does.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallerPart {
    /// Hangs up so long after dialing; stays to the end if absent.
    pub hang_up_after_s: Option<f64>,
    /// Speaks so long when asked for a message.
    pub message_s: f64,
    /// Presses these keys when asked for keys.
    pub digits: String,
}

impl Default for CallerPart {
    fn default() -> Self {
        Self {
            hang_up_after_s: None,
            message_s: 12.0,
            digits: String::new(),
        }
    }
}

/// What a target does when its phone rings.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetPart {
    pub does: Does,
    /// Does it after ringing so long.
    pub after_s: f64,
    /// Talks so long, then hangs up.
    pub talk_s: f64,
}

impl Default for TargetPart {
    fn default() -> Self {
        Self {
            does: Does::Answer,
            after_s: 3.0,
            talk_s: 20.0,
        }
    }
}

/// What happens on a target's line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    #[default]
    Answer,
    /// Answers, and hangs up while the whisper plays.
    Refuse,
    Busy,
    /// Lets it ring to the end.
    Ignore,
    /// The line cannot be reached.
    Fail,
}

impl Script {
    /// What a destination does.
    #[must_use]
    pub fn target(&self, destination: &str) -> &TargetPart {
        self.targets.get(destination).unwrap_or(&self.default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_only_what_differs() {
        let script: Script = serde_json::from_str(
            r#"{"caller":{"hang_up_after_s":9},"targets":{"+12145550187":{"does":"busy"}}}"#,
        )
        .expect("script");
        assert_eq!(script.target("+12145550187").does, Does::Busy);
        assert_eq!(*script.target("+19995550100"), TargetPart::default());
        assert!(serde_json::from_str::<Script>(r#"{"caler":{}}"#).is_err());
    }
}
