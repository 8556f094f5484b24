//! The form of a target: what is read, what is refused, and where that is told.

use super::*;
use proptest::prelude::*;

use crate::api::filter::{FilterForm, FilterRow};
use crate::caps::CountOn;
use crate::caps::matrix::Block;
use crate::money::Micros;
use crate::recovery::{Recovery, RecoverySetting};
use crate::schedule::Hours;
use crate::target::settings::{Inherits, SipAccess, TargetSettings};
use crate::testing::{any_caps, any_hours};
use crate::time::Weekday;

fn filled() -> TargetForm {
    TargetForm {
        name: "DryRight Houston".into(),
        number: "(713) 555-0164".into(),
        hours: "weekly".into(),
        ..TargetForm::default()
    }
}

#[test]
fn a_form_round_trips_through_its_checked_input() {
    let mut form = filled();
    form.days[0].breaks = "12:00-13:00, 15:00-15:15".into();
    form.days[4].to = "02:00".into();
    form.cap_daily = "80".into();
    form.recording_blocked = "on".into();
    let checked = form.check().expect("valid");
    assert_eq!(TargetForm::of(&checked.input, &checked.settings), form);
    assert_eq!(checked.input.caps.daily, Some(80));
    assert_eq!(checked.settings, TargetSettings::default());
}

#[test]
fn every_mistake_is_named_at_once() {
    let mut form = filled();
    form.name = " ".into();
    form.number = "(214) 555-01".into();
    form.cap_hourly = "-1".into();
    form.ring_timeout_s = "1".into();
    form.days[2].from = "25:00".into();
    form.zone = "Mars/Base".into();
    let errors = form.check().expect_err("invalid");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "name",
            "number",
            "ring_timeout_s",
            "zone",
            "days[2]",
            "cap_hourly"
        ]
    );
    assert_eq!(
        errors.message("number").as_deref(),
        Some("2 digits are missing.")
    );
}

#[test]
fn breaks_are_read_as_people_write_them_and_told_at_their_own_place() {
    let check = |breaks: &str| {
        let mut form = filled();
        form.days[1].breaks = breaks.into();
        form.check()
    };
    let spans = |breaks: &str| match check(breaks).expect("valid").input.hours {
        Hours::Weekly(days) => days[1].clone().expect("open").breaks,
        Hours::Always => Vec::new(),
    };
    assert_eq!(
        spans("12-13, 15:00\u{2013}15:15"),
        spans("12:00-13:00, 15:00-15:15")
    );
    for (breaks, code) in [
        ("12:00", "malformed"),
        ("noon-13", "malformed"),
        ("12-13:75", "malformed"),
        ("12-13, 12:30-14", "overlap"),
        // One o'clock at night: nobody means that, so it is not guessed at.
        ("1-2", "break_outside"),
    ] {
        let errors = check(breaks).expect_err(breaks);
        let told: Vec<_> = errors
            .0
            .iter()
            .map(|e| (e.field.as_str(), e.code.as_str()))
            .collect();
        assert_eq!(told, [("days[1].breaks", code)], "{breaks}");
    }
}

#[test]
fn overlapping_hours_are_named_at_their_day() {
    let mut form = filled();
    form.days[0].from = "20:00".into();
    form.days[0].to = "10:00".into();
    let errors = form.check().expect_err("overlap");
    assert_eq!(
        (errors.0[0].field.as_str(), errors.0[0].code.as_str()),
        ("days[0]", "overlap")
    );
}

/// A SIP target that says something in every field.
fn full() -> TargetForm {
    TargetForm {
        sub_id: "night-7".into(),
        kind: "sip".into(),
        number: String::new(),
        sip: "sip:night@pbx.example.com".into(),
        sip_user: "night".into(),
        sip_headers: "X-Lead-Source: roof\nX-Zip: 77002".into(),
        digits: "1w5#".into(),
        inherit_ring: "on".into(),
        holidays: "Thanksgiving Day\n12-24 Eve = 09:00-12:00".into(),
        dollars_hourly: "0".into(),
        dollars_daily: "500.50".into(),
        count_on: "revenue".into(),
        matrix_concurrent: "Mon-Fri 9-17=5; Sat 10-14=1".into(),
        matrix_volume: "Sun 0-24=0".into(),
        restrict: "own".into(),
        restrict_from: "target".into(),
        restrict_days: "7".into(),
        recovery: "on".into(),
        recovery_within_s: "20".into(),
        recovery_reroutes: "3".into(),
        connects_max: "0".into(),
        filter: FilterForm {
            rows: vec![FilterRow {
                tag: "geo:state".into(),
                value: "TX".into(),
                ..FilterRow::default()
            }],
        },
        ..filled()
    }
}

#[test]
fn every_field_reaches_its_setting() {
    let checked = full().check().expect("valid");
    let settings = checked.settings.clone();
    assert_eq!(
        TargetForm::of(&checked.input, &settings),
        full(),
        "and comes back"
    );
    assert_eq!(settings.sub_id, "night-7");
    assert_eq!(settings.digits, "1w5#");
    assert_eq!(settings.dollars.hourly, Some(Micros::ZERO));
    assert_eq!(settings.dollars.daily, Some(Micros(500_500_000)));
    assert_eq!(settings.count_on, CountOn::Revenue);
    assert_eq!(
        settings.matrices.concurrent.at(Weekday::Friday, 16),
        Some(5)
    );
    assert_eq!(settings.matrices.volume.at(Weekday::Sunday, 23), Some(0));
    assert_eq!(settings.holidays.len(), 2);
    assert_eq!(settings.connects_max, Some(0));
    assert_eq!(settings.filter.groups.len(), 1);
    assert_eq!(
        settings.recovery,
        RecoverySetting::On(Recovery {
            within_s: 20,
            reroutes_max: 3
        })
    );
    assert_eq!(
        settings.inherits,
        Inherits {
            ring_timeout: true,
            ..Inherits::default()
        }
    );
    let headers = settings.sip.map(|s| s.headers).unwrap_or_default();
    assert_eq!(headers[1], ("X-Zip".to_owned(), "77002".to_owned()));
}

#[test]
fn each_new_field_says_what_is_wrong_with_it() {
    type Edit = fn(&mut TargetForm);
    let cases: [(&str, &str, Edit); 20] = [
        ("sub_id", "too_long", |f| f.sub_id = "x".repeat(81)),
        ("sip_user", "required", |f| {
            f.sip_user.clear();
            f.sip_password = "secret".into();
        }),
        ("sip_password", "malformed", |f| {
            f.sip_password = "a\nb".into()
        }),
        ("sip_headers", "malformed", |f| {
            f.sip_headers = "X-Zip".into()
        }),
        ("sip_headers", "malformed", |f| {
            f.sip_headers = "Zip: 1".into()
        }),
        ("sip_headers", "malformed", |f| {
            f.sip_headers = "X-Zip:".into()
        }),
        ("sip_headers", "duplicate", |f| {
            f.sip_headers = "X-Zip: 1\nx-zip: 2".into();
        }),
        ("sip_headers", "too_long", |f| {
            f.sip_headers = format!("X-Zip: {}", "é".repeat(200));
        }),
        ("digits", "malformed", |f| f.digits = "1a".into()),
        ("digits", "too_long", |f| f.digits = "1".repeat(65)),
        ("holidays", "malformed", |f| {
            f.holidays = "Black Friday".into()
        }),
        ("dollars_monthly", "malformed", |f| {
            f.dollars_monthly = "lots".into();
        }),
        ("dollars_monthly", "out_of_range", |f| {
            f.dollars_monthly = "-1".into();
        }),
        ("count_on", "unknown", |f| f.count_on = "ring".into()),
        ("matrix_volume", "malformed", |f| {
            f.matrix_volume = "Mon 9-17".into();
        }),
        ("restrict_days", "out_of_range", |f| {
            f.restrict_days = "0".into()
        }),
        ("recovery_within_s", "out_of_range", |f| {
            f.recovery_within_s = "601".into();
        }),
        ("recovery", "unknown", |f| f.recovery = "maybe".into()),
        ("connects_max", "malformed", |f| f.connects_max = "x".into()),
        ("filter[0].tag", "malformed", |f| {
            f.filter.rows[0].tag = "state".into();
        }),
    ];
    for (field, code, edit) in cases {
        let mut form = full();
        edit(&mut form);
        let errors = form.check().expect_err(field);
        let told: Vec<_> = errors
            .0
            .iter()
            .map(|e| (e.field.as_str(), e.code.as_str()))
            .collect();
        assert_eq!(told, [(field, code)]);
    }
}

#[test]
fn what_the_buyer_stands_in_for_is_not_looked_at() {
    let mut form = TargetForm {
        ring_timeout_s: "never".into(),
        caller_id: "fixed".into(),
        zone: "Mars/Base".into(),
        holidays: "Black Friday".into(),
        cap_daily: "-1".into(),
        dollars_daily: "lots".into(),
        ..TargetForm {
            name: "Desk".into(),
            number: "(713) 555-0164".into(),
            ..TargetForm::of_buyer()
        }
    };
    form.hours = "weekly".into();
    form.days[0].from = "25:00".into();
    let checked = form.check().expect("valid");
    assert_eq!(checked.input.hours, Hours::Always);
    assert_eq!(checked.input.ring_timeout_s, 25);
    let all = checked.settings.inherits;
    assert!(all.hours && all.ring_timeout && all.caller_id && all.caps);
}

#[test]
fn a_password_stays_where_it_was_and_goes_nowhere_else() {
    let stored = TargetForm {
        sip_password: "secret".into(),
        ..full()
    };
    let stored = stored.check().expect("valid").over(None).expect("new");
    let before = Some((&stored.input, &stored.settings));
    assert_eq!(
        TargetForm::of(&stored.input, &stored.settings).sip_password,
        "",
        "it is never shown"
    );
    let password = |form: &TargetForm, before| {
        let checked = form.check().expect("valid").over(before)?;
        Ok::<_, crate::invalid::FieldErrors>(
            checked
                .settings
                .sip
                .map(|SipAccess { password, .. }| password),
        )
    };
    assert_eq!(password(&full(), before), Ok(Some("secret".to_owned())));
    let other_user = TargetForm {
        sip_user: "day".into(),
        ..full()
    };
    assert_eq!(password(&other_user, before), Ok(Some("secret".to_owned())));
    let elsewhere = TargetForm {
        sip: "sip:night@elsewhere.example".into(),
        ..full()
    };
    for refused in [password(&elsewhere, before), password(&full(), None)] {
        let errors = refused.expect_err("asked for");
        assert_eq!(errors.0[0].field, "sip_password");
    }
    let nobody = TargetForm {
        sip_user: String::new(),
        sip_headers: String::new(),
        ..full()
    };
    assert_eq!(password(&nobody, before), Ok(None));
}

#[test]
fn amounts_are_metered_without_overflow() {
    let meter = MoneyMeter::of(Micros(45_000_000), Some(Micros(500_000_000)));
    assert_eq!(
        (meter.spent.as_str(), meter.limit.as_deref(), meter.percent),
        ("$45.00", Some("$500.00"), 9)
    );
    assert_eq!(
        MoneyMeter::of(Micros(i64::MAX), Some(Micros(1))).percent,
        100
    );
    assert_eq!(MoneyMeter::of(Micros(0), Some(Micros(0))).percent, 100);
    assert_eq!(MoneyMeter::of(Micros(5), None).percent, 0);
}

proptest! {
    #[test]
    fn what_is_stored_is_shown_and_read_back_the_same(
        hours in any_hours(), limits in any_caps(), cents in prop::option::of(0_i64..1_000_000_000),
        cells in prop::collection::vec((0_usize..7, 0_u8..24, prop::option::of(0_u32..2_000)), 0..40),
        inherits in any::<[bool; 4]>(), days in prop::option::of(1_u32..3_650),
    ) {
        let mut checked = full().check().expect("valid");
        checked.input.hours = hours;
        checked.input.caps = limits;
        let settings = &mut checked.settings;
        settings.dollars.total = cents.map(Micros);
        for (day, hour, limit) in cells {
            let mut block = Block { days: [false; 7], from: hour, to: hour + 1 };
            block.days[day] = true;
            settings.matrices.volume.fill(&block, limit).expect("an hour");
        }
        let [hours, ring_timeout, caller_id, caps] = inherits;
        settings.inherits = Inherits { hours, ring_timeout, caller_id, caps };
        if let crate::duplicate::restriction::TargetRestriction::Own(own) = &mut settings.restriction {
            own.days = days;
        }
        let form = TargetForm::of(&checked.input, &checked.settings);
        let again = form.check().expect("valid");
        prop_assert_eq!(&again, &checked);
        prop_assert_eq!(TargetForm::of(&again.input, &again.settings), form);
    }
}
