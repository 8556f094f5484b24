//! The store's suite. Each test runs on SQLite, and on PostgreSQL where `TEST_DATABASE_URL` names a
//! server; the runner sets it three times: directly, over TLS, and through PgBouncer.

mod db;
mod plans;
mod platform;
mod repo_agents;
mod repo_api_keys;
mod repo_blocks;
mod repo_calls;
mod repo_caps;
mod repo_log;
mod repo_money;
mod repo_pools;
mod repo_publishers;
mod repo_recordings;
mod repo_rtb_bids;
mod repo_rtb_pings;
mod repo_setup;
mod repo_steps;
mod repo_target_groups;
mod repo_webhooks;
mod schema;
mod scope;
mod scope_random;
mod session;
mod steps;
mod world;
