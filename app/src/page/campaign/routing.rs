//! The routing plan editor: priorities, weights with their live share, what would happen to a call
//! now, what is not saved yet.

mod draft;
mod row;
mod side;
mod tier;

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::campaign::{CampaignDetail, PlanView, RouteRow};
use domain::api::page::AvailabilityKind;
use domain::campaign::ATTEMPTS;
use domain::id::{CampaignId, TargetId};
use domain::invalid::FieldErrors;
use domain::plan::PRIORITY_MAX;
use leptos::prelude::*;

use super::{CampaignSource, RestoreFirst, is_archived, may_change};
use crate::api::campaign::SavePlan;
use crate::error::AppError;
use crate::page::parts::OnlyLook;
use crate::route::{self, CampaignTab};
use crate::state::session::sign_in_again;
use crate::ui::{
    Button, Choice, Icon, LinkButton, NumberInput, SaveBar, Segmented, Size, use_toasts,
};
use draft::{Change, Draft};

/// The id of the editor's form.
const FORM: &str = "plan-form";

/// The edit in progress.
#[derive(Clone, Copy)]
struct Edit {
    campaign: CampaignId,
    plan: Memo<PlanView>,
    /// The plan the edit began on.
    base: RwSignal<Draft>,
    now: RwSignal<Draft>,
    changes: Memo<Vec<Change>>,
    /// What is wrong, once saving was tried or a field was left.
    errors: RwSignal<FieldErrors>,
    tried: RwSignal<bool>,
    /// Somebody else saved a newer version meanwhile.
    conflict: RwSignal<bool>,
    may_edit: Signal<bool>,
    archived: Memo<bool>,
    /// The route being dragged.
    dragged: RwSignal<Option<TargetId>>,
    distribution: RwSignal<String>,
    attempts: RwSignal<String>,
}

impl Edit {
    fn new(detail: Signal<CampaignDetail>) -> Self {
        let plan = Memo::new(move |_| detail.with(|d| d.plan.clone()));
        let first = plan.with_untracked(Draft::of);
        let (distribution, attempts) = (
            RwSignal::new(first.distribution.clone()),
            RwSignal::new(first.attempts_max.clone()),
        );
        let (base, now) = (RwSignal::new(first.clone()), RwSignal::new(first));
        let edit = Self {
            campaign: detail.with_untracked(|d| d.row.id),
            plan,
            base,
            now,
            changes: Memo::new(move |_| now.with(|now| base.with(|base| now.changes(base)))),
            errors: RwSignal::new(FieldErrors::default()),
            tried: RwSignal::new(false),
            conflict: RwSignal::new(false),
            may_edit: may_change(detail),
            archived: is_archived(detail),
            dragged: RwSignal::new(None),
            distribution,
            attempts,
        };
        edit.follow();
        edit
    }

    /// Keeps the two single fields and the draft the same, and takes newer plans while nothing is edited.
    fn follow(self) {
        Effect::new(move |_| {
            let (distribution, attempts) = (self.distribution.get(), self.attempts.get());
            if self
                .now
                .with_untracked(|d| d.distribution != distribution || d.attempts_max != attempts)
            {
                self.change(|draft| {
                    draft.distribution = distribution;
                    draft.attempts_max = attempts;
                });
            }
        });
        Effect::new(move |_| {
            let newest = self.plan.with(Draft::of);
            if self.changes.with_untracked(Vec::is_empty)
                && self.base.with_untracked(|base| *base != newest)
            {
                self.begin(newest);
            }
        });
    }

    /// Starts over from a plan.
    fn begin(self, plan: Draft) {
        self.distribution.set(plan.distribution.clone());
        self.attempts.set(plan.attempts_max.clone());
        self.base.set(plan.clone());
        self.now.set(plan);
        self.errors.set(FieldErrors::default());
        self.tried.set(false);
        self.conflict.set(false);
    }

    /// Changes the draft and checks again what is shown as wrong.
    fn change(self, with: impl FnOnce(&mut Draft)) {
        self.now.update(with);
        if self.tried.get_untracked() {
            self.check();
        }
    }

    /// Whether the draft may be saved; notes what is wrong.
    fn check(self) -> bool {
        // A field is left as well when its page goes, and the draft goes first.
        let Some(errors) = self.now.try_with_untracked(|d| d.form().check().err()) else {
            return false;
        };
        let errors = errors.unwrap_or_default();
        let fits = errors.is_empty();
        self.tried.set(true);
        self.errors.set(errors);
        fits
    }

    fn undo(self, change: &Change) {
        self.change(|draft| self.base.with_untracked(|base| draft.undo(base, change)));
        self.fields();
    }

    fn discard(self) {
        let base = self.base.get_untracked();
        self.begin(base);
    }

    /// Puts the draft's single fields back into their controls.
    fn fields(self) {
        let (distribution, attempts) = self
            .now
            .with_untracked(|d| (d.distribution.clone(), d.attempts_max.clone()));
        self.distribution.set(distribution);
        self.attempts.set(attempts);
    }

    /// The facts of a route that is saved; none for one just added.
    fn facts(self, target: TargetId) -> Option<RouteRow> {
        self.plan
            .with(|plan| plan.routes.iter().find(|r| r.target == target).cloned())
    }

    /// The priority that gets calls now: the first with an open route.
    fn first_open(self) -> Option<usize> {
        let open = self.open();
        self.now.with(|d| d.first_open(&open)).map(|(tier, _)| tier)
    }

    /// How each target stands now, as far as the page knows.
    fn open(self) -> BTreeMap<TargetId, AvailabilityKind> {
        self.plan.with(|plan| {
            let known = plan.routes.iter().map(|r| (r.target, r.now.kind));
            let free = plan.targets.iter().filter_map(|c| {
                let open = c.hint.to_lowercase().starts_with("open");
                c.value.parse().ok().map(|id| {
                    (
                        id,
                        if open {
                            AvailabilityKind::Open
                        } else {
                            AvailabilityKind::Closed
                        },
                    )
                })
            });
            free.chain(known).collect()
        })
    }
}

/// The tab.
#[component]
pub fn Routing(
    source: CampaignSource,
    detail: Signal<CampaignDetail>,
    edits: RwSignal<usize>,
) -> impl IntoView {
    let edit = Edit::new(detail);
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
            request_animation_frame(focus_first_error);
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
                <Controls edit=edit/>
                <tier::Tiers edit=edit/>
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
        request_animation_frame(focus_first_error);
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

fn focus_first_error() {
    if let Ok(Some(el)) = document().query_selector(&format!("#{FORM} [aria-invalid=true]")) {
        drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus());
    }
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

/// How routes share calls, how many are dialed, and a further priority.
#[component]
fn Controls(edit: Edit) -> impl IntoView {
    let error = Signal::derive(move || edit.errors.with(|e| e.message("attempts_max")));
    let add = move |_| edit.change(|d| d.tiers.push(Vec::new()));
    let full = Signal::derive(move || {
        edit.now.with(|d| {
            d.tiers.len() >= PRIORITY_MAX as usize || d.tiers.last().is_some_and(Vec::is_empty)
        })
    });
    let why = Signal::derive(move || {
        match edit.now.with(|d| d.tiers.last().is_some_and(Vec::is_empty)) {
            true => "The last priority has no route yet.".to_owned(),
            false => format!("A plan has at most {PRIORITY_MAX} priorities."),
        }
    });
    let options = vec![
        Choice::new("weight", "By weight"),
        Choice::new("round_robin", "In turn"),
    ];
    let view = move || {
        if edit.archived.get() {
            return view! { <div class="mb-4"><RestoreFirst/></div> }.into_any();
        }
        if !edit.may_edit.get() {
            return view! { <OnlyLook what=Permission::EditCampaigns/> }.into_any();
        }
        view! {
            <div class="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
                <Segmented name="form[distribution]" id="f-distribution" label="How calls are shared" options=options.clone() bind=edit.distribution/>
                <div class="w-28">
                    <NumberInput name="form[attempts_max]" id="f-attempts_max" label="Dial attempts" min=ATTEMPTS.0.to_string()
                        max=ATTEMPTS.1.to_string() step="1" error=error bind=edit.attempts/>
                </div>
                <div class="ml-auto flex flex-wrap items-center gap-2">
                    {move || full.get().then(|| view! { <span class="hint">{why.get()}</span> })}
                    <Button icon="plus" disabled=full on:click=add>"Add priority"</Button>
                </div>
            </div>
        }
        .into_any()
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
