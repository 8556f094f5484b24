//! Deleting recordings: what got older than its rule is withdrawn, and what is withdrawn is deleted
//! at the carrier, by whichever server takes it first.

use domain::retention::{Keep, next_try};
use domain::time::Timestamp;
use store::{Doom, DoomedRecording};

use super::Recordings;
use crate::error::Error;

/// Recordings one round looks at; the next round takes the rest.
const ROUND_MAX: u64 = 200;
/// How long one server has a try for itself, in seconds; the carrier answers or times out sooner.
const LEASE_S: i64 = 300;

/// What one round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeletionReport {
    /// Got older than their rule.
    pub withdrawn: u32,
    /// The carrier has deleted them.
    pub deleted: u32,
    /// The carrier is asked again later.
    pub failed: u32,
}

impl Recordings {
    /// One round: withdraws what is due, then has the carrier delete what was withdrawn.
    ///
    /// # Errors
    /// What the database says.
    pub async fn sweep(&self, now: Timestamp) -> Result<DeletionReport, Error> {
        let withdrawn = self.withdraw_aged(now).await?;
        let report = self.delete_doomed(now).await?;
        Ok(DeletionReport {
            withdrawn,
            ..report
        })
    }

    async fn withdraw_aged(&self, now: Timestamp) -> Result<u32, Error> {
        let conn = self.db.read().await?;
        let aged = conn.platform().aged_recordings(now, ROUND_MAX).await?;
        drop(conn);
        let mut withdrawn = 0;
        for recording in aged {
            let rule = Keep::in_force(recording.account, recording.own);
            let Some(days) = rule.due(recording.made_at, now) else {
                continue;
            };
            let conn = self.db.write().await?;
            let tenant = conn.tenant(&recording.scope);
            let first = tenant
                .doom_recording(recording.id, &Doom::Rule { days }, now)
                .await?;
            conn.commit().await?;
            withdrawn += u32::from(first);
        }
        Ok(withdrawn)
    }

    /// Asks the carrier to delete what is due for a try.
    async fn delete_doomed(&self, now: Timestamp) -> Result<DeletionReport, Error> {
        let conn = self.db.read().await?;
        let doomed = conn.platform().doomed_recordings(now, ROUND_MAX).await?;
        drop(conn);
        let mut report = DeletionReport::default();
        for recording in doomed {
            match self.delete_one(&recording, now).await? {
                Some(true) => report.deleted += 1,
                Some(false) => report.failed += 1,
                None => {}
            }
        }
        Ok(report)
    }

    /// Whether the carrier deleted it; none if another server is at it, or there is no carrier to
    /// ask.
    pub(super) async fn delete_one(
        &self,
        recording: &DoomedRecording,
        now: Timestamp,
    ) -> Result<Option<bool>, Error> {
        let telephony = match self.carriers.telephony(&recording.scope, now).await {
            Ok(Some(telephony)) => telephony,
            Ok(None) => return Ok(None),
            Err(error) => {
                // One account's trouble keeps nobody else's recordings.
                tracing::warn!(recording = %recording.id, error = &error as &dyn std::error::Error, "nobody could be asked to delete a recording");
                return Ok(Some(false));
            }
        };
        let conn = self.db.write().await?;
        let ours = conn
            .tenant(&recording.scope)
            .claim_doomed(recording.id, recording.tries, now, now.plus_secs(LEASE_S))
            .await?;
        conn.commit().await?;
        if !ours {
            return Ok(None);
        }
        // Asked outside any transaction: the carrier may take seconds.
        let answer = telephony.delete_recording(&recording.carrier_sid).await;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&recording.scope);
        match &answer {
            Ok(()) => tenant.recording_deleted(recording.id, now).await?,
            Err(e) => {
                let tries = recording.tries + 1;
                tracing::warn!(recording = %recording.id, tries, error = %e, "a recording could not be deleted at the carrier");
                tenant
                    .retry_doomed(recording.id, next_try(tries, now))
                    .await?;
            }
        }
        conn.commit().await?;
        Ok(Some(answer.is_ok()))
    }
}
