//! Takes out of a module what the browser never calls.
//!
//! Leptos keeps a view's functions in tables, so the linker cannot know that we use only some of
//! them. Two kinds are never called here: hydrating piece by piece while chunks load (a page's chunk
//! is there before the page is taken over), and listing the routes (the server does that). Their
//! bodies become a trap, and `wasm-opt` drops what only they needed.
//!
//! The compiler gives functions with equal bodies one name, so a name alone does not prove that
//! nobody else calls the body: only large bodies go, which no other kind of function can have, and
//! never the functions inside them.

use super::module::{self, CODE, CUSTOM, Cursor, IMPORT, Section, sections, write_number};
use anyhow::Result;
use std::collections::HashMap;

/// Parts of symbols: the body of `async fn hydrate_async`, and `generate_routes` itself.
const NEVER_CALLED: &[&str] = &[
    "13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h",
    "15generate_routes17h",
];

/// Smaller bodies stay, in bytes.
const LARGE: usize = 256;

/// A body without locals that traps: its size, no locals, `unreachable`, `end`.
const TRAP: [u8; 4] = [3, 0, 0x00, 0x0b];

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

/// How many functions are imported: they come first in the numbering.
fn imported_functions(module: &[u8], section: &Section) -> Result<usize> {
    let mut cursor = Cursor::new(module, &section.content);
    let mut functions = 0;
    for _ in 0..cursor.number()? {
        cursor.text()?;
        cursor.text()?;
        functions += usize::from(module::import_kind(&mut cursor)?);
    }
    Ok(functions)
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
        let large = cursor.text()?.len() >= LARGE;
        if large
            && names
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
    fn only_large_bodies_with_such_a_name_become_traps() {
        let mut body = vec![0xac, 2];
        body.resize(302, 1);
        let symbol = b"_ZN1a13hydrate_async28_$u7b$$u7b$closure$u7d$$u7d$17h0E";
        let small = [4, 0, 0x41, 7, 0x0b];
        let mut names = vec![3, 0, 4];
        names.extend_from_slice(b"kept");
        for function in [1, 2] {
            names.push(function);
            write_number(&mut names, symbol.len());
            names.extend_from_slice(symbol);
        }
        let mut listed = vec![4];
        listed.extend_from_slice(b"name");
        listed.extend(section(1, &names));
        let module = [
            b"\0asm\x01\0\0\0".to_vec(),
            section(1, &[1, 0x60, 0, 1, 0x7f]),
            section(3, &[3, 0, 0, 0]),
            section(CODE, &[&[3][..], &body, &body, &small].concat()),
            section(CUSTOM, &listed),
        ]
        .concat();
        let (snipped, count) = snip(&module).unwrap();
        assert_eq!(count, 1);
        let code = [&[3][..], &body, &TRAP, &small].concat();
        let found = sections(&snipped).unwrap();
        assert_eq!(&snipped[found[2].content.clone()], &code[..]);
        assert_eq!(found.len(), 4);
    }
}
