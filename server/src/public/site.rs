//! Files of the site, and the page for what is not there.

use crate::auth::resolve;
use crate::state::AppState;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

/// Hashed names never change their content.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Other files keep their name when they change.
const A_DAY: &str = "public, max-age=86400";

/// Files in folders of their own; they need no session.
pub fn folders(state: &AppState) -> Router<AppState> {
    let pkg = format!("/{}/", state.leptos.site_pkg_dir.trim_matches('/'));
    let hashed = state.leptos.hash_files;
    Router::new()
        .route(&format!("{pkg}{{*path}}"), axum::routing::get(file))
        .route("/fonts/{*path}", axum::routing::get(file))
        .layer(axum::middleware::map_response(
            move |uri: Uri, mut response: Response| {
                let forever = hashed && uri.path().starts_with(&pkg);
                async move {
                    if response.status().is_success()
                        || response.status() == StatusCode::NOT_MODIFIED
                    {
                        let value = if forever { FOREVER } else { A_DAY };
                        response
                            .headers_mut()
                            .insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
                    }
                    response
                }
            },
        ))
}

async fn file(State(state): State<AppState>, request: Request) -> Response {
    serve(&state, request).await
}

async fn serve(state: &AppState, request: Request) -> Response {
    let files = ServeDir::new(&*state.leptos.site_root)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    match files.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

/// A file at the top of the site, else the page that says there is nothing here.
pub async fn file_or_missing(State(state): State<AppState>, mut request: Request) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut wanted = Request::new(Body::empty());
        *wanted.uri_mut() = request.uri().clone();
        *wanted.method_mut() = request.method().clone();
        *wanted.headers_mut() = request.headers().clone();
        let mut found = serve(&state, wanted).await;
        if found.status() != StatusCode::NOT_FOUND
            && found.status() != StatusCode::METHOD_NOT_ALLOWED
        {
            found
                .headers_mut()
                .insert(header::CACHE_CONTROL, HeaderValue::from_static(A_DAY));
            return found;
        }
    }
    if let Err(answer) = resolve::resolve(&state, &mut request).await {
        return *answer;
    }
    if *request.method() != Method::GET {
        return StatusCode::NOT_FOUND.into_response();
    }
    let context = state.pages.context(&state.services);
    let missing =
        leptos_axum::file_and_error_handler_with_context::<AppState, _>(context, app::shell);
    let pages = state.pages.clone();
    let uri = request.uri().clone();
    pages
        .render(move || missing(uri, State(state), request))
        .await
}
