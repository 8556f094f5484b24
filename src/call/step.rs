//! A step of a call: one event taken in, and all that must be stored together because of it.
//!
//! A step is worked out before anything is written, as if the line it wants were free. If another
//! call was faster, it is worked out again with a fresh reading of usage; what was decided before
//! is decided again in the same way, so that the trace tells both decisions.

use std::collections::BTreeMap;

use super::effect::Effect;
use super::event::Event;
use super::machine::CallMachine;
use super::recording::Recording;
use super::session::{ChosenRoute, Session};
use super::timeline::Entry;
use crate::caps::{Claim, Freed};
use crate::draw::Draw;
use crate::id::{CallId, TargetId};
use crate::plan::RoutingPlan;
use crate::routing::{Clocks, Decision, Exclusions, UsageMap, decide};
use crate::time::Timestamp;
use crate::voice::verb::Verb;

/// What a step is worked out from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub call: CallId,
    /// None for a number that no campaign uses.
    pub plan: Option<&'a RoutingPlan>,
    pub clocks: &'a Clocks,
    /// What the plan's targets had used at each decision of this step. The claim that followed a
    /// reading was lost if there is a later reading.
    pub readings: &'a [UsageMap],
    pub now: Timestamp,
}

/// What must be stored together, and the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub session: Session,
    pub entries: Vec<Entry>,
    /// What the carrier is answered; none if the event has no answer of its own.
    pub reply: Option<Vec<Verb>>,
    /// The line and the places under caps that the reply needs.
    pub claim: Option<Claim>,
    /// What is given back, by target.
    pub freed: Vec<Freed>,
    /// Recordings that were not known.
    pub recordings: Vec<Recording>,
    /// When the call wants to be woken.
    pub next_check_at: Option<Timestamp>,
}

/// A decision is due, and no reading of usage is left for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a decision needs to know what the targets have used")]
pub struct UsageWanted;

impl Step {
    /// Takes the effects of a machine until there are none.
    ///
    /// Ends because each lost claim excludes a target and every other effect asks for nothing back.
    ///
    /// # Errors
    /// [`UsageWanted`] if a decision needs one more reading; hand in the machine again with it.
    pub fn of(mut machine: CallMachine, facts: Facts<'_>) -> Result<Self, UsageWanted> {
        let mut readings = facts.readings.iter();
        let mut reply = None;
        let mut claim = None;
        let mut recordings = Vec::new();
        let mut freed: BTreeMap<TargetId, Freed> = BTreeMap::new();
        while let Some(effect) = machine.poll_effect() {
            match effect {
                Effect::Choose { exclusions, salt } => {
                    let usage = match facts.plan {
                        Some(plan) if !plan.routes.is_empty() => {
                            Some(readings.next().ok_or(UsageWanted)?)
                        }
                        _ => None,
                    };
                    let event = choose(&machine, &exclusions, salt, usage, facts);
                    feed(&mut machine, event, facts.now);
                }
                Effect::Claim { target, windows } => {
                    let lost = readings.len() > 0;
                    let event = if lost {
                        Event::ClaimLost
                    } else {
                        claim = Some(Claim {
                            target,
                            caps: facts.caps_of(target),
                            windows,
                        });
                        Event::Claimed
                    };
                    feed(&mut machine, event, facts.now);
                }
                Effect::ReleaseLine { target } => {
                    freed.entry(target).or_insert(Freed::nothing(target)).line = true;
                }
                Effect::Uncount { target, windows } => {
                    freed
                        .entry(target)
                        .or_insert(Freed::nothing(target))
                        .uncounted = Some(windows);
                }
                Effect::KeepRecording(recording) => recordings.push(recording),
                Effect::Reply(verbs) => reply = Some(verbs),
                // Only the sweeper asks, before a step is worked out.
                Effect::AskCarrier => {}
            }
        }
        Ok(Self {
            entries: machine.take_entries(),
            reply,
            claim,
            freed: freed.into_values().collect(),
            recordings,
            next_check_at: machine.poll_timeout().map(|timer| timer.at),
            session: machine.session().clone(),
        })
    }
}

impl Facts<'_> {
    fn caps_of(&self, target: TargetId) -> crate::caps::Caps {
        self.plan
            .iter()
            .flat_map(|plan| &plan.routes)
            .find(|route| route.target.id == target)
            .map(|route| route.target.caps)
            .unwrap_or_default()
    }
}

fn choose(
    machine: &CallMachine,
    exclusions: &Exclusions,
    salt: u64,
    usage: Option<&UsageMap>,
    facts: Facts<'_>,
) -> Event {
    let Some(plan) = facts.plan else {
        return Event::Decided {
            decision: Decision {
                plan_version: 0,
                chosen: None,
                candidates: Vec::new(),
            },
            chosen: None,
        };
    };
    let nothing_used = UsageMap::new();
    let decision = decide(
        plan,
        exclusions,
        usage.unwrap_or(&nothing_used),
        facts.clocks,
        &mut Draw::for_call(facts.call, salt),
    );
    let chosen = ChosenRoute::of(plan, &decision, &machine.session().to);
    Event::Decided { decision, chosen }
}

/// Events that answer an effect of the machine cannot be out of place.
fn feed(machine: &mut CallMachine, event: Event, now: Timestamp) {
    let taken = machine.handle_event(event, now);
    debug_assert_eq!(
        taken,
        Ok(()),
        "a machine takes the answer to its own question"
    );
}

#[cfg(test)]
mod tests;
