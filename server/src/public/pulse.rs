//! "Something changed": a beat for all open streams of this process. What other processes do is
//! noticed by looking from time to time.

use tokio::sync::watch;

/// The sending and the listening end in one. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pulse {
    beats: watch::Sender<u64>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            beats: watch::Sender::new(0),
        }
    }
}

impl Pulse {
    /// Tells everybody that calls changed.
    pub fn beat(&self) {
        self.beats.send_modify(|n| *n += 1);
    }

    /// Hears every beat from now on; several that come together are one.
    #[must_use]
    pub fn listen(&self) -> watch::Receiver<u64> {
        self.beats.subscribe()
    }
}
