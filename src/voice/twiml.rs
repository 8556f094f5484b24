//! Verbs as TwiML, the markup of Twilio (twilio-reference 3).

use std::fmt::Write as _;

use super::verb::{Dial, Noun, Step, Verb};
use crate::campaign::RecordingMode;
use crate::id::CallId;
use crate::target::Destination;

/// The largest document the carrier takes, in bytes.
pub const BYTES_MAX: usize = 64 * 1024;

/// What every address that the carrier is given ends with: how long it waits for us and when it
/// asks again (twilio-reference 1.5; the fragment is not sent). Left to itself it asks again only
/// where no connection came about, and a restart of ours would lose a call. All tries together end
/// after the carrier's 15 seconds.
pub const ASK_AGAIN: &str = "#ct=2000&rt=5000&rc=5&rp=ct,rt,5xx";

/// Where the carrier reaches us about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    /// Public base URL without a slash at the end.
    pub base: String,
    pub call: CallId,
}

impl Door {
    /// The absolute action URL of a step.
    #[must_use]
    pub fn url(&self, step: Step) -> String {
        format!(
            "{}/api/webhooks/voice/{}/{}{ASK_AGAIN}",
            self.base,
            self.call,
            step.path()
        )
    }

    fn recording_url(&self) -> String {
        format!("{}/api/webhooks/recording{ASK_AGAIN}", self.base)
    }
}

/// The document that makes the carrier do the verbs in order. No verbs: an empty response, which
/// ends the caller's leg, or connects a whispered target.
#[must_use]
pub fn render(verbs: &[Verb], door: &Door) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>");
    for verb in verbs {
        write_verb(&mut out, verb, door);
    }
    out.push_str("</Response>");
    out
}

fn write_verb(out: &mut String, verb: &Verb, door: &Door) {
    match verb {
        Verb::Say { text } => {
            out.push_str("<Say>");
            escape(out, text);
            out.push_str("</Say>");
        }
        Verb::Play { url } => {
            out.push_str("<Play>");
            escape(out, url);
            out.push_str("</Play>");
        }
        Verb::Pause { secs } => {
            let _ = write!(out, "<Pause length=\"{secs}\"/>");
        }
        Verb::Dial(dial) => write_dial(out, dial, door),
        Verb::Record {
            action,
            max_secs,
            silence_secs,
        } => {
            out.push_str("<Record");
            attribute(out, "action", &door.url(*action));
            attribute(out, "method", "POST");
            attribute(out, "maxLength", &max_secs.to_string());
            attribute(out, "timeout", &silence_secs.to_string());
            attribute(out, "recordingStatusCallback", &door.recording_url());
            out.push_str("/>");
        }
        Verb::Gather {
            action,
            prompt,
            digits_max,
            timeout_secs,
        } => {
            out.push_str("<Gather");
            attribute(out, "action", &door.url(*action));
            attribute(out, "method", "POST");
            attribute(out, "numDigits", &digits_max.to_string());
            attribute(out, "timeout", &timeout_secs.to_string());
            out.push('>');
            for verb in prompt {
                write_verb(out, verb, door);
            }
            out.push_str("</Gather>");
        }
        Verb::Redirect { to } => {
            out.push_str("<Redirect method=\"POST\">");
            escape(out, &door.url(*to));
            out.push_str("</Redirect>");
        }
        Verb::Reject { busy } => {
            out.push_str(if *busy {
                "<Reject reason=\"busy\"/>"
            } else {
                "<Reject reason=\"rejected\"/>"
            });
        }
        Verb::Hangup => out.push_str("<Hangup/>"),
    }
}

fn write_dial(out: &mut String, dial: &Dial, door: &Door) {
    out.push_str("<Dial");
    attribute(out, "action", &door.url(dial.action));
    attribute(out, "method", "POST");
    attribute(out, "timeout", &dial.ring_timeout_s.to_string());
    // Unanswered callers hear ringing and cost nothing until a target answers.
    attribute(out, "answerOnBridge", "true");
    if let Some(caller_id) = &dial.caller_id {
        attribute(out, "callerId", caller_id);
    }
    let record = match dial.recording {
        RecordingMode::Off => None,
        RecordingMode::FromAnswer => Some("record-from-answer"),
        RecordingMode::FromAnswerDual => Some("record-from-answer-dual"),
        RecordingMode::FromRingingDual => Some("record-from-ringing-dual"),
    };
    if let Some(record) = record {
        attribute(out, "record", record);
        attribute(out, "recordingStatusCallback", &door.recording_url());
    }
    out.push('>');
    for noun in &dial.nouns {
        write_noun(out, noun, door);
    }
    out.push_str("</Dial>");
}

fn write_noun(out: &mut String, noun: &Noun, door: &Door) {
    let (name, text) = match &noun.to {
        Destination::Number(number) => ("Number", number.as_str()),
        Destination::Sip(uri) => ("Sip", uri.as_str()),
        // A claim takes the bid's destination in its place.
        Destination::Bid => return,
    };
    let _ = write!(out, "<{name}");
    let mut headers = String::new();
    match (&noun.to, &noun.sip) {
        (Destination::Sip(uri), Some(access)) => {
            if !access.user.is_empty() {
                attribute(out, "username", &access.user);
                attribute(out, "password", &access.password);
            }
            headers = access.query(uri.as_str());
        }
        (Destination::Number(_), _) if !noun.digits.is_empty() => {
            attribute(out, "sendDigits", &noun.digits);
        }
        _ => {}
    }
    if let Some(whisper) = noun.whisper {
        attribute(out, "url", &door.url(whisper));
        attribute(out, "method", "POST");
    }
    attribute(out, "statusCallback", &door.url(noun.leg_status));
    attribute(out, "statusCallbackMethod", "POST");
    attribute(
        out,
        "statusCallbackEvent",
        "initiated ringing answered completed",
    );
    out.push('>');
    escape(out, text);
    escape(out, &headers);
    let _ = write!(out, "</{name}>");
}

fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"");
    escape(out, value);
    out.push('"');
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // XML 1.0 has no way to write these.
            c if c.is_control() && !['\n', '\t'].contains(&c)
                || c == '\u{FFFE}'
                || c == '\u{FFFF}' => {}
            c => out.push(c),
        }
    }
}

/// A document without the passwords in it, for people.
#[must_use]
pub fn without_passwords(document: &str) -> String {
    const MARK: &str = " password=\"";
    let mut out = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(at) = rest.find(MARK) {
        let (before, after) = rest.split_at(at + MARK.len());
        out.push_str(before);
        out.push('\u{2026}');
        // A quotation mark inside is written as an entity, so the next one ends it.
        rest = after.find('"').map_or("", |end| &after[end..]);
    }
    out.push_str(rest);
    out
}

/// A document a person can read: one element a line, indented.
#[must_use]
pub fn indent(document: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        let text = rest[..start].trim();
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let tag = &rest[start..=start + length];
        rest = &rest[start + length + 1..];
        let closing = tag.starts_with("</");
        if closing {
            depth = depth.saturating_sub(1);
        }
        if !text.is_empty() {
            out.push_str(text);
            out.push_str(tag);
            continue;
        }
        let childless = closing
            && out.ends_with('>')
            && out.lines().last().is_some_and(|l| {
                l.trim_start()
                    .starts_with(&tag.replace("</", "<")[..tag.len() - 2])
            });
        if !(out.is_empty() || childless) {
            out.push('\n');
            out.push_str(&"  ".repeat(depth));
        }
        out.push_str(tag);
        if !closing && !tag.ends_with("/>") && !tag.starts_with("<?") {
            depth += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn door() -> Door {
        Door {
            base: "https://calls.example".to_owned(),
            call: CallId(Uuid::from_u128(1)),
        }
    }

    #[test]
    fn a_dial_carries_all_it_needs() {
        let dial = Dial {
            nouns: vec![noun(1, true)],
            ring_timeout_s: 25,
            caller_id: Some("+12145550100".to_owned()),
            recording: RecordingMode::FromAnswerDual,
            action: Step::Dialed(1),
        };
        insta::assert_snapshot!(indent(&render(&[Verb::Dial(dial)], &door())));
    }

    fn noun(attempt: u32, whispers: bool) -> Noun {
        Noun {
            to: Destination::Number("+12145550187".parse().expect("number")),
            whisper: whispers.then_some(Step::Whisper(attempt)),
            leg_status: Step::Leg(attempt),
            digits: String::new(),
            sip: None,
        }
    }

    #[test]
    fn several_ring_at_once_each_with_what_is_its_own() {
        let sip = Noun {
            to: Destination::Sip(crate::target::SipUri::parse("night@pbx.example").expect("uri")),
            ..noun(4, false)
        };
        let keys = Noun {
            digits: "1w5".to_owned(),
            ..noun(5, false)
        };
        let dial = Dial {
            nouns: vec![noun(3, true), sip, keys],
            ring_timeout_s: 20,
            caller_id: None,
            recording: RecordingMode::Off,
            action: Step::Dialed(3),
        };
        insta::assert_snapshot!(indent(&render(&[Verb::Dial(dial)], &door())));
    }

    #[test]
    fn a_voicemail_speaks_then_records() {
        let verbs = [
            Verb::Say {
                text: "Tom & Jerry's <roof>".to_owned(),
            },
            Verb::Record {
                action: Step::Voicemail,
                max_secs: 120,
                silence_secs: 5,
            },
            Verb::Hangup,
        ];
        insta::assert_snapshot!(indent(&render(&verbs, &door())));
    }

    #[test]
    fn no_verbs_are_an_empty_response() {
        assert!(render(&[], &door()).ends_with("<Response></Response>"));
    }

    proptest! {
        #[test]
        fn spoken_text_never_breaks_the_document(text in "\\PC{0,60}|[\\x00-\\x7f]{0,60}") {
            let document = render(&[Verb::Say { text }], &door());
            let inner = document.split("<Say>").nth(1).and_then(|s| s.split("</Say>").next()).expect("one Say");
            prop_assert!(!inner.contains(['<', '>', '"', '\0']));
            prop_assert_eq!(document.matches("</Say>").count(), 1);
        }
    }
}
