//! Bidders of the demo: each answers in a way of its own, so that every end of an auction can be seen.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::state::AppState;

/// The manners of bidders.
pub const MANNERS: [&str; 8] = [
    "accept",
    "accept-sip",
    "refuse",
    "slow",
    "garbage",
    "zero",
    "huge",
    "expired",
];

/// How long the slow one takes: longer than any auction of the demo.
const SLOW: Duration = Duration::from_secs(3);

/// What can be asked of a bidder, to have several of one manner.
#[derive(Debug, Deserialize)]
pub struct Wishes {
    /// "42.10".
    amount: Option<String>,
    /// "+18005550126".
    number: Option<String>,
    /// How long it thinks, in milliseconds.
    wait_ms: Option<u64>,
}

/// Answers a ping.
pub async fn answer(
    State(state): State<AppState>,
    Path(manner): Path<String>,
    Query(wishes): Query<Wishes>,
) -> Response {
    if !state.media.demo || !MANNERS.contains(&manner.as_str()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let wait = Duration::from_millis(wishes.wait_ms.unwrap_or(20).min(5_000));
    tokio::time::sleep(if manner == "slow" { SLOW } else { wait }).await;
    let amount = wishes.amount.unwrap_or_else(|| "38.50".to_owned());
    let number = wishes.number.unwrap_or_else(|| "+18005550161".to_owned());
    let id = format!("RTB{:032x}", state.services.clock.now().0);
    let bid = |amount: &str, to: serde_json::Value, holds_s: u32| {
        let mut body = serde_json::json!({
            "bidId": id,
            "bidAmount": amount.parse::<f64>().unwrap_or_default(),
            "expireInSeconds": holds_s,
            "bidTerms": [{ "code": 100, "callMinDuration": 60 }],
            "warnings": [],
        });
        if let (Some(body), Some(to)) = (body.as_object_mut(), to.as_object()) {
            body.extend(to.clone());
        }
        body.to_string()
    };
    let dialed = serde_json::json!({ "phoneNumber": number });
    let (kind, body) = match manner.as_str() {
        "accept" | "slow" => ("application/json", bid(&amount, dialed, 20)),
        "accept-sip" => {
            let sip = serde_json::json!({ "sipAddress": format!("{id}@bids.northgate.example") });
            ("application/json", bid(&amount, sip, 20))
        }
        "expired" => ("application/json", bid(&amount, dialed, 1)),
        "zero" => ("application/json", bid("0", dialed, 20)),
        "garbage" => ("text/html", "<html><body>502 Bad Gateway".to_owned()),
        "huge" => (
            "application/json",
            format!("[\"{}\"]", "x".repeat(1_000_000)),
        ),
        _ => (
            "application/json",
            serde_json::json!({
                "bidId": id,
                "bidAmount": 0,
                "rejectReason": "Final capacity check (Code: 1006)",
            })
            .to_string(),
        ),
    };
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}
