use super::*;
use crate::caps::Usage;
use crate::caps::dollars::Spent;
use crate::ledger::Ledger;
use crate::ledger::facts::{CallFacts, Conversion};
use crate::ledger::revenue::tests::{any_rule, at, attempt, call, dollars};
use crate::ledger::revenue::{RevenueTrigger, revenue};
use crate::testing::{NOON_ISH, ZONE, clocks, weekdays, windows};
use proptest::prelude::*;

fn rule(id: i64, trigger: PayoutTrigger, amount: PayoutAmount) -> PayoutRule {
    PayoutRule {
        id: PayoutRuleId(id),
        name: format!("Rule {id}"),
        trigger,
        amount,
        filter: Filter::default(),
        zone: ZONE.to_owned(),
        hours: Hours::Always,
        caps: Caps::default(),
        dollars: DollarCaps::default(),
    }
}

fn fixed(n: i64) -> PayoutAmount {
    PayoutAmount::Fixed(dollars(n))
}

fn long(secs: u32) -> PayoutTrigger {
    let from = PayoutTimer::Connect;
    PayoutTrigger::Length { from, secs }
}

fn earning(trigger: RevenueTrigger) -> RevenueRule {
    let price = Price::Fixed(dollars(25));
    RevenueRule { trigger, price }
}

/// Enters what a call earns and pays by a moment, and says what the payout rules said.
fn settle(
    ledger: &mut Ledger,
    rules: &[PayoutRule],
    earns: RevenueRule,
    facts: &CallFacts,
    usage: &PayoutUsageMap,
    now: i64,
) -> PayoutOutcome {
    let earned = revenue(&BTreeMap::from([(1, earns)]), facts, at(now));
    for entry in earned.entries {
        ledger.append(entry);
    }
    let terms = PayoutTerms {
        rules: rules.to_vec(),
        ..PayoutTerms::default()
    };
    let compiled = terms
        .compile(Some(facts.campaign), &BulkLists::new())
        .expect("terms");
    let outcome = compiled.decide(&CallMoney {
        facts,
        ledger,
        revenue_open: earned.open,
        unpaid_duplicate: None,
        usage,
        clocks: &clocks(NOON_ISH),
        now: at(now),
    });
    if let Some((_, entry)) = outcome.entry.clone() {
        ledger.append(entry);
    }
    outcome
}

fn said(rules: &[PayoutRule], facts: &CallFacts, now: i64) -> Vec<String> {
    said_with(rules, facts, &PayoutUsageMap::new(), now)
}

fn said_with(
    rules: &[PayoutRule],
    facts: &CallFacts,
    usage: &PayoutUsageMap,
    now: i64,
) -> Vec<String> {
    let earns = earning(RevenueTrigger::Connect);
    settle(&mut Ledger::default(), rules, earns, facts, usage, now)
        .lines
        .iter()
        .map(|line| line.verdict.sentence())
        .collect()
}

#[test]
fn the_first_rule_that_is_met_pays_and_one_that_may_be_met_holds_the_others_back() {
    let rules = [
        rule(1, long(90), fixed(20)),
        rule(2, PayoutTrigger::Connect, fixed(5)),
    ];
    let talking = call(vec![attempt(Some(12), None)]);
    let other = "An earlier rule decides.";
    assert_eq!(
        said(&rules, &talking, 30),
        ["Needs 1:30 after connecting, and is not over.", other]
    );
    assert_eq!(
        said(&rules, &talking, 102),
        ["Lasted 1:30 after connecting. $20.00.", other]
    );
    let short = call(vec![attempt(Some(12), Some(40))]);
    assert_eq!(
        said(&rules, &short, 99),
        [
            "Lasted 0:28 after connecting; the rule asks for 1:30.",
            "Connected. $5.00."
        ]
    );
    let unanswered = call(vec![attempt(None, Some(40))]);
    assert_eq!(
        said(&rules, &unanswered, 99),
        [
            "Did not connect; the rule asks for 1:30.",
            "Did not connect."
        ]
    );
}

#[test]
fn a_share_waits_for_the_revenue_and_keeps_within_its_bounds() {
    let share = |min, max| PayoutAmount::Share {
        basis_points: 8_000,
        min,
        max,
    };
    let talked = call(vec![attempt(Some(12), Some(100))]);
    let rules = |amount| [rule(1, PayoutTrigger::Converted, amount)];
    assert_eq!(
        said(&rules(share(None, None)), &talked, 101),
        ["Converted. 80 % of $25.00: $20.00."]
    );
    let live = call(vec![attempt(Some(12), None)]);
    assert_eq!(
        said(&rules(share(None, None)), &live, 20),
        ["Converted. The revenue it has a share of is not final."]
    );
    assert_eq!(share(None, Some(dollars(7))).of(dollars(25)), dollars(7));
    assert_eq!(share(Some(dollars(3)), None).of(Micros::ZERO), dollars(3));
    let third = PayoutAmount::Share {
        basis_points: 3_333,
        min: None,
        max: None,
    };
    assert_eq!(third.of(Micros(5)), Micros(2));
}

#[test]
fn filters_hours_and_caps_refuse_with_their_figures() {
    let facts = call(vec![attempt(Some(12), Some(100))]);
    let paying = rule(1, PayoutTrigger::Connect, fixed(25));
    let filter: Filter =
        serde_json::from_str(r#"[[{"tag":"geo:state","test":{"is":"equals","value":"TX"}}]]"#)
            .expect("a filter");
    let filtered = PayoutRule {
        filter,
        ..paying.clone()
    };
    // NOON_ISH is 2:37 pm on a Thursday in New York.
    let closed = PayoutRule {
        hours: weekdays(540, 600),
        ..paying.clone()
    };
    let capped = PayoutRule {
        caps: Caps {
            daily: Some(1),
            ..Caps::default()
        },
        ..paying.clone()
    };
    let dear = PayoutRule {
        dollars: DollarCaps {
            daily: Some(dollars(40)),
            ..DollarCaps::default()
        },
        ..paying.clone()
    };
    let used = PayoutUsage {
        calls: Usage::default().claimed(&windows(NOON_ISH), Micros::ZERO, NOON_ISH),
        spent: Spent::default().plus(dollars(25), &windows(NOON_ISH)),
    };
    let usage = PayoutUsageMap::from([(PayoutRuleId(1), used)]);
    assert_eq!(
        said_with(
            &[filtered, closed, capped, dear, paying],
            &facts,
            &usage,
            101
        ),
        [
            "Wants calls where geo:state is TX; here geo:state is absent.",
            "Closed until 9:00 am ET when the call came in.",
            "Daily cap reached: 1 of 1 calls. Opens again at midnight.",
            "Daily cap reached: $25.00 of $40.00, and this call is $25.00.",
            "Connected. $25.00.",
        ]
    );
}

#[test]
fn nobody_is_paid_without_a_publisher_twice_or_for_an_unpaid_duplicate() {
    let facts = call(vec![attempt(Some(12), Some(100))]);
    let terms = PayoutTerms {
        rules: vec![rule(1, PayoutTrigger::Incoming, fixed(5))],
        overrides: BTreeMap::new(),
    };
    let compiled = terms
        .compile(Some(facts.campaign), &BulkLists::new())
        .expect("terms");
    let mut ledger = Ledger::default();
    let decide = |facts: &CallFacts, ledger: &Ledger, unpaid_duplicate| {
        compiled.decide(&CallMoney {
            facts,
            ledger,
            revenue_open: false,
            unpaid_duplicate,
            usage: &PayoutUsageMap::new(),
            clocks: &clocks(NOON_ISH),
            now: at(101),
        })
    };
    let nobody = CallFacts {
        publisher: None,
        ..facts.clone()
    };
    assert_eq!(decide(&nobody, &ledger, None).entry, None);
    let duplicate = decide(&facts, &ledger, Some("Duplicates are never paid."));
    assert_eq!(
        (duplicate.entry, duplicate.skipped.as_deref()),
        (None, Some("Duplicates are never paid."))
    );
    let (_, entry) = decide(&facts, &ledger, None).entry.expect("paid");
    ledger.append(entry);
    assert_eq!(
        decide(&facts, &ledger, None).skipped.as_deref(),
        Some("Paid before.")
    );
}

#[test]
fn a_campaigns_own_list_stands_in_for_the_publishers() {
    let facts = call(Vec::new());
    let terms = PayoutTerms {
        rules: vec![rule(1, PayoutTrigger::Incoming, fixed(5))],
        overrides: BTreeMap::from([(facts.campaign, Vec::new())]),
    };
    assert_eq!(terms.rules_of(facts.campaign), []);
    let elsewhere = CampaignId(uuid::Uuid::from_u128(1));
    assert_eq!(terms.rules_of(elsewhere).len(), 1);
}

#[test]
fn errors_stand_at_their_fields_and_a_loss_is_a_warning() {
    let share = PayoutAmount::Share {
        basis_points: 10_001,
        min: Some(dollars(5)),
        max: Some(dollars(4)),
    };
    let broken = PayoutRule {
        filter: serde_json::from_str("[[]]").expect("a filter"),
        ..rule(1, long(0), share)
    };
    let terms = PayoutTerms {
        rules: vec![broken],
        ..PayoutTerms::default()
    };
    let errors = terms
        .compile(Some(call(Vec::new()).campaign), &BulkLists::new())
        .expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "rules[0].max",
            "rules[0].share",
            "rules[0].length_s",
            "rules[0].filter.groups[0]"
        ]
    );
    let earns = earning(RevenueTrigger::Connect);
    let loses = rule(1, PayoutTrigger::Connect, fixed(26)).warning(&earns);
    assert_eq!(
        loses.as_deref(),
        Some("Pays $26.00 for a call that earns $25.00: each such call is a loss.")
    );
    assert_eq!(
        rule(1, PayoutTrigger::Connect, fixed(25)).warning(&earns),
        None
    );
}

fn any_payout_rule() -> impl Strategy<Value = (PayoutTrigger, PayoutAmount)> {
    let timer = prop::sample::select(vec![
        PayoutTimer::Incoming,
        PayoutTimer::Dial,
        PayoutTimer::Connect,
    ]);
    let trigger = prop_oneof![
        Just(PayoutTrigger::Incoming),
        Just(PayoutTrigger::Connect),
        Just(PayoutTrigger::Converted),
        (timer, 1_u32..150).prop_map(|(from, secs)| PayoutTrigger::Length { from, secs }),
    ];
    let amount = prop_oneof![
        (0_i64..30).prop_map(fixed),
        (0_u32..=10_000, prop::option::of(0_i64..5)).prop_map(|(basis_points, min)| {
            PayoutAmount::Share {
                basis_points,
                min: min.map(dollars),
                max: None,
            }
        }),
    ];
    (trigger, amount)
}

proptest! {
    /// A call that is looked at often pays what one that is looked at once, at its end, pays.
    #[test]
    fn when_a_call_is_looked_at_does_not_change_what_it_pays(
        payouts in prop::collection::vec(any_payout_rule(), 0..4),
        earns in any_rule(),
        connected in prop::option::of(3_i64..30),
        length in 0_i64..150,
        told in prop::option::of(0_i64..5_000),
        looks in prop::collection::vec(0_i64..9_000, 0..6),
    ) {
        let rules: Vec<PayoutRule> = payouts.into_iter().zip(1..).map(|((t, a), id)| rule(id, t, a)).collect();
        let end = connected.unwrap_or(30) + length;
        let known = |now: i64| {
            let mut facts = call(vec![attempt(connected.filter(|c| *c <= now), (end <= now).then_some(end))]);
            facts.conversion = told.filter(|told| *told <= now).map(|told| Conversion { at: at(told), reported: None });
            facts
        };
        let mut often = Ledger::default();
        let mut looks = looks;
        looks.sort_unstable();
        for now in looks.into_iter().chain([9_000, 9_000]) {
            settle(&mut often, &rules, earns, &known(now), &PayoutUsageMap::new(), now);
        }
        let mut once = Ledger::default();
        let last = settle(&mut once, &rules, earns, &known(9_000), &PayoutUsageMap::new(), 9_000);
        prop_assert!(!last.open);
        prop_assert_eq!(often.totals(), once.totals());
        let paid = once.entries().filter(|e| e.kind == crate::ledger::entry::Kind::Payout).count();
        prop_assert!(paid <= 1);
    }
}
