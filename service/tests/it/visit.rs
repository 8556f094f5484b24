//! Visitors, their numbers and their calls.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::api::call::CallQuery;
use domain::api::dni_tag::DniTagForm;
use domain::api::number::NumberForm;
use domain::api::pool::{PoolForm, PoolNumbersForm};
use domain::api::visit::TrafficQuery;
use domain::id::{DniTagId, PoolId, VisitId};
use domain::phone::Caller;
use domain::time::Timestamp;
use service::visit::{Answer, Ask, Refused};
use service::{Error, Services, TagHome};

use crate::world::{NOON, World, add_account, arrival};

const SITE: &str = "https://roofs.example";

fn later(secs: i64) -> Timestamp {
    NOON.plus_secs(secs)
}

/// A pool of so many numbers, and a tag that shows them.
async fn pool(world: &World, size: u32) -> (PoolId, DniTagId) {
    let form = PoolForm {
        name: "Roofs".into(),
        campaign: world.campaign.to_string(),
        ..PoolForm::default()
    };
    let pools = &world.services.pools;
    let id = pools.create(&world.op, &form).await.expect("pool");
    let numbers: Vec<String> = (0..size).map(|n| format!("+1512555{n:04}")).collect();
    let numbers = PoolNumbersForm {
        numbers: numbers.join("\n"),
    };
    let added = pools.add_numbers(&world.op, id, &numbers).await;
    assert_eq!(added.expect("numbers"), size);
    (id, tag_of_pool(world, id).await)
}

/// A tag that shows a pool's numbers.
pub async fn tag_of_pool(world: &World, pool: PoolId) -> DniTagId {
    let tag = DniTagForm {
        name: "Roofs".into(),
        source: format!("pool:{pool}"),
        origins: SITE.into(),
        numbers: "(800) 555-0199".into(),
        fallback: "(800) 555-0100".into(),
        ..DniTagForm::default()
    };
    let tag = world.services.dni_tags.create(&world.op, &tag).await;
    tag.expect("tag")
}

/// Somebody asks for a number; whether there was none.
pub async fn ask_of(world: &World, tag: DniTagId, visitor: &str, at: Timestamp) -> bool {
    assign(&world.services, tag, &ask(visitor), at)
        .await
        .fallback
}

fn ask(visitor: &str) -> Ask {
    Ask {
        visitor: format!("visitor-{visitor}"),
        url: format!("{SITE}/offer?utm_source=Google&utm_medium=cpc&gclid=EAIa"),
        page: format!("{SITE}/offer"),
        ..Ask::default()
    }
}

async fn home(services: &Services, tag: DniTagId) -> Arc<TagHome> {
    services
        .visits
        .admit(tag, SITE, NOON)
        .await
        .expect("admitted")
}

async fn assign(services: &Services, tag: DniTagId, ask: &Ask, at: Timestamp) -> Answer {
    let home = home(services, tag).await;
    services
        .visits
        .assign(&home, ask, at)
        .await
        .expect("answered")
}

fn number(answer: &Answer) -> String {
    answer
        .number
        .as_ref()
        .map(|number| number.as_str().to_owned())
        .unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_visitors_at_once_on_fifty_numbers_of_two_servers() {
    for world in World::each().await {
        let (_, tag) = pool(&world, 50).await;
        let servers = [world.services.clone(), world.another_server()];
        let asking = |round: usize| {
            (0..200usize)
                .map(move |n| (n, (n + round) % 2))
                .collect::<Vec<_>>()
        };
        let mut had: BTreeMap<usize, String> = BTreeMap::new();
        for round in 0..2 {
            let tasks: Vec<_> = asking(round)
                .into_iter()
                .map(|(n, server)| {
                    let services = servers[server].clone();
                    tokio::spawn(async move {
                        (
                            n,
                            assign(&services, tag, &ask(&format!("{n:03}")), NOON).await,
                        )
                    })
                })
                .collect();
            let mut lent = BTreeMap::new();
            let mut missed = 0;
            for task in tasks {
                let (n, answer) = task.await.expect("answered");
                if answer.fallback {
                    assert_eq!(number(&answer), "+18005550100");
                    missed += 1;
                } else {
                    lent.insert(n, number(&answer));
                }
            }
            assert_eq!((lent.len(), missed), (50, 150), "{}", world.kind);
            let distinct: BTreeSet<&String> = lent.values().collect();
            assert_eq!(distinct.len(), 50, "a number for two: {}", world.kind);
            if round == 1 {
                assert_eq!(had, lent, "the same visitor, the same number");
            }
            had = lent;
        }
        let list = world.services.pools.list(&world.op).await.expect("pools");
        let row = &list.rows[0];
        assert_eq!((row.size, row.lent), (50, 50));
        assert_eq!((row.visits_today, row.misses_today), (350, 300));
    }
}

#[tokio::test]
async fn a_lease_lives_by_its_beats_and_ends_with_the_page() {
    for world in World::each().await {
        let (_, tag) = pool(&world, 1).await;
        let services = &world.services;
        let anna = assign(services, tag, &ask("anna"), NOON).await;
        assert_eq!(
            (number(&anna), anna.expires_in_s),
            ("+15125550000".into(), 330)
        );
        assert_eq!(anna.display, "(512) 555-0000");
        assert_eq!(anna.swap.numbers[0].as_str(), "+18005550199");

        let home = home(services, tag).await;
        let visits = &services.visits;
        let page = format!("{SITE}/price");
        let beat = visits.beat(&home, anna.session, &page, later(300)).await;
        assert_eq!(beat.expect("beat").expires_in_s, 330);
        let ben = assign(services, tag, &ask("ben"), later(629)).await;
        assert!(ben.fallback, "still hers");
        let ben = assign(services, tag, &ask("ben"), later(630)).await;
        assert_eq!(number(&ben), number(&anna));
        let gone = visits.beat(&home, anna.session, "", later(630)).await;
        assert!(matches!(gone, Err(Refused::Gone)), "{gone:?}");

        // The page before is told to be left after the next one has asked.
        let early = Timestamp(ben.seen.0 - 1);
        visits
            .leave(&home, ben.session, early, later(630))
            .await
            .expect("late");
        let still = assign(services, tag, &ask("anna"), later(660)).await;
        assert!(still.fallback, "the next page is still open");
        visits
            .leave(&home, ben.session, ben.seen, later(630))
            .await
            .expect("left");
        assert!(
            assign(services, tag, &ask("anna"), later(659))
                .await
                .fallback
        );
        let again = assign(services, tag, &ask("anna"), later(660)).await;
        assert_eq!(number(&again), number(&anna));
        assert_ne!(again.session, anna.session, "another visit");
        // A page that left twice, or after its number was given away, changes nothing.
        visits
            .leave(&home, ben.session, ben.seen, later(661))
            .await
            .expect("left");
        let beat = visits.beat(&home, again.session, "", later(700)).await;
        assert_eq!(beat.expect("hers").expires_in_s, 330);
    }
}

#[tokio::test]
async fn the_same_visit_goes_on_over_pages_and_a_new_landing_begins_another() {
    for world in World::each().await {
        let (_, tag) = pool(&world, 2).await;
        let services = &world.services;
        let first = assign(services, tag, &ask("anna"), NOON).await;
        let mut next = ask("anna");
        next.page = format!("{SITE}/price?x=1");
        next.data = vec![("zip".into(), "75201".into())];
        let second = assign(services, tag, &next, later(20)).await;
        assert_eq!(
            (second.session, number(&second)),
            (first.session, number(&first))
        );
        assert_eq!(second.expires_in_s, 330);
        let (tags, _) = told(&world, "CA1", "+12145550101", (&number(&first), later(20))).await;
        assert_eq!(tags["user:zip"], "75201", "told with a later page");
        next.url = format!("{SITE}/offer?utm_source=mail");
        let third = assign(services, tag, &next, later(21)).await;
        assert_eq!(number(&third), number(&first));
        assert_ne!(third.session, first.session);
        let page = services
            .visits
            .traffic(&world.op, &TrafficQuery::default())
            .await;
        let page = page.expect("traffic");
        let names: Vec<_> = page
            .rows
            .iter()
            .map(|row| (row.name.as_str(), row.counts.visits))
            .collect();
        assert_eq!(names, [("google / cpc", 1), ("mail", 1)]);
        assert_eq!(
            (page.live, page.totals.visits, page.totals.misses),
            (2, 2, 0)
        );
    }
}

/// The tags, publisher and way of attribution of the only call that `caller` made last.
async fn told(
    world: &World,
    sid: &str,
    caller: &str,
    (dialed, at): (&str, Timestamp),
) -> (BTreeMap<String, String>, String) {
    let mut came = arrival(sid);
    came.from = Caller::from_carrier(caller);
    dialed.clone_into(&mut came.to);
    let services = &world.services;
    let answer = services.engine.inbound(&came, at).await.expect("answered");
    let detail = services
        .calls
        .detail(&world.op, answer.call)
        .await
        .expect("call");
    let why = detail.visit.map(|visit| visit.why).unwrap_or_default();
    (detail.tags.into_iter().collect(), why)
}

#[tokio::test]
async fn a_call_gets_what_is_known_of_its_visitor() {
    for world in World::each().await {
        let (pool, tag) = pool(&world, 1).await;
        let services = &world.services;
        let home = home(services, tag).await;
        let anna = assign(services, tag, &ask("anna"), NOON).await;
        let dialed = number(&anna);
        let more = [("zip".to_owned(), "75201".to_owned())];
        services
            .visits
            .tell(&home, anna.session, &more)
            .await
            .expect("told");

        let (tags, why) = told(&world, "CA1", "+12145550101", (&dialed, later(41))).await;
        assert_eq!(tags["user:utm_source"], "Google");
        assert_eq!(tags["user:gclid"], "EAIa");
        assert_eq!(tags["user:zip"], "75201");
        assert_eq!(tags["visitor:landing_page"], format!("{SITE}/offer"));
        assert_eq!(
            why,
            "The number was lent to this visitor, 41 s before the call."
        );

        // Ben has the number now; Anna kept it, and somebody unknown calls.
        let mut bens = ask("ben");
        bens.url = format!("{SITE}/?utm_source=mail");
        let ben = assign(services, tag, &bens, later(400)).await;
        assert_eq!(number(&ben), dialed);
        let (tags, why) = told(&world, "CA2", "+12145550101", (&dialed, later(410))).await;
        assert_eq!(tags["user:utm_source"], "Google");
        assert!(
            why.starts_with("The caller called this number before"),
            "{why}"
        );
        let (tags, _) = told(&world, "CA3", "+12145550102", (&dialed, later(420))).await;
        assert_eq!(tags["user:utm_source"], "mail");

        // Late, on a number that has left the pool for the campaign itself.
        let id = services.numbers.list(&world.op).await.expect("numbers");
        let id = id
            .rows
            .iter()
            .find(|row| row.e164 == dialed)
            .expect("number")
            .id;
        services
            .pools
            .take_number(&world.op, pool, id)
            .await
            .expect("taken");
        let campaign = Some(world.campaign);
        services
            .numbers
            .assign(&world.op, id, campaign)
            .await
            .expect("moved");
        let (tags, why) = told(
            &world,
            "CA4",
            "+12145550103",
            (&dialed, later(400 + 330 + 120)),
        )
        .await;
        assert_eq!(tags["user:utm_source"], "mail");
        assert_eq!(
            why,
            "The number was lent to this visitor last; nobody has had it in the 2 min since."
        );
        let all = CallQuery::default();
        let calls = services.calls.page(&world.op, &all).await.expect("calls");
        assert_eq!(calls.total, 4);
        let page = services
            .visits
            .traffic(&world.op, &TrafficQuery::default())
            .await;
        let page = page.expect("traffic");
        let rows: BTreeMap<_, _> = page
            .rows
            .iter()
            .map(|r| (r.name.as_str(), r.counts.calls))
            .collect();
        assert_eq!((rows["google / cpc"], rows["mail"]), (2, 2));
    }
}

#[tokio::test]
async fn a_tag_with_one_number_for_all_counts_its_visits() {
    for world in World::each().await {
        let services = &world.services;
        let list = services.numbers.list(&world.op).await.expect("numbers");
        let tag = DniTagForm {
            name: "Billboard".into(),
            source: format!("number:{}", list.rows[0].id),
            origins: "*.roofs.example\nhttps://roofs.example".into(),
            format: "nnn.nnn.nnnn".into(),
            click_ids: "tblci = Taboola / native".into(),
            ..DniTagForm::default()
        };
        let tag = services
            .dni_tags
            .create(&world.op, &tag)
            .await
            .expect("tag");
        let mut clicked = ask("carl");
        clicked.url = format!("{SITE}/offer?tblci=GiB-1");
        let clicked = assign(services, tag, &clicked, later(-1)).await.session;
        let first = assign(services, tag, &ask("anna"), NOON).await;
        assert_eq!(first.display.matches('.').count(), 2, "{}", first.display);
        assert!(!first.fallback);
        let mut again = ask("anna");
        again.session = Some(first.session);
        assert_eq!(
            assign(services, tag, &again, later(5)).await.session,
            first.session
        );
        again.page = format!("{SITE}/price");
        again.data = vec![("zip".into(), "75201".into())];
        assert_eq!(
            assign(services, tag, &again, later(6)).await.session,
            first.session
        );
        let conn = world.db.db.read().await.expect("conn");
        let kept = conn.tenant(&world.op.scope).visit(first.session).await;
        let kept = kept.expect("visit");
        assert_eq!(kept.pages.last().expect("a page").page, again.page);
        assert_eq!(kept.tags.get("user", "zip"), Some("75201"));
        let clicked = conn.tenant(&world.op.scope).visit(clicked).await;
        let clicked = clicked.expect("visit");
        assert_eq!(clicked.source.words(), "taboola / native");
        assert_eq!(clicked.tags.get("user", "tblci"), Some("GiB-1"));
        again.visitor = "visitor-ben".into();
        assert_ne!(
            assign(services, tag, &again, later(5)).await.session,
            first.session,
            "another visitor cannot take the visit over"
        );
        let rows = services.dni_tags.list(&world.op).await.expect("tags").rows;
        assert_eq!((rows[0].visits_today, rows[0].misses_today), (3, 0));
    }
}

#[tokio::test]
async fn only_pages_of_the_tags_own_sites_are_served() {
    for world in World::each().await {
        let (_, tag) = pool(&world, 1).await;
        let visits = &world.services.visits;
        for foreign in ["https://evil.example", "null", "", "http://roofs.example"] {
            let refused = visits.admit(tag, foreign, NOON).await;
            assert!(matches!(refused, Err(Refused::Origin)), "{foreign}");
        }
        let nobody = visits
            .admit(DniTagId(uuid::Uuid::from_u128(404)), SITE, NOON)
            .await;
        assert!(matches!(nobody, Err(Refused::UnknownTag)));
        world
            .services
            .dni_tags
            .set_enabled(&world.op, tag, false)
            .await
            .expect("off");
        let off = visits.admit(tag, SITE, NOON).await;
        assert!(matches!(off, Err(Refused::UnknownTag)), "switched off");
    }
}

#[tokio::test]
async fn what_a_page_sends_is_checked_and_changes_nothing_if_it_is_wrong() {
    for world in World::each().await {
        let (_, tag) = pool(&world, 1).await;
        let services = &world.services;
        let home = home(services, tag).await;
        let wrong = |field: &'static str, change: fn(&mut Ask)| (field, change);
        for (field, change) in [
            wrong("visitor", |ask| ask.visitor = "<script>".into()),
            wrong("visitor", |ask| ask.visitor.clear()),
            wrong("visitor", |ask| ask.visitor = "x".repeat(65)),
            wrong("url", |ask| ask.url = "javascript:alert(1)".into()),
            wrong("url", |ask| ask.url.clear()),
            wrong("url", |ask| {
                ask.url = format!("{SITE}/?{}", "x".repeat(9_000))
            }),
            wrong("data", |ask| {
                ask.data = (0..10_000).map(|n| (n.to_string(), "v".into())).collect();
            }),
            wrong("data", |ask| ask.data = vec![("a b".into(), "v".into())]),
            wrong("data", |ask| ask.data = vec![("x".repeat(65), "v".into())]),
        ] {
            let mut bad = ask("anna");
            change(&mut bad);
            match services.visits.assign(&home, &bad, NOON).await {
                Err(Refused::Invalid(errors)) => assert_eq!(errors.0[0].field, field),
                other => panic!("{field}: {other:?}"),
            }
        }
        let forged = VisitId(uuid::Uuid::from_u128(404));
        let visits = &services.visits;
        for outcome in [
            visits.beat(&home, forged, "", NOON).await.map(|_| ()),
            visits.tell(&home, forged, &[]).await,
            visits.leave(&home, forged, NOON, NOON).await,
        ] {
            assert!(matches!(outcome, Err(Refused::UnknownVisit)), "{outcome:?}");
        }
        let page = services
            .visits
            .traffic(&world.op, &TrafficQuery::default())
            .await;
        assert_eq!(page.expect("traffic").totals.visits, 0);
    }
}

#[tokio::test]
async fn a_visit_of_another_account_is_none() {
    for world in World::each().await {
        let (_, tag) = pool(&world, 1).await;
        let services = &world.services;
        let anna = assign(services, tag, &ask("anna"), NOON).await;
        let other = add_account(
            services,
            "Gulf Calls",
            "gulf@calls.example",
            domain::access::Role::Owner,
        )
        .await;
        let number = NumberForm {
            number: "+14155550100".into(),
            ..NumberForm::default()
        };
        let number = services.numbers.add(&other, &number).await.expect("number");
        let theirs = DniTagForm {
            name: "Theirs".into(),
            source: format!("number:{number}"),
            origins: SITE.into(),
            ..DniTagForm::default()
        };
        let theirs = services
            .dni_tags
            .create(&other, &theirs)
            .await
            .expect("tag");
        let home = home(services, theirs).await;
        let beat = services.visits.beat(&home, anna.session, "", NOON).await;
        assert!(matches!(beat, Err(Refused::UnknownVisit)), "{beat:?}");
        let foreign = DniTagForm {
            source: format!(
                "pool:{}",
                services.pools.list(&world.op).await.expect("pools").rows[0].id
            ),
            name: "Stolen".into(),
            origins: SITE.into(),
            ..DniTagForm::default()
        };
        match services.dni_tags.create(&other, &foreign).await {
            Err(Error::Invalid(errors)) => assert_eq!(errors.0[0].field, "source"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn numbers_come_into_a_pool_all_or_none_and_leave_it_free() {
    for world in World::each().await {
        let (id, _) = pool(&world, 2).await;
        let pools = &world.services.pools;
        let form = |numbers: &str| PoolNumbersForm {
            numbers: numbers.to_owned(),
        };
        for taken in ["+15125550000", crate::world::NUMBER] {
            let numbers = form(&format!("+15125559999\n{taken}"));
            match pools.add_numbers(&world.op, id, &numbers).await {
                Err(Error::Invalid(errors)) => assert_eq!(errors.0[0].field, "numbers"),
                other => panic!("{taken}: {other:?}"),
            }
        }
        let detail = pools.detail(&world.op, id).await.expect("pool");
        assert_eq!(detail.numbers.len(), 2, "none of them came");
        let in_pool = detail.numbers[0].id;
        let numbers = &world.services.numbers;
        for outcome in [
            numbers.assign(&world.op, in_pool, None).await,
            numbers.remove(&world.op, in_pool).await,
        ] {
            assert!(
                matches!(
                    outcome,
                    Err(Error::Conflict {
                        code: "number_in_pool",
                        ..
                    })
                ),
                "{outcome:?}"
            );
        }
        pools
            .take_number(&world.op, id, in_pool)
            .await
            .expect("taken");
        let detail = pools.detail(&world.op, id).await.expect("pool");
        assert_eq!((detail.numbers.len(), detail.spare.len()), (1, 1));
        let back = form(&detail.spare[0].value);
        assert_eq!(
            pools.add_numbers(&world.op, id, &back).await.expect("back"),
            1
        );
    }
}
