//! Whom to ask about a call, and where the sound of a recording comes from: the carrier, or in a
//! demo the built-in one for the calls it made itself.

use super::twilio::{Rest, RestError};
use crate::carrier::exchange::Exchange;
use async_trait::async_trait;
use domain::call::event::{CarrierLeg, CarrierRecord, LegStatus};
use service::port::{CarrierUnreachable, Telephony};
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

#[async_trait]
impl Telephony for Rest {
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable> {
        Self::record(self, carrier_sid)
            .await
            .map_err(|e| CarrierUnreachable(chain(&e)))
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(
        || error.to_string(),
        |cause| format!("{error}: {}", chain(cause)),
    )
}

/// The records of the built-in carrier, and of the real one for all other calls.
#[derive(Debug, Clone)]
pub struct DemoTelephony {
    pub exchange: Arc<Exchange>,
    pub carrier: Option<Rest>,
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
        match &self.carrier {
            Some(carrier) => Telephony::record(carrier, carrier_sid).await,
            None => Ok(CarrierRecord::default()),
        }
    }
}

/// Where the sound of a recording comes from.
#[derive(Debug, Clone)]
pub struct Media {
    /// The carrier's API, where an account is set up.
    pub carrier: Option<Rest>,
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
        recording_sid: &str,
        duration_s: u32,
        channels: u32,
        range: Option<&str>,
    ) -> Result<Sound, RestError> {
        match &self.carrier {
            Some(carrier) if !(self.demo && is_demo(recording_sid)) => {
                carrier.media(recording_sid, range).await.map(Sound::Stream)
            }
            None if !self.demo => Err(RestError::NotSetUp),
            _ => Ok(Sound::File(crate::carrier::wav::conversation(
                duration_s, channels,
            ))),
        }
    }
}
