//! Short names between the module and its JavaScript.
//!
//! wasm-bindgen names each import and export by what it is and a digest, in both files; those names
//! were a tenth of the JavaScript. Comments go as well.

use super::module::{self, Cursor, EXPORT, IMPORT, Section, sections, write_number};
use anyhow::Result;
use std::collections::BTreeMap;

/// The JavaScript and the module with the names that wasm-bindgen made up replaced in both.
pub(super) fn shorten(glue: &str, module: &[u8]) -> Result<(String, Vec<u8>)> {
    let sections = sections(module)?;
    let mut short = BTreeMap::new();
    for section in &sections {
        each_name(module, section, &mut |name| {
            if is_made_up(name) {
                let next = short.len();
                short
                    .entry(name.to_vec())
                    .or_insert_with(|| format!("${}", base36(next)));
            }
        })?;
    }
    let mut out = module[..8].to_vec();
    for section in &sections {
        if section.kind == IMPORT || section.kind == EXPORT {
            let content = renamed(module, section, &short)?;
            out.push(section.kind);
            write_number(&mut out, content.len());
            out.extend_from_slice(&content);
        } else {
            out.extend_from_slice(&module[section.whole.clone()]);
        }
    }
    Ok((script(glue, &short), out))
}

/// Made by wasm-bindgen with a digest at its end, or a symbol of the compiler.
fn is_made_up(name: &[u8]) -> bool {
    let digest = name.len() > 17
        && name[name.len() - 17] == b'_'
        && name[name.len() - 16..].iter().all(u8::is_ascii_hexdigit);
    name.starts_with(b"_ZN")
        || (digest && (name.starts_with(b"__wbg_") || name.starts_with(b"__wbindgen_")))
}

fn each_name(module: &[u8], section: &Section, see: &mut dyn FnMut(&[u8])) -> Result<()> {
    let mut cursor = Cursor::new(module, &section.content);
    match section.kind {
        IMPORT => {
            for _ in 0..cursor.number()? {
                cursor.text()?;
                see(cursor.text()?);
                module::import_kind(&mut cursor)?;
            }
        }
        EXPORT => {
            for _ in 0..cursor.number()? {
                see(cursor.text()?);
                cursor.byte()?;
                cursor.number()?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn renamed(module: &[u8], section: &Section, short: &BTreeMap<Vec<u8>, String>) -> Result<Vec<u8>> {
    let mut cursor = Cursor::new(module, &section.content);
    let mut out = Vec::with_capacity(section.content.len());
    let count = cursor.number()?;
    write_number(&mut out, count);
    for _ in 0..count {
        if section.kind == IMPORT {
            write_text(&mut out, cursor.text()?);
        }
        let name = cursor.text()?;
        write_text(&mut out, short.get(name).map_or(name, |s| s.as_bytes()));
        let start = cursor.at;
        if section.kind == IMPORT {
            module::import_kind(&mut cursor)?;
        } else {
            cursor.byte()?;
            cursor.number()?;
        }
        out.extend_from_slice(&module[start..cursor.at]);
    }
    Ok(out)
}

fn write_text(out: &mut Vec<u8>, text: &[u8]) {
    write_number(out, text.len());
    out.extend_from_slice(text);
}

/// The script with whole words replaced, without lines that are comments.
fn script(glue: &str, short: &BTreeMap<Vec<u8>, String>) -> String {
    let mut out = String::with_capacity(glue.len());
    let mut in_comment = false;
    for line in glue.lines() {
        let text = line.trim_start();
        in_comment |= text.starts_with("/**");
        if in_comment || text.starts_with("//") {
            in_comment &= !text.ends_with("*/");
            continue;
        }
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let other = rest[word..]
                .find(is_word)
                .map_or(rest.len(), |at| word + at);
            out.push_str(
                short
                    .get(&rest.as_bytes()[..word])
                    .map_or(&rest[..word], String::as_str),
            );
            out.push_str(&rest[word..other]);
            rest = &rest[other..];
        }
        out.push('\n');
    }
    out
}

fn base36(mut number: usize) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(
            b"0123456789abcdefghijklmnopqrstuvwxyz"[number % 36],
        ));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_get_the_same_short_names() {
        let long = "__wbg_append_28ab0123456789ab";
        let mut imports = vec![1];
        write_text(&mut imports, b"./m_bg.js");
        write_text(&mut imports, long.as_bytes());
        imports.extend([0, 0]);
        let mut exports = vec![2];
        write_text(&mut exports, b"memory");
        exports.extend([2, 0]);
        write_text(&mut exports, b"_ZN3a6invokeE");
        exports.extend([0, 1]);
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        for (kind, content) in [(IMPORT, imports), (EXPORT, exports)] {
            module.push(kind);
            write_number(&mut module, content.len());
            module.extend(content);
        }
        let glue = format!(
            "/**\n * What\n */\n  // Cast\n  {long}: function(a) {{ wasm._ZN3a6invokeE(a, wasm.memory); }},\n"
        );
        let (script, module) = shorten(&glue, &module).unwrap();
        assert_eq!(script, "$0: function(a) { wasm.$1(a, wasm.memory); },\n");
        let mut names = Vec::new();
        for section in sections(&module).unwrap() {
            each_name(&module, &section, &mut |n| {
                names.push(String::from_utf8_lossy(n).into_owned())
            })
            .unwrap();
        }
        assert_eq!(names, ["$0", "memory", "$1"]);
    }

    #[test]
    fn names_that_people_gave_stay() {
        assert!(!is_made_up(b"hydrate"));
        assert!(!is_made_up(b"__wbindgen_malloc"));
        assert!(!is_made_up(b"__wbg_intounderlyingbytesource_free"));
        assert!(is_made_up(b"__wbindgen_generic_0000000000000005"));
    }
}
