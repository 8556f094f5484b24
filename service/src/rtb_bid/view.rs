//! Bids as people see them.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::rtb_bid::{BidRow, BidTotals};
use domain::api::rtb_target::RejectRow;
use domain::id::{CampaignId, PublisherId};
use domain::phone::{Caller, E164};
use domain::rtb::health::percent;
use domain::rtb_id::bid::{Offered, PublisherBid, bid_id};
use domain::rtb_id::pass_through::Priced;
use domain::rtb_id::reject::Reject;
use domain::rtb_id::settings::Environment;
use store::{BidRecord, BidSums, StoreError, Tenant};

use crate::op::OpCtx;
use crate::rtb_ping::without;
use crate::zone::stamp;

/// What rows of bids need, loaded once.
pub(crate) struct BidNames {
    campaigns: BTreeMap<CampaignId, String>,
    publishers: BTreeMap<PublisherId, String>,
}

impl BidNames {
    pub(crate) async fn load(tenant: &Tenant<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            campaigns: tenant.campaign_names().await?.into_iter().collect(),
            publishers: tenant.publisher_names().await?.into_iter().collect(),
        })
    }

    pub(crate) fn campaign(&self, id: CampaignId) -> String {
        self.campaigns.get(&id).cloned().unwrap_or_default()
    }

    pub(crate) fn publisher(&self, id: PublisherId) -> String {
        self.publishers.get(&id).cloned().unwrap_or_default()
    }
}

/// A bid in a list.
pub(crate) fn row(names: &BidNames, op: &OpCtx, record: &BidRecord) -> BidRow {
    let bid = &record.bid;
    let sees = op.actor.allows(Permission::ViewCallerNumbers);
    let offered = bid.offered();
    let (verdict, tone) = verdict(op, record);
    let reject = bid.reject();
    let caller = bid.caller.as_ref();
    BidRow {
        call: bid.call,
        bid_id: bid_id(bid.call),
        at: stamp(&op.zone, bid.asked_at),
        took_ms: bid.took_ms,
        rtb_id: bid.rtb_id,
        publisher: bid.publisher,
        publisher_name: names.publisher(bid.publisher),
        campaign_name: names.campaign(bid.campaign),
        environment: bid.environment.code().to_owned(),
        caller: caller
            .map(|number| {
                if sees {
                    number.display()
                } else {
                    number.masked()
                }
            })
            .unwrap_or_default(),
        verdict,
        tone: tone.to_owned(),
        words: match reject {
            // What was sent for a number may be most of one.
            Some(Reject::CallerMalformed { .. }) if !sees => Reject::title(1100).to_owned(),
            _ => hidden(words(bid), caller, sees),
        },
        remedy: reject.map(Reject::remedy).unwrap_or_default().to_owned(),
        code: reject.map_or(0, Reject::code),
        amount: offered.map(|o| o.amount.to_string()).unwrap_or_default(),
        steps: bid.priced.as_ref().map(steps).unwrap_or_default(),
        considered: (bid.considered.iter())
            .map(|one| (one.name.clone(), hidden(one.why.clone(), caller, sees)))
            .collect(),
        ways: offered.map(ways).unwrap_or_default(),
        expires: offered.map(|o| stamp(&op.zone, o.expires_at)),
        sub_id: hidden(bid.sub_id.clone(), caller, sees),
        inbound_call_id: hidden(bid.inbound_call_id.clone(), caller, sees),
        tags: match sees {
            true => (bid.tags.iter())
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            // What a publisher sends may be the caller's number under any name.
            false => Vec::new(),
        },
        came: record.came_at.is_some(),
    }
}

/// Leaves the caller's number out for who may not see it.
fn hidden(text: String, caller: Option<&E164>, sees: bool) -> String {
    match caller {
        Some(number) if !sees => without(&text, &Caller::Number(number.clone())),
        _ => text,
    }
}

fn verdict(op: &OpCtx, record: &BidRecord) -> (String, &'static str) {
    let bid = &record.bid;
    match (bid.offered(), bid.reject()) {
        (_, Some(reject)) => (
            format!("{} ({})", Reject::title(reject.code()), reject.code()),
            "failed",
        ),
        (Some(_), None) if record.came_at.is_some() => ("Call came".to_owned(), "won"),
        (Some(_), None) if bid.environment == Environment::Test => ("Test bid".to_owned(), "open"),
        (Some(offered), None) if offered.expires_at > op.now => ("Open".to_owned(), "open"),
        _ => ("No call came".to_owned(), "no"),
    }
}

fn words(bid: &PublisherBid) -> String {
    match (bid.offered(), bid.reject()) {
        (Some(offered), _) => format!(
            "{} offered {}: {} would take the call.",
            offered.amount,
            offered.promise.trigger.clause(),
            offered.winner
        ),
        (None, Some(reject)) => reject.sentence(),
        (None, None) => String::new(),
    }
}

/// How an amount came about.
fn steps(priced: &Priced) -> Vec<String> {
    let mut all = vec![
        format!("The first target pays {}", priced.target),
        format!("Before modifiers {}", exact(priced.baseline)),
    ];
    for one in &priced.modified.applied {
        all.push(format!(
            "{} {}: {}",
            one.rule,
            one.adjustment.words(),
            exact(one.bid)
        ));
    }
    if priced.modified.bid > priced.max {
        all.push(format!("At most {}", exact(priced.max)));
    }
    all.push(format!("Bid {}", exact(priced.bid)));
    all
}

/// To the tenth of a cent where that matters: "$44.848".
fn exact(amount: domain::money::Micros) -> String {
    if amount.0 % 10_000 == 0 {
        amount.to_string()
    } else {
        format!("${}", amount.exact())
    }
}

fn ways(offered: &Offered) -> Vec<String> {
    let number = offered.number.as_ref().map(E164::display);
    number.into_iter().chain(offered.sip.clone()).collect()
}

/// What sums come to.
pub(crate) fn totals(sums: &[BidSums]) -> BidTotals {
    let mut totals = BidTotals::default();
    for one in sums {
        totals.pings += one.pings;
        if one.code.is_none() {
            totals.bids += one.pings;
        }
        if one.came {
            totals.calls += one.pings;
        }
    }
    totals
}

/// Why nothing was bid, the most frequent reason first.
pub(crate) fn reasons(sums: &[BidSums]) -> Vec<RejectRow> {
    let mut counts: BTreeMap<u16, u32> = BTreeMap::new();
    for one in sums {
        if let Some(code) = one.code {
            *counts.entry(code).or_default() += one.pings;
        }
    }
    let all: u32 = counts.values().sum();
    let mut rows: Vec<RejectRow> = (counts.into_iter())
        .map(|(code, pings)| RejectRow {
            code: code.to_string(),
            reason: format!("{} ({code})", Reject::title(code)),
            pings,
            percent: percent(pings, all),
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.pings));
    rows
}
