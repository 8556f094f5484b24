//! A group of settings that is the buyer's until it is said otherwise.

use leptos::prelude::*;

use crate::form::input;
use crate::state::use_scripted;
use crate::ui::{Button, ButtonKind, Size, Switch, dom::announce_change};

/// A switch over a group of fields. While it is on the fields are out of sight, by the style sheet
/// alone, and the buyer's setting is told in their place.
#[component]
pub fn FromBuyer(
    /// The field of the switch, for example `inherit_hours`.
    field: &'static str,
    label: &'static str,
    /// What the buyer says.
    #[prop(into)]
    says: Signal<String>,
    bind: RwSignal<bool>,
    children: Children,
) -> impl IntoView {
    let scripted = use_scripted();
    let id = format!("f-{field}");
    let switch = StoredValue::new(id.clone());
    let take_back = move |_| {
        bind.set(true);
        // Once the switch is on: the form counts its edits.
        request_animation_frame(move || {
            let found = switch.try_with_value(|id| document().get_element_by_id(id));
            if let Some(Some(el)) = found {
                announce_change(&el);
            }
        });
    };
    let reset = move || {
        scripted.get().then(|| view! {
            <div class="row">
                <Button kind=ButtonKind::Ghost size=Size::Xs icon="undo" on:click=take_back>{move || format!("Reset to the buyer’s: {}", says.get())}</Button>
            </div>
        })
    };
    view! {
        <div class="inherit">
            <Switch name=input(field) id=id label=label value="on" bind=bind/>
            <p class="inherit-said">"From the buyer: "<b>{move || says.get()}</b></p>
            <div class="inherit-own indent">{children()}{reset}</div>
        </div>
    }
    .into_any()
}
