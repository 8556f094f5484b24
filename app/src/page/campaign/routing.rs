//! The routing plan editor: priorities, weights with their live share, what would happen to a call
//! now, what is not saved yet.

mod add;
mod controls;
mod draft;
mod drag;
mod edit;
mod row;
mod side;
mod terms;
mod tier;

use domain::api::campaign::CampaignDetail;
use leptos::prelude::*;

use super::CampaignSource;
use crate::api::campaign::SavePlan;
use crate::error::AppError;
use crate::route::{self, CampaignTab};
use crate::state::session::sign_in_again;
use crate::ui::{Button, Icon, LinkButton, SaveBar, Size, fix_first, use_toasts};
use draft::Draft;
use edit::Edit;

/// The id of the editor's form.
const FORM: &str = "plan-form";

/// The tab.
#[component]
pub fn Routing(
    source: CampaignSource,
    detail: Signal<CampaignDetail>,
    edits: RwSignal<usize>,
) -> impl IntoView {
    let edit = Edit::new(detail);
    edit.drag.watch();
    let save = ServerAction::<SavePlan>::new();
    let saved = RwSignal::new(0_usize);
    let refusal = refusal(edit, save);
    watch(edit, save, source, saved);
    Effect::new(move |_| edits.set(edit.changes.with(Vec::len)));
    on_cleanup(move || {
        let _gone = edits.try_set(0);
    });
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        if edit.check() {
            save.dispatch(SavePlan {
                id: edit.campaign,
                form: edit.now.with_untracked(Draft::form),
            });
        } else {
            request_animation_frame(|| fix_first(FORM));
        }
    };
    let wrong = Signal::derive(move || edit.errors.with(|e| e.0.len()));
    let note = Signal::derive(move || {
        format!(
            "Version {} will go live for new calls",
            edit.now.with(|d| d.version + 1)
        )
    });
    let extra = Signal::derive(move || edit.changes.with(Vec::len));
    let bar = move || {
        edit.may_edit.get().then(|| {
            let discard = Callback::new(move |()| edit.discard());
            view! {
                <SaveBar form=FORM note=note label="Save plan" errors=wrong saving=save.pending() saved=saved extra=extra on_discard=discard/>
            }
        })
    };
    view! {
        <div class="split-296">
            <form id=FORM method="post" action="/api/campaigns/save_plan" novalidate="" on:submit=submit>
                <Hidden edit=edit/>
                {refusal}
                <Conflict edit=edit/>
                <controls::Controls edit=edit/>
                <tier::Tiers edit=edit source=source/>
                <Fallback detail=detail/>
            </form>
            <div class="stack"><side::Preview edit=edit/><side::NotSaved edit=edit/></div>
        </div>
        {bar}
    }
    .into_any()
}

/// Why a plan that was posted without the page's script was not saved.
fn refusal(edit: Edit, save: ServerAction<SavePlan>) -> Option<AnyView> {
    let error = save.value().get_untracked()?.err()?;
    edit.tried.set(!error.fields.is_empty());
    let said = error.fields.0.first().map(|e| e.message.clone());
    edit.errors.set(error.fields);
    let text = format!("Not saved: {}", said.unwrap_or(error.message));
    Some(
        view! { <p class="error mb-4" role="alert"><Icon name="error"/><span>{text}</span></p> }
            .into_any(),
    )
}

/// Takes the server's answers.
fn watch(edit: Edit, save: ServerAction<SavePlan>, source: CampaignSource, saved: RwSignal<usize>) {
    let toasts = use_toasts();
    let value = save.value();
    Effect::new(move |_| match value.get() {
        Some(Ok(version)) => {
            let mut plan = edit.now.get_untracked();
            plan.version = version;
            plan.tiers.retain(|tier| !tier.is_empty());
            edit.begin(plan);
            saved.update(|n| *n += 1);
            toasts.done(format!(
                "Plan saved. Version {version} is live for new calls."
            ));
            source.reload();
        }
        Some(Err(error)) => refused(edit, &error, source, toasts),
        None => {}
    });
}

fn refused(edit: Edit, error: &AppError, source: CampaignSource, toasts: crate::ui::ToastBus) {
    if error.is_signed_out() {
        sign_in_again();
    } else if !error.fields.is_empty() {
        edit.tried.set(true);
        edit.errors.set(error.fields.clone());
        request_animation_frame(|| fix_first(FORM));
    } else if is_stale(error) {
        edit.conflict.set(true);
        source.reload();
        toasts.error("Not saved: the plan was changed by somebody else. Your edits are kept.");
    } else {
        toasts.error(format!("Not saved: {} Your edits are kept.", error.message));
    }
}

/// Whether a newer version stands in the way.
fn is_stale(error: &AppError) -> bool {
    !error.is_passing() && !matches!(error.code.as_str(), "denied" | "not_found" | "invalid")
}

/// What a post without the page's script carries beside the fields one can see.
#[component]
fn Hidden(edit: Edit) -> impl IntoView {
    view! {
        <input type="hidden" name="id" value=edit.campaign.to_string()/>
        <input type="hidden" name="form[version]" value=move || edit.now.with(|d| d.version.to_string())/>
    }
    .into_any()
}

/// The way out when somebody else saved first.
#[component]
fn Conflict(edit: Edit) -> impl IntoView {
    let view = move || {
        edit.conflict.get().then(|| {
            let newest = edit.plan.with(|p| p.version);
            if newest <= edit.now.with_untracked(|d| d.version) {
                return view! { <p class="soft mb-4" role="status">"Fetching the newest plan"</p> }.into_any();
            }
            let mine = move |_| {
                edit.now.update(|d| d.version = newest);
                edit.base.update(|d| d.version = newest);
                edit.conflict.set(false);
            };
            let theirs = move |_| edit.begin(edit.plan.with_untracked(Draft::of));
            view! {
                <div class="form-errors mb-4" role="alert" id="plan-conflict">
                    <h2>"The plan was changed while you edited it"</h2>
                    <p>{format!("Version {newest} is live now. Your edits are kept here and are not saved.")}</p>
                    <div class="row">
                        <Button size=Size::Sm on:click=mine>"Keep my edits, replace theirs"</Button>
                        <Button size=Size::Sm on:click=theirs>"Take the newest plan"</Button>
                    </div>
                </div>
            }
            .into_any()
        })
    };
    view.into_any()
}

/// What happens when nobody takes the call; changed in the settings.
#[component]
fn Fallback(detail: Signal<CampaignDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    view! {
        <section class="tier">
            <div class="tier-head">
                <h2>"Nobody takes it"</h2>
                <div class="tier-side">
                    <span>{move || detail.with(|d| d.fallback_words.clone())}</span>
                    <LinkButton href=route::campaign(id, CampaignTab::Settings) size=Size::Sm>"Change"</LinkButton>
                </div>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_are_told_from_failures() {
        let error = |code: &str| AppError {
            code: code.into(),
            ..AppError::default()
        };
        assert!(is_stale(&error("conflict")));
        assert!(is_stale(&error("stale_plan")));
        assert!(!is_stale(&error("unavailable")));
    }
}
