//! A world with one account, a campaign, a number and targets, and fakes for what is outside.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::access::Role;
use domain::account::AccountSettings;
use domain::api::buyer::BuyerForm;
use domain::api::campaign::{CampaignForm, PlanForm, RouteForm};
use domain::api::number::NumberForm;
use domain::api::target::TargetForm;
use domain::call::effect::Patience;
use domain::call::event::{Arrival, CarrierRecord, DialResult, LegStatus};
use domain::id::{CallId, CampaignId, TargetId, UserId, VisitId};
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use secrecy::ExposeSecret as _;
use service::port::{
    CarrierLogin, CarrierUnreachable, Carriers, Clock, Ids, NumberMarket, RecordingSource, Sink,
    Telephony,
};
use service::user::NewUser;
use service::{OpCtx, Parts, Rights, Services};
use store::testing::TestDb;
use uuid::Uuid;

use crate::auction::FakeBidders;
use crate::market::{FakeMarket, PlainVault, Signed};

/// 2026-11-18 15:00 UTC, a Wednesday.
pub const NOON: Timestamp = Timestamp(1_795_014_000_000_000);
/// Where calls come in by SIP.
const SIP_HOST: &str = "sip.calls.example";
pub const NUMBER: &str = "+18005550126";

/// Noon, until a test says otherwise.
#[derive(Debug, Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn pass(&self, secs: i64) {
        self.0.fetch_add(secs, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        NOON.plus_secs(self.0.load(Ordering::Relaxed))
    }
}

#[derive(Debug, Default)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::Relaxed) + 1) << 64 | 7)
    }
}

impl Ids for CountingIds {
    fn call(&self) -> CallId {
        CallId(self.next())
    }
    fn campaign(&self) -> CampaignId {
        CampaignId(self.next())
    }
    fn visit(&self) -> VisitId {
        VisitId(self.next())
    }
}

/// What the carrier's records say, as a test writes them.
#[derive(Debug, Default)]
pub struct FakeRecords(
    pub Mutex<BTreeMap<String, CarrierRecord>>,
    pub Mutex<FakeRecordings>,
);

/// What was asked about recordings, and whether the carrier obeys.
#[derive(Debug, Default)]
pub struct FakeRecordings {
    pub sound: Vec<u8>,
    pub heard: u32,
    pub deleted: Vec<String>,
    /// It is too busy so many times.
    pub busy: u32,
}

#[async_trait]
impl Telephony for FakeRecords {
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable> {
        Ok(self
            .0
            .lock()
            .expect("records")
            .get(carrier_sid)
            .cloned()
            .unwrap_or_default())
    }

    async fn hear(&self, _: &RecordingSource, sink: Sink<'_>) -> Result<(), CarrierUnreachable> {
        let mut fake = self.1.lock().expect("recordings");
        fake.heard += 1;
        if fake.sound.is_empty() {
            return Err(CarrierUnreachable("503".to_owned()));
        }
        for piece in fake.sound.chunks(1_000) {
            sink(piece);
        }
        Ok(())
    }

    async fn delete_recording(&self, carrier_sid: &str) -> Result<(), CarrierUnreachable> {
        let mut fake = self.1.lock().expect("recordings");
        if fake.busy > 0 {
            fake.busy -= 1;
            return Err(CarrierUnreachable("429".to_owned()));
        }
        fake.deleted.push(carrier_sid.to_owned());
        Ok(())
    }
}

pub struct World {
    pub services: Services,
    pub op: OpCtx,
    pub campaign: CampaignId,
    pub records: Arc<FakeRecords>,
    pub market: Arc<FakeMarket>,
    pub bidders: Arc<FakeBidders>,
    pub clock: Arc<TestClock>,
    pub kind: &'static str,
    ids: Arc<CountingIds>,
    pub db: TestDb,
}

impl World {
    /// One world a database.
    pub async fn each() -> Vec<Self> {
        let mut worlds = Vec::new();
        for db in TestDb::each().await.expect("databases") {
            worlds.push(Self::on(db).await);
        }
        worlds
    }

    async fn on(db: TestDb) -> Self {
        let records = Arc::new(FakeRecords::default());
        let market = Arc::new(FakeMarket::default());
        let bidders = Arc::new(FakeBidders::default());
        let clock = Arc::new(TestClock::default());
        let ids = Arc::new(CountingIds::default());
        let carriers = FakeCarriers {
            records: Arc::clone(&records),
            market: Arc::clone(&market),
        };
        let services = build(&db, carriers, &bidders, &clock, &ids, SIP_HOST);
        let op = add_account(
            &services,
            "Northgate Calls",
            "dana@northgate.example",
            Role::Owner,
        )
        .await;
        let form = CampaignForm {
            name: "Roof repair, Texas".into(),
            ..CampaignForm::default()
        };
        let campaign = services
            .campaigns
            .create(&op, &form)
            .await
            .expect("campaign");
        let number = NumberForm {
            number: NUMBER.into(),
            campaign: campaign.to_string(),
            ..NumberForm::default()
        };
        services.numbers.add(&op, &number).await.expect("number");
        let conn = db.db.write().await.expect("conn");
        let settings = AccountSettings {
            guard_s: 0,
            ..AccountSettings::default()
        };
        conn.tenant(&op.scope)
            .set_account_settings(&settings)
            .await
            .expect("no guard: all calls come at one moment");
        conn.commit().await.expect("commit");
        let kind = if db.db.is_postgres() {
            "postgres"
        } else {
            "sqlite"
        };
        Self {
            services,
            op,
            campaign,
            records,
            market,
            bidders,
            clock,
            kind,
            ids,
            db,
        }
    }

    /// The same database after a restart: nothing is left in memory.
    pub fn restart(&mut self) {
        self.services = self.another_server();
    }

    /// Another server on the same database.
    pub fn another_server(&self) -> Services {
        let carriers = FakeCarriers {
            records: Arc::clone(&self.records),
            market: Arc::clone(&self.market),
        };
        let (clock, ids) = (&self.clock, &self.ids);
        build(&self.db, carriers, &self.bidders, clock, ids, SIP_HOST)
    }

    /// One to which calls come by number only.
    pub fn another_server_without_sip(&self) -> Services {
        let carriers = FakeCarriers {
            records: Arc::clone(&self.records),
            market: Arc::clone(&self.market),
        };
        build(
            &self.db,
            carriers,
            &self.bidders,
            &self.clock,
            &self.ids,
            "",
        )
    }

    /// Adds targets with the given caps on concurrent calls, in one priority each, and plans them.
    pub async fn targets(&self, caps: &[&str]) -> Vec<TargetId> {
        let buyer = self
            .services
            .buyers
            .create(&self.op, &BuyerForm::named("Lone Star Group"))
            .await
            .expect("buyer");
        let mut ids = Vec::new();
        let mut routes = Vec::new();
        for (i, cap) in caps.iter().enumerate() {
            let form = TargetForm {
                name: format!("Target {}", i + 1),
                number: format!("+1214555010{i}"),
                cap_concurrent: (*cap).to_owned(),
                ..TargetForm::default()
            };
            let id = self
                .services
                .targets
                .create(&self.op, buyer, &form)
                .await
                .expect("target");
            routes.push(RouteForm {
                target: id.to_string(),
                priority: (i + 1).to_string(),
                ..RouteForm::default()
            });
            ids.push(id);
        }
        let plan = PlanForm {
            version: 1,
            routes,
            ..PlanForm::default()
        };
        self.services
            .campaigns
            .save_plan(&self.op, self.campaign, &plan)
            .await
            .expect("plan");
        ids
    }

    pub async fn live(&self, target: TargetId) -> (u32, u32, u32) {
        let snapshot = self
            .services
            .inspect
            .snapshot(&self.op)
            .await
            .expect("snapshot");
        let of = snapshot
            .capacity
            .iter()
            .find(|c| c.target == target)
            .expect("target");
        (of.live, of.day, of.peak_live)
    }
}

/// The one carrier of a world, whoever signs in.
struct FakeCarriers {
    records: Arc<FakeRecords>,
    market: Arc<FakeMarket>,
}

impl Carriers for FakeCarriers {
    fn telephony(&self, _: &[CarrierLogin]) -> Option<Arc<dyn Telephony>> {
        Some(Arc::clone(&self.records) as Arc<dyn Telephony>)
    }

    fn market(&self, login: &CarrierLogin) -> Option<Arc<dyn NumberMarket>> {
        let token = login.token.expose_secret().to_owned();
        Some(Arc::new(Signed(Arc::clone(&self.market), token)))
    }
}

fn build(
    db: &TestDb,
    carriers: FakeCarriers,
    bidders: &Arc<FakeBidders>,
    clock: &Arc<TestClock>,
    ids: &Arc<CountingIds>,
    sip_host: &str,
) -> Services {
    Services::new(Parts {
        db: db.db.clone(),
        clock: Arc::clone(clock) as Arc<dyn Clock>,
        ids: Arc::clone(ids) as Arc<dyn Ids>,
        carriers: Arc::new(carriers),
        vault: Arc::new(PlainVault),
        bidders: Arc::clone(bidders) as Arc<dyn service::port::Bidders>,
        scripts: Arc::new(service::port::NoBidders),
        login: Some(CarrierLogin {
            sid: "ACserver".to_owned(),
            token: "server-token".into(),
        }),
        public_base_url: "https://calls.example".to_owned(),
        sip_host: sip_host.to_owned(),
        patience: Patience::default(),
    })
}

pub async fn add_account(services: &Services, account: &str, email: &str, role: Role) -> OpCtx {
    let new = NewUser {
        email,
        name: "Dana Weiss",
        password: "northgate-demo-1",
        account,
        role,
    };
    let (user, _) = services
        .users
        .add(&new, "America/New_York", NOON)
        .await
        .expect("user");
    services
        .users
        .context(user, "test".to_owned(), NOON)
        .await
        .expect("context")
}

pub fn as_role(op: &OpCtx, role: Role) -> OpCtx {
    let mut op = op.clone();
    op.actor.rights = Rights::Member(role);
    op.actor.user_id = UserId(99);
    op
}

pub fn arrival(sid: &str) -> Arrival {
    Arrival {
        carrier_sid: sid.to_owned(),
        from: Caller::from_carrier("+12145550187"),
        to: NUMBER.to_owned(),
        tags: Tags::default(),
    }
}

pub fn ended(status: LegStatus, bridged: bool) -> DialResult {
    DialResult {
        status,
        bridged: Some(bridged),
        duration_s: Some(if bridged { 90 } else { 0 }),
        leg_sid: None,
        caller_gone: false,
    }
}
