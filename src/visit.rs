//! Visits: a person on an advertiser's page, from the landing to the last word of the page.

pub mod attribution;
pub mod click_id;
#[cfg(feature = "url")]
pub mod landing;
pub mod source;

use serde::{Deserialize, Serialize};

use crate::invalid::FieldErrors;
use crate::tag::Tags;
use crate::time::Timestamp;

/// The longest name a visitor's browser may have given itself, in characters, and the shortest.
pub const VISITOR_CHARS: (usize, usize) = (8, 64);
/// Pages of a visit that are kept: the first ones and the last.
pub const PAGES_MAX: usize = 50;
/// Tags that a page may send at once.
pub const DATA_MAX: usize = 100;
/// The longest name of one of them, in characters.
pub const DATA_NAME_CHARS_MAX: usize = 64;

/// What a visit became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// A number of a pool.
    Leased,
    /// The tag's own number, the same for all visitors.
    Fixed,
    /// The pool had none: a miss.
    Missed,
}

impl Shown {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Leased, Self::Fixed, Self::Missed];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Leased => "leased",
            Self::Fixed => "fixed",
            Self::Missed => "missed",
        }
    }

    /// What a stored word means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }
}

/// A page that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageView {
    pub at: Timestamp,
    /// Without its parameters.
    pub page: String,
}

/// Adds a page that is looked at; the same page again, or one too many, changes little.
pub fn look_at(pages: &mut Vec<PageView>, page: &str, at: Timestamp) {
    if page.is_empty() || pages.last().is_some_and(|last| last.page == page) {
        return;
    }
    let view = PageView {
        at,
        page: page.to_owned(),
    };
    if pages.len() >= PAGES_MAX {
        pages.pop();
    }
    pages.push(view);
}

/// How a visit began. A page that begins as the visit it remembers goes on with it: the visitor only
/// went to another page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginning<'a> {
    pub visitor: &'a str,
    /// Without parameters.
    pub landing: &'a str,
    pub source: &'a source::Source,
}

/// Whether a page that leaves was the last one heard of. The word of a page that was left may come
/// after that of the next one, or another is still open: then the visit goes on.
#[must_use]
pub fn ends_with(heard_at: Timestamp, page_knows: Timestamp) -> bool {
    heard_at == page_knows
}

/// Whether a browser may call itself so.
#[must_use]
pub fn is_visitor(name: &str) -> bool {
    let (min, max) = VISITOR_CHARS;
    (min..=max).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether a parameter or what a page sends can be the name of a tag.
#[must_use]
pub fn is_tag_name(name: &str) -> bool {
    (1..=DATA_NAME_CHARS_MAX).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '[' | ']'))
}

/// What is sent about a person, by name: not too much of it, and under names that tags can have.
pub fn check_values(field: &'static str, values: &[(String, String)], errors: &mut FieldErrors) {
    if values.len() > DATA_MAX {
        let message = format!("Send at most {DATA_MAX} values at once.");
        errors.add(field, "too_many", message);
        return;
    }
    if let Some((name, _)) = values.iter().find(|(name, _)| !is_tag_name(name)) {
        let shown: String = name.chars().take(40).collect();
        errors.add(
            field,
            "malformed",
            format!("“{shown}” cannot be a name: use letters, digits, dots, dashes and underscores, 64 at most."),
        );
    }
}

/// What the server sees of a visitor's machine and place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Circumstances {
    /// "Phone", "Tablet", "Computer"; empty where it is not known.
    pub device: String,
    pub browser: String,
    pub system: String,
    /// ISO 3166 code; empty where it is not known, as the two below.
    pub country: String,
    pub region: String,
    pub city: String,
}

impl Circumstances {
    /// As tags of a call.
    pub fn tag(&self, tags: &mut Tags) {
        for (name, value) in [
            ("device", &self.device),
            ("browser", &self.browser),
            ("system", &self.system),
            ("country", &self.country),
            ("region", &self.region),
            ("city", &self.city),
        ] {
            tags.set(VISITOR_TAGS, name, value);
        }
    }
}

/// The type of tags about a visit.
pub const VISITOR_TAGS: &str = "visitor";
/// The type of tags that came with the landing page's address or from the page.
pub const USER_TAGS: &str = "user";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_names_itself_without_tricks() {
        assert!(is_visitor("V1StGXR8_Z5jdHi6B-myT2"));
        for bad in [
            "",
            "short",
            "has space in it",
            "<script>alert",
            "x'; DROP TABLE",
            &"a".repeat(65),
        ] {
            assert!(!is_visitor(bad), "{bad}");
        }
    }

    #[test]
    fn pages_are_kept_in_order_and_bounded() {
        let mut pages = Vec::new();
        for n in 0..PAGES_MAX + 20 {
            let page = format!("https://roofs.example/{n}");
            look_at(&mut pages, &page, Timestamp(n as i64));
            look_at(&mut pages, &page, Timestamp(n as i64));
        }
        assert_eq!(pages.len(), PAGES_MAX);
        assert_eq!(pages[0].page, "https://roofs.example/0");
        assert_eq!(pages[PAGES_MAX - 1].page, "https://roofs.example/69");
    }
}
