//! What the pages of publishers show.

use std::collections::BTreeMap;

use domain::api::filter::FilterChoices;
use domain::api::page::Choice;
use domain::api::publisher::{
    PayoutForm, PayoutList, PayoutRuleView, PublisherDetail, PublisherForm, PublisherRow,
};
use domain::id::{CampaignId, PublisherId};
use domain::ledger::payout::{PayoutRule, PayoutUsage, PayoutUsageMap};
use domain::ledger::revenue::RevenueRule;
use domain::money::{Micros, grouped};
use domain::time::Windows;
use store::{CampaignRecord, Conn, PublisherRecord, PublisherSums, StoreError, Tenant};

use crate::error::{Error, OrMissing};
use crate::op::OpCtx;
use crate::{campaign, filter, number, zone};

/// The most warnings of one rule that are told one by one.
const WARNINGS: usize = 3;

/// Figures of today by publisher.
pub(super) struct Figures {
    sums: BTreeMap<PublisherId, PublisherSums>,
    numbers: BTreeMap<PublisherId, u32>,
}

impl Figures {
    pub(super) async fn load(tenant: &Tenant<'_>, op: &OpCtx) -> Result<Self, StoreError> {
        let sums = tenant.publisher_sums(zone::today(&op.zone, op.now)).await?;
        let mut numbers: BTreeMap<PublisherId, u32> = BTreeMap::new();
        for publisher in tenant.numbers().await?.iter().filter_map(|n| n.publisher) {
            *numbers.entry(publisher).or_default() += 1;
        }
        Ok(Self {
            sums: sums.into_iter().map(|s| (s.publisher, s)).collect(),
            numbers,
        })
    }

    pub(super) fn row(&self, publisher: &PublisherRecord) -> PublisherRow {
        let sums = self.sums.get(&publisher.id);
        PublisherRow {
            id: publisher.id,
            name: publisher.name.clone(),
            sub_id: publisher.sub_id.clone(),
            activity: publisher.activity,
            numbers: self.numbers.get(&publisher.id).copied().unwrap_or(0),
            calls_today: sums.map_or(0, |s| s.calls),
            payout_today: sums.map_or(Micros::ZERO, |s| s.payout).to_string(),
            rules: publisher
                .terms
                .rules
                .iter()
                .map(PayoutRule::sentence)
                .collect(),
            overrides: u32::try_from(publisher.terms.overrides.len()).unwrap_or(u32::MAX),
        }
    }
}

/// The whole page.
pub(super) async fn detail(
    conn: &Conn,
    op: &OpCtx,
    id: PublisherId,
) -> Result<PublisherDetail, Error> {
    let tenant = conn.tenant(&op.scope);
    let publisher = tenant.publisher(id).await.or_missing("publisher")?;
    let figures = Figures::load(&tenant, op).await?;
    let campaigns = tenant.campaigns().await?;
    let filters = filter::choices(&tenant).await?;
    let facts = Facts {
        op,
        publisher: &publisher,
        campaigns: &campaigns,
        revenue: revenue_rules(&tenant, &campaigns).await?,
        paid: tenant.payout_usage(id).await?,
        filters: &filters,
    };
    let names = tenant.campaign_names().await?.into_iter().collect();
    let payouts = facts.lists(&names);
    let numbers = number::rows(conn, op).await?;
    let free_numbers = numbers
        .iter()
        .filter(|n| n.publisher.is_none())
        .map(|n| Choice {
            value: n.id.to_string(),
            label: n.display.clone(),
            hint: n.label.clone(),
        })
        .collect();
    Ok(PublisherDetail {
        row: figures.row(&publisher),
        created: zone::stamp(&op.zone, publisher.created_at),
        settings: PublisherForm {
            name: publisher.name.clone(),
            sub_id: publisher.sub_id.clone(),
        },
        payouts,
        campaigns: campaigns
            .iter()
            .filter(|c| !publisher.terms.overrides.contains_key(&c.id))
            .map(campaign::choice)
            .collect(),
        numbers: numbers
            .into_iter()
            .filter(|n| n.publisher == Some(id))
            .collect(),
        free_numbers,
        filters,
    })
}

/// What calls of each campaign are worth.
async fn revenue_rules(
    tenant: &Tenant<'_>,
    campaigns: &[CampaignRecord],
) -> Result<BTreeMap<CampaignId, Vec<RevenueRule>>, StoreError> {
    let mut rules: BTreeMap<CampaignId, Vec<RevenueRule>> = BTreeMap::new();
    for route in tenant.routes().await? {
        let of_campaign = || campaigns.iter().find(|c| c.id == route.campaign);
        let rule = route
            .terms
            .revenue
            .or_else(|| of_campaign().and_then(|c| c.settings.revenue));
        let all = rules.entry(route.campaign).or_default();
        all.extend(rule.filter(|rule| !all.contains(rule)));
    }
    Ok(rules)
}

/// What the views of rules are made from.
struct Facts<'a> {
    op: &'a OpCtx,
    publisher: &'a PublisherRecord,
    campaigns: &'a [CampaignRecord],
    revenue: BTreeMap<CampaignId, Vec<RevenueRule>>,
    paid: PayoutUsageMap,
    filters: &'a FilterChoices,
}

impl Facts<'_> {
    /// The rules everywhere, then those of campaigns by name.
    fn lists(&self, names: &BTreeMap<CampaignId, String>) -> Vec<PayoutList> {
        let terms = &self.publisher.terms;
        let name = |id: CampaignId| names.get(&id).cloned().unwrap_or_default();
        let own = terms.overrides.iter();
        let mut own: Vec<PayoutList> = own
            .map(|(campaign, rules)| self.list(Some(*campaign), name(*campaign), rules))
            .collect();
        own.sort_by(|a, b| a.campaign_name.cmp(&b.campaign_name));
        let mut lists = vec![self.list(None, String::new(), &terms.rules)];
        lists.extend(own);
        lists
    }

    fn list(
        &self,
        campaign: Option<CampaignId>,
        campaign_name: String,
        rules: &[PayoutRule],
    ) -> PayoutList {
        PayoutList {
            campaign,
            campaign_name,
            form: PayoutForm::of(campaign, rules),
            rules: rules.iter().map(|r| self.rule(campaign, r)).collect(),
        }
    }

    fn rule(&self, campaign: Option<CampaignId>, rule: &PayoutRule) -> PayoutRuleView {
        PayoutRuleView {
            id: rule.id.to_string(),
            words: rule.sentence(),
            today: self.today(rule),
            warnings: self.warnings(campaign, rule),
        }
    }

    /// "3 calls, $75.00".
    fn today(&self, rule: &PayoutRule) -> String {
        let paid = self.paid.get(&rule.id).copied().unwrap_or_default();
        words(&paid, &zone::local(&rule.zone, self.op.now).windows())
    }

    fn warnings(&self, campaign: Option<CampaignId>, rule: &PayoutRule) -> Vec<String> {
        let overrides = &self.publisher.terms.overrides;
        let concerned = self.campaigns.iter().filter(|c| match campaign {
            Some(id) => c.id == id,
            None => !overrides.contains_key(&c.id),
        });
        let mut warnings: Vec<String> = concerned
            .filter_map(|c| {
                let mut all = self.revenue.get(&c.id)?.iter();
                let told = all.find_map(|revenue| rule.warning(revenue))?;
                Some(format!("{}: {told}", c.name))
            })
            .collect();
        let more = warnings.len().saturating_sub(WARNINGS);
        warnings.truncate(WARNINGS);
        if more > 0 {
            warnings.push(format!("The same in {more} more campaigns."));
        }
        warnings.extend(filter::unknown_tags(&rule.filter, self.filters));
        warnings
    }
}

fn words(paid: &PayoutUsage, windows: &Windows) -> String {
    let (calls, spent) = (paid.calls.within(windows).day, paid.spent.within(windows));
    let unit = if calls == 1 { "call" } else { "calls" };
    format!("{} {unit}, {}", grouped(u64::from(calls)), spent.day)
}
