//! Tracking numbers: the list, adding one by hand, giving it to a campaign, removing it; and the
//! addresses to enter at the carrier.

use domain::access::Permission;
use domain::api::number::{NumberForm, NumberList, NumberRow};
use domain::api::page::Choice as Entry;
use domain::id::NumberId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::number::{AddNumber, AssignNumber, RemoveNumber, list_numbers};
use crate::error::AppError;
use crate::form::{Form, checked, input};
use crate::page::campaign::numbers::last_call;
use crate::page::parts::{OnlyLook, choices, count, counted, may, or_dash, rows};
use crate::route::{self, CampaignTab};
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::state::use_scripted;
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, ConfirmDialog, CopyButton, EmptyRow, FormErrors, Icon,
    LinkButton, PageHead, Panel, Select, Size, TableRegion, TextInput, use_toasts,
};

type NumberSource = Source<(), NumberList>;

/// The acts of the list.
#[derive(Clone, Copy)]
struct Acts {
    edit: Signal<bool>,
    assign: ServerAction<AssignNumber>,
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
    let (assign, remove) = (
        ServerAction::<AssignNumber>::new(),
        ServerAction::<RemoveNumber>::new(),
    );
    let acts = Acts {
        edit,
        assign,
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
        remove.value().into(),
        "Number removed.",
        Callback::new(move |()| acts.asking.set(false)),
    );
    let sub =
        Signal::derive(move || list.with(|l| counted(l.rows.len() as u64, "number", "numbers")));
    let actions = move || {
        move || {
            edit.get().then(|| view! { <LinkButton href=route::NUMBER_NEW kind=ButtonKind::Primary icon="plus">"Add a number"</LinkButton> })
        }
    };
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
        <Table list=list acts=acts/>
        <Addresses list=list/>
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
    let campaigns = Memo::new(move |_| list.with(|l| l.campaigns.clone()));
    let empty = move || {
        numbers.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=7 title="No numbers yet" text="Add a number that you hold at the carrier, enter the addresses below there, and callers are routed.">
                    {move || acts.edit.get().then(|| view! { <LinkButton href=route::NUMBER_NEW icon="plus">"Add a number"</LinkButton> })}
                </EmptyRow>
            }
        })
    };
    view! {
        <Panel flush=true>
            <TableRegion label="Numbers" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Number"</th><th scope="col">"State"</th><th scope="col">"Label"</th>
                        <th scope="col">"Campaign"</th><th scope="col" class="num">"Calls today"</th><th scope="col">"Last call"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(numbers, |n| n.id, move |row| number_row(row, campaigns, acts))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn number_row(row: Memo<NumberRow>, campaigns: Memo<Vec<Entry>>, acts: Acts) -> AnyView {
    let display = row.with_untracked(|r| r.display.clone());
    let chosen = Memo::new(move |_| row.with(|r| r.campaign));
    let campaign = move || {
        match (acts.edit.get(), chosen.get()) {
        (true, _) => view! { <Assign row=row campaigns=campaigns acts=acts/> }.into_any(),
        (false, Some(id)) => view! { <a class="link" href=route::campaign(id, CampaignTab::Numbers)>{row.with(|r| r.campaign_name.clone())}</a> }.into_any(),
        (false, None) => or_dash(""),
    }
    };
    let remove = move || {
        acts.edit
            .get()
            .then(|| view! { <Remove row=row acts=acts/> })
    };
    view! {
        <tr>
            <th scope="row" class="name nowrap">{display}</th>
            <td class="soft" data-label="State">{move || row.with(|r| or_dash(&r.state))}</td>
            <td data-label="Label">{move || row.with(|r| or_dash(&r.label))}</td>
            <td data-label="Campaign" data-wide="">{campaign}</td>
            <td class="num" data-label="Calls today">{move || count(row.with(|r| r.calls_today))}</td>
            <td class="nowrap" data-label="Last call">{move || last_call(row)}</td>
            <td class="act">{remove}</td>
        </tr>
    }
    .into_any()
}

/// Assigns as soon as another campaign is chosen; with its own button before the page's script runs.
#[component]
fn Assign(row: Memo<NumberRow>, campaigns: Memo<Vec<Entry>>, acts: Acts) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Campaign of {}", r.display)));
    let scripted = use_scripted();
    let options = move || {
        let chosen = row.with(|r| r.campaign.map(|c| c.to_string()).unwrap_or_default());
        let one = |value: String, words: String| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        };
        let all = campaigns.get();
        // An archived campaign keeps its numbers, and is given no others.
        let old = row.with(|r| {
            (!chosen.is_empty() && all.iter().all(|c| c.value != chosen))
                .then(|| one(chosen.clone(), r.campaign_name.clone()))
        });
        let all = all
            .into_iter()
            .map(|c| one(c.value, c.label))
            .collect_view();
        view! { {one(String::new(), "No campaign".to_owned())}{old}{all} }
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

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    let words = match field {
        "number" => "Number",
        "label" => "Label",
        "campaign" => "Campaign",
        _ => "",
    };
    words.to_owned()
}

/// The page for adding a number; `?campaign=` chooses one already.
#[component]
pub fn NumberNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_numbers());
    let create = ServerAction::<AddNumber>::new();
    let form = Form::new("number-form", label, |el| checked(el, NumberForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    let campaign = use_query_map().with_untracked(|q| q.get("campaign").unwrap_or_default());
    let fields = move |list: Signal<NumberList>| {
        let edit = may(Permission::EditNumbers);
        let options = list.with_untracked(|l| choices(&l.campaigns));
        let view = {
            let campaign = campaign.clone();
            move || {
                if edit.get() {
                    view! { <NewForm form=form create=create campaign=campaign.clone() options=options.clone()/> }.into_any()
                } else {
                    view! { <Panel title="Number"><OnlyLook what=Permission::EditNumbers/></Panel> }
                        .into_any()
                }
            }
        };
        view! {
            <PageHead title="Add a number" sub="A number that you hold at the carrier."/>
            {view}
            <Addresses list=list/>
        }
        .into_any()
    };
    view! {
        <Breadcrumbs items=vec![("Numbers".to_owned(), route::NUMBERS.to_owned())] here="Add a number"/>
        {source.view("The form", Renew::Never, fields)}
    }
    .into_any()
}

#[component]
fn NewForm(
    form: Form,
    create: ServerAction<AddNumber>,
    campaign: String,
    options: Vec<Choice>,
) -> impl IntoView {
    let start = form.start(NumberForm {
        campaign,
        ..NumberForm::default()
    });
    view! {
        <Panel title="Number">
            <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <TextInput name=input("number") id="f-number" label=label("number") kind="tel" value=start.number error=form.error("number") required=true placeholder="(800) 555-0126"/>
                <TextInput name=input("label") id="f-label" label=label("label") optional=true value=start.label error=form.error("label") hint="Where it is printed or shown"/>
                <Select name=input("campaign") id="f-campaign" label=label("campaign") options=options value=start.campaign placeholder="No campaign yet" error=form.error("campaign")/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Add number"</Button>
                    <LinkButton href=route::NUMBERS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
