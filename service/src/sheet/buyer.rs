//! Buyers as rows.

use async_trait::async_trait;
use domain::api::buyer::{BuyerForm, BuyerInput};
use domain::api::sheet::ImportForm;
use domain::id::BuyerId;
use domain::sheet::buyer::{ARCHIVED, Buyers};
use domain::sheet::fate::Known;
use domain::sheet::fields::Fields;
use domain::sheet::row::Row;
use store::{BuyerRecord, Conn, StoreError};

use super::progress::Ticket;
use super::{List, ROWS_AT_ONCE, split};
use crate::error::Error;
use crate::op::OpCtx;

#[async_trait]
impl List for Buyers {
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        _: &ImportForm,
        _: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error> {
        let tenant = conn.tenant(&op.scope);
        let mut all: Vec<Known<Self>> = tenant.buyers().await?.iter().map(known).collect();
        let archived = tenant.archived_buyers().await?;
        all.extend(archived.iter().map(|old| Known {
            locked: Some(ARCHIVED),
            ..known(old)
        }));
        Ok((Self::new(tenant.lists().await?), all))
    }

    async fn write(
        conn: &Conn,
        op: &OpCtx,
        rows: Vec<(Option<BuyerId>, BuyerInput)>,
        ticket: &Ticket,
    ) -> Result<(), StoreError> {
        let tenant = conn.tenant(&op.scope);
        let (new, changed) = split(rows);
        for (id, new) in changed {
            tenant.rename_buyer(id, &new.name).await?;
            tenant.set_buyer_settings(id, &new.settings).await?;
            ticket.done(1);
        }
        for part in new.chunks(ROWS_AT_ONCE) {
            tenant.add_buyers(part, op.now).await?;
            ticket.done(part.len());
        }
        Ok(())
    }
}

/// A stored buyer as a row.
pub(super) fn known(record: &BuyerRecord) -> Known<Buyers> {
    Known {
        id: record.id,
        fields: Fields::of(&BuyerForm::of(&record.name, &record.settings)),
        input: BuyerInput {
            name: record.name.clone(),
            settings: record.settings.clone(),
        },
        locked: None,
    }
}
