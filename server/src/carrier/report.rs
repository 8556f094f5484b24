//! What a caller notices, and how a call went.

use serde::Serialize;

/// Documents fetched for one call at most; a real carrier stops at ten redirects in a row.
pub(super) const HOPS_MAX: u32 = 40;

/// What the caller notices.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Heard {
    Said(String),
    Played(String),
    Silence {
        seconds: f64,
    },
    Ringing {
        to: String,
        caller_id: Option<String>,
    },
    Connected {
        to: String,
        after_s: f64,
    },
    NotConnected {
        to: String,
        why: &'static str,
    },
    Talked {
        to: String,
        seconds: f64,
    },
    LeftMessage {
        seconds: f64,
    },
    Pressed(String),
    Refused {
        busy: bool,
    },
    HungUp {
        by_caller: bool,
    },
}

/// How a call went.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CallReport {
    pub sid: String,
    pub heard: Vec<Heard>,
    /// Who talked with the caller last.
    pub connected_to: Option<String>,
    pub dialed: Vec<String>,
    pub seconds: f64,
}

/// Why a call could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("the server could not be reached")]
    Unreachable(#[from] reqwest::Error),
    #[error("{url} answered {status}: {text}")]
    Refused {
        url: String,
        status: u16,
        text: String,
    },
    #[error("{url} answered no valid TwiML: {why}")]
    NotTwiml { url: String, why: String },
    #[error("the call was sent from document to document more than {HOPS_MAX} times")]
    Loop,
}
