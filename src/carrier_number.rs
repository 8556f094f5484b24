//! Numbers at the carrier: what is for sale there, what an account owns, and whether its callers are
//! sent to us.

use serde::{Deserialize, Serialize};

use crate::invalid::FieldErrors;
use crate::money::Micros;
use crate::phone::E164;

/// Numbers that one search shows at most.
pub const FOUND_MAX: u32 = 30;
/// Numbers that can be bought in one go.
pub const BUY_MAX: usize = 50;

/// Kinds of numbers (twilio-reference 4).
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    #[default]
    Local,
    TollFree,
    Mobile,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Local, Self::TollFree, Self::Mobile];

    /// The stored and typed word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::TollFree => "toll_free",
            Self::Mobile => "mobile",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What people read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Local => "Local",
            Self::TollFree => "Toll-free",
            Self::Mobile => "Mobile",
        }
    }
}

/// Countries whose numbers can be searched for: those of the North American plan that we know area
/// codes of, and the larger ones that sell voice numbers without papers.
pub const COUNTRIES: [(&str, &str); 4] = [
    ("US", "United States"),
    ("CA", "Canada"),
    ("GB", "United Kingdom"),
    ("AU", "Australia"),
];

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// ISO 3166-1 alpha-2, upper case.
    pub country: &'static str,
    pub kind: Kind,
    /// Three digits; the carrier takes it in North America alone.
    pub area: Option<String>,
    /// Digits, letters and stars; stars stand for any digit.
    pub pattern: Option<String>,
    /// Two letters of a state or province.
    pub region: Option<String>,
    pub locality: Option<String>,
}

impl Query {
    /// Local numbers of an area code of the United States, or of any.
    #[must_use]
    pub fn local(area: Option<String>) -> Self {
        Self {
            country: "US",
            kind: Kind::Local,
            area,
            pattern: None,
            region: None,
            locality: None,
        }
    }
}

/// A number for sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub number: E164,
    /// Town; may be empty.
    pub locality: String,
    /// State or province; may be empty.
    pub region: String,
    /// The carrier wants an address first.
    pub needs_address: bool,
}

/// What a month of a number costs, by kind; none where the carrier does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices(pub Vec<(Kind, Micros)>);

impl Prices {
    /// What a month of a number of this kind costs.
    #[must_use]
    pub fn of(&self, kind: Kind) -> Option<Micros> {
        self.0
            .iter()
            .find(|(k, _)| *k == kind)
            .map(|(_, price)| *price)
    }
}

/// Where the carrier sends what happens on a number. Empty is nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wiring {
    pub voice_url: String,
    pub status_url: String,
}

/// A number as the carrier knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierNumber {
    /// The carrier's id.
    pub sid: String,
    pub number: E164,
    /// The name it has there.
    pub name: String,
    pub takes_calls: bool,
    pub wiring: Wiring,
    /// `POST` where it is as we want it.
    pub voice_method: String,
    pub status_method: String,
    /// An application of the carrier's that takes its calls instead.
    pub application: String,
    /// A trunk that takes its calls instead.
    pub trunk: String,
}

/// Something about a number that is not as we want it at the carrier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "what", content = "found")]
pub enum Drift {
    /// The carrier account does not have it.
    Missing,
    /// It cannot take calls.
    NoCalls,
    /// Calls are asked about elsewhere; where, or nowhere.
    Voice(String),
    /// Calls are asked about by another method than POST.
    VoiceMethod(String),
    /// The end of a call is told elsewhere.
    Status(String),
    /// By another method than POST.
    StatusMethod(String),
    /// An application takes its calls.
    Application(String),
    /// A trunk takes its calls.
    Trunk(String),
}

impl Drift {
    /// Whether setting the number up anew mends it.
    #[must_use]
    pub fn is_mendable(&self) -> bool {
        !matches!(self, Self::Missing | Self::NoCalls)
    }

    /// Whether callers are not routed because of it.
    #[must_use]
    pub fn loses_calls(&self) -> bool {
        !matches!(self, Self::Status(_) | Self::StatusMethod(_))
    }

    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Missing => "The carrier account does not have this number.".to_owned(),
            Self::NoCalls => "It cannot take calls.".to_owned(),
            Self::Voice(found) if found.is_empty() => "Calls are sent nowhere.".to_owned(),
            Self::Voice(found) => format!("Calls are sent to {found}."),
            Self::VoiceMethod(found) => format!("Calls are sent by {found}, not POST."),
            Self::Status(found) if found.is_empty() => {
                "The end of a call is not told to us: it is noticed minutes late.".to_owned()
            }
            Self::Status(found) => format!("The end of a call is told to {found}."),
            Self::StatusMethod(found) => format!("The end of a call is told by {found}, not POST."),
            Self::Application(found) => {
                format!("The application {found} of the carrier takes its calls.")
            }
            Self::Trunk(found) => format!("The trunk {found} of the carrier takes its calls."),
        }
    }
}

/// How a number differs from what we want; nothing where it does not.
#[must_use]
pub fn drift(found: &CarrierNumber, wanted: &Wiring) -> Vec<Drift> {
    let mut all = Vec::new();
    if !found.takes_calls {
        all.push(Drift::NoCalls);
    }
    if !found.trunk.is_empty() {
        all.push(Drift::Trunk(found.trunk.clone()));
    }
    if !found.application.is_empty() {
        all.push(Drift::Application(found.application.clone()));
    }
    let posts = |method: &str| method.is_empty() || method.eq_ignore_ascii_case("POST");
    if found.wiring.voice_url != wanted.voice_url {
        all.push(Drift::Voice(found.wiring.voice_url.clone()));
    } else if !posts(&found.voice_method) {
        all.push(Drift::VoiceMethod(found.voice_method.clone()));
    }
    if found.wiring.status_url != wanted.status_url {
        all.push(Drift::Status(found.wiring.status_url.clone()));
    } else if !posts(&found.status_method) {
        all.push(Drift::StatusMethod(found.status_method.clone()));
    }
    all
}

/// Letters, digits and stars of a pattern as the carrier takes it.
pub(crate) fn pattern(field: &str, text: &str) -> Result<Option<String>, FieldErrors> {
    let text: String = text.chars().filter(|c| !" -().".contains(*c)).collect();
    if text.is_empty() {
        return Ok(None);
    }
    if !(2..=16).contains(&text.chars().count()) {
        return Err(FieldErrors::one(
            field,
            "length",
            "Enter 2 to 16 digits, letters or stars.",
        ));
    }
    if text.chars().all(|c| c.is_ascii_alphanumeric() || c == '*') {
        Ok(Some(text.to_ascii_uppercase()))
    } else {
        Err(FieldErrors::one(
            field,
            "malformed",
            "Use digits, letters, and a star for any digit.",
        ))
    }
}

/// An area code as it was typed.
pub(crate) fn area(field: &str, text: &str) -> Result<Option<String>, FieldErrors> {
    let text = text.trim();
    match text.as_bytes() {
        [] => Ok(None),
        [b'2'..=b'9', b'0'..=b'9', b'0'..=b'9'] => Ok(Some(text.to_owned())),
        _ => Err(FieldErrors::one(
            field,
            "malformed",
            "An area code has three digits and starts with 2 to 9.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number() -> CarrierNumber {
        CarrierNumber {
            sid: "PN1".to_owned(),
            number: "+12145550100".parse().unwrap(),
            name: String::new(),
            takes_calls: true,
            wiring: wanted(),
            voice_method: "POST".to_owned(),
            status_method: "POST".to_owned(),
            application: String::new(),
            trunk: String::new(),
        }
    }

    fn wanted() -> Wiring {
        Wiring {
            voice_url: "https://calls.example/api/webhooks/voice".to_owned(),
            status_url: "https://calls.example/api/webhooks/status".to_owned(),
        }
    }

    #[test]
    fn a_number_as_wanted_has_no_drift() {
        assert_eq!(drift(&number(), &wanted()), []);
    }

    #[test]
    fn everything_that_takes_calls_away_is_named() {
        let mut other = number();
        other.wiring.voice_url = "https://old.example/voice".to_owned();
        other.wiring.status_url.clear();
        other.application = "AP1".to_owned();
        other.trunk = "TK1".to_owned();
        let found = drift(&other, &wanted());
        assert_eq!(
            found,
            [
                Drift::Trunk("TK1".to_owned()),
                Drift::Application("AP1".to_owned()),
                Drift::Voice("https://old.example/voice".to_owned()),
                Drift::Status(String::new()),
            ]
        );
        assert_eq!(found.iter().filter(|d| d.loses_calls()).count(), 3);
        assert!(found.iter().all(Drift::is_mendable));
        let mut by_get = number();
        by_get.voice_method = "GET".to_owned();
        assert_eq!(
            drift(&by_get, &wanted()),
            [Drift::VoiceMethod("GET".to_owned())]
        );
        assert!(!Drift::Missing.is_mendable());
    }

    #[test]
    fn a_drift_is_stored_and_read_back() {
        let all = vec![Drift::Missing, Drift::Voice("https://x.example".to_owned())];
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(
            text,
            r#"[{"what":"missing"},{"what":"voice","found":"https://x.example"}]"#
        );
        assert_eq!(serde_json::from_str::<Vec<Drift>>(&text).unwrap(), all);
    }

    #[test]
    fn patterns_and_area_codes_are_read_as_people_write_them() {
        assert_eq!(pattern("p", "555-ROOF"), Ok(Some("555ROOF".to_owned())));
        assert_eq!(pattern("p", " "), Ok(None));
        for bad in ["1", "12345678901234567", "55%5", "5\u{0665}5"] {
            assert!(pattern("p", bad).is_err(), "{bad}");
        }
        assert_eq!(area("a", " 214 "), Ok(Some("214".to_owned())));
        for bad in ["14", "114", "2144", "21x"] {
            assert!(area("a", bad).is_err(), "{bad}");
        }
    }
}
