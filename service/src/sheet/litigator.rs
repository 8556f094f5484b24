//! Lists of numbers that must be turned away, as rows.

use async_trait::async_trait;
use domain::api::sheet::ImportForm;
use domain::id::BlockId;
use domain::invalid::FieldErrors;
use domain::phone::E164;
use domain::sheet::block::BlockRow;
use domain::sheet::fate::Known;
use domain::sheet::fields::Fields;
use domain::sheet::litigator::Litigators;
use domain::sheet::row::Row;
use store::{BlockRecord, Conn, StoreError};

use super::List;
use super::block::write_rows;
use super::progress::Ticket;
use crate::error::Error;
use crate::op::OpCtx;
use crate::zone;

#[async_trait]
impl List for Litigators {
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        form: &ImportForm,
        rows: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error> {
        let until = match form.until.trim() {
            "" => None,
            text => Some(zone::moment(&op.zone, text).ok_or_else(|| {
                FieldErrors::one("until", "malformed", "Enter a day like 2027-12-31.")
            })?),
        };
        let rules = Self::new(&form.source, until, op.now)?;
        let numbers: Vec<String> = (rows.iter())
            .filter_map(|row| row.fields.get("number").parse::<E164>().ok())
            .map(|number| number.as_str().to_owned())
            .collect();
        let stored = conn.tenant(&op.scope).blocks_of(&numbers).await?;
        Ok((rules, stored.iter().map(known).collect()))
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

fn known(record: &BlockRecord) -> Known<Litigators> {
    let block = &record.block;
    Known {
        id: block.id,
        fields: Fields::default().with("number", block.pattern.to_string()),
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
