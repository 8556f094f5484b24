//! A dialed leg: rings, answers or not, hears the whisper, talks.

use super::document::{DialNoun, Instruction};
use super::report::{Heard, Problem};
use super::script::Does;
use super::walk::{Flow, Line, whole};
use domain::call::event::LegStatus;

/// A leg and the count of its requests.
struct Leg {
    sid: String,
    sequence: u32,
}

/// How a leg ended, in the words of the action request.
struct Ending {
    status: &'static str,
    bridged: bool,
    seconds: f64,
    why: &'static str,
}

/// Executes a dial; what follows is the action's document.
pub(super) async fn dial(line: &mut Line<'_>, noun: &DialNoun) -> Result<Flow, Problem> {
    let mut leg = Leg {
        sid: line.carrier.new_sid("CA"),
        sequence: 0,
    };
    line.report.dialed.push(noun.to.clone());
    line.notice(Heard::Ringing {
        to: noun.to.clone(),
        caller_id: noun.caller_id.clone(),
    });
    let part = line.spec.script.target(&noun.to).clone();
    tell(line, noun, &mut leg, "initiated", None).await?;
    let limit = f64::from(noun.timeout_s);
    let (rings, ending) = match part.does {
        Does::Busy => (part.after_s.min(limit), Some(("busy", "busy"))),
        Does::Fail => (
            part.after_s.min(limit),
            Some(("failed", "cannot be reached")),
        ),
        Does::Ignore => (limit, Some(("no-answer", "no answer"))),
        Does::Answer | Does::Refuse if part.after_s >= limit => {
            (limit, Some(("no-answer", "no answer")))
        }
        Does::Answer | Does::Refuse => (part.after_s, None),
    };
    if part.does != Does::Fail && part.does != Does::Busy {
        tell(line, noun, &mut leg, "ringing", None).await?;
    }
    let stays = line.wait(rings).await;
    let ending = match ending {
        _ if !stays => Ending {
            status: "canceled",
            bridged: false,
            seconds: 0.0,
            why: "the caller hung up",
        },
        Some((status, why)) => Ending {
            status,
            bridged: false,
            seconds: 0.0,
            why,
        },
        None => answered(line, noun, &mut leg, part.does, part.talk_s).await?,
    };
    if !ending.bridged {
        line.notice(Heard::NotConnected {
            to: noun.to.clone(),
            why: ending.why,
        });
    }
    tell(
        line,
        noun,
        &mut leg,
        ending.status,
        Some(whole(ending.seconds)),
    )
    .await?;
    finish(line, noun, &leg, &ending).await
}

/// The target has picked up: whisper first, then the conversation.
async fn answered(
    line: &mut Line<'_>,
    noun: &DialNoun,
    leg: &mut Leg,
    does: Does,
    talk_s: f64,
) -> Result<Ending, Problem> {
    let picked_up = line.elapsed;
    tell(line, noun, leg, "in-progress", None).await?;
    let refused = Ending {
        status: "completed",
        bridged: false,
        seconds: 1.0,
        why: "answered and refused",
    };
    if let Some(url) = &noun.whisper {
        let mut parameters = leg_parameters(line, noun, leg, "in-progress");
        parameters.push(("ParentCallSid", line.spec.sid.clone()));
        for instruction in line.carrier.fetch(url, &parameters).await? {
            match instruction {
                Instruction::Hangup => return Ok(refused),
                Instruction::Pause(seconds) => {
                    line.wait(f64::from(seconds)).await;
                }
                _ => {
                    line.wait(2.0).await;
                }
            }
        }
    }
    if does == Does::Refuse {
        line.wait(1.0).await;
        return Ok(refused);
    }
    if line.caller_gone {
        return Ok(Ending {
            status: "completed",
            bridged: false,
            seconds: line.elapsed - picked_up,
            why: "the caller hung up",
        });
    }
    line.answered();
    line.report.connected_to = Some(noun.to.clone());
    let after_s = line.elapsed;
    line.notice(Heard::Connected {
        to: noun.to.clone(),
        after_s,
    });
    line.wait(talk_s).await;
    let seconds = line.elapsed - picked_up;
    line.notice(Heard::Talked {
        to: noun.to.clone(),
        seconds: line.elapsed - after_s,
    });
    Ok(Ending {
        status: "completed",
        bridged: true,
        seconds,
        why: "",
    })
}

/// The recording, then the action.
async fn finish(
    line: &mut Line<'_>,
    noun: &DialNoun,
    leg: &Leg,
    ending: &Ending,
) -> Result<Flow, Problem> {
    let mut parameters = vec![
        ("DialCallSid", leg.sid.clone()),
        ("DialCallStatus", ending.status.to_owned()),
        ("DialBridged", ending.bridged.to_string()),
        ("DialCallDuration", whole(ending.seconds).to_string()),
    ];
    if noun.record && ending.bridged {
        let recording = line.recording("DialVerb", ending.seconds, noun.channels);
        parameters.extend(
            recording
                .iter()
                .filter(|(name, _)| *name == "RecordingUrl")
                .cloned(),
        );
        if let Some(url) = &noun.recording_callback {
            let mut told = vec![("CallSid", line.spec.sid.clone())];
            told.extend(recording);
            line.carrier.wire.post(url, &told).await?;
        }
    }
    match &noun.action {
        Some(url) => Ok(Flow::Next {
            url: url.clone(),
            parameters,
        }),
        None => Ok(Flow::On),
    }
}

fn leg_parameters(
    line: &Line<'_>,
    noun: &DialNoun,
    leg: &Leg,
    status: &str,
) -> Vec<(&'static str, String)> {
    vec![
        ("CallSid", leg.sid.clone()),
        (
            "From",
            noun.caller_id
                .clone()
                .unwrap_or_else(|| line.spec.from.clone()),
        ),
        ("To", noun.to.clone()),
        ("Direction", "outbound-dial".to_owned()),
        ("CallStatus", status.to_owned()),
    ]
}

/// Notes a state of the leg and tells the server, if it wants to know.
async fn tell(
    line: &Line<'_>,
    noun: &DialNoun,
    leg: &mut Leg,
    status: &'static str,
    duration: Option<u32>,
) -> Result<(), Problem> {
    let known = LegStatus::from_carrier(status).unwrap_or(LegStatus::Failed);
    line.carrier
        .exchange
        .leg(Some(&line.spec.sid), &leg.sid, known, duration.unwrap_or(0));
    let event = match status {
        "initiated" | "ringing" => status,
        "in-progress" => "answered",
        _ => "completed",
    };
    let sequence = leg.sequence;
    leg.sequence += 1;
    let Some(url) = noun
        .status_callback
        .as_ref()
        .filter(|_| noun.status_events.iter().any(|e| e == event))
    else {
        return Ok(());
    };
    let mut parameters = leg_parameters(line, noun, leg, status);
    parameters.push(("ParentCallSid", line.spec.sid.clone()));
    parameters.push(("CallbackSource", "call-progress-events".to_owned()));
    parameters.push(("SequenceNumber", sequence.to_string()));
    if let Some(duration) = duration {
        parameters.push(("CallDuration", duration.to_string()));
    }
    let answer = line.carrier.wire.post(url, &parameters).await?;
    if answer.status >= 300 {
        return Err(Problem::Refused {
            url: url.clone(),
            status: answer.status,
            text: answer.text,
        });
    }
    Ok(())
}
