//! Keys for programs: which there are, when they were used last, and ending one.

pub mod new;

use domain::api::api_key::{ApiKeyList, ApiKeyRow, KeyState};
use domain::id::ApiKeyId;
use leptos::prelude::*;

use crate::api::api_key::{RevokeApiKey, list_api_keys};
use crate::page::parts::{counted, rows};
use crate::route;
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Badge, Button, ButtonKind, ConfirmDialog, CopyButton, EmptyRow, LinkButton, PageHead, Panel,
    Size, State, Status, TableRegion, Time, Tone, use_toasts,
};

type KeySource = Source<(), ApiKeyList>;

/// The key that is about to be revoked, and its words.
#[derive(Clone, Copy)]
struct Revoking {
    what: RwSignal<Option<(ApiKeyId, String)>>,
    asking: RwSignal<bool>,
}

/// The page.
#[component]
pub fn ApiKeys() -> impl IntoView {
    let source = Source::new(|| (), |()| list_api_keys());
    source.view("The list of API keys", Renew::Never, move |list| {
        view! { <List source=source list=list/> }.into_any()
    })
}

#[component]
fn List(source: KeySource, list: Signal<ApiKeyList>) -> impl IntoView {
    let revoke = ServerAction::<RevokeApiKey>::new();
    let revoking = Revoking {
        what: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    let toasts = use_toasts();
    Effect::new(move |_| match revoke.value().get() {
        Some(Ok(())) => {
            toasts.done("Key revoked.");
            revoking.asking.set(false);
            source.reload();
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            revoking.asking.set(false);
            toasts.error(error.message);
        }
        None => {}
    });
    let title = Signal::derive(move || {
        revoking.what.with(|what| {
            what.as_ref()
                .map(|(_, words)| format!("Revoke {words}?"))
                .unwrap_or_default()
        })
    });
    let confirmed = Callback::new(move |()| {
        if let Some((id, _)) = revoking.what.get_untracked() {
            revoke.dispatch(RevokeApiKey { id });
        }
    });
    let actions = || {
        view! {
            <LinkButton href=route::API_DOCS icon="external" attr:rel="external">"API reference"</LinkButton>
            <LinkButton href=route::API_KEY_NEW kind=ButtonKind::Primary icon="plus">"New key"</LinkButton>
        }
    };
    let fresh = list.with_untracked(|l| l.fresh.clone());
    let fresh = fresh.map(|text| view! { <KeyOnce text=text/> });
    view! {
        <PageHead title="API keys" sub="Programs use the public API with a key. Each does what its scopes say, in this account alone." actions=actions/>
        {fresh}
        <Table list=list revoking=revoking/>
        <ConfirmDialog id="revoke-key" title=title open=revoking.asking confirm="Revoke key" busy=revoke.pending() on_confirm=confirmed>
            "Programs that use it are refused from their next request on. A revoked key cannot be brought back."
        </ConfirmDialog>
    }
    .into_any()
}

/// A key in full, for the only time.
#[component]
pub(super) fn KeyOnce(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <Panel title="Copy the new key now">
            <div class="stack-sm" role="status">
                <p>"It is shown this once. Keep it where programs keep secrets; whoever has it can do what its scopes say."</p>
                <div class="row"><code class="mono url" data-key="">{text.clone()}</code><CopyButton text=text label="Copy key" worded=true size=Size::Sm/></div>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Table(list: Signal<ApiKeyList>, revoking: Revoking) -> impl IntoView {
    let keys = Memo::new(move |_| list.with(|l| l.rows.clone()));
    let empty = move || {
        keys.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=6 title="No keys yet" text="Make a key for a program that reads calls, keeps targets up to date or blocks callers.">
                    <LinkButton href=route::API_KEY_NEW icon="plus">"New key"</LinkButton>
                </EmptyRow>
            }
        })
    };
    let note = Signal::derive(move || {
        let active = keys.with(|all| all.iter().filter(|k| k.state == KeyState::Active).count());
        counted(active as u64, "key in force", "keys in force")
    });
    view! {
        <Panel title="Keys" note=note flush=true>
            <TableRegion label="API keys" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col">"Key"</th><th scope="col">"State"</th><th scope="col">"Scopes"</th>
                        <th scope="col">"Last used"</th><th scope="col">"Made"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>{empty}{rows(keys, |k| k.id, move |row| key_row(row, revoking))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn key_row(row: Memo<ApiKeyRow>, revoking: Revoking) -> AnyView {
    let (name, prefix) = row.with_untracked(|r| (r.name.clone(), format!("{}…", r.prefix)));
    let state = move || {
        let (shape, word, until) = row.with(|r| {
            let shape = match r.state {
                KeyState::Active => State::Open,
                KeyState::Expired => State::Closed,
                KeyState::Revoked => State::No,
            };
            let until = r.expires.as_ref().filter(|_| r.state == KeyState::Active);
            let until = until.map(|at| format!("until {}", at.full));
            (shape, r.state.word(), until)
        });
        view! { <span class="two"><Status state=shape text=word/><small>{until}</small></span> }
    };
    let scopes = move || {
        let all = row.with(|r| r.scopes.clone());
        let badge = |code: &'static str| view! { <Badge tone=Tone::Outline>{code}</Badge> };
        view! { <span class="row">{all.iter().map(|s| badge(s.code())).collect_view()}</span> }
    };
    let used = move || match row.with(|r| r.last_used.clone()) {
        Some(at) => view! { <Time datetime=at.datetime text=at.full/> }.into_any(),
        None => view! { <span class="soft">"Never"</span> }.into_any(),
    };
    let made = move || {
        let (at, by) = row.with(|r| (r.created.clone(), r.created_by.clone()));
        view! { <span class="two"><Time datetime=at.datetime text=at.full/><small>{format!("by {by}")}</small></span> }
    };
    let act = move || {
        let active = row.with(|r| r.state == KeyState::Active);
        active.then(|| view! { <Revoke row=row revoking=revoking/> })
    };
    view! {
        <tr>
            <th scope="row" class="name"><span class="two"><span>{name}</span><small class="mono">{prefix}</small></span></th>
            <td class="nowrap" data-label="State">{state}</td>
            <td data-label="Scopes" data-wide="">{scopes}</td>
            <td class="nowrap" data-label="Last used">{used}</td>
            <td class="nowrap" data-label="Made">{made}</td>
            <td class="act">{act}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn Revoke(row: Memo<ApiKeyRow>, revoking: Revoking) -> impl IntoView {
    let (id, words) = row.with_untracked(|r| (r.id, r.name.clone()));
    let label = format!("Revoke {words}");
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        revoking.what.set(Some((id, words.clone())));
        revoking.asking.set(true);
    };
    view! {
        <form method="post" action="/api/api_keys/revoke" on:submit=ask>
            <input type="hidden" name="id" value=id.to_string()/>
            <Button submit=true kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label>"Revoke"</Button>
        </form>
    }
    .into_any()
}
