//! The checks before a bid, in the order of the field's codes: the cheapest and most general first, so
//! that a publisher's program is told what it can mend before what it cannot.

use serde::{Deserialize, Serialize};

use super::ping::{Ping, PingCaller};
use super::reject::Reject;
use crate::tag::name::TagName;

/// What is known when a ping comes, before any target is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// What is switched off or paused, as a sentence.
    pub disabled: Option<String>,
    /// The limit that this ping goes over, as "10 a minute".
    pub over_limit: Option<String>,
    /// Why the publisher takes no calls now: closed, or a payout cap is reached.
    pub closed: Option<String>,
    /// Why the caller is turned away: blocked, too soon, a duplicate that is not paid.
    pub caller: Option<String>,
    /// That the same caller went through here a moment ago, in a circle.
    pub again: Option<String>,
}

/// What an id asks of each ping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Demands {
    pub caller: bool,
    pub tags: Vec<TagName>,
}

/// The first thing that stands against a bid, if anything does.
#[must_use]
pub fn refusal(standing: &Standing, demands: &Demands, ping: &Ping) -> Option<Reject> {
    if let Some(what) = &standing.disabled {
        return Some(Reject::Disabled { what: what.clone() });
    }
    if let Some(limit) = &standing.over_limit {
        return Some(Reject::RateLimited {
            limit: limit.clone(),
        });
    }
    let missing = ping.missing(&demands.tags);
    if !missing.is_empty() {
        // By the names a publisher writes, without the type.
        let name = |tag: &&TagName| {
            let (_, name) = tag.as_str().split_once(':').unwrap_or(("", tag.as_str()));
            name.to_owned()
        };
        return Some(Reject::TagsMissing {
            names: missing.iter().map(name).collect(),
        });
    }
    match &ping.caller {
        PingCaller::Missing if demands.caller => return Some(Reject::CallerMissing),
        PingCaller::Malformed(said) => {
            return Some(Reject::CallerMalformed { said: said.clone() });
        }
        PingCaller::Missing | PingCaller::Known(_) => {}
    }
    if let Some(what) = &standing.closed {
        return Some(Reject::PublisherClosed { what: what.clone() });
    }
    if let Some(what) = &standing.caller {
        return Some(Reject::Caller { what: what.clone() });
    }
    (standing.again.as_ref()).map(|what| Reject::CallerAgain { what: what.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ping(pairs: &[(&str, &str)]) -> Ping {
        let owned: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Ping::read(&owned)
    }

    #[test]
    fn what_stands_against_a_bid_is_told_one_by_one() {
        let some = || Some("Because.".to_owned());
        let mut standing = Standing {
            disabled: some(),
            over_limit: Some("10 a minute".to_owned()),
            closed: some(),
            caller: some(),
            again: some(),
        };
        let demands = Demands {
            caller: true,
            tags: vec!["user:zip".parse().unwrap(), "user:state".parse().unwrap()],
        };
        let code = |standing: &Standing, ping: &Ping| {
            refusal(standing, &demands, ping).map(|reject| reject.code())
        };
        let bare = ping(&[]);
        assert_eq!(code(&standing, &bare), Some(1001));
        standing.disabled = None;
        assert_eq!(code(&standing, &bare), Some(1024));
        standing.over_limit = None;
        assert_eq!(code(&standing, &bare), Some(3024));
        assert_eq!(
            refusal(&standing, &demands, &ping(&[("State", "TX")])).map(|r| r.reason()),
            Some("Missing required fields: zip (Code: 3024)".to_owned())
        );
        let told = [("State", "TX"), ("ZIP", "75201")];
        assert_eq!(code(&standing, &ping(&told)), Some(1100));
        let odd = ping(&[told[0], told[1], ("CID", "12")]);
        assert_eq!(code(&standing, &odd), Some(1100));
        let whole = ping(&[told[0], told[1], ("CID", "2145550187")]);
        assert_eq!(code(&standing, &whole), Some(1007));
        standing.closed = None;
        assert_eq!(code(&standing, &whole), Some(1004));
        standing.caller = None;
        assert_eq!(code(&standing, &whole), Some(1025));
        standing.again = None;
        assert_eq!(code(&standing, &whole), None);
    }
}
