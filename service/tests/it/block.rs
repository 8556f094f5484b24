//! Blocked callers: turned away, listed, imported.

use domain::access::Role;
use domain::api::block::{BlockForm, BlockImportForm, BlockQuery};
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

#[tokio::test]
async fn a_list_is_told_line_by_line_before_it_is_imported() {
    for world in World::each().await {
        let blocks = &world.services.blocks;
        blocks
            .add(&world.op, &block("+13075550003"))
            .await
            .expect("known");
        let lines: Vec<String> = (0..10_000)
            .map(|n| match n % 20 {
                7 => format!("nonsense {n}"),
                _ => format!("+1307555{n:04},,list"),
            })
            .collect();
        let mut form = BlockImportForm {
            text: format!("\u{feff}number,hours,note\r\n{}", lines.join("\r\n")),
            ..BlockImportForm::default()
        };
        let dry = blocks.import(&world.op, &form).await.expect("dry run");
        assert_eq!((dry.good, dry.known, dry.refused), (9_499, 1, 500));
        assert_eq!(
            (dry.bad[0].line, dry.bad.len(), dry.written),
            (9, 200, false)
        );
        let count = async || {
            let list = blocks.list(&world.op, &BlockQuery::default()).await;
            list.expect("list").total
        };
        assert_eq!(count().await, 1);
        form.write = "yes".to_owned();
        let done = blocks.import(&world.op, &form).await.expect("import");
        assert_eq!((done.good, done.written), (9_499, true));
        assert_eq!(count().await, 9_500);
        let again = blocks.import(&world.op, &form).await.expect("again");
        assert_eq!((again.good, again.known), (0, 9_500));
        let empty = blocks.import(&world.op, &BlockImportForm::default()).await;
        assert!(matches!(empty, Err(Error::Invalid(_))), "{empty:?}");
    }
}
