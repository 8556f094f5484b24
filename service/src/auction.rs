//! Holds the auctions of calls: finds who takes part, and remembers who was asked.

pub mod bidder;
pub mod bidding;

use std::collections::BTreeMap;

use domain::id::{CallId, CampaignId, PublisherId, RouteId, TargetGroupId, TargetId};
use domain::phone::Caller;
use domain::plan::RoutingPlan;
use domain::rtb::bidder::PingCounts;
use domain::rtb::held::{AUCTIONS_MS_MAX, Asks, Held, Lot};
use domain::rtb::ping::Ping;
use domain::rtb::token::{Facts, Party};
use domain::tag::Tags;
use domain::time::Timestamp;
use store::{Db, StoreError, TenantScope};

use crate::plan::SetUp;
pub(crate) use bidder::ReadyBidder;
pub(crate) use bidding::kept;
use bidding::{Bidding, Entrant};

/// Seconds of the spans that pings are counted in.
const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 86_400;

/// The call that bidders are asked about.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub scope: TenantScope,
    /// The call's id as text, and those of its campaign and publisher.
    pub ids: &'a SubjectIds,
    /// As bidders may know them: withheld where the publisher asks for that.
    pub caller: &'a Caller,
    pub dialed: &'a str,
    pub publisher: Option<PublisherId>,
    pub duplicate: bool,
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
    pub(crate) fn of(
        call: CallId,
        campaign: Option<CampaignId>,
        publisher: Option<PublisherId>,
    ) -> Self {
        Self {
            call: call.to_string(),
            campaign: campaign.map(|id| id.to_string()).unwrap_or_default(),
            publisher: publisher.map(|id| id.to_string()).unwrap_or_default(),
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
    pub(crate) fn over(self, auctions: &[Held]) -> Self {
        if self.before == auctions {
            return self;
        }
        // What was sent was sent, and is kept with the step.
        Self {
            pings: self.pings,
            waited_ms: self.waited_ms,
            ..Self::of(auctions)
        }
    }

    pub(crate) fn of(auctions: &[Held]) -> Self {
        Self {
            before: auctions.to_vec(),
            auctions: auctions.to_vec(),
            ..Self::default()
        }
    }
}

/// See the module.
#[derive(Clone)]
pub(crate) struct Auctions {
    db: Db,
    bidding: Bidding,
}

impl Auctions {
    pub(crate) fn new(db: Db, bidding: Bidding) -> Self {
        Self { db, bidding }
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
                // What confirmations took is gone as well.
                let left_ms = AUCTIONS_MS_MAX.saturating_sub(asked.waited_ms).max(1);
                let deadline_ms = (*deadline_ms).min(left_ms);
                let (held, pings) = self
                    .hold(subject, (*route, *group), targets, deadline_ms)
                    .await?;
                asked.waited_ms = asked.waited_ms.saturating_add(held.took_ms);
                asked.auctions.push(held);
                asked.pings.extend(pings);
            }
            Asks::Confirmation { route, target } => {
                let held = Held::to_confirm(&mut asked.auctions, *route, *target);
                // Without one the same question would be asked for ever.
                let held = held.ok_or(StoreError::NotFound)?;
                let left_ms = AUCTIONS_MS_MAX.saturating_sub(asked.waited_ms);
                let bidder = subject.set_up.bidders.get(target);
                let (answer, ping) = self
                    .bidding
                    .confirm(
                        (subject.scope.account(), held.group, *target),
                        bidder,
                        &about(subject),
                        left_ms,
                    )
                    .await;
                let took_ms = ping.as_ref().map_or(0, |ping| ping.took_ms);
                held.confirm(*target, answer, took_ms);
                asked.waited_ms = asked.waited_ms.saturating_add(took_ms);
                asked.pings.extend(ping);
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
        let tree = subject.plan.groups.get(&group);
        let mut terms = tree.and_then(|tree| tree.auction).unwrap_or_default();
        terms.deadline_ms = deadline_ms;
        let limited = self
            .over_limits(subject, targets, self.bidding.now())
            .await?;
        let entrant = |id: &TargetId| {
            let members = tree.iter().flat_map(|tree| &tree.members);
            let of = members.into_iter().find(|member| member.target == *id);
            let (priority, weight) = of.map_or((1, 1), |m| (m.priority, m.weight));
            Entrant {
                target: *id,
                priority,
                weight,
                bidder: subject.set_up.bidders.get(id).cloned(),
                limit: limited.get(id).cloned(),
            }
        };
        let entrants: Vec<Entrant> = targets.iter().map(entrant).collect();
        let lot = Lot {
            route,
            group,
            name: tree.map(|tree| tree.name.clone()).unwrap_or_default(),
            // Nobody's time runs while limits are counted.
            at: self.bidding.now(),
            terms,
        };
        let account = subject.scope.account();
        let bidding = &self.bidding;
        Ok(bidding.hold(account, lot, &entrants, &about(subject)).await)
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
}

impl std::fmt::Debug for Auctions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auctions").finish_non_exhaustive()
    }
}

/// What tokens tell of a call, apart from whom it is told to.
fn about<'a>(subject: &Subject<'a>) -> Facts<'a> {
    let publisher = (subject.publisher).and_then(|id| subject.set_up.publishers.get(&id));
    Facts {
        call: &subject.ids.call,
        caller: subject.caller,
        exposed: false,
        dialed: subject.dialed,
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
        target: Party::default(),
        duplicate: subject.duplicate,
        now: Timestamp::from_secs(0),
        tags: subject.tags,
    }
}

/// The same of a call that is only tried.
pub(crate) fn about_test<'a>(caller: &'a Caller, tags: &'a Tags) -> Facts<'a> {
    Facts {
        call: "test",
        caller,
        exposed: false,
        dialed: "+18005550126",
        publisher: Party {
            id: "0",
            name: "Test publisher",
            sub_id: "test",
        },
        campaign: Party {
            id: "0",
            name: "Test campaign",
            sub_id: "",
        },
        target: Party::default(),
        duplicate: false,
        now: Timestamp::from_secs(0),
        tags,
    }
}
