//! Every route in one screen.

use crate::auth::{self, login, logout, resolve, theme};
use crate::config::Config;
use crate::demo;
use crate::middleware::{csrf, large, limits, referer, request_id, secure_headers, trace};
use crate::public::{
    dni, enrich, events, export, hook, import, page_threads, recording, rtb, site,
};
use crate::state::AppState;
use crate::webhook::twilio::{recording as recorded, status, voice};
use crate::{error, health, rest};
use app::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state as with};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, generate_route_list};
use secrecy::SecretString;
use std::sync::LazyLock;
use store::Db;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// The whole server.
pub fn build(state: AppState, config: &Config, secret: &SecretString, db: &Db) -> Router {
    let sessions = auth::layer(config, secret, db, &state.services, state.tls);
    let own = csrf::Origin::of(&state.keys.base_url);
    let compression = compression();
    let console = mount(pages(&state), Door::Console)
        .route_layer(with(state.clone(), resolve::gate))
        .fallback(site::file_or_missing)
        .layer(sessions)
        .layer(from_fn(referer::forget_refusals))
        .layer(with(own, csrf::guard))
        .layer(DefaultBodyLimit::max(config.http.body_bytes_max))
        .layer(tower_http::limit::RequestBodyLimitLayer::new(
            config.http.body_bytes_max,
        ))
        .layer(with(large::Most(config.http.body_bytes_max), large::refuse))
        .layer(compression.clone());

    mount(mount(Router::new(), Door::Open), Door::Webhook)
        .merge(rest::router(&state, config).layer(compression.clone()))
        .merge(site::folders(&state))
        .merge(console)
        .layer(with(
            limits::Deadline(config.http.timeout()),
            limits::deadline,
        ))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn(rest::problem::shape))
        .layer(from_fn(trace::record))
        .layer(with(secure_headers::Tls(state.tls), secure_headers::add))
        .layer(from_fn(request_id::set))
        .with_state(state)
}

/// What is worth it is compressed, quickly.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = SizeAbove::new(512)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::new("audio/"));
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(worth_it)
}

/// Who gets through to a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody.
    Open,
    /// The carrier, by its signature.
    Webhook,
    /// People who have signed in, save for the way in and out itself.
    Console,
}

/// A route that is neither page nor server function. The isolation test reads this table, and fails
/// for a route it does not know.
#[derive(Debug)]
pub struct Route {
    pub path: &'static str,
    pub door: Door,
    handler: MethodRouter<AppState>,
}

/// All routes but pages, server functions and files.
#[must_use]
pub fn table() -> Vec<Route> {
    let row = |door, path, handler| Route {
        path,
        door,
        handler,
    };
    vec![
        row(Door::Open, "/healthz", get(health::alive)),
        row(Door::Open, "/readyz", get(health::ready)),
        row(Door::Open, "/metrics", get(health::measurements)),
        row(Door::Open, "/api/v1/openapi.json", get(rest::openapi)),
        row(Door::Open, "/api/docs", get(rest::page)),
        row(
            Door::Open,
            "/hook/{webhook_id}",
            get(hook::receive).post(hook::receive).layer(small()),
        ),
        row(
            Door::Open,
            "/enrich/{key}",
            get(enrich::receive).post(enrich::receive).layer(small()),
        ),
        row(
            Door::Open,
            "/v1/{environment}/{id}",
            get(rtb::ping).post(rtb::ping).layer(small()),
        ),
        row(
            Door::Open,
            "/demo/bidders/{manner}",
            any(demo::bidder::answer).layer(small()),
        ),
        row(Door::Open, "/dni.js", get(dni::script).layer(compression())),
        row(Door::Open, "/dni/v1/assign", page(post(dni::assign))),
        row(Door::Open, "/dni/v1/beat", page(post(dni::beat))),
        row(Door::Open, "/dni/v1/tags", page(post(dni::tags))),
        row(Door::Open, "/dni/v1/leave", page(post(dni::leave))),
        row(
            Door::Webhook,
            "/api/webhooks/voice",
            get(voice::arrived).post(voice::arrived),
        ),
        row(
            Door::Webhook,
            "/api/webhooks/voice/{call}/{step}",
            get(voice::step).post(voice::step),
        ),
        row(
            Door::Webhook,
            "/api/webhooks/status",
            get(status::changed).post(status::changed),
        ),
        row(
            Door::Webhook,
            "/api/webhooks/recording",
            get(recorded::ready).post(recorded::ready),
        ),
        row(Door::Console, "/events", get(events::stream)),
        row(Door::Console, "/recordings/{id}", get(recording::play)),
        row(Door::Console, "/export/{file}", get(export::download)),
        row(Door::Console, "/import/{list}", post(import::post)),
        row(Door::Console, "/login", post(login::login).layer(small())),
        row(
            Door::Console,
            "/logout",
            post(logout::logout).layer(small()),
        ),
        row(Door::Console, "/theme", post(theme::choose).layer(small())),
        row(Door::Console, "/api/{*path}", any(unknown)),
    ]
}

/// What strangers may send: enough for an address, a password and where to go.
fn small() -> DefaultBodyLimit {
    DefaultBodyLimit::max(16 * 1024)
}

/// What pages of other sites may send: a visitor's address with all its parameters, and some data.
fn page(routes: MethodRouter<AppState>) -> MethodRouter<AppState> {
    routes
        .options(dni::ask_first)
        .layer(DefaultBodyLimit::max(64 * 1024))
}

fn mount(router: Router<AppState>, door: Door) -> Router<AppState> {
    table()
        .into_iter()
        .filter(|row| row.door == door)
        .fold(router, |router, row| router.route(row.path, row.handler))
}

/// The app's pages, found once for the whole process: while Leptos looks for them, resources are not
/// loaded on any thread, and a page that is rendered meanwhile would wait for ever.
static PAGES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));

/// The addresses of the app's pages, as the router writes them.
#[must_use]
pub fn page_paths() -> Vec<&'static str> {
    PAGES.iter().map(AxumRouteListing::path).collect()
}

/// The app's pages, and the server functions they call.
fn pages(state: &AppState) -> Router<AppState> {
    let options = state.leptos.clone();
    Router::new()
        .leptos_routes_with_context(
            state,
            PAGES.clone(),
            state.pages.context(&state.services),
            move || app::shell(options.clone()),
        )
        .route_layer(with(state.pages.clone(), page_threads::apart))
}

/// An address below `/api` that is none: an old page, or a guess.
async fn unknown(request: Request) -> Response {
    error::answer(
        &service::Error::NotFound("address"),
        &request_id::of(request.extensions()),
    )
}
