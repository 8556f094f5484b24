//! The routing plan: a campaign's settings and routes, compiled for one decision after another.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::block::attestation::{Attestation, Minimum};
use crate::block::guard;
use crate::campaign::{Distribution, Fallback, RecordingMode};
use crate::duplicate::mark::MarkRule;
use crate::duplicate::payment::PaymentRule;
use crate::duplicate::routing::DuplicateRouting;
use crate::id::{CampaignId, ParseIdError, PublisherId, RouteId, TargetGroupId, TargetId};
use crate::ledger::revenue::{Price, RevenueRule};
use crate::money::Micros;
use crate::phone::Caller;
use crate::routing::predict::{Predictive, Record};
use crate::tag::filter::{CompiledFilter, Filter};
use crate::target::Target;
use crate::target::group::TargetGroup;
use crate::time::Timestamp;

/// Weights run from 1 to this.
pub const WEIGHT_MAX: u32 = 1_000;
/// Priorities run from 1 (first) to this.
pub const PRIORITY_MAX: u32 = 20;
/// The most routes one plan may have: a decision looks at all of them.
pub const ROUTES_MAX: usize = 200;

/// Where an entry of a plan leads. As text a target is its id, a group `group-` and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteTo {
    Target(TargetId),
    Group(TargetGroupId),
}

const GROUP: &str = "group-";

impl fmt::Display for RouteTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(id) => id.fmt(f),
            Self::Group(id) => write!(f, "{GROUP}{id}"),
        }
    }
}

impl FromStr for RouteTo {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let text = text.trim();
        match text.strip_prefix(GROUP) {
            Some(id) => id.parse().map(Self::Group),
            None => text.parse().map(Self::Target),
        }
    }
}

/// What a route says about its calls, as stored. What is not stored is as here by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteTerms {
    /// What a call is worth; none for what the campaign says.
    pub revenue: Option<RevenueRule>,
    /// Which calls it is for.
    pub filter: Filter,
    /// Whether it takes callers that another target hung up on.
    pub takes_rerouted: bool,
}

impl Default for RouteTerms {
    fn default() -> Self {
        Self {
            revenue: None,
            filter: Filter::default(),
            takes_rerouted: true,
        }
    }
}

/// A target in a routing plan. An entry of a plan leads to one target, or to a group; the members
/// of a group stand next to one another, in the group's order, with the id, the priority and all
/// else that the entry says.
#[derive(Debug, Clone)]
pub struct Route {
    /// Of the entry.
    pub id: RouteId,
    /// The group that the entry leads to; `target` is one of its members.
    pub group: Option<TargetGroupId>,
    /// 1 is tried first.
    pub priority: u32,
    /// The share of calls among open routes of the same priority.
    pub weight: u32,
    /// False while the route is switched off in this plan.
    pub on: bool,
    pub target: Target,
    /// What a call is worth here, the campaign's word counted in; none earns nothing.
    pub revenue: Option<RevenueRule>,
    /// Which calls it is for.
    pub filter: CompiledFilter,
    /// Whether it takes callers that another target hung up on.
    pub takes_rerouted: bool,
}

/// All that a decision about a call of one campaign needs, apart from usage and time.
#[derive(Debug, Clone)]
pub struct RoutingPlan {
    pub campaign: CampaignId,
    pub campaign_name: String,
    /// False while the campaign is paused: its callers get the fallback.
    pub active: bool,
    /// Grows with each saved change; shown with decisions.
    pub version: i64,
    pub distribution: Distribution,
    /// Targets dialed for one call before the fallback.
    pub attempts_max: u32,
    pub recording: RecordingMode,
    pub fallback: Fallback,
    pub screen: Screen,
    /// What makes a call a duplicate.
    pub mark: MarkRule,
    /// Where a duplicate goes.
    pub duplicates: DuplicateRouting,
    /// Whether a duplicate is paid.
    pub payment: PaymentRule,
    pub predictive: Predictive,
    /// What calls made, for predictive routing.
    pub records: Records,
    /// In plan order: by priority, then as the person arranged them.
    pub routes: Vec<Route>,
    /// The groups that its entries lead to.
    pub groups: BTreeMap<TargetGroupId, TargetGroup>,
}

/// Whom a campaign turns away, beside those on the list of blocked callers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Screen {
    /// For how many seconds the same caller is turned away; 0 never.
    pub guard_s: u32,
    /// Whether all callers who withhold their number are one caller to the guard.
    pub anonymous_is_one: bool,
    /// The least that carriers must vouch for.
    pub attestation: Minimum,
}

/// What the calls of a campaign made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    pub campaign: Record,
    pub targets: BTreeMap<TargetId, TargetRecords>,
}

/// What the calls of a campaign made at one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetRecords {
    pub all: Record,
    /// Parts of `all`.
    pub publishers: BTreeMap<PublisherId, Record>,
}

impl Route {
    /// A target as an entry of no plan: what a route says by default, to ask how the target stands.
    #[must_use]
    pub fn to(target: Target) -> Self {
        Self {
            id: RouteId(0),
            group: None,
            priority: 1,
            weight: 1,
            on: true,
            target,
            revenue: None,
            filter: CompiledFilter::default(),
            takes_rerouted: true,
        }
    }

    /// What a claim of this route sets aside under caps in money: the price, if it is known before.
    #[must_use]
    pub fn price(&self) -> Micros {
        // What a bidder pays is known once it has bid.
        if self.target.bids {
            return Micros::ZERO;
        }
        self.revenue.map_or(Micros::ZERO, |rule| match rule.price {
            Price::Fixed(amount) => amount,
            Price::Reported => Micros::ZERO,
        })
    }
}

impl Route {
    /// A bidder that no ring tree asks.
    #[must_use]
    pub fn bids_alone(&self) -> bool {
        self.target.bids && self.group.is_none()
    }
}

impl RoutingPlan {
    /// The entries, each with its targets and the place of the first of them in `routes`.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &[Route])> {
        let same = |a: &Route, b: &Route| a.group.is_some() && a.id == b.id;
        let mut at = 0;
        self.routes.chunk_by(same).map(move |entry| {
            let first = at;
            at += entry.len();
            (first, entry)
        })
    }

    /// A target of the plan.
    #[must_use]
    pub fn target(&self, id: TargetId) -> Option<&Target> {
        self.routes.iter().map(|r| &r.target).find(|t| t.id == id)
    }

    /// The zones of its targets and groups.
    pub fn zones(&self) -> impl Iterator<Item = &str> {
        let targets = self.routes.iter().map(|r| r.target.zone.as_str());
        targets.chain(self.groups.values().map(|g| g.zone.as_str()))
    }
}

impl Screen {
    /// Why a caller is turned away, if they are: who comes too soon after their last call, and
    /// whose number the carriers vouch for too little.
    #[must_use]
    pub fn refusal(
        &self,
        caller: &Caller,
        attestation: Attestation,
        last_arrived_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<String> {
        guard::repeated(
            self.guard_s,
            self.anonymous_is_one,
            caller,
            last_arrived_at,
            now,
        )
        .or_else(|| self.attestation.refusal(attestation))
    }
}
