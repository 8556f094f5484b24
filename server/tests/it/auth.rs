//! Signing in and out, cookies, and requests from other sites.

use crate::world::{BASE, World, encode};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode, header};
use std::net::SocketAddr;

const BASE_TLS: &str = "https://calls.example";

#[tokio::test]
async fn a_session_begins_and_ends() {
    let world = World::new().await;
    let reply = world
        .login(
            "owner@alpha.example",
            "a-good-password",
            "/calls?outcome=live",
        )
        .await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (StatusCode::SEE_OTHER, "/calls?outcome=live")
    );
    let cookie = reply.header("set-cookie").to_owned();
    for part in ["callcenter=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    assert_eq!(world.get("/", &cookie).await.status, StatusCode::OK);
    let again = world.get("/login", &cookie).await;
    assert_eq!(
        (again.status, again.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(
        world
            .function("/logout", "", &cookie)
            .await
            .header("location"),
        "/login"
    );
    assert_eq!(
        world.get("/", &cookie).await.header("location"),
        "/login?error=expired"
    );
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_it() {
    let world = World::with(&[("PUBLIC_BASE_URL", BASE_TLS)]).await;
    let body = encode(&[
        ("email", "owner@alpha.example"),
        ("password", "a-good-password"),
    ]);
    let request = Request::post("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, BASE_TLS);
    let reply = world
        .send(request.body(Body::from(body)).expect("request"))
        .await;
    let cookie = reply.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-callcenter=")
            && cookie.contains("Secure")
            && cookie.contains("Path=/"),
        "{cookie}"
    );
    assert!(
        reply
            .header("strict-transport-security")
            .starts_with("max-age=31536000")
    );
}

#[tokio::test]
async fn each_sign_in_makes_a_new_session() {
    let world = World::new().await;
    let first = world.owner(&world.a).await;
    let body = encode(&[
        ("email", "owner@alpha.example"),
        ("password", "a-good-password"),
    ]);
    let request = Request::post("/login")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ORIGIN, BASE)
        .header(header::COOKIE, &first);
    let reply = world
        .send(request.body(Body::from(body)).expect("request"))
        .await;
    let second = reply
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap_or_default()
        .to_owned();
    assert!(!second.is_empty() && first != second, "{first} {second}");
    assert_eq!(world.get("/", &first).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.get("/", &second).await.status, StatusCode::OK);
    let forged = format!("{second}x");
    assert_eq!(world.get("/", &forged).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_refusal_says_nothing_and_keeps_what_was_typed() {
    let world = World::new().await;
    let reply = world
        .login("nobody@alpha.example", "a-good-password", "//evil.example")
        .await;
    assert_eq!(
        reply.header("location"),
        "/login?error=invalid&email=nobody%40alpha.example&next="
    );
    let reply = world.login("owner@alpha.example", "wrong", "/calls").await;
    assert_eq!(
        reply.header("location"),
        "/login?error=invalid&email=owner%40alpha.example&next=%2Fcalls"
    );
    assert_eq!(reply.header("set-cookie"), "");
    let page = world.get("/calls?outcome=live", "").await;
    assert_eq!(
        page.header("location"),
        "/login?next=%2Fcalls%3Foutcome%3Dlive"
    );
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let world = World::new().await;
    let mut last = String::new();
    for _ in 0..8 {
        last = world
            .login("owner@alpha.example", "wrong", "/")
            .await
            .header("location")
            .to_owned();
    }
    assert!(last.starts_with("/login?error=throttled&retry="), "{last}");
    let right = world
        .login("owner@alpha.example", "a-good-password", "/")
        .await;
    assert!(
        right
            .header("location")
            .starts_with("/login?error=throttled"),
        "even the right password has to wait"
    );
}

#[tokio::test]
async fn other_sites_cannot_change_anything() {
    let world = World::new().await;
    let cookie = world.owner(&world.a).await;
    let post = |name: &'static str, value: &'static str| {
        Request::post("/api/buyers/create")
            .header(header::COOKIE, &cookie)
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    };
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("x-nothing", "said"),
    ] {
        let reply = world
            .send(
                post(name, value)
                    .body(Body::from("form[name]=Evil"))
                    .expect("request"),
            )
            .await;
        assert_eq!(reply.status, StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let op = world.operator(&world.a).await;
    assert!(
        world
            .services
            .buyers
            .list(&op)
            .await
            .expect("buyers")
            .iter()
            .all(|b| b.name != "Evil")
    );
}

#[tokio::test]
async fn the_theme_is_kept_in_a_cookie_and_leads_nowhere_else() {
    let world = World::new().await;
    let reply = world
        .function("/theme", "theme=dark&next=//evil.example", "")
        .await;
    assert_eq!(
        (reply.status, reply.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert!(reply.header("set-cookie").starts_with("theme=dark; Path=/"));
    assert!(
        world
            .function("/theme", "theme=neon", "")
            .await
            .header("set-cookie")
            .starts_with("theme=system")
    );
}

#[tokio::test]
async fn measurements_are_for_this_machine_and_answers_are_armoured() {
    let world = World::with(&[("CALLCENTER__METRICS__TOKEN", "0123")]).await;
    assert_eq!(
        world.get("/metrics", "").await.status,
        StatusCode::NOT_FOUND
    );
    let from = |peer: &str| ConnectInfo(SocketAddr::new(peer.parse().expect("address"), 9));
    let ask = |peer: &str, name: &'static str, value: &'static str| {
        Request::get("/metrics")
            .extension(from(peer))
            .header(name, value)
            .body(Body::empty())
            .expect("request")
    };
    assert_eq!(
        world.send(ask("127.0.0.1", "accept", "*/*")).await.status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .send(ask("127.0.0.1", "x-forwarded-for", "203.0.113.9"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        world
            .send(ask("192.0.2.1", "authorization", "Bearer 0123"))
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(
        world
            .send(ask("192.0.2.1", "authorization", "Bearer 83"))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
    let alive = world.get("/healthz", "").await;
    assert_eq!(
        (
            alive.status,
            alive.header("x-content-type-options"),
            alive.header("x-frame-options")
        ),
        (StatusCode::OK, "nosniff", "DENY")
    );
    assert!(!alive.header("x-request-id").is_empty());
    assert_eq!(world.get("/readyz", "").await.status, StatusCode::OK);
    let page = world.get("/", &world.owner(&world.a).await).await;
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("'nonce-")
            && policy.contains("frame-ancestors 'none'")
            && !policy.contains("script-src 'self' 'unsafe-inline'"),
        "{policy}"
    );
}

#[tokio::test]
async fn a_long_list_fits_for_those_signed_in_and_nothing_long_for_strangers() {
    let world = World::new().await;
    let owner = world.owner(&world.a).await;
    let list: String = (0..10_000)
        .map(|n| format!("+1307555{n:04},24,\"from a list, spring\"\r\n"))
        .collect();
    let body = encode(&[
        ("form[list]", "blocks"),
        ("form[text]", &*list),
        ("form[write]", "yes"),
    ]);
    assert!(body.len() > 500_000);
    let reply = world.function("/api/import/run", &body, &owner).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.body);
    assert!(reply.body.contains("10000"), "{}", reply.body);
    let long = "x".repeat(20_000);
    let reply = world.login("owner@alpha.example", &long, "/").await;
    assert_eq!(reply.header("set-cookie"), "", "nobody signs in with that");
    assert!(!reply.header("location").contains("xxx"));
}
