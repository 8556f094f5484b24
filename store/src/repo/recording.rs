//! Recordings: where the carrier keeps them. The address never leaves the server.

use domain::id::{CallId, RecordingId};
use domain::time::Timestamp;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::count;
use crate::entity::recording::{Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::Tenant;

/// A recording as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRecord {
    pub id: RecordingId,
    pub call: CallId,
    pub carrier_sid: String,
    pub duration_s: u32,
    pub channels: u32,
    pub voicemail: bool,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// The recordings of a call, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn recordings_of(&self, call: CallId) -> Result<Vec<RecordingRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::CallId.eq(call.0))
            .order_by_asc(Column::Id)
            .all(self.conn)
            .await?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// A recording.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn recording(&self, id: RecordingId) -> Result<RecordingRecord, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        row.map(record).ok_or(StoreError::NotFound)
    }
}

fn record(row: Model) -> RecordingRecord {
    RecordingRecord {
        id: RecordingId(row.id),
        call: CallId(row.call_id),
        carrier_sid: row.carrier_sid,
        duration_s: count(row.duration_s),
        channels: count(row.channels),
        voicemail: row.voicemail,
        created_at: Timestamp(row.created_at),
    }
}
