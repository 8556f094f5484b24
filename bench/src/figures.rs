//! What a run found, and what the figures had to be.

mod assign;

use crate::auction::Auctions;
use crate::decision::Decisions;
use crate::prepare::TARGETS_MANY;
use serde::Serialize;

pub use assign::{Assigns, HalfLoad, WholeVisits, simplest_title};

/// One line for programs: a value beside what it is measured against, both from the same run.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    pub name: String,
    pub unit: &'static str,
    pub value: f64,
    pub baseline: f64,
    pub baseline_name: String,
    /// Value by baseline.
    pub ratio: f64,
}

impl Figure {
    /// A value against its baseline.
    pub fn new(
        name: &str,
        unit: &'static str,
        value: f64,
        baseline_name: &str,
        baseline: f64,
    ) -> Self {
        let round = |number: f64| (number * 1e4).round() / 1e4;
        let ratio = if baseline > 0.0 {
            round(value / baseline)
        } else {
            0.0
        };
        Self {
            name: name.to_owned(),
            unit,
            value: round(value),
            baseline: round(baseline),
            baseline_name: baseline_name.to_owned(),
            ratio,
        }
    }
}

/// Times of a server at one load, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
}

/// What was measured over one database.
#[derive(Debug, Clone)]
pub struct Measured {
    /// "sqlite" or "postgres".
    pub key: &'static str,
    /// As people write it.
    pub title: &'static str,
    pub version: String,
    /// Plain commits a second.
    pub floor: f64,
    /// Our webhook as fast as it goes.
    pub voice: Times,
    /// The ceiling and our webhook at half of what ours does.
    pub ceiling_half: Times,
    pub voice_half: Times,
    /// The same with eight targets configured, and with many, at that load in turns.
    pub few: Times,
    pub many: Times,
    pub calls: WholeCalls,
    pub memory: LiveCalls,
    /// Only on PostgreSQL: Express as fast as it goes, and at half of that.
    pub express: Option<(Times, Times)>,
    /// Numbers lent to visitors.
    pub assigns: Assigns,
    /// The ceiling and our bids to publishers, both at the rate asked for.
    pub ceiling_pings: Times,
    pub pings: Times,
}

/// Calls from arrival to end.
#[derive(Debug, Clone, Copy)]
pub struct WholeCalls {
    pub calls_per_s: f64,
    pub events_per_s: f64,
    pub events_per_call: f64,
    pub p99: f64,
}

/// Megabytes of the server.
#[derive(Debug, Clone, Copy)]
pub struct LiveCalls {
    pub count: usize,
    pub idle: f64,
    pub live: f64,
    pub peak: f64,
}

/// All of a run.
#[derive(Debug, Clone)]
pub struct Run {
    /// One decision, in the domain alone.
    pub decisions: Decisions,
    pub auctions: Auctions,
    pub ceiling: Times,
    pub databases: Vec<Measured>,
}

/// A figure that was asked for, and whether it was reached.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub what: String,
    pub found: String,
    pub wanted: String,
    pub passed: bool,
}

/// Calls started by plain commits: at least this.
const STARTED_MIN: f64 = 0.35;
/// Added 99th percentile at half load in milliseconds: at most this.
const ADDED_SQLITE_MAX: f64 = 8.0;
const ADDED_POSTGRES_MAX: f64 = 15.0;
/// Microseconds of a decision over 500 routes with filters, caps and history: at most this.
const DECISION_MAX: f64 = 200.0;
/// The 99th percentile of an auction of 20 bidders by that of asking them: at most this, one at a time
/// and 200 at once.
const AUCTION_MAX: f64 = 1.15;
const AUCTIONS_MAX: f64 = 1.25;
/// Milliseconds that an auction may take beyond its slowest bidder: at most this.
const AFTER_SLOWEST_MAX: f64 = 5.0;
/// Milliseconds of the 99th percentile of bids to publishers at 1,000 pings a second, on SQLite: at most
/// this.
const PINGS_MAX: f64 = 5.0;
/// The 99th percentile with many targets configured by that with eight: at most this.
const MANY_MAX: f64 = 1.10;
/// Megabytes with a thousand live calls: less than this.
const MEMORY_MAX: f64 = 150.0;

impl Measured {
    /// What our webhook adds to the ceiling's 99th percentile at half load, in milliseconds.
    pub fn added_p99(&self) -> f64 {
        self.voice_half.p99 - self.ceiling_half.p99
    }

    fn verdicts(&self) -> Vec<Verdict> {
        let started = self.voice.rate / self.floor;
        let added_max = if self.key == "sqlite" {
            ADDED_SQLITE_MAX
        } else {
            ADDED_POSTGRES_MAX
        };
        let mut verdicts = vec![
            Verdict {
                what: format!("calls started by plain commits, {}", self.title),
                found: format!("{started:.2}"),
                wanted: format!("at least {STARTED_MIN}"),
                passed: started >= STARTED_MIN,
            },
            Verdict {
                what: format!("added p99 over the ceiling at half load, {}", self.title),
                found: format!("{:.1} ms", self.added_p99()),
                wanted: format!("at most {added_max} ms"),
                passed: self.added_p99() <= added_max,
            },
            Verdict {
                what: format!(
                    "p99 with {} targets by that with eight, {}",
                    TARGETS_MANY, self.title
                ),
                found: format!("{:.2}", self.many.p99 / self.few.p99),
                wanted: format!("at most {MANY_MAX:.2}"),
                passed: self.many.p99 / self.few.p99 <= MANY_MAX,
            },
            Verdict {
                what: format!(
                    "resident with {} live calls, {}",
                    self.memory.count, self.title
                ),
                found: format!("{:.0} MB", self.memory.live),
                wanted: format!("under {MEMORY_MAX} MB"),
                passed: self.memory.live < MEMORY_MAX,
            },
        ];
        verdicts.extend(self.assigns.verdicts(self.key, self.title));
        if self.key == "sqlite" {
            verdicts.push(Verdict {
                what: format!(
                    "p99 of a bid to a publisher at {:.0} pings a second, {}",
                    self.pings.rate, self.title
                ),
                found: format!("{:.1} ms", self.pings.p99),
                wanted: format!("at most {PINGS_MAX} ms"),
                passed: self.pings.p99 <= PINGS_MAX,
            });
        }
        verdicts
    }

    fn figures(&self) -> Vec<Figure> {
        let key = self.key;
        let name = |what: &str| format!("{what}_{key}");
        let half = format!("ceiling_at_half_load_{key}");
        let mut figures = vec![
            Figure::new(
                &name("calls_started"),
                "calls/s",
                self.voice.rate,
                &name("plain_commits"),
                self.floor,
            ),
            Figure::new(
                &name("voice_half_load_p50"),
                "ms",
                self.voice_half.p50,
                &format!("{half}_p50"),
                self.ceiling_half.p50,
            ),
            Figure::new(
                &name("voice_half_load_p99"),
                "ms",
                self.voice_half.p99,
                &format!("{half}_p99"),
                self.ceiling_half.p99,
            ),
            Figure::new(
                &name("added_p99_half_load"),
                "ms",
                self.added_p99(),
                &format!("{half}_p99"),
                self.ceiling_half.p99,
            ),
            Figure::new(
                &name("voice_half_load_p99_many_targets"),
                "ms",
                self.many.p99,
                &name("voice_half_load_p99_eight_targets"),
                self.few.p99,
            ),
            Figure::new(
                &name("call_events"),
                "events/s",
                self.calls.events_per_s,
                &name("plain_commits"),
                self.floor,
            ),
            Figure::new(
                &name("calls_completed"),
                "calls/s",
                self.calls.calls_per_s,
                &name("plain_commits"),
                self.floor,
            ),
            Figure::new(
                &name("memory_live_calls"),
                "MB",
                self.memory.live,
                &name("memory_idle"),
                self.memory.idle,
            ),
        ];
        if let Some((express, _)) = &self.express {
            figures.push(Figure::new(
                &name("calls_started_beside_express"),
                "calls/s",
                self.voice.rate,
                "express",
                express.rate,
            ));
            figures.push(Figure::new(
                &name("voice_max_p99_beside_express"),
                "ms",
                self.voice.p99,
                "express_max_p99",
                express.p99,
            ));
        }
        figures.extend(self.assigns.figures(key));
        let bare = name("ceiling_at_1000_a_second");
        for (part, ours, ceiling) in [
            ("p50", self.pings.p50, self.ceiling_pings.p50),
            ("p99", self.pings.p99, self.ceiling_pings.p99),
        ] {
            let what = name(&format!("ping_{part}"));
            figures.push(Figure::new(
                &what,
                "ms",
                ours,
                &format!("{bare}_{part}"),
                ceiling,
            ));
        }
        figures
    }
}

impl Run {
    /// All that was asked for.
    pub fn verdicts(&self) -> Vec<Verdict> {
        let decisions = &self.decisions;
        let mut verdicts = vec![Verdict {
            what: "one decision over 500 routes, median".to_owned(),
            found: format!("{:.0} µs", decisions.full_p50),
            wanted: format!("at most {DECISION_MAX} µs"),
            passed: decisions.full_p50 <= DECISION_MAX,
        }];
        let auctions = &self.auctions;
        for (what, pair, most) in [
            ("one auction of 20 bidders", auctions.alone, AUCTION_MAX),
            ("200 such auctions at once", auctions.at_once, AUCTIONS_MAX),
        ] {
            verdicts.push(Verdict {
                what: format!("{what}, 99th percentile by that of asking alone"),
                found: format!("{:.3}", pair.ratio()),
                wanted: format!("at most {most}"),
                passed: pair.ratio() <= most,
            });
        }
        let after = auctions.alone.held.p99 - auctions.slowest_ms;
        verdicts.push(Verdict {
            what: "99th percentile of an auction after its slowest bidder’s wait".to_owned(),
            found: format!("{after:.1} ms"),
            wanted: format!("at most {AFTER_SLOWEST_MAX} ms"),
            passed: after <= AFTER_SLOWEST_MAX,
        });
        verdicts.extend(self.databases.iter().flat_map(Measured::verdicts));
        verdicts
    }

    /// All lines for programs.
    pub fn figures(&self) -> Vec<Figure> {
        let decisions = &self.decisions;
        let mut figures = vec![
            Figure::new(
                "decision_500_routes_p50",
                "us",
                decisions.full_p50,
                "decision_500_plain_routes_p50",
                decisions.plain_p50,
            ),
            Figure::new(
                "decision_500_routes_p99",
                "us",
                decisions.full_p99,
                "decision_500_plain_routes_p50",
                decisions.plain_p50,
            ),
        ];
        for (name, pair) in [
            ("auction", self.auctions.alone),
            ("auctions_200_at_once", self.auctions.at_once),
        ] {
            for (part, held, bare) in [
                ("p50", pair.held.p50, pair.bare.p50),
                ("p99", pair.held.p99, pair.bare.p99),
            ] {
                figures.push(Figure::new(
                    &format!("{name}_{part}"),
                    "ms",
                    held,
                    &format!("{name}_bare_{part}"),
                    bare,
                ));
            }
        }
        for measured in &self.databases {
            figures.extend(measured.figures());
            let (title, ceiling) = (format!("voice_max_{}", measured.key), &self.ceiling);
            figures.push(Figure::new(
                &format!("{title}_rate"),
                "requests/s",
                measured.voice.rate,
                "ceiling",
                ceiling.rate,
            ));
            figures.push(Figure::new(
                &format!("{title}_p50"),
                "ms",
                measured.voice.p50,
                "ceiling_max_p50",
                ceiling.p50,
            ));
            figures.push(Figure::new(
                &format!("{title}_p99"),
                "ms",
                measured.voice.p99,
                "ceiling_max_p99",
                ceiling.p99,
            ));
            if let Some((express, _)) = &measured.express {
                figures.push(Figure::new(
                    "express",
                    "requests/s",
                    express.rate,
                    "ceiling",
                    ceiling.rate,
                ));
            }
        }
        figures
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Run {
    use crate::auction::{Pair, Spread};
    let times = |rate, p50, p99| Times { rate, p50, p99 };
    let spread = |p99| Spread { p50: p99, p99 };
    let pair = |held, bare| Pair {
        held: spread(held),
        bare: spread(bare),
    };
    Run {
        decisions: Decisions {
            full_p50: 120.0,
            full_p99: 180.0,
            plain_p50: 20.0,
        },
        auctions: Auctions {
            alone: pair(22.4, 22.0),
            at_once: pair(400.0, 300.0),
            slowest_ms: 20.0,
        },
        ceiling: times(30_000.0, 0.9, 2.0),
        databases: vec![Measured {
            key: "postgres",
            title: "PostgreSQL",
            version: "15.1".to_owned(),
            floor: 4_000.0,
            voice: times(1_600.0, 18.0, 40.0),
            ceiling_half: times(800.0, 0.2, 1.0),
            voice_half: times(800.0, 3.0, 17.0),
            few: times(800.0, 3.0, 16.0),
            many: times(800.0, 3.0, 17.0),
            calls: WholeCalls {
                calls_per_s: 250.0,
                events_per_s: 2_000.0,
                events_per_call: 8.0,
                p99: 30.0,
            },
            memory: LiveCalls {
                count: 1_000,
                idle: 40.0,
                live: 60.0,
                peak: 61.0,
            },
            express: Some((times(2_000.0, 15.0, 30.0), times(1_000.0, 3.0, 9.0))),
            assigns: assign::sample(),
            ceiling_pings: times(1_000.0, 0.3, 1.5),
            pings: times(1_000.0, 1.6, 4.5),
        }],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_compare_with_what_was_asked_for() {
        let passed: Vec<bool> = sample()
            .verdicts()
            .iter()
            .map(|verdict| verdict.passed)
            .collect();
        assert_eq!(
            passed,
            [
                true, true, false, true, true, false, true, true, false, true, true
            ]
        );
    }

    #[test]
    fn every_figure_has_a_baseline_of_the_same_run() {
        let figures = sample().figures();
        assert!(
            figures
                .iter()
                .all(|figure| figure.baseline > 0.0 && figure.ratio > 0.0)
        );
        let mut names: Vec<&str> = figures.iter().map(|figure| figure.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), figures.len());
        let started = figures
            .iter()
            .find(|figure| figure.name == "calls_started_postgres");
        assert!(started.is_some_and(|figure| (figure.ratio - 0.4).abs() < 1e-9));
    }
}
