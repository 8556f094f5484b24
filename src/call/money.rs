//! The money of a call: what its buyers owe, what its publisher is owed, what the carrier charges.
//! It is worked out anew at each step, and what is new is entered.

use std::collections::BTreeMap;

use super::effect::Effect;
use super::event::dialed_number;
use super::machine::CallMachine;
use super::machine::converting::retold;
use super::record::Outcome;
use super::session::{Attempt, AttemptResult, Session, Stage};
use super::timeline::{EndedBy, What};
use crate::caps::{Caps, CountOn, dollars::DollarCaps};
use crate::duplicate::mark::MarkRule;
use crate::duplicate::payment::PaymentRule;
use crate::id::{CallId, CampaignId, PayoutRuleId, PublisherId, TargetId};
use crate::ledger::entry::{Entry, EntryKey, Kind};
use crate::ledger::facts::{AttemptFacts, CallFacts};
use crate::ledger::payout::{CallMoney, PayoutOutcome, PayoutUsageMap};
use crate::ledger::revenue::{RevenueLine, RevenueRule, RevenueTrigger, RevenueVerdict, revenue};
use crate::ledger::telephony::rate::RateTable;
use crate::ledger::telephony::{Leg, LegKind, LegName, telephony};
use crate::ledger::{Appended, Ledger};
use crate::money::Micros;
use crate::publisher::Publisher;
use crate::routing::Clocks;
use crate::rtb_id::promise::Promise;
use crate::tag::Tags;
use crate::time::{Timestamp, Windows};

/// What the money of a call is worked out from, beside the call itself.
#[derive(Debug, Clone, Copy)]
pub struct MoneyFacts<'a> {
    pub call: CallId,
    pub tags: &'a Tags,
    pub mark: MarkRule,
    pub payment: PaymentRule,
    /// None if the number is nobody's, or its publisher is gone.
    pub publisher: Option<&'a Publisher>,
    pub rates: &'a RateTable,
    /// The wall clocks of the payout rules' zones when the call arrived.
    pub clocks: &'a Clocks,
    /// What the publisher's rules have paid; none before it was read.
    pub paid: Option<&'a PayoutUsageMap>,
    pub now: Timestamp,
}

/// A payout that must find room under the caps of its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PayoutClaim {
    pub publisher: PublisherId,
    pub rule: PayoutRuleId,
    pub caps: Caps,
    pub dollars: DollarCaps,
    pub amount: Micros,
    pub windows: Windows,
}

/// What became of one target a call was sent to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Dial {
    /// From 1.
    pub attempt: u32,
    pub campaign: CampaignId,
    pub target: TargetId,
    pub publisher: Option<PublisherId>,
    pub started_at: Timestamp,
    pub ended_at: Timestamp,
    pub result: AttemptResult,
    pub rang_s: u32,
    pub talked_s: u32,
    pub by: EndedBy,
    pub revenue: Micros,
}

/// A payout is due under a rule with caps, and what the rule has paid was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payout needs to know what its rules have paid")]
pub struct PaymentsWanted;

impl CallMachine {
    /// Enters what the call has earned, owes and cost by now, once each. Asks for nothing back.
    ///
    /// # Errors
    /// [`PaymentsWanted`] if a payout must find room under caps and the usage is missing.
    pub fn settle(&mut self, money: &MoneyFacts<'_>) -> Result<(), PaymentsWanted> {
        if self.session.campaign.is_none() || self.session.outcome == Some(Outcome::Blocked) {
            return Ok(());
        }
        let mut ledger = self.session.ledger.clone();
        let mut new = Vec::new();
        if !self.session.money_closed {
            self.earn_and_pay(money, &mut ledger, &mut new)?;
        }
        let legs = self.session.legs();
        for entry in telephony(money.rates, &legs, money.now).entries {
            enter(&mut ledger, entry, &mut new);
        }
        self.session.ledger = ledger;
        if !new.is_empty() {
            self.note(
                money.now,
                What::Entered {
                    entries: new.clone(),
                },
            );
            self.effects.push_back(Effect::Enter(new));
        }
        self.keep_dials();
        Ok(())
    }

    /// Adds entries that a person made. What rules may still enter is not touched.
    pub fn correct(&mut self, entries: &[Entry], now: Timestamp) {
        let mut new = Vec::new();
        for entry in entries {
            enter(&mut self.session.ledger, entry.clone(), &mut new);
        }
        if !new.is_empty() {
            self.note(now, What::Entered { entries: new });
        }
    }

    fn earn_and_pay(
        &mut self,
        money: &MoneyFacts<'_>,
        ledger: &mut Ledger,
        new: &mut Vec<Entry>,
    ) -> Result<(), PaymentsWanted> {
        let Some(facts) = self.session.money_facts(money) else {
            return Ok(());
        };
        let earned = revenue(&self.session.revenue_rules(), &facts, money.now);
        for entry in earned.entries {
            enter(ledger, entry, new);
        }
        let payout = self.payout(money, &facts, ledger, earned.open);
        if let Some((rule, entry)) = payout.entry.clone() {
            self.pay(money, rule, &entry)?;
            enter(ledger, entry, new);
        }
        self.give_back_unearned(&earned.lines);
        self.session.money_due_at = None;
        if earned.open || payout.open {
            self.session.money_due_at = self.session.conversion_deadline();
        } else {
            self.close_money(earned.lines, payout, money.now);
        }
        Ok(())
    }

    fn payout(
        &self,
        money: &MoneyFacts<'_>,
        facts: &CallFacts,
        ledger: &Ledger,
        revenue_open: bool,
    ) -> PayoutOutcome {
        let skip = |why: &str| PayoutOutcome {
            skipped: Some(why.to_owned()),
            ..PayoutOutcome::default()
        };
        let s = &self.session;
        let Some(publisher) = money.publisher else {
            return skip(match s.publisher {
                None => "The number belongs to no publisher.",
                Some(_) => "The publisher is archived.",
            });
        };
        // What was promised is paid, whatever was switched off since.
        if !publisher.active && s.promise.is_none() {
            return skip("The publisher is paused.");
        }
        if s.unrouted {
            return skip("The campaign is paused.");
        }
        let promised = match &s.promise {
            Some(promise) => match promise.terms() {
                Some(terms) => Some(terms),
                None => return skip("It came after its bid had expired."),
            },
            None => None,
        };
        let payment = s.promise.as_ref().map_or(money.payment, |p| p.payment);
        let unpaid = payment.unpaid(
            &money.mark,
            &s.from,
            facts.campaign,
            publisher.id,
            &s.history,
            s.arrived_at,
        );
        let nothing_paid = PayoutUsageMap::new();
        let terms = promised
            .as_ref()
            .unwrap_or_else(|| publisher.terms_in(facts.campaign));
        terms.decide(&CallMoney {
            facts,
            ledger,
            revenue_open,
            unpaid_duplicate: unpaid.as_deref(),
            usage: money.paid.unwrap_or(&nothing_paid),
            clocks: money.clocks,
            now: money.now,
        })
    }

    fn pay(
        &mut self,
        money: &MoneyFacts<'_>,
        rule: PayoutRuleId,
        entry: &Entry,
    ) -> Result<(), PaymentsWanted> {
        let (Some(publisher), Some(campaign)) = (money.publisher, self.session.campaign) else {
            return Ok(());
        };
        let promised = self.session.promise.as_ref().and_then(Promise::terms);
        let terms = promised
            .as_ref()
            .unwrap_or_else(|| publisher.terms_in(campaign));
        let Some(rule) = terms.rule(rule) else {
            return Ok(());
        };
        if rule.has_caps() && money.paid.is_none() {
            return Err(PaymentsWanted);
        }
        let windows = money.clocks.get(&rule.zone).map(|local| local.windows());
        self.effects.push_back(Effect::Pay(PayoutClaim {
            publisher: publisher.id,
            rule: rule.id,
            caps: rule.caps,
            dollars: rule.dollars,
            amount: entry.amount,
            windows: windows.unwrap_or_default(),
        }));
        self.session.paid = true;
        Ok(())
    }

    /// What was set aside for an attempt under caps in money, and its place under caps in calls,
    /// once it is known whether it earned.
    fn give_back_unearned(&mut self, lines: &[RevenueLine]) {
        for (attempt, line) in self.session.attempts.iter_mut().zip(lines) {
            let earned = match line.verdict {
                RevenueVerdict::Earned { amount, .. } => Some(amount),
                RevenueVerdict::NotEarned { .. } => None,
                RevenueVerdict::Pending { .. } => continue,
            };
            let chosen = &attempt.chosen;
            let (target, windows) = (chosen.target, chosen.windows);
            let worth = earned.unwrap_or(Micros::ZERO);
            if !attempt.spend_settled {
                attempt.spend_settled = true;
                let more = Micros(worth.0.saturating_sub(chosen.price.0));
                if more != Micros::ZERO {
                    self.effects.push_back(Effect::Spend {
                        target,
                        windows,
                        more,
                    });
                }
            }
            let counts = match chosen.count_on {
                CountOn::Connect => true,
                CountOn::Convert => earned.is_some(),
                CountOn::Revenue => worth > Micros::ZERO,
            };
            // What did not connect was given back when it ended.
            if attempt.counted && !counts && attempt.result.is_some() {
                attempt.counted = false;
                self.effects.push_back(Effect::Uncount { target, windows });
            }
        }
    }

    fn close_money(&mut self, revenue: Vec<RevenueLine>, payout: PayoutOutcome, now: Timestamp) {
        self.session.money_closed = true;
        let PayoutOutcome { lines, skipped, .. } = payout;
        let nothing_to_say = revenue.is_empty() && lines.is_empty();
        if !nothing_to_say {
            self.note(
                now,
                What::MoneyClosed {
                    revenue,
                    payout: lines,
                    skipped,
                },
            );
        }
    }

    /// Each attempt that is over, when it is over and again when it earned later.
    fn keep_dials(&mut self) {
        let s = &mut self.session;
        let Some(campaign) = s.campaign else {
            return;
        };
        let last = s.attempts.last().map(Attempt::ring);
        let (publisher, ended_at, ended_by) = (s.publisher, s.ended_at, s.ended_by);
        let mut kept = Vec::new();
        for attempt in &mut s.attempts {
            let Some(result) = attempt.result else {
                continue;
            };
            let revenue = earned_by(&s.ledger, attempt.number);
            if attempt.kept == Some(revenue) {
                continue;
            }
            attempt.kept = Some(revenue);
            let over = attempt.ended_at.or(ended_at).unwrap_or(attempt.started_at);
            kept.push(Dial {
                attempt: attempt.number,
                campaign,
                target: attempt.chosen.target,
                publisher,
                started_at: attempt.started_at,
                ended_at: over,
                result,
                rang_s: (attempt.answered_at.unwrap_or(over)).secs_since(attempt.started_at),
                talked_s: attempt.talked_s,
                // Whoever ended an earlier attempt, the caller stayed.
                by: if Some(attempt.ring()) != last {
                    EndedBy::Target
                } else {
                    ended_by.unwrap_or(EndedBy::Unknown)
                },
                revenue,
            });
        }
        self.effects.extend(kept.into_iter().map(Effect::KeepDial));
    }
}

fn enter(ledger: &mut Ledger, entry: Entry, new: &mut Vec<Entry>) {
    if ledger.append(entry.clone()) == Appended::New {
        new.push(entry);
    }
}

/// What the rules made of one attempt, and what its buyer told later.
pub(super) fn earned_by(ledger: &Ledger, attempt: u32) -> Micros {
    let (rule, later) = (EntryKey::new("revenue", attempt), retold(attempt));
    let of_it = |key: &EntryKey| *key == rule || key.as_str().starts_with(&later);
    let entries = ledger.entries().filter(|entry| of_it(&entry.key));
    entries.map(|entry| entry.amount).sum()
}

impl Session {
    /// Whether a revenue rule was met.
    #[must_use]
    pub fn converted(&self) -> bool {
        self.ledger.entries().any(|e| e.kind == Kind::Revenue)
    }

    /// The call as money sees it; none for a number that no campaign uses.
    #[must_use]
    pub fn money_facts(&self, money: &MoneyFacts<'_>) -> Option<CallFacts> {
        Some(CallFacts {
            call: money.call,
            campaign: self.campaign?,
            publisher: self.publisher,
            tags: money.tags.clone(),
            arrived_at: self.arrived_at,
            ended_at: self.ended_at.filter(|_| self.stage == Stage::Ended),
            attempts: self
                .attempts
                .iter()
                .map(|attempt| self.attempt_facts(attempt))
                .collect(),
            conversion: self.conversion,
        })
    }

    /// An attempt as money sees it. Whether the two were connected is known when the dial is over;
    /// how long they talked, after a whisper, when the length of the caller's own line is. They
    /// talked as long as the carrier says, whatever our clock saw of it: its figure is what it
    /// bills, and its news may come late or close together.
    fn attempt_facts(&self, attempt: &Attempt) -> AttemptFacts {
        let whispered = attempt.chosen.speaks_first();
        let connected = attempt.result == Some(AttemptResult::Connected);
        let length_known = !whispered || self.duration_s.is_some() || self.recordings_settled;
        let over = attempt.result.is_some() && (!connected || length_known);
        let ended_at = attempt.ended_at.or(self.ended_at).filter(|_| over);
        let talked_s = match self.duration_s {
            Some(caller) if caller > 0 => attempt.talked_s.min(caller),
            _ => attempt.talked_s,
        };
        AttemptFacts {
            number: attempt.number,
            route: attempt.chosen.route,
            buyer: attempt.chosen.buyer,
            dialed_at: attempt.started_at,
            connected_at: ended_at
                .filter(|_| connected)
                .map(|at| at.plus_secs(-i64::from(talked_s))),
            ended_at,
        }
    }

    /// The revenue rules of the call's attempts, by their numbers.
    #[must_use]
    pub fn revenue_rules(&self) -> BTreeMap<u32, RevenueRule> {
        self.attempts
            .iter()
            .filter_map(|a| Some((a.number, a.chosen.revenue?)))
            .collect()
    }

    /// Until when a conversion may still be told, if the call is over.
    fn conversion_deadline(&self) -> Option<Timestamp> {
        let ended = self.ended_at.filter(|_| self.stage == Stage::Ended)?;
        let within = self.attempts.iter().filter_map(|a| match a.chosen.revenue {
            Some(RevenueRule {
                trigger: RevenueTrigger::Conversion { within_s },
                ..
            }) => Some(within_s),
            _ => None,
        });
        within
            .max()
            .map(|secs| ended.plus_secs(i64::from(secs) + 1))
    }

    /// What the carrier charges for, as far as it is known.
    #[must_use]
    pub fn legs(&self) -> Vec<Leg> {
        let mut legs = vec![Leg {
            name: LegName::Caller,
            kind: LegKind::inbound(dialed_number(&self.to).as_ref()),
            secs: self.duration_s,
        }];
        legs.extend(self.attempts.iter().map(|attempt| Leg {
            name: LegName::Attempt(attempt.number),
            kind: LegKind::outbound(&attempt.chosen.destination),
            secs: attempt.result.map(|_| attempt.leg_s),
        }));
        if let (crate::campaign::Fallback::Number(number), Some(secs)) =
            (&self.fallback, self.fallback_s)
        {
            legs.push(Leg {
                name: LegName::Fallback,
                kind: LegKind::Outbound(number.clone()),
                secs: Some(secs),
            });
        }
        legs.extend(self.recordings.iter().map(|recording| Leg {
            name: LegName::Recording(recording.sid.clone()),
            kind: LegKind::Recording,
            secs: Some(recording.duration_s),
        }));
        legs
    }
}

#[cfg(test)]
mod tests;
