//! Holds auctions: asks bidders all at once, and hands what they answered to the domain.
//!
//! Nothing is decided here. A bidder is asked if its limits and the health of its host allow it; what
//! an answer is worth, who wins, and whom to ask is `domain::rtb`'s.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use domain::call::session::Session;
use domain::id::{CallId, RouteId, TargetGroupId, TargetId};
use domain::plan::RoutingPlan;
use domain::rtb::answer::{Finders, Scripts};
use domain::rtb::auction::Contender;
use domain::rtb::bid::{Bid, BidTerms, Refusal, Reply, Values, confirmed, judge};
use domain::rtb::bidder::{Bidder, ConfirmationStep, PingCounts};
use domain::rtb::circuit::Circuit;
use domain::rtb::held::{AUCTIONS_MS_MAX, AfterBid, Asks, Held, Lot};
use domain::rtb::inquiry::Inquiry;
use domain::rtb::ping::{ANSWER_CHARS_KEPT, Ping, PingDetail, PingVerdict};
use domain::rtb::token::{Facts, Party};
use domain::tag::Tags;
use domain::target::Destination;
use domain::time::Timestamp;
use futures_util::future::join_all;
use store::{Db, StoreError, TenantScope};

use crate::plan::SetUp;
use crate::port::{Bidders, Clock, Heard};

/// Seconds of the spans that pings are counted in.
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// A bidder made ready: what it is written with is looked at once.
#[derive(Debug)]
pub(crate) struct ReadyBidder {
    pub id: String,
    pub name: String,
    pub sub_id: String,
    pub settings: Bidder,
    terms: BidTerms,
    finders: Option<Finders>,
    confirmation: Option<(ConfirmationStep, Option<Finders>)>,
}

impl ReadyBidder {
    /// Makes a bidder ready. Parsers that cannot be used any more find nothing.
    pub(crate) fn new(
        id: TargetId,
        name: &str,
        sub_id: &str,
        settings: &Bidder,
        destination: &Destination,
    ) -> Self {
        let confirmation = settings.confirmation.clone();
        Self {
            id: id.to_string(),
            name: name.to_owned(),
            sub_id: sub_id.to_owned(),
            terms: settings.terms(destination),
            finders: Finders::new(&settings.parsers).ok(),
            confirmation: confirmation.map(|step| {
                let finders = Finders::new(&step.parsers()).ok();
                (step, finders)
            }),
            settings: settings.clone(),
        }
    }
}

/// The call that bidders are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub scope: TenantScope,
    /// The call's id as text, and those of its campaign and publisher.
    pub ids: &'a SubjectIds,
    pub session: &'a Session,
    pub tags: &'a Tags,
    pub set_up: &'a SetUp,
    pub plan: &'a RoutingPlan,
}

/// Ids as tokens tell them.
#[derive(Debug, Default)]
pub(crate) struct SubjectIds {
    call: String,
    campaign: String,
    publisher: String,
}

impl SubjectIds {
    pub(crate) fn of(call: CallId, session: &Session) -> Self {
        Self {
            call: call.to_string(),
            campaign: session
                .campaign
                .map(|id| id.to_string())
                .unwrap_or_default(),
            publisher: session
                .publisher
                .map(|id| id.to_string())
                .unwrap_or_default(),
        }
    }
}

/// What has been asked for a step so far. It outlives a step that was lost to another delivery of the
/// same call, so that nobody is asked twice for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// The call's auctions before anybody was asked.
    before: Vec<Held>,
    /// All of them now.
    pub auctions: Vec<Held>,
    pub pings: Vec<Ping>,
    /// How long the caller waited for bidders, in milliseconds.
    waited_ms: u32,
}

impl Asked {
    /// The same if the call still has the auctions it had; otherwise from what it has now.
    pub(crate) fn over(self, session: &Session) -> Self {
        if self.before == session.auctions {
            return self;
        }
        Self::of(session)
    }

    pub(crate) fn of(session: &Session) -> Self {
        Self {
            before: session.auctions.clone(),
            auctions: session.auctions.clone(),
            ..Self::default()
        }
    }
}

/// What came of asking once.
pub(crate) struct Answered {
    pub reply: Reply,
    pub took_ms: u32,
    pub status: Option<u16>,
    pub body: String,
}

/// See the module.
#[derive(Clone)]
pub struct Auctions {
    db: Db,
    bidders: Arc<dyn Bidders>,
    scripts: Arc<dyn Scripts + Send + Sync>,
    clock: Arc<dyn Clock>,
    /// How hosts fare, by scheme, name and port. This server's own view: each finds out for itself.
    circuits: Arc<Mutex<HashMap<String, Circuit>>>,
}

impl Auctions {
    pub(crate) fn new(
        db: Db,
        bidders: Arc<dyn Bidders>,
        scripts: Arc<dyn Scripts + Send + Sync>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            db,
            bidders,
            scripts,
            clock,
            circuits: Arc::default(),
        }
    }

    /// Asks whom a decision wants to be asked.
    pub(crate) async fn ask(
        &self,
        subject: &Subject<'_>,
        asks: &Asks,
        asked: &mut Asked,
    ) -> Result<(), StoreError> {
        match asks {
            Asks::Bids {
                route,
                group,
                targets,
                deadline_ms,
            } => {
                let (held, pings) = self
                    .hold(subject, (*route, *group), targets, *deadline_ms)
                    .await?;
                asked.waited_ms = asked.waited_ms.saturating_add(held.took_ms);
                asked.auctions.push(held);
                asked.pings.extend(pings);
            }
            Asks::Confirmation { route, target } => {
                let of_route = |held: &&mut Held| held.route == *route;
                let last = asked.auctions.iter_mut().rev().find(of_route);
                let Some(held) = last.filter(|held| held.said(*target).is_some()) else {
                    return Ok(());
                };
                let left_ms = AUCTIONS_MS_MAX.saturating_sub(asked.waited_ms);
                let (answer, ping) = self.confirm(subject, held.group, *target, left_ms).await;
                held.confirm(*target, answer);
                if let Some(ping) = ping {
                    asked.waited_ms = asked.waited_ms.saturating_add(ping.took_ms);
                    asked.pings.push(ping);
                }
            }
        }
        Ok(())
    }

    async fn hold(
        &self,
        subject: &Subject<'_>,
        (route, group): (RouteId, TargetGroupId),
        targets: &[TargetId],
        deadline_ms: u32,
    ) -> Result<(Held, Vec<Ping>), StoreError> {
        let at = self.clock.now();
        let tree = subject.plan.groups.get(&group);
        let mut terms = tree.and_then(|tree| tree.auction).unwrap_or_default();
        terms.deadline_ms = deadline_ms;
        let limited = self.over_limits(subject, targets, at).await?;
        let pings = targets.iter().map(|target| {
            let limit = limited.get(target).cloned();
            self.bid(subject, *target, limit, deadline_ms, at)
        });
        let done = join_all(pings).await;
        let took_ms = millis(self.clock.now().millis_since(at));
        let member = |id: TargetId| {
            let members = tree.iter().flat_map(|tree| &tree.members);
            let of = members.into_iter().find(|member| member.target == id);
            of.map_or((1, 1), |member| (member.priority, member.weight))
        };
        let contenders: Vec<(Contender<TargetId>, AfterBid)> = (targets.iter().zip(&done))
            .map(|(id, done)| {
                let (priority, weight) = member(*id);
                let contender = Contender {
                    id: *id,
                    priority,
                    weight,
                    answered_ms: done.took_ms,
                    outcome: done.outcome.clone(),
                };
                (contender, done.after)
            })
            .collect();
        let lot = Lot {
            route,
            group,
            name: tree.map(|tree| tree.name.clone()).unwrap_or_default(),
            at,
            terms,
        };
        let (held, standings) = Held::settle(lot, took_ms, &contenders);
        let pings = (targets.iter().zip(done).zip(&standings))
            .map(|((id, done), standing)| {
                let about = (*id, group, at);
                Ping::of(about, done.took_ms, &done.outcome, standing, done.detail)
            })
            .collect();
        Ok((held, pings))
    }

    /// Whose limits another ping would go over.
    async fn over_limits(
        &self,
        subject: &Subject<'_>,
        targets: &[TargetId],
        now: Timestamp,
    ) -> Result<BTreeMap<TargetId, String>, StoreError> {
        let limits: BTreeMap<TargetId, _> = (targets.iter())
            .filter_map(|id| Some((*id, subject.set_up.bidders.get(id)?.settings.limits)))
            .filter(|(_, limits)| limits.any())
            .collect();
        let mut counts: BTreeMap<TargetId, PingCounts> = BTreeMap::new();
        if !limits.is_empty() {
            let conn = self.db.read().await?;
            let tenant = conn.tenant(&subject.scope);
            for span in [MINUTE_S, HOUR_S, DAY_S] {
                let asks = limits.iter().filter(|(_, limit)| match span {
                    MINUTE_S => limit.minute.is_some(),
                    HOUR_S => limit.hour.is_some(),
                    _ => limit.day.is_some(),
                });
                let ids: Vec<TargetId> = asks.map(|(id, _)| *id).collect();
                if ids.is_empty() {
                    continue;
                }
                for (id, pings) in tenant.ping_counts(&ids, now.plus_secs(-span)).await? {
                    let of = counts.entry(id).or_default();
                    match span {
                        MINUTE_S => of.minute = pings,
                        HOUR_S => of.hour = pings,
                        _ => of.day = pings,
                    }
                }
            }
        }
        let reached = |(id, limits): (TargetId, domain::rtb::bidder::PingLimits)| {
            let counts = counts.get(&id).copied().unwrap_or_default();
            Some((id, limits.reached(counts)?))
        };
        Ok(limits.into_iter().filter_map(reached).collect())
    }

    /// One bidder's part in an auction.
    async fn bid(
        &self,
        subject: &Subject<'_>,
        target: TargetId,
        limit: Option<String>,
        deadline_ms: u32,
        at: Timestamp,
    ) -> Done {
        let Some(bidder) = subject.set_up.bidders.get(&target) else {
            return Done::unsent(Refusal::Unreachable {
                why: "it has no request to send.".to_owned(),
            });
        };
        if let Some(limit) = limit {
            return Done::unsent(Refusal::OverLimit { limit });
        }
        let inquiry = bidder.settings.request.render(&facts(subject, bidder, at));
        let has_ms = bidder.settings.has_ms(deadline_ms);
        let answered = self.send(&inquiry, bidder, Step::Bid, has_ms, at).await;
        let now = at.plus_millis(i64::from(answered.took_ms));
        let outcome = judge(&bidder.terms, &answered.reply, has_ms, now);
        Done {
            outcome,
            took_ms: answered.took_ms,
            after: bidder.settings.after(),
            detail: detail(&inquiry, answered),
        }
    }

    async fn confirm(
        &self,
        subject: &Subject<'_>,
        group: TargetGroupId,
        target: TargetId,
        left_ms: u32,
    ) -> (Result<Option<Destination>, String>, Option<Ping>) {
        let bidder = subject.set_up.bidders.get(&target);
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
        let inquiry = step.request.render(&facts(subject, bidder, at));
        let answered = self.send(&inquiry, bidder, Step::Confirm, has_ms, at).await;
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
        inquiry: &Inquiry,
        bidder: &Arc<ReadyBidder>,
        step: Step,
        within_ms: u32,
        at: Timestamp,
    ) -> Answered {
        let host = origin(&inquiry.url).to_owned();
        if !self.admits(&host, at) {
            return Answered {
                reply: Reply::CircuitOpen,
                took_ms: 0,
                status: None,
                body: String::new(),
            };
        }
        let within = Duration::from_millis(u64::from(within_ms));
        let (mut status, mut body, mut took_ms) = (None, String::new(), within_ms);
        let whole = async {
            match self.bidders.ask(inquiry, within).await {
                Heard::Answer {
                    status: told,
                    body: said,
                } => {
                    took_ms = millis(self.clock.now().millis_since(at));
                    status = Some(told);
                    body = said;
                    self.read(Arc::clone(bidder), step, told, &body).await
                }
                Heard::TimedOut => Reply::TimedOut,
                Heard::TooLarge => {
                    took_ms = millis(self.clock.now().millis_since(at));
                    Reply::TooLarge
                }
                Heard::Unreachable(why) => {
                    took_ms = millis(self.clock.now().millis_since(at));
                    Reply::Unreachable { why }
                }
            }
        };
        let reply = tokio::time::timeout(within, whole).await;
        let reply = reply.unwrap_or(Reply::TimedOut);
        self.fared(&host, &reply, self.clock.now());
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
        let run = move || match bidder.finders(step) {
            Some(finders) => finders.read(status, &body, &*scripts),
            None => Reply::TimedOut,
        };
        let read = tokio::task::spawn_blocking(run).await;
        read.unwrap_or_else(|_| Reply::Unreadable {
            status,
            why: "The function failed.".to_owned(),
        })
    }

    /// Asks with settings that are not saved yet, and tells what came back; what it would be worth is
    /// judged as in an auction.
    pub(crate) async fn try_out(
        &self,
        bidder: &Arc<ReadyBidder>,
        facts: &Facts<'_>,
        within_ms: u32,
    ) -> (Inquiry, Answered, Result<Bid, Vec<Refusal>>) {
        let at = self.clock.now();
        let inquiry = bidder.settings.request.render(facts);
        let answered = self.send(&inquiry, bidder, Step::Bid, within_ms, at).await;
        let now = at.plus_millis(i64::from(answered.took_ms));
        let outcome = judge(&bidder.terms, &answered.reply, within_ms, now);
        (inquiry, answered, outcome)
    }

    fn admits(&self, host: &str, now: Timestamp) -> bool {
        let mut all = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        all.get_mut(host).is_none_or(|circuit| circuit.admits(now))
    }

    fn fared(&self, host: &str, reply: &Reply, now: Timestamp) {
        let mut all = self.circuits.lock().unwrap_or_else(PoisonError::into_inner);
        match reply {
            Reply::TimedOut | Reply::Unreachable { .. } => {
                all.entry(host.to_owned()).or_default().failed(now);
            }
            // All is well: there is nothing to remember.
            _ => drop(all.remove(host)),
        }
    }
}

impl std::fmt::Debug for Auctions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auctions").finish_non_exhaustive()
    }
}

/// Which of a bidder's two requests.
#[derive(Clone, Copy)]
enum Step {
    Bid,
    Confirm,
}

impl ReadyBidder {
    fn finders(&self, step: Step) -> Option<&Finders> {
        match step {
            Step::Bid => self.finders.as_ref(),
            Step::Confirm => self.confirmation.as_ref()?.1.as_ref(),
        }
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

/// What tokens stand for.
fn facts<'a>(subject: &Subject<'a>, bidder: &'a ReadyBidder, now: Timestamp) -> Facts<'a> {
    let session = subject.session;
    let publisher = (session.publisher).and_then(|id| subject.set_up.publishers.get(&id));
    Facts {
        call: &subject.ids.call,
        caller: &session.from,
        exposed: bidder.settings.exposes_caller,
        dialed: &session.to,
        publisher: publisher.map_or_else(Party::default, |publisher| Party {
            id: &subject.ids.publisher,
            name: &publisher.name,
            sub_id: &publisher.sub_id,
        }),
        campaign: Party {
            id: &subject.ids.campaign,
            name: &subject.plan.campaign_name,
            sub_id: "",
        },
        target: Party {
            id: &bidder.id,
            name: &bidder.name,
            sub_id: &bidder.sub_id,
        },
        duplicate: session.duplicate.is_some(),
        now,
        tags: subject.tags,
    }
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
