//! Dialogs on the native element: the page behind is inert, Esc closes, the focus returns.

use leptos::{context::Provider, html, prelude::*};

use super::{
    button::{Button, ButtonKind, IconButton, Size},
    dom,
};

/// What a dialog gives to the parts inside it.
#[derive(Clone, Copy)]
struct DialogContext {
    ask_close: Callback<()>,
}

/// A dialog with a title. Inside go `div.dialog-body` and `div.dialog-foot`.
///
/// While `dirty` is true, closing asks before edits are dropped.
#[component]
pub fn Dialog(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] title: Signal<String>,
    open: RwSignal<bool>,
    #[prop(optional, into)] dirty: Signal<bool>,
    /// 720 instead of 480 px.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let asking = RwSignal::new(false);
    Effect::new(move |_| {
        let Some(el) = node.get() else { return };
        if open.get() {
            asking.set(false);
            if !el.open() {
                drop(el.show_modal());
            }
        } else if el.open() {
            el.close();
        }
    });
    let ask_close = Callback::new(move |()| {
        if dirty.get_untracked() {
            asking.set(true)
        } else {
            open.set(false)
        }
    });
    let title_id = format!("{id}-title");
    let named = title_id.clone();
    view! {
        <dialog class="dialog" id=id node_ref=node aria-labelledby=named data-wide=wide.then_some("")
            on:close=move |_| open.set(false)
            on:cancel=move |ev: web_sys::Event| { ev.prevent_default(); ask_close.run(()); }
            on:keydown=move |ev| if ev.key() == "Escape" { ev.prevent_default(); ev.stop_propagation(); ask_close.run(()); }>
            <div class="dialog-head">
                <h2 id=title_id>{move || title.get()}</h2>
                <IconButton label="Close" icon="close" size=Size::Sm on:click=move |_| ask_close.run(())/>
            </div>
            <Provider value=DialogContext { ask_close }>{children()}</Provider>
            <DropEdits asking=asking open=open/>
        </dialog>
    }
    .into_any()
}

/// The question before edits are dropped.
#[component]
fn DropEdits(asking: RwSignal<bool>, open: RwSignal<bool>) -> impl IntoView {
    let keep = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if asking.get()
            && let Some(first) = keep
                .get()
                .and_then(|el| dom::all(&el, "button").into_iter().next())
        {
            dom::focus(&first);
        }
    });
    view! {
        <div class="dialog-ask" role="alertdialog" aria-label="Unsaved changes" node_ref=keep hidden=move || !asking.get()>
            <span>"Drop your changes?"</span>
            <Button on:click=move |_| asking.set(false)>"Keep editing"</Button>
            <Button kind=ButtonKind::Danger on:click=move |_| open.set(false)>"Drop changes"</Button>
        </div>
    }
    .into_any()
}

/// A "Cancel" button for a dialog's foot; asks first if there are edits.
#[component]
pub fn DialogCancel() -> impl IntoView {
    let context = use_context::<DialogContext>();
    view! {
        <Button kind=ButtonKind::Ghost on:click=move |_| if let Some(c) = context { c.ask_close.run(()) }>"Cancel"</Button>
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
