//! What can happen to a request on its way: lost, late, doubled, overtaken.

use domain::draw::Draw;
use domain::time::Timestamp;

use crate::carrier::{Delivery, Told};
use crate::report::Report;

/// A decisive request that is later than this may be settled by the sweeper first.
const LATE_S: i64 = 5;

/// When the copies of a request arrive; none if it is lost.
pub struct Fate {
    pub arrivals: Vec<Timestamp>,
    /// The call's record may differ from the truth because of it.
    pub troubling: bool,
}

/// Draws what becomes of a request.
pub fn fate(draw: &mut Draw, delivery: &Delivery, report: &mut Report) -> Fate {
    let decisive = delivery.told.wants_verbs();
    let is_inbound = delivery.told == Told::Inbound;
    let lost_permille = if is_inbound {
        0
    } else if decisive {
        15
    } else {
        50
    };
    if draw.below(1_000) < lost_permille {
        report.fault("lost");
        return Fate {
            arrivals: Vec::new(),
            troubling: decisive,
        };
    }
    let mut arrivals = vec![delivery.sent.plus_millis(millis(draw, 5, 300))];
    if draw.chance(20) {
        report.fault("delayed");
        let most = if is_inbound {
            2_000
        } else if draw.chance(10) {
            600_000
        } else {
            8_000
        };
        arrivals[0] = arrivals[0].plus_millis(millis(draw, 100, most));
    }
    if draw.chance(20) {
        report.fault("duplicated");
        let again = delivery.sent.plus_millis(millis(draw, 5, 30_000));
        arrivals.push(again);
    }
    arrivals.sort_unstable();
    let troubling = decisive && arrivals[0].millis_since(delivery.sent) > LATE_S * 1_000;
    Fate {
        arrivals,
        troubling,
    }
}

fn millis(draw: &mut Draw, from: u64, to: u64) -> i64 {
    i64::try_from(from + draw.below(to - from)).unwrap_or(0)
}
