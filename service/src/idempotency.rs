//! Requests that are sent twice: the second gets the answer of the first.

use domain::id::ApiKeyId;
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{Db, KeptAnswer, RequestToken, StoreError};

use crate::api_key::hex;
use crate::error::Error;
use crate::op::OpCtx;

/// How long an answer is kept.
const KEPT_S: i64 = 24 * 3_600;
/// A request that was taken on so long ago and never answered was lost with its server: whoever
/// repeats it may try again. Longer than any request may take.
const LOST_S: i64 = 120;

/// Letters of a request's name: as many as a form takes, and more than two requests share.
const NAME_CHARS: usize = 48;

/// See the module.
#[derive(Debug, Clone)]
pub struct Idempotency {
    db: Db,
}

/// A request and the token its sender chose for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    key: ApiKeyId,
    token: String,
    hash: String,
    taken_at: Timestamp,
}

/// What is to be done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It is new: do it, then [`Idempotency::answer`] or [`Idempotency::forget`] it.
    New(Request),
    /// It was answered; this is the answer.
    Answered(KeptAnswer),
}

impl Idempotency {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Takes a request on. `parts` are all that makes it what it is: method, path and body.
    ///
    /// # Errors
    /// [`Error::Conflict`] `in_progress` while the first is being worked on; [`Error::Invalid`] at
    /// `Idempotency-Key` if the token came with something else before.
    pub async fn take(&self, op: &OpCtx, token: &str, parts: &[&[u8]]) -> Result<Taken, Error> {
        let key = op.actor.key().ok_or(Error::Unauthenticated)?;
        let request = Request {
            key,
            token: token.to_owned(),
            hash: fingerprint(parts),
            taken_at: op.now,
        };
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let place = RequestToken { key, token };
        if tenant.take_request(place, &request.hash, op.now).await? {
            conn.commit().await?;
            return Ok(Taken::New(request));
        }
        let known = tenant.request(place).await?;
        let gone = |after_s: i64| known.created_at.plus_secs(after_s) <= op.now;
        if gone(KEPT_S) || (known.answer.is_none() && gone(LOST_S)) {
            tenant.drop_request(place).await?;
            // Somebody may have been faster with the same thought.
            if !tenant.take_request(place, &request.hash, op.now).await? {
                return Err(in_progress());
            }
            conn.commit().await?;
            return Ok(Taken::New(request));
        }
        if known.request_hash != request.hash {
            return Err(FieldErrors::one(
                "Idempotency-Key",
                "idempotency_key_reused",
                "This Idempotency-Key came with another request before. Choose a new one.",
            )
            .into());
        }
        known.answer.map(Taken::Answered).ok_or_else(in_progress)
    }

    /// Keeps the answer of a request.
    ///
    /// # Errors
    /// What the database says.
    pub async fn answer(
        &self,
        op: &OpCtx,
        request: &Request,
        answer: &KeptAnswer,
    ) -> Result<(), Error> {
        let conn = self.db.write().await?;
        let kept = conn
            .tenant(&op.scope)
            .answer_request(request.place(), answer)
            .await;
        match kept {
            // Somebody took it over because it seemed lost; theirs is the answer then.
            Ok(()) | Err(StoreError::NotFound) => Ok(conn.commit().await?),
            Err(e) => Err(e.into()),
        }
    }

    /// Forgets a request that failed for reasons of ours: it may be tried again.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget(&self, op: &OpCtx, request: &Request) -> Result<(), Error> {
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .forget_request(request.place(), request.taken_at)
            .await?;
        Ok(conn.commit().await?)
    }

    /// Forgets what is older than a day; returns how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, Error> {
        let conn = self.db.write().await?;
        let gone = conn
            .platform()
            .sweep_requests(now.plus_secs(-KEPT_S))
            .await?;
        conn.commit().await?;
        Ok(gone)
    }
}

fn in_progress() -> Error {
    Error::Conflict {
        code: "in_progress",
        message: "The first request with this Idempotency-Key is still being worked on.".to_owned(),
    }
}

impl Request {
    /// A name of the request for what it does: the same whenever the same is sent with the same
    /// token, also where the first try was lost half way.
    #[must_use]
    pub fn name(&self) -> String {
        let key = self.key.0.to_be_bytes();
        let mut name = fingerprint(&[&key, self.token.as_bytes(), self.hash.as_bytes()]);
        name.truncate(NAME_CHARS);
        name
    }

    fn place(&self) -> RequestToken<'_> {
        RequestToken {
            key: self.key,
            token: &self.token,
        }
    }
}

/// One hash of all parts; their lengths are in it, so that none runs into the next.
fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hex(&hash.finalize())
}
