//! A publisher's ping, read from its parameters.

use crate::invalid::FieldErrors;
use crate::phone::E164;
use crate::tag::name::TagName;
use crate::tag::{TAGS_MAX, Tags};
use crate::visit::is_tag_name;

/// The type of tags that came with a ping.
pub const PING_TAGS: &str = "user";
/// The names of the caller's number.
const CALLER: [&str; 3] = ["CID", "callerId", "caller_id"];
/// The longest value of a field that names something, in characters.
const WORD_CHARS_MAX: usize = 200;

/// What a publisher asks with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ping {
    pub caller: PingCaller,
    /// Bidders may see the caller's number.
    pub expose_caller: bool,
    /// A SIP address is preferred to a number.
    pub sip_ok: bool,
    pub sub_id: String,
    /// The publisher's own id of its call.
    pub inbound_call_id: String,
    /// Every parameter but the caller's number, which bidders may not see unless the publisher says so.
    pub tags: Tags,
}

/// Whose call it would be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum PingCaller {
    #[default]
    Missing,
    Known(E164),
    /// What was said is no number.
    Malformed(String),
}

impl Ping {
    /// Reads parameters, from an address, a form, JSON or XML. Names of the contract are read whatever
    /// their case, for publishers write `CID`, `cid`, `zipcode` and `ZipCode` alike; of a name written
    /// several times the first value counts.
    #[must_use]
    pub fn read(parameters: &[(String, String)]) -> Self {
        let get = |names: &[&str]| {
            parameters
                .iter()
                .find(|(name, value)| {
                    names.iter().any(|known| name.eq_ignore_ascii_case(known))
                        && !value.trim().is_empty()
                })
                .map(|(_, value)| value.trim())
        };
        let word = |names: &[&str]| -> String {
            let value = get(names).unwrap_or_default();
            value
                .chars()
                .filter(|c| !c.is_control())
                .take(WORD_CHARS_MAX)
                .collect()
        };
        let caller = match get(&CALLER) {
            None => PingCaller::Missing,
            Some(said) => match caller(said) {
                Some(number) => PingCaller::Known(number),
                None => PingCaller::Malformed(said.chars().take(40).collect()),
            },
        };
        let mut tags = Tags::default();
        for (name, value) in parameters.iter().take(TAGS_MAX) {
            let names_caller = CALLER.iter().any(|known| name.eq_ignore_ascii_case(known));
            if is_tag_name(name) && !names_caller && tags.get(PING_TAGS, name).is_none() {
                tags.set(PING_TAGS, name, value);
            }
        }
        Self {
            caller,
            expose_caller: get(&["exposeCallerId"]).is_some_and(is_yes),
            sip_ok: get(&["sipOk"]).is_some_and(is_yes),
            sub_id: word(&["SubID"]),
            inbound_call_id: word(&["publisherInboundCallId"]),
            tags,
        }
    }

    /// Tags that are asked for and not there, in the order they are asked for.
    #[must_use]
    pub fn missing<'a>(&self, required: &'a [TagName]) -> Vec<&'a TagName> {
        let is_missing = |name: &&TagName| {
            let (_, bare) = name.as_str().split_once(':').unwrap_or_default();
            if CALLER.iter().any(|known| bare.eq_ignore_ascii_case(known)) {
                return self.caller == PingCaller::Missing;
            }
            self.tags.named(name).is_none()
        };
        required.iter().filter(is_missing).collect()
    }
}

/// A caller id: a number in any usual writing; a plus that became a blank on its way in an address is
/// one still.
fn caller(said: &str) -> Option<E164> {
    let digits = said.chars().filter(char::is_ascii_digit).count();
    if said.len() > 40 || digits < 10 {
        return None;
    }
    said.parse().ok()
}

fn is_yes(value: &str) -> bool {
    ["yes", "true", "1", "y"]
        .iter()
        .any(|yes| value.eq_ignore_ascii_case(yes))
}

/// Checks the names of the tags that an id asks for, one a line or with commas between.
///
/// # Errors
/// At the field, with the name.
pub fn required_tags(field: &str, text: &str) -> Result<Vec<TagName>, FieldErrors> {
    let mut all: Vec<TagName> = Vec::new();
    for name in text
        .split([',', '\n'])
        .map(str::trim)
        .filter(|n| !n.is_empty())
    {
        let whole = if name.contains(':') {
            name.to_owned()
        } else {
            format!("{PING_TAGS}:{name}")
        };
        let tag: TagName = whole
            .parse()
            .map_err(|e: crate::tag::name::ParseTagNameError| {
                FieldErrors::one(field, "malformed", &format!("“{name}”: {e}"))
            })?;
        if !all.contains(&tag) {
            all.push(tag);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(parameters: &[(&str, &str)]) -> Ping {
        let owned: Vec<(String, String)> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Ping::read(&owned)
    }

    #[test]
    fn names_are_read_whatever_their_case() {
        let ping = read(&[
            ("cid", "15557779999"),
            ("exposecallerid", "Yes"),
            ("sipOK", "true"),
            ("subid", "s1"),
            ("publisherInboundCallId", "RGB-1"),
            ("ZipCode", "75201"),
            ("State", "TX"),
        ]);
        assert_eq!(
            ping.caller,
            PingCaller::Known("+15557779999".parse().unwrap())
        );
        assert!(ping.expose_caller && ping.sip_ok);
        assert_eq!(
            (ping.sub_id.as_str(), ping.inbound_call_id.as_str()),
            ("s1", "RGB-1")
        );
        assert_eq!(ping.tags.get("user", "zipcode"), Some("75201"));
        let required = required_tags("tags", "ZipCode, state\nuser:age").unwrap();
        let missing = ping.missing(&required);
        assert_eq!(missing.len(), 1);
        assert_eq!(missing[0].as_str(), "user:age");
        // The caller's number is no tag, but may be asked for as one.
        assert_eq!(ping.tags.get("user", "cid"), None);
        let caller = required_tags("tags", "CID").unwrap();
        assert!(ping.missing(&caller).is_empty());
        assert_eq!(read(&[]).missing(&caller).len(), 1);
    }

    #[test]
    fn a_caller_is_a_number_or_said_to_be_none() {
        for (said, number) in [
            ("+15557779999", Some("+15557779999")),
            (" 15557779999", Some("+15557779999")),
            ("5557779999", Some("+15557779999")),
            ("(555) 777-9999", Some("+15557779999")),
            ("555777999", None),
            ("hello", None),
            ("javascript:alert(1)", None),
        ] {
            let expected = match number {
                Some(number) => PingCaller::Known(number.parse().unwrap()),
                None => PingCaller::Malformed(said.to_owned()),
            };
            assert_eq!(read(&[("CID", said)]).caller, expected, "{said}");
        }
        assert_eq!(read(&[("CID", "  ")]).caller, PingCaller::Missing);
        assert_eq!(read(&[]).caller, PingCaller::Missing);
        let first = read(&[("CID", ""), ("cid", "5557779999"), ("CID", "5557770000")]);
        assert_eq!(
            first.caller,
            PingCaller::Known("+15557779999".parse().unwrap())
        );
    }

    proptest! {
        #[test]
        fn no_ping_panics(parameters in prop::collection::vec((".{0,20}", ".{0,60}"), 0..8)) {
            let _ = Ping::read(&parameters);
        }
    }
}
