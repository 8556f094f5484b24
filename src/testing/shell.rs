//! The smallest shell that can carry out a call's effects: usage in a map, no store, no waiting.

use crate::call::effect::Effect;
use crate::call::event::Event;
use crate::call::machine::CallMachine;
use crate::call::recording::Recording;
use crate::call::session::ChosenRoute;
use crate::call::timeline::Entry;
use crate::draw::Draw;
use crate::id::{CallId, TargetId};
use crate::plan::RoutingPlan;
use crate::routing::{Clocks, Decision, Exclusions, UsageMap, decide};
use crate::time::{Timestamp, Windows};
use crate::voice::verb::Verb;

/// What carrying out the effects of one event came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deeds {
    /// What the carrier is answered; none if the event has no answer of its own.
    pub reply: Option<Vec<Verb>>,
    /// The call wants the carrier to be asked.
    pub asked: bool,
    pub decisions: Vec<Made>,
    pub claims: Vec<(TargetId, Windows)>,
    pub claims_lost: Vec<TargetId>,
    pub released: Vec<TargetId>,
    pub uncounted: Vec<(TargetId, Windows)>,
    pub recordings: Vec<Recording>,
    pub entries: Vec<Entry>,
}

/// A decision with what it was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub exclusions: Exclusions,
    pub salt: u64,
    /// As it was when the decision was made.
    pub usage: UsageMap,
    pub decision: Decision,
}

/// What a call's effects work on.
#[derive(Debug)]
pub struct Shell<'a> {
    pub call: CallId,
    pub plan: Option<&'a RoutingPlan>,
    pub usage: &'a mut UsageMap,
    pub clocks: &'a Clocks,
    pub now: Timestamp,
}

impl Shell<'_> {
    /// Carries out effects until there are none, as a server does. `between` runs between a
    /// decision and its claim: whatever other calls do in that moment.
    pub fn drain(
        &mut self,
        machine: &mut CallMachine,
        mut between: impl FnMut(TargetId, &mut UsageMap),
    ) -> Deeds {
        let mut deeds = Deeds::default();
        while let Some(effect) = machine.poll_effect() {
            let answer = match effect {
                Effect::Choose { exclusions, salt } => {
                    Some(self.choose(machine, exclusions, salt, &mut deeds))
                }
                Effect::Claim { target, windows } => {
                    between(target, self.usage);
                    Some(self.claim(target, windows, &mut deeds))
                }
                Effect::ReleaseLine { target } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.line_released();
                    deeds.released.push(target);
                    None
                }
                Effect::Uncount { target, windows } => {
                    let used = self.usage.entry(target).or_default();
                    *used = used.uncounted(&windows);
                    deeds.uncounted.push((target, windows));
                    None
                }
                Effect::Reply(verbs) => {
                    deeds.reply = Some(verbs);
                    None
                }
                Effect::KeepRecording(recording) => {
                    deeds.recordings.push(recording);
                    None
                }
                Effect::AskCarrier => {
                    deeds.asked = true;
                    None
                }
            };
            if let Some(event) = answer {
                let taken = machine.handle_event(event, self.now);
                debug_assert_eq!(
                    taken,
                    Ok(()),
                    "a machine takes the answer to its own question"
                );
            }
        }
        deeds.entries = machine.take_entries();
        deeds
    }

    fn choose(
        &self,
        machine: &CallMachine,
        exclusions: Exclusions,
        salt: u64,
        deeds: &mut Deeds,
    ) -> Event {
        let Some(plan) = self.plan else {
            let decision = Decision {
                plan_version: 0,
                chosen: None,
                candidates: Vec::new(),
            };
            return Event::Decided {
                decision,
                chosen: None,
            };
        };
        let decision = decide(
            plan,
            &exclusions,
            self.usage,
            self.clocks,
            &mut Draw::for_call(self.call, salt),
        );
        let usage = plan
            .routes
            .iter()
            .map(|r| {
                (
                    r.target.id,
                    self.usage.get(&r.target.id).copied().unwrap_or_default(),
                )
            })
            .collect();
        deeds.decisions.push(Made {
            exclusions,
            salt,
            usage,
            decision: decision.clone(),
        });
        let chosen = ChosenRoute::of(plan, &decision, &machine.session().to);
        Event::Decided { decision, chosen }
    }

    fn claim(&mut self, target: TargetId, windows: Windows, deeds: &mut Deeds) -> Event {
        let caps = self
            .plan
            .iter()
            .flat_map(|p| &p.routes)
            .find(|r| r.target.id == target)
            .map(|r| r.target.caps);
        let used = self.usage.entry(target).or_default();
        if caps.is_some_and(|caps| caps.reached(used, &windows).is_none()) {
            *used = used.claimed(&windows, self.now);
            deeds.claims.push((target, windows));
            Event::Claimed
        } else {
            deeds.claims_lost.push(target);
            Event::ClaimLost
        }
    }
}
