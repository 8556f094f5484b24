//! The numbers of a pool: who has them, taking one out, putting some in.

use domain::api::pool::{PoolDetail, PoolNumberRow, PoolNumbersForm};
use domain::id::PoolId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::detail::PoolSource;
use crate::api::pool::{AddPoolNumbers, TakePoolNumber, add_pool_numbers};
use crate::form::{Form, checked, input};
use crate::page::parts::{count, counted, grouped, or_dash, rows};
use crate::page::visits::moment;
use crate::state::session::sign_in_again;
use crate::state::use_scripted;
use crate::ui::{
    Button, ButtonKind, EmptyRow, FormErrors, Panel, Size, State, Status, TableRegion, Textarea,
    Time, dom, use_toasts,
};

/// Spare numbers that are offered one by one.
const SPARE_SHOWN: usize = 8;

/// Taking numbers out.
#[derive(Clone, Copy)]
struct Taking {
    edit: Signal<bool>,
    pool: PoolId,
    take: ServerAction<TakePoolNumber>,
    /// The number that was pressed last.
    asked: StoredValue<Option<String>>,
}

/// The numbers, with their visitors.
#[component]
pub fn Numbers(
    source: PoolSource,
    detail: Signal<PoolDetail>,
    edit: Signal<bool>,
) -> impl IntoView {
    let taking = Taking {
        edit,
        pool: detail.with_untracked(|d| d.row.id),
        take: ServerAction::<TakePoolNumber>::new(),
        asked: StoredValue::new(None),
    };
    follow(source, taking);
    let list = Memo::new(move |_| detail.with(|d| d.numbers.clone()));
    let badge = Signal::derive(move || grouped(list.with(Vec::len) as u64));
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! { <EmptyRow cols=6 title="No numbers yet" text="Until the pool has numbers, its visitors see the page’s own."/> }
        })
    };
    view! {
        <Panel title="Numbers" badge=badge flush=true>
            <TableRegion label="Numbers of this pool">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col">"Now"</th><th scope="col">"Last visitor"</th><th scope="col" class="num">"Calls today"</th>
                        <th scope="col">"Last call"</th><th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(list, |n| n.id, move |row| number_row(row, taking))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// Says how taking a number out went, with the way back.
fn follow(source: PoolSource, taking: Taking) {
    let toasts = use_toasts();
    let back = move |display: String| {
        Callback::new(move |()| {
            let form = PoolNumbersForm {
                numbers: display.clone(),
            };
            spawn_local(async move {
                match add_pool_numbers(taking.pool, form).await {
                    Ok(_) => source.reload(),
                    Err(error) if error.is_signed_out() => sign_in_again(),
                    Err(error) => {
                        let why = error.fields.message("numbers").unwrap_or(error.message);
                        toasts.error(format!("The number was not put back: {why}"));
                    }
                }
            });
        })
    };
    Effect::new(move |_| match taking.take.value().get() {
        Some(Ok(())) => {
            if let Some(display) = taking.asked.get_value() {
                let words = format!("{display} is out of the pool. It stays in the account.");
                toasts.undo(words, back(display));
            }
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
}

fn number_row(row: Memo<PoolNumberRow>, taking: Taking) -> AnyView {
    let (display, state) = row.with_untracked(|r| (r.display.clone(), r.state.clone()));
    let state = (!state.is_empty()).then(|| view! { <small>{state}</small> });
    let lent = Memo::new(move |_| row.with(|r| r.lent));
    let shape = Signal::derive(move || {
        if lent.get() {
            State::Live
        } else {
            State::Neutral
        }
    });
    let word = Signal::derive(move || {
        let word = if lent.get() { "With a visitor" } else { "Free" };
        word.to_owned()
    });
    let take = move || {
        taking
            .edit
            .get()
            .then(|| view! { <TakeOut row=row taking=taking/> })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap"><span class="two"><span>{display}</span>{state}</span></th>
            <td class="nowrap" data-label="Now"><Status state=shape text=word/></td>
            <td data-label="Last visitor" data-wide="">{move || row.with(visitor)}</td>
            <td class="num" data-label="Calls today">{move || count(row.with(|r| r.calls_today))}</td>
            <td class="nowrap" data-label="Last call">{move || moment(row.with(|r| r.last_call.clone()))}</td>
            <td class="act">{take}</td>
        </tr>
    }
    .into_any()
}

/// Where the last visitor came from, and until when the number is or was theirs.
fn visitor(row: &PoolNumberRow) -> AnyView {
    let Some(until) = row.until.clone() else {
        return or_dash("");
    };
    let source = match row.visitor.as_str() {
        "" => "Not known".to_owned(),
        source => source.to_owned(),
    };
    // A visitor who stays keeps it for longer.
    let (words, text) = if row.lent {
        ("until ", format!("{} at least", until.time))
    } else {
        ("until ", format!("{}, {}", until.date, until.time))
    };
    view! {
        <span class="two">
            <span>{source}</span>
            <small>{words}<Time datetime=until.datetime text=text title=until.full/></small>
        </span>
    }
    .into_any()
}

#[component]
fn TakeOut(row: Memo<PoolNumberRow>, taking: Taking) -> impl IntoView {
    let (id, display) = row.with_untracked(|r| (r.id, r.display.clone()));
    let label = format!("Take out {display}");
    view! {
        <ActionForm action=taking.take>
            <input type="hidden" name="id" value=taking.pool.to_string()/>
            <input type="hidden" name="number" value=id.to_string()/>
            <Button submit=true kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label
                on:click=move |_| taking.asked.set_value(Some(display.clone()))>"Take out"</Button>
        </ActionForm>
    }
    .into_any()
}

/// What the field is called where its error is told.
fn label(field: &str) -> String {
    match field {
        "numbers" => "Numbers to add",
        _ => "",
    }
    .to_owned()
}

/// Puts numbers in: typed, pasted, or chosen from those that are spare.
#[component]
pub fn Add(source: PoolSource, detail: Signal<PoolDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let add = ServerAction::<AddPoolNumbers>::new();
    let toasts = use_toasts();
    let text = RwSignal::new(String::new());
    let form = Form::new("pool-numbers-form", label, |el| {
        checked(el, PoolNumbersForm::check)
    });
    let done = Callback::new(move |added: u32| {
        let numbers = counted(u64::from(added), "number", "numbers");
        toasts.done(format!("{numbers} added. Visitors get them from now on."));
        text.set(String::new());
        source.reload();
        // Once the field is empty, that is what is saved.
        request_animation_frame(move || {
            let _gone = form.saved.try_update(|n| *n += 1);
        });
    });
    let form = form.watch(add.value().into(), done).guarded(add.pending());
    text.set(form.start(PoolNumbersForm::default()).numbers);
    view! {
        <Panel title="Add numbers">
            <ActionForm action=add node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Textarea name=input("numbers") id="f-numbers" label=label("numbers") rows=3 bind=text error=form.error("numbers")
                    hint="One a line, or with commas between. A number that you hold at the carrier and that is not in the account yet is added to it."/>
                <Spare detail=detail text=text/>
                <div class="form-foot"><Button submit=true icon="plus" busy=add.pending()>"Add numbers"</Button></div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}

/// Numbers that no campaign has; a press writes one into the field.
#[component]
fn Spare(detail: Signal<PoolDetail>, text: RwSignal<String>) -> impl IntoView {
    let scripted = use_scripted();
    let spare = Memo::new(move |_| detail.with(|d| d.spare.clone()));
    let left = Memo::new(move |_| {
        let typed = text.get();
        spare.with(|all| {
            all.iter()
                .filter(|number| !typed.contains(&number.value))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let put = move |numbers: &[String]| {
        text.update(|text| {
            text.truncate(text.trim_end().len());
            for number in numbers {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(number);
            }
        });
        // The form counts what was typed; this was not.
        request_animation_frame(|| {
            if let Some(field) = dom::by_id("f-numbers") {
                dom::announce_change(&field);
            }
        });
    };
    let view = move || {
        let all = left.get();
        if !scripted.get() || all.is_empty() {
            return None;
        }
        let every: Vec<String> = all.iter().map(|number| number.value.clone()).collect();
        let many = (every.len() > 1).then(|| {
            let words = format!("All {}", grouped(every.len() as u64));
            view! { <Button kind=ButtonKind::Ghost size=Size::Xs on:click=move |_| put(&every)>{words}</Button> }
        });
        let one_by_one = all.into_iter().take(SPARE_SHOWN).map(|number| {
            let name = format!("Add {}", number.label);
            let value = [number.value];
            view! { <Button size=Size::Xs icon="plus" attr:aria-label=name attr:title=number.hint on:click=move |_| put(&value)>{number.label}</Button> }
        });
        Some(view! {
            <div class="stack-sm">
                <span class="soft">"No campaign has these numbers yet:"</span>
                <div class="row">{one_by_one.collect_view()}{many}</div>
            </div>
        })
    };
    view.into_any()
}
