//! Targets as rows.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::api::buyer::BuyerInput;
use domain::api::sheet::ImportForm;
use domain::api::target::{CheckedTarget, TargetForm};
use domain::id::{BuyerId, TargetId};
use domain::sheet::fate::{Judged, Known};
use domain::sheet::fields::Fields;
use domain::sheet::row::Row;
use domain::sheet::target::{ARCHIVED, BuyerOf, Targets};
use domain::target::settings::BuyerSettings;
use store::{Conn, StoreError, TargetRecord, Tenant};

use super::progress::Ticket;
use super::{List, ROWS_AT_ONCE, split};
use crate::error::Error;
use crate::op::OpCtx;

#[async_trait]
impl List for Targets {
    async fn load(
        conn: &Conn,
        op: &OpCtx,
        form: &ImportForm,
        _: &[Row],
    ) -> Result<(Self, Vec<Known<Self>>), Error> {
        let tenant = conn.tenant(&op.scope);
        let buyers = tenant
            .buyers()
            .await?
            .into_iter()
            .map(|b| (b.id, b.name, false));
        let old = tenant.archived_buyers().await?;
        let old = old.into_iter().map(|b| (b.id, b.name, true));
        // Those in use first: of two with the same name a row means that one.
        let buyers: Vec<_> = buyers.chain(old).collect();
        let names = (buyers.iter())
            .map(|(id, name, _)| (*id, name.clone()))
            .collect();
        let mut all: Vec<Known<Self>> = tenant
            .targets()
            .await?
            .iter()
            .map(|t| known(t, &names))
            .collect();
        let archived = tenant.archived_targets().await?;
        all.extend(archived.iter().map(|old| Known {
            locked: Some(ARCHIVED),
            ..known(old, &names)
        }));
        let rules = Self::new(buyers, !form.make_buyers.is_empty());
        Ok((rules.knowing(tenant.lists().await?), all))
    }

    async fn write(
        conn: &Conn,
        op: &OpCtx,
        rows: Vec<(Option<TargetId>, (BuyerOf, CheckedTarget))>,
        ticket: &Ticket,
    ) -> Result<(), StoreError> {
        let tenant = conn.tenant(&op.scope);
        let (new, changed) = split(rows);
        let changed: Vec<(TargetId, CheckedTarget)> = changed
            .into_iter()
            .map(|(id, (_, input))| (id, input))
            .collect();
        for part in changed.chunks(ROWS_AT_ONCE) {
            tenant.update_targets(part).await?;
            ticket.done(part.len());
        }
        let new = with_buyers(&tenant, op, new).await?;
        for part in new.chunks(ROWS_AT_ONCE) {
            tenant.add_targets(part, op.now).await?;
            ticket.done(part.len());
        }
        Ok(())
    }

    fn also(judged: &[Judged<Self>]) -> String {
        let new = judged.iter().filter_map(|one| one.write.as_ref());
        match missing(new.map(|(_, (buyer, _))| buyer)).len() {
            0 => String::new(),
            1 => "1 buyer that is missing is made as well.".to_owned(),
            n => format!("{n} buyers that are missing are made as well."),
        }
    }
}

/// The buyers to make, by what tells them apart.
fn missing<'a>(buyers: impl Iterator<Item = &'a BuyerOf>) -> BTreeMap<String, &'a str> {
    let mut new = BTreeMap::new();
    for buyer in buyers {
        if let BuyerOf::New(name) = buyer {
            new.entry(name.to_lowercase()).or_insert(name.as_str());
        }
    }
    new
}

/// Makes the buyers that are missing, and gives each target its own.
async fn with_buyers(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    new: Vec<(BuyerOf, CheckedTarget)>,
) -> Result<Vec<(BuyerId, CheckedTarget)>, StoreError> {
    let missing = missing(new.iter().map(|(buyer, _)| buyer));
    let mut ids: BTreeMap<String, BuyerId> = BTreeMap::new();
    if !missing.is_empty() {
        let new: Vec<BuyerInput> = (missing.values())
            .map(|name| BuyerInput {
                name: (*name).to_owned(),
                settings: BuyerSettings::default(),
            })
            .collect();
        tenant.add_buyers(&new, op.now).await?;
        let all = tenant.buyer_names().await?.into_iter();
        ids = all.map(|(id, name)| (name.to_lowercase(), id)).collect();
    }
    new.into_iter()
        .map(|(buyer, input)| {
            let id = match buyer {
                BuyerOf::Known(id) => id,
                BuyerOf::New(name) => *ids.get(&name.to_lowercase()).ok_or(StoreError::NotFound)?,
            };
            Ok((id, input))
        })
        .collect()
}

/// A stored target as a row.
pub(super) fn known(record: &TargetRecord, buyers: &BTreeMap<BuyerId, String>) -> Known<Targets> {
    let buyer = buyers.get(&record.buyer).cloned().unwrap_or_default();
    Known {
        id: record.id,
        fields: Fields::of(&TargetForm::of(&record.input, &record.settings)).with("buyer", buyer),
        input: (
            BuyerOf::Known(record.buyer),
            CheckedTarget {
                input: record.input.clone(),
                settings: record.settings.clone(),
            },
        ),
        locked: None,
    }
}
