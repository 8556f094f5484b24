//! Blocked callers: the list, with search; adding one stands beside it.

mod listed;
pub mod new;

use domain::access::Permission;
use domain::api::block::{BlockList, BlockQuery, BlockRow};
use domain::api::sheet::ListName;
use domain::id::BlockId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::block::{RemoveBlock, list_blocks};
use crate::page::parts::{counted, may, or_dash, rows};
use crate::page::sheets::SheetLinks;
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Badge, Button, ButtonKind, ConfirmDialog, EmptyRow, FilterBar, FilterChip, LinkButton,
    PageHead, Panel, Size, State, Status, TableRegion, Time, Tone, use_toasts,
};

type BlockSource = Source<BlockQuery, BlockList>;

/// The block that is about to be removed, and its words.
#[derive(Clone, Copy)]
struct Removing {
    edit: Signal<bool>,
    what: RwSignal<Option<(BlockId, String)>>,
    asking: RwSignal<bool>,
}

/// The page.
#[component]
pub fn Blocks() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|q| BlockQuery {
            search: q.get("search").unwrap_or_default(),
            source: q.get("source").unwrap_or_default(),
            after: q.get("after").unwrap_or_default(),
        })
    });
    let source = Source::new(move || asked.get(), list_blocks);
    source.view("The list of blocked callers", Renew::Never, move |list| {
        view! { <List source=source list=list asked=asked/> }.into_any()
    })
}

#[component]
fn List(source: BlockSource, list: Signal<BlockList>, asked: Memo<BlockQuery>) -> impl IntoView {
    let remove = ServerAction::<RemoveBlock>::new();
    let removing = Removing {
        edit: may(Permission::EditBlocks),
        what: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    let toasts = use_toasts();
    Effect::new(move |_| match remove.value().get() {
        Some(Ok(())) => {
            toasts.done("No longer blocked.");
            removing.asking.set(false);
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            removing.asking.set(false);
            toasts.error(error.message);
        }
        None => {}
    });
    let export = Signal::derive(move || {
        asked.with(|q| route::export("blocks", &[("search", &q.search), ("source", &q.source)]))
    });
    let actions = move || {
        let add = move || {
            removing.edit.get().then(|| {
                view! { <LinkButton href=route::BLOCK_NEW kind=ButtonKind::Primary icon="plus">"Block callers"</LinkButton> }
            })
        };
        let tcpa = move || {
            removing.edit.get().then(|| {
                view! { <LinkButton href=route::import(ListName::Litigators) icon="upload" attr:aria-label="Import a TCPA list">"TCPA list"</LinkButton> }
            })
        };
        view! { <SheetLinks list=ListName::Blocks edit=removing.edit export=export/>{tcpa}{add} }
    };
    let title = Signal::derive(move || {
        removing.what.with(|what| {
            what.as_ref()
                .map(|(_, words)| format!("Let {words} in again?"))
                .unwrap_or_default()
        })
    });
    let confirmed = Callback::new(move |()| {
        if let Some((id, _)) = removing.what.get_untracked() {
            remove.dispatch(RemoveBlock { id });
        }
    });
    view! {
        <PageHead title="Blocked callers" sub="They hear that the number is not in service; nobody is dialed or charged." actions=actions/>
        <Search list=list asked=asked/>
        <listed::Listed list=list asked=asked edit=removing.edit source=source/>
        <Table list=list asked=asked removing=removing/>
        <ConfirmDialog id="remove-block" title=title open=removing.asking confirm="Let them in" busy=remove.pending() on_confirm=confirmed>
            "Their next call is routed like any other. The calls that were turned away stay in the log."
        </ConfirmDialog>
    }
    .into_any()
}

#[component]
fn Search(list: Signal<BlockList>, asked: Memo<BlockQuery>) -> impl IntoView {
    let chips = Signal::derive(move || {
        let here = BlockQuery {
            after: String::new(),
            ..asked.get()
        };
        let without = |search: &str, source: &str| {
            route::blocks(&BlockQuery {
                search: search.to_owned(),
                source: source.to_owned(),
                after: String::new(),
            })
        };
        let mut chips = Vec::new();
        if !here.search.is_empty() {
            let href = without("", &here.source);
            chips.push(FilterChip::new(
                "Number",
                "contains",
                here.search.clone(),
                href,
            ));
        }
        if !here.source.is_empty() {
            let href = without(&here.search, "");
            chips.push(FilterChip::new("TCPA list", "is", here.source, href));
        }
        chips
    });
    let total = Signal::derive(move || list.with(|l| counted(l.total, "entry", "entries")));
    let masked = list.with_untracked(|l| l.masked);
    let field = if masked {
        view! { <span class="soft">"Numbers are masked for your role"</span> }.into_any()
    } else {
        let search = asked.with_untracked(|q| q.search.clone());
        // The form stays while lists are chosen and left.
        let kept = move || {
            let source = asked.with(|q| q.source.clone());
            (!source.is_empty())
                .then(|| view! { <input type="hidden" name="source" value=source/> })
        };
        view! {
            <form method="get" action=route::BLOCKS role="search" aria-label="Find a blocked number">
                {kept}
                <input class="input w-40" type="search" name="search" value=search placeholder="Number" aria-label="Number contains" data-filter=""/>
            </form>
        }
        .into_any()
    };
    view! { <FilterBar chips=chips count=total clear_href=route::BLOCKS>{field}<listed::Choose list=list asked=asked/></FilterBar> }
        .into_any()
}

#[component]
fn Table(list: Signal<BlockList>, asked: Memo<BlockQuery>, removing: Removing) -> impl IntoView {
    let blocks = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let empty = move || {
        let searched = asked.with(|q| !(q.search.is_empty() && q.source.is_empty()));
        let (title, text) = if searched {
            (
                "No such number is blocked",
                "Search for fewer digits, or in all lists.",
            )
        } else {
            (
                "Nobody is blocked",
                "Block a number, a prefix like +1307* or all withheld numbers. A call in the log can be blocked with one click.",
            )
        };
        let add = move || {
            (removing.edit.get() && !searched).then(
                || view! { <LinkButton href=route::BLOCK_NEW icon="plus">"Block callers"</LinkButton> },
            )
        };
        blocks
            .with(Vec::is_empty)
            .then(|| view! { <EmptyRow cols=6 title=title text=text>{add}</EmptyRow> })
    };
    view! {
        <Panel title="Callers" note="Newest first" flush=true>
            <TableRegion label="Blocked callers" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Caller"</th><th scope="col">"Where"</th><th scope="col">"Until"</th>
                        <th scope="col">"Note"</th><th scope="col">"Added"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(blocks, |b| b.id, move |row| block_row(row, removing))}</tbody>
                </table>
            </TableRegion>
            <Pages list=list asked=asked/>
        </Panel>
    }
    .into_any()
}

fn block_row(row: Memo<BlockRow>, removing: Removing) -> AnyView {
    let pattern = row.with_untracked(|r| r.pattern.clone());
    let place = move || {
        row.with(|r| match r.campaign_name.as_str() {
            "" => "Every campaign".to_owned(),
            name => name.to_owned(),
        })
    };
    let until = move || {
        row.with(|r| match (&r.until, r.expired) {
            (None, _) => view! { <span class="soft">"For good"</span> }.into_any(),
            (Some(_), true) => view! { <Status state=State::Neutral text="Expired"/> }.into_any(),
            (Some(at), false) => {
                view! { <Time datetime=at.datetime.clone() text=at.full.clone()/> }.into_any()
            }
        })
    };
    let note = move || {
        match row.with(|r| (r.source.clone(), r.note.clone())) {
        (source, note) if source.is_empty() => or_dash(&note),
        (source, _) => view! {
            <span class="row"><Badge tone=Tone::Outline>"TCPA list"</Badge><span>{source}</span></span>
        }
        .into_any(),
    }
    };
    let added = move || {
        let at = row.with(|r| r.added.clone());
        view! { <Time datetime=at.datetime text=at.full/> }
    };
    let remove = move || {
        removing
            .edit
            .get()
            .then(|| view! { <Remove row=row removing=removing/> })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap">{pattern}</th>
            <td data-label="Where">{place}</td>
            <td class="nowrap" data-label="Until">{until}</td>
            <td data-label="Note">{note}</td>
            <td class="nowrap" data-label="Added">{added}</td>
            <td class="act">{remove}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Remove(row: Memo<BlockRow>, removing: Removing) -> impl IntoView {
    let (id, words) = row.with_untracked(|r| (r.id, r.pattern.clone()));
    let label = format!("Let {words} in again");
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        removing.what.set(Some((id, words.clone())));
        removing.asking.set(true);
    };
    view! {
        <form method="post" action="/api/blocks/remove" on:submit=ask>
            <input type="hidden" name="id" value=id.to_string()/>
            <Button submit=true kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label>"Remove"</Button>
        </form>
    }
    .into_any()
}

#[component]
fn Pages(list: Signal<BlockList>, asked: Memo<BlockQuery>) -> impl IntoView {
    let links = move || {
        let here = asked.get();
        let next = list.with(|l| l.next.clone());
        let first = (!here.after.is_empty()).then(|| {
            let href = route::blocks(&BlockQuery {
                after: String::new(),
                ..here.clone()
            });
            view! { <LinkButton href=href size=Size::Sm>"Newest"</LinkButton> }
        });
        let older = (!next.is_empty()).then(|| {
            let href = route::blocks(&BlockQuery {
                after: next,
                ..here
            });
            view! { <LinkButton href=href size=Size::Sm>"Older"</LinkButton> }
        });
        (first.is_some() || older.is_some())
            .then(|| view! { <div class="panel-foot row">{first}{older}</div> })
    };
    links.into_any()
}
