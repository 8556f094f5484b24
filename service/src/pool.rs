//! Number pools.

mod grow;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::pool::{
    PoolDay, PoolDetail, PoolForm, PoolList, PoolNumberRow, PoolNumbersForm, PoolRow, Sizing,
};
use domain::dni_tag::Source;
use domain::id::{CampaignId, DniTagId, NumberId, PoolId};
use domain::invalid::FieldErrors;
use domain::pool::wanted_size;
use domain::time::Timestamp;
use store::{
    Constraint, Db, DniTagRecord, NumberRecord, PoolNumberRecord, PoolRecord, StoreError, Tenant,
    VisitCounts, VisitFilter, VisitKey, VisitRecord,
};

use crate::carrier_account::CarrierAccounts;
use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::number_order::NumberOrders;
use crate::op::OpCtx;
use crate::visit::TagCache;
use crate::{campaign, zone};

const TAKEN: &str = "Another pool has this name.";
/// Days of a pool's own traffic that are shown.
const DAYS: i64 = 7;

/// See the module.
#[derive(Debug, Clone)]
pub struct Pools {
    db: Db,
    tags: TagCache,
    carriers: CarrierAccounts,
    orders: NumberOrders,
    /// The growing pool that was looked at last: the next round begins behind it.
    turn: Arc<AtomicI64>,
}

impl Pools {
    pub(crate) fn new(
        db: Db,
        tags: TagCache,
        carriers: CarrierAccounts,
        orders: NumberOrders,
    ) -> Self {
        Self {
            db,
            tags,
            carriers,
            orders,
            turn: Arc::default(),
        }
    }

    /// All pools.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<PoolList, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        Ok(PoolList {
            rows: rows(&tenant, op).await?,
            campaigns: campaign::choices(&tenant).await?,
        })
    }

    /// A pool with its numbers.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: PoolId) -> Result<PoolDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let pool = tenant.pool(id).await.or_missing("pool")?;
        let all = rows(&tenant, op).await?;
        let row = all.into_iter().find(|row| row.id == id);
        let tags: Vec<_> = tenant
            .dni_tags()
            .await?
            .into_iter()
            .filter(|tag| shows(tag, id))
            .collect();
        let of_tags: Vec<DniTagId> = tags.iter().map(|tag| tag.id).collect();
        let from = zone::day_start(
            &op.zone,
            zone::plus_days(zone::date(&op.zone, op.now), 1 - DAYS),
        );
        let filter = VisitFilter {
            from: Some(from),
            tags: Some(of_tags),
            ..VisitFilter::default()
        };
        let hours = tenant.visit_counts(&filter, VisitKey::Hour(from)).await?;
        let mean = tenant.mean_visit_s(&filter).await?;
        let busiest = hours.iter().map(|hour| hour.visits).max().unwrap_or(0);
        let busiest = u32::try_from(busiest).unwrap_or(u32::MAX);
        Ok(PoolDetail {
            row: row.ok_or(Error::NotFound("pool"))?,
            form: PoolForm::of(&pool.settings),
            campaigns: campaign::choices(&tenant).await?,
            numbers: numbers(&tenant, op, id).await?,
            spare: spare(tenant.numbers().await?),
            days: days(op, from, &hours),
            sizing: Sizing {
                busiest_hour: busiest,
                mean_visit_s: mean,
                wanted: wanted_size(busiest, mean, pool.settings.hold),
            },
            tags: tags
                .into_iter()
                .map(|tag| Choice {
                    value: tag.id.to_string(),
                    label: tag.settings.name,
                    hint: String::new(),
                })
                .collect(),
        })
    }

    /// All pools as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<PoolRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).pools().await?)
    }

    /// A pool as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: PoolId) -> Result<PoolRecord, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        conn.tenant(&op.scope).pool(id).await.or_missing("pool")
    }

    /// The numbers of a pool as they are stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn number_records(
        &self,
        op: &OpCtx,
        id: PoolId,
    ) -> Result<Vec<PoolNumberRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.pool(id).await.or_missing("pool")?;
        Ok(tenant.pool_numbers(id).await?)
    }

    /// Adds a pool without numbers.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &PoolForm) -> Result<PoolId, Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant
            .campaign(new.campaign)
            .await
            .or_unknown("campaign", "campaign")?;
        let id =
            tenant
                .add_pool(&new, op.now)
                .await
                .or_taken(Constraint::PoolName, "name", TAKEN)?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a pool's settings. Its numbers go along to another campaign, and stay with whoever has
    /// them.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, id: PoolId, form: &PoolForm) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.pool(id).await.or_missing("pool")?;
        tenant
            .campaign(new.campaign)
            .await
            .or_unknown("campaign", "campaign")?;
        tenant
            .update_pool(id, &new)
            .await
            .or_taken(Constraint::PoolName, "name", TAKEN)?;
        conn.commit().await?;
        self.tags.forget();
        Ok(())
    }

    /// Removes a pool; its numbers stay in the account, and are no campaign's.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] while a DNI tag shows its numbers.
    pub async fn remove(&self, op: &OpCtx, id: PoolId) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.pool(id).await.or_missing("pool")?;
        tenant.remove_pool(id).await.map_err(|error| match error {
            StoreError::Conflict(Constraint::Reference) => Error::Conflict {
                code: "pool_in_use",
                message: "A DNI tag shows numbers of this pool. Give the tag another source first."
                    .to_owned(),
            },
            error => error.into(),
        })?;
        conn.commit().await?;
        self.tags.forget();
        Ok(())
    }

    /// Puts numbers into a pool. One that the account does not have yet is added to it; one that a
    /// campaign has already must be taken from there first. All of them or none.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the pool; [`Error::Invalid`] at `numbers`.
    pub async fn add_numbers(
        &self,
        op: &OpCtx,
        id: PoolId,
        form: &PoolNumbersForm,
    ) -> Result<u32, Error> {
        require(op, Permission::EditNumbers)?;
        let wanted = form.check()?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.pool(id).await.or_missing("pool")?;
        let known: BTreeMap<String, NumberRecord> = tenant
            .numbers()
            .await?
            .into_iter()
            .map(|number| (number.e164.as_str().to_owned(), number))
            .collect();
        let mut ids = Vec::with_capacity(wanted.len());
        for number in &wanted {
            match known.get(number.as_str()) {
                Some(known) if known.campaign.is_some() => {
                    return Err(in_use(&number.display()).into());
                }
                Some(known) => ids.push(known.id),
                None => {
                    let taken = format!("{} is in use already.", number.display());
                    let new = tenant.add_number(number, "", None, op.now).await;
                    ids.push(new.or_taken(Constraint::NumberE164, "numbers", &taken)?);
                }
            }
        }
        tenant.add_to_pool(id, &ids).await?;
        conn.commit().await?;
        self.tags.forget();
        Ok(u32::try_from(ids.len()).unwrap_or(u32::MAX))
    }

    /// Takes a number out of a pool; it stays in the account. A late call on it still finds the visitor
    /// who had it last, once a campaign has it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not in the pool.
    pub async fn take_number(&self, op: &OpCtx, id: PoolId, number: NumberId) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant
            .take_from_pool(id, number)
            .await
            .or_missing("number")?;
        conn.commit().await?;
        self.tags.forget();
        Ok(())
    }
}

fn in_use(number: &str) -> FieldErrors {
    let message =
        format!("{number} belongs to a campaign or a pool already. Take it from there first.");
    FieldErrors::one("numbers", "in_use", &message)
}

/// Whether a tag shows numbers of a pool.
fn shows(tag: &DniTagRecord, pool: PoolId) -> bool {
    tag.settings.source == Source::Pool(pool)
}

/// The rows of all pools.
pub(crate) async fn rows(tenant: &Tenant<'_>, op: &OpCtx) -> Result<Vec<PoolRow>, StoreError> {
    let names: BTreeMap<CampaignId, String> = tenant.campaign_names().await?.into_iter().collect();
    let sizes = tenant.pool_sizes(op.now).await?;
    let pool_of: BTreeMap<DniTagId, PoolId> = tenant
        .dni_tags()
        .await?
        .iter()
        .filter_map(|tag| match tag.settings.source {
            Source::Pool(pool) => Some((tag.id, pool)),
            Source::Number(_) => None,
        })
        .collect();
    let today = VisitFilter {
        from: Some(zone::today(&op.zone, op.now)),
        ..VisitFilter::default()
    };
    let mut traffic: BTreeMap<PoolId, (u64, u64)> = BTreeMap::new();
    for counts in tenant.visit_counts(&today, VisitKey::Tag).await? {
        if let Some(pool) = counts.tag.and_then(|tag| pool_of.get(&tag)) {
            let sums = traffic.entry(*pool).or_default();
            sums.0 += counts.visits;
            sums.1 += counts.misses;
        }
    }
    let rows = tenant.pools().await?.into_iter().map(|pool| {
        let (size, lent) = sizes.get(&pool.id).copied().unwrap_or_default();
        let (visits_today, misses_today) = traffic.get(&pool.id).copied().unwrap_or_default();
        PoolRow {
            id: pool.id,
            campaign: pool.settings.campaign,
            campaign_name: names
                .get(&pool.settings.campaign)
                .cloned()
                .unwrap_or_default(),
            name: pool.settings.name,
            size,
            lent,
            visits_today,
            misses_today,
            created: zone::stamp(&op.zone, pool.created_at),
        }
    });
    Ok(rows.collect())
}

async fn numbers(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    id: PoolId,
) -> Result<Vec<PoolNumberRow>, StoreError> {
    let calls: BTreeMap<String, (u32, Option<Timestamp>)> = tenant
        .calls_by_number(zone::today(&op.zone, op.now))
        .await?
        .into_iter()
        .map(|(dialed, today, last)| (dialed, (today, last)))
        .collect();
    let of_pool = tenant.pool_numbers(id).await?;
    let held: Vec<_> = of_pool
        .iter()
        .filter_map(|record| Some(record.slot.holder.as_ref()?.visit))
        .collect();
    let visits: BTreeMap<_, VisitRecord> = tenant
        .visits_by_id(&held)
        .await?
        .into_iter()
        .map(|visit| (visit.id, visit))
        .collect();
    let rows = of_pool.into_iter().map(|record| {
        let (calls_today, last) = calls.get(record.e164.as_str()).copied().unwrap_or_default();
        let holder = record.slot.holder.as_ref();
        let visit = holder.and_then(|holder| visits.get(&holder.visit));
        PoolNumberRow {
            id: record.slot.number,
            display: record.e164.display(),
            state: record.e164.state().unwrap_or_default().to_owned(),
            lent: record.slot.free_at > op.now,
            until: holder.map(|_| zone::stamp(&op.zone, record.slot.free_at)),
            visitor: visit.map(|visit| visit.source.words()).unwrap_or_default(),
            calls_today,
            last_call: last.map(|at| zone::stamp(&op.zone, at)),
        }
    });
    Ok(rows.collect())
}

/// Numbers that no campaign has.
fn spare(numbers: Vec<NumberRecord>) -> Vec<Choice> {
    numbers
        .into_iter()
        .filter(|number| number.campaign.is_none())
        .map(|number| Choice {
            value: number.e164.display(),
            label: number.e164.display(),
            hint: number.label,
        })
        .collect()
}

/// The days of a pool, newest first, those without traffic among them.
fn days(op: &OpCtx, from: Timestamp, hours: &[VisitCounts]) -> Vec<PoolDay> {
    let first = zone::date(&op.zone, from);
    let starts: Vec<Timestamp> = (0..DAYS)
        .map(|day| zone::day_start(&op.zone, zone::plus_days(first, day)))
        .collect();
    let mut days: Vec<PoolDay> = starts
        .iter()
        .map(|at| PoolDay {
            day: zone::stamp(&op.zone, *at).date,
            visits: 0,
            misses: 0,
            calls: 0,
        })
        .collect();
    for hour in hours {
        let at = from.plus_secs(i64::from(hour.hour) * 3_600);
        // A day of a change of clocks has one hour more or less.
        let day = starts.iter().rposition(|start| *start <= at).unwrap_or(0);
        if let Some(day) = days.get_mut(day) {
            day.visits += hour.visits;
            day.misses += hour.misses;
            day.calls += hour.calls;
        }
    }
    days.reverse();
    days
}
