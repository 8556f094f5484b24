//! Click ids: what an advertising network puts into an address, by which its report knows the click.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::is_tag_name;
use super::source::{UTM, normal};

/// The parameters of the large networks, and whose clicks they are. Their own documentation names
/// them.
const KNOWN: [(&str, &str, &str); 9] = [
    ("gclid", "google", "cpc"),
    ("gbraid", "google", "cpc"),
    ("wbraid", "google", "cpc"),
    ("msclkid", "bing", "cpc"),
    ("fbclid", "facebook", "social"),
    ("ttclid", "tiktok", "cpc"),
    ("twclid", "twitter", "cpc"),
    ("li_fat_id", "linkedin", "cpc"),
    ("epik", "pinterest", "cpc"),
];

/// The longest click id, in bytes.
const VALUE_BYTES_MAX: usize = 500;
/// The medium of a click id that names none.
const USUAL_MEDIUM: &str = "cpc";

/// The parameter of another network, written `tblci = taboola / native`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickId {
    /// The parameter, as addresses write it.
    pub name: String,
    /// Whose clicks they are.
    pub source: String,
    pub medium: String,
}

/// Why a text is no click id of one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadClickId {
    #[error("Write the parameter, an equals sign and the source: tblci = taboola / native.")]
    Form,
    #[error("The parameter is written with letters, digits, dots, dashes and underscores.")]
    Name,
    #[error("It is known already: nothing needs to be entered for it.")]
    Known,
}

impl FromStr for ClickId {
    type Err = BadClickId;

    fn from_str(text: &str) -> Result<Self, BadClickId> {
        let (name, meaning) = text.split_once('=').ok_or(BadClickId::Form)?;
        let name = name.trim();
        let (source, medium) = meaning.split_once('/').unwrap_or((meaning, USUAL_MEDIUM));
        let (source, medium) = (normal(source), normal(medium));
        if name.is_empty() || source.is_empty() || medium.is_empty() {
            return Err(BadClickId::Form);
        }
        if !is_tag_name(name) {
            return Err(BadClickId::Name);
        }
        let known = KNOWN.iter().any(|(known, _, _)| *known == name);
        if known || UTM.iter().any(|utm| utm.eq_ignore_ascii_case(name)) {
            return Err(BadClickId::Known);
        }
        Ok(Self {
            name: name.to_owned(),
            source,
            medium,
        })
    }
}

impl fmt::Display for ClickId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} / {}", self.name, self.source, self.medium)
    }
}

/// Whose click brought the visitor, and its medium; `get` is a parameter's value. An account's own
/// networks count before those known to everybody: they were named on purpose.
pub(super) fn clicked<'o, 'a>(
    get: impl Fn(&str) -> Option<&'a str>,
    own: &'o [ClickId],
) -> Option<(&'o str, &'o str)> {
    let own = own
        .iter()
        .find(|id| get(&id.name).is_some_and(is_own_value))
        .map(|id| (id.source.as_str(), id.medium.as_str()));
    own.or_else(|| {
        KNOWN
            .iter()
            .find(|(name, _, _)| get(name).is_some_and(is_value))
            .map(|(_, source, medium)| (*source, *medium))
    })
}

/// Whether a parameter that is to be a click id cannot be one.
#[cfg(feature = "url")]
pub(super) fn is_forged(name: &str, value: &str, own: &[ClickId]) -> bool {
    if own.iter().any(|id| id.name == name) {
        return !is_own_value(value);
    }
    KNOWN.iter().any(|(known, _, _)| *known == name) && !is_value(value)
}

/// The large networks use letters, digits and a few marks.
fn is_value(value: &str) -> bool {
    (1..=VALUE_BYTES_MAX).contains(&value.len())
        && value
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~'))
}

/// What other networks use is not known; it is one word without brackets and quotes.
fn is_own_value(value: &str) -> bool {
    (1..=VALUE_BYTES_MAX).contains(&value.len())
        && value.bytes().all(|b| {
            b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'\'' | b'`' | b'\\')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_id_of_ones_own_is_read_and_written() {
        for (text, written) in [
            ("tblci=Taboola", "tblci = taboola / cpc"),
            (" dicbo = Outbrain / Native ", "dicbo = outbrain / native"),
            (
                "click_id = my  network / cpa / x",
                "click_id = my network / cpa / x",
            ),
        ] {
            let id: ClickId = text.parse().unwrap();
            assert_eq!(id.to_string(), written);
            assert_eq!(written.parse(), Ok(id));
        }
        for (text, error) in [
            ("", BadClickId::Form),
            ("tblci", BadClickId::Form),
            ("= taboola", BadClickId::Form),
            ("tblci =", BadClickId::Form),
            ("tblci = taboola /", BadClickId::Form),
            ("t blci = taboola", BadClickId::Name),
            ("<b> = taboola", BadClickId::Name),
            ("gclid = google / cpc", BadClickId::Known),
            ("UTM_Source = google", BadClickId::Known),
        ] {
            assert_eq!(text.parse::<ClickId>(), Err(error), "{text}");
        }
    }

    #[cfg(feature = "url")]
    #[test]
    fn what_cannot_be_a_click_id_is_told() {
        let own = ["x = y".parse().unwrap()];
        for (name, value, forged) in [
            ("gclid", "EAIa-Q_x.1~", false),
            ("gclid", "<script>", true),
            ("gclid", "a+b", true),
            ("x", "a+b/c=", false),
            ("x", "a b", true),
            ("x", "javascript:alert('1')", true),
            ("other", "<script>", false),
        ] {
            assert_eq!(is_forged(name, value, &own), forged, "{name}={value}");
        }
        assert!(is_forged("gclid", &"a".repeat(501), &own));
    }
}
