//! `X-Twilio-Signature` (twilio-reference 2): pure functions over what was received, byte for byte.
//!
//! The URL is never re-encoded or re-ordered: a framework that tidies the query breaks every action
//! URL. Scheme and host come from our own settings, not from headers a client can write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use subtle::ConstantTimeEq;

/// The header that carries the signature.
pub const HEADER: &str = "x-twilio-signature";
/// The query parameter that carries the hash of a body which is not a form.
const BODY_HASH: &str = "bodySHA256";

/// The body as far as the signature covers it.
#[derive(Debug, Clone, Copy)]
pub enum Signed<'a> {
    /// Decoded names and values of a form, in any order.
    Form(&'a [(String, String)]),
    /// Any other body: the URL must carry its hash.
    Raw(&'a [u8]),
    /// No body, as with GET: the URL holds everything.
    Nothing,
}

/// Whether one of the tokens made this signature for this request.
#[must_use]
pub fn verify(tokens: &[impl AsRef<str>], url: &str, signed: Signed<'_>, header: &str) -> bool {
    let Ok(signature) = STANDARD.decode(header.trim()) else {
        return false;
    };
    let parameters = match signed {
        Signed::Form(pairs) => canonical(pairs),
        Signed::Nothing => String::new(),
        Signed::Raw(body) => {
            if !body_hash_fits(url, body) {
                return false;
            }
            String::new()
        }
    };
    let candidates = candidates(url);
    let mut good = false;
    // Every token and candidate is tried, so that the time taken does not tell which one fits.
    for token in tokens {
        for candidate in &candidates {
            good |= code(token.as_ref(), candidate, &parameters)
                .is_some_and(|mac| mac.verify_slice(&signature).is_ok());
        }
    }
    good
}

/// The signature that the carrier would send.
#[must_use]
pub fn sign(token: &str, url: &str, pairs: &[(String, String)]) -> String {
    code(token, url, &canonical(pairs))
        .map(|mac| STANDARD.encode(mac.finalize().into_bytes()))
        .unwrap_or_default()
}

fn code(token: &str, url: &str, parameters: &str) -> Option<Hmac<Sha1>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).ok()?;
    mac.update(url.as_bytes());
    mac.update(parameters.as_bytes());
    Some(mac)
}

/// Names by code point, each followed by its value; a repeated name once for each distinct value,
/// in order.
fn canonical(pairs: &[(String, String)]) -> String {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in pairs {
        names.entry(name).or_default().insert(value);
    }
    let mut out = String::new();
    for (name, values) in names {
        for value in values {
            out.push_str(name);
            out.push_str(value);
        }
    }
    out
}

/// The URL without its port, and with its port or the scheme's default. The carrier is inconsistent
/// about which one it signs, so exactly these two are tried.
fn candidates(url: &str) -> [String; 2] {
    let Some((scheme, rest)) = url.split_once("://") else {
        return [url.to_owned(), url.to_owned()];
    };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let (user, host) = authority
        .rsplit_once('@')
        .map_or(("", authority), |(u, h)| (u, h));
    let user = if user.is_empty() {
        String::new()
    } else {
        format!("{user}@")
    };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (name, Some(port))
        }
        _ => (host, None),
    };
    let default = if scheme.eq_ignore_ascii_case("https") {
        "443"
    } else {
        "80"
    };
    let port = port.unwrap_or(default);
    [
        format!("{scheme}://{user}{name}{tail}"),
        format!("{scheme}://{user}{name}:{port}{tail}"),
    ]
}

fn body_hash_fits(url: &str, body: &[u8]) -> bool {
    let Some((_, query)) = url.split_once('?') else {
        return false;
    };
    let Some(told) = query
        .split('&')
        .find_map(|pair| pair.strip_prefix(BODY_HASH)?.strip_prefix('='))
    else {
        return false;
    };
    let real: String = Sha256::digest(body)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    real.as_bytes()
        .ct_eq(told.to_ascii_lowercase().as_bytes())
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "12345";

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn form(url: &str, list: &[(&str, &str)], header: &str) -> bool {
        verify(&[TOKEN], url, Signed::Form(&pairs(list)), header)
    }

    // The signatures below were made by the vendor's own library (npm twilio 6.2.0).

    #[test]
    fn form_parameters_are_sorted_and_values_kept_as_they_are() {
        let list = [("a", "1"), ("B", "2"), ("A", " x ")];
        assert!(form(
            "https://mycompany.example/voice?foo=1&bar=2",
            &list,
            "Ran3bMrrwDw7+eMeuIvPLNyiqYg="
        ));
        let unicode = [
            ("SpeechResult", "café naïve 😀"),
            ("FromCity", ""),
            ("From", "+14158675310"),
        ];
        assert!(form(
            "https://mycompany.example/voice",
            &unicode,
            "7ll9fiPwbiwWYoEcIqoNHXEY6sU="
        ));
    }

    #[test]
    fn repeated_names_count_once_for_each_distinct_value() {
        let list = [
            ("MediaUrl", "b"),
            ("MediaUrl", "a"),
            ("MediaUrl", "b"),
            ("CallSid", "CA1"),
        ];
        assert!(form(
            "https://mycompany.example/voice",
            &list,
            "JsIu+bKcb3c8X0cyLTg1kZsxUBw="
        ));
    }

    #[test]
    fn get_requests_are_signed_by_their_url_alone() {
        let url = "https://mycompany.example/voice?CallSid=CA1&From=%2B14158675310";
        assert!(verify(
            &[TOKEN],
            url,
            Signed::Nothing,
            "QabP7kCsfs/drbFB7Uk1yH9lRkE="
        ));
        let decoded = url.replace("%2B", "+");
        assert!(!verify(
            &[TOKEN],
            &decoded,
            Signed::Nothing,
            "QabP7kCsfs/drbFB7Uk1yH9lRkE="
        ));
    }

    #[test]
    fn both_ways_to_write_the_port_are_accepted_and_no_third() {
        let list = [("CallSid", "CA1"), ("From", "+14158675310")];
        let with_443 = "BWvGjm75Q0mN1CZegSmMz4pRyoo=";
        assert!(form("https://mycompany.example/voice", &list, with_443));
        assert!(form("https://mycompany.example:443/voice", &list, with_443));
        assert!(!form(
            "https://mycompany.example:8443/voice",
            &list,
            with_443
        ));
        let one = [("CallSid", "CA1")];
        assert!(form(
            "https://mycompany.example:8443/voice",
            &one,
            "b/iFX4+PxgWuO8WxAEmzFAIwUmQ="
        ));
        assert!(form(
            "https://mycompany.example:8443/voice",
            &one,
            "SXQfc1qJOSfOu5o37zFz6HYFZRQ="
        ));
        assert!(!form(
            "http://mycompany.example/voice",
            &one,
            "SXQfc1qJOSfOu5o37zFz6HYFZRQ="
        ));
    }

    #[test]
    fn other_bodies_are_covered_by_their_hash_in_the_query() {
        let body = br#"{"property":"value","boolean":true}"#;
        let url = "https://mycompany.example/voice?bodySHA256=d5729c000e5de6b3a10698fec78d482db85d744f1be820d1382b6bda1cfb7795";
        assert!(verify(
            &[TOKEN],
            url,
            Signed::Raw(body),
            "rFcehCgllGl9rtxDH6Qm6IoHSvQ="
        ));
        assert!(!verify(
            &[TOKEN],
            url,
            Signed::Raw(b"{}"),
            "rFcehCgllGl9rtxDH6Qm6IoHSvQ="
        ));
        assert!(!verify(
            &[TOKEN],
            "https://mycompany.example/voice",
            Signed::Raw(b"{}"),
            &sign(TOKEN, "https://mycompany.example/voice", &[])
        ));
    }

    #[test]
    fn any_token_of_the_list_will_do_and_tampering_with_anything_will_not() {
        let url = "https://mycompany.example/voice?foo=1";
        let list = pairs(&[("CallSid", "CA1"), ("From", "+14158675310")]);
        let good = sign("old", url, &list);
        assert!(verify(&["new", "old"], url, Signed::Form(&list), &good));
        assert!(!verify(&["new"], url, Signed::Form(&list), &good));
        assert!(!verify(&[] as &[&str], url, Signed::Form(&list), &good));
        assert!(!verify(
            &["old"],
            "https://mycompany.example/voice?foo=2",
            Signed::Form(&list),
            &good
        ));
        for bad in [
            "",
            "====",
            "not base64!",
            &good[..20],
            &good.replace(&good[..1], "_"),
        ] {
            assert!(!verify(&["old"], url, Signed::Form(&list), bad), "{bad}");
        }
        for (name, value) in [
            ("From", "+14158675311"),
            ("from", "+14158675310"),
            ("Extra", ""),
        ] {
            let mut tampered = list.clone();
            tampered[1] = (name.to_owned(), value.to_owned());
            assert!(
                !verify(&["old"], url, Signed::Form(&tampered), &good),
                "{name}={value}"
            );
        }
    }
}
