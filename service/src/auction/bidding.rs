//! Asks bidders, all at once, and hands what they answered to the domain.
//!
//! Nothing is decided here. A bidder is asked if the health of its host allows it; what an answer is
//! worth, who wins, and how long anybody has is `domain::rtb`'s.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::id::{AccountId, TargetGroupId, TargetId};
use domain::rtb::answer::Scripts;
use domain::rtb::auction::Contender;
use domain::rtb::bid::{Bid, Refusal, Reply, Values, confirmed, judge};
use domain::rtb::circuit::Circuit;
use domain::rtb::held::{AfterBid, Held, Lot};
use domain::rtb::inquiry::Inquiry;
use domain::rtb::ping::{ANSWER_CHARS_KEPT, Ping, PingDetail, PingVerdict};
use domain::rtb::token::Facts;
use domain::target::Destination;
use domain::time::Timestamp;
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::bidder::{ReadyBidder, Step};
use crate::port::{Bidders, Clock, Heard};

/// Who takes part in an auction.
#[derive(Debug, Clone)]
pub struct Entrant {
    pub target: TargetId,
    /// Of its place in the ring tree: 1 comes first among equal bids.
    pub priority: u32,
    pub weight: u32,
    /// None if it has no request to send.
    pub bidder: Option<Arc<ReadyBidder>>,
    /// The limit that another ping would go over: then it is not asked.
    pub limit: Option<String>,
}

/// What came of asking once.
pub(crate) struct Answered {
    pub reply: Reply,
    pub took_ms: u32,
    pub status: Option<u16>,
    pub body: String,
}

/// Whose bidder, and its scheme, name and port.
type Host = (AccountId, String);

/// Functions that run at the same moment, at most.
const FUNCTIONS_MAX: usize = 32;

/// See the module.
#[derive(Clone)]
pub struct Bidding {
    bidders: Arc<dyn Bidders>,
    scripts: Arc<dyn Scripts + Send + Sync>,
    clock: Arc<dyn Clock>,
    /// How hosts fare, each account's by itself: one with too little patience spoils nobody else's.
    /// This server's own view: each finds out for itself.
    circuits: Arc<Mutex<HashMap<Host, Circuit>>>,
    /// Functions that may run at the same moment: one that could not be stopped keeps its thread.
    running: Arc<Semaphore>,
}

impl Bidding {
    /// Asks by these.
    #[must_use]
    pub fn new(
        bidders: Arc<dyn Bidders>,
        scripts: Arc<dyn Scripts + Send + Sync>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            bidders,
            scripts,
            clock,
            circuits: Arc::default(),
            running: Arc::new(Semaphore::new(FUNCTIONS_MAX)),
        }
    }

    /// When an auction begins that is held now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Holds an auction that begins at the lot's moment: who stood how, and every ping.
    pub async fn hold(
        &self,
        account: AccountId,
        lot: Lot,
        entrants: &[Entrant],
        about: &Facts<'_>,
    ) -> (Held, Vec<Ping>) {
        let (group, at) = (lot.group, lot.at);
        let deadline_ms = lot.terms.deadline_ms;
        let pings = entrants
            .iter()
            .map(|entrant| self.bid(account, entrant, about, deadline_ms, at));
        let done = join_all(pings).await;
        let took_ms = millis(self.clock.now().millis_since(at));
        let contenders: Vec<(Contender<TargetId>, AfterBid)> = (entrants.iter().zip(&done))
            .map(|(entrant, done)| {
                let contender = Contender {
                    id: entrant.target,
                    priority: entrant.priority,
                    weight: entrant.weight,
                    answered_ms: done.took_ms,
                    outcome: done.outcome.clone(),
                };
                (contender, done.after)
            })
            .collect();
        let (held, standings) = Held::settle(lot, took_ms, &contenders);
        let pings = (entrants.iter().zip(done).zip(&standings))
            .map(|((entrant, done), standing)| {
                let about = (entrant.target, group, at);
                Ping::of(about, done.took_ms, &done.outcome, standing, done.detail)
            })
            .collect();
        (held, pings)
    }

    /// One bidder's part in an auction.
    async fn bid(
        &self,
        account: AccountId,
        entrant: &Entrant,
        about: &Facts<'_>,
        deadline_ms: u32,
        at: Timestamp,
    ) -> Done {
        let Some(bidder) = &entrant.bidder else {
            return Done::unsent(Refusal::Unreachable {
                why: "it has no request to send.".to_owned(),
            });
        };
        if let Some(limit) = entrant.limit.clone() {
            return Done::unsent(Refusal::OverLimit { limit });
        }
        let has_ms = bidder.settings.has_ms(deadline_ms);
        let (inquiry, answered, outcome) = self.ask(Some(account), bidder, about, has_ms, at).await;
        Done {
            outcome,
            took_ms: answered.took_ms,
            after: bidder.settings.after(),
            detail: detail(&inquiry, answered),
        }
    }

    /// Asks one bidder for a bid, by settings that need not be saved, and judges what it answers. How
    /// its host fares is neither asked nor remembered.
    pub(crate) async fn try_out(
        &self,
        bidder: &Arc<ReadyBidder>,
        about: &Facts<'_>,
        within_ms: u32,
    ) -> (Inquiry, Answered, Result<Bid, Vec<Refusal>>) {
        self.ask(None, bidder, about, within_ms, self.clock.now())
            .await
    }

    async fn ask(
        &self,
        account: Option<AccountId>,
        bidder: &Arc<ReadyBidder>,
        about: &Facts<'_>,
        has_ms: u32,
        at: Timestamp,
    ) -> (Inquiry, Answered, Result<Bid, Vec<Refusal>>) {
        let inquiry = bidder.settings.request.render(&bidder.told(about, at));
        let answered = self
            .send(account, &inquiry, bidder, Step::Bid, has_ms, at)
            .await;
        let now = at.plus_millis(i64::from(answered.took_ms));
        let outcome = judge(&bidder.terms, &answered.reply, has_ms, now);
        (inquiry, answered, outcome)
    }

    /// Asks a winner to confirm, if it wants to be asked: where the call goes instead, or why its bid
    /// does not count.
    pub(super) async fn confirm(
        &self,
        (account, group, target): (AccountId, TargetGroupId, TargetId),
        bidder: Option<&Arc<ReadyBidder>>,
        about: &Facts<'_>,
        left_ms: u32,
    ) -> (Result<Option<Destination>, String>, Option<Ping>) {
        let Some((bidder, (step, _))) = bidder.and_then(|b| Some((b, b.confirmation.as_ref()?)))
        else {
            // It asks for none any more.
            return (Ok(None), None);
        };
        let has_ms = step.timeout_ms.min(left_ms);
        if has_ms == 0 {
            let why = "The caller waited too long already to ask it.".to_owned();
            return (Err(why), None);
        }
        let at = self.clock.now();
        let inquiry = step.request.render(&bidder.told(about, at));
        let answered = self
            .send(Some(account), &inquiry, bidder, Step::Confirm, has_ms, at)
            .await;
        let answer = confirmed(step, &answered.reply, has_ms);
        let took_ms = answered.took_ms;
        let ping = Ping {
            target,
            group,
            at,
            took_ms,
            confirms: true,
            verdict: match &answer {
                Ok(_) => PingVerdict::Confirmed,
                Err(_) => PingVerdict::Unconfirmed,
            },
            amount: None,
            net: None,
            bid_id: None,
            detail: PingDetail {
                words: match &answer {
                    Ok(_) => "Confirmed its bid.".to_owned(),
                    Err(why) => why.clone(),
                },
                ..detail(&inquiry, answered)
            },
        };
        (answer, Some(ping))
    }

    /// Sends a request once and reads the answer, all of it within the time.
    async fn send(
        &self,
        account: Option<AccountId>,
        inquiry: &Inquiry,
        bidder: &Arc<ReadyBidder>,
        step: Step,
        within_ms: u32,
        at: Timestamp,
    ) -> Answered {
        let host = account.map(|account| (account, origin(&inquiry.url).to_owned()));
        if host.as_ref().is_some_and(|host| !self.admits(host, at)) {
            return Answered {
                reply: Reply::CircuitOpen,
                took_ms: 0,
                status: None,
                body: String::new(),
            };
        }
        let within = Duration::from_millis(u64::from(within_ms));
        let (mut status, mut body, mut took_ms) = (None, String::new(), within_ms);
        // Until something else is heard, it did not answer.
        let mut fares = Some(false);
        let whole = async {
            match self.bidders.ask(inquiry, within).await {
                Heard::Answer {
                    status: told,
                    body: said,
                } => {
                    took_ms = millis(self.clock.now().millis_since(at));
                    fares = Some(true);
                    status = Some(told);
                    body = said;
                    self.read(Arc::clone(bidder), step, told, &body).await
                }
                Heard::TimedOut => Reply::TimedOut,
                Heard::TooLarge => {
                    fares = Some(true);
                    took_ms = millis(self.clock.now().millis_since(at));
                    Reply::TooLarge
                }
                Heard::Unsent(why) => {
                    fares = None;
                    took_ms = 0;
                    Reply::Unreachable { why }
                }
                Heard::Unreachable(why) => {
                    took_ms = millis(self.clock.now().millis_since(at));
                    Reply::Unreachable { why }
                }
            }
        };
        let reply = tokio::time::timeout(within, whole).await;
        let reply = reply.unwrap_or(Reply::TimedOut);
        if let (Some(host), Some(answers)) = (host, fares) {
            self.fared(host, answers, self.clock.now());
        }
        Answered {
            took_ms: match reply {
                Reply::TimedOut => within_ms,
                _ => took_ms,
            },
            reply,
            status,
            body,
        }
    }

    /// A function may run for a while: not on the thread that serves others.
    async fn read(&self, bidder: Arc<ReadyBidder>, step: Step, status: u16, body: &str) -> Reply {
        let Some(finders) = bidder.finders(step) else {
            return Reply::Unreadable {
                status,
                why: "Its parsers cannot be used any more.".to_owned(),
            };
        };
        if !finders.has_script() {
            return finders.read(status, body, &*self.scripts);
        }
        let (scripts, body) = (Arc::clone(&self.scripts), body.to_owned());
        let Ok(place) = Arc::clone(&self.running).acquire_owned().await else {
            return Reply::TimedOut;
        };
        let run = move || {
            let _place = place;
            match bidder.finders(step) {
                Some(finders) => finders.read(status, &body, &*scripts),
                None => Reply::TimedOut,
            }
        };
        let read = tokio::task::spawn_blocking(run).await;
        read.unwrap_or_else(|_| Reply::Unreadable {
            status,
            why: "The function failed.".to_owned(),
        })
    }

    fn admits(&self, host: &Host, now: Timestamp) -> bool {
        let mut all = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        all.get_mut(host).is_none_or(|circuit| circuit.admits(now))
    }

    fn fared(&self, host: Host, answers: bool, now: Timestamp) {
        let mut all = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        if answers {
            // All is well: there is nothing to remember.
            all.remove(&host);
        } else {
            all.entry(host).or_default().failed(now);
        }
    }
}

impl std::fmt::Debug for Bidding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bidding").finish_non_exhaustive()
    }
}

/// What became of one bidder in an auction.
struct Done {
    outcome: Result<Bid, Vec<Refusal>>,
    took_ms: u32,
    after: AfterBid,
    detail: PingDetail,
}

impl Done {
    fn unsent(why: Refusal) -> Self {
        Self {
            outcome: Err(vec![why]),
            took_ms: 0,
            after: AfterBid::default(),
            detail: PingDetail::default(),
        }
    }
}

/// What is kept of a ping.
fn detail(inquiry: &Inquiry, answered: Answered) -> PingDetail {
    let unsent = matches!(answered.reply, Reply::CircuitOpen);
    PingDetail {
        request: (!unsent).then(|| inquiry.shown()),
        status: answered.status,
        answer: kept(&answered.body),
        values: match answered.reply {
            Reply::Answered { values, .. } => values,
            _ => Values::default(),
        },
        words: String::new(),
    }
}

/// The beginning of an answer. PostgreSQL takes no text with a NUL.
pub(crate) fn kept(body: &str) -> String {
    body.chars()
        .filter(|c| *c != '\0')
        .take(ANSWER_CHARS_KEPT)
        .collect()
}

/// Scheme, name and port of an address: whose health is watched together.
fn origin(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?', '#']);
    end.map_or(url, |end| &url[..after + end])
}

fn millis(ms: i64) -> u32 {
    u32::try_from(ms.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_told_apart_by_scheme_name_and_port() {
        for (url, host) in [
            ("https://bid.example/p?x=1", "https://bid.example"),
            ("http://bid.example:8080?x", "http://bid.example:8080"),
            ("https://bid.example", "https://bid.example"),
            ("", ""),
        ] {
            assert_eq!(origin(url), host);
        }
    }
}
