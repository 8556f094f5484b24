//! What is neither page nor webhook: the stream of news, recordings, files.

pub mod events;
pub mod pulse;
pub mod recording;
pub mod site;
