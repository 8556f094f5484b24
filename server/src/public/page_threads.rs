//! The threads that pages are rendered on.
//!
//! Invariant: all of one page is rendered on one thread. The reactive graph is not safe against an
//! answer that arrives on another thread while a memo that reads it is at work: the memo takes itself
//! for up to date afterwards and keeps what it made of no answer, and the browser, which has all
//! answers from the start, finds another page than it would have made and gives up. What a page
//! *asks for* runs on the threads that serve everything else (`app::ctx::apart`), so that a
//! connection to the database never waits for a page.

use app::ctx::{Elsewhere, Work};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use leptos::prelude::provide_context;
use service::Services;
use tokio::runtime::Handle;
use tokio_util::task::LocalPoolHandle;
use tracing::Instrument as _;

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PageThreads {
    pool: LocalPoolHandle,
    main: Handle,
}

impl PageThreads {
    /// As many threads as there are processors, beside the runtime that calls this.
    #[must_use]
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism();
        Self {
            pool: LocalPoolHandle::new(processors.map_or(2, usize::from)),
            main: Handle::current(),
        }
    }

    /// What every page finds in its context.
    pub fn context(&self, services: &Services) -> impl Fn() + Clone + Send + 'static {
        let (main, services) = (self.main.clone(), services.clone());
        let elsewhere = Elsewhere::new(move |work: Work| -> Work {
            let begun = main.spawn(work);
            Box::pin(async move {
                match begun.await {
                    Ok(answer) => answer,
                    Err(ended) => match ended.try_into_panic() {
                        Ok(panic) => std::panic::resume_unwind(panic),
                        Err(_) => Box::new(()),
                    },
                }
            })
        });
        move || {
            provide_context(elsewhere.clone());
            provide_context(services.clone());
        }
    }

    /// Renders a page to its end on one of the threads.
    pub async fn render<F>(&self, page: impl FnOnce() -> F + Send + 'static) -> Response
    where
        F: Future<Output = Response> + 'static,
    {
        let whole = move || async move {
            let (parts, body) = page().await.into_parts();
            match to_bytes(body, usize::MAX).await {
                Ok(bytes) => Response::from_parts(parts, Body::from(bytes)),
                Err(error) => {
                    tracing::error!(%error, "a page broke off");
                    StatusCode::INTERNAL_SERVER_ERROR.into_response()
                }
            }
        };
        let span = tracing::Span::current();
        match self.pool.spawn_pinned(|| whole().instrument(span)).await {
            Ok(response) => response,
            // The one who counts and answers panics is further out.
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            },
        }
    }
}

impl Default for PageThreads {
    fn default() -> Self {
        Self::new()
    }
}

/// Pages go to their threads; server functions, which are posted to, stay where they are.
pub async fn apart(State(threads): State<PageThreads>, request: Request, next: Next) -> Response {
    if *request.method() == Method::GET {
        threads.render(move || next.run(request)).await
    } else {
        next.run(request).await
    }
}
