//! Blocked callers.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::Permission;
use domain::api::block::{
    BAD_LINES_SHOWN, BlockForm, BlockImport, BlockImportForm, BlockList, BlockQuery, BlockRow,
    NewBlock,
};
use domain::api::page::Choice;
use domain::block::import::read_sheet;
use domain::block::pattern::BlockPattern;
use domain::block::patterns_of;
use domain::id::{BlockId, CallId, CampaignId};
use domain::phone::Caller;
use domain::time::Timestamp;
use store::{BlockInput, BlockRecord, Conn, Constraint, Db, StoreError, Tenant};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::number::unknown_campaign;
use crate::op::OpCtx;
use crate::zone;

const TAKEN: &str = "This is blocked there already.";
/// Blocks on a page.
const PAGE: u64 = 50;

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
        let masked = !op.actor.role.allows(Permission::ViewCallerNumbers);
        let search = if masked { "" } else { &*query.search };
        let mut found = tenant.blocks(search, after, PAGE + 1).await?;
        let more = found.len() as u64 > PAGE;
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        Ok(BlockList {
            total: tenant.count_blocks(search).await?,
            masked,
            next: found
                .last()
                .filter(|_| more)
                .map(|last| last.block.id.to_string())
                .unwrap_or_default(),
            rows: found.iter().map(|b| row(op, b, &names)).collect(),
            campaigns: campaigns
                .iter()
                .map(|c| Choice {
                    value: c.id.to_string(),
                    label: c.name.clone(),
                    hint: c.vertical.clone(),
                })
                .collect(),
        })
    }

    /// Blocks callers.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `pattern`, `campaign`, `hours` or `note`.
    pub async fn add(&self, op: &OpCtx, form: &BlockForm) -> Result<(), Error> {
        require(op, Permission::EditBlocks)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        known_campaign(&tenant, new.campaign).await?;
        tenant
            .add_blocks(&[input(new, op.now)], op.now)
            .await
            .or_taken(Constraint::BlockPattern, "pattern", TAKEN)?;
        Ok(conn.commit().await?)
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
        };
        match tenant.add_blocks(&[block], op.now).await {
            Err(StoreError::Conflict(Constraint::BlockPattern)) => Ok(()),
            Err(e) => Err(e.into()),
            Ok(()) => Ok(conn.commit().await?),
        }
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

    /// Reads a list of numbers and says what becomes of each line; blocks them if asked to.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `text` or `campaign`. Refused lines are no error: they are reported.
    pub async fn import(&self, op: &OpCtx, form: &BlockImportForm) -> Result<BlockImport, Error> {
        require(op, Permission::EditBlocks)?;
        let (write, campaign) = form.check()?;
        let sheet = read_sheet(&form.text);
        // Calls do not wait for somebody who only looks.
        let conn = if write {
            self.db.write().await?
        } else {
            self.db.read().await?
        };
        let tenant = conn.tenant(&op.scope);
        known_campaign(&tenant, campaign).await?;
        let patterns: Vec<String> = sheet.blocks.iter().map(|b| b.pattern.to_string()).collect();
        let there: BTreeSet<BlockPattern> = tenant
            .blocks_of(&patterns)
            .await?
            .into_iter()
            .filter(|known| known.block.campaign == campaign)
            .map(|known| known.block.pattern)
            .collect();
        let named = sheet.blocks.len();
        let new: Vec<BlockInput> = sheet
            .blocks
            .into_iter()
            .filter(|line| !there.contains(&line.pattern))
            .map(|line| BlockInput {
                pattern: line.pattern,
                campaign,
                expires_at: expiry(line.hours, op.now),
                note: line.note,
            })
            .collect();
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let lines: BTreeSet<u32> = sheet.bad.iter().map(|bad| bad.line).collect();
        let import = BlockImport {
            good: count(new.len()),
            known: count(named - new.len()) + sheet.repeated,
            refused: count(lines.len()),
            bad: sheet.bad.into_iter().take(BAD_LINES_SHOWN).collect(),
            written: write,
        };
        if write {
            tenant.add_blocks(&new, op.now).await?;
            conn.commit().await?;
        }
        Ok(import)
    }
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
    tenant.campaign(campaign).await.map_err(unknown_campaign)?;
    Ok(())
}

fn input(new: NewBlock, now: Timestamp) -> BlockInput {
    BlockInput {
        pattern: new.pattern,
        campaign: new.campaign,
        expires_at: expiry(new.hours, now),
        note: new.note,
    }
}

fn expiry(hours: Option<u32>, now: Timestamp) -> Option<Timestamp> {
    hours.map(|hours| now.plus_secs(i64::from(hours) * 3_600))
}

fn row(op: &OpCtx, record: &BlockRecord, campaigns: &BTreeMap<CampaignId, &str>) -> BlockRow {
    let block = &record.block;
    let masked = !op.actor.role.allows(Permission::ViewCallerNumbers);
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
        added: zone::stamp(&op.zone, record.created_at),
    }
}
