//! A database with what one campaign needs: eight targets without caps in one priority, one number.

use crate::form;
use anyhow::{Context, Result, anyhow};
use domain::access::Role;
use domain::api::campaign::{CampaignInput, RouteInput};
use domain::api::target::TargetForm;
use domain::campaign::{Fallback, RecordingMode};
use domain::id::CampaignId;
use domain::phone::E164;
use domain::time::Timestamp;
use sqlx::Connection as _;
use sqlx::postgres::PgConnection;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use store::{Db, DbSettings};
use tokio::runtime::Runtime;

const TARGETS: u32 = 8;

/// What a database is for; each measurement begins with a fresh one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Voice,
    Calls,
    Memory,
}

/// A prepared SQLite file; its address.
pub fn sqlite(folder: &Path, purpose: Purpose) -> Result<String> {
    let file = folder.join(format!("{}.db", name(purpose)));
    let url = format!("sqlite://{}", file.display());
    Runtime::new()?.block_on(fill(&url))?;
    Ok(url)
}

/// A prepared database in the server at `url`; its address.
pub fn postgres(url: &str, purpose: Purpose) -> Result<String> {
    let create = match purpose {
        Purpose::Voice => "CREATE DATABASE bench_voice",
        Purpose::Calls => "CREATE DATABASE bench_calls",
        Purpose::Memory => "CREATE DATABASE bench_memory",
    };
    let made = with_database(url, name(purpose))?;
    Runtime::new()?.block_on(async {
        let mut admin = PgConnection::connect(url).await?;
        sqlx::query(create).execute(&mut admin).await?;
        admin.close().await?;
        fill(&made).await
    })?;
    Ok(made)
}

fn name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Voice => "bench_voice",
        Purpose::Calls => "bench_calls",
        Purpose::Memory => "bench_memory",
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

async fn fill(url: &str) -> Result<()> {
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
    let campaign: CampaignId = "00000000-0000-4000-8000-00000000be0c".parse()?;
    tenant
        .add_campaign(campaign, &campaign_input(), now)
        .await?;
    let buyer = tenant.add_buyer("Bench buyer", now).await?;
    let mut routes = Vec::new();
    for n in 1..=TARGETS {
        let form = TargetForm {
            name: format!("Target {n}"),
            number: format!("+1214555018{n}"),
            ..TargetForm::default()
        };
        let input = form
            .check()
            .map_err(|errors| anyhow!("the bench target is not valid: {errors:?}"))?;
        let target = tenant.add_target(buyer, &input, now).await?;
        routes.push(RouteInput {
            target,
            priority: 1,
            weight: 1,
            on: true,
        });
    }
    tenant.replace_routes(campaign, &routes).await?;
    tenant
        .add_number(&form::DIALED.parse::<E164>()?, "Bench", Some(campaign), now)
        .await?;
    tenant.bump_generation().await?;
    conn.commit().await?;
    db.close().await?;
    Ok(())
}

fn campaign_input() -> CampaignInput {
    CampaignInput {
        name: "Bench campaign".to_owned(),
        vertical: "Home services".to_owned(),
        recording: RecordingMode::default(),
        fallback: Fallback::default(),
    }
}

fn now() -> Result<Timestamp> {
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
