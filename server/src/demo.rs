//! The demo account: made through the use cases like any other, the same on every machine, and only
//! where somebody asked for it. Making it again changes nothing; a person's changes stay.

mod agent;
pub mod bidder;
pub mod bidding;
mod data;
mod dispute;
pub mod history;
mod plan;
mod publisher;
pub mod rtb_id;
pub mod traffic;
pub mod visitor;
mod webhook;

pub use data::{
    AGENT, BLOCKS, CAMPAIGNS, DemoAgent, DemoCampaign, DemoGroup, DemoPayout, DemoPublisher,
    DemoTarget, DemoUser, GROUPS, NUMBERS, PUBLISHERS, TARGETS, USERS,
};

use domain::api::api_key::ApiKeyForm;
use domain::api::block::{BlockForm, BlockQuery};
use domain::api::buyer::{BuyerForm, BuyerRow};
use domain::api::number::NumberForm;
use domain::api::page::Activity;
use domain::api_key::Scope;
use domain::id::{BuyerId, CampaignId, TargetId};
use domain::plan::RouteTo;
use serde_json::{Value, json};
use service::user::NewUser;
use service::{Error, OpCtx, Services};
use std::collections::BTreeMap;

/// The account's name.
pub const ACCOUNT: &str = "Northgate Calls";
/// The account's key for programs. Known to everybody: nothing but the demo is behind it.
pub const API_KEY: &str = "ccp_live_DemoKeyOfNorthgateCallsNotForRealUseAtAl";
pub(crate) const ZONE: &str = "America/New_York";

/// The id of a campaign of the demo.
#[must_use]
pub fn campaign_id(n: u128) -> CampaignId {
    CampaignId(uuid::Uuid::from_u128(
        0x0198_9a00_de30_7000_8000_0000_0000_0000 + n,
    ))
}

/// Makes what is missing of the account. `base` is where this machine reaches the server: the demo's
/// bidders are there.
///
/// # Errors
/// What the services say.
pub async fn ensure(services: &Services, base: &str) -> Result<(), Error> {
    let now = services.clock.now();
    for user in USERS {
        let new = NewUser {
            email: user.email,
            name: user.name,
            password: user.password,
            account: ACCOUNT,
            role: user.role,
        };
        match services.users.add(&new, ZONE, now).await {
            Ok(_) => {}
            Err(Error::Invalid(errors)) if errors.0.iter().all(|e| e.code == "taken") => {}
            Err(other) => return Err(other),
        }
    }
    let op = operator(services).await?;
    let targets = ensure_targets(services, &op).await?;
    let mut targets = targets;
    targets.insert(AGENT.name, agent::ensure(services, &op).await?);
    let mut ends = ensure_groups(services, &op, &targets).await?;
    ensure_campaigns(services, &op, &ends).await?;
    bidding::ensure(services, &op, &mut ends, base).await?;
    ensure_numbers(services, &op).await?;
    publisher::ensure(services, &op).await?;
    rtb_id::ensure(services, &op).await?;
    ensure_blocks(services, &op).await?;
    webhook::ensure(services, &op).await?;
    visitor::ensure(services, &op).await?;
    ensure_key(services, &op).await
}

async fn operator(services: &Services) -> Result<OpCtx, Error> {
    services.users.operator(ACCOUNT, services.clock.now()).await
}

async fn ensure_targets(
    services: &Services,
    op: &OpCtx,
) -> Result<BTreeMap<&'static str, TargetId>, Error> {
    let mut ids = BTreeMap::new();
    let mut buyers: BTreeMap<String, BuyerRow> = services
        .buyers
        .list(op)
        .await?
        .into_iter()
        .map(|b| (b.name.clone(), b))
        .collect();
    let mut made: BTreeMap<&str, BuyerId> = BTreeMap::new();
    for target in TARGETS {
        let buyer = match (buyers.get(target.buyer), made.get(target.buyer)) {
            (Some(row), _) => row.id,
            (None, Some(id)) => *id,
            (None, None) => {
                let id = services
                    .buyers
                    .create(op, &BuyerForm::named(target.buyer))
                    .await?;
                made.insert(target.buyer, id);
                id
            }
        };
        let known = buyers.get_mut(target.buyer).and_then(|b| {
            b.targets
                .iter()
                .find(|t| t.name == target.name)
                .map(|t| t.id)
        });
        let id = match known {
            Some(id) => id,
            None => {
                let id = services
                    .targets
                    .create(op, buyer, &plan::target_form(target))
                    .await?;
                if target.paused {
                    services
                        .targets
                        .set_activity(op, id, Activity::Paused)
                        .await?;
                }
                id
            }
        };
        ids.insert(target.name, id);
    }
    Ok(ids)
}

/// Makes the groups that are missing; says where each name of a route leads.
async fn ensure_groups(
    services: &Services,
    op: &OpCtx,
    targets: &BTreeMap<&'static str, TargetId>,
) -> Result<BTreeMap<&'static str, RouteTo>, Error> {
    let known = services.target_groups.list(op, false).await?;
    let mut ends: BTreeMap<&'static str, RouteTo> = targets
        .iter()
        .map(|(name, id)| (*name, RouteTo::Target(*id)))
        .collect();
    for group in GROUPS {
        let id = match known.iter().find(|row| row.name == group.name) {
            Some(row) => row.id,
            None => {
                let form = plan::group_form(group, targets);
                services.target_groups.create(op, &form).await?
            }
        };
        ends.insert(group.name, RouteTo::Group(id));
    }
    Ok(ends)
}

async fn ensure_campaigns(
    services: &Services,
    op: &OpCtx,
    ends: &BTreeMap<&'static str, RouteTo>,
) -> Result<(), Error> {
    for campaign in CAMPAIGNS {
        let id = campaign_id(campaign.id);
        match services.campaigns.detail(op, id).await {
            Ok(_) => continue,
            Err(Error::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        services
            .campaigns
            .create_as(op, id, &plan::campaign_form(campaign))
            .await?;
        plan::save(services, op, campaign, ends).await?;
    }
    Ok(())
}

async fn ensure_numbers(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let known = services.numbers.list(op).await?;
    for (number, label, campaign, _) in NUMBERS {
        if known.rows.iter().any(|row| row.e164 == *number) {
            continue;
        }
        let campaign = if *campaign == 0 {
            String::new()
        } else {
            campaign_id(*campaign).to_string()
        };
        services
            .numbers
            .add(
                op,
                &NumberForm {
                    number: (*number).to_owned(),
                    label: (*label).to_owned(),
                    campaign,
                    ..NumberForm::default()
                },
            )
            .await?;
    }
    Ok(())
}

async fn ensure_blocks(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let known = services.blocks.list(op, &BlockQuery::default()).await?;
    if known.total > 0 {
        return Ok(());
    }
    for (pattern, note) in BLOCKS {
        let form = BlockForm {
            pattern: (*pattern).to_owned(),
            note: (*note).to_owned(),
            ..BlockForm::default()
        };
        services.blocks.add(op, &form).await?;
    }
    Ok(())
}

async fn ensure_key(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let text = API_KEY
        .parse()
        .map_err(|e: domain::api_key::ParseKeyError| Error::Internal(Box::new(e)))?;
    let form = ApiKeyForm {
        name: "Demo".to_owned(),
        scopes: Scope::ALL.iter().map(|s| s.code().to_owned()).collect(),
        ..ApiKeyForm::default()
    };
    services.api_keys.create_as(op, &text, &form).await?;
    Ok(())
}

/// Puts settings, hours, caps, plans and numbers back as they were made. Calls stay, and so does
/// what people added.
///
/// # Errors
/// What the services say.
pub async fn reset(services: &Services) -> Result<(), Error> {
    let op = operator(services).await?;
    let targets = ensure_targets(services, &op).await?;
    for target in TARGETS {
        let Some(id) = targets.get(target.name) else {
            continue;
        };
        services
            .targets
            .update(&op, *id, &plan::target_form(target))
            .await?;
        let activity = if target.paused {
            Activity::Paused
        } else {
            Activity::Active
        };
        services.targets.set_activity(&op, *id, activity).await?;
    }
    for buyer in services.buyers.list(&op).await? {
        if buyer.activity != Activity::Active && TARGETS.iter().any(|t| t.buyer == buyer.name) {
            services
                .buyers
                .set_activity(&op, buyer.id, Activity::Active)
                .await?;
        }
    }
    let ends = ensure_groups(services, &op, &targets).await?;
    for group in GROUPS {
        if let Some(RouteTo::Group(id)) = ends.get(group.name).copied() {
            let form = plan::group_form(group, &targets);
            services.target_groups.update(&op, id, &form).await?;
            let active = Activity::Active;
            services.target_groups.set_activity(&op, id, active).await?;
        }
    }
    for campaign in CAMPAIGNS {
        let id = campaign_id(campaign.id);
        services
            .campaigns
            .update(&op, id, &plan::campaign_form(campaign))
            .await?;
        services
            .campaigns
            .set_activity(&op, id, Activity::Active)
            .await?;
        plan::save(services, &op, campaign, &ends).await?;
    }
    for row in services.numbers.list(&op).await?.rows {
        let Some((_, _, campaign, _)) = NUMBERS.iter().find(|n| n.0 == row.e164) else {
            continue;
        };
        let campaign = (*campaign != 0).then(|| campaign_id(*campaign));
        if row.campaign != campaign {
            services.numbers.assign(&op, row.id, campaign).await?;
        }
    }
    webhook::reset(services, &op).await?;
    visitor::reset(services, &op).await?;
    publisher::reset(services, &op).await
}

/// Ids, numbers and logins of the account as one object (contracts.md, `callcenter demo --json`).
///
/// # Errors
/// What the services say.
pub async fn describe(services: &Services) -> Result<Value, Error> {
    let op = operator(services).await?;
    let (pools, dni_tags, pooled) = visitor::describe(services, &op).await?;
    let mut numbers = services.numbers.list(&op).await?.rows;
    numbers.retain(|number| !pooled.contains(&number.e164) && number.e164 != rtb_id::NUMBER);
    let mut campaigns = Vec::new();
    for row in services.campaigns.list(&op).await? {
        let own: Vec<&str> = numbers
            .iter()
            .filter(|n| n.campaign == Some(row.id))
            .map(|n| n.e164.as_str())
            .collect();
        let fallback = services.campaigns.detail(&op, row.id).await?.fallback_words;
        campaigns.push(json!({ "id": row.id, "name": row.name, "vertical": row.vertical, "numbers": own, "fallback": fallback }));
    }
    let bidders = services.rtb_targets.list(&op).await?;
    let bids = |id| bidders.iter().any(|bidder| bidder.id == id);
    let mut buyers = Vec::new();
    for row in services.buyers.list(&op).await? {
        let mut targets = Vec::new();
        // Where a bidder's calls go is told by each bid.
        for target in row.targets.iter().filter(|target| !bids(target.id)) {
            let form = services.targets.detail(&op, target.id).await?.form;
            targets.push(json!({ "id": target.id, "name": target.name, "destination": plan::destination(&form) }));
        }
        if !targets.is_empty() || row.targets.is_empty() {
            buyers.push(json!({ "id": row.id, "name": row.name, "targets": targets }));
        }
    }
    let mut groups = Vec::new();
    for row in services.target_groups.list(&op, false).await? {
        let members = services
            .target_groups
            .detail(&op, row.id)
            .await?
            .form
            .members;
        groups.push(json!({ "id": row.id, "name": row.name, "targets": members }));
    }
    let mut ring_trees = Vec::new();
    for row in services.target_groups.list(&op, true).await? {
        ring_trees.push(json!({ "id": row.id, "name": row.name }));
    }
    let rtb_targets: Vec<Value> = bidders
        .iter()
        .map(|row| json!({ "id": row.id, "name": row.name }))
        .collect();
    let users: Vec<Value> = USERS
        .iter()
        .map(|u| json!({ "email": u.email, "password": u.password, "role": u.role.code() }))
        .collect();
    let free: Vec<&str> = numbers
        .iter()
        .filter(|n| n.campaign.is_none())
        .map(|n| n.e164.as_str())
        .collect();
    Ok(json!({
        "account": { "id": op.scope.account(), "name": ACCOUNT },
        "users": users,
        "api_key": API_KEY,
        "campaigns": campaigns,
        "free_numbers": free,
        "pools": pools,
        "dni_tags": dni_tags,
        "webhooks": [{ "id": webhook::id() }],
        "buyers": buyers,
        "groups": groups,
        "ring_trees": ring_trees,
        "rtb_targets": rtb_targets,
        "rtb_ids": rtb_id::describe(services, &op).await?,
        "agent": agent::ensure(services, &op).await?,
    }))
}
