//! The bytes of a file as text.

/// The text of a file. What is no UTF-8 becomes the sign for lost characters, which is told at its
/// cell.
#[must_use]
pub fn decode(file: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match file {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => {
            let text = String::from_utf8_lossy(file);
            text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()
        }
    }
}
