//! The public API: its description, refusals, limits, lists, requests sent twice.

use crate::program::{full, names, ok, read};
use crate::world::{World, api_request};
use axum::http::StatusCode;
use domain::api_key::Scope;
use serde_json::{Value, json};

#[tokio::test]
async fn the_description_is_the_one_that_is_checked_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
    let text = server::rest::openapi_text();
    if std::env::var("INSTA_UPDATE").is_ok_and(|v| v == "always") {
        std::fs::write(path, &text).expect("written");
    }
    let checked_in = std::fs::read_to_string(path).expect("docs/openapi.json");
    let same = checked_in == text;
    assert!(
        same,
        "docs/openapi.json is out of date: INSTA_UPDATE=always writes it anew; read what changed"
    );
}

#[tokio::test]
async fn the_description_and_its_page_need_no_key() {
    let world = World::new().await;
    let reply = world.get("/api/v1/openapi.json", "").await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    assert_eq!(read(&reply)["openapi"], "3.1.0");
    let page = world.get("/api/docs", "theme=dark").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.header("content-security-policy")
            .starts_with("default-src 'none'; style-src")
    );
    assert!(page.body.contains("class=\"dark\"") && page.body.contains("id=\"list_calls\""));
}

#[tokio::test]
async fn every_refusal_is_a_problem_with_the_id_of_its_request() {
    let world = World::new().await;
    let key = full(&world).await;
    let short = world.key(&world.a, "calls:read").await;
    let text = |kind| vec![("content-type", kind)];
    let json = || text("application/json");
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(300_000));
    let buyer = format!("/buyers/{}", world.a.buyer);
    let cases = [
        ("GET", "/buyers", "", "", vec![], 401, "unauthenticated"),
        ("GET", "/buyers", &*short, "", vec![], 403, "denied"),
        ("GET", "/no/such", &*key, "", vec![], 404, "not_found"),
        ("GET", "", &*key, "", vec![], 404, "not_found"),
        ("GET", "/buyers/x", &*key, "", vec![], 404, "not_found"),
        ("GET", "/buyers/%ff", &*key, "", vec![], 404, "not_found"),
        (
            "PUT",
            "/buyers",
            &*key,
            "",
            vec![],
            405,
            "method_not_allowed",
        ),
        (
            "POST",
            "/buyers",
            &*key,
            "{\"name\":",
            json(),
            400,
            "malformed_json",
        ),
        (
            "POST",
            "/buyers",
            &*key,
            "name=x",
            text("application/x-www-form-urlencoded"),
            415,
            "unsupported_media_type",
        ),
        ("POST", "/buyers", &*key, &*large, json(), 413, "too_large"),
        (
            "POST",
            "/buyers",
            &*key,
            "{\"name\":\"x\",\"colour\":1}",
            json(),
            422,
            "invalid",
        ),
        (
            "PATCH",
            &*buyer,
            &*key,
            "{\"name\":7}",
            json(),
            422,
            "invalid",
        ),
        ("GET", "/buyers?limit=0", &*key, "", vec![], 422, "invalid"),
        (
            "GET",
            "/buyers?limit=many",
            &*key,
            "",
            vec![],
            422,
            "invalid",
        ),
        (
            "GET",
            "/buyers?colour=red",
            &*key,
            "",
            vec![],
            422,
            "invalid",
        ),
        (
            "GET",
            "/calls?from=yesterday",
            &*key,
            "",
            vec![],
            422,
            "invalid",
        ),
    ];
    for (method, path, key, body, headers, status, code) in cases {
        let mut request = api_request(method, path, key, "", &headers);
        *request.body_mut() = body.to_owned().into();
        let reply = world.send(request).await;
        let said = format!("{method} {path}: {}", reply.body);
        assert_eq!(reply.status, status, "{said}");
        assert_eq!(
            reply.header("content-type"),
            "application/problem+json",
            "{said}"
        );
        let problem = read(&reply);
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&json!(status), &Value::from(code)),
            "{said}"
        );
        assert_eq!(
            problem["request_id"],
            reply.header("x-request-id"),
            "{said}"
        );
        assert!(
            problem["title"].is_string() && problem["detail"].is_string(),
            "{said}"
        );
        assert_eq!(
            problem["fields"] == Value::Array(Vec::new()),
            status != 422,
            "{said}"
        );
    }
    let unknown = world.api("POST", "/buyers", &key, "{\"colour\":1}").await;
    assert_eq!(
        read(&unknown)["fields"][0],
        json!({ "field": "colour", "code": "unknown_field", "message": "There is no field colour here." })
    );
    let nobody = world.api("GET", "/buyers", "", "").await;
    assert_eq!(nobody.header("www-authenticate"), "Bearer");
    assert_eq!(
        world.api("PUT", "/buyers", &key, "").await.header("allow"),
        "GET,HEAD,POST"
    );
    // What is not below the API keeps its own shape.
    assert_eq!(
        world
            .function("/api/no/such", "", "")
            .await
            .header("content-type"),
        "application/json"
    );
}

#[tokio::test]
async fn a_key_may_ask_so_often_and_is_told() {
    let world = World::with(&[("CALLCENTER__API__REQUESTS_PER_MINUTE", "3")]).await;
    let (key, other) = (full(&world).await, full(&world).await);
    for left in ["2", "1", "0"] {
        let reply = world.api("GET", "/account", &key, "").await;
        assert_eq!(reply.status, StatusCode::OK);
        assert_eq!(
            (
                reply.header("ratelimit-limit"),
                reply.header("ratelimit-remaining")
            ),
            ("3", left)
        );
        assert_ne!(reply.header("ratelimit-reset"), "0");
    }
    let reply = world.api("GET", "/account", &key, "").await;
    assert_eq!(
        (reply.status, read(&reply)["code"].as_str()),
        (StatusCode::TOO_MANY_REQUESTS, Some("limited"))
    );
    let wait: u32 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=21).contains(&wait), "{wait}");
    assert_eq!(reply.header("ratelimit-remaining"), "0");
    assert_eq!(
        world.api("GET", "/account", &other, "").await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_key_that_ended_opens_nothing() {
    let world = World::new().await;
    let key = full(&world).await;
    let account = ok(&world, "GET", "/account", &key, Value::Null).await;
    assert_eq!(
        (&account["name"], &account["currency"]),
        (&json!("Alpha"), &json!("USD"))
    );
    assert_eq!(
        account["key"]["scopes"].as_array().map(Vec::len),
        Some(Scope::ALL.len())
    );
    let op = world.operator(&world.a).await;
    let rows = world.services.api_keys.list(&op).await.expect("list").rows;
    let newest = rows
        .iter()
        .find(|row| key.starts_with(&row.prefix))
        .expect("listed");
    assert!(newest.last_used.is_some());
    world
        .services
        .api_keys
        .revoke(&op, newest.id)
        .await
        .expect("revoked");
    assert_eq!(
        world.api("GET", "/account", &key, "").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn lists_come_a_page_at_a_time() {
    let world = World::new().await;
    let key = full(&world).await;
    for name in ["One", "Two", "Three"] {
        ok(&world, "POST", "/buyers", &key, json!({ "name": name })).await;
    }
    let first = ok(&world, "GET", "/buyers?limit=3", &key, Value::Null).await;
    assert_eq!(names(&first), ["Alpha buyer", "One", "Two"]);
    let after = first["next"].as_str().expect("more");
    let second = ok(
        &world,
        "GET",
        &format!("/buyers?limit=3&after={after}"),
        &key,
        Value::Null,
    )
    .await;
    assert_eq!(
        (names(&second), &second["next"]),
        (vec!["Three"], &Value::Null)
    );
}

#[tokio::test]
async fn a_post_that_is_sent_twice_is_done_once() {
    let world = World::new().await;
    let key = full(&world).await;
    let post = |token: &str, body: &str| {
        api_request("POST", "/buyers", &key, body, &[("idempotency-key", token)])
    };
    let (first, second) = tokio::join!(
        world.send(post("a", "{\"name\":\"One\"}")),
        world.send(post("a", "{\"name\":\"One\"}"))
    );
    // The second came while the first was worked on, or after it.
    let statuses = [first.status.as_u16(), second.status.as_u16()];
    assert!(
        statuses.contains(&201) && statuses.iter().all(|s| [201, 409].contains(s)),
        "{statuses:?}"
    );
    let again = world.send(post("a", "{\"name\":\"One\"}")).await;
    let made = if first.status == StatusCode::CREATED {
        &first
    } else {
        &second
    };
    assert_eq!(
        (again.status, &again.body),
        (StatusCode::CREATED, &made.body)
    );
    assert_eq!(again.header("location"), made.header("location"));
    assert_eq!(
        (
            again.header("idempotency-replayed"),
            again.header("content-type")
        ),
        ("true", "application/json")
    );
    let other = world.send(post("a", "{\"name\":\"Two\"}")).await;
    assert_eq!(
        (other.status, read(&other)["fields"][0]["code"].as_str()),
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            Some("idempotency_key_reused")
        )
    );
    // A refusal is an answer as well.
    for replayed in ["", "true"] {
        let taken = world.send(post("b", "{\"name\":\"One\"}")).await;
        assert_eq!(
            (taken.status, taken.header("idempotency-replayed")),
            (StatusCode::UNPROCESSABLE_ENTITY, replayed)
        );
        assert_eq!(
            (
                taken.header("content-type"),
                read(&taken)["fields"][0]["code"].as_str()
            ),
            ("application/problem+json", Some("taken"))
        );
    }
    let long = "x".repeat(256);
    for token in ["", &*long, "a\tb"] {
        assert_eq!(
            world.send(post(token, "{\"name\":\"Three\"}")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{token}"
        );
    }
    // Another key has names of its own.
    let elsewhere = full(&world).await;
    let request = api_request(
        "POST",
        "/buyers",
        &elsewhere,
        "{\"name\":\"Two\"}",
        &[("idempotency-key", "a")],
    );
    assert_eq!(world.send(request).await.status, StatusCode::CREATED);
    let all = ok(&world, "GET", "/buyers", &key, Value::Null).await;
    assert_eq!(names(&all), ["Alpha buyer", "One", "Two"]);
}
