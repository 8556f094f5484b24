//! The demo's number pool and DNI tag, and visitors of the site they are for: they land, look
//! around, and some of them call the number they see.

use domain::api::dni_tag::DniTagForm;
use domain::api::pool::{PoolForm, PoolNumbersForm};
use domain::draw::Draw;
use domain::id::{DniTagId, PoolId};
use domain::time::Timestamp;
use domain::visit::Circumstances;
use serde_json::{Value, json};
use service::visit::{Ask, Refused};
use service::{Error, OpCtx, Services};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const POOL: &str = "Medicare sites";
const TAG: &str = "Medicare plan finder";
const SITE: &str = "https://www.medicare-plans.example";
/// The last part of the id of the campaign that its calls belong to.
const CAMPAIGN: u128 = 4;
const NUMBERS: [&str; 10] = [
    "+18335550110",
    "+18335550111",
    "+18335550112",
    "+18335550113",
    "+18335550114",
    "+18335550115",
    "+18335550116",
    "+18335550117",
    "+18335550118",
    "+18335550119",
];
/// The time between two visitors, in milliseconds, and their number at once at most.
const GAP_MS: u64 = 9_000;
const AT_ONCE_MAX: usize = 30;

/// Where visitors come from: what the address says, the page before, and how often.
const SOURCES: [(&str, &str, u64); 7] = [
    (
        "utm_source=google&utm_medium=cpc&utm_campaign=medicare%20advantage%20tx&gclid=EAIaIQobChMI",
        "https://www.google.com/",
        34,
    ),
    (
        "utm_source=facebook&utm_medium=paid_social&utm_campaign=turning%2065&fbclid=IwAR0",
        "https://l.facebook.com/",
        22,
    ),
    (
        "utm_source=bing&utm_medium=cpc&utm_campaign=part%20b&msclkid=a1b2",
        "https://www.bing.com/",
        12,
    ),
    (
        "utm_source=newsletter&utm_medium=email&utm_campaign=open%20enrollment",
        "",
        8,
    ),
    ("", "https://www.google.com/", 12),
    ("", "https://health-guide.example/plans", 5),
    ("", "", 7),
];
const LANDINGS: [&str; 4] = ["/", "/plans/advantage", "/turning-65", "/compare"];
const PLACES: [(&str, &str); 10] = [
    ("Houston", "TX"),
    ("Dallas", "TX"),
    ("San Antonio", "TX"),
    ("Phoenix", "AZ"),
    ("Miami", "FL"),
    ("Tampa", "FL"),
    ("Atlanta", "GA"),
    ("Columbus", "OH"),
    ("Las Vegas", "NV"),
    ("Raleigh", "NC"),
];
const MACHINES: [(&str, &str, &str, u64); 4] = [
    ("Phone", "Safari", "iPhone", 38),
    ("Phone", "Chrome", "Android", 30),
    ("Computer", "Chrome", "Windows 10", 24),
    ("Tablet", "Safari", "iPad", 8),
];
/// Chance, in percent, that a visitor calls.
const CALLS: u64 = 22;

/// The tag's id: the same on every machine, as all of the demo is.
pub(super) fn tag_id() -> DniTagId {
    DniTagId(uuid::Uuid::from_u128(
        0x5d0e_0000_0000_4000_8000_0000_0000_0002,
    ))
}

/// Makes pool and tag where they are missing; what people changed stays.
pub(super) async fn ensure(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let known = services.pools.list(op).await?;
    let pool = match known.rows.iter().find(|row| row.name == POOL) {
        Some(row) => row.id,
        None => {
            let form = PoolForm {
                name: POOL.to_owned(),
                campaign: super::campaign_id(CAMPAIGN).to_string(),
                ..PoolForm::default()
            };
            let id = services.pools.create(op, &form).await?;
            let numbers = PoolNumbersForm {
                numbers: NUMBERS.join("\n"),
            };
            services.pools.add_numbers(op, id, &numbers).await?;
            id
        }
    };
    match services.dni_tags.record(op, tag_id()).await {
        Ok(_) => return Ok(()),
        Err(Error::NotFound(_)) => {}
        Err(other) => return Err(other),
    }
    match services.dni_tags.create_as(op, tag_id(), &form(pool)).await {
        // Somebody made another of this name: it stays as it is.
        Ok(_) | Err(Error::Invalid(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

fn form(pool: PoolId) -> DniTagForm {
    DniTagForm {
        name: TAG.to_owned(),
        source: format!("pool:{pool}"),
        origins: format!("{SITE}\nhttps://medicare-plans.example"),
        numbers: "(833) 555-0100".to_owned(),
        selectors: ".phone".to_owned(),
        fallback: "(833) 555-0100".to_owned(),
        click_ids: "tblci = taboola / native".to_owned(),
        ..DniTagForm::default()
    }
}

/// Puts the tag back as it was made, where its pool is still there.
pub(super) async fn reset(services: &Services, op: &OpCtx) -> Result<(), Error> {
    ensure(services, op).await?;
    let known = services.pools.list(op).await?;
    let Some(pool) = known.rows.iter().find(|row| row.name == POOL) else {
        return Ok(());
    };
    let form = form(pool.id);
    match services.dni_tags.update(op, tag_id(), &form).await {
        Ok(()) => services.dni_tags.set_enabled(op, tag_id(), true).await,
        Err(Error::Invalid(_) | Error::NotFound(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Pools and tags for `callcenter demo --json`, and the numbers that are in pools.
pub(super) async fn describe(
    services: &Services,
    op: &OpCtx,
) -> Result<(Value, Value, Vec<String>), Error> {
    let (mut pools, mut pooled) = (Vec::new(), Vec::new());
    for row in services.pools.list(op).await?.rows {
        let own: Vec<String> = services
            .pools
            .number_records(op, row.id)
            .await?
            .into_iter()
            .map(|record| record.e164.as_str().to_owned())
            .collect();
        pools.push(json!({ "id": row.id, "name": row.name, "numbers": own }));
        pooled.extend(own);
    }
    let mut tags = Vec::new();
    for tag in services.dni_tags.records(op).await? {
        let pool = match tag.settings.source {
            domain::dni_tag::Source::Pool(id) => Some(id),
            domain::dni_tag::Source::Number(_) => None,
        };
        tags.push(json!({ "id": tag.id, "origins": tag.settings.origins, "pool": pool }));
    }
    Ok((pools.into(), tags.into(), pooled))
}

/// A visitor lands; what to call, and after how many seconds, if this one will.
pub(super) async fn land(
    services: &Services,
    visitor: &str,
    at: Timestamp,
    dice: &mut Draw,
) -> Result<Option<(String, u64)>, Error> {
    let home = match services.visits.admit(tag_id(), SITE, at).await {
        Ok(home) => home,
        // A person changed the tag: the site has no visitors then.
        Err(Refused::UnknownTag | Refused::Origin) => return Ok(None),
        Err(refused) => return Err(failed(refused)),
    };
    let ask = ask(visitor, dice);
    let answer = match services.visits.assign(&home, &ask, at).await {
        Ok(answer) => answer,
        Err(refused) => return Err(failed(refused)),
    };
    let after = 15 + dice.below(200);
    let calls = dice.chance(CALLS);
    let number = answer.number.filter(|_| calls && !answer.fallback);
    Ok(number.map(|number| (number.as_str().to_owned(), after)))
}

fn failed(refused: Refused) -> Error {
    match refused {
        Refused::Failed(error) => error,
        other => Error::Internal(Box::new(std::io::Error::other(other.to_string()))),
    }
}

fn ask(visitor: &str, dice: &mut Draw) -> Ask {
    let weights = SOURCES.map(|source| source.2);
    let (query, referrer, _) = SOURCES[dice.weighted(&weights).unwrap_or(0)];
    let landing = LANDINGS[pick(dice, LANDINGS.len())];
    let (city, region) = PLACES[pick(dice, PLACES.len())];
    let weights = MACHINES.map(|machine| machine.3);
    let (device, browser, system, _) = MACHINES[dice.weighted(&weights).unwrap_or(0)];
    let url = if query.is_empty() {
        format!("{SITE}{landing}")
    } else {
        format!("{SITE}{landing}?{query}")
    };
    Ask {
        visitor: visitor.to_owned(),
        page: format!("{SITE}{}", LANDINGS[pick(dice, LANDINGS.len())]),
        url,
        referrer: referrer.to_owned(),
        circumstances: Circumstances {
            device: device.to_owned(),
            browser: browser.to_owned(),
            system: system.to_owned(),
            country: "US".to_owned(),
            region: region.to_owned(),
            city: city.to_owned(),
        },
        ..Ask::default()
    }
}

fn pick(dice: &mut Draw, of: usize) -> usize {
    usize::try_from(dice.below(of as u64)).unwrap_or(0)
}

/// Visitors that keep coming until the server stops. Who calls is handed to `callers`.
pub async fn run(
    services: Services,
    callers: UnboundedSender<String>,
    stopping: CancellationToken,
) {
    let seed = u64::from_str_radix(&crate::adapter::system::random_hex(16), 16).unwrap_or(1);
    let mut dice = Draw::from_seed(seed);
    let mut there = JoinSet::new();
    loop {
        let gap = GAP_MS / 4 + dice.below(GAP_MS * 3 / 2);
        tokio::select! {
            () = stopping.cancelled() => return,
            () = tokio::time::sleep(Duration::from_millis(gap)) => {}
        }
        while there.try_join_next().is_some() {}
        if there.len() >= AT_ONCE_MAX {
            continue;
        }
        let name = format!("demo-{:016x}", dice.next_u64());
        let now = services.clock.now();
        match land(&services, &name, now, &mut dice).await {
            Ok(Some((number, after))) => {
                let callers = callers.clone();
                there.spawn(async move {
                    tokio::time::sleep(Duration::from_secs(after)).await;
                    // The traffic may have stopped before.
                    drop(callers.send(number));
                });
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a simulated visitor got no answer"
                );
            }
        }
    }
}
