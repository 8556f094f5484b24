//! Pings as a publisher's program sends them before it sends a call.
//!
//! Written apart from the product's own reading of the same contract, so that a mistake there
//! shows here.

use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// The publisher's RTB id.
pub const RTB_ID: &str = "00000000-0000-4000-8000-0000be0c0200";
/// Where calls come in by SIP, as bids name it.
pub const SIP_HOST: &str = "bench.sip.example";
/// What only an answer with a bid holds.
pub const BID: &str = "\"sipAddress\":\"";

static CALLERS: AtomicU64 = AtomicU64::new(1);

/// Asks about a caller whom nobody has asked about yet.
fn asked() -> Value {
    let n = CALLERS.fetch_add(1, Ordering::Relaxed);
    let (exchange, line) = (200 + n / 10_000 % 800, n % 10_000);
    json!({
        "CID": format!("+1713{exchange}{line:04}"),
        "exposeCallerId": "yes",
        "zip": "77002",
        "source": "search",
    })
}

/// So many pings, each about a caller of its own.
pub fn pings(host: &str, count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|_| post(host, &asked())).collect()
}

fn post(host: &str, told: &Value) -> Vec<u8> {
    let body = told.to_string();
    let mut out = String::with_capacity(body.len() + 240);
    let _ = write!(
        out,
        "POST /v1/production/{RTB_ID}.json HTTP/1.1\r\nhost: {host}\r\naccept: application/json\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_ping_is_about_a_caller_of_its_own() {
        let [one, other] = [asked(), asked()];
        assert_ne!(one["CID"], other["CID"]);
        assert_eq!(one["CID"].as_str().map(str::len), Some(12));
    }

    #[test]
    fn a_ping_says_how_long_it_is() {
        let text = String::from_utf8(post("h:1", &asked())).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /v1/production/0000"), "{head}");
        assert!(head.contains(&format!("\r\ncontent-length: {}", body.len())));
    }
}
