//! Answers of bidders: every path that is offered can be followed, and nothing panics or hangs.
#![no_main]

use domain::rtb::answer::{Finder, Scripts, places};
use domain::rtb::parser::Parser;
use libfuzzer_sys::fuzz_target;

struct NoScripts;

impl Scripts for NoScripts {
    fn run(&self, _: &str, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

fuzz_target!(|answer: &str| {
    for place in places(answer).into_iter().take(20) {
        let finder =
            Finder::new(&Parser::Path(place.path)).expect("a path of ours can be followed");
        let _ = finder.find(answer, &NoScripts);
    }
});
