//! The edit in progress: what is typed against what is saved, and what is wrong with it.

use std::collections::BTreeMap;

use domain::api::campaign::{CampaignDetail, PlanView, RouteRow};
use domain::api::page::AvailabilityKind;
use domain::id::CampaignId;
use domain::invalid::FieldErrors;
use domain::ledger::revenue::RevenueRule;
use domain::plan::RouteTo;
use leptos::prelude::*;

use super::draft::{Change, Draft};
use super::drag::Drag;
use crate::page::campaign::{is_archived, may_change};

/// See the module.
#[derive(Clone, Copy)]
pub struct Edit {
    pub campaign: CampaignId,
    pub plan: Memo<PlanView>,
    /// The plan the edit began on.
    pub base: RwSignal<Draft>,
    pub now: RwSignal<Draft>,
    pub changes: Memo<Vec<Change>>,
    /// What is wrong, once saving was tried or a field was left.
    pub errors: RwSignal<FieldErrors>,
    pub tried: RwSignal<bool>,
    /// Somebody else saved a newer version meanwhile.
    pub conflict: RwSignal<bool>,
    pub may_edit: Signal<bool>,
    pub archived: Memo<bool>,
    pub drag: Drag,
}

impl Edit {
    pub fn new(detail: Signal<CampaignDetail>) -> Self {
        let plan = Memo::new(move |_| detail.with(|d| d.plan.clone()));
        let first = plan.with_untracked(Draft::of);
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
            drag: Drag::new(),
        };
        // Newer plans are taken while nothing is edited.
        Effect::new(move |_| {
            let newest = edit.plan.with(Draft::of);
            if edit.changes.with_untracked(Vec::is_empty)
                && edit.base.with_untracked(|base| *base != newest)
            {
                edit.begin(newest);
            }
        });
        edit
    }

    /// Starts over from a plan.
    pub fn begin(self, plan: Draft) {
        self.base.set(plan.clone());
        self.now.set(plan);
        self.errors.set(FieldErrors::default());
        self.tried.set(false);
        self.conflict.set(false);
    }

    /// Changes the draft and checks again what is shown as wrong.
    pub fn change(self, with: impl FnOnce(&mut Draft)) {
        self.now.update(with);
        if self.tried.get_untracked() {
            self.check();
        }
    }

    /// Whether the draft may be saved; notes what is wrong.
    pub fn check(self) -> bool {
        // A field is left as well when its page goes, and the draft goes first.
        let Some(errors) = self.now.try_with_untracked(|d| d.form().check(None).err()) else {
            return false;
        };
        let errors = errors.unwrap_or_default();
        let fits = errors.is_empty();
        self.tried.set(true);
        self.errors.set(errors);
        fits
    }

    pub fn undo(self, change: &Change) {
        self.change(|draft| self.base.with_untracked(|base| draft.undo(base, change)));
    }

    pub fn discard(self) {
        let base = self.base.get_untracked();
        self.begin(base);
    }

    /// One text of the draft as a signal for its control: what is typed goes into the draft, and what
    /// is taken back there comes out again.
    pub fn bound<T, G, P>(self, get: G, put: P) -> RwSignal<T>
    where
        T: Clone + Default + PartialEq + Send + Sync + 'static,
        G: Fn(&Draft) -> Option<&T> + Copy + Send + Sync + 'static,
        P: Fn(&mut Draft, T) + Copy + Send + Sync + 'static,
    {
        let read = move |draft: &Draft| get(draft).cloned().unwrap_or_default();
        let signal = RwSignal::new(self.now.with_untracked(read));
        Effect::new(move |_| {
            let typed = signal.get();
            if self
                .now
                .with_untracked(|d| get(d).is_some_and(|held| *held != typed))
            {
                self.change(|draft| put(draft, typed));
            }
        });
        let held = Memo::new(move |_| self.now.with(read));
        Effect::new(move |_| {
            let held = held.get();
            if signal.with_untracked(|typed| *typed != held) {
                signal.set(held);
            }
        });
        signal
    }

    /// The facts of a route that is saved; none for one just added.
    pub fn facts(self, target: RouteTo) -> Option<RouteRow> {
        self.plan
            .with(|plan| plan.routes.iter().find(|r| r.to == target).cloned())
    }

    /// What a route's target is called.
    pub fn name(self, target: RouteTo) -> String {
        self.now
            .with_untracked(|d| d.route(target).map(|r| r.name.clone()).unwrap_or_default())
    }

    /// What a call is worth on a route that says nothing of its own.
    pub fn default_revenue(self) -> Option<RevenueRule> {
        self.plan.with(|plan| plan.revenue.check().ok().flatten())
    }

    /// What a call is worth on a route of the draft, and whether the route itself says so.
    pub fn revenue(self, target: RouteTo) -> (Option<RevenueRule>, bool) {
        let own = self.now.with(|d| {
            d.route(target)
                .map(|route| route.terms.revenue.check())
                .unwrap_or(Ok(None))
        });
        match own {
            Ok(None) => (self.default_revenue(), false),
            Ok(own) => (own, true),
            Err(_) => (None, true),
        }
    }

    /// The priority that gets calls now: the first with an open route.
    pub fn first_open(self) -> Option<usize> {
        let open = self.open();
        self.now.with(|d| d.first_open(&open)).map(|(tier, _)| tier)
    }

    /// How each target stands now, as far as the page knows.
    pub fn open(self) -> BTreeMap<RouteTo, AvailabilityKind> {
        self.plan.with(|plan| {
            let known = plan.routes.iter().map(|r| (r.to, r.now.kind));
            let free = plan.targets.iter().filter_map(|c| {
                let open = c.hint.to_lowercase().starts_with("open");
                let kind = if open {
                    AvailabilityKind::Open
                } else {
                    AvailabilityKind::Closed
                };
                c.value.parse().ok().map(|id| (id, kind))
            });
            free.chain(known).collect()
        })
    }
}
