//! False alarms and power of the gate on real noise, next to benchstat's p < .05.
//!
//! The noise is one program measured again and again. A run takes, for each of its rows, some
//! stretch of one benchmark's values as they came, and deals them out to two sides: in turn, or the
//! first half to one side and the second to the other.

use benchparse::gate::{Policy, Row, RowKey, judge};
use benchparse::stats::{Assumption, Sample, compare, median, robust_cv};
use benchparse::unit::ValueClass as Class;

use crate::noise::{Noise, Random};

/// Only noise whose robust coefficient of variation is at most `limit`.
pub fn calm(noises: &[Noise], limit: f64) -> Vec<Noise> {
    let is_calm = |noise: &&Noise| robust_cv(&Sample::new((*noise).clone())) <= limit;
    noises.iter().filter(is_calm).cloned().collect()
}

/// How values are dealt out to the sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dealing {
    /// Old, new, new, old, …
    InTurn,
    /// All old ones, then all new ones.
    OldThenNew,
}

impl Random {
    /// A stretch of the noise, dealt out to old and new.
    fn sides(&mut self, noise: &Noise, n: usize, factor: f64, dealing: Dealing) -> [Sample; 2] {
        let start = self.below(noise.len() - 2 * n + 1);
        let first = self.below(2);
        let mut sides = [Vec::new(), Vec::new()];
        for (place, value) in noise[start..start + 2 * n].iter().enumerate() {
            let side = match dealing {
                Dealing::InTurn => (place.div_ceil(2) + first) % 2,
                Dealing::OldThenNew => place / n,
            };
            sides[side].push(value * [1.0, factor][side]);
        }
        sides.map(Sample::new)
    }
}

/// What a simulation counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counted {
    /// Runs in all.
    pub runs: usize,
    /// Runs of unchanged code that the gate would fail.
    pub false_alarms: usize,
    /// The same by "p < .05 and worse".
    pub false_alarms_of_p: usize,
    /// Runs in which a planted change of one row was found.
    pub found: usize,
}

/// Runs of 20 rows each, with `n` values a side. The first row is of `calm` noise and slower by
/// `factor`, the others are unchanged.
pub fn simulate(
    noises: &[Noise],
    calm: &[Noise],
    (n, factor, dealing): (usize, f64, Dealing),
    runs: usize,
) -> Counted {
    let mut random = Random(n as u64);
    let mut policy = Policy::default();
    policy.interleaved = dealing == Dealing::InTurn;
    policy.assume_stable = true;
    let mut counted = Counted {
        runs,
        ..Counted::default()
    };
    for _ in 0..runs {
        let mut rows = Vec::new();
        for place in 0..20 {
            let (noises, factor) = if place == 0 {
                (calm, factor)
            } else {
                (noises, 1.0)
            };
            let noise = &noises[random.below(noises.len())];
            let [old, new] = random.sides(noise, n, factor, dealing);
            let key = RowKey::new("", place.to_string(), "sec/op");
            rows.push(Row::new(key, Some(old), Some(new)));
        }
        let report = judge(&rows, &policy);
        let regressed = |place: usize| report.rows[place].verdict.is_regression();
        counted.found += usize::from(regressed(0));
        counted.false_alarms += usize::from((1..20).any(regressed));
        let by_p = |row: &Row| {
            let (Some(old), Some(new)) = (&row.old, &row.new) else {
                return false;
            };
            let comparison = compare(old, new, Assumption::Nothing, 0.05);
            comparison.is_significant() && median(new) > median(old)
        };
        counted.false_alarms_of_p += usize::from(rows[1..].iter().any(by_p));
    }
    counted
}

/// How many of `runs` steps of a steady allocation count are caught from one value a side.
pub fn counter_steps(runs: usize, seed: u64) -> usize {
    let mut random = Random(seed);
    let mut caught = 0;
    for _ in 0..runs {
        let count = random.below(1000) as f64;
        let step = 1.0 + (count * 0.01).ceil();
        let key = RowKey::new("", "", "allocs/op");
        let sample = |value| Some(Sample::new(vec![value]));
        let mut row = Row::new(key, sample(count), sample(count + step));
        row.class = Class::ALLOCATIONS;
        let report = judge(&[row], &Policy::default());
        caught += usize::from(report.rows[0].verdict.is_regression());
    }
    caught
}
