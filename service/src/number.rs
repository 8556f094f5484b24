//! Tracking numbers.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::number::{CarrierState, NumberForm, NumberList, NumberRow};
use domain::api::page::Choice;
use domain::dni_tag::Source;
use domain::id::{CampaignId, NumberId, PublisherId};
use domain::time::Timestamp;
use store::{
    CallFilter, CarrierNumberRecord, Conn, Constraint, Db, NumberRecord, StoreError, Tenant,
};

use crate::carrier_account::CarrierAccounts;
use crate::carrier_number::wiring;
use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::{campaign, enrichment, number_order, zone};

pub(crate) const TAKEN: &str = "This number is in use already.";

/// See the module.
#[derive(Debug, Clone)]
pub struct Numbers {
    db: Db,
    carriers: CarrierAccounts,
    base: String,
}

impl Numbers {
    pub(crate) fn new(db: Db, carriers: CarrierAccounts, base: String) -> Self {
        Self { db, carriers, base }
    }

    /// All numbers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<NumberList, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let wiring = wiring(&self.base);
        Ok(NumberList {
            rows: rows(&conn, op).await?,
            campaigns: campaign::choices(&tenant).await?,
            publishers: publishers(&tenant).await?,
            orders: number_order::rows(&tenant, op).await?,
            connection: self.carriers.connected(&tenant).await?,
            voice_url: wiring.voice_url,
            status_url: wiring.status_url,
            enrich_url: enrichment::address(&self.base, ""),
        })
    }

    /// A number as the list shows it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn row(&self, op: &OpCtx, id: NumberId) -> Result<NumberRow, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let all = rows(&conn, op).await?;
        let found = all.into_iter().find(|row| row.id == id);
        found.ok_or(Error::NotFound("number"))
    }

    /// All numbers as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<NumberRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).numbers().await?)
    }

    /// A number as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: NumberId) -> Result<NumberRecord, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        conn.tenant(&op.scope).number(id).await.or_missing("number")
    }

    /// Where to send what is known of a number's callers; none for those who may not change numbers.
    #[must_use]
    pub fn enrichment_url(&self, op: &OpCtx, number: &NumberRecord) -> Option<String> {
        let key = enrich_key(op, number)?;
        Some(enrichment::address(&self.base, &key))
    }

    /// Adds a number that exists at the carrier already.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `number`, `label`, `campaign` or `publisher`.
    pub async fn add(&self, op: &OpCtx, form: &NumberForm) -> Result<NumberId, Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        if let Some(campaign) = new.campaign {
            tenant
                .campaign(campaign)
                .await
                .or_unknown("campaign", "campaign")?;
        }
        if let Some(publisher) = new.publisher {
            tenant
                .publisher(publisher)
                .await
                .or_unknown("publisher", "publisher")?;
        }
        let id = tenant
            .add_number(&new.e164, &new.label, new.campaign, op.now)
            .await
            .or_taken(Constraint::NumberE164, "number", TAKEN)?;
        if new.publisher.is_some() {
            tenant.set_number_publisher(id, new.publisher).await?;
        }
        tenant.bump_generation().await?;
        conn.commit().await?;
        Ok(id)
    }

    /// Gives a number to a campaign, or to none.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the number or the campaign.
    pub async fn assign(
        &self,
        op: &OpCtx,
        id: NumberId,
        campaign: Option<CampaignId>,
    ) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        if let Some(campaign) = campaign {
            tenant.campaign(campaign).await.or_missing("campaign")?;
        }
        of_no_pool(&tenant, id).await?;
        tenant
            .assign_number(id, campaign)
            .await
            .or_missing("number")?;
        Ok(conn.commit().await?)
    }

    /// Says whose callers dial a number, or that it is nobody's.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the number or the publisher.
    pub async fn set_publisher(
        &self,
        op: &OpCtx,
        id: NumberId,
        publisher: Option<PublisherId>,
    ) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        if let Some(publisher) = publisher {
            tenant.publisher(publisher).await.or_missing("publisher")?;
        }
        tenant
            .set_number_publisher(id, publisher)
            .await
            .or_missing("number")?;
        Ok(conn.commit().await?)
    }

    /// Removes a number from the account; it stays at the carrier, and its calls stay here.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] while somebody is calling it.
    pub async fn remove(&self, op: &OpCtx, id: NumberId) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let number = tenant.number(id).await.or_missing("number")?;
        unused(&tenant, &number).await?;
        take_away(&tenant, id).await?;
        Ok(conn.commit().await?)
    }
}

/// A number that nobody is calling and no pool lends.
pub(crate) async fn unused(tenant: &Tenant<'_>, number: &NumberRecord) -> Result<(), Error> {
    of_no_pool(tenant, number.id).await?;
    let live = tenant
        .calls(
            &CallFilter {
                live: true,
                ..CallFilter::default()
            },
            None,
            None,
            10_000,
        )
        .await?;
    if live.iter().any(|call| call.dialed == number.e164.as_str()) {
        return Err(Error::Conflict {
            code: "number_in_use",
            message: "A call on this number is in progress. Remove it when the call has ended."
                .to_owned(),
        });
    }
    let tags = tenant.dni_tags().await?;
    if tags
        .iter()
        .any(|tag| tag.settings.source == Source::Number(number.id))
    {
        return Err(in_tag());
    }
    Ok(())
}

/// Removes a number's row.
pub(crate) async fn take_away(tenant: &Tenant<'_>, id: NumberId) -> Result<(), Error> {
    tenant.remove_number(id).await.map_err(|error| match error {
        StoreError::Conflict(Constraint::Reference) => in_tag(),
        error => error.into(),
    })
}

fn in_tag() -> Error {
    Error::Conflict {
        code: "number_in_tag",
        message: "A DNI tag shows this number. Give the tag another source first.".to_owned(),
    }
}

/// The publishers that a number can be given to.
pub(crate) async fn publishers(tenant: &Tenant<'_>) -> Result<Vec<Choice>, StoreError> {
    let all = tenant.publishers().await?.into_iter();
    let choices = all.map(|p| Choice {
        value: p.id.to_string(),
        label: p.name,
        hint: p.sub_id,
    });
    Ok(choices.collect())
}

/// Who knows it may write what is known of callers: for those who may change numbers.
fn enrich_key(op: &OpCtx, number: &NumberRecord) -> Option<String> {
    let may = op.actor.allows(Permission::EditNumbers);
    may.then(|| number.enrich_key.to_string())
}

/// A number of a pool has the pool's campaign, and goes where the pool goes.
async fn of_no_pool(tenant: &Tenant<'_>, id: NumberId) -> Result<(), Error> {
    if tenant.pools_of_numbers().await?.contains_key(&id) {
        return Err(Error::Conflict {
            code: "number_in_pool",
            message: "This number is in a pool. Take it out of the pool first.".to_owned(),
        });
    }
    Ok(())
}

/// The names that rows of numbers show.
struct Names {
    campaigns: BTreeMap<CampaignId, String>,
    publishers: BTreeMap<PublisherId, String>,
}

/// The rows of all numbers of an account.
pub(crate) async fn rows(conn: &Conn, op: &OpCtx) -> Result<Vec<NumberRow>, StoreError> {
    let tenant = conn.tenant(&op.scope);
    let mut campaigns: BTreeMap<CampaignId, String> =
        tenant.campaign_names().await?.into_iter().collect();
    for old in tenant.archived_campaigns().await? {
        campaigns.insert(old.id, format!("{} (archived)", old.name));
    }
    let names = Names {
        campaigns,
        publishers: tenant.publisher_names().await?.into_iter().collect(),
    };
    let calls: BTreeMap<String, (u32, Option<Timestamp>)> = tenant
        .calls_by_number(zone::today(&op.zone, op.now))
        .await?
        .into_iter()
        .map(|(dialed, today, last)| (dialed, (today, last)))
        .collect();
    let carrier = tenant.carrier_numbers().await?;
    Ok(tenant
        .numbers()
        .await?
        .iter()
        .map(|n| row(op, n, &names, &calls, carrier.get(&n.id)))
        .collect())
}

fn row(
    op: &OpCtx,
    number: &NumberRecord,
    names: &Names,
    calls: &BTreeMap<String, (u32, Option<Timestamp>)>,
    carrier: Option<&CarrierNumberRecord>,
) -> NumberRow {
    let (calls_today, last) = calls.get(number.e164.as_str()).copied().unwrap_or_default();
    NumberRow {
        id: number.id,
        e164: number.e164.as_str().to_owned(),
        display: number.e164.display(),
        state: number.e164.state().unwrap_or_default().to_owned(),
        label: number.label.clone(),
        campaign: number.campaign,
        campaign_name: number
            .campaign
            .and_then(|c| names.campaigns.get(&c).cloned())
            .unwrap_or_default(),
        publisher: number.publisher,
        publisher_name: number
            .publisher
            .and_then(|p| names.publishers.get(&p).cloned())
            .unwrap_or_default(),
        calls_today,
        last_call: last.map(|at| zone::stamp(&op.zone, at)),
        added: zone::stamp(&op.zone, number.created_at),
        carrier: carrier
            .map(|known| CarrierState::of(&known.drift))
            .unwrap_or_default(),
        monthly: carrier
            .and_then(|known| known.monthly)
            .map(|price| price.to_string())
            .unwrap_or_default(),
        enrich_key: enrich_key(op, number).unwrap_or_default(),
    }
}
