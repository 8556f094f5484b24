//! What a call wants from the outside, in the imperative.

use serde::{Deserialize, Serialize};

use super::money::{Dial, PayoutClaim};
use super::recording::Recording;
use crate::id::{TargetGroupId, TargetId};
use crate::ledger;
use crate::money::Micros;
use crate::routing::Exclusions;
use crate::time::{Timestamp, Windows};
use crate::voice::verb::Verb;

/// Something the shell must do. Those that change capacity must be committed together with the
/// session that asked for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Decide who gets the call and come back with `Decided`. The salt names the decision.
    Choose { exclusions: Exclusions, salt: u64 },
    /// Claim a line and a place under each cap of all of them, or of none; come back with `Claimed`
    /// or `ClaimLost`.
    Claim {
        places: Vec<Place>,
        /// The group they are members of, unless the call has its place there already.
        group: Option<(TargetGroupId, Windows)>,
    },
    /// Free the line of a claim.
    ReleaseLine { target: TargetId },
    /// Leave the agent behind a target alone for a while: a conversation is over.
    WrapUp { target: TargetId, until: Timestamp },
    /// Give back what the call has of a group's claim: the line, the place in the counts.
    FreeGroup {
        group: TargetGroupId,
        line: bool,
        uncount: Option<Windows>,
    },
    /// Take a claim out of the counts of its windows: the call did not connect there.
    Uncount { target: TargetId, windows: Windows },
    /// Add so much (or less, below zero) to the money spent in the windows of a claim: what the
    /// call was worth there, less what was set aside.
    Spend {
        target: TargetId,
        windows: Windows,
        more: Micros,
    },
    /// Enter what the call earned, owes and cost.
    Enter(Vec<ledger::entry::Entry>),
    /// Take a payout's place under the caps of its rule. If there is none, the step is worked out
    /// again with what the rules have paid.
    Pay(PayoutClaim),
    /// Keep what became of a target the call was sent to, over what was kept of it before.
    KeepDial(Dial),
    /// Keep a recording with the call.
    KeepRecording(Recording),
    /// Answer the carrier.
    Reply(Vec<Verb>),
    /// Ask the carrier's records about this call; come back with `CarrierSaid` or `CarrierSilent`.
    AskCarrier,
}

/// A line of one target, wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub target: TargetId,
    pub windows: Windows,
    /// What is set aside under caps in money.
    pub price: Micros,
}

/// Why a call wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// A dial should be over by now.
    DialOverdue,
    /// A conversation is long enough to ask whether it still goes on.
    StillTalking,
    /// The fallback should be over by now.
    FallbackOverdue,
    /// The caller is gone, but the last leg's result has not come.
    ResultMissing,
    /// The call is over, but its length or a recording of it has not come.
    RecordingMissing,
    /// The last moment for a conversion has passed.
    MoneyDue,
}

/// When a call next wants to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    pub at: Timestamp,
    pub kind: TimerKind,
}

/// How long a call waits for news before it asks the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// Milliseconds a dial may be overdue (the carrier itself adds about five seconds).
    pub dial_ms: i64,
    /// Milliseconds between questions about a conversation.
    pub talk_ms: i64,
    /// Milliseconds the result of the last leg may be missing after the caller is gone.
    pub result_ms: i64,
    /// Milliseconds after the end of a call at which a recording that was not told of is asked
    /// for; each further question waits for as long as all before it together.
    pub recording_ms: i64,
    /// Milliseconds after the end of a call at which its missing recording is given up.
    pub recording_give_up_ms: i64,
    /// Milliseconds after its arrival at which a call the carrier says nothing about is given up:
    /// the carrier ends calls after four hours by itself.
    pub give_up_ms: i64,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            dial_ms: 20_000,
            talk_ms: 120_000,
            result_ms: 10_000,
            recording_ms: 60_000,
            recording_give_up_ms: 3_600_000,
            give_up_ms: 4 * 3_600_000 + 600_000,
        }
    }
}
