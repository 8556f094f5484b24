//! The ledger of a call for programs.

use domain::access::Permission;
use domain::id::{BuyerId, CallId, PublisherId};
use domain::ledger::entry::{Entry, Kind, Party};
use domain::ledger::totals::Totals;
use domain::money::Micros;
use domain::time::Timestamp;

use super::log::Calls;
use super::view::Names;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;

/// The entries of a call by time, and their sums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFacts {
    pub entries: Vec<EntryFacts>,
    pub totals: Totals,
}

/// An entry as it is stored, with names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFacts {
    pub key: String,
    pub kind: Kind,
    pub party: PartyFacts,
    pub amount: Micros,
    pub at: Timestamp,
    /// Who entered it; empty for a rule.
    pub author: String,
    pub reason: String,
}

/// Whose amount it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartyFacts {
    Buyer(BuyerId, String),
    Publisher(PublisherId, String),
    Carrier,
}

impl Calls {
    /// The ledger of a call: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`] if this account has none with that id.
    pub async fn ledger(&self, op: &OpCtx, id: CallId) -> Result<LedgerFacts, Error> {
        require(op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.call(id).await.or_missing("call")?;
        let entries = tenant.ledger_of(id).await?;
        let names = Names::with_people(&conn, op).await?;
        Ok(LedgerFacts {
            totals: Totals::of(&entries),
            entries: entries.into_iter().map(|e| facts(&names, e)).collect(),
        })
    }
}

fn facts(names: &Names, entry: Entry) -> EntryFacts {
    EntryFacts {
        key: entry.key.as_str().to_owned(),
        kind: entry.kind,
        party: match entry.party {
            Party::Buyer(id) => PartyFacts::Buyer(id, names.buyer(id)),
            Party::Publisher(id) => PartyFacts::Publisher(id, names.publisher(id)),
            Party::Carrier => PartyFacts::Carrier,
        },
        amount: entry.amount,
        at: entry.at,
        author: names.author(entry.author),
        reason: entry.reason,
    }
}
