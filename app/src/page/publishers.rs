//! Publishers: who sends callers, what they sent and were paid today.

use domain::access::Permission;
use domain::api::publisher::PublisherRow;
use domain::api::sheet::ListName;
use leptos::prelude::*;

use crate::api::publisher::list_publishers;
use crate::page::parts::{self, OnlyLook, activity_state, count, counted, may, or_dash};
use crate::page::sheets::SheetLinks;
use crate::route::{self, PublisherTab};
use crate::state::activity::{ActivityItems, Changes, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    ButtonKind, EmptyRow, LinkButton, Menu, MenuLink, MenuSeparator, PageHead, Panel, Size, Status,
    TableRegion,
};

/// Rules that a line of the list tells in full.
const RULES: usize = 2;

/// The page.
#[component]
pub fn Publishers() -> impl IntoView {
    let source = Source::new(|| (), |()| list_publishers()).follow_calls();
    source.view("The list of publishers", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

#[component]
fn List(source: Source<(), Vec<PublisherRow>>, rows: Signal<Vec<PublisherRow>>) -> impl IntoView {
    let edit = may(Permission::EditPublishers);
    let changes = Changes::new(move || source.reload());
    let list = Memo::new(move |_| rows.get());
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|p| p.id.to_string()).collect())
    }));
    let sub = Signal::derive(move || match list.with(Vec::len) as u64 {
        0 => String::new(),
        n => counted(n, "publisher", "publishers"),
    });
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::PUBLISHER_NEW kind=ButtonKind::Primary icon="plus">"New publisher"</LinkButton> })
    };
    let export = Signal::stored(route::export("publishers", &[]));
    let actions =
        move || view! { <SheetLinks list=ListName::Publishers edit=edit export=export/>{new} };
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::PUBLISHER_NEW icon="plus">"New publisher"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditPublishers/> }.into_any()
        }
    };
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=7 title="No publishers yet" text="A publisher sends callers and is paid for them. Its numbers say which callers are its own, its payout rules what each is worth.">{act}</EmptyRow>
            }
        })
    };
    view! {
        <PageHead title="Publishers" sub=sub actions=actions/>
        <Panel flush=true>
            <TableRegion label="Publishers" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Publisher"</th><th scope="col">"Status"</th><th scope="col">"Payout rules"</th><th scope="col" class="num">"Numbers"</th>
                        <th scope="col" class="num">"Calls today"</th><th scope="col" class="num">"Payout today"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{parts::rows(list, |p| p.id, move |row| publisher_row(row, changes, edit))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn publisher_row(row: Memo<PublisherRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let state = Memo::new(move |_| {
        activity_state(changes.of(Thing::Publisher(id), row.with(|r| r.activity)))
    });
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let sub_id = move || {
        row.with(|r| (!r.sub_id.is_empty()).then(|| r.sub_id.clone()))
            .map(|text| view! { <small>{text}</small> })
    };
    let payout = move || {
        let (calls, payout) = row.with(|r| (r.calls_today, r.payout_today.clone()));
        // Nothing was sent: no zero to look at.
        or_dash(if calls == 0 { "" } else { &payout })
    };
    view! {
        <tr>
            <th scope="row" class="name two">
                <span><a class="row-link" href=route::publisher(id, PublisherTab::Payouts)>{move || row.with(|r| r.name.clone())}</a></span>{sub_id}
            </th>
            <td data-label="Status"><Status state=shape text=word/></td>
            <td data-label="Payout rules" data-wide="">{move || rules_view(row)}</td>
            <td class="num link-cell" data-label="Numbers"><a href=route::publisher(id, PublisherTab::Numbers)>{move || count(row.with(|r| r.numbers))}</a></td>
            <td class="num" data-label="Calls today">{move || count(row.with(|r| r.calls_today))}</td>
            <td class="num strong" data-label="Payout today">{payout}</td>
            <td class="act">{move || edit.get().then(|| view! { <Actions row=row changes=changes/> })}</td>
        </tr>
    }
    .into_any()
}

/// The first rules in words, and how many more there are.
fn rules_view(row: Memo<PublisherRow>) -> AnyView {
    let (rules, own) = row.with(|r| (r.rules.clone(), u64::from(r.overrides)));
    let mut more = Vec::new();
    if rules.len() > RULES {
        let rest = (rules.len() - RULES) as u64;
        more.push(counted(rest, "more rule", "more rules"));
    }
    if own > 0 {
        more.push(counted(
            own,
            "campaign with its own",
            "campaigns with their own",
        ));
    }
    if rules.is_empty() {
        more.insert(0, "No rules: nothing is paid".to_owned());
    }
    let lines = rules
        .into_iter()
        .take(RULES)
        .map(|text| view! { <span>{text}</span> });
    let more = (!more.is_empty()).then(|| view! { <small>{more.join(", ")}</small> });
    view! { <div class="two">{lines.collect_view()}{more}</div> }.into_any()
}

#[component]
fn Actions(row: Memo<PublisherRow>, changes: Changes) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Actions for {}", r.name)));
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("publisher-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=route::publisher(id, PublisherTab::Payouts) icon="dollar">"Payout rules"</MenuLink>
            <MenuLink href=route::publisher(id, PublisherTab::Numbers) icon="number">"Numbers"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Publisher(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}
