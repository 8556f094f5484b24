//! Blocked callers.

use domain::id::BlockId;
use domain::phone::Caller;
use domain::time::Timestamp;
use store::{BlockFilter, CallDoor, Constraint, StoreError};

use crate::world::{NOON, World, new_block, tx};

fn digits(digits: &str) -> BlockFilter<'_> {
    BlockFilter {
        digits,
        ..BlockFilter::default()
    }
}

fn number(text: &str) -> Caller {
    Caller::from_carrier(text)
}

#[tokio::test]
async fn a_pattern_is_blocked_once_in_each_place() {
    for world in World::each().await {
        let a = &world.a;
        let there = [
            new_block("+13075550100", None),
            new_block("+13075550100", Some(a.campaign)),
        ];
        tx!(world, a.scope, |t| t.add_blocks(&there, NOON)).expect("new");
        for again in &there {
            let again = [again.clone()];
            let twice = tx!(world, a.scope, |t| t.add_blocks(&again, NOON));
            assert!(
                matches!(twice, Err(StoreError::Conflict(Constraint::BlockPattern))),
                "{twice:?}"
            );
        }
        tx!(world, world.b.scope, |t| t.add_blocks(&there[..1], NOON)).expect("another account's");
        let foreign = [new_block("+1307*", Some(world.b.campaign))];
        let refused = tx!(world, a.scope, |t| t.add_blocks(&foreign, NOON));
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Reference))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn a_number_is_found_with_the_blocks_that_are_about_the_caller() {
    for world in World::each().await {
        let a = &world.a;
        let many = [
            new_block("+13075550100", None),
            new_block("+1307*", Some(a.campaign)),
            new_block("+13075550101", None),
            new_block("anonymous", None),
        ];
        tx!(world, a.scope, |t| t.add_blocks(&many, NOON)).expect("new");
        let conn = world.tx().await;
        let found = async |caller: &str| {
            let caller = number(caller);
            let home = conn
                .platform()
                .home_of_call(CallDoor::Number(&a.e164), &caller, Timestamp(0))
                .await;
            let home = home.expect("lookup").expect("a home");
            assert_eq!(home.usage.len(), 1, "{caller:?}");
            let mut patterns: Vec<String> =
                home.blocks.iter().map(|b| b.pattern.to_string()).collect();
            patterns.sort_unstable();
            patterns
        };
        assert_eq!(found("+13075550100").await, ["+1307*", "+13075550100"]);
        assert_eq!(found("+13075550199").await, ["+1307*"]);
        assert_eq!(found("+12145550199").await, Vec::<String>::new());
        assert_eq!(found("anonymous").await, ["anonymous"]);
        assert_eq!(found("sip:a@b.example").await, Vec::<String>::new());
        let home = conn
            .platform()
            .home_of_call(
                CallDoor::Number(&world.b.e164),
                &number("+13075550100"),
                Timestamp(0),
            )
            .await;
        assert!(home.expect("lookup").expect("a home").blocks.is_empty());
    }
}

#[tokio::test]
async fn the_list_is_searched_by_digits_and_paged_newest_first() {
    for world in World::each().await {
        let a = &world.a;
        let many: Vec<_> = (0..2_500)
            .map(|n| new_block(&format!("+1307555{n:04}"), None))
            .collect();
        tx!(world, a.scope, |t| t.add_blocks(&many, NOON)).expect("many at once");
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        assert_eq!(
            tenant
                .count_blocks(BlockFilter::default())
                .await
                .expect("count"),
            2_501
        );
        assert_eq!(
            tenant
                .count_blocks(digits("(555) 12"))
                .await
                .expect("count"),
            100
        );
        let first = tenant
            .blocks(digits("55512"), None, 60)
            .await
            .expect("page");
        let after: BlockId = first.last().expect("some").block.id;
        let rest = tenant
            .blocks(digits("55512"), Some(after), 60)
            .await
            .expect("page");
        assert_eq!((first.len(), rest.len()), (60, 40));
        let all: Vec<_> = first.iter().chain(&rest).map(|b| b.block.id).collect();
        assert!(all.is_sorted_by(|x, y| x > y));
        let patterns = ["+13075550007".to_owned(), "+1999*".to_owned()];
        let known = tenant.blocks_of(&patterns).await.expect("known");
        assert_eq!(known.len(), 2);
        assert!(
            tenant
                .blocks(digits("%"), None, 5)
                .await
                .expect("page")
                .len()
                == 5
        );
    }
}

#[tokio::test]
async fn a_block_is_removed_by_its_own_account() {
    for world in World::each().await {
        let foreign = tx!(world, world.b.scope, |t| t.remove_block(world.a.block));
        assert!(matches!(foreign, Err(StoreError::NotFound)), "{foreign:?}");
        tx!(world, world.a.scope, |t| t.remove_block(world.a.block)).expect("own");
    }
}

#[tokio::test]
async fn the_blocks_of_a_list_are_counted_and_removed_together() {
    for world in World::each().await {
        let (a, b) = (world.a.scope, world.b.scope);
        let listed = |from: u32, many: u32, source: &str| -> Vec<_> {
            let numbers = from..from + many;
            numbers
                .map(|n| store::BlockInput {
                    source: source.to_owned(),
                    ..new_block(&format!("+1307555{n:04}"), None)
                })
                .collect()
        };
        tx!(world, a, |t| t.add_blocks(&listed(0, 1_500, "May"), NOON)).expect("May");
        tx!(world, a, |t| t.add_blocks(&listed(2_000, 2, "June"), NOON)).expect("June");
        tx!(world, b, |t| t.add_blocks(&listed(0, 3, "May"), NOON)).expect("another account's");
        let sources = tx!(world, a, |t| t.block_sources()).expect("sources");
        assert_eq!(sources, [("June".to_owned(), 2), ("May".to_owned(), 1_500)]);
        let june = BlockFilter {
            source: "June",
            ..BlockFilter::default()
        };
        let found = tx!(world, a, |t| t.blocks(june, None, 9)).expect("June's");
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|block| block.source == "June"));
        assert_eq!(tx!(world, a, |t| t.count_blocks(june)).expect("count"), 2);
        assert_eq!(
            tx!(world, a, |t| t.remove_blocks_from("")).expect("none"),
            0
        );
        let removed = tx!(world, a, |t| t.remove_blocks_from("May")).expect("removed");
        assert_eq!(removed, 1_500);
        let left = tx!(world, a, |t| t.count_blocks(BlockFilter::default())).expect("left");
        assert_eq!(left, 3, "June's and a person's");
        let theirs = tx!(world, b, |t| t.block_sources()).expect("theirs");
        assert_eq!(theirs, [("May".to_owned(), 3)]);
    }
}
