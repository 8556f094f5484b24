//! WebAssembly: cargo, the splitter, wasm-bindgen, wasm-opt.
//!
//! Invariant: the module and its chunks share a memory, a table and addresses in both, so they only
//! fit together when they come from one compilation; `site` names them all by one hash.

use super::{Profile, Stamp, Stamped, names, say, snip};
use crate::proc::Job;
use crate::root::{OUTPUT_NAME, Root};
use anyhow::{Context, Result, anyhow};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// Every feature that rustc marks its modules with, named: relying on the module's own list breaks
/// when a tool drops that section, and `-all` may emit instructions that browsers lack.
const WASM_OPT_FLAGS: &[&str] = &[
    "-Oz",
    // The stack begins at address 0 and grows down to it, so nothing but an overflow gets there.
    "--low-memory-unused",
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
    /// The JavaScript that loads the chunks.
    pub(super) link: PathBuf,
    /// The code that is loaded when it is needed, by name without the ending.
    pub(super) chunks: BTreeMap<String, PathBuf>,
    /// For each split point the chunks it needs.
    pub(super) needs: BTreeMap<String, Vec<String>>,
    /// JavaScript that Rust code brought along, by relative path; usually none.
    pub(super) snippets: PathBuf,
}

/// The name under which module and glue know the JavaScript that loads chunks.
pub(super) const LINK: &str = "__wasm_split.js";

/// What the splitter said about split points, kept with the result.
const NEEDS: &str = "needs.json";

impl Wasm {
    fn of(dir: &Path) -> Result<Self> {
        let needs: BTreeMap<String, Vec<String>> =
            serde_json::from_slice(&fs::read(dir.join(NEEDS))?)?;
        let chunks = needs
            .values()
            .flatten()
            .map(|name| (name.clone(), dir.join(format!("{name}.wasm"))))
            .collect();
        Ok(Self {
            module: dir.join(format!("{OUTPUT_NAME}_bg.wasm")),
            glue: dir.join(format!("{OUTPUT_NAME}.js")),
            link: dir.join(LINK),
            chunks,
            needs,
            snippets: dir.join("snippets"),
        })
    }
}

pub(super) fn build(root: &Root, profile: Profile) -> Result<Wasm> {
    let compiled = compile(root, profile)?;
    let mut inputs = Stamp::new("wasm-3");
    inputs.text(&format!("{profile:?}"));
    inputs.text(&WASM_OPT_FLAGS.join(" "));
    inputs.file(&root.dir.join("style/package-lock.json"))?;
    inputs.file(&compiled)?;
    let name = match profile {
        Profile::Release => "wasm",
        Profile::Debug => "wasm-debug",
    };
    let step = Stamped::new(root, name, inputs);
    if step.is_fresh() {
        say("chunks, wasm-bindgen and wasm-opt: unchanged");
        return Wasm::of(&step.dir);
    }
    step.begin()?;
    say("splitting");
    let whole = split(&compiled, &step.dir)?;
    let result = Wasm::of(&step.dir)?;
    if profile == Profile::Release {
        trim(std::iter::once(&whole).chain(result.chunks.values()))?;
    }
    say("wasm-bindgen");
    bind(&whole, &step.dir, profile)?;
    fs::remove_file(&whole)?;
    if profile == Profile::Release {
        let (glue, module) = names::shorten(
            &fs::read_to_string(&result.glue)?,
            &fs::read(&result.module)?,
        )?;
        fs::write(&result.glue, glue)?;
        fs::write(&result.module, module)?;
        for module in std::iter::once(&result.module).chain(result.chunks.values()) {
            optimise(root, module)?;
        }
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
            "rustc",
            "--locked",
            "-p",
            "frontend",
            "--lib",
            "--crate-type",
            "cdylib",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            profile_name,
            // What the splitter reads; for this one crate, so that all others are as in any build.
            "--",
            "-Clink-args=--emit-relocs",
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

/// Takes the chunks out of the module; the path of what is left, which still has to be bound.
fn split(compiled: &Path, out: &Path) -> Result<PathBuf> {
    let bytes = fs::read(compiled)?;
    let rest = out.join("rest.wasm");
    let main = format!("./{OUTPUT_NAME}.js");
    let link = format!("./{LINK}");
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = out;
    options.main_out_path = &rest;
    options.main_module = &main;
    options.link_name = &link;
    let parts = wasm_split_cli_support::transform(options)
        .map_err(|error| anyhow!("splitting: {error:#}"))?;
    let needs: BTreeMap<_, _> = parts.prefetch_map.into_iter().collect();
    fs::write(out.join(NEEDS), serde_json::to_vec(&needs)?)?;
    Ok(rest)
}

fn trim<'a>(modules: impl Iterator<Item = &'a PathBuf>) -> Result<()> {
    let mut count = 0;
    for path in modules {
        let (module, gone) = snip::snip(&fs::read(path)?)
            .with_context(|| format!("cannot read {}", path.display()))?;
        fs::write(path, module)?;
        count += gone;
    }
    say(&format!("{count} functions that are never called are gone"));
    Ok(())
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
        .demangle(false)
        // The chunks take them from the module.
        .keep_lld_exports(true)
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
        "wasm-opt: {} {} KB, was {} KB",
        module.file_stem().unwrap_or_default().to_string_lossy(),
        after / 1000,
        before / 1000
    ));
    Ok(())
}
