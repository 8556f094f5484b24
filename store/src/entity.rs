//! Rows as they are stored. Private: what leaves this crate are records.

pub(crate) mod account;
pub(crate) mod app_user;
pub(crate) mod block;
pub(crate) mod buyer;
pub(crate) mod call;
pub(crate) mod call_event;
pub(crate) mod campaign;
pub(crate) mod login_throttle;
pub(crate) mod membership;
pub(crate) mod phone_number;
pub(crate) mod recording;
pub(crate) mod route;
pub(crate) mod target;
pub(crate) mod target_usage;
pub(crate) mod web_session;
