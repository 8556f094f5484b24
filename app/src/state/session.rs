//! Who is signed in, as every page knows it.

use domain::access::Permission;
use domain::api::session::{Counters, News, Opening, Shell};
use leptos::prelude::*;

use crate::ctx;
use crate::error::AppError;
use crate::route;
use crate::state::live::use_live;
use crate::wire::Text;

/// The session of the frame. Read it only under a `Suspense` or `Transition`.
#[derive(Clone, Copy)]
pub struct Session(Resource<Result<Opening, AppError>, Text>);

impl Session {
    /// The frame's facts once they are here.
    #[must_use]
    pub fn shell(self) -> Option<Shell> {
        self.0.with(|answer| {
            answer
                .as_ref()
                .and_then(|answer| answer.as_ref().ok().map(|opening| opening.shell.clone()))
        })
    }

    /// Whether there is an answer, be it that nobody is signed in.
    #[must_use]
    pub(super) fn is_known(self) -> bool {
        self.0.with(Option::is_some)
    }

    /// Whether this person may do something; no, while nobody knows.
    #[must_use]
    pub fn may(self, what: Permission) -> bool {
        self.0.with(|answer| {
            answer
                .as_ref()
                .and_then(|a| a.as_ref().ok())
                .is_some_and(|opening| opening.shell.role.allows(what))
        })
    }

    /// How far the calls were when the page was made; none if nobody knows. Only in an effect.
    #[must_use]
    pub(super) fn news(self) -> Option<News> {
        self.0.with(|answer| {
            let opening = answer.as_ref().and_then(|answer| answer.as_ref().ok())?;
            Some(News {
                counters: opening.shell.counters,
                figure: opening.figure,
            })
        })
    }

    /// The counters: what the stream said last, else what the page came with.
    #[must_use]
    pub fn counters(self) -> Counters {
        let first = self
            .0
            .with(|a| {
                a.as_ref()
                    .and_then(|a| a.as_ref().ok())
                    .map(|opening| opening.shell.counters)
            })
            .unwrap_or_default();
        use_live().counters.get().unwrap_or(first)
    }
}

/// Loads the session; called once by the frame.
pub(crate) fn provide() -> Session {
    let session = Session(Resource::new_with_options(
        || (),
        |()| ctx::apart(crate::api::session::load_shell()),
        false,
    ));
    provide_context(session);
    session
}

/// The session. Only below the frame.
pub fn use_session() -> Session {
    use_context::<Session>().unwrap_or_else(provide)
}

/// Goes to the sign-in page and comes back here afterwards.
pub fn sign_in_again() {
    let location = window().location();
    let here = format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    );
    drop(location.set_href(&route::with_query(route::LOGIN, &[("next", &here)])));
}
