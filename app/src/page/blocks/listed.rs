//! Blocks that came from one list: found by its name, and removed together.

use domain::api::block::{BlockList, BlockQuery};
use leptos::prelude::*;

use super::BlockSource;
use crate::api::block::RemoveBlocksOf;
use crate::page::parts::counted;
use crate::route;
use crate::state::session::sign_in_again;
use crate::ui::{Button, ButtonKind, ConfirmDialog, Icon, LinkButton, Popover, Size, use_toasts};

/// The popover with the lists.
const LISTS: &str = "blocks-list";

/// The answer shows behind it.
fn close_list() {
    if let Some(el) = document().get_element_by_id(LISTS) {
        drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).hide_popover());
    }
}

/// The lists there are, each a way to its entries.
#[component]
pub(super) fn Choose(list: Signal<BlockList>, asked: Memo<BlockQuery>) -> impl IntoView {
    let sources = Memo::new(move |_| list.with(|l| l.sources.clone()));
    let links = move || {
        let search = asked.with(|q| q.search.clone());
        let link = |name: String, blocks: u64| {
            let href = route::blocks(&BlockQuery {
                source: name.clone(),
                search: search.clone(),
                after: String::new(),
            });
            let words = format!("{name}, {}", counted(blocks, "entry", "entries"));
            view! { <li><LinkButton href=href kind=ButtonKind::Ghost size=Size::Sm on:click=move |_| close_list()>{words}</LinkButton></li> }
        };
        let all = sources.get().into_iter();
        all.map(|origin| link(origin.name, origin.blocks))
            .collect_view()
    };
    let view = move || {
        sources.with(|all| !all.is_empty()).then(|| {
            view! { <Popover id=LISTS text="From a TCPA list" icon="plus"><ul class="stack-sm">{links}</ul></Popover> }
        })
    };
    view.into_any()
}

/// What can be done with all entries of the list that is looked at.
#[component]
pub(super) fn Listed(
    list: Signal<BlockList>,
    asked: Memo<BlockQuery>,
    edit: Signal<bool>,
    source: BlockSource,
) -> impl IntoView {
    let remove = ServerAction::<RemoveBlocksOf>::new();
    let asking = RwSignal::new(false);
    let toasts = use_toasts();
    Effect::new(move |_| match remove.value().get() {
        Some(Ok(removed)) => {
            asking.set(false);
            toasts.done(format!("{} removed.", counted(removed, "entry", "entries")));
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            asking.set(false);
            toasts.error(error.message);
        }
        None => {}
    });
    let name = Memo::new(move |_| asked.with(|q| q.source.clone()));
    let blocks = Memo::new(move |_| {
        let name = name.get();
        list.with(|l| l.sources.iter().find(|s| s.name == name).map(|s| s.blocks))
    });
    let title = Signal::derive(move || format!("Remove all of {}?", name.get()));
    let confirmed = Callback::new(move |()| {
        remove.dispatch(RemoveBlocksOf {
            source: name.get_untracked(),
        });
    });
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        asking.set(true);
    };
    let notice = move || {
        let blocks = blocks.get().filter(|_| edit.get())?;
        let words = format!(
            "{} came from this list.",
            counted(blocks, "entry", "entries")
        );
        Some(view! {
            <div class="notice" role="note" aria-label="A TCPA list">
                <Icon name="table"/>
                <p>{words}</p>
                <form method="post" action="/api/blocks/remove_source" on:submit=ask>
                    <input type="hidden" name="source" value=name.get()/>
                    <Button submit=true size=Size::Sm>"Remove the list"</Button>
                </form>
            </div>
        })
    };
    view! {
        {notice}
        <ConfirmDialog id="remove-source" title=title open=asking confirm="Remove the list" busy=remove.pending() on_confirm=confirmed>
            "Their next calls are routed like any other. Numbers that a person blocked as well stay blocked."
        </ConfirmDialog>
    }
    .into_any()
}
