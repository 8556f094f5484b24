//! Commands about the database: schema, demo account, inspection.

use super::{DemoArgs, Failure, result, say, words};
use crate::config::Config;
use crate::{boot, demo};
use service::Services;

/// Brings the schema up to date, or tells what is missing.
pub(super) async fn migrate(config: &Config, check: bool) -> Result<(), Failure> {
    let db = boot::open(config).await?;
    let pending = boot::pending(&db).await?;
    if check {
        for name in &pending {
            result(name)?;
        }
        return if pending.is_empty() {
            say("the database is up to date\n");
            Ok(())
        } else {
            Err(anyhow::anyhow!(
                "changes of the schema missing: {}; run: callcenter migrate",
                pending.len()
            )
            .into())
        };
    }
    boot::migrate(&db).await?;
    say(&format!(
        "changes made: {}; the database is up to date\n",
        pending.len()
    ));
    Ok(())
}

/// Makes the demo account.
pub(super) async fn demo(config: &Config, args: &DemoArgs) -> Result<(), Failure> {
    let services = ready(config).await?;
    let base = boot::own_base(config.http.addr);
    demo::ensure(&services, &base).await.map_err(words)?;
    if args.reset {
        demo::reset(&services).await.map_err(words)?;
    }
    if args.json {
        let view = demo::describe(&services).await.map_err(words)?;
        result(&serde_json::to_string_pretty(&view)?)?;
    } else {
        say(&format!("the account {} is there\n", demo::ACCOUNT));
        for user in demo::USERS {
            say(&format!(
                "  {:<7} {}  {}\n",
                user.role.code(),
                user.email,
                user.password
            ));
        }
    }
    Ok(())
}

/// Prints an account's calls and capacity.
pub(super) async fn inspect(config: &Config, account: &str) -> Result<(), Failure> {
    let services = ready(config).await?;
    let op = services
        .users
        .operator(account, services.clock.now())
        .await
        .map_err(words)?;
    let snapshot = services.inspect.snapshot(&op).await.map_err(words)?;
    Ok(result(&serde_json::to_string(&snapshot)?)?)
}

/// The use cases over a database of the newest schema.
pub(super) async fn ready(config: &Config) -> Result<Services, Failure> {
    let db = boot::open(config).await?;
    boot::migrate(&db).await?;
    Ok(boot::services(config, &db)?)
}
