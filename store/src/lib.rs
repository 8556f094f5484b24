//! The database behind scoped handles.
//!
//! Invariants:
//! - entities never leave this crate; what goes out are records of plain types;
//! - a [`TenantScope`] is minted by a lookup that proves the relation, never built;
//! - every read of a table that belongs to an account goes through [`Tenant`], which adds the
//!   filter; every insert is stamped with the account of the scope.

mod db;
mod entity;
mod error;
mod keeper;
mod platform;
mod repo;
mod scope;
mod session_store;
#[cfg(feature = "testing")]
pub mod testing;

pub use db::{Conn, Db, DbSettings};
pub use error::{Constraint, StoreError};
pub use platform::{LoginThrottle, Member, NumberHome, Platform, ResumedCall, UserRecord};
pub use repo::block::{BlockInput, BlockRecord};
pub use repo::buyer::BuyerRecord;
pub use repo::call::log::{CallFilter, CallSums, Cursor};
pub use repo::call::step::{Kept, Over, StepRecord};
pub use repo::call::{CallLine, CallRecord, EventRecord, SavedCall};
pub use repo::campaign::CampaignRecord;
pub use repo::number::NumberRecord;
pub use repo::recording::RecordingRecord;
pub use repo::route::RouteRecord;
pub use repo::target::{TargetRecord, UsageRecord};
pub use scope::{Tenant, TenantScope};
pub use session_store::DbSessionStore;
