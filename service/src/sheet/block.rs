//! Blocked callers as rows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::api::block::BlockForm;
use domain::api::sheet::ImportForm;
use domain::block::pattern::BlockPattern;
use domain::id::{BlockId, CampaignId};
use domain::sheet::block::{BlockRow, Blocks};
use domain::sheet::fate::Known;
use domain::sheet::fields::Fields;
use domain::sheet::number::CampaignNames;
use domain::sheet::row::Row;
use store::{BlockInput, BlockRecord, Conn, StoreError};

use super::progress::Ticket;
use super::{List, ROWS_AT_ONCE, split};
use crate::error::Error;
use crate::op::OpCtx;
use crate::zone;

#[async_trait]
impl List for Blocks {
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        form: &ImportForm,
        rows: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error> {
        let tenant = conn.tenant(&op.scope);
        let names = tenant.campaign_names().await?;
        let by_id: BTreeMap<CampaignId, String> = names.iter().cloned().collect();
        let campaigns = CampaignNames::new(names);
        let zone = op.zone.clone();
        let rules = Self {
            campaign: campaigns.id(&form.campaign)?,
            campaigns,
            now: op.now,
            moment: Box::new(move |text| zone::moment(&zone, text)),
        };
        let patterns: Vec<String> = (rows.iter())
            .filter_map(|row| row.fields.get("pattern").parse::<BlockPattern>().ok())
            .map(|pattern| pattern.to_string())
            .collect();
        let stored = tenant.blocks_of(&patterns).await?;
        let all = stored.iter().map(|record| known(record, &by_id)).collect();
        Ok((rules, all))
    }

    async fn write(
        conn: &Conn,
        op: &OpCtx,
        rows: Vec<(Option<BlockId>, BlockRow)>,
        ticket: &Ticket,
    ) -> Result<(), StoreError> {
        write_rows(conn, op, rows, ticket).await
    }
}

/// Stores rows of blocks, whatever list they came with.
pub(super) async fn write_rows(
    conn: &Conn,
    op: &OpCtx,
    rows: Vec<(Option<BlockId>, BlockRow)>,
    ticket: &Ticket,
) -> Result<(), StoreError> {
    let tenant = conn.tenant(&op.scope);
    let rows = rows.into_iter().map(|(id, row)| {
        let input = BlockInput {
            pattern: row.pattern,
            campaign: row.campaign,
            expires_at: row.until,
            note: row.note,
            source: row.source,
        };
        (id, input)
    });
    let (new, changed) = split(rows.collect());
    for part in changed.chunks(ROWS_AT_ONCE) {
        tenant.update_blocks(part).await?;
        ticket.done(part.len());
    }
    for part in new.chunks(ROWS_AT_ONCE) {
        tenant.add_blocks(part, op.now).await?;
        ticket.done(part.len());
    }
    Ok(())
}

/// A stored block as a row.
pub(super) fn known(
    record: &BlockRecord,
    campaigns: &BTreeMap<CampaignId, String>,
) -> Known<Blocks> {
    let block = &record.block;
    let campaign = block.campaign.and_then(|id| campaigns.get(&id).cloned());
    let form = BlockForm {
        pattern: block.pattern.to_string(),
        campaign: campaign.unwrap_or_default(),
        hours: String::new(),
        note: block.note.clone(),
    };
    let until = block.expires_at.map(zone::exact).unwrap_or_default();
    Known {
        id: block.id,
        fields: Fields::of(&form).with("until", until),
        input: BlockRow {
            pattern: block.pattern.clone(),
            campaign: block.campaign,
            until: block.expires_at,
            note: block.note.clone(),
            source: record.source.clone(),
        },
        locked: None,
    }
}
