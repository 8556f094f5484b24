//! Time zones as data: offsets and the moments they change, 2026 and 2027.
//!
//! The domain takes offsets as arguments and the service reads them from a zone database; this is a
//! third source, so that a run needs neither.

use std::collections::BTreeMap;

use domain::routing::Clocks;
use domain::time::{LocalMoment, Timestamp};

/// A zone: its offset before the first change, then each change (UTC seconds, offset from then on).
struct Zone {
    name: &'static str,
    winter_s: i32,
    changes: &'static [(i64, i32)],
}

const HOUR: i32 = 3_600;

const ZONES: [Zone; 6] = [
    Zone {
        name: "America/New_York",
        winter_s: -5 * HOUR,
        changes: &[
            (1_772_953_200, -4 * HOUR),
            (1_793_512_800, -5 * HOUR),
            (1_805_007_600, -4 * HOUR),
            (1_825_567_200, -5 * HOUR),
        ],
    },
    Zone {
        name: "America/Chicago",
        winter_s: -6 * HOUR,
        changes: &[
            (1_772_956_800, -5 * HOUR),
            (1_793_516_400, -6 * HOUR),
            (1_805_011_200, -5 * HOUR),
            (1_825_570_800, -6 * HOUR),
        ],
    },
    Zone {
        name: "America/Phoenix",
        winter_s: -7 * HOUR,
        changes: &[],
    },
    Zone {
        name: "Europe/London",
        winter_s: 0,
        changes: &[
            (1_774_746_000, HOUR),
            (1_792_890_000, 0),
            (1_806_195_600, HOUR),
            (1_824_944_400, 0),
        ],
    },
    Zone {
        name: "Asia/Kolkata",
        winter_s: 19_800,
        changes: &[],
    },
    Zone {
        name: "UTC",
        winter_s: 0,
        changes: &[],
    },
];

/// The names of all zones here.
pub fn names() -> Vec<&'static str> {
    ZONES.iter().map(|z| z.name).collect()
}

/// Seconds east of UTC in a zone at a moment.
pub fn offset_s(name: &str, at: Timestamp) -> i32 {
    ZONES.iter().find(|z| z.name == name).map_or(0, |zone| {
        zone.changes
            .iter()
            .rev()
            .find(|(from, _)| *from <= at.secs())
            .map_or(zone.winter_s, |(_, offset)| *offset)
    })
}

/// All wall clocks at a moment.
pub fn clocks(at: Timestamp) -> Clocks {
    ZONES
        .iter()
        .map(|z| {
            (
                z.name.to_owned(),
                LocalMoment::new(at, offset_s(z.name, at)),
            )
        })
        .collect::<BTreeMap<_, _>>()
}

/// Moments worth being near: clock changes, ends of months and of years.
pub fn edges() -> Vec<Timestamp> {
    let mut edges: Vec<i64> = ZONES
        .iter()
        .flat_map(|z| z.changes)
        .map(|(at, _)| *at)
        .collect();
    // Midnights of 2026-12-01, 2027-01-01 and 2026-07-01 in New York.
    edges.extend([1_796_101_200, 1_798_779_600, 1_782_878_400]);
    edges.into_iter().map(Timestamp::from_secs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_the_zone_database() {
        let mut at = Timestamp::from_secs(1_767_300_000);
        while at.secs() < 1_830_200_000 {
            for name in names() {
                assert_eq!(
                    offset_s(name, at),
                    service::zone::local(name, at).offset_s,
                    "{name} at {}",
                    at.rfc3339()
                );
            }
            at = at.plus_secs(1_800);
        }
    }
}
