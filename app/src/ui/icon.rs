//! Icons come from one sprite, `public/icons.svg`, so none of them weighs on the browser bundle.
//!
//! Names say what an icon is for:
//! places `dashboard live calls reporting traffic rtb campaign flow buyer target agent publisher
//! ring-tree number pool pixel block simulator settings plan route`;
//! acts `search plus minus close check more menu grip copy link external download upload edit trash
//! undo redo refresh filter columns table calendar clock play pause stop expand open archive logout`;
//! arrows `chevron-up|down|left|right chevrons arrow-up|down|left|right`;
//! things `tag dollar lock key user users sun moon monitor keyboard message bell zap shield history
//! mail voicemail recording sound phone-in phone-out phone-off phone-missed brand`;
//! states `show hide help info error warning done`.

use leptos::prelude::*;

/// A 16 px decorative icon; the words beside it carry the meaning.
#[component]
pub fn Icon(
    /// The icon's name in the sprite.
    #[prop(into)]
    name: String,
) -> impl IntoView {
    let href = format!("/icons.svg#{name}");
    view! { <svg class="icon" aria-hidden="true"><use href=href></use></svg> }.into_any()
}

/// An icon for a name, or nothing for an empty one.
pub(crate) fn icon_if(name: &str) -> Option<AnyView> {
    (!name.is_empty()).then(|| view! { <Icon name=name.to_owned()/> }.into_any())
}
