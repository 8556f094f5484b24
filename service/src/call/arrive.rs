//! A caller dialed a number: the call begins.

use std::sync::Mutex;

use domain::block::Blocklist;
use domain::call::event::{Arrival, dialed_number};
use domain::call::machine::{Acquaintance, CallMachine};
use domain::time::Timestamp;
use domain::visit::attribution::attribute;
use store::{Constraint, Over, StoreError};

use super::engine::{Answer, CallEngine, Turn, persist};
use crate::auction::Asked;
use crate::error::Error;
use crate::plan::usage_map;

/// The key of the first delivery of a call.
const INBOUND: &str = "inbound";

impl CallEngine {
    /// A caller dialed a number.
    ///
    /// # Errors
    /// [`Error::NotFound`] where there is no account at all, else what the database says.
    pub async fn inbound(&self, arrival: &Arrival, now: Timestamp) -> Result<Answer, Error> {
        let asked = Mutex::default();
        persist(|| self.try_inbound(arrival, &asked, now)).await
    }

    async fn try_inbound(
        &self,
        arrival: &Arrival,
        asked: &Mutex<Asked>,
        now: Timestamp,
    ) -> Result<Answer, Error> {
        let conn = self.db.read().await?;
        let home = match dialed_number(&arrival.to) {
            Some(number) => {
                conn.platform()
                    .home_of_number(&number, &arrival.from)
                    .await?
            }
            None => None,
        };
        // Another account's number is none for whoever signed with their own token.
        let home = home.filter(|home| self.admits(&home.scope));
        let mut arrival = arrival.clone();
        let (scope, set_up, campaign, acquaintance, blocked, usage) = match home {
            Some(home) => {
                let (scope, campaign) = (home.scope, home.campaign);
                let set_up = self.plans.get(&conn, &scope, home.generation, now).await?;
                let usage = usage_map(&home.usage, &home.groups);
                let blocked = campaign
                    .and_then(|c| Blocklist::new(home.blocks).decide(&arrival.from, c, now));
                let found = attribute(home.lent_last, home.called_as, now);
                let enrichment = home.enrichment.filter(|sent| sent.holds(now));
                // What was said of this caller counts before what their visit told.
                if let Some(sent) = &enrichment {
                    arrival.tags.join(&sent.tags);
                }
                if let Some((seen, _)) = &found {
                    arrival.tags.join(&seen.tags);
                }
                let shown_by = found.as_ref().and_then(|(seen, _)| seen.publisher);
                let acquaintance = Acquaintance {
                    // Who showed the number to the visitor, else whose number it is.
                    publisher: shown_by.or(home.publisher),
                    history: home.history,
                    attribution: found.map(|(seen, by)| seen.attribution(by)),
                    enrichment,
                };
                (
                    scope,
                    Some(set_up),
                    campaign,
                    acquaintance,
                    blocked,
                    vec![usage],
                )
            }
            None => (
                match self.signer {
                    Some(signer) => signer,
                    None => conn
                        .platform()
                        .scope_for_installation()
                        .await?
                        .ok_or(Error::NotFound("account"))?,
                },
                None,
                None,
                Acquaintance::default(),
                None,
                Vec::new(),
            ),
        };
        drop(conn);
        let plan = set_up
            .as_ref()
            .zip(campaign)
            .and_then(|(set_up, campaign)| set_up.plans.get(&campaign));
        let machine = CallMachine::arrive(
            &arrival,
            plan.map(|plan| &**plan),
            acquaintance,
            blocked,
            now,
            self.patience,
        );
        let turn = Turn {
            engine: self,
            scope,
            call: self.ids.call(),
            set_up: set_up.clone(),
            tags: &arrival.tags,
            over: Over::Nothing {
                tags: &arrival.tags,
            },
            delivery: Some(INBOUND),
            asked,
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
