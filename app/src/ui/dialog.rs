//! Dialogs on the native element: the page behind is inert, Esc closes, the focus returns.

use leptos::{context::Provider, html, prelude::*};

use super::button::{Button, ButtonKind, IconButton, Size};

/// What a dialog gives to the parts inside it.
#[derive(Clone, Copy)]
struct DialogContext {
    open: RwSignal<bool>,
}

/// A dialog with a title. Inside go `div.dialog-body` and `div.dialog-foot`.
#[component]
pub fn Dialog(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] title: Signal<String>,
    open: RwSignal<bool>,
    /// 720 instead of 480 px.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(el) = node.get() else { return };
        if open.get() {
            if !el.open() {
                drop(el.show_modal());
            }
        } else if el.open() {
            el.close();
        }
    });
    let title_id = format!("{id}-title");
    let named = title_id.clone();
    view! {
        <dialog class="dialog" id=id node_ref=node aria-labelledby=named data-wide=wide.then_some("")
            on:close=move |_| open.set(false)
            on:cancel=move |ev: web_sys::Event| { ev.prevent_default(); open.set(false); }
            on:keydown=move |ev| if ev.key() == "Escape" { ev.prevent_default(); ev.stop_propagation(); open.set(false); }>
            <div class="dialog-head">
                <h2 id=title_id>{move || title.get()}</h2>
                <IconButton label="Close" icon="close" size=Size::Sm on:click=move |_| open.set(false)/>
            </div>
            <Provider value=DialogContext { open }>{children()}</Provider>
        </dialog>
    }
    .into_any()
}

/// A "Cancel" button for a dialog's foot.
#[component]
pub fn DialogCancel(
    /// Where nothing is left to cancel.
    #[prop(default = "Cancel")]
    words: &'static str,
) -> impl IntoView {
    let context = use_context::<DialogContext>();
    view! {
        <Button kind=ButtonKind::Ghost on:click=move |_| if let Some(c) = context { c.open.set(false) }>{words}</Button>
    }
    .into_any()
}

/// Asks before something that cannot be undone; with a `phrase`, it has to be typed first.
#[component]
pub fn ConfirmDialog(
    #[prop(into)] id: String,
    /// The question.
    #[prop(into)]
    title: Signal<String>,
    open: RwSignal<bool>,
    /// The words of the button that does it.
    #[prop(into)]
    confirm: String,
    /// What has to be typed before the button does anything.
    #[prop(optional, into)]
    phrase: String,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(into)] on_confirm: Callback<()>,
    /// What happens, in full sentences.
    children: Children,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let asked = RwSignal::new(false);
    Effect::new(move |_| {
        if open.get() {
            typed.set(String::new());
            asked.set(false);
        }
    });
    let (field, wanted) = (format!("{id}-phrase"), phrase.clone());
    let fits = {
        let phrase = phrase.clone();
        Memo::new(move |_| phrase.is_empty() || typed.with(|t| t.trim() == phrase))
    };
    let error = Signal::derive(move || {
        (asked.get() && !fits.get()).then(|| format!("Type {wanted} exactly as shown."))
    });
    let ask = (!phrase.is_empty()).then(|| {
        view! { <super::input::TextInput name="phrase" id=field label=format!("Type {phrase} to go on") bind=typed error=error autocomplete="off"/> }
    });
    let go = move |_| {
        asked.set(true);
        if fits.get_untracked() {
            on_confirm.run(());
        }
    };
    view! {
        <Dialog id=id title=title open=open>
            <div class="dialog-body"><div>{children()}</div>{ask}</div>
            <div class="dialog-foot">
                <DialogCancel/>
                <Button kind=ButtonKind::Danger busy=busy on:click=go>{confirm}</Button>
            </div>
        </Dialog>
    }
    .into_any()
}
