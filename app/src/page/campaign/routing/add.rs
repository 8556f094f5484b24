//! A further route in a priority: to a target that there is, or to one made on the spot with its buyer.

use domain::access::Permission;
use domain::api::plan::QuickTargetForm;
use domain::invalid::FieldErrors;
use domain::plan::RouteTo;
use leptos::{html, prelude::*};

use super::super::CampaignSource;
use super::edit::Edit;
use crate::api::target::AddQuickTarget;
use crate::page::parts::may;
use crate::state::session::sign_in_again;
use crate::state::use_scripted;
use crate::ui::{
    Button, ButtonKind, Choice, Combobox, Popover, Select, Size, TextInput, use_toasts,
};

/// A target found by typing goes to the end of the priority.
#[component]
pub fn Add(edit: Edit, at: usize, source: CampaignSource) -> impl IntoView {
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
                .map(|r| (r.to.to_string(), r.name.clone(), r.now.word.clone()));
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
    let (scripted, buyers) = (use_scripted(), may(Permission::EditBuyers));
    let pop = format!("add-route-{at}");
    let opened = pop.clone();
    Effect::new(move |_| {
        let value = chosen.get();
        let Ok(target) = value.parse::<RouteTo>() else {
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
                        <p class="hint">"Targets and groups that are in the plan already are not listed."</p>
                        {move || buyers.get().then(|| view! { <New edit=edit at=at source=source/> })}
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
            <Select name=field("target") id=format!("add-route-{at}-target") label="Target" options=options placeholder="Choose a target or group"/>
            <Select name=field("priority") id=format!("add-route-{at}-priority") label="Priority" options=priorities value=(at + 1).to_string()/>
            <input type="hidden" name=field("weight") value="10"/>
            <input type="hidden" name=field("on") value="on"/>
            <Button kind=ButtonKind::Primary submit=true>"Add and save the plan"</Button>
        </div>
    }
    .into_any()
}

/// A target that is made and added at once. The panel stays open for the next one, which often has
/// the same buyer.
#[component]
fn New(edit: Edit, at: usize, source: CampaignSource) -> impl IntoView {
    let add = ServerAction::<AddQuickTarget>::new();
    let (buyer, name, rings) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let errors = RwSignal::new(FieldErrors::default());
    let (tried, node) = (RwSignal::new(false), NodeRef::<html::Div>::new());
    let form = move || QuickTargetForm {
        buyer: buyer.get(),
        name: name.get(),
        rings: rings.get(),
    };
    Effect::new(move |_| {
        let form = form();
        if tried.get() {
            errors.set(form.check().err().unwrap_or_default());
        }
    });
    let toasts = use_toasts();
    Effect::new(move |_| match add.value().get() {
        Some(Ok(made)) => {
            edit.change(|d| d.add(at, RouteTo::Target(made.target), made.name.clone()));
            toasts.done(format!(
                "{} added. Save the plan to route calls there.",
                made.name
            ));
            tried.set(false);
            name.set(String::new());
            rings.set(String::new());
            source.reload();
            if let Some(el) = node.get_untracked() {
                focus(&el, "input");
            }
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) if !error.fields.is_empty() => errors.set(error.fields),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let go = move || {
        tried.set(true);
        let form = untrack(form);
        match form.check() {
            Ok(_) => drop(add.dispatch(AddQuickTarget { form })),
            Err(wrong) => {
                errors.set(wrong);
                if let Some(el) = node.get_untracked() {
                    request_animation_frame(move || focus(&el, "[aria-invalid=true]"));
                }
            }
        }
    };
    // The fields stand in the plan's form, which Enter would save.
    let keys = move |ev: web_sys::KeyboardEvent| {
        let button = event_target::<web_sys::Element>(&ev).tag_name() == "BUTTON";
        if ev.key() == "Enter" && !button {
            ev.prevent_default();
            go();
        }
    };
    let error = move |field: &'static str| {
        Signal::derive(move || errors.with(|errors| errors.message(field)))
    };
    let id = move |field: &str| format!("quick-{at}-{field}");
    let buyers = move || {
        edit.plan.with(|p| {
            let names = p.buyers.iter();
            names
                .map(|name| view! { <option value=name.clone()></option> })
                .collect_view()
        })
    };
    view! {
        <div class="route-new" role="group" aria-label="A new target" node_ref=node on:keydown=keys>
            <h3>"Or a new target"</h3>
            <datalist id=id("buyers")>{buyers}</datalist>
            <TextInput name="quick-buyer" id=id("buyer") label="Buyer" list=id("buyers") autocomplete="off" bind=buyer error=error("buyer")
                hint="One that is not known is made."/>
            <TextInput name="quick-rings" id=id("rings") label="Phone number or SIP address" autocomplete="off" bind=rings error=error("rings") placeholder="(214) 555-0187"/>
            <TextInput name="quick-name" id=id("name") label="Target name" optional=true autocomplete="off" bind=name error=error("name") hint="Empty: the buyer’s name."/>
            <div><Button busy=add.pending() on:click=move |_| go()>"Create and add"</Button></div>
        </div>
    }
    .into_any()
}

fn focus(within: &web_sys::HtmlDivElement, wanted: &str) {
    if let Ok(Some(el)) = within.query_selector(wanted) {
        drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus());
    }
}
