//! Pools that buy numbers by themselves. How many is the domain's to say.

use std::sync::atomic::Ordering;

use domain::carrier_number::{Kind, Offer, Query};
use domain::id::{DniTagId, NumberOrderId, PoolId};
use domain::money::Micros;
use domain::number_order::Stage;
use domain::phone::E164;
use domain::pool::grow::{EACH_S, Growth, Standing, growth};
use domain::time::Timestamp;
use store::{
    Constraint, OrderInput, OrderRecord, PoolRecord, StoreError, Tenant, TenantScope, VisitFilter,
    VisitKey,
};

use super::{Pools, shows};
use crate::carrier_number::prices;
use crate::error::Error;
use crate::port::{MarketError, NumberMarket};
use crate::unguessable;

/// Pools that one round looks at.
const ROUND_MAX: u64 = 100;
/// For how long a pool whose orders all failed buys nothing, in seconds.
const FAILING_S: i64 = 3_600;

impl Pools {
    /// One round of the job: orders numbers for pools that grow by themselves and are short of them.
    /// How many were ordered.
    ///
    /// # Errors
    /// What the database says of the list; a pool that cannot grow now is looked at in the next round.
    pub async fn grow_due(&self, now: Timestamp) -> Result<u32, Error> {
        let conn = self.db.read().await?;
        let before = now.plus_secs(-EACH_S);
        let after = PoolId(self.turn.load(Ordering::Relaxed));
        let pools = conn
            .platform()
            .growing_pools(before, after, ROUND_MAX)
            .await?;
        drop(conn);
        // The next round goes on behind them, and begins anew once there are no more.
        let full = pools.len() as u64 == ROUND_MAX;
        let last = pools.last().filter(|_| full);
        let last = last.map_or(0, |(_, pool)| pool.id.0);
        self.turn.store(last, Ordering::Relaxed);
        let mut ordered = 0;
        for (scope, pool) in pools {
            match self.grow(&scope, &pool, now).await {
                Ok(count) => ordered += count,
                Err(error) => {
                    tracing::warn!(pool = %pool.id, error = &error as &dyn std::error::Error, "a pool could not grow");
                }
            }
        }
        Ok(ordered)
    }

    async fn grow(
        &self,
        scope: &TenantScope,
        pool: &PoolRecord,
        now: Timestamp,
    ) -> Result<u32, Error> {
        let Some(grow) = pool.settings.grow else {
            return Ok(0);
        };
        let conn = self.db.read().await?;
        let mut standing = standing(&conn.tenant(scope), pool, now).await?;
        drop(conn);
        // Most pools have enough, and the carrier need not be asked.
        standing.price = Some(Micros::ZERO);
        if !matches!(growth(grow, standing), Growth::Buy(_)) {
            return Ok(0);
        }
        let Some(desk) = self.carriers.reach(scope, now).await?.desk else {
            return Ok(0);
        };
        let price = prices(&*desk.market, "US").await.of(Kind::Local);
        let found = match offers(&*desk.market, pool.settings.area.clone()).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(pool = %pool.id, %error, "no numbers could be found for a pool");
                return Ok(0);
            }
        };
        let numbers = found.into_iter().filter(|offer| !offer.needs_address);
        let numbers: Vec<E164> = numbers.map(|offer| offer.number).collect();
        let placed = self.order(scope, pool, &desk.sid, (&numbers, price), now);
        let placed = placed.await?;
        if placed > 0 {
            tracing::info!(pool = %pool.id, numbers = placed, "a pool grows");
            self.orders.announce();
        }
        Ok(placed)
    }

    /// Orders as many of these numbers as the pool may have as it is now: the carrier took its time, and
    /// somebody may have changed the pool meanwhile. None where another server was faster.
    async fn order(
        &self,
        scope: &TenantScope,
        pool: &PoolRecord,
        carrier_sid: &str,
        (numbers, price): (&[E164], Option<Micros>),
        now: Timestamp,
    ) -> Result<u32, Error> {
        let conn = self.db.write().await?;
        let tenant = conn.tenant(scope);
        if !tenant.claim_growth(pool.id, pool.grown_at, now).await? {
            return Ok(0);
        }
        let pool = tenant.pool(pool.id).await?;
        let Some(grow) = pool.settings.grow else {
            return Ok(0);
        };
        let standing = Standing {
            price,
            ..standing(&tenant, &pool, now).await?
        };
        let Growth::Buy(count) = growth(grow, standing) else {
            return Ok(0);
        };
        let request = unguessable::id()?;
        let orders = numbers
            .iter()
            .take(count as usize)
            .map(|number| {
                Ok(OrderInput {
                    id: NumberOrderId(unguessable::id()?),
                    carrier_sid: carrier_sid.to_owned(),
                    request,
                    number: number.clone(),
                    monthly: price,
                    label: String::new(),
                    campaign: None,
                    publisher: None,
                    pool: Some(pool.id),
                    ordered_by: format!("the pool {}", pool.settings.name),
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        if orders.is_empty() {
            return Ok(0);
        }
        match tenant.add_orders(&orders, now).await {
            Ok(()) => conn.commit().await?,
            // Somebody else is buying one of them: the next round finds others.
            Err(StoreError::Conflict(Constraint::NumberOrdered)) => return Ok(0),
            Err(error) => return Err(error.into()),
        }
        Ok(u32::try_from(orders.len()).unwrap_or(u32::MAX))
    }
}

/// Of the area that is wanted, or of any if there is none for sale.
async fn offers(
    market: &dyn NumberMarket,
    area: Option<String>,
) -> Result<Vec<Offer>, MarketError> {
    let wanted = area.is_some();
    let found = market.search(&Query::local(area)).await?;
    if found.is_empty() && wanted {
        return market.search(&Query::local(None)).await;
    }
    Ok(found)
}

async fn standing(
    tenant: &Tenant<'_>,
    pool: &PoolRecord,
    now: Timestamp,
) -> Result<Standing, Error> {
    let sizes = tenant.pool_sizes(now).await?;
    let (size, lent) = sizes.get(&pool.id).copied().unwrap_or_default();
    let tags = tenant.dni_tags().await?;
    let tags: Vec<DniTagId> = tags
        .iter()
        .filter(|tag| shows(tag, pool.id))
        .map(|tag| tag.id)
        .collect();
    let recent = VisitFilter {
        from: Some(now.plus_secs(-EACH_S)),
        tags: Some(tags),
        ..VisitFilter::default()
    };
    let counts = tenant.visit_counts(&recent, VisitKey::None).await?;
    let orders = tenant
        .orders_for_pool(pool.id, now.plus_secs(-FAILING_S))
        .await?;
    let open: Vec<&OrderRecord> = orders.iter().filter(|o| o.due_at.is_some()).collect();
    let failed = |order: &OrderRecord| matches!(order.progress.stage, Stage::Failed(_));
    let known = tenant.carrier_numbers().await?;
    let numbers = tenant.pool_numbers(pool.id).await?;
    let rents = numbers
        .iter()
        .map(|number| known.get(&number.slot.number)?.monthly)
        .chain(open.iter().map(|order| order.input.monthly));
    let rents: Vec<Option<Micros>> = rents.collect();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Standing {
        size,
        lent,
        misses: counts.iter().map(|c| c.misses).sum(),
        ordered: count(open.len()),
        monthly: rents.iter().flatten().copied().sum(),
        unpriced: count(rents.iter().filter(|rent| rent.is_none()).count()),
        failing: !orders.is_empty() && orders.iter().all(failed),
        price: None,
    })
}
