//! Enrichment: what somebody knows of a caller, sent to a number's own address before the call.

use domain::enrichment::{Enrichment, Sent, forgotten_before};
use domain::id::EnrichKey;
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use store::Db;

use crate::error::Error;

/// See the module.
#[derive(Debug, Clone)]
pub struct Enrichments {
    db: Db,
}

/// What became of something that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Kept; so many values are known of the caller now.
    Kept { values: usize },
    /// It could not be read.
    Invalid(FieldErrors),
    /// No number has this address.
    Unknown,
}

/// The address of a number, at which what is known of its callers is taken.
pub(crate) fn address(base: &str, key: &str) -> String {
    format!("{base}/enrich/{key}")
}

impl Enrichments {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Keeps what was sent of a caller. The same sent twice changes nothing but the time.
    ///
    /// # Errors
    /// What the database says; then nothing was kept.
    pub async fn receive(
        &self,
        key: EnrichKey,
        parameters: &[(String, String)],
        now: Timestamp,
    ) -> Result<Received, Error> {
        let conn = self.db.read().await?;
        let found = conn.platform().scope_for_enrichment(key).await?;
        drop(conn);
        let Some((scope, number)) = found else {
            return Ok(Received::Unknown);
        };
        let sent = match Sent::read(parameters) {
            Ok(sent) => sent,
            Err(errors) => return Ok(Received::Invalid(errors)),
        };
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&scope);
        let before = tenant.enrichment_to_change(number, &sent.caller).await?;
        let known = Enrichment::with(before, &sent, now);
        tenant.keep_enrichment(number, &sent.caller, &known).await?;
        conn.commit().await?;
        Ok(Received::Kept {
            values: known.tags.len(),
        })
    }

    /// Forgets what does not count any more; how much it was.
    ///
    /// # Errors
    /// What the database says.
    pub async fn forget(&self, now: Timestamp) -> Result<u64, Error> {
        let conn = self.db.write().await?;
        let gone = conn
            .platform()
            .forget_enrichment(forgotten_before(now))
            .await?;
        conn.commit().await?;
        Ok(gone)
    }
}
