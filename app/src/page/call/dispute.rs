//! The disputes of a call: how they stand, and opening one for the buyer.

use domain::api::call::CallDetail;
use domain::api::dispute::{CallDispute, DisputeForm, Opening};
use domain::id::{CallId, DisputeId};
use domain::ledger::dispute::Reason;
use leptos::prelude::*;

use super::correct::held;
use crate::api::dispute::OpenDispute;
use crate::form::{Form, checked, input};
use crate::page::dispute::history;
use crate::page::disputes::dispute_state;
use crate::page::parts::choices;
use crate::route;
use crate::ui::{
    Button, ButtonKind, Choice, Dialog, DialogCancel, FormErrors, Select, Size, Status, Textarea,
    use_toasts,
};

/// The part of the call; none for one that nobody disputed.
pub fn disputes(all: Vec<CallDispute>) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let blocks = all
        .into_iter()
        .map(|dispute| {
            let (shape, word) = dispute_state(dispute.state);
            let words = if dispute.decides {
                "Decide…"
            } else {
                "Open the dispute"
            };
            view! {
                <div class="section-head">
                    <Status state=shape text=word/>
                    <b>{dispute.buyer}</b>
                    <span class="panel-note">{dispute.reason}</span>
                    <a class="link" href=route::dispute(dispute.id)>{words}</a>
                </div>
                {history(dispute.steps)}
            }
        })
        .collect_view();
    Some(blocks.into_any())
}

/// The button with its dialog; nothing for who may not, and where nothing can be disputed.
#[component]
pub fn OpenOne(detail: Signal<CallDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    // Without the request's id, which is another each time: what is typed must survive a refresh.
    let opening = Memo::new(move |_| {
        detail.with(|d| {
            d.disputes.opening.clone().map(|o| Opening {
                request: String::new(),
                ..o
            })
        })
    });
    let request = Signal::derive(move || {
        let of = |d: &CallDetail| d.disputes.opening.as_ref().map(|o| o.request.clone());
        detail.with(of).unwrap_or_default()
    });
    let view = move || {
        opening.get().map(|opening| {
            view! {
                // Arrow keys choose in a dialog; they must not step the drawer behind it.
                <span class="row" on:keydown=move |ev| if ev.key().starts_with("Arrow") { ev.stop_propagation() }>
                    <Ask id=id opening=opening request=request/>
                </span>
            }
        })
    };
    view.into_any()
}

fn label(field: &str) -> String {
    match field {
        "buyer" => "Buyer",
        "reason" => "What was wrong",
        "comment" => "What the buyer said",
        _ => "",
    }
    .to_owned()
}

#[component]
fn Ask(id: CallId, opening: Opening, request: Signal<String>) -> impl IntoView {
    let open = RwSignal::new(false);
    let toasts = use_toasts();
    let ask = ServerAction::<OpenDispute>::new();
    let done = Callback::new(move |_: DisputeId| {
        open.set(false);
        toasts.done("The dispute is open.");
    });
    let form = Form::new("dispute-form", label, |el| checked(el, DisputeForm::check))
        .watch(ask.value().into(), done);
    let request = held(open, request);
    // The correction's dialog on this page has a reason as well.
    let errors = Signal::derive(move || {
        let errors = form.errors().get().into_iter();
        errors
            .map(|(field, text)| (format!("dispute-{field}"), text))
            .collect::<Vec<_>>()
    });
    let reasons: Vec<Choice> = Reason::ALL
        .iter()
        .map(|reason| Choice::new(reason.code(), reason.words()))
        .collect();
    let buyers = choices(&opening.buyers);
    let first = opening.buyers.first().cloned();
    let (value, name) = first.map(|b| (b.value, b.label)).unwrap_or_default();
    let buyer = if buyers.len() == 1 {
        view! { <input type="hidden" name=input("buyer") value=value/><p>"For "<b>{name}</b>", who was charged for this call."</p> }.into_any()
    } else {
        view! { <Select name=input("buyer") id="f-dispute-buyer" label=label("buyer") options=buyers value=value error=form.error("buyer")/> }.into_any()
    };
    let late = (!opening.late.is_empty()).then(|| view! { <p class="warn">{opening.late}</p> });
    view! {
        <Button kind=ButtonKind::Ghost size=Size::Xs icon="message" on:click=move |_| open.set(true)>"Dispute…"</Button>
        <Dialog id="dispute" title="Dispute this call" open=open>
            <ActionForm action=ask attr:id=form.id attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <div class="dialog-body form">
                    <FormErrors errors=errors/>
                    <input type="hidden" name="call" value=id.to_string()/>
                    <input type="hidden" name=input("request") value=move || request.get()/>
                    {buyer}
                    {late}
                    <Select name=input("reason") id="f-dispute-reason" label=label("reason") options=reasons placeholder="Choose" required=true error=form.error("reason")/>
                    <Textarea name=input("comment") id="f-dispute-comment" label=label("comment") rows=3 error=form.error("comment")/>
                    <p class="soft">"No money moves yet. The dispute waits under Disputes until somebody decides."</p>
                </div>
                <div class="dialog-foot">
                    <DialogCancel/>
                    <Button kind=ButtonKind::Primary submit=true busy=ask.pending()>"Open the dispute"</Button>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}
