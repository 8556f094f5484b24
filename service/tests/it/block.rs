//! Blocked callers: turned away, listed, imported.

use domain::access::Role;
use domain::api::block::{BlockForm, BlockQuery};
use domain::api::call::CallerBlock;
use domain::call::event::Arrival;
use domain::call::record::Outcome;
use domain::phone::Caller;
use service::Error;

use crate::world::{NOON, World, arrival, as_role};

fn from(sid: &str, caller: &str) -> Arrival {
    Arrival {
        from: Caller::from_carrier(caller),
        ..arrival(sid)
    }
}

fn block(pattern: &str) -> BlockForm {
    BlockForm {
        pattern: pattern.to_owned(),
        ..BlockForm::default()
    }
}

#[tokio::test]
async fn a_blocked_caller_is_turned_away_until_the_block_ends() {
    for world in World::each().await {
        let targets = world.targets(&["1"]).await;
        let (engine, blocks) = (&world.services.engine, &world.services.blocks);
        let form = BlockForm {
            hours: "2".to_owned(),
            note: "robots".to_owned(),
            ..block("+1307*")
        };
        let op = service::OpCtx {
            now: NOON,
            ..world.op.clone()
        };
        blocks.add(&op, &form).await.expect("blocked");
        let call = from("CA1", "+13075550100");
        let answer = engine.inbound(&call, NOON).await.expect("answer");
        assert!(answer.twiml.contains("<Reject"), "{}", answer.twiml);
        assert_eq!(world.live(targets[0]).await, (0, 0, 0));
        let again = engine.inbound(&call, NOON).await.expect("answer");
        assert_eq!((again.call, again.twiml), (answer.call, answer.twiml));
        let detail = world.services.calls.detail(&world.op, answer.call).await;
        let detail = detail.expect("detail");
        assert_eq!(detail.row.outcome, Some(Outcome::Blocked));
        let said: Vec<&str> = detail.timeline.iter().map(|t| &*t.detail).collect();
        assert!(
            said.contains(&"Blocked by +1307* in every campaign: robots."),
            "{said:?}"
        );
        let later = NOON.plus_secs(2 * 3_600);
        let answer = engine.inbound(&from("CA2", "+13075550100"), later).await;
        assert!(
            answer.expect("answer").twiml.contains("<Dial"),
            "{}",
            world.kind
        );
        let other = engine.inbound(&from("CA3", "+12145550100"), NOON).await;
        assert!(!other.expect("answer").twiml.contains("<Reject"));
    }
}

#[tokio::test]
async fn a_caller_is_blocked_from_a_call_and_let_in_again() {
    for world in World::each().await {
        let (engine, blocks) = (&world.services.engine, &world.services.blocks);
        let call = engine
            .inbound(&from("CA1", "+13075550100"), NOON)
            .await
            .expect("answer")
            .call;
        let state = async || {
            let detail = world.services.calls.detail(&world.op, call).await;
            detail.expect("detail").caller_block
        };
        assert_eq!(state().await, CallerBlock::Open);
        for _ in 0..2 {
            blocks.add_caller(&world.op, call).await.expect("blocked");
        }
        assert_eq!(state().await, CallerBlock::Blocked);
        let list = blocks.list(&world.op, &BlockQuery::default()).await;
        let list = list.expect("list");
        assert_eq!((list.total, &*list.rows[0].pattern), (1, "(307) 555-0100"));
        let viewer = as_role(&world.op, Role::Viewer);
        let masked = blocks.list(&viewer, &BlockQuery::default()).await;
        let masked = masked.expect("list");
        assert!(
            masked.masked && !masked.rows[0].pattern.contains("555"),
            "{masked:?}"
        );
        blocks
            .remove(&world.op, list.rows[0].id)
            .await
            .expect("removed");
        assert_eq!(state().await, CallerBlock::Open);
        let withheld = engine.inbound(&from("CA2", "anonymous"), NOON).await;
        let withheld = withheld.expect("answer").call;
        assert!(matches!(
            blocks.add_caller(&world.op, withheld).await,
            Err(Error::Conflict {
                code: "no_number",
                ..
            })
        ));
    }
}

#[tokio::test]
async fn bad_input_is_told_at_its_field() {
    for world in World::each().await {
        let blocks = &world.services.blocks;
        blocks.add(&world.op, &block("+1307*")).await.expect("new");
        let at = async |form: BlockForm| match blocks.add(&world.op, &form).await {
            Err(Error::Invalid(errors)) => errors.0[0].field.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(at(block("+1307*")).await, "pattern", "taken");
        assert_eq!(at(block("1307*")).await, "pattern");
        let hours = BlockForm {
            hours: "-1".to_owned(),
            ..block("+1308*")
        };
        assert_eq!(at(hours).await, "hours");
        let campaign = BlockForm {
            campaign: uuid::Uuid::from_u128(9).to_string(),
            ..block("+1308*")
        };
        assert_eq!(at(campaign).await, "campaign");
    }
}
