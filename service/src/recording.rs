//! Recordings: who may listen, and where the carrier keeps the file.

use domain::access::Permission;
use domain::id::RecordingId;
use store::Db;

use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;

/// Where a recording can be fetched; for the server's own eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingSource {
    pub carrier_sid: String,
    pub duration_s: u32,
    pub channels: u32,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Recordings {
    db: Db,
}

impl Recordings {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Where a recording can be fetched.
    ///
    /// # Errors
    /// [`Error::Denied`] to roles that may not listen, [`Error::NotFound`].
    pub async fn source(&self, op: &OpCtx, id: RecordingId) -> Result<RecordingSource, Error> {
        require(op, Permission::PlayRecordings)?;
        let conn = self.db.read().await?;
        let r = conn
            .tenant(&op.scope)
            .recording(id)
            .await
            .or_missing("recording")?;
        Ok(RecordingSource {
            carrier_sid: r.carrier_sid,
            duration_s: r.duration_s,
            channels: r.channels,
        })
    }
}
