//! What every operation has in its description without saying it: refusals, headers, the key.

use super::problem::PROBLEM_JSON;
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, OpenApi};

/// What the description says at its beginning.
const INTRODUCTION: &str = "Everything a program may do with an account of CallCenter Pro.\n\n\
Send a key with every request: `Authorization: Bearer ccp_live_…`. Keys are made in the console under Settings, API keys; \
each operation names the scope it needs.\n\n\
Times are RFC 3339 in UTC. Amounts of money are decimal strings beside their currency. Lists come a page at a time: send the \
`next` of a page as `after`. A field or parameter that an operation does not know is refused, so that a typing error is not lost.\n\n\
Refusals are `application/problem+json` (RFC 9457) with a stable `code`, what is wrong at which of `fields`, and the `request_id` \
to tell us. A POST with an `Idempotency-Key` may be sent again within 24 hours: it is done once, and the second answer is the \
first, marked `Idempotency-Replayed: true`.";

/// Methods an operation can have.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// All operations: method in lower case, path, description.
pub(super) fn operations(api: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = api["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| {
            let operation = item.get(*method)?;
            Some((*method, path.as_str(), operation))
        })
    })
}

/// The scopes an operation needs.
pub(super) fn scopes(operation: &Value) -> impl Iterator<Item = &str> {
    let needs = operation["security"][0]["key"].as_array();
    needs.into_iter().flatten().filter_map(Value::as_str)
}

/// The whole description: what the resources say of themselves, and what all of them have.
pub(super) fn complete(mut api: OpenApi) -> Value {
    api.info = InfoBuilder::new()
        .title("CallCenter Pro")
        .version("1")
        .description(Some(INTRODUCTION))
        .build();
    let mut api = serde_json::to_value(api).unwrap_or_default();
    let components = &mut api["components"];
    components["securitySchemes"] = json!({
        "key": { "type": "http", "scheme": "bearer", "description": "A key of the account." },
    });
    for (name, schema) in problem_schemas() {
        components["schemas"][name] = schema;
    }
    components["responses"] = refusals();
    let paths = api["paths"].as_object_mut().into_iter().flatten();
    for (path, item) in paths {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                finish(method, path, operation);
            }
        }
    }
    api
}

fn problem_schemas() -> Vec<(String, Value)> {
    use utoipa::{PartialSchema as _, ToSchema as _};
    let mut all = vec![("Problem".to_owned(), super::problem::Problem::schema())];
    super::problem::Problem::schemas(&mut all);
    let value = |schema| serde_json::to_value(schema).unwrap_or_default();
    all.into_iter()
        .map(|(name, schema)| (name, value(schema)))
        .collect()
}

/// Refusals that many operations have, by status.
const REFUSALS: [(&str, &str, &str); 10] = [
    ("400", "Malformed", "The body is not JSON."),
    (
        "401",
        "Unauthenticated",
        "No key, or one that is not in force.",
    ),
    ("403", "Denied", "The key has not the scope this needs."),
    (
        "404",
        "NotFound",
        "There is none with this id in the account.",
    ),
    (
        "409",
        "Conflict",
        "It changed meanwhile, is in use, or the first request of this Idempotency-Key is still being worked on.",
    ),
    ("413", "TooLarge", "The body is larger than 256 kB."),
    (
        "415",
        "UnsupportedMediaType",
        "The body is not sent as application/json.",
    ),
    (
        "422",
        "Invalid",
        "Something does not fit: `fields` says what and where.",
    ),
    (
        "429",
        "Limited",
        "Too many requests with this key; Retry-After says when to go on.",
    ),
    (
        "503",
        "Unavailable",
        "Not available right now. Nothing was done; try again.",
    ),
];

fn refusals() -> Value {
    let mut all = Map::new();
    for (status, name, words) in REFUSALS {
        let mut response = json!({
            "description": words,
            "content": { PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/Problem" } } },
        });
        if status == "429" {
            response["headers"]["Retry-After"] = whole("Seconds to wait.");
        }
        all.insert(name.to_owned(), response);
    }
    Value::Object(all)
}

fn whole(words: &str) -> Value {
    json!({ "description": words, "schema": { "type": "integer", "minimum": 0 } })
}

/// Adds to an operation what follows from its method and what it takes.
fn finish(method: &str, path: &str, operation: &mut Value) {
    let takes_body = operation.get("requestBody").is_some();
    let has_id = path.contains('{');
    let asks = method == "get" && has_query(operation);
    let mut statuses = vec!["401", "403", "429", "503"];
    if has_id {
        statuses.push("404");
    }
    if takes_body {
        statuses.extend(["400", "409", "413", "415", "422"]);
    } else if asks {
        statuses.push("422");
    }
    if scopes(operation).next().is_none() {
        statuses.retain(|status| *status != "403");
    }
    for status in statuses {
        add_refusal(operation, status);
    }
    // Refusals an operation names itself are problems as well.
    let named: Vec<String> = operation["responses"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(status, response)| status.as_str() >= "400" && response.get("$ref").is_none())
        .map(|(status, _)| status.clone())
        .collect();
    for status in named {
        operation["responses"][&status]["content"] =
            json!({ PROBLEM_JSON: { "schema": { "$ref": "#/components/schemas/Problem" } } });
    }
    add_headers(operation);
    if method == "post" {
        add_idempotency_key(operation);
    }
}

/// Whether something may be asked for in the address after `?`.
fn has_query(operation: &Value) -> bool {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters.is_some_and(|all| all.iter().any(|one| one["in"] == "query"))
}

fn add_refusal(operation: &mut Value, status: &str) {
    let known = REFUSALS.iter().find(|(s, _, _)| *s == status);
    let absent = operation["responses"].get(status).is_none();
    if let (Some((_, name, _)), true) = (known, absent) {
        operation["responses"][status] =
            json!({ "$ref": format!("#/components/responses/{name}") });
    }
}

/// What a key has left, on every answer that is no refusal, and where what was made is.
fn add_headers(operation: &mut Value) {
    let Some(responses) = operation["responses"].as_object_mut() else {
        return;
    };
    for (status, response) in responses.iter_mut().filter(|(s, _)| s.starts_with('2')) {
        let headers = &mut response["headers"];
        headers["RateLimit-Limit"] = whole("Requests this key may send in a minute.");
        headers["RateLimit-Remaining"] = whole("Requests it has left right now.");
        headers["RateLimit-Reset"] = whole("Seconds until it has all of them again.");
        if status == "201" {
            headers["Location"] =
                json!({ "description": "Where it is.", "schema": { "type": "string" } });
        }
    }
}

fn add_idempotency_key(operation: &mut Value) {
    let parameter = json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "A name of this request, of your choice: sent again with the same name within 24 hours it is done once.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$" },
        "example": "order-7",
    });
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(parameter),
        None => operation["parameters"] = json!([parameter]),
    }
}
