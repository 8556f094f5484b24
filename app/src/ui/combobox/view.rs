//! What a combobox looks like: chips, field, hidden inputs, list.

use leptos::{html, prelude::*};

use super::Combo;
use crate::ui::{dom, field::Frame, icon::Icon, input::Choice};

/// The label with the part that fits what is typed in bold.
pub(crate) fn marked(label: &str, query: &str) -> AnyView {
    let query = query.trim().to_lowercase();
    let lower = label.to_lowercase();
    let found = (!query.is_empty() && lower.len() == label.len())
        .then(|| lower.find(&query))
        .flatten();
    let cut = found.and_then(|at| {
        Some((
            label.get(..at)?,
            label.get(at..at + query.len())?,
            label.get(at + query.len()..)?,
        ))
    });
    match cut {
        Some((head, hit, tail)) => {
            view! { {head.to_owned()}<b>{hit.to_owned()}</b>{tail.to_owned()} }.into_any()
        }
        None => label.to_owned().into_any(),
    }
}

fn option_view(combo: Combo, id: &str, at: usize, choice: Choice) -> AnyView {
    let value = choice.value.clone();
    let chosen = Memo::new(move |_| combo.chosen.with(|list| list.contains(&value)));
    let active = Memo::new(move |_| combo.active.get() == at);
    let node = NodeRef::<html::Li>::new();
    Effect::new(move |_| {
        if active.get()
            && let Some(el) = node.get()
        {
            let how = web_sys::ScrollIntoViewOptions::new();
            how.set_block(web_sys::ScrollLogicalPosition::Nearest);
            el.scroll_into_view_with_scroll_into_view_options(&how);
        }
    });
    let words = marked(&choice.label, &combo.query.get_untracked());
    let note = choice
        .disabled
        .clone()
        .unwrap_or_else(|| choice.note.clone());
    let off = choice.disabled.is_some().then_some("true");
    view! {
        <li class="option" role="option" node_ref=node id=format!("{id}-{at}") aria-selected=move || if chosen.get() { "true" } else { "false" }
            aria-disabled=off data-active=move || active.get().then_some("true")
            // The field keeps the focus while an option is pressed.
            on:mousedown=move |ev| ev.prevent_default() on:click=move |_| combo.toggle(&choice)>
            <Icon name="check"/>
            <span class="option-word">{words}</span>
            <span class="option-note">{note}</span>
        </li>
    }
    .into_any()
}

fn options_view(combo: Combo, id: &str) -> AnyView {
    let fitting = combo.fitting();
    if fitting.is_empty() {
        return view! { <li class="option-empty" role="option" aria-disabled="true" aria-selected="false">"Nothing fits."</li> }.into_any();
    }
    fitting
        .into_iter()
        .enumerate()
        .map(|(at, choice)| option_view(combo, id, at, choice))
        .collect_view()
        .into_any()
}

fn chips_view(combo: Combo) -> AnyView {
    combo
        .chosen
        .get()
        .into_iter()
        .map(|value| {
            let label = combo.label_of(&value);
            let name = format!("Remove {label}");
            let remove = move |_| {
                combo.chosen.update(|list| list.retain(|v| *v != value));
                if let Some(el) = combo.input.get_untracked() {
                    dom::focus(&el);
                }
            };
            view! { <span class="tagchip"><span>{label}</span><button type="button" aria-label=name on:click=remove><Icon name="close"/></button></span> }
        })
        .collect_view()
        .into_any()
}

fn hidden_view(combo: Combo, name: &str) -> AnyView {
    let values = combo.chosen.get();
    values
        .into_iter()
        .map(|value| view! { <input type="hidden" name=name.to_owned() value=value/> })
        .collect_view()
        .into_any()
}

pub(super) fn combo_view(
    frame: Frame,
    name: String,
    placeholder: Option<String>,
    combo: Combo,
) -> AnyView {
    let (described, invalid) = (frame.described(), frame.invalid());
    let list_id = format!("{}-list", frame.id);
    let (inner, active_id) = (list_id.clone(), list_id.clone());
    let words = if combo.many {
        String::new()
    } else {
        combo
            .chosen
            .with_untracked(|l| l.first().cloned())
            .map(|v| untrack(|| combo.label_of(&v)))
            .unwrap_or_default()
    };
    let active = move || {
        combo
            .open
            .get()
            .then(|| format!("{active_id}-{}", combo.active.get()))
    };
    let chips = combo.many.then_some(move || chips_view(combo));
    // A change of the options (they may load late) brings the words of the choice with it.
    Effect::new(move |before: Option<()>| {
        combo.options.track();
        if before.is_some() && !combo.open.get_untracked() && !combo.many {
            combo.settle();
        }
    });
    let control = view! {
        <div class="combo">
            <div class="combo-box" node_ref=combo.area on:click=move |_| { if let Some(el) = combo.input.get_untracked() { dom::focus(&el); } combo.show(); }>
                {chips}
                <input type="text" role="combobox" node_ref=combo.input id=frame.id.clone() value=words placeholder=placeholder autocomplete="off"
                    aria-autocomplete="list" aria-controls=list_id.clone() aria-expanded=move || if combo.open.get() { "true" } else { "false" }
                    aria-activedescendant=active aria-describedby=move || described.get() aria-invalid=move || invalid.get()
                    on:input=move |ev| combo.typed(event_target_value(&ev)) on:keydown=move |ev| combo.on_key(&ev)
                    on:blur=move |_| combo.settle()/>
                <Icon name="chevron-down"/>
            </div>
            {move || hidden_view(combo, &name)}
            <ul class="popover listbox" role="listbox" popover="manual" id=list_id node_ref=combo.list aria-label=frame.label.clone()
                aria-multiselectable=combo.many.then_some("true")>
                {move || combo.open.get().then(|| options_view(combo, &inner))}
            </ul>
        </div>
    };
    frame.stacked(control.into_any())
}
