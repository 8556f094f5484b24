//! WebAssembly modules as bytes: as much of the format as the bundle's own steps need.

use anyhow::{Context, Result, bail};
use std::ops::Range;

pub(super) const CUSTOM: u8 = 0;
pub(super) const IMPORT: u8 = 2;
pub(super) const EXPORT: u8 = 7;
pub(super) const CODE: u8 = 10;

/// A section: its kind, all of it, and what is in it.
pub(super) struct Section {
    pub(super) kind: u8,
    pub(super) whole: Range<usize>,
    pub(super) content: Range<usize>,
}

/// Reads a module from a place on.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], range: &Range<usize>) -> Self {
        Self {
            bytes: &bytes[..range.end],
            at: range.start,
        }
    }

    /// One byte.
    pub(super) fn byte(&mut self) -> Result<u8> {
        let byte = *self
            .bytes
            .get(self.at)
            .context("the module ends too early")?;
        self.at += 1;
        Ok(byte)
    }

    /// An unsigned LEB128 number.
    pub(super) fn number(&mut self) -> Result<usize> {
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

    /// So many bytes.
    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let part = self
            .bytes
            .get(self.at..self.at + len)
            .context("the module ends too early")?;
        self.at += len;
        Ok(part)
    }

    /// Bytes with their number before them.
    pub(super) fn text(&mut self) -> Result<&'a [u8]> {
        let len = self.number()?;
        self.take(len)
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

/// The sections in order.
pub(super) fn sections(module: &[u8]) -> Result<Vec<Section>> {
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

fn limits(cursor: &mut Cursor<'_>) -> Result<()> {
    let flags = cursor.byte()?;
    cursor.number()?;
    if flags & 1 == 1 {
        cursor.number()?;
    }
    Ok(())
}

/// Steps over what an import is, behind its names; whether it is a function.
pub(super) fn import_kind(cursor: &mut Cursor<'_>) -> Result<bool> {
    let kind = cursor.byte()?;
    match kind {
        0 => drop(cursor.number()?),
        1 => {
            cursor.byte()?;
            limits(cursor)?;
        }
        2 => limits(cursor)?,
        3 => drop(cursor.take(2)?),
        _ => bail!("an import of the unknown kind {kind}"),
    }
    Ok(kind == 0)
}

/// Writes an unsigned LEB128 number.
pub(super) fn write_number(out: &mut Vec<u8>, mut number: usize) {
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
