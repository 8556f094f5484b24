//! What has been taken of caps.

use domain::caps::Usage as DomainUsage;
use serde::Serialize;
use utoipa::ToSchema;

/// What it has used in the windows that are running.
#[derive(Debug, Serialize, ToSchema)]
pub struct Usage {
    live: u32,
    hour: u32,
    day: u32,
    month: u32,
    total: u32,
}

impl From<DomainUsage> for Usage {
    fn from(used: DomainUsage) -> Self {
        Self {
            live: used.live,
            hour: used.hour,
            day: used.day,
            month: used.month,
            total: used.total,
        }
    }
}
