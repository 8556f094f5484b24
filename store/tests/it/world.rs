//! Two accounts with one of everything, and builders of rows.

use domain::access::Role;
use domain::api::campaign::{CampaignInput, RouteInput};
use domain::api::target::TargetInput;
use domain::call::effect::Patience;
use domain::call::event::Arrival;
use domain::call::machine::CallMachine;
use domain::call::recording::{Recording, RecordingKind};
use domain::call::session::{Attempt, ChosenRoute, Session};
use domain::campaign::{Fallback, RecordingMode};
use domain::caps::Caps;
use domain::id::{
    BlockId, BuyerId, CallId, CampaignId, NumberId, RecordingId, RouteId, TargetId, UserId,
};
use domain::phone::{Caller, E164};
use domain::schedule::Hours;
use domain::tag::Tags;
use domain::target::{CallerIdPolicy, Destination};
use domain::time::{Timestamp, Windows};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use store::testing::TestDb;
use store::{BlockInput, Conn, Db, EventRecord, StepRecord, StoreError, TenantScope};
use uuid::Uuid;

use crate::steps::{arriving, keep};

/// 2026-11-21T12:00:00Z.
pub(crate) const NOON: Timestamp = Timestamp(1_795_262_400_000_000);

/// An account with one of everything.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) scope: TenantScope,
    pub(crate) user: UserId,
    pub(crate) campaign: CampaignId,
    pub(crate) buyer: BuyerId,
    pub(crate) target: TargetId,
    pub(crate) number: NumberId,
    pub(crate) block: BlockId,
    pub(crate) e164: E164,
    pub(crate) route: RouteId,
    pub(crate) call: CallId,
    pub(crate) recording: RecordingId,
}

/// A database with two accounts.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) a: Account,
    pub(crate) b: Account,
}

impl World {
    /// One on each database.
    pub(crate) async fn each() -> Vec<Self> {
        let mut worlds = Vec::new();
        for test in TestDb::each().await.expect("databases") {
            let a = account(&test.db, 1).await.expect("account A");
            let b = account(&test.db, 2).await.expect("account B");
            worlds.push(Self { test, a, b });
        }
        worlds
    }

    pub(crate) fn db(&self) -> &Db {
        &self.test.db
    }

    pub(crate) async fn tx(&self) -> Conn {
        self.test.db.write().await.expect("transaction")
    }
}

/// Runs one thing of an account in a transaction of its own, kept if it went well.
macro_rules! tx {
    ($world:expr, $scope:expr, |$tenant:ident| $run:expr) => {{
        let conn = $world.tx().await;
        let $tenant = conn.tenant(&$scope);
        let result = $run.await;
        if result.is_ok() {
            conn.commit().await.expect("commit");
        }
        result
    }};
}
pub(crate) use tx;

async fn account(db: &Db, n: u32) -> Result<Account, StoreError> {
    let conn = db.write().await?;
    let platform = conn.platform();
    let id = platform
        .add_account(&format!("Account {n}"), "America/New_York", NOON)
        .await?;
    let user = platform
        .add_user(&format!("Owner{n}@Example.com"), "Dana", "hash", NOON)
        .await?;
    platform.set_member(id, user, Role::Owner).await?;
    let scope = platform
        .scope_for_member(user)
        .await?
        .ok_or(StoreError::NotFound)?
        .scope;
    let tenant = conn.tenant(&scope);
    let campaign = CampaignId(Uuid::from_u128(u128::from(n) << 64));
    tenant
        .add_campaign(campaign, &campaign_input("Roof repair"), NOON)
        .await?;
    let buyer = tenant.add_buyer("DryRight", NOON).await?;
    let target = tenant
        .add_target(buyer, &target_input("Houston", Caps::default()), NOON)
        .await?;
    let e164 = number(n);
    let number = tenant
        .add_number(&e164, "Billboard", Some(campaign), NOON)
        .await?;
    tenant
        .replace_routes(
            campaign,
            &[RouteInput {
                target,
                priority: 1,
                weight: 10,
                on: true,
            }],
        )
        .await?;
    tenant
        .add_blocks(&[new_block("+1999*", Some(campaign))], NOON)
        .await?;
    let block = tenant.blocks("", None, 1).await?[0].block.id;
    let route = tenant.routes_of(campaign).await?[0].id;
    let call = CallId(Uuid::from_u128((u128::from(n) << 64) + 1));
    let session = attempted(
        session(&format!("CA{n}"), Some(campaign), &e164, NOON),
        route,
        target,
        buyer,
    );
    let (tags, came) = (Tags::default(), event(Some("inbound"), NOON));
    let step = StepRecord {
        event: Some(&came),
        recordings: &[new_recording(&format!("RE{n}"))],
        ..arriving(call, &session, &tags)
    };
    keep(&tenant, &step).await?;
    let recording = tenant.recordings_of(call).await?[0].id;
    conn.commit().await?;
    Ok(Account {
        scope,
        user,
        campaign,
        buyer,
        target,
        number,
        block,
        e164,
        route,
        call,
        recording,
    })
}

/// The n-th of a million numbers.
pub(crate) fn number(n: u32) -> E164 {
    format!("+1214{:07}", 2_000_000 + n)
        .parse()
        .expect("a number")
}

pub(crate) fn campaign_input(name: &str) -> CampaignInput {
    CampaignInput {
        name: name.to_owned(),
        vertical: "Home services".to_owned(),
        recording: RecordingMode::Off,
        fallback: Fallback::HangUp,
    }
}

pub(crate) fn target_input(name: &str, caps: Caps) -> TargetInput {
    TargetInput {
        name: name.to_owned(),
        destination: Destination::Number(number(900_000)),
        ring_timeout_s: 25,
        caller_id: CallerIdPolicy::PassThrough,
        whisper: None,
        zone: "America/Chicago".to_owned(),
        hours: Hours::Always,
        caps,
    }
}

/// A call that has just arrived.
pub(crate) fn session(
    sid: &str,
    campaign: Option<CampaignId>,
    dialed: &E164,
    at: Timestamp,
) -> Session {
    let arrival = Arrival {
        carrier_sid: sid.to_owned(),
        from: Caller::Number("+12145550187".parse().expect("a number")),
        to: dialed.as_str().to_owned(),
        tags: Tags::default(),
    };
    let mut session = CallMachine::arrive(&arrival, None, None, at, Patience::default())
        .session()
        .clone();
    session.campaign = campaign;
    session
}

/// The call with one attempt at a target.
pub(crate) fn attempted(
    mut session: Session,
    route: RouteId,
    target: TargetId,
    buyer: BuyerId,
) -> Session {
    session.attempts.push(Attempt {
        number: 1,
        chosen: ChosenRoute {
            route,
            target,
            buyer,
            name: "Houston".to_owned(),
            buyer_name: "DryRight".to_owned(),
            destination: Destination::Number(number(900_000)),
            ring_timeout_s: 25,
            caller_id: None,
            whisper: None,
            windows: Windows::default(),
        },
        started_at: session.arrived_at,
        leg_sid: None,
        news: None,
        rang: false,
        answered_at: None,
        ended_at: None,
        talked_s: 0,
        result: None,
        line_held: true,
        counted: true,
    });
    session
}

pub(crate) fn event(delivery: Option<&str>, at: Timestamp) -> EventRecord {
    EventRecord {
        at,
        delivery: delivery.map(str::to_owned),
        entries: Vec::new(),
        reply: Some("<Response/>".to_owned()),
    }
}

pub(crate) fn new_recording(sid: &str) -> Recording {
    Recording {
        sid: sid.to_owned(),
        kind: RecordingKind::Conversation,
        duration_s: 7,
        channels: 2,
    }
}

pub(crate) fn new_block(pattern: &str, campaign: Option<CampaignId>) -> BlockInput {
    BlockInput {
        pattern: pattern.parse().expect("a pattern"),
        campaign,
        expires_at: None,
        note: "robots".to_owned(),
    }
}

/// Rows of raw SQL: catalogues and plans, which no repository offers.
#[expect(
    clippy::disallowed_methods,
    reason = "a test looks at the database from outside"
)]
pub(crate) async fn rows(conn: &Conn, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(conn.get_database_backend(), sql);
    conn.query_all_raw(statement)
        .await
        .unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// One text of each row of raw SQL.
pub(crate) async fn texts(conn: &Conn, sql: &str) -> Vec<String> {
    rows(conn, sql)
        .await
        .iter()
        .map(|row| row.try_get_by_index(0).expect("a text"))
        .collect()
}

/// Runs raw SQL.
#[expect(
    clippy::disallowed_methods,
    reason = "a test writes what no repository would"
)]
pub(crate) async fn execute(conn: &Conn, sql: &str) -> Result<u64, StoreError> {
    Ok(conn.execute_unprepared(sql).await?.rows_affected())
}

pub(crate) fn is_sqlite(conn: &Conn) -> bool {
    conn.get_database_backend() == DbBackend::Sqlite
}

/// Repeatable draws (SplitMix64).
#[derive(Debug)]
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A draw from 0 to one below `n`.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        u32::try_from(self.next() % u64::from(n)).expect("below u32")
    }

    pub(crate) fn flip(&mut self) -> bool {
        self.next() & 1 == 1
    }
}
