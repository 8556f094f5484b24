//! How far imports are. Known to the server that runs one; others say that they do not know.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::api::sheet::ImportProgress;
use domain::id::{AccountId, UserId};

use crate::op::OpCtx;

type Key = (AccountId, UserId);

/// The imports that run.
#[derive(Debug, Clone, Default)]
pub(super) struct Progress(Arc<Mutex<HashMap<Key, ImportProgress>>>);

/// An import that runs; it is over when this goes.
#[derive(Debug)]
pub(crate) struct Ticket {
    progress: Progress,
    key: Key,
}

impl Progress {
    pub(super) fn begin(&self, op: &OpCtx, rows: usize) -> Ticket {
        let key = key(op);
        let total = u32::try_from(rows).unwrap_or(u32::MAX);
        self.lock().insert(key, ImportProgress { done: 0, total });
        Ticket {
            progress: self.clone(),
            key,
        }
    }

    pub(super) fn of(&self, op: &OpCtx) -> ImportProgress {
        self.lock().get(&key(op)).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, ImportProgress>> {
        // Counts that stopped half-way harm nobody.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// So many rows more are stored.
    pub(crate) fn done(&self, rows: usize) {
        if let Some(progress) = self.progress.lock().get_mut(&self.key) {
            progress.done += u32::try_from(rows).unwrap_or(u32::MAX);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.progress.lock().remove(&self.key);
    }
}

fn key(op: &OpCtx) -> Key {
    (op.scope.account(), op.actor.user_id)
}
