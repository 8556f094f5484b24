//! Target groups: targets that stand in a routing plan as one, rung all at once or one after the
//! other (Ringba's `isSimalDial`, domain-reference 2), with hours and caps of their own.
//!
//! A group is expanded at each decision of its plan: when it may be chosen, and again after each ring
//! that nobody answered or whose lines other calls took, until it has nobody left. The same facts give
//! the same ring.

mod auction;
mod expansion;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::caps::{Caps, Usage};
use crate::id::{TargetGroupId, TargetId};
use crate::invalid::{self, FieldErrors};
use crate::plan::{PRIORITY_MAX, WEIGHT_MAX};
use crate::routing::{Exclusions, Verdict};
use crate::rtb::auction::{AuctionTerms, DEADLINE_MS_MAX, DEADLINE_MS_MIN};
use crate::schedule::Hours;
use crate::schedule::holiday::{self, Holiday};
use crate::target::RING_TIMEOUT_S;
use crate::time::LocalMoment;

pub use auction::AuctionFacts;
pub use expansion::{Expansion, GroupRefusal, MemberLine, Part};

/// The most phones the carrier rings at once for one caller: the nouns of one `<Dial>`.
pub const AT_ONCE_MAX: usize = 10;
/// The most members of one group.
pub const MEMBERS_MAX: usize = 50;

/// Targets that take calls together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    pub id: TargetGroupId,
    pub name: String,
    /// False while the group is paused.
    pub active: bool,
    pub order: RingOrder,
    /// Its members bid for each call, and the best bid is rung: the group is a ring tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auction: Option<AuctionTerms>,
    /// How long each ring lasts, in seconds, in place of the members' own times.
    pub ring_timeout_s: u32,
    /// IANA zone of `hours` and of the windows of `caps`.
    pub zone: String,
    /// When the group takes calls; a member must be open as well.
    pub hours: Hours,
    /// They go before `hours`.
    pub holidays: Vec<Holiday>,
    /// What the group takes in sum; a call counts once, however many phones it rings.
    pub caps: Caps,
    pub members: Vec<Member>,
}

/// How the members of a group are rung.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingOrder {
    /// All at once; the first who answers has the caller.
    AllAtOnce,
    /// One after the other, by priority.
    #[default]
    InTurn,
}

impl RingOrder {
    /// All orders.
    pub const ALL: [Self; 2] = [Self::InTurn, Self::AllAtOnce];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AllAtOnce => "all_at_once",
            Self::InTurn => "in_turn",
        }
    }

    /// The order of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AllAtOnce => "All at once",
            Self::InTurn => "One after the other",
        }
    }
}

/// A target in a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub target: TargetId,
    /// 1 is rung first; of the same, the first in the list. In a ring tree it decides among equal
    /// bids.
    pub priority: u32,
    /// In a ring tree, which of equal bids of the same priority comes first: the heavier.
    pub weight: u32,
}

/// What is known when a group is expanded.
#[derive(Debug, Clone, Copy)]
pub struct GroupFacts<'a> {
    /// What the group has used.
    pub usage: Usage,
    /// What a wall clock in the group's zone shows; none if the zone is not known.
    pub local: Option<&'a LocalMoment>,
    /// Members that cannot take the call, and why; whoever is missing can.
    pub refused: &'a BTreeMap<TargetId, Verdict>,
    /// What this call did before.
    pub exclusions: &'a Exclusions,
    /// This call has its place in the group already: the group's caps were asked when it got it.
    pub has_place: bool,
    /// Of a ring tree, what is known of its auctions; none where no call is known.
    pub auction: Option<AuctionFacts<'a>>,
}

impl TargetGroup {
    /// Whom of the group to ring next. A group that refuses rings nobody, whoever is free.
    #[must_use]
    pub fn expand(&self, facts: &GroupFacts<'_>) -> Expansion {
        if let (Some(terms), Some(auction)) = (&self.auction, &facts.auction) {
            return self.expand_auction(terms, auction, facts);
        }
        let mut members: Vec<&Member> = self.members.iter().collect();
        // Stable, so that members of the same priority keep the order of the list.
        members.sort_by_key(|member| member.priority);
        let refused = self.refusal(facts);
        let refusals: Vec<Option<Verdict>> = members
            .iter()
            .map(|member| facts.refusal(member.target))
            .collect();
        let open: Vec<TargetId> = members
            .iter()
            .zip(&refusals)
            .filter(|(_, no)| refused.is_none() && no.is_none())
            .map(|(member, _)| member.target)
            .collect();
        let at_once = match self.order {
            RingOrder::AllAtOnce => AT_ONCE_MAX,
            RingOrder::InTurn => 1,
        };
        let (now, then) = open.split_at(at_once.min(open.len()));
        let lines = members
            .iter()
            .zip(refusals)
            .map(|(member, no)| MemberLine {
                target: member.target,
                priority: member.priority,
                part: match no {
                    _ if refused.is_some() => Part::GroupRefused,
                    Some(verdict) => Part::Refused(verdict),
                    None => part(member.target, now, then),
                },
            })
            .collect();
        Expansion {
            now: now.to_vec(),
            then: then.to_vec(),
            refused,
            lines,
            ..Expansion::default()
        }
    }

    /// Why the group as a whole takes no call; none if it does.
    fn refusal(&self, facts: &GroupFacts<'_>) -> Option<GroupRefusal> {
        if !self.active {
            return Some(GroupRefusal::Paused);
        }
        let Some(local) = facts.local else {
            return Some(GroupRefusal::Closed {
                until: format!("because its time zone {} is not known", self.zone),
            });
        };
        let state = holiday::state(&self.hours, &self.holidays, local);
        if !state.is_open() {
            return Some(GroupRefusal::Closed {
                until: state.words(&self.zone),
            });
        }
        if facts.has_place {
            return None;
        }
        self.caps
            .reached(&facts.usage, &local.windows())
            .map(GroupRefusal::CapReached)
    }

    /// Everything wrong with a group.
    ///
    /// # Errors
    /// What [`invalid::name`] says at `name`; `out_of_range` at `ring_timeout_s`; `required`,
    /// `too_many` or `duplicate` at `members`; `out_of_range` at `members[n].priority` or
    /// `members[n].weight`, and at `deadline_ms` of a ring tree; what
    /// [`Holiday::check`] says.
    pub fn check(&self) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.take(invalid::name("name", &self.name));
        let (least, most) = RING_TIMEOUT_S;
        if !(least..=most).contains(&self.ring_timeout_s) {
            let message = format!("Enter {least} to {most} seconds.");
            errors.add("ring_timeout_s", "out_of_range", message);
        }
        errors.take(Holiday::check(&self.holidays));
        if let Some(terms) = &self.auction {
            let bounds = DEADLINE_MS_MIN..=DEADLINE_MS_MAX;
            if !bounds.contains(&terms.deadline_ms) {
                let message = format!("Enter {DEADLINE_MS_MIN} to {DEADLINE_MS_MAX} milliseconds.");
                errors.add("deadline_ms", "out_of_range", message);
            }
        }
        if self.members.is_empty() {
            errors.add("members", "required", "Choose a target.");
        }
        if self.members.len() > MEMBERS_MAX {
            let message = format!("Use at most {MEMBERS_MAX} targets.");
            errors.add("members", "too_many", message);
        }
        for (i, member) in self.members.iter().enumerate() {
            if !(1..=PRIORITY_MAX).contains(&member.priority) {
                let message = format!("Enter a whole number from 1 to {PRIORITY_MAX}.");
                errors.add(&format!("members[{i}].priority"), "out_of_range", message);
            }
            if !(1..=WEIGHT_MAX).contains(&member.weight) {
                let message = format!("Enter a whole number from 1 to {WEIGHT_MAX}.");
                errors.add(&format!("members[{i}].weight"), "out_of_range", message);
            }
            let earlier = &self.members[..i];
            if earlier.iter().any(|other| other.target == member.target) {
                let message = "This target is in the group already.";
                errors.add(&format!("members[{i}].target"), "duplicate", message);
            }
        }
        errors.check()
    }
}

impl GroupFacts<'_> {
    fn refusal(&self, target: TargetId) -> Option<Verdict> {
        if self.exclusions.tried.contains(&target) {
            Some(Verdict::AlreadyTried)
        } else if self.exclusions.lost.contains(&target) {
            Some(Verdict::LineTaken)
        } else {
            self.refused.get(&target).cloned()
        }
    }
}

fn part(target: TargetId, now: &[TargetId], then: &[TargetId]) -> Part {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    match then.iter().position(|waiting| *waiting == target) {
        Some(place) => Part::Waits {
            after: count(now.len() + place),
        },
        None => Part::Rung {
            with: count(now.len().saturating_sub(1)),
        },
    }
}

#[cfg(test)]
mod tests;
