//! Tokens in what bidders are sent: `[tag:Type:Name]`, short `[Type:Name]`, `[Call:Name]`, and
//! alternatives, of which the first with a value counts: `[user:zip|geo:zipcode]`.
//!
//! Names, and which of them there are: domain-reference 1a. Brackets that are no token stay as they
//! are, for a JSON body has brackets of its own.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::phone::Caller;
use crate::tag::Tags;
use crate::tag::name::TagName;
use crate::time::Timestamp;

/// The longest template, in characters.
pub const TEMPLATE_CHARS_MAX: usize = 8_000;
/// Tokens of one template at most: with the longest values a request stays a few hundred kilobytes.
pub const TOKENS_MAX: usize = 200;
/// Alternatives of one token at most.
const ALTERNATIVES_MAX: usize = 10;
/// What may stand before the type of a token, as Ringba writes it.
const TAG_PREFIX: &str = "tag:";

/// A text with tokens, as a person wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Token {
        /// As it was written.
        text: String,
        /// The first with a value counts.
        names: Vec<TagName>,
    },
}

/// Why a text cannot be a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseTemplateError {
    #[error("Enter at most {TEMPLATE_CHARS_MAX} characters.")]
    TooLong,
    #[error("Use at most {TOKENS_MAX} tokens.")]
    TooManyTokens,
}

/// How a value is written where it stands, so that it stays one value there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// As it is.
    Plain,
    /// Part of an address, or a field of a form.
    Url,
    /// Within the quotes of a JSON text.
    Json,
    /// Text or attribute of an XML document.
    Xml,
    /// A header: one line of ASCII.
    Header,
}

impl Escape {
    /// What a body of this type is written with.
    #[must_use]
    pub fn of_content_type(content_type: &str) -> Self {
        let kind = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if kind.ends_with("json") {
            Self::Json
        } else if kind.ends_with("xml") {
            Self::Xml
        } else if kind == "application/x-www-form-urlencoded" {
            Self::Url
        } else {
            Self::Plain
        }
    }

    /// A value as it is written.
    #[must_use]
    pub fn write(self, value: &str) -> String {
        match self {
            Self::Plain => value.to_owned(),
            Self::Url => percent(value),
            Self::Json => json(value),
            Self::Xml => xml(value),
            Self::Header => value
                .chars()
                .filter(|c| !c.is_control())
                .map(|c| if c.is_ascii() { c } else { '?' })
                .collect(),
        }
    }
}

/// RFC 3986: all but the unreserved characters.
fn percent(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

/// RFC 8259, without the quotes around.
fn json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// XML 1.0: the five entities; what no document may hold is left out.
fn xml(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() && c < '\u{80}' => {}
            c => out.push(c),
        }
    }
    out
}

impl Template {
    /// The template with its values; a token without one is empty.
    #[must_use]
    pub fn render(&self, facts: &Facts<'_>, escape: Escape) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Token { names, .. } => {
                    let value = names.iter().find_map(|name| facts.value(name));
                    out.push_str(&escape.write(&value.unwrap_or_default()));
                }
            }
        }
        out
    }

    /// The names its tokens ask for.
    pub fn names(&self) -> impl Iterator<Item = &TagName> {
        self.parts.iter().flat_map(|part| match part {
            Part::Token { names, .. } => names.as_slice(),
            Part::Text(_) => &[],
        })
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }
}

impl FromStr for Template {
    type Err = ParseTemplateError;

    fn from_str(text: &str) -> Result<Self, ParseTemplateError> {
        if text.chars().count() > TEMPLATE_CHARS_MAX {
            return Err(ParseTemplateError::TooLong);
        }
        let mut parts: Vec<Part> = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        let mut tokens = 0;
        while let Some(at) = rest.find('[') {
            plain.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some((names, length)) = token(rest) else {
                plain.push('[');
                rest = &rest[1..];
                continue;
            };
            tokens += 1;
            if tokens > TOKENS_MAX {
                return Err(ParseTemplateError::TooManyTokens);
            }
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            let text = rest[..length].to_owned();
            parts.push(Part::Token { text, names });
            rest = &rest[length..];
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }
}

/// The token that a text begins with, and its length in bytes.
fn token(text: &str) -> Option<(Vec<TagName>, usize)> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find([']', '[', '{', '}', '"', '\n', '\r', '<', '>'])?;
    if !inner[end..].starts_with(']') {
        return None;
    }
    let alternatives = inner[..end].split('|');
    let names = alternatives.map(name).collect::<Option<Vec<_>>>()?;
    (names.len() <= ALTERNATIVES_MAX).then_some((names, end + 2))
}

fn name(text: &str) -> Option<TagName> {
    let text = text.trim();
    // `tag` is a prefix where a type and a name follow it.
    let short = text
        .get(..TAG_PREFIX.len())
        .filter(|prefix| prefix.eq_ignore_ascii_case(TAG_PREFIX))
        .map(|_| &text[TAG_PREFIX.len()..])
        .filter(|rest| rest.contains(':'))
        .unwrap_or(text);
    let begins = short.chars().next().is_some_and(char::is_alphabetic);
    begins.then(|| short.parse().ok()).flatten()
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) | Part::Token { text, .. } => f.write_str(text),
        })
    }
}

impl TryFrom<String> for Template {
    type Error = ParseTemplateError;
    fn try_from(text: String) -> Result<Self, ParseTemplateError> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

/// Somebody that tokens name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Party<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub sub_id: &'a str,
}

/// What tokens tell of a call.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Our id of the call or of the publisher's ping.
    pub call: &'a str,
    pub caller: &'a Caller,
    /// Whether a bidder may see the caller's number. The area code and the state always are told:
    /// they name nobody.
    pub exposed: bool,
    /// The number that was called, E.164.
    pub dialed: &'a str,
    pub publisher: Party<'a>,
    pub campaign: Party<'a>,
    pub target: Party<'a>,
    pub duplicate: bool,
    pub now: Timestamp,
    /// All else that is known of the call.
    pub tags: &'a Tags,
}

impl Facts<'_> {
    /// What a name stands for; none where nothing is known. A tag of the call with a name of ours
    /// does not take its place.
    #[must_use]
    pub fn value(&self, name: &TagName) -> Option<String> {
        let (kind, rest) = name.as_str().split_once(':')?;
        let known = match kind {
            "inboundnumber" => self.of_caller(rest)?,
            "call" => self.of_call(rest)?,
            "publisher" => party(self.publisher, rest)?,
            "target" => party(self.target, rest)?,
            "campaign" => match rest {
                "trackingid" => Some(self.campaign.id.to_owned()),
                other => party(self.campaign, other)?,
            },
            "dialednumber" if rest == "number" => Some(self.dialed.to_owned()),
            "callinfo" if rest == "isduplicate" => Some(yes_or_no(self.duplicate)),
            _ => self.tags.named(name).map(str::to_owned),
        };
        known.filter(|value| !value.is_empty())
    }

    /// None for a name that is none of ours; none inside for one that nothing is known of.
    #[expect(
        clippy::option_option,
        reason = "unknown names and unknown values differ"
    )]
    fn of_caller(&self, name: &str) -> Option<Option<String>> {
        let number = self.caller.number();
        let exposed = number.filter(|_| self.exposed);
        let digits = |part: std::ops::Range<usize>| {
            exposed.and_then(|n| n.nanp().map(|ten| ten[part].to_owned()))
        };
        Some(match name {
            "number" | "numbere164" => exposed.map(|n| n.as_str().to_owned()),
            "number-noplus" => exposed.map(|n| n.as_str().trim_start_matches('+').to_owned()),
            "areacode" => number.and_then(|n| n.area_code().map(str::to_owned)),
            "prefix" => digits(3..6),
            "suffix" => digits(6..10),
            "state" | "region" => number.and_then(|n| n.state().map(str::to_owned)),
            "countrydigits" => number.and_then(|n| n.nanp().map(|_| "1".to_owned())),
            "isphonenumbervalid" => Some(yes_or_no(number.is_some())),
            _ => return None,
        })
    }

    #[expect(clippy::option_option, reason = "as of_caller")]
    fn of_call(&self, name: &str) -> Option<Option<String>> {
        let exposed = self.caller.number().filter(|_| self.exposed);
        Some(match name {
            "inboundcallid" => Some(self.call.to_owned()),
            "callerid" => exposed.map(|n| n.as_str().to_owned()),
            "calleridnoplus" => exposed.map(|n| n.as_str().trim_start_matches('+').to_owned()),
            "calldatetime" => Some(self.now.rfc3339()),
            _ => return None,
        })
    }
}

#[expect(clippy::option_option, reason = "as Facts::of_caller")]
fn party(party: Party<'_>, name: &str) -> Option<Option<String>> {
    Some(Some(
        match name {
            "id" => party.id,
            "name" => party.name,
            "subid" => party.sub_id,
            _ => return None,
        }
        .to_owned(),
    ))
}

fn yes_or_no(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn caller() -> Caller {
        Caller::from_carrier("+12145550187")
    }

    fn tags() -> Tags {
        let mut tags = Tags::default();
        for (kind, name, value) in [
            ("geo", "zipcode", "75201"),
            ("user", "plan", "gold & \"blue\" <b>"),
            ("user", "zip code", "10001"),
            ("publisher", "name", "forged"),
            ("call", "own", "x"),
        ] {
            tags.set(kind, name, value);
        }
        tags
    }

    fn rendered(text: &str, escape: Escape, exposed: bool) -> String {
        let (caller, tags) = (caller(), tags());
        let facts = Facts {
            call: "9f0c",
            caller: &caller,
            exposed,
            dialed: "+18005550126",
            publisher: Party {
                id: "5",
                name: "Bright",
                sub_id: "b5",
            },
            campaign: Party {
                id: "c-1",
                name: "Roofs",
                sub_id: "",
            },
            target: Party {
                id: "7",
                name: "Bid & Co",
                sub_id: "t7",
            },
            duplicate: false,
            now: Timestamp::from_secs(0),
            tags: &tags,
        };
        let template: Template = text.parse().unwrap();
        assert_eq!(template.to_string(), text, "it is written as it was read");
        template.render(&facts, escape)
    }

    #[test]
    fn tokens_of_every_kind_have_their_values() {
        for (text, expected) in [
            ("[tag:InboundNumber:Number]", "+12145550187"),
            ("[inboundnumber:number-NoPlus]", "12145550187"),
            ("[InboundNumber:NumberE164]", "+12145550187"),
            (
                "([InboundNumber:AreaCode]) [InboundNumber:Prefix]-[InboundNumber:Suffix]",
                "(214) 555-0187",
            ),
            ("[InboundNumber:State]", "TX"),
            ("[InboundNumber:IsPhoneNumberValid]", "yes"),
            ("[Call:InboundCallId]", "9f0c"),
            ("[Call:CallerIdNoPlus]", "12145550187"),
            ("[Call:CallDateTime]", "1970-01-01T00:00:00.000Z"),
            ("[tag:Publisher:Name]/[Publisher:SubId]", "Bright/b5"),
            ("[Target:Id]", "7"),
            ("[tag:Campaign:TrackingId]", "c-1"),
            ("[DialedNumber:Number]", "+18005550126"),
            ("[CallInfo:IsDuplicate]", "no"),
            ("[user:zip|geo:zipcode]", "75201"),
            ("[Zip Code:Zip Code|user:Zip Code]", "10001"),
            ("[user:none]", ""),
        ] {
            assert_eq!(rendered(text, Escape::Plain, true), expected, "{text}");
        }
    }

    #[test]
    fn a_caller_is_withheld_but_for_what_names_nobody() {
        let text = "[InboundNumber:Number][Call:CallerId][Call:CallerIdNoPlus][InboundNumber:Prefix][InboundNumber:Suffix][InboundNumber:AreaCode]";
        assert_eq!(rendered(text, Escape::Plain, false), "214");
    }

    #[test]
    fn a_value_stays_one_value_where_it_stands() {
        for (escape, expected) in [
            (Escape::Plain, "gold & \"blue\" <b>"),
            (Escape::Url, "gold%20%26%20%22blue%22%20%3Cb%3E"),
            (Escape::Json, "gold & \\\"blue\\\" <b>"),
            (Escape::Xml, "gold &amp; &quot;blue&quot; &lt;b&gt;"),
            (Escape::Header, "gold & \"blue\" <b>"),
        ] {
            assert_eq!(rendered("[user:plan]", escape, true), expected);
        }
        assert_eq!(Escape::Header.write("a\r\nX: b é"), "aX: b ?");
        assert_eq!(Escape::Xml.write("a\u{1}b"), "ab");
        for (kind, escape) in [
            ("application/json; charset=utf-8", Escape::Json),
            ("application/problem+json", Escape::Json),
            ("text/xml", Escape::Xml),
            ("application/x-www-form-urlencoded", Escape::Url),
            ("text/plain", Escape::Plain),
        ] {
            assert_eq!(Escape::of_content_type(kind), escape, "{kind}");
        }
    }

    #[test]
    fn brackets_that_are_no_token_stay() {
        for text in [
            r#"{"a": [1, 2], "b": ["x:y"]}"#,
            "[no colon]",
            "[10:30]",
            "[user:",
            "[[",
            "a]b[",
            "[:x]",
            "[user:]",
        ] {
            assert_eq!(rendered(text, Escape::Plain, true), text);
        }
        assert_eq!(
            rendered(
                r#"[["[user:zip code]"], [geo:zipcode]]"#,
                Escape::Json,
                true
            ),
            r#"[["10001"], 75201]"#
        );
    }

    #[test]
    fn names_of_ours_are_not_forged_by_tags() {
        assert_eq!(rendered("[publisher:name]", Escape::Plain, true), "Bright");
        assert_eq!(rendered("[call:own]", Escape::Plain, true), "");
    }

    #[test]
    fn too_much_is_refused() {
        let long = "x".repeat(TEMPLATE_CHARS_MAX + 1);
        assert_eq!(long.parse::<Template>(), Err(ParseTemplateError::TooLong));
        let many = "[a:b]".repeat(TOKENS_MAX + 1);
        assert_eq!(
            many.parse::<Template>(),
            Err(ParseTemplateError::TooManyTokens)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_it_was_read(text in "[\\[\\]a-z:|{}\" é]{0,60}") {
            let template: Template = text.parse().unwrap();
            prop_assert_eq!(template.to_string(), text);
        }

        #[test]
        fn json_stays_json(value in ".{0,40}") {
            let written = format!("\"{}\"", Escape::Json.write(&value));
            prop_assert_eq!(serde_json::from_str::<String>(&written).unwrap(), value);
        }
    }
}
