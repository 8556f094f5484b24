//! The door every webhook comes through: read, check the signature, read the form.

use super::form::{BODY_BYTES_MAX, Form, Malformed};
use super::signature::{self, Signed};
use crate::state::AppState;
use axum::body::to_bytes;
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};

/// What is needed to tell the carrier's requests from others.
#[derive(Debug, Clone)]
pub struct Keys {
    pub tokens: Vec<SecretString>,
    /// False only where there is nothing to check with and nobody else can connect.
    pub required: bool,
    /// How the carrier knows us, without a slash at the end.
    pub base_url: String,
}

/// A request that really is the carrier's, as a form.
#[derive(Debug)]
pub struct Authentic(pub Form);

/// Why a request does not get in.
#[derive(Debug)]
pub enum Refused {
    /// No signature of ours: says nothing, so that nothing can be learned.
    Forged,
    TooLarge,
    NotAForm,
    Malformed(Malformed),
    Unreadable,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (reason, answer) = match self {
            Self::Forged => ("forged", StatusCode::FORBIDDEN.into_response()),
            Self::TooLarge => (
                "too_large",
                (
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "The body is larger than 64 kB.\n",
                )
                    .into_response(),
            ),
            Self::NotAForm => (
                "not_a_form",
                (
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "Send application/x-www-form-urlencoded.\n",
                )
                    .into_response(),
            ),
            Self::Malformed(error) => (
                "malformed",
                (
                    StatusCode::BAD_REQUEST,
                    format!("The request was not understood: {error}.\n"),
                )
                    .into_response(),
            ),
            Self::Unreadable => (
                "unreadable",
                (StatusCode::BAD_REQUEST, "The body did not arrive whole.\n").into_response(),
            ),
        };
        metrics::counter!("webhooks_refused_total", "reason" => reason).increment(1);
        tracing::warn!(reason, "refused a webhook");
        answer
    }
}

impl From<Malformed> for Refused {
    fn from(error: Malformed) -> Self {
        Self::Malformed(error)
    }
}

impl FromRequest<AppState> for Authentic {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Refused> {
        let keys = &state.keys;
        let signature = header_text(&request, signature::HEADER);
        if keys.required && signature.is_empty() {
            return Err(Refused::Forged);
        }
        // Nested routers strip prefixes; the original is what was signed.
        let uri = request
            .extensions()
            .get::<OriginalUri>()
            .map_or_else(|| request.uri().clone(), |u| u.0.clone());
        let target = uri
            .path_and_query()
            .map_or_else(|| uri.path().to_owned(), |p| p.as_str().to_owned());
        let url = format!("{}{target}", keys.base_url);
        let content_type = header_text(&request, header::CONTENT_TYPE.as_str());
        let is_get = *request.method() == Method::GET;
        let body = to_bytes(request.into_body(), BODY_BYTES_MAX)
            .await
            .map_err(|error| match too_large(&error) {
                true => Refused::TooLarge,
                false => Refused::Unreadable,
            })?;
        let is_form = content_type.split(';').next().is_some_and(|t| {
            t.trim()
                .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        if is_get {
            keys.check(&url, Signed::Nothing, &signature)?;
            return Ok(Self(Form::parse(
                uri.query().unwrap_or_default().as_bytes(),
            )?));
        }
        if !is_form {
            let signed = if body.is_empty() {
                Signed::Nothing
            } else {
                Signed::Raw(&body)
            };
            keys.check(&url, signed, &signature)?;
            return Err(Refused::NotAForm);
        }
        let form = match Form::parse(&body) {
            Ok(form) => form,
            // Its signature cannot be checked either, and strangers are told nothing.
            Err(_) if keys.required => return Err(Refused::Forged),
            Err(malformed) => return Err(malformed.into()),
        };
        keys.check(&url, Signed::Form(form.pairs()), &signature)?;
        Ok(Self(form))
    }
}

impl Keys {
    fn check(&self, url: &str, signed: Signed<'_>, signature: &str) -> Result<(), Refused> {
        let tokens: Vec<&str> = self
            .tokens
            .iter()
            .map(ExposeSecret::expose_secret)
            .collect();
        if !self.required || signature::verify(&tokens, url, signed, signature) {
            Ok(())
        } else {
            Err(Refused::Forged)
        }
    }
}

fn header_text(request: &Request, name: &str) -> String {
    request
        .headers()
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// Whether reading stopped at the limit (rather than because the sender went away).
fn too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        cause = error.source();
    }
    false
}
