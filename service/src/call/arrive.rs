//! A caller dialed a number: the call begins.

use domain::block::Blocklist;
use domain::call::event::{Arrival, dialed_number};
use domain::call::machine::CallMachine;
use domain::routing::UsageMap;
use domain::time::Timestamp;
use store::{Constraint, Over, StoreError};

use super::engine::{Answer, CallEngine, Turn, persist};
use crate::error::Error;

/// The key of the first delivery of a call.
const INBOUND: &str = "inbound";

impl CallEngine {
    /// A caller dialed a number.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no account at all, else what the database says.
    pub async fn inbound(&self, arrival: &Arrival, now: Timestamp) -> Result<Answer, Error> {
        persist(|| self.try_inbound(arrival, now)).await
    }

    async fn try_inbound(&self, arrival: &Arrival, now: Timestamp) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let home = match dialed_number(&arrival.to) {
            Some(number) => {
                conn.platform()
                    .home_of_number(&number, &arrival.from)
                    .await?
            }
            None => None,
        };
        let (scope, plan, blocked, usage) = match home {
            Some(home) => {
                let plans = self.plans.get(&conn, &home.scope, home.generation).await?;
                let plan = home.campaign.and_then(|c| plans.get(&c).cloned());
                let usage: UsageMap = home
                    .usage
                    .iter()
                    .map(|used| (used.target, used.usage))
                    .collect();
                let blocked = home
                    .campaign
                    .and_then(|c| Blocklist::new(home.blocks).decide(&arrival.from, c, now));
                (home.scope, plan, blocked, vec![usage])
            }
            None => (
                conn.platform()
                    .scope_for_installation()
                    .await?
                    .ok_or(Error::NotFound("account"))?,
                None,
                None,
                Vec::new(),
            ),
        };
        drop(conn);
        let machine = CallMachine::arrive(arrival, plan.as_deref(), blocked, now, self.patience);
        let turn = Turn {
            engine: self,
            scope,
            call: self.ids.call(),
            plan,
            over: Over::Nothing {
                tags: &arrival.tags,
            },
            delivery: Some(INBOUND),
            now,
        };
        let taken = match turn.keep(&machine, usage).await {
            Ok(taken) => taken,
            Err(StoreError::Conflict(Constraint::CallCarrierSid)) => {
                return self.repeat_inbound(&arrival.carrier_sid).await;
            }
            Err(e) => return Err(e.into()),
        };
        tracing::info!(call = %turn.call, caller = %arrival.from.masked(), dialed = %arrival.to, "call arrived");
        Ok(Answer {
            call: turn.call,
            twiml: taken.twiml.unwrap_or_else(|| self.silence(turn.call)),
            repeated: false,
        })
    }

    async fn repeat_inbound(&self, carrier_sid: &str) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let call = self.known(&conn, carrier_sid).await?;
        let resumed = self.resume(&conn, call, Some(INBOUND)).await?;
        let twiml = resumed.answered.ok_or(Error::NotFound("call"))?;
        Ok(Answer {
            call,
            twiml,
            repeated: true,
        })
    }
}
