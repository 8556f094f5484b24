//! Revenue recovery: a caller whose target hung up at once is sent to another, and hears ringing
//! meanwhile (domain-reference 2, Revenue recovery). [`pause`] takes targets that keep missing
//! their calls out of the plans.

pub mod pause;
mod verdict;

use serde::{Deserialize, Serialize};

use crate::call::timeline::EndedBy;
use crate::id::{RouteId, TargetId};
use crate::invalid::FieldErrors;
use crate::routing::Verdict;

pub use verdict::{RecoveryVerdict, RouteVerdict};

/// The most times one caller is sent on (domain-reference 2: "up to 5 attempts").
pub const REROUTES_MAX: u32 = 5;
/// The longest conversation, in seconds, that can be set to count as none.
pub const WITHIN_MAX_S: u32 = 600;

/// When a caller is sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// A target that hangs up fewer than so many seconds after the two were connected.
    pub within_s: u32,
    /// How often at most; 1 to [`REROUTES_MAX`].
    pub reroutes_max: u32,
}

/// What a target, its buyer or a campaign says about recovery. The closest that says something
/// holds: target before buyer before campaign (domain-reference 2, Setting precedence).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoverySetting {
    #[default]
    Inherit,
    Off,
    On(Recovery),
}

/// How a conversation ended, and what the call did before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndedTalk {
    pub target: TargetId,
    /// Seconds that caller and target were connected; none if they were not.
    pub connected_s: Option<u32>,
    pub by: EndedBy,
    /// Whether the caller is still on the line.
    pub caller_waits: bool,
    /// How often this caller was sent on before.
    pub reroutes: u32,
    /// With how many targets the caller was connected, this one included.
    pub connects: u32,
}

/// A route the caller could be sent on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryRoute {
    pub route: RouteId,
    pub target: TargetId,
    pub name: String,
    /// Whether it takes part in recovery at all.
    pub takes_rerouted: bool,
    /// The most targets a caller may have been connected with before; none does not care.
    pub connects_max: Option<u32>,
    /// Why it cannot take a call now, as routing says.
    pub refused: Option<Verdict>,
}

/// Whether a caller is sent on, with the trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryDecision {
    pub verdict: RecoveryVerdict,
    /// The routes to choose among, in plan order; nobody unless the caller is sent on.
    pub routes: Vec<RouteId>,
    /// One for each route of the plan, in order; none if it did not come to that.
    pub lines: Vec<RecoveryLine>,
}

/// What was decided about a route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryLine {
    pub route: RouteId,
    pub target: TargetId,
    pub name: String,
    pub verdict: RouteVerdict,
}

impl RecoverySetting {
    /// What holds of a target's, its buyer's and the campaign's setting; none is off.
    #[must_use]
    pub fn effective(target: Self, buyer: Self, campaign: Self) -> Option<Recovery> {
        match [target, buyer, campaign]
            .into_iter()
            .find(|setting| *setting != Self::Inherit)
        {
            Some(Self::On(recovery)) => Some(recovery),
            Some(Self::Off | Self::Inherit) | None => None,
        }
    }
}

impl Recovery {
    /// Whether a caller is sent on, as far as the conversation says.
    ///
    /// # Errors
    /// The verdict that says why not.
    pub fn verdict(&self, talk: &EndedTalk) -> Result<RecoveryVerdict, RecoveryVerdict> {
        let (recovery, lasted_s) = wanted(Some(*self), talk)?;
        Ok(RecoveryVerdict::Rerouted {
            number: talk.reroutes + 1,
            max: max_of(recovery),
            lasted_s,
            within_s: recovery.within_s,
        })
    }

    /// Everything wrong with the setting.
    ///
    /// # Errors
    /// `out_of_range` at `within_s` or `reroutes_max`.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        if !(1..=WITHIN_MAX_S).contains(&self.within_s) {
            let message = format!("Enter 1 to {WITHIN_MAX_S} seconds.");
            errors.add("within_s", "out_of_range", message);
        }
        if !(1..=REROUTES_MAX).contains(&self.reroutes_max) {
            let message = format!("A caller can be sent on 1 to {REROUTES_MAX} times.");
            errors.add("reroutes_max", "out_of_range", message);
        }
        errors.check()
    }
}

/// Whether a caller is sent on after a conversation ended, and among which routes. The same
/// arguments give the same decision; who of the routes gets the caller is routing's to say.
#[must_use]
pub fn recover(
    recovery: Option<Recovery>,
    talk: &EndedTalk,
    routes: &[RecoveryRoute],
) -> RecoveryDecision {
    let (recovery, lasted_s) = match wanted(recovery, talk) {
        Ok(wanted) => wanted,
        Err(verdict) => {
            return RecoveryDecision {
                verdict,
                routes: Vec::new(),
                lines: Vec::new(),
            };
        }
    };
    let lines: Vec<RecoveryLine> = routes
        .iter()
        .map(|route| RecoveryLine {
            route: route.route,
            target: route.target,
            name: route.name.clone(),
            verdict: route.verdict(talk),
        })
        .collect();
    let open: Vec<RouteId> = lines
        .iter()
        .filter(|line| line.verdict == RouteVerdict::May)
        .map(|line| line.route)
        .collect();
    let verdict = if open.is_empty() {
        RecoveryVerdict::NobodyLeft
    } else {
        RecoveryVerdict::Rerouted {
            number: talk.reroutes + 1,
            max: max_of(recovery),
            lasted_s,
            within_s: recovery.within_s,
        }
    };
    RecoveryDecision {
        verdict,
        routes: open,
        lines,
    }
}

/// The setting and the length of a conversation that calls for another target.
fn wanted(
    recovery: Option<Recovery>,
    talk: &EndedTalk,
) -> Result<(Recovery, u32), RecoveryVerdict> {
    let recovery = recovery.ok_or(RecoveryVerdict::Off)?;
    let lasted_s = talk.connected_s.ok_or(RecoveryVerdict::NotConnected)?;
    if !talk.caller_waits {
        return Err(RecoveryVerdict::CallerGone);
    }
    if talk.by != EndedBy::Target {
        return Err(RecoveryVerdict::NotByTarget);
    }
    let within_s = recovery.within_s;
    if lasted_s >= within_s {
        return Err(RecoveryVerdict::LongEnough { lasted_s, within_s });
    }
    let max = max_of(recovery);
    if talk.reroutes >= max {
        return Err(RecoveryVerdict::UsedUp { max });
    }
    Ok((recovery, lasted_s))
}

/// Whatever was stored, a caller is not sent round for ever.
fn max_of(recovery: Recovery) -> u32 {
    recovery.reroutes_max.min(REROUTES_MAX)
}

impl RecoveryRoute {
    fn verdict(&self, talk: &EndedTalk) -> RouteVerdict {
        let too_many = self.connects_max.filter(|max| talk.connects > *max);
        if self.target == talk.target {
            RouteVerdict::HungUp
        } else if !self.takes_rerouted {
            RouteVerdict::Excluded
        } else if let Some(max) = too_many {
            RouteVerdict::TooManyConnects {
                connects: talk.connects,
                max,
            }
        } else {
            match &self.refused {
                Some(verdict) => RouteVerdict::Refused(verdict.clone()),
                None => RouteVerdict::May,
            }
        }
    }
}

impl RecoveryDecision {
    /// Whether the caller is sent on.
    #[must_use]
    pub fn reroutes(&self) -> bool {
        !self.routes.is_empty()
    }
}

#[cfg(test)]
mod tests;
