//! An order for a phone number: whatever the carrier answers or fails to, it is bought once or not.
//!
//! The carrier knows no key by which a repeated purchase is the same one (twilio-reference 4). An order
//! makes up for it in two ways. It asks for one number by name, and one number can be bought only once:
//! asking again for what was bought already is refused, and nothing is charged. And it writes its own id
//! into the name of what it buys, so that a look at the carrier's list tells whose purchase a number is.
//! Where it is unknown whether a purchase went through, the order looks before it asks again.

use serde::{Deserialize, Serialize};

use crate::draw::Draw;
use crate::id::NumberOrderId;
use crate::time::Timestamp;

/// What the name of a number begins with that an order has bought.
const NAME_PREFIX: &str = "CallCenter Pro order ";
/// Purchases that one order sends at most while nobody knows what became of the last one.
const ASKS_MAX: u32 = 6;
/// Looks that must find nothing before an order gives up what may have been bought: the carrier's list
/// lags behind its purchases.
const LOOKS_MAX: u32 = 5;
/// The first pause, in milliseconds; it doubles each time something goes wrong.
const PAUSE_MS: u64 = 500;
/// The longest pause, in milliseconds.
const PAUSE_MAX_MS: u64 = 300_000;
/// How long a carrier that answers nothing useful is asked for, in seconds: a day.
const PATIENCE_S: u32 = 86_400;

/// The name that an order gives to the number it buys.
#[must_use]
pub fn name_of(order: NumberOrderId) -> String {
    format!("{NAME_PREFIX}{order}")
}

/// The order that gave a number its name.
#[must_use]
pub fn order_of(name: &str) -> Option<NumberOrderId> {
    name.strip_prefix(NAME_PREFIX)?.parse().ok()
}

/// Where an order is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It asks the carrier for the number next.
    Waiting,
    /// It asked, and looks next whether it has the number.
    Unsure,
    /// The number is ours; the carrier's id of it.
    Bought(String),
    /// It will not be bought.
    Failed(Failure),
}

/// Why a number was not bought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// Somebody else has it by now.
    Taken,
    /// The carrier account has it, and not from this order.
    Owned,
    /// The carrier wants an address or papers first.
    Papers,
    /// The carrier account is on trial and may have no more numbers.
    Trial,
    /// The carrier does not accept the account's credentials.
    Login,
    /// No carrier account is connected any more.
    NotConnected,
    /// The carrier was too busy for a day.
    Busy,
    /// The carrier could not be reached for a day, or never said whether it sold the number.
    Unreachable,
    /// Anything else, in the carrier's words.
    Other { code: i64, message: String },
}

impl Failure {
    /// What a person reads.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Taken => "Somebody else bought this number meanwhile.".to_owned(),
            Self::Owned => "Your carrier account has this number already. Import it instead.".to_owned(),
            Self::Papers => "The carrier wants an address or papers for this number. Enter them there first.".to_owned(),
            Self::Trial => "Your carrier account is on trial and may have no more numbers.".to_owned(),
            Self::Login => "The carrier does not accept the account’s token. Enter it again in the settings.".to_owned(),
            Self::NotConnected => "No carrier account is connected.".to_owned(),
            Self::Busy => "The carrier was too busy for a day. Nothing was bought.".to_owned(),
            Self::Unreachable => "The carrier did not say whether it sold the number. If it did, the number appears among those of the carrier.".to_owned(),
            Self::Other { code, message } => format!("The carrier refused ({code}): {message}"),
        }
    }
}

/// What an order does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Asks for the number.
    Buy,
    /// Looks whether the carrier account has it.
    Look,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The purchase went through; the carrier's id of the number.
    Bought(String),
    /// It was refused and nothing was bought.
    Refused(Failure),
    /// Too many requests: this one was not looked at.
    Busy,
    /// No answer, or one that says nothing: it may have gone through.
    Lost,
    /// A look: the account has the number by this order.
    Ours(String),
    /// A look: the account has the number, and not by this order.
    Others,
    /// A look: the account does not have the number.
    NotThere,
}

/// How far an order is; kept before and after everything it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub stage: Stage,
    /// Purchases sent.
    pub asks: u32,
    /// Whether one of them may have gone through unheard.
    pub doubt: bool,
    /// What the order fails with if the number turns out not to be ours. With it, nothing is asked any more.
    pub closing: Option<Failure>,
    /// Looks since then that found nothing.
    pub looks: u32,
    /// Things that went wrong one after the other: pauses grow with them.
    pub troubles: u32,
}

impl Default for Progress {
    fn default() -> Self {
        Self {
            stage: Stage::Waiting,
            asks: 0,
            doubt: false,
            closing: None,
            looks: 0,
            troubles: 0,
        }
    }
}

/// When an order is looked at, and since when it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    pub now: Timestamp,
    pub ordered_at: Timestamp,
}

impl When {
    fn is_out_of_patience(self) -> bool {
        self.now.secs_since(self.ordered_at) >= PATIENCE_S
    }
}

impl Progress {
    /// As it is once the number turns up with the order's name; none if it is known to be ours.
    #[must_use]
    pub fn found(&self, sid: &str) -> Option<Self> {
        if matches!(self.stage, Stage::Bought(_)) {
            return None;
        }
        Some(Self {
            stage: Stage::Bought(sid.to_owned()),
            ..self.clone()
        })
    }

    /// What it does next; none once it is over.
    #[must_use]
    pub fn next(&self) -> Option<Act> {
        match self.stage {
            Stage::Waiting => Some(Act::Buy),
            Stage::Unsure => Some(Act::Look),
            Stage::Bought(_) | Stage::Failed(_) => None,
        }
    }

    /// As it is kept before it does so: if nothing is ever heard of it, it is unknown what came of it.
    #[must_use]
    pub fn begun(&self, act: Act) -> Self {
        let mut begun = self.clone();
        if act == Act::Buy {
            begun.stage = Stage::Unsure;
            begun.asks += 1;
            begun.doubt = true;
        }
        begun
    }

    /// As it is afterwards, and when it goes on; none if it is over. `before` is how it was before
    /// [`begun`](Self::begun).
    #[must_use]
    pub fn after(
        before: &Self,
        said: Said,
        when: When,
        draw: &mut Draw,
    ) -> (Self, Option<Timestamp>) {
        let mut after = before.clone();
        match said {
            Said::Bought(sid) | Said::Ours(sid) => after.stage = Stage::Bought(sid),
            Said::Others => after.stage = Stage::Failed(Failure::Owned),
            Said::Refused(failure) if before.stage == Stage::Waiting => {
                after.asks += 1;
                after.refused(failure);
            }
            // The list could not be read: the carrier's reason may pass, as a wrong token does.
            Said::Refused(failure) => {
                after.troubles += 1;
                if when.is_out_of_patience() {
                    after.give_up(failure, true);
                }
            }
            Said::Busy => {
                after.troubles += 1;
                if when.is_out_of_patience() {
                    after.give_up(Failure::Busy, before.stage == Stage::Unsure);
                }
            }
            Said::Lost if before.stage == Stage::Waiting => {
                after.asks += 1;
                after.doubt = true;
                after.troubles += 1;
                after.stage = Stage::Unsure;
                if after.asks >= ASKS_MAX {
                    after.closing = Some(Failure::Unreachable);
                }
            }
            Said::Lost => {
                after.troubles += 1;
                if when.is_out_of_patience() {
                    after.give_up(Failure::Unreachable, true);
                }
            }
            Said::NotThere => after.not_there(),
        }
        let due = after.next().map(|_| {
            if after.troubles == 0 {
                when.now
            } else {
                when.now.plus_millis(pause(after.troubles, draw))
            }
        });
        (after, due)
    }

    /// The purchase was refused. An earlier one may have gone through, and then this refusal is only
    /// the carrier's way to say so.
    fn refused(&mut self, failure: Failure) {
        if self.doubt {
            self.closing = Some(failure);
            self.troubles += 1;
            self.stage = Stage::Unsure;
        } else {
            self.stage = Stage::Failed(failure);
        }
    }

    fn not_there(&mut self) {
        self.looks += 1;
        self.troubles += 1;
        match &self.closing {
            Some(failure) if self.looks >= LOOKS_MAX => self.stage = Stage::Failed(failure.clone()),
            Some(_) => self.stage = Stage::Unsure,
            // Not there, or not listed yet: asking again is safe, see the module.
            None => {
                self.looks = 0;
                self.stage = Stage::Waiting;
            }
        }
    }

    /// Patience is over: what may have been bought is looked for a last time, unless that is what failed.
    /// Then nobody knows, and that is what is said.
    fn give_up(&mut self, failure: Failure, at_once: bool) {
        self.stage = match (self.doubt, at_once) {
            (false, _) => Stage::Failed(failure),
            (true, true) => Stage::Failed(Failure::Unreachable),
            (true, false) => {
                self.closing = Some(Failure::Unreachable);
                Stage::Unsure
            }
        };
    }
}

/// Half of the pause for sure, the other half by chance, so that orders that failed together do not
/// come back together.
fn pause(troubles: u32, draw: &mut Draw) -> i64 {
    let doubled = PAUSE_MS.saturating_mul(1 << troubles.saturating_sub(1).min(20));
    let longest = doubled.min(PAUSE_MAX_MS);
    let ms = longest / 2 + draw.below(longest / 2 + 1);
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
