//! The frame around every page.

use domain::access::Permission;
use domain::api::session::{Counters, Shell};
use domain::ledger::dispute::State;
use domain::schedule::zone_short;
use store::{Db, DisputeFilter, StoreError};

use crate::error::Error;
use crate::guard::require;
use crate::op::{OpCtx, Rights};
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
        // The console is for people; a key has no role and no place in it.
        let Rights::Member(role) = op.actor.rights else {
            return Err(Error::Unauthenticated);
        };
        Ok(Shell {
            account: op.account_name.clone(),
            user_name: op.actor.name.clone(),
            user_email: op.actor.email.clone(),
            initials: initials(&op.actor.name),
            role,
            agent: self.is_agent(op).await?,
            zone_short: zone_short(&op.zone).to_owned(),
            counters: self.counters(op).await?,
        })
    }

    /// The header's counters.
    ///
    /// # Errors
    /// What the database says.
    pub async fn counters(&self, op: &OpCtx) -> Result<Counters, Error> {
        require(op, Permission::TakeCalls)?;
        if !op.actor.allows(Permission::ViewCalls) {
            // Whoever only takes calls is told nothing of those of others.
            return Ok(Counters::default());
        }
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let (live, completed_today) = tenant.counters(zone::today(&op.zone, op.now)).await?;
        let open = DisputeFilter {
            state: Some(State::Open),
            ..DisputeFilter::default()
        };
        let disputes = tenant.count_disputes(open).await?;
        Ok(Counters {
            live,
            completed_today,
            disputes: u32::try_from(disputes).unwrap_or(u32::MAX),
        })
    }

    /// A figure that changes whenever anything about the account's calls does.
    ///
    /// # Errors
    /// What the database says.
    pub async fn activity(&self, op: &OpCtx) -> Result<i64, Error> {
        require(op, Permission::TakeCalls)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).call_activity().await?)
    }

    async fn is_agent(&self, op: &OpCtx) -> Result<bool, Error> {
        let conn = self.db.read().await?;
        match conn.tenant(&op.scope).agent_of(op.actor.user_id).await {
            Ok(_) => Ok(true),
            Err(StoreError::NotFound) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}
