//! Groups of targets: the list rows and the form.

use serde::{Deserialize, Serialize};

use super::page::{Activity, Availability, Choice, Meter};
use super::revenue::amount;
use super::target::{DayForm, caps, hours};
use crate::id::{BuyerId, CampaignId, TargetGroupId, TargetId};
use crate::invalid::{FieldErrors, name, whole};
use crate::money::Micros;
use crate::plan::{PRIORITY_MAX, WEIGHT_MAX};
use crate::rtb::amount::BID_MAX;
use crate::rtb::auction::{AuctionTerms, DEADLINE_MS_DEFAULT, DEADLINE_MS_MAX, DEADLINE_MS_MIN};
use crate::schedule::holiday::text;
use crate::target::group::{Member, RingOrder, TargetGroup};
use crate::target::{RING_TIMEOUT_S, zone};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroupRow {
    pub id: TargetGroupId,
    pub name: String,
    pub activity: Activity,
    /// "All at once", "One after the other", or how a ring tree chooses.
    pub order: String,
    /// A ring tree.
    pub is_tree: bool,
    /// Members that are not archived.
    pub members: u32,
    pub now: Availability,
    pub lines: Meter,
    pub today: Meter,
    /// Campaigns that route to it.
    pub campaigns: Vec<(CampaignId, String)>,
}

/// A group's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroupDetail {
    pub row: TargetGroupRow,
    pub form: TargetGroupForm,
    pub hour: Meter,
    pub month: Meter,
    pub total: Meter,
    /// All targets that can be members, those that are among them.
    pub targets: Vec<MemberChoice>,
}

/// A target that can be a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberChoice {
    pub target: TargetId,
    pub name: String,
    pub buyer: BuyerId,
    pub buyer_name: String,
    pub destination: String,
    pub now: Availability,
}

impl MemberChoice {
    /// As an entry of a choice list.
    #[must_use]
    pub fn choice(&self) -> Choice {
        Choice {
            value: self.target.to_string(),
            label: self.name.clone(),
            hint: format!("{}, {}", self.now.word, self.buyer_name),
        }
    }
}

/// What a person types about a group, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetGroupForm {
    pub name: String,
    /// "in_turn" or "all_at_once".
    pub order: String,
    pub ring_timeout_s: String,
    pub zone: String,
    /// "always" or "weekly".
    pub hours: String,
    /// From Monday; looked at only with weekly hours.
    pub days: Vec<DayForm>,
    /// One a line; see `schedule::holiday::text`.
    pub holidays: String,
    pub cap_concurrent: String,
    pub cap_hourly: String,
    pub cap_daily: String,
    pub cap_monthly: String,
    pub cap_total: String,
    /// The ids of its targets, in the order they are rung in.
    pub members: Vec<String>,
    /// "on" where the group is a ring tree: its targets bid for each call.
    pub auction: String,
    /// How long bidders have, in milliseconds.
    pub deadline_ms: String,
    /// The least a call is sent for; empty for any bid.
    pub min_revenue: String,
    /// A box: after a failed connection the next bid is tried.
    pub waterfall: String,
    /// Of a ring tree, as `members`: 1 comes first among equal bids. Empty is 1.
    pub priorities: Vec<String>,
    /// Then the heavier. Empty is 1.
    pub weights: Vec<String>,
}

impl Default for TargetGroupForm {
    fn default() -> Self {
        let none = String::new;
        Self {
            name: none(),
            order: RingOrder::default().code().to_owned(),
            ring_timeout_s: "20".to_owned(),
            zone: "America/New_York".to_owned(),
            hours: "always".to_owned(),
            days: hours::working_week(),
            holidays: none(),
            cap_concurrent: none(),
            cap_hourly: none(),
            cap_daily: none(),
            cap_monthly: none(),
            cap_total: none(),
            members: Vec::new(),
            auction: none(),
            deadline_ms: DEADLINE_MS_DEFAULT.to_string(),
            min_revenue: none(),
            waterfall: "on".to_owned(),
            priorities: Vec::new(),
            weights: Vec::new(),
        }
    }
}

impl TargetGroupForm {
    /// What a new ring tree starts with.
    #[must_use]
    pub fn ring_tree() -> Self {
        Self {
            auction: "on".to_owned(),
            ..Self::default()
        }
    }

    /// The form that shows a stored group.
    #[must_use]
    pub fn of(group: &TargetGroup) -> Self {
        let (hours, days) = hours::hours_text(&group.hours);
        let [
            cap_concurrent,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
        ] = caps::calls_text(&group.caps);
        let mut members = group.members.clone();
        // Stable: of one priority the first in the list is rung first.
        members.sort_by_key(|member| member.priority);
        let on = |on: bool| if on { "on" } else { "" }.to_owned();
        let terms = group.auction.unwrap_or_default();
        let ranks = |of: fn(&Member) -> u32| match group.auction {
            Some(_) => members.iter().map(|m| of(m).to_string()).collect(),
            None => Vec::new(),
        };
        Self {
            name: group.name.clone(),
            order: group.order.code().to_owned(),
            ring_timeout_s: group.ring_timeout_s.to_string(),
            zone: group.zone.clone(),
            hours,
            days,
            holidays: text::print(&group.holidays),
            cap_concurrent,
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
            members: members.iter().map(|m| m.target.to_string()).collect(),
            auction: on(group.auction.is_some()),
            deadline_ms: terms.deadline_ms.to_string(),
            min_revenue: match terms.min_revenue {
                Micros::ZERO => String::new(),
                amount => amount.plain(),
            },
            waterfall: on(terms.waterfall),
            priorities: ranks(|m| m.priority),
            weights: ranks(|m| m.weight),
        }
    }

    /// Checks all fields at once. The id is that of no group, and it is active.
    ///
    /// # Errors
    /// At the field's own name; hours at `days[n]`; members at `members` or `members[n].target`.
    pub fn check(&self) -> Result<TargetGroup, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let order = RingOrder::from_code(&self.order);
        if order.is_none() {
            errors.add("order", "unknown", "Choose how its phones ring.");
        }
        let (least, most) = RING_TIMEOUT_S;
        let ring = errors.take(whole("ring_timeout_s", &self.ring_timeout_s, least, most));
        let zone = errors.take(zone("zone", &self.zone));
        let hours = errors.take(hours::hours(&self.hours, &self.days));
        let holidays = errors.take(hours::holidays(&self.holidays));
        let caps = errors.take(caps::calls([
            &self.cap_concurrent,
            &self.cap_hourly,
            &self.cap_daily,
            &self.cap_monthly,
            &self.cap_total,
        ]));
        let members = errors.take(self.members());
        let auction = errors.take(self.terms());
        let (Some(name), Some(order), Some(ring_timeout_s), Some(zone)) = (name, order, ring, zone)
        else {
            return Err(errors);
        };
        let (Some(hours), Some(holidays), Some(caps), Some(members), Some(auction)) =
            (hours, holidays, caps, members, auction)
        else {
            return Err(errors);
        };
        let group = TargetGroup {
            id: TargetGroupId(0),
            name,
            active: true,
            order,
            auction,
            ring_timeout_s,
            zone,
            hours,
            holidays,
            caps,
            members,
        };
        errors.take(group.check());
        errors.check()?;
        Ok(group)
    }

    fn is_tree(&self) -> bool {
        !self.auction.is_empty()
    }

    /// How the auction is held; none for a group without one.
    fn terms(&self) -> Result<Option<AuctionTerms>, FieldErrors> {
        if !self.is_tree() {
            return Ok(None);
        }
        let mut errors = FieldErrors::default();
        let (least, most) = (DEADLINE_MS_MIN, DEADLINE_MS_MAX);
        let deadline = errors.take(whole("deadline_ms", &self.deadline_ms, least, most));
        let min = match self.min_revenue.trim() {
            "" => Some(Micros::ZERO),
            typed => errors.take(amount("min_revenue", typed, BID_MAX)),
        };
        errors.check()?;
        Ok(Some(AuctionTerms {
            deadline_ms: deadline.unwrap_or(DEADLINE_MS_DEFAULT),
            min_revenue: min.unwrap_or_default(),
            waterfall: !self.waterfall.is_empty(),
        }))
    }

    /// Where a member stands among equal bids; the first place where nothing is said.
    fn rank(&self, of: &[String], at: usize, what: &str, max: u32) -> Result<u32, FieldErrors> {
        let said = of.get(at).map(|text| text.trim()).unwrap_or_default();
        if said.is_empty() || !self.is_tree() {
            return Ok(1);
        }
        whole(&format!("members[{at}].{what}"), said, 1, max)
    }

    fn members(&self) -> Result<Vec<Member>, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut members = Vec::new();
        for (i, typed) in self.members.iter().enumerate() {
            // A line of the form in which nothing was chosen is no member.
            if typed.trim().is_empty() {
                continue;
            }
            match typed.parse::<TargetId>() {
                Ok(target) => {
                    let priority = self.rank(&self.priorities, i, "priority", PRIORITY_MAX);
                    let weight = self.rank(&self.weights, i, "weight", WEIGHT_MAX);
                    if let (Some(priority), Some(weight)) =
                        (errors.take(priority), errors.take(weight))
                    {
                        members.push(Member {
                            target,
                            priority,
                            weight,
                        });
                    }
                }
                Err(_) => errors.add(
                    &format!("members[{i}].target"),
                    "unknown",
                    "Choose a target from the list.",
                ),
            }
        }
        if errors.is_empty() && members.is_empty() {
            errors.add("members", "required", "Choose a target.");
        }
        errors.check()?;
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_goes_there_and_back() {
        let form = TargetGroupForm {
            name: "Night desk".to_owned(),
            order: "all_at_once".to_owned(),
            cap_daily: "40".to_owned(),
            members: vec!["3".to_owned(), String::new(), "1".to_owned()],
            ..TargetGroupForm::default()
        };
        let group = form.check().expect("a group");
        let ids: Vec<i64> = group.members.iter().map(|m| m.target.0).collect();
        assert_eq!((ids, group.caps.daily), (vec![3, 1], Some(40)));
        assert_eq!(
            TargetGroupForm::of(&group),
            TargetGroupForm {
                members: vec!["3".to_owned(), "1".to_owned()],
                ..form
            }
        );
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let form = TargetGroupForm {
            order: "loudly".to_owned(),
            ring_timeout_s: "3".to_owned(),
            members: vec!["x".to_owned()],
            ..TargetGroupForm::default()
        };
        let errors = form.check().expect_err("wrong");
        let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
        assert_eq!(
            fields,
            ["name", "order", "ring_timeout_s", "members[0].target"]
        );
        let none = TargetGroupForm {
            name: "Desk".to_owned(),
            ..TargetGroupForm::default()
        };
        assert_eq!(none.check().expect_err("nobody").0[0].field, "members");
    }
}
