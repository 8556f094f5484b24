//! SHAKEN/STIR: how far the carriers vouch for a caller's number, and the least a campaign asks for
//! (domain-reference 2, Spam).

use serde::{Deserialize, Serialize};

/// What the carrier that a call came from vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Gateway: it knows from where the call entered its network.
    C,
    /// Partial: it knows the customer, not the right to the number.
    B,
    /// Full: it knows the customer and the right to the number.
    A,
}

/// What is known of a call's signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attestation {
    /// Signed, and the signature is good. A carrier that does not say how far it vouches is taken
    /// to vouch as little as it can.
    Passed(Level),
    /// Signed, and the signature is not good: whatever it says is worth nothing.
    Failed,
    /// Not signed, as from abroad, by SIP and over old lines.
    #[default]
    Unsigned,
}

/// The least a campaign asks of its callers.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Minimum {
    /// Takes all calls.
    #[default]
    Any,
    C,
    B,
    A,
}

impl Attestation {
    /// Reads what a carrier says: `TN-Validation-Passed-A` (twilio-reference 1.2), also with more
    /// behind the letter, or the letter alone. A word we do not know vouches for nothing, nor does
    /// silence.
    #[must_use]
    pub fn from_carrier(verstat: &str) -> Self {
        let word = verstat.trim().to_ascii_lowercase();
        if word.starts_with("tn-validation-failed") {
            return Self::Failed;
        }
        let level = match word.strip_prefix("tn-validation-passed") {
            Some("") => Some("c"),
            Some(rest) => rest
                .strip_prefix('-')
                .and_then(|rest| rest.split('-').next()),
            None => Some(word.as_str()),
        };
        match level {
            Some("a") => Self::Passed(Level::A),
            Some("b") => Self::Passed(Level::B),
            Some("c") => Self::Passed(Level::C),
            _ => Self::Unsigned,
        }
    }

    /// "Full attestation (A)", for the call's details.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Passed(Level::A) => "Full attestation (A)",
            Self::Passed(Level::B) => "Partial attestation (B)",
            Self::Passed(Level::C) => "Gateway attestation (C)",
            Self::Failed => "Failed attestation",
            Self::Unsigned => "No attestation",
        }
    }

    fn level(self) -> Option<Level> {
        match self {
            Self::Passed(level) => Some(level),
            Self::Failed | Self::Unsigned => None,
        }
    }
}

impl Minimum {
    /// All choices, from least to most.
    pub const ALL: [Self; 4] = [Self::Any, Self::C, Self::B, Self::A];

    /// What holds in a campaign: its own, or the account's.
    #[must_use]
    pub fn effective(campaign: Option<Self>, account: Self) -> Self {
        campaign.unwrap_or(account)
    }

    /// Why a call is turned away; none if it is not.
    #[must_use]
    pub fn refusal(self, attestation: Attestation) -> Option<String> {
        let wanted = self.level()?;
        if attestation.level() >= Some(wanted) {
            return None;
        }
        let said = match attestation {
            Attestation::Passed(level) => {
                format!("The carrier vouches for the caller’s number at level {level:?}")
            }
            Attestation::Failed => "The signature of the caller’s number is not good".to_owned(),
            Attestation::Unsigned => "No carrier vouches for the caller’s number".to_owned(),
        };
        let wanted = match wanted {
            Level::A => "level A".to_owned(),
            level => format!("level {level:?} or better"),
        };
        Some(format!("{said}; this campaign asks for {wanted}."))
    }

    /// "Partial (B) or better", for the form.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Any => "Any call",
            Self::C => "Gateway (C) or better",
            Self::B => "Partial (B) or better",
            Self::A => "Full (A) only",
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::C => "c",
            Self::B => "b",
            Self::A => "a",
        }
    }

    /// The choice of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|minimum| minimum.code() == code)
    }

    fn level(self) -> Option<Level> {
        match self {
            Self::Any => None,
            Self::C => Some(Level::C),
            Self::B => Some(Level::B),
            Self::A => Some(Level::A),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn carriers_words_are_read() {
        use Attestation::{Failed, Passed, Unsigned};
        for (word, wanted) in [
            ("TN-Validation-Passed-A", Passed(Level::A)),
            (" tn-validation-passed-b ", Passed(Level::B)),
            ("TN-Validation-Passed-C", Passed(Level::C)),
            ("TN-Validation-Passed-A-Diverted", Passed(Level::A)),
            ("TN-Validation-Passed", Passed(Level::C)),
            ("TN-Validation-Passed-D", Unsigned),
            ("TN-Validation-Passedly", Unsigned),
            ("TN-Validation-Failed-A", Failed),
            ("TN-Validation-Failed", Failed),
            ("No-TN-Validation", Unsigned),
            ("B", Passed(Level::B)),
            ("", Unsigned),
            ("é", Unsigned),
        ] {
            assert_eq!(Attestation::from_carrier(word), wanted, "{word}");
        }
    }

    #[test]
    fn a_minimum_turns_away_with_its_reason() {
        let refusal = |minimum: Minimum, word| minimum.refusal(Attestation::from_carrier(word));
        assert_eq!(refusal(Minimum::B, "TN-Validation-Passed-B"), None);
        assert_eq!(
            refusal(Minimum::B, "TN-Validation-Passed-C").as_deref(),
            Some(
                "The carrier vouches for the caller’s number at level C; this campaign asks for level B or better."
            )
        );
        assert_eq!(
            refusal(Minimum::A, "TN-Validation-Failed-A").as_deref(),
            Some(
                "The signature of the caller’s number is not good; this campaign asks for level A."
            )
        );
        assert_eq!(
            refusal(Minimum::C, "No-TN-Validation").as_deref(),
            Some(
                "No carrier vouches for the caller’s number; this campaign asks for level C or better."
            )
        );
        assert_eq!(refusal(Minimum::Any, "TN-Validation-Failed-A"), None);
        assert_eq!(Minimum::effective(None, Minimum::C), Minimum::C);
        assert_eq!(
            Minimum::effective(Some(Minimum::Any), Minimum::C),
            Minimum::Any
        );
    }

    #[test]
    fn stored_words_round_trip() {
        for minimum in Minimum::ALL {
            assert_eq!(Minimum::from_code(minimum.code()), Some(minimum));
            let json = serde_json::to_string(&minimum).expect("json");
            assert_eq!(json, format!("\"{}\"", minimum.code()));
        }
    }

    proptest! {
        /// Asking for more never lets a call in that less had turned away.
        #[test]
        fn a_higher_minimum_admits_no_more(word in "(TN-Validation-(Passed|Failed)(-[A-D])?|\\PC{0,12})", a in 0_usize..4, b in 0_usize..4) {
            let attestation = Attestation::from_carrier(&word);
            let admits = |at: usize| Minimum::ALL[at].refusal(attestation).is_none();
            prop_assert!(!admits(a.max(b)) || admits(a.min(b)));
        }
    }
}
