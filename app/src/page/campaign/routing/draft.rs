//! The routing plan while it is edited: tiers of routes, what differs from the saved plan, and how
//! each difference is taken back. Pure, so that it is tested without a browser.

use std::collections::BTreeMap;

use domain::api::campaign::{PlanForm, PlanView, RouteForm};
use domain::api::page::AvailabilityKind;
use domain::campaign::Distribution;
use domain::id::TargetId;
use domain::share::percents;

/// A route being edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRoute {
    pub target: TargetId,
    pub name: String,
    /// As typed.
    pub weight: String,
    pub on: bool,
}

/// A plan being edited. The place of a tier is its priority: the first is tried first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// The version this edit began on.
    pub version: i64,
    pub distribution: String,
    /// As typed.
    pub attempts_max: String,
    pub tiers: Vec<Vec<DraftRoute>>,
}

/// One difference from the saved plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Distribution,
    Attempts {
        before: String,
        now: String,
    },
    Added {
        target: TargetId,
        name: String,
    },
    Removed {
        target: TargetId,
        name: String,
    },
    Weight {
        target: TargetId,
        name: String,
        before: String,
        now: String,
    },
    Priority {
        target: TargetId,
        name: String,
        before: usize,
        now: usize,
    },
    Switched {
        target: TargetId,
        name: String,
        on: bool,
    },
    Order {
        tier: usize,
    },
}

impl Change {
    /// Which route it is about.
    pub fn target(&self) -> Option<TargetId> {
        match self {
            Self::Added { target, .. }
            | Self::Removed { target, .. }
            | Self::Weight { target, .. }
            | Self::Priority { target, .. }
            | Self::Switched { target, .. } => Some(*target),
            Self::Distribution | Self::Attempts { .. } | Self::Order { .. } => None,
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
            Self::Order { tier } => format!("Order of priority {} changed", tier + 1),
        }
    }
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
                target: route.target,
                name: route.name.clone(),
                weight: route.weight.to_string(),
                on: route.on,
            };
            tiers.entry(route.priority).or_default().push(edited);
        }
        let mut tiers: Vec<_> = tiers.into_values().collect();
        if tiers.is_empty() {
            tiers.push(Vec::new());
        }
        let distribution = match plan.distribution {
            Distribution::Weight => "weight",
            Distribution::RoundRobin => "round_robin",
        };
        Self {
            version: plan.version,
            distribution: distribution.to_owned(),
            attempts_max: plan.attempts_max.to_string(),
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
            });
        PlanForm {
            version: self.version,
            distribution: self.distribution.clone(),
            attempts_max: self.attempts_max.clone(),
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
    pub fn place(&self, target: TargetId) -> Option<(usize, usize)> {
        self.tiers.iter().enumerate().find_map(|(tier, routes)| {
            routes
                .iter()
                .position(|r| r.target == target)
                .map(|at| (tier, at))
        })
    }

    /// The route of a target.
    pub fn route(&self, target: TargetId) -> Option<&DraftRoute> {
        self.numbered()
            .map(|(_, route)| route)
            .find(|route| route.target == target)
    }

    /// The same, to be changed.
    pub fn route_mut(&mut self, target: TargetId) -> Option<&mut DraftRoute> {
        self.tiers
            .iter_mut()
            .flatten()
            .find(|route| route.target == target)
    }

    /// The place of a target's route among all, as the posted form counts them.
    pub fn index(&self, target: TargetId) -> Option<usize> {
        self.numbered()
            .position(|(_, route)| route.target == target)
    }

    /// Adds a target at the end of a tier.
    pub fn add(&mut self, tier: usize, target: TargetId, name: String) {
        if self.place(target).is_none() {
            self.ensure(tier);
            self.tiers[tier].push(DraftRoute {
                target,
                name,
                weight: "10".to_owned(),
                on: true,
            });
        }
    }

    /// Takes a target out.
    pub fn remove(&mut self, target: TargetId) -> Option<DraftRoute> {
        let (tier, at) = self.place(target)?;
        Some(self.tiers[tier].remove(at))
    }

    /// Moves a route one step; past the edge of its tier it goes into the next one.
    pub fn step(&mut self, target: TargetId, direction: Direction) {
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
    pub fn can_step(&self, target: TargetId, direction: Direction) -> bool {
        self.place(target)
            .is_some_and(|(tier, at)| match direction {
                Direction::Up => at > 0 || tier > 0,
                Direction::Down => at + 1 < self.tiers[tier].len() || tier + 1 < self.tiers.len(),
            })
    }

    /// Puts a route in front of another, or at the end of a tier.
    pub fn put(&mut self, target: TargetId, tier: usize, before: Option<TargetId>) {
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
        for (tier, route) in self.numbered() {
            let (target, name) = (route.target, route.name.clone());
            let (Some(old), Some((old_tier, _))) = (base.route(target), base.place(target)) else {
                changes.push(Change::Added { target, name });
                continue;
            };
            if old_tier != tier {
                changes.push(Change::Priority {
                    target,
                    name: name.clone(),
                    before: old_tier,
                    now: tier,
                });
            }
            if old.weight.trim() != route.weight.trim() {
                changes.push(Change::Weight {
                    target,
                    name: name.clone(),
                    before: old.weight.clone(),
                    now: route.weight.clone(),
                });
            }
            if old.on != route.on {
                changes.push(Change::Switched {
                    target,
                    name,
                    on: route.on,
                });
            }
        }
        for (_, old) in base.numbered() {
            if self.place(old.target).is_none() {
                changes.push(Change::Removed {
                    target: old.target,
                    name: old.name.clone(),
                });
            }
        }
        for tier in 0..self.tiers.len().min(base.tiers.len()) {
            let stayed = |of: &Self, other: &Self| -> Vec<TargetId> {
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

    /// Takes one change back.
    pub fn undo(&mut self, base: &Self, change: &Change) {
        match change {
            Change::Distribution => self.distribution.clone_from(&base.distribution),
            Change::Attempts { .. } => self.attempts_max.clone_from(&base.attempts_max),
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
            Change::Priority { target, before, .. } => self.put(*target, *before, None),
            Change::Order { tier } => {
                let order: Vec<TargetId> = base.tiers[*tier].iter().map(|r| r.target).collect();
                self.tiers[*tier].sort_by_key(|r| {
                    order
                        .iter()
                        .position(|t| *t == r.target)
                        .unwrap_or(usize::MAX)
                });
            }
        }
    }

    /// The share each open route of a tier gets right now, in percent, in tier order.
    pub fn shares(
        &self,
        tier: usize,
        open: &BTreeMap<TargetId, AvailabilityKind>,
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
        open: &BTreeMap<TargetId, AvailabilityKind>,
    ) -> Option<(usize, Vec<(TargetId, u32)>)> {
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
