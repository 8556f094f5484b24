//! The demo's bidders: each manner answers as it is called.

use axum::http::StatusCode;
use server::demo::bidder::MANNERS;

use crate::world::World;

#[tokio::test]
async fn each_manner_answers_in_its_way() {
    let world = World::new().await;
    for manner in MANNERS {
        if manner == "slow" {
            continue;
        }
        let path = format!("/demo/bidders/{manner}?amount=12.50&wait_ms=1");
        let answer = world.get(&path, "").await;
        assert_eq!(answer.status, StatusCode::OK, "{manner}");
        let says = |word: &str| answer.body.contains(word);
        let right = match manner {
            "accept" => says("\"bidAmount\":12.5") && says("+18005550161"),
            "accept-sip" => says("sipAddress") && !says("phoneNumber"),
            "refuse" => says("rejectReason"),
            "garbage" => says("<html>"),
            "zero" => says("\"bidAmount\":0.0"),
            "huge" => answer.body.len() > 1_000_000,
            _ => says("\"expireInSeconds\":1,"),
        };
        assert!(right, "{manner}: {:.300}", answer.body);
    }
    let missing = world.get("/demo/bidders/generous", "").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}
