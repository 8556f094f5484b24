//! A target as it is told.

use crate::rest::again::{Recovery, Restriction, TargetRestriction};
use crate::rest::caller_id::CallerId;
use crate::rest::caps::{Caps, MoneyCaps};
use crate::rest::filter::{FilterRule, rules};
use crate::rest::hours::{Hours, holidays};
use crate::rest::usage::Usage;
use crate::rest::wire::{Activity, Availability, mirror};
use domain::caps::CountOn as DomainCountOn;
use domain::id::{BuyerId, TargetId};
use domain::target::settings::{Inherits as DomainInherits, SipAccess};
use domain::target::{Destination as DomainDestination, Target as Routed};
use serde::{Deserialize, Serialize};
use service::target::TargetFacts;
use utoipa::ToSchema;

/// A phone number or SIP address of a buyer that can take calls.
#[derive(Debug, Serialize, ToSchema)]
pub struct Target {
    #[schema(value_type = i64)]
    id: TargetId,
    #[schema(value_type = i64)]
    buyer_id: BuyerId,
    name: String,
    /// The buyer's own name of it; may be empty.
    sub_id: String,
    activity: Activity,
    destination: Destination,
    /// How to sign in to its SIP address; null where nothing is said.
    sip: Option<Sip>,
    /// Keys that are pressed once it answers; may be empty.
    #[schema(example = "1w5")]
    digits: String,
    ring_timeout_s: u32,
    caller_id: CallerId,
    /// Spoken to the target before the caller is connected.
    whisper: Option<String>,
    /// Whoever answers must press 1 to get the caller.
    accept_key: bool,
    /// IANA zone of its hours and caps.
    #[schema(example = "America/Chicago")]
    zone: String,
    hours: Hours,
    /// Days apart, a line each.
    #[schema(example = json!(["Thanksgiving Day", "12-24 Christmas Eve = 9:00-12:00"]))]
    holidays: Vec<String>,
    caps: Caps,
    money_caps: MoneyCaps,
    count_on: CountOn,
    matrices: Matrices,
    restriction: TargetRestriction,
    recovery: Recovery,
    /// With how many targets a caller may have been connected before this one takes them over by
    /// recovery; null does not care.
    connects_max: Option<u32>,
    /// Calls to it are never recorded.
    recording_blocked: bool,
    /// Which calls it takes; its buyer's rules are asked as well.
    filter: Vec<FilterRule>,
    /// Which of the settings above its buyer's stand in for.
    inherits: Inherits,
    /// What holds, with what it takes from its buyer.
    in_force: InForce,
    availability: Availability,
    usage: Usage,
    #[schema(format = DateTime)]
    created_at: String,
}

/// Where calls go.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Destination {
    pub kind: DestinationKind,
    /// E.164, or a SIP address.
    #[schema(example = "+12145550187")]
    pub address: String,
}

/// What an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    Number,
    Sip,
    /// Where its bid for a call says; the address is empty. Only of a target that bids.
    Bid,
}

/// How to sign in to a SIP address.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sip {
    user: String,
    /// The password itself is never told.
    has_password: bool,
    headers: Vec<SipHeader>,
}

/// A header that is sent along.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SipHeader {
    #[schema(example = "X-Lead-Source")]
    pub name: String,
    #[schema(example = "roof")]
    pub value: String,
}

mirror! {
    /// Which calls count against the caps.
    CountOn of DomainCountOn {
        Connect,
        /// Those that met their revenue rule.
        Convert,
        /// Those that earned something.
        Revenue,
    }
}

/// Caps by the hour of the week: `Mon-Fri 9-17=5; Sat 10-14=1`, empty for none.
#[derive(Debug, Serialize, ToSchema)]
pub struct Matrices {
    /// Calls at once.
    #[schema(example = "Mon-Fri 9-17=5; Sat 10-14=1")]
    concurrent: String,
    /// Calls begun in the hour.
    volume: String,
}

/// Which settings a target takes from its buyer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Inherits {
    /// Hours with their zone and holidays.
    hours: bool,
    ring_timeout: bool,
    caller_id: bool,
    /// Caps in calls and in money.
    caps: bool,
}

/// What holds for a target, with what it takes from its buyer.
#[derive(Debug, Serialize, ToSchema)]
pub struct InForce {
    zone: String,
    hours: Hours,
    holidays: Vec<String>,
    ring_timeout_s: u32,
    caller_id: CallerId,
    caps: Caps,
    money_caps: MoneyCaps,
    /// Null is none.
    restriction: Option<Restriction>,
}

impl From<TargetFacts> for Target {
    fn from(facts: TargetFacts) -> Self {
        let (record, input) = (facts.record.clone(), facts.record.input);
        let settings = record.settings;
        Self {
            id: record.id,
            buyer_id: record.buyer,
            name: input.name,
            sub_id: settings.sub_id,
            activity: record.activity.into(),
            destination: input.destination.into(),
            sip: settings.sip.map(Sip::from),
            digits: settings.digits,
            ring_timeout_s: input.ring_timeout_s,
            caller_id: input.caller_id.into(),
            whisper: input.whisper,
            accept_key: settings.accept_key,
            zone: input.zone,
            hours: input.hours.into(),
            holidays: holidays(&settings.holidays),
            caps: input.caps.into(),
            money_caps: settings.dollars.into(),
            count_on: settings.count_on.into(),
            matrices: Matrices {
                concurrent: settings.matrices.concurrent.to_string(),
                volume: settings.matrices.volume.to_string(),
            },
            restriction: settings.restriction.into(),
            recovery: settings.recovery.into(),
            connects_max: settings.connects_max,
            recording_blocked: input.recording_blocked,
            filter: rules(&settings.filter),
            inherits: settings.inherits.into(),
            in_force: facts.routed.into(),
            availability: facts.now.into(),
            usage: facts.used.into(),
            created_at: record.created_at.rfc3339(),
        }
    }
}

impl From<Routed> for InForce {
    fn from(target: Routed) -> Self {
        Self {
            zone: target.zone,
            hours: target.hours.into(),
            holidays: holidays(&target.holidays),
            ring_timeout_s: target.ring_timeout_s,
            caller_id: target.caller_id.into(),
            caps: target.caps.into(),
            money_caps: target.dollars.into(),
            restriction: target.restriction.map(Restriction::from),
        }
    }
}

impl From<DomainInherits> for Inherits {
    fn from(inherits: DomainInherits) -> Self {
        Self {
            hours: inherits.hours,
            ring_timeout: inherits.ring_timeout,
            caller_id: inherits.caller_id,
            caps: inherits.caps,
        }
    }
}

impl From<SipAccess> for Sip {
    fn from(access: SipAccess) -> Self {
        let headers = access.headers.into_iter();
        Self {
            user: access.user,
            has_password: !access.password.is_empty(),
            headers: headers
                .map(|(name, value)| SipHeader { name, value })
                .collect(),
        }
    }
}

impl From<DomainDestination> for Destination {
    fn from(to: DomainDestination) -> Self {
        let (kind, address) = match to {
            DomainDestination::Number(number) => {
                (DestinationKind::Number, number.as_str().to_owned())
            }
            DomainDestination::Sip(uri) => (DestinationKind::Sip, uri.as_str().to_owned()),
            DomainDestination::Bid => (DestinationKind::Bid, String::new()),
        };
        Self { kind, address }
    }
}
