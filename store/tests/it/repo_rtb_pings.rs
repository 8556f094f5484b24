//! Pings to bidders, kept with the steps of calls.

use domain::id::{CallId, TargetGroupId, TargetId};
use domain::money::Micros;
use domain::rtb::auction::AuctionTerms;
use domain::rtb::ping::{Ping, PingVerdict};
use domain::tag::Tags;
use domain::target::group::TargetGroup;
use domain::time::Timestamp;
use store::{Kept, PingFilter, StepRecord};
use uuid::Uuid;

use crate::steps::arriving;
use crate::world::{NOON, World, event, new_group, new_ping, session, tx};

async fn called(world: &World, n: u128, pings: &[Ping]) -> CallId {
    let call = CallId(Uuid::from_u128(n));
    let a = &world.a;
    let session = session(&format!("CAping{n}"), Some(a.campaign), &a.e164, NOON);
    let tags = Tags::default();
    let came = event(Some("inbound"), NOON);
    let step = StepRecord {
        pings,
        event: Some(&came),
        ..arriving(call, &session, &tags)
    };
    let kept = tx!(world, world.a.scope, |t| t.keep_step(&step)).expect("kept");
    assert_eq!(kept, Kept::Done);
    call
}

fn ping(target: TargetId, group: TargetGroupId, at: Timestamp, verdict: PingVerdict) -> Ping {
    Ping {
        at,
        verdict,
        ..new_ping(target, group)
    }
}

#[tokio::test]
async fn pings_are_kept_with_their_call_and_counted() {
    for world in World::each().await {
        let a = &world.a;
        let tree = TargetGroup {
            auction: Some(AuctionTerms {
                deadline_ms: 700,
                min_revenue: Micros(5),
                waterfall: false,
            }),
            ..new_group("Tree", &[a.target])
        };
        let group = tx!(world, a.scope, |t| t.add_target_group(&tree, NOON)).expect("tree");
        let stored = tx!(world, a.scope, |t| t.target_group(group)).expect("tree");
        assert_eq!(stored.group, TargetGroup { id: group, ..tree });
        let of = |secs, verdict| ping(a.target, group, NOON.plus_secs(secs), verdict);
        let all = [
            of(0, PingVerdict::Won),
            of(1, PingVerdict::TimedOut),
            of(2, PingVerdict::OverLimit),
            Ping {
                confirms: true,
                ..of(3, PingVerdict::Confirmed)
            },
        ];
        let call = called(&world, 900, &all).await;
        let before = tx!(world, a.scope, |t| t.pings(&PingFilter::default(), 100)).expect("pings");
        let kept = tx!(world, a.scope, |t| t.pings_of(call)).expect("pings");
        let pings: Vec<Ping> = kept.iter().map(|record| record.ping.clone()).collect();
        assert_eq!(pings, all);
        // What was never sent, and confirmations, count for no limit.
        let counts = tx!(world, a.scope, |t| t.ping_counts(&[a.target], NOON)).expect("counts");
        let earlier = u32::try_from(before.len() - kept.len()).expect("few");
        assert_eq!(counts, [(a.target, 2 + earlier)]);
        let later = NOON.plus_secs(1);
        let counts = tx!(world, a.scope, |t| t.ping_counts(&[a.target], later)).expect("counts");
        assert_eq!(counts, [(a.target, 1)]);
        let filter = PingFilter {
            calls: Some(vec![call]),
            verdict: Some(PingVerdict::Won),
            bid_id: Some("b-1".to_owned()),
            target: Some(a.target),
            since: Some(NOON),
            until: Some(later),
            before: None,
        };
        let found = tx!(world, a.scope, |t| t.pings(&filter, 100)).expect("pings");
        assert_eq!(found, [kept[0].clone()]);
        let sums = tx!(world, a.scope, |t| t.ping_sums(&filter)).expect("sums");
        assert_eq!((sums[0].pings, sums[0].net), (1, Micros(30_000_000)));
        let times =
            tx!(world, a.scope, |t| t.ping_times(Some(a.target), later, 10)).expect("times");
        assert_eq!(times, [(a.target, 120)]);
        let callers = tx!(world, a.scope, |t| t.callers_of(&[call])).expect("callers");
        assert_eq!(callers.len(), 1);
        let foreign = tx!(world, world.b.scope, |t| t.pings_of(call)).expect("pings");
        assert!(foreign.is_empty());
    }
}
