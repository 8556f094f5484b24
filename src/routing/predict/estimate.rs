//! What a call is likely to make at one target.

use serde::{Deserialize, Serialize};

use super::{Contender, Predictive, Record};
use crate::money::Micros;

/// What is expected of a target, and from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// What a call is likely to make.
    pub value: Micros,
    /// The value and its bonus: what routes are ordered by.
    pub score: Micros,
    pub standing: Standing,
    pub basis: Basis,
}

/// How a target stands in its campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Has had fewer calls than its training asks for.
    New {
        wanted: u32,
        bonus_percent: u32,
    },
    Trained,
    /// Makes less than a set share of the campaign's average.
    Weak {
        below_percent: u32,
        bonus_percent: u32,
    },
    /// What it pays is known; nothing is estimated.
    Known,
}

/// The figures an estimate was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    pub campaign: Micros,
    pub target: Record,
    pub of_publisher: Record,
}

impl Record {
    /// The average of these calls and of `calls` more that made `value` each, rounded half up to a
    /// micro. Records below zero, which no rule makes, count as nothing.
    #[must_use]
    pub(super) fn shrunk_to(self, value: Micros, calls: u32) -> Micros {
        let weight = i128::from(calls) + i128::from(self.calls);
        if weight == 0 {
            return value;
        }
        let made = i128::from(calls) * i128::from(value.0) + i128::from(self.made.0.max(0));
        Micros(i64::try_from((2 * made + weight).div_euclid(2 * weight)).unwrap_or(i64::MAX))
    }
}

impl Estimate {
    /// What is expected of a contender where calls of the campaign make `campaign` on average.
    #[must_use]
    pub fn of(settings: &Predictive, campaign: Micros, contender: &Contender) -> Self {
        let basis = Basis {
            campaign,
            target: contender.record,
            of_publisher: contender.of_publisher,
        };
        if let Some(known) = contender.known.filter(|_| settings.use_known) {
            return Self {
                value: known,
                score: known,
                standing: Standing::Known,
                basis,
            };
        }
        let (value, standing) = if contender.record.calls < settings.training_calls {
            let standing = Standing::New {
                wanted: settings.training_calls,
                bonus_percent: settings.new_bonus_percent,
            };
            (campaign, standing)
        } else {
            let target = contender.record.shrunk_to(campaign, settings.target_calls);
            let value = contender
                .of_publisher
                .shrunk_to(target, settings.publisher_calls);
            (value, settings.standing(value, campaign))
        };
        Self {
            value,
            score: lifted(value, standing.bonus_percent()),
            standing,
            basis,
        }
    }

    /// The figures in words.
    #[must_use]
    pub fn sentence(&self) -> String {
        let value = self.value;
        let Basis {
            campaign,
            target,
            of_publisher,
        } = self.basis;
        let made = |record: Record| match record.calls {
            1 => format!("1 call made {}", record.made),
            calls => format!("{calls} calls made {}", record.made),
        };
        let bonus = match self.standing.bonus_percent() {
            0 => String::new(),
            percent => format!(" Counts as {} with its bonus of {percent}%.", self.score),
        };
        match self.standing {
            Standing::Known => format!("Pays {value} for certain."),
            Standing::New { wanted, .. } => format!(
                "New: {} of {wanted} training calls, so the campaign’s {campaign} a call stands in.{bonus}",
                target.calls
            ),
            Standing::Trained | Standing::Weak { .. } => {
                let weak = match self.standing {
                    Standing::Weak { below_percent, .. } => {
                        format!(" Weak: below {below_percent}% of the campaign’s average.{bonus}")
                    }
                    _ => String::new(),
                };
                format!(
                    "Likely to make {value} a call: {} here, {} from this publisher; the campaign makes {campaign}.{weak}",
                    made(target),
                    made(of_publisher)
                )
            }
        }
    }
}

impl Predictive {
    fn standing(&self, value: Micros, campaign: Micros) -> Standing {
        let share = i128::from(campaign.0) * i128::from(self.weak_below_percent);
        if i128::from(value.0) * 100 < share {
            Standing::Weak {
                below_percent: self.weak_below_percent,
                bonus_percent: self.weak_bonus_percent,
            }
        } else {
            Standing::Trained
        }
    }
}

impl Standing {
    /// Whether it makes less than it should.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        matches!(self, Self::Weak { .. })
    }

    fn bonus_percent(&self) -> u32 {
        match self {
            Self::New { bonus_percent, .. } | Self::Weak { bonus_percent, .. } => *bonus_percent,
            Self::Trained | Self::Known => 0,
        }
    }
}

/// An amount and so many percent of it more.
fn lifted(value: Micros, percent: u32) -> Micros {
    let hundredths = i128::from(value.0) * (100 + i128::from(percent));
    Micros(i64::try_from((hundredths + 50).div_euclid(100)).unwrap_or(i64::MAX))
}
