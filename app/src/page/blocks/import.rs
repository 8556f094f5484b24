//! Importing a list of numbers to block: first what would become of each line, then the blocking.

use domain::access::Permission;
use domain::api::block::{BlockImport as Outcome, BlockImportForm, BlockList, BlockQuery};
use domain::block::import::BadLine;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

use crate::api::block::{ImportBlocks, list_blocks};
use crate::error::AppError;
use crate::page::parts::{IfMay, choices, counted, grouped};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, LinkButton, PageHead, Panel, Select, TableRegion,
    Textarea, use_toasts,
};

/// What is typed, and what the last answer was.
#[derive(Clone, Copy)]
struct Draft {
    text: RwSignal<String>,
    campaign: RwSignal<String>,
    action: ServerAction<ImportBlocks>,
}

impl Draft {
    fn send(self, write: bool) {
        let form = BlockImportForm {
            text: self.text.get_untracked(),
            campaign: self.campaign.get_untracked(),
            write: if write { "yes" } else { "" }.to_owned(),
        };
        self.action.dispatch(ImportBlocks { form });
    }

    fn answer(self) -> Option<Result<Outcome, AppError>> {
        self.action.value().get()
    }

    fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || match self.answer() {
            Some(Err(error)) => error.fields.message(field),
            _ => None,
        })
    }
}

/// The page.
#[component]
pub fn BlockImport() -> impl IntoView {
    let source = Source::new(BlockQuery::default, list_blocks);
    let draft = Draft {
        text: RwSignal::new(String::new()),
        campaign: RwSignal::new(String::new()),
        action: ServerAction::new(),
    };
    let toasts = use_toasts();
    Effect::new(move |_| match draft.answer() {
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) if error.fields.is_empty() => toasts.error(error.message),
        Some(Ok(done)) if done.written => {
            let words = counted(u64::from(done.good), "number is", "numbers are");
            toasts.done(format!("{words} blocked now."));
        }
        _ => {}
    });
    view! {
        <Breadcrumbs items=vec![("Blocked callers".to_owned(), route::BLOCKS.to_owned())] here="Import"/>
        <PageHead title="Import blocked callers" sub="One number a line; hours and a note may follow, with commas between."/>
        {source.view("The form", Renew::Never, move |list: Signal<BlockList>| {
            let options = list.with_untracked(|l| choices(&l.campaigns));
            view! {
                <IfMay what=Permission::EditBlocks title="List">
                    <List draft=draft options=options.clone()/>
                    <Fate draft=draft/>
                </IfMay>
            }
            .into_any()
        })}
    }
    .into_any()
}

#[component]
fn List(draft: Draft, options: Vec<Choice>) -> impl IntoView {
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        draft.send(false);
    };
    view! {
        <Panel title="List">
            <form class="form" on:submit=submit>
                <noscript><p class="soft">"Importing a list needs JavaScript. Single numbers can be blocked without it."</p></noscript>
                <div class="field">
                    <label for="f-file">"File"</label>
                    <input class="input" id="f-file" type="file" accept=".csv,.txt,text/csv,text/plain" on:change=move |ev| read_file(&ev, draft.text)/>
                </div>
                <Textarea name="text" id="f-text" label="Lines" rows=8 bind=draft.text error=draft.error("text")
                    placeholder="number,hours,note" hint="A prefix ends with a star: +1307*. No hours blocks for good."/>
                <Select name="campaign" id="f-campaign" label="Where" options=options bind=draft.campaign placeholder="Every campaign" error=draft.error("campaign")/>
                <div class="form-foot">
                    <Button submit=true busy=draft.action.pending()>"Check the list"</Button>
                    <LinkButton href=route::BLOCKS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </form>
        </Panel>
    }
    .into_any()
}

/// Puts a chosen file into the text.
fn read_file(ev: &web_sys::Event, text: RwSignal<String>) {
    let input: web_sys::HtmlInputElement = event_target(ev);
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return;
    };
    let Ok(reader) = web_sys::FileReader::new() else {
        return;
    };
    let done = reader.clone();
    let loaded = Closure::once_into_js(move || {
        if let Some(read) = done.result().ok().and_then(|value| value.as_string()) {
            text.set(read);
        }
    });
    reader.set_onload(Some(loaded.unchecked_ref()));
    drop(reader.read_as_text(&file));
}

/// What becomes of the lines, or became.
#[component]
fn Fate(draft: Draft) -> impl IntoView {
    let view = move || {
        let Some(Ok(outcome)) = draft.answer() else {
            return None;
        };
        let fact = |n: u32, words: &'static str| view! { <div><dt>{words}</dt><dd>{grouped(u64::from(n))}</dd></div> };
        let title = if outcome.written {
            "Done"
        } else {
            "What will happen"
        };
        let go = (!outcome.written && outcome.good > 0).then(|| {
            let words = format!("Block {}", counted(u64::from(outcome.good), "number", "numbers"));
            view! {
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary busy=draft.action.pending() on:click=move |_| draft.send(true)>{words}</Button>
                </div>
            }
        });
        let back = outcome.written.then(|| view! { <div class="form-foot"><LinkButton href=route::BLOCKS>"To the list"</LinkButton></div> });
        Some(view! {
            <div role="status">
                <Panel title=title>
                    <dl class="facts">
                        {fact(outcome.good, if outcome.written { "Blocked now" } else { "Will be blocked" })}
                        {fact(outcome.known, "Blocked already or named twice")}
                        {fact(outcome.refused, "Lines that cannot be read")}
                    </dl>
                    {go}{back}
                </Panel>
            </div>
            {refused(outcome.bad, outcome.refused)}
        })
    };
    view.into_any()
}

fn refused(bad: Vec<BadLine>, lines: u32) -> Option<AnyView> {
    if bad.is_empty() {
        return None;
    }
    let shown = bad.len();
    let note = format!("The first {shown} of {}", grouped(u64::from(lines)));
    let note = if lines as usize > shown {
        note
    } else {
        String::new()
    };
    let rows = bad
        .into_iter()
        .map(|bad| {
            view! {
                <tr>
                    <th scope="row" class="num">{grouped(u64::from(bad.line))}</th>
                    <td class="mono">{bad.text}</td>
                    <td>{bad.field}</td>
                    <td>{bad.message}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <Panel title="Lines that cannot be read" note=note flush=true>
            <TableRegion label="Lines that cannot be read">
                <table class="data">
                    <thead><tr><th scope="col" class="num">"Line"</th><th scope="col">"Text"</th><th scope="col">"Field"</th><th scope="col">"What is wrong"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableRegion>
        </Panel>
    };
    Some(table.into_any())
}
