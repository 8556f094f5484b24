//! DNI tags: what a script on an advertiser's site is set up to do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{NumberId, PoolId};
use crate::phone::E164;

/// Sites of one tag at most.
pub const ORIGINS_MAX: usize = 50;
/// Numbers and selectors of one tag at most.
pub const SWAPS_MAX: usize = 50;
/// Click ids of one tag at most, besides those known to everybody.
pub const CLICK_IDS_MAX: usize = 20;
/// The longest selector, in characters.
pub const SELECTOR_CHARS_MAX: usize = 200;
/// What stands in a format for a digit.
const DIGIT: char = 'n';
/// What may stand between digits.
const BETWEEN: &str = " ()-.+/";

/// Where the numbers come from that visitors see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One to each visitor.
    Pool(PoolId),
    /// The same for all.
    Number(NumberId),
}

/// What the script replaces on a page, and how it writes numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Swap {
    /// Numbers that stand on the page, however they are written.
    pub numbers: Vec<E164>,
    /// CSS selectors of what holds a number.
    pub selectors: Vec<String>,
    /// `(nnn) nnn-nnnn`; empty writes each number as the one it takes the place of.
    pub format: String,
}

/// A site that may use a tag: `https://www.roofs.example`, `roofs.example` or `*.roofs.example`,
/// with a port if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    /// None for both.
    scheme: Option<Scheme>,
    /// In lower case, without the star of [`subdomains`](Self::subdomains).
    host: String,
    /// All hosts below this one, and not this one.
    subdomains: bool,
    port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// The text is no site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Write a site as https://www.example.com, example.com or *.example.com, without a path behind it."
)]
pub struct ParseOriginError;

impl Origin {
    /// Whether a page of this origin, as a browser names it, is of the site.
    #[must_use]
    pub fn admits(&self, origin: &str) -> bool {
        let Some((scheme, rest)) = split_scheme(origin) else {
            return false;
        };
        let Some((host, port)) = split_port(rest) else {
            return false;
        };
        let host = host.to_ascii_lowercase();
        let host_fits = if self.subdomains {
            host.strip_suffix(&self.host)
                .is_some_and(|sub| sub.len() > 1 && sub.ends_with('.'))
        } else {
            host == self.host
        };
        host_fits && self.port == port && self.scheme.is_none_or(|own| own == scheme)
    }
}

fn split_scheme(text: &str) -> Option<(Scheme, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" => Some((Scheme::Http, rest)),
        "https" => Some((Scheme::Https, rest)),
        _ => None,
    }
}

fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    match text.rsplit_once(':') {
        // The colons of an address in brackets are its own.
        Some((host, port)) if !port.ends_with(']') => Some((host, Some(port.parse().ok()?))),
        _ => Some((text, None)),
    }
}

impl FromStr for Origin {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, ParseOriginError> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some(_) => {
                let (scheme, rest) = split_scheme(text).ok_or(ParseOriginError)?;
                (Some(scheme), rest)
            }
            None => (None, text),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest).ok_or(ParseOriginError)?;
        let (subdomains, host) = match host.strip_prefix("*.") {
            Some(host) => (true, host),
            None => (false, host),
        };
        let host = host.to_ascii_lowercase();
        let bracketed = host.starts_with('[') && host.ends_with(']');
        let plain = host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            && host
                .split('.')
                .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let inside = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '[' | ']');
        if host.is_empty() || host.len() > 253 || !(plain || bracketed && host.chars().all(inside))
        {
            return Err(ParseOriginError);
        }
        // A browser leaves the usual port out.
        let port = match (scheme, port) {
            (Some(Scheme::Http), Some(80)) | (Some(Scheme::Https), Some(443)) => None,
            (_, port) => port,
        };
        Ok(Self {
            scheme,
            host,
            subdomains,
            port,
        })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme {
            Some(Scheme::Http) => f.write_str("http://")?,
            Some(Scheme::Https) => f.write_str("https://")?,
            None => {}
        }
        if self.subdomains {
            f.write_str("*.")?;
        }
        f.write_str(&self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl TryFrom<String> for Origin {
    type Error = ParseOriginError;
    fn try_from(text: String) -> Result<Self, ParseOriginError> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.to_string()
    }
}

/// Why a text cannot be the format of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Write n for each digit, ten of them or eleven with the country’s, and spaces, dots, dashes or brackets between: (nnn) nnn-nnnn."
)]
pub struct BadFormat;

/// A format as it was typed, without blanks around it; empty for none.
///
/// # Errors
/// [`BadFormat`].
pub fn format(text: &str) -> Result<String, BadFormat> {
    let text = text.trim();
    let digits = text.chars().filter(|c| *c == DIGIT).count();
    let known = text.chars().all(|c| c == DIGIT || BETWEEN.contains(c));
    let usable = known && matches!(digits, 10 | 11) && text.len() <= 40;
    if text.is_empty() || usable {
        Ok(text.to_owned())
    } else {
        Err(BadFormat)
    }
}

/// A number as a page shows it: in the tag's format, or as people in its country write it.
#[must_use]
pub fn display(number: &E164, format: &str) -> String {
    let digits = number.as_str().trim_start_matches('+');
    let wanted = format.chars().filter(|c| *c == DIGIT).count();
    let digits = match (wanted, digits.len()) {
        (10, 11) if digits.starts_with('1') => &digits[1..],
        (11, 11) => digits,
        _ => return number.display(),
    };
    let mut digits = digits.chars();
    format
        .chars()
        .map(|c| {
            if c == DIGIT {
                digits.next().unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

/// Why a text cannot be a selector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This is no CSS selector. Write for example .phone, #call-us or a[data-phone].")]
pub struct BadSelector;

/// A selector as it was typed. Only what a selector is written with passes, with its brackets and
/// quotes closed: a browser that cannot read it leaves it out.
///
/// # Errors
/// [`BadSelector`].
pub fn selector(text: &str) -> Result<String, BadSelector> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > SELECTOR_CHARS_MAX {
        return Err(BadSelector);
    }
    let mut open = Vec::new();
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (_, '<' | '{' | '}' | ';' | '\\') => return Err(BadSelector),
            (_, c) if c.is_control() => return Err(BadSelector),
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => open.push(']'),
            (None, '(') => open.push(')'),
            (None, ']' | ')') if open.pop() != Some(c) => return Err(BadSelector),
            (None, c) if c.is_alphanumeric() || " .#-_*>+~:=^$|,[]()".contains(c) => {}
            _ => return Err(BadSelector),
        }
    }
    let begins = text
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || ".#[:*_".contains(c));
    if quote.is_some()
        || !open.is_empty()
        || !begins
        || text.ends_with(['>', '+', '~', ',', '.', '#'])
    {
        return Err(BadSelector);
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap_or_else(|_| panic!("{text}"))
    }

    #[test]
    fn a_site_admits_its_own_pages_and_no_others() {
        for (rule, page, expected) in [
            ("https://roofs.example", "https://roofs.example", true),
            ("https://roofs.example/", "https://roofs.example", true),
            ("https://roofs.example:443", "https://roofs.example", true),
            ("https://roofs.example", "http://roofs.example", false),
            ("https://roofs.example", "https://www.roofs.example", false),
            ("roofs.example", "http://roofs.example", true),
            ("Roofs.Example", "https://roofs.example", true),
            ("roofs.example", "https://roofs.example:8443", false),
            ("roofs.example:8443", "https://roofs.example:8443", true),
            ("*.roofs.example", "https://www.roofs.example", true),
            ("*.roofs.example", "https://a.b.roofs.example", true),
            ("*.roofs.example", "https://roofs.example", false),
            ("*.roofs.example", "https://evilroofs.example", false),
            ("roofs.example", "https://roofs.example.evil.example", false),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", true),
            ("http://[::1]:8080", "http://[::1]:8080", true),
            ("http://[::1]", "http://[::1]", true),
            ("roofs.example", "null", false),
            ("roofs.example", "", false),
            ("roofs.example", "chrome-extension://roofs.example", false),
        ] {
            assert_eq!(origin(rule).admits(page), expected, "{rule} {page}");
        }
    }

    #[test]
    fn what_is_no_site_is_refused() {
        for bad in [
            "",
            "*",
            "*.",
            "https://",
            "ftp://roofs.example",
            "javascript:alert(1)",
            "https://roofs.example/path",
            "https://roofs.example?x",
            "roofs example",
            "-roofs.example",
            "roofs..example",
            "https://user@roofs.example",
            "roofs.example:99999",
            "*.*.example",
            "https://roofs.example:",
            "röofs.example",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
        for text in [
            "https://*.roofs.example:8443",
            "roofs.example",
            "http://[::1]:3000",
        ] {
            assert_eq!(origin(text).to_string(), text);
        }
    }

    #[test]
    fn a_number_is_shown_in_the_tags_format() {
        let number: E164 = "+18005550199".parse().unwrap();
        for (format, shown) in [
            ("", "(800) 555-0199"),
            ("nnn.nnn.nnnn", "800.555.0199"),
            ("n-nnn-nnn-nnnn", "1-800-555-0199"),
            ("+n (nnn) nnn nnnn", "+1 (800) 555 0199"),
        ] {
            assert_eq!(super::format(format), Ok(format.to_owned()));
            assert_eq!(display(&number, format), shown, "{format}");
        }
        for bad in [
            "nnn",
            "nnnnnnnnnnnn",
            "(xxx) xxx-xxxx",
            "nnnnnnnnnn<b>",
            "call nnnnnnnnnn",
        ] {
            assert_eq!(format(bad), Err(BadFormat), "{bad}");
        }
        let abroad: E164 = "+442079460123".parse().unwrap();
        assert_eq!(display(&abroad, "nnn.nnn.nnnn"), abroad.display());
    }

    #[test]
    fn selectors_are_what_a_browser_reads() {
        for good in [
            ".phone",
            "#call-us",
            "a[data-phone]",
            "header .tel, footer .tel",
            "a[href^=\"tel:\"]",
            "li:nth-child(2n+1) > span",
            "[data-x='a b']",
            "*",
        ] {
            assert_eq!(selector(good), Ok(good.to_owned()));
        }
        for bad in [
            "",
            "   ",
            "<script>",
            ".a{color:red}",
            "a[",
            "a]",
            "a(",
            "a[x='y]",
            "(a+)+$",
            "a;b",
            ".a >",
            "a\\",
            "\u{0}",
            "^a",
            "$",
        ] {
            assert_eq!(selector(bad), Err(BadSelector), "{bad}");
        }
        assert!(selector(&"a".repeat(201)).is_err());
    }
}
