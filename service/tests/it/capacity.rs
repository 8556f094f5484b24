//! Capacity under concurrency: a cap is never exceeded, and nothing leaks.

use domain::call::event::LegStatus;

use crate::world::{NOON, World, arrival, ended};

#[tokio::test]
async fn sixty_four_calls_at_once_never_exceed_a_cap() {
    for world in World::each().await {
        let targets = world.targets(&["5", "3"]).await;
        let calls: Vec<_> = (0..64)
            .map(|i| {
                let engine = world.services.engine.clone();
                tokio::spawn(async move {
                    engine
                        .inbound(&arrival(&format!("CA{i}")), NOON)
                        .await
                        .expect("answer")
                })
            })
            .collect();
        let mut dialed = Vec::new();
        for call in calls {
            let answer = call.await.expect("task");
            if answer.twiml.contains("<Dial") {
                dialed.push(answer.call);
            }
        }
        assert_eq!(dialed.len(), 8, "{}", world.kind);
        assert_eq!(world.live(targets[0]).await, (5, 5, 5));
        assert_eq!(world.live(targets[1]).await, (3, 3, 3));
        for call in dialed {
            world
                .services
                .engine
                .dial_ended(
                    call,
                    1,
                    ended(LegStatus::Completed, true),
                    NOON.plus_secs(60),
                )
                .await
                .expect("answer");
        }
        assert_eq!(world.live(targets[0]).await, (0, 5, 5));
        assert_eq!(world.live(targets[1]).await, (0, 3, 3));
    }
}
