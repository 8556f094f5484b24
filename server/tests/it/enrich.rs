//! What is told of a caller before the call, over HTTP.

use crate::program::{full, ok, read};
use crate::world::{Reply, World};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

/// The path of the address of the account's number.
async fn path(world: &World) -> String {
    let key = full(world).await;
    let at = format!("/numbers/{}", world.a.number_id);
    let number = ok(world, "GET", &at, &key, Value::Null).await;
    let url = number["enrichment_url"].as_str().expect("an address");
    let at = url.find("/enrich/").expect("of enrichment");
    url[at..].to_owned()
}

async fn post(world: &World, path: &str, kind: &str, body: &str) -> Reply {
    let request = Request::post(path).header(header::CONTENT_TYPE, kind);
    let request = request.body(Body::from(body.to_owned())).expect("request");
    world.send(request).await
}

#[tokio::test]
async fn what_is_told_of_a_caller_is_kept_however_it_is_sent() {
    let world = World::new().await;
    let path = path(&world).await;
    let told = world
        .get(&format!("{path}?callerid=+12145550142&zip=75201"), "")
        .await;
    assert_eq!(told.status, StatusCode::OK, "{}", told.body);
    assert_eq!(
        read(&told),
        json!({ "outcome": "kept", "values": 1, "kept_hours": 48 })
    );
    assert_eq!(told.header("cache-control"), "no-store");
    let form = "callerid=%2B12145550142&age=44";
    let told = post(&world, &path, "application/x-www-form-urlencoded", form).await;
    assert_eq!(read(&told)["values"], 2, "{}", told.body);
    let tree = json!({ "callerid": "(214) 555-0142", "income": 81_000 }).to_string();
    let told = post(&world, &path, "application/json", &tree).await;
    assert_eq!(read(&told)["values"], 3, "{}", told.body);
}

#[tokio::test]
async fn what_cannot_be_kept_says_why() {
    let world = World::new().await;
    let path = path(&world).await;
    let many: String = (0..150).map(|n| format!("&n{n}=1")).collect();
    for (query, status, outcome) in [
        (String::new(), 422, "invalid"),
        ("?callerid=12&zip=1".to_owned(), 422, "invalid"),
        ("?callerid=%00%ff&zip=%F0".to_owned(), 422, "invalid"),
        ("?callerid=%2B12145550142".to_owned(), 422, "invalid"),
        (
            "?callerid=%2B12145550142&%3Cb%3E=1".to_owned(),
            422,
            "invalid",
        ),
        (format!("?callerid=%2B12145550142{many}"), 422, "invalid"),
    ] {
        let reply = world.get(&format!("{path}{query}"), "").await;
        let said = read(&reply);
        assert_eq!(
            (reply.status.as_u16(), said["outcome"].as_str()),
            (status, Some(outcome)),
            "{query}: {}",
            reply.body
        );
        assert!(said["fields"][0]["message"].is_string(), "{}", reply.body);
    }
    for address in [
        "/enrich/x".to_owned(),
        format!("/enrich/{}", uuid::Uuid::nil()),
    ] {
        let reply = world
            .get(&format!("{address}?callerid=+12145550142&a=1"), "")
            .await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(read(&reply)["outcome"], "unknown_number");
    }
    let broken = post(&world, &path, "application/json", "{\"callerid\":").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    let large = post(&world, &path, "application/json", &"x".repeat(20_000)).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    let head = Request::head(format!("{path}?callerid=+12145550142&a=1"));
    let head = world.send(head.body(Body::empty()).expect("request")).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_key_that_only_reads_does_not_see_the_address() {
    let world = World::new().await;
    let key = world.key(&world.a, "numbers:read").await;
    let at = format!("/numbers/{}", world.a.number_id);
    let number = ok(&world, "GET", &at, &key, Value::Null).await;
    assert_eq!(number["enrichment_url"], Value::Null);
}
