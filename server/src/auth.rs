//! Who is asking: sessions in the database, a cookie in the browser, an operation context for each
//! request.
//!
//! Invariants: signing in and out are plain form posts (they work without script); a sign-in makes a
//! new session id; the session is resolved once a request, here, and nowhere below.

pub mod backend;
pub mod login;
pub mod logout;
pub mod resolve;
pub mod theme;

use crate::config::Config;
use axum_login::tower_sessions::cookie::{Key, SameSite};
use axum_login::tower_sessions::service::SignedCookie;
use axum_login::tower_sessions::{Expiry, SessionManagerLayer};
use axum_login::{AuthManagerLayer, AuthManagerLayerBuilder};
use backend::Backend;
use secrecy::{ExposeSecret as _, SecretString};
use service::Services;
use sha2::{Digest as _, Sha512};
use store::{Db, DbSessionStore};

/// The session of a request.
pub type AuthSession = axum_login::AuthSession<Backend>;

/// The layer that resolves cookies to sessions and sessions to people.
#[must_use]
pub fn layer(
    config: &Config,
    secret: &SecretString,
    db: &Db,
    services: &Services,
    tls: bool,
) -> AuthManagerLayer<Backend, DbSessionStore, SignedCookie> {
    // The secret may be of any length; the key has one.
    let key = Key::from(Sha512::digest(secret.expose_secret().as_bytes()).as_slice());
    let sessions = SessionManagerLayer::new(DbSessionStore::new(db.clone()))
        // A browser takes a cookie of this name only over TLS, for this host alone.
        .with_name(if tls {
            "__Host-callcenter"
        } else {
            "callcenter"
        })
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(tls)
        .with_expiry(Expiry::OnInactivity(time::Duration::days(
            config.auth.session_days,
        )))
        .with_signed(key);
    AuthManagerLayerBuilder::new(Backend::new(services.clone()), sessions).build()
}

/// A path of our own, safe to send a browser to; none for anything that could lead elsewhere.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    let fits = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 2_000
        && text.chars().all(|c| c.is_ascii_graphic() && c != '\\')
        && !["/login", "/logout", "/theme", "/api/"]
            .iter()
            .any(|own| text.starts_with(own));
    fits.then_some(text)
}

/// Percent-encodes a value of a query.
#[must_use]
pub fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_ours_are_followed() {
        for good in ["/", "/calls?outcome=live&call=1", "/campaigns/1/routing"] {
            assert_eq!(local_path(good), Some(good));
        }
        for bad in [
            "",
            "calls",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            "/login?next=/",
            "/a b",
            "/api/x",
        ] {
            assert_eq!(local_path(bad), None, "{bad}");
        }
    }
}
