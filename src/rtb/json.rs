//! JSON from outside: a name that stands twice with two values is refused, for each reader would take
//! another of them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Why a text is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadJson {
    #[error("It is no JSON.")]
    Malformed,
    #[error("“{0}” stands in it twice, with two values.")]
    Twice(String),
}

/// How an error names what stands twice.
const TWICE: &str = "twice: ";
/// The longest name that is told, in characters.
const NAME_CHARS_MAX: usize = 60;

/// Reads a document.
///
/// # Errors
/// [`BadJson`].
pub fn read(text: &str) -> Result<Value, BadJson> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Once>(text) {
        Ok(Once(value)) => Ok(value),
        Err(error) => {
            let words = error.to_string();
            let named = words.strip_prefix(TWICE).and_then(|rest| {
                // serde_json tells the place behind.
                let (name, _) = rest.rsplit_once(" at line ")?;
                Some(name.to_owned())
            });
            Err(named.map_or(BadJson::Malformed, BadJson::Twice))
        }
    }
}

struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(Once(entry)) = seq.next_element()? {
            entries.push(entry);
        }
        Ok(Value::Array(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let Once(value) = map.next_value()?;
            if fields.get(&name).is_some_and(|before| *before != value) {
                let shown: String = name.chars().take(NAME_CHARS_MAX).collect();
                return Err(A::Error::custom(format!("{TWICE}{shown}")));
            }
            fields.insert(name, value);
        }
        Ok(Value::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_stand_twice_with_one_value_only() {
        assert_eq!(
            read(r#"{"a":1,"b":{"a":2},"a":1}"#),
            Ok(serde_json::json!({"a": 1, "b": {"a": 2}}))
        );
        assert_eq!(
            read(r#"{"x":[{"CID":"1","CID":"2"}]}"#),
            Err(BadJson::Twice("CID".to_owned()))
        );
        assert_eq!(
            read("{\"a at line\":1,\"a at line\":2}"),
            Err(BadJson::Twice("a at line".to_owned()))
        );
        for bad in ["", "{", "nope", "{\"a\":NaN}", "[1,]"] {
            assert_eq!(read(bad), Err(BadJson::Malformed), "{bad}");
        }
        assert_eq!(read(&"[".repeat(10_000)), Err(BadJson::Malformed));
        assert_eq!(read("\u{feff}1.5"), Ok(serde_json::json!(1.5)));
    }
}
