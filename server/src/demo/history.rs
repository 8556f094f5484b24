//! Thirty days of calls before the demo began: run through the real engine with the clock set back,
//! so that every row has its decision, its legs and its place under the caps.
//!
//! Made once, before any live call: usage counts belong to the newest window, and a call of last
//! week must not come after one of today.

use crate::adapter::telephony::MARK;
use domain::call::event::{Arrival, DialResult, LegNews, LegStatus};
use domain::call::recording::{Recording, RecordingKind};
use domain::draw::Draw;
use domain::phone::Caller;
use domain::tag::Tags;
use domain::time::Timestamp;
use service::{Error, OpCtx, Services};
use std::collections::VecDeque;

/// Days before today.
const DAYS: i64 = 30;
/// Calls on a day of the last eight, which the dashboard compares with, and on one before.
const CALLS: (u64, u64) = (44, 9);
/// Visitors of the demo's site on a day of the last eight.
const VISITORS: u64 = 60;
/// Chance, in percent, of each hour of a local day: quiet nights, busy late mornings.
const HOURS: [u64; 24] = [
    1, 1, 1, 1, 1, 2, 3, 5, 8, 10, 11, 11, 9, 10, 10, 9, 8, 7, 5, 4, 3, 2, 2, 1,
];

/// Makes the history of an account that has no calls yet; returns how many calls it has.
///
/// # Errors
/// What the engine says.
pub async fn make(services: &Services, op: &OpCtx) -> Result<usize, Error> {
    if services.calls.any(op).await? {
        return Ok(0);
    }
    let today = service::zone::date(&op.zone, op.now);
    let mut dice = Draw::from_seed(2026);
    let mut made = 0;
    for ago in (0..=DAYS).rev() {
        let start = service::zone::day_start(&op.zone, service::zone::plus_days(today, -ago));
        let recent = ago <= 8;
        let mut moments: Vec<(Timestamp, Happens)> = (0..if recent { CALLS.0 } else { CALLS.1 })
            .map(|_| (moment(start, &mut dice), Happens::Call))
            .collect();
        if recent {
            let lands = |_| (moment(start, &mut dice), Happens::Visit);
            moments.extend((0..VISITORS).map(lands));
        }
        moments.sort_by_key(|(at, _)| *at);
        // Visitors who will call, by when.
        let mut waiting: VecDeque<(Timestamp, String)> = VecDeque::new();
        // Calls of a few minutes ago could still be going on; leave those to the live traffic.
        for (at, happens) in moments
            .into_iter()
            .filter(|(at, _)| at.plus_secs(600) < op.now)
        {
            while waiting.front().is_some_and(|(when, _)| *when <= at) {
                if let Some((when, number)) = waiting.pop_front() {
                    made += 1;
                    call(services, made, (when, &number), &mut dice).await?;
                }
            }
            match happens {
                Happens::Call => {
                    let weights: Vec<u64> = super::NUMBERS.iter().map(|n| n.3).collect();
                    let to = super::NUMBERS[dice.weighted(&weights).unwrap_or(0)].0;
                    made += 1;
                    call(services, made, (at, to), &mut dice).await?;
                }
                Happens::Visit => {
                    let name = format!("demo-{:016x}", dice.next_u64());
                    let calls = super::visitor::land(services, &name, at, &mut dice).await?;
                    if let Some((number, after)) = calls {
                        let when = at.plus_secs(i64::try_from(after).unwrap_or(0));
                        waiting.push_back((when, number));
                        waiting.make_contiguous().sort();
                    }
                }
            }
        }
    }
    super::dispute::make(services, op).await?;
    Ok(made)
}

/// What happens at a moment of the past.
#[derive(Debug, Clone, Copy)]
enum Happens {
    Call,
    /// A visitor lands on the demo's site.
    Visit,
}

fn moment(day: Timestamp, dice: &mut Draw) -> Timestamp {
    let hour = dice.weighted(&HOURS).unwrap_or(0);
    let hour = i64::try_from(hour).unwrap_or(0);
    day.plus_secs(hour * 3_600 + i64::try_from(dice.below(3_600)).unwrap_or(0))
}

async fn call(
    services: &Services,
    number: usize,
    (at, to): (Timestamp, &str),
    dice: &mut Draw,
) -> Result<(), Error> {
    let sid = |prefix: &str, n: usize| format!("{prefix}{MARK}{number:016x}{n:08x}");
    let area = super::traffic::AREAS[dice.below(super::traffic::AREAS.len() as u64) as usize];
    let from = Caller::from_carrier(&format!("+1{area}55501{:02}", dice.below(100)));
    let mut tags = Tags::default();
    if let Some(state) = from.number().and_then(|n| n.state()) {
        tags.set("geo", "state", state);
    }
    let engine = &services.engine;
    let answer = engine
        .inbound(
            &Arrival {
                carrier_sid: sid("CA", 0),
                from,
                to: to.to_owned(),
                tags,
            },
            at,
        )
        .await?;
    let (mut now, mut twiml, mut attempt) = (at, answer.twiml, 0_u32);
    // The carrier counts a caller's line from when it is answered, not while it rings elsewhere.
    let mut answered: Option<Timestamp> = None;
    let impatient = dice.chance(7);
    while twiml.contains(&format!("dialed-{}", attempt + 1)) {
        attempt += 1;
        let leg = sid("CA", attempt as usize);
        let ring = secs(dice, 2, 14);
        now = now.plus_secs(ring);
        let (status, talk) = match dice.below(100) {
            _ if impatient => (LegStatus::Canceled, 0),
            0..=79 => (LegStatus::Completed, secs(dice, 20, 420)),
            80..=90 => (LegStatus::NoAnswer, 0),
            91..=96 => (LegStatus::Busy, 0),
            _ => (LegStatus::Failed, 0),
        };
        let talk_s = u32::try_from(talk).unwrap_or(0);
        if talk > 0 {
            answered.get_or_insert(now);
            let news = LegNews {
                attempt,
                status: LegStatus::InProgress,
                sequence: 2,
                leg_sid: Some(leg.clone()),
                duration_s: None,
            };
            engine.leg_changed(answer.call, news, now).await?;
            now = now.plus_secs(talk);
            let recording = Recording {
                sid: sid("RE", attempt as usize),
                kind: RecordingKind::Conversation,
                duration_s: talk_s,
                channels: 2,
            };
            engine
                .recording_ready(&sid("CA", 0), recording, now)
                .await?;
        }
        let caller_gone = impatient || (talk > 0 && dice.chance(60));
        let result = DialResult {
            status,
            bridged: Some(talk > 0),
            duration_s: Some(talk_s),
            leg_sid: Some(leg),
            caller_gone,
        };
        twiml = engine
            .dial_ended(answer.call, attempt, result, now)
            .await?
            .twiml;
    }
    if twiml.contains("<Record") {
        answered.get_or_insert(now);
        now = now.plus_secs(secs(dice, 8, 40));
        let duration_s = u32::try_from(secs(dice, 6, 30)).unwrap_or(6);
        twiml = engine
            .voicemail_left(answer.call, duration_s, true, now)
            .await?
            .twiml;
        let message = Recording {
            sid: sid("RE", 0),
            kind: RecordingKind::Message,
            duration_s,
            channels: 1,
        };
        engine.recording_ready(&sid("CA", 0), message, now).await?;
    } else if twiml.contains("/fallback#") {
        let talk = secs(dice, 15, 120);
        answered.get_or_insert(now);
        now = now.plus_secs(talk);
        let result = DialResult {
            status: LegStatus::Completed,
            bridged: Some(true),
            duration_s: u32::try_from(talk).ok(),
            leg_sid: None,
            caller_gone: true,
        };
        engine.fallback_dial_ended(answer.call, result, now).await?;
        let recording = Recording {
            sid: sid("RE", 0),
            kind: RecordingKind::Conversation,
            duration_s: u32::try_from(talk).unwrap_or(0),
            channels: 2,
        };
        engine
            .recording_ready(&sid("CA", 0), recording, now)
            .await?;
    }
    if twiml.contains("<Say>") {
        answered.get_or_insert(now);
        now = now.plus_secs(4);
    }
    engine
        .call_ended(
            &sid("CA", 0),
            LegStatus::Completed,
            Some(answered.map_or(0, |answered| now.secs_since(answered))),
            now,
        )
        .await
}

/// Between two numbers of seconds.
fn secs(dice: &mut Draw, from: u64, to: u64) -> i64 {
    i64::try_from(from + dice.below(to - from)).unwrap_or(0)
}
