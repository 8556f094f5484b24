//! Priorities: each a panel with its routes, their share right now, and a way to add one.

use domain::id::TargetId;
use leptos::prelude::*;

use super::Edit;
use super::row::Row;
use crate::state::use_scripted;
use crate::ui::{Button, ButtonKind, Choice, Combobox, Popover, Select, Size};

/// All priorities.
#[component]
pub fn Tiers(edit: Edit) -> impl IntoView {
    let places = Memo::new(move |_| (0..edit.now.with(|d| d.tiers.len())).collect::<Vec<_>>());
    view! { <For each=move || places.get() key=|at| *at children=move |at| view! { <Tier edit=edit at=at/> }/> }.into_any()
}

#[component]
fn Tier(edit: Edit, at: usize) -> impl IntoView {
    let targets = Memo::new(move |_| {
        edit.now.with(|d| {
            d.tiers
                .get(at)
                .map(|t| t.iter().map(|r| r.target).collect::<Vec<_>>())
                .unwrap_or_default()
        })
    });
    let cols = move || {
        (!targets.with(Vec::is_empty)).then(|| {
            view! {
                <div class="route-cols" aria-hidden="true">
                    <span></span><span>"Route"</span><span>"Right now"</span><span class="route-num">"Lines"</span><span class="route-num">"Calls today"</span>
                    <span class="route-num">"Weight"</span><span class="route-num">"Share"</span><span>"On"</span><span></span>
                </div>
            }
        })
    };
    let empty = move || {
        targets.with(Vec::is_empty).then(|| view! { <p class="state soft">"No routes in this priority. Add one, or leave it: an empty priority is not saved."</p> })
    };
    let drop_here = move |ev: web_sys::DragEvent| {
        ev.prevent_default();
        if let Some(target) = edit.dragged.get_untracked() {
            edit.change(|d| d.put(target, at, None));
            edit.dragged.set(None);
        }
    };
    view! {
        <section class="tier" aria-labelledby=format!("tier-{at}") on:dragover=move |ev| if edit.dragged.get_untracked().is_some() { ev.prevent_default() }
            on:drop=drop_here>
            <Head edit=edit at=at targets=targets/>
            {cols}
            {empty}
            <For each=move || targets.get() key=|target| *target children=move |target| view! { <Row edit=edit target=target/> }/>
        </section>
    }
    .into_any()
}

/// The priority's name, how calls are shared in it now, and "Route".
#[component]
fn Head(edit: Edit, at: usize, targets: Memo<Vec<TargetId>>) -> impl IntoView {
    let shares = Memo::new(move |_| {
        let open = edit.open();
        edit.now.with(|d| d.shares(at, &open))
    });
    let when = move || match (at, at + 1 == edit.now.with(|d| d.tiers.len())) {
        (0, _) => "tried first".to_owned(),
        (_, true) => "last resort".to_owned(),
        _ => format!("if nobody in {at} answers"),
    };
    let first = Memo::new(move |_| edit.first_open() == Some(at));
    let bar = move || {
        let parts: Vec<_> = shares.get().into_iter().flatten().collect();
        (parts.len() > 1).then(|| {
            let spans = parts.iter().map(|share| view! { <span style:width=format!("{share}%")></span> }).collect_view();
            let words = if first.get() { "Share of calls right now" } else { "Share if reached" };
            view! { <span class="top-wide">{words}</span><span class="sharebar" aria-hidden="true">{spans}</span> }
        })
    };
    let open = move || {
        let (open, all) = (
            shares.with(|s| s.iter().flatten().count()),
            targets.with(Vec::len),
        );
        format!("{open} of {all} open")
    };
    view! {
        <div class="tier-head">
            <h2 id=format!("tier-{at}")>{format!("Priority {}", at + 1)}</h2>
            <span class="panel-note">{when}</span>
            <div class="tier-side">{bar}<span>{open}</span>{move || edit.may_edit.get().then(|| view! { <Add edit=edit at=at/> })}</div>
        </div>
    }
    .into_any()
}

/// A target found by typing goes to the end of the priority.
#[component]
fn Add(edit: Edit, at: usize) -> impl IntoView {
    let chosen = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let saved = edit.plan.with(|p| {
            let free = p
                .targets
                .iter()
                .map(|c| (c.value.clone(), c.label.clone(), c.hint.clone()));
            let routed = p
                .routes
                .iter()
                .map(|r| (r.target.to_string(), r.name.clone(), r.now.word.clone()));
            free.chain(routed).collect::<Vec<_>>()
        });
        edit.now.with(|d| {
            let free = saved
                .into_iter()
                .filter(|(id, _, _)| id.parse().is_ok_and(|id| d.place(id).is_none()));
            free.map(|(id, name, hint)| Choice::new(id, name).note(hint))
                .collect::<Vec<_>>()
        })
    });
    let scripted = use_scripted();
    let pop = format!("add-route-{at}");
    let opened = pop.clone();
    Effect::new(move |_| {
        let value = chosen.get();
        let Ok(target) = value.parse::<TargetId>() else {
            return;
        };
        let name = options.with_untracked(|all| {
            all.iter()
                .find(|c| c.value == value)
                .map(|c| c.label.clone())
        });
        if let Some(name) = name {
            edit.change(|d| d.add(at, target, name));
        }
        chosen.set(String::new());
        if let Some(el) = document().get_element_by_id(&opened) {
            drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).hide_popover());
        }
    });
    view! {
        <Popover id=pop text="Route" label=format!("Add a route to priority {}", at + 1) icon="plus" kind=ButtonKind::Ghost size=Size::Sm end=true>
            {move || if scripted.get() {
                view! {
                    <div class="route-add">
                        <Combobox name="add-route" id=format!("add-route-{at}-target") label="Target" options=options bind=chosen placeholder="Type a name"/>
                        <p class="hint">"Targets that are in the plan already are not listed."</p>
                    </div>
                }.into_any()
            } else {
                view! { <PlainAdd edit=edit at=at options=options/> }.into_any()
            }}
        </Popover>
    }
    .into_any()
}

/// The same before the page's script runs, or without it: one more line of the plan's form, saved
/// with it. A line without a target is no route.
#[component]
fn PlainAdd(edit: Edit, at: usize, options: Signal<Vec<Choice>>) -> impl IntoView {
    let (lines, tiers) = edit
        .now
        .with_untracked(|d| (d.numbered().count(), d.tiers.len()));
    let last_is_full = edit
        .now
        .with_untracked(|d| d.tiers.last().is_some_and(|t| !t.is_empty()));
    let field = move |part: &str| format!("form[routes][{}][{part}]", lines + at);
    let priorities = (1..=tiers + usize::from(last_is_full))
        .map(|n| Choice::new(n.to_string(), format!("Priority {n}")))
        .collect::<Vec<_>>();
    view! {
        <div class="route-add">
            <Select name=field("target") id=format!("add-route-{at}-target") label="Target" options=options placeholder="Choose a target"/>
            <Select name=field("priority") id=format!("add-route-{at}-priority") label="Priority" options=priorities value=(at + 1).to_string()/>
            <input type="hidden" name=field("weight") value="10"/>
            <input type="hidden" name=field("on") value="on"/>
            <Button kind=ButtonKind::Primary submit=true>"Add and save the plan"</Button>
        </div>
    }
    .into_any()
}
