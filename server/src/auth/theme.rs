//! Light, dark, or what the system says: a cookie, so that the first paint is right.

use super::local_path;
use crate::state::AppState;
use axum::Form;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

/// What the form sends.
#[derive(Debug, Deserialize)]
pub struct ThemeForm {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    next: String,
}

/// Keeps the choice for a year and goes back to the page.
pub async fn choose(
    State(state): State<AppState>,
    form: Result<Form<ThemeForm>, FormRejection>,
) -> Response {
    let Ok(Form(form)) = form else {
        return Redirect::to("/").into_response();
    };
    let theme = ["light", "dark", "system"]
        .into_iter()
        .find(|t| *t == form.theme)
        .unwrap_or("system");
    let next = if form.next.starts_with("/login") && !form.next.contains('\\') {
        "/login"
    } else {
        local_path(&form.next).unwrap_or("/")
    };
    let secure = if state.tls { "; Secure" } else { "" };
    let cookie = format!("theme={theme}; Path=/; Max-Age=31536000; SameSite=Lax{secure}");
    ([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response()
}
