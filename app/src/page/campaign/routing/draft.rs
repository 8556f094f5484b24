//! The routing plan while it is edited: tiers of routes, what differs from the saved plan, and how
//! each difference is taken back. Pure, so that it is tested without a browser.

mod change;

use std::collections::BTreeMap;

use domain::api::campaign::{PlanForm, PlanView, RouteForm};
use domain::api::page::AvailabilityKind;
use domain::api::plan::TermsForm;
use domain::api::predict::PredictiveForm;
use domain::api::recovery::RecoveryForm;
use domain::plan::RouteTo;
use domain::share::percents;

pub use change::Change;

/// A route being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRoute {
    pub target: RouteTo,
    pub name: String,
    /// As typed.
    pub weight: String,
    pub on: bool,
    pub terms: TermsForm,
}

/// A plan being edited. The place of a tier is its priority: the first is tried first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The version this edit began on.
    pub version: i64,
    pub distribution: String,
    /// As typed.
    pub attempts_max: String,
    pub predictive: PredictiveForm,
    pub recovery: RecoveryForm,
    pub tiers: Vec<Vec<DraftRoute>>,
}

/// Where a route goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Draft {
    /// A saved plan; gaps between priorities close.
    pub fn of(plan: &PlanView) -> Self {
        let mut tiers: BTreeMap<u32, Vec<DraftRoute>> = BTreeMap::new();
        for route in &plan.routes {
            let edited = DraftRoute {
                target: route.to,
                name: route.name.clone(),
                weight: route.weight.to_string(),
                on: route.on,
                terms: route.terms.clone(),
            };
            tiers.entry(route.priority).or_default().push(edited);
        }
        let mut tiers: Vec<_> = tiers.into_values().collect();
        if tiers.is_empty() {
            tiers.push(Vec::new());
        }
        Self {
            version: plan.version,
            distribution: plan.distribution.code().to_owned(),
            attempts_max: plan.attempts_max.to_string(),
            predictive: plan.predictive.clone(),
            recovery: plan.recovery.clone(),
            tiers,
        }
    }

    /// What is posted.
    pub fn form(&self) -> PlanForm {
        // An empty priority is not saved, so those behind it close up.
        let full = self
            .tiers
            .iter()
            .filter(|tier| !tier.is_empty())
            .enumerate();
        let routes = full
            .flat_map(|(at, tier)| tier.iter().map(move |route| (at, route)))
            .map(|(at, route)| RouteForm {
                target: route.target.to_string(),
                priority: (at + 1).to_string(),
                weight: route.weight.clone(),
                on: if route.on {
                    "on".to_owned()
                } else {
                    String::new()
                },
                revenue: Some(route.terms.revenue.clone()),
                filter: route.terms.filter.clone(),
                rerouted: route.terms.rerouted.clone(),
            });
        PlanForm {
            version: self.version,
            distribution: self.distribution.clone(),
            attempts_max: self.attempts_max.clone(),
            // Of another way of sharing its settings are kept as they are.
            predictive: (self.distribution == "predictive").then(|| self.predictive.clone()),
            recovery: Some(self.recovery.clone()),
            routes: routes.collect(),
        }
    }

    /// Routes in plan order with the place of their tier.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &DraftRoute)> {
        self.tiers
            .iter()
            .enumerate()
            .flat_map(|(tier, routes)| routes.iter().map(move |route| (tier, route)))
    }

    /// Where a target stands: tier and place in it.
    pub fn place(&self, target: RouteTo) -> Option<(usize, usize)> {
        self.tiers.iter().enumerate().find_map(|(tier, routes)| {
            routes
                .iter()
                .position(|r| r.target == target)
                .map(|at| (tier, at))
        })
    }

    /// The route of a target.
    pub fn route(&self, target: RouteTo) -> Option<&DraftRoute> {
        self.numbered()
            .map(|(_, route)| route)
            .find(|route| route.target == target)
    }

    /// The same, to be changed.
    pub fn route_mut(&mut self, target: RouteTo) -> Option<&mut DraftRoute> {
        self.tiers
            .iter_mut()
            .flatten()
            .find(|route| route.target == target)
    }

    /// The place of a target's route among all, as the posted form counts them.
    pub fn index(&self, target: RouteTo) -> Option<usize> {
        self.numbered()
            .position(|(_, route)| route.target == target)
    }

    /// Adds a target at the end of a tier.
    pub fn add(&mut self, tier: usize, target: RouteTo, name: String) {
        if self.place(target).is_none() {
            self.ensure(tier);
            self.tiers[tier].push(DraftRoute {
                target,
                name,
                weight: "10".to_owned(),
                on: true,
                terms: TermsForm::default(),
            });
        }
    }

    /// Takes a target out.
    pub fn remove(&mut self, target: RouteTo) -> Option<DraftRoute> {
        let (tier, at) = self.place(target)?;
        Some(self.tiers[tier].remove(at))
    }

    /// Moves a route one step; past the edge of its tier it goes into the next one.
    pub fn step(&mut self, target: RouteTo, direction: Direction) {
        let Some((tier, at)) = self.place(target) else {
            return;
        };
        match direction {
            Direction::Up if at > 0 => self.tiers[tier].swap(at, at - 1),
            Direction::Up if tier > 0 => {
                let route = self.tiers[tier].remove(at);
                self.tiers[tier - 1].push(route);
            }
            Direction::Down if at + 1 < self.tiers[tier].len() => self.tiers[tier].swap(at, at + 1),
            Direction::Down if tier + 1 < self.tiers.len() => {
                let route = self.tiers[tier].remove(at);
                self.tiers[tier + 1].insert(0, route);
            }
            _ => {}
        }
    }

    /// Whether a route can go that way.
    pub fn can_step(&self, target: RouteTo, direction: Direction) -> bool {
        self.place(target)
            .is_some_and(|(tier, at)| match direction {
                Direction::Up => at > 0 || tier > 0,
                Direction::Down => at + 1 < self.tiers[tier].len() || tier + 1 < self.tiers.len(),
            })
    }

    /// Puts a route in front of another, or at the end of a tier.
    pub fn put(&mut self, target: RouteTo, tier: usize, before: Option<RouteTo>) {
        if before == Some(target) {
            return;
        }
        let Some(route) = self.remove(target) else {
            return;
        };
        self.ensure(tier);
        let at = before
            .and_then(|b| self.tiers[tier].iter().position(|r| r.target == b))
            .unwrap_or(self.tiers[tier].len());
        self.tiers[tier].insert(at, route);
    }

    fn ensure(&mut self, tier: usize) {
        while self.tiers.len() <= tier {
            self.tiers.push(Vec::new());
        }
    }

    /// The share each open route of a tier gets right now, in percent, in tier order.
    pub fn shares(
        &self,
        tier: usize,
        open: &BTreeMap<RouteTo, AvailabilityKind>,
    ) -> Vec<Option<u32>> {
        let Some(routes) = self.tiers.get(tier) else {
            return Vec::new();
        };
        let weight = |route: &DraftRoute| -> Option<u64> {
            let is_open = route.on && open.get(&route.target) == Some(&AvailabilityKind::Open);
            let weight = route
                .weight
                .trim()
                .parse::<u64>()
                .ok()
                .filter(|w| (1..=1_000).contains(w));
            if is_open {
                weight.map(|w| if self.distribution == "weight" { w } else { 1 })
            } else {
                None
            }
        };
        let weights: Vec<Option<u64>> = routes.iter().map(weight).collect();
        let known: Vec<u64> = weights.iter().copied().flatten().collect();
        let mut shares = percents(&known).into_iter();
        weights
            .into_iter()
            .map(|weight| weight.and_then(|_| shares.next()))
            .collect()
    }

    /// The first tier with an open route, and its shares by target.
    pub fn first_open(
        &self,
        open: &BTreeMap<RouteTo, AvailabilityKind>,
    ) -> Option<(usize, Vec<(RouteTo, u32)>)> {
        (0..self.tiers.len()).find_map(|tier| {
            let shares: Vec<_> = self.tiers[tier]
                .iter()
                .zip(self.shares(tier, open))
                .filter_map(|(r, s)| s.map(|s| (r.target, s)))
                .collect();
            (!shares.is_empty()).then_some((tier, shares))
        })
    }
}

#[cfg(test)]
mod tests;
