//! Switching a thing off and on from its own page: what is said of it, and the way back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::Answer;
use crate::state::session::sign_in_again;
use crate::ui::{Button, use_toasts};

/// What stands in the form of the action that switches a thing: its id, what comes next, and the button.
#[component]
pub fn OnOff<Fut>(
    id: String,
    enabled: Memo<bool>,
    /// What the action answered.
    #[prop(into)]
    value: Signal<Option<Answer<()>>>,
    #[prop(into)] pending: Signal<bool>,
    /// The button's words while it is on, and while it is off.
    words: [&'static str; 2],
    /// What is said of it once it is switched, by what it was before.
    told: impl Fn(bool) -> String + Send + Sync + 'static,
    /// Puts it back to how it was.
    put: impl Fn(bool) -> Fut + Copy + Send + Sync + 'static,
    #[prop(into)] reload: Callback<()>,
) -> impl IntoView
where
    Fut: Future<Output = Answer<()>> + 'static,
{
    let toasts = use_toasts();
    let back = move |before: bool| {
        Callback::new(move |()| {
            spawn_local(async move {
                match put(before).await {
                    Ok(()) => reload.run(()),
                    Err(error) if error.is_signed_out() => sign_in_again(),
                    Err(error) => toasts.error(error.message),
                }
            });
        })
    };
    Effect::new(move |_| match value.get() {
        Some(Ok(())) => {
            // The page says still how it was before.
            let before = enabled.get_untracked();
            toasts.undo(told(before), back(before));
            reload.run(());
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let button = move || {
        let (word, icon, next) = match enabled.get() {
            true => (words[0], "pause", "false"),
            false => (words[1], "play", "true"),
        };
        view! {
            <input type="hidden" name="enabled" value=next/>
            <Button submit=true icon=icon busy=pending>{word}</Button>
        }
    };
    view! {
        <input type="hidden" name="id" value=id/>
        {button}
    }
    .into_any()
}
