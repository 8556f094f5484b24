//! The whole server in one process, over a database of its own.

mod auth;
mod server_fns;
mod tenancy_coverage;
mod webhooks;
mod world;
