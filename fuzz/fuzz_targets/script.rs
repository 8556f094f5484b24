//! Functions that read answers, as customers write them: the engine ends each within its bounds of time
//! and memory. Its own process, which ends what the engine does not interrupt, is left out here.
#![no_main]

// The server itself would bring a web framework along.
#[path = "../../server/src/adapter/script/engine.rs"]
mod engine;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &str| {
    let _ = engine::run(body, r#"{"bid": {"amount": "12.50"}, "ok": true}"#);
});
