//! Correcting the money of many calls: first what it would do, then done, with what was refused.

use domain::api::adjustment::Corrected;
use domain::api::adjustment::bulk::{BulkForm, BulkPreview, SidePreview};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

use super::Shown;
use crate::api::call::{CorrectMany, PreviewCorrection};
use crate::error::AppError;
use crate::form::{Form, checked, input, read};
use crate::page::parts::counted;
use crate::route;
use crate::ui::{
    Button, ButtonKind, Choice, Dialog, DialogCancel, FormErrors, NumberInput, Select, TableRegion,
    Textarea, focus_row, use_toasts,
};

/// Names listed of calls that stay as they are; the rest is counted.
const LISTED: usize = 8;

fn label(field: &str) -> String {
    match field {
        "revenue.change" => "Revenue",
        "revenue.amount" => "Amount of the revenue",
        "payout.change" => "Payout",
        "payout.amount" => "Amount of the payout",
        "reason" => "Reason",
        _ => "",
    }
    .to_owned()
}

/// The dialog.
#[component]
pub fn BulkDialog(shown: Shown, open: RwSignal<bool>) -> impl IntoView {
    let correct = ServerAction::<CorrectMany>::new();
    let preview = ServerAction::<PreviewCorrection>::new();
    let results = RwSignal::new(Vec::<Corrected>::new());
    let seen = RwSignal::new(None::<BulkPreview>);
    let toasts = use_toasts();
    let done = Callback::new(move |all: Vec<Corrected>| {
        let changed = all.iter().filter(|one| one.done).count() as u64;
        if changed > 0 {
            toasts.done(format!("{} corrected.", counted(changed, "call", "calls")));
        }
        seen.set(None);
        let refused: Vec<Corrected> = all.into_iter().filter(|one| !one.done).collect();
        if refused.is_empty() {
            leave(shown, open);
        } else {
            results.set(refused);
        }
    });
    let form = Form::new("bulk-form", label, |el| checked(el, BulkForm::check))
        .watch(correct.value().into(), done);
    // How often the form was edited, now and when it was asked about.
    let (edits, asked) = (StoredValue::new(0_u32), StoredValue::new(0_u32));
    let answer: Signal<Option<Result<BulkPreview, AppError>>> = preview.value().into();
    Effect::new(move |_| match answer.get() {
        // The answer to what was typed before is none.
        Some(Ok(answer)) if edits.get_value() == asked.get_value() => seen.set(Some(answer)),
        Some(Ok(_)) => {}
        Some(refused @ Err(_)) => form.answered(&refused),
        None => {}
    });
    // Another selection is another question; what was refused has been read when the dialog closes.
    Effect::new(move |before: Option<bool>| {
        let now = open.get();
        if before == Some(true) && !now && results.with_untracked(|all| !all.is_empty()) {
            results.set(Vec::new());
            leave(shown, open);
        }
        if now && before == Some(false) {
            seen.set(None);
        }
        now
    });
    // A request's id is made of the preview it carries out: sent again it does nothing more.
    let request = Memo::new(move |_| seen.with(|s| s.as_ref().map(|p| p.request.clone())));
    let submit = move |ev: SubmitEvent| {
        form.submitting(&ev);
        if ev.default_prevented() || seen.with_untracked(Option::is_some) {
            return;
        }
        ev.prevent_default();
        ev.stop_propagation();
        let el = ev
            .target()
            .and_then(|t| t.dyn_into::<HtmlFormElement>().ok());
        if let Some(wanted) = el.as_ref().and_then(read::<BulkForm>) {
            asked.set_value(edits.get_value());
            preview.dispatch(PreviewCorrection { form: wanted });
        }
    };
    let changed = move |ev: web_sys::Event| {
        edits.update_value(|n| *n += 1);
        seen.set(None);
        form.changed(&ev);
    };
    let errors = Signal::derive(move || {
        let errors = form.errors().get().into_iter();
        errors
            .map(|(field, text)| (format!("bulk-{field}"), text))
            .collect::<Vec<_>>()
    });
    let over = Memo::new(move |_| results.with(|all| !all.is_empty()));
    let words = move || match seen.with(|s| s.as_ref().map(|p| u64::from(p.calls))) {
        None => "Preview".to_owned(),
        Some(n) => format!("Correct {}", counted(n, "call", "calls")),
    };
    let nothing = move || seen.with(|s| s.as_ref().is_some_and(|p| p.calls == 0));
    let busy = Signal::derive(move || preview.pending().get() || correct.pending().get());
    let title = Signal::derive(move || {
        let n = shown.picked.count();
        format!("Correct {}", counted(n, "call", "calls"))
    });
    view! {
        <Dialog id="bulk" title=title open=open wide=true>
            <ActionForm action=correct attr:id=form.id attr:novalidate="" on:submit:capture=submit
                on:focusout=move |ev| form.left(&ev) on:input=changed>
                <div class="dialog-body form" hidden=move || over.get()>
                    <FormErrors errors=errors/>
                    <input type="hidden" name=input("calls") value=move || shown.picked.text()/>
                    <input type="hidden" name=input("request") value=move || request.get().unwrap_or_else(|| "preview".to_owned())/>
                    <Side form=form side="revenue"/>
                    <Side form=form side="payout"/>
                    <Textarea name=input("reason") id="f-bulk-reason" label=label("reason") rows=2 required=true error=form.error("reason")
                        hint="Stands at the entries of every call, with your name. What was entered before stays."/>
                    <div role="status">{move || seen.get().map(effect)}</div>
                </div>
                {move || over.get().then(|| view! { <Refused results=results/> })}
                <div class="dialog-foot" hidden=move || over.get()>
                    <DialogCancel/>
                    <Button kind=ButtonKind::Primary submit=true busy=busy disabled=Signal::derive(nothing)>{words}</Button>
                </div>
            </ActionForm>
        </Dialog>
    }
    .into_any()
}

/// Back to the table: the bar, which had the focus before, goes with the selection.
fn leave(shown: Shown, open: RwSignal<bool>) {
    open.set(false);
    shown.picked.clear();
    request_animation_frame(|| focus_row(0));
}

/// How one side changes.
#[component]
fn Side(form: Form, side: &'static str) -> impl IntoView {
    let field = move |of: &str| format!("{side}.{of}");
    let change = RwSignal::new(String::new());
    let amount = RwSignal::new(String::new());
    let options = vec![
        Choice::new("by", "By an amount"),
        Choice::new("to", "To an amount"),
        Choice::new("void", "To nothing"),
    ];
    let hint = move || match change.with(|c| c == "by") {
        true => "Below zero takes away, down to nothing.",
        false => "For each call.",
    };
    view! {
        <div class="form-2">
            <Select name=input(&field("change")) id=format!("f-bulk-{side}.change") label=label(&field("change")) options=options placeholder="Stays as it is"
                bind=change error=form.error(field("change"))/>
            <div hidden=move || change.with(|c| c.is_empty() || c == "void")>
                <NumberInput name=input(&field("amount")) id=format!("f-bulk-{side}.amount") label=label(&field("amount")) prefix="$" step="any"
                    bind=amount error=form.error(field("amount"))/>
                <p class="soft small">{hint}</p>
            </div>
        </div>
    }
    .into_any()
}

/// What the correction would do.
fn effect(preview: BulkPreview) -> AnyView {
    let skipped = preview.skipped.len();
    let table = (preview.calls > 0).then(|| sides(preview.sides));
    let names = preview
        .skipped
        .into_iter()
        .take(LISTED)
        .map(|one| {
            let label = if one.label.is_empty() {
                one.call.to_string()
            } else {
                one.label
            };
            view! { <li><b>{label}</b>" "<span class="soft">{one.why}</span></li> }
        })
        .collect_view();
    let rest = (skipped > LISTED)
        .then(|| view! { <li class="soft">{format!("and {} more", skipped - LISTED)}</li> });
    let skipped = (skipped > 0).then(|| {
        let words = counted(
            skipped as u64,
            "call stays as it is",
            "calls stay as they are",
        );
        view! { <p>{words}":"</p><ul class="lines">{names}{rest}</ul> }
    });
    view! { <div class="stack-sm">{table}{skipped}</div> }.into_any()
}

fn sides(all: Vec<SidePreview>) -> AnyView {
    let rows = all
        .into_iter()
        .map(|side| {
            let floored = (side.floored > 0).then(|| {
                let words = counted(u64::from(side.floored), "stops at nothing", "stop at nothing");
                view! { <small>{words}</small> }
            });
            view! {
                <tr>
                    <th scope="row" class="name">{side.side}</th>
                    <td class="num"><span class="two"><span>{counted(u64::from(side.calls), "call", "calls")}</span>{floored}</span></td>
                    <td class="num">{side.before}</td>
                    <td class="num">{side.after}</td>
                    <td class="num strong">{side.difference}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="What the correction does">
            <table class="data">
                <thead><tr>
                    <th scope="col">"Amount"</th><th scope="col" class="num">"Changes"</th><th scope="col" class="num">"Before"</th>
                    <th scope="col" class="num">"After"</th><th scope="col" class="num">"Difference"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </TableRegion>
    }
    .into_any()
}

/// The calls that stayed as they were, once the others were corrected.
#[component]
fn Refused(results: RwSignal<Vec<Corrected>>) -> impl IntoView {
    let rows = move || {
        results.with(|all| {
            let row = |one: &Corrected| {
                let label = if one.label.is_empty() {
                    one.call.to_string()
                } else {
                    one.label.clone()
                };
                view! {
                    <li class="row-between">
                        <a class="link" href=route::call(one.call)>{label}</a>
                        <span class="soft">{one.text.clone()}</span>
                    </li>
                }
            };
            all.iter().map(row).collect_view()
        })
    };
    let title = move || {
        let n = results.with(Vec::len) as u64;
        counted(n, "call stayed as it was", "calls stayed as they were")
    };
    view! {
        <div class="dialog-body"><p><b>{title}</b></p><ul class="lines">{rows}</ul></div>
        <div class="dialog-foot"><DialogCancel words="Close"/></div>
    }
    .into_any()
}
