//! Blocked callers.

use domain::block::Block;
use domain::block::pattern::BlockPattern;
use domain::id::{BlockId, CampaignId};
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use crate::entity::block::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::platform::text;
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
    /// The list it came from; empty if a person entered it.
    pub source: String,
}

/// Which blocks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlockFilter<'a> {
    /// Digits a pattern contains; none are all.
    pub digits: &'a str,
    /// The list they came from; empty for all.
    pub source: &'a str,
}

/// A block as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRecord {
    pub block: Block,
    pub created_at: Timestamp,
    /// The list it came from; empty if a person entered it.
    pub source: String,
}

impl Tenant<'_> {
    /// Blocks that fit, newest first, older than `after`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn blocks(
        &self,
        filter: BlockFilter<'_>,
        after: Option<BlockId>,
        limit: u64,
    ) -> Result<Vec<BlockRecord>, StoreError> {
        let mut select = self.blocks_with(filter);
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

    /// How many blocks fit.
    ///
    /// # Errors
    /// What the database says.
    pub async fn count_blocks(&self, filter: BlockFilter<'_>) -> Result<u64, StoreError> {
        Ok(self.blocks_with(filter).count(self.conn).await?)
    }

    /// The lists that blocks came from, by name, with how many of each are left.
    ///
    /// # Errors
    /// What the database says.
    pub async fn block_sources(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let counted: Vec<(String, i64)> = self
            .select::<Entity>()
            .filter(from_a_list())
            .select_only()
            .column(Column::Source)
            .column_as(Expr::col(Column::Id).count(), "many")
            .group_by(Column::Source)
            .order_by_asc(Column::Source)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(counted
            .into_iter()
            .map(|(source, many)| (source, u64::try_from(many).unwrap_or(0)))
            .collect())
    }

    /// Removes all blocks that came from a list; says how many.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remove_blocks_from(&self, source: &str) -> Result<u64, StoreError> {
        if source.is_empty() {
            return Ok(0);
        }
        let delete = self
            .delete::<Entity>()
            .filter(from_a_list())
            .filter(Column::Source.eq(text(source)));
        Ok(delete.exec(self.conn).await?.rows_affected)
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
            let rows = part.iter().map(|block| new_row(block, now));
            self.insert_all::<Entity>(rows).await?;
        }
        Ok(())
    }

    /// Adds a block.
    ///
    /// # Errors
    /// As [`Tenant::add_blocks`].
    pub async fn add_block(&self, new: &BlockInput, now: Timestamp) -> Result<BlockId, StoreError> {
        let row = self.insert::<Entity>(new_row(new, now)).await?;
        Ok(BlockId(row.id))
    }

    /// A block.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn block(&self, id: BlockId) -> Result<BlockRecord, StoreError> {
        let select = self.select::<Entity>().filter(Column::Id.eq(id.0));
        let row = select.one(self.conn).await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Replaces end, note and list of many blocks; whom and where they block never changes.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with one of the ids.
    pub async fn update_blocks(&self, changed: &[(BlockId, BlockInput)]) -> Result<(), StoreError> {
        for (id, block) in changed {
            let update = self
                .update::<Entity>()
                .col_expr(
                    Column::ExpiresAt,
                    Expr::value(block.expires_at.map(|at| at.0)),
                )
                .col_expr(Column::Note, Expr::value(block.note.as_str()))
                .col_expr(Column::Source, Expr::value(block.source.as_str()))
                .filter(Column::Id.eq(id.0));
            exactly_one(update.exec(self.conn).await?.rows_affected)?;
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

    fn blocks_with(&self, filter: BlockFilter<'_>) -> Select<Entity> {
        let digits = filter.digits.chars().filter(char::is_ascii_digit);
        let digits: String = digits.collect();
        let mut select = self.select::<Entity>();
        if !filter.source.is_empty() {
            select = (select.filter(from_a_list())).filter(Column::Source.eq(text(filter.source)));
        }
        if digits.is_empty() {
            select
        } else {
            select.filter(Column::Pattern.contains(digits))
        }
    }
}

fn new_row(block: &BlockInput, now: Timestamp) -> ActiveModel {
    ActiveModel {
        account_id: NotSet,
        id: NotSet,
        pattern: Set(block.pattern.to_string()),
        campaign_id: Set(block.campaign.map(|c| c.0)),
        expires_at: Set(block.expires_at.map(|at| at.0)),
        note: Set(block.note.clone()),
        created_at: Set(now.0),
        source: Set(block.source.clone()),
    }
}

/// The condition of the index `block_by_source`, without a parameter: SQLite would not see with one
/// that the index serves.
fn from_a_list() -> SimpleExpr {
    Expr::col(Column::Source).ne(Expr::cust("''"))
}

fn record(row: Model) -> Result<BlockRecord, StoreError> {
    let (created_at, source) = (Timestamp(row.created_at), row.source.clone());
    Ok(BlockRecord {
        block: block(row)?,
        created_at,
        source,
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
