//! Recordings: where the carrier keeps them. The address never leaves the server.

use domain::id::{CallId, RecordingId};
use domain::time::Timestamp;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder,
};

use super::count;
use crate::entity::recording::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::Tenant;

/// What the carrier tells about a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecording {
    pub carrier_sid: String,
    pub url: String,
    pub duration_s: u32,
    pub channels: u32,
    pub voicemail: bool,
}

/// A recording as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRecord {
    pub id: RecordingId,
    pub call: CallId,
    pub carrier_sid: String,
    pub url: String,
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

    /// Keeps a recording; the same one told again only updates its length. Whether it was new.
    ///
    /// # Errors
    /// `Reference` for a call that is not this account's.
    pub async fn keep_recording(
        &self,
        call: CallId,
        new: &NewRecording,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: NotSet,
            call_id: Set(call.0),
            carrier_sid: Set(new.carrier_sid.clone()),
            url: Set(new.url.clone()),
            duration_s: Set(i64::from(new.duration_s)),
            channels: Set(i64::from(new.channels)),
            voicemail: Set(new.voicemail),
            created_at: Set(now.0),
        };
        // Not "update, else insert": two deliveries at once would both insert, and PostgreSQL ends
        // the transaction of the one that loses.
        if self
            .insert_unless_known::<Entity>(row, &[Column::AccountId, Column::CarrierSid])
            .await?
        {
            return Ok(true);
        }
        let update = self
            .update::<Entity>()
            .col_expr(Column::DurationS, Expr::value(i64::from(new.duration_s)))
            .filter(Column::CarrierSid.eq(new.carrier_sid.as_str()));
        update.exec(self.conn).await?;
        Ok(false)
    }
}

fn record(row: Model) -> RecordingRecord {
    RecordingRecord {
        id: RecordingId(row.id),
        call: CallId(row.call_id),
        carrier_sid: row.carrier_sid,
        url: row.url,
        duration_s: count(row.duration_s),
        channels: count(row.channels),
        voicemail: row.voicemail,
        created_at: Timestamp(row.created_at),
    }
}
