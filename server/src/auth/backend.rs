//! What axum-login needs to know about people.

use axum_login::{AuthUser, AuthnBackend};
use domain::id::UserId;
use secrecy::{ExposeSecret as _, SecretString};
use service::user::LoginError;
use service::{Error, Services};
use sha2::{Digest as _, Sha256};
use store::UserRecord;

/// Somebody who has signed in.
#[derive(Clone)]
pub struct SignedIn {
    pub id: i64,
    /// Changes with the password, which ends all other sessions. A hash of the stored hash: sessions
    /// are rows too, and must not repeat it.
    stamp: Vec<u8>,
}

impl SignedIn {
    fn new(user: &UserRecord) -> Self {
        Self {
            id: user.id.0,
            stamp: Sha256::digest(user.password_hash.as_bytes()).to_vec(),
        }
    }

    /// The user's id.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        UserId(self.id)
    }
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl AuthUser for SignedIn {
    type Id = i64;

    fn id(&self) -> i64 {
        self.id
    }

    fn session_auth_hash(&self) -> &[u8] {
        &self.stamp
    }
}

/// What a person types, and from where.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub email: String,
    pub password: SecretString,
    pub peer: String,
}

/// People as the services know them.
#[derive(Debug, Clone)]
pub struct Backend {
    services: Services,
}

impl Backend {
    pub(super) fn new(services: Services) -> Self {
        Self { services }
    }
}

impl AuthnBackend for Backend {
    type User = SignedIn;
    type Credentials = Credentials;
    type Error = Error;

    async fn authenticate(&self, credentials: Credentials) -> Result<Option<SignedIn>, Error> {
        let now = self.services.clock.now();
        let tried = self
            .services
            .users
            .login(
                &credentials.email,
                credentials.password.expose_secret(),
                &credentials.peer,
                now,
            )
            .await;
        match tried {
            Ok(user) => Ok(Some(SignedIn::new(&user))),
            Err(LoginError::Invalid) => Ok(None),
            Err(LoginError::Throttled { retry_after_s }) => Err(Error::Limited { retry_after_s }),
            Err(LoginError::Other(error)) => Err(error),
        }
    }

    async fn get_user(&self, id: &i64) -> Result<Option<SignedIn>, Error> {
        Ok(self
            .services
            .users
            .by_id(UserId(*id))
            .await?
            .as_ref()
            .map(SignedIn::new))
    }
}
