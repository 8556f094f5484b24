//! The routing plan of a campaign: as it stands, and saving an edited one.

use domain::access::Permission;
use domain::api::campaign::{PlanForm, PlanInput, PlanView, RouteRow};
use domain::api::filter::FilterChoices;
use domain::api::page::{Availability, Choice, Meter};
use domain::api::plan::TermsForm;
use domain::api::predict::PredictiveForm;
use domain::api::recovery::RecoveryForm;
use domain::api::revenue::RevenueForm;
use domain::draw::Draw;
use domain::id::CampaignId;
use domain::invalid::FieldErrors;
use domain::plan::{Route, RouteTerms, RouteTo, RoutingPlan};
use domain::recovery::RecoverySetting;
use domain::routing::{Clocks, Exclusions, UsageMap, decide};
use domain::tag::list::BulkLists;
use domain::target::Target;
use domain::target::group::TargetGroup;
use domain::time::Timestamp;
use store::{CampaignRecord, TargetGroupRecord, TargetRecord, Tenant};

use super::Campaigns;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::plan::{clocks_of, routed, usage_map};
use crate::target::availability;
use crate::{filter, target_group, zone};

impl Campaigns {
    /// Makes an edited routing plan the live one and returns its version.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field, [`Error::Conflict`] `stale` if somebody
    /// else saved since the edit began.
    pub async fn save_plan(
        &self,
        op: &OpCtx,
        id: CampaignId,
        form: &PlanForm,
    ) -> Result<i64, Error> {
        require(op, Permission::EditCampaigns)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.campaign(id).await.or_missing("campaign")?;
        let lists = tenant.lists().await?;
        let input = form.check(Some(&lists))?;
        known_ends(
            &tenant.targets().await?,
            &tenant.target_groups().await?,
            form,
            &input,
        )?;
        let version = tenant
            .advance_plan(id, input.version, input.distribution, input.attempts_max)
            .await?;
        // Read after the version was raised: until this is committed nobody else changes them.
        let mut settings = tenant.campaign(id).await?.settings;
        settings.predictive = input.predictive.unwrap_or(settings.predictive);
        settings.recovery = input.recovery.unwrap_or(settings.recovery);
        tenant.set_campaign_settings(id, &settings).await?;
        tenant.replace_routes(id, &input.routes).await?;
        conn.commit().await?;
        Ok(version)
    }
}

/// Whether all targets and groups are the account's.
fn known_ends(
    targets: &[TargetRecord],
    groups: &[TargetGroupRecord],
    form: &PlanForm,
    input: &PlanInput,
) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for route in &input.routes {
        let bids = |t: &&TargetRecord| t.settings.bidder.is_some();
        let known = match route.to {
            RouteTo::Target(id) => targets.iter().any(|t| t.id == id && !bids(&t)),
            RouteTo::Group(id) => groups.iter().any(|g| g.group.id == id),
        };
        if !known {
            let typed = route.to.to_string();
            let place = form.routes.iter().position(|r| r.target.trim() == typed);
            errors.add(
                &format!("routes[{}].target", place.unwrap_or(0)),
                "unknown",
                match route.to {
                    RouteTo::Target(_) => "There is no such target. Choose one from the list.",
                    RouteTo::Group(_) => "There is no such group. Choose one from the list.",
                },
            );
        }
    }
    errors.check()
}

/// The plan of a campaign as it is shown and edited.
pub(super) async fn view(
    tenant: &Tenant<'_>,
    campaign: &CampaignRecord,
    plan: &RoutingPlan,
    usage: &UsageMap,
    now: Timestamp,
) -> Result<PlanView, Error> {
    let clocks = clocks_of(plan, now);
    let choices = filter::choices(tenant).await?;
    let stored = tenant.routes_of(campaign.id).await?;
    let terms_of = |to: RouteTo| {
        let route = stored.iter().find(|route| route.to == to);
        route.map(|route| route.terms.clone()).unwrap_or_default()
    };
    let routes = plan.entries().map(|(_, entry)| {
        let terms = terms_of(end_of(&entry[0]));
        route_row(plan, entry, &terms, &choices, usage, &clocks)
    });
    let decision = decide(
        plan,
        None,
        &Exclusions::default(),
        usage,
        &clocks,
        &mut Draw::from_seed(0),
    );
    let buyers = tenant.buyers().await?.into_iter();
    Ok(PlanView {
        version: plan.version,
        distribution: plan.distribution,
        attempts_max: plan.attempts_max,
        routes: routes.collect(),
        targets: free_targets(tenant, plan, now).await?,
        buyers: buyers.map(|buyer| buyer.name).collect(),
        preview: decision.candidates,
        revenue: RevenueForm::of(campaign.settings.revenue.as_ref()),
        predictive: PredictiveForm::of(&campaign.settings.predictive),
        // Nothing stands above a campaign: to follow it is to do nothing.
        recovery: RecoveryForm::of(match campaign.settings.recovery {
            RecoverySetting::Off => RecoverySetting::Inherit,
            setting => setting,
        }),
        filter: choices,
    })
}

/// Where an entry leads, by any of its routes.
fn end_of(route: &Route) -> RouteTo {
    route
        .group
        .map_or(RouteTo::Target(route.target.id), RouteTo::Group)
}

/// How an entry stands right now: state, lines in use, calls today.
pub(super) fn standing(
    plan: &RoutingPlan,
    entry: &[Route],
    usage: &UsageMap,
    clocks: &Clocks,
) -> (Availability, Meter, Meter) {
    let first = &entry[0];
    match first.group.and_then(|id| plan.groups.get(&id)) {
        Some(group) => {
            let members: Vec<&Target> = entry.iter().map(|r| &r.target).collect();
            let present = TargetGroup {
                members: (group.members.iter().copied())
                    .filter(|m| members.iter().any(|t| t.id == m.target))
                    .collect(),
                ..group.clone()
            };
            target_group::standing(&present, &members, first.on, usage, clocks)
        }
        None => availability(&first.target, first.on, usage, clocks),
    }
}

fn route_row(
    plan: &RoutingPlan,
    entry: &[Route],
    terms: &RouteTerms,
    choices: &FilterChoices,
    usage: &UsageMap,
    clocks: &Clocks,
) -> RouteRow {
    let route = &entry[0];
    let (now, lines, today) = standing(plan, entry, usage, clocks);
    let (name, buyer_name, destination) = match route.group.and_then(|id| plan.groups.get(&id)) {
        Some(group) => {
            let s = if entry.len() == 1 { "" } else { "s" };
            let how = if group.auction.is_some() {
                format!("Ring tree, {} bidder{s}", entry.len())
            } else {
                let order = group.order.word().to_lowercase();
                format!("{} target{s}, {order}", entry.len())
            };
            (group.name.clone(), String::new(), how)
        }
        None => {
            let target = &route.target;
            let at = target.destination.display();
            (target.name.clone(), target.buyer_name.clone(), at)
        }
    };
    RouteRow {
        id: route.id,
        to: end_of(route),
        name,
        buyer_name,
        destination,
        priority: route.priority,
        weight: route.weight,
        on: route.on,
        now,
        lines,
        today,
        terms: TermsForm::of(terms),
        warning: filter::unknown_tags(&terms.filter, choices).unwrap_or_default(),
    }
}

/// The targets and groups that a plan could still take in, each with how it stands: an editor shows the share a
/// route would have before it is saved.
async fn free_targets(
    tenant: &Tenant<'_>,
    plan: &RoutingPlan,
    now: Timestamp,
) -> Result<Vec<Choice>, Error> {
    let buyers = tenant.buyers().await?;
    let taken = |to: RouteTo| plan.routes.iter().any(|r| end_of(r) == to);
    let all = tenant.targets().await?;
    let free: Vec<&TargetRecord> = (all.iter())
        .filter(|t| !taken(RouteTo::Target(t.id)))
        // Those that bid are asked by a ring tree.
        .filter(|t| t.settings.bidder.is_none())
        .collect();
    let groups = tenant.target_groups().await?;
    let usage = usage_map(&tenant.usage(&[]).await?, &tenant.group_usage(&[]).await?);
    let zones = all.iter().map(|t| t.input.zone.as_str());
    let zones = zones.chain(buyers.iter().map(|b| b.settings.zone.as_str()));
    let zones = zones.chain(groups.iter().map(|g| g.group.zone.as_str()));
    let clocks = zone::clocks(zones, now);
    let of = |t: &TargetRecord| {
        let buyer = buyers.iter().find(|b| b.id == t.buyer)?;
        Some(routed(t, buyer, RecoverySetting::Off, &BulkLists::new()))
    };
    let members: Vec<Target> = all.iter().filter_map(of).collect();
    let group = |g: &TargetGroupRecord| {
        let members: Vec<&Target> = (g.group.members.iter())
            .filter_map(|m| members.iter().find(|t| t.id == m.target))
            .collect();
        let present = TargetGroup {
            members: (g.group.members.iter().copied())
                .filter(|m| members.iter().any(|t| t.id == m.target))
                .collect(),
            ..g.group.clone()
        };
        let (state, _, _) = target_group::standing(&present, &members, true, &usage, &clocks);
        Choice {
            value: RouteTo::Group(g.group.id).to_string(),
            label: g.group.name.clone(),
            hint: match g.group.auction {
                Some(_) => format!("{}, ring tree of {}", state.word, members.len()),
                None => format!("{}, group of {}", state.word, members.len()),
            },
        }
    };
    let choice = |t: &TargetRecord| {
        let buyer = buyers.iter().find(|b| b.id == t.buyer)?;
        let (state, _, _) = availability(
            &routed(t, buyer, RecoverySetting::Off, &BulkLists::new()),
            true,
            &usage,
            &clocks,
        );
        Some(Choice {
            value: t.id.to_string(),
            label: t.input.name.clone(),
            hint: format!("{}, {}", state.word, buyer.name),
        })
    };
    let groups = groups.iter().filter(|g| !taken(RouteTo::Group(g.group.id)));
    Ok(groups
        .map(group)
        .chain(free.into_iter().filter_map(choice))
        .collect())
}
