//! Publishers as rows.

use async_trait::async_trait;
use domain::api::publisher::{PublisherForm, PublisherInput};
use domain::api::sheet::ImportForm;
use domain::id::PublisherId;
use domain::ledger::payout::PayoutTerms;
use domain::sheet::fate::Known;
use domain::sheet::fields::Fields;
use domain::sheet::publisher::{ARCHIVED, Publishers};
use domain::sheet::row::Row;
use store::{Conn, PublisherRecord, StoreError};

use super::List;
use super::progress::Ticket;
use crate::error::Error;
use crate::op::OpCtx;

#[async_trait]
impl List for Publishers {
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        _: &ImportForm,
        _: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error> {
        let tenant = conn.tenant(&op.scope);
        let mut all: Vec<Known<Self>> = tenant.publishers().await?.iter().map(known).collect();
        let archived = tenant.archived_publishers().await?;
        all.extend(archived.iter().map(|old| Known {
            locked: Some(ARCHIVED),
            ..known(old)
        }));
        Ok((Self, all))
    }

    async fn write(
        conn: &Conn,
        op: &OpCtx,
        rows: Vec<(Option<PublisherId>, PublisherInput)>,
        ticket: &Ticket,
    ) -> Result<(), StoreError> {
        let tenant = conn.tenant(&op.scope);
        for (id, new) in rows {
            match id {
                None => {
                    let terms = PayoutTerms::default();
                    tenant
                        .add_publisher(&new.name, &new.sub_id, &terms, op.now)
                        .await?;
                }
                Some(id) => {
                    let terms = tenant.publisher(id).await?.terms;
                    tenant
                        .update_publisher(id, &new.name, &new.sub_id, &terms)
                        .await?;
                }
            }
            ticket.done(1);
        }
        Ok(())
    }
}

/// A stored publisher as a row.
pub(super) fn known(record: &PublisherRecord) -> Known<Publishers> {
    let form = PublisherForm {
        name: record.name.clone(),
        sub_id: record.sub_id.clone(),
    };
    Known {
        id: record.id,
        fields: Fields::of(&form),
        input: PublisherInput {
            name: form.name,
            sub_id: form.sub_id,
        },
        locked: None,
    }
}
