//! What pages of advertisers ask and tell, over HTTP: who is served, what is refused, and that
//! refusals change nothing.

use crate::world::{SITE, World};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

/// A request of a page, as the script sends it.
async fn page(
    world: &World,
    path: &str,
    origin: &str,
    body: impl Into<Body>,
) -> crate::world::Reply {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "text/plain;charset=UTF-8")
        .body(body.into())
        .expect("request");
    world.send(request).await
}

fn ask(world: &World) -> Value {
    json!({
        "tag": world.a.dni_tag,
        "visitor": "V1StGXR8_Z5jdHi6B-myT2",
        "url": format!("{SITE}/offer?utm_source=google"),
        "referrer": "",
        "page": format!("{SITE}/offer"),
        "data": { "zip": 75201 },
    })
}

async fn assign(world: &World, body: &Value) -> crate::world::Reply {
    page(world, "/dni/v1/assign", SITE, body.to_string()).await
}

fn json_of(reply: &crate::world::Reply) -> Value {
    serde_json::from_str(&reply.body).expect("json")
}

#[tokio::test]
async fn a_page_gets_keeps_and_gives_back_a_number() {
    let world = World::new().await;
    let got = assign(&world, &ask(&world)).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    assert_eq!(got.header("access-control-allow-origin"), SITE);
    assert_eq!(got.header("cache-control"), "no-store");
    assert_eq!(got.header("set-cookie"), "");
    let answer = json_of(&got);
    assert_eq!(answer["number"], "+18335550101");
    assert_eq!(answer["fallback"], false);
    assert_eq!(answer["beat_s"], 60);

    let session = &answer["session"];
    let told = json!({ "tag": world.a.dni_tag, "session": session, "page": SITE, "data": { "vip": true } });
    let beat = page(&world, "/dni/v1/beat", SITE, told.to_string()).await;
    assert_eq!(beat.status, StatusCode::OK, "{}", beat.body);
    let seen = json_of(&beat)["seen"].clone();
    let tags = page(&world, "/dni/v1/tags", SITE, told.to_string()).await;
    assert_eq!(tags.status, StatusCode::NO_CONTENT, "{}", tags.body);

    let mut second = ask(&world);
    second["visitor"] = "another-visitor-0001".into();
    let missed = json_of(&assign(&world, &second).await);
    assert_eq!(
        (&missed["number"], &missed["fallback"]),
        (&json!("+18335550100"), &json!(true))
    );

    // A beacon of a page that keeps its referrer to itself.
    let left = json!({ "tag": world.a.dni_tag, "session": session, "seen": seen });
    for _ in 0..2 {
        let left = page(&world, "/dni/v1/leave", "null", left.to_string()).await;
        assert_eq!(left.status, StatusCode::NO_CONTENT, "{}", left.body);
    }
}

#[tokio::test]
async fn the_script_is_small_kept_for_minutes_and_for_every_site() {
    let world = World::new().await;
    let script = world.get("/dni.js", "").await;
    assert_eq!(script.status, StatusCode::OK);
    assert!(script.header("content-type").starts_with("text/javascript"));
    assert_eq!(script.header("cache-control"), "public, max-age=300");
    assert_eq!(
        script.header("cross-origin-resource-policy"),
        "cross-origin"
    );
    assert!(script.body.contains("use strict"));
    let known = Request::builder()
        .uri("/dni.js")
        .header(header::IF_NONE_MATCH, script.header("etag"))
        .body(Body::empty())
        .expect("request");
    let again = world.send(known).await;
    assert_eq!(
        (again.status, again.body.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
}

#[tokio::test]
async fn other_sites_get_no_answer_that_they_can_read() {
    let world = World::new().await;
    for foreign in [
        "https://evil.example",
        "null",
        "http://roofs.example",
        "https://roofs.example.evil.example",
    ] {
        for path in ["/dni/v1/assign", "/dni/v1/beat", "/dni/v1/tags"] {
            let refused = page(&world, path, foreign, ask(&world).to_string()).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path} {foreign}");
            assert_eq!(
                refused.header("access-control-allow-origin"),
                "",
                "{path} {foreign}"
            );
        }
    }
    assert_eq!(visits(&world).await, 0);
}

/// Visits of account A.
async fn visits(world: &World) -> u64 {
    let op = world.operator(&world.a).await;
    let query = domain::api::visit::TrafficQuery::default();
    let page = world.services.visits.traffic(&op, &query).await;
    page.expect("traffic").totals.visits
}

#[tokio::test]
async fn what_is_malformed_is_refused_clearly_and_changes_nothing() {
    let world = World::new().await;
    let with = |field: &str, value: Value| {
        let mut body = ask(&world);
        body[field] = value;
        body.to_string().into_bytes()
    };
    let values = |count: u32| -> Value {
        (0..count)
            .map(|n| (n.to_string(), json!("v")))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let long = |n: usize| json!("x".repeat(n));
    let mut bodies: Vec<(u16, Vec<u8>)> = vec![
        (400, Vec::new()),
        (400, b"{".to_vec()),
        (400, b"[]".to_vec()),
        (400, b"null".to_vec()),
        (400, b"tag=1".to_vec()),
        (400, b"{}".to_vec()),
        (400, b"{\"tag\": 7}".to_vec()),
        (400, b"{\"tag\": \"\xff\xfe\"}".to_vec()),
        (400, b"\x00\x01\x02".to_vec()),
        (400, b"<xml/>".to_vec()),
        (413, vec![b' '; 70_000]),
        (404, with("tag", json!(""))),
        (404, with("tag", json!("1"))),
        (
            404,
            with("tag", json!("00000000-0000-0000-0000-000000000000")),
        ),
        (404, with("tag", json!("../../etc/passwd"))),
        (400, with("tag", Value::Null)),
        (422, with("data", values(101))),
        (413, with("data", values(10_000))),
        (422, with("data", json!({ "a": { "b": 1 } }))),
        (422, with("data", json!({ "a": [1] }))),
        (422, with("data", json!({ "": "x" }))),
        (422, with("data", json!({ "a b": "x" }))),
        (422, with("data", json!({ "<b>": "x" }))),
        (400, with("data", json!([1]))),
        (400, with("data", json!("x"))),
        (400, with("url", json!(7))),
        (400, with("visitor", json!(["x"]))),
        (400, with("session", json!(7))),
    ];
    for visitor in [
        "",
        "short",
        "has a blank in it",
        "<script>alert(1)</script>",
        "'; DROP TABLE visit; --",
        "émile-the-visitor",
    ] {
        bodies.push((422, with("visitor", json!(visitor))));
    }
    bodies.push((422, with("visitor", long(65))));
    for url in [
        "",
        "/offer",
        "roofs.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://roofs.example/",
        "https://",
        "about:blank",
        "blob:https://roofs.example/1",
        "chrome://settings",
        "mailto:x@roofs.example",
        "https://[::1",
        "http://:80",
    ] {
        bodies.push((422, with("url", json!(url))));
    }
    bodies.push((
        422,
        with("url", json!(format!("{SITE}/?{}", "a".repeat(9_000)))),
    ));
    assert!(bodies.len() >= 50, "{}", bodies.len());
    for (status, body) in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(120)]).into_owned();
        let refused = page(&world, "/dni/v1/assign", SITE, body).await;
        assert_eq!(refused.status.as_u16(), status, "{shown}: {}", refused.body);
        let said = json_of(&refused);
        assert!(
            said["message"]
                .as_str()
                .is_some_and(|message| message.len() > 10),
            "{shown}: {said}"
        );
    }
    // What cannot be told from an advertiser's own careless address is cleaned, not refused.
    let mut careless = ask(&world);
    careless["url"] = json!(format!(
        "{SITE}/?utm_source=%ff%fe&utm_source=b&x={}&gclid=%3Cscript%3E",
        "y".repeat(2_000)
    ));
    assert_eq!(visits(&world).await, 0, "nothing changed");
    assert_eq!(assign(&world, &careless).await.status, StatusCode::OK);
    assert_eq!(visits(&world).await, 1);
}

#[tokio::test]
async fn forged_sessions_and_those_of_another_tag_are_none() {
    let world = World::new().await;
    let own = json_of(&assign(&world, &ask(&world)).await)["session"].clone();
    let forged = [
        json!(""),
        json!("x"),
        json!("00000000-0000-7000-8000-000000000000"),
        own,
    ];
    for (at, session) in forged.iter().enumerate() {
        let tag = if at == 3 {
            world.b.dni_tag
        } else {
            world.a.dni_tag
        };
        let told = json!({ "tag": tag, "session": session, "page": SITE, "data": {}, "seen": 0 });
        for path in ["/dni/v1/beat", "/dni/v1/tags", "/dni/v1/leave"] {
            let refused = page(&world, path, SITE, told.to_string()).await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{path} {told}");
        }
    }
}

#[tokio::test]
async fn one_address_asks_only_so_often() {
    let world = World::with(&[("CALLCENTER__DNI__VISITORS_PER_MINUTE", "3")]).await;
    let mut statuses = Vec::new();
    for n in 0..5 {
        let mut one = ask(&world);
        one["visitor"] = json!(format!("visitor-{n:04}"));
        let reply = page_from(&world, one).await;
        statuses.push(reply.status.as_u16());
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(reply.header("access-control-allow-origin"), SITE);
            assert!(!reply.header("retry-after").is_empty());
        }
    }
    assert_eq!(statuses, [200, 200, 200, 429, 429]);
}

/// As [`assign`], from an address that is known.
async fn page_from(world: &World, body: Value) -> crate::world::Reply {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri("/dni/v1/assign")
        .header(header::ORIGIN, SITE)
        .body(Body::from(body.to_string()))
        .expect("request");
    let peer = std::net::SocketAddr::from(([192, 0, 2, 7], 4_000));
    request
        .extensions_mut()
        .insert(axum::extract::ConnectInfo(peer));
    world.send(request).await
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_what_it_may_send() {
    let world = World::new().await;
    let ask = Request::builder()
        .method(Method::OPTIONS)
        .uri("/dni/v1/assign")
        .header(header::ORIGIN, SITE)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .body(Body::empty())
        .expect("request");
    let told = world.send(ask).await;
    assert_eq!(told.status, StatusCode::NO_CONTENT);
    assert_eq!(told.header("access-control-allow-origin"), SITE);
    assert_eq!(told.header("access-control-allow-headers"), "content-type");
}
