//! What can be asked of an account's tables, one file a noun. All of it is methods of
//! [`Tenant`](crate::Tenant): the filter by account is there before the question is.

pub(crate) mod account;
pub(crate) mod agent;
pub(crate) mod api_key;
pub(crate) mod block;
pub(crate) mod bulk_list;
pub(crate) mod buyer;
pub(crate) mod call;
pub(crate) mod campaign;
pub(crate) mod carrier_account;
pub(crate) mod carrier_number;
pub(crate) mod dispute;
pub(crate) mod dni_tag;
pub(crate) mod enrichment;
pub(crate) mod idempotency;
pub(crate) mod number;
pub(crate) mod number_order;
pub(crate) mod pool;
pub(crate) mod publisher;
pub(crate) mod recording;
pub(crate) mod route;
pub(crate) mod rtb_bid;
pub(crate) mod rtb_id;
pub(crate) mod rtb_ping;
pub(crate) mod tag;
pub(crate) mod target;
pub(crate) mod target_group;
pub(crate) mod visit;
pub(crate) mod webhook;

use domain::api::page::Activity;

use crate::error::StoreError;

/// A stored count, which is never negative.
pub(crate) fn count(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

/// What of a name must differ from other names: everything but its case.
pub(crate) fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}

pub(crate) fn activity(table: &'static str, code: &str) -> Result<Activity, StoreError> {
    Activity::from_code(code).ok_or_else(|| StoreError::corrupt(table, code))
}

pub(crate) fn to_json<T: serde::Serialize>(
    table: &'static str,
    value: &T,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::corrupt(table, e))
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(
    table: &'static str,
    text: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|e| StoreError::corrupt(table, e))
}
