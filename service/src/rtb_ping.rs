//! Pings to bidders, as people see them.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::rtb_target::{AuctionView, PingRow, RejectRow};
use domain::call::timeline::after_text;
use domain::id::{BuyerId, CallId, TargetId};
use domain::phone::Caller;
use domain::rtb::bid::Values;
use domain::rtb::health::percent;
use domain::rtb::inquiry::Inquiry;
use domain::rtb::ping::{Ping, PingVerdict};
use domain::time::Timestamp;
use store::{PingRecord, PingSums, StoreError, Tenant};

use crate::call::view::Names;
use crate::op::OpCtx;
use crate::zone::stamp;

/// What stands for a request or an answer that may hold the caller's number.
const HIDDEN: &str = "Not shown: it may hold the caller’s number.";

/// What rows of pings need, loaded once.
pub(crate) struct PingNames {
    names: Names,
    buyers: BTreeMap<TargetId, BuyerId>,
}

impl PingNames {
    pub(crate) async fn load(tenant: &Tenant<'_>, names: Names) -> Result<Self, StoreError> {
        let mut all = tenant.targets().await?;
        all.extend(tenant.archived_targets().await?);
        Ok(Self {
            names,
            buyers: all.into_iter().map(|t| (t.id, t.buyer)).collect(),
        })
    }

    /// A target's name, and its buyer's.
    pub(crate) fn of(&self, target: TargetId) -> (String, String) {
        let buyer = self.buyers.get(&target);
        let buyer = buyer.map(|id| self.names.buyer(*id)).unwrap_or_default();
        (self.names.target(target), buyer)
    }

    /// A ping in a list. `began` is when its auction began, `caller` whom nobody may read of who may
    /// not see callers; none if that is not known.
    pub(crate) fn row(
        &self,
        op: &OpCtx,
        record: &PingRecord,
        began: Timestamp,
        whose: Option<&Whose>,
    ) -> PingRow {
        let ping = &record.ping;
        let (name, buyer) = self.of(ping.target);
        let sees = op.actor.allows(Permission::ViewCallerNumbers);
        let shown = |text: &str| {
            if sees {
                text.to_owned()
            } else {
                // Whose call it was may not be known: then nothing is told.
                whose.map_or_else(String::new, |whose| without(text, &whose.caller))
            }
        };
        // What was sent and answered may tell the number in pieces.
        let whole = |text: String| {
            if sees || text.is_empty() {
                text
            } else {
                HIDDEN.to_owned()
            }
        };
        let inquiry = ping.detail.request.as_ref();
        PingRow {
            id: record.id,
            at: stamp(&op.zone, ping.at),
            call: record.call,
            came: whose.is_some_and(|whose| whose.came),
            target: ping.target,
            name,
            buyer,
            tree: self.names.group(ping.group),
            start_ms: u32::try_from(ping.at.millis_since(began).max(0)).unwrap_or(u32::MAX),
            took_ms: ping.took_ms,
            confirms: ping.confirms,
            verdict: ping.verdict.word().to_owned(),
            tone: tone(ping.verdict).to_owned(),
            words: shown(&ping.detail.words),
            amount: ping.amount.map(|a| a.to_string()).unwrap_or_default(),
            net: match (ping.amount, ping.net) {
                (Some(amount), Some(net)) if amount != net => net.to_string(),
                _ => String::new(),
            },
            bid_id: shown(ping.bid_id.as_deref().unwrap_or_default()),
            request: (inquiry.map(line))
                .map(|line| if sees { line } else { machine_of(&line) })
                .unwrap_or_default(),
            sent: whole(inquiry.map(sent).unwrap_or_default()),
            status: (ping.detail.status)
                .map(|status| format!("HTTP {status}"))
                .unwrap_or_default(),
            answer: whole(ping.detail.answer.clone()),
            values: (values(&ping.detail.values).into_iter())
                .map(|(name, value)| (name, shown(&value)))
                .collect(),
        }
    }

    /// The auctions of a call, from its pings in the order they were sent.
    pub(crate) fn auctions(
        &self,
        op: &OpCtx,
        pings: &[PingRecord],
        caller: &Caller,
    ) -> Vec<AuctionView> {
        let whose = Whose {
            caller: caller.clone(),
            came: true,
        };
        // One auction's pings were sent at the same moment; confirmations follow it.
        let same = |a: &PingRecord, b: &PingRecord| {
            a.ping.group == b.ping.group && (b.ping.confirms || a.ping.at == b.ping.at)
        };
        let view = |of: &[PingRecord]| {
            let opening = &of.first()?.ping;
            let began = opening.at;
            let ends = |ping: &Ping| ping.at.millis_since(began).max(0) + i64::from(ping.took_ms);
            let span_ms = of.iter().map(|record| ends(&record.ping)).max();
            let span_ms = span_ms.unwrap_or(0).max(1);
            let first: Vec<&Ping> = (of.iter().map(|record| &record.ping))
                .filter(|ping| !ping.confirms)
                .collect();
            let bids = first.iter().filter(|ping| ping.verdict.is_bid()).count();
            let took = first.iter().map(|ping| ping.took_ms).max().unwrap_or(0);
            Some(AuctionView {
                at: stamp(&op.zone, began),
                tree: self.names.group(opening.group),
                group: opening.group,
                summary: format!(
                    "{bids} of {} bid, in {}",
                    first.len(),
                    after_text(i64::from(took))
                ),
                span_ms: u32::try_from(span_ms).unwrap_or(u32::MAX),
                pings: (of.iter())
                    .map(|record| self.row(op, record, began, Some(&whose)))
                    .collect(),
            })
        };
        pings.chunk_by(same).filter_map(view).collect()
    }
}

/// Why pings were no bids, the most frequent reason first.
pub(crate) fn rejects(sums: &[PingSums]) -> Vec<RejectRow> {
    let mut counts: BTreeMap<PingVerdict, u32> = BTreeMap::new();
    let refused = |s: &&PingSums| !s.confirms && !s.verdict.is_bid();
    for sums in sums.iter().filter(refused) {
        *counts.entry(sums.verdict).or_default() += sums.pings;
    }
    let all: u32 = counts.values().sum();
    let mut rows: Vec<RejectRow> = (counts.into_iter())
        .map(|(verdict, pings)| RejectRow {
            code: verdict.code().to_owned(),
            reason: verdict.word().to_owned(),
            pings,
            percent: percent(pings, all),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.pings));
    rows
}

/// The calls that pings were sent for, each once.
/// For whose call pings were sent.
pub(crate) struct Whose {
    pub(crate) caller: Caller,
    /// The call came.
    pub(crate) came: bool,
}

/// For whose calls these pings were sent: of calls that came the caller's, else whom the publisher
/// asked about.
pub(crate) async fn whose(
    tenant: &Tenant<'_>,
    pings: &[PingRecord],
) -> Result<BTreeMap<CallId, Whose>, StoreError> {
    let mut missing = calls(pings);
    let came = tenant.callers_of(&missing).await?.into_iter();
    let mut all: BTreeMap<CallId, Whose> = came
        .map(|(call, caller)| (call, Whose { caller, came: true }))
        .collect();
    missing.retain(|call| !all.contains_key(call));
    let bids = tenant.callers_of_bids(&missing).await?.into_iter();
    all.extend(bids.map(|(call, caller)| {
        let came = false;
        (call, Whose { caller, came })
    }));
    Ok(all)
}

fn calls(pings: &[PingRecord]) -> Vec<CallId> {
    let mut ids: Vec<CallId> = pings.iter().map(|record| record.call).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn tone(verdict: PingVerdict) -> &'static str {
    match verdict {
        PingVerdict::Won | PingVerdict::Confirmed => "won",
        PingVerdict::Outbid => "bid",
        PingVerdict::TimedOut | PingVerdict::Late | PingVerdict::Unreachable => "late",
        _ => "no",
    }
}

/// Method and machine of a request's first line.
fn machine_of(line: &str) -> String {
    let (method, url) = line.split_once(' ').unwrap_or_default();
    format!("{method} {}", domain::api::rtb_target::host(url))
}

/// "POST https://…"
pub(crate) fn line(inquiry: &Inquiry) -> String {
    format!("{} {}", inquiry.method.word(), inquiry.url)
}

/// Headers and body, as they were sent.
pub(crate) fn sent(inquiry: &Inquiry) -> String {
    let mut text: String = (inquiry.headers.iter())
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    if let Some(body) = inquiry.body.as_deref().filter(|body| !body.is_empty()) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(body);
    }
    text
}

/// What parsers found, by what they look for.
pub(crate) fn values(values: &Values) -> Vec<(String, String)> {
    let all = [
        ("Acceptance", &values.acceptance),
        ("Amount", &values.amount),
        ("Number or SIP address", &values.destination),
        ("Duration", &values.duration),
        ("Expiry", &values.expiry),
        ("Bid id", &values.bid_id),
    ];
    let found = all.into_iter();
    found
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
}

/// A text without a caller's number, however it is written.
pub(crate) fn without(text: &str, caller: &Caller) -> String {
    let Some(number) = caller.number() else {
        return text.to_owned();
    };
    let digits = number.as_str().trim_start_matches('+');
    let mut out = text
        .replace(&number.display(), "•••")
        .replace(digits, "•••");
    if let Some(ten) = number.nanp() {
        out = out.replace(ten, "•••");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callers_number_is_taken_out_however_it_is_written() {
        let caller = Caller::from_carrier("+12145550187");
        let text = r#"{"a":"+12145550187","b":"12145550187","c":2145550187,"d":"214"}"#;
        assert_eq!(
            without(text, &caller),
            r#"{"a":"+•••","b":"•••","c":•••,"d":"214"}"#
        );
        assert_eq!(without("x", &Caller::from_carrier("anonymous")), "x");
    }
}
