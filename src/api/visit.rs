//! Visits: who is on the advertisers' pages, where they came from, and who of them called.

use serde::{Deserialize, Serialize};

use super::page::{Choice, Stamp};
use super::pool::PoolRow;
use crate::id::VisitId;
use crate::money::Micros;
use crate::visit::Shown;

/// What the traffic page is asked for; all of it stands in the URL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrafficQuery {
    /// "today", "yesterday", "7d", "month" or "custom"; empty is today.
    pub range: String,
    /// `yyyy-mm-dd` in the account's zone, with `range=custom`.
    pub from: String,
    /// `yyyy-mm-dd`, inclusive.
    pub to: String,
    /// A [`TrafficBy`] code; empty is by source.
    pub by: String,
    /// DNI tag id; empty for all.
    pub tag: String,
}

/// What rows of traffic have in common.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrafficBy {
    #[default]
    Source,
    Campaign,
    Landing,
    Place,
    Device,
    Tag,
}

impl TrafficBy {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 6] = [
        Self::Source,
        Self::Campaign,
        Self::Landing,
        Self::Place,
        Self::Device,
        Self::Tag,
    ];

    /// What an address says.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Campaign => "campaign",
            Self::Landing => "landing",
            Self::Place => "place",
            Self::Device => "device",
            Self::Tag => "tag",
        }
    }

    /// What an address means.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Source => "Source",
            Self::Campaign => "Campaign",
            Self::Landing => "Landing page",
            Self::Place => "Place",
            Self::Device => "Device",
            Self::Tag => "DNI tag",
        }
    }
}

/// The traffic page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficPage {
    /// Visitors whose page was heard of in the last two minutes.
    pub live: u64,
    pub totals: TrafficCounts,
    pub by: TrafficBy,
    /// The busiest first.
    pub rows: Vec<TrafficRow>,
    /// Visits over time, without gaps.
    pub hours: Vec<TrafficHour>,
    pub pools: Vec<PoolRow>,
    /// The latest visits of the range.
    pub visits: Vec<VisitRow>,
    pub tags: Vec<Choice>,
    /// "Today, Nov 19".
    pub range_label: String,
    /// "ET".
    pub zone_short: String,
}

/// From visitor to money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficCounts {
    pub visits: u64,
    /// Visits for which the pool had no number.
    pub misses: u64,
    /// Calls of these visits.
    pub calls: u64,
    pub connected: u64,
    pub converted: u64,
    pub revenue: Micros,
}

/// A line of traffic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficRow {
    /// "google / cpc", "Dallas, TX".
    pub name: String,
    pub counts: TrafficCounts,
}

/// Visits of an hour, or of a day where the range is longer than two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficHour {
    /// "2 pm", "Nov 19".
    pub label: String,
    pub visits: u64,
    pub misses: u64,
    pub calls: u64,
}

/// A line of the visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRow {
    pub id: VisitId,
    pub started: Stamp,
    /// The page was heard of in the last two minutes.
    pub live: bool,
    /// "google / cpc".
    pub source: String,
    /// May be empty, as all below.
    pub campaign: String,
    /// Without the site: "/offer".
    pub landing: String,
    pub place: String,
    pub device: String,
    pub shown: Shown,
    /// The number that was shown, "(800) 555-0199".
    pub number: String,
    pub calls: u32,
}

/// The visitor in the drawer of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitView {
    pub started: Stamp,
    /// Why the call is this visitor's, in a sentence.
    pub why: String,
    /// "google / cpc".
    pub source: String,
    /// May be empty, as all below.
    pub campaign: String,
    /// The whole address without parameters.
    pub landing: String,
    pub referrer: String,
    pub place: String,
    pub device: String,
    /// The DNI tag.
    pub tag: String,
    /// What was looked at, in order, with how long after the landing: "0:41".
    pub pages: Vec<(String, String)>,
}
