//! JavaScript without files, network, clock of its own or memory of the last run, for a moment and in
//! little space.
//!
//! The engine looks at the time between two steps of a function. What its own parts do in one step, as
//! searching a long text, it does to the end: `worker.rs` ends that.

use rquickjs::context::EvalOptions;
use rquickjs::{CatchResultExt as _, CaughtError, Context, Ctx, Function, Runtime, Value};
use rustix::time::{ClockId, clock_gettime};
use std::time::Duration;

/// How much of a processor's time one function may have. A busy machine takes none of it away.
pub const RUN: Duration = Duration::from_millis(50);
/// How much memory it may use, in bytes.
const MEMORY_MAX: usize = 8 * 1024 * 1024;
const STACK_MAX: usize = 256 * 1024;
/// The longest value, in bytes.
const VALUE_MAX: usize = 4_096;

/// What is said of a function that was ended.
pub fn too_long() -> String {
    format!("it ran longer than {} ms", RUN.as_millis())
}

/// Runs the body of a function on an input: what it returned as text, and nothing where it returned
/// nothing or too much. The engine is a new one for each run: nothing of one is there in the next.
///
/// # Errors
/// What it threw, or which bound it met.
pub fn run(body: &str, input: &str) -> Result<Option<String>, String> {
    let broken = |_| "the engine could not be started".to_owned();
    let runtime = Runtime::new().map_err(broken)?;
    runtime.set_memory_limit(MEMORY_MAX);
    runtime.set_max_stack_size(STACK_MAX);
    let began = spent(ClockId::ThreadCPUTime);
    let is_over = move || spent(ClockId::ThreadCPUTime).saturating_sub(began) > RUN;
    runtime.set_interrupt_handler(Some(Box::new(is_over)));
    let context = Context::full(&runtime).map_err(broken)?;
    context.with(|ctx| {
        let value = call(&ctx, body, input)
            .catch(&ctx)
            .map_err(|error| if is_over() { too_long() } else { told(&error) })?;
        Ok(value.filter(|text| text.len() <= VALUE_MAX))
    })
}

/// The processor's time that this thread has had, or this process.
pub fn spent(by: ClockId) -> Duration {
    let time = clock_gettime(by);
    let secs = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(secs, u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn call(ctx: &Ctx<'_>, body: &str, input: &str) -> rquickjs::Result<Option<String>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    // On lines of its own, so that a comment at its end ends there.
    let source = format!("(function (input) {{\n{body}\n}})");
    let function: Function<'_> = ctx.eval_with_options(source, options)?;
    let value: Value<'_> = function.call((input,))?;
    if value.is_null() || value.is_undefined() {
        return Ok(None);
    }
    if let Some(text) = value.as_string() {
        return text.to_string().map(Some);
    }
    if value.is_object() {
        let json = ctx.json_stringify(value)?;
        return json.map(|text| text.to_string()).transpose();
    }
    let text: Function<'_> = ctx.globals().get("String")?;
    text.call((value,)).map(Some)
}

/// What went wrong, in a line.
fn told(error: &CaughtError<'_>) -> String {
    let text = match error {
        CaughtError::Exception(exception) => exception.message().unwrap_or_default(),
        CaughtError::Value(_) => "it threw".to_owned(),
        CaughtError::Error(error) => error.to_string(),
    };
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() {
        return "it used too much memory, or threw nothing".to_owned();
    }
    line.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::run as run_on;

    fn run(body: &str) -> Result<Option<String>, String> {
        run_on(body, r#"{"bid": {"amount": "12.50"}, "ok": true}"#)
    }

    #[test]
    fn a_function_reads_an_answer() {
        assert_eq!(
            run("return JSON.parse(input).bid.amount;"),
            Ok(Some("12.50".to_owned()))
        );
        assert_eq!(
            run("return JSON.parse(input).ok"),
            Ok(Some("true".to_owned()))
        );
        assert_eq!(
            run("return 44.85 * 2 // doubled"),
            Ok(Some("89.7".to_owned()))
        );
        assert_eq!(run("return null"), Ok(None));
        assert_eq!(run("input.length"), Ok(None));
        assert_eq!(run("return {a: [1]}"), Ok(Some(r#"{"a":[1]}"#.to_owned())));
        assert_eq!(run("throw new Error('no bid')"), Err("no bid".to_owned()));
        assert!(run("return (").is_err());
        assert!(run("return nothing.at.all").is_err());
    }

    #[test]
    fn what_never_ends_is_ended() {
        for body in [
            "for (;;) {}",
            "while (true) { try { for (;;) {} } catch (e) {} }",
            "return /^(a+)+$/.test('a'.repeat(40) + 'b')",
            "function f() { return f() + 1 } return f()",
            "const p = new Proxy({}, {get: () => { for (;;) {} }}); return p.x",
            "return Array.from({length: 1e9}).length",
        ] {
            assert!(run(body).is_err(), "{body}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        for body in [
            "return new Uint8Array(1e9).length",
            "return 'x'.repeat(1e9).length",
            "const a = []; for (;;) a.push('y'.repeat(1000) + a.length)",
            "let s = 'z'; for (let i = 0; i < 40; i++) s += s; return s.length",
        ] {
            assert!(run(body).is_err(), "{body}");
        }
        // A long value is none.
        assert_eq!(run("return 'x'.repeat(5000)"), Ok(None));
    }

    #[test]
    fn there_is_nothing_but_the_language() {
        for name in [
            "require",
            "process",
            "fetch",
            "XMLHttpRequest",
            "Deno",
            "std",
            "os",
            "setTimeout",
            "navigator",
            "WebSocket",
            "load",
            "print",
            "console",
            "scriptArgs",
        ] {
            assert_eq!(
                run(&format!("return typeof {name}")),
                Ok(Some("undefined".to_owned())),
                "{name}"
            );
        }
        assert!(run("return import('fs')").map_or(true, |v| v == Some("{}".to_owned())));
    }

    #[test]
    fn nothing_of_one_run_is_there_in_the_next() {
        let polluted = "Object.prototype.bid = '999'; Array.prototype.map = null;
            globalThis.secret = input; JSON.parse = () => ({bid: {amount: 1}}); return 'done'";
        assert_eq!(run(polluted), Ok(Some("done".to_owned())));
        assert_eq!(run("return ({}).bid"), Ok(None));
        assert_eq!(
            run("return typeof secret"),
            Ok(Some("undefined".to_owned()))
        );
        assert_eq!(
            run("return JSON.parse(input).bid.amount"),
            Ok(Some("12.50".to_owned()))
        );
        // Out of the function there is only the same room.
        assert_eq!(
            run("}); globalThis.x = 1; (function (input) { return typeof process"),
            Ok(Some("undefined".to_owned()))
        );
    }
}
