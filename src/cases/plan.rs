//! Plans of the cases.
//!
//! A route is `NAME | clause | …`, for example `A | p 2 | daily 3 | used day 3`. The target of the
//! first route is 1, and so on. Campaign clauses stand in `campaign`.
//!
//! A group is a line with `in turn` or `at once` among its clauses, and the lines after it that
//! begin with `- ` are its members: `Desk | at once | ring 20 | lines 2`, `- A | member p 2`. What a
//! line of a group says of priority, weight, price and filter holds for all of them.

mod group;

use super::Case;
use super::words::{amount, clauses, clock, compiled, count, day_hours, hours, moment, secs};
use crate::agent::{AgentStatus, Presence};
use crate::block::attestation::Minimum;
use crate::campaign::{Distribution, Fallback, RecordingMode};
use crate::caps::{CountOn, Usage};
use crate::duplicate::mark::MarkWhen;
use crate::duplicate::payment::{Across, PayDuplicates};
use crate::duplicate::restriction::{RestrictAfter, RestrictFrom, Restriction};
use crate::duplicate::routing::DuplicateRouting;
use crate::id::{BuyerId, PublisherId};
use crate::ledger::facts::TimerStart;
use crate::ledger::revenue::{Price, RevenueRule, RevenueTrigger};
use crate::plan::{Route, RoutingPlan};
use crate::recovery::Recovery;
use crate::routing::UsageMap;
use crate::routing::predict::{CountOn as PredictOn, Record};
use crate::schedule::holiday::{Federal, Holiday, When};
use crate::target::{Destination, SipUri};
use crate::testing::{plan, route, target};
use crate::time::{Timestamp, Windows};

/// The plan of a case and what its targets have used.
pub(super) fn read(case: &Case) -> (RoutingPlan, UsageMap) {
    let at = moment(&case.at);
    let mut usage = UsageMap::new();
    let mut campaign = RoutingPlan {
        recording: RecordingMode::Off,
        fallback: Fallback::HangUp,
        ..plan(Vec::new())
    };
    for clause in clauses(&case.campaign) {
        of_campaign(&mut campaign, &clause);
    }
    let mut desk: Option<Route> = None;
    for (line, id) in case.routes.iter().zip(1_i64..) {
        let member = line.strip_prefix("- ");
        let mut all = clauses(member.unwrap_or(line));
        let name = all.remove(0).join(" ");
        if all
            .iter()
            .any(|c| matches!(c[..], ["in", "turn"] | ["at", "once"]))
        {
            desk = Some(group::read(&mut campaign, &mut usage, id, name, all, at));
            continue;
        }
        let mut one = match (member, &desk) {
            (Some(_), Some(desk)) => Route {
                target: target(id),
                ..desk.clone()
            },
            _ => route(id, 1, 1),
        };
        one.target.name = name;
        one.target.buyer = BuyerId(id);
        if one.group.is_some() {
            group::join(&mut campaign, &one, &mut all);
        }
        // The zone first, for the windows of what was used are its own.
        all.sort_by_key(|clause| clause[0] != "zone");
        let mut used = None;
        for clause in all {
            match clause[0] {
                "used" => of_usage(&mut used, &one.target.zone, at, &clause[1..]),
                "made" => of_record(&mut campaign, &one, &clause[1..]),
                _ => of_route(&mut one, &clause),
            }
        }
        if let Some(used) = used {
            usage.insert(one.target.id, used);
        }
        campaign.routes.push(one);
    }
    (campaign, usage)
}

fn of_campaign(plan: &mut RoutingPlan, clause: &[&str]) {
    match clause {
        ["weight"] => plan.distribution = Distribution::Weight,
        ["turn"] => plan.distribution = Distribution::RoundRobin,
        ["idle"] => plan.distribution = Distribution::LongestIdle,
        ["predictive"] => plan.distribution = Distribution::Predictive,
        ["known", "revenue"] => plan.predictive.use_known = true,
        ["per", "connect"] => plan.predictive.count_on = PredictOn::Connect,
        ["training", n] => plan.predictive.training_calls = count(n),
        ["new", "bonus", n] => plan.predictive.new_bonus_percent = count(n),
        ["weak", "below", n] => plan.predictive.weak_below_percent = count(n),
        ["weak", "bonus", n] => plan.predictive.weak_bonus_percent = count(n),
        ["retest", n] => plan.predictive.retest_percent = count(n),
        ["made", calls, made] => plan.records.campaign = record(calls, made),
        ["paused"] => plan.active = false,
        ["attempts", n] => plan.attempts_max = count(n),
        ["guard", n] => plan.screen.guard_s = count(n),
        ["anonymous", "is", "one"] => plan.screen.anonymous_is_one = true,
        ["attest", "C"] => plan.screen.attestation = Minimum::C,
        ["attest", "B"] => plan.screen.attestation = Minimum::B,
        ["attest", "A"] => plan.screen.attestation = Minimum::A,
        ["mark", "incoming"] => plan.mark.when = MarkWhen::Incoming,
        ["mark", "connected"] => plan.mark.when = MarkWhen::Connected,
        ["mark", "length", n] => plan.mark.when = MarkWhen::Length { secs: count(n) },
        ["mark", "no", "anonymous"] => plan.mark.anonymous = false,
        ["original", how] => {
            plan.duplicates = DuplicateRouting::ToOriginal {
                strict: strict(how),
            }
        }
        ["different", how] => {
            plan.duplicates = DuplicateRouting::ToDifferent {
                strict: strict(how),
            };
        }
        ["pay", "duplicates"] => plan.payment.pay = PayDuplicates::Always,
        ["pay", "duplicates", "after", text] => {
            let secs = u32::try_from(secs(text)).expect("seconds");
            plan.payment.pay = PayDuplicates::After { secs };
        }
        ["across", "all"] => plan.payment.across = Across::AllPublishers,
        ["record", "answer"] => plan.recording = RecordingMode::FromAnswerDual,
        ["record", "ringing"] => plan.recording = RecordingMode::FromRingingDual,
        ["fallback", "voicemail"] => {
            let greeting = "Please leave a message.".to_owned();
            plan.fallback = Fallback::Voicemail { greeting };
        }
        ["fallback", number] => {
            plan.fallback = Fallback::Number(number.parse().expect("a number"));
        }
        other => panic!("no clause of a campaign: {other:?}"),
    }
}

fn strict(how: &str) -> bool {
    match how {
        "strict" => true,
        "first" => false,
        other => panic!("neither strict nor first: {other}"),
    }
}

fn record(calls: &str, made: &str) -> Record {
    Record {
        calls: count(calls),
        made: amount(made),
    }
}

fn of_route(route: &mut Route, clause: &[&str]) {
    let target = &mut route.target;
    let rest = || clause[1..].join(" ");
    match clause {
        ["p", n] => route.priority = count(n),
        ["w", n] => route.weight = count(n),
        ["off"] => route.on = false,
        ["paused"] => target.active = false,
        ["buyer", "paused"] => target.buyer_active = false,
        ["buyer", "only", ..] => target.buyer_filter = compiled(&clause[2..].join(" ")),
        ["buyer", n] => target.buyer = BuyerId(count(n)),
        ["only", ..] => route.filter = compiled(&rest()),
        ["target", "only", ..] => target.filter = compiled(&clause[2..].join(" ")),
        ["zone", zone] => target.zone = (*zone).to_owned(),
        ["hours", ..] => target.hours = hours(&rest()),
        ["holiday", when, special @ ..] => target.holidays.push(Holiday {
            name: "A day off".to_owned(),
            when: when_of(when),
            hours: (!special.is_empty()).then(|| day_hours(special)),
        }),
        ["lines", n] if n.parse::<u32>().is_ok() => target.caps.concurrent = Some(count(n)),
        ["lines", ..] => target.matrices.concurrent = rest().parse().expect("a matrix"),
        ["hourly", n] => target.caps.hourly = Some(count(n)),
        ["volume", ..] => target.matrices.volume = rest().parse().expect("a matrix"),
        ["daily", n] => target.caps.daily = Some(count(n)),
        ["monthly", n] => target.caps.monthly = Some(count(n)),
        ["total", n] => target.caps.total = Some(count(n)),
        ["$hourly", n] => target.dollars.hourly = Some(amount(n)),
        ["$daily", n] => target.dollars.daily = Some(amount(n)),
        ["$monthly", n] => target.dollars.monthly = Some(amount(n)),
        ["$total", n] => target.dollars.total = Some(amount(n)),
        ["count", "connect"] => target.count_on = CountOn::Connect,
        ["count", "convert"] => target.count_on = CountOn::Convert,
        ["count", "revenue"] => target.count_on = CountOn::Revenue,
        ["worth", words @ ..] => route.revenue = Some(revenue(words)),
        ["restrict", words @ ..] => target.restriction = Some(restriction(words)),
        ["recover", within, max] => {
            target.recovery = Some(Recovery {
                within_s: count(within),
                reroutes_max: count(max),
            });
        }
        ["takes", "no", "rerouted"] => route.takes_rerouted = false,
        ["connects", n] => target.connects_max = Some(count(n)),
        ["wraps", "up", text] => {
            target.wrap_up_s = u32::try_from(secs(text)).expect("seconds");
        }
        ["whisper"] => target.whisper = Some("A call about a roof.".to_owned()),
        ["unrecorded"] => target.recording_blocked = true,
        ["sip", address] => {
            target.destination = Destination::Sip(SipUri::parse(address).expect("an address"));
        }
        ["at", number] => target.destination = Destination::Number(number.parse().expect("one")),
        other => panic!("no clause of a route: {other:?}"),
    }
}

/// `2026-12-24`, `02-29` of each year, or a public holiday.
fn when_of(text: &str) -> When {
    if let Ok(date) = text.parse() {
        return When::Once(date);
    }
    if let Some((month, day)) = text.split_once('-') {
        return When::Yearly {
            month: count(month),
            day: count(day),
        };
    }
    let holiday = match text {
        "thanksgiving" => Federal::Thanksgiving,
        "independence" => Federal::Independence,
        "christmas" => Federal::Christmas,
        other => panic!("no holiday: {other}"),
    };
    let observed = true;
    When::Federal { holiday, observed }
}

/// `dial 25`, `connect 25`, `60s 25`, `60s after dialing 25`, `conversion 1h 25`, `… reported`.
fn revenue(words: &[&str]) -> RevenueRule {
    let (price, trigger) = words.split_last().expect("a price");
    let length = |from, text: &str| RevenueTrigger::Length {
        from,
        secs: u32::try_from(secs(text)).expect("seconds"),
    };
    RevenueRule {
        trigger: match trigger {
            ["dial"] => RevenueTrigger::Dial,
            ["connect"] => RevenueTrigger::Connect,
            ["conversion", within] => RevenueTrigger::Conversion {
                within_s: u32::try_from(secs(within)).expect("seconds"),
            },
            [text] => length(TimerStart::Connect, text),
            [text, "after", "dialing"] => length(TimerStart::Dial, text),
            [text, "after", "incoming"] => length(TimerStart::Incoming, text),
            other => panic!("no trigger: {other:?}"),
        },
        price: match *price {
            "reported" => Price::Reported,
            text => Price::Fixed(amount(text)),
        },
    }
}

/// `buyer connected 30`, `target converted forever`.
fn restriction(words: &[&str]) -> Restriction {
    let [from, after, days] = words else {
        panic!("no restriction: {words:?}")
    };
    Restriction {
        from: match *from {
            "buyer" => RestrictFrom::Buyer,
            "target" => RestrictFrom::Target,
            other => panic!("whom? {other}"),
        },
        after: match *after {
            "connected" => RestrictAfter::Connected,
            "converted" => RestrictAfter::Converted,
            other => panic!("after what? {other}"),
        },
        days: (*days != "forever").then(|| count(days)),
    }
}

/// `used day 3`; `used at 2026-11-18T23:59-05:00` says of when the counts are.
fn of_usage(used: &mut Option<Usage>, zone: &str, at: Timestamp, words: &[&str]) {
    let windows = |at: Timestamp| -> Windows { clock(zone, at).windows() };
    let used = used.get_or_insert_with(|| Usage {
        windows: windows(at),
        ..Usage::default()
    });
    match words {
        ["at", text] => used.windows = windows(moment(text)),
        ["live", n] => used.live = count(n),
        ["hour", n] => used.hour = count(n),
        ["day", n] => used.day = count(n),
        ["month", n] => used.month = count(n),
        ["total", n] => used.total = count(n),
        ["$hour", n] => used.hour_spent = amount(n),
        ["$day", n] => used.day_spent = amount(n),
        ["$month", n] => used.month_spent = amount(n),
        ["$total", n] => used.total_spent = amount(n),
        ["called", text, "ago"] => used.last_claimed_at = Some(at.plus_secs(-secs(text))),
        ["free", "for", text] => used.last_freed_at = Some(at.plus_secs(-secs(text))),
        ["paused", "for", text] => used.paused_until = Some(at.plus_secs(secs(text))),
        ["paused", "until", "resumed"] => used.paused_until = Some(Timestamp::MAX),
        ["agent", words @ ..] => used.presence = Some(presence(at, words)),
        other => panic!("no usage: {other:?}"),
    }
}

/// `away`, `busy 10m` for so long by now, `wrapping 30s` from now on.
fn presence(at: Timestamp, words: &[&str]) -> Presence {
    let so = |status| Presence {
        status,
        since: at,
        wrap_until: None,
    };
    match words {
        ["wrapping", text] => Presence {
            wrap_until: Some(at.plus_secs(secs(text))),
            ..so(AgentStatus::Available)
        },
        [word] => so(status(word)),
        [word, text] => Presence {
            since: at.plus_secs(-secs(text)),
            ..so(status(word))
        },
        other => panic!("no agent: {other:?}"),
    }
}

fn status(word: &str) -> AgentStatus {
    AgentStatus::from_code(word).unwrap_or_else(|| panic!("no status: {word}"))
}

/// `made 40 200`: 40 calls of the target made $200; `made for publisher 40 200` of those.
fn of_record(plan: &mut RoutingPlan, route: &Route, words: &[&str]) {
    let of = plan.records.targets.entry(route.target.id).or_default();
    match words {
        ["for", "publisher", calls, made] => {
            of.publishers.insert(PublisherId(7), record(calls, made));
        }
        [calls, made] => of.all = record(calls, made),
        other => panic!("no record: {other:?}"),
    }
}
