//! The door every webhook comes through: read, check the signature, read the form.

use super::form::{BODY_BYTES_MAX, Form, Malformed};
use super::signature::{self, Signed};
use crate::state::AppState;
use axum::body::to_bytes;
use axum::extract::{FromRequest, OriginalUri, Request};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use service::call::engine::CallEngine;
use service::carrier_account::Signer;

/// What is needed to tell the carrier's requests from others.
#[derive(Debug, Clone)]
pub struct Keys {
    pub tokens: Vec<SecretString>,
    /// False only where there is nothing to check with and nobody else can connect.
    pub required: bool,
    /// How the carrier knows us, without a slash at the end.
    pub base_url: String,
}

/// A request that really is the carrier's: what it says, and what answers whoever signed it.
#[derive(Debug)]
pub struct Authentic {
    pub form: Form,
    pub engine: CallEngine,
}

/// Why a request does not get in.
#[derive(Debug)]
pub enum Refused {
    /// No signature of ours: says nothing, so that nothing can be learned.
    Forged,
    TooLarge,
    NotAForm,
    Malformed(Malformed),
    Unreadable,
    /// Nobody could say whose it is; the carrier asks again.
    Unknowable,
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
            Self::Unknowable => (
                "unknowable",
                StatusCode::SERVICE_UNAVAILABLE.into_response(),
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
            let form = Form::parse(uri.query().unwrap_or_default().as_bytes());
            let signer = signer_of(state, form.as_ref().ok()).await?;
            keys.check(signer.as_ref(), &url, Signed::Nothing, &signature)?;
            return Ok(authentic(state, form?, signer));
        }
        if !is_form {
            let signed = if body.is_empty() {
                Signed::Nothing
            } else {
                Signed::Raw(&body)
            };
            keys.check(None, &url, signed, &signature)?;
            return Err(Refused::NotAForm);
        }
        let form = match Form::parse(&body) {
            Ok(form) => form,
            // Its signature cannot be checked either, and strangers are told nothing.
            Err(_) if keys.required => return Err(Refused::Forged),
            Err(malformed) => return Err(malformed.into()),
        };
        let signer = signer_of(state, Some(&form)).await?;
        keys.check(
            signer.as_ref(),
            &url,
            Signed::Form(form.pairs()),
            &signature,
        )?;
        Ok(authentic(state, form, signer))
    }
}

/// Whose carrier account a request says it comes from; none for the server's own.
async fn signer_of(state: &AppState, form: Option<&Form>) -> Result<Option<Signer>, Refused> {
    let Some(sid) = form.and_then(|form| form.get("AccountSid")) else {
        return Ok(None);
    };
    let now = state.services.clock.now();
    let accounts = &state.services.carrier_accounts;
    accounts.signer(sid, now).await.map_err(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "whose carrier account signed could not be looked up"
        );
        Refused::Unknowable
    })
}

fn authentic(state: &AppState, form: Form, signer: Option<Signer>) -> Authentic {
    let scope = signer.map(|signer| signer.scope);
    Authentic {
        form,
        engine: state.services.engine.signed_by(scope),
    }
}

impl Keys {
    /// An account's own tokens are always asked for; the server's where there are any.
    fn check(
        &self,
        signer: Option<&Signer>,
        url: &str,
        signed: Signed<'_>,
        signature: &str,
    ) -> Result<(), Refused> {
        let tokens = signer.map_or(&self.tokens, |signer| &signer.tokens);
        let tokens: Vec<&str> = tokens.iter().map(ExposeSecret::expose_secret).collect();
        let needed = self.required || signer.is_some();
        if !needed || signature::verify(&tokens, url, signed, signature) {
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
