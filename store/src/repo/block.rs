//! Blocked callers.

use domain::block::Block;
use domain::block::pattern::BlockPattern;
use domain::id::{BlockId, CampaignId};
use domain::time::Timestamp;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::entity::block::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// Rows of one insert; SQLite takes 32,766 values in a statement.
const ROWS_AT_ONCE: usize = 1_000;
/// Patterns of one question.
const PATTERNS_AT_ONCE: usize = 5_000;

/// A block to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockInput {
    pub pattern: BlockPattern,
    pub campaign: Option<CampaignId>,
    pub expires_at: Option<Timestamp>,
    pub note: String,
}

/// A block as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRecord {
    pub block: Block,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// Blocks whose pattern has these digits, newest first, older than `after`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blocks(
        &self,
        digits: &str,
        after: Option<BlockId>,
        limit: u64,
    ) -> Result<Vec<BlockRecord>, StoreError> {
        let mut select = self.blocks_with(digits);
        if let Some(after) = after {
            select = select.filter(Column::Id.lt(after.0));
        }
        let rows = select
            .order_by_desc(Column::Id)
            .limit(limit)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// How many blocks have these digits in their pattern.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_blocks(&self, digits: &str) -> Result<u64, StoreError> {
        Ok(self.blocks_with(digits).count(self.conn).await?)
    }

    /// Blocks with one of these patterns, in any campaign.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blocks_of(&self, patterns: &[String]) -> Result<Vec<BlockRecord>, StoreError> {
        let mut found = Vec::new();
        for part in patterns.chunks(PATTERNS_AT_ONCE) {
            let select = self.select::<Entity>();
            let select = select.filter(Column::Pattern.is_in(part.iter().map(String::as_str)));
            found.extend(select.order_by_asc(Column::Id).all(self.conn).await?);
        }
        found.into_iter().map(record).collect()
    }

    /// Adds blocks.
    ///
    /// # Errors
    /// [`Constraint::BlockPattern`](crate::Constraint::BlockPattern) if one of the patterns is
    /// blocked in the same place already; `Reference` for a campaign that is not this account's.
    pub async fn add_blocks(&self, new: &[BlockInput], now: Timestamp) -> Result<(), StoreError> {
        for part in new.chunks(ROWS_AT_ONCE) {
            let rows = part.iter().map(|block| ActiveModel {
                account_id: NotSet,
                id: NotSet,
                pattern: Set(block.pattern.to_string()),
                campaign_id: Set(block.campaign.map(|c| c.0)),
                expires_at: Set(block.expires_at.map(|at| at.0)),
                note: Set(block.note.clone()),
                created_at: Set(now.0),
            });
            self.insert_all::<Entity>(rows).await?;
        }
        Ok(())
    }

    /// Removes a block.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn remove_block(&self, id: BlockId) -> Result<(), StoreError> {
        let delete = self.delete::<Entity>().filter(Column::Id.eq(id.0));
        exactly_one(delete.exec(self.conn).await?.rows_affected)
    }

    fn blocks_with(&self, digits: &str) -> Select<Entity> {
        let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
        let select = self.select::<Entity>();
        if digits.is_empty() {
            select
        } else {
            select.filter(Column::Pattern.contains(digits))
        }
    }
}

fn record(row: Model) -> Result<BlockRecord, StoreError> {
    let created_at = Timestamp(row.created_at);
    Ok(BlockRecord {
        block: block(row)?,
        created_at,
    })
}

/// A row as the domain knows it.
pub(crate) fn block(row: Model) -> Result<Block, StoreError> {
    Ok(Block {
        id: BlockId(row.id),
        pattern: row
            .pattern
            .parse()
            .map_err(|e| StoreError::corrupt("block", e))?,
        campaign: row.campaign_id.map(CampaignId),
        expires_at: row.expires_at.map(Timestamp),
        note: row.note,
    })
}
