//! Number pools, DNI tags and visits.

use std::collections::BTreeSet;

use domain::dni_tag::Source;
use domain::id::{CampaignId, DniTagId, NumberId, VisitId};
use domain::phone::Caller;
use domain::pool::Rotation;
use domain::pool::lease::held_until;
use domain::time::Timestamp;
use domain::visit::Shown;
use store::{CallDoor, Constraint, Shows, StoreError, VisitFilter, VisitKey};
use uuid::Uuid;

use crate::world::{
    Account, NOON, World, campaign_input, new_dni_tag, new_lease, new_pool, new_visit, number,
    number_of_pool, tx,
};

fn visit_id(n: u128) -> VisitId {
    VisitId(Uuid::from_u128(1_000 + n))
}

/// Adds numbers to the account's pool; their ids.
async fn grow(world: &World, a: &Account, count: u32) -> Vec<NumberId> {
    let mut ids = Vec::new();
    for n in 0..count {
        let new = number(200_000 + n);
        ids.push(tx!(world, a.scope, |t| t.add_number(&new, "", None, NOON)).expect("number"));
    }
    tx!(world, a.scope, |t| t.add_to_pool(a.pool, &ids)).expect("added");
    ids
}

#[tokio::test]
async fn a_number_is_in_one_pool_and_has_its_campaign() {
    for world in World::each().await {
        let a = &world.a;
        let other = CampaignId(Uuid::from_u128(77));
        tx!(world, a.scope, |t| t.add_campaign(
            other,
            &campaign_input("Gutters"),
            NOON
        ))
        .expect("campaign");
        let second = tx!(world, a.scope, |t| t
            .add_pool(&new_pool("Gutters", other), NOON));
        let second = second.expect("pool");
        let twice = tx!(world, a.scope, |t| t.add_to_pool(second, &[a.pooled]));
        assert!(
            matches!(twice, Err(StoreError::Conflict(_))),
            "in two pools: {twice:?}"
        );
        let moved = tx!(world, a.scope, |t| t.assign_number(a.pooled, Some(other)));
        assert!(
            matches!(moved, Err(StoreError::Conflict(Constraint::Reference))),
            "a pool and another campaign: {moved:?}"
        );
        let none = tx!(world, a.scope, |t| t.assign_number(a.pooled, None));
        assert!(none.is_err(), "a pool and no campaign: {none:?}");
        let found = tx!(world, a.scope, |t| t.number(a.pooled)).expect("number");
        assert_eq!(found.campaign, Some(a.campaign));
    }
}

#[tokio::test]
async fn a_pool_takes_its_numbers_and_their_visitors_to_another_campaign() {
    for world in World::each().await {
        let a = &world.a;
        let other = CampaignId(Uuid::from_u128(77));
        tx!(world, a.scope, |t| t.add_campaign(
            other,
            &campaign_input("Gutters"),
            NOON
        ))
        .expect("campaign");
        let before = tx!(world, a.scope, |t| t.pool_numbers(a.pool)).expect("numbers");
        let gutters = new_pool("Gutters", other);
        tx!(world, a.scope, |t| t.update_pool(a.pool, &gutters)).expect("moved");
        let after = tx!(world, a.scope, |t| t.pool_numbers(a.pool)).expect("numbers");
        assert_eq!(before, after, "who has what stays");
        let found = tx!(world, a.scope, |t| t.number(a.pooled)).expect("number");
        assert_eq!(found.campaign, Some(other));

        let in_use = tx!(world, a.scope, |t| t.remove_pool(a.pool));
        assert!(
            matches!(in_use, Err(StoreError::Conflict(Constraint::Reference))),
            "a tag shows it: {in_use:?}"
        );
        let fixed = new_dni_tag("Roofs", Source::Number(a.number));
        tx!(world, a.scope, |t| t.update_dni_tag(a.dni_tag, &fixed)).expect("changed");
        tx!(world, a.scope, |t| t.remove_pool(a.pool)).expect("removed");
        let found = tx!(world, a.scope, |t| t.number(a.pooled)).expect("number");
        assert_eq!(found.campaign, None);
    }
}

#[tokio::test]
async fn names_are_taken_whatever_their_case() {
    for world in World::each().await {
        let a = &world.a;
        let pool = tx!(world, a.scope, |t| t
            .add_pool(&new_pool("ROOFS", a.campaign), NOON));
        assert!(
            matches!(pool, Err(StoreError::Conflict(Constraint::PoolName))),
            "{pool:?}"
        );
        let tag = new_dni_tag("ROOFS", Source::Pool(a.pool));
        let id = DniTagId(Uuid::from_u128(5));
        let tag = tx!(world, a.scope, |t| t.add_dni_tag(id, &tag, NOON));
        assert!(
            matches!(tag, Err(StoreError::Conflict(Constraint::DniTagName))),
            "{tag:?}"
        );
    }
}

#[tokio::test]
async fn a_visitor_finds_the_own_number_and_others_the_free_ones_longest_free_first() {
    for world in World::each().await {
        let a = &world.a;
        let ids = grow(&world, a, 3).await;
        let later = NOON.plus_secs(1_000);
        let conn = world.tx().await;
        let t = conn.tenant(&a.scope);
        for (n, (number, free)) in ids.iter().zip([500, 100, 5_000]).enumerate() {
            let seen = new_visit(
                visit_id(n as u128),
                a.dni_tag,
                &format!("visitor-x{n}"),
                &a.e164,
            );
            let mut lease = new_lease(*number, &seen);
            lease.free_at = NOON.plus_secs(free);
            t.keep_leases(&[lease]).await.expect("lent");
        }
        let slots = t
            .pool_slots(
                a.pool,
                &["visitor-x2", "nobody", "somebody"],
                Rotation::LongestFree,
                later,
            )
            .await
            .expect("slots");
        // One for each who asks: the own one, and of the free ones those that are free the longest.
        let found: BTreeSet<NumberId> = slots.iter().map(|s| s.slot.number).collect();
        assert_eq!(found, BTreeSet::from([ids[2], ids[1], a.pooled]));
        let own = slots.iter().find(|s| s.slot.number == ids[2]);
        let holder = own.and_then(|s| s.slot.holder.as_ref()).expect("a holder");
        assert_eq!(holder.visitor, "visitor-x2");
        let few = t
            .pool_slots(a.pool, &["nobody"], Rotation::FewestNumbers, later)
            .await
            .expect("slots");
        assert_eq!(few[0].slot.number, a.pooled);
        assert_eq!(t.pool_sizes(later).await.expect("sizes")[&a.pool], (4, 1));
    }
}

#[tokio::test]
async fn a_visitor_has_one_number_of_a_pool() {
    for world in World::each().await {
        let a = &world.a;
        let ids = grow(&world, a, 1).await;
        let again = new_visit(visit_id(1), a.dni_tag, "visitor-1", &a.e164);
        let second = tx!(world, a.scope, |t| t
            .keep_leases(&[new_lease(ids[0], &again)]));
        assert!(
            matches!(
                second,
                Err(StoreError::Conflict(Constraint::PoolNumberVisitor))
            ),
            "{second:?}"
        );
    }
}

#[tokio::test]
async fn a_lease_is_extended_until_somebody_else_has_the_number() {
    for world in World::each().await {
        let a = &world.a;
        let until = held_until(NOON, domain::pool::Hold::default(), NOON.plus_secs(60));
        assert!(tx!(world, a.scope, |t| t.extend_lease(a.visit, until)).expect("extended"));
        let numbers = tx!(world, a.scope, |t| t.pool_numbers(a.pool)).expect("numbers");
        assert_eq!(numbers[0].slot.free_at, until);
        let other = new_visit(visit_id(1), a.dni_tag, "visitor-2", &a.e164);
        tx!(world, a.scope, |t| t
            .keep_leases(&[new_lease(a.pooled, &other)]))
        .expect("lent");
        assert!(!tx!(world, a.scope, |t| t.extend_lease(a.visit, until)).expect("gone"));
    }
}

#[tokio::test]
async fn a_call_finds_who_has_the_number_whoever_had_it_and_who_called_before() {
    for world in World::each().await {
        let a = &world.a;
        let shown = number_of_pool(1);
        let caller = Caller::from_carrier("+13055550100");
        let conn = world.tx().await;
        let home = conn
            .platform()
            .home_of_call(CallDoor::Number(&shown), &caller, Timestamp(0))
            .await;
        let home = home.expect("home").expect("a number");
        assert_eq!(home.scope, a.scope);
        assert_eq!(home.campaign, Some(a.campaign));
        let last = home.lent_last.expect("a visit");
        assert_eq!((last.visit, last.visitor.as_str()), (a.visit, "visitor-1"));
        assert_eq!(last.held_until, NOON.plus_secs(330));
        assert_eq!(home.called_as, None);
        drop(conn);

        let mut next = new_visit(visit_id(1), a.dni_tag, "visitor-2", &shown);
        next.lease = Some(store::Lease {
            at: NOON.plus_secs(400),
            until: NOON.plus_secs(730),
        });
        next.publisher = Some(a.publisher);
        tx!(world, a.scope, |t| t
            .add_visits(std::slice::from_ref(&next)))
        .expect("added");
        // The number leaves the pool, and is remembered.
        tx!(world, a.scope, |t| t.take_from_pool(a.pool, a.pooled)).expect("taken");
        tx!(world, a.scope, |t| t
            .assign_number(a.pooled, Some(a.campaign)))
        .expect("moved");
        let conn = world.tx().await;
        let home = conn
            .platform()
            .home_of_call(CallDoor::Number(&shown), &caller, Timestamp(0))
            .await;
        let last = home
            .expect("home")
            .expect("a number")
            .lent_last
            .expect("a visit");
        assert_eq!((last.visit, last.publisher), (next.id, Some(a.publisher)));
        // Another account's number finds none of it.
        let theirs = number_of_pool(2);
        let home = conn
            .platform()
            .home_of_call(CallDoor::Number(&theirs), &caller, Timestamp(0))
            .await;
        let last = home
            .expect("home")
            .expect("a number")
            .lent_last
            .expect("a visit");
        assert_eq!(last.visit, world.b.visit);
    }
}

#[tokio::test]
async fn a_tag_is_found_by_its_id_alone_with_what_it_shows() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let home = conn.platform().home_of_tag(a.dni_tag).await;
        let home = home.expect("lookup").expect("a tag");
        assert_eq!(home.scope, a.scope);
        assert!(matches!(&home.shows, Shows::Pool(pool) if pool.id == a.pool));
        let nobody = DniTagId(Uuid::from_u128(404));
        assert_eq!(
            conn.platform().home_of_tag(nobody).await.expect("lookup"),
            None
        );
        drop(conn);
        let fixed = new_dni_tag("Roofs", Source::Number(a.number));
        tx!(world, a.scope, |t| t.update_dni_tag(a.dni_tag, &fixed)).expect("changed");
        let conn = world.tx().await;
        let home = conn.platform().home_of_tag(a.dni_tag).await;
        let home = home.expect("lookup").expect("a tag");
        assert_eq!(home.shows, Shows::Number(a.number, a.e164.clone()));
    }
}

#[tokio::test]
async fn visits_are_counted_by_what_they_have_in_common() {
    for world in World::each().await {
        let a = &world.a;
        let shown = number_of_pool(1);
        let mut more: Vec<_> = (0..5)
            .map(|n| new_visit(visit_id(n), a.dni_tag, &format!("visitor-{n}"), &shown))
            .collect();
        for (n, visit) in (0i64..).zip(&mut more) {
            visit.started_at = NOON.plus_secs(n * 3_600);
            visit.seen_at = visit.started_at.plus_secs(60);
            if n >= 3 {
                visit.shown = Shown::Missed;
                visit.lease = None;
                visit.source.source = "direct".to_owned();
                visit.source.medium = "none".to_owned();
            }
        }
        tx!(world, a.scope, |t| t.add_visits(&more)).expect("added");
        let conn = world.tx().await;
        let t = conn.tenant(&a.scope);
        let all = VisitFilter::default();
        let mut by_source = t
            .visit_counts(&all, VisitKey::Source)
            .await
            .expect("counts");
        by_source.sort_by(|x, y| x.key.cmp(&y.key));
        let seen: Vec<_> = by_source
            .iter()
            .map(|c| (c.key[0].as_str(), c.key[1].as_str(), c.visits, c.misses))
            .collect();
        assert_eq!(seen, [("direct", "none", 2, 2), ("google", "cpc", 4, 0)]);
        let tag = t.visit_counts(&all, VisitKey::Tag).await.expect("counts");
        assert_eq!((tag[0].tag, tag[0].visits), (Some(a.dni_tag), 6));
        let hours = t
            .visit_counts(&all, VisitKey::Hour(NOON))
            .await
            .expect("counts");
        let mut hours: Vec<_> = hours.iter().map(|c| (c.hour, c.visits)).collect();
        hours.sort_unstable();
        assert_eq!(hours, [(0, 2), (1, 1), (2, 1), (3, 1), (4, 1)]);
        assert_eq!(t.mean_visit_s(&all).await.expect("mean"), 50);
        let narrow = VisitFilter {
            from: Some(NOON.plus_secs(1)),
            to: Some(NOON.plus_secs(3 * 3_600)),
            tags: Some(vec![a.dni_tag]),
            seen_since: Some(NOON.plus_secs(2 * 3_600)),
        };
        assert_eq!(t.count_visits(&narrow).await.expect("count"), 1);
        let none = VisitFilter {
            tags: Some(Vec::new()),
            ..VisitFilter::default()
        };
        assert!(
            t.visit_counts(&none, VisitKey::None)
                .await
                .expect("none")
                .is_empty()
        );
    }
}
