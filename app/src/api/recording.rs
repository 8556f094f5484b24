//! Recordings: their shape, their end, and the account's rules about them. The sound itself comes
//! from `/recordings/{id}`.

use domain::api::call::RecordingView;
use domain::api::recording::{
    DeleteRecordingForm, RecordingRulesForm, RecordingSettings, WaveLane,
};
use domain::id::RecordingId;
use leptos::prelude::*;

use super::{Answer, Wire};

/// How loud each side of a recording was.
#[server(endpoint = "recordings/wave", output = Wire)]
pub async fn load_wave(id: RecordingId) -> Answer<Vec<WaveLane>> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.recordings.wave(&op, id).await.map_err(ctx::reject)
}

/// Deletes a recording, here and at the carrier.
#[server(endpoint = "recordings/delete", output = Wire)]
pub async fn delete_recording(
    id: RecordingId,
    #[server(default)] form: DeleteRecordingForm,
) -> Answer<RecordingView> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .recordings
        .delete(&op, id, &form)
        .await
        .map_err(ctx::reject_form(&form))
}

/// The account's rules about recordings.
#[server(endpoint = "recordings/settings", output = Wire)]
pub async fn load_recording_settings() -> Answer<RecordingSettings> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services.recordings.settings(&op).await.map_err(ctx::reject)
}

/// Replaces the account's rules about recordings.
#[server(endpoint = "recordings/save_settings", output = Wire)]
pub async fn save_recording_settings(form: RecordingRulesForm) -> Answer<()> {
    #[cfg(feature = "ssr")]
    use crate::ctx;
    let (op, services) = ctx::both()?;
    services
        .recordings
        .save_settings(&op, &form)
        .await
        .map_err(ctx::reject_form(&form))
}
