//! Keys for programs: made, listed, ended, and what one opens.

use std::collections::BTreeMap;

use argon2::password_hash::rand_core::{OsRng, RngCore as _};
use domain::access::Permission;
use domain::api::api_key::{ApiKeyForm, ApiKeyList, ApiKeyRow, CreatedKey, KeyState, NewApiKey};
use domain::api_key::KeyText;
use domain::id::{ApiKeyId, UserId};
use domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{ApiKeyInput, ApiKeyRecord, Constraint, Db, StoreError};

use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::{Actor, OpCtx, Rights};
use crate::zone;

/// How often the last use of a key is written down, in seconds: a write for each request would cost
/// more than it tells.
const TOUCH_EACH_S: u32 = 60;
/// Random bytes for one key. Three of a hundred are skipped; forty are needed.
const RANDOM_BYTES: usize = 96;
const DAY_S: i64 = 86_400;

/// See the module.
#[derive(Debug, Clone)]
pub struct ApiKeys {
    db: Db,
}

impl ApiKeys {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All keys of the account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<ApiKeyList, Error> {
        require(op, Permission::ManageApiKeys)?;
        let conn = self.db.read().await?;
        let keys = conn.tenant(&op.scope).api_keys().await?;
        let mut names: BTreeMap<UserId, String> = BTreeMap::new();
        for user in keys.iter().filter_map(|key| key.created_by) {
            if !names.contains_key(&user)
                && let Some(found) = conn.platform().user_by_id(user).await?
            {
                names.insert(user, found.name);
            }
        }
        let mut rows: Vec<ApiKeyRow> = keys.iter().map(|key| row(op, key, &names)).collect();
        rows.sort_by_key(|row| row.state != KeyState::Active);
        Ok(ApiKeyList { rows, fresh: None })
    }

    /// Makes a key. It is in the answer, and nowhere else ever again.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `name`, `scopes` or `days`.
    pub async fn create(&self, op: &OpCtx, form: &ApiKeyForm) -> Result<CreatedKey, Error> {
        let mut bytes = [0_u8; RANDOM_BYTES];
        OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(|e| Error::Unavailable(Box::new(std::io::Error::other(e.to_string()))))?;
        let text = KeyText::from_random(&bytes)
            .ok_or_else(|| Error::Unavailable("no randomness for a key".into()))?;
        self.create_as(op, &text, form).await
    }

    /// Makes a key whose text is given: the demo's is the same on every machine. One that is there
    /// already stays as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `name`, `scopes` or `days`.
    pub async fn create_as(
        &self,
        op: &OpCtx,
        text: &KeyText,
        form: &ApiKeyForm,
    ) -> Result<CreatedKey, Error> {
        require(op, Permission::ManageApiKeys)?;
        let new = form.check()?;
        // Nobody hands on what they may not do themselves.
        for permission in new.scopes.iter().flat_map(|scope| scope.permissions()) {
            require(op, *permission)?;
        }
        let conn = self.db.write().await?;
        let added = conn
            .tenant(&op.scope)
            .add_api_key(&input(op, new, text), op.now)
            .await;
        let id = match added {
            Ok(id) => id,
            Err(StoreError::Conflict(Constraint::ApiKeySecret)) => {
                drop(conn);
                return self.known(op, text).await;
            }
            Err(e) => return Err(e.into()),
        };
        conn.commit().await?;
        Ok(CreatedKey {
            id,
            text: text.as_str().to_owned(),
        })
    }

    /// Ends a key: its next request is refused.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn revoke(&self, op: &OpCtx, id: ApiKeyId) -> Result<(), Error> {
        require(op, Permission::ManageApiKeys)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .revoke_api_key(id, op.now)
            .await
            .or_missing("API key")?;
        Ok(conn.commit().await?)
    }

    /// The context of a request that came with a key.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] unless the key is one of ours and still holds.
    pub async fn context(
        &self,
        key: &str,
        request_id: String,
        now: Timestamp,
    ) -> Result<OpCtx, Error> {
        let text: KeyText = key.parse().map_err(|_| Error::Unauthenticated)?;
        let conn = self.db.read().await?;
        let found = conn.platform().scope_for_api_key(&hash(&text)).await?;
        drop(conn);
        let holder = found
            .filter(|holder| state(&holder.key, now) == KeyState::Active)
            .ok_or(Error::Unauthenticated)?;
        let used = holder.key.last_used_at;
        if used.is_none_or(|at| now.secs_since(at) >= TOUCH_EACH_S) {
            let conn = self.db.write().await?;
            let touched = conn
                .tenant(&holder.scope)
                .touch_api_key(holder.key.id, now)
                .await;
            touched.or_missing("API key")?;
            conn.commit().await?;
        }
        Ok(OpCtx {
            scope: holder.scope,
            actor: Actor {
                user_id: UserId(0),
                rights: Rights::Key(holder.key.id, holder.key.scopes),
                name: holder.key.name,
                email: String::new(),
            },
            account_name: holder.account_name,
            zone: holder.zone,
            request_id,
            now,
        })
    }

    /// The key of a text that is in the database already.
    async fn known(&self, op: &OpCtx, text: &KeyText) -> Result<CreatedKey, Error> {
        let conn = self.db.read().await?;
        let found = conn.platform().scope_for_api_key(&hash(text)).await?;
        let holder = found
            .filter(|holder| holder.scope == op.scope)
            .ok_or_else(|| Error::Conflict {
                code: "taken",
                message: "This key is another account’s.".to_owned(),
            })?;
        Ok(CreatedKey {
            id: holder.key.id,
            text: text.as_str().to_owned(),
        })
    }
}

/// What is stored of a key. A fast hash is enough: a key is no password, nobody can guess 230 bits.
fn hash(text: &KeyText) -> String {
    hex(&Sha256::digest(text.as_str().as_bytes()))
}

/// Bytes as lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn input(op: &OpCtx, new: NewApiKey, text: &KeyText) -> ApiKeyInput {
    ApiKeyInput {
        name: new.name,
        prefix: text.shown().to_owned(),
        secret_hash: hash(text),
        scopes: new.scopes,
        created_by: op.actor.person(),
        expires_at: new
            .days
            .map(|days| op.now.plus_secs(i64::from(days) * DAY_S)),
    }
}

fn state(key: &ApiKeyRecord, now: Timestamp) -> KeyState {
    if key.revoked_at.is_some() {
        KeyState::Revoked
    } else if key.expires_at.is_some_and(|end| end <= now) {
        KeyState::Expired
    } else {
        KeyState::Active
    }
}

fn row(op: &OpCtx, key: &ApiKeyRecord, names: &BTreeMap<UserId, String>) -> ApiKeyRow {
    let stamp = |at: Timestamp| zone::stamp(&op.zone, at);
    ApiKeyRow {
        id: key.id,
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        scopes: key.scopes.iter().collect(),
        state: state(key, op.now),
        created: stamp(key.created_at),
        created_by: key
            .created_by
            .and_then(|user| names.get(&user).cloned())
            .unwrap_or_else(|| "Command line".to_owned()),
        last_used: key.last_used_at.map(stamp),
        expires: key.expires_at.map(stamp),
    }
}
