//! One agent: how they stand, how they get calls, and what they were sent.

pub mod new;

use domain::access::Permission;
use domain::agent::{AgentStatus, WRAP_UP_S_MAX};
use domain::api::agent::{AgentCall, AgentDetail, AgentSettingsForm, MadeAgent};
use domain::id::TargetId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::agent::{ResetAgentPassword, SetAgentStatus, UpdateAgent, load_agent};
use crate::form::{Form, checked, input};
use crate::page::agents::{status_words, taken_words};
use crate::page::parts::{OnlyLook, availability_shape, may, or_dash, rows, with_id};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Badge, Breadcrumbs, Button, ConfirmDialog, CopyButton, EmptyRow, FormErrors, Icon, LinkButton,
    NumberInput, PageHead, Panel, SaveBar, Size, State, Status, Switch, TableRegion, Time,
    use_toasts,
};

type AgentSource = Source<(TargetId, String), AgentDetail>;

fn crumbs() -> Vec<(String, String)> {
    vec![
        ("Buyers & targets".to_owned(), route::BUYERS.to_owned()),
        ("Agents".to_owned(), route::AGENTS.to_owned()),
    ]
}

/// What each field is called, at the field and where its error is told.
fn label(field: &str) -> String {
    match field {
        "name" => "Name",
        "email" => "Email",
        "buyer" => "Buyer",
        "rings" => "Rings at",
        "wrap_up_s" => "Time to write up a call",
        "accept_key" => "Ask whoever answers to press 1",
        _ => "",
    }
    .to_owned()
}

/// The page.
#[component]
pub fn Agent() -> impl IntoView {
    let params = use_query_map();
    with_id("The agent", move |id: Memo<TargetId>| {
        let after = Memo::new(move |_| params.with(|q| q.get("after").unwrap_or_default()));
        let asked = move || (id.get(), after.get());
        let source = Source::new(asked, |(id, after)| load_agent(id, after)).follow_calls();
        source.view("The agent", Renew::Never, move |detail| {
            view! { <Detail source=source detail=detail after=after/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: AgentSource, detail: Signal<AgentDetail>, after: Memo<String>) -> impl IntoView {
    let edit = may(Permission::EditBuyers);
    let id = detail.with_untracked(|d| d.row.id);
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let now = Memo::new(move |_| detail.with(|d| d.row.now.clone()));
    let shape = Signal::derive(move || now.with(|now| availability_shape(now.kind)));
    let word = Signal::derive(move || {
        now.with(|now| format!("{} {}", now.word, now.detail).trim_end().to_owned())
    });
    let sub =
        Signal::derive(move || detail.with(|d| format!("{}, {}", d.row.email, d.row.destination)));
    let made = RwSignal::new(None::<MadeAgent>);
    let shown = move || {
        let fresh = detail.with(|d| d.fresh.clone());
        let now = made.with(|made| made.as_ref().and_then(|made| made.password.clone()));
        let email = detail.with(|d| d.row.email.clone());
        now.or(fresh)
            .map(|password| view! { <Once email=email password=password/> })
    };
    let actions = move || {
        edit.get()
            .then(|| view! { <Standing source=source detail=detail/> })
    };
    let history = Signal::derive(move || detail.with(|d| d.history.calls.clone()));
    let older = Signal::derive(move || {
        detail.with(|d| {
            let older = d.history.older.as_deref();
            older.map(|after| route::agent(id, after))
        })
    });
    let first = Signal::derive(move || {
        after.with(|after| (!after.is_empty()).then(|| route::agent(id, "")))
    });
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        {shown}
        <div class="split-296">
            <History calls=history older=older first=first writes=false/>
            <div class="stack">
                <Today detail=detail/>
                {move || if edit.get() {
                    view! { <Edit source=source detail=detail made=made/> }.into_any()
                } else {
                    view! { <Panel title="Settings"><OnlyLook what=Permission::EditBuyers/></Panel> }.into_any()
                }}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Today(detail: Signal<AgentDetail>) -> impl IntoView {
    let row = Memo::new(move |_| detail.with(|d| d.row.clone()));
    let id = row.with_untracked(|r| r.id);
    view! {
        <Panel title="Today">
            <dl class="facts">
                <div><dt>"Calls taken"</dt><dd>{move || row.with(|r| taken_words(r.taken, r.rang))}</dd></div>
                <div><dt>"Talked"</dt><dd>{move || row.with(|r| r.talked.clone())}</dd></div>
                <div><dt>"Buyer"</dt><dd><a class="link" href=move || route::buyer(row.with(|r| r.buyer))>{move || row.with(|r| r.buyer_name.clone())}</a></dd></div>
                <div><dt>"Target"</dt><dd><a class="link" href=route::target(id)>"Hours, limits and filters"</a></dd></div>
            </dl>
        </Panel>
    }
    .into_any()
}

/// Says for the agent whether they take calls.
#[component]
fn Standing(source: AgentSource, detail: Signal<AgentDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let set = ServerAction::<SetAgentStatus>::new();
    let toasts = use_toasts();
    let status = Memo::new(move |_| detail.with(|d| d.row.status));
    let asked = StoredValue::new(None::<AgentStatus>);
    Effect::new(move |_| match set.value().get() {
        Some(Ok(())) => {
            let name = detail.with_untracked(|d| d.row.name.clone());
            if let Some(status) = asked.get_value() {
                toasts.done(status_words(&name, status));
            }
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    view! {
        <ActionForm action=set attr:class="row">
            <input type="hidden" name="id" value=id.to_string()/>
            <StatusButtons status=status busy=set.pending() asked=asked/>
        </ActionForm>
    }
    .into_any()
}

/// A button for each status; that of now is pressed.
#[component]
pub fn StatusButtons(
    #[prop(into)] status: Signal<AgentStatus>,
    #[prop(into)] busy: Signal<bool>,
    /// What was pressed last.
    asked: StoredValue<Option<AgentStatus>>,
) -> impl IntoView {
    let button = move |one: AgentStatus| {
        let now = Memo::new(move |_| status.get() == one);
        view! {
            <button type="submit" name="status" value=one.code() aria-pressed=move || if now.get() { "true" } else { "false" } disabled=move || busy.get()
                on:click=move |_| asked.set_value(Some(one))><Icon name="check"/>{one.word()}</button>
        }
    };
    let buttons = AgentStatus::ALL.map(button);
    view! { <div class="segmented" role="group" aria-label="Takes calls">{buttons.collect_view()}</div> }
        .into_any()
}

/// A password in full, for the only time.
#[component]
fn Once(#[prop(into)] email: String, #[prop(into)] password: String) -> impl IntoView {
    view! {
        <Panel title="Hand over the password now">
            <div class="stack-sm" role="status">
                <p>"It is shown this once. Whoever has it can sign in as "<b>{email}</b>"."</p>
                <div class="row"><code class="mono url" data-password="">{password.clone()}</code><CopyButton text=password label="Copy password" worded=true size=Size::Sm/></div>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Edit(
    source: AgentSource,
    detail: Signal<AgentDetail>,
    made: RwSignal<Option<MadeAgent>>,
) -> impl IntoView {
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.form.clone()));
    let save = ServerAction::<UpdateAgent>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Agent saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new("agent-form", label, |el| {
        checked(el, AgentSettingsForm::check)
    })
    .watch(save.value().into(), done);
    let start = form.start(stored);
    let reset = Memo::new(move |_| detail.with(|d| d.may_reset));
    view! {
        <div class="stack">
            <Panel title="How calls come">
                <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                    on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                    <FormErrors errors=form.errors()/>
                    <input type="hidden" name="id" value=id.to_string()/>
                    <NumberInput name=input("wrap_up_s") id="f-wrap_up_s" label=label("wrap_up_s") unit="seconds" value=start.wrap_up_s min="0" max=WRAP_UP_S_MAX.to_string() step="1"
                        error=form.error("wrap_up_s") hint="No call comes in that time, or until the call is written up."/>
                    <Switch name=input("accept_key") id="f-accept_key" label=label("accept_key") value="on" checked=!start.accept_key.is_empty()
                        hint="Keeps callers from voicemail boxes."/>
                </ActionForm>
            </Panel>
            {move || reset.get().then(|| view! { <Reset id=id made=made/> })}
            <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new settings" label="Save agent" errors=form.count() saving=save.pending() saved=form.saved
                on_discard=Callback::new(move |()| form.clear())/>
        </div>
    }
    .into_any()
}

/// Another password, for somebody who forgot theirs.
#[component]
fn Reset(id: TargetId, made: RwSignal<Option<MadeAgent>>) -> impl IntoView {
    let reset = ServerAction::<ResetAgentPassword>::new();
    let (asking, toasts) = (RwSignal::new(false), use_toasts());
    Effect::new(move |_| match reset.value().get() {
        Some(Ok(agent)) => {
            asking.set(false);
            made.set(Some(agent));
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            asking.set(false);
            toasts.error(error.message);
        }
        None => {}
    });
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        asking.set(true);
    };
    let confirmed = Callback::new(move |()| {
        reset.dispatch(ResetAgentPassword { id });
    });
    view! {
        <Panel title="Signing in">
            <form class="stack-sm" method="post" action="/api/agents/reset_password" on:submit=ask>
                <input type="hidden" name="id" value=id.to_string()/>
                <p class="soft">"Somebody who forgot their password gets another one here."</p>
                <div><Button submit=true icon="key">"New password"</Button></div>
            </form>
        </Panel>
        <ConfirmDialog id="reset-password" title="Make a new password?" open=asking confirm="New password" busy=reset.pending() on_confirm=confirmed>
            "The old one works no more, and the agent is signed out everywhere. The new one is shown once."
        </ConfirmDialog>
    }
    .into_any()
}

/// What an agent was sent, the last first.
#[component]
pub fn History(
    #[prop(into)] calls: Signal<Vec<AgentCall>>,
    #[prop(into)] older: Signal<Option<String>>,
    /// Where the first page is, if this is another.
    #[prop(into)]
    first: Signal<Option<String>>,
    /// Whether the one who looks writes the calls up; others read them in the call log.
    writes: bool,
) -> impl IntoView {
    let list = Memo::new(move |_| calls.get());
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! { <EmptyRow cols=6 title="No calls yet" text="Calls that were sent here stand here, with what came of them."/> }
        })
    };
    let pages = move || {
        let (first, older) = (first.get(), older.get());
        let any = first.is_some() || older.is_some();
        let link = |href: String, words: &'static str| view! { <LinkButton href=href size=Size::Sm>{words}</LinkButton> };
        any.then(|| {
            view! { <div class="panel-foot row">{first.map(|href| link(href, "Newest"))}{older.map(|href| link(href, "Older"))}</div> }
        })
    };
    view! {
        <Panel title="Calls" note="Newest first" flush=true>
            <TableRegion label="Calls of the agent" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Time"</th><th scope="col">"Caller"</th><th scope="col">"Campaign"</th><th scope="col">"Result"</th>
                        <th scope="col" class="num">"Talked"</th><th scope="col">"What came of it"</th>
                    </tr></thead>
                    <tbody>{empty}{rows(list, |c| (c.call, c.at.at), move |row| call_row(row, writes))}</tbody>
                </table>
            </TableRegion>
            {pages}
        </Panel>
    }
    .into_any()
}

fn call_row(row: Memo<AgentCall>, writes: bool) -> AnyView {
    let (call, at) = row.with_untracked(|r| (r.call, r.at.clone()));
    let href = if writes {
        route::my_calls(Some(call), "")
    } else {
        route::call(call)
    };
    let shape = Signal::derive(move || {
        if row.with(|r| r.connected) {
            State::Open
        } else {
            State::Neutral
        }
    });
    let result = Signal::derive(move || row.with(|r| r.result.clone()));
    let came = move || {
        let (connected, wrap_up) = row.with(|r| (r.connected, r.wrap_up.clone()));
        match wrap_up {
            Some(wrap_up) => {
                let all = wrap_up.dispositions.into_iter();
                let all = all
                    .map(|text| view! { <Badge>{text}</Badge> })
                    .collect_view();
                view! { <span class="came">{all}<span class="soft">{wrap_up.note}</span></span> }
                    .into_any()
            }
            None if connected && writes => {
                view! { <span class="soft">"Nothing written"</span> }.into_any()
            }
            None => or_dash(""),
        }
    };
    let text = format!("{}, {}", at.date, at.time);
    let opens = row.with_untracked(|r| r.connected) || !writes;
    let time = view! { <Time datetime=at.datetime text=text title=at.full/> };
    let time = if opens {
        view! { <a class="row-link" href=href>{time}</a> }.into_any()
    } else {
        time.into_any()
    };
    view! {
        <tr class:opens=opens>
            <th scope="row" class="name nowrap">{time}</th>
            <td class="nowrap" data-label="Caller">{move || row.with(|r| r.caller.clone())}</td>
            <td data-label="Campaign">{move || row.with(|r| or_dash(&r.campaign))}</td>
            <td class="nowrap" data-label="Result"><Status state=shape text=result/></td>
            <td class="num" data-label="Talked">{move || row.with(|r| or_dash(&r.talked))}</td>
            <td data-label="What came of it" data-wide="">{came}</td>
        </tr>
    }
    .into_any()
}
