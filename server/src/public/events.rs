//! News for open pages: `GET /events`, server-sent events named `calls`.

use crate::error;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use domain::api::session::News;
use futures_util::{StreamExt as _, stream};
use service::OpCtx;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// At most one event in this time.
const COALESCE: Duration = Duration::from_millis(250);
/// How often the counters are looked at without a beat: calls that other servers run.
const LOOK: Duration = Duration::from_secs(3);
/// A stream ends after this long; the browser opens the next one, and has to be signed in for it.
const LIFE: Duration = Duration::from_secs(900);

struct Stream {
    state: AppState,
    op: OpCtx,
    beats: watch::Receiver<u64>,
    told: News,
    ends: Instant,
}

/// Streams the counters of the account: at once, and whenever calls changed.
pub async fn stream(State(state): State<AppState>, Extension(op): Extension<OpCtx>) -> Response {
    let first = match news(&state, &op).await {
        Ok(news) => news,
        Err(failure) => return error::answer(&failure, &op.request_id),
    };
    let stopping = state.stopping.clone();
    let beats = state.pulse.listen();
    let rest = Stream {
        state,
        op,
        beats,
        told: first,
        ends: Instant::now() + LIFE,
    };
    let events = stream::once(async move { event(first) })
        .chain(stream::unfold(rest, next))
        .take_until(stopping.cancelled_owned());
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)));
    // A buffering proxy would hold the news back.
    (
        [
            (header::CACHE_CONTROL, "no-store"),
            (header::HeaderName::from_static("x-accel-buffering"), "no"),
        ],
        sse,
    )
        .into_response()
}

async fn next(mut stream: Stream) -> Option<(Result<Event, Infallible>, Stream)> {
    loop {
        tokio::time::sleep(COALESCE).await;
        // A beat may be another account's: only what changed here is told.
        let _ = tokio::time::timeout(LOOK, stream.beats.changed()).await;
        if Instant::now() > stream.ends {
            return None;
        }
        stream.op.now = stream.state.services.clock.now();
        let Ok(now) = news(&stream.state, &stream.op).await else {
            continue;
        };
        if stream.told != now {
            stream.told = now;
            return Some((event(now), stream));
        }
    }
}

async fn news(state: &AppState, op: &OpCtx) -> Result<News, service::Error> {
    Ok(News {
        counters: state.services.session.counters(op).await?,
        figure: state.services.session.activity(op).await?,
    })
}

fn event(news: News) -> Result<Event, Infallible> {
    let data = serde_json::to_string(&news).unwrap_or_default();
    Ok(Event::default().event("calls").data(data))
}
