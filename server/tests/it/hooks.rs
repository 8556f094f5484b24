//! What buyers tell at a conversion webhook, over HTTP.

use crate::program::{full, ok, read};
use crate::world::{Reply, World};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

async fn tell(world: &World, query: &str) -> Reply {
    world
        .get(&format!("/hook/{}{query}", world.a.webhook), "")
        .await
}

async fn post(world: &World, kind: &str, body: &str) -> Reply {
    let request = Request::post(format!("/hook/{}", world.a.webhook));
    let request = request.header(header::CONTENT_TYPE, kind);
    let request = request.body(Body::from(body.to_owned())).expect("request");
    world.send(request).await
}

fn said(reply: &Reply) -> (u16, String) {
    let outcome = read(reply)["outcome"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (reply.status.as_u16(), outcome)
}

#[tokio::test]
async fn a_buyer_tells_a_conversion_once_and_may_say_another_amount_later() {
    let world = World::new().await;
    let call = world.a.call;
    let first = tell(&world, &format!("?call_id={call}&revenue=25&event_id=e1")).await;
    assert_eq!(
        said(&first),
        (200, "converted".to_owned()),
        "{}",
        first.body
    );
    assert_eq!(first.header("cache-control"), "no-store");
    let again = tell(&world, &format!("?call_id={call}&revenue=25&event_id=e1")).await;
    assert_eq!(said(&again), (200, "unchanged".to_owned()));
    // The same event says nothing new, whatever it says.
    let other = tell(&world, &format!("?call_id={call}&revenue=99&event_id=e1")).await;
    assert_eq!(said(&other), (200, "unchanged".to_owned()));
    let form = format!("call_id={call}&revenue=%2430.50&event_id=e2");
    let later = post(&world, "application/x-www-form-urlencoded", &form).await;
    assert_eq!(said(&later), (200, "updated".to_owned()), "{}", later.body);
    assert!(later.body.contains("$30.50"), "{}", later.body);
    let tree = json!({ "call_id": call, "revenue": 30.5 }).to_string();
    let same = post(&world, "application/json; charset=utf-8", &tree).await;
    assert_eq!(said(&same), (200, "unchanged".to_owned()), "{}", same.body);

    let key = full(&world).await;
    let at = format!("/webhooks/{}/deliveries", world.a.webhook);
    let kept = ok(&world, "GET", &at, &key, Value::Null).await;
    let kept = kept["data"].as_array().expect("data");
    assert_eq!(kept.len(), 5);
    assert_eq!(kept[1]["outcome"], "updated");
    assert_eq!(
        (&kept[1]["revenue"], &kept[1]["event"]),
        (&json!("$30.50"), &json!("e2"))
    );
}

#[tokio::test]
async fn what_cannot_be_taken_says_why() {
    let world = World::new().await;
    let (call, foreign) = (world.a.call, world.b.call);
    for (query, status, outcome) in [
        ("", 400, "invalid"),
        ("?revenue=25", 400, "invalid"),
        (&*format!("?call_id={call}&revenue=lots"), 400, "invalid"),
        (&format!("?call_id={call}&revenue=-5"), 400, "invalid"),
        ("?call_id=nonsense&revenue=25", 404, "unknown_call"),
        (
            &format!("?call_id={foreign}&revenue=25"),
            404,
            "unknown_call",
        ),
        ("?call_id=%00%ff&revenue=%F0", 400, "invalid"),
    ] {
        let reply = tell(&world, query).await;
        assert_eq!(
            said(&reply),
            (status, outcome.to_owned()),
            "{query}: {}",
            reply.body
        );
        assert!(
            !read(&reply)["message"]
                .as_str()
                .unwrap_or_default()
                .is_empty()
        );
        assert!(!reply.body.contains("Bravo"));
    }
    for address in [format!("/hook/{}", uuid::Uuid::nil()), "/hook/x".to_owned()] {
        let reply = world.get(&format!("{address}?call_id={call}"), "").await;
        assert_eq!(said(&reply), (404, "unknown_webhook".to_owned()));
    }
    let broken = post(&world, "application/json", "{\"call_id\":").await;
    assert_eq!(said(&broken), (400, "invalid".to_owned()));
    let large = post(&world, "application/json", &"x".repeat(20_000)).await;
    assert_eq!(said(&large), (413, "invalid".to_owned()));
    let head = Request::head(format!("/hook/{}?call_id={call}", world.a.webhook));
    let head = world.send(head.body(Body::empty()).expect("request")).await;
    assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
    let untouched = tell(&world, &format!("?call_id={call}")).await;
    assert_eq!(
        said(&untouched),
        (200, "converted".to_owned()),
        "nothing before counted"
    );
}

#[tokio::test]
async fn a_webhook_has_its_own_names_and_can_be_paused() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/webhooks/{}", world.a.webhook);
    let change = json!({ "parameters": { "call": "sub1", "revenue": "payout" }, "campaign_id": world.a.campaign });
    let changed = ok(&world, "PATCH", &at, &key, change).await;
    assert_eq!(changed["parameters"]["event"], "event_id");
    assert!(
        changed["url"]
            .as_str()
            .expect("a text")
            .ends_with(&format!("/hook/{}", world.a.webhook))
    );
    let call = world.a.call;
    let old = tell(&world, &format!("?call_id={call}&revenue=5")).await;
    assert_eq!(said(&old), (400, "invalid".to_owned()));
    assert!(old.body.contains("sub1"), "{}", old.body);
    ok(&world, "PATCH", &at, &key, json!({ "enabled": false })).await;
    let paused = tell(&world, &format!("?sub1={call}&payout=5")).await;
    assert_eq!(said(&paused), (403, "paused".to_owned()));
    ok(&world, "PATCH", &at, &key, json!({ "enabled": true })).await;
    let new = tell(&world, &format!("?sub1={call}&payout=5")).await;
    assert_eq!(said(&new), (200, "converted".to_owned()));
    let other = ok(
        &world,
        "POST",
        "/campaigns",
        &key,
        json!({ "name": "Other" }),
    )
    .await;
    ok(
        &world,
        "PATCH",
        &at,
        &key,
        json!({ "campaign_id": other["id"] }),
    )
    .await;
    let elsewhere = tell(&world, &format!("?sub1={call}&payout=6")).await;
    assert_eq!(said(&elsewhere), (404, "unknown_call".to_owned()));
    let same = json!({ "parameters": { "revenue": "sub1" } });
    let same = world.api("PATCH", &at, &key, &same.to_string()).await;
    assert_eq!(read(&same)["fields"][0]["field"], "parameters.revenue");
}

#[tokio::test]
async fn a_webhook_is_told_only_so_often() {
    let world = World::new().await;
    let mut limited = None;
    for _ in 0..700 {
        let reply = tell(&world, "?call_id=x").await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            limited = Some(reply);
            break;
        }
    }
    let limited = limited.expect("a limit");
    assert_eq!(read(&limited)["outcome"], "limited");
    assert!(limited.header("retry-after").parse::<u32>().is_ok());
    let other = world
        .get(&format!("/hook/{}?call_id=x", world.b.webhook), "")
        .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}
