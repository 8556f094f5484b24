//! The clock and the chance of this machine: the one place that reads them.

use domain::time::Timestamp;

/// Now, by this machine's clock.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the system clock behind the port"
)]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// An id that sorts by the time it was made.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the id source behind the port"
)]
pub fn new_id() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

/// So many random hex digits, from the operating system.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the machine's source of chance"
)]
pub fn random_hex(digits: usize) -> String {
    let mut out = String::new();
    while out.len() < digits {
        // The middle of a version 4 UUID holds its fixed bits.
        let hex = uuid::Uuid::new_v4().simple().to_string();
        out.push_str(&hex[..12]);
        out.push_str(&hex[20..]);
    }
    out.truncate(digits);
    out
}

/// The clock behind the services' port.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl service::port::Clock for SystemClock {
    fn now(&self) -> Timestamp {
        now()
    }
}

/// The ids behind the services' port.
#[derive(Debug, Clone, Copy)]
pub struct SystemIds;

impl service::port::Ids for SystemIds {
    fn call(&self) -> domain::id::CallId {
        domain::id::CallId(new_id())
    }

    fn campaign(&self) -> domain::id::CampaignId {
        domain::id::CampaignId(new_id())
    }

    fn visit(&self) -> domain::id::VisitId {
        domain::id::VisitId(new_id())
    }
}
