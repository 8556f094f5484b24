//! What stands in answers and pings: amounts, acceptances, a publisher's parameters.
#![no_main]

use domain::rtb::amount;
use domain::rtb::parser::is_yes;
use domain::rtb_id::ping::Ping;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: (&str, Vec<(String, String)>)| {
    let (text, parameters) = given;
    if let Ok(read) = amount::read(text, "USD") {
        assert!(read.0 >= 0 && read <= amount::BID_MAX);
    }
    let _ = is_yes(text);
    let _ = Ping::read(&parameters);
});
