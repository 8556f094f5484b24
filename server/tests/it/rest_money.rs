//! Money for programs: the ledger of a call, corrections, disputes.

use crate::program::{full, ok, read};
use crate::world::{World, api_request};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn calls_are_corrected_and_the_ledger_says_so() {
    let world = World::new().await;
    let key = full(&world).await;
    let (call, stranger) = (world.a.call, world.b.call);
    let body = json!({
        "call_ids": [call, stranger],
        "revenue": { "kind": "by", "amount": "-5" },
        "payout": { "kind": "to", "amount": "1" },
        "reason": "Agreed on the phone.",
    });
    let ask = async |token: &str| {
        let headers = [("idempotency-key", token)];
        let request = api_request("POST", "/adjustments", &key, &body.to_string(), &headers);
        world.send(request).await
    };
    let first = ask("first").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let results = read(&first)["results"].clone();
    let of = |id: String| {
        let all = results.as_array().expect("results").iter();
        all.clone()
            .find(|one| one["call_id"] == id)
            .expect("a result")
    };
    assert_eq!(
        of(call.to_string())["message"],
        "Revenue corrected by \u{2212}$5.00."
    );
    assert_eq!(of(stranger.to_string())["corrected"], false);
    let again = ask("first").await;
    assert_eq!(again.header("idempotency-replayed"), "true");

    let at = format!("/calls/{call}/ledger");
    let ledger = ok(&world, "GET", &at, &key, Value::Null).await;
    assert_eq!(ledger["totals"]["revenue"], "20");
    let entries = ledger["entries"].as_array().expect("entries");
    let last = entries
        .iter()
        .find(|entry| entry["amount"] == "-5")
        .expect("the correction");
    assert_eq!(last["kind"], "revenue_adjustment");
    assert_eq!(last["party"]["name"], "Alpha buyer");
    assert_eq!(last["author"], "API key Alpha program");
    assert_eq!(last["reason"], "Agreed on the phone.");

    for (body, field) in [
        (json!({ "call_ids": [call], "reason": "x" }), "revenue"),
        (
            json!({ "call_ids": [], "revenue": { "kind": "void" }, "reason": "x" }),
            "call_ids",
        ),
        (
            json!({ "call_ids": [call], "payout": { "kind": "by" }, "reason": "x" }),
            "payout.amount",
        ),
        (
            json!({ "call_ids": [call], "revenue": { "kind": "void" }, "reason": "\u{0}" }),
            "reason",
        ),
    ] {
        let reply = world
            .api("POST", "/adjustments", &key, &body.to_string())
            .await;
        assert_eq!(
            reply.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{}",
            reply.body
        );
        assert_eq!(read(&reply)["fields"][0]["field"], field, "{}", reply.body);
    }
}

#[tokio::test]
async fn a_dispute_goes_from_open_to_approved() {
    let world = World::new().await;
    let key = full(&world).await;
    let at = format!("/disputes/{}", world.a.dispute);
    let act = async |act: &str, body: Value| {
        let path = format!("{at}/{act}");
        world.api("POST", &path, &key, &body.to_string()).await
    };
    let open = ok(&world, "GET", "/disputes?state=open", &key, Value::Null).await;
    assert_eq!(open["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(open["data"][0]["charged"], "25");
    let silent = act("reject", json!({ "comment": " " })).await;
    assert_eq!(read(&silent)["fields"][0]["field"], "comment");
    let comment = json!({ "comment": "Heard the recording." });
    let rejected = act("reject", comment.clone()).await;
    assert_eq!(read(&rejected)["state"], "rejected", "{}", rejected.body);
    let approval = json!({ "revenue": "all", "payout": "all" });
    let refused = act("approve", approval.clone()).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(read(&refused)["code"], "dispute_state");
    let reopened = act("reopen", comment).await;
    assert_eq!(read(&reopened)["state"], "open", "{}", reopened.body);
    let approved = read(&act("approve", approval).await);
    assert_eq!(
        (&approved["state"], &approved["returned"]),
        (&json!("approved"), &json!("25"))
    );
    assert_eq!(approved["steps"].as_array().map(Vec::len), Some(4));
    assert_eq!(approved["steps"][3]["by"], "API key Alpha program");
    let query = format!("/disputes?state=open&call_id={}", world.a.call);
    let open = ok(&world, "GET", &query, &key, Value::Null).await;
    assert_eq!(open["data"], json!([]));
    let again = json!({ "call_id": world.a.call, "reason": "spam" });
    let again = world
        .api("POST", "/disputes", &key, &again.to_string())
        .await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
}
