//! Reading a document and doing what it says.

use domain::call::event::{DialResult, LegNews, LegStatus};
use domain::call::recording::{Recording, RecordingKind};
use domain::time::Timestamp;
use domain::voice::twiml::BYTES_MAX;
use domain::voice::verb::Step;
use roxmltree::{Document, Node};

use super::{Carrier, Leg, Told};

/// Verbs a carrier knows.
const VERBS: [&str; 9] = [
    "Say", "Play", "Pause", "Dial", "Record", "Gather", "Redirect", "Reject", "Hangup",
];

/// Who is dialed and where the carrier comes back to.
struct Order {
    action: Step,
    timeout_s: i64,
    phones: Vec<Phone>,
    recorded: bool,
}

/// One of those that ring.
#[derive(Clone, Copy)]
struct Phone {
    whisper: bool,
    news: Option<u32>,
}

/// Refuses a document that no carrier would take.
pub(super) fn check(twiml: &str) -> Result<Document<'_>, String> {
    if twiml.len() > BYTES_MAX {
        return Err(format!("the document has {} bytes", twiml.len()));
    }
    let document = Document::parse(twiml).map_err(|e| format!("not XML: {e}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return Err(format!("the root is {}", root.tag_name().name()));
    }
    for verb in root.children().filter(Node::is_element) {
        let name = verb.tag_name().name();
        if !VERBS.contains(&name) {
            return Err(format!("unknown verb {name}"));
        }
        let rings = verb.children().filter(Node::is_element).count();
        if name == "Dial" && !(1..=10).contains(&rings) {
            return Err("a Dial rings one to ten targets".to_owned());
        }
    }
    Ok(document)
}

/// A leg as it goes, and whether it takes the call.
struct Drawn {
    leg: Leg,
    takes: bool,
}

impl Drawn {
    /// Another took the call; this one rings no more, or answers in that very moment.
    fn stop(&mut self, at: Timestamp, answers_too: bool) {
        let leg = &mut self.leg;
        if leg.over_at <= at {
            return;
        }
        let answered = leg.answered_at.is_some_and(|answered| answered <= at);
        leg.over_at = at;
        if answered || (answers_too && self.takes) {
            leg.answered_at = leg.answered_at.map(|answered| answered.min(at));
            leg.last = LegStatus::Completed;
        } else {
            leg.answered_at = None;
            leg.last = LegStatus::Canceled;
        }
    }

    /// The caller is gone.
    fn cut(&mut self, at: Timestamp, canceled: bool) {
        let leg = &mut self.leg;
        if leg.over_at < at {
            return;
        }
        leg.over_at = at;
        leg.answered_at = leg.answered_at.filter(|answered| *answered < at);
        if leg.answered_at.is_none() {
            leg.last = if canceled {
                LegStatus::Canceled
            } else {
                LegStatus::NoAnswer
            };
        }
    }
}

impl Carrier {
    pub(super) fn execute(
        &mut self,
        index: usize,
        twiml: &str,
        now: Timestamp,
    ) -> Result<(), String> {
        let document = check(twiml)?;
        if self.lines[index].over_at.is_some() {
            return Ok(());
        }
        let mut at = now;
        for verb in document.root_element().children().filter(Node::is_element) {
            match verb.tag_name().name() {
                "Say" | "Play" | "Pause" => at = at.plus_secs(self.secs(1, 6)),
                "Dial" => {
                    let order = self.order(verb)?;
                    return self.dial(index, &order, at);
                }
                "Record" => {
                    let action = self.step(verb, "action")?;
                    self.take_message(index, action, at);
                    return Ok(());
                }
                "Hangup" => break,
                "Reject" => {
                    self.lines[index].rejected = true;
                    break;
                }
                other => return Err(format!("{other} has no place in a call of this kind")),
            }
            if self.lines[index].hangs_up_at <= at {
                break;
            }
        }
        let over_at = at.min(self.lines[index].hangs_up_at.max(now));
        self.end(index, over_at);
        Ok(())
    }

    fn order(&self, dial: Node<'_, '_>) -> Result<Order, String> {
        let phones = dial
            .children()
            .filter(Node::is_element)
            .map(|noun| self.phone(noun))
            .collect::<Result<Vec<_>, _>>()?;
        if dial.attribute("answerOnBridge") != Some("true") {
            return Err("a Dial answers on the bridge".to_owned());
        }
        let timeout_s = dial
            .attribute("timeout")
            .and_then(|t| t.parse().ok())
            .filter(|t| (5..=600).contains(t));
        Ok(Order {
            action: self.step(dial, "action")?,
            timeout_s: timeout_s.ok_or("a Dial has a timeout of 5 to 600 seconds")?,
            phones,
            recorded: dial.attribute("record").is_some(),
        })
    }

    fn phone(&self, noun: Node<'_, '_>) -> Result<Phone, String> {
        if !["Number", "Sip"].contains(&noun.tag_name().name())
            || noun.text().unwrap_or_default().is_empty()
        {
            return Err("a Dial rings a number or a SIP address".to_owned());
        }
        Ok(Phone {
            whisper: noun.attribute("url").is_some(),
            news: match self.step(noun, "statusCallback")? {
                Step::Leg(attempt) => Some(attempt),
                Step::FallbackLeg => None,
                other => return Err(format!("{other:?} takes no leg status")),
            },
        })
    }

    fn step(&self, node: Node<'_, '_>, attribute: &str) -> Result<Step, String> {
        let url = node
            .attribute(attribute)
            .ok_or_else(|| format!("{attribute} is missing"))?;
        let path = url
            .strip_prefix(&self.base)
            .ok_or_else(|| format!("{url} is not ours"))?;
        let path = path.split_once('#').map_or(path, |(path, _)| path);
        path.rsplit('/')
            .next()
            .and_then(Step::from_path)
            .ok_or_else(|| format!("{url} leads nowhere"))
    }

    /// Rings destinations, at once if there are several. What each does, and when the caller has had
    /// enough, is drawn here. The first who takes the call has the caller; sometimes another answers
    /// in the same moment and is hung up on.
    fn dial(&mut self, index: usize, order: &Order, now: Timestamp) -> Result<(), String> {
        if self.lines[index].legs.iter().any(|leg| leg.over_at > now) {
            return Err("a dial begins while another is under way".to_owned());
        }
        let rings_until = now.plus_secs(order.timeout_s + 5);
        let gone_at = self.lines[index].hangs_up_at.max(now);
        let mut drawn: Vec<Drawn> = order
            .phones
            .iter()
            .map(|phone| self.draw_leg(index, phone.whisper, now, rings_until))
            .collect();
        for (n, one) in drawn.iter_mut().enumerate() {
            one.leg.sid = format!("CA{index:08}-{}", self.lines[index].legs.len() + n);
        }
        let winner = (0..drawn.len())
            .filter(|n| drawn[*n].takes)
            .filter(|n| drawn[*n].leg.answered_at.is_some_and(|at| at < gone_at))
            .min_by_key(|n| drawn[*n].leg.answered_at);
        if let Some(winner) = winner {
            let taken_at = drawn[winner].leg.answered_at.unwrap_or(now);
            for n in (0..drawn.len()).filter(|n| *n != winner) {
                let both = self.draw.chance(10);
                drawn[n].stop(taken_at, both);
            }
        }
        let last_over = drawn.iter().map(|one| one.leg.over_at).max();
        let mut over_at = match winner {
            Some(winner) => drawn[winner].leg.over_at,
            None => last_over.unwrap_or(now),
        };
        let caller_gone = gone_at <= over_at;
        if caller_gone {
            over_at = gone_at;
            for one in &mut drawn {
                let canceled = self.draw.chance(50);
                one.cut(gone_at, canceled);
            }
        }
        // Without a conversation the carrier names one of them, whichever.
        let named = winner.unwrap_or(drawn.len() - 1);
        let bridged = winner.is_some_and(|n| drawn[n].leg.answered_at.is_some());
        let legs: Vec<Leg> = drawn.into_iter().map(|one| one.leg).collect();
        let (length_s, last) = (legs[named].length_s(), legs[named].last);
        let refused = legs[named].answered_at.is_some() && !bridged;
        let sid = legs[named].sid.clone();
        for (leg, phone) in legs.into_iter().zip(&order.phones) {
            self.tell_leg(index, phone.news, &leg);
            if phone.whisper
                && let (Some(at), Some(attempt)) = (leg.answered_at, phone.news)
            {
                self.send(index, at, Told::Whisper { attempt });
            }
            self.lines[index].legs.push(leg);
        }
        let certain = refused || length_s == 0 || self.draw.chance(80);
        let result = DialResult {
            status: last,
            bridged: certain.then_some(bridged),
            duration_s: (bridged || refused).then_some(length_s),
            leg_sid: Some(sid),
            caller_gone,
        };
        let told = match order.action {
            Step::Dialed(attempt) => {
                self.lines[index].talked |= bridged;
                Told::Dialed { attempt, result }
            }
            Step::FallbackDialed => {
                self.lines[index].forwarded |= bridged;
                Told::FallbackDialed(result)
            }
            other => return Err(format!("{other:?} takes no dial result")),
        };
        self.ask(index, over_at, told, caller_gone);
        if bridged && order.recorded {
            let recording = Recording {
                sid: format!("RE{index:08}-{length_s}"),
                kind: RecordingKind::Conversation,
                duration_s: length_s,
                channels: 2,
            };
            self.record_made(index, over_at, recording);
        }
        Ok(())
    }

    /// What one phone would do if it rang alone and the caller stayed.
    fn draw_leg(
        &mut self,
        index: usize,
        whisper: bool,
        now: Timestamp,
        rings_until: Timestamp,
    ) -> Drawn {
        let answers_at = now.plus_secs(self.secs(1, 20));
        let (mut over_at, last, answered) = match self.draw.below(100) {
            0..=11 => (now.plus_secs(self.secs(1, 3)), LegStatus::Busy, false),
            12..=31 => (rings_until, LegStatus::NoAnswer, false),
            32..=35 => (now.plus_secs(1), LegStatus::Failed, false),
            _ if answers_at < rings_until => (answers_at, LegStatus::Completed, true),
            _ => (rings_until, LegStatus::NoAnswer, false),
        };
        let refused = answered && whisper && self.draw.chance(15);
        if answered {
            let talk_s = if refused {
                self.secs(1, 6)
            } else {
                self.secs(1, 400)
            };
            over_at = over_at.plus_secs(talk_s);
        }
        Drawn {
            takes: answered && !refused,
            leg: Leg {
                sid: format!("CA{index:08}"),
                began: now,
                answered_at: answered.then_some(answers_at),
                over_at,
                last,
            },
        }
    }

    fn tell_leg(&mut self, index: usize, attempt: Option<u32>, leg: &Leg) {
        let Some(attempt) = attempt else { return };
        let mut states = vec![(leg.began, LegStatus::Initiated)];
        if leg.last != LegStatus::Failed {
            states.push((
                leg.began.plus_millis(800).min(leg.over_at),
                LegStatus::Ringing,
            ));
        }
        states.extend(leg.answered_at.map(|at| (at, LegStatus::InProgress)));
        states.push((leg.over_at, leg.last));
        for ((at, status), sequence) in states.into_iter().zip(0..) {
            let duration_s = status.is_final().then(|| leg.length_s());
            let news = LegNews {
                attempt,
                status,
                sequence,
                leg_sid: Some(leg.sid.clone()),
                duration_s,
            };
            self.send(index, at, Told::Leg(news));
        }
    }

    fn take_message(&mut self, index: usize, action: Step, now: Timestamp) {
        let length_s = if self.draw.chance(30) {
            0
        } else {
            self.secs(1, 40)
        };
        let gone_at = self.lines[index].hangs_up_at.max(now);
        let over_at = now.plus_secs(length_s.max(5));
        let caller_gone = gone_at <= over_at;
        let at = over_at.min(gone_at);
        let duration_s = u32::try_from(length_s).unwrap_or(0).min(at.secs_since(now));
        debug_assert_eq!(action, Step::Voicemail, "messages go to the voicemail step");
        self.lines[index].message_s = duration_s;
        self.ask(
            index,
            at,
            Told::Voicemail {
                duration_s,
                caller_gone,
            },
            caller_gone,
        );
        if duration_s > 0 {
            let recording = Recording {
                sid: format!("RE{index:08}-v"),
                kind: RecordingKind::Message,
                duration_s,
                channels: 1,
            };
            self.record_made(index, at, recording);
        }
    }

    fn secs(&mut self, from: u64, to: u64) -> i64 {
        i64::try_from(from + self.draw.below(to - from + 1)).unwrap_or(0)
    }
}
