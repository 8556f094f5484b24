//! What a route says about its calls: what they are worth, which ones it is for, and whether it takes
//! callers that another target hung up on. A panel over the page, opened from the route's revenue;
//! the browser opens and closes it, so it works without the page's script.

use domain::api::filter::FilterForm;
use domain::api::plan::TermsForm;
use domain::invalid::FieldErrors;
use domain::plan::RouteTo;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::draft::Draft;
use super::edit::Edit;
use crate::page::revenue::{Revenue, RevenueFields};
use crate::state::use_scripted;
use crate::ui::{
    Button, ButtonKind, Choice, FilterEditor, IconButton, Segmented, Size, State, Status,
};

/// What a call on the route is worth; opens its terms.
#[component]
pub fn Worth(edit: Edit, target: RouteTo, index: Memo<Option<usize>>) -> impl IntoView {
    let worth = Memo::new(move |_| edit.revenue(target));
    let words = move || match worth.get() {
        (Some(rule), own) => {
            let when = rule.trigger_words();
            let note = if own {
                when
            } else {
                format!("campaign, {when}")
            };
            view! { <span class:soft=!own>{rule.price_words()}</span><small>{note}</small> }
                .into_any()
        }
        (None, true) => {
            view! { <span class="none">"–"</span><small>"not finished"</small> }.into_any()
        }
        (None, false) => {
            view! { <span class="none">"–"</span><small>"no revenue"</small> }.into_any()
        }
    };
    let wrong = move || {
        let at = index.get()?;
        let parts = ["revenue", "filter", "rerouted"].map(|part| format!("routes[{at}].{part}"));
        edit.errors.with(|errors| {
            let mine = |field: &str| parts.iter().any(|part| field.starts_with(part.as_str()));
            errors.0.iter().any(|e| mine(&e.field)).then_some("")
        })
    };
    let name = edit.name(target);
    let view = move || {
        if !edit.may_edit.get() {
            return view! { <div class="route-num"><span class="route-label">"Revenue "</span>{words}</div> }.into_any();
        }
        view! {
            <div class="route-num">
                <button class="route-worth" type="button" popovertarget=sheet(target) aria-haspopup="dialog" data-fix=wrong id=format!("route-{target}-terms")>
                    <span class="visually-hidden">{format!("Terms of {name}: ")}</span>{words}
                </button>
                <Sheet edit=edit target=target index=index/>
            </div>
        }
        .into_any()
    };
    view.into_any()
}

/// The id of a route's panel.
fn sheet(target: RouteTo) -> String {
    format!("route-sheet-{target}")
}

#[component]
fn Sheet(edit: Edit, target: RouteTo, index: Memo<Option<usize>>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let (scripted, open) = (use_scripted(), RwSignal::new(false));
    // One that was opened before the page's script ran stays as it is.
    Effect::new(move |_| {
        if let Some(el) = node.get()
            && el.matches(":popover-open").unwrap_or(false)
        {
            open.set(true);
        }
    });
    let toggled = move |_| {
        let Some(el) = node.get_untracked() else {
            return;
        };
        let is_open = el.matches(":popover-open").unwrap_or(false);
        open.set(is_open);
        if is_open {
            request_animation_frame(move || enter(&el));
        } else {
            request_animation_frame(move || {
                edit.check();
            });
        }
    };
    let title = format!("Terms of {}", edit.name(target));
    let heading = title.clone();
    // With the script the fields are there while they are looked at: a plan has many routes.
    let fields = move || {
        (!scripted.get() || open.get())
            .then(|| view! { <Fields edit=edit target=target index=index/> })
    };
    view! {
        <div class="popover route-sheet" popover="auto" id=sheet(target) node_ref=node role="dialog" aria-label=title on:toggle=toggled
            on:keydown=move |ev| if ev.key() == "Escape" { ev.stop_propagation(); }>
            <div class="dialog-head">
                <h2>{heading}</h2>
                <IconButton label="Close" icon="close" size=Size::Sm popovertarget=sheet(target)/>
            </div>
            <div class="dialog-body">{fields}</div>
            <div class="dialog-foot">
                <span class="soft">"Saved with the plan."</span>
                <Button popovertarget=sheet(target)>"Done"</Button>
            </div>
        </div>
    }
    .into_any()
}

/// Goes to what is wrong, else to the first field.
fn enter(panel: &web_sys::HtmlDivElement) {
    let first = ["[aria-invalid=true]", ".dialog-body :is(select, input)"]
        .into_iter()
        .find_map(|wanted| panel.query_selector(wanted).ok().flatten());
    if let Some(el) = first.and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok()) {
        drop(el.focus());
    }
}

#[component]
fn Fields(edit: Edit, target: RouteTo, index: Memo<Option<usize>>) -> impl IntoView {
    let at = move |part: &str| format!("routes[{}].{part}", index.get().unwrap_or_default());
    let errors: Signal<FieldErrors> = edit.errors.into();
    let terms = move |draft: &Draft| draft.route(target).map(|route| route.terms.clone());
    let revenue = Revenue::new(&edit.now.with_untracked(terms).unwrap_or_default().revenue);
    follow_revenue(edit, target, revenue);
    let filter: RwSignal<FilterForm> = edit.bound(
        move |d: &Draft| d.route(target).map(|r| &r.terms.filter),
        move |d, filter| with_terms(d, target, |terms| terms.filter = filter),
    );
    let rerouted: RwSignal<String> = edit.bound(
        move |d: &Draft| d.route(target).map(|r| &r.terms.rerouted),
        move |d, rerouted| with_terms(d, target, |terms| terms.rerouted = rerouted),
    );
    let none = match edit.plan.with_untracked(|p| p.revenue.check()) {
        Ok(Some(rule)) => format!("As the campaign: {}", rule.words()),
        _ => "As the campaign: no revenue".to_owned(),
    };
    let own = Memo::new(move |_| edit.revenue(target).1);
    let reset = move |_| {
        edit.change(|d| with_terms(d, target, |terms| terms.revenue.trigger.clear()));
        request_animation_frame(move || {
            let first = document().get_element_by_id(&format!("route-{target}-trigger"));
            if let Some(el) = first.and_then(|el| el.dyn_into::<web_sys::HtmlElement>().ok()) {
                drop(el.focus());
            }
        });
    };
    let choices = Signal::derive(move || edit.plan.with(|p| p.filter.clone()));
    let takes = vec![Choice::new("yes", "Yes"), Choice::new("no", "No")];
    let rerouted_error = Signal::derive(move || {
        let at = at("rerouted");
        errors.with(|errors| errors.message(&at))
    });
    view! {
        <RevenueFields path=Signal::derive(move || at("revenue")) id=format!("route-{target}-") fields=revenue errors=errors none=none/>
        {move || own.get().then(|| view! {
            <div><Button kind=ButtonKind::Ghost size=Size::Xs icon="undo" on:click=reset>"Use the campaign’s revenue"</Button></div>
        })}
        <FilterEditor field=Signal::derive(move || at("filter")) bind=filter choices=choices errors=errors/>
        <Warning edit=edit target=target/>
        <Segmented name=crate::form::input(&untrack(move || at("rerouted"))) id=format!("route-{target}-rerouted") label="Takes callers that another target hung up on"
            options=takes bind=rerouted error=rerouted_error/>
    }
    .into_any()
}

/// What is odd about the saved conditions, while they are not changed.
#[component]
fn Warning(edit: Edit, target: RouteTo) -> impl IntoView {
    let text = Memo::new(move |_| warning(edit, target));
    let view = move || {
        let text = text.get();
        (!text.is_empty()).then(
            || view! { <p class="warn" role="note"><Status state=State::Attention text=text/></p> },
        )
    };
    view.into_any()
}

/// A warning about a route's conditions, if there is one.
pub fn warning(edit: Edit, target: RouteTo) -> String {
    let changed = edit.changes.with(|all| {
        let mine = |c: &super::draft::Change| c.target() == Some(target);
        all.iter()
            .any(|c| mine(c) && matches!(c, super::draft::Change::Conditions { .. }))
    });
    match edit.facts(target) {
        Some(facts) if !changed => facts.warning,
        _ => String::new(),
    }
}

fn with_terms(draft: &mut Draft, target: RouteTo, change: impl FnOnce(&mut TermsForm)) {
    if let Some(route) = draft.route_mut(target) {
        change(&mut route.terms);
    }
}

/// Keeps the fields of the revenue and the draft the same.
fn follow_revenue(edit: Edit, target: RouteTo, revenue: Revenue) {
    Effect::new(move |_| {
        let typed = revenue.form();
        let differs = edit.now.with_untracked(|d| {
            d.route(target)
                .is_some_and(|route| route.terms.revenue != typed)
        });
        if differs {
            edit.change(|d| with_terms(d, target, |terms| terms.revenue = typed));
        }
    });
    let held = Memo::new(move |_| {
        edit.now
            .with(|d| d.route(target).map(|route| route.terms.revenue.clone()))
    });
    Effect::new(move |_| {
        if let Some(held) = held.get() {
            revenue.set(&held);
        }
    });
}
