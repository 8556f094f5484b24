//! Reading a bidder's answer: JSON, XML, or text that a pattern or a function looks into.

use std::cell::OnceCell;

use roxmltree::{Document, Node, ParsingOptions};
use serde_json::Value;

use super::bid::{Reply, Values};
use super::json::{self, BadJson};
use super::parser::{BadParser, Parser, Parsers};
use super::path::{self, XmlPath, XmlStep};
use crate::tag::pattern::PatternError;

/// How much of an answer is read, in bytes; a longer one is refused.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// The longest value that is taken out of one, in characters.
const VALUE_CHARS_MAX: usize = 500;
/// Elements of one document at most.
const NODES_MAX: u32 = 10_000;
/// The compiled size of one pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 256 * 1024;

/// Why nothing could be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("The answer cannot be read as JSON. {0}")]
    NoJson(#[from] BadJson),
    #[error("The answer is no XML.")]
    NoXml,
    /// It ran too long, used too much, or threw.
    #[error("The function failed: {0}")]
    Script(String),
    #[error(transparent)]
    Parser(#[from] BadParser),
}

/// Runs a function body on an answer: what it returned, as text, none for nothing.
pub trait Scripts {
    /// # Errors
    /// What it threw, or which bound it met.
    fn run(&self, body: &str, input: &str) -> Result<Option<String>, String>;
}

/// A parser made ready: what it is written with is looked at once.
#[derive(Debug)]
pub enum Finder {
    Json(serde_json_path::JsonPath),
    Xml(XmlPath),
    Regex(regex::Regex),
    Script(String),
}

impl Finder {
    /// Makes a parser ready.
    ///
    /// # Errors
    /// [`BadParser`].
    pub fn new(parser: &Parser) -> Result<Self, BadParser> {
        parser.check()?;
        Ok(match parser {
            Parser::Path(text) if path::is_xml(text) => Self::Xml(text.parse()?),
            Parser::Path(text) => {
                let whole = path::json(text)?;
                let path = serde_json_path::JsonPath::parse(&whole);
                Self::Json(path.map_err(|_| path::BadPath::Malformed)?)
            }
            Parser::Regex(text) => {
                let pattern = regex::RegexBuilder::new(text)
                    .size_limit(PATTERN_BYTES_MAX)
                    .nest_limit(30)
                    .build()
                    .map_err(|error| match error {
                        regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
                        _ => PatternError::Malformed,
                    })?;
                Self::Regex(pattern)
            }
            Parser::Script(body) => Self::Script(body.clone()),
        })
    }

    /// The value in an answer, without blanks around it; none where there is none, and for null and
    /// the empty text.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn find(&self, answer: &str, scripts: &dyn Scripts) -> Result<Option<String>, Unreadable> {
        self.find_in(&Answer::of(answer), scripts)
    }

    fn find_in(
        &self,
        answer: &Answer<'_>,
        scripts: &dyn Scripts,
    ) -> Result<Option<String>, Unreadable> {
        let found = match self {
            Self::Json(path) => in_json(path, answer.json()?),
            Self::Xml(path) => in_xml(path, answer.xml()?),
            Self::Regex(pattern) => pattern.captures(answer.text).and_then(|found| {
                let group = found.get(1).or_else(|| found.get(0))?;
                Some(group.as_str().to_owned())
            }),
            Self::Script(body) => (scripts.run(body, answer.text)).map_err(Unreadable::Script)?,
        };
        let value = found.map(|text| {
            // Control characters tell nothing, and PostgreSQL keeps no NUL.
            text.trim()
                .chars()
                .filter(|c| !c.is_control())
                .take(VALUE_CHARS_MAX)
                .collect::<String>()
        });
        Ok(value.filter(|text| !text.is_empty()))
    }
}

/// An answer, read once however many parsers look into it.
struct Answer<'a> {
    text: &'a str,
    json: OnceCell<Result<Value, BadJson>>,
    xml: OnceCell<Option<Document<'a>>>,
}

impl<'a> Answer<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text,
            json: OnceCell::new(),
            xml: OnceCell::new(),
        }
    }

    fn json(&self) -> Result<&Value, Unreadable> {
        let read = self.json.get_or_init(|| json::read(self.text));
        read.as_ref().map_err(|why| why.clone().into())
    }

    fn xml(&self) -> Result<&Document<'a>, Unreadable> {
        let read = self.xml.get_or_init(|| xml(self.text));
        read.as_ref().ok_or(Unreadable::NoXml)
    }
}

/// All parsers of a target made ready.
#[derive(Debug)]
pub struct Finders {
    acceptance: Option<Finder>,
    amount: Option<Finder>,
    destination: Option<Finder>,
    duration: Option<Finder>,
    expiry: Option<Finder>,
    bid_id: Option<Finder>,
}

impl Finders {
    /// Makes them ready.
    ///
    /// # Errors
    /// [`BadParser`] of the first that cannot be used.
    pub fn new(parsers: &Parsers) -> Result<Self, BadParser> {
        let ready = |parser: Option<&Parser>| parser.map(Finder::new).transpose();
        Ok(Self {
            acceptance: ready(parsers.acceptance.as_ref().map(|a| &a.parser))?,
            amount: ready(parsers.amount.as_ref())?,
            destination: ready(parsers.destination.as_ref())?,
            duration: ready(parsers.duration.as_ref())?,
            expiry: ready(parsers.expiry.as_ref())?,
            bid_id: ready(parsers.bid_id.as_ref())?,
        })
    }

    /// Whether any of them is a function.
    #[must_use]
    pub fn has_script(&self) -> bool {
        let all = [
            &self.acceptance,
            &self.amount,
            &self.destination,
            &self.duration,
            &self.expiry,
            &self.bid_id,
        ];
        all.into_iter()
            .any(|finder| matches!(finder, Some(Finder::Script(_))))
    }

    /// What an answer says, value by value. One that cannot be read where a parser looks into it is
    /// unreadable as a whole: half of an answer is none.
    #[must_use]
    pub fn read(&self, status: u16, answer: &str, scripts: &dyn Scripts) -> Reply {
        let answer = Answer::of(answer);
        let find = |finder: &Option<Finder>| match finder {
            Some(finder) => finder.find_in(&answer, scripts),
            None => Ok(None),
        };
        let values = || {
            Ok::<_, Unreadable>(Values {
                acceptance: find(&self.acceptance)?,
                amount: find(&self.amount)?,
                destination: find(&self.destination)?,
                duration: find(&self.duration)?,
                expiry: find(&self.expiry)?,
                bid_id: find(&self.bid_id)?,
            })
        };
        match values() {
            Ok(values) => Reply::Answered { status, values },
            Err(why) => Reply::Unreadable {
                status,
                why: why.to_string(),
            },
        }
    }
}

fn in_json(path: &serde_json_path::JsonPath, answer: &Value) -> Option<String> {
    match path.query(answer).first() {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(other) => Some(other.to_string()),
    }
}

fn in_xml(path: &XmlPath, answer: &Document<'_>) -> Option<String> {
    let mut place = answer.root();
    for step in &path.steps {
        place = below(place, step)?;
    }
    match &path.attribute {
        Some(name) => place
            .attributes()
            .find(|a| a.name() == name)
            .map(|a| a.value().to_owned()),
        None => Some(
            place
                .descendants()
                .filter_map(|node| node.is_text().then(|| node.text()).flatten())
                .collect(),
        ),
    }
}

fn xml(answer: &str) -> Option<Document<'_>> {
    let options = ParsingOptions {
        // Entities of one's own are how small documents become large ones.
        allow_dtd: false,
        nodes_limit: NODES_MAX,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(answer.trim_start_matches('\u{feff}'), options).ok()
}

fn below<'a, 'input>(place: Node<'a, 'input>, step: &XmlStep) -> Option<Node<'a, 'input>> {
    let fits = |node: &Node<'_, '_>| {
        node.is_element() && (step.name == "*" || node.tag_name().name() == step.name)
    };
    if step.deep {
        place
            .descendants()
            .filter(|node| *node != place && fits(node))
            .nth(step.nth - 1)
    } else {
        place.children().filter(fits).nth(step.nth - 1)
    }
}

/// A place in an answer and what stands there: for choosing a parser by its value.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PlacedValue {
    /// As a [`Parser::Path`] writes it.
    pub path: String,
    pub value: String,
}

/// Values of an answer that are offered, at most.
const OFFERED_MAX: usize = 200;
/// Elements within elements that are looked into.
const DEPTH_MAX: usize = 30;

/// Every value of an answer with its path; nothing for an answer that is neither JSON nor XML.
#[must_use]
pub fn places(answer: &str) -> Vec<PlacedValue> {
    let mut out = Vec::new();
    if let Ok(json) = json::read(answer) {
        json_places("$", &json, &mut out);
    } else if let Some(document) = xml(answer) {
        xml_places("", document.root_element(), 1, &mut out);
    }
    out.truncate(OFFERED_MAX);
    // A name may hold what no path can say, as a control character.
    out.retain(|place| Finder::new(&Parser::Path(place.path.clone())).is_ok());
    out
}

fn json_places(path: &str, value: &Value, out: &mut Vec<PlacedValue>) {
    if out.len() >= OFFERED_MAX {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                    && !name.starts_with(|c: char| c.is_ascii_digit())
                    && !name.is_empty();
                let below = if plain {
                    format!("{path}.{name}")
                } else {
                    let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
                    format!("{path}['{quoted}']")
                };
                json_places(&below, field, out);
            }
        }
        Value::Array(entries) => {
            for (at, entry) in entries.iter().enumerate() {
                json_places(&format!("{path}[{at}]"), entry, out);
            }
        }
        Value::Null => {}
        Value::String(text) => out.push(placed(path, text)),
        other => out.push(placed(path, &other.to_string())),
    }
}

fn xml_places(above: &str, node: Node<'_, '_>, nth: usize, out: &mut Vec<PlacedValue>) {
    if out.len() >= OFFERED_MAX {
        return;
    }
    // Deeper than anybody answers, and the way down is walked by calls.
    if above.matches('/').count() > DEPTH_MAX {
        return;
    }
    let mut path = format!("{above}/{}", node.tag_name().name());
    if nth > 1 {
        path = format!("{path}[{nth}]");
    }
    for attribute in node.attributes() {
        let at = format!("{path}/@{}", attribute.name());
        out.push(placed(&at, attribute.value()));
    }
    let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    if children.is_empty() {
        out.push(placed(&path, node.text().unwrap_or_default()));
    }
    for (at, child) in children.iter().enumerate() {
        let same = |other: &&Node<'_, '_>| other.tag_name().name() == child.tag_name().name();
        let before = children[..at].iter().filter(same).count();
        xml_places(&path, *child, before + 1, out);
    }
}

fn placed(path: &str, value: &str) -> PlacedValue {
    PlacedValue {
        path: path.to_owned(),
        value: value.trim().chars().take(VALUE_CHARS_MAX).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Scripts that return their own body, or fail when it is empty of a return.
    struct Echo;

    impl Scripts for Echo {
        fn run(&self, body: &str, _: &str) -> Result<Option<String>, String> {
            body.strip_prefix("return ")
                .map(|value| Some(value.to_owned()))
                .ok_or_else(|| "it ran too long".to_owned())
        }
    }

    fn find(parser: &Parser, answer: &str) -> Result<Option<String>, Unreadable> {
        Finder::new(parser).unwrap().find(answer, &Echo)
    }

    fn at(path: &str, answer: &str) -> Option<String> {
        find(&Parser::Path(path.to_owned()), answer).unwrap()
    }

    const RINGBA: &str = r#"{"bidId":"RTB0f","bidAmount":44.85,"expireInSeconds":20,
        "phoneNumber":"+18005550126","bidTerms":[{"code":100,"callMinDuration":90}],"warnings":[],
        "odd key":{"x.y":"in"},"none":null,"accepted":true}"#;

    #[test]
    fn json_is_read_by_path() {
        for (path, value) in [
            ("bidAmount", Some("44.85")),
            ("$.bidTerms[0].callMinDuration", Some("90")),
            ("phoneNumber", Some("+18005550126")),
            ("accepted", Some("true")),
            ("$['odd key']['x.y']", Some("in")),
            ("none", None),
            ("missing.at.all", None),
            ("bidTerms[0].code", Some("100")),
            ("warnings", Some("[]")),
        ] {
            assert_eq!(at(path, RINGBA).as_deref(), value, "{path}");
        }
        assert_eq!(at("a", "\u{feff}{\"a\": 1}").as_deref(), Some("1"));
        let path = Parser::Path("a".to_owned());
        let malformed = Unreadable::NoJson(BadJson::Malformed);
        assert_eq!(find(&path, "<a/>"), Err(malformed));
        let twice = Unreadable::NoJson(BadJson::Twice("a".to_owned()));
        assert_eq!(find(&path, r#"{"a":1,"a":2}"#), Err(twice));
        assert!(Finder::new(&Parser::Path("a[".to_owned())).is_err());
    }

    #[test]
    fn xml_is_read_by_path() {
        let answer = r#"<?xml version="1.0"?><r xmlns:x="urn:x"><bid amount=" 12.50 "><n>1</n></bid>
            <x:bid amount="9"/><deep><n>+1 800</n></deep><e><![CDATA[a<b]]></e></r>"#;
        for (path, value) in [
            ("/r/bid/@amount", Some("12.50")),
            ("/r/bid[2]/@amount", Some("9")),
            ("/r/x:bid[2]/@amount", Some("9")),
            ("//n[2]", Some("+1 800")),
            ("/r/*[3]/n/text()", Some("+1 800")),
            ("/r/e", Some("a<b")),
            ("/r/none", None),
            ("/r/bid/@none", None),
        ] {
            assert_eq!(at(path, answer).as_deref(), value, "{path}");
        }
        let bomb = r#"<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r>&b;</r>"#;
        let path = Parser::Path("/r".to_owned());
        assert_eq!(find(&path, bomb), Err(Unreadable::NoXml));
        assert_eq!(find(&path, RINGBA), Err(Unreadable::NoXml));
    }

    #[test]
    fn text_is_read_by_pattern_or_function() {
        let pattern = |text: &str| Parser::Regex(text.to_owned());
        let answer = "ACCEPT;bid=12.50;num=8005550126";
        assert_eq!(
            find(&pattern("bid=([0-9.]+)"), answer),
            Ok(Some("12.50".to_owned()))
        );
        assert_eq!(
            find(&pattern("ACCEPT"), answer),
            Ok(Some("ACCEPT".to_owned()))
        );
        assert_eq!(find(&pattern("none"), answer), Ok(None));
        assert!(Finder::new(&pattern("(")).is_err());
        let script = |text: &str| Parser::Script(text.to_owned());
        assert_eq!(find(&script("return 7"), ""), Ok(Some("7".to_owned())));
        assert_eq!(
            find(&script("for(;;);"), ""),
            Err(Unreadable::Script("it ran too long".to_owned()))
        );
    }

    #[test]
    fn every_value_is_offered_and_found_again() {
        for answer in [
            RINGBA,
            r#"<r a="1"><b>x</b><b>y</b><c><d k="2"/></c></r>"#,
            r#"{"a'b": {"c\\d": [1, [2, "3"]]}, "": 4, "1st": 5}"#,
        ] {
            let all = places(answer);
            assert!(all.len() >= 4, "{answer}");
            for place in all {
                let found = at(&place.path, answer).unwrap_or_default();
                assert_eq!(found, place.value, "{}", place.path);
            }
        }
        assert!(places("neither").is_empty());
        let odd = places("{\"a\u{7f}\": 1, \"b\": 2}");
        let odd: Vec<&str> = odd.iter().map(|place| place.path.as_str()).collect();
        assert_eq!(odd, ["$.b"], "no path says a control character");
        let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
        assert!(places(&deep).is_empty());
        let long = format!("[{}1]", "1,".repeat(999));
        assert_eq!(places(&long).len(), OFFERED_MAX);
    }

    proptest! {
        #[test]
        fn no_answer_panics(answer in "[\\[\\]{}<>/a-c\":,0-9 &;!=]{0,120}", path in "[$./a-c\\[\\]0-9@*]{1,20}") {
            let _ = places(&answer);
            if let Ok(finder) = Finder::new(&Parser::Path(path)) {
                let _ = finder.find(&answer, &Echo);
            }
        }
    }
}
