//! The state of a call between two events, as stored.

use serde::{Deserialize, Serialize};

use super::record::{LiveState, Outcome};
use super::recording::{Recording, RecordingKind};
use super::timeline::EndedBy;
use crate::campaign::{Fallback, RecordingMode};
use crate::caps::CountOn;
use crate::duplicate::EarlierCall;
use crate::duplicate::mark::Marked;
use crate::duplicate::routing::Preference;
use crate::id::{BuyerId, CampaignId, PublisherId, RouteId, TargetGroupId, TargetId};
use crate::ledger::Ledger;
use crate::ledger::facts::Conversion;
use crate::ledger::revenue::RevenueRule;
use crate::money::Micros;
use crate::phone::{Caller, E164};
use crate::plan::{Route, RoutingPlan};
use crate::recovery::Recovery;
use crate::routing::{CallTraits, ChosenGroup, Decision};
use crate::rtb::bid::Bid;
use crate::rtb::held::Held;
use crate::rtb_id::promise::Promise;
use crate::tag::Tags;
use crate::target::settings::SipAccess;
use crate::target::{CallerIdPolicy, Destination};
use crate::time::{Timestamp, Windows};
use crate::visit::attribution::Attribution;
use crate::voice::verb::{Step, Verb};

/// The most entries of a plan that one call is sent to.
pub const DIALS_MAX: u32 = 20;
/// Phones of one call after which no more are rung, groups and all: our own action URLs count a
/// little further, for those rung at once.
pub const LEGS_MAX: u32 = 100;
/// The key that takes a call.
const ACCEPT_KEY: &str = "1";
/// How long a target has for it once it was asked, in seconds.
const ACCEPT_S: u32 = 5;

/// What a call keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub arrived_at: Timestamp,
    pub carrier_sid: String,
    pub from: Caller,
    pub to: String,
    /// For a call by SIP, the number of ours that stands for the address it came to: a carrier shows
    /// no other number for such a call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<E164>,
    /// None for a number that no campaign uses.
    pub campaign: Option<CampaignId>,
    /// Whose number was dialed, if it is a publisher's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<PublisherId>,
    /// Earlier calls of the same caller when this one arrived, the latest ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<EarlierCall>,
    /// Which visitor of an advertiser's page called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<Attribution>,
    /// That it is a duplicate, and of which call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate: Option<Marked>,
    /// Where it goes as a duplicate.
    #[serde(default, skip_serializing_if = "Preference::is_any")]
    pub preference: Preference,
    /// Nobody was looked for: the number is unknown or its campaign paused.
    pub unrouted: bool,
    pub stage: Stage,
    /// How many decisions were asked for; the salt of the next one.
    pub decisions: u64,
    pub attempts_max: u32,
    pub recording: RecordingMode,
    pub fallback: Fallback,
    pub attempts: Vec<Attempt>,
    /// The group that the call has a place in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupHold>,
    /// What its publisher was promised for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise: Option<Promise>,
    /// The auctions of ring trees that were held for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub auctions: Vec<Held>,
    /// Targets whose line was lost to another call since the last dial.
    pub lost: Vec<TargetId>,
    /// When the carrier last told anything.
    pub heard_at: Timestamp,
    /// When the carrier was last asked.
    pub asked_at: Option<Timestamp>,
    pub outcome: Option<Outcome>,
    pub ended_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedBy>,
    /// How often the caller was sent on because a target hung up.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub reroutes: u32,
    /// Length in seconds of the line to the fallback number; none if it was not dialed or is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_s: Option<u32>,
    /// The buyer's word that it was worth something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    /// When the buyer said last what it was worth, if that was later than the first word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion_said_at: Option<Timestamp>,
    /// What it earned, owes and cost.
    #[serde(default, skip_serializing_if = "Ledger::is_empty")]
    pub ledger: Ledger,
    /// A payout rule was met.
    #[serde(default, skip_serializing_if = "is_false")]
    pub paid: bool,
    /// Nothing more can be earned or paid by rule.
    #[serde(default, skip_serializing_if = "is_false")]
    pub money_closed: bool,
    /// When its money wants to be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money_due_at: Option<Timestamp>,
    /// The carrier's own length of the caller's leg in seconds.
    pub duration_s: Option<u32>,
    /// The recordings we know of.
    #[serde(default)]
    pub recordings: Vec<Recording>,
    /// Length in seconds of the message the caller left; none if nothing was told about one.
    #[serde(default)]
    pub message_s: Option<u32>,
    /// The carrier has no recording that we do not know, or it was asked long enough.
    #[serde(default)]
    pub recordings_settled: bool,
}

/// Where a call is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waiting for a decision.
    Deciding,
    /// Waiting for the claim of what was decided.
    Claiming {
        choice: Choice,
    },
    /// The targets of the last dial ring.
    Dialing,
    /// A target of the last dial answered.
    Talking,
    /// The fallback number rings or talks.
    FallbackDialing,
    /// The caller speaks onto the voicemail.
    Recording,
    /// The caller hears the last words.
    Closing,
    /// The caller is gone; the last leg's result is missing.
    Settling,
    Ended,
}

/// What was decided: a target, or several of a group at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// In order; never empty.
    pub ring: Vec<ChosenRoute>,
    pub group: Option<ChosenGroup>,
}

/// A call's place in a group. A call has one there, however many of the group's phones it rings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupHold {
    pub group: TargetGroupId,
    pub route: RouteId,
    /// The windows its place is counted in.
    pub windows: Windows,
    /// The line is held; if not, the place in the counts still is.
    pub line_held: bool,
    /// The attempt that the entry began with.
    pub entry: u32,
}

/// The group a target was rung with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfGroup {
    pub id: TargetGroupId,
    pub name: String,
}

/// What a claim is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenRoute {
    pub route: RouteId,
    pub target: TargetId,
    pub buyer: BuyerId,
    pub name: String,
    pub buyer_name: String,
    pub destination: Destination,
    pub ring_timeout_s: u32,
    /// The number to show to the target; none passes the caller's own through.
    pub caller_id: Option<String>,
    pub whisper: Option<String>,
    pub windows: Windows,
    /// What a call is worth there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue: Option<RevenueRule>,
    /// What was set aside under its caps in money.
    #[serde(default)]
    pub price: Micros,
    #[serde(default)]
    pub count_on: CountOn,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// Keys that are pressed once it answers.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digits: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sip: Option<SipAccess>,
    /// The target is never recorded, or rings together with one that never is.
    #[serde(default)]
    pub recording_blocked: bool,
    /// The group it was rung with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<OfGroup>,
    /// Whoever answers must press 1 to get the caller.
    #[serde(default, skip_serializing_if = "is_false")]
    pub accept_key: bool,
    /// How long its agent is left alone after the conversation, in seconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrap_up_s: u32,
    /// What the target bid for the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bid: Option<Bid>,
}

/// One dialed target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1.
    pub number: u32,
    /// The first attempt of the same dial, if several were rung at once; 0 for one by itself.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub ring: u32,
    /// The first attempt of the same entry of the plan, if it is a group; 0 for one by itself.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub entry: u32,
    pub chosen: ChosenRoute,
    pub started_at: Timestamp,
    pub leg_sid: Option<String>,
    /// The highest sequence number heard, and what it said.
    pub news: Option<(u32, super::event::LegStatus)>,
    pub rang: bool,
    pub answered_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub talked_s: u32,
    pub result: Option<AttemptResult>,
    /// The line is held.
    pub line_held: bool,
    /// The claim is in the counts of its windows.
    pub counted: bool,
    /// Seconds the carrier charges for its leg.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub leg_s: u32,
    /// What was set aside for it under caps in money is settled.
    #[serde(default, skip_serializing_if = "is_false")]
    pub spend_settled: bool,
    /// It is kept as a dial, with this revenue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Micros>,
}

impl Attempt {
    /// Whether the target answered and the dial is not over.
    #[must_use]
    pub fn is_talking(&self) -> bool {
        self.result.is_none() && self.answered_at.is_some() && !self.is_off()
    }

    /// The dial it belongs to, by its first attempt.
    #[must_use]
    pub fn ring(&self) -> u32 {
        if self.ring == 0 {
            self.number
        } else {
            self.ring
        }
    }

    /// The entry of the plan it belongs to, by its first attempt.
    #[must_use]
    pub fn entry(&self) -> u32 {
        if self.entry == 0 {
            self.number
        } else {
            self.entry
        }
    }

    /// Rung together with others, and its own leg is known to be over.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.ring != 0 && self.news.is_some_and(|(_, status)| status.is_final())
    }
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptResult {
    Connected,
    Busy,
    NoAnswer,
    Failed,
    /// Answered, but hung up before being connected.
    Refused,
    /// The caller hung up while it rang.
    CallerHungUp,
    /// Rang together with others, one of whom has the caller.
    AnsweredElsewhere,
}

impl AttemptResult {
    /// All results.
    pub const ALL: [Self; 7] = [
        Self::Connected,
        Self::Busy,
        Self::NoAnswer,
        Self::Failed,
        Self::Refused,
        Self::CallerHungUp,
        Self::AnsweredElsewhere,
    ];

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Busy => "busy",
            Self::NoAnswer => "no_answer",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::CallerHungUp => "caller_hung_up",
            Self::AnsweredElsewhere => "answered_elsewhere",
        }
    }

    /// The result of a stored word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Connected => "Connected",
            Self::Busy => "Busy",
            Self::NoAnswer => "No answer",
            Self::Failed => "Failed",
            Self::Refused => "Refused",
            Self::CallerHungUp => "Caller hung up",
            Self::AnsweredElsewhere => "Another of the group answered",
        }
    }
}

impl Session {
    /// Which numbers its targets can be shown.
    #[must_use]
    pub fn presents(&self) -> Presents<'_> {
        Presents {
            dialed: &self.to,
            line: self.line.as_ref(),
        }
    }

    /// Whether the caller is still on the line, as far as we know.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.ended_at.is_none()
    }

    /// The call as a decision sees it; none for a number that no campaign uses.
    #[must_use]
    pub fn traits<'a>(
        &'a self,
        tags: &'a Tags,
        auctions: &'a [Held],
        now: Timestamp,
    ) -> Option<CallTraits<'a>> {
        Some(CallTraits {
            campaign: self.campaign?,
            publisher: self.publisher,
            tags,
            history: &self.history,
            preference: &self.preference,
            floor: self.promise.as_ref().and_then(|promise| promise.floor),
            auctions,
            now,
        })
    }

    /// Whether the caller was sent on because a target hung up.
    #[must_use]
    pub fn is_rerouted(&self) -> bool {
        self.reroutes > 0
    }

    /// With how many targets the caller was connected.
    #[must_use]
    pub fn connects(&self) -> u32 {
        let connected = |a: &&Attempt| a.result == Some(AttemptResult::Connected);
        u32::try_from(self.attempts.iter().filter(connected).count()).unwrap_or(u32::MAX)
    }

    /// To how many entries of the plan the call was sent. A group is one, however many of its
    /// members are rung and in how many dials: whoever builds a plan counts its lines.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.attempts
            .iter()
            .filter(|a| a.entry() == a.number)
            .count()
    }

    /// The places of the attempts of a dial.
    #[must_use]
    pub fn ring(&self, first: u32) -> Vec<usize> {
        (0..self.attempts.len())
            .filter(|i| self.attempts[*i].ring() == first)
            .collect()
    }

    /// The places of the attempts whose dial is not over.
    #[must_use]
    pub fn open_attempts(&self) -> Vec<usize> {
        (0..self.attempts.len())
            .filter(|i| self.attempts[*i].result.is_none())
            .collect()
    }

    /// The places of the attempts of the last dial.
    #[must_use]
    pub fn last_ring(&self) -> Vec<usize> {
        self.attempts
            .last()
            .map_or_else(Vec::new, |a| self.ring(a.ring()))
    }

    /// To how many entries of the plan it may be sent in all: as many as the campaign says for a
    /// caller nobody took, and as many again each time the caller is sent on.
    #[must_use]
    pub fn attempts_allowed(&self) -> usize {
        let rounds = self.reroutes.saturating_add(1);
        self.attempts_max.saturating_mul(rounds).min(DIALS_MAX) as usize
    }

    /// Whether the carrier should tell a length of the caller's line that we do not know. A call
    /// that is over asks for it.
    #[must_use]
    pub fn lacks_length(&self) -> bool {
        self.stage == Stage::Ended
            && self.duration_s.is_none()
            && !self.recordings_settled
            && self.outcome != Some(Outcome::Blocked)
    }

    /// Where the call is, for lists and counters.
    #[must_use]
    pub fn live_state(&self) -> LiveState {
        if !self.is_live() {
            return LiveState::Ended;
        }
        match self.stage {
            Stage::Deciding | Stage::Claiming { .. } | Stage::Dialing => LiveState::Ringing,
            Stage::Talking => LiveState::Connected,
            Stage::FallbackDialing | Stage::Recording | Stage::Closing => LiveState::Fallback,
            Stage::Settling | Stage::Ended => LiveState::Ended,
        }
    }

    /// The attempt whose buyer the call is charged to: the last that talked, else the one that is
    /// shown.
    #[must_use]
    pub fn paying_attempt(&self) -> Option<&Attempt> {
        let connected = |a: &&Attempt| a.result == Some(AttemptResult::Connected);
        (self.attempts.iter().rfind(connected)).or_else(|| self.shown_attempt())
    }

    /// The attempt that talked, else the one that talks, else the last dial's first.
    #[must_use]
    pub fn shown_attempt(&self) -> Option<&Attempt> {
        let connected = |a: &&Attempt| a.result == Some(AttemptResult::Connected);
        let talking = |a: &&Attempt| a.is_talking();
        let last = self.attempts.last().map(Attempt::ring);
        (self.attempts.iter().find(connected))
            .or_else(|| self.attempts.iter().find(talking))
            .or_else(|| self.attempts.iter().find(|a| Some(a.number) == last))
    }

    /// Seconds the caller talked with targets.
    ///
    /// A target's line is open during its whisper as well; the caller's is answered when the two are
    /// connected (`answerOnBridge`, twilio-reference 1.3), so it bounds the conversation.
    #[must_use]
    pub fn connected_s(&self) -> u32 {
        let lines: u32 = self
            .attempts
            .iter()
            .filter(|a| a.result == Some(AttemptResult::Connected))
            .map(|a| a.talked_s)
            .sum();
        self.duration_s
            .filter(|s| *s > 0)
            .map_or(lines, |caller| lines.min(caller))
    }

    /// How many recordings of a kind we know of.
    #[must_use]
    pub fn recorded(&self, kind: RecordingKind) -> usize {
        self.recordings.iter().filter(|r| r.kind == kind).count()
    }

    /// Whether the carrier should have made a recording that we were not told of. A call that is
    /// over asks for it.
    #[must_use]
    pub fn lacks_recording(&self) -> bool {
        if self.recordings_settled || self.stage != Stage::Ended {
            return false;
        }
        let talked = |a: &&Attempt| a.result == Some(AttemptResult::Connected);
        let recorded = |a: &&Attempt| !a.chosen.recording_blocked;
        let conversations = match self.recording {
            RecordingMode::Off => 0,
            RecordingMode::FromAnswer | RecordingMode::FromAnswerDual => {
                self.attempts.iter().filter(recorded).filter(talked).count()
            }
            // News of the ringing may be lost while its recording is known: whoever was dialed may
            // have one, and the carrier tells at the first question that there is no more.
            RecordingMode::FromRingingDual => {
                // One for each dial, however many it rang.
                let first = |a: &&Attempt| a.ring() == a.number;
                self.attempts.iter().filter(recorded).filter(first).count()
            }
        };
        let forwarded =
            self.recording != RecordingMode::Off && self.outcome == Some(Outcome::Forwarded);
        let message = match (self.message_s, self.outcome) {
            (Some(length_s), _) => length_s > 0,
            (None, Some(Outcome::Voicemail)) => true,
            // A caller who hung up after the greeting may have left one.
            (None, Some(Outcome::NoAnswer | Outcome::NoTarget | Outcome::Unrouted)) => {
                matches!(self.fallback, Fallback::Voicemail { .. })
            }
            (None, _) => false,
        };
        self.recorded(RecordingKind::Conversation) < conversations + usize::from(forwarded)
            || self.recorded(RecordingKind::Message) < usize::from(message)
    }

    /// What the target of an attempt hears before it is connected; empty connects at once.
    #[must_use]
    pub fn whisper(&self, attempt: u32) -> Vec<Verb> {
        let Some(chosen) = self.chosen(attempt) else {
            return Vec::new();
        };
        let said = chosen.whisper.clone().map(|text| Verb::Say { text });
        if !chosen.accept_key {
            return said.into_iter().collect();
        }
        let ask = Verb::Say {
            text: "Press 1 to take the call.".to_owned(),
        };
        let once: Vec<Verb> = said.into_iter().chain([ask]).collect();
        // Said twice, for whoever is slow to lift the phone to the ear; a machine presses nothing.
        vec![
            Verb::Gather {
                action: Step::Accept(attempt),
                prompt: once.iter().chain(&once).cloned().collect(),
                digits_max: 1,
                timeout_secs: ACCEPT_S,
            },
            Verb::Hangup,
        ]
    }

    /// What follows the key that the target of an attempt pressed; empty connects.
    #[must_use]
    pub fn accepted(&self, attempt: u32, digits: &str) -> Vec<Verb> {
        let asked = self.chosen(attempt).is_some_and(|c| c.accept_key);
        if !asked || digits == ACCEPT_KEY {
            Vec::new()
        } else {
            vec![Verb::Hangup]
        }
    }

    fn chosen(&self, attempt: u32) -> Option<&ChosenRoute> {
        let of_it = |a: &&Attempt| a.number == attempt;
        self.attempts.iter().find(of_it).map(|a| &a.chosen)
    }
}

/// Which numbers the targets of a call can be shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Presents<'a> {
    dialed: &'a str,
    /// The only one that may be shown: the call came by SIP (Twilio, Dial, `callerId`).
    line: Option<&'a E164>,
}

impl Presents<'_> {
    /// What the carrier is told; none leaves the caller's own number.
    #[must_use]
    pub fn to(self, policy: &CallerIdPolicy) -> Option<String> {
        let line = self.line.map(|line| line.as_str().to_owned());
        match policy {
            CallerIdPolicy::PassThrough => line,
            CallerIdPolicy::Tracking => line.or_else(|| Some(self.dialed.to_owned())),
            CallerIdPolicy::Fixed(number) => Some(number.as_str().to_owned()),
        }
    }
}

impl Choice {
    /// What a claim of the decision's winner needs, taken from the plan it was made on.
    #[must_use]
    pub fn of(plan: &RoutingPlan, decision: &Decision, presents: Presents<'_>) -> Option<Self> {
        let chosen = decision.chosen.as_ref()?;
        let of_entry = |target: TargetId| {
            let is = |r: &&Route| r.id == chosen.route && r.target.id == target;
            plan.routes.iter().find(is)
        };
        let mut ring: Vec<ChosenRoute> = chosen
            .rung()
            .filter_map(|rung| {
                Some(ChosenRoute::of(
                    of_entry(rung.target)?,
                    rung.windows,
                    presents,
                ))
            })
            .collect();
        if let Some(group) = chosen.group.and_then(|g| plan.groups.get(&g.group)) {
            // One dial is recorded or not: whoever may not be recorded keeps the others from it.
            let blocked = ring.iter().any(|r| r.recording_blocked);
            for route in &mut ring {
                route.ring_timeout_s = group.ring_timeout_s;
                route.recording_blocked = blocked;
                route.group = Some(OfGroup {
                    id: group.id,
                    name: group.name.clone(),
                });
            }
        }
        // Only one is rung for a bid.
        if let (Some(bid), Some(first)) = (&chosen.bid, ring.first_mut()) {
            first.take_bid(bid);
        }
        (!ring.is_empty()).then_some(Self {
            ring,
            group: chosen.group,
        })
    }
}

impl ChosenRoute {
    /// Whether the target hears something, or is asked for a key, before it has the caller.
    #[must_use]
    pub fn speaks_first(&self) -> bool {
        self.whisper.is_some() || self.accept_key
    }

    fn of(route: &Route, windows: Windows, presents: Presents<'_>) -> Self {
        let target = &route.target;
        Self {
            route: route.id,
            target: target.id,
            buyer: target.buyer,
            name: target.name.clone(),
            buyer_name: target.buyer_name.clone(),
            destination: target.destination.clone(),
            ring_timeout_s: target.ring_timeout_s,
            caller_id: presents.to(&target.caller_id),
            whisper: target.whisper.clone(),
            windows,
            revenue: route.revenue,
            price: route.price(),
            count_on: target.count_on,
            recovery: target.recovery,
            digits: target.digits.clone(),
            sip: target.sip.clone(),
            recording_blocked: target.recording_blocked,
            group: None,
            accept_key: target.accept_key,
            wrap_up_s: target.wrap_up_s,
            bid: None,
        }
    }

    /// The bid says where the call goes and what it is worth.
    fn take_bid(&mut self, bid: &Bid) {
        self.destination = bid.destination.clone();
        self.revenue = Some(bid.rule(self.revenue));
        self.price = bid.net;
        self.bid = Some(bid.clone());
    }
}
