//! Buying numbers through the carrier's REST API, played by the fake carrier: what we send beside what
//! the carrier's own client sends, and a thousand orders with everything going wrong.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, Uri};
use domain::access::Role;
use domain::api::number_order::{NumberOrderForm, OrderState};
use domain::call::effect::Patience;
use domain::carrier_number::{Kind, Query, Wiring};
use domain::number_order::name_of;
use domain::time::Timestamp;
use serde_json::{Value, json};
use server::adapter::system::SystemIds;
use server::adapter::telephony::AllCarriers;
use server::adapter::twilio::Twilio;
use server::adapter::vault::Keyring;
use server::config::Config;
use service::port::{CarrierLogin, Clock, NumberMarket as _, Purchase};
use service::user::NewUser;
use service::{OpCtx, Parts, Services};
use store::testing::TestDb;
use tokio::sync::mpsc;

/// Orders that are carried out, each in a world of its own seed.
const RUNS: u64 = 1_000;
/// Numbers of one order.
const NUMBERS: usize = 2;
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const TOKEN: &str = "oracle-auth-token";
const BASE: &str = "https://calls.example";

fn carrier_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../end2end/carrier")
}

/// The fake carrier in a process of its own, ended with the test.
struct Carrier {
    child: Child,
    url: String,
    /// Making one takes longer than a question.
    http: reqwest::Client,
}

impl Carrier {
    fn start(faults: &str) -> Self {
        let mut child = Command::new("node")
            .arg(carrier_folder().join("main.mjs"))
            .args(["--rest-only", "--seed", "1", "--run", "rust"])
            .args(["--account", ACCOUNT, "--token", TOKEN])
            .args(["--faults", faults, "--lag-ms", "6", "--slow-ms", "700"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("node plays the carrier");
        let out = child.stdout.take().expect("its output");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let said: Value = serde_json::from_str(&line).expect("JSON");
        let url = said["url"].as_str().expect("its address").to_owned();
        Self {
            child,
            url,
            http: reqwest::Client::new(),
        }
    }

    async fn control(&self, what: &str, body: Option<Value>) -> Value {
        let url = format!("{}/control/{what}", self.url);
        let request = match body {
            Some(body) => self.http.post(url).json(&body),
            None => self.http.get(url),
        };
        let answer = request.send().await.expect("the carrier answers");
        assert!(answer.status().is_success(), "{what}");
        answer.json().await.expect("JSON")
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        // It may be gone already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn twilio(url: &str) -> Twilio {
    let vars = [
        ("TWILIO_ACCOUNT_SID", ACCOUNT),
        ("TWILIO_AUTH_TOKEN", TOKEN),
        ("TWILIO_API_BASE_URL", url),
        ("TWILIO_PRICING_BASE_URL", url),
        ("CALLCENTER__TWILIO__REST_TIMEOUT_MS", "500"),
        ("CALLCENTER__TWILIO__REST_PAUSE_MS", "1"),
    ];
    let vars = vars.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let config = Config::from_vars(vars).expect("settings");
    Twilio::new(&config.twilio).expect("a client")
}

fn login() -> CarrierLogin {
    CarrierLogin {
        sid: ACCOUNT.to_owned(),
        token: TOKEN.into(),
    }
}

/// Goes on as orders wait for it.
#[derive(Debug)]
struct Leaping(AtomicI64);

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0.load(Ordering::Relaxed))
    }
}

async fn account(url: &str) -> (Services, OpCtx, Arc<Leaping>, TestDb) {
    let db = TestDb::sqlite().await.expect("database");
    let clock = Arc::new(Leaping(AtomicI64::new(1_795_000_000)));
    let services = Services::new(Parts {
        db: db.db.clone(),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        ids: Arc::new(SystemIds),
        carriers: Arc::new(AllCarriers {
            twilio: twilio(url),
            exchange: None,
        }),
        vault: Arc::new(Keyring::new(&["a secret for this test alone".into()])),
        bidders: Arc::new(service::port::NoBidders),
        scripts: Arc::new(service::port::NoBidders),
        login: Some(login()),
        public_base_url: BASE.to_owned(),
        sip_host: String::new(),
        patience: Patience::default(),
    });
    let new = NewUser {
        email: "dana@northgate.example",
        name: "Dana Weiss",
        password: "northgate-demo-1",
        account: "Northgate Calls",
        role: Role::Owner,
    };
    let now = clock.now();
    let (user, _) = services
        .users
        .add(&new, "America/New_York", now)
        .await
        .expect("user");
    let op = services
        .users
        .context(user, "test".to_owned(), now)
        .await
        .expect("context");
    (services, op, clock, db)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_orders_buy_nothing_twice_and_lose_nothing() {
    carry_out(1..=RUNS / 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_five_hundred_more() {
    carry_out(RUNS / 2 + 1..=RUNS).await;
}

/// Everything goes wrong in its turn: too many requests, answers lost before and after a purchase,
/// errors after it, answers that come too late, numbers that somebody else bought, lists that lag.
async fn carry_out(seeds: RangeInclusive<u64>) {
    let carrier = Carrier::start(
        "tooMany=0.08,fail=0.05,lostBeforeBuy=0.12,lostAfterBuy=0.15,failAfterBuy=0.1,slowBuy=0.01,unavailable=0.05,listLag=0.3",
    );
    let (services, op, clock, _db) = account(&carrier.url).await;
    let market = twilio(&carrier.url).client(&login());
    let (mut bought, mut failed) = (0, 0);
    for seed in seeds {
        carrier
            .control("reset", Some(json!({ "seed": seed })))
            .await;
        let offers = loop {
            // The search itself may be refused.
            if let Ok(offers) = market.search(&Query::local(None)).await {
                break offers;
            }
        };
        let form = NumberOrderForm {
            request: uuid::Uuid::from_u128(u128::from(seed)).to_string(),
            numbers: offers[..NUMBERS]
                .iter()
                .map(|offer| offer.number.as_str().to_owned())
                .collect(),
            ..NumberOrderForm::default()
        };
        let orders = services.number_orders.place(&op, &form).await;
        let orders = orders.expect("placed");
        assert_eq!(orders.len(), NUMBERS);
        let names: BTreeSet<String> = orders.iter().map(|id| name_of(*id)).collect();
        let mut rounds = 0;
        let shown = loop {
            services.number_orders.work().await.expect("work");
            let list = services.numbers.list(&op).await.expect("list");
            if list.orders.iter().all(|o| o.state != OrderState::Open) {
                break list.orders;
            }
            rounds += 1;
            assert!(rounds < 500, "seed {seed}: still open: {:?}", list.orders);
            clock.0.fetch_add(301, Ordering::Relaxed);
        };
        // The carrier's own book: nothing was bought twice, and whatever was is in the account, if need
        // be after it was compared with the carrier's.
        let twice = carrier.control("bought-twice", None).await;
        assert_eq!(twice, json!([]), "seed {seed}");
        let book = carrier.control("numbers", None).await;
        let theirs: BTreeSet<String> = book[ACCOUNT]
            .as_array()
            .expect("numbers")
            .iter()
            .filter(|n| names.contains(n["friendly_name"].as_str().unwrap_or_default()))
            .map(|n| n["phone_number"].as_str().unwrap_or_default().to_owned())
            .collect();
        let ours = async || -> BTreeSet<String> {
            let rows = services.numbers.list(&op).await.expect("list").rows;
            rows.into_iter().map(|row| row.e164).collect()
        };
        if ours().await != theirs {
            let page = loop {
                let page = services.carrier_numbers.compare(&op).await.expect("page");
                if page.failed.is_none() {
                    break page;
                }
            };
            assert!(page.foreign.is_empty(), "seed {seed}: {:?}", page.foreign);
        }
        let known = ours().await;
        assert_eq!(known, theirs, "seed {seed}: {shown:?}");
        bought += known.len();
        failed += NUMBERS - known.len();
        for row in services.numbers.list(&op).await.expect("list").rows {
            services.numbers.remove(&op, row.id).await.expect("removed");
        }
        for order in shown {
            services
                .number_orders
                .dismiss(&op, order.id)
                .await
                .expect("dismissed");
        }
    }
    assert!(
        bought > 700 && failed > 10,
        "bought {bought}, failed {failed}: the faults were too few or too many"
    );
}

/// What came in at the listener of a test.
#[derive(Debug)]
pub(crate) struct Came {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

/// Listens where the carrier's API would be, and answers with what fits most questions.
pub(crate) async fn listen() -> (String, mpsc::UnboundedReceiver<Came>) {
    let (sender, came) = mpsc::unbounded_channel();
    let answer = move |request: Request| {
        let sender = sender.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = axum::body::to_bytes(body, 65_536).await.expect("body");
            let came = Came {
                method: parts.method,
                uri: parts.uri,
                headers: parts.headers,
                body,
            };
            drop(sender.send(came));
            axum::Json(json!({
                "sid": "PN1", "friendly_name": "x", "status": "active",
                "available_phone_numbers": [], "incoming_phone_numbers": [], "phone_number_prices": [],
            }))
        }
    };
    let app = axum::Router::new().fallback(answer);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("port");
    let address = listener.local_addr().expect("address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}"), came)
}

/// What the carrier's own client sends for operations.
fn oracle(operations: &[Value]) -> Vec<Value> {
    let mut child = Command::new("node")
        .arg(carrier_folder().join("oracle.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node asks the carrier's client");
    let mut input = child.stdin.take().expect("its input");
    for operation in operations {
        writeln!(input, "{operation}").expect("written");
    }
    drop(input);
    let done = child.wait_with_output().expect("its output");
    let text = String::from_utf8(done.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn sorted(pairs: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut pairs: Vec<_> = pairs.collect();
    pairs.sort();
    pairs
}

fn pairs_of(list: &Value) -> Vec<(String, String)> {
    let list = list.as_array().expect("pairs").iter();
    sorted(list.map(|pair| {
        let text = |at: usize| pair[at].as_str().unwrap_or_default().to_owned();
        (text(0), text(1))
    }))
}

fn decoded(text: &[u8]) -> Vec<(String, String)> {
    sorted(url::form_urlencoded::parse(text).into_owned())
}

#[tokio::test]
async fn we_ask_the_carrier_as_its_own_client_does() {
    let (url, mut came) = listen().await;
    let market = twilio(&url).client(&login());
    let wiring = Wiring {
        voice_url: format!("{BASE}/api/webhooks/voice#rc=2&rp=ct"),
        status_url: format!("{BASE}/api/webhooks/status"),
    };
    let number: domain::phone::E164 = "+12125550100".parse().expect("number");
    let query = Query {
        country: "US",
        kind: Kind::TollFree,
        area: Some("800".to_owned()),
        pattern: Some("555**00".to_owned()),
        region: Some("TX".to_owned()),
        locality: Some("Fort Worth".to_owned()),
    };
    let purchase = Purchase {
        number: number.clone(),
        name: "CallCenter Pro order 0190".to_owned(),
        wiring: wiring.clone(),
    };
    drop(market.search(&query).await.expect("search"));
    drop(market.buy(&purchase).await.expect("buy"));
    drop(market.find(&number).await.expect("find"));
    drop(market.all().await.expect("all"));
    market.wire("PN1", &wiring).await.expect("wire");
    market.release("PN1").await.expect("release");
    drop(market.account_name().await.expect("account"));
    drop(market.prices("US").await.expect("prices"));
    let operations = [
        json!({"op": "search", "params": {"country": "US", "type": "TollFree", "areaCode": 800, "contains": "555**00",
            "voiceEnabled": true, "inRegion": "TX", "inLocality": "Fort Worth", "pageSize": 30}}),
        json!({"op": "buy", "params": {"phoneNumber": number.as_str(), "friendlyName": purchase.name,
            "statusCallback": wiring.status_url, "statusCallbackMethod": "POST", "voiceMethod": "POST", "voiceUrl": wiring.voice_url}}),
        json!({"op": "listByNumber", "params": {"phoneNumber": number.as_str()}}),
        json!({"op": "list", "params": {"pageSize": 1000}}),
        json!({"op": "update", "params": {"sid": "PN1", "statusCallback": wiring.status_url, "statusCallbackMethod": "POST",
            "trunkSid": "", "voiceApplicationSid": "", "voiceMethod": "POST", "voiceUrl": wiring.voice_url}}),
        json!({"op": "release", "params": {"sid": "PN1"}}),
        json!({"op": "account"}),
        json!({"op": "prices", "params": {"country": "US"}}),
    ];
    for (operation, wanted) in operations.iter().zip(oracle(&operations)) {
        let name = operation["op"].as_str().unwrap_or_default();
        assert!(wanted["error"].is_null(), "{name}: {wanted}");
        let sent = came.recv().await.expect("a request");
        assert_eq!(sent.method.as_str(), wanted["method"], "{name}");
        assert_eq!(sent.uri.path(), wanted["path"], "{name}");
        let query = sent.uri.query().unwrap_or_default();
        assert_eq!(
            decoded(query.as_bytes()),
            pairs_of(&wanted["query"]),
            "{name}"
        );
        assert_eq!(decoded(&sent.body), pairs_of(&wanted["form"]), "{name}");
        let header = |name: &str| {
            let value = sent.headers.get(name).and_then(|v| v.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let theirs = |name: &str| wanted["headers"][name].as_str().unwrap_or_default();
        assert_eq!(header("authorization"), theirs("authorization"), "{name}");
        // Where there is nothing to read, its own client says what it takes anywhere.
        let accept = header("accept");
        assert!(theirs("accept").contains(&accept), "{name}: {accept}");
        if sent.method == Method::POST {
            assert_eq!(
                header("content-type"),
                "application/x-www-form-urlencoded",
                "{name}"
            );
        }
    }
}
