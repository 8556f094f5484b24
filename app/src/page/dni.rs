//! DNI tags: the list; one with its script, and the forms, stand beside it.

pub mod detail;
pub mod edit;

use domain::access::Permission;
use domain::api::dni_tag::{DniTagList, DniTagRow};
use leptos::prelude::*;

use crate::api::dni_tag::list_dni_tags;
use crate::page::parts::{OnlyLook, counted, grouped, may, or_dash, rows, tally};
use crate::page::visits::{misses, moment};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{ButtonKind, EmptyRow, LinkButton, PageHead, Panel, State, Status, TableRegion};

/// Sites that a row names.
const SITES_SHOWN: usize = 2;

/// The page.
#[component]
pub fn DniTags() -> impl IntoView {
    let source = Source::new(|| (), |()| list_dni_tags()).follow_calls();
    source.view("The list of DNI tags", Renew::Never, move |list| {
        view! { <List list=list/> }.into_any()
    })
}

#[component]
fn List(list: Signal<DniTagList>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let tags = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let sub = Signal::derive(move || match tags.with(Vec::len) as u64 {
        0 => String::new(),
        n => {
            let visits = tags.with(|all| all.iter().map(|tag| tag.visits_today).sum::<u64>());
            format!(
                "{}, {} today",
                counted(n, "DNI tag", "DNI tags"),
                counted(visits, "visit", "visits")
            )
        }
    });
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::DNI_TAG_NEW kind=ButtonKind::Primary icon="plus">"New DNI tag"</LinkButton> })
    };
    let actions = move || {
        view! {
            <LinkButton href=route::POOLS>"Pools"</LinkButton>
            <LinkButton href=route::TRAFFIC>"Traffic"</LinkButton>
            {new}
        }
    };
    let empty = move || {
        tags.with(Vec::is_empty)
            .then(|| view! { <Nothing list=list edit=edit/> })
    };
    view! {
        <PageHead title="DNI tags" sub=sub actions=actions/>
        <Panel flush=true>
            <TableRegion label="DNI tags" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Tag"</th><th scope="col">"Sites"</th><th scope="col" class="num">"Visits today"</th>
                        <th scope="col" class="num">"Misses today"</th><th scope="col">"Heard of last"</th><th scope="col">"State"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(tags, |t| t.id, tag_row)}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// Why there is no tag, and what comes first.
#[component]
fn Nothing(list: Signal<DniTagList>, edit: Signal<bool>) -> impl IntoView {
    let none = Memo::new(move |_| list.with(|l| l.sources.sources.is_empty()));
    let act = move || {
        match (edit.get(), none.get()) {
        (false, _) => view! { <OnlyLook what=Permission::EditNumbers/> }.into_any(),
        (true, true) => view! {
            <LinkButton href=route::POOL_NEW icon="plus">"New pool"</LinkButton>
            <span class="soft">"Its numbers come from a pool, or it shows one number to everybody: there is neither yet."</span>
        }
        .into_any(),
        (true, false) => {
            view! { <LinkButton href=route::DNI_TAG_NEW icon="plus">"New DNI tag"</LinkButton> }
                .into_any()
        }
    }
    };
    view! {
        <EmptyRow cols=6 title="No DNI tags yet" text="A DNI tag is a line of script on an advertiser’s page. It shows each visitor a number of their own, so that a call tells who called and where they came from.">{act}</EmptyRow>
    }
    .into_any()
}

/// The shape and word of a tag.
fn enabled_state(enabled: bool) -> (State, &'static str) {
    if enabled {
        (State::Open, "Active")
    } else {
        (State::Paused, "Paused")
    }
}

/// "roofs.example, www.roofs.example, +3".
fn sites(origins: &[String]) -> String {
    let mut words = origins
        .iter()
        .take(SITES_SHOWN)
        .cloned()
        .collect::<Vec<_>>();
    if origins.len() > SITES_SHOWN {
        words.push(format!(
            "+{}",
            grouped((origins.len() - SITES_SHOWN) as u64)
        ));
    }
    words.join(", ")
}

fn tag_row(row: Memo<DniTagRow>) -> AnyView {
    let href = route::dni_tag(row.with_untracked(|r| r.id));
    let origins = Memo::new(move |_| row.with(|r| r.origins.clone()));
    let heard = move || {
        row.with(|r| match &r.last_visit {
            Some(at) => moment(Some(at.clone())),
            None if r.enabled => view! {
                <span class="two"><Status state=State::Attention text="Never"/><small>"The script is not on a page yet"</small></span>
            }
            .into_any(),
            None => or_dash(""),
        })
    };
    let state = move || {
        let (shape, word) = enabled_state(row.with(|r| r.enabled));
        view! { <Status state=shape text=word/> }
    };
    view! {
        <tr>
            <th scope="row" class="name" data-wide=""><span class="two"><a class="row-link" href=href>{move || row.with(|r| r.name.clone())}</a><small>{move || row.with(|r| r.source.clone())}</small></span></th>
            <td data-label="Sites" data-wide=""><span class="block truncate max-w-[44ch]" title=move || origins.with(|all| all.join(", "))>{move || origins.with(|all| sites(all))}</span></td>
            <td class="num" data-label="Visits today">{move || tally(row.with(|r| r.visits_today))}</td>
            <td class="num" data-label="Misses today">{move || misses(row.with(|r| r.misses_today))}</td>
            <td data-label="Heard of last" data-wide="">{heard}</td>
            <td class="nowrap" data-label="State">{state}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_names_two_sites_and_counts_the_rest() {
        let sites_of = |all: &[&str]| {
            let all: Vec<String> = all.iter().map(|site| (*site).to_owned()).collect();
            sites(&all)
        };
        assert_eq!(sites_of(&["a.example"]), "a.example");
        assert_eq!(
            sites_of(&["a.example", "b.example"]),
            "a.example, b.example"
        );
        let many = sites_of(&["a.example", "b.example", "c.example", "d.example"]);
        assert_eq!(many, "a.example, b.example, +2");
    }
}
