//! What other companies' systems send: parameters in the address, in a form or in a JSON object.

use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::{StatusCode, header};
use serde_json::Value;

/// Parameters of one request that are looked at.
const PARAMETERS_MAX: usize = 200;

/// Why a request has no parameters that can be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("The body is larger than 16 kB.")]
    Body(StatusCode),
    #[error("The body is no JSON object.")]
    Json,
}

impl Unreadable {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Body(status) => *status,
            Self::Json => StatusCode::BAD_REQUEST,
        }
    }
}

/// The parameters of the address, then those of the body.
///
/// # Errors
/// [`Unreadable`].
pub(super) async fn read(request: Request) -> Result<Vec<(String, String)>, Unreadable> {
    let query = request.uri().query().unwrap_or_default();
    let mut sent = pairs(query.as_bytes());
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let body = Bytes::from_request(request, &())
        .await
        .map_err(|refusal| Unreadable::Body(refusal.status()))?;
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(sent);
    }
    if kind == "application/json" || kind.ends_with("+json") {
        sent.extend(object(&body).ok_or(Unreadable::Json)?);
    } else {
        sent.extend(pairs(&body));
    }
    sent.truncate(PARAMETERS_MAX);
    Ok(sent)
}

pub(super) fn pairs(text: &[u8]) -> Vec<(String, String)> {
    let pairs = url::form_urlencoded::parse(text).take(PARAMETERS_MAX);
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// The texts and numbers of a JSON object.
fn object(body: &[u8]) -> Option<Vec<(String, String)>> {
    let tree: Value = serde_json::from_slice(body).ok()?;
    let fields = tree.as_object()?.iter().filter_map(|(name, value)| {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        Some((name.clone(), text))
    });
    Some(fields.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_object_is_read_as_a_form_is() {
        let told = object(br#"{"call_id":"x","revenue":25.5,"more":{"a":1},"none":null}"#);
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            told,
            Some(vec![pair("call_id", "x"), pair("revenue", "25.5")])
        );
        assert_eq!(object(b"[1]"), None);
        assert_eq!(pairs(b"a=1&a=%zz"), [pair("a", "1"), pair("a", "%zz")]);
    }
}
