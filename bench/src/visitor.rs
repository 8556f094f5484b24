//! Requests as the script on an advertiser's page sends them: what a visitor asks and tells.
//!
//! Written apart from the product's own reading of the same contract, so that a mistake there
//! shows here.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The tag that the pages name.
pub const TAG: &str = "00000000-0000-4000-8000-0000be0c0100";
/// The site that may use it.
pub const SITE: &str = "https://www.bench.example";
/// Where a page asks for a number.
pub const ASSIGN: &str = "/dni/v1/assign";
/// Where it says that it is still there.
pub const BEAT: &str = "/dni/v1/beat";
/// Where it says that it was left.
pub const LEAVE: &str = "/dni/v1/leave";
/// What only an answer with a number holds: where there was none, the text is empty.
pub const NUMBER: &str = "\"number\":\"+";

/// A browser, because the product reads from its word what machine it is.
const AGENT: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

static VISITORS: AtomicU64 = AtomicU64::new(1);

/// A person who has not been on the site yet.
#[derive(Debug, Clone, Copy)]
pub struct Visitor(u64);

impl Visitor {
    /// The next one; unique within a run.
    pub fn next() -> Self {
        Self(VISITORS.fetch_add(1, Ordering::Relaxed))
    }

    /// The page that an advertisement led to asks for a number.
    pub fn lands(self) -> Value {
        let n = self.0;
        json!({
            "tag": TAG,
            // As long as the names that the script makes.
            "visitor": format!("bench-{n:016x}"),
            "url": format!("{SITE}/offer?utm_source=google&utm_medium=cpc&utm_campaign=Spring%20Roofs&gclid=EAIaIQobChMI{n:016x}"),
            "referrer": "https://www.google.com/",
            "page": format!("{SITE}/offer"),
            "data": { "zip": "75201" },
        })
    }

    /// The next page of the same visit asks for a number.
    pub fn goes_on(self, session: &str) -> Value {
        let mut asked = self.lands();
        if let Some(fields) = asked.as_object_mut() {
            fields.insert("session".to_owned(), session.into());
            fields.insert("page".to_owned(), format!("{SITE}/prices").into());
        }
        asked
    }

    /// The page is still there.
    pub fn beats(session: &str) -> Value {
        json!({ "tag": TAG, "session": session, "page": format!("{SITE}/prices") })
    }

    /// The page was closed; `seen` is what the answer before said.
    pub fn leaves(session: &str, seen: i64) -> Value {
        json!({ "tag": TAG, "session": session, "seen": seen })
    }
}

/// The bytes of a POST. It says that it is JSON, which the product does not look at and the servers
/// it is compared with do.
pub fn post(host: &str, path: &str, told: &Value) -> Vec<u8> {
    let body = told.to_string();
    let mut out = String::with_capacity(body.len() + 400);
    let _ = write!(
        out,
        "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: {SITE}\r\nreferer: {SITE}/\r\n\
         user-agent: {AGENT}\r\naccept: */*\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    out.into_bytes()
}

/// Requests of visitors who land, each for the first time.
pub fn landings(host: &str, count: usize) -> Vec<Vec<u8>> {
    (0..count)
        .map(|_| post(host, ASSIGN, &Visitor::next().lands()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_goes_on_at_the_landing_it_began_at() {
        let visitor = Visitor::next();
        let (first, next) = (visitor.lands(), visitor.goes_on("s1"));
        for same in ["tag", "visitor", "url", "referrer", "data"] {
            assert_eq!(first[same], next[same], "{same}");
        }
        assert_ne!(first["page"], next["page"]);
        assert_eq!(next["session"], "s1");
        assert_ne!(first["visitor"], Visitor::next().lands()["visitor"]);
        assert_eq!(first["visitor"].as_str().map(str::len), Some(22));
    }

    #[test]
    fn a_request_says_how_long_it_is() {
        let bytes = post("h:1", BEAT, &Visitor::beats("s1"));
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /dni/v1/beat HTTP/1.1\r\nhost: h:1\r\n"));
        assert!(head.contains(&format!("\r\ncontent-length: {}", body.len())));
        assert!(!head.contains("\n "), "{head}");
    }
}
