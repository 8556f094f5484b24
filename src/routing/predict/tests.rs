//! Estimates by hand and by property.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

fn dollars(n: i64) -> Micros {
    Micros(n * 1_000_000)
}

fn record(calls: u32, made: i64) -> Record {
    Record {
        calls,
        made: dollars(made),
    }
}

fn contender(id: i64, all: Record, of_publisher: Record) -> Contender {
    Contender {
        route: RouteId(id),
        target: TargetId(id),
        name: format!("Target {id}"),
        record: all,
        of_publisher,
        known: None,
    }
}

fn value(settings: &Predictive, campaign: Record, contender: &Contender) -> Micros {
    Estimate::of(settings, settings.campaign_average(campaign), contender).value
}

fn first(settings: &Predictive, contenders: &[Contender], seed: u64) -> i64 {
    predict(
        settings,
        record(100, 1_000),
        contenders,
        &mut Draw::from_seed(seed),
    )
    .first()
    .expect("a contender")
    .target
    .0
}

fn never_retests() -> Predictive {
    Predictive {
        retest_percent: 0,
        ..Predictive::default()
    }
}

#[test]
fn an_estimate_by_hand() {
    // Campaign: (10 × 10 + 1,200) / (10 + 90) = 13.00.
    // Target: (20 × 13 + 500) / (20 + 30) = 15.20.
    // For the publisher: (30 × 15.20 + 30) / (30 + 10) = 12.15.
    let settings = Predictive::default();
    let campaign = record(90, 1_200);
    assert_eq!(settings.campaign_average(campaign), dollars(13));
    let here = contender(1, record(30, 500), record(10, 30));
    assert_eq!(value(&settings, campaign, &here), Micros(12_150_000));
    let elsewhere = contender(1, record(30, 500), Record::default());
    assert_eq!(value(&settings, campaign, &elsewhere), Micros(15_200_000));
    // Half a micro is rounded up, once in each step.
    let one = Record {
        calls: 1,
        made: Micros(1),
    };
    assert_eq!(one.shrunk_to(Micros(0), 1), Micros(1));
    assert_eq!(one.shrunk_to(Micros(0), 2), Micros(0));
}

#[test]
fn a_new_target_stands_in_with_the_campaign_and_its_bonus() {
    let settings = never_retests();
    let new = contender(1, record(9, 0), record(9, 0));
    let good = contender(2, record(100, 1_100), Record::default());
    // 10.00 and 20 % are more than the 10.83 of the trained one.
    assert_eq!(first(&settings, &[good.clone(), new.clone()], 1), 1);
    let plain = Predictive {
        new_bonus_percent: 0,
        ..settings
    };
    assert_eq!(first(&plain, &[good.clone(), new.clone()], 1), 2);
    // One more call without money and it is judged by its own figures.
    let trained = contender(1, record(10, 0), record(10, 0));
    assert_eq!(first(&settings, &[good, trained], 1), 2);
}

#[test]
fn known_revenue_is_used_if_it_is_asked_for() {
    let mut fixed = contender(1, record(50, 0), record(50, 0));
    fixed.known = Some(dollars(40));
    let good = contender(2, record(50, 1_000), Record::default());
    let contenders = [fixed, good];
    assert_eq!(first(&never_retests(), &contenders, 1), 2);
    let known = Predictive {
        use_known: true,
        ..never_retests()
    };
    assert_eq!(first(&known, &contenders, 1), 1);
}

#[test]
fn weak_targets_are_tried_anew_as_often_as_set() {
    let settings = Predictive {
        retest_percent: 10,
        ..Predictive::default()
    };
    let contenders = [
        contender(1, record(200, 2_400), record(100, 1_200)),
        contender(2, record(200, 0), record(100, 0)),
        contender(3, record(200, 100), record(100, 50)),
    ];
    let mut counts = [0_u32; 3];
    for seed in 0..100_000 {
        let winner = first(&settings, &contenders, seed);
        counts[usize::try_from(winner - 1).expect("an id")] += 1;
    }
    for (count, share) in counts.iter().zip([90_000_i64, 5_000, 5_000]) {
        assert!((i64::from(*count) - share).abs() < 1_000, "{counts:?}");
    }
    assert_eq!(first(&never_retests(), &contenders, 7), 1);
}

#[test]
fn the_same_score_is_drawn_for_in_equal_shares() {
    let same = |id| contender(id, Record::default(), Record::default());
    let contenders = [same(1), same(2), same(3), same(4)];
    let mut counts = [0_u32; 4];
    for seed in 0..100_000 {
        let winner = first(&Predictive::default(), &contenders, seed);
        counts[usize::try_from(winner - 1).expect("an id")] += 1;
    }
    for count in counts {
        assert!((i64::from(count) - 25_000).abs() < 1_000, "{counts:?}");
    }
    assert!(
        predict(
            &Predictive::default(),
            Record::default(),
            &[],
            &mut Draw::from_seed(1)
        )
        .first()
        .is_none()
    );
}

#[test]
fn a_trace_gives_the_figures_of_every_contender() {
    let mut known = contender(5, Record::default(), Record::default());
    known.known = Some(dollars(12));
    let contenders = [
        contender(1, record(120, 1_860), record(40, 900)),
        contender(2, record(4, 100), record(1, 100)),
        contender(3, record(60, 30), record(1, 0)),
        contender(4, record(4, 100), record(1, 100)),
        known,
    ];
    let settings = Predictive {
        use_known: true,
        weak_bonus_percent: 10,
        retest_percent: 100,
        ..Predictive::default()
    };
    let seen = predict(
        &settings,
        record(188, 2_090),
        &contenders,
        &mut Draw::from_seed(3),
    );
    let mut text = String::new();
    for i in &seen.order {
        let line = &seen.lines[*i];
        let _ = writeln!(text, "{} {}", line.name, line.sentence());
    }
    insta::assert_snapshot!(text);
}

#[test]
fn settings_are_checked_at_their_fields() {
    assert_eq!(Predictive::default().check(), Ok(()));
    let broken = Predictive {
        prior: Prior {
            value: Micros(-1),
            calls: 0,
        },
        target_calls: 0,
        weak_below_percent: 101,
        ..Predictive::default()
    };
    let errors = broken.check().expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "prior.value",
            "prior.calls",
            "target_calls",
            "weak_below_percent"
        ]
    );
}

fn any_record() -> impl Strategy<Value = Record> {
    (0_u32..500, 0_i64..20_000_000_000).prop_map(|(calls, made)| Record {
        calls,
        made: if calls == 0 {
            Micros::ZERO
        } else {
            Micros(made)
        },
    })
}

fn any_settings() -> impl Strategy<Value = Predictive> {
    (
        (0_i64..100_000_000, 1_u32..100),
        1_u32..100,
        1_u32..100,
        0_u32..50,
        prop::array::uniform4(0_u32..=100),
    )
        .prop_map(
            |((value, calls), target_calls, publisher_calls, training_calls, percents)| {
                Predictive {
                    prior: Prior {
                        value: Micros(value),
                        calls,
                    },
                    target_calls,
                    publisher_calls,
                    training_calls,
                    new_bonus_percent: percents[0],
                    weak_below_percent: percents[1],
                    weak_bonus_percent: percents[2],
                    retest_percent: percents[3],
                    ..Predictive::default()
                }
            },
        )
}

proptest! {
    #[test]
    fn without_data_an_estimate_is_its_prior(settings in any_settings()) {
        let nobody = contender(1, Record::default(), Record::default());
        prop_assert_eq!(value(&settings, Record::default(), &nobody), settings.prior.value);
    }

    #[test]
    fn more_revenue_never_lowers_an_estimate(
        settings in any_settings(), campaign in any_record(), target in any_record(), own in any_record(), more in 0_i64..5_000_000_000,
    ) {
        let richer = |record: Record| Record { made: Micros(record.made.0 + more), ..record };
        let base = value(&settings, campaign, &contender(1, target, own));
        for (campaign, target, own) in [
            (richer(campaign), target, own),
            (campaign, richer(target), own),
            (campaign, target, richer(own)),
        ] {
            prop_assert!(value(&settings, campaign, &contender(1, target, own)) >= base);
        }
    }

    /// An estimate lies between what it starts from and what was seen, and comes as close to what
    /// was seen as its prior allows.
    #[test]
    fn estimates_converge_on_what_calls_make(
        settings in any_settings(), campaign in any_record(), each in 0_i64..200_000_000, calls in 1_000_u32..1_000_000,
    ) {
        let all = Record { calls, made: Micros(each * i64::from(calls)) };
        let average = settings.campaign_average(campaign);
        let seen = value(&settings, campaign, &contender(1, all, all));
        prop_assert!(seen.0 >= average.0.min(each) - 1 && seen.0 <= average.0.max(each) + 1);
        let off = (seen.0 - each).abs();
        let start = (average.0 - each).abs();
        let priors = i64::from(settings.target_calls + settings.publisher_calls);
        let bound = (start / i64::from(calls) + 1) * priors + 2;
        prop_assert!(off <= bound, "{off} of {start}, at most {bound}");
    }

    #[test]
    fn a_prediction_orders_everybody_by_score_and_repeats(
        settings in any_settings(), campaign in any_record(), records in prop::collection::vec((any_record(), any_record()), 0..8), seed in any::<u64>(),
    ) {
        let contenders: Vec<Contender> = records
            .into_iter()
            .zip(1..)
            .map(|((all, own), id)| contender(id, all, own))
            .collect();
        let once = predict(&settings, campaign, &contenders, &mut Draw::from_seed(seed));
        let again = predict(&settings, campaign, &contenders, &mut Draw::from_seed(seed));
        prop_assert_eq!(&once, &again);
        let mut everybody = once.order.clone();
        everybody.sort_unstable();
        prop_assert_eq!(everybody, (0..contenders.len()).collect::<Vec<_>>());
        let by_score = once.order.iter().filter(|i| matches!(once.lines[**i].place, Place::ByScore { .. }));
        let scores: Vec<Micros> = by_score.map(|i| once.lines[*i].estimate.score).collect();
        prop_assert!(scores.is_sorted_by(|a, b| a >= b));
        for (at, i) in once.order.iter().enumerate() {
            if let Place::Retested { .. } = once.lines[*i].place {
                prop_assert!(at == 0 && once.lines[*i].estimate.standing.is_weak());
            }
        }
    }
}
