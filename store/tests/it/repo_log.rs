//! The log of calls: pages, filters, counts, sums.

use domain::call::record::{LiveState, Outcome};
use domain::call::session::AttemptResult;
use domain::id::CampaignId;
use store::{CallFilter, CallLine, Cursor};
use uuid::Uuid;

use crate::repo_calls::{add, call_id, ended};
use crate::steps::{going_on, keep, resume};
use crate::world::{NOON, World, attempted, number, number_of_pool, session, tx};

fn cursor(line: &CallLine) -> Option<Cursor> {
    Some(Cursor {
        at: line.arrived_at,
        call: line.id,
    })
}

#[tokio::test]
async fn pages_walk_both_ways_without_gap_or_repetition_even_at_one_moment() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        for n in 0..40 {
            // Ten calls share each moment.
            let arrived = session(
                &format!("CA9{n}"),
                (n % 2 == 0).then_some(a.campaign),
                &a.e164,
                NOON.plus_secs(i64::from(n / 10)),
            );
            add(&tenant, n, &arrived).await.expect("add");
        }
        for filter in [
            CallFilter::default(),
            CallFilter {
                campaign: Some(a.campaign),
                ..CallFilter::default()
            },
        ] {
            let all = tenant.calls(&filter, None, None, 100).await.expect("page");
            assert_eq!(
                u64::try_from(all.len()).expect("few"),
                tenant.count_calls(&filter).await.expect("count")
            );
            assert!(all.is_sorted_by(|x, y| (x.arrived_at, x.id) > (y.arrived_at, y.id)));
            let mut forth = Vec::new();
            let mut after = None;
            loop {
                let page = tenant.calls(&filter, after, None, 7).await.expect("page");
                let Some(last) = page.last() else { break };
                after = cursor(last);
                forth.extend(page);
            }
            assert_eq!(forth, all);
            let mut back: Vec<CallLine> = Vec::new();
            let mut before = cursor(all.last().expect("some"));
            loop {
                let page = tenant.calls(&filter, None, before, 7).await.expect("page");
                let Some(first) = page.first() else { break };
                before = cursor(first);
                back.splice(0..0, page);
            }
            assert_eq!(back, all[..all.len() - 1]);
        }
    }
}

#[tokio::test]
async fn filters_and_counts_agree() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        let base = |n: u32, at: i64| {
            session(
                &format!("CA8{n}"),
                Some(a.campaign),
                &a.e164,
                NOON.plus_secs(at),
            )
        };
        add(
            &tenant,
            1,
            &ended(base(1, 10), Outcome::Abandoned, NOON.plus_secs(20)),
        )
        .await
        .expect("add");
        add(
            &tenant,
            2,
            &ended(
                attempted(base(2, 20), a.route, a.target, a.buyer),
                Outcome::Connected,
                NOON.plus_secs(30),
            ),
        )
        .await
        .expect("add");
        let mut anonymous = base(3, 30);
        anonymous.from = domain::phone::Caller::Anonymous;
        anonymous.campaign = None;
        add(&tenant, 3, &anonymous).await.expect("add");
        let none = CallFilter::default;
        let cases = [
            (none(), 4),
            (
                CallFilter {
                    from: Some(NOON.plus_secs(10)),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    to: Some(NOON.plus_secs(10)),
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    campaign: Some(a.campaign),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    campaign: Some(CampaignId(Uuid::from_u128(5))),
                    ..none()
                },
                0,
            ),
            (
                CallFilter {
                    target: Some(a.target),
                    ..none()
                },
                2,
            ),
            (
                CallFilter {
                    outcome: Some(Outcome::Abandoned),
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    live: true,
                    ..none()
                },
                2,
            ),
            (
                CallFilter {
                    unconnected: true,
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    caller_digits: "555".to_owned(),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    caller_digits: "(214) 555".to_owned(),
                    ..none()
                },
                3,
            ),
            (
                CallFilter {
                    caller_digits: "214555".to_owned(),
                    live: true,
                    ..none()
                },
                1,
            ),
            (
                CallFilter {
                    caller_digits: "%\\\0".to_owned(),
                    ..none()
                },
                0,
            ),
        ];
        for (filter, expected) in cases {
            assert_eq!(
                tenant.count_calls(&filter).await.expect("count"),
                expected,
                "{filter:?}"
            );
            let page = tenant.calls(&filter, None, None, 50).await.expect("page");
            assert_eq!(
                u64::try_from(page.len()).expect("few"),
                expected,
                "{filter:?}"
            );
        }
        assert_eq!(tenant.counters(NOON).await.expect("counters"), (2, 2));
        assert_eq!(
            tenant.counters(NOON.plus_secs(25)).await.expect("counters"),
            (2, 1)
        );
    }
}

#[tokio::test]
async fn sums_are_by_campaign_hour_and_outcome() {
    for world in World::each().await {
        let a = &world.a;
        let conn = world.tx().await;
        let tenant = conn.tenant(&a.scope);
        for n in 0..6 {
            let mut talked = attempted(
                session(
                    &format!("CA7{n}"),
                    Some(a.campaign),
                    &a.e164,
                    NOON.plus_secs(3_600 * i64::from(n / 3)),
                ),
                a.route,
                a.target,
                a.buyer,
            );
            talked.attempts[0].result = Some(AttemptResult::Connected);
            talked.attempts[0].talked_s = 10 + n;
            add(
                &tenant,
                n,
                &ended(talked, Outcome::Connected, NOON.plus_secs(4_000)),
            )
            .await
            .expect("add");
        }
        let mut sums = tenant
            .call_sums(NOON, NOON.plus_secs(7_200))
            .await
            .expect("sums");
        sums.sort_by_key(|s| (s.outcome, s.hour));
        let seen: Vec<_> = sums
            .iter()
            .map(|s| {
                (
                    s.campaign,
                    s.hour,
                    s.state,
                    s.outcome,
                    s.calls,
                    s.connected_s,
                )
            })
            .collect();
        let campaign = Some(a.campaign);
        assert_eq!(
            seen,
            [
                (campaign, 0, LiveState::Ringing, None, 1, 0),
                (
                    campaign,
                    0,
                    LiveState::Ended,
                    Some(Outcome::Connected),
                    3,
                    33
                ),
                (
                    campaign,
                    1,
                    LiveState::Ended,
                    Some(Outcome::Connected),
                    3,
                    42
                ),
            ]
        );
        assert_eq!(
            tenant
                .call_sums(NOON.plus_secs(9_999), NOON.plus_secs(10_000))
                .await
                .expect("sums"),
            []
        );
        assert_eq!(
            tenant
                .connected_by_buyer(NOON.plus_secs(1))
                .await
                .expect("by buyer"),
            [(a.buyer, 3)]
        );
    }
}

#[tokio::test]
async fn each_number_knows_its_calls() {
    for world in World::each().await {
        let a = &world.a;
        tx!(world, a.scope, |tenant| tenant.add_number(
            &number(77),
            "Quiet",
            None,
            NOON
        ))
        .expect("number");
        tx!(world, a.scope, |tenant| add(
            &tenant,
            1,
            &session("CA50", None, &a.e164, NOON.plus_secs(50))
        ))
        .expect("call");
        let conn = world.tx().await;
        let mut seen = conn
            .tenant(&a.scope)
            .calls_by_number(NOON.plus_secs(1))
            .await
            .expect("numbers");
        seen.sort();
        assert_eq!(
            seen,
            [
                (a.e164.as_str().to_owned(), 1, Some(NOON.plus_secs(50))),
                (number(77).as_str().to_owned(), 0, None),
                (number_of_pool(1).as_str().to_owned(), 0, None)
            ]
        );
    }
}

#[tokio::test]
async fn activity_changes_with_every_event() {
    for world in World::each().await {
        let conn = world.tx().await;
        let tenant = conn.tenant(&world.a.scope);
        let mut seen = vec![tenant.call_activity().await.expect("activity")];
        add(
            &tenant,
            1,
            &session("CA51", None, &world.a.e164, NOON.plus_secs(9)),
        )
        .await
        .expect("add");
        seen.push(tenant.call_activity().await.expect("activity"));
        for _ in 0..5 {
            let saved = resume(&conn, call_id(1)).await.expect("resume");
            keep(&tenant, &going_on(&saved, &saved.session))
                .await
                .expect("save");
            seen.push(tenant.call_activity().await.expect("activity"));
        }
        let distinct: std::collections::BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{seen:?}");
    }
}
