//! Conversion webhooks: how buyers tell that a call was worth something, and what is answered.

use serde::{Deserialize, Serialize};

use crate::api::revenue::amount;
use crate::call::session::{AttemptResult, Session};
use crate::invalid::FieldErrors;
use crate::ledger::facts::Conversion;
use crate::ledger::revenue::PRICE_MAX;
use crate::money::Micros;

/// The longest name of a parameter.
pub const PARAMETER_CHARS_MAX: usize = 60;
/// The longest id of an event that is taken.
pub const EVENT_CHARS_MAX: usize = 120;
/// How much of what came in is kept to be shown.
pub const SHOWN_CHARS_MAX: usize = 60;
/// How many of the latest deliveries of a webhook are kept.
pub const DELIVERIES_KEPT: u64 = 20;

/// What the parameters of a webhook are called: as the buyer's system sends them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parameters {
    /// Which call it is about.
    pub call: String,
    /// What it was worth.
    pub revenue: String,
    /// Which word of the buyer it is: the same one twice counts once.
    pub event: String,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            call: "call_id".to_owned(),
            revenue: "revenue".to_owned(),
            event: "event_id".to_owned(),
        }
    }
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// As it was sent; whether there is such a call is for others to say.
    pub call: String,
    pub reported: Option<Micros>,
    /// None where the buyer names no events.
    pub event: Option<String>,
}

/// What becomes of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is the conversion of the call.
    Converted,
    /// It says something else than the conversion before.
    Updated,
    /// It was known.
    Unchanged,
    /// There is no such call.
    UnknownCall,
    /// It does not say what it must.
    Invalid,
    /// The webhook takes nothing at the moment.
    Paused,
}

/// What a delivery is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub outcome: Outcome,
    /// A sentence for the people who built what sends.
    pub message: String,
}

impl Outcome {
    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::Converted | Self::Updated | Self::Unchanged => 200,
            Self::Invalid => 400,
            Self::Paused => 403,
            Self::UnknownCall => 404,
        }
    }

    /// The stored word, and the one on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Converted => "converted",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::UnknownCall => "unknown_call",
            Self::Invalid => "invalid",
            Self::Paused => "paused",
        }
    }

    /// The result of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Converted,
            Self::Updated,
            Self::Unchanged,
            Self::UnknownCall,
            Self::Invalid,
            Self::Paused,
        ]
        .into_iter()
        .find(|result| result.code() == code)
    }
}

impl Parameters {
    /// What a delivery says. Of a parameter that comes twice the first counts.
    ///
    /// # Errors
    /// At the parameter's own name.
    pub fn read(&self, sent: &[(String, String)]) -> Result<Told, FieldErrors> {
        let mut errors = FieldErrors::default();
        let call = self.value(sent, &self.call);
        if call.is_empty() {
            let message = format!("Send the id of the call as {}.", self.call);
            errors.add(&self.call, "required", message);
        }
        let reported = match self.value(sent, &self.revenue) {
            "" => None,
            text => errors.take(amount(&self.revenue, text, PRICE_MAX)),
        };
        let event = self.value(sent, &self.event);
        if event.chars().count() > EVENT_CHARS_MAX {
            let message = format!("Use at most {EVENT_CHARS_MAX} characters.");
            errors.add(&self.event, "too_long", message);
        }
        if event.chars().any(char::is_control) {
            errors.add(&self.event, "malformed", "Remove the control characters.");
        }
        errors.check()?;
        Ok(Told {
            call: call.to_owned(),
            reported,
            event: (!event.is_empty()).then(|| event.to_owned()),
        })
    }

    /// What was sent as a parameter, shortened, to be shown.
    #[must_use]
    pub fn shown(&self, sent: &[(String, String)], name: &str) -> String {
        let plain = self.value(sent, name).chars().filter(|c| !c.is_control());
        plain.take(SHOWN_CHARS_MAX).collect()
    }

    fn value<'s>(&self, sent: &'s [(String, String)], name: &str) -> &'s str {
        let found = sent.iter().find(|(sent, _)| sent == name);
        found.map_or("", |(_, value)| value.trim())
    }
}

impl Told {
    /// Whether a call knows this already, so that nothing has to be kept. A word with an id of its own
    /// is kept in any case: sent again later it must not count again.
    #[must_use]
    pub fn is_known(&self, before: Option<&Conversion>) -> bool {
        self.event.is_none() && before.is_some_and(|before| self.repeats(before))
    }

    fn repeats(&self, before: &Conversion) -> bool {
        self.reported.is_none() || self.reported == before.reported
    }

    /// What is answered to a word about a call as it was before; `repeated` says that the same word
    /// came before.
    #[must_use]
    pub fn answer(&self, before: &Session, repeated: bool) -> Answer {
        let answer = |outcome, message: String| Answer { outcome, message };
        let worth = |amount: Option<Micros>| match amount {
            Some(amount) => amount.to_string(),
            None => "an unsaid amount".to_owned(),
        };
        match &before.conversion {
            _ if repeated => answer(
                Outcome::Unchanged,
                "This was told before. Nothing changed.".to_owned(),
            ),
            Some(first) if self.repeats(first) => answer(
                Outcome::Unchanged,
                "The call was converted before, for the same amount. Nothing changed.".to_owned(),
            ),
            Some(first) => {
                let (old, new) = (worth(first.reported), worth(self.reported));
                let message = format!("The conversion is worth {new} now, before {old}.");
                answer(Outcome::Updated, message)
            }
            None => {
                let worth = self.reported.map(|amount| format!(" Worth {amount}."));
                let but = match before.money_closed {
                    true => " By its rules the call earns nothing more.",
                    false if connected(before) => "",
                    false => {
                        " Nobody has been connected with the caller yet: it counts once somebody is."
                    }
                };
                let message = format!("Conversion noted.{}{but}", worth.unwrap_or_default());
                answer(Outcome::Converted, message)
            }
        }
    }
}

impl Answer {
    /// For a call that is not there.
    #[must_use]
    pub fn unknown_call() -> Self {
        Self {
            outcome: Outcome::UnknownCall,
            message: "There is no such call.".to_owned(),
        }
    }

    /// For a delivery that does not say what it must.
    #[must_use]
    pub fn invalid(errors: &FieldErrors) -> Self {
        let told = errors
            .0
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message));
        Self {
            outcome: Outcome::Invalid,
            message: told.collect::<Vec<_>>().join(" "),
        }
    }

    /// For a webhook that takes nothing.
    #[must_use]
    pub fn paused() -> Self {
        Self {
            outcome: Outcome::Paused,
            message: "This webhook is paused.".to_owned(),
        }
    }
}

fn connected(session: &Session) -> bool {
    let talked = |a: &crate::call::session::Attempt| {
        a.result == Some(AttemptResult::Connected) || a.is_talking()
    };
    session.attempts.iter().any(talked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        owned.collect()
    }

    #[test]
    fn a_delivery_is_read_by_the_names_the_buyer_sends() {
        let names = Parameters {
            call: "sub_id".to_owned(),
            revenue: "payout".to_owned(),
            ..Parameters::default()
        };
        let told = names
            .read(&sent(&[
                ("sub_id", " 0198 "),
                ("payout", "$25.50"),
                ("payout", "9"),
                ("revenue", "7"),
            ]))
            .expect("a word");
        assert_eq!(
            told,
            Told {
                call: "0198".to_owned(),
                reported: Some(Micros(25_500_000)),
                event: None,
            }
        );
        assert_eq!(
            names
                .read(&sent(&[("sub_id", "x")]))
                .expect("no amount")
                .reported,
            None
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_name() {
        let names = Parameters::default();
        let told = |pairs: &[(&str, &str)]| {
            let errors = names.read(&sent(pairs)).expect_err("wrong");
            Answer::invalid(&errors).message
        };
        assert_eq!(
            told(&[("revenue", "lots")]),
            "call_id: Send the id of the call as call_id. revenue: Enter an amount like 25 or 25.50."
        );
        assert_eq!(
            told(&[("call_id", "x"), ("revenue", "-1")]),
            "revenue: Enter an amount from $0.00 to $100,000.00."
        );
        assert!(told(&[("call_id", "x"), ("event_id", &"e".repeat(121))]).contains("event_id"));
        let long = sent(&[("call_id", &"é".repeat(99))]);
        assert_eq!(
            names.shown(&long, "call_id").chars().count(),
            SHOWN_CHARS_MAX
        );
    }

    #[test]
    fn a_word_without_an_id_is_known_by_what_it_says() {
        let word = |reported, event: Option<&str>| Told {
            call: String::new(),
            reported,
            event: event.map(str::to_owned),
        };
        let before = Conversion {
            at: crate::time::Timestamp(0),
            reported: Some(Micros(5)),
        };
        assert!(word(Some(Micros(5)), None).is_known(Some(&before)));
        assert!(word(None, None).is_known(Some(&before)));
        assert!(!word(Some(Micros(6)), None).is_known(Some(&before)));
        assert!(!word(Some(Micros(5)), Some("e1")).is_known(Some(&before)));
        assert!(!word(None, None).is_known(None));
    }

    #[test]
    fn stored_words_come_back() {
        for code in [
            "converted",
            "updated",
            "unchanged",
            "unknown_call",
            "invalid",
            "paused",
        ] {
            assert_eq!(Outcome::from_code(code).map(Outcome::code), Some(code));
        }
    }
}
