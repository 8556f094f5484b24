//! Correcting what a call earned or paid, and telling a conversion by hand.

use domain::api::adjustment::{AdjustForm, ConvertForm, Corrected};
use domain::api::call::CallDetail;
use domain::api::money::Correcting;
use domain::id::CallId;
use leptos::prelude::*;

use crate::api::call::{ConvertCall, CorrectCalls};
use crate::form::{Form, checked, input};
use crate::ui::{
    Button, ButtonKind, Choice, Dialog, DialogCancel, FormErrors, NumberInput, Segmented, Size,
    Textarea, use_toasts,
};

/// The buttons with their dialogs; nothing for who may not, and while the call lives.
#[component]
pub fn Correct(detail: Signal<CallDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    // Without the request's id, which is another each time: what is typed must survive a refresh.
    let who = Memo::new(move |_| {
        detail.with(|d| {
            d.money.correcting.clone().map(|c| Correcting {
                request: String::new(),
                ..c
            })
        })
    });
    let request = Signal::derive(move || {
        let of = |d: &CallDetail| d.money.correcting.as_ref().map(|c| c.request.clone());
        detail.with(of).unwrap_or_default()
    });
    let view = move || {
        who.get().map(|who| {
            let may_convert = who.may_convert;
            view! {
                // Arrow keys choose in a dialog; they must not step the drawer behind it.
                <span class="row" on:keydown=move |ev| if ev.key().starts_with("Arrow") { ev.stop_propagation() }>
                    <Adjust id=id who=who request=request/>
                    {may_convert.then(|| view! { <Convert id=id request=request/> })}
                </span>
            }
        })
    };
    view.into_any()
}

/// The id of a request stays the same from the opening of its dialog until it was carried out, so
/// that sending it again does nothing more.
pub(super) fn held(open: RwSignal<bool>, next: Signal<String>) -> Memo<String> {
    Memo::new(move |before: Option<&String>| match before {
        Some(before) if open.get() && !before.is_empty() => before.clone(),
        _ => next.get(),
    })
}

fn label(field: &str) -> String {
    match field {
        "side" => "What",
        "change" => "How",
        "amount" => "Amount",
        "reason" => "Reason",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Adjust(id: CallId, who: Correcting, request: Signal<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    let adjust = ServerAction::<CorrectCalls>::new();
    let done = Callback::new(move |results: Vec<Corrected>| {
        open.set(false);
        if let Some(result) = results.into_iter().next() {
            toasts.done(result.text);
        }
    });
    let form = Form::new("correct-form", label, |el| checked(el, AdjustForm::check))
        .watch(adjust.value().into(), done);
    let request = held(open, request);
    let change = RwSignal::new("by".to_owned());
    let side = |value: &str, what: &str, of: &str| {
        let choice = Choice::new(value, what).note(of);
        if of.is_empty() {
            choice.disabled("nobody")
        } else {
            choice
        }
    };
    let sides = vec![
        side("revenue", "Revenue", &who.buyer),
        side("payout", "Payout", &who.publisher),
    ];
    let first = if who.buyer.is_empty() {
        "payout"
    } else {
        "revenue"
    };
    let changes = vec![
        Choice::new("by", "By an amount"),
        Choice::new("to", "To an amount"),
        Choice::new("void", "To nothing"),
    ];
    view! {
        <Button kind=ButtonKind::Ghost size=Size::Xs icon="edit" on:click=move |_| open.set(true)>"Correct…"</Button>
        <Dialog id="correct" title="Correct the money of this call" open=open>
            <ActionForm action=adjust attr:id=form.id attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <div class="dialog-body form">
                    <FormErrors errors=form.errors()/>
                    <input type="hidden" name=input("calls") value=id.to_string()/>
                    <input type="hidden" name=input("request") value=move || request.get()/>
                    <Segmented name=input("side") id="f-side" label="What" options=sides value=first error=form.error("side")/>
                    <Segmented name=input("change") id="f-change" label="How" options=changes bind=change error=form.error("change")/>
                    <div class="indent" hidden=move || change.with(|c| c == "void")>
                        <NumberInput name=input("amount") id="f-amount" label="Amount" prefix="$" step="any" error=form.error("amount")
                            hint="Below zero takes away, down to nothing."/>
                    </div>
                    <Textarea name=input("reason") id="f-reason" label="Reason" rows=3 required=true error=form.error("reason")/>
                    <p class="soft">"An entry is added with your name. What was entered before stays."</p>
                </div>
                <div class="dialog-foot">
                    <DialogCancel/>
                    <Button kind=ButtonKind::Primary submit=true busy=adjust.pending()>"Correct"</Button>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Convert(id: CallId, request: Signal<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    let convert = ServerAction::<ConvertCall>::new();
    let done = Callback::new(move |()| {
        open.set(false);
        toasts.done("The call is marked as converted.".to_owned());
    });
    let form = Form::new("convert-form", label, |el| checked(el, ConvertForm::check))
        .watch(convert.value().into(), done);
    let request = held(open, request);
    view! {
        <Button kind=ButtonKind::Ghost size=Size::Xs icon="check" on:click=move |_| open.set(true)>"Mark as converted…"</Button>
        <Dialog id="convert" title="Mark the call as converted" open=open>
            <ActionForm action=convert attr:id=form.id attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <div class="dialog-body form">
                    <FormErrors errors=form.errors()/>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <input type="hidden" name=input("request") value=move || request.get()/>
                    <NumberInput name=input("amount") id="f-worth" label="What it was worth" prefix="$" step="any" optional=true error=form.error("amount")
                        hint="Asked for where the price is what the buyer reports."/>
                </div>
                <div class="dialog-foot">
                    <DialogCancel/>
                    <Button kind=ButtonKind::Primary submit=true busy=convert.pending()>"Mark as converted"</Button>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
