//! What is neither page nor webhook: the stream of news, recordings, lists, files.

pub mod dni;
pub mod enrich;
pub mod events;
pub mod export;
pub mod hook;
pub mod import;
pub mod page_threads;
mod parameters;
pub mod pulse;
pub mod recording;
pub mod rtb;
pub mod site;
pub mod visitor;
