//! Where a value stands in an answer: `bids[0].amount` in JSON (RFC 9535, with `$` or without),
//! `/bids/bid[1]/@amount` in XML (the part of XPath that names one place).

use std::fmt;

/// The longest path, in characters.
pub const PATH_CHARS_MAX: usize = 200;
/// Steps of one path at most.
const STEPS_MAX: usize = 32;

/// A way to a place in an XML document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlPath {
    pub steps: Vec<XmlStep>,
    /// The attribute at its end; none for the text.
    pub attribute: Option<String>,
}

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct XmlStep {
    /// Any depth below, not only the children.
    pub deep: bool,
    /// The element's name, without a prefix; `*` for any.
    pub name: String,
    /// Which of them, counted from 1.
    pub nth: usize,
}

/// The text is no path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    #[error(
        "Write where the value stands, for example bidAmount, $.bids[0].amount or /bid/@amount."
    )]
    Malformed,
    #[error("A path has at most {PATH_CHARS_MAX} characters and {STEPS_MAX} steps.")]
    TooLong,
    #[error("Use .. once in a path at most.")]
    Deep,
}

/// Whether a path is meant for XML.
#[must_use]
pub fn is_xml(path: &str) -> bool {
    path.trim_start().starts_with('/')
}

/// A path into JSON as RFC 9535 writes it: what begins without `$` is put behind one.
///
/// # Errors
/// [`BadPath`]. That it can be followed is said by the engine.
pub fn json(path: &str) -> Result<String, BadPath> {
    let path = path.trim();
    if path.chars().count() > PATH_CHARS_MAX {
        return Err(BadPath::TooLong);
    }
    if path.is_empty() || path.chars().any(char::is_control) {
        return Err(BadPath::Malformed);
    }
    // Each doubles back over all that the one before found: the list outgrows any memory.
    if path.matches("..").count() > 1 {
        return Err(BadPath::Deep);
    }
    Ok(match path.chars().next() {
        Some('$') => path.to_owned(),
        Some('[' | '.') => format!("${path}"),
        _ => format!("$.{path}"),
    })
}

impl std::str::FromStr for XmlPath {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        let text = text.trim();
        if text.chars().count() > PATH_CHARS_MAX {
            return Err(BadPath::TooLong);
        }
        let mut rest = text;
        let (mut steps, mut attribute) = (Vec::new(), None);
        while !rest.is_empty() {
            if attribute.is_some() || steps.len() >= STEPS_MAX {
                return Err(BadPath::Malformed);
            }
            let deep = rest.starts_with("//");
            rest = rest
                .strip_prefix(if deep { "//" } else { "/" })
                .ok_or(BadPath::Malformed)?;
            let end = rest.find('/').unwrap_or(rest.len());
            let (one, after) = rest.split_at(end);
            rest = after;
            if let Some(name) = one.strip_prefix('@') {
                attribute = Some(element(name)?);
            } else if one == "text()" && rest.is_empty() {
                break;
            } else {
                steps.push(step(one, deep)?);
            }
        }
        if steps.is_empty() {
            return Err(BadPath::Malformed);
        }
        Ok(Self { steps, attribute })
    }
}

fn step(text: &str, deep: bool) -> Result<XmlStep, BadPath> {
    let (name, nth) = match text.split_once('[') {
        Some((name, index)) => {
            let index = index.strip_suffix(']').ok_or(BadPath::Malformed)?;
            (name, index.parse().map_err(|_| BadPath::Malformed)?)
        }
        None => (text, 1),
    };
    if nth == 0 {
        return Err(BadPath::Malformed);
    }
    Ok(XmlStep {
        deep,
        name: element(name)?,
        nth,
    })
}

/// A name, with the prefix of its namespace taken away.
fn element(name: &str) -> Result<String, BadPath> {
    let name = name.rsplit(':').next().unwrap_or(name);
    let is_name = name
        .chars()
        .next()
        .is_some_and(|c| c.is_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if is_name || name == "*" {
        Ok(name.to_owned())
    } else {
        Err(BadPath::Malformed)
    }
}

impl fmt::Display for XmlPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            f.write_str(if step.deep { "//" } else { "/" })?;
            f.write_str(&step.name)?;
            if step.nth > 1 {
                write!(f, "[{}]", step.nth)?;
            }
        }
        match &self.attribute {
            Some(name) => write!(f, "/@{name}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_into_json_may_leave_the_root_out() {
        for (text, whole) in [
            ("bidAmount", "$.bidAmount"),
            ("$.bids[0].amount", "$.bids[0].amount"),
            ("['bid amount']", "$['bid amount']"),
            (".a", "$.a"),
            ("$", "$"),
        ] {
            assert_eq!(json(text).as_deref(), Ok(whole));
        }
        assert_eq!(json(" "), Err(BadPath::Malformed));
        assert_eq!(json("a\u{1}"), Err(BadPath::Malformed));
        assert_eq!(json(&"a".repeat(201)), Err(BadPath::TooLong));
    }

    #[test]
    fn paths_into_xml_name_one_place() {
        for (text, written) in [
            ("/answer/bid", "/answer/bid"),
            ("/answer/bid[1]/@amount", "/answer/bid/@amount"),
            ("//bid[2]", "//bid[2]"),
            ("/ns:answer/*/text()", "/answer/*"),
        ] {
            let path: XmlPath = text.parse().unwrap();
            assert_eq!(path.to_string(), written);
            assert_eq!(written.parse(), Ok(path));
        }
        for bad in [
            "",
            "bid",
            "/",
            "/a/",
            "/a[0]",
            "/a[x]",
            "/a[1",
            "/@a",
            "/a/@b/c",
            "/a b",
            "/a[last()]",
        ] {
            assert!(bad.parse::<XmlPath>().is_err(), "{bad}");
        }
        assert!("/a".repeat(40).parse::<XmlPath>().is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[/a-z@\\[\\]0-9:*() é]{0,60}") {
            if let Ok(path) = text.parse::<XmlPath>() {
                prop_assert_eq!(path.to_string().parse(), Ok(path));
            }
        }
    }
}
