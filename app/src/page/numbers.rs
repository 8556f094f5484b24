//! Tracking numbers: the list, adding one by hand, giving it to a campaign and a publisher, removing
//! it; and the addresses to enter at the carrier.

pub mod buy;
pub mod carrier;
pub mod new;
mod orders;
pub mod release;

use domain::access::Permission;
use domain::api::carrier_account::Connection;
use domain::api::number::{CarrierState, NumberList, NumberRow};
use domain::api::page::Choice as Entry;
use domain::api::sheet::ListName;
use domain::id::NumberId;
use leptos::prelude::*;

use crate::api::number::{AssignNumber, RemoveNumber, SetNumberPublisher, list_numbers};
use crate::error::AppError;
use crate::page::campaign::numbers::last_call;
use crate::page::parts::{count, counted, may, or_dash, rows};
use crate::page::sheets::SheetLinks;
use crate::route::{self, CampaignTab, PublisherTab};
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::state::use_scripted;
use crate::ui::{
    Button, ButtonKind, ConfirmDialog, CopyButton, EmptyRow, Icon, LinkButton, PageHead, Panel,
    Size, State, Status, TableRegion, use_toasts,
};

type NumberSource = Source<(), NumberList>;

/// The acts of the list.
#[derive(Clone, Copy)]
struct Acts {
    edit: Signal<bool>,
    /// There is a carrier account to look numbers up in.
    connected: Memo<bool>,
    assign: ServerAction<AssignNumber>,
    publish: ServerAction<SetNumberPublisher>,
    /// The number that is about to be removed, and its words.
    removing: RwSignal<Option<(NumberId, String)>>,
    asking: RwSignal<bool>,
}

/// The page.
#[component]
pub fn Numbers() -> impl IntoView {
    let source = Source::new(|| (), |()| list_numbers()).follow_calls();
    source.view("The list of numbers", Renew::Never, move |list| {
        view! { <List source=source list=list/> }.into_any()
    })
}

#[component]
fn List(source: NumberSource, list: Signal<NumberList>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let (assign, publish, remove) = (
        ServerAction::<AssignNumber>::new(),
        ServerAction::<SetNumberPublisher>::new(),
        ServerAction::<RemoveNumber>::new(),
    );
    let connected = Memo::new(move |_| list.with(|l| l.connection != Connection::None));
    let acts = Acts {
        edit,
        connected,
        assign,
        publish,
        removing: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    follow(
        source,
        assign.value().into(),
        "Number assigned.",
        Callback::new(|()| ()),
    );
    follow(
        source,
        publish.value().into(),
        "Number assigned.",
        Callback::new(|()| ()),
    );
    follow(
        source,
        remove.value().into(),
        "Number removed.",
        Callback::new(move |()| acts.asking.set(false)),
    );
    let sub =
        Signal::derive(move || list.with(|l| counted(l.rows.len() as u64, "number", "numbers")));
    let actions = move || {
        let add = move || {
            edit.get().then(|| {
                view! {
                    <LinkButton href=route::NUMBER_NEW icon="plus">"Add a number"</LinkButton>
                    <LinkButton href=route::NUMBER_BUY kind=ButtonKind::Primary>"Buy numbers"</LinkButton>
                }
            })
        };
        let carrier = move || {
            (edit.get() && connected.get()).then(
                || view! { <LinkButton href=route::NUMBERS_CARRIER>"At the carrier"</LinkButton> },
            )
        };
        view! {
            {carrier}
            <SheetLinks list=ListName::Numbers edit=edit export=route::export("numbers", &[])/>
            {add}
        }
    };
    let orders = Signal::derive(move || list.with(|l| l.orders.clone()));
    let reload = Callback::new(move |()| source.reload());
    let title = Signal::derive(move || {
        acts.removing.with(|r| {
            r.as_ref()
                .map(|(_, words)| format!("Remove {words}?"))
                .unwrap_or_default()
        })
    });
    let confirmed = Callback::new(move |()| {
        if let Some((id, _)) = acts.removing.get_untracked() {
            remove.dispatch(RemoveNumber { id });
        }
    });
    view! {
        <PageHead title="Numbers" sub=sub actions=actions/>
        <orders::Orders orders=orders edit=edit reload=reload/>
        <Table list=list acts=acts/>
        <Addresses list=list/>
        {move || edit.get().then(|| view! { <Enrichment list=list/> })}
        <ConfirmDialog id="remove-number" title=title open=acts.asking confirm="Remove number" busy=remove.pending() on_confirm=confirmed>
            "Callers who dial it are no longer routed. Its calls stay in the log. The number itself stays yours at the carrier."
        </ConfirmDialog>
    }
    .into_any()
}

/// Says how a write went and fetches the list again.
fn follow(
    source: NumberSource,
    value: Signal<Option<Result<(), AppError>>>,
    done: &'static str,
    then: Callback<()>,
) {
    let toasts = use_toasts();
    Effect::new(move |_| match value.get() {
        Some(Ok(())) => {
            toasts.done(done);
            then.run(());
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            then.run(());
            toasts.error(error.message);
        }
        None => {}
    });
}

#[component]
fn Table(list: Signal<NumberList>, acts: Acts) -> impl IntoView {
    let numbers = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let choices = Choices {
        campaigns: Memo::new(move |_| list.with(|l| l.campaigns.clone())),
        publishers: Memo::new(move |_| list.with(|l| l.publishers.clone())),
        enrich_url: Memo::new(move |_| list.with(|l| l.enrich_url.clone())),
    };
    let empty = move || {
        numbers.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=9 title="No numbers yet" text="Buy numbers, or add one that you hold at the carrier and enter the addresses below there.">
                    {move || acts.edit.get().then(|| view! {
                        <LinkButton href=route::NUMBER_BUY>"Buy numbers"</LinkButton>
                        <LinkButton href=route::NUMBER_NEW icon="plus">"Add a number"</LinkButton>
                    })}
                </EmptyRow>
            }
        })
    };
    let carrier = move || {
        acts.connected
            .get()
            .then(|| view! { <th scope="col">"At the carrier"</th> })
    };
    view! {
        <Panel flush=true>
            <TableRegion label="Numbers" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col">"State"</th><th scope="col">"Label"</th>
                        <th scope="col">"Campaign"</th><th scope="col">"Publisher"</th><th scope="col" class="num">"Calls today"</th><th scope="col">"Last call"</th>
                        {carrier}
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(numbers, |n| n.id, move |row| number_row(row, choices, acts))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

/// What a number can be given to, and how the address of its enrichment begins.
#[derive(Clone, Copy)]
struct Choices {
    campaigns: Memo<Vec<Entry>>,
    publishers: Memo<Vec<Entry>>,
    enrich_url: Memo<String>,
}

fn number_row(row: Memo<NumberRow>, choices: Choices, acts: Acts) -> AnyView {
    let (display, key) = row.with_untracked(|r| (r.display.clone(), r.enrich_key.clone()));
    let enrich = (!key.is_empty()).then(|| {
        let url = format!("{}{key}", choices.enrich_url.get_untracked());
        view! { <CopyButton text=url label=format!("Copy the enrichment address of {display}")/> }
    });
    let chosen = Memo::new(move |_| row.with(|r| r.campaign));
    let campaign = move || {
        match (acts.edit.get(), chosen.get()) {
        (true, _) => view! { <Assign row=row campaigns=choices.campaigns acts=acts/> }.into_any(),
        (false, Some(id)) => view! { <a class="link" href=route::campaign(id, CampaignTab::Numbers)>{row.with(|r| r.campaign_name.clone())}</a> }.into_any(),
        (false, None) => or_dash(""),
    }
    };
    let owner = Memo::new(move |_| row.with(|r| r.publisher));
    let publisher = move || {
        match (acts.edit.get(), owner.get()) {
        (true, _) => {
            view! { <AssignPublisher row=row publishers=choices.publishers acts=acts/> }.into_any()
        }
        (false, Some(id)) => view! { <a class="link" href=route::publisher(id, PublisherTab::Numbers)>{row.with(|r| r.publisher_name.clone())}</a> }.into_any(),
        (false, None) => or_dash(""),
    }
    };
    let remove = move || {
        acts.edit
            .get()
            .then(|| view! { <Remove row=row acts=acts/> })
    };
    let there = Memo::new(move |_| row.with(|r| r.carrier.is_there()));
    let release = move || {
        (acts.edit.get() && acts.connected.get() && there.get()).then(|| {
            let (id, display) = row.with(|r| (r.id, r.display.clone()));
            let label = format!("Release {display}");
            view! { <LinkButton href=route::number_release(id) kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label>"Release"</LinkButton> }
        })
    };
    let carrier = move || {
        acts.connected.get().then(|| {
            view! { <td class="nowrap" data-label="At the carrier">{move || at_carrier(row, acts.edit.get())}</td> }
        })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap"><span class="row">{display}{enrich}</span></th>
            <td class="soft" data-label="State">{move || row.with(|r| or_dash(&r.state))}</td>
            <td data-label="Label">{move || row.with(|r| or_dash(&r.label))}</td>
            <td data-label="Campaign" data-wide="">{campaign}</td>
            <td data-label="Publisher" data-wide="">{publisher}</td>
            <td class="num" data-label="Calls today">{move || count(row.with(|r| r.calls_today))}</td>
            <td class="nowrap" data-label="Last call">{move || last_call(row)}</td>
            {carrier}
            <td class="act"><span class="row">{release}{remove}</span></td>
        </tr>
    }
    .into_any()
}

/// How a number stands at the carrier, with its rent.
fn at_carrier(row: Memo<NumberRow>, edit: bool) -> AnyView {
    let (state, monthly) = row.with(|r| (r.carrier, r.monthly.clone()));
    let (shape, word) = match state {
        CarrierState::Unknown => return or_dash(""),
        CarrierState::Right => (State::Open, "Set up"),
        CarrierState::Drifted => (State::Attention, "Partly set up"),
        CarrierState::Lost => (State::Failed, "Not set up"),
        CarrierState::Missing => (State::Failed, "Not there"),
    };
    let rent = (!monthly.is_empty()).then(|| format!("{monthly} a month"));
    let mend = (edit && state != CarrierState::Right)
        .then(|| view! { <a class="link" href=route::NUMBERS_CARRIER>"See why"</a> });
    view! { <span class="two"><Status state=shape text=word/><small>{rent}{mend}</small></span> }
        .into_any()
}

/// Assigns as soon as another campaign is chosen; with its own button before the page's script runs.
#[component]
fn Assign(row: Memo<NumberRow>, campaigns: Memo<Vec<Entry>>, acts: Acts) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Campaign of {}", r.display)));
    let scripted = use_scripted();
    let options = move || {
        let (chosen, name) = row.with(|r| {
            let chosen = r.campaign.map(|c| c.to_string()).unwrap_or_default();
            (chosen, r.campaign_name.clone())
        });
        one_of("No campaign", &chosen, name, campaigns.get())
    };
    let change = move |ev: web_sys::Event| {
        acts.assign.dispatch(AssignNumber {
            id,
            campaign: event_target_value(&ev).parse().ok(),
        });
    };
    view! {
        <ActionForm action=acts.assign attr:class="row">
            <input type="hidden" name="id" value=id.to_string()/>
            <span class="select-wrap">
                <select class="select" name="campaign" aria-label=label on:change=change>{options}</select>
                <Icon name="chevron-down"/>
            </span>
            {move || (!scripted.get()).then(|| view! { <Button submit=true size=Size::Xs>"Assign"</Button> })}
        </ActionForm>
    }
    .into_any()
}

/// The same for whose callers dial it.
#[component]
fn AssignPublisher(
    row: Memo<NumberRow>,
    publishers: Memo<Vec<Entry>>,
    acts: Acts,
) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Publisher of {}", r.display)));
    let scripted = use_scripted();
    let options = move || {
        let (chosen, name) = row.with(|r| {
            let chosen = r.publisher.map(|p| p.to_string()).unwrap_or_default();
            (chosen, r.publisher_name.clone())
        });
        one_of("No publisher", &chosen, name, publishers.get())
    };
    let change = move |ev: web_sys::Event| {
        acts.publish.dispatch(SetNumberPublisher {
            id,
            publisher: event_target_value(&ev).parse().ok(),
        });
    };
    view! {
        <ActionForm action=acts.publish attr:class="row">
            <input type="hidden" name="id" value=id.to_string()/>
            <span class="select-wrap">
                <select class="select" name="publisher" aria-label=label on:change=change>{options}</select>
                <Icon name="chevron-down"/>
            </span>
            {move || (!scripted.get()).then(|| view! { <Button submit=true size=Size::Xs>"Assign"</Button> })}
        </ActionForm>
    }
    .into_any()
}

/// The options of a select: nothing, what is chosen though it is archived (it keeps its numbers, and
/// is given no others), and the rest.
fn one_of(none: &'static str, chosen: &str, name: String, all: Vec<Entry>) -> AnyView {
    let one = |value: String, words: String| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{words}</option> }
    };
    let old = (!chosen.is_empty() && all.iter().all(|c| c.value != chosen))
        .then(|| one(chosen.to_owned(), name));
    let all = all
        .into_iter()
        .map(|c| one(c.value, c.label))
        .collect_view();
    view! { {one(String::new(), none.to_owned())}{old}{all} }.into_any()
}

#[component]
fn Remove(row: Memo<NumberRow>, acts: Acts) -> impl IntoView {
    let (id, display) = row.with_untracked(|r| (r.id, r.display.clone()));
    let label = format!("Remove {display}");
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        acts.removing.set(Some((id, display.clone())));
        acts.asking.set(true);
    };
    view! {
        <form method="post" action="/api/numbers/remove" on:submit=ask>
            <input type="hidden" name="id" value=id.to_string()/>
            <Button submit=true kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label>"Remove"</Button>
        </form>
    }
    .into_any()
}

/// An address that a narrow page breaks between its parts, not within a word.
fn breakable(url: &str) -> AnyView {
    url.split_inclusive(['/', '?', '&', '#', ','])
        .map(|part| view! { {part.to_owned()}<wbr/> })
        .collect_view()
        .into_any()
}

/// What to enter at the carrier.
#[component]
fn Addresses(list: Signal<NumberList>) -> impl IntoView {
    let urls = Memo::new(move |_| list.with(|l| (l.voice_url.clone(), l.status_url.clone())));
    let rows = move || {
        let (voice, status) = urls.get();
        let row = |term: &'static str, url: String, label: &'static str| {
            view! { <div><dt>{term}</dt><dd class="row"><span class="mono url">{breakable(&url)}</span><CopyButton text=url label=label/></dd></div> }
        };
        view! {
            <dl class="facts">
                {row("A call comes in", voice, "Copy the address for incoming calls")}
                {row("Call status changes", status, "Copy the address for status changes")}
            </dl>
        }
    };
    view! {
        <Panel title="Addresses for the carrier" note="Enter them at each number, method POST">{rows}</Panel>
    }
    .into_any()
}

/// How to send what is known of a caller.
#[component]
fn Enrichment(list: Signal<NumberList>) -> impl IntoView {
    let url = Memo::new(move |_| list.with(|l| l.enrich_url.clone()));
    let example = move || breakable(&format!("{}…?callerid=+12145550142&zip=75201", url.get()));
    view! {
        <Panel title="Enrichment" note="What is known of a caller before the call">
            <p class="soft">"Each number has an address of its own: copy it with the button beside the number and give it to whoever knows its callers. What they send there, by GET or POST, is kept for 48 hours and is part of that caller’s calls to the number, as tags such as [user:zip]."</p>
            <p class="mono url">{example}</p>
        </Panel>
    }
    .into_any()
}
