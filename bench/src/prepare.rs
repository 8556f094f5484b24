//! A database with what one campaign needs: eight targets without caps in one priority, one number;
//! with many such campaigns beside it, or with a pool whose numbers are lent to visitors.

use crate::pool::{LEASE_S, NUMBERS, PREFIX};
use crate::{form, ping, visitor};
use anyhow::{Context, Result, anyhow};
use domain::access::Role;
use domain::api::campaign::{CampaignInput, RouteInput};
use domain::api::dni_tag::DniTagForm;
use domain::api::number::NewNumber;
use domain::api::pool::{NUMBERS_AT_ONCE_MAX, PoolInput};
use domain::api::target::TargetForm;
use domain::campaign::{Fallback, RecordingMode};
use domain::id::{BuyerId, CampaignId, NumberId};
use domain::ledger::payout::PayoutTerms;
use domain::money::Micros;
use domain::phone::E164;
use domain::plan::RouteTo;
use domain::pool::{Hold, Rotation};
use domain::rtb_id::rate::{RateLimit, Span};
use domain::rtb_id::settings::{Offering, RtbIdSettings};
use domain::time::Timestamp;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use std::ops::Range;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Db, DbSettings, Tenant};
use tokio::runtime::Runtime;

/// Targets of a campaign.
const TARGETS: usize = 8;
/// Campaigns where many targets are configured; calls come to the first.
const CAMPAIGNS: usize = 25;
/// Targets of all of them.
pub const TARGETS_MANY: usize = CAMPAIGNS * TARGETS;

/// What a database is for; each measurement begins with a fresh one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Voice,
    /// As `Voice`, to be compared with `Many`.
    Few,
    /// As `Voice`, with [`TARGETS_MANY`] targets configured.
    Many,
    Calls,
    Memory,
    /// As `Voice`, with a pool and a tag.
    Visitors,
    /// As `Visitors`, to be compared with it when many visits are stored.
    Stored,
    /// As `Voice`, with a publisher whose program asks for bids.
    Pings,
}

/// A prepared SQLite file; its address.
pub fn sqlite(folder: &Path, purpose: Purpose) -> Result<String> {
    let file = folder.join(format!("{}.db", name(purpose)));
    let url = format!("sqlite://{}", file.display());
    Runtime::new()?.block_on(fill(&url, purpose))?;
    Ok(url)
}

/// A prepared database in the server at `url`; its address.
pub fn postgres(url: &str, purpose: Purpose) -> Result<String> {
    let create = match purpose {
        Purpose::Voice => "CREATE DATABASE bench_voice",
        Purpose::Few => "CREATE DATABASE bench_few",
        Purpose::Many => "CREATE DATABASE bench_many",
        Purpose::Calls => "CREATE DATABASE bench_calls",
        Purpose::Memory => "CREATE DATABASE bench_memory",
        Purpose::Visitors => "CREATE DATABASE bench_visitors",
        Purpose::Stored => "CREATE DATABASE bench_stored",
        Purpose::Pings => "CREATE DATABASE bench_pings",
    };
    let made = with_database(url, name(purpose))?;
    Runtime::new()?.block_on(async {
        let mut admin = PgConnection::connect(url).await?;
        sqlx::query(create).execute(&mut admin).await?;
        admin.close().await?;
        fill(&made, purpose).await
    })?;
    Ok(made)
}

fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Voice => "bench_voice",
        Purpose::Few => "bench_few",
        Purpose::Many => "bench_many",
        Purpose::Calls => "bench_calls",
        Purpose::Memory => "bench_memory",
        Purpose::Visitors => "bench_visitors",
        Purpose::Stored => "bench_stored",
        Purpose::Pings => "bench_pings",
    }
}

fn campaigns(purpose: Purpose) -> usize {
    if purpose == Purpose::Many {
        CAMPAIGNS
    } else {
        1
    }
}

/// The same server, another database.
fn with_database(url: &str, database: &str) -> Result<String> {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(base, query)| (base, Some(query)));
    let (server, _) = base
        .rsplit_once('/')
        .with_context(|| format!("no database in {url}"))?;
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    Ok(format!("{server}/{database}{query}"))
}

fn has_pool(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::Visitors | Purpose::Stored)
}

async fn fill(url: &str, purpose: Purpose) -> Result<()> {
    let db = Db::connect(&DbSettings {
        url: url.to_owned(),
        connections_max: 2,
    })
    .await?;
    let conn = db.begin_migration().await?;
    migration::up(conn.transaction()?).await?;
    conn.commit().await?;

    let now = now()?;
    let conn = db.write().await?;
    let platform = conn.platform();
    let account = platform
        .add_account("Bench", "America/Chicago", now)
        .await?;
    // Nobody signs in with this: no password has such a hash.
    let user = platform
        .add_user("bench@callcenter.example", "Bench", "none", now)
        .await?;
    platform.set_member(account, user, Role::Owner).await?;
    let member = platform
        .scope_for_member(user)
        .await?
        .context("the member just added is gone")?;
    let tenant = conn.tenant(&member.scope);
    let id = |n: usize| format!("00000000-0000-4000-8000-{:012x}", 0xbe0c_0000 + n);
    let campaign: CampaignId = id(0).parse()?;
    let buyer = tenant.add_buyer("Bench buyer", now).await?;
    for n in 0..campaigns(purpose) {
        let campaign: CampaignId = id(n).parse()?;
        tenant
            .add_campaign(campaign, &campaign_input(n), now)
            .await?;
        let targets = n * TARGETS..(n + 1) * TARGETS;
        add_routes(&tenant, campaign, buyer, targets, now).await?;
    }
    tenant
        .add_number(&form::DIALED.parse::<E164>()?, "Bench", Some(campaign), now)
        .await?;
    if has_pool(purpose) {
        add_pool(&tenant, campaign, now).await?;
    }
    if purpose == Purpose::Pings {
        add_rtb_id(&tenant, campaign, now).await?;
    }
    tenant.bump_generation().await?;
    conn.commit().await?;
    db.close().await?;
    Ok(())
}

async fn add_routes(
    tenant: &Tenant<'_>,
    campaign: CampaignId,
    buyer: BuyerId,
    targets: Range<usize>,
    now: Timestamp,
) -> Result<()> {
    let mut routes = Vec::new();
    for n in targets {
        let form = TargetForm {
            name: format!("Target {n}"),
            number: format!("+1214555{:04}", 100 + n),
            ..TargetForm::default()
        };
        let checked = form
            .check()
            .map_err(|errors| anyhow!("the bench target is not valid: {errors:?}"))?;
        let target = tenant.add_target(buyer, &checked.input, now).await?;
        routes.push(RouteInput {
            to: RouteTo::Target(target),
            priority: 1,
            weight: 1,
            on: true,
            terms: None,
        });
    }
    tenant.replace_routes(campaign, &routes).await?;
    Ok(())
}

/// A pool of the campaign with its numbers, and the tag that pages name.
async fn add_pool(tenant: &Tenant<'_>, campaign: CampaignId, now: Timestamp) -> Result<()> {
    let settings = PoolInput {
        name: "Bench pool".to_owned(),
        campaign,
        hold: Hold {
            idle_s: LEASE_S,
            closed_s: 0,
        },
        rotation: Rotation::default(),
        area: None,
        grow: None,
    };
    let pool = tenant.add_pool(&settings, now).await?;
    let numbers = (0..NUMBERS).map(|n| -> Result<NewNumber> {
        Ok(NewNumber {
            e164: format!("{PREFIX}{n:04}").parse()?,
            label: String::new(),
            campaign: None,
            publisher: None,
        })
    });
    let numbers = numbers.collect::<Result<Vec<NewNumber>>>()?;
    tenant.add_numbers(&numbers, now).await?;
    let all = tenant.numbers().await?.into_iter();
    let spare: Vec<NumberId> = all
        .filter(|number| number.campaign.is_none())
        .map(|number| number.id)
        .collect();
    for part in spare.chunks(NUMBERS_AT_ONCE_MAX) {
        tenant.add_to_pool(pool, part).await?;
    }
    // Without a fallback an answer has no number where the pool had none.
    let form = DniTagForm {
        name: "Bench site".to_owned(),
        source: format!("pool:{pool}"),
        origins: visitor::SITE.to_owned(),
        ..DniTagForm::default()
    };
    let checked = form
        .check()
        .map_err(|errors| anyhow!("the bench tag is not valid: {errors:?}"))?;
    tenant
        .add_dni_tag(visitor::TAG.parse()?, &checked, now)
        .await?;
    Ok(())
}

/// A publisher with an RTB id that bids the same for every call and never has too many pings.
async fn add_rtb_id(tenant: &Tenant<'_>, campaign: CampaignId, now: Timestamp) -> Result<()> {
    let terms = PayoutTerms::default();
    let publisher = tenant
        .add_publisher("Bench publisher", "", &terms, now)
        .await?;
    let bid = Micros(20_000_000);
    let settings = RtbIdSettings {
        offering: Offering::Fixed {
            base: bid,
            max: bid,
        },
        sip_only: true,
        rate: RateLimit {
            pings: 1_000_000,
            per: Span::Minute,
        },
        ..RtbIdSettings::default()
    };
    let id = ping::RTB_ID.parse()?;
    tenant
        .add_rtb_id(id, (campaign, publisher), &settings, now)
        .await?;
    Ok(())
}

fn campaign_input(n: usize) -> CampaignInput {
    CampaignInput {
        name: format!("Bench campaign {n}"),
        vertical: "Home services".to_owned(),
        recording: RecordingMode::default(),
        recording_keep: None,
        fallback: Fallback::default(),
    }
}

/// Now, as the product's clock says.
pub fn now() -> Result<Timestamp> {
    let micros = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
    Ok(Timestamp(i64::try_from(micros)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_query() {
        let url = "postgres://u:p@127.0.0.1:5/callcenter?sslmode=disable";
        assert_eq!(
            with_database(url, "b").unwrap(),
            "postgres://u:p@127.0.0.1:5/b?sslmode=disable"
        );
        assert_eq!(
            with_database("postgres://u@h/a", "b").unwrap(),
            "postgres://u@h/b"
        );
        assert!(with_database("nothing", "b").is_err());
    }
}
