//! Groups, ring by ring.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::caps::{CapKind, CapReached};
use crate::schedule::date::LocalDate;
use crate::schedule::holiday::When;
use crate::testing::{NOON_ISH, ZONE, clocks, weekdays, windows};

fn group(order: RingOrder, priorities: &[u32]) -> TargetGroup {
    TargetGroup {
        id: TargetGroupId(1),
        name: "Night desk".to_owned(),
        active: true,
        order,
        auction: None,
        ring_timeout_s: 25,
        zone: ZONE.to_owned(),
        hours: Hours::Always,
        holidays: Vec::new(),
        caps: Caps::default(),
        members: priorities
            .iter()
            .zip(1..)
            .map(|(priority, id)| Member {
                target: TargetId(id),
                priority: *priority,
                weight: 1,
            })
            .collect(),
    }
}

fn expanded(
    group: &TargetGroup,
    refused: &BTreeMap<TargetId, Verdict>,
    exclusions: &Exclusions,
) -> Expansion {
    group.expand(&GroupFacts {
        usage: Usage::default(),
        local: clocks(NOON_ISH).get(ZONE),
        refused,
        exclusions,
        has_place: false,
        auction: None,
    })
}

fn ids(targets: &[TargetId]) -> Vec<i64> {
    targets.iter().map(|target| target.0).collect()
}

fn busy() -> Verdict {
    Verdict::CapReached(CapReached {
        kind: CapKind::Concurrent,
        count: 1,
        limit: 1,
    })
}

fn tried(targets: &[i64]) -> Exclusions {
    Exclusions {
        tried: targets.iter().copied().map(TargetId).collect(),
        ..Exclusions::default()
    }
}

#[test]
fn members_ring_all_at_once_or_in_turn() {
    let nobody = BTreeMap::new();
    let none = Exclusions::default();
    let all = expanded(&group(RingOrder::AllAtOnce, &[2, 1, 1]), &nobody, &none);
    assert_eq!((ids(&all.now), ids(&all.then)), (vec![2, 3, 1], vec![]));
    let turn = group(RingOrder::InTurn, &[2, 1, 1]);
    let first = expanded(&turn, &nobody, &none);
    assert_eq!((ids(&first.now), ids(&first.then)), (vec![2], vec![3, 1]));
    let second = expanded(&turn, &nobody, &tried(&[2]));
    assert_eq!((ids(&second.now), ids(&second.then)), (vec![3], vec![1]));
    let last = expanded(&turn, &nobody, &tried(&[1, 2, 3]));
    assert!(last.is_exhausted());
    assert_eq!(last.sentence(), "None of its targets can take the call.");
}

#[test]
fn more_phones_than_the_carrier_rings_wait() {
    let crowd = group(RingOrder::AllAtOnce, &[1; 13]);
    let expansion = expanded(&crowd, &BTreeMap::new(), &Exclusions::default());
    assert_eq!(
        (expansion.now.len(), ids(&expansion.then)),
        (10, vec![11, 12, 13])
    );
    assert_eq!(expansion.sentence(), "Rings 10 targets, then up to 3 more.");
}

#[test]
fn a_group_has_hours_and_caps_of_its_own() {
    let refused = |group: &TargetGroup, usage| {
        let expansion = group.expand(&GroupFacts {
            usage,
            local: clocks(NOON_ISH).get(ZONE),
            refused: &BTreeMap::new(),
            exclusions: &Exclusions::default(),
            has_place: false,
            auction: None,
        });
        assert!(expansion.is_exhausted() && expansion.then.is_empty());
        assert_eq!(expansion.lines[0].part, Part::GroupRefused);
        expansion.sentence()
    };
    let mut night = group(RingOrder::AllAtOnce, &[1, 1]);
    night.caps.hourly = Some(4);
    let full = Usage {
        hour: 4,
        windows: windows(NOON_ISH),
        ..Usage::default()
    };
    assert_eq!(refused(&night, full), "Hourly cap reached: 4 of 4 calls.");
    night.hours = weekdays(1_080, 1_200);
    assert_eq!(refused(&night, full), "Closed until 6:00 pm ET.");
    night.holidays = vec![Holiday {
        name: "Open house".to_owned(),
        when: When::Once(LocalDate::of(&clocks(NOON_ISH)[ZONE])),
        hours: None,
    }];
    assert_eq!(
        refused(&night, full),
        "Closed for Open house until 6:00 pm ET."
    );
    night.active = false;
    assert_eq!(refused(&night, full), "The group is paused.");
    let lost = group(RingOrder::InTurn, &[1]).expand(&GroupFacts {
        usage: Usage::default(),
        local: None,
        refused: &BTreeMap::new(),
        exclusions: &Exclusions::default(),
        has_place: false,
        auction: None,
    });
    assert!(lost.sentence().ends_with("America/New_York is not known."));
}

#[test]
fn a_call_that_has_its_place_is_not_asked_for_it_again() {
    let mut desk = group(RingOrder::InTurn, &[1, 2]);
    desk.caps.concurrent = Some(1);
    let own = Usage {
        live: 1,
        ..Usage::default()
    };
    let expand = |desk: &TargetGroup, has_place| {
        desk.expand(&GroupFacts {
            usage: own,
            local: clocks(NOON_ISH).get(ZONE),
            refused: &BTreeMap::new(),
            exclusions: &tried(&[1]),
            has_place,
            auction: None,
        })
    };
    assert!(expand(&desk, false).is_exhausted());
    assert_eq!(ids(&expand(&desk, true).now), [2]);
    desk.active = false;
    assert!(expand(&desk, true).is_exhausted(), "paused meanwhile");
}

#[test]
fn a_trace_names_every_member() {
    let refused = BTreeMap::from([(TargetId(2), Verdict::TargetPaused), (TargetId(5), busy())]);
    let exclusions = Exclusions {
        tried: vec![TargetId(1)],
        lost: vec![TargetId(3)],
        ..Exclusions::default()
    };
    let mut text = String::new();
    for order in [RingOrder::AllAtOnce, RingOrder::InTurn] {
        let desk = group(order, &[1, 1, 1, 2, 2, 3, 3]);
        let expansion = expanded(&desk, &refused, &exclusions);
        let _ = writeln!(text, "{order:?}: {}", expansion.sentence());
        for line in &expansion.lines {
            let (id, priority) = (line.target, line.priority);
            let _ = writeln!(text, "  {id} p{priority} {}", line.part.sentence());
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn groups_are_checked_at_their_fields() {
    assert_eq!(group(RingOrder::InTurn, &[1, 20]).check(), Ok(()));
    let mut broken = group(RingOrder::InTurn, &[0, 1]);
    broken.name.clear();
    broken.ring_timeout_s = 3;
    broken.members[1].target = TargetId(1);
    let errors = broken.check().expect_err("broken");
    let fields: Vec<&str> = errors.0.iter().map(|e| e.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "name",
            "ring_timeout_s",
            "members[0].priority",
            "members[1].target"
        ]
    );
    let empty = group(RingOrder::InTurn, &[]).check().expect_err("empty");
    assert_eq!(empty.0[0].code, "required");
}

proptest! {
    /// Ring after ring, with lines lost and phones unanswered at random, every member that can
    /// take the call is rung exactly once, none that cannot ever is, and priority is never passed
    /// over but for a line that was lost.
    #[test]
    fn a_group_is_rung_through(
        priorities in prop::collection::vec(1_u32..4, 1..25),
        at_once in any::<bool>(),
        shut in prop::collection::vec(any::<bool>(), 25),
        lost in prop::collection::vec(any::<bool>(), 25),
    ) {
        let order = if at_once { RingOrder::AllAtOnce } else { RingOrder::InTurn };
        let desk = group(order, &priorities);
        let index = |target: &TargetId| usize::try_from(target.0 - 1).expect("an id");
        let refused: BTreeMap<TargetId, Verdict> = desk
            .members
            .iter()
            .filter(|m| shut[index(&m.target)])
            .map(|m| (m.target, Verdict::TargetPaused))
            .collect();
        let mut exclusions = Exclusions::default();
        let mut rung: Vec<TargetId> = Vec::new();
        for _ in 0..=priorities.len() {
            let expansion = expanded(&desk, &refused, &exclusions);
            let most = if at_once { AT_ONCE_MAX } else { 1 };
            prop_assert!(expansion.now.len() <= most);
            if expansion.is_exhausted() {
                break;
            }
            let gone: Vec<TargetId> = expansion.now.iter().copied().filter(|t| lost[index(t)]).collect();
            exclusions.lost.extend(&gone);
            let phones: Vec<TargetId> =
                expansion.now.iter().copied().filter(|t| !gone.contains(t)).collect();
            rung.extend(&phones);
            exclusions.tried.extend(&phones);
        }
        let priority = |target: &TargetId| priorities[index(target)];
        prop_assert!(rung.is_sorted_by_key(priority));
        let mut once = rung.clone();
        once.sort();
        let able: Vec<TargetId> = desk
            .members
            .iter()
            .map(|m| m.target)
            .filter(|t| !shut[index(t)] && !lost[index(t)])
            .collect();
        prop_assert_eq!(once, able);
    }
}
