//! The account at the carrier that a company's numbers are in.

use crate::invalid::FieldErrors;

/// How long the former token of an account still signs requests, in seconds: those on their way, and
/// those of a carrier that promotes a new token over a day.
pub const FORMER_TOKEN_S: i64 = 86_400;

/// An account's id at the carrier, as it was typed. Other carriers with the same protocol number their
/// accounts otherwise (twilio-reference 5), so only what would break an address is refused.
///
/// # Errors
/// At `field`.
pub fn sid(field: &str, text: &str) -> Result<String, FieldErrors> {
    let text = text.trim();
    let bad = |code: &str, message: &str| Err(FieldErrors::one(field, code, message));
    if text.is_empty() {
        return bad("required", "Enter the account SID. It starts with AC.");
    }
    if text.starts_with("SK") {
        return bad(
            "api_key",
            "This is an API key. Enter the SID of the account, which starts with AC.",
        );
    }
    if text.len() > 64 || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return bad(
            "malformed",
            "An account SID has letters, digits and dashes, 64 at most.",
        );
    }
    Ok(text.to_owned())
}

/// An account's token, as it was typed. It signs what the carrier sends, so a key's secret does not do.
///
/// # Errors
/// At `field`.
pub fn token(field: &str, text: &str) -> Result<String, FieldErrors> {
    let text = text.trim();
    if text.is_empty() {
        return Err(FieldErrors::one(
            field,
            "required",
            "Enter the account’s auth token.",
        ));
    }
    if text.len() > 256 || !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(FieldErrors::one(
            field,
            "malformed",
            "A token has letters and digits, 256 at most.",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sid_or_token_is_told_why() {
        assert_eq!(sid("sid", " AC1 "), Ok("AC1".to_owned()));
        for (text, code) in [("", "required"), ("SK1", "api_key"), ("AC/1", "malformed")] {
            assert_eq!(sid("sid", text).unwrap_err().0[0].code, code);
        }
        assert_eq!(token("token", "abc "), Ok("abc".to_owned()));
        for (text, code) in [(" ", "required"), ("a b", "malformed"), ("ü", "malformed")] {
            assert_eq!(token("token", text).unwrap_err().0[0].code, code);
        }
    }
}
