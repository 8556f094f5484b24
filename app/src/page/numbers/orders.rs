//! What is being bought, and what could not be.

use domain::api::number_order::{OrderRow, OrderState};
use leptos::prelude::*;

use crate::api::number_order::DismissOrder;
use crate::page::parts::rows;
use crate::state::session::sign_in_again;
use crate::ui::{Button, ButtonKind, Panel, Size, State, Status, TableRegion, Time, use_toasts};

/// The latest orders; nothing where there are none.
#[component]
pub(super) fn Orders(
    orders: Signal<Vec<OrderRow>>,
    edit: Signal<bool>,
    reload: Callback<()>,
) -> impl IntoView {
    let dismiss = ServerAction::<DismissOrder>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match dismiss.value().get() {
        Some(Ok(())) => reload.run(()),
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let all = Memo::new(move |_| orders.get());
    let any = Memo::new(move |_| all.with(|all| !all.is_empty()));
    let table = move || {
        any.get().then(|| {
            view! {
                <Panel title="Orders" note="Open ones, and those of the last week that failed" flush=true>
                    <TableRegion label="Orders">
                        <table class="data phone-cards">
                            <thead><tr>
                                <th scope="col">"Number"</th><th scope="col">"State"</th><th scope="col">"Ordered"</th>
                                <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                            </tr></thead>
                            <tbody>{rows(all, |o| o.id, move |row| order_row(row, edit, dismiss))}</tbody>
                        </table>
                    </TableRegion>
                </Panel>
            }
        })
    };
    table.into_any()
}

fn order_row(
    row: Memo<OrderRow>,
    edit: Signal<bool>,
    dismiss: ServerAction<DismissOrder>,
) -> AnyView {
    let (id, display) = row.with_untracked(|r| (r.id, r.display.clone()));
    let label = format!("Dismiss {display}");
    let shape = Signal::derive(move || match row.with(|r| r.state) {
        OrderState::Open => State::Progress,
        OrderState::Bought => State::Open,
        OrderState::Failed => State::Failed,
    });
    let word = Signal::derive(move || row.with(|r| r.state.word().to_owned()));
    let why = move || {
        let words = row.with(|r| r.words.clone());
        (!words.is_empty()).then(|| view! { <small>{words}</small> })
    };
    let ordered = move || {
        let (at, by) = row.with(|r| (r.ordered.clone(), r.ordered_by.clone()));
        view! { <span class="two"><Time datetime=at.datetime text=at.full/><small>{format!("by {by}")}</small></span> }
    };
    let over = Memo::new(move |_| row.with(|r| r.state != OrderState::Open));
    let act = move || {
        let label = label.clone();
        (edit.get() && over.get()).then(|| {
            view! {
                <ActionForm action=dismiss>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <Button submit=true kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label>"Dismiss"</Button>
                </ActionForm>
            }
        })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap">{display}</th>
            <td data-label="State" data-wide=""><span class="two"><Status state=shape text=word/>{why}</span></td>
            <td class="nowrap" data-label="Ordered">{ordered}</td>
            <td class="act">{act}</td>
        </tr>
    }
    .into_any()
}
