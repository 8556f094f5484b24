//! The demo's settings as forms, as a person would fill them in.

use super::{DemoCampaign, DemoGroup, DemoTarget, campaign_id};
use domain::api::campaign::{CampaignForm, PlanForm, RouteForm};
use domain::api::revenue::RevenueForm;
use domain::api::target::{DayForm, TargetForm};
use domain::api::target_group::TargetGroupForm;
use domain::id::TargetId;
use domain::phone::E164;
use domain::plan::RouteTo;
use domain::target::group::RingOrder;
use service::{Error, OpCtx, Services};
use std::collections::BTreeMap;

pub(super) fn target_form(target: &DemoTarget) -> TargetForm {
    let sip = target.to.starts_with("sip:");
    let cap = |n: u32| if n == 0 { String::new() } else { n.to_string() };
    let mut form = TargetForm {
        name: target.name.to_owned(),
        kind: if sip { "sip" } else { "number" }.to_owned(),
        ring_timeout_s: "25".to_owned(),
        whisper: target.whisper.to_owned(),
        zone: target.zone.to_owned(),
        cap_concurrent: cap(target.lines),
        cap_daily: cap(target.daily),
        // A SIP target cannot be shown the caller's own number by every carrier.
        caller_id: if sip { "tracking" } else { "pass_through" }.to_owned(),
        ..TargetForm::default()
    };
    if sip {
        form.sip = target.to.to_owned();
    } else {
        form.number = target.to.to_owned();
    }
    if let Some((from, to)) = target.hours {
        form.hours = "weekly".to_owned();
        for day in &mut form.days {
            *day = DayForm {
                open: "on".to_owned(),
                from: from.to_owned(),
                to: to.to_owned(),
                breaks: String::new(),
            };
        }
    }
    form
}

pub(super) fn campaign_form(campaign: &DemoCampaign) -> CampaignForm {
    let mut form = CampaignForm {
        name: campaign.name.to_owned(),
        vertical: campaign.vertical.to_owned(),
        ..CampaignForm::default()
    };
    match campaign.fallback {
        "voicemail" => {
            form.fallback = "voicemail".to_owned();
            form.fallback_greeting =
                "All crews are out right now. Please leave your name and address after the tone."
                    .to_owned();
        }
        "message" => form.fallback = "message".to_owned(),
        number => {
            form.fallback = "number".to_owned();
            form.fallback_number = number.to_owned();
        }
    }
    form
}

pub(super) fn group_form(
    group: &DemoGroup,
    targets: &BTreeMap<&'static str, TargetId>,
) -> TargetGroupForm {
    let cap = |n: u32| if n == 0 { String::new() } else { n.to_string() };
    let order = if group.at_once {
        RingOrder::AllAtOnce
    } else {
        RingOrder::InTurn
    };
    let members = group.members.iter().filter_map(|name| targets.get(name));
    TargetGroupForm {
        name: group.name.to_owned(),
        order: order.code().to_owned(),
        ring_timeout_s: group.ring_s.to_string(),
        cap_concurrent: cap(group.lines),
        cap_daily: cap(group.daily),
        members: members.map(ToString::to_string).collect(),
        ..TargetGroupForm::default()
    }
}

/// Saves a campaign's plan over whatever it is now. `ends` says where each name of a route leads.
pub(super) async fn save(
    services: &Services,
    op: &OpCtx,
    campaign: &DemoCampaign,
    ends: &BTreeMap<&'static str, RouteTo>,
) -> Result<(), Error> {
    let id = campaign_id(campaign.id);
    let version = services.campaigns.detail(op, id).await?.plan.version;
    let route = |(name, priority, weight): &(&str, u32, u32)| {
        let to = ends.get(name)?;
        Some(RouteForm {
            target: to.to_string(),
            priority: priority.to_string(),
            weight: weight.to_string(),
            ..RouteForm::default()
        })
    };
    let routes = campaign.routes.iter().filter_map(route).collect();
    services
        .campaigns
        .save_plan(
            op,
            id,
            &PlanForm {
                version,
                routes,
                ..PlanForm::default()
            },
        )
        .await?;
    let price = match campaign.vertical {
        "Legal" => "180",
        "Insurance" => "42.50",
        _ => "68",
    };
    let revenue = RevenueForm {
        trigger: "length".to_owned(),
        length_s: "90".to_owned(),
        price: price.to_owned(),
        ..RevenueForm::default()
    };
    services.campaigns.set_revenue(op, id, &revenue).await
}

/// Where a target's calls go, as the carrier writes it.
pub(super) fn destination(form: &TargetForm) -> String {
    if form.kind == "sip" {
        form.sip.clone()
    } else {
        form.number
            .parse::<E164>()
            .map_or_else(|_| form.number.clone(), |n| n.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{AGENT, CAMPAIGNS, GROUPS, NUMBERS, TARGETS};

    #[test]
    fn every_form_of_the_demo_is_valid() {
        for target in TARGETS {
            assert!(
                target_form(target).check().is_ok(),
                "{}: {:?}",
                target.name,
                target_form(target).check()
            );
        }
        for campaign in CAMPAIGNS {
            assert!(campaign_form(campaign).check().is_ok(), "{}", campaign.name);
            for (name, _, _) in campaign.routes {
                let is_group = GROUPS.iter().any(|g| g.name == *name);
                assert!(
                    is_group || *name == AGENT.name || TARGETS.iter().any(|t| t.name == *name),
                    "{name}"
                );
            }
        }
        let ids = TARGETS
            .iter()
            .zip(1..)
            .map(|(t, id)| (t.name, TargetId(id)));
        let ids: BTreeMap<_, _> = ids.collect();
        for group in GROUPS {
            let form = group_form(group, &ids);
            assert_eq!(form.members.len(), group.members.len(), "{}", group.name);
            assert!(form.check().is_ok(), "{}", group.name);
        }
        for (number, _, _, _) in NUMBERS {
            assert!(number.parse::<E164>().is_ok(), "{number}");
        }
    }
}
