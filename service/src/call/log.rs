//! The call log and the call drawer.

use domain::access::Permission;
use domain::api::call::{CallDetail, CallPage, CallQuery, CallRow, CallerBlock, FilterChip};
use domain::api::page::Choice;
use domain::call::record::Outcome;
use domain::id::{CallId, CampaignId, TargetId};
use domain::invalid::FieldErrors;
use domain::phone::Caller;
use domain::schedule::zone_short;
use domain::time::Timestamp;
use store::{CallFilter, CallLine, Conn, Cursor, Db};

use super::view::{self, Names};
use crate::block;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone;

/// Calls on a page of the log.
const PAGE: usize = 50;
/// Live calls shown at once; more than fit a screen help nobody.
const LIVE_MAX: u64 = 200;

/// See the module.
#[derive(Debug, Clone)]
pub struct Calls {
    db: Db,
}

impl Calls {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// A page of the call log.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a filter that makes no sense.
    pub async fn page(&self, op: &OpCtx, query: &CallQuery) -> Result<CallPage, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let names = Names::load(&conn, op).await?;
        let range = Range::of(op, query)?;
        let query = &askable(op, query);
        let filter = filter(query, &range)?;
        let (after, before) = (
            cursor("after", &query.after)?,
            cursor("before", &query.before)?,
        );
        let limit = u64::try_from(PAGE + 1).unwrap_or(u64::MAX);
        let mut lines = tenant.calls(&filter, after, before, limit).await?;
        let more = lines.len() > PAGE;
        if more && before.is_some() {
            lines.remove(0);
        } else {
            lines.truncate(PAGE);
        }
        let has_newer = if before.is_some() {
            more
        } else {
            after.is_some()
        };
        let has_older = if before.is_some() { true } else { more };
        let unfiltered = CallFilter {
            from: range.from,
            to: range.to,
            ..CallFilter::default()
        };
        let total = tenant.count_calls(&filter).await?;
        let total_unfiltered = if filter == unfiltered {
            total
        } else {
            tenant.count_calls(&unfiltered).await?
        };
        Ok(CallPage {
            older: lines.last().filter(|_| has_older).map(cursor_text),
            newer: lines.first().filter(|_| has_newer).map(cursor_text),
            rows: lines
                .iter()
                .map(|line| view::row(op, &names, line))
                .collect(),
            total,
            total_unfiltered,
            range_label: range.label,
            chips: chips(query, &names),
            campaigns: tenant
                .campaigns()
                .await?
                .into_iter()
                .map(|c| choice(&c.id, c.name, c.vertical))
                .collect(),
            targets: tenant
                .targets()
                .await?
                .into_iter()
                .map(|t| choice(&t.id, t.input.name, String::new()))
                .collect(),
            outcomes: outcomes(),
            zone_short: zone_short(&op.zone).to_owned(),
            callers_masked: !op.actor.role.allows(Permission::ViewCallerNumbers),
        })
    }

    /// Whether the account ever had a call.
    ///
    /// # Errors
    /// What the database says.
    pub async fn any(&self, op: &OpCtx) -> Result<bool, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        Ok(!conn
            .tenant(&op.scope)
            .calls(&CallFilter::default(), None, None, 1)
            .await?
            .is_empty())
    }

    /// Calls in progress, longest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn live(&self, op: &OpCtx) -> Result<Vec<CallRow>, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let names = Names::load(&conn, op).await?;
        let filter = CallFilter {
            live: true,
            ..CallFilter::default()
        };
        let mut lines = conn
            .tenant(&op.scope)
            .calls(&filter, None, None, LIVE_MAX)
            .await?;
        lines.reverse();
        Ok(lines
            .iter()
            .map(|line| view::row(op, &names, line))
            .collect())
    }

    /// One call, explained.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has none with that id.
    pub async fn detail(&self, op: &OpCtx, id: CallId) -> Result<CallDetail, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let call = tenant.call(id).await.or_missing("call")?;
        let events = tenant.events_of(id).await?;
        let names = Names::load(&conn, op).await?;
        Ok(CallDetail {
            short_id: format!("CA{}", id.short()),
            carrier_sid: call.line.carrier_sid.clone(),
            timeline: view::timeline(op, call.line.arrived_at, &events),
            decisions: view::decisions(op, &events),
            legs: view::legs(op, &call.session),
            recordings: tenant
                .recordings_of(id)
                .await?
                .iter()
                .map(view::recording)
                .collect(),
            may_listen: op.actor.role.allows(Permission::PlayRecordings),
            answers: view::answers(op, &events),
            tags: call
                .tags
                .iter()
                .map(|(k, v)| (k.to_owned(), v.to_owned()))
                .collect(),
            campaign_href: call
                .line
                .campaign
                .map(|c| format!("/campaigns/{c}"))
                .unwrap_or_default(),
            target_href: call
                .line
                .target
                .map(|t| format!("/targets/{t}"))
                .unwrap_or_default(),
            row: view::row(op, &names, &call.line),
            caller_block: caller_block(&conn, op, &call.session.from).await?,
        })
    }
}

async fn caller_block(conn: &Conn, op: &OpCtx, caller: &Caller) -> Result<CallerBlock, Error> {
    if !op.actor.role.allows(Permission::EditBlocks) || caller.number().is_none() {
        return Ok(CallerBlock::Unavailable);
    }
    Ok(if block::is_blocked(conn, op, caller).await? {
        CallerBlock::Blocked
    } else {
        CallerBlock::Open
    })
}

/// The query without what this role may not ask for: searching by caller would tell masked numbers
/// one guess at a time.
fn askable(op: &OpCtx, query: &CallQuery) -> CallQuery {
    let mut query = query.clone();
    if !op.actor.role.allows(Permission::ViewCallerNumbers) {
        query.caller.clear();
    }
    query
}

/// The stretch of time a query asks for.
struct Range {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    label: String,
}

impl Range {
    fn of(op: &OpCtx, query: &CallQuery) -> Result<Self, Error> {
        let today = zone::date(&op.zone, op.now);
        let day = |days: i64| zone::day_start(&op.zone, zone::plus_days(today, days));
        let label = |at: Timestamp| zone::stamp(&op.zone, at).date;
        Ok(match query.range.as_str() {
            "" | "today" => Self {
                from: Some(day(0)),
                to: None,
                label: format!("Today, {}", label(op.now)),
            },
            "yesterday" => Self {
                from: Some(day(-1)),
                to: Some(day(0)),
                label: format!("Yesterday, {}", label(day(-1))),
            },
            "7d" => Self {
                from: Some(day(-6)),
                to: None,
                label: "Last 7 days".to_owned(),
            },
            "month" => {
                let first = today.first_of_month();
                Self {
                    from: Some(zone::day_start(&op.zone, first)),
                    to: None,
                    label: "This month".to_owned(),
                }
            }
            "all" => Self {
                from: None,
                to: None,
                label: "All time".to_owned(),
            },
            "custom" => {
                let wrong = |field: &str| {
                    FieldErrors::one(field, "malformed", "Enter a date like 2026-11-19.")
                };
                let from = zone::parse_date(&query.from).ok_or_else(|| wrong("from"))?;
                let to = zone::parse_date(&query.to).ok_or_else(|| wrong("to"))?;
                if to < from {
                    return Err(FieldErrors::one(
                        "to",
                        "out_of_range",
                        "The end must not be before the start.",
                    )
                    .into());
                }
                let (start, end) = (
                    zone::day_start(&op.zone, from),
                    zone::day_start(&op.zone, zone::plus_days(to, 1)),
                );
                let last = zone::day_start(&op.zone, to);
                let label = if from == to {
                    label(start)
                } else {
                    format!("{} to {}", label(start), label(last))
                };
                Self {
                    from: Some(start),
                    to: Some(end),
                    label,
                }
            }
            _ => {
                return Err(
                    FieldErrors::one("range", "unknown", "Choose a range from the list.").into(),
                );
            }
        })
    }
}

fn filter(query: &CallQuery, range: &Range) -> Result<CallFilter, Error> {
    let mut errors = FieldErrors::default();
    let mut filter = CallFilter {
        from: range.from,
        to: range.to,
        ..CallFilter::default()
    };
    if !query.campaign.is_empty() {
        match query.campaign.parse::<CampaignId>() {
            Ok(id) => filter.campaign = Some(id),
            Err(_) => errors.add("campaign", "unknown", "There is no such campaign."),
        }
    }
    if !query.target.is_empty() {
        match query.target.parse::<TargetId>() {
            Ok(id) => filter.target = Some(id),
            Err(_) => errors.add("target", "unknown", "There is no such target."),
        }
    }
    match (query.outcome.as_str(), Outcome::from_code(&query.outcome)) {
        ("", _) => {}
        (LIVE, _) => filter.live = true,
        (NOT_CONNECTED, _) => filter.unconnected = true,
        (_, Some(outcome)) => filter.outcome = Some(outcome),
        (_, None) => errors.add("outcome", "unknown", "Choose an outcome from the list."),
    }
    filter.caller_digits = query
        .caller
        .chars()
        .filter(char::is_ascii_digit)
        .take(15)
        .collect();
    errors.check()?;
    Ok(filter)
}

fn chips(query: &CallQuery, names: &Names) -> Vec<FilterChip> {
    let chip = |param: &str, field: &str, operator: &str, value: String| FilterChip {
        param: param.to_owned(),
        field: field.to_owned(),
        operator: operator.to_owned(),
        value: if value.is_empty() {
            "unknown".to_owned()
        } else {
            value
        },
    };
    let mut chips = Vec::new();
    if let Ok(id) = query.campaign.parse() {
        chips.push(chip("campaign", "Campaign", "is", names.campaign(id)));
    }
    if let Ok(id) = query.target.parse() {
        chips.push(chip("target", "Target", "is", names.target(id)));
    }
    if let Some(outcome) = outcomes().into_iter().find(|o| o.value == query.outcome) {
        chips.push(chip("outcome", "Outcome", "is", outcome.label));
    }
    if query.caller.chars().any(|c| c.is_ascii_digit()) {
        chips.push(chip("caller", "Caller", "contains", query.caller.clone()));
    }
    chips
}

fn choice(value: &impl ToString, label: String, hint: String) -> Choice {
    Choice {
        value: value.to_string(),
        label,
        hint,
    }
}

/// What calls can be filtered by beside their outcome.
const LIVE: &str = "live";
const NOT_CONNECTED: &str = "not_connected";

fn outcomes() -> Vec<Choice> {
    let plain = |value: &str, label: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        hint: String::new(),
    };
    let mut all = vec![plain(LIVE, "Live")];
    for outcome in Outcome::ALL {
        all.push(plain(outcome.code(), outcome.word()));
        if outcome == Outcome::Connected {
            all.push(plain(NOT_CONNECTED, "Not connected (any)"));
        }
    }
    all
}

fn cursor_text(line: &CallLine) -> String {
    format!("{}-{}", line.arrived_at.0, line.id.0.simple())
}

fn cursor(field: &str, text: &str) -> Result<Option<Cursor>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let parsed = text.split_once('-').and_then(|(at, call)| {
        Some(Cursor {
            at: Timestamp(at.parse().ok()?),
            call: call.parse().ok()?,
        })
    });
    parsed.map(Some).ok_or_else(|| {
        FieldErrors::one(
            field,
            "malformed",
            "This page address is damaged. Go back to the first page.",
        )
        .into()
    })
}
