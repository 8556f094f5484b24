//! Signing out.

use super::AuthSession;
use axum::response::{IntoResponse as _, Redirect, Response};

/// Ends the session, here and in the database.
pub async fn logout(mut session: AuthSession) -> Response {
    if let Err(error) = session.logout().await {
        tracing::error!(%error, "a session could not be ended");
    }
    Redirect::to("/login").into_response()
}
