//! Blocked callers.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::block::{BlockForm, BlockList, BlockOrigin, BlockQuery, BlockRow, NewBlock};
use domain::block::pattern::BlockPattern;
use domain::block::patterns_of;
use domain::id::{BlockId, CallId, CampaignId};
use domain::phone::Caller;
use domain::time::Timestamp;
use store::{BlockFilter, BlockInput, BlockRecord, Conn, Constraint, Db, StoreError, Tenant};

use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::{campaign, zone};

const TAKEN: &str = "This is blocked there already.";
/// Blocks on a page.
const PAGE: u64 = 50;

/// A block as this role may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockFacts {
    pub id: BlockId,
    /// "+13075550100", "+1307*" or "anonymous"; a whole number is masked for who may not see it.
    pub pattern: String,
    pub campaign: Option<CampaignId>,
    pub expires_at: Option<Timestamp>,
    pub note: String,
    /// The list it came from; empty if a person entered it.
    pub source: String,
    pub created_at: Timestamp,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Blocks {
    db: Db,
}

impl Blocks {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// A page of the list.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx, query: &BlockQuery) -> Result<BlockList, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let campaigns = tenant.campaigns().await?;
        let names: BTreeMap<CampaignId, &str> =
            campaigns.iter().map(|c| (c.id, c.name.as_str())).collect();
        let after = query.after.parse().ok();
        // Searching would tell masked numbers one guess at a time.
        let masked = !op.actor.allows(Permission::ViewCallerNumbers);
        let filter = BlockFilter {
            digits: if masked { "" } else { &query.search },
            source: &query.source,
        };
        let mut found = tenant.blocks(filter, after, PAGE + 1).await?;
        let more = found.len() as u64 > PAGE;
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        Ok(BlockList {
            total: tenant.count_blocks(filter).await?,
            masked,
            next: found
                .last()
                .filter(|_| more)
                .map(|last| last.block.id.to_string())
                .unwrap_or_default(),
            rows: found.iter().map(|b| row(op, b, &names)).collect(),
            campaigns: campaigns.iter().map(campaign::choice).collect(),
            sources: sources(&tenant).await?,
        })
    }

    /// Blocks as they are stored, newest first, older than `after`: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn facts(
        &self,
        op: &OpCtx,
        filter: BlockFilter<'_>,
        after: Option<BlockId>,
        limit: u64,
    ) -> Result<Vec<BlockFacts>, Error> {
        require(op, Permission::ViewSetup)?;
        // Searching would tell masked numbers one guess at a time.
        let masked = !op.actor.allows(Permission::ViewCallerNumbers);
        let filter = BlockFilter {
            digits: if masked { "" } else { filter.digits },
            ..filter
        };
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).blocks(filter, after, limit).await?;
        Ok(found.into_iter().map(|b| facts(op, b)).collect())
    }

    /// A block as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fact(&self, op: &OpCtx, id: BlockId) -> Result<BlockFacts, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).block(id).await;
        Ok(facts(op, found.or_missing("block")?))
    }

    /// Blocks callers.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `pattern`, `campaign`, `hours` or `note`.
    pub async fn add(&self, op: &OpCtx, form: &BlockForm) -> Result<BlockId, Error> {
        require(op, Permission::EditBlocks)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        known_campaign(&tenant, new.campaign).await?;
        let id = tenant
            .add_block(&input(new, op.now), op.now)
            .await
            .or_taken(Constraint::BlockPattern, "pattern", TAKEN)?;
        conn.commit().await?;
        Ok(id)
    }

    /// Blocks the caller of a call in every campaign, for good. Blocked already changes nothing.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for a caller without a number.
    pub async fn add_caller(&self, op: &OpCtx, call: CallId) -> Result<(), Error> {
        require(op, Permission::EditBlocks)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let call = tenant.call(call).await.or_missing("call")?;
        let Caller::Number(number) = call.session.from else {
            return Err(Error::Conflict {
                code: "no_number",
                message: "This caller showed no number. Block withheld numbers instead.".to_owned(),
            });
        };
        let block = BlockInput {
            pattern: BlockPattern::Exact(number),
            campaign: None,
            expires_at: None,
            note: format!("From call {}", call.line.id.short()),
            source: String::new(),
        };
        match tenant.add_blocks(&[block], op.now).await {
            Err(StoreError::Conflict(Constraint::BlockPattern)) => Ok(()),
            Err(e) => Err(e.into()),
            Ok(()) => Ok(conn.commit().await?),
        }
    }

    /// Lets the callers of a list in again, all of them; says how many entries that were.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing came from a list of this name.
    pub async fn remove_source(&self, op: &OpCtx, source: &str) -> Result<u64, Error> {
        require(op, Permission::EditBlocks)?;
        let conn = self.db.write().await?;
        let removed = conn.tenant(&op.scope).remove_blocks_from(source).await?;
        if removed == 0 {
            return Err(Error::NotFound("list"));
        }
        conn.commit().await?;
        Ok(removed)
    }

    /// Lets callers in again.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove(&self, op: &OpCtx, id: BlockId) -> Result<(), Error> {
        require(op, Permission::EditBlocks)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.remove_block(id).await.or_missing("block")?;
        Ok(conn.commit().await?)
    }
}

async fn sources(tenant: &Tenant<'_>) -> Result<Vec<BlockOrigin>, StoreError> {
    let all = tenant.block_sources().await?.into_iter();
    Ok(all
        .map(|(name, blocks)| BlockOrigin { name, blocks })
        .collect())
}

/// Whether a caller is turned away everywhere by a block of the number itself.
pub(crate) async fn is_blocked(
    conn: &Conn,
    op: &OpCtx,
    caller: &Caller,
) -> Result<bool, StoreError> {
    let Some(exact) = patterns_of(caller).next() else {
        return Ok(false);
    };
    let found = conn.tenant(&op.scope).blocks_of(&[exact]).await?;
    Ok(found.iter().any(|known| {
        known.block.campaign.is_none() && known.block.expires_at.is_none_or(|end| op.now < end)
    }))
}

async fn known_campaign(tenant: &Tenant<'_>, campaign: Option<CampaignId>) -> Result<(), Error> {
    let Some(campaign) = campaign else {
        return Ok(());
    };
    tenant
        .campaign(campaign)
        .await
        .or_unknown("campaign", "campaign")?;
    Ok(())
}

fn input(new: NewBlock, now: Timestamp) -> BlockInput {
    BlockInput {
        pattern: new.pattern,
        campaign: new.campaign,
        expires_at: expiry(new.hours, now),
        note: new.note,
        source: String::new(),
    }
}

fn expiry(hours: Option<u32>, now: Timestamp) -> Option<Timestamp> {
    hours.map(|hours| now.plus_secs(i64::from(hours) * 3_600))
}

fn facts(op: &OpCtx, record: BlockRecord) -> BlockFacts {
    let masked = !op.actor.allows(Permission::ViewCallerNumbers);
    let block = record.block;
    BlockFacts {
        id: block.id,
        pattern: match block.pattern {
            BlockPattern::Exact(number) if masked => Caller::Number(number).masked(),
            pattern => pattern.to_string(),
        },
        campaign: block.campaign,
        expires_at: block.expires_at,
        note: block.note,
        source: record.source,
        created_at: record.created_at,
    }
}

fn row(op: &OpCtx, record: &BlockRecord, campaigns: &BTreeMap<CampaignId, &str>) -> BlockRow {
    let block = &record.block;
    let masked = !op.actor.allows(Permission::ViewCallerNumbers);
    BlockRow {
        id: block.id,
        pattern: match &block.pattern {
            BlockPattern::Exact(number) if masked => Caller::Number(number.clone()).masked(),
            BlockPattern::Exact(number) => number.display(),
            prefix @ BlockPattern::Prefix(_) => prefix.to_string(),
            BlockPattern::Anonymous => "Withheld numbers".to_owned(),
        },
        campaign: block.campaign,
        campaign_name: block
            .campaign
            .and_then(|c| campaigns.get(&c))
            .map(|name| (*name).to_owned())
            .unwrap_or_default(),
        until: block.expires_at.map(|at| zone::stamp(&op.zone, at)),
        expired: block.expires_at.is_some_and(|at| at <= op.now),
        note: block.note.clone(),
        source: record.source.clone(),
        added: zone::stamp(&op.zone, record.created_at),
    }
}
