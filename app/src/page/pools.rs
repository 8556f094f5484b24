//! Number pools: the list; one with its numbers, and the forms, stand beside it.

pub mod detail;
pub mod edit;
mod numbers;

use domain::access::Permission;
use domain::api::pool::{PoolList, PoolRow};
use leptos::prelude::*;

use crate::api::pool::list_pools;
use crate::page::parts::{OnlyLook, count, counted, grouped, may, rows, tally};
use crate::page::visits::{in_use, misses};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{ButtonKind, EmptyRow, LinkButton, PageHead, Panel, TableRegion, Time};

/// The page.
#[component]
pub fn Pools() -> impl IntoView {
    let source = Source::new(|| (), |()| list_pools()).follow_calls();
    source.view("The list of pools", Renew::Never, move |list| {
        view! { <List list=list/> }.into_any()
    })
}

#[component]
fn List(list: Signal<PoolList>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let pools = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let sub = Signal::derive(move || pools.with(|all| words(all)));
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::POOL_NEW kind=ButtonKind::Primary icon="plus">"New pool"</LinkButton> })
    };
    let actions = move || {
        view! {
            <LinkButton href=route::NUMBERS>"Numbers"</LinkButton>
            <LinkButton href=route::DNI_TAGS>"DNI tags"</LinkButton>
            {new}
        }
    };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::POOL_NEW icon="plus">"New pool"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditNumbers/> }.into_any()
        }
    };
    let empty = move || {
        pools.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=6 title="No pools yet" text="A pool is a set of numbers that are lent to the visitors of a page, one to each. A call then tells which visitor called, and where they came from.">{act}</EmptyRow>
            }
        })
    };
    view! {
        <PageHead title="Pools" sub=sub actions=actions/>
        <Panel flush=true>
            <TableRegion label="Pools" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Pool"</th><th scope="col" class="num">"Size"</th><th scope="col" class="num">"In use now"</th>
                        <th scope="col" class="num">"Visits today"</th><th scope="col" class="num">"Misses today"</th><th scope="col">"Added"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(pools, |p| p.id, pool_row)}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// "2 pools, 7 of 24 numbers in use".
fn words(all: &[PoolRow]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let sum = |of: fn(&PoolRow) -> u32| all.iter().map(|p| u64::from(of(p))).sum::<u64>();
    let pools = counted(all.len() as u64, "pool", "pools");
    let numbers = counted(sum(|p| p.size), "number", "numbers");
    format!("{pools}, {} of {numbers} in use", grouped(sum(|p| p.lent)))
}

fn pool_row(row: Memo<PoolRow>) -> AnyView {
    let href = route::pool(row.with_untracked(|r| r.id));
    let added = move || {
        let at = row.with(|r| r.created.clone());
        view! { <Time datetime=at.datetime text=at.date title=at.full/> }
    };
    view! {
        <tr>
            <th scope="row" class="name" data-wide=""><span class="two"><a class="row-link" href=href>{move || row.with(|r| r.name.clone())}</a><small>{move || row.with(|r| r.campaign_name.clone())}</small></span></th>
            <td class="num" data-label="Size">{move || count(row.with(|r| r.size))}</td>
            <td class="num" data-label="In use now">{move || row.with(in_use)}</td>
            <td class="num" data-label="Visits today">{move || tally(row.with(|r| r.visits_today))}</td>
            <td class="num" data-label="Misses today">{move || misses(row.with(|r| r.misses_today))}</td>
            <td class="nowrap" data-label="Added">{added}</td>
        </tr>
    }
    .into_any()
}
