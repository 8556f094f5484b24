//! Orders for numbers, numbers at the carrier, and the account they are in.

use std::collections::VecDeque;

use domain::access::Role;
use domain::api::carrier_account::{CarrierAccountForm, Connection};
use domain::api::carrier_number::{NumberImportForm, NumberSearchForm};
use domain::api::number::CarrierState;
use domain::api::number_order::{NumberOrderForm, OrderState};
use domain::api::pool::{PoolForm, PoolNumbersForm};
use domain::carrier_number::Drift;
use domain::id::NumberId;
use domain::time::Timestamp;
use service::{Error, OpCtx};
use uuid::Uuid;

use crate::market::Trouble;
use crate::world::{NOON, World, add_account, as_role};

const DALLAS: [&str; 3] = ["+12145550141", "+12145550142", "+12145550143"];

fn order(request: u128, numbers: &[&str]) -> NumberOrderForm {
    NumberOrderForm {
        request: Uuid::from_u128(request).to_string(),
        numbers: numbers.iter().map(|n| (*n).to_owned()).collect(),
        country: "US".to_owned(),
        kind: "local".to_owned(),
        ..NumberOrderForm::default()
    }
}

impl World {
    fn stock(&self, numbers: &[&str]) {
        let mut shelves = self.market.0.lock().expect("shelves");
        shelves.for_sale = numbers.iter().map(|n| (*n).to_owned()).collect();
    }

    /// Works until no order is open, as the clock goes on.
    async fn carry_out(&self) {
        for _ in 0..200 {
            self.services.number_orders.work().await.expect("work");
            let list = self.services.numbers.list(&self.op).await.expect("list");
            if list.orders.iter().all(|o| o.state != OrderState::Open) {
                return;
            }
            self.clock.pass(301);
        }
        panic!("orders stay open");
    }

    fn bought(&self) -> u32 {
        self.market.0.lock().expect("shelves").bought
    }

    async fn number(&self, e164: &str) -> NumberId {
        let list = self.services.numbers.list(&self.op).await.expect("list");
        let found = list.rows.iter().find(|row| row.e164 == e164);
        found.expect("the number").id
    }
}

fn code(error: Error) -> String {
    match error {
        Error::Conflict { code, .. } => code.to_owned(),
        Error::Invalid(errors) => errors.0.iter().map(|e| e.field.as_str()).collect(),
        other => other.code().to_owned(),
    }
}

#[tokio::test]
async fn numbers_are_bought_once_with_what_they_are_for() {
    for world in World::each().await {
        world.stock(&DALLAS);
        let orders = &world.services.number_orders;
        let form = NumberOrderForm {
            campaign: world.campaign.to_string(),
            label: "Roofs".to_owned(),
            ..order(1, &DALLAS[..2])
        };
        let placed = orders.place(&world.op, &form).await.expect("placed");
        assert_eq!(placed.len(), 2);
        let again = orders.place(&world.op, &form).await.expect("the same");
        assert_eq!(again, placed, "{}: sent twice is ordered once", world.kind);
        world.carry_out().await;
        assert_eq!(world.bought(), 2);
        let list = world.services.numbers.list(&world.op).await.expect("list");
        let row = list.rows.iter().find(|r| r.e164 == DALLAS[0]).expect("row");
        assert_eq!(
            (
                row.campaign,
                row.label.as_str(),
                row.carrier,
                row.monthly.as_str()
            ),
            (Some(world.campaign), "Roofs", CarrierState::Right, "$1.15")
        );
        let shelves = world.market.0.lock().expect("shelves");
        let wired = &shelves.owned[0].wiring.voice_url;
        assert!(wired.starts_with("https://calls.example/api/webhooks/voice"));
    }
}

#[tokio::test]
async fn whatever_the_carrier_does_a_number_is_bought_once_and_known() {
    use Trouble::{Busy, LostAfter, LostBefore};
    let courses: [&[Trouble]; 6] = [
        &[LostAfter],
        &[LostBefore, LostAfter],
        &[Busy, Busy, LostAfter],
        &[LostBefore, Busy, LostBefore],
        &[LostBefore; 5],
        &[Busy; 9],
    ];
    for world in World::each().await {
        for (at, (course, lag)) in courses.iter().flat_map(|c| [(c, 0), (c, 3)]).enumerate() {
            let number = format!("+1214555{:04}", 300 + at);
            world.stock(&[&number]);
            {
                let mut shelves = world.market.0.lock().expect("shelves");
                shelves.troubles = VecDeque::from(course.to_vec());
                shelves.lag = lag;
            }
            let before = world.bought();
            let form = order(100 + at as u128, &[&number]);
            let placed = world.services.number_orders.place(&world.op, &form).await;
            placed.expect("placed");
            world.carry_out().await;
            assert_eq!(
                world.bought(),
                before + 1,
                "{}: {course:?}, {lag}",
                world.kind
            );
            world.number(&number).await;
            world.market.0.lock().expect("shelves").lag = 0;
        }
    }
}

#[tokio::test]
async fn two_servers_share_an_order_and_a_crash_loses_none() {
    for world in World::each().await {
        world.stock(&DALLAS);
        let form = order(1, &DALLAS);
        world
            .services
            .number_orders
            .place(&world.op, &form)
            .await
            .expect("placed");
        let other = world.another_server();
        let (a, b) = tokio::join!(
            world.services.number_orders.work(),
            other.number_orders.work()
        );
        assert_eq!(a.expect("work") + b.expect("work"), 3, "{}", world.kind);
        assert_eq!(world.bought(), 3);

        // A server that died after it had asked: its claim runs out, and the next one looks.
        let number = "+12145550149";
        world.stock(&[number]);
        let placed = world
            .services
            .number_orders
            .place(&world.op, &order(2, &[number]))
            .await;
        let id = placed.expect("placed")[0];
        let conn = world.db.db.write().await.expect("conn");
        let tenant = conn.tenant(&world.op.scope);
        let kept = tenant.order(id).await.expect("order");
        let begun = kept.progress.begun(domain::number_order::Act::Buy);
        let until = NOON.plus_secs(180);
        let due = kept.due_at.expect("due");
        assert!(
            tenant
                .claim_order(id, due, &begun, until)
                .await
                .expect("claim")
        );
        conn.commit().await.expect("commit");
        {
            let mut shelves = world.market.0.lock().expect("shelves");
            shelves.for_sale.clear();
            shelves.bought += 1;
        }
        world
            .market
            .own(number, &domain::number_order::name_of(id), "");
        world.clock.pass(181);
        world.carry_out().await;
        world.number(number).await;
        assert_eq!(world.bought(), 4);
    }
}

#[tokio::test]
async fn what_somebody_else_bought_first_is_told_and_can_be_dismissed() {
    for world in World::each().await {
        world.stock(&DALLAS);
        {
            let mut shelves = world.market.0.lock().expect("shelves");
            shelves.troubles = VecDeque::from([Trouble::Taken]);
        }
        let form = order(1, &DALLAS[..1]);
        let placed = world
            .services
            .number_orders
            .place(&world.op, &form)
            .await
            .expect("placed");
        world.carry_out().await;
        let list = world.services.numbers.list(&world.op).await.expect("list");
        assert_eq!(list.orders[0].state, OrderState::Failed);
        assert!(list.orders[0].words.contains("Somebody else"));
        let orders = &world.services.number_orders;
        let viewer = as_role(&world.op, Role::Viewer);
        assert_eq!(
            code(orders.dismiss(&viewer, placed[0]).await.unwrap_err()),
            "denied"
        );
        orders
            .dismiss(&world.op, placed[0])
            .await
            .expect("dismissed");
        let list = world.services.numbers.list(&world.op).await.expect("list");
        assert!(list.orders.is_empty());
    }
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_at_its_field() {
    for world in World::each().await {
        world.stock(&DALLAS);
        let orders = &world.services.number_orders;
        let ours = order(1, &[crate::world::NUMBER]);
        assert_eq!(
            code(orders.place(&world.op, &ours).await.unwrap_err()),
            "numbers"
        );
        let campaign = NumberOrderForm {
            campaign: Uuid::from_u128(99).to_string(),
            ..order(2, &DALLAS)
        };
        assert_eq!(
            code(orders.place(&world.op, &campaign).await.unwrap_err()),
            "campaign"
        );
        let pool = NumberOrderForm {
            pool: "99".to_owned(),
            ..order(3, &DALLAS)
        };
        assert_eq!(
            code(orders.place(&world.op, &pool).await.unwrap_err()),
            "pool"
        );
        orders
            .place(&world.op, &order(4, &DALLAS))
            .await
            .expect("placed");
        let twice = orders.place(&world.op, &order(5, &DALLAS[..1])).await;
        assert_eq!(
            code(twice.unwrap_err()),
            "numbers",
            "it is being bought already"
        );
        let other = stranger(&world).await;
        let theirs = orders.place(&other, &order(6, &DALLAS[..1])).await;
        assert_eq!(code(theirs.unwrap_err()), "numbers", "whoever orders it");
        let none = world
            .services
            .number_orders
            .dismiss(&other, first(&world).await)
            .await;
        assert_eq!(code(none.unwrap_err()), "not_found");
    }
}

async fn stranger(world: &World) -> OpCtx {
    add_account(
        &world.services,
        "Southgate",
        "sam@southgate.example",
        Role::Owner,
    )
    .await
}

async fn first(world: &World) -> domain::id::NumberOrderId {
    let list = world.services.numbers.list(&world.op).await.expect("list");
    list.orders[0].id
}

#[tokio::test]
async fn drift_is_seen_mended_and_foreign_numbers_come_in() {
    for world in World::each().await {
        let numbers = &world.services.carrier_numbers;
        world
            .market
            .own("+12145550151", "Roofs", "https://old.example/voice");
        world
            .market
            .own(crate::world::NUMBER, "", "https://old.example/voice");
        let page = numbers.compare(&world.op).await.expect("page");
        assert_eq!(
            (page.right, page.drifted.len(), page.foreign.len()),
            (0, 1, 1)
        );
        let drift = &page.drifted[0].drift;
        assert!(drift.contains(&Drift::Voice("https://old.example/voice".to_owned())));
        let mended = numbers.repair(&world.op, &[page.drifted[0].id]).await;
        assert_eq!(mended.expect("mended"), 1);
        let form = NumberImportForm {
            numbers: vec!["+12145550151".to_owned()],
            campaign: world.campaign.to_string(),
            ..NumberImportForm::default()
        };
        let imported = numbers.import(&world.op, &form).await.expect("in");
        assert_eq!((imported.taken, imported.not_set_up), (1, 0));
        let page = numbers.compare(&world.op).await.expect("page");
        assert_eq!(
            (page.right, page.drifted.len(), page.foreign.len()),
            (2, 0, 0)
        );
        let list = world.services.numbers.list(&world.op).await.expect("list");
        assert!(list.rows.iter().any(|row| row.label == "Roofs"));
        assert_eq!(
            code(numbers.import(&world.op, &form).await.unwrap_err()),
            "numbers"
        );

        // Taken away at the carrier behind our back; the job notices within the hour.
        world.market.0.lock().expect("shelves").owned.clear();
        let due = numbers
            .compare_due(NOON.plus_secs(3_601))
            .await
            .expect("compared");
        assert_eq!(due, 1, "{}", world.kind);
        let list = world.services.numbers.list(&world.op).await.expect("list");
        assert!(
            list.rows
                .iter()
                .all(|row| row.carrier == CarrierState::Missing)
        );
        let missing = list.rows[0].id;
        let mended = numbers.repair(&world.op, &[missing]).await;
        assert_eq!(code(mended.unwrap_err()), "not_at_carrier");
    }
}

#[tokio::test]
async fn a_number_is_released_by_typing_it_and_not_while_it_is_used() {
    for world in World::each().await {
        world.stock(&DALLAS);
        let form = order(1, &DALLAS[..2]);
        world
            .services
            .number_orders
            .place(&world.op, &form)
            .await
            .expect("placed");
        world.carry_out().await;
        let numbers = &world.services.carrier_numbers;
        let id = world.number(DALLAS[0]).await;
        let wrong = numbers.release(&world.op, id, DALLAS[1]).await;
        assert_eq!(code(wrong.unwrap_err()), "typed");
        let pool = PoolForm {
            name: "Roofs".to_owned(),
            campaign: world.campaign.to_string(),
            ..PoolForm::default()
        };
        let pool = world
            .services
            .pools
            .create(&world.op, &pool)
            .await
            .expect("pool");
        let add = PoolNumbersForm {
            numbers: DALLAS[0].to_owned(),
        };
        world
            .services
            .pools
            .add_numbers(&world.op, pool, &add)
            .await
            .expect("added");
        let used = numbers.release(&world.op, id, DALLAS[0]).await;
        assert_eq!(code(used.unwrap_err()), "number_in_pool");
        world
            .services
            .pools
            .take_number(&world.op, pool, id)
            .await
            .expect("taken");
        world.market.0.lock().expect("shelves").silent = true;
        let silent = numbers.release(&world.op, id, DALLAS[0]).await;
        assert_eq!(code(silent.unwrap_err()), "carrier_refused");
        world.market.0.lock().expect("shelves").silent = false;
        let done = numbers.release(&world.op, id, "(214) 555-0141").await;
        done.expect("released");
        assert_eq!(world.market.0.lock().expect("shelves").owned.len(), 1);
        let gone = numbers.release(&world.op, id, DALLAS[0]).await;
        assert_eq!(code(gone.unwrap_err()), "not_found", "{}", world.kind);
    }
}

#[tokio::test]
async fn what_an_order_bought_unheard_is_taken_in_when_it_is_seen() {
    for world in World::each().await {
        world.stock(&DALLAS[..1]);
        {
            let mut shelves = world.market.0.lock().expect("shelves");
            shelves.troubles = VecDeque::from([Trouble::LostAfter]);
            // The list does not show it for longer than the order looks.
            shelves.lag = 1_000;
        }
        let form = order(1, &DALLAS[..1]);
        world
            .services
            .number_orders
            .place(&world.op, &form)
            .await
            .expect("placed");
        world.carry_out().await;
        let list = world.services.numbers.list(&world.op).await.expect("list");
        assert_eq!(list.orders[0].state, OrderState::Failed);
        let page = world
            .services
            .carrier_numbers
            .compare(&world.op)
            .await
            .expect("page");
        assert_eq!((page.right, page.foreign.len()), (1, 0), "{}", world.kind);
        world.number(DALLAS[0]).await;
        assert_eq!(world.bought(), 1);
    }
}

#[tokio::test]
async fn a_search_shows_what_is_for_sale_or_why_not() {
    for world in World::each().await {
        world.stock(&DALLAS);
        let numbers = &world.services.carrier_numbers;
        let page = numbers.search(&world.op, None).await.expect("page");
        assert_eq!((page.connection, page.offers), (Connection::Server, None));
        let asked = NumberSearchForm {
            area: "214".to_owned(),
            ..NumberSearchForm::default()
        };
        let page = numbers
            .search(&world.op, Some(asked.clone()))
            .await
            .expect("page");
        let offers = page.offers.expect("offers");
        assert_eq!((offers.len(), offers[0].place.as_str()), (3, "Dallas, TX"));
        assert_eq!(page.monthly, Some(1_150_000));
        let bad = NumberSearchForm {
            area: "2".to_owned(),
            ..asked.clone()
        };
        let page = numbers.search(&world.op, Some(bad)).await.expect("page");
        assert!(page.errors.message("area").is_some() && page.offers.is_none());
        world.market.0.lock().expect("shelves").silent = true;
        let page = numbers.search(&world.op, Some(asked)).await.expect("page");
        assert!(
            page.failed
                .is_some_and(|why| why.contains("did not answer"))
        );
        let viewer = as_role(&world.op, Role::Viewer);
        assert!(numbers.search(&viewer, None).await.is_err());
    }
}

#[tokio::test]
async fn a_carrier_account_is_tried_sealed_and_the_one_who_signs() {
    for world in World::each().await {
        let accounts = &world.services.carrier_accounts;
        let form = |token: &str| CarrierAccountForm {
            sid: "ACown".to_owned(),
            token: token.to_owned(),
        };
        world.market.0.lock().expect("shelves").token = "right".to_owned();
        let wrong = accounts.save(&world.op, &form("wrong")).await;
        assert_eq!(code(wrong.unwrap_err()), "token");
        assert!(
            accounts
                .signer("ACown", NOON)
                .await
                .expect("none")
                .is_none()
        );
        accounts
            .save(&world.op, &form("right"))
            .await
            .expect("saved");
        let view = accounts.view(&world.op).await.expect("view");
        assert_eq!(view.connection, Connection::Own);
        let signer = accounts.signer("ACown", NOON).await.expect("signer");
        let signer = signer.expect("somebody signs with it");
        assert_eq!((signer.scope, signer.tokens.len()), (world.op.scope, 1));
        let conn = world.db.db.read().await.expect("conn");
        let stored = conn.tenant(&world.op.scope).carrier_account().await;
        assert_ne!(stored.expect("stored").expect("one").token, "right");
        drop(conn);

        // The token before signs for another day.
        world.market.0.lock().expect("shelves").token = "newer".to_owned();
        accounts
            .save(&world.op, &form("newer"))
            .await
            .expect("saved");
        assert_eq!(tokens(&world, NOON).await, 2);
        assert_eq!(tokens(&world, NOON.plus_secs(86_401)).await, 1);

        let other = stranger(&world).await;
        let same = accounts.save(&other, &form("newer")).await;
        assert_eq!(code(same.unwrap_err()), "sid", "{}", world.kind);
        let manager = as_role(&world.op, Role::Manager);
        assert_eq!(code(accounts.view(&manager).await.unwrap_err()), "denied");

        world.stock(&DALLAS);
        world
            .services
            .number_orders
            .place(&world.op, &order(1, &DALLAS))
            .await
            .expect("placed");
        assert_eq!(
            code(accounts.remove(&world.op).await.unwrap_err()),
            "orders_open"
        );
        world.carry_out().await;
        accounts.remove(&world.op).await.expect("removed");
        let view = accounts.view(&world.op).await.expect("view");
        assert_eq!(view.connection, Connection::Server);
        assert!(
            accounts
                .signer("ACown", NOON)
                .await
                .expect("none")
                .is_none()
        );
    }
}

/// How many tokens may sign for the account's own carrier account.
async fn tokens(world: &World, at: Timestamp) -> usize {
    let signer = world.services.carrier_accounts.signer("ACown", at).await;
    signer.expect("signer").map_or(0, |s| s.tokens.len())
}

#[tokio::test]
async fn a_pool_that_is_short_buys_numbers_of_its_area_within_its_limit() {
    for world in World::each().await {
        world.stock(&["+13105550161", "+12145550161", "+12145550162"]);
        let form = PoolForm {
            name: "Roofs".to_owned(),
            campaign: world.campaign.to_string(),
            grow: "on".to_owned(),
            grow_most: "2".to_owned(),
            grow_budget: "2.30".to_owned(),
            area: "214".to_owned(),
            ..PoolForm::default()
        };
        let pools = &world.services.pools;
        let pool = pools.create(&world.op, &form).await.expect("pool");
        assert_eq!(
            pools.grow_due(NOON).await.expect("grown"),
            0,
            "nobody was missed"
        );
        let tag = crate::visit::tag_of_pool(&world, pool).await;
        let miss = |visitor: &'static str, at| crate::visit::ask_of(&world, tag, visitor, at);
        assert!(miss("1", NOON).await);
        assert_eq!(
            pools.grow_due(NOON).await.expect("grown"),
            1,
            "{}",
            world.kind
        );
        assert_eq!(
            pools.grow_due(NOON).await.expect("grown"),
            0,
            "not twice at once"
        );
        world.carry_out().await;
        let detail = pools.detail(&world.op, pool).await.expect("pool");
        assert_eq!(detail.row.size, 1);
        assert!(detail.numbers[0].display.starts_with("(214)"));
        let later = NOON.plus_secs(301);
        assert!(!miss("1", later).await);
        assert_eq!(
            pools.grow_due(later).await.expect("grown"),
            1,
            "all are lent"
        );
        world.carry_out().await;
        let last = NOON.plus_secs(700);
        for visitor in ["1", "2", "3"] {
            miss(visitor, last).await;
        }
        assert_eq!(
            pools.grow_due(last).await.expect("grown"),
            0,
            "as large as it may be"
        );
    }
}

/// The server's carrier account is used by several companies: none sees, takes or gives back what is
/// another's, or what whoever runs the server has there.
#[tokio::test]
async fn companies_that_share_the_servers_carrier_keep_their_numbers_apart() {
    for world in World::each().await {
        world.stock(&DALLAS);
        world.market.own("+12145550158", "The operator's", "");
        let other = stranger(&world).await;
        let (numbers, orders) = (
            &world.services.carrier_numbers,
            &world.services.number_orders,
        );
        orders
            .place(&world.op, &order(1, &DALLAS[..1]))
            .await
            .expect("placed");
        orders
            .place(&other, &order(2, &DALLAS[1..2]))
            .await
            .expect("placed");
        world.carry_out().await;
        let page = numbers.compare(&other).await.expect("page");
        assert!(page.shared && page.foreign.is_empty(), "{}", world.kind);
        assert_eq!(page.right, 1, "the own one");
        let form = NumberImportForm {
            numbers: vec![DALLAS[0].to_owned()],
            ..NumberImportForm::default()
        };
        assert_eq!(
            code(numbers.import(&other, &form).await.unwrap_err()),
            "shared_carrier"
        );
        // The first account runs the server: it sees what nobody has, and not what others bought.
        let page = numbers.compare(&world.op).await.expect("page");
        let foreign: Vec<&str> = page.foreign.iter().map(|f| f.number.as_str()).collect();
        assert_eq!(foreign, ["+12145550158"]);

        // Typed in by hand, a number of the carrier account is still not theirs to give back.
        let typed = domain::api::number::NumberForm {
            number: "+12145550158".to_owned(),
            ..domain::api::number::NumberForm::default()
        };
        let id = world
            .services
            .numbers
            .add(&other, &typed)
            .await
            .expect("added");
        let released = numbers.release(&other, id, "+12145550158").await;
        assert_eq!(code(released.unwrap_err()), "shared_carrier");
        let own = world.services.numbers.list(&other).await.expect("list");
        let own = own
            .rows
            .iter()
            .find(|row| row.e164 == DALLAS[1])
            .expect("own");
        numbers
            .release(&other, own.id, DALLAS[1])
            .await
            .expect("what was bought is theirs");
    }
}
