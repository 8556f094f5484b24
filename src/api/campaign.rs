//! Campaigns: list, settings, routing plan.

use serde::{Deserialize, Serialize};

use super::number::NumberRow;
use super::page::{Activity, Availability, Choice, Meter, Stamp};
use crate::campaign::{
    ATTEMPTS, DEFAULT_GREETING, DEFAULT_MESSAGE, Distribution, Fallback, RecordingMode, VERTICALS,
};
use crate::id::{CampaignId, RouteId, TargetId};
use crate::invalid::{FieldErrors, name, optional_text, whole};
use crate::plan::{PRIORITY_MAX, ROUTES_MAX, WEIGHT_MAX};
use crate::routing::Candidate;

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRow {
    pub id: CampaignId,
    pub name: String,
    pub vertical: String,
    pub activity: Activity,
    pub numbers: u32,
    /// Routes that could take a call now, of all routes.
    pub open_routes: u32,
    pub routes: u32,
    pub live: u32,
    pub incoming_today: u32,
    pub connected_today: u32,
}

/// A campaign's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignDetail {
    pub row: CampaignRow,
    pub created: Stamp,
    pub settings: CampaignForm,
    /// "Voicemail", "Forward to (214) 555-0187".
    pub fallback_words: String,
    pub numbers: Vec<NumberRow>,
    /// Numbers of the account without a campaign.
    pub free_numbers: Vec<Choice>,
    pub plan: PlanView,
}

/// The routing plan as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanView {
    pub version: i64,
    pub distribution: Distribution,
    pub attempts_max: u32,
    pub routes: Vec<RouteRow>,
    /// Targets that are not in the plan yet.
    pub targets: Vec<Choice>,
    /// What would happen to a call that came in now.
    pub preview: Vec<Candidate>,
}

/// A line of the routing plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRow {
    pub id: RouteId,
    pub target: TargetId,
    pub name: String,
    pub buyer_name: String,
    pub destination: String,
    pub priority: u32,
    pub weight: u32,
    pub on: bool,
    pub now: Availability,
    pub lines: Meter,
    pub today: Meter,
}

/// What a person types about a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CampaignForm {
    pub name: String,
    pub vertical: String,
    /// A [`RecordingMode`] code.
    pub recording: String,
    /// "message", "voicemail", "number" or "hang_up".
    pub fallback: String,
    pub fallback_number: String,
    pub fallback_message: String,
    pub fallback_greeting: String,
}

impl Default for CampaignForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            vertical: VERTICALS[0].to_owned(),
            recording: RecordingMode::default().code().to_owned(),
            fallback: "message".to_owned(),
            fallback_number: String::new(),
            fallback_message: DEFAULT_MESSAGE.to_owned(),
            fallback_greeting: DEFAULT_GREETING.to_owned(),
        }
    }
}

/// Checked settings of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignInput {
    pub name: String,
    pub vertical: String,
    pub recording: RecordingMode,
    pub fallback: Fallback,
}

impl CampaignForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<CampaignInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        if !VERTICALS.contains(&self.vertical.as_str()) {
            errors.add("vertical", "unknown", "Choose a vertical from the list.");
        }
        let recording = RecordingMode::from_code(&self.recording);
        if recording.is_none() {
            errors.add("recording", "unknown", "Choose what is recorded.");
        }
        let fallback = errors.take(self.fallback());
        match (name, recording, fallback) {
            (Some(name), Some(recording), Some(fallback)) if errors.is_empty() => {
                Ok(CampaignInput {
                    name,
                    vertical: self.vertical.clone(),
                    recording,
                    fallback,
                })
            }
            _ => Err(errors),
        }
    }

    /// The form that shows stored settings.
    #[must_use]
    pub fn of(input: &CampaignInput) -> Self {
        let mut form = Self {
            name: input.name.clone(),
            vertical: input.vertical.clone(),
            recording: input.recording.code().to_owned(),
            ..Self::default()
        };
        match &input.fallback {
            Fallback::Number(number) => {
                form.fallback = "number".to_owned();
                form.fallback_number = number.display();
            }
            Fallback::Voicemail { greeting } => {
                form.fallback = "voicemail".to_owned();
                form.fallback_greeting.clone_from(greeting);
            }
            Fallback::Message { text } => {
                form.fallback = "message".to_owned();
                form.fallback_message.clone_from(text);
            }
            Fallback::HangUp => form.fallback = "hang_up".to_owned(),
        }
        form
    }

    fn fallback(&self) -> Result<Fallback, FieldErrors> {
        let said = |field: &str, text: &str, default: &str| {
            optional_text(field, text, 500).map(|text| text.unwrap_or_else(|| default.to_owned()))
        };
        match self.fallback.as_str() {
            "number" => {
                super::number::phone("fallback_number", &self.fallback_number).map(Fallback::Number)
            }
            "voicemail" => said(
                "fallback_greeting",
                &self.fallback_greeting,
                DEFAULT_GREETING,
            )
            .map(|greeting| Fallback::Voicemail { greeting }),
            "message" => said("fallback_message", &self.fallback_message, DEFAULT_MESSAGE)
                .map(|text| Fallback::Message { text }),
            "hang_up" => Ok(Fallback::HangUp),
            _ => Err(FieldErrors::one(
                "fallback",
                "unknown",
                "Choose what happens when nobody answers.",
            )),
        }
    }
}

/// A routing plan as typed; routes in the order shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanForm {
    /// The version this edit began on: saving over a newer one is refused.
    pub version: i64,
    /// "weight" or "round_robin".
    pub distribution: String,
    pub attempts_max: String,
    pub routes: Vec<RouteForm>,
}

impl Default for PlanForm {
    fn default() -> Self {
        Self {
            version: 0,
            distribution: "weight".to_owned(),
            attempts_max: "3".to_owned(),
            routes: Vec::new(),
        }
    }
}

/// A route as typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RouteForm {
    /// The target's id.
    pub target: String,
    pub priority: String,
    pub weight: String,
    /// "on" when switched on (an unchecked box sends nothing).
    #[serde(default)]
    pub on: String,
}

impl Default for RouteForm {
    fn default() -> Self {
        Self {
            target: String::new(),
            priority: "1".to_owned(),
            weight: "10".to_owned(),
            on: "on".to_owned(),
        }
    }
}

/// A checked plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanInput {
    pub version: i64,
    pub distribution: Distribution,
    pub attempts_max: u32,
    /// By priority, in the order typed within one.
    pub routes: Vec<RouteInput>,
}

/// A checked route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteInput {
    pub target: TargetId,
    pub priority: u32,
    pub weight: u32,
    pub on: bool,
}

impl PlanForm {
    /// Checks all fields at once.
    ///
    /// # Errors
    /// At `attempts_max`, `distribution`, `routes[n].weight`, `routes[n].priority` or `routes[n].target`.
    pub fn check(&self) -> Result<PlanInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let attempts = errors.take(whole(
            "attempts_max",
            &self.attempts_max,
            ATTEMPTS.0,
            ATTEMPTS.1,
        ));
        let distribution = match self.distribution.as_str() {
            "weight" => Distribution::Weight,
            "round_robin" => Distribution::RoundRobin,
            _ => {
                errors.add(
                    "distribution",
                    "unknown",
                    "Choose how routes of one priority share calls.",
                );
                Distribution::Weight
            }
        };
        if self.routes.len() > ROUTES_MAX {
            errors.add(
                "routes",
                "too_many",
                format!("A plan holds at most {ROUTES_MAX} routes."),
            );
        }
        let mut routes: Vec<RouteInput> = Vec::new();
        for (i, route) in self.routes.iter().enumerate() {
            // A line of the form in which nothing was chosen is no route.
            if route.target.trim().is_empty() {
                continue;
            }
            let weight = errors.take(
                whole(&format!("routes[{i}].weight"), &route.weight, 1, WEIGHT_MAX).map_err(|_| {
                    FieldErrors::one(
                        &format!("routes[{i}].weight"),
                        "out_of_range",
                        "Enter 1 to 1,000. Without it, no calls.",
                    )
                }),
            );
            let priority = errors.take(whole(
                &format!("routes[{i}].priority"),
                &route.priority,
                1,
                PRIORITY_MAX,
            ));
            let Ok(target) = route.target.parse::<TargetId>() else {
                errors.add(
                    &format!("routes[{i}].target"),
                    "unknown",
                    "Choose a target from the list.",
                );
                continue;
            };
            if routes.iter().any(|r| r.target == target) {
                errors.add(
                    &format!("routes[{i}].target"),
                    "duplicate",
                    "This target is in the plan already.",
                );
            }
            if let (Some(weight), Some(priority)) = (weight, priority) {
                routes.push(RouteInput {
                    target,
                    priority,
                    weight,
                    on: !route.on.is_empty(),
                });
            }
        }
        errors.clone().check()?;
        routes.sort_by_key(|r| r.priority);
        let attempts_max = attempts.ok_or(errors)?;
        Ok(PlanInput {
            version: self.version,
            distribution,
            attempts_max,
            routes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(target: &str, priority: &str, weight: &str) -> RouteForm {
        RouteForm {
            target: target.into(),
            priority: priority.into(),
            weight: weight.into(),
            on: "on".into(),
        }
    }

    #[test]
    fn a_plan_is_sorted_by_priority_and_keeps_the_order_within() {
        let form = PlanForm {
            routes: vec![
                route("3", "2", "10"),
                route("1", "1", "5"),
                route("2", "1", "7"),
            ],
            ..PlanForm::default()
        };
        let targets: Vec<i64> = form
            .check()
            .expect("valid")
            .routes
            .iter()
            .map(|r| r.target.0)
            .collect();
        assert_eq!(targets, [1, 2, 3]);
    }

    #[test]
    fn a_line_without_a_target_is_no_route() {
        let form = PlanForm {
            routes: vec![route("", "1", ""), route("4", "1", "5")],
            ..PlanForm::default()
        };
        let routes = form.check().expect("valid").routes;
        assert_eq!(routes.iter().map(|r| r.target.0).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn mistakes_are_named_at_their_route() {
        let form = PlanForm {
            attempts_max: "0".into(),
            routes: vec![
                route("1", "1", ""),
                route("1", "1", "5"),
                route("x", "1", "5"),
            ],
            ..PlanForm::default()
        };
        let errors = form.check().expect_err("invalid");
        assert_eq!(
            errors.message("routes[0].weight").as_deref(),
            Some("Enter 1 to 1,000. Without it, no calls.")
        );
        assert!(errors.message("routes[2].target").is_some());
        assert!(errors.message("attempts_max").is_some());
    }

    #[test]
    fn settings_round_trip_and_need_what_the_fallback_needs() {
        let form = CampaignForm {
            name: "Roof repair, Texas".into(),
            fallback: "number".into(),
            fallback_number: "214 555 0187".into(),
            ..CampaignForm::default()
        };
        let input = form.check().expect("valid");
        assert_eq!(CampaignForm::of(&input).check(), Ok(input));
        let bad = CampaignForm {
            fallback_number: String::new(),
            ..form
        };
        assert!(
            bad.check()
                .expect_err("no number")
                .message("fallback_number")
                .is_some()
        );
    }
}
