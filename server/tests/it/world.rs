//! Two accounts with everything in them, and people who ask.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use domain::access::Role;
use domain::api::adjustment::AdjustForm;
use domain::api::agent::AgentForm;
use domain::api::api_key::ApiKeyForm;
use domain::api::block::{BlockForm, BlockQuery};
use domain::api::bulk_list::BulkListForm;
use domain::api::buyer::BuyerForm;
use domain::api::campaign::{CampaignForm, PlanForm, RouteForm};
use domain::api::dispute::DisputeForm;
use domain::api::dni_tag::DniTagForm;
use domain::api::number::NumberForm;
use domain::api::number_order::NumberOrderForm;
use domain::api::pool::{PoolForm, PoolNumbersForm};
use domain::api::publisher::PublisherForm;
use domain::api::rtb_id::RtbIdForm;
use domain::api::rtb_target::RtbTargetForm;
use domain::api::target::TargetForm;
use domain::api::target_group::TargetGroupForm;
use domain::api::webhook::WebhookForm;
use domain::id::{
    ApiKeyId, BlockId, BulkListId, BuyerId, CallId, CampaignId, DisputeId, DniTagId, NumberId,
    NumberOrderId, PoolId, PublisherId, RecordingId, RtbId, TargetGroupId, TargetId, WebhookId,
};
use server::config::Config;
use server::shutdown::Shutdown;
use server::webhook::twilio::signature;
use server::{boot, router};
use service::user::NewUser;
use service::{OpCtx, Services};
use store::testing::TestDb;
use tower::ServiceExt as _;

pub(crate) const BASE: &str = "http://127.0.0.1:3000";
pub(crate) const TOKEN: &str = "12345";

/// Where calls come in by SIP.
pub(crate) const SIP_HOST: &str = "sip.calls.example";
/// The site of every account's tag.
pub(crate) const SITE: &str = "https://roofs.example";

/// An account and the ids of what is in it.
pub(crate) struct Account {
    pub(crate) name: &'static str,
    pub(crate) number: &'static str,
    pub(crate) campaign: CampaignId,
    pub(crate) buyer: BuyerId,
    pub(crate) target: TargetId,
    pub(crate) group: TargetGroupId,
    /// A ring tree, and the RTB target in it.
    pub(crate) tree: TargetGroupId,
    pub(crate) bidder: TargetId,
    pub(crate) agent: TargetId,
    pub(crate) number_id: NumberId,
    pub(crate) block: BlockId,
    pub(crate) api_key: ApiKeyId,
    pub(crate) publisher: PublisherId,
    /// The publisher's in the campaign, by SIP.
    pub(crate) rtb_id: RtbId,
    pub(crate) list: BulkListId,
    pub(crate) webhook: WebhookId,
    pub(crate) pool: PoolId,
    /// The pool's only number.
    pub(crate) pooled: NumberId,
    pub(crate) dni_tag: DniTagId,
    /// An order for a number, open.
    pub(crate) order: NumberOrderId,
    pub(crate) call: CallId,
    pub(crate) dispute: DisputeId,
    pub(crate) recording: RecordingId,
}

/// A server with two accounts.
pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) services: Services,
    pub(crate) a: Account,
    pub(crate) b: Account,
    /// How the carrier knows the server.
    base: String,
    _db: TestDb,
}

/// An answer, read to its end.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: axum::http::HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(extra: &[(&str, &str)]) -> Self {
        let db = TestDb::sqlite().await.expect("database");
        let mut vars = vec![
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", TOKEN),
            ("SESSION_SECRET", "a-secret-that-is-long-enough-for-tests"),
        ];
        // Nobody listens there: the carrier does not answer.
        if !extra.iter().any(|(name, _)| *name == "TWILIO_API_BASE_URL") {
            vars.push(("TWILIO_API_BASE_URL", "http://127.0.0.1:1"));
        }
        vars.push(("TWILIO_PRICING_BASE_URL", "http://127.0.0.1:1"));
        vars.push(("CALLCENTER__TWILIO__REST_PAUSE_MS", "1"));
        vars.push(("CALLCENTER__RTB__SIP_HOST", SIP_HOST));
        vars.extend_from_slice(extra);
        let config = Config::from_vars(vars.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())))
            .expect("settings");
        // No carrier answers here; recordings are made up as in a demo.
        let server = boot::server(
            &config,
            &db.db,
            config.http.addr,
            true,
            &Shutdown::default(),
        )
        .expect("server");
        server.state.health.migrated();
        let secret = config.auth.session_secret.clone();
        let services = server.state.services.clone();
        let router = router::build(server.state, &config, &secret, &db.db);
        let a = account(&services, "Alpha", "+18005550101", "+12145550101").await;
        let b = account(&services, "Bravo", "+18005550102", "+12145550102").await;
        // The same caller dials again at once in many tests.
        for name in ["Alpha", "Bravo"] {
            let now = services.clock.now();
            let op = services.users.operator(name, now).await.expect("account");
            let settings = domain::account::AccountSettings {
                guard_s: 0,
                ..domain::account::AccountSettings::default()
            };
            let conn = db.db.write().await.expect("conn");
            let tenant = conn.tenant(&op.scope);
            tenant.set_account_settings(&settings).await.expect("guard");
            conn.commit().await.expect("commit");
        }
        let base = config.base_url(config.http.addr);
        let mut world = Self {
            router,
            services,
            a,
            b,
            base,
            _db: db,
        };
        let (call, recording) = world.place("+18005550101", "Alpha").await;
        (world.a.call, world.a.recording) = (call, recording);
        let (call, recording) = world.place("+18005550102", "Bravo").await;
        (world.b.call, world.b.recording) = (call, recording);
        world.a.dispute = world.dispute("Alpha", world.a.call).await;
        world.b.dispute = world.dispute("Bravo", world.b.call).await;
        world
    }

    /// Charges a call and disputes it.
    async fn dispute(&self, account: &str, call: CallId) -> DisputeId {
        let now = self.services.clock.now();
        let op = self.services.users.operator(account, now).await;
        let op = op.expect("operator");
        let charge = AdjustForm {
            calls: call.to_string(),
            side: "revenue".into(),
            change: "to".into(),
            amount: "25".into(),
            reason: "Agreed.".into(),
            request: "charge".into(),
            ..AdjustForm::default()
        };
        let charged = self.services.engine.correct(&op, &charge).await;
        charged.expect("charged");
        let form = DisputeForm {
            reason: "wrong_area".into(),
            request: "dispute".into(),
            ..DisputeForm::default()
        };
        let opened = self.services.disputes.open(&op, call, &form).await;
        opened.expect("a dispute")
    }

    /// A finished call with a recording; returns their ids.
    async fn place(&self, to: &str, account: &str) -> (CallId, RecordingId) {
        let sid = format!("CA{account}");
        let arrived = self
            .webhook(
                "/api/webhooks/voice",
                &[
                    ("CallSid", &sid),
                    ("From", "+13105550142"),
                    ("To", to),
                    ("CallStatus", "ringing"),
                ],
            )
            .await;
        assert_eq!(arrived.status, StatusCode::OK, "{}", arrived.body);
        let action = arrived
            .body
            .split("action=\"")
            .nth(1)
            .and_then(|s| s.split('"').next())
            .expect("an action")
            .to_owned();
        let path = action.strip_prefix(&self.base).expect("ours");
        let (path, _) = path.split_once('#').expect("how often to ask again");
        let call: CallId = path
            .split('/')
            .nth(4)
            .and_then(|id| id.parse().ok())
            .expect("a call id");
        let dialed = [
            ("CallSid", sid.as_str()),
            ("CallStatus", "in-progress"),
            ("DialCallStatus", "completed"),
            ("DialBridged", "true"),
            ("DialCallDuration", "9"),
        ];
        assert_eq!(self.webhook(path, &dialed).await.status, StatusCode::OK);
        let recorded = [
            ("CallSid", sid.as_str()),
            ("RecordingSid", "REde30de30x"),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", "9"),
            ("RecordingChannels", "2"),
        ];
        let recording_sid = format!("REde30de30{account}");
        let recorded: Vec<(&str, &str)> = recorded
            .iter()
            .map(|(n, v)| {
                if *n == "RecordingSid" {
                    (*n, recording_sid.as_str())
                } else {
                    (*n, *v)
                }
            })
            .collect();
        assert_eq!(
            self.webhook("/api/webhooks/recording", &recorded)
                .await
                .status,
            StatusCode::NO_CONTENT
        );
        let ended = [
            ("CallSid", sid.as_str()),
            ("CallStatus", "completed"),
            ("CallDuration", "12"),
        ];
        assert_eq!(
            self.webhook("/api/webhooks/status", &ended).await.status,
            StatusCode::NO_CONTENT
        );
        let op = self
            .services
            .users
            .operator(account, self.services.clock.now())
            .await
            .expect("operator");
        let detail = self.services.calls.detail(&op, call).await.expect("call");
        (call, detail.recordings[0].id)
    }

    /// A signed webhook.
    pub(crate) async fn webhook(&self, path: &str, parameters: &[(&str, &str)]) -> Reply {
        let pairs: Vec<(String, String)> = parameters
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        let signature = signature::sign(TOKEN, &format!("{}{path}", self.base), &pairs);
        self.unsigned(path, &encode(parameters), Some(&signature))
            .await
    }

    /// A webhook with whatever signature.
    pub(crate) async fn unsigned(&self, path: &str, body: &str, signature: Option<&str>) -> Reply {
        let mut request =
            Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(signature) = signature {
            request = request.header("x-twilio-signature", signature);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("request"))
            .await
    }

    /// Signs in and returns the cookie.
    pub(crate) async fn cookie(&self, email: &str, password: &str) -> String {
        let reply = self.login(email, password, "/").await;
        assert_eq!(
            (reply.status, reply.header("location")),
            (StatusCode::SEE_OTHER, "/"),
            "sign-in of {email}"
        );
        reply
            .header("set-cookie")
            .split(';')
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    pub(crate) async fn login(&self, email: &str, password: &str, next: &str) -> Reply {
        let body = encode(&[("email", email), ("password", password), ("next", next)]);
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, BASE);
        self.send(request.body(Body::from(body)).expect("request"))
            .await
    }

    pub(crate) async fn owner(&self, account: &Account) -> String {
        self.cookie(
            &format!("owner@{}.example", account.name.to_lowercase()),
            "a-good-password",
        )
        .await
    }

    pub(crate) async fn viewer(&self, account: &Account) -> String {
        self.cookie(
            &format!("viewer@{}.example", account.name.to_lowercase()),
            "a-good-password",
        )
        .await
    }

    /// Calls a server function as a browser's script does.
    pub(crate) async fn function(&self, path: &str, body: &str, cookie: &str) -> Reply {
        let mut request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .header("sec-fetch-site", "same-origin");
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        self.send(request.body(Body::from(body.to_owned())).expect("request"))
            .await
    }

    /// A key of an account for programs.
    pub(crate) async fn key(&self, account: &Account, scopes: &str) -> String {
        let form = ApiKeyForm {
            name: format!("{} program", account.name),
            scopes: scopes.split(' ').map(str::to_owned).collect(),
            ..ApiKeyForm::default()
        };
        let keys = &self.services.api_keys;
        let made = keys.create(&self.operator(account).await, &form).await;
        made.expect("a key").text
    }

    /// Asks the public API; an empty body sends none.
    pub(crate) async fn api(&self, method: &str, path: &str, key: &str, body: &str) -> Reply {
        self.send(api_request(method, path, key, body, &[])).await
    }

    /// Opens an address.
    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Reply {
        let mut request = Request::get(path);
        if !cookie.is_empty() {
            request = request.header(header::COOKIE, cookie);
        }
        self.send(request.body(Body::empty()).expect("request"))
            .await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("never fails");
        let (parts, body) = response.into_parts();
        let streams = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"text/event-stream"));
        let body = if streams {
            String::new()
        } else {
            String::from_utf8_lossy(&to_bytes(body, 4_000_000).await.expect("body")).into_owned()
        };
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn operator(&self, account: &Account) -> OpCtx {
        self.services
            .users
            .operator(account.name, self.services.clock.now())
            .await
            .expect("operator")
    }
}

/// A request of a program.
pub(crate) fn api_request(
    method: &str,
    path: &str,
    key: &str,
    body: &str,
    headers: &[(&str, &str)],
) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"));
    if !key.is_empty() {
        request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
    }
    if !body.is_empty() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("request")
}

/// A form's text.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

async fn account(
    services: &Services,
    name: &'static str,
    number: &'static str,
    target: &str,
) -> Account {
    let now = services.clock.now();
    let lower = name.to_lowercase();
    for (who, role) in [("owner", Role::Owner), ("viewer", Role::Viewer)] {
        let email = format!("{who}@{lower}.example");
        let new = NewUser {
            email: &email,
            name: who,
            password: "a-good-password",
            account: name,
            role,
        };
        services
            .users
            .add(&new, "America/New_York", now)
            .await
            .expect("user");
    }
    let op = services.users.operator(name, now).await.expect("operator");
    let buyer = services
        .buyers
        .create(&op, &BuyerForm::named(&format!("{name} buyer")))
        .await
        .expect("buyer");
    let form = TargetForm {
        name: format!("{name} target"),
        number: target.to_owned(),
        ..TargetForm::default()
    };
    let target = services
        .targets
        .create(&op, buyer, &form)
        .await
        .expect("target");
    let group = TargetGroupForm {
        name: format!("{name} group"),
        members: vec![target.to_string()],
        ..TargetGroupForm::default()
    };
    let group = services.target_groups.create(&op, &group).await;
    let mut bids = RtbTargetForm {
        name: format!("{name} bids"),
        buyer: buyer.to_string(),
        ..RtbTargetForm::default()
    };
    bids.request.url = "https://nobody.invalid/bid".to_owned();
    let bidder = services
        .rtb_targets
        .create(&op, &bids)
        .await
        .expect("bidder");
    let tree = TargetGroupForm {
        name: format!("{name} tree"),
        members: vec![bidder.to_string()],
        ..TargetGroupForm::ring_tree()
    };
    let tree = services
        .target_groups
        .create(&op, &tree)
        .await
        .expect("tree");
    let agent = AgentForm {
        name: format!("{name} agent"),
        email: format!("agent@{lower}.example"),
        buyer: buyer.to_string(),
        rings: "+12145550111".to_owned(),
        ..AgentForm::default()
    };
    let agent = services.agents.create(&op, &agent).await.expect("agent").id;
    let campaign = services
        .campaigns
        .create(
            &op,
            &CampaignForm {
                name: format!("{name} campaign"),
                ..CampaignForm::default()
            },
        )
        .await
        .expect("campaign");
    let version = services
        .campaigns
        .detail(&op, campaign)
        .await
        .expect("detail")
        .plan
        .version;
    let plan = PlanForm {
        version,
        routes: vec![RouteForm {
            target: target.to_string(),
            ..RouteForm::default()
        }],
        ..PlanForm::default()
    };
    services
        .campaigns
        .save_plan(&op, campaign, &plan)
        .await
        .expect("plan");
    let form = NumberForm {
        number: number.to_owned(),
        label: format!("{name} number"),
        campaign: campaign.to_string(),
        ..NumberForm::default()
    };
    let number_id = services.numbers.add(&op, &form).await.expect("number");
    let pattern = BlockForm {
        pattern: "+1999*".to_owned(),
        note: format!("{name} block"),
        ..BlockForm::default()
    };
    services.blocks.add(&op, &pattern).await.expect("block");
    let blocks = services.blocks.list(&op, &BlockQuery::default()).await;
    let key = ApiKeyForm {
        name: format!("{name} key"),
        scopes: vec!["calls:read".to_owned()],
        ..ApiKeyForm::default()
    };
    let api_key = services.api_keys.create(&op, &key).await.expect("key").id;
    let publisher = PublisherForm {
        name: format!("{name} publisher"),
        sub_id: String::new(),
    };
    let publisher = services.publishers.create(&op, &publisher.into()).await;
    let list = BulkListForm {
        name: format!("{name} list"),
        entries: format!("{name} value"),
    };
    let list = services.bulk_lists.create(&op, &list).await.expect("list");
    let publisher = publisher.expect("publisher");
    let rtb_id = RtbIdForm {
        campaign: campaign.to_string(),
        publisher: publisher.to_string(),
        how: "fixed".to_owned(),
        base: "20".to_owned(),
        sip_only: "true".to_owned(),
        ..RtbIdForm::default()
    };
    let rtb_id = services.rtb_ids.create(&op, &rtb_id).await;
    let webhook = WebhookForm {
        name: format!("{name} webhook"),
        ..WebhookForm::default()
    };
    let webhook = services.webhooks.create(&op, &webhook).await;
    let pool = PoolForm {
        name: format!("{name} pool"),
        campaign: campaign.to_string(),
        ..PoolForm::default()
    };
    let pool = services.pools.create(&op, &pool).await.expect("pool");
    let pooled = PoolNumbersForm {
        numbers: number.replace("80055501", "83355501"),
    };
    let added = services.pools.add_numbers(&op, pool, &pooled).await;
    assert_eq!(added.expect("numbers"), 1);
    let numbers = services.pools.number_records(&op, pool).await;
    let tag = DniTagForm {
        name: format!("{name} tag"),
        source: format!("pool:{pool}"),
        origins: SITE.to_owned(),
        fallback: "+18335550100".to_owned(),
        ..DniTagForm::default()
    };
    let dni_tag = services.dni_tags.create(&op, &tag).await.expect("tag");
    let order = NumberOrderForm {
        request: uuid::Uuid::from_u128(order_of(name)).to_string(),
        numbers: vec![number.replace("80055501", "21455507")],
        ..NumberOrderForm::default()
    };
    let order = services.number_orders.place(&op, &order).await;
    let none = CallId(uuid::Uuid::nil());
    Account {
        name,
        number,
        campaign,
        buyer,
        target,
        group: group.expect("group"),
        tree,
        bidder,
        agent,
        number_id,
        block: blocks.expect("blocks").rows[0].id,
        api_key,
        publisher,
        rtb_id: rtb_id.expect("RTB id"),
        list,
        webhook: webhook.expect("webhook"),
        pool,
        pooled: numbers.expect("numbers")[0].slot.number,
        dni_tag,
        order: order.expect("order")[0],
        call: none,
        dispute: DisputeId(0),
        recording: RecordingId(0),
    }
}

/// What the order of an account is sent with.
fn order_of(name: &str) -> u128 {
    name.bytes()
        .fold(0, |sum, byte| (sum << 8) + u128::from(byte))
}
