//! The RTB report: pings by bidder, by reason, and each by itself.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::rtb::{BidderRow, RtbPage, RtbQuery};
use domain::id::TargetId;
use domain::invalid::FieldErrors;
use domain::money::Micros;
use domain::rtb::health::Health;
use domain::rtb::ping::PingVerdict;
use domain::schedule::zone_short;
use store::{CallFilter, Db, PingFilter, PingSums, Tenant};

use crate::call::view::Names;
use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;
use crate::range::Range;
use crate::rtb_ping::{self, PingNames};

/// Pings of one page.
const PAGE: usize = 50;
/// Calls of a caller that are looked at.
const CALLS_MAX: u64 = 200;

/// See the module.
#[derive(Debug, Clone)]
pub struct RtbReports {
    db: Db,
}

impl RtbReports {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// A page of the report.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a filter that makes no sense.
    pub async fn page(&self, op: &OpCtx, query: &RtbQuery) -> Result<RtbPage, Error> {
        require(op, Permission::ViewCalls)?;
        let range = Range::of(op, &query.range, &query.from, &query.to)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let narrowed = filter(&tenant, op, query, &range).await?;
        // The figures are of all pings in the time, whatever they came to.
        let all = PingFilter {
            verdict: None,
            before: None,
            ..narrowed.clone()
        };
        let sums = tenant.ping_sums(&all).await?;
        let limit = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
        let mut pings = tenant.pings(&narrowed, limit).await?;
        let more = pings.len() > PAGE;
        pings.truncate(PAGE);
        let whose = rtb_ping::whose(&tenant, &pings).await?;
        let names = PingNames::load(&tenant, Names::load(&conn, op).await?).await?;
        let targets = tenant.targets().await?;
        let bids = targets.iter().filter(|t| t.settings.bidder.is_some());
        let choice = |value: String, label: &str| Choice {
            value,
            label: label.to_owned(),
            hint: String::new(),
        };
        Ok(RtbPage {
            range_label: range.label,
            zone_short: zone_short(&op.zone).to_owned(),
            totals: total(&sums),
            bidders: bidders(&names, &sums),
            rejects: rtb_ping::rejects(&sums),
            older: pings
                .last()
                .filter(|_| more)
                .map(|last| last.id.to_string()),
            pings: (pings.iter())
                .map(|ping| names.row(op, ping, ping.ping.at, whose.get(&ping.call)))
                .collect(),
            targets: bids
                .map(|t| choice(t.id.to_string(), &t.input.name))
                .collect(),
            verdicts: PingVerdict::ALL
                .map(|v| choice(v.code().to_owned(), v.word()))
                .to_vec(),
            callers_masked: !op.actor.allows(Permission::ViewCallerNumbers),
        })
    }
}

async fn filter(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    query: &RtbQuery,
    range: &Range,
) -> Result<PingFilter, Error> {
    let mut errors = FieldErrors::default();
    let mut number = |field: &str, text: &str| match text.trim() {
        "" => None,
        text => match text.parse::<i64>() {
            Ok(id) => Some(id),
            Err(_) => {
                errors.add(field, "malformed", "The address is damaged. Choose again.");
                None
            }
        },
    };
    let target = number("target", &query.target).map(TargetId);
    let before = number("before", &query.before);
    let verdict = match query.verdict.as_str() {
        "" => None,
        code => {
            let known = PingVerdict::from_code(code);
            if known.is_none() {
                errors.add("verdict", "unknown", "Choose a verdict from the list.");
            }
            known
        }
    };
    errors.check()?;
    let mut filter = PingFilter {
        since: range.from,
        until: range.to,
        target,
        verdict,
        before,
        ..PingFilter::default()
    };
    let search = query.search.trim();
    let digits: String = search.chars().filter(char::is_ascii_digit).collect();
    let is_number = digits.len() >= 4
        && search
            .chars()
            .all(|c| c.is_ascii_digit() || " +()-.".contains(c));
    if is_number && op.actor.allows(Permission::ViewCallerNumbers) {
        let of_caller = CallFilter {
            from: range.from,
            to: range.to,
            caller_digits: digits,
            ..CallFilter::default()
        };
        let calls = tenant.calls(&of_caller, None, None, CALLS_MAX).await?;
        filter.calls = Some(calls.into_iter().map(|line| line.id).collect());
    } else if !search.is_empty() {
        filter.bid_id = Some(search.to_owned());
    }
    Ok(filter)
}

fn total(sums: &[PingSums]) -> Health {
    let mut all = Health::default();
    for sums in sums.iter().filter(|s| !s.confirms) {
        all.count(sums.verdict, sums.pings);
    }
    all
}

fn bidders(names: &PingNames, sums: &[PingSums]) -> Vec<BidderRow> {
    let mut by: BTreeMap<TargetId, (Health, Micros)> = BTreeMap::new();
    for sums in sums.iter().filter(|s| !s.confirms) {
        let (health, net) = by.entry(sums.target).or_default();
        health.count(sums.verdict, sums.pings);
        if sums.verdict.is_bid() {
            *net = Micros(net.0.saturating_add(sums.net.0));
        }
    }
    let mut rows: Vec<BidderRow> = (by.into_iter())
        .map(|(id, (health, net))| {
            let (name, buyer) = names.of(id);
            BidderRow {
                id,
                name,
                buyer,
                health,
                mean: match net.0.checked_div(i64::from(health.bids)) {
                    Some(mean) => Micros(mean).to_string(),
                    None => String::new(),
                },
            }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.health.pings));
    rows
}
