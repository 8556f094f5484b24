//! Phone numbers in E.164, and where in North America an area code is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

mod area;
mod country;

/// A phone number in E.164: a plus sign and 8 to 15 digits. Numbers of the North American plan
/// (+1) have exactly ten digits after the 1, and an area code and exchange that can exist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct E164(String);

/// The text is not a phone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParsePhoneError {
    #[error("Enter a phone number.")]
    Empty,
    #[error("Use digits, spaces, dashes, dots and parentheses only.")]
    BadCharacter,
    #[error("{missing} {} missing.", if *.missing == 1 { "digit is" } else { "digits are" })]
    TooShort { missing: usize },
    #[error("There are too many digits for a phone number.")]
    TooLong,
    #[error("No number has that area code: it starts with 2 to 9.")]
    BadArea,
    #[error("The three digits after the area code start with 2 to 9.")]
    BadExchange,
}

impl E164 {
    /// The number with its plus sign.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ten digits of a North American number.
    #[must_use]
    pub fn nanp(&self) -> Option<&str> {
        self.0.strip_prefix("+1").filter(|rest| rest.len() == 10)
    }

    /// The area code of a North American number.
    #[must_use]
    pub fn area_code(&self) -> Option<&str> {
        self.nanp().map(|digits| &digits[..3])
    }

    /// The two-letter state, province or territory of a North American area code.
    #[must_use]
    pub fn state(&self) -> Option<&'static str> {
        area::state(self.area_code()?)
    }

    /// "(214) 555-0187" in North America, else with a space after each three digits.
    #[must_use]
    pub fn display(&self) -> String {
        match self.nanp() {
            Some(d) => format!("({}) {}-{}", &d[..3], &d[3..6], &d[6..]),
            // How the rest is grouped differs from country to country.
            None => {
                let digits = &self.0[1..];
                let (country, rest) = digits.split_at(country::digits(digits).min(digits.len()));
                format!("+{country} {rest}")
            }
        }
    }

    /// The number as roles that may not see it, and logs, get it: `+1214***0187`.
    #[must_use]
    pub fn masked(&self) -> String {
        let keep = self.0.len().saturating_sub(4);
        format!("{}***{}", &self.0[..5.min(keep)], &self.0[keep..])
    }
}

impl E164 {
    /// A number that nobody has and no carrier connects: for answers that must not be called.
    #[must_use]
    pub fn unassigned() -> Self {
        Self("+15005550006".to_owned())
    }
}

impl FromStr for E164 {
    type Err = ParsePhoneError;

    /// Reads a number as people write it. Ten digits without a plus sign are North American.
    fn from_str(text: &str) -> Result<Self, ParsePhoneError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ParsePhoneError::Empty);
        }
        if !text
            .chars()
            .enumerate()
            .all(|(i, c)| c.is_ascii_digit() || " -.()".contains(c) || (i == 0 && c == '+'))
        {
            return Err(ParsePhoneError::BadCharacter);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let international = text.starts_with('+') && !digits.starts_with('1');
        if international {
            return match digits.len() {
                0..8 => Err(ParsePhoneError::TooShort {
                    missing: 8 - digits.len(),
                }),
                8..=15 if digits.starts_with('0') => Err(ParsePhoneError::BadArea),
                8..=15 => Ok(Self(format!("+{digits}"))),
                _ => Err(ParsePhoneError::TooLong),
            };
        }
        let with_country = text.starts_with('+') || digits.len() == 11;
        let national = if with_country {
            digits.strip_prefix('1').unwrap_or(&digits)
        } else {
            &digits
        };
        match national.len() {
            0..10 => {
                return Err(ParsePhoneError::TooShort {
                    missing: 10 - national.len(),
                });
            }
            10 => {}
            _ => return Err(ParsePhoneError::TooLong),
        }
        let starts_low = |at: usize| matches!(national.as_bytes()[at], b'0' | b'1');
        if starts_low(0) {
            return Err(ParsePhoneError::BadArea);
        }
        if starts_low(3) {
            return Err(ParsePhoneError::BadExchange);
        }
        Ok(Self(format!("+1{national}")))
    }
}

impl<'de> Deserialize<'de> for E164 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for E164 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who calls, as far as the carrier tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caller {
    Number(E164),
    /// Withheld.
    Anonymous,
    /// A SIP or client identity, or a number no plan knows; at most 64 characters are kept.
    Other(String),
}

impl Caller {
    /// Reads what a carrier sends as `From`.
    #[must_use]
    pub fn from_carrier(text: &str) -> Self {
        let text = text.trim();
        let said = sip_user(text).unwrap_or(text);
        let word = said.trim_start_matches('+').to_lowercase();
        // 266696687 spells "anonymous" on a keypad; carriers send it for withheld numbers.
        if word.is_empty()
            || [
                "anonymous",
                "unknown",
                "restricted",
                "unavailable",
                "private",
                "266696687",
                "7378742833",
                "8656696",
            ]
            .contains(&word.as_str())
        {
            return Self::Anonymous;
        }
        match said.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Other(text.chars().filter(|c| !c.is_control()).take(64).collect()),
        }
    }

    /// The number, if there is one.
    #[must_use]
    pub fn number(&self) -> Option<&E164> {
        match self {
            Self::Number(number) => Some(number),
            Self::Anonymous | Self::Other(_) => None,
        }
    }

    /// For people who may see it.
    #[must_use]
    pub fn display(&self) -> String {
        match self {
            Self::Number(number) => number.display(),
            Self::Anonymous => "Anonymous".to_owned(),
            Self::Other(text) => text.clone(),
        }
    }

    /// For logs and for roles that may not see it.
    #[must_use]
    pub fn masked(&self) -> String {
        match self {
            Self::Number(number) => number.masked(),
            Self::Anonymous => "Anonymous".to_owned(),
            Self::Other(_) => "***".to_owned(),
        }
    }
}

/// Who calls by SIP: the user of the address, without its parameters (RFC 3261, 19.1.1).
pub(crate) fn sip_user(address: &str) -> Option<&str> {
    let rest = ["sip:", "sips:"].iter().find_map(|scheme| {
        let (start, rest) = address.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    })?;
    let (user, _) = rest.split_once('@')?;
    user.split([';', ':']).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in [
            "+12145550187",
            "2145550187",
            "(214) 555-0187",
            "1-214-555-0187",
            " +1 214.555.0187 ",
        ] {
            assert_eq!(
                text.parse::<E164>().map(|n| n.0),
                Ok("+12145550187".to_owned()),
                "{text}"
            );
        }
        for (number, shown) in [
            ("+442079460958", "+44 2079460958"),
            ("+7 495 123 45 67", "+7 4951234567"),
            ("+353 1 234 5678", "+353 12345678"),
        ] {
            assert_eq!(
                number.parse::<E164>().map(|n| n.display()),
                Ok(shown.to_owned())
            );
        }
    }

    #[test]
    fn errors_say_what_is_missing() {
        assert_eq!(
            "(214) 555-01".parse::<E164>(),
            Err(ParsePhoneError::TooShort { missing: 2 })
        );
        assert_eq!(
            ParsePhoneError::TooShort { missing: 2 }.to_string(),
            "2 digits are missing."
        );
        assert_eq!("0145550187".parse::<E164>(), Err(ParsePhoneError::BadArea));
        assert_eq!(
            "2140550187".parse::<E164>(),
            Err(ParsePhoneError::BadExchange)
        );
        assert_eq!(
            "214555018x".parse::<E164>(),
            Err(ParsePhoneError::BadCharacter)
        );
        assert_eq!(
            "121455501877".parse::<E164>(),
            Err(ParsePhoneError::TooLong)
        );
        assert_eq!("".parse::<E164>(), Err(ParsePhoneError::Empty));
    }

    #[test]
    fn area_codes_have_states() {
        let state = |n: &str| n.parse::<E164>().expect("number").state();
        assert_eq!(state("+12145550187"), Some("TX"));
        assert_eq!(state("+12125550100"), Some("NY"));
        assert_eq!(state("+13105550142"), Some("CA"));
        assert_eq!(state("+18005550126"), None);
    }

    #[test]
    fn withheld_callers_are_anonymous() {
        for text in [
            "anonymous",
            "+266696687",
            "Restricted",
            "",
            "sip:anonymous@anonymous.invalid",
        ] {
            assert_eq!(Caller::from_carrier(text), Caller::Anonymous, "{text}");
        }
        assert_eq!(
            Caller::from_carrier("sip:a@b"),
            Caller::Other("sip:a@b".to_owned())
        );
    }

    #[test]
    fn masks_hide_the_middle() {
        assert_eq!(
            "+12145550187".parse::<E164>().expect("number").masked(),
            "+1214***0187"
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in "\\PC{0,24}") {
            if let Ok(number) = text.parse::<E164>() {
                prop_assert_eq!(number.as_str().parse::<E164>(), Ok(number.clone()));
                prop_assert_eq!(number.display().parse::<E164>(), Ok(number));
            }
        }
    }
}
