//! Enrichment: what somebody knows of a caller before the call. It is sent to a number's own address,
//! kept for two days, and part of what is known of the call when that caller dials the number.

use crate::api::number::phone;
use crate::invalid::FieldErrors;
use crate::phone::E164;
use crate::tag::Tags;
use crate::time::Timestamp;
use crate::visit::{USER_TAGS, check_values};

/// For how long what was sent is kept, in seconds.
pub const KEPT_S: u32 = 48 * 3_600;

/// The parameter that names the caller; every other one is a value.
pub const CALLER: &str = "callerid";

/// What was sent of one caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub caller: E164,
    pub values: Vec<(String, String)>,
}

/// What is known of one caller of one number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrichment {
    pub tags: Tags,
    /// When something was sent last.
    pub sent_at: Timestamp,
}

impl Sent {
    /// Reads the parameters of a request.
    ///
    /// # Errors
    /// At `callerid`, or at `values` if there are none, too many, or one has no usable name.
    pub fn read(parameters: &[(String, String)]) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let is_caller = |name: &str| name.eq_ignore_ascii_case(CALLER);
        let caller = parameters.iter().find(|(name, _)| is_caller(name));
        let caller = errors.take(match caller {
            // The plus sign of an address that nobody encoded arrives as a space.
            Some((_, text)) => match text.strip_prefix(' ') {
                Some(digits) => phone(CALLER, &format!("+{digits}")),
                None => phone(CALLER, text),
            },
            None => Err(FieldErrors::one(
                CALLER,
                "required",
                "Say whose call it is about: callerid=+12145550142.",
            )),
        });
        let values: Vec<(String, String)> = parameters
            .iter()
            .filter(|(name, value)| !is_caller(name) && !value.trim().is_empty())
            .cloned()
            .collect();
        if values.is_empty() {
            let message = "Send at least one value besides callerid, such as zip=75201.";
            errors.add("values", "required", message);
        }
        check_values("values", &values, &mut errors);
        match caller {
            Some(caller) if errors.is_empty() => Ok(Self { caller, values }),
            _ => Err(errors),
        }
    }
}

impl Enrichment {
    /// Whether it still counts.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        now.secs_since(self.sent_at) < KEPT_S
    }

    /// What is known once more was sent: a later value replaces the earlier one of its name, and what
    /// does not count any more is forgotten.
    #[must_use]
    pub fn with(before: Option<Self>, sent: &Sent, now: Timestamp) -> Self {
        let mut known = before.filter(|b| b.holds(now)).unwrap_or_default();
        for (name, value) in &sent.values {
            known.tags.set(USER_TAGS, name, value);
        }
        known.sent_at = known.sent_at.max(now);
        known
    }
}

/// The moment before which what was sent is forgotten.
#[must_use]
pub fn forgotten_before(now: Timestamp) -> Timestamp {
    now.plus_secs(-i64::from(KEPT_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &[(&str, &str)]) -> Result<Sent, FieldErrors> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent::read(&parameters.iter().map(owned).collect::<Vec<_>>())
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(1_795_000_000 + secs)
    }

    #[test]
    fn a_caller_is_named_as_people_and_addresses_write_it() {
        for text in [
            "+12145550142",
            " 12145550142",
            "(214) 555-0142",
            "2145550142",
        ] {
            let sent = read(&[("CallerID", text), ("zip", "75201")]).unwrap();
            assert_eq!(sent.caller.as_str(), "+12145550142", "{text}");
            assert_eq!(sent.values, [("zip".to_owned(), "75201".to_owned())]);
        }
        let abroad = read(&[("callerid", " 442079460000"), ("zip", "1")]).unwrap();
        assert_eq!(abroad.caller.as_str(), "+442079460000");
    }

    #[test]
    fn what_cannot_be_kept_is_refused_at_its_place() {
        let fields = |parameters: &[(&str, &str)]| -> Vec<String> {
            let errors = read(parameters).unwrap_err();
            errors.0.into_iter().map(|error| error.field).collect()
        };
        assert_eq!(fields(&[]), ["callerid", "values"]);
        assert_eq!(fields(&[("callerid", "12"), ("zip", "1")]), ["callerid"]);
        assert_eq!(fields(&[("callerid", "+12145550142")]), ["values"]);
        assert_eq!(
            fields(&[("callerid", "+12145550142"), ("zip", " ")]),
            ["values"]
        );
        assert_eq!(
            fields(&[("callerid", "+12145550142"), ("<b>", "1")]),
            ["values"]
        );
        let names: Vec<String> = (0..101).map(|n| format!("n{n}")).collect();
        let mut many: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), "1")).collect();
        many.push(("callerid", "+12145550142"));
        assert_eq!(fields(&many), ["values"]);
    }

    #[test]
    fn later_values_replace_earlier_ones_for_two_days_after_the_last() {
        let sent = |name: &str, value: &str| read(&[("callerid", "+12145550142"), (name, value)]);
        let first = Enrichment::with(None, &sent("zip", "75201").unwrap(), at(0));
        let second = Enrichment::with(Some(first), &sent("Zip", "10001").unwrap(), at(60));
        let third = Enrichment::with(Some(second), &sent("age", "44").unwrap(), at(120));
        assert_eq!(third.tags.get("user", "zip"), Some("10001"));
        assert_eq!(third.tags.get("user", "age"), Some("44"));
        let end = 120 + i64::from(KEPT_S);
        assert!(third.holds(at(end - 1)));
        assert!(!third.holds(at(end)));
        let anew = Enrichment::with(Some(third), &sent("age", "45").unwrap(), at(end));
        assert_eq!(anew.tags.get("user", "zip"), None);
        assert_eq!(forgotten_before(at(end)), at(120));
    }

    #[test]
    fn a_clock_that_was_set_back_forgets_nothing() {
        let sent = read(&[("callerid", "+12145550142"), ("zip", "1")]).unwrap();
        let known = Enrichment::with(None, &sent, at(0));
        assert!(known.holds(at(-90)));
        assert_eq!(Enrichment::with(Some(known), &sent, at(-90)).sent_at, at(0));
    }
}
