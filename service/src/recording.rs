//! Recordings: who may listen, where the carrier keeps the file, what it looks like, and its end.

pub(crate) mod gone;
mod rules;
mod sweep;

use domain::access::Permission;
use domain::api::call::RecordingView;
use domain::api::recording::{DeleteRecordingForm, WaveLane};
use domain::call::waveform::{WaveReader, Waveform};
use domain::id::RecordingId;
use domain::time::length_text;
use store::{Conn, Db, Doom, DoomedRecording, RecordingRecord};

use crate::carrier_account::CarrierAccounts;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;

pub use crate::port::RecordingSource;
pub use sweep::DeletionReport;

/// The longest recording whose shape is drawn, in seconds: the carrier sends all of it for that.
const WAVE_MAX_S: u32 = 3_600;

/// See the module.
#[derive(Clone)]
pub struct Recordings {
    db: Db,
    carriers: CarrierAccounts,
}

impl Recordings {
    pub(crate) fn new(db: Db, carriers: CarrierAccounts) -> Self {
        Self { db, carriers }
    }

    /// Where a recording can be fetched.
    ///
    /// # Errors
    /// [`Error::Denied`] to roles that may not listen, [`Error::NotFound`], also of one that was
    /// deleted.
    pub async fn source(&self, op: &OpCtx, id: RecordingId) -> Result<RecordingSource, Error> {
        let conn = self.db.read().await?;
        let recording = heard(&conn, op, id).await?;
        drop(conn);
        Ok(RecordingSource {
            logins: self.carriers.logins(&op.scope, op.now).await?,
            ..source_of(&recording)
        })
    }

    /// How loud each side of a recording was, the caller's first. Worked out once, from the sound
    /// itself; empty for one that is too long for that or holds no sound, and while the carrier
    /// cannot be asked.
    ///
    /// # Errors
    /// As [`source`](Self::source).
    pub async fn wave(&self, op: &OpCtx, id: RecordingId) -> Result<Vec<WaveLane>, Error> {
        let conn = self.db.read().await?;
        let record = heard(&conn, op, id).await?;
        drop(conn);
        if let Some(kept) = &record.wave {
            return Ok(lanes(&record, Waveform::from_text(kept)));
        }
        if !(1..=WAVE_MAX_S).contains(&record.duration_s) {
            return Ok(Vec::new());
        }
        let Some(telephony) = self.carriers.telephony(&op.scope, op.now).await? else {
            return Ok(Vec::new());
        };
        let mut reader = WaveReader::default();
        let heard = telephony
            .hear(&source_of(&record), &mut |piece| reader.push(piece))
            .await;
        if let Err(error) = heard {
            // The player plays without a shape; whoever looks next tries again.
            tracing::warn!(recording = %id, %error, "the shape of a recording could not be read");
            return Ok(Vec::new());
        }
        let shape = reader.finish().unwrap_or_default();
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .keep_wave(id, &shape.to_text())
            .await?;
        conn.commit().await?;
        Ok(lanes(&record, shape))
    }

    /// Deletes a recording, here at once and at the carrier as soon as that answers. Returns how it
    /// stands now.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] without a reason.
    pub async fn delete(
        &self,
        op: &OpCtx,
        id: RecordingId,
        form: &DeleteRecordingForm,
    ) -> Result<RecordingView, Error> {
        require(op, Permission::ManageRecordings)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let record = tenant.recording(id).await.or_missing("recording")?;
        let doom = Doom::Person {
            name: op.actor.name.clone(),
            reason: form.check()?,
        };
        let first = tenant.doom_recording(id, &doom, op.now).await?;
        conn.commit().await?;
        if first {
            tracing::info!(recording = %id, user = %op.actor.user_id, "a person deleted a recording");
            // Not asked in the transaction. What fails now is tried again by the job.
            let doomed = DoomedRecording {
                scope: op.scope,
                id,
                carrier_sid: record.carrier_sid,
                tries: 0,
            };
            self.delete_one(&doomed, op.now).await?;
        }
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let record = tenant.recording(id).await.or_missing("recording")?;
        let all = tenant.recordings_of(record.call).await?;
        let number = all.iter().position(|r| r.id == id).map_or(1, |at| at + 1);
        Ok(view(op, &record, number))
    }
}

impl std::fmt::Debug for Recordings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recordings").finish_non_exhaustive()
    }
}

/// A recording, for ears that may hear it and while it can be heard.
async fn heard(conn: &Conn, op: &OpCtx, id: RecordingId) -> Result<RecordingRecord, Error> {
    let rules = conn.platform().recording_rules(&op.scope).await?;
    if !op.actor.may_listen(rules.listen_from) {
        return Err(Error::Denied(Permission::PlayRecordings));
    }
    let record = conn
        .tenant(&op.scope)
        .recording(id)
        .await
        .or_missing("recording")?;
    match record.doom {
        Some(_) => Err(Error::NotFound("recording")),
        None => Ok(record),
    }
}

fn source_of(record: &RecordingRecord) -> RecordingSource {
    RecordingSource {
        carrier_sid: record.carrier_sid.clone(),
        duration_s: record.duration_s,
        channels: record.channels,
        logins: Vec::new(),
    }
}

/// Who is who: the carrier puts the caller on the first channel (twilio-reference, Dial).
fn lanes(record: &RecordingRecord, shape: Waveform) -> Vec<WaveLane> {
    let names: &[&str] = match (record.voicemail, shape.lanes.len()) {
        (true, _) => &["Caller"],
        (false, 1) => &["Both"],
        (false, _) => &["Caller", "Target"],
    };
    shape
        .lanes
        .into_iter()
        .zip(names)
        .map(|(levels, who)| WaveLane {
            who: (*who).to_owned(),
            levels,
        })
        .collect()
}

/// A recording as its call shows it; `number` counts the recordings of the call from 1.
pub(crate) fn view(op: &OpCtx, record: &RecordingRecord, number: usize) -> RecordingView {
    let sides = match (record.voicemail, record.channels) {
        (true, _) => "message of the caller",
        (false, 2..) => "both sides, one channel each",
        (false, _) => "both sides",
    };
    RecordingView {
        id: record.id,
        src: format!("/recordings/{}", record.id),
        length_s: record.duration_s,
        channels: record.channels,
        words: format!("{}, {sides}", length_text(record.duration_s)),
        ready: record.duration_s > 0,
        gone: gone::words(op, record),
        file: format!("call-{}-{number}.wav", record.call.short().to_lowercase()),
        voicemail: record.voicemail,
    }
}
