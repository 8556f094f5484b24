//! Reservations: what a bid holds for the call it was made for.
//!
//! A publisher who was offered money for a call is promised that the call will be taken. So a bid claims
//! what the call's first dial would claim, and the call takes it over. What the dial has no use for when
//! it comes is given back with it.

use serde::{Deserialize, Serialize};

use super::effect::Place;
use crate::caps::{Claim, Freed, GroupClaim, GroupFreed, Usage};
use crate::id::{TargetGroupId, TargetId};
use crate::money::Micros;
use crate::routing::UsageMap;
use crate::time::Windows;

/// Lines and places under caps, held for a call to come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    pub places: Vec<Place>,
    /// The place in a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<(TargetGroupId, Windows)>,
}

impl Reservation {
    /// What claims come to once they are held.
    #[must_use]
    pub fn of(claims: &[Claim], group: Option<&GroupClaim>) -> Self {
        let place = |claim: &Claim| Place {
            target: claim.target,
            windows: claim.windows,
            price: claim.price,
        };
        Self {
            places: claims.iter().map(place).collect(),
            group: group.map(|claim| (claim.group, claim.windows)),
        }
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.group.is_none()
    }

    /// What it holds at a target.
    #[must_use]
    pub fn at(&self, target: TargetId) -> Option<&Place> {
        self.places.iter().find(|place| place.target == target)
    }

    /// The windows of its place in a group.
    #[must_use]
    pub fn in_group(&self, group: TargetGroupId) -> Option<Windows> {
        let held = self.group.filter(|(id, _)| *id == group)?;
        Some(held.1)
    }

    /// What it holds that neither these targets nor this group have a use for.
    #[must_use]
    pub fn except(self, targets: &[TargetId], group: Option<TargetGroupId>) -> Self {
        Self {
            places: (self.places.into_iter())
                .filter(|place| !targets.contains(&place.target))
                .collect(),
            group: self.group.filter(|(id, _)| Some(*id) != group),
        }
    }

    /// What others have used: what the call itself may still use.
    #[must_use]
    pub fn lifted(&self, usage: &UsageMap) -> UsageMap {
        let mut out = usage.clone();
        for place in &self.places {
            if let Some(used) = out.get_mut(&place.target) {
                *used = without(used, &place.windows, place.price);
            }
        }
        if let Some((group, windows)) = &self.group
            && let Some(used) = out.groups.get_mut(group)
        {
            *used = without(used, windows, Micros::ZERO);
        }
        out
    }

    /// All of it, given back.
    #[must_use]
    pub fn freed(&self) -> (Vec<Freed>, Vec<GroupFreed>) {
        let place = |place: &Place| Freed {
            line: true,
            uncounted: Some(place.windows),
            spent: (place.price != Micros::ZERO)
                .then(|| (place.windows, Micros(place.price.0.saturating_neg()))),
            ..Freed::nothing(place.target)
        };
        let group = self.group.map(|(group, windows)| GroupFreed {
            group,
            line: true,
            uncounted: Some(windows),
        });
        (
            self.places.iter().map(place).collect(),
            group.into_iter().collect(),
        )
    }
}

fn without(used: &Usage, windows: &Windows, price: Micros) -> Usage {
    let one_less = Usage {
        live: used.live.saturating_sub(1),
        ..*used
    };
    one_less
        .uncounted(windows)
        .spent_more(windows, Micros(price.0.saturating_neg()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    const WINDOWS: Windows = Windows {
        hour: 1,
        day: 1,
        month: 1,
    };

    fn reservation() -> Reservation {
        let place = |target, price| Place {
            target: TargetId(target),
            windows: WINDOWS,
            price: Micros(price),
        };
        Reservation {
            places: vec![place(1, 5_000_000), place(2, 0)],
            group: Some((TargetGroupId(7), WINDOWS)),
        }
    }

    #[test]
    fn lifting_it_leaves_what_others_have_used() {
        let others = Usage::default().claimed(&WINDOWS, Micros(3_000_000), Timestamp(1));
        let with = others.claimed(&WINDOWS, Micros(5_000_000), Timestamp(1));
        let mut usage: UsageMap = [(TargetId(1), with), (TargetId(9), others)].into();
        usage.groups.insert(
            TargetGroupId(7),
            Usage::default().claimed(&WINDOWS, Micros::ZERO, Timestamp(1)),
        );
        let lifted = reservation().lifted(&usage);
        assert_eq!(lifted.get(&TargetId(1)), Some(&others));
        assert_eq!(lifted.get(&TargetId(9)), Some(&others));
        assert_eq!(lifted.get(&TargetId(2)), None);
        assert_eq!(lifted.group(TargetGroupId(7)).live, 0);
        assert_eq!(lifted.group(TargetGroupId(7)).total, 0);
    }

    #[test]
    fn what_a_dial_has_no_use_for_is_left_over() {
        let left = reservation().except(&[TargetId(2), TargetId(3)], None);
        assert_eq!(left.places.len(), 1);
        assert!(left.at(TargetId(1)).is_some() && left.in_group(TargetGroupId(7)).is_some());
        let none = reservation().except(&[TargetId(1), TargetId(2)], Some(TargetGroupId(7)));
        assert!(none.is_empty());
    }

    #[test]
    fn given_back_it_leaves_no_trace() {
        let (freed, groups) = reservation().freed();
        let used = Usage::default().claimed(&WINDOWS, Micros(5_000_000), Timestamp(1));
        let after = without(&used, &WINDOWS, Micros(5_000_000));
        assert_eq!(
            (after.live, after.total, after.total_spent),
            (0, 0, Micros::ZERO)
        );
        assert_eq!(freed[0].spent, Some((WINDOWS, Micros(-5_000_000))));
        assert_eq!(freed[1].spent, None);
        assert!(freed.iter().all(|f| f.line && f.uncounted == Some(WINDOWS)));
        assert_eq!(groups.len(), 1);
    }
}
