//! The folder the server serves: assembled in place, so that a running server can go on.

use super::wasm::{LINK, Wasm};
use super::{assets, content_hash, files_below};
use crate::root::{OUTPUT_NAME, Root};
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Compressing these again gains nothing.
const COMPRESSED: &[&str] = &[
    "woff2", "png", "jpg", "jpeg", "webp", "avif", "gif", "mp3", "br", "gz",
];

/// What the dashboard does not show: browsers fetch a font for the first text that has it.
const LATER: &[&str] = &["fonts/jetbrains-mono-latin.woff2"];

/// Quality 11 and a window of 4 MB: the best brotli does; a second or two for the module, once.
const BROTLI: (u32, u32) = (11, 22);

/// The assembled site.
pub struct Site {
    /// Its folder.
    pub dir: PathBuf,
    /// Its files by relative path, without the compressed copies.
    pub files: BTreeMap<String, Sizes>,
}

/// How large a file is.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// As it is.
    pub raw: usize,
    /// As browsers get it: brotli where that helps.
    pub sent: usize,
    /// Whether a first visit to the dashboard loads it.
    pub first: bool,
}

impl Site {
    /// Prints the files of the bundle with their sizes.
    pub fn print(&self) {
        for (name, sizes) in &self.files {
            if name.starts_with("pkg/") || name.starts_with("fonts/") {
                eprintln!(
                    "[front]   {name:<44} {:>8.1} KB {:>8.1} KB sent{}",
                    kilobytes(sizes.raw),
                    kilobytes(sizes.sent),
                    if sizes.first { "" } else { ", not at first" }
                );
            }
        }
    }
}

/// Bytes in thousands.
#[expect(
    clippy::cast_precision_loss,
    reason = "sizes for people, far below 2^52"
)]
pub fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1000.0
}

pub(super) fn assemble(root: &Root, wasm: &Wasm, css: &Path) -> Result<Site> {
    let dir = root.site();
    let mut files = assets::collect(root)?;
    let code = code(wasm)?;
    let style = read(css)?;
    let style_hash = content_hash(&style);
    files.insert(format!("pkg/{OUTPUT_NAME}.{style_hash}.css"), style);
    let hashes = format!(
        "js: {0}\nwasm: {0}\nsplit: {0}\nmanifest: {0}\ncss: {style_hash}\n",
        code.hash
    );
    files.extend(code.first);
    let later: BTreeSet<_> = code.later.keys().cloned().collect();
    files.extend(code.later);
    for path in files_below(&wasm.snippets)? {
        let name = path
            .strip_prefix(&wasm.snippets)?
            .to_string_lossy()
            .into_owned();
        files.insert(format!("pkg/snippets/{name}"), fs::read(&path)?);
    }

    let mut sizes = BTreeMap::new();
    let mut wanted = BTreeSet::from([dir.join("hash.txt")]);
    for (name, bytes) in &files {
        let path = dir.join(name);
        let sent = put(&path, bytes)?;
        wanted.extend([path.clone(), beside(&path, "br"), beside(&path, "gz")]);
        sizes.insert(
            name.clone(),
            Sizes {
                raw: bytes.len(),
                sent,
                first: !later.contains(name) && !LATER.contains(&name.as_str()),
            },
        );
    }
    write_whole(&dir.join("hash.txt"), hashes.as_bytes())?;
    for path in files_below(&dir)? {
        if !wanted.contains(&path) {
            fs::remove_file(&path)?;
        }
    }
    Ok(Site { dir, files: sizes })
}

/// The bundle's code, by relative path in the site.
struct Code {
    /// In the names of all of it.
    hash: String,
    first: BTreeMap<String, Vec<u8>>,
    /// The chunks, and what the server reads about them.
    later: BTreeMap<String, Vec<u8>>,
}

/// Names the code by one hash, since its parts only fit together when they are of one build.
fn code(wasm: &Wasm) -> Result<Code> {
    let (module, glue, link) = (read(&wasm.module)?, read(&wasm.glue)?, read(&wasm.link)?);
    let chunks = wasm
        .chunks
        .iter()
        .map(|(name, path)| Ok((name, read(path)?)))
        .collect::<Result<BTreeMap<_, _>>>()?;
    let mut all = [&module[..], &glue, &link].concat();
    for bytes in chunks.values() {
        all.extend_from_slice(bytes);
    }
    let hash = content_hash(&all);
    let link_name = format!("__wasm_split.{hash}.js");
    // Only where it is loaded: the module knows it by its first name.
    let from = |name: &str| format!("from \"./{name}\"");
    let glue = renamed(glue, &from(LINK), &from(&link_name))?;
    let glue_name = format!("{OUTPUT_NAME}.{hash}.js");
    let mut link = renamed(
        link,
        &format!("./{OUTPUT_NAME}.js"),
        &format!("./{glue_name}"),
    )?;
    let mut later = BTreeMap::new();
    for (name, bytes) in chunks {
        let hashed = format!("{name}.{hash}.wasm");
        link = renamed(link, &format!("./{name}.wasm"), &format!("./{hashed}"))?;
        later.insert(format!("pkg/{hashed}"), bytes);
    }
    let needs: BTreeMap<_, Vec<_>> = wasm
        .needs
        .iter()
        .map(|(point, names)| (point, names.iter().map(|n| format!("{n}.{hash}")).collect()))
        .collect();
    later.insert(
        format!("pkg/__wasm_split_manifest.{hash}.json"),
        serde_json::to_vec(&needs)?,
    );
    let first = BTreeMap::from([
        (format!("pkg/{OUTPUT_NAME}.{hash}.wasm"), module),
        (format!("pkg/{glue_name}"), glue),
        (format!("pkg/{link_name}"), link),
    ]);
    Ok(Code { hash, first, later })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// JavaScript with another name for a file it loads.
fn renamed(script: Vec<u8>, from: &str, to: &str) -> Result<Vec<u8>> {
    Ok(String::from_utf8(script)?.replace(from, to).into_bytes())
}

/// Writes a file and its compressed copies unless they are there already; the size that is sent.
fn put(path: &Path, bytes: &[u8]) -> Result<usize> {
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or_default();
    let (br, gz) = (beside(path, "br"), beside(path, "gz"));
    let compress = !COMPRESSED.contains(&extension);
    let same = fs::read(path).is_ok_and(|old| old == bytes);
    if !same || (compress && !(br.exists() && gz.exists())) {
        if compress {
            write_whole(&br, &brotli(bytes)?)?;
            write_whole(&gz, &gzip(bytes)?)?;
        }
        write_whole(path, bytes)?;
    }
    if compress {
        Ok(usize::try_from(fs::metadata(&br)?.len())?)
    } else {
        Ok(bytes.len())
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

/// Writes beside the place and renames, so that nobody reads half a file.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let part = beside(path, "part");
    fs::write(&part, bytes).with_context(|| format!("cannot write {}", part.display()))?;
    fs::rename(&part, path).with_context(|| format!("cannot write {}", path.display()))
}

fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    {
        let mut writer = brotli::CompressorWriter::new(&mut packed, 64 * 1024, BROTLI.0, BROTLI.1);
        writer.write_all(bytes)?;
    }
    Ok(packed)
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brotli_copy_is_whole_and_smaller() {
        let text = "routing plan, route, target; ".repeat(200);
        let packed = brotli(text.as_bytes()).unwrap();
        assert!(packed.len() < text.len() / 10);
        let mut back = Vec::new();
        std::io::Read::read_to_end(&mut brotli::Decompressor::new(&packed[..], 4096), &mut back)
            .unwrap();
        assert_eq!(back, text.as_bytes());
    }

    #[test]
    fn compressed_copies_lie_beside_the_file() {
        assert_eq!(
            beside(Path::new("pkg/a.js"), "br"),
            Path::new("pkg/a.js.br")
        );
    }
}
