//! What an operator, or a test, wants to know about an account's calls and capacity.

use domain::id::{CallId, TargetId};
use serde::Serialize;
use store::{CallFilter, Cursor, Db};

use crate::error::Error;
use crate::op::OpCtx;

/// See the module.
#[derive(Debug, Clone)]
pub struct Inspection {
    db: Db,
}

/// The state of an account.
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    pub calls: Vec<CallState>,
    pub capacity: Vec<Capacity>,
    pub open_calls: u64,
}

/// A call.
#[derive(Debug, Clone, Serialize)]
pub struct CallState {
    pub id: CallId,
    pub sid: String,
    pub outcome: Option<&'static str>,
    /// Whether it is over and its outcome known.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// Rows that stand for it; one, unless something is broken.
    pub records: u32,
}

/// What a target has used.
#[derive(Debug, Clone, Serialize)]
pub struct Capacity {
    pub target: TargetId,
    pub live: u32,
    pub limit: Option<u32>,
    pub hour: u32,
    pub day: u32,
    pub month: u32,
    pub total: u32,
    pub peak_live: u32,
}

impl Inspection {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All calls and the capacity of all targets.
    ///
    /// # Errors
    /// What the database says.
    pub async fn snapshot(&self, op: &OpCtx) -> Result<Snapshot, Error> {
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let mut calls: Vec<CallState> = Vec::new();
        let mut after = None;
        loop {
            let page = tenant
                .calls(&CallFilter::default(), after, None, 1_000)
                .await?;
            let Some(last) = page.last() else { break };
            after = Some(Cursor {
                at: last.arrived_at,
                call: last.id,
            });
            for line in page {
                match calls.iter_mut().find(|c| c.sid == line.carrier_sid) {
                    Some(known) => known.records += 1,
                    None => calls.push(CallState {
                        id: line.id,
                        sid: line.carrier_sid,
                        outcome: line.outcome.map(domain::call::record::Outcome::code),
                        is_final: line.ended_at.is_some() && line.outcome.is_some(),
                        records: 1,
                    }),
                }
            }
        }
        let targets = tenant.targets().await?;
        let capacity = tenant
            .usage(&[])
            .await?
            .into_iter()
            .map(|u| Capacity {
                target: u.target,
                live: u.usage.live,
                limit: targets
                    .iter()
                    .find(|t| t.id == u.target)
                    .and_then(|t| t.input.caps.concurrent),
                hour: u.usage.hour,
                day: u.usage.day,
                month: u.usage.month,
                total: u.usage.total,
                peak_live: u.peak_live,
            })
            .collect();
        let open_calls = calls.iter().filter(|c| !c.is_final).count();
        Ok(Snapshot {
            calls,
            capacity,
            open_calls: u64::try_from(open_calls).unwrap_or(u64::MAX),
        })
    }
}
