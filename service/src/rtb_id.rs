//! RTB ids: made and changed by people, tried from their page.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::Choice;
use domain::api::rtb_id::{
    BidFigures, KeyKind, RtbIdChoices, RtbIdDetail, RtbIdForm, RtbIdInput, RtbIdList, RtbIdRow,
    TestPingForm, TestPingView,
};
use domain::id::{NumberId, RtbId};
use domain::invalid::FieldErrors;
use domain::ledger::payout::words::percent;
use domain::money::Micros;
use domain::phone::E164;
use domain::rtb_id::pass_through::Margin;
use domain::rtb_id::ping::Ping;
use domain::rtb_id::settings::{Environment, Offering, PingKey, RtbIdSettings};
use store::{BidFilter, BidRecord, BidSums, Constraint, Db, Tenant};

use crate::error::{Error, OrMissing, OrTaken, OrUnknown};
use crate::guard::require;
use crate::op::OpCtx;
use crate::rtb_bid::view::BidNames;
use crate::rtb_bid::{Pinged, RtbBids, view};
use crate::{campaign, unguessable, zone};

pub use store::RtbIdRecord;

const TAKEN: &str = "This publisher has an RTB id in this campaign already. Change that one.";
/// Bids that an id's page shows.
const LATEST: u64 = 20;
/// How far back the list looks for the last ping, in days.
const LAST_DAYS: i64 = 30;

/// See the module.
#[derive(Clone, Debug)]
pub struct RtbIds {
    db: Db,
    bids: RtbBids,
    base: String,
}

impl RtbIds {
    pub(crate) fn new(db: Db, bids: RtbBids, base: String) -> Self {
        Self { db, bids, base }
    }

    /// All RTB ids, by publisher.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<RtbIdList, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let names = BidNames::load(&tenant).await?;
        let records = tenant.rtb_ids().await?;
        let mut rows = Vec::new();
        let last = tenant
            .last_pings(op.now.plus_secs(-LAST_DAYS * 86_400))
            .await?;
        let mut sums: BTreeMap<RtbId, Vec<BidSums>> = BTreeMap::new();
        for one in today(&tenant, op, None).await? {
            sums.entry(one.rtb_id).or_default().push(one);
        }
        for record in &records {
            let mut row = row(&names, record);
            row.today = figures(sums.get(&record.id).map_or(&[], Vec::as_slice));
            row.last = last.get(&record.id).map(|at| zone::stamp(&op.zone, *at));
            rows.push(row);
        }
        rows.sort_by_key(|row| {
            (
                row.publisher_name.to_lowercase(),
                row.campaign_name.to_lowercase(),
            )
        });
        Ok(RtbIdList {
            rows,
            choices: self.choices(&tenant).await?,
        })
    }

    /// An RTB id with what its publisher's programmer is told, and what it was asked last.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: RtbId) -> Result<RtbIdDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let record = tenant.rtb_id(id).await.or_missing("RTB id")?;
        let names = BidNames::load(&tenant).await?;
        let lists = tenant.lists().await?;
        let sums = today(&tenant, op, Some(id)).await?;
        let filter = BidFilter {
            rtb_id: Some(id),
            ..BidFilter::default()
        };
        let latest = tenant.bids(&filter, LATEST).await?;
        let edits = op.actor.allows(Permission::EditPublishers);
        let mut row = row(&names, &record);
        row.today = figures(&sums);
        row.last = latest
            .first()
            .map(|b| zone::stamp(&op.zone, b.bid.asked_at));
        let [production, test, sandbox] = Environment::ALL.map(|one| self.url(one, id));
        Ok(RtbIdDetail {
            instructions: instructions(&record.settings, &production, self.bids.sip_host()),
            example: example(&record.settings, &test),
            secret: match &record.settings.key {
                PingKey::Bearer { token } if edits => token.clone(),
                PingKey::Hmac { secret } if edits => secret.clone(),
                _ => String::new(),
            },
            form: RtbIdForm::of(
                Some((record.campaign, record.publisher)),
                &record.settings,
                &lists,
                &numbers_of(&tenant, &record.settings).await?,
            ),
            choices: self.choices(&tenant).await?,
            latest: (latest.iter()).map(|b| view::row(&names, op, b)).collect(),
            reasons: view::reasons(&sums),
            production,
            test,
            sandbox,
            row,
        })
    }

    /// All RTB ids as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<RtbIdRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).rtb_ids().await?)
    }

    /// The address of an id without its ending.
    #[must_use]
    pub fn url(&self, environment: Environment, id: RtbId) -> String {
        format!("{}/v1/{}/{}", self.base, environment.code(), id.0.simple())
    }

    /// Adds an RTB id under an address that nobody can guess.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &RtbIdForm) -> Result<RtbId, Error> {
        self.create_as(op, RtbId(unguessable::id()?), form).await
    }

    /// Adds one under an id chosen by the caller: the demo is the same on every machine.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create_as(&self, op: &OpCtx, id: RtbId, form: &RtbIdForm) -> Result<RtbId, Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let lists = tenant.lists().await?;
        let new = form.check_with(Some(&lists))?;
        (tenant.campaign(new.campaign).await).or_unknown("campaign", "campaign")?;
        (tenant.publisher(new.publisher).await).or_unknown("publisher", "publisher")?;
        let settings = self.ready(&tenant, &new, None).await?;
        let whose = (new.campaign, new.publisher);
        let added = tenant.add_rtb_id(id, whose, &settings, op.now).await;
        added.or_taken(Constraint::RtbIdPair, "publisher", TAKEN)?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces what an RTB id is set up to do; its address, campaign and publisher stay.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, id: RtbId, form: &RtbIdForm) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let before = tenant.rtb_id(id).await.or_missing("RTB id")?;
        let lists = tenant.lists().await?;
        let form = RtbIdForm {
            campaign: before.campaign.to_string(),
            publisher: before.publisher.to_string(),
            ..form.clone()
        };
        let new = form.check_with(Some(&lists))?;
        let key = &before.settings.key;
        let settings = self.ready(&tenant, &new, Some(key)).await?;
        tenant.update_rtb_id(id, &settings).await?;
        Ok(conn.commit().await?)
    }

    /// Switches an RTB id on or off. One that is off says so to whoever asks.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_enabled(&self, op: &OpCtx, id: RtbId, enabled: bool) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let changed = conn.tenant(&op.scope).set_rtb_id_enabled(id, enabled).await;
        changed.or_missing("RTB id")?;
        Ok(conn.commit().await?)
    }

    /// Sends a test ping, as a publisher's program would: what it is answered, and why. Nothing is held
    /// for it, and its number cannot be called.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn test(
        &self,
        op: &OpCtx,
        id: RtbId,
        form: &TestPingForm,
    ) -> Result<TestPingView, Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        // Another account's is none, whoever may ask it from outside.
        tenant.rtb_id(id).await.or_missing("RTB id")?;
        let names = BidNames::load(&tenant).await?;
        drop(conn);
        let ping = Ping::read(&form.check()?);
        let pinged = (self.bids)
            .ping(Environment::Test, id, &ping, |_| true, op.now)
            .await?;
        let Pinged::Answered(bid) = pinged else {
            return Err(Error::NotFound("RTB id"));
        };
        let answer = bid.answer(op.now);
        let record = BidRecord {
            bid: *bid,
            came_at: None,
        };
        Ok(TestPingView {
            answer: match form.format.as_str() {
                "xml" => answer.xml().replace("><", ">\n<"),
                _ => over_lines(&answer.json()),
            },
            bid: view::row(&names, op, &record),
        })
    }

    async fn choices(&self, tenant: &Tenant<'_>) -> Result<RtbIdChoices, Error> {
        let publishers = tenant.publishers().await?;
        let pools = tenant.pools_of_numbers().await?;
        let numbers = tenant.numbers().await?;
        let free = numbers.iter().filter(|n| !pools.contains_key(&n.id));
        Ok(RtbIdChoices {
            campaigns: campaign::choices(tenant).await?,
            publishers: (publishers.iter())
                .map(|p| Choice {
                    value: p.id.to_string(),
                    label: p.name.clone(),
                    hint: p.sub_id.clone(),
                })
                .collect(),
            numbers: free
                .filter_map(|number| {
                    Some(Choice {
                        value: number.id.to_string(),
                        label: number.e164.display(),
                        hint: number.campaign?.to_string(),
                    })
                })
                .collect(),
            has_sip: self.bids.sip_host().is_some(),
        })
    }

    /// Settings as they are stored: with a key, and numbers that can be lent.
    async fn ready(
        &self,
        tenant: &Tenant<'_>,
        new: &RtbIdInput,
        before: Option<&PingKey>,
    ) -> Result<RtbIdSettings, Error> {
        let mut errors = FieldErrors::default();
        let numbers = match new.numbers.is_empty() {
            true => Vec::new(),
            false => errors.take(lent(tenant, new).await?).unwrap_or_default(),
        };
        let by_sip = self.bids.sip_host().is_some();
        if new.settings.sip_only && !by_sip {
            let message = "Calls cannot come by SIP here: the server has no SIP domain set up.";
            errors.add("sip_only", "no_sip", message);
        } else if new.numbers.is_empty() && !by_sip {
            let message = "Choose at least one number: without it no call could come.";
            errors.add("numbers", "required", message);
        }
        errors.check()?;
        let key = match (new.key, before) {
            (KeyKind::None, _) => PingKey::None,
            // The secret stays as long as its kind does.
            (kind, Some(before)) if KeyKind::of(before) == kind => before.clone(),
            (KeyKind::Bearer, _) => PingKey::Bearer { token: secret()? },
            (KeyKind::Hmac, _) => PingKey::Hmac { secret: secret()? },
        };
        Ok(RtbIdSettings {
            key,
            numbers,
            ..new.settings.clone()
        })
    }
}

/// The numbers that are to be lent, or why one cannot be.
async fn lent(
    tenant: &Tenant<'_>,
    new: &RtbIdInput,
) -> Result<Result<Vec<NumberId>, FieldErrors>, Error> {
    let known = tenant.numbers().await?;
    let pools = tenant.pools_of_numbers().await?;
    let mut errors = FieldErrors::default();
    let mut ids = Vec::new();
    for wanted in &new.numbers {
        let shown = wanted.display();
        let Some(number) = known.iter().find(|number| number.e164 == *wanted) else {
            let message = format!("{shown} is not one of your numbers.");
            errors.add("numbers", "unknown", message);
            continue;
        };
        if number.campaign != Some(new.campaign) {
            let message =
                format!("{shown} belongs to another campaign: its calls would be routed there.");
            errors.add("numbers", "other_campaign", message);
        } else if pools.contains_key(&number.id) {
            let message = format!("{shown} is in a pool, which lends it.");
            errors.add("numbers", "in_pool", message);
        }
        ids.push(number.id);
    }
    Ok(errors.check().map(|()| ids))
}

fn secret() -> Result<String, Error> {
    let (one, two) = (unguessable::id()?, unguessable::id()?);
    Ok(format!("{}{}", one.simple(), two.simple()))
}

/// The numbers that an id lends.
async fn numbers_of(tenant: &Tenant<'_>, settings: &RtbIdSettings) -> Result<Vec<E164>, Error> {
    if settings.numbers.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = tenant.numbers().await?;
    all.retain(|number| settings.numbers.contains(&number.id));
    Ok(all.into_iter().map(|number| number.e164).collect())
}

/// What today's pings came to, of one id or of all.
async fn today(tenant: &Tenant<'_>, op: &OpCtx, id: Option<RtbId>) -> Result<Vec<BidSums>, Error> {
    let filter = BidFilter {
        since: Some(zone::today(&op.zone, op.now)),
        rtb_id: id,
        environment: Some(Environment::Production),
        ..BidFilter::default()
    };
    Ok(tenant.bid_sums(&filter).await?)
}

fn figures(sums: &[BidSums]) -> BidFigures {
    let totals = view::totals(sums);
    let offered: i64 = sums.iter().map(|s| s.offered.0).sum();
    BidFigures {
        pings: totals.pings,
        bids: totals.bids,
        calls: totals.calls,
        mean: (offered.checked_div(i64::from(totals.bids)))
            .map(|mean| Micros(mean).to_string())
            .unwrap_or_default(),
    }
}

fn row(names: &BidNames, record: &RtbIdRecord) -> RtbIdRow {
    RtbIdRow {
        id: record.id,
        campaign: record.campaign,
        campaign_name: names.campaign(record.campaign),
        publisher: record.publisher,
        publisher_name: names.publisher(record.publisher),
        enabled: record.enabled,
        offering: offering(&record.settings.offering),
        terms: record.settings.trigger.clause(),
        today: BidFigures::default(),
        last: None,
    }
}

/// "What routes pay less 20%, at most $100.00".
fn offering(offering: &Offering) -> String {
    match offering {
        Offering::Fixed { base, max } if base == max => format!("{base}"),
        Offering::Fixed { base, max } => format!("{base}, at most {max}"),
        Offering::PassThrough(through) => {
            let less = match through.margin {
                Margin::Share(points) => format!("{}%", percent(points)),
                Margin::Amount(amount) => amount.to_string(),
            };
            format!("What routes pay less {less}, at most {}", through.max)
        }
    }
}

/// A JSON object over lines, for people.
fn over_lines(json: &str) -> String {
    let tree: Result<serde_json::Value, _> = serde_json::from_str(json);
    let pretty = tree.and_then(|tree| serde_json::to_string_pretty(&tree));
    pretty.unwrap_or_else(|_| json.to_owned())
}

/// What a publisher's programmer is told.
fn instructions(settings: &RtbIdSettings, url: &str, sip: Option<&str>) -> String {
    let mut lines = vec![
        format!("Ask for a bid before you send a call: GET or POST {url}.json (or .xml)."),
        "Parameters go into the address, a form, JSON or XML:".to_owned(),
        format!(
            "- CID: the caller's number, +12145550187{}",
            if settings.demands.caller {
                " (required)"
            } else {
                ""
            }
        ),
    ];
    for tag in &settings.demands.tags {
        let name = tag.as_str().trim_start_matches("user:");
        lines.push(format!("- {name} (required)"));
    }
    if sip.is_some() && !settings.sip_only {
        lines.push("- sipOk=yes: the call comes by SIP, and no number is lent for it".to_owned());
    }
    lines.push("- any other name: kept with the call".to_owned());
    match &settings.key {
        PingKey::None => {}
        PingKey::Bearer { .. } => lines.push("Send the header Authorization: Bearer TOKEN.".to_owned()),
        PingKey::Hmac { .. } => lines.push(
            "Send the headers X-Timestamp (seconds since 1970) and X-Signature: hex HMAC-SHA256 of \
             TIMESTAMP.BODY with the secret, where BODY is the body, or for GET what follows the \
             question mark. Five minutes are let pass."
                .to_owned(),
        ),
    }
    lines.push(String::new());
    lines.push(
        "A bid is HTTP 200 with bidAmount above 0. Send the call within expireInSeconds:"
            .to_owned(),
    );
    if sip.is_some() {
        lines.push("- to sipAddress: the address says which bid it is".to_owned());
    }
    if !settings.sip_only && !settings.numbers.is_empty() {
        lines.push(
            "- to phoneNumber, from the caller's number: that says which bid it is".to_owned(),
        );
    }
    lines.push(format!(
        "It is paid bidAmount {}. No bid is HTTP 200 with bidAmount 0 and rejectReason.",
        settings.trigger.clause()
    ));
    lines.push("The same caller asked for again while a bid holds gets the same bid.".to_owned());
    lines.push(format!(
        "So many pings are answered: {}.",
        settings.rate.words()
    ));
    lines.push(
        "To try it, write test (real bids, a number that cannot be called) or sandbox (an example) for \
         production in the address."
            .to_owned(),
    );
    lines.join("\n")
}

/// A ping as a command.
fn example(settings: &RtbIdSettings, url: &str) -> String {
    let mut query = vec!["CID=12145550187".to_owned()];
    for tag in &settings.demands.tags {
        let name = tag.as_str().trim_start_matches("user:");
        query.push(format!("{name}=VALUE"));
    }
    let header = match &settings.key {
        PingKey::Bearer { .. } => " -H 'Authorization: Bearer TOKEN'",
        PingKey::None | PingKey::Hmac { .. } => "",
    };
    format!("curl{header} '{url}.json?{}'", query.join("&"))
}
