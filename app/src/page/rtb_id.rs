//! One RTB id: what its publisher's programmer is told, a console to try it, what it was asked last, its
//! settings; and the page for a new one.

mod console;
mod fields;

use domain::access::Permission;
use domain::api::rtb_id::{RtbIdDetail, RtbIdForm, RtbIdList};
use domain::api::rtb_target::rate;
use domain::id::RtbId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::rtb_id::{
    CreateRtbId, SetRtbIdEnabled, UpdateRtbId, list_rtb_ids, load_rtb_id, set_rtb_id_enabled,
};
use crate::form::{Form, checked};
use crate::page::bids::Bids;
use crate::page::parts::{IfMay, OnlyLook, grouped, may, with_id};
use crate::page::rtb_ids::enabled_state;
use crate::route;
use crate::state::on_off::OnOff;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, CopyButton, DescriptionList, EmptyState, Fact, FormErrors,
    LinkButton, Metric, Metrics, PageHead, Panel, SaveBar, Size, Status, use_toasts,
};
use console::Console;
use fields::{Fields, Picks, label};

type IdSource = Source<RtbId, RtbIdDetail>;

fn crumbs() -> Vec<(String, String)> {
    vec![("RTB IDs".to_owned(), route::RTB_IDS.to_owned())]
}

/// The page of an RTB id.
#[component]
pub fn RtbIdPage() -> impl IntoView {
    with_id("The RTB ID", |id: Memo<RtbId>| {
        let source = Source::new(move || id.get(), load_rtb_id).follow_calls();
        source.view("The RTB ID", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: IdSource, detail: Signal<RtbIdDetail>) -> impl IntoView {
    let edit = may(Permission::EditPublishers);
    let id = detail.with_untracked(|d| d.row.id);
    let title = Signal::derive(move || detail.with(|d| d.row.publisher_name.clone()));
    let sub = Signal::derive(move || {
        detail.with(|d| {
            format!(
                "Is bid for calls of {}: {}, {}",
                d.row.campaign_name, d.row.offering, d.row.terms
            )
        })
    });
    let enabled = Memo::new(move |_| detail.with(|d| d.row.enabled));
    let shape = Signal::derive(move || enabled_state(enabled.get()).0);
    let word = Signal::derive(move || enabled_state(enabled.get()).1.to_owned());
    let figure = move |of: fn(&RtbIdDetail) -> u32| {
        Signal::derive(move || grouped(u64::from(detail.with(of))))
    };
    let share = Signal::derive(move || detail.with(|d| rate(d.row.today.bids, d.row.today.pings)));
    let mean = Signal::derive(move || {
        detail.with(|d| match d.row.today.mean.as_str() {
            "" => "–".to_owned(),
            mean => mean.to_owned(),
        })
    });
    let bids = Signal::derive(move || detail.with(|d| d.latest.clone()));
    let publisher = detail.with_untracked(|d| d.row.publisher);
    let report = route::bids_of(publisher);
    let actions = move || {
        edit.get()
            .then(|| view! { <Switch source=source detail=detail enabled=enabled/> })
    };
    view! {
        <Breadcrumbs items=crumbs() here=title/>
        <PageHead title=title sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <Metrics label="The RTB ID today">
            <Metric label="Pings today" value=figure(|d| d.row.today.pings)/>
            <Metric label="Bids" value=figure(|d| d.row.today.bids) note=share from="of the pings"/>
            <Metric label="Calls came" value=figure(|d| d.row.today.calls)/>
            <Metric label="Mean bid" value=mean/>
        </Metrics>
        <Told detail=detail/>
        {move || edit.get().then(|| view! { <Console id=id/> })}
        <Bids bids=bids title="Latest pings" note="The latest 20, tests among them" none=("Not asked yet", "Give the instructions to the publisher. Each ping stands here with its answer and the reason for it.")
            foot=move || view! { <div class="panel-foot row"><a class="link" href=report.clone()>"All pings of this publisher"</a></div> }.into_any()/>
        {move || if edit.get() {
            view! { <Edit source=source detail=detail/> }.into_any()
        } else {
            view! { <Panel title="Settings"><OnlyLook what=Permission::EditPublishers/></Panel> }.into_any()
        }}
    }
    .into_any()
}

/// What goes to the publisher's programmer.
#[component]
fn Told(detail: Signal<RtbIdDetail>) -> impl IntoView {
    let address = move || {
        let (production, test, sandbox) = detail.with(|d| {
            (
                format!("{}.json", d.production),
                format!("{}.json", d.test),
                format!("{}.json", d.sandbox),
            )
        });
        let line = |term: &'static str, url: String| {
            view! { <Fact term=term><span class="row"><code class="mono wrap-any">{url.clone()}</code><CopyButton text=url label=format!("Copy {term}") size=Size::Xs/></span></Fact> }
        };
        view! {
            <DescriptionList>
                {line("In earnest", production)}
                {line("To test: real bids, no calls", test)}
                {line("An example", sandbox)}
            </DescriptionList>
        }
    };
    let secret = move || {
        let secret = detail.with(|d| d.secret.clone());
        (!secret.is_empty()).then(|| {
            view! { <DescriptionList><Fact term="Key"><span class="row"><code class="mono wrap-any">{secret.clone()}</code><CopyButton text=secret label="Copy key" size=Size::Xs/></span></Fact></DescriptionList> }
        })
    };
    let told = move || {
        let (instructions, example) = detail.with(|d| (d.instructions.clone(), d.example.clone()));
        let all = format!("{instructions}\n\n{example}");
        view! {
            <details class="raw" open=true>
                <summary>"For the publisher’s programmer"</summary>
                <pre class="codebox" tabindex="0" aria-label="Instructions" data-instructions="">{all.clone()}</pre>
            </details>
            <div class="row"><CopyButton text=all label="Copy instructions" worded=true size=Size::Sm/></div>
        }
    };
    view! {
        <Panel title="What the publisher is told">
            <div class="stack-sm">{address}{secret}{told}</div>
        </Panel>
    }
    .into_any()
}

/// Switches it off or on.
#[component]
fn Switch(source: IdSource, detail: Signal<RtbIdDetail>, enabled: Memo<bool>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let set = ServerAction::<SetRtbIdEnabled>::new();
    let told = move |before: bool| {
        let words = match before {
            true => "Switched off. Whoever asks is told so; bids that were made hold.",
            false => "It bids again.",
        };
        words.to_owned()
    };
    view! {
        <ActionForm action=set>
            <OnOff id=id.to_string() enabled=enabled value=set.value() pending=set.pending() words=["Switch off", "Switch on"] told=told
                put=move |on| set_rtb_id_enabled(id, on) reload=move || source.reload()/>
        </ActionForm>
    }
    .into_any()
}

#[component]
fn Edit(source: IdSource, detail: Signal<RtbIdDetail>) -> impl IntoView {
    let (id, stored, choices) =
        detail.with_untracked(|d| (d.row.id, d.form.clone(), d.choices.clone()));
    let save = ServerAction::<UpdateRtbId>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("RTB ID saved. New pings follow it.");
        source.reload();
    });
    let form = Form::new("rtb-id-form", label, |el| checked(el, RtbIdForm::check))
        .watch(save.value().into(), done);
    // What is gone back to is what is stored, not what a refused form brought along.
    let kept = StoredValue::new(Picks::of(&stored).values());
    let start = form.start(stored);
    let picks = Picks::of(&start);
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(picks.values());
        }
    });
    let discard = Callback::new(move |()| {
        picks.put_back(&kept.get_value());
        form.clear();
    });
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev) on:change=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <Fields form=form start=start picks=picks choices=choices fixed=true/>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New pings follow the new settings; bids that were made hold" label="Save RTB ID" errors=form.count() saving=save.pending() saved=form.saved
            on_discard=discard/>
    }
    .into_any()
}

/// The page for a new RTB id; `?publisher=` and `?campaign=` choose already.
#[component]
pub fn RtbIdNew() -> impl IntoView {
    let source = Source::new(|| (), |()| list_rtb_ids());
    view! {
        <Breadcrumbs items=crumbs() here="New RTB ID"/>
        <PageHead title="New RTB ID" sub="One for each publisher in each campaign. The address and the instructions come next."/>
        <IfMay what=Permission::EditPublishers title="New RTB ID">
            {source.view("The form", Renew::Never, move |list| view! { <New list=list/> }.into_any())}
        </IfMay>
    }
    .into_any()
}

#[component]
fn New(list: Signal<RtbIdList>) -> impl IntoView {
    let choices = list.with_untracked(|l| l.choices.clone());
    let create = ServerAction::<CreateRtbId>::new();
    let form = Form::new("rtb-id-form", label, |el| checked(el, RtbIdForm::check))
        .watch(create.value().into(), None)
        .guarded(create.pending());
    if choices.publishers.is_empty() || choices.campaigns.is_empty() {
        return view! {
            <Panel title="RTB ID" flush=true>
                <EmptyState title="A publisher and a campaign come first" text="An RTB ID is for one publisher in one campaign.">
                    <LinkButton href=route::PUBLISHER_NEW icon="plus">"New publisher"</LinkButton>
                    <LinkButton href=route::CAMPAIGN_NEW icon="plus">"New campaign"</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any();
    }
    let asked = use_query_map().with_untracked(|q| RtbIdForm {
        publisher: q.get("publisher").unwrap_or_default(),
        campaign: q.get("campaign").unwrap_or_default(),
        ..RtbIdForm::default()
    });
    let start = form.start(asked);
    let picks = Picks::of(&start);
    view! {
        <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev) on:change=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <Fields form=form start=start picks=picks choices=choices fixed=false/>
            <div class="row">
                <Button kind=ButtonKind::Primary submit=true busy=create.pending()>"Create RTB ID"</Button>
                <LinkButton href=route::RTB_IDS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
            </div>
        </ActionForm>
    }
    .into_any()
}
