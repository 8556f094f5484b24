//! The whole server in one process, over a database of its own.

mod auth;
mod demo_bidders;
mod dni;
mod enrich;
mod hooks;
mod program;
mod provisioning;
mod recordings;
mod rest;
mod rest_coverage;
mod rest_money;
mod rest_resources;
mod rest_set_up;
mod rtb;
mod script;
mod server_fns;
mod sheets;
mod tenancy_coverage;
mod webhooks;
mod world;
