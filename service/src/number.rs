//! Tracking numbers.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::number::{NumberForm, NumberList, NumberRow};
use domain::api::page::Choice;
use domain::id::{CampaignId, NumberId};
use domain::invalid::FieldErrors;
use domain::time::Timestamp;
use domain::voice::twiml::ASK_AGAIN;
use store::{CallFilter, Conn, Constraint, Db, NumberRecord, StoreError};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone;

const TAKEN: &str = "This number is in use already.";

/// See the module.
#[derive(Debug, Clone)]
pub struct Numbers {
    db: Db,
    base: String,
}

impl Numbers {
    pub(crate) fn new(db: Db, base: String) -> Self {
        Self { db, base }
    }

    /// All numbers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<NumberList, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let campaigns = conn.tenant(&op.scope).campaigns().await?;
        Ok(NumberList {
            rows: rows(&conn, op).await?,
            campaigns: campaigns
                .into_iter()
                .map(|c| Choice {
                    value: c.id.to_string(),
                    label: c.name,
                    hint: c.vertical,
                })
                .collect(),
            voice_url: format!("{}/api/webhooks/voice{ASK_AGAIN}", self.base),
            status_url: format!("{}/api/webhooks/status{ASK_AGAIN}", self.base),
        })
    }

    /// Adds a number that exists at the carrier already.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `number`, `label` or `campaign`.
    pub async fn add(&self, op: &OpCtx, form: &NumberForm) -> Result<NumberId, Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        if let Some(campaign) = new.campaign {
            tenant.campaign(campaign).await.map_err(unknown_campaign)?;
        }
        let id = tenant
            .add_number(&new.e164, &new.label, new.campaign, op.now)
            .await
            .or_taken(Constraint::NumberE164, "number", TAKEN)?;
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
        tenant
            .assign_number(id, campaign)
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
        tenant.remove_number(id).await?;
        Ok(conn.commit().await?)
    }
}

/// What a form is told that names a campaign which is not there.
pub(crate) fn unknown_campaign(err: StoreError) -> Error {
    match err {
        StoreError::NotFound => FieldErrors::one(
            "campaign",
            "unknown",
            "There is no such campaign. Choose one from the list.",
        )
        .into(),
        err => err.into(),
    }
}

/// The rows of all numbers of an account.
pub(crate) async fn rows(conn: &Conn, op: &OpCtx) -> Result<Vec<NumberRow>, StoreError> {
    let tenant = conn.tenant(&op.scope);
    let mut campaigns: BTreeMap<CampaignId, String> =
        tenant.campaign_names().await?.into_iter().collect();
    for old in tenant.archived_campaigns().await? {
        campaigns.insert(old.id, format!("{} (archived)", old.name));
    }
    let calls: BTreeMap<String, (u32, Option<Timestamp>)> = tenant
        .calls_by_number(zone::today(&op.zone, op.now))
        .await?
        .into_iter()
        .map(|(dialed, today, last)| (dialed, (today, last)))
        .collect();
    Ok(tenant
        .numbers()
        .await?
        .iter()
        .map(|n| row(op, n, &campaigns, &calls))
        .collect())
}

fn row(
    op: &OpCtx,
    number: &NumberRecord,
    campaigns: &BTreeMap<CampaignId, String>,
    calls: &BTreeMap<String, (u32, Option<Timestamp>)>,
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
            .and_then(|c| campaigns.get(&c).cloned())
            .unwrap_or_default(),
        calls_today,
        last_call: last.map(|at| zone::stamp(&op.zone, at)),
        added: zone::stamp(&op.zone, number.created_at),
    }
}
