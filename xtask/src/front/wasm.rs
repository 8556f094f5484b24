//! WebAssembly: cargo, wasm-bindgen, wasm-opt.

use super::{Profile, Stamp, Stamped, say};
use crate::proc::Job;
use crate::root::{OUTPUT_NAME, Root};
use anyhow::{Context, Result, anyhow};
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// Every feature that rustc marks its modules with, named: relying on the module's own list breaks
/// when a tool drops that section, and `-all` may emit instructions that browsers lack.
const WASM_OPT_FLAGS: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-call-indirect-overlong",
    "--strip-debug",
    "--strip-producers",
];

/// Where the results lie.
pub(super) struct Wasm {
    /// The module.
    pub(super) module: PathBuf,
    /// The JavaScript that loads it.
    pub(super) glue: PathBuf,
    /// JavaScript that Rust code brought along, by relative path; usually none.
    pub(super) snippets: PathBuf,
}

pub(super) fn build(root: &Root, profile: Profile) -> Result<Wasm> {
    let compiled = compile(root, profile)?;
    let mut inputs = Stamp::new("wasm-1");
    inputs.text(&format!("{profile:?}"));
    inputs.text(&WASM_OPT_FLAGS.join(" "));
    inputs.file(&root.dir.join("style/package-lock.json"))?;
    inputs.file(&compiled)?;
    let name = match profile {
        Profile::Release => "wasm",
        Profile::Debug => "wasm-debug",
    };
    let step = Stamped::new(root, name, inputs);
    let result = Wasm {
        module: step.dir.join(format!("{OUTPUT_NAME}_bg.wasm")),
        glue: step.dir.join(format!("{OUTPUT_NAME}.js")),
        snippets: step.dir.join("snippets"),
    };
    if step.is_fresh() {
        say("wasm-bindgen and wasm-opt: unchanged");
        return Ok(result);
    }
    step.begin()?;
    say("wasm-bindgen");
    bind(&compiled, &step.dir, profile)?;
    if profile == Profile::Release {
        optimise(root, &result.module)?;
    }
    step.commit()?;
    Ok(result)
}

fn compile(root: &Root, profile: Profile) -> Result<PathBuf> {
    say("compiling the front end for the browser");
    let (profile_name, folder) = match profile {
        Profile::Release => ("wasm-release", "wasm-release"),
        Profile::Debug => ("dev", "debug"),
    };
    Job::cargo(root)
        .args([
            "build",
            "--locked",
            "-p",
            "frontend",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            profile_name,
        ])
        .minutes(30)
        .must()
        .context("the front end did not compile; the lines above say why")?;
    Ok(root
        .target
        .join("wasm32-unknown-unknown")
        .join(folder)
        .join("frontend.wasm"))
}

fn bind(compiled: &Path, out: &Path, profile: Profile) -> Result<()> {
    let debug = profile == Profile::Debug;
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)
        .map_err(|error| anyhow!("wasm-bindgen: {error:#}"))?
        .input_path(compiled)
        .out_name(OUTPUT_NAME)
        .typescript(false)
        .debug(debug)
        .keep_debug(debug)
        .demangle(debug)
        // The page names the module; a default name would be one without the content's hash.
        .omit_default_module_path(true)
        .generate(out)
        .map_err(|error| anyhow!("wasm-bindgen: {error:#}"))
}

fn optimise(root: &Root, module: &Path) -> Result<()> {
    let before = fs::metadata(module)?.len();
    let optimised = module.with_extension("opt.wasm");
    Job::new("node", &root.dir.join("style"))
        .args(["node_modules/binaryen/bin/wasm-opt"])
        .args(WASM_OPT_FLAGS)
        .args([module, Path::new("-o"), &optimised])
        .minutes(10)
        .must()
        .context("wasm-opt failed; `make setup` installs it")?;
    fs::rename(&optimised, module)?;
    let after = fs::metadata(module)?.len();
    say(&format!(
        "wasm-opt: {} KB, was {} KB",
        after / 1000,
        before / 1000
    ));
    Ok(())
}
