//! The payout rules of a publisher: those everywhere, and those of campaigns that have their own.
//!
//! Every rule has a key here, which names its fields (`rules[key].amount`) and stays what it is when
//! the rule is moved. In the page as the server makes it the keys are the places, so that a post
//! without the page's script carries the rules in their order.

mod draft;
mod edit;
mod fields;
mod held;
mod rule;
mod side;
mod week;

use domain::api::publisher::{PayoutForm, PublisherDetail};
use domain::id::CampaignId;
use domain::ledger::payout::RULES_MAX;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{PublisherSource, may_change};
use crate::api::publisher::SavePayouts;
use crate::page::parts::OnlyLook;
use crate::state::use_scripted;
use crate::ui::{Button, ButtonKind, Icon, SaveBar, Size};
use crate::wire;
use domain::access::Permission;
use edit::Edit;
use rule::Rule;

/// The id of the editor's form.
const FORM: &str = "payout-form";

/// The tab; a campaign in its place in the address chooses the rules of that campaign.
#[component]
pub fn Payouts(
    source: PublisherSource,
    detail: Signal<PublisherDetail>,
    edits: RwSignal<usize>,
) -> impl IntoView {
    let params = use_params_map();
    // A campaign that has no rules of its own follows those everywhere.
    let campaign = Memo::new(move |_| {
        let asked = params.with(|p| p.get("tab")?.parse::<CampaignId>().ok());
        asked.filter(|id| detail.with(|d| d.payouts.iter().any(|l| l.campaign == Some(*id))))
    });
    let editor = move || {
        let campaign = campaign.get();
        view! { <Editor source=source detail=detail edits=edits campaign=campaign/> }
    };
    view! {
        <div class="split-296">
            <div class="stack">{editor}</div>
            <side::Side source=source detail=detail campaign=campaign edits=edits/>
        </div>
    }
    .into_any()
}

#[component]
fn Editor(
    source: PublisherSource,
    detail: Signal<PublisherDetail>,
    edits: RwSignal<usize>,
    campaign: Option<CampaignId>,
) -> impl IntoView {
    let save = ServerAction::<SavePayouts>::new();
    let edit = Edit::new(detail, campaign, may_change(detail));
    let refusal = refusal(edit, save);
    let saved = RwSignal::new(0_usize);
    edit.watch(save, source, saved);
    Effect::new(move |_| edits.set(edit.changes.with(Vec::len)));
    on_cleanup(move || {
        let _gone = edits.try_set(0);
    });
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        if edit.check() {
            let form = edit.form();
            save.dispatch(SavePayouts { id: edit.id, form });
        } else {
            request_animation_frame(held::focus_first_error);
        }
    };
    let bar = move || {
        edit.may_edit.get().then(|| {
            let wrong = Signal::derive(move || edit.errors.with(|e| e.0.len()));
            let extra = Signal::derive(move || edit.changes.with(Vec::len));
            let discard = Callback::new(move |()| edit.discard());
            view! {
                <SaveBar form=FORM note="New calls are paid by the new rules" label="Save rules" errors=wrong saving=save.pending() saved=saved extra=extra on_discard=discard/>
            }
        })
    };
    view! {
        <form id=FORM method="post" action="/api/publishers/save_payouts" novalidate="" on:submit=submit>
            <input type="hidden" name="id" value=edit.id.to_string()/>
            <input type="hidden" name="form[campaign]" value=campaign.map(|id| id.to_string()).unwrap_or_default()/>
            {refusal}
            <Rules edit=edit/>
        </form>
        <side::NotSaved edit=edit/>
        {bar}
    }
    .into_any()
}

/// Why rules that were posted without the page's script were not saved; what was typed is shown again.
fn refusal(edit: Edit, save: ServerAction<SavePayouts>) -> Option<AnyView> {
    let error = save.value().get_untracked()?.err()?;
    if let Ok(typed) = wire::read::<PayoutForm>(error.typed.as_bytes()) {
        edit.typed(typed);
    }
    let said = error.fields.0.first().map(|e| e.message.clone());
    edit.refuse(error.fields);
    let text = format!("Not saved: {}", said.unwrap_or(error.message));
    Some(
        view! { <p class="error mb-4" role="alert"><Icon name="error"/><span>{text}</span></p> }
            .into_any(),
    )
}

/// The list with its head.
#[component]
fn Rules(edit: Edit) -> impl IntoView {
    let title = edit.list.with_untracked(|list| match list.campaign {
        None => "Payout rules".to_owned(),
        Some(_) => format!("Payout rules in {}", list.campaign_name),
    });
    let own = edit.list.with_untracked(|list| list.campaign.is_some());
    let empty = move || {
        edit.rules.with(Vec::is_empty).then(|| {
            let text = if own {
                "No rules: in this campaign nothing is paid."
            } else {
                "No rules yet: callers are routed, and nothing is paid for them."
            };
            view! { <p class="state soft">{text}</p> }
        })
    };
    let full = Signal::derive(move || edit.rules.with(|all| all.len() >= RULES_MAX));
    let add = move || {
        edit.may_edit.get().then(|| {
            view! {
                {move || full.get().then(|| view! { <span>{format!("At most {RULES_MAX} rules")}</span> })}
                <Button icon="plus" kind=ButtonKind::Ghost size=Size::Sm disabled=full attr:id="add-rule" on:click=move |_| edit.add()>"Rule"</Button>
            }
        })
    };
    let look = move || {
        (!edit.may_edit.get())
            .then(|| view! { <div class="mb-4"><OnlyLook what=Permission::EditPublishers/></div> })
    };
    let scripted = use_scripted();
    let plain = move || {
        // One more rule, for what is added without the page's script.
        (edit.may_edit.get() && !scripted.get()).then(|| {
            edit.spare()
                .map(|rule| view! { <Rule edit=edit rule=rule/> })
        })
    };
    view! {
        {look}
        <section class="tier" aria-labelledby="payout-title">
            <div class="tier-head">
                <h2 id="payout-title">{title}</h2>
                <span class="panel-note">"the first that fits pays, once for a call"</span>
                <div class="tier-side">{add}</div>
            </div>
            {empty}
            <For each=move || edit.rules.get() key=|rule| rule.key children=move |rule| view! { <Rule edit=edit rule=rule/> }/>
            {plain}
        </section>
    }
    .into_any()
}
