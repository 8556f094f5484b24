//! Where a dialed number leads.

use std::collections::BTreeSet;

use domain::block::{Block, patterns_of};
use domain::id::CampaignId;
use domain::phone::{Caller, E164};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Iterable, JoinType, QueryFilter, QuerySelect,
};

use super::Platform;
use crate::entity::{account, block, phone_number, route, target_usage};
use crate::error::StoreError;
use crate::repo::target::{UsageRecord, usage_record};
use crate::scope::TenantScope;

/// What a dialed number leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberHome {
    pub scope: TenantScope,
    pub campaign: Option<CampaignId>,
    /// The account's generation: plans cached under another one are out of date.
    pub generation: i64,
    /// What the targets of the campaign's plan have used.
    pub usage: Vec<UsageRecord>,
    /// The account's blocks that are about the caller, wherever and until whenever they hold.
    pub blocks: Vec<Block>,
}

#[derive(Debug, FromQueryResult)]
struct HomeRow {
    account_id: i64,
    campaign_id: Option<uuid::Uuid>,
    generation: i64,
    target_id: Option<i64>,
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
    block_id: Option<i64>,
    block_pattern: Option<String>,
    block_campaign_id: Option<uuid::Uuid>,
    block_expires_at: Option<i64>,
    block_note: Option<String>,
}

impl HomeRow {
    fn block(&self) -> Option<Result<Block, StoreError>> {
        Some(crate::repo::block::block(block::Model {
            account_id: self.account_id,
            id: self.block_id?,
            pattern: self.block_pattern.clone()?,
            campaign_id: self.block_campaign_id,
            expires_at: self.block_expires_at,
            note: self.block_note.clone()?,
            created_at: 0,
        }))
    }

    fn usage(&self) -> Option<UsageRecord> {
        Some(usage_record(&target_usage::Model {
            account_id: self.account_id,
            target_id: self.target_id?,
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
        }))
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the number proves whose account it is"
)]
impl Platform<'_> {
    /// Where a dialed number leads, what the targets of its campaign's plan have used, and whether
    /// the caller is blocked: all that a new call needs, in one round trip.
    ///
    /// # Errors
    /// What the database says.
    pub async fn home_of_number(
        &self,
        number: &E164,
        caller: &Caller,
    ) -> Result<Option<NumberHome>, StoreError> {
        let patterns: Vec<String> = patterns_of(caller).collect();
        let about_caller = move |_, block| {
            Expr::col((block, block::Column::Pattern))
                .is_in(patterns.iter().map(String::as_str))
                .into_condition()
        };
        let select = phone_number::Entity::find()
            .select_only()
            .column(phone_number::Column::AccountId)
            .column(phone_number::Column::CampaignId)
            .column(account::Column::Generation)
            .join(
                JoinType::InnerJoin,
                phone_number::Entity::belongs_to(account::Entity)
                    .from(phone_number::Column::AccountId)
                    .to(account::Column::Id)
                    .into(),
            )
            .join(
                JoinType::LeftJoin,
                phone_number::Entity::belongs_to(route::Entity)
                    .from((
                        phone_number::Column::AccountId,
                        phone_number::Column::CampaignId,
                    ))
                    .to((route::Column::AccountId, route::Column::CampaignId))
                    .into(),
            )
            .join(
                JoinType::LeftJoin,
                route::Entity::belongs_to(target_usage::Entity)
                    .from((route::Column::AccountId, route::Column::TargetId))
                    .to((
                        target_usage::Column::AccountId,
                        target_usage::Column::TargetId,
                    ))
                    .into(),
            )
            .join(
                JoinType::LeftJoin,
                phone_number::Entity::belongs_to(block::Entity)
                    .from(phone_number::Column::AccountId)
                    .to(block::Column::AccountId)
                    .on_condition(about_caller)
                    .into(),
            )
            .column_as(block::Column::Id, "block_id")
            .column_as(block::Column::Pattern, "block_pattern")
            .column_as(block::Column::CampaignId, "block_campaign_id")
            .column_as(block::Column::ExpiresAt, "block_expires_at")
            .column_as(block::Column::Note, "block_note")
            .filter(phone_number::Column::E164.eq(number.as_str()));
        let rows: Vec<HomeRow> = target_usage::Column::iter()
            .filter(|column| !matches!(column, target_usage::Column::AccountId))
            .fold(select, QuerySelect::column)
            .into_model()
            .all(self.conn)
            .await?;
        // Every block of the caller stands beside every target of the plan.
        let (mut blocks, mut targets) = (BTreeSet::new(), BTreeSet::new());
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        Ok(Some(NumberHome {
            scope: TenantScope::mint(first.account_id),
            campaign: first.campaign_id.map(CampaignId),
            generation: first.generation,
            usage: rows
                .iter()
                .filter(|row| targets.insert(row.target_id))
                .filter_map(HomeRow::usage)
                .collect(),
            blocks: rows
                .iter()
                .filter(|row| blocks.insert(row.block_id))
                .filter_map(HomeRow::block)
                .collect::<Result<_, _>>()?,
        }))
    }
}
