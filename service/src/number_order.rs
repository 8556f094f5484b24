//! Orders for numbers: placed at once, carried out by the job, whatever the carrier does.

use std::sync::Arc;
use std::time::Duration;

use domain::access::Permission;
use domain::api::number_order::{NumberOrderForm, NumberOrderInput, OrderRow, OrderState};
use domain::draw::Draw;
use domain::id::{NumberId, NumberOrderId};
use domain::invalid::FieldErrors;
use domain::money::Micros;
use domain::number_order::{Act, Failure, Progress, Said, Stage, When, name_of, order_of};
use domain::phone::E164;
use domain::time::Timestamp;
use store::{
    CarrierNumberRecord, Constraint, Db, OrderInput, OrderRecord, StoreError, Tenant, TenantScope,
};
use tokio::sync::Notify;

use crate::carrier_account::CarrierAccounts;
use crate::carrier_number::{prices, wiring};
use crate::error::{Error, OrMissing, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::port::{Clock, MarketError, NumberMarket, Purchase};
use crate::{unguessable, zone};

/// Orders of an account that can be open at once.
const OPEN_MAX: u64 = 500;
/// Orders that one round takes a step with.
const ROUND_MAX: u64 = 100;
/// How long one server has a step for itself, in seconds.
const CLAIM_S: i64 = 180;
/// How long it waits for the carrier: well less than that.
const SAID_WITHIN: Duration = Duration::from_secs(120);
/// Orders that are shown at most.
const SHOWN_MAX: u64 = 200;
/// For how long what became of an order is shown, in seconds: a week.
const SHOWN_S: i64 = 7 * 86_400;
/// For how long a bought one is: then it is a number like others.
const BOUGHT_SHOWN_S: u32 = 900;

/// See the module.
#[derive(Clone)]
pub struct NumberOrders {
    db: Db,
    accounts: CarrierAccounts,
    clock: Arc<dyn Clock>,
    base: String,
    placed: Arc<Notify>,
}

impl std::fmt::Debug for NumberOrders {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NumberOrders").finish_non_exhaustive()
    }
}

impl NumberOrders {
    pub(crate) fn new(
        db: Db,
        accounts: CarrierAccounts,
        clock: Arc<dyn Clock>,
        base: String,
    ) -> Self {
        Self {
            db,
            accounts,
            clock,
            base,
            placed: Arc::default(),
        }
    }

    /// Waits until somebody orders at this server.
    pub async fn placed(&self) {
        self.placed.notified().await;
    }

    /// Orders numbers. The same request again is the same order.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field; [`Error::Conflict`] where no carrier account is connected.
    pub async fn place(
        &self,
        op: &OpCtx,
        form: &NumberOrderForm,
    ) -> Result<Vec<NumberOrderId>, Error> {
        require(op, Permission::EditNumbers)?;
        let new = form.check()?;
        let conn = self.db.read().await?;
        let before = conn.tenant(&op.scope).orders_of(new.request).await?;
        drop(conn);
        if !before.is_empty() {
            return same_order(&before, &new);
        }
        let desk = self.accounts.reach(&op.scope, op.now).await?.desk()?;
        let prices = prices(&*desk.market, new.country).await;
        let placed = self.keep(op, &new, &desk.sid, prices.of(new.kind)).await?;
        self.placed.notify_one();
        Ok(placed)
    }

    /// Says that orders were placed, so that they are begun at once.
    pub(crate) fn announce(&self) {
        self.placed.notify_one();
    }

    async fn keep(
        &self,
        op: &OpCtx,
        new: &NumberOrderInput,
        carrier_sid: &str,
        monthly: Option<Micros>,
    ) -> Result<Vec<NumberOrderId>, Error> {
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
        if let Some(pool) = new.pool {
            tenant.pool(pool).await.or_unknown("pool", "pool")?;
        }
        let open = tenant.orders_open().await?;
        if open + new.numbers.len() as u64 > OPEN_MAX {
            let message = format!("{open} numbers are being bought. Wait until they are.");
            return Err(FieldErrors::one("numbers", "too_many", &message).into());
        }
        let ours = tenant.numbers().await?;
        if let Some(known) = new
            .numbers
            .iter()
            .find(|number| ours.iter().any(|own| own.e164 == **number))
        {
            let message = format!("{} is in this account already.", known.display());
            return Err(FieldErrors::one("numbers", "taken", &message).into());
        }
        let orders = new
            .numbers
            .iter()
            .map(|number| {
                Ok(OrderInput {
                    id: NumberOrderId(unguessable::id()?),
                    carrier_sid: carrier_sid.to_owned(),
                    request: new.request,
                    number: number.clone(),
                    monthly,
                    label: new.label.clone(),
                    campaign: new.campaign,
                    publisher: new.publisher,
                    pool: new.pool,
                    ordered_by: op.actor.name.clone(),
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        match tenant.add_orders(&orders, op.now).await {
            Ok(()) => {
                conn.commit().await?;
                Ok(orders.iter().map(|order| order.id).collect())
            }
            Err(StoreError::Conflict(Constraint::NumberOrdered)) => {
                drop(conn);
                // The same request at the same moment, or somebody else's order.
                let conn = self.db.read().await?;
                let same = conn.tenant(&op.scope).orders_of(new.request).await?;
                if same.is_empty() {
                    let message = "One of these numbers is being bought already. Search again.";
                    return Err(FieldErrors::one("numbers", "ordered", message).into());
                }
                same_order(&same, new)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Takes an order that is over off the list.
    ///
    /// # Errors
    /// [`Error::NotFound`], also of one that is open.
    pub async fn dismiss(&self, op: &OpCtx, id: NumberOrderId) -> Result<(), Error> {
        require(op, Permission::EditNumbers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.dismiss_order(id).await.or_missing("order")?;
        Ok(conn.commit().await?)
    }

    /// One round of the job: takes a step with every order that goes on by now. How many did.
    ///
    /// # Errors
    /// What the database says of the list; an order that fails to be kept is tried again.
    pub async fn work(&self) -> Result<u32, Error> {
        let now = self.clock.now();
        let conn = self.db.read().await?;
        let due = conn.platform().due_orders(now, ROUND_MAX).await?;
        drop(conn);
        let mut running = tokio::task::JoinSet::new();
        let mut steps = 0;
        for (scope, order) in due {
            // The adapter bounds what an account asks at once; this bounds the tasks.
            if running.len() >= 16 {
                steps += counted(running.join_next().await);
            }
            let this = self.clone();
            running.spawn(async move {
                let id = order.input.id;
                match this.step(&scope, order).await {
                    Ok(took) => took,
                    Err(error) => {
                        tracing::warn!(order = %id, error = &error as &dyn std::error::Error, "an order could not go on");
                        false
                    }
                }
            });
        }
        while !running.is_empty() {
            steps += counted(running.join_next().await);
        }
        Ok(steps)
    }

    /// Whether this server took the step.
    async fn step(&self, scope: &TenantScope, order: OrderRecord) -> Result<bool, Error> {
        let (Some(act), Some(due)) = (order.progress.next(), order.due_at) else {
            return Ok(false);
        };
        let now = self.clock.now();
        let (id, until) = (order.input.id, now.plus_secs(CLAIM_S));
        let conn = self.db.write().await?;
        let begun = order.progress.begun(act);
        let ours = conn
            .tenant(scope)
            .claim_order(id, due, &begun, until)
            .await?;
        conn.commit().await?;
        if !ours {
            return Ok(false);
        }
        // The claim outlasts the wait, so that nobody else asks meanwhile.
        let said = tokio::time::timeout(SAID_WITHIN, self.say(scope, &order, act, now)).await;
        let said = said.unwrap_or(Said::Lost);
        let now = self.clock.now();
        let when = When {
            now,
            ordered_at: order.ordered_at,
        };
        let mut draw = Draw::from_seed(unguessable::id()?.as_u64_pair().0);
        let (after, due) = Progress::after(&order.progress, said, when, &mut draw);
        if let Stage::Failed(failure) = &after.stage {
            tracing::warn!(order = %id, reason = failure.words(), "a number was not bought");
        }
        let conn = self.db.write().await?;
        let tenant = conn.tenant(scope);
        let ours = tenant.keep_order(id, until, &after, due, now).await?;
        match &after.stage {
            // Whatever another server thought of it meanwhile: it is bought.
            Stage::Bought(sid) => take_in(&tenant, &order, sid, now).await?,
            _ if !ours => return Ok(false),
            _ => {}
        }
        conn.commit().await?;
        Ok(true)
    }

    /// Asks the carrier; outside any transaction, for it may take seconds.
    async fn say(
        &self,
        scope: &TenantScope,
        order: &OrderRecord,
        act: Act,
        now: Timestamp,
    ) -> Said {
        let desk = match self.accounts.reach(scope, now).await {
            Ok(reach) => reach.desk,
            Err(error) => {
                tracing::warn!(order = %order.input.id, error = &error as &dyn std::error::Error, "nobody could be asked");
                return Said::Refused(Failure::Login);
            }
        };
        // In another carrier account nothing is known of it, and it would be bought again.
        let Some(desk) = desk.filter(|desk| desk.sid == order.input.carrier_sid) else {
            return Said::Refused(Failure::NotConnected);
        };
        let done = match act {
            Act::Buy => self.buy(&*desk.market, &order.input).await,
            Act::Look => look(&*desk.market, &order.input).await,
        };
        done.unwrap_or_else(|error| match error {
            MarketError::Busy => Said::Busy,
            MarketError::Lost(_) => Said::Lost,
            MarketError::NotFound => Said::Refused(Failure::Login),
            MarketError::Refused(failure) => Said::Refused(failure),
        })
    }

    async fn buy(
        &self,
        market: &dyn NumberMarket,
        order: &OrderInput,
    ) -> Result<Said, MarketError> {
        let purchase = Purchase {
            number: order.number.clone(),
            name: name_of(order.id),
            wiring: wiring(&self.base),
        };
        market.buy(&purchase).await.map(Said::Bought)
    }
}

async fn look(market: &dyn NumberMarket, order: &OrderInput) -> Result<Said, MarketError> {
    let found = market.find(&order.number).await?;
    let there = found.iter().filter(|one| one.number == order.number);
    let mut said = Said::NotThere;
    for one in there {
        if order_of(&one.name) == Some(order.id) {
            return Ok(Said::Ours(one.sid.clone()));
        }
        said = Said::Others;
    }
    Ok(said)
}

fn counted(done: Option<Result<bool, tokio::task::JoinError>>) -> u32 {
    match done {
        Some(Ok(took)) => u32::from(took),
        Some(Err(error)) => {
            tracing::error!(%error, "an order's step did not end");
            0
        }
        None => 0,
    }
}

/// Takes a bought number in, with what was ordered for it, and notes at the order that it is bought.
pub(crate) async fn take_in(
    tenant: &Tenant<'_>,
    order: &OrderRecord,
    sid: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let input = &order.input;
    if let Some(found) = order.progress.found(sid) {
        tenant.order_found(input.id, &found, now).await?;
    }
    let known = tenant.numbers().await?;
    let known = known.iter().find(|known| known.e164 == input.number);
    let number = match known {
        // Somebody typed it in meanwhile.
        Some(known) => known.id,
        None => {
            let taken = tenant.numbers_taken(std::slice::from_ref(&input.number));
            if !taken.await?.is_empty() {
                tracing::error!(order = %input.id, "a bought number is listed by another account");
                return Ok(());
            }
            add(tenant, input, now).await?
        }
    };
    let kept = CarrierNumberRecord {
        number,
        sid: Some(sid.to_owned()),
        monthly: input.monthly,
        checked_at: now,
        drift: Vec::new(),
        owned: true,
    };
    tenant.keep_carrier_numbers(&[kept]).await?;
    tenant.bump_generation().await?;
    tracing::info!(order = %input.id, "bought a number");
    Ok(())
}

async fn add(tenant: &Tenant<'_>, input: &OrderInput, now: Timestamp) -> Result<NumberId, Error> {
    let campaign = match input.pool {
        Some(_) => None,
        None => input.campaign,
    };
    let id = tenant
        .add_number(&input.number, &input.label, campaign, now)
        .await?;
    if input.publisher.is_some() {
        tenant.set_number_publisher(id, input.publisher).await?;
    }
    if let Some(pool) = input.pool {
        match tenant.pool(pool).await {
            Ok(_) => tenant.add_to_pool(pool, &[id]).await?,
            // The pool is gone; the number is not.
            Err(StoreError::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(id)
}

/// The order that the same request placed before. A page that was gone back to sends it for others.
fn same_order(before: &[OrderRecord], new: &NumberOrderInput) -> Result<Vec<NumberOrderId>, Error> {
    let ordered = |number: &E164| before.iter().any(|order| order.input.number == *number);
    if before.len() == new.numbers.len() && new.numbers.iter().all(ordered) {
        return Ok(before.iter().map(|order| order.input.id).collect());
    }
    let message = "This page has ordered other numbers before. Search again to order more.";
    Err(FieldErrors::one("numbers", "ordered", message).into())
}

/// The orders that the list of numbers shows: open ones, and what became of the latest.
pub(crate) async fn rows(tenant: &Tenant<'_>, op: &OpCtx) -> Result<Vec<OrderRow>, StoreError> {
    let since = op.now.plus_secs(-SHOWN_S);
    let orders = tenant.orders_since(since, SHOWN_MAX).await?.into_iter();
    let shown = orders.filter(|order| match order.progress.stage {
        Stage::Bought(_) => op.now.secs_since(order.ordered_at) < BOUGHT_SHOWN_S,
        _ => true,
    });
    Ok(shown.map(|order| row(op, order)).collect())
}

fn row(op: &OpCtx, order: OrderRecord) -> OrderRow {
    let (state, words) = match &order.progress.stage {
        Stage::Waiting | Stage::Unsure if order.progress.troubles > 0 => {
            let words = "The carrier is slow to answer. This goes on by itself.";
            (OrderState::Open, words.to_owned())
        }
        Stage::Waiting | Stage::Unsure => (OrderState::Open, String::new()),
        Stage::Bought(_) => (OrderState::Bought, String::new()),
        Stage::Failed(failure) => (OrderState::Failed, failure.words()),
    };
    OrderRow {
        id: order.input.id,
        display: order.input.number.display(),
        state,
        words,
        ordered: zone::stamp(&op.zone, order.ordered_at),
        ordered_by: order.input.ordered_by,
    }
}
