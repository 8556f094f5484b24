//! Forms of the account's settings.

use super::*;
use crate::ledger::telephony::rate::{DialPrefix, Rate, RateTable};
use crate::money::Micros;

fn fields(errors: &FieldErrors) -> Vec<&str> {
    errors.0.iter().map(|e| e.field.as_str()).collect()
}

#[test]
fn the_settings_of_calls_round_trip() {
    let settings = AccountSettings {
        guard_s: 0,
        anonymous_is_one: true,
        attestation: Minimum::B,
        auto_pause: Some(AutoPause {
            back_after_s: None,
            ..AutoPause::default()
        }),
        dispute_days: 14,
        ..AccountSettings::default()
    };
    for stored in [settings, AccountSettings::default()] {
        let mut after = AccountSettings {
            rates: stored.rates.clone(),
            guard_s: 77,
            ..AccountSettings::default()
        };
        let input = AccountForm::of(&stored).check().expect("valid");
        input.put_into(&mut after);
        assert_eq!(after, stored);
    }
}

#[test]
fn rules_of_pauses_count_only_while_it_is_on() {
    let form = |on: &str| AccountForm {
        auto_pause: on.into(),
        rules: vec![
            MissForm::default(),
            MissForm {
                missed: "51".into(),
                within_min: "0".into(),
            },
        ],
        brief_s: "x".into(),
        back_after_min: "2000".into(),
        guard_s: "3601".into(),
        dispute_days: "0".into(),
        ..AccountForm::default()
    };
    let off = form("").check().expect_err("invalid");
    assert_eq!(fields(&off), ["guard_s", "dispute_days"]);
    let on = form("on").check().expect_err("invalid");
    assert_eq!(
        fields(&on),
        [
            "guard_s",
            "rules[1].missed",
            "rules[1].within_min",
            "brief_s",
            "back_after_min",
            "dispute_days"
        ]
    );
    let none = AccountForm {
        auto_pause: "on".into(),
        rules: vec![MissForm::default()],
        ..AccountForm::default()
    };
    assert_eq!(
        fields(&none.check().expect_err("no rule")),
        ["rules[0].missed"]
    );
}

#[test]
fn a_rate_table_round_trips_and_empty_lines_are_none() {
    let list = RateTable::default();
    let mut form = RatesForm::of(&list);
    form.outbound.push(PrefixForm::default());
    assert_eq!(form.check(&list), Ok(list.clone()));
    form.outbound[1] = PrefixForm {
        prefix: "+1907".into(),
        rate: RateForm {
            per_minute: "0.09".into(),
            first_s: "30".into(),
            next_s: "6".into(),
            minimum: String::new(),
        },
    };
    let table = form.check(&list).expect("valid");
    let alaska: DialPrefix = "+1907".parse().expect("prefix");
    assert_eq!(
        table.outbound.get(&alaska),
        Some(&Rate {
            per_minute: Micros(90_000),
            first_s: 30,
            next_s: 6,
            minimum: Micros::ZERO,
        })
    );
    assert!(RatesView::of(None).list_prices);
    assert!(!RatesView::of(Some(&table)).list_prices);
}

#[test]
fn what_is_wrong_with_a_rate_stands_at_its_field() {
    let list = RateTable::default();
    let mut form = RatesForm::of(&list);
    form.inbound_sip.per_minute = String::new();
    form.recording.next_s = "0".into();
    form.outbound[0].rate.minimum = "101".into();
    form.outbound.push(PrefixForm {
        prefix: "907".into(),
        rate: RateForm::default(),
    });
    let mut again = form.outbound[0].clone();
    again.rate.minimum = "0".into();
    form.outbound.push(again.clone());
    form.outbound.push(again);
    let errors = form.check(&list).expect_err("invalid");
    assert_eq!(
        fields(&errors),
        [
            "inbound_sip.per_minute",
            "recording.next_s",
            "outbound[0].rate.minimum",
            "outbound[1].prefix",
            "outbound[1].rate.per_minute",
            "outbound[3].prefix"
        ]
    );
}

#[test]
fn a_table_too_long_for_a_form_is_kept() {
    let mut table = RateTable::default();
    for n in 0..300 {
        let prefix = format!("+1{:03}", n + 200).parse().expect("prefix");
        table
            .outbound
            .insert(prefix, Rate::by_the_minute(Micros(9_000)));
    }
    let view = RatesView::of(Some(&table));
    assert_eq!(view.hidden_prefixes, Some(301));
    assert!(view.form.outbound.is_empty());
    assert_eq!(view.form.check(&table), Ok(table));
}
