//! Our numbers beside the carrier's: what differs and mending it, and what could be taken in.

use domain::access::Permission;
use domain::api::carrier_account::Connection;
use domain::api::carrier_number::{
    CarrierNumbers, DriftRow, ForeignRow, ImportedNumbers, NumberImportForm,
};
use domain::id::NumberId;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::buy::NotConnected;
use crate::api::carrier_number::{ImportNumbers, RepairNumbers, compare_numbers};
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, choices, counted};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, EmptyState, FormErrors, LinkButton, PageHead, Panel, Select,
    Size, State, Status, TableRegion, dom, use_toasts,
};

type CarrierSource = Source<(), CarrierNumbers>;

/// The page.
#[component]
pub fn NumbersCarrier() -> impl IntoView {
    let source = Source::new(|| (), |()| compare_numbers());
    view! {
        <Breadcrumbs items=vec![("Numbers".to_owned(), route::NUMBERS.to_owned())] here="At the carrier"/>
        <PageHead title="At the carrier" sub="Every number of your carrier account, and whether its calls are sent here. Looked up as you open this page."/>
        <IfMay what=Permission::EditNumbers title="Numbers">
            {source.view("The carrier’s list", Renew::Never, move |found| view! { <Found source=source found=found/> }.into_any())}
        </IfMay>
    }
    .into_any()
}

#[component]
fn Found(source: CarrierSource, found: Signal<CarrierNumbers>) -> impl IntoView {
    let state = Memo::new(move |_| found.with(|f| (f.connection, f.failed.clone())));
    let view = move || {
        match state.get() {
        (Connection::None, _) => view! { <NotConnected/> }.into_any(),
        (_, Some(why)) => view! {
            <Panel title="Numbers">
                <EmptyState title="The carrier gave no list" text=why>
                    <LinkButton href=route::NUMBERS_CARRIER icon="refresh" on:click=move |_| source.reload()>"Try again"</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any(),
        (_, None) => {
            view! { <Drifted source=source found=found/><Foreign source=source found=found/> }
                .into_any()
        }
    }
    };
    view.into_any()
}

/// Ours that are not as we want them.
#[component]
fn Drifted(source: CarrierSource, found: Signal<CarrierNumbers>) -> impl IntoView {
    let repair = ServerAction::<RepairNumbers>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match repair.value().get() {
        Some(Ok(mended)) => {
            let numbers = counted(u64::from(mended), "number", "numbers");
            toasts.done(format!("{numbers} set up. Their calls are sent here."));
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            toasts.error(error.message);
            source.reload();
        }
        None => {}
    });
    let all = Memo::new(move |_| found.with(|f| f.drifted.clone()));
    let right = move || {
        let (right, checked) = found.with(|f| (f.right, f.checked.clone()));
        let numbers = counted(u64::from(right), "number is", "numbers are");
        format!("{numbers} set up, looked up at {}", checked.time)
    };
    let note = Signal::derive(right);
    let mendable = Memo::new(move |_| {
        let ids = all.with(|all| {
            let can = all.iter().filter(|row| row.is_mendable());
            can.map(|row| row.id).collect::<Vec<NumberId>>()
        });
        (ids.len() > 1).then_some(ids)
    });
    let every = move || {
        mendable.get().map(|ids| {
            let words = format!("Set up all {}", ids.len());
            let inputs = ids.into_iter().enumerate().map(|(at, id)| {
                view! { <input type="hidden" name=format!("ids[{at}]") value=id.to_string()/> }
            });
            view! {
                <div class="panel-foot">
                    <ActionForm action=repair>{inputs.collect_view()}<Button submit=true icon="settings" busy=repair.pending()>{words}</Button></ActionForm>
                </div>
            }
        })
    };
    let table = move || {
        let rows = all.get();
        if rows.is_empty() {
            return view! { <EmptyState title="Every number is as it should be" text="Their calls and the ends of their calls are sent here."/> }.into_any();
        }
        let rows = rows
            .into_iter()
            .map(|row| drift_row(row, repair))
            .collect_view();
        view! {
            <TableRegion label="Numbers that are not set up">
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col">"At the carrier"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableRegion>
        }
        .into_any()
    };
    view! { <Panel title="Not set up" note=note flush=true>{table}{every}</Panel> }.into_any()
}

fn drift_row(row: DriftRow, repair: ServerAction<RepairNumbers>) -> AnyView {
    let label = format!("Set up {}", row.display);
    let loses = row.drift.iter().any(|d| d.loses_calls());
    let (shape, word) = if loses {
        (State::Failed, "Its calls are not routed")
    } else {
        (State::Attention, "Its calls are routed")
    };
    let why = row
        .drift
        .iter()
        .map(|d| d.words())
        .collect::<Vec<_>>()
        .join(" ");
    let can = row.is_mendable();
    let act = can.then(|| {
        view! {
            <ActionForm action=repair>
                <input type="hidden" name="ids[0]" value=row.id.to_string()/>
                <Button submit=true size=Size::Xs attr:aria-label=label>"Set up"</Button>
            </ActionForm>
        }
    });
    let name = if row.label.is_empty() {
        view! { <span>{row.display}</span> }.into_any()
    } else {
        view! { <span class="two"><span>{row.display}</span><small>{row.label}</small></span> }
            .into_any()
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap">{name}</th>
            <td data-label="At the carrier" data-wide=""><span class="two"><Status state=shape text=word/><small class="breaks">{why}</small></span></td>
            <td class="act">{act}</td>
        </tr>
    }
    .into_any()
}

/// What each field is called where its error is told.
fn label(field: &str) -> String {
    match field {
        "numbers" => "Numbers",
        "campaign" => "Campaign",
        "publisher" => "Publisher",
        _ => "",
    }
    .to_owned()
}

/// The carrier account's that are not ours.
#[component]
fn Foreign(source: CarrierSource, found: Signal<CarrierNumbers>) -> impl IntoView {
    let import = ServerAction::<ImportNumbers>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |imported: ImportedNumbers| {
        toasts.done(imported_words(imported));
        source.reload();
    });
    let form = Form::new("import-form", label, |el| {
        checked(el, NumberImportForm::check)
    })
    .watch(import.value().into(), done)
    .guarded(import.pending());
    let start = form.start(NumberImportForm::default());
    let all = Memo::new(move |_| found.with(|f| f.foreign.clone()));
    let shared = Memo::new(move |_| found.with(|f| f.shared));
    let lists = found.with_untracked(|f| (choices(&f.campaigns), choices(&f.publishers)));
    let picked = RwSignal::new(start.numbers.iter().filter(|n| !n.is_empty()).count());
    let count = move |ev: web_sys::Event| {
        if let Some(table) = ev.current_target().and_then(|t| t.dyn_into().ok()) {
            picked.set(dom::all(&table, "input:checked").len());
        }
    };
    let words = move || match picked.get() {
        0 => "Import the chosen numbers".to_owned(),
        n => format!("Import {}", counted(n as u64, "number", "numbers")),
    };
    let chosen = StoredValue::new(start.numbers);
    let wrong = form.error("numbers");
    let rows = move || {
        let rows = all.get().into_iter().enumerate();
        let row = |(at, row): (usize, ForeignRow)| {
            let on = chosen.with_value(|chosen| chosen.contains(&row.number));
            foreign_row(at, row, on)
        };
        rows.map(row).collect_view()
    };
    let chosen_in = StoredValue::new((start.campaign, start.publisher));
    let inside = move || {
        if all.with(Vec::is_empty) {
            let text = match shared.get() {
                true => {
                    "The carrier account is this server’s, and other companies use it, too: only what was bought here is shown. Connect a carrier account of your own to import its numbers."
                }
                false => "Every number of the carrier account is in this account.",
            };
            return view! {
                <Panel title="Not in this account" flush=true>
                    <EmptyState title="Nothing to import" text=text/>
                </Panel>
            }
            .into_any();
        }
        let (campaigns, publishers) = lists.clone();
        let (campaign, publisher) = chosen_in.get_value();
        view! {
            <ActionForm action=import node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <Panel title="Not in this account" note="Importing sends their calls here, away from where they go now" flush=true>
                    <div id="f-numbers" aria-invalid=move || wrong.get().map(|_| "true") on:change=count>
                        <TableRegion label="Numbers to import">
                            <table class="data">
                                <thead><tr>
                                    <th scope="col" class="choose"><span class="visually-hidden">"Choose"</span></th>
                                    <th scope="col">"Number"</th><th scope="col">"Its calls go to"</th>
                                </tr></thead>
                                <tbody>{rows}</tbody>
                            </table>
                        </TableRegion>
                    </div>
                    <div class="panel-body form">
                        <div class="field-row">
                            <Select name=input("campaign") id="f-campaign" label=label("campaign") options=campaigns value=campaign placeholder="None yet" error=form.error("campaign")/>
                            <Select name=input("publisher") id="f-publisher" label=label("publisher") options=publishers value=publisher placeholder="Nobody" error=form.error("publisher")/>
                        </div>
                        <div class="form-foot"><Button kind=ButtonKind::Primary submit=true busy=import.pending()>{words}</Button></div>
                    </div>
                </Panel>
            </ActionForm>
        }
        .into_any()
    };
    inside.into_any()
}

/// What came of an import.
fn imported_words(imported: ImportedNumbers) -> String {
    let numbers = counted(u64::from(imported.taken), "number", "numbers");
    match imported.not_set_up {
        0 => format!("{numbers} imported. Their calls are sent here."),
        left => {
            let left = counted(u64::from(left), "is not", "are not");
            format!("{numbers} imported, of which {left} set up yet.")
        }
    }
}

fn foreign_row(at: usize, row: ForeignRow, on: bool) -> AnyView {
    let name = input(&format!("numbers[{at}]"));
    let label = format!("Choose {}", row.display);
    let goes = match (row.takes_calls, row.voice_url.as_str()) {
        (false, _) => view! { <span class="soft">"It takes no calls"</span> }.into_any(),
        (true, "") => view! { <span class="soft">"Nowhere"</span> }.into_any(),
        (true, url) => view! { <span class="mono url">{url.to_owned()}</span> }.into_any(),
    };
    // The carrier names a number by itself where nobody named it.
    let named = !row.name.is_empty() && row.name != row.display;
    let shown = if named {
        view! { <span class="two"><span>{row.display}</span><small>{row.name}</small></span> }
            .into_any()
    } else {
        view! { <span>{row.display}</span> }.into_any()
    };
    view! {
        <tr>
            <td class="choose"><input class="checkbox" type="checkbox" name=name value=row.number aria-label=label checked=on disabled=!row.takes_calls/></td>
            <th scope="row" class="name nowrap">{shown}</th>
            <td class="breaks">{goes}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_imported_and_not_set_up_is_said() {
        let words = |taken, not_set_up| imported_words(ImportedNumbers { taken, not_set_up });
        assert_eq!(words(1, 0), "1 number imported. Their calls are sent here.");
        assert_eq!(
            words(3, 1),
            "3 numbers imported, of which 1 is not set up yet."
        );
    }
}
