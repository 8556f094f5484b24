//! Conversion webhooks: made and changed by people, told by buyers.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::webhook::{
    DeliveryRow, WebhookDetail, WebhookForm, WebhookInput, WebhookList, WebhookRow,
};
use domain::id::{CallId, CampaignId, WebhookId};
use domain::ledger::facts::Conversion;
use domain::time::Timestamp;
use domain::webhook::{Answer, Told};
use store::{
    Constraint, Db, DeliveryInput, DeliveryRecord, StoreError, Tenant, TenantScope, WebhookRecord,
};

use crate::call::engine::CallEngine;
use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::{campaign, unguessable, zone};

const TAKEN: &str = "Another webhook has this name.";

/// See the module.
#[derive(Clone)]
pub struct Webhooks {
    db: Db,
    engine: CallEngine,
    base: String,
}

impl std::fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhooks")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

impl Webhooks {
    pub(crate) fn new(db: Db, engine: CallEngine, base: String) -> Self {
        Self { db, engine, base }
    }

    /// All webhooks, each with what came in last.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<WebhookList, Error> {
        require(op, Permission::ViewWebhooks)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let names: BTreeMap<_, _> = tenant.campaign_names().await?.into_iter().collect();
        let last = tenant.last_deliveries().await?;
        let webhooks = tenant.webhooks().await?;
        let rows = webhooks.iter().map(|hook| {
            let last = last.iter().find(|d| d.webhook == hook.id);
            row(op, hook, &names, last)
        });
        Ok(WebhookList {
            rows: rows.collect(),
            campaigns: campaign::choices(&tenant).await?,
        })
    }

    /// A webhook with its address and what came in.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: WebhookId) -> Result<WebhookDetail, Error> {
        require(op, Permission::ViewWebhooks)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let hook = tenant.webhook(id).await.or_missing("webhook")?;
        let names: BTreeMap<_, _> = tenant.campaign_names().await?.into_iter().collect();
        let deliveries = tenant.deliveries(id).await?;
        let url = self.url(id);
        let names_of = &hook.parameters;
        Ok(WebhookDetail {
            row: row(op, &hook, &names, deliveries.first()),
            form: WebhookForm::of(&hook.name, hook.campaign, names_of),
            campaigns: campaign::choices(&tenant).await?,
            example: format!(
                "{url}?{}=CALL_ID&{}=25.00&{}=EVENT_ID",
                names_of.call, names_of.revenue, names_of.event
            ),
            url,
            deliveries: deliveries.iter().map(|d| delivery(op, d)).collect(),
        })
    }

    /// All webhooks as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<WebhookRecord>, Error> {
        require(op, Permission::ViewWebhooks)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).webhooks().await?)
    }

    /// A webhook as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: WebhookId) -> Result<WebhookRecord, Error> {
        require(op, Permission::ViewWebhooks)?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).webhook(id).await;
        found.or_missing("webhook")
    }

    /// What came in last at a webhook, newest first: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn deliveries(
        &self,
        op: &OpCtx,
        id: WebhookId,
    ) -> Result<Vec<DeliveryRecord>, Error> {
        require(op, Permission::ViewWebhooks)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.webhook(id).await.or_missing("webhook")?;
        Ok(tenant.deliveries(id).await?)
    }

    /// The whole address of a webhook, without parameters.
    #[must_use]
    pub fn url(&self, id: WebhookId) -> String {
        format!("{}/hook/{id}", self.base)
    }

    /// Adds a webhook under an address that nobody can guess.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &WebhookForm) -> Result<WebhookId, Error> {
        self.create_as(op, WebhookId(unguessable::id()?), form)
            .await
    }

    /// Adds a webhook under an id chosen by the caller: the demo is the same on every machine.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create_as(
        &self,
        op: &OpCtx,
        id: WebhookId,
        form: &WebhookForm,
    ) -> Result<WebhookId, Error> {
        require(op, Permission::EditWebhooks)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        known_campaign(&tenant, &new).await?;
        let added = tenant.add_webhook(id, &new, op.now).await;
        added.or_taken(Constraint::WebhookName, "name", TAKEN)?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a webhook's settings; its address stays.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, id: WebhookId, form: &WebhookForm) -> Result<(), Error> {
        require(op, Permission::EditWebhooks)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.webhook(id).await.or_missing("webhook")?;
        let new = form.check()?;
        known_campaign(&tenant, &new).await?;
        let changed = tenant.update_webhook(id, &new).await;
        changed.or_taken(Constraint::WebhookName, "name", TAKEN)?;
        Ok(conn.commit().await?)
    }

    /// Pauses or resumes a webhook. A paused one says so to whoever tells it something.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_enabled(&self, op: &OpCtx, id: WebhookId, enabled: bool) -> Result<(), Error> {
        require(op, Permission::EditWebhooks)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let changed = tenant.set_webhook_enabled(id, enabled).await;
        changed.or_missing("webhook")?;
        Ok(conn.commit().await?)
    }

    /// Takes what a buyer told, and says what is answered; none if there is no such webhook. What came
    /// in is kept to be looked at.
    ///
    /// # Errors
    /// What the database says; then nothing was done that would be done twice by another try.
    pub async fn receive(
        &self,
        id: WebhookId,
        sent: &[(String, String)],
        now: Timestamp,
    ) -> Result<Option<Answer>, Error> {
        let conn = self.db.read().await?;
        let found = conn.platform().scope_for_webhook(id).await?;
        drop(conn);
        let Some((scope, hook)) = found else {
            return Ok(None);
        };
        let answer = match (hook.enabled, hook.parameters.read(sent)) {
            (false, _) => Answer::paused(),
            (true, Err(errors)) => Answer::invalid(&errors),
            (true, Ok(told)) => self.convert(&scope, &hook, &told, now).await?,
        };
        let names = &hook.parameters;
        let came_in = DeliveryInput {
            at: now,
            call: names.shown(sent, &names.call),
            revenue: names.shown(sent, &names.revenue),
            event: names.shown(sent, &names.event),
            answer: answer.clone(),
        };
        let conn = self.db.write().await?;
        conn.tenant(&scope).keep_delivery(id, &came_in).await?;
        conn.commit().await?;
        Ok(Some(answer))
    }

    async fn convert(
        &self,
        scope: &TenantScope,
        hook: &WebhookRecord,
        told: &Told,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let Ok(call) = told.call.parse::<CallId>() else {
            return Ok(Answer::unknown_call());
        };
        let conn = self.db.read().await?;
        let before = match conn.tenant(scope).call(call).await {
            Ok(found) => found.session,
            Err(StoreError::NotFound) => return Ok(Answer::unknown_call()),
            Err(error) => return Err(error.into()),
        };
        drop(conn);
        if hook.campaign.is_some() && hook.campaign != before.campaign {
            return Ok(Answer::unknown_call());
        }
        if told.is_known(before.conversion.as_ref()) {
            return Ok(told.answer(&before, true));
        }
        let key = match &told.event {
            Some(event) => format!("hook:{event}"),
            None => format!("hook-at:{}", now.0),
        };
        // Later than what was said before, also by a clock that is ahead of ours.
        let said = before
            .conversion_said_at
            .or(before.conversion.map(|first| first.at));
        let conversion = Conversion {
            at: said.map_or(now, |said| now.max(Timestamp(said.0 + 1))),
            reported: told.reported,
        };
        let kept = self.engine.converted(call, &key, conversion, now).await?;
        Ok(told.answer(&before, kept.repeated))
    }
}

async fn known_campaign(tenant: &Tenant<'_>, new: &WebhookInput) -> Result<(), Error> {
    if let Some(campaign) = new.campaign {
        tenant
            .campaign(campaign)
            .await
            .or_unknown("campaign", "campaign")?;
    }
    Ok(())
}

fn row(
    op: &OpCtx,
    hook: &WebhookRecord,
    campaigns: &BTreeMap<CampaignId, String>,
    last: Option<&DeliveryRecord>,
) -> WebhookRow {
    let name = |id: CampaignId| campaigns.get(&id).cloned().unwrap_or_default();
    WebhookRow {
        id: hook.id,
        name: hook.name.clone(),
        campaign_name: hook.campaign.map(name).unwrap_or_default(),
        enabled: hook.enabled,
        last: last.map(|d| delivery(op, d)),
        created: zone::stamp(&op.zone, hook.created_at),
    }
}

fn delivery(op: &OpCtx, record: &DeliveryRecord) -> DeliveryRow {
    let kept = &record.delivery;
    DeliveryRow {
        id: record.id,
        at: zone::stamp(&op.zone, kept.at),
        call: kept.call.clone(),
        revenue: kept.revenue.clone(),
        event: kept.event.clone(),
        outcome: kept.answer.outcome,
        message: kept.answer.message.clone(),
    }
}
