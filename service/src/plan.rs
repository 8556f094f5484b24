//! What calls are decided by: routing plans, publishers and rates, compiled from the set-up and
//! kept until it changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use domain::account::AccountSettings;
use domain::api::page::Activity;
use domain::block::attestation::Minimum;
use domain::call::session::Session;
use domain::campaign::Distribution;
use domain::id::{AccountId, CampaignId, PublisherId, RtbId, TargetGroupId, TargetId};
use domain::ledger::payout::{CompiledTerms, PayoutTerms};
use domain::ledger::telephony::rate::RateTable;
use domain::phone::E164;
use domain::plan::{Records, Route, RouteTo, RoutingPlan, Screen};
use domain::publisher::Publisher;
use domain::recovery::{RecoverySetting, pause::AutoPause};
use domain::routing::predict::{CountOn, Record};
use domain::routing::{Clocks, UsageMap};
use domain::rtb_id::settings::CompiledRtbId;
use domain::tag::filter::{CompiledFilter, Filter};
use domain::tag::list::BulkLists;
use domain::target::Target;
use domain::target::group::TargetGroup;
use domain::time::Timestamp;
use store::{
    BuyerRecord, CampaignRecord, Conn, DialSums, GroupUsageRecord, NumberRecord, PublisherRecord,
    RouteRecord, StoreError, TargetGroupRecord, TargetRecord, Tenant, TenantScope, UsageRecord,
};

use crate::auction::ReadyBidder;
use crate::zone;

/// For how many days back calls count for predictive routing.
const RECORD_DAYS: i64 = 30;
/// How old what calls made may be where a plan predicts, in seconds.
const RECORDS_AGE_S: u32 = 60;

/// All plans of an account.
pub(crate) type AccountPlans = BTreeMap<CampaignId, Arc<RoutingPlan>>;

/// All that the calls of an account are decided by.
#[derive(Debug)]
pub(crate) struct SetUp {
    pub plans: AccountPlans,
    pub publishers: BTreeMap<PublisherId, Arc<Publisher>>,
    pub rates: RateTable,
    pub bidders: BTreeMap<TargetId, Arc<ReadyBidder>>,
    pub rtb_ids: BTreeMap<RtbId, Arc<CompiledRtbId>>,
    /// Numbers that are lent to bids: whoever calls one without a bid is a stranger.
    pub lent: BTreeSet<E164>,
    pub auto_pause: Option<AutoPause>,
    generation: i64,
    loaded_at: Timestamp,
    /// A plan goes by what calls made, which changes without anybody saving.
    predicts: bool,
}

/// Set-ups by account, each under the generation it was compiled from. A cache only: the generation
/// is a row, raised in the same transaction as the change, and read anew for every call.
#[derive(Debug, Clone, Default)]
pub struct PlanCache(Arc<RwLock<BTreeMap<AccountId, Arc<SetUp>>>>);

impl PlanCache {
    /// The set-up of an account as of a generation at least.
    pub(crate) async fn get(
        &self,
        conn: &Conn,
        scope: &TenantScope,
        generation: i64,
        now: Timestamp,
    ) -> Result<Arc<SetUp>, StoreError> {
        if let Some(kept) = self
            .0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&scope.account())
            && kept.holds(generation, now)
        {
            return Ok(Arc::clone(kept));
        }
        let set_up = Arc::new(load(conn, scope, generation, now).await?);
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(scope.account(), Arc::clone(&set_up));
        Ok(set_up)
    }

    /// The set-up of an account as it is now.
    pub(crate) async fn current(
        &self,
        conn: &Conn,
        scope: &TenantScope,
        now: Timestamp,
    ) -> Result<Arc<SetUp>, StoreError> {
        let generation = conn.platform().generation(scope).await?;
        self.get(conn, scope, generation, now).await
    }
}

impl SetUp {
    fn holds(&self, generation: i64, now: Timestamp) -> bool {
        let fresh = !self.predicts || now.secs_since(self.loaded_at) < RECORDS_AGE_S;
        self.generation == generation && fresh
    }

    /// The wall clocks of a publisher's payout rules in a campaign when a call arrived.
    pub(crate) fn payout_clocks(publisher: Option<&Publisher>, session: &Session) -> Clocks {
        let (Some(publisher), Some(campaign)) = (publisher, session.campaign) else {
            return Clocks::new();
        };
        let promised = session.promise.iter().map(|promise| promise.zone.as_str());
        let zones = publisher.terms_in(campaign).zones().chain(promised);
        zone::clocks(zones, session.arrived_at)
    }
}

async fn load(
    conn: &Conn,
    scope: &TenantScope,
    generation: i64,
    now: Timestamp,
) -> Result<SetUp, StoreError> {
    let tenant = conn.tenant(scope);
    let campaigns = tenant.campaigns().await?;
    let material = Material::load(conn, scope, now).await?;
    let publishers = tenant.publishers().await?;
    let rtb_ids = rtb_ids(&tenant, &material.lists).await?;
    let predicts = |c: &CampaignRecord| c.distribution == Distribution::Predictive;
    Ok(SetUp {
        plans: material.plans(&campaigns),
        publishers: publishers
            .iter()
            .map(|p| (p.id, Arc::new(publisher(p, &material.lists))))
            .collect(),
        rates: material.settings.rate_table(),
        bidders: material.bidders(),
        lent: (rtb_ids.values())
            .flat_map(|id| id.numbers.iter().cloned())
            .collect(),
        rtb_ids,
        auto_pause: material.settings.auto_pause.clone(),
        generation,
        loaded_at: now,
        predicts: campaigns.iter().any(predicts),
    })
}

/// The account's RTB ids, made ready.
async fn rtb_ids(
    tenant: &Tenant<'_>,
    lists: &BulkLists,
) -> Result<BTreeMap<RtbId, Arc<CompiledRtbId>>, StoreError> {
    let records = tenant.rtb_ids().await?;
    let numbers = match records.is_empty() {
        true => Vec::new(),
        false => tenant.numbers().await?,
    };
    let ready = records.into_iter().map(|record| {
        let own = |number: &&NumberRecord| {
            record.settings.numbers.contains(&number.id) && number.campaign == Some(record.campaign)
        };
        let lent: Vec<E164> = (numbers.iter().filter(own))
            .map(|number| number.e164.clone())
            .collect();
        // Any number of the account may be shown, one of the campaign's rather than another.
        let of_campaign = |number: &&NumberRecord| number.campaign == Some(record.campaign);
        let any = numbers.iter().find(of_campaign).or(numbers.first());
        let ready = CompiledRtbId {
            line: (lent.first().cloned()).or_else(|| any.map(|number| number.e164.clone())),
            id: record.id,
            campaign: record.campaign,
            publisher: record.publisher,
            enabled: record.enabled,
            rule: record.rule,
            modifiers: CompiledRtbId::compile_modifiers(&record.settings.modifiers, lists),
            numbers: lent,
            settings: record.settings,
        };
        (ready.id, Arc::new(ready))
    });
    Ok(ready.collect())
}

/// The plans of these campaigns. Calls are routed by the cache; this is for looking at campaigns
/// that are not in it because they are archived.
pub(crate) async fn plans_of(
    conn: &Conn,
    scope: &TenantScope,
    campaigns: &[CampaignRecord],
    now: Timestamp,
) -> Result<AccountPlans, StoreError> {
    Ok(Material::load(conn, scope, now).await?.plans(campaigns))
}

/// What plans are compiled from.
struct Material {
    settings: AccountSettings,
    lists: BulkLists,
    buyers: Vec<BuyerRecord>,
    targets: Vec<TargetRecord>,
    groups: Vec<TargetGroupRecord>,
    routes: Vec<RouteRecord>,
    dials: Vec<DialSums>,
}

impl Material {
    async fn load(conn: &Conn, scope: &TenantScope, now: Timestamp) -> Result<Self, StoreError> {
        let tenant = conn.tenant(scope);
        let predictive = tenant
            .campaigns()
            .await?
            .iter()
            .any(|c| c.distribution == Distribution::Predictive);
        let since = now.plus_secs(-RECORD_DAYS * 86_400);
        Ok(Self {
            settings: tenant.account_settings().await?,
            lists: tenant.lists().await?,
            buyers: tenant.buyers().await?,
            targets: tenant.targets().await?,
            groups: tenant.target_groups().await?,
            routes: tenant.routes().await?,
            dials: if predictive {
                tenant.dial_sums(since).await?
            } else {
                Vec::new()
            },
        })
    }

    fn plans(&self, campaigns: &[CampaignRecord]) -> AccountPlans {
        campaigns
            .iter()
            .map(|c| (c.id, Arc::new(self.compile(c))))
            .collect()
    }

    fn compile(&self, campaign: &CampaignRecord) -> RoutingPlan {
        let settings = &campaign.settings;
        let mut groups: BTreeMap<TargetGroupId, TargetGroup> = BTreeMap::new();
        let mut routes = Vec::new();
        for r in self.routes.iter().filter(|r| r.campaign == campaign.id) {
            let group = match r.to {
                RouteTo::Target(_) => None,
                RouteTo::Group(id) => self.groups.iter().find(|g| g.group.id == id),
            };
            let targets: Vec<TargetId> = match (r.to, group) {
                (RouteTo::Target(id), _) => vec![id],
                (RouteTo::Group(_), Some(group)) => {
                    group.group.members.iter().map(|m| m.target).collect()
                }
                // Archived, as a target can be.
                (RouteTo::Group(_), None) => continue,
            };
            groups.extend(group.map(|g| (g.group.id, g.group.clone())));
            routes.extend(targets.into_iter().filter_map(|id| {
                let target = self.targets.iter().find(|t| t.id == id)?;
                let buyer = self.buyers.iter().find(|b| b.id == target.buyer)?;
                Some(Route {
                    id: r.id,
                    group: group.map(|g| g.group.id),
                    priority: r.priority,
                    weight: r.weight,
                    on: r.on,
                    target: routed(target, buyer, settings.recovery, &self.lists),
                    revenue: r.terms.revenue.or(settings.revenue),
                    filter: compiled(&r.terms.filter, &self.lists),
                    takes_rerouted: r.terms.takes_rerouted,
                })
            }));
        }
        RoutingPlan {
            campaign: campaign.id,
            campaign_name: campaign.name.clone(),
            active: campaign.activity == Activity::Active,
            version: campaign.version,
            distribution: campaign.distribution,
            attempts_max: campaign.attempts_max,
            recording: campaign.recording,
            fallback: campaign.fallback.clone(),
            screen: Screen {
                guard_s: self.settings.guard_s,
                anonymous_is_one: self.settings.anonymous_is_one,
                attestation: Minimum::effective(settings.attestation, self.settings.attestation),
            },
            mark: settings.mark,
            duplicates: settings.duplicates,
            payment: settings.payment,
            predictive: settings.predictive,
            records: self.records(campaign),
            routes,
            groups,
        }
    }

    /// Those that bid, made ready.
    fn bidders(&self) -> BTreeMap<TargetId, Arc<ReadyBidder>> {
        let ready = |target: &TargetRecord| Some((target.id, Arc::new(ReadyBidder::of(target)?)));
        self.targets.iter().filter_map(ready).collect()
    }

    fn records(&self, campaign: &CampaignRecord) -> Records {
        let mut records = Records::default();
        for sums in self.dials.iter().filter(|d| d.campaign == campaign.id) {
            let made = Record {
                calls: match campaign.settings.predictive.count_on {
                    CountOn::Dial => sums.dialed,
                    CountOn::Connect => sums.connected,
                },
                made: sums.made,
            };
            let target = records.targets.entry(sums.target).or_default();
            records.campaign = records.campaign.plus(made);
            target.all = target.all.plus(made);
            if let Some(publisher) = sums.publisher {
                target.publishers.insert(publisher, made);
            }
        }
        records
    }
}

/// A filter ready to be asked. One that does not compile any more, because a list it names is gone,
/// lets nobody through: better no call than a wrong one.
fn compiled(filter: &Filter, lists: &BulkLists) -> CompiledFilter {
    filter
        .compile(lists)
        .unwrap_or_else(|_| CompiledFilter::nobody())
}

fn publisher(record: &PublisherRecord, lists: &BulkLists) -> Publisher {
    let terms = |wanted: &PayoutTerms, campaign: Option<CampaignId>| -> CompiledTerms {
        // Rules that do not compile any more pay nobody.
        wanted.compile(campaign, lists).unwrap_or_default()
    };
    Publisher {
        id: record.id,
        name: record.name.clone(),
        active: record.activity == Activity::Active,
        sub_id: record.sub_id.clone(),
        overrides: record
            .terms
            .overrides
            .keys()
            .map(|campaign| (*campaign, terms(&record.terms, Some(*campaign))))
            .collect(),
        terms: terms(&record.terms, None),
    }
}

/// A stored target as routing needs it, with what its buyer's settings stand in for.
pub(crate) fn routed(
    target: &TargetRecord,
    buyer: &BuyerRecord,
    campaigns: RecoverySetting,
    lists: &BulkLists,
) -> Target {
    let input = target.input.clone();
    let (own, shared) = (&target.settings, &buyer.settings);
    let inherits = own.inherits;
    let (zone, hours, holidays) = if inherits.hours {
        (
            shared.zone.clone(),
            shared.hours.clone(),
            shared.holidays.clone(),
        )
    } else {
        (input.zone, input.hours, own.holidays.clone())
    };
    let (caps, dollars) = if inherits.caps {
        (shared.caps, shared.dollars)
    } else {
        (input.caps, own.dollars)
    };
    Target {
        id: target.id,
        buyer: buyer.id,
        buyer_name: buyer.name.clone(),
        buyer_active: buyer.activity == Activity::Active,
        name: input.name,
        active: target.activity == Activity::Active,
        destination: input.destination,
        ring_timeout_s: if inherits.ring_timeout {
            shared.ring_timeout_s
        } else {
            input.ring_timeout_s
        },
        caller_id: if inherits.caller_id {
            shared.caller_id.clone()
        } else {
            input.caller_id
        },
        whisper: input.whisper,
        zone,
        hours,
        holidays,
        caps,
        dollars,
        matrices: own.matrices.clone(),
        count_on: own.count_on,
        filter: compiled(&own.filter, lists),
        buyer_filter: compiled(&shared.filter, lists),
        restriction: own.restriction.or(shared.restriction),
        recovery: RecoverySetting::effective(own.recovery, shared.recovery, campaigns),
        connects_max: own.connects_max,
        digits: own.digits.clone(),
        sip: own.sip.clone(),
        recording_blocked: input.recording_blocked,
        accept_key: own.accept_key,
        wrap_up_s: own.wrap_up_s,
        bids: own.bidder.is_some(),
    }
}

/// The wall clocks a plan needs.
pub(crate) fn clocks_of(plan: &RoutingPlan, now: Timestamp) -> Clocks {
    zone::clocks(plan.zones(), now)
}

/// What the targets of a plan have used.
pub(crate) async fn usage_of(
    conn: &Conn,
    scope: &TenantScope,
    plan: &RoutingPlan,
) -> Result<UsageMap, StoreError> {
    if plan.routes.is_empty() {
        return Ok(UsageMap::new());
    }
    let ids: Vec<_> = plan.routes.iter().map(|r| r.target.id).collect();
    let tenant = conn.tenant(scope);
    let targets = tenant.usage(&ids).await?;
    let groups: Vec<TargetGroupId> = plan.groups.keys().copied().collect();
    let groups = match groups.is_empty() {
        true => Vec::new(),
        false => tenant.group_usage(&groups).await?,
    };
    Ok(usage_map(&targets, &groups))
}

/// What all targets and groups of an account have used.
pub(crate) async fn all_usage(conn: &Conn, scope: &TenantScope) -> Result<UsageMap, StoreError> {
    let tenant = conn.tenant(scope);
    let (targets, groups) = (tenant.usage(&[]).await?, tenant.group_usage(&[]).await?);
    Ok(usage_map(&targets, &groups))
}

pub(crate) fn usage_map(targets: &[UsageRecord], groups: &[GroupUsageRecord]) -> UsageMap {
    let mut usage: UsageMap = targets.iter().map(|u| (u.target, u.usage)).collect();
    usage.groups = groups.iter().map(|u| (u.group, u.usage)).collect();
    usage
}
