//! The use cases of CallCenter Pro.
//!
//! Each method loads facts, lets the domain decide, and commits what it decided. Invariants: no
//! SQL, no HTTP, no environment, no clock but the port's; every method that serves a person takes
//! an [`OpCtx`] first and asks for a permission before it looks at anything.

pub mod block;
pub mod buyer;
pub mod call;
pub mod campaign;
pub mod dashboard;
pub mod error;
mod guard;
pub mod inspect;
pub mod number;
pub mod op;
mod plan;
pub mod port;
pub mod recording;
pub mod session;
pub mod target;
pub mod user;
pub mod zone;

use std::sync::Arc;

use domain::call::effect::Patience;
use store::Db;

pub use error::Error;
pub use op::{Actor, OpCtx};
pub use plan::PlanCache;
pub use store::TenantScope;

/// What the services are made of.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    pub clock: Arc<dyn port::Clock>,
    pub ids: Arc<dyn port::Ids>,
    /// None where no carrier can be asked.
    pub telephony: Option<Arc<dyn port::Telephony>>,
    /// Public base URL without a slash at the end; the carrier comes back to it.
    pub public_base_url: String,
    pub patience: Patience,
}

/// All use cases. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    pub session: session::Sessions,
    pub users: user::Users,
    pub dashboard: dashboard::Dashboards,
    pub campaigns: campaign::Campaigns,
    pub buyers: buyer::Buyers,
    pub targets: target::Targets,
    pub numbers: number::Numbers,
    pub blocks: block::Blocks,
    pub calls: call::log::Calls,
    pub recordings: recording::Recordings,
    pub engine: call::engine::CallEngine,
    pub inspect: inspect::Inspection,
    pub clock: Arc<dyn port::Clock>,
}

impl Services {
    /// Builds all services over one database.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let plans = PlanCache::default();
        let db = parts.db.clone();
        Self {
            session: session::Sessions::new(db.clone()),
            users: user::Users::new(db.clone()),
            dashboard: dashboard::Dashboards::new(db.clone(), plans.clone()),
            campaigns: campaign::Campaigns::new(
                db.clone(),
                plans.clone(),
                Arc::clone(&parts.ids),
                parts.public_base_url.clone(),
            ),
            buyers: buyer::Buyers::new(db.clone()),
            targets: target::Targets::new(db.clone()),
            numbers: number::Numbers::new(db.clone(), parts.public_base_url.clone()),
            blocks: block::Blocks::new(db.clone()),
            calls: call::log::Calls::new(db.clone()),
            recordings: recording::Recordings::new(db.clone()),
            inspect: inspect::Inspection::new(db),
            clock: Arc::clone(&parts.clock),
            engine: call::engine::CallEngine::new(parts, plans),
        }
    }
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}
