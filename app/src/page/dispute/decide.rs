//! Deciding about a dispute, with what an approval would enter; and opening it again.

use domain::api::dispute::{DecideForm, Deciding, DisputeView, PreviewRow};
use domain::money::Micros;
use leptos::prelude::*;

use super::DisputeSource;
use crate::api::dispute::DecideDispute;
use crate::form::{Form, checked, input};
use crate::ui::{
    Button, ButtonKind, Choice, FormErrors, NumberInput, Panel, Segmented, TableRegion, Textarea,
    use_toasts,
};

fn label(field: &str) -> String {
    match field {
        "act" => "Decision",
        "revenue" => "Give back to the buyer",
        "payout" => "Take back from the publisher",
        "comment" => "Reason",
        _ => "",
    }
    .to_owned()
}

/// The id of the request that a form sends: the first one that came, until it was carried out. The
/// page is fetched again meanwhile, each time with another one.
fn held(next: Signal<Option<String>>) -> Memo<String> {
    Memo::new(move |before: Option<&String>| match (before, next.get()) {
        (Some(before), Some(_)) if !before.is_empty() => before.clone(),
        (_, next) => next.unwrap_or_default(),
    })
}

/// The form that decides; nothing once it is decided, and for who may not.
#[component]
pub fn Decide(source: DisputeSource, dispute: Signal<DisputeView>) -> impl IntoView {
    let decide = ServerAction::<DecideDispute>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Decided. The history below says how.");
        source.reload();
    });
    let form = Form::new("decide-form", label, |el| checked(el, DecideForm::check))
        .watch(decide.value().into(), done)
        .guarded(decide.pending());
    let id = dispute.with_untracked(|d| d.row.id);
    let request = held(Signal::derive(move || {
        dispute.with(|d| d.deciding.as_ref().map(|d| d.request.clone()))
    }));
    // Without the request's id, which is another each time: what is typed must survive a refresh.
    let what = Memo::new(move |_| {
        dispute.with(|d| {
            d.deciding.clone().map(|d| Deciding {
                request: String::new(),
                ..d
            })
        })
    });
    let first = what.get_untracked();
    let latest = Memo::new(move |before: Option<&Option<Deciding>>| {
        what.get()
            .or_else(|| before.cloned().flatten())
            .or_else(|| first.clone())
    });
    let there = Memo::new(move |_| what.with(Option::is_some));
    // The form stays while figures come anew: what is typed in it must survive that.
    let fields = move || {
        there.get().then(|| {
            let first = latest.get_untracked()?;
            let deciding = Signal::derive(move || latest.get().unwrap_or_else(|| first.clone()));
            Some(view! {
                <Panel title="Decision">
                    <ActionForm action=decide node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                        on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <input type="hidden" name=input("request") value=move || request.get()/>
                        <Fields form=form deciding=deciding busy=decide.pending()/>
                    </ActionForm>
                </Panel>
            })
        })
    };
    fields.into_any()
}

#[component]
fn Fields(
    form: Form,
    deciding: Signal<Deciding>,
    #[prop(into)] busy: Signal<bool>,
) -> impl IntoView {
    let now = deciding.get_untracked();
    let most = now.paid.iter().map(|(_, paid)| *paid).max();
    let start = form.start(DecideForm {
        act: "approve".to_owned(),
        revenue: now.owed.plain(),
        payout: most.map(Micros::plain).unwrap_or_default(),
        ..DecideForm::default()
    });
    let act = RwSignal::new(start.act);
    let (revenue, payout) = (RwSignal::new(start.revenue), RwSignal::new(start.payout));
    let acts = vec![
        Choice::new("approve", "Approve"),
        Choice::new("reject", "Reject"),
        Choice::new("withdraw", "The buyer took it back"),
    ];
    let owed = format!("{} was charged to {}.", now.owed.exact(), now.buyer);
    let paid: Vec<String> = now
        .paid
        .iter()
        .map(|(who, paid)| format!("{} was paid to {who}.", paid.exact()))
        .collect();
    let paid = (!paid.is_empty()).then(|| {
        view! {
            <NumberInput name=input("payout") id="f-payout" label=label("payout") prefix="$" step="any" bind=payout error=form.error("payout")
                hint=format!("{} Empty leaves it.", paid.join(" "))/>
        }
    });
    let preview = Memo::new(move |_| {
        let form = DecideForm {
            revenue: revenue.get(),
            payout: payout.get(),
            ..DecideForm::default()
        };
        form.reversal()
            .map(|reversal| deciding.with(|deciding| deciding.preview(reversal)))
            .ok()
    });
    let words = move || {
        act.with(|act| match act.as_str() {
            "approve" => "Approve the dispute",
            "reject" => "Reject the dispute",
            _ => "Close the dispute",
        })
    };
    view! {
        <FormErrors errors=form.errors()/>
        <Segmented name=input("act") id="f-act" label=label("act") options=acts bind=act error=form.error("act")/>
        <div class="indent stack" hidden=move || act.with(|act| act != "approve")>
            <div class="form-2">
                <NumberInput name=input("revenue") id="f-revenue" label=label("revenue") prefix="$" step="any" bind=revenue error=form.error("revenue")
                    hint=owed/>
                {paid}
            </div>
            {move || preview.get().map(preview_table)}
        </div>
        <Textarea name=input("comment") id="f-comment" label=label("comment") rows=3 value=start.comment error=form.error("comment")
            hint="Stands in the history and at the entries. A rejection needs one."/>
        <div class="form-foot">
            <Button kind=ButtonKind::Primary submit=true busy=busy>{words}</Button>
        </div>
    }
    .into_any()
}

/// What an approval would enter.
fn preview_table(rows: Vec<PreviewRow>) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="soft">"Nothing is owed for this call any more, so nothing would be entered."</p> }.into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" class="name">{row.kind}</th>
                    <td>{row.party}</td>
                    <td class="num">{row.amount}</td>
                    <td class="num">{row.left}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <TableRegion label="What will be entered">
            <table class="data">
                <thead><tr>
                    <th scope="col">"Will be entered"</th><th scope="col">"Party"</th>
                    <th scope="col" class="num">"Profit"</th><th scope="col" class="num">"Left"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </TableRegion>
    }
    .into_any()
}

/// The form that opens a dispute again; nothing where that cannot be.
#[component]
pub fn Reopen(source: DisputeSource, dispute: Signal<DisputeView>) -> impl IntoView {
    let reopen = ServerAction::<DecideDispute>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("The dispute is open again.");
        source.reload();
    });
    let form = Form::new("reopen-form", label, |el| checked(el, DecideForm::check))
        .watch(reopen.value().into(), done)
        .guarded(reopen.pending());
    let id = dispute.with_untracked(|d| d.row.id);
    let next = Signal::derive(move || dispute.with(|d| d.reopening.clone()));
    let request = held(next);
    let may = Memo::new(move |_| next.with(Option::is_some));
    let fields = move || {
        may.get().then(|| {
            let start = form.start(DecideForm::default());
            view! {
                <Panel title="Open again">
                    <ActionForm action=reopen node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                        on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                        <FormErrors errors=form.errors()/>
                        <input type="hidden" name="id" value=id.to_string()/>
                        <input type="hidden" name=input("request") value=move || request.get()/>
                        <input type="hidden" name=input("act") value="reopen"/>
                        <Textarea name=input("comment") id="f-comment" label=label("comment") rows=2 required=true value=start.comment error=form.error("comment")/>
                        <div class="form-foot">
                            <Button submit=true icon="undo" busy=reopen.pending()>"Open again"</Button>
                        </div>
                    </ActionForm>
                </Panel>
            }
        })
    };
    fields.into_any()
}
