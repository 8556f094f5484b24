//! Schemas in words, and an example of each.

use super::{escape, inline, text};
use serde_json::{Map, Value, json};

/// How deep an example goes: no model of ours is deeper.
const DEPTH_MAX: u8 = 6;

/// What a reference leads to, or the value itself.
pub(super) fn resolved<'v>(api: &'v Value, value: &'v Value) -> &'v Value {
    let Some(path) = value["$ref"].as_str() else {
        return value;
    };
    api.pointer(path.trim_start_matches('#')).unwrap_or(value)
}

/// A type in words: "text", "list of Route", "Fallback or null".
pub(super) fn kind(schema: &Value) -> String {
    if let Some(path) = schema["$ref"].as_str() {
        let name = escape(path.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#model-{name}\">{name}</a>");
    }
    if let Some(options) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        // Null is said last: what it may be comes first.
        let (null, other): (Vec<_>, Vec<_>) = options.iter().partition(|o| o["type"] == "null");
        let all: Vec<String> = other.into_iter().chain(null).map(kind).collect();
        return all.join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().filter_map(Value::as_str);
        let words: Vec<String> = words
            .map(|w| format!("<code>{}</code>", escape(w)))
            .collect();
        return words.join(", ");
    }
    match &schema["type"] {
        Value::Array(options) => {
            let (null, other): (Vec<_>, Vec<_>) = options.iter().partition(|o| *o == "null");
            let one = |option: &Value| {
                let mut schema = schema.clone();
                schema["type"] = option.clone();
                kind(&schema)
            };
            let all: Vec<String> = other.into_iter().chain(null).map(one).collect();
            all.join(" or ")
        }
        Value::String(name) => named(name, schema),
        _ => "anything".to_owned(),
    }
}

fn named(name: &str, schema: &Value) -> String {
    match (name, text(schema, "format")) {
        ("array", _) => format!("list of {}", kind(&schema["items"])),
        ("object", _)
            if schema
                .get("additionalProperties")
                .is_some_and(Value::is_object) =>
        {
            format!("names to {}", kind(&schema["additionalProperties"]))
        }
        ("string", "date-time") => "moment".to_owned(),
        ("string", "uuid") => "UUID".to_owned(),
        ("string", _) => "text".to_owned(),
        ("integer", _) => "whole number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        (other, _) => escape(other),
    }
}

/// The fields of a model as a table; of an enum its words.
pub(super) fn fields(name: &str, model: &Value) -> String {
    let Some(properties) = model["properties"].as_object() else {
        return format!("<p>{}</p>", kind(model));
    };
    let needed = |name: &str| {
        let all = model["required"].as_array().into_iter().flatten();
        if all.into_iter().any(|n| n == name) {
            "always"
        } else {
            ""
        }
    };
    let rows: String = properties
        .iter()
        .map(|(name, schema)| {
            format!(
                "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(name),
                kind(schema),
                needed(name),
                inline(text(schema, "description")),
            )
        })
        .collect();
    region(name, "fields", &rows)
}

/// A table that scrolls by itself, named so that no two are alike.
pub(super) fn region(of: &str, what: &str, rows: &str) -> String {
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}: {what}\"><table>{rows}</table></div>",
        escape(of)
    )
}

/// An example of a schema: what it says itself, else something of the type.
pub(super) fn sample(api: &Value, schema: &Value) -> Value {
    sample_at(api, schema, DEPTH_MAX)
}

fn sample_at(api: &Value, schema: &Value, depth: u8) -> Value {
    let schema = resolved(api, schema);
    if let Some(example) = schema.get("example") {
        return example.clone();
    }
    if depth == 0 {
        return Value::Null;
    }
    let options = schema["oneOf"].as_array().into_iter().flatten();
    if let Some(option) = options.into_iter().find(|o| o["type"] != "null") {
        return sample_at(api, option, depth - 1);
    }
    if let Some(word) = schema["enum"].as_array().and_then(|words| words.first()) {
        return word.clone();
    }
    let name = match &schema["type"] {
        Value::Array(options) => options
            .iter()
            .find(|o| *o != "null")
            .and_then(Value::as_str),
        one => one.as_str(),
    };
    match (name.unwrap_or_default(), text(schema, "format")) {
        ("object", _) => sample_object(api, schema, depth - 1),
        ("array", _) => json!([sample_at(api, &schema["items"], depth - 1)]),
        ("integer", _) => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        ("boolean", _) => json!(true),
        ("string", "uuid") => json!("01989a00-de30-7000-8000-000000000001"),
        ("string", "date-time") => json!("2026-11-19T14:00:00Z"),
        _ => json!("text"),
    }
}

/// The fields that are needed, and those that have an example.
fn sample_object(api: &Value, schema: &Value, depth: u8) -> Value {
    let mut out = Map::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let mut needed = schema["required"].as_array().into_iter().flatten();
        if field.get("example").is_some() || needed.any(|n| n == name) {
            out.insert(name.clone(), sample_at(api, field, depth));
        }
    }
    Value::Object(out)
}
