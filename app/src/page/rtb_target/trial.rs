//! A test ping: the raw answer, and values that become parsers by being chosen.

use domain::api::rtb_target::{Placed, RtbTargetForm, Trial};
use domain::id::TargetId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::about::{About, AboutCall};
use super::fields::{PARSERS, Picks};
use crate::api::rtb_target::try_rtb_target;
use crate::form::{Form, read};
use crate::state::session::sign_in_again;
use crate::state::use_scripted;
use crate::ui::dom::announce_change;
use crate::ui::{Button, Icon, Panel, State, Status, TableRegion, use_toasts};

/// The panel. Nothing is shown before the page's script runs: it sends what stands in the form.
#[component]
pub fn TrialPanel(id: Option<TargetId>, form: Form, picks: Picks) -> impl IntoView {
    let scripted = use_scripted();
    let about = About::new();
    let found = RwSignal::new(None::<Trial>);
    let busy = RwSignal::new(false);
    let toasts = use_toasts();
    let send = move |_| {
        let Some(el) = form.node.get_untracked() else {
            return;
        };
        let Some(typed) = read::<RtbTargetForm>(&el) else {
            return;
        };
        let Some(call) = about.checked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            let answer = try_rtb_target(id, typed, call).await;
            busy.set(false);
            match answer {
                Ok(trial) => found.set(Some(trial)),
                Err(error) if error.is_signed_out() => sign_in_again(),
                Err(error) if !error.fields.is_empty() => {
                    let first = error.fields.0.first().map(|e| e.message.clone());
                    toasts.error(first.unwrap_or_default());
                    form.answered::<Trial>(&Err(error));
                }
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let view = move || {
        scripted.get().then(|| {
            view! {
                <Panel title="Try it" note="Sends a ping now, by what stands here">
                    <div class="form" data-spare="">
                        <AboutCall about=about/>
                        <div class="row"><Button icon="play" busy=busy on:click=send>"Send test ping"</Button></div>
                        {move || found.get().map(|trial| view! { <Outcome trial=trial picks=picks/> })}
                    </div>
                </Panel>
            }
        })
    };
    view.into_any()
}

#[component]
fn Outcome(trial: Trial, picks: Picks) -> impl IntoView {
    let Trial {
        request,
        sent,
        status,
        took_ms,
        answer,
        places,
        values: _,
        bid,
        words,
    } = trial;
    let shape = if bid { State::Won } else { State::No };
    let told = if status.is_empty() {
        "No answer".to_owned()
    } else {
        format!("{status} in {took_ms} ms")
    };
    let table = (!places.is_empty()).then(move || {
        let rows: Vec<_> = places
            .into_iter()
            .map(move |place| view! { <Place place=place picks=picks/> })
            .collect();
        view! {
            <TableRegion label="Values of the answer">
                <table class="data compact">
                    <thead><tr><th scope="col">"Where"</th><th scope="col">"Value"</th><th scope="col">"Use it as"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableRegion>
        }
    });
    view! {
        <div class="stack-sm" role="status" id="trial-outcome">
            <p class="waterfall-verdict"><Status state=shape text=words/></p>
            {table}
            <details class="raw"><summary>{format!("The request: {request}")}</summary><pre class="codebox" tabindex="0" aria-label="The request">{sent}</pre></details>
            <details class="raw" open=true><summary>{format!("The answer: {told}")}</summary><pre class="codebox" tabindex="0" aria-label="The answer">{answer}</pre></details>
        </div>
    }
    .into_any()
}

/// One value; choosing what it is makes a parser of it.
#[component]
fn Place(place: Placed, picks: Picks) -> impl IntoView {
    let path = place.path.clone();
    let choose = move |ev: web_sys::Event| {
        let chosen = event_target_value(&ev);
        let Some(at) = PARSERS.iter().position(|(field, _)| *field == chosen) else {
            return;
        };
        picks.kinds[at].set("path".to_owned());
        picks.ats[at].set(path.clone());
        let id = format!("f-{chosen}.at");
        request_animation_frame(move || {
            if let Some(el) = document().get_element_by_id(&id) {
                announce_change(&wasm_bindgen::JsCast::unchecked_into(el));
            }
        });
    };
    let own = place.path.clone();
    let used = Memo::new(move |_| {
        let is = |at: &usize| {
            picks.kinds[*at].with(|kind| kind == "path")
                && picks.ats[*at].with(|text| bare(text) == bare(&own))
        };
        (0..PARSERS.len()).find(is)
    });
    let options = move || {
        let now = used.get();
        let entries = PARSERS.iter().enumerate().map(|(at, (field, name))| {
            view! { <option value=*field selected=now == Some(at)>{*name}</option> }
        });
        view! { <option value="" selected=now.is_none()>"Nothing"</option>{entries.collect_view()} }
    };
    let spoken = format!("Use {} as", place.path);
    view! {
        <tr>
            <th scope="row" class="mono break-all">{place.path}</th>
            <td class="mono break-all">{place.value}</td>
            <td><span class="select-wrap"><select class="select" aria-label=spoken on:change=choose>{options}</select><Icon name="chevron-down"/></span></td>
        </tr>
    }
    .into_any()
}

/// A path into JSON may be written with its root or without.
fn bare(path: &str) -> &str {
    let path = path.trim();
    path.strip_prefix("$.").unwrap_or(path)
}
