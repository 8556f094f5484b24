//! The pages. Each has one resource; the URL holds all of its state.

pub mod blocks;
pub mod buyer;
pub mod buyers;
pub mod call;
pub mod calls;
pub mod campaign;
pub mod campaigns;
pub mod dashboard;
pub mod login;
pub mod not_found;
pub mod numbers;
pub mod parts;
pub mod target;
