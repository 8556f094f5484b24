//! DNI tags: what scripts on advertisers' sites are set up to do.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::dni_tag::{
    DniTagDetail, DniTagForm, DniTagInput, DniTagList, DniTagRow, SourceChoices, source_text,
};
use domain::api::page::Choice;
use domain::dni_tag::Source;
use domain::id::{CampaignId, DniTagId, NumberId, PoolId, PublisherId};
use domain::invalid::FieldErrors;
use store::{
    Constraint, Db, DniTagRecord, NumberRecord, PoolRecord, StoreError, Tenant, VisitCounts,
    VisitFilter, VisitKey,
};

use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::visit::{TagCache, view};
use crate::{unguessable, zone};

const TAKEN: &str = "Another DNI tag has this name.";
/// Visits that a tag's page shows.
const VISITS_SHOWN: u64 = 20;

/// See the module.
#[derive(Debug, Clone)]
pub struct DniTags {
    db: Db,
    tags: TagCache,
    base: String,
}

impl DniTags {
    pub(crate) fn new(db: Db, tags: TagCache, base: String) -> Self {
        Self { db, tags, base }
    }

    /// All tags.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<DniTagList, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let known = Known::load(&tenant).await?;
        Ok(DniTagList {
            rows: known.rows(&tenant, op).await?,
            sources: known.choices(),
        })
    }

    /// A tag with its script and latest visits.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: DniTagId) -> Result<DniTagDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let tag = tenant.dni_tag(id).await.or_missing("DNI tag")?;
        let known = Known::load(&tenant).await?;
        let rows = known.rows(&tenant, op).await?;
        let filter = VisitFilter {
            tags: Some(vec![id]),
            ..VisitFilter::default()
        };
        let visits = tenant.visits(&filter, VISITS_SHOWN).await?;
        let src = format!("{}/dni.js", self.base);
        Ok(DniTagDetail {
            row: rows
                .into_iter()
                .find(|row| row.id == id)
                .ok_or(Error::NotFound("DNI tag"))?,
            form: DniTagForm::of(&tag.settings),
            sources: known.choices(),
            snippet: format!("<script async src=\"{src}\" data-tag=\"{id}\"></script>"),
            trial: format!(
                "document.head.append(Object.assign(document.createElement('script'),{{src:'{src}'}})),document.head.lastChild.dataset.tag='{id}'"
            ),
            visits: view::rows(&tenant, op, &visits).await?,
        })
    }

    /// All tags as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<DniTagRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).dni_tags().await?)
    }

    /// A tag as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: DniTagId) -> Result<DniTagRecord, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).dni_tag(id).await;
        found.or_missing("DNI tag")
    }

    /// Adds a tag under an id that nobody can guess.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &DniTagForm) -> Result<DniTagId, Error> {
        self.create_as(op, DniTagId(unguessable::id()?), form).await
    }

    /// Adds a tag under an id chosen by the caller: the demo is the same on every machine.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create_as(
        &self,
        op: &OpCtx,
        id: DniTagId,
        form: &DniTagForm,
    ) -> Result<DniTagId, Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        known_places(&tenant, &new).await?;
        tenant.add_dni_tag(id, &new, op.now).await.or_taken(
            Constraint::DniTagName,
            "name",
            TAKEN,
        )?;
        conn.commit().await?;
        self.tags.forget();
        Ok(id)
    }

    /// Replaces a tag's settings. Pages that are open follow within seconds.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, id: DniTagId, form: &DniTagForm) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.dni_tag(id).await.or_missing("DNI tag")?;
        known_places(&tenant, &new).await?;
        tenant
            .update_dni_tag(id, &new)
            .await
            .or_taken(Constraint::DniTagName, "name", TAKEN)?;
        conn.commit().await?;
        self.tags.forget();
        Ok(())
    }

    /// Switches a tag on or off. Off, pages keep their own numbers.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_enabled(&self, op: &OpCtx, id: DniTagId, enabled: bool) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let set = tenant.set_dni_tag_enabled(id, enabled).await;
        set.or_missing("DNI tag")?;
        conn.commit().await?;
        self.tags.forget();
        Ok(())
    }
}

/// The places a form names must be there, and a number must be nobody's pool's.
async fn known_places(tenant: &Tenant<'_>, new: &DniTagInput) -> Result<(), Error> {
    match new.source {
        Source::Pool(id) => {
            let found = tenant.pool(id).await;
            found.or_unknown("source", "pool")?;
        }
        Source::Number(id) => {
            let found = tenant.number(id).await;
            found.or_unknown("source", "number")?;
            if tenant.pools_of_numbers().await?.contains_key(&id) {
                let message = "This number is in a pool. Choose the pool, or another number.";
                return Err(FieldErrors::one("source", "in_pool", message).into());
            }
        }
    }
    if let Some(id) = new.publisher {
        let found = tenant.publisher(id).await;
        found.or_unknown("publisher", "publisher")?;
    }
    Ok(())
}

/// What tags name.
struct Known {
    pools: Vec<PoolRecord>,
    /// Those that are in no pool.
    numbers: Vec<NumberRecord>,
    campaigns: BTreeMap<CampaignId, String>,
    publishers: BTreeMap<PublisherId, String>,
}

impl Known {
    async fn load(tenant: &Tenant<'_>) -> Result<Self, StoreError> {
        let in_pools = tenant.pools_of_numbers().await?;
        let numbers = tenant.numbers().await?.into_iter();
        Ok(Self {
            pools: tenant.pools().await?,
            numbers: numbers.filter(|n| !in_pools.contains_key(&n.id)).collect(),
            campaigns: tenant.campaign_names().await?.into_iter().collect(),
            publishers: tenant.publisher_names().await?.into_iter().collect(),
        })
    }

    fn pool(&self, id: PoolId) -> Option<&PoolRecord> {
        self.pools.iter().find(|pool| pool.id == id)
    }

    fn number(&self, id: NumberId) -> Option<&NumberRecord> {
        self.numbers.iter().find(|number| number.id == id)
    }

    fn campaign(&self, id: Option<CampaignId>) -> String {
        id.and_then(|id| self.campaigns.get(&id).cloned())
            .unwrap_or_default()
    }

    fn choices(&self) -> SourceChoices {
        let pools = self.pools.iter().map(|pool| Choice {
            value: source_text(Source::Pool(pool.id)),
            label: format!("Pool {}", pool.settings.name),
            hint: self.campaign(Some(pool.settings.campaign)),
        });
        let numbers = self.numbers.iter().map(|number| Choice {
            value: source_text(Source::Number(number.id)),
            label: number.e164.display(),
            hint: self.campaign(number.campaign),
        });
        SourceChoices {
            sources: pools.chain(numbers).collect(),
            publishers: self
                .publishers
                .iter()
                .map(|(id, name)| Choice {
                    value: id.to_string(),
                    label: name.clone(),
                    hint: String::new(),
                })
                .collect(),
        }
    }

    async fn rows(&self, tenant: &Tenant<'_>, op: &OpCtx) -> Result<Vec<DniTagRow>, StoreError> {
        let today = VisitFilter {
            from: Some(zone::today(&op.zone, op.now)),
            ..VisitFilter::default()
        };
        let counts = tenant.visit_counts(&today, VisitKey::Tag).await?;
        let last = tenant.last_visits().await?;
        let rows = tenant.dni_tags().await?.into_iter().map(|tag| {
            let counts = counts.iter().find(|c| c.tag == Some(tag.id));
            let seen = last.get(&tag.id).copied();
            self.row(op, tag, counts, seen)
        });
        Ok(rows.collect())
    }

    fn row(
        &self,
        op: &OpCtx,
        tag: DniTagRecord,
        counts: Option<&VisitCounts>,
        seen: Option<domain::time::Timestamp>,
    ) -> DniTagRow {
        let (source, campaign) = match tag.settings.source {
            Source::Pool(id) => {
                let pool = self.pool(id);
                (
                    pool.map(|pool| format!("Pool {}", pool.settings.name)),
                    pool.map(|pool| pool.settings.campaign),
                )
            }
            Source::Number(id) => {
                let number = self.number(id);
                (
                    number.map(|number| number.e164.display()),
                    number.and_then(|number| number.campaign),
                )
            }
        };
        let publisher = tag.settings.publisher;
        DniTagRow {
            id: tag.id,
            name: tag.settings.name,
            source: source.unwrap_or_default(),
            campaign_name: self.campaign(campaign),
            publisher_name: publisher
                .and_then(|id| self.publishers.get(&id).cloned())
                .unwrap_or_default(),
            origins: tag
                .settings
                .origins
                .iter()
                .map(ToString::to_string)
                .collect(),
            enabled: tag.enabled,
            visits_today: counts.map_or(0, |c| c.visits),
            misses_today: counts.map_or(0, |c| c.misses),
            last_visit: seen.map(|at| zone::stamp(&op.zone, at)),
            created: zone::stamp(&op.zone, tag.created_at),
        }
    }
}
