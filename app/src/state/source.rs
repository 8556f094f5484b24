//! What a page shows: one resource, its last good answer, and whether that answer is stale.
//!
//! The view is made once when an answer arrives; later answers flow through a signal, so rows are
//! patched where they stand and nothing flickers. A refresh that fails for a passing reason leaves
//! the page as it is: the top bar says that the server is not reached.

use std::future::Future;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ctx;
use crate::error::AppError;
use crate::page::not_found::Missing;
use crate::state::live::use_live;
use crate::state::session::{Session, sign_in_again};
use crate::ui::{ErrorState, PageHead, Panel, Skeleton};
use crate::wire::Text;

/// A page's resource: asked with `Q`, answered with `T`.
pub struct Source<Q: Send + Sync + 'static, T: Send + Sync + 'static> {
    asked: Memo<Q>,
    again: RwSignal<u32>,
    data: Resource<(Q, Result<T, AppError>), Text>,
}

impl<Q: Send + Sync + 'static, T: Send + Sync + 'static> Clone for Source<Q, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q: Send + Sync + 'static, T: Send + Sync + 'static> Copy for Source<Q, T> {}

/// When a page is made anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Renew {
    /// When something else is asked for, for example another campaign.
    WithQuestion,
    /// Never: whatever is asked for, the answers flow into the same view.
    Never,
}

/// What is on the page.
#[derive(Clone, PartialEq)]
enum Shown<Q> {
    Waiting,
    Ready(Option<Q>),
    Failed(AppError),
}

impl<Q, T> Source<Q, T>
where
    Q: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// A resource that is fetched when what is asked for changes.
    pub fn new<F>(
        asked: impl Fn() -> Q + Send + Sync + 'static,
        fetch: impl Fn(Q) -> F + Send + Sync + Copy + 'static,
    ) -> Self
    where
        F: Future<Output = Result<T, AppError>> + Send + 'static,
    {
        let asked = Memo::new(move |_| asked());
        let again = RwSignal::new(0);
        let data = Resource::new_with_options(
            move || (asked.get(), again.get()),
            move |(question, _)| async move { (question.clone(), ctx::apart(fetch(question)).await) },
            false,
        );
        Self { asked, again, data }
    }

    /// Fetches again.
    pub fn reload(self) {
        self.again.update(|n| *n += 1);
    }

    /// Fetches again whenever calls changed.
    #[must_use]
    pub fn follow_calls(self) -> Self {
        let live = use_live();
        Effect::new(move |before: Option<u32>| {
            let now = live.pulse.get();
            if before.is_some_and(|before| before != now) {
                self.reload();
            }
            now
        });
        self
    }

    /// Whether what is shown answers an older question.
    #[must_use]
    pub fn stale(self) -> Signal<bool> {
        Signal::derive(move || {
            let asked = self.asked.get();
            self.data.with(|data| {
                data.as_ref()
                    .is_some_and(|(answered, _)| *answered != asked)
            })
        })
    }

    /// The page: `ready` with the answer, or why there is none. `what` reads "The call log".
    pub fn view(
        self,
        what: &'static str,
        renew: Renew,
        ready: impl Fn(Signal<T>) -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        let ready = StoredValue::new(ready);
        view! {
            <Transition fallback=Waiting>
                {move || self.settled(what, renew, Callback::new(move |answer| ready.with_value(|ready| ready(answer))))}
            </Transition>
        }
        .into_any()
    }

    fn settled(
        self,
        what: &'static str,
        renew: Renew,
        ready: Callback<Signal<T>, AnyView>,
    ) -> AnyView {
        let shown = self.shown(renew);
        let last = self.last();
        let view = move || match shown.get() {
            Shown::Waiting => view! { <Waiting/> }.into_any(),
            Shown::Failed(error) => view! { <Failed what=what error=error/> }.into_any(),
            Shown::Ready(_) => {
                let Some(first) = last.get_untracked() else {
                    return view! { <Waiting/> }.into_any();
                };
                ready.run(Signal::derive(move || {
                    last.get().unwrap_or_else(|| first.clone())
                }))
            }
        };
        view.into_any()
    }

    fn shown(self, renew: Renew) -> Memo<Shown<Q>> {
        // What is on a page depends on who looks at it. Both are asked for at once: if the session
        // came while the page was being rendered, server and browser would render two pages.
        let session = use_context::<Session>();
        Memo::new(move |before: Option<&Shown<Q>>| {
            let known = session.is_none_or(Session::is_known);
            self.data.with(|data| match data {
                None => Shown::Waiting,
                Some(_) if !known => Shown::Waiting,
                Some((question, Ok(_))) => {
                    Shown::Ready((renew == Renew::WithQuestion).then(|| question.clone()))
                }
                Some((question, Err(error))) => match before {
                    Some(Shown::Ready(of))
                        if error.is_passing() && of.as_ref().is_none_or(|of| of == question) =>
                    {
                        Shown::Ready(of.clone())
                    }
                    _ => Shown::Failed(error.clone()),
                },
            })
        })
    }

    /// The last good answer.
    fn last(self) -> Memo<Option<T>> {
        Memo::new(move |before: Option<&Option<T>>| {
            self.data.with(|data| match data {
                Some((_, Ok(answer))) => Some(answer.clone()),
                _ => before.cloned().flatten(),
            })
        })
    }
}

/// Grey lines where the page will be, after a moment.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="panel" aria-busy="true">
            <div class="panel-body">
                <span class="visually-hidden">"Loading"</span>
                <Skeleton width=180/>
                <Skeleton width=320/>
                <Skeleton width=260/>
            </div>
        </div>
    }
    .into_any()
}

/// Why there is no page, and the way on.
#[component]
fn Failed(what: &'static str, error: AppError) -> impl IntoView {
    if error.is_signed_out() {
        Effect::new(sign_in_again);
    }
    if error.is_not_found() {
        return view! { <Missing what=what/> }.into_any();
    }
    let location = use_location();
    let (path, search) = (
        location.pathname.get_untracked(),
        location.search.get_untracked(),
    );
    let here = if search.is_empty() {
        path
    } else {
        format!("{path}?{search}")
    };
    view! {
        <PageHead title=format!("{what} did not load")/>
        <Panel title="What happened">
            <ErrorState title=error.message text="Nothing was changed." request_id=error.request_id retry_href=here/>
        </Panel>
    }
    .into_any()
}
