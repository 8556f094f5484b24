//! Who gets in: a key that is in force, not too often, with the scope the operation names.

use super::OPENAPI;
use super::problem::Problem;
use crate::middleware::request_id;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::api_key::Scope;
use domain::id::ApiKeyId;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use service::{Error, OpCtx};
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Keys that stayed away are forgotten each time so many requests came in.
const SWEEP_EACH: u32 = 10_000;

type Limiter = RateLimiter<
    ApiKeyId,
    DefaultKeyedStateStore<ApiKeyId>,
    DefaultClock,
    StateInformationMiddleware,
>;

/// See the module.
#[derive(Clone)]
pub struct Door {
    state: AppState,
    /// What each operation asks for, from its description: "GET /api/v1/calls/{id}".
    scopes: Arc<BTreeMap<String, Vec<Scope>>>,
    limit: Arc<Limit>,
}

/// How often a key may ask. Kept in memory: with several servers a key may ask each of them as
/// often, which is what the setting says.
struct Limit {
    limiter: Limiter,
    per_minute: NonZeroU32,
    asked: AtomicU32,
}

/// What a key has left.
struct Left {
    limit: u32,
    remaining: u32,
    /// Seconds until all of it is there again.
    reset_s: u32,
}

impl Door {
    /// Lets each key in so many times a minute.
    pub fn new(state: AppState, per_minute: u32) -> Self {
        let per_minute = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Self {
            state,
            scopes: Arc::new(scopes()),
            limit: Arc::new(Limit {
                limiter,
                per_minute,
                asked: AtomicU32::new(0),
            }),
        }
    }

    async fn context(&self, headers: &HeaderMap, request_id: String) -> Result<OpCtx, Error> {
        let text = headers
            .get(header::AUTHORIZATION)
            .and_then(|v| v.to_str().ok())
            .unwrap_or_default();
        let (scheme, key) = text.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::Unauthenticated);
        }
        let services = &self.state.services;
        services
            .api_keys
            .context(key.trim(), request_id, services.clock.now())
            .await
    }

    /// Whether the key has the scope of the operation. An address that is none asks for nothing.
    fn admit(&self, request: &Request, op: &OpCtx) -> Result<(), Problem> {
        let path = request.extensions().get::<MatchedPath>();
        let method = match *request.method() {
            Method::HEAD => &Method::GET,
            ref method => method,
        };
        let Some(wanted) = path.and_then(|p| self.scopes.get(&operation(method, p.as_str())))
        else {
            return Ok(());
        };
        match wanted.iter().find(|scope| !op.actor.covers(**scope)) {
            None => Ok(()),
            Some(missing) => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "denied",
                format!("This key needs the scope {}.", missing.code()),
            )),
        }
    }
}

impl Limit {
    fn take(&self, key: ApiKeyId) -> Result<Left, (Left, u32)> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EACH == SWEEP_EACH - 1 {
            self.limiter.retain_recent();
        }
        let limit = self.per_minute.get();
        let left = |remaining: u32| Left {
            limit,
            remaining,
            reset_s: (u64::from(limit - remaining.min(limit)) * 60)
                .div_ceil(u64::from(limit))
                .try_into()
                .unwrap_or(u32::MAX),
        };
        match self.limiter.check_key(&key) {
            Ok(state) => Ok(left(state.remaining_burst_capacity())),
            Err(not_until) => {
                let wait = not_until.wait_time_from(self.limiter.clock().now());
                let wait_s = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
                Err((left(0), wait_s.saturating_add(1)))
            }
        }
    }
}

/// Lets a request through with its context, or answers it.
pub async fn enter(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let id = request_id::of(request.extensions());
    let headers = request.headers().clone();
    let op = match door.context(&headers, id).await {
        Ok(op) => op,
        Err(refusal) => return Problem::from(refusal).into_response(),
    };
    let Some(key) = op.actor.key() else {
        return Problem::from(Error::Unauthenticated).into_response();
    };
    let (left, mut response) = match door.limit.take(key) {
        Err((left, wait_s)) => {
            let limited = Error::Limited {
                retry_after_s: wait_s,
            };
            (left, Problem::from(limited).into_response())
        }
        Ok(left) => match door.admit(&request, &op) {
            Err(problem) => (left, problem.into_response()),
            Ok(()) => {
                request.extensions_mut().insert(op);
                (left, next.run(request).await)
            }
        },
    };
    let headers = response.headers_mut();
    for (name, figure) in [
        ("ratelimit-limit", left.limit),
        ("ratelimit-remaining", left.remaining),
        ("ratelimit-reset", left.reset_s),
    ] {
        headers.insert(HeaderName::from_static(name), figure.into());
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

fn operation(method: &Method, path: &str) -> String {
    format!("{method} {path}")
}

/// What each operation of the description asks for.
fn scopes() -> BTreeMap<String, Vec<Scope>> {
    let operations = super::describe::operations(&OPENAPI);
    operations
        .map(|(method, path, operation)| {
            let needs = super::describe::scopes(operation);
            let scopes = needs.filter_map(|code| code.parse().ok()).collect();
            (format!("{} {path}", method.to_uppercase()), scopes)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_names_scopes_that_exist() {
        for (method, path, operation) in super::super::describe::operations(&OPENAPI) {
            let codes: Vec<&str> = super::super::describe::scopes(operation).collect();
            let known = codes.iter().all(|code| code.parse::<Scope>().is_ok());
            // Whoever has a key may ask whose it is.
            let open = path == "/api/v1/account";
            assert!(
                known && codes.is_empty() == open,
                "{method} {path}: {codes:?}"
            );
            let changes = method != "get";
            assert!(
                codes.iter().all(|c| c.ends_with(":write") == changes),
                "{method} {path}"
            );
        }
    }
}
