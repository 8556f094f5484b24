//! What was found of lending numbers to visitors.

use super::{Figure, Times, Verdict};

/// Lending over one database.
#[derive(Debug, Clone, Copy)]
pub struct Assigns {
    /// The simplest that could do it, as fast as it goes: see [`Simplest`].
    pub simplest: Times,
    /// Ours as fast as it goes, without visits when the run began, and with many.
    pub fresh: Times,
    pub full: Times,
    /// Both at half of `fresh`.
    pub fresh_half: HalfLoad,
    pub full_half: HalfLoad,
    /// Visits stored where there are many.
    pub stored: u32,
    /// The part of the visitors that got a number, in the run where it was smallest.
    pub share: f64,
    pub whole: WholeVisits,
}

/// At half load.
#[derive(Debug, Clone, Copy)]
pub struct HalfLoad {
    /// From the moment a visitor was due to the answer.
    pub times: Times,
    /// Inside the server by its own log: 99 of 100 took less than so many whole milliseconds.
    pub inside_p99: f64,
}

/// Visits from landing to leaving.
#[derive(Debug, Clone, Copy)]
pub struct WholeVisits {
    pub visits_per_s: f64,
    pub assigns_per_s: f64,
    /// Of all their requests, in milliseconds.
    pub p99: f64,
}

/// What ours is compared with: on SQLite nothing that stores is as close to it as a handler that
/// stores nothing, on PostgreSQL it is what one would write first.
struct Simplest {
    key: &'static str,
    title: &'static str,
    /// Assigns by those of the simplest: at least so many.
    least: f64,
}

/// Milliseconds of the 99th percentile inside the server at half load: at most this.
const INSIDE_MAX: f64 = 3.0;
/// How far assigns may move when many visits are stored, as part of those without: less than this.
const MOVE_MAX: f64 = 0.15;

fn simplest(database: &str) -> Simplest {
    if database == "sqlite" {
        Simplest {
            key: "bare_json_handler",
            title: "a bare JSON handler",
            least: 0.35,
        }
    } else {
        Simplest {
            key: "express_update",
            title: "Express and pg, one UPDATE",
            least: 5.0,
        }
    }
}

/// What ours is compared with over this database, as people read it.
pub fn simplest_title(database: &str) -> &'static str {
    simplest(database).title
}

impl Assigns {
    /// Assigns by those of the simplest.
    pub fn by_simplest(&self) -> f64 {
        self.fresh.rate / self.simplest.rate
    }

    /// Assigns with many visits stored by those without.
    pub fn by_fresh(&self) -> f64 {
        self.full.rate / self.fresh.rate
    }

    pub(super) fn verdicts(&self, key: &str, title: &str) -> Vec<Verdict> {
        let simplest = simplest(key);
        let (by_simplest, by_fresh) = (self.by_simplest(), self.by_fresh());
        vec![
            Verdict {
                what: format!("assigns by those of {}, {title}", simplest.title),
                found: format!("{by_simplest:.2}"),
                wanted: format!("at least {}", simplest.least),
                passed: by_simplest >= simplest.least,
            },
            Verdict {
                what: format!("p99 of an assign inside the server at half load, {title}"),
                found: format!("less than {:.0} ms", self.fresh_half.inside_p99),
                wanted: format!("at most {INSIDE_MAX} ms"),
                passed: self.fresh_half.inside_p99 <= INSIDE_MAX,
            },
            Verdict {
                what: format!(
                    "assigns with {} visits stored by those without, {title}",
                    self.stored
                ),
                found: format!("{by_fresh:.2}"),
                wanted: format!("{:.2} to {:.2}", 1.0 - MOVE_MAX, 1.0 + MOVE_MAX),
                passed: (by_fresh - 1.0).abs() < MOVE_MAX,
            },
        ]
    }

    pub(super) fn figures(&self, key: &str) -> Vec<Figure> {
        let simplest = simplest(key).key;
        let name = |what: &str| format!("{what}_{key}");
        let figure = |what: &str, unit, value, baseline: &str, baseline_value| {
            Figure::new(&name(what), unit, value, &name(baseline), baseline_value)
        };
        let (fresh, full) = (&self.fresh_half, &self.full_half);
        let rate = self.fresh.rate;
        let half_p99 = "assign_half_load_p99";
        let inside_p99 = "assign_half_load_p99_inside";
        vec![
            figure("assigns", "requests/s", rate, simplest, self.simplest.rate),
            figure(
                "assign_max_p99",
                "ms",
                self.fresh.p99,
                &format!("{simplest}_max_p99"),
                self.simplest.p99,
            ),
            figure(
                "assigns_many_visits",
                "requests/s",
                self.full.rate,
                "assigns",
                rate,
            ),
            figure(
                "assigns_with_number",
                "share",
                self.share,
                "assigns_asked",
                1.0,
            ),
            figure(
                inside_p99,
                "ms",
                fresh.inside_p99,
                half_p99,
                fresh.times.p99,
            ),
            figure(
                "assign_half_load_p99_inside_many_visits",
                "ms",
                full.inside_p99,
                inside_p99,
                fresh.inside_p99,
            ),
            figure(
                "assign_half_load_p99_many_visits",
                "ms",
                full.times.p99,
                half_p99,
                fresh.times.p99,
            ),
            figure(
                "whole_visits",
                "visits/s",
                self.whole.visits_per_s,
                "assigns",
                rate,
            ),
        ]
    }
}

#[cfg(test)]
pub(super) fn sample() -> Assigns {
    let times = |rate, p50, p99| Times { rate, p50, p99 };
    let half = |p99, inside_p99| HalfLoad {
        times: times(4_000.0, 1.0, p99),
        inside_p99,
    };
    Assigns {
        simplest: times(2_000.0, 8.0, 20.0),
        fresh: times(8_000.0, 4.0, 9.0),
        full: times(7_600.0, 4.0, 9.5),
        fresh_half: half(4.5, 3.0),
        full_half: half(4.8, 4.0),
        stored: 1_000_000,
        share: 1.0,
        whole: WholeVisits {
            visits_per_s: 900.0,
            assigns_per_s: 1_800.0,
            p99: 40.0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(assigns: &Assigns, key: &str) -> Vec<bool> {
        let verdicts = assigns.verdicts(key, "Any");
        verdicts.iter().map(|verdict| verdict.passed).collect()
    }

    #[test]
    fn each_database_has_its_own_comparison() {
        assert_eq!(passed(&sample(), "postgres"), [false, true, true]);
        assert_eq!(passed(&sample(), "sqlite"), [true, true, true]);
    }

    #[test]
    fn assigns_may_not_move_far_in_either_direction() {
        for (rate, expected) in [(6_700.0, false), (6_900.0, true), (9_300.0, false)] {
            let mut moved = sample();
            moved.full.rate = rate;
            assert_eq!(passed(&moved, "sqlite"), [true, true, expected], "{rate}");
        }
        let mut slow = sample();
        slow.fresh_half.inside_p99 = 4.0;
        assert_eq!(passed(&slow, "sqlite"), [true, false, true]);
    }
}
