//! Campaign forms.

use super::*;
use crate::block::attestation::Minimum;
use crate::campaign::CampaignSettings;
use crate::duplicate::mark::{MarkRule, MarkWhen};
use crate::duplicate::payment::{Across, PayDuplicates, PaymentRule};
use crate::duplicate::routing::DuplicateRouting;

#[test]
fn settings_round_trip_and_need_what_the_fallback_needs() {
    let form = CampaignForm {
        name: "Roof repair, Texas".into(),
        fallback: "number".into(),
        fallback_number: "214 555 0187".into(),
        recording_days: "7".into(),
        ..CampaignForm::default()
    };
    let input = form.check().expect("valid");
    assert_eq!(CampaignForm::of(&input).check(), Ok(input));
    let bad = CampaignForm {
        fallback_number: String::new(),
        ..form
    };
    assert!(
        bad.check()
            .expect_err("no number")
            .message("fallback_number")
            .is_some()
    );
}

#[test]
fn what_is_said_of_duplicates_round_trips() {
    let days = |days: u32| PayDuplicates::After {
        secs: days * 86_400,
    };
    let settings = CampaignSettings {
        mark: MarkRule {
            when: MarkWhen::Length { secs: 45 },
            anonymous: false,
        },
        duplicates: DuplicateRouting::ToDifferent { strict: true },
        payment: PaymentRule {
            pay: days(14),
            across: Across::AllPublishers,
        },
        attestation: Some(Minimum::B),
        ..CampaignSettings::default()
    };
    for stored in [settings, CampaignSettings::default()] {
        let mut after = CampaignSettings::default();
        let checked = DuplicatesForm::of(&stored).check().expect("valid");
        checked.put_into(&mut after);
        assert_eq!(after, stored);
    }
}

#[test]
fn figures_about_duplicates_count_where_they_are_asked_for() {
    let form = DuplicatesForm {
        mark_length_s: "0".into(),
        pay_after_days: "never".into(),
        ..DuplicatesForm::default()
    };
    assert!(form.check().is_ok());
    let asked = DuplicatesForm {
        mark: "length".into(),
        pay: "after".into(),
        routing: "elsewhere".into(),
        across: String::new(),
        attestation: "d".into(),
        ..form
    };
    let errors = asked.check().expect_err("invalid");
    let mut fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "across",
            "attestation",
            "mark_length_s",
            "pay_after_days",
            "routing"
        ]
    );
}

#[test]
fn a_new_campaign_needs_a_name_and_nothing_else() {
    let form = NewCampaignForm {
        name: "Gutters, Ohio".into(),
        ..NewCampaignForm::default()
    };
    let new = form.check().expect("valid");
    assert_eq!((new.number, new.revenue), (None, None));
    let wrong = NewCampaignForm {
        name: " ".into(),
        vertical: "Space".into(),
        number: "12".into(),
        revenue: RevenueForm {
            trigger: "connect".into(),
            ..RevenueForm::default()
        },
    };
    let errors = wrong.check().expect_err("invalid");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(fields, ["name", "vertical", "number", "revenue.price"]);
}
