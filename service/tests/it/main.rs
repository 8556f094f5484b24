//! The services on every database there is: SQLite always, PostgreSQL where the environment names one.

mod block;
mod capacity;
mod engine;
mod isolation;
mod set_up;
mod sign_in;
mod world;
