//! Choosing a target and dialing it.

use super::{CallMachine, Rejected};
use crate::call::effect::Effect;
use crate::call::session::{Attempt, ChosenRoute, Stage};
use crate::call::timeline::What;
use crate::routing::{Decision, Exclusions};
use crate::time::Timestamp;
use crate::voice::verb::{Dial, Step, Verb};

impl CallMachine {
    pub(super) fn choose(&mut self) {
        self.session.stage = Stage::Deciding;
        self.session.decisions += 1;
        let exclusions = Exclusions {
            tried: self
                .session
                .attempts
                .iter()
                .map(|a| a.chosen.target)
                .collect(),
            lost: self.session.lost.clone(),
        };
        self.effects.push_back(Effect::Choose {
            exclusions,
            salt: self.session.decisions,
        });
    }

    pub(super) fn decided(
        &mut self,
        decision: Decision,
        chosen: Option<ChosenRoute>,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        if self.session.stage != Stage::Deciding {
            return Err(Rejected::WrongState);
        }
        let after = self.session.attempts.last().and_then(|a| a.result);
        self.note(now, What::Decided { after, decision });
        match chosen {
            Some(chosen) => {
                self.effects.push_back(Effect::Claim {
                    target: chosen.target,
                    windows: chosen.windows,
                });
                self.session.stage = Stage::Claiming { chosen };
            }
            None => self.begin_fallback(now),
        }
        Ok(())
    }

    pub(super) fn claimed(&mut self, now: Timestamp) -> Result<(), Rejected> {
        let Stage::Claiming { chosen } = &self.session.stage else {
            return Err(Rejected::WrongState);
        };
        let chosen = chosen.clone();
        let number = u32::try_from(self.session.attempts.len()).unwrap_or(u32::MAX) + 1;
        self.note(
            now,
            What::Dialing {
                attempt: number,
                target: chosen.target,
                name: chosen.name.clone(),
                destination: chosen.destination.display(),
                ring_timeout_s: chosen.ring_timeout_s,
            },
        );
        let dial = Dial {
            to: chosen.destination.clone(),
            ring_timeout_s: chosen.ring_timeout_s,
            caller_id: chosen.caller_id.clone(),
            recording: self.session.recording,
            action: Step::Dialed(number),
            whisper: chosen.whisper.is_some().then_some(Step::Whisper(number)),
            leg_status: Step::Leg(number),
        };
        self.session.lost.clear();
        self.session.attempts.push(Attempt {
            number,
            chosen,
            started_at: now,
            leg_sid: None,
            news: None,
            rang: false,
            answered_at: None,
            ended_at: None,
            talked_s: 0,
            result: None,
            line_held: true,
            counted: true,
        });
        self.session.stage = Stage::Dialing;
        self.effects
            .push_back(Effect::Reply(vec![Verb::Dial(dial)]));
        Ok(())
    }

    pub(super) fn claim_lost(&mut self, now: Timestamp) -> Result<(), Rejected> {
        let Stage::Claiming { chosen } = &self.session.stage else {
            return Err(Rejected::WrongState);
        };
        let (target, name) = (chosen.target, chosen.name.clone());
        self.session.lost.push(target);
        self.note(now, What::ClaimLost { target: name });
        self.choose();
        Ok(())
    }
}
