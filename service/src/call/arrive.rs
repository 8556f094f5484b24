//! A caller dialed a number: the call begins.

use std::sync::Mutex;

use domain::block::Blocklist;
use domain::call::event::{Arrival, dialed_number};
use domain::call::machine::{Acquaintance, CallMachine};
use domain::id::{CallId, CampaignId, PublisherId};
use domain::phone::{Caller, E164};
use domain::rtb_id::arrival::{self, Arrival as OfBids, CallForBid, Door};
use domain::rtb_id::bid::{bid_id, call_of_address};
use domain::tag::Tags;
use domain::time::Timestamp;
use domain::visit::attribution::attribute;
use store::{BidUse, CallDoor, Constraint, KeptBid, Over, StoreError};

use super::engine::{Answer, CallEngine, Turn, persist};
use crate::auction::Asked;
use crate::error::Error;
use crate::plan::{SetUp, usage_map};

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
        let number = dialed_number(&arrival.to);
        let door = match &number {
            Some(number) => Some(CallDoor::Number(number)),
            None => call_of_address(&arrival.to).map(CallDoor::Bid),
        };
        let home = match door {
            Some(door) => {
                let platform = conn.platform();
                platform.home_of_call(door, &arrival.from, now).await?
            }
            None => None,
        };
        // Another account's number is none for whoever signed with their own token.
        let mut home = home.filter(|home| self.admits(&home.scope));
        let mut arrival = arrival.clone();
        if let (Some(CallDoor::Bid(bid)), Some(found)) = (door, &home)
            && let Some(caller) = named_by(bid, &arrival.from, &found.bids)
        {
            // Their earlier calls and blocks are asked for by their number: once more, with it.
            arrival.from = Caller::Number(caller);
            let platform = conn.platform();
            home = platform
                .home_of_call(CallDoor::Bid(bid), &arrival.from, now)
                .await?;
        }
        let mut call = self.ids.call();
        let mut bid_use = None;
        let (scope, set_up, campaign, acquaintance, turned_away, usage) = match home {
            Some(home) => {
                let (scope, campaign) = (home.scope, home.campaign);
                let set_up = self.plans.get(&conn, &scope, home.generation, now).await?;
                let usage = usage_map(&home.usage, &home.groups);
                let blocked = campaign
                    .and_then(|c| Blocklist::new(home.blocks).decide(&arrival.from, c, now))
                    .map(|blocked| blocked.reason);
                let of_bid = match (door, campaign) {
                    (Some(door), Some(campaign)) => {
                        bid_of(door, &arrival.from, campaign, &home.bids, &set_up, now)
                    }
                    _ => OfBid::None,
                };
                let (mut for_bid, mut refused, mut of_publisher) = (None, None, None);
                match of_bid {
                    OfBid::None => {}
                    OfBid::Refused { reason, publisher } => {
                        (refused, of_publisher) = (Some(reason), publisher);
                    }
                    OfBid::Came(came) => {
                        let came = *came;
                        call = came.uses.came;
                        bid_use = Some(came.uses);
                        // What the publisher said before the call counts before all else.
                        arrival.tags.join(&came.tags);
                        (for_bid, of_publisher) = (Some(came.call), Some(came.publisher));
                    }
                }
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
                    publisher: of_publisher.or(shown_by).or(home.publisher),
                    history: home.history,
                    attribution: found.map(|(seen, by)| seen.attribution(by)),
                    enrichment,
                    bid: for_bid,
                };
                (
                    scope,
                    Some(set_up),
                    campaign,
                    acquaintance,
                    blocked.or(refused),
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
            turned_away,
            now,
            self.patience,
        );
        let turn = Turn {
            engine: self,
            scope,
            call,
            set_up: set_up.clone(),
            tags: &arrival.tags,
            over: Over::Nothing {
                tags: &arrival.tags,
            },
            delivery: Some(INBOUND),
            bid: bid_use,
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

/// What a new call has to do with the bids that publishers were made.
enum OfBid {
    None,
    Came(Box<Came>),
    Refused {
        reason: String,
        /// Of the bid it came too late for, or came for once more.
        publisher: Option<PublisherId>,
    },
}

/// The call of a bid.
struct Came {
    uses: BidUse,
    call: CallForBid,
    publisher: PublisherId,
    tags: Tags,
}

/// Who calls by SIP where the address does not tell: the caller whom the publisher named before.
fn named_by(bid: CallId, from: &Caller, bids: &[KeptBid]) -> Option<E164> {
    let of_bid = || bids.iter().find(|kept| kept.bid.call == bid);
    match from {
        Caller::Number(_) => None,
        Caller::Anonymous | Caller::Other(_) => of_bid()?.bid.caller.clone(),
    }
}

fn bid_of(
    door: CallDoor<'_>,
    caller: &Caller,
    campaign: CampaignId,
    bids: &[KeptBid],
    set_up: &SetUp,
    now: Timestamp,
) -> OfBid {
    // A number may have gone to another campaign since.
    let bids: Vec<&KeptBid> = bids.iter().filter(|b| b.bid.campaign == campaign).collect();
    let open: Vec<_> = (bids.iter())
        .filter_map(|kept| kept.bid.open(kept.came_at.is_some()))
        .collect();
    let of = |id: &str| bids.iter().find(|kept| bid_id(kept.bid.call) == id);
    let user;
    let (by, lends) = match door {
        CallDoor::Number(number) => (
            Door::Number { number, caller },
            set_up.lent.contains(number),
        ),
        CallDoor::Bid(call) => {
            user = bid_id(call);
            (Door::Sip { user: &user }, true)
        }
        CallDoor::RtbId(_) => return OfBid::None,
    };
    let (found, paid) = match arrival::arrival(&open, by, lends, now) {
        OfBids::NoBid => return OfBid::None,
        OfBids::Refused(why) => {
            return OfBid::Refused {
                publisher: why
                    .bid()
                    .and_then(|bid| of(&bid.bid_id))
                    .map(|kept| kept.bid.publisher),
                reason: why.sentence(),
            };
        }
        OfBids::Bid(bid) => (bid, true),
        OfBids::Unpaid(bid) => (bid, false),
    };
    let Some(kept) = of(&found.bid_id) else {
        return OfBid::None;
    };
    let Some(offered) = kept.bid.offered() else {
        return OfBid::None;
    };
    let mut promise = offered.promise.clone();
    if !paid {
        (promise.amount, promise.floor) = (None, None);
    }
    // What it holds itself, else what a later bid for the same caller took over from it.
    let holds = |b: &&&KeptBid| b.reserved.is_some() && b.came_at.is_none();
    let later = |b: &&&KeptBid| holds(b) && b.bid.caller == kept.bid.caller;
    let holder = Some(kept).filter(holds).or_else(|| {
        kept.bid.caller.as_ref()?;
        bids.iter().find(later)
    });
    let by_sip = matches!(door, CallDoor::Bid(_));
    OfBid::Came(Box::new(Came {
        uses: BidUse {
            came: kept.bid.call,
            taken: holder.map(|b| b.bid.call),
        },
        call: CallForBid {
            promise,
            auctions: offered.auctions.clone(),
            reserved: holder.and_then(|b| b.reserved.clone()).unwrap_or_default(),
            line: by_sip.then(|| line_of(set_up, kept)).flatten(),
            by_sip,
            after_s: now.secs_since(kept.bid.asked_at),
        },
        publisher: kept.bid.publisher,
        tags: kept.bid.tags.clone(),
    }))
}

/// The number that stands for the address of a call by SIP.
fn line_of(set_up: &SetUp, kept: &KeptBid) -> Option<E164> {
    let lent = kept
        .bid
        .offered()
        .and_then(|offered| offered.number.clone());
    lent.or_else(|| set_up.rtb_ids.get(&kept.bid.rtb_id)?.line.clone())
}
