//! The figures of the dashboard: sums of calls, against the same hours a week ago.

use domain::api::dashboard::{CampaignToday, HourBar, Total};
use domain::api::money::profit;
use domain::call::record::{LiveState, Outcome};
use domain::id::CampaignId;
use domain::ledger::totals::Totals;
use domain::money::{Micros, grouped};
use domain::time::length_text;
use store::{CallSums, CampaignRecord};

use super::Day;
use crate::op::OpCtx;
use crate::zone;

/// Counts of a set of calls.
#[derive(Default, Clone, Copy)]
struct Counts {
    incoming: u32,
    live: u32,
    connected: u32,
    abandoned: u32,
    connected_s: u64,
    money: Totals,
}

impl Counts {
    fn of<'a>(sums: impl Iterator<Item = &'a CallSums>) -> Self {
        sums.fold(Self::default(), |mut c, s| {
            c.incoming += s.calls;
            c.connected_s += s.connected_s;
            c.money = c.money.and(&s.money);
            match s.outcome {
                Some(Outcome::Connected) => c.connected += s.calls,
                Some(Outcome::Abandoned) => c.abandoned += s.calls,
                None if s.state != LiveState::Ended => c.live += s.calls,
                _ => {}
            }
            c
        })
    }

    fn not_connected(self) -> u32 {
        self.incoming.saturating_sub(self.connected + self.live)
    }

    fn average_s(self) -> u32 {
        u32::try_from(self.connected_s / u64::from(self.connected.max(1))).unwrap_or(0)
    }
}

/// The headline figures.
pub(super) fn totals(
    today: &[CallSums],
    before: &[CallSums],
    campaign: Option<CampaignId>,
) -> Vec<Total> {
    let (now, then) = (Counts::of(today.iter()), Counts::of(before.iter()));
    let filter = campaign
        .map(|c| format!("&campaign={c}"))
        .unwrap_or_default();
    let href = |outcome: &str| match outcome {
        "" => format!("/calls?range=today{filter}"),
        outcome => format!("/calls?range=today&outcome={outcome}{filter}"),
    };
    let share = |part: u32| {
        (part * 100 + now.incoming / 2)
            .checked_div(now.incoming)
            .map(|percent| format!("{percent}%"))
            .unwrap_or_default()
    };
    let count = |label: &str,
                 now: u32,
                 then: u32,
                 share: String,
                 up_is_good: Option<bool>,
                 href: String| Total {
        label: label.to_owned(),
        value: grouped(u64::from(now)),
        share,
        change: change(now, then),
        before: format!("from {}", grouped(u64::from(then))),
        good: up_is_good
            .filter(|_| now != then && then > 0)
            .map(|up| up == (now > then)),
        href,
    };
    let mut all = vec![
        count(
            "Incoming",
            now.incoming,
            then.incoming,
            String::new(),
            Some(true),
            href(""),
        ),
        count(
            "Connected",
            now.connected,
            then.connected,
            share(now.connected),
            Some(true),
            href("connected"),
        ),
        count(
            "Not connected",
            now.not_connected(),
            then.not_connected(),
            share(now.not_connected()),
            Some(false),
            href("not_connected"),
        ),
        count(
            "Abandoned",
            now.abandoned,
            then.abandoned,
            share(now.abandoned),
            Some(false),
            href("abandoned"),
        ),
        Total {
            label: "Average length".to_owned(),
            value: if now.connected == 0 {
                "\u{2013}".to_owned()
            } else {
                length_text(now.average_s())
            },
            share: String::new(),
            change: match then.average_s() {
                // A difference of seconds would read like one of calls.
                0..BASE_MIN => String::new(),
                then => change(now.average_s(), then),
            },
            before: if then.connected == 0 {
                String::new()
            } else {
                format!("from {}", length_text(then.average_s()))
            },
            good: None,
            href: href("connected"),
        },
        count(
            "Live now",
            now.live,
            0,
            String::new(),
            None,
            "/calls?range=all&outcome=live".to_owned(),
        ),
    ];
    if let Some(live) = all.last_mut() {
        live.change.clear();
        live.before = "in progress".to_owned();
    }
    all.extend(money(&now.money, &then.money, &href("")));
    all
}

/// Revenue, payout and profit. More payout is neither good nor bad.
fn money(now: &Totals, then: &Totals, href: &str) -> [Total; 3] {
    let total = |label: &str, now: Micros, then: Micros, up_is_good: Option<bool>| Total {
        label: label.to_owned(),
        value: now.to_string(),
        share: String::new(),
        change: change_of_money(now, then),
        before: format!("from {then}"),
        good: up_is_good
            .filter(|_| now != then && then > Micros::ZERO)
            .map(|up| up == (now > then)),
        href: href.to_owned(),
    };
    [
        total("Revenue", now.revenue, then.revenue, Some(true)),
        total("Payout", now.payout, then.payout, None),
        total("Profit", profit(now), profit(then), Some(true)),
    ]
}

/// "+8.4%" of an amount; nothing where there is no base to speak of.
fn change_of_money(now: Micros, then: Micros) -> String {
    let dollars = |amount: Micros| u32::try_from(amount.cents() / 100).unwrap_or(0);
    match dollars(then) {
        0..BASE_MIN => String::new(),
        _ if now < Micros::ZERO => String::new(),
        base => change(dollars(now), base),
    }
}

/// With fewer than this to compare with, a percentage says more than there is.
const BASE_MIN: u32 = 10;

/// "+8.4%", "+36%"; "+12" where the base is tiny, and nothing where there is no base.
fn change(now: u32, then: u32) -> String {
    if then == 0 {
        return String::new();
    }
    let difference = i64::from(now) - i64::from(then);
    let sign = if difference < 0 { "\u{2212}" } else { "+" };
    if then < BASE_MIN {
        return format!("{sign}{}", grouped(difference.unsigned_abs()));
    }
    let tenths = (difference * 1_000 / i64::from(then)).unsigned_abs();
    if tenths < 100 {
        format!("{sign}{}.{}%", tenths / 10, tenths % 10)
    } else {
        format!("{sign}{}%", grouped((tenths + 5) / 10))
    }
}

/// Calls by the hour of their arrival, to now.
pub(super) fn hours(
    op: &OpCtx,
    day: &Day,
    today: &[CallSums],
    before: &[CallSums],
) -> Vec<HourBar> {
    let elapsed = u32::try_from((op.now.0 - day.start.0) / 3_600_000_000).unwrap_or(0);
    (0..=elapsed)
        .map(|i| {
            let now = Counts::of(today.iter().filter(|s| s.hour == i));
            let then = Counts::of(before.iter().filter(|s| s.hour == i));
            HourBar {
                hour: zone::local(&op.zone, day.start.plus_secs(i64::from(i) * 3_600)).hour,
                connected: now.connected,
                not_connected: now.not_connected(),
                live: now.live,
                before: then.incoming,
                money: now.money,
                revenue_before: then.money.revenue,
            }
        })
        .collect()
}

/// A campaign's line.
pub(super) fn campaign_today(campaign: &CampaignRecord, sums: &[CallSums]) -> CampaignToday {
    let counts = Counts::of(sums.iter().filter(|s| s.campaign == Some(campaign.id)));
    CampaignToday {
        id: campaign.id,
        name: campaign.name.clone(),
        vertical: campaign.vertical.clone(),
        live: counts.live,
        incoming: counts.incoming,
        connected: counts.connected,
        not_connected: counts.not_connected(),
        average_length: if counts.connected == 0 {
            String::new()
        } else {
            length_text(counts.average_s())
        },
    }
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn changes_say_no_more_than_there_is() {
        for (now, then, text) in [
            (0, 0, ""),
            (163, 4, "+159"),
            (2, 9, "\u{2212}7"),
            (4, 4, "+0"),
            (1_084, 1_000, "+8.4%"),
            (906, 1_000, "\u{2212}9.4%"),
            (1_100, 1_000, "+10%"),
            (1_364, 1_000, "+36%"),
            (12_000, 100, "+11,900%"),
            (0, 100, "\u{2212}100%"),
        ] {
            assert_eq!(change(now, then), text, "{then} to {now}");
        }
    }
}
