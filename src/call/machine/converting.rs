//! What a buyer tells of a call: that it was worth something, and later that it was worth something
//! else.

use super::{CallMachine, Rejected};
use crate::call::effect::Effect;
use crate::call::money::earned_by;
use crate::call::timeline::What;
use crate::ledger::adjustment::{Change, delta};
use crate::ledger::entry::{Author, Entry, EntryKey, Kind, Party, Side};
use crate::ledger::facts::Conversion;
use crate::ledger::revenue::{PRICE_MAX, Price};
use crate::money::Micros;
use crate::time::Timestamp;

impl CallMachine {
    /// A word of a buyer. The first one is the conversion, whenever it comes: told before anybody
    /// answered it waits, and is earned once caller and target were connected. When it was told stays;
    /// what it is worth is what was said last, in whatever order words come.
    pub(super) fn converted(&mut self, told: Conversion, now: Timestamp) -> Result<(), Rejected> {
        let before = self.session.conversion;
        if let Some(first) = before {
            if told.at > self.session.conversion_said_at.unwrap_or(first.at) {
                self.session.conversion_said_at = Some(told.at);
            } else if first.reported.is_some() || told.reported.is_none() {
                // An earlier word that comes late counts only where no other named an amount.
                return Err(Rejected::Stale);
            }
        }
        let kept = Conversion {
            at: before.map_or(told.at, |first| first.at),
            reported: told.reported.or(before.and_then(|first| first.reported)),
        };
        self.session.conversion = Some(kept);
        self.note(
            now,
            What::Converted {
                reported: told.reported,
            },
        );
        if let Some(before) = before {
            self.retell(before, kept, now);
        }
        Ok(())
    }

    /// What was earned by the earlier word follows the later one. What was not entered yet will be
    /// entered by the later one alone.
    fn retell(&mut self, before: Conversion, after: Conversion, now: Timestamp) {
        let worth = |word: Conversion| {
            let reported = word.reported.unwrap_or(Micros::ZERO);
            reported.clamp(Micros::ZERO, PRICE_MAX)
        };
        let (old, new) = (worth(before), worth(after));
        let told = self.session.attempts.iter().find(|attempt| {
            let entered = EntryKey::new("revenue", attempt.number);
            let rule = attempt.chosen.revenue;
            rule.is_some_and(|rule| rule.price == Price::Reported)
                && self.session.ledger.get(&entered).is_some()
        });
        let Some(attempt) = told else { return };
        let party = Party::Buyer(attempt.chosen.buyer);
        let balance = self.session.ledger.balance(party).side(Side::Revenue);
        // Against what the words really entered: where a correction or a dispute left less to take
        // back than the buyer told, going up again must not charge what was never taken.
        let made = earned_by(&self.session.ledger, attempt.number);
        let amount = delta(balance, Change::By(Micros(new.0.saturating_sub(made.0))));
        if amount == Micros::ZERO {
            return;
        }
        let prefix = retold(attempt.number);
        let words = self.session.ledger.entries();
        let number = words
            .filter(|e| e.key.as_str().starts_with(&prefix))
            .count()
            + 1;
        let entry = Entry {
            key: EntryKey::stored(format!("{prefix}{number}")),
            kind: Kind::RevenueAdjustment,
            party,
            amount,
            at: now,
            author: Author::Rule,
            reason: format!("The buyer told {new} after {old}."),
        };
        self.effects.push_back(Effect::Spend {
            target: attempt.chosen.target,
            windows: attempt.chosen.windows,
            more: amount,
        });
        self.session.ledger.append(entry.clone());
        self.note(
            now,
            What::Entered {
                entries: vec![entry.clone()],
            },
        );
        self.effects.push_back(Effect::Enter(vec![entry]));
    }
}

/// What the keys of entries begin with that follow later words about an attempt.
pub(in crate::call) fn retold(attempt: u32) -> String {
    format!("conversion:{attempt}.")
}
