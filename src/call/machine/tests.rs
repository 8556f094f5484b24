//! The life of a call, as sentences.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::*;
use crate::call::event::{CarrierLeg, CarrierRecord, DialResult, LegNews, LegStatus};
use crate::call::record::Outcome;
use crate::call::recording::{Recording, RecordingKind};
use crate::call::session::AttemptResult;
use crate::call::timeline::EndedBy;
use crate::campaign::DEFAULT_MESSAGE;
use crate::id::TargetId;
use crate::money::Micros;
use crate::phone::E164;
use crate::routing::UsageMap;
use crate::tag::Tags;
use crate::target::Destination;
use crate::testing::{
    Deeds, NOON_ISH, Shell, arrival, call_id, clocks, number, plan, recording, route, windows,
};
use crate::time::Windows;
use crate::voice::verb::{Dial, Noun, Step, Verb};

mod agent;
mod fallback;
mod group;
mod properties;
mod trouble;
mod unrecorded;

/// A call on a line that obeys: usage in a map, time that passes when told to.
pub(super) struct Line {
    plan: Option<RoutingPlan>,
    usage: UsageMap,
    machine: CallMachine,
    now: Timestamp,
    entries: Vec<Entry>,
    /// What the last event came to.
    last: Deeds,
    /// Stores and reads the call between any two events.
    restarts: bool,
    /// Targets whose last line another call takes between the next decision and its claim.
    steals: Vec<TargetId>,
}

impl Line {
    fn arrive(plan: RoutingPlan) -> Self {
        Self::arrive_with(Some(plan), UsageMap::new(), Vec::new())
    }

    fn arrive_blocked(plan: RoutingPlan, reason: &str) -> Self {
        let machine = CallMachine::arrive(
            &arrival(),
            Some(&plan),
            Acquaintance::default(),
            Some(reason.to_owned()),
            NOON_ISH,
            Patience::default(),
        );
        Self::of(machine, Some(plan), UsageMap::new(), Vec::new())
    }

    fn arrive_with(plan: Option<RoutingPlan>, usage: UsageMap, steals: Vec<TargetId>) -> Self {
        let machine = CallMachine::arrive(
            &arrival(),
            plan.as_ref(),
            Acquaintance::default(),
            None,
            NOON_ISH,
            Patience::default(),
        );
        Self::of(machine, plan, usage, steals)
    }

    fn of(
        machine: CallMachine,
        plan: Option<RoutingPlan>,
        usage: UsageMap,
        steals: Vec<TargetId>,
    ) -> Self {
        let last = Deeds::default();
        let mut line = Self {
            plan,
            usage,
            machine,
            now: NOON_ISH,
            entries: Vec::new(),
            last,
            restarts: false,
            steals,
        };
        line.drain();
        line
    }

    fn drain(&mut self) {
        let clocks = clocks(self.now);
        let mut shell = Shell {
            call: call_id(42),
            plan: self.plan.as_ref(),
            tags: &Tags::default(),
            money: None,
            usage: &mut self.usage,
            clocks: &clocks,
            now: self.now,
        };
        let (steals, caps) = (
            &mut self.steals,
            self.plan
                .iter()
                .flat_map(|p| &p.routes)
                .map(|r| (r.target.id, r.target.caps)),
        );
        let caps: BTreeMap<_, _> = caps.collect();
        let at = self.now;
        self.last = shell.drain(&mut self.machine, |target, usage| {
            if steals.contains(&target) {
                steals.retain(|t| *t != target);
                let used = usage.entry(target).or_default();
                while caps[&target].reached(used, &windows(at)).is_none() {
                    *used = used.claimed(&windows(at), Micros::ZERO, at);
                }
            }
        });
        self.entries.extend(self.last.entries.clone());
    }

    fn wait(&mut self, secs: i64) -> &mut Self {
        self.now = self.now.plus_secs(secs);
        self
    }

    fn restart(&mut self) {
        let stored = serde_json::to_string(self.machine.session()).expect("json");
        let session: Session = serde_json::from_str(&stored).expect("a session");
        assert_eq!(&session, self.machine.session());
        self.machine = CallMachine::resume(session, Patience::default());
    }

    fn tell(&mut self, event: Event) -> Result<(), Rejected> {
        if self.restarts {
            self.restart();
        }
        let told = self.machine.handle_event(event, self.now);
        self.drain();
        told
    }

    fn dial_ends(&mut self, attempt: u32, result: DialResult) -> Result<(), Rejected> {
        self.tell(Event::DialEnded { attempt, result })
    }

    fn leg(&mut self, attempt: u32, sequence: u32, status: LegStatus) -> Result<(), Rejected> {
        let leg_sid = Some(format!("CA-leg-{attempt}"));
        self.tell(Event::LegChanged(LegNews {
            attempt,
            status,
            sequence,
            leg_sid,
            duration_s: None,
        }))
    }

    fn caller_leg_ends(&mut self, secs: u32) -> Result<(), Rejected> {
        self.tell(Event::CallEnded {
            status: LegStatus::Completed,
            duration_s: Some(secs),
        })
    }

    /// Wakes the call when it wants to be woken; whether it then wants the carrier to be asked.
    fn wake(&mut self) -> bool {
        if let Some(timer) = self.machine.poll_timeout() {
            self.now = self.now.max(timer.at);
        }
        self.machine.handle_timeout(self.now);
        self.drain();
        self.last.asked
    }

    fn session(&self) -> &Session {
        self.machine.session()
    }

    fn outcome(&self) -> Option<Outcome> {
        self.session()
            .outcome
            .filter(|_| self.session().stage == Stage::Ended)
    }

    fn results(&self) -> Vec<Option<AttemptResult>> {
        self.session().attempts.iter().map(|a| a.result).collect()
    }

    /// Lines held, and calls counted, over all targets.
    fn capacity(&self) -> (u32, u32) {
        (
            self.usage.values().map(|u| u.live).sum(),
            self.usage.values().map(|u| u.total).sum(),
        )
    }

    fn reply(&self) -> &[Verb] {
        self.last.reply.as_deref().unwrap_or_default()
    }

    /// Who the last answer dials, as attempt and target.
    fn dials(&self) -> Option<(Step, Destination)> {
        self.reply().iter().find_map(|verb| match verb {
            Verb::Dial(dial) => Some((dial.action, dial.nouns[0].to.clone())),
            _ => None,
        })
    }

    /// The timeline as the call drawer shows it.
    fn story(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            let (_, title, detail) = entry.what.words();
            let after = entry.at.millis_since(NOON_ISH);
            let _ = writeln!(
                text,
                "{:>7.1}  {title}{}{detail}",
                after as f64 / 1_000.0,
                if detail.is_empty() { "" } else { ": " }
            );
        }
        let _ = writeln!(text, "=> {:?}", self.outcome());
        text
    }
}

fn ended(status: LegStatus) -> DialResult {
    DialResult {
        status,
        bridged: Some(false),
        duration_s: None,
        leg_sid: None,
        caller_gone: false,
    }
}

fn talked(secs: u32) -> DialResult {
    DialResult {
        status: LegStatus::Completed,
        bridged: Some(true),
        duration_s: Some(secs),
        leg_sid: None,
        caller_gone: false,
    }
}

/// Three targets one after another.
fn ladder() -> RoutingPlan {
    plan(vec![route(1, 1, 1), route(2, 2, 1), route(3, 3, 1)])
}

fn carrier_leg(sid: &str, status: LegStatus, duration_s: u32) -> CarrierLeg {
    CarrierLeg {
        sid: sid.to_owned(),
        status,
        duration_s,
    }
}

#[test]
fn a_call_is_routed_answered_talked_and_ended() {
    let mut line = Line::arrive(ladder());
    assert_eq!(
        line.dials(),
        Some((Step::Dialed(1), Destination::Number(number(1))))
    );
    assert_eq!(
        line.session().live_state(),
        crate::call::record::LiveState::Ringing
    );
    assert_eq!(line.capacity(), (1, 1));
    assert_eq!(line.leg(1, 0, LegStatus::Initiated), Ok(()));
    assert_eq!(line.wait(1).leg(1, 1, LegStatus::Ringing), Ok(()));
    assert_eq!(line.wait(6).leg(1, 2, LegStatus::InProgress), Ok(()));
    assert_eq!(
        line.session().live_state(),
        crate::call::record::LiveState::Connected
    );
    assert_eq!(line.wait(246).leg(1, 3, LegStatus::Completed), Ok(()));
    assert_eq!(line.dial_ends(1, talked(246)), Ok(()));
    assert_eq!(line.reply(), [Verb::Hangup]);
    assert_eq!(line.wait(1).caller_leg_ends(254), Ok(()));
    assert_eq!(
        (line.outcome(), line.session().connected_s()),
        (Some(Outcome::Connected), 246)
    );
    assert_eq!(line.capacity(), (0, 1));
    let conversation = recording(RecordingKind::Conversation, 246);
    assert_eq!(
        line.wait(2).tell(Event::RecordingReady(conversation)),
        Ok(())
    );
    assert_eq!(line.machine.poll_timeout(), None);
    insta::assert_snapshot!(line.story());
}

#[test]
fn nobody_answers_and_the_caller_leaves_a_message() {
    let mut line = Line::arrive(ladder());
    for (n, status) in [
        (1, LegStatus::Busy),
        (2, LegStatus::NoAnswer),
        (3, LegStatus::Failed),
    ] {
        assert_eq!(
            line.dials(),
            Some((Step::Dialed(n), Destination::Number(number(u64::from(n)))))
        );
        assert_eq!(line.wait(20).dial_ends(n, ended(status)), Ok(()));
    }
    assert_eq!(
        line.results(),
        [
            Some(AttemptResult::Busy),
            Some(AttemptResult::NoAnswer),
            Some(AttemptResult::Failed)
        ]
    );
    assert!(matches!(
        line.reply(),
        [Verb::Say { .. }, Verb::Record { .. }, Verb::Hangup]
    ));
    assert_eq!(line.capacity(), (0, 0));
    assert_eq!(
        line.wait(30).tell(Event::VoicemailLeft {
            duration_s: 24,
            caller_gone: false
        }),
        Ok(())
    );
    assert_eq!(
        line.reply(),
        [
            Verb::Say {
                text: THANKS.to_owned()
            },
            Verb::Hangup
        ]
    );
    assert_eq!(line.wait(3).caller_leg_ends(95), Ok(()));
    assert_eq!(line.outcome(), Some(Outcome::Voicemail));
    insta::assert_snapshot!(line.story());
}

#[test]
fn each_dial_result_has_its_word_and_gives_the_place_back_unless_they_talked() {
    use AttemptResult as R;
    let with = |status, bridged, duration_s| DialResult {
        status,
        bridged,
        duration_s,
        leg_sid: None,
        caller_gone: false,
    };
    let cases = [
        (talked(5), R::Connected),
        (with(LegStatus::Completed, None, Some(9)), R::Connected),
        (with(LegStatus::Completed, None, Some(0)), R::Refused),
        (with(LegStatus::Completed, None, None), R::Refused),
        (with(LegStatus::Completed, Some(false), Some(9)), R::Refused),
        (with(LegStatus::NoAnswer, Some(true), Some(9)), R::Connected),
        (ended(LegStatus::Busy), R::Busy),
        (ended(LegStatus::NoAnswer), R::NoAnswer),
        (ended(LegStatus::Canceled), R::NoAnswer),
        (ended(LegStatus::Failed), R::Failed),
        (
            DialResult {
                caller_gone: true,
                ..ended(LegStatus::NoAnswer)
            },
            R::CallerHungUp,
        ),
        (
            DialResult {
                caller_gone: true,
                ..talked(5)
            },
            R::Connected,
        ),
    ];
    for (result, word) in cases {
        let mut line = Line::arrive(plan(vec![route(1, 1, 1)]));
        assert_eq!(line.wait(9).dial_ends(1, result.clone()), Ok(()));
        assert_eq!(line.results(), [Some(word)], "{result:?}");
        assert_eq!(
            line.capacity(),
            (0, u32::from(word == R::Connected)),
            "{result:?}"
        );
    }
}

#[test]
fn attempts_end_at_the_campaigns_limit_then_comes_the_fallback() {
    for attempts_max in 1..=4 {
        let routes = (1..=6).map(|id| route(id, 1, 1)).collect();
        let mut line = Line::arrive(RoutingPlan {
            attempts_max,
            ..plan(routes)
        });
        for n in 1..=attempts_max {
            assert!(line.dials().is_some(), "attempt {n} of {attempts_max}");
            assert_eq!(line.dial_ends(n, ended(LegStatus::Busy)), Ok(()));
        }
        assert_eq!(line.dials(), None);
        assert_eq!(line.session().stage, Stage::Recording);
        let mut tried: Vec<_> = line
            .session()
            .attempts
            .iter()
            .map(|a| a.chosen.target)
            .collect();
        tried.dedup();
        assert_eq!(tried.len(), attempts_max as usize, "each target once");
    }
}

#[test]
fn each_attempt_is_decided_with_fresh_caps() {
    let mut plan = ladder();
    plan.routes[1].target.caps.concurrent = Some(1);
    let mut line = Line::arrive(plan);
    // Meanwhile another call takes the only line of the second target.
    line.usage.insert(
        TargetId(2),
        crate::caps::Usage {
            live: 1,
            ..Default::default()
        },
    );
    assert_eq!(line.dial_ends(1, ended(LegStatus::Busy)), Ok(()));
    assert_eq!(
        line.dials(),
        Some((Step::Dialed(2), Destination::Number(number(3))))
    );
}

#[test]
fn a_lost_claim_is_decided_anew_without_that_target() {
    let mut plan = ladder();
    plan.routes[0].target.caps.concurrent = Some(1);
    plan.routes[1].target.caps.hourly = Some(3);
    let line = Line::arrive_with(Some(plan), UsageMap::new(), vec![TargetId(1), TargetId(2)]);
    assert_eq!(
        line.dials(),
        Some((Step::Dialed(1), Destination::Number(number(3))))
    );
    assert_eq!(line.last.claims_lost, [[TargetId(1)], [TargetId(2)]]);
    assert_eq!(line.last.claims, [(TargetId(3), windows(NOON_ISH))]);
    let salts: Vec<u64> = line.last.decisions.iter().map(|d| d.salt).collect();
    assert_eq!(salts, [1, 2, 3]);
    assert!(
        line.session().lost.is_empty(),
        "the next attempt may try them again"
    );
    insta::assert_snapshot!(line.story());
}

#[test]
fn when_every_claim_is_lost_the_caller_gets_the_fallback() {
    let mut plan = ladder();
    for route in &mut plan.routes {
        route.target.caps.total = Some(1);
    }
    let line = Line::arrive_with(
        Some(plan),
        UsageMap::new(),
        vec![TargetId(1), TargetId(2), TargetId(3)],
    );
    assert_eq!(
        (line.session().stage.clone(), line.session().attempts.len()),
        (Stage::Recording, 0)
    );
}

#[test]
fn a_dial_carries_the_targets_settings() {
    let mut one = route(1, 1, 1);
    one.target.ring_timeout_s = 40;
    one.target.whisper = Some("A call about a roof.".to_owned());
    one.target.caller_id = crate::target::CallerIdPolicy::Tracking;
    let line = Line::arrive(RoutingPlan {
        recording: RecordingMode::FromRingingDual,
        ..plan(vec![one])
    });
    let dial = Dial {
        nouns: vec![Noun {
            to: Destination::Number(number(1)),
            whisper: Some(Step::Whisper(1)),
            leg_status: Step::Leg(1),
            digits: String::new(),
            sip: None,
        }],
        ring_timeout_s: 40,
        caller_id: Some("+12145550100".to_owned()),
        recording: RecordingMode::FromRingingDual,
        action: Step::Dialed(1),
    };
    assert_eq!(line.reply(), [Verb::Dial(dial)]);
    assert_eq!(
        line.session().whisper(1),
        [Verb::Say {
            text: "A call about a roof.".to_owned()
        }]
    );
    assert_eq!(line.session().whisper(2), []);
}

#[test]
fn a_fixed_caller_id_is_shown_to_the_target() {
    let mut one = route(1, 1, 1);
    one.target.caller_id = crate::target::CallerIdPolicy::Fixed(number(900));
    let line = Line::arrive(plan(vec![one]));
    let shown = line.session().attempts[0]
        .chosen
        .caller_id
        .as_deref()
        .and_then(|n| n.parse::<E164>().ok());
    assert_eq!(shown, Some(number(900)));
}

#[test]
fn what_is_given_back_is_what_was_claimed() {
    let mut line = Line::arrive(plan(vec![route(1, 1, 1)]));
    let claimed: Vec<(TargetId, Windows)> = line.last.claims.clone();
    // The call rings over the end of the hour.
    line.wait(3_600);
    assert_eq!(line.dial_ends(1, ended(LegStatus::NoAnswer)), Ok(()));
    assert_eq!(line.last.uncounted, claimed);
    assert_eq!(line.last.released, [TargetId(1)]);
}
