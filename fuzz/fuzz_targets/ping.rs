//! Publishers' pings: whatever a body is, it is read or refused, and an answer that repeats what was sent
//! can be read again.
#![no_main]

use domain::money::Micros;
use domain::parameters;
use domain::rtb_id::answer::{Answer, Offer, Warning};
use domain::rtb_id::ping::Ping;
use domain::time::Timestamp;
use libfuzzer_sys::fuzz_target;

const KINDS: [&str; 4] = [
    "",
    "application/json",
    "text/xml",
    "application/x-www-form-urlencoded",
];

fuzz_target!(|given: (u8, &[u8])| {
    let (kind, body) = given;
    let Ok(read) = parameters::read(KINDS[usize::from(kind) % KINDS.len()], body) else {
        return;
    };
    assert!(read.len() <= parameters::PARAMETERS_MAX);
    let ping = Ping::read(&read);
    let answer = Answer::Offer(Offer {
        bid_id: ping.inbound_call_id,
        amount: Micros(20_000_000),
        expires_in_s: 30,
        expires_at: Timestamp::from_secs(0),
        number: None,
        sip: Some(ping.sub_id),
        terms: Vec::new(),
        warnings: vec![Warning::Repeated(
            read.into_iter().map(|(_, value)| value).collect(),
        )],
    });
    parameters::read("application/json", answer.json().as_bytes()).expect("JSON of ours");
    parameters::read("text/xml", answer.xml().as_bytes()).expect("XML of ours");
});
