//! RTB targets: targets that bid for each call.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::rtb_target::{
    CheckedRtbTarget, Placed, RtbTargetChoices, RtbTargetDetail, RtbTargetForm, RtbTargetRow,
    Trial, TrialForm, host, tokens,
};
use domain::api::target::TargetForm;
use domain::id::{BuyerId, TargetGroupId, TargetId};
use domain::invalid::FieldErrors;
use domain::rtb::answer::places;
use domain::rtb::auction::DEADLINE_MS_DEFAULT;
use domain::rtb::bid::{Refusal, Reply};
use domain::rtb::bidder::Bidder;
use domain::rtb::health::Health;
use domain::time::Timestamp;
use store::{BuyerRecord, Conn, Constraint, Db, PingFilter, StoreError, TargetRecord, Tenant};

use crate::auction::bidding::Bidding;
use crate::auction::{ReadyBidder, about_test, kept};
use crate::call::view::Names;
use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::port::Bidders;
use crate::rtb_ping::{self, PingNames};
use crate::target::TargetRows;

const TAKEN: &str = "This buyer has another target of this name.";
/// Pings that an RTB target's page shows.
const PINGS_SHOWN: u64 = 20;
/// Pings whose times are looked at.
const TIMES_MAX: u64 = 5_000;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;
/// The days before that the last hour is compared with.
const USUAL_S: i64 = 7 * DAY_S;

/// See the module.
#[derive(Clone)]
pub struct RtbTargets {
    db: Db,
    bidding: Bidding,
    bidders: Arc<dyn Bidders>,
}

impl RtbTargets {
    pub(crate) fn new(db: Db, bidding: Bidding, bidders: Arc<dyn Bidders>) -> Self {
        Self {
            db,
            bidding,
            bidders,
        }
    }

    /// All RTB targets with how they fare, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<Vec<RtbTargetRow>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let facts = Facts24::load(&conn, op, None).await?;
        let tenant = conn.tenant(&op.scope);
        let mut targets = tenant.targets().await?;
        targets.extend(tenant.archived_targets().await?);
        Ok(targets.iter().filter_map(|t| facts.row(t)).collect())
    }

    /// What a new RTB target can be made for.
    ///
    /// # Errors
    /// What the database says.
    pub async fn choices(&self, op: &OpCtx) -> Result<RtbTargetChoices, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let buyers = conn.tenant(&op.scope).buyers().await?;
        let choice = |buyer: &BuyerRecord| Choice {
            value: buyer.id.to_string(),
            label: buyer.name.clone(),
            hint: String::new(),
        };
        Ok(RtbTargetChoices {
            buyers: buyers.iter().map(choice).collect(),
            tokens: tokens(),
        })
    }

    /// An RTB target with its settings and latest pings.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a target that does not bid.
    pub async fn detail(&self, op: &OpCtx, id: TargetId) -> Result<RtbTargetDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let (target, bidder) = bidder(&tenant, id).await?;
        let facts = Facts24::load(&conn, op, Some(id)).await?;
        let row = facts.row(&target).ok_or(Error::NotFound("RTB target"))?;
        let filter = PingFilter {
            target: Some(id),
            ..PingFilter::default()
        };
        let pings = tenant.pings(&filter, PINGS_SHOWN).await?;
        let day = PingFilter {
            since: Some(op.now.plus_secs(-DAY_S)),
            ..filter
        };
        let sums = tenant.ping_sums(&day).await?;
        let whose = rtb_ping::whose(&tenant, &pings).await?;
        let names = PingNames::load(&tenant, Names::load(&conn, op).await?).await?;
        let secret = |secret: &str| !secret.is_empty();
        Ok(RtbTargetDetail {
            row,
            has_secret: secret(bidder.request.auth.secret()),
            confirm_has_secret: (bidder.confirmation.as_ref())
                .is_some_and(|step| secret(step.request.auth.secret())),
            form: RtbTargetForm::of(&CheckedRtbTarget {
                name: target.input.name.clone(),
                sub_id: target.settings.sub_id.clone(),
                destination: target.input.destination.clone(),
                bidder,
            }),
            rejects: rtb_ping::rejects(&sums),
            pings: (pings.iter())
                .map(|ping| names.row(op, ping, ping.ping.at, whose.get(&ping.call)))
                .collect(),
            tokens: tokens(),
        })
    }

    /// Adds an RTB target to a buyer.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &RtbTargetForm) -> Result<TargetId, Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let mut errors = FieldErrors::default();
        let checked = errors.take(self.check(form, None));
        let buyer = form.buyer.trim().parse::<BuyerId>();
        if buyer.is_err() {
            errors.add("buyer", "required", "Choose the buyer who bids.");
        }
        let (Some(checked), Ok(buyer)) = (checked, buyer) else {
            return Err(errors.into());
        };
        tenant.buyer(buyer).await.or_unknown("buyer", "buyer")?;
        // All else is its buyer's until somebody says otherwise.
        let plain = TargetForm {
            name: checked.name.clone(),
            kind: checked.destination.kind().to_owned(),
            number: form.number.clone(),
            sip: form.sip.clone(),
            ..TargetForm::of_buyer()
        };
        let mut target = plain.check()?;
        target.settings.sub_id = checked.sub_id;
        target.settings.bidder = Some(Box::new(checked.bidder));
        let id = tenant
            .add_target(buyer, &target.input, op.now)
            .await
            .or_taken(Constraint::TargetName, "name", TAKEN)?;
        tenant.set_target_settings(id, &target.settings).await?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces how an RTB target bids; its hours, caps and filters stay.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(
        &self,
        op: &OpCtx,
        id: TargetId,
        form: &RtbTargetForm,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let (before, stored) = bidder(&tenant, id).await?;
        let checked = self.check(form, Some(&stored))?;
        let (mut input, mut settings) = (before.input, before.settings);
        if input.destination != checked.destination {
            // A password is not to be sent to another address.
            settings.sip = None;
        }
        input.name = checked.name;
        input.destination = checked.destination;
        settings.sub_id = checked.sub_id;
        settings.bidder = Some(Box::new(checked.bidder));
        tenant
            .update_target(id, &input)
            .await
            .or_taken(Constraint::TargetName, "name", TAKEN)?;
        tenant.set_target_settings(id, &settings).await?;
        Ok(conn.commit().await?)
    }

    /// Sends a test ping by what a form says, saved or not, and tells all that came back. Nothing is
    /// kept of it.
    ///
    /// # Errors
    /// [`Error::NotFound`] for the target whose secrets are used, [`Error::Invalid`] at a field.
    pub async fn try_out(
        &self,
        op: &OpCtx,
        id: Option<TargetId>,
        form: &RtbTargetForm,
        about: &TrialForm,
    ) -> Result<Trial, Error> {
        require(op, Permission::EditBuyers)?;
        let stored = match id {
            None => None,
            Some(id) => {
                let conn = self.db.read().await?;
                Some(bidder(&conn.tenant(&op.scope), id).await?.1)
            }
        };
        let mut errors = FieldErrors::default();
        let named = RtbTargetForm {
            // What it is called does not matter yet.
            name: match form.name.trim() {
                "" => "Test".to_owned(),
                name => name.to_owned(),
            },
            ..form.clone()
        };
        let checked = errors.take(self.check(&named, stored.as_ref()));
        let call = errors.take(about.check());
        let (Some(checked), Some(call)) = (checked, call) else {
            return Err(errors.into());
        };
        let ready = Arc::new(ReadyBidder::new(
            id.unwrap_or(TargetId(0)),
            &checked.name,
            &checked.sub_id,
            &checked.bidder,
            &checked.destination,
        ));
        let about = about_test(&call.caller, &call.tags);
        let within_ms = checked.bidder.has_ms(DEADLINE_MS_DEFAULT);
        let (inquiry, answered, outcome) = self.bidding.try_out(&ready, &about, within_ms).await;
        let shown = inquiry.shown();
        Ok(Trial {
            request: rtb_ping::line(&shown),
            sent: rtb_ping::sent(&shown),
            status: answered
                .status
                .map(|status| format!("HTTP {status}"))
                .unwrap_or_default(),
            took_ms: answered.took_ms,
            places: places(&answered.body)
                .into_iter()
                .map(|place| Placed {
                    path: place.path,
                    value: place.value,
                })
                .collect(),
            answer: kept(&answered.body),
            values: match &answered.reply {
                Reply::Answered { values, .. } => rtb_ping::values(values),
                _ => Vec::new(),
            },
            bid: outcome.is_ok(),
            words: match outcome {
                Ok(bid) => {
                    let net = if bid.net == bid.amount {
                        String::new()
                    } else {
                        format!(", {} after the deduction", bid.net)
                    };
                    format!(
                        "A bid of {}{net}. The call would go to {}.",
                        bid.amount,
                        bid.destination.display()
                    )
                }
                Err(refusals) => {
                    let all: Vec<String> = refusals.iter().map(Refusal::sentence).collect();
                    all.join(" ")
                }
            },
        })
    }

    fn check(
        &self,
        form: &RtbTargetForm,
        stored: Option<&Bidder>,
    ) -> Result<CheckedRtbTarget, FieldErrors> {
        let mut errors = FieldErrors::default();
        let checked = errors.take(form.check_over(stored));
        let confirms = form.confirm != "off";
        for (field, request) in [
            ("request.url", Some(&form.request)),
            (
                "confirm_request.url",
                Some(&form.confirm_request).filter(|_| confirms),
            ),
        ] {
            let url = request
                .map(|request| request.url.trim())
                .unwrap_or_default();
            if errors.message(field).is_none()
                && let Some(why) = (!url.is_empty())
                    .then(|| self.bidders.refuses(url))
                    .flatten()
            {
                errors.add(field, "forbidden", why);
            }
        }
        match checked {
            Some(checked) if errors.is_empty() => Ok(checked),
            _ => Err(errors),
        }
    }
}

impl std::fmt::Debug for RtbTargets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RtbTargets").finish_non_exhaustive()
    }
}

/// A target with how it bids.
async fn bidder(tenant: &Tenant<'_>, id: TargetId) -> Result<(TargetRecord, Bidder), Error> {
    let target = tenant.target(id).await.or_missing("RTB target")?;
    match target.settings.bidder.as_deref().cloned() {
        Some(bidder) => Ok((target, bidder)),
        None => Err(Error::NotFound("RTB target")),
    }
}

/// How RTB targets fare, loaded once.
struct Facts24 {
    rows: TargetRows,
    buyers: Vec<BuyerRecord>,
    trees: BTreeMap<TargetId, Vec<(TargetGroupId, String)>>,
    day: BTreeMap<TargetId, Health>,
    hour: BTreeMap<TargetId, Health>,
    usual: BTreeMap<TargetId, Health>,
}

impl Facts24 {
    async fn load(conn: &Conn, op: &OpCtx, only: Option<TargetId>) -> Result<Self, Error> {
        let tenant = conn.tenant(&op.scope);
        let mut trees: BTreeMap<TargetId, Vec<(TargetGroupId, String)>> = BTreeMap::new();
        for record in tenant.target_groups().await? {
            let group = record.group;
            for member in group.members.iter().filter(|_| group.auction.is_some()) {
                let of = trees.entry(member.target).or_default();
                of.push((group.id, group.name.clone()));
            }
        }
        let hour_ago = op.now.plus_secs(-HOUR_S);
        let mut day = health(&tenant, only, op.now.plus_secs(-DAY_S), None).await?;
        let mut times: BTreeMap<TargetId, Vec<u32>> = BTreeMap::new();
        let day_ago = op.now.plus_secs(-DAY_S);
        for (target, took_ms) in tenant.ping_times(only, day_ago, TIMES_MAX).await? {
            times.entry(target).or_default().push(took_ms);
        }
        for (target, times) in times {
            day.entry(target).or_default().time(times);
        }
        for dials in tenant.dial_sums(day_ago).await? {
            if let Some(health) = day.get_mut(&dials.target) {
                health.dialed += dials.dialed;
                health.connected += dials.connected;
            }
        }
        Ok(Self {
            rows: TargetRows::load(conn, op).await?,
            buyers: tenant.buyers().await?,
            trees,
            day,
            hour: health(&tenant, only, hour_ago, None).await?,
            usual: health(&tenant, only, op.now.plus_secs(-USUAL_S), Some(hour_ago)).await?,
        })
    }

    /// None for a target that does not bid.
    fn row(&self, target: &TargetRecord) -> Option<RtbTargetRow> {
        let bidder = target.settings.bidder.as_deref()?;
        let buyer = self.buyers.iter().find(|b| b.id == target.buyer)?;
        let row = self.rows.row(target, buyer);
        let of =
            |all: &BTreeMap<TargetId, Health>| all.get(&target.id).copied().unwrap_or_default();
        let url = bidder.request.url.to_string();
        let host = host(&url);
        Some(RtbTargetRow {
            id: target.id,
            name: row.name,
            buyer: row.buyer,
            buyer_name: row.buyer_name,
            activity: target.activity,
            now: row.now,
            host: host
                .split_once("://")
                .map_or(host, |(_, host)| host)
                .to_owned(),
            trees: self.trees.get(&target.id).cloned().unwrap_or_default(),
            health: of(&self.day),
            warning: of(&self.hour)
                .degraded(&of(&self.usual))
                .unwrap_or_default(),
        })
    }
}

async fn health(
    tenant: &Tenant<'_>,
    target: Option<TargetId>,
    since: Timestamp,
    until: Option<Timestamp>,
) -> Result<BTreeMap<TargetId, Health>, StoreError> {
    let filter = PingFilter {
        since: Some(since),
        until,
        target,
        ..PingFilter::default()
    };
    let mut all: BTreeMap<TargetId, Health> = BTreeMap::new();
    for sums in tenant.ping_sums(&filter).await? {
        if !sums.confirms {
            let health = all.entry(sums.target).or_default();
            health.count(sums.verdict, sums.pings);
        }
    }
    Ok(all)
}

/// What bidders fare worse than usual, by name: for the dashboard.
pub(crate) async fn degraded(
    conn: &Conn,
    op: &OpCtx,
) -> Result<Vec<(TargetId, String, String)>, Error> {
    let tenant = conn.tenant(&op.scope);
    let targets = tenant.targets().await?;
    let bidders: Vec<&TargetRecord> = (targets.iter())
        .filter(|t| t.settings.bidder.is_some())
        .collect();
    if bidders.is_empty() {
        return Ok(Vec::new());
    }
    let hour_ago = op.now.plus_secs(-HOUR_S);
    let hour = health(&tenant, None, hour_ago, None).await?;
    let usual = health(&tenant, None, op.now.plus_secs(-USUAL_S), Some(hour_ago)).await?;
    let of =
        |all: &BTreeMap<TargetId, Health>, id: TargetId| all.get(&id).copied().unwrap_or_default();
    let worse = bidders.into_iter().filter_map(|target| {
        let words = of(&hour, target.id).degraded(&of(&usual, target.id))?;
        Some((target.id, target.input.name.clone(), words))
    });
    Ok(worse.collect())
}
