//! Every address of the console, in one place: links are made here and nowhere else.

use domain::api::block::BlockQuery;
use domain::api::call::CallQuery;
use domain::id::{BuyerId, CallId, CampaignId, TargetId};

pub const HOME: &str = "/";
pub const LOGIN: &str = "/login";
pub const LOGOUT: &str = "/logout";
pub const THEME: &str = "/theme";
pub const EVENTS: &str = "/events";
pub const CALLS: &str = "/calls";
pub const CAMPAIGNS: &str = "/campaigns";
pub const CAMPAIGN_NEW: &str = "/campaigns/new";
pub const BUYERS: &str = "/buyers";
pub const BUYER_NEW: &str = "/buyers/new";
pub const NUMBERS: &str = "/numbers";
pub const NUMBER_NEW: &str = "/numbers/new";
pub const BLOCKS: &str = "/blocks";
pub const BLOCK_NEW: &str = "/blocks/new";
pub const BLOCK_IMPORT: &str = "/blocks/import";

/// A tab of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CampaignTab {
    #[default]
    Overview,
    Numbers,
    Routing,
    Settings,
}

/// A campaign's page.
#[must_use]
pub fn campaign(id: CampaignId, tab: CampaignTab) -> String {
    let tail = match tab {
        CampaignTab::Overview => "",
        CampaignTab::Numbers => "/numbers",
        CampaignTab::Routing => "/routing",
        CampaignTab::Settings => "/settings",
    };
    format!("/campaigns/{id}{tail}")
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

/// A call's own page.
#[must_use]
pub fn call(id: CallId) -> String {
    format!("/calls/{id}")
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
        ("range", &query.range),
        ("from", &query.from),
        ("to", &query.to),
        ("caller", &query.caller),
    ]
}

/// A page of blocked callers.
#[must_use]
pub fn blocks(query: &BlockQuery) -> String {
    with_query(
        BLOCKS,
        &[("search", &query.search), ("after", &query.after)],
    )
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
