//! Recordings: where the carrier keeps them, and their end. The address never leaves the server.

use domain::id::{CallId, RecordingId};
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder};

use super::count;
use crate::entity::call;
use crate::entity::recording::{Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

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
    /// How loud it is, once somebody looked.
    pub wave: Option<String>,
    /// Why nobody hears it any more, and since when.
    pub doom: Option<(Doom, Timestamp)>,
    /// When the carrier had deleted it.
    pub deleted_at: Option<Timestamp>,
}

/// Why a recording is deleted: by a person with a reason, or by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doom {
    Person { name: String, reason: String },
    Rule { days: u32 },
}

/// How many recordings an account has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordingCounts {
    pub kept: u64,
    /// Not heard any more, but not deleted at the carrier yet.
    pub waiting: u64,
    pub deleted: u64,
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

    /// How many recordings there are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn recording_counts(&self) -> Result<RecordingCounts, StoreError> {
        let all = || self.select::<Entity>();
        Ok(RecordingCounts {
            kept: all()
                .filter(Column::DoomedAt.is_null())
                .count(self.conn)
                .await?,
            waiting: all()
                .filter(Column::NextTryAt.is_not_null())
                .count(self.conn)
                .await?,
            deleted: all()
                .filter(Column::DeletedAt.is_not_null())
                .count(self.conn)
                .await?,
        })
    }

    /// Keeps how loud a recording is, unless it was deleted meanwhile.
    ///
    /// # Errors
    /// What the database says.
    pub async fn keep_wave(&self, id: RecordingId, wave: &str) -> Result<(), StoreError> {
        self.update::<Entity>()
            .col_expr(Column::Wave, Expr::value(wave))
            .filter(Column::Id.eq(id.0))
            .filter(Column::DoomedAt.is_null())
            .exec(self.conn)
            .await?;
        Ok(())
    }

    /// Takes a recording out of everybody's ears and has the carrier asked to delete it, starting
    /// now. False if that was done before, whose reason then stands.
    ///
    /// # Errors
    /// What the database says.
    pub async fn doom_recording(
        &self,
        id: RecordingId,
        doom: &Doom,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (by, reason, days) = match doom {
            Doom::Person { name, reason } => (Some(name.as_str()), Some(reason.as_str()), None),
            Doom::Rule { days } => (None, None, Some(i64::from(*days))),
        };
        let update = self
            .update::<Entity>()
            .col_expr(Column::DoomedAt, Expr::value(now.0))
            .col_expr(Column::DoomedBy, Expr::value(by))
            .col_expr(Column::DoomReason, Expr::value(reason))
            .col_expr(Column::DoomDays, Expr::value(days))
            .col_expr(Column::NextTryAt, Expr::value(now.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::DoomedAt.is_null());
        if update.exec(self.conn).await?.rows_affected == 0 {
            return Ok(false);
        }
        let call = self.recording(id).await?.call;
        let left = self
            .select::<Entity>()
            .filter(Column::CallId.eq(call.0))
            .filter(Column::DoomedAt.is_null())
            .count(self.conn)
            .await?;
        if left == 0 {
            self.update::<call::Entity>()
                .col_expr(call::Column::HasRecording, Expr::value(false))
                .filter(call::Column::Id.eq(call.0))
                .exec(self.conn)
                .await?;
        }
        Ok(true)
    }

    /// Takes the next try to delete a recording at the carrier for one server; false if another
    /// took it. A server that dies meanwhile leaves it to whoever comes after `until`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn claim_doomed(
        &self,
        id: RecordingId,
        tries: u32,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::NextTryAt, Expr::value(until.0))
            .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
            .filter(Column::Id.eq(id.0))
            .filter(Column::Tries.eq(i64::from(tries)))
            .filter(Column::NextTryAt.lte(now.0));
        Ok(update.exec(self.conn).await?.rows_affected == 1)
    }

    /// Has the carrier asked again at a later time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn retry_doomed(&self, id: RecordingId, at: Timestamp) -> Result<(), StoreError> {
        self.update::<Entity>()
            .col_expr(Column::NextTryAt, Expr::value(at.0))
            .filter(Column::Id.eq(id.0))
            .filter(Column::DeletedAt.is_null())
            .exec(self.conn)
            .await?;
        Ok(())
    }

    /// Notes that the carrier has deleted a recording. The row stays, its shape goes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn recording_deleted(
        &self,
        id: RecordingId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::DeletedAt, Expr::value(now.0))
            .col_expr(Column::NextTryAt, Expr::value(None::<i64>))
            .col_expr(Column::Wave, Expr::value(None::<String>))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)
    }
}

fn record(row: Model) -> RecordingRecord {
    let doom = match (row.doomed_by, row.doom_days) {
        (None, Some(days)) => Doom::Rule { days: count(days) },
        (name, _) => Doom::Person {
            name: name.unwrap_or_default(),
            reason: row.doom_reason.unwrap_or_default(),
        },
    };
    RecordingRecord {
        id: RecordingId(row.id),
        call: CallId(row.call_id),
        carrier_sid: row.carrier_sid,
        duration_s: count(row.duration_s),
        channels: count(row.channels),
        voicemail: row.voicemail,
        created_at: Timestamp(row.created_at),
        wave: row.wave,
        doom: row.doomed_at.map(|at| (doom, Timestamp(at))),
        deleted_at: row.deleted_at.map(Timestamp),
    }
}
