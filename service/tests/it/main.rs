//! The services on every database there is: SQLite always, PostgreSQL where the environment names one.

mod adjust;
mod agent;
mod api_key;
mod auction;
mod block;
mod campaign_settings;
mod capacity;
mod dispute;
mod engine;
mod enrichment;
mod isolation;
mod market;
mod number_order;
mod publisher;
mod recording;
mod rtb_bid;
mod set_up;
mod sheet;
mod sign_in;
mod target_group;
mod terms;
mod visit;
mod webhook;
mod world;
