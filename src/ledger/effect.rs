//! What a correction would do to many calls, before anybody does it.

use super::Ledger;
use super::adjustment::{Change, delta};
use super::entry::{Party, Side};
use crate::money::Micros;

/// What a correction does to one amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    pub before: Micros,
    pub after: Micros,
    /// Less is taken away than was asked for: an amount stops at nothing.
    pub floored: bool,
}

/// The effects on many calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effects {
    /// Calls whose amount changes.
    pub calls: u32,
    /// Of these: amounts that stop at nothing.
    pub floored: u32,
    /// What the changing amounts sum up to.
    pub before: Micros,
    pub after: Micros,
}

impl Effect {
    /// On what a party owes or is owed for a call.
    #[must_use]
    pub fn of(ledger: &Ledger, party: Party, change: Change) -> Self {
        let side = match party {
            Party::Buyer(_) => Side::Revenue,
            Party::Publisher(_) => Side::Payout,
            Party::Carrier => Side::Cost,
        };
        let before = ledger.balance(party).side(side);
        let added = delta(before, change);
        let floored = matches!(change, Change::By(more) if added != more);
        Self {
            before,
            after: Micros(before.0.saturating_add(added.0)),
            floored,
        }
    }

    /// Whether anything changes.
    #[must_use]
    pub fn changes(self) -> bool {
        self.before != self.after
    }
}

impl Effects {
    /// With one more; what does not change is not counted.
    pub fn add(&mut self, effect: Effect) {
        if !effect.changes() {
            return;
        }
        self.calls += 1;
        self.floored += u32::from(effect.floored);
        self.before = Micros(self.before.0.saturating_add(effect.before.0));
        self.after = Micros(self.after.0.saturating_add(effect.after.0));
    }
}

#[cfg(test)]
mod tests {
    use super::super::adjustment::{Adjustment, Cause, adjust};
    use super::super::entry::tests::entry;
    use super::super::entry::{Author, Kind};
    use super::*;
    use crate::id::{BuyerId, UserId};
    use crate::testing::NOON_ISH;
    use proptest::prelude::*;

    const BUYER: Party = Party::Buyer(BuyerId(1));

    fn owing(micros: i64) -> Ledger {
        Ledger::of([entry("revenue:1", Kind::Revenue, micros)])
    }

    #[test]
    fn sums_count_what_changes_and_what_stops_at_nothing() {
        let mut sums = Effects::default();
        for owed in [25_000_000, 3_000_000, 0] {
            let five_less = Change::By(Micros(-5_000_000));
            sums.add(Effect::of(&owing(owed), BUYER, five_less));
        }
        let expected = Effects {
            calls: 2,
            floored: 1,
            before: Micros(28_000_000),
            after: Micros(20_000_000),
        };
        assert_eq!(sums, expected);
    }

    proptest! {
        /// The preview is what is done.
        #[test]
        fn an_effect_is_what_the_correction_enters(
            owed in 0_i64..60_000_000,
            change in prop_oneof![
                (-60_000_000_i64..60_000_000).prop_map(|m| Change::By(Micros(m))),
                (0_i64..60_000_000).prop_map(|m| Change::To(Micros(m))),
                Just(Change::Void),
            ],
        ) {
            let wanted = Adjustment {
                request: "r1".to_owned(),
                party: BUYER,
                change,
                cause: Cause::Manual,
                author: Author::User(UserId(1)),
                reason: "Why.".to_owned(),
                at: NOON_ISH,
            };
            let mut ledger = owing(owed);
            let effect = Effect::of(&ledger, BUYER, change);
            for entry in adjust(&ledger, &wanted).expect("a correction") {
                ledger.append(entry);
            }
            prop_assert_eq!(effect.after, ledger.totals().revenue);
        }
    }
}
