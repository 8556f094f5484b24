//! Every address of the console, in one place: links are made here and nowhere else.

use domain::api::block::BlockQuery;
use domain::api::call::CallQuery;
use domain::api::dispute::DisputeQuery;
use domain::api::rtb::RtbQuery;
use domain::api::rtb_bid::BidQuery;
use domain::api::sheet::ListName;
use domain::api::visit::TrafficQuery;
use domain::id::{
    BulkListId, BuyerId, CallId, CampaignId, DisputeId, DniTagId, NumberId, PoolId, PublisherId,
    RtbId, TargetGroupId, TargetId, WebhookId,
};
use domain::plan::RouteTo;
use domain::rtb_id::bid::bid_id;

pub const HOME: &str = "/";
pub const LOGIN: &str = "/login";
pub const LOGOUT: &str = "/logout";
pub const THEME: &str = "/theme";
pub const EVENTS: &str = "/events";
pub const CALLS: &str = "/calls";
pub const TRAFFIC: &str = "/traffic";
pub const DISPUTES: &str = "/disputes";
pub const CAMPAIGNS: &str = "/campaigns";
pub const CAMPAIGN_NEW: &str = "/campaigns/new";
pub const BUYERS: &str = "/buyers";
pub const BUYER_NEW: &str = "/buyers/new";
pub const GROUPS: &str = "/groups";
pub const GROUP_NEW: &str = "/groups/new";
pub const RING_TREES: &str = "/ring-trees";
pub const RING_TREE_NEW: &str = "/ring-trees/new";
pub const RTB_TARGETS: &str = "/rtb-targets";
pub const RTB_TARGET_NEW: &str = "/rtb-targets/new";
/// What was asked and bid.
pub const RTB: &str = "/rtb";
/// What publishers asked and were bid.
pub const BIDS: &str = "/rtb/bids";
pub const RTB_IDS: &str = "/rtb-ids";
pub const RTB_ID_NEW: &str = "/rtb-ids/new";
pub const AGENTS: &str = "/agents";
pub const AGENT_NEW: &str = "/agents/new";
/// An agent's own page.
pub const MY_CALLS: &str = "/agent";
pub const NUMBERS: &str = "/numbers";
pub const NUMBER_NEW: &str = "/numbers/new";
pub const NUMBER_BUY: &str = "/numbers/buy";
pub const NUMBERS_CARRIER: &str = "/numbers/carrier";
pub const POOLS: &str = "/pools";
pub const POOL_NEW: &str = "/pools/new";
pub const DNI_TAGS: &str = "/dni";
pub const DNI_TAG_NEW: &str = "/dni/new";
pub const PUBLISHERS: &str = "/publishers";
pub const PUBLISHER_NEW: &str = "/publishers/new";
pub const LISTS: &str = "/lists";
pub const LIST_NEW: &str = "/lists/new";
pub const BLOCKS: &str = "/blocks";
pub const BLOCK_NEW: &str = "/blocks/new";
pub const API_KEYS: &str = "/settings/api-keys";
pub const API_KEY_NEW: &str = "/settings/api-keys/new";
pub const WEBHOOKS: &str = "/settings/webhooks";
pub const WEBHOOK_NEW: &str = "/settings/webhooks/new";
/// The page about the public API; no page of the app.
pub const API_DOCS: &str = "/api/docs";
pub const RECORDINGS: &str = "/settings/recordings";
pub const SETTINGS_ROUTING: &str = "/settings/routing";
pub const SETTINGS_RATES: &str = "/settings/rates";
pub const SETTINGS_CARRIER: &str = "/settings/carrier";

/// A tab of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CampaignTab {
    #[default]
    Overview,
    Numbers,
    Routing,
    Duplicates,
    Money,
    Settings,
}

/// A campaign's page.
#[must_use]
pub fn campaign(id: CampaignId, tab: CampaignTab) -> String {
    let tail = match tab {
        CampaignTab::Overview => "",
        CampaignTab::Numbers => "/numbers",
        CampaignTab::Routing => "/routing",
        CampaignTab::Duplicates => "/duplicates",
        CampaignTab::Money => "/money",
        CampaignTab::Settings => "/settings",
    };
    format!("/campaigns/{id}{tail}")
}

/// A tab of a publisher.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PublisherTab {
    #[default]
    Payouts,
    Numbers,
    Settings,
}

/// A publisher's page.
#[must_use]
pub fn publisher(id: PublisherId, tab: PublisherTab) -> String {
    let tail = match tab {
        PublisherTab::Payouts => "",
        PublisherTab::Numbers => "/numbers",
        PublisherTab::Settings => "/settings",
    };
    format!("/publishers/{id}{tail}")
}

/// A publisher's payout rules in a campaign, or in all campaigns without rules of their own.
#[must_use]
pub fn payouts_of(id: PublisherId, campaign: Option<CampaignId>) -> String {
    let page = publisher(id, PublisherTab::Payouts);
    match campaign {
        None => page,
        Some(campaign) => format!("{page}/{campaign}"),
    }
}

/// The page that gives a number back to the carrier.
#[must_use]
pub fn number_release(id: NumberId) -> String {
    format!("{NUMBERS}/{id}/release")
}

/// A bulk list's page.
#[must_use]
pub fn bulk_list(id: BulkListId) -> String {
    format!("/lists/{id}")
}

/// A conversion webhook's page.
#[must_use]
pub fn webhook(id: WebhookId) -> String {
    format!("{WEBHOOKS}/{id}")
}

/// A buyer's page.
#[must_use]
pub fn buyer(id: BuyerId) -> String {
    format!("/buyers/{id}")
}

/// The form for a new target of a buyer.
#[must_use]
pub fn target_new(buyer: BuyerId) -> String {
    format!("/buyers/{buyer}/targets/new")
}

/// A target's page.
#[must_use]
pub fn target(id: TargetId) -> String {
    format!("/targets/{id}")
}

/// A group's page.
#[must_use]
pub fn group(id: TargetGroupId) -> String {
    format!("/groups/{id}")
}

/// A ring tree's page.
#[must_use]
pub fn ring_tree(id: TargetGroupId) -> String {
    format!("{RING_TREES}/{id}")
}

/// The page of a group, or of a ring tree.
#[must_use]
pub fn group_page(id: TargetGroupId, tree: bool) -> String {
    if tree { ring_tree(id) } else { group(id) }
}

/// The page of how a target bids.
#[must_use]
pub fn rtb_target(id: TargetId) -> String {
    format!("{RTB_TARGETS}/{id}")
}

/// What the RTB report is asked for, by parameter.
#[must_use]
pub fn rtb_pairs(query: &RtbQuery) -> [(&'static str, &str); 7] {
    [
        ("range", &query.range),
        ("from", &query.from),
        ("to", &query.to),
        ("target", &query.target),
        ("verdict", &query.verdict),
        ("search", &query.search),
        ("before", &query.before),
    ]
}

/// An RTB id's page.
#[must_use]
pub fn rtb_id(id: RtbId) -> String {
    format!("{RTB_IDS}/{id}")
}

/// What the report of publishers' pings is asked for, by parameter.
#[must_use]
pub fn bid_pairs(query: &BidQuery) -> [(&'static str, &str); 7] {
    [
        ("range", &query.range),
        ("from", &query.from),
        ("to", &query.to),
        ("publisher", &query.publisher),
        ("result", &query.result),
        ("search", &query.search),
        ("before", &query.before),
    ]
}

/// The bid that has a call's id.
#[must_use]
pub fn bid(call: CallId) -> String {
    with_query(BIDS, &[("search", &bid_id(call))])
}

/// What a publisher asked.
#[must_use]
pub fn bids_of(publisher: PublisherId) -> String {
    with_query(BIDS, &[("publisher", &publisher.to_string())])
}

/// The pings of an RTB target that came to a verdict.
#[must_use]
pub fn rtb_pings(target: TargetId, verdict: &str) -> String {
    with_query(
        RTB,
        &[("target", &target.to_string()), ("verdict", verdict)],
    )
}

/// An agent's page, with what they were sent from a place on; may be empty.
#[must_use]
pub fn agent(id: TargetId, after: &str) -> String {
    with_query(&format!("/agents/{id}"), &[("after", after)])
}

/// An agent's own page, with a call that is being written up and a place in what was; may be empty.
#[must_use]
pub fn my_calls(call: Option<CallId>, after: &str) -> String {
    let call = call.map(|id| id.to_string()).unwrap_or_default();
    with_query(MY_CALLS, &[("call", &call), ("after", after)])
}

/// A pool's page.
#[must_use]
pub fn pool(id: PoolId) -> String {
    format!("{POOLS}/{id}")
}

/// A DNI tag's page.
#[must_use]
pub fn dni_tag(id: DniTagId) -> String {
    format!("{DNI_TAGS}/{id}")
}

/// The form for a new DNI tag that shows numbers of a pool.
#[must_use]
pub fn dni_tag_of(pool: PoolId) -> String {
    with_query(DNI_TAG_NEW, &[("source", &format!("pool:{pool}"))])
}

/// The page of what an entry of a plan leads to.
#[must_use]
pub fn route_end(to: RouteTo) -> String {
    match to {
        RouteTo::Target(id) => target(id),
        RouteTo::Group(id) => group(id),
    }
}

/// A call's own page.
#[must_use]
pub fn call(id: CallId) -> String {
    format!("/calls/{id}")
}

/// A dispute's page.
#[must_use]
pub fn dispute(id: DisputeId) -> String {
    format!("/disputes/{id}")
}

/// A page of disputes.
#[must_use]
pub fn disputes(query: &DisputeQuery) -> String {
    let pairs = [
        ("state", query.state.as_str()),
        ("buyer", &query.buyer),
        ("after", &query.after),
    ];
    with_query(DISPUTES, &pairs)
}

/// The call log with these filters, and a call opened in the drawer.
#[must_use]
pub fn calls(query: &CallQuery, open: Option<CallId>) -> String {
    let id = open.map(|id| id.to_string()).unwrap_or_default();
    let mut pairs = pairs(query);
    pairs.push(("after", &query.after));
    pairs.push(("before", &query.before));
    pairs.push(("call", &id));
    with_query(CALLS, &pairs)
}

/// The filters of a query by parameter, without its place in the pages.
#[must_use]
pub fn pairs(query: &CallQuery) -> Vec<(&'static str, &str)> {
    vec![
        ("campaign", &query.campaign),
        ("target", &query.target),
        ("outcome", &query.outcome),
        ("buyer", &query.buyer),
        ("publisher", &query.publisher),
        ("duplicate", &query.duplicate),
        ("converted", &query.converted),
        ("paid", &query.paid),
        ("range", &query.range),
        ("from", &query.from),
        ("to", &query.to),
        ("caller", &query.caller),
    ]
}

/// The traffic of a stretch of time.
#[must_use]
pub fn traffic(query: &TrafficQuery) -> String {
    with_query(TRAFFIC, &traffic_pairs(query))
}

/// What the traffic is asked for, by parameter.
#[must_use]
pub fn traffic_pairs(query: &TrafficQuery) -> [(&'static str, &str); 5] {
    [
        ("range", &query.range),
        ("from", &query.from),
        ("to", &query.to),
        ("by", &query.by),
        ("tag", &query.tag),
    ]
}

/// The traffic of one DNI tag today.
#[must_use]
pub fn traffic_of(tag: DniTagId) -> String {
    with_query(TRAFFIC, &[("tag", &tag.to_string())])
}

/// A page of blocked callers.
#[must_use]
pub fn blocks(query: &BlockQuery) -> String {
    with_query(
        BLOCKS,
        &[
            ("search", &query.search),
            ("source", &query.source),
            ("after", &query.after),
        ],
    )
}

/// The page that imports a list.
#[must_use]
pub fn import(list: ListName) -> String {
    format!("/import/{}", list.code())
}

/// A list as a file, "targets" or "calls", with the filters of its page.
#[must_use]
pub fn export(list: &str, pairs: &[(&str, &str)]) -> String {
    with_query(&format!("/export/{list}.csv"), pairs)
}

/// The page of a list.
#[must_use]
pub fn list(list: ListName) -> &'static str {
    match list {
        ListName::Buyers | ListName::Targets => BUYERS,
        ListName::Numbers => NUMBERS,
        ListName::Publishers => PUBLISHERS,
        ListName::Blocks | ListName::Litigators => BLOCKS,
    }
}

/// The call log of one campaign today.
#[must_use]
pub fn calls_of_campaign(id: CampaignId) -> String {
    calls(
        &CallQuery {
            campaign: id.to_string(),
            ..CallQuery::default()
        },
        None,
    )
}

/// The call log of one target today.
#[must_use]
pub fn calls_of_target(id: TargetId) -> String {
    calls(
        &CallQuery {
            target: id.to_string(),
            ..CallQuery::default()
        },
        None,
    )
}

/// The call log of calls that are going on.
#[must_use]
pub fn calls_live() -> String {
    calls(
        &CallQuery {
            outcome: "live".to_owned(),
            range: "all".to_owned(),
            ..CallQuery::default()
        },
        None,
    )
}

/// The call log of a campaign's calls that are going on.
#[must_use]
pub fn calls_live_of_campaign(id: CampaignId) -> String {
    calls(
        &CallQuery {
            campaign: id.to_string(),
            outcome: "live".to_owned(),
            range: "all".to_owned(),
            ..CallQuery::default()
        },
        None,
    )
}

/// A path with the parameters that say something.
#[must_use]
pub fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    let mut sep = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(sep);
        url.push_str(name);
        url.push('=');
        encode(value, &mut url);
        sep = '&';
    }
    url
}

/// Percent-encodes everything but unreserved characters.
fn encode(text: &str, into: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            into.push(char::from(byte));
        } else {
            into.push('%');
            for digit in [byte >> 4, byte & 15] {
                into.push(char::from(b"0123456789ABCDEF"[usize::from(digit)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_carry_only_what_is_set_and_are_encoded() {
        assert_eq!(calls(&CallQuery::default(), None), "/calls");
        let query = CallQuery {
            outcome: "no_answer".into(),
            caller: "(214) 5".into(),
            ..CallQuery::default()
        };
        assert_eq!(
            calls(&query, None),
            "/calls?outcome=no_answer&caller=%28214%29%205"
        );
    }
}
