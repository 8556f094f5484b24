//! Functions of bidders in processes of their own, as the program runs them.

use domain::rtb::answer::Scripts as _;
use server::adapter::script::Sandbox;
use std::thread;

const PROGRAM: &str = env!("CARGO_BIN_EXE_callcenter");
const ANSWER: &str = r#"{"bid": {"amount": "12.50"}}"#;
const BID: &str = "return JSON.parse(input).bid.amount";

fn amount() -> Result<Option<String>, String> {
    Ok(Some("12.50".to_owned()))
}

#[test]
fn one_process_runs_functions_of_many_and_keeps_nothing_of_them() {
    let sandbox = Sandbox::new(PROGRAM);
    assert_eq!(sandbox.run(BID, ANSWER), amount());
    let polluted =
        "JSON.parse = () => ({bid: {amount: 1}}); globalThis.kept = input; return 'done'";
    assert_eq!(sandbox.run(polluted, ANSWER), Ok(Some("done".to_owned())));
    assert_eq!(sandbox.run(BID, ANSWER), amount());
    assert_eq!(
        sandbox.run("return typeof kept", ANSWER),
        Ok(Some("undefined".to_owned()))
    );
    assert_eq!(
        sandbox.run("throw new Error('no\\nbid')", ANSWER),
        Err("no".to_owned())
    );
    assert_eq!(sandbox.run("return null", ANSWER), Ok(None));
}

#[test]
fn what_the_engine_would_not_interrupt_is_ended_with_its_process() {
    let sandbox = Sandbox::new(PROGRAM);
    for busy in [
        // A search that compares for hours.
        "return 'a'.repeat(3e6).indexOf('a'.repeat(1e6) + 'b')",
        // Loops over what is not there.
        "return Array.prototype.indexOf.call({length: 2 ** 52}, 1)",
        "let all = []; for (let n = 0; n < 60; n++) all = [all, all]; return all.flat(Infinity).length",
        "for (;;) {}",
    ] {
        let said = sandbox.run(busy, ANSWER);
        assert_eq!(said, Err("it ran longer than 50 ms".to_owned()), "{busy}");
        assert_eq!(sandbox.run(BID, ANSWER), amount(), "after {busy}");
    }
}

#[test]
fn many_run_at_once() {
    let sandbox = Sandbox::new(PROGRAM);
    thread::scope(|scope| {
        let runs: Vec<_> = (0..8)
            .map(|n| {
                let sandbox = &sandbox;
                scope.spawn(move || {
                    let body = format!("return {n} + input.length");
                    let expected = Ok(Some((n + ANSWER.len()).to_string()));
                    (0..20).all(|_| sandbox.run(&body, ANSWER) == expected)
                })
            })
            .collect();
        for run in runs {
            assert!(run.join().expect("a run"));
        }
    });
}

#[test]
fn a_program_that_is_not_there_is_said() {
    let said = Sandbox::new("/nowhere/callcenter").run(BID, ANSWER);
    assert_eq!(said, Err("the engine could not be started".to_owned()));
}
