//! The call log: filters, pages and the open call all stand in the address.

mod bulk;
mod filters;
mod select;
mod table;

use domain::api::call::{CallDetail, CallPage, CallQuery};
use domain::id::CallId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::call::{load_call, page_calls};
use crate::error::AppError;
use crate::page::call::CallDrawer;
use crate::page::sheets::ExportLink;
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::PageHead;
use select::Picked;

/// The log's resource.
type LogSource = Source<CallQuery, CallPage>;

/// The page.
#[component]
pub fn Calls() -> impl IntoView {
    let params = use_query_map();
    let asked = Memo::new(move |_| {
        params.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            CallQuery {
                campaign: get("campaign"),
                target: get("target"),
                outcome: get("outcome"),
                buyer: get("buyer"),
                publisher: get("publisher"),
                duplicate: get("duplicate"),
                converted: get("converted"),
                paid: get("paid"),
                range: range_of(&get("range"), &get("from")),
                from: get("from"),
                to: get("to"),
                caller: get("caller"),
                after: get("after"),
                before: get("before"),
            }
        })
    });
    let open =
        Memo::new(move |_| params.with(|q| q.get("call").and_then(|id| id.parse::<CallId>().ok())));
    let log = Source::new(move || asked.get(), page_calls).follow_calls();
    let drawer = Source::new(move || open.get(), opened).follow_calls();
    let page = log.view("The call log", Renew::Never, move |page| {
        let shown = Shown::new(log, asked, page);
        view! { <table::Log shown=shown open=open/> <DrawerOf drawer=drawer shown=shown open=open/> }.into_any()
    });
    let export = Signal::derive(move || asked.with(|q| route::export("calls", &route::pairs(q))));
    let actions = move || view! { <ExportLink href=export what="calls"/> };
    view! { <PageHead title="Call log" actions=actions/> {page} }.into_any()
}

/// Own dates without the word for them mean own dates.
pub fn range_of(range: &str, from: &str) -> String {
    if range.is_empty() && !from.is_empty() {
        "custom".to_owned()
    } else {
        range.to_owned()
    }
}

async fn opened(id: Option<CallId>) -> Result<Option<CallDetail>, AppError> {
    match id {
        Some(id) => load_call(id).await.map(Some),
        None => Ok(None),
    }
}

/// What the log shows: the latest answer, and which of its rows are let in.
#[derive(Clone, Copy)]
pub struct Shown {
    asked: Memo<CallQuery>,
    page: Signal<CallPage>,
    stale: Signal<bool>,
    /// The pointer or the focus is in the table: rows must not move under it.
    held: RwSignal<bool>,
    /// As long as rows are picked, they do not move either.
    picked: Picked,
    /// The question and the rows in place.
    rows: Memo<(CallQuery, Vec<CallId>)>,
    /// Calls that matched when this question was first answered.
    first_total: Memo<(CallQuery, u64)>,
    /// Grows when the new rows are asked for.
    let_in: RwSignal<u32>,
}

impl Shown {
    fn new(log: LogSource, asked: Memo<CallQuery>, page: Signal<CallPage>) -> Self {
        let picked = Picked::new();
        select::forget_with(picked, move || asked.with(|q| route::calls(q, None)));
        let (held, let_in, stale) = (RwSignal::new(false), RwSignal::new(0), log.stale());
        let rows = Memo::new(move |before: Option<&(CallQuery, Vec<CallId>, u32)>| {
            let (question, turn, waiting) = (asked.get(), let_in.get(), stale.get());
            let now = page.with(|p| p.rows.iter().map(|r| r.id).collect::<Vec<_>>());
            match before {
                // The page still answers the question before: its rows are not to be held for this one.
                Some(before) if waiting => before.clone(),
                Some((of, ids, at))
                    if *of == question
                        && *at == turn
                        && (held.get() || picked.any())
                        && !ids.is_empty() =>
                {
                    (question, ids.clone(), turn)
                }
                _ => (question, now, turn),
            }
        });
        let rows =
            Memo::new(move |_| rows.with(|(question, ids, _)| (question.clone(), ids.clone())));
        select::keep_to(picked, move || rows.with(|(_, ids)| ids.clone()));
        let first_total = Memo::new(move |before: Option<&(CallQuery, u64)>| {
            let (question, total, stale) = (asked.get(), page.with(|p| p.total), stale.get());
            match before {
                Some(first) if first.0 == question => first.clone(),
                // The answer still belongs to the question before.
                Some(first) if stale => (CallQuery::default(), first.1),
                _ => (question, total),
            }
        });
        Self {
            asked,
            page,
            stale,
            held,
            picked,
            rows,
            first_total,
            let_in,
        }
    }

    /// Whether this is the newest page.
    fn is_newest(self) -> bool {
        self.asked
            .with(|q| q.after.is_empty() && q.before.is_empty())
    }

    /// Calls that came in and are not shown.
    fn unseen(self) -> u64 {
        if self.is_newest() {
            self.rows.with(|(_, ids)| {
                self.page
                    .with(|p| p.rows.iter().take_while(|r| !ids.contains(&r.id)).count() as u64)
            })
        } else {
            let (question, first) = self.first_total.get();
            if self.asked.with(|q| *q == question) {
                self.page.with(|p| p.total).saturating_sub(first)
            } else {
                0
            }
        }
    }

    /// The address of this page with another call open.
    fn href(self, open: Option<CallId>) -> String {
        self.asked.with(|q| route::calls(q, open))
    }

    /// The row before or after a call.
    fn beside(self, id: CallId, step: isize) -> Option<CallId> {
        self.rows.with(|(_, ids)| {
            let at = ids
                .iter()
                .position(|other| *other == id)?
                .checked_add_signed(step)?;
            ids.get(at).copied()
        })
    }
}

/// The call that is open, beside the log.
#[component]
fn DrawerOf(
    drawer: Source<Option<CallId>, Option<CallDetail>>,
    shown: Shown,
    open: Memo<Option<CallId>>,
) -> impl IntoView {
    let is_open = Memo::new(move |_| open.get().is_some());
    let close = Signal::derive(move || shown.href(None));
    let beside = move |step| {
        Signal::derive(move || {
            let id = open.get().and_then(|id| shown.beside(id, step))?;
            Some(shown.href(Some(id)))
        })
    };
    let (previous, next) = (beside(-1), beside(1));
    let view = move || {
        is_open.get().then(|| {
            drawer.view("The call", Renew::WithQuestion, move |detail| {
                let known = Memo::new(move |_| detail.with(Option::is_some));
                let view = move || {
                    let first = known.get().then(|| detail.get_untracked()).flatten()?;
                    let detail = Signal::derive(move || detail.get().unwrap_or_else(|| first.clone()));
                    Some(view! { <CallDrawer detail=detail close=close previous=previous next=next/> })
                };
                view.into_any()
            })
        })
    };
    view.into_any()
}
