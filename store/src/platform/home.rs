//! Where a call leads, or would lead: by the number it came to, the bid it came for, or the RTB id that
//! is asked before it comes.

mod question;

use std::collections::BTreeSet;

use domain::block::Block;
use domain::call::session::Session;
use domain::duplicate::EarlierCall;
use domain::enrichment::Enrichment;
use domain::id::{CallId, CampaignId, PublisherId, RtbId, VisitId};
use domain::phone::{Caller, E164};
use domain::rtb_id::bid::PublisherBid;
use domain::rtb_id::rate::Asked;
use domain::time::Timestamp;
use domain::visit::attribution::SeenNumber;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
};
use serde::Deserialize;

use self::question::Question;
use super::Platform;
use crate::entity::{block, phone_number, target_group_usage, target_usage};
use crate::error::StoreError;
use crate::repo::from_json;
use crate::repo::rtb_bid::{self as rtb_bid_repo, KeptBid};
use crate::repo::target::{UsageRecord, usage_record};
use crate::repo::target_group::{GroupUsageRecord, group_usage_record};
use crate::scope::TenantScope;

/// Numbers of one question.
const NUMBERS_AT_ONCE: usize = 5_000;

/// By what a call comes to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallDoor<'a> {
    Number(&'a E164),
    /// By SIP: the bid that it came for.
    Bid(CallId),
    /// It may come later, and is asked about.
    RtbId(RtbId),
}

/// What it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberHome {
    pub scope: TenantScope,
    pub campaign: Option<CampaignId>,
    /// Whose callers dial it.
    pub publisher: Option<PublisherId>,
    /// The account's generation: plans cached under another one are out of date.
    pub generation: i64,
    /// What the targets of the campaign's plan have used, members of its groups among them.
    pub usage: Vec<UsageRecord>,
    /// What its groups have used.
    pub groups: Vec<GroupUsageRecord>,
    /// The account's blocks that are about the caller, wherever and until whenever they hold.
    pub blocks: Vec<Block>,
    /// The latest calls of the same caller in the account.
    pub history: Vec<EarlierCall>,
    /// The visit that the number was lent to last.
    pub lent_last: Option<SeenNumber>,
    /// The visit as which the caller called this number last.
    pub called_as: Option<SeenNumber>,
    /// What was sent of the caller for this number.
    pub enrichment: Option<Enrichment>,
    /// Bids that the call may be of, or that were made for the same caller and hold, newest first.
    pub bids: Vec<KeptBid>,
    /// Of an RTB id, how often it was asked lately: in earnest, and for tests.
    pub asked: (Asked, Asked),
}

/// A row of one of the parts: what the others have is null.
#[derive(Debug, FromQueryResult)]
struct HomeRow {
    account_id: Option<i64>,
    generation: Option<i64>,
    campaign_id: Option<uuid::Uuid>,
    publisher_id: Option<i64>,
    group_id: Option<i64>,
    live: Option<i64>,
    peak_live: Option<i64>,
    window_hour: Option<i64>,
    window_day: Option<i64>,
    window_month: Option<i64>,
    hour_count: Option<i64>,
    day_count: Option<i64>,
    month_count: Option<i64>,
    total_count: Option<i64>,
    last_claimed_at: Option<i64>,
    last_freed_at: Option<i64>,
    usages: Option<String>,
    block_id: Option<i64>,
    block_pattern: Option<String>,
    block_campaign_id: Option<uuid::Uuid>,
    block_expires_at: Option<i64>,
    block_note: Option<String>,
    call_id: Option<uuid::Uuid>,
    session: Option<String>,
    visit_id: Option<uuid::Uuid>,
    visitor: Option<String>,
    visit_tags: Option<String>,
    leased_at: Option<i64>,
    held_until: Option<i64>,
    called_before: Option<i64>,
    enriched_tags: Option<String>,
    enriched_at: Option<i64>,
    bid: Option<String>,
    bid_came_at: Option<i64>,
    bid_reserved: Option<String>,
    ping_span: Option<i64>,
    pings: Option<i64>,
    test_span: Option<i64>,
    test_pings: Option<i64>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "the number proves whose account it is"
)]
impl Platform<'_> {
    /// Which of these numbers are in use, in whatever account: a number leads to one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn numbers_in_use(&self, numbers: &[String]) -> Result<BTreeSet<String>, StoreError> {
        let mut found = BTreeSet::new();
        for part in numbers.chunks(NUMBERS_AT_ONCE) {
            let rows: Vec<String> = phone_number::Entity::find()
                .select_only()
                .column(phone_number::Column::E164)
                .filter(phone_number::Column::E164.is_in(part.iter().map(String::as_str)))
                .into_tuple()
                .all(self.conn)
                .await?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Where a call leads, what the targets of its campaign's plan have used, whether the caller is
    /// blocked, when they called before and what was bid for them: all that a new call needs, in one
    /// round trip.
    ///
    /// # Errors
    /// What the database says.
    pub async fn home_of_call(
        &self,
        door: CallDoor<'_>,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Option<NumberHome>, StoreError> {
        let asked = Question { door, caller, now };
        let statement = asked.statement(self.conn.get_database_backend());
        let rows: Vec<HomeRow> = HomeRow::find_by_statement(statement).all(self.conn).await?;
        let home = rows
            .iter()
            .find_map(|row| Some((row, row.account_id?, row.generation?)));
        let Some((first, account, generation)) = home else {
            return Ok(None);
        };
        Ok(Some(NumberHome {
            scope: TenantScope::mint(account),
            campaign: first.campaign_id.map(CampaignId),
            publisher: first.publisher_id.map(PublisherId),
            generation,
            usage: usages(&rows, account)?,
            groups: rows
                .iter()
                .filter_map(|row| row.group_usage(account))
                .collect(),
            blocks: rows
                .iter()
                .filter_map(|row| row.block(account))
                .collect::<Result<_, _>>()?,
            history: rows
                .iter()
                .filter_map(|row| row.earlier(caller).transpose())
                .collect::<Result<_, _>>()?,
            lent_last: seen(&rows, false)?,
            called_as: seen(&rows, true)?,
            enrichment: enriched(&rows)?,
            bids: bids(&rows)?,
            asked: rows.iter().find_map(HomeRow::asked).unwrap_or_default(),
        }))
    }
}

/// A row of it, column by column, in the order of the table.
#[derive(Debug, Deserialize)]
struct UsedRow(
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    i64,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
);

impl UsedRow {
    fn model(self, account: i64) -> target_usage::Model {
        target_usage::Model {
            account_id: account,
            target_id: self.0,
            live: self.1,
            peak_live: self.2,
            window_hour: self.3,
            window_day: self.4,
            window_month: self.5,
            hour_count: self.6,
            day_count: self.7,
            month_count: self.8,
            total_count: self.9,
            last_claimed_at: self.10,
            hour_spent: self.11,
            day_spent: self.12,
            month_spent: self.13,
            total_spent: self.14,
            last_freed_at: self.15,
            pause: self.16,
            status: self.17,
            status_since: self.18,
            wrap_until: self.19,
        }
    }
}

fn usages(rows: &[HomeRow], account: i64) -> Result<Vec<UsageRecord>, StoreError> {
    let mut all = Vec::new();
    for text in rows.iter().filter_map(|row| row.usages.as_deref()) {
        let part: Vec<UsedRow> = from_json("target_usage", text)?;
        for used in part {
            all.push(usage_record(&used.model(account))?);
        }
    }
    Ok(all)
}

fn enriched(rows: &[HomeRow]) -> Result<Option<Enrichment>, StoreError> {
    let told = rows
        .iter()
        .find_map(|row| Some((row.enriched_tags.as_deref()?, row.enriched_at?)));
    told.map(|(tags, at)| crate::repo::enrichment::read(tags, at))
        .transpose()
}

fn seen(rows: &[HomeRow], called_before: bool) -> Result<Option<SeenNumber>, StoreError> {
    let row = rows
        .iter()
        .find(|row| row.called_before == Some(i64::from(called_before)));
    let Some(row) = row else { return Ok(None) };
    let (Some(visit), Some(visitor), Some(tags), Some(leased_at), Some(held_until)) = (
        row.visit_id,
        &row.visitor,
        &row.visit_tags,
        row.leased_at,
        row.held_until,
    ) else {
        return Ok(None);
    };
    Ok(Some(SeenNumber {
        visit: VisitId(visit),
        visitor: visitor.clone(),
        publisher: row.publisher_id.map(PublisherId),
        leased_at: Timestamp(leased_at),
        held_until: Timestamp(held_until),
        tags: from_json("visit", tags)?,
    }))
}

/// Each bid once, newest first.
fn bids(rows: &[HomeRow]) -> Result<Vec<KeptBid>, StoreError> {
    let mut all: Vec<KeptBid> = Vec::new();
    for row in rows {
        let Some(detail) = &row.bid else { continue };
        let bid: PublisherBid = from_json("rtb_bid", detail)?;
        if all.iter().any(|known| known.bid.call == bid.call) {
            continue;
        }
        let reserved = row.bid_reserved.as_deref();
        all.push(KeptBid {
            bid,
            came_at: row.bid_came_at.map(Timestamp),
            reserved: reserved
                .map(|text| from_json("rtb_bid", text))
                .transpose()?,
        });
    }
    all.sort_by_key(|kept| std::cmp::Reverse(kept.bid.asked_at));
    Ok(all)
}

impl HomeRow {
    fn asked(&self) -> Option<(Asked, Asked)> {
        let (real, test) = (
            rtb_bid_repo::asked(self.ping_span?, self.pings?),
            rtb_bid_repo::asked(self.test_span?, self.test_pings?),
        );
        Some((real, test))
    }

    fn block(&self, account: i64) -> Option<Result<Block, StoreError>> {
        Some(crate::repo::block::block(block::Model {
            account_id: account,
            id: self.block_id?,
            pattern: self.block_pattern.clone()?,
            campaign_id: self.block_campaign_id,
            expires_at: self.block_expires_at,
            note: self.block_note.clone()?,
            created_at: 0,
            source: String::new(),
        }))
    }

    fn group_usage(&self, account: i64) -> Option<GroupUsageRecord> {
        Some(group_usage_record(&target_group_usage::Model {
            account_id: account,
            group_id: self.group_id?,
            live: self.live?,
            peak_live: self.peak_live?,
            window_hour: self.window_hour?,
            window_day: self.window_day?,
            window_month: self.window_month?,
            hour_count: self.hour_count?,
            day_count: self.day_count?,
            month_count: self.month_count?,
            total_count: self.total_count?,
            last_claimed_at: self.last_claimed_at,
            last_freed_at: self.last_freed_at,
        }))
    }

    /// Callers without a number share what calls are found by; they are told apart here.
    fn earlier(&self, caller: &Caller) -> Result<Option<EarlierCall>, StoreError> {
        let (Some(call), Some(session)) = (self.call_id, &self.session) else {
            return Ok(None);
        };
        let session: Session = from_json("call", session)?;
        if session.from != *caller {
            return Ok(None);
        }
        Ok(EarlierCall::of(CallId(call), &session))
    }
}
