//! `GET|POST /v1/{production|test|sandbox}/{id}.json|.xml`: a publisher's program asks what it is paid for
//! a call before it sends one, and gets a bid or the reason why there is none (domain-reference 1b).

use super::parameters::{Unreadable, bytes, content_type, is_blank};
use crate::state::AppState;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::id::RtbId;
use domain::parameters::{PARAMETERS_MAX, Parameters, pairs, read};
use domain::rtb_id::answer::Answer;
use domain::rtb_id::ping::Ping;
use domain::rtb_id::settings::{Environment, PingKey};
use domain::time::Timestamp;
use hmac::{Hmac, Mac as _};
use service::rtb_bid::Pinged;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// How old a signature may be, or how far ahead our clock, in seconds.
const SIGNED_WITHIN_S: i64 = 300;
const TIMESTAMP: &str = "x-timestamp";
const SIGNATURE: &str = "x-signature";

/// How an answer is written: by the ending of the address, whatever the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Xml,
}

/// Answers a ping.
pub async fn ping(
    State(state): State<AppState>,
    Path((environment, name)): Path<(String, String)>,
    request: Request,
) -> Response {
    // To look at an address must not ask for a bid.
    if *request.method() == Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (id, format) = match name.rsplit_once('.') {
        Some((id, ending)) if ending.eq_ignore_ascii_case("xml") => (id, Format::Xml),
        Some((id, ending)) if ending.eq_ignore_ascii_case("json") => (id, Format::Json),
        Some(_) => return unknown(Format::Json),
        // Some programs ask without an ending.
        None => (name.as_str(), Format::Json),
    };
    let (Ok(environment), Ok(id)) = (environment.parse::<Environment>(), id.parse::<RtbId>())
    else {
        return unknown(format);
    };
    let sent = match Sent::read(request).await {
        Ok(sent) => sent,
        Err(unreadable) => return refused(format, unreadable.status(), &unreadable.to_string()),
    };
    let services = &state.services;
    let now = services.clock.now();
    let ping = Ping::read(&sent.parameters);
    let pinged = services
        .rtb_bids
        .ping(environment, id, &ping, |key| sent.shows(key, now), now)
        .await;
    match pinged {
        Ok(Pinged::Answered(bid)) => {
            state.pulse.beat();
            answer(format, &bid.answer(services.clock.now()))
        }
        Ok(Pinged::Forbidden) => {
            let words = "The key is missing or wrong, or the signature is too old.";
            refused(format, StatusCode::UNAUTHORIZED, words)
        }
        Ok(Pinged::Unknown) => unknown(format),
        Err(failure) => {
            tracing::error!(
                error = &failure as &dyn std::error::Error,
                "a publisher's ping could not be answered"
            );
            let words = "Not available right now. Ask again in a moment.";
            let mut response = refused(format, StatusCode::SERVICE_UNAVAILABLE, words);
            response.headers_mut().insert(header::RETRY_AFTER, 1.into());
            response
        }
    }
}

/// What came with a ping.
struct Sent {
    parameters: Parameters,
    headers: HeaderMap,
    /// What is signed: the body, or what the address asks with.
    signed: Vec<u8>,
}

impl Sent {
    async fn read(request: Request) -> Result<Self, Unreadable> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let headers = request.headers().clone();
        let body = bytes(request).await?;
        let blank = is_blank(&body);
        // The signature of a request with a body does not cover its address, which anybody may change.
        let mut parameters = match !blank && headers.contains_key(SIGNATURE) {
            true => Vec::new(),
            false => pairs(query.as_bytes()),
        };
        if !blank {
            let kind = content_type(&headers);
            parameters.extend(read(kind, &body).map_err(Unreadable::Body)?);
        }
        parameters.truncate(PARAMETERS_MAX);
        Ok(Self {
            parameters,
            headers,
            signed: if blank {
                query.into_bytes()
            } else {
                body.to_vec()
            },
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether the program shows the key that the id asks for.
    fn shows(&self, key: &PingKey, now: Timestamp) -> bool {
        match key {
            PingKey::None => true,
            PingKey::Bearer { token } => self
                .header("authorization")
                .and_then(|value| value.strip_prefix("Bearer "))
                .is_some_and(|shown| shown.trim().as_bytes().ct_eq(token.as_bytes()).into()),
            PingKey::Hmac { secret } => self.signed_with(secret, now).unwrap_or(false),
        }
    }

    fn signed_with(&self, secret: &str, now: Timestamp) -> Option<bool> {
        let at = self.header(TIMESTAMP)?.trim();
        let age = now.secs().checked_sub(at.parse().ok()?)?;
        if age.unsigned_abs() > SIGNED_WITHIN_S.unsigned_abs() {
            return Some(false);
        }
        let shown = hex(self.header(SIGNATURE)?.trim())?;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
        mac.update(at.as_bytes());
        mac.update(b".");
        mac.update(&self.signed);
        Some(mac.verify_slice(&shown).is_ok())
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let digit = |b: u8| char::from(b).to_digit(16);
    bytes
        .chunks(2)
        .map(|pair| u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok())
        .collect()
}

fn answer(format: Format, answer: &Answer) -> Response {
    let body = match format {
        Format::Json => answer.json(),
        Format::Xml => answer.xml(),
    };
    write(format, StatusCode::OK, body)
}

fn unknown(format: Format) -> Response {
    refused(format, StatusCode::NOT_FOUND, "There is no such RTB id.")
}

/// What is no answer to a ping: the status says so, and the body reads like one that bids nothing.
fn refused(format: Format, status: StatusCode, words: &str) -> Response {
    let body = match format {
        Format::Json => serde_json::json!({ "bidAmount": 0, "rejectReason": words }).to_string(),
        Format::Xml => format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><response><bidAmount>0</bidAmount><rejectReason>{}</rejectReason></response>",
            domain::rtb::token::Escape::Xml.write(words)
        ),
    };
    write(format, status, body)
}

fn write(format: Format, status: StatusCode, body: String) -> Response {
    let kind = match format {
        Format::Json => "application/json; charset=utf-8",
        Format::Xml => "application/xml; charset=utf-8",
    };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn a_key_must_be_shown() {
        let now = Timestamp::from_secs(1_000_000);
        let sent = |headers: &[(&'static str, &str)]| Sent {
            parameters: Vec::new(),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    let value = HeaderValue::from_str(value).expect("a header");
                    (header::HeaderName::from_static(name), value)
                })
                .collect(),
            signed: b"CID=1".to_vec(),
        };
        let bearer = PingKey::Bearer {
            token: "abc".to_owned(),
        };
        assert!(sent(&[("authorization", "Bearer abc")]).shows(&bearer, now));
        assert!(!sent(&[("authorization", "Bearer abd")]).shows(&bearer, now));
        assert!(!sent(&[]).shows(&bearer, now));
        let hmac = PingKey::Hmac {
            secret: "s3cret".to_owned(),
        };
        let signature = |at: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").expect("a key");
            mac.update(format!("{at}.CID=1").as_bytes());
            let bytes = mac.finalize().into_bytes();
            bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()
        };
        let signed = |at: &str, by: &str| {
            sent(&[("x-timestamp", at), ("x-signature", by)]).shows(&hmac, now)
        };
        assert!(signed("1000000", &signature("1000000")));
        assert!(signed("999701", &signature("999701")));
        assert!(!signed("999699", &signature("999699")), "too old");
        assert!(!signed("1000301", &signature("1000301")), "too new");
        assert!(
            !signed("1000000", &signature("1000001")),
            "another moment's"
        );
        assert!(!signed("1000000", "zz") && !signed("never", &signature("never")));
        assert!(sent(&[]).shows(&PingKey::None, now));
    }
}
