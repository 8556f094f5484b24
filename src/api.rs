//! What travels between the browser and the server: forms in, views out.
//!
//! A form holds what a person typed, as text; its `check` turns it into a checked input or says
//! what is wrong, at the field. The same `check` runs in the browser and on the server. A view holds
//! texts ready to show (times in the account's zone), so that both sides render the same.

pub mod account;
pub mod adjustment;
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
pub mod filter;
pub mod money;
pub mod number;
pub mod number_order;
pub mod page;
pub mod plan;
pub mod pool;
pub mod predict;
pub mod publisher;
pub mod recording;
pub mod recovery;
pub mod revenue;
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
