//! The edit in progress.

use domain::api::filter::FilterChoices;
use domain::api::publisher::{
    PayoutForm, PayoutList, PayoutRuleForm, PayoutRuleView, PublisherDetail,
};
use domain::id::{CampaignId, PublisherId};
use domain::invalid::FieldErrors;
use domain::ledger::payout::RULES_MAX;
use leptos::prelude::*;

use super::draft::{self, Change};
use super::held::{RuleEdit, by_key, focus_first_error, focus_soon, keyed, normal};
use crate::api::publisher::SavePayouts;
use crate::page::publisher::PublisherSource;
use crate::state::session::sign_in_again;
use crate::ui::use_toasts;

/// Where a rule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// See the module.
#[derive(Clone, Copy)]
pub struct Edit {
    pub id: PublisherId,
    /// The list as it is stored.
    pub list: Memo<PayoutList>,
    pub choices: Memo<FilterChoices>,
    base: RwSignal<Vec<PayoutRuleForm>>,
    pub rules: RwSignal<Vec<RuleEdit>>,
    pub changes: Memo<Vec<Change>>,
    /// What is wrong, by the keys of the rules, once saving was tried or a field was left.
    pub errors: RwSignal<FieldErrors>,
    tried: RwSignal<bool>,
    pub may_edit: Signal<bool>,
    /// The rule being dragged.
    pub dragged: RwSignal<Option<u32>>,
    /// All rules there can be, made with the page: what is made in an effect goes with its next run.
    /// As many as are stored and come anew at once, and one to spare.
    pool: StoredValue<Vec<RuleEdit>>,
}

impl Edit {
    /// Begins with what is stored.
    pub fn new(
        detail: Signal<PublisherDetail>,
        campaign: Option<CampaignId>,
        may_edit: Signal<bool>,
    ) -> Self {
        let found = move |d: &PublisherDetail| {
            let mut all = d.payouts.iter();
            all.find(|list| list.campaign == campaign).cloned()
        };
        let first = detail.with_untracked(found).unwrap_or_else(|| PayoutList {
            campaign,
            campaign_name: String::new(),
            form: PayoutForm::default(),
            rules: Vec::new(),
        });
        let stored = first.form.rules.clone();
        let list = Memo::new(move |before: Option<&PayoutList>| {
            let now = detail.with(found).or_else(|| before.cloned());
            now.unwrap_or_else(|| first.clone())
        });
        let (base, rules) = (
            RwSignal::new(Vec::new()),
            RwSignal::new(Vec::<RuleEdit>::new()),
        );
        let edit = Self {
            id: detail.with_untracked(|d| d.row.id),
            list,
            choices: Memo::new(move |_| detail.with(|d| d.filters.clone())),
            base,
            rules,
            changes: Memo::new(move |_| base.with(|base| draft::changes(base, &keyed(rules)))),
            errors: RwSignal::new(FieldErrors::default()),
            tried: RwSignal::new(false),
            may_edit,
            dragged: RwSignal::new(None),
            pool: StoredValue::new((0..=2 * RULES_MAX).map(RuleEdit::new).collect()),
        };
        edit.begin(stored);
        edit.follow();
        edit
    }

    /// Takes newer rules while nothing is edited, and checks again what is shown as wrong.
    fn follow(self) {
        Effect::new(move |_| {
            let newest = self.list.with(|list| normal(list.form.rules.clone()));
            let idle = self.changes.with_untracked(Vec::is_empty);
            if idle && self.base.with_untracked(|base| *base != newest) {
                self.begin(newest);
            }
        });
        Effect::new(move |_| {
            drop(keyed(self.rules));
            // Not when it was tried: what the server alone finds stays until something changes.
            if self.tried.get_untracked() {
                untrack(move || self.check());
            }
        });
    }

    /// Starts over from rules. One that is in the editor stays where it stands, open or not.
    fn begin(self, rules: Vec<PayoutRuleForm>) {
        let rules = normal(rules);
        self.base.set(rules.clone());
        self.show(rules);
        self.errors.set(FieldErrors::default());
        self.tried.set(false);
    }

    fn show(self, rules: Vec<PayoutRuleForm>) {
        let mut there = self.rules.get_untracked();
        let mut shown: Vec<RuleEdit> = Vec::new();
        for form in rules {
            let same = |rule: &RuleEdit| {
                let now = rule.form.get_untracked();
                now.id == form.id || (now.id.is_empty() && now.name.trim() == form.name)
            };
            let found = there.iter().position(same).map(|at| there.remove(at));
            let used: Vec<u32> = there.iter().chain(&shown).map(|rule| rule.key).collect();
            if let Some(rule) = found.or_else(|| self.free(&used, false)) {
                rule.put(form);
                shown.push(rule);
            }
        }
        self.rules.set(shown);
    }

    /// The first rule of the pool whose key is not in use.
    fn free(self, used: &[u32], open: bool) -> Option<RuleEdit> {
        let mut pool = self.pool.get_value().into_iter();
        let rule = pool.find(|rule| !used.contains(&rule.key))?;
        rule.open.set(open);
        Some(rule)
    }

    /// A rule of the pool that is not in the list.
    fn make(self, form: PayoutRuleForm, open: bool) -> Option<RuleEdit> {
        let used = self
            .rules
            .with_untracked(|all| all.iter().map(|rule| rule.key).collect::<Vec<_>>());
        let rule = self.free(&used, open)?;
        rule.put(form);
        Some(rule)
    }

    /// Shows what was typed before it was refused.
    pub fn typed(self, form: PayoutForm) {
        if form.campaign == self.list.with_untracked(|list| list.form.campaign.clone()) {
            self.show(normal(form.rules));
        }
    }

    /// What is posted.
    pub fn form(self) -> PayoutForm {
        PayoutForm {
            campaign: self.list.with_untracked(|list| list.form.campaign.clone()),
            rules: self
                .rules
                .with_untracked(|all| all.iter().map(|rule| untrack(|| rule.typed())).collect()),
        }
    }

    /// Whether the rules may be saved; notes what is wrong.
    pub fn check(self) -> bool {
        // A field is left as well when its page goes, and the rules go first.
        let Some(choices) = self.choices.try_get_untracked() else {
            return false;
        };
        let errors = self.form().check(Some(&choices.bulk_lists())).err();
        let fits = errors.is_none();
        self.refuse(errors.unwrap_or_default());
        fits
    }

    /// Shows errors at their rules, whose fields open.
    pub fn refuse(self, errors: FieldErrors) {
        let keys: Vec<u32> = self
            .rules
            .with_untracked(|all| all.iter().map(|r| r.key).collect());
        let errors = by_key(errors, &keys);
        self.rules.with_untracked(|all| {
            for rule in all {
                let part = rule.field("");
                if errors.0.iter().any(|e| e.field.starts_with(&part)) {
                    rule.open.set(true);
                }
            }
        });
        if self.errors.with_untracked(|now| *now != errors) {
            self.errors.set(errors);
        }
        self.tried.set(true);
    }

    /// The error at a part of a rule.
    pub fn error(self, rule: RuleEdit, part: &str) -> Signal<Option<String>> {
        let field = rule.field(part);
        Signal::derive(move || self.errors.with(|errors| errors.message(&field)))
    }

    /// What is known of a stored rule.
    pub fn facts(self, rule: RuleEdit) -> Option<PayoutRuleView> {
        let id = rule.form.with(|form| form.id.clone());
        self.list.with(|list| {
            list.rules
                .iter()
                .find(|r| !id.is_empty() && r.id == id)
                .cloned()
        })
    }

    /// Adds a rule at the end and goes to it.
    pub fn add(self) {
        let Some(rule) = self.make(PayoutRuleForm::default(), true) else {
            return;
        };
        self.rules.update(|all| all.push(rule));
        focus_soon(format!("f-{}", rule.field("name")));
    }

    /// An empty rule that is in the form, and not in the list.
    pub fn spare(self) -> Option<RuleEdit> {
        self.make(PayoutRuleForm::default(), false)
    }

    /// Takes a rule out.
    pub fn remove(self, key: u32) {
        self.rules.update(|all| all.retain(|rule| rule.key != key));
        focus_soon("add-rule".to_owned());
    }

    /// The place of a rule.
    pub fn place(self, key: u32) -> Option<usize> {
        self.rules
            .with(|all| all.iter().position(|rule| rule.key == key))
    }

    /// Whether a rule can go that way.
    pub fn can_step(self, key: u32, direction: Direction) -> bool {
        let last = self.rules.with(Vec::len).saturating_sub(1);
        self.place(key).is_some_and(|at| match direction {
            Direction::Up => at > 0,
            Direction::Down => at < last,
        })
    }

    /// Moves a rule one step.
    pub fn step(self, key: u32, direction: Direction) {
        if !untrack(move || self.can_step(key, direction)) {
            return;
        }
        self.rules.update(|all| {
            if let Some(at) = all.iter().position(|rule| rule.key == key) {
                all.swap(
                    at,
                    if direction == Direction::Up {
                        at - 1
                    } else {
                        at + 1
                    },
                );
            }
        });
    }

    /// Puts the dragged rule in the place of another, which moves on.
    pub fn drop_at(self, key: u32) {
        let Some(moved) = self.dragged.get_untracked() else {
            return;
        };
        self.dragged.set(None);
        self.rules.update(|all| {
            let place = |all: &[RuleEdit], key| all.iter().position(|rule| rule.key == key);
            if let (Some(from), Some(to)) = (place(all, moved), place(all, key)) {
                let rule = all.remove(from);
                all.insert(to, rule);
            }
        });
    }

    /// Takes one change back.
    pub fn undo(self, change: &Change) {
        let base = self.base.get_untracked();
        let now = untrack(move || keyed(self.rules));
        match change {
            Change::Added { key, .. } => self.rules.update(|all| all.retain(|r| r.key != *key)),
            Change::Edited { key, .. } => self.rules.with_untracked(|all| {
                let rule = all.iter().find(|rule| rule.key == *key);
                let id = rule.map(|rule| rule.form.with_untracked(|form| form.id.clone()));
                let old = base.iter().find(|old| Some(&old.id) == id.as_ref());
                if let (Some(rule), Some(old)) = (rule, old) {
                    rule.put(old.clone());
                }
            }),
            Change::Removed { id, .. } => {
                let at = draft::place_back(&base, &now, id);
                let old = base.into_iter().find(|old| old.id == *id);
                if let Some(rule) = old.and_then(|old| self.make(old, false)) {
                    self.rules.update(|all| all.insert(at.min(all.len()), rule));
                }
            }
            Change::Order => {
                let keys = draft::order_back(&base, &now);
                self.rules.update(|all| {
                    all.sort_by_key(|rule| keys.iter().position(|key| *key == rule.key))
                });
            }
        }
    }

    /// Takes all changes back.
    pub fn discard(self) {
        let base = self.base.get_untracked();
        self.begin(base);
    }

    /// Takes the server's answers.
    pub fn watch(
        self,
        save: ServerAction<SavePayouts>,
        source: PublisherSource,
        saved: RwSignal<usize>,
    ) {
        let toasts = use_toasts();
        let value = save.value();
        Effect::new(move |before: Option<()>| {
            let answer = value.get();
            match answer {
                // What was posted without the script is in the page already.
                _ if before.is_none() => {}
                Some(Ok(form)) => {
                    self.begin(form.rules);
                    saved.update(|n| *n += 1);
                    toasts.done("Payout rules saved. New calls follow them.");
                    source.reload();
                }
                Some(Err(error)) if error.is_signed_out() => sign_in_again(),
                Some(Err(error)) if !error.fields.is_empty() => {
                    self.refuse(error.fields);
                    request_animation_frame(focus_first_error);
                }
                Some(Err(error)) => {
                    toasts.error(format!("Not saved: {} Your edits are kept.", error.message));
                }
                None => {}
            }
        });
    }
}
