//! The traffic of an account's DNI tags: who is there, where they came from, and what became of it.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::visit::{
    TrafficBy, TrafficCounts, TrafficHour, TrafficPage, TrafficQuery, TrafficRow,
};
use domain::dni_tag::Source as TagSource;
use domain::id::DniTagId;
use domain::invalid::FieldErrors;
use domain::money::Micros;
use domain::schedule::zone_short;
use domain::time::Timestamp;
use domain::visit::source;
use store::{Tenant, VisitCounts, VisitFilter, VisitKey};

use super::{Visits, view};
use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;
use crate::range::Range;
use crate::{pool, zone};

/// Rows of a grouping that are shown; the rest is one more.
const ROWS_MAX: usize = 50;
/// Visits that are shown.
const VISITS_MAX: u64 = 50;
/// The longest range that is shown by the hour, in seconds.
const BY_HOUR_S: u32 = 49 * 3_600;
/// The longest range, in days.
const DAYS_MAX: u32 = 400;

impl Visits {
    /// The traffic of a stretch of time.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `range`, `from`, `to`, `by` or `tag`.
    pub async fn traffic(&self, op: &OpCtx, query: &TrafficQuery) -> Result<TrafficPage, Error> {
        require(op, Permission::ViewSetup)?;
        let range = Range::of(op, &query.range, &query.from, &query.to)?;
        let from = range
            .from
            .ok_or_else(|| FieldErrors::one("range", "unknown", "Choose a range from the list."))?;
        let to = range.to.unwrap_or(op.now);
        if to.secs_since(from) > DAYS_MAX * 86_400 {
            let message = format!("Choose at most {DAYS_MAX} days.");
            return Err(FieldErrors::one("to", "out_of_range", &message).into());
        }
        let by = match query.by.as_str() {
            "" => TrafficBy::default(),
            code => TrafficBy::from_code(code).ok_or_else(|| {
                FieldErrors::one("by", "unknown", "Choose a grouping from the list.")
            })?,
        };
        let tag = match query.tag.as_str() {
            "" => None,
            id => Some(id.parse::<DniTagId>().map_err(|_| {
                FieldErrors::one("tag", "unknown", "Choose a DNI tag from the list.")
            })?),
        };
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let filter = VisitFilter {
            from: Some(from),
            to: range.to,
            tags: tag.map(|id| vec![id]),
            seen_since: None,
        };
        let live = VisitFilter {
            // A page that is open for longer than a day is not found; it is nobody's any more.
            from: Some(op.now.plus_secs(-86_400)),
            seen_since: Some(view::live_since(op.now)),
            tags: filter.tags.clone(),
            to: None,
        };
        let tags = tenant.dni_tags().await?;
        let names: BTreeMap<DniTagId, String> = tags
            .iter()
            .map(|tag| (tag.id, tag.settings.name.clone()))
            .collect();
        let counts = tenant.visit_counts(&filter, key(by)).await?;
        let pools = pool::rows(&tenant, op).await?;
        let shown_pools = pools.into_iter().filter(|pool| {
            tag.is_none_or(|id| {
                tags.iter()
                    .any(|tag| tag.id == id && tag.settings.source == TagSource::Pool(pool.id))
            })
        });
        let visits = tenant.visits(&filter, VISITS_MAX).await?;
        Ok(TrafficPage {
            live: tenant.count_visits(&live).await?,
            totals: counts.iter().fold(TrafficCounts::default(), |sum, one| {
                added(sum, counted(one))
            }),
            by,
            rows: rows(by, counts, &names),
            hours: hours(&tenant, op, &filter, from, to).await?,
            pools: shown_pools.collect(),
            visits: view::rows(&tenant, op, &visits).await?,
            tags: names
                .into_iter()
                .map(|(id, label)| Choice {
                    value: id.to_string(),
                    label,
                    hint: String::new(),
                })
                .collect(),
            range_label: range.label,
            zone_short: zone_short(&op.zone).to_owned(),
        })
    }
}

fn key(by: TrafficBy) -> VisitKey {
    match by {
        TrafficBy::Source => VisitKey::Source,
        TrafficBy::Campaign => VisitKey::Campaign,
        TrafficBy::Landing => VisitKey::Landing,
        TrafficBy::Place => VisitKey::Place,
        TrafficBy::Device => VisitKey::Device,
        TrafficBy::Tag => VisitKey::Tag,
    }
}

fn counted(one: &VisitCounts) -> TrafficCounts {
    TrafficCounts {
        visits: one.visits,
        misses: one.misses,
        calls: one.calls,
        connected: one.connected,
        converted: one.converted,
        revenue: one.revenue,
    }
}

fn added(sum: TrafficCounts, one: TrafficCounts) -> TrafficCounts {
    TrafficCounts {
        visits: sum.visits + one.visits,
        misses: sum.misses + one.misses,
        calls: sum.calls + one.calls,
        connected: sum.connected + one.connected,
        converted: sum.converted + one.converted,
        revenue: Micros(sum.revenue.0.saturating_add(one.revenue.0)),
    }
}

/// The busiest first, and what is too little for a row of its own together.
fn rows(
    by: TrafficBy,
    counts: Vec<VisitCounts>,
    names: &BTreeMap<DniTagId, String>,
) -> Vec<TrafficRow> {
    let mut rows: Vec<TrafficRow> = counts
        .iter()
        .map(|one| TrafficRow {
            name: name(by, one, names),
            counts: counted(one),
        })
        .collect();
    rows.sort_by(|a, b| {
        (b.counts.visits, b.counts.calls)
            .cmp(&(a.counts.visits, a.counts.calls))
            .then_with(|| a.name.cmp(&b.name))
    });
    if rows.len() > ROWS_MAX {
        let rest = rows.split_off(ROWS_MAX - 1);
        let counts = rest
            .iter()
            .fold(TrafficCounts::default(), |sum, row| added(sum, row.counts));
        rows.push(TrafficRow {
            name: format!("{} others", rest.len()),
            counts,
        });
    }
    rows
}

fn name(by: TrafficBy, one: &VisitCounts, names: &BTreeMap<DniTagId, String>) -> String {
    let [a, b, c] = &one.key;
    let (text, none) = match by {
        TrafficBy::Source => (source::words(a, b), ""),
        TrafficBy::Campaign => (a.clone(), "No campaign"),
        TrafficBy::Landing => (a.clone(), ""),
        TrafficBy::Place => (view::place_text(a, b, c), "Not known"),
        TrafficBy::Device => (a.clone(), "Not known"),
        TrafficBy::Tag => {
            let tag = one.tag.and_then(|tag| names.get(&tag));
            (tag.cloned().unwrap_or_default(), "")
        }
    };
    if text.is_empty() {
        none.to_owned()
    } else {
        text
    }
}

/// By the hour, or by the day where the range is long.
async fn hours(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    filter: &VisitFilter,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<TrafficHour>, Error> {
    let counts = tenant.visit_counts(filter, VisitKey::Hour(from)).await?;
    let by_hour = to.secs_since(from) <= BY_HOUR_S;
    let mut hours: Vec<(Timestamp, TrafficHour)> = Vec::new();
    let mut at = from;
    while at < to {
        let stamp = zone::stamp(&op.zone, at);
        let local = zone::local(&op.zone, at);
        let label = if by_hour {
            let half = if local.hour < 12 { "am" } else { "pm" };
            let hour = match local.hour % 12 {
                0 => 12,
                hour => hour,
            };
            format!("{hour} {half}")
        } else {
            // "Thu, Nov 19" without the day of the week.
            stamp
                .date
                .split_once(", ")
                .map_or_else(String::new, |(_, day)| day.to_owned())
        };
        hours.push((
            at,
            TrafficHour {
                label,
                visits: 0,
                misses: 0,
                calls: 0,
            },
        ));
        at = if by_hour {
            at.plus_secs(3_600)
        } else {
            zone::day_start(&op.zone, zone::plus_days(zone::date(&op.zone, at), 1))
        };
    }
    for one in counts {
        let at = from.plus_secs(i64::from(one.hour) * 3_600);
        let place = hours.iter().rposition(|(start, _)| *start <= at);
        if let Some((_, hour)) = place.and_then(|place| hours.get_mut(place)) {
            hour.visits += one.visits;
            hour.misses += one.misses;
            hour.calls += one.calls;
        }
    }
    Ok(hours.into_iter().map(|(_, hour)| hour).collect())
}
