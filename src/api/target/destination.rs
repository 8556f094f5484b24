//! Where calls are sent and what is sent along, as typed.

use std::collections::BTreeSet;

use crate::invalid::FieldErrors;
use crate::target::settings::SipAccess;
use crate::target::{CallerIdPolicy, Destination, SipUri};

/// The most keys that are pressed once a target answers.
const DIGITS_MAX: usize = 64;
/// The longest user or password; both are part of the carrier's request.
const ACCESS_CHARS_MAX: usize = 120;
/// The carrier's bound on all headers is 1,024 characters (twilio-reference 3), counted as they
/// stand in an address.
const HEADERS_MAX: usize = 1_000;

/// A number or a SIP address; of a bidder also where its bid says.
///
/// # Errors
/// At `kind`, `number` or `sip`.
pub(super) fn destination(kind: &str, number: &str, sip: &str) -> Result<Destination, FieldErrors> {
    match kind {
        "number" => crate::api::number::phone("number", number).map(Destination::Number),
        "sip" => SipUri::parse(sip)
            .map(Destination::Sip)
            .map_err(|e| FieldErrors::one("sip", "invalid_sip", e)),
        "bid" => Ok(Destination::Bid),
        _ => Err(unknown_kind()),
    }
}

pub(super) fn unknown_kind() -> FieldErrors {
    FieldErrors::one("kind", "unknown", "Choose a number or a SIP address.")
}

/// Which number the target sees.
///
/// # Errors
/// At `caller_id` or `caller_id_number`.
pub(in crate::api) fn caller_id(policy: &str, number: &str) -> Result<CallerIdPolicy, FieldErrors> {
    match policy {
        "pass_through" => Ok(CallerIdPolicy::PassThrough),
        "tracking" => Ok(CallerIdPolicy::Tracking),
        "fixed" => crate::api::number::phone("caller_id_number", number).map(CallerIdPolicy::Fixed),
        _ => Err(FieldErrors::one(
            "caller_id",
            "unknown",
            "Choose which number the target sees.",
        )),
    }
}

/// What a form shows of it: the policy and the fixed number.
pub(in crate::api) fn caller_id_text(policy: &CallerIdPolicy) -> (&'static str, String) {
    match policy {
        CallerIdPolicy::PassThrough => ("pass_through", String::new()),
        CallerIdPolicy::Tracking => ("tracking", String::new()),
        CallerIdPolicy::Fixed(number) => ("fixed", number.display()),
    }
}

/// Keys that are pressed once the target answers.
///
/// # Errors
/// `malformed` or `too_long` at `digits`.
pub(super) fn digits(typed: &str) -> Result<String, FieldErrors> {
    let digits: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if !digits.chars().all(|c| "0123456789*#wW".contains(c)) {
        let message = "Use digits, * and #, and w to wait half a second: 1w5.";
        return Err(FieldErrors::one("digits", "malformed", message));
    }
    if digits.len() > DIGITS_MAX {
        let message = format!("Use at most {DIGITS_MAX} keys.");
        return Err(FieldErrors::one("digits", "too_long", &message));
    }
    Ok(digits)
}

/// How to sign in to a SIP address; none if nothing is said. The password is empty where the
/// stored one is to stay.
///
/// # Errors
/// At `sip_user`, `sip_password` or `sip_headers`.
pub(super) fn access(
    user: &str,
    password: &str,
    headers: &str,
) -> Result<Option<SipAccess>, FieldErrors> {
    let mut errors = FieldErrors::default();
    let user = user.trim();
    for (field, text) in [("sip_user", user), ("sip_password", password)] {
        if text.chars().any(char::is_control) {
            let message = "Remove line breaks and control characters.";
            errors.add(field, "malformed", message);
        } else if text.chars().count() > ACCESS_CHARS_MAX {
            let message = format!("Use at most {ACCESS_CHARS_MAX} characters.");
            errors.add(field, "too_long", message);
        }
    }
    if user.is_empty() && !password.is_empty() {
        let message = "Enter the user this password belongs to.";
        errors.add("sip_user", "required", message);
    }
    let headers = errors.take(parse_headers(headers));
    errors.check()?;
    let access = SipAccess {
        user: user.to_owned(),
        password: password.to_owned(),
        headers: headers.unwrap_or_default(),
    };
    Ok((access != SipAccess::default()).then_some(access))
}

fn parse_headers(typed: &str) -> Result<Vec<(String, String)>, FieldErrors> {
    let told = |code, message: &str| Err(FieldErrors::one("sip_headers", code, message));
    let mut headers = Vec::new();
    let mut names = BTreeSet::new();
    for line in typed.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return told(
                "malformed",
                "Write a header a line, like X-Lead-Source: roof.",
            );
        };
        let (name, value) = (name.trim(), value.trim());
        let rest = name.strip_prefix("X-").or_else(|| name.strip_prefix("x-"));
        let named = rest.is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
        if !named {
            return told(
                "malformed",
                "Names of headers begin with X- and go on with letters, digits and hyphens.",
            );
        }
        if value.is_empty() || value.chars().any(char::is_control) {
            return told("malformed", "Give each header a value on its line.");
        }
        if !names.insert(name.to_ascii_lowercase()) {
            return told("duplicate", "Name each header once.");
        }
        headers.push((name.to_owned(), value.to_owned()));
    }
    let length = |text: &str| -> usize {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        text.bytes().map(|b| if plain(b) { 1 } else { 3 }).sum()
    };
    let whole: usize = headers
        .iter()
        .map(|(name, value)| length(name) + length(value) + 2)
        .sum();
    if whole > HEADERS_MAX {
        return told(
            "too_long",
            "Shorten the headers: all together are at most 1,000 characters.",
        );
    }
    Ok(headers)
}

/// What a form shows of headers.
pub(super) fn headers_text(headers: &[(String, String)]) -> String {
    let lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    lines.join("\n")
}

/// Keeps a stored password that was not typed again: only where calls still go to the same address,
/// for a password is not to be sent to another.
///
/// # Errors
/// `required` at `sip_password`.
pub(super) fn keep_password(
    access: &mut SipAccess,
    same_address: bool,
    stored: Option<&SipAccess>,
) -> Result<(), FieldErrors> {
    if access.user.is_empty() || !access.password.is_empty() {
        return Ok(());
    }
    let told = |message| Err(FieldErrors::one("sip_password", "required", message));
    match stored.map(|s| &s.password).filter(|p| !p.is_empty()) {
        None => told("Enter the password of this user."),
        Some(_) if !same_address => told("Enter the password again: the address is another."),
        Some(password) => {
            access.password.clone_from(password);
            Ok(())
        }
    }
}
