//! Tracking numbers as rows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::api::number::{NewNumber, NumberForm};
use domain::api::sheet::ImportForm;
use domain::id::{CampaignId, NumberId, PublisherId};
use domain::phone::E164;
use domain::sheet::fate::Known;
use domain::sheet::fields::Fields;
use domain::sheet::number::{CampaignNames, Numbers, PublisherNames};
use domain::sheet::row::Row;
use store::{Conn, NumberRecord, StoreError};

use super::progress::Ticket;
use super::{List, ROWS_AT_ONCE, split};
use crate::error::Error;
use crate::op::OpCtx;

#[async_trait]
impl List for Numbers {
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        _: &ImportForm,
        rows: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error> {
        let tenant = conn.tenant(&op.scope);
        let names = tenant.campaign_names().await?;
        let publishers = tenant.publisher_names().await?;
        let shown = NumberNames {
            campaigns: names.iter().cloned().collect(),
            publishers: publishers.iter().cloned().collect(),
        };
        let all: Vec<Known<Self>> = tenant
            .numbers()
            .await?
            .iter()
            .map(|n| known(n, &shown))
            .collect();
        // A number belongs to one account of all.
        let named: Vec<String> = (rows.iter())
            .filter_map(|row| row.fields.get("number").parse::<E164>().ok())
            .map(|number| number.as_str().to_owned())
            .collect();
        let rules = Self {
            campaigns: CampaignNames::new(names),
            publishers: PublisherNames::new(publishers),
            taken: conn.platform().numbers_in_use(&named).await?,
        };
        Ok((rules, all))
    }

    async fn write(
        conn: &Conn,
        op: &OpCtx,
        rows: Vec<(Option<NumberId>, NewNumber)>,
        ticket: &Ticket,
    ) -> Result<(), StoreError> {
        let tenant = conn.tenant(&op.scope);
        let (new, changed) = split(rows);
        for part in changed.chunks(ROWS_AT_ONCE) {
            tenant.update_numbers(part).await?;
            ticket.done(part.len());
        }
        for part in new.chunks(ROWS_AT_ONCE) {
            tenant.add_numbers(part, op.now).await?;
            ticket.done(part.len());
        }
        Ok(())
    }
}

/// The names that rows show.
pub(super) struct NumberNames {
    pub(super) campaigns: BTreeMap<CampaignId, String>,
    pub(super) publishers: BTreeMap<PublisherId, String>,
}

/// A stored number as a row.
pub(super) fn known(record: &NumberRecord, names: &NumberNames) -> Known<Numbers> {
    let campaign = record
        .campaign
        .and_then(|id| names.campaigns.get(&id).cloned());
    let publisher = record
        .publisher
        .and_then(|id| names.publishers.get(&id).cloned());
    Known {
        id: record.id,
        fields: Fields::of(&NumberForm {
            number: record.e164.display(),
            label: record.label.clone(),
            campaign: campaign.unwrap_or_default(),
            publisher: publisher.unwrap_or_default(),
        }),
        input: NewNumber {
            e164: record.e164.clone(),
            label: record.label.clone(),
            campaign: record.campaign,
            publisher: record.publisher,
        },
        locked: None,
    }
}
