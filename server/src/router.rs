//! Every route in one screen.

use crate::auth::{self, login, logout, resolve, theme};
use crate::config::Config;
use crate::middleware::{csrf, limits, request_id, secure_headers, trace};
use crate::public::{events, recording, site};
use crate::state::AppState;
use crate::webhook::twilio::{recording as recorded, status, voice};
use crate::{error, health};
use app::App;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state as with};
use axum::response::Response;
use axum::routing::{any, get, post};
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
    let small = SizeAbove::new(512).and(NotForContentType::SSE).and(NotForContentType::IMAGES).and(NotForContentType::new("audio/"));

    let console = pages(&state)
        .route("/events", get(events::stream))
        .route("/recordings/{id}", get(recording::play))
        .route("/login", post(login::login))
        .route("/logout", post(logout::logout))
        .route("/theme", post(theme::choose))
        .route("/api/{*path}", any(unknown))
        .route_layer(with(state.clone(), resolve::gate))
        .fallback(site::file_or_missing)
        .layer(sessions)
        .layer(with(own, csrf::guard))
        .layer(DefaultBodyLimit::max(config.http.body_bytes_max))
        .layer(tower_http::limit::RequestBodyLimitLayer::new(config.http.body_bytes_max))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(small));

    let webhooks = Router::new()
        .route("/api/webhooks/voice", get(voice::arrived).post(voice::arrived))
        .route("/api/webhooks/voice/{call}/{step}", get(voice::step).post(voice::step))
        .route("/api/webhooks/status", get(status::changed).post(status::changed))
        .route("/api/webhooks/recording", get(recorded::ready).post(recorded::ready));

    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::measurements))
        .merge(webhooks)
        .merge(site::folders(&state))
        .merge(console)
        .layer(with(limits::Deadline(config.http.timeout()), limits::deadline))
        .layer(CatchPanicLayer::custom(limits::panicked))
        .layer(from_fn(trace::record))
        .layer(with(secure_headers::Tls(state.tls), secure_headers::add))
        .layer(from_fn(request_id::set))
        .with_state(state)
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
    error::answer(&service::Error::NotFound("address"), &request_id::of(request.extensions()))
}
