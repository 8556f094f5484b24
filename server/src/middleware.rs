//! What every request passes through, from the outside in.

pub mod csrf;
pub mod large;
pub mod limits;
pub mod referer;
pub mod request_id;
pub mod secure_headers;
pub mod trace;
