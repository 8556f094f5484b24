//! Whom to ask about a call, and where the sound of a recording comes from: the carrier, or in a
//! demo the built-in one for the calls it made itself.

use super::twilio::{Rest, RestError, Twilio};
use crate::carrier::exchange::Exchange;
use crate::carrier::wav::conversation;
use async_trait::async_trait;
use domain::call::event::{CarrierLeg, CarrierRecord, LegStatus};
use service::port::{
    CarrierLogin, CarrierUnreachable, Carriers, NumberMarket, RecordingSource, Sink, Telephony,
};
use std::sync::Arc;

/// What the built-in carrier writes behind the two letters of its ids. It forgets its calls with the
/// process, but still knows them as its own.
pub const MARK: &str = "de30de30";

/// An id of the built-in carrier.
#[must_use]
pub fn demo_sid(prefix: &str) -> String {
    format!("{prefix}{MARK}{}", super::system::random_hex(24))
}

fn is_demo(sid: &str) -> bool {
    sid.get(2..).is_some_and(|rest| rest.starts_with(MARK))
}

/// Accounts at the carrier, of which one has a call; the likeliest first.
#[derive(Debug, Clone)]
pub struct Accounts(Vec<Rest>);

#[async_trait]
impl Telephony for Accounts {
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable> {
        let mut record = CarrierRecord::default();
        for account in &self.0 {
            record = account.record(carrier_sid).await.map_err(unreachable)?;
            if record.call.is_some() {
                break;
            }
        }
        Ok(record)
    }

    async fn hear(
        &self,
        recording: &RecordingSource,
        sink: Sink<'_>,
    ) -> Result<(), CarrierUnreachable> {
        let mut heard = Err(RestError::NotFound);
        for account in &self.0 {
            heard = account.hear(&recording.carrier_sid, sink).await;
            if !matches!(heard, Err(RestError::NotFound)) {
                break;
            }
        }
        heard.map_err(unreachable)
    }

    async fn delete_recording(&self, carrier_sid: &str) -> Result<(), CarrierUnreachable> {
        // Where it is not, it is deleted.
        for account in &self.0 {
            let deleted = account.delete_recording(carrier_sid).await;
            deleted.map_err(unreachable)?;
        }
        Ok(())
    }
}

fn unreachable(error: RestError) -> CarrierUnreachable {
    CarrierUnreachable(chain(&error))
}

fn chain(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(
        || error.to_string(),
        |cause| format!("{error}: {}", chain(cause)),
    )
}

/// The carriers that this server can ask: the real one for who has an account there, and in a demo
/// the built-in one.
#[derive(Debug, Clone)]
pub struct AllCarriers {
    pub twilio: Twilio,
    pub exchange: Option<Arc<Exchange>>,
}

impl Carriers for AllCarriers {
    fn telephony(&self, logins: &[CarrierLogin]) -> Option<Arc<dyn Telephony>> {
        let carriers: Vec<Rest> = logins.iter().map(|l| self.twilio.client(l)).collect();
        match (&self.exchange, carriers.is_empty()) {
            (None, true) => None,
            (None, false) => Some(Arc::new(Accounts(carriers))),
            (Some(exchange), _) => Some(Arc::new(DemoTelephony {
                exchange: Arc::clone(exchange),
                carriers: Accounts(carriers),
            })),
        }
    }

    fn market(&self, login: &CarrierLogin) -> Option<Arc<dyn NumberMarket>> {
        Some(Arc::new(self.twilio.client(login)))
    }
}

/// The records of the built-in carrier, and of the real one for all other calls.
#[derive(Debug, Clone)]
pub struct DemoTelephony {
    pub exchange: Arc<Exchange>,
    pub carriers: Accounts,
}

#[async_trait]
impl Telephony for DemoTelephony {
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable> {
        let known = self.exchange.record(carrier_sid);
        if known.call.is_some() {
            return Ok(known);
        }
        if is_demo(carrier_sid) {
            // Ours, from before a restart: whoever was on the line is not any more.
            let call = CarrierLeg {
                sid: carrier_sid.to_owned(),
                status: LegStatus::Completed,
                duration_s: 0,
            };
            return Ok(CarrierRecord {
                call: Some(call),
                ..CarrierRecord::default()
            });
        }
        self.carriers.record(carrier_sid).await
    }

    async fn hear(
        &self,
        recording: &RecordingSource,
        sink: Sink<'_>,
    ) -> Result<(), CarrierUnreachable> {
        match self.real(&recording.carrier_sid) {
            Some(carriers) => carriers.hear(recording, sink).await,
            None => {
                sink(&conversation(recording.duration_s, recording.channels));
                Ok(())
            }
        }
    }

    async fn delete_recording(&self, carrier_sid: &str) -> Result<(), CarrierUnreachable> {
        match self.real(carrier_sid) {
            Some(carriers) => carriers.delete_recording(carrier_sid).await,
            // The built-in carrier makes its sound anew each time: there is nothing to delete.
            None => Ok(()),
        }
    }
}

impl DemoTelephony {
    /// The carrier that keeps a recording; none for the built-in one.
    fn real(&self, recording_sid: &str) -> Option<&Accounts> {
        let any = !self.carriers.0.is_empty() && !is_demo(recording_sid);
        any.then_some(&self.carriers)
    }
}

/// Where the sound of a recording comes from.
#[derive(Debug, Clone)]
pub struct Media {
    pub twilio: Twilio,
    /// Whether calls of the built-in carrier are here.
    pub demo: bool,
}

/// Sound on its way.
#[derive(Debug)]
pub enum Sound {
    /// The carrier's answer, to be passed on.
    Stream(reqwest::Response),
    /// A whole file.
    File(Vec<u8>),
}

impl Media {
    /// The sound of a recording; `range` is a browser's `Range` header.
    ///
    /// # Errors
    /// If the carrier does not know it or cannot be asked.
    pub async fn sound(
        &self,
        recording: &RecordingSource,
        range: Option<&str>,
    ) -> Result<Sound, RestError> {
        let sid = &recording.carrier_sid;
        if self.demo && (is_demo(sid) || recording.logins.is_empty()) {
            let file = conversation(recording.duration_s, recording.channels);
            return Ok(Sound::File(file));
        }
        let mut sound = Err(RestError::NotSetUp);
        for login in &recording.logins {
            sound = self.twilio.client(login).media(sid, range).await;
            if !matches!(sound, Err(RestError::NotFound)) {
                break;
            }
        }
        sound.map(Sound::Stream)
    }
}
