//! The demo's ring tree: bidders of several manners, asked about each call of one campaign.

use super::{campaign_id, plan};
use crate::demo::DemoCampaign;
use domain::api::buyer::BuyerForm;
use domain::api::rtb_target::{ParserForm, RtbTargetForm, host};
use domain::api::target_group::TargetGroupForm;
use domain::id::{TargetGroupId, TargetId};
use domain::plan::RouteTo;
use service::{Error, OpCtx, Services};
use std::collections::BTreeMap;

/// The number whose calls are bid for. It has no history: nobody bids for calls of the past.
pub const NUMBER: &str = "+18445550117";
/// Its share of simulated calls.
pub const SHARE: u64 = 12;
/// The ring tree.
pub const TREE: &str = "Auto, national";

/// The campaign.
pub const CAMPAIGN: DemoCampaign = DemoCampaign {
    id: 5,
    name: "Car insurance, live bids",
    vertical: "Insurance",
    fallback: "message",
    routes: &[(TREE, 1, 10), ("Meridian Auto Direct", 2, 10)],
};

/// A bidder: buyer, name, and what its machine is asked.
struct DemoBidder {
    buyer: &'static str,
    name: &'static str,
    asks: &'static str,
}

const BIDDERS: &[DemoBidder] = &[
    DemoBidder {
        buyer: "Crestline",
        name: "Crestline bids",
        asks: "accept?amount=36.20&number=%2B16025550177&wait_ms=312",
    },
    DemoBidder {
        buyer: "Meridian Auto",
        name: "Meridian bids",
        asks: "accept?amount=35.00&number=%2B19725550188&wait_ms=188",
    },
    DemoBidder {
        buyer: "Allied Quote",
        name: "Allied Quote Partners",
        asks: "accept?amount=27.10&wait_ms=421",
    },
    DemoBidder {
        buyer: "QuickSure",
        name: "QuickSure, SIP",
        asks: "accept-sip?amount=31.40&wait_ms=95",
    },
    DemoBidder {
        buyer: "SafeLane",
        name: "SafeLane Direct",
        asks: "refuse?wait_ms=640",
    },
    DemoBidder {
        buyer: "Patriot Cover",
        name: "Patriot Cover",
        asks: "slow",
    },
];

/// Makes what is missing; bidders move with the server's address.
pub(super) async fn ensure(
    services: &Services,
    op: &OpCtx,
    ends: &mut BTreeMap<&'static str, RouteTo>,
    base: &str,
) -> Result<(), Error> {
    let mut members = Vec::new();
    for bidder in BIDDERS {
        members.push(ensure_bidder(services, op, bidder, base).await?);
    }
    let known = services.target_groups.list(op, true).await?;
    let tree = match known.iter().find(|row| row.name == TREE) {
        Some(row) => row.id,
        None => make_tree(services, op, &members).await?,
    };
    ends.insert(TREE, RouteTo::Group(tree));
    let id = campaign_id(CAMPAIGN.id);
    match services.campaigns.detail(op, id).await {
        Ok(_) => return Ok(()),
        Err(Error::NotFound(_)) => {}
        Err(other) => return Err(other),
    }
    let form = plan::campaign_form(&CAMPAIGN);
    services.campaigns.create_as(op, id, &form).await?;
    plan::save(services, op, &CAMPAIGN, ends).await
}

async fn ensure_bidder(
    services: &Services,
    op: &OpCtx,
    bidder: &DemoBidder,
    base: &str,
) -> Result<TargetId, Error> {
    let url = format!("{base}/demo/bidders/{}", bidder.asks);
    let known = services.rtb_targets.list(op).await?;
    if let Some(row) = known.iter().find(|row| row.name == bidder.name) {
        let mut form = services.rtb_targets.detail(op, row.id).await?.form;
        let was_here = form.request.url.contains("/demo/bidders/");
        if was_here && host(&form.request.url) != host(&url) {
            form.request.url = url;
            services.rtb_targets.update(op, row.id, &form).await?;
        }
        return Ok(row.id);
    }
    let buyers = services.buyers.list(op).await?;
    let buyer = match buyers.iter().find(|b| b.name == bidder.buyer) {
        Some(row) => row.id,
        None => {
            let form = BuyerForm::named(bidder.buyer);
            services.buyers.create(op, &form).await?
        }
    };
    let mut form = form(bidder.name, &url);
    form.buyer = buyer.to_string();
    services.rtb_targets.create(op, &form).await
}

fn form(name: &str, url: &str) -> RtbTargetForm {
    let mut form = RtbTargetForm {
        name: name.to_owned(),
        duration: ParserForm::path("bidTerms[0].callMinDuration"),
        expiry: ParserForm::path("expireInSeconds"),
        bid_id: ParserForm::path("bidId"),
        // A number, or a SIP address where there is none.
        destination: ParserForm {
            kind: "regex".to_owned(),
            at: r#""(?:phoneNumber|sipAddress)":"([^"]+)""#.to_owned(),
        },
        limit_minute: "600".to_owned(),
        ..RtbTargetForm::default()
    };
    url.clone_into(&mut form.request.url);
    form
}

async fn make_tree(
    services: &Services,
    op: &OpCtx,
    members: &[TargetId],
) -> Result<TargetGroupId, Error> {
    let form = TargetGroupForm {
        name: TREE.to_owned(),
        deadline_ms: "800".to_owned(),
        min_revenue: "30".to_owned(),
        members: members.iter().map(ToString::to_string).collect(),
        ..TargetGroupForm::ring_tree()
    };
    services.target_groups.create(op, &form).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::bidder::MANNERS;

    #[test]
    fn every_bidder_of_the_demo_is_one() {
        for bidder in BIDDERS {
            let url = format!("http://127.0.0.1:3000/demo/bidders/{}", bidder.asks);
            let form = form(bidder.name, &url);
            assert!(form.check().is_ok(), "{}: {:?}", bidder.name, form.check());
            let manner = bidder.asks.split('?').next().unwrap_or_default();
            assert!(MANNERS.contains(&manner), "{manner}");
        }
    }
}
