//! What differs between two plans, in words, and how each difference is taken back.

use domain::api::filter::FilterForm;
use domain::api::revenue::RevenueForm;
use domain::plan::RouteTo;

use super::Draft;

/// One difference from the saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Distribution,
    Attempts {
        before: String,
        now: String,
    },
    Predictive,
    Recovery,
    Added {
        target: RouteTo,
        name: String,
    },
    Removed {
        target: RouteTo,
        name: String,
    },
    Weight {
        target: RouteTo,
        name: String,
        before: String,
        now: String,
    },
    Priority {
        target: RouteTo,
        name: String,
        before: usize,
        now: usize,
    },
    Switched {
        target: RouteTo,
        name: String,
        on: bool,
    },
    Revenue {
        target: RouteTo,
        name: String,
        before: String,
        now: String,
    },
    Conditions {
        target: RouteTo,
        name: String,
    },
    Rerouted {
        target: RouteTo,
        name: String,
        takes: bool,
    },
    Order {
        tier: usize,
    },
}

impl Change {
    /// Which route it is about.
    pub fn target(&self) -> Option<RouteTo> {
        match self {
            Self::Added { target, .. }
            | Self::Removed { target, .. }
            | Self::Weight { target, .. }
            | Self::Priority { target, .. }
            | Self::Switched { target, .. }
            | Self::Revenue { target, .. }
            | Self::Conditions { target, .. }
            | Self::Rerouted { target, .. } => Some(*target),
            Self::Distribution
            | Self::Attempts { .. }
            | Self::Predictive
            | Self::Recovery
            | Self::Order { .. } => None,
        }
    }

    /// What people read.
    pub fn words(&self) -> String {
        let shown = |text: &str| {
            if text.is_empty() {
                "nothing".to_owned()
            } else {
                text.to_owned()
            }
        };
        match self {
            Self::Distribution => "Distribution changed".to_owned(),
            Self::Attempts { before, now } => {
                format!("Dial attempts {} to {}", shown(before), shown(now))
            }
            Self::Predictive => "Prediction changed".to_owned(),
            Self::Recovery => "Sending callers on changed".to_owned(),
            Self::Added { name, .. } => format!("{name} added"),
            Self::Removed { name, .. } => format!("{name} removed"),
            Self::Weight {
                name, before, now, ..
            } => format!("{name}, weight {} to {}", shown(before), shown(now)),
            Self::Priority {
                name, before, now, ..
            } => format!("{name}, priority {} to {}", before + 1, now + 1),
            Self::Switched { name, on, .. } => {
                format!("{name} switched {}", if *on { "on" } else { "off" })
            }
            Self::Revenue {
                name, before, now, ..
            } => format!("{name}, revenue {before} to {now}"),
            Self::Conditions { name, .. } => format!("{name}, conditions changed"),
            Self::Rerouted { name, takes, .. } => {
                let takes = if *takes { "takes" } else { "does not take" };
                format!("{name} {takes} callers sent on")
            }
            Self::Order { tier } => format!("Order of priority {} changed", tier + 1),
        }
    }
}

/// A route's own revenue in words.
fn revenue_words(form: &RevenueForm) -> String {
    match form.check() {
        Ok(None) => "as the campaign".to_owned(),
        Ok(Some(rule)) => rule.words(),
        Err(_) => "unfinished".to_owned(),
    }
}

/// Whether two forms say the same, whatever stands in fields that do not count: each as checked and
/// as typed.
fn same<T: PartialEq, E, F: PartialEq>(one: (Result<T, E>, &F), other: (Result<T, E>, &F)) -> bool {
    match (one, other) {
        ((Ok(one), _), (Ok(other), _)) => one == other,
        ((_, one), (_, other)) => one == other,
    }
}

fn same_revenue(one: &RevenueForm, other: &RevenueForm) -> bool {
    same((one.check(), one), (other.check(), other))
}

fn same_filter(one: &FilterForm, other: &FilterForm) -> bool {
    same((one.check("", None), one), (other.check("", None), other))
}

impl Draft {
    /// What differs from `base`, in plan order.
    pub fn changes(&self, base: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.distribution != base.distribution {
            changes.push(Change::Distribution);
        }
        if self.attempts_max.trim() != base.attempts_max.trim() {
            changes.push(Change::Attempts {
                before: base.attempts_max.clone(),
                now: self.attempts_max.clone(),
            });
        }
        if self.distribution == "predictive" && self.predictive != base.predictive {
            changes.push(Change::Predictive);
        }
        if !same(
            (self.recovery.check(), &self.recovery),
            (base.recovery.check(), &base.recovery),
        ) {
            changes.push(Change::Recovery);
        }
        self.route_changes(base, &mut changes);
        for (_, old) in base.numbered() {
            if self.place(old.target).is_none() {
                changes.push(Change::Removed {
                    target: old.target,
                    name: old.name.clone(),
                });
            }
        }
        for tier in 0..self.tiers.len().min(base.tiers.len()) {
            let stayed = |of: &Self, other: &Self| -> Vec<RouteTo> {
                of.tiers[tier]
                    .iter()
                    .map(|r| r.target)
                    .filter(|t| other.place(*t).is_some_and(|(at, _)| at == tier))
                    .collect()
            };
            if stayed(self, base) != stayed(base, self) {
                changes.push(Change::Order { tier });
            }
        }
        changes
    }

    fn route_changes(&self, base: &Self, changes: &mut Vec<Change>) {
        for (tier, route) in self.numbered() {
            let target = route.target;
            let name = || route.name.clone();
            let (Some(old), Some((old_tier, _))) = (base.route(target), base.place(target)) else {
                let name = name();
                changes.push(Change::Added { target, name });
                continue;
            };
            if old_tier != tier {
                changes.push(Change::Priority {
                    target,
                    name: name(),
                    before: old_tier,
                    now: tier,
                });
            }
            if old.weight.trim() != route.weight.trim() {
                changes.push(Change::Weight {
                    target,
                    name: name(),
                    before: old.weight.clone(),
                    now: route.weight.clone(),
                });
            }
            if !same_revenue(&old.terms.revenue, &route.terms.revenue) {
                changes.push(Change::Revenue {
                    target,
                    name: name(),
                    before: revenue_words(&old.terms.revenue),
                    now: revenue_words(&route.terms.revenue),
                });
            }
            if !same_filter(&old.terms.filter, &route.terms.filter) {
                let name = name();
                changes.push(Change::Conditions { target, name });
            }
            if old.terms.rerouted != route.terms.rerouted {
                changes.push(Change::Rerouted {
                    target,
                    name: name(),
                    takes: route.terms.rerouted == "yes",
                });
            }
            if old.on != route.on {
                changes.push(Change::Switched {
                    target,
                    name: name(),
                    on: route.on,
                });
            }
        }
    }

    /// Takes one change back.
    pub fn undo(&mut self, base: &Self, change: &Change) {
        match change {
            Change::Distribution => self.distribution.clone_from(&base.distribution),
            Change::Attempts { .. } => self.attempts_max.clone_from(&base.attempts_max),
            Change::Predictive => self.predictive.clone_from(&base.predictive),
            Change::Recovery => self.recovery.clone_from(&base.recovery),
            Change::Added { target, .. } => drop(self.remove(*target)),
            Change::Removed { target, .. } => {
                if let (Some(route), Some((tier, at))) = (base.route(*target), base.place(*target))
                {
                    self.ensure(tier);
                    let at = at.min(self.tiers[tier].len());
                    self.tiers[tier].insert(at, route.clone());
                }
            }
            Change::Weight { target, before, .. } => {
                if let Some(route) = self.route_mut(*target) {
                    route.weight.clone_from(before);
                }
            }
            Change::Switched { target, on, .. } => {
                if let Some(route) = self.route_mut(*target) {
                    route.on = !on;
                }
            }
            Change::Revenue { target, .. }
            | Change::Conditions { target, .. }
            | Change::Rerouted { target, .. } => self.undo_terms(base, *target, change),
            Change::Priority { target, before, .. } => self.put(*target, *before, None),
            Change::Order { tier } => {
                let order: Vec<RouteTo> = base.tiers[*tier].iter().map(|r| r.target).collect();
                self.tiers[*tier].sort_by_key(|r| {
                    order
                        .iter()
                        .position(|t| *t == r.target)
                        .unwrap_or(usize::MAX)
                });
            }
        }
    }

    fn undo_terms(&mut self, base: &Self, target: RouteTo, change: &Change) {
        let (Some(old), Some(route)) = (base.route(target), self.route_mut(target)) else {
            return;
        };
        let (now, old) = (&mut route.terms, &old.terms);
        match change {
            Change::Revenue { .. } => now.revenue.clone_from(&old.revenue),
            Change::Conditions { .. } => now.filter.clone_from(&old.filter),
            _ => now.rerouted.clone_from(&old.rerouted),
        }
    }
}
