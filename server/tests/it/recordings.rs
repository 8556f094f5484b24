//! Recordings over HTTP: parts of the sound, who hears it, and its end.

use crate::world::{World, encode};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use tower::ServiceExt as _;

/// The sound or a part of it, as bytes.
async fn listen(
    world: &World,
    address: &str,
    cookie: &str,
    range: Option<&str>,
) -> (Response<()>, Bytes) {
    let mut request = Request::get(address).header(header::COOKIE, cookie);
    if let Some(range) = range {
        request = request.header(header::RANGE, range);
    }
    let request = request.body(Body::empty()).expect("request");
    let answer = world
        .router
        .clone()
        .oneshot(request)
        .await
        .expect("never fails");
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, 4_000_000).await.expect("body");
    (Response::from_parts(parts, ()), body)
}

fn header_of<'a>(reply: &'a Response<()>, name: &str) -> &'a str {
    reply
        .headers()
        .get(name)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
}

#[tokio::test]
async fn any_part_of_the_sound_can_be_asked_for() {
    let world = World::new().await;
    let cookie = world.owner(&world.a).await;
    let address = format!("/recordings/{}", world.a.recording);
    let (reply, whole) = listen(&world, &address, &cookie, None).await;
    assert_eq!(reply.status(), StatusCode::OK);
    assert_eq!(header_of(&reply, "accept-ranges"), "bytes");
    assert_eq!(header_of(&reply, "cache-control"), "private, no-store");
    let total = whole.len();
    assert_eq!(total, 44 + 9 * 8_000 * 4, "nine seconds of two channels");
    for (range, from, to) in [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1_000, total - 1),
        ("bytes=-10", total - 10, total - 1),
    ] {
        let (reply, body) = listen(&world, &address, &cookie, Some(range)).await;
        assert_eq!(reply.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(
            header_of(&reply, "content-range"),
            format!("bytes {from}-{to}/{total}")
        );
        assert_eq!(body, whole[from..=to], "{range}");
    }
    let outside = format!("bytes={total}-");
    let (reply, _) = listen(&world, &address, &cookie, Some(&outside)).await;
    assert_eq!(reply.status(), StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test]
async fn viewers_listen_once_the_account_lets_them() {
    let world = World::new().await;
    let (owner, viewer) = (world.owner(&world.a).await, world.viewer(&world.a).await);
    let address = format!("/recordings/{}", world.a.recording);
    let wave = encode(&[("id", &world.a.recording.to_string())]);
    let hear = async || {
        let sound = world.get(&address, &viewer).await.status;
        let shape = world.function("/api/recordings/wave", &wave, &viewer).await;
        (sound, shape.status)
    };
    assert_eq!(hear().await, (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN));
    for (least, status) in [("viewer", StatusCode::OK), ("admin", StatusCode::FORBIDDEN)] {
        let body = encode(&[("form[listen_from]", least)]);
        let saved = world
            .function("/api/recordings/save_settings", &body, &owner)
            .await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        assert_eq!(hear().await, (status, status), "from {least}");
    }
    let bad = encode(&[("form[listen_from]", "root"), ("form[keep_days]", "0")]);
    let refused = world
        .function("/api/recordings/save_settings", &bad, &owner)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for field in ["keep_days", "listen_from"] {
        assert!(refused.body.contains(field), "{}", refused.body);
    }
}

#[tokio::test]
async fn a_deleted_recording_is_not_there() {
    let world = World::new().await;
    let owner = world.owner(&world.a).await;
    let id = world.a.recording.to_string();
    let address = format!("/recordings/{id}");
    assert_eq!(world.get(&address, &owner).await.status, StatusCode::OK);
    let silent = encode(&[("id", id.as_str()), ("form[reason]", "")]);
    let refused = world
        .function("/api/recordings/delete", &silent, &owner)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let body = encode(&[("id", id.as_str()), ("form[reason]", "The caller asked")]);
    let deleted = world
        .function("/api/recordings/delete", &body, &owner)
        .await;
    assert_eq!(deleted.status, StatusCode::OK, "{}", deleted.body);
    assert!(deleted.body.contains("Deleted by"), "{}", deleted.body);
    assert_eq!(
        world.get(&address, &owner).await.status,
        StatusCode::NOT_FOUND
    );
    let page = world.get(&format!("/calls/{}", world.a.call), &owner).await;
    assert!(page.body.contains("The caller asked"));
    assert!(!page.body.contains("<audio"), "no dead player");
}
