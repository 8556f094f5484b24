//! Two accounts with one of everything, and builders of rows.

use domain::access::Role;
use domain::agent::WrapUp;
use domain::api::campaign::{CampaignInput, RouteInput};
use domain::api::dni_tag::DniTagInput;
use domain::api::number::NewNumber;
use domain::api::pool::PoolInput;
use domain::api::target::{CheckedTarget, TargetInput};
use domain::api::webhook::WebhookInput;
use domain::api_key::Scopes;
use domain::call::effect::Patience;
use domain::call::event::Arrival;
use domain::call::machine::{Acquaintance, CallMachine};
use domain::call::money::{Dial, PayoutClaim};
use domain::call::recording::{Recording, RecordingKind};
use domain::call::reservation::Reservation;
use domain::call::session::{Attempt, AttemptResult, ChosenRoute, Session};
use domain::call::timeline::EndedBy;
use domain::campaign::{Fallback, RecordingMode};
use domain::caps::Caps;
use domain::caps::CountOn;
use domain::caps::dollars::DollarCaps;
use domain::dni_tag::{Source, Swap};
use domain::duplicate::payment::PaymentRule;
use domain::enrichment::Enrichment;
use domain::id::{
    ApiKeyId, BlockId, BuyerId, CallId, CampaignId, DniTagId, NumberId, NumberOrderId, PoolId,
    RecordingId, RouteId, RtbId, TargetGroupId, TargetId, UserId, VisitId, WebhookId,
};
use domain::id::{PayoutRuleId, PublisherId};
use domain::ledger::dispute::{self, Act, Dispute, Reason};
use domain::ledger::entry::{Author, EntryKey, Kind, Party};
use domain::ledger::payout::{PayoutTerms, PayoutTrigger};
use domain::ledger::{self, Ledger};
use domain::money::Micros;
use domain::phone::{Caller, E164};
use domain::plan::RouteTo;
use domain::pool::{Hold, Rotation};
use domain::rtb::ping::{Ping, PingDetail, PingVerdict};
use domain::rtb_id::arrival::Stale;
use domain::rtb_id::bid::{Offered, PublisherBid, Said, bid_id};
use domain::rtb_id::promise::Promise;
use domain::rtb_id::rate::RateLimit;
use domain::rtb_id::settings::{Environment, RtbIdSettings};
use domain::schedule::Hours;
use domain::tag::Tags;
use domain::target::group::{Member, RingOrder, TargetGroup};
use domain::target::settings::TargetSettings;
use domain::target::{CallerIdPolicy, Destination};
use domain::time::{Timestamp, Windows};
use domain::visit::{self, Circumstances, PageView, Shown};
use domain::webhook::{Answer, Parameters};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use store::testing::TestDb;
use store::{
    ApiKeyInput, BidKept, BidStep, BlockFilter, BlockInput, CarrierAccountRecord,
    CarrierNumberRecord, Conn, Db, DeliveryInput, EventRecord, KeptAnswer, Lease, LeaseInput,
    OrderInput, RequestToken, StepRecord, StoreError, TenantScope, VisitRecord, WrapUpRecord,
};
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
    pub(crate) api_key: ApiKeyId,
    pub(crate) e164: E164,
    pub(crate) route: RouteId,
    pub(crate) call: CallId,
    /// An open bid of the RTB id.
    pub(crate) bid: CallId,
    pub(crate) recording: RecordingId,
    pub(crate) publisher: PublisherId,
    /// The publisher's in the campaign, with one bid.
    pub(crate) rtb_id: RtbId,
    pub(crate) webhook: WebhookId,
    pub(crate) pool: PoolId,
    /// The pool's only number.
    pub(crate) pooled: NumberId,
    pub(crate) dni_tag: DniTagId,
    /// A visitor who has it.
    pub(crate) visit: VisitId,
    /// Open.
    pub(crate) order: NumberOrderId,
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
    let publisher = tenant
        .add_publisher("Gulf Leads", "gulf", &PayoutTerms::default(), NOON)
        .await?;
    tenant.set_number_publisher(number, Some(publisher)).await?;
    tenant.enrichment_to_change(number, &e164).await?;
    let known = Enrichment {
        tags: Tags::default(),
        sent_at: NOON,
    };
    tenant.keep_enrichment(number, &e164, &known).await?;
    tenant.add_bulk_list("Zips", "75201", NOON).await?;
    tenant
        .replace_routes(
            campaign,
            &[RouteInput {
                to: RouteTo::Target(target),
                priority: 1,
                weight: 10,
                on: true,
                terms: None,
            }],
        )
        .await?;
    tenant
        .add_blocks(&[new_block("+1999*", Some(campaign))], NOON)
        .await?;
    let block = tenant.blocks(BlockFilter::default(), None, 1).await?[0]
        .block
        .id;
    let desk = new_group("Standing desk", &[target]);
    let desk = tenant.add_target_group(&desk, NOON).await?;
    let webhook = WebhookId(Uuid::from_u128((u128::from(n) << 64) + 9));
    let input = new_webhook("Crestline CRM", Some(campaign));
    tenant.add_webhook(webhook, &input, NOON).await?;
    tenant.keep_delivery(webhook, &new_delivery("c1")).await?;
    let shown = number_of_pool(n);
    let pooled = tenant.add_number(&shown, "", None, NOON).await?;
    let pool = tenant.add_pool(&new_pool("Roofs", campaign), NOON).await?;
    tenant.add_to_pool(pool, &[pooled]).await?;
    let dni_tag = DniTagId(Uuid::from_u128((u128::from(n) << 64) + 10));
    let input = new_dni_tag("Roofs", Source::Pool(pool));
    tenant.add_dni_tag(dni_tag, &input, NOON).await?;
    let visit = VisitId(Uuid::from_u128((u128::from(n) << 64) + 11));
    let seen = new_visit(visit, dni_tag, "visitor-1", &shown);
    tenant.add_visits(std::slice::from_ref(&seen)).await?;
    tenant.keep_leases(&[new_lease(pooled, &seen)]).await?;
    let order = NumberOrderId(Uuid::from_u128((u128::from(n) << 64) + 12));
    tenant
        .add_orders(&[new_order(order, n, campaign)], NOON)
        .await?;
    tenant
        .keep_carrier_numbers(&[new_carrier_number(number)])
        .await?;
    tenant.set_carrier_account(&new_carrier_account(n)).await?;
    let api_key = tenant.add_api_key(&new_api_key(n, user), NOON).await?;
    let request = RequestToken {
        key: api_key,
        token: TOKEN,
    };
    tenant.take_request(request, "hash", NOON).await?;
    tenant.answer_request(request, &kept_answer()).await?;
    let rtb_id = RtbId(Uuid::from_u128((u128::from(n) << 64) + 13));
    tenant
        .add_rtb_id(
            rtb_id,
            (campaign, publisher),
            &RtbIdSettings::default(),
            NOON,
        )
        .await?;
    let bid = CallId(Uuid::from_u128((u128::from(n) << 64) + 14));
    let bid = bid_of(bid, rtb_id, campaign, publisher);
    let kept = tenant
        .keep_bid(&bid_step(&bid, &Reservation::default()))
        .await?;
    assert_eq!(kept, BidKept::Done);
    let route = tenant.routes_of(campaign).await?[0].id;
    let call = CallId(Uuid::from_u128((u128::from(n) << 64) + 1));
    let mut session = attempted(
        session(&format!("CA{n}"), Some(campaign), &e164, NOON),
        route,
        target,
        buyer,
    );
    session.publisher = Some(publisher);
    let ledger = new_entries(buyer, publisher);
    session.ledger = Ledger::of(ledger.clone());
    let payout = PayoutClaim {
        publisher,
        rule: PayoutRuleId(1),
        caps: Caps::default(),
        dollars: DollarCaps::default(),
        amount: Micros(18_000_000),
        windows: Windows::default(),
    };
    let dial = Dial {
        attempt: 1,
        campaign,
        target,
        publisher: Some(publisher),
        started_at: NOON,
        ended_at: NOON.plus_secs(90),
        result: AttemptResult::Connected,
        rang_s: 5,
        talked_s: 85,
        by: EndedBy::Caller,
        revenue: Micros(25_000_000),
    };
    let (tags, came) = (Tags::default(), event(Some("inbound"), NOON));
    let step = StepRecord {
        event: Some(&came),
        recordings: &[new_recording(&format!("RE{n}"))],
        ledger: &ledger,
        payout: Some(&payout),
        dials: &[dial],
        pings: &[new_ping(target, desk)],
        ..arriving(call, &session, &tags)
    };
    keep(&tenant, &step).await?;
    tenant.add_agent(target, user, NOON).await?;
    tenant
        .keep_wrap_up(&new_wrap_up(call, target, user))
        .await?;
    tenant
        .add_dispute(call, &new_dispute(buyer, user), NOON)
        .await?;
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
        api_key,
        e164,
        route,
        call,
        bid: bid.call,
        recording,
        publisher,
        rtb_id,
        webhook,
        pool,
        pooled,
        dni_tag,
        visit,
        order,
    })
}

/// A bid for one caller, that holds for a minute.
pub(crate) fn new_bid(account: &Account, n: u128) -> PublisherBid {
    let (rtb_id, campaign) = (account.rtb_id, account.campaign);
    bid_of(
        CallId(Uuid::from_u128(n)),
        rtb_id,
        campaign,
        account.publisher,
    )
}

fn bid_of(
    call: CallId,
    rtb_id: RtbId,
    campaign: CampaignId,
    publisher: PublisherId,
) -> PublisherBid {
    PublisherBid {
        call,
        rtb_id,
        campaign,
        publisher,
        environment: Environment::Production,
        asked_at: NOON,
        took_ms: 3,
        caller: Some(number(700_000)),
        sub_id: String::new(),
        inbound_call_id: String::new(),
        tags: Tags::default(),
        said: Said::Offer(Box::new(Offered {
            amount: Micros(45_000_000),
            expires_at: NOON.plus_secs(60),
            number: None,
            sip: None,
            terms: Vec::new(),
            warnings: Vec::new(),
            promise: Promise {
                bid_id: bid_id(call),
                rule: PayoutRuleId(-1),
                amount: Some(Micros(45_000_000)),
                trigger: PayoutTrigger::Connect,
                payment: PaymentRule::default(),
                zone: "UTC".to_owned(),
                floor: None,
            },
            stale: Stale::Refuse,
            auctions: Vec::new(),
            winner: "Houston".to_owned(),
        })),
        priced: None,
        considered: Vec::new(),
    }
}

/// A bid that claims nothing.
pub(crate) fn bid_step<'a>(bid: &'a PublisherBid, reserved: &'a Reservation) -> BidStep<'a> {
    BidStep {
        bid,
        reserved,
        limit: RateLimit::default(),
        taken: None,
        held_until: bid.offered().map_or(NOON, |offered| offered.expires_at),
        seen: &[],
        counted: false,
        claims: &[],
        group_claim: None,
        freed: &[],
        freed_groups: &[],
        pings: &[],
        now: NOON,
    }
}

/// The only number of an account's pool.
pub(crate) fn number_of_pool(n: u32) -> E164 {
    number(100_000 + n)
}

pub(crate) fn new_pool(name: &str, campaign: CampaignId) -> PoolInput {
    PoolInput {
        name: name.to_owned(),
        campaign,
        hold: Hold::default(),
        rotation: Rotation::LongestFree,
        area: None,
        grow: None,
    }
}

/// An order for a number that nobody has, by a request of the account's number.
pub(crate) fn new_order(id: NumberOrderId, n: u32, campaign: CampaignId) -> OrderInput {
    OrderInput {
        id,
        carrier_sid: "AC0".to_owned(),
        request: Uuid::from_u128(u128::from(n)),
        number: number(300_000 + n),
        monthly: Some(Micros(1_150_000)),
        label: String::new(),
        campaign: Some(campaign),
        publisher: None,
        pool: None,
        ordered_by: "Dana".to_owned(),
    }
}

/// A number that is set up at the carrier.
pub(crate) fn new_carrier_number(number: NumberId) -> CarrierNumberRecord {
    CarrierNumberRecord {
        number,
        sid: Some(format!("PN{number}")),
        monthly: Some(Micros(1_150_000)),
        checked_at: NOON,
        drift: Vec::new(),
        owned: true,
    }
}

pub(crate) fn new_carrier_account(n: u32) -> CarrierAccountRecord {
    CarrierAccountRecord {
        sid: format!("AC{n}"),
        name: "Northgate".to_owned(),
        token: "sealed".to_owned(),
        former: None,
        saved_at: NOON,
    }
}

pub(crate) fn new_dni_tag(name: &str, source: Source) -> DniTagInput {
    DniTagInput {
        name: name.to_owned(),
        source,
        publisher: None,
        origins: vec!["https://roofs.example".parse().expect("a site")],
        swap: Swap::default(),
        fallback: None,
        click_ids: Vec::new(),
    }
}

/// A visit that has had a number since noon, for 330 seconds.
pub(crate) fn new_visit(id: VisitId, tag: DniTagId, visitor: &str, number: &E164) -> VisitRecord {
    VisitRecord {
        id,
        tag,
        publisher: None,
        visitor: visitor.to_owned(),
        shown: Shown::Leased,
        number: Some(number.clone()),
        lease: Some(Lease {
            at: NOON,
            until: NOON.plus_secs(330),
        }),
        started_at: NOON,
        seen_at: NOON,
        landing: "https://roofs.example/".to_owned(),
        source: visit::source::Source {
            source: "google".to_owned(),
            medium: "cpc".to_owned(),
            campaign: "spring roofs".to_owned(),
        },
        circumstances: Circumstances {
            device: "Phone".to_owned(),
            country: "US".to_owned(),
            region: "TX".to_owned(),
            city: "Dallas".to_owned(),
            ..Circumstances::default()
        },
        tags: Tags::default(),
        pages: vec![PageView {
            at: NOON,
            page: "https://roofs.example/".to_owned(),
        }],
    }
}

pub(crate) fn new_lease(number: NumberId, visit: &VisitRecord) -> LeaseInput {
    LeaseInput {
        number,
        visitor: visit.visitor.clone(),
        visit: visit.id,
        landing: visit.landing.clone(),
        free_at: visit.lease.map_or(NOON, |lease| lease.until),
    }
}

pub(crate) fn new_group(name: &str, members: &[TargetId]) -> TargetGroup {
    TargetGroup {
        id: TargetGroupId(0),
        name: name.to_owned(),
        active: true,
        order: RingOrder::AllAtOnce,
        auction: None,
        ring_timeout_s: 20,
        zone: "America/New_York".to_owned(),
        hours: Hours::Always,
        holidays: Vec::new(),
        caps: Caps {
            concurrent: Some(1),
            ..Caps::default()
        },
        members: members
            .iter()
            .map(|target| Member {
                target: *target,
                priority: 1,
                weight: 1,
            })
            .collect(),
    }
}

/// A bidder was asked about a call, and won.
pub(crate) fn new_ping(target: TargetId, group: TargetGroupId) -> Ping {
    Ping {
        target,
        group,
        at: NOON,
        took_ms: 120,
        confirms: false,
        verdict: PingVerdict::Won,
        amount: Some(Micros(32_000_000)),
        net: Some(Micros(30_000_000)),
        bid_id: Some("b-1".to_owned()),
        detail: PingDetail {
            status: Some(200),
            answer: "{\"bid\":32}".to_owned(),
            words: "Won the auction.".to_owned(),
            ..PingDetail::default()
        },
    }
}

/// What somebody writes of a call they had as the agent behind a target.
pub(crate) fn new_wrap_up(call: CallId, target: TargetId, user: UserId) -> WrapUpRecord {
    WrapUpRecord {
        call,
        target,
        user,
        wrap_up: WrapUp {
            note: "Wants a quote.".to_owned(),
            dispositions: vec!["Sale".to_owned()],
        },
        saved_at: NOON,
    }
}

pub(crate) fn new_webhook(name: &str, campaign: Option<CampaignId>) -> WebhookInput {
    WebhookInput {
        name: name.to_owned(),
        campaign,
        parameters: Parameters::default(),
    }
}

pub(crate) fn new_delivery(call: &str) -> DeliveryInput {
    DeliveryInput {
        at: NOON,
        call: call.to_owned(),
        revenue: "25".to_owned(),
        event: String::new(),
        answer: Answer::unknown_call(),
    }
}

/// What the buyer owes and the publisher is owed for a call.
pub(crate) fn new_entries(buyer: BuyerId, publisher: PublisherId) -> Vec<ledger::entry::Entry> {
    let entry = |key: &str, kind, party, micros| ledger::entry::Entry {
        key: EntryKey::new(key, 1),
        kind,
        party,
        amount: Micros(micros),
        at: NOON,
        author: Author::Rule,
        reason: "Lasted 1:00 after connecting.".to_owned(),
    };
    vec![
        entry("revenue", Kind::Revenue, Party::Buyer(buyer), 25_000_000),
        entry(
            "payout",
            Kind::Payout,
            Party::Publisher(publisher),
            18_000_000,
        ),
    ]
}

/// A dispute that somebody of the account opened for a buyer.
pub(crate) fn new_dispute(buyer: BuyerId, user: UserId) -> Dispute {
    let reason = Reason::Spam;
    Dispute {
        buyer,
        reason,
        steps: vec![dispute::Step {
            request: "r1".to_owned(),
            act: Act::Open { reason },
            by: dispute::Actor::Member {
                user,
                role: Role::Owner,
            },
            at: NOON,
            comment: String::new(),
        }],
    }
}

/// What a request of each account is called.
pub(crate) const TOKEN: &str = "order 7";

pub(crate) fn new_api_key(n: u32, user: UserId) -> ApiKeyInput {
    ApiKeyInput {
        name: "Warehouse".to_owned(),
        prefix: "ccp_live_abcdef".to_owned(),
        secret_hash: format!("hash {n}"),
        scopes: Scopes::all(),
        created_by: Some(user),
        expires_at: None,
    }
}

pub(crate) fn kept_answer() -> KeptAnswer {
    KeptAnswer {
        status: 201,
        location: None,
        body: "{}".to_owned(),
    }
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
        recording_keep: None,
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
        recording_blocked: false,
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
    let mut session = CallMachine::arrive(
        &arrival,
        None,
        Acquaintance::default(),
        None,
        at,
        Patience::default(),
    )
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
        ring: 0,
        entry: 0,
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
            revenue: None,
            price: Micros::ZERO,
            count_on: CountOn::default(),
            recovery: None,
            digits: String::new(),
            sip: None,
            recording_blocked: false,
            group: None,
            accept_key: false,
            wrap_up_s: 0,
            bid: None,
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
        leg_s: 0,
        spend_settled: false,
        kept: None,
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

pub(crate) fn new_number(n: u32) -> NewNumber {
    NewNumber {
        e164: number(n),
        label: format!("Number {n}"),
        campaign: None,
        publisher: None,
    }
}

pub(crate) fn new_block(pattern: &str, campaign: Option<CampaignId>) -> BlockInput {
    BlockInput {
        pattern: pattern.parse().expect("a pattern"),
        campaign,
        expires_at: None,
        note: "robots".to_owned(),
        source: String::new(),
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

/// A target that says nothing beyond its input.
pub(crate) fn checked(input: TargetInput) -> CheckedTarget {
    CheckedTarget {
        input,
        settings: TargetSettings::default(),
    }
}
