//! A form as a flat row of named texts, and back.
//!
//! Texts stay as they are. Weekly hours are one text ([`week`](super::week)). Anything else a form
//! may hold is written as JSON, so that a new kind of field is a column before anybody thought of it.

use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::week;
use crate::invalid::FieldErrors;

/// The field of a form that holds seven days.
const DAYS: &str = "days";

/// Names and texts, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The fields of a form.
    #[must_use]
    pub fn of<F: Serialize>(form: &F) -> Self {
        let text = |(name, value): (String, Value)| {
            let text = text_of(&name, &value);
            (name, text)
        };
        Self(values(form).into_iter().map(text).collect())
    }

    /// A field's text; empty where there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// A field's text, if there is the field.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(own, _)| own == name);
        found.map(|(_, text)| text.as_str())
    }

    /// Puts a text into a field, which is added if it is not there.
    pub fn set(&mut self, name: &str, text: impl Into<String>) {
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = text.into(),
            None => self.0.push((name.to_owned(), text.into())),
        }
    }

    /// The same with one more text.
    #[must_use]
    pub fn with(mut self, name: &str, text: impl Into<String>) -> Self {
        self.set(name, text);
        self
    }

    /// Names and texts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (&**name, &**text))
    }

    /// The form with these fields; a field that is missing is the form's own default.
    ///
    /// # Errors
    /// At a field whose text is not what its kind of field is written as.
    pub fn form<F: DeserializeOwned + Serialize + Default>(&self) -> Result<F, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut map = Map::new();
        for (name, default) in values(&F::default()) {
            let value = match self.find(&name) {
                None => Some(default),
                Some(text) => errors.take(value_of(&name, text, default)),
            };
            map.insert(name, value.unwrap_or_default());
        }
        errors.check()?;
        serde_json::from_value(Value::Object(map)).map_err(|_| {
            FieldErrors::one("line", "malformed", "The row does not make sense together.")
        })
    }
}

/// The names of a form's fields.
#[must_use]
pub fn names<F: Serialize + Default>() -> Vec<String> {
    let all = values(&F::default()).into_iter();
    all.map(|(name, _)| name).collect()
}

fn text_of(name: &str, value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => String::new(),
        days @ Value::Array(_) if name == DAYS => serde_json::from_value(days.clone())
            .map_or_else(|_| days.to_string(), |days: Vec<_>| week::text(&days)),
        other => other.to_string(),
    }
}

fn value_of(name: &str, text: &str, default: Value) -> Result<Value, FieldErrors> {
    let empty = text.trim().is_empty();
    match default {
        Value::String(_) => Ok(Value::String(text.to_owned())),
        Value::Null if empty => Ok(Value::Null),
        Value::Null => Ok(Value::String(text.to_owned())),
        default if empty => Ok(default),
        Value::Array(_) if name == DAYS => {
            serde_json::to_value(week::read(name, text)?).map_err(|_| malformed(name))
        }
        _ => serde_json::from_str(text).map_err(|_| malformed(name)),
    }
}

fn malformed(name: &str) -> FieldErrors {
    FieldErrors::one(name, "malformed", "Write this the way an export does.")
}

/// The fields of a form with their values, in its order, which a JSON object does not keep.
fn values<F: Serialize>(form: &F) -> Vec<(String, Value)> {
    let text = serde_json::to_string(form).unwrap_or_default();
    serde_json::from_str(&text).map_or_else(|_| Vec::new(), |Ordered(all)| all)
}

struct Ordered(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Ordered;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    all.push(entry);
                }
                Ok(Ordered(all))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::target::TargetForm;
    use proptest::prelude::*;

    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
    #[serde(default)]
    struct Later {
        zebra: String,
        amount: Option<String>,
        headers: Vec<(String, String)>,
        on: bool,
    }

    #[test]
    fn the_fields_of_a_form_are_columns_in_its_order() {
        assert_eq!(names::<Later>(), ["zebra", "amount", "headers", "on"]);
        let later = Later {
            zebra: "\"a\", b".to_owned(),
            amount: Some("5".to_owned()),
            headers: vec![("X-A".to_owned(), "1".to_owned())],
            on: true,
        };
        let fields = Fields::of(&later);
        assert_eq!(fields.get("headers"), r#"[["X-A","1"]]"#);
        assert_eq!(fields.form(), Ok(later));
        let wrong = Fields::default().with("headers", "X-A: 1");
        let errors = wrong.form::<Later>().expect_err("malformed");
        assert_eq!(errors.0[0].field, "headers");
        assert_eq!(Fields::default().form(), Ok(Later::default()));
    }

    #[test]
    fn a_target_is_a_row_with_its_week_in_one_cell() {
        let mut form = TargetForm {
            name: "DryRight Houston".to_owned(),
            hours: "weekly".to_owned(),
            ..TargetForm::default()
        };
        assert_eq!(Fields::of(&form).get("days"), "Mon-Fri 09:00-17:00");
        form.days[1].breaks = "12:00-13:00, 15:00-15:15".to_owned();
        form.days[5].open = "on".to_owned();
        let fields = Fields::of(&form);
        assert_eq!(
            fields.get("days"),
            "Mon 09:00-17:00; Tue 09:00-17:00 (12:00-13:00, 15:00-15:15); Wed-Sat 09:00-17:00"
        );
        assert_eq!(fields.form(), Ok(form));
    }

    proptest! {
        #[test]
        fn any_text_of_a_form_comes_back(name in "\\PC{0,20}", cap in "\\PC{0,8}") {
            let form = TargetForm { name, cap_daily: cap, ..TargetForm::default() };
            prop_assert_eq!(Fields::of(&form).form(), Ok(form));
        }
    }
}
