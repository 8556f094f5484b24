//! The callcenter server: HTTP, webhooks, background work, command line.
//!
//! Invariants: handlers decide nothing, they ask the services; the carrier always gets an answer it
//! can act on; the environment is read in [`config`] alone; what runs in the background watches the
//! shutdown token.

pub mod adapter;
pub mod auth;
pub mod boot;
pub mod carrier;
pub mod cli;
pub mod client;
pub mod config;
pub mod demo;
pub mod error;
pub mod health;
pub mod jobs;
pub mod limit;
pub mod middleware;
pub mod public;
pub mod rest;
pub mod router;
pub mod serve;
pub mod shutdown;
pub mod state;
pub mod telemetry;
pub mod webhook;
