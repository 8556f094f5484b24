//! Paths and patterns as customers write them, on answers as strangers send them.
#![no_main]

use domain::rtb::answer::{Finder, Scripts};
use domain::rtb::parser::Parser;
use libfuzzer_sys::fuzz_target;

struct NoScripts;

impl Scripts for NoScripts {
    fn run(&self, _: &str, _: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

fuzz_target!(|given: (bool, &str, &str)| {
    let (path, text, answer) = given;
    let parser = if path {
        Parser::Path(text.to_owned())
    } else {
        Parser::Regex(text.to_owned())
    };
    if let Ok(finder) = Finder::new(&parser) {
        let _ = finder.find(answer, &NoScripts);
    }
});
