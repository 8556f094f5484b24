//! Answers publishers' pings, and keeps what was answered.
//!
//! One read tells all that an answer needs, one write keeps it with what it claims; bidders are asked in
//! between where the routing plan wants that. What is answered, `domain::rtb_id::asking` decides.

mod release;
pub mod report;
pub(crate) mod view;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use domain::block::Blocklist;
use domain::call::reservation::Reservation;
use domain::id::{AccountId, CallId, RtbId, TargetId};
use domain::ledger::payout::PayoutUsage;
use domain::phone::{Caller, E164};
use domain::routing::Clocks;
use domain::rtb::held::{Asks, Held};
use domain::rtb_id::asking::{Facts, Looked, Outcome, known_of, look, sample};
use domain::rtb_id::bid::{PublisherBid, Said};
use domain::rtb_id::ping::{Ping, PingCaller};
use domain::rtb_id::rate::{KEPT_OVER, RateLimit};
use domain::rtb_id::reject::Reject;
use domain::rtb_id::settings::{CompiledRtbId, Environment, PingKey, TEST_LIMIT};
use domain::tag::Tags;
use domain::time::{LocalMoment, Timestamp};
use store::{BidKept, BidStep, CallDoor, Db, KeptBid, NumberHome, TenantScope};

use crate::auction::{Asked, Auctions, Subject, SubjectIds};
use crate::error::Error;
use crate::plan::{PlanCache, SetUp, clocks_of, usage_map};
use crate::port::{Clock, Ids};
use crate::zone;

/// How often an answer is worked out anew because others took what it wanted.
const ROUNDS_MAX: u32 = 20;

/// See the module.
#[derive(Clone)]
pub struct RtbBids {
    db: Db,
    plans: PlanCache,
    ids: Arc<dyn Ids>,
    clock: Arc<dyn Clock>,
    auctions: Auctions,
    /// Where calls come in by SIP; none where that is not set up.
    sip_host: Option<Arc<str>>,
    /// Callers for whom bidders are being asked by this server: a ping that comes back to us while it is
    /// being answered is not answered by asking again.
    under_way: Arc<Mutex<HashSet<(AccountId, E164)>>>,
}

/// What becomes of a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pinged {
    Answered(Box<PublisherBid>),
    /// The key is missing or wrong.
    Forbidden,
    /// There is no such RTB id.
    Unknown,
}

/// What is known of a ping from one try to the next.
#[derive(Default)]
struct Tries {
    /// What bidders were asked and said.
    asked: Option<Asked>,
    /// Targets whose line others took.
    lost: Vec<TargetId>,
    /// It was counted, before bidders were asked.
    counted: bool,
    /// The number that was found for a caller whom nobody named.
    lent: Option<E164>,
}

/// One try.
enum Tried {
    Done(Pinged),
    /// Others took what it wanted.
    Again,
}

impl Pinged {
    /// Whether a bid was made on the number.
    fn lends(&self, number: &E164) -> bool {
        match self {
            Self::Answered(bid) => {
                bid.offered().and_then(|offered| offered.number.as_ref()) == Some(number)
            }
            Self::Forbidden | Self::Unknown => false,
        }
    }
}

impl std::fmt::Debug for RtbBids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RtbBids")
            .field("sip_host", &self.sip_host)
            .finish_non_exhaustive()
    }
}

impl RtbBids {
    pub(crate) fn new(
        db: Db,
        plans: PlanCache,
        (ids, clock): (Arc<dyn Ids>, Arc<dyn Clock>),
        auctions: Auctions,
        sip_host: &str,
    ) -> Self {
        let host = sip_host.trim();
        Self {
            db,
            plans,
            ids,
            clock,
            auctions,
            sip_host: (!host.is_empty()).then(|| Arc::from(host)),
            under_way: Arc::default(),
        }
    }

    /// Where calls come in by SIP, if that is set up.
    #[must_use]
    pub fn sip_host(&self) -> Option<&str> {
        self.sip_host.as_deref()
    }

    /// Answers a ping. When this comes back, the answer is kept: a call for it will be known.
    ///
    /// # Errors
    /// What the database says; then nothing was promised.
    pub async fn ping(
        &self,
        environment: Environment,
        id: RtbId,
        ping: &Ping,
        admits: impl Fn(&PingKey) -> bool,
        now: Timestamp,
    ) -> Result<Pinged, Error> {
        let asks = (environment, id, self.ids.call());
        let mut tries = Tries::default();
        let mut done = Err(Error::Unavailable(Box::new(std::io::Error::other(
            "a ping kept losing to others",
        ))));
        for _ in 0..ROUNDS_MAX {
            match self.try_ping(asks, ping, &admits, &mut tries, now).await {
                Ok(Tried::Again)
                | Err(Error::Unavailable(_) | Error::Conflict { code: "stale", .. }) => {}
                Ok(Tried::Done(answered)) => {
                    done = Ok(answered);
                    break;
                }
                Err(failure) => {
                    done = Err(failure);
                    break;
                }
            }
        }
        if let Some(number) = tries.lent
            && !done.as_ref().is_ok_and(|done| done.lends(&number))
            && let Err(failure) = self.take_back(id, &number, now).await
        {
            // It is free again when the bid would have expired; what is answered stands.
            tracing::warn!(
                error = &failure as &dyn std::error::Error,
                "a lent number could not be taken back"
            );
        }
        done
    }

    async fn try_ping(
        &self,
        (environment, id, call): (Environment, RtbId, CallId),
        ping: &Ping,
        admits: &impl Fn(&PingKey) -> bool,
        tries: &mut Tries,
        now: Timestamp,
    ) -> Result<Tried, Error> {
        let caller = match &ping.caller {
            PingCaller::Known(number) => Caller::Number(number.clone()),
            PingCaller::Missing | PingCaller::Malformed(_) => Caller::Anonymous,
        };
        let conn = self.db.read().await?;
        let platform = conn.platform();
        let home = platform
            .home_of_call(CallDoor::RtbId(id), &caller, now)
            .await?;
        let Some(home) = home else {
            return Ok(Tried::Done(Pinged::Unknown));
        };
        let scope = home.scope;
        let set_up = self.plans.get(&conn, &scope, home.generation, now).await?;
        let Some(ready) = set_up.rtb_ids.get(&id).cloned() else {
            return Ok(Tried::Done(Pinged::Unknown));
        };
        if !admits(&ready.settings.key) {
            return Ok(Tried::Done(Pinged::Forbidden));
        }
        if environment == Environment::Sandbox {
            let bid = sample(&ready, call, ping, now);
            return Ok(Tried::Done(Pinged::Answered(Box::new(bid))));
        }
        let limit = match environment {
            Environment::Production => ready.settings.rate,
            Environment::Test | Environment::Sandbox => TEST_LIMIT,
        };
        let caps = &ready.settings;
        let has_caps = caps.caps != Default::default() || caps.dollars != Default::default();
        let paid = match has_caps {
            true => {
                let paid = conn.tenant(&scope).payout_usage(ready.publisher).await?;
                paid.get(&ready.rule).copied().unwrap_or_default()
            }
            false => PayoutUsage::default(),
        };
        drop(conn);
        let mut about = About::new(&home, &set_up, &ready, environment, ping, now);
        let held = || Asked::of(&about.auctions(&ready));
        let asked = tries.asked.get_or_insert_with(held);
        let usage = usage_map(&home.usage, &home.groups);
        let blocks = Blocklist::new(home.blocks.clone());
        let asked_before = match environment {
            Environment::Production => home.asked.0,
            Environment::Test | Environment::Sandbox => home.asked.1,
        };
        loop {
            let facts = Facts {
                call,
                id: &ready,
                publisher: set_up.publishers.get(&ready.publisher).map(|p| &**p),
                plan: set_up.plans.get(&ready.campaign).map(|p| &**p),
                environment,
                ping,
                tags: &about.tags,
                blocks: &blocks,
                history: &home.history,
                asked: asked_before,
                paid,
                local: &about.local,
                open: &about.open,
                under_way: about.under_way,
                reserved: about.reserved(),
                usage: &usage,
                lost: &tries.lost,
                clocks: &about.clocks,
                auctions: &asked.auctions,
                sip_host: self.sip_host.as_deref(),
                now,
            };
            let outcome = match look(facts) {
                Looked::Asks(asks) => {
                    if !tries.counted {
                        // Before anybody is asked, or any number of pings at once would ask.
                        tries.counted = self.count(&scope, (id, environment), limit, now).await?;
                        if !tries.counted {
                            return Ok(Tried::Again);
                        }
                    }
                    let subject = (scope, call, ping, &caller);
                    let held = self
                        .ask(subject, &set_up, &ready, &about, &asks, asked)
                        .await?;
                    about.under_way = !held;
                    continue;
                }
                Looked::Same(bid) => return Ok(Tried::Done(Pinged::Answered(bid))),
                Looked::Done(outcome) => *outcome,
            };
            let flooded = limit.is_flooded(asked_before, now);
            if flooded && outcome.bid.reject().is_some_and(|r| r.code() == 1024) {
                return Ok(Tried::Done(Pinged::Answered(Box::new(outcome.bid))));
            }
            return self
                .keep(&scope, (&ready, limit), outcome, &about, tries, now)
                .await;
        }
    }

    /// Asks bidders, unless they are being asked for the same caller already: whether they were.
    async fn ask(
        &self,
        (scope, call, ping, caller): (TenantScope, CallId, &Ping, &Caller),
        set_up: &SetUp,
        ready: &CompiledRtbId,
        about: &About,
        asks: &Asks,
        asked: &mut Asked,
    ) -> Result<bool, Error> {
        let Some(plan) = set_up.plans.get(&ready.campaign) else {
            return Err(Error::NotFound("campaign"));
        };
        let _under_way = match caller.number() {
            Some(number) => {
                match UnderWay::enter(&self.under_way, (scope.account(), number.clone())) {
                    Some(entered) => Some(entered),
                    None => return Ok(false),
                }
            }
            None => None,
        };
        let ids = SubjectIds::of(call, Some(ready.campaign), Some(ready.publisher));
        let withheld = Caller::Anonymous;
        let subject = Subject {
            scope,
            ids: &ids,
            caller: if ping.expose_caller {
                caller
            } else {
                &withheld
            },
            dialed: "",
            publisher: Some(ready.publisher),
            duplicate: about.duplicate,
            tags: &about.tags,
            set_up,
            plan,
        };
        self.auctions.ask(&subject, asks, asked).await?;
        Ok(true)
    }

    async fn keep(
        &self,
        scope: &TenantScope,
        (ready, limit): (&CompiledRtbId, RateLimit),
        mut outcome: Outcome,
        about: &About,
        tries: &mut Tries,
        now: Timestamp,
    ) -> Result<Tried, Error> {
        if outcome.wants_number {
            self.lend(scope, ready, &mut outcome, tries, now).await?;
        }
        let took_ms = self.clock.now().millis_since(now);
        outcome.bid.took_ms = u32::try_from(took_ms.max(0)).unwrap_or(u32::MAX);
        let over_limit = (outcome.bid.reject()).is_some_and(|reject| reject.code() == 1024);
        let limit = RateLimit {
            // Some of those over the limit are kept, to be seen.
            pings: match over_limit {
                true => limit.pings.saturating_add(KEPT_OVER),
                false => limit.pings,
            },
            ..limit
        };
        let offers = outcome.bid.offered().is_some();
        let is_unlimited = outcome.bid.reject().is_some_and(Reject::is_unlimited);
        let is_real = outcome.bid.environment == Environment::Production;
        let taken = about.holder().filter(|_| offers && is_real);
        let until = (outcome.bid.offered()).map_or(now, |offered| offered.expires_at);
        let (freed, freed_groups) = outcome.unused.freed();
        let pings = tries.asked.as_ref().map(|asked| &asked.pings[..]);
        let step = BidStep {
            bid: &outcome.bid,
            reserved: &outcome.reserved,
            limit,
            held_until: match taken {
                Some(_) => until.max(about.held_until()),
                None => until,
            },
            taken,
            seen: &about.seen,
            counted: tries.counted,
            claims: &outcome.claims,
            group_claim: outcome.group_claim.as_ref(),
            freed: &freed,
            freed_groups: &freed_groups,
            pings: pings.unwrap_or_default(),
            now,
        };
        let conn = self.db.write_step().await?;
        match conn.tenant(scope).keep_bid(&step).await? {
            BidKept::Done => {
                conn.commit().await?;
                Ok(Tried::Done(Pinged::Answered(Box::new(outcome.bid))))
            }
            // Enough of what nothing was bid for is kept; what is said of it stays the same.
            BidKept::Overtaken if is_unlimited => {
                Ok(Tried::Done(Pinged::Answered(Box::new(outcome.bid))))
            }
            BidKept::ClaimLost => {
                // The fresh reading may not show why: whoever was faster may have given it back.
                tries
                    .lost
                    .extend(outcome.claims.first().map(|claim| claim.target));
                Ok(Tried::Again)
            }
            BidKept::Overtaken | BidKept::ReservationGone => Ok(Tried::Again),
        }
    }

    /// Finds a number for a caller whom nobody named.
    async fn lend(
        &self,
        scope: &TenantScope,
        ready: &CompiledRtbId,
        outcome: &mut Outcome,
        tries: &mut Tries,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Said::Offer(offered) = &mut outcome.bid.said else {
            return Ok(());
        };
        if tries.lent.is_none() {
            let conn = self.db.write().await?;
            let tenant = conn.tenant(scope);
            // For as long as a bid of the id can hold: the number is kept for the next try too.
            let until = now
                .plus_secs(i64::from(ready.settings.expiry_s))
                .max(offered.expires_at);
            tries.lent = tenant.lend_number(&ready.numbers, until, now).await?;
            conn.commit().await?;
        }
        offered.number.clone_from(&tries.lent);
        if offered.number.is_none() && offered.sip.is_none() {
            outcome.bid.said = Said::Nothing(Reject::PoolExhausted);
            outcome.claims.clear();
            outcome.group_claim = None;
            (outcome.unused, outcome.reserved) = Default::default();
        }
        Ok(())
    }

    /// Takes back the number that was lent for a bid that was not made.
    async fn take_back(&self, id: RtbId, number: &E164, now: Timestamp) -> Result<(), Error> {
        let conn = self.db.read().await?;
        let door = CallDoor::RtbId(id);
        let platform = conn.platform();
        let home = platform.home_of_call(door, &Caller::Anonymous, now).await?;
        drop(conn);
        let Some(home) = home else { return Ok(()) };
        let conn = self.db.write().await?;
        conn.tenant(&home.scope).take_back_number(number).await?;
        conn.commit().await?;
        Ok(())
    }

    async fn count(
        &self,
        scope: &TenantScope,
        (id, environment): (RtbId, Environment),
        limit: RateLimit,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let conn = self.db.write().await?;
        let tenant = conn.tenant(scope);
        let counted = tenant.count_ping(id, environment, limit, now).await?;
        conn.commit().await?;
        Ok(counted)
    }
}

/// What is known of a ping beside itself.
struct About {
    tags: Tags,
    local: LocalMoment,
    clocks: Clocks,
    duplicate: bool,
    /// Bids for the same caller that hold.
    open: Vec<PublisherBid>,
    /// The one of them that holds something for the call, what, and until when.
    held: Option<(CallId, Reservation, Timestamp)>,
    /// All bids that were looked at.
    seen: Vec<CallId>,
    nothing: Reservation,
    under_way: bool,
}

impl About {
    fn new(
        home: &NumberHome,
        set_up: &SetUp,
        ready: &CompiledRtbId,
        environment: Environment,
        ping: &Ping,
        now: Timestamp,
    ) -> Self {
        let mut tags = ping.tags.clone();
        if let PingCaller::Known(number) = &ping.caller {
            tags.join(&known_of(number));
        }
        let plan = set_up.plans.get(&ready.campaign);
        let holds = |kept: &&KeptBid| {
            kept.came_at.is_none()
                && kept.bid.environment == environment
                && kept.bid.offered().is_some_and(|o| o.expires_at > now)
        };
        let open: Vec<&KeptBid> = home.bids.iter().filter(holds).collect();
        let caller = match &ping.caller {
            PingCaller::Known(number) => Caller::Number(number.clone()),
            PingCaller::Missing | PingCaller::Malformed(_) => Caller::Anonymous,
        };
        Self {
            tags,
            local: zone::local(&ready.settings.zone, now),
            clocks: plan.map(|plan| clocks_of(plan, now)).unwrap_or_default(),
            duplicate: plan.is_some_and(|plan| {
                let mark = plan.mark.mark(&caller, plan.campaign, &home.history, now);
                mark.is_some()
            }),
            held: (open.iter())
                .filter(|kept| kept.bid.campaign == ready.campaign)
                .find_map(|kept| {
                    let until = kept.bid.offered()?.expires_at;
                    Some((kept.bid.call, kept.reserved.clone()?, until))
                }),
            seen: home.bids.iter().map(|kept| kept.bid.call).collect(),
            open: open.into_iter().map(|kept| kept.bid.clone()).collect(),
            nothing: Reservation::default(),
            under_way: false,
        }
    }

    fn reserved(&self) -> &Reservation {
        self.held
            .as_ref()
            .map_or(&self.nothing, |(_, held, _)| held)
    }

    fn holder(&self) -> Option<CallId> {
        self.held.as_ref().map(|(call, ..)| *call)
    }

    /// Until when the holder's bid holds.
    fn held_until(&self) -> Timestamp {
        (self.held.as_ref()).map_or(Timestamp(0), |(.., until)| *until)
    }

    /// What bidders said of this caller a moment ago: nobody is asked again while that may hold.
    fn auctions(&self, ready: &CompiledRtbId) -> Vec<Held> {
        let held = |bid: &PublisherBid| {
            let auctions = &bid.offered()?.auctions;
            (!auctions.is_empty()).then(|| auctions.clone())
        };
        let mut of_campaign = (self.open.iter()).filter(|bid| bid.campaign == ready.campaign);
        of_campaign.find_map(held).unwrap_or_default()
    }
}

/// That bidders are being asked for a caller, until it is dropped.
struct UnderWay {
    all: Arc<Mutex<HashSet<(AccountId, E164)>>>,
    of: (AccountId, E164),
}

impl UnderWay {
    fn enter(all: &Arc<Mutex<HashSet<(AccountId, E164)>>>, of: (AccountId, E164)) -> Option<Self> {
        let new = all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(of.clone());
        new.then(|| Self {
            all: Arc::clone(all),
            of,
        })
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.remove(&self.of);
    }
}
