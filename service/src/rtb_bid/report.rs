//! The report of what publishers asked and were answered.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::rtb_bid::{BidPage, BidPublisherRow, BidQuery, BidRow, BidTotals};
use domain::id::{CallId, PublisherId};
use domain::invalid::FieldErrors;
use domain::money::Micros;
use domain::phone::E164;
use domain::rtb_id::bid::{bid_id, call_of};
use domain::rtb_id::reject::Reject;
use domain::rtb_id::settings::Environment;
use domain::schedule::zone_short;
use domain::sheet::write::{MARK, write};
use domain::time::Timestamp;
use store::{BidCursor, BidFilter, BidMoney, BidRecord, BidSums, Tenant};

use super::RtbBids;
use super::view::{self, BidNames};
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::range::Range;
use crate::zone;

/// The columns of a file.
const COLUMNS: [&str; 17] = [
    "bidId",
    "bidDt",
    "campaign",
    "publisher",
    "bidAmount",
    "isZeroBid",
    "reasonForReject",
    "explanation",
    "whatWouldBid",
    "bidExpireDt",
    "bidDID",
    "winningBid",
    "callDt",
    "callerId",
    "subId",
    "publisherInboundCallId",
    "tookMs",
];
/// Bids of one page.
const PAGE: usize = 50;
/// Bids of one file.
const EXPORTED_MAX: u64 = 50_000;
/// Bids of a file that are read together.
const EXPORTED_AT_ONCE: u64 = 500;

impl RtbBids {
    /// A page of the report. Tests are not in it unless a bid is asked for by its id.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a filter that makes no sense.
    pub async fn page(&self, op: &OpCtx, query: &BidQuery) -> Result<BidPage, Error> {
        require(op, Permission::ViewCalls)?;
        let range = Range::of(op, &query.range, &query.from, &query.to)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let narrowed = filter(op, query, &range)?;
        // The figures are of all pings in the time, whatever they came to.
        let all = BidFilter {
            code: None,
            offered: None,
            came: None,
            before: None,
            ..narrowed.clone()
        };
        let sums = tenant.bid_sums(&all).await?;
        let money = tenant.bid_money(&all).await?;
        let limit = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
        let mut bids = tenant.bids(&narrowed, limit).await?;
        let more = bids.len() > PAGE;
        bids.truncate(PAGE);
        let names = BidNames::load(&tenant).await?;
        let mut totals = view::totals(&sums);
        totals.paid = money.iter().map(|m| m.paid).sum();
        Ok(BidPage {
            range_label: range.label,
            zone_short: zone_short(&op.zone).to_owned(),
            totals,
            publishers: publishers(&names, &sums, &money),
            reasons: view::reasons(&sums),
            older: bids.last().filter(|_| more).map(cursor_text),
            bids: bids.iter().map(|b| view::row(&names, op, b)).collect(),
            publisher_choices: publisher_choices(&tenant).await?,
            results: results(),
            callers_masked: !op.actor.allows(Permission::ViewCallerNumbers),
        })
    }

    /// One bid.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn bid(&self, op: &OpCtx, id: CallId) -> Result<BidRow, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let record = tenant.bid(id).await.or_missing("bid")?;
        Ok(view::row(&BidNames::load(&tenant).await?, op, &record))
    }

    /// All bids of the report's time and filters as a file, newest first and at most fifty thousand, in
    /// the columns of the field (domain-reference 1b): its name and its text.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a filter that makes no sense.
    pub async fn export(&self, op: &OpCtx, query: &BidQuery) -> Result<(String, String), Error> {
        require(op, Permission::ViewCalls)?;
        let range = Range::of(op, &query.range, &query.from, &query.to)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let query = BidQuery {
            before: String::new(),
            ..query.clone()
        };
        let mut wanted = filter(op, &query, &range)?;
        let names = BidNames::load(&tenant).await?;
        let mut text = write(std::iter::once(COLUMNS.map(str::to_owned).to_vec()));
        // A bid is much larger than its line: never are all of them held at once.
        let mut left = EXPORTED_MAX;
        while left > 0 {
            let bids = tenant.bids(&wanted, left.min(EXPORTED_AT_ONCE)).await?;
            let Some(last) = bids.last() else { break };
            wanted.before = Some(BidCursor {
                at: last.bid.asked_at,
                call: last.bid.call,
            });
            left = left.saturating_sub(u64::try_from(bids.len()).unwrap_or(left));
            let rows = bids.iter().map(|b| exported(b, &view::row(&names, op, b)));
            text.push_str(&write(rows));
        }
        let file = format!("bids-{}.csv", zone::date(&op.zone, op.now));
        Ok((file, format!("{MARK}{text}")))
    }
}

fn exported(record: &BidRecord, row: &BidRow) -> Vec<String> {
    let bid = &record.bid;
    let offered = bid.offered();
    let flag = |on: bool| if on { "yes" } else { "no" }.to_owned();
    vec![
        row.bid_id.clone(),
        bid.asked_at.rfc3339(),
        row.campaign_name.clone(),
        row.publisher_name.clone(),
        offered.map(|o| o.amount.plain()).unwrap_or_default(),
        flag(offered.is_none()),
        bid.reject().map(Reject::reason).unwrap_or_default(),
        row.words.clone(),
        row.remedy.clone(),
        offered.map(|o| o.expires_at.rfc3339()).unwrap_or_default(),
        (offered.and_then(|o| o.number.as_ref()))
            .map(|number| number.as_str().to_owned())
            .unwrap_or_default(),
        flag(row.came),
        record.came_at.map(Timestamp::rfc3339).unwrap_or_default(),
        row.caller.clone(),
        row.sub_id.clone(),
        row.inbound_call_id.clone(),
        row.took_ms.to_string(),
    ]
}

fn filter(op: &OpCtx, query: &BidQuery, range: &Range) -> Result<BidFilter, Error> {
    let mut errors = FieldErrors::default();
    let damaged = "The address is damaged. Choose again.";
    let mut filter = BidFilter {
        since: range.from,
        until: range.to,
        environment: Some(Environment::Production),
        ..BidFilter::default()
    };
    if !query.publisher.trim().is_empty() {
        match query.publisher.parse::<PublisherId>() {
            Ok(id) => filter.publisher = Some(id),
            Err(_) => errors.add("publisher", "malformed", damaged),
        }
    }
    match query.result.as_str() {
        "" => {}
        "bid" => filter.offered = Some(true),
        "came" => filter.came = Some(true),
        code => match code
            .parse::<u16>()
            .ok()
            .filter(|c| Reject::CODES.contains(c))
        {
            Some(code) => filter.code = Some(code),
            None => errors.add("result", "unknown", "Choose a result from the list."),
        },
    }
    if !query.before.is_empty() {
        match cursor(&query.before) {
            Some(before) => filter.before = Some(before),
            None => errors.add("before", "malformed", damaged),
        }
    }
    let search = query.search.trim();
    if let Some(call) = call_of(search) {
        // A bid is one, whenever it was made.
        filter.call = Some(call);
        (filter.since, filter.until, filter.environment) = (None, None, None);
    } else if !search.is_empty() {
        match search.parse::<E164>() {
            Ok(number) if op.actor.allows(Permission::ViewCallerNumbers) => {
                filter.caller = Some(number);
            }
            Ok(_) => errors.add(
                "search",
                "forbidden",
                "Your role sees no callers, so it cannot search for one. Enter the id of a bid.",
            ),
            Err(_) => errors.add(
                "search",
                "malformed",
                "Enter the id of a bid, RTB and 32 digits, or a whole phone number.",
            ),
        }
    }
    errors.check()?;
    Ok(filter)
}

/// A place in the list, as it stands in the address.
fn cursor_text(last: &BidRecord) -> String {
    format!("{}-{}", last.bid.asked_at.0, bid_id(last.bid.call))
}

fn cursor(text: &str) -> Option<BidCursor> {
    let (at, id) = text.split_once('-')?;
    Some(BidCursor {
        at: Timestamp(at.parse().ok()?),
        call: call_of(id)?,
    })
}

fn results() -> Vec<Choice> {
    let choice = |value: String, label: String| Choice {
        value,
        label,
        hint: String::new(),
    };
    let mut all = vec![
        choice("bid".to_owned(), "Bid".to_owned()),
        choice("came".to_owned(), "Bid, and a call came".to_owned()),
    ];
    all.extend((Reject::CODES.into_iter()).map(|code| {
        choice(
            code.to_string(),
            format!("{} ({code})", Reject::title(code)),
        )
    }));
    all
}

async fn publisher_choices(tenant: &Tenant<'_>) -> Result<Vec<Choice>, Error> {
    let names = tenant.publisher_names().await?.into_iter();
    Ok(names
        .map(|(id, name)| Choice {
            value: id.to_string(),
            label: name,
            hint: String::new(),
        })
        .collect())
}

fn publishers(names: &BidNames, sums: &[BidSums], money: &[BidMoney]) -> Vec<BidPublisherRow> {
    let mut by: BTreeMap<PublisherId, (BidTotals, Micros)> = BTreeMap::new();
    for one in sums {
        let (totals, offered) = by.entry(one.publisher).or_default();
        totals.pings += one.pings;
        if one.code.is_none() {
            totals.bids += one.pings;
        }
        if one.came {
            totals.calls += one.pings;
        }
        *offered = Micros(offered.0.saturating_add(one.offered.0));
    }
    let mut rows: Vec<BidPublisherRow> = (by.into_iter())
        .map(|(id, (mut totals, offered))| {
            let made = money.iter().find(|m| m.publisher == id);
            totals.paid = made.map_or(0, |m| m.paid);
            let text = |of: fn(&BidMoney) -> Micros| made.map_or(Micros::ZERO, of).to_string();
            BidPublisherRow {
                id,
                name: names.publisher(id),
                totals,
                mean: (offered.0.checked_div(i64::from(totals.bids)))
                    .map(|mean| Micros(mean).to_string())
                    .unwrap_or_default(),
                revenue: text(|m| m.revenue),
                payout: text(|m| m.payout),
            }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.totals.pings));
    rows
}
