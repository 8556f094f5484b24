//! Every route in one screen.

use crate::auth::{self, login, logout, resolve, theme};
use crate::config::Config;
use crate::middleware::{csrf, limits, referer, request_id, secure_headers, trace};
use crate::public::{events, recording, site};
use crate::state::AppState;
use crate::webhook::twilio::{recording as recorded, status, voice};
use crate::{error, health};
use app::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state as with};
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes as _, generate_route_list};
use secrecy::SecretString;
use store::Db;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// The whole server.
pub fn build(state: AppState, config: &Config, secret: &SecretString, db: &Db) -> Router {
    let sessions = auth::layer(config, secret, db, &state.services, state.tls);
    let own = csrf::Origin::of(&state.keys.base_url);
    let small = SizeAbove::new(512)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::new("audio/"));

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
        .layer(
            CompressionLayer::new()
                .quality(CompressionLevel::Fastest)
                .compress_when(small),
        );

    mount(mount(Router::new(), Door::Open), Door::Webhook)
        .merge(site::folders(&state))
        .merge(console)
        .layer(with(
            limits::Deadline(config.http.timeout()),
            limits::deadline,
        ))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn(trace::record))
        .layer(with(secure_headers::Tls(state.tls), secure_headers::add))
        .layer(from_fn(request_id::set))
        .with_state(state)
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

fn mount(router: Router<AppState>, door: Door) -> Router<AppState> {
    table()
        .into_iter()
        .filter(|row| row.door == door)
        .fold(router, |router, row| router.route(row.path, row.handler))
}

/// The app's pages, and the server functions they call.
fn pages(state: &AppState) -> Router<AppState> {
    let services = state.services.clone();
    let options = state.leptos.clone();
    Router::new().leptos_routes_with_context(
        state,
        generate_route_list(App),
        move || provide_context(services.clone()),
        move || app::shell(options.clone()),
    )
}

/// An address below `/api` that is none: an old page, or a guess.
async fn unknown(request: Request) -> Response {
    error::answer(
        &service::Error::NotFound("address"),
        &request_id::of(request.extensions()),
    )
}
