//! Bids to publishers: kept with what they claim or not at all, taken over, come for once, given back.

use domain::call::effect::Place;
use domain::call::reservation::Reservation;
use domain::caps::{Caps, Claim};
use domain::id::CallId;
use domain::phone::Caller;
use domain::rtb_id::bid::Said;
use domain::rtb_id::rate::{RateLimit, Span};
use domain::rtb_id::reject::Reject;
use domain::rtb_id::settings::{Environment, RtbIdSettings};
use domain::tag::Tags;
use domain::time::Windows;
use store::{
    BidFilter, BidKept, BidStep, BidUse, CallDoor, Constraint, Kept, StepRecord, StoreError,
    TenantScope,
};
use uuid::Uuid;

use crate::steps::{arriving, claim};
use crate::world::{NOON, World, bid_step, event, new_bid, session, tx};

const MANY: RateLimit = RateLimit {
    pings: 100,
    per: Span::Minute,
};

fn one(limit: u32) -> RateLimit {
    RateLimit {
        pings: limit,
        ..MANY
    }
}

/// One line, wanted.
fn line(world: &World, cap: u32) -> Claim {
    Claim {
        caps: Caps {
            concurrent: Some(cap),
            ..Caps::default()
        },
        ..claim(world.a.target, Windows::default())
    }
}

fn held(world: &World) -> Reservation {
    let wanted = line(world, 1);
    Reservation {
        places: vec![Place {
            target: wanted.target,
            windows: wanted.windows,
            price: wanted.price,
        }],
        group: None,
    }
}

async fn live(world: &World) -> u32 {
    let usage = tx!(world, world.a.scope, |t| t.usage(&[world.a.target]));
    usage.expect("usage").first().map_or(0, |u| u.usage.live)
}

/// Keeps a bid as the service does.
async fn keep(world: &World, step: &BidStep<'_>) -> Result<BidKept, StoreError> {
    let conn = world.db().write_step().await?;
    let kept = conn.tenant(&world.a.scope).keep_bid(step).await?;
    if kept == BidKept::Done {
        conn.commit().await?;
    }
    Ok(kept)
}

/// Keeps a bid that holds the target's only line.
async fn kept(
    world: &World,
    n: u128,
    limit: RateLimit,
    taken: Option<CallId>,
) -> Result<BidKept, StoreError> {
    let bid = new_bid(&world.a, n);
    let wanted = [line(world, 1)];
    let reserved = held(world);
    let mut step = bid_step(&bid, &reserved);
    step.limit = limit;
    step.taken = taken;
    let seen = [world.a.bid, id(71), id(72)];
    step.seen = &seen;
    if taken.is_none() {
        step.claims = &wanted;
    }
    keep(world, &step).await
}

fn id(n: u128) -> CallId {
    CallId(Uuid::from_u128(n))
}

/// A call that comes for a bid, with what the bid held.
async fn comes(
    world: &World,
    scope: &TenantScope,
    sid: &str,
    uses: BidUse,
) -> Result<(), StoreError> {
    let mut session = session(sid, Some(world.a.campaign), &world.a.e164, NOON);
    session.publisher = Some(world.a.publisher);
    let tags = Tags::default();
    let came = event(Some("inbound"), NOON);
    let step = StepRecord {
        bid: Some(uses),
        event: Some(&came),
        ..arriving(uses.came, &session, &tags)
    };
    let conn = world.db().write_step().await?;
    let kept = conn.tenant(scope).keep_step(&step).await?;
    assert_eq!(kept, Kept::Done);
    conn.commit().await
}

#[tokio::test]
async fn a_bid_is_kept_with_its_line_or_not_at_all() {
    for world in World::each().await {
        assert_eq!(
            kept(&world, 71, MANY, None).await.expect("kept"),
            BidKept::Done
        );
        assert_eq!(live(&world).await, 1);
        let lost = kept(&world, 72, MANY, None).await.expect("an answer");
        assert_eq!(lost, BidKept::ClaimLost);
        let missing = tx!(world, world.a.scope, |t| t.bid(id(72)));
        assert!(matches!(missing, Err(StoreError::NotFound)), "{missing:?}");
        // A refusal needs no line; the two are counted, and the one that was lost is not.
        let mut refused = new_bid(&world.a, 73);
        refused.said = Said::Nothing(Reject::CallerMissing);
        let nothing = Reservation::default();
        for (limit, expected) in [(3, BidKept::Done), (3, BidKept::Overtaken)] {
            let mut step = bid_step(&refused, &nothing);
            step.limit = one(limit);
            let kept = keep(&world, &step).await;
            assert_eq!(kept.expect("an answer"), expected);
            refused.call = id(74);
        }
        let all = tx!(world, world.a.scope, |t| t.bids(&BidFilter::default(), 10));
        let ids: Vec<CallId> = all.expect("bids").iter().map(|b| b.bid.call).collect();
        assert!(ids.contains(&id(71)) && ids.contains(&id(73)) && !ids.contains(&id(74)));
        let sums = tx!(world, world.a.scope, |t| t.bid_sums(&BidFilter::default()));
        let of = |code| {
            sums.as_ref()
                .expect("sums")
                .iter()
                .filter(move |s| s.code == code)
        };
        assert_eq!(of(Some(1100)).map(|s| s.pings).sum::<u32>(), 1);
    }
}

#[tokio::test]
async fn what_a_bid_holds_goes_over_to_the_next_of_the_same_caller() {
    for world in World::each().await {
        assert_eq!(
            kept(&world, 71, MANY, None).await.expect("kept"),
            BidKept::Done
        );
        let second = kept(&world, 72, MANY, Some(id(71))).await;
        assert_eq!(second.expect("kept"), BidKept::Done);
        assert_eq!(live(&world).await, 1);
        let gone = kept(&world, 73, MANY, Some(id(71))).await;
        assert_eq!(gone.expect("an answer"), BidKept::ReservationGone);
        let now = NOON.plus_secs(61);
        let conn = world.db().read().await.expect("conn");
        let expired = conn.platform().expired_reservations(now, 10).await;
        let expired = expired.expect("expired");
        assert_eq!(expired.len(), 1);
        assert_eq!((expired[0].1, &expired[0].2), (id(72), &held(&world)));
        let release = |scope: TenantScope| {
            let (world, reserved) = (&world, held(&world));
            async move {
                let conn = world.db().write_step().await?;
                let tenant = conn.tenant(&scope);
                let released = tenant.release_bid(id(72), &reserved, now).await?;
                conn.commit().await?;
                Ok::<bool, StoreError>(released)
            }
        };
        assert!(!release(world.b.scope).await.expect("not theirs"));
        assert!(release(world.a.scope).await.expect("released"));
        assert!(!release(world.a.scope).await.expect("once"));
        assert_eq!(live(&world).await, 0);
    }
}

#[tokio::test]
async fn a_caller_who_was_bid_for_meanwhile_is_looked_at_again() {
    for world in World::each().await {
        let nothing = Reservation::default();
        let kept = |n: u128, seen: Vec<CallId>| {
            let (world, nothing) = (&world, &nothing);
            async move {
                let bid = new_bid(&world.a, n);
                let mut step = bid_step(&bid, nothing);
                step.seen = &seen;
                keep(world, &step).await.expect("an answer")
            }
        };
        let first = world.a.bid;
        assert_eq!(kept(71, vec![first]).await, BidKept::Done);
        assert_eq!(kept(72, vec![first]).await, BidKept::Overtaken);
        assert_eq!(kept(72, vec![first, id(71)]).await, BidKept::Done);
    }
}

#[tokio::test]
async fn a_ping_is_counted_before_bidders_are_asked() {
    for world in World::each().await {
        let rtb_id = world.a.rtb_id;
        let (world_of, count_of) = (&world, one(3));
        let count = || async move {
            tx!(world_of, world_of.a.scope, |t| t.count_ping(
                rtb_id,
                Environment::Production,
                count_of,
                NOON
            ))
        };
        assert!(count().await.expect("room"));
        assert!(count().await.expect("room"));
        assert!(!count().await.expect("none"));
        // What was counted is kept whatever the limit is by then, and counts for no span again.
        let bid = new_bid(&world.a, 71);
        let nothing = Reservation::default();
        for (counted, expected) in [(false, BidKept::Overtaken), (true, BidKept::Done)] {
            let step = BidStep {
                limit: one(3),
                counted,
                seen: &[world.a.bid],
                ..bid_step(&bid, &nothing)
            };
            let kept = keep(&world, &step).await;
            assert_eq!(kept.expect("an answer"), expected);
        }
        // A minute later others are counted; the auction of an earlier one ends.
        let next = NOON.plus_secs(60);
        let counted = tx!(world, world.a.scope, |t| t.count_ping(
            rtb_id,
            Environment::Production,
            one(3),
            next
        ));
        assert!(counted.expect("room"));
        let late = new_bid(&world.a, 72);
        let step = BidStep {
            counted: true,
            seen: &[world.a.bid, id(71)],
            ..bid_step(&late, &nothing)
        };
        let kept = keep(&world, &step).await;
        assert_eq!(kept.expect("an answer"), BidKept::Done);
        let conn = world.db().read().await.expect("conn");
        let door = CallDoor::RtbId(rtb_id);
        let platform = conn.platform();
        let home = platform.home_of_call(door, &Caller::Anonymous, next);
        let asked = home.await.expect("home").expect("found").asked.0;
        assert_eq!((asked.span, asked.pings), (Span::Minute.at(next), 1));
    }
}

#[tokio::test]
async fn a_call_says_what_its_bid_holds_or_is_stale() {
    for world in World::each().await {
        assert_eq!(
            kept(&world, 71, MANY, None).await.expect("kept"),
            BidKept::Done
        );
        let uses = BidUse {
            came: id(71),
            taken: None,
        };
        let forgotten = comes(&world, &world.a.scope, "CA71", uses).await;
        assert!(matches!(forgotten, Err(StoreError::Stale)), "{forgotten:?}");
        assert_eq!(live(&world).await, 1, "it is still the bid's");
    }
}

#[tokio::test]
async fn a_bid_has_one_call_which_takes_what_it_held() {
    for world in World::each().await {
        assert_eq!(
            kept(&world, 71, MANY, None).await.expect("kept"),
            BidKept::Done
        );
        assert_eq!(
            kept(&world, 72, MANY, Some(id(71))).await.expect("kept"),
            BidKept::Done
        );
        // The call of the first takes over what the second holds.
        let uses = BidUse {
            came: id(71),
            taken: Some(id(72)),
        };
        let a = &world.a.scope;
        comes(&world, a, "CA71", uses).await.expect("the call");
        assert_eq!(live(&world).await, 1, "the line is the call's");
        let again = comes(&world, a, "CA72", uses).await;
        assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
        let too_late = BidUse {
            came: id(72),
            taken: Some(id(72)),
        };
        let gone = comes(&world, a, "CA73", too_late).await;
        assert!(matches!(gone, Err(StoreError::Stale)), "{gone:?}");
        let without = BidUse {
            came: id(72),
            taken: None,
        };
        comes(&world, a, "CA74", without)
            .await
            .expect("without a line");
        let conn = world.db().read().await.expect("conn");
        let now = NOON.plus_secs(61);
        let left = conn.platform().expired_reservations(now, 10).await;
        assert_eq!(left.expect("expired"), []);
        let money = tx!(world, world.a.scope, |t| t.bid_money(&BidFilter::default()));
        assert_eq!(
            money.expect("money").iter().map(|m| m.calls).sum::<u32>(),
            2
        );
    }
}

#[tokio::test]
async fn a_ping_finds_its_account_and_the_callers_bids() {
    for world in World::each().await {
        assert_eq!(
            kept(&world, 71, MANY, None).await.expect("kept"),
            BidKept::Done
        );
        let conn = world.db().read().await.expect("conn");
        let platform = conn.platform();
        let caller: Caller = Caller::Number(new_bid(&world.a, 71).caller.expect("a caller"));
        let door = CallDoor::RtbId(world.a.rtb_id);
        let home = platform.home_of_call(door, &caller, NOON).await;
        let home = home.expect("home").expect("found");
        assert_eq!(home.scope, world.a.scope);
        assert_eq!(
            (home.campaign, home.publisher),
            (Some(world.a.campaign), Some(world.a.publisher))
        );
        assert_eq!(home.bids.len(), 2, "the world's own is for the same caller");
        assert_eq!(home.bids.iter().filter(|b| b.reserved.is_some()).count(), 1);
        assert_eq!(home.asked.0.pings, 2);
        assert_eq!(home.usage[0].usage.live, 1);
        let later = NOON.plus_secs(61);
        let none = platform.home_of_call(door, &caller, later).await;
        assert_eq!(none.expect("home").expect("found").bids, []);
        let by_sip = platform
            .home_of_call(CallDoor::Bid(id(71)), &Caller::Anonymous, later)
            .await;
        let by_sip = by_sip.expect("home").expect("found");
        assert!(
            by_sip.bids.iter().any(|b| b.bid.call == id(71)),
            "it may be late"
        );
        let number = CallDoor::Number(&world.a.e164);
        let by_number = platform.home_of_call(number, &caller, NOON).await;
        assert_eq!(by_number.expect("home").expect("found").bids.len(), 2);
        let stranger = platform
            .home_of_call(number, &Caller::Anonymous, NOON)
            .await;
        assert_eq!(stranger.expect("home").expect("found").bids, []);
        let nobody = CallDoor::RtbId(domain::id::RtbId(Uuid::from_u128(1)));
        assert!(
            platform
                .home_of_call(nobody, &caller, NOON)
                .await
                .expect("home")
                .is_none()
        );
    }
}

#[tokio::test]
async fn a_number_is_lent_to_one_unknown_caller_at_a_time() {
    for world in World::each().await {
        let numbers = [world.a.e164.clone(), world.b.e164.clone()];
        let until = NOON.plus_secs(30);
        let lend = |now| {
            let (world, numbers) = (&world, &numbers);
            async move { tx!(world, world.a.scope, |t| t.lend_number(numbers, until, now)) }
        };
        assert_eq!(lend(NOON).await.expect("lent"), Some(world.a.e164.clone()));
        assert_eq!(lend(NOON).await.expect("none left"), None);
        assert_eq!(
            lend(until).await.expect("again"),
            Some(world.a.e164.clone())
        );
    }
}

#[tokio::test]
async fn a_publisher_has_one_id_in_a_campaign() {
    for world in World::each().await {
        let settings = RtbIdSettings::default();
        let new = domain::id::RtbId(Uuid::from_u128(5));
        let whose = (world.a.campaign, world.a.publisher);
        let second = tx!(world, world.a.scope, |t| t
            .add_rtb_id(new, whose, &settings, NOON));
        assert!(
            matches!(second, Err(StoreError::Conflict(Constraint::RtbIdPair))),
            "{second:?}"
        );
        let changed = RtbIdSettings {
            expiry_s: 99,
            ..settings
        };
        let own = world.a.rtb_id;
        tx!(world, world.a.scope, |t| t.update_rtb_id(own, &changed)).expect("changed");
        tx!(world, world.a.scope, |t| t.set_rtb_id_enabled(own, false)).expect("off");
        let stored = tx!(world, world.a.scope, |t| t.rtb_id(own)).expect("stored");
        assert_eq!((stored.settings, stored.enabled), (changed, false));
        assert!(stored.rule.0 < 0, "apart from the rules of publishers");
    }
}
