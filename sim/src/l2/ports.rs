//! The world outside, faked: a clock that is told the time, ids that count, a carrier that is asked.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::call::event::CarrierRecord;
use domain::id::{CallId, CampaignId, VisitId};
use domain::time::Timestamp;
use service::port::{CarrierUnreachable, Clock, Ids, RecordingSource, Sink, Telephony};
use uuid::Uuid;

use crate::carrier::Carrier;

/// The carrier, shared by those who call and those who ask.
pub(super) type SharedCarrier = Arc<Mutex<Carrier>>;

/// The time it is in the run.
#[derive(Debug, Default)]
pub(super) struct RunClock(pub AtomicI64);

impl RunClock {
    pub(super) fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for RunClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// Ids from the seed and a counter.
#[derive(Debug)]
pub(super) struct RunIds {
    pub seed: u64,
    pub next: AtomicU64,
}

impl RunIds {
    fn id(&self) -> Uuid {
        let n = self.next.fetch_add(1, Ordering::SeqCst) + 1;
        Uuid::from_u128(u128::from(self.seed) << 64 | u128::from(n))
    }
}

impl Ids for RunIds {
    fn call(&self) -> CallId {
        CallId(self.id())
    }

    fn campaign(&self) -> CampaignId {
        CampaignId(self.id())
    }

    fn visit(&self) -> VisitId {
        VisitId(self.id())
    }
}

/// The carrier's records, one question in ten unanswered.
pub(super) struct Records {
    pub carrier: SharedCarrier,
    pub clock: Arc<RunClock>,
    pub asked: AtomicU64,
}

#[async_trait]
impl Telephony for Records {
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable> {
        if self.asked.fetch_add(1, Ordering::SeqCst) % 10 == 7 {
            return Err(CarrierUnreachable("no answer in time".to_owned()));
        }
        let Some(line) = carrier_sid.strip_prefix("CA").and_then(|n| n.parse().ok()) else {
            return Ok(CarrierRecord::default());
        };
        let now = self.clock.now();
        Ok(self
            .carrier
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .record(line, now))
    }

    async fn hear(
        &self,
        recording: &RecordingSource,
        _: Sink<'_>,
    ) -> Result<(), CarrierUnreachable> {
        Err(CarrierUnreachable(format!(
            "nobody recorded {}",
            recording.carrier_sid
        )))
    }

    async fn delete_recording(&self, _: &str) -> Result<(), CarrierUnreachable> {
        if self.asked.fetch_add(1, Ordering::SeqCst) % 10 == 7 {
            return Err(CarrierUnreachable("no answer in time".to_owned()));
        }
        Ok(())
    }
}
