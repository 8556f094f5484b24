//! The carrier asks what to do with a caller: at the start, and at each of our action addresses.

use super::door::{Authentic, Refused};
use super::{form::Form, reply};
use crate::state::AppState;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use domain::id::CallId;
use domain::voice::verb::Step;
use service::Error;
use service::call::engine::CallEngine;

/// A caller dialed one of our numbers.
pub async fn arrived(
    State(state): State<AppState>,
    Authentic { form, engine }: Authentic,
) -> Response {
    let arrival = match form.arrival() {
        Ok(arrival) => arrival,
        Err(error) => return Refused::from(error).into_response(),
    };
    let now = state.services.clock.now();
    let answer = reply::twiml("voice", engine.inbound(&arrival, now)).await;
    state.pulse.beat();
    answer
}

/// The carrier comes back to one of our own addresses.
pub async fn step(
    State(state): State<AppState>,
    Path((call, step)): Path<(String, String)>,
    Authentic { form, engine }: Authentic,
) -> Response {
    let (Ok(call), Some(step)) = (call.parse::<CallId>(), Step::from_path(&step)) else {
        return reply::twiml("step", async { Err(Error::NotFound("step")) }).await;
    };
    let answer = take(&state, &engine, call, step, &form)
        .await
        .unwrap_or_else(|error| Refused::from(error).into_response());
    state.pulse.beat();
    answer
}

async fn take(
    state: &AppState,
    engine: &CallEngine,
    call: CallId,
    step: Step,
    form: &Form,
) -> Result<Response, super::form::Malformed> {
    let now = state.services.clock.now();
    Ok(match step {
        Step::Dialed(attempt) => {
            let result = form.dial_result()?;
            reply::twiml("dialed", engine.dial_ended(call, attempt, result, now)).await
        }
        Step::FallbackDialed => {
            let result = form.dial_result()?;
            reply::twiml("fallback", engine.fallback_dial_ended(call, result, now)).await
        }
        Step::Whisper(attempt) => reply::twiml("whisper", engine.whisper(call, attempt)).await,
        Step::Accept(attempt) => {
            let digits = form.get("Digits").unwrap_or_default();
            reply::twiml("accept", engine.accepted(call, attempt, digits)).await
        }
        Step::Voicemail => {
            let hung_up = form.get("Digits") == Some("hangup");
            let gone = hung_up || form.caller_gone();
            reply::twiml(
                "voicemail",
                engine.voicemail_left(call, form.recording_duration().unwrap_or(0), gone, now),
            )
            .await
        }
        Step::Leg(attempt) => {
            let news = form.leg_news(attempt)?;
            reply::noted("leg", engine.leg_changed(call, news, now)).await
        }
        // What becomes of the fallback's dial is told by its action; its leg adds nothing.
        Step::FallbackLeg => {
            form.status()?;
            reply::noted("leg", async { Ok(()) }).await
        }
    })
}
