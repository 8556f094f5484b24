//! What the carrier tells about a call that goes on.

use std::sync::Mutex;

use domain::call::event::{DialResult, Event, LegNews, LegStatus};
use domain::call::machine::CallMachine;
use domain::call::recording::Recording;
use domain::id::CallId;
use domain::ledger::facts::Conversion;
use domain::time::Timestamp;
use domain::voice::twiml::render;
use domain::voice::verb::Step;
use store::{Constraint, Over, StoreError};

use super::engine::{Answer, CallEngine, Turn, persist};
use crate::auction::Asked;
use crate::error::Error;

impl CallEngine {
    /// The dial of an attempt is over.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn dial_ended(
        &self,
        call: CallId,
        attempt: u32,
        result: DialResult,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let key = Step::Dialed(attempt).path();
        self.deliver(call, &key, Event::DialEnded { attempt, result }, now)
            .await
    }

    /// The dial of the fallback number is over.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn fallback_dial_ended(
        &self,
        call: CallId,
        result: DialResult,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let key = Step::FallbackDialed.path();
        self.deliver(call, &key, Event::FallbackDialEnded(result), now)
            .await
    }

    /// The caller finished leaving a message.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn voicemail_left(
        &self,
        call: CallId,
        duration_s: u32,
        caller_gone: bool,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let event = Event::VoicemailLeft {
            duration_s,
            caller_gone,
        };
        self.deliver(call, &Step::Voicemail.path(), event, now)
            .await
    }

    /// The target of an attempt answered: what it hears before the two are connected.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn whisper(&self, call: CallId, attempt: u32) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let resumed = self.resume(&conn, call, None).await?;
        Ok(Answer {
            call,
            twiml: render(&resumed.saved.session.whisper(attempt), &self.door(call)),
            repeated: false,
        })
    }

    /// The target of an attempt pressed a key, or none, when it was asked whether it takes the call.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn accepted(
        &self,
        call: CallId,
        attempt: u32,
        digits: &str,
    ) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let resumed = self.resume(&conn, call, None).await?;
        let verbs = resumed.saved.session.accepted(attempt, digits);
        Ok(Answer {
            call,
            twiml: render(&verbs, &self.door(call)),
            repeated: false,
        })
    }

    /// A dialed leg changed its state.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn leg_changed(
        &self,
        call: CallId,
        news: LegNews,
        now: Timestamp,
    ) -> Result<(), Error> {
        let leg = Step::Leg(news.attempt).path();
        let key = format!("{leg}:{}:{:?}", news.sequence, news.status);
        self.deliver(call, &key, Event::LegChanged(news), now)
            .await
            .map(drop)
    }

    /// The caller's own leg ended.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn call_ended(
        &self,
        carrier_sid: &str,
        status: LegStatus,
        duration_s: Option<u32>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let call = self.known(&self.db.read().await?, carrier_sid).await?;
        let key = format!("status:{status:?}");
        self.deliver(call, &key, Event::CallEnded { status, duration_s }, now)
            .await
            .map(drop)
    }

    /// A recording can be fetched.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn recording_ready(
        &self,
        carrier_sid: &str,
        recording: Recording,
        now: Timestamp,
    ) -> Result<(), Error> {
        let call = self.known(&self.db.read().await?, carrier_sid).await?;
        let key = format!("recording:{}", recording.sid);
        self.deliver(call, &key, Event::RecordingReady(recording), now)
            .await
            .map(drop)
    }

    /// The buyer told that a call was worth something. `key` tells one word from another: the same
    /// one changes nothing more.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a call nobody knows.
    pub async fn converted(
        &self,
        call: CallId,
        key: &str,
        conversion: Conversion,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let key = format!("conversion:{key}");
        self.deliver(call, &key, Event::Converted(conversion), now)
            .await
    }

    async fn deliver(
        &self,
        call: CallId,
        key: &str,
        event: Event,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let asked = Mutex::default();
        persist(|| self.try_deliver(call, key, event.clone(), &asked, now)).await
    }

    async fn try_deliver(
        &self,
        call: CallId,
        key: &str,
        event: Event,
        asked: &Mutex<Asked>,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let resumed = self.resume(&conn, call, Some(key)).await?;
        let answer = |twiml: Option<String>, repeated| Answer {
            call,
            twiml: twiml.unwrap_or_else(|| self.silence(call)),
            repeated,
        };
        if let Some(twiml) = resumed.answered {
            return Ok(answer((!twiml.is_empty()).then_some(twiml), true));
        }
        let mut machine = CallMachine::resume(resumed.saved.session.clone(), self.patience);
        if let Err(rejected) = machine.handle_event(event, now) {
            tracing::debug!(call = %call, delivery = key, reason = %rejected, "a delivery changed nothing");
            return Ok(answer(None, true));
        }
        let set_up = self.set_up_of(&conn, &resumed, now).await?;
        drop(conn);
        let turn = Turn {
            engine: self,
            scope: resumed.scope,
            call,
            set_up: set_up.clone(),
            tags: &resumed.saved.tags,
            over: Over::Saved(&resumed.saved),
            delivery: Some(key),
            bid: None,
            asked,
            now,
        };
        match turn.keep(&machine, Vec::new()).await {
            Ok(taken) => {
                if let Some(rules) = set_up.as_ref().and_then(|s| s.auto_pause.as_ref()) {
                    self.judge(&resumed.scope, rules, &taken.dials, now).await;
                }
                Ok(answer(taken.twiml, false))
            }
            // The same delivery on another server: its answer is ours.
            Err(StoreError::Conflict(Constraint::CallDelivery)) => Err(StoreError::Stale.into()),
            Err(e) => Err(e.into()),
        }
    }
}
