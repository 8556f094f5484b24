//! One DNI tag: its script, who saw its numbers last, its settings.

use domain::access::Permission;
use domain::api::dni_tag::DniTagDetail;
use domain::id::DniTagId;
use leptos::prelude::*;

use super::edit::Edit;
use super::enabled_state;
use crate::api::dni_tag::{SetDniTagEnabled, load_dni_tag, set_dni_tag_enabled};
use crate::page::parts::{OnlyLook, grouped, may, with_id};
use crate::page::visits::{VisitTable, moment};
use crate::route;
use crate::state::on_off::OnOff;
use crate::state::source::{Renew, Source};
use crate::ui::{Breadcrumbs, CopyButton, Metric, Metrics, PageHead, Panel, Size, State, Status};

/// The tag's resource.
pub type TagSource = Source<DniTagId, DniTagDetail>;

/// The way to a tag's page.
pub fn crumbs() -> Vec<(String, String)> {
    vec![("DNI tags".to_owned(), route::DNI_TAGS.to_owned())]
}

/// The page of a DNI tag.
#[component]
pub fn DniTag() -> impl IntoView {
    with_id("The DNI tag", |id: Memo<DniTagId>| {
        let source = Source::new(move || id.get(), load_dni_tag).follow_calls();
        source.view("The DNI tag", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: TagSource, detail: Signal<DniTagDetail>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let id = detail.with_untracked(|d| d.row.id);
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let enabled = Memo::new(move |_| detail.with(|d| d.row.enabled));
    let shape = Signal::derive(move || enabled_state(enabled.get()).0);
    let word = Signal::derive(move || enabled_state(enabled.get()).1.to_owned());
    let sub = Signal::derive(move || detail.with(words));
    let visits = Signal::derive(move || detail.with(|d| d.visits.clone()));
    let figure =
        move |of: fn(&DniTagDetail) -> u64| Signal::derive(move || grouped(detail.with(of)));
    let actions = move || {
        edit.get()
            .then(|| view! { <Switch source=source detail=detail enabled=enabled/> })
    };
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <Script detail=detail/>
        <Metrics label="The DNI tag today">
            <Metric label="Visits today" value=figure(|d| d.row.visits_today) href=route::traffic_of(id)/>
            <Metric label="Misses today" value=figure(|d| d.row.misses_today) from="got no number"/>
        </Metrics>
        <Panel title="Latest visits" note="The latest 20" flush=true actions=move || view! { <a class="link" href=route::traffic_of(id)>"Traffic of this tag"</a> }>
            <VisitTable list=visits none=("Nobody yet", "Once the script is on a page, whoever opens it stands here: where they came from, and the number they saw.")/>
        </Panel>
        {move || if edit.get() {
            view! { <Edit source=source detail=detail/> }.into_any()
        } else {
            view! { <Panel title="Settings"><OnlyLook what=Permission::EditNumbers/></Panel> }.into_any()
        }}
    }
    .into_any()
}

/// What it shows, for whom.
fn words(detail: &DniTagDetail) -> String {
    let row = &detail.row;
    let shows = match detail.form.source.starts_with("pool:") {
        true => format!(
            "Shows each visitor a number of {}",
            row.source.replacen("Pool ", "pool ", 1)
        ),
        false => format!("Shows everybody {}", row.source),
    };
    let campaign = match row.campaign_name.as_str() {
        "" => String::new(),
        name => format!(", for {name}"),
    };
    let publisher = match row.publisher_name.as_str() {
        "" => String::new(),
        name => format!("; callers are {name}’s"),
    };
    format!("{shows}{campaign}{publisher}")
}

/// Pauses or resumes it.
#[component]
fn Switch(source: TagSource, detail: Signal<DniTagDetail>, enabled: Memo<bool>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let set = ServerAction::<SetDniTagEnabled>::new();
    let told = move |before: bool| {
        let name = detail.with_untracked(|d| d.row.name.clone());
        match before {
            true => format!("{name} paused. Pages keep their own numbers."),
            false => format!("{name} shows its numbers again."),
        }
    };
    view! {
        <ActionForm action=set>
            <OnOff id=id.to_string() enabled=enabled value=set.value() pending=set.pending() words=["Pause", "Resume"] told=told
                put=move |on| set_dni_tag_enabled(id, on) reload=move || source.reload()/>
        </ActionForm>
    }
    .into_any()
}

/// What goes onto the page, and how to try it first.
#[component]
fn Script(detail: Signal<DniTagDetail>) -> impl IntoView {
    let (snippet, trial) = detail.with_untracked(|d| (d.snippet.clone(), d.trial.clone()));
    let last = Memo::new(move |_| detail.with(|d| d.row.last_visit.clone()));
    let heard = move || {
        let (shape, word, words) = match last.get() {
            Some(at) => {
                let at = view! { "Heard of last "{moment(Some(at))} };
                (State::Open, "On a page", at.into_any())
            }
            None => {
                let words = "The script is not on a page of its sites yet.";
                (State::Attention, "Never heard of", words.into_any())
            }
        };
        view! { <p class="row"><Status state=shape text=word/><span class="soft">{words}</span></p> }
    };
    view! {
        <Panel title="Script">
            <div class="stack-sm">
                {heard}
                <p>"Put this line into the head of every page of the site: it shows each visitor the number that is theirs, and whatever fails, the page keeps its own."</p>
                <pre class="codebox" tabindex="0" aria-label="Script" data-snippet="">{snippet.clone()}</pre>
                <div class="row"><CopyButton text=snippet label="Copy script" worded=true size=Size::Sm/></div>
            </div>
            <div class="stack-sm">
                <p class="soft">"See it on your page before you install it: open the page, press F12, paste this into the console."</p>
                <pre class="codebox" tabindex="0" aria-label="Line for the console" data-trial="">{trial.clone()}</pre>
                <div class="row"><CopyButton text=trial label="Copy line" worded=true size=Size::Sm/></div>
            </div>
        </Panel>
    }
    .into_any()
}
