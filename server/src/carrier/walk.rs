//! One call from the caller's side: executes documents until somebody hangs up.

use super::document::{self, Instruction};
use super::exchange::Exchange;
use super::leg;
use super::report::{CallReport, HOPS_MAX, Heard, Problem};
use super::script::Script;
use super::wire::{Answer, Wire};
use domain::call::event::LegStatus;
use domain::call::recording::{Recording, RecordingKind};
use std::sync::Arc;
use std::time::Duration;

/// Characters a voice speaks in a second.
const SPOKEN_PER_S: f64 = 15.0;

/// A carrier with a line to one server.
#[derive(Debug, Clone)]
pub struct Carrier {
    pub wire: Wire,
    /// Seconds of a call that pass in one second of ours.
    pub speed: f64,
    /// Remembers what happened, for those who ask later.
    pub exchange: Arc<Exchange>,
    /// Whether its ids show that it is the demo's.
    pub marked: bool,
}

/// A call to place.
#[derive(Debug, Clone)]
pub struct CallSpec {
    pub sid: String,
    pub from: String,
    pub to: String,
    pub script: Script,
}

/// What follows an instruction.
pub(super) enum Flow {
    /// The next instruction.
    On,
    /// Another document.
    Next {
        url: String,
        parameters: Vec<(&'static str, String)>,
    },
    /// The call is over.
    Over,
}

/// A call in progress.
pub(super) struct Line<'a> {
    pub carrier: &'a Carrier,
    pub spec: &'a CallSpec,
    pub report: CallReport,
    tell: &'a mut (dyn FnMut(&Heard) + Send + Sync),
    pub elapsed: f64,
    answered_at: Option<f64>,
    pub caller_gone: bool,
    refused_busy: bool,
}

impl Carrier {
    /// A fresh id with its two letters in front.
    #[must_use]
    pub fn new_sid(&self, prefix: &str) -> String {
        if self.marked {
            crate::adapter::telephony::demo_sid(prefix)
        } else {
            format!("{prefix}{}", crate::adapter::system::random_hex(32))
        }
    }

    /// Places a call and plays it to its end; `tell` hears along.
    ///
    /// # Errors
    /// If the server's answers are not those of a working one.
    pub async fn call(
        &self,
        spec: &CallSpec,
        tell: &mut (dyn FnMut(&Heard) + Send + Sync),
    ) -> Result<CallReport, Problem> {
        let report = CallReport {
            sid: spec.sid.clone(),
            ..CallReport::default()
        };
        let mut line = Line {
            carrier: self,
            spec,
            report,
            tell,
            elapsed: 0.0,
            answered_at: None,
            caller_gone: false,
            refused_busy: false,
        };
        self.exchange.leg(None, &spec.sid, LegStatus::Ringing, 0);
        let outcome = line.play().await;
        let status = line.final_status();
        let seconds = whole(line.elapsed - line.answered_at.unwrap_or(line.elapsed));
        self.exchange.leg(
            None,
            &spec.sid,
            LegStatus::from_carrier(status).unwrap_or(LegStatus::Completed),
            seconds,
        );
        let mut last = line.parameters();
        last.retain(|(name, _)| *name != "CallStatus");
        last.extend([
            ("CallStatus", status.to_owned()),
            ("CallDuration", seconds.to_string()),
        ]);
        let told = self
            .wire
            .post(&self.wire.public("/api/webhooks/status"), &last)
            .await;
        line.report.seconds = line.elapsed;
        let report = line.report;
        outcome?;
        let told = told?;
        if told.status >= 300 {
            return Err(Problem::Refused {
                url: self.wire.public("/api/webhooks/status"),
                status: told.status,
                text: told.text,
            });
        }
        Ok(report)
    }

    /// Fetches a document.
    pub(super) async fn fetch(
        &self,
        url: &str,
        parameters: &[(&'static str, String)],
    ) -> Result<Vec<Instruction>, Problem> {
        let Answer {
            status,
            content_type,
            text,
        } = self.wire.post(url, parameters).await?;
        if status != 200 {
            return Err(Problem::Refused {
                url: url.to_owned(),
                status,
                text,
            });
        }
        let not = |why: String| Problem::NotTwiml {
            url: url.to_owned(),
            why,
        };
        if !["text/xml", "application/xml"]
            .iter()
            .any(|kind| content_type.starts_with(kind))
        {
            return Err(not(format!("its content type is {content_type}")));
        }
        document::read(&text).map_err(not)
    }
}

impl Line<'_> {
    async fn play(&mut self) -> Result<(), Problem> {
        let mut url = self.carrier.wire.public("/api/webhooks/voice");
        let mut parameters = self.parameters();
        for _ in 0..HOPS_MAX {
            let list = self.carrier.fetch(&url, &parameters).await?;
            if self.caller_gone {
                return Ok(());
            }
            match self.execute(&list).await? {
                Flow::On | Flow::Over => {
                    let by_caller = self.caller_gone;
                    self.notice(Heard::HungUp { by_caller });
                    return Ok(());
                }
                Flow::Next {
                    url: next,
                    parameters: extra,
                } => {
                    url = next;
                    parameters = self.parameters();
                    parameters.extend(extra);
                }
            }
        }
        Err(Problem::Loop)
    }

    async fn execute(&mut self, list: &[Instruction]) -> Result<Flow, Problem> {
        for instruction in list {
            match self.perform(instruction).await? {
                Flow::On if self.caller_gone => return Ok(Flow::Over),
                Flow::On => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Over)
    }

    async fn perform(&mut self, instruction: &Instruction) -> Result<Flow, Problem> {
        match instruction {
            Instruction::Say(_) | Instruction::Play(_) | Instruction::Pause(_) => {
                self.listen(instruction).await
            }
            Instruction::Dial(nouns) => return leg::dial(self, nouns).await,
            Instruction::Record {
                action,
                max_s,
                callback,
            } => {
                return self
                    .message(action.as_deref(), *max_s, callback.as_deref())
                    .await;
            }
            Instruction::Gather {
                action,
                prompt,
                digits_max,
                timeout_s,
            } => {
                for part in prompt {
                    self.listen(part).await;
                }
                let keys: String = self
                    .spec
                    .script
                    .caller
                    .digits
                    .chars()
                    .take(*digits_max as usize)
                    .collect();
                if keys.is_empty() {
                    self.wait(f64::from(*timeout_s)).await;
                } else if let (false, Some(url)) = (self.caller_gone, action) {
                    self.notice(Heard::Pressed(keys.clone()));
                    return Ok(Flow::Next {
                        url: url.clone(),
                        parameters: vec![("Digits", keys)],
                    });
                }
            }
            Instruction::Redirect(url) => {
                return Ok(Flow::Next {
                    url: url.clone(),
                    parameters: Vec::new(),
                });
            }
            Instruction::Reject { busy } => {
                self.refused_busy = *busy;
                self.notice(Heard::Refused { busy: *busy });
                return Ok(Flow::Over);
            }
            Instruction::Hangup => return Ok(Flow::Over),
        }
        Ok(Flow::On)
    }

    async fn listen(&mut self, instruction: &Instruction) {
        match instruction {
            Instruction::Say(text) => {
                self.answered();
                self.notice(Heard::Said(text.clone()));
                #[expect(clippy::cast_precision_loss, reason = "a text to be spoken is short")]
                let seconds = text.chars().count() as f64 / SPOKEN_PER_S;
                self.wait(seconds.max(1.0)).await;
            }
            Instruction::Play(url) => {
                self.answered();
                self.notice(Heard::Played(url.clone()));
                self.wait(5.0).await;
            }
            Instruction::Pause(seconds) => {
                let seconds = f64::from(*seconds);
                self.notice(Heard::Silence { seconds });
                self.wait(seconds).await;
            }
            _ => {}
        }
    }

    async fn message(
        &mut self,
        action: Option<&str>,
        max_s: u32,
        callback: Option<&str>,
    ) -> Result<Flow, Problem> {
        self.answered();
        let wanted = self.spec.script.caller.message_s.min(f64::from(max_s));
        let before = self.elapsed;
        self.wait(wanted).await;
        let seconds = self.elapsed - before;
        self.notice(Heard::LeftMessage { seconds });
        let recording = self.recording("RecordVerb", seconds, 1);
        let told = recording.clone();
        if let Some(callback) = callback {
            let mut parameters = self.parameters();
            parameters.extend(told);
            self.carrier.wire.post(callback, &parameters).await?;
        }
        let Some(action) = action else {
            return Ok(Flow::On);
        };
        let mut parameters = recording;
        if self.caller_gone {
            parameters.push(("Digits", "hangup".to_owned()));
        }
        Ok(Flow::Next {
            url: action.to_owned(),
            parameters,
        })
    }

    /// The parameters of a finished recording.
    pub(super) fn recording(
        &self,
        source: &str,
        seconds: f64,
        channels: u32,
    ) -> Vec<(&'static str, String)> {
        let sid = self.carrier.new_sid("RE");
        self.carrier.exchange.recorded(
            &self.spec.sid,
            Recording {
                sid: sid.clone(),
                kind: RecordingKind::from_carrier(source),
                duration_s: whole(seconds),
                channels,
            },
        );
        vec![
            (
                "RecordingUrl",
                format!("https://api.twilio.com/2010-04-01/Recordings/{sid}"),
            ),
            ("RecordingSid", sid),
            ("RecordingStatus", "completed".to_owned()),
            ("RecordingDuration", whole(seconds).to_string()),
            ("RecordingChannels", channels.to_string()),
            ("RecordingSource", source.to_owned()),
        ]
    }

    /// Lets time pass for the caller, who may hang up meanwhile; whether the caller is still there.
    pub(super) async fn wait(&mut self, seconds: f64) -> bool {
        if self.caller_gone {
            return false;
        }
        let patience = self
            .spec
            .script
            .caller
            .hang_up_after_s
            .map(|at| (at - self.elapsed).max(0.0));
        let span = match patience {
            Some(left) if left < seconds => {
                self.caller_gone = true;
                left
            }
            _ => seconds,
        };
        self.elapsed += span;
        tokio::time::sleep(Duration::from_secs_f64(
            (span / self.carrier.speed).clamp(0.0, 86_400.0),
        ))
        .await;
        !self.caller_gone
    }

    /// The caller's leg is answered: from now on it costs.
    pub(super) fn answered(&mut self) {
        if self.answered_at.is_none() {
            self.answered_at = Some(self.elapsed);
            self.carrier
                .exchange
                .leg(None, &self.spec.sid, LegStatus::InProgress, 0);
        }
    }

    pub(super) fn notice(&mut self, heard: Heard) {
        (self.tell)(&heard);
        self.report.heard.push(heard);
    }

    /// What every request about the caller's leg carries.
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        let status = match (self.caller_gone, self.answered_at) {
            (true, _) => self.final_status(),
            (false, Some(_)) => "in-progress",
            (false, None) => "ringing",
        };
        vec![
            ("CallSid", self.spec.sid.clone()),
            ("From", self.spec.from.clone()),
            ("To", self.spec.to.clone()),
            ("Caller", self.spec.from.clone()),
            ("Called", self.spec.to.clone()),
            ("Direction", "inbound".to_owned()),
            ("CallStatus", status.to_owned()),
            ("FromCountry", "US".to_owned()),
            ("FromCity", String::new()),
        ]
    }

    fn final_status(&self) -> &'static str {
        match (self.answered_at, self.refused_busy) {
            (Some(_), _) => "completed",
            (None, true) => "busy",
            (None, false) => "no-answer",
        }
    }
}

/// Whole seconds, as carriers count them.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range"
)]
pub fn whole(seconds: f64) -> u32 {
    seconds.round().clamp(0.0, 86_400.0) as u32
}
