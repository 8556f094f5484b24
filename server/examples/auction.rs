//! What an auction costs beyond asking: 20 bidders, beside a bare fan-out of the same requests by the
//! same client. `make bench` runs it; it writes one line of JSON, in milliseconds.
//!
//! usage: auction AUCTIONS ROUNDS    AUCTIONS one after the other; ROUNDS of 200 at once

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use domain::api::rtb_target::{ParserForm, RtbTargetForm};
use domain::id::{AccountId, RouteId, TargetGroupId, TargetId};
use domain::phone::Caller;
use domain::rtb::auction::AuctionTerms;
use domain::rtb::held::Lot;
use domain::rtb::inquiry::Inquiry;
use domain::rtb::token::{Facts, Party};
use domain::tag::Tags;
use futures_util::future::join_all;
use serde_json::{Value, json};
use server::adapter::bidder::HttpBidders;
use server::adapter::script::Sandbox;
use server::adapter::system::SystemClock;
use service::auction::bidder::ReadyBidder;
use service::auction::bidding::{Bidding, Entrant};
use service::port::{Bidders as _, Clock as _, Heard};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const BIDDERS: u8 = 20;
/// Auctions at once.
const AT_ONCE: usize = 200;
/// How long a bidder may take: none does.
const DEADLINE_MS: u32 = 2_000;

/// What bidder `n` does, and after how many milliseconds.
fn manner(n: u8) -> (&'static str, u32) {
    let does = match n % 5 {
        3 => "zero",
        4 if n % 2 == 0 => "refuse",
        4 => "garbage",
        _ => "bid",
    };
    (does, 1 + u32::from(n))
}

fn main() -> Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    match args.as_slice() {
        [role] if role == "bidders" => runtime.block_on(serve()),
        [auctions, rounds] => runtime.block_on(measure(auctions.parse()?, rounds.parse()?)),
        _ => bail!("usage: auction AUCTIONS ROUNDS"),
    }
}

/// The bidders: one port of twenty addresses of this machine, as if they were twenty hosts. Says the
/// port, then serves until it is ended.
async fn serve() -> Result<()> {
    let first = TcpListener::bind("127.0.0.1:0").await?;
    let port = first.local_addr()?.port();
    let router = Router::new().route("/{does}/{wait_ms}", post(answer));
    let mut serving = vec![tokio::spawn(
        axum::serve(first, router.clone()).into_future(),
    )];
    for n in 2..=BIDDERS {
        let listener = TcpListener::bind((format!("127.0.0.{n}"), port)).await?;
        serving.push(tokio::spawn(
            axum::serve(listener, router.clone()).into_future(),
        ));
    }
    writeln!(std::io::stdout(), "{port}")?;
    for one in serving {
        one.await??;
    }
    Ok(())
}

async fn answer(Path((does, wait_ms)): Path<(String, u64)>, asked: Json<Value>) -> Response {
    tokio::time::sleep(Duration::from_millis(wait_ms)).await;
    let amount = match does.as_str() {
        "bid" => format!("{}.50", 10 + wait_ms),
        "zero" => "0".to_owned(),
        "refuse" => return StatusCode::NO_CONTENT.into_response(),
        _ => return "<html>Bad gateway</html>".into_response(),
    };
    Json(json!({
        "bidId": asked.get("publisherInboundCallId"),
        "bidAmount": amount,
        "phoneNumber": "+19725551000",
        "expireInSeconds": 60,
        "bidTerms": [{ "code": 1, "callMinDuration": 30 }],
    }))
    .into_response()
}

/// The bidders' process; ended with its owner.
struct Bidders(Child);

impl Bidders {
    fn start() -> Result<(Self, u16)> {
        let mut command = Command::new(env::current_exe()?);
        let mut child = command.arg("bidders").stdout(Stdio::piped()).spawn()?;
        let told = child.stdout.take().context("the bidders say nothing")?;
        let own = Self(child);
        let mut line = String::new();
        BufReader::new(told).read_line(&mut line)?;
        let port = line.trim().parse().context("the bidders did not start")?;
        Ok((own, port))
    }
}

impl Drop for Bidders {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What is measured.
struct World {
    client: Arc<HttpBidders>,
    bidding: Bidding,
    entrants: Vec<Entrant>,
    inquiries: Vec<Inquiry>,
    caller: Caller,
    tags: Tags,
}

#[derive(Clone, Copy)]
enum Kind {
    Held,
    Bare,
}

async fn measure(auctions: u32, rounds: u32) -> Result<()> {
    let (_bidders, port) = Bidders::start()?;
    let world = Arc::new(World::new(port)?);
    // Connections are made, and code is warm.
    for kind in [Kind::Held, Kind::Bare] {
        world.timed(kind).await?;
        at_once(&world, kind).await?;
    }
    let (mut held, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..auctions {
        held.push(world.timed(Kind::Held).await?);
        bare.push(world.timed(Kind::Bare).await?);
    }
    let (mut many, mut many_bare) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        many.extend(at_once(&world, Kind::Held).await?);
        many_bare.extend(at_once(&world, Kind::Bare).await?);
    }
    let slowest = (0..BIDDERS).map(|n| manner(n).1).max();
    let found = json!({
        "alone": { "held": spread(held), "bare": spread(bare) },
        "at_once": { "held": spread(many), "bare": spread(many_bare) },
        "slowest_ms": slowest,
    });
    writeln!(std::io::stdout(), "{found}")?;
    Ok(())
}

async fn at_once(world: &Arc<World>, kind: Kind) -> Result<Vec<f64>> {
    let all = (0..AT_ONCE).map(|_| {
        let world = Arc::clone(world);
        tokio::spawn(async move { world.timed(kind).await })
    });
    let done = join_all(all).await;
    done.into_iter().map(|one| one?).collect()
}

impl World {
    fn new(port: u16) -> Result<Self> {
        let hosts = (1..=BIDDERS).map(|n| SocketAddr::from(([127, 0, 0, n], port)));
        let allowed = hosts.clone().map(|host| host.to_string().parse());
        let client = Arc::new(HttpBidders::new(allowed.collect::<Result<_, _>>()?)?);
        let caller = Caller::from_carrier("+12145550187");
        let mut tags = Tags::default();
        tags.set("user", "zip", "75201");
        let (mut entrants, mut inquiries) = (Vec::new(), Vec::new());
        for (n, host) in (0..).zip(hosts) {
            let (does, wait_ms) = manner(n);
            let mut form = RtbTargetForm {
                name: format!("Bidder {n}"),
                bid_id: ParserForm::path("bidId"),
                duration: ParserForm::path("bidTerms[0].callMinDuration"),
                expiry: ParserForm::path("expireInSeconds"),
                ..RtbTargetForm::default()
            };
            form.request.url = format!("http://{host}/{does}/{wait_ms}");
            let checked = form.check_over(None);
            let checked = checked.map_err(|errors| anyhow::anyhow!("{errors:?}"))?;
            inquiries.push(checked.bidder.request.render(&about(&caller, &tags)));
            let id = TargetId(1 + i64::from(n));
            let (bidder, to) = (&checked.bidder, &checked.destination);
            entrants.push(Entrant {
                target: id,
                priority: 1,
                weight: 1,
                bidder: Some(Arc::new(ReadyBidder::new(
                    id,
                    &checked.name,
                    "",
                    bidder,
                    to,
                ))),
                limit: None,
            });
        }
        Ok(Self {
            bidding: Bidding::new(
                client.clone(),
                Arc::new(Sandbox::of_this_program()?),
                Arc::new(SystemClock),
            ),
            client,
            entrants,
            inquiries,
            caller,
            tags,
        })
    }

    /// Milliseconds of one.
    async fn timed(&self, kind: Kind) -> Result<f64> {
        let began = Instant::now();
        let bids = match kind {
            Kind::Held => self.held().await,
            Kind::Bare => self.bare().await,
        };
        let took = began.elapsed().as_secs_f64() * 1_000.0;
        let wanted = (0..BIDDERS).filter(|n| manner(*n).0 == "bid").count();
        ensure!(bids == wanted, "{bids} of {wanted} bids");
        Ok(took)
    }

    /// An auction; how many bid.
    async fn held(&self) -> usize {
        let lot = Lot {
            route: RouteId(1),
            group: TargetGroupId(1),
            name: "Everybody".to_owned(),
            at: SystemClock.now(),
            terms: AuctionTerms {
                deadline_ms: DEADLINE_MS,
                ..AuctionTerms::default()
            },
        };
        let told = about(&self.caller, &self.tags);
        let (held, _) = self
            .bidding
            .hold(AccountId(1), lot, &self.entrants, &told)
            .await;
        held.bids()
    }

    /// The same requests without an auction; how many answers hold a bid.
    async fn bare(&self) -> usize {
        let within = Duration::from_millis(u64::from(DEADLINE_MS));
        let all = (self.inquiries.iter()).map(|inquiry| self.client.ask(inquiry, within));
        let heard = join_all(all).await;
        let bid = |heard: &&Heard| match heard {
            Heard::Answer { body, .. } => body.contains(".50\""),
            _ => false,
        };
        heard.iter().filter(bid).count()
    }
}

fn about<'a>(caller: &'a Caller, tags: &'a Tags) -> Facts<'a> {
    Facts {
        call: "01989a00-de30-7000-8000-000000000004",
        caller,
        exposed: false,
        dialed: "+18445550117",
        publisher: Party::default(),
        campaign: Party::default(),
        target: Party::default(),
        duplicate: false,
        now: SystemClock.now(),
        tags,
    }
}

/// The median and the 99th percentile, by nearest rank.
fn spread(mut times: Vec<f64>) -> Value {
    times.sort_by(f64::total_cmp);
    let rank = |percent: usize| {
        let at = (times.len() * percent).div_ceil(100).max(1) - 1;
        times.get(at).copied().unwrap_or_default()
    };
    json!({ "p50": rank(50), "p99": rank(99) })
}
