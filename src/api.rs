//! What travels between the browser and the server: forms in, views out.
//!
//! A form holds what a person typed, as text; its `check` turns it into a checked input or says
//! what is wrong, at the field. The same `check` runs in the browser and on the server. A view holds
//! texts ready to show (times in the account's zone), so that both sides render the same.

pub mod block;
pub mod buyer;
pub mod call;
pub mod campaign;
pub mod dashboard;
pub mod number;
pub mod page;
pub mod session;
pub mod target;
