//! The frame around every page.

use domain::access::Permission;
use domain::api::session::{Counters, Shell};
use domain::schedule::zone_short;
use store::Db;

use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone;

/// See the module.
#[derive(Debug, Clone)]
pub struct Sessions {
    db: Db,
}

impl Sessions {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Who is signed in and what the header counts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn shell(&self, op: &OpCtx) -> Result<Shell, Error> {
        Ok(Shell {
            account: op.account_name.clone(),
            user_name: op.actor.name.clone(),
            user_email: op.actor.email.clone(),
            initials: initials(&op.actor.name),
            role: op.actor.role,
            zone_short: zone_short(&op.zone).to_owned(),
            counters: self.counters(op).await?,
        })
    }

    /// The header's counters.
    ///
    /// # Errors
    /// What the database says.
    pub async fn counters(&self, op: &OpCtx) -> Result<Counters, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let (live, completed_today) = conn
            .tenant(&op.scope)
            .counters(zone::today(&op.zone, op.now))
            .await?;
        Ok(Counters {
            live,
            completed_today,
        })
    }

    /// A figure that changes whenever anything about the account's calls does.
    ///
    /// # Errors
    /// What the database says.
    pub async fn activity(&self, op: &OpCtx) -> Result<i64, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).call_activity().await?)
    }
}

fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}
