//! What the built-in carrier remembers, so that it can be asked about its calls as a real one can.

use domain::call::event::{CarrierLeg, CarrierRecord, LegStatus};
use domain::call::recording::Recording;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Calls remembered after their end; the sweeper asks within minutes.
const ENDED_MAX: usize = 2_000;

/// Calls, legs and recordings of the built-in carrier.
#[derive(Debug, Default)]
pub struct Exchange {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<String, CarrierRecord>,
    ended: VecDeque<String>,
}

impl Exchange {
    fn state(&self) -> MutexGuard<'_, State> {
        // The map is whole between any two statements: a panic elsewhere leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes how a leg stands; `parent` is absent for the caller's own.
    pub fn leg(&self, parent: Option<&str>, sid: &str, status: LegStatus, duration_s: u32) {
        let mut state = self.state();
        let leg = CarrierLeg {
            sid: sid.to_owned(),
            status,
            duration_s,
        };
        let record = state
            .calls
            .entry(parent.unwrap_or(sid).to_owned())
            .or_default();
        match parent {
            Some(_) => match record.legs.iter_mut().find(|known| known.sid == sid) {
                Some(known) => *known = leg,
                None => record.legs.push(leg),
            },
            None => {
                record.call = Some(leg);
                if status.is_final() {
                    state.ended.push_back(sid.to_owned());
                    while state.ended.len() > ENDED_MAX {
                        if let Some(oldest) = state.ended.pop_front() {
                            state.calls.remove(&oldest);
                        }
                    }
                }
            }
        }
    }

    /// Notes a recording of a call.
    pub fn recorded(&self, call: &str, recording: Recording) {
        let mut state = self.state();
        let record = state.calls.entry(call.to_owned()).or_default();
        record.recordings.push(recording);
    }

    /// All that is known about a call; empty for one that is unknown or forgotten.
    #[must_use]
    pub fn record(&self, sid: &str) -> CarrierRecord {
        self.state().calls.get(sid).cloned().unwrap_or_default()
    }
}
