//! Agents: who is one, whether they take calls, what they were sent and what they wrote of it.

use std::collections::BTreeMap;

use domain::access::Role;
use domain::agent::{AgentStatus, Presence, WrapUp};
use domain::call::money::Dial;
use domain::call::session::AttemptResult;
use domain::call::timeline::EndedBy;
use domain::caps::{Caps, Freed};
use domain::id::{CallId, TargetId, UserId};
use domain::money::Micros;
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use store::{
    AgentRecord, CallDoor, Constraint, DialCursor, StepRecord, StoreError, TakenSums, WrapUpRecord,
};
use uuid::Uuid;

use crate::steps::{arriving, going_on, keep, resume};
use crate::world::{NOON, World, new_wrap_up, session, target_input, tx};

/// A member of A who is no agent yet.
async fn member(world: &World, name: &str) -> UserId {
    let conn = world.tx().await;
    let platform = conn.platform();
    let email = format!("{name}@example.com");
    let user = platform.add_user(&email, name, "hash", NOON).await;
    let user = user.expect("user");
    let set = platform.set_member(world.a.scope.account(), user, Role::Agent);
    set.await.expect("member");
    conn.commit().await.expect("commit");
    user
}

/// A target of A that nobody is the agent of.
async fn target(world: &World, name: &str) -> TargetId {
    let input = target_input(name, Caps::default());
    tx!(world, world.a.scope, |t| t.add_target(
        world.a.buyer,
        &input,
        NOON
    ))
    .expect("target")
}

/// Somebody new with a target of their own.
async fn agent(world: &World, name: &str) -> (TargetId, UserId) {
    let (target, user) = (target(world, name).await, member(world, name).await);
    tx!(world, world.a.scope, |t| t.add_agent(target, user, NOON)).expect("agent");
    (target, user)
}

async fn presence(world: &World, target: TargetId) -> Option<Presence> {
    let used = tx!(world, world.a.scope, |t| t.usage(&[target])).expect("usage");
    used[0].usage.presence
}

async fn wrap_until(world: &World, target: TargetId) -> Option<Timestamp> {
    presence(world, target).await.expect("an agent").wrap_until
}

/// A call of A's that was sent to a target.
async fn sent(
    world: &World,
    target: TargetId,
    n: u32,
    ended_at: Timestamp,
    result: AttemptResult,
) -> CallId {
    let a = &world.a;
    let call = CallId(Uuid::from_u128(900 + u128::from(n)));
    let new = session(&format!("CA90{n}"), Some(a.campaign), &a.e164, NOON);
    let dial = Dial {
        attempt: 1,
        campaign: a.campaign,
        target,
        publisher: None,
        started_at: ended_at.plus_secs(-60),
        ended_at,
        result,
        rang_s: 10,
        talked_s: if result == AttemptResult::Connected {
            50
        } else {
            0
        },
        by: EndedBy::Caller,
        revenue: Micros::ZERO,
    };
    let tags = Tags::default();
    let step = StepRecord {
        dials: &[dial],
        pings: &[],
        bid: None,
        ..arriving(call, &new, &tags)
    };
    tx!(world, a.scope, |t| keep(&t, &step)).expect("kept");
    call
}

fn later(secs: i64) -> Timestamp {
    NOON.plus_secs(secs)
}

#[tokio::test]
async fn a_new_agent_is_away_until_they_say_otherwise() {
    for world in World::each().await {
        let a = world.a.scope;
        let nobodys = target(&world, "Austin").await;
        assert_eq!(presence(&world, nobodys).await, None);
        let (priya, user) = agent(&world, "Priya").await;
        let so = |status, since| Presence {
            status,
            since,
            wrap_until: None,
        };
        assert_eq!(
            presence(&world, priya).await,
            Some(so(AgentStatus::Away, NOON))
        );
        let one = AgentRecord {
            target: priya,
            user,
            created_at: NOON,
        };
        assert_eq!(tx!(world, a, |t| t.agent(priya)).expect("by target"), one);
        assert_eq!(tx!(world, a, |t| t.agent_of(user)).expect("by person"), one);
        let none = tx!(world, a, |t| t.agent(nobodys));
        assert!(matches!(none, Err(StoreError::NotFound)), "{none:?}");
        let all = tx!(world, a, |t| t.agents()).expect("all");
        assert_eq!(
            all.iter().map(|one| one.target).collect::<Vec<_>>(),
            [world.a.target, priya]
        );
        for (status, at) in [(AgentStatus::Available, 60), (AgentStatus::Busy, 90)] {
            tx!(world, a, |t| t.set_agent_status(priya, status, later(at))).expect("set");
            assert_eq!(presence(&world, priya).await, Some(so(status, later(at))));
        }
        assert_eq!(
            presence(&world, world.a.target).await,
            Some(so(AgentStatus::Away, NOON)),
            "the other agent stays as they were"
        );
    }
}

#[tokio::test]
async fn a_decision_reads_whether_an_agent_takes_calls_with_the_number() {
    for world in World::each().await {
        let (a, target) = (world.a.scope, world.a.target);
        tx!(world, a, |t| t.set_agent_status(
            target,
            AgentStatus::Available,
            later(5)
        ))
        .expect("set");
        let freed = Freed {
            wrap_until: Some(later(70)),
            ..Freed::nothing(target)
        };
        tx!(world, a, |t| t.free(&freed, NOON)).expect("freed");
        let conn = world.tx().await;
        let home = conn
            .platform()
            .home_of_call(
                CallDoor::Number(&world.a.e164),
                &Caller::Anonymous,
                Timestamp(0),
            )
            .await
            .expect("lookup")
            .expect("a number");
        let read: Vec<_> = (home.usage.iter())
            .map(|used| (used.target, used.usage.presence))
            .collect();
        let presence = Presence {
            status: AgentStatus::Available,
            since: later(5),
            wrap_until: Some(later(70)),
        };
        assert_eq!(read, [(target, Some(presence))]);
    }
}

#[tokio::test]
async fn a_conversation_is_written_up_until_its_time_is_over_or_the_agent_says_so() {
    for world in World::each().await {
        let a = world.a.scope;
        let (priya, _) = agent(&world, "Priya").await;
        let freed = |until| Freed {
            wrap_until: until,
            ..Freed::nothing(priya)
        };
        tx!(world, a, |t| t.free(&freed(Some(later(60))), NOON)).expect("freed");
        assert_eq!(wrap_until(&world, priya).await, Some(later(60)));
        let line = Freed {
            line: true,
            ..freed(None)
        };
        tx!(world, a, |t| t.free(&line, NOON)).expect("freed");
        assert_eq!(
            wrap_until(&world, priya).await,
            Some(later(60)),
            "another call gave back its line"
        );
        tx!(world, a, |t| t.end_wrap_up(priya)).expect("ended");
        assert_eq!(wrap_until(&world, priya).await, None);
        let used = presence(&world, priya).await.expect("an agent");
        assert_eq!((used.status, used.since), (AgentStatus::Away, NOON));

        let saved = resume(&world.tx().await, world.a.call).await.expect("call");
        let freed = [freed(Some(later(90)))];
        let step = StepRecord {
            freed: &freed,
            ..going_on(&saved, &saved.session)
        };
        tx!(world, a, |t| keep(&t, &step)).expect("kept");
        assert_eq!(wrap_until(&world, priya).await, Some(later(90)));
        tx!(world, a, |t| t.set_agent_status(
            priya,
            AgentStatus::Available,
            NOON
        ))
        .expect("set");
        assert_eq!(wrap_until(&world, priya).await, None);
    }
}

#[tokio::test]
async fn a_person_is_the_agent_of_one_target_of_their_account() {
    for world in World::each().await {
        let (a, b) = (&world.a, &world.b);
        let (priya, user) = agent(&world, "Priya").await;
        let second = target(&world, "Austin").await;
        let twice = tx!(world, a.scope, |t| t.add_agent(second, user, NOON));
        assert!(
            matches!(twice, Err(StoreError::Conflict(Constraint::AgentPerson))),
            "{twice:?}"
        );
        let lee = member(&world, "Lee").await;
        let shared = tx!(world, a.scope, |t| t.add_agent(priya, lee, NOON));
        assert!(matches!(shared, Err(StoreError::Conflict(_))), "{shared:?}");
        for (target, user) in [(b.target, lee), (second, b.user)] {
            let foreign = tx!(world, a.scope, |t| t.add_agent(target, user, NOON));
            assert!(
                matches!(
                    foreign,
                    Err(StoreError::NotFound | StoreError::Conflict(Constraint::Reference))
                ),
                "{foreign:?}"
            );
        }
        assert_eq!(presence(&world, second).await, None, "nothing was kept");
        tx!(world, a.scope, |t| t.add_agent(second, lee, NOON)).expect("agent");
        let members = tx!(world, a.scope, |t| t.members()).expect("members");
        let words: Vec<(&str, Role)> = (members.iter())
            .map(|one| (one.name.as_str(), one.role))
            .collect();
        assert_eq!(
            words,
            [
                ("Dana", Role::Owner),
                ("Lee", Role::Agent),
                ("Priya", Role::Agent)
            ]
        );
    }
}

#[tokio::test]
async fn what_an_agent_writes_of_a_call_replaces_what_they_wrote_before() {
    for world in World::each().await {
        let a = &world.a;
        let first = new_wrap_up(a.call, a.target, a.user);
        let wrap_ups = async || {
            let calls = [a.call, CallId(Uuid::from_u128(404))];
            tx!(world, a.scope, |t| t.wrap_ups(&calls)).expect("wrap-ups")
        };
        assert_eq!(wrap_ups().await, std::slice::from_ref(&first));
        let (priya, user) = agent(&world, "Priya").await;
        let by_another = WrapUpRecord {
            saved_at: later(30),
            ..new_wrap_up(a.call, priya, user)
        };
        tx!(world, a.scope, |t| t.keep_wrap_up(&by_another)).expect("kept");
        assert_eq!(wrap_ups().await, [first.clone(), by_another.clone()]);
        let again = WrapUpRecord {
            user,
            wrap_up: WrapUp {
                note: String::new(),
                dispositions: vec!["Call back".to_owned(), "Not qualified".to_owned()],
            },
            saved_at: later(60),
            ..first
        };
        tx!(world, a.scope, |t| t.keep_wrap_up(&again)).expect("kept");
        assert_eq!(wrap_ups().await, [by_another, again]);
        let nobodys = target(&world, "Austin").await;
        let refused = tx!(world, a.scope, |t| t
            .keep_wrap_up(&new_wrap_up(a.call, nobodys, user)));
        assert!(
            matches!(refused, Err(StoreError::Conflict(Constraint::Reference))),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn what_an_agent_was_sent_is_listed_page_by_page_the_last_first() {
    use AttemptResult as R;
    for world in World::each().await {
        let a = &world.a;
        let (priya, _) = agent(&world, "Priya").await;
        let first = sent(&world, priya, 1, later(10), R::Connected).await;
        let missed = sent(&world, priya, 2, later(20), R::NoAnswer).await;
        sent(&world, priya, 3, later(30), R::AnsweredElsewhere).await;
        let last = sent(&world, priya, 4, later(40), R::Connected).await;
        let same_moment = sent(&world, priya, 5, later(40), R::Refused).await;
        let wanted = [same_moment, last, missed, first];
        let lines = tx!(world, a.scope, |t| t.dial_lines(priya, None, 10)).expect("lines");
        let calls: Vec<CallId> = lines.iter().map(|line| line.call).collect();
        assert_eq!(calls, wanted);
        let (mut after, mut paged) = (None, Vec::new());
        for _ in 0..=wanted.len() {
            let page = tx!(world, a.scope, |t| t.dial_lines(priya, after, 1)).expect("a page");
            paged.extend(page.iter().map(|line| line.call));
            after = page.last().map(|line| DialCursor {
                ended_at: line.ended_at,
                call: line.call,
            });
            if after.is_none() {
                break;
            }
        }
        assert_eq!((paged.as_slice(), after), (wanted.as_slice(), None));

        let line = tx!(world, a.scope, |t| t.conversation(priya, first)).expect("a line");
        assert_eq!(line, lines[3]);
        assert_eq!(
            (line.attempt, line.result, line.talked_s),
            (1, R::Connected, 50)
        );
        assert_eq!((line.started_at, line.ended_at), (later(-50), later(10)));
        for (target, call) in [(priya, a.call), (a.target, first)] {
            let none = tx!(world, a.scope, |t| t.conversation(target, call));
            assert!(matches!(none, Err(StoreError::NotFound)), "{none:?}");
        }
    }
}

#[tokio::test]
async fn what_agents_were_sent_is_summed_since_a_moment() {
    use AttemptResult as R;
    for world in World::each().await {
        let a = &world.a;
        let (priya, _) = agent(&world, "Priya").await;
        let (idle, _) = agent(&world, "Lee").await;
        for (n, ended_at, result) in [
            (1, 10, R::Connected),
            (2, 20, R::NoAnswer),
            (3, 30, R::Connected),
            (4, 40, R::Connected),
            (5, 50, R::AnsweredElsewhere),
        ] {
            sent(&world, priya, n, later(ended_at), result).await;
        }
        let sums = async |since| -> BTreeMap<TargetId, TakenSums> {
            let all = [priya, idle, a.target];
            let sums = tx!(world, a.scope, |t| t.taken_sums(&all, since));
            sums.expect("sums").into_iter().collect()
        };
        let of = |rang, connected, talked_s, last| TakenSums {
            rang,
            connected,
            talked_s,
            last_at: Some(later(last)),
        };
        let theirs = (a.target, of(1, 1, 85, 90));
        assert_eq!(
            sums(NOON).await,
            BTreeMap::from([(priya, of(4, 3, 150, 40)), theirs])
        );
        assert_eq!(
            sums(later(20)).await,
            BTreeMap::from([(priya, of(3, 2, 100, 40)), theirs])
        );
        assert_eq!(sums(later(50)).await, BTreeMap::from([theirs]));
        assert!(sums(later(91)).await.is_empty());
    }
}
