//! Publishers and how they are paid.

mod view;

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::Activity;
use domain::api::publisher::{
    NewPublisherForm, PayoutForm, PublisherDetail, PublisherForm, PublisherRow, no_number,
};
use domain::id::{CampaignId, PayoutRuleId, PublisherId};
use domain::ledger::payout::{PayoutRule, PayoutTerms};
use domain::tag::list::{BulkList, BulkLists};
use store::{Constraint, Db, PublisherRecord, StoreError, Tenant};

use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;

const TAKEN: &str = "Another publisher has this name.";

/// How a publisher is paid, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutFacts {
    /// In every campaign without rules of its own.
    pub rules: Vec<PayoutRule>,
    /// Campaigns with rules of their own, by name.
    pub overrides: Vec<(CampaignId, String, Vec<PayoutRule>)>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Publishers {
    db: Db,
}

impl Publishers {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All publishers with today's figures.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<Vec<PublisherRow>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let figures = view::Figures::load(&tenant, op).await?;
        let publishers = tenant.publishers().await?;
        Ok(publishers.iter().map(|p| figures.row(p)).collect())
    }

    /// A publisher with its payout rules and numbers.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: PublisherId) -> Result<PublisherDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        view::detail(&conn, op, id).await
    }

    /// All publishers that are not archived as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<PublisherRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).publishers().await?)
    }

    /// A publisher as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: PublisherId) -> Result<PublisherRecord, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).publisher(id).await;
        found.or_missing("publisher")
    }

    /// A publisher's payout rules as they are stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn payouts(&self, op: &OpCtx, id: PublisherId) -> Result<PayoutFacts, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let terms = tenant.publisher(id).await.or_missing("publisher")?.terms;
        let names: BTreeMap<_, _> = tenant.campaign_names().await?.into_iter().collect();
        let name = |id: CampaignId| names.get(&id).cloned().unwrap_or_default();
        let own = terms.overrides.into_iter();
        let mut overrides: Vec<_> = own.map(|(id, rules)| (id, name(id), rules)).collect();
        overrides.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(PayoutFacts {
            rules: terms.rules,
            overrides,
        })
    }

    /// Adds a publisher with its first payout rule and number, if it is given them.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `name`, `sub_id`, `amount`, `length_s`, `trigger` or `number`.
    pub async fn create(&self, op: &OpCtx, form: &NewPublisherForm) -> Result<PublisherId, Error> {
        require(op, Permission::EditPublishers)?;
        let new = form.check()?;
        if new.number.is_some() {
            require(op, Permission::EditNumbers)?;
        }
        let terms = PayoutTerms {
            rules: new.rule.map(first).into_iter().collect(),
            ..PayoutTerms::default()
        };
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let id = tenant
            .add_publisher(&new.input.name, &new.input.sub_id, &terms, op.now)
            .await
            .or_taken(Constraint::PublisherName, "name", TAKEN)?;
        if let Some(number) = new.number {
            let taken = tenant.take_number(number, id).await;
            taken.map_err(|error| match error {
                StoreError::NotFound => Error::from(no_number()),
                other => other.into(),
            })?;
        }
        conn.commit().await?;
        Ok(id)
    }

    /// Changes a publisher's name and sub-id.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at `name` or `sub_id`.
    pub async fn update(
        &self,
        op: &OpCtx,
        id: PublisherId,
        form: &PublisherForm,
    ) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let stored = tenant.publisher(id).await.or_missing("publisher")?;
        let new = form.check()?;
        tenant
            .update_publisher(id, &new.name, &new.sub_id, &stored.terms)
            .await
            .or_taken(Constraint::PublisherName, "name", TAKEN)?;
        Ok(conn.commit().await?)
    }

    /// Replaces a list of payout rules: that of a campaign, or of all campaigns without their own.
    /// Gives it as it is stored, with the ids of new rules.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at `rules[n].amount` and the like.
    pub async fn save_payouts(
        &self,
        op: &OpCtx,
        id: PublisherId,
        form: &PayoutForm,
    ) -> Result<PayoutForm, Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let stored = tenant.publisher(id).await.or_missing("publisher")?;
        let input = form.check(Some(&lists(&tenant).await?))?;
        let campaign = input.campaign;
        if let Some(campaign) = campaign {
            tenant
                .campaign(campaign)
                .await
                .or_unknown("campaign", "campaign")?;
        }
        let terms = input.put_into(&stored.terms, free_rule(&tenant, id).await?);
        keep_terms(&tenant, &stored, &terms).await?;
        conn.commit().await?;
        let kept = match campaign {
            None => &terms.rules,
            Some(campaign) => terms.rules_of(campaign),
        };
        Ok(PayoutForm::of(campaign, kept))
    }

    /// Gives a campaign payout rules of its own, which begin as those it had.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the publisher or the campaign; [`Error::Conflict`] if it has its own.
    pub async fn add_override(
        &self,
        op: &OpCtx,
        id: PublisherId,
        campaign: CampaignId,
    ) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let stored = tenant.publisher(id).await.or_missing("publisher")?;
        tenant.campaign(campaign).await.or_missing("campaign")?;
        if stored.terms.overrides.contains_key(&campaign) {
            return Err(Error::Conflict {
                code: "has_own",
                message: "This campaign has payout rules of its own already.".to_owned(),
            });
        }
        let form = PayoutForm::of(Some(campaign), &stored.terms.rules);
        let input = form.check(None)?;
        let terms = input.put_into(&stored.terms, free_rule(&tenant, id).await?);
        keep_terms(&tenant, &stored, &terms).await?;
        Ok(conn.commit().await?)
    }

    /// Lets a campaign follow the rules everywhere again; answers with those it had, to put them back.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the publisher, or if the campaign has no rules of its own.
    pub async fn drop_override(
        &self,
        op: &OpCtx,
        id: PublisherId,
        campaign: CampaignId,
    ) -> Result<PayoutForm, Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let stored = tenant.publisher(id).await.or_missing("publisher")?;
        let mut terms = stored.terms.clone();
        let dropped = terms.overrides.remove(&campaign);
        let dropped = dropped.ok_or(Error::NotFound("payout rule"))?;
        keep_terms(&tenant, &stored, &terms).await?;
        conn.commit().await?;
        Ok(PayoutForm::of(Some(campaign), &dropped))
    }

    /// Pauses, resumes or archives a publisher. While it is not active its callers are routed as any
    /// other, and not paid.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_activity(
        &self,
        op: &OpCtx,
        id: PublisherId,
        activity: Activity,
    ) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .set_publisher_activity(id, activity)
            .await
            .or_missing("publisher")?;
        Ok(conn.commit().await?)
    }
}

/// The first rule of a publisher that has none.
fn first(rule: PayoutRule) -> PayoutRule {
    PayoutRule {
        id: PayoutRuleId(1),
        ..rule
    }
}

/// The lists of an account by name: whether one exists, without its values.
async fn lists(tenant: &Tenant<'_>) -> Result<BulkLists, Error> {
    let names: BTreeMap<_, _> = tenant.bulk_list_names().await?.into_iter().collect();
    Ok(names
        .into_iter()
        .map(|(id, name)| (id, BulkList::new(&name, [])))
        .collect())
}

/// The first id that no rule was ever paid under.
async fn free_rule(tenant: &Tenant<'_>, id: PublisherId) -> Result<PayoutRuleId, Error> {
    let paid = tenant.payout_usage(id).await?;
    let last = paid.last_key_value().map_or(0, |(rule, _)| rule.0);
    Ok(PayoutRuleId(last + 1))
}

async fn keep_terms(
    tenant: &Tenant<'_>,
    stored: &PublisherRecord,
    terms: &PayoutTerms,
) -> Result<(), Error> {
    tenant
        .update_publisher(stored.id, &stored.name, &stored.sub_id, terms)
        .await
        .or_missing("publisher")
}
