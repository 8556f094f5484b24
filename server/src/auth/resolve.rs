//! From a session to an operation context, and what to answer where there is none.

use super::{AuthSession, encode, local_path};
use crate::error;
use crate::middleware::request_id;
use crate::state::AppState;
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::access::Role;
use service::Rights;

/// Routes that serve people who have not signed in.
pub const PUBLIC: [&str; 3] = ["/login", "/logout", "/theme"];

/// Lets a request through with its context, or answers it.
pub async fn gate(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    match resolve(&state, &mut request).await {
        Ok(()) => next.run(request).await,
        Err(answer) => *answer,
    }
}

/// Puts the context of the person who asks into the request.
///
/// # Errors
/// The answer to somebody who has to sign in first.
pub async fn resolve(state: &AppState, request: &mut Request) -> Result<(), Box<Response>> {
    let path = request.uri().path().to_owned();
    let session = request.extensions().get::<AuthSession>().cloned();
    let user = session.as_ref().and_then(|s| s.user.clone());
    let (Some(session), Some(user)) = (session, user) else {
        return if PUBLIC.contains(&path.as_str()) {
            Ok(())
        } else {
            Err(Box::new(sign_in_first(request)))
        };
    };
    if PUBLIC.contains(&path.as_str()) && *request.method() != Method::GET {
        return Ok(());
    }
    if path == "/login" && *request.method() == Method::GET {
        return Err(Box::new(Redirect::to("/").into_response()));
    }
    keep_alive(&session, state.services.clock.now().secs()).await;
    let id = request_id::of(request.extensions());
    match state
        .services
        .users
        .context(user.user_id(), id.clone(), state.services.clock.now())
        .await
    {
        // Whoever only takes calls has one page.
        Ok(context) if path == "/" && context.actor.rights == Rights::Member(Role::Agent) => {
            Err(Box::new(Redirect::to(app::route::MY_CALLS).into_response()))
        }
        Ok(context) => {
            request.extensions_mut().insert(context);
            Ok(())
        }
        Err(service::Error::Unauthenticated) => Err(Box::new(sign_in_first(request))),
        Err(failure) => Err(Box::new(error::answer(&failure, &id))),
    }
}

/// Moves the end of the session on, once a day: a write for each request would cost more than it is worth.
async fn keep_alive(session: &AuthSession, now_s: i64) {
    const KEY: &str = "day";
    let today = now_s / 86_400;
    let seen = session.session.get::<i64>(KEY).await;
    if matches!(seen, Ok(day) if day != Some(today))
        && let Err(error) = session.session.insert(KEY, today).await
    {
        tracing::warn!(%error, "a session could not be kept alive");
    }
}

/// Pages and plain forms go to the sign-in form; programs get the error they know.
fn sign_in_first(request: &Request) -> Response {
    let path = request.uri().path();
    let text = |name: header::HeaderName| {
        request
            .headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
    };
    let for_people = text(header::ACCEPT).contains("text/html");
    let posted = *request.method() == Method::POST && path.starts_with("/import/");
    let for_programs = posted
        || ["/api/", "/events", "/export/", "/recordings/"]
            .iter()
            .any(|start| path.starts_with(start));
    if for_programs && !for_people {
        return error::answer(
            &service::Error::Unauthenticated,
            &request_id::of(request.extensions()),
        );
    }
    let wanted = if for_programs {
        let referer = url::Url::parse(text(header::REFERER)).ok();
        referer.map(|url| {
            format!(
                "{}{}",
                url.path(),
                url.query().map(|q| format!("?{q}")).unwrap_or_default()
            )
        })
    } else {
        request
            .uri()
            .path_and_query()
            .map(|p| p.as_str().to_owned())
    };
    let next = wanted
        .as_deref()
        .and_then(local_path)
        .filter(|p| *p != "/")
        .map(|p| format!("next={}", encode(p)));
    // Who still carries a cookie was signed in before, and should know why they are here.
    let expired = text(header::COOKIE)
        .contains("callcenter=")
        .then(|| "error=expired".to_owned());
    let query: Vec<String> = expired.into_iter().chain(next).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    Redirect::to(&format!("/login{mark}{}", query.join("&"))).into_response()
}
