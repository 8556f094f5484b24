//! Where a visitor came from: source, medium and campaign, as web analysts use the words.

use serde::{Deserialize, Serialize};

use super::click_id::{ClickId, clicked};

/// The longest of the three, in characters.
const CHARS_MAX: usize = 100;

/// Where a visitor came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// "google", a site's name, or "direct".
    pub source: String,
    /// "cpc", "organic", "social", "referral", "none", or what the address says.
    pub medium: String,
    /// What the address says; may be empty.
    pub campaign: String,
}

/// Parameters that say where a visitor came from.
pub const UTM: [&str; 5] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
];

/// Hosts by which a search engine or a network is known: the name stands as a label of the host.
const SEARCH: [&str; 8] = [
    "google",
    "bing",
    "duckduckgo",
    "yahoo",
    "baidu",
    "yandex",
    "ecosia",
    "brave",
];
const SOCIAL: [(&str, &str); 9] = [
    ("facebook", "facebook"),
    ("instagram", "instagram"),
    ("t.co", "twitter"),
    ("twitter", "twitter"),
    ("x.com", "twitter"),
    ("linkedin", "linkedin"),
    ("tiktok", "tiktok"),
    ("reddit", "reddit"),
    ("youtube", "youtube"),
];

/// "google / cpc"; a medium that is not known is left out.
#[must_use]
pub fn words(source: &str, medium: &str) -> String {
    match medium {
        "" | "none" => source.to_owned(),
        medium => format!("{source} / {medium}"),
    }
}

impl Source {
    /// As people read it.
    #[must_use]
    pub fn words(&self) -> String {
        words(&self.source, &self.medium)
    }

    /// What the parameters of the landing page say, else the click id, else the page before. `get`
    /// is a parameter's value; `referrer` the host of the page before, empty for none and for a page
    /// of the same site; `own` the click ids of networks that are not known to everybody.
    pub fn of<'a>(get: impl Fn(&str) -> Option<&'a str>, referrer: &str, own: &[ClickId]) -> Self {
        let told = |name: &str| get(name).map(normal).filter(|text| !text.is_empty());
        let campaign = told("utm_campaign").unwrap_or_default();
        let clicked = clicked(&get, own);
        let (source, medium) = match (told("utm_source"), clicked) {
            (Some(source), clicked) => {
                let usual = clicked.map_or("", |(_, medium)| medium);
                (
                    source,
                    told("utm_medium").unwrap_or_else(|| usual.to_owned()),
                )
            }
            (None, Some((source, medium))) => (
                source.to_owned(),
                told("utm_medium").unwrap_or_else(|| medium.to_owned()),
            ),
            (None, None) => before(referrer),
        };
        Self {
            source,
            medium,
            campaign,
        }
    }
}

/// By the page before.
fn before(referrer: &str) -> (String, String) {
    let host = referrer.trim_start_matches("www.").to_ascii_lowercase();
    if host.is_empty() {
        return ("direct".to_owned(), "none".to_owned());
    }
    let has = |name: &str| {
        if name.contains('.') {
            host == name || host.ends_with(&format!(".{name}"))
        } else {
            host.split('.').any(|label| label == name)
        }
    };
    if let Some(engine) = SEARCH.iter().find(|name| has(name)) {
        return ((*engine).to_owned(), "organic".to_owned());
    }
    if let Some((_, network)) = SOCIAL.iter().find(|(name, _)| has(name)) {
        return ((*network).to_owned(), "social".to_owned());
    }
    (host, "referral".to_owned())
}

/// In lower case, one blank between words, without what could not be read, and not too long: the
/// same campaign written in two ways is one row of a report.
pub(super) fn normal(text: &str) -> String {
    let readable: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| *c != char::REPLACEMENT_CHARACTER)
        .collect();
    let words: Vec<&str> = readable.split_whitespace().collect();
    words
        .join(" ")
        .to_lowercase()
        .chars()
        .take(CHARS_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(parameters: &[(&str, &str)], referrer: &str) -> (String, String, String) {
        let get = |name: &str| {
            parameters
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| *value)
        };
        let own = [ClickId {
            name: "tblci".to_owned(),
            source: "taboola".to_owned(),
            medium: "native".to_owned(),
        }];
        let source = Source::of(get, referrer, &own);
        (source.source, source.medium, source.campaign)
    }

    #[test]
    fn parameters_win_over_click_ids_and_those_over_the_page_before() {
        let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        for (parameters, referrer, expected) in [
            (&[][..], "", row("direct", "none", "")),
            (&[], "www.google.com", row("google", "organic", "")),
            (&[], "news.google.co.uk", row("google", "organic", "")),
            (&[], "l.facebook.com", row("facebook", "social", "")),
            (&[], "t.co", row("twitter", "social", "")),
            (&[], "at.co", row("at.co", "referral", "")),
            (&[], "blog.example", row("blog.example", "referral", "")),
            (
                &[("gclid", "EAIaIQ-x_1")],
                "www.google.com",
                row("google", "cpc", ""),
            ),
            (&[("gclid", "<script>")], "", row("direct", "none", "")),
            (&[("fbclid", "IwAR0")], "", row("facebook", "social", "")),
            (
                &[("tblci", "GiB+x/1=")],
                "www.google.com",
                row("taboola", "native", ""),
            ),
            (
                &[("gclid", "EAIaIQ"), ("tblci", "GiB")],
                "",
                row("taboola", "native", ""),
            ),
            (&[("tblci", "a b")], "", row("direct", "none", "")),
            (
                &[
                    ("utm_source", " Google "),
                    ("utm_medium", "CPC"),
                    ("utm_campaign", "Spring   Roofs"),
                ],
                "bing.com",
                row("google", "cpc", "spring roofs"),
            ),
            (
                &[("utm_source", "mail"), ("msclkid", "a1")],
                "",
                row("mail", "cpc", ""),
            ),
            (
                &[("utm_source", "  "), ("utm_campaign", "x")],
                "",
                row("direct", "none", "x"),
            ),
            (
                &[("utm_source", "a\u{fffd}b\u{0}c")],
                "",
                row("ab c", "", ""),
            ),
        ] {
            assert_eq!(
                source(parameters, referrer),
                expected,
                "{parameters:?} {referrer}"
            );
        }
        let long = "x".repeat(2_000);
        assert_eq!(source(&[("utm_source", &long)], "").0.len(), CHARS_MAX);
    }
}
