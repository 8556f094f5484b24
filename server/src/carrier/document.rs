//! A TwiML document as a list of instructions; what a real carrier would refuse is refused.

use roxmltree::{Document, Node};

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    Say(String),
    Play(String),
    Pause(u32),
    /// Destinations that ring at once; at least one. What the dial itself says stands with each.
    Dial(Vec<DialNoun>),
    Record {
        action: Option<String>,
        max_s: u32,
        callback: Option<String>,
    },
    Gather {
        action: Option<String>,
        prompt: Vec<Instruction>,
        digits_max: u32,
        timeout_s: u32,
    },
    Redirect(String),
    Reject {
        busy: bool,
    },
    Hangup,
}

/// One destination of a dial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialNoun {
    /// A number or a SIP address.
    pub to: String,
    pub action: Option<String>,
    pub timeout_s: u32,
    pub caller_id: Option<String>,
    pub record: bool,
    pub channels: u32,
    pub recording_callback: Option<String>,
    pub whisper: Option<String>,
    pub status_callback: Option<String>,
    pub status_events: Vec<String>,
}

/// The largest document a carrier takes, in bytes.
const BYTES_MAX: usize = 64 * 1024;

/// Reads a document.
///
/// # Errors
/// Says what a carrier would log about it.
pub fn read(text: &str) -> Result<Vec<Instruction>, String> {
    if text.len() > BYTES_MAX {
        return Err(format!(
            "the document has {} bytes, more than 64 kB",
            text.len()
        ));
    }
    let document = Document::parse(text).map_err(|e| format!("not XML: {e}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return Err(format!(
            "the root element is {}, not Response",
            root.tag_name().name()
        ));
    }
    root.children()
        .filter(Node::is_element)
        .map(|node| instruction(node))
        .collect()
}

fn instruction(node: Node<'_, '_>) -> Result<Instruction, String> {
    let owned = |name: &str| node.attribute(name).map(ToOwned::to_owned);
    let number = |name: &str, default: u32| {
        node.attribute(name)
            .and_then(|v| v.parse().ok())
            .unwrap_or(default)
    };
    let text = || node.text().unwrap_or_default().trim().to_owned();
    Ok(match node.tag_name().name() {
        "Say" => Instruction::Say(text()),
        "Play" => Instruction::Play(text()),
        "Pause" => Instruction::Pause(number("length", 1)),
        "Dial" => Instruction::Dial(dial(node)?),
        "Record" => Instruction::Record {
            action: owned("action"),
            max_s: number("maxLength", 3_600),
            callback: owned("recordingStatusCallback"),
        },
        "Gather" => Instruction::Gather {
            action: owned("action"),
            prompt: node
                .children()
                .filter(Node::is_element)
                .map(|n| instruction(n))
                .collect::<Result<_, _>>()?,
            digits_max: number("numDigits", u32::MAX),
            timeout_s: number("timeout", 5),
        },
        "Redirect" => Instruction::Redirect(text()),
        "Reject" => Instruction::Reject {
            busy: node.attribute("reason") == Some("busy"),
        },
        "Hangup" => Instruction::Hangup,
        other => return Err(format!("no carrier knows <{other}>")),
    })
}

/// Destinations of one dial at most.
const NOUNS_MAX: usize = 10;

fn dial(node: Node<'_, '_>) -> Result<Vec<DialNoun>, String> {
    let nouns: Vec<DialNoun> = node
        .children()
        .filter(Node::is_element)
        .map(|noun| destination(node, noun))
        .collect::<Result<_, _>>()?;
    match nouns.len() {
        0 => Err("a Dial without a destination".to_owned()),
        1..=NOUNS_MAX => Ok(nouns),
        n => Err(format!(
            "a Dial with {n} destinations, more than {NOUNS_MAX}"
        )),
    }
}

fn destination(node: Node<'_, '_>, noun: Node<'_, '_>) -> Result<DialNoun, String> {
    if !["Number", "Sip"].contains(&noun.tag_name().name()) {
        return Err(format!("cannot dial a {}", noun.tag_name().name()));
    }
    let owned = |node: Node<'_, '_>, name: &str| node.attribute(name).map(ToOwned::to_owned);
    let record = node.attribute("record").unwrap_or("do-not-record");
    let events = noun.attribute("statusCallbackEvent").unwrap_or("completed");
    Ok(DialNoun {
        to: noun.text().unwrap_or_default().trim().to_owned(),
        action: owned(node, "action"),
        timeout_s: node
            .attribute("timeout")
            .and_then(|t| t.parse().ok())
            .unwrap_or(30)
            .clamp(5, 600),
        caller_id: owned(node, "callerId"),
        record: record != "do-not-record",
        channels: if record.ends_with("-dual") { 2 } else { 1 },
        recording_callback: owned(node, "recordingStatusCallback"),
        whisper: owned(noun, "url"),
        status_callback: owned(noun, "statusCallback"),
        status_events: events.split_whitespace().map(ToOwned::to_owned).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::campaign::RecordingMode;
    use domain::id::CallId;
    use domain::target::Destination;
    use domain::voice::twiml::{Door, render};
    use domain::voice::verb::{Dial, Noun, Step, Verb};

    #[test]
    fn what_we_write_is_what_a_carrier_reads() {
        let door = Door {
            base: "http://h.example".to_owned(),
            call: CallId(uuid::Uuid::from_u128(1)),
        };
        let dial = Verb::Dial(Dial {
            nouns: (1..=2)
                .map(|attempt| Noun {
                    to: Destination::Number("+12145550187".parse().expect("number")),
                    whisper: None,
                    leg_status: Step::Leg(attempt),
                    digits: String::new(),
                    sip: None,
                })
                .collect(),
            ring_timeout_s: 25,
            caller_id: None,
            recording: RecordingMode::FromAnswerDual,
            action: Step::Dialed(1),
        });
        let read = read(&render(
            &[
                Verb::Say {
                    text: "a & b".into(),
                },
                dial,
                Verb::Hangup,
            ],
            &door,
        ))
        .expect("valid");
        assert_eq!(read.len(), 3);
        assert_eq!(read[0], Instruction::Say("a & b".into()));
        let Instruction::Dial(dial) = &read[1] else {
            unreachable!("a dial")
        };
        assert_eq!(dial.len(), 2);
        let dial = &dial[0];
        assert_eq!(
            (dial.to.as_str(), dial.timeout_s, dial.channels, dial.record),
            ("+12145550187", 25, 2, true)
        );
    }

    #[test]
    fn what_a_carrier_would_refuse_is_refused() {
        for bad in [
            "",
            "<Response>",
            "<Nope/>",
            "<Response><Foo/></Response>",
            "<Response><Dial/></Response>",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert_eq!(read("<Response/>"), Ok(Vec::new()));
    }
}
