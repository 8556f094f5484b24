//! People: signing in, and being added from the command line.

use argon2::Argon2;
use argon2::password_hash::rand_core::{OsRng, RngCore as _};
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use domain::access::Role;
use domain::id::UserId;
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use store::{Constraint, Db, StoreError, TenantScope, UserRecord};

use crate::error::{Error, OrTaken};
use crate::op::{Actor, OpCtx, Rights};

/// Failed sign-ins allowed in [`WINDOW_S`] before an address has to wait.
const EMAIL_FAILURES_MAX: u32 = 5;
/// The same for a peer: a whole office may sit behind one.
const PEER_FAILURES_MAX: u32 = 25;
/// Failed sign-ins older than this are forgotten, in seconds.
const WINDOW_S: i64 = 15 * 60;
/// The first wait, in seconds; it doubles with each further failure up to the window.
const WAIT_S: i64 = 30;
/// The shortest password that can be set (NIST SP 800-63B asks for eight at least).
const PASSWORD_CHARS_MIN: usize = 10;
/// Longer ones would only keep the hasher busy.
const PASSWORD_CHARS_MAX: usize = 200;

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The address or the password is wrong; which one is not said.
    #[error("wrong address or password")]
    Invalid,
    #[error("too many tries")]
    Throttled { retry_after_s: u32 },
    #[error(transparent)]
    Other(#[from] Error),
}

/// A person to add.
#[derive(Debug, Clone)]
pub struct NewUser<'a> {
    pub email: &'a str,
    pub name: &'a str,
    pub password: &'a str,
    pub account: &'a str,
    pub role: Role,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Users {
    db: Db,
}

impl Users {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Checks an address and a password. `peer` is the client's address: both are throttled.
    ///
    /// # Errors
    /// See [`LoginError`].
    pub async fn login(
        &self,
        email: &str,
        password: &str,
        peer: &str,
        now: Timestamp,
    ) -> Result<UserRecord, LoginError> {
        let email = email.trim().to_lowercase();
        let subjects = [
            format!("email:{}", email.chars().take(200).collect::<String>()),
            format!("peer:{peer}"),
        ];
        let conn = self.db.read().await.map_err(Error::from)?;
        for subject in &subjects {
            let blocked = conn
                .platform()
                .login_throttle(subject)
                .await
                .map_err(Error::from)?
                .blocked_until;
            if blocked > now {
                return Err(LoginError::Throttled {
                    retry_after_s: blocked.secs_since(now).max(1),
                });
            }
        }
        let user = conn
            .platform()
            .user_by_email(&email)
            .await
            .map_err(Error::from)?;
        drop(conn);
        let hash = user.as_ref().map(|u| u.password_hash.clone());
        let password = password.to_owned();
        // Hashing takes tens of milliseconds on purpose: not on a thread that serves calls.
        let fits = tokio::task::spawn_blocking(move || verify(&password, hash.as_deref()))
            .await
            .map_err(|e| Error::Internal(Box::new(e)))?;
        match user.filter(|_| fits) {
            Some(user) => {
                self.forget(&subjects[0]).await?;
                Ok(user)
            }
            None => {
                self.count_failure(&subjects, now).await?;
                Err(LoginError::Invalid)
            }
        }
    }

    /// The user a session names.
    ///
    /// # Errors
    /// What the database says.
    pub async fn by_id(&self, id: UserId) -> Result<Option<UserRecord>, Error> {
        Ok(self.db.read().await?.platform().user_by_id(id).await?)
    }

    /// The context of a request by a signed-in user.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the user is gone or in no account.
    pub async fn context(
        &self,
        id: UserId,
        request_id: String,
        now: Timestamp,
    ) -> Result<OpCtx, Error> {
        let conn = self.db.read().await?;
        let user = conn
            .platform()
            .user_by_id(id)
            .await?
            .ok_or(Error::Unauthenticated)?;
        let member = conn
            .platform()
            .scope_for_member(id)
            .await?
            .ok_or(Error::Unauthenticated)?;
        let actor = Actor {
            user_id: id,
            rights: Rights::Member(member.role),
            name: user.name,
            email: user.email,
        };
        Ok(OpCtx {
            scope: member.scope,
            actor,
            account_name: member.account_name,
            zone: member.zone,
            request_id,
            now,
        })
    }

    /// The context of what the command line does in somebody's name.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such user; as [`Self::context`].
    pub async fn context_of(&self, email: &str, now: Timestamp) -> Result<OpCtx, Error> {
        let conn = self.db.read().await?;
        let user = conn.platform().user_by_email(email).await?;
        drop(conn);
        let user = user.ok_or(Error::NotFound("user"))?;
        self.context(user.id, "command-line".to_owned(), now).await
    }

    /// Adds a user and, where it does not exist yet, the account.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `email`, `password` or `account`.
    pub async fn add(
        &self,
        new: &NewUser<'_>,
        zone: &str,
        now: Timestamp,
    ) -> Result<(UserId, TenantScope), Error> {
        check_new(new)?;
        let hash = hash(new.password)?;
        let conn = self.db.write().await?;
        let platform = conn.platform();
        let account = match platform.account_by_name(new.account).await? {
            Some(account) => account,
            None => platform.add_account(new.account, zone, now).await?,
        };
        let user = platform
            .add_user(new.email.trim(), new.name, &hash, now)
            .await
            .or_taken(
                Constraint::UserEmail,
                "email",
                "A user with this address exists already.",
            )?;
        platform.set_member(account, user, new.role).await?;
        let scope = platform
            .scope_for_operator(new.account)
            .await?
            .ok_or(Error::NotFound("account"))?;
        conn.commit().await?;
        Ok((user, scope))
    }

    /// The context in which the command line works on an account.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no account of that name.
    pub async fn operator(&self, account: &str, now: Timestamp) -> Result<OpCtx, Error> {
        let conn = self.db.read().await?;
        let scope = conn
            .platform()
            .scope_for_operator(account)
            .await?
            .ok_or(Error::NotFound("account"))?;
        let zone = conn.platform().zone(&scope).await?;
        let actor = Actor {
            user_id: UserId(0),
            rights: Rights::Member(Role::Owner),
            name: "Operator".to_owned(),
            email: String::new(),
        };
        Ok(OpCtx {
            scope,
            actor,
            account_name: account.to_owned(),
            zone,
            request_id: "command-line".to_owned(),
            now,
        })
    }

    /// Forgets failed sign-ins that no longer count; returns how many subjects.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, Error> {
        let conn = self.db.write().await?;
        let gone = conn
            .platform()
            .sweep_login_throttle(now.plus_secs(-WINDOW_S), now)
            .await?;
        conn.commit().await?;
        Ok(gone)
    }

    async fn forget(&self, subject: &str) -> Result<(), Error> {
        let conn = self.db.write().await?;
        conn.platform().clear_login_throttle(subject).await?;
        Ok(conn.commit().await?)
    }

    async fn count_failure(&self, subjects: &[String; 2], now: Timestamp) -> Result<(), Error> {
        let conn = self.db.write().await?;
        for (subject, failures_max) in subjects.iter().zip([EMAIL_FAILURES_MAX, PEER_FAILURES_MAX])
        {
            let failures = conn
                .platform()
                .count_failed_login(subject, now.plus_secs(-WINDOW_S), now)
                .await?;
            if failures >= failures_max {
                let wait = WAIT_S << (failures - failures_max).min(5);
                conn.platform()
                    .block_login(subject, now.plus_secs(wait.min(WINDOW_S)))
                    .await?;
            }
        }
        Ok(conn.commit().await?)
    }
}

/// A password for somebody who has none yet: three groups of four letters and digits that nobody
/// takes for one another, more than 58 bits.
pub(crate) fn first_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let mut bytes = [0_u8; 12];
    OsRng.fill_bytes(&mut bytes);
    let letter = |byte: &u8| char::from(LETTERS[usize::from(byte % 32)]);
    let groups = bytes
        .chunks(4)
        .map(|four| four.iter().map(letter).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// Whether something looks like an address to sign in with.
pub(crate) fn check_email(email: &str) -> Result<(), FieldErrors> {
    let fits = email.len() <= 200
        && email.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
        })
        && !email.contains(char::is_whitespace);
    if fits {
        Ok(())
    } else {
        let message = "Enter an address like name@company.example.";
        Err(FieldErrors::one("email", "malformed", message))
    }
}

fn check_new(new: &NewUser<'_>) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    errors.take(check_email(new.email.trim()));
    match new.password.chars().count() {
        0..PASSWORD_CHARS_MIN => errors.add(
            "password",
            "too_short",
            format!("Use at least {PASSWORD_CHARS_MIN} characters."),
        ),
        PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => {}
        _ => errors.add(
            "password",
            "too_long",
            format!("Use at most {PASSWORD_CHARS_MAX} characters."),
        ),
    }
    errors.take(domain::invalid::name("account", new.account));
    errors.check()
}

/// A hash with its own salt and argon2id's recommended parameters (RFC 9106, OWASP).
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt);
    hash.map(|h| h.to_string())
        .map_err(|e| Error::Internal(Box::new(std::io::Error::other(e.to_string()))))
}

/// Whether a password fits. Without a user the work is done all the same, so that the time taken
/// does not tell which addresses exist.
fn verify(password: &str, stored: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$BPMrsPLJJwLHwLdIB6QMW4JmpIiOzNsS8Ilwz6xj9qE";
    if password.chars().count() > PASSWORD_CHARS_MAX {
        return false;
    }
    let known = stored.is_some();
    PasswordHash::new(stored.unwrap_or(NOBODY)).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    }) && known
}

impl From<StoreError> for LoginError {
    fn from(err: StoreError) -> Self {
        Self::Other(err.into())
    }
}
