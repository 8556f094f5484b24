//! Takes out of a module what the browser never calls.
//!
//! Leptos keeps a view's functions in tables, so the linker cannot know that we use only some of
//! them. Three kinds are never called here and make up a tenth of the code: hydrating piece by piece
//! while chunks load (a page's chunk is there before it is taken over), hydrating from a `<template>`
//! (no page has one), and listing the routes (the server does that). Their bodies become a trap, and
//! `wasm-opt` drops what only they needed.

use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::ops::Range;

/// Parts of symbols as both of rustc's manglings write them: length, then name.
const NEVER_CALLED: &[&str] = &[
    "13hydrate_async",
    "21hydrate_from_template",
    "15generate_routes",
];

/// A body without locals that traps: its size, no locals, `unreachable`, `end`.
const TRAP: [u8; 4] = [3, 0, 0x00, 0x0b];

const CUSTOM: u8 = 0;
const IMPORT: u8 = 2;
const CODE: u8 = 10;

/// The module with those bodies gone, and how many they were.
pub(super) fn snip(module: &[u8]) -> Result<(Vec<u8>, usize)> {
    let sections = sections(module)?;
    let of = |kind: u8| sections.iter().find(|s| s.kind == kind);
    let imported = of(IMPORT).map_or(Ok(0), |s| imported_functions(module, s))?;
    let mut names = HashMap::new();
    for section in sections.iter().filter(|s| s.kind == CUSTOM) {
        function_names(module, section, &mut names)?;
    }
    let Some(code) = of(CODE) else {
        return Ok((module.to_vec(), 0));
    };
    let (body, count) = trapped(module, code, imported, &names)?;
    let mut out = Vec::with_capacity(module.len());
    out.extend_from_slice(&module[..code.whole.start]);
    out.push(CODE);
    write_number(&mut out, body.len());
    out.extend_from_slice(&body);
    out.extend_from_slice(&module[code.whole.end..]);
    Ok((out, count))
}

/// A section: its kind, all of it, and what is in it.
struct Section {
    kind: u8,
    whole: Range<usize>,
    content: Range<usize>,
}

/// Reads a module from a place on.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8], range: &Range<usize>) -> Self {
        Self {
            bytes: &bytes[..range.end],
            at: range.start,
        }
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = *self
            .bytes
            .get(self.at)
            .context("the module ends too early")?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned LEB128 number.
    fn number(&mut self) -> Result<usize> {
        let mut number = 0_usize;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        bail!("a number in the module is too long")
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let part = self
            .bytes
            .get(self.at..self.at + len)
            .context("the module ends too early")?;
        self.at += len;
        Ok(part)
    }

    fn text(&mut self) -> Result<&'a [u8]> {
        let len = self.number()?;
        self.take(len)
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

fn sections(module: &[u8]) -> Result<Vec<Section>> {
    let mut found = Vec::new();
    let mut cursor = Cursor::new(module, &(8..module.len()));
    while !cursor.is_at_end() {
        let start = cursor.at;
        let kind = cursor.byte()?;
        let len = cursor.number()?;
        let content = cursor.at..cursor.at + len;
        cursor.take(len)?;
        found.push(Section {
            kind,
            whole: start..content.end,
            content,
        });
    }
    Ok(found)
}

/// How many functions are imported: they come first in the numbering.
fn imported_functions(module: &[u8], section: &Section) -> Result<usize> {
    let mut cursor = Cursor::new(module, &section.content);
    let mut functions = 0;
    for _ in 0..cursor.number()? {
        cursor.text()?;
        cursor.text()?;
        match cursor.byte()? {
            0 => {
                functions += 1;
                cursor.number()?;
            }
            1 => {
                cursor.byte()?;
                limits(&mut cursor)?;
            }
            2 => limits(&mut cursor)?,
            3 => {
                cursor.take(2)?;
            }
            kind => bail!("an import of the unknown kind {kind}"),
        }
    }
    Ok(functions)
}

fn limits(cursor: &mut Cursor<'_>) -> Result<()> {
    let flags = cursor.byte()?;
    cursor.number()?;
    if flags & 1 == 1 {
        cursor.number()?;
    }
    Ok(())
}

fn function_names<'a>(
    module: &'a [u8],
    section: &Section,
    names: &mut HashMap<usize, &'a [u8]>,
) -> Result<()> {
    let mut cursor = Cursor::new(module, &section.content);
    if cursor.text()? != b"name" {
        return Ok(());
    }
    while !cursor.is_at_end() {
        let kind = cursor.byte()?;
        let len = cursor.number()?;
        let mut part = Cursor::new(module, &(cursor.at..cursor.at + len));
        cursor.take(len)?;
        if kind == 1 {
            for _ in 0..part.number()? {
                let function = part.number()?;
                names.insert(function, part.text()?);
            }
        }
    }
    Ok(())
}

fn trapped(
    module: &[u8],
    code: &Section,
    imported: usize,
    names: &HashMap<usize, &[u8]>,
) -> Result<(Vec<u8>, usize)> {
    let mut cursor = Cursor::new(module, &code.content);
    let mut out = Vec::with_capacity(code.content.len());
    let functions = cursor.number()?;
    write_number(&mut out, functions);
    let mut count = 0;
    for at in 0..functions {
        let start = cursor.at;
        cursor.text()?;
        if names
            .get(&(imported + at))
            .is_some_and(|name| is_never_called(name))
        {
            out.extend_from_slice(&TRAP);
            count += 1;
        } else {
            out.extend_from_slice(&module[start..cursor.at]);
        }
    }
    Ok((out, count))
}

fn is_never_called(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name);
    NEVER_CALLED.iter().any(|part| name.contains(part))
}

fn write_number(out: &mut Vec<u8>, mut number: usize) {
    loop {
        let low = u8::try_from(number & 0x7f).unwrap_or_default();
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![kind];
        write_number(&mut out, content.len());
        out.extend_from_slice(content);
        out
    }

    #[test]
    fn only_bodies_with_such_a_name_become_traps() {
        let body = [4, 0, 0x41, 7, 0x0b];
        let names = [&[2, 0, 4][..], b"kept", &[1, 20], b"_R13hydrate_asyncXYZ"].concat();
        let mut listed = vec![4];
        listed.extend_from_slice(b"name");
        listed.extend(section(1, &names));
        let module = [
            b"\0asm\x01\0\0\0".to_vec(),
            section(1, &[1, 0x60, 0, 1, 0x7f]),
            section(3, &[2, 0, 0]),
            section(CODE, &[&[2][..], &body, &body].concat()),
            section(CUSTOM, &listed),
        ]
        .concat();
        let (snipped, count) = snip(&module).unwrap();
        assert_eq!(count, 1);
        let code = [&[2][..], &body, &TRAP].concat();
        let found = sections(&snipped).unwrap();
        assert_eq!(&snipped[found[2].content.clone()], &code[..]);
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn numbers_come_back() {
        for number in [0, 127, 128, 300, 70_000] {
            let mut out = Vec::new();
            write_number(&mut out, number);
            let mut cursor = Cursor::new(&out, &(0..out.len()));
            assert_eq!(cursor.number().unwrap(), number);
        }
    }
}
