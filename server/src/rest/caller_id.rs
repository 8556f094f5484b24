//! Which number a target sees.

use domain::target::CallerIdPolicy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which number the target sees.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallerId {
    policy: CallerIdKind,
    /// E.164; with `fixed`.
    #[serde(default)]
    number: Option<String>,
}

/// Whose number the target sees.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerIdKind {
    /// The caller's.
    PassThrough,
    /// The one that was dialed.
    Tracking,
    Fixed,
}

impl From<CallerIdPolicy> for CallerId {
    fn from(policy: CallerIdPolicy) -> Self {
        let (policy, number) = match policy {
            CallerIdPolicy::PassThrough => (CallerIdKind::PassThrough, None),
            CallerIdPolicy::Tracking => (CallerIdKind::Tracking, None),
            CallerIdPolicy::Fixed(n) => (CallerIdKind::Fixed, Some(n.as_str().to_owned())),
        };
        Self { policy, number }
    }
}

impl CallerId {
    /// Puts it into the fields of a form: policy and number.
    pub fn onto(self, [policy, number]: [&mut String; 2]) {
        match self.policy {
            CallerIdKind::PassThrough => "pass_through",
            CallerIdKind::Tracking => "tracking",
            CallerIdKind::Fixed => "fixed",
        }
        .clone_into(policy);
        *number = self.number.unwrap_or_default();
    }
}

/// What a field of a form is called here.
pub fn field(name: &str) -> Option<String> {
    match name {
        "caller_id" => Some("caller_id.policy".to_owned()),
        "caller_id_number" => Some("caller_id.number".to_owned()),
        _ => None,
    }
}
