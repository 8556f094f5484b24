//! The composition root: settings → database → ports → services → router.

use crate::adapter::bidder::HttpBidders;
use crate::adapter::script::Sandbox;
use crate::adapter::system::{SystemClock, SystemIds};
use crate::adapter::telephony::{AllCarriers, Media};
use crate::adapter::twilio::Twilio;
use crate::adapter::vault::Keyring;
use crate::carrier::exchange::Exchange;
use crate::config::Config;
use crate::health::Health;
use crate::limit::Limit;
use crate::public::page_threads::PageThreads;
use crate::public::pulse::Pulse;
use crate::public::visitor::Places;
use crate::shutdown::Shutdown;
use crate::state::{AppState, Shared};
use crate::webhook::twilio::door::Keys;
use anyhow::Context as _;
use domain::call::effect::Patience;
use domain::outgoing::Allowed;
use leptos::config::{LeptosOptions, get_configuration};
use secrecy::ExposeSecret as _;
use service::{Parts, Services};
use std::net::SocketAddr;
use std::sync::Arc;
use store::{Db, DbSettings};

/// Deliveries a minute that one conversion webhook takes.
const HOOKS_PER_MINUTE: u32 = 600;

/// What a run of the server is made of.
#[derive(Clone)]
pub struct Server {
    pub state: AppState,
    pub db: Db,
    /// The built-in carrier's memory, in a demo.
    pub exchange: Option<Arc<Exchange>>,
}

/// Opens the database of the settings; a folder for the embedded one is made.
///
/// # Errors
/// If it cannot be reached.
pub async fn open(config: &Config) -> anyhow::Result<Db> {
    if config.database.url.expose_secret().is_empty() {
        std::fs::create_dir_all(&config.data.dir)
            .with_context(|| format!("cannot make the folder {}", config.data.dir.display()))?;
    }
    let settings = DbSettings {
        url: config.database.effective_url(&config.data.dir),
        connections_max: config.database.connections_max,
    };
    Db::connect(&settings)
        .await
        .context("the database cannot be reached: check DATABASE_URL")
}

/// Brings the schema up to date; several servers may do so at once.
///
/// # Errors
/// If a change cannot be made.
pub async fn migrate(db: &Db) -> anyhow::Result<()> {
    let conn = db.begin_migration().await?;
    migration::up(conn.transaction()?)
        .await
        .context("the database could not be brought to the newest schema")?;
    Ok(conn.commit().await?)
}

/// Changes of the schema that were not made yet.
///
/// # Errors
/// If the database cannot be asked.
pub async fn pending(db: &Db) -> anyhow::Result<Vec<String>> {
    let conn = db.write().await?;
    Ok(migration::pending(conn.transaction()?).await?)
}

/// The use cases over a database, for commands that serve nobody.
///
/// # Errors
/// If no HTTP client can be made.
pub fn services(config: &Config, db: &Db) -> anyhow::Result<Services> {
    let carriers = AllCarriers {
        twilio: Twilio::new(&config.twilio)?,
        exchange: None,
    };
    let base_url = config.base_url(config.http.addr);
    // Making the demo names its bidders, which a server asks later.
    let own = own_machine(config.http.addr);
    let parts = parts(config, db, &base_url, carriers, vec![own])?;
    Ok(Services::new(parts))
}

/// Everything a running server needs; `bound` is the address it listens on.
///
/// # Errors
/// If a part cannot be made.
pub fn server(
    config: &Config,
    db: &Db,
    bound: SocketAddr,
    demo: bool,
    shutdown: &Shutdown,
) -> anyhow::Result<Server> {
    let exchange = demo.then(|| Arc::new(Exchange::default()));
    let base_url = config.base_url(bound);
    let twilio = Twilio::new(&config.twilio)?;
    let carriers = AllCarriers {
        twilio: twilio.clone(),
        exchange: exchange.clone(),
    };
    // The demo's bidders are here.
    let own = demo.then(|| own_machine(bound));
    let parts = parts(config, db, &base_url, carriers, own.into_iter().collect())?;
    let services = Services::new(parts);
    let state = AppState::new(Shared {
        services,
        leptos: leptos_options(bound),
        keys: Arc::new(Keys {
            tokens: config.twilio.tokens(),
            required: config.signatures_required(),
            base_url,
        }),
        media: Media { twilio, demo },
        health: Arc::new(Health::new(db.clone(), config.sweep.every())),
        pulse: Pulse::default(),
        throttle: Arc::new(Limit::per_minute(config.auth.peer_attempts_per_minute)),
        hooks: Arc::new(Limit::per_minute(HOOKS_PER_MINUTE)),
        enrichments: Arc::new(Limit::per_minute(HOOKS_PER_MINUTE)),
        visitors: Arc::new(Limit::per_minute(config.dni.visitors_per_minute)),
        places: if config.dni.places.as_os_str().is_empty() {
            Places::default()
        } else {
            Places::open(&config.dni.places)?
        },
        pages: PageThreads::new(),
        proxies: config.http.proxies().into(),
        metrics_token: config.metrics.token.clone(),
        tls: config.http.is_https(),
        stopping: shutdown.token.clone(),
    });
    Ok(Server {
        state,
        db: db.clone(),
        exchange,
    })
}

/// Where this machine reaches its own server, without a slash at the end.
#[must_use]
pub fn own_base(bound: SocketAddr) -> String {
    format!("http://{}", here(bound))
}

fn own_machine(bound: SocketAddr) -> Allowed {
    let here = here(bound);
    Allowed::machine(here.ip(), here.port())
}

/// A server that listens everywhere is on this machine as well.
fn here(bound: SocketAddr) -> SocketAddr {
    match bound.ip() {
        ip if ip.is_unspecified() => SocketAddr::from(([127, 0, 0, 1], bound.port())),
        ip => SocketAddr::new(ip, bound.port()),
    }
}

fn parts(
    config: &Config,
    db: &Db,
    base_url: &str,
    carriers: AllCarriers,
    mut bidders: Vec<Allowed>,
) -> anyhow::Result<Parts> {
    bidders.extend(config.rtb.allowed()?);
    let secrets = config.auth.credentials_secrets(&config.data.dir);
    let secrets = secrets.context("the secret in the data folder cannot be read or made")?;
    Ok(Parts {
        db: db.clone(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(SystemIds),
        carriers: Arc::new(carriers),
        vault: Arc::new(Keyring::new(&secrets)),
        bidders: Arc::new(HttpBidders::new(bidders)?),
        scripts: Arc::new(Sandbox::of_this_program()?),
        login: config.twilio.login(),
        public_base_url: base_url.to_owned(),
        sip_host: config.rtb.sip_host.trim().to_owned(),
        patience: patience(config.sweep.grace_ms()),
    })
}

/// All waiting times follow from one: how long the last word about a call may be overdue.
fn patience(grace_ms: i64) -> Patience {
    let usual = Patience::default();
    Patience {
        dial_ms: grace_ms.saturating_mul(2),
        talk_ms: grace_ms.saturating_mul(12),
        result_ms: grace_ms,
        recording_ms: grace_ms.saturating_mul(6),
        recording_give_up_ms: usual.recording_give_up_ms,
        give_up_ms: usual.give_up_ms,
    }
}

/// Leptos reads its own settings (`LEPTOS_…`). Without them the site lies beside the executable, as
/// `make build` leaves it.
fn leptos_options(bound: SocketAddr) -> LeptosOptions {
    let mut options = match get_configuration(None) {
        Ok(found) => found.leptos_options,
        Err(_) => {
            let beside = std::env::current_exe()
                .ok()
                .and_then(|exe| exe.parent().map(|dir| dir.join("site")))
                .unwrap_or_default();
            let hashes = beside.join("hash.txt");
            LeptosOptions::builder()
                .output_name("callcenter")
                .site_root(beside.display().to_string())
                .hash_files(hashes.is_file())
                .hash_file(Arc::from(hashes.display().to_string()))
                .build()
        }
    };
    options.site_addr = bound;
    options
}
