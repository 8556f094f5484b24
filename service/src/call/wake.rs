//! Calls whose news are overdue: asks the carrier and closes what it says is over.

use std::sync::Mutex;

use domain::call::event::{CarrierRecord, Event};
use domain::call::machine::{CallMachine, Rejected};
use domain::call::session::Stage;
use domain::id::CallId;
use domain::time::Timestamp;
use store::{Over, TenantScope};

use super::engine::{CallEngine, Turn, persist};
use crate::error::Error;

/// Calls one sweep looks at; the next sweep takes the rest.
const SWEEP_MAX: u64 = 200;

/// What one sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    pub looked_at: u32,
    pub closed: u32,
    pub failed: u32,
}

impl CallEngine {
    /// Wakes calls whose news are overdue: asks the carrier and closes what it says is over.
    ///
    /// # Errors
    /// What the database says; a single call that fails is counted and tried again next time.
    pub async fn sweep(&self, now: Timestamp) -> Result<SweepReport, Error> {
        let due = self
            .db
            .read()
            .await?
            .platform()
            .due_calls(now, SWEEP_MAX)
            .await?;
        let mut report = SweepReport::default();
        for (scope, call, carrier_sid) in due {
            report.looked_at += 1;
            // Asked outside any transaction: the carrier may take seconds.
            let said = self.ask(&scope, &carrier_sid, now).await;
            match persist(|| self.try_wake(call, said.clone(), now)).await {
                Ok(true) => report.closed += 1,
                Ok(false) => {}
                Err(e) => {
                    report.failed += 1;
                    tracing::warn!(call = %call, error = &e as &dyn std::error::Error, "a call could not be checked");
                }
            }
        }
        Ok(report)
    }

    async fn ask(&self, scope: &TenantScope, carrier_sid: &str, now: Timestamp) -> Event {
        let telephony = match self.carriers.telephony(scope, now).await {
            Ok(Some(telephony)) => telephony,
            Ok(None) => return Event::CarrierSilent,
            Err(e) => {
                tracing::warn!(
                    error = &e as &dyn std::error::Error,
                    "nobody could be asked about a call"
                );
                return Event::CarrierSilent;
            }
        };
        match telephony.record(carrier_sid).await {
            Ok(CarrierRecord { call: None, .. }) => Event::CarrierSilent,
            Ok(record) => Event::CarrierSaid(record),
            Err(e) => {
                tracing::warn!(error = %e, "the carrier could not be asked");
                Event::CarrierSilent
            }
        }
    }

    /// Whether the call is closed now.
    async fn try_wake(&self, call: CallId, said: Event, now: Timestamp) -> Result<bool, Error> {
        let conn = self.db.read().await?;
        let resumed = self.resume(&conn, call, None).await?;
        let set_up = self.set_up_of(&conn, &resumed, now).await?;
        drop(conn);
        let mut machine = CallMachine::resume(resumed.saved.session.clone(), self.patience);
        machine.handle_timeout(now);
        // Where somebody else was faster, or news came meanwhile, only the alarm is set anew.
        let asked = machine.poll_effect().is_some();
        let was_open = machine.session().stage != Stage::Ended;
        if asked {
            let _unchanged: Result<(), Rejected> = machine.handle_event(said, now);
        }
        let turn = Turn {
            engine: self,
            scope: resumed.scope,
            call,
            set_up,
            tags: &resumed.saved.tags,
            over: Over::Saved(&resumed.saved),
            delivery: None,
            bid: None,
            asked: &Mutex::default(),
            now,
        };
        let taken = turn.keep(&machine, Vec::new()).await?;
        Ok(asked && was_open && taken.stage == Stage::Ended)
    }
}
