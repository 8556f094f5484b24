//! What the product's log says of its requests. It knows how long each took inside the server, without
//! the way there and the wait of the generator for a turn on the same processors.

use crate::load::Outcome;
use serde::Deserialize;
use std::time::Duration;

/// The line of an answered request.
#[derive(Debug, Deserialize)]
struct Answered {
    /// Whole milliseconds, rounded down.
    took_ms: u32,
    span: Span,
}

#[derive(Debug, Deserialize)]
struct Span {
    path: String,
}

/// The times of requests to a path, each rounded up to the next whole millisecond: what is said of
/// them is at most too much.
pub fn took(log: &str, path: &str) -> Outcome {
    let answered = log
        .lines()
        .filter_map(|line| serde_json::from_str::<Answered>(line).ok())
        .filter(|line| line.span.path == path);
    let micros = answered.map(|line| line.took_ms.saturating_add(1).saturating_mul(1_000));
    Outcome::new(Duration::ZERO, micros.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_that_of_an_answer_to_the_path() {
        let log = r#"{"timestamp":"2026-11-29T07:00:00.0Z","level":"INFO","message":"listening","target":"server"}
{"level":"INFO","status":200,"took_ms":0,"message":"answered","span":{"id":"1","method":"POST","path":"/a","name":"request"}}
{"level":"INFO","status":200,"took_ms":2,"message":"answered","span":{"id":"2","method":"POST","path":"/a","name":"request"}}
{"level":"INFO","status":200,"took_ms":9,"message":"answered","span":{"id":"3","method":"POST","path":"/b","name":"request"}}
no JSON
"#;
        let took = took(log, "/a");
        assert_eq!(took.count(), 2);
        assert!((took.percentile(0.5) - 1.0).abs() < 1e-9);
        assert!((took.percentile(0.99) - 3.0).abs() < 1e-9);
    }
}
