//! A new campaign with all it begins with, and the settings beside its form: duplicates and revenue.

use domain::access::Permission;
use domain::api::campaign::{DuplicatesForm, NewCampaignForm};
use domain::api::revenue::RevenueForm;
use domain::campaign::CampaignSettings;
use domain::id::CampaignId;
use domain::invalid::FieldErrors;
use domain::phone::E164;
use store::{Constraint, Tenant};

use super::{Campaigns, TAKEN};
use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::number;
use crate::op::OpCtx;

impl Campaigns {
    /// Adds a campaign with a number and its revenue. A number that the account does not have yet is
    /// added.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field; at `number` for one that has a campaign.
    pub async fn begin(&self, op: &OpCtx, form: &NewCampaignForm) -> Result<CampaignId, Error> {
        require(op, Permission::EditCampaigns)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let id = self.ids.campaign();
        tenant.add_campaign(id, &new.input, op.now).await.or_taken(
            Constraint::CampaignName,
            "name",
            TAKEN,
        )?;
        if new.revenue.is_some() {
            let settings = CampaignSettings {
                revenue: new.revenue,
                ..CampaignSettings::default()
            };
            tenant.set_campaign_settings(id, &settings).await?;
        }
        if let Some(number) = &new.number {
            require(op, Permission::EditNumbers)?;
            give_number(op, &tenant, number, id).await?;
        }
        conn.commit().await?;
        Ok(id)
    }

    /// Says what makes a duplicate, where it goes and whether it is paid, and which callers are let
    /// in.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn set_duplicates(
        &self,
        op: &OpCtx,
        id: CampaignId,
        form: &DuplicatesForm,
    ) -> Result<(), Error> {
        self.change_settings(op, id, |settings| {
            form.check()?.put_into(settings);
            Ok(())
        })
        .await
    }

    /// Says what a call is worth on a route that says nothing of its own.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn set_revenue(
        &self,
        op: &OpCtx,
        id: CampaignId,
        form: &RevenueForm,
    ) -> Result<(), Error> {
        self.change_settings(op, id, |settings| {
            settings.revenue = form.check()?;
            Ok(())
        })
        .await
    }

    async fn change_settings(
        &self,
        op: &OpCtx,
        id: CampaignId,
        change: impl FnOnce(&mut CampaignSettings) -> Result<(), FieldErrors> + Send,
    ) -> Result<(), Error> {
        require(op, Permission::EditCampaigns)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        // First, for it makes others wait who change another part of the same settings.
        tenant.bump_generation().await?;
        let mut settings = tenant.campaign(id).await.or_missing("campaign")?.settings;
        change(&mut settings)?;
        tenant.set_campaign_settings(id, &settings).await?;
        Ok(conn.commit().await?)
    }
}

/// Gives a campaign a number that has none, and adds it if the account does not have it.
async fn give_number(
    op: &OpCtx,
    tenant: &Tenant<'_>,
    number: &E164,
    campaign: CampaignId,
) -> Result<(), Error> {
    let known = tenant.numbers().await?;
    let known = known.into_iter().find(|known| known.e164 == *number);
    match known {
        None => {
            tenant
                .add_number(number, "", Some(campaign), op.now)
                .await
                .or_taken(Constraint::NumberE164, "number", number::TAKEN)?;
            Ok(tenant.bump_generation().await?)
        }
        Some(known) if known.campaign.is_none() => {
            Ok(tenant.assign_number(known.id, Some(campaign)).await?)
        }
        Some(_) => Err(FieldErrors::one(
            "number",
            "taken",
            "This number belongs to another campaign. Choose a free one, or none.",
        )
        .into()),
    }
}
