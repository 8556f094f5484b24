//! The ceiling: the least that an axum server can do with the same request. It parses the same form
//! and returns fixed XML, or the same JSON and returns as much of it; no signature, no database.

use anyhow::{Context, Result};
use axum::extract::Form;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use std::net::SocketAddr;

const TWIML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Dial timeout=\"25\" answerOnBridge=\"true\"><Number>+12145550187</Number></Dial></Response>";

/// Serves until it is ended, on as many threads as the product.
pub fn serve(address: SocketAddr) -> Result<()> {
    let router = Router::new()
        .route("/readyz", get(StatusCode::OK))
        .route(crate::form::VOICE, post(voice))
        .route(crate::visitor::ASSIGN, post(assign));
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let listener = tokio::net::TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address}"))?;
            axum::serve(listener, router).await?;
            Ok(())
        })
}

async fn voice(Form(form): Form<Vec<(String, String)>>) -> Response {
    if !form.iter().any(|(name, _)| name == "CallSid") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    ([(header::CONTENT_TYPE, "text/xml")], TWIML).into_response()
}

async fn assign(Json(asked): Json<Value>) -> Response {
    if asked.get("visitor").is_none() {
        return StatusCode::BAD_REQUEST.into_response();
    }
    Json(json!({
        "session": "0192a3b4-c5d6-7e8f-9012-3456789abcde",
        "number": "+14695550000",
        "display": "(469) 555-0000",
        "expires_in_s": 300,
        "beat_s": 60,
        "fallback": false,
        "seen": 1_795_000_000_000_000_i64,
        "swap": { "numbers": [], "selectors": [], "format": "" },
    }))
    .into_response()
}
