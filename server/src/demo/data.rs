//! What is in the demo account.

use super::{ZONE, bidding};
use domain::access::Role;

/// Somebody who can sign in.
#[derive(Debug, Clone, Copy)]
pub struct DemoUser {
    pub email: &'static str,
    pub name: &'static str,
    pub password: &'static str,
    pub role: Role,
}

/// The logins, printed at every start of a demo: nothing here is a secret.
pub const USERS: &[DemoUser] = &[
    DemoUser {
        email: "dana@northgate.example",
        name: "Dana Whitfield",
        password: "northgate-demo-1",
        role: Role::Owner,
    },
    DemoUser {
        email: "vic@northgate.example",
        name: "Vic Ortega",
        password: "northgate-demo-2",
        role: Role::Viewer,
    },
    DemoUser {
        email: AGENT.email,
        name: AGENT.name,
        password: "northgate-demo-3",
        role: Role::Agent,
    },
];

/// Somebody whom calls are sent to.
#[derive(Debug, Clone, Copy)]
pub struct DemoAgent {
    pub email: &'static str,
    /// The person's, and the target's.
    pub name: &'static str,
    pub buyer: &'static str,
    pub rings: &'static str,
}

/// The agent; a route names them as a target.
pub const AGENT: DemoAgent = DemoAgent {
    email: "priya@northgate.example",
    name: "Priya Nair",
    buyer: "Silver Oak",
    rings: "+16025550142",
};

/// A campaign, with the last part of its id.
#[derive(Debug, Clone, Copy)]
pub struct DemoCampaign {
    pub id: u128,
    pub name: &'static str,
    pub vertical: &'static str,
    /// "message", "voicemail" or a number.
    pub fallback: &'static str,
    /// Target or group by name, priority, weight.
    pub routes: &'static [(&'static str, u32, u32)],
}

/// The campaigns.
pub const CAMPAIGNS: &[DemoCampaign] = &[
    DemoCampaign {
        id: 1,
        name: "Roof repair, Texas",
        vertical: "Home services",
        fallback: "voicemail",
        routes: &[
            ("Lone Star Exteriors", 1, 50),
            ("Hill Country Roofing", 1, 40),
            ("Storm Shield crews", 1, 30),
            ("Gulf Roof Partners", 2, 10),
            ("Panhandle Roof Co", 2, 10),
            ("DryRight night desk", 3, 10),
        ],
    },
    DemoCampaign {
        id: 2,
        name: "Auto insurance, national",
        vertical: "Insurance",
        fallback: "message",
        routes: &[
            ("Meridian Auto Direct", 1, 60),
            ("Crestline Insurance", 1, 40),
            ("Beacon Mutual agents", 2, 10),
        ],
    },
    DemoCampaign {
        id: 3,
        name: "Motor vehicle accident, CA",
        vertical: "Legal",
        fallback: "+13105550150",
        routes: &[("Injury intake", 1, 10)],
    },
    DemoCampaign {
        id: 4,
        name: "Medicare Advantage 65+",
        vertical: "Healthcare",
        fallback: "message",
        routes: &[
            ("ElderFirst agents", 1, 60),
            ("Silver Oak Health", 2, 10),
            (AGENT.name, 3, 10),
        ],
    },
];

/// A group of targets.
#[derive(Debug, Clone, Copy)]
pub struct DemoGroup {
    pub name: &'static str,
    pub at_once: bool,
    pub ring_s: u32,
    pub lines: u32,
    pub daily: u32,
    /// Target names, in the order they are rung in.
    pub members: &'static [&'static str],
}

/// The groups: one rings in turn, one at once.
pub const GROUPS: &[DemoGroup] = &[
    DemoGroup {
        name: "Injury intake",
        at_once: false,
        ring_s: 20,
        lines: 6,
        daily: 0,
        members: &["Sato & Brandt Injury Law", "Pacific Trial Group"],
    },
    DemoGroup {
        name: "ElderFirst agents",
        at_once: true,
        ring_s: 25,
        lines: 8,
        daily: 900,
        members: &["ElderFirst Phoenix", "ElderFirst Tampa"],
    },
];

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct DemoTarget {
    pub buyer: &'static str,
    pub name: &'static str,
    /// A number or a SIP address.
    pub to: &'static str,
    pub zone: &'static str,
    /// Opening hours on weekdays; none is around the clock.
    pub hours: Option<(&'static str, &'static str)>,
    pub lines: u32,
    pub daily: u32,
    pub whisper: &'static str,
    pub paused: bool,
}

const CENTRAL: &str = "America/Chicago";
const USUAL: DemoTarget = DemoTarget {
    buyer: "",
    name: "",
    to: "",
    zone: CENTRAL,
    hours: None,
    lines: 5,
    daily: 0,
    whisper: "",
    paused: false,
};

/// The targets, each with its buyer.
pub const TARGETS: &[DemoTarget] = &[
    DemoTarget {
        buyer: "Lone Star Group",
        name: "Lone Star Exteriors",
        to: "+12145550171",
        daily: 400,
        whisper: "Roof repair call from Northgate.",
        ..USUAL
    },
    DemoTarget {
        buyer: "Hill Country",
        name: "Hill Country Roofing",
        to: "+15125550175",
        lines: 3,
        daily: 300,
        ..USUAL
    },
    DemoTarget {
        buyer: "Storm Shield",
        name: "Storm Shield crews",
        to: "+18175550138",
        lines: 3,
        ..USUAL
    },
    DemoTarget {
        buyer: "Gulf Roof",
        name: "Gulf Roof Partners",
        to: "+17135550182",
        hours: Some(("09:00", "18:00")),
        lines: 4,
        daily: 125,
        ..USUAL
    },
    DemoTarget {
        buyer: "Panhandle",
        name: "Panhandle Roof Co",
        to: "+18065550144",
        lines: 2,
        daily: 40,
        paused: true,
        ..USUAL
    },
    DemoTarget {
        buyer: "DryRight",
        name: "DryRight night desk",
        to: "sip:night@pbx.dryright.example",
        lines: 6,
        ..USUAL
    },
    DemoTarget {
        buyer: "Meridian Auto",
        name: "Meridian Auto Direct",
        to: "+19725550199",
        lines: 8,
        whisper: "Auto insurance call.",
        ..USUAL
    },
    DemoTarget {
        buyer: "Crestline",
        name: "Crestline Insurance",
        to: "+16025550119",
        zone: "America/Phoenix",
        lines: 6,
        daily: 500,
        ..USUAL
    },
    DemoTarget {
        buyer: "Beacon Mutual",
        name: "Beacon Mutual agents",
        to: "+16145550156",
        zone: ZONE,
        lines: 10,
        ..USUAL
    },
    DemoTarget {
        buyer: "Sato & Brandt",
        name: "Sato & Brandt Injury Law",
        to: "+13105550170",
        zone: "America/Los_Angeles",
        lines: 4,
        daily: 200,
        whisper: "New accident intake.",
        ..USUAL
    },
    DemoTarget {
        buyer: "Pacific Trial",
        name: "Pacific Trial Group",
        to: "+14155550121",
        zone: "America/Los_Angeles",
        hours: Some(("08:00", "20:00")),
        lines: 3,
        ..USUAL
    },
    DemoTarget {
        buyer: "ElderFirst",
        name: "ElderFirst Phoenix",
        to: "+16025550190",
        zone: "America/Phoenix",
        lines: 5,
        daily: 600,
        ..USUAL
    },
    DemoTarget {
        buyer: "ElderFirst",
        name: "ElderFirst Tampa",
        to: "+18135550112",
        zone: ZONE,
        hours: Some(("09:00", "21:00")),
        lines: 5,
        ..USUAL
    },
    DemoTarget {
        buyer: "Silver Oak",
        name: "Silver Oak Health",
        to: "+14045550131",
        zone: ZONE,
        lines: 8,
        ..USUAL
    },
];

/// Tracking numbers: number, label, campaign (0: none yet), share of simulated calls.
pub const NUMBERS: &[(&str, &str, u128, u64)] = &[
    ("+18005550126", "Roof repair, search", 1, 30),
    ("+12145550110", "Roof repair, Dallas mailer", 1, 15),
    ("+18885550134", "Auto insurance, TV", 2, 25),
    ("+13105550102", "Accident, billboards", 3, 10),
    ("+18775550148", "Medicare, radio", 4, 19),
    ("+18665550163", "Spare", 0, 1),
    (
        bidding::NUMBER,
        "Car insurance, live bids",
        bidding::CAMPAIGN.id,
        0,
    ),
];

/// Blocked callers: pattern and note.
pub const BLOCKS: &[(&str, &str)] = &[
    ("+1900*", "Premium-rate numbers"),
    ("+12025550143", "Asked for the same quote forty times"),
];

/// A publisher, with its payout rules.
#[derive(Debug, Clone, Copy)]
pub struct DemoPublisher {
    pub name: &'static str,
    pub sub_id: &'static str,
    /// Numbers whose callers are its own.
    pub numbers: &'static [&'static str],
    pub rules: &'static [DemoPayout],
    /// Campaigns with rules of their own, by the last part of their ids.
    pub own: &'static [(u128, &'static [DemoPayout])],
}

/// A payout rule.
#[derive(Debug, Clone, Copy)]
pub struct DemoPayout {
    pub name: &'static str,
    /// "length", "connect", "converted" or "incoming".
    pub trigger: &'static str,
    pub length_s: &'static str,
    /// An amount, or a share of the revenue as "75%".
    pub pays: &'static str,
    /// At least and at most, for a share.
    pub bounds: (&'static str, &'static str),
    /// Calls and money a day; empty for no limit.
    pub daily: (&'static str, &'static str),
    /// Tag and value it must have; empty for every call.
    pub tag: (&'static str, &'static str),
}

const PAYOUT: DemoPayout = DemoPayout {
    name: "",
    trigger: "length",
    length_s: "90",
    pays: "",
    bounds: ("", ""),
    daily: ("", ""),
    tag: ("", ""),
};

/// The publishers: each number of a campaign belongs to one.
pub const PUBLISHERS: &[DemoPublisher] = &[
    DemoPublisher {
        name: "Lead Harbor",
        sub_id: "lh-2209",
        numbers: &["+18005550126", "+18885550134", "+13105550102"],
        rules: &[
            DemoPayout {
                name: "Long calls from Texas",
                length_s: "120",
                pays: "32",
                tag: ("geo:state", "TX"),
                daily: ("40", ""),
                ..PAYOUT
            },
            DemoPayout {
                name: "Every connected call",
                pays: "25",
                daily: ("", "2500"),
                ..PAYOUT
            },
        ],
        own: &[(
            2,
            &[DemoPayout {
                name: "Share of what the buyer pays",
                trigger: "converted",
                pays: "75%",
                bounds: ("5", "40"),
                ..PAYOUT
            }],
        )],
    },
    DemoPublisher {
        name: "Mailbox Media",
        sub_id: "mm-17",
        numbers: &["+12145550110", "+18775550148"],
        rules: &[DemoPayout {
            name: "Connected for a minute",
            length_s: "60",
            pays: "18.50",
            ..PAYOUT
        }],
        own: &[],
    },
];
