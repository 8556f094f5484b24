//! The world, as traits: only what is really outside.

use async_trait::async_trait;
use domain::call::event::CarrierRecord;
use domain::id::{CallId, CampaignId};
use domain::time::Timestamp;

/// The one place that knows what time it is.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Makes ids that nobody has used.
pub trait Ids: Send + Sync {
    fn call(&self) -> CallId;
    fn campaign(&self) -> CampaignId;
}

/// The carrier could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the carrier did not answer: {0}")]
pub struct CarrierUnreachable(pub String);

/// The carrier's records.
#[async_trait]
pub trait Telephony: Send + Sync {
    /// What the carrier knows about a call. A call it does not know is a record without one.
    ///
    /// # Errors
    /// If it could not be asked.
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable>;
}
