//! One rule: what it says, what it paid today, and under it its fields. Alt and the arrows move it,
//! as do its two buttons and the grip.

use leptos::prelude::*;

use super::draft::Change;
use super::edit::{Direction, Edit};
use super::fields::Fields;
use super::held::{RuleEdit, focus_soon};
use crate::page::parts::or_dash;
use crate::ui::{Badge, Icon, Menu, MenuItem, MenuSeparator, Size, Tone};

/// The rule.
#[component]
pub fn Rule(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let key = rule.key;
    let keys = move |ev: web_sys::KeyboardEvent| {
        let direction = match ev.key().as_str() {
            "ArrowUp" if ev.alt_key() => Direction::Up,
            "ArrowDown" if ev.alt_key() => Direction::Down,
            _ => return,
        };
        if edit.may_edit.get_untracked() {
            ev.prevent_default();
            step(edit, key, direction);
        }
    };
    let over = move |ev: web_sys::DragEvent| {
        if edit.dragged.get_untracked().is_some() {
            ev.prevent_default();
        }
    };
    let dropped = move |ev: web_sys::DragEvent| {
        ev.prevent_default();
        edit.drop_at(key);
    };
    let part = rule.field("");
    let invalid = move || {
        let wrong = edit
            .errors
            .with(|e| e.0.iter().any(|e| e.field.starts_with(&part)));
        wrong.then_some("true")
    };
    let may = edit.may_edit;
    view! {
        <div class="payout" id=format!("rule-{key}") data-invalid=invalid on:keydown=keys on:dragover=over on:drop=dropped>
            <div class="payout-head">
                {move || if may.get() { view! { <Move edit=edit rule=rule/> }.into_any() } else { view! { <span></span> }.into_any() }}
                <Says edit=edit rule=rule/>
                <Today edit=edit rule=rule/>
                <span class="route-act">{move || may.get().then(|| view! { <Actions edit=edit rule=rule/> })}</span>
            </div>
            <Warnings edit=edit rule=rule/>
            {move || may.get().then(|| view! { <Fields edit=edit rule=rule/> })}
        </div>
    }
    .into_any()
}

/// Moves the rule and keeps the focus on the control that moved it.
fn step(edit: Edit, key: u32, direction: Direction) {
    let focused = document().active_element().map(|el| el.id());
    let focused = focused.filter(|id| !id.is_empty());
    edit.step(key, direction);
    let other = match direction {
        Direction::Up => "down",
        Direction::Down => "up",
    };
    request_animation_frame(move || {
        let back = focused.and_then(|id| document().get_element_by_id(&id));
        match back.filter(|el| !el.has_attribute("disabled")) {
            Some(el) => {
                drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus())
            }
            // At the edge the button that moved it is of no more use.
            None => focus_soon(format!("rule-{key}-{other}")),
        }
    });
}

/// What the rule is called in the names of its controls.
fn name_of(rule: RuleEdit) -> String {
    rule.form.with(|form| match form.name.trim() {
        "" => "this rule".to_owned(),
        name => name.to_owned(),
    })
}

#[component]
fn Move(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let key = rule.key;
    let arrow = |direction: Direction, icon: &'static str, way: &'static str| {
        let off = move || !edit.can_step(key, direction);
        view! {
            <button class="btn" type="button" id=format!("rule-{key}-{way}") data-variant="ghost" data-size="xs" data-icon=""
                aria-label=move || format!("Move {} {way}", name_of(rule)) title=format!("Move {way} (Alt and arrow)") disabled=off
                on:click=move |_| step(edit, key, direction)>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <span class="route-move" draggable="true" title="Drag to move" on:dragstart=move |_| edit.dragged.set(Some(key)) on:dragend=move |_| edit.dragged.set(None)>
            <span class="route-grip" aria-hidden="true"><Icon name="grip"/></span>
            {arrow(Direction::Up, "chevron-up", "up")}
            {arrow(Direction::Down, "chevron-down", "down")}
        </span>
    }
    .into_any()
}

/// Name, and in words what it pays, when, and for which calls.
#[component]
fn Says(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let name = move || {
        rule.form.with(|form| match form.name.trim() {
            "" => "New rule".to_owned(),
            name => name.to_owned(),
        })
    };
    let mark = move || {
        let word = edit.changes.with(|all| {
            let mine = all.iter().find(|change| change.key() == Some(rule.key))?;
            Some(match mine {
                Change::Added { .. } => "New",
                _ => "Edited",
            })
        });
        word.map(|word| view! { " "<Badge tone=Tone::Accent>{word}</Badge> })
    };
    let says = move || {
        rule.form
            .with(|form| form.sentence())
            .unwrap_or_else(|| "Not finished yet".to_owned())
    };
    let calls = Memo::new(move |_| {
        let lists = edit.choices.with(|c| c.bulk_lists());
        rule.filter
            .with(|filter| (!filter.rows.is_empty()).then(|| filter.sentence(&lists)))
    });
    view! {
        <div class="route-name">
            <b>{name}</b>{mark}
            <small>{says}</small>
            {move || calls.get().map(|text| view! { <small>{text}</small> })}
        </div>
    }
    .into_any()
}

#[component]
fn Today(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let today = move || edit.facts(rule).map(|facts| facts.today);
    view! {
        <div class="payout-today"><small>"Paid today"</small>{move || or_dash(&today().unwrap_or_default())}</div>
    }
    .into_any()
}

/// What is worth a second look in the rule as it is stored.
#[component]
fn Warnings(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let list = move || {
        let all = edit
            .facts(rule)
            .map(|facts| facts.warnings)
            .unwrap_or_default();
        (!all.is_empty()).then(|| {
            let lines = all.into_iter().map(
                |text| view! { <li class="warn"><Icon name="warning"/><span>{text}</span></li> },
            );
            view! { <ul class="payout-warn">{lines.collect_view()}</ul> }
        })
    };
    list.into_any()
}

#[component]
fn Actions(edit: Edit, rule: RuleEdit) -> impl IntoView {
    let key = rule.key;
    let label = untrack(move || format!("Actions for {}", name_of(rule)));
    let up = Callback::new(move |()| step(edit, key, Direction::Up));
    let down = Callback::new(move |()| step(edit, key, Direction::Down));
    let remove = Callback::new(move |()| edit.remove(key));
    view! {
        <Menu id=format!("rule-menu-{key}") label=label size=Size::Xs>
            <MenuItem icon="chevron-up" keys="Alt ↑" on_select=up>"Move up"</MenuItem>
            <MenuItem icon="chevron-down" keys="Alt ↓" on_select=down>"Move down"</MenuItem>
            <MenuSeparator/>
            <MenuItem icon="trash" danger=true on_select=remove>"Remove the rule"</MenuItem>
        </Menu>
    }
    .into_any()
}
