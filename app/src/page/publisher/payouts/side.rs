//! Beside the rules: where else there are rules, and what is not saved yet.

use domain::api::publisher::PublisherDetail;
use domain::id::{CampaignId, PublisherId};
use leptos::prelude::*;

use super::edit::Edit;
use crate::api::publisher::{AddOverride, drop_override, save_payouts};
use crate::page::parts::{choices, counted};
use crate::page::publisher::{PublisherSource, may_change};
use crate::route;
use crate::state::session::sign_in_again;
use crate::ui::{Button, ButtonKind, Panel, Select, Size, ToastBus, use_toasts};
use domain::api::publisher::{PayoutForm, PayoutList};
use leptos::task::spawn_local;
use leptos_router::hooks::use_navigate;

/// The rules everywhere, and those of campaigns.
#[component]
pub fn Side(
    source: PublisherSource,
    detail: Signal<PublisherDetail>,
    campaign: Memo<Option<CampaignId>>,
    edits: RwSignal<usize>,
) -> impl IntoView {
    let lists = Memo::new(move |_| detail.with(|d| d.payouts.clone()));
    let id = detail.with_untracked(|d| d.row.id);
    let links = move || {
        let now = campaign.get();
        let all = lists.get().into_iter();
        all.map(|list| {
            let name = match list.campaign {
                None => "Everywhere".to_owned(),
                Some(_) => list.campaign_name.clone(),
            };
            let count = counted(list.rules.len() as u64, "rule", "rules");
            let here = (now == list.campaign).then_some("true");
            view! {
                <li class="row-between"><a class="link" aria-current=here class:strong=here.is_some() href=route::payouts_of(id, list.campaign)>{name}</a><span class="soft">{count}</span></li>
            }
        })
        .collect_view()
    };
    let edit = may_change(detail);
    view! {
        <div class="stack">
            <Panel title="Where" flush=true><ul class="lines">{links}</ul></Panel>
            {move || edit.get().then(|| view! { <Own source=source detail=detail campaign=campaign edits=edits/> })}
            <p class="soft">"A campaign with rules of its own pays by those alone. Once a call is paid, no other rule is asked."</p>
        </div>
    }
    .into_any()
}

/// Gives a campaign rules of its own, or drops those that are shown.
#[component]
fn Own(
    source: PublisherSource,
    detail: Signal<PublisherDetail>,
    campaign: Memo<Option<CampaignId>>,
    edits: RwSignal<usize>,
) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let add = ServerAction::<AddOverride>::new();
    let toasts = use_toasts();
    Effect::new(move |_| match add.value().get() {
        Some(Ok(())) => source.reload(),
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => toasts.error(error.message),
        None => {}
    });
    let free = Memo::new(move |_| detail.with(|d| choices(&d.campaigns)));
    let give = move || {
        if free.with(Vec::is_empty) {
            return view! { <p class="soft">"Every campaign has rules of its own."</p> }.into_any();
        }
        view! {
            <ActionForm action=add attr:class="stack-sm">
                <input type="hidden" name="id" value=id.to_string()/>
                <Select name="campaign" id="own-campaign" label="Campaign" options=free/>
                <div><Button submit=true busy=add.pending()>"Give it its own rules"</Button></div>
            </ActionForm>
            <p class="hint">"They begin as a copy of the rules everywhere."</p>
        }
        .into_any()
    };
    let drop_own = move || {
        let of = campaign.get();
        let list = detail.with(|d| d.payouts.iter().find(|l| l.campaign == of).cloned());
        let (of, list) = (of?, list?);
        Some(view! { <DropOwn id=id campaign=of list=list source=source/> })
    };
    // Both go to another list.
    let clean = Memo::new(move |_| edits.get() == 0);
    let inside = move || {
        if clean.get() {
            view! { {give}{drop_own} }.into_any()
        } else {
            view! { <p class="soft">"Save or discard your edits first."</p> }.into_any()
        }
    };
    view! {
        <Panel title="Rules of a campaign"><div class="stack-sm">{inside}</div></Panel>
    }
    .into_any()
}

/// Drops the rules of a campaign, with a way back.
#[component]
fn DropOwn(
    id: PublisherId,
    campaign: CampaignId,
    list: PayoutList,
    source: PublisherSource,
) -> impl IntoView {
    let toasts = use_toasts();
    let navigate = use_navigate();
    let name = list.campaign_name.clone();
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        let href = route::payouts_of(id, None);
        let (name, navigate) = (name.clone(), navigate.clone());
        spawn_local(async move {
            match drop_override(id, campaign).await {
                Ok(dropped) => {
                    navigate(&href, leptos_router::NavigateOptions::default());
                    let back =
                        Callback::new(move |()| restore(id, dropped.clone(), source, toasts));
                    toasts.undo(format!("{name} follows the rules everywhere."), back);
                    source.reload();
                }
                Err(error) if error.is_signed_out() => sign_in_again(),
                Err(error) => toasts.error(error.message),
            }
        });
    };
    let label = format!("Drop the rules of {}", list.campaign_name);
    view! {
        <form method="post" action="/api/publishers/drop_override" on:submit=submit>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="campaign" value=campaign.to_string()/>
            <Button submit=true kind=ButtonKind::Danger size=Size::Sm>{label}</Button>
        </form>
    }
    .into_any()
}

fn restore(id: PublisherId, form: PayoutForm, source: PublisherSource, toasts: ToastBus) {
    spawn_local(async move {
        match save_payouts(id, form).await {
            Ok(_) => source.reload(),
            Err(error) => toasts.error(error.message),
        }
    });
}

/// Every difference from the saved rules, each with its own way back.
#[component]
pub fn NotSaved(edit: Edit) -> impl IntoView {
    let badge = Signal::derive(move || edit.changes.with(Vec::len).to_string());
    let list = move || {
        let all = edit.changes.get();
        (!all.is_empty()).then(|| {
            let rows = all
                .into_iter()
                .map(|change| {
                    let words = change.words();
                    let label = format!("Undo: {words}");
                    view! {
                        <li class="flex items-center justify-between gap-2">
                            <span>{words}</span>
                            <Button kind=ButtonKind::Ghost size=Size::Xs attr:aria-label=label on:click=move |_| edit.undo(&change)>"Undo"</Button>
                        </li>
                    }
                })
                .collect_view();
            view! { <Panel title="Not saved yet" badge=badge flush=true><ul class="lines">{rows}</ul></Panel> }
        })
    };
    list.into_any()
}
