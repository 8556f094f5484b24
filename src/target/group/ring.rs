//! One ring of a group: phones that ring together, until one answers or none is left.

use serde::{Deserialize, Serialize};

use crate::id::TargetId;

/// The phones of a ring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ring {
    /// Still ringing, in order.
    ringing: Vec<TargetId>,
    /// Who has the caller.
    answered: Option<TargetId>,
}

/// What became of a ring by news of one of its phones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RingOutcome {
    /// Others still ring.
    GoesOn,
    /// This one has the caller; the lines of these others are given back, uncounted.
    Answered {
        by: TargetId,
        release: Vec<TargetId>,
    },
    /// Nobody is left: expand the group again, without those that rang.
    Unanswered,
    /// News of a phone that no longer matters; its line was given back before.
    Late,
}

impl Ring {
    /// A ring of those whose lines were claimed: what an expansion wanted, less the lines that
    /// other calls took between deciding and claiming. A part of a ring is rung all the same; none
    /// if nobody is left of it, and the group is expanded again without those that were lost.
    #[must_use]
    pub fn of_claimed(wanted: &[TargetId], lost: &[TargetId]) -> Option<Self> {
        let ringing: Vec<TargetId> = wanted
            .iter()
            .copied()
            .filter(|target| !lost.contains(target))
            .collect();
        (!ringing.is_empty()).then_some(Self {
            ringing,
            answered: None,
        })
    }

    /// Who still rings, in order.
    #[must_use]
    pub fn ringing(&self) -> &[TargetId] {
        &self.ringing
    }

    /// Who has the caller, once somebody does.
    #[must_use]
    pub fn answered(&self) -> Option<TargetId> {
        self.answered
    }

    /// A phone was answered. The first has the caller; an answer that arrives later is too late,
    /// whichever was earlier at the phone, for the caller is already connected.
    pub fn answer(&mut self, by: TargetId) -> RingOutcome {
        if !self.ringing.contains(&by) {
            return RingOutcome::Late;
        }
        let release = std::mem::take(&mut self.ringing);
        self.answered = Some(by);
        RingOutcome::Answered {
            by,
            release: release.into_iter().filter(|t| *t != by).collect(),
        }
    }

    /// A phone was busy, failed, refused or rang out.
    pub fn miss(&mut self, target: TargetId) -> RingOutcome {
        let Some(at) = self.ringing.iter().position(|t| *t == target) else {
            return RingOutcome::Late;
        };
        self.ringing.remove(at);
        if self.ringing.is_empty() {
            RingOutcome::Unanswered
        } else {
            RingOutcome::GoesOn
        }
    }
}
