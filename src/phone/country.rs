//! Where the country code of an international number ends.

/// How many digits the country code has: the codes of one and two digits are listed, all others
/// have three (ITU-T E.164). No code is the beginning of another.
pub(super) fn digits(number: &str) -> usize {
    const TWO: [&str; 44] = [
        "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
        "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
        "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
    ];
    if number.starts_with(['1', '7']) {
        1
    } else if TWO.iter().any(|code| number.starts_with(code)) {
        2
    } else {
        3
    }
}
