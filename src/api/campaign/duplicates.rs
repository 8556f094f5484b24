//! What becomes of callers who call again, and which callers are not let in, as typed.

use serde::{Deserialize, Serialize};

use crate::block::attestation::Minimum;
use crate::campaign::CampaignSettings;
use crate::duplicate::mark::{MarkRule, MarkWhen};
use crate::duplicate::payment::{Across, PayDuplicates, PaymentRule};
use crate::duplicate::routing::DuplicateRouting;
use crate::invalid::{FieldErrors, whole};
use crate::ledger::revenue::LENGTH_MAX_S;

/// Seconds of a day.
const DAY_S: u32 = 86_400;
/// The longest time until a duplicate is paid again, in days.
const PAID_AFTER_MAX_DAYS: u32 = 3_650;

/// What a person types about duplicates and callers' numbers, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DuplicatesForm {
    /// "connected", "incoming" or "length".
    pub mark: String,
    /// Looked at only with "length".
    pub mark_length_s: String,
    /// "on" when callers who withhold their number count as one.
    pub anonymous: String,
    /// "normally", "original" or "different".
    pub routing: String,
    /// "on" when it is obeyed even if that leaves nobody.
    pub strict: String,
    /// "never", "always" or "after".
    pub pay: String,
    /// Looked at only with "after".
    pub pay_after_days: String,
    /// "same" or "all".
    pub across: String,
    /// A [`Minimum`]'s code; empty follows the account.
    pub attestation: String,
}

impl Default for DuplicatesForm {
    fn default() -> Self {
        Self::of(&CampaignSettings::default())
    }
}

impl DuplicatesForm {
    /// Checks all fields, and says what the settings are then.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<Duplicates, FieldErrors> {
        let mut errors = FieldErrors::default();
        let when = errors.take(self.when());
        let routing = errors.take(self.routed());
        let pay = errors.take(self.pay());
        let across = match self.across.as_str() {
            "same" => Some(Across::SamePublisher),
            "all" => Some(Across::AllPublishers),
            _ => {
                errors.add("across", "unknown", "Choose whose calls count.");
                None
            }
        };
        let attestation = match self.attestation.as_str() {
            "" => None,
            code => {
                let minimum = Minimum::from_code(code);
                if minimum.is_none() {
                    errors.add("attestation", "unknown", "Choose a level from the list.");
                }
                minimum
            }
        };
        match (when, routing, pay, across) {
            (Some(when), Some(routing), Some(pay), Some(across)) if errors.is_empty() => {
                Ok(Duplicates {
                    mark: MarkRule {
                        when,
                        anonymous: !self.anonymous.is_empty(),
                    },
                    routing,
                    payment: PaymentRule { pay, across },
                    attestation,
                })
            }
            _ => Err(errors),
        }
    }

    /// The form that shows stored settings.
    #[must_use]
    pub fn of(settings: &CampaignSettings) -> Self {
        let (mark, mark_length_s) = match settings.mark.when {
            MarkWhen::Connected => ("connected", 60),
            MarkWhen::Incoming => ("incoming", 60),
            MarkWhen::Length { secs } => ("length", secs),
        };
        let (routing, strict) = match settings.duplicates {
            DuplicateRouting::Normally => ("normally", false),
            DuplicateRouting::ToOriginal { strict } => ("original", strict),
            DuplicateRouting::ToDifferent { strict } => ("different", strict),
        };
        // A part of a day, which only a program can ask for, shows as the whole of it.
        let (pay, days) = match settings.payment.pay {
            PayDuplicates::Never => ("never", 30),
            PayDuplicates::Always => ("always", 30),
            PayDuplicates::After { secs } => ("after", secs.div_ceil(DAY_S)),
        };
        let across = match settings.payment.across {
            Across::SamePublisher => "same",
            Across::AllPublishers => "all",
        };
        let ticked = |on: bool| if on { "on" } else { "" }.to_owned();
        Self {
            mark: mark.to_owned(),
            mark_length_s: mark_length_s.to_string(),
            anonymous: ticked(settings.mark.anonymous),
            routing: routing.to_owned(),
            strict: ticked(strict),
            pay: pay.to_owned(),
            pay_after_days: days.to_string(),
            across: across.to_owned(),
            attestation: settings
                .attestation
                .map(|minimum| minimum.code().to_owned())
                .unwrap_or_default(),
        }
    }

    fn when(&self) -> Result<MarkWhen, FieldErrors> {
        match self.mark.as_str() {
            "connected" => Ok(MarkWhen::Connected),
            "incoming" => Ok(MarkWhen::Incoming),
            "length" => whole("mark_length_s", &self.mark_length_s, 1, LENGTH_MAX_S)
                .map(|secs| MarkWhen::Length { secs }),
            _ => Err(unknown("mark", "Choose what makes a duplicate.")),
        }
    }

    fn routed(&self) -> Result<DuplicateRouting, FieldErrors> {
        let strict = !self.strict.is_empty();
        match self.routing.as_str() {
            "normally" => Ok(DuplicateRouting::Normally),
            "original" => Ok(DuplicateRouting::ToOriginal { strict }),
            "different" => Ok(DuplicateRouting::ToDifferent { strict }),
            _ => Err(unknown("routing", "Choose where a duplicate goes.")),
        }
    }

    fn pay(&self) -> Result<PayDuplicates, FieldErrors> {
        match self.pay.as_str() {
            "never" => Ok(PayDuplicates::Never),
            "always" => Ok(PayDuplicates::Always),
            "after" => whole(
                "pay_after_days",
                &self.pay_after_days,
                1,
                PAID_AFTER_MAX_DAYS,
            )
            .map(|days| PayDuplicates::After { secs: days * DAY_S }),
            _ => Err(unknown("pay", "Choose whether duplicates are paid.")),
        }
    }
}

fn unknown(field: &str, message: &str) -> FieldErrors {
    FieldErrors::one(field, "unknown", message)
}

/// Checked settings of duplicates and callers' numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Duplicates {
    pub mark: MarkRule,
    pub routing: DuplicateRouting,
    pub payment: PaymentRule,
    pub attestation: Option<Minimum>,
}

impl Duplicates {
    /// Puts them in the place of what was said before.
    pub fn put_into(self, settings: &mut CampaignSettings) {
        settings.mark = self.mark;
        settings.duplicates = self.routing;
        settings.payment = self.payment;
        settings.attestation = self.attestation;
    }
}
