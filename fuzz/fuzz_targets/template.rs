//! Token templates: whatever is written is read or refused, is written as it was read, and stays one
//! value where it stands.
#![no_main]

use domain::phone::Caller;
use domain::rtb::token::{Escape, Facts, Party, Template};
use domain::tag::Tags;
use domain::time::Timestamp;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|given: (&str, &str)| {
    let (text, value) = given;
    let Ok(template) = text.parse::<Template>() else {
        return;
    };
    assert_eq!(template.to_string(), text);
    let mut tags = Tags::default();
    tags.set("user", "zip", value);
    let caller = Caller::from_carrier("+12145550187");
    let facts = Facts {
        call: value,
        caller: &caller,
        exposed: true,
        dialed: value,
        publisher: Party::default(),
        campaign: Party::default(),
        target: Party::default(),
        duplicate: false,
        now: Timestamp::from_secs(0),
        tags: &tags,
    };
    for escape in [
        Escape::Plain,
        Escape::Url,
        Escape::Json,
        Escape::Xml,
        Escape::Header,
    ] {
        let _ = template.render(&facts, escape);
    }
});
