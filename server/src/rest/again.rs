//! Callers who come again, and callers whose target hung up.

use super::wire::{limit_text, mirror, only_with};
use domain::duplicate::restriction::{
    RestrictAfter as DomainAfter, RestrictFrom as DomainFrom, Restriction as DomainRestriction,
    TargetRestriction as DomainTargetRestriction,
};
use domain::invalid::FieldErrors;
use domain::recovery::RecoverySetting;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A caller is kept away for a time, within a campaign.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    from: RestrictFrom,
    after: RestrictAfter,
    /// Null is for good.
    #[schema(minimum = 1, maximum = 3_650)]
    #[serde(default)]
    days: Option<u32>,
}

mirror! {
    /// Whom a caller is kept from.
    RestrictFrom of DomainFrom {
        /// All targets of the buyer that had the caller.
        Buyer,
        /// Only the target that had the caller.
        Target,
    }
}

mirror! {
    /// What begins the time.
    RestrictAfter of DomainAfter { Connected, Converted }
}

/// A target's own word about callers who come again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetRestriction {
    mode: RestrictionMode,
    /// With `own`.
    #[serde(default)]
    own: Option<Restriction>,
}

/// Whose word holds for callers who come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestrictionMode {
    /// The buyer's.
    Inherit,
    /// None, whatever the buyer says.
    None,
    Own,
}

/// Whether a caller whose target hung up at once is sent to another. The closest that says something
/// holds: target before buyer before campaign.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Recovery {
    mode: RecoveryMode,
    /// A conversation shorter than this counts as none; with `on`.
    #[schema(minimum = 1, maximum = 600)]
    #[serde(default)]
    within_s: Option<u32>,
    /// How often a caller is sent on at most; with `on`.
    #[schema(minimum = 1, maximum = 5)]
    #[serde(default)]
    reroutes_max: Option<u32>,
}

/// What is said about recovery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryMode {
    Inherit,
    Off,
    On,
}

impl From<DomainRestriction> for Restriction {
    fn from(restriction: DomainRestriction) -> Self {
        Self {
            from: restriction.from.into(),
            after: restriction.after.into(),
            days: restriction.days,
        }
    }
}

impl From<DomainTargetRestriction> for TargetRestriction {
    fn from(restriction: DomainTargetRestriction) -> Self {
        let (mode, own) = match restriction {
            DomainTargetRestriction::Inherit => (RestrictionMode::Inherit, None),
            DomainTargetRestriction::Unrestricted => (RestrictionMode::None, None),
            DomainTargetRestriction::Own(own) => (RestrictionMode::Own, Some(own.into())),
        };
        Self { mode, own }
    }
}

impl From<RecoverySetting> for Recovery {
    fn from(setting: RecoverySetting) -> Self {
        let (mode, on) = match setting {
            RecoverySetting::Inherit => (RecoveryMode::Inherit, None),
            RecoverySetting::Off => (RecoveryMode::Off, None),
            RecoverySetting::On(recovery) => (RecoveryMode::On, Some(recovery)),
        };
        Self {
            mode,
            within_s: on.map(|r| r.within_s),
            reroutes_max: on.map(|r| r.reroutes_max),
        }
    }
}

impl Restriction {
    /// Puts it into the fields of a form: from, after, days.
    pub fn onto(self, [from, after, days]: [&mut String; 3]) {
        match self.from {
            RestrictFrom::Buyer => "buyer",
            RestrictFrom::Target => "target",
        }
        .clone_into(from);
        match self.after {
            RestrictAfter::Connected => "connected",
            RestrictAfter::Converted => "converted",
        }
        .clone_into(after);
        *days = limit_text(self.days);
    }
}

impl TargetRestriction {
    /// Puts it into the fields of a form: mode, from, after, days.
    pub fn onto(self, [mode, from, after, days]: [&mut String; 4], errors: &mut FieldErrors) {
        let own = self.mode == RestrictionMode::Own;
        only_with(
            errors,
            "restriction.own",
            self.own.is_some(),
            own,
            "the mode own",
        );
        match self.mode {
            RestrictionMode::Inherit => "inherit",
            RestrictionMode::None => "none",
            RestrictionMode::Own => "own",
        }
        .clone_into(mode);
        match self.own {
            Some(restriction) => restriction.onto([from, after, days]),
            None if own => errors.add("restriction.own", "required", "Say what holds."),
            None => {}
        }
    }
}

impl Recovery {
    /// Puts it into the fields of a form: mode, seconds, times.
    pub fn onto(self, [mode, within_s, reroutes]: [&mut String; 3], errors: &mut FieldErrors) {
        let on = self.mode == RecoveryMode::On;
        for (field, said) in [
            ("recovery.within_s", self.within_s),
            ("recovery.reroutes_max", self.reroutes_max),
        ] {
            only_with(errors, field, said.is_some(), on, "the mode on");
        }
        match self.mode {
            RecoveryMode::Inherit => "inherit",
            RecoveryMode::Off => "off",
            RecoveryMode::On => "on",
        }
        .clone_into(mode);
        *within_s = limit_text(self.within_s);
        *reroutes = limit_text(self.reroutes_max);
    }
}

/// What a field of a buyer's or target's form is called here.
pub fn field(name: &str) -> Option<String> {
    let name = match name {
        "recovery" => "recovery.mode",
        "recovery_within_s" => "recovery.within_s",
        "recovery_reroutes" => "recovery.reroutes_max",
        _ => return None,
    };
    Some(name.to_owned())
}
