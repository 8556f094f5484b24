//! An agent's own page: whether they take calls, what rings, what is to be written up, what was.

use domain::agent::{AgentStatus, NOTE_CHARS_MAX};
use domain::api::agent::{AgentCall, MyCalls, RingingCall, WrapUpForm};
use domain::id::CallId;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::agent::{SetMyStatus, WrapUpCall, load_my_calls};
use crate::form::{Form, checked, input};
use crate::page::agent::{History, StatusButtons};
use crate::page::agents::taken_words;
use crate::page::parts::{availability_shape, rows};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Button, ButtonKind, Checkbox, EmptyState, FieldSet, FormErrors, LinkButton, PageHead, Panel,
    Size, State, Status, Textarea, Time, use_toasts,
};

type MineSource = Source<(String, String), MyCalls>;

/// The page.
#[component]
pub fn MyCallsPage() -> impl IntoView {
    let params = use_query_map();
    let get = move |name: &'static str| {
        Memo::new(move |_| params.with(|q| q.get(name).unwrap_or_default()))
    };
    let (call, after) = (get("call"), get("after"));
    let asked = move || (call.get(), after.get());
    let source = Source::new(asked, |(call, after)| load_my_calls(call, after)).follow_calls();
    source.view("Your calls", Renew::Never, move |mine| {
        view! { <Page source=source mine=mine after=after/> }.into_any()
    })
}

#[component]
fn Page(source: MineSource, mine: Signal<MyCalls>, after: Memo<String>) -> impl IntoView {
    let known = Memo::new(move |_| mine.with(|m| m.agent.is_some()));
    let view = move || {
        if known.get() {
            view! { <Calls source=source mine=mine after=after/> }.into_any()
        } else {
            view! {
                <PageHead title="My calls"/>
                <Panel title="Your calls"><EmptyState title="No calls are sent to you" text="You are no agent of this account. Somebody who manages it can make you one."/></Panel>
            }
            .into_any()
        }
    };
    view.into_any()
}

#[component]
fn Calls(source: MineSource, mine: Signal<MyCalls>, after: Memo<String>) -> impl IntoView {
    let agent = Memo::new(move |_| mine.with(|m| m.agent.clone()));
    let now = Memo::new(move |_| agent.with(|a| a.as_ref().map(|a| a.now.clone())));
    let shape = Signal::derive(move || {
        now.with(|now| {
            now.as_ref()
                .map_or(State::Neutral, |now| availability_shape(now.kind))
        })
    });
    let word = Signal::derive(move || {
        let words = now.with(|now| {
            now.as_ref()
                .map(|now| format!("{} {}", now.word, now.detail))
        });
        words.unwrap_or_default().trim_end().to_owned()
    });
    let sub = Signal::derive(move || {
        agent.with(|a| {
            a.as_ref().map_or_else(String::new, |a| {
                format!(
                    "{} calls taken today, {} talked. They ring at {}.",
                    taken_words(a.taken, a.rang),
                    a.talked,
                    a.destination
                )
            })
        })
    });
    let history = Signal::derive(move || mine.with(|m| m.history.calls.clone()));
    let older = Signal::derive(move || {
        mine.with(|m| {
            m.history
                .older
                .as_deref()
                .map(|after| route::my_calls(None, after))
        })
    });
    let first = Signal::derive(move || {
        after.with(|after| (!after.is_empty()).then(|| route::my_calls(None, "")))
    });
    let writing = Memo::new(move |_| mine.with(|m| m.writing.as_ref().map(|call| call.call)));
    let form = move || {
        let id = writing.get()?;
        let call = mine.with_untracked(|m| m.writing.clone())?;
        let dispositions = mine.with_untracked(|m| m.dispositions.clone());
        Some(view! { <WriteUp source=source id=id call=call known=dispositions/> })
    };
    view! {
        <PageHead title="My calls" sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || view! { <MyStatus source=source mine=mine/> }/>
        <div class="split-296">
            <div class="stack">
                {form}
                <Now mine=mine/>
                <History calls=history older=older first=first writes=true/>
            </div>
            <ToWrite mine=mine writing=writing/>
        </div>
    }
    .into_any()
}

/// Says whether they take calls.
#[component]
fn MyStatus(source: MineSource, mine: Signal<MyCalls>) -> impl IntoView {
    let set = ServerAction::<SetMyStatus>::new();
    let toasts = use_toasts();
    let asked = StoredValue::new(None::<AgentStatus>);
    let status =
        Memo::new(move |_| mine.with(|m| m.agent.as_ref().map_or(AgentStatus::Away, |a| a.status)));
    Effect::new(move |_| match set.value().get() {
        Some(Ok(())) => {
            toasts.done(match asked.get_value() {
                Some(AgentStatus::Available) => "You take calls.",
                _ => "No calls are sent to you.",
            });
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    view! { <ActionForm action=set attr:class="row"><StatusButtons status=status busy=set.pending() asked=asked/></ActionForm> }
        .into_any()
}

/// What rings, or is talked in.
#[component]
fn Now(mine: Signal<MyCalls>) -> impl IntoView {
    let live = Memo::new(move |_| mine.with(|m| m.live.clone()));
    let ready = Memo::new(move |_| {
        mine.with(|m| m.agent.as_ref().map(|a| (a.status, a.destination.clone())))
    });
    let none = move || {
        live.with(Vec::is_empty).then(|| {
            let text = match ready.get() {
                Some((AgentStatus::Available, rings)) => {
                    format!("The next one rings at {rings}.")
                }
                _ => "Say that you are available to get some.".to_owned(),
            };
            view! { <EmptyState title="No call right now" text=text/> }
        })
    };
    view! {
        <Panel title="Right now" note="Updates by itself">
            <div aria-live="polite">
                {none}
                <ul class="queue">{rows(live, |c| c.call, live_row)}</ul>
            </div>
        </Panel>
    }
    .into_any()
}

fn live_row(row: Memo<RingingCall>) -> AnyView {
    let shape = Signal::derive(move || {
        if row.with(|r| r.talking) {
            State::Live
        } else {
            State::Progress
        }
    });
    let word = Signal::derive(move || {
        if row.with(|r| r.talking) {
            "Talking".to_owned()
        } else {
            "Ringing".to_owned()
        }
    });
    let since = move || {
        let at = row.with(|r| r.since.clone());
        view! { "since "<Time datetime=at.datetime text=at.time title=at.full/> }
    };
    view! {
        <li>
            <Status state=shape text=word/>
            <b class="nowrap">{move || row.with(|r| r.caller.clone())}</b>
            <span>{move || row.with(|r| r.campaign.clone())}</span>
            <span class="soft nowrap">{since}</span>
        </li>
    }
    .into_any()
}

/// Conversations that nothing was written of.
#[component]
fn ToWrite(mine: Signal<MyCalls>, writing: Memo<Option<CallId>>) -> impl IntoView {
    let open = Memo::new(move |_| {
        mine.with(|m| {
            let open = m.open.iter();
            let others = open.filter(|call| Some(call.call) != writing.get());
            others.cloned().collect::<Vec<_>>()
        })
    });
    let none = move || {
        open.with(Vec::is_empty).then(|| view! { <EmptyState title="Nothing to write up" text="A conversation stands here until you say what came of it."/> })
    };
    view! {
        <Panel title="To write up" note="Of the last 24 hours">
            {none}
            <ul class="queue">{rows(open, |c| (c.call, c.at.at), open_row)}</ul>
        </Panel>
    }
    .into_any()
}

fn open_row(row: Memo<AgentCall>) -> AnyView {
    let (call, at) = row.with_untracked(|r| (r.call, r.at.clone()));
    let words = move || row.with(|r| format!("{}, {}", r.campaign, r.talked));
    view! {
        <li>
            <span class="two"><b class="nowrap">{move || row.with(|r| r.caller.clone())}</b><small><Time datetime=at.datetime text=at.time title=at.full/>", "{words}</small></span>
            <LinkButton href=route::my_calls(Some(call), "") size=Size::Sm>"Write up"</LinkButton>
        </li>
    }
    .into_any()
}

fn label(field: &str) -> String {
    match field {
        "dispositions" => "What came of it",
        "note" => "Note",
        _ => "",
    }
    .to_owned()
}

/// What came of a call.
#[component]
fn WriteUp(source: MineSource, id: CallId, call: AgentCall, known: Vec<String>) -> impl IntoView {
    let save = ServerAction::<WrapUpCall>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Written up.");
        source.reload();
    });
    let form = Form::new("wrap-up-form", label, |el| checked(el, WrapUpForm::check))
        .watch(save.value().into(), done)
        .guarded(save.pending());
    let written = call.wrap_up.as_ref().map(WrapUpForm::of);
    let start = form.start(written.unwrap_or_default());
    let mut all = known;
    for one in &start.dispositions {
        if !one.is_empty() && !all.contains(one) {
            all.push(one.clone());
        }
    }
    let wrong = form.error("dispositions");
    let box_of = move |(at, text): (usize, String)| {
        let on = start.dispositions.contains(&text);
        let (name, id) = (
            input(&format!("dispositions[{at}]")),
            format!("f-dispositions-{at}"),
        );
        view! { <Checkbox name=name id=id label=text.clone() value=text checked=on/> }
    };
    let boxes = all.into_iter().enumerate().map(box_of).collect_view();
    let title = format!("Write up the call of {}", call.caller);
    let note = format!("{}, {}", call.at.time, call.result.to_lowercase());
    view! {
        <Panel title=title note=note>
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="call" value=id.to_string()/>
                <div id="f-dispositions" tabindex="-1" aria-invalid=move || wrong.get().map(|_| "true")>
                    <FieldSet legend=label("dispositions")><div class="boxes">{boxes}</div></FieldSet>
                    {move || wrong.get().map(|text| view! { <p class="error">{text}</p> })}
                </div>
                <Textarea name=input("note") id="f-note" label=label("note") rows=3 optional=true value=start.note error=form.error("note") maxlength=NOTE_CHARS_MAX as u32/>
                <div class="form-foot">
                    <Button kind=ButtonKind::Primary submit=true busy=save.pending()>"Save"</Button>
                    <LinkButton href=route::MY_CALLS kind=ButtonKind::Ghost>"Not now"</LinkButton>
                </div>
            </ActionForm>
        </Panel>
    }
    .into_any()
}
