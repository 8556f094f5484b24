//! Server functions: the doors between pages and services.
//!
//! Each names who asks, calls one use case and maps the error; decisions live in `service`. Every
//! one has a fixed endpoint, so that an open tab survives a deploy.

pub mod block;
pub mod buyer;
pub mod call;
pub mod campaign;
pub mod dashboard;
pub mod number;
pub mod session;
pub mod target;

pub use crate::wire::Wire;

/// What every server function answers with.
pub type Answer<T> = Result<T, crate::error::AppError>;
