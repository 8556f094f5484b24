//! From the carrier's requests to the engine's methods.

use domain::call::event::Arrival;
use domain::id::CallId;
use domain::time::Timestamp;
use service::Error;
use service::call::engine::CallEngine;

use crate::carrier::{Delivery, Told};

/// Hands a request to the engine, as the server's webhooks do.
pub(super) async fn tell(
    engine: &CallEngine,
    delivery: &Delivery,
    arrival: Arrival,
    call: Option<CallId>,
    now: Timestamp,
) -> Result<Option<(CallId, String)>, Error> {
    let sid = arrival.carrier_sid.clone();
    let known = || call.ok_or(Error::NotFound("call"));
    let answer = match delivery.told.clone() {
        Told::Inbound => engine.inbound(&arrival, now).await?,
        Told::Dialed { attempt, result } => {
            engine.dial_ended(known()?, attempt, result, now).await?
        }
        Told::FallbackDialed(result) => engine.fallback_dial_ended(known()?, result, now).await?,
        Told::Voicemail {
            duration_s,
            caller_gone,
        } => {
            engine
                .voicemail_left(known()?, duration_s, caller_gone, now)
                .await?
        }
        Told::Whisper { attempt } => engine.whisper(known()?, attempt).await?,
        Told::Leg(news) => return engine.leg_changed(known()?, news, now).await.map(|()| None),
        Told::Status { status, duration_s } => {
            return engine
                .call_ended(&sid, status, Some(duration_s), now)
                .await
                .map(|()| None);
        }
        Told::Recording(recording) => {
            return engine
                .recording_ready(&sid, recording, now)
                .await
                .map(|()| None);
        }
    };
    Ok(Some((answer.call, answer.twiml)))
}
