//! Routing plans: as they stand, and as typed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::filter::{FilterChoices, FilterForm};
use super::page::{Availability, Choice, Meter};
use super::predict::PredictiveForm;
use super::recovery::RecoveryForm;
use super::revenue::RevenueForm;
use crate::campaign::{ATTEMPTS, Distribution};
use crate::id::{RouteId, TargetId};
use crate::invalid::{FieldErrors, name, whole};
use crate::plan::{PRIORITY_MAX, ROUTES_MAX, RouteTerms, RouteTo, WEIGHT_MAX};
use crate::recovery::RecoverySetting;
use crate::routing::Candidate;
use crate::routing::predict::Predictive;
use crate::tag::list::BulkLists;
use crate::target::{Destination, SipUri};

/// The routing plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanView {
    pub version: i64,
    pub distribution: Distribution,
    pub attempts_max: u32,
    pub routes: Vec<RouteRow>,
    /// Targets and groups that are not in the plan yet, by the text of [`RouteTo`].
    pub targets: Vec<Choice>,
    /// Buyers that a new target can be added to, by name.
    pub buyers: Vec<String>,
    /// What would happen to a call that came in now.
    pub preview: Vec<Candidate>,
    /// What a call is worth on a route that says nothing of its own.
    pub revenue: RevenueForm,
    pub predictive: PredictiveForm,
    pub recovery: RecoveryForm,
    /// What conditions are made from.
    pub filter: FilterChoices,
}

/// A line of the routing plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRow {
    pub id: RouteId,
    pub to: RouteTo,
    /// Of the target, or of the group.
    pub name: String,
    /// Empty for a group.
    pub buyer_name: String,
    /// Where the target is, or how the group rings: "3 targets, all at once".
    pub destination: String,
    pub priority: u32,
    pub weight: u32,
    pub on: bool,
    pub now: Availability,
    pub lines: Meter,
    pub today: Meter,
    pub terms: TermsForm,
    /// What is odd about its conditions, for example a tag that no call had; may be empty.
    pub warning: String,
}

/// What a stored route says about its calls, as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsForm {
    pub revenue: RevenueForm,
    pub filter: FilterForm,
    /// "yes" or "no".
    pub rerouted: String,
}

impl Default for TermsForm {
    fn default() -> Self {
        Self::of(&RouteTerms::default())
    }
}

impl TermsForm {
    /// The form that shows stored terms.
    #[must_use]
    pub fn of(terms: &RouteTerms) -> Self {
        Self {
            revenue: RevenueForm::of(terms.revenue.as_ref()),
            filter: FilterForm::of(&terms.filter),
            rerouted: if terms.takes_rerouted { "yes" } else { "no" }.to_owned(),
        }
    }
}

/// A routing plan as typed; routes in the order shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// The version this edit began on: saving over a newer one is refused.
    pub version: i64,
    /// "weight", "round_robin", "longest_idle" or "predictive".
    pub distribution: String,
    pub attempts_max: String,
    /// None keeps what is stored.
    pub predictive: Option<PredictiveForm>,
    /// None keeps what is stored.
    pub recovery: Option<RecoveryForm>,
    pub routes: Vec<RouteForm>,
}

impl Default for PlanForm {
    fn default() -> Self {
        Self {
            version: 0,
            distribution: "weight".to_owned(),
            attempts_max: "3".to_owned(),
            predictive: None,
            recovery: None,
            routes: Vec::new(),
        }
    }
}

/// A route as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteForm {
    /// Where it leads, as [`RouteTo`] reads it.
    pub target: String,
    pub priority: String,
    pub weight: String,
    /// "on" when switched on (an unchecked box sends nothing).
    #[serde(default)]
    pub on: String,
    /// What a call is worth; without a trigger what the campaign says. None keeps what a route to
    /// this target said before, of conditions and rerouting as well.
    pub revenue: Option<RevenueForm>,
    /// Which calls it is for.
    pub filter: FilterForm,
    /// "yes" or "no": whether it takes callers that another target hung up on.
    pub rerouted: String,
}

impl Default for RouteForm {
    fn default() -> Self {
        Self {
            target: String::new(),
            priority: "1".to_owned(),
            weight: "10".to_owned(),
            on: "on".to_owned(),
            revenue: None,
            filter: FilterForm::default(),
            rerouted: "yes".to_owned(),
        }
    }
}

/// A checked plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanInput {
    pub version: i64,
    pub distribution: Distribution,
    pub attempts_max: u32,
    /// None keeps what is stored.
    pub predictive: Option<Predictive>,
    /// None keeps what is stored.
    pub recovery: Option<RecoverySetting>,
    /// By priority, in the order typed within one.
    pub routes: Vec<RouteInput>,
}

/// A checked route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInput {
    pub to: RouteTo,
    pub priority: u32,
    pub weight: u32,
    pub on: bool,
    /// None keeps what a route to this target said before.
    pub terms: Option<RouteTerms>,
}

impl PlanForm {
    /// Checks all fields at once. Without `lists`, as where they are not at hand, nobody looks
    /// whether the lists of conditions exist.
    ///
    /// # Errors
    /// At `attempts_max`, `distribution`, `predictive.…`, `recovery.…`, `routes[n].weight`,
    /// `routes[n].priority`, `routes[n].target`, `routes[n].revenue.…`, `routes[n].filter…` or
    /// `routes[n].rerouted`.
    pub fn check(&self, lists: Option<&BulkLists>) -> Result<PlanInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let (least, most) = ATTEMPTS;
        let attempts = errors.take(whole("attempts_max", &self.attempts_max, least, most));
        let distribution = distribution_of(&self.distribution);
        if distribution.is_none() {
            let message = "Choose how routes of one priority share calls.";
            errors.add("distribution", "unknown", message);
        }
        let predictive = self
            .predictive
            .as_ref()
            .and_then(|form| errors.take(form.check().map_err(|e| e.below("predictive"))));
        let recovery = self
            .recovery
            .as_ref()
            .and_then(|form| errors.take(form.check().map_err(|e| e.below("recovery"))));
        if self.routes.len() > ROUTES_MAX {
            let message = format!("A plan holds at most {ROUTES_MAX} routes.");
            errors.add("routes", "too_many", message);
        }
        let mut routes: Vec<RouteInput> = Vec::new();
        for (i, route) in self.routes.iter().enumerate() {
            // A line of the form in which nothing was chosen is no route.
            if route.target.trim().is_empty() {
                continue;
            }
            let route = route.check(lists).map_err(|e| e.of_entry("routes", i));
            let Some(route) = errors.take(route) else {
                continue;
            };
            if routes.iter().any(|r| r.to == route.to) {
                let message = match route.to {
                    RouteTo::Target(_) => "This target is in the plan already.",
                    RouteTo::Group(_) => "This group is in the plan already.",
                };
                errors.add(&format!("routes[{i}].target"), "duplicate", message);
            }
            routes.push(route);
        }
        errors.clone().check()?;
        routes.sort_by_key(|r| r.priority);
        match (attempts, distribution) {
            (Some(attempts_max), Some(distribution)) => Ok(PlanInput {
                version: self.version,
                distribution,
                attempts_max,
                predictive,
                recovery,
                routes,
            }),
            _ => Err(errors),
        }
    }
}

impl RouteForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `weight`, `priority`, `target`, `revenue.…`, `filter…` or `rerouted`.
    fn check(&self, lists: Option<&BulkLists>) -> Result<RouteInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let weight = whole("weight", &self.weight, 1, WEIGHT_MAX).map_err(|_| {
            FieldErrors::one(
                "weight",
                "out_of_range",
                "Enter 1 to 1,000. Without it, no calls.",
            )
        });
        let weight = errors.take(weight);
        let priority = errors.take(whole("priority", &self.priority, 1, PRIORITY_MAX));
        let to = self.target.parse::<RouteTo>().ok();
        if to.is_none() {
            errors.add("target", "unknown", "Choose a target from the list.");
        }
        let terms = self
            .revenue
            .as_ref()
            .and_then(|revenue| errors.take(self.terms(revenue, lists)));
        match (to, priority, weight) {
            (Some(to), Some(priority), Some(weight)) if errors.is_empty() => Ok(RouteInput {
                to,
                priority,
                weight,
                on: !self.on.is_empty(),
                terms,
            }),
            _ => Err(errors),
        }
    }

    fn terms(
        &self,
        revenue: &RevenueForm,
        lists: Option<&BulkLists>,
    ) -> Result<RouteTerms, FieldErrors> {
        let mut errors = FieldErrors::default();
        let revenue = errors.take(revenue.check().map_err(|e| e.below("revenue")));
        let filter = errors.take(self.filter.check("filter", lists));
        let takes_rerouted = match self.rerouted.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => {
                errors.add("rerouted", "unknown", "Say yes or no.");
                None
            }
        };
        match (revenue, filter, takes_rerouted) {
            (Some(revenue), Some(filter), Some(takes_rerouted)) => Ok(RouteTerms {
                revenue,
                filter,
                takes_rerouted,
            }),
            _ => Err(errors),
        }
    }
}

/// The distribution of a typed word.
fn distribution_of(code: &str) -> Option<Distribution> {
    Distribution::ALL
        .into_iter()
        .find(|distribution| distribution.code() == code)
}

/// What a person types about a target that is made while its route is added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuickTargetForm {
    /// A buyer's name; one that is not known is made.
    pub buyer: String,
    /// Empty for the buyer's name, with a number behind it where that is taken.
    pub name: String,
    /// A phone number or a SIP address.
    pub rings: String,
}

/// A checked target to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuickTarget {
    pub buyer: String,
    /// None where the target is to be called as its buyer.
    pub name: Option<String>,
    pub destination: Destination,
}

impl QuickTargetForm {
    /// Checks all fields.
    ///
    /// # Errors
    /// At `buyer`, `name` or `rings`.
    pub fn check(&self) -> Result<QuickTarget, FieldErrors> {
        let mut errors = FieldErrors::default();
        let buyer = errors.take(name("buyer", &self.buyer).map_err(|mut e| {
            for error in e.0.iter_mut().filter(|error| error.code == "required") {
                "Enter the buyer’s name.".clone_into(&mut error.message);
            }
            e
        }));
        let own = match self.name.trim() {
            "" => Some(None),
            own => errors.take(name("name", own)).map(Some),
        };
        let rings = self.rings.trim();
        let destination = if rings
            .get(..4)
            .is_some_and(|s| s.eq_ignore_ascii_case("sip:"))
        {
            SipUri::parse(rings)
                .map(Destination::Sip)
                .map_err(|e| FieldErrors::one("rings", "invalid_sip", e))
        } else {
            super::number::phone("rings", rings).map(Destination::Number)
        };
        let destination = errors.take(destination);
        match (buyer, own, destination) {
            (Some(buyer), Some(name), Some(destination)) => Ok(QuickTarget {
                buyer,
                name,
                destination,
            }),
            _ => Err(errors),
        }
    }
}

impl QuickTarget {
    /// What the target is called where these names are given: as was typed, or as its buyer, with
    /// the first number from 2 on behind it that makes it another name.
    #[must_use]
    pub fn called(&self, taken: &[String]) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let taken: BTreeSet<String> = taken.iter().map(|name| name.to_lowercase()).collect();
        let numbered = (2_u32..).map(|n| format!("{} {n}", self.buyer));
        std::iter::once(self.buyer.clone())
            .chain(numbered)
            .find(|name| !taken.contains(&name.to_lowercase()))
            .unwrap_or_else(|| self.buyer.clone())
    }
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuickAdded {
    pub target: TargetId,
    pub name: String,
    pub buyer_name: String,
}

#[cfg(test)]
mod tests;
