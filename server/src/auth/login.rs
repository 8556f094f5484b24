//! Signing in.

use super::backend::Credentials;
use super::{AuthSession, encode, local_path};
use crate::client;
use crate::limit::network;
use crate::state::AppState;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use service::Error;
use std::net::{IpAddr, Ipv4Addr};

/// The longest email and password looked at, in bytes: more is no person's typing.
const BYTES_MAX: usize = 512;

/// What the form sends.
#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// Signs in and goes on to `next`, or back to the form with the reason.
pub async fn login(
    State(state): State<AppState>,
    mut session: AuthSession,
    extensions: Extensions,
    headers: HeaderMap,
    form: Result<Form<LoginForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return Redirect::to("/login?error=failed").into_response();
    };
    let back = |error: &str| {
        let (email, next) = (
            encode(form.email.trim()),
            encode(local_path(&form.next).unwrap_or_default()),
        );
        Redirect::to(&format!("/login?error={error}&email={email}&next={next}")).into_response()
    };
    if form.email.len() > BYTES_MAX || form.password.len() > BYTES_MAX {
        return Redirect::to("/login?error=invalid").into_response();
    }
    let peer = client::address(&extensions, &headers, &state.proxies);
    // The services count failures by email in the database, for all servers; this is the cheap gate
    // before the costly password hash.
    let who = network(peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
    if let Err(wait) = state.throttle.check(&who) {
        metrics::counter!("logins_total", "result" => "throttled").increment(1);
        return back(&format!("throttled&retry={wait}"));
    }
    let credentials = Credentials {
        email: form.email.trim().to_owned(),
        password: form.password.clone().into(),
        peer: peer.map(|p| p.to_string()).unwrap_or_default(),
    };
    let user = match session.authenticate(credentials).await {
        Ok(Some(user)) => user,
        Ok(None) => {
            metrics::counter!("logins_total", "result" => "refused").increment(1);
            return back("invalid");
        }
        Err(axum_login::Error::Backend(Error::Limited { retry_after_s })) => {
            metrics::counter!("logins_total", "result" => "throttled").increment(1);
            return back(&format!("throttled&retry={retry_after_s}"));
        }
        Err(error) => {
            tracing::error!(%error, "a sign-in failed");
            return back("failed");
        }
    };
    // The id changes even if somebody else is signed in with this cookie: what was known of it
    // before must be worth nothing now.
    if let Err(error) = renew(&mut session, &user).await {
        tracing::error!(%error, "a session could not be kept");
        return back("failed");
    }
    metrics::counter!("logins_total", "result" => "done").increment(1);
    tracing::info!(user = user.id, "signed in");
    Redirect::to(local_path(&form.next).unwrap_or("/")).into_response()
}

async fn renew(
    session: &mut AuthSession,
    user: &super::backend::SignedIn,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    session.session.cycle_id().await?;
    session
        .login(user)
        .await
        .map_err(|error| error.to_string())?;
    Ok(())
}
