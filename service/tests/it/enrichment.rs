//! What is sent of a caller before the call.

use domain::enrichment::KEPT_S;
use domain::id::EnrichKey;
use domain::phone::Caller;
use domain::time::Timestamp;
use service::enrichment::Received;

use crate::world::{NOON, NUMBER, World, arrival};

fn later(secs: i64) -> Timestamp {
    NOON.plus_secs(secs)
}

async fn key(world: &World) -> EnrichKey {
    let all = world.services.numbers.records(&world.op).await;
    let all = all.expect("numbers");
    all.iter()
        .find(|n| n.e164.as_str() == NUMBER)
        .expect("the world's number")
        .enrich_key
}

async fn send(world: &World, caller: &str, pairs: &[(&str, &str)], at: Timestamp) -> Received {
    let mut sent = vec![("callerid".to_owned(), caller.to_owned())];
    sent.extend(
        pairs
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned())),
    );
    let enrichments = &world.services.enrichments;
    let received = enrichments.receive(key(world).await, &sent, at).await;
    received.expect("received")
}

/// A tag of a new call, and what the timeline says of what was sent.
async fn call(world: &World, sid: &str, caller: &str, at: Timestamp) -> (Option<String>, String) {
    let mut came = arrival(sid);
    came.from = Caller::from_carrier(caller);
    came.tags.set("user", "carrier", "kept");
    let services = &world.services;
    let answer = services.engine.inbound(&came, at).await.expect("answered");
    let detail = services.calls.detail(&world.op, answer.call).await;
    let detail = detail.expect("call");
    let zip = detail.tags.iter().find(|(name, _)| name == "user:zip");
    let told = detail
        .timeline
        .iter()
        .find(|event| event.title.ends_with("sent of this caller"));
    (
        zip.map(|(_, value)| value.clone()),
        told.map(|event| format!("{}. {}", event.title, event.detail))
            .unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_call_gets_what_was_sent_of_its_caller_for_two_days() {
    for world in World::each().await {
        const ANNA: &str = "+12145550101";
        let kept = send(&world, ANNA, &[("zip", "10001"), ("age", "44")], later(0)).await;
        assert_eq!(kept, Received::Kept { values: 2 });
        let again = send(&world, "(214) 555-0101", &[("zip", "75201")], later(30)).await;
        assert_eq!(again, Received::Kept { values: 2 });

        let (zip, told) = call(&world, "CA1", ANNA, later(71)).await;
        assert_eq!(zip.as_deref(), Some("75201"));
        assert_eq!(
            told,
            "2 values were sent of this caller. The last one 41 s before the call."
        );
        // Somebody else, and somebody without a number.
        assert_eq!(
            call(&world, "CA2", "+12145550102", later(72)).await,
            (None, String::new())
        );
        assert_eq!(call(&world, "CA3", "anonymous", later(73)).await.0, None);

        let end = 30 + i64::from(KEPT_S);
        let enrichments = &world.services.enrichments;
        assert_eq!(enrichments.forget(later(end)).await.expect("swept"), 0);
        assert_eq!(
            call(&world, "CA4", ANNA, later(end)).await,
            (None, String::new())
        );
        let swept = enrichments.forget(later(end + 1)).await;
        assert_eq!(swept.expect("swept"), 1);
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_has_no_number_is_refused() {
    for world in World::each().await {
        let refused = send(&world, "12", &[], NOON).await;
        let Received::Invalid(errors) = refused else {
            panic!("{refused:?}");
        };
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(fields, ["callerid", "values"]);
        let enrichments = &world.services.enrichments;
        let nobody = EnrichKey(uuid::Uuid::nil());
        let unknown = enrichments.receive(nobody, &[], NOON).await;
        assert_eq!(unknown.expect("received"), Received::Unknown);
    }
}

#[tokio::test]
async fn of_many_who_send_at_once_nobody_is_lost() {
    for world in World::each().await {
        let key = key(&world).await;
        let sends = (0..16).map(|n| {
            let enrichments = world.services.enrichments.clone();
            tokio::spawn(async move {
                let sent = [
                    ("callerid".to_owned(), "+12145550101".to_owned()),
                    (format!("value{n}"), "1".to_owned()),
                ];
                enrichments.receive(key, &sent, NOON).await
            })
        });
        for send in sends.collect::<Vec<_>>() {
            let received = send.await.expect("joined").expect("received");
            assert!(matches!(received, Received::Kept { .. }), "{}", world.kind);
        }
        let all = send(&world, "+12145550101", &[("last", "1")], NOON).await;
        assert_eq!(all, Received::Kept { values: 17 }, "{}", world.kind);
        // The number goes with all that was sent of its callers.
        let numbers = world.services.numbers.records(&world.op).await;
        let number = numbers.expect("numbers")[0].id;
        let removed = world.services.numbers.remove(&world.op, number).await;
        removed.expect("removed");
    }
}
