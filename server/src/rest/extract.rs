//! What a request holds, checked: who asks, an id, a query, a body. What does not fit is said at its
//! field.

use super::OPENAPI;
use super::problem::Problem;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use domain::id::ParseIdError;
use domain::invalid::FieldErrors;
use serde::de::DeserializeOwned;
use serde_json::Value;
use service::{Error, OpCtx, Services};
use std::str::FromStr;
use utoipa::PartialSchema;

/// Who asks, and the use cases that answer.
pub struct Asked {
    pub op: OpCtx,
    pub services: Services,
}

impl FromRequestParts<AppState> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let op = parts.extensions.get::<OpCtx>().cloned();
        Ok(Self {
            op: op.ok_or(Error::Unauthenticated)?,
            services: state.services.clone(),
        })
    }
}

/// The id in the address. One that cannot be an id is as good as one that is not there.
pub struct Id<T>(pub T);

impl<T> FromRequestParts<AppState> for Id<T>
where
    T: FromStr<Err = ParseIdError>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let text = match Path::<String>::from_request_parts(parts, state).await {
            Ok(Path(text)) => text,
            Err(_) => String::new(),
        };
        match text.parse() {
            Ok(id) => Ok(Self(id)),
            Err(ParseIdError { kind }) => Err(Error::NotFound(kind).into()),
        }
    }
}

/// The two ids in the address of something that belongs to two things.
pub struct Ids<A, B>(pub A, pub B);

impl<A, B> FromRequestParts<AppState> for Ids<A, B>
where
    A: FromStr<Err = ParseIdError>,
    B: FromStr<Err = ParseIdError>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let texts = Path::<(String, String)>::from_request_parts(parts, state).await;
        let (a, b) = texts.map(|Path(texts)| texts).unwrap_or_default();
        let none = |ParseIdError { kind }| Problem::from(Error::NotFound(kind));
        Ok(Self(a.parse().map_err(none)?, b.parse().map_err(none)?))
    }
}

/// The query, with no parameter the operation does not know.
pub struct Ask<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Ask<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = url::form_urlencoded::parse(query.as_bytes());
        let values = serde_urlencoded::Deserializer::new(pairs);
        serde_path_to_error::deserialize(values)
            .map(Self)
            .map_err(|e| misfit(&e.path().to_string(), &e.inner().to_string()).into())
    }
}

/// A JSON body, with no field the operation does not know.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + PartialSchema> FromRequest<AppState> for Body<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let kind = kind.and_then(|v| v.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response());
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|e| e.into_response())?;
        read(&bytes).map(Self).map_err(|p| p.into_response())
    }
}

fn read<T: DeserializeOwned + PartialSchema>(bytes: &[u8]) -> Result<T, Problem> {
    let tree: Value = serde_json::from_slice(bytes).map_err(|e| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "malformed_json",
            format!("The body is not JSON: {e}."),
        )
    })?;
    let schema = serde_json::to_value(T::schema()).unwrap_or_default();
    no_lists_for_objects(&schema, &tree, String::new())?;
    // From the text again: the tree has forgotten which fields were there twice.
    let mut json = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut json)
        .map_err(|e| misfit(&e.path().to_string(), &e.inner().to_string()).into())
}

/// Refuses a list where the description has an object: the derived readers would take its entries
/// for the fields, in their order.
fn no_lists_for_objects(schema: &Value, value: &Value, path: String) -> Result<(), FieldErrors> {
    let schema = schema_of(schema);
    match value {
        Value::Array(entries) => {
            let items = &schema["items"];
            if items.is_null() {
                let message = "This is no list.";
                return Err(FieldErrors::one(&path, "malformed", message));
            }
            entries.iter().enumerate().try_for_each(|(at, entry)| {
                no_lists_for_objects(items, entry, format!("{path}[{at}]"))
            })
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, field)| {
            let below = match path.is_empty() {
                true => name.clone(),
                false => format!("{path}.{name}"),
            };
            no_lists_for_objects(&schema["properties"][name], field, below)
        }),
        _ => Ok(()),
    }
}

/// A schema without the references and the null that may stand around it.
fn schema_of(schema: &Value) -> &Value {
    let options = schema["oneOf"].as_array().into_iter().flatten();
    let named = options.into_iter().find(|option| option["type"] != "null");
    match (named, schema.get("$ref")) {
        (Some(option), _) => schema_of(option),
        (None, Some(Value::String(at))) => OPENAPI
            .pointer(at.trim_start_matches('#'))
            .map_or(&Value::Null, schema_of),
        _ => schema,
    }
}

/// What serde says, at the field it says it about.
fn misfit(path: &str, said: &str) -> FieldErrors {
    let said = said.split(" at line ").next().unwrap_or_default();
    let quoted = said.split('`').nth(1).unwrap_or_default();
    let path = if path == "." { "" } else { path };
    let below = |name: &str| match path {
        "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    let (field, code, message) = if said.starts_with("unknown field") {
        let message = format!("There is no field {quoted} here.");
        (below(quoted), "unknown_field", message)
    } else if said.starts_with("missing field") {
        (
            below(quoted),
            "required",
            "This field is needed.".to_owned(),
        )
    } else if said.starts_with("duplicate field") {
        (
            below(quoted),
            "duplicate",
            "Give this field once.".to_owned(),
        )
    } else {
        let mut letters = said.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        let sentence: String = first.into_iter().chain(letters).collect();
        (path.to_owned(), "malformed", format!("{sentence}."))
    };
    FieldErrors::one(&field, code, &message)
}

#[cfg(test)]
#[expect(
    unused_qualifications,
    reason = "what the derive writes for an inline field"
)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        #[schema(inline)]
        list: Vec<Inner>,
        #[serde(default)]
        count: u32,
    }

    #[derive(Debug, Deserialize, utoipa::ToSchema)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        weight: u32,
    }

    fn told(json: &str) -> String {
        let problem = read::<Outer>(json.as_bytes()).expect_err("misfit");
        let value = serde_json::to_value(&problem).expect("a tree");
        let fields = value["fields"].as_array().expect("fields").iter();
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let fields = fields.map(|f| format!("{} {}", text(&f["field"]), text(&f["code"])));
        format!(
            "{} {}",
            value["status"],
            fields.collect::<Vec<_>>().join(", ")
        )
    }

    #[test]
    fn a_body_that_does_not_fit_is_told_at_its_field() {
        assert_eq!(
            told(r#"{"list":[{"weight":1},{"weight":"x"}]}"#),
            "422 list[1].weight malformed"
        );
        assert_eq!(told(r#"{"list":[{}]}"#), "422 list[0].weight required");
        assert_eq!(told(r#"{"colour":1}"#), "422 colour unknown_field");
        assert_eq!(
            told(r#"{"list":[{"weight":1,"wieght":2}]}"#),
            "422 list[0].wieght unknown_field"
        );
        assert_eq!(told(r#"{"count":1,"count":2}"#), "422 count duplicate");
        assert_eq!(told(r#"{"count":-1}"#), "422 count malformed");
        assert_eq!(told(r#"[[], 1]"#), "422  malformed");
        assert_eq!(told(r#"{"list":[[3]]}"#), "422 list[0] malformed");
        assert_eq!(told("[1"), "400 ");
        assert_eq!(told("{} x"), "400 ");
        let read = read::<Outer>(br#"{"list":[{"weight":3}],"count":2}"#).expect("fits");
        assert_eq!((read.list[0].weight, read.count), (3, 2));
    }
}
