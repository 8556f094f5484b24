//! Dialed legs: they ring, one answers or none, hears the whisper, talks.

use super::document::{DialNoun, Instruction};
use super::report::{Heard, Problem};
use super::script::Does;
use super::walk::{Flow, Line, whole};
use domain::call::event::LegStatus;

/// A leg, its destination and the count of its requests.
struct Leg<'a> {
    noun: &'a DialNoun,
    sid: String,
    sequence: u32,
    /// It rings or talks.
    open: bool,
}

/// How a leg ended, in the words of the action request.
struct Ending {
    status: &'static str,
    bridged: bool,
    seconds: f64,
    why: &'static str,
}

impl Ending {
    fn missed(status: &'static str, why: &'static str) -> Self {
        Self {
            status,
            bridged: false,
            seconds: 0.0,
            why,
        }
    }
}

/// Executes a dial; what follows is the action's document. Several destinations ring at once, and
/// the first that takes the call makes the others stop.
pub(super) async fn dial(line: &mut Line<'_>, nouns: &[DialNoun]) -> Result<Flow, Problem> {
    let Some(first) = nouns.first() else {
        return Ok(Flow::On);
    };
    let limit = f64::from(first.timeout_s);
    let began = line.elapsed;
    let mut legs: Vec<Leg<'_>> = Vec::new();
    // What happens on each line, and when.
    let mut due: Vec<(f64, usize, Option<Ending>)> = Vec::new();
    for (at, noun) in nouns.iter().enumerate() {
        let mut leg = Leg {
            noun,
            sid: line.carrier.new_sid("CA"),
            sequence: 0,
            open: true,
        };
        line.report.dialed.push(noun.to.clone());
        line.notice(Heard::Ringing {
            to: noun.to.clone(),
            caller_id: noun.caller_id.clone(),
        });
        let part = line.spec.script.target(&noun.to).clone();
        tell(line, &mut leg, "initiated", None).await?;
        if part.does != Does::Fail && part.does != Does::Busy {
            tell(line, &mut leg, "ringing", None).await?;
        }
        let soon = part.after_s.min(limit);
        due.push(match part.does {
            Does::Busy => (soon, at, Some(Ending::missed("busy", "busy"))),
            Does::Fail => (
                soon,
                at,
                Some(Ending::missed("failed", "cannot be reached")),
            ),
            Does::Answer | Does::Refuse if part.after_s < limit => (soon, at, None),
            Does::Ignore | Does::Answer | Does::Refuse => {
                (limit, at, Some(Ending::missed("no-answer", "no answer")))
            }
        });
        legs.push(leg);
    }
    due.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut last = (0, Ending::missed("no-answer", "no answer"));
    for (after_s, at, ending) in due {
        line.wait(began + after_s - line.elapsed).await;
        if line.caller_gone {
            break;
        }
        let ending = match ending {
            Some(ending) => ending,
            None => answered(line, &mut legs, at).await?,
        };
        let over = ending.bridged;
        end(line, &mut legs[at], &ending).await?;
        last = (at, ending);
        if over {
            break;
        }
    }
    if !last.1.bridged && legs.iter().any(|leg| leg.open) {
        let ending = Ending::missed("canceled", "the caller hung up");
        last.0 = stop_others(line, &mut legs, None, ending.why).await?;
        last.1 = ending;
    }
    finish(line, &legs[last.0], &last.1).await
}

/// The lines that still ring stop; says which was the last of them.
async fn stop_others(
    line: &mut Line<'_>,
    legs: &mut [Leg<'_>],
    but: Option<usize>,
    why: &'static str,
) -> Result<usize, Problem> {
    let mut last = 0;
    for (at, leg) in legs.iter_mut().enumerate() {
        if leg.open && Some(at) != but {
            end(line, leg, &Ending::missed("canceled", why)).await?;
            last = at;
        }
    }
    Ok(last)
}

/// A leg is over.
async fn end(line: &mut Line<'_>, leg: &mut Leg<'_>, ending: &Ending) -> Result<(), Problem> {
    leg.open = false;
    if !ending.bridged {
        line.notice(Heard::NotConnected {
            to: leg.noun.to.clone(),
            why: ending.why,
        });
    }
    tell(line, leg, ending.status, Some(whole(ending.seconds))).await
}

/// The target has picked up: whisper first, then the conversation.
async fn answered(line: &mut Line<'_>, legs: &mut [Leg<'_>], at: usize) -> Result<Ending, Problem> {
    let picked_up = line.elapsed;
    let noun = legs[at].noun;
    let part = line.spec.script.target(&noun.to).clone();
    tell(line, &mut legs[at], "in-progress", None).await?;
    let refused = Ending {
        status: "completed",
        bridged: false,
        seconds: 1.0,
        why: "answered and refused",
    };
    if let Some(url) = &noun.whisper {
        let mut parameters = leg_parameters(line, &legs[at], "in-progress");
        parameters.push(("ParentCallSid", line.spec.sid.clone()));
        let document = line.carrier.fetch(url, &parameters).await?;
        if !hears(line, &document, &parameters, part.does).await? {
            return Ok(refused);
        }
    }
    if part.does == Does::Refuse {
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
    stop_others(line, legs, Some(at), "another took the call").await?;
    line.answered();
    line.report.connected_to = Some(noun.to.clone());
    let after_s = line.elapsed;
    line.notice(Heard::Connected {
        to: noun.to.clone(),
        after_s,
    });
    line.wait(part.talk_s).await;
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

/// What the target hears before it has the caller; whether it gets them. Asked for a key it presses 1,
/// unless it refuses.
async fn hears(
    line: &mut Line<'_>,
    document: &[Instruction],
    parameters: &[(&'static str, String)],
    does: Does,
) -> Result<bool, Problem> {
    for instruction in document {
        match instruction {
            Instruction::Hangup => return Ok(false),
            Instruction::Gather { timeout_s, .. } if does == Does::Refuse => {
                line.wait(f64::from(*timeout_s)).await;
            }
            Instruction::Gather {
                action: Some(action),
                ..
            } => {
                line.wait(3.0).await;
                let mut parameters = parameters.to_vec();
                parameters.push(("Digits", "1".to_owned()));
                let answer = line.carrier.fetch(action, &parameters).await?;
                // A document that asks again would go on for ever.
                return Ok(!answer.contains(&Instruction::Hangup));
            }
            Instruction::Pause(seconds) => {
                line.wait(f64::from(*seconds)).await;
            }
            _ => {
                line.wait(2.0).await;
            }
        }
    }
    Ok(true)
}

/// The recording, then the action.
async fn finish(line: &mut Line<'_>, leg: &Leg<'_>, ending: &Ending) -> Result<Flow, Problem> {
    let noun = leg.noun;
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

fn leg_parameters(line: &Line<'_>, leg: &Leg<'_>, status: &str) -> Vec<(&'static str, String)> {
    let noun = leg.noun;
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
    leg: &mut Leg<'_>,
    status: &'static str,
    duration: Option<u32>,
) -> Result<(), Problem> {
    let noun = leg.noun;
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
    let mut parameters = leg_parameters(line, leg, status);
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
