//! Server functions: the doors between pages and services.
//!
//! Each names who asks, calls one use case and maps the error; decisions live in `service`. Every
//! one has a fixed endpoint, so that an open tab survives a deploy.

pub mod account;
pub mod agent;
pub mod api_key;
pub mod block;
pub mod bulk_list;
pub mod buyer;
pub mod call;
pub mod campaign;
pub mod carrier_account;
pub mod carrier_number;
pub mod dashboard;
pub mod dispute;
pub mod dni_tag;
pub mod number;
pub mod number_order;
pub mod pool;
pub mod publisher;
pub mod recording;
pub mod ring_tree;
pub mod rtb;
pub mod rtb_bid;
pub mod rtb_id;
pub mod rtb_target;
pub mod session;
pub mod sheet;
pub mod target;
pub mod target_group;
pub mod visit;
pub mod webhook;

pub use crate::wire::Wire;

/// What every server function answers with.
pub type Answer<T> = Result<T, crate::error::AppError>;
