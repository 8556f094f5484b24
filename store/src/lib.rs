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
pub use platform::{
    AgedRecording, CallDoor, DoomedRecording, KeyHolder, LoginThrottle, Member, NumberHome,
    Platform, ResumedCall, Shows, TagHome, UserRecord,
};
pub use repo::account::MemberRecord;
pub use repo::agent::{AgentRecord, DialCursor, DialLine, TakenSums, WrapUpRecord};
pub use repo::api_key::{ApiKeyInput, ApiKeyRecord};
pub use repo::block::{BlockFilter, BlockInput, BlockRecord};
pub use repo::bulk_list::BulkListRecord;
pub use repo::buyer::BuyerRecord;
pub use repo::call::log::{CallFilter, CallSums, Cursor};
pub use repo::call::money::DialSums;
pub use repo::call::step::{Kept, Over, StepRecord};
pub use repo::call::{CallLine, CallRecord, EventRecord, SavedCall};
pub use repo::campaign::CampaignRecord;
pub use repo::carrier_account::CarrierAccountRecord;
pub use repo::carrier_number::CarrierNumberRecord;
pub use repo::dispute::{DisputeFilter, DisputeRecord};
pub use repo::dni_tag::DniTagRecord;
pub use repo::idempotency::{KeptAnswer, RequestRecord, RequestToken};
pub use repo::number::NumberRecord;
pub use repo::number_order::{OrderInput, OrderRecord};
pub use repo::pool::{LeaseInput, PoolNumberRecord, PoolRecord};
pub use repo::publisher::PublisherRecord;
pub use repo::publisher::figures::PublisherSums;
pub use repo::recording::{Doom, RecordingCounts, RecordingRecord};
pub use repo::route::RouteRecord;
pub use repo::rtb_bid::{
    BidCursor, BidFilter, BidKept, BidMoney, BidRecord, BidStep, BidSums, BidUse, KeptBid,
};
pub use repo::rtb_id::RtbIdRecord;
pub use repo::rtb_ping::{PingFilter, PingRecord, PingSums};
pub use repo::target::{TargetRecord, UsageRecord};
pub use repo::target_group::{GroupUsageRecord, TargetGroupRecord};
pub use repo::visit::{Lease, VisitCounts, VisitFilter, VisitKey, VisitRecord};
pub use repo::webhook::{DeliveryInput, DeliveryRecord, WebhookRecord};
pub use scope::{Tenant, TenantScope};
pub use session_store::DbSessionStore;
