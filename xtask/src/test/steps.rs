//! The table of steps: quick and cheap first, the browser last.

use super::api;
use super::count::{self, Count};
use super::world::World;
use crate::{edges, front, setup};
use anyhow::{Context, Result};
use std::fs;

/// One step of the run.
pub(super) struct Step {
    /// The name for `--only`, the summary and the log.
    pub(super) name: &'static str,
    /// What it shows.
    pub(super) what: &'static str,
    /// The deadline of each of its jobs, for two cores and nothing cached.
    pub(super) minutes: u64,
    /// Whether it belongs to `make check`.
    pub(super) is_check: bool,
    /// Whether it may find no test.
    pub(super) may_be_empty: bool,
    /// Whether it runs beside the steps after it, up to the first that needs the bundle: most of a
    /// bundle's time one core works and the other waits.
    pub(super) beside: bool,
    /// Whether it waits for what runs beside.
    pub(super) needs_bundle: bool,
    /// What to do when it fails.
    pub(super) fix: &'static str,
    /// Does it.
    pub(super) run: fn(&mut World) -> Result<Count>,
}

/// Simulated calls without a database and with one.
const L1_CALLS: &str = "100000";
const L2_CALLS: &str = "2000";
/// The seed of the committed run; `make sim SEED=…` runs others.
const SEED: &str = "1";

const CHECK: Step = Step {
    name: "",
    what: "",
    minutes: 20,
    is_check: true,
    may_be_empty: false,
    beside: false,
    needs_bundle: false,
    fix: "The lines above say where.",
    run: |_| Ok(Count::default()),
};

const SUITE: Step = Step {
    is_check: false,
    minutes: 10,
    fix: "The lines above name the test.",
    ..CHECK
};

/// The run, in order.
pub(super) const STEPS: &[Step] = &[
    Step {
        name: "tools",
        what: "what the run needs from this machine",
        fix: "Install what is named.",
        may_be_empty: true,
        run: tools,
        ..SUITE
    },
    Step {
        name: "fmt",
        what: "formatting",
        fix: "`make fix` formats.",
        run: fmt,
        ..CHECK
    },
    Step {
        name: "edges",
        what: "crate edges, dependency bans, source rules",
        run: edge_rules,
        ..CHECK
    },
    Step {
        name: "xtask",
        what: "lints and tests of this program",
        minutes: 20,
        run: |w| w.own_suite(),
        ..SUITE
    },
    Step {
        name: "build",
        what: "compiling the tests and the server, with the lints",
        minutes: 40,
        fix: "`make fix` repairs some.",
        run: World::lints,
        ..CHECK
    },
    Step {
        name: "clippy-front",
        what: "lints, front end and domain in the browser",
        beside: true,
        run: clippy_front,
        ..CHECK
    },
    Step {
        name: "front",
        what: "browser bundle and its budget",
        minutes: 30,
        is_check: true,
        fix: "The lines above say what is too heavy or does not build.",
        beside: true,
        run: bundle,
        ..SUITE
    },
    Step {
        name: "domain",
        what: "unit, property and snapshot tests of the domain",
        run: |w| w.suite("callcenter", &[]),
        ..SUITE
    },
    Step {
        name: "app",
        what: "tests of the pages",
        may_be_empty: true,
        run: |w| w.suite("app", &[]),
        ..SUITE
    },
    Step {
        name: "bench",
        what: "tests of what measures",
        run: |w| w.suite("bench", &[]),
        ..SUITE
    },
    Step {
        name: "store",
        what: "store on SQLite and PostgreSQL",
        run: |w| store(w, Way::Plain),
        ..SUITE
    },
    Step {
        name: "store-tls",
        what: "store on PostgreSQL over TLS",
        run: |w| store(w, Way::Tls),
        ..SUITE
    },
    Step {
        name: "store-pgbouncer",
        what: "store behind PgBouncer in transaction mode",
        run: |w| store(w, Way::PgBouncer),
        ..SUITE
    },
    Step {
        name: "service",
        what: "use cases",
        run: |w| with_database(w, "service"),
        ..SUITE
    },
    Step {
        name: "sim",
        what: "tests of the simulation itself",
        may_be_empty: true,
        run: |w| with_database(w, "sim"),
        ..SUITE
    },
    Step {
        name: "sim-l1",
        what: "100,000 simulated calls, domain only",
        fix: "`make sim` repeats it; a failing seed is printed.",
        run: |w| simulate(w, "l1", L1_CALLS),
        ..SUITE
    },
    Step {
        name: "sim-l2",
        what: "simulated calls through the use cases and a database, with faults",
        fix: "`make sim` repeats it; a failing seed is printed.",
        run: |w| simulate(w, "l2", L2_CALLS),
        ..SUITE
    },
    Step {
        name: "carrier",
        what: "tests of the fake carrier",
        run: carrier,
        ..SUITE
    },
    Step {
        name: "server",
        what: "HTTP, webhooks, isolation",
        needs_bundle: true,
        run: |w| with_database(w, "server"),
        ..SUITE
    },
    Step {
        name: "schemathesis",
        what: "the public API against its own description",
        minutes: 15,
        fix: "The lines above show each request as a curl command.",
        needs_bundle: true,
        run: api::schemathesis,
        ..SUITE
    },
    Step {
        name: "e2e",
        what: "journeys in the browser, with the fake carrier",
        minutes: 45,
        fix: "`make e2e` repeats it; traces are in end2end/test-results.",
        needs_bundle: true,
        run: playwright,
        ..SUITE
    },
];

fn tools(world: &mut World) -> Result<Count> {
    setup::setup(&world.root, true)?;
    Ok(Count::default())
}

fn fmt(world: &mut World) -> Result<Count> {
    Ok(World::verdict(
        &world
            .cargo()
            .args(["fmt", "--all", "--", "--check"])
            .run()?,
    ))
}

fn edge_rules(world: &mut World) -> Result<Count> {
    let found = edges::violations(&world.root)?;
    for violation in &found {
        eprintln!("  {violation}");
    }
    Ok(if found.is_empty() {
        Count::one_passed()
    } else {
        Count {
            passed: 0,
            failed: found.len() as u64,
        }
    })
}

fn clippy_front(world: &mut World) -> Result<Count> {
    let job = world.cargo().args([
        "clippy",
        "--locked",
        // Pages and domain are linted with it: they are of this workspace.
        "-p",
        "frontend",
        "--target",
        "wasm32-unknown-unknown",
    ]);
    Ok(World::verdict(&job.args(["--", "-D", "warnings"]).run()?))
}

/// How the store reaches PostgreSQL.
enum Way {
    Plain,
    Tls,
    PgBouncer,
}

/// The store's suite with `TEST_DATABASE_URL` leading one way; the other variables stay as they are.
fn store(world: &mut World, way: Way) -> Result<Count> {
    let cluster = world.cluster()?;
    let url = match way {
        Way::Plain => cluster.url(),
        Way::Tls => cluster.url_tls(),
        Way::PgBouncer => cluster.url_pgbouncer(),
    };
    let mut env = cluster.env();
    env.push(("TEST_DATABASE_URL".to_owned(), url));
    world.suite("store", &env)
}

fn with_database(world: &mut World, package: &str) -> Result<Count> {
    let env = world.cluster()?.env();
    world.suite(package, &env)
}

fn bundle(world: &mut World) -> Result<Count> {
    let site = front::build(&world.root, front::Profile::Release)?;
    front::budget::check(&world.root, &site)?;
    Ok(Count::one_passed())
}

fn simulate(world: &mut World, level: &str, calls: &str) -> Result<Count> {
    let program = world.program("sim")?;
    let dir = world.root.dir.clone();
    let outcome = world
        .job(&program, &dir)
        .args([level, "--calls", calls, "--seed", SEED])
        .run()?;
    let count = count::own(&outcome.all)
        .with_context(|| format!("the simulation printed no count ({})", outcome.describe()))?;
    Ok(count.unless_success(outcome.success()))
}

fn carrier(world: &mut World) -> Result<Count> {
    let dir = world.folder("end2end")?;
    let outcome = world
        .job("npm", &dir)
        .args(["run", "--silent", "test:carrier"])
        .run()?;
    Ok(count::node(&outcome.all).unless_success(outcome.success()))
}

fn playwright(world: &mut World) -> Result<Count> {
    let dir = world.folder("end2end")?;
    let server = world.server()?;
    // The journeys load the bundle that users get.
    front::build(&world.root, front::Profile::Release)?;
    let database = world.cluster()?.env();
    let report = world.root.logs().join("playwright.json");
    let job = world
        .job("npx", &dir)
        .args(["playwright", "test", "--reporter=list,json"])
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", report.display())
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", 1)
        .env("CALLCENTER_BIN", server.display())
        .env("CI", "true")
        .envs(&crate::root::Root::site_env(&world.root.site()))
        .envs(&database);
    let outcome = job.run()?;
    let text = fs::read_to_string(&report)
        .with_context(|| format!("Playwright wrote no report ({})", outcome.describe()))?;
    let (count, named) = count::playwright(&text)?;
    world.name(named);
    Ok(count.unless_success(outcome.success()))
}
