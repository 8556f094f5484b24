//! Numbers at the carrier: searching those for sale, comparing the account's with ours, mending what
//! differs, taking in what is not ours yet, giving back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::access::Permission;
use domain::api::carrier_account::Connection;
use domain::api::carrier_number::{
    AT_ONCE_MAX, CarrierNumbers as View, DriftRow, ForeignRow, ImportedNumbers, NumberImportForm,
    NumberSearch, NumberSearchForm, OfferRow,
};
use domain::api::page::Choice;
use domain::carrier_number::{CarrierNumber, Drift, Offer, Prices, Query, Wiring, drift};
use domain::id::{AccountId, NumberId, NumberOrderId};
use domain::invalid::FieldErrors;
use domain::number_order::order_of;
use domain::phone::E164;
use domain::time::Timestamp;
use domain::voice::twiml::ASK_AGAIN;
use store::{
    CarrierNumberRecord, Constraint, Db, NumberRecord, OrderRecord, StoreError, Tenant, TenantScope,
};
use tokio::task::JoinSet;

use crate::carrier_account::CarrierAccounts;
use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::number::{self, TAKEN};
use crate::number_order;
use crate::op::OpCtx;
use crate::port::{MarketError, NumberMarket};
use crate::{campaign, unguessable, zone};

/// Numbers set up at the carrier at the same time.
const TOGETHER: usize = 8;
/// How long the carrier's list may lag behind what was bought, in seconds.
const LAG_S: i64 = 300;
/// For how long a failed order's number is looked for among the carrier's, in seconds: a day.
const FAILED_LOOKED_FOR_S: i64 = 86_400;
/// How long a page waits for prices.
const PRICES_WITHIN: Duration = Duration::from_secs(3);
/// How long what the carrier said of an account's numbers is good, in seconds.
const COMPARED_EACH_S: i64 = 3_600;
/// Accounts that one round of the job compares.
const ROUND_MAX: u64 = 20;

/// See the module.
#[derive(Debug, Clone)]
pub struct CarrierNumbers {
    db: Db,
    accounts: CarrierAccounts,
    base: String,
    /// The account that was compared last: the next round begins behind it.
    turn: Arc<AtomicI64>,
}

/// Our numbers beside the carrier's.
struct Compared {
    ours: Vec<(NumberRecord, Vec<Drift>)>,
    foreign: Vec<CarrierNumber>,
}

impl CarrierNumbers {
    pub(crate) fn new(db: Db, accounts: CarrierAccounts, base: String) -> Self {
        Self {
            db,
            accounts,
            base,
            turn: Arc::default(),
        }
    }

    /// Where the carrier is to send what happens on a number.
    pub(crate) fn wiring(&self) -> Wiring {
        wiring(&self.base)
    }

    /// The page that searches and buys. Without a form nothing is searched for.
    ///
    /// # Errors
    /// What the database says; what the carrier says stands in the page.
    pub async fn search(
        &self,
        op: &OpCtx,
        asked: Option<NumberSearchForm>,
    ) -> Result<NumberSearch, Error> {
        require(op, Permission::EditNumbers)?;
        let reach = self.accounts.reach(&op.scope, op.now).await?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let mut page = NumberSearch {
            connection: reach.connection,
            form: asked.clone().unwrap_or_default(),
            errors: FieldErrors::default(),
            offers: None,
            failed: None,
            monthly: None,
            campaigns: campaign::choices(&tenant).await?,
            publishers: number::publishers(&tenant).await?,
            pools: pools(&tenant).await?,
            request: unguessable::id()?.to_string(),
        };
        drop(conn);
        let (Some(asked), Some(desk)) = (asked, reach.desk) else {
            return Ok(page);
        };
        match asked.check() {
            Ok(query) => ask(&*desk.market, &query, &mut page).await,
            Err(errors) => page.errors = errors,
        }
        Ok(page)
    }

    /// Our numbers beside the carrier's, as they are now.
    ///
    /// # Errors
    /// What the database says; what the carrier says stands in the page.
    pub async fn compare(&self, op: &OpCtx) -> Result<View, Error> {
        require(op, Permission::EditNumbers)?;
        let reach = self.accounts.reach(&op.scope, op.now).await?;
        let (connection, shared) = (reach.connection, reach.shared);
        let mut failed = None;
        let mut compared = Compared {
            ours: Vec::new(),
            foreign: Vec::new(),
        };
        if let Some(desk) = reach.desk {
            match self.look(&op.scope, &*desk.market, op.now).await? {
                Ok(found) => compared = found,
                Err(error) => failed = Some(told(&error)),
            }
        }
        if shared {
            compared.foreign.clear();
        }
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let right = compared.ours.iter().filter(|(_, d)| d.is_empty()).count();
        Ok(View {
            connection,
            failed,
            drifted: compared
                .ours
                .into_iter()
                .filter(|(_, drift)| !drift.is_empty())
                .map(|(number, drift)| DriftRow {
                    id: number.id,
                    display: number.e164.display(),
                    label: number.label,
                    drift,
                })
                .collect(),
            foreign: compared.foreign.into_iter().map(foreign_row).collect(),
            shared,
            right: u32::try_from(right).unwrap_or(u32::MAX),
            checked: zone::stamp(&op.zone, op.now),
            campaigns: campaign::choices(&tenant).await?,
            publishers: number::publishers(&tenant).await?,
        })
    }

    /// Asks the carrier for everything and keeps how ours differ. What an order of ours has bought
    /// without hearing of it is taken in. `now` is from before the carrier was asked.
    async fn look(
        &self,
        scope: &TenantScope,
        market: &dyn NumberMarket,
        now: Timestamp,
    ) -> Result<Result<Compared, MarketError>, Error> {
        let all = match market.all().await {
            Ok(all) => all,
            Err(error) => return Ok(Err(error)),
        };
        let conn = self.db.read().await?;
        let unheard = conn.tenant(scope).orders_not_bought().await?;
        drop(conn);
        let conn = self.db.write().await?;
        let tenant = conn.tenant(scope);
        adopt(&tenant, unheard, &all, now).await?;
        let mut theirs: BTreeMap<String, CarrierNumber> = all
            .into_iter()
            .map(|number| (number.number.as_str().to_owned(), number))
            .collect();
        let wanted = self.wiring();
        let known = tenant.carrier_numbers().await?;
        let (mut ours, mut kept) = (Vec::new(), Vec::new());
        for number in tenant.numbers().await? {
            let found = theirs.remove(number.e164.as_str());
            let drift = match &found {
                Some(found) => drift(found, &wanted),
                None => vec![Drift::Missing],
            };
            // What was bought or set up since is as was said then; and the carrier's list lags.
            let fresh = found.is_none() && number.created_at > now.plus_secs(-LAG_S);
            let newer = known.get(&number.id);
            let newer = newer.filter(|k| k.sid.is_some() && (fresh || k.checked_at > now));
            if let Some(newer) = newer {
                ours.push((number, newer.drift.clone()));
                continue;
            }
            kept.push(CarrierNumberRecord {
                number: number.id,
                sid: found.map(|found| found.sid),
                monthly: None,
                checked_at: now,
                drift: drift.clone(),
                owned: false,
            });
            ours.push((number, drift));
        }
        tenant.keep_carrier_numbers(&kept).await?;
        // What another account of this server lists, or is buying, is not there for this one.
        let left: Vec<E164> = theirs.values().map(|n| n.number.clone()).collect();
        let taken = tenant.numbers_taken(&left).await?;
        let mut foreign = Vec::new();
        for number in theirs.into_values() {
            if !taken.contains(&number.number) && !self.is_anothers(&tenant, &number).await? {
                foreign.push(number);
            }
        }
        conn.commit().await?;
        Ok(Ok(Compared { ours, foreign }))
    }

    /// Whether another account of this server has ordered the number, in the carrier account they share.
    /// What an order of this account bought and somebody removed here can be taken in again.
    async fn is_anothers(
        &self,
        tenant: &Tenant<'_>,
        number: &CarrierNumber,
    ) -> Result<bool, StoreError> {
        let Some(order) = order_of(&number.name) else {
            return Ok(false);
        };
        if self.accounts.connected(tenant).await? == Connection::Own {
            return Ok(false);
        }
        match tenant.order(order).await {
            Ok(_) => Ok(false),
            Err(StoreError::NotFound) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Sets numbers up at the carrier as we want them, [`AT_ONCE_MAX`] at most; how many were.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a number; [`Error::Conflict`] where nothing is connected or the carrier
    /// does not do it.
    pub async fn repair(&self, op: &OpCtx, ids: &[NumberId]) -> Result<u32, Error> {
        require(op, Permission::EditNumbers)?;
        let reach = self.accounts.reach(&op.scope, op.now).await?;
        let shared = reach.shared;
        let market = reach.desk()?.market;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let known = tenant.carrier_numbers().await?;
        let mut wanted = Vec::new();
        for id in ids.iter().take(AT_ONCE_MAX) {
            tenant.number(*id).await.or_missing("number")?;
            let sid = known.get(id).and_then(|known| known.sid.clone());
            let sid = sid.ok_or_else(|| Error::Conflict {
                code: "not_at_carrier",
                message: "The carrier account does not have this number, so it cannot be set up."
                    .to_owned(),
            })?;
            if shared && !known.get(id).is_some_and(|known| known.owned) {
                return Err(not_owned());
            }
            wanted.push((*id, sid));
        }
        drop(conn);
        let done = self.wire(&market, wanted).await;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let mended: Vec<_> = done
            .wired
            .iter()
            .map(|(id, sid)| CarrierNumberRecord {
                number: *id,
                sid: Some(sid.clone()),
                monthly: None,
                checked_at: op.now,
                drift: Vec::new(),
                owned: false,
            })
            .collect();
        tenant.keep_carrier_numbers(&mended).await?;
        conn.commit().await?;
        match done.failed {
            Some(error) => Err(refused(&error)),
            None => Ok(u32::try_from(mended.len()).unwrap_or(u32::MAX)),
        }
    }

    async fn wire(&self, market: &Arc<dyn NumberMarket>, wanted: Vec<(NumberId, String)>) -> Wired {
        let mut wired = Wired::default();
        let mut waiting = wanted.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < TOGETHER && wired.failed.is_none() {
                let Some((id, sid)) = waiting.next() else {
                    break;
                };
                let (market, wiring) = (Arc::clone(market), self.wiring());
                running.spawn(async move {
                    let done = market.wire(&sid, &wiring).await;
                    (id, sid, done)
                });
            }
            match running.join_next().await {
                Some(Ok((id, sid, Ok(())))) => wired.wired.push((id, sid)),
                Some(Ok((_, _, Err(error)))) => wired.failed = Some(error),
                Some(Err(error)) => wired.failed = Some(MarketError::Lost(error.to_string())),
                None => return wired,
            }
        }
    }

    /// Takes numbers of the carrier account in, and sets them up there.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field; [`Error::Conflict`] where nothing is connected, others share the
    /// carrier account, or the carrier does not answer. What is in and could not be set up shows so.
    pub async fn import(
        &self,
        op: &OpCtx,
        form: &NumberImportForm,
    ) -> Result<ImportedNumbers, Error> {
        require(op, Permission::EditNumbers)?;
        let wanted = form.check()?;
        let reach = self.accounts.reach(&op.scope, op.now).await?;
        if reach.shared {
            return Err(not_owned());
        }
        let market = reach.desk()?.market;
        let all = market.all().await.map_err(|error| refused(&error))?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let mut found: Vec<CarrierNumber> = Vec::new();
        for number in all {
            let wanted = wanted.numbers.contains(number.number.as_str());
            if wanted && !self.is_anothers(&tenant, &number).await? {
                found.push(number);
            }
        }
        drop(conn);
        let there: BTreeSet<&str> = found.iter().map(|n| n.number.as_str()).collect();
        if let Some(missing) = wanted.numbers.iter().find(|n| !there.contains(n.as_str())) {
            let shown = missing
                .parse::<E164>()
                .map_or_else(|_| missing.clone(), |n| n.display());
            let message = format!("The carrier account does not have {shown}.");
            return Err(FieldErrors::one("numbers", "unknown", &message).into());
        }
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        if let Some(campaign) = wanted.campaign {
            tenant
                .campaign(campaign)
                .await
                .or_unknown("campaign", "campaign")?;
        }
        if let Some(publisher) = wanted.publisher {
            tenant
                .publisher(publisher)
                .await
                .or_unknown("publisher", "publisher")?;
        }
        let wiring = self.wiring();
        let mut to_wire = Vec::new();
        for number in &found {
            let id = tenant
                .add_number(&number.number, label(&number.name), wanted.campaign, op.now)
                .await
                .or_taken(Constraint::NumberE164, "numbers", TAKEN)?;
            if wanted.publisher.is_some() {
                tenant.set_number_publisher(id, wanted.publisher).await?;
            }
            let kept = CarrierNumberRecord {
                number: id,
                sid: Some(number.sid.clone()),
                monthly: None,
                checked_at: op.now,
                drift: drift(number, &wiring),
                owned: true,
            };
            if kept.drift.iter().any(Drift::is_mendable) {
                to_wire.push(id);
            }
            tenant.keep_carrier_numbers(&[kept]).await?;
        }
        tenant.bump_generation().await?;
        conn.commit().await?;
        let taken = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let asked = u32::try_from(to_wire.len()).unwrap_or(u32::MAX);
        // They are in, whatever becomes of this.
        let wired = match to_wire.as_slice() {
            [] => Ok(0),
            ids => self.repair(op, ids).await,
        };
        let wired = wired.unwrap_or_else(|error| {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "imported numbers could not be set up"
            );
            0
        });
        Ok(ImportedNumbers {
            taken,
            not_set_up: asked.saturating_sub(wired),
        })
    }

    /// Gives a number back to the carrier and removes it here. `typed` is the number as a person typed
    /// it to confirm.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] at `typed`; [`Error::Conflict`] while the number is used
    /// or if the carrier does not do it.
    pub async fn release(&self, op: &OpCtx, id: NumberId, typed: &str) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let number = tenant.number(id).await.or_missing("number")?;
        if typed.parse::<E164>().ok().as_ref() != Some(&number.e164) {
            let message = format!("Type {} to release it.", number.e164.display());
            return Err(FieldErrors::one("typed", "different", &message).into());
        }
        number::unused(&tenant, &number).await?;
        let known = tenant.carrier_number(id).await?;
        drop(conn);
        let reach = self.accounts.reach(&op.scope, op.now).await?;
        if reach.shared && !known.as_ref().is_some_and(|known| known.owned) {
            return Err(not_owned());
        }
        let market = reach.desk()?.market;
        // Looked up anew: what was kept may be an hour old, and giving back cannot be undone. A list
        // that lags may not show what was bought just now.
        let found = market
            .find(&number.e164)
            .await
            .map_err(|error| refused(&error))?;
        let there = found.into_iter().filter(|one| one.number == number.e164);
        let mut sids: Vec<String> = there.map(|one| one.sid).collect();
        if sids.is_empty() {
            sids.extend(known.and_then(|known| known.sid));
        }
        for sid in sids {
            market
                .release(&sid)
                .await
                .map_err(|error| refused(&error))?;
        }
        tracing::info!(number = %id, user = %op.actor.user_id, "released a number");
        let conn = self.db.write().await?;
        match number::take_away(&conn.tenant(&op.scope), id).await {
            Ok(()) => return Ok(conn.commit().await?),
            Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        // Somebody put it to use while the carrier took it back: it stays here, and shows as missing.
        drop(conn);
        let gone = CarrierNumberRecord {
            number: id,
            sid: None,
            monthly: None,
            checked_at: op.now,
            drift: vec![Drift::Missing],
            owned: false,
        };
        let conn = self.db.write().await?;
        conn.tenant(&op.scope).keep_carrier_numbers(&[gone]).await?;
        Ok(conn.commit().await?)
    }

    /// One round of the job: compares the numbers of accounts that were not compared for an hour, some
    /// accounts at a time, in turn. How many accounts were.
    ///
    /// # Errors
    /// What the database says of the list; an account whose carrier does not answer has its turn again.
    pub async fn compare_due(&self, now: Timestamp) -> Result<u32, Error> {
        let before = now.plus_secs(-COMPARED_EACH_S);
        let failed_since = now.plus_secs(-FAILED_LOOKED_FOR_S);
        let after = AccountId(self.turn.load(Ordering::Relaxed));
        let conn = self.db.read().await?;
        let due = conn
            .platform()
            .accounts_to_compare(before, failed_since, after, ROUND_MAX)
            .await?;
        drop(conn);
        // The next round goes on behind them, and begins anew once there are no more.
        let full = due.len() as u64 == ROUND_MAX;
        let last = due.last().filter(|_| full);
        let last = last.map_or(0, |scope| scope.account().0);
        self.turn.store(last, Ordering::Relaxed);
        let mut compared = 0;
        for scope in due {
            match self.compare_one(&scope, now).await {
                Ok(done) => compared += u32::from(done),
                Err(error) => {
                    tracing::warn!(account = %scope.account(), error = &error as &dyn std::error::Error, "numbers could not be compared with the carrier's");
                }
            }
        }
        Ok(compared)
    }

    async fn compare_one(&self, scope: &TenantScope, now: Timestamp) -> Result<bool, Error> {
        let Some(desk) = self.accounts.reach(scope, now).await?.desk else {
            return Ok(false);
        };
        match self.look(scope, &*desk.market, now).await? {
            Ok(_) => Ok(true),
            Err(error) => Err(refused(&error)),
        }
    }
}

/// What is for sale and what it costs, into the page.
async fn ask(market: &dyn NumberMarket, query: &Query, page: &mut NumberSearch) {
    match tokio::join!(market.search(query), prices(market, query.country)) {
        (Ok(offers), prices) => {
            page.offers = Some(offers.iter().map(offer_row).collect());
            page.monthly = prices.of(query.kind).map(|m| m.0);
        }
        (Err(error), _) => page.failed = Some(told(&error)),
    }
}

/// What numbers cost, if the carrier says so soon: one can be bought without, its price is on the bill.
pub(crate) async fn prices(market: &dyn NumberMarket, country: &str) -> Prices {
    let asked = tokio::time::timeout(PRICES_WITHIN, market.prices(country)).await;
    asked.ok().and_then(Result::ok).unwrap_or_default()
}

/// What setting numbers up came to.
#[derive(Default)]
struct Wired {
    wired: Vec<(NumberId, String)>,
    /// What the carrier said last against it.
    failed: Option<MarketError>,
}

/// Takes in what orders have bought and nobody heard of.
async fn adopt(
    tenant: &Tenant<'_>,
    unheard: Vec<OrderRecord>,
    theirs: &[CarrierNumber],
    now: Timestamp,
) -> Result<(), Error> {
    let mut unheard: BTreeMap<NumberOrderId, OrderRecord> = unheard
        .into_iter()
        .map(|order| (order.input.id, order))
        .collect();
    for number in theirs {
        let order = order_of(&number.name).and_then(|id| unheard.remove(&id));
        if let Some(order) = order.filter(|order| order.input.number == number.number) {
            number_order::take_in(tenant, &order, &number.sid, now).await?;
        }
    }
    Ok(())
}

/// Where the carrier is to send what happens on a number.
pub(crate) fn wiring(base: &str) -> Wiring {
    Wiring {
        voice_url: format!("{base}/api/webhooks/voice{ASK_AGAIN}"),
        status_url: format!("{base}/api/webhooks/status{ASK_AGAIN}"),
    }
}

fn not_owned() -> Error {
    Error::Conflict {
        code: "shared_carrier",
        message: "This server’s carrier account is shared, and this number was not bought here. Whoever runs the server can change it, or connect a carrier account of your own."
            .to_owned(),
    }
}

fn refused(error: &MarketError) -> Error {
    Error::Conflict {
        code: "carrier_refused",
        message: told(error),
    }
}

/// What a person reads of the carrier's refusal.
fn told(error: &MarketError) -> String {
    match error {
        MarketError::Busy => "The carrier is busy. Try again in a moment.".to_owned(),
        MarketError::Lost(source) => {
            tracing::warn!(error = source, "the carrier did not answer");
            "The carrier did not answer. Try again.".to_owned()
        }
        MarketError::NotFound => "The carrier does not know it any more.".to_owned(),
        MarketError::Refused(failure) => failure.words(),
    }
}

/// A name given at the carrier as a label here; not the one an order gave.
fn label(name: &str) -> &str {
    let written_as_number = name.parse::<E164>().is_ok();
    if order_of(name).is_some() || written_as_number || name.chars().count() > 80 {
        ""
    } else {
        name.trim()
    }
}

async fn pools(tenant: &Tenant<'_>) -> Result<Vec<Choice>, StoreError> {
    let pools = tenant.pools().await?.into_iter();
    let choices = pools.map(|pool| Choice {
        value: pool.id.to_string(),
        label: pool.settings.name,
        hint: String::new(),
    });
    Ok(choices.collect())
}

fn offer_row(offer: &Offer) -> OfferRow {
    let place = [offer.locality.as_str(), offer.region.as_str()];
    let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
    OfferRow {
        number: offer.number.as_str().to_owned(),
        display: offer.number.display(),
        place: place.join(", "),
        needs_address: offer.needs_address,
    }
}

fn foreign_row(number: CarrierNumber) -> ForeignRow {
    ForeignRow {
        number: number.number.as_str().to_owned(),
        display: number.number.display(),
        name: number.name,
        voice_url: number.wiring.voice_url,
        takes_calls: number.takes_calls,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_carriers_becomes_a_label_if_a_person_gave_it() {
        assert_eq!(label(" Roofs, spring "), "Roofs, spring");
        for none in ["(214) 555-0100", "+12145550100", ""] {
            assert_eq!(label(none), "");
        }
        let ordered = domain::number_order::name_of(NumberOrderId(uuid::Uuid::nil()));
        assert_eq!(label(&ordered), "");
    }
}
