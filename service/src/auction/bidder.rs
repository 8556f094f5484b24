//! A bidder as auctions ask it.

use domain::id::TargetId;
use domain::rtb::answer::Finders;
use domain::rtb::bid::BidTerms;
use domain::rtb::bidder::{Bidder, ConfirmationStep};
use domain::rtb::token::{Facts, Party};
use domain::target::Destination;
use domain::time::Timestamp;
use store::TargetRecord;

/// A bidder made ready: what it is written with is looked at once.
#[derive(Debug)]
pub struct ReadyBidder {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) sub_id: String,
    pub(crate) settings: Bidder,
    pub(super) terms: BidTerms,
    finders: Option<Finders>,
    pub(super) confirmation: Option<(ConfirmationStep, Option<Finders>)>,
}

/// Which of a bidder's two requests.
#[derive(Clone, Copy)]
pub(super) enum Step {
    Bid,
    Confirm,
}

impl ReadyBidder {
    /// A stored target made ready; none for one that does not bid.
    pub(crate) fn of(target: &TargetRecord) -> Option<Self> {
        let bidder = target.settings.bidder.as_deref()?;
        let (input, sub_id) = (&target.input, &target.settings.sub_id);
        Some(Self::new(
            target.id,
            &input.name,
            sub_id,
            bidder,
            &input.destination,
        ))
    }

    /// Makes a bidder ready. Parsers that cannot be used any more find nothing.
    #[must_use]
    pub fn new(
        id: TargetId,
        name: &str,
        sub_id: &str,
        settings: &Bidder,
        destination: &Destination,
    ) -> Self {
        let confirmation = settings.confirmation.clone();
        Self {
            id: id.to_string(),
            name: name.to_owned(),
            sub_id: sub_id.to_owned(),
            terms: settings.terms(destination),
            finders: Finders::new(&settings.parsers).ok(),
            confirmation: confirmation.map(|step| {
                let finders = Finders::new(&step.parsers()).ok();
                (step, finders)
            }),
            settings: settings.clone(),
        }
    }

    pub(super) fn finders(&self, step: Step) -> Option<&Finders> {
        match step {
            Step::Bid => self.finders.as_ref(),
            Step::Confirm => self.confirmation.as_ref()?.1.as_ref(),
        }
    }

    /// What is known of a call, as this bidder is told it at a moment.
    pub(super) fn told<'a>(&'a self, about: &Facts<'a>, now: Timestamp) -> Facts<'a> {
        Facts {
            exposed: self.settings.exposes_caller,
            target: Party {
                id: &self.id,
                name: &self.name,
                sub_id: &self.sub_id,
            },
            now,
            ..*about
        }
    }
}
