//! Writes a drawn world into a database.

use anyhow::Context as _;
use domain::account::AccountSettings;
use domain::api::campaign::{CampaignInput, RouteInput};
use domain::api::page::Activity;
use domain::api::target::TargetInput;
use domain::block::Block;
use domain::id::BuyerId;
use domain::plan::{RouteTerms, RouteTo};
use domain::target::Target;
use domain::time::Timestamp;
use store::{BlockInput, Db, TenantScope};

use crate::world::{World, payout_terms};

/// The name of the account that calls run in.
const ACCOUNT: &str = "Northgate Calls";

/// Stores the world and gives its targets and routes the ids of the database.
pub(super) async fn write(
    db: &Db,
    world: &mut World,
    now: Timestamp,
) -> anyhow::Result<TenantScope> {
    let conn = db.write().await?;
    conn.platform()
        .add_account(ACCOUNT, "America/New_York", now)
        .await?;
    let scope = conn
        .platform()
        .scope_for_operator(ACCOUNT)
        .await?
        .context("the account")?;
    let tenant = conn.tenant(&scope);
    // Simulated callers dial again at once.
    tenant
        .set_account_settings(&AccountSettings {
            guard_s: 0,
            ..AccountSettings::default()
        })
        .await?;
    let publisher = tenant
        .add_publisher(&world.publisher.name, "", &payout_terms(), now)
        .await?;
    anyhow::ensure!(
        publisher == world.publisher.id,
        "publishers of a new database are numbered from 1"
    );
    let blocks: Vec<BlockInput> = world.blocks.iter().map(block).collect();
    tenant.add_blocks(&blocks, now).await?;
    for n in 1..=3 {
        let id = tenant.add_buyer(&format!("Buyer {n}"), now).await?;
        let active = world
            .targets
            .values()
            .filter(|t| t.buyer == BuyerId(n))
            .all(|t| t.buyer_active);
        for target in world.targets.values_mut().filter(|t| t.buyer == BuyerId(n)) {
            target.buyer_active = active;
        }
        anyhow::ensure!(
            id == BuyerId(n),
            "buyers of a new database are numbered from 1"
        );
        if !active {
            tenant.set_buyer_activity(id, Activity::Paused).await?;
        }
    }
    for target in world.targets.values() {
        let id = tenant.add_target(target.buyer, &input(target), now).await?;
        anyhow::ensure!(
            id == target.id,
            "targets of a new database are numbered from 1"
        );
        if !target.active {
            tenant.set_target_activity(id, Activity::Paused).await?;
        }
    }
    for (n, plan) in world.plans.iter_mut().enumerate() {
        let settings = CampaignInput {
            name: plan.campaign_name.clone(),
            vertical: "Home services".to_owned(),
            recording: plan.recording,
            recording_keep: None,
            fallback: plan.fallback.clone(),
        };
        tenant.add_campaign(plan.campaign, &settings, now).await?;
        plan.version = tenant
            .advance_plan(plan.campaign, 1, plan.distribution, plan.attempts_max)
            .await?;
        for group in plan.groups.values() {
            let id = tenant.add_target_group(group, now).await?;
            anyhow::ensure!(
                id == group.id,
                "groups of a new database are numbered from 1"
            );
            if !group.active {
                tenant
                    .set_target_group_activity(id, Activity::Paused)
                    .await?;
            }
        }
        let routes: Vec<_> = plan
            .entries()
            .map(|(_, entry)| &entry[0])
            .map(|r| RouteInput {
                to: (r.group).map_or(RouteTo::Target(r.target.id), RouteTo::Group),
                priority: r.priority,
                weight: r.weight,
                on: r.on,
                terms: Some(RouteTerms {
                    revenue: r.revenue,
                    takes_rerouted: r.takes_rerouted,
                    ..RouteTerms::default()
                }),
            })
            .collect();
        tenant.replace_routes(plan.campaign, &routes).await?;
        let number = World::number_of(n).parse()?;
        let id = tenant
            .add_number(&number, "", Some(plan.campaign), now)
            .await?;
        tenant.set_number_publisher(id, Some(publisher)).await?;
        if !plan.active {
            tenant
                .set_campaign_activity(plan.campaign, Activity::Paused)
                .await?;
        }
    }
    conn.commit().await?;
    Ok(scope)
}

fn input(target: &Target) -> TargetInput {
    TargetInput {
        name: target.name.clone(),
        destination: target.destination.clone(),
        ring_timeout_s: target.ring_timeout_s,
        caller_id: target.caller_id.clone(),
        whisper: target.whisper.clone(),
        zone: target.zone.clone(),
        hours: target.hours.clone(),
        caps: target.caps,
        recording_blocked: target.recording_blocked,
    }
}

fn block(block: &Block) -> BlockInput {
    BlockInput {
        pattern: block.pattern.clone(),
        campaign: block.campaign,
        expires_at: block.expires_at,
        note: block.note.clone(),
        source: String::new(),
    }
}
