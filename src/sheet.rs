//! Lists as tables of text: what an import does with each row, and how rows are written.
//!
//! The columns of a list are the fields of its form, so that a field of the form is a column
//! without further code. Reading and writing commas and quotes needs the feature `csv`.

pub mod block;
pub mod buyer;
pub mod cell;
pub mod decode;
pub mod fate;
pub mod fields;
pub mod litigator;
pub mod number;
pub mod publisher;
#[cfg(feature = "csv")]
pub mod read;
pub mod row;
pub mod target;
pub mod week;
#[cfg(feature = "csv")]
pub mod write;

/// The largest file, in bytes.
pub const FILE_BYTES_MAX: usize = 4_000_000;
/// The most rows of a file, its header aside.
pub const ROWS_MAX: usize = 20_000;
/// The longest cell, in characters.
pub const CELL_CHARS_MAX: usize = 10_000;

/// What of a name tells it from others: everything but its case.
pub(crate) fn name_key(name: &str) -> String {
    name.trim().to_lowercase()
}
