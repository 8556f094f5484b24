//! What stands in answers: amounts and acceptances.
#![no_main]

use domain::rtb::amount;
use domain::rtb::parser::is_yes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(read) = amount::read(text, "USD") {
        assert!(read.0 >= 0 && read <= amount::BID_MAX);
    }
    let _ = is_yes(text);
});
