//! Whether a route may take a call, said once more by hand: what the properties hold the engine to.

use crate::caps::Usage;
use crate::money::Micros;
use crate::plan::Route;
use crate::schedule::date::LocalDate;
use crate::schedule::holiday::Holiday;
use crate::schedule::{DayHours, Hours, Span};
use crate::tag::Tags;
use crate::tag::filter::{Filter, Rule, Test};
use crate::time::{LocalMoment, Windows};

/// Whether a filter holds, as one would say it by hand.
pub(super) fn holds(filter: &Filter, tags: &Tags) -> bool {
    let rule_holds = |rule: &Rule| {
        let value = tags.named(&rule.tag);
        let passes = match (&rule.test, value) {
            (Test::Equals(wanted), Some(value)) => value.eq_ignore_ascii_case(wanted),
            (Test::Greater(limit), Some(value)) => {
                let number = |text: &str| text.parse::<i64>().expect("a whole number");
                number(value) > number(&limit.to_string())
            }
            _ => false,
        };
        passes != rule.not
    };
    (filter.groups.iter()).all(|group| group.rules.iter().any(rule_holds))
}

/// Whether a target is open by its week and holidays, minute by minute.
pub(super) fn open(hours: &Hours, holidays: &[Holiday], local: &LocalMoment) -> bool {
    let minute = local.minute_of_day();
    let all_day = DayHours {
        open: Span { from: 0, to: 1_440 },
        breaks: Vec::new(),
    };
    let day = |back: usize| -> (bool, Option<DayHours>) {
        let secs = i64::try_from(back).expect("small") * 86_400;
        let then = LocalMoment::new(local.at.plus_secs(-secs), local.offset_s);
        if let Some(holiday) = Holiday::of(holidays, LocalDate::of(&then)) {
            return (true, holiday.hours.clone());
        }
        match hours {
            Hours::Always => (false, Some(all_day.clone())),
            Hours::Weekly(days) => (false, days[then.weekday.index()].clone()),
        }
    };
    let within = |hours: &Option<DayHours>, minute: u16| {
        let inside = |span: &Span| span.from <= minute && minute < span.to;
        let takes = |day: &DayHours| inside(&day.open) && !day.breaks.iter().any(inside);
        hours.as_ref().is_some_and(takes)
    };
    let (is_holiday, today) = day(0);
    let (_, yesterday) = day(1);
    within(&today, minute) || (!is_holiday && within(&yesterday, minute + 1_440))
}

/// Whether one more call fits under every cap in calls and money.
pub(super) fn has_room(route: &Route, used: &Usage, local: &LocalMoment) -> bool {
    let (target, now): (_, Windows) = (&route.target, local.windows());
    let live = |is: bool, count: u32| if is { count } else { 0 };
    let hour = live(used.windows.hour >= now.hour, used.hour);
    let day = live(used.windows.day >= now.day, used.day);
    let month = live(used.windows.month >= now.month, used.month);
    let matrix = &target.matrices;
    let calls = [
        (target.caps.concurrent, used.live),
        (matrix.concurrent.at(local.weekday, local.hour), used.live),
        (target.caps.hourly, hour),
        (matrix.volume.at(local.weekday, local.hour), hour),
        (target.caps.daily, day),
        (target.caps.monthly, month),
        (target.caps.total, used.total),
    ];
    let spent = |is: bool, sum: Micros| if is { sum.0 } else { 0 };
    let money = [
        (
            target.dollars.hourly,
            spent(used.windows.hour >= now.hour, used.hour_spent),
        ),
        (
            target.dollars.daily,
            spent(used.windows.day >= now.day, used.day_spent),
        ),
        (
            target.dollars.monthly,
            spent(used.windows.month >= now.month, used.month_spent),
        ),
        (target.dollars.total, used.total_spent.0),
    ];
    let price = route.price().0;
    let fits = |(limit, sum): &(Option<Micros>, i64)| {
        limit.is_none_or(|limit| *sum < limit.0 && sum + price <= limit.0)
    };
    (calls.iter()).all(|(limit, count)| limit.is_none_or(|limit| *count < limit))
        && money.iter().all(fits)
}
