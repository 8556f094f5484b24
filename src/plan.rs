//! The routing plan: a campaign's settings and routes, compiled for one decision after another.

use serde::{Deserialize, Serialize};

use crate::campaign::{Distribution, Fallback, RecordingMode};
use crate::id::{CampaignId, RouteId};
use crate::target::Target;

/// Weights run from 1 to this.
pub const WEIGHT_MAX: u32 = 1_000;
/// Priorities run from 1 (first) to this.
pub const PRIORITY_MAX: u32 = 20;
/// The most routes one plan may have: a decision looks at all of them.
pub const ROUTES_MAX: usize = 200;

/// An entry of a routing plan: a target with priority and weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub id: RouteId,
    /// 1 is tried first.
    pub priority: u32,
    /// The share of calls among open routes of the same priority.
    pub weight: u32,
    /// False while the route is switched off in this plan.
    pub on: bool,
    pub target: Target,
}

/// All that a decision about a call of one campaign needs, apart from usage and time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// In plan order: by priority, then as the person arranged them.
    pub routes: Vec<Route>,
}
