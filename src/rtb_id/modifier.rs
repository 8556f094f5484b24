//! Bid modifiers: what a tag of the ping adds to a bid, multiplies it by, makes of it, or refuses.

use serde::{Deserialize, Serialize};

use crate::money::Micros;
use crate::tag::filter::{CompiledFilter, Filter};
use crate::tag::list::BulkLists;
use crate::tag::{Lookup, Tags};

/// Modifiers of one id at most (domain-reference 1b). A bulk list takes one of them.
pub const MODIFIERS_MAX: usize = 100;
/// The largest factor, in millionths.
pub const FACTOR_MAX: i64 = 100_000_000;
const ONE: i128 = 1_000_000;
/// How the names of tags begin that come with a ping ([`super::ping::PING_TAGS`]).
const OWN: &str = "user:";

/// A rule, as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modifier {
    /// Which pings it is for.
    pub filter: Filter,
    pub adjustment: Adjustment,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "does", content = "value")]
pub enum Adjustment {
    /// May take away.
    Add(Micros),
    /// By so many millionths.
    Multiply(i64),
    /// Whatever it was.
    Override(Micros),
    /// No bid.
    Reject,
}

/// A rule made ready.
#[derive(Debug, Clone)]
pub struct CompiledModifier {
    filter: CompiledFilter,
    adjustment: Adjustment,
    words: String,
    /// It looks at tags of the ping only.
    own: bool,
}

/// One step of a bid, as its trace tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// "user:state is TX".
    pub rule: String,
    pub adjustment: Adjustment,
    pub bid: Micros,
}

/// A bid on its way through the modifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Modified {
    pub bid: Micros,
    pub applied: Vec<Applied>,
    /// The rule that refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<String>,
}

impl CompiledModifier {
    /// Makes a rule ready.
    ///
    /// # Errors
    /// As [`Filter::compile`].
    pub fn new(rule: &Modifier, lists: &BulkLists) -> Result<Self, crate::invalid::FieldErrors> {
        Ok(Self {
            filter: rule.filter.compile(lists)?,
            adjustment: rule.adjustment,
            own: rule.filter.tags().all(|tag| tag.as_str().starts_with(OWN)),
            words: rule.filter.sentence(lists),
        })
    }

    /// A rule that could not be made ready.
    #[must_use]
    pub fn broken() -> Self {
        Self {
            filter: CompiledFilter::default(),
            adjustment: Adjustment::Reject,
            words: "a list that it names is gone".to_owned(),
            own: false,
        }
    }

    /// Whether it refuses calls by nothing but what publishers send.
    fn refuses_at_once(&self) -> bool {
        self.own && self.adjustment == Adjustment::Reject
    }
}

/// The first rule that refuses a ping by what it came with alone, if one does.
#[must_use]
pub fn refused_at_once(rules: &[CompiledModifier], tags: &Tags) -> Option<String> {
    let tags = Lookup::new(tags);
    let rule = (rules.iter())
        .find(|rule| rule.refuses_at_once() && rule.filter.refusal(&tags).is_none())?;
    Some(rule.words.clone())
}

/// Runs a bid through the rules, in their order. It never falls below nothing.
#[must_use]
pub fn modify(base: Micros, rules: &[CompiledModifier], tags: &Tags) -> Modified {
    let mut out = Modified {
        bid: base,
        ..Modified::default()
    };
    let tags = Lookup::new(tags);
    for rule in rules {
        if rule.filter.refusal(&tags).is_some() {
            continue;
        }
        let before = out.bid;
        out.bid = match rule.adjustment {
            Adjustment::Add(amount) => Micros(before.0.saturating_add(amount.0)),
            Adjustment::Multiply(factor) => times(before, factor),
            Adjustment::Override(amount) => amount,
            Adjustment::Reject => {
                out.refused_by = Some(rule.words.clone());
                return out;
            }
        }
        .max(Micros::ZERO);
        out.applied.push(Applied {
            rule: rule.words.clone(),
            adjustment: rule.adjustment,
            bid: out.bid,
        });
    }
    out
}

/// Rounded half-up to the micro.
fn times(amount: Micros, factor: i64) -> Micros {
    let product = i128::from(amount.0) * i128::from(factor);
    Micros(i64::try_from((product + ONE / 2).div_euclid(ONE)).unwrap_or(i64::MAX))
}

impl Adjustment {
    /// "adds $5.00", "multiplies by 1.2".
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Add(amount) if amount < Micros::ZERO => {
                format!("takes {} away", Micros(amount.0.saturating_neg()))
            }
            Self::Add(amount) => format!("adds {amount}"),
            Self::Multiply(factor) => format!("multiplies by {}", Micros(factor).plain()),
            Self::Override(amount) => format!("makes it {amount}"),
            Self::Reject => "refuses the call".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag::filter::{Group, Rule, Test};
    use proptest::prelude::*;

    fn rule(tag: &str, not: bool, test: Test, adjustment: Adjustment) -> CompiledModifier {
        let rule = Modifier {
            filter: Filter {
                groups: vec![Group {
                    rules: vec![Rule {
                        tag: tag.parse().unwrap(),
                        not,
                        test,
                    }],
                }],
            },
            adjustment,
        };
        CompiledModifier::new(&rule, &BulkLists::default()).unwrap()
    }

    fn is(value: &str) -> Test {
        Test::Equals(value.to_owned())
    }

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        let mut tags = Tags::default();
        for (name, value) in pairs {
            tags.set("user", name, value);
        }
        tags
    }

    #[test]
    fn rules_change_a_bid_in_their_order_and_say_so() {
        let rules = [
            rule(
                "user:state",
                false,
                is("TX"),
                Adjustment::Add(Micros(5_000_000)),
            ),
            rule(
                "user:age",
                false,
                Test::Exists,
                Adjustment::Multiply(1_200_000),
            ),
            rule(
                "user:state",
                false,
                is("CA"),
                Adjustment::Override(Micros(1)),
            ),
            rule(
                "user:vip",
                true,
                Test::Exists,
                Adjustment::Add(Micros(-1_000_000)),
            ),
        ];
        let found = modify(
            Micros(20_000_000),
            &rules,
            &tags(&[("state", "TX"), ("age", "70")]),
        );
        assert_eq!(found.bid, Micros(29_000_000), "(20 + 5) × 1.2 − 1");
        let told: Vec<String> = (found.applied.iter())
            .map(|one| format!("{} {}: {}", one.rule, one.adjustment.words(), one.bid))
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        user:state is TX adds $5.00: $25.00
        user:age is present multiplies by 1.20: $30.00
        user:vip is absent takes $1.00 away: $29.00
        ");
    }

    #[test]
    fn a_rule_that_refuses_ends_it() {
        let rules = [
            rule("user:state", true, Test::Exists, Adjustment::Reject),
            rule("user:x", true, Test::Exists, Adjustment::Add(Micros(1))),
        ];
        let found = modify(Micros(1), &rules, &tags(&[]));
        assert_eq!(found.refused_by.as_deref(), Some("user:state is absent"));
        assert!(found.applied.is_empty());
        let found = modify(Micros(1), &rules, &tags(&[("state", "TX")]));
        assert_eq!((found.bid, found.refused_by), (Micros(2), None));
    }

    #[test]
    fn a_rule_about_the_ping_alone_refuses_at_once() {
        let mut of_caller = tags(&[("state", "CA")]);
        of_caller.set("geo", "state", "CA");
        let later = rule("geo:state", false, is("CA"), Adjustment::Reject);
        assert_eq!(
            refused_at_once(std::slice::from_ref(&later), &of_caller),
            None
        );
        assert!(modify(Micros(1), &[later], &of_caller).refused_by.is_some());
        let own = rule("user:state", false, is("CA"), Adjustment::Reject);
        assert_eq!(
            refused_at_once(&[own], &of_caller).as_deref(),
            Some("user:state is CA")
        );
        assert!(refused_at_once(&[CompiledModifier::broken()], &of_caller).is_none());
        assert!(
            modify(Micros(1), &[CompiledModifier::broken()], &of_caller)
                .refused_by
                .is_some()
        );
    }

    proptest! {
        #[test]
        fn no_bid_falls_below_nothing(base in 0_i64..100_000_000, add in any::<i64>(), factor in 0..FACTOR_MAX) {
            let rules = [
                rule("user:a", true, Test::Exists, Adjustment::Add(Micros(add))),
                rule("user:a", true, Test::Exists, Adjustment::Multiply(factor)),
            ];
            prop_assert!(modify(Micros(base), &rules, &tags(&[])).bid >= Micros::ZERO);
        }
    }
}
