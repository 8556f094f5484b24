//! The publishers of the demo.

use domain::api::filter::{FilterForm, FilterRow};
use domain::api::page::Activity;
use domain::api::publisher::{PayoutForm, PayoutRuleForm, PublisherForm};
use domain::id::PublisherId;
use service::{Error, OpCtx, Services};

use super::campaign_id;
use super::data::{DemoPayout, DemoPublisher, PUBLISHERS};

/// Makes the publishers that are missing, and gives them their numbers.
pub(super) async fn ensure(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let known = services.publishers.list(op).await?;
    for publisher in PUBLISHERS {
        if known.iter().all(|row| row.name != publisher.name) {
            make(services, op, publisher).await?;
        }
    }
    Ok(())
}

async fn make(services: &Services, op: &OpCtx, publisher: &DemoPublisher) -> Result<(), Error> {
    let form = PublisherForm {
        name: publisher.name.to_owned(),
        sub_id: publisher.sub_id.to_owned(),
    };
    match services.publishers.create(op, &form.into()).await {
        Ok(id) => fill(services, op, id, publisher).await,
        // Archived by somebody: it stays as it is.
        Err(Error::Invalid(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Puts the demo's publishers back as they were made.
pub(super) async fn reset(services: &Services, op: &OpCtx) -> Result<(), Error> {
    ensure(services, op).await?;
    for row in services.publishers.list(op).await? {
        let Some(publisher) = PUBLISHERS.iter().find(|p| p.name == row.name) else {
            continue;
        };
        let detail = services.publishers.detail(op, row.id).await?;
        let all = detail.payouts.iter().filter_map(|list| list.campaign);
        for campaign in all.filter(|id| publisher.own.iter().all(|(n, _)| campaign_id(*n) != *id)) {
            services
                .publishers
                .drop_override(op, row.id, campaign)
                .await?;
        }
        fill(services, op, row.id, publisher).await?;
        if row.activity != Activity::Active {
            let activity = Activity::Active;
            services
                .publishers
                .set_activity(op, row.id, activity)
                .await?;
        }
    }
    Ok(())
}

/// Gives a publisher its rules and numbers.
async fn fill(
    services: &Services,
    op: &OpCtx,
    id: PublisherId,
    publisher: &DemoPublisher,
) -> Result<(), Error> {
    let everywhere = (String::new(), publisher.rules);
    let own = publisher.own.iter();
    let own = own.map(|(campaign, rules)| (campaign_id(*campaign).to_string(), *rules));
    for (campaign, rules) in std::iter::once(everywhere).chain(own) {
        let form = PayoutForm {
            campaign,
            rules: rules.iter().map(rule).collect(),
        };
        services.publishers.save_payouts(op, id, &form).await?;
    }
    for row in services.numbers.list(op).await?.rows {
        if row.publisher != Some(id) && publisher.numbers.contains(&row.e164.as_str()) {
            services.numbers.set_publisher(op, row.id, Some(id)).await?;
        }
    }
    Ok(())
}

fn rule(payout: &DemoPayout) -> PayoutRuleForm {
    let (tag, value) = payout.tag;
    let filter = FilterRow {
        tag: tag.to_owned(),
        value: value.to_owned(),
        ..FilterRow::default()
    };
    let mut form = PayoutRuleForm {
        name: payout.name.to_owned(),
        trigger: payout.trigger.to_owned(),
        length_s: payout.length_s.to_owned(),
        filter: FilterForm {
            rows: (!tag.is_empty()).then_some(filter).into_iter().collect(),
        },
        zone: super::ZONE.to_owned(),
        cap_daily: payout.daily.0.to_owned(),
        dollars_daily: payout.daily.1.to_owned(),
        ..PayoutRuleForm::default()
    };
    match payout.pays.strip_suffix('%') {
        Some(share) => {
            form.pays = "share".to_owned();
            form.share = share.to_owned();
            form.min = payout.bounds.0.to_owned();
            form.max = payout.bounds.1.to_owned();
        }
        None => form.amount = payout.pays.to_owned(),
    }
    form
}
