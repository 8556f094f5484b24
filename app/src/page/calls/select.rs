//! Rows that are picked: box by box, a range with Shift, all of the page; and the bar that says how
//! many. New rows wait as long as some are picked.

use std::collections::BTreeSet;

use domain::access::Permission;
use domain::id::CallId;
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::Shown;
use super::bulk::BulkDialog;
use crate::page::parts::{counted, may};
use crate::ui::{Button, ButtonKind};

/// Which rows are picked. The boxes are there for who may do something with them.
#[derive(Clone, Copy)]
pub struct Picked {
    ids: RwSignal<BTreeSet<CallId>>,
    /// The row that was clicked last: where a range begins.
    anchor: StoredValue<Option<CallId>>,
    allowed: Signal<bool>,
}

impl Picked {
    pub fn new() -> Self {
        Self {
            ids: RwSignal::new(BTreeSet::new()),
            anchor: StoredValue::new(None),
            allowed: may(Permission::AdjustMoney),
        }
    }

    /// Whether rows can be picked at all.
    pub fn allowed(self) -> bool {
        self.allowed.get()
    }

    /// Whether any row is.
    pub fn any(self) -> bool {
        self.ids.with(|ids| !ids.is_empty())
    }

    /// Whether a row is.
    pub fn has(self, id: CallId) -> bool {
        self.ids.with(|ids| ids.contains(&id))
    }

    /// How many are.
    pub fn count(self) -> u64 {
        self.ids.with(BTreeSet::len) as u64
    }

    /// Their ids with commas between, as a form posts them.
    pub fn text(self) -> String {
        self.ids.with(|ids| {
            let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
            texts.join(",")
        })
    }

    /// Picks none.
    pub fn clear(self) {
        self.anchor.set_value(None);
        if self.ids.with_untracked(|ids| !ids.is_empty()) {
            self.ids.update(BTreeSet::clear);
        }
    }

    fn set(self, rows: &[CallId], on: bool) {
        self.ids.update(|ids| {
            for id in rows {
                if on {
                    ids.insert(*id);
                } else {
                    ids.remove(id);
                }
            }
        });
    }

    /// A click on a row's box; with Shift all rows from the one clicked before do the same.
    fn click(self, shown: Shown, id: CallId, ev: &MouseEvent) {
        let on = event_target_checked(ev);
        let from = self.anchor.get_value().filter(|_| ev.shift_key());
        let range = shown.rows.with_untracked(|(_, rows)| {
            let at = |id: CallId| rows.iter().position(|row| *row == id);
            let (a, b) = (from.and_then(at)?, at(id)?);
            rows.get(a.min(b)..=a.max(b)).map(<[CallId]>::to_vec)
        });
        self.set(&range.unwrap_or_else(|| vec![id]), on);
        self.anchor.set_value(Some(id));
    }
}

/// Rows of another question are other rows.
pub fn forget_with(picked: Picked, question: impl Fn() -> String + Send + Sync + 'static) {
    Effect::new(move |before: Option<String>| {
        let now = question();
        if before.is_some_and(|before| before != now) {
            picked.clear();
        }
        now
    });
}

/// A row that left the page is picked no more: nobody corrects what is not in sight.
pub fn keep_to(picked: Picked, rows: impl Fn() -> Vec<CallId> + Send + Sync + 'static) {
    Effect::new(move |_| {
        let rows = rows();
        let gone = picked
            .ids
            .with_untracked(|ids| ids.iter().any(|id| !rows.contains(id)));
        if gone {
            picked.ids.update(|ids| ids.retain(|id| rows.contains(id)));
        }
    });
}

/// The box of a row.
pub fn pick_cell(shown: Shown, id: CallId, label: Signal<String>) -> AnyView {
    let picked = shown.picked;
    // Shift and a click would mark the text between as well.
    let keep_text = |ev: MouseEvent| {
        if ev.shift_key() {
            ev.prevent_default();
        }
    };
    view! {
        <td class="pick">
            <input class="checkbox" type="checkbox" autocomplete="off" aria-label=move || label.get() prop:checked=move || picked.has(id)
                on:mousedown=keep_text on:click=move |ev| picked.click(shown, id, &ev)/>
        </td>
    }
    .into_any()
}

/// The box of all rows of the page.
pub fn pick_all(shown: Shown) -> AnyView {
    let picked = shown.picked;
    let rows = move || shown.rows.with(|(_, rows)| rows.clone());
    let all = Memo::new(move |_| {
        let rows = rows();
        !rows.is_empty() && rows.into_iter().all(|id| picked.has(id))
    });
    let some = move || !all.get() && picked.any();
    view! {
        <th scope="col" class="pick">
            <input class="checkbox" type="checkbox" autocomplete="off" aria-label="Select all calls on this page"
                prop:checked=move || all.get() prop:indeterminate=some on:click=move |ev| picked.set(&rows(), event_target_checked(&ev))/>
        </th>
    }
    .into_any()
}

/// How many rows are picked, and what can be done with them.
#[component]
pub fn Bar(shown: Shown) -> impl IntoView {
    let picked = shown.picked;
    let any = Memo::new(move |_| picked.any());
    let count = move || {
        let n = picked.count();
        format!("{} selected", counted(n, "call", "calls"))
    };
    let open = RwSignal::new(false);
    let view = move || {
        any.get().then(|| {
            view! {
                <div class="savebar" data-picked="" role="region" aria-label="Selected calls">
                    <span class="savebar-count" role="status">{count}</span>
                    <span class="savebar-note">"Shift and a click select a range, X the row with the focus"</span>
                    <div class="savebar-act">
                        <Button kind=ButtonKind::Ghost on:click=move |_| picked.clear()>"Clear"</Button>
                        <Button kind=ButtonKind::Primary icon="edit" on:click=move |_| open.set(true)>"Correct…"</Button>
                    </div>
                </div>
                <BulkDialog shown=shown open=open/>
            }
        })
    };
    view.into_any()
}
