//! What must hold: after each event of the call and the targets it touched, at the end of everything.

use domain::call::machine::CallMachine;
use domain::call::record::Outcome;
use domain::call::session::{AttemptResult, Stage};
use domain::call::timeline::What;
use domain::id::TargetId;
use domain::testing::Deeds;
use domain::time::Windows;

use super::{Item, Run};

impl Run {
    /// Books what was claimed and freed, in the order it happened, and compares all figures.
    pub(super) fn balance(
        &mut self,
        call: usize,
        deeds: &Deeds,
        others: &[(TargetId, Windows)],
    ) -> Result<(), String> {
        let by = call as u64;
        for target in &deeds.released {
            self.books.release(*target, by)?;
        }
        for (target, _) in &deeds.uncounted {
            self.books.uncount(*target, by)?;
        }
        for (group, line, uncount) in &deeds.groups_freed {
            self.books
                .free_group(*group, *line, uncount.is_some(), by)?;
        }
        // Each decision is judged by the books as they stood: others claim between it and its claim.
        let plan = self
            .calls
            .get(&call)
            .and_then(|k| self.world.plan_of(&k.session.to));
        let mut crowd = others.iter().zip(self.others + 1..).peekable();
        let mut lost = deeds.claims_lost.len();
        for made in &deeds.decisions {
            let plan = plan.ok_or("a decision without a plan")?;
            self.books
                .judge(plan, &made.exclusions, &made.decision, self.now)?;
            let Some(chosen) = &made.decision.chosen else {
                continue;
            };
            for rung in chosen.rung() {
                while let Some(((target, _), other)) =
                    crowd.next_if(|((target, _), _)| *target == rung.target)
                {
                    self.books
                        .claim(&self.world.targets[target], other, self.now)?;
                }
            }
            if lost > 0 {
                lost -= 1;
                self.report.fault("claim lost");
                continue;
            }
            for rung in chosen.rung() {
                self.books
                    .claim(&self.world.targets[&rung.target], by, self.now)?;
            }
            if let Some(of) = chosen.group.filter(|g| !g.goes_on) {
                let group = plan.groups.get(&of.group).ok_or("a group of no plan")?;
                self.books.claim_group(group, by, self.now)?;
            }
        }
        for group in plan.iter().flat_map(|p| p.groups.values()) {
            let used = self.usage.group(group.id);
            self.books.check_group(group, &used, self.now)?;
        }
        let touched = deeds
            .released
            .iter()
            .chain(deeds.claims.iter().map(|(t, _)| t))
            .chain(others.iter().map(|(t, _)| t));
        for target in touched {
            let used = self.usage.get(target).copied().unwrap_or_default();
            self.books
                .check(&self.world.targets[target], &used, self.now)?;
        }
        Ok(())
    }

    /// Stores a call, sometimes through a restart, and checks what must hold of it alone.
    pub(super) fn keep(
        &mut self,
        call: usize,
        machine: &CallMachine,
        deeds: &Deeds,
    ) -> Result<(), String> {
        let known = self.calls.get_mut(&call).ok_or("a call nobody knows")?;
        let was_over = known.session.stage == Stage::Ended;
        let mut session = machine.session().clone();
        if self.draw.chance(15) {
            self.report.fault("restart");
            let stored = serde_json::to_string(&session).map_err(|e| e.to_string())?;
            session = serde_json::from_str(&stored).map_err(|e| e.to_string())?;
        }
        if &session != machine.session() {
            return Err("a restart changed the call".to_owned());
        }
        known.ends += u32::try_from(
            deeds
                .entries
                .iter()
                .filter(|e| matches!(e.what, What::Ended { .. }))
                .count(),
        )
        .unwrap_or(u32::MAX);
        if known.ends != u32::from(session.stage == Stage::Ended) {
            return Err(format!("it ended {} times", known.ends));
        }
        // A message that is known late is the only thing that changes how a call ended.
        let mended = session.outcome == Some(Outcome::Voicemail) && session.message_s > Some(0);
        if was_over
            && ((session.outcome != known.session.outcome && !mended)
                || session.ended_at != known.session.ended_at)
        {
            return Err("an ended call ended anew".to_owned());
        }
        let last = session.attempts.last().map(|a| a.ring());
        let stray = |a: &&domain::call::session::Attempt| a.line_held && Some(a.ring()) != last;
        if session.attempts.iter().any(|a| stray(&a)) {
            return Err("it holds lines of two dials".to_owned());
        }
        known.session = session;
        let alarm = machine.poll_timeout().map(|timer| timer.at);
        if known.alarm != alarm {
            known.alarm = alarm;
            if let Some(at) = alarm {
                self.agenda.push(at, Item::Wake { call });
            }
        }
        Ok(())
    }

    /// What must hold when everything is over.
    pub(super) fn settle(&mut self) -> Result<(), String> {
        for (call, known) in &self.calls {
            self.about = Some(*call);
            let (session, truth) = (&known.session, self.carrier.line(*call));
            let outcome = session
                .outcome
                .filter(|_| session.stage == Stage::Ended && known.ends == 1);
            let outcome = outcome.ok_or_else(|| format!("call {call} never ended"))?;
            *self.report.outcomes.entry(outcome.code()).or_default() += 1;
            let connected = session
                .attempts
                .iter()
                .any(|a| a.result == Some(AttemptResult::Connected));
            if connected != (outcome == Outcome::Connected)
                || session.attempts.iter().any(|a| a.result.is_none())
            {
                return Err(format!(
                    "call {call} ended as {outcome:?} with {:?}",
                    session.attempts
                ));
            }
            truth
                .agrees_with(session)
                .map_err(|e| format!("call {call} {e}"))?;
        }
        self.about = None;
        for group in self.world.plans.iter().flat_map(|p| p.groups.values()) {
            let used = self.usage.group(group.id);
            if used.live > 0 {
                return Err(format!("{} still has {} calls", group.name, used.live));
            }
            self.books.check_group(group, &used, self.now)?;
        }
        for (id, target) in &self.world.targets {
            let used = self.usage.get(id).copied().unwrap_or_default();
            if used.live > 0 || self.books.held(*id) > 0 {
                return Err(format!(
                    "{} still holds {} lines after the sweep",
                    target.name, used.live
                ));
            }
            self.books.check(target, &used, self.now)?;
        }
        Ok(())
    }
}
