//! A carrier that executes our TwiML and tells the truth, though not always in time.
//!
//! It knows nothing of the domain's machine: it reads documents, rings scripted people and sends
//! what a carrier sends. What it did is the truth that a call's record is compared with.

mod line;
mod script;

use domain::call::event::{CarrierLeg, CarrierRecord, DialResult, LegNews, LegStatus};
use domain::call::recording::Recording;
use domain::draw::Draw;
use domain::time::Timestamp;

pub use line::{Leg, Line};

/// How long the carrier waits for an answer before it ends the call, in seconds.
const ANSWER_MAX_S: i64 = 15;
/// How long it takes until a recording can be fetched, in seconds.
const RECORDING_READY_S: i64 = 2;

/// What the carrier tells about a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Inbound,
    Dialed { attempt: u32, result: DialResult },
    Leg(LegNews),
    FallbackDialed(DialResult),
    Voicemail { duration_s: u32, caller_gone: bool },
    Whisper { attempt: u32 },
    Status { status: LegStatus, duration_s: u32 },
    Recording(Recording),
}

impl Told {
    /// Whether the carrier does what the answer says.
    pub fn wants_verbs(&self) -> bool {
        match self {
            Self::Inbound
            | Self::Dialed { .. }
            | Self::FallbackDialed(_)
            | Self::Voicemail { .. } => true,
            Self::Leg(_) | Self::Whisper { .. } | Self::Status { .. } | Self::Recording(_) => false,
        }
    }
}

/// One request of the carrier. Copies of it have the same id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: u64,
    pub line: usize,
    pub sent: Timestamp,
    pub told: Told,
}

/// See the module.
#[derive(Debug)]
pub struct Carrier {
    draw: Draw,
    base: String,
    lines: Vec<Line>,
    next_id: u64,
    /// Requests that wait to be sent, with the moment each is.
    outbox: Vec<Delivery>,
}

impl Carrier {
    /// A carrier whose people are drawn from a seed; it is reached back at `base`.
    pub fn new(seed: u64, base: &str) -> Self {
        Self {
            draw: Draw::from_seed(seed),
            base: base.to_owned(),
            lines: Vec::new(),
            next_id: 0,
            outbox: Vec::new(),
        }
    }

    /// Somebody dials a number.
    pub fn dial_in(&mut self, to: &str, now: Timestamp) -> usize {
        let index = self.lines.len();
        let patience_s = match self.draw.below(10) {
            0 => 1 + self.draw.below(12),
            1..=3 => 10 + self.draw.below(60),
            _ => 60 + self.draw.below(900),
        };
        self.lines.push(Line {
            sid: format!("CA{index:08}"),
            from: format!("+1214555{:04}", self.draw.below(10_000)),
            to: to.to_owned(),
            began: now,
            hangs_up_at: now.plus_secs(i64::try_from(patience_s).unwrap_or(60)),
            over_at: None,
            awaiting: None,
            legs: Vec::new(),
            talked: false,
            forwarded: false,
            message_s: 0,
            rejected: false,
            recordings: Vec::new(),
            troubled: false,
            forgotten: self.draw.below(500) == 0,
        });
        let id = self.send(index, now, Told::Inbound);
        self.lines[index].awaiting = Some((id, now));
        index
    }

    /// A call as it really was.
    pub fn line(&self, index: usize) -> &Line {
        &self.lines[index]
    }

    /// Marks a call whose deliveries were tampered with so much that its record may differ from it.
    pub fn trouble(&mut self, index: usize) {
        self.lines[index].troubled = true;
    }

    /// The requests to be sent since the last time this was asked.
    pub fn take_outbox(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.outbox)
    }

    /// We answered a request.
    ///
    /// # Errors
    /// What is wrong with the answer.
    pub fn answered(
        &mut self,
        delivery: &Delivery,
        twiml: &str,
        now: Timestamp,
    ) -> Result<(), String> {
        self.run_out(delivery.line, now);
        let line = &mut self.lines[delivery.line];
        match line.awaiting {
            Some((id, _)) if id == delivery.id => line.awaiting = None,
            // A copy, or the caller has left: nobody listens any more.
            _ => return script::check(twiml).map(drop),
        }
        self.execute(delivery.line, twiml, now)
    }

    /// A request found nobody.
    pub fn unreachable(&mut self, delivery: &Delivery) {
        self.lines[delivery.line].troubled = true;
        if self.lines[delivery.line]
            .awaiting
            .is_some_and(|(id, _)| id == delivery.id)
        {
            self.lines[delivery.line].awaiting = None;
            self.end(delivery.line, delivery.sent.plus_secs(1));
        }
    }

    /// What the carrier's records say at a moment.
    pub fn record(&mut self, index: usize, now: Timestamp) -> CarrierRecord {
        self.run_out(index, now);
        let line = &self.lines[index];
        if line.forgotten {
            return CarrierRecord::default();
        }
        let over = line.over_at.filter(|at| *at <= now);
        let call = CarrierLeg {
            sid: line.sid.clone(),
            status: if over.is_some() {
                LegStatus::Completed
            } else {
                LegStatus::InProgress
            },
            duration_s: over.map_or(0, |at| at.secs_since(line.began)),
        };
        let legs = line
            .legs
            .iter()
            .filter(|leg| leg.began <= now)
            .map(|leg| leg.record(now))
            .collect();
        let made = || line.recordings.iter().filter(|(over, _)| *over <= now);
        let is_ready = |over: Timestamp| over.plus_secs(RECORDING_READY_S) <= now;
        CarrierRecord {
            call: Some(call),
            legs,
            recordings: made()
                .filter(|(over, _)| is_ready(*over))
                .map(|(_, recording)| recording.clone())
                .collect(),
            recordings_pending: made().any(|(over, _)| !is_ready(*over)),
        }
    }

    /// Ends calls that waited too long for an answer, or whose caller did.
    fn run_out(&mut self, index: usize, now: Timestamp) {
        let line = &self.lines[index];
        let Some((_, sent)) = line.awaiting else {
            return;
        };
        let given_up = sent.plus_secs(ANSWER_MAX_S).min(line.hangs_up_at.max(sent));
        if given_up <= now {
            self.lines[index].awaiting = None;
            self.lines[index].troubled = true;
            self.end(index, given_up);
        }
    }

    fn end(&mut self, index: usize, at: Timestamp) {
        let line = &mut self.lines[index];
        if line.over_at.is_none() {
            line.over_at = Some(at);
            let duration_s = at.secs_since(line.began);
            self.send(
                index,
                at,
                Told::Status {
                    status: LegStatus::Completed,
                    duration_s,
                },
            );
        }
    }

    /// Tells of a recording some time after what was recorded is over.
    fn record_made(&mut self, index: usize, over: Timestamp, recording: Recording) {
        let ready_at = over.plus_secs(RECORDING_READY_S);
        self.lines[index].recordings.push((over, recording.clone()));
        self.send(index, ready_at, Told::Recording(recording));
    }

    fn send(&mut self, line: usize, sent: Timestamp, told: Told) -> u64 {
        self.next_id += 1;
        self.outbox.push(Delivery {
            id: self.next_id,
            line,
            sent,
            told,
        });
        self.next_id
    }

    /// Sends a request whose answer decides how the call goes on.
    fn ask(&mut self, line: usize, sent: Timestamp, told: Told, caller_gone: bool) {
        let id = self.send(line, sent, told);
        if caller_gone {
            self.end(line, sent);
        } else {
            self.lines[line].awaiting = Some((id, sent));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_793_510_000_000_000);

    fn dial(n: u32) -> String {
        format!(
            r#"<Response><Dial action="https://c.example/x/dialed-{n}" timeout="20" answerOnBridge="true"><Number statusCallback="https://c.example/x/leg-{n}">+12145550100</Number></Dial></Response>"#
        )
    }

    #[test]
    fn documents_no_carrier_would_take_are_refused() {
        for (bad, why) in [
            (
                "<Response><Dial/></Response>".to_owned(),
                "one to ten targets",
            ),
            ("<Response><Dance/></Response>".to_owned(), "unknown verb"),
            ("<Response>".to_owned(), "not XML"),
            ("<Hello/>".to_owned(), "the root is"),
            (dial(1).replace("/dialed-1", "/nowhere"), "leads nowhere"),
            (
                dial(1).replace(
                    "https://c.example/x/dialed",
                    "https://evil.example/x/dialed",
                ),
                "is not ours",
            ),
            (
                dial(1).replace(r#"timeout="20""#, r#"timeout="3""#),
                "timeout",
            ),
        ] {
            let mut carrier = Carrier::new(1, "https://c.example");
            carrier.dial_in("+12145550100", NOW);
            let inbound = carrier.take_outbox().remove(0);
            let refused = carrier.answered(&inbound, &bad, NOW).expect_err(&bad);
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_second_dial_while_the_first_rings_is_noticed() {
        let mut carrier = Carrier::new(1, "https://c.example");
        let line = carrier.dial_in("+12145550100", NOW);
        carrier.lines[line].hangs_up_at = NOW.plus_secs(900);
        let inbound = carrier.take_outbox().remove(0);
        assert_eq!(carrier.answered(&inbound, &dial(1), NOW), Ok(()));
        assert_eq!(
            carrier.execute(line, &dial(2), NOW),
            Err("a dial begins while another is under way".to_owned())
        );
    }

    #[test]
    fn an_answer_that_comes_too_late_finds_nobody() {
        let mut carrier = Carrier::new(1, "https://c.example");
        let line = carrier.dial_in("+12145550100", NOW);
        let inbound = carrier.take_outbox().remove(0);
        assert_eq!(
            carrier.answered(&inbound, &dial(1), NOW.plus_secs(60)),
            Ok(())
        );
        assert!(carrier.line(line).legs.is_empty());
        assert!(
            carrier
                .line(line)
                .over_at
                .is_some_and(|at| at <= NOW.plus_secs(15))
        );
    }
}
