//! Words of the wire that several resources share. They are types of their own: what a program reads
//! must not change because the domain gives something another name.

use domain::api::page::{
    Activity as DomainActivity, Availability as DomainAvailability, AvailabilityKind,
};
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

/// An enum of the wire that has the words of one of the domain.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident of $of:ident { $($(#[$each:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant),* }

        impl From<$of> for $name {
            fn from(value: $of) -> Self {
                match value { $($of::$variant => Self::$variant),* }
            }
        }

        impl From<$name> for $of {
            fn from(value: $name) -> Self {
                match value { $($name::$variant => Self::$variant),* }
            }
        }
    };
}
pub(super) use mirror;

/// The description of what is sent to make something: as what changes it, with these fields needed
/// and never null.
macro_rules! needs {
    ($(#[doc = $doc:literal])* $new:ident: $change:ty, $($field:literal),+) => {
        $(#[doc = $doc])*
        pub struct $new;

        impl utoipa::PartialSchema for $new {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let schema = <$change as utoipa::PartialSchema>::schema();
                crate::rest::wire::needing(schema, concat!($($doc),*), &[$($field),+])
            }
        }

        impl utoipa::ToSchema for $new {
            fn schemas(all: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                <$change as utoipa::ToSchema>::schemas(all);
            }
        }
    };
}
pub(super) use needs;

mirror! {
    /// Whether it takes part.
    Activity of DomainActivity {
        Active,
        Paused,
        /// Out of sight and out of use; its history stays.
        Archived,
    }
}

/// A change of activity.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityChange {
    pub activity: Activity,
}

/// Whether it would get a call now, and why not.
#[derive(Debug, Serialize, ToSchema)]
pub struct Availability {
    state: AvailabilityState,
    /// "until 7:00 pm CT", "3 of 3 busy"; may be empty.
    detail: String,
}

mirror! {
    /// How it stands.
    AvailabilityState of AvailabilityKind { Open, Full, Closed, Paused }
}

impl From<DomainAvailability> for Availability {
    fn from(now: DomainAvailability) -> Self {
        Self {
            state: now.kind.into(),
            detail: now.detail,
        }
    }
}

/// What the macro makes of a schema.
pub(super) fn needing(mut schema: RefOr<Schema>, words: &str, fields: &[&str]) -> RefOr<Schema> {
    let RefOr::T(Schema::Object(object)) = &mut schema else {
        return schema;
    };
    object.description = Some(words.trim().to_owned());
    object.required = fields.iter().map(|field| (*field).to_owned()).collect();
    for field in fields {
        if let Some(property) = object.properties.get_mut(*field) {
            *property = without_null(property.clone());
        }
    }
    schema
}

fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    let mut tree = serde_json::to_value(&schema).unwrap_or_default();
    if let Some(options) = tree["oneOf"].as_array() {
        tree = options
            .iter()
            .find(|o| o["type"] != "null")
            .cloned()
            .unwrap_or_default();
    } else if let Some(kinds) = tree["type"].as_array() {
        tree["type"] = kinds
            .iter()
            .find(|k| *k != "null")
            .cloned()
            .unwrap_or_default();
    }
    serde_json::from_value(tree).unwrap_or(schema)
}

/// A field that may be absent (leave it), null (clear it) or a value.
pub fn given<'de, D, T>(from: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(from).map(Some)
}

/// A moment of the wire, given in a parameter.
pub fn moment(field: &str, text: Option<&str>) -> Result<Option<Timestamp>, FieldErrors> {
    let Some(text) = text else {
        return Ok(None);
    };
    service::zone::rfc3339(text).map(Some).ok_or_else(|| {
        FieldErrors::one(
            field,
            "malformed",
            "Send a moment like 2026-11-19T14:00:00Z (RFC 3339).",
        )
    })
}

/// An optional limit as a form has it.
pub fn limit_text(limit: Option<u32>) -> String {
    limit.map(|n| n.to_string()).unwrap_or_default()
}

/// Refuses a field that was given where nothing asks for it.
pub fn only_with(errors: &mut FieldErrors, field: &str, given: bool, asked: bool, with: &str) {
    if given && !asked {
        errors.add(field, "mismatch", format!("Give this only with {with}."));
    }
}

/// A text that must be one line of a form: a break in it becomes a letter that no form takes.
pub fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], "\u{1}")
}

#[cfg(test)]
mod tests {
    use crate::rest::OPENAPI;
    use serde_json::json;

    #[test]
    fn what_is_needed_is_never_null() {
        let schema = &OPENAPI["components"]["schemas"]["NewTarget"];
        let property = |name: &str| &schema["properties"][name];
        assert_eq!(
            schema["required"],
            json!(["buyer_id", "name", "destination"])
        );
        assert_eq!(schema["description"], "A target to make.");
        assert_eq!(property("name")["type"], "string");
        assert_eq!(
            property("destination")["$ref"],
            "#/components/schemas/Destination"
        );
        assert_eq!(property("whisper")["type"], json!(["string", "null"]));
    }
}
