//! Where settings come from, and the names people use for them.

use super::check::Mistake;
use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Value};

const DEFAULTS: &str = include_str!("../../config.default.toml");
/// Names an additional file.
const FILE: &str = "CALLCENTER_CONFIG";
/// The prefix of settings without a short name.
const PREFIX: &str = "CALLCENTER__";

/// Names that deployments know, and the settings they mean.
const SHORT: &[(&str, &str)] = &[
    ("CALLCENTER_ADDR", "http.addr"),
    ("PUBLIC_BASE_URL", "http.public_base_url"),
    ("DATABASE_URL", "database.url"),
    ("TWILIO_ACCOUNT_SID", "twilio.account_sid"),
    ("TWILIO_AUTH_TOKEN", "twilio.auth_token"),
    ("TWILIO_API_BASE_URL", "twilio.api_base_url"),
    ("TWILIO_PRICING_BASE_URL", "twilio.pricing_base_url"),
    ("SESSION_SECRET", "auth.session_secret"),
    ("CREDENTIALS_SECRET", "auth.credentials_secret"),
];

/// The name under which a person sets a setting in the environment.
pub(super) fn name_of(key: &str) -> String {
    SHORT.iter().find(|(_, k)| *k == key).map_or_else(
        || format!("{PREFIX}{}", key.replace('.', "__").to_uppercase()),
        |(name, _)| (*name).to_owned(),
    )
}

/// Merges all sources and checks names and types, so that what is extracted later cannot surprise.
pub(super) fn read(
    vars: impl IntoIterator<Item = (String, String)>,
) -> Result<Figment, Vec<Mistake>> {
    let defaults = Figment::from(Toml::string(DEFAULTS));
    let tree = defaults
        .extract::<Dict>()
        .map_err(|error| vec![Mistake::new("config.default.toml", &error.to_string())])?;
    let mut mistakes = Vec::new();
    let mut merged = defaults.clone();
    let mut settings: Vec<(String, String, String)> = Vec::new();
    for (name, text) in vars {
        if name == FILE && !text.is_empty() {
            match std::fs::read_to_string(&text)
                .map_err(|e| e.to_string())
                .and_then(|t| toml_dict(&t))
            {
                Ok(file) => {
                    for (key, value) in leaves("", &file) {
                        merged = set(
                            merged,
                            &tree,
                            &mut mistakes,
                            &format!("{key} in {text}"),
                            &key,
                            value,
                        );
                    }
                }
                Err(error) => mistakes.push(Mistake::new(FILE, &format!("{text}: {error}"))),
            }
        } else if let Some((_, key)) = SHORT.iter().find(|(short, _)| *short == name) {
            settings.push((name, (*key).to_owned(), text));
        } else if let Some(rest) = name.strip_prefix(PREFIX) {
            let key = rest.to_lowercase().replace("__", ".");
            settings.push((name, key, text));
        }
    }
    // The environment goes over the file, wherever it stood in the list.
    settings.sort();
    for (name, key, text) in settings {
        let value = typed(find(&tree, &key), &text);
        merged = set(merged, &tree, &mut mistakes, &name, &key, value);
    }
    if mistakes.is_empty() {
        Ok(merged)
    } else {
        Err(mistakes)
    }
}

fn toml_dict(text: &str) -> Result<Dict, String> {
    Figment::from(Toml::string(text))
        .extract::<Dict>()
        .map_err(|e| e.to_string())
}

/// Reads a text as the type that the default has; a token of digits stays a text.
fn typed(default: Option<&Value>, text: &str) -> Value {
    match default {
        Some(Value::Num(_, _)) => text
            .trim()
            .parse::<i64>()
            .map_or_else(|_| Value::from(text), Value::from),
        Some(Value::Bool(_, _)) => text
            .trim()
            .parse::<bool>()
            .map_or_else(|_| Value::from(text), Value::from),
        _ => Value::from(text.trim()),
    }
}

fn set(
    merged: Figment,
    tree: &Dict,
    mistakes: &mut Vec<Mistake>,
    name: &str,
    key: &str,
    value: Value,
) -> Figment {
    let Some(default) = find(tree, key) else {
        mistakes.push(Mistake::new(name, "there is no such setting"));
        return merged;
    };
    let fits = match default {
        Value::Num(_, _) => value.to_i128().is_some_and(|n| n >= 0) || value.to_u128().is_some(),
        Value::Bool(_, _) => matches!(value, Value::Bool(_, _)),
        _ => matches!(value, Value::String(_, _)),
    };
    if !fits {
        let wanted = match default {
            Value::Num(_, _) => "a whole number, zero or more",
            Value::Bool(_, _) => "true or false",
            _ => "a text",
        };
        mistakes.push(Mistake::new(name, &format!("needs {wanted}")));
        return merged;
    }
    merged.merge(Serialized::default(key, value))
}

fn find<'a>(tree: &'a Dict, key: &str) -> Option<&'a Value> {
    let (section, name) = key.split_once('.')?;
    match tree.get(section)? {
        Value::Dict(_, dict) => dict.get(name),
        _ => None,
    }
}

/// Every value with its dotted key.
fn leaves(prefix: &str, dict: &Dict) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for (name, value) in dict {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        match value {
            Value::Dict(_, inner) => out.extend(leaves(&key, inner)),
            other => out.push((key, other.clone())),
        }
    }
    out
}
