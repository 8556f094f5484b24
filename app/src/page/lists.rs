//! Bulk lists: the values that filters look a tag up in.

pub mod edit;

use domain::access::Permission;
use domain::api::bulk_list::BulkListRow;
use leptos::prelude::*;

use crate::api::bulk_list::{RemoveBulkList, list_bulk_lists};
use crate::page::parts::{OnlyLook, counted, grouped, may, or_dash, rows};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Button, ButtonKind, ConfirmDialog, EmptyRow, LinkButton, PageHead, Panel, Size, TableRegion,
    Time, use_toasts,
};

/// The list that is about to be removed.
#[derive(Clone, Copy)]
struct Removing {
    edit: Signal<bool>,
    what: RwSignal<Option<BulkListRow>>,
    asking: RwSignal<bool>,
}

/// The page.
#[component]
pub fn Lists() -> impl IntoView {
    let source = Source::new(|| (), |()| list_bulk_lists());
    source.view("The lists", Renew::Never, move |rows| {
        view! { <All source=source list=rows/> }.into_any()
    })
}

#[component]
fn All(source: Source<(), Vec<BulkListRow>>, list: Signal<Vec<BulkListRow>>) -> impl IntoView {
    let edit = may(Permission::EditPublishers);
    let removing = Removing {
        edit,
        what: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    let remove = ServerAction::<RemoveBulkList>::new();
    let toasts = use_toasts();
    Effect::new(move |_| {
        let Some(answer) = remove.value().get() else {
            return;
        };
        removing.asking.set(false);
        match answer {
            Ok(()) => {
                toasts.done("List removed.");
                source.reload();
            }
            Err(error) if error.is_signed_out() => sign_in_again(),
            Err(error) => toasts.error(error.message),
        }
    });
    let sub = Signal::derive(move || match list.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, "list", "lists"),
    });
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::LIST_NEW kind=ButtonKind::Primary icon="plus">"New list"</LinkButton> })
    };
    let title = Signal::derive(move || {
        removing.what.with(|w| {
            w.as_ref()
                .map(|list| format!("Remove {}?", list.name))
                .unwrap_or_default()
        })
    });
    let confirmed = Callback::new(move |()| {
        if let Some(id) = removing.what.with_untracked(|w| w.as_ref().map(|l| l.id)) {
            remove.dispatch(RemoveBulkList { id });
        }
    });
    view! {
        <PageHead title="Lists" sub=sub actions=move || new/>
        <Table list=list removing=removing/>
        <ConfirmDialog id="remove-list" title=title open=removing.asking confirm="Remove list" busy=remove.pending() on_confirm=confirmed>
            {move || removing.what.with(|w| w.as_ref().map(consequences).unwrap_or_default())}
        </ConfirmDialog>
    }
    .into_any()
}

/// What removing a list does to the filters that use it.
fn consequences(list: &BulkListRow) -> String {
    let values = counted(u64::from(list.values), "value", "values");
    if list.uses.is_empty() {
        format!("No filter uses it. Its {values} are gone for good.")
    } else {
        format!(
            "Used by {}. These filters find nothing in it any more: a rule “is in the list” holds for no call, “is not in the list” for every call.",
            list.uses.join("; ")
        )
    }
}

#[component]
fn Table(list: Signal<Vec<BulkListRow>>, removing: Removing) -> impl IntoView {
    let lists = Memo::new(move |_| list.get());
    let act = move || {
        if removing.edit.get() {
            view! { <LinkButton href=route::LIST_NEW icon="plus">"New list"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditPublishers/> }.into_any()
        }
    };
    let empty = move || {
        lists.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=5 title="No lists yet" text="A list holds many values, for example ZIP codes. A filter asks whether a tag of the call is one of them.">{act}</EmptyRow>
            }
        })
    };
    view! {
        <Panel title="Bulk lists" flush=true>
            <TableRegion label="Lists" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"List"</th><th scope="col" class="num">"Values"</th><th scope="col">"Used by"</th>
                        <th scope="col">"Added"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(lists, |l| l.id, move |row| list_row(row, removing))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn list_row(row: Memo<BulkListRow>, removing: Removing) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let added = move || {
        let at = row.with(|r| r.created.clone());
        view! { <Time datetime=at.datetime text=at.date title=at.full/> }
    };
    let uses = move || row.with(|r| or_dash(&r.uses.join("; ")));
    let remove = move || {
        removing
            .edit
            .get()
            .then(|| view! { <Remove row=row removing=removing/> })
    };
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::bulk_list(id)>{move || row.with(|r| r.name.clone())}</a></th>
            <td class="num" data-label="Values">{move || row.with(|r| grouped(u64::from(r.values)))}</td>
            <td class="soft" data-label="Used by" data-wide="">{uses}</td>
            <td class="nowrap" data-label="Added">{added}</td>
            <td class="act">{remove}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Remove(row: Memo<BulkListRow>, removing: Removing) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Remove {}", r.name)));
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        removing.what.set(Some(row.get_untracked()));
        removing.asking.set(true);
    };
    view! {
        <form method="post" action="/api/lists/remove" on:submit=ask>
            <input type="hidden" name="id" value=id.to_string()/>
            <Button submit=true kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label>"Remove"</Button>
        </form>
    }
    .into_any()
}
