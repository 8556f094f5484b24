//! The description of the API for programs and, as a page, for people: `/api/v1/openapi.json` and
//! `/api/docs`. The page is written from the description; it has no script and loads nothing but our
//! own fonts.

mod schema;

use super::{OPENAPI, describe, openapi_text};
use crate::state::AppState;
use app::state::theme::Theme;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse as _, Response};
use schema::{fields, kind, sample};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Colours and type are those of the console.
const TOKENS: &str = include_str!("../../../style/tokens.css");
const STYLE: &str = include_str!("docs/docs.css");
/// The page loads its own style and our fonts, and runs nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// `GET /api/v1/openapi.json`.
pub async fn openapi() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, openapi_text()).into_response()
}

/// `GET /api/docs`.
pub async fn page(State(state): State<AppState>, headers: HeaderMap) -> Response {
    let text = html(&OPENAPI, &state.keys.base_url, theme(&headers));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "private, max-age=300"),
        (header::VARY, "Cookie"),
    ];
    (headers, Html(text)).into_response()
}

/// The theme this browser chose in the console.
fn theme(headers: &HeaderMap) -> Theme {
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let mut pairs = cookies
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'));
    let code = pairs.find_map(|pair| pair.trim().strip_prefix("theme="));
    code.and_then(Theme::from_code).unwrap_or_default()
}

/// Text as HTML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// Text with `code` in it.
fn inline(text: &str) -> String {
    let escaped = escape(text);
    let parts = escaped.split('`').enumerate();
    let marked = parts.map(|(at, part)| match at % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    });
    marked.collect()
}

/// Paragraphs.
fn prose(text: &str) -> String {
    let paragraphs = text.split("\n\n").filter(|text| !text.is_empty());
    paragraphs
        .map(|text| format!("<p>{}</p>", inline(text)))
        .collect()
}

fn html(api: &Value, base: &str, theme: Theme) -> String {
    let mut by_tag: BTreeMap<&str, Vec<(&str, &str, &Value)>> = BTreeMap::new();
    for (method, path, operation) in describe::operations(api) {
        let tag = operation["tags"][0].as_str().unwrap_or("Other");
        by_tag
            .entry(tag)
            .or_default()
            .push((method, path, operation));
    }
    let schemas = api["components"]["schemas"].as_object();
    let (mut index, mut body) = (String::new(), String::new());
    for (tag, operations) in &by_tag {
        let _ = write!(index, "<li class=\"tag\">{tag}</li>");
        let _ = write!(body, "<h2 id=\"{0}\">{0}</h2>", escape(tag));
        for (method, path, operation) in operations {
            let (id, summary) = (text(operation, "operationId"), text(operation, "summary"));
            let _ = write!(index, "<li><a href=\"#{id}\">{}</a></li>", escape(summary));
            body.push_str(&section(api, base, method, path, operation));
        }
    }
    index.push_str("<li class=\"tag model\">Models</li>");
    body.push_str("<h2 id=\"models\">Models</h2>");
    for (name, model) in schemas.into_iter().flatten() {
        let _ = write!(
            index,
            "<li class=\"model\"><a href=\"#model-{name}\">{name}</a></li>"
        );
        let words = prose(text(model, "description"));
        let rows = fields(name, model);
        let _ = write!(
            body,
            "<section id=\"model-{name}\"><h3>{name}</h3>{words}{rows}</section>"
        );
    }
    format!(
        "<!DOCTYPE html><html lang=\"en\" class=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"{}\"><title>API · CallCenter Pro</title><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">\
         <style>{TOKENS}{STYLE}</style></head><body><a class=\"skip\" href=\"#main\">Skip to content</a>\
         <header><strong>CallCenter Pro API</strong><a href=\"{}/openapi.json\">OpenAPI 3.1</a><a href=\"/settings/api-keys\">API keys</a></header>\
         <div class=\"page\"><nav aria-label=\"Operations\"><details open><summary>Contents</summary><ul>{index}</ul></details></nav>\
         <main id=\"main\"><h1>The public API</h1>{}{body}</main></div></body></html>",
        theme.code(),
        theme.scheme(),
        super::ROOT,
        prose(api["info"]["description"].as_str().unwrap_or_default()),
    )
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// One operation.
fn section(api: &Value, base: &str, method: &str, path: &str, operation: &Value) -> String {
    let id = text(operation, "operationId");
    let scopes: Vec<String> = describe::scopes(operation)
        .map(|scope| format!("<code>{}</code>", escape(scope)))
        .collect();
    let scopes = match scopes.is_empty() {
        true => "Any key".to_owned(),
        false => format!("Scope {}", scopes.join(", ")),
    };
    format!(
        "<section id=\"{id}\" class=\"operation\"><h3>{}</h3><p class=\"address\"><span class=\"method\" data-method=\"{method}\">{}</span> <code>{}</code></p>\
         <p class=\"soft\">{scopes}</p>{}{}{}{}<h4>Example</h4><pre tabindex=\"0\">{}</pre></section>",
        escape(text(operation, "summary")),
        method.to_uppercase(),
        escape(path),
        prose(text(operation, "description")),
        parameters(operation),
        request_body(operation),
        responses(api, operation),
        escape(&curl(api, base, method, path, operation)),
    )
}

fn parameters(operation: &Value) -> String {
    let all = operation["parameters"].as_array().into_iter().flatten();
    let rows: String = all
        .map(|p| {
            let needed = if p["required"] == true { "needed" } else { "" };
            let (name, place) = (escape(text(p, "name")), escape(text(p, "in")));
            let (kind, words) = (kind(&p["schema"]), inline(text(p, "description")));
            format!("<tr><th scope=\"row\"><code>{name}</code></th><td>{place}</td><td>{kind}</td><td>{needed}</td><td>{words}</td></tr>")
        })
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!(
            "<h4>Parameters</h4>{}",
            schema::region(text(operation, "operationId"), "parameters", &rows)
        ),
    }
}

fn request_body(operation: &Value) -> String {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    match schema.is_null() {
        true => String::new(),
        false => format!("<h4>Body</h4><p>{}</p>", kind(schema)),
    }
}

fn responses(api: &Value, operation: &Value) -> String {
    let all = operation["responses"].as_object().into_iter().flatten();
    let rows: String = all
        .map(|(status, response)| {
            let response = schema::resolved(api, response);
            let contents = response["content"].as_object().into_iter().flatten();
            let kinds: Vec<String> = contents
                .map(|(media, content)| match media.as_str() {
                    "application/json" | "application/problem+json" => kind(&content["schema"]),
                    media => escape(media),
                })
                .collect();
            let words = inline(text(response, "description"));
            format!(
                "<tr><th scope=\"row\">{status}</th><td>{}</td><td>{words}</td></tr>",
                kinds.join(", ")
            )
        })
        .collect();
    format!(
        "<h4>Answers</h4>{}",
        schema::region(text(operation, "operationId"), "answers", &rows)
    )
}

/// A command that can be pasted.
fn curl(api: &Value, base: &str, method: &str, path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    let mut address = path.to_owned();
    for p in parameters.filter(|p| p["in"] == "path") {
        let value = sample(api, &p["schema"]);
        let value = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        address = address.replace(&format!("{{{}}}", text(p, "name")), &value);
    }
    let mut command = match method {
        "get" => "curl".to_owned(),
        method => format!("curl -X {}", method.to_uppercase()),
    };
    let _ = write!(
        command,
        " '{base}{address}' \\\n  -H \"Authorization: Bearer $CALLCENTER_KEY\""
    );
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if !body.is_null() {
        let body = sample(api, body);
        let _ = write!(
            command,
            " \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
        );
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_every_operation_and_model() {
        let page = html(&OPENAPI, "https://calls.example", Theme::Dark);
        let mut operations = 0;
        for (method, path, operation) in describe::operations(&OPENAPI) {
            let id = text(operation, "operationId");
            assert!(
                page.contains(&format!("<section id=\"{id}\"")),
                "{method} {path}"
            );
            assert!(page.contains(&format!("href=\"#{id}\"")), "{method} {path}");
            assert!(
                !text(operation, "summary").is_empty(),
                "{method} {path} has no summary"
            );
            operations += 1;
        }
        assert!(operations > 20, "{operations}");
        let models = OPENAPI["components"]["schemas"]
            .as_object()
            .expect("models");
        for name in models.keys() {
            assert!(page.contains(&format!("id=\"model-{name}\"")), "{name}");
        }
        for link in page.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap_or_default();
            assert!(page.contains(&format!("id=\"{id}\"")), "{id} leads nowhere");
        }
    }

    #[test]
    fn the_page_runs_and_loads_nothing_from_elsewhere() {
        let page = html(&OPENAPI, "https://calls.example", Theme::System);
        let page = page.replace("https://calls.example", "");
        for foreign in ["<script", "https://", "http://", "onclick", "@import"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        assert_eq!(
            escape("<a href='x'>&\""),
            "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"
        );
    }

    #[test]
    fn examples_are_complete() {
        let (method, path) = ("post", "/api/v1/targets");
        let operation = &OPENAPI["paths"][path][method];
        let command = curl(&OPENAPI, "https://calls.example", method, path, operation);
        let body = command
            .split("-d '")
            .nth(1)
            .and_then(|b| b.strip_suffix('\''))
            .expect("a body");
        let body: Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["destination"]["address"], "+12145550187", "{command}");
        for (method, path, operation) in describe::operations(&OPENAPI) {
            let command = curl(&OPENAPI, "", method, path, operation);
            assert!(!command.contains("/{"), "{command}");
        }
    }
}
